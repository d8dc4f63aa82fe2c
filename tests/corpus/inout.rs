//! `&mut` parameters: what they hold before the call goes in, what they hold behind it comes out.

use autodiff_runtime::differentiate;

#[differentiate]
fn scale(a: f64, x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] *= a;
    }
}

#[differentiate]
fn accumulate(x: &[f64], total: &mut f64) {
    for i in 0..x.len() {
        *total += x[i] * *total;
    }
}

#[differentiate]
fn overwrite(x: f64, y: &mut f64) -> f64 {
    let old = *y;
    *y = x * x;
    old * x
}

#[differentiate]
fn matrix_vector(a: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for i in 0..y.len() {
        let mut s = 0.0;
        for j in 0..n {
            s += a[i * n + j] * x[j];
        }
        y[i] = s;
    }
}

#[differentiate]
fn softmax(x: &mut [f64]) {
    let mut largest = f64::NEG_INFINITY;
    for i in 0..x.len() {
        largest = largest.max(x[i]);
    }
    let mut total = 0.0;
    for i in 0..x.len() {
        x[i] = (x[i] - largest).exp();
        total += x[i];
    }
    for i in 0..x.len() {
        x[i] /= total;
    }
}

#[differentiate]
fn prefix_sums(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] += x[i - 1];
    }
}

#[differentiate]
fn in_out_array(x: &mut [f64; 3], a: f64) -> f64 {
    x[0] = x[1] * a;
    x[1] = x[0] * x[2];
    x[2] *= x[2];
    x[0] - x[1]
}

#[differentiate]
fn in_out_vector(x: &mut Vec<f64>) -> f64 {
    x.swap(0, 1);
    x[0] *= x[1];
    x[1] = 2.0;
    x[0] * x[2]
}

#[differentiate]
fn two_in_out(a: &mut f64, b: &mut f64, x: f64) {
    let t = *a;
    *a = *b * x;
    *b = t + *a;
}

#[differentiate]
fn swap_contents(a: &mut [f64], b: &mut [f64]) {
    for i in 0..a.len() {
        std::mem::swap(&mut a[i], &mut b[i]);
        a[i] *= b[i];
    }
}

#[differentiate]
fn untouched(x: &[f64], y: &mut [f64]) -> f64 {
    x[0] * y[1]
}

#[differentiate]
fn conditionally_written(x: f64, y: &mut [f64]) {
    if x > 0.0 {
        y[0] = x * y[1];
    } else {
        y[1] = 0.0;
    }
}

