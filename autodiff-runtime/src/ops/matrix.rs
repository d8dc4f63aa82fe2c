//! The operators of `nalgebra`'s matrices and vectors.

use super::{AddRule, DivRule, MulRule, NegRule, SubRule, by_reference};
use crate::differentiable::Real;
use nalgebra::allocator::Allocator;
use nalgebra::constraint::{AreMultipliable, SameNumberOfColumns, SameNumberOfRows, ShapeConstraint};
use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, Storage};

/// The product of two numbers that is zero when either is (as [`product`](crate::special::product), of what `nalgebra` takes for real).
#[inline(always)]
pub(crate) fn product<T: Real>(a: T, b: T) -> T {
    if a == T::zero() || b == T::zero() { T::zero() } else { a * b }
}

/// `a / b`, and zero where `a` is.
#[inline(always)]
pub(crate) fn quotient<T: Real>(a: T, b: T) -> T {
    if a == T::zero() { a } else { a / b }
}

/// `to += factor * from`, of matrices whose sizes agree, however their types say so. A zero times an infinity is a zero.
#[inline]
pub(crate) fn add_scaled<T, R, C, S, R2, C2>(
    to: &mut OMatrix<T, R, C>,
    factor: T,
    from: &Matrix<T, R2, C2, S>,
) where
    T: Real,
    R: Dim,
    C: Dim,
    R2: Dim,
    C2: Dim,
    S: Storage<T, R2, C2>,
    DefaultAllocator: Allocator<R, C>,
{
    debug_assert_eq!(to.shape(), from.shape());
    if factor == T::zero() {
        return;
    }
    let finite = factor.is_finite();
    for (to, from) in to.iter_mut().zip(from.iter()) {
        *to += if finite { factor * *from } else { product(factor, *from) };
    }
}

/// The sum of the products of equal elements, of matrices whose sizes agree. A zero times an infinity is a zero.
#[inline]
#[allow(clippy::eq_op, reason = "a number that is none differs from itself")]
pub(crate) fn inner<T, R, C, S, R2, C2, S2>(a: &Matrix<T, R, C, S>, b: &Matrix<T, R2, C2, S2>) -> T
where
    T: Real,
    R: Dim,
    C: Dim,
    R2: Dim,
    C2: Dim,
    S: Storage<T, R, C>,
    S2: Storage<T, R2, C2>,
{
    debug_assert_eq!(a.shape(), b.shape());
    let sum = a.iter().zip(b.iter()).fold(T::zero(), |sum, (a, b)| sum + *a * *b);
    if sum == sum {
        return sum;
    }
    a.iter().zip(b.iter()).fold(T::zero(), |sum, (a, b)| sum + product(*a, *b))
}

macro_rules! sum_rule {
    ($Rule:ident, $symbol:tt, $sign:expr) => {
        #[diagnostic::do_not_recommend]
        impl<T, R, C, SA, SB> $Rule<Matrix<T, R, C, SB>> for Matrix<T, R, C, SA>
        where
            T: Real,
            R: Dim,
            C: Dim,
            SA: Storage<T, R, C>,
            SB: Storage<T, R, C>,
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = OMatrix<T, R, C>;
            #[inline]
            fn value(&self, other: &Matrix<T, R, C, SB>) -> OMatrix<T, R, C> {
                self $symbol other
            }
            #[inline]
            fn pullback(
                &self,
                _: &Matrix<T, R, C, SB>,
                seed: OMatrix<T, R, C>,
                self_bar: &mut OMatrix<T, R, C>,
                other_bar: &mut OMatrix<T, R, C>,
            ) {
                *self_bar += &seed;
                add_scaled(other_bar, nalgebra::convert($sign), &seed);
            }
            #[inline]
            fn pushforward(
                &self,
                other: &Matrix<T, R, C, SB>,
                self_dot: &OMatrix<T, R, C>,
                other_dot: &OMatrix<T, R, C>,
            ) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
                (self $symbol other, self_dot $symbol other_dot)
            }
        }
    };
}
sum_rule!(AddRule, +, 1.0);
sum_rule!(SubRule, -, -1.0);

