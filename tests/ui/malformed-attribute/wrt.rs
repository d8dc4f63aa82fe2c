use autodiff_runtime::differentiate;

#[differentiate(wrt)]
fn no_list(x: f64) -> f64 {
    x * x
}

#[differentiate(wrt())]
fn empty_list(x: f64) -> f64 {
    x * x
}

#[differentiate(wrt(x + 1))]
fn not_a_name(x: f64) -> f64 {
    x * x
}

#[differentiate(wrt = "x")]
fn not_parenthesised(x: f64) -> f64 {
    x * x
}

#[differentiate(wrt = x)]
fn no_string_either(x: f64) -> f64 {
    x * x
}

#[differentiate(wrt(x y))]
fn no_commas(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate(wrt(x) stop(y))]
fn no_comma_between(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate(wrt(&x))]
fn by_reference(x: &f64) -> f64 {
    x * x
}

fn main() {}
