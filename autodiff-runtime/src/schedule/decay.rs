//! Schedules that fall, once.

use super::{Schedule, progress};
use crate::math;
use alloc::vec::Vec;

/// Units of time that have passed, whole ones if it advances in steps. Units of no length pass at once; as many as there
/// are numbers for, since an infinity times zero would be NaN.
fn units(t: f64, unit: f64, staircase: bool) -> f64 {
    if t <= 0.0 {
        return 0.0;
    }
    let time = (t / unit).min(f64::MAX);
    if staircase { math::floor(time) } else { time }
}

pub(super) fn exponential(
    init: f64,
    steps: f64,
    rate: f64,
    staircase: bool,
    end: Option<f64>,
    t: f64,
) -> f64 {
    if t <= 0.0 {
        return init;
    }
    let value = init * math::powf(rate, units(t, steps, staircase));
    match end {
        Some(end) if rate < 1.0 => value.max(end),
        Some(end) => value.min(end),
        None => value,
    }
}

pub(super) fn inverse_time(init: f64, steps: f64, rate: f64, staircase: bool, t: f64) -> f64 {
    init / (1.0 + rate * units(t, steps, staircase))
}

pub(super) fn polynomial(init: f64, end: f64, steps: f64, power: f64, cycle: bool, t: f64) -> f64 {
    let cycles = if cycle { math::ceil(progress(t, steps)).max(1.0) } else { 1.0 };
    let over = progress(t, steps * cycles).clamp(0.0, 1.0);
    (init - end) * math::powf(1.0 - over, power) + end
}

pub(super) fn piecewise(boundaries: &[u64], values: &[f64], inclusive: bool, step: u64) -> f64 {
    let passed = boundaries.iter().filter(|&&boundary| step > boundary || (step == boundary && !inclusive));
    values[passed.count().min(values.len() - 1)]
}

pub(super) fn noam(scale: f64, width: f64, warmup: f64, t: f64) -> f64 {
    scale / math::sqrt(width) * (1.0 / math::sqrt(t)).min(t * math::powf(warmup, -1.5))
}

impl Schedule {
    /// `init * rate^(t / steps)`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::exponential(0.1, 10.0, 0.5);
    /// assert_eq!((rate.at(10), rate.clone().staircase().at(19)), (0.05, 0.05));
    /// assert_eq!(rate.begin(5).end(0.04).at(50), 0.04);
    /// ```
    pub fn exponential(init: f64, steps: f64, rate: f64) -> Self {
        Self::Exponential { init, steps, rate, staircase: false, begin: 0, end: None }
    }

    /// `init * exp(-rate * t / steps)`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// assert!((Schedule::natural_exponential(1.0, 5.0, 0.5).at(10) - (-1.0_f64).exp()).abs() < 1e-15);
    /// ```
    pub fn natural_exponential(init: f64, steps: f64, rate: f64) -> Self {
        Self::exponential(init, steps, math::exp(-rate))
    }

    /// `init / (1 + rate * t / steps)`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// assert_eq!(Schedule::inverse_time(0.3, 10.0, 0.5).at(10), 0.19999999999999998);
    /// ```
    pub fn inverse_time(init: f64, steps: f64, rate: f64) -> Self {
        Self::InverseTime { init, steps, rate, staircase: false }
    }

    /// `(init - end) * (1 - t / steps)^power + end`, then `end`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::polynomial(1.0, 0.0, 10, 2.0);
    /// assert_eq!((rate.at(5), rate.at(20)), (0.25, 0.0));
    /// assert_eq!(rate.cycle().at(15), 0.0625);
    /// ```
    pub fn polynomial(init: f64, end: f64, steps: u64, power: f64) -> Self {
        Self::Polynomial { init, end, steps, power, begin: 0, cycle: false }
    }

    /// A straight line from `init` to `end`, then `end`: warm-up, or decay.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// assert_eq!(Schedule::linear(0.0, 1.0, 20).at(5), 0.25);
    /// ```
    pub fn linear(init: f64, end: f64, steps: u64) -> Self {
        Self::polynomial(init, end, steps, 1.0)
    }

    /// `values[i]` for `t <= boundaries[i]`, afterwards the last.
    ///
    /// # Panics
    /// Unless there is one more value than boundaries.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::piecewise(&[10, 20], &[1.0, 0.5, 0.1]);
    /// assert_eq!((rate.at(10), rate.at(11), rate.at(21)), (1.0, 0.5, 0.1));
    /// ```
    pub fn piecewise(boundaries: &[u64], values: &[f64]) -> Self {
        assert_eq!(values.len(), boundaries.len() + 1, "one more value than boundaries");
        Self::Piecewise { boundaries: boundaries.into(), values: values.into(), inclusive: true }
    }

    /// `init`, multiplied at each of the given steps by its factor.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::scaled_at(1.0, &[(10, 0.5), (20, 0.1)]);
    /// assert_eq!((rate.at(9), rate.at(10), rate.at(20)), (1.0, 0.5, 0.05));
    /// ```
    pub fn scaled_at(init: f64, factors: &[(u64, f64)]) -> Self {
        let mut values: Vec<f64> = [init].into();
        values.extend(factors.iter().scan(init, |value, (_, factor)| {
            *value *= factor;
            Some(*value)
        }));
        let boundaries = factors.iter().map(|(step, _)| *step).collect();
        Self::Piecewise { boundaries, values, inclusive: false }
    }

    /// `scale / √width * min(1 / √t, t / warmup^1.5)` with `t` from 1: the Transformer's. Vaswani et al. 2017,
    /// arXiv:1706.03762.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// assert!((Schedule::noam(1.0, 4.0, 16).at(15) - 0.125).abs() < 1e-15);
    /// ```
    pub fn noam(scale: f64, width: f64, warmup: u64) -> Self {
        Self::Noam { scale, width, warmup }
    }

    /// Falls in steps instead of continuously (exponential and inverse-time decay; no effect on others).
    pub fn staircase(mut self) -> Self {
        if let Self::Exponential { staircase, .. } | Self::InverseTime { staircase, .. } = &mut self {
            *staircase = true;
        }
        self
    }

    /// Starts again, over a longer time, whenever the end is reached (polynomial decay; no effect on others).
    pub fn cycle(mut self) -> Self {
        if let Self::Polynomial { cycle, .. } = &mut self {
            *cycle = true;
        }
        self
    }

    /// Stays at its first value up to this step (exponential and polynomial decay; no effect on others).
    pub fn begin(mut self, step: u64) -> Self {
        if let Self::Exponential { begin, .. } | Self::Polynomial { begin, .. } = &mut self {
            *begin = step;
        }
        self
    }

    /// Does not pass this value (exponential decay; no effect on others).
    pub fn end(mut self, value: f64) -> Self {
        if let Self::Exponential { end, .. } = &mut self {
            *end = Some(value);
        }
        self
    }
}
