//! The methods of floats.

use crate::{Tangent, special::product};
use num_traits::{Euclid, Float, NumCast};

/// A constant.
#[inline(always)]
fn c<T: NumCast>(value: f64) -> T {
    crate::__private::lit(value)
}

/// Each row: the names, the receiver and the arguments, the value, the result, and the partials, which are zero where they
/// are singular though the function has a value. (Receivers are taken by value, as `f64`'s own methods do: the pullback then borrows nothing.)
macro_rules! float_rules {
    ($($forward:ident $pushforward:ident ($x:ident $(, $arg:ident: $bar:ident $dot:ident)*) = $value:expr,
        $y:ident => [$by_x:expr $(, $by_arg:expr)*];)*) => {
        /// The derivatives of the methods of `f32` and `f64`.
        #[allow(missing_docs)]
        pub trait FloatRules: Float + Euclid + Tangent {
            $(
                #[inline(always)]
                #[allow(unused_variables)]
                fn $forward(self $(, $arg: Self)*) -> (Self, impl FnOnce(&Self, $(again!($arg),)* Self, Option<&mut Self> $(, to!($bar))*)) {
                    let $x = self;
                    let $y = $value;
                    ($y, move |_: &Self, $(again!($arg, _): (),)* seed: Self, x_bar: Option<&mut Self> $(, $bar: Option<&mut Self>)*| {
                        if let Some(x_bar) = x_bar {
                            x_bar.accumulate(&product(seed, $by_x));
                        }
                        $(if let Some($bar) = $bar {
                            $bar.accumulate(&product(seed, $by_arg));
                        })*
                    })
                }
                #[inline(always)]
                #[allow(unused_variables)]
                fn $pushforward(self $(, $arg: Self)*, x_dot: Option<&Self> $(, $dot: Option<&Self>)*) -> (Self, Self) {
                    let $x = self;
                    let $y = $value;
                    ($y, product(or_zero(x_dot), $by_x) $(+ product(or_zero($dot), $by_arg))*)
                }
            )*

            #[inline(always)]
            fn powi_forward(
                self,
                n: i32,
            ) -> (Self, impl FnOnce(&Self, (), Self, Option<&mut Self>, Option<&mut ()>)) {
                let pullback = move |x: &Self, (): (), seed: Self, x_bar: Option<&mut Self>, _: Option<&mut ()>| {
                    if let Some(x_bar) = x_bar {
                        x_bar.accumulate(&product(seed, powi_partial(*x, n)));
                    }
                };
                (self.powi(n), pullback)
            }
            #[inline(always)]
            fn powi_pushforward(self, n: i32, x_dot: Option<&Self>, _: Option<&()>) -> (Self, Self) {
                (self.powi(n), product(or_zero(x_dot), powi_partial(self, n)))
            }

            #[inline(always)]
            fn sin_cos_forward(self) -> ((Self, Self), impl FnOnce(&Self, (Self, Self), Option<&mut Self>)) {
                let (sin, cos) = self.sin_cos();
                let pullback = move |_: &Self, (sin_bar, cos_bar): (Self, Self), x_bar: Option<&mut Self>| {
                    if let Some(x_bar) = x_bar {
                        x_bar.accumulate(&(product(sin_bar, cos) - product(cos_bar, sin)));
                    }
                };
                ((sin, cos), pullback)
            }
            #[inline(always)]
            fn sin_cos_pushforward(self, x_dot: Option<&Self>) -> ((Self, Self), (Self, Self)) {
                let ((sin, cos), x_dot) = (self.sin_cos(), or_zero(x_dot));
                ((sin, cos), (product(x_dot, cos), -product(x_dot, sin)))
            }
        }
    };
}

/// The type of an adjoint slot.
macro_rules! to {
    ($bar:ident) => {
        Option<&mut Self>
    };
}

/// What the pullback is given again of an argument by value: as a type, and as a pattern.
macro_rules! again {
    ($arg:ident) => {
        ()
    };
    ($arg:ident, _) => {
        _
    };
}

#[inline(always)]
fn or_zero<T: Float>(dot: Option<&T>) -> T {
    dot.copied().unwrap_or(T::zero())
}

#[inline(always)]
fn powi_partial<T: Float>(x: T, n: i32) -> T {
    if n == 0 { T::zero() } else { c::<T>(n as f64) * x.powi(n.wrapping_sub(1)) }
}

