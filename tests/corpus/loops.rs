//! Loops of every head, with scalars carried from iteration to iteration.

use autodiff_runtime::differentiate;

#[differentiate]
fn sum_of_squares(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
    }
    s
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * b[i];
    }
    s
}

#[differentiate]
fn product(x: &[f64]) -> f64 {
    let mut p = 1.0;
    for i in 0..x.len() {
        p *= x[i];
    }
    p
}

#[differentiate]
fn power_by_repetition(x: f64, n: usize) -> f64 {
    let mut p = 1.0;
    for _ in 0..n {
        p *= x;
    }
    p
}

#[differentiate]
fn two_carried(x: f64, n: usize) -> f64 {
    let (mut a, mut b) = (x, 1.0);
    for _ in 0..n {
        let t = a * 0.5 + b;
        b = a * b * 0.25;
        a = t.sin();
    }
    a * b
}

#[differentiate]
fn swapped_carried(x: f64, y: f64, n: u32) -> f64 {
    let mut a = x;
    let mut b = y;
    for _ in 0..n {
        let t = a;
        a = b + 0.5 * a * a;
        b = t;
    }
    a - b
}

#[differentiate]
fn inclusive(x: f64, n: i32) -> f64 {
    let mut s = 0.0;
    for k in 1..=n {
        s += x.powi(k) / f64::from(k);
    }
    s
}

#[differentiate]
fn reversed(c: &[f64], x: f64) -> f64 {
    let mut y = 0.0;
    for i in (0..c.len()).rev() {
        y = y * x + c[i];
    }
    y
}

#[differentiate]
fn stepped(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in (0..x.len()).step_by(3) {
        s = s * 0.5 + x[i].sin() * s;
    }
    for i in (1..x.len()).step_by(2).rev() {
        s *= 1.0 + x[i] * x[i];
    }
    s
}

#[differentiate]
fn stepped_wide(x: f64, n: i32) -> f64 {
    let mut s = x;
    for k in (-n..n).step_by(2) {
        s = s.cos() + f64::from(k) * x;
    }
    s
}

#[differentiate]
fn inner_bounds(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        for j in i + 1..n {
            let d = x[i] - x[j];
            s += d * d * d;
        }
    }
    s
}

#[differentiate]
fn triple_nest(x: &[f64], n: usize) -> f64 {
    let mut s = 1.0;
    for i in 0..n {
        let mut t = x[i];
        for j in 0..=i {
            let mut u = 0.5;
            for k in j..n {
                u = u * x[k] + t;
            }
            t += u.sin() * s;
        }
        s = s * 0.25 + t;
    }
    s
}

#[differentiate]
fn newton_square_root(a: f64) -> f64 {
    let mut x = a;
    while (x * x - a).abs() > 1e-13 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiate]
fn while_counts(x: f64, n: usize) -> f64 {
    let mut s = x;
    let mut i = 0;
    while i < n {
        if i % 2 == 0 {
            s = s.sin();
        } else {
            s *= x;
        }
        i += 1;
    }
    s
}

#[differentiate]
fn loop_with_break(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut k = 1;
    loop {
        term *= x / k as f64;
        sum += term;
        if k >= 20 {
            break;
        }
        k += 1;
    }
    sum
}

#[differentiate]
fn loop_value(x: f64) -> f64 {
    let mut y = x;
    let mut n = 0;
    let z = loop {
        y = y * y * 0.5 + x;
        n += 1;
        if n == 4 {
            break y * x;
        }
    };
    z + y
}

#[differentiate]
fn empty_loops(x: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {}
    for i in n..n {
        s *= i as f64;
    }
    for _ in 0..0 {
        s = 0.0;
    }
    s * x
}

#[differentiate]
fn bounds_from_a_loop(x: &[f64]) -> f64 {
    let mut n = 0;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            n += 1;
        }
    }
    let mut s = 0.0;
    for i in 0..n {
        s += x[i] * (i + 1) as f64;
    }
    s / n as f64
}

