use autodiff_runtime::differentiate;

/// What the name holds in between is read by others than those that change it.
#[differentiate(wrt(h))]
fn read_between(x: f64) -> f64 {
    let mut h = x;
    let y = h * h;
    h *= 2.0;
    y + h
}

#[differentiate(wrt(h))]
fn element_read_between(x: f64) -> f64 {
    let mut h = [x, x];
    let y = h[0];
    h[1] = 2.0 * x;
    y * h[1]
}

#[differentiate(wrt(h))]
fn shadowed(x: f64) -> f64 {
    let h = x * x;
    let y = h * x;
    let h = y * 2.0;
    h * y
}

#[differentiate(wrt(h))]
fn in_a_loop(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let h = x[i] * 2.0;
        s += h * h;
    }
    s
}

#[differentiate(wrt(h))]
fn of_a_loop(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for h in x.iter().map(|v| v * 2.0) {
        s += h * h;
    }
    s
}

#[differentiate(wrt(rows))]
fn in_a_branch(x: f64) -> f64 {
    if x < 0.0 {
        return 0.0;
    }
    let rows = [[x, 1.0], [x, x]];
    rows[0][0] * rows[1][1]
}

#[differentiate(stop(y))]
fn parameter(x: f64, y: &mut [f64]) {
    y[0] = x * y[1];
}

fn main() {}
