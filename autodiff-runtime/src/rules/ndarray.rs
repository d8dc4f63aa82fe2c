//! The methods of `ndarray`'s arrays and views.
//!
//! What `ndarray` gives as a view (`t`, `row`, `slice`) is a copy in derivatives: a view would borrow what may change before
//! the pullback runs.

mod constructors;
mod elementwise;
mod numbers;
mod products;
mod puts;
mod writes;

pub use constructors::ShapeOf;
pub use elementwise::ElementwiseRules;
pub use products::DotRule;
pub use writes::ArrayWriteRules;

/// Brings the rules of arrays into scope.
pub mod prelude {
    #[cfg(feature = "std")]
    pub use super::SpreadRules as _;
    pub use super::constructors::{Array1Constructors as _, ArrayConstructors as _};
    pub use super::puts::{Array2Puts as _, ArrayPuts as _};
    pub use super::{Array2Rules as _, ArrayRules as _, ArrayWriteRules as _, ElementwiseRules as _};
    pub use crate::rules::parts::of_arrays::{Array2Parts as _, ArrayParts as _};
}

use self::elementwise::along;
use crate::Tangent;
use crate::differentiable::{Element, Storage};
#[cfg(feature = "std")]
use crate::ops::ndarray::{add_scaled, inner, quotient};
use crate::special::product;
use ndarray::{Array, Array1, ArrayBase, Axis, Dimension, Ix2, RemoveAxis, ShapeArg, SliceArg, Zip};
use num_traits::Float;

/// The number of elements as a number.
fn count<T: Element>(n: usize) -> T {
    T::from_usize(n).expect("a float holds a count")
}

/// A sum and the tangent that was added to it.
fn plus<T: Tangent>(mut a: T, b: &T) -> T {
    a.accumulate(b);
    a
}

