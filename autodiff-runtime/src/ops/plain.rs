//! Operators where nobody asks for a derivative: the macro sees neither whether a type has a rule, nor whether its operator
//! takes operands by value or by reference.
//!
//! What `plain!` calls is found by the order in which rustc looks for methods: with each reference that it takes away from
//! `&&&Operands`, the next trait has its turn.

/// The operands of an operator.
pub struct Operands<'a, A: ?Sized, B: ?Sized>(pub &'a A, pub &'a B);

/// The operand of an operator.
pub struct Operand<'a, A: ?Sized>(pub &'a A);

macro_rules! binary {
    ($($name:ident $Operator:ident $Rule:ident;)*) => {$(
        pub mod $name {
            use core::ops::$Operator;

            use super::super::$Rule;
            use super::Operands;

            pub trait ByRule {
                type Output;
                fn apply(&self) -> Self::Output;
            }

            #[diagnostic::do_not_recommend]
            impl<A: $Rule<B> + ?Sized, B: crate::Differentiable + ?Sized> ByRule for &&Operands<'_, A, B> {
                type Output = A::Output;
                #[inline(always)]
                fn apply(&self) -> A::Output {
                    self.0.value(self.1)
                }
            }

            pub trait ByReference {
                type Output;
                fn apply(&self) -> Self::Output;
            }

            impl<'a, A: ?Sized, B: ?Sized> ByReference for &Operands<'a, A, B>
            where
                &'a A: $Operator<&'a B>,
            {
                type Output = <&'a A as $Operator<&'a B>>::Output;
                #[inline(always)]
                fn apply(&self) -> Self::Output {
                    $Operator::$name(self.0, self.1)
                }
            }

            pub trait ByValue {
                type Output;
                fn apply(&self) -> Self::Output;
            }

            impl<A: $Operator<B> + Clone, B: Clone> ByValue for Operands<'_, A, B> {
                type Output = A::Output;
                #[inline(always)]
                fn apply(&self) -> A::Output {
                    $Operator::$name(self.0.clone(), self.1.clone())
                }
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

pub mod neg {
    use core::ops::Neg;

    use super::super::NegRule;
    use super::Operand;

    pub trait ByRule {
        type Output;
        fn apply(&self) -> Self::Output;
    }

    #[diagnostic::do_not_recommend]
    impl<A: NegRule + ?Sized> ByRule for &&Operand<'_, A> {
        type Output = A::Output;
        #[inline(always)]
        fn apply(&self) -> A::Output {
            self.0.value()
        }
    }

    pub trait ByReference {
        type Output;
        fn apply(&self) -> Self::Output;
    }

    impl<'a, A: ?Sized> ByReference for &Operand<'a, A>
    where
        &'a A: Neg,
    {
        type Output = <&'a A as Neg>::Output;
        #[inline(always)]
        fn apply(&self) -> Self::Output {
            -self.0
        }
    }

    pub trait ByValue {
        type Output;
        fn apply(&self) -> Self::Output;
    }

    impl<A: Neg + Clone> ByValue for Operand<'_, A> {
        type Output = A::Output;
        #[inline(always)]
        fn apply(&self) -> A::Output {
            -self.0.clone()
        }
    }
}

/// `plain!(mul, &a, &b)` is `a * b`, `plain!(neg, &a)` is `-a`.
#[doc(hidden)]
#[macro_export]
macro_rules! __plain {
    (neg, $a:expr) => {{
        use $crate::ops::plain::neg::*;
        (&&&$crate::ops::plain::Operand($a)).apply()
    }};
    ($name:ident, $a:expr, $b:expr) => {{
        use $crate::ops::plain::$name::*;
        (&&&$crate::ops::plain::Operands($a, $b)).apply()
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
