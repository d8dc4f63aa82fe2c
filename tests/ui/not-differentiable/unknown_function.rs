use autodiff_runtime::differentiate;

fn plain(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn calls_plain(x: f64) -> f64 {
    plain(x) + 1.0
}

fn main() {}
