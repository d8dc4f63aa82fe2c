//! Structs, methods, `impl` blocks.

use autodiff_runtime::{Differentiable, differentiate};

use crate::common::{Input, Leaves};

#[derive(Clone, Debug, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

impl Leaves for Point {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.extend([self.x, self.y]);
    }
}

impl Leaves for PointTangent {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.extend([self.x, self.y]);
    }
}

impl Input for Point {
    type Adjoint = PointTangent;
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> Point {
        Point { x: self.x.at(numbers), y: self.y.at(numbers) }
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> PointTangent {
        PointTangent { x: self.x.adjoint(numbers), y: self.y.adjoint(numbers) }
    }
}

#[differentiate]
fn norm(p: &Point) -> f64 {
    (p.x * p.x + p.y * p.y).sqrt()
}

#[differentiate]
fn by_value(p: Point, a: f64) -> f64 {
    p.x * a + p.y.sin()
}

#[differentiate]
fn field_update(p: &Point, a: f64) -> f64 {
    let mut q = p.clone();
    q.x *= a;
    q.y += q.x * q.x;
    q.x * q.y
}

#[differentiate]
fn constructed(a: f64, b: f64) -> f64 {
    let p = Point { x: a * b, y: a };
    let q = Point { x: 2.0, ..p };
    q.x * q.y
}

#[differentiate]
fn in_out_struct(p: &mut Point, a: f64) {
    p.x = p.y * a;
    p.y *= p.x;
}

#[differentiate]
fn points(ps: &[Point]) -> f64 {
    let mut s = 0.0;
    for i in 0..ps.len() {
        s += ps[i].x * ps[(i + 1) % ps.len()].y;
    }
    s
}

#[derive(Clone, Differentiable)]
struct Layer {
    weights: Vec<f64>,
    bias: [f64; 2],
    centre: Point,
    inputs: usize,
}

#[differentiate]
fn forward(layer: &Layer, x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..layer.bias.len() {
        let mut z = layer.bias[i] * layer.centre.x;
        for j in 0..layer.inputs {
            z += layer.weights[i * layer.inputs + j] * x[j];
        }
        s += z.tanh() + layer.centre.y * x[0];
    }
    s
}

#[test]
fn nested_structs() {
    let layer = Layer {
        weights: vec![0.5, -0.25, 1.0, 0.75],
        bias: [0.25, -0.5],
        centre: Point { x: 1.5, y: 0.5 },
        inputs: 2,
    };
    let x = [0.5, 2.0];
    let (value, (layer_bar, x_bar)) = forward::value_and_grad(&layer, &x);
    assert_eq!(value.to_bits(), forward(&layer, &x).to_bits());
    let h = 1e-5;
    let difference = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
    let moved = |change: &dyn Fn(&mut Layer)| {
        let mut moved = layer.clone();
        change(&mut moved);
        forward(&moved, &x)
    };
    for k in 0..4 {
        let expected = difference(&|h| moved(&|l| l.weights[k] += h));
        assert!((layer_bar.weights[k] - expected).abs() < 1e-8);
    }
    for k in 0..2 {
        let expected = difference(&|h| moved(&|l| l.bias[k] += h));
        assert!((layer_bar.bias[k] - expected).abs() < 1e-8);
    }
    assert!((layer_bar.centre.x - difference(&|h| moved(&|l| l.centre.x += h))).abs() < 1e-8);
    assert!((layer_bar.centre.y - difference(&|h| moved(&|l| l.centre.y += h))).abs() < 1e-8);
    assert_eq!(x_bar.len(), 2);
}

struct Quadratic {
    a: f64,
    b: f64,
}

impl Quadratic {
    #[differentiate]
    fn value(#[no_diff] &self, x: f64) -> f64 {
        self.a * x * x + self.b * x
    }
}

#[differentiate]
impl Point {
    fn dot(&self, other: &Point) -> f64 {
        self.x * other.x + self.y * other.y
    }

    fn scaled(&self, a: f64) -> Point {
        Point { x: self.x * a, y: self.y * a }
    }

    fn squared(&self) -> f64 {
        self.dot(self)
    }

