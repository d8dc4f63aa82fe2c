//! What generated code calls. No part of the interface: it changes with the macros, in step with their version.

pub use core;

pub use alloc::{borrow::ToOwned, boxed::Box, vec, vec::Vec};
#[cfg(feature = "nalgebra")]
pub use nalgebra;
#[cfg(feature = "ndarray")]
pub use ndarray;
pub use num_traits;

pub use crate::object;
pub use crate::revolve::leap;
pub use crate::{__accumulate as accumulate, __lend as lend, __plain as plain, given};

use alloc::string::String;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::marker::PhantomData;

use crate::differentiable::accumulate_all;
use crate::{Differentiable, Tangent};
use num_traits::NumCast;

/// A constant of a derivative in generic code.
///
/// # Panics
/// When the type cannot hold the constant: it is not a floating-point type then.
#[inline(always)]
pub fn lit<T: NumCast>(value: f64) -> T {
    T::from(value).expect("a floating-point type holds small constants")
}

/// The adjoint of a `&mut Vec` begins as long as the function left the `Vec`.
///
/// # Panics
/// When it does not.
#[inline]
#[track_caller]
pub fn check_seed(seed: usize, len: usize) {
    assert_eq!(seed, len, "the seed of a `&mut Vec` has an element for each that the function leaves there");
}

/// An adjoint was shorter than its `Vec`.
///
/// # Panics
/// Always.
#[cold]
pub fn missing_adjoint() -> ! {
    panic!("the adjoint of a `&mut Vec` has an element for each that the function leaves there")
}

/// Adjoints of an enum that are to be added belong to values of two variants.
///
/// # Panics
/// Always.
#[cold]
#[track_caller]
pub fn other_variants() -> ! {
    panic!("tangents of different variants cannot be added")
}

/// What may hold something: an `Option`, and a `Result`, whose tangent is an `Option`.
pub trait Holds {
    /// What it may hold.
    type Held;
    /// Whether there is something.
    fn holds(&self) -> bool;
    /// What there is.
    fn held(&self) -> Option<&Self::Held>;
    /// What there is.
    fn held_mut(&mut self) -> Option<&mut Self::Held>;
}

impl<T> Holds for Option<T> {
    type Held = T;
    #[inline(always)]
    fn holds(&self) -> bool {
        self.is_some()
    }
    #[inline(always)]
    fn held(&self) -> Option<&T> {
        self.as_ref()
    }
    #[inline(always)]
    fn held_mut(&mut self) -> Option<&mut T> {
        self.as_mut()
    }
}

impl<T, E> Holds for Result<T, E> {
    type Held = T;
    #[inline(always)]
    fn holds(&self) -> bool {
        self.is_ok()
    }
    #[inline(always)]
    fn held(&self) -> Option<&T> {
        self.as_ref().ok()
    }
    #[inline(always)]
    fn held_mut(&mut self) -> Option<&mut T> {
        self.as_mut().ok()
    }
}

/// Whether there is something.
#[inline(always)]
pub fn holds<O: Holds>(option: &O) -> bool {
    option.holds()
}

/// What there is in an `Option`, or in its tangent.
///
/// # Panics
/// When there is nothing.
#[inline]
#[track_caller]
pub fn some<O: Holds>(option: &O) -> &O::Held {
    option.held().unwrap_or_else(|| no_payload())
}

/// The same to write to.
///
/// # Panics
/// When there is nothing.
#[inline]
#[track_caller]
pub fn some_mut<O: Holds>(option: &mut O) -> &mut O::Held {
    option.held_mut().unwrap_or_else(|| no_payload())
}

/// What a variant holds is asked of an enum that holds another.
///
/// # Panics
/// Always.
#[cold]
#[track_caller]
pub fn no_payload() -> ! {
    panic!("a tangent holds another variant than its enum")
}

/// Where the elements of a sorted sequence are in the sequence as it is.
pub fn order_by<T>(items: &[T], mut compare: impl FnMut(&T, &T) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&i, &j| compare(&items[i], &items[j]));
    order
}

/// As [`order_by`], for a key.
pub fn order_by_key<T, K: Ord>(items: &[T], mut key: impl FnMut(&T) -> K) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&i| key(&items[i]));
    order
}

