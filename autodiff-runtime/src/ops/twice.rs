//! Second derivatives of operators: the derivatives of what `pushforward` gives.
//!
//! An operator is linear in the tangents of its operands, and its pullback serves them as it does the operands. What is beside
//! that comes from its curvature, which is known of numbers alone: what an operator of another type computes, nobody knows here.

use super::{AddRule, DivRule, MulRule, RemRule, SubRule, TangentOf};
use crate::Differentiable;

/// `order_2_forward` and `order_2_pushforward` of a binary operator, in its module.
macro_rules! binary {
    ($Rule:ident $Curved:ident) => {
        /// The value and its tangent, and the pullback of both.
        #[doc(hidden)]
        #[inline(always)]
        pub fn order_2_forward<A, B>(
            a: &A,
            b: &B,
            a_dot: Option<&A::Tangent>,
            b_dot: Option<&B::Tangent>,
        ) -> (
            (<A as $Rule<B>>::Output, TangentOf<<A as $Rule<B>>::Output>),
            impl FnOnce(
                &A,
                &B,
                Option<&A::Tangent>,
                Option<&B::Tangent>,
                (TangentOf<<A as $Rule<B>>::Output>, TangentOf<<A as $Rule<B>>::Output>),
                Option<&mut A::Tangent>,
                Option<&mut B::Tangent>,
                Option<&mut A::Tangent>,
                Option<&mut B::Tangent>,
            ) + use<A, B>,
        )
        where
            A: super::$Curved<B> + ?Sized,
            B: Differentiable + ?Sized,
        {
            // Numbers are not given again.
            let (a_dot, b_dot) = twice::dots(a, b, a_dot, b_dot);
            let value = a.pushforward(b, &a_dot, &b_dot);
            let pullback = move |a: &A,
                                 b: &B,
                                 _: Option<&A::Tangent>,
                                 _: Option<&B::Tangent>,
                                 (seed, tangent_seed): (
                TangentOf<<A as $Rule<B>>::Output>,
                TangentOf<<A as $Rule<B>>::Output>,
            ),
                                 a_bar: Option<&mut A::Tangent>,
                                 b_bar: Option<&mut B::Tangent>,
                                 a_dot_bar: Option<&mut A::Tangent>,
                                 b_dot_bar: Option<&mut B::Tangent>| {
                let (mut a_zero, mut b_zero) = (a.zero_tangent(), b.zero_tangent());
                let (mut a_dot_zero, mut b_dot_zero) = (a.zero_tangent(), b.zero_tangent());
                let (a_bar, b_bar) = (a_bar.unwrap_or(&mut a_zero), b_bar.unwrap_or(&mut b_zero));
                super::$Curved::bend(a, b, (&a_dot, &b_dot), &tangent_seed, a_bar, b_bar);
                a.pullback(b, seed, a_bar, b_bar);
                let a_dot_bar = a_dot_bar.unwrap_or(&mut a_dot_zero);
                a.pullback(b, tangent_seed, a_dot_bar, b_dot_bar.unwrap_or(&mut b_dot_zero));
            };
            (value, pullback)
        }

        /// The value and its tangent, and the tangent of both.
        #[doc(hidden)]
        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        pub fn order_2_pushforward<A, B>(
            a: &A,
            b: &B,
            a_dot: Option<&A::Tangent>,
            b_dot: Option<&B::Tangent>,
            a_dot_2: Option<&A::Tangent>,
            b_dot_2: Option<&B::Tangent>,
            a_dot_dot: Option<&A::Tangent>,
            b_dot_dot: Option<&B::Tangent>,
        ) -> (
            (<A as $Rule<B>>::Output, TangentOf<<A as $Rule<B>>::Output>),
            (TangentOf<<A as $Rule<B>>::Output>, TangentOf<<A as $Rule<B>>::Output>),
        )
        where
            A: super::$Curved<B> + ?Sized,
            B: Differentiable + ?Sized,
        {
            let (a_dot, b_dot) = twice::dots(a, b, a_dot, b_dot);
            let (a_dot_2, b_dot_2) = twice::dots(a, b, a_dot_2, b_dot_2);
            let (a_dot_dot, b_dot_dot) = twice::dots(a, b, a_dot_dot, b_dot_dot);
            let (_, mut last) = a.pushforward(b, &a_dot_dot, &b_dot_dot);
            super::$Curved::bent(a, b, (&a_dot, &b_dot), (&a_dot_2, &b_dot_2), &mut last);
            (a.pushforward(b, &a_dot, &b_dot), (a.pushforward(b, &a_dot_2, &b_dot_2).1, last))
        }
    };
}
pub(crate) use binary;

