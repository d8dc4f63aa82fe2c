//! `wrt`, `stop`, `unconnected`, `#[no_diff]`, `stop_gradient`.

use autodiff_runtime::{Differentiable, differentiate, stop_gradient};

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

#[derive(Clone, Differentiable)]
struct Scale {
    factor: f64,
    offsets: Vec<f64>,
}

#[derive(Clone, Differentiable)]
struct Pair {
    first: Scale,
    second: Scale,
}

#[differentiate]
impl Scale {
    fn of(#[no_diff] &self, x: f64) -> f64 {
        self.factor * x + self.offsets[0]
    }
}

/// The callee does not ask for the adjoint that its callers keep.
#[differentiate]
fn scaled(#[no_diff] m: &Scale, x: f64) -> f64 {
    x * m.factor * x + m.offsets.iter().sum::<f64>()
}

#[differentiate]
fn handed_through(#[no_diff] m: &Scale, x: f64) -> f64 {
    scaled(m, x).sin()
}

#[differentiate]
fn by_value(#[no_diff] m: Scale, x: &[f64]) -> f64 {
    m.factor * x[0] * x[1]
}

#[differentiate]
fn moved_by(#[no_diff] m: &mut Scale, x: f64) -> f64 {
    m.factor = 3.0;
    x * x
}

#[differentiate]
fn active_for_the_caller(m: &Pair, x: f64) -> f64 {
    let mut sum = m.first.factor * x;
    for offset in &m.second.offsets {
        sum += scaled(&m.first, x) * offset + handed_through(&m.second, sum);
    }
    sum * m.second.of(x) * by_value(m.first.clone(), &[x, sum])
}

#[differentiate]
fn changed_on_the_way(x: f64) -> f64 {
    let mut m = Scale { factor: x, offsets: vec![x] };
    let y = moved_by(&mut m, x * x);
    y + m.offsets[0]
}

struct Sample {
    at: f64,
    seen: f64,
}

#[differentiate]
fn residual(
    #[no_diff] samples: &[Sample],
    #[no_diff] last: &Vec<Sample>,
    #[no_diff] units: [Sample; 1],
    k: f64,
) -> f64 {
    let mut sum = 0.0;
    for sample in samples {
        sum += (k * sample.at - sample.seen).powi(2);
    }
    sum * units[0].at * last[last.len() - 1].at
}

#[test]
fn data_of_any_type_may_be_marked() {
    let samples = || vec![Sample { at: 1.0, seen: 2.0 }, Sample { at: 2.0, seen: 3.0 }];
    let unit = [Sample { at: 1.5, seen: 0.0 }];
    assert_eq!(residual::grad(&samples(), &samples(), unit, 1.0), -18.0);
}

#[differentiate]
fn total_factor(#[no_diff] scales: &[Scale], x: f64) -> f64 {
    scales.iter().map(|scale| scale.factor).sum::<f64>() * x
}

#[differentiate]
fn total_of_vec(#[no_diff] scales: &Vec<Scale>, x: f64) -> f64 {
    total_factor(scales, x) * x
}

#[differentiate]
fn slices_of_active_structs(scales: &[Scale], x: f64) -> f64 {
    let own = vec![scales[0].clone(), Scale { factor: x, offsets: vec![] }];
    total_factor(scales, x) * scales[1].factor
        + total_factor(&scales[1..], x)
        + total_of_vec(&own, x) * own[1].factor
}

#[test]
fn active_slices_may_be_handed_to_a_marked_parameter() {
    let scale = |factor| Scale { factor, offsets: Vec::new() };
    let (value, (scales_bar, x_bar)) =
        slices_of_active_structs::value_and_grad(&[scale(2.0), scale(3.0)], 0.5);
    assert_eq!(value, 0.5 * 5.0 * 3.0 + 0.5 * 3.0 + 2.5 * 0.25 * 0.5);
    assert_eq!((scales_bar[0].factor, scales_bar[1].factor), (0.0, 2.5));
    assert_eq!(x_bar, 15.0 + 3.0 + 2.5 * 3.0 * 0.25);
}