#[diagnostic::do_not_recommend]
impl<T, R1, C1, R2, C2, SA, SB> MulRule<Matrix<T, R2, C2, SB>> for Matrix<T, R1, C1, SA>
where
    T: Real,
    R1: Dim,
    C1: Dim,
    R2: Dim,
    C2: Dim,
    SA: Storage<T, R1, C1>,
    SB: Storage<T, R2, C2>,
    DefaultAllocator:
        Allocator<R1, C1> + Allocator<R2, C2> + Allocator<R1, C2> + Allocator<C2, R2> + Allocator<C1, R1>,
    ShapeConstraint: AreMultipliable<R1, C1, R2, C2> + SameNumberOfColumns<C1, R2> + SameNumberOfRows<R2, C1>,
{
    type Output = OMatrix<T, R1, C2>;
    #[inline]
    fn value(&self, other: &Matrix<T, R2, C2, SB>) -> OMatrix<T, R1, C2> {
        self * other
    }
    #[inline]
    fn pullback(
        &self,
        other: &Matrix<T, R2, C2, SB>,
        seed: OMatrix<T, R1, C2>,
        self_bar: &mut OMatrix<T, R1, C1>,
        other_bar: &mut OMatrix<T, R2, C2>,
    ) {
        // `gemm_tr` goes column by column: a transposed copy and the kernel of products are many times faster.
        self_bar.gemm(T::one(), &seed, &other.transpose(), T::one());
        other_bar.gemm(T::one(), &self.transpose(), &seed, T::one());
    }
    #[inline]
    fn pushforward(
        &self,
        other: &Matrix<T, R2, C2, SB>,
        self_dot: &OMatrix<T, R1, C1>,
        other_dot: &OMatrix<T, R2, C2>,
    ) -> (OMatrix<T, R1, C2>, OMatrix<T, R1, C2>) {
        (self * other, self_dot * other + self * other_dot)
    }
}

#[diagnostic::do_not_recommend]
impl<T, R, C, S> NegRule for Matrix<T, R, C, S>
where
    T: Real,
    R: Dim,
    C: Dim,
    S: Storage<T, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    type Output = OMatrix<T, R, C>;
    #[inline]
    fn value(&self) -> OMatrix<T, R, C> {
        -self
    }
    #[inline]
    fn pullback(&self, seed: OMatrix<T, R, C>, self_bar: &mut OMatrix<T, R, C>) {
        *self_bar -= seed;
    }
    #[inline]
    fn pushforward(&self, self_dot: &OMatrix<T, R, C>) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        (-self, -self_dot)
    }
}

