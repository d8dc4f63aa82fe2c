//! What can be differentiated, and what its derivatives look like.

mod impls;
pub(crate) use impls::{accumulate_all, zip_all};
#[cfg(feature = "nalgebra")]
mod geometry;
#[cfg(feature = "nalgebra")]
mod matrix;
#[cfg(feature = "ndarray")]
mod ndarray;
mod standard;

#[cfg(feature = "nalgebra")]
pub use geometry::IsometryTangent;
#[cfg(feature = "nalgebra")]
pub use matrix::Real;
#[cfg(feature = "ndarray")]
pub use ndarray::{Element, Storage};

/// A type whose values can carry a derivative.
///
/// The tangent of a type is both its direction of change (forward mode) and its adjoint (reverse mode). It has the
/// shape of the type: the same elements, the same field names, `()` wherever nothing can change continuously.
///
/// | type | tangent |
/// |---|---|
/// | `f64`, `f32` | the type itself |
/// | integers, `bool`, `char`, `String`, `str`, `()`, `Ordering`, `Duration`, `Instant`, `PhantomData<T>`, sets | `()` |
/// | `[T; N]`, `Vec<T>`, `VecDeque<T>`, `Option<T>`, `Box<T>`, `Range<T>`, maps (their values), tuples | the same with `T::Tangent` |
/// | `Result<T, E>` | `Option<T::Tangent>` |
/// | `Cell<T>`, `RefCell<T>`, `Cow<T>` | `T::Tangent` |
/// | `[T]` | `Vec<T::Tangent>` |
/// | `&T`, `&mut T` | `T::Tangent` |
/// | `Rc<T>`, `Arc<T>` | `Box<T::Tangent>` |
/// | `dyn Trait` of a differentiated module | [`ObjectTangent`](crate::ObjectTangent) |
/// | a struct with `#[derive(Differentiable)]` | a struct with the same fields, called `…Tangent` |
/// | an enum with `#[derive(Differentiable)]` | an enum of the same variants, called `…Tangent`; `()` where none holds anything |
/// | matrices and vectors of `nalgebra` (feature `nalgebra`) | the owned matrix of the same size |
/// | points, translations and quaternions of `nalgebra` | the type itself; of a unit quaternion the quaternion, of a rotation the matrix, of an isometry [`IsometryTangent`](crate::rules::IsometryTangent) |
/// | arrays and views of `ndarray` (feature `ndarray`) | the owned array of the same shape |
/// | vectors of `glam` (feature `glam`) | the type itself |
///
/// ```
/// use autodiff_runtime::Differentiable;
///
/// let layer = (vec![1.0, 2.0], [3.0_f32; 2], 7_usize);
/// assert_eq!(layer.zero_tangent(), (vec![0.0, 0.0], [0.0_f32; 2], ()));
/// ```
#[diagnostic::on_unimplemented(
    message = "nothing is known of the derivative of `{Self}`",
    label = "carries a derivative here",
    note = "put `#[derive(Differentiable)]` on a type of your own; of one from elsewhere take the numbers (`&[f64]`), or mark the parameter or field `#[no_diff]` where it is a constant"
)]
pub trait Differentiable {
    /// The type of directions and adjoints.
    type Tangent: Tangent;

    /// The zero of the tangent type, in the shape of this value.
    fn zero_tangent(&self) -> Self::Tangent;

    /// What generated code asks for, so that a type of which nothing is known is complained of once.
    #[doc(hidden)]
    const KNOWN: bool = true;
}

/// A type of directions and adjoints: a vector space, and thereby its own tangent.
///
/// ```
/// use autodiff_runtime::Tangent;
///
/// let mut adjoint = (1.0, vec![10.0, 20.0]);
/// adjoint.accumulate(&(0.5, vec![1.0, 2.0]));
/// assert_eq!(adjoint, (1.5, vec![11.0, 22.0]));
/// adjoint.zip_with(&(2.0, vec![0.0, 3.0]), &mut |x, y| x * y);
/// assert_eq!(adjoint, (3.0, vec![0.0, 66.0]));
/// adjoint.set_all(1.0);
/// assert_eq!(adjoint, (1.0, vec![1.0, 1.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the tangent of a type",
    note = "`#[derive(Differentiable)]` on a struct makes a tangent for it; numbers, arrays, `Vec`s and tuples are their own"
)]
pub trait Tangent: Clone + Differentiable<Tangent = Self> {
    /// `self += other`.
    ///
    /// # Panics
    /// When the two have different lengths, or are of different variants, somewhere.
    fn accumulate(&mut self, other: &Self);

    /// Sets every number to `value`.
    fn set_all(&mut self, value: f64);

    /// Sets every number `x` to `f(x, y)`, where `y` is the number at the same place of `other`; the places are visited in
    /// their order. Where `other` has nothing (`None`, a key that is missing), `y` is zero.
    ///
    /// # Panics
    /// When the two have different lengths somewhere.
    fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64);
}

/// Tangents without a number in them: `()`, and containers of nothing else.
#[diagnostic::on_unimplemented(
    message = "a type is taken for the standard library's of the same name, but carries a derivative: `{Self}`",
    label = "this name is taken for the standard library's",
    note = "write the path of a type of your own (`self::Name`) where it has the name of one of the standard library's"
)]
pub trait Nothing: Tangent {}

/// Returns its argument, through which no derivative passes.
///
/// `#[differentiate]` treats the result as a constant; everywhere else this is the identity.
///
/// ```
/// use autodiff_runtime::stop_gradient;
/// assert_eq!(stop_gradient(2.5), 2.5);
/// ```
#[inline(always)]
pub fn stop_gradient<T>(x: T) -> T {
    x
}
