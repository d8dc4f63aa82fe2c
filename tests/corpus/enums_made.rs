//! Variants that are made of what carries a derivative, and variables that come to hold another variant.

use autodiff_runtime::differentiate;

use super::enums::Shape::Circle;
use super::enums::*;

#[differentiate]
fn made(x: f64, y: f64) -> f64 {
    let a = Shape::Circle(x * y);
    let b = Shape::Ring { outer: y, inner: x.sin() };
    let c = Shape::Poly(vec![x, y, x * y]);
    let d = Shape::Scaled(Box::new(Shape::Square { side: x }), y);
    area(&a, 1.5) + area(&b, x) * area(&c, y) + area(&d, 1.0) + area(&Shape::Nothing, x)
}

#[differentiate]
fn chosen(x: f64, y: f64) -> f64 {
    let shape = if x > y { Shape::Circle(x) } else { Shape::Ring { inner: x, outer: y } };
    area(&shape, x)
}

#[differentiate]
fn grown(shape: &Shape, k: f64) -> Shape {
    match shape {
        Circle(r) => Circle(r * k),
        Shape::Square { side } => Shape::Ring { inner: *side, outer: side * k },
        Shape::Poly(v) => Shape::Poly(v.iter().map(|x| x * k).collect()),
        Shape::Scaled(inner, f) => Shape::Scaled(Box::new(grown(inner, k)), f + k),
        other => other.clone(),
    }
}

#[differentiate]
fn grown_twice(shape: &Shape, k: f64) -> f64 {
    area(&grown(&grown(shape, k), k * k), 1.0)
}

#[differentiate]
fn reassigned(x: f64, y: f64, n: usize) -> f64 {
    let mut shape = Shape::Circle(x);
    let mut sum = 0.0;
    for i in 0..n {
        sum += area(&shape, y);
        shape = match shape {
            Shape::Circle(r) => Shape::Ring { inner: r * y, outer: r + x },
            Shape::Ring { inner, outer } => Shape::Poly(vec![inner * outer; i + 1]),
            Shape::Poly(v) => Shape::Circle(v[0].sin() * v.len() as f64),
            other => other,
        };
    }
    sum * area(&shape, x)
}

#[differentiate]
fn boxed(x: f64) -> f64 {
    let b = Box::new(x * x);
    let mut c = Box::new([x, 2.0 * x]);
    c[0] *= *b;
    c[0] * c[1]
}

checks! {
    made(0.75, 1.5);
    chosen(0.75, 1.5);
    chosen as chosen_otherwise(1.5, 0.75);
    grown(&circle(), 2.0);
    grown as grown_square(&square(), 2.0);
    grown as grown_poly(&poly(), 2.0);
    grown as grown_scaled(&scaled_ring(), 2.0);
    grown as grown_nothing(&Shape::Nothing, 2.0);
    grown_twice(&square(), 1.5);
    grown_twice as grown_twice_scaled(&scaled(), 1.5);
    reassigned(0.75, 1.25, @5);
    reassigned as reassigned_never(0.75, 1.25, @0);
    boxed(1.5) => 36.0 * 1.5_f64.powi(3) / 4.5;
}
