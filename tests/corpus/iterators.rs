//! Iterators as loop heads and as chains.

use autodiff_runtime::differentiate;

#[differentiate]
fn over_elements(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x {
        s += v * v;
    }
    for &v in x.iter() {
        s *= 1.0 + v;
    }
    s
}

#[differentiate]
fn zipped(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for (x, y) in a.iter().zip(b) {
        s += x * y.sin();
    }
    s
}

#[differentiate]
fn enumerated(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, v) in x.iter().enumerate() {
        s = s * 0.5 + v * (i as f64 + 1.0);
    }
    for (i, &v) in x.iter().enumerate().rev() {
        s += v * s * i as f64;
    }
    s
}

#[differentiate]
fn mutable_elements(x: &mut [f64], a: f64) -> f64 {
    for v in x.iter_mut() {
        *v *= a;
    }
    let mut s = 0.0;
    for (i, v) in x.iter_mut().enumerate() {
        *v = *v * *v + i as f64;
        s += *v;
    }
    for v in &mut *x {
        *v += s;
    }
    s
}

#[differentiate]
fn adaptors(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for v in x.iter().skip(1).step_by(2) {
        s += v * s;
    }
    for v in x.iter().rev().take(2) {
        s *= v;
    }
    s
}

#[differentiate]
fn sum_of_map(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[differentiate]
fn product_of_map(x: &[f64]) -> f64 {
    x.iter().map(|v| 1.0 + v).product()
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[differentiate]
fn folded(x: &[f64], start: f64) -> f64 {
    x.iter().fold(start, |acc, &v| acc * 0.5 + v * acc)
}

#[differentiate]
fn folded_to_extreme(x: &[f64]) -> f64 {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = x.iter().map(|v| (v - largest).exp()).sum();
    largest + total.ln()
}

#[differentiate]
fn filtered(x: &[f64]) -> f64 {
    x.iter().filter(|v| **v > 0.0).map(|v| v.ln()).sum()
}

#[differentiate]
fn range_sum(x: f64, n: usize) -> f64 {
    (0..n).map(|k| x.powi(k as i32) / (k + 1) as f64).sum::<f64>()
}

#[differentiate]
fn collected(x: &[f64], a: f64) -> f64 {
    let y: Vec<f64> = x.iter().map(|v| (a * v).tanh()).collect();
    let z = y.iter().zip(x.iter()).map(|(u, v)| u * v).collect::<Vec<f64>>();
    z.iter().sum::<f64>() * y[0]
}

#[differentiate]
fn for_each_element(x: &[f64]) -> f64 {
    let mut s = 0.5;
    x.iter().for_each(|v| s += v * s);
    s
}

#[differentiate]
fn mean_and_variance(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance)
}

#[differentiate]
fn chunked(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for row in x.chunks_exact(2) {
        s += row[0] * row[1] * s + row[0];
    }
    s
}

#[differentiate]
fn windowed(x: &[f64]) -> f64 {
    x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum()
}

#[differentiate]
fn nested_chains(m: &[Vec<f64>], x: &[f64]) -> f64 {
    m.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>().max(0.0)).sum()
}

#[differentiate]
fn triple_zip(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let mut s = 0.0;
    for ((x, y), z) in a.iter().zip(b.iter()).zip(c.iter()) {
        s += x * y * z;
    }
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        s += x / y * i as f64;
    }
    s
}

#[differentiate]
fn copied_and_cloned(x: &[f64]) -> f64 {
    x.iter().copied().map(f64::sin).sum::<f64>() + x.iter().cloned().map(|v| v * v).sum::<f64>()
}

#[differentiate]
fn rows_with_iterators(m: &mut [Vec<f64>], a: f64) {
    for row in m.iter_mut() {
        let total: f64 = row.iter().sum();
        for v in row.iter_mut() {
            *v *= a / total;
        }
    }
}

#[differentiate]
fn array_iteration(x: [f64; 3]) -> f64 {
    let mut p = 1.0;
    for v in x {
        p *= v;
    }
    for v in x.iter().rev() {
        p += v * p;
    }
    p
}

#[differentiate]
fn break_from_iterator(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for (i, v) in x.iter().enumerate() {
        if *v < 0.0 {
            continue;
        }
        if i > 3 {
            break;
        }
        s *= v + 1.0;
    }
    s
}

/// The inner `collect` is of the type that the outer one wants.
#[differentiate]
fn collected_rows(a: &[f64], b: &[f64]) -> Vec<Vec<f64>> {
    a.iter().map(|x| b.iter().map(|y| x * y.sin()).collect()).collect()
}

#[differentiate]
fn kept_in_range(x: &[f64], lo: f64, hi: f64) -> f64 {
    let kept: Vec<f64> = x.iter().copied().filter(|v| (lo..=hi).contains(v)).collect();
    kept.iter().map(|v| (v - lo) * (hi - v)).sum()
}

// Loops that are left early though they are several.