#[differentiate]
fn scalar_of_each_row(a: &[f64], rows: usize, columns: usize) -> f64 {
    let mut best = 0.0;
    for r in 0..rows {
        let mut norm = 0.0;
        for c in 0..columns {
            let v = a[r * columns + c];
            norm += v * v;
        }
        best += norm.sqrt();
    }
    best
}

#[differentiate]
fn last_value_wins(x: &[f64]) -> f64 {
    let mut last = 0.0;
    for i in 0..x.len() {
        last = x[i] * x[i];
    }
    last
}

#[differentiate]
fn carried_through_inner_loop(x: f64, y: f64) -> f64 {
    let mut a = x;
    for _ in 0..3 {
        let mut b = y;
        for _ in 0..2 {
            b = b * a + 0.1;
            a = a.sin() + b * 0.5;
        }
        a *= b;
    }
    a
}

#[differentiate]
fn index_types(x: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..3u8 {
        s += x * f64::from(i);
    }
    for i in -2..2i64 {
        s += x * x * i as f64;
    }
    s
}

#[differentiate]
fn previous_and_next(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut previous = x[0];
    for i in 1..x.len() {
        s += (x[i] - previous) * (x[i] + previous * previous);
        previous = x[i];
    }
    s
}

/// The last element is what the iteration before has left, until it is filled again.
#[differentiate]
fn read_before_it_is_filled(x: &[f64], w: f64) -> f64 {
    let mut row = [0.0; 3];
    let mut s = 0.0;
    for i in 0..x.len() {
        for j in 0..3 {
            row[j] = x[i] * (w + j as f64);
            s += row[2] * w;
        }
        s += row[0].sin();
    }
    s
}

#[differentiate]
fn filled_and_grown(x: &[f64], w: f64) -> f64 {
    let mut row = vec![0.0; 3];
    let mut s = 0.0;
    for i in 0..x.len() {
        for j in 0..3 {
            row[j] = x[i] * (w + j as f64);
        }
        s += row[row.len() - 1] * w;
        row.push(x[i] * x[i]);
    }
    s
}

checks! {
    sum_of_squares(&[1.0, -2.0, 3.0]) => [2.0, -4.0, 6.0];
    sum_of_squares as sum_of_no_squares(&[0.0; 0]);
    dot(&[1.0, 2.0], &[3.0, 4.0]) => ([3.0, 4.0], [1.0, 2.0]);
    product(&[1.5, -2.0, 0.5, 3.0]);
    product as product_with_a_zero(&[1.5, 0.0, 0.5]) => [0.0, 0.75, 0.0];
    power_by_repetition(1.5, @5) => 5.0 * 1.5_f64.powi(4);
    power_by_repetition as power_by_no_repetition(1.5, @0) => 0.0;
    two_carried(0.75, @6);
    swapped_carried(0.5, 0.25, @4);
    inclusive(0.5, @5);
    reversed(&[1.0, -2.0, 0.5, 3.0], 1.25);
    stepped(&[0.5, 1.0, -0.5, 0.25, 0.75, 1.5, 0.1]);
    stepped_wide(0.5, @5);
    inner_bounds(&[0.5, 1.0, -0.5, 0.25]);
    triple_nest(&[0.5, 0.25, -0.5], @3);
    newton_square_root(2.0);
    while_counts(0.75, @5);
    loop_with_break(0.75);
    loop_value(0.5);
    empty_loops(1.5, @3) => 3.0;
    bounds_from_a_loop(&[1.0, 2.0, -0.5, 0.5]);
    scalar_of_each_row(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], @2, @3);
    last_value_wins(&[1.0, 2.0, 3.0]) => [0.0, 0.0, 6.0];
    carried_through_inner_loop(0.5, 0.75);
    index_types(1.5) => 3.0 - 4.0 * 1.5;
    previous_and_next(&[0.5, 1.0, -0.5, 0.25]);
    read_before_it_is_filled(&[0.5, 1.0, -0.5, 0.25], 0.7);
    filled_and_grown(&[0.5, 1.0, -0.5, 0.25], 0.7);
}
