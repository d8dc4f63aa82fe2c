//! Operators on values whose type only rustc knows: `a * b` becomes `ops::mul::forward(&a, &b)`.
//!
//! Each operator has a rule trait, which a type implements to take part, and a module of two functions in the form that
//! generated code calls. Both operands are taken by reference; the pullback is handed them again and borrows nothing
//! in between.
//!
//! ```
//! use autodiff_runtime::ops;
//!
//! let (a, b) = (3.0, 4.0);
//! let (product, pullback) = ops::mul::forward(&a, &b);
//! let (mut a_bar, mut b_bar) = (0.0, 0.0);
//! pullback(&a, &b, 1.0, Some(&mut a_bar), Some(&mut b_bar));
//! assert_eq!((product, a_bar, b_bar), (12.0, 4.0, 3.0));
//!
//! assert_eq!(ops::mul::pushforward(&a, &b, Some(&1.0), None), (12.0, 4.0));
//! ```

// Pullbacks are types without names.
#![allow(clippy::type_complexity)]

#[cfg(feature = "nalgebra")]
pub(crate) mod geometry;
mod hook;
#[cfg(feature = "nalgebra")]
pub(crate) mod matrix;
#[cfg(feature = "ndarray")]
pub(crate) mod ndarray;
#[doc(hidden)]
pub mod plain;
mod references;
mod scalar;
mod twice;

#[doc(hidden)]
pub use hook::on_adjoint;

use crate::Differentiable;

/// The tangent of a type.
pub(crate) type TangentOf<T> = <T as Differentiable>::Tangent;

macro_rules! binary {
    ($($Rule:ident $name:ident $symbol:literal $Curved:ident;)*) => {$(
        #[doc = concat!("The derivative of `a ", $symbol, " b`.")]
        #[diagnostic::on_unimplemented(
            message = "the derivative of this operator on `{Self}` is not known",
            label = "`{Self}` has no rule for an operand `{B}`",
            note = "put `#[differentiate]` on the `impl` of the operator, or on a module around all of this; where the result carries no derivative, mark the operands `#[no_diff]`"
        )]
        pub trait $Rule<B: Differentiable + ?Sized = Self>: Differentiable {
            /// The type of the result.
            type Output: Differentiable;

            #[doc = concat!("`self ", $symbol, " other`")]
            fn value(&self, other: &B) -> Self::Output;

            /// The value, from both operands at once.
            #[doc(hidden)]
            #[inline(always)]
            fn of_both((a, b): (&Self, &B)) -> Self::Output {
                a.value(b)
            }

            /// Adds to the adjoints of the operands what the adjoint `seed` of the result contributes.
            fn pullback(
                &self,
                other: &B,
                seed: TangentOf<Self::Output>,
                self_bar: &mut Self::Tangent,
                other_bar: &mut B::Tangent,
            );

            /// The result and its tangent, from the tangents of the operands.
            fn pushforward(
                &self,
                other: &B,
                self_dot: &Self::Tangent,
                other_dot: &B::Tangent,
            ) -> (Self::Output, TangentOf<Self::Output>);
        }

        #[doc = concat!("`a ", $symbol, " b`")]
        pub mod $name {
            use super::{$Rule, TangentOf, twice};
            use crate::Differentiable;

            /// The value, and the pullback, which takes the operands again, the seed, and the adjoints to add to.
            #[inline(always)]
            pub fn forward<A, B>(
                a: &A,
                b: &B,
            ) -> (
                <A as $Rule<B>>::Output,
                impl FnOnce(
                    &A,
                    &B,
                    TangentOf<<A as $Rule<B>>::Output>,
                    Option<&mut A::Tangent>,
                    Option<&mut B::Tangent>,
                ) + use<A, B>,
            )
            where
                A: $Rule<B> + ?Sized,
                B: Differentiable + ?Sized,
            {
                let pullback = |a: &A,
                 b: &B,
                 seed: TangentOf<<A as $Rule<B>>::Output>,
                 a_bar: Option<&mut A::Tangent>,
                 b_bar: Option<&mut B::Tangent>| {
                    let a_bar = match a_bar {
                        Some(a_bar) => a_bar,
                        None => &mut a.zero_tangent(),
                    };
                    let b_bar = match b_bar {
                        Some(b_bar) => b_bar,
                        None => &mut b.zero_tangent(),
                    };
                    a.pullback(b, seed, a_bar, b_bar);
                };
                (a.value(b), pullback)
            }

            /// The value and its tangent.
            #[inline(always)]
            pub fn pushforward<A, B>(
                a: &A,
                b: &B,
                a_dot: Option<&A::Tangent>,
                b_dot: Option<&B::Tangent>,
            ) -> (<A as $Rule<B>>::Output, TangentOf<<A as $Rule<B>>::Output>)
            where
                A: $Rule<B> + ?Sized,
                B: Differentiable + ?Sized,
            {
                let a_dot = match a_dot {
                    Some(a_dot) => a_dot,
                    None => &a.zero_tangent(),
                };
                let b_dot = match b_dot {
                    Some(b_dot) => b_dot,
                    None => &b.zero_tangent(),
                };
                a.pushforward(b, a_dot, b_dot)
            }

            twice::binary!($Rule $Curved);
        }

        by_reference!($Rule, { impl['r, 's, A, B] for [&'r A], [&'s B] where A: $Rule<B> });
    )*};
}

