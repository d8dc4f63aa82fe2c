//! What variants hold, changed where it is.

use autodiff_runtime::differentiate;

use super::enums::*;

#[differentiate]
fn scale_in_place(shape: &mut Shape, k: f64) {
    match shape {
        Shape::Circle(r) => *r *= k,
        Shape::Square { side: s } => *s = s.sin() * k,
        Shape::Ring { inner, outer } => {
            *inner *= *outer;
            *outer += k * *inner;
        }
        Shape::Poly(v) => {
            for x in v.iter_mut() {
                *x *= k;
            }
            v[0] += v[1] * v[1];
        }
        Shape::Tiled(n, s) => {
            *n += 1;
            *s *= *n as f64 * k;
        }
        Shape::Scaled(inner, f) => {
            *f *= k;
            scale_in_place(inner, *f);
        }
        _ => {}
    }
}

#[differentiate]
fn changed_local(shape: &Shape, k: f64) -> f64 {
    let mut mine = shape.clone();
    if let Shape::Circle(r) | Shape::Square { side: r } = &mine {
        if *r > 0.0 {
            mine = Shape::Poly(vec![*r, k]);
        }
    }
    if let Shape::Poly(v) = &mut mine {
        v[0] *= k;
        v[1] = v[0] * v[1];
    }
    match &mut mine {
        Shape::Ring { inner, .. } => *inner = *inner * *inner * k,
        Shape::Tiled(_, s) => *s += k,
        _ => {}
    }
    area(&mine, k)
}

#[differentiate]
fn replaced(shape: &mut Shape, k: f64) -> f64 {
    let before = area(shape, k);
    let old = std::mem::replace(shape, Shape::Ring { inner: k, outer: before });
    area(&old, 2.0) * area(shape, k)
}

checks! {
    scale_in_place(&mut circle(), 2.0) -> ();
    scale_in_place as scale_square(&mut square(), 2.0) -> ();
    scale_in_place as scale_ring(&mut ring(), 2.0) -> ();
    scale_in_place as scale_poly(&mut poly(), 2.0) -> ();
    scale_in_place as scale_tiled(&mut tiled(), 2.0) -> ();
    scale_in_place as scale_scaled(&mut scaled(), 2.0) -> ();
    scale_in_place as scale_nothing(&mut Shape::Nothing, 2.0) -> ();
    changed_local(&circle(), 2.0);
    changed_local as changed_local_poly(&poly(), 2.0);
    changed_local as changed_local_ring(&ring(), 2.0);
    changed_local as changed_local_tiled(&tiled(), 2.0);
}

// The adjoint of what is left has the shape of what is left, and that of what arrived the shape of that.
#[test]
fn another_variant_is_left() {
    let mut shape = Shape::Circle(1.5);
    let (value, pullback) = replaced::vjp(&mut shape, 2.0);
    // area(old, 2) = 2 r², area(left, k) = k ((k r²)² - k²)
    assert_eq!(value, 4.5 * 2.0 * (4.5 * 4.5 - 4.0));
    let (shape_bar, k_bar) = pullback(1.0, ShapeTangent::Ring { inner: 0.0, outer: 0.0 });
    let f = |r: f64, k: f64| 2.0 * r * r * k * ((k * r * r).powi(2) - k * k);
    assert_eq!(shape, Shape::Ring { inner: 2.0, outer: 4.5 });
    let (h, ShapeTangent::Circle(r_bar)) = (1e-5, shape_bar) else { panic!("the variant that arrived") };
    assert!((r_bar - (f(1.5 + h, 2.0) - f(1.5 - h, 2.0)) / (2.0 * h)).abs() < 1e-5);
    assert!((k_bar - (f(1.5, 2.0 + h) - f(1.5, 2.0 - h)) / (2.0 * h)).abs() < 1e-5);
}
