//! A factor that falls when the loss does not.

/// What counts as an improvement.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Threshold {
    /// Below `(1 - x) * best`.
    Relative(f64),
    /// Below `best - x`.
    Absolute(f64),
}

impl Threshold {
    /// Whether a value is better than the best so far. NaN is never better, not even than nothing.
    pub(crate) fn improves(self, best: Option<f64>, value: f64) -> bool {
        match (best, self) {
            (None, _) => !value.is_nan(),
            (Some(best), Threshold::Relative(x)) => value < (1.0 - x) * best,
            (Some(best), Threshold::Absolute(x)) => value < best - x,
        }
    }
}

/// Reduces a learning rate when a metric has stopped falling.
///
/// The formulas of torch and optax differ in when patience is over: torch waits for *more* than `patience` bad
/// epochs, optax ([`Plateau::optax`]) acts at the `patience`-th, and does not note bad epochs during the cool-down. A NaN is
/// a bad epoch.
///
/// ```
/// use autodiff_runtime::schedule::Plateau;
/// let mut plateau = Plateau::new(0.1).patience(1);
/// let factors: Vec<f64> = [5.0, 4.0, 4.0, 4.0].iter().map(|&loss| plateau.update(loss)).collect();
/// assert_eq!(factors, [1.0, 1.0, 1.0, 0.1]);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Plateau {
    factor: f64,
    patience: u64,
    cooldown: u64,
    threshold: Threshold,
    min_scale: f64,
    average_over: u64,
    optax: bool,
    scale: f64,
    /// `None` until the first value: infinity is not a number that every format can hold.
    best: Option<f64>,
    bad: u64,
    cooling: u64,
    sum: f64,
    count: u64,
}

impl Plateau {
    /// Multiplies by `factor` each time; torch's formula and defaults (patience 10, relative threshold 1e-4).
    pub fn new(factor: f64) -> Self {
        Self {
            factor,
            patience: 10,
            cooldown: 0,
            threshold: Threshold::Relative(1e-4),
            min_scale: 0.0,
            average_over: 1,
            optax: false,
            scale: 1.0,
            best: None,
            bad: 0,
            cooling: 0,
            sum: 0.0,
            count: 0,
        }
    }

    /// The formula of `optax.contrib.reduce_on_plateau`.
    pub fn optax(factor: f64) -> Self {
        Self { optax: true, ..Self::new(factor) }
    }

    /// Bad epochs that are tolerated.
    pub fn patience(mut self, epochs: u64) -> Self {
        self.patience = epochs;
        self
    }

    /// Epochs after a reduction in which nothing is reduced.
    pub fn cooldown(mut self, epochs: u64) -> Self {
        self.cooldown = epochs;
        self
    }

    /// What counts as an improvement.
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = threshold;
        self
    }

    /// Smallest scale.
    pub fn min_scale(mut self, scale: f64) -> Self {
        self.min_scale = scale;
        self
    }

    /// Judges the mean of so many values instead of each.
    pub fn average_over(mut self, values: u64) -> Self {
        self.average_over = values.max(1);
        self
    }

    /// The current scale.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Notes a value of the metric; returns the scale for the next step.
    pub fn update(&mut self, value: f64) -> f64 {
        self.sum += value;
        self.count += 1;
        if self.count < self.average_over {
            return self.scale;
        }
        let value = core::mem::take(&mut self.sum) / self.count as f64;
        self.count = 0;
        let better = self.threshold.improves(self.best, value);
        if better {
            self.best = Some(value);
        }
        self.bad = if better { 0 } else { self.bad + 1 };
        let cooling = self.cooling > 0;
        if cooling {
            self.cooling -= 1;
            self.bad = 0;
        }
        let over = if self.optax { !cooling && self.bad == self.patience } else { self.bad > self.patience };
        if over {
            self.scale = (self.scale * self.factor).max(self.min_scale);
            self.cooling = self.cooldown;
            self.bad = 0;
        }
        self.scale
    }
}
