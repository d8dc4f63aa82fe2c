//! Functions that solve an equation: their derivatives are those of what the equation defines, however it was solved.

use autodiff_runtime::{Differentiable, differentiate};

// ---- one number ----

#[differentiate]
fn cubic(x: f64, a: f64, b: f64) -> f64 {
    x * x * x + a * x - b
}

/// By bisection, whose derivative is zero.
#[differentiate(implicit = cubic)]
fn root(a: f64, b: f64, #[no_diff] bracket: (f64, f64)) -> f64 {
    let (mut low, mut high) = bracket;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if cubic(middle, a, b) > 0.0 { high = middle } else { low = middle }
    }
    // One step more, so that the last bits are those of the solution.
    let x = 0.5 * (low + high);
    x - cubic(x, a, b) / (3.0 * x * x + a)
}

#[differentiate]
fn newton_step(x: f64, a: f64) -> f64 {
    0.5 * (x + a / x)
}

#[differentiate(fixed_point = newton_step)]
fn square_root(a: f64) -> f64 {
    let mut x = 1.0;
    for _ in 0..60 {
        x = newton_step(x, a);
    }
    x
}

#[differentiate]
fn kepler(e: f64, eccentricity: f64, anomaly: f64) -> f64 {
    anomaly + eccentricity * e.sin()
}

#[differentiate(fixed_point = kepler)]
fn eccentric_anomaly(eccentricity: f64, anomaly: f64) -> f64 {
    let mut e = anomaly;
    for _ in 0..400 {
        e = kepler(e, eccentricity, anomaly);
    }
    e
}

#[differentiate]
fn single_residual(x: f32, a: f32) -> f32 {
    x * x - a
}

#[differentiate(implicit = single_residual)]
fn single(a: f32) -> f32 {
    a.sqrt()
}

/// Parameters of all kinds: what is not marked is handed to the equation, in its order.
#[differentiate]
fn present_value(rate: f64, flows: &[f64], times: Vec<f64>, k: &f64, n: usize, price: f64) -> f64 {
    let mut value = 0.0;
    for i in 0..n {
        value += k * flows[i] * (-rate * times[i]).exp();
    }
    value - price
}

#[differentiate(implicit = present_value)]
fn internal_rate(
    flows: &[f64],
    times: Vec<f64>,
    k: &f64,
    n: usize,
    price: f64,
    #[no_diff] tolerance: f64,
    #[no_diff] steps: usize,
) -> f64 {
    let mut rate = 0.0;
    for _ in 0..steps {
        let value = present_value(rate, flows, times.clone(), k, n, price);
        let slope: f64 = (0..n).map(|i| -k * flows[i] * times[i] * (-rate * times[i]).exp()).sum();
        let step = value / slope;
        rate -= step;
        if step.abs() < tolerance {
            break;
        }
    }
    rate
}

#[differentiate]
fn calls_solvers(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        y = root(1.0 + y * y, x + i as f64, (0.0, 50.0)) + eccentric_anomaly(0.25, y);
    }
    let rate = internal_rate(&[x, y, 10.0], vec![1.0, 2.0, 3.0], &x, 3, 8.0, 1e-15, 50);
    y * square_root(1.0 + y * y) + rate
}

// ---- several ----

#[differentiate]
fn circle_and_line(x: &[f64], radius: f64, line: &[f64]) -> Vec<f64> {
    vec![x[0] * x[0] + x[1] * x[1] - radius * radius, line[0] * x[0] + x[1] - line[1]]
}

#[differentiate(implicit = circle_and_line)]
fn intersection(radius: f64, line: &[f64]) -> Vec<f64> {
    // y = b - a x into the circle.
    let (a, b) = (line[0], line[1]);
    let (p, q) = (1.0 + a * a, -2.0 * a * b);
    let x = (-q + (q * q - 4.0 * p * (b * b - radius * radius)).sqrt()) / (2.0 * p);
    vec![x, b - a * x]
}

#[differentiate]
fn linear<const N: usize>(x: &[f64; N], a: &[[f64; N]; N], b: [f64; N]) -> [f64; N] {
    let mut residual = b;
    for i in 0..N {
        for j in 0..N {
            residual[i] -= a[i][j] * x[j];
        }
    }
    residual
}

