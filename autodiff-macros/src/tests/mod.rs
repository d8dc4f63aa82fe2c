//! Tests across passes.

pub(crate) mod compare;
mod random;
pub(crate) mod second;
pub(crate) mod seeds;
pub(crate) mod sketch;
mod speed;
mod sprout;
mod squares;
mod stencils;
mod triangles;
