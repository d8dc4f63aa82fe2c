//! An end to training that does not help any more.

use crate::schedule::Threshold;

/// Says when a metric has not fallen for a number of epochs.
///
/// As Keras' `EarlyStopping`: it stops at the `patience`-th epoch in a row that is no better than the best. A NaN is no
/// better than anything. Of a metric that should rise, give the negative.
///
/// ```
/// use autodiff_runtime::optim::Sgd;
/// use autodiff_runtime::train::{self, EarlyStopping};
///
/// // What is learnt from one half of the data is judged by the other.
/// let fit = |w: &f64| ((w - 1.0) * (w - 1.0), 2.0 * (w - 1.0));
/// let judge = |w: f64| (w - 0.75).powi(2);
/// let (mut w, mut best) = (0.0_f64, 0.0_f64);
/// let (mut opt, mut stopping) = (Sgd::new(0.1), EarlyStopping::new(3));
/// for _ in 0..1000 {
///     train::minimize(fit, &mut w, &mut opt)?;
///     let stop = stopping.update(judge(w));
///     if stopping.improved() {
///         best = w;
///     }
///     if stop {
///         break;
///     }
/// }
/// assert!((best - 0.75_f64).abs() < 0.05 && w > best);
/// assert_eq!((stopping.best(), stopping.best_epoch(), stopping.epochs()), (Some(judge(best)), Some(5), 9));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EarlyStopping {
    patience: u64,
    threshold: Threshold,
    best: Option<f64>,
    epochs: u64,
    bad: u64,
}

impl EarlyStopping {
    /// Stops at the `patience`-th bad epoch in a row; at the first for 0 as for 1.
    pub fn new(patience: u64) -> Self {
        Self { patience, threshold: Threshold::Absolute(0.0), best: None, epochs: 0, bad: 0 }
    }

    /// What counts as an improvement (`min_delta`); anything by default.
    ///
    /// ```
    /// use autodiff_runtime::{schedule::Threshold, train::EarlyStopping};
    /// let mut stopping = EarlyStopping::new(2).threshold(Threshold::Absolute(0.1));
    /// assert_eq!([1.0, 0.95, 0.85, 0.84, 0.83].map(|loss| stopping.update(loss)), [false, false, false, false, true]);
    /// ```
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = threshold;
        self
    }

    /// Notes the metric of an epoch; returns whether to stop.
    pub fn update(&mut self, value: f64) -> bool {
        let better = self.threshold.improves(self.best, value);
        if better {
            self.best = Some(value);
        }
        self.epochs += 1;
        self.bad = if better { 0 } else { self.bad + 1 };
        self.bad >= self.patience.max(1)
    }

    /// Whether the last epoch was better than all before it: the time to keep a copy of the parameters.
    pub fn improved(&self) -> bool {
        self.best.is_some() && self.bad == 0
    }

    /// The best value so far; `None` before the first that is a number.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// The epoch of the best value, counted from 0.
    pub fn best_epoch(&self) -> Option<u64> {
        self.best.map(|_| self.epochs - 1 - self.bad)
    }

    /// How many epochs have been noted.
    pub fn epochs(&self) -> u64 {
        self.epochs
    }
}
