//! 1000 Runge-Kutta steps of the Lotka-Volterra equations, by the initial state and the four rates.

use crate::contest::{Contestant, Problem};
use autodiff_runtime::differentiate;

/// How many steps.
pub const STEPS: usize = 1000;
/// How long each is.
pub const STEP: f64 = 0.01;

/// The function: prey and predators together after `steps` steps of length `h`.
#[differentiate]
pub fn primal(
    prey: f64,
    predators: f64,
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    #[no_diff] h: f64,
    steps: usize,
) -> f64 {
    let mut x = prey;
    let mut y = predators;
    for _ in 0..steps {
        let k1x = a * x - b * x * y;
        let k1y = c * x * y - d * y;
        let x2 = x + 0.5 * h * k1x;
        let y2 = y + 0.5 * h * k1y;
        let k2x = a * x2 - b * x2 * y2;
        let k2y = c * x2 * y2 - d * y2;
        let x3 = x + 0.5 * h * k2x;
        let y3 = y + 0.5 * h * k2y;
        let k3x = a * x3 - b * x3 * y3;
        let k3y = c * x3 * y3 - d * y3;
        let x4 = x + h * k3x;
        let y4 = y + h * k3y;
        let k4x = a * x4 - b * x4 * y4;
        let k4y = c * x4 * y4 - d * y4;
        x += h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x);
        y += h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y);
    }
    x + y
}

/// The states of the four stages of a step.
#[derive(Clone, Copy, Default)]
pub struct Stages([f64; 8]);

/// Saves the states of the stages in the caller's `saved` (one element a step); the rates are recomputed for nothing,
/// beside the chain of the adjoint state.
pub fn hand(
    prey: f64,
    predators: f64,
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    h: f64,
    saved: &mut [Stages],
) -> (f64, [f64; 6]) {
    let mut x = prey;
    let mut y = predators;
    let half = 0.5 * h;
    let sixth = h / 6.0;
    for save in saved.iter_mut() {
        let k1x = a * x - b * x * y;
        let k1y = c * x * y - d * y;
        let x2 = x + half * k1x;
        let y2 = y + half * k1y;
        let k2x = a * x2 - b * x2 * y2;
        let k2y = c * x2 * y2 - d * y2;
        let x3 = x + half * k2x;
        let y3 = y + half * k2y;
        let k3x = a * x3 - b * x3 * y3;
        let k3y = c * x3 * y3 - d * y3;
        let x4 = x + h * k3x;
        let y4 = y + h * k3y;
        let k4x = a * x4 - b * x4 * y4;
        let k4y = c * x4 * y4 - d * y4;
        *save = Stages([x, y, x2, y2, x3, y3, x4, y4]);
        x += sixth * (k1x + 2.0 * k2x + 2.0 * k3x + k4x);
        y += sixth * (k1y + 2.0 * k2y + 2.0 * k3y + k4y);
    }

    let (mut x_bar, mut y_bar) = (1.0, 1.0);
    let (mut a_bar, mut b_bar, mut c_bar, mut d_bar) = (0.0, 0.0, 0.0, 0.0);
    for &Stages([x1, y1, x2, y2, x3, y3, x4, y4]) in saved.iter().rev() {
        // The adjoint of a stage's state from that of its rates.
        let stage = |x: f64, y: f64, kx_bar: f64, ky_bar: f64| {
            (kx_bar * (a - b * y) + ky_bar * (c * y), ky_bar * (c * x - d) - kx_bar * (b * x))
        };
        let (k4x_bar, k4y_bar) = (sixth * x_bar, sixth * y_bar);
        let (x4_bar, y4_bar) = stage(x4, y4, k4x_bar, k4y_bar);
        let (k3x_bar, k3y_bar) = (2.0 * k4x_bar + h * x4_bar, 2.0 * k4y_bar + h * y4_bar);
        let (x3_bar, y3_bar) = stage(x3, y3, k3x_bar, k3y_bar);
        let (k2x_bar, k2y_bar) = (2.0 * k4x_bar + half * x3_bar, 2.0 * k4y_bar + half * y3_bar);
        let (x2_bar, y2_bar) = stage(x2, y2, k2x_bar, k2y_bar);
        let (k1x_bar, k1y_bar) = (k4x_bar + half * x2_bar, k4y_bar + half * y2_bar);
        let (x1_bar, y1_bar) = stage(x1, y1, k1x_bar, k1y_bar);
        let (s1, s2, s3, s4) = (x1 * y1, x2 * y2, x3 * y3, x4 * y4);
        a_bar += (k1x_bar * x1 + k2x_bar * x2) + (k3x_bar * x3 + k4x_bar * x4);
        b_bar -= (k1x_bar * s1 + k2x_bar * s2) + (k3x_bar * s3 + k4x_bar * s4);
        c_bar += (k1y_bar * s1 + k2y_bar * s2) + (k3y_bar * s3 + k4y_bar * s4);
        d_bar -= (k1y_bar * y1 + k2y_bar * y2) + (k3y_bar * y3 + k4y_bar * y4);
        x_bar += x1_bar + x2_bar + x3_bar + x4_bar;
        y_bar += y1_bar + y2_bar + y3_bar + y4_bar;
    }
    (x + y, [x_bar, y_bar, a_bar, b_bar, c_bar, d_bar])
}

