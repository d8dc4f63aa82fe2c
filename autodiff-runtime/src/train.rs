//! `compute_gradients`, `apply_gradients`, `minimize`, with TensorFlow's meaning.
//!
//! A loss is any function from parameters to its value and gradient, such as the `f::value_and_grad` of a
//! differentiated function in a closure. A gradient is a tree of the parameters' shape; leaves may be `Option`s, and
//! `None` means that the loss does not depend on the variable.
//!
//! Around the steps stand [`Minibatches`] of the data, and [`EarlyStopping`] by a metric.

mod early_stopping;
mod minibatches;

pub use early_stopping::EarlyStopping;
pub use minibatches::Minibatches;

use crate::tree::{self, Name, Node, Path, Tree, TreeMut, no_child};
use crate::{Error, Optimizer, Scalar};
use alloc::{boxed::Box, string::ToString, vec::Vec};
use core::marker::PhantomData;

/// Gradients together with the variables that they belong to.
///
/// TensorFlow's list of pairs `(gradient or None, variable)`, as two trees of the same shape.
#[derive(Debug)]
pub struct GradsAndVars<'a, P: ?Sized, G, S = f64> {
    /// The gradients, to be clipped or changed at will.
    pub grads: G,
    /// The variables.
    pub vars: &'a mut P,
    numbers: PhantomData<S>,
}

impl<S: Scalar, P: TreeMut<S> + ?Sized, G: TreeMut<S>> GradsAndVars<'_, P, G, S> {
    /// Calls `f` with each pair: the place, the gradient or `None`, the variable.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when gradients and variables have different shapes.
    pub fn for_each(&self, mut f: impl FnMut(&Path, Option<&[S]>, &[S])) -> Result<(), Error> {
        tree::zip(&*self.vars, &self.grads, |path, var, grad| f(path, grad, var.data))
    }

    /// `apply_gradients`: one step of the optimizer.
    ///
    /// # Errors
    /// As [`Optimizer::step`].
    pub fn apply(self, opt: &mut impl Optimizer<S>) -> Result<(), Error> {
        opt.step(self.vars, &self.grads)
    }
}

/// The loss, and its gradients paired with the variables.
///
/// ```
/// use autodiff_runtime::{clip, optim::Sgd, train};
/// let mut params = (2.0, 3.0);
/// let loss = |(w, x): &(f64, f64)| (w * x * x, (x * x, 2.0 * w * x));
/// let (value, mut pairs) = train::compute_gradients(loss, &mut params);
/// assert_eq!((value, pairs.grads), (18.0, (9.0, 12.0)));
/// clip::by_norm(&mut pairs.grads, 5.0);
/// pairs.apply(&mut Sgd::new(0.1))?;
/// assert_eq!(params, (1.5, 2.5));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn compute_gradients<'a, S: Scalar, P: ?Sized, G>(
    loss: impl FnOnce(&P) -> (S, G),
    params: &'a mut P,
) -> (S, GradsAndVars<'a, P, G, S>) {
    let (value, grads) = loss(params);
    (value, GradsAndVars { grads, vars: params, numbers: PhantomData })
}

/// A pair for [`apply_gradients`]: a variable with a name, and its gradient or `None`.
pub struct Variable<'a, S = f64> {
    name: &'static str,
    value: &'a mut dyn TreeMut<S>,
    gradient: Option<Box<dyn Tree<S> + 'a>>,
}

impl<'a, S: Scalar> Variable<'a, S> {
    /// A variable without gradient.
    pub fn new<V: TreeMut<S>>(name: &'static str, value: &'a mut V) -> Self {
        Self { name, value, gradient: None }
    }

    /// The same with a gradient.
    pub fn gradient(mut self, gradient: impl Tree<S> + 'a) -> Self {
        self.gradient = Some(Box::new(gradient));
        self
    }
}

/// The variables of a list of pairs as one tree.
struct Variables<'a, S>(Vec<(&'static str, &'a mut dyn TreeMut<S>)>);

impl<S: Scalar> Tree<S> for Variables<'_, S> {
    fn node(&self) -> Node<'_, S> {
        Node::Branch(self.0.len())
    }
    fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
        let (name, value) = self.0.get(index).unwrap_or_else(|| no_child(index));
        (Name::Field(name), value)
    }
}

impl<S: Scalar> TreeMut<S> for Variables<'_, S> {
    fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
        let (name, value) = self.0.get_mut(index).unwrap_or_else(|| no_child(index));
        (Name::Field(name), value)
    }
}

/// `apply_gradients` for a list of pairs of any types; the list must be the same, in the same order, at each step.
///
/// # Errors
/// [`Error::NoParameters`] for an empty list, [`Error::NoGradients`] when every gradient is `None`,
/// [`Error::Duplicate`] when a name comes twice (that two are the same variable the compiler has excluded), else as
/// [`Optimizer::step`].
///
/// ```
/// use autodiff_runtime::{optim::Sgd, train::{self, Variable}};
/// let (mut w, mut b, mut opt) = (vec![1.0, 2.0], 3.0, Sgd::new(0.5));
/// train::apply_gradients(&mut opt, [
///     Variable::new("w", &mut w).gradient(vec![2.0, 0.0]),
///     Variable::new("b", &mut b),
/// ])?;
/// assert_eq!((&w[..], b), (&[0.0, 2.0][..], 3.0));
///
/// let error = train::apply_gradients(&mut Sgd::new(0.5), [Variable::new("b", &mut b)]).unwrap_err();
/// assert_eq!(error.to_string(), "no gradients provided for any parameter: `b` []");
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn apply_gradients<'a, S: Scalar>(
    opt: &mut impl Optimizer<S>,
    pairs: impl IntoIterator<Item = Variable<'a, S>>,
) -> Result<(), Error> {
    let (mut variables, mut grads) = (Vec::<(&'static str, _)>::new(), Vec::new());
    for Variable { name, value, gradient } in pairs {
        if variables.iter().any(|(other, _)| *other == name) {
            return Err(Error::Duplicate { variable: name.to_string() });
        }
        variables.push((name, value));
        grads.push(gradient);
    }
    opt.step(&mut Variables(variables), &grads)
}

/// One step downhill: computes the gradients, applies them, returns the loss *before* the step.
///
/// # Errors
/// As [`Optimizer::step`].
///
/// ```
/// use autodiff_runtime::{optim::Sgd, train};
/// let (mut w, mut opt) = (5.0, Sgd::new(0.5));
/// let loss = |w: &f64| ((w - 1.0) * (w - 1.0), 2.0 * (w - 1.0));
/// assert_eq!(train::minimize(loss, &mut w, &mut opt)?, 16.0);
/// assert_eq!(train::minimize(loss, &mut w, &mut opt)?, 0.0);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>>(
    loss: impl FnOnce(&P) -> (S, G),
    params: &mut P,
    opt: &mut impl Optimizer<S>,
) -> Result<S, Error> {
    let (value, grads) = loss(params);
    opt.step(params, &grads)?;
    Ok(value)
}
