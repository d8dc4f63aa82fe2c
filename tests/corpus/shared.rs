//! What has several owners: `Rc` and `Arc` of data, in locals, fields, parameters and trees; and the methods of what is in a `Box`.

use std::rc::Rc;
use std::sync::Arc;

use autodiff_runtime::{Differentiable, differentiate};

type Real = f64;

/// Numbers in boxes of which only a name of their type is known.
#[differentiate]
fn named_in_boxes(#[no_diff] table: &[(usize, Real)], given: &[(usize, Real)], x: f64) -> f64 {
    let fixed = Box::new(table[1].1);
    let same = fixed.clone();
    let held = Box::new(given[0].1);
    let scaled: f64 = *fixed * 0.5 + same.sin();
    scaled * x + *held * x
}

/// Numbers behind a pointer that have a type by its ascription alone.
#[differentiate]
fn literals_behind_pointers(data: &[f64], x: f64) -> f64 {
    let shared: Arc<Vec<f64>> = Arc::new(vec![0.5; 3]);
    let other = Arc::clone(&shared);
    let sum: f64 = shared[0] * other[1] + other.iter().sum::<f64>();
    if data.len() > 1 { sum.tanh() * x + data[1] } else { x }
}

in_both_forms! {
#[differentiate]
{
    #[derive(Clone, Debug, Differentiable)]
    pub struct Model {
        pub data: Rc<Vec<f64>>,
        pub scale: f64,
    }

    #[differentiate]
    impl Model {
        pub fn evaluate(&self) -> f64 {
            self.data.iter().map(|v| (v * self.scale).sin()).sum()
        }
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Point {
        pub at: f64,
        pub weights: Vec<f64>,
    }

    #[differentiate]
    impl Point {
        pub fn weighted(&self) -> f64 {
            self.at * self.weights[0]
        }
    }

    #[derive(Clone, Debug, Differentiable)]
    pub enum Sum {
        Number(f64),
        Add(Rc<Sum>, Rc<Sum>),
        Times(Rc<Sum>, Rc<Sum>),
    }

    #[differentiate]
    pub fn evaluate(sum: &Sum) -> f64 {
        match sum {
            Sum::Number(value) => *value,
            Sum::Add(a, b) => evaluate(a) + evaluate(b),
            Sum::Times(a, b) => evaluate(a) * evaluate(b),
        }
    }

    #[differentiate]
    pub fn by_reference(point: &Point) -> f64 {
        point.at * point.weights[1]
    }

    #[differentiate]
    pub fn of_arc(point: Arc<Point>) -> f64 {
        point.at.cos() * point.weights[1]
    }

    #[differentiate]
    pub fn of_rc(point: &Rc<Point>) -> f64 {
        point.at + point.weights[1] * point.weights[0]
    }

    #[differentiate]
    pub fn locals(x: &[f64]) -> f64 {
        let squares: Rc<Vec<f64>> = Rc::new(x.iter().map(|v| v * v).collect());
        let (again, other) = (Rc::clone(&squares), squares.clone());
        let number = Rc::new(x[0] * x[1]);
        let mut own = squares.to_vec();
        own[0] *= *number;
        squares[0] * again[1] + other.iter().sum::<f64>() * *number + own[0] + own.len() as f64
    }

    #[differentiate]
    pub fn fields(x: &[f64]) -> f64 {
        let data = Rc::new(x.to_vec());
        let first = Model { data: data.clone(), scale: x[0] };
        let second = Model { data, scale: x[1] };
        first.evaluate() * second.evaluate()
    }

    #[differentiate]
    pub fn handed(x: &[f64]) -> f64 {
        let point = Rc::new(Point { at: x[0], weights: x[1..].to_vec() });
        let all: Vec<Rc<Point>> = (0..3).map(|_| point.clone()).collect();
        let other = Arc::new(Point { at: x[2], weights: vec![x[0], x[1]] });
        all.iter().map(|point| point.weighted()).sum::<f64>()
            + by_reference(&point) * point.weighted()
            + of_arc(other.clone()) * other.weights[0]
            + of_rc(&point)
    }

    #[differentiate]
    pub fn tree(x: &[f64]) -> f64 {
        let product = Rc::new(Sum::Times(Rc::new(Sum::Number(x[0])), Rc::new(Sum::Number(x[1]))));
        let twice = Sum::Add(Rc::clone(&product), product.clone());
        evaluate(&Sum::Times(Rc::new(twice), Rc::new(Sum::Number(x[2])))) + evaluate(&product)
    }

    #[differentiate]
    pub fn methods_in_boxes(x: &[f64]) -> f64 {
        let data: Box<Vec<f64>> = Box::new(x.to_vec());
        let first: Box<f64> = Box::new(x[0]);
        let (low, high) = data.split_at(1);
        first.sin() * data.to_vec()[1]
            + data.iter().rev().take(2).sum::<f64>()
            + low[0] * high[0] * data.first().unwrap()
            + data[1..3].iter().product::<f64>()
    }
}
    locals(&[0.5, 1.5, -0.75]);
    fields(&[0.5, 1.5, -0.75]);
    handed(&[0.5, 1.5, -0.75]);
    tree(&[0.5, 1.5, -0.75]) => vec![2.0 * 1.5 * -0.75 + 1.5, 2.0 * 0.5 * -0.75 + 0.5, 2.0 * 0.5 * 1.5];
    methods_in_boxes(&[0.5, 1.5, -0.75]);
}

checks! {
    named_in_boxes(@&[(1, 0.5), (2, 0.75)], &[(3, 1.25)], 0.5);
    literals_behind_pointers(&[0.25, 0.5], 0.75);
}
