//! A whole type of numbers at once: `vector_space!`.

/// Makes a type that is made of some numbers of one float a vector space: its own tangent, with the derivatives of its
/// operators `+`, `-`, negation, and `*` and `/` with a number.
///
/// The type is `Copy`, has these operators, and converts to an array of its numbers and back (`From`, both ways). It has to
/// be of the crate in which this stands: see [how rules are added](crate::rules::adding).
#[macro_export]
macro_rules! vector_space {
    ($($Type:ty = [$float:ty; $n:literal]);* $(;)?) => {$(
        #[diagnostic::do_not_recommend]
        impl $crate::Differentiable for $Type {
            type Tangent = Self;
            #[inline]
            fn zero_tangent(&self) -> Self {
                Self::from([0.0; $n])
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::Tangent for $Type {
            #[inline]
            #[allow(clippy::assign_op_pattern)]
            fn accumulate(&mut self, other: &Self) {
                // `+=` is not asked for.
                *self = *self + *other;
            }
            #[inline]
            fn set_all(&mut self, value: f64) {
                *self = Self::from([value as $float; $n]);
            }
            #[inline]
            fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
                let mut numbers: [$float; $n] = (*self).into();
                let others: [$float; $n] = (*other).into();
                for (number, other) in numbers.iter_mut().zip(others) {
                    *number = f(f64::from(*number), f64::from(other)) as $float;
                }
                *self = Self::from(numbers);
            }
        }

        $crate::__space! { @operator $Type, AddRule, $Type, $Type: |a, b, seed| [a + b, seed, seed]
            |a, b, a_dot, b_dot| a_dot + b_dot }
        $crate::__space! { @operator $Type, SubRule, $Type, $Type: |a, b, seed| [a - b, seed, -seed]
            |a, b, a_dot, b_dot| a_dot - b_dot }
        $crate::__space! { @operator $Type, MulRule, $Type, $float: |a, b, seed|
            [a * b, seed * b, $crate::__space!(@inner $float, $n, a, seed)]
            |a, b, a_dot, b_dot| a_dot * b + a * b_dot }
        $crate::__space! { @operator $Type, MulRule, $float, $Type: |a, b, seed|
            [a * b, $crate::__space!(@inner $float, $n, b, seed), seed * a]
            |a, b, a_dot, b_dot| b_dot * a + b * a_dot }
        $crate::__space! { @operator $Type, DivRule, $Type, $float: |a, b, seed|
            [a / b, seed / b, -$crate::__space!(@inner $float, $n, a, seed) / (b * b)]
            |a, b, a_dot, b_dot| a_dot / b - a * (b_dot / (b * b)) }

        // What begins or ends with a number, the rules of numbers cover.
        $crate::__by_reference!(AddRule, { impl[] for [$Type], [&$Type] where $Type: AddRule<$Type> });
        $crate::__by_reference!(AddRule, { impl[] for [&$Type], [$Type] where $Type: AddRule<$Type> });
        $crate::__by_reference!(SubRule, { impl[] for [$Type], [&$Type] where $Type: SubRule<$Type> });
        $crate::__by_reference!(SubRule, { impl[] for [&$Type], [$Type] where $Type: SubRule<$Type> });
        $crate::__by_reference!(MulRule, { impl[] for [$Type], [&$float] where $Type: MulRule<$float> });
        $crate::__by_reference!(MulRule, { impl[] for [&$float], [$Type] where $float: MulRule<$Type> });
        $crate::__by_reference!(DivRule, { impl[] for [$Type], [&$float] where $Type: DivRule<$float> });

        #[diagnostic::do_not_recommend]
        impl $crate::ops::NegRule for $Type {
            type Output = Self;
            #[inline]
            fn value(&self) -> Self {
                -*self
            }
            #[inline]
            #[allow(clippy::assign_op_pattern)]
            fn pullback(&self, seed: Self, self_bar: &mut Self) {
                *self_bar = *self_bar - seed;
            }
            #[inline]
            fn pushforward(&self, self_dot: &Self) -> (Self, Self) {
                (-*self, -*self_dot)
            }
        }
    )*};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __space {
    (@inner $float:ty, $n:literal, $a:expr, $b:expr) => {{
        let (a, b): ([$float; $n], [$float; $n]) = ($a.into(), $b.into());
        a.into_iter().zip(b).map(|(a, b)| $crate::special::product(a, b)).sum::<$float>()
    }};
    (@operator $Output:ty, $Rule:ident, $A:ty, $B:ty: |$a:ident, $b:ident, $seed:ident| [$value:expr, $by_a:expr, $by_b:expr]
        |$x:ident, $y:ident, $x_dot:ident, $y_dot:ident| $tangent:expr
    ) => {
        #[diagnostic::do_not_recommend]
        #[allow(unused_variables)]
        impl $crate::ops::$Rule<$B> for $A {
            type Output = $Output;
            #[inline]
            fn value(&self, other: &$B) -> $Output {
                let ($a, $b) = (*self, *other);
                $value
            }
            #[inline]
            #[allow(clippy::assign_op_pattern)]
            fn pullback(&self, other: &$B, $seed: $Output, self_bar: &mut $A, other_bar: &mut $B) {
                let ($a, $b) = (*self, *other);
                *self_bar = *self_bar + $by_a;
                *other_bar = *other_bar + $by_b;
            }
            #[inline]
            fn pushforward(&self, other: &$B, self_dot: &$A, other_dot: &$B) -> ($Output, $Output) {
                let ($x, $y, $x_dot, $y_dot) = (*self, *other, *self_dot, *other_dot);
                let tangent = $tangent;
                let ($a, $b) = (*self, *other);
                ($value, tangent)
            }
        }
    };
}
