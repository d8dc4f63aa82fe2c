use autodiff_runtime::differentiate;

#[differentiate(unconnected = "maybe")]
fn no_such_choice(x: f64) -> f64 {
    x * x
}

#[differentiate(unconnected(zero))]
fn in_parentheses(x: f64) -> f64 {
    x * x
}

#[differentiate(unconnected = zero)]
fn not_a_string(x: f64) -> f64 {
    x * x
}

#[differentiate(crate = 3)]
fn not_a_path(x: f64) -> f64 {
    x * x
}

#[differentiate(companion = "square_derivative")]
fn not_a_name(x: f64) -> f64 {
    x * x
}

#[differentiate(stop)]
fn nothing_to_stop(x: f64) -> f64 {
    x * x
}

#[differentiate(associated = true)]
fn a_flag(x: f64) -> f64 {
    x * x
}

// All that is wrong in one attribute is said at once.
#[differentiate(wrt(x + 1, y.0), unconnected = zero, crate, colour = "blue")]
fn several(x: f64, y: (f64, f64)) -> f64 {
    x * y.0
}

#[differentiate(singular = "nan")]
fn convention(x: f64) -> f64 {
    x.sqrt()
}

fn main() {}