/// The same of an operator with one operand, in which it is linear.
macro_rules! unary {
    ($Rule:ident, $Output:ty) => {
        /// The value and its tangent, and the pullback of both.
        #[doc(hidden)]
        #[inline(always)]
        pub fn order_2_forward<A: $Rule + super::Straight + ?Sized>(
            a: &A,
            a_dot: Option<&TangentOf<A>>,
        ) -> (
            ($Output, TangentOf<$Output>),
            impl FnOnce(
                &A,
                Option<&TangentOf<A>>,
                (TangentOf<$Output>, TangentOf<$Output>),
                Option<&mut TangentOf<A>>,
                Option<&mut TangentOf<A>>,
            ) + use<A>,
        ) {
            let pullback = |a: &A,
                            _: Option<&TangentOf<A>>,
                            (seed, tangent_seed): (TangentOf<$Output>, TangentOf<$Output>),
                            a_bar: Option<&mut TangentOf<A>>,
                            a_dot_bar: Option<&mut TangentOf<A>>| {
                if let Some(a_bar) = a_bar {
                    a.pullback(seed, a_bar);
                }
                if let Some(a_dot_bar) = a_dot_bar {
                    a.pullback(tangent_seed, a_dot_bar);
                }
            };
            (pushforward(a, a_dot), pullback)
        }

        /// The value and its tangent, and the tangent of both.
        #[doc(hidden)]
        #[inline(always)]
        pub fn order_2_pushforward<A: $Rule + super::Straight + ?Sized>(
            a: &A,
            a_dot: Option<&TangentOf<A>>,
            a_dot_2: Option<&TangentOf<A>>,
            a_dot_dot: Option<&TangentOf<A>>,
        ) -> (($Output, TangentOf<$Output>), (TangentOf<$Output>, TangentOf<$Output>)) {
            (pushforward(a, a_dot), (pushforward(a, a_dot_2).1, pushforward(a, a_dot_dot).1))
        }
    };
}
pub(crate) use unary;

/// Tangents that may be missing, as values.
#[inline(always)]
pub(super) fn dots<A: Differentiable + ?Sized, B: Differentiable + ?Sized>(
    a: &A,
    b: &B,
    a_dot: Option<&A::Tangent>,
    b_dot: Option<&B::Tangent>,
) -> (A::Tangent, B::Tangent) {
    let a_dot = a_dot.cloned().unwrap_or_else(|| a.zero_tangent());
    (a_dot, b_dot.cloned().unwrap_or_else(|| b.zero_tangent()))
}

