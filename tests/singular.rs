#![allow(clippy::all)]
//! Singular points: the documented table, walked cell by cell, in every form that a function may have; and functions in which
//! a zero meets an infinity.

use autodiff_runtime::{Differentiable, differentiate};

/// The value, the derivatives by reverse mode, and those by forward mode.
type Derivatives = (f64, Vec<f64>, Vec<f64>);

/// One form of a function, at x, y.
type Form = fn(f64, f64) -> Derivatives;

struct Cell {
    function: &'static str,
    arity: usize,
    ieee: Form,
    /// Single, double, generic, through a type that the attribute does not see, and called by another function.
    forms: [(&'static str, Form); 5],
}

macro_rules! cells {
    ($($name:ident ($($arg:ident),+): $body:expr;)*) => {
        $(mod $name {
            use super::*;
            cells!(@forms ($($arg),+) $body);
        })*
        fn cells() -> Vec<Cell> {
            vec![$($name::cell(stringify!($body))),*]
        }
    };
    (@forms ($($arg:ident),+) $body:expr) => {
        #[differentiate]
        pub fn double($($arg: f64),+) -> f64 {
            $body
        }
        #[differentiate(singular = "ieee")]
        pub fn ieee($($arg: f64),+) -> f64 {
            $body
        }
        #[differentiate]
        pub fn single($($arg: f32),+) -> f32 {
            $body
        }
        #[differentiate]
        pub fn generic<T: num_traits::Float>($($arg: T),+) -> T {
            $body
        }
        #[differentiate]
        pub fn instance($($arg: f64),+) -> f64 {
            generic($($arg),+)
        }
        #[differentiate]
        pub fn calls($($arg: f64),+) -> f64 {
            let value = double($($arg),+);
            value
        }
        #[derive(Differentiable, Clone)]
        pub struct Fields {
            $($arg: f64),+
        }
        #[differentiate]
        pub fn of_fields(fields: &Fields) -> f64 {
            $(let $arg = fields.$arg;)+
            $body
        }
        #[differentiate]
        pub fn fields($($arg: f64),+) -> f64 {
            of_fields(&Fields { $($arg),+ })
        }
        pub fn cell(function: &'static str) -> Cell {
            Cell {
                function,
                arity: [$(stringify!($arg)),+].len(),
                ieee: cells!(@form ieee f64 $($arg)+),
                forms: [
                    ("f64", cells!(@form double f64 $($arg)+)),
                    ("f32", cells!(@form single f32 $($arg)+)),
                    ("generic", cells!(@form instance f64 $($arg)+)),
                    ("unseen", cells!(@form fields f64 $($arg)+)),
                    ("called", cells!(@form calls f64 $($arg)+)),
                ],
            }
        }
    };
    (@form $f:ident $float:ident x) => {
        |x, _| {
            let x = x as $float;
            let (value, gradient) = $f::value_and_grad(x);
            let (again, pullback) = $f::vjp(x);
            let pulled = pullback(1.0);
            let (pushed, tangent) = $f::jvp(x, 1.0);
            assert!(same(value, again) && same(value, pushed) && same(gradient, pulled));
            (value as f64, vec![gradient as f64], vec![tangent as f64])
        }
    };
    (@form $f:ident $float:ident x y) => {
        |x, y| {
            let (x, y) = (x as $float, y as $float);
            let (value, gradient) = $f::value_and_grad(x, y);
            let (again, pullback) = $f::vjp(x, y);
            let pulled = pullback(1.0);
            let (pushed, by_x) = $f::jvp(x, y, 1.0, 0.0);
            let by_y = $f::jvp(x, y, 0.0, 1.0).1;
            assert!(same(value, again) && same(value, pushed));
            assert!(same(gradient.0, pulled.0) && same(gradient.1, pulled.1));
            (value as f64, vec![gradient.0 as f64, gradient.1 as f64], vec![by_x as f64, by_y as f64])
        }
    };
}

cells! {
    sqrt(x): x.sqrt();
    cbrt(x): x.cbrt();
    powf(x, y): x.powf(y);
    powi_0(x): x.powi(0);
    powi_minus_1(x): x.powi(-1);
    asin(x): x.asin();
    acos(x): x.acos();
    acosh(x): x.acosh();
    atanh(x): x.atanh();
    hypot(x, y): x.hypot(y);
    atan2(x, y): y.atan2(x);
    ln(x): x.ln();
    ln_1p(x): x.ln_1p();
    log2(x): x.log2();
    log10(x): x.log10();
    log(x, y): x.log(y);
    recip(x): x.recip();
    quotient(x, y): y / x;
    remainder(x, y): x % y;
    exp(x): x.exp();
    tanh(x): x.tanh();
    atan(x): x.atan();
    abs(x): x.abs();
    max(x, y): x.max(y);
    min(x, y): x.min(y);
}

/// Equal, but for rounding to single precision and the sign of a zero; a NaN is one.
fn same(a: impl Into<f64>, b: impl Into<f64>) -> bool {
    let (a, b): (f64, f64) = (a.into(), b.into());
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-6 * b.abs()
}

fn all_same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b))
}

