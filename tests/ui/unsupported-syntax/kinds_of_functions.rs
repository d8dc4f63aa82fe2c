use autodiff_runtime::differentiate;

#[differentiate]
async fn asynchronous(x: f64) -> f64 {
    x * x
}

#[differentiate]
unsafe fn not_safe(x: f64) -> f64 {
    x * x
}

#[differentiate]
extern "C" fn foreign(x: f64) -> f64 {
    x * x
}

fn main() {}
