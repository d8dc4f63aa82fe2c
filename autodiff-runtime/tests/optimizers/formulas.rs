//! Optimizers against their formulas, written plainly, with hyperparameters that count: the trajectories of the originals
//! have their defaults, beside which an `epsilon` or a correction may not show.

use autodiff_runtime::optim::*;
use autodiff_runtime::tree::Shaped;
use autodiff_runtime::{Optimizer, Tree, TreeMut};

/// Gradients of a leaf of two numbers.
pub(crate) const GRADS: [[f64; 2]; 9] = [
    [0.5, -1.0],
    [-0.25, 2.0],
    [1.5, 0.125],
    [0.75, -0.5],
    [-1.25, 0.25],
    [0.5, 0.5],
    [2.0, -0.75],
    [-0.5, 1.0],
    [0.25, -1.5],
];
pub(crate) const START: [f64; 2] = [1.0, -2.0];
const RATE: f64 = 0.25;
const B1: f64 = 0.6;
const B2: f64 = 0.9;

pub(crate) fn run(mut opt: impl Optimizer) -> Vec<[f64; 2]> {
    let mut params = START;
    GRADS
        .iter()
        .map(|g| {
            opt.step(&mut params, g).unwrap();
            params
        })
        .collect()
}

#[track_caller]
pub(crate) fn agree(name: &str, found: &[[f64; 2]], expected: &[[f64; 2]]) {
    for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{name} at step {}: {found}, not {expected}", step + 1);
        }
    }
}

/// The steps of a formula for one number: from the number of the step, the parameter and the gradient to the parameter.
pub(crate) fn each<F: FnMut(f64, f64, f64) -> f64>(mut formula: impl FnMut() -> F) -> Vec<[f64; 2]> {
    let mut steps = vec![[0.0; 2]; GRADS.len()];
    for i in 0..2 {
        let (mut formula, mut p) = (formula(), START[i]);
        for (step, g) in GRADS.iter().enumerate() {
            p = formula(step as f64 + 1.0, p, g[i]);
            steps[step][i] = p;
        }
    }
    steps
}

/// Averages of the gradients and of their squares.
#[derive(Default, Clone, Copy)]
struct Moments {
    m: f64,
    v: f64,
}

impl Moments {
    fn note(&mut self, g: f64) {
        self.m = B1 * self.m + (1.0 - B1) * g;
        self.v = B2 * self.v + (1.0 - B2) * g * g;
    }
    /// The corrected momentum, looking ahead or not.
    fn m_hat(&self, t: f64, g: f64, nesterov: bool) -> f64 {
        if nesterov {
            B1 * self.m / (1.0 - B1.powf(t + 1.0)) + (1.0 - B1) * g / (1.0 - B1.powf(t))
        } else {
            self.m / (1.0 - B1.powf(t))
        }
    }
    fn v_hat(&self, t: f64) -> f64 {
        self.v / (1.0 - B2.powf(t))
    }
}

#[test]
fn adam() {
    for nesterov in [false, true] {
        let adam =
            |family| Adam::new(RATE).family(family).beta1(B1).beta2(B2).epsilon(0.1).nesterov(nesterov);
        let expected = each(|| {
            let mut s = Moments::default();
            move |t, p, g| {
                s.note(g);
                p - RATE * s.m_hat(t, g, nesterov) / ((s.v_hat(t) + 0.2).sqrt() + 0.1)
            }
        });
        agree("optax", &run(adam(Family::Optax).epsilon_root(0.2)), &expected);
        let expected = each(|| {
            let (mut s, mut max) = (Moments::default(), 0.0_f64);
            move |t, p, g| {
                s.note(g);
                max = max.max(s.v_hat(t));
                p - RATE * s.m_hat(t, g, nesterov) / ((max + 0.2).sqrt() + 0.1)
            }
        });
        agree("optax amsgrad", &run(adam(Family::Optax).epsilon_root(0.2).amsgrad(true)), &expected);
        for amsgrad in [false, true] {
            let formula = |torch: bool| {
                each(|| {
                    let (mut s, mut max) = (Moments::default(), 0.0_f64);
                    move |t, p, g| {
                        s.note(g);
                        max = if amsgrad { max.max(s.v) } else { s.v };
                        let (m, root) = (s.m_hat(t, g, nesterov), (1.0 - B2.powf(t)).sqrt());
                        p - if torch {
                            RATE * m / (max.sqrt() / root + 0.1)
                        } else {
                            RATE * root * m / (max.sqrt() + 0.1)
                        }
                    }
                })
            };
            agree("torch", &run(adam(Family::Torch).amsgrad(amsgrad)), &formula(true));
            agree("TensorFlow", &run(adam(Family::TensorFlow).amsgrad(amsgrad)), &formula(false));
        }
    }
}

