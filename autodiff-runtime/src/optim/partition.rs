//! Different optimizers for different parameters.

use super::group::matches;
use super::{Gradients, Optimizer};
use crate::tree::TreeMut;
use crate::{Error, Scalar};
use alloc::{string::String, string::ToString, vec::Vec};

/// One optimizer for the leaves that a pattern names (as in [`Optim::group`](super::Optim::group)), another for the
/// rest; for more than two, the rest is a partition again (`optax.multi_transform`, Keras' `MultiOptimizer`).
///
/// ```
/// use autodiff_runtime::{Optimizer, optim::{Partition, Sgd, SignSgd}};
/// let mut w = (vec![1.0], 1.0);
/// let mut opt = Partition::new("*.1", SignSgd::new(0.25), Sgd::new(0.5));
/// opt.step(&mut w, &(vec![2.0], 2.0))?;
/// assert_eq!(w, (vec![0.0], 0.75));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Partition<A, B> {
    /// The optimizer of the leaves that are named.
    pub named: A,
    /// The optimizer of the rest.
    pub rest: B,
    pattern: String,
    named_mask: Vec<bool>,
    rest_mask: Vec<bool>,
    steps: u64,
}

impl<A, B> Partition<A, B> {
    /// `named` for the leaves that `pattern` names, `rest` for the others.
    pub fn new(pattern: &str, named: A, rest: B) -> Self {
        let pattern = pattern.to_string();
        Self { named, rest, pattern, named_mask: Vec::new(), rest_mask: Vec::new(), steps: 0 }
    }
}

impl<S: Scalar, A: Optimizer<S>, B: Optimizer<S>> Optimizer<S> for Partition<A, B> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        let fresh = self.named_mask.is_empty();
        let (mut named_any, mut rest_any) = (false, false);
        let result = grads.visit(params, |index, path, _, g| {
            if fresh {
                let named = matches(&self.pattern, &path.to_string());
                self.named_mask.push(named && grads.covers(index));
                self.rest_mask.push(!named && grads.covers(index));
            }
            named_any |= g.is_some() && self.named_mask.get(index) == Some(&true);
            rest_any |= g.is_some() && self.rest_mask.get(index) == Some(&true);
        });
        if fresh && result.is_err() {
            self.named_mask.clear();
            self.rest_mask.clear();
        }
        result?;
        // With no gradient at all it is for one of them to say so.
        if named_any {
            self.named.update(params, &grads.only(&self.named_mask))?;
        }
        if rest_any || !named_any {
            self.rest.update(params, &grads.only(&self.rest_mask))?;
        }
        self.steps += 1;
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn set_rate_scale(&mut self, scale: f64) {
        self.named.set_rate_scale(scale);
        self.rest.set_rate_scale(scale);
    }
}