#[inline(always)]
fn when<T: Float>(condition: bool, value: T) -> T {
    if condition { value } else { T::zero() }
}

#[inline(always)]
fn one<T: Float>() -> T {
    T::one()
}

/// The derivative of the inverse sine.
#[inline(always)]
fn slope<T: Float>(x: T) -> T {
    ((T::one() - x) * (T::one() + x)).sqrt().recip()
}

/// `round_ties_even`, which `num_traits` lacks.
#[inline]
fn round_ties_even<T: Float>(x: T) -> T {
    if x.fract().abs() == c(0.5) { c::<T>(2.0) * (x * c(0.5)).round() } else { x.round() }
}

use core::f64::consts::{LN_2, LN_10, PI};

float_rules! {
    mul_add_forward mul_add_pushforward (x, a: a_bar a_dot, b: b_bar b_dot) = x.mul_add(a, b), y => [a, x, one()];
    recip_forward recip_pushforward (x) = x.recip(), y => [-(y * y)];

    sin_forward sin_pushforward (x) = x.sin(), y => [x.cos()];
    cos_forward cos_pushforward (x) = x.cos(), y => [-x.sin()];
    tan_forward tan_pushforward (x) = x.tan(), y => [one::<Self>() + y * y];
    asin_forward asin_pushforward (x) = x.asin(), y => [
        when(x.abs() != one(), slope(x))];
    acos_forward acos_pushforward (x) = x.acos(), y => [
        -when(x.abs() != one(), slope(x))];
    atan_forward atan_pushforward (x) = x.atan(), y => [(one::<Self>() + x * x).recip()];
    atan2_forward atan2_pushforward (x, b: b_bar b_dot) = x.atan2(b), y => [
        when(b != c(0.0), (b + (x / b) * x).recip()), -when(x != c(0.0), (x + (b / x) * b).recip())];

    sinh_forward sinh_pushforward (x) = x.sinh(), y => [x.cosh()];
    cosh_forward cosh_pushforward (x) = x.cosh(), y => [x.sinh()];
    tanh_forward tanh_pushforward (x) = x.tanh(), y => [one::<Self>() - y * y];
    asinh_forward asinh_pushforward (x) = x.asinh(), y => [x.hypot(one()).recip()];
    acosh_forward acosh_pushforward (x) = x.acosh(), y => [
        when(x != one(), ((x - one()) * (x + one())).sqrt().recip())];
    atanh_forward atanh_pushforward (x) = x.atanh(), y => [((one::<Self>() - x) * (one::<Self>() + x)).recip()];

    exp_forward exp_pushforward (x) = x.exp(), y => [y];
    exp2_forward exp2_pushforward (x) = x.exp2(), y => [c::<Self>(LN_2) * y];
    exp_m1_forward exp_m1_pushforward (x) = x.exp_m1(), y => [x.exp()];
    ln_forward ln_pushforward (x) = x.ln(), y => [x.recip()];
    ln_1p_forward ln_1p_pushforward (x) = x.ln_1p(), y => [(one::<Self>() + x).recip()];
    log_forward log_pushforward (x, base: base_bar base_dot) = x.log(base), y => [
        (x * base.ln()).recip(), -when(base != c(0.0), y / (base * base.ln()))];
    log2_forward log2_pushforward (x) = x.log2(), y => [(x * c(LN_2)).recip()];
    log10_forward log10_pushforward (x) = x.log10(), y => [(x * c(LN_10)).recip()];
    sqrt_forward sqrt_pushforward (x) = x.sqrt(), y => [when(y != c(0.0), c::<Self>(0.5) / y)];
    cbrt_forward cbrt_pushforward (x) = x.cbrt(), y => [when(y != c(0.0), (c::<Self>(3.0) * y * y).recip())];
    powf_forward powf_pushforward (x, n: n_bar n_dot) = x.powf(n), y => [
        when(n != c(0.0) && !(y == c(0.0) && n < one()), n * x.powf(n - one())), when(x > c(0.0), product(y, x.ln()))];
    hypot_forward hypot_pushforward (x, b: b_bar b_dot) = x.hypot(b), y => [
        when(y != c(0.0), x / y), when(y != c(0.0), b / y)];

    // Kinks: the branch that the primal takes; ties to the receiver (a NaN loses, as in the primal).
    abs_forward abs_pushforward (x) = x.abs(), y => [
        when(x > c(0.0), one::<Self>()) - when(x < c(0.0), one::<Self>())];
    max_forward max_pushforward (x, b: b_bar b_dot) = x.max(b), y => [when(x == y, one()), when(x != y, one())];
    min_forward min_pushforward (x, b: b_bar b_dot) = x.min(b), y => [when(x == y, one()), when(x != y, one())];
    clamp_forward clamp_pushforward (x, lo: lo_bar lo_dot, hi: hi_bar hi_dot) = Float::clamp(x, lo, hi), y => [
        when(!(x < lo || x > hi), one()), when(x < lo, one()), when(x > hi, one())];
    copysign_forward copysign_pushforward (x, sign: sign_bar sign_dot) = x.copysign(sign), y => [
        x.signum() * sign.signum(), c(0.0)];
    abs_sub_forward abs_sub_pushforward (x, b: b_bar b_dot) = x.abs_sub(b), y => [
        when(x > b, one()), -when(x > b, one::<Self>())];
    rem_euclid_forward rem_euclid_pushforward (x, b: b_bar b_dot) = x.rem_euclid(&b), y => [
        one(), -x.div_euclid(&b)];
    fract_forward fract_pushforward (x) = x.fract(), y => [one()];
    to_degrees_forward to_degrees_pushforward (x) = x.to_degrees(), y => [c(180.0 / PI)];
    to_radians_forward to_radians_pushforward (x) = x.to_radians(), y => [c(PI / 180.0)];

    // Piecewise constant: the derivative is zero wherever there is one.
    floor_forward floor_pushforward (x) = x.floor(), y => [c(0.0)];
    ceil_forward ceil_pushforward (x) = x.ceil(), y => [c(0.0)];
    round_forward round_pushforward (x) = x.round(), y => [c(0.0)];
    round_ties_even_forward round_ties_even_pushforward (x) = round_ties_even(x), y => [c(0.0)];
    trunc_forward trunc_pushforward (x) = x.trunc(), y => [c(0.0)];
    signum_forward signum_pushforward (x) = x.signum(), y => [c(0.0)];
    div_euclid_forward div_euclid_pushforward (x, b: b_bar b_dot) = x.div_euclid(&b), y => [c(0.0), c(0.0)];
}

