//! Enums in enums, structs in enums, and the other way round; methods, closures, jumps, states that change.

use autodiff_runtime::{Differentiable, differentiate, tree};

use crate::common::{Input, Leaves};

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub enum Kind {
    Near,
    Far,
}
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Point {
    x: f64,
    y: f64,
}
#[derive(Clone, Debug, Differentiable)]
pub enum Inner {
    A(f64),
    B {
        v: Vec<f64>,
        kind: Kind,
    },
    P(Point),
    Pts(Vec<Point>),
    #[allow(dead_code)]
    Z,
}
#[derive(Clone, Debug, Differentiable)]
pub enum Outer {
    One(Inner),
    Two(Inner, Inner),
    Marked(#[no_diff] f64, f64),
    Arr([Inner; 2]),
    Tup((f64, Inner)),
    Opt(Option<f64>, f64),
    OptBox(Option<Box<Outer>>, f64),
}
input!(Inner => InnerTangent, Outer => OuterTangent);

#[differentiate]
fn inner(i: &Inner, k: f64) -> f64 {
    match i {
        Inner::A(x) => x * k,
        Inner::B { v, kind: Kind::Near } => v[0] * k,
        Inner::B { v, kind } => v.iter().sum::<f64>() * if *kind == Kind::Far { 2.0 } else { 3.0 },
        Inner::P(Point { x, y }) => x * y * k,
        Inner::Pts(ps) => ps.iter().map(|p| p.x * p.y).sum::<f64>() * k,
        Inner::Z => k,
    }
}
#[differentiate]
fn outer(o: &Outer, k: f64) -> f64 {
    match o {
        Outer::One(Inner::A(x)) => x.sin() * k,
        Outer::One(Inner::B { v, .. }) => v[1] * v[0],
        Outer::One(Inner::P(p)) => p.x * p.x,
        Outer::One(rest) => inner(rest, k),
        Outer::Two(Inner::A(x), Inner::A(y)) => x * y,
        Outer::Two(a, b) => inner(a, k) * inner(b, k),
        Outer::Marked(m, x) => m * x,
        Outer::Arr([a, b]) => inner(a, k) * inner(b, 2.0),
        Outer::Tup((w, i)) => w * inner(i, k),
        Outer::Opt(Some(v), w) => v * w,
        Outer::Opt(None, w) => w * k,
        Outer::OptBox(Some(next), w) => outer(next, k) * w,
        Outer::OptBox(None, w) => *w,
    }
}
#[differentiate]
fn jumps(is: &[Inner], k: f64) -> f64 {
    let mut sum = k;
    for i in is {
        let w = match i {
            Inner::A(x) if *x < 0.0 => continue,
            Inner::A(x) => x * sum,
            Inner::P(p) => {
                if p.x > 5.0 {
                    break;
                }
                p.x * p.y
            }
            Inner::Z => return sum * sum,
            Inner::B { v, .. } => {
                let Some(f) = v.first() else { continue };
                f * k
            }
            _ => {
                sum *= k;
                0.5
            }
        };
        sum += w * w;
    }
    sum
}
#[differentiate]
impl Inner {
    fn total(&self) -> f64 {
        match self {
            Self::A(x) => *x,
            Self::B { v, .. } => v.iter().sum(),
            Self::P(p) => p.x + p.y,
            Self::Pts(ps) => {
                let mut s = 0.0;
                for p in ps {
                    s += p.x;
                }
                s
            }
            Self::Z => 0.0,
        }
    }
    fn grow(&mut self, k: f64) {
        match self {
            Self::A(x) => *x *= k,
            Self::B { v, .. } => v.push(k),
            Self::P(p) => {
                p.x += k * p.y;
                p.y *= p.x;
            }
            Self::Pts(ps) => {
                for p in ps.iter_mut() {
                    p.x *= k;
                }
            }
            Self::Z => *self = Self::A(k),
        }
    }
    fn into_a(self, k: f64) -> Self {
        match self {
            Self::B { v, kind } => Self::B { v: v.iter().map(|x| x * k).collect(), kind },
            Self::P(Point { x, y }) => Inner::P(Point { x: y, y: x * k }),
            Inner::A(x) => Inner::A(x * x),
            z => z,
        }
    }
    fn new(x: f64) -> Inner {
        if x > 1.0 { Self::A(x) } else { Self::P(Point { x, y: x * x }) }
    }
}
#[differentiate]
fn methods(i: &Inner, k: f64) -> f64 {
    let mut j = i.clone();
    j.grow(k);
    let t = j.total();
    let n = j.into_a(k);
    n.total() * t + Inner::new(k * 0.7).total() + Inner::new(k * 3.0).total()
}
#[differentiate]
fn closures(i: &Inner, k: f64) -> f64 {
    let f = |w: f64| match i {
        Inner::A(x) => x * w,
        Inner::P(p) => p.x * w * w,
        _ => w,
    };
    let mut acc = 0.0;
    let mut add = |v: f64| acc += v;
    add(f(k));
    add(f(k * k));
    acc
}
#[differentiate]
fn arrays(a: &[Inner; 2], t: &(Inner, f64), k: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..2 {
        s += match &a[i] {
            Inner::A(x) => x * x,
            other => inner(other, k),
        };
    }
    match (&t.0, t.1) {
        (Inner::A(x), w) => s * x * w,
        (_, w) => s * w,
    }
}
#[differentiate]
fn local_kept(k: f64, n: usize) -> f64 {
    // a state machine
    let mut state = Inner::Z;
    let mut out = 0.0;
    for i in 0..n {
        state = match state {
            Inner::Z => Inner::A(k),
            Inner::A(x) if i < 3 => Inner::A(x * k),
            Inner::A(x) => Inner::P(Point { x, y: k }),
            Inner::P(p) => Inner::B { v: vec![p.x, p.y, p.x * p.y], kind: Kind::Far },
            Inner::B { v, kind } => {
                out += v[2];
                Inner::B { v: v.iter().map(|x| x * k).collect(), kind }
            }
            s => s,
        };
        out += state.total() * k;
    }
    out
}
#[differentiate]
fn while_let(k: f64) -> f64 {
    let mut state = Inner::A(k);
    let mut steps = 0;
    while let Inner::A(x) = &state {
        steps += 1;
        let y = x * k + 0.1;
        state = if steps > 3 { Inner::P(Point { x: y, y: *x }) } else { Inner::A(y) };
    }
    state.total()
}
#[differentiate]
fn in_vec_changed(v: &mut Vec<Inner>, k: f64) -> f64 {
    v[0] = Inner::A(k);
    v.push(Inner::P(Point { x: k, y: 2.0 }));
    v.swap(0, 1);
    let mut s = 0.0;
    for i in 0..v.len() {
        if let Inner::A(x) = &mut v[i] {
            *x *= k;
            s += *x;
        }
    }
    let last = v.pop().unwrap();
    s * inner(&last, k) + v.iter().map(|i| i.total()).sum::<f64>()
}
#[differentiate]
fn stopped(i: &Inner, k: f64) -> f64 {
    match i {
        Inner::A(x) => autodiff_runtime::stop_gradient(*x) * k * x,
        _ => k,
    }
}
#[differentiate]
fn marked_param(#[no_diff] i: &Inner, k: f64) -> f64 {
    match i {
        Inner::A(x) => x * k,
        Inner::B { v, .. } => v[0] * k,
        _ => k,
    }
}
// generic lone
#[derive(Clone, Debug, Differentiable)]
pub enum Gen<T> {
    X(T),
    Y(Vec<T>),
    N,
}
#[differentiate]
fn gen_(g: &Gen<f64>, k: f64) -> f64 {
    match g {
        Gen::X(x) => x * k,
        Gen::Y(v) => v.iter().map(|x| x * k).sum(),
        Gen::N => k,
    }
}
#[differentiate]
fn make_gen(k: f64) -> f64 {
    let mut g = Gen::N;
    if k > 0.0 {
        g = Gen::X(k * k);
    }
    gen_(&g, k)
}
#[derive(Clone, Copy, Debug, Differentiable)]
pub enum Single {
    F(f32),
    G { a: f32, n: i32 },
}
#[differentiate]
fn single(s: Single, k: f32) -> f32 {
    match s {
        Single::F(x) => x * k,
        Single::G { a, n } => a.powi(n) * k,
    }
}
#[differentiate]
fn copied(k: f64) -> f64 {
    let mut best = Inner::Z;
    let mut top = -1.0;
    for i in 0..4 {
        let c = Inner::A((k * i as f64).sin());
        let t = c.total();
        if t > top {
            top = t;
            best = c;
        }
    }
    match best {
        Inner::A(x) => x * top,
        _ => 0.0,
    }
}
fn b(k: Kind) -> Inner {
    Inner::B { v: vec![0.5, 1.5, -0.5], kind: k }
}
fn p() -> Inner {
    Inner::P(Point { x: 1.5, y: 0.5 })
}
fn pts() -> Inner {
    Inner::Pts(vec![Point { x: 1.5, y: 0.5 }, Point { x: 0.25, y: -0.75 }])
}
impl Leaves for Single {
    fn push_leaves(&self, l: &mut Vec<f64>) {
        match self {
            Single::F(a) | Single::G { a, .. } => l.push(*a as f64),
        }
    }
    fn single(&self) -> bool {
        true
    }
}
impl Leaves for SingleTangent {
    fn push_leaves(&self, l: &mut Vec<f64>) {
        match self {
            SingleTangent::F(a) | SingleTangent::G { a, .. } => l.push(*a as f64),
        }
    }
}
impl Input for Single {
    type Adjoint = SingleTangent;
    fn at(&self, n: &mut dyn Iterator<Item = f64>) -> Single {
        match self {
            Single::F(_) => Single::F(n.next().unwrap() as f32),
            Single::G { n: i, .. } => Single::G { a: n.next().unwrap() as f32, n: *i },
        }
    }
    fn adjoint(&self, n: &mut dyn Iterator<Item = f64>) -> SingleTangent {
        match self {
            Single::F(_) => SingleTangent::F(n.next().unwrap() as f32),
            Single::G { n: i, .. } => SingleTangent::G { a: n.next().unwrap() as f32, n: () },
        }
    }
}
impl Leaves for Gen<f64> {
    fn push_leaves(&self, l: &mut Vec<f64>) {
        l.extend(tree::to_vec::<f64, _>(self));
    }
}
impl Leaves for GenTangent<f64> {
    fn push_leaves(&self, l: &mut Vec<f64>) {
        l.extend(tree::to_vec::<f64, _>(self));
    }
}
impl Input for Gen<f64> {
    type Adjoint = GenTangent<f64>;
    fn at(&self, n: &mut dyn Iterator<Item = f64>) -> Self {
        let mut v = self.clone();
        tree::map_mut(&mut v, |_: f64| n.next().unwrap());
        v
    }
    fn adjoint(&self, n: &mut dyn Iterator<Item = f64>) -> GenTangent<f64> {
        let mut v = self.zero_tangent();
        tree::map_mut(&mut v, |_: f64| n.next().unwrap());
        v
    }
}
#[differentiate]
fn changed_alternatives(s: &mut Inner, k: f64) -> f64 {
    match s {
        Inner::A(a) | Inner::P(Point { x: a, .. }) => {
            *a *= k;
            *a
        }
        Inner::B { v, .. } => v[0],
        _ => k,
    }
}

/// What a variant out of sight holds, an array or a `Vec`, read as a list and handed on whole.
#[derive(Clone, Debug, Differentiable)]
enum Held {
    Three([f64; 3], f64),
    Some(Vec<f64>, f64),
}

#[differentiate]
fn dot_of_three(a: [f64; 3], k: f64) -> f64 {
    (a[0] * a[1] + a[2]) * k
}

#[differentiate]
fn read_and_handed_on(x: f64, y: f64) -> f64 {
    if let Held::Three(list, k) = Held::Three([x, y, x * y], y) {
        let mean = list.iter().sum::<f64>() / list.len() as f64;
        dot_of_three(list, k) * mean
    } else {
        x
    }
}

/// Nothing in the list carries a derivative, and it is read again behind what it is copied to.
#[differentiate]
fn copied_and_read(x: f64) -> f64 {
    let held = Held::Some(vec![1.0, 0.3, 0.0], 0.5);
    let factor = match held {
        Held::Some(list, k) => {
            let again = Held::Some(list.clone(), 0.0);
            k + list[1] * f64::from(u8::from(matches!(again, Held::Some(..))))
        }
        Held::Three(list, k) => list[0] * k,
    };
    x * factor
}

checks! {
    inner(&Inner::A(0.7), 1.2);
    inner as inner_b(&b(Kind::Near), 1.2);
    inner as inner_b2(&b(Kind::Far), 1.2);
    inner as inner_p(&p(), 1.2);
    inner as inner_pts(&pts(), 1.2);
    outer(&Outer::One(Inner::A(0.7)), 1.2);
    outer as outer_vec(&Outer::One(b(Kind::Far)), 1.2);
    outer as outer_point(&Outer::One(p()), 1.2);
    outer as outer_points(&Outer::One(pts()), 1.2);
    outer as outer_two(&Outer::Two(Inner::A(0.7), Inner::A(0.3)), 1.2);
    outer as outer_two_mixed(&Outer::Two(Inner::A(0.7), p()), 1.2);
    outer as outer_marked(&Outer::Marked(0.7, 0.3), 1.2);
    outer as outer_array(&Outer::Arr([Inner::A(0.7), p()]), 1.2);
    outer as outer_tuple(&Outer::Tup((0.7, p())), 1.2);
    outer as outer_some(&Outer::Opt(Some(0.7), 0.3), 1.2);
    outer as outer_none(&Outer::Opt(None, 0.3), 1.2);
    outer as outer_boxed(&Outer::OptBox(Some(Box::new(Outer::Tup((0.7, p())))), 0.3), 1.2);
    outer as outer_no_box(&Outer::OptBox(None, 0.3), 1.2);
    jumps(&vec![Inner::A(0.7), Inner::A(-0.5), p(), b(Kind::Near), pts(), Inner::B { v: vec![], kind: Kind::Far }, Inner::A(1.5)], 0.8);
    jumps as jumps_out(&vec![Inner::A(0.7), Inner::P(Point { x: 6.0, y: 1.0 }), Inner::A(1.5)], 0.8);
    jumps as jumps_back(&vec![Inner::A(0.7), p(), Inner::Z, Inner::A(1.5)], 0.8);
    methods(&Inner::A(0.7), 0.9);
    methods as methods_b(&b(Kind::Far), 0.9);
    methods as methods_p(&p(), 0.9);
    methods as methods_pts(&pts(), 0.9);
    methods as methods_z(&Inner::Z, 0.9);
    closures(&Inner::A(0.7), 0.9);
    closures as closures_p(&p(), 0.9);
    arrays(&[Inner::A(0.7), p()], &(Inner::A(1.3), 0.4), 0.9);
    arrays as arrays2(&[b(Kind::Far), p()], &(p(), 0.4), 0.9);
    local_kept(0.9, @8);
    while_let(0.9);
    stopped as stopped_elsewhere(&p(), 0.9);
    marked_param(@&Inner::A(0.7), 0.9);
    marked_param as marked_param_b(@&b(Kind::Far), 0.9);
    gen_(&Gen::X(0.7), 0.9);
    gen_ as gen_y(&Gen::Y(vec![0.7, 0.3]), 0.9);
    make_gen(0.9);
    single(Single::F(0.75), 0.5);
    single as single_g(Single::G { a: 0.75, n: 3 }, 0.5);
    copied(0.9);
    changed_alternatives(&mut Inner::A(0.7), 0.9);
    changed_alternatives as changed_alternatives_p(&mut p(), 0.9);
}

#[derive(Clone, Debug, Differentiable)]
pub enum Mark {
    At(f64, usize),
    Row { a: usize, b: [f64; 2] },
}

#[derive(Clone, Debug, Differentiable)]
pub struct Slot {
    at: usize,
    weight: f64,
}

// What is counted in a value that the reverse sweep has again is no part of an adjoint.
#[differentiate]
fn counted_in_what_is_kept(x: &[f64], k: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let mark = Mark::At(x[i] * k, i + 1);
        let slot = Slot { at: i, weight: k };
        if let Mark::At(y, n) = mark {
            sum += x[n % x.len()] * y * x[(slot.at + n) % 2] * slot.weight;
        }
    }
    sum
}

// What a variant holds and is iterated over may be an array.
#[differentiate]
fn arrays_iterated(mark: &Mark, k: f64) -> f64 {
    match mark {
        Mark::Row { a, b } => {
            let again = Mark::Row { a: *a, b: *b };
            let sum = match again {
                Mark::Row { b: row, .. } => row.iter().map(|v| v * v).sum::<f64>().sqrt(),
                Mark::At(y, _) if y > 0.3 => 0.5,
                Mark::At(y, _) => y,
            };
            sum * k
        }
        Mark::At(y, n) => y * *n as f64,
    }
}

input!(Mark => MarkTangent);

#[cfg(test)]
mod kept {
    use super::*;

    checks_lines! {
        counted_in_what_is_kept(&[0.5, 1.5, 0.7], 0.8);
        arrays_iterated(&Mark::Row { a: 3, b: [0.5, 1.5] }, 0.8);
        arrays_iterated as arrays_not_iterated(&Mark::At(0.5, 3), 0.8);
        read_and_handed_on(1.5, 0.75);
        copied_and_read(1.5);
    }
}
