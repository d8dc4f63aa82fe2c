//! The methods of `ndarray`'s arrays and views.
//!
//! What `ndarray` gives as a view (`t`, `row`, `slice`) is a copy in derivatives: a view would borrow what may change before
//! the pullback runs.

use crate::Tangent;
use crate::differentiable::{Element, Storage};
use crate::ops::ndarray::{add_reduced, add_scaled, inner, quotient};
use crate::special::product;
use alloc::vec::Vec;
use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{
    Array, Array1, Array2, ArrayBase, ArrayView, Axis, Dimension, Ix1, Ix2, OwnedRepr, RemoveAxis,
    ShapeArg, ShapeBuilder, SliceArg, Zip,
};
use num_traits::Float;

/// A product of arrays of these numbers of axes: `a.dot(&b)`.
pub trait DotRule<T: Element, E: Dimension>: Dimension {
    /// A number, a vector or a matrix.
    type Product: Tangent;
    /// The product.
    fn product(a: &ArrayView<'_, T, Self>, b: &ArrayView<'_, T, E>) -> Self::Product;
    /// Adds to the adjoint of the left operand.
    fn by_left(
        seed: &Self::Product,
        b: &ArrayView<'_, T, E>,
        bar: &mut Array<T, Self>,
    );
    /// Adds to the adjoint of the right operand.
    fn by_right(
        seed: &Self::Product,
        a: &ArrayView<'_, T, Self>,
        bar: &mut Array<T, E>,
    );
}

/// `bar += a ⊗ b`
fn add_outer<T: Element>(bar: &mut Array2<T>, a: &ArrayView<'_, T, Ix1>, b: &ArrayView<'_, T, Ix1>) {
    let (column, row) = (a.view().insert_axis(Axis(1)), b.view().insert_axis(Axis(0)));
    general_mat_mul(T::one(), &column, &row, T::one(), bar);
}

impl<T: Element> DotRule<T, Ix1> for Ix1 {
    type Product = T;
    fn product(a: &ArrayView<'_, T, Ix1>, b: &ArrayView<'_, T, Ix1>) -> T {
        a.dot(b)
    }
    fn by_left(seed: &T, b: &ArrayView<'_, T, Ix1>, bar: &mut Array1<T>) {
        add_scaled(bar, *seed, b);
    }
    fn by_right(seed: &T, a: &ArrayView<'_, T, Ix1>, bar: &mut Array1<T>) {
        add_scaled(bar, *seed, a);
    }
}

impl<T: Element> DotRule<T, Ix1> for Ix2 {
    type Product = Array1<T>;
    fn product(a: &ArrayView<'_, T, Ix2>, b: &ArrayView<'_, T, Ix1>) -> Array1<T> {
        a.dot(b)
    }
    fn by_left(seed: &Array1<T>, b: &ArrayView<'_, T, Ix1>, bar: &mut Array2<T>) {
        add_outer(bar, &seed.view(), b);
    }
    fn by_right(seed: &Array1<T>, a: &ArrayView<'_, T, Ix2>, bar: &mut Array1<T>) {
        general_mat_vec_mul(T::one(), &a.t(), seed, T::one(), bar);
    }
}

impl<T: Element> DotRule<T, Ix2> for Ix1 {
    type Product = Array1<T>;
    fn product(a: &ArrayView<'_, T, Ix1>, b: &ArrayView<'_, T, Ix2>) -> Array1<T> {
        a.dot(b)
    }
    fn by_left(seed: &Array1<T>, b: &ArrayView<'_, T, Ix2>, bar: &mut Array1<T>) {
        general_mat_vec_mul(T::one(), b, seed, T::one(), bar);
    }
    fn by_right(seed: &Array1<T>, a: &ArrayView<'_, T, Ix1>, bar: &mut Array2<T>) {
        add_outer(bar, a, &seed.view());
    }
}

impl<T: Element> DotRule<T, Ix2> for Ix2 {
    type Product = Array2<T>;
    fn product(a: &ArrayView<'_, T, Ix2>, b: &ArrayView<'_, T, Ix2>) -> Array2<T> {
        a.dot(b)
    }
    fn by_left(seed: &Array2<T>, b: &ArrayView<'_, T, Ix2>, bar: &mut Array2<T>) {
        general_mat_mul(T::one(), seed, &b.t(), T::one(), bar);
    }
    fn by_right(seed: &Array2<T>, a: &ArrayView<'_, T, Ix2>, bar: &mut Array2<T>) {
        general_mat_mul(T::one(), &a.t(), seed, T::one(), bar);
    }
}

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
fn centred<T: Element, S: Storage<Elem = T>, D: Dimension>(array: &ArrayBase<S, D>) -> Array<T, D> {
    let mean = array.mean().unwrap_or(T::zero());
    array.mapv(|x| x - mean)
}

