//! Maps, ranges and sets that carry nothing, constants in blocks, and functions with the names of the standard library's.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::{Range, RangeInclusive};

use autodiff_runtime::{Differentiable, differentiate};

fn weights() -> HashMap<u32, f64> {
    [(1, 0.5), (2, -1.5), (7, 2.0)].into_iter().collect()
}

fn places() -> BTreeMap<String, usize> {
    [("a".to_string(), 2), ("ab".to_string(), 0), ("b".to_string(), 1)].into_iter().collect()
}

#[differentiate]
fn indexed(#[no_diff] map: &HashMap<u32, f64>, x: f64) -> f64 {
    map[&1] * x * x
}

#[differentiate]
fn matched(#[no_diff] map: &HashMap<u32, f64>, x: f64, k: u32) -> f64 {
    match map.get(&k) {
        Some(v) => v * x,
        None => x * x,
    }
}

#[differentiate]
fn let_some(#[no_diff] map: &HashMap<u32, f64>, x: f64, k: &u32) -> f64 {
    if let Some(w) = map.get(k) { w * x } else { x * x * x }
}

#[differentiate]
fn let_else(map: &BTreeMap<String, usize>, x: &[f64], k: &str) -> f64 {
    let Some(i) = map.get(k) else { return x[1] };
    x[*i] * x[0]
}

#[differentiate]
fn entries(#[no_diff] map: &HashMap<u32, f64>, x: f64) -> f64 {
    let mut s = 0.0;
    for (k, v) in map {
        s += v * x.powi(*k as i32);
    }
    for (&k, v) in map.iter() {
        s += *v * x * k as f64;
    }
    s
}

#[differentiate]
fn of_values(map: &BTreeMap<String, usize>, x: &[f64]) -> f64 {
    let mut s: f64 = map.values().map(|&i| x[i] * x[i]).sum();
    for i in map.values() {
        s *= x[*i];
    }
    for (name, i) in map {
        if name.starts_with('a') {
            s += x[*i] * x[0];
        }
    }
    s
}

#[differentiate]
fn maps(x: &[f64]) -> f64 {
    let (weights, places) = (weights(), places());
    indexed(&weights, x[0])
        + matched(&weights, x[0], 2) * matched(&weights, x[1], 3)
        + let_some(&weights, x[1], &7) * let_some(&weights, x[2], &8)
        + let_else(&places, x, "ab") * let_else(&places, x, "c")
        + entries(&weights, x[2]) * of_values(&places, x)
}

#[differentiate]
fn of_set(set: &BTreeSet<usize>, x: &[f64]) -> f64 {
    let mut s = 1.0;
    for &i in set {
        s += x[i] * s;
    }
    for i in set.iter() {
        s *= x[*i];
    }
    s
}

#[differentiate]
fn of_queue(queue: VecDeque<usize>, x: &[f64]) -> f64 {
    let mut s = x[1];
    for i in queue {
        s = s * x[i] + x[0];
    }
    s
}

#[differentiate]
fn neighbours(of: &BTreeMap<usize, Vec<usize>>, x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, js) in of {
        for &j in js {
            s += x[*i] * x[j];
        }
    }
    s
}

fn chosen() -> BTreeSet<usize> {
    BTreeSet::from([0, 2])
}

fn graph() -> BTreeMap<usize, Vec<usize>> {
    BTreeMap::from([(0, vec![1, 2]), (2, vec![2])])
}

#[differentiate]
fn sets(x: &[f64]) -> f64 {
    let (set, of) = (chosen(), graph());
    of_set(&set, x) + of_queue(VecDeque::from([2, 0, 1]), x) + neighbours(&of, x)
}

#[differentiate]
fn run(r: Range<usize>, x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in r.clone() {
        s += x[i] * x[i] * s;
        s += x[i];
    }
    for i in r {
        s *= x[i];
    }
    s
}

#[differentiate]
fn run_to(r: RangeInclusive<usize>, x: &[f64]) -> f64 {
    let mut s = x[0];
    for i in r {
        s = (s * x[i]).sin();
    }
    s
}

#[differentiate]
fn runs(rs: &[Range<usize>], x: &[f64]) -> f64 {
    let mut s = 0.0;
    for r in rs {
        for i in r.clone() {
            s += x[i] * x[i];
        }
        s += x[r.start..r.end].iter().sum::<f64>() * r.len() as f64;
    }
    s
}

