//! Several tangents at once: `W` directions, side by side in a vector that the processor multiplies as one.
//!
//! A function with `#[differentiate(lanes)]` has a pushforward for [`Lanes`]: the function and its partial derivatives are
//! computed once for all directions. `f::jvp_n` hands directions of the caller's through it, `f::jacobian` those of eight
//! columns at a time.
//!
//! ```
//! use autodiff_runtime::differentiate;
//!
//! #[differentiate(lanes)]
//! fn polar(at: &[f64; 2]) -> [f64; 2] {
//!     [at[0] * at[1].cos(), at[0] * at[1].sin()]
//! }
//!
//! let (value, tangents) = polar::jvp_n(&[2.0, 0.0], &[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
//! assert_eq!(value, [2.0, 0.0]);
//! assert_eq!(tangents, [[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]);
//! ```

use alloc::vec::Vec;
use core::array;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Differentiable;
use crate::jacobian::Numbers;

/// The tangents of one number in `W` directions.
///
/// ```
/// use autodiff_runtime::lanes::Lanes;
///
/// let dots = 3.0 * Lanes([1.0, 2.0]) - Lanes([0.5, 0.0]) / 2.0;
/// assert_eq!(dots, Lanes([2.75, 6.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Lanes<const W: usize>(pub [f64; W]);

impl<const W: usize> Lanes<W> {
    /// No change in any direction.
    pub const ZERO: Lanes<W> = Lanes([0.0; W]);

    /// One in the direction with this number, if there is one.
    fn unit(lane: isize) -> Lanes<W> {
        let mut unit = Lanes::ZERO;
        if let Some(one) = usize::try_from(lane).ok().and_then(|lane| unit.0.get_mut(lane)) {
            *one = 1.0;
        }
        unit
    }

    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Lanes<W> {
        Lanes(array::from_fn(|lane| f(self.0[lane])))
    }
}

impl<const W: usize> Default for Lanes<W> {
    fn default() -> Lanes<W> {
        Lanes::ZERO
    }
}

impl<const W: usize> Add for Lanes<W> {
    type Output = Lanes<W>;
    #[inline(always)]
    fn add(self, other: Lanes<W>) -> Lanes<W> {
        Lanes(array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }
}

impl<const W: usize> Sub for Lanes<W> {
    type Output = Lanes<W>;
    #[inline(always)]
    fn sub(self, other: Lanes<W>) -> Lanes<W> {
        Lanes(array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }
}

impl<const W: usize> Mul<f64> for Lanes<W> {
    type Output = Lanes<W>;
    #[inline(always)]
    fn mul(self, by: f64) -> Lanes<W> {
        self.map(|dot| dot * by)
    }
}

impl<const W: usize> Mul<Lanes<W>> for f64 {
    type Output = Lanes<W>;
    #[inline(always)]
    fn mul(self, lanes: Lanes<W>) -> Lanes<W> {
        lanes.map(|dot| self * dot)
    }
}

impl<const W: usize> Div<f64> for Lanes<W> {
    type Output = Lanes<W>;
    #[inline(always)]
    fn div(self, by: f64) -> Lanes<W> {
        self.map(|dot| dot / by)
    }
}

impl<const W: usize> Neg for Lanes<W> {
    type Output = Lanes<W>;
    #[inline(always)]
    fn neg(self) -> Lanes<W> {
        self.map(|dot| -dot)
    }
}

impl<const W: usize> AddAssign for Lanes<W> {
    #[inline(always)]
    fn add_assign(&mut self, other: Lanes<W>) {
        *self = *self + other;
    }
}

impl<const W: usize> SubAssign for Lanes<W> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Lanes<W>) {
        *self = *self - other;
    }
}

impl<const W: usize> MulAssign<f64> for Lanes<W> {
    #[inline(always)]
    fn mul_assign(&mut self, by: f64) {
        *self = *self * by;
    }
}

impl<const W: usize> DivAssign<f64> for Lanes<W> {
    #[inline(always)]
    fn div_assign(&mut self, by: f64) {
        *self = *self / by;
    }
}

/// [`special::chain`](crate::special::chain) in each lane.
#[doc(hidden)]
#[inline(always)]
pub fn chain<const W: usize>(d: Lanes<W>, p: f64) -> Lanes<W> {
    // A zero times a number is a zero by itself.
    if p.is_finite() { d * p } else { d.map(|d| crate::special::chain(d, p)) }
}

/// [`special::product`](crate::special::product) in each lane.
#[doc(hidden)]
#[inline(always)]
pub fn product<const W: usize>(d: Lanes<W>, p: f64) -> Lanes<W> {
    if p == 0.0 { Lanes::ZERO } else { chain(d, p) }
}

/// [`special::chain_unless`](crate::special::chain_unless) in each lane.
#[doc(hidden)]
#[inline(always)]
pub fn chain_unless<const W: usize>(k: f64, d: Lanes<W>, p: f64) -> Lanes<W> {
    if k > 0.0 { d * p } else { chain(d, p) }
}

/// [`special::product_unless`](crate::special::product_unless) in each lane.
#[doc(hidden)]
#[inline(always)]
pub fn product_unless<const W: usize>(k: f64, d: Lanes<W>, p: f64) -> Lanes<W> {
    if k > 0.0 { d * p } else { product(d, p) }
}

