//! Single precision, alone and beside double.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn polynomial(x: f32) -> f32 {
    x * x * x - 2.0 * x + 0.5
}

#[differentiate]
fn methods(x: f32, y: f32) -> f32 {
    x.sin() * y.exp() + f32::sqrt(x * y) + x.max(y).powi(2)
}

#[differentiate]
fn sum(x: &[f32]) -> f32 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i] * 0.5;
    }
    s
}

#[differentiate]
fn widened(x: f32, y: f64) -> f64 {
    let z = x as f64 * y;
    z * f64::from(x)
}

#[differentiate]
fn narrowed(x: f64) -> f32 {
    let y = (x * x) as f32;
    y * 2.0
}

#[differentiate]
fn in_place(x: &mut [f32], a: f32) {
    for v in x.iter_mut() {
        *v = *v * a + *v;
    }
}

#[differentiate]
fn one_of_two_chosen(x: f32) -> f32 {
    let (a, b): (f32, f32) = if x > 2.0 { (0.5, 0.25) } else { (x, 2.0) };
    b.sin() * a
}

#[differentiate]
fn one_of_two_matched(x: f32, n: usize) -> f32 {
    let (a, b): (f32, f32) = match n {
        0 => (0.5, 0.25),
        _ => (x, 2.0),
    };
    b.sin() * a
}

/// What the payload is nothing says: it has the float of the function.
#[differentiate]
fn cast_payload(edge: &Edge, x: f32) -> f32 {
    match edge {
        Edge::Soft(width, _) if *width > 0.3 => (((*width) as f32).sin() as f32) * x,
        Edge::Soft(_, height) => x * *height,
        Edge::Hard => x,
    }
}

#[derive(Clone, Debug, Differentiable)]
enum Edge {
    Soft(f32, f32),
    Hard,
}

#[test]
fn payloads_of_single_precision() {
    let edge = Edge::Soft(0.5, 2.0);
    let (value, (edge_bar, x_bar)) = cast_payload::value_and_grad(&edge, 1.5);
    assert_eq!(value, cast_payload(&edge, 1.5));
    assert_eq!(x_bar, 0.5_f32.sin());
    let (_, dot) = cast_payload::jvp(&edge, 1.5, &edge_bar, 0.0);
    assert!((dot - (1.5 * 0.5_f32.cos()).powi(2)).abs() < 1e-5);
    assert_eq!(cast_payload::grad(&Edge::Hard, 1.5).1, 1.0);
}

#[test]
fn types_are_kept() {
    let g: f32 = polynomial::grad(2.0);
    assert_eq!(g, 10.0);
    let (by_x, by_y): (f32, f64) = widened::grad(1.5, 2.0);
    assert_eq!((by_x, by_y), (6.0, 2.25));
    assert_eq!(narrowed::grad(1.5), 6.0_f64);
    assert_eq!(sum::grad(&[1.0, 2.0]), vec![1.0_f32, 2.0]);
}

checks! {
    polynomial(1.5_f32);
    methods(0.75_f32, 1.5_f32);
    sum(&[0.5_f32, -1.5, 2.0]);
    widened(1.5_f32, 0.75);
    one_of_two_chosen(1.5_f32);
    one_of_two_matched(1.5_f32, @1);
    in_place(&mut vec![0.5_f32, -1.5], 0.75_f32) -> ();
}
