//! What is walked: iterators and collections of one's own, lists by a reference that moves on, objects that are constants.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
mod walked {
    pub struct Powers {
        base: f64,
        now: f64,
        left: usize,
    }

    impl Iterator for Powers {
        type Item = f64;

        fn next(&mut self) -> Option<f64> {
            if self.left == 0 {
                return None;
            }
            self.left -= 1;
            self.now *= self.base;
            Some(self.now)
        }
    }

    pub fn own_iterator(x: &[f64]) -> f64 {
        let powers = Powers { base: x[0], now: x[1], left: 4 };
        let mut sum = 0.0;
        for v in powers {
            sum += v * v;
        }
        let mut more = Powers { base: x[2], now: x[1], left: 4 };
        sum += more.next().unwrap();
        for v in &mut more {
            sum *= v;
            if v > 1.0 {
                break;
            }
        }
        let sines = Powers { base: x[1], now: 1.0, left: 3 }.map(|v| v.sin()).sum::<f64>();
        sum + sines + more.next().unwrap_or(0.0)
    }

    pub struct Polynomial {
        coefficients: Vec<f64>,
    }

    impl FromIterator<f64> for Polynomial {
        fn from_iter<I: IntoIterator<Item = f64>>(all: I) -> Self {
            Polynomial { coefficients: all.into_iter().collect() }
        }
    }

    impl<'a> IntoIterator for &'a Polynomial {
        type Item = &'a f64;
        type IntoIter = std::slice::Iter<'a, f64>;

        fn into_iter(self) -> Self::IntoIter {
            self.coefficients.iter()
        }
    }

    impl IntoIterator for Polynomial {
        type Item = f64;
        type IntoIter = std::vec::IntoIter<f64>;

        fn into_iter(self) -> Self::IntoIter {
            self.coefficients.into_iter()
        }
    }

    impl Polynomial {
        fn at(&self, x: f64) -> f64 {
            self.coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
        }

        fn sum(&self) -> f64 {
            let mut sum = 0.0;
            for c in self {
                sum += c;
            }
            sum
        }
    }

    fn product(p: &Polynomial) -> f64 {
        let mut product = 1.0;
        for c in p {
            product *= c;
        }
        product
    }

    pub fn own_collection(x: &[f64]) -> f64 {
        let p: Polynomial = x.iter().map(|v| v * v).collect();
        let mut sum = 0.0;
        for c in &p {
            sum += c;
        }
        let q = x.iter().copied().collect::<Polynomial>();
        let of_references = product(&q) + q.sum();
        for c in q {
            sum += c.sin();
        }
        sum * p.at(x[0]) * of_references
    }

    /// A trait in sight is what it says, whatever its name.
    pub trait Real: Copy + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self> {
        fn zero() -> Self;
        fn bent(self) -> Self;
    }

    impl Real for f64 {
        fn zero() -> Self {
            0.0
        }
        fn bent(self) -> Self {
            self.sinh()
        }
    }

    fn dot<T: Real>(a: &[T], b: &[T]) -> T {
        a.iter().zip(b).fold(T::zero(), |sum, (&a, &b)| sum + a * b)
    }

    pub fn scalar_trait(x: &[f64]) -> f64 {
        dot(&x[..2], &x[1..]).bent()
    }

    pub trait Cost {
        fn cost(&self, x: f64) -> f64;
    }

    pub struct Square {
        weight: f64,
    }

    impl Cost for Square {
        fn cost(&self, x: f64) -> f64 {
            self.weight * x * x
        }
    }

    static ONE: Square = Square { weight: 1.5 };
    const TWO: Square = Square { weight: 2.5 };
    static MORE: [Square; 2] = [Square { weight: 0.5 }, Square { weight: 3.0 }];

    struct Scaled {
        scale: f64,
    }

    impl Scaled {
        fn total(&self, cost: &dyn Cost, x: f64) -> f64 {
            cost.cost(x) * self.scale
        }
    }

    fn total(cost: &dyn Cost, x: f64) -> f64 {
        cost.cost(x)
    }

    pub fn constant_objects(x: &[f64]) -> f64 {
        total(&ONE, x[0])
            + total(&TWO, x[1]) * total(&Square { weight: x[2] }, x[2])
            + total(&MORE[1], x[1])
            + Scaled { scale: x[0] }.total(&ONE, x[2])
    }
}

use walked::{constant_objects, own_collection, own_iterator, scalar_trait};

checks! {
    own_iterator(&[0.5, 1.5, 0.75]);
    own_collection(&[0.5, 1.5, -0.75]);
    scalar_trait(&[0.5, 1.5, -0.75]);
    constant_objects(&[0.5, 1.5, -0.75]);
}

mod lists {
    use super::*;