/// No change in any direction, in the shape of a value.
#[doc(hidden)]
pub fn zero<T: Differentiable<Tangent: Numbers> + ?Sized, const W: usize>(
    like: &T,
) -> <T::Tangent as Numbers>::Of<Lanes<W>> {
    like.zero_tangent().each(&mut || Lanes::ZERO)
}

/// So many columns of a Jacobian are made at once.
#[doc(hidden)]
pub const WIDTH: usize = 8;

/// Unit vectors: the next number of the tree is one in the direction `lane`, if there is one; its successor in the next.
#[doc(hidden)]
pub fn units<G: Numbers, const W: usize>(zero: &G, lane: &mut isize) -> G::Of<Lanes<W>> {
    zero.each(&mut || {
        let unit = Lanes::unit(*lane);
        *lane += 1;
        unit
    })
}

/// As [`units`].
#[doc(hidden)]
pub fn units_of_slice<const W: usize>(lanes: &mut [Lanes<W>], lane: &mut isize) {
    for to in lanes {
        *to = Lanes::unit(*lane);
        *lane += 1;
    }
}

/// Directions of their own, side by side.
#[doc(hidden)]
pub fn gather<G: Numbers, const W: usize>(directions: &[G; W], zero: &G) -> G::Of<Lanes<W>> {
    let mut at = 0;
    zero.each(&mut || {
        let number = Lanes(array::from_fn(|lane| directions[lane].get(at)));
        at += 1;
        number
    })
}

/// Tangents side by side as tangents of their own.
#[doc(hidden)]
pub fn scatter<S: Numbers, const W: usize>(zero: &S, tangents: &S::Of<Lanes<W>>) -> [S; W] {
    let mut apart = array::from_fn(|_| zero.clone());
    let mut at = 0;
    S::visit(tangents, &mut |number: &Lanes<W>| {
        apart.iter_mut().zip(number.0).for_each(|(tangent, number)| tangent.set(at, number));
        at += 1;
    });
    apart
}

/// The value, and the Jacobian by columns, some at a time: `block` runs the function and its pushforward; `shape` is the zero of
/// the tangent's shape, `zero` that of the gradient's.
#[doc(hidden)]
pub fn by_columns<R, S: Numbers, G: Numbers>(
    shape: impl Fn(&R) -> S,
    zero: &G,
    mut block: impl FnMut(G::Of<Lanes<WIDTH>>) -> (R, S::Of<Lanes<WIDTH>>),
) -> (R, S::Of<G>) {
    let count = zero.count();
    let mut numbers: Vec<f64> = Vec::new();
    let mut of_last = None;
    // Without a number to differentiate by there is a value all the same.
    for start in (0..count.max(1)).step_by(WIDTH) {
        let (value, tangents) = block(units(zero, &mut -(start as isize)));
        let mut row = 0;
        S::visit(&tangents, &mut |lanes: &Lanes<WIDTH>| {
            if start == 0 {
                numbers.resize((row + 1) * count, 0.0);
            }
            let to = &mut numbers[row * count..][start..count];
            to.iter_mut().zip(lanes.0).for_each(|(to, number)| *to = number);
            row += 1;
        });
        of_last = Some(value);
    }
    let value = of_last.expect("one run at least");
    let mut row = 0;
    let jacobian = shape(&value).each(&mut || {
        let mut gradient = zero.clone();
        for column in 0..count {
            gradient.set(column, numbers[row * count + column]);
        }
        row += 1;
        gradient
    });
    (value, jacobian)
}

/// The same by rows or by columns, whichever cost less.
#[doc(hidden)]
pub fn by_shape<R, S: Numbers, G: Numbers>(
    shape: impl Fn(&R) -> S,
    row: impl FnMut(&mut dyn FnMut(&R) -> S) -> (R, G),
    zero: &G,
    block: impl FnMut(G::Of<Lanes<WIDTH>>) -> (R, S::Of<Lanes<WIDTH>>),
) -> (R, S::Of<G>) {
    crate::jacobian::by_rows_unless(
        |rows| runs(zero.count()) < rows,
        &shape,
        row,
        || by_columns(&shape, zero, block),
    )
}

/// Writes a Jacobian into a buffer, some columns at a time, as [`jacobian::into`](crate::jacobian::into) wants it.
#[doc(hidden)]
pub fn columns_into<R, S: Numbers>(
    jacobian: &mut [f64],
    columns: usize,
    mut block: impl FnMut(isize) -> (R, S::Of<Lanes<WIDTH>>),
) -> Option<R> {
    let mut of_last = None;
    for start in (0..columns).step_by(WIDTH) {
        let (value, tangents) = block(-(start as isize));
        let (mut rows, mut chunks) = (0, jacobian.chunks_exact_mut(columns));
        S::visit(&tangents, &mut |lanes: &Lanes<WIDTH>| {
            rows += 1;
            if let Some(row) = chunks.next() {
                row[start..].iter_mut().zip(lanes.0).for_each(|(to, number)| *to = number);
            }
        });
        crate::jacobian::check_length(rows, columns, jacobian.len());
        of_last = Some(value);
    }
    of_last
}

/// As many pullbacks as so many columns cost: two for a block, by `ba_jacobian` and `hand_jacobian` in the benchmarks.
#[doc(hidden)]
pub fn runs(columns: usize) -> usize {
    2 * columns.div_ceil(WIDTH)
}
impl<const W: usize> num_traits::Zero for Lanes<W> {
    fn zero() -> Lanes<W> {
        Lanes::ZERO
    }
    fn is_zero(&self) -> bool {
        *self == Lanes::ZERO
    }
}