pub(crate) use crate::__by_reference as by_reference;
pub use twice::{CurvedAdd, CurvedDiv, CurvedMul, CurvedRem, CurvedSub, Straight};

binary! {
    AddRule add "+" CurvedAdd;
    SubRule sub "-" CurvedSub;
    MulRule mul "*" CurvedMul;
    DivRule div "/" CurvedDiv;
    RemRule rem "%" CurvedRem;
}

/// The derivative of `-a`.
#[diagnostic::on_unimplemented(
    message = "the derivative of `-{Self}` is not known",
    label = "cannot be differentiated",
    note = "put `#[differentiate]` on the `impl` of `Neg`, or on a module around all of this"
)]
pub trait NegRule: Differentiable {
    /// The type of the result.
    type Output: Differentiable;

    /// `-self`
    fn value(&self) -> Self::Output;

    /// Adds to the adjoint of the operand what the adjoint `seed` of the result contributes.
    fn pullback(&self, seed: TangentOf<Self::Output>, self_bar: &mut Self::Tangent);

    /// The result and its tangent.
    fn pushforward(&self, self_dot: &Self::Tangent) -> (Self::Output, TangentOf<Self::Output>);
}

/// `-a`
pub mod neg {
    use super::{NegRule, TangentOf};

    /// The value, and the pullback, which takes the operand again, the seed, and the adjoint to add to.
    #[inline(always)]
    pub fn forward<A: NegRule + ?Sized>(
        a: &A,
    ) -> (A::Output, impl FnOnce(&A, TangentOf<A::Output>, Option<&mut A::Tangent>) + use<A>) {
        let pullback = |a: &A, seed: TangentOf<A::Output>, a_bar: Option<&mut A::Tangent>| {
            if let Some(a_bar) = a_bar {
                a.pullback(seed, a_bar);
            }
        };
        (a.value(), pullback)
    }

    /// The value and its tangent.
    #[inline(always)]
    pub fn pushforward<A: NegRule + ?Sized>(
        a: &A,
        a_dot: Option<&A::Tangent>,
    ) -> (A::Output, TangentOf<A::Output>) {
        match a_dot {
            Some(a_dot) => a.pushforward(a_dot),
            None => a.pushforward(&a.zero_tangent()),
        }
    }

    super::twice::unary!(NegRule, <A as NegRule>::Output);
}

#[diagnostic::do_not_recommend]
impl<A: NegRule> NegRule for &A {
    type Output = A::Output;
    #[inline(always)]
    fn value(&self) -> A::Output {
        A::value(self)
    }
    #[inline(always)]
    fn pullback(&self, seed: TangentOf<A::Output>, self_bar: &mut A::Tangent) {
        A::pullback(self, seed, self_bar);
    }
    #[inline(always)]
    fn pushforward(&self, self_dot: &A::Tangent) -> (A::Output, TangentOf<A::Output>) {
        A::pushforward(self, self_dot)
    }
}

macro_rules! conversion {
    ($($Rule:ident $name:ident $float:ident;)*) => {$(
        #[doc = concat!("The derivative of `a as ", stringify!($float), "` where the type of `a` is not visible.")]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is no number to be converted",
            label = "cannot be converted to a float here"
        )]
        pub trait $Rule: Differentiable {
            #[doc = concat!("`self as ", stringify!($float), "`")]
            fn value(&self) -> $float;

            /// Adds to the adjoint of the operand what the adjoint `seed` of the result contributes.
            fn pullback(&self, seed: $float, self_bar: &mut Self::Tangent);

            /// The result and its tangent.
            fn pushforward(&self, self_dot: &Self::Tangent) -> ($float, $float);
        }

        #[doc = concat!("`a as ", stringify!($float), "`")]
        pub mod $name {
            use super::{$Rule, TangentOf};

            /// The value, and the pullback, which takes the operand again, the seed, and the adjoint to add to.
            #[inline(always)]
            pub fn forward<A: $Rule + ?Sized>(
                a: &A,
            ) -> ($float, impl FnOnce(&A, $float, Option<&mut TangentOf<A>>) + use<A>) {
                let pullback = |a: &A, seed: $float, a_bar: Option<&mut TangentOf<A>>| {
                    if let Some(a_bar) = a_bar {
                        a.pullback(seed, a_bar);
                    }
                };
                (a.value(), pullback)
            }

            /// The value and its tangent.
            #[inline(always)]
            pub fn pushforward<A: $Rule + ?Sized>(a: &A, a_dot: Option<&TangentOf<A>>) -> ($float, $float) {
                match a_dot {
                    Some(a_dot) => a.pushforward(a_dot),
                    None => (a.value(), 0.0),
                }
            }

            super::twice::unary!($Rule, $float);
        }
    )*};
}
conversion! {
    AsF64Rule as_f64 f64;
    AsF32Rule as_f32 f32;
}
