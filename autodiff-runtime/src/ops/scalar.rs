//! The operators of numbers.

use super::{AddRule, AsF32Rule, AsF64Rule, DivRule, MulRule, NegRule, RemRule, SubRule, by_reference};
use crate::special::product;
use num_traits::Float;

/// One operator of a float: its value and, given operands, result and seed, what the adjoints receive.
macro_rules! float_rule {
    ($float:ty, $Rule:ident, |$a:ident, $b:ident| $value:expr, |$y:ident| [$by_a:expr, $by_b:expr]) => {
        #[diagnostic::do_not_recommend]
        impl $Rule for $float {
            type Output = $float;
            #[inline(always)]
            fn value(&self, other: &$float) -> $float {
                let ($a, $b) = (*self, *other);
                $value
            }
            #[inline(always)]
            #[allow(unused_variables, clippy::neg_multiply)]
            fn pullback(&self, other: &$float, seed: $float, self_bar: &mut $float, other_bar: &mut $float) {
                let ($a, $b) = (*self, *other);
                let $y = || $value;
                *self_bar += product(seed, $by_a);
                *other_bar += product(seed, $by_b);
            }
            #[inline(always)]
            #[allow(unused_variables, clippy::neg_multiply)]
            fn pushforward(&self, other: &$float, self_dot: &$float, other_dot: &$float) -> ($float, $float) {
                let ($a, $b) = (*self, *other);
                let value = $value;
                let $y = || value;
                (value, product(*self_dot, $by_a) + product(*other_dot, $by_b))
            }
        }
        by_reference!($Rule, { impl['r, B] for [$float], [&'r B] where $float: $Rule<B> });
        by_reference!($Rule, { impl['r, A] for [&'r A], [$float] where A: $Rule<$float> });
    };
}

macro_rules! float_rules {
    ($($float:ty)*) => {$(
        float_rule!($float, AddRule, |a, b| a + b, |y| [1.0, 1.0]);
        float_rule!($float, SubRule, |a, b| a - b, |y| [1.0, -1.0]);
        float_rule!($float, MulRule, |a, b| a * b, |y| [b, a]);
        float_rule!($float, DivRule, |a, b| a / b, |y| [1.0 / b, -(y() / b)]);
        float_rule!($float, RemRule, |a, b| a % b, |y| [1.0, -Float::trunc(a / b)]);

        #[diagnostic::do_not_recommend]
        impl NegRule for $float {
            type Output = $float;
            #[inline(always)]
            fn value(&self) -> $float {
                -self
            }
            #[inline(always)]
            fn pullback(&self, seed: $float, self_bar: &mut $float) {
                *self_bar -= seed;
            }
            #[inline(always)]
            fn pushforward(&self, self_dot: &$float) -> ($float, $float) {
                (-self, -self_dot)
            }
        }
    )*};
}
float_rules!(f32 f64);

/// Integers meet the operators where a field's type is not visible; nothing flows through them.
macro_rules! integer_rule {
    ($integer:ty, $Rule:ident, $symbol:tt) => {
        #[diagnostic::do_not_recommend]
        impl $Rule for $integer {
            type Output = $integer;
            #[inline(always)]
            fn value(&self, other: &$integer) -> $integer {
                *self $symbol *other
            }
            #[inline(always)]
            fn pullback(&self, _: &$integer, (): (), (): &mut (), (): &mut ()) {}
            #[inline(always)]
            fn pushforward(&self, other: &$integer, (): &(), (): &()) -> ($integer, ()) {
                (*self $symbol *other, ())
            }
        }
        by_reference!($Rule, { impl['r, B] for [$integer], [&'r B] where $integer: $Rule<B> });
        by_reference!($Rule, { impl['r, A] for [&'r A], [$integer] where A: $Rule<$integer> });
    };
}

macro_rules! integer_rules {
    ($($integer:ty)*) => {$(
        integer_rule!($integer, AddRule, +);
        integer_rule!($integer, SubRule, -);
        integer_rule!($integer, MulRule, *);
        integer_rule!($integer, DivRule, /);
        integer_rule!($integer, RemRule, %);
    )*};
}
integer_rules!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! integer_neg {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl NegRule for $integer {
            type Output = $integer;
            #[inline(always)]
            fn value(&self) -> $integer {
                -*self
            }
            #[inline(always)]
            fn pullback(&self, (): (), (): &mut ()) {}
            #[inline(always)]
            fn pushforward(&self, (): &()) -> ($integer, ()) {
                (-*self, ())
            }
        }
    )*};
}
integer_neg!(i8 i16 i32 i64 i128 isize);

