//! Jacobians and Hessians by and of structs, and of functions that work in memory of their caller's.

use autodiff_runtime::jacobian::Numbers;
use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Debug, Differentiable)]
#[differentiable(numbers)]
struct Camera {
    focal: f64,
    turn: [f64; 3],
    #[no_diff]
    number: usize,
}

#[derive(Clone, Debug, Differentiable)]
#[differentiable(numbers)]
struct Pixel(f64, f64);

/// Generic, and with numbers in everything that has rows.
#[derive(Clone, Debug, Differentiable)]
#[differentiable(numbers)]
struct Kept<T> {
    one: T,
    some: Option<f64>,
    boxed: Box<(f64, f32)>,
    many: Vec<Pixel>,
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
#[differentiable(tangent = Self, numbers)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn pixel(camera: &Camera, at: [f64; 3]) -> Pixel {
    let turn = &camera.turn;
    let depth = at[2] + turn[0] * at[1] - turn[1] * at[0];
    let scale = camera.focal / (depth * (1.0 + camera.number as f64));
    Pixel(scale * (at[0] + turn[2] * at[1]), scale * (at[1] - turn[2] * at[0]))
}

#[differentiate(mode = "forward")]
fn by_columns(camera: &Camera, at: [f64; 3]) -> Pixel {
    pixel(camera, at)
}

#[differentiate(order = 2)]
fn blurred(kept: &Kept<Point>, k: f64) -> f64 {
    let mut sum = kept.one.x * kept.one.y * kept.boxed.0;
    for pixel in &kept.many {
        sum += (pixel.0 - kept.one.x).powi(2) * (k * pixel.1).sin();
    }
    if let Some(extra) = kept.some {
        sum += extra * extra * k;
    }
    sum
}

#[differentiate(order = 2)]
fn turned(point: Point, angle: f64) -> f64 {
    (point.x * angle.cos() - point.y * angle.sin()).powi(3)
}

#[differentiate]
mod inside {
    pub struct Inner {
        pub y: [f64; 2],
    }

    pub struct Outer {
        pub x: f64,
        pub inner: Inner,
    }

    impl Inner {
        pub fn turned(&self, angle: f64) -> Self {
            Inner { y: [self.y[0] * angle.cos(), self.y[1] * angle.sin()] }
        }
    }

    pub fn curve(t: f64) -> Outer {
        Outer { x: t.sin(), inner: Inner { y: [t, t * t] } }
    }

    #[differentiate(order = 2)]
    pub fn size(outer: &Outer) -> f64 {
        outer.x * outer.x * outer.inner.y[1].exp()
    }
}

#[differentiate(order = 2)]
fn with_memory(x: &[f64; 3], work: &mut [f64; 3], k: &mut f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..3 {
        sum += work[i] * work[i] * x[i] * *k;
        work[i] = x[i].sin() * x[(i + 1) % 3];
        *k += work[i];
    }
    sum + work.iter().map(|w| w * w).sum::<f64>() * *k
}

#[differentiate(order = 2)]
fn with_slices(x: &[f64], work: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += work[i] * x[i];
        work[i] = x[i] * x[(i + 1) % x.len()];
    }
    sum + work.iter().map(|w| w.powi(2)).sum::<f64>()
}

#[differentiate(order = 2)]
fn with_constants(x: &[f64], #[no_diff] work: &mut Vec<f64>, calls: &mut usize) -> f64 {
    work.push(2.0);
    *calls += 1;
    x.iter().map(|x| x.powi(3) * work.len() as f64).sum()
}

#[differentiate]
fn with_constants_each(x: &[f64], #[no_diff] work: &mut Vec<f64>, calls: &mut usize) -> Vec<f64> {
    work.push(2.0);
    *calls += 1;
    x.iter().map(|x| x.powi(3) * work.len() as f64).collect()
}

#[test]
fn rows_are_the_gradients_of_fields() {
    let camera = Camera { focal: 2.0, turn: [0.1, -0.2, 0.3], number: 1 };
    let at = [0.3, 0.4, 2.0];
    let jacobian = pixel::jacobian(&camera, at);
    let rows = [jacobian.0.clone(), jacobian.1.clone()];
    for (row, seed) in rows.iter().zip([PixelTangent(1.0, 0.0), PixelTangent(0.0, 1.0)]) {
        let (_, pullback) = pixel::vjp(&camera, at);
        assert_eq!(*row, pullback(seed));
    }
    let columns = by_columns::jacobian(&camera, at);
    for (a, b) in rows.iter().zip([columns.0.clone(), columns.1.clone()]) {
        for column in 0..7 {
            assert!((a.get(column) - b.get(column)).abs() < 1e-14, "{a:?} {b:?}");
        }
    }
    assert_eq!(columns.clone(), columns);
    assert_eq!(format!("{:?}", columns.0.0), format!("{:?}", columns.0.0));
}

/// All numbers of a Hessian in the shape of a gradient, against differences of gradients.
fn against_differences<G: Numbers>(hessian: &[G], gradient: impl Fn(usize, f64) -> G) {
    let h = 1e-5;
    for (row, numbers) in hessian.iter().enumerate() {
        let (up, down) = (gradient(row, h), gradient(row, -h));
        for column in 0..numbers.count() {
            let difference = (up.get(column) - down.get(column)) / (2.0 * h);
            let number = numbers.get(column);
            assert!((number - difference).abs() < 1e-6, "{row} {column}: {number} {difference}");
            assert!((number - hessian[column].get(row)).abs() < 1e-12, "{row} {column}: not symmetric");
        }
    }
}

