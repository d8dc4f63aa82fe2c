//! Programs of finance, mechanics, robotics, machine learning and statistics, as their users write them.

use autodiff_runtime::differentiate;

#[differentiate]
fn normal_cdf(x: f64) -> f64 {
    // Abramowitz and Stegun 26.2.17.
    let t = 1.0 / (1.0 + 0.2316419 * x.abs());
    let d = 0.3989422804014327 * (-0.5 * x * x).exp();
    let p =
        d * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    if x >= 0.0 { 1.0 - p } else { p }
}

#[differentiate]
fn black_scholes_call(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    let root = volatility * maturity.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * maturity) / root;
    let d2 = d1 - root;
    spot * normal_cdf(d1) - strike * (-rate * maturity).exp() * normal_cdf(d2)
}

#[test]
fn delta_is_the_cdf_of_d1() {
    let (s, k, r, v, t) = (100.0_f64, 95.0_f64, 0.03_f64, 0.2_f64, 0.75_f64);
    let (delta, ..) = black_scholes_call::grad(s, k, r, v, t);
    let d1 = ((s / k).ln() + (r + 0.5 * v * v) * t) / (v * t.sqrt());
    assert!((delta - normal_cdf(d1)).abs() < 1e-5);
}

#[differentiate]
fn binomial_put(spot: f64, strike: f64, rate: f64, volatility: f64, steps: usize) -> f64 {
    let dt = 1.0 / steps as f64;
    let up = (volatility * dt.sqrt()).exp();
    let down = 1.0 / up;
    let p = ((rate * dt).exp() - down) / (up - down);
    let discount = (-rate * dt).exp();
    let mut values = vec![0.0; steps + 1];
    for j in 0..=steps {
        let s = spot * up.powi(j as i32) * down.powi((steps - j) as i32);
        values[j] = (strike - s).max(0.0);
    }
    for n in (0..steps).rev() {
        for j in 0..=n {
            let hold = discount * (p * values[j + 1] + (1.0 - p) * values[j]);
            let s = spot * up.powi(j as i32) * down.powi((n - j) as i32);
            let exercise = strike - s;
            values[j] = if exercise > hold { exercise } else { hold };
        }
    }
    values[0]
}

#[differentiate]
fn bond_yield(price: f64, coupon: f64, years: usize) -> f64 {
    let mut y: f64 = 0.05;
    for _ in 0..30 {
        let mut value = 0.0;
        let mut slope = 0.0;
        for t in 1..=years {
            let d = (1.0 + y).powi(-(t as i32));
            value += coupon * d;
            slope -= t as f64 * coupon * d / (1.0 + y);
        }
        let d = (1.0 + y).powi(-(years as i32));
        value += 100.0 * d;
        slope -= years as f64 * 100.0 * d / (1.0 + y);
        let step = (value - price) / slope;
        y -= step;
        if step.abs() < 1e-14 {
            break;
        }
    }
    y
}

#[differentiate]
fn asian_option(spot: f64, volatility: f64, rate: f64, normals: &[f64], steps: usize) -> f64 {
    let dt = 1.0 / steps as f64;
    let drift = (rate - 0.5 * volatility * volatility) * dt;
    let paths = normals.len() / steps;
    let mut payoff = 0.0;
    for p in 0..paths {
        let mut s = spot;
        let mut total = 0.0;
        for k in 0..steps {
            s *= (drift + volatility * dt.sqrt() * normals[p * steps + k]).exp();
            total += s;
        }
        payoff += (total / steps as f64 - 100.0).max(0.0);
    }
    (-rate).exp() * payoff / paths as f64
}

