//! Functions that call themselves, or each other: free, methods, in a module, with every form of parameter.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

#[differentiate]
fn legendre(n: usize, x: f64) -> f64 {
    match n {
        0 => 1.0,
        1 => x,
        _ => {
            let (before, last) = (legendre(n - 2, x), legendre(n - 1, x));
            ((2 * n - 1) as f64 * x * last - (n - 1) as f64 * before) / n as f64
        }
    }
}

/// By halves, as pairwise summation does.
#[differentiate]
fn tree_sum(x: &[f64]) -> f64 {
    if x.len() == 1 {
        return x[0] * x[0];
    }
    let (left, right) = x.split_at(x.len() / 2);
    (tree_sum(left) * 0.5).sin() + tree_sum(right) * x[0]
}

#[differentiate]
fn scale_by_powers(x: &mut [f64], k: f64) {
    if x.is_empty() {
        return;
    }
    x[0] *= k;
    scale_by_powers(&mut x[1..], k * k);
}

#[differentiate]
fn scaled(x: &[f64], k: f64) -> f64 {
    let mut y = x.to_vec();
    scale_by_powers(&mut y, k);
    y.iter().map(|v| v * v).sum()
}

#[differentiate]
fn de_casteljau(points: &[(f64, f64)], t: f64) -> (f64, f64) {
    if points.len() == 1 {
        return points[0];
    }
    let between = |a: f64, b: f64| a * (1.0 - t) + b * t;
    let next: Vec<(f64, f64)> =
        points.windows(2).map(|w| (between(w[0].0, w[1].0), between(w[0].1, w[1].1))).collect();
    de_casteljau(&next, t)
}

#[differentiate]
fn determinant(m: &[Vec<f64>]) -> f64 {
    if m.len() == 1 {
        return m[0][0];
    }
    let mut sum = 0.0;
    for j in 0..m.len() {
        let without = |row: &Vec<f64>| -> Vec<f64> {
            row.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, v)| *v).collect()
        };
        let minor: Vec<Vec<f64>> = m[1..].iter().map(without).collect();
        let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
        sum += sign * m[0][j] * determinant(&minor);
    }
    sum
}

/// Two results, one of them by a parameter that changes.
#[differentiate]
fn halved(a: f64, b: f64, depth: usize, calls: &mut f64) -> f64 {
    *calls += a * b;
    if depth == 0 {
        return (b - a) * ((a + b) / 2.0).sin();
    }
    let middle = 0.5 * (a + b);
    halved(a, middle, depth - 1, calls) + halved(middle, b, depth - 1, calls)
}

#[differentiate]
fn halved_from_nothing(a: f64, b: f64) -> f64 {
    let mut calls = 0.0;
    halved(a, b, 3, &mut calls) + 0.1 * calls
}

