//! Learning rates as functions of the step.
//!
//! A [`Schedule`] is plain data: it can be printed, compared and (feature `serde`) saved. The first update asks for
//! step 0. Where an optimizer takes a learning rate, it takes a number or a schedule.
//!
//! A schedule of length 0 has arrived: it is at its end from the first step on (optax stays at the first value, others
//! divide by 0). A decay whose unit of time is 0 steps is at its limit from the second step on.
//!
//! | original | here |
//! |---|---|
//! | `tf.train.exponential_decay`, `ExponentialDecay`, `optax.exponential_decay`, `StepLR`, `ExponentialLR` | [`Schedule::exponential`], with `staircase`, `begin`, `end` |
//! | `natural_exp_decay` | [`Schedule::natural_exponential`] |
//! | `inverse_time_decay`, `InverseTimeDecay` | [`Schedule::inverse_time`] |
//! | `polynomial_decay`, `PolynomialDecay`, `optax.polynomial_schedule`, `PolynomialLR` | [`Schedule::polynomial`], with `cycle`, `begin` |
//! | `optax.linear_schedule`, `LinearLR`, linear warm-up | [`Schedule::linear`] |
//! | `piecewise_constant`, `PiecewiseConstantDecay` | [`Schedule::piecewise`] |
//! | `optax.piecewise_constant_schedule`, `MultiStepLR`, `ConstantLR` | [`Schedule::scaled_at`] |
//! | `optax.piecewise_interpolate_schedule` | [`Schedule::interpolated`] |
//! | `cosine_decay`, `CosineDecay`, `optax.cosine_decay_schedule` | [`Schedule::cosine`], [`Schedule::warmup_cosine`] |
//! | `cosine_decay_restarts`, `CosineDecayRestarts`, `CosineAnnealingWarmRestarts`, `optax.sgdr_schedule` | [`Schedule::cosine_restarts`], or [`Schedule::join`] of several |
//! | `linear_cosine_decay` | [`Schedule::linear_cosine`] |
//! | `CosineAnnealingLR` | [`Schedule::cosine_annealing`] |
//! | `CyclicLR` | [`Schedule::cyclic`] |
//! | `OneCycleLR` | [`Schedule::one_cycle`]; with three phases [`Schedule::interpolated`] |
//! | `optax.cosine_onecycle_schedule`, `optax.linear_onecycle_schedule` | [`Schedule::cosine_one_cycle`], [`Schedule::linear_one_cycle`]: they peak and end one step later |
//! | Noam (Transformer) | [`Schedule::noam`] |
//! | `optax.join_schedules`, `SequentialLR`, `warmup_*` | [`Schedule::join`] |
//! | `ReduceLROnPlateau`, `optax.contrib.reduce_on_plateau` | [`Plateau`] |
//! | `LambdaLR`, `MultiplicativeLR`, any callable | `optimizer.set_learning_rate(f(t))` before each step |
//! | `noisy_linear_cosine_decay` | add the noise to [`Schedule::linear_cosine`] with your generator: the crate has none |

mod cosine;
mod cycle;
mod decay;
mod interpolate;
mod join;
mod plateau;

pub use cycle::Shape;
pub use plateau::{Plateau, Threshold};

use alloc::{boxed::Box, vec::Vec};

/// The share of a length that is over; all of it where the length is 0.
fn progress(t: f64, length: f64) -> f64 {
    if length > 0.0 { t / length } else { 1.0 }
}

