//! Jacobians: the shapes they have, and how they are put together of pullbacks and pushforwards.
//!
//! A Jacobian has the shape "result of adjoints": in the place of each number of the result stands the gradient of that
//! number. `f::jacobian` takes it by rows, one pullback for each number of the result, or by columns, one pushforward for
//! each number of the parameters, whichever are fewer.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::Tangent;
use crate::tuples::for_tuples;

/// A tree of numbers that can be named one by one: what a Jacobian has rows for.
///
/// Numbers, arrays, `Vec`s, `Option`s, `Box`es and tuples are such trees, and `()`, which has no number; so is the tangent of a
/// struct that says so, which has the numbers of its fields.
///
/// ```
/// use autodiff_runtime::jacobian::Numbers;
///
/// let mut tree = ([0.0, 0.0], 0.0, ());
/// tree.set(1, 5.0);
/// tree.set(2, 7.0);
/// assert_eq!(tree, ([0.0, 5.0], 7.0, ()));
/// assert_eq!((tree.count(), tree.get(2)), (3, 7.0));
///
/// let mut names = ["a", "b", "c"].into_iter();
/// assert_eq!(tree.each(&mut || names.next().unwrap()), (["a", "b"], "c", ()));
/// ```
/// ```
/// use autodiff_runtime::{Differentiable, differentiate};
///
/// #[derive(Differentiable)]
/// #[differentiable(numbers)]
/// struct Polar {
///     radius: f64,
///     angle: f64,
/// }
///
/// #[differentiate(order = 2)]
/// fn height(at: &Polar) -> f64 {
///     at.radius * at.angle.sin()
/// }
///
/// let hessian = height::hessian(&Polar { radius: 2.0, angle: 0.0 });
/// assert_eq!((hessian.radius.angle, hessian.angle.angle), (1.0, 0.0));
/// ```
#[diagnostic::on_unimplemented(
    message = "there is no Jacobian by or of `{Self}`",
    note = "a Jacobian has rows for numbers, arrays, `Vec`s and tuples of them, and for the numbers of structs that say so \
            (`#[differentiable(numbers)]`): give the result in this form, or seed `vjp` yourself"
)]
pub trait Numbers: Tangent {
    /// The tree with a `T` in the place of each number.
    type Of<T>;

    /// How many numbers there are, where the type says it.
    const COUNT: Option<usize>;

    /// How many numbers there are.
    fn count(&self) -> usize;

    /// The number at `index`, in the order in which they stand.
    ///
    /// # Panics
    /// When there are not so many.
    fn get(&self, index: usize) -> f64;

    /// Sets the number at `index`.
    ///
    /// # Panics
    /// When there are not so many.
    fn set(&mut self, index: usize, value: f64);

    /// The same tree of what `next` gives, in order.
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Self::Of<T>;

    /// What stands in the places of the numbers, in order.
    fn visit<T>(of: &Self::Of<T>, f: &mut dyn FnMut(&T));
}

macro_rules! numbers {
    ($($float:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Numbers for $float {
            type Of<T> = T;
            const COUNT: Option<usize> = Some(1);
            fn count(&self) -> usize {
                1
            }
            fn get(&self, index: usize) -> f64 {
                assert_eq!(index, 0, "a number is one number");
                f64::from(*self)
            }
            fn set(&mut self, index: usize, value: f64) {
                assert_eq!(index, 0, "a number is one number");
                *self = value as $float;
            }
            fn each<T>(&self, next: &mut dyn FnMut() -> T) -> T {
                next()
            }
            fn visit<T>(of: &T, f: &mut dyn FnMut(&T)) {
                f(of);
            }
        }
    )*};
}
numbers!(f32 f64);

/// How many numbers there are in all, where each says it.
#[doc(hidden)]
pub const fn sum(counts: &[Option<usize>]) -> Option<usize> {
    let (mut sum, mut at) = (0, 0);
    while at < counts.len() {
        match counts[at] {
            Some(count) => sum += count,
            None => return None,
        }
        at += 1;
    }
    Some(sum)
}

/// The number is `index` numbers behind the last one.
#[doc(hidden)]
#[cold]
pub fn no_number(index: usize) -> ! {
    panic!("there are {} numbers fewer than that", index + 1)
}

/// Which element of a sequence the number at `index` is in, and which one of it.
fn element<T: Numbers>(elements: &[T], mut index: usize) -> (usize, usize) {
    // Elements of one size need no search.
    if let Some(size @ 1..) = T::COUNT {
        return (index / size, index % size);
    }
    for (at, element) in elements.iter().enumerate() {
        let count = element.count();
        if index < count {
            return (at, index);
        }
        index -= count;
    }
    no_number(index)
}