#[differentiate]
fn lotka_volterra(p: &[f64; 4], start: &[f64; 2], steps: usize) -> f64 {
    let h = 0.05;
    let mut u = *start;
    for _ in 0..steps {
        let mut k = [[0.0; 2]; 4];
        for s in 0..4 {
            let c = if s == 0 {
                0.0
            } else if s == 3 {
                h
            } else {
                0.5 * h
            };
            let mut v = u;
            if s > 0 {
                for i in 0..2 {
                    v[i] += c * k[s - 1][i];
                }
            }
            k[s][0] = p[0] * v[0] - p[1] * v[0] * v[1];
            k[s][1] = p[2] * v[0] * v[1] - p[3] * v[1];
        }
        for i in 0..2 {
            u[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
        }
    }
    u[0] + u[1] * u[1]
}

#[differentiate]
fn pendulum_loss(length: f64, damping: f64, observations: &[f64], dt: f64) -> f64 {
    let (mut angle, mut speed) = (0.5, 0.0);
    let mut loss = 0.0;
    for &seen in observations {
        for _ in 0..4 {
            let acceleration = -9.81 / length * f64::sin(angle) - damping * speed;
            speed += dt * acceleration;
            angle += dt * speed;
        }
        let error = angle - seen;
        loss += error * error;
    }
    loss / observations.len() as f64
}

#[differentiate]
fn adaptive_decay(rate: f64, end: f64) -> f64 {
    let mut t = 0.0;
    let mut y = 1.0;
    let mut h = 0.1;
    while t < end {
        if t + h > end {
            h = end - t;
        }
        let full = y - h * rate * y;
        let half = y - 0.5 * h * rate * y;
        let two = half - 0.5 * h * rate * half;
        let error = (two - full).abs();
        if error > 1e-3 {
            h *= 0.5;
            continue;
        }
        t += h;
        y = 2.0 * two - full;
        if error < 1e-4 {
            h *= 1.5;
        }
    }
    y
}

#[differentiate]
fn planar_arm(angles: &[f64], lengths: &[f64]) -> [f64; 2] {
    let mut x = 0.0;
    let mut y = 0.0;
    let mut heading = 0.0;
    for (a, l) in angles.iter().zip(lengths) {
        heading += a;
        x += l * heading.cos();
        y += l * heading.sin();
    }
    [x, y]
}

#[differentiate]
fn rotate_by_quaternion(q: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let n = (q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]).sqrt();
    let [w, x, y, z] = [q[0] / n, q[1] / n, q[2] / n, q[3] / n];
    let t = [2.0 * (y * v[2] - z * v[1]), 2.0 * (z * v[0] - x * v[2]), 2.0 * (x * v[1] - y * v[0])];
    [
        v[0] + w * t[0] + y * t[2] - z * t[1],
        v[1] + w * t[1] + z * t[0] - x * t[2],
        v[2] + w * t[2] + x * t[1] - y * t[0],
    ]
}

#[differentiate]
fn reprojection(camera: &[f64; 6], point: &[f64; 3], seen: &[f64; 2]) -> f64 {
    // Rodrigues' rotation, translation, projection, radial distortion.
    let (rx, ry, rz) = (camera[0], camera[1], camera[2]);
    let theta2 = rx * rx + ry * ry + rz * rz;
    let p = if theta2 > 1e-12 {
        let theta = theta2.sqrt();
        let (s, c) = theta.sin_cos();
        let k = [rx / theta, ry / theta, rz / theta];
        let along = k[0] * point[0] + k[1] * point[1] + k[2] * point[2];
        let cross = [
            k[1] * point[2] - k[2] * point[1],
            k[2] * point[0] - k[0] * point[2],
            k[0] * point[1] - k[1] * point[0],
        ];
        let mut out = [0.0; 3];
        for i in 0..3 {
            out[i] = point[i] * c + cross[i] * s + k[i] * along * (1.0 - c);
        }
        out
    } else {
        *point
    };
    let u = (p[0] + camera[3]) / (p[2] + 5.0);
    let v = (p[1] + camera[4]) / (p[2] + 5.0);
    let r2 = u * u + v * v;
    let distortion = 1.0 + camera[5] * r2;
    let (du, dv) = (u * distortion - seen[0], v * distortion - seen[1]);
    du * du + dv * dv
}

#[differentiate]
fn cart_pole(gains: &[f64; 4], mut state: [f64; 4], steps: usize) -> f64 {
    let mut cost = 0.0;
    for _ in 0..steps {
        let mut force = 0.0;
        for i in 0..4 {
            force -= gains[i] * state[i];
        }
        let force = force.clamp(-10.0, 10.0);
        let (s, c) = state[2].sin_cos();
        let t = (force + 0.05 * state[3] * state[3] * s) / 1.1;
        let alpha = (9.8 * s - c * t) / (0.5 * (4.0 / 3.0 - 0.1 * c * c / 1.1));
        let acceleration = t - 0.05 * alpha * c / 1.1;
        state[0] += 0.02 * state[1];
        state[1] += 0.02 * acceleration;
        state[2] += 0.02 * state[3];
        state[3] += 0.02 * alpha;
        cost += state[2] * state[2] + 0.1 * force * force;
    }
    cost
}