    in_both_forms! {
    #[differentiate]
    {
        #[derive(Clone, Debug, Differentiable)]
        pub struct Node {
            pub value: f64,
            pub next: Option<Box<Node>>,
        }

        #[differentiate]
        pub fn product(list: &Node) -> f64 {
            let mut product = 1.0;
            let mut at = Some(list);
            while let Some(node) = at {
                at = node.next.as_deref();
                product *= node.value;
            }
            product
        }

        #[differentiate]
        pub fn walk(x: &[f64]) -> f64 {
            let last = Node { value: x[2] * x[2], next: None };
            let list = Node { value: x[0], next: Some(Box::new(Node { value: x[1].sin(), next: Some(Box::new(last)) })) };
            product(&list) + list.next.as_deref().unwrap().value
        }

        /// What was taken out of a variable stays what it was.
        #[differentiate]
        pub fn taken_out(x: &[f64]) -> f64 {
            let rows = vec![vec![x[0], x[1]], vec![x[2], x[0]]];
            let mut best: Option<&Vec<f64>> = Some(&rows[0]);
            let mut sum = 0.0;
            if let Some(row) = best {
                best = Some(&rows[1]);
                sum += row[0] * row[1];
            }
            let mut own = Some(vec![x[0], x[1]]);
            if let Some(row) = own {
                own = Some(vec![x[2], row[0]]);
                sum += row[0] * row[1];
            }
            let row = own.unwrap();
            own = Some(vec![x[1], row[0]]);
            sum + best.unwrap()[0].sin() + own.unwrap()[0] * row[0]
        }

        #[derive(Clone, Debug, Differentiable)]
        pub struct Parts {
            pub many: Option<Vec<f64>>,
            pub one: Option<Box<f64>>,
        }

        #[differentiate]
        pub fn scale(parts: &mut Parts) {
            if let Some(many) = parts.many.as_deref_mut() {
                many[0] *= 2.0;
            }
            if let Some(one) = parts.one.as_deref_mut() {
                *one *= 3.0;
            }
        }

        #[differentiate]
        pub fn behind_pointers(x: &[f64]) -> f64 {
            let mut parts = Parts { many: Some(x.to_vec()), one: Some(Box::new(x[1])) };
            scale(&mut parts);
            parts.many.as_deref().map_or(0.0, |many| many[0] * many.iter().sum::<f64>())
                + parts.one.as_deref().map_or(0.0, |one| one * one)
        }
    }
        walk(&[0.5, 1.5, -0.75]);
        taken_out(&[0.5, 1.5, -0.75]);
        behind_pointers(&[0.5, 1.5, -0.75]);
    }
}

/// Items of fields that are out of sight, folded: what they are nothing says but their use.
mod folded {
    use std::ops::{Add, Mul};

    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Copy, Debug, Default, Differentiable)]
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }

    #[differentiate]
    impl Point {
        pub fn dot(self, other: Point) -> f64 {
            self.x * other.x + self.y * other.y
        }
    }

    #[differentiate]
    impl Add for Point {
        type Output = Point;

        fn add(self, other: Point) -> Point {
            Point { x: self.x + other.x, y: self.y + other.y }
        }
    }

    #[differentiate]
    impl Mul<f64> for Point {
        type Output = Point;

        fn mul(self, factor: f64) -> Point {
            Point { x: self.x * factor, y: self.y * factor }
        }
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Cloud {
        pub points: Vec<Point>,
        pub pairs: Vec<(f64, f64)>,
        pub rows: Vec<[f64; 3]>,
        pub groups: Vec<Vec<Point>>,
    }

    #[differentiate]
    pub fn cloud(x: &[f64]) -> Cloud {
        let points =
            vec![Point { x: x[0], y: x[1] }, Point { x: x[1], y: x[2] }, Point { x: x[2] * x[0], y: 0.5 }];
        let groups = vec![points.clone(), vec![points[1], points[0]]];
        Cloud { points, pairs: vec![(x[0], x[1]), (x[2], x[0])], rows: vec![[x[0], x[1], x[2]]; 2], groups }
    }

    #[differentiate]
    pub fn weight(p: Point) -> f64 {
        p.x * p.x + p.y
    }

    #[differentiate]
    fn middle(c: &Cloud) -> f64 {
        let middle = c.points.iter().fold(Point::default(), |a, &b| a + b) * (1.0 / c.points.len() as f64);
        let made = c.points.iter().fold(Point { x: 0.0, y: 1.0 }, |a, b| a + *b);
        middle.dot(made)
    }

    #[differentiate]
    fn parts(c: &Cloud) -> f64 {
        let fields = c.points.iter().fold(0.0, |s, p| s + p.x * p.y);
        let methods = c.points.iter().fold(0.0, |s, p| s + p.dot(*p));
        let patterns = c.points.iter().fold(0.0, |s, &Point { x, y }| s + x * y);
        let functions = c.points.iter().fold(1.0, |s: f64, p| s.max(weight(*p)));
        fields * methods + patterns * functions
    }

    #[differentiate]
    fn others(c: &Cloud) -> f64 {
        let pairs = c.pairs.iter().fold(0.0, |s, (a, b)| s + a * b);
        let rows = c.rows.iter().fold(0.0, |s, r| s + r[0] * r[2]);
        let nested = c.groups.iter().fold(0.0, |s, g| s + g.iter().fold(Point::default(), |a, b| a + *b).x);
        let first = c.groups.iter().map(|g| g[0]).fold(Point::default(), |a, b| a + b * 2.0);
        let largest = c.groups.iter().map(|g| g.iter().map(|p| p.dot(*p)).sum::<f64>()).fold(0.0, f64::max);
        let flat = c.groups.iter().flatten().fold(0.0, |s, p| s + p.x);
        pairs * rows + nested * first.y + largest * flat
    }

    #[differentiate]
    pub fn folded_middle(x: &[f64]) -> f64 {
        middle(&cloud(x))
    }

    #[differentiate]
    pub fn folded_parts(x: &[f64]) -> f64 {
        parts(&cloud(x))
    }

    #[differentiate]
    pub fn folded_others(x: &[f64]) -> f64 {
        others(&cloud(x))
    }

    checks! {
        folded_middle(&[0.5, 1.5, -0.75]);
        folded_parts(&[0.5, 1.5, -0.75]);
        folded_others(&[0.5, 1.5, -0.75]);
    }
}