fn parts() -> Vec<Range<usize>> {
    vec![0..2, 1..3]
}

#[differentiate]
fn ranges(x: &[f64]) -> f64 {
    let several = parts();
    run(1..3, x) + run_to(0..=2, x) + runs(&several, x)
}

#[differentiate]
fn constants_in_arms(x: f64, n: usize) -> f64 {
    match n {
        0 => {
            const K: f64 = 2.0;
            x * K
        }
        1 => {
            const K: f64 = 4.0;
            fn up(x: f64) -> f64 {
                x + K
            }
            x * K * up(2.0)
        }
        _ => {
            use std::f64::consts::PI as K;
            x * x * K
        }
    }
}

const OUTER: f64 = 5.0;

#[differentiate]
fn constant_over_another(x: f64) -> f64 {
    let inner = {
        const OUTER: f64 = 2.0;
        x * OUTER
    };
    let mut s = inner * OUTER;
    for i in 0..3 {
        const OUTER: [f64; 3] = [1.0, 3.0, 7.0];
        s *= x + OUTER[i];
    }
    s
}

#[differentiate]
fn constants_asserted(x: f64) -> f64 {
    const K: [f64; 2] = [1.0, 2.0];
    const L: f64 = 2.0;
    static M: [f64; 2] = [3.0, 0.5];
    debug_assert!(K.len() == 2);
    assert!(L > 1.0, "{} {L}", K[0]);
    assert!(!M.is_empty());
    let m = M.len();
    x * x * K[1] * M[0] * L * m as f64
}

#[differentiate]
fn from_a_length(x: &[f64]) -> f64 {
    let n = u32::try_from(x.len()).unwrap();
    let m = f64::from(u32::try_from(x.len()).unwrap());
    let k = u8::from(x.len() > 2);
    x[0] * x[1] / f64::from(n) + x[2] * m * f64::from(k)
}

#[differentiate]
fn copies_within(x: &[f64], k: usize) -> f64 {
    let mut y = x.to_vec();
    y[3] *= y[0];
    y.copy_within(0..2, k);
    y[0] += y[2] * y[3];
    y.copy_within(2.., 0);
    y[1] *= y[0];
    y.copy_within(..=1, 1);
    y[0] * y[1] * y[2] + y[3]
}

#[differentiate]
fn halves(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let (a, b) = y.split_at_mut(2);
    for (p, q) in a.iter_mut().zip(b.iter()) {
        *p += *q * *q;
    }
    a.swap(0, 1);
    std::mem::swap(&mut a[0], &mut b[0]);
    b[1] = a[0] * a[0];
    let kept = a[1] * b[0];
    b.copy_from_slice(a);
    y[0] * y[1] * y[2] * kept + y[3]
}

mod named {
    use autodiff_runtime::differentiate;

    #[differentiate]
    pub fn take(x: f64) -> f64 {
        x * x
    }

    #[differentiate]
    pub fn count(x: f64, n: usize) -> f64 {
        x * n as f64
    }

    #[differentiate]
    pub fn swap(a: f64, b: f64) -> f64 {
        a - b * b
    }

    #[differentiate]
    pub fn replace(a: f64, b: f64) -> f64 {
        a * b + b
    }
}
use named::{count, replace, swap, take};

#[differentiate]
fn names_of_functions(x: f64, y: f64) -> f64 {
    let z = swap(x, y);
    take(z) * count(x, 3) + replace(2.0, y) * replace(x, z) + swap(x * y, 2.0)
}

#[derive(Clone, Copy, Differentiable)]
struct View<'a> {
    data: &'a [f64],
    width: usize,
}

impl<'a> View<'a> {
    #[differentiate]
    fn dot(&self, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for (i, x) in x.iter().enumerate() {
            s += self.data[i * self.width] * x;
        }
        s
    }
}

#[differentiate]
fn over_a_view(view: &View<'_>, x: &[f64]) -> f64 {
    view.dot(x) * view.data[1] + view.dot(x)
}

#[test]
fn lifetimes_without_a_name() {
    let (data, x) = ([1.0, 2.0, 3.0, 4.0], [0.5, 0.25]);
    let view = View { data: &data, width: 2 };
    let (value, (view_bar, x_bar)) = over_a_view::value_and_grad(&view, &x);
    assert_eq!(value, 1.25 * 2.0 + 1.25);
    assert_eq!((view_bar.data, x_bar), (vec![1.5, 1.25, 0.75, 0.0], vec![3.0, 9.0]));
    assert_eq!(over_a_view::vjp(&view, &x).1(1.0).1, [3.0, 9.0]);
}