crate::rules! {
    /// The derivatives of the methods of arrays and views of any number of axes.
    pub trait ArrayRules[T, S, D] for ArrayBase<S, D>
    where { T: Element, S: Storage<Elem = T>, D: Dimension };

    fn sum(&self) -> T {
        sum_forward |this, seed| { bar => *bar += seed }
        sum_pushforward |dot| { dot.sum() }
    }

    fn mean(&self) -> (T, bool) = { found(self.mean()) } {
        mean_forward |this, seed| { bar => *bar += seed.0 / count(this.len()) }
        mean_pushforward |dot| { (dot.mean().unwrap_or(T::zero()), ()) }
    }

    fn sum_axis(&self, axis: Axis) -> Array<T, D::Smaller> where { D: RemoveAxis } {
        sum_axis_forward |this, seed| { bar => *bar += &seed.insert_axis(axis), axis_bar => () }
        sum_axis_pushforward |dot, axis_dot| { dot.sum_axis(axis) }
    }

    fn mean_axis(&self, axis: Axis) -> (Array<T, D::Smaller>, bool) where { D: RemoveAxis }
    = { found_array(self.mean_axis(axis), || self.sum_axis(axis)) } {
        mean_axis_forward |this, seed| {
            bar => {
                let n = count::<T>(this.len_of(axis));
                *bar += &seed.0.mapv(|seed| seed / n).insert_axis(axis)
            },
            axis_bar => (),
        }
        mean_axis_pushforward |dot, axis_dot| {
            (found_array(dot.mean_axis(axis), || dot.sum_axis(axis)).0, ())
        }
    }

    fn dot[S2: Storage<Elem = T>, E: Dimension](&self, other: &ArrayBase<S2, E>) -> D::Product
    where { D: DotRule<T, E> } = { D::product(&self.view(), &other.view()) } {
        dot_forward |this, seed| {
            bar => D::by_left(&seed, &other.view(), bar),
            other_bar => D::by_right(&seed, &this.view(), other_bar),
        }
        dot_pushforward |dot, other_dot| {
            let by_left = D::product(&dot.view(), &other.view());
            plus(by_left, &D::product(&self.view(), &other_dot.view()))
        }
    }

    fn t(&self) -> Array<T, D> = { self.t().into_owned() } {
        t_forward |this, seed| { bar => *bar += &seed.t() }
        t_pushforward |dot| { dot.t().into_owned() }
    }

    fn reversed_axes(&self) -> Array<T, D> = { self.t().into_owned() } {
        reversed_axes_forward |this, seed| { bar => *bar += &seed.t() }
        reversed_axes_pushforward |dot| { dot.t().into_owned() }
    }

    fn view(&self) -> Array<T, D> = { self.view().into_owned() } {
        view_forward |this, seed| { bar => *bar += &seed }
        view_pushforward |dot| { dot.clone() }
    }

    fn to_owned(&self) -> Array<T, D> = { self.view().into_owned() } {
        to_owned_forward |this, seed| { bar => *bar += &seed }
        to_owned_pushforward |dot| { dot.clone() }
    }

    fn into_owned(&self) -> Array<T, D> = { self.view().into_owned() } {
        into_owned_forward |this, seed| { bar => *bar += &seed }
        into_owned_pushforward |dot| { dot.clone() }
    }

    fn diag(&self) -> Array1<T> = { self.diag().into_owned() } {
        diag_forward |this, seed| { bar => { let mut diag = bar.diag_mut(); diag += &seed } }
        diag_pushforward |dot| { dot.diag().into_owned() }
    }

    fn index_axis(&self, axis: Axis, index: usize) -> Array<T, D::Smaller> where { D: RemoveAxis }
    = { self.index_axis(axis, index).into_owned() } {
        index_axis_forward |this, seed| {
            bar => { let mut part = bar.index_axis_mut(axis, index); part += &seed },
            axis_bar => (),
            index_bar => (),
        }
        index_axis_pushforward |dot, axis_dot, index_dot| { dot.index_axis(axis, index).into_owned() }
    }

    fn slice[I: Slicing<D>](&self, part: I) -> Array<T, I::OutDim>
    = { self.slice(part).into_owned() } {
        slice_forward |this, seed| {
            bar => { let mut part = bar.slice_mut(part); part += &seed },
            part_bar => (),
        }
        slice_pushforward |dot, part_dot| { dot.slice(part).into_owned() }
    }

    fn select(&self, axis: Axis, indices: &[usize]) -> Array<T, D> where { D: RemoveAxis } {
        select_forward |this, seed| {
            bar => for (at, index) in indices.iter().enumerate() {
                let mut part = bar.index_axis_mut(axis, *index);
                part += &seed.index_axis(axis, at);
            },
            axis_bar => (),
            indices_bar => (),
        }
        select_pushforward |dot, axis_dot, indices_dot| { dot.select(axis, indices) }
    }

    fn insert_axis(&self, axis: Axis) -> Array<T, D::Larger> = { self.to_owned().insert_axis(axis) } {
        insert_axis_forward |this, seed| {
            bar => *bar += &seed.index_axis_move(axis, 0).into_dimensionality::<D>().expect("the axis before"),
            axis_bar => (),
        }
        insert_axis_pushforward |dot, axis_dot| { dot.clone().insert_axis(axis) }
    }

    fn into_shape_with_order[Sh: Shape](&self, shape: Sh) -> (Array<T, Sh::Dim>, bool)
    = { reshaped(self, shape.clone()) } {
        into_shape_with_order_forward |this, seed| {
            bar => *bar += &seed.0.to_shape(bar.raw_dim()).expect("as many elements as before"),
            shape_bar => (),
        }
        into_shape_with_order_pushforward |dot, shape_dot| { (reshaped(dot, shape).0, ()) }
    }

    fn to_shape[Sh: Shape](&self, shape: Sh) -> (Array<T, Sh::Dim>, bool)
    = { reshaped(self, shape.clone()) } {
        to_shape_forward |this, seed| {
            bar => *bar += &seed.0.to_shape(bar.raw_dim()).expect("as many elements as before"),
            shape_bar => (),
        }
        to_shape_pushforward |dot, shape_dot| { (reshaped(dot, shape).0, ()) }
    }

    fn powi(&self, n: i32) -> Array<T, D> = { self.mapv(|x| Float::powi(x, n)) } {
        powi_forward |this, seed| {
            bar => along(bar, &seed, this, |x| x.powi_pushforward(n, Some(&T::one()), None).1),
            n_bar => (),
        }
        powi_pushforward |dot, n_dot| {
            Zip::from(self).and(dot).map_collect(|x, dot| x.powi_pushforward(n, Some(dot), None).1)
        }
    }

    fn powf(&self, k: T) -> Array<T, D> = { self.mapv(|x| Float::powf(x, k)) } {
        powf_forward |this, seed| {
            bar => along(bar, &seed, this, |x| x.powf_pushforward(k, Some(&T::one()), None).1),
            k_bar => *k_bar += Zip::from(&seed).and(this).fold(T::zero(), |sum, seed, x| {
                sum + product(*seed, x.powf_pushforward(k, None, Some(&T::one())).1)
            }),
        }
        powf_pushforward |dot, k_dot| {
            Zip::from(self).and(dot).map_collect(|x, dot| x.powf_pushforward(k, Some(dot), Some(k_dot)).1)
        }
    }
}

