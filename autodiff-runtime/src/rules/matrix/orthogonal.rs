//! Decompositions of `nalgebra` into orthogonal factors: QR, singular values, eigenvalues of symmetric matrices.
//!
//! Factors are differentiated as a whole. Where singular values or eigenvalues coincide, vectors that belong to them have no
//! derivative: what would divide by the difference is zero there.

use crate::differentiable::Real;
use crate::{Differentiable, Tangent};
use nalgebra::allocator::Allocator;
use nalgebra::{
    DMatrix, DefaultAllocator, Dim, DimDiff, DimMin, DimMinimum, DimSub, Matrix, OMatrix, OVector, QR, SVD,
    Storage, SymmetricEigen, U1,
};

fn dynamic<T: Real, R: Dim, C: Dim, S: Storage<T, R, C>>(of: &Matrix<T, R, C, S>) -> DMatrix<T> {
    DMatrix::from_iterator(of.nrows(), of.ncols(), of.iter().copied())
}

fn add<T: Real, R: Dim, C: Dim>(bar: &mut OMatrix<T, R, C>, what: &DMatrix<T>)
where
    DefaultAllocator: Allocator<R, C>,
{
    bar.iter_mut().zip(what.iter()).for_each(|(to, from)| *to += *from);
}

/// What has the size of something, with other elements.
fn like<T: Real, R: Dim, C: Dim>(zero: OMatrix<T, R, C>, elements: &DMatrix<T>) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let mut like = zero;
    add(&mut like, elements);
    like
}

// ---- QR ----

#[diagnostic::do_not_recommend]
impl<T, R, C> Differentiable for QR<T, R, C>
where
    T: Real,
    R: DimMin<C>,
    C: Dim,
    DefaultAllocator: Allocator<R, C> + Allocator<R> + Allocator<DimMinimum<R, C>>,
{
    type Tangent = OMatrix<T, R, C>;
    fn zero_tangent(&self) -> OMatrix<T, R, C> {
        self.qr_internal().zero_tangent()
    }
}

/// A matrix divided from the right by a triangular one: zero where that is singular.
fn over<T: Real>(matrix: &DMatrix<T>, upper: &DMatrix<T>) -> DMatrix<T> {
    match upper.tr_solve_upper_triangular(&matrix.transpose()) {
        Some(solved) => solved.transpose(),
        None => matrix * T::zero(),
    }
}

/// The adjoint of a matrix from those of its factors. Behind a square part, columns are those of Q times the rest of R.
fn qr_back<T: Real>(q: &DMatrix<T>, r: &DMatrix<T>, q_bar: &DMatrix<T>, r_bar: &DMatrix<T>) -> DMatrix<T> {
    let k = q.ncols();
    let (square, rest) = (r.columns(0, k).into_owned(), r.columns(k, r.ncols() - k));
    let rest_bar = r_bar.columns(k, r.ncols() - k);
    let q_bar = q_bar + q * rest * rest_bar.transpose();
    let both = &square * r_bar.columns(0, k).transpose() - q_bar.transpose() * q;
    let mirrored = DMatrix::from_fn(k, k, |i, j| if i >= j { both[(i, j)] } else { both[(j, i)] });
    let inner = q_bar + q * mirrored;
    // Times the inverse of the transposed of the square part.
    let first = match square.solve_upper_triangular(&inner.transpose()) {
        Some(solved) => solved.transpose(),
        None => inner * T::zero(),
    };
    let mut bar = DMatrix::zeros(q.nrows(), r.ncols());
    bar.columns_mut(0, k).copy_from(&first);
    bar.columns_mut(k, r.ncols() - k).copy_from(&(q * rest_bar));
    bar
}

