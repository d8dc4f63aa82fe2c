//! What the derivatives of functions are made of that are given by hand: `partials`, `vjp`, `jvp`, `opaque`, `implicit`.
//!
//! The macro writes which function is called with what; what is done with the numbers stands here. A Jacobian is known by its
//! columns (the tangents of the result along each number of a parameter) or by its rows (the adjoints of the parameters
//! for each number of the result).

mod jacobian;

pub use self::jacobian::{Jacobian, ratio};

use alloc::vec::Vec;

use crate::Tangent;
use crate::differentiable::zip_all;
use crate::special::{chain, product};

/// What an adjoint slot refers to: a tangent, or a slice of tangents.
pub trait Slot {
    /// The same as a value.
    type Owned: Tangent;

    /// See [`Tangent::zip_with`].
    fn zip(&mut self, other: &Self::Owned, f: &mut impl FnMut(f64, f64) -> f64);

    /// A copy.
    fn owned(&self) -> Self::Owned;
}

impl<T: Tangent> Slot for T {
    type Owned = T;
    #[inline]
    fn zip(&mut self, other: &T, f: &mut impl FnMut(f64, f64) -> f64) {
        self.zip_with(other, f);
    }
    #[inline]
    fn owned(&self) -> T {
        self.clone()
    }
}

impl<T: Tangent> Slot for [T] {
    type Owned = Vec<T>;
    #[inline]
    fn zip(&mut self, other: &Vec<T>, f: &mut impl FnMut(f64, f64) -> f64) {
        zip_all(self, other, f);
    }
    #[inline]
    fn owned(&self) -> Vec<T> {
        self.to_vec()
    }
}

/// `slot += f(given)`, number by number.
#[inline]
pub fn add<S: Slot + ?Sized>(slot: &mut S, given: &S::Owned, mut f: impl FnMut(f64) -> f64) {
    slot.zip(given, &mut |x, y| x + f(y));
}

/// The sum of `f(a, b)` over the numbers of two tangents.
#[inline]
pub fn sum<S: Slot + ?Sized>(a: &S::Owned, b: &S, mut f: impl FnMut(f64, f64) -> f64) -> f64 {
    let mut sum = 0.0;
    let mut b = b.owned();
    b.zip_with(a, &mut |y, x| {
        sum += f(x, y);
        y
    });
    sum
}

/// An adjoint slot of a slice and the partial derivatives that are given for it have a number for each element.
///
/// # Panics
/// When they do not.
#[inline]
#[track_caller]
pub fn check_len(given: usize, len: usize) {
    assert_eq!(
        given, len,
        "the partial derivatives that are given have a number for each element of the parameter"
    );
}

/// The numbers of a tangent, in order.
fn numbers<T: Tangent>(of: &T) -> Vec<f64> {
    let mut all = Vec::new();
    of.clone().zip_with(of, &mut |x, _| {
        all.push(x);
        x
    });
    all
}

/// A tangent of the shape of `like` with other numbers.
fn with_numbers<T: Tangent>(like: &T, numbers: &[f64]) -> T {
    let mut made = like.zero_tangent();
    let mut numbers = numbers.iter();
    made.zip_with(like, &mut |_, _| numbers.next().copied().unwrap_or(0.0));
    made
}

/// The directions in which one number changes, in order.
fn basis<T: Tangent>(like: &T) -> impl Iterator<Item = T> {
    let (zero, count) = (like.zero_tangent(), numbers(like).len());
    (0..count).map(move |at| {
        let mut unit = alloc::vec![0.0; count];
        unit[at] = 1.0;
        with_numbers(&zero, &unit)
    })
}

/// Adds to a slot what arrives there from `seed`, by a derivative that is known by its tangents: one call of `tangent` for each
/// number of the parameter.
pub fn add_by_tangents<S: Slot + ?Sized, R: Tangent>(
    slot: &mut S,
    zero: &S::Owned,
    seed: &R,
    mut tangent: impl FnMut(S::Owned) -> R,
) {
    let sums: Vec<f64> = basis(zero)
        .map(|direction| sum(&tangent(direction), seed, |tangent, seed| chain(seed, tangent)))
        .collect();
    add(slot, &with_numbers(zero, &sums), |sum| sum);
}

/// The tangent of a result, by a derivative that is known by its adjoints: one call of `along` for each number of the result,
/// which gives the number's derivative in the direction of the tangents.
pub fn tangent_by_adjoints<R: Tangent>(zero: &R, along: impl FnMut(R) -> f64) -> R {
    let sums: Vec<f64> = basis(zero).map(along).collect();
    with_numbers(zero, &sums)
}

/// The product of an adjoint and a tangent: a zero in either stays zero.
#[inline]
pub fn dot<S: Slot + ?Sized>(a: &S::Owned, b: &S) -> f64 {
    sum(a, b, product)
}

