//! Functions that take functions, and functions that give references or `Option`s: a module writes them out where they are
//! called.

use autodiff_runtime::differentiate;

#[differentiate]
mod model {
    const STEPS: usize = 8;
    pub fn rk4(f: impl Fn(f64, &[f64]) -> Vec<f64>, y0: &[f64], t1: f64) -> Vec<f64> {
        let h = t1 / STEPS as f64;
        let mut y = y0.to_vec();
        let mut t = 0.0;
        for _ in 0..STEPS {
            let k1 = f(t, &y);
            let y2: Vec<f64> = y.iter().zip(&k1).map(|(y, k)| y + 0.5 * h * k).collect();
            let k2 = f(t + 0.5 * h, &y2);
            let y3: Vec<f64> = y.iter().zip(&k2).map(|(y, k)| y + 0.5 * h * k).collect();
            let k3 = f(t + 0.5 * h, &y3);
            let y4: Vec<f64> = y.iter().zip(&k3).map(|(y, k)| y + h * k).collect();
            let k4 = f(t + h, &y4);
            for i in 0..y.len() {
                y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
            }
            t += h;
        }
        y
    }
    pub fn pendulum(params: &[f64], y0: &[f64]) -> f64 {
        let g = params[0];
        let damping = params[1];
        let y = rk4(|_t, y| vec![y[1], -g * y[0].sin() - damping * y[1]], y0, 2.0);
        y[0] * y[0] + y[1]
    }
    fn newton<F: Fn(f64) -> f64, G>(f: F, df: G, x0: f64) -> f64
    where
        G: Fn(f64) -> f64,
    {
        let mut x = x0;
        for _ in 0..20 {
            let step = f(x) / df(x);
            x -= step;
            if step.abs() < 1e-12 {
                return x;
            }
        }
        x
    }
    pub fn root(a: f64) -> f64 {
        newton(|x| x * x - a, |x| 2.0 * x, 1.0)
    }
    fn square(x: f64) -> f64 {
        x * x
    }
    fn simpson(f: &dyn Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
        let h = (b - a) / n as f64;
        let mut s = f(a) + f(b);
        for i in 1..n {
            s += if i % 2 == 1 { 4.0 } else { 2.0 } * f(a + i as f64 * h);
        }
        s * h / 3.0
    }
    pub fn integral(k: f64, b: f64) -> f64 {
        simpson(&|x| (k * x).sin(), 0.0, b, 10) + simpson(&square, 0.0, k, 4)
    }
    fn bisect(f: impl Fn(f64) -> f64, mut lo: f64, mut hi: f64) -> Option<f64> {
        if f(lo) * f(hi) > 0.0 {
            return None;
        }
        for _ in 0..60 {
            let mid = 0.5 * (lo + hi);
            if f(lo) * f(mid) <= 0.0 {
                hi = mid;
            } else {
                lo = mid;
            }
        }
        Some(0.5 * (lo + hi))
    }
    pub fn with_option(a: f64) -> f64 {
        match bisect(|x| x * x - 2.0, 0.0, 2.0) {
            Some(r) => r * a,
            None => 0.0,
        }
    }
    #[derive(Clone, Debug)]
    pub struct Solver {
        pub h: f64,
        pub n: usize,
    }
    impl Solver {
        fn euler(&self, f: impl Fn(f64) -> f64, y0: f64) -> f64 {
            let mut y = y0;
            for _ in 0..self.n {
                y += self.h * f(y);
            }
            y
        }
        pub fn decay(&self, k: f64, y0: f64) -> f64 {
            self.euler(|y| -k * y, y0) + self.half(y0)
        }
        fn half(&self, y0: f64) -> f64 {
            self.h * y0
        }
    }
    pub fn solved(s: &Solver, k: f64) -> f64 {
        let rhs = |y: f64| k * y * (1.0 - y);
        s.euler(rhs, 0.1) * s.euler(&rhs, 0.2)
    }
    pub fn twice(f: fn(f64) -> f64, x: f64) -> f64 {
        f(f(x))
    }
    pub fn quad(x: f64) -> f64 {
        twice(square, x) + twice(f64::sin, x)
    }
    fn outer(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        newton(
            |y| f(y) - x,
            |y| {
                let h = 1e-4;
                (f(y + h) - f(y - h)) / (2.0 * h)
            },
            0.5,
        )
    }
    pub fn nested(x: f64) -> f64 {
        outer(|y| y.exp(), x)
    }
}