#[test]
fn relatives_of_adam() {
    for nesterov in [false, true] {
        let expected = each(|| {
            let mut s = Moments::default();
            move |t, p, g| {
                s.m = B1 * s.m + (1.0 - B1) * g;
                s.v = B2 * s.v + (1.0 - B2) * (g - s.m).powi(2) + 0.2;
                p - RATE * s.m_hat(t, g, nesterov) / (s.v_hat(t).sqrt() + 0.1)
            }
        });
        let belief =
            AdaBelief::new(RATE).beta1(B1).beta2(B2).epsilon(0.1).epsilon_root(0.2).nesterov(nesterov);
        agree("AdaBelief", &run(belief), &expected);
        let expected = each(|| {
            let (mut s, mut last) = (Moments::default(), None);
            move |t, p, g| {
                s.note(g);
                let u = s.m_hat(t, g, nesterov) / ((s.v_hat(t) + 0.2).sqrt() + 0.1);
                let before = last.replace(u).unwrap_or(u);
                p - RATE * (1.5 * u + 0.5 * (u - before))
            }
        });
        let optimistic = OptimisticAdam::new(RATE).alpha(1.5).beta(0.5).nesterov(nesterov);
        let optimistic = optimistic.beta1(B1).beta2(B2).epsilon(0.1).epsilon_root(0.2);
        agree("OptimisticAdam", &run(optimistic), &expected);
        // Of a leaf without a matrix; the first average of optax looks ahead only if asked to.
        let expected = each(|| {
            let mut s = Moments::default();
            move |t, p, g| {
                s.note(g);
                p - RATE * s.m_hat(t, g, nesterov) / (s.v_hat(t).sqrt() + 0.1)
            }
        });
        let muon = Muon::new(RATE).family(Family::Optax).nesterov(nesterov);
        agree("Muon", &run(muon.beta1(B1).beta2(B2).epsilon(0.1)), &expected);
    }
    let expected = each(|| {
        let (mut s, mut slow) = (Moments::default(), 0.0);
        move |t, p, g| {
            s.note(g);
            slow = 0.8 * slow + (1.0 - 0.8) * g;
            p - RATE * (s.m_hat(t, g, false) + 3.0 * slow) / ((s.v_hat(t) + 0.2).sqrt() + 0.1)
        }
    });
    let mix = AdEmaMix::new(RATE).beta1(B1).beta2(B2).beta3(0.8).alpha(3.0).epsilon(0.1).epsilon_root(0.2);
    agree("AdEmaMix", &run(mix), &expected);
    for early in [false, true] {
        let expected = each(|| {
            let (mut m, mut u) = (0.0, 0.0_f64);
            move |t, p, g| {
                m = B1 * m + (1.0 - B1) * g;
                let (inside, outside) = if early { (0.3, 0.0) } else { (0.0, 0.3) };
                u = (B2 * u).max(g.abs() + inside);
                p - RATE / (1.0 - B1.powf(t)) * m / (u + outside)
            }
        });
        let family = if early { Family::Optax } else { Family::Keras };
        agree("Adamax", &run(Adamax::new(RATE).family(family).beta1(B1).beta2(B2).epsilon(0.3)), &expected);
    }
}

