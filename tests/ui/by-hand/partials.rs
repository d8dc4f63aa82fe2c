use autodiff_runtime::differentiate;

#[differentiate(partials(z = 1.0, x = 1.0))]
fn unknown(x: f64) -> f64 {
    x
}

#[differentiate(partials(x = 1.0))]
fn missing(x: f64, y: &[f64], n: usize) -> f64 {
    x + y[n]
}

#[differentiate(partials(x = 1.0, x = 2.0))]
fn twice(x: f64) -> f64 {
    x
}

#[differentiate(partials(x = 1.0, k = 1.0, n = 1.0))]
fn constants(x: f64, #[no_diff] k: f64, n: usize) -> f64 {
    x * k * n as f64
}

#[differentiate(partials(x = vec![1.0; 2]))]
fn not_a_number(x: f64) -> Vec<f64> {
    vec![x, x]
}

#[differentiate(partials(x = 1.0))]
fn changed(x: f64, y: &mut [f64]) -> f64 {
    y[0] = x;
    x
}

#[differentiate(partials(value = 2.0 * value))]
fn hidden(value: f64) -> f64 {
    value * value
}

#[differentiate(partials(rate = 1.0))]
fn rate(rate: f64) -> f64 {
    rate
}

#[differentiate(partials(x = 1.0))]
fn nameless(x: f64, (a, b): (f64, f64)) -> f64 {
    x + a * b
}

#[differentiate(partials(n = 1.0))]
fn nothing(n: usize) -> f64 {
    n as f64
}

#[differentiate(partials(x = y = 1.0, z))]
fn garbled(x: f64) -> f64 {
    x
}

#[differentiate(partials)]
fn alone(x: f64) -> f64 {
    x
}

#[differentiate(partials = 2.0)]
fn without_a_name(x: f64) -> f64 {
    x
}

fn main() {}
