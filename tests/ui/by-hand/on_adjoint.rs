use autodiff_runtime::{differentiate, on_adjoint};

#[differentiate]
fn of_a_reference(x: &[f64]) -> f64 {
    let y = on_adjoint(x, |x_bar| x_bar);
    y[0]
}

#[differentiate]
fn reads_an_array(x: f64, #[no_diff] limits: &[f64]) -> f64 {
    on_adjoint(x, |x_bar: f64| x_bar.min(limits[0]))
}

#[differentiate]
fn reads_what_is_active(x: f64, k: f64) -> f64 {
    on_adjoint(x, |x_bar| x_bar * k)
}

#[differentiate]
fn changes_a_variable(x: f64) -> f64 {
    let mut seen = 0;
    let y = on_adjoint(x, |x_bar| {
        seen += 1;
        x_bar
    });
    y * seen as f64
}

#[differentiate]
fn without_a_closure(x: f64) -> f64 {
    on_adjoint(x)
}

fn main() {}
