//! A gradient against finite differences.

use super::report::{GradientReport, Worst};
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::string::ToString;

/// How derivatives are approximated.
///
/// Central differences of a sequence of shrinking steps are extrapolated to step 0 (Ridders 1982,
/// doi:10.1016/S0141-1195(82)80057-0); the step and order with the smallest estimated error win. So neither a fixed step
/// nor a guess of the scale of the function is needed.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences {
    relative: f64,
    absolute: f64,
    first_step: f64,
}

impl Default for Differences {
    fn default() -> Self {
        Self { relative: 1e-6, absolute: 1e-8, first_step: 0.02 }
    }
}

impl Differences {
    /// Relative tolerance 1e-6, absolute 1e-8.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tolerances; what the differences themselves are unsure of is tolerated beside them, up to 1e-3.
    pub fn tolerance(mut self, relative: f64, absolute: f64) -> Self {
        (self.relative, self.absolute) = (relative, absolute);
        self
    }

    /// The largest step, relative to a number, absolute below 1; 0.02 by default. Choose a smaller one when the function
    /// has kinks or poles nearby.
    pub fn first_step(mut self, step: f64) -> Self {
        self.first_step = step;
        self
    }

    /// Derivative of `f` at `x` and its estimated error.
    fn derivative<S: Scalar>(&self, mut f: impl FnMut(S) -> f64, x: S) -> (f64, f64) {
        const SHRINK: f64 = 1.6;
        const ROWS: usize = 14;
        let mut step = self.first_step * x.as_f64().abs().max(1.0);
        let mut table = [[0.0; ROWS]; 2];
        let (mut best, mut error) = (f64::NAN, f64::INFINITY);
        for row in 0..ROWS {
            let (last, now) = (table[(row + 1) % 2], &mut table[row % 2]);
            // The difference of what was really evaluated: `x + step` is rounded.
            let (right, left) = (x + S::of(step), x - S::of(step));
            now[0] = (f(right) - f(left)) / (right - left).as_f64();
            let mut factor = 1.0;
            for order in 1..=row {
                factor *= SHRINK * SHRINK;
                now[order] = (now[order - 1] * factor - last[order - 1]) / (factor - 1.0);
                let change = (now[order] - now[order - 1]).abs().max((now[order] - last[order - 1]).abs());
                if change <= error {
                    (best, error) = (now[order], change);
                }
            }
            if row > 0
                && (now[row] - last[row - 1]).abs() >= 2.0 * error
                && error <= self.relative * best.abs()
            {
                break;
            }
            step /= SHRINK;
        }
        (best, error)
    }

    /// Compares `grads` with finite differences of `loss` around `params`, which are left as they were.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the gradient has another shape.
    pub fn compare<P: TreeMut<S>, G: Tree<S>, S: Scalar>(
        &self,
        mut loss: impl FnMut(&P) -> S,
        params: &mut P,
        grads: &G,
    ) -> Result<GradientReport, Error> {
        let mut flat = tree::to_vec(params);
        let start = flat.clone();
        let mut claimed = alloc::vec![S::zero(); flat.len()];
        let mut places = alloc::vec::Vec::new();
        tree::zip(params, grads, |path, leaf, g| {
            let first = places.last().map_or(0, |(_, end)| *end);
            let end = first + leaf.data.len();
            // No gradient is the claim that there is nothing to find.
            if let Some(g) = g {
                claimed[first..end].copy_from_slice(g);
            }
            places.push((path.to_string(), end));
        })?;
        let mut report = GradientReport { passed: true, elements: flat.len(), failures: 0, worst: None };
        let single = size_of::<S>() == 4;
        let mut leaf = 0;
        for i in 0..flat.len() {
            while places[leaf].1 <= i {
                leaf += 1;
            }
            let at = |x: S| {
                flat[i] = x;
                tree::write_from(params, &flat).expect("the same parameters");
                loss(params).as_f64()
            };
            let (difference, uncertainty) = self.derivative(at, start[i]);
            flat[i] = start[i];
            let gradient = claimed[i].as_f64();
            let tolerated = self.absolute + self.relative * gradient.abs().max(difference.abs());
            // A kink or noise makes the differences unsure: that excuses little, else anything would pass.
            let unsure = uncertainty.min(1e-3 * gradient.abs().max(difference.abs()).max(1.0));
            let tolerated = tolerated + unsure + if single { 1e-3 } else { 0.0 };
            let excess = (gradient - difference).abs() / tolerated;
            if !(excess <= 1.0) {
                report.failures += 1;
                report.passed = false;
            }
            if report.worst.as_ref().is_none_or(|worst| !(excess <= worst.excess)) {
                let place = if leaf == 0 { 0 } else { places[leaf - 1].1 };
                let leaf = places[leaf].0.clone();
                report.worst =
                    Some(Worst { leaf, element: i - place, gradient, difference, uncertainty, excess });
            }
        }
        tree::write_from(params, &start)?;
        Ok(report)
    }
}

/// Compares a gradient with finite differences of the loss; `loss` returns value and gradient.
///
/// # Errors
/// [`Error::Mismatch`] when the gradient has another shape than the parameters.
///
/// ```
/// use autodiff_runtime::check;
/// let wrong = |p: &(Vec<f64>, f64)| {
///     let value = p.0[0] * p.0[0] * p.1 + p.0[1].sin();
///     (value, (vec![2.0 * p.0[0] * p.1, p.0[1].sin()], p.0[0] * p.0[0]))
/// };
/// let report = check::gradient(wrong, &(vec![1.0, 2.0], 3.0))?;
/// assert_eq!((report.passed, report.failures, report.elements), (false, 1, 3));
/// let worst = report.worst.unwrap();
/// assert_eq!((worst.leaf.as_str(), worst.element), (".0", 1));
/// assert!((worst.difference - 2.0_f64.cos()).abs() < 1e-10);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn gradient<S: Scalar, P: TreeMut<S> + Clone, G: Tree<S>>(
    mut loss: impl FnMut(&P) -> (S, G),
    params: &P,
) -> Result<GradientReport, Error> {
    let mut params = params.clone();
    let (_, grads) = loss(&params);
    Differences::new().compare(|params| loss(params).0, &mut params, &grads)
}