struct Row {
    function: String,
    at: Vec<f64>,
    value: f64,
    partials: Vec<f64>,
    ieee: Vec<f64>,
}

/// The rows of the documented table.
fn rows() -> Vec<Row> {
    let numbers = |text: &str| -> Vec<f64> {
        text.split(',').map(|number| number.trim().parse().expect("a number")).collect()
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [function, at, value, partials, ieee] = cells[..] else { panic!("five cells: {line}") };
        let function = function.trim_matches('`').to_string();
        let value = numbers(value)[0];
        Row { function, at: numbers(at), value, partials: numbers(partials), ieee: numbers(ieee) }
    };
    let document = include_str!("../autodiff-runtime/docs/singular.md");
    let table = document.lines().skip_while(|line| !line.starts_with("|---"));
    table.skip(1).take_while(|line| line.starts_with('|')).map(row).collect()
}

#[test]
fn every_cell_of_the_table_holds_in_both_modes() {
    let (rows, cells) = (rows(), cells());
    for cell in &cells {
        assert!(
            rows.iter().any(|row| row.function == cell.function),
            "`{}` is not documented",
            cell.function
        );
    }
    let mut wrong = Vec::new();
    for Row { function, at, value, partials, ieee } in rows {
        let cell = cells.iter().find(|cell| cell.function == function);
        let cell = cell.unwrap_or_else(|| panic!("`{function}` is not tested"));
        assert_eq!(
            (cell.arity, cell.arity, cell.arity),
            (at.len(), partials.len(), ieee.len()),
            "{function}"
        );
        let y = at.get(1).copied().unwrap_or_default();
        // Forward mode adds what the formula makes of the zero of the other direction.
        let unit = |k: usize, j: usize| if j == k { 1.0 } else { 0.0 };
        let along = |k: usize| ieee.iter().enumerate().map(|(j, partial)| partial * unit(k, j)).sum();
        let ieee_forward: Vec<f64> = (0..ieee.len()).map(along).collect();
        let forms = cell.forms.iter().map(|(name, form)| (*name, *form, &partials, &partials));
        for (name, form, expected, pushed) in forms.chain([("ieee", cell.ieee, &ieee, &ieee_forward)]) {
            let (found, reverse, forward) = form(at[0], y);
            if !same(found, value) || !all_same(&reverse, expected) || !all_same(&forward, pushed) {
                wrong.push(format!(
                    "`{function}` at {at:?} ({name}): {found}, reverse {reverse:?}, forward {forward:?}, expected {value}, {expected:?}, {pushed:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Functions in which a zero meets an infinity: a point, the value and the derivatives, in both modes.
macro_rules! meetings {
    ($($name:ident ($($arg:ident = $at:expr),+) = $value:expr, [$($partial:expr),+]: $body:expr;)*) => {$(
        #[test]
        fn $name() {
            #[differentiate]
            fn f($($arg: f64),+) -> f64 {
                $body
            }
            #[differentiate]
            fn g($($arg: f32),+) -> f32 {
                $body
            }
            #[differentiate]
            fn h(_of: &[f64]) -> f64 {
                let mut _at = 0;
                let mut total = 0.0;
                for i in 0..2 {
                    $(let $arg = _of[2 * _at + i]; _at += 1;)+
                    _at = 0;
                    total += $body;
                }
                total
            }
            let point = [$($at),+];
            let expected: Vec<f64> = vec![$($partial),+];
            let mut jvp = Vec::new();
            for k in 0..point.len() {
                let direction = |at: usize| f64::from(u8::from(at == k));
                let mut at = 0..;
                jvp.push(f::jvp($($at,)+ $({ let _ = stringify!($arg); direction(at.next().unwrap()) }),+).1);
            }
            assert!(same(f($($at),+), $value as f64), "value {}", f($($at),+));
            assert!(all_same(&jvp, &expected), "forward {jvp:?}, expected {expected:?}");
            let reverse = Gradient::flat(f::grad($($at),+));
            assert!(all_same(&reverse, &expected), "reverse {reverse:?}, expected {expected:?}");
            let single: Vec<f64> = Gradient::flat(g::grad($($at as f32),+));
            assert!(all_same(&single, &expected), "f32 {single:?}, expected {expected:?}");
            // Twice in a loop over elements.
            let elements: Vec<f64> = point.iter().flat_map(|x| [*x, *x]).collect();
            let twice: Vec<f64> = expected.iter().flat_map(|p| [*p, *p]).collect();
            let looped = h::grad(&elements);
            assert!(all_same(&looped, &twice), "in a loop {looped:?}, expected {twice:?}");
            let mut pushed = Vec::new();
            for k in 0..elements.len() {
                let mut direction = vec![0.0; elements.len()];
                direction[k] = 1.0;
                pushed.push(h::jvp(&elements, &direction).1);
            }
            assert!(all_same(&pushed, &twice), "in a loop, forward {pushed:?}, expected {twice:?}");
        }
    )*};
}

/// A gradient as numbers.
trait Gradient {
    fn flat(self) -> Vec<f64>;
}
impl Gradient for f64 {
    fn flat(self) -> Vec<f64> {
        vec![self]
    }
}
impl Gradient for f32 {
    fn flat(self) -> Vec<f64> {
        vec![self.into()]
    }
}
impl<A: Into<f64>, B: Into<f64>> Gradient for (A, B) {
    fn flat(self) -> Vec<f64> {
        vec![self.0.into(), self.1.into()]
    }
}
impl<A: Into<f64>, B: Into<f64>, C: Into<f64>> Gradient for (A, B, C) {
    fn flat(self) -> Vec<f64> {
        vec![self.0.into(), self.1.into(), self.2.into()]
    }
}

meetings! {
    exp_overflows(x = 800.0) = 0.0, [0.0]: 1.0 / x.exp();
    exp2_overflows(x = 2000.0) = 0.0, [0.0]: 1.0 / x.exp2();
    exp_m1_overflows(x = 800.0) = 0.0, [0.0]: 1.0 / x.exp_m1();
    cosh_overflows(x = 800.0) = 0.0, [0.0]: 1.0 / x.cosh();
    sinh_overflows(x = -800.0) = 0.0, [0.0]: 1.0 / x.sinh();
    a_power_overflows(x = 1e200_f64) = 0.0, [0.0]: 1.0 / x.powi(3);
    a_power_of_two_overflows(x = 1e200_f64) = 0.0, [0.0]: 1.0 / (1.0 + x.powi(4));
    a_float_power_overflows(x = 1e200_f64) = 0.0, [0.0]: 1.0 / x.powf(2.5);
    a_scaled_exp_overflows(x = 800.0, y = 2.0) = 0.0, [0.0, 0.0]: 1.0 / (x.exp() * y);
    a_gaussian(x = 60.0) = 0.0, [0.0]: 1.0 / (0.5 * x * x).exp();
    sigmoid(x = -800.0) = 0.0, [0.0]: 1.0 / (1.0 + (-x).exp());
    sigmoid_by_recip(x = -800.0) = 0.0, [0.0]: (1.0 + (-x).exp()).recip();
    sigmoid_by_powi(x = -800.0) = 0.0, [0.0]: (1.0 + (-x).exp()).powi(-1);
    sigmoid_by_tanh(x = -800.0) = 0.0, [0.0]: 0.5 + 0.5 * (0.5 * x).tanh();
    swish(x = -800.0) = 0.0, [0.0]: x / (1.0 + (-x).exp());
    squared_sigmoid(x = -800.0, y = 3.0) = 0.0, [0.0, 0.0]: (y / (1.0 + (-x).exp())).powi(2);
    a_branch_before_the_exponential(x = 800.0) = 0.0, [0.0]: { let e = x.exp(); if x > 700.0 { 0.0 } else { e } };
    minus_infinity_before_exp(x = 1.0, y = f64::NEG_INFINITY) = 1.0, [1.0, 0.0]: (y / x).exp() + x;
    a_mask(x = 0.5, y = f64::NEG_INFINITY) = 0.0, [0.0, 0.0]: (x + y).exp();
    a_masked_share(x = 0.5, y = f64::NEG_INFINITY) = 1.0, [0.0, 0.0]: x.exp() / (x.exp() + y.exp());
    a_weight_of_zero(x = 0.0, y = 0.0) = f64::NAN, [0.0, f64::NEG_INFINITY]: y * x.ln();
    a_root_times_zero(x = 0.0, y = 0.0) = 0.0, [0.0, 0.0]: x.sqrt() * y;
    an_arc_times_zero(x = 1.0, y = 0.0) = 0.0, [0.0, 0.0]: x.acos() * y;
    an_area_times_zero(x = 1.0, y = 0.0) = 0.0, [0.0, 0.0]: x.acosh() * y;
    the_root_of_a_square(x = 0.0) = 0.0, [0.0]: (x * x).sqrt();
    equal_points(x = 3.0, y = 3.0) = 0.0, [0.0, 0.0]: ((x - y) * (x - y)).sqrt();
    equal_points_by_powi(x = 3.0, y = 3.0) = 0.0, [0.0, 0.0]: (x - y).powi(2).sqrt();
    equal_points_by_powf(x = 3.0, y = 3.0) = 0.0, [0.0, 0.0]: (x - y).powi(2).powf(0.5);
    a_norm(x = 0.0, y = 0.0, z = 0.0) = 0.0, [0.0, 0.0, 0.0]: (x * x + y * y + z * z).sqrt();
    a_smoothed_norm(x = 0.0, y = 0.0) = 0.001, [0.0, 0.0]: (x * x + y * y + 1e-6).sqrt();
    a_bounded_reciprocal(x = 0.0) = 5.0, [0.0]: (1.0 / x).min(5.0);
    a_bounded_logarithm(x = 0.0) = -9.0, [0.0]: x.ln().max(-9.0);
    a_clamped_quotient(x = 0.0, y = 2.0) = 1.0, [0.0, 0.0]: (y / x).clamp(-1.0, 1.0);
    an_arctangent_of_a_quotient(x = 0.0, y = 2.0) = std::f64::consts::FRAC_PI_2, [0.0, 0.0]: (y / x).atan();
    a_guard_before_a_root(x = -1.0, y = 2.0) = 0.0, [0.0, 0.0]: { let d = x.sqrt() * y; if d > 0.0 { y * d } else { 0.0 } };
    a_guard_before_a_logarithm(x = -1.0, y = 2.0) = 2.0, [0.0, 1.0]: { let d = x.ln() * y; if x > 0.0 { d } else { y } };
    a_guard_before_a_quotient(x = 0.0, y = 2.0) = 4.0, [0.0, 4.0]: { let q = y / x; let r = q * y; if x == 0.0 { y * y } else { r } };
    a_guard_behind_a_condition(x = 0.0, y = 2.0) = 2.0, [0.0, 1.0]: if x > 0.0 { y / x + x.ln() * x.sqrt() } else { y };
    a_selected_root(x = -4.0, y = 2.0) = 3.0, [0.0, 1.5]: { let r = (x * y).sqrt() * y; if r.is_nan() { 1.5 * y } else { r } };
}

/// The border of a table, which is infinite, and is multiplied.
#[test]
fn infinite_borders_do_not_poison_a_soft_minimum() {
    const BORDER: f64 = f64::INFINITY;
    #[differentiate]
    fn soft_path(costs: &[f64], beta: f64) -> f64 {
        let n = costs.len();
        let mut least = vec![BORDER; n + 2];
        least[1] = 0.0;
        for i in 0..n {
            let (a, b) = (least[i], least[i + 1]);
            let m = a.min(b);
            let soft = m - ((beta * (m - a)).exp() + (beta * (m - b)).exp()).ln() / beta;
            least[i + 2] = costs[i] + soft;
        }
        least[n + 1]
    }
    let (costs, beta) = ([1.0, 2.0, 3.0], 0.7);
    let (value, (by_costs, by_beta)) = soft_path::value_and_grad(&costs, beta);
    assert!(value.is_finite() && by_beta.is_finite() && by_costs.iter().all(|x| x.is_finite()));
    let forward = soft_path::jvp(&costs, beta, &[0.3, -0.2, 0.5], 1.1).1;
    let reverse = 0.3 * by_costs[0] - 0.2 * by_costs[1] + 0.5 * by_costs[2] + 1.1 * by_beta;
    assert!((forward - reverse).abs() < 1e-12, "{forward} is not {reverse}");
}

/// Loops whose adjoints are hoisted, fused, gathered or vectorised keep their zeros.
#[test]
fn loops_keep_zeros() {
    #[differentiate]
    fn distances(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            for j in 0..y.len() {
                let d = x[i] - y[j];
                sum += (d * d).sqrt();
            }
        }
        sum
    }
    assert_eq!(distances::grad(&[1.0, 2.0], &[1.0, 3.0]), (vec![-1.0, 0.0], vec![-1.0, 2.0]));

    #[differentiate]
    fn normalised(x: &[f64]) -> f64 {
        let mut square = 0.0;
        for i in 0..x.len() {
            square += x[i] * x[i];
        }
        let norm = square.sqrt();
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += (x[i] / norm).min(2.0).max(-2.0);
        }
        sum + norm
    }
    let gradient = normalised::grad(&[3.0, 4.0]);
    assert!((gradient[0] - (0.6 + 0.8 / 5.0 * (4.0 - 3.0) / 5.0)).abs() < 1e-12, "{gradient:?}");

    #[differentiate]
    fn weighted(w: &[f64], x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let y = 1.0 / x[i];
            sum += if x[i] == 0.0 { 0.0 } else { w[i] * y };
        }
        sum
    }
    assert_eq!(weighted::grad(&[2.0, 3.0], &[0.0, 0.5]), (vec![0.0, 2.0], vec![0.0, -12.0]));

    #[differentiate]
    fn total_variation(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 1..x.len() - 1 {
            let (a, b) = (x[i + 1] - x[i], x[i] - x[i - 1]);
            sum += (a * a + b * b).sqrt();
        }
        sum
    }
    let gradient = total_variation::grad(&[1.0; 40]);
    assert_eq!(gradient, vec![0.0; 40]);
}

/// Partials that would cancel, against 40 digits.
#[test]
fn partials_do_not_cancel() {
    let mut wrong: Vec<String> = Vec::new();
    macro_rules! slopes {
        ($($name:ident($at:expr $(, $more:expr)*) = $expected:expr;)*) => {$({
            #[differentiate]
            fn f(x: f64) -> f64 {
                x.$name($($more),*)
            }
            for slope in [f::grad($at), f::jvp($at, 1.0).1] {
                let error = (slope / $expected - 1.0_f64).abs();
                if error > 7e-16 {
                    wrong.push(format!("{} at {:e}: {slope:e}, off by {error:e}", stringify!($name), $at));
                }
            }
        })*};
    }
    slopes! {
        exp_m1(-30.0) = 9.3576229688401746049e-14;
        exp_m1(-700.0) = 9.8596765437597708567e-305;
        exp_m1(-1e-9) = 0.9999999990000000005;
        exp_m1(3.0) = 20.085536923187667741;
        asin(0.9999999) = 2236.0680339899749438;
        acos(0.9999999) = -2236.0680339899749438;
        atanh(0.9999999) = 5000000.2526317917404;
        asin(-0.99999999999) = 223606.78849988385883;
        acos(-0.99999999999) = -223606.78849988385883;
        atanh(-0.99999999999) = 49999995863.231792344;
        asin(1e-9) = 1.0000000000000000005;
        acos(1e-9) = -1.0000000000000000005;
        atanh(1e-9) = 1.000000000000000001;
        acosh(1.0000000001) = 70710.675191573296378;
        acosh(1.5) = 0.89442719099991587856;
        acosh(1e9) = 1.0000000000000000005e-9;
        asinh(1e-9) = 0.9999999999999999995;
        asinh(1e12) = 1.0e-12;
        asinh(1e200) = 1.0000000000000000303e-200;
        ln_1p(-0.9999999999) = 9999999172.5963584688;
        ln_1p(1e-12) = 0.999999999999;
        atan2(1e-170, 1e-170) = 5.0000000000000000833e+169;
        atan2(1e200, 3e200) = 3.0000000000000000908e-201;
        atan2(1e-3, 1.0) = 0.999999000000999999;
        hypot(3e-200, 4e-200) = 0.6;
        hypot(3e200, 4e200) = 0.6;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A module's argument speaks of all functions in it that do not say otherwise.
#[test]
fn a_module_has_one_convention() {
    #[differentiate(singular = "ieee")]
    mod formulas {
        fn root(x: f64) -> f64 {
            x.sqrt()
        }
        pub fn twice(x: f64) -> f64 {
            2.0 * root(x)
        }
        #[differentiate(singular = "zero")]
        pub fn zero(x: f64) -> f64 {
            x.sqrt()
        }
    }
    assert_eq!((formulas::twice::grad(0.0), formulas::zero::grad(0.0)), (f64::INFINITY, 0.0));
    assert_eq!((formulas::twice::jvp(0.0, 1.0).1, formulas::zero::jvp(0.0, 1.0).1), (f64::INFINITY, 0.0));
}

const SMALL: f64 = 1e-6;
const NOTHING: f64 = 0.0;
const BELOW: f64 = -1.0;
const RATE: f64 = 0.25;

/// The distance of a point, with a floor out of sight: with one, there is no singular point.
#[differentiate]
fn floored(x: f64, y: f64) -> f64 {
    (x * x + y * y + SMALL).sqrt() * RATE
}

#[differentiate]
fn not_floored(x: f64, y: f64) -> f64 {
    (x * x + y * y + NOTHING).sqrt() * RATE
}

/// A pole of its own for each of two constants.
#[differentiate]
fn poles(x: f64, y: f64) -> f64 {
    let a = 1.0 / (SMALL + x.abs());
    let b = 1.0 / (BELOW + y.abs());
    if x > 0.5 { a.min(3.0) + b.tanh() } else { (-a).exp() * (-b * b).exp() }
}

#[differentiate]
fn single_floor(x: f32) -> f32 {
    const LEAST: f32 = 0.0;
    x / (x * x + LEAST).sqrt().max(1e-3)
}

#[test]
fn constants_out_of_sight_say_at_run_time_whether_there_is_a_singular_point() {
    assert_eq!(floored::value_and_grad(0.0, 0.0), (0.25 * 1e-3, (0.0, 0.0)));
    let (value, gradient) = floored::value_and_grad(0.3, 0.4);
    let slope = 0.25 * 0.25 / value;
    assert!((gradient.0 - 0.3 * slope).abs() < 1e-15 && (gradient.1 - 0.4 * slope).abs() < 1e-15);
    assert_eq!(not_floored::value_and_grad(0.0, 0.0), (0.0, (0.0, 0.0)));
    assert_eq!(not_floored::jvp(0.0, 0.0, 1.0, 1.0), (0.0, 0.0));
    for (x, y) in [(0.7, 1.0), (0.7, -1.0), (0.2, 1.0), (0.0, 1.0), (0.0, 0.3), (0.7, 0.3)] {
        let (value, (x_bar, y_bar)) = poles::value_and_grad(x, y);
        assert_eq!(value, poles(x, y));
        for (direction, bar) in [((1.0, 0.0), x_bar), ((0.0, 1.0), y_bar)] {
            let dot = poles::jvp(x, y, direction.0, direction.1).1;
            assert!((bar - dot).abs() <= 1e-12 * dot.abs(), "at {x}, {y}: {bar} and {dot}");
        }
    }
    assert!((single_floor::grad(0.0) - 1000.0).abs() < 1e-3);
    assert!((single_floor::jvp(0.0, 1.0).1 - 1000.0).abs() < 1e-3);
}
