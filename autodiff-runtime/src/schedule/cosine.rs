//! Schedules along a cosine (Loshchilov, Hutter 2017, arXiv:1608.03983).

use super::{Schedule, progress};
use crate::math;
use core::f64::consts::PI;

/// From 1 at 0 to 0 at 1.
fn half_wave(fraction: f64) -> f64 {
    0.5 * (1.0 + math::cos(PI * fraction))
}

pub(super) fn decay(init: f64, steps: f64, alpha: f64, exponent: f64, t: f64) -> f64 {
    let wave = math::powf(half_wave(progress(t, steps).min(1.0)), exponent);
    init * ((1.0 - alpha) * wave + alpha)
}

pub(super) fn restarts(init: f64, steps: f64, length: f64, height: f64, alpha: f64, t: f64) -> f64 {
    // Periods that become shorter end at some time, and those of no length at once.
    let left = 1.0 - progress(t, steps) * (1.0 - length);
    if steps <= 0.0 || left <= 0.0 {
        return init * alpha;
    }
    let done = t / steps;
    let (period, fraction) = if length == 1.0 {
        (math::floor(done), done - math::floor(done))
    } else {
        let period = math::floor(math::ln(left) / math::ln(length));
        // Logarithms may land just before a boundary; just behind it the fraction is 0 but for rounding.
        let start = |period: f64| (1.0 - math::powf(length, period)) / (1.0 - length);
        let period = if done >= start(period + 1.0) { period + 1.0 } else { period };
        (period, (done - start(period)) / math::powf(length, period))
    };
    init * ((1.0 - alpha) * half_wave(fraction) * math::powf(height, period) + alpha)
}

pub(super) fn linear(init: f64, steps: f64, periods: f64, alpha: f64, beta: f64, t: f64) -> f64 {
    let over = progress(t, steps).min(1.0);
    init * ((alpha + 1.0 - over) * half_wave(2.0 * periods * over) + beta)
}

pub(super) fn annealing(max: f64, min: f64, steps: f64, t: f64) -> f64 {
    min + (max - min) * half_wave(progress(t, steps))
}

impl Schedule {
    /// Half a cosine from `init` down to `alpha * init`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::cosine(1.0, 50, 0.25);
    /// assert_eq!((rate.at(25), rate.at(50), rate.at(99)), (0.625, 0.25, 0.25));
    /// ```
    pub fn cosine(init: f64, steps: u64, alpha: f64) -> Self {
        Self::cosine_power(init, steps, alpha, 1.0)
    }

    /// As [`Schedule::cosine`], with the cosine (between 0 and 1) raised to a power.
    pub fn cosine_power(init: f64, steps: u64, alpha: f64, exponent: f64) -> Self {
        Self::Cosine { init, steps, alpha, exponent }
    }

    /// A line from `init` up to `peak` in `warmup` steps, then half a cosine down to `end` in `steps` steps more.
    ///
    /// Keras counts `decay_steps` so; optax's `decay_steps` includes the warm-up.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::warmup_cosine(0.0, 0.1, 10, 50, 0.0);
    /// assert_eq!((rate.at(5), rate.at(10), rate.at(60)), (0.05, 0.1, 0.0));
    /// ```
    pub fn warmup_cosine(init: f64, peak: f64, warmup: u64, steps: u64, end: f64) -> Self {
        let alpha = if peak == 0.0 { 0.0 } else { end / peak };
        Self::join([(warmup, Self::linear(init, peak, warmup)), (u64::MAX, Self::cosine(peak, steps, alpha))])
    }

    /// Half cosines one after the other, each longer by `length_factor` and higher by `height_factor` than the last.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::cosine_restarts(1.0, 10, 2.0, 0.5, 0.0);
    /// assert!((rate.at(10) - 0.5).abs() < 1e-15 && (rate.at(20) - 0.25).abs() < 1e-15);
    /// ```
    pub fn cosine_restarts(
        init: f64,
        steps: u64,
        length_factor: f64,
        height_factor: f64,
        alpha: f64,
    ) -> Self {
        Self::CosineRestarts { init, steps, length_factor, height_factor, alpha }
    }

    /// `init * ((alpha + line) * cosine + beta)`: a falling line times a cosine of so many periods. Bello et al. 2017,
    /// arXiv:1709.07417.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// assert_eq!(Schedule::linear_cosine(1.0, 50, 0.5, 0.0, 0.0).at(25), 0.25);
    /// ```
    pub fn linear_cosine(init: f64, steps: u64, periods: f64, alpha: f64, beta: f64) -> Self {
        Self::LinearCosine { init, steps, periods, alpha, beta }
    }

    /// A cosine that goes on between `max` and `min`, one way in `steps` steps.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::cosine_annealing(1.0, 0.5, 20);
    /// assert_eq!((rate.at(10), rate.at(20), rate.at(40)), (0.75, 0.5, 1.0));
    /// ```
    pub fn cosine_annealing(max: f64, min: f64, steps: u64) -> Self {
        Self::CosineAnnealing { max, min, steps }
    }
}