macro_rules! float_conversion {
    ($($Rule:ident for $from:ty as $to:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $Rule for $from {
            #[inline(always)]
            fn value(&self) -> $to {
                *self as $to
            }
            #[inline(always)]
            fn pullback(&self, seed: $to, self_bar: &mut $from) {
                *self_bar += seed as $from;
            }
            #[inline(always)]
            fn pushforward(&self, self_dot: &$from) -> ($to, $to) {
                (*self as $to, *self_dot as $to)
            }
        }
    )*};
}
float_conversion! {
    AsF64Rule for f64 as f64;
    AsF64Rule for f32 as f64;
    AsF32Rule for f64 as f32;
    AsF32Rule for f32 as f32;
}

macro_rules! integer_conversion {
    ($Rule:ident as $to:ty: $($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $Rule for $integer {
            #[inline(always)]
            fn value(&self) -> $to {
                *self as $to
            }
            #[inline(always)]
            fn pullback(&self, _: $to, (): &mut ()) {}
            #[inline(always)]
            fn pushforward(&self, (): &()) -> ($to, $to) {
                (*self as $to, 0.0)
            }
        }
    )*};
}
integer_conversion!(AsF64Rule as f64: u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
integer_conversion!(AsF32Rule as f32: u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

#[cfg(test)]
mod tests {
    use crate::ops;

    /// Both modes of one operator, on both floats and through references, against its partials.
    macro_rules! check {
        ($($name:ident ($a:expr, $b:expr) = $value:expr, [$by_a:expr, $by_b:expr];)*) => {$(
            #[test]
            #[allow(clippy::neg_multiply)]
            fn $name() {
                let (a, b): (f64, f64) = ($a, $b);
                let (value, pullback) = ops::$name::forward(&a, &b);
                assert_eq!(value, $value);
                let (mut a_bar, mut b_bar) = (100.0, 200.0);
                pullback(&a, &b, 2.0, Some(&mut a_bar), Some(&mut b_bar));
                assert_eq!((a_bar, b_bar), (100.0 + 2.0 * $by_a, 200.0 + 2.0 * $by_b));
                assert_eq!(ops::$name::pushforward(&a, &b, Some(&2.0), Some(&-1.0)), ($value, 2.0 * $by_a - $by_b));

                assert_eq!(ops::$name::forward(&&a, &b).0, $value);
                assert_eq!(ops::$name::forward(&a, &&b).0, $value);
                assert_eq!(ops::$name::forward(&&a, &&b).0, $value);
                assert_eq!(ops::$name::forward(&(a as f32), &(b as f32)).0, $value as f32);
            }
        )*};
    }
    check! {
        add (7.0, 2.0) = 9.0, [1.0, 1.0];
        sub (7.0, 2.0) = 5.0, [1.0, -1.0];
        mul (7.0, 2.0) = 14.0, [2.0, 7.0];
        div (7.0, 2.0) = 3.5, [0.5, -1.75];
        rem (7.0, 2.0) = 1.0, [1.0, -3.0];
    }

    #[test]
    fn a_zero_meets_an_infinity() {
        let (mut a_bar, mut b_bar) = (0.0, 0.0);
        ops::div::forward(&1.0, &0.0).1(&1.0, &0.0, 0.0, Some(&mut a_bar), Some(&mut b_bar));
        ops::mul::forward(&1.0, &f64::INFINITY).1(
            &1.0,
            &f64::INFINITY,
            0.0,
            Some(&mut a_bar),
            Some(&mut b_bar),
        );
        assert_eq!((a_bar, b_bar), (0.0, 0.0));
        assert_eq!(ops::div::pushforward(&1.0, &0.0, None, None).1, 0.0);
        assert_eq!(ops::mul::pushforward(&0.0, &1.0, Some(&f64::INFINITY), None).1, f64::INFINITY);
        assert_eq!(ops::mul::pushforward(&1.0, &0.0, Some(&f64::INFINITY), Some(&2.0)).1, 2.0);
    }

    #[test]
    fn neg() {
        let (value, pullback) = ops::neg::forward(&3.0);
        let mut a_bar = 1.0;
        pullback(&3.0, 2.0, Some(&mut a_bar));
        assert_eq!((value, a_bar), (-3.0, -1.0));
        assert_eq!(ops::neg::pushforward(&3.0, Some(&2.0)), (-3.0, -2.0));
    }

    #[test]
    fn the_type_of_a_literal_follows_the_other_operand() {
        let x = 3.0_f32;
        let (value, pullback) = ops::mul::forward(&2.0, &x);
        let mut x_bar = 0.0;
        pullback(&2.0, &x, 1.0, None, Some(&mut x_bar));
        assert_eq!((value, x_bar), (6.0_f32, 2.0_f32));
        let n = 3_usize;
        assert_eq!(ops::sub::forward(&n, &1).0, 2);
    }
}