/// The literal reversal: the state of each step saved, its stages computed again.
pub fn textbook(
    prey: f64,
    predators: f64,
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    h: f64,
    steps: usize,
) -> (f64, [f64; 6]) {
    let mut x = prey;
    let mut y = predators;
    let mut saved = Vec::new();
    for _ in 0..steps {
        saved.push((x, y));
        let k1x = a * x - b * x * y;
        let k1y = c * x * y - d * y;
        let x2 = x + 0.5 * h * k1x;
        let y2 = y + 0.5 * h * k1y;
        let k2x = a * x2 - b * x2 * y2;
        let k2y = c * x2 * y2 - d * y2;
        let x3 = x + 0.5 * h * k2x;
        let y3 = y + 0.5 * h * k2y;
        let k3x = a * x3 - b * x3 * y3;
        let k3y = c * x3 * y3 - d * y3;
        let x4 = x + h * k3x;
        let y4 = y + h * k3y;
        let k4x = a * x4 - b * x4 * y4;
        let k4y = c * x4 * y4 - d * y4;
        x += h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x);
        y += h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y);
    }
    let result = x + y;

    let mut x_bar = 1.0;
    let mut y_bar = 1.0;
    let (mut a_bar, mut b_bar, mut c_bar, mut d_bar) = (0.0, 0.0, 0.0, 0.0);
    for (x, y) in saved.into_iter().rev() {
        let k1x = a * x - b * x * y;
        let k1y = c * x * y - d * y;
        let x2 = x + 0.5 * h * k1x;
        let y2 = y + 0.5 * h * k1y;
        let k2x = a * x2 - b * x2 * y2;
        let k2y = c * x2 * y2 - d * y2;
        let x3 = x + 0.5 * h * k2x;
        let y3 = y + 0.5 * h * k2y;
        let k3x = a * x3 - b * x3 * y3;
        let k3y = c * x3 * y3 - d * y3;
        let x4 = x + h * k3x;
        let y4 = y + h * k3y;

        let mut k4x_bar = h / 6.0 * x_bar;
        let mut k4y_bar = h / 6.0 * y_bar;
        let mut k3x_bar = 2.0 * (h / 6.0) * x_bar;
        let mut k3y_bar = 2.0 * (h / 6.0) * y_bar;
        let mut k2x_bar = 2.0 * (h / 6.0) * x_bar;
        let mut k2y_bar = 2.0 * (h / 6.0) * y_bar;
        let mut k1x_bar = h / 6.0 * x_bar;
        let mut k1y_bar = h / 6.0 * y_bar;

        let mut reverse = |x: f64, y: f64, kx_bar: &mut f64, ky_bar: &mut f64| {
            let mut x_bar = 0.0;
            let mut y_bar = 0.0;
            d_bar -= *ky_bar * y;
            y_bar -= *ky_bar * d;
            c_bar += *ky_bar * y * x;
            x_bar += *ky_bar * y * c;
            y_bar += *ky_bar * c * x;
            b_bar -= *kx_bar * y * x;
            x_bar -= *kx_bar * y * b;
            y_bar -= *kx_bar * b * x;
            a_bar += *kx_bar * x;
            x_bar += *kx_bar * a;
            (x_bar, y_bar)
        };
        let (x4_bar, y4_bar) = reverse(x4, y4, &mut k4x_bar, &mut k4y_bar);
        y_bar += y4_bar;
        k3y_bar += h * y4_bar;
        x_bar += x4_bar;
        k3x_bar += h * x4_bar;
        let (x3_bar, y3_bar) = reverse(x3, y3, &mut k3x_bar, &mut k3y_bar);
        y_bar += y3_bar;
        k2y_bar += 0.5 * h * y3_bar;
        x_bar += x3_bar;
        k2x_bar += 0.5 * h * x3_bar;
        let (x2_bar, y2_bar) = reverse(x2, y2, &mut k2x_bar, &mut k2y_bar);
        y_bar += y2_bar;
        k1y_bar += 0.5 * h * y2_bar;
        x_bar += x2_bar;
        k1x_bar += 0.5 * h * x2_bar;
        let (x1_bar, y1_bar) = reverse(x, y, &mut k1x_bar, &mut k1y_bar);
        x_bar += x1_bar;
        y_bar += y1_bar;
    }
    (result, [x_bar, y_bar, a_bar, b_bar, c_bar, d_bar])
}

/// The gradient made from `primal`.
pub fn generated() -> Option<Contestant> {
    Some(Contestant::new("generated", |p, g| {
        let (value, (prey, predators, a, b, c, d)) =
            primal::value_and_grad(p[0], p[1], p[2], p[3], p[4], p[5], STEP, STEPS);
        g.copy_from_slice(&[prey, predators, a, b, c, d]);
        value
    }))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let point = vec![10.0, 5.0, 1.1, 0.4, 0.1, 0.4];
    let mut saved = vec![Stages::default(); STEPS];
    Problem::new("lotka_volterra", "Runge-Kutta 4, 1000 steps", point, |p| {
        primal(p[0], p[1], p[2], p[3], p[4], p[5], STEP, STEPS)
    })
    .with("hand", move |p, g| {
        let (value, gradient) = hand(p[0], p[1], p[2], p[3], p[4], p[5], STEP, &mut saved);
        g.copy_from_slice(&gradient);
        value
    })
    .with("textbook", |p, g| {
        let (value, gradient) = textbook(p[0], p[1], p[2], p[3], p[4], p[5], STEP, STEPS);
        g.copy_from_slice(&gradient);
        value
    })
    .enter(generated())
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-11, 1e-4, 1e-8);
    }
}
