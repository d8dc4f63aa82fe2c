use autodiff_runtime::differentiate;

fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x)
}

#[differentiate]
fn passes_a_closure(x: f64) -> f64 {
    apply(|t| t * t, x)
}

#[differentiate]
fn takes_a_closure(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x) * x
}

fn main() {}
