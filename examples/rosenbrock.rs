//! Minimises the Rosenbrock function.
fn main() {}
