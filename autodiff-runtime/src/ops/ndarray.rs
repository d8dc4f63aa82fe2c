//! The operators of `ndarray`'s arrays, with their broadcasting: what an array gave to many elements, it gets back as a sum.

use super::{AddRule, DivRule, MulRule, NegRule, SubRule, by_reference};
use crate::differentiable::{Element, Storage};
use crate::special::product;
use ndarray::{Array, ArrayBase, ArrayView, Axis, Data, DimMax, Dimension, IxDyn, Zip};

/// `a / b`, and zero where `a` is.
#[inline(always)]
pub(crate) fn quotient<T: Element>(a: T, b: T) -> T {
    if a == T::zero() { a } else { a / b }
}

/// The sum of the products of equal elements, of arrays of one shape. A zero times an infinity is a zero.
#[inline]
#[allow(clippy::eq_op, reason = "a number that is none differs from itself")]
pub(crate) fn inner<T, S, S2, D>(a: &ArrayBase<S, D>, b: &ArrayBase<S2, D>) -> T
where
    T: Element,
    S: Data<Elem = T>,
    S2: Data<Elem = T>,
    D: Dimension,
{
    let sum = Zip::from(a).and(b).fold(T::zero(), |sum, a, b| sum + *a * *b);
    if sum == sum {
        return sum;
    }
    Zip::from(a).and(b).fold(T::zero(), |sum, a, b| sum + product(*a, *b))
}

/// `to += factor * from`. A zero times an infinity is a zero.
#[inline]
pub(crate) fn add_scaled<T, S, D>(to: &mut Array<T, D>, factor: T, from: &ArrayBase<S, D>)
where
    T: Element,
    S: Data<Elem = T>,
    D: Dimension,
{
    if factor == T::zero() {
        return;
    }
    let finite = factor.is_finite();
    Zip::from(to).and(from).for_each(|to, from| {
        *to += if finite { factor * *from } else { product(factor, *from) };
    });
}

/// Adds to the adjoint of an operand the adjoint of the result, summed over the axes along which the operand was repeated.
pub(crate) fn add_reduced<T: Element, D: Dimension, E: Dimension>(
    to: &mut Array<T, D>,
    from: ArrayView<'_, T, E>,
) {
    if to.shape() == from.shape() {
        let from = from.into_dimensionality::<D>().expect("arrays of one shape");
        *to += &from;
        return;
    }
    let mut from = from.into_dyn().into_owned();
    while from.ndim() > to.ndim() {
        from = from.sum_axis(Axis(0));
    }
    for axis in 0..to.ndim() {
        if to.len_of(Axis(axis)) != from.len_of(Axis(axis)) {
            from = from.sum_axis(Axis(axis)).insert_axis(Axis(axis));
        }
    }
    let from = from.into_dimensionality::<D>().expect("an operand of an operator on arrays");
    *to += &from;
}

/// `seed` times the derivative of the operator at each pair of elements, for one of the operands; in place where that has the
/// shape of the result.
fn add_elementwise<T, D, E, O, S, S2>(
    to: &mut Array<T, D>,
    seed: &Array<T, O>,
    a: &ArrayBase<S, D>,
    b: &ArrayBase<S2, E>,
    partial: impl Fn(T, T, T) -> T,
) where
    T: Element,
    D: Dimension,
    E: Dimension,
    O: Dimension,
    S: Data<Elem = T>,
    S2: Data<Elem = T>,
{
    let a = a.broadcast(seed.raw_dim()).expect("an operand has been broadcast");
    let b = b.broadcast(seed.raw_dim()).expect("an operand has been broadcast");
    if to.shape() == seed.shape() {
        let to = to.view_mut().into_dimensionality::<O>().expect("arrays of one shape");
        Zip::from(to).and(seed).and(a).and(b).for_each(|to, seed, a, b| *to += partial(*seed, *a, *b));
    } else {
        let by_element = Zip::from(seed).and(a).and(b).map_collect(|seed, a, b| partial(*seed, *a, *b));
        add_reduced(to, by_element.view());
    }
}

