use autodiff_runtime::differentiate;

#[differentiate]
fn sign_turned(x: f64) -> f64 {
    f64::from_bits(x.to_bits() ^ (1 << 63))
}

#[differentiate]
fn by_steps(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let mantissa = f64::from_bits((bits & !(0x7ff << 52)) | (1023 << 52));
    mantissa * exponent as f64
}

#[differentiate]
fn by_bytes(x: f64) -> f64 {
    f64::from_le_bytes(x.to_le_bytes()) * 2.0
}

#[differentiate]
fn of_integers_alone(x: f64, n: u64) -> f64 {
    x * f64::from_bits(n)
}

#[differentiate]
fn of_a_result(x: f64) -> f64 {
    let y = twice(x);
    f64::from_bits(y.to_bits() ^ 1)
}

#[differentiate]
fn twice(x: f64) -> f64 {
    2.0 * x
}

fn main() {}
