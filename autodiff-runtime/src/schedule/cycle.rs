//! Schedules that rise and fall (Smith 2017, arXiv:1506.01186 and arXiv:1708.07120).

use super::{Schedule, progress};
use crate::math;

/// How to get from one rate to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Shape {
    /// A straight line.
    Linear,
    /// Half a cosine.
    Cosine,
}

/// Height above `min` of the triangle.
pub(super) fn at(min: f64, max: f64, up: f64, down: f64, t: f64) -> f64 {
    let length = up + down;
    let phase = t - length * math::floor(progress(t, length));
    let height = if phase < up { phase / up } else { (length - phase) / down };
    // Triangles of no width are flat.
    if length > 0.0 { (max - min) * height } else { 0.0 }
}

pub(super) fn height(length: u64, per_cycle: f64, per_step: f64, step: u64) -> f64 {
    math::powf(per_cycle, step.checked_div(length).unwrap_or(0) as f64) * math::powf(per_step, step as f64)
}

impl Schedule {
    /// Triangles between `min` and `max`; `per_cycle` 0.5 is torch's `triangular2`, `per_step` below 1 `exp_range`.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::cyclic(0.0, 1.0, 4, 4, 0.5, 1.0);
    /// assert_eq!((rate.at(2), rate.at(4), rate.at(6), rate.at(12)), (0.5, 1.0, 0.5, 0.5));
    /// ```
    pub fn cyclic(min: f64, max: f64, up: u64, down: u64, per_cycle: f64, per_step: f64) -> Self {
        Self::Cyclic { min, max, up, down, per_cycle, per_step }
    }

    /// Up from `max / div` to `max` in the first `rise` of the steps, then down to `max / div / final_div` (torch's
    /// `OneCycleLR`; its defaults are 0.3, 25, 1e4, cosine).
    ///
    /// ```
    /// use autodiff_runtime::schedule::{Schedule, Shape};
    /// let rate = Schedule::one_cycle(0.1, 50, 0.3, 25.0, 1e4, Shape::Cosine);
    /// assert!((rate.at(14) - 0.1).abs() < 1e-15 && (rate.at(49) - 4e-7).abs() < 1e-15);
    /// ```
    pub fn one_cycle(max: f64, steps: u64, rise: f64, div: f64, final_div: f64, shape: Shape) -> Self {
        let first = max / div;
        let points =
            [(0.0, first), (rise * steps as f64 - 1.0, max), (steps as f64 - 1.0, first / final_div)];
        Self::interpolated(&points, shape)
    }

    /// As optax's `cosine_onecycle_schedule`: up from `max / div` to `max` at step `⌊rise * steps⌋`, down to
    /// `max / div / final_div` at step `steps` (its defaults are 0.3, 25, 1e4).
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::cosine_one_cycle(0.1, 50, 0.3, 25.0, 1e4);
    /// assert!((rate.at(15) - 0.1).abs() < 1e-15 && (rate.at(50) - 4e-7).abs() < 1e-15);
    /// ```
    pub fn cosine_one_cycle(max: f64, steps: u64, rise: f64, div: f64, final_div: f64) -> Self {
        let (first, end) = (max / div, steps as f64);
        let points = [(0.0, first), (math::floor(rise * end), max), (end, first / final_div)];
        Self::interpolated(&points, Shape::Cosine)
    }

    /// As optax's `linear_onecycle_schedule`: from `max / div` to `max` at step `⌊rise * steps⌋`, back at step
    /// `⌊back * steps⌋`, down to `max / div / final_div` at step `steps` (its defaults are 0.3, 0.85, 25, 1e4).
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::linear_one_cycle(0.1, 20, 0.3, 0.85, 25.0, 1e4);
    /// assert_eq!((rate.at(6), rate.at(17)), (0.1, 0.004));
    /// assert!((rate.at(20) - 4e-7).abs() < 1e-15);
    /// ```
    pub fn linear_one_cycle(max: f64, steps: u64, rise: f64, back: f64, div: f64, final_div: f64) -> Self {
        let (first, end) = (max / div, steps as f64);
        let (peak, valley) = (math::floor(rise * end), math::floor(back * end));
        let points = [(0.0, first), (peak, max), (valley, first), (end, first / final_div)];
        Self::interpolated(&points, Shape::Linear)
    }
}
