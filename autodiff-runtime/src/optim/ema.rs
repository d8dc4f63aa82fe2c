//! Moving averages of parameters.

use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar, math};
use alloc::vec::Vec;

/// Exponential moving average of parameters: `average = decay * average + (1 - decay) * params`.
///
/// | original | here |
/// |---|---|
/// | `tf.train.ExponentialMovingAverage` of a variable | [`Ema::starting_at`] its initial value |
/// | the same of a tensor, `zero_debias` | [`Ema::from_zero`], with [`Ema::debias`] |
/// | its `num_updates` | [`Ema::update_at`] |
/// | Keras' `use_ema`, `ema_overwrite_frequency` | [`Ema::new`]; [`Ema::write`] every so many steps |
/// | `optax.ema` | [`Ema::from_zero`], with [`Ema::debias`] |
///
/// ```
/// use autodiff_runtime::optim::Ema;
/// let mut ema = Ema::new(0.75);
/// ema.update(&vec![1.0, 2.0])?;
/// ema.update(&vec![2.0, 2.0])?;
/// let mut averaged = vec![0.0, 0.0];
/// ema.write(&mut averaged)?;
/// assert_eq!(averaged, [1.25, 2.0]);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
pub struct Ema<S = f64> {
    decay: f64,
    debias: bool,
    from_zero: bool,
    updates: u64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits"))]
    average: Vec<S>,
}

impl<S: Scalar> Ema<S> {
    /// An average that starts with the first parameters it sees.
    pub fn new(decay: f64) -> Self {
        Self { decay, debias: false, from_zero: false, updates: 0, average: Vec::new() }
    }

    /// An average that starts with the parameters as they are now.
    pub fn starting_at<P: Tree<S> + ?Sized>(decay: f64, params: &P) -> Self {
        Self { average: tree::to_vec(params), ..Self::new(decay) }
    }

    /// An average that starts at 0.
    pub fn from_zero(decay: f64) -> Self {
        Self { from_zero: true, ..Self::new(decay) }
    }

    /// Divides by `1 - decay^t`, so that an average from zero is one of the values alone.
    pub fn debias(mut self) -> Self {
        self.debias = true;
        self
    }

    /// Takes up the parameters.
    ///
    /// # Errors
    /// [`Error::Length`] when there are more or fewer numbers than before.
    pub fn update<P: Tree<S> + ?Sized>(&mut self, params: &P) -> Result<(), Error> {
        self.take(self.decay, params)
    }

    /// The same with the decay `min(decay, (1 + n) / (10 + n))`, which forgets faster at the beginning.
    ///
    /// # Errors
    /// As [`Ema::update`].
    pub fn update_at<P: Tree<S> + ?Sized>(&mut self, n: u64, params: &P) -> Result<(), Error> {
        let n = n as f64;
        self.take(self.decay.min((1.0 + n) / (10.0 + n)), params)
    }

    fn take<P: Tree<S> + ?Sized>(&mut self, decay: f64, params: &P) -> Result<(), Error> {
        let found = tree::count(params);
        if self.average.is_empty() {
            self.average = if self.from_zero { alloc::vec![S::zero(); found] } else { tree::to_vec(params) };
        }
        if found != self.average.len() {
            return Err(Error::Length { expected: self.average.len(), found });
        }
        self.updates += 1;
        let (kept, new) = (S::of(decay), S::of(1.0 - decay));
        let mut averages = self.average.iter_mut();
        tree::visit(params, |_, leaf| {
            for (&x, average) in leaf.data.iter().zip(averages.by_ref()) {
                *average = kept * *average + new * x;
            }
        });
        Ok(())
    }

    /// Writes the average over the parameters.
    ///
    /// # Errors
    /// [`Error::Length`] when there are more or fewer numbers than were averaged.
    pub fn write<P: TreeMut<S> + ?Sized>(&self, params: &mut P) -> Result<(), Error> {
        tree::write_from(params, &self.average)?;
        if self.debias {
            let correct = S::of(math::debias(self.decay, self.updates));
            tree::map_mut(params, |x| x / correct);
        }
        Ok(())
    }
}
