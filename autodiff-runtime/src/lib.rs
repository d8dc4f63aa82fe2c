//! Compile-time automatic differentiation for Rust.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub use autodiff_macros::differentiate;
