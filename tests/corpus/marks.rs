//! `wrt`, `stop`, `unconnected`, `#[no_diff]`, `stop_gradient`.

use autodiff_runtime::{differentiate, stop_gradient};

#[differentiate(wrt(a, b))]
fn through(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}

#[differentiate(wrt(a, b), stop(a, b))]
fn stopped(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}

#[test]
fn gradients_by_locals() {
    assert_eq!(through::value_and_grad(1.5), (4.5, (3.0, 1.0)));
    assert_eq!(stopped::value_and_grad(1.5), (4.5, (1.0, 1.0)));
}

#[differentiate(wrt(y))]
fn one_of_three(x: f64, y: f64, z: f64) -> f64 {
    x * y * y * z
}

#[differentiate(wrt(z, x))]
fn reordered(x: f64, y: f64, z: f64) -> f64 {
    x * y + z * z
}

#[differentiate(wrt(h))]
fn by_intermediate(x: f64) -> f64 {
    let h = x.sin();
    let y = h * h;
    y * x + h
}

#[differentiate(wrt(hidden, w))]
fn by_local_vector(w: &[f64], x: &[f64]) -> f64 {
    let mut hidden = vec![0.0; x.len()];
    for i in 0..x.len() {
        hidden[i] = w[i] * x[i];
    }
    let mut s = 0.0;
    for i in 0..x.len() {
        s += hidden[i] * hidden[i];
    }
    s
}

#[test]
fn selected_parameters() {
    assert_eq!(one_of_three::grad(2.0, 3.0, 5.0), 60.0);
    assert_eq!(reordered::grad(2.0, 3.0, 5.0), (10.0, 3.0));
}

#[test]
fn intermediate_values() {
    let x: f64 = 0.75;
    let h = x.sin();
    assert_eq!(by_intermediate::grad(x), 2.0 * h * x + 1.0);
}

#[differentiate]
fn cut_inside(x: f64, y: f64) -> f64 {
    x * stop_gradient(x * y) + y
}

#[differentiate]
fn cut_everything(x: f64) -> f64 {
    autodiff_runtime::stop_gradient(x.sin()) + x
}

#[test]
fn stop_gradient_is_the_identity_without_derivative() {
    assert_eq!(cut_inside(2.0, 3.0), 15.0);
    assert_eq!(cut_inside::grad(2.0, 3.0), (6.0, 1.0));
    assert_eq!(cut_inside::jvp(2.0, 3.0, 1.0, 0.0).1, 6.0);
    assert_eq!(cut_everything::grad(2.0), 1.0);
}

#[differentiate(unconnected = "none", wrt(x, y))]
fn none_where_unconnected(x: f64, y: f64) -> f64 {
    let _ = y;
    x * x
}

#[differentiate(unconnected = "zero", wrt(x, y))]
fn zero_where_unconnected(x: f64, y: f64) -> f64 {
    let _ = y;
    x * x
}

#[test]
fn unconnected_parameters() {
    assert_eq!(none_where_unconnected::grad(3.0, 1.0), (6.0, None));
    assert_eq!(zero_where_unconnected::grad(3.0, 1.0), (6.0, 0.0));
}

#[differentiate]
fn inactive_parameter(x: f64, #[no_diff] y: f64, #[no_diff] table: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..table.len() {
        s += x * table[i] * y;
    }
    s
}

#[test]
fn inactive_parameters_have_no_slot() {
    assert_eq!(inactive_parameter::grad(2.0, 3.0, &[1.0, 0.5]), 4.5);
    assert_eq!(inactive_parameter::value_and_grad(2.0, 3.0, &[1.0, 0.5]), (9.0, 4.5));
}

#[differentiate]
fn inactive_binding(x: f64, y: f64) -> f64 {
    #[no_diff]
    let z = x * y;
    z * x
}

#[test]
fn inactive_bindings() {
    assert_eq!(inactive_binding::grad(2.0, 3.0), (6.0, 0.0));
}

#[differentiate]
fn cut_by_casts(x: f64) -> f64 {
    let k = x as usize;
    let below = x.floor();
    x * k as f64 + below * x
}

#[test]
fn casts_cut() {
    assert_eq!(cut_by_casts::grad(2.5), 4.0);
}

#[differentiate]
fn straight_through(x: f64) -> f64 {
    let rounded = x + stop_gradient(x.round() - x);
    rounded * rounded
}

