//! `tf_op_gradients.json`: functions of one and of two numbers.

use crate::common::{Oracle, assert_all, numbers};
use autodiff_runtime::differentiate;
use autodiff_runtime::losses::{sigmoid, softplus};

/// One differentiated function a line, and a table of them by name.
macro_rules! functions {
    ($table:ident: fn($($of:ty),*) -> $to:ty; $($name:ident($($arg:ident),*) { $($body:tt)* })*) => {
        $(
            #[differentiate]
            fn $name($($arg: f64),*) -> f64 {
                $($body)*
            }
        )*

        fn $table(name: &str) -> Option<fn($($of),*) -> $to> {
            match name {
                $(stringify!($name) => Some($name::value_and_grad),)*
                _ => None,
            }
        }
    };
}

functions! {
    unary: fn(f64) -> (f64, f64);

    abs(x) { x.abs() }
    neg(x) { -x }
    exp(x) { x.exp() }
    expm1(x) { x.exp_m1() }
    square(x) { x * x }
    sin(x) { x.sin() }
    cos(x) { x.cos() }
    tan(x) { x.tan() }
    sinh(x) { x.sinh() }
    cosh(x) { x.cosh() }
    tanh(x) { x.tanh() }
    asin(x) { x.asin() }
    acos(x) { x.acos() }
    atan(x) { x.atan() }
    asinh(x) { x.asinh() }
    acosh(x) { x.acosh() }
    atanh(x) { x.atanh() }
    log(x) { x.ln() }
    log1p(x) { x.ln_1p() }
    sqrt(x) { x.sqrt() }
    rsqrt(x) { 1.0 / x.sqrt() }
    reciprocal(x) { x.recip() }
    log_sigmoid(x) { -softplus(-x) }
    softsign(x) { x / (1.0 + x.abs()) }
    relu(x) { if x > 0.0 { x } else { 0.0 } }
    relu6(x) { 0.0_f64.max(x).min(6.0) }
    // The constants of this one and of `gelu_tanh` are single-precision numbers in the original.
    leaky_relu(x) { if x > 0.0 { x } else { 0.2_f32 as f64 * x } }
    elu(x) { if x >= 0.0 { x } else { x.exp_m1() } }
    selu(x) {
        let (scale, alpha) = (1.0507009873554805, 1.6732632423543772);
        if x >= 0.0 { scale * x } else { scale * alpha * x.exp_m1() }
    }
    silu(x) { x * sigmoid(x) }
    gelu_tanh(x) {
        let coefficient = 0.044715_f32 as f64;
        let slope = (2.0 / std::f64::consts::PI).sqrt();
        0.5 * x * (1.0 + (slope * (x + coefficient * x.powi(3))).tanh())
    }
    sign(x) { x.signum() }
    floor(x) { x.floor() }
    ceil(x) { x.ceil() }
    round(x) { x.round_ties_even() }
}

functions! {
    binary: fn(f64, f64) -> (f64, (f64, f64));

    add(x, y) { x + y }
    sub(x, y) { x - y }
    mul(x, y) { x * y }
    div(x, y) { x / y }
    pow(x, y) { x.powf(y) }
    maximum(x, y) { x.max(y) }
    minimum(x, y) { x.min(y) }
    squared_difference(x, y) { (x - y) * (x - y) }
    atan2(x, y) { x.atan2(y) }
    floormod(x, y) { x - y * (x / y).floor() }
    xlogy(x, y) { if x == 0.0 { 0.0 } else { x * y.ln() } }
    xdivy(x, y) { if x == 0.0 { 0.0 } else { x / y } }
    xlog1py(x, y) { if x == 0.0 { 0.0 } else { x * y.ln_1p() } }
    divide_no_nan(x, y) { if y == 0.0 { 0.0 } else { x / y } }
}

/// What Rust's floats have no method for.
const SPECIAL: [&str; 9] =
    ["gelu_erf", "erf", "erfc", "lgamma", "digamma", "bessel_i0e", "bessel_i1e", "erfinv", "ndtri"];

#[test]
fn of_one_number() {
    for case in Oracle::read("tf_op_gradients").cases().filter(|case| case.name().starts_with("unary/")) {
        let name = case.0["fn"].as_str().unwrap();
        let function = match name {
            "sigmoid" => Some(sigmoid::value_and_grad as _),
            "softplus" => Some(softplus::value_and_grad as _),
            name => unary(name),
        };
        let Some(function) = function else {
            assert!(SPECIAL.contains(&name), "unknown function {name}");
            continue;
        };
        let (values, gradient): (Vec<f64>, Vec<f64>) =
            numbers(case.input("x")).into_iter().map(function).unzip();
        // `signum` is 1 at 0, TensorFlow's sign 0.
        if name != "sign" {
            assert_all(case.name(), &values, &numbers(case.output("value")));
        }
        // What is constant almost everywhere has the derivative zero; TensorFlow says that it has none.
        let expected = match case.output("gradient") {
            none if none.is_null() => vec![0.0; gradient.len()],
            gradient => numbers(gradient),
        };
        assert_all(&format!("gradient of {}", case.name()), &gradient, &expected);
    }
}

#[test]
fn of_two_numbers() {
    for case in Oracle::read("tf_op_gradients").cases().filter(|case| case.name().starts_with("binary/")) {
        let name = case.0["fn"].as_str().unwrap();
        let function = binary(name).unwrap_or_else(|| panic!("unknown function {name}"));
        let expected = ["value", "gradient_x", "gradient_y"].map(|output| numbers(case.output(output)));
        for (i, (x, y)) in numbers(case.input("x")).into_iter().zip(numbers(case.input("y"))).enumerate() {
            let (value, (by_x, by_y)) = function(x, y);
            let expected = [expected[0][i], expected[1][i], expected[2][i]];
            assert_all(&format!("{name}({x}, {y})"), &[value, by_x, by_y], &expected);
        }
    }
}
