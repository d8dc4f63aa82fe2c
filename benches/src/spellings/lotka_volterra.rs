//! Runge-Kutta steps of the Lotka-Volterra equations, spelled otherwise.

use super::Family;
use crate::problems::lotka_volterra::{STEP, STEPS, problem};
use autodiff_runtime::differentiate;

/// A closure as right-hand side.
#[differentiate]
pub fn closure(
    prey: f64,
    predators: f64,
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    #[no_diff] h: f64,
    steps: usize,
) -> f64 {
    let rhs = |x: f64, y: f64| (a * x - b * x * y, c * x * y - d * y);
    let (mut x, mut y) = (prey, predators);
    for _ in 0..steps {
        let k1 = rhs(x, y);
        let k2 = rhs(x + 0.5 * h * k1.0, y + 0.5 * h * k1.1);
        let k3 = rhs(x + 0.5 * h * k2.0, y + 0.5 * h * k2.1);
        let k4 = rhs(x + h * k3.0, y + h * k3.1);
        x += h / 6.0 * (k1.0 + 2.0 * k2.0 + 2.0 * k3.0 + k4.0);
        y += h / 6.0 * (k1.1 + 2.0 * k2.1 + 2.0 * k3.1 + k4.1);
    }
    x + y
}

/// The right-hand side into a slice of the caller.
#[differentiate]
pub fn rhs(state: &[f64], rates: &[f64], out: &mut [f64]) {
    out[0] = rates[0] * state[0] - rates[1] * state[0] * state[1];
    out[1] = rates[2] * state[0] * state[1] - rates[3] * state[1];
}