/// The tangent of an operand, as it stands in the result.
fn repeated<'a, T: Element, D: Dimension>(dot: &'a Array<T, D>, shape: &[usize]) -> ArrayView<'a, T, IxDyn> {
    dot.broadcast(IxDyn(shape)).expect("an operand has been broadcast")
}

/// One operator on two arrays: what the adjoints receive of a seed, and what the tangents give, at a pair of elements.
macro_rules! array_rule {
    ($Rule:ident, $symbol:tt, |$seed:ident, $a:ident, $b:ident| [$by_a:expr, $by_b:expr],
        |$x:ident, $y:ident, $x_dot:ident, $y_dot:ident| $tangent:expr) => {
        #[diagnostic::do_not_recommend]
        impl<T, S, S2, D, E> $Rule<ArrayBase<S2, E>> for ArrayBase<S, D>
        where
            T: Element,
            S: Storage<Elem = T>,
            S2: Storage<Elem = T>,
            D: Dimension + DimMax<E>,
            E: Dimension,
        {
            type Output = Array<T, <D as DimMax<E>>::Output>;
            #[inline]
            fn value(&self, other: &ArrayBase<S2, E>) -> Self::Output {
                self $symbol other
            }
            #[allow(unused_variables)]
            fn pullback(
                &self,
                other: &ArrayBase<S2, E>,
                seed: Self::Output,
                self_bar: &mut Array<T, D>,
                other_bar: &mut Array<T, E>,
            ) {
                add_elementwise(self_bar, &seed, self, other, |$seed, $a, $b| $by_a);
                add_elementwise(other_bar, &seed, other, self, |$seed, $b, $a| $by_b);
            }
            fn pushforward(
                &self,
                other: &ArrayBase<S2, E>,
                self_dot: &Array<T, D>,
                other_dot: &Array<T, E>,
            ) -> (Self::Output, Self::Output) {
                let value = self $symbol other;
                let mut tangent = Self::Output::zeros(value.raw_dim());
                let shape = value.shape();
                let (a, b) = (
                    self.broadcast(IxDyn(shape)).expect("an operand has been broadcast"),
                    other.broadcast(IxDyn(shape)).expect("an operand has been broadcast"),
                );
                let operands = Zip::from(tangent.view_mut().into_dyn()).and(a).and(b);
                operands.and(repeated(self_dot, shape)).and(repeated(other_dot, shape)).for_each(
                    |to, $x, $y, $x_dot, $y_dot| {
                        let ($x, $y, $x_dot, $y_dot) = (*$x, *$y, *$x_dot, *$y_dot);
                        *to = $tangent;
                    },
                );
                (value, tangent)
            }
        }
    };
}
array_rule!(AddRule, +, |seed, a, b| [seed, seed], |_x, _y, x_dot, y_dot| x_dot + y_dot);
array_rule!(SubRule, -, |seed, a, b| [seed, -seed], |_x, _y, x_dot, y_dot| x_dot - y_dot);
array_rule!(MulRule, *, |seed, a, b| [product(seed, b), product(seed, a)],
    |x, y, x_dot, y_dot| product(x_dot, y) + product(x, y_dot));
array_rule!(DivRule, /, |seed, a, b| [quotient(seed, b), -product(quotient(seed, b), a / b)],
    |x, y, x_dot, y_dot| quotient(x_dot, y) - product(quotient(y_dot, y), x / y));

#[diagnostic::do_not_recommend]
impl<T: Element, S: Storage<Elem = T>, D: Dimension> NegRule for ArrayBase<S, D> {
    type Output = Array<T, D>;
    #[inline]
    fn value(&self) -> Array<T, D> {
        self.mapv(|x| -x)
    }
    #[inline]
    fn pullback(&self, seed: Array<T, D>, self_bar: &mut Array<T, D>) {
        *self_bar -= &seed;
    }
    #[inline]
    fn pushforward(&self, self_dot: &Array<T, D>) -> (Array<T, D>, Array<T, D>) {
        (self.mapv(|x| -x), self_dot.mapv(|x| -x))
    }
}