    fn unit(angle: f64) -> Point {
        Point { x: angle.cos(), y: angle.sin() }
    }
}

#[differentiate]
fn uses_methods(p: &Point, a: f64) -> f64 {
    let q = p.scaled(a);
    q.dot(p) + q.squared() + Point::unit(a).x
}

#[test]
fn methods() {
    let q = Quadratic { a: 2.0, b: 3.0 };
    assert_eq!(q.value_value_and_grad(1.5), (9.0, 9.0));
    assert_eq!(q.value_grad(1.5), 9.0);
    let p = Point { x: 1.5, y: 0.5 };
    let (by_p, by_other) = p.dot_grad(&Point { x: 2.0, y: 4.0 });
    assert_eq!((by_p.x, by_p.y), (2.0, 4.0));
    assert_eq!((by_other.x, by_other.y), (1.5, 0.5));
    let (by_p, _) = uses_methods::grad(&p, 2.0);
    // a p.p + a² p.p
    assert_eq!((by_p.x, by_p.y), (2.0 * 1.5 * 6.0, 2.0 * 0.5 * 6.0));
}

#[derive(Clone, Differentiable)]
struct Filter {
    taps: Vec<f64>,
    order: usize,
    gain: f32,
}

/// What a field is that is converted, rustc knows.
#[differentiate]
fn filtered(filter: &Filter, x: f64) -> f64 {
    let order: usize = filter.order;
    let mut y = x / filter.order as f64;
    for k in 0..filter.order {
        y += filter.taps[k] * (k + order) as f64;
    }
    y * filter.gain as f64
}

#[test]
fn fields_are_converted() {
    let filter = Filter { taps: vec![1.0, 2.0], order: 2, gain: 0.5 };
    let (value, (filter_bar, x_bar)) = filtered::value_and_grad(&filter, 3.0);
    assert_eq!((value, x_bar), (4.75, 0.25));
    assert_eq!((filter_bar.taps, filter_bar.gain), (vec![1.0, 1.5], 9.5));
    let mut direction = filter.zero_tangent();
    direction.gain = 2.0;
    assert_eq!(filtered::jvp(&filter, 3.0, &direction, 4.0), (4.75, 20.0));
}

#[derive(Clone, Debug, Differentiable)]
enum Side {
    Left,
    Right,
}

// `Option`s of one's own types that change.
#[differentiate]
fn kept_in_an_option(points: &[f64], p: Point) -> f64 {
    let mut best: Option<Point> = None;
    let mut first = Some(p.clone());
    let mut side: Option<Side> = None;
    for v in points {
        if best.as_ref().is_none_or(|b| b.x * b.y < *v) {
            best = Some(Point { x: *v, y: v * p.x });
            side = Some(Side::Right);
        }
        if *v < 0.0 {
            first = None;
            best = None;
        }
    }
    let s = match best {
        Some(b) => b.x * b.y,
        None => p.y,
    };
    let t = if let Some(f) = &first { norm(f) } else { 0.5 };
    let u = match side.unwrap_or(Side::Left) {
        Side::Left => p.x,
        Side::Right => p.y * p.y,
    };
    s * t + u
}

#[derive(Clone, Debug, Differentiable)]
struct Switched {
    sides: [f64; 2],
    on: (f64, bool),
}

#[differentiate]
fn parts_out_of_sight(s: &Switched, x: f64) -> [f64; 2] {
    let half = (s.on.1).then(|| x * s.on.0).unwrap_or(0.5);
    let sides: [f64; 2] = s.sides;
    let twice = sides.map(|v| v * half);
    let all: [f64; 2] = s.sides.map(|v| v * twice[0]);
    if twice[1] > 100.0 {
        return all;
    }
    s.sides.map(|v| v * x * all[1])
}

#[test]
fn parts_out_of_sight_are_differentiated() {
    let (s, x) = (Switched { sides: [0.5, 1.5], on: (0.25, true) }, 2.0);
    // The result is v x s₁ s₀ x w, with w = 0.25.
    let (value, pullback) = parts_out_of_sight::vjp(&s, x);
    assert_eq!(value, [0.5 * 2.0 * 0.375, 1.5 * 2.0 * 0.375]);
    let (s_bar, x_bar) = pullback([1.0, 0.0]);
    assert_eq!(s_bar.on.0, 0.375 / 0.25);
    assert_eq!(s_bar.sides, [2.0 * 0.375 / 0.5, 0.375 / 1.5]);
    assert_eq!(x_bar, 2.0 * 0.375 / 2.0);
}

#[derive(Clone, Debug, Differentiable)]
struct Reading {
    at: f64,
    samples: Vec<f64>,
}

// What an arm gives is not there where the arm has been left.
#[differentiate]
fn left_before_the_value(p: &[f64], x: f64) -> Reading {
    let r: Reading = if x > 0.0 {
        let Some(&e) = p.get(3) else { return Reading { at: p[0] * x, samples: vec![p[1]; 3] } };
        Reading { at: x, samples: vec![e; 4] }
    } else {
        Reading { at: 1.5, samples: p.to_vec() }
    };
    let mut last = r.clone();
    for v in p {
        let next = match *v > 0.8 {
            true => {
                if x < -0.5 {
                    break;
                }
                Reading { at: v * x, samples: vec![*v] }
            }
            false => last.clone(),
        };
        last = Reading { at: next.at * x, samples: next.samples.clone() };
    }
    Reading { at: last.at * r.at, samples: last.samples }
}

#[test]
fn values_of_arms_that_were_left() {
    let seed = |n: usize| ReadingTangent { at: 1.0, samples: vec![0.5; n] };
    let (r, pullback) = left_before_the_value::vjp(&[0.3, 0.7], 2.0);
    assert_eq!((r.at, r.samples), (0.6, vec![0.7; 3]));
    assert_eq!(pullback(seed(3)), (vec![2.0, 1.5], 0.3));
    // at = x⁴ (0.9 x) x … x = x · x³ · 0.9 x, of four elements the last of which is over 0.8
    let (r, pullback) = left_before_the_value::vjp(&[0.3, 0.7, 0.2, 0.9], 2.0);
    assert_eq!((r.at, r.samples), (2.0 * 2.0 * (0.9 * 2.0), vec![0.9]));
    let (p_bar, x_bar) = pullback(seed(1));
    assert_eq!(p_bar, [0.0, 0.0, 0.0, 0.5 + 8.0]);
    assert_eq!(x_bar, 0.9 * 12.0);
    let (r, pullback) = left_before_the_value::vjp(&[0.3, 0.9], -1.0);
    assert_eq!((r.at, r.samples), (-1.5 * 1.5, vec![0.3, 0.9]));
    assert_eq!(pullback(seed(2)), (vec![0.5, 0.5], 2.25));
}

#[derive(Clone, Debug, Differentiable)]
struct Series {
    values: Vec<f64>,
    scale: f64,
}

input!(Series => SeriesTangent);

/// Of a list out of sight a range is taken, and elements.
#[differentiate]
fn ranges_of_a_field(series: &Series) -> f64 {
    let tail = series.values.get(1..).map_or(0.5, |rest| rest.iter().map(|x| x * x).sum::<f64>());
    let all: f64 = series.values.iter().map(|x| x * series.scale).sum();
    if series.values[0].is_finite() { tail * all } else { all }
}

checks! {
    norm(&Point { x: 1.5, y: -0.5 });
    by_value(Point { x: 1.5, y: -0.5 }, 0.75);
    field_update(&Point { x: 1.5, y: -0.5 }, 0.75);
    constructed(1.5, 0.75) => (2.0, 0.0);
    in_out_struct(&mut Point { x: 1.5, y: -0.5 }, 0.75) -> ();
    points(&[Point { x: 1.5, y: -0.5 }, Point { x: 0.25, y: 2.0 }]);
    uses_methods(&Point { x: 1.5, y: -0.5 }, 0.75);
    kept_in_an_option(&[0.3, 0.7, 0.2], Point { x: 0.5, y: 1.5 });
    kept_in_an_option as lost_from_an_option(&[0.3, 0.7, -0.2], Point { x: 0.5, y: 1.5 });
    kept_in_an_option as never_in_an_option(&[], Point { x: 0.5, y: 1.5 });
    ranges_of_a_field(&Series { values: vec![0.5, 1.5, -0.75], scale: 2.0 });
}