fn two<T: Element>(x: T) -> T {
    x + x
}

/// `bar += seed * partial(x)`, element by element.
fn along<T: Element, S: Storage<Elem = T>, D: Dimension>(
    bar: &mut Array<T, D>,
    seed: &Array<T, D>,
    of: &ArrayBase<S, D>,
    partial: impl Fn(T) -> T,
) {
    Zip::from(bar).and(seed).and(of).for_each(|bar, seed, x| *bar += product(*seed, partial(*x)));
}

/// Methods that do with each element what the method of numbers of the same name does.
macro_rules! elementwise {
    ($($name:ident $forward:ident $pushforward:ident)*) => {
        crate::rules! {
            /// The derivatives of methods that do the same with each element.
            pub trait ElementwiseRules[T, S, D] for ArrayBase<S, D>
            where { T: Element, S: Storage<Elem = T>, D: Dimension };
            $(
                fn $name(&self) -> Array<T, D> = { self.mapv(|x| Float::$name(x)) } {
                    $forward |this, seed| { bar => along(bar, &seed, this, |x| x.$pushforward(Some(&T::one())).1) }
                    $pushforward |dot| {
                        Zip::from(self).and(dot).map_collect(|x, dot| x.$pushforward(Some(dot)).1)
                    }
                }
            )*
        }
    };
}
elementwise! {
    exp exp_forward exp_pushforward
    exp2 exp2_forward exp2_pushforward
    exp_m1 exp_m1_forward exp_m1_pushforward
    ln ln_forward ln_pushforward
    log2 log2_forward log2_pushforward
    log10 log10_forward log10_pushforward
    ln_1p ln_1p_forward ln_1p_pushforward
    sqrt sqrt_forward sqrt_pushforward
    cbrt cbrt_forward cbrt_pushforward
    abs abs_forward abs_pushforward
    recip recip_forward recip_pushforward
    sin sin_forward sin_pushforward
    cos cos_forward cos_pushforward
    tan tan_forward tan_pushforward
    asin asin_forward asin_pushforward
    acos acos_forward acos_pushforward
    atan atan_forward atan_pushforward
    sinh sinh_forward sinh_pushforward
    cosh cosh_forward cosh_pushforward
    tanh tanh_forward tanh_pushforward
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

crate::rules! {
    /// The derivatives of constructors of arrays.
    pub trait ArrayConstructors[T, D] for ArrayBase<OwnedRepr<T>, D> where { T: Element, D: Dimension };

    fn from_elem[Sh: ShapeOf<D>](shape: Sh, element: T) -> Array<T, D> {
        from_elem_forward |seed| { shape_bar => (), element_bar => *element_bar += seed.sum() }
        from_elem_pushforward |shape_dot, element_dot| { Array::from_elem(shape.clone(), *element_dot) }
    }

    fn from_shape_vec[Sh: ShapeOf<D>](shape: Sh, elements: Vec<T>) -> (Array<T, D>, bool)
    = { shaped(shape.clone(), &elements) } {
        from_shape_vec_forward |seed| {
            shape_bar => (),
            elements_bar => elements_bar.iter_mut().zip(&seed.0).for_each(|(bar, seed)| *bar += *seed),
        }
        from_shape_vec_pushforward |shape_dot, elements_dot| { (shaped(shape.clone(), elements_dot).0, ()) }
    }
}

crate::rules! {
    /// The derivatives of constructors of vectors.
    pub trait Array1Constructors[T] for ArrayBase<OwnedRepr<T>, Ix1> where { T: Element };

    fn from_vec(elements: Vec<T>) -> Array1<T> {
        from_vec_forward |seed| {
            elements_bar => elements_bar.iter_mut().zip(&seed).for_each(|(bar, seed)| *bar += *seed)
        }
        from_vec_pushforward |elements_dot| { Array1::from_vec(elements_dot.clone()) }
    }

    fn from_iter(elements: Vec<T>) -> Array1<T> {
        from_iter_forward |seed| {
            elements_bar => elements_bar.iter_mut().zip(&seed).for_each(|(bar, seed)| *bar += *seed)
        }
        from_iter_pushforward |elements_dot| { Array1::from_vec(elements_dot.clone()) }
    }
}

/// What says the shape of an array that is made.
pub trait ShapeOf<D: Dimension>: ShapeBuilder<Dim = D> + Clone + crate::Differentiable {}
impl<D: Dimension, Sh: ShapeBuilder<Dim = D> + Clone + crate::Differentiable> ShapeOf<D> for Sh {}

fn shaped<T: Element, D: Dimension>(shape: impl ShapeOf<D>, elements: &[T]) -> (Array<T, D>, bool) {
    match Array::from_shape_vec(shape, elements.to_vec()) {
        Ok(array) => (array, true),
        Err(_) => (Array::zeros(D::default()), false),
    }
}

/// The derivatives of what writes to an array. Their pullbacks put back what it held, and are handed an adjoint that goes in
/// for what it holds behind the call, and comes out for what it held before.
#[allow(missing_docs)]
pub trait ArrayWriteRules<T: Element, D: Dimension> {
    fn assign_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(&mut Self, &ArrayBase<S2, E>, (), Option<&mut Array<T, D>>, Option<&mut Array<T, E>>)
        + use<Self, T, D, S2, E>,
    );
    fn assign_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ());

    fn scaled_add_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(
            &mut Self,
            (),
            &ArrayBase<S2, E>,
            (),
            Option<&mut Array<T, D>>,
            Option<&mut T>,
            Option<&mut Array<T, E>>,
        ) + use<Self, T, D, S2, E>,
    );
    fn scaled_add_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        factor_dot: Option<&T>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ());
}