#[differentiate]
fn reduced<const N: usize>(x: &[f64; N], n: usize) -> f64 {
    if n == 0 { x[0] } else { x[n].sin() * reduced(x, n - 1) }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Spline {
    knots: Vec<f64>,
}

#[differentiate]
impl Spline {
    /// Cox and de Boor.
    fn basis(&self, i: usize, k: usize, t: f64) -> f64 {
        let u = &self.knots;
        if k == 0 {
            return if t >= u[i] && t < u[i + 1] { 1.0 } else { 0.0 };
        }
        let left = (t - u[i]) / (u[i + k] - u[i]) * self.basis(i, k - 1, t);
        let right = (u[i + k + 1] - t) / (u[i + k + 1] - u[i + 1]) * self.basis(i + 1, k - 1, t);
        left + right
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Node {
    weight: f64,
    children: Vec<Node>,
}

#[differentiate]
impl Node {
    fn value(&self, x: f64) -> f64 {
        let mut sum = self.weight * x;
        for child in &self.children {
            sum += child.value(sum.sin());
        }
        sum
    }
}

/// What calls in turn is seen in a module.
#[differentiate]
mod mutual {
    pub fn even(x: f64, n: usize) -> f64 {
        if n == 0 { x } else { odd(x.sin(), n - 1) * x }
    }

    fn odd(x: f64, n: usize) -> f64 {
        if n == 0 { x * x } else { even(x.cos(), n - 1) + x }
    }

    #[derive(Clone, Debug)]
    pub struct Tree {
        pub value: f64,
        pub left: Vec<Tree>,
        pub right: Vec<Tree>,
    }

    impl Tree {
        pub fn sum(&self, k: f64) -> f64 {
            self.value * k + sum_of(&self.left, k * k) * sum_of(&self.right, k)
        }
    }

    fn sum_of(trees: &[Tree], k: f64) -> f64 {
        trees.iter().map(|tree| tree.sum(k)).sum::<f64>() + 1.0
    }
}

#[differentiate(recursive)]
fn ping(x: f64, n: usize) -> f64 {
    if n == 0 { x } else { pong(x.sin(), n - 1) * x }
}

#[differentiate(recursive)]
fn pong(x: f64, n: usize) -> f64 {
    if n == 0 { x } else { ping(x * x, n - 1) + x }
}

checks! {
    power(1.3, @5) => 5.0 * 1.3_f64.powi(4);
    legendre(@5, 0.3);
    tree_sum(&[0.5, 1.5, -0.25, 2.0, 0.75]);
    scaled(&[0.5, 1.5, -0.25, 2.0], 0.9);
    de_casteljau(&[(0.0, 1.0), (1.0, 0.5), (2.0, 3.0)], 0.3);
    determinant(&[vec![1.0, 2.0, 0.5], vec![0.3, -1.0, 2.0], vec![0.7, 0.2, 1.5]]);
    halved(0.25, 1.5, @2, &mut 0.75);
    halved_from_nothing(0.25, 1.5);
    reduced(&[0.5, 1.5, -0.25, 2.0], @3);
    ping(0.7, @5);
}

fn slope(f: impl Fn(f64) -> f64) -> f64 {
    (f(1e-6) - f(-1e-6)) / 2e-6
}

#[test]
fn methods_call_themselves() {
    let spline = Spline { knots: vec![0.0, 1.0, 2.5, 3.0, 4.0, 5.5] };
    let (_, (spline_bar, t_bar)) = spline.basis_value_and_grad(0, 3, 1.7);
    assert!((t_bar - slope(|h| spline.basis(0, 3, 1.7 + h))).abs() < 1e-8);
    for k in 0..6 {
        let moved = slope(|h| {
            let mut spline = spline.clone();
            spline.knots[k] += h;
            spline.basis(0, 3, 1.7)
        });
        assert!((spline_bar.knots[k] - moved).abs() < 1e-8, "{k}");
    }

    let leaf = |weight| Node { weight, children: Vec::new() };
    let inner = Node { weight: -0.5, children: vec![leaf(0.75), leaf(2.0)] };
    let tree = Node { weight: 1.5, children: vec![leaf(0.25), inner] };
    let (value, (tree_bar, x_bar)) = tree.value_value_and_grad(0.6);
    assert_eq!(value, tree.value(0.6));
    assert!((x_bar - slope(|h| tree.value(0.6 + h))).abs() < 1e-8);
    let moved = slope(|h| {
        let mut tree = tree.clone();
        tree.children[1].children[1].weight += h;
        tree.value(0.6)
    });
    assert!((tree_bar.children[1].children[1].weight - moved).abs() < 1e-8);
    assert!((tree.value_jvp(0.6, &tree.zero_tangent(), 1.0).1 - x_bar).abs() < 1e-14);
}

#[test]
fn functions_of_a_module_call_each_other() {
    let difference = slope(|h| mutual::even(0.7 + h, 5));
    assert!((mutual::even::grad(0.7, 5) - difference).abs() < 1e-8);
    assert!((mutual::even::jvp(0.7, 5, 1.0).1 - difference).abs() < 1e-8);

    use mutual::Tree;
    let leaf = |value| Tree { value, left: Vec::new(), right: Vec::new() };
    let tree = Tree { value: 0.5, left: vec![leaf(1.5), leaf(-0.25)], right: vec![leaf(0.75)] };
    let (_, (tree_bar, k_bar)) = tree.sum_value_and_grad(0.9);
    assert!((k_bar - slope(|h| tree.sum(0.9 + h))).abs() < 1e-8);
    let moved = slope(|h| {
        let mut tree = tree.clone();
        tree.left[1].value += h;
        tree.sum(0.9)
    });
    assert!((tree_bar.left[1].value - moved).abs() < 1e-8);
}
