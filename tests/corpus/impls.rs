//! Methods and associated functions of all kinds of `impl` blocks, the attribute on the block and on the function alone.

use autodiff_runtime::{Differentiable, differentiate};
use num_traits::Float;

#[derive(Clone, Copy, Differentiable)]
struct Weights<const N: usize> {
    w: [f64; N],
}

impl<const N: usize> Weights<N> {
    #[differentiate]
    fn dot(&self, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for k in 0..N {
            sum += self.w[k] * x[k];
        }
        sum
    }

    #[differentiate]
    fn eaten(self, x: f64) -> f64 {
        self.w[0] * x * x
    }

    #[differentiate]
    fn grow(&mut self, x: f64) -> f64 {
        self.w[0] = self.w[0] * x + x;
        x * x
    }
}

#[differentiate]
impl<const N: usize> Weights<N> {
    fn squared(&self, x: f64) -> f64 {
        self.w[N - 1] * x * x
    }
}

struct Tagged<T> {
    scale: f64,
    tag: T,
}

impl<T: Clone> Tagged<T> {
    #[differentiate]
    fn at(#[no_diff] &self, x: &[f64]) -> f64 {
        self.scale * x[0] * x[1]
    }
}

#[derive(Clone, Copy, Differentiable)]
struct Pair<T> {
    a: T,
    b: T,
}

#[differentiate]
impl<T: Float + Differentiable<Tangent = T>> Pair<T> {
    fn mixed(a: T, x: T) -> T {
        a * x + x
    }
}

struct Rows<'a> {
    data: &'a [f64],
}

impl<'a> Rows<'a> {
    #[differentiate]
    fn weighed(#[no_diff] &self, x: f64) -> f64 {
        let mut sum = 0.0;
        for v in self.data {
            sum = sum * x + v;
        }
        sum
    }
}

#[differentiate]
impl<'a> Rows<'a> {
    fn first(#[no_diff] &self, x: f64) -> f64 {
        self.data[0] * x * x
    }
}

trait Model {
    fn value(&self, x: f64) -> f64;
}

#[differentiate]
impl<const N: usize> Model for Weights<N> {
    fn value(&self, x: f64) -> f64 {
        self.w[0] * x + x * x
    }
}

struct Units;

#[differentiate]
impl Units {
    fn scaled(factor: f64, x: f64) -> f64 {
        factor * x * x
    }
}

#[differentiate]
fn lone_methods(numbers: &[f64; 2], x: &[f64]) -> f64 {
    let w = Weights { w: *numbers };
    let mut own = w;
    own.grow(x[0]) * w.dot(x) + w.eaten(x[1]) * w.squared(x[0]) + own.w[0]
}

#[differentiate]
fn generic_methods(#[no_diff] t: &Tagged<u8>, x: &[f64]) -> f64 {
    t.at(x) * Pair::<f64>::mixed(x[0], x[1])
}

#[differentiate]
fn trait_methods(numbers: &[f64; 2], x: f64) -> f64 {
    let w = Weights { w: *numbers };
    w.value(x) * Units::scaled(x, 0.5)
}

#[test]
fn lone_methods_are_differentiated_by_themselves() {
    let (w, x) = (Weights { w: [0.5, -2.0] }, [3.0, 4.0]);
    let (value, (w_bar, x_bar)) = w.dot_value_and_grad(&x);
    assert_eq!((value, w_bar.w, x_bar), (-6.5, x, vec![0.5, -2.0]));
    let (_, pullback) = w.dot_vjp(&x);
    assert_eq!(pullback(2.0).0.w, [6.0, 8.0]);
    let tagged = Tagged { scale: 2.0, tag: 'a' };
    let (value, pullback) = tagged.at_vjp(&x);
    assert_eq!((value, pullback(1.0), tagged.tag), (24.0, vec![8.0, 6.0], 'a'));
}

#[test]
fn generic_methods_are_called() {
    let tagged = Tagged { scale: 2.0, tag: 1 };
    let (value, x_bar) = generic_methods::value_and_grad(&tagged, &[3.0, 4.0]);
    assert_eq!((value, x_bar), (24.0 * 16.0, vec![8.0 * 16.0 + 24.0 * 4.0, 6.0 * 16.0 + 24.0 * 4.0]));
    assert_eq!(generic_methods::jvp(&tagged, &[3.0, 4.0], &[1.0, 0.0]), (384.0, 224.0));
}

#[test]
fn methods_of_views_take_what_is_borrowed() {
    let data = [1.0, 2.0, 3.0];
    let rows = Rows { data: &data };
    let (value, pullback) = rows.weighed_vjp(2.0);
    assert_eq!((value, pullback(1.0)), (11.0, 6.0));
    assert_eq!(rows.first_value_and_grad(2.0), (4.0, 4.0));
    assert_eq!(rows.weighed_jvp(2.0, 1.0), (11.0, 6.0));
}

