use autodiff_runtime::differentiate;

#[differentiate]
struct Model {
    w: f64,
}

#[differentiate]
const K: f64 = 2.0;

#[differentiate]
mod functions {}

fn main() {}
