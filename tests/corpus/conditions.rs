//! `#[cfg]` in every position inside of functions, and `cfg!`.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn statements(x: f64) -> f64 {
    let mut y = x;
    #[cfg(windows)]
    {
        y = 7.0 * y;
    }
    #[cfg(not(windows))]
    {
        y = y * y.sin();
    }
    y * y
}

#[differentiate]
fn bindings(x: f64) -> f64 {
    #[cfg(test)]
    let y = x * x;
    #[cfg(not(test))]
    let y = 3.0 * x;
    #[cfg(any())]
    let y = 5.0;
    y * x
}

#[differentiate]
fn left_early(x: f64) -> f64 {
    #[cfg(any())]
    return 7.0 * x;
    for i in 0..3 {
        #[cfg(windows)]
        if i == 1 {
            break;
        }
        #[cfg(all(test, not(windows)))]
        if i == 2 {
            return x.sin() * x;
        }
    }
    #[allow(unreachable_code)]
    x
}

#[differentiate]
fn arms(x: f64, n: usize) -> f64 {
    match n {
        #[cfg(windows)]
        1 => 9.0 * x,
        #[cfg(not(windows))]
        1 => x * x * x,
        #[cfg_attr(windows, cfg(any()))]
        2 => x.exp(),
        _ => x,
    }
}

#[differentiate]
fn elements(x: f64, y: f64) -> f64 {
    let a = [
        #[cfg(windows)]
        y,
        x * y,
        #[cfg(test)]
        (y * y),
    ];
    let v = vec![
        #[cfg(any())]
        1.0,
        x,
        #[cfg(not(windows))]
        y,
    ];
    a[0] * v[1] + a[1] * v[0] + (a.len() + v.len()) as f64 * x
}

#[derive(Clone, Copy, Differentiable)]
#[allow(dead_code)]
struct Law {
    a: f64,
    #[cfg(windows)]
    b: f64,
    #[cfg(not(windows))]
    b: [f64; 2],
    #[cfg(any())]
    never: Missing,
    #[cfg_attr(test, no_diff)]
    n: f64,
}

#[differentiate]
fn fields(x: f64) -> f64 {
    let law = Law {
        a: x,
        #[cfg(windows)]
        b: x,
        #[cfg(not(windows))]
        b: [x * x, x],
        n: 3.0,
    };
    let Law {
        a,
        #[cfg(not(windows))]
        b,
        ..
    } = law;
    a * b[0] + b[1]
}

#[differentiate]
fn by_struct(law: &Law, x: f64) -> f64 {
    law.a * law.b[1] * x + law.b[0]
}

#[differentiate]
fn parameters(#[cfg(windows)] w: f64, x: f64, #[cfg(test)] y: f64) -> f64 {
    x * y * y
}

#[differentiate]
fn arguments(x: f64) -> f64 {
    let f = |a: f64, #[cfg(windows)] b: f64| a * a;
    parameters(
        #[cfg(windows)]
        x,
        x,
        #[cfg(test)]
        x.sin(),
    ) + f(
        x,
        #[cfg(windows)]
        x,
    )
}

#[differentiate]
fn asked(x: f64, panic: f64) -> f64 {
    let slow = cfg!(panic = "abort");
    let k = if cfg!(debug_assertions) { 3.0 } else { 3.0 };
    if slow || cfg!(windows) { x } else { k * x * x * panic }
}

#[differentiate]
fn nested(x: &[f64]) -> f64 {
    #[cfg(windows)]
    const SCALE: f64 = 9.0;
    #[cfg(not(windows))]
    const SCALE: f64 = 2.0;
    let mut s = 0.0;
    for &v in x {
        #[cfg(not(windows))]
        let v = v * SCALE;
        s += {
            #[cfg(test)]
            let v = v * v;
            #[cfg(windows)]
            println!("{v}");
            v * x[0]
        };
    }
    s
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

#[differentiate]
impl Pair {
    fn norm(&self, x: f64) -> f64 {
        #[cfg(windows)]
        {
            self.a
        }
        #[cfg(not(windows))]
        {
            self.a * self.b * x
        }
    }

    #[cfg(windows)]
    fn only_there(&self) -> f64 {
        self.a
    }
}

impl Pair {
    #[differentiate]
    fn one(&self, #[cfg(windows)] n: usize, x: f64) -> f64 {
        #[cfg(test)]
        let x = x * x;
        self.b * x
    }
}

#[differentiate]
impl std::ops::Mul for Pair {
    type Output = Pair;
    fn mul(self, other: Pair) -> Pair {
        #[cfg(windows)]
        let other = self;
        Pair { a: self.a * other.a, b: self.b * other.b }
    }
}

#[differentiate]
fn methods(p: &Pair, x: f64) -> f64 {
    let q = *p * *p;
    p.norm(x) * p.one(x) + q.a * q.b
}

checks! {
    statements(3.0);
    bindings(1.5) => 6.75;
    left_early(0.5);
    arms(1.5, @1) => 6.75;
    arms as another_arm(1.5, @2);
    elements(1.5, 0.7);
    fields(1.5) => 3.0 * 1.5 * 1.5 + 1.0;
    parameters(1.5, 0.7);
    arguments(1.5);
    asked(1.5, 0.25);
    nested(&[0.5, -1.5]);
}

#[test]
fn structs_and_methods() {
    let law = Law { a: 2.0, b: [3.0, 5.0], n: 7.0 };
    let (law_bar, x_bar) = by_struct::grad(&law, 0.5);
    assert_eq!((law_bar.a, law_bar.b, law_bar.n, x_bar), (2.5, [1.0, 1.0], (), 10.0));
    let p = Pair { a: 2.0, b: 3.0 };
    let (p_bar, x_bar) = methods::grad(&p, 0.5);
    // 0.5³ a b² + a² b²
    assert_eq!((p_bar.a, p_bar.b), (9.0 / 8.0 + 2.0 * 2.0 * 9.0, 12.0 / 8.0 + 4.0 * 2.0 * 3.0));
    assert_eq!(x_bar, 3.0 * 0.25 * 18.0);
}
