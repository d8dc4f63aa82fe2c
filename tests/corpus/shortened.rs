//! Vecs whose length depends on the path that the program took, and that are shortened later.

use autodiff_runtime::differentiate;

#[differentiate]
fn truncated_from_arms(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x; 3] };
    k.truncate(1);
    k[0] * x
}

#[differentiate]
fn cleared_from_arms(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x * x; 3] };
    let s = k[0] * k[1];
    k.clear();
    k.push(s * x);
    k[0]
}

#[differentiate]
fn removed_from_arms(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x, x * x, 2.0 * x] };
    let first = k.remove(0);
    first * k[1] + k[0]
}

#[differentiate]
fn popped_from_arms(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x, x * x, 2.0 * x] };
    let mut s = 0.0;
    while let Some(v) = k.pop() {
        s = s * x + v;
    }
    s
}

#[differentiate]
fn popped_twice(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x, x * x, 2.0 * x] };
    let a = k.pop().unwrap();
    let b = k.pop().unwrap();
    a * b * k[0]
}

#[differentiate]
fn resized_from_arms(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x, x * x, 2.0 * x] };
    k.resize(2, x);
    k[0] * k[1]
}

#[differentiate]
fn resized_longer(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x, x] } else { vec![x, x * x, 2.0 * x] };
    k.resize(5, x * x);
    k[4] * k[2]
}

#[differentiate]
fn nested_from_arms(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![vec![x]] } else { vec![vec![x, x * x], vec![x; 3]] };
    k.truncate(1);
    k[0].truncate(1);
    k[0][0] * x
}

#[differentiate]
fn inner_shortened(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![vec![x]] } else { vec![vec![x, x * x], vec![x; 3]] };
    k[1].truncate(1);
    k[1][0] * k[0][1]
}

#[differentiate]
fn from_match(x: f64, n: usize) -> f64 {
    let mut k = match n {
        0 => vec![x],
        1 => vec![x, x * x],
        _ => vec![x; 4],
    };
    k.truncate(2);
    let mut s = 0.0;
    for v in &k {
        s += v * x;
    }
    s
}

#[differentiate]
fn grown_in_one_arm(x: f64) -> f64 {
    let mut k = vec![x];
    if x > 0.0 {
        k.push(x * x);
        k.push(x * 3.0);
    }
    k.truncate(2);
    k[0] * k[1]
}

#[differentiate]
fn shortened_in_one_arm(x: f64) -> f64 {
    let mut k = vec![x, x * x, 3.0 * x];
    if x > 0.0 {
        k.truncate(2);
    } else {
        k.push(x);
    }
    let mut s = 0.0;
    for v in &k {
        s += v * v;
    }
    s
}

#[differentiate]
fn from_closure(x: f64, n: usize) -> f64 {
    let make = |m: usize| if m > 2 { vec![x; m] } else { vec![x, x * x] };
    let mut k = make(n);
    k.truncate(1);
    k[0] * x
}

#[differentiate]
fn replaced(x: f64) -> f64 {
    let mut k = vec![x];
    if x > 0.0 {
        k = vec![x, x * x, x];
    }
    k.truncate(2);
    k[0] * k[1]
}

#[differentiate]
fn replaced_twice(x: f64) -> f64 {
    let mut k = vec![x];
    k = vec![x, x * x, x];
    k.pop();
    k = vec![k[0] * x; 5];
    k.truncate(2);
    k[0] * k[1]
}

#[differentiate]
fn in_a_loop(x: f64, n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..n {
        let mut k = if i % 2 == 0 { vec![x, x * x] } else { vec![x * 2.0; 3] };
        k.truncate(1);
        s += k[0] * k[0];
    }
    s
}

#[differentiate]
fn cleared_in_a_loop(x: f64, n: usize) -> f64 {
    let mut s = 0.0;
    let mut k = if x > 100.0 { vec![x] } else { vec![x; 3] };
    for i in 0..n {
        s += k[0] * x;
        k.clear();
        for j in 0..i + 1 {
            k.push(s * x);
        }
    }
    s + k.len() as f64
}

