//! Hessians and products with them on flat vectors, and conjugate gradients on those.

use super::problem::dot;
use crate::norm::norm;
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// The numbers of a Hessian, row by row, in the shape of `f::hessian`.
pub(super) fn matrix<S: Scalar, H: Tree<S> + ?Sized>(n: usize, hessian: &H) -> Result<Vec<S>, Error> {
    let matrix = tree::to_vec(hessian);
    if matrix.len() != n * n {
        return Err(Error::Length { expected: n * n, found: matrix.len() });
    }
    Ok(matrix)
}

/// Products with the Hessian, in the shape of `f::hvp`: a function of the parameters and of a vector in the shape of the
/// gradient.
pub(super) struct Products<F, G> {
    product: F,
    vector: G,
    /// Which numbers of the parameters the gradient has.
    active: Vec<bool>,
}

impl<F, G> Products<F, G> {
    /// `gradient` is one at `params`.
    pub(super) fn new<S: Scalar, P: Tree<S> + ?Sized>(
        product: F,
        params: &P,
        gradient: G,
    ) -> Result<Self, Error>
    where
        G: TreeMut<S>,
    {
        let mut active = Vec::new();
        tree::zip(params, &gradient, |_, leaf, partner| {
            active.resize(active.len() + leaf.data.len(), partner.is_some());
        })?;
        Ok(Self { product, vector: gradient, active })
    }

    /// The product with `x`.
    pub(super) fn multiply<S: Scalar, P: Tree<S> + ?Sized, H: Tree<S>>(
        &mut self,
        params: &P,
        x: &[S],
    ) -> Result<Vec<S>, Error>
    where
        G: TreeMut<S>,
        F: FnMut(&P, &G) -> H,
    {
        let active: Vec<S> =
            x.iter().zip(&self.active).filter(|(_, active)| **active).map(|(&x, _)| x).collect();
        tree::write_from(&mut self.vector, &active)?;
        let mut flat = alloc::vec![S::zero(); x.len()];
        super::problem::gather(params, &(self.product)(params, &self.vector), &mut flat)?;
        Ok(flat)
    }
}

/// A step towards the minimum of a quadratic model.
pub(super) struct Step<S> {
    pub(super) step: Vec<S>,
    /// By how much the model falls.
    pub(super) decrease: S,
    /// Whether it ends at the radius.
    pub(super) at_radius: bool,
}

/// Minimises `g·p + p·Hp / 2` by conjugate gradients until what is left of the gradient is small, the radius is reached, or a
/// direction curves down (Steihaug 1983, doi:10.1137/0720042; Toint 1981). That is followed to the radius, and where there is
/// none (it is infinite) as far as if it curved up.
///
/// The gradient may be left as large as `min(1/10, √‖g‖) ‖g‖`, for steps that converge faster than linearly.
pub(super) fn truncated<S: Scalar>(
    gradient: &[S],
    radius: S,
    mut product: impl FnMut(&[S]) -> Result<Vec<S>, Error>,
) -> Result<Step<S>, Error> {
    let n = gradient.len();
    let size = norm(gradient);
    let enough = size.sqrt().min(S::of(0.1)) * size;
    let mut step = alloc::vec![S::zero(); n];
    let mut rest = gradient.to_vec();
    let mut direction: Vec<S> = gradient.iter().map(|&g| -g).collect();
    let mut decrease = S::zero();
    let advance = |step: &mut [S], direction: &[S], length: S| {
        step.iter_mut().zip(direction).for_each(|(p, &d)| *p += length * d);
    };
    // Rounding may ask for more rounds than there are dimensions.
    for _ in 0..2 * n + 10 {
        let curved = product(&direction)?;
        let curvature = dot(&direction, &curved);
        let squared = dot(&rest, &rest);
        let slope = -dot(&rest, &direction);
        let curves_down = !(curvature > S::epsilon() * norm(&direction) * norm(&curved));
        if curves_down && radius == S::infinity() {
            // As far as if it curved up, within reason.
            let far = size.max(S::of(10.0) * norm(&step)) / norm(&direction);
            let length = (squared / curvature.abs()).min(far);
            advance(&mut step, &direction, length);
            decrease += length * (slope - S::of(0.5) * length * curvature);
            break;
        }
        let length = squared / curvature;
        let outside = |length: S| {
            let moved = step.iter().zip(&direction).map(|(&p, &d)| p + length * d).collect::<Vec<_>>();
            norm(&moved) >= radius
        };
        if curves_down || outside(length) {
            let length = to_radius(&step, &direction, radius);
            advance(&mut step, &direction, length);
            decrease += length * (slope - S::of(0.5) * length * curvature);
            return Ok(Step { step, decrease, at_radius: true });
        }
        advance(&mut step, &direction, length);
        decrease += S::of(0.5) * length * slope;
        rest.iter_mut().zip(&curved).for_each(|(r, &c)| *r += length * c);
        if norm(&rest) <= enough {
            break;
        }
        let kept = dot(&rest, &rest) / squared;
        direction.iter_mut().zip(&rest).for_each(|(d, &r)| *d = kept * *d - r);
    }
    Ok(Step { step, decrease, at_radius: false })
}

/// How far `direction` leads from inside of the radius to it.
fn to_radius<S: Scalar>(from: &[S], direction: &[S], radius: S) -> S {
    let (a, b) = (dot(direction, direction), dot(from, direction));
    let c = dot(from, from) - radius * radius;
    let root = (b * b - a * c).max(S::zero()).sqrt();
    // Without cancellation.
    if b > S::zero() { -c / (b + root) } else { (root - b) / a }
}
