use autodiff_runtime::differentiate;

#[differentiate(partials(x = 2.0 * x[0]))]
fn another_shape(x: &[f64]) -> f64 {
    x[0] * x[0]
}

#[differentiate(partials(x = slope * x))]
fn another_name(x: f64) -> f64 {
    x * x
}

fn wrong_vjp(x: f64) -> (f64, impl FnOnce(f64) -> (f64, f64)) {
    (x, move |seed| (seed, seed))
}

#[differentiate(vjp = wrong_vjp)]
fn with_a_wrong_vjp(x: f64) -> f64 {
    x
}

fn wrong_jvp(x: f64, x_dot: f64) -> f64 {
    x + x_dot
}

#[differentiate(jvp = wrong_jvp)]
fn with_a_wrong_jvp(x: f64) -> f64 {
    x
}

fn main() {}
