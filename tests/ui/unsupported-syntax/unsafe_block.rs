use autodiff_runtime::differentiate;

#[differentiate]
fn unchecked(x: &[f64]) -> f64 {
    let a = unsafe { *x.as_ptr().add(0) };
    a * a
}

fn main() {}
