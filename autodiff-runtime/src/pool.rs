//! The memory that generated code works in, kept from call to call.
//!
//! A gradient needs memory beside its results: what the forward sweep saves, adjoints of local arrays, the function's own
//! local `Vec`s. Each thread keeps the buffers that it has used, and the next gradient on that thread takes them again: a
//! call that does what an earlier one did allocates nothing, in [`value_and_grad_into`] at all, elsewhere nothing but its
//! results. There is nothing to pass around, and differentiated functions that call each other share what there is.
//!
//! ```
//! use autodiff_runtime::{differentiate, pool};
//!
//! #[differentiate]
//! fn growth(rates: &[f64]) -> f64 {
//!     let mut size = 1.0;
//!     for rate in rates {
//!         size += rate * size * (10.0 - size);
//!     }
//!     size
//! }
//!
//! let (rates, mut gradient) = ([0.01; 100], [0.0; 100]);
//! growth::value_and_grad_into(&rates, &mut gradient);
//! let kept = pool::bytes();
//! assert!(kept > 0);
//!
//! growth::value_and_grad_into(&rates, &mut gradient);
//! assert_eq!(pool::bytes(), kept);
//!
//! pool::clear();
//! assert_eq!(pool::bytes(), 0);
//! ```
//!
//! Buffers are kept by the type of their elements and by their size, of which there are four to an octave: what fits is up
//! to a quarter larger than asked for. A thread keeps as many of a type and size as it had in use at once, and no more
//! than [`set_limit`] says altogether; it frees them when it ends, or on [`clear`].
//!
//! Without the feature `std` nothing is kept.
//!
//! # What still allocates
//!
//! - Results: a `Vec` that is returned belongs to the caller, also where the caller is another differentiated function.
//! - `Vec`s that have to be `Vec`s: those that are moved into another container or a struct, handed by value to a function,
//!   or named in code that is kept as it stands other than for their elements and length (`format!("{v:?}")`).
//! - `Vec`s of other things than numbers and `Vec`s of them; copies of a struct's own `Vec`s.
//! - In functions with type or lifetime parameters all but what is known to be made of numbers of fixed type: what depends on
//!   a parameter cannot be kept beyond the call.
//! - `jvp`, and functions that are called without having the attribute.
//!
//! [`value_and_grad_into`]: crate#what-you-get

#[cfg(feature = "std")]
mod shelves;
mod size;

use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, DerefMut};

#[cfg(feature = "std")]
use shelves::{give, take};

/// A `Vec` whose memory comes from the pool of the thread, and goes back there when it is dropped.
pub struct Buffer<T: 'static> {
    vec: Vec<T>,
}

impl<T> Buffer<T> {
    /// An empty buffer, without memory until something is pushed.
    #[inline]
    pub const fn new() -> Buffer<T> {
        Buffer { vec: Vec::new() }
    }

    /// An empty buffer with room for `capacity` elements.
    #[inline]
    pub fn with_capacity(capacity: usize) -> Buffer<T> {
        Buffer { vec: if capacity == 0 { Vec::new() } else { take(capacity) } }
    }

    /// `len` times `value`.
    #[inline]
    pub fn filled(value: T, len: usize) -> Buffer<T>
    where
        T: Clone,
    {
        Buffer { vec: checked(filled(value, len), len) }
    }

    /// The elements of a slice.
    #[inline]
    pub fn copy_of(elements: &[T]) -> Buffer<T>
    where
        T: Clone,
    {
        Buffer { vec: checked(copied(elements), elements.len()) }
    }

    /// For each element of a slice the one that `element` makes of it.
    #[inline]
    pub fn like<U>(elements: &[U], element: impl FnMut(&U) -> T) -> Buffer<T> {
        let mut vec = take(elements.len());
        vec.extend(elements.iter().map(element));
        Buffer { vec }
    }

    /// The elements of an array.
    #[inline]
    pub fn from_array<const N: usize>(elements: [T; N]) -> Buffer<T> {
        let mut vec = take(N);
        vec.extend(elements);
        Buffer { vec }
    }

    /// The elements as a `Vec`, which takes the memory with it.
    #[inline]
    pub fn into_vec(mut self) -> Vec<T> {
        core::mem::take(&mut self.vec)
    }

    /// Appends an element.
    #[inline]
    pub fn push(&mut self, value: T) {
        if self.vec.len() == self.vec.capacity() {
            self.grow(1);
        }
        self.vec.push(value);
    }

    /// Makes room for `additional` elements more.
    #[inline]
    pub fn reserve(&mut self, additional: usize) {
        if self.vec.capacity() - self.vec.len() < additional {
            self.grow(additional);
        }
    }

    /// Appends the elements of a slice.
    #[inline]
    pub fn extend_from_slice(&mut self, elements: &[T])
    where
        T: Clone,
    {
        self.reserve(elements.len());
        self.vec.extend_from_slice(elements);
    }

