//! What a condition guards is evaluated where the condition holds: the arguments are such that it would panic elsewhere.

use autodiff_runtime::differentiate;

#[differentiate]
fn index_in_bounds(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += if k < x.len() { x[k] * x[i] } else { x[i] };
    }
    s
}

#[differentiate]
fn index_in_bounds_else(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k >= x.len() {
            s += x[i] * x[i];
        } else {
            s += x[k].sin() * x[i];
        }
    }
    s
}

#[differentiate]
fn got_or_default(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x.get(5).copied().unwrap_or(0.5) * x[i];
    }
    s
}

#[differentiate]
fn got_behind(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x.get(i + 1).copied().unwrap_or(1.5);
    }
    s
}

#[differentiate]
fn if_let_got(v: &[f64], x: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..4 {
        if let Some(y) = v.get(3) {
            s += y * x;
        } else {
            s += x * x;
        }
    }
    s
}

#[differentiate]
fn if_let_got_straight(v: &[f64], x: f64) -> f64 {
    if let Some(y) = v.get(3) { y * x } else { x * x }
}

#[differentiate]
fn and_guard(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k < x.len() && x[k] > 0.0 {
            s += x[k] * x[i];
        } else {
            s += x[i].sin();
        }
    }
    s
}

#[differentiate]
fn or_guard(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k >= x.len() || x[k] < 0.0 {
            s += x[i].sin();
        } else {
            s += x[k] * x[i];
        }
    }
    s
}

#[differentiate]
fn while_guard(x: &[f64]) -> f64 {
    let mut i = 0;
    let mut s = 1.0;
    while i < x.len() && x[i] > 0.0 {
        s *= x[i];
        i += 1;
    }
    s
}

#[differentiate]
fn while_guard_inner(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for j in 0..n {
        let mut i = j;
        while i < x.len() && x[i] > 0.1 {
            s += x[i] * x[j % x.len()];
            i += 1;
        }
    }
    s
}

#[differentiate]
fn match_guard(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += match k {
            0 => x[i],
            j if j < x.len() => x[j] * x[i],
            _ => x[i] * 2.0,
        };
    }
    s
}

#[differentiate]
fn match_guard_load(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += match k {
            j if j < x.len() && x[j] > 0.0 => x[j] * x[i],
            _ => x[i] * x[i],
        };
    }
    s
}

#[differentiate]
fn before_first(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let left = if i > 0 { x[i - 1] } else { 0.0 };
        s += left * x[i];
    }
    s
}

#[differentiate]
fn before_first_outer(x: &[f64], k: usize, n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..3 {
            if k > 0 {
                s += x[k - 1] * x[j];
            } else {
                s += x[j] * x[j];
            }
        }
    }
    s
}

#[differentiate]
fn divided_count(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if n > 0 {
            let k = x.len() / n;
            s += x[k % x.len()] * x[i];
        } else {
            s += x[i] * x[i];
        }
    }
    s
}

#[differentiate]
fn both_neighbours(x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for i in 0..n {
        let left = if i > 0 { x[i - 1] } else { x[n - 1] };
        let right = if i + 1 < n { x[i + 1] } else { x[0] };
        y[i] = left * right + x[i] * y[i];
    }
}

#[differentiate]
fn boundary_arms(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        s += if i == 0 {
            x[0] * x[0]
        } else if i == n - 1 {
            x[i] * x[i - 1]
        } else {
            x[i - 1] * x[i + 1]
        };
    }
    s
}

#[differentiate]
fn row_in_bounds(a: &[f64], x: &[f64], k: usize) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        if k * n + n <= a.len() {
            for j in 0..n {
                s += a[k * n + j] * x[j] * x[i];
            }
        } else {
            s += x[i];
        }
    }
    s
}

#[differentiate]
fn rows_of_rows(a: &[Vec<f64>], x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k < a.len() {
            for j in 0..x.len() {
                s += a[k][j] * x[i];
            }
        } else {
            s += x[i] * x[i];
        }
    }
    s
}

#[differentiate]
fn length_of_row(a: &[Vec<f64>], x: f64, k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..3 {
        if k < a.len() {
            s += a[k].len() as f64 * x * a[k][0];
        } else {
            s += x;
        }
    }
    s
}

#[differentiate]
fn gathered(x: &[f64], at: &[usize], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..at.len() {
        let k = at[i];
        for j in 0..y.len() {
            if k < x.len() {
                s += x[k] * y[j];
            } else {
                s -= y[j] * y[j];
            }
        }
    }
    s
}

#[differentiate]
fn early_continue(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k >= x.len() {
            s += x[i];
            continue;
        }
        s += x[k] * x[i] * x[i];
    }
    s
}

#[differentiate]
fn early_return(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
        if i + 1 == x.len() {
            return s;
        }
        s += x[i + 1] * x[i];
    }
    s
}

#[differentiate]
fn early_break(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    let mut i = 0;
    loop {
        if i >= x.len() {
            break;
        }
        let v = x[i];
        if v < 0.0 {
            break;
        }
        s += v * v;
        i += 1;
    }
    s
}