#[test]
fn radam() {
    let limit = 2.0 / (1.0 - B2) - 1.0;
    let rho = |t: f64| {
        let c2 = 1.0 - B2.powf(t);
        limit - 2.0 * t * (1.0 - c2) / c2
    };
    // Also with a threshold that is reached exactly.
    for (torch, nesterov, threshold) in [
        (false, false, 5.0),
        (false, true, 5.0),
        (true, false, 5.0),
        (false, false, rho(6.0)),
        (true, false, rho(6.0)),
    ] {
        let expected = each(|| {
            let mut s = Moments::default();
            move |t, p, g| {
                s.note(g);
                let (m, rho) = (s.m_hat(t, g, nesterov), rho(t));
                if rho < threshold || (torch && rho == threshold) {
                    return p - RATE * m;
                }
                let r = ((rho - 4.0) * (rho - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * rho)).sqrt();
                let c2 = 1.0 - B2.powf(t);
                p - RATE
                    * r
                    * if torch {
                        m * c2.sqrt() / (s.v.sqrt() + 0.1)
                    } else {
                        m / ((s.v_hat(t) + 0.2).sqrt() + 0.1)
                    }
            }
        });
        let opt =
            RAdam::new(RATE).family(if torch { Family::Torch } else { Family::Optax }).nesterov(nesterov);
        let opt = opt
            .beta1(B1)
            .beta2(B2)
            .epsilon(0.1)
            .epsilon_root(if torch { 0.0 } else { 0.2 })
            .threshold(threshold);
        agree("RAdam", &run(opt), &expected);
    }
}

#[test]
fn rms_prop() {
    for bits in 0..32 {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let (centered, nesterov, corrected, outside, torch) = (on(0), on(1), on(2), on(3), on(4));
        for momentum in [0.0, 0.5] {
            let expected = each(|| {
                let (mut v, mut a, mut m) = (0.25, 0.0, 0.0);
                move |t, p, g| {
                    v = 0.9 * v + 0.1 * g * g;
                    a = 0.9 * a + 0.1 * g;
                    let c = if corrected { 1.0 - 0.9_f64.powf(t) } else { 1.0 };
                    let variance = v / c - if centered { (a / c) * (a / c) } else { 0.0 };
                    let root = if outside || torch { variance.sqrt() + 0.1 } else { (variance + 0.1).sqrt() };
                    let (early, late) = if torch { (1.0, RATE) } else { (RATE, 1.0) };
                    let u = early * g / root;
                    m = momentum * m + u;
                    p - late * if nesterov { u + momentum * m } else { m }
                }
            });
            let family = if torch { Family::Torch } else { Family::Optax };
            let opt = RmsProp::new(RATE)
                .family(family)
                .rho(0.9)
                .epsilon(0.1)
                .initial_scale(0.25)
                .momentum(momentum);
            let opt = opt.centered(centered).nesterov(nesterov).bias_correction(corrected);
            let opt = if torch { opt } else { opt.epsilon_outside(outside) };
            agree(&format!("RMSProp {bits:05b} {momentum}"), &run(opt), &expected);
        }
    }
}

pub(crate) fn norm(x: [f64; 2]) -> f64 {
    (x[0] * x[0] + x[1] * x[1]).sqrt()
}

/// The steps of a formula for the whole leaf.
pub(crate) fn whole(mut formula: impl FnMut(f64, [f64; 2], [f64; 2]) -> [f64; 2]) -> Vec<[f64; 2]> {
    let mut p = START;
    let step = |(step, &g): (usize, &[f64; 2])| {
        p = formula(step as f64 + 1.0, p, g);
        p
    };
    GRADS.iter().enumerate().map(step).collect()
}

pub(crate) fn zip(a: [f64; 2], b: [f64; 2], f: impl Fn(f64, f64) -> f64) -> [f64; 2] {
    [f(a[0], b[0]), f(a[1], b[1])]
}

