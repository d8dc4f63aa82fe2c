//! The numbers that trees are made of.

use crate::TreeMut;
use core::fmt::{Debug, Display};
use core::iter::Sum;
use num_traits::{Float, NumAssign};

/// A floating-point number that can be a parameter: `f32` or `f64`.
///
/// Hyperparameters are always `f64`; they are rounded to the parameters' type once per step, with [`Scalar::of`].
///
/// ```
/// use autodiff_runtime::Scalar;
/// assert_eq!(f32::of(0.5).as_f64(), 0.5);
/// ```
///
/// It is a [tree](crate::tree) by itself, and so are `Vec`s, arrays and tuples of it, in generic code as well:
///
/// ```
/// use autodiff_runtime::{Error, Optimizer, Scalar, optim::Adam};
///
/// fn descend<S: Scalar>(params: &mut Vec<S>, grads: &(Vec<S>, [S; 1])) -> Result<(), Error> {
///     Adam::<S>::new(0.5).step(params, &grads.0)
/// }
///
/// let mut params = vec![1.0_f32];
/// descend(&mut params, &(vec![3.0], [0.0]))?;
/// assert!((params[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), Error>(())
/// ```
pub trait Scalar:
    Float + NumAssign + Sum + Default + Debug + Display + Send + Sync + TreeMut<Self> + 'static
{
    /// The nearest number of this type.
    fn of(x: f64) -> Self;
    /// The same number in double precision.
    fn as_f64(self) -> f64;
    /// The number as bytes that a later [`Scalar::from_bits64`] turns back into it.
    fn to_bits64(self) -> u64;
    /// The number whose bits these are.
    fn from_bits64(bits: u64) -> Self;
}

macro_rules! scalar {
    ($float:ty, $bits:ty) => {
        impl Scalar for $float {
            #[inline(always)]
            fn of(x: f64) -> Self {
                x as $float
            }
            #[inline(always)]
            fn as_f64(self) -> f64 {
                self as f64
            }
            fn to_bits64(self) -> u64 {
                self.to_bits() as u64
            }
            fn from_bits64(bits: u64) -> Self {
                <$float>::from_bits(bits as $bits)
            }
        }
    };
}
scalar!(f32, u32);
scalar!(f64, u64);