fn slope(f: impl Fn(f64) -> f64, at: f64) -> f64 {
    (f(at + 1e-6) - f(at - 1e-6)) / 2e-6
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-7 * (1.0 + expected.abs()), "{found}, not {expected}");
}

#[test]
fn an_integrator_takes_the_right_hand_side() {
    let (at, start) = ([9.8, 0.3], [0.5, 0.1]);
    let (value, (params_bar, start_bar)) = model::pendulum::value_and_grad(&at, &start);
    assert_eq!(value, model::pendulum(&at, &start));
    close(params_bar[0], slope(|g| model::pendulum(&[g, 0.3], &start), 9.8));
    close(params_bar[1], slope(|k| model::pendulum(&[9.8, k], &start), 0.3));
    close(start_bar[1], slope(|y| model::pendulum(&at, &[0.5, y]), 0.1));
    close(model::pendulum::jvp(&at, &start, &[1.0, 0.0], &[0.0; 2]).1, params_bar[0]);
}

#[test]
fn root_finders_and_quadrature_take_closures_and_names() {
    close(model::root::grad(2.0), 0.5 / 2.0_f64.sqrt());
    let (k_bar, b_bar) = model::integral::grad(1.3, 0.7);
    close(k_bar, slope(|k| model::integral(k, 0.7), 1.3));
    close(b_bar, slope(|b| model::integral(1.3, b), 0.7));
    close(model::with_option::grad(1.3), 2.0_f64.sqrt());
    close(model::quad::grad(0.7), slope(model::quad, 0.7));
    close(model::nested::grad(2.0), 0.5);
    close(model::nested::jvp(2.0, 1.0).1, 0.5);
}

#[test]
fn methods_take_functions() {
    let solver = model::Solver { h: 0.1, n: 5 };
    let (value, (solver_bar, k_bar, y_bar)) = solver.decay_value_and_grad(0.5, 1.5);
    assert_eq!(value, solver.decay(0.5, 1.5));
    close(k_bar, slope(|k| solver.decay(k, 1.5), 0.5));
    close(y_bar, slope(|y| solver.decay(0.5, y), 1.5));
    close(solver_bar.h, slope(|h| model::Solver { h, n: 5 }.decay(0.5, 1.5), 0.1));
    let (solver_bar, k_bar) = model::solved::grad(&solver, 0.5);
    close(k_bar, slope(|k| model::solved(&solver, k), 0.5));
    close(solver_bar.h, slope(|h| model::solved(&model::Solver { h, n: 5 }, 0.5), 0.1));
}

