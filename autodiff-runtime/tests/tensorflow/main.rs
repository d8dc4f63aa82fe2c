//! Generated gradients against those of TensorFlow. Where the two differ on purpose, the test states both.
#![allow(clippy::needless_range_loop, reason = "programs as they are written")]

mod arrays;
mod clipping;
#[path = "../common/mod.rs"]
mod common;
mod elementwise;
mod gradients;
mod stop_gradient;
