//! `Vec`s that change their length, and sequences that are put into another order.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn truncates(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.push(x[0] * x[1]);
    v.truncate(2);
    v.push(3.0 * v[0]);
    v.iter().product()
}
#[differentiate]
fn clears(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let a = v[0] * v[1];
    v.clear();
    v.push(a);
    v.push(a * x[0]);
    v[0] * v[1]
}
#[differentiate]
fn pops(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 1.0;
    while let Some(a) = v.pop() {
        s = s * a + 1.0;
        if v.len() == 2 && a < 0.5 {
            v.push(a * s + 1.0);
        }
    }
    s
}
#[differentiate]
fn pop_pair(x: &[f64]) -> f64 {
    let mut st: Vec<f64> = Vec::new();
    for &v in x {
        if v > 0.0 {
            st.push(v);
        } else {
            let b = st.pop().unwrap_or(1.0);
            let a = st.pop().unwrap_or(2.0);
            st.push(a * b + v);
        }
    }
    st.iter().sum()
}
#[differentiate]
fn resizes(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.resize(5, x[0] * 2.0);
    v[4] *= v[1];
    v.resize(3, 0.0);
    v.iter().map(|a| a * a).sum()
}
#[differentiate]
fn extends(x: &[f64]) -> f64 {
    let mut v = vec![x[0]];
    v.extend(x.iter().map(|a| a * 2.0));
    v.extend_from_slice(&x[1..]);
    let w = v.clone();
    v.extend(w.iter());
    v.extend(vec![x[1]; 2]);
    v.iter().enumerate().map(|(i, a)| a * i as f64).sum()
}
#[differentiate]
fn inserts(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.insert(1, x[0] * x[1]);
    let a = v.remove(0);
    let b = v.swap_remove(0);
    v.iter().enumerate().map(|(i, c)| c * (i + 1) as f64).sum::<f64>() * a + b
}
#[differentiate]
fn retains(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.retain(|a| *a > 0.25);
    v.iter().enumerate().map(|(i, c)| c * c * (i + 1) as f64).sum::<f64>()
}
#[differentiate]
fn reverses(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.reverse();
    v[1..].reverse();
    v.rotate_left(1);
    v.iter().enumerate().map(|(i, c)| c * c * (i + 1) as f64).sum::<f64>()
}
#[differentiate]
fn drains(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut w = v.split_off(2);
    w.append(&mut v);
    let s: f64 = w.iter().map(|a| a * a).sum();
    s + w.len() as f64
}
#[differentiate]
fn deferred_pair(x: &[f64]) -> f64 {
    let (mut a, mut b);
    a = x[0];
    b = x[1] * a;
    a *= b;
    let (p, q): (f64, f64);
    if a > 1.0 {
        p = a;
        q = b;
    } else {
        p = b;
        q = a * a;
    }
    b += a;
    a * b + p * q
}
#[differentiate]
fn sorts(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let m = v[v.len() / 2];
    let mut w: Vec<f64> = x.iter().map(|a| a * a).collect();
    w.sort_by(|a, b| b.total_cmp(a));
    w.sort_unstable_by(f64::total_cmp);
    m * w[0] + v[0] * w[1]
}
#[differentiate]
fn sorts_pairs(x: &[f64]) -> f64 {
    let mut v: Vec<(usize, f64)> = x.iter().copied().enumerate().collect();
    v.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap());
    v.iter().enumerate().map(|(r, (i, c))| c * (r + 1) as f64 * (*i as f64 + 0.5)).sum::<f64>()
}
#[differentiate]
fn sort_order(x: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&i, &j| x[i].partial_cmp(&x[j]).unwrap());
    order.iter().enumerate().map(|(r, &i)| x[i] * (r + 1) as f64).sum::<f64>()
}

#[differentiate]
fn drained_parts(x: &[f64], c: f64) -> f64 {
    let mut v = x.to_vec();
    let mut s = c;
    for y in v.drain(..2) {
        s += y * s;
    }
    let middle: Vec<f64> = v.drain(1..=2).map(|y| y * c).collect();
    let last: f64 = v.drain(2..).sum();
    v.push(c);
    let product = v.iter().product::<f64>();
    v.drain(0..1);
    let all = v.drain(..).map(|y| y.sin()).sum::<f64>();
    s * middle[0] * middle[1] + last * product + all * (v.len() + 1) as f64
}