/// The number `k` behind `first`, of an integer type that nothing but `first` tells.
///
/// # Panics
/// When the type has no such number, as counting up to it does.
#[inline(always)]
pub fn counted<T: NumCast + core::ops::Add<Output = T>>(first: T, k: usize) -> T {
    first + T::from(k).expect("attempt to add with overflow")
}

/// What a pullback is given again of an argument: a parameter that is a reference wants the reference, one by value `()`.
/// Which it is, the pullback's type says; the caller need not know.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be handed to a differentiated function here, which wants a `{T}` again for its derivative",
    label = "bind this to a variable first, and hand over a reference to that"
)]
pub trait Again<T> {
    /// The reference, or nothing.
    fn again(&self) -> T;
}

#[diagnostic::do_not_recommend]
impl<K> Again<()> for K {
    #[inline(always)]
    fn again(&self) {}
}

#[diagnostic::do_not_recommend]
impl<'a, T: ?Sized> Again<&'a T> for &'a T {
    #[inline(always)]
    fn again(&self) -> &'a T {
        self
    }
}

/// Where an argument would coerce.
macro_rules! coerced {
    ($($from:ty as $to:ty, [$($param:tt)*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a, $($param)*> Again<&'a $to> for &'a $from {
            #[inline(always)]
            fn again(&self) -> &'a $to {
                let argument: &'a $from = *self;
                argument
            }
        }
    )*};
}
coerced! {
    &'_ T as T, [T: ?Sized];
    [T; N] as [T], [T, const N: usize];
    Vec<T> as [T], [T];
    Box<T> as T, [T: ?Sized];
    String as str, [];
}

/// What a pullback is given again of an argument's value.
#[inline(always)]
pub fn again<K: Again<T>, T>(argument: &K) -> T {
    argument.again()
}

/// An argument by value, or a reference to it: a method that takes its receiver by value has it lent.
pub trait Handed<T> {
    /// The reference, or a copy of what is behind it.
    fn handed(self) -> T;
}

impl<'a, T: ?Sized> Handed<&'a T> for &'a T {
    #[inline(always)]
    fn handed(self) -> &'a T {
        self
    }
}

impl<T: Clone> Handed<T> for &T {
    #[inline(always)]
    fn handed(self) -> T {
        self.clone()
    }
}

/// What a differentiated function is handed that may be a method called by its path.
#[inline(always)]
pub fn handed<K: Handed<T>, T>(argument: K) -> T {
    argument.handed()
}

/// What is kept of an argument that is gone when the pullback runs, until its type says that it wants it: for a reference a
/// copy of what it refers to (the pullback is to borrow nothing), else nothing.
pub struct Kept<S, T> {
    kept: S,
    wanted: PhantomData<fn() -> T>,
}

/// See [`Kept`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be handed to a differentiated function here, which wants a `{T}` again for its derivative",
    label = "bind what this refers to to a variable first, and hand over a reference to that"
)]
pub trait Keep<T> {
    /// What is kept.
    type Kept;
    /// Keeps it.
    fn keep(&self) -> Self::Kept;
}

#[diagnostic::do_not_recommend]
impl<K> Keep<()> for K {
    type Kept = ();
    #[inline(always)]
    fn keep(&self) {}
}

