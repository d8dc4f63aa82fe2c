//! The attribute on an `impl` of a trait that has none: what is derived stands in a block without the trait.

use autodiff_runtime::{Differentiable, differentiate};
use num_traits::Float;

mod shapes {
    use super::*;

    pub trait Transform {
        type Input;
        type Output;
        fn apply(&self, x: Self::Input) -> Self::Output;
    }

    #[derive(Differentiable)]
    pub struct Scale;

    #[differentiate]
    impl Transform for Scale {
        type Input = [f64; 2];
        type Output = Vec<f64>;
        fn apply(&self, x: Self::Input) -> Self::Output {
            let mut all = Self::Output::new();
            all.push(x[0] * x[1]);
            all.push(x[0].sin());
            all
        }
    }

    pub trait Easing<F> {
        fn ease(x: F, by: F) -> F;
    }

    #[derive(Differentiable)]
    pub struct Cubic;

    #[differentiate]
    impl<F> Easing<F> for Cubic
    where
        F: Float,
    {
        fn ease(x: F, by: F) -> F {
            x * x * x * by + F::one()
        }
    }
}

// From another module, as the methods themselves.
#[differentiate]
fn scaled(x: f64, y: f64) -> f64 {
    use shapes::Transform;
    #[allow(clippy::let_and_return)]
    let all = shapes::Scale.apply([x, y]);
    all[0] * all[1]
}

#[differentiate]
fn eased(x: f64, by: f64) -> f64 {
    use shapes::Easing;
    shapes::Cubic::ease(x, by) * x
}

checks! {
    scaled(0.6, 1.3);
    eased(0.6, 1.3);
}
