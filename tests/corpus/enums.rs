//! Enums whose variants hold what carries a derivative: taken apart, made, changed, in containers; and `Box`es.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub enum Shape {
    Circle(f64),
    Square { side: f64 },
    Ring { inner: f64, outer: f64 },
    Poly(Vec<f64>),
    Corners([(f64, f64); 2]),
    Nothing,
    Tiled(usize, f64),
    Named { name: String, size: f64 },
    Scaled(Box<Shape>, f64),
}
use Shape::Circle;

input!(Shape => ShapeTangent);

#[differentiate]
pub fn area(shape: &Shape, k: f64) -> f64 {
    match shape {
        Shape::Circle(r) => k * r * r,
        Shape::Square { side } => side * side,
        Shape::Ring { inner: i, outer: o } => k * (o * o - i * i),
        Shape::Poly(v) => v.iter().map(|x| x * k).sum(),
        Shape::Corners([(a, b), (c, d)]) => (c - a) * (d - b) * k,
        Shape::Nothing => k,
        Shape::Tiled(n, size) => *n as f64 * size * size,
        Shape::Named { size, .. } => size.sin(),
        Shape::Scaled(inner, f) => f * area(inner, k),
    }
}

#[differentiate]
fn by_value(shape: Shape, k: f64) -> f64 {
    match shape {
        Shape::Circle(r) => k * r * r,
        Shape::Poly(v) => {
            let mut sum = k;
            for x in v {
                sum *= x;
            }
            sum
        }
        Shape::Scaled(inner, f) => f * by_value(*inner, k),
        Shape::Ring { inner, outer } if inner > outer => inner * k,
        Shape::Ring { inner, outer } => inner * outer,
        _ => k,
    }
}

#[differentiate]
fn behind_a_star(shape: &Shape, k: f64) -> f64 {
    match *shape {
        Shape::Circle(r) => k * r * r,
        Shape::Poly(ref v) => v[0] * v[1] * k,
        Shape::Scaled(ref inner, f) => f * behind_a_star(inner, k),
        Shape::Tiled(n, size) => (0..n).map(|i| size.powi(i as i32)).sum(),
        _ => k,
    }
}

#[differentiate]
fn if_let(shape: &Shape, k: f64) -> f64 {
    let mut sum = k;
    if let Shape::Ring { inner, outer } = shape {
        sum += inner * outer * k;
    }
    if let Shape::Poly(v) = shape {
        sum *= v[1];
    } else if let Shape::Circle(r) = shape {
        sum += r.exp();
    }
    sum
}

#[differentiate]
fn let_else(shape: &Shape, k: f64) -> f64 {
    let Shape::Scaled(inner, f) = shape else { return k * k };
    let Shape::Circle(r) = &**inner else { return f * k };
    r * f * k
}

#[differentiate]
fn guarded(shape: &Shape, k: f64) -> f64 {
    match shape {
        Shape::Circle(r) if *r > 1.0 => r * k,
        Shape::Circle(r) if *r < 0.0 => -r,
        Shape::Circle(_) => k,
        Shape::Poly(v) if v.len() == 2 && v[0] < v[1] => v[0] * v[1] * k,
        Shape::Poly(v) => v.iter().sum::<f64>() * k,
        Shape::Tiled(n, s) if n % 2 == 0 => s * k,
        _ if k > 0.0 => k * k,
        _ => 1.0,
    }
}

#[differentiate]
fn nested(shape: &Shape, other: &Shape, k: f64) -> f64 {
    match (shape, other) {
        (Shape::Circle(a), Shape::Circle(b)) => a * b * k,
        (Shape::Circle(r), Shape::Square { side }) | (Shape::Square { side }, Shape::Circle(r)) => {
            r * side * side
        }
        (Shape::Poly(v), _) => v[0] * k,
        _ => k,
    }
}

#[differentiate]
fn alternatives(shape: &Shape, k: f64) -> f64 {
    let a = match shape {
        Shape::Circle(x) | Shape::Square { side: x } | Shape::Named { size: x, .. } => x * x * k,
        Shape::Ring { inner: a, outer: b } | Shape::Corners([(a, _), (_, b)]) => a * b,
        _ => k,
    };
    match shape {
        Shape::Circle(_) | Shape::Nothing => a * 2.0,
        Shape::Tiled(2 | 3, s) => a * s,
        Shape::Tiled(4..=9, s) => a + s,
        Shape::Tiled(..) => a,
        _ => a * a,
    }
}

#[differentiate]
fn numbers_in_patterns(shape: &Shape, k: f64) -> f64 {
    match shape {
        Shape::Ring { inner: 0.0, outer } => outer * k,
        Shape::Ring { inner: -1.0..=1.0, outer: o @ 0.0..10.0 } => o * o * k,
        Shape::Ring { inner, .. } => inner * k,
        whole @ (Shape::Circle(_) | Shape::Square { .. }) => area(whole, k) * k,
        all => area(all, k),
    }
}

#[differentiate]
fn shape_size(shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(size) | Shape::Square { side: size } | Shape::Ring { outer: size, .. } => *size,
        _ => 1.0,
    }
}