/// The tangents of the factors.
fn qr_along<T: Real>(q: &DMatrix<T>, r: &DMatrix<T>, dot: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
    let k = q.ncols();
    let (square, rest) = (r.columns(0, k).into_owned(), r.columns(k, r.ncols() - k));
    let first_dot = dot.columns(0, k);
    let turned = over(&(q.transpose() * first_dot), &square);
    let turn = DMatrix::from_fn(k, k, |i, j| match i.cmp(&j) {
        core::cmp::Ordering::Greater => turned[(i, j)],
        core::cmp::Ordering::Less => -turned[(j, i)],
        core::cmp::Ordering::Equal => T::zero(),
    });
    let square_dot = (&turned - turn) * &square;
    let q_dot = over(&(first_dot - q * &square_dot), &square);
    let rest_dot = q_dot.transpose() * (q * rest) + q.transpose() * dot.columns(k, r.ncols() - k);
    let mut r_dot = DMatrix::zeros(k, r.ncols());
    r_dot.columns_mut(0, k).copy_from(&square_dot);
    r_dot.columns_mut(k, r.ncols() - k).copy_from(&rest_dot);
    (q_dot, r_dot)
}

crate::rules! {
    /// The derivatives of the factors Q and R.
    pub trait QrRules[T, R, C] for QR<T, R, C>
    where {
        T: Real,
        R: DimMin<C>,
        C: Dim,
        DefaultAllocator: Allocator<R, C>
            + Allocator<R>
            + Allocator<DimMinimum<R, C>>
            + Allocator<R, DimMinimum<R, C>>
            + Allocator<DimMinimum<R, C>, C>,
    };

    fn q(&self) -> OMatrix<T, R, DimMinimum<R, C>> {
        q_forward |this, seed| {
            bar => {
                let (q, r) = (dynamic(&this.q()), dynamic(&this.r()));
                add(bar, &qr_back(&q, &r, &dynamic(&seed), &(&r * T::zero())))
            },
        }
        q_pushforward |dot| {
            let q = self.q();
            like(q.zero_tangent(), &qr_along(&dynamic(&q), &dynamic(&self.r()), &dynamic(dot)).0)
        }
    }

    fn r(&self) -> OMatrix<T, DimMinimum<R, C>, C> {
        r_forward |this, seed| {
            bar => {
                let (q, r) = (dynamic(&this.q()), dynamic(&this.r()));
                add(bar, &qr_back(&q, &r, &(&q * T::zero()), &dynamic(&seed)))
            },
        }
        r_pushforward |dot| {
            let r = self.r();
            like(r.zero_tangent(), &qr_along(&dynamic(&self.q()), &dynamic(&r), &dynamic(dot)).1)
        }
    }
}

/// The solution with the transposed matrix; zero where there is none.
fn solve_transposed<T, D, C>(qr: &QR<T, D, D>, right: &OMatrix<T, D, C>) -> OMatrix<T, D, C>
where
    T: Real,
    D: DimMin<D, Output = D>,
    C: Dim,
    DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C>,
{
    match qr.r().tr_solve_upper_triangular(right) {
        Some(solved) => qr.q() * solved,
        None => right * T::zero(),
    }
}

crate::rules! {
    /// The derivatives of what is solved with the factors of a square matrix.
    pub trait QrSolveRules[T, D] for QR<T, D, D>
    where { T: Real, D: DimMin<D, Output = D>, DefaultAllocator: Allocator<D, D> + Allocator<D> };

    fn solve[C: Dim, S: Storage<T, D, C>](&self, right: &Matrix<T, D, C, S>) -> (OMatrix<T, D, C>, bool)
    where { DefaultAllocator: Allocator<D, C> + Allocator<C, D> }
    = { super::decompositions::found(self.solve(right), || right.zero_tangent()) } {
        solve_forward |this, seed| {
            bar => {
                if let Some(solution) = this.solve(right) {
                    bar.gemm(-T::one(), &solve_transposed(this, &seed.0), &solution.transpose(), T::one());
                }
            },
            right_bar => *right_bar += solve_transposed(this, &seed.0),
        }
        solve_pushforward |dot, right_dot| {
            let tangent = match self.solve(right) {
                Some(solution) => self.solve(&(right_dot - dot * solution)),
                None => None,
            };
            (tangent.unwrap_or_else(|| right.zero_tangent()), ())
        }
    }
}