#[differentiate]
fn drained_rows(mut rows: Vec<Vec<f64>>, c: f64) -> f64 {
    let first: Vec<Vec<f64>> = rows.drain(..1).collect();
    let mut s = 0.0;
    for mut row in rows.drain(..) {
        row.push(c);
        s += row[0] * row[row.len() - 1];
    }
    s * first[0][0]
}

#[differentiate]
fn joined(rows: &[Vec<f64>], pairs: &[[f64; 2]], c: f64) -> f64 {
    let all = rows.concat();
    let flat = pairs.concat();
    let more = vec![all.clone(), flat, vec![c; 2]].concat();
    more.iter().enumerate().map(|(i, v)| v * (i + 1) as f64 * c).sum::<f64>() * all[1]
}

#[differentiate]
fn windows_that_may_be(x: &[f64], a: usize, b: usize, c: f64) -> f64 {
    let s: f64 = x.get(a..b).map_or(c, |w| w.iter().sum());
    let t = match x.get(b..) {
        Some(rest) => rest.iter().map(|v| v * v).sum::<f64>(),
        None => c * c,
    };
    let u = if let Some(w) = x.get(..=a) { w[a] } else { 0.5 };
    s * t + u * c
}

#[derive(Clone, Differentiable)]
struct Ranked {
    a: [f64; 3],
    v: Vec<f64>,
}

#[derive(Clone, Differentiable)]
struct Ranks {
    of: Ranked,
}

#[differentiate]
fn sorted_field(r: &mut Ranks, x: f64) -> f64 {
    r.of.a.sort_by(|a, b| a.total_cmp(b));
    r.of.v.sort_by(|a, b| b.partial_cmp(a).unwrap());
    r.of.a.reverse();
    r.of.a[0] * r.of.v[0] * x
}

#[differentiate]
fn sorted_element(r: &mut [Ranked], x: f64) -> f64 {
    r[1].a.sort_by(|a, b| a.total_cmp(b));
    r[0].v.rotate_left(1);
    r[0].v[0] * r[1].a[2] * x
}

#[differentiate]
fn sorted_fields(x: &[f64], y: f64) -> f64 {
    let of = Ranked { a: [x[0], x[1] * y, x[2]], v: vec![x[1], x[3]] };
    let mut both = [of.clone(), of.clone()];
    let mut ranks = Ranks { of };
    let first = sorted_field(&mut ranks, y);
    first * sorted_element(&mut both, first) + ranks.of.a[1] * both[1].a[0]
}

#[differentiate]
fn neighbours_that_differ(x: &[f64], c: f64) -> f64 {
    let mut v: Vec<f64> = x.iter().map(|v| v * c).collect();
    v.dedup_by(|a, b| *a - *b < 0.1);
    let mut rows: Vec<(f64, usize)> = x.iter().map(|v| (v * v, v.floor() as usize)).collect();
    rows.dedup_by(|a, b| a.1 == b.1);
    v.iter().product::<f64>() + rows.iter().map(|r| r.0).sum::<f64>()
}

#[differentiate]
fn shortened_in_vain(y: &mut f64, mut v: Vec<f64>, mut w: Vec<Vec<f64>>) -> f64 {
    v.resize(3, 0.5);
    w.truncate(1);
    w[0] = Vec::new();
    *y * 2.0
}

/// The gradient by what nothing depends on has the shape of what was handed over.
#[test]
fn zeros_have_the_shape_of_the_argument() {
    let (v, w) = (vec![1.0; 4], vec![vec![1.0], vec![2.0; 2]]);
    let zeros = (vec![0.0; 4], vec![vec![0.0], vec![0.0; 2]]);
    let mut y = 1.5;
    let (_, (y_bar, v_bar, w_bar)) = shortened_in_vain::value_and_grad(&mut y, v.clone(), w.clone());
    assert_eq!((y_bar, (v_bar, w_bar)), (2.0, zeros.clone()));
    let (_, pullback) = shortened_in_vain::vjp(&mut y, v, w);
    let (y_bar, v_bar, w_bar) = pullback(1.0, 1.0);
    assert_eq!((y_bar, (v_bar, w_bar)), (3.0, zeros));
}