#[differentiate]
fn logistic_regression(w: &[f64], b: f64, x: &[f64], y: &[bool], l2: f64) -> f64 {
    let d = w.len();
    let n = y.len();
    let mut loss = 0.0;
    for i in 0..n {
        let row = &x[i * d..(i + 1) * d];
        let mut z = b;
        for j in 0..d {
            z += w[j] * row[j];
        }
        let margin = if y[i] { z } else { -z };
        loss += if margin > 0.0 { (-margin).exp().ln_1p() } else { margin.exp().ln_1p() - margin };
    }
    let mut penalty = 0.0;
    for j in 0..d {
        penalty += w[j] * w[j];
    }
    loss / n as f64 + 0.5 * l2 * penalty
}

#[differentiate]
fn softmax_cross_entropy(logits: &[f64], labels: &[usize], classes: usize) -> f64 {
    let mut loss = 0.0;
    for (i, &label) in labels.iter().enumerate() {
        let row = &logits[i * classes..(i + 1) * classes];
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = row.iter().map(|z| (z - largest).exp()).sum();
        loss += total.ln() + largest - row[label];
    }
    loss / labels.len() as f64
}

#[differentiate]
fn two_layer_network(w1: &[f64], b1: &[f64], w2: &[f64], b2: f64, x: &[f64], target: f64) -> f64 {
    let inputs = x.len();
    let hidden = b1.len();
    let mut h = vec![0.0; hidden];
    for i in 0..hidden {
        let mut z = b1[i];
        for j in 0..inputs {
            z += w1[i * inputs + j] * x[j];
        }
        h[i] = if z > 0.0 { z } else { 0.01 * z };
    }
    let mut out = b2;
    for i in 0..hidden {
        out += w2[i] * h[i];
    }
    let e = out - target;
    0.5 * e * e
}

#[differentiate]
fn recurrent_cell(wx: &[f64], wh: &[f64], inputs: &[f64], units: usize) -> f64 {
    let mut h = vec![0.0; units];
    for t in 0..inputs.len() {
        let mut next = vec![0.0; units];
        for i in 0..units {
            let mut z = wx[i] * inputs[t];
            for j in 0..units {
                z += wh[i * units + j] * h[j];
            }
            next[i] = z.tanh();
        }
        h = next;
    }
    h.iter().sum()
}

#[differentiate]
fn convolution(image: &[Vec<f64>], kernel: &[[f64; 3]; 3]) -> f64 {
    let (rows, columns) = (image.len(), image[0].len());
    let mut loss = 0.0;
    for r in 1..rows - 1 {
        for c in 1..columns - 1 {
            let mut z = 0.0;
            for (i, k) in kernel.iter().enumerate() {
                for j in 0..3 {
                    z += k[j] * image[r + i - 1][c + j - 1];
                }
            }
            loss += z.max(0.0).powi(2);
        }
    }
    loss
}

#[differentiate]
fn attention(q: &[f64], k: &[f64], v: &[f64], n: usize, d: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * d];
    let scale = 1.0 / (d as f64).sqrt();
    for i in 0..n {
        let mut scores = vec![0.0; n];
        let mut largest = f64::NEG_INFINITY;
        for j in 0..=i {
            let mut s = 0.0;
            for c in 0..d {
                s += q[i * d + c] * k[j * d + c];
            }
            scores[j] = s * scale;
            largest = largest.max(scores[j]);
        }
        let mut total = 0.0;
        for j in 0..=i {
            scores[j] = (scores[j] - largest).exp();
            total += scores[j];
        }
        for j in 0..=i {
            for c in 0..d {
                out[i * d + c] += scores[j] / total * v[j * d + c];
            }
        }
    }
    out
}

#[differentiate]
fn mixture_log_likelihood(weights: &[f64], means: &[f64], log_sigmas: &[f64], data: &[f64]) -> f64 {
    let k = means.len();
    let mut largest_weight = weights[0];
    for i in 1..k {
        if weights[i] > largest_weight {
            largest_weight = weights[i];
        }
    }
    let mut normaliser = 0.0;
    for i in 0..k {
        normaliser += (weights[i] - largest_weight).exp();
    }
    let mut total = 0.0;
    let mut terms = vec![0.0; k];
    for &x in data {
        for i in 0..k {
            let z = (x - means[i]) * (-log_sigmas[i]).exp();
            terms[i] = weights[i] - log_sigmas[i] - 0.5 * z * z;
        }
        let mut largest = terms[0];
        for &t in terms.iter() {
            largest = largest.max(t);
        }
        let mut s = 0.0;
        for t in &terms {
            s += (t - largest).exp();
        }
        total += largest + s.ln();
    }
    total - data.len() as f64 * (largest_weight + normaliser.ln())
}

