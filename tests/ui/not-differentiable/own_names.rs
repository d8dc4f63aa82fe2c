// Types of one's own, named as the standard library's that carry nothing.
use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct String {
    tension: f64,
}

#[derive(Clone, Differentiable)]
struct Cell<T> {
    volume: T,
}

#[differentiate]
fn pitch(s: String, x: f64) -> f64 {
    s.tension * x
}

#[differentiate]
fn by_path(s: self::String, x: f64) -> f64 {
    s.tension * x
}

#[differentiate]
fn volume(c: &Cell<usize>, x: f64) -> f64 {
    c.volume as f64 * x
}

fn main() {}
