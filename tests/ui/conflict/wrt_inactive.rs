use autodiff_runtime::differentiate;

#[differentiate(wrt(n))]
fn by_an_integer(x: f64, n: usize) -> f64 {
    x * n as f64
}

#[differentiate(wrt(y))]
fn by_what_is_marked(x: f64, #[no_diff] y: f64) -> f64 {
    x * y
}

fn main() {}