#[differentiate]
fn made(x: f64, n: usize) -> Vec<f64> {
    vec![x; n]
}

#[differentiate]
fn from_call(x: f64) -> f64 {
    let mut k: Vec<f64> = made(x, 3);
    k.truncate(1);
    k[0] * x
}

#[differentiate]
fn from_calls_in_arms(x: f64) -> f64 {
    let mut k: Vec<f64> = if x > 100.0 { made(x, 1) } else { made(x * x, 3) };
    k.truncate(2);
    k[0] * k[1]
}

#[differentiate]
fn argument(v: Vec<f64>, x: f64) -> f64 {
    let mut k = if x > 0.0 { v } else { vec![x] };
    k.truncate(2);
    k[0] * k[1] * x
}

#[differentiate]
fn cloned_in_arms(v: &[f64], x: f64) -> f64 {
    let mut k = if x > 0.0 { v.to_vec() } else { vec![x] };
    k.truncate(2);
    k.push(x);
    k[0] * k[1] * k[2]
}

#[differentiate]
fn inserted(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x] } else { vec![x, x * x] };
    k.insert(1, 3.0 * x);
    k.swap_remove(0);
    k[0] * k[1]
}

#[differentiate]
fn drained(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x] } else { vec![x, x * x, x] };
    let t = k.split_off(1);
    k[0] * t[0]
}

#[differentiate]
fn deferred(x: f64) -> f64 {
    let mut k;
    if x > 100.0 {
        k = vec![x];
    } else {
        k = vec![x, x * x, x];
    }
    k.truncate(2);
    k[0] * k[1]
}

#[differentiate]
fn collected(v: &[f64], x: f64) -> f64 {
    let mut k: Vec<f64> = if x > 100.0 { Vec::new() } else { v.iter().map(|a| a * x).collect() };
    k.truncate(2);
    k[0] * k[1]
}

#[differentiate]
fn moved_on(x: f64) -> f64 {
    let k = if x > 100.0 { vec![x] } else { vec![x, x * x, x] };
    let mut l = k;
    l.truncate(2);
    let mut m = l.clone();
    m.pop();
    m[0] * l[1]
}

#[differentiate]
fn taken(x: f64) -> f64 {
    let mut k = if x > 100.0 { vec![x] } else { vec![x, x * x, x] };
    let mut l = std::mem::take(&mut k);
    l.pop();
    k.push(x * 2.0);
    l[0] * l[1] * k[0]
}

#[differentiate]
fn array_overwritten(y: [f64; 2], z: f64) -> f64 {
    let mut s = if z > 0.0 { y } else { [z, 0.6] };
    s = [z, 0.5];
    s[0]
}

#[differentiate]
fn array_overwritten_by_itself(y: [f64; 2], z: f64) -> f64 {
    let mut s = if z > 0.0 { y } else { [z, 0.6] };
    s = [s[1] * z, s[0]];
    s = [s[1] * z, s[0]];
    s[0] * s[1]
}

#[differentiate]
fn tuple_overwritten(y: f64, z: f64) -> f64 {
    let mut s = if z > 0.0 { (y, 2.0) } else { (z, 0.6) };
    s = (z * s.1, y);
    s.0
}

#[differentiate]
fn array_filled_by_iterations(x: f64, n: usize) -> f64 {
    let mut row;
    let mut s = x;
    for i in 0..n {
        row = [x, s];
        s += row[0] * row[1] * row[1];
    }
    s
}

#[differentiate]
fn vec_filled_by_iterations(x: f64, n: usize) -> f64 {
    let mut row;
    let mut s = x;
    for i in 0..n {
        row = vec![s; i + 1];
        row.push(x);
        s += row[0] * row[i] * row[i + 1];
    }
    s
}

#[differentiate]
fn perhaps_filled(x: f64) -> f64 {
    let mut k;
    let mut s = x;
    if x > 0.0 {
        k = [x, x * x];
        s += k[0] * k[1];
    }
    k = [x * s, 1.0];
    s * k[0]
}

#[differentiate]
fn vec_perhaps_filled(x: f64) -> f64 {
    let mut k;
    let mut s = x;
    if x > 0.0 {
        k = vec![x, x * x, s];
        s += k[0] * k[1];
    }
    k = vec![x * s, 1.0];
    s * k[0]
}