#[differentiate]
fn left_chain(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in a.iter().chain(b) {
        if *v > 1.0 {
            break;
        }
        if *v < 0.0 {
            continue;
        }
        s += v * v * (s + 1.0);
    }
    s
}

#[differentiate]
fn left_by_label(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 1.0;
    'all: for v in a.iter().chain(b.iter()).chain(a) {
        for w in b {
            if w * v > 1.0 {
                break 'all;
            }
            if w * v < -0.3 {
                continue 'all;
            }
            if *w < 0.0 {
                break;
            }
            s += v * w * s;
        }
    }
    s
}

#[differentiate]
fn left_flat_map(rows: &[Vec<f64>], limit: f64) -> f64 {
    let mut s = 0.0;
    for v in rows.iter().flat_map(|row| row.iter()) {
        s += v * limit;
        if s > limit {
            break;
        }
    }
    s * s
}

#[differentiate]
fn returned_from_chain(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.5;
    for (k, v) in a.iter().chain(b).enumerate() {
        if k == 3 {
            return s * v;
        }
        s += v * s;
    }
    s
}

#[differentiate]
fn adaptors_that_stop(a: &[f64], b: &[f64]) -> f64 {
    let first: f64 = a.iter().chain(b).take_while(|v| **v < 1.0).map(|v| v * v).sum();
    let second: f64 = a.iter().chain(b).map_while(|v| if *v < 1.0 { Some(v.sin()) } else { None }).sum();
    let third: f64 = a.iter().take_while(|v| **v < 0.6).chain(b).map(|v| v * v * v).sum();
    let fourth: f64 = a.iter().chain(b).take(3).copied().sum();
    let fifth: f64 = a
        .iter()
        .chain(b)
        .scan(1.0, |p, v| {
            *p *= v;
            if *p > 1e-3 { Some(*p) } else { None }
        })
        .sum();
    first * second + third * fourth + fifth
}

#[differentiate]
fn stopped_and_left(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.1;
    for v in a.iter().take_while(|v| **v < 0.6).chain(b.iter().take_while(|v| **v < 1.0)).chain(a) {
        if s > 2.0 {
            break;
        }
        s += v * (s + 1.0);
    }
    s
}

#[differentiate]
fn found_in_chain(a: &[f64], b: &[f64], k: usize) -> f64 {
    let x = a.iter().chain(b).find(|v| **v > 0.7).unwrap();
    let at = a.iter().chain(b).position(|v| *v > 0.7).unwrap();
    let y = a.iter().chain(b).find_map(|v| if *v > 0.7 { Some(v.sqrt()) } else { None }).unwrap();
    let z = a.iter().flat_map(|v| b.iter().map(move |w| v * w)).nth(k).unwrap();
    let some =
        if a.iter().chain(b).any(|v| *v > 1.0) && b.iter().chain(a).all(|v| *v > 0.0) { 2.0 } else { 3.0 };
    x * y * z * some + at as f64 * x
}

#[differentiate]
fn nth_of(a: &[f64], k: usize) -> f64 {
    let x = a.iter().nth(k).unwrap();
    let y = a.iter().rev().map(|v| v * v).nth(k).unwrap_or(0.5);
    let z = a.iter().filter(|v| **v > 0.2).nth(1).copied().unwrap_or_default();
    let w = match a.iter().nth(7) {
        Some(v) => v * x,
        None => x * y,
    };
    let q = (0..k + 3).map(|i| x * i as f64).nth(2).unwrap();
    x * y + z * w + q
}

// Positions behind adaptors that decide at run time.

#[differentiate]
fn beside_a_chain(a: &[f64], b: &[f64], w: &[f64]) -> f64 {
    let s: f64 = a.iter().chain(b).zip(w).map(|(v, w)| v * w).sum();
    let t: f64 = w.iter().zip(a.iter().chain(b)).map(|(w, v)| v * v * w).sum();
    let u: f64 =
        a.iter().filter(|v| **v > 0.3).map(|v| v.sin()).zip(w.iter().rev()).map(|(v, w)| v * w).sum();
    let mut x = 0.0;
    for (k, (v, w)) in a.iter().flat_map(|v| [*v, v * v]).zip(w).enumerate() {
        if k == 3 {
            break;
        }
        x += v * w * (k + 1) as f64;
    }
    s * t + u * x
}

#[differentiate]
fn from_the_end(a: &[f64], b: &[f64], rows: &[Vec<f64>]) -> f64 {
    let mut p = 1.0;
    for v in a.iter().chain(b).rev() {
        p = p * v + 0.1;
    }
    for v in a.iter().filter(|v| **v > 0.3).map(|v| v * v).rev() {
        p = p * v + 0.2;
    }
    for v in rows.iter().flat_map(|row| row.iter()).rev() {
        p = p * v + 0.3;
    }
    for v in a.iter().chain(b).copied().step_by(2) {
        p = p * v + 0.4;
    }
    p
}

