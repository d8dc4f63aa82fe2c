//! `if`, `match`, and values joined behind them.

use autodiff_runtime::{differentiate, stop_gradient};

#[differentiate]
fn relu(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

/// What both arms give is a number that nothing but a literal says.
#[differentiate]
fn of_literals(x: f64, mut y: f64) -> f64 {
    let kept = y;
    y = 0.5;
    let chosen = f64::tanh(match Some(1) {
        Some(1) => y,
        _ => stop_gradient(y),
    });
    x * kept * chosen
}

#[differentiate]
fn piecewise(x: f64, y: f64) -> f64 {
    if x < y {
        x * y
    } else if x < 2.0 * y {
        x.sin()
    } else {
        y.cos() * x
    }
}

#[differentiate]
fn assigned_in_one_arm(x: f64, y: f64) -> f64 {
    let mut z = x;
    if y > 0.0 {
        z = z * y;
    }
    z * z
}

#[differentiate]
fn assigned_in_both_arms(x: f64, y: f64) -> f64 {
    let z;
    let mut w = 1.0;
    if x * y > 0.0 {
        z = x.exp();
        w += y;
    } else {
        z = y * y;
        w *= x;
    }
    z * w
}

#[differentiate]
fn nested_branches(x: f64, y: f64) -> f64 {
    let mut s = x * y;
    if x > 0.0 {
        let t = s * 2.0;
        if y > 0.0 {
            s += t * y;
            if x > y { s *= x } else { s -= t }
        } else {
            s = t - y;
        }
        s *= t;
    }
    s
}

#[differentiate]
fn inside_an_expression(x: f64, y: f64) -> f64 {
    1.0 + x * (if x > y { x - y } else { y - x }).sqrt() * if y > 0.0 { 2.0 } else { y }
}

#[differentiate]
fn shadowing_in_arms(x: f64) -> f64 {
    let y = x + 1.0;
    let z = if x > 0.0 {
        let x = y * y;
        let y = x - 1.0;
        x * y
    } else {
        let y = x;
        y
    };
    y * z
}

#[differentiate]
fn choice(x: f64, kind: usize) -> f64 {
    match kind {
        0 => x,
        1 | 2 => x * x,
        3..=5 => {
            let y = x.sin();
            y * y * x
        }
        k if k % 2 == 0 => x * k as f64,
        other => x.powi(other as i32),
    }
}

#[differentiate]
fn match_on_tuple(x: f64, y: f64, up: bool, n: i32) -> f64 {
    let mut z = x;
    match (up, n) {
        (true, 0) => z *= y,
        (true, k) => {
            z += y * f64::from(k);
            z *= z;
        }
        (false, -1) => {}
        (false, _) => z = y / x,
    }
    z * y
}

#[derive(Clone, Copy)]
enum Kernel {
    Linear,
    Gaussian,
    Matern,
}

#[differentiate]
fn kernel(#[no_diff] which: Kernel, r: f64, scale: f64) -> f64 {
    let t = r / scale;
    match which {
        Kernel::Linear => t,
        Kernel::Gaussian => (-0.5 * t * t).exp(),
        Kernel::Matern => {
            let s = 3.0_f64.sqrt() * t;
            (1.0 + s) * (-s).exp()
        }
    }
}

#[test]
fn kernels() {
    let (r, scale) = (0.75, 1.5);
    assert_eq!(kernel::grad(Kernel::Linear, r, scale), (1.0 / scale, -(r / scale) / scale));
    let t: f64 = r / scale;
    let (by_r, _) = kernel::grad(Kernel::Gaussian, r, scale);
    assert!((by_r + t * (-0.5 * t * t).exp() / scale).abs() < 1e-15);
    let (value, (by_r, _)) = kernel::value_and_grad(Kernel::Matern, r, scale);
    assert_eq!(value, kernel(Kernel::Matern, r, scale));
    let s = 3.0_f64.sqrt() * t;
    assert!((by_r + s * (-s).exp() * 3.0_f64.sqrt() / scale).abs() < 1e-15);
}

#[differentiate]
fn guard_on_active(x: f64, y: f64) -> f64 {
    let inside = x * x + y * y < 1.0;
    let near = inside && x > 0.0;
    match (inside, near) {
        (true, true) => x * y,
        (true, false) => x - y,
        _ => (x * x + y * y).sqrt(),
    }
}

#[differentiate]
fn diverging_arm(x: f64, n: usize) -> f64 {
    let y = match n {
        0 => x * 2.0,
        1 => x * x,
        _ => panic!("no such case"),
    };
    let z = if y > -10.0 { y + x } else { unreachable!() };
    z * y
}

#[differentiate]
fn optional_factor(x: f64, n: Option<usize>) -> f64 {
    if let Some(k) = n { x.powi(k as i32) } else { x.exp() }
}

#[test]
fn optional_factors() {
    assert_eq!(optional_factor::grad(2.0, Some(3)), 12.0);
    assert_eq!(optional_factor::grad(2.0, None), 2.0_f64.exp());
}

#[differentiate]
fn branch_result_tuple(x: f64, y: f64) -> f64 {
    let (a, b) = if x > y { (x, y) } else { (y, x) };
    a * a - b
}

#[differentiate]
fn smooth_max(x: f64, y: f64) -> f64 {
    let m = if x > y { x } else { y };
    m + ((x - m).exp() + (y - m).exp()).ln()
}

#[differentiate]
fn asserting(x: f64, n: usize) -> f64 {
    assert!(n > 0, "n must be positive: {n}");
    debug_assert!(x > 0.0, "x is {x}");
    let y = x.ln();
    assert_eq!(n % 2, 0);
    y * n as f64
}

checks! {
    relu(1.5) => 1.0;
    relu as relu_below(-1.5) => 0.0;
    of_literals(0.5, 1.2);
    piecewise(0.5, 1.0);
    piecewise as piecewise_middle(1.5, 1.0);
    piecewise as piecewise_last(2.5, 1.0);
    assigned_in_one_arm(1.5, 0.5);
    assigned_in_one_arm as assigned_in_no_arm(1.5, -0.5) => (3.0, 0.0);
    assigned_in_both_arms(1.5, 0.5);
    assigned_in_both_arms as assigned_in_other_arm(1.5, -0.5);
    nested_branches(1.5, 0.5);
    nested_branches as nested_branches_second(0.5, 1.5);
    nested_branches as nested_branches_third(0.5, -1.5);
    nested_branches as nested_branches_none(-0.5, 1.5);
    inside_an_expression(1.5, 0.5);
    inside_an_expression as inside_an_expression_other(0.5, -1.5);
    shadowing_in_arms(1.5);
    shadowing_in_arms as shadowing_in_arms_other(-1.5);
    choice(1.5, @0) => 1.0;
    choice as choice_2(1.5, @2) => 3.0;
    choice as choice_4(1.5, @4);
    choice as choice_8(1.5, @8) => 8.0;
    choice as choice_7(1.5, @7);
    match_on_tuple(1.5, 0.5, @true, @0);
    match_on_tuple as match_on_tuple_second(1.5, 0.5, @true, @3);
    match_on_tuple as match_on_tuple_third(1.5, 0.5, @false, @-1);
    match_on_tuple as match_on_tuple_last(1.5, 0.5, @false, @7);
    guard_on_active(0.25, 0.5);
    guard_on_active as guard_on_active_second(-0.25, 0.5);
    guard_on_active as guard_on_active_third(1.25, 0.5);
    diverging_arm(1.5, @0);
    diverging_arm as diverging_arm_second(1.5, @1);
    branch_result_tuple(1.5, 0.5) => (3.0, -1.0);
    branch_result_tuple as branch_result_tuple_swapped(0.5, 1.5) => (-1.0, 3.0);
    smooth_max(1.5, 0.5);
    smooth_max as smooth_max_other(0.5, 1.5);
    asserting(1.5, @4) => 4.0 / 1.5;
}
