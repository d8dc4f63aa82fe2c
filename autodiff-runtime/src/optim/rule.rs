//! What one optimizer has to say: how a leaf is updated.

use crate::Scalar;
use crate::tree::Layout;

/// The update of one optimizer, leaf by leaf. [`Optim`](super::Optim) does the rest: schedule, step counter, state,
/// weight decay, groups, masks, checking.
///
/// ```
/// use autodiff_runtime::optim::{Optim, Rule, Update};
/// use autodiff_runtime::{Optimizer, Scalar};
///
/// /// Steps of fixed length, downhill.
/// #[derive(Default)]
/// struct Normalized;
/// impl<S: Scalar> Rule<S> for Normalized {
///     const NAME: &'static str = "normalized";
///     fn leaf(&mut self, update: Update<'_, S>) {
///         let norm = update.grads.iter().map(|&g| g * g).sum::<S>().sqrt();
///         let rate = S::of(update.rate) / norm;
///         update.each0(|p, g| p - rate * g);
///     }
/// }
///
/// let mut p = [1.0, 1.0];
/// Optim::<Normalized>::new(5.0).step(&mut p, &[3.0, 4.0])?;
/// assert_eq!(p, [-2.0, -3.0]);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub trait Rule<S: Scalar> {
    /// Name in checkpoints.
    const NAME: &'static str;

    /// How many numbers of state a leaf needs; they start as zeros.
    fn state_len(&self, _layout: &Layout) -> usize {
        0
    }

    /// Gives the state of a leaf its first value, where that is not zero.
    fn init(&self, _layout: &Layout, _params: &[S], _state: &mut [S]) {}

    /// Whether `t` counts the updates of the leaf instead of all steps.
    fn counts_by_leaf(&self) -> bool {
        false
    }

    /// Starts step `t` (from 1) with the given learning rate.
    fn begin(&mut self, _t: u64, _rate: f64) {}

    /// How often each step goes through the leaves.
    fn passes(&self) -> usize {
        1
    }

    /// Updates a leaf that has a gradient.
    fn leaf(&mut self, update: Update<'_, S>);

    /// Called after each pass.
    fn end_pass(&mut self, _pass: usize) {}
}

/// One leaf with its gradient and state.
#[derive(Debug)]
pub struct Update<'a, S> {
    /// The parameters.
    pub params: &'a mut [S],
    /// Their gradient.
    pub grads: &'a [S],
    /// The state of the leaf, [`Rule::state_len`] numbers.
    pub state: &'a mut [S],
    /// Shape of the leaf.
    pub layout: Layout,
    /// Learning rate, with the factor of the group.
    pub rate: f64,
    /// Number of this step, from 1.
    pub t: u64,
    /// Number of this pass, from 0.
    pub pass: usize,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Weight decay that is added to the gradient.
    pub l2: f64,
}

/// Loops over the elements of a leaf and so many arrays of state. `f` gets parameter, gradient and states, and returns
/// the new parameter and states. Weight decay is done here. They are separate functions, with every slice a parameter,
/// because that is how LLVM learns that the slices do not overlap and vectorises the loop.
macro_rules! each {
    ($each:ident, $run:ident: $($state:ident $type:ident),*) => {
        /// Updates all elements from parameter, gradient and state. Weight decay of either kind is included.
        #[inline]
        pub fn $each(self, f: impl Fn(S, S $(, $type)*) -> each!(@result S $($type)*)) {
            #[allow(unused_variables)]
            let (len, rest) = (self.params.len(), self.state);
            $(let ($state, rest) = rest.split_at_mut(len);)*
            let _ = rest;
            if self.l2 == 0.0 && self.weight_decay == 0.0 {
                return $run(self.params, self.grads, $($state,)* f);
            }
            let (l2, keep) = (S::of(self.l2), S::one() - S::of(self.rate * self.weight_decay));
            $run(self.params, self.grads, $($state,)* |p, g $(, $state)*| f(p * keep, g + l2 * p $(, $state)*));
        }
    };
    (@result $s:ident) => { $s };
    (@result $s:ident $($type:ident)+) => { ($s, $($type),+) };
}

macro_rules! run {
    ($run:ident: $($state:ident),*) => {
        #[inline(never)]
        #[allow(clippy::too_many_arguments, reason = "each slice has to be a parameter of its own")]
        fn $run<S: Scalar>(
            params: &mut [S],
            grads: &[S],
            $($state: &mut [S],)*
            f: impl Fn(S, S $(, run!(@s $state))*) -> run!(@result $($state)*),
        ) {
            let len = params.len();
            let grads = &grads[..len];
            $(let $state = &mut $state[..len];)*
            for i in 0..len {
                let new = f(params[i], grads[i] $(, $state[i])*);
                run!(@store new, params[i] $(, $state[i])*);
            }
        }
    };
    (@s $state:ident) => { S };
    (@result) => { S };
    (@result $($state:ident)+) => { (S, $(run!(@s $state)),+) };
    (@store $new:ident, $p:expr) => { $p = $new };
    (@store $new:ident, $p:expr, $($state:expr),+) => { ($p, $($state),+) = $new };
}

run!(run0:);
run!(run1: a);
run!(run2: a, b);
run!(run3: a, b, c);
run!(run4: a, b, c, d);

impl<S: Scalar> Update<'_, S> {
    each!(each0, run0:);
    each!(each1, run1: a S);
    each!(each2, run2: a S, b S);
    each!(each3, run3: a S, b S, c S);
    each!(each4, run4: a S, b S, c S, d S);
}
