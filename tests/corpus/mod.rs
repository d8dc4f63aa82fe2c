//! Functions as people write them, grouped by theme; each file ends with its table of checks.

mod arrays;
mod branches;
mod calls;
mod closures;
mod combined;
mod constants;
mod cursors;
mod generic;
mod inout;
mod iterators;
mod jumps;
mod loops;
mod marks;
mod methods;
mod models;
mod mutation;
mod options;
mod resizing;
mod scalars;
mod single;
mod stencils;
mod structs;
mod styles;
mod sums;
mod tuples;
mod views;
