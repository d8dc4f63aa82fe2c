//! Which type stands behind a trait object no derivative knows.

use autodiff_runtime::differentiate;

#[differentiate]
mod curves {
    pub trait Curve {
        fn rate(&self, t: f64) -> f64;
    }

    pub struct Flat(pub f64);

    impl Curve for Flat {
        fn rate(&self, _t: f64) -> f64 {
            self.0
        }
    }

    pub fn lent(curve: &dyn Curve, t: f64) -> f64 {
        curve.rate(t) * t
    }

    pub fn boxed(rate: f64) -> f64 {
        let curves: Vec<Box<dyn Curve>> = vec![Box::new(Flat(rate))];
        curves.iter().map(|curve| curve.rate(1.0)).sum()
    }
}

fn main() {}