/// One operator on an array and a number, in both orders.
macro_rules! scalar_rule {
    ($float:ty, $Rule:ident, $symbol:tt, |$seed:ident, $a:ident, $b:ident| [$by_a:expr, $by_b:expr],
        |$x:ident, $y:ident, $x_dot:ident, $y_dot:ident| $tangent:expr) => {
        #[diagnostic::do_not_recommend]
        impl<S: Storage<Elem = $float>, D: Dimension> $Rule<$float> for ArrayBase<S, D> {
            type Output = Array<$float, D>;
            #[inline]
            fn value(&self, other: &$float) -> Array<$float, D> {
                self $symbol *other
            }
            #[allow(unused_variables)]
            fn pullback(
                &self,
                other: &$float,
                seed: Array<$float, D>,
                self_bar: &mut Array<$float, D>,
                other_bar: &mut $float,
            ) {
                let $b = *other;
                *other_bar += Zip::from(&seed).and(self).fold(0.0, |sum, &$seed, &$a| sum + $by_b);
                Zip::from(self_bar).and(&seed).and(self).for_each(|to, &$seed, &$a| *to += $by_a);
            }
            #[allow(unused_variables)]
            fn pushforward(
                &self,
                other: &$float,
                self_dot: &Array<$float, D>,
                other_dot: &$float,
            ) -> (Array<$float, D>, Array<$float, D>) {
                let ($y, $y_dot) = (*other, *other_dot);
                (self $symbol $y, Zip::from(self).and(self_dot).map_collect(|&$x, &$x_dot| $tangent))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<S: Storage<Elem = $float>, D: Dimension> $Rule<ArrayBase<S, D>> for $float {
            type Output = Array<$float, D>;
            #[inline]
            fn value(&self, other: &ArrayBase<S, D>) -> Array<$float, D> {
                *self $symbol other
            }
            #[allow(unused_variables)]
            fn pullback(
                &self,
                other: &ArrayBase<S, D>,
                seed: Array<$float, D>,
                self_bar: &mut $float,
                other_bar: &mut Array<$float, D>,
            ) {
                let $a = *self;
                *self_bar += Zip::from(&seed).and(other).fold(0.0, |sum, &$seed, &$b| sum + $by_a);
                Zip::from(other_bar).and(&seed).and(other).for_each(|to, &$seed, &$b| *to += $by_b);
            }
            #[allow(unused_variables)]
            fn pushforward(
                &self,
                other: &ArrayBase<S, D>,
                self_dot: &$float,
                other_dot: &Array<$float, D>,
            ) -> (Array<$float, D>, Array<$float, D>) {
                let ($x, $x_dot) = (*self, *self_dot);
                ($x $symbol other, Zip::from(other).and(other_dot).map_collect(|&$y, &$y_dot| $tangent))
            }
        }
    };
}
macro_rules! scalar_rules {
    ($($float:ty)*) => {$(
        scalar_rule!($float, AddRule, +, |seed, a, b| [seed, seed], |x, y, x_dot, y_dot| x_dot + y_dot);
        scalar_rule!($float, SubRule, -, |seed, a, b| [seed, -seed], |x, y, x_dot, y_dot| x_dot - y_dot);
        scalar_rule!($float, MulRule, *, |seed, a, b| [product(seed, b), product(seed, a)],
            |x, y, x_dot, y_dot| product(x_dot, y) + product(x, y_dot));
        scalar_rule!($float, DivRule, /, |seed, a, b| [quotient(seed, b), -product(quotient(seed, b), a / b)],
            |x, y, x_dot, y_dot| quotient(x_dot, y) - product(quotient(y_dot, y), x / y));
    )*};
}
scalar_rules!(f32 f64);

macro_rules! references {
    ($($Rule:ident)*) => {$(
        by_reference!($Rule, {
            impl['r, T, S, D, B] for [ArrayBase<S, D>], [&'r B] where ArrayBase<S, D>: $Rule<B>,
            T: Element, S: Storage<Elem = T>, D: Dimension,
        });
        by_reference!($Rule, {
            impl['r, T, S, D, A] for [&'r A], [ArrayBase<S, D>] where A: $Rule<ArrayBase<S, D>>,
            T: Element, S: Storage<Elem = T>, D: Dimension,
        });
    )*};
}
references!(AddRule SubRule MulRule DivRule);