#[test]
fn straight_through_estimator() {
    assert_eq!(straight_through::value_and_grad(1.4), (1.0, 2.0));
}

#[differentiate]
fn unused(x: &[f64], y: f64) -> f64 {
    y * 2.0
}

#[test]
fn unused_parameters_get_zeros() {
    assert_eq!(unused::grad(&[1.0, 2.0], 3.0), (vec![0.0, 0.0], 2.0));
}

#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0 * 5 % 7;
        self.0 as f64
    }
}

fn threshold(w: &[f64], dice: &mut Dice) -> Vec<f64> {
    w.iter().map(|w| if 10.0 * w > dice.roll() { 1.0 } else { 0.0 }).collect()
}

#[differentiate]
fn linear(v: &[f64], w: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..w.len() {
        sum += v[i] * w[i];
    }
    sum
}

/// A sampler that depends on active data and changes its own state.
#[differentiate]
fn sampled(w: &[f64], n: usize, #[no_diff] dice: &mut Dice) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        #[no_diff]
        let v = threshold(w, dice);
        sum += linear(&v, w) * (i + 1) as f64;
    }
    sum
}

#[test]
fn samplers_run_once_and_have_no_derivative() {
    let w = [0.25, 0.35, 0.45];
    let (mut dice, mut same, mut again) = (Dice(1), Dice(1), Dice(1));
    // The rolls are 5 4 6, 2 3 1, 5 4 6.
    let value = sampled(&w, 3, &mut dice);
    assert_eq!(value, (0.0 + 2.0 * w.iter().sum::<f64>()) + 0.0);
    assert_eq!(sampled::value_and_grad(&w, 3, &mut same), (value, vec![2.0; 3]));
    assert_eq!(sampled::jvp(&w, 3, &mut again, &[1.0, 0.0, 0.5]), (value, 3.0));
    assert_eq!((dice.0, same.0, again.0), (6, 6, 6));
    let mut first = Dice(1);
    let (_, pullback) = sampled::vjp(&w, 2, &mut first);
    assert_eq!(pullback(0.5), [1.0; 3]);
    assert_eq!(first.0, 1);
}

#[differentiate]
fn scaled_where_given(#[no_diff] factor: Option<f64>, x: f64) -> f64 {
    let squared = match factor {
        Some(k) if k > 1.0 => k * x * x,
        Some(k) => k + x,
        None => x,
    };
    if let Some(k) = factor { squared * k } else { squared }
}

#[differentiate]
fn by_name(#[no_diff] rates: &std::collections::HashMap<&str, f64>, x: f64) -> f64 {
    rates.get("EUR").copied().unwrap_or(2.0) * x
}

#[differentiate]
fn rows_of_data(#[no_diff] rows: &[&[f64]], w: &[f64]) -> f64 {
    rows.iter().map(|row| row.iter().zip(w).map(|(a, b)| a * b).sum::<f64>().powi(2)).sum()
}

#[test]
fn marked_parameters_have_any_type() {
    assert_eq!(scaled_where_given::grad(Some(2.0), 1.5), 12.0);
    assert_eq!(scaled_where_given::grad(Some(0.5), 1.5), 0.5);
    assert_eq!(scaled_where_given::jvp(None, 1.5, 3.0), (1.5, 3.0));
    let mut rates = std::collections::HashMap::new();
    assert_eq!(by_name::grad(&rates, 1.5), 2.0);
    rates.insert("EUR", 3.0);
    assert_eq!(by_name::jvp(&rates, 1.5, 2.0), (4.5, 6.0));
    let (value, w_bar) = rows_of_data::value_and_grad(&[&[1.0, 2.0], &[3.0, 4.0]], &[0.5, 0.25]);
    assert_eq!((value, w_bar), (7.25, vec![2.0 + 15.0, 4.0 + 20.0]));
}

#[differentiate]
fn noisy(x: f64, #[no_diff] noise: &mut impl FnMut() -> f64) -> f64 {
    let mut y = x;
    for _ in 0..3 {
        y = y * 0.5 + noise() * x;
    }
    y
}

#[test]
fn generators_need_not_be_cloned() {
    struct Counter(f64);
    let mut counter = Counter(0.0);
    let mut noise = || {
        counter.0 += 1.0;
        counter.0
    };
    let (value, pullback) = noisy::vjp(1.0, &mut noise);
    assert_eq!((value, pullback(1.0)), (0.125 + 0.25 + 1.0 + 3.0, 4.375));
    assert_eq!(counter.0, 3.0);
}