crate::rules! {
    /// The derivative of the decomposition into Q and R.
    pub trait QrDecomposition[T, R, C, S] for Matrix<T, R, C, S>
    where {
        T: Real,
        R: DimMin<C>,
        C: Dim,
        S: Storage<T, R, C>,
        DefaultAllocator: Allocator<R, C> + Allocator<R> + Allocator<DimMinimum<R, C>>,
    };

    fn qr(&self) -> QR<T, R, C> = { self.clone_owned().qr() } {
        qr_forward |this, seed| { bar => *bar += &seed }
        qr_pushforward |dot| { dot.clone() }
    }
}

// ---- eigenvalues of symmetric matrices ----

/// The tangent of a [`SymmetricEigen`].
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricEigenTangent<T: Real, D: Dim>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    /// That of the eigenvectors.
    pub eigenvectors: OMatrix<T, D, D>,
    /// That of the eigenvalues.
    pub eigenvalues: OVector<T, D>,
}

macro_rules! eigen {
    ($($Type:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Real, D: Dim> Differentiable for $Type<T, D>
        where
            DefaultAllocator: Allocator<D, D> + Allocator<D>,
        {
            type Tangent = SymmetricEigenTangent<T, D>;
            fn zero_tangent(&self) -> SymmetricEigenTangent<T, D> {
                SymmetricEigenTangent {
                    eigenvectors: self.eigenvectors.zero_tangent(),
                    eigenvalues: self.eigenvalues.zero_tangent(),
                }
            }
        }
    )*};
}
eigen!(SymmetricEigen SymmetricEigenTangent);

#[diagnostic::do_not_recommend]
impl<T: Real, D: Dim> Tangent for SymmetricEigenTangent<T, D>
where
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    fn accumulate(&mut self, other: &Self) {
        self.eigenvectors.accumulate(&other.eigenvectors);
        self.eigenvalues.accumulate(&other.eigenvalues);
    }
    fn set_all(&mut self, value: f64) {
        self.eigenvectors.set_all(value);
        self.eigenvalues.set_all(value);
    }
    fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
        self.eigenvectors.zip_with(&other.eigenvectors, f);
        self.eigenvalues.zip_with(&other.eigenvalues, f);
    }
}

/// `matrix` divided by the differences of values, element by element: those of its column minus those of its row.
fn over_differences<T: Real>(matrix: DMatrix<T>, value: impl Fn(usize) -> T) -> DMatrix<T> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| {
        let difference = value(j) - value(i);
        if i == j || difference == T::zero() { T::zero() } else { matrix[(i, j)] / difference }
    })
}

/// The adjoint of a matrix of which the lower triangle alone is read.
fn lower<T: Real>(bar: DMatrix<T>) -> DMatrix<T> {
    DMatrix::from_fn(bar.nrows(), bar.ncols(), |i, j| match i.cmp(&j) {
        core::cmp::Ordering::Greater => bar[(i, j)] + bar[(j, i)],
        core::cmp::Ordering::Less => T::zero(),
        core::cmp::Ordering::Equal => bar[(i, j)],
    })
}

/// A symmetric matrix from its lower triangle.
fn mirrored<T: Real, D: Dim>(lower: &OMatrix<T, D, D>) -> DMatrix<T>
where
    DefaultAllocator: Allocator<D, D>,
{
    DMatrix::from_fn(lower.nrows(), lower.ncols(), |i, j| lower[(i.max(j), i.min(j))])
}

/// The numbers of the values in ascending order.
fn ascending<T: Real>(values: &[T]) -> alloc::vec::Vec<usize> {
    let mut order: alloc::vec::Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].partial_cmp(&values[*b]).unwrap_or(core::cmp::Ordering::Equal));
    order
}

/// The eigenvectors in the order of eigenvalues that came without them.
fn vectors_of<T, D>(matrix: OMatrix<T, D, D>, values: &OVector<T, D>) -> DMatrix<T>
where
    T: Real,
    D: DimSub<U1>,
    DefaultAllocator: Allocator<D, D> + Allocator<DimDiff<D, U1>> + Allocator<D>,
{
    let eigen = matrix.symmetric_eigen();
    let mut vectors = dynamic(&eigen.eigenvectors);
    for (to, from) in ascending(values.as_slice()).into_iter().zip(ascending(eigen.eigenvalues.as_slice())) {
        vectors.column_mut(to).copy_from_slice(eigen.eigenvectors.column(from).into_owned().as_slice());
    }
    vectors
}

