//! References to parts of places: slices, rows, elements, split borrows.

use autodiff_runtime::differentiate;

#[differentiate]
fn row_views(a: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..a.len() / n {
        let row = &a[i * n..(i + 1) * n];
        let mut z = 0.0;
        for j in 0..n {
            z += row[j] * x[j];
        }
        s += z * z;
    }
    s
}

#[differentiate]
fn view_of_view(x: &[f64]) -> f64 {
    let tail = &x[1..];
    let middle = &tail[1..3];
    let last = &middle[1];
    middle[0] * tail[0] + *last * last.sin()
}

#[differentiate]
fn open_ranges(x: &[f64]) -> f64 {
    let all = &x[..];
    let head = &x[..2];
    let tail = &all[2..];
    let upto = &x[..=2];
    head[0] * tail[1] + head[1] * upto[2] + tail.len() as f64 * all[0]
}

#[differentiate]
fn mutable_element(x: f64) -> f64 {
    let mut a = [x, 2.0 * x, x * x];
    let r = &mut a[1];
    *r *= x;
    *r += 1.0;
    let s = &mut a[2];
    *s -= x;
    a[0] * a[1] * a[2]
}

#[differentiate]
fn mutable_part(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let part = &mut a[1..3];
    part[0] *= part[1];
    part[1] += part[0] * part[0];
    a[0] * a[1] + a[2] * a[3]
}

#[differentiate]
fn split(x: &[f64], k: usize) -> f64 {
    let (left, right) = x.split_at(k);
    let mut s = 0.0;
    for i in 0..left.len().min(right.len()) {
        s += left[i] * right[i];
    }
    s * s
}

#[differentiate]
fn split_mutably(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let (left, right) = a.split_at_mut(2);
    for i in 0..2 {
        left[i] *= right[i];
        right[i] += left[i] * left[0];
    }
    a[0] + a[1] * a[2] - a[3]
}

#[differentiate]
fn reference_chosen(x: &[f64], y: &[f64], first: bool) -> f64 {
    let v = if first { x } else { y };
    let mut s = 0.0;
    for i in 0..v.len() {
        s += v[i] * v[i] * x[i];
    }
    s
}

#[differentiate]
fn row_of_rows(m: &[Vec<f64>]) -> f64 {
    let first = &m[0];
    let second = &m[1];
    let mut s = 0.0;
    for j in 0..first.len() {
        s += first[j] * second[j].exp();
    }
    s
}

#[differentiate]
fn in_place_through_rows(x: &[f64], n: usize) -> f64 {
    let mut a = x.to_vec();
    for i in 0..a.len() / n {
        let row = &mut a[i * n..i * n + n];
        let mut total = 0.0;
        for j in 0..n {
            row[j] = row[j].exp();
            total += row[j];
        }
        for j in 0..n {
            row[j] /= total;
        }
    }
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * (i as f64).cos();
    }
    s
}

#[differentiate]
fn moving_window(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() - 2 {
        let w = &x[i..i + 3];
        s += w[0] * w[2] - w[1] * w[1];
    }
    s
}

#[differentiate]
fn write_after_view(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let before = {
        let v = &a[..2];
        v[0] * v[1]
    };
    a[0] = before * a[1];
    let after = {
        let v = &a[..2];
        v[0] * v[1]
    };
    before * after
}

#[differentiate]
fn reborrowed(x: &mut [f64]) -> f64 {
    {
        let y = &mut *x;
        y[0] *= y[1];
    }
    let z = &mut x[1..];
    z[0] += 1.0;
    x[0] * x[1]
}

#[differentiate]
fn copies_of_views(x: &[f64]) -> f64 {
    let mut head = x[..2].to_vec();
    head[0] *= x[2];
    let mut tail = x[1..].to_owned();
    tail[0] += head[0];
    head[1] * tail[0] * x[0]
}

#[differentiate]
fn half_onto_half(x: &mut [f64], n: usize) -> f64 {
    let (a, b) = x.split_at_mut(n);
    a.copy_from_slice(&b[..n]);
    a[0] *= b[0];
    a[0] * a[n - 1]
}

#[differentiate]
fn length_of_a_view_in_a_loop(r: [f64; 3], p: &mut f64, q: &[f64], k: usize) -> f64 {
    for e in q.iter().take(2) {
        let w = &r[0..2];
        *p *= 1.0 + 0.25 * (((*e) - w[k % w.len()]) * r[2]).sin();
    }
    *p
}

#[differentiate]
fn length_of_a_row(r: &Vec<Vec<f64>>, q: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    let first = r[0].clone();
    for (i, e) in q.iter().enumerate() {
        let row = &r[i];
        s += first[k % row.len()] * e * row[0];
    }
    s
}

#[differentiate]
fn length_of_what_grows(x: &[f64], y: f64) -> f64 {
    let mut v = vec![y];
    let mut s = 0.0;
    for e in x {
        s += x[5 % v.len()] * e;
        v.push(s);
    }
    s * v[1]
}

checks! {
    row_views(&[0.5, 1.5, -0.75, 2.0, 0.25, 1.0], &[1.25, 0.5, -1.0]);
    view_of_view(&[0.5, 1.5, -0.75, 2.0]);
    open_ranges(&[0.5, 1.5, -0.75, 2.0]);
    mutable_element(0.75);
    mutable_part(&[0.5, 1.5, -0.75, 2.0]);
    split(&[0.5, 1.5, -0.75, 2.0, 1.0], @2);
    split_mutably(&[0.5, 1.5, -0.75, 2.0]);
    reference_chosen(&[0.5, 1.5], &[-0.75, 2.0], @true);
    reference_chosen as reference_to_the_other(&[0.5, 1.5], &[-0.75, 2.0], @false);
    row_of_rows(&vec![vec![0.5, 1.5], vec![-0.75, 2.0]]);
    in_place_through_rows(&[0.5, 1.5, -0.75, 2.0], @2);
    moving_window(&[0.5, 1.5, -0.75, 2.0]);
    write_after_view(&[0.5, 1.5, -0.75]);
    reborrowed(&mut vec![0.5, 1.5]);
    copies_of_views(&[0.5, 1.5, -0.75]);
    half_onto_half(&mut vec![0.5, -1.5, 2.0, 0.75], @2);
    length_of_a_view_in_a_loop([0.5, -0.75, 1.25], &mut 1.5, &[0.25, 0.75, 2.0], @3);
    length_of_a_row(&vec![vec![0.5, 1.5, -0.75], vec![0.25], vec![1.0, 2.0]], &[1.25, 0.5, -1.5], @5);
    length_of_what_grows(&[0.5, 1.5, -0.75], 1.25);
}
