//! The squared Frobenius norm of the product of three matrices of 64 x 64, by all three.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;

const N: usize = 64;

/// The function; the matrices are stored row by row.
#[differentiate]
pub fn primal(a: &[f64], b: &[f64], c: &[f64], n: usize) -> f64 {
    let mut ab = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = a[i * n + k];
            for j in 0..n {
                ab[i * n + j] += factor * b[k * n + j];
            }
        }
    }
    let mut abc = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = ab[i * n + k];
            for j in 0..n {
                abc[i * n + j] += factor * c[k * n + j];
            }
        }
    }
    let mut norm = 0.0;
    for i in 0..n * n {
        norm += abc[i] * abc[i];
    }
    norm
}

/// Buffers of the hand-written adjoint.
pub struct Workspace {
    ab: Vec<f64>,
    abc: Vec<f64>,
    flipped: Vec<f64>,
    ab_bar: Vec<f64>,
}

impl Workspace {
    /// For matrices of `n` rows and columns.
    pub fn new(n: usize) -> Self {
        let zeros = vec![0.0; n * n];
        Workspace { ab: zeros.clone(), abc: zeros.clone(), flipped: zeros.clone(), ab_bar: zeros }
    }
}

/// `out = x * y`: four rows of `y` in one pass over a row of `out`, in the order of the plain loops.
fn multiply(x: &[f64], y: &[f64], out: &mut [f64], n: usize) {
    for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
        out.fill(0.0);
        let mut k = 0;
        while k + 4 <= n {
            let (f0, f1, f2, f3) = (x[k], x[k + 1], x[k + 2], x[k + 3]);
            let (y0, rest) = y[k * n..(k + 4) * n].split_at(n);
            let (y1, rest) = rest.split_at(n);
            let (y2, y3) = rest.split_at(n);
            for (j, out) in out.iter_mut().enumerate() {
                *out = *out + f0 * y0[j] + f1 * y1[j] + f2 * y2[j] + f3 * y3[j];
            }
            k += 4;
        }
        for k in k..n {
            for (out, y) in out.iter_mut().zip(&y[k * n..(k + 1) * n]) {
                *out += x[k] * y;
            }
        }
    }
}

fn transpose(x: &[f64], out: &mut [f64], n: usize) {
    for (i, row) in x.chunks_exact(n).enumerate() {
        for (j, x) in row.iter().enumerate() {
            out[j * n + i] = *x;
        }
    }
}

/// Six products in the fast order, the transposed factors laid out anew for it.
pub fn hand(
    a: &[f64],
    b: &[f64],
    c: &[f64],
    n: usize,
    workspace: &mut Workspace,
    a_bar: &mut [f64],
    b_bar: &mut [f64],
    c_bar: &mut [f64],
) -> f64 {
    let Workspace { ab, abc, flipped, ab_bar } = workspace;
    multiply(a, b, ab, n);
    multiply(ab, c, abc, n);
    let mut norm = 0.0;
    for x in abc.iter_mut() {
        norm += *x * *x;
        *x *= 2.0;
    }
    let abc_bar = abc;
    transpose(ab, flipped, n);
    multiply(flipped, abc_bar, c_bar, n);
    transpose(c, flipped, n);
    multiply(abc_bar, flipped, ab_bar, n);
    transpose(a, flipped, n);
    multiply(flipped, ab_bar, b_bar, n);
    transpose(b, flipped, n);
    multiply(ab_bar, flipped, a_bar, n);
    norm
}

/// The literal reversal.
pub fn textbook(
    a: &[f64],
    b: &[f64],
    c: &[f64],
    n: usize,
    a_bar: &mut [f64],
    b_bar: &mut [f64],
    c_bar: &mut [f64],
) -> f64 {
    let mut ab = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = a[i * n + k];
            for j in 0..n {
                ab[i * n + j] += factor * b[k * n + j];
            }
        }
    }
    let mut abc = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = ab[i * n + k];
            for j in 0..n {
                abc[i * n + j] += factor * c[k * n + j];
            }
        }
    }
    let mut norm = 0.0;
    for i in 0..n * n {
        norm += abc[i] * abc[i];
    }

    let mut abc_bar = vec![0.0; n * n];
    for i in (0..n * n).rev() {
        abc_bar[i] += abc[i];
        abc_bar[i] += abc[i];
    }
    let mut ab_bar = vec![0.0; n * n];
    c_bar.fill(0.0);
    for i in (0..n).rev() {
        for k in (0..n).rev() {
            let factor = ab[i * n + k];
            let mut factor_bar = 0.0;
            for j in (0..n).rev() {
                factor_bar += abc_bar[i * n + j] * c[k * n + j];
                c_bar[k * n + j] += abc_bar[i * n + j] * factor;
            }
            ab_bar[i * n + k] += factor_bar;
        }
    }
    a_bar.fill(0.0);
    b_bar.fill(0.0);
    for i in (0..n).rev() {
        for k in (0..n).rev() {
            let factor = a[i * n + k];
            let mut factor_bar = 0.0;
            for j in (0..n).rev() {
                factor_bar += ab_bar[i * n + j] * b[k * n + j];
                b_bar[k * n + j] += ab_bar[i * n + j] * factor;
            }
            a_bar[i * n + k] += factor_bar;
        }
    }
    norm
}

/// The gradient made from `primal`.
pub fn generated() -> Option<Contestant> {
    Some(Contestant::new("generated", |p, g| {
        g.fill(0.0);
        let ((a, b, c), (a_bar, b_bar, c_bar)) = (thirds(p), thirds_mut(g));
        primal::value_and_grad_into(a, b, c, N, a_bar, b_bar, c_bar)
    }))
}

fn thirds(all: &[f64]) -> (&[f64], &[f64], &[f64]) {
    let (a, rest) = all.split_at(N * N);
    let (b, c) = rest.split_at(N * N);
    (a, b, c)
}

fn thirds_mut(all: &mut [f64]) -> (&mut [f64], &mut [f64], &mut [f64]) {
    let (a, rest) = all.split_at_mut(N * N);
    let (b, c) = rest.split_at_mut(N * N);
    (a, b, c)
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let point = Random::new(8).normals(3 * N * N, 0.125);
    let mut workspace = Workspace::new(N);
    Problem::new("matmul_chain", "A B C, 64 x 64 each", point, |p| {
        let (a, b, c) = thirds(p);
        primal(a, b, c, N)
    })
    .with("hand", move |p, g| {
        let ((a, b, c), (a_bar, b_bar, c_bar)) = (thirds(p), thirds_mut(g));
        hand(a, b, c, N, &mut workspace, a_bar, b_bar, c_bar)
    })
    .with("textbook", |p, g| {
        let ((a, b, c), (a_bar, b_bar, c_bar)) = (thirds(p), thirds_mut(g));
        textbook(a, b, c, N, a_bar, b_bar, c_bar)
    })
    .enter(generated())
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-12, 1e-3, 1e-7);
    }
}