#[derive(Clone, Copy, Differentiable)]
struct Span2 {
    lo: f64,
    hi: f64,
}

#[differentiate]
impl std::ops::Add for Span2 {
    type Output = Span2;
    fn add(self, other: Span2) -> Span2 {
        Span2 { lo: self.lo + other.lo, hi: self.hi * other.hi }
    }
}

#[differentiate]
impl std::ops::Neg for Span2 {
    type Output = Span2;
    fn neg(self) -> Span2 {
        Span2 { lo: -self.hi, hi: -self.lo }
    }
}

#[differentiate]
impl std::ops::Mul<f64> for Span2 {
    type Output = Span2;
    fn mul(self, by: f64) -> Span2 {
        Span2 { lo: self.lo * by, hi: self.hi * by }
    }
}

/// Operators whose operands or whose results carry nothing are those of the type: by value.
#[differentiate]
fn operators_on_constants(x: f64) -> f64 {
    let sum = Span2 { lo: 1.0, hi: 2.0 } + Span2 { lo: 0.5, hi: 1.5 };
    let unread = -(Span2 { lo: x, hi: 1.0 } + sum) * x;
    let turned = -sum;
    let read = if unread.hi > 100.0 { 2.0 } else { 1.0 };
    (turned * 0.5).hi * x * read + (sum * x).lo
}

#[derive(Clone, Copy)]
struct Step(usize);

impl std::ops::Add for Step {
    type Output = Step;
    fn add(self, other: Step) -> Step {
        Step(self.0 + other.0)
    }
}

#[differentiate]
fn operators_of_inactive_types(x: &[f64], #[no_diff] a: Step, #[no_diff] b: Step) -> f64 {
    let at = a + b;
    let wait = std::time::Duration::from_secs(2) + std::time::Duration::from_millis(500);
    x[at.0] * wait.as_secs_f64()
}

#[test]
fn operators_of_types_without_a_derivative() {
    let x = [0.3, 0.4, 0.6, 0.7];
    assert_eq!(operators_of_inactive_types::grad(&x, Step(1), Step(2)), [0.0, 0.0, 0.0, 2.5]);
    assert_eq!(operators_of_inactive_types::jvp(&x, Step(1), Step(2), &[0.0, 0.0, 1.0, 2.0]).1, 5.0);
}

#[derive(Differentiable)]
struct Scorer {
    weight: f64,
}

/// `score_grad` is the user's own.
#[differentiate]
impl Scorer {
    fn score(&self, x: f64) -> f64 {
        self.weight * x * x
    }

    fn score_grad(&self, x: f64) -> f64 {
        2.0 * self.weight * x
    }
}

#[test]
fn derivatives_give_way_to_what_is_written() {
    let model = Scorer { weight: 3.0 };
    assert_eq!(model.score_grad(2.0), 12.0);
    let (value, (by_model, by_x)) = model.score_value_and_grad(2.0);
    assert_eq!((value, by_model.weight, by_x), (12.0, 4.0, 12.0));
    assert_eq!(model.score_grad_grad(2.0).1, 6.0);
}

#[derive(Clone, Debug, Differentiable)]
struct Left {
    x: f64,
}

#[differentiate]
impl Left {
    fn square(&self) -> f64 {
        self.x * self.x
    }
    // No derivative passes through bits.
    #[no_diff]
    fn rounded(&self) -> f64 {
        f64::from_bits(self.x.to_bits() & !1)
    }
}

#[differentiate]
mod left_out {
    pub struct Left {
        pub x: f64,
    }

    #[differentiate(order = 2)]
    impl Left {
        pub fn square(&self) -> f64 {
            self.x * self.x
        }
    }

    #[no_diff]
    impl Left {
        pub fn rounded(&self) -> f64 {
            f64::from_bits(self.x.to_bits() & !1)
        }
    }
}

#[test]
fn functions_of_blocks_that_are_left_out() {
    let left = Left { x: 3.0 };
    assert_eq!((left.square_grad().x, left.rounded()), (6.0, 3.0));
    let left = left_out::Left { x: 3.0 };
    let gradient = left.square_grad();
    assert_eq!((gradient.x, left.rounded(), left.square_hvp(&gradient).x), (6.0, 3.0, 12.0));
}

checks! {
    lone_methods(&[0.5, -0.75], &[0.25, 1.5]);
    trait_methods(&[0.5, -0.75], 0.5);
    operators_on_constants(0.7);
}
