use autodiff_runtime::differentiate;

#[differentiate]
fn bits(x: f64) -> f64 {
    let y = f64::from_bits(x.to_bits() + 1);
    y * x
}

#[differentiate]
fn next(x: f64) -> f64 {
    x.next_up() * x
}

fn main() {}
