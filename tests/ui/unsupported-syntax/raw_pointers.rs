use autodiff_runtime::differentiate;

#[differentiate]
fn pointed(x: f64) -> f64 {
    let p = &raw const x;
    unsafe { *p * *p }
}

fn main() {}