crate::rules! {
    /// The derivatives of what is asked of a symmetric matrix.
    pub trait SymmetricRules[T, D, S] for Matrix<T, D, D, S>
    where {
        T: Real,
        D: DimSub<U1>,
        S: Storage<T, D, D>,
        DefaultAllocator: Allocator<D, D> + Allocator<DimDiff<D, U1>> + Allocator<D>,
    };

    // The lower triangle alone is read.
    fn symmetric_eigen(&self) -> SymmetricEigen<T, D> = { self.clone_owned().symmetric_eigen() } {
        symmetric_eigen_forward |this, seed| {
            bar => {
                let eigen = this.clone_owned().symmetric_eigen();
                let vectors = dynamic(&eigen.eigenvectors);
                let turned = vectors.transpose() * dynamic(&seed.eigenvectors);
                let mut inner = over_differences(turned, |i| eigen.eigenvalues[i]);
                (0..inner.nrows()).for_each(|i| inner[(i, i)] = seed.eigenvalues[i]);
                let whole = &vectors * inner * vectors.transpose();
                let half = (&whole + whole.transpose()) / nalgebra::convert::<f64, T>(2.0);
                add(bar, &lower(half));
            },
        }
        symmetric_eigen_pushforward |dot| {
            let eigen = self.clone_owned().symmetric_eigen();
            let vectors = dynamic(&eigen.eigenvectors);
            let inner = vectors.transpose() * mirrored(dot) * &vectors;
            let mut eigenvalues = eigen.eigenvalues.zero_tangent();
            (0..inner.nrows()).for_each(|i| eigenvalues[i] = inner[(i, i)]);
            let turned = &vectors * over_differences(inner, |i| eigen.eigenvalues[i]);
            SymmetricEigenTangent { eigenvectors: like(eigen.eigenvectors.zero_tangent(), &turned), eigenvalues }
        }
    }

    fn symmetric_eigenvalues(&self) -> OVector<T, D> {
        symmetric_eigenvalues_forward |this, seed| {
            bar => {
                let vectors = vectors_of(this.clone_owned(), &this.symmetric_eigenvalues());
                let scaled =
                    DMatrix::from_fn(vectors.nrows(), vectors.ncols(), |i, j| vectors[(i, j)] * seed[j]);
                add(bar, &lower(scaled * vectors.transpose()));
            },
        }
        symmetric_eigenvalues_pushforward |dot| {
            let mut values = self.symmetric_eigenvalues();
            let vectors = vectors_of(self.clone_owned(), &values);
            let inner = vectors.transpose() * mirrored(dot) * &vectors;
            (0..inner.nrows()).for_each(|i| values[i] = inner[(i, i)]);
            values
        }
    }
}

crate::rules! {
    /// `SymmetricEigen::new`.
    pub trait SymmetricEigenRules[T, D] for SymmetricEigen<T, D>
    where {
        T: Real,
        D: DimSub<U1>,
        DefaultAllocator: Allocator<D, D> + Allocator<DimDiff<D, U1>> + Allocator<D>,
    };

    fn new(matrix: OMatrix<T, D, D>) -> SymmetricEigen<T, D> {
        new_forward |seed| {
            bar => SymmetricRules::symmetric_eigen_forward(&matrix).1(&matrix, seed, Some(bar)),
        }
        new_pushforward |dot| { SymmetricRules::symmetric_eigen_pushforward(&matrix, Some(dot)).1 }
    }
}

// ---- singular values ----

