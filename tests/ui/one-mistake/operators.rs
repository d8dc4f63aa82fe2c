// Of each operator without a rule one error, at the operator.
use autodiff_runtime::{Differentiable, differentiate};
use std::ops::{Add, Mul};

#[derive(Clone, Copy, Differentiable)]
struct Vec2 {
    x: f64,
    y: f64,
}

impl Add for Vec2 {
    type Output = Vec2;
    fn add(self, other: Vec2) -> Vec2 {
        Vec2 { x: self.x + other.x, y: self.y + other.y }
    }
}

impl Mul<f64> for Vec2 {
    type Output = Vec2;
    fn mul(self, k: f64) -> Vec2 {
        Vec2 { x: self.x * k, y: self.y * k }
    }
}

#[differentiate]
fn sum(a: Vec2, b: Vec2) -> f64 {
    let mut end = Vec2 { x: 0.0, y: 1.0 };
    end = end + a;
    end.x * b.y
}

#[differentiate]
fn scaled(a: &Vec2, k: f64) -> f64 {
    let b = *a * k;
    b.x
}

fn main() {}
