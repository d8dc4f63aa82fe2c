//! `#[checkpoint]` on loops, blocks and calls, against differences and forward mode.

use autodiff_runtime::differentiate;

#[differentiate]
fn logistic(x: f64, r: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint]
    for _ in 0..n {
        y = r * y * (1.0 - y);
    }
    y
}

#[differentiate]
fn relaxed(u: &mut [f64], k: f64, rounds: usize) -> f64 {
    let mut moved = 0.0;
    #[checkpoint(slots = 3)]
    for _ in 0..rounds {
        for i in 1..u.len() - 1 {
            let old = u[i];
            u[i] += k * (u[i - 1] - 2.0 * old + u[i + 1]);
            moved += (u[i] - old).powi(2);
        }
    }
    moved
}

#[differentiate]
fn settled(x: f64) -> f64 {
    let (mut y, mut steps) = (x, 0);
    #[checkpoint(slots = 2)]
    loop {
        let next = (y + x / y) * 0.5;
        let change = (next - y).abs();
        y = next;
        steps += 1;
        if change < 1e-9 {
            break;
        }
    }
    y * steps as f64
}

#[differentiate]
fn layer(x: &mut [f64], w: &[f64]) {
    for i in 0..x.len() {
        x[i] = (x[i] * w[i]).tanh();
    }
}

#[differentiate]
fn layers(x: &[f64], w: &[f64], depth: usize) -> f64 {
    let mut h = x.to_vec();
    for _ in 0..depth {
        #[checkpoint]
        layer(&mut h, w);
        let scale = #[checkpoint]
        {
            let norm: f64 = h.iter().map(|h| h * h).sum();
            (norm + 1.0).sqrt()
        };
        h[0] /= scale;
    }
    h.iter().sum()
}

#[differentiate]
fn every(x: &[f64]) -> f64 {
    let mut s = 1.0;
    #[checkpoint(every = 2)]
    for (i, v) in x.iter().enumerate().rev() {
        s = s * v.cos() + i as f64 * 0.1;
    }
    s
}

/// What runs again calls functions in sight that carry nothing and give the same again.
#[differentiate]
mod seasons {
    const WEEK: [f64; 3] = [0.5, 0.25, 0.75];

    fn season(k: usize) -> f64 {
        WEEK[k % 3] + ramp(k, 2)
    }

    fn ramp(k: usize, depth: usize) -> f64 {
        if depth == 0 { 0.0 } else { 0.1 * k as f64 + ramp(k, depth - 1) }
    }

    pub fn in_a_module(x: f64, n: usize) -> f64 {
        let mut y = x;
        #[checkpoint]
        for k in 0..n {
            y = (y * season(k)).sin() + 0.5 * x;
        }
        y
    }
}

use seasons::in_a_module;

#[differentiate]
fn inside(x: f64, n: usize) -> f64 {
    fn season(k: usize) -> f64 {
        0.25 + (k % 3) as f64
    }
    let mut y = x;
    #[checkpoint(slots = 3)]
    for k in 0..n {
        y = (y * season(k)).sin() + 0.5 * x;
    }
    y
}

checks! {
    in_a_module(0.7, @12);
    inside(0.7, @12);
    logistic(0.3, 2.9, @7);
    logistic as no_iterations(0.3, 2.9, @0);
    relaxed(&mut vec![0.3, 0.7, 1.1, -0.4, 0.9], 0.2, @9);
    settled(2.0);
    layers(&vec![0.3, 0.7, 1.1], &vec![0.9, 1.2, -0.8], @5);
    every(&vec![0.3, 0.7, 1.1, -0.4, 0.9]);
}
