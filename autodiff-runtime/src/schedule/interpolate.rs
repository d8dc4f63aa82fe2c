//! Schedules through given points.

use super::{Schedule, Shape};
use crate::math;
use core::f64::consts::PI;

pub(super) fn at(points: &[(f64, f64)], shape: Shape, t: f64) -> f64 {
    let next = points.iter().position(|&(step, _)| t < step).unwrap_or(points.len());
    if next == 0 || next == points.len() {
        return points[next.saturating_sub(1)].1;
    }
    let ((t0, from), (t1, to)) = (points[next - 1], points[next]);
    let fraction = (t - t0) / (t1 - t0);
    match shape {
        Shape::Linear => from + (to - from) * fraction,
        Shape::Cosine => to + (from - to) * 0.5 * (1.0 + math::cos(PI * fraction)),
    }
}

impl Schedule {
    /// Through `(step, rate)` points in order of the steps; constant before the first and after the last.
    ///
    /// # Panics
    /// Without any point.
    ///
    /// ```
    /// use autodiff_runtime::schedule::{Schedule, Shape};
    /// let rate = Schedule::interpolated(&[(0.0, 1.0), (10.0, 0.5), (25.0, 1.0)], Shape::Linear);
    /// assert_eq!((rate.at(5), rate.at(10), rate.at(99)), (0.75, 0.5, 1.0));
    /// ```
    pub fn interpolated(points: &[(f64, f64)], shape: Shape) -> Self {
        assert!(!points.is_empty(), "a schedule through no points");
        Self::Interpolated { points: points.into(), shape }
    }
}