checks! {
    maps(&[0.7, 0.9, 0.4]);
    sets(&[0.7, 0.9, 0.4]);
    ranges(&[0.7, 0.9, 0.4]);
    constants_in_arms(0.7, @0);
    constants_in_arms as constants_in_the_second_arm(0.7, @1);
    constants_in_arms as constants_in_the_third_arm(0.7, @2);
    constant_over_another(0.7);
    constants_asserted(0.7);
    from_a_length(&[0.7, 0.9, 0.4]);
    copies_within(&[0.7, 0.9, 0.4, 0.6], @1);
    copies_within as copies_within_further(&[0.7, 0.9, 0.4, 0.6], @2);
    halves(&[0.7, 0.9, 0.4, 0.6]);
    names_of_functions(0.7, 0.4);
}

/// An array in a field, a `Vec` in another, and rows behind a window.
mod forms {
    use autodiff_runtime::differentiate;

    #[differentiate]
    mod within {
        #[derive(Clone)]
        pub struct Shelf {
            pub items: Vec<f64>,
            pub pair: [f64; 2],
        }

        fn taken(shelf: &mut Shelf, others: &[Shelf; 2]) -> f64 {
            let old = std::mem::replace(&mut shelf.items, others[0].pair.to_vec());
            shelf.items[1] *= old[0];
            old[0] * shelf.items[0]
        }

        pub fn exchanged(x: f64, y: f64) -> f64 {
            let mut shelf = Shelf { items: vec![x, y], pair: [y, x] };
            let others = [shelf.clone(), Shelf { items: vec![y], pair: [x * y, x] }];
            taken(&mut shelf, &others) * shelf.items[1] + shelf.pair[0]
        }
    }
    use within::exchanged;

    #[differentiate]
    fn rows_behind_a_window(mut rows: Vec<Vec<f32>>, x: f32) -> f32 {
        for k in 0..2 {
            let head = &mut rows[..2];
            head[1].push(x * k as f32);
            let last = head[1].pop().unwrap();
            head[k][0] += last * x;
        }
        rows[0][0] * rows[1][0]
    }

    #[differentiate]
    fn rows_that_carry_nothing(p: &Vec<f64>, x: f64) -> f64 {
        let mut n = 0;
        let rows: [Vec<f64>; 2] = loop {
            n += 1;
            if n > 5 {
                break [(*p).clone(), vec![]];
            }
            if n >= 3 {
                break [(*p).clone(), (*p).clone()];
            }
        };
        if rows[0].len() > 1 { x * x } else { x }
    }

    mod out_of_sight {
        #[derive(Clone, Copy, autodiff_runtime::Differentiable)]
        pub struct Layer {
            pub start: f64,
            pub lo: [f64; 3],
        }
    }
    use out_of_sight::Layer;

    #[differentiate]
    fn replaced(layer: &mut Layer, x: f64) -> f64 {
        let lo = layer.lo;
        let mut s = 0.0;
        for y in lo.iter() {
            s += y * x;
        }
        for w in lo.windows(2) {
            s += w[0] * w[1];
        }
        *layer = Layer { lo, start: s };
        s
    }

    #[differentiate]
    fn unpacked(layer: &mut Layer, x: f64) -> f64 {
        let Layer { lo, .. } = Layer { start: x, lo: layer.lo };
        let n = lo.iter().filter(|y| **y > 0.4).count() as f64;
        *layer = Layer { lo, ..*layer };
        layer.lo[1] * n
    }

    #[differentiate]
    fn layered(x: f64, y: f64) -> f64 {
        let mut layer = Layer { start: y, lo: [x, y, x * y] };
        let first = replaced(&mut layer, x);
        first * layer.start + unpacked(&mut layer, y) * layer.lo[0]
    }

    checks! {
        layered(0.7, 1.3);
        exchanged(0.7, 1.3);
        rows_behind_a_window(vec![vec![0.5_f32], vec![1.5, 0.25]], 0.75_f32);
        rows_that_carry_nothing(&vec![0.5, 1.5], 0.75);
    }
}
