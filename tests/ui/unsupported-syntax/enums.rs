//! What is not understood of enums, and of `Option`s that are kept in places.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
enum Solid {
    Sphere(f64),
    Block(f64, f64, f64),
    Point,
}

#[differentiate]
fn parts_left_open(solid: &Solid) -> f64 {
    match solid {
        Solid::Sphere(r) => 2.0 * r,
        Solid::Block(.., height) => *height,
        Solid::Point => 0.0,
    }
}

#[differentiate]
fn alternatives_written_to(solid: &mut Solid, k: f64) {
    if let Solid::Sphere(size) | Solid::Block(size, _, _) = solid {
        *size *= k;
    }
}

#[differentiate]
fn one_of_two_references(solid: &mut Solid, k: f64) {
    let size = match solid {
        Solid::Sphere(size) => size,
        Solid::Block(size, _, _) => size,
        Solid::Point => return,
    };
    *size *= k;
}

use Solid::{Block, Sphere};

#[derive(Differentiable)]
struct Holder {
    solid: Solid,
}

#[differentiate]
fn names_alone(holder: &Holder, k: f64) -> f64 {
    match &holder.solid {
        Sphere(r) => k * r,
        Block(a, _, _) => k * a,
        _ => k,
    }
}

#[differentiate]
fn name_alone(holder: &Holder, k: f64) -> f64 {
    if let Sphere(r) = &holder.solid { k * r } else { k }
}

#[derive(Differentiable)]
enum List {
    Nil,
    Cons(f64, Box<List>),
}

#[differentiate]
fn walked(list: &List) -> f64 {
    let mut rest = list;
    let mut sum = 0.0;
    while let List::Cons(value, next) = rest {
        sum += value;
        rest = next;
    }
    sum
}

#[derive(Clone, Differentiable)]
struct Cache {
    last: Option<f64>,
}

#[differentiate]
fn inserted(cache: &mut Cache, x: f64) -> f64 {
    let Some(last) = cache.last else { return x };
    cache.last.replace(x * last);
    x
}

fn main() {}
