use autodiff_runtime::differentiate;

#[differentiate(wrt(x, x))]
fn twice_the_same(x: f64) -> f64 {
    x * x
}

#[differentiate(wrt(x), wrt(y))]
fn two_lists(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate(unconnected = "zero", unconnected = "none")]
fn two_choices(x: f64) -> f64 {
    x * x
}

fn main() {}
