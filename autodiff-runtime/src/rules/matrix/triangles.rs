//! Solving with a triangle of a square matrix of `nalgebra`, of which the other triangle is not looked at.

use super::decompositions::found;
use crate::Differentiable;
use crate::differentiable::Real;
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, Storage};

/// A row each: what solves, what solves with the transpose, the part of the adjoint that the triangle has, and what the rules are called.
macro_rules! triangles {
    ($($solve:ident $solve_transposed:ident $triangle:ident $forward:ident $pushforward:ident;)*) => {
        crate::rules! {
            /// The derivatives of solving with a triangle of a square matrix.
            pub trait TriangleRules[T, D, S] for Matrix<T, D, D, S>
            where { T: Real, D: Dim, S: Storage<T, D, D>, DefaultAllocator: Allocator<D, D> };

            $(fn $solve[C: Dim, S2: Storage<T, D, C>](&self, right: &Matrix<T, D, C, S2>) -> (OMatrix<T, D, C>, bool)
            where { DefaultAllocator: Allocator<D, C> + Allocator<C, D> }
            = { found(self.$solve(right), || right.zero_tangent()) } {
                $forward |this, seed| {
                    bar => if let (Some(by_right), Some(solution)) = (this.$solve_transposed(&seed.0), this.$solve(right)) {
                        *bar -= (by_right * solution.transpose()).$triangle();
                    },
                    right_bar => if let Some(by_right) = this.$solve_transposed(&seed.0) {
                        *right_bar += by_right;
                    },
                }
                $pushforward |dot, right_dot| {
                    let tangent = match self.$solve(right) {
                        Some(solution) => self.$solve(&(right_dot - dot.$triangle() * solution)),
                        None => None,
                    };
                    (tangent.unwrap_or_else(|| right.zero_tangent()), ())
                }
            })*
        }
    };
}
triangles! {
    solve_upper_triangular tr_solve_upper_triangular upper_triangle
        solve_upper_triangular_forward solve_upper_triangular_pushforward;
    solve_lower_triangular tr_solve_lower_triangular lower_triangle
        solve_lower_triangular_forward solve_lower_triangular_pushforward;
}
