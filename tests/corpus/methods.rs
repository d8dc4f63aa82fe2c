//! The methods of floats, in method and path form.

use autodiff_runtime::differentiate;

#[differentiate]
fn trigonometric(x: f64, y: f64) -> f64 {
    x.sin() * y.cos() + (x * y).tan() - f64::sin(x + y) * f64::cos(x)
}

#[differentiate]
fn inverse_trigonometric(x: f64, y: f64) -> f64 {
    x.asin() * y.acos() + (x * y).atan() - x.atan2(y) * f64::atan2(y, x)
}

#[differentiate]
fn hyperbolic(x: f64, y: f64) -> f64 {
    x.sinh() * y.cosh() + (x * y).tanh()
}

#[differentiate]
fn inverse_hyperbolic(x: f64, y: f64) -> f64 {
    x.asinh() * (1.0 + y).acosh() + (x * 0.5).atanh()
}

#[differentiate]
fn exponentials(x: f64, y: f64) -> f64 {
    x.exp() * y.exp2() + (x * y).exp_m1()
}

#[differentiate]
fn logarithms(x: f64, y: f64) -> f64 {
    x.ln() * y.log2() + (x * y).log10() - x.ln_1p() + (x + 1.0).log(y + 2.0)
}

#[differentiate]
fn powers(x: f64, y: f64, n: i32) -> f64 {
    x.powf(y) + y.powi(n) * x.powi(3) + x.powi(-2) - 2.0_f64.powf(x)
}

#[differentiate]
fn roots(x: f64, y: f64) -> f64 {
    x.sqrt() * y.cbrt() + x.hypot(y) + (x * y).recip()
}

#[differentiate]
fn extremes(x: f64, y: f64) -> f64 {
    x.max(y) * x.min(y) + f64::max(x, 2.0) + y.min(x * x) + x.clamp(-1.0, 1.0) * y.clamp(0.0, 0.5)
}

#[differentiate]
fn signs(x: f64, y: f64) -> f64 {
    x.abs() * y.signum() + x.copysign(y) * y + (-x).abs()
}

#[differentiate]
fn steps(x: f64, y: f64) -> f64 {
    x.floor() * y + x.ceil() * x + y.round() * x + x.trunc() + x.fract() * y
}

#[differentiate]
fn euclidean(x: f64, y: f64) -> f64 {
    x.rem_euclid(y) * x + x.div_euclid(y) * y
}

#[differentiate]
fn angles(x: f64) -> f64 {
    x.to_radians() * x.to_degrees() + x.to_radians().sin()
}

#[differentiate]
fn sine_and_cosine(x: f64) -> f64 {
    let (s, c) = x.sin_cos();
    s * c * c + f64::sin_cos(x * 2.0).0
}

#[differentiate]
fn chained_methods(x: f64) -> f64 {
    x.sin().exp().sqrt().ln_1p().max(0.0).powi(2).tanh()
}

#[differentiate]
fn with_predicates(x: f64, y: f64) -> f64 {
    if x.is_nan() || !y.is_finite() || x.is_sign_negative() { y } else { x * y }
}

#[differentiate]
fn square_root_of(x: f64) -> f64 {
    x.sqrt()
}

#[differentiate]
fn power_of(x: f64, y: f64) -> f64 {
    x.powf(y)
}

#[differentiate]
fn guarded_root(x: f64) -> f64 {
    // The branch that does not matter contributes an exact zero, whatever its partial.
    0.0 * x.sqrt() + x
}

#[differentiate]
fn absolute(x: f64) -> f64 {
    x.abs()
}

#[differentiate]
fn larger(x: f64, y: f64) -> f64 {
    x.max(y)
}

#[differentiate]
fn clamped(x: f64) -> f64 {
    x.clamp(0.0, 1.0)
}

#[test]
fn kinks_follow_the_documented_convention() {
    assert_eq!(absolute::grad(0.0), 0.0);
    assert_eq!(absolute::jvp(0.0, 1.0).1, 0.0);
    assert_eq!(larger::grad(1.0, 1.0), (1.0, 0.0));
    assert_eq!(larger::jvp(1.0, 1.0, 2.0, 5.0).1, 2.0);
    assert_eq!(clamped::grad(1.0), 1.0);
    assert_eq!(clamped::grad(0.0), 1.0);
    assert_eq!(clamped::grad(1.5), 0.0);
}

#[test]
fn singular_points_follow_the_documented_convention() {
    assert_eq!(square_root_of::grad(0.0), 0.0);
    assert_eq!(guarded_root::grad(0.0), 1.0);
    assert_eq!(guarded_root::jvp(0.0, 1.0).1, 1.0);
    assert_eq!(power_of::grad(0.0, 0.0), (0.0, 0.0));
    assert_eq!(power_of::grad(0.0, 2.0), (0.0, 0.0));
    assert_eq!(power_of::grad(-2.0, 3.0).0, 12.0);
}

checks! {
    trigonometric(0.5, 0.75);
    inverse_trigonometric(0.5, 0.25);
    hyperbolic(0.5, 0.75) => {
        let (x, y) = (0.5_f64, 0.75_f64);
        let t = 1.0 - (x * y).tanh().powi(2);
        (x.cosh() * y.cosh() + y * t, x.sinh() * y.sinh() + x * t)
    };
    inverse_hyperbolic(0.5, 0.75);
    exponentials(0.5, 0.75);
    logarithms(0.5, 0.75);
    powers(1.25, 0.75, @4);
    powers as powers_with_zero_exponent(1.25, 0.75, @0);
    roots(1.25, 0.75);
    extremes(0.4, 0.9);
    extremes as extremes_swapped(2.4, 0.3);
    signs(0.4, -0.9);
    signs as signs_swapped(-0.4, 0.9);
    steps(1.4, 2.3);
    euclidean(3.7, 1.1);
    angles(20.0);
    sine_and_cosine(0.5);
    chained_methods(0.75);
    with_predicates(2.0, 3.0) => (3.0, 2.0);
}