fn must_be_small(k: usize) -> usize {
    assert!(k < 3, "too large");
    k
}

#[differentiate]
fn panicking_call(x: &[f64], #[no_diff] k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k < 3 {
            let j = must_be_small(k);
            s += x[j] * x[i];
        } else {
            s += x[i] * x[i];
        }
    }
    s
}

#[differentiate]
fn running_extreme(x: &[f64], n: usize) -> f64 {
    let mut m = x[0];
    for i in 0..n {
        if i < x.len() && x[i] > m {
            m = x[i];
        }
    }
    m * x[0]
}

#[differentiate]
fn stored_guarded(x: &[f64], y: &mut [f64], k: usize) {
    for i in 0..x.len() {
        if k < y.len() {
            y[k] = y[k] * x[i];
        } else {
            y[0] += x[i] * x[i];
        }
    }
}

#[differentiate]
fn in_a_condition(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let on = k < x.len() && x[k] * x[i] > 0.0;
        s += if on { x[i] * 2.0 } else { x[i] * x[i] };
    }
    s
}

#[differentiate]
fn empty_tail(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if k <= x.len() {
            for v in &x[k..] {
                s += v * x[i];
            }
        } else {
            s += x[i];
        }
    }
    s
}

#[differentiate]
fn first_and_last(x: &[f64], n: usize) -> f64 {
    let mut s = 1.0;
    for i in 0..n {
        if let Some(first) = x.first() {
            s += first * first;
        }
        if let Some(last) = x.last() {
            s += last * s;
        }
    }
    s
}

#[differentiate]
fn first_or(x: &[f64], y: f64, n: usize) -> f64 {
    let mut s = y;
    for i in 0..n {
        s += x.first().copied().unwrap_or(y) * y;
    }
    s
}

#[differentiate]
fn map_or_got(x: &[f64], y: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..4 {
        s += x.get(i).map_or(y, |v| v * y);
    }
    s
}

#[differentiate]
fn chosen_index(x: &[f64], i0: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let j = if i0 > i { i0 - i - 1 } else { 0 };
        let v = if j < x.len() { x[j] } else { 1.0 };
        s += v * x[i];
    }
    s
}

#[differentiate]
fn modulo(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        for j in 0..x.len() {
            if n != 0 && j % n == 0 {
                s += x[j] * x[i];
            }
        }
        s += x[i];
    }
    s
}

#[differentiate]
fn nothing_runs(x: &[f64], k: usize, n: usize) -> f64 {
    let mut s = x[0];
    for i in 0..n {
        s += x[k] * x[i];
    }
    s * s
}

#[differentiate]
fn nothing_runs_inside(x: &[f64], k: usize, n: usize) -> f64 {
    let mut s = x[0];
    for j in 0..x.len() {
        for i in 0..n {
            s += x[k] * x[i] * x[j];
        }
    }
    s * s
}

#[differentiate]
fn shifted(x: &[f64], y: &mut [f64], lag: usize) {
    for t in 0..y.len() {
        let mut acc = 0.0;
        for k in 0..x.len() {
            if t >= k + lag {
                acc += x[k] * y[t - k - lag];
            }
        }
        y[t] = y[t] + acc * 0.1;
    }
}

#[differentiate]
fn guarded_shift(x: &[f64], lag: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        for j in 0..2 {
            if i >= lag {
                s += x[i - lag] * x[i] * (j as f64 + 1.0);
            }
        }
    }
    s
}

#[differentiate]
fn nested_guards(x: &[f64], a: usize, b: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if a < x.len() {
            let u = x[a] * x[i];
            if b < x.len() {
                s += u * x[b];
            } else {
                s += u;
            }
        } else if b < x.len() {
            s += x[b];
        } else {
            s += x[i].cos();
        }
    }
    s
}

#[differentiate]
fn table_guard(x: f64, #[no_diff] table: &[f64], k: usize) -> f64 {
    let mut s = x;
    for i in 0..3 {
        s += if k < table.len() { table[k] * s } else { x * s * 0.1 };
    }
    s
}

#[differentiate]
fn table_straight(x: f64, #[no_diff] table: &[f64], k: usize) -> f64 {
    let w = if k < table.len() { table[k] } else { 0.5 };
    let v = if k < table.len() { table[k] * x } else { x * x };
    v * w * x
}

#[differentiate]
fn clamped_between_nothing(x: &[f64], lo: f64, hi: f64, n: usize) -> f64 {
    let mut s = x[0] * lo * hi;
    for i in 0..n {
        s += lo.clamp(hi, lo - 1.0) * x[i];
    }
    s
}

#[differentiate]
fn chosen(x: f64, by: bool) -> f64 {
    if by { x * x } else { x }
}

#[differentiate]
fn range_asked(x: f64, v: &[f64]) -> f64 {
    let inside = chosen(x, (0.0..0.5).contains(&v[0]));
    inside * chosen(v[0], (0.25..=1.0).contains(&(x * v[1])))
}

#[differentiate]
fn compared_with_a_cast(x: f64, n: usize) -> f64 {
    let some = if (0.5 + ((x as f32).sin() as f64)) < x { x * x } else { x };
    let k = if (1 + (x as usize)) < n { 2.0 * x } else { some };
    if (n << (1 + x as u32)) < 8 { k * some } else { k }
}