impl<T: Element, D: Dimension> ArrayWriteRules<T, D> for Array<T, D> {
    fn assign_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(&mut Self, &ArrayBase<S2, E>, (), Option<&mut Array<T, D>>, Option<&mut Array<T, E>>)
        + use<T, D, S2, E>,
    ) {
        let before = self.clone();
        self.assign(from);
        let pullback = move |this: &mut Self,
                             _: &ArrayBase<S2, E>,
                             (): (),
                             bar: Option<&mut Array<T, D>>,
                             from_bar: Option<&mut Array<T, E>>| {
            *this = before;
            if let Some(bar) = bar {
                if let Some(from_bar) = from_bar {
                    add_reduced(from_bar, bar.view());
                }
                bar.fill(T::zero());
            }
        };
        ((), pullback)
    }
    fn assign_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ()) {
        self.assign(from);
        match (dot, from_dot) {
            (Some(dot), Some(from_dot)) => dot.assign(from_dot),
            (Some(dot), None) => dot.fill(T::zero()),
            _ => {}
        }
        ((), ())
    }

    fn scaled_add_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(
            &mut Self,
            (),
            &ArrayBase<S2, E>,
            (),
            Option<&mut Array<T, D>>,
            Option<&mut T>,
            Option<&mut Array<T, E>>,
        ) + use<T, D, S2, E>,
    ) {
        let before = self.clone();
        self.scaled_add(factor, from);
        let pullback = move |this: &mut Self,
                             (): (),
                             from: &ArrayBase<S2, E>,
                             (): (),
                             bar: Option<&mut Array<T, D>>,
                             factor_bar: Option<&mut T>,
                             from_bar: Option<&mut Array<T, E>>| {
            *this = before;
            let Some(bar) = bar else { return };
            if let Some(factor_bar) = factor_bar {
                let from = from.broadcast(bar.raw_dim()).expect("what was added has been broadcast");
                *factor_bar += inner(bar, &from);
            }
            if let Some(from_bar) = from_bar {
                let scaled = bar.mapv(|bar| product(factor, bar));
                add_reduced(from_bar, scaled.view());
            }
        };
        ((), pullback)
    }
    fn scaled_add_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        factor_dot: Option<&T>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ()) {
        self.scaled_add(factor, from);
        if let Some(dot) = dot {
            if let Some(from_dot) = from_dot {
                dot.scaled_add(factor, from_dot);
            }
            if let Some(factor_dot) = factor_dot {
                dot.scaled_add(*factor_dot, from);
            }
        }
        ((), ())
    }
}
