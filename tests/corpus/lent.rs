//! Gradients of functions that leave what they are lent by `&mut` in another shape than it arrived in.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn extends(x: &mut Vec<f64>, k: f64) -> f64 {
    x.push(k * x[0]);
    x.iter().sum()
}

#[differentiate]
fn extends_twice(x: &mut Vec<f64>, k: f64) -> f64 {
    extends(x, 2.0 * k) * extends(x, k)
}

#[differentiate]
fn shortens(x: &mut Vec<f64>, k: f64) -> f64 {
    let last = x.pop().unwrap();
    k * last + x.iter().sum::<f64>()
}

#[differentiate]
fn swaps_rows(rows: &mut [Vec<f64>], k: f64) -> f64 {
    rows.swap(0, 1);
    rows[0][0] * k + rows[1][0]
}

#[differentiate]
fn replaces(x: &mut Vec<f64>, k: f64) -> f64 {
    *x = vec![k; 5];
    x.iter().sum()
}

#[differentiate]
fn forgets(x: &mut Vec<f64>, k: f64) -> f64 {
    *x = vec![1.0; 5];
    k * x[0]
}

#[differentiate(wrt(k))]
fn by_another(x: &mut Vec<f64>, k: f64) -> f64 {
    x.push(k * x[0]);
    x.iter().sum()
}

#[differentiate(wrt(x, y))]
fn by_a_local(x: &mut Vec<f64>, k: f64) -> f64 {
    let y = k * x[0];
    x.push(y);
    x.iter().sum()
}

#[differentiate]
fn squares(x: &mut Vec<f64>, k: f64) -> Vec<f64> {
    x.push(k);
    x.iter().map(|v| v * v).collect()
}

#[differentiate]
fn may_extend(x: &mut Vec<f64>, k: f64) -> Option<f64> {
    x.push(k * x[0]);
    if k < 0.0 { None } else { x.last().copied() }
}

#[differentiate]
fn nothing(x: &mut Vec<f64>, k: f64) {
    x.push(k);
}

#[test]
fn gradients_have_the_shape_that_arrives() {
    let (k, x) = (0.5, vec![1.0, 2.0]);
    let mut left = x.clone();
    assert_eq!(extends::value_and_grad(&mut left, k), (3.5, (vec![1.5, 1.0], 1.0)));
    assert_eq!(left, [1.0, 2.0, 0.5]);
    assert_eq!(extends::grad(&mut x.clone(), k), (vec![1.5, 1.0], 1.0));
    let mut left = x.clone();
    assert_eq!(extends_twice::value_and_grad(&mut left, k), (18.0, (vec![19.0, 8.5], 21.0)));
    assert_eq!(left, [1.0, 2.0, 1.0, 0.5]);
    assert_eq!(shortens::value_and_grad(&mut vec![1.0, 2.0, 3.0], k), (4.5, (vec![1.0, 1.0, 0.5], 3.0)));
    let mut rows = [vec![1.0, 2.0], vec![3.0]];
    assert_eq!(swaps_rows::value_and_grad(&mut rows, k), (2.5, (vec![vec![1.0, 0.0], vec![0.5]], 3.0)));
    assert_eq!(replaces::value_and_grad(&mut x.clone(), k), (2.5, (vec![0.0; 2], 5.0)));
    assert_eq!(forgets::value_and_grad(&mut x.clone(), k), (0.5, (vec![0.0; 2], 1.0)));
    assert_eq!(by_another::value_and_grad(&mut x.clone(), k), (3.5, 1.0));
    let mut k_bar = 2.0;
    assert_eq!(by_another::value_and_grad_into(&mut x.clone(), k, &mut k_bar), 3.5);
    assert_eq!(k_bar, 3.0);
    assert_eq!(by_a_local::value_and_grad(&mut x.clone(), k), (3.5, (vec![1.5, 1.0], 1.0)));
    assert_eq!(squares::value_and_grad(&mut x.clone(), k), (vec![1.0, 4.0, 0.25], (vec![2.0, 4.0], 1.0)));
    assert_eq!(may_extend::value_and_grad(&mut x.clone(), k), Some((0.5, (vec![0.5, 0.0], 1.0))));
    assert_eq!(may_extend::value_and_grad(&mut x.clone(), -k), None);
    assert_eq!(nothing::value_and_grad(&mut x.clone(), k), ((), (vec![0.0; 2], 0.0)));
}

#[derive(Clone, Debug, Differentiable)]
struct Series {
    values: Vec<f64>,
    factor: f64,
}

#[differentiate]
impl Series {
    fn grow(&mut self, k: f64) {
        self.values.push(k);
    }
    fn total(&mut self, k: f64) -> f64 {
        self.grow(k * self.factor);
        self.values.iter().map(|v| v * v).sum()
    }
}

#[differentiate]
fn grown(series: &mut Series, k: f64) -> f64 {
    series.values.push(k * series.factor);
    series.values.iter().sum()
}

#[test]
fn fields_grow() {
    let mut series = Series { values: vec![1.0], factor: 3.0 };
    let (value, (bar, k_bar)) = grown::value_and_grad(&mut series, 0.5);
    assert_eq!((value, bar.values, bar.factor, k_bar), (2.5, vec![1.0], 0.5, 3.0));
    assert_eq!(series.values, [1.0, 1.5]);
    let (value, (bar, k_bar)) = Series::total_value_and_grad(&mut series, 0.5);
    assert_eq!((value, bar.values, bar.factor, k_bar), (5.5, vec![2.0, 3.0], 1.5, 9.0));
    assert_eq!(series.values, [1.0, 1.5, 1.5]);
}

#[differentiate]
fn of_two(#[no_diff] a: &[f64], x: f64, #[no_diff] b: &[f64]) -> f64 {
    a[0] * x + b[1]
}

/// What is lent twice in one call is lent by `&`.
#[differentiate]
fn lent_twice(x: &mut [f64], y: f64) -> f64 {
    of_two(x, y, x) * x[0]
}

#[derive(Clone, Differentiable)]
struct Cell {
    at: [f64; 2],
    level: f64,
}

/// A window of a field out of sight is changed element by element.
#[differentiate]
impl Cell {
    fn moved(mut self, #[no_diff] cells: &[Cell]) -> f64 {
        let before = self.at[0];
        self.at[0..1].clone_from_slice(&cells[1].at[1..2]);
        self.level * self.at[0] + self.at[1] * before
    }
}

#[test]
fn windows_of_fields() {
    let (value, x_bar) = {
        let mut x = [2.0, 3.0];
        let (value, (x_bar, y_bar)) = lent_twice::value_and_grad(&mut x, 0.5);
        assert_eq!(y_bar, 4.0);
        (value, x_bar)
    };
    assert_eq!((value, x_bar), (8.0, vec![4.0, 0.0]));
    let cell = Cell { at: [1.5, 2.5], level: 0.5 };
    let (value, bar) =
        Cell::moved_value_and_grad(cell.clone(), &[cell.clone(), Cell { at: [3.0, 4.0], level: 0.0 }]);
    assert_eq!((value, bar.at, bar.level), (0.5 * 4.0 + 2.5 * 1.5, [2.5, 1.5], 4.0));
    let (_, dot) = Cell::moved_jvp(cell.clone(), &[cell.clone(), cell], &bar);
    assert_eq!(dot, 4.0 * 2.5 + 1.5 * 1.5 + 2.5 * 2.5);
}