    /// Moves to larger memory, which is taken from the pool like any other: that is what makes the sizes asked of the pool
    /// the same in each call.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, additional: usize) {
        let (len, capacity) = (self.vec.len(), self.vec.capacity());
        if capacity == 0 {
            self.vec = take(additional.max(size::larger(0, size_of::<T>())));
            return;
        }
        let mut larger = take(len.saturating_add(additional).max(size::larger(capacity, size_of::<T>())));
        larger.append(&mut self.vec);
        give(core::mem::replace(&mut self.vec, larger));
    }
}

impl<T> Drop for Buffer<T> {
    #[inline]
    fn drop(&mut self) {
        if self.vec.capacity() != 0 {
            give(core::mem::take(&mut self.vec));
        }
    }
}

impl<T> Deref for Buffer<T> {
    type Target = Vec<T>;

    #[inline(always)]
    fn deref(&self) -> &Vec<T> {
        &self.vec
    }
}

impl<T> DerefMut for Buffer<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.vec
    }
}

/// The memory goes to the pool when the buffer is dropped, unless the pool has enough of that size.
impl<T> From<Vec<T>> for Buffer<T> {
    #[inline]
    fn from(vec: Vec<T>) -> Buffer<T> {
        Buffer { vec }
    }
}

impl<T: Clone> Clone for Buffer<T> {
    #[inline]
    fn clone(&self) -> Buffer<T> {
        Buffer::copy_of(&self.vec)
    }
}

impl<T> Default for Buffer<T> {
    fn default() -> Buffer<T> {
        Buffer::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.vec.fmt(f)
    }
}

impl<'a, T> IntoIterator for &'a Buffer<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> core::slice::Iter<'a, T> {
        self.vec.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Buffer<T> {
    type Item = &'a mut T;
    type IntoIter = core::slice::IterMut<'a, T>;

    fn into_iter(self) -> core::slice::IterMut<'a, T> {
        self.vec.iter_mut()
    }
}

/// A slice that somebody wants to add to and nobody reads: on the stack while it is short, else in a [`Buffer`]. Where the
/// compiler sees that nobody reads it, nothing of it remains.
#[doc(hidden)]
pub struct Scratch<T: 'static> {
    few: [T; SHORT],
    many: Buffer<T>,
    len: usize,
}

const SHORT: usize = 16;

impl<T: Copy> Scratch<T> {
    /// `len` times `value`.
    #[inline]
    pub fn filled(value: T, len: usize) -> Scratch<T> {
        let many = if len <= SHORT { Buffer::new() } else { Buffer::filled(value, len) };
        Scratch { few: [value; SHORT], many, len }
    }
}

impl<T> Deref for Scratch<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        if self.len <= SHORT { &self.few[..self.len] } else { &self.many }
    }
}

impl<T> DerefMut for Scratch<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        if self.len <= SHORT { &mut self.few[..self.len] } else { &mut self.many }
    }
}

// Out of line, so that nobody takes the address of the `Vec` that comes out: what has been seen by others has to be read
// from memory again after each store to another `Vec`.
#[inline(never)]
fn filled<T: Clone + 'static>(value: T, len: usize) -> Vec<T> {
    let mut vec = if len == 0 { Vec::new() } else { take(len) };
    vec.resize(len, value);
    vec
}

/// Says to the compiler how long the `Vec` is, which it cannot see from outside: loops can do without most bounds checks.
#[inline(always)]
fn checked<T>(vec: Vec<T>, len: usize) -> Vec<T> {
    if vec.len() != len {
        unreachable!();
    }
    vec
}

#[inline(never)]
fn copied<T: Clone + 'static>(elements: &[T]) -> Vec<T> {
    let mut vec = if elements.is_empty() { Vec::new() } else { take(elements.len()) };
    vec.extend_from_slice(elements);
    vec
}

/// How many bytes this thread keeps for later: those in use are not counted.
pub fn bytes() -> usize {
    #[cfg(feature = "std")]
    return shelves::bytes();
    #[cfg(not(feature = "std"))]
    0
}

/// Frees what this thread keeps.
pub fn clear() {
    #[cfg(feature = "std")]
    shelves::clear();
}

/// Lets this thread keep no more than so many bytes; at first it is 1 GiB. What would be more is freed instead.
pub fn set_limit(bytes: usize) {
    #[cfg(feature = "std")]
    shelves::set_limit(bytes);
    #[cfg(not(feature = "std"))]
    let _ = bytes;
}

#[cfg(not(feature = "std"))]
fn take<T>(capacity: usize) -> Vec<T> {
    Vec::with_capacity(capacity)
}

#[cfg(not(feature = "std"))]
fn give<T>(_: Vec<T>) {}