/// The tangent of an [`SVD`].
#[derive(Clone, Debug, PartialEq)]
pub struct SvdTangent<T: Real, R: DimMin<C>, C: Dim>
where
    DefaultAllocator:
        Allocator<DimMinimum<R, C>, C> + Allocator<R, DimMinimum<R, C>> + Allocator<DimMinimum<R, C>>,
{
    /// That of the left-singular vectors, where they were asked for.
    pub u: Option<OMatrix<T, R, DimMinimum<R, C>>>,
    /// That of the right-singular vectors, transposed.
    pub v_t: Option<OMatrix<T, DimMinimum<R, C>, C>>,
    /// That of the singular values.
    pub singular_values: OVector<T, DimMinimum<R, C>>,
}

macro_rules! svd {
    ($($Type:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Real, R: DimMin<C>, C: Dim> Differentiable for $Type<T, R, C>
        where
            DefaultAllocator:
                Allocator<DimMinimum<R, C>, C> + Allocator<R, DimMinimum<R, C>> + Allocator<DimMinimum<R, C>>,
        {
            type Tangent = SvdTangent<T, R, C>;
            fn zero_tangent(&self) -> SvdTangent<T, R, C> {
                SvdTangent {
                    u: self.u.as_ref().map(|u| u.zero_tangent()),
                    v_t: self.v_t.as_ref().map(|v_t| v_t.zero_tangent()),
                    singular_values: self.singular_values.zero_tangent(),
                }
            }
        }
    )*};
}
svd!(SVD SvdTangent);

#[diagnostic::do_not_recommend]
impl<T: Real, R: DimMin<C>, C: Dim> Tangent for SvdTangent<T, R, C>
where
    DefaultAllocator:
        Allocator<DimMinimum<R, C>, C> + Allocator<R, DimMinimum<R, C>> + Allocator<DimMinimum<R, C>>,
{
    fn accumulate(&mut self, other: &Self) {
        self.u.accumulate(&other.u);
        self.v_t.accumulate(&other.v_t);
        self.singular_values.accumulate(&other.singular_values);
    }
    fn set_all(&mut self, value: f64) {
        self.u.set_all(value);
        self.v_t.set_all(value);
        self.singular_values.set_all(value);
    }
    fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
        Tangent::zip_with(&mut self.u, &other.u, f);
        Tangent::zip_with(&mut self.v_t, &other.v_t, f);
        self.singular_values.zip_with(&other.singular_values, f);
    }
}

/// Thin factors U, s and V.
struct Thin<T: Real> {
    u: DMatrix<T>,
    s: alloc::vec::Vec<T>,
    v: DMatrix<T>,
}

impl<T: Real> Thin<T> {
    /// Columns times the singular values, or divided by them.
    fn scaled(&self, matrix: &DMatrix<T>, inverse: bool) -> DMatrix<T> {
        DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| match (inverse, self.s[j] == T::zero()) {
            (false, _) => matrix[(i, j)] * self.s[j],
            (true, true) => T::zero(),
            (true, false) => matrix[(i, j)] / self.s[j],
        })
    }

    /// By J. Townsend, Differentiating the singular value decomposition, 2016.
    fn back(&self, u_bar: Option<DMatrix<T>>, v_bar: Option<DMatrix<T>>, s_bar: &[T]) -> DMatrix<T> {
        let k = self.s.len();
        let squared = |i: usize| self.s[i] * self.s[i];
        let mut inner = DMatrix::from_fn(k, k, |i, j| if i == j { s_bar[i] } else { T::zero() });
        let mut bar = DMatrix::zeros(self.u.nrows(), self.v.nrows());
        if let Some(u_bar) = u_bar {
            let turned = self.u.transpose() * &u_bar;
            inner += self.scaled(&over_differences(&turned - turned.transpose(), squared), false);
            let across = &u_bar - &self.u * turned;
            bar += self.scaled(&across, true) * self.v.transpose();
        }
        if let Some(v_bar) = v_bar {
            let turned = self.v.transpose() * &v_bar;
            let mixed = over_differences(&turned - turned.transpose(), squared);
            inner += self.scaled(&mixed.transpose(), false).transpose();
            let across = &v_bar - &self.v * turned;
            bar += &self.u * self.scaled(&across, true).transpose();
        }
        bar + &self.u * inner * self.v.transpose()
    }

    fn along(&self, dot: &DMatrix<T>) -> Thin<T> {
        let squared = |i: usize| self.s[i] * self.s[i];
        let inner = self.u.transpose() * dot * &self.v;
        let s = (0..self.s.len()).map(|i| inner[(i, i)]).collect();
        let right = self.scaled(&inner, false);
        let left = self.scaled(&inner.transpose(), false);
        let (by_u, by_v) = (&right + right.transpose(), &left + left.transpose());
        let across = |q: &DMatrix<T>, p: DMatrix<T>| self.scaled(&(&p - q * (q.transpose() * &p)), true);
        Thin {
            u: &self.u * over_differences(by_u, squared) + across(&self.u, dot * &self.v),
            s,
            v: &self.v * over_differences(by_v, squared) + across(&self.v, dot.transpose() * &self.u),
        }
    }
}