#[differentiate]
fn named_alone(shape: &Shape) -> f64 {
    use Shape::{Ring, Square as Quad};
    let made = Quad { side: shape_size(shape) };
    let Quad { side: size } = made else { return 0.0 };
    match shape {
        Circle(r) => r * r * size,
        Quad { side } => side * 3.0,
        Ring { inner, outer } => inner / outer,
        _ => 0.0,
    }
}

#[differentiate]
fn matches_macro(shape: &Shape, k: f64) -> f64 {
    if matches!(shape, Shape::Circle(r) if *r > 1.0) { k * k } else { k }
}

pub(super) fn circle() -> Shape {
    Shape::Circle(1.5)
}
pub(super) fn square() -> Shape {
    Shape::Square { side: 0.75 }
}
pub(super) fn ring() -> Shape {
    Shape::Ring { inner: 0.5, outer: 2.0 }
}
pub(super) fn poly() -> Shape {
    Shape::Poly(vec![0.5, 1.5])
}
pub(super) fn corners() -> Shape {
    Shape::Corners([(0.5, 0.25), (1.5, 2.0)])
}
pub(super) fn tiled() -> Shape {
    Shape::Tiled(3, 0.75)
}
pub(super) fn named() -> Shape {
    Shape::Named { name: "ball".into(), size: 0.5 }
}
pub(super) fn scaled() -> Shape {
    Shape::Scaled(Box::new(Shape::Scaled(Box::new(circle()), 0.5)), 3.0)
}
pub(super) fn scaled_ring() -> Shape {
    Shape::Scaled(Box::new(ring()), 3.0)
}
pub(super) fn all() -> Vec<Shape> {
    vec![circle(), square(), ring(), poly(), corners(), Shape::Nothing, tiled(), named(), scaled()]
}

checks! {
    area(&circle(), 2.0) => (ShapeTangent::Circle(6.0), 2.25);
    area as area_of_a_square(&square(), 2.0) => (ShapeTangent::Square { side: 1.5 }, 0.0);
    area as area_of_a_ring(&ring(), 2.0);
    area as area_of_a_polygon(&poly(), 2.0);
    area as area_of_corners(&corners(), 2.0);
    area as area_of_nothing(&Shape::Nothing, 2.0) => (ShapeTangent::Nothing, 1.0);
    area as area_of_tiles(&tiled(), 2.0);
    area as area_of_a_name(&named(), 2.0);
    area as area_of_what_is_scaled(&scaled(), 2.0);
    by_value(circle(), 2.0);
    by_value as by_value_poly(poly(), 2.0);
    by_value as by_value_ring(ring(), 2.0);
    by_value as by_value_scaled(scaled(), 2.0);
    by_value as by_value_nothing(Shape::Nothing, 2.0);
    behind_a_star(&circle(), 2.0);
    behind_a_star as behind_a_star_poly(&poly(), 2.0);
    behind_a_star as behind_a_star_tiled(&tiled(), 2.0);
    behind_a_star as behind_a_star_scaled(&scaled(), 2.0);
    if_let(&circle(), 2.0);
    if_let as if_let_ring(&ring(), 2.0);
    if_let as if_let_poly(&poly(), 2.0);
    let_else(&circle(), 2.0);
    let_else as let_else_scaled(&Shape::Scaled(Box::new(circle()), 3.0), 2.0);
    let_else as let_else_twice(&scaled(), 2.0);
    guarded(&circle(), 2.0);
    guarded as guarded_inside(&Shape::Circle(0.5), 2.0);
    guarded as guarded_negative(&Shape::Circle(-0.5), 2.0);
    guarded as guarded_poly(&poly(), 2.0);
    guarded as guarded_long(&Shape::Poly(vec![1.0, 2.0, 3.0]), 2.0);
    guarded as guarded_tiles(&Shape::Tiled(2, 0.5), 2.0);
    guarded as guarded_others(&tiled(), 2.0);
    nested(&circle(), &circle(), 2.0);
    nested as nested_alternatives(&circle(), &square(), 2.0);
    nested as nested_alternatives_swapped(&square(), &circle(), 2.0);
    nested as nested_poly(&poly(), &circle(), 2.0);
    nested as nested_others(&square(), &square(), 2.0);
    alternatives(&circle(), 2.0);
    alternatives as alternatives_square(&square(), 2.0);
    alternatives as alternatives_named(&named(), 2.0);
    alternatives as alternatives_corners(&corners(), 2.0);
    alternatives as alternatives_tiled(&tiled(), 2.0);
    numbers_in_patterns(&ring(), 2.0);
    numbers_in_patterns as numbers_in_patterns_outside(&Shape::Ring { inner: 3.0, outer: 2.0 }, 2.0);
    numbers_in_patterns as numbers_in_patterns_whole(&circle(), 2.0);
    numbers_in_patterns as numbers_in_patterns_all(&scaled(), 2.0);
    named_alone(&circle());
    named_alone as named_alone_square(&square());
    named_alone as named_alone_ring(&ring());
    matches_macro(&circle(), 2.0);
}