#[differentiate]
mod parts {
    pub fn first(x: &[f64]) -> &f64 {
        &x[0]
    }
    pub fn a(x: &[f64]) -> f64 {
        first(x) * first(&x[1..]) + *first(x)
    }
    #[derive(Clone, Debug)]
    pub struct Matrix {
        pub data: Vec<f64>,
        pub cols: usize,
    }
    impl Matrix {
        pub fn row(&self, i: usize) -> &[f64] {
            &self.data[i * self.cols..(i + 1) * self.cols]
        }
        pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
            &mut self.data[i * self.cols..(i + 1) * self.cols]
        }
        pub fn at(&self, i: usize, j: usize) -> &f64 {
            &self.data[i * self.cols + j]
        }
        pub fn at_mut(&mut self, i: usize, j: usize) -> &mut f64 {
            &mut self.data[i * self.cols + j]
        }
        pub fn trace(&self) -> f64 {
            (0..self.cols).map(|i| *self.at(i, i)).sum()
        }
    }
    pub fn dot(m: &Matrix, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += m.row(i).iter().zip(x).map(|(a, b)| a * b).sum::<f64>() * x[i];
        }
        s + m.trace() * m.at(0, 1)
    }
    pub fn scaled(m: &Matrix, k: f64) -> f64 {
        let mut m = m.clone();
        for i in 0..m.cols {
            for v in m.row_mut(i) {
                *v *= k;
            }
            *m.at_mut(i, 0) += k * k;
        }
        m.row(1)[0] * m.row(0)[1] + m.trace()
    }
    pub struct Model {
        pub bias: f64,
        pub weights: [f64; 3],
    }
    impl Model {
        pub fn weights(&self) -> &[f64; 3] {
            &self.weights
        }
        pub fn bias(&self) -> &f64 {
            &self.bias
        }
        pub fn predict(&self, x: &[f64]) -> f64 {
            self.weights().iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + self.bias()
        }
    }
    pub fn largest(x: &[f64]) -> &f64 {
        let mut best = 0;
        for i in 1..x.len() {
            if x[i] > x[best] {
                best = i;
            }
        }
        &x[best]
    }
    pub fn safe_root(x: f64) -> Option<f64> {
        if x < 0.0 { None } else { Some(x.sqrt()) }
    }
    pub fn both(a: f64, b: f64) -> Option<(f64, f64)> {
        let r = safe_root(a)?;
        if b > 5.0 {
            return None;
        }
        Some((r, r * b))
    }
    pub fn uses(a: f64, b: f64) -> f64 {
        let x = safe_root(a).unwrap_or(7.0) * b;
        let y = match both(a, b) {
            Some((p, q)) => p * q,
            None => 0.0,
        };
        let z = if let Some(v) = safe_root(-a) { v } else { b };
        let Some(w) = safe_root(a * b) else { return 0.0 };
        x + y + z + w + safe_root(b).map_or(0.0, |v| v * a)
    }
    pub fn pick<'a>(a: &'a [f64], b: &'a [f64], k: usize) -> &'a [f64] {
        if k == 0 { a } else { b }
    }
    pub fn picked(a: &[f64], b: &[f64], k: usize) -> f64 {
        pick(a, b, k).iter().map(|v| v * v).sum()
    }
    pub fn halves(x: &[f64]) -> (&[f64], &[f64]) {
        x.split_at(x.len() / 2)
    }
    pub fn halved(x: &[f64]) -> f64 {
        let (l, r) = halves(x);
        l[0] * r[0] + r[1]
    }
    pub fn find(x: &[f64], at: f64) -> Option<&f64> {
        x.iter().find(|v| **v > at)
    }
    pub fn found(x: &[f64]) -> f64 {
        match find(x, 1.0) {
            Some(v) => v * v,
            None => 0.0,
        }
    }
    pub fn peak(x: &[f64]) -> f64 {
        let l = largest(x);
        l * l
    }
}

#[test]
fn references_into_parameters_are_places() {
    assert_eq!(parts::a::grad(&[2.0, 3.0]), [4.0, 2.0]);
    assert_eq!(parts::a::jvp(&[2.0, 3.0], &[1.0, 0.5]).1, 5.0);
    let matrix = parts::Matrix { data: vec![1.0, 2.0, 0.5, -1.0], cols: 2 };
    let (matrix_bar, x_bar) = parts::dot::grad(&matrix, &[0.5, 1.5]);
    for k in 0..4 {
        let moved = |h: f64| {
            let mut matrix = matrix.clone();
            matrix.data[k] += h;
            parts::dot(&matrix, &[0.5, 1.5])
        };
        close(matrix_bar.data[k], slope(moved, 0.0));
    }
    close(x_bar[0], slope(|x| parts::dot(&matrix, &[x, 1.5]), 0.5));
    let (value, (matrix_bar, k_bar)) = parts::scaled::value_and_grad(&matrix, 1.2);
    assert_eq!(value, parts::scaled(&matrix, 1.2));
    close(k_bar, slope(|k| parts::scaled(&matrix, k), 1.2));
    close(matrix_bar.data[1], 1.2 * (0.5 * 1.2 + 1.2 * 1.2));
    let model = parts::Model { bias: 0.5, weights: [1.0, 2.0, 3.0] };
    let (_, (model_bar, x_bar)) = model.predict_value_and_grad(&[0.5, 1.5, 2.5]);
    assert_eq!((model_bar.bias, model_bar.weights), (1.0, [0.5, 1.5, 2.5]));
    assert_eq!(x_bar, [1.0, 2.0, 3.0]);
    assert_eq!(parts::peak::grad(&[0.5, 1.5, -2.5]), [0.0, 3.0, 0.0]);
    assert_eq!(parts::picked::grad(&[2.0, 3.0], &[1.0, 5.0], 1), (vec![0.0, 0.0], vec![2.0, 10.0]));
    assert_eq!(parts::halved::grad(&[2.0, 3.0, 4.0, 5.0]), [4.0, 0.0, 2.0, 1.0]);
}

