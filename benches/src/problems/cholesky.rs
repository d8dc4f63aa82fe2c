//! The logarithm of the determinant of a matrix of 50 x 50 by its Cholesky factor.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;

const N: usize = 50;

/// The function; of the symmetric `a`, stored row by row, only the lower triangle is read.
#[differentiate]
pub fn primal(a: &[f64], n: usize) -> f64 {
    let mut l = vec![0.0; n * n];
    let mut log_det = 0.0;
    for i in 0..n {
        for j in 0..i {
            let mut s = a[i * n + j];
            for k in 0..j {
                s -= l[i * n + k] * l[j * n + k];
            }
            l[i * n + j] = s / l[j * n + j];
        }
        let mut s = a[i * n + i];
        for k in 0..i {
            s -= l[i * n + k] * l[i * n + k];
        }
        let root = s.sqrt();
        l[i * n + i] = root;
        log_det += 2.0 * root.ln();
    }
    log_det
}

/// The adjoint of the factorisation, in place of the adjoint of `a`: rows from the last to the first, the reciprocals
/// of the diagonal kept from the forward sweep. The adjoint loops are sums of rows and vectorise, which the inner
/// products of the primal do not.
pub fn hand(a: &[f64], n: usize, l: &mut [f64], inverse: &mut [f64], a_bar: &mut [f64]) -> f64 {
    let (a, l, a_bar, inverse) = (&a[..n * n], &mut l[..n * n], &mut a_bar[..n * n], &mut inverse[..n]);
    let mut log_det = 0.0;
    for i in 0..n {
        let (above, row) = l.split_at_mut(i * n);
        let row = &mut row[..n];
        for j in 0..i {
            let other = &above[j * n..j * n + j];
            let mut s = a[i * n + j];
            for (x, y) in row[..j].iter().zip(other) {
                s -= x * y;
            }
            row[j] = s * inverse[j];
        }
        let mut s = a[i * n + i];
        for x in &row[..i] {
            s -= x * x;
        }
        let root = s.sqrt();
        row[i] = root;
        inverse[i] = 1.0 / root;
        log_det += 2.0 * root.ln();
    }

    a_bar.fill(0.0);
    for i in (0..n).rev() {
        let (above, row_bar) = a_bar.split_at_mut(i * n);
        let row_bar = &mut row_bar[..n];
        let row = &l[i * n..(i + 1) * n];
        // The root's adjoint, then that of what is under it.
        let s_bar = (row_bar[i] + 2.0 * inverse[i]) * (0.5 * inverse[i]);
        row_bar[i] = s_bar;
        for (bar, x) in row_bar[..i].iter_mut().zip(&row[..i]) {
            *bar -= 2.0 * s_bar * x;
        }
        for j in (0..i).rev() {
            let s_bar = row_bar[j] * inverse[j];
            row_bar[j] = s_bar;
            let other_bar = &mut above[j * n..j * n + j + 1];
            other_bar[j] -= s_bar * row[j];
            let other = &l[j * n..j * n + j];
            let (other_bar, row, row_bar) = (&mut other_bar[..j], &row[..j], &mut row_bar[..j]);
            for k in 0..j {
                row_bar[k] -= s_bar * other[k];
                other_bar[k] -= s_bar * row[k];
            }
        }
    }
    log_det
}

/// The literal reversal.
pub fn textbook(a: &[f64], n: usize, a_bar: &mut [f64]) -> f64 {
    let mut l = vec![0.0; n * n];
    let mut log_det = 0.0;
    for i in 0..n {
        for j in 0..i {
            let mut s = a[i * n + j];
            for k in 0..j {
                s -= l[i * n + k] * l[j * n + k];
            }
            l[i * n + j] = s / l[j * n + j];
        }
        let mut s = a[i * n + i];
        for k in 0..i {
            s -= l[i * n + k] * l[i * n + k];
        }
        let root = s.sqrt();
        l[i * n + i] = root;
        log_det += 2.0 * root.ln();
    }

    a_bar.fill(0.0);
    let log_det_bar = 1.0;
    let mut l_bar = vec![0.0; n * n];
    for i in (0..n).rev() {
        let root = l[i * n + i];
        let mut root_bar = log_det_bar * 2.0 / root;
        root_bar += l_bar[i * n + i];
        l_bar[i * n + i] = 0.0;
        let s_bar = root_bar * 0.5 / root;
        for k in (0..i).rev() {
            l_bar[i * n + k] -= s_bar * l[i * n + k];
            l_bar[i * n + k] -= s_bar * l[i * n + k];
        }
        a_bar[i * n + i] += s_bar;
        for j in (0..i).rev() {
            let quotient_bar = l_bar[i * n + j];
            l_bar[i * n + j] = 0.0;
            let s_bar = quotient_bar / l[j * n + j];
            l_bar[j * n + j] -= quotient_bar * l[i * n + j] / l[j * n + j];
            for k in (0..j).rev() {
                l_bar[i * n + k] -= s_bar * l[j * n + k];
                l_bar[j * n + k] -= s_bar * l[i * n + k];
            }
            a_bar[i * n + j] += s_bar;
        }
    }
    log_det
}

/// The gradient made from `primal`.
pub fn generated() -> Option<Contestant> {
    Some(Contestant::new("generated", |p, g| {
        g.fill(0.0);
        primal::value_and_grad_into(p, N, g)
    }))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let mut random = Random::new(9);
    let factor = random.normals(N * N, 1.0);
    let mut point = vec![0.0; N * N];
    for i in 0..N {
        for j in 0..N {
            let product: f64 = (0..N).map(|k| factor[i * N + k] * factor[j * N + k]).sum();
            point[i * N + j] = product / N as f64 + if i == j { 1.0 } else { 0.0 };
        }
    }
    let (mut l, mut inverse) = (vec![0.0; N * N], vec![0.0; N]);
    Problem::new("cholesky", "log-determinant, 50 x 50", point, |p| primal(p, N))
        .with("hand", move |p, g| hand(p, N, &mut l, &mut inverse, g))
        .with("textbook", |p, g| textbook(p, N, g))
        .enter(generated())
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-12, 1e-3, 1e-7);
    }
}
