//! Settings for some of the leaves.

/// What is different for a group of parameters.
///
/// ```
/// use autodiff_runtime::optim::{Adam, Group};
/// use autodiff_runtime::Optimizer;
/// let mut p = (vec![1.0], 1.0);
/// let mut adam = Adam::new(0.1).weight_decay(0.5).group(".1", Group::new().weight_decay(0.0));
/// adam.step(&mut p, &(vec![0.0], 0.0))?;
/// assert_eq!(p, (vec![0.95], 1.0));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Group {
    pub(super) rate_factor: f64,
    pub(super) weight_decay: Option<f64>,
    pub(super) l2: Option<f64>,
    pub(super) frozen: bool,
}

impl Default for Group {
    fn default() -> Self {
        Self::new()
    }
}

impl Group {
    /// A group that is like all others.
    pub fn new() -> Self {
        Self { rate_factor: 1.0, weight_decay: None, l2: None, frozen: false }
    }

    /// Multiplies the learning rate.
    pub fn rate_factor(mut self, factor: f64) -> Self {
        self.rate_factor = factor;
        self
    }

    /// Decoupled weight decay of this group.
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.weight_decay = Some(decay);
        self
    }

    /// Weight decay through the gradient of this group.
    pub fn l2(mut self, decay: f64) -> Self {
        self.l2 = Some(decay);
        self
    }

    /// Never updates this group (`trainable=False`).
    pub fn frozen(mut self) -> Self {
        self.frozen = true;
        self
    }
}

/// Whether the name of a leaf is meant by a pattern: the leaf itself, or a part of the tree that it is in
/// (`layers[0]`, `.1`); after a `*`, any leaf that ends so (`*.bias`).
pub(super) fn matches(pattern: &str, leaf: &str) -> bool {
    if let Some(end) = pattern.strip_prefix('*') {
        return leaf.ends_with(end) || leaf == end.trim_start_matches('.');
    }
    leaf.strip_prefix(pattern).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_stop_at_names() {
        assert!(matches("layers[1]", "layers[1].w") && matches(".1", ".1") && matches("w", "w[0]"));
        assert!(!matches("layers[1]", "layers[10].w") && !matches("w", "w1"));
        assert!(matches("*.bias", "layers[3].bias") && matches("*.bias", "bias"));
        assert!(!matches("*.bias", "layers[3].unbias"));
    }
}