impl FloatRules for f32 {}
impl FloatRules for f64 {}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(name: &str, found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= 1e-6 * (1.0 + expected.abs()),
            "{name}: {found} is not {expected}"
        );
    }

    /// Both modes of each method against central differences of the method that the name stands for.
    macro_rules! check {
        ($($name:ident: $forward:ident $pushforward:ident ($x:expr $(, $arg:ident = $value:expr, $bar:ident)*);)*) => {$(
            #[test]
            fn $name() {
                let (x, h): (f64, f64) = ($x, 1e-6);
                $(let ($arg, mut $bar): (f64, f64) = ($value, 0.0);)*
                let mut x_bar = 10.0;
                let (y, pullback) = x.$forward($($arg),*);
                assert_eq!(y, x.$name($($arg),*), "the value is the method's own");
                pullback(&x, $({ let _ = $arg; },)* 2.0, Some(&mut x_bar) $(, Some(&mut $bar))*);
                let by_x = ((x + h).$name($($arg),*) - (x - h).$name($($arg),*)) / (2.0 * h);
                close(stringify!($name), x_bar, 10.0 + 2.0 * by_x);
                let dots = [0.7 $(, { let $bar = 0.3; $bar })*];
                let along = |t: f64| {
                    let x = x + t * dots[0];
                    $(let $arg = $arg + t * 0.3;)*
                    x.$name($($arg),*)
                };
                let expected = (along(h) - along(-h)) / (2.0 * h);
                let (value, y_dot) = x.$pushforward($($arg,)* Some(&0.7) $(, { let _ = $arg; Some(&0.3) })*);
                assert_eq!(value, y);
                close(stringify!($name), y_dot, expected);
                // <y_bar, J x_dot> = <J' y_bar, x_dot>
                close(stringify!($name), 0.7 * (x_bar - 10.0) $(+ 0.3 * $bar)*, 2.0 * y_dot);
            }
        )*};
    }
    check! {
        mul_add: mul_add_forward mul_add_pushforward (1.2, a = 0.7, a_bar, b = -0.4, b_bar);
        recip: recip_forward recip_pushforward (1.2);
        sin: sin_forward sin_pushforward (1.2);
        cos: cos_forward cos_pushforward (1.2);
        tan: tan_forward tan_pushforward (1.2);
        asin: asin_forward asin_pushforward (0.6);
        acos: acos_forward acos_pushforward (0.6);
        atan: atan_forward atan_pushforward (1.2);
        atan2: atan2_forward atan2_pushforward (1.2, b = -0.7, b_bar);
        sinh: sinh_forward sinh_pushforward (1.2);
        cosh: cosh_forward cosh_pushforward (1.2);
        tanh: tanh_forward tanh_pushforward (1.2);
        asinh: asinh_forward asinh_pushforward (1.2);
        acosh: acosh_forward acosh_pushforward (1.2);
        atanh: atanh_forward atanh_pushforward (0.6);
        exp: exp_forward exp_pushforward (1.2);
        exp2: exp2_forward exp2_pushforward (1.2);
        exp_m1: exp_m1_forward exp_m1_pushforward (1.2);
        ln: ln_forward ln_pushforward (1.2);
        ln_1p: ln_1p_forward ln_1p_pushforward (1.2);
        log: log_forward log_pushforward (1.2, base = 2.5, base_bar);
        log2: log2_forward log2_pushforward (1.2);
        log10: log10_forward log10_pushforward (1.2);
        sqrt: sqrt_forward sqrt_pushforward (1.2);
        cbrt: cbrt_forward cbrt_pushforward (1.2);
        powf: powf_forward powf_pushforward (1.2, n = -1.7, n_bar);
        hypot: hypot_forward hypot_pushforward (1.2, b = 0.7, b_bar);
        abs: abs_forward abs_pushforward (-1.2);
        max: max_forward max_pushforward (1.2, b = 1.7, b_bar);
        min: min_forward min_pushforward (1.2, b = 1.7, b_bar);
        clamp: clamp_forward clamp_pushforward (1.2, lo = 1.5, lo_bar, hi = 2.0, hi_bar);
        copysign: copysign_forward copysign_pushforward (1.2, sign = -1.0, sign_bar);
        rem_euclid: rem_euclid_forward rem_euclid_pushforward (-1.2, b = 0.7, b_bar);
        fract: fract_forward fract_pushforward (1.2);
        to_degrees: to_degrees_forward to_degrees_pushforward (1.2);
        to_radians: to_radians_forward to_radians_pushforward (1.2);
        floor: floor_forward floor_pushforward (1.2);
        ceil: ceil_forward ceil_pushforward (1.2);
        round: round_forward round_pushforward (1.2);
        round_ties_even: round_ties_even_forward round_ties_even_pushforward (1.2);
        trunc: trunc_forward trunc_pushforward (1.2);
        signum: signum_forward signum_pushforward (1.2);
        div_euclid: div_euclid_forward div_euclid_pushforward (-1.2, b = 0.7, b_bar);
    }

    #[test]
    fn sin_cos_and_powi() {
        let x = 1.2_f64;
        let ((sin, cos), pullback) = x.sin_cos_forward();
        let mut x_bar = 0.0;
        pullback(&x, (2.0, 3.0), Some(&mut x_bar));
        assert_eq!(x_bar, 2.0 * cos - 3.0 * sin);
        assert_eq!(x.sin_cos_pushforward(Some(&2.0)), (x.sin_cos(), (2.0 * cos, -2.0 * sin)));

        let (y, pullback) = 0.0_f64.powi_forward(0);
        let mut x_bar = 0.0;
        pullback(&0.0, (), 1.0, Some(&mut x_bar), None);
        assert_eq!((y, x_bar), (1.0, 0.0));
    }

    #[test]
    fn kinks_follow_the_documented_convention() {
        assert_eq!(0.0_f64.abs_pushforward(Some(&1.0)).1, 0.0);
        assert_eq!(1.0_f64.max_pushforward(1.0, Some(&2.0), Some(&3.0)).1, 2.0);
        assert_eq!(1.0_f64.min_pushforward(1.0, Some(&2.0), Some(&3.0)).1, 2.0);
        assert_eq!(1.0_f64.clamp_pushforward(0.0, 1.0, Some(&2.0), Some(&3.0), Some(&4.0)).1, 2.0);
        assert_eq!(0.0_f64.hypot_pushforward(0.0, Some(&2.0), Some(&3.0)).1, 0.0);
        assert_eq!(0.0_f64.powf_pushforward(0.0, Some(&2.0), Some(&3.0)).1, 0.0);
        assert_eq!(f64::NAN.max_pushforward(1.0, Some(&2.0), Some(&3.0)).1, 3.0);
    }

    /// What the pullback and the pushforward give by the receiver and by one argument.
    macro_rules! by_both {
        ($x:expr, $forward:ident $pushforward:ident ($arg:expr)) => {{
            let (x, arg): (f64, f64) = ($x, $arg);
            let (mut x_bar, mut arg_bar) = (0.0, 0.0);
            x.$forward(arg).1(&x, (), 1.0, Some(&mut x_bar), Some(&mut arg_bar));
            let pushed = [x.$pushforward(arg, Some(&1.0), None).1, x.$pushforward(arg, None, Some(&1.0)).1];
            assert_eq!([x_bar, arg_bar], pushed, "{}", stringify!($forward));
            (x_bar, arg_bar)
        }};
        ($x:expr, $forward:ident $pushforward:ident) => {{
            let x: f64 = $x;
            let mut x_bar = 0.0;
            x.$forward().1(&x, 1.0, Some(&mut x_bar));
            assert_eq!(x_bar, x.$pushforward(Some(&1.0)).1, "{}", stringify!($forward));
            x_bar
        }};
    }

    #[test]
    fn singular_partials_of_finite_values_are_zero() {
        assert_eq!(by_both!(0.0, sqrt_forward sqrt_pushforward), 0.0);
        assert_eq!(by_both!(0.0, cbrt_forward cbrt_pushforward), 0.0);
        assert_eq!(by_both!(1.0, asin_forward asin_pushforward), 0.0);
        assert_eq!(by_both!(-1.0, acos_forward acos_pushforward), 0.0);
        assert_eq!(by_both!(1.0, acosh_forward acosh_pushforward), 0.0);
        assert_eq!(by_both!(0.0, hypot_forward hypot_pushforward (0.0)), (0.0, 0.0));
        assert_eq!(by_both!(0.0, atan2_forward atan2_pushforward (0.0)), (0.0, 0.0));
        assert_eq!(by_both!(0.0, powf_forward powf_pushforward (0.5)), (0.0, 0.0));
        assert_eq!(by_both!(0.0, powf_forward powf_pushforward (1.0)), (1.0, 0.0));
        assert_eq!(by_both!(2.0, log_forward log_pushforward (0.0)), (0.0, 0.0));
        assert_eq!(by_both!(0.0, ln_forward ln_pushforward), f64::INFINITY);
        assert_eq!(by_both!(0.0, recip_forward recip_pushforward), f64::NEG_INFINITY);
    }

    #[test]
    fn a_zero_meets_an_infinity() {
        let mut x_bar = 0.0;
        800.0_f64.exp_forward().1(&800.0, 0.0, Some(&mut x_bar));
        assert_eq!(x_bar, 0.0);
        assert_eq!(800.0_f64.exp_pushforward(Some(&0.0)).1, 0.0);
        assert_eq!(f64::NEG_INFINITY.exp_pushforward(Some(&f64::INFINITY)).1, 0.0);
        assert_eq!((-1.0_f64).sqrt_pushforward(Some(&0.0)).1, 0.0);
        assert_eq!(0.0_f64.powi_pushforward(-1, Some(&0.0), None).1, 0.0);
    }

    #[test]
    fn exp_m1_does_not_cancel() {
        assert_eq!((-30.0_f64).exp_m1_pushforward(Some(&1.0)).1, (-30.0_f64).exp());
    }

    #[test]
    fn ties_round_to_even_as_in_the_standard_library() {
        for x in [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, 2.6, 1e300, -0.0_f64] {
            assert_eq!(super::round_ties_even(x).to_bits(), x.round_ties_even().to_bits(), "{x}");
        }
    }
}