checks! {
    truncates(&[0.8, 0.9, 0.55, -0.65]);
    truncates as truncates_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    clears(&[0.8, 0.9, 0.55, -0.65]);
    clears as clears_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    pops(&[0.8, 0.9, 0.55, -0.65]);
    pops as pops_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    pop_pair(&[0.8, 0.9, 0.55, -0.65]);
    pop_pair as pop_pair_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    resizes(&[0.8, 0.9, 0.55, -0.65]);
    resizes as resizes_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    extends(&[0.8, 0.9, 0.55, -0.65]);
    extends as extends_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    inserts(&[0.8, 0.9, 0.55, -0.65]);
    inserts as inserts_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    retains(&[0.8, 0.9, 0.55, -0.65]);
    retains as retains_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    reverses(&[0.8, 0.9, 0.55, -0.65]);
    reverses as reverses_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    drains(&[0.8, 0.9, 0.55, -0.65]);
    drains as drains_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    deferred_pair(&[0.8, 0.9, 0.55, -0.65]);
    deferred_pair as deferred_pair_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    sorts(&[0.8, 0.9, 0.55, -0.65]);
    sorts as sorts_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    sorts_pairs(&[0.8, 0.9, 0.55, -0.65]);
    sorts_pairs as sorts_pairs_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    sort_order(&[0.8, 0.9, 0.55, -0.65]);
    sort_order as sort_order_of_seven(&[0.31, 0.52, -0.75, -0.2, 0.43, 0.9, 0.35]);
    drained_parts(&[0.3, 0.7, 0.9, 0.4, 0.6, 0.8, 0.2], 0.6);
    drained_rows(vec![vec![0.3, 0.2], vec![0.7], vec![0.9, 0.1]], 0.6);
    joined(&[vec![0.3, 0.2], vec![], vec![0.7]], &[[0.1, 0.4], [0.5, 0.6]], 0.6);
    windows_that_may_be(&[0.3, 0.7, 0.9], @0, @2, 0.6);
    windows_that_may_be as windows_that_are_not(&[0.3, 0.7, 0.9], @3, @4, 0.6);
    windows_that_may_be as windows_turned_round(&[0.3, 0.7, 0.9], @2, @1, 0.6);
    sorted_fields(&[0.8, 0.9, 0.55, -0.65], 0.7);
    neighbours_that_differ(&[0.3, 0.35, 0.7, 1.2, 1.25, 2.5], 0.6);
}

/// Fields of a type that is not in sight.
mod out_of_sight {
    use autodiff_runtime::differentiate;

    mod stack {
        #[derive(Clone, autodiff_runtime::Differentiable)]
        pub struct Stack {
            pub items: Vec<f64>,
            pub at: f64,
            pub pairs: Vec<(f64, usize)>,
        }
    }
    use stack::Stack;

    #[differentiate]
    fn stacked(x: f64, y: f64) -> Stack {
        Stack { items: vec![x, y, x * y], at: y, pairs: vec![(x * x, 1), (y, 2), (x, 3)] }
    }

    #[differentiate]
    fn pushed_and_popped(s: &mut Stack, x: f64) -> f64 {
        s.items.push(x * s.at);
        let top = s.items.pop().unwrap();
        s.items.push(top * top);
        s.items[3] * top
    }

    #[differentiate]
    fn shortened(s: &mut Stack, x: f64) -> f64 {
        s.items.truncate(1);
        s.items.insert(0, x);
        s.items[0] * s.items[1] * x
    }

    #[differentiate]
    fn emptied(mut s: Stack, x: f64) -> f64 {
        if s.items.len() > 1 {
            s.items.pop();
        }
        let v = s.items.remove(0);
        s.items.clear();
        s.items.push(v * x);
        s.items[0] + v
    }

    #[differentiate]
    fn filtered(mut s: Stack, x: f64) -> f64 {
        s.items.resize(5, x);
        s.items.retain(|y| *y > 0.5);
        let tail = s.items.split_off(1);
        tail[0] * s.items[0]
    }

    #[differentiate]
    fn consumed(s: &mut Stack, x: f64) -> f64 {
        let mut sum = 0.0;
        while let Some(top) = s.items.pop() {
            sum = (sum + top) * x;
        }
        let (a, n) = s.pairs.pop().unwrap();
        let b = s.pairs.swap_remove(0);
        sum * a * n as f64 + b.0 * s.pairs[0].0
    }

    #[differentiate]
    fn all(x: f64, y: f64) -> f64 {
        let mut s = stacked(x, y);
        let first = pushed_and_popped(&mut s, x) * s.items[3];
        let second = emptied(s.clone(), y) * filtered(s.clone(), x);
        let third = shortened(&mut s, first) * s.items[0];
        first * second + third * consumed(&mut s, y)
    }

    checks! {
        all(0.7, 1.3);
        all as all_of_others(1.2, 0.6);
    }
}
