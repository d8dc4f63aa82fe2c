// Who calls a function whose result is refused is left alone.
use autodiff_runtime::differentiate;

#[derive(autodiff_runtime::Differentiable, Clone, Copy)]
struct Pair {
    a: f64,
    b: f64,
}

#[differentiate]
fn root(x: f64) -> Option<Pair> {
    if x < 0.0 { None } else { Some(Pair { a: x.sqrt(), b: x }) }
}

#[differentiate]
fn checked(x: f64) -> Result<Pair, String> {
    if x < 0.0 { Err("negative".to_string()) } else { Ok(Pair { a: x, b: x * x }) }
}

#[differentiate]
fn or_zero(x: f64) -> f64 {
    root(x).map_or(0.0, |pair| pair.a) * 2.0
}

#[differentiate]
fn sum(x: f64) -> f64 {
    match checked(x) {
        Ok(pair) => pair.a + pair.b,
        Err(_) => 0.0,
    }
}

fn main() {
    println!("{:?}", or_zero::grad(1.0) + root::grad(2.0));
}
