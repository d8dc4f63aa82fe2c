#![allow(unused_mut, unused_variables, unused_assignments, unused_parens, clippy::all)]
//! The gradients of a corpus of small functions, in both modes, against differences, closed forms and each other.

#[macro_use]
mod common;
mod corpus;