/// A solution, as the equation that it solves takes it: by reference, or by value.
pub trait Solution<T> {
    /// The reference, or a copy.
    fn solution(self) -> T;
}

impl<'a, T: ?Sized> Solution<&'a T> for &'a T {
    #[inline(always)]
    fn solution(self) -> &'a T {
        self
    }
}

impl<T: Clone> Solution<T> for &T {
    #[inline(always)]
    fn solution(self) -> T {
        self.clone()
    }
}

impl<'a, T> Solution<&'a [T]> for &'a Vec<T> {
    #[inline(always)]
    fn solution(self) -> &'a [T] {
        self
    }
}

impl<'a, T, const N: usize> Solution<&'a [T]> for &'a [T; N] {
    #[inline(always)]
    fn solution(self) -> &'a [T] {
        self
    }
}

/// What an equation is handed for its solution.
#[inline(always)]
pub fn solution<K: Solution<T>, T>(solution: K) -> T {
    solution.solution()
}

/// The step of a central difference on an `f64`, relative to numbers above 1: the third root of `f64::EPSILON`, where what is
/// cut off and what is rounded off are about as large.
pub const STEP: f64 = 6.055454452393343e-6;

/// The same where an `f32` takes part.
pub const STEP_SINGLE: f64 = 4.921566601151848e-3;

/// The derivatives of `f` by each number at `point`, by central differences.
fn differences<P: Tangent, R: Tangent>(
    point: &P,
    step: f64,
    mut f: impl FnMut(P) -> R,
) -> impl Iterator<Item = R> {
    let at = numbers(point);
    let point = point.clone();
    (0..at.len()).map(move |k| {
        let mut moved = |by: f64| {
            let mut numbers = at.clone();
            numbers[k] += by;
            let moved = with_numbers(&point, &numbers);
            // What the step became when it was rounded.
            let made = self::numbers(&moved)[k] - at[k];
            (f(moved), made)
        };
        let h = step * at[k].abs().max(1.0);
        let ((mut above, up), (below, down)) = (moved(h), moved(-h));
        above.zip_with(&below, &mut |above, below| (above - below) / (up - down));
        above
    })
}

/// Adds to a slot what arrives there from `seed` by central differences of `f`.
pub fn add_by_differences<S: Slot + ?Sized, R: Tangent>(
    slot: &mut S,
    point: &S::Owned,
    seed: &R,
    step: f64,
    f: impl FnMut(S::Owned) -> R,
) {
    let sums: Vec<f64> = differences(point, step, f)
        .map(|column| sum(&column, seed, |column, seed| chain(seed, column)))
        .collect();
    add(slot, &with_numbers(point, &sums), |sum| sum);
}

/// Adds to the tangent of a result what a parameter's tangent makes of it by central differences of `f`.
pub fn add_difference<S: Slot + ?Sized, R: Tangent>(
    value_dot: &mut R,
    point: &S::Owned,
    direction: &S,
    step: f64,
    f: impl FnMut(S::Owned) -> R,
) {
    let direction = numbers(&direction.owned());
    for (column, direction) in differences(point, step, f).zip(direction) {
        add(value_dot, &column, |column| product(direction, column));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn numbers_come_back_in_their_places() {
        let tree = (vec![1.0, 2.0], [3.0_f32], ());
        assert_eq!(numbers(&tree), [1.0, 2.0, 3.0]);
        assert_eq!(with_numbers(&tree, &[4.0, 5.0, 6.0]), (vec![4.0, 5.0], [6.0], ()));
        let units: Vec<_> = basis(&(0.0, [0.0])).collect();
        assert_eq!(units, [(1.0, [0.0]), (0.0, [1.0])]);
    }

    #[test]
    fn zeros_stay_zero_behind_infinities() {
        assert_eq!(dot(&vec![f64::INFINITY, 2.0], &[0.0, 3.0][..]), 6.0);
        let mut slot = [0.5];
        add_by_tangents(&mut slot[..], &vec![0.0], &0.0, |_| f64::INFINITY);
        assert_eq!(slot, [0.5]);
    }

    #[test]
    fn differences_are_those_of_the_numbers_themselves() {
        let f = |x: [f64; 2]| x[0] * x[0] + x[0] * x[1];
        let mut slot = [0.0; 2];
        add_by_differences(&mut slot, &[3.0, -2.0], &2.0, STEP, f);
        assert!(f64::abs(slot[0] - 8.0) < 1e-8 && f64::abs(slot[1] - 6.0) < 1e-8, "{slot:?}");
        let mut tangent = 0.0;
        add_difference(&mut tangent, &[3.0, -2.0], &[1.0, 0.5], STEP, f);
        assert!(f64::abs(tangent - 5.5) < 1e-8, "{tangent}");
    }
}