#[differentiate]
fn gaussian_process(log_scale: f64, noise: f64, x: &[f64], y: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            let d = (x[i] - x[j]) / log_scale.exp();
            a[i][j] = (-0.5 * d * d).exp();
        }
        a[i][i] += noise * noise;
    }
    // In-place Cholesky factorisation, then a triangular solve.
    let mut log_det = 0.0;
    for j in 0..n {
        for k in 0..j {
            let f = a[j][k];
            for i in j..n {
                a[i][j] -= a[i][k] * f;
            }
        }
        let pivot = a[j][j].sqrt();
        log_det += pivot.ln();
        for i in j..n {
            a[i][j] /= pivot;
        }
    }
    let mut z = y.to_vec();
    for i in 0..n {
        for k in 0..i {
            z[i] -= a[i][k] * z[k];
        }
        z[i] /= a[i][i];
    }
    let mut fit = 0.0;
    for v in &z {
        fit += v * v;
    }
    -0.5 * fit - log_det
}

#[differentiate]
fn kalman_filter(q: f64, r: f64, observations: &[f64]) -> f64 {
    let mut mean = 0.0;
    let mut variance = 1.0;
    let mut log_likelihood = 0.0;
    for &y in observations {
        variance += q;
        let innovation = y - mean;
        let s = variance + r;
        log_likelihood -= 0.5 * (s.ln() + innovation * innovation / s);
        let gain = variance / s;
        mean += gain * innovation;
        variance *= 1.0 - gain;
    }
    log_likelihood
}

#[differentiate]
fn garch(omega: f64, alpha: f64, beta: f64, returns: &[f64]) -> f64 {
    let mut h = omega / (1.0 - alpha - beta);
    let mut nll = 0.0;
    for r in returns.iter() {
        nll += 0.5 * (h.ln() + r * r / h);
        h = omega + alpha * r * r + beta * h;
    }
    nll
}

#[differentiate]
fn hidden_markov(transition: &[[f64; 2]; 2], emission: &[[f64; 2]; 2], observed: &[usize]) -> f64 {
    let mut alpha = [0.5, 0.5];
    let mut log_likelihood = 0.0;
    for &o in observed {
        let mut next = [0.0; 2];
        for j in 0..2 {
            for i in 0..2 {
                next[j] += alpha[i] * transition[i][j];
            }
            next[j] *= emission[j][o];
        }
        let total = next[0] + next[1];
        log_likelihood += total.ln();
        for j in 0..2 {
            alpha[j] = next[j] / total;
        }
    }
    log_likelihood
}

#[differentiate]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        s += a * a + 100.0 * b * b;
    }
    s
}

#[differentiate]
fn lennard_jones(positions: &[[f64; 3]]) -> f64 {
    let mut energy = 0.0;
    for i in 0..positions.len() {
        for j in 0..i {
            let mut r2 = 0.0;
            for k in 0..3 {
                let d = positions[i][k] - positions[j][k];
                r2 += d * d;
            }
            if r2 > 9.0 {
                continue;
            }
            let s6 = 1.0 / (r2 * r2 * r2);
            energy += 4.0 * s6 * (s6 - 1.0);
        }
    }
    energy
}

#[differentiate]
fn ray_sphere(origin: [f64; 3], direction: [f64; 3], radius: f64) -> f64 {
    let b = origin[0] * direction[0] + origin[1] * direction[1] + origin[2] * direction[2];
    let a = direction.iter().map(|d| d * d).sum::<f64>();
    let c = origin.iter().map(|o| o * o).sum::<f64>() - radius * radius;
    let disc = b * b - a * c;
    if disc < 0.0 {
        return -1.0;
    }
    let t = (-b - disc.sqrt()) / a;
    if t > 0.0 { t } else { (-b + disc.sqrt()) / a }
}

