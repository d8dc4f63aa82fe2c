//! Structs that borrow, as locals: known by their parts, their functions written out.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
mod grids {
    pub struct Grid<'a> {
        data: &'a [f64],
        columns: usize,
    }

    impl<'a> Grid<'a> {
        fn new(data: &'a [f64], columns: usize) -> Self {
            Self { data, columns }
        }
        fn at(&self, i: usize, j: usize) -> f64 {
            self.data[i * self.columns + j]
        }
        fn rows(&self) -> usize {
            self.data.len() / self.columns
        }
        fn row(&self, i: usize) -> &'a [f64] {
            &self.data[i * self.columns..(i + 1) * self.columns]
        }
        fn below(&self) -> Grid<'a> {
            Grid { data: &self.data[self.columns..], columns: self.columns }
        }
    }

    pub fn read(x: &[f64]) -> f64 {
        let (wide, narrow) = (Grid { data: x, columns: 3 }, Grid::new(x, 2));
        let mut sum = 0.0;
        for i in 0..wide.rows() {
            for j in 0..3 {
                sum += wide.at(i, j) * wide.at(1 - i, j) * narrow.at(j, i);
            }
        }
        let below = narrow.below();
        sum + wide.row(1).iter().product::<f64>() + below.at(0, 0) * below.data[1] * below.rows() as f64
    }

    pub struct Scaled<'a> {
        pub data: &'a Vec<f64>,
        pub scale: f64,
    }

    fn total(scaled: &Scaled<'_>) -> f64 {
        scaled.data.iter().map(|v| v * scaled.scale).map(|v| v * v).sum()
    }

    fn first(scaled: Scaled<'_>) -> f64 {
        scaled.data[0] * scaled.scale
    }

    /// From outside it has a derivative of its own.
    pub fn twice(scaled: &Scaled<'_>) -> f64 {
        total(scaled) * 2.0
    }

    pub fn handed(x: &[f64]) -> f64 {
        let sines: Vec<f64> = x.iter().map(|v| v.sin()).collect();
        let mut scaled = Scaled { data: &sines, scale: x[0] };
        let before = total(&scaled) + scaled.data[0] * scaled.scale;
        scaled.scale *= x[1];
        before + twice(&scaled) + first(scaled)
    }

    struct Reader<'a> {
        data: &'a [f64],
        at: usize,
        sum: f64,
    }

    impl<'a> Reader<'a> {
        fn take(&mut self) -> f64 {
            let v = self.data[self.at];
            self.at += 1;
            self.sum += v * v;
            v
        }
        fn left(&self) -> usize {
            self.data.len() - self.at
        }
        fn peek(&self) -> Option<f64> {
            self.data.get(self.at).copied()
        }
    }

    pub fn cursor(x: &[f64]) -> f64 {
        let mut reader = Reader { data: x, at: 0, sum: 0.0 };
        let mut product = 1.0;
        while reader.left() > 2 {
            let (a, b) = (reader.take(), reader.take());
            product *= a + b;
        }
        if let Some(next) = reader.peek() {
            product += next;
        }
        product * reader.sum
    }

    struct Weights {
        scale: f64,
        bias: Vec<f64>,
    }

    struct Problem<'a> {
        xs: &'a [f64],
        ys: &'a [f64],
        weights: &'a Weights,
    }

    pub trait Cost {
        fn cost(&self, p: &[f64]) -> f64;
    }

    impl<'a> Cost for Problem<'a> {
        fn cost(&self, p: &[f64]) -> f64 {
            let squares = self.xs.iter().zip(self.ys).map(|(x, y)| (p[0] * x + p[1] - y).powi(2));
            squares.sum::<f64>() * self.weights.scale + self.weights.bias[0]
        }
    }

    pub fn nested(x: &[f64]) -> f64 {
        let weights = Weights { scale: x[0], bias: x[1..3].to_vec() };
        let problem = Problem { xs: &x[..3], ys: &x[3..], weights: &weights };
        problem.cost(&x[2..4])
    }

    struct Square<'a> {
        data: &'a mut [f64],
        n: usize,
    }

    impl<'a> Square<'a> {
        fn set(&mut self, i: usize, j: usize, value: f64) {
            self.data[i * self.n + j] = value;
        }
        fn at(&self, i: usize, j: usize) -> f64 {
            self.data[i * self.n + j]
        }
    }

    fn fill(square: &mut Square<'_>, k: f64) {
        for i in 0..square.n {
            square.set(i, i, k * i as f64 + square.at(0, 0));
        }
    }

    pub fn written(x: &[f64]) -> f64 {
        let mut data = vec![x[0]; 9];
        let mut square = Square { data: &mut data, n: 3 };
        fill(&mut square, x[1]);
        let product = square.at(1, 1) * square.at(2, 2);
        product + data.iter().sum::<f64>()
    }
}

use grids::{cursor, handed, nested, read, written};

#[derive(Debug, Differentiable)]
struct Pair<'a> {
    data: &'a Vec<f64>,
    scale: f64,
}

#[differentiate]
fn parts_alone(x: &[f64]) -> f64 {
    let sines: Vec<f64> = x.iter().map(|v| v.sin()).collect();
    let mut pair = Pair { data: &sines, scale: x[0] };
    pair.scale *= x[1];
    let Pair { data, scale } = &pair;
    data[1] * *scale + pair.data[0] * pair.scale + pair.data.iter().sum::<f64>()
}

checks! {
    read(&[0.5, 1.5, -0.75, 2.0, 0.25, 0.75]);
    handed(&[0.5, 1.5, -0.75]);
    cursor(&[0.5, 1.5, -0.75, 2.0, 0.25]);
    nested(&[0.5, 1.5, -0.75, 2.0, 0.25, 0.75]);
    written(&[0.5, 1.5]);
    parts_alone(&[0.5, 1.5, -0.75]);
}

#[test]
fn a_struct_that_borrows_is_handed_over_from_outside() {
    let data = vec![1.0, 2.0];
    let (value, by_scaled) = grids::twice::value_and_grad(&grids::Scaled { data: &data, scale: 3.0 });
    assert_eq!((value, by_scaled.scale, by_scaled.data), (90.0, 60.0, vec![36.0, 72.0]));
}