#[differentiate]
fn heat_step(u: &mut [f64], kappa: f64, steps: usize) {
    let n = u.len();
    for _ in 0..steps {
        let mut next = u.to_vec();
        for i in 1..n - 1 {
            next[i] += kappa * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        u.copy_from_slice(&next);
    }
}

#[differentiate]
fn gauss_seidel(x: &mut [f64], b: &[f64], sweeps: usize) -> f64 {
    let n = x.len();
    for _ in 0..sweeps {
        for i in 0..n {
            let left = if i > 0 { x[i - 1] } else { 0.0 };
            let right = if i + 1 < n { x[i + 1] } else { 0.0 };
            x[i] = (b[i] + left + right) / 2.5;
        }
    }
    let mut r = 0.0;
    for i in 0..n {
        r += x[i] * b[i];
    }
    r
}

#[differentiate]
fn in_out_rows(m: &mut [[f64; 2]], a: &[f64]) {
    for i in 0..m.len() {
        m[i][0] *= a[i];
        m[i][1] += m[i][0] * m[0][1];
    }
}

#[test]
fn buffers_of_in_out_parameters_are_rewritten() {
    let mut x = [1.0, 2.0];
    let (mut a_bar, mut x_bar) = (10.0, [1.0, 0.5]);
    scale::value_and_grad_into(3.0, &mut x, &mut a_bar, &mut x_bar);
    assert_eq!(x, [3.0, 6.0]);
    assert_eq!(a_bar, 10.0 + 1.0 + 0.5 * 2.0);
    assert_eq!(x_bar, [3.0, 1.5]);
}

#[test]
fn pullbacks_take_a_seed_for_each_in_out_parameter() {
    let (mut a, mut b) = (2.0, 3.0);
    let ((), pullback) = two_in_out::vjp(&mut a, &mut b, 0.5);
    // a' = b x, b' = a + b x
    assert_eq!(pullback(1.0, 10.0), (10.0, 5.5, 33.0));
    assert_eq!((a, b), (1.5, 3.5));
}

#[differentiate]
fn grows(v: &mut Vec<f64>, x: f64) {
    let last = v[v.len() - 1];
    v.push(last * x);
}

#[differentiate]
fn grows_by_a_call(v: &mut Vec<f64>, x: f64) -> f64 {
    grows(v, x);
    v[v.len() - 1]
}

#[test]
#[should_panic(expected = "an element for each that the function leaves there")]
fn a_shorter_seed_is_refused() {
    let mut v = vec![1.0];
    grows::vjp(&mut v, 2.0).1(vec![1.0]);
}

#[test]
#[should_panic(expected = "an element for each that the function leaves there")]
fn a_longer_seed_is_refused() {
    let mut v = vec![1.0];
    grows::vjp(&mut v, 2.0).1(vec![1.0, 1.0, 1.0]);
}

#[test]
#[should_panic(expected = "an element for each that the function leaves there")]
fn an_empty_buffer_is_refused() {
    grows::value_and_grad_into(&mut vec![1.0], 2.0, &mut vec![], &mut 0.0);
}

#[test]
fn seeds_of_the_length_that_is_left() {
    let mut v = vec![3.0];
    assert_eq!(grows::vjp(&mut v, 2.0).1(vec![1.0, 10.0]), (vec![21.0], 30.0));
    assert_eq!(grows_by_a_call::vjp(&mut vec![3.0], 2.0).1(1.0, vec![0.0, 0.0]), (vec![2.0], 3.0));
}

// The rows come back in other shapes than those in which they went.
#[differentiate]
fn rows_turned_round(rows: &mut [Vec<f64>], x: f64) {
    rows.reverse();
    rows[0][0] *= x;
}

#[differentiate]
fn rows_cut(rows: &mut [Vec<f64>], x: f64) -> f64 {
    let before = rows[0][0] * x;
    for row in rows.iter_mut() {
        if row.len() > 2 {
            row.truncate(1);
        }
        row.push(x * row[0]);
    }
    before
}

#[test]
fn seeds_have_the_shape_that_is_left() {
    let (x, mut rows) = (0.5, vec![vec![0.25, 0.75, 1.0], vec![0.5]]);
    let ((), pullback) = rows_turned_round::vjp(&mut rows, x);
    let (rows_bar, x_bar) = pullback(vec![vec![1.0], vec![2.0, 3.0, 4.0]]);
    assert_eq!((rows_bar, x_bar), (vec![vec![2.0, 3.0, 4.0], vec![0.5]], 0.5));
    assert_eq!(rows, [vec![0.25], vec![0.25, 0.75, 1.0]]);

    let mut rows = vec![vec![0.25, 0.75, 1.0], vec![0.5]];
    let (before, pullback) = rows_cut::vjp(&mut rows, x);
    let (rows_bar, x_bar) = pullback(1.0, vec![vec![2.0, 3.0], vec![4.0, 5.0]]);
    assert_eq!(before, 0.125);
    assert_eq!(rows_bar, [vec![0.5 + 2.0 + 1.5, 0.0, 0.0], vec![4.0 + 2.5]]);
    assert_eq!(x_bar, 0.25 + 3.0 * 0.25 + 5.0 * 0.5);
    assert_eq!(rows, [vec![0.25, 0.125], vec![0.5, 0.25]]);
}

checks! {
    scale(1.5, &mut vec![0.5, -0.75, 2.0]) -> ();
    accumulate(&[0.5, -0.75, 2.0], &mut 1.5) -> ();
    overwrite(1.5, &mut 0.75);
    matrix_vector(&[0.5, 1.5, -0.75, 2.0], &[1.25, 0.5], &mut vec![3.0, 4.0]) -> ();
    softmax(&mut vec![0.5, 1.5, -0.75]) -> ();
    prefix_sums(&mut vec![0.5, 1.5, -0.75]) -> ();
    in_out_array(&mut [0.5, 1.5, -0.75], 1.25);
    in_out_vector(&mut vec![0.5, 1.5, -0.75]);
    two_in_out(&mut 0.5, &mut 1.5, -0.75) -> ();
    swap_contents(&mut vec![0.5, 1.5], &mut vec![-0.75, 2.0]) -> ();
    untouched(&[0.5, 1.5], &mut vec![-0.75, 2.0]);
    conditionally_written(0.5, &mut vec![-0.75, 2.0]) -> ();
    conditionally_written as conditionally_cleared(-0.5, &mut vec![-0.75, 2.0]) -> ();
    heat_step(&mut vec![0.0, 1.0, 0.5, -0.5, 0.0], 0.2, @3) -> ();
    gauss_seidel(&mut vec![0.5, 1.5, -0.75], &[1.0, 2.0, 0.5], @3);
    in_out_rows(&mut vec![[0.5, 1.5], [-0.75, 2.0]], &[1.25, 0.5]) -> ();
}

/// What an iteration changes by a view of a `&mut` argument is not put back before the function is done.
#[differentiate]
fn by_views_in_arms(pairs: &mut [(f64, f64)]) -> f64 {
    let [mut x, y]: [f64; 2] = std::array::from_fn(|_| pairs[1].1.cos());
    let s = std::mem::replace(&mut x, 0.5);
    for pair in pairs.iter_mut() {
        let _t: f64 = match 1 {
            0 => s,
            1 | 2 => {
                pair.1 += 0.3 * s;
                x
            }
            _ => y,
        };
    }
    0.5
}

#[test]
fn views_of_arguments_are_left_as_the_function_leaves_them() {
    let start = [(1.0, 2.0), (3.0, 4.0)];
    let (mut plain, mut pairs, mut bars) = (start, start, vec![(0.0, 0.0), (0.0, 1.0)]);
    by_views_in_arms(&mut plain);
    by_views_in_arms::value_and_grad_into(&mut pairs, &mut bars);
    assert_eq!(pairs, plain);
    assert_eq!(bars, [(0.0, 0.0), (0.0, 1.0 - 0.3 * 4.0_f64.sin())]);
}
