//! The crates that differentiate generic Rust: one number type each.

use crate::objectives::{Objective, Real};
use ad_trait::AD;
use ad_trait::reverse_ad::adr::{GlobalComputationGraph, adr};
use nalgebra::SVector;
use num_dual::{DualNum, DualSVec64};
use num_traits::Float;
use simba::scalar::ComplexField;

/// A crate that computes gradients of objectives.
pub trait Peer {
    /// The name of the crate.
    const NAME: &'static str;

    /// Overwrites `g` with the gradient at `x` and returns the value.
    fn gradient<O: Objective>(objective: &O, x: &[f64], g: &mut [f64]) -> f64;
}

/// `num-dual`: forward mode with `N` tangents at once.
pub struct NumDual<const N: usize>;

impl<const N: usize> Peer for NumDual<N> {
    const NAME: &'static str = "num-dual";

    fn gradient<O: Objective>(objective: &O, x: &[f64], g: &mut [f64]) -> f64 {
        let point = SVector::<f64, N>::from_column_slice(x);
        let (value, gradient) =
            num_dual::gradient(|x: SVector<DualSVec64<N>, N>| objective.at(x.as_slice()), point);
        g.copy_from_slice(gradient.as_slice());
        value
    }
}

/// `echidna`: reverse mode on a tape.
pub struct Echidna;

impl Peer for Echidna {
    const NAME: &'static str = "echidna";

    fn gradient<O: Objective>(objective: &O, x: &[f64], g: &mut [f64]) -> f64 {
        let (values, gradient) = echidna::vjp(|x| vec![objective.at(x)], x, &[1.0]);
        g.copy_from_slice(&gradient);
        values[0]
    }
}

/// `ad_trait`: reverse mode on its global graph.
pub struct AdTrait;

impl Peer for AdTrait {
    const NAME: &'static str = "ad_trait";

    fn gradient<O: Objective>(objective: &O, x: &[f64], g: &mut [f64]) -> f64 {
        GlobalComputationGraph::get().reset();
        let point: Vec<adr> = x.iter().map(|x| adr::new_variable(*x, false)).collect();
        let value = objective.at(&point);
        let adjoints = value.get_backwards_mode_grad();
        for (g, x) in g.iter_mut().zip(&point) {
            *g = adjoints.wrt(x);
        }
        value.value()
    }
}

/// `reverse`: reverse mode on a tape.
pub struct Reverse;

impl Peer for Reverse {
    const NAME: &'static str = "reverse";

    fn gradient<O: Objective>(objective: &O, x: &[f64], g: &mut [f64]) -> f64 {
        let tape = reverse::Tape::new();
        let point = tape.add_vars(x);
        let value = objective.at(&point);
        // The variables are the first entries of the tape.
        g.copy_from_slice(&value.grad()[..x.len()]);
        value.val()
    }
}

impl<const N: usize> Real for DualSVec64<N> {
    fn value(&self) -> f64 {
        self.re
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn exp(self) -> Self {
        DualNum::exp(&self)
    }
    fn ln(self) -> Self {
        DualNum::ln(&self)
    }
    fn ln_1p(self) -> Self {
        DualNum::ln_1p(&self)
    }
    fn sqrt(self) -> Self {
        DualNum::sqrt(&self)
    }
    fn sin(self) -> Self {
        DualNum::sin(&self)
    }
    fn cos(self) -> Self {
        DualNum::cos(&self)
    }
    fn tanh(self) -> Self {
        DualNum::tanh(&self)
    }
}

impl Real for echidna::Reverse<f64> {
    fn value(&self) -> f64 {
        echidna::Scalar::value(self)
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn exp(self) -> Self {
        Float::exp(self)
    }
    fn ln(self) -> Self {
        Float::ln(self)
    }
    fn ln_1p(self) -> Self {
        Float::ln_1p(self)
    }
    fn sqrt(self) -> Self {
        Float::sqrt(self)
    }
    fn sin(self) -> Self {
        Float::sin(self)
    }
    fn cos(self) -> Self {
        Float::cos(self)
    }
    fn tanh(self) -> Self {
        Float::tanh(self)
    }
}

impl Real for adr {
    fn value(&self) -> f64 {
        adr::value(self)
    }
    fn plus(self, c: f64) -> Self {
        self + adr::constant(c)
    }
    fn times(self, c: f64) -> Self {
        self * adr::constant(c)
    }
    fn exp(self) -> Self {
        ComplexField::exp(self)
    }
    fn ln(self) -> Self {
        ComplexField::ln(self)
    }
    fn ln_1p(self) -> Self {
        ComplexField::ln(self + adr::constant(1.0))
    }
    fn sqrt(self) -> Self {
        ComplexField::sqrt(self)
    }
    fn sin(self) -> Self {
        ComplexField::sin(self)
    }
    fn cos(self) -> Self {
        ComplexField::cos(self)
    }
    fn tanh(self) -> Self {
        ComplexField::tanh(self)
    }
}

impl Real for reverse::Var<'_> {
    fn value(&self) -> f64 {
        self.val()
    }
    fn plus(self, c: f64) -> Self {
        self + c
    }
    fn times(self, c: f64) -> Self {
        self * c
    }
    fn exp(self) -> Self {
        reverse::Var::exp(&self)
    }
    fn ln(self) -> Self {
        reverse::Var::ln(&self)
    }
    fn ln_1p(self) -> Self {
        reverse::Var::ln_1p(&self)
    }
    fn sqrt(self) -> Self {
        reverse::Var::sqrt(&self)
    }
    fn sin(self) -> Self {
        reverse::Var::sin(&self)
    }
    fn cos(self) -> Self {
        reverse::Var::cos(&self)
    }
    fn tanh(self) -> Self {
        reverse::Var::tanh(&self)
    }
}