#[diagnostic::do_not_recommend]
impl<E: Numbers, const N: usize> Numbers for [E; N] {
    type Of<T> = [E::Of<T>; N];
    const COUNT: Option<usize> = match E::COUNT {
        Some(count) => Some(N * count),
        None => None,
    };
    fn count(&self) -> usize {
        self.iter().map(E::count).sum()
    }
    fn get(&self, index: usize) -> f64 {
        let (at, index) = element(self, index);
        self[at].get(index)
    }
    fn set(&mut self, index: usize, value: f64) {
        let (at, index) = element(self, index);
        self[at].set(index, value);
    }
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> [E::Of<T>; N] {
        core::array::from_fn(|at| self[at].each(next))
    }
    fn visit<T>(of: &[E::Of<T>; N], f: &mut dyn FnMut(&T)) {
        of.iter().for_each(|of| E::visit(of, f));
    }
}

#[diagnostic::do_not_recommend]
impl<E: Numbers> Numbers for Vec<E> {
    type Of<T> = Vec<E::Of<T>>;
    const COUNT: Option<usize> = None;
    fn count(&self) -> usize {
        self.iter().map(E::count).sum()
    }
    fn get(&self, index: usize) -> f64 {
        let (at, index) = element(self, index);
        self[at].get(index)
    }
    fn set(&mut self, index: usize, value: f64) {
        let (at, index) = element(self, index);
        self[at].set(index, value);
    }
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Vec<E::Of<T>> {
        self.iter().map(|element| element.each(next)).collect()
    }
    fn visit<T>(of: &Vec<E::Of<T>>, f: &mut dyn FnMut(&T)) {
        of.iter().for_each(|of| E::visit(of, f));
    }
}

#[diagnostic::do_not_recommend]
impl<E: Numbers> Numbers for Option<E>
where
    Option<E>: Tangent,
{
    type Of<T> = Option<E::Of<T>>;
    const COUNT: Option<usize> = None;
    fn count(&self) -> usize {
        self.as_ref().map_or(0, E::count)
    }
    fn get(&self, index: usize) -> f64 {
        self.as_ref().map_or_else(|| no_number(index), |inside| inside.get(index))
    }
    fn set(&mut self, index: usize, value: f64) {
        self.as_mut().map_or_else(|| no_number(index), |inside| inside.set(index, value));
    }
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Option<E::Of<T>> {
        self.as_ref().map(|inside| inside.each(next))
    }
    fn visit<T>(of: &Option<E::Of<T>>, f: &mut dyn FnMut(&T)) {
        of.iter().for_each(|of| E::visit(of, f));
    }
}

#[diagnostic::do_not_recommend]
impl<E: Numbers> Numbers for Box<E>
where
    Box<E>: Tangent,
{
    type Of<T> = Box<E::Of<T>>;
    const COUNT: Option<usize> = E::COUNT;
    fn count(&self) -> usize {
        (**self).count()
    }
    fn get(&self, index: usize) -> f64 {
        (**self).get(index)
    }
    fn set(&mut self, index: usize, value: f64) {
        (**self).set(index, value);
    }
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Box<E::Of<T>> {
        Box::new((**self).each(next))
    }
    fn visit<T>(of: &Box<E::Of<T>>, f: &mut dyn FnMut(&T)) {
        E::visit(of, f);
    }
}

