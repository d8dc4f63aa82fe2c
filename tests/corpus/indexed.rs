//! Types with `Index` and `Deref` of their own, in a differentiated module.

use autodiff_runtime::differentiate;

#[differentiate]
mod matrices {
    use std::ops::{Deref, DerefMut, Index, IndexMut};

    #[derive(Debug, PartialEq)]
    pub struct Matrix {
        pub rows: usize,
        pub columns: usize,
        pub data: Vec<f64>,
    }

    impl Index<(usize, usize)> for Matrix {
        type Output = f64;
        fn index(&self, (i, j): (usize, usize)) -> &f64 {
            assert!(i < self.rows && j < self.columns, "outside");
            &self.data[i * self.columns + j]
        }
    }

    impl IndexMut<(usize, usize)> for Matrix {
        fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
            let at = i * self.columns + j;
            &mut self.data[at]
        }
    }

    /// A row.
    impl Index<usize> for Matrix {
        type Output = [f64];
        fn index(&self, i: usize) -> &[f64] {
            &self.data[i * self.columns..(i + 1) * self.columns]
        }
    }

    impl IndexMut<usize> for Matrix {
        fn index_mut(&mut self, i: usize) -> &mut [f64] {
            &mut self.data[i * self.columns..][..self.columns]
        }
    }

    impl Matrix {
        pub fn zeros(rows: usize, columns: usize) -> Matrix {
            Matrix { rows, columns, data: vec![0.0; rows * columns] }
        }

        pub fn times(&self, other: &Self) -> Self {
            let mut product = Matrix::zeros(self.rows, other.columns);
            for i in 0..self.rows {
                for j in 0..other.columns {
                    for k in 0..self.columns {
                        product[(i, j)] += self[(i, k)] * other[(k, j)];
                    }
                }
            }
            product
        }

        pub fn trace(&self) -> f64 {
            (0..self.rows).map(|i| self[(i, i)]).sum()
        }

        fn scale_row(&mut self, i: usize, by: f64) {
            for j in 0..self.columns {
                self[(i, j)] *= by;
            }
            self[i][0] += by;
        }
    }

    pub struct Model {
        pub weights: Matrix,
        pub scales: Scales,
    }

    pub struct Scales(pub Vec<f64>);

    impl Deref for Scales {
        type Target = Vec<f64>;
        fn deref(&self) -> &Vec<f64> {
            &self.0
        }
    }

    impl DerefMut for Scales {
        fn deref_mut(&mut self) -> &mut Vec<f64> {
            &mut self.0
        }
    }

    pub fn cubed(m: &Matrix) -> f64 {
        m.times(m).times(m).trace()
    }

    pub fn rows(m: &Matrix) -> f64 {
        let list = vec![m[(0, 1)], m[1][0], m[1].iter().sum::<f64>()];
        let last = m[m.rows - 1].last().unwrap();
        list[0] * list[1] + list[2].sin() * last
    }

    pub fn layered(model: &Model, x: &[f64]) -> f64 {
        let mut out = vec![0.0; model.weights.rows];
        for (i, o) in out.iter_mut().enumerate() {
            *o = (0..x.len()).map(|j| model.weights[(i, j)] * x[j]).sum::<f64>() * model.scales[i];
        }
        out.iter().zip(model.scales.iter()).map(|(o, s)| o.tanh() * s).sum::<f64>()
            / model.scales.len() as f64
    }

    pub fn written(mut m: Matrix, x: f64) -> f64 {
        m[(0, 1)] = x * m[(0, 0)];
        m[1][1] -= x;
        let corner = &mut m[(1, 0)];
        *corner *= 3.0;
        m.scale_row(1, x);
        let mut scales = Scales(vec![x]);
        scales.push(x * x);
        scales[0] += 1.0;
        std::mem::swap(&mut scales[0], &mut m[(0, 0)]);
        m.times(&m).trace() * scales[0] * scales.iter().product::<f64>()
    }
}

use matrices::{Matrix, Model, Scales};

fn matrix() -> Matrix {
    Matrix { rows: 2, columns: 2, data: vec![0.5, 1.5, -0.75, 2.0] }
}

fn slopes(at: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let h = 1e-5;
    let moved = |k: usize, by: f64| {
        let mut x = at.to_vec();
        x[k] += by;
        f(&x)
    };
    (0..at.len()).map(|k| (moved(k, h) - moved(k, -h)) / (2.0 * h)).collect()
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-7 * (1.0 + b.abs())), "{a:?} {b:?}");
}

#[test]
fn elements_and_rows() {
    let m = matrix();
    let with = |data: &[f64]| Matrix { data: data.to_vec(), ..matrix() };
    close(&matrices::cubed::grad(&m).data, &slopes(&m.data, |data| matrices::cubed(&with(data))));
    close(&matrices::rows::grad(&m).data, &slopes(&m.data, |data| matrices::rows(&with(data))));
    let x = 0.8;
    let (bar, x_bar) = matrices::written::grad(matrix(), x);
    close(&bar.data, &slopes(&m.data, |data| matrices::written(with(data), x)));
    close(&[x_bar], &slopes(&[x], |x| matrices::written(matrix(), x[0])));
    let zero = matrices::written::grad(with(&[0.0; 4]), 0.0).0;
    let (_, dot) = matrices::written::jvp(matrix(), x, zero, 1.0);
    close(&[dot], &[x_bar]);
}

#[test]
fn fields_with_an_index() {
    let model = |p: &[f64]| Model {
        weights: Matrix { rows: 2, columns: 2, data: p[..4].to_vec() },
        scales: Scales(p[4..].to_vec()),
    };
    let (p, x) = ([0.5, 1.5, -0.75, 2.0, 1.25, -0.5], [0.3, 0.6]);
    let (bar, x_bar) = matrices::layered::grad(&model(&p), &x);
    let found = [bar.weights.data, bar.scales.0].concat();
    close(&found, &slopes(&p, |p| matrices::layered(&model(p), &x)));
    close(&x_bar, &slopes(&x, |x| matrices::layered(&model(&p), x)));
}
