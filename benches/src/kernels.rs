//! Small loops whose machine code is looked at: `cargo run --release -p autodiff-bench --bin vectorised`.
//!
//! Each kernel stands beside its reverse sweep alone, in functions of their own that are not inlined.

use autodiff_runtime::differentiate;

/// `x · y`
#[differentiate]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

/// `y += a x`
#[differentiate]
pub fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

/// `y = W x`, by rows.
#[differentiate]
pub fn matrix_vector(w: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for i in 0..y.len() {
        let mut sum = 0.0;
        for j in 0..n {
            sum += w[i * n + j] * x[j];
        }
        y[i] = sum;
    }
}

/// `y = Wᵀ x`, by rows of `W`.
#[differentiate]
pub fn transposed_vector(w: &[f64], x: &[f64], y: &mut [f64]) {
    let n = y.len();
    for i in 0..x.len() {
        for j in 0..n {
            y[j] += w[i * n + j] * x[i];
        }
    }
}

/// `y = L x` of a lower triangle that is packed row by row.
#[differentiate]
pub fn triangle_vector(l: &[f64], x: &[f64], y: &mut [f64]) {
    let mut at = 0;
    for j in 0..x.len() {
        for i in j..x.len() {
            y[i] += l[at] * x[j];
            at += 1;
        }
    }
}

/// The functions above and what is made of them, each under a name that the machine code keeps.
pub mod inspected {
    #![allow(missing_docs)]

    #[inline(never)]
    pub fn dot_primal(x: &[f64], y: &[f64]) -> f64 {
        super::dot(x, y)
    }

    #[inline(never)]
    pub fn dot_gradient(x: &[f64], y: &[f64], x_bar: &mut [f64], y_bar: &mut [f64]) -> f64 {
        super::dot::value_and_grad_into(x, y, x_bar, y_bar)
    }

    #[inline(never)]
    pub fn axpy_primal(a: f64, x: &[f64], y: &mut [f64]) {
        super::axpy(a, x, y);
    }

    #[inline(never)]
    pub fn axpy_gradient(a: f64, x: &[f64], y: &mut [f64], y_bar: &mut [f64], slots: (&mut f64, &mut [f64])) {
        let (_, pullback) = super::axpy::forward(a, x, y);
        pullback((), x, y, (), Some(slots.0), Some(slots.1), Some(y_bar));
    }

    #[inline(never)]
    pub fn matrix_vector_primal(w: &[f64], x: &[f64], y: &mut [f64]) {
        super::matrix_vector(w, x, y);
    }

    #[inline(never)]
    pub fn matrix_vector_gradient(
        (w, x): (&[f64], &[f64]),
        y: &mut [f64],
        (w_bar, x_bar): (&mut [f64], &mut [f64]),
        y_bar: &mut [f64],
    ) {
        let (_, pullback) = super::matrix_vector::forward(w, x, y);
        pullback(w, x, y, (), Some(w_bar), Some(x_bar), Some(y_bar));
    }

    #[inline(never)]
    pub fn transposed_vector_primal(w: &[f64], x: &[f64], y: &mut [f64]) {
        super::transposed_vector(w, x, y);
    }

    #[inline(never)]
    pub fn transposed_vector_gradient(
        (w, x): (&[f64], &[f64]),
        y: &mut [f64],
        (w_bar, x_bar): (&mut [f64], &mut [f64]),
        y_bar: &mut [f64],
    ) {
        let (_, pullback) = super::transposed_vector::forward(w, x, y);
        pullback(w, x, y, (), Some(w_bar), Some(x_bar), Some(y_bar));
    }

    #[inline(never)]
    pub fn triangle_vector_primal(l: &[f64], x: &[f64], y: &mut [f64]) {
        super::triangle_vector(l, x, y);
    }

    #[inline(never)]
    pub fn triangle_vector_gradient(
        (l, x): (&[f64], &[f64]),
        y: &mut [f64],
        (l_bar, x_bar): (&mut [f64], &mut [f64]),
        y_bar: &mut [f64],
    ) {
        let (_, pullback) = super::triangle_vector::forward(l, x, y);
        pullback(l, x, y, (), Some(l_bar), Some(x_bar), Some(y_bar));
    }
}