checks! {
    range_asked(0.7, &[0.3, 0.9]);
    range_asked as outside_of_the_range(0.7, &[0.9, 0.2]);
    compared_with_a_cast(2.5, @2);
    compared_with_a_cast as compared_otherwise(0.7, @4);
    clamped_between_nothing(&[1.0, 2.0], 0.5, 1.5, @0);
    index_in_bounds(&[1.0, 2.0, 0.5], @5);
    index_in_bounds as index_in_bounds_inside(&[1.0, 2.0, 0.5], @1);
    index_in_bounds_else(&[1.0, 2.0, 0.5], @5);
    got_or_default(&[1.0, 2.0, 0.5]);
    got_behind(&[1.0, 2.0, 0.5]);
    if_let_got(&[1.0, 2.0], 0.7);
    if_let_got as if_let_got_there(&[1.0, 2.0, 3.0, 4.0], 0.7);
    if_let_got_straight(&[1.0, 2.0], 0.7);
    and_guard(&[1.0, 2.0, 0.5], @5);
    and_guard as and_guard_inside(&[1.0, 2.0, 0.5], @1);
    or_guard(&[1.0, 2.0, 0.5], @5);
    while_guard(&[1.0, 2.0, 0.5]);
    while_guard as while_guard_stops(&[1.0, 2.0, -0.5, 1.0]);
    while_guard_inner(&[1.0, 2.0, -0.5, 1.0], @7);
    match_guard(&[1.0, 2.0, 0.5], @5);
    match_guard as match_guard_inside(&[1.0, 2.0, 0.5], @2);
    match_guard_load(&[1.0, 2.0, 0.5], @5);
    match_guard_load as match_guard_load_inside(&[1.0, 2.0, 0.5], @2);
    before_first(&[1.0, 2.0, 0.5]);
    before_first_outer(&[1.0, 2.0, 0.5], @0, @2);
    divided_count(&[1.0, 2.0, 0.5], @0);
    divided_count as divided_count_by_two(&[1.0, 2.0, 0.5], @2);
    both_neighbours(&[1.0, 2.0, 0.5], &mut vec![0.3, 0.4, 0.5]) -> ();
    both_neighbours as both_neighbours_of_one(&[1.5], &mut vec![0.3]) -> ();
    boundary_arms(&[1.0, 2.0, 0.5, 0.7]);
    boundary_arms as boundary_arms_of_one(&[1.0]);
    row_in_bounds(&[1.0, 2.0, 0.5, 0.7], &[0.3, 0.4], @5);
    row_in_bounds as row_in_bounds_inside(&[1.0, 2.0, 0.5, 0.7], &[0.3, 0.4], @1);
    rows_of_rows(&[vec![1.0, 2.0], vec![0.5, 0.7]], &[0.3, 0.4], @5);
    length_of_row(&[vec![1.0, 2.0], vec![0.5, 0.7]], 0.3, @5);
    gathered(&[1.0, 2.0], @&[0, 7, 1], &[0.3, 0.4]);
    early_continue(&[1.0, 2.0, 0.5], @5);
    early_return(&[1.0, 2.0, 0.5], @5);
    early_break(&[1.0, 2.0, 0.5], @5);
    panicking_call(&[1.0, 2.0, 0.5], @5);
    running_extreme(&[1.0, 2.0, 0.5], @5);
    stored_guarded(&[1.0, 2.0, 0.5], &mut vec![0.3, 0.4], @5) -> ();
    stored_guarded as stored_guarded_inside(&[1.0, 2.0, 0.5], &mut vec![0.3, 0.4], @1) -> ();
    in_a_condition(&[1.0, 2.0, 0.5], @5);
    empty_tail(&[1.0, 2.0, 0.5], @5);
    empty_tail as empty_tail_inside(&[1.0, 2.0, 0.5], @1);
    first_and_last(&[1.0, 2.0, 0.5], @2);
    first_or(&[1.0, 2.0, 0.5], 0.3, @2);
    map_or_got(&[1.0, 2.0], 0.3);
    chosen_index(&[1.0, 2.0, 0.5], @1);
    modulo(&[1.0, 2.0, 0.5], @0);
    modulo as modulo_two(&[1.0, 2.0, 0.5], @2);
    nothing_runs(&[1.0, 2.0, 0.5], @5, @0);
    nothing_runs_inside(&[1.0, 2.0, 0.5], @5, @0);
    shifted(&[1.0, 2.0, 0.5], &mut vec![0.3, 0.4, 0.1, 0.2], @1) -> ();
    guarded_shift(&[1.0, 2.0, 0.5], @2);
    nested_guards(&[1.0, 2.0, 0.5], @5, @6);
    nested_guards as nested_guards_one(&[1.0, 2.0, 0.5], @1, @6);
    nested_guards as nested_guards_other(&[1.0, 2.0, 0.5], @6, @1);
    table_guard(0.7, @&[1.0, 2.0], @5);
    table_straight(0.7, @&[1.0, 2.0], @5);
}