#[test]
fn hessians_by_structs() {
    let kept = Kept {
        one: Point { x: 0.5, y: -1.5 },
        some: Some(0.3),
        boxed: Box::new((1.2, 0.0)),
        many: vec![Pixel(0.1, 0.7), Pixel(-0.4, 1.1)],
    };
    let k = 0.8;
    let moved = |at: usize, by: f64| {
        let (mut kept, mut k) = (kept.clone(), k);
        match at {
            0 => kept.one.x += by,
            1 => kept.one.y += by,
            2 => kept.some = kept.some.map(|some| some + by),
            3 => kept.boxed.0 += by,
            5 => kept.many[0].0 += by,
            6 => kept.many[0].1 += by,
            7 => kept.many[1].0 += by,
            8 => kept.many[1].1 += by,
            9 => k += by,
            _ => {}
        }
        blurred::grad(&kept, k)
    };
    let (by_kept, by_k) = blurred::hessian(&kept, k);
    let mut rows = vec![by_kept.one.x.clone(), by_kept.one.y.clone(), by_kept.some.clone().unwrap()];
    rows.extend([by_kept.boxed.0.clone(), by_kept.boxed.1.clone()]);
    rows.extend(by_kept.many.iter().flat_map(|pixel| [pixel.0.clone(), pixel.1.clone()]));
    rows.push(by_k);
    assert_eq!(rows.len(), 10);
    against_differences(&rows, moved);
    let diagonal = blurred::hessian_diagonal(&kept, k);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(diagonal.get(at), row.get(at));
    }

    let point = Point { x: 0.4, y: 0.7 };
    let (by_point, by_angle) = turned::hessian(point, 0.3);
    against_differences(&[by_point.x, by_point.y, by_angle], |at, by| {
        let mut at_point = point;
        match at {
            0 => at_point.x += by,
            1 => at_point.y += by,
            _ => {}
        }
        turned::grad(at_point, if at == 2 { 0.3 + by } else { 0.3 })
    });
}

#[test]
fn types_of_a_module() {
    let jacobian = inside::curve::jacobian(0.5);
    assert_eq!((jacobian.x, jacobian.inner.y), (0.5_f64.cos(), [1.0, 1.0]));
    let inner = inside::Inner { y: [1.0, 2.0] };
    let (by_inner, by_angle) = &inside::Inner::turned_jacobian(&inner, 0.5).y[1];
    assert_eq!((by_inner.y[1], *by_angle), (0.5_f64.sin(), 2.0 * 0.5_f64.cos()));
    let outer = inside::Outer { x: 3.0, inner };
    let hessian = inside::size::hessian(&outer);
    assert_eq!(hessian.x.inner.y[1], 6.0 * 2.0_f64.exp());
    assert_eq!(hessian.inner.y[1].x, 6.0 * 2.0_f64.exp());
}

#[test]
fn what_is_lent_is_found_as_it_was() {
    let (x, before) = ([0.1, 0.4, 0.7], [0.3, 0.2, 0.5]);
    let (mut work, mut k) = (before, 0.7);
    let hessian = with_memory::hessian(&x, &mut work, &mut k);
    let (mut left, mut left_k) = (before, 0.7);
    with_memory(&x, &mut left, &mut left_k);
    assert_eq!((work, k), (left, left_k), "the parameters hold what the function leaves in them");
    let mut rows = hessian.0.to_vec();
    rows.extend(hessian.1);
    rows.push(hessian.2);
    against_differences(&rows, |at, by| {
        let (mut x, mut work, mut k) = (x, before, 0.7);
        match at {
            0..3 => x[at] += by,
            3..6 => work[at - 3] += by,
            _ => k += by,
        }
        with_memory::grad(&x, &mut work, &mut k)
    });

    let mut work = before;
    let (mut x_dot, mut work_dot) = (vec![0.5, -1.0, 2.0], [1.0, 0.3, -0.2]);
    let (value, gradient, product) = with_slices::value_grad_hvp(&x, &mut work, &x_dot, &mut work_dot);
    let mut again = before;
    assert_eq!(with_slices(&x, &mut again), value);
    assert_eq!(with_slices::grad(&x, &mut before.clone()), gradient);
    let (mut again, mut again_dot) = (before, [1.0, 0.3, -0.2]);
    with_slices::jvp(&x, &mut again, &x_dot, &mut again_dot);
    assert_eq!(work_dot, again_dot, "the direction of what the function leaves there");
    let hessian = with_slices::hessian(&x, &mut before.clone());
    x_dot.extend([1.0, 0.3, -0.2]);
    for (at, row) in hessian.0.iter().chain(&hessian.1).enumerate() {
        let sum: f64 = (0..6).map(|column| row.get(column) * x_dot[column]).sum();
        assert!((sum - product.get(at)).abs() < 1e-12);
    }

    let (mut work, mut calls) = (vec![], 0);
    let hessian = with_constants::hessian(&x, &mut work, &mut calls);
    assert_eq!((&work[..], calls), (&[2.0][..], 1));
    assert_eq!(with_constants::hvp(&x, &mut vec![], &mut 0, &[0.0, 1.0, 0.0]), hessian[1]);
    assert!((hessian[1][1] - 6.0 * 0.4).abs() < 1e-14 && hessian[1][0] == 0.0);
    let jacobian = with_constants_each::jacobian(&x, &mut work, &mut calls);
    assert_eq!((work.len(), calls), (2, 2));
    assert!((jacobian[2][2] - 6.0 * 0.49).abs() < 1e-14);
}