#[test]
fn rates_by_leaf() {
    for optax in [false, true] {
        let mut moments = [Moments::default(); 2];
        let expected = whole(|t, p, g| {
            let p = if optax { p } else { p.map(|p| p * (1.0 - RATE * 0.125)) };
            let g = zip(g, p, |g, p| g + 0.0625 * p);
            let mut u = [0.0; 2];
            for i in 0..2 {
                moments[i].note(g[i]);
                u[i] = moments[i].m_hat(t, g[i], false) / ((moments[i].v_hat(t) + 0.2).sqrt() + 0.1);
                u[i] += if optax { 0.125 * p[i] } else { 0.0 };
            }
            zip(p, u, |p_i, u_i| p_i - RATE * norm(p) / norm(u) * u_i)
        });
        let lamb = Lamb::new(RATE).family(if optax { Family::Optax } else { Family::Keras });
        let lamb = lamb.beta1(B1).beta2(B2).epsilon(0.1).epsilon_root(0.2).weight_decay(0.125).l2(0.0625);
        agree("Lamb", &run(lamb), &expected);
    }
    for nesterov in [false, true] {
        let mut trace = [0.0; 2];
        let expected = whole(|_, p, g| {
            let u = zip(g, p, |g, p| g + 0.375 * p);
            let u = u.map(|x| RATE * 0.5 * norm(p) / (norm(u) + 0.1) * x);
            trace = zip(u, trace, |u, m| u + 0.7 * m);
            zip(p, if nesterov { zip(u, trace, |u, m| u + 0.7 * m) } else { trace }, |p, u| p - u)
        });
        let lars = Lars::new(RATE).trust(0.5).epsilon(0.1).momentum(0.7).nesterov(nesterov);
        agree("Lars", &run(lars.weight_decay(0.25).l2(0.125)), &expected);
    }
    let (mut v, mut m) = (None, None);
    let expected = whole(|_, p, g| {
        let square = norm(g).powi(2);
        let second = v.map_or(square, |v| 0.7 * v + 0.3 * square);
        v = Some(second);
        let u = zip(g, p, |g, p| g / ((second + 0.2).sqrt() + 0.1) + 0.375 * p);
        let momentum = m.map_or(u, |m| zip(u, m, |u, m| 0.6 * m + u));
        m = Some(momentum);
        zip(p, momentum, |p, m| p - RATE * m)
    });
    let nova = NovoGrad::new(RATE).beta1(0.6).beta2(0.7).epsilon(0.1).epsilon_root(0.2);
    agree("NovoGrad", &run(nova.weight_decay(0.25).l2(0.125)), &expected);
}

#[test]
fn adagrad_and_ftrl() {
    let expected = each(|| {
        let mut a = 0.5;
        move |t, p, g| {
            a += g * g;
            p - RATE / (1.0 + (t - 1.0) * 0.5) * g / (a.sqrt() + 0.1)
        }
    });
    let torch =
        Adagrad::new(RATE).family(Family::Torch).initial_accumulator(0.5).epsilon(0.1).rate_decay(0.5);
    agree("Adagrad", &run(torch), &expected);
    let expected = each(|| {
        let mut a = 0.5;
        move |_, p, g| {
            a += g * g;
            p - RATE * g / (a + 0.1_f64).sqrt()
        }
    });
    agree(
        "Adagrad",
        &run(Adagrad::new(RATE).family(Family::Keras).initial_accumulator(0.5).epsilon(0.1)),
        &expected,
    );
    for power in [0.5, 0.3] {
        let expected = each(|| {
            let (mut n, mut z) = (0.5_f64, 0.0_f64);
            move |_, p, g| {
                let new = n + g * g;
                z += g + 2.0 * 0.125 * p - (new.powf(power) - n.powf(power)) / RATE * p;
                n = new;
                (z.clamp(-0.25, 0.25) - z) / (n.powf(power) / RATE + 2.0 * 0.0625 + 0.5 / RATE)
            }
        });
        let ftrl = Ftrl::new(RATE).initial_accumulator(0.5).learning_rate_power(-power).l1_strength(0.25);
        agree("Ftrl", &run(ftrl.l2_strength(0.0625).l2_shrinkage(0.125).beta(0.5)), &expected);
    }
}

