//! Functions of `f64` that work with and without the standard library.

use num_traits::Float;

macro_rules! unary {
    ($($name:ident)*) => {
        $(#[inline]
        pub(crate) fn $name(x: f64) -> f64 {
            Float::$name(x)
        })*
    };
}
unary!(sqrt cos floor ceil exp ln);

#[inline]
pub(crate) fn powf(x: f64, y: f64) -> f64 {
    Float::powf(x, y)
}

/// `1 - beta^t`, the correction of a moving average that starts at zero.
#[inline]
pub(crate) fn debias(beta: f64, t: u64) -> f64 {
    1.0 - powf(beta, t as f64)
}
