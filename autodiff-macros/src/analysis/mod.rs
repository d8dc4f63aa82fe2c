//! Analyses: plain data about a primal function that the transformations read.

pub(crate) mod activity;
pub(crate) mod invariant;

pub(crate) use activity::{Activity, activity};
