//! Limited-memory BFGS.

use super::problem::{Point, Problem, Report, Stop, dot};
use super::wolfe::Wolfe;
use crate::optim::{Gradients, Optimizer};
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::{collections::VecDeque, vec::Vec};

/// Differences of points and gradients, and what the two-loop recursion makes of them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
struct Memory<S> {
    size: usize,
    pairs: VecDeque<Pair<S>>,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
struct Pair<S> {
    #[cfg_attr(feature = "serde", serde(with = "crate::optim::bits"))]
    s: Vec<S>,
    #[cfg_attr(feature = "serde", serde(with = "crate::optim::bits"))]
    y: Vec<S>,
    #[cfg_attr(feature = "serde", serde(with = "crate::optim::bits::one"))]
    curvature: S,
}

impl<S: Scalar> Memory<S> {
    fn new(size: usize) -> Self {
        Self { size: size.max(1), pairs: VecDeque::new() }
    }

    /// Notes a step. Pairs without positive curvature would spoil the approximation and are left out.
    fn push(&mut self, from: (&[S], &[S]), to: (&[S], &[S])) {
        // The oldest pair lends its memory to the new one.
        let mut pair = if self.pairs.len() == self.size {
            self.pairs.pop_front().expect("a full memory")
        } else {
            let zeros = alloc::vec![S::zero(); to.0.len()];
            Pair { s: zeros.clone(), y: zeros, curvature: S::zero() }
        };
        let difference = |into: &mut [S], to: &[S], from: &[S]| {
            for ((d, &to), &from) in into.iter_mut().zip(to).zip(from) {
                *d = to - from;
            }
        };
        difference(&mut pair.s, to.0, from.0);
        difference(&mut pair.y, to.1, from.1);
        pair.curvature = dot(&pair.s, &pair.y);
        if pair.curvature > S::zero() {
            self.pairs.push_back(pair);
        }
    }

    /// Turns a gradient into minus the approximate inverse Hessian times it (Nocedal 1980,
    /// doi:10.1090/S0025-5718-1980-0572855-7).
    fn direction(&self, d: &mut [S]) {
        d.iter_mut().for_each(|d| *d = -*d);
        let mut weights = [S::zero(); 64];
        let recent = self.pairs.len().saturating_sub(weights.len());
        let pairs = || self.pairs.iter().skip(recent);
        for (pair, weight) in pairs().zip(&mut weights).rev() {
            *weight = dot(&pair.s, d) / pair.curvature;
            d.iter_mut().zip(&pair.y).for_each(|(d, &y)| *d -= *weight * y);
        }
        if let Some(last) = self.pairs.back() {
            let scale = last.curvature / dot(&last.y, &last.y);
            d.iter_mut().for_each(|d| *d *= scale);
        }
        for (pair, &weight) in pairs().zip(&weights) {
            let back = weight - dot(&pair.y, d) / pair.curvature;
            d.iter_mut().zip(&pair.s).for_each(|(d, &s)| *d += back * s);
        }
    }
}

/// Length of the first step, before anything is known of the curvature.
fn first_step<S: Scalar>(gradient: &[S]) -> S {
    crate::norm::norm(gradient).recip().min(S::one())
}

/// L-BFGS with a line search for the strong Wolfe conditions (Liu, Nocedal 1989, doi:10.1007/BF01589116).
///
/// ```
/// use autodiff_runtime::solvers::Lbfgs;
/// let mut x = [-1.2, 1.0];
/// let rosenbrock = |x: &[f64; 2]| {
///     let (a, b) = (x[1] - x[0] * x[0], 1.0 - x[0]);
///     (100.0 * a * a + b * b, [-400.0 * a * x[0] - 2.0 * b, 200.0 * a])
/// };
/// let report = Lbfgs::new().minimize(rosenbrock, &mut x)?;
/// assert!(report.gradient <= 1e-8 && report.evaluations < 80);
/// assert!((x[0] - 1.0).abs() < 1e-8 && (x[1] - 1.0).abs() < 1e-8);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lbfgs {
    memory: usize,
    max_iterations: usize,
    gradient_tolerance: f64,
    value_tolerance: f64,
    wolfe: Wolfe,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new()
    }
}

impl Lbfgs {
    /// Memory 10, at most 1000 iterations, gradient tolerance 1e-8.
    pub fn new() -> Self {
        Self {
            memory: 10,
            max_iterations: 1000,
            gradient_tolerance: 1e-8,
            value_tolerance: 0.0,
            wolfe: Wolfe { decrease: 1e-4, curvature: 0.3, max_evaluations: 30 },
        }
    }

