//! The linear system behind a function that is defined by an equation.
//!
//! Where `x` solves `residual(x, θ) = 0`, it moves with `θ` so that the residual stays zero: `∂r/∂x dx + ∂r/∂θ dθ = 0`. Where
//! `x = g(x, θ)`, so that both sides move alike: `(I - ∂g/∂x) dx = ∂g/∂θ dθ`. The matrix in front of `dx` (`-∂r/∂x` in the
//! first case) is taken apart once and serves forward mode as it is and reverse mode transposed.

use alloc::vec;

use num_traits::Float;

use super::{basis, numbers, with_numbers};
use crate::Tangent;
use crate::linear::Lu;

/// The matrix of an equation, taken apart.
pub struct Jacobian(Lu);

impl Jacobian {
    /// Of a residual: `-∂r/∂x`. `tangent` gives the residual's tangent along a direction.
    ///
    /// # Panics
    /// When the residual has not as many numbers as the solution.
    pub fn of_residual<X: Tangent, R: Tangent>(solution: &X, tangent: impl FnMut(X) -> R) -> Jacobian {
        Jacobian::new(solution, 0.0, tangent)
    }

    /// Of an iteration: `I - ∂g/∂x`.
    ///
    /// # Panics
    /// When it does not give as many numbers as it takes.
    pub fn of_fixed_point<X: Tangent, R: Tangent>(solution: &X, tangent: impl FnMut(X) -> R) -> Jacobian {
        Jacobian::new(solution, 1.0, tangent)
    }

    fn new<X: Tangent, R: Tangent>(solution: &X, diagonal: f64, mut tangent: impl FnMut(X) -> R) -> Jacobian {
        let n = numbers(solution).len();
        let mut matrix = vec![0.0; n * n];
        for (column, direction) in basis(solution).enumerate() {
            let tangent = numbers(&tangent(direction));
            assert_eq!(tangent.len(), n, "an equation has a number for each number of its solution");
            for (row, tangent) in tangent.into_iter().enumerate() {
                matrix[row * n + column] = if row == column { diagonal - tangent } else { -tangent };
            }
        }
        Jacobian(Lu::new(n, matrix))
    }

    /// The tangent of the solution, by that of the equation where the solution does not move.
    pub fn tangent<X: Tangent, R: Tangent>(&self, solution: &X, of_equation: &R) -> X {
        with_numbers(solution, &self.0.solve(&numbers(of_equation)))
    }

    /// The adjoint of the equation, of the shape of `equation`, by that of the solution.
    pub fn adjoint<X: Tangent, R: Tangent>(&self, equation: &R, of_solution: &X) -> R {
        with_numbers(equation, &self.0.solve_transposed(&numbers(of_solution)))
    }
}

/// The quotient that a system of one equation is solved by: a zero stays zero, and where the matrix is zero nothing is known.
#[inline]
pub fn ratio<T: Float>(right: T, matrix: T) -> T {
    if right == T::zero() {
        T::zero()
    } else if matrix == T::zero() {
        T::nan()
    } else {
        right / matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_quotient_is_known_where_its_matrix_is_not_zero() {
        assert!(ratio(1.0, 0.0).is_nan());
        assert_eq!((ratio(0.0, 0.0), ratio(3.0, 2.0)), (0.0, 1.5));
    }

    #[test]
    fn a_solution_without_numbers_has_no_derivative() {
        let none: Vec<f64> = Vec::new();
        let jacobian = Jacobian::of_residual(&none, |x| x);
        assert!(jacobian.tangent(&none, &none).is_empty());
    }
}