macro_rules! tuples {
    ($(($($name:ident $at:tt)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($name: Numbers),*> Numbers for ($($name,)*) {
            type Of<T> = ($($name::Of<T>,)*);
            const COUNT: Option<usize> = sum(&[$($name::COUNT),*]);
            fn count(&self) -> usize {
                0 $(+ self.$at.count())*
            }
            #[allow(unused_mut, unused_assignments, reason = "the last part is not followed by another")]
            fn get(&self, mut index: usize) -> f64 {
                $(
                    let count = self.$at.count();
                    if index < count {
                        return self.$at.get(index);
                    }
                    index -= count;
                )*
                no_number(index)
            }
            #[allow(unused_mut, unused_assignments, unused_variables, reason = "as above")]
            fn set(&mut self, mut index: usize, value: f64) {
                $(
                    let count = self.$at.count();
                    if index < count {
                        return self.$at.set(index, value);
                    }
                    index -= count;
                )*
                no_number(index)
            }
            #[allow(unused_variables, clippy::unused_unit, reason = "as above")]
            fn each<T>(&self, next: &mut dyn FnMut() -> T) -> ($($name::Of<T>,)*) {
                ($(self.$at.each(next),)*)
            }
            #[allow(unused_variables, reason = "as above")]
            fn visit<T>(of: &($($name::Of<T>,)*), f: &mut dyn FnMut(&T)) {
                $($name::visit(&of.$at, f);)*
            }
        }
    )*};
}
tuples!(());
for_tuples!(tuples);

/// `unit(zero, at)`: the seed of the row, the tangent of the column `at`.
fn unit<S: Numbers>(zero: &S, at: usize) -> S {
    let mut unit = zero.clone();
    if at < zero.count() {
        unit.set(at, 1.0);
    }
    unit
}

/// The value, and the Jacobian by rows.
///
/// `row` runs the function and its pullback, with the seed that it asks for once it knows the results; `zero` is the zero of
/// their shape.
#[doc(hidden)]
pub fn by_rows<R, S: Numbers, G>(
    zero: impl Fn(&R) -> S,
    mut row: impl FnMut(&mut dyn FnMut(&R) -> S) -> (R, G),
) -> (R, S::Of<G>) {
    let mut shape = None;
    let (value, first) = row(&mut |value| {
        let zero = zero(value);
        let seed = unit(&zero, 0);
        shape = Some(zero);
        seed
    });
    let shape = shape.expect("a pullback is seeded");
    let rows = rows(&shape, first, &mut row);
    (value, rows)
}

fn rows<R, S: Numbers, G>(
    shape: &S,
    first: G,
    row: &mut impl FnMut(&mut dyn FnMut(&R) -> S) -> (R, G),
) -> S::Of<G> {
    let (mut first, mut at) = (Some(first), 0);
    shape.each(&mut || {
        let gradient = match first.take() {
            Some(first) => first,
            None => row(&mut |_| unit(shape, at)).1,
        };
        at += 1;
        gradient
    })
}

/// The value, and the Jacobian by columns: `column` runs the function and its pushforward; `zero` is the zero of the
/// gradient's shape.
#[doc(hidden)]
pub fn by_columns<R, S: Numbers, G: Numbers>(zero: &G, mut column: impl FnMut(G) -> (R, S)) -> (R, S::Of<G>) {
    // Without a number to differentiate by there is a value all the same.
    let (value, first) = column(unit(zero, 0));
    let mut columns = Vec::with_capacity(zero.count());
    columns.push(first);
    columns.extend((1..zero.count()).map(|at| column(unit(zero, at)).1));
    let mut at = 0;
    let jacobian = columns[0].each(&mut || {
        let mut gradient = zero.clone();
        for (number, column) in columns.iter().enumerate().take(zero.count()) {
            gradient.set(number, column.get(at));
        }
        at += 1;
        gradient
    });
    (value, jacobian)
}

/// The same by rows or by columns, whichever are fewer.
#[doc(hidden)]
pub fn by_shape<R, S: Numbers, G: Numbers>(
    zero: impl Fn(&R) -> S,
    row: impl FnMut(&mut dyn FnMut(&R) -> S) -> (R, G),
    gradient: &G,
    column: impl FnMut(G) -> (R, S),
) -> (R, S::Of<G>) {
    let columns = gradient.count();
    by_rows_unless(|rows| columns < rows, zero, row, || by_columns(gradient, column))
}

/// By rows, unless so many of them are more than `columns` cost.
pub(crate) fn by_rows_unless<R, S: Numbers, G: Numbers>(
    are_more: impl Fn(usize) -> bool,
    zero: impl Fn(&R) -> S,
    mut row: impl FnMut(&mut dyn FnMut(&R) -> S) -> (R, G),
    columns: impl FnOnce() -> (R, S::Of<G>),
) -> (R, S::Of<G>) {
    if S::COUNT.is_some_and(&are_more) {
        return columns();
    }
    let mut shape = None;
    let (value, first) = row(&mut |value| {
        let zero = zero(value);
        let seed = unit(&zero, 0);
        shape = Some(zero);
        seed
    });
    let shape = shape.expect("a pullback is seeded");
    // One row is there by now, which may have been in vain.
    if are_more(shape.count().saturating_sub(1)) {
        return columns();
    }
    let rows = rows(&shape, first, &mut row);
    (value, rows)
}

/// The value; its Jacobian is written into `jacobian`, row by row, by rows or by columns, which are `columns` and cost `runs` of
/// the function.
///
/// `row` runs the function and its pullback and puts the gradient into the row, which holds zeros; `all_columns` writes all of it
/// by columns, if there is one.
///
/// # Panics
/// When `jacobian` has another length than the Jacobian.
#[doc(hidden)]
#[track_caller]
pub fn into<R, S: Numbers>(
    by_columns: Option<bool>,
    jacobian: &mut [f64],
    (columns, runs): (usize, usize),
    zero: impl Fn(&R) -> S,
    mut row: impl FnMut(&mut dyn FnMut(&R) -> S, &mut [f64]) -> R,
    mut all_columns: impl FnMut(&mut [f64]) -> Option<R>,
) -> R {
    let fewer = |rows: usize| by_columns.unwrap_or(runs < rows);
    if S::COUNT.map_or(by_columns == Some(true), fewer) {
        if let Some(value) = all_columns(jacobian) {
            return value;
        }
    }
    // There may be no row.
    let mut spare = Vec::new();
    jacobian.fill(0.0);
    let mut shape = None;
    let first = match jacobian.get_mut(..columns) {
        Some(first) => first,
        None => {
            spare.resize(columns, 0.0);
            &mut spare[..]
        }
    };
    let value = row(
        &mut |value| {
            let zero = zero(value);
            let seed = unit(&zero, 0);
            shape = Some(zero);
            seed
        },
        first,
    );
    let shape = shape.expect("a pullback is seeded");
    let rows = shape.count();
    check_length(rows, columns, jacobian.len());
    if by_columns.unwrap_or(runs + 1 < rows) {
        if let Some(value) = all_columns(jacobian) {
            return value;
        }
    }
    for (at, numbers) in jacobian.chunks_exact_mut(columns.max(1)).enumerate().skip(1) {
        row(&mut |_| unit(&shape, at), numbers);
    }
    value
}

/// Writes a Jacobian column by column, as [`into`] wants it: `column` runs the function with the tangent of one.
#[doc(hidden)]
#[track_caller]
pub fn columns_into<R, S: Numbers>(
    jacobian: &mut [f64],
    columns: usize,
    mut column: impl FnMut(usize) -> (R, S),
) -> Option<R> {
    let mut value = None;
    for at in 0..columns {
        let (given, tangent) = column(at);
        if at == 0 {
            check_length(tangent.count(), columns, jacobian.len());
        }
        for (row, numbers) in jacobian.chunks_exact_mut(columns).enumerate() {
            numbers[at] = tangent.get(row);
        }
        value = Some(given);
    }
    value
}

/// A buffer has the length of a Jacobian.
#[track_caller]
pub(crate) fn check_length(rows: usize, columns: usize, len: usize) {
    assert_eq!(len, rows * columns, "the Jacobian has {rows} rows of {columns} numbers");
}

/// The numbers of a tree, one behind the other.
#[doc(hidden)]
pub fn write<T: Numbers>(tree: &T, to: &mut [f64]) {
    for (at, to) in to.iter_mut().enumerate() {
        *to = tree.get(at);
    }
}

/// Sets the number that is `left` numbers behind the first of the tree, if it is in it; what is left is counted down.
#[doc(hidden)]
pub fn mark<T: Numbers>(tree: &mut T, left: &mut usize, number: f64) {
    let count = tree.count();
    if *left < count {
        tree.set(*left, number);
    }
    *left = left.wrapping_sub(count);
}

/// As [`mark`].
#[doc(hidden)]
pub fn mark_slice(numbers: &mut [f64], left: &mut usize, number: f64) {
    if let Some(marked) = numbers.get_mut(*left) {
        *marked = number;
    }
    *left = left.wrapping_sub(numbers.len());
}

/// The Hessian, column by column: `product` multiplies it with a vector, `zero` is the zero of the gradient's shape.
#[doc(hidden)]
pub fn hessian<G: Numbers>(zero: &G, mut product: impl FnMut(G) -> G) -> G::Of<G> {
    let mut at = 0;
    zero.each(&mut || {
        let column = product(unit(zero, at));
        at += 1;
        column
    })
}

/// The diagonal of the Hessian, which costs as much as all of it.
#[doc(hidden)]
pub fn hessian_diagonal<G: Numbers>(zero: &G, mut product: impl FnMut(G) -> G) -> G {
    let mut diagonal = zero.clone();
    for at in 0..zero.count() {
        diagonal.set(at, product(unit(zero, at)).get(at));
    }
    diagonal
}
