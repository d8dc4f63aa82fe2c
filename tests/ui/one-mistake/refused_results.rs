// Who calls a function whose result is refused is left alone.
use autodiff_runtime::differentiate;

#[differentiate]
fn root(x: f64) -> Option<f64> {
    if x < 0.0 { None } else { Some(x.sqrt()) }
}

#[differentiate]
fn checked(x: f64) -> Result<Vec<f64>, String> {
    if x < 0.0 { Err("negative".to_string()) } else { Ok(vec![x, x * x]) }
}

#[differentiate]
fn or_zero(x: f64) -> f64 {
    root(x).unwrap_or(0.0) * 2.0
}

#[differentiate]
fn sum(x: f64) -> f64 {
    match checked(x) {
        Ok(values) => values.iter().sum(),
        Err(_) => 0.0,
    }
}

fn main() {
    println!("{:?}", or_zero::grad(1.0) + root::grad(2.0));
}
