//! Types that hold each other, enums that are generic or hold references, and small programs over them in a module.

use autodiff_runtime::{Differentiable, differentiate};
use num_traits::Float;

#[derive(Clone, Debug, Differentiable)]
pub enum Form<T> {
    Circle(T),
    Poly(Vec<T>),
    Pair { a: T, b: T },
}
#[differentiate]
fn generic_area<T: Float>(s: &Form<T>, k: T) -> T {
    match s {
        Form::Circle(r) => *r * *r * k,
        Form::Poly(v) => v[0] * v[1],
        Form::Pair { a, b } => a.sin() * *b,
    }
}
#[derive(Clone, Debug, Differentiable)]
pub enum View<'a> {
    Slice(&'a [f64]),
    Own(Vec<f64>),
    One(f64),
}
#[differentiate]
fn view(v: &View<'_>, k: f64) -> f64 {
    match v {
        View::Slice(s) => s[0] * k * s[1],
        View::Own(o) => o.iter().sum::<f64>() * k,
        View::One(x) => x * k,
    }
}
#[differentiate]
pub mod mutual {
    #[derive(Clone, Debug)]
    pub enum Tree {
        Leaf(f64),
        Branch(Vec<Child>),
    }
    #[derive(Clone, Debug)]
    pub struct Child {
        pub w: f64,
        pub tree: Tree,
    }
    pub fn total(t: &Tree) -> f64 {
        match t {
            Tree::Leaf(x) => x * x,
            Tree::Branch(cs) => {
                let mut s = 1.0;
                for c in cs {
                    s += c.w * total(&c.tree);
                }
                s
            }
        }
    }
    impl Tree {
        pub fn scale(&mut self, k: f64) {
            match self {
                Tree::Leaf(x) => *x *= k,
                Tree::Branch(cs) => {
                    for c in cs.iter_mut() {
                        c.w *= k;
                        c.tree.scale(k);
                    }
                }
            }
        }
    }
    pub fn scaled(t: &Tree, k: f64) -> f64 {
        let mut t = t.clone();
        t.scale(k);
        total(&t)
    }
    pub trait Value {
        fn value(&self, k: f64) -> f64;
    }
    impl Value for Tree {
        fn value(&self, k: f64) -> f64 {
            match self {
                Self::Leaf(x) => x * k,
                Self::Branch(cs) => cs.iter().map(|c| c.w * c.tree.value(k)).sum(),
            }
        }
    }
    pub fn by_trait(t: &Tree, k: f64) -> f64 {
        t.value(k) * t.value(k * k)
    }
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Cmd {
        Go(f64),
        Turn { by: f64, times: usize },
        Stop,
    }
    use self::Cmd::{Go, Stop, Turn};
    pub fn drive(cmds: &[Cmd]) -> (f64, f64) {
        let (mut x, mut y, mut angle) = (0.0, 0.0, 0.0f64);
        for &cmd in cmds {
            match cmd {
                Go(d) => {
                    x += d * angle.cos();
                    y += d * angle.sin();
                }
                Turn { by, times } => {
                    for _ in 0..times {
                        angle += by;
                    }
                }
                Stop => break,
            }
        }
        (x, y)
    }
    pub fn nested_lists(xs: &[(Cmd, f64)], k: f64) -> f64 {
        xs.iter()
            .map(|(c, w)| match c {
                Go(d) => d * w,
                Turn { by, .. } => by * w * k,
                Stop => *w,
            })
            .sum()
    }
    pub fn first_go(cmds: &[Cmd], k: f64) -> Option<f64> {
        let cmd = cmds.iter().find(|c| matches!(c, Go(_)))?;
        let Go(d) = cmd else { return None };
        Some(d * k)
    }
    pub fn best(cmds: &[Cmd], k: f64) -> f64 {
        let mut best: Option<Cmd> = None;
        for c in cmds {
            if let Go(d) = c {
                if *d > 1.0 {
                    best = Some(*c);
                }
            }
        }
        match best {
            Some(Go(d)) => d * k,
            Some(_) => 0.0,
            None => k,
        }
    }
    pub fn early(cmds: &[Cmd]) -> f64 {
        let mut s = 0.0;
        'outer: loop {
            for c in cmds {
                s += match c {
                    Go(d) if *d < 0.0 => break 'outer,
                    Go(d) => d * d,
                    Turn { by, times: 0 } => continue,
                    Turn { by, times: n @ 1..=3 } => by * *n as f64,
                    Turn { .. } => 0.5,
                    Stop => return s * 2.0,
                };
            }
            if s > 10.0 {
                break;
            }
        }
        s
    }
    pub fn equal(a: &Cmd, b: &Cmd, k: f64) -> f64 {
        if a == b { k } else { k * k }
    }
}
use mutual::*;
fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-6 * (1.0 + b.abs()), "{a} {b}");
}
fn diff(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}
#[test]
fn generic() {
    let (g, k) = generic_area::grad(&Form::Circle(2.0_f64), 3.0);
    assert!(matches!(g, FormTangent::Circle(12.0)));
    close(k, 4.0);
    let (g, k) = generic_area::grad(&Form::Pair { a: 0.5_f32, b: 2.0 }, 3.0);
    if let FormTangent::Pair { a, b } = g {
        close(a as f64, 2.0 * 0.5_f64.cos());
    } else {
        panic!()
    }
}
#[test]
fn views() {
    let x = [2.0, 3.0];
    let (g, k) = view::grad(&View::Slice(&x), 5.0);
    assert_eq!(g, ViewTangent::Slice(vec![15.0, 10.0]));
    close(k, 6.0);
    let (g, k) = view::grad(&View::Own(vec![2.0, 3.0]), 5.0);
    assert_eq!((g, k), (ViewTangent::Own(vec![5.0, 5.0]), 5.0));
    assert_eq!(view::grad(&View::One(2.0), 5.0), (ViewTangent::One(5.0), 2.0));
    let (g, k) = generic_area::grad(&Form::Poly(vec![2.0_f64, 3.0]), 5.0);
    assert_eq!((g, k), (FormTangent::Poly(vec![3.0, 2.0]), 0.0));
}
#[test]
fn trees() {
    let t = |e: f64| {
        Tree::Branch(vec![
            Child { w: 2.0 + e, tree: Tree::Leaf(1.5 - e) },
            Child {
                w: -1.0,
                tree: Tree::Branch(vec![Child { w: 0.5 * e, tree: Tree::Leaf(3.0 + 2.0 * e) }]),
            },
        ])
    };
    let dirs = |g: &TreeTangent| {
        let TreeTangent::Branch(c) = g else { panic!() };
        let TreeTangent::Leaf(a) = c[0].tree else { panic!() };
        let TreeTangent::Branch(d) = &c[1].tree else { panic!() };
        let TreeTangent::Leaf(b) = d[0].tree else { panic!() };
        c[0].w - a + 0.5 * d[0].w + 2.0 * b
    };
    close(dirs(&total::grad(&t(0.0))), diff(|e| total(&t(e))));
    let (g, k) = scaled::grad(&t(0.0), 0.8);
    close(dirs(&g), diff(|e| scaled(&t(e), 0.8)));
    close(k, diff(|e| scaled(&t(0.0), 0.8 + e)));
    let (g, k) = by_trait::grad(&t(0.0), 0.8);
    close(dirs(&g), diff(|e| by_trait(&t(e), 0.8)));
    close(k, diff(|e| by_trait(&t(0.0), 0.8 + e)));
}
#[test]
fn cmds() {
    let c = |e: f64| {
        vec![
            Cmd::Go(1.0 + e),
            Cmd::Turn { by: 0.3 + e, times: 2 },
            Cmd::Go(2.0 - e),
            Cmd::Stop,
            Cmd::Go(7.0 + 100.0 * e),
        ]
    };
    let dirs = |g: &[CmdTangent]| {
        let mut s = 0.0;
        let w = [1.0, 1.0, -1.0, 0.0, 100.0];
        for (g, w) in g.iter().zip(w) {
            s += w * match g {
                CmdTangent::Go(d) => *d,
                CmdTangent::Turn { by, .. } => *by,
                CmdTangent::Stop => 0.0,
            }
        }
        s
    };
    let (v, p) = {
        let cs = c(0.0);
        let (v, p) = drive::vjp(&cs);
        (v, p((0.5, -2.0)))
    };
    close(
        dirs(&p),
        diff(|e| {
            let (x, y) = drive(&c(e));
            0.5 * x - 2.0 * y
        }),
    );
    let xs = |e: f64| c(e).into_iter().map(|c| (c, 0.5 + e)).collect::<Vec<_>>();
    let (g, k) = nested_lists::grad(&xs(0.0), 0.7);
    let gd: Vec<_> = g.iter().map(|g| g.0.clone()).collect();
    close(dirs(&gd) + g.iter().map(|g| g.1).sum::<f64>(), diff(|e| nested_lists(&xs(e), 0.7)));
    let (g, k) = first_go::grad(&c(0.0), 0.7).unwrap();
    close(dirs(&g), 0.7);
    close(k, 1.0);
    let (g, k) = best::grad(&c(0.0), 0.7);
    close(dirs(&g), diff(|e| best(&c(e), 0.7)));
    close(dirs(&early::grad(&c(0.0))), diff(|e| early(&c(e))));
    let (g, h, k) = equal::grad(&Cmd::Go(1.0), &Cmd::Stop, 0.7);
    close(k, 1.4);
}
