use autodiff_runtime::differentiate;

#[differentiate(wrt(x, nothing))]
fn wrt_names_nothing(x: f64) -> f64 {
    x * x
}

#[differentiate(stop(nowhere))]
fn stop_names_nothing(x: f64) -> f64 {
    x * x
}

fn main() {}