#[differentiate]
fn filled_or_left(x: &[f64], n: usize) -> f64 {
    let mut k = if n > 5 {
        return x[0];
    } else {
        x.to_vec()
    };
    for i in 0..n {
        if i == 4 {
            return k[0];
        }
        k = vec![k[0] * x[1], k[1] + x[0]];
    }
    k[0] * k[1]
}

// What changes and is of no consequence keeps the shape in which it arrived.

#[differentiate]
fn grown_for_nothing(mut v: Vec<f64>, x: f64) -> f64 {
    v.resize(5, x);
    v.push(0.5);
    x * x
}

#[differentiate]
fn cut_for_nothing(mut v: Vec<(f64, bool)>, x: f64) -> f64 {
    v.truncate(1);
    x * x
}

#[differentiate]
fn emptied_for_nothing(mut v: Vec<[f64; 2]>, x: f64) -> f64 {
    v.clear();
    x * x
}

#[differentiate]
fn exchanged_for_nothing(mut v: Vec<Vec<f64>>, x: f64) -> f64 {
    v[0] = vec![x; 4];
    v.pop();
    x * x
}

#[differentiate]
fn handed_for_nothing(v: &[f64], x: f64) -> f64 {
    grown_for_nothing(v.to_vec(), x) * cut_for_nothing(vec![(x, true), (v[0], false)], x)
}

// What changes its shape inside and is active.

#[differentiate]
fn replaced_by_others(x: &mut f64, mut rows: Vec<Vec<f64>>) -> f64 {
    let s = rows[0][0] * *x;
    rows = vec![vec![*x; 4]; 4];
    rows[0][0] * s
}

#[differentiate]
fn grown_inside(x: &mut f64, mut rows: Vec<Vec<f64>>) -> f64 {
    rows[1].push(*x);
    rows[0].clear();
    rows[1].iter().sum::<f64>() * *x
}

#[differentiate]
fn given_another_row(rows: &mut [f64], mut pair: [Vec<f64>; 2]) -> f64 {
    pair[0] = rows.to_vec();
    pair[0][0] * pair[1][0]
}

#[differentiate]
fn drained_in_parts(mut v: Vec<f64>, x: f64) -> f64 {
    v.push(x);
    v.drain(0..1);
    let sum: f64 = v.drain(..1).map(|y| y * x).sum();
    let first: Vec<f64> = v.drain(0..=0).collect();
    for y in v.drain(..) {
        if y > 0.0 {
            return y * sum * first[0];
        }
    }
    sum * first[0] + v.len() as f64
}

#[differentiate]
fn rows_drained(mut rows: Vec<[f64; 3]>, mut counts: Vec<usize>, x: f64) -> f64 {
    rows.push([x, x * x, 1.0]);
    rows.drain(0..1);
    counts.drain(1..);
    rows[0][1] * x * counts[0] as f64 + counts.len() as f64
}

#[differentiate]
fn drained_in_a_loop(x: &[f64], n: usize) -> f64 {
    let mut window = Vec::new();
    let mut s = 1.0;
    for v in x {
        window.push(*v);
        if window.len() > n {
            for old in window.drain(..window.len() - n) {
                s += old * s;
            }
        }
        s *= window[0];
    }
    s
}

// Elements of different lengths that change their places.

#[differentiate]
fn rotated_rows(mut rows: Vec<Vec<f64>>, x: f64) -> f64 {
    let s = rows[1][1] * x;
    rows.rotate_left(1);
    s * rows[2][0]
}

#[differentiate]
fn turned_rows(mut rows: Vec<Vec<f64>>, x: f64) -> f64 {
    let s = rows[0][0] * x;
    rows.reverse();
    s
}

#[differentiate]
fn sorted_rows(mut rows: Vec<Vec<f64>>, x: f64) -> f64 {
    let mut s = rows[1][1] * x;
    for _ in 0..2 {
        rows.sort_by(|a, b| a.len().cmp(&b.len()));
        s += rows[2][1] * s;
        rows[0][0] *= s;
    }
    s
}