macro_rules! scalar_rules {
    ($($float:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<R: Dim, C: Dim, S: Storage<$float, R, C>> MulRule<$float> for Matrix<$float, R, C, S>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = OMatrix<$float, R, C>;
            #[inline]
            fn value(&self, other: &$float) -> OMatrix<$float, R, C> {
                self * *other
            }
            #[inline]
            fn pullback(
                &self,
                other: &$float,
                seed: OMatrix<$float, R, C>,
                self_bar: &mut OMatrix<$float, R, C>,
                other_bar: &mut $float,
            ) {
                *other_bar += inner(self, &seed);
                add_scaled(self_bar, *other, &seed);
            }
            #[inline]
            fn pushforward(
                &self,
                other: &$float,
                self_dot: &OMatrix<$float, R, C>,
                other_dot: &$float,
            ) -> (OMatrix<$float, R, C>, OMatrix<$float, R, C>) {
                let mut dot = self_dot * *other;
                add_scaled(&mut dot, *other_dot, self);
                (self * *other, dot)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<R: Dim, C: Dim, S: Storage<$float, R, C>> MulRule<Matrix<$float, R, C, S>> for $float
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = OMatrix<$float, R, C>;
            #[inline]
            fn value(&self, other: &Matrix<$float, R, C, S>) -> OMatrix<$float, R, C> {
                *self * other
            }
            #[inline]
            fn pullback(
                &self,
                other: &Matrix<$float, R, C, S>,
                seed: OMatrix<$float, R, C>,
                self_bar: &mut $float,
                other_bar: &mut OMatrix<$float, R, C>,
            ) {
                MulRule::pullback(other, self, seed, other_bar, self_bar);
            }
            #[inline]
            fn pushforward(
                &self,
                other: &Matrix<$float, R, C, S>,
                self_dot: &$float,
                other_dot: &OMatrix<$float, R, C>,
            ) -> (OMatrix<$float, R, C>, OMatrix<$float, R, C>) {
                MulRule::pushforward(other, self, other_dot, self_dot)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<R: Dim, C: Dim, S: Storage<$float, R, C>> DivRule<$float> for Matrix<$float, R, C, S>
        where
            DefaultAllocator: Allocator<R, C>,
        {
            type Output = OMatrix<$float, R, C>;
            #[inline]
            fn value(&self, other: &$float) -> OMatrix<$float, R, C> {
                self / *other
            }
            #[inline]
            fn pullback(
                &self,
                other: &$float,
                seed: OMatrix<$float, R, C>,
                self_bar: &mut OMatrix<$float, R, C>,
                other_bar: &mut $float,
            ) {
                *other_bar -= quotient(inner(self, &seed), other * other);
                add_scaled(self_bar, other.recip(), &seed);
            }
            #[inline]
            fn pushforward(
                &self,
                other: &$float,
                self_dot: &OMatrix<$float, R, C>,
                other_dot: &$float,
            ) -> (OMatrix<$float, R, C>, OMatrix<$float, R, C>) {
                let mut dot = self_dot.map(|dot| quotient(dot, *other));
                add_scaled(&mut dot, -quotient(*other_dot, other * other), self);
                (self / *other, dot)
            }
        }
    )*};
}
scalar_rules!(f32 f64);

macro_rules! references {
    ($($Rule:ident)*) => {$(
        by_reference!($Rule, {
            impl['r, T, R, C, S, B] for [Matrix<T, R, C, S>], [&'r B] where Matrix<T, R, C, S>: $Rule<B>
        });
        by_reference!($Rule, {
            impl['r, T, R, C, S, A] for [&'r A], [Matrix<T, R, C, S>] where A: $Rule<Matrix<T, R, C, S>>
        });
    )*};
}
references!(AddRule SubRule MulRule DivRule);

#[cfg(test)]
mod tests {
    use crate::testing::{numbers, numbers_mut};
    use crate::{Differentiable, Tangent, ops};
    use nalgebra::{DMatrix, DVector, Matrix2, Matrix2x3, Matrix3x2, Vector3};

    fn dynamic(rows: usize, columns: usize, start: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| (start + 1.7 * i as f64 - 0.9 * j as f64).sin())
    }

    /// Pushforward against central differences, pullback against pushforward (the dot-product identity in each
    /// direction of the operands).
    macro_rules! check {
        ($name:ident: $a:expr, $b:expr) => {{
            let (a, b) = ($a, $b);
            let value = ops::$name::forward(&a, &b).0;
            let count = numbers(&value).len();
            let seed = {
                let mut seed = value.zero_tangent();
                for (k, s) in numbers_mut(&mut seed).into_iter().enumerate() {
                    *s = 0.3 + 0.5 * k as f64;
                }
                seed
            };
            let (mut a_bar, mut b_bar) = (a.zero_tangent(), b.zero_tangent());
            ops::$name::forward(&a, &b).1(&a, &b, seed.clone(), Some(&mut a_bar), Some(&mut b_bar));
            // Adjoints accumulate.
            let (once, mut twice) = (a_bar.clone(), a_bar.clone());
            ops::$name::forward(&a, &b).1(&a, &b, seed.clone(), Some(&mut twice), None);
            let mut expected = once.clone();
            expected.accumulate(&once);
            for (found, expected) in numbers(&twice).into_iter().zip(numbers(&expected)) {
                assert!((found - expected).abs() < 1e-12);
            }

            let (na, nb) = (numbers(&a).len(), numbers(&b).len());
            for k in 0..na + nb {
                let (mut a_dot, mut b_dot) = (a.zero_tangent(), b.zero_tangent());
                let moved = |h: f64| {
                    let (mut a, mut b) = (a.clone(), b.clone());
                    if k < na {
                        *numbers_mut(&mut a)[k] += h
                    } else {
                        *numbers_mut(&mut b)[k - na] += h
                    }
                    numbers(&ops::$name::forward(&a, &b).0)
                };
                let adjoint = if k < na {
                    *numbers_mut(&mut a_dot)[k] = 1.0;
                    numbers(&a_bar)[k]
                } else {
                    *numbers_mut(&mut b_dot)[k - na] = 1.0;
                    numbers(&b_bar)[k - na]
                };
                let (same, tangent) = ops::$name::pushforward(&a, &b, Some(&a_dot), Some(&b_dot));
                assert_eq!(same, value);
                let (up, down, tangent) = (moved(1e-6), moved(-1e-6), numbers(&tangent));
                for i in 0..count {
                    let difference = (up[i] - down[i]) / 2e-6;
                    assert!((tangent[i] - difference).abs() < 1e-7, "{k} {i}: {} {difference}", tangent[i]);
                }
                let along: f64 = tangent.iter().zip(numbers(&seed)).map(|(t, s)| t * s).sum();
                assert!((adjoint - along).abs() < 1e-12, "{k}: {adjoint} {along}");
            }
        }};
    }

    #[test]
    fn sums_and_differences() {
        check!(add: dynamic(3, 2, 0.1), dynamic(3, 2, 0.5));
        check!(sub: dynamic(3, 2, 0.1), dynamic(3, 2, 0.5));
        check!(sub: Matrix2x3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), Matrix2x3::identity());
        check!(add: DVector::from_vec(vec![1.0, 2.0]), DVector::from_vec(vec![3.0, 5.0]));
    }

    #[test]
    fn products_of_matrices() {
        check!(mul: dynamic(3, 2, 0.1), dynamic(2, 4, 0.5));
        check!(mul: dynamic(3, 2, 0.1), DVector::from_vec(vec![1.5, -0.5]));
        check!(mul: Matrix2x3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), Matrix3x2::new(1.0, 0.5, 2.0, -1.0, 3.0, 0.0));
        check!(mul: Matrix2x3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), Vector3::new(1.0, -2.0, 0.5));
        check!(mul: Matrix2x3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), dynamic(3, 2, 0.3));
    }

    #[test]
    fn products_with_numbers() {
        check!(mul: dynamic(3, 2, 0.1), 1.5);
        check!(mul: -0.7, dynamic(3, 2, 0.1));
        check!(div: dynamic(3, 2, 0.1), 1.5);
        check!(div: Matrix2::<f64>::new(1.0, 2.0, 3.0, 4.0), -2.5);
    }

    #[test]
    fn references_and_views_are_operands_as_well() {
        let (a, b) = (dynamic(3, 2, 0.1), dynamic(2, 3, 0.4));
        assert_eq!(ops::mul::forward(&&a, &b).0, &a * &b);
        assert_eq!(ops::mul::forward(&a, &&b).0, &a * &b);
        assert_eq!(ops::mul::forward(&&a, &&b).0, &a * &b);
        assert_eq!(ops::mul::forward(&2.0, &&b).0, 2.0 * &b);
        let (product, pullback) = ops::mul::forward(&a.rows(0, 2), &b);
        let mut a_bar = DMatrix::zeros(2, 2);
        pullback(&a.rows(0, 2), &b, DMatrix::from_element(2, 3, 1.0), Some(&mut a_bar), None);
        assert_eq!(product, a.rows(0, 2) * &b);
        assert_eq!(a_bar[(0, 1)], b.row(1).sum());
    }

    #[test]
    fn negation() {
        let a = dynamic(2, 2, 0.3);
        let (value, pullback) = ops::neg::forward(&a);
        let mut a_bar = DMatrix::from_element(2, 2, 1.0);
        pullback(&a, DMatrix::from_element(2, 2, 3.0), Some(&mut a_bar));
        assert_eq!((value, a_bar), (-&a, DMatrix::from_element(2, 2, -2.0)));
        assert_eq!(ops::neg::pushforward(&a, Some(&a)), (-&a, -&a));
    }
}