crate::rules! {
    /// The derivatives of singular values and vectors.
    pub trait SvdRules[T, R, C, S] for Matrix<T, R, C, S>
    where {
        T: Real,
        R: DimMin<C>,
        C: Dim,
        S: Storage<T, R, C>,
        DimMinimum<R, C>: DimSub<U1>,
        DefaultAllocator: Allocator<R, C>
            + Allocator<C>
            + Allocator<R>
            + Allocator<DimDiff<DimMinimum<R, C>, U1>>
            + Allocator<DimMinimum<R, C>, C>
            + Allocator<R, DimMinimum<R, C>>
            + Allocator<DimMinimum<R, C>>,
    };

    fn svd(&self, compute_u: bool, compute_v: bool) -> SVD<T, R, C>
    = { self.clone_owned().svd(compute_u, compute_v) } {
        svd_forward |this, seed| {
            bar => {
                let v_bar = seed.v_t.as_ref().map(|v_t| dynamic(v_t).transpose());
                let back = thin(this).back(seed.u.as_ref().map(dynamic), v_bar, seed.singular_values.as_slice());
                add(bar, &back);
            },
            compute_u_bar => (),
            compute_v_bar => (),
        }
        svd_pushforward |dot, compute_u_dot, compute_v_dot| {
            let tangent = thin(self).along(&dynamic(dot));
            let value = self.clone_owned().svd(compute_u, compute_v);
            let mut singular_values = value.singular_values.zero_tangent();
            singular_values.copy_from_slice(&tangent.s);
            SvdTangent {
                u: value.u.map(|u| like(u.zero_tangent(), &tangent.u)),
                v_t: value.v_t.map(|v_t| like(v_t.zero_tangent(), &tangent.v.transpose())),
                singular_values,
            }
        }
    }

    fn singular_values(&self) -> OVector<T, DimMinimum<R, C>> {
        singular_values_forward |this, seed| { bar => add(bar, &thin(this).back(None, None, seed.as_slice())) }
        singular_values_pushforward |dot| {
            let mut values = self.singular_values().zero_tangent();
            values.copy_from_slice(&thin(self).along(&dynamic(dot)).s);
            values
        }
    }
}

fn thin<T, R, C, S>(matrix: &Matrix<T, R, C, S>) -> Thin<T>
where
    T: Real,
    R: DimMin<C>,
    C: Dim,
    S: Storage<T, R, C>,
    DimMinimum<R, C>: DimSub<U1>,
    DefaultAllocator: Allocator<R, C>
        + Allocator<C>
        + Allocator<R>
        + Allocator<DimDiff<DimMinimum<R, C>, U1>>
        + Allocator<DimMinimum<R, C>, C>
        + Allocator<R, DimMinimum<R, C>>
        + Allocator<DimMinimum<R, C>>,
{
    let svd = matrix.clone_owned().svd(true, true);
    let factor = "the factor that was asked for";
    Thin {
        u: dynamic(svd.u.as_ref().expect(factor)),
        s: svd.singular_values.iter().copied().collect(),
        v: dynamic(svd.v_t.as_ref().expect(factor)).transpose(),
    }
}
