use autodiff_runtime::differentiate;
use num_traits::Float;

#[differentiate]
fn power<T: Float>(x: T, n: u32) -> T {
    if n == 0 { T::one() } else { x * power(x, n - 1) }
}

fn main() {}