#[diagnostic::do_not_recommend]
impl<T: ToOwned + ?Sized> Keep<&T> for &T {
    type Kept = T::Owned;
    #[inline]
    fn keep(&self) -> T::Owned {
        T::to_owned(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Keep<&[T]> for &Vec<T> {
    type Kept = Vec<T>;
    #[inline]
    fn keep(&self) -> Vec<T> {
        self.to_vec()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone, const N: usize> Keep<&[T]> for &[T; N] {
    type Kept = Vec<T>;
    #[inline]
    fn keep(&self) -> Vec<T> {
        self.to_vec()
    }
}

#[diagnostic::do_not_recommend]
impl Keep<&str> for &String {
    type Kept = String;
    #[inline]
    fn keep(&self) -> String {
        String::clone(self)
    }
}

/// See [`Kept`].
pub trait Give<'a, T> {
    /// What the pullback is given.
    fn give(&'a self) -> T;
}

impl<'a> Give<'a, ()> for () {
    #[inline(always)]
    fn give(&'a self) {}
}

impl<'a, S: Borrow<T>, T: ?Sized> Give<'a, &'a T> for S {
    #[inline(always)]
    fn give(&'a self) -> &'a T {
        self.borrow()
    }
}

/// Keeps of an argument what the pullback may want.
#[inline(always)]
pub fn keep<K: Keep<T>, T>(argument: &K) -> Kept<K::Kept, T> {
    Kept { kept: argument.keep(), wanted: PhantomData }
}

/// What a pullback is given of what was kept.
#[inline(always)]
pub fn given<'a, S: Give<'a, T>, T>(kept: &'a Kept<S, T>) -> T {
    kept.kept.give()
}

/// A field of an adjoint or a tangent in code that does not see its type: a number, or `()` where the field is marked.
pub trait Part<F> {
    /// The number; zero where there is none.
    fn part(&self) -> F;

    /// Stores a number, where there is one.
    fn set_part(&mut self, value: F);
}

macro_rules! parts {
    ($($float:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Part<$float> for $float {
            #[inline(always)]
            fn part(&self) -> $float {
                *self
            }
            #[inline(always)]
            fn set_part(&mut self, value: $float) {
                *self = value;
            }
        }
    )*};
}
parts!(f32 f64);

#[diagnostic::do_not_recommend]
impl<const W: usize> Part<crate::lanes::Lanes<W>> for crate::lanes::Lanes<W> {
    #[inline(always)]
    fn part(&self) -> Self {
        *self
    }
    #[inline(always)]
    fn set_part(&mut self, value: Self) {
        *self = value;
    }
}

#[diagnostic::do_not_recommend]
impl<F: num_traits::Zero> Part<F> for () {
    #[inline(always)]
    fn part(&self) -> F {
        F::zero()
    }
    #[inline(always)]
    fn set_part(&mut self, _: F) {}
}

/// A part that is handed to a callee: nothing where the field is marked, whatever the callee would have there.
pub struct Lent<R>(pub R);

impl Lent<&()> {
    /// No tangent.
    #[inline(always)]
    pub fn lend<'a, T: ?Sized>(self) -> Option<&'a T> {
        None
    }
}

impl Lent<&mut ()> {
    /// Nothing is added.
    #[inline(always)]
    pub fn accumulate<T: ?Sized>(self, _: &T) {}

    /// No slot.
    #[inline(always)]
    pub fn lend<'a, T: ?Sized>(self) -> Option<&'a mut T> {
        None
    }
}

/// [`Lent::lend`] of all other parts.
pub trait Lend {
    /// The reference.
    type Part;

    /// The part.
    fn lend(self) -> Option<Self::Part>;
}

impl<R> Lend for Lent<R> {
    type Part = R;
    #[inline(always)]
    fn lend(self) -> Option<R> {
        Some(self.0)
    }
}

/// [`Lent::accumulate`] to all other parts.
pub trait Accumulate<T> {
    /// `self += other`
    fn accumulate(self, other: &T);
}

impl<T: Tangent> Accumulate<T> for Lent<&mut T> {
    #[inline(always)]
    fn accumulate(self, other: &T) {
        self.0.accumulate(other);
    }
}

// What `to_vec` made of an array in a field.
impl<T: Tangent, const N: usize> Accumulate<Vec<T>> for Lent<&mut [T; N]> {
    #[inline(always)]
    fn accumulate(self, other: &Vec<T>) {
        accumulate_all(self.0, other);
    }
}

impl<T: Tangent, const N: usize> Accumulate<[T; N]> for Lent<&mut Vec<T>> {
    #[inline(always)]
    fn accumulate(self, other: &[T; N]) {
        accumulate_all(self.0, other);
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __accumulate {
    ($part:expr, $other:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::Accumulate as _;
        $crate::__private::Lent($part).accumulate($other)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __lend {
    ($part:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::Lend as _;
        // Where it is wanted as something else: a `Vec` as a slice.
        match $crate::__private::Lent($part).lend() {
            $crate::__private::core::option::Option::Some(part) => {
                $crate::__private::core::option::Option::Some(part)
            }
            $crate::__private::core::option::Option::None => $crate::__private::core::option::Option::None,
        }
    }};
}

/// A [`Part`] that something active is stored in.
#[diagnostic::on_unimplemented(
    message = "an active value is stored in a field that is marked `#[no_diff]`",
    label = "no derivative passes through a field that is stored to here",
    note = "cut what is stored with `stop_gradient(…)`, or take the mark off the field"
)]
pub trait Stored<F>: Part<F> {}

#[diagnostic::do_not_recommend]
impl<const W: usize> Stored<crate::lanes::Lanes<W>> for crate::lanes::Lanes<W> {}
#[diagnostic::do_not_recommend]
impl Stored<f32> for f32 {}
#[diagnostic::do_not_recommend]
impl Stored<f64> for f64 {}

/// What a part holds.
#[inline(always)]
pub fn part<F, P: Part<F>>(part: &P) -> F {
    part.part()
}

/// What a part holds that something active was stored in.
#[inline(always)]
pub fn stored_part<F, P: Stored<F>>(part: &P) -> F {
    part.part()
}

macro_rules! updates {
    ($($set:ident $add:ident $sub:ident: $Part:ident;)*) => {$(
        /// `part = value`
        #[inline(always)]
        pub fn $set<F, P: $Part<F>>(value: F, part: &mut P) {
            part.set_part(value);
        }

        /// `part += value`
        #[inline(always)]
        pub fn $add<F: core::ops::Add<Output = F>, P: $Part<F>>(value: F, part: &mut P) {
            part.set_part(part.part() + value);
        }

        /// `part -= value`
        #[inline(always)]
        pub fn $sub<F: core::ops::Sub<Output = F>, P: $Part<F>>(value: F, part: &mut P) {
            part.set_part(part.part() - value);
        }
    )*};
}
updates! {
    set_part add_to_part take_from_part: Part;
    set_stored add_to_stored take_from_stored: Stored;
}

/// `T`, where the constant has a value; where it has none, since nothing is known of the derivative of `T`, an error that
/// rustc has reported, so that it is silent about all that follows from it.
pub type Known<T, const KNOWN: bool> = <If<T, KNOWN> as Then>::Type;

/// A value of the type `Known`.
#[inline(always)]
pub fn known<T, const KNOWN: bool>(value: T) -> Known<T, KNOWN>
where
    If<T, KNOWN>: Then<Type = T>,
{
    value
}

/// See [`Known`].
pub struct If<T: ?Sized, const KNOWN: bool>(PhantomData<T>);

/// See [`Known`].
pub trait Then {
    /// The type in question.
    type Type: ?Sized;
}

impl<T: ?Sized> Then for If<T, true> {
    type Type = T;
}

/// A companion with derivatives of order `N`, for the functions that call it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no derivatives of order {N}, which are needed where it is called",
    label = "needs `#[differentiate(order = {N})]`",
    note = "put `order = {N}` into the attribute on the function, or the attribute on a module around both"
)]
pub trait Order<const N: usize> {
    /// What a type hangs on, see [`Known`].
    const IS: bool = true;
}

/// A companion with a pushforward for several tangents at once, for the functions that call it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes one tangent at a time, where several at once are needed",
    label = "needs `#[differentiate(lanes)]`",
    note = "put `lanes` into the attribute on the function, or the attribute on a module around both"
)]
pub trait HasLanes {
    /// What a type hangs on, see [`Known`].
    const IS: bool = true;
}

/// A companion whose gradient has derivatives: of order `N` together with those that it is made of.
#[diagnostic::on_unimplemented(
    message = "the derivative of `{Self}` is called in a differentiated function, and has no derivative itself",
    label = "needs `#[differentiate(order = {N})]`",
    note = "put `order = {N}` into the attribute on the function, which has to give one number and to change no argument"
)]
pub trait GradientOrder<const N: usize> {
    /// What a type hangs on, see [`Known`].
    const IS: bool = true;
}

/// Makes a closure that is returned capture the lifetimes in `T`, in a signature that cannot name all generics in scope.
pub trait Captures<T> {}

impl<C: ?Sized, T> Captures<T> for C {}

/// An adjoint that is handed to a `#[no_diff]` parameter: `()`, or what the caller keeps for an argument that is active there.
pub trait Unread {}

impl<T> Unread for T {}

/// The same, of a `&mut` parameter that the function writes to: nothing passes through what it holds.
pub trait Lost {
    /// Sets all numbers to zero.
    fn clear(&mut self);
}

impl<T: Tangent> Lost for T {
    fn clear(&mut self) {
        self.set_all(0.0);
    }
}

impl<T: Tangent> Lost for &mut [T] {
    fn clear(&mut self) {
        self.iter_mut().for_each(|part| part.set_all(0.0));
    }
}

/// The seed of the sum of all numbers in a result.
#[inline]
pub fn ones<T: Differentiable + ?Sized>(like: &T) -> T::Tangent {
    let mut seed = like.zero_tangent();
    seed.set_all(1.0);
    seed
}

/// Whether a type was rightly taken for one of the standard library's that carries no derivative: only then this compiles.
#[inline(always)]
pub fn carries_nothing<T>()
where
    T: Differentiable + ?Sized,
    T::Tangent: crate::differentiable::Nothing,
{
}

/// How many there are of something: rustc sees that it is a number of that kind.
#[inline(always)]
pub fn count(count: usize) -> usize {
    count
}

/// What says how large something is, on its own.
#[inline(always)]
pub fn extent<T: Extent>(extent: &T) -> T::Owned {
    extent.owned()
}

/// See [`extent`].
#[diagnostic::on_unimplemented(
    message = "this method is taken for one that says how large an array is, but gives a `{Self}`",
    label = "is no number of elements, and no shape"
)]
pub trait Extent {
    /// The same, borrowing nothing.
    type Owned;
    /// The same, borrowing nothing.
    fn owned(&self) -> Self::Owned;
}

