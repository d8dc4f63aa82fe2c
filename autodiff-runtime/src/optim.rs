//! Optimizers over [trees of numbers](crate::tree).
//!
//! Each optimizer is a [`Rule`], its hyperparameters and the update of one leaf, inside [`Optim`], which has what all of
//! them share: learning rate or [schedule](crate::schedule), step counter, weight decay, groups, frozen leaves, state.
//! Where the originals differ, [`Family`] says whose formula and defaults are meant; each optimizer's page lists the
//! differences. A zero gradient makes no step, also where `epsilon` is 0, or so small that it is 0 in single precision; the
//! originals divide 0 by 0 then. What is known from TensorFlow, Keras, optax and PyTorch is found through [`originals`](crate::originals).
//!
//! ```
//! use autodiff_runtime::Optimizer;
//! use autodiff_runtime::optim::{Adam, Chain, Group};
//! use autodiff_runtime::schedule::Schedule;
//!
//! // Clip, then AdamW with warm-up and cosine decay; no decay for biases.
//! let rate = Schedule::warmup_cosine(0.0, 0.1, 10, 290, 0.0);
//! let adam = Adam::new(rate).weight_decay(0.01).group(".1", Group::new().weight_decay(0.0));
//! let mut opt = Chain::new(adam).clip_by_global_norm(1.0);
//!
//! let mut params = (vec![3.0_f64, -2.0], 1.0);
//! for _ in 0..300 {
//!     let grads = (vec![params.0[0] - 1.0, params.0[1] + 1.0], params.1);
//!     opt.step(&mut params, &grads)?;
//! }
//! assert!((params.0[0] - 1.0).abs() < 0.02 && (params.0[1] + 1.0).abs() < 0.02);
//! # Ok::<(), autodiff_runtime::Error>(())
//! ```

mod accumulate;
mod adabelief;
mod adadelta;
mod adafactor;
mod adagrad;
mod adagrad_da;
mod adam;
mod adamax;
mod adan;
mod ademamix;
mod adopt;
mod asgd;
#[cfg(feature = "serde")]
pub(crate) mod bits;
mod chain;
#[cfg(feature = "serde")]
mod checkpoint;
mod core;
mod dog;
mod ema;
mod finite;
mod fromage;
mod ftrl;
mod gradients;
mod group;
mod guard;
mod lamb;
mod lars;
mod lion;
mod lookahead;
mod macros;
mod madgrad;
mod muon;
mod nadam;
mod novograd;
mod optimistic;
mod partition;
mod polyak;
mod prodigy;
mod proximal_adagrad;
mod proximal_sgd;
mod radam;
mod rmsprop;
mod rprop;
mod rule;
mod schedule_free;
mod sgd;
mod sign;
mod sm3;
mod yogi;

pub use self::core::Optim;
pub use accumulate::Accumulate;
pub use adabelief::{AdaBelief, AdaBeliefRule};
pub use adadelta::{Adadelta, AdadeltaRule};
pub use adafactor::{Adafactor, AdafactorRule};
pub use adagrad::{Adagrad, AdagradRule};
pub use adagrad_da::{AdagradDa, AdagradDaRule};
pub use adam::{Adam, AdamRule, adam_w};
pub use adamax::{Adamax, AdamaxRule};
pub use adan::{Adan, AdanRule};
pub use ademamix::{AdEmaMix, AdEmaMixRule};
pub use adopt::{Adopt, AdoptRule};
pub use asgd::{Asgd, AsgdRule};
pub use chain::Chain;
pub use dog::{Dog, DogRule};
pub use ema::Ema;
pub use finite::{ApplyIfFinite, LossScale};
pub use fromage::{Fromage, FromageRule};
pub use ftrl::{Ftrl, FtrlRule};
pub use gradients::Gradients;
pub use group::Group;
use guard::{beside_root, positive};
pub use lamb::{Lamb, LambRule};
pub use lars::{Lars, LarsRule};
pub use lion::{Lion, LionRule};
pub use lookahead::Lookahead;
pub use madgrad::{MadGrad, MadGradRule};
pub use muon::{Muon, MuonRule};
pub use nadam::{Nadam, NadamRule};
pub use novograd::{NovoGrad, NovoGradRule};
pub use optimistic::{OptimisticAdam, OptimisticAdamRule, OptimisticSgd, OptimisticSgdRule};
pub use partition::Partition;
pub use polyak::{Polyak, PolyakRule};
pub use prodigy::{Prodigy, ProdigyRule};
pub use proximal_adagrad::{ProximalAdagrad, ProximalAdagradRule};
pub use proximal_sgd::{ProximalSgd, ProximalSgdRule};
pub use radam::{RAdam, RAdamRule};
pub use rmsprop::{RmsProp, RmsPropRule};
pub use rprop::{Rprop, RpropRule};
pub use rule::{Rule, Update};
pub use schedule_free::{ScheduleFree, ScheduleFreeRule};
pub use sgd::{Sgd, SgdRule};
use sign::sign;
pub use sign::{SignSgd, SignSgdRule};
pub use sm3::{Sm3, Sm3Rule};
pub use yogi::{Yogi, YogiRule};

use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};

/// Whose formula an optimizer follows where the originals differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Family {
    /// `tf.compat.v1.train`.
    TensorFlow,
    /// `keras.optimizers`.
    Keras,
    /// `optax`.
    Optax,
    /// `torch.optim`.
    Torch,
}

/// Something that improves parameters by their gradients.
///
/// ```
/// use autodiff_runtime::{Optimizer, optim::Sgd};
/// let mut params = (vec![1.0, 2.0], 3.0);
/// let mut opt = Sgd::new(0.5);
/// opt.step(&mut params, &(vec![2.0, 0.0], 2.0))?;
/// assert_eq!((params, opt.steps()), ((vec![0.0, 2.0], 2.0), 1));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub trait Optimizer<S: Scalar = f64> {
    /// One step: updates `params` in place by `grads`, a tree of the same shape.
    ///
    /// Leaves whose gradient is `None` (or of an inactive type) stay as they are, with their state.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the shapes differ, [`Error::NoGradients`] when no leaf has a gradient,
    /// [`Error::NoParameters`] when there is no leaf, [`Error::State`] when the shapes are not those of the first
    /// step. Nothing has been changed then.
    fn step<P: TreeMut<S> + ?Sized, G: Tree<S> + ?Sized>(
        &mut self,
        params: &mut P,
        grads: &G,
    ) -> Result<(), Error>
    where
        Self: Sized,
    {
        let mut params = params;
        self.update(&mut params, &Gradients::new(&grads))
    }

    /// What [`Optimizer::step`] does, for implementing wrappers.
    ///
    /// # Errors
    /// As [`Optimizer::step`].
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error>;

    /// Number of steps so far (`global_step`, `iterations`).
    fn steps(&self) -> u64;

    /// Multiplies the learning rate by `scale` from now on; replaces an earlier scale.
    fn set_rate_scale(&mut self, scale: f64);
}

impl<S: Scalar, O: Optimizer<S> + ?Sized> Optimizer<S> for alloc::boxed::Box<O> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        (**self).update(params, grads)
    }
    fn steps(&self) -> u64 {
        (**self).steps()
    }
    fn set_rate_scale(&mut self, scale: f64) {
        (**self).set_rate_scale(scale);
    }
}

impl<S: Scalar, O: Optimizer<S> + ?Sized> Optimizer<S> for &mut O {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        (**self).update(params, grads)
    }
    fn steps(&self) -> u64 {
        (**self).steps()
    }
    fn set_rate_scale(&mut self, scale: f64) {
        (**self).set_rate_scale(scale);
    }
}
