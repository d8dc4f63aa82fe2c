//! Conditions that cannot be resolved.
use autodiff_runtime::differentiate;

macro_rules! first {
    ($x:expr => $($rest:tt)*) => { $x };
}

#[differentiate]
fn too_many(x: f64) -> f64 {
    let mut y = x;
    #[cfg(unix)]
    { y *= x; }
    #[cfg(windows)]
    { y *= x; }
    #[cfg(test)]
    { y *= x; }
    #[cfg(debug_assertions)]
    { y *= x; }
    #[cfg(panic = "abort")]
    { y *= x; }
    y
}

#[differentiate]
fn in_a_macro(x: f64) -> f64 {
    let n = first!(1.0 => #[cfg(unix)] 2.0);
    x * n
}

#[differentiate]
fn only_where_it_is(x: f64) -> f64 {
    #[cfg(any())]
    let y = unsafe { x };
    #[cfg(windows)]
    let y = unsafe { x };
    #[cfg(not(windows))]
    let _y = async { x };
    x
}

fn main() {
    too_many::grad(1.0);
}
