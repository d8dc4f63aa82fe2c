use autodiff_runtime::differentiate;

#[differentiate]
fn counts(x: f64) -> usize {
    x as usize
}

#[differentiate]
fn nothing_active(n: usize) -> f64 {
    n as f64
}

fn main() {}
