use autodiff_runtime::differentiate;

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

#[differentiate]
fn through_a_macro(x: f64) -> f64 {
    square!(x) + 1.0
}

fn main() {}
