use autodiff_runtime::differentiate;

#[differentiate(with(x))]
fn misspelt(x: f64) -> f64 {
    x * x
}

#[differentiate(reverse, wrt(x))]
fn unknown_flag(x: f64) -> f64 {
    x * x
}

fn main() {}