/// Factored second moments of a matrix of two rows and three columns, and of two of them.
#[test]
fn adafactor() {
    let start: Vec<f64> = (0..12).map(|i| (i as f64 * 0.7).cos()).collect();
    let grads = |t: f64| -> Vec<f64> { (0..12).map(|i| (i as f64 * 1.3 + t).sin() + 0.25).collect() };
    let rms = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
    for (family, batch) in
        [(Family::Keras, 1), (Family::Torch, 1), (Family::Optax, 1), (Family::Keras, 2), (Family::Torch, 2)]
    {
        let len = 6 * batch;
        let shape: &[usize] = if batch == 1 { &[2, 3] } else { &[2, 2, 3] };
        let mut params = Shaped::new(start[..len].to_vec(), shape);
        let opt = Adafactor::new(0.5).family(family).beta2_decay(-0.7).epsilon1(0.01).epsilon2(0.1);
        let mut opt = opt.clip_threshold(0.8).weight_decay(0.25);
        let (mut p, mut rows, mut columns) =
            (start[..len].to_vec(), vec![0.0; 2 * batch], vec![0.0; 3 * batch]);
        for t in 1..=4 {
            let t = f64::from(t);
            let g = grads(t)[..len].to_vec();
            opt.step(&mut params, &Shaped::new(g.clone(), shape)).unwrap();

            let kept = 1.0 - t.powf(-0.7);
            let torch = family == Family::Torch;
            let guard = if torch { 0.0 } else { 0.01 };
            let square = |b: usize, i: usize, j: usize| g[6 * b + 3 * i + j].powi(2) + guard;
            let mut u = vec![0.0; len];
            for b in 0..batch {
                for i in 0..2 {
                    let mean = (0..3).map(|j| square(b, i, j)).sum::<f64>() / 3.0;
                    rows[2 * b + i] = kept * rows[2 * b + i] + (1.0 - kept) * mean;
                }
                for j in 0..3 {
                    let mean = (0..2).map(|i| square(b, i, j)).sum::<f64>() / 2.0;
                    columns[3 * b + j] = kept * columns[3 * b + j] + (1.0 - kept) * mean;
                }
                let mean = (rows[2 * b] + rows[2 * b + 1]) / 2.0;
                let mean = if torch { mean.max(0.01) } else { mean };
                for i in 0..2 {
                    for j in 0..3 {
                        let v = rows[2 * b + i] / mean * columns[3 * b + j];
                        u[6 * b + 3 * i + j] =
                            g[6 * b + 3 * i + j] / v.max(if torch { 1e-4 } else { 0.0 }).sqrt();
                    }
                }
            }
            let rate = if family == Family::Optax { 0.5 } else { 0.5_f64.min(1.0 / t.sqrt()) };
            let decayed: Vec<f64> = p.iter().map(|p| p * (1.0 - 0.5 * 0.25)).collect();
            let size = rms(if family == Family::Keras { &decayed } else { &p }).max(0.1);
            let clip = (rms(&u) / 0.8).max(1.0);
            p = decayed.iter().zip(&u).map(|(p, u)| p - rate * size / clip * u).collect();
            for (found, expected) in params.data.iter().zip(&p) {
                assert!(
                    (found - expected).abs() < 1e-12,
                    "{family:?} {batch} at {t}: {found}, not {expected}"
                );
            }
        }
    }
}