macro_rules! extents {
    ($($extent:ty, [$($param:tt)*];)*) => {$(
        impl<$($param)*> Extent for $extent {
            type Owned = Self;
            #[inline(always)]
            fn owned(&self) -> Self {
                self.clone()
            }
        }
    )*};
}
extents! {
    usize, [];
    (), [];
    (usize, usize), [];
    (usize, usize, usize), [];
    (usize, usize, usize, usize), [];
    (usize, usize, usize, usize, usize), [];
    (usize, usize, usize, usize, usize, usize), [];
    [usize; N], [const N: usize];
}
#[cfg(feature = "ndarray")]
extents! {
    ndarray::Dim<I>, [I: Clone];
}

impl Extent for &[usize] {
    type Owned = Vec<usize>;
    #[inline(always)]
    fn owned(&self) -> Vec<usize> {
        self.to_vec()
    }
}

/// Whether a function was rightly taken for one of the standard library's: no two functions have one type.
#[inline(always)]
pub fn same<F>(_: F, _: F) {}

/// What `?` is asked of: an `Option` or a `Result`.
pub trait Found<T> {
    /// What there is.
    fn found(self) -> Option<T>;

    /// What there is, and whether it is there.
    #[inline(always)]
    fn parts(self) -> (T, bool)
    where
        Self: Sized,
        T: Default,
    {
        match self.found() {
            Some(value) => (value, true),
            None => (T::default(), false),
        }
    }
}