#[test]
fn options_are_taken_apart_by_the_caller() {
    let (a_bar, b_bar) = parts::uses::grad(1.3, 0.7);
    close(a_bar, slope(|a| parts::uses(a, 0.7), 1.3));
    close(b_bar, slope(|b| parts::uses(1.3, b), 0.7));
    close(parts::uses::jvp(1.3, 0.7, 1.0, -0.5).1, a_bar - 0.5 * b_bar);
    assert_eq!(parts::uses::grad(-1.0, 0.7), (0.0, 0.0));
    assert_eq!(parts::found::grad(&[0.5, 3.0, 4.0]), [0.0, 6.0, 0.0]);
    assert_eq!(parts::found::grad(&[0.5]), [0.0]);
}

/// Getters of the names that the standard library has, and of two types: the receiver tells which one is called.
#[differentiate]
mod getters {
    pub struct Curve {
        pub times: Vec<f64>,
        pub rates: Vec<f64>,
    }

    pub struct Pair {
        pub low: f64,
        pub high: f64,
    }

    impl Curve {
        fn last(&self) -> &f64 {
            self.rates.last().unwrap()
        }

        fn get(&self, k: usize) -> Option<f64> {
            if k < self.rates.len() { Some(self.rates[k] * self.times[k]) } else { None }
        }

        fn value(&self) -> &f64 {
            &self.rates[0]
        }

        pub fn spread(&self) -> f64 {
            self.last() * self.last() - self.get(0).unwrap_or(3.0)
        }
    }

    impl Pair {
        fn value(&self) -> &f64 {
            &self.low
        }

        fn max(&self, f: impl Fn(f64) -> f64) -> f64 {
            f(self.low).max(f(self.high))
        }
    }

    impl Pair {
        fn scaled(&self, scaled: f64) -> Option<f64> {
            if scaled > 0.0 { Some(self.high * scaled) } else { None }
        }
    }

    /// In macros, and beside variables of the same names.
    pub fn listed(pair: &Pair, scaled: f64) -> f64 {
        let value = 2.0 * scaled;
        let list = vec![*pair.value() * value, pair.scaled(scaled).unwrap_or(1.0), value];
        let same = vec![*pair.value(); 3];
        assert!(pair.scaled(value).is_some());
        list.iter().zip(&same).map(|(a, b)| a * b).sum()
    }

    pub fn mixed(curve: &Curve, pair: &Pair) -> f64 {
        let largest = pair.max(|x| x * x * curve.value());
        largest + curve.value() * pair.value() + curve.get(9).map_or(0.0, |x| x) + curve.spread()
    }
}

#[test]
fn the_receiver_tells_which_method_is_called() {
    let curve = |last| getters::Curve { times: vec![1.0, 2.0], rates: vec![0.5, last] };
    let pair = |low| getters::Pair { low, high: 0.25 };
    let (value, (curve_bar, pair_bar)) = getters::mixed::value_and_grad(&curve(1.5), &pair(-2.0));
    assert_eq!(value, getters::mixed(&curve(1.5), &pair(-2.0)));
    close(curve_bar.rates[1], slope(|last| getters::mixed(&curve(last), &pair(-2.0)), 1.5));
    close(pair_bar.low, slope(|low| getters::mixed(&curve(1.5), &pair(low)), -2.0));
    assert_eq!((curve_bar.times[0], curve_bar.rates[0]), (-0.5, 4.0 - 2.0 - 1.0));

    let (value, (pair_bar, scaled_bar)) = getters::listed::value_and_grad(&pair(-2.0), 0.75);
    assert_eq!(value, getters::listed(&pair(-2.0), 0.75));
    close(pair_bar.low, slope(|low| getters::listed(&pair(low), 0.75), -2.0));
    close(scaled_bar, slope(|scaled| getters::listed(&pair(-2.0), scaled), 0.75));
}
