//! Trait objects: what a trait and its impls have so that the derivatives of a `dyn Trait` know what stands behind it.
//!
//! Invariant: what stands behind an object has all of it, or cannot become one: the default of `__boxed_zero_Curve` does not
//! compile where it is put into the table of an object.
//!
//! ```text
//! trait Curve {                                   impl Curve for Flat {
//!     fn rate(&self, t: f64) -> f64;                  fn rate(&self, t: f64) -> f64 { … }
//!     fn __boxed_zero_Curve(&self)                    fn __boxed_zero_Curve(&self) { ObjectTangent::new(self.zero_tangent()) }
//!         -> ObjectTangent { <in error> }
//!     fn __boxed_rate_forward(&self, t: f64)          fn __boxed_rate_forward(&self, t: f64)
//!         -> (f64, Box<dyn Any>) { … }                    -> … { let (value, pullback) = self.rate_forward(t); (value, Box::new(pullback)) }
//!     fn __boxed_rate_pullback(&self,                 fn __boxed_rate_pullback(&self, …) { <pullback of the box>(self, …) }
//!         kept: Box<dyn Any>, …) { … }            }
//! }
//! impl Differentiable for dyn Curve { type Tangent = ObjectTangent; … }
//! impl dyn Curve { fn __object_rate_forward(&self, t: f64) -> (f64, impl FnOnce(&dyn Curve, …)) { … } … }
//! fn __boxed_Curve<T: Curve>(of: T) -> Box<dyn Curve> { Box::new(of) }        // with its derivatives
//! ```

mod emit;
mod found;
mod method;

pub(super) use self::emit::{constructors, of_impl, of_trait};
pub(super) use self::found::{Objects, with_provided};