#[test]
fn an_active_value_may_be_handed_to_a_marked_parameter() {
    let m = Pair {
        first: Scale { factor: 1.5, offsets: vec![0.5] },
        second: Scale { factor: -0.75, offsets: vec![0.25, 2.0] },
    };
    let x = 0.6;
    let (value, (m_bar, x_bar)) = active_for_the_caller::value_and_grad(&m, x);
    assert_eq!(value, active_for_the_caller(&m, x));
    let difference = (active_for_the_caller(&m, x + 1e-6) - active_for_the_caller(&m, x - 1e-6)) / 2e-6;
    assert!((x_bar - difference).abs() < 1e-6 * difference.abs());
    let (_, dot) = active_for_the_caller::jvp(&m, x, &m.zero_tangent(), 1.0);
    assert!((x_bar - dot).abs() < 1e-12 * dot.abs());
    // `factor` is seen once, where no callee shuts it off.
    let mut direction = m.zero_tangent();
    direction.first.factor = 1.0;
    direction.second.offsets[1] = 2.0;
    let (_, dot) = active_for_the_caller::jvp(&m, x, &direction, 0.0);
    assert!((m_bar.first.factor + 2.0 * m_bar.second.offsets[1] - dot).abs() < 1e-12 * dot.abs());
    assert_eq!((m_bar.second.factor, m_bar.first.offsets[0]), (0.0, 0.0));

    // What `moved_by` may have written to is constant behind it.
    assert_eq!(changed_on_the_way::value_and_grad(2.0), (18.0, 32.0));
    assert_eq!(changed_on_the_way::jvp(2.0, 1.0), (18.0, 32.0));
}

#[differentiate]
fn refilled(#[no_diff] buffer: &mut [f64], #[no_diff] list: &mut Vec<f64>, x: f64) {
    buffer[0] = x;
    list.push(x * x);
}

#[differentiate]
fn renamed(#[no_diff] pair: &mut [(f64, usize)], #[no_diff] rows: &mut [[f64; 2]], x: f64) -> f64 {
    pair[0].0 = x;
    pair[0].1 += 1;
    rows[1] = [x; 2];
    x * pair[0].0
}

#[differentiate]
fn counted(#[no_diff] pair: &mut [(f64, usize)], x: f64) -> f64 {
    pair[0].1 += 1;
    pair[0].0 * x
}

#[differentiate]
fn lent_and_written(x: f64) -> f64 {
    let (mut buffer, mut list) = ([x; 2], vec![x]);
    refilled(&mut buffer, &mut list, x);
    let (mut pair, mut rows) = ([(x, 2)], vec![[x; 2], [1.0, x]]);
    let y = renamed(&mut pair, &mut rows, x);
    buffer[0] * buffer[1] + list[1] * x + pair[0].0 * x + rows[1][0] * x + rows[0][1] + y
}

#[differentiate]
fn lent_and_left(x: f64) -> f64 {
    let mut pair = [(x, 2)];
    let y = counted(&mut pair, x);
    y + pair[0].0 * x
}

#[test]
fn what_a_marked_parameter_was_written_to_is_constant() {
    let x = 1.5_f64;
    // Of the terms of the sum: behind the calls, what they wrote to is constant, though not within them.
    let slope = 0.0 + x * x + x + x + 0.0 + 2.0 * x;
    let (value, gradient) = lent_and_written::value_and_grad(x);
    assert_eq!(value, lent_and_written(x));
    assert_eq!((gradient, lent_and_written::jvp(x, 1.0).1), (slope, slope));
    // Nothing was written that a derivative passes through, but `x` of the product is read as a constant.
    assert_eq!(lent_and_left::grad(x), x + 2.0 * x);
    assert_eq!(lent_and_left::jvp(x, 1.0).1, x + 2.0 * x);
}
