//! What all optimizers have in common.

use super::group::matches;
use super::{Gradients, Group, Optimizer, Rule, Update};
use crate::schedule::Schedule;
use crate::tree::{self, Layout, TreeMut};
use crate::{Error, Scalar};
use alloc::{format, string::String, string::ToString, vec::Vec};

/// An optimizer: a [`Rule`] with its learning rate, counters and state.
///
/// [`Sgd`](super::Sgd), [`Adam`](super::Adam) and the others are names for `Optim` with their rule; what is common to
/// all of them is here. The state is one flat buffer, allocated at the first step; no later step allocates.
///
/// With the feature `serde` it is saved and read back as a whole: hyperparameters, schedule, counters, state. What is
/// read back continues bit for bit (with `serde_json`, enable its `float_roundtrip`, or hyperparameters with many digits
/// may be rounded). State of another optimizer, of other numbers, or damaged is refused when it is read; state for
/// parameters of other shapes at the next step.
#[derive(Debug, Clone, PartialEq)]
pub struct Optim<R, S = f64> {
    pub(super) rule: R,
    pub(super) core: Core<S>,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
pub(super) struct Core<S> {
    pub(super) rate: Schedule,
    rate_scale: f64,
    pub(super) weight_decay: f64,
    pub(super) l2: f64,
    groups: Vec<(String, Group)>,
    steps: u64,
    pub(super) leaves: Vec<LeafState>,
    #[cfg_attr(feature = "serde", serde(with = "super::bits"))]
    pub(super) state: Vec<S>,
}

/// Where the state of a leaf is, and what leaf that was.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct LeafState {
    pub(super) name: String,
    pub(super) layout: Layout,
    pub(super) start: usize,
    pub(super) len: usize,
    updates: u64,
    rate_factor: f64,
    weight_decay: f64,
    l2: f64,
    frozen: bool,
}

impl<R: Default, S: Scalar> Optim<R, S> {
    /// The optimizer with its default hyperparameters and the given learning rate: a number or a [`Schedule`].
    pub fn new(learning_rate: impl Into<Schedule>) -> Self {
        Self::with_rule(R::default(), learning_rate)
    }
}

impl<R, S: Scalar> Optim<R, S> {
    /// An optimizer that follows `rule`.
    pub fn with_rule(rule: R, learning_rate: impl Into<Schedule>) -> Self {
        let core = Core {
            rate: learning_rate.into(),
            rate_scale: 1.0,
            weight_decay: 0.0,
            l2: 0.0,
            groups: Vec::new(),
            steps: 0,
            leaves: Vec::new(),
            state: Vec::new(),
        };
        Self { rule, core }
    }

    /// Decoupled weight decay: `p -= rate * decay * p` beside each update (AdamW's).
    ///
    /// Loshchilov, Hutter 2019, arXiv:1711.05101.
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.core.weight_decay = decay;
        self
    }

    /// Weight decay through the gradient: `g += decay * p` (torch's for most optimizers).
    pub fn l2(mut self, decay: f64) -> Self {
        self.core.l2 = decay;
        self
    }

    /// Other settings for the leaves that `pattern` names: a leaf or a part of the tree (`layers[0]`, `.1`), or all
    /// leaves that end so (`*.bias`). The last group that names a leaf counts.
    ///
    /// Groups, as weight decay, are assigned to the leaves at the first step.
    pub fn group(mut self, pattern: &str, group: Group) -> Self {
        self.core.groups.push((pattern.to_string(), group));
        self
    }

    /// Never updates the leaves that `pattern` names (`trainable=False`); patterns as in [`Optim::group`].
    pub fn freeze(self, pattern: &str) -> Self {
        self.group(pattern, Group::new().frozen())
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.core.rate.at(self.core.steps) * self.core.rate_scale
    }

    /// Changes the learning rate, from the next step on.
    pub fn set_learning_rate(&mut self, rate: impl Into<Schedule>) {
        self.core.rate = rate.into();
    }

    /// The state of a leaf, by its name, one array of its size after the other (TensorFlow's slots); `None` before the
    /// first step.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Sgd};
    /// let mut opt = Sgd::new(0.1).momentum(0.5);
    /// opt.step(&mut (1.0, [2.0]), &(3.0, [4.0]))?;
    /// assert_eq!(opt.state(".1"), Some(&[4.0][..]));
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    pub fn state(&self, leaf: &str) -> Option<&[S]> {
        let leaf = self.core.leaves.iter().find(|known| known.name == leaf)?;
        Some(&self.core.state[leaf.start..leaf.start + leaf.len])
    }

    /// Forgets state and step counter.
    pub fn reset(&mut self) {
        self.core.steps = 0;
        self.core.leaves.clear();
        self.core.state.clear();
    }
}