#[differentiate]
fn replaced_rows(mut rows: [Vec<f64>; 3], x: f64) -> f64 {
    let s = rows[1][1] * x;
    let all = rows.clone();
    rows[0..2].clone_from_slice(&all[1..3]);
    let t = rows[1][0] * s;
    rows = [vec![t, x], vec![x], vec![]];
    s * rows[0][0] + t
}

checks! {
    array_overwritten([0.3, 0.4], 0.7) => ([0.0, 0.0], 1.0);
    array_overwritten_by_itself([0.3, 0.4], 0.7);
    tuple_overwritten(0.3, 0.7);
    array_filled_by_iterations(0.4, @3);
    vec_filled_by_iterations(0.4, @3);
    perhaps_filled(0.4);
    perhaps_filled as not_filled(-0.4);
    vec_perhaps_filled(0.4);
    vec_perhaps_filled as vec_not_filled(-0.4);
    filled_or_left(&[0.3, 0.4], @3);
    filled_or_left as filled_and_left(&[0.3, 0.4], @5);
    filled_or_left as left(&[0.3, 0.4], @6);
    truncated_from_arms(0.7);
    cleared_from_arms(0.7);
    removed_from_arms(0.7);
    popped_from_arms(0.7);
    popped_twice(0.7);
    resized_from_arms(0.7);
    resized_longer(0.7);
    nested_from_arms(0.7);
    inner_shortened(0.7);
    from_match(0.7, @0);
    from_match as from_match_two(0.7, @2);
    grown_in_one_arm(0.7);
    shortened_in_one_arm(0.7);
    shortened_in_one_arm as grown_in_the_other(-0.7);
    from_closure(0.7, @3);
    from_closure as from_closure_short(0.7, @1);
    replaced(0.7);
    replaced_twice(0.7);
    in_a_loop(0.7, @4);
    cleared_in_a_loop(0.7, @4);
    from_call(0.7);
    from_calls_in_arms(0.7);
    argument(vec![0.3, 0.4, 0.5], 0.7);
    cloned_in_arms(&[0.3, 0.4, 0.5], 0.7);
    inserted(0.7);
    drained(0.7);
    deferred(0.7);
    collected(&[0.3, 0.4, 0.5], 0.7);
    moved_on(0.7);
    taken(0.7);
    grown_for_nothing(vec![0.3, 0.4], 0.7);
    cut_for_nothing(vec![(0.3, true), (0.4, false)], 0.7);
    emptied_for_nothing(vec![[0.3, 0.4]], 0.7);
    exchanged_for_nothing(vec![vec![0.3], vec![0.4, 0.5]], 0.7);
    handed_for_nothing(&[0.3, 0.4], 0.7);
    replaced_by_others(&mut 0.7, vec![vec![0.3], vec![0.4, 0.5]]);
    grown_inside(&mut 0.7, vec![vec![0.3], vec![0.4, 0.5]]);
    given_another_row(&mut vec![0.7, 0.8, 0.9], [vec![0.3], vec![0.4, 0.5]]);
    drained_in_parts(vec![0.5, 1.5, 0.75, 2.0], 1.25);
    drained_in_parts as all_drained(vec![0.5, 1.5, 0.75, -2.0], -1.25);
    rows_drained(vec![[0.5, 1.5, 0.75]], @vec![3, 4], 1.25);
    rows_drained as another_row_drained(vec![[0.5, 1.5, 0.75]; 2], @vec![3, 4], 1.25);
    drained_in_a_loop(&[0.5, 1.5, 0.75, 2.0, -0.5], @2);
    rotated_rows(vec![vec![0.3], vec![0.4, 0.5], vec![0.6, 0.7, 0.8]], 0.7);
    turned_rows(vec![vec![0.3], vec![0.4, 0.5], vec![0.6, 0.7, 0.8]], 0.7);
    sorted_rows(vec![vec![0.6, 0.7, 0.8], vec![0.4, 0.5], vec![0.3]], 0.7);
    replaced_rows([vec![0.3], vec![0.4, 0.5], vec![0.6, 0.7, 0.8]], 0.7);
}
