use autodiff_runtime::differentiate;

#[differentiate(explain = "all")]
fn f(x: f64) -> f64 {
    x * x
}

#[differentiate(explain, partials(x = 2.0 * x))]
fn g(x: f64) -> f64 {
    x * x
}

fn main() {}