#[differentiate(implicit = linear)]
fn solved<const N: usize>(a: &[[f64; N]; N], b: [f64; N]) -> [f64; N] {
    let (mut a, mut b) = (*a, b);
    for k in 0..N {
        let pivot = (k..N).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap_or(k);
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..N {
            let factor = a[i][k] / a[k][k];
            for j in k..N {
                a[i][j] -= factor * a[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..N).rev() {
        for j in k + 1..N {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
    b
}

/// The solution by value.
#[differentiate]
fn swapped(x: [f64; 2], a: f64) -> [f64; 2] {
    [x[0] - a * x[1], x[1] * x[0] - 1.0]
}

#[differentiate(implicit = swapped)]
fn by_value(a: f64) -> [f64; 2] {
    [a.sqrt(), 1.0 / a.sqrt()]
}

#[differentiate]
fn coupled(x: &Vec<f64>, a: f64, w: &[f64]) -> Vec<f64> {
    let n = x.len();
    (0..n).map(|i| 0.5 * (a * x[(i + 1) % n]).sin() + w[i]).collect()
}

#[differentiate(fixed_point = coupled)]
fn equilibrium(a: f64, w: &[f64]) -> Vec<f64> {
    let mut x = vec![0.0; w.len()];
    for _ in 0..300 {
        x = coupled(&x, a, w);
    }
    x
}

#[differentiate]
fn calls_systems(x: f64) -> f64 {
    let at = intersection(3.0 + x, &[x, 0.5]);
    let y = solved(&[[4.0, x], [at[0], 3.0]], [at[1], x * x]);
    let z = equilibrium(0.5 * y[0].sin(), &[y[1], x, 1.0]);
    z[0] * z[1] + z[2] * at[0]
}

// ---- structs, methods, modules ----

#[derive(Clone, Differentiable)]
struct Plant {
    gain: f64,
    drag: [f64; 2],
}

#[differentiate]
impl Plant {
    fn balance(&self, speed: f64, power: f64) -> f64 {
        self.gain * power - self.drag[0] * speed - self.drag[1] * speed * speed
    }

    #[differentiate(implicit = Self::balance)]
    fn speed(&self, power: f64, #[no_diff] steps: usize) -> f64 {
        let mut speed = 1.0;
        for _ in 0..steps {
            speed += self.balance(speed, power) / (self.drag[0] + 2.0 * self.drag[1] * speed);
        }
        speed
    }
}

#[differentiate]
fn plant_residual(speed: f64, plant: &Plant, power: f64) -> f64 {
    plant.balance(speed, power)
}

#[differentiate(implicit = plant_residual)]
fn speed_of(plant: &Plant, power: f64) -> f64 {
    plant.speed(power, 60)
}

#[differentiate]
fn through_plants(gain: f64, power: f64) -> f64 {
    let plant = Plant { gain, drag: [0.5, gain * 0.25] };
    plant.speed(power, 60) * speed_of(&plant, 2.0 * power)
}

#[differentiate]
mod model {
    pub struct Vol {
        pub level: f64,
    }

    fn price(vol: f64, level: &Vol, strike: f64) -> f64 {
        vol * vol * strike + level.level * vol.sin()
    }

    fn mispricing(vol: f64, level: &Vol, strike: f64, quote: f64) -> f64 {
        price(vol, level, strike) - quote
    }

    #[differentiate(implicit = mispricing)]
    fn implied(level: &Vol, strike: f64, quote: f64) -> f64 {
        let mut vol = 1.0_f64;
        for _ in 0..100 {
            let slope = 2.0 * vol * strike + level.level * vol.cos();
            vol -= mispricing(vol, level, strike, quote) / slope;
        }
        vol
    }

    pub fn smile(level: &Vol, quote: f64) -> f64 {
        implied(level, 2.0, quote) - implied(level, 3.0, quote * quote)
    }
}

#[differentiate]
fn through_a_module(level: f64, quote: f64) -> f64 {
    model::smile(&model::Vol { level }, quote)
}

// ---- what may fail, and what has no derivative ----

#[differentiate(implicit = cubic)]
fn root_if_any(a: f64, b: f64) -> Result<f64, String> {
    if b < 0.0 {
        return Err(format!("no root above zero for {b}"));
    }
    Ok(root(a, b, (0.0, 100.0)))
}

#[differentiate(implicit = circle_and_line)]
fn intersection_if_any(radius: f64, line: &[f64]) -> Option<Vec<f64>> {
    let at = intersection(radius, line);
    at[0].is_finite().then_some(at)
}

#[test]
fn solvers_that_fail_fail_in_their_derivatives() {
    let (value, gradient) = root_if_any::value_and_grad(1.0, 2.0).unwrap();
    assert_eq!((value, gradient), root::value_and_grad(1.0, 2.0, (0.0, 100.0)));
    assert_eq!(root_if_any::jvp(1.0, 2.0, 0.0, 1.0).unwrap(), root::jvp(1.0, 2.0, (0.0, 100.0), 0.0, 1.0));
    assert_eq!(root_if_any::grad(1.0, -2.0), Err("no root above zero for -2".into()));
    assert_eq!(intersection_if_any::grad(1.0, &[1.0, 9.0]), None);
    assert_eq!(intersection_if_any::jvp(1.0, &[1.0, 9.0], 1.0, &[0.0, 0.0]), None);
    assert_eq!(intersection_if_any::grad(2.0, &[1.0, 0.5]), Some(intersection::grad(2.0, &[1.0, 0.5])));
    let (_, pullback) = intersection_if_any::vjp(2.0, &[1.0, 0.5]).unwrap();
    assert_eq!(pullback(vec![1.0, 0.0]), intersection::vjp(2.0, &[1.0, 0.5]).1(vec![1.0, 0.0]));
}

/// Where the matrix of the equation is singular, nothing is known; what nobody asks for stays zero.
#[test]
fn folds_have_no_derivative() {
    #[differentiate]
    fn square(x: f64, a: f64) -> f64 {
        x * x - a
    }
    #[differentiate(implicit = square)]
    fn at_a_fold(a: f64) -> f64 {
        a.sqrt()
    }
    assert!(at_a_fold::grad(0.0).is_nan());
    assert!(at_a_fold::jvp(0.0, 1.0).1.is_nan());
    assert_eq!(at_a_fold::vjp(0.0).1(0.0), 0.0);
    assert_eq!(at_a_fold::jvp(0.0, 0.0).1, 0.0);

    let singular = [[1.0, 2.0], [2.0, 4.0]];
    let (_, pullback) = solved::vjp(&singular, [1.0, 2.0]);
    assert!(pullback([1.0, 0.0]).1.iter().all(|x| x.is_nan()));
    let (_, pullback) = solved::vjp(&singular, [1.0, 2.0]);
    assert_eq!(pullback([0.0; 2]).1, [0.0; 2]);
}

#[test]
#[should_panic(expected = "a number for each number of its solution")]
fn equations_are_as_many_as_unknowns() {
    #[differentiate]
    fn one(x: &[f64], a: f64) -> Vec<f64> {
        vec![x[0] + x[1] - a]
    }
    #[differentiate(implicit = one)]
    fn two(a: f64) -> Vec<f64> {
        vec![a, 0.0]
    }
    two::grad(1.0);
}

checks! {
    root(1.5, 4.0, @(0.0, 10.0));
    square_root(2.0) => 0.5 / 2.0_f64.sqrt();
    eccentric_anomaly(0.25, 0.75);
    single(2.0_f32);
    internal_rate(&[1.0, 2.0, 10.0], vec![1.0, 2.0, 3.0], ref 1.5, @3, 8.0, @1e-15, @50);
    calls_solvers(0.75, @2);
    intersection(2.0, &[0.5, 0.25]);
    solved(&[[0.0, 2.0, 1.0], [1.5, 0.5, 0.0], [2.0, 1.0, 4.0]], [1.0, 2.0, 3.0]);
    equilibrium(0.75, &[0.5, 0.25, 1.0]);
    by_value(2.0);
    calls_systems(0.75);
    through_plants(0.75, 2.0);
    through_a_module(0.5, 1.5);
}