// Without the standard library `ndarray` has neither.
#[cfg(feature = "std")]
crate::rules! {
    /// The derivatives of how far the elements of an array spread.
    pub trait SpreadRules[T, S, D] for ArrayBase<S, D>
    where { T: Element, S: Storage<Elem = T>, D: Dimension };

    fn var(&self, ddof: T) -> T {
        var_forward |this, seed| {
            bar => add_scaled(bar, two(seed) / (count::<T>(this.len()) - ddof), &centred(this)),
            ddof_bar => *ddof_bar += product(seed, this.var(ddof) / (count::<T>(this.len()) - ddof)),
        }
        var_pushforward |dot, ddof_dot| {
            let over = count::<T>(self.len()) - ddof;
            two(inner(&centred(self), dot)) / over + product(*ddof_dot, self.var(ddof) / over)
        }
    }

    // At what is all the same, where there is no derivative, it is zero.
    fn std(&self, ddof: T) -> T {
        std_forward |this, seed| {
            bar => {
                let std = this.std(ddof);
                add_scaled(bar, quotient(seed, std * (count::<T>(this.len()) - ddof)), &centred(this))
            },
            ddof_bar => *ddof_bar += product(seed, this.std(ddof) / two(count::<T>(this.len()) - ddof)),
        }
        std_pushforward |dot, ddof_dot| {
            let (std, over) = (self.std(ddof), count::<T>(self.len()) - ddof);
            quotient(inner(&centred(self), dot), std * over) + product(*ddof_dot, std / two(over))
        }
    }
}

/// What may be handed to `slice`: what `s![…]` gives.
pub trait Slicing<D: Dimension>: SliceArg<D> + Copy + crate::Differentiable {}
impl<D: Dimension, I: SliceArg<D> + Copy + crate::Differentiable> Slicing<D> for I {}

/// What says a shape, and carries nothing.
pub trait Shape: ShapeArg + Clone + crate::Differentiable {}
impl<Sh: ShapeArg + Clone + crate::Differentiable> Shape for Sh {}

/// An `Option` as a value and whether there is one.
fn found<T: Element>(value: Option<T>) -> (T, bool) {
    (value.unwrap_or(T::zero()), value.is_some())
}

fn found_array<T: Element, D: Dimension>(
    array: Option<Array<T, D>>,
    or: impl FnOnce() -> Array<T, D>,
) -> (Array<T, D>, bool) {
    match array {
        Some(array) => (array, true),
        None => (or(), false),
    }
}

fn reshaped<T: Element, S: Storage<Elem = T>, D: Dimension, Sh: Shape>(
    array: &ArrayBase<S, D>,
    shape: Sh,
) -> (Array<T, Sh::Dim>, bool) {
    match array.to_shape(shape) {
        Ok(array) => (array.into_owned(), true),
        Err(_) => (Array::zeros(Sh::Dim::default()), false),
    }
}

/// What each element differs from the mean by.
#[cfg(feature = "std")]
fn centred<T: Element, S: Storage<Elem = T>, D: Dimension>(array: &ArrayBase<S, D>) -> Array<T, D> {
    let mean = array.mean().unwrap_or(T::zero());
    array.mapv(|x| x - mean)
}

#[cfg(feature = "std")]
fn two<T: Element>(x: T) -> T {
    x + x
}

crate::rules! {
    /// The derivatives of the methods of matrices.
    pub trait Array2Rules[T, S] for ArrayBase<S, Ix2>
    where { T: Element, S: Storage<Elem = T> };

    fn row(&self, index: usize) -> Array1<T> = { self.row(index).into_owned() } {
        row_forward |this, seed| {
            bar => { let mut row = bar.row_mut(index); row += &seed },
            index_bar => (),
        }
        row_pushforward |dot, index_dot| { dot.row(index).into_owned() }
    }

    fn column(&self, index: usize) -> Array1<T> = { self.column(index).into_owned() } {
        column_forward |this, seed| {
            bar => { let mut column = bar.column_mut(index); column += &seed },
            index_bar => (),
        }
        column_pushforward |dot, index_dot| { dot.column(index).into_owned() }
    }
}
