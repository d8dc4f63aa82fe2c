//! Operators where nobody asks for a derivative: the macro sees neither whether a type has a rule, nor whether its operator
//! takes operands by value or by reference.
//!
//! What `plain!` calls is found by the order in which rustc looks for methods: with each reference that it takes away from
//! `&&&Operands`, the next trait has its turn.

use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

use super::{AddRule, DivRule, MulRule, NegRule, RemRule, SubRule};

/// An operator and its operands; of negation, the second is nothing.
pub struct Operands<'a, Operator, A: ?Sized, B: ?Sized>(pub Operator, pub &'a A, pub &'a B);

/// By the rule of the operator.
pub trait ByRule {
    /// What it gives.
    type Output;
    /// Applies it.
    fn apply(&self) -> Self::Output;
}

/// On references to the operands.
pub trait ByReference {
    /// What it gives.
    type Output;
    /// Applies it.
    fn apply(&self) -> Self::Output;
}

/// On copies of the operands.
pub trait ByValue {
    /// What it gives.
    type Output;
    /// Applies it.
    fn apply(&self) -> Self::Output;
}

macro_rules! binary {
    ($($name:ident $Operator:ident $Rule:ident;)*) => {$(
        #[doc = concat!("The operator `", stringify!($Operator), "`.")]
        #[allow(non_camel_case_types)]
        pub struct $name;

        #[diagnostic::do_not_recommend]
        impl<A: $Rule<B> + ?Sized, B: crate::Differentiable + ?Sized> ByRule for &&Operands<'_, $name, A, B> {
            type Output = A::Output;
            #[inline(always)]
            fn apply(&self) -> A::Output {
                self.1.value(self.2)
            }
        }

        impl<'a, A: ?Sized, B: ?Sized> ByReference for &Operands<'a, $name, A, B>
        where
            &'a A: $Operator<&'a B>,
        {
            type Output = <&'a A as $Operator<&'a B>>::Output;
            #[inline(always)]
            fn apply(&self) -> Self::Output {
                $Operator::$name(self.1, self.2)
            }
        }

        impl<A: $Operator<B> + Clone, B: Clone> ByValue for Operands<'_, $name, A, B> {
            type Output = A::Output;
            #[inline(always)]
            fn apply(&self) -> A::Output {
                $Operator::$name(self.1.clone(), self.2.clone())
            }
        }
    )*};
}

binary! {
    add Add AddRule;
    sub Sub SubRule;
    mul Mul MulRule;
    div Div DivRule;
    rem Rem RemRule;
}

/// The operator `Neg`.
#[allow(non_camel_case_types)]
pub struct neg;

#[diagnostic::do_not_recommend]
impl<A: NegRule + ?Sized> ByRule for &&Operands<'_, neg, A, ()> {
    type Output = A::Output;
    #[inline(always)]
    fn apply(&self) -> A::Output {
        self.1.value()
    }
}

impl<'a, A: ?Sized> ByReference for &Operands<'a, neg, A, ()>
where
    &'a A: Neg,
{
    type Output = <&'a A as Neg>::Output;
    #[inline(always)]
    fn apply(&self) -> Self::Output {
        -self.1
    }
}

impl<A: Neg + Clone> ByValue for Operands<'_, neg, A, ()> {
    type Output = A::Output;
    #[inline(always)]
    fn apply(&self) -> A::Output {
        -self.1.clone()
    }
}

/// `plain!(mul, &a, &b)` is `a * b`, `plain!(neg, &a)` is `-a`.
#[doc(hidden)]
#[macro_export]
macro_rules! __plain {
    (neg, $a:expr) => {
        $crate::__private::plain!(neg, $a, &())
    };
    ($name:ident, $a:expr, $b:expr) => {{
        #[allow(unused_imports)]
        use $crate::ops::plain::{ByReference as _, ByRule as _, ByValue as _};
        (&&&$crate::ops::plain::Operands($crate::ops::plain::$name, $a, $b)).apply()
    }};
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Own(f64);

    impl core::ops::Mul<f64> for Own {
        type Output = Own;
        fn mul(self, other: f64) -> Own {
            Own(self.0 * other)
        }
    }

    impl core::ops::Neg for &Own {
        type Output = Own;
        fn neg(self) -> Own {
            Own(-self.0)
        }
    }

    #[test]
    fn operands_are_taken_as_the_operator_wants_them() {
        assert_eq!(__plain!(add, &1.5, &2.0), 3.5);
        assert_eq!(__plain!(rem, &7_usize, &4), 3);
        assert_eq!(__plain!(mul, &Own(2.0), &3.0), Own(6.0));
        assert_eq!(__plain!(neg, &Own(2.0)), Own(-2.0));
        assert_eq!(__plain!(sub, &Duration::from_secs(3), &Duration::from_secs(1)), Duration::from_secs(2));
    }
}