#[differentiate]
fn spline(knots: &[f64], values: &[f64], slopes: &[f64], t: f64) -> f64 {
    let mut i = 0;
    while i + 2 < knots.len() && t > knots[i + 1] {
        i += 1;
    }
    let h = knots[i + 1] - knots[i];
    let u = (t - knots[i]) / h;
    let (u2, u3) = (u * u, u * u * u);
    (2.0 * u3 - 3.0 * u2 + 1.0) * values[i]
        + (u3 - 2.0 * u2 + u) * h * slopes[i]
        + (-2.0 * u3 + 3.0 * u2) * values[i + 1]
        + (u3 - u2) * h * slopes[i + 1]
}

checks! {
    normal_cdf(0.5);
    normal_cdf as normal_cdf_below(-0.75);
    black_scholes_call(100.0, 95.0, 0.03, 0.2, 0.75);
    binomial_put(100.0, 105.0, 0.03, 0.25, @6);
    bond_yield(97.5, 4.5, @8);
    asian_option(100.0, 0.25, 0.03, &[0.5, -0.25, 1.0, 0.75, 0.1, -0.3], @3);
    lotka_volterra(&[1.5, 1.0, 0.75, 2.0], &[1.0, 1.5], @5);
    pendulum_loss(1.25, 0.1, &[0.45, 0.3, 0.1], 0.02);
    adaptive_decay(1.5, 1.0);
    planar_arm(&[0.5, -0.25, 1.0], &[1.0, 0.75, 0.5]);
    rotate_by_quaternion([0.5, -0.25, 1.0, 0.75], [1.0, 2.0, 3.0]);
    reprojection(&[0.1, -0.2, 0.3, 0.5, -0.5, 0.05], &[1.0, 2.0, 3.0], &[0.2, 0.1]);
    cart_pole(&[-1.0, -2.0, -30.0, -5.0], [0.1, 0.0, 0.05, 0.0], @4);
    logistic_regression(&[0.5, -1.5], 0.25, &[0.75, 1.0, -0.5, 2.0], @&[true, false], 0.1);
    softmax_cross_entropy(&[0.5, -1.5, 2.0, 0.75, 1.25, 0.25], @&[2, 0], @3);
    two_layer_network(&[0.5, -1.5, 2.0, 0.75], &[0.25, -0.5], &[1.0, -2.0], 0.1, &[0.75, 1.25], 0.5);
    recurrent_cell(&[0.5, -1.5], &[0.25, -0.5, 0.75, 1.0], &[1.0, 0.5, -0.75], @2);
    convolution(
        &[vec![0.5, 1.0, -0.5, 2.0], vec![1.5, 0.25, 0.75, -1.0], vec![0.5, 2.0, 1.0, 0.25]],
        &[[0.5, -0.25, 1.0], [0.75, 1.5, -0.5], [0.25, 0.5, -1.0]]
    );
    attention(&[0.5, 1.0, -0.5, 2.0], &[1.5, 0.25, 0.75, -1.0], &[0.5, 2.0, 1.0, 0.25], @2, @2);
    mixture_log_likelihood(&[0.1, 0.5, -0.25], &[-1.0, 0.5, 2.0], &[0.1, -0.2, 0.3], &[0.25, -1.5, 3.0]);
    gaussian_process(0.25, 0.5, &[0.0, 0.5, 1.25], &[1.0, 0.75, -0.5]);
    kalman_filter(0.1, 0.5, &[1.0, 0.75, -0.5]);
    garch(0.1, 0.2, 0.7, &[0.5, -0.75, 1.25]);
    hidden_markov(&[[0.7, 0.3], [0.4, 0.6]], &[[0.9, 0.1], [0.2, 0.8]], @&[0, 1, 1]);
    rosenbrock(&[0.5, -0.75, 1.25]);
    lennard_jones(&[[0.0, 0.0, 0.0], [1.1, 0.0, 0.25], [0.0, 1.2, 0.5], [5.0, 5.0, 5.0]]);
    ray_sphere([0.5, 0.25, -3.0], [0.1, 0.0, 1.0], 1.0);
    ray_sphere as ray_misses([5.0, 0.25, -3.0], [0.1, 0.0, 1.0], 1.0);
    ray_sphere as ray_from_inside([0.1, 0.25, -0.3], [0.1, 0.0, 1.0], 1.0);
    spline(&[0.0, 1.0, 2.5], &[0.5, 1.5, -0.5], &[1.0, 0.25, -0.75], 1.25);
}
