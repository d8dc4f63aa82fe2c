//! Schedules one after the other.

use super::Schedule;

pub(super) fn at(parts: &[(u64, Schedule)], step: u64) -> f64 {
    let current = parts.iter().take(parts.len() - 1).filter(|(until, _)| step >= *until).count();
    let start = if current == 0 { 0 } else { parts[current - 1].0 };
    parts[current].1.at(step - start)
}

impl Schedule {
    /// One schedule after the other: each up to the step given with it, which already belongs to the next; the last
    /// one for ever. Each counts its own steps from 0.
    ///
    /// # Panics
    /// Without any part.
    ///
    /// ```
    /// use autodiff_runtime::schedule::Schedule;
    /// let rate = Schedule::join([(10, Schedule::linear(0.0, 1.0, 10)), (u64::MAX, 0.5.into())]);
    /// assert_eq!((rate.at(9), rate.at(10)), (0.9, 0.5));
    /// ```
    pub fn join(parts: impl IntoIterator<Item = (u64, Schedule)>) -> Self {
        let parts: alloc::vec::Vec<_> = parts.into_iter().collect();
        assert!(!parts.is_empty(), "a schedule of no parts");
        Self::Join { parts }
    }
}
