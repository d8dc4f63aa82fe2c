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