/// Everything in slices: `parameters` are the state and the rates.
#[differentiate]
pub fn slices(parameters: &[f64], #[no_diff] h: f64, steps: usize) -> f64 {
    let (start, rates) = parameters.split_at(2);
    let mut u = start.to_vec();
    let mut stage = vec![0.0; 2];
    let (mut k1, mut k2) = (vec![0.0; 2], vec![0.0; 2]);
    let (mut k3, mut k4) = (vec![0.0; 2], vec![0.0; 2]);
    for _ in 0..steps {
        rhs(&u, rates, &mut k1);
        for i in 0..2 {
            stage[i] = u[i] + 0.5 * h * k1[i];
        }
        rhs(&stage, rates, &mut k2);
        for i in 0..2 {
            stage[i] = u[i] + 0.5 * h * k2[i];
        }
        rhs(&stage, rates, &mut k3);
        for i in 0..2 {
            stage[i] = u[i] + h * k3[i];
        }
        rhs(&stage, rates, &mut k4);
        for i in 0..2 {
            u[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    u[0] + u[1]
}

/// The same in a module, a step being a function as well.
#[differentiate]
pub mod helpers {
    fn rhs(state: &[f64], rates: &[f64], out: &mut [f64]) {
        out[0] = rates[0] * state[0] - rates[1] * state[0] * state[1];
        out[1] = rates[2] * state[0] * state[1] - rates[3] * state[1];
    }

    fn step(u: &mut [f64], rates: &[f64], h: f64) {
        let (mut k1, mut k2, mut k3, mut k4) = ([0.0; 2], [0.0; 2], [0.0; 2], [0.0; 2]);
        let mut stage = [0.0; 2];
        rhs(u, rates, &mut k1);
        for i in 0..2 {
            stage[i] = u[i] + 0.5 * h * k1[i];
        }
        rhs(&stage, rates, &mut k2);
        for i in 0..2 {
            stage[i] = u[i] + 0.5 * h * k2[i];
        }
        rhs(&stage, rates, &mut k3);
        for i in 0..2 {
            stage[i] = u[i] + h * k3[i];
        }
        rhs(&stage, rates, &mut k4);
        for i in 0..2 {
            u[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }

    /// The function.
    pub fn simulate(parameters: &[f64], #[no_diff] h: f64, steps: usize) -> f64 {
        let mut u = [parameters[0], parameters[1]];
        for _ in 0..steps {
            step(&mut u, &parameters[2..], h);
        }
        u.iter().sum()
    }
}

/// Arrays by value.
#[differentiate]
pub mod arrays {
    fn rhs(u: [f64; 2], rates: &[f64; 4]) -> [f64; 2] {
        let [a, b, c, d] = *rates;
        [a * u[0] - b * u[0] * u[1], c * u[0] * u[1] - d * u[1]]
    }

    fn along(u: [f64; 2], h: f64, k: [f64; 2]) -> [f64; 2] {
        [u[0] + h * k[0], u[1] + h * k[1]]
    }

    fn step(u: [f64; 2], rates: &[f64; 4], h: f64) -> [f64; 2] {
        let k1 = rhs(u, rates);
        let k2 = rhs(along(u, 0.5 * h, k1), rates);
        let k3 = rhs(along(u, 0.5 * h, k2), rates);
        let k4 = rhs(along(u, h, k3), rates);
        let mut next = u;
        for i in 0..2 {
            next[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
        next
    }

    /// The function.
    pub fn simulate(start: [f64; 2], rates: [f64; 4], #[no_diff] h: f64, steps: usize) -> f64 {
        let mut u = start;
        for _ in 0..steps {
            u = step(u, &rates, h);
        }
        u[0] + u[1]
    }
}

/// A state with operators, a model with methods.
#[differentiate]
pub mod structs {
    use std::ops::{Add, Mul};

    /// Both kinds.
    #[derive(Clone, Copy)]
    pub struct State {
        /// Who is eaten.
        pub prey: f64,
        /// Who eats.
        pub predators: f64,
    }

    impl Add for State {
        type Output = State;

        fn add(self, other: State) -> State {
            State { prey: self.prey + other.prey, predators: self.predators + other.predators }
        }
    }

    impl Mul<State> for f64 {
        type Output = State;

        fn mul(self, state: State) -> State {
            State { prey: self * state.prey, predators: self * state.predators }
        }
    }

    /// The four rates.
    pub struct Model {
        /// Births of prey.
        pub a: f64,
        /// Prey eaten.
        pub b: f64,
        /// Births of predators.
        pub c: f64,
        /// Deaths of predators.
        pub d: f64,
    }

    impl Model {
        fn slope(&self, u: State) -> State {
            State {
                prey: self.a * u.prey - self.b * u.prey * u.predators,
                predators: self.c * u.prey * u.predators - self.d * u.predators,
            }
        }

        fn step(&self, u: State, h: f64) -> State {
            let k1 = self.slope(u);
            let k2 = self.slope(u + 0.5 * h * k1);
            let k3 = self.slope(u + 0.5 * h * k2);
            let k4 = self.slope(u + h * k3);
            u + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        }
    }

    /// The function.
    pub fn simulate(model: &Model, start: State, #[no_diff] h: f64, steps: usize) -> f64 {
        let mut u = start;
        for _ in 0..steps {
            u = model.step(u, h);
        }
        u.prey + u.predators
    }
}

fn model(p: &[f64]) -> (structs::Model, structs::State) {
    let model = structs::Model { a: p[2], b: p[3], c: p[4], d: p[5] };
    (model, structs::State { prey: p[0], predators: p[1] })
}

/// All spellings.
pub fn family() -> Family {
    Family::of(problem())
        .with(
            "closure",
            |p| closure(p[0], p[1], p[2], p[3], p[4], p[5], STEP, STEPS),
            |p, g| {
                let (value, (prey, predators, a, b, c, d)) =
                    closure::value_and_grad(p[0], p[1], p[2], p[3], p[4], p[5], STEP, STEPS);
                g.copy_from_slice(&[prey, predators, a, b, c, d]);
                value
            },
        )
        .with(
            "slices",
            |p| slices(p, STEP, STEPS),
            |p, g| {
                g.fill(0.0);
                slices::value_and_grad_into(p, STEP, STEPS, g)
            },
        )
        .with(
            "slices (mod)",
            |p| helpers::simulate(p, STEP, STEPS),
            |p, g| {
                g.fill(0.0);
                helpers::simulate::value_and_grad_into(p, STEP, STEPS, g)
            },
        )
        .with(
            "arrays (mod)",
            |p| arrays::simulate([p[0], p[1]], [p[2], p[3], p[4], p[5]], STEP, STEPS),
            |p, g| {
                let (value, (start, rates)) =
                    arrays::simulate::value_and_grad([p[0], p[1]], [p[2], p[3], p[4], p[5]], STEP, STEPS);
                g[..2].copy_from_slice(&start);
                g[2..].copy_from_slice(&rates);
                value
            },
        )
        .with(
            "structs (mod)",
            |p| {
                let (model, start) = model(p);
                structs::simulate(&model, start, STEP, STEPS)
            },
            |p, g| {
                let (model, start) = model(p);
                let (value, (m, s)) = structs::simulate::value_and_grad(&model, start, STEP, STEPS);
                g.copy_from_slice(&[s.prey, s.predators, m.a, m.b, m.c, m.d]);
                value
            },
        )
}
