//! Iterators in variables that are taken from, and numbers that count items.

use autodiff_runtime::differentiate;

#[differentiate]
fn by_ref_sum(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let a: f64 = it.by_ref().take(2).sum();
    let b: f64 = it.map(|v| v * v).sum();
    a * b
}
#[differentiate]
fn for_mut_it(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let mut s = 0.0;
    for v in &mut it {
        s += v * v;
        if s > 1.0 {
            break;
        }
    }
    for v in it {
        s *= v;
    }
    s
}
#[differentiate]
fn for_by_ref(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let mut s = 0.0;
    for v in it.by_ref() {
        s += v * v;
        if s > 1.0 {
            break;
        }
    }
    for v in it {
        s *= v;
    }
    s
}
#[differentiate]
fn peek_skip(x: &[f64]) -> f64 {
    let mut it = x.iter().peekable();
    let s: f64 = it.by_ref().skip(1).sum();
    s + it.sum::<f64>()
}

#[differentiate]
fn first_then_rest(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let first = *it.next().unwrap();
    let second = it.next().copied().unwrap_or(first * 2.0);
    it.fold(first, |m, v| m * v + second)
}
#[differentiate]
fn peeks(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut it = x.iter().peekable();
    while let Some(v) = it.next() {
        if let Some(w) = it.peek() {
            s += v * **w;
        } else {
            s -= v;
        }
        if let Some(&&w) = it.peek() {
            s += v.sin() * w;
        }
    }
    s
}
#[differentiate]
fn search(x: &[f64]) -> f64 {
    let mut it = x.iter().enumerate();
    let a = it.any(|(_, v)| *v > 0.7);
    let p = it.position(|(_, v)| *v < 0.6);
    let f = it.find(|(i, v)| **v > 0.1 * *i as f64);
    let mut s = if a { 2.0 } else { 3.0 };
    s += p.map_or(0.5, |p| x[p]);
    if let Some((i, v)) = f {
        s *= v * i as f64;
    }
    for (i, v) in it {
        s += v * v * i as f64;
    }
    s
}
#[differentiate]
fn chunk_cursor(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let mut it = x.chunks(2);
    while let Some(c) = it.next() {
        s *= c[0];
        if let Some(d) = it.next() {
            s += d.iter().sum::<f64>();
        }
    }
    s
}
#[differentiate]
fn mut_cursor(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut it = v.iter_mut();
    if let Some(a) = it.next() {
        *a *= 2.0;
    }
    while let Some(a) = it.next() {
        *a += 1.0;
        it.next();
    }
    v.iter().product()
}
#[differentiate]
fn mapped_cursor(x: &[f64]) -> f64 {
    let mut it = x.iter().map(|v| v * v);
    let mut s = 0.0;
    loop {
        let Some(a) = it.next() else { break };
        let b = match it.next() {
            Some(b) => b,
            None => break,
        };
        s += a * b;
    }
    s
}
#[differentiate]
fn zip_cursor(x: &[f64]) -> f64 {
    let y = [0.5, x[0], 2.0];
    let mut it = x.iter().zip(&y).skip(1);
    let mut s = 0.0;
    for (a, b) in it.by_ref().take_while(|(a, _)| **a > 0.4) {
        s += a * b;
    }
    for (a, b) in it {
        s += a / b;
    }
    s
}
#[differentiate]
fn range_cursor(x: &[f64]) -> f64 {
    let mut r = 0..x.len();
    let mut s = 0.0;
    while let Some(i) = r.next() {
        s += x[i] * i as f64;
        if i == 1 {
            r.next();
        }
    }
    s
}
#[differentiate]
fn counter_cursor(x: &[f64]) -> f64 {
    let mut ids = (1usize..).step_by(2);
    let mut s = 0.0;
    for v in x {
        s += v * ids.next().unwrap() as f64;
    }
    s
}
#[differentiate]
fn temp_next(x: &[f64]) -> f64 {
    let a = x.iter().skip(1).next().map(|v| v * 2.0).unwrap_or_default();
    let b = x.iter().filter(|v| **v > 0.5).next().copied().unwrap_or(x[0]);
    let c = x.iter().map(|v| v * v).find(|v| *v > 0.3);
    a * b + c.unwrap_or(0.1)
}
#[differentiate]
fn open_zip(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, v) in (1..).zip(x) {
        s += v * i as f64;
    }
    for (i, v) in (1..=x.len()).zip(x) {
        s += v * i as f64;
    }
    s
}

checks! {
    by_ref_sum(&[0.8, 0.9, 0.55, 0.65]);
    by_ref_sum as by_ref_sum_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    for_mut_it(&[0.8, 0.9, 0.55, 0.65]);
    for_mut_it as for_mut_it_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    for_by_ref(&[0.8, 0.9, 0.55, 0.65]);
    for_by_ref as for_by_ref_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    peek_skip(&[0.8, 0.9, 0.55, 0.65]);
    peek_skip as peek_skip_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    first_then_rest(&[0.8, 0.9, 0.55, 0.65]);
    first_then_rest as first_then_rest_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    peeks(&[0.8, 0.9, 0.55, 0.65]);
    peeks as peeks_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    search(&[0.8, 0.9, 0.55, 0.65]);
    search as search_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    chunk_cursor(&[0.8, 0.9, 0.55, 0.65]);
    chunk_cursor as chunk_cursor_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    mut_cursor(&[0.8, 0.9, 0.55, 0.65]);
    mut_cursor as mut_cursor_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    mapped_cursor(&[0.8, 0.9, 0.55, 0.65]);
    mapped_cursor as mapped_cursor_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    zip_cursor(&[0.8, 0.9, 0.55, 0.65]);
    zip_cursor as zip_cursor_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    range_cursor(&[0.8, 0.9, 0.55, 0.65]);
    range_cursor as range_cursor_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    counter_cursor(&[0.8, 0.9, 0.55, 0.65]);
    counter_cursor as counter_cursor_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    temp_next(&[0.8, 0.9, 0.55, 0.65]);
    temp_next as temp_next_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
    open_zip(&[0.8, 0.9, 0.55, 0.65]);
    open_zip as open_zip_of_seven(&[0.31, 0.52, 0.75, 0.2, 0.43, 0.9, 0.35]);
}