/// Where a gradient is so small that Adafactor's guards decide.
#[test]
fn adafactor_at_its_guards() {
    // The root mean square of the parameters is 1, that of the update below the threshold: `p - 0.1 u`.
    let step = |opt: Adafactor, g: f64| {
        let mut p = [1.0, 1.0];
        opt.clone().step(&mut p, &[g, g]).unwrap();
        let u = (1.0 - p[0]) / 0.1;
        let mut matrix = [[1.0, 1.0], [1.0, 1.0]];
        opt.clone().step(&mut matrix, &[[g, g], [g, g]]).unwrap();
        (u, (1.0 - matrix[0][0]) / 0.1)
    };
    let close = |(a, b): (f64, f64), (c, d): (f64, f64)| {
        assert!((a / c - 1.0).abs() < 1e-6 && (b / d - 1.0).abs() < 1e-6, "{a} {b}, not {c} {d}");
    };
    let torch = || Adafactor::new(0.1).family(Family::Torch);
    // Variance at least ε², the mean of the rows at least ε: g² / ε * g² is below it as well.
    close(step(torch().epsilon1(0.1), 1e-5), (1e-4, 1e-4));
    close(step(torch(), 1e-19), (1e-19 / f64::EPSILON, 1e-19 / f64::EPSILON));
    // g² + ε.
    close(step(Adafactor::new(0.1), 1e-19), (1e-4, 1e-4));
}

/// optax's Adafactor takes the two longest axes, of equal ones the later: the others count matrices.
#[test]
fn adafactor_takes_the_longest_axes() {
    let numbers =
        |phase: f64| -> Vec<f64> { (0..24).map(|i| (i as f64 * 1.3 + phase).sin() + 0.25).collect() };
    // Every leaf is taken to be of the same size, and no update is clipped: what is left is the factoring.
    let opt = || Adafactor::new(0.5).family(Family::Optax).clip_threshold(1e9).epsilon2(1e3);
    for (shape, batch) in [([4, 2, 3], 1), ([2, 3, 4], 0), ([3, 4, 2], 2), ([2, 2, 2], 0)] {
        let len: usize = shape.iter().product();
        let place = |index: [usize; 3]| (index[0] * shape[1] + index[1]) * shape[2] + index[2];
        let sides: Vec<usize> = (0..3).filter(|axis| *axis != batch).collect();
        let (rows, columns) = (shape[sides[0]], shape[sides[1]]);
        let mut whole = Shaped::new(numbers(0.0)[..len].to_vec(), &shape);
        let mut parts = Vec::new();
        let cut = |data: &[f64], unit: usize| -> Vec<f64> {
            (0..rows * columns)
                .map(|k| {
                    let mut index = [unit; 3];
                    (index[sides[0]], index[sides[1]]) = (k / columns, k % columns);
                    data[place(index)]
                })
                .collect()
        };
        for unit in 0..shape[batch] {
            parts.push((Shaped::new(cut(&whole.data, unit), &[rows, columns]), opt()));
        }
        let mut own = opt();
        for t in 1..4 {
            let grads = numbers(f64::from(t))[..len].to_vec();
            for (unit, (part, opt)) in parts.iter_mut().enumerate() {
                opt.step(part, &Shaped::new(cut(&grads, unit), &[rows, columns])).unwrap();
            }
            own.step(&mut whole, &Shaped::new(grads, &shape)).unwrap();
        }
        for (unit, (part, _)) in parts.iter().enumerate() {
            for (found, expected) in cut(&whole.data, unit).iter().zip(&part.data) {
                assert!(
                    (found - expected).abs() < 1e-9 * expected.abs(),
                    "{shape:?}: {found}, not {expected}"
                );
            }
        }
    }
}

/// A scalar is one slice of one axis for SM3, whose sum is its largest square so far.
#[test]
fn sm3_of_a_scalar() {
    let mut p = 1.0_f64;
    let mut opt = Sm3::new(0.5).momentum(0.0);
    let (mut expected, mut sum) = (1.0_f64, 0.0_f64);
    for g in [2.0_f64, -1.0, 0.5] {
        opt.step(&mut p, &g).unwrap();
        sum += g * g;
        expected -= 0.5 * g / (sum + 1e-8).sqrt();
        assert!((p - expected).abs() < 1e-12, "{p}, not {expected}");
    }
}

