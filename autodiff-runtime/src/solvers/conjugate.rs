//! Nonlinear conjugate gradients.

use super::problem::{Point, Problem, Report, Stop, dot};
use super::wolfe::Wolfe;
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};

/// How much of the last direction is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Nothing: steepest descent.
    Steepest,
    /// `g'g' / gg` (Fletcher, Reeves 1964, doi:10.1093/comjnl/7.2.149).
    FletcherReeves,
    /// `max(0, g'(g' - g) / gg)` (Polak, Ribière 1969; Gilbert, Nocedal 1992, doi:10.1137/0802003).
    PolakRibiere,
    /// `g'(g' - g) / d(g' - g)` (Hestenes, Stiefel 1952, doi:10.6028/jres.049.044), at least 0.
    HestenesStiefel,
    /// `g'g' / d(g' - g)` (Dai, Yuan 1999, doi:10.1137/S1052623497318992).
    DaiYuan,
}

impl Direction {
    fn beta<S: Scalar>(self, d: &[S], old: &[S], new: &[S]) -> S {
        let by_change =
            |a: &[S]| a.iter().zip(new.iter().zip(old)).map(|(&a, (&n, &o))| a * (n - o)).sum::<S>();
        match self {
            Direction::Steepest => S::zero(),
            Direction::FletcherReeves => dot(new, new) / dot(old, old),
            Direction::PolakRibiere => (by_change(new) / dot(old, old)).max(S::zero()),
            Direction::HestenesStiefel => (by_change(new) / by_change(d)).max(S::zero()),
            Direction::DaiYuan => dot(new, new) / by_change(d),
        }
    }
}

/// Nonlinear conjugate gradients with a line search for the strong Wolfe conditions; needs four vectors of memory.
///
/// It starts again with the gradient after as many steps as there are parameters, and whenever the direction does not
/// lead downhill.
///
/// ```
/// use autodiff_runtime::solvers::ConjugateGradient;
/// let mut x = (3.0, vec![-2.0, 1.0]);
/// let quadratic = |x: &(f64, Vec<f64>)| {
///     let (a, b, c) = (x.0, x.1[0], x.1[1]);
///     ((a * a + 10.0 * b * b + 100.0 * c * c) / 2.0, (a, vec![10.0 * b, 100.0 * c]))
/// };
/// let report = ConjugateGradient::new().minimize(quadratic, &mut x)?;
/// assert!(report.gradient <= 1e-8 && x.0.abs() < 1e-7);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ConjugateGradient {
    direction: Direction,
    max_iterations: usize,
    gradient_tolerance: f64,
    wolfe: Wolfe,
}

impl Default for ConjugateGradient {
    fn default() -> Self {
        Self::new()
    }
}

impl ConjugateGradient {
    /// Polak–Ribière, at most 1000 iterations, gradient tolerance 1e-8.
    pub fn new() -> Self {
        Self {
            direction: Direction::PolakRibiere,
            max_iterations: 1000,
            gradient_tolerance: 1e-8,
            wolfe: Wolfe { decrease: 1e-4, curvature: 0.1, max_evaluations: 30 },
        }
    }

    /// How much of the last direction is kept.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// Most iterations.
    pub fn max_iterations(mut self, iterations: usize) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Stops when no component of the gradient is larger.
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.gradient_tolerance = tolerance;
        self
    }

    /// Minimises `loss`, which returns value and gradient, from `params` on; leaves the best point in them.
    ///
    /// # Errors
    /// As [`Lbfgs::minimize`](super::Lbfgs::minimize).
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>>(
        &self,
        loss: impl FnMut(&P) -> (S, G),
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Problem::new(loss, params)?;
        let (mut here, _) = problem.start()?;
        let mut next: Point<S> = here.clone();
        let mut d: alloc::vec::Vec<S> = here.gradient.iter().map(|&g| -g).collect();
        let mut since_restart = 0;
        let mut first = crate::norm::norm(&d).recip().min(S::one());
        for iteration in 0..self.max_iterations {
            if here.steepness() <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            let slope = dot(&here.gradient, &d);
            if !self.wolfe.search(&mut problem, &here, &d, first, &mut next)? {
                if since_restart == 0 {
                    return problem.finish(&here, iteration, Stop::LineSearch);
                }
                restart(&mut d, &here.gradient);
                since_restart = 0;
                first = crate::norm::norm(&d).recip().min(S::one());
                continue;
            }
            since_restart += 1;
            let beta = self.direction.beta(&d, &here.gradient, &next.gradient);
            for (d, &g) in d.iter_mut().zip(&next.gradient) {
                *d = beta * *d - g;
            }
            core::mem::swap(&mut here, &mut next);
            let new_slope = dot(&here.gradient, &d);
            if since_restart >= d.len().max(2) || !(new_slope < S::zero()) {
                restart(&mut d, &here.gradient);
                since_restart = 0;
            }
            // The step that would lower the value as much as the last one did.
            let lowered = S::of(2.02) * (here.value - next.value) / dot(&here.gradient, &d);
            first = if lowered > S::zero() && slope < S::zero() { lowered.min(S::one()) } else { S::one() };
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}

fn restart<S: Scalar>(d: &mut [S], gradient: &[S]) {
    d.iter_mut().zip(gradient).for_each(|(d, &g)| *d = -g);
}