/// A learning rate as a function of the step.
///
/// ```
/// use autodiff_runtime::schedule::Schedule;
/// let rate = Schedule::join([(10, Schedule::linear(0.0, 0.1, 10)), (60, Schedule::cosine(0.1, 50, 0.0))]);
/// assert_eq!((rate.at(0), rate.at(5), rate.at(10)), (0.0, 0.05, 0.1));
/// assert!((rate.at(35) - 0.05).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Schedule {
    /// Always the same.
    Constant(f64),
    /// See [`Schedule::exponential`].
    Exponential {
        /// Rate at the beginning.
        init: f64,
        /// Steps over which the rate is multiplied by `rate` once.
        steps: f64,
        /// The factor.
        rate: f64,
        /// Whether it falls only at whole multiples of `steps`.
        staircase: bool,
        /// Step at which the decay begins.
        begin: u64,
        /// Bound that is not passed.
        end: Option<f64>,
    },
    /// See [`Schedule::inverse_time`].
    InverseTime {
        /// Rate at the beginning.
        init: f64,
        /// Unit of time, in steps.
        steps: f64,
        /// Decay per unit.
        rate: f64,
        /// Whether time advances in whole units.
        staircase: bool,
    },
    /// See [`Schedule::polynomial`].
    Polynomial {
        /// Rate at the beginning.
        init: f64,
        /// Rate at the end.
        end: f64,
        /// Length of the decay.
        steps: u64,
        /// Exponent.
        power: f64,
        /// Step at which the decay begins.
        begin: u64,
        /// Whether it starts again, longer each time, when the end is reached.
        cycle: bool,
    },
    /// See [`Schedule::piecewise`].
    Piecewise {
        /// Last steps (`inclusive`) or ends of all pieces but the last.
        boundaries: Vec<u64>,
        /// One more than there are boundaries.
        values: Vec<f64>,
        /// Whether a boundary still belongs to the piece before it.
        inclusive: bool,
    },
    /// See [`Schedule::interpolated`].
    Interpolated {
        /// Steps and rates.
        points: Vec<(f64, f64)>,
        /// Straight lines or half cosines between them.
        shape: Shape,
    },
    /// See [`Schedule::cosine`].
    Cosine {
        /// Rate at the beginning.
        init: f64,
        /// Length of the decay.
        steps: u64,
        /// Final rate as a fraction of the first.
        alpha: f64,
        /// Exponent of the cosine.
        exponent: f64,
    },
    /// See [`Schedule::cosine_restarts`].
    CosineRestarts {
        /// Rate at the beginning.
        init: f64,
        /// Length of the first period.
        steps: u64,
        /// Factor of the lengths.
        length_factor: f64,
        /// Factor of the heights.
        height_factor: f64,
        /// Smallest rate as a fraction of the first.
        alpha: f64,
    },
    /// See [`Schedule::linear_cosine`].
    LinearCosine {
        /// Rate at the beginning.
        init: f64,
        /// Length of the decay.
        steps: u64,
        /// Periods of the cosine.
        periods: f64,
        /// Added to the linear part.
        alpha: f64,
        /// Added to the product.
        beta: f64,
    },
    /// See [`Schedule::cosine_annealing`].
    CosineAnnealing {
        /// Largest rate.
        max: f64,
        /// Smallest rate.
        min: f64,
        /// Half a period.
        steps: u64,
    },
    /// See [`Schedule::cyclic`].
    Cyclic {
        /// Smallest rate.
        min: f64,
        /// Largest rate.
        max: f64,
        /// Steps upwards.
        up: u64,
        /// Steps downwards.
        down: u64,
        /// Factor of the height from one cycle to the next.
        per_cycle: f64,
        /// Factor of the height from one step to the next.
        per_step: f64,
    },
    /// See [`Schedule::noam`].
    Noam {
        /// Factor.
        scale: f64,
        /// Width of the model.
        width: f64,
        /// Length of the warm-up.
        warmup: u64,
    },
    /// See [`Schedule::join`].
    Join {
        /// The schedules, each with the step that it does not reach any more.
        parts: Vec<(u64, Schedule)>,
    },
    /// See [`Schedule::times`].
    Times(f64, Box<Schedule>),
}

impl From<f64> for Schedule {
    fn from(rate: f64) -> Self {
        Schedule::Constant(rate)
    }
}

impl Schedule {
    /// The rate at a step; the first update is step 0.
    pub fn at(&self, step: u64) -> f64 {
        let t = step as f64;
        match self {
            Self::Constant(rate) => *rate,
            &Self::Exponential { init, steps, rate, staircase, begin, end } => {
                decay::exponential(init, steps, rate, staircase, end, t - begin as f64)
            }
            &Self::InverseTime { init, steps, rate, staircase } => {
                decay::inverse_time(init, steps, rate, staircase, t)
            }
            &Self::Polynomial { init, end, steps, power, begin, cycle } => {
                decay::polynomial(init, end, steps as f64, power, cycle, t - begin as f64)
            }
            Self::Piecewise { boundaries, values, inclusive } => {
                decay::piecewise(boundaries, values, *inclusive, step)
            }
            Self::Interpolated { points, shape } => interpolate::at(points, *shape, t),
            &Self::Cosine { init, steps, alpha, exponent } => {
                cosine::decay(init, steps as f64, alpha, exponent, t)
            }
            &Self::CosineRestarts { init, steps, length_factor, height_factor, alpha } => {
                cosine::restarts(init, steps as f64, length_factor, height_factor, alpha, t)
            }
            &Self::LinearCosine { init, steps, periods, alpha, beta } => {
                cosine::linear(init, steps as f64, periods, alpha, beta, t)
            }
            &Self::CosineAnnealing { max, min, steps } => cosine::annealing(max, min, steps as f64, t),
            &Self::Cyclic { min, max, up, down, per_cycle, per_step } => {
                cycle::at(min, max, up as f64, down as f64, t)
                    * cycle::height(up.saturating_add(down), per_cycle, per_step, step)
                    + min
            }
            &Self::Noam { scale, width, warmup } => decay::noam(scale, width, warmup as f64, t + 1.0),
            Self::Join { parts } => join::at(parts, step),
            Self::Times(factor, schedule) => factor * schedule.at(step),
        }
    }

    /// The same schedule with all rates multiplied by `factor`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// assert_eq!(Schedule::linear(0.0, 1.0, 4).times(2.0).at(1), 0.5);
    /// ```
    pub fn times(self, factor: f64) -> Self {
        Self::Times(factor, Box::new(self))
    }
}
