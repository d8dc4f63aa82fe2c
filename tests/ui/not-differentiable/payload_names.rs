//! What two variants hold is reached by methods, which cannot have one name.

use autodiff_runtime::Differentiable;

#[derive(Differentiable)]
#[allow(non_camel_case_types)]
enum Clash {
    A { b_c: f64 },
    A_b { c: f64 },
}

#[derive(Differentiable)]
#[differentiable(tangent = Self)]
enum Own {
    Counted(usize),
    Measured(f64),
}

fn main() {}