    /// How many steps are remembered, up to 64.
    pub fn memory(mut self, steps: usize) -> Self {
        self.memory = steps.clamp(1, 64);
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

    /// Stops when a step lowers the value by no more than this share of it; by default 0, where it goes on for as long as the
    /// gradient falls.
    pub fn value_tolerance(mut self, tolerance: f64) -> Self {
        self.value_tolerance = tolerance;
        self
    }

    /// The constants of the Wolfe conditions: sufficient decrease (1e-4) and curvature (0.3).
    ///
    /// The usual curvature of 0.9 saves evaluations on each step and needs several times as many steps where the loss is
    /// badly scaled; with 0.3 there are about twice as many evaluations a step and fewer in all.
    pub fn wolfe(mut self, decrease: f64, curvature: f64) -> Self {
        (self.wolfe.decrease, self.wolfe.curvature) = (decrease, curvature);
        self
    }

    /// Minimises `loss`, which returns value and gradient, from `params` on; leaves the best point in them.
    ///
    /// # Errors
    /// [`Error::NoParameters`], [`Error::Mismatch`] when the gradient has another shape, [`Error::Invalid`] when the loss
    /// is not finite at the start.
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>>(
        &self,
        loss: impl FnMut(&P) -> (S, G),
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Problem::new(loss, params)?;
        let (mut here, _) = problem.start()?;
        let (mut next, mut direction): (Point<S>, _) = (here.clone(), here.gradient.clone());
        let mut memory = Memory::new(self.memory);
        for iteration in 0..self.max_iterations {
            if here.steepness() <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            direction.copy_from_slice(&here.gradient);
            memory.direction(&mut direction);
            let first = if memory.pairs.is_empty() { first_step(&here.gradient) } else { S::one() };
            if !self.wolfe.search(&mut problem, &here, &direction, first, &mut next)? {
                if memory.pairs.is_empty() {
                    return problem.finish(&here, iteration, Stop::LineSearch);
                }
                // The curvature that is remembered may be what misleads.
                memory.pairs.clear();
                continue;
            }
            memory.push((&here.x, &here.gradient), (&next.x, &next.gradient));
            core::mem::swap(&mut here, &mut next);
            let decrease = next.value - here.value;
            // Where the value has no digits left, the gradient may have.
            let digits = decrease <= S::zero() && self.value_tolerance == 0.0;
            let closer = digits && crate::norm::norm(&here.gradient) < crate::norm::norm(&next.gradient);
            if decrease <= S::of(self.value_tolerance) * here.value.abs() && !closer {
                return problem.finish(&here, iteration + 1, Stop::Stationary);
            }
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}

/// L-BFGS directions with a given step length: an [`Optimizer`], for losses that change from step to step.
///
/// As `optax.lbfgs(rate, linesearch=None)`: the first step is scaled by `min(1, 1/‖g‖)`.
///
/// ```
/// use autodiff_runtime::{Optimizer, solvers::LbfgsSteps};
/// let (mut x, mut opt) = ([2.0_f64, 1.0], LbfgsSteps::new(1.0, 5));
/// for _ in 0..12 {
///     let g = [x[0], 10.0 * x[1]];
///     opt.step(&mut x, &g)?;
/// }
/// assert!(x[0].abs() < 1e-6 && x[1].abs() < 1e-6);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
pub struct LbfgsSteps<S = f64> {
    rate: f64,
    rate_scale: f64,
    steps: u64,
    memory: Memory<S>,
    /// The last point and its gradient; empty before the first step.
    #[cfg_attr(feature = "serde", serde(with = "crate::optim::bits"))]
    last_x: Vec<S>,
    #[cfg_attr(feature = "serde", serde(with = "crate::optim::bits"))]
    last_g: Vec<S>,
    #[cfg_attr(feature = "serde", serde(skip))]
    direction: Vec<S>,
}

impl<S: Scalar> LbfgsSteps<S> {
    /// Steps of length `rate` times the direction, from a memory of so many steps, up to 64.
    pub fn new(rate: f64, memory: usize) -> Self {
        let memory = Memory::new(memory.clamp(1, 64));
        Self {
            rate,
            rate_scale: 1.0,
            steps: 0,
            memory,
            last_x: Vec::new(),
            last_g: Vec::new(),
            direction: Vec::new(),
        }
    }
}

impl<S: Scalar> Optimizer<S> for LbfgsSteps<S> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        let count = tree::count(params);
        if count == 0 {
            return Err(Error::NoParameters);
        }
        if !self.last_x.is_empty() && self.last_x.len() != count {
            return Err(Error::State("the optimizer's state is for other parameters".into()));
        }
        // A leaf without gradient does not move: that of a constant.
        let (mut x, mut g) = (Vec::with_capacity(count), Vec::with_capacity(count));
        grads.visit(params, |_, _, leaf, gradient| {
            x.extend_from_slice(leaf.data);
            match gradient {
                Some(gradient) => g.extend_from_slice(gradient),
                None => g.resize(x.len(), S::zero()),
            }
        })?;
        if !self.last_x.is_empty() {
            self.memory.push((&self.last_x, &self.last_g), (&x, &g));
        }
        self.direction.clear();
        self.direction.extend_from_slice(&g);
        self.memory.direction(&mut self.direction);
        let first = if self.memory.pairs.is_empty() { first_step(&g) } else { S::one() };
        let rate = S::of(self.rate * self.rate_scale) * first;
        let mut direction = self.direction.iter();
        tree::map_mut(params, |x| x + rate * *direction.next().expect("one for each number"));
        (self.last_x, self.last_g) = (x, g);
        self.steps += 1;
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn set_rate_scale(&mut self, scale: f64) {
        self.rate_scale = scale;
    }
}
