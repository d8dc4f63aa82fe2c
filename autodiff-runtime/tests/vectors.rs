//! Functions on `glam` vectors under `#[differentiate]`.
#![cfg(feature = "glam")]

mod differences;

use autodiff_runtime::{Optimizer, differentiate, optim::Sgd};
use differences::{Numbers, check};
use glam::{DVec2, DVec3, DVec4, Vec3};

macro_rules! numbers {
    ($($Type:ty)*) => {$(
        impl Numbers for $Type {
            fn numbers_mut(&mut self) -> Vec<&mut f64> {
                AsMut::<[f64; size_of::<$Type>() / 8]>::as_mut(self).iter_mut().collect()
            }
        }
    )*};
}
numbers!(DVec2 DVec3 DVec4);

#[differentiate]
fn operators(a: DVec3, b: &DVec3, k: f64) -> f64 {
    let mut c = a * k + *b / k - k * a;
    c += b;
    c -= -a;
    c *= k;
    c.dot(a) + c.x * b.y - (c - *b).z
}

#[differentiate]
fn methods(a: DVec3, b: DVec3, k: f64) -> f64 {
    let n = a.cross(b).normalize();
    let m = DVec3::new(k, a.x, b.z * k) + DVec3::splat(k * k);
    n.dot(m) + a.length() * b.length_squared() + a.distance(b) - a.distance_squared(m)
        + a.lerp(b, k).element_sum()
}

#[differentiate]
fn others(a: DVec2, b: DVec4, k: f64) -> f64 {
    let c = DVec4::new(a.x, a.y, k, 1.0);
    c.dot(b) + a.normalize().y + b.length() + (DVec2::new(b.w, k) - a).length()
}

#[differentiate]
mod bodies {
    use glam::DVec3;

    pub struct Body {
        pub at: DVec3,
        pub speed: DVec3,
        pub mass: f64,
    }

    fn pull(of: &Body, at: DVec3) -> DVec3 {
        let to = of.at - at;
        let distance = to.length();
        to * (of.mass / (distance * distance * distance))
    }

    pub fn end(sun: &Body, planet: &Body, steps: usize) -> f64 {
        let mut at = planet.at;
        let mut speed = planet.speed;
        for _ in 0..steps {
            speed += pull(sun, at) * 0.01;
            at += speed * 0.01;
        }
        (at - sun.at).length()
    }
}

#[test]
fn vectors_are_differentiated() {
    let (a, b, k) = (DVec3::new(0.3, -1.2, 0.8), DVec3::new(1.1, 0.4, -0.6), 0.7);
    check!(operators(a, &b, k) by a, b, k);
    check!(methods(a, b, k) by a, b, k);
    let (a, b) = (DVec2::new(0.3, -1.2), DVec4::new(1.1, 0.4, -0.6, 0.9));
    check!(others(a, b, k) by a, b, k);
}

#[test]
fn they_are_fields_of_what_a_module_sees() {
    use bodies::Body;
    let sun = Body { at: DVec3::ZERO, speed: DVec3::ZERO, mass: 1.0 };
    let planet = |x: f64, mass: f64| {
        (Body { at: DVec3::new(x, 0.1, 0.0), speed: DVec3::Y, mass: 0.0 }, Body { mass, ..sun })
    };
    let at = |x: f64, mass: f64| {
        let (planet, sun) = planet(x, mass);
        bodies::end(&sun, &planet, 50)
    };
    let (planet, sun) = planet(1.0, 1.0);
    let (sun_bar, planet_bar) = bodies::end::grad(&sun, &planet, 50);
    let h = 1e-6;
    assert!((planet_bar.at.x - (at(1.0 + h, 1.0) - at(1.0 - h, 1.0)) / (2.0 * h)).abs() < 1e-8);
    assert!((sun_bar.mass - (at(1.0, 1.0 + h) - at(1.0, 1.0 - h)) / (2.0 * h)).abs() < 1e-8);
}

#[differentiate]
fn lengths(a: DVec3, b: DVec3) -> f64 {
    a.length() + a.distance(b)
}

#[test]
fn the_length_of_zero_has_the_derivative_zero() {
    let zero = DVec3::ZERO;
    assert_eq!(lengths::grad(zero, zero), (zero, zero));
    assert_eq!(lengths::jvp(zero, zero, DVec3::ONE, DVec3::X), (0.0, 0.0));
}

#[test]
fn they_are_trees_of_numbers() {
    let mut at = Vec3::new(1.0, 2.0, 3.0);
    Sgd::new(0.5).step(&mut at, &Vec3::new(2.0, 0.0, -2.0)).unwrap();
    assert_eq!(at, Vec3::new(0.0, 2.0, 4.0));
}