impl<T> Found<T> for Option<T> {
    #[inline(always)]
    fn found(self) -> Option<T> {
        self
    }
}

impl<T, E> Found<T> for Result<T, E> {
    #[inline(always)]
    fn found(self) -> Option<T> {
        self.ok()
    }
}

/// An item of an iterator of which only rustc knows whether it is a reference.
pub struct Item<T>(pub T);

/// Of a reference: a copy of what it shows.
pub trait OfReference {
    /// The type of what is shown.
    type Owned;

    /// What is shown.
    fn owned(self) -> Self::Owned;
}

impl<T: Clone> OfReference for Item<&T> {
    type Owned = T;
    #[inline(always)]
    fn owned(self) -> T {
        self.0.clone()
    }
}

/// Of anything else, which rustc looks at behind [`OfReference`]: the item.
pub trait OfValue {
    /// The type of the item.
    type Owned;

    /// The item.
    fn owned(&self) -> Self::Owned;
}

impl<T: Clone> OfValue for Item<T> {
    type Owned = T;
    #[inline(always)]
    fn owned(&self) -> T {
        self.0.clone()
    }
}

/// What a pattern binds to a number: the number, or a reference to it.
pub trait Number {
    /// The number's own type.
    type Number;

    /// The number.
    fn number(self) -> Self::Number;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Number for $number {
            type Number = $number;
            #[inline(always)]
            fn number(self) -> $number {
                self
            }
        }
    )*};
}
numbers!(f32 f64 bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl<T: Number + Copy> Number for &T {
    type Number = T::Number;
    #[inline(always)]
    fn number(self) -> T::Number {
        (*self).number()
    }
}

impl<T: Number + Copy> Number for &mut T {
    type Number = T::Number;
    #[inline(always)]
    fn number(self) -> T::Number {
        (*self).number()
    }
}
