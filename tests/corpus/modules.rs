//! Differentiated modules: helpers, types, constants and operators without a mark of their own.

use autodiff_runtime::differentiate;

use crate::common::{Input, Leaves};

#[differentiate]
mod mechanics {
    use std::ops::{Add, Mul, Neg};

    pub type Real = f64;
    static SCALE: f64 = 2.0;

    #[derive(Clone, Copy, Debug)]
    pub struct V3 {
        pub x: Real,
        pub y: Real,
        pub z: Real,
    }

    impl V3 {
        pub const ONE: V3 = V3 { x: 1.0, y: 1.0, z: 1.0 };
        const FAR: f64 = 3.0;

        fn new(x: f64, y: f64, z: f64) -> Self {
            V3 { x, y, z }
        }

        pub fn dot(&self, other: &V3) -> f64 {
            self.x * other.x + self.y * other.y + self.z * other.z
        }

        fn norm(self) -> f64 {
            self.dot(&self).sqrt()
        }

        fn is_far(&self) -> bool {
            self.x > Self::FAR
        }
    }

    impl Add for V3 {
        type Output = V3;
        fn add(self, other: V3) -> V3 {
            V3::new(self.x + other.x, self.y + other.y, self.z + other.z)
        }
    }

    impl Neg for V3 {
        type Output = V3;
        fn neg(self) -> V3 {
            V3::new(-self.x, -self.y, -self.z)
        }
    }

    impl Mul<f64> for V3 {
        type Output = V3;
        fn mul(self, k: f64) -> V3 {
            V3::new(self.x * k, self.y * k, self.z * k)
        }
    }

    // A product that is a number: what it is made of is no number.
    impl Mul<V3> for V3 {
        type Output = f64;
        fn mul(self, other: V3) -> f64 {
            self.dot(&other)
        }
    }

    /// Nothing in it carries a derivative.
    pub struct Settings {
        pub steps: usize,
        pub names: Vec<String>,
    }

    #[derive(Clone, Debug)]
    pub struct Body {
        pub at: V3,
        pub mass: f64,
        pub tag: (usize, f64),
    }

    fn describe(x: f64) -> String {
        format!("{x}")
    }

    fn rank(body: &Body) -> usize {
        if body.at.is_far() { 2 } else { 1 }
    }

    fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (i, c) in coefficients.iter().enumerate() {
            sum += c * x.powi(i as i32);
        }
        sum
    }

    pub fn energy(bodies: &[Body], steps: usize, k: f64) -> f64 {
        energy_of(bodies, &Settings { steps, names: Vec::new() }, k)
    }

    pub fn energy_of(bodies: &[Body], settings: &Settings, k: f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..settings.steps {
            let body = &bodies[i];
            let p = body.at * body.mass + -(V3::ONE * k);
            sum += p.norm() * SCALE + body.tag.1 * rank(body) as f64;
            sum += p * body.at;
            if settings.names.len() > 5 {
                println!("{}", describe(sum));
            }
        }
        sum + polynomial(k, &[k, 0.5, bodies[0].mass])
    }

    pub mod inner {
        use super::*;

        pub fn shifted(body: &Body, k: Real) -> f64 {
            (body.at + V3::new(k, 0.0, 0.0)).norm() * super::polynomial(body.mass, &[k, 2.0])
        }
    }
}

/// Methods that have the names of what their helpers call, of floats and of other functions.
#[differentiate]
mod homonyms {
    #[derive(Clone, Copy)]
    pub struct Phasor {
        pub re: f64,
        pub im: f64,
    }

    fn polar(r: f64, angle: f64) -> Phasor {
        Phasor { re: r.exp() * angle.cos(), im: r.exp() * angle.sin() }
    }

    fn norm(x: f64, y: f64) -> f64 {
        x.hypot(y)
    }

    fn scaled(z: Phasor, k: f64) -> Phasor {
        let unit = norm(z.re, z.im);
        Phasor { re: z.re * k / unit, im: z.im * k / unit }
    }

    impl Phasor {
        pub fn exp(self) -> Phasor {
            polar(self.re, self.im)
        }
        pub fn norm(self) -> f64 {
            norm(self.re, self.im)
        }
        pub fn scaled(self, k: f64) -> Phasor {
            scaled(self, k)
        }
        pub fn cos(self) -> f64 {
            self.exp().norm() + Phasor::scaled(self, 2.0).re
        }
    }

    pub fn wave(x: f64, y: f64) -> f64 {
        Phasor { re: x, im: y }.cos() * Phasor { re: y, im: x }.norm()
    }
}
use homonyms::wave;

use mechanics::inner::shifted;
use mechanics::{Body, BodyTangent, Settings, V3, V3Tangent, energy, energy_of};

impl Leaves for Body {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.extend([self.at.x, self.at.y, self.at.z, self.mass, self.tag.1]);
    }
}

impl Leaves for BodyTangent {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.extend([self.at.x, self.at.y, self.at.z, self.mass, self.tag.1]);
    }
}

impl Input for Body {
    type Adjoint = BodyTangent;
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> Body {
        let at = V3 { x: 0.0.at(numbers), y: 0.0.at(numbers), z: 0.0.at(numbers) };
        Body { at, mass: 0.0.at(numbers), tag: (self.tag.0, 0.0.at(numbers)) }
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> BodyTangent {
        let at = V3Tangent { x: 0.0.adjoint(numbers), y: 0.0.adjoint(numbers), z: 0.0.adjoint(numbers) };
        BodyTangent { at, mass: 0.0.adjoint(numbers), tag: ((), 0.0.adjoint(numbers)) }
    }
}

fn bodies() -> [Body; 2] {
    [
        Body { at: V3 { x: 0.3, y: 0.2, z: -0.4 }, mass: 1.2, tag: (1, 0.5) },
        Body { at: V3 { x: 4.3, y: 0.2, z: -0.4 }, mass: 0.7, tag: (2, 0.25) },
    ]
}

fn body() -> Body {
    bodies()[1].clone()
}

checks! {
    wave(0.3, 0.7);
    energy(&bodies(), @2, 0.7);
    shifted(&body(), 0.7);
}

#[test]
fn parameters_that_carry_nothing_have_no_gradient() {
    let settings = Settings { steps: 2, names: Vec::new() };
    let (value, (_, k_bar)) = energy_of::value_and_grad(&bodies(), &settings, 0.7);
    assert_eq!((value, k_bar), {
        let (value, (_, k_bar)) = energy::value_and_grad(&bodies(), 2, 0.7);
        (value, k_bar)
    });
}