/// A partition hands each optimizer its own leaves, also where a later step has no gradient for some of them.
#[test]
fn partitions_keep_to_their_leaves() {
    let mut p = (1.0, 1.0, 1.0);
    let mut opt = Partition::new(".1", SignSgd::new(0.25), Sgd::new(0.5));
    opt.step(&mut p, &(1.0, 3.0, 2.0)).unwrap();
    assert_eq!(p, (0.5, 0.75, 0.0));
    opt.step(&mut p, &(None::<f64>, 3.0, None::<f64>)).unwrap();
    assert_eq!((p, opt.named.steps(), opt.rest.steps(), opt.steps()), ((0.5, 0.5, 0.0), 2, 1, 2));
    opt.step(&mut p, &(1.0, None::<f64>, 1.0)).unwrap();
    assert_eq!((p, opt.named.steps(), opt.rest.steps(), opt.steps()), ((0.0, 0.5, -0.5), 2, 2, 3));
    // The first step fixes who has which leaves; one that fails fixes nothing.
    let mut fresh = Partition::new(".1", SignSgd::new(0.25), Sgd::new(0.5));
    assert!(fresh.step(&mut p, &(1.0, [1.0], 1.0)).is_err());
    fresh.step(&mut p, &(0.0, -3.0, 0.0)).unwrap();
    assert_eq!(p, (0.0, 0.75, -0.5));
    // Nothing moves where the gradient is zero.
    let mut zero = [1.0, 2.0];
    SignSgd::new(0.25).step(&mut zero, &[0.0, -0.0]).unwrap();
    assert_eq!(zero, [1.0, 2.0]);
}

/// In torch a step counts for the leaves that have a gradient; elsewhere it counts for all.
#[test]
fn what_a_step_counts_for() {
    fn second(mut opt: impl Optimizer, alone: &mut dyn FnMut(&mut f64)) -> (f64, f64) {
        let mut params = (1.0, 1.0);
        opt.step(&mut params, &(0.5, None::<f64>)).unwrap();
        opt.step(&mut params, &(0.5, Some(0.5))).unwrap();
        let mut single = 1.0;
        alone(&mut single);
        (params.1, single)
    }
    macro_rules! check {
        ($($opt:expr, $by_leaf:expr;)*) => { $(
            let (found, alone) = second($opt, &mut |p| $opt.step(p, &0.5).unwrap());
            assert_eq!(found == alone, $by_leaf, "{}: {found} and {alone}", stringify!($opt));
        )* };
    }
    check! {
        Adam::new(0.1).family(Family::Torch).epsilon(0.1), true;
        Adam::new(0.1).family(Family::Optax).epsilon(0.1), false;
        Adam::new(0.1).family(Family::Keras).epsilon(0.1), false;
        Adamax::new(0.1).family(Family::Torch), true;
        Adamax::new(0.1).family(Family::Keras), false;
        RAdam::new(0.1).family(Family::Torch), true;
        RAdam::new(0.1).family(Family::Optax), false;
        Adagrad::new(0.1).family(Family::Torch).rate_decay(0.5), true;
        Adagrad::new(0.1).family(Family::Keras).rate_decay(0.5), false;
        Nadam::new(0.1).family(Family::Torch), true;
        Nadam::new(0.1).family(Family::Keras), false;
        Rprop::new(0.1), true;
        Asgd::new(0.1).lambda(0.5), true;
        NovoGrad::new(0.1), true;
        AdaBelief::new(0.1).epsilon(0.1), false;
        OptimisticSgd::new(0.1), true;
        OptimisticAdam::new(0.1), true;
        Adan::new(0.1), true;
        Sgd::new(0.1).family(Family::Torch).momentum(0.5).dampening(0.5), true;
        Adafactor::new(0.1).family(Family::Torch).clip_threshold(9.0), true;
        Adafactor::new(0.1).family(Family::Keras).clip_threshold(9.0), false;
    }
}

