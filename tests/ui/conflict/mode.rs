use autodiff_runtime::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Spring {
    stiffness: f64,
}

#[differentiate(mode = "forward")]
fn by_a_struct(spring: &Spring) -> [f64; 2] {
    [spring.stiffness, 1.0]
}

#[differentiate(mode = "forward", wrt(y))]
fn by_a_local(x: f64) -> [f64; 2] {
    let y = x * x;
    [y, y * y]
}

#[differentiate(mode = "sideways")]
fn no_mode(x: f64) -> [f64; 2] {
    [x, x]
}

#[differentiate]
fn of_a_struct(x: f64) -> Spring {
    Spring { stiffness: x }
}

fn main() {
    of_a_struct::jacobian(1.0);
    by_a_struct::jacobian(&Spring { stiffness: 1.0 });
}
