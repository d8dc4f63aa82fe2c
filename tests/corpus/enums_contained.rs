//! Enums in structs, tuples, arrays and `Vec`s.

use autodiff_runtime::{Differentiable, differentiate};

use super::enums::*;

#[derive(Clone, Debug, Differentiable)]
struct Scene {
    shapes: Vec<Shape>,
    first: Shape,
    pair: (Shape, f64),
    light: f64,
}

input!(Scene => SceneTangent);

#[differentiate]
fn in_a_vec(shapes: &[Shape], k: f64) -> f64 {
    let mut sum = 0.0;
    for shape in shapes {
        match shape {
            Shape::Circle(r) => sum += r * r * k,
            Shape::Ring { inner, outer } => sum *= inner * outer,
            Shape::Poly(v) => {
                for x in v {
                    sum += x * sum;
                }
            }
            other => sum += area(other, k),
        }
    }
    sum
}

#[differentiate]
fn by_iterators(shapes: &[Shape], k: f64) -> f64 {
    let radii: f64 = shapes
        .iter()
        .map(|shape| match shape {
            Shape::Circle(r) => r * k,
            _ => 1.0,
        })
        .sum();
    let all: f64 = shapes.iter().map(|shape| area(shape, k)).product();
    radii * all + shapes.iter().filter(|shape| matches!(shape, Shape::Circle(_))).count() as f64 * k
}

#[differentiate]
fn in_a_struct(scene: &Scene, k: f64) -> f64 {
    let mut sum = match &scene.first {
        Shape::Circle(r) => r * scene.light,
        other => area(other, k),
    };
    if let Shape::Ring { inner, outer } = &scene.pair.0 {
        sum += inner * outer * scene.pair.1;
    }
    for shape in &scene.shapes {
        sum += area(shape, scene.light) * k;
    }
    sum
}

#[differentiate]
fn changed_in_containers(scene: &mut Scene, k: f64) -> f64 {
    let mut sum = 0.0;
    for shape in scene.shapes.iter_mut() {
        if let Shape::Circle(r) = shape {
            *r *= k;
            sum += *r * *r;
        } else {
            *shape = Shape::Circle(k);
        }
    }
    scene.first = Shape::Square { side: sum };
    match &mut scene.pair {
        (Shape::Circle(r), f) => *r *= *f,
        (_, f) => *f *= k,
    }
    sum
}

#[differentiate]
fn collected(xs: &[f64], k: f64) -> f64 {
    let shapes: Vec<Shape> =
        xs.iter().map(|x| if *x > 1.0 { Shape::Circle(x * k) } else { Shape::Poly(vec![*x, k]) }).collect();
    let mut more = Vec::new();
    for x in xs {
        more.push(Shape::Square { side: x * k });
    }
    in_a_vec(&shapes, k) * in_a_vec(&more, 1.0)
}

fn scene() -> Scene {
    Scene { shapes: all(), first: circle(), pair: (ring(), 1.5), light: 0.75 }
}

checks! {
    in_a_vec(&all(), 0.75);
    by_iterators(&all(), 0.75);
    in_a_struct(&scene(), 0.75);
    collected(&[0.5, 1.5, 2.0], 0.75);
}

#[test]
fn containers_whose_variants_change() {
    let (k, mut after) = (0.75, scene());
    changed_in_containers(&mut after, k);
    let seed = SceneTangent { light: 0.5, ..after.zero_tangent() };
    let mut after = scene();
    let (value, pullback) = changed_in_containers::vjp(&mut after, k);
    let (bar, k_bar) = pullback(1.0, seed);
    // One circle of 1.5, scaled; the other shapes are replaced.
    assert_eq!(value, 1.5 * 1.5 * k * k);
    assert!((k_bar - 2.0 * 2.25 * k).abs() < 1e-12);
    assert_eq!(bar.shapes[0], ShapeTangent::Circle(2.0 * 1.5 * k * k));
    assert_eq!(bar.shapes[1], ShapeTangent::Square { side: 0.0 });
    assert_eq!((bar.first, bar.light), (ShapeTangent::Circle(0.0), 0.5));
}
