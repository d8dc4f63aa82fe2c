use autodiff_runtime::differentiate;

fn residual(x: f64, a: f64) -> f64 {
    x * x - a
}

#[differentiate(implicit = residual)]
fn root(a: f64) -> f64 {
    a.sqrt()
}

#[differentiate(vjp = nowhere)]
fn without_a_pullback(x: f64) -> f64 {
    x
}

fn main() {}
