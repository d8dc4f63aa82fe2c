use autodiff_runtime::differentiate;

#[differentiate(unconnected = "maybe")]
fn no_such_choice(x: f64) -> f64 {
    x * x
}

#[differentiate(unconnected(zero))]
fn not_a_string(x: f64) -> f64 {
    x * x
}

#[differentiate(crate = 3)]
fn not_a_path(x: f64) -> f64 {
    x * x
}

#[differentiate(stop)]
fn nothing_to_stop(x: f64) -> f64 {
    x * x
}

fn main() {}
