use autodiff_runtime::differentiate;

#[differentiate(wrt(x, y))]
fn y_does_not_matter(x: f64, y: f64) -> f64 {
    let z = y * 2.0;
    let _ = z;
    x * x
}

fn main() {}
