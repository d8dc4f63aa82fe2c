// What rustc says of the function itself, and before it what to write.
use autodiff_runtime::differentiate;

#[differentiate]
fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len()
}

#[differentiate]
fn twice(x: f64) -> f64 {
    2 * x
}

#[differentiate]
fn steps(x: f32, n: u32) -> f32 {
    let mut y = x;
    for k in 0..n {
        y += k;
    }
    if y > 0 { y } else { x }
}

fn main() {}