impl<S: Scalar> Core<S> {
    /// Lays out the state for these parameters, or makes sure that it is theirs.
    fn attach<R: Rule<S>>(
        &mut self,
        rule: &R,
        params: &dyn TreeMut<S>,
        grads: &Gradients<'_, S>,
    ) -> Result<(), Error> {
        let (mut count, mut active, mut wrong) = (0, 0, None);
        let fresh = self.leaves.is_empty();
        let (groups, leaves, state) = (&self.groups, &mut self.leaves, &mut self.state);
        let (weight_decay, l2) = (self.weight_decay, self.l2);
        let result = grads.visit(params, |index, path, leaf, g| {
            count += 1;
            if fresh {
                let name = path.to_string();
                let none = Group::new();
                let group = groups.iter().rev().find(|(pattern, _)| matches(pattern, &name));
                let group = group.map_or(&none, |(_, group)| group);
                // What is never updated needs no state.
                let frozen = group.frozen || !grads.covers(index);
                let (start, len) = (state.len(), if frozen { 0 } else { rule.state_len(&leaf.layout) });
                state.resize(start + len, S::zero());
                if !frozen {
                    rule.init(&leaf.layout, leaf.data, &mut state[start..]);
                }
                leaves.push(LeafState {
                    name,
                    layout: leaf.layout,
                    start,
                    len,
                    updates: 0,
                    rate_factor: group.rate_factor,
                    weight_decay: group.weight_decay.unwrap_or(weight_decay),
                    l2: group.l2.unwrap_or(l2),
                    frozen,
                });
            } else if leaves.get(index).is_none_or(|known| known.layout != leaf.layout) && wrong.is_none() {
                let known = leaves.get(index).map_or("no leaf".into(), |known| format!("shape {}", known.layout));
                wrong = Some(format!(
                    "the optimizer's state is for other parameters: `{path}` has shape {}, the state has {known}",
                    leaf.layout
                ));
            }
            active += usize::from(g.is_some() && leaves.get(index).is_some_and(|leaf| !leaf.frozen));
        });
        if wrong.is_none() && !fresh && count != leaves.len() {
            let known = leaves.len();
            wrong = Some(format!("the optimizer's state is for {known} leaves, the parameters have {count}"));
        }
        let result = result.and(match wrong {
            Some(what) => Err(Error::State(what)),
            None if count == 0 => Err(Error::NoParameters),
            None if active == 0 => Err(Error::NoGradients { parameters: names(leaves) }),
            None => Ok(()),
        });
        if fresh && result.is_err() {
            self.leaves.clear();
            self.state.clear();
        }
        result
    }
}

impl<S: Scalar> Core<S> {
    /// Calls `f` with each leaf and its state.
    pub(super) fn with_state<P: TreeMut<S> + ?Sized>(
        &self,
        params: &mut P,
        mut f: impl FnMut(&mut [S], &[S]),
    ) -> Result<(), Error> {
        let mut known = self.leaves.iter();
        let mut fits = true;
        tree::visit_mut(params, |_, layout, data| match known.next() {
            Some(leaf) if leaf.layout == layout => f(data, &self.state[leaf.start..leaf.start + leaf.len]),
            _ => fits = false,
        });
        if fits { Ok(()) } else { Err(Error::State("the optimizer's state is for other parameters".into())) }
    }
}

fn names(leaves: &[LeafState]) -> String {
    let names: Vec<String> = leaves.iter().map(|leaf| format!("`{}` {}", leaf.name, leaf.layout)).collect();
    names.join(", ")
}

impl<R: Rule<S>, S: Scalar> Optimizer<S> for Optim<R, S> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        let Self { rule, core } = self;
        core.attach(rule, params, grads)?;
        let rate = core.rate.at(core.steps) * core.rate_scale;
        core.steps += 1;
        let (steps, by_leaf) = (core.steps, rule.counts_by_leaf());
        rule.begin(steps, rate);
        for pass in 0..rule.passes() {
            grads.visit_mut(params, |index, layout, params, g| {
                let leaf = &mut core.leaves[index];
                let Some(grads) = g.filter(|_| !leaf.frozen) else { return };
                leaf.updates += u64::from(pass == 0);
                rule.leaf(Update {
                    params,
                    grads,
                    state: &mut core.state[leaf.start..leaf.start + leaf.len],
                    layout,
                    rate: rate * leaf.rate_factor,
                    t: if by_leaf { leaf.updates } else { steps },
                    pass,
                    weight_decay: leaf.weight_decay,
                    l2: leaf.l2,
                });
            })?;
            rule.end_pass(pass);
        }
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.core.steps
    }

    fn set_rate_scale(&mut self, scale: f64) {
        self.core.rate_scale = scale;
    }
}