/// What wrappers and the core say of themselves.
#[test]
fn small_talk() {
    let mut opt = Sgd::new(0.5).momentum(0.5);
    assert_eq!((opt.learning_rate(), opt.state("x")), (0.5, None));
    let mut p = (1.0, [2.0, 3.0]);
    opt.step(&mut p, &(2.0, [3.0, 4.0])).unwrap();
    assert_eq!(
        (opt.state(".0"), opt.state(".1"), opt.state(".2")),
        (Some(&[2.0][..]), Some(&[3.0, 4.0][..]), None)
    );
    opt.set_rate_scale(0.5);
    assert_eq!(opt.learning_rate(), 0.25);
    fn none(opt: &mut impl Optimizer, params: &mut impl TreeMut, grads: &impl Tree) -> String {
        opt.step(params, grads).unwrap_err().to_string()
    }
    let missing = none(&mut Sgd::new(0.5), &mut (1.0, [2.0, 3.0]), &(None::<f64>, ()));
    assert_eq!(missing, "no gradients provided for any parameter: `.0` [], `.1` [2]");
    assert_eq!(none(&mut Sgd::new(0.5), &mut (), &()), "there are no parameters to optimize");

    // The scale of the rate reaches the optimizer through all that is wrapped around it.
    fn scaled(mut opt: impl Optimizer) -> (f64, u64) {
        let mut p = 1.0;
        opt.set_rate_scale(0.5);
        opt.step(&mut p, &1.0).unwrap();
        opt.step(&mut p, &1.0).unwrap();
        (p, opt.steps())
    }
    let sgd = || Sgd::new(1.0);
    assert_eq!(scaled(sgd()), (0.0, 2));
    assert_eq!(scaled(Chain::new(sgd())), (0.0, 2));
    assert_eq!(scaled(Accumulate::new(sgd(), 1)), (0.0, 2));
    assert_eq!(scaled(ApplyIfFinite::new(sgd(), 1)), (0.0, 2));
    assert_eq!(scaled(LossScale::new(sgd()).initial_scale(1.0)), (0.0, 2));
    assert_eq!(scaled(Lookahead::new(sgd(), 2, 0.5)), (0.5, 2));
    assert_eq!(scaled(Partition::new("x", sgd(), sgd())), (0.0, 2));
    assert_eq!(scaled(Box::new(sgd())), (0.0, 2));
    assert_eq!(scaled(&mut sgd()), (0.0, 2));

    let chain: Chain<Sgd> = Chain::new(sgd()).clip_by_global_norm(1.0);
    assert_eq!(chain.global_norm(), None);
    // Groups change what they name, and no more.
    let mut p = (1.0, 1.0, 1.0);
    let group = Group::new().rate_factor(0.25).weight_decay(0.5);
    let mut opt = Sgd::new(0.5).group(".1", group).group(".2", Group::new().l2(2.0));
    opt.step(&mut p, &(1.0, 1.0, 1.0)).unwrap();
    assert_eq!(p, (0.5, 1.0 * (1.0 - 0.125 * 0.5) - 0.125, 1.0 - 0.5 * 3.0));
    let mut w = Shaped::new(vec![1.0; 6], &[3, 2]);
    Muon::new(0.5).l2(0.5).step(&mut w, &Shaped::new(vec![-0.5; 6], &[3, 2])).unwrap();
    assert_eq!(w.data, [1.0; 6], "the decay is the opposite of the gradient");

    let (mut w, mut skipping) = (1.0, ApplyIfFinite::new(sgd(), 2));
    for g in [f64::NAN, f64::NAN, 1.0, f64::NAN] {
        skipping.step(&mut w, &g).unwrap();
    }
    assert_eq!((w, skipping.skipped(), skipping.steps()), (0.0, 3, 1));
}

/// Where there is neither a sum of squares nor a penalty the step would be 0 / 0.
#[test]
fn ftrl_sets_to_zero_what_had_no_gradient() {
    let mut w = [1.0, 1.0];
    Ftrl::new(0.5).initial_accumulator(0.0).step(&mut w, &[0.0, 2.0]).unwrap();
    assert_eq!(w, [0.0, 0.5]);
}