// Behind the last that is taken, nothing is asked of the rest.
#[differentiate]
fn taken_and_no_more(x: &[f64]) -> f64 {
    let s: f64 = (0..10).map(|i| x[i] * x[i]).filter(|v| *v > 0.1).take(2).sum();
    let mut t = 0.0;
    for v in (0..10).filter_map(|i| if i % 2 == 0 { Some(x[i]) } else { None }).take(2) {
        t += v * s;
    }
    let none: f64 = (5..10).map(|i| x[i]).filter(|v| *v > 0.0).take(x.len() - 3).sum();
    s * t + none
}

checks! {
    over_elements(&[0.5, -1.5, 2.0]);
    zipped(&[0.5, -1.5, 2.0], &[0.75, 1.0, 0.25]);
    zipped as zipped_unequal(&[0.5, -1.5, 2.0], &[0.75, 1.0]);
    enumerated(&[0.5, -1.5, 2.0]);
    mutable_elements(&mut vec![0.5, -1.5, 2.0], 0.75);
    adaptors(&[0.5, -1.5, 2.0, 0.75, 1.25]);
    sum_of_map(&[0.5, -1.5, 2.0]);
    product_of_map(&[0.5, -1.5, 2.0]);
    dot(&[0.5, -1.5], &[2.0, 0.75]) => ([2.0, 0.75], [0.5, -1.5]);
    folded(&[0.5, -1.5, 2.0], 1.25);
    folded_to_extreme(&[0.5, -1.5, 2.0]);
    filtered(&[0.5, -1.5, 2.0]) => [2.0, 0.0, 0.5];
    range_sum(0.75, @4);
    collected(&[0.5, -1.5, 2.0], 0.75);
    for_each_element(&[0.5, -1.5, 2.0]);
    mean_and_variance(&[0.5, -1.5, 2.0]);
    chunked(&[0.5, -1.5, 2.0, 0.75, 9.0]);
    windowed(&[0.5, -1.5, 2.0]);
    nested_chains(&vec![vec![0.5, -1.5], vec![2.0, 0.75]], &[1.25, 0.25]);
    triple_zip(&[0.5, -1.5], &[2.0, 0.75], &[1.25, 0.25]);
    copied_and_cloned(&[0.5, -1.5]);
    rows_with_iterators(&mut vec![vec![0.5, 1.5], vec![2.0, 0.75, 1.0]], 1.25) -> ();
    array_iteration([0.5, -1.5, 2.0]);
    break_from_iterator(&[0.5, -1.5, 2.0, 0.75, 1.25, 3.0]);
    collected_rows(&[0.5, -1.5], &[2.0, 0.75, 0.25]);
    kept_in_range(&[0.5, -1.5, 2.0, 0.75], 0.0, 1.0);
    left_chain(&[0.3, -0.2, 0.4], &[0.5, 1.2, 0.6]);
    left_chain as left_in_the_first(&[0.3, 1.2, 0.4], &[0.5, 1.1, 0.6]);
    left_chain as never_left(&[0.3, 0.2, 0.4], &[0.5, -0.1, 0.6]);
    left_by_label(&[0.3, 0.4], &[0.5, 0.6, -0.7]);
    left_by_label as left_by_label_early(&[0.3, 2.4], &[0.5, 0.6]);
    left_by_label as gone_on_by_label(&[0.3, 0.9, 0.2], &[0.5, -0.65]);
    left_flat_map(&[vec![0.2, 0.3], vec![0.4, 0.6], vec![0.9]], 0.7);
    left_flat_map as left_flat_map_never(&[vec![0.2, 0.3], vec![0.1]], 0.7);
    returned_from_chain(&[0.3, 0.4], &[0.5, 0.6, 0.7]);
    returned_from_chain as returned_from_the_first(&[0.3, 0.4, 0.2, 0.9], &[0.5]);
    adaptors_that_stop(&[0.3, 0.4, 0.7], &[0.5, 1.2, 0.6]);
    adaptors_that_stop as adaptors_that_stop_early(&[0.3, 1.4, 0.7], &[0.5, 0.2, 0.6]);
    stopped_and_left(&[0.3, 0.7, 0.2], &[0.5, 1.2, 0.6]);
    stopped_and_left as stopped_and_left_early(&[0.5, 0.5, 0.5, 0.5], &[0.5, 0.5, 0.6]);
    found_in_chain(&[0.3, 0.4], &[0.5, 0.8, 0.9], @3);
    found_in_chain as found_in_the_first(&[0.3, 1.4], &[0.5, 0.8, 0.9], @4);
    nth_of(&[0.3, 0.1, 0.4, 0.5], @0);
    nth_of as nth_further(&[0.3, 0.1, 0.4, 0.5], @2);
    beside_a_chain(&[0.35, 0.7], &[0.9, 0.4], &[0.6, 0.8, 0.2]);
    beside_a_chain as beside_a_short_chain(&[0.7], &[0.4], &[0.6, 0.8, 0.2, 0.1]);
    from_the_end(&[0.35, 0.7], &[0.9, 0.4, 0.5], &[vec![0.6, 0.8], vec![], vec![0.2]]);
    taken_and_no_more(&[0.5, 0.2, 0.7]);
}