macro_rules! curved {
    ($($Curved:ident $Rule:ident $symbol:literal $curvature:ident;)*) => {$(
        #[doc = concat!("The curvature of `a ", $symbol, " b`: what its second derivative has beside its first.")]
        #[diagnostic::on_unimplemented(
            message = "the second derivative of this operator on `{Self}` is not known",
            label = "`{Self}` has no second derivative for an operand `{B}`",
            note = "it is known of numbers: write the operation out in their terms"
        )]
        pub trait $Curved<B: Differentiable + ?Sized = Self>: $Rule<B> {
            /// Adds to the adjoints of the operands what the adjoint of the tangent contributes.
            fn bend(
                &self,
                other: &B,
                dots: (&Self::Tangent, &B::Tangent),
                seed: &TangentOf<Self::Output>,
                self_bar: &mut Self::Tangent,
                other_bar: &mut B::Tangent,
            );

            /// Adds to the tangent of a tangent what changes of the operands contribute.
            fn bent(
                &self,
                other: &B,
                dots: (&Self::Tangent, &B::Tangent),
                changes: (&Self::Tangent, &B::Tangent),
                tangent: &mut TangentOf<Self::Output>,
            );
        }

        curved!(number $Curved $curvature f64);
        curved!(number $Curved $curvature f32);
        curved!(nothing $Curved u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
        curved!(reference $Curved $Rule ['r, 's, A, B] [&'r A] [&'s B] A, B);
    )*};
    (number $Curved:ident $curvature:ident $float:ident) => {
        #[diagnostic::do_not_recommend]
        impl $Curved for $float {
            #[inline(always)]
            fn bend(
                &self,
                other: &$float,
                (a_dot, b_dot): (&$float, &$float),
                seed: &$float,
                self_bar: &mut $float,
                other_bar: &mut $float,
            ) {
                let (by_a, by_b) = $curvature::$float(*self, *other, *a_dot, *b_dot);
                *self_bar += crate::special::product(*seed, by_a);
                *other_bar += crate::special::product(*seed, by_b);
            }
            #[inline(always)]
            fn bent(
                &self,
                other: &$float,
                (a_dot, b_dot): (&$float, &$float),
                (a_change, b_change): (&$float, &$float),
                tangent: &mut $float,
            ) {
                let (by_a, by_b) = $curvature::$float(*self, *other, *a_dot, *b_dot);
                *tangent += crate::special::product(*a_change, by_a) + crate::special::product(*b_change, by_b);
            }
        }
        curved!(reference $Curved _ ['r, B] [$float] [&'r B] $float, B);
        curved!(reference $Curved _ ['r, A] [&'r A] [$float] A, $float);
    };
    (nothing $Curved:ident $($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $Curved for $integer {
            #[inline(always)]
            fn bend(&self, _: &$integer, _: (&(), &()), (): &(), (): &mut (), (): &mut ()) {}
            #[inline(always)]
            fn bent(&self, _: &$integer, _: (&(), &()), _: (&(), &()), (): &mut ()) {}
        }
        curved!(reference $Curved _ ['r, B] [$integer] [&'r B] $integer, B);
        curved!(reference $Curved _ ['r, A] [&'r A] [$integer] A, $integer);
    )*};
    (reference $Curved:ident $Rule:tt [$($param:tt)*] [$left:ty] [$right:ty] $A:ty, $B:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($param)*> $Curved<$right> for $left
        where
            $A: $Curved<$B>,
            $B: Differentiable,
        {
            #[inline(always)]
            fn bend(
                &self,
                other: &$right,
                dots: (&TangentOf<$A>, &TangentOf<$B>),
                seed: &TangentOf<Self::Output>,
                self_bar: &mut TangentOf<$A>,
                other_bar: &mut TangentOf<$B>,
            ) {
                <$A as $Curved<$B>>::bend(self, other, dots, seed, self_bar, other_bar);
            }
            #[inline(always)]
            fn bent(
                &self,
                other: &$right,
                dots: (&TangentOf<$A>, &TangentOf<$B>),
                changes: (&TangentOf<$A>, &TangentOf<$B>),
                tangent: &mut TangentOf<Self::Output>,
            ) {
                <$A as $Curved<$B>>::bent(self, other, dots, changes, tangent);
            }
        }
    };
}

/// How the tangent of `a * b`, `a_dot * b + a * b_dot`, changes with `a` and with `b`.
macro_rules! curvatures {
    ($($float:ident)*) => {
        mod product {
            $(pub(super) fn $float(_: $float, _: $float, a_dot: $float, b_dot: $float) -> ($float, $float) {
                (b_dot, a_dot)
            })*
        }
        /// That of `a + b`, `a - b` and `a % b` does not.
        mod flat {
            $(pub(super) fn $float(_: $float, _: $float, _: $float, _: $float) -> ($float, $float) {
                (0.0, 0.0)
            })*
        }
        /// The same of `a / b`, `(a_dot - a / b * b_dot) / b`.
        mod quotient {
            $(pub(super) fn $float(a: $float, b: $float, a_dot: $float, b_dot: $float) -> ($float, $float) {
                (-b_dot / (b * b), (2.0 * a / b * b_dot - a_dot) / (b * b))
            })*
        }
    };
}
curvatures!(f32 f64);

curved! {
    CurvedAdd AddRule "+" flat;
    CurvedSub SubRule "-" flat;
    CurvedRem RemRule "%" flat;
    CurvedMul MulRule "*" product;
    CurvedDiv DivRule "/" quotient;
}

/// What negation and conversion to a float are linear for: numbers.
#[diagnostic::on_unimplemented(
    message = "the second derivative of this operator on `{Self}` is not known",
    label = "`{Self}` has no second derivative here",
    note = "it is known of numbers: write the operation out in their terms"
)]
pub trait Straight {}

macro_rules! straight {
    ($($number:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Straight for $number {}
    )*};
}
straight!(f32 f64 u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool char);

#[diagnostic::do_not_recommend]
impl<A: Straight> Straight for &A {}
