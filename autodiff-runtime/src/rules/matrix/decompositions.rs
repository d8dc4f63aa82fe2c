//! Decompositions of `nalgebra`, and what is solved with them.
//!
//! The tangent of a decomposition is that of the matrix that was decomposed: all that is asked of it depends on the matrix
//! alone, and a solve needs no derivative of the factors.

use crate::Differentiable;
use crate::differentiable::Real;
use nalgebra::allocator::Allocator;
use nalgebra::{Cholesky, DefaultAllocator, Dim, DimMin, LU, Matrix, OMatrix, Storage};

#[diagnostic::do_not_recommend]
impl<T, D> Differentiable for LU<T, D, D>
where
    T: Real,
    D: DimMin<D, Output = D>,
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    type Tangent = OMatrix<T, D, D>;
    fn zero_tangent(&self) -> OMatrix<T, D, D> {
        self.lu_internal().zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T, D> Differentiable for Cholesky<T, D>
where
    T: Real,
    D: Dim,
    DefaultAllocator: Allocator<D, D>,
{
    type Tangent = OMatrix<T, D, D>;
    fn zero_tangent(&self) -> OMatrix<T, D, D> {
        self.l_dirty().zero_tangent()
    }
}

/// An `Option` as a value and whether there is one.
pub(super) fn found<T>(value: Option<T>, or: impl FnOnce() -> T) -> (T, bool) {
    match value {
        Some(value) => (value, true),
        None => (or(), false),
    }
}

/// The solution with the transposed matrix; zero where there is none.
fn solve_transposed<T, D, C>(lu: &LU<T, D, D>, mut right: OMatrix<T, D, C>) -> OMatrix<T, D, C>
where
    T: Real,
    D: DimMin<D, Output = D>,
    C: Dim,
    DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C>,
{
    let (factors, lower) = (lu.lu_internal(), lu.l());
    if !factors.tr_solve_upper_triangular_mut(&mut right) || !lower.tr_solve_lower_triangular_mut(&mut right)
    {
        return right * T::zero();
    }
    lu.p().inv_permute_rows(&mut right);
    right
}

crate::rules! {
    /// The derivatives of what decomposes a square matrix.
    pub trait DecompositionRules[T, D, S] for Matrix<T, D, D, S>
    where {
        T: Real,
        D: DimMin<D, Output = D>,
        S: Storage<T, D, D>,
        DefaultAllocator: Allocator<D, D> + Allocator<D>,
    };

    fn lu(&self) -> LU<T, D, D> = { self.clone_owned().lu() } {
        lu_forward |this, seed| { bar => *bar += &seed }
        lu_pushforward |dot| { dot.clone() }
    }

    // The lower triangle alone is read.
    fn cholesky(&self) -> (Cholesky<T, D>, bool) = {
        let (rows, columns) = self.shape_generic();
        let unit = || Cholesky::pack_dirty(OMatrix::identity_generic(rows, columns));
        found(self.clone_owned().cholesky(), unit)
    } {
        cholesky_forward |this, seed| {
            bar => for i in 0..bar.nrows() {
                bar[(i, i)] += seed.0[(i, i)];
                for j in 0..i {
                    bar[(i, j)] += seed.0[(i, j)] + seed.0[(j, i)];
                }
            },
        }
        cholesky_pushforward |dot| {
            let mut both = dot.lower_triangle();
            for i in 0..both.nrows() {
                for j in 0..i {
                    both[(j, i)] = both[(i, j)];
                }
            }
            (both, ())
        }
    }
}

crate::rules! {
    /// The derivatives of what is done with the factors of a square matrix.
    pub trait LuRules[T, D] for LU<T, D, D>
    where { T: Real, D: DimMin<D, Output = D>, DefaultAllocator: Allocator<D, D> + Allocator<D> };

    fn solve[C: Dim, S: Storage<T, D, C>](&self, right: &Matrix<T, D, C, S>) -> (OMatrix<T, D, C>, bool)
    where { DefaultAllocator: Allocator<D, C> + Allocator<C, D> } = { found(self.solve(right), || right.zero_tangent()) } {
        solve_forward |this, seed| {
            bar => {
                let by_right = solve_transposed(this, seed.0.clone());
                if let Some(solution) = this.solve(right) {
                    bar.gemm(-T::one(), &by_right, &solution.transpose(), T::one());
                }
            },
            right_bar => *right_bar += solve_transposed(this, seed.0),
        }
        solve_pushforward |dot, right_dot| {
            let tangent = match self.solve(right) {
                Some(solution) => self.solve(&(right_dot - dot * solution)),
                None => None,
            };
            (tangent.unwrap_or_else(|| right.zero_tangent()), ())
        }
    }

    fn try_inverse(&self) -> (OMatrix<T, D, D>, bool)
    = { found(self.try_inverse(), || self.zero_tangent()) } {
        try_inverse_forward |this, seed| {
            bar => if let Some(inverse) = this.try_inverse() {
                let transposed = inverse.transpose();
                *bar -= &transposed * seed.0 * &transposed;
            },
        }
        try_inverse_pushforward |dot| {
            match self.try_inverse() {
                Some(inverse) => (-(&inverse * dot * &inverse), ()),
                None => (self.zero_tangent(), ()),
            }
        }
    }

    // At a singular matrix, whose factors do not tell it, it is zero.
    fn determinant(&self) -> T {
        determinant_forward |this, seed| {
            bar => if let Some(inverse) = this.try_inverse() {
                *bar += inverse.transpose() * (seed * this.determinant());
            },
        }
        determinant_pushforward |dot| {
            match self.try_inverse() {
                Some(inverse) => self.determinant() * (inverse * dot).trace(),
                None => T::zero(),
            }
        }
    }
}

/// The half below and on the diagonal, the diagonal halved.
fn half<T: Real, D: Dim>(matrix: OMatrix<T, D, D>) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D, D>,
{
    let mut half = matrix.lower_triangle();
    for i in 0..half.nrows() {
        half[(i, i)] /= nalgebra::convert(2.0);
    }
    half
}

crate::rules! {
    /// The derivatives of what is done with the factor of a positive definite matrix.
    pub trait CholeskyRules[T, D] for Cholesky<T, D>
    where { T: Real, D: Dim, DefaultAllocator: Allocator<D, D> };

    fn solve[C: Dim, S: Storage<T, D, C>](&self, right: &Matrix<T, D, C, S>) -> OMatrix<T, D, C>
    where { DefaultAllocator: Allocator<D, C> + Allocator<C, D> } {
        solve_forward |this, seed| {
            bar => {
                let by_right = this.solve(&seed);
                bar.gemm(-T::one(), &by_right, &this.solve(right).transpose(), T::one());
            },
            right_bar => *right_bar += this.solve(&seed),
        }
        solve_pushforward |dot, right_dot| { self.solve(&(right_dot - dot * self.solve(right))) }
    }

    fn inverse(&self) -> OMatrix<T, D, D> {
        inverse_forward |this, seed| {
            bar => {
                let transposed = this.inverse().transpose();
                *bar -= &transposed * seed * &transposed;
            },
        }
        inverse_pushforward |dot| {
            let inverse = self.inverse();
            -(&inverse * dot * &inverse)
        }
    }

    // By I. Murray, Differentiation of the Cholesky decomposition, 2016.
    fn l(&self) -> OMatrix<T, D, D> {
        l_forward |this, seed| {
            bar => {
                let l = this.l();
                let mut inner = half(l.tr_mul(&seed));
                if l.tr_solve_lower_triangular_mut(&mut inner) {
                    let mut turned = inner.transpose();
                    if l.tr_solve_lower_triangular_mut(&mut turned) {
                        *bar += turned.transpose();
                    }
                }
            },
        }
        l_pushforward |dot| {
            let l = self.l();
            let mut inner = dot.clone();
            let first = l.solve_lower_triangular_mut(&mut inner);
            let mut turned = inner.transpose();
            if first && l.solve_lower_triangular_mut(&mut turned) {
                &l * half(turned.transpose())
            } else {
                self.zero_tangent()
            }
        }
    }

    fn determinant(&self) -> T {
        determinant_forward |this, seed| { bar => *bar += this.inverse() * (seed * this.determinant()) }
        determinant_pushforward |dot| { self.determinant() * self.inverse().dot(dot) }
    }

    fn ln_determinant(&self) -> T {
        ln_determinant_forward |this, seed| { bar => *bar += this.inverse() * seed }
        ln_determinant_pushforward |dot| { self.inverse().dot(dot) }
    }
}
