//! `tf.gradients`, each program once more in Rust.

use crate::common::{Case, Oracle, assert_all, number, numbers, tensors};
use autodiff_runtime::{differentiate, stop_gradient};

#[differentiate]
fn product(x: f64, y: f64) -> f64 {
    x * y + x.sin()
}

#[differentiate]
fn squares_and_triples(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let squares = x.iter().map(|x| x * x).collect::<Vec<_>>();
    let triples = x.iter().map(|x| 3.0 * x).collect::<Vec<_>>();
    (squares, triples)
}

#[differentiate]
fn matvec(x: &[f64], a: &[f64]) -> Vec<f64> {
    let n = x.len();
    let mut y = vec![0.0; a.len() / n];
    for i in 0..y.len() {
        for j in 0..n {
            y[i] += a[i * n + j] * x[j];
        }
    }
    y
}

#[differentiate]
fn squares(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x * x).collect()
}

#[differentiate]
fn same(x: &[f64]) -> Vec<f64> {
    x.to_vec()
}

#[differentiate]
fn square_twice(x: f64) -> (f64, f64) {
    let y = x * x;
    (y, y)
}

#[differentiate(wrt(x, a))]
fn intermediate(x: f64) -> f64 {
    let a = x * x;
    a * x
}

#[differentiate(wrt(x, u), unconnected = "none")]
fn unconnected_none(x: f64, u: f64) -> f64 {
    let _ = u;
    x * x
}

#[differentiate(wrt(x, u), unconnected = "zero")]
fn unconnected_zero(x: f64, u: &[f64]) -> f64 {
    let _ = u;
    x * x
}

#[differentiate(wrt(x, z), stop(z))]
fn stop_intermediate(x: f64) -> f64 {
    let z = x * x;
    z * x
}

#[differentiate(wrt(x), stop(x))]
fn stop_input(x: f64) -> f64 {
    x * x
}

#[allow(clippy::let_and_return, reason = "the result needs a name to be stopped by")]
#[differentiate(wrt(x), stop(y), unconnected = "none")]
fn stop_output(x: f64) -> f64 {
    let y = x * x;
    y
}

#[differentiate]
fn stop_function(x: f64) -> f64 {
    stop_gradient(x * x) * x
}

#[differentiate(wrt(x), unconnected = "none")]
fn stop_only_path(x: f64) -> f64 {
    stop_gradient(x * x)
}

#[differentiate]
fn cast(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| (x as i32) as f64 * x).collect()
}

#[differentiate]
fn floor(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.floor()).collect()
}

#[differentiate]
fn sign(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.signum()).collect()
}

#[differentiate]
fn abs(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.abs()).collect()
}

#[differentiate]
fn relu(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| if x > 0.0 { x } else { 0.0 }).collect()
}

#[differentiate]
fn relu_by_max(x: f64) -> f64 {
    x.max(0.0)
}

#[differentiate]
fn maximum(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x.max(*y)).collect()
}

#[differentiate]
fn largest(x: &[f64]) -> f64 {
    x.iter().fold(f64::NEG_INFINITY, |max, &x| max.max(x))
}

#[differentiate]
fn product_of_all(x: &[f64]) -> f64 {
    x.iter().product()
}

#[differentiate(singular = "ieee")]
fn sqrt(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.sqrt()).collect()
}

#[differentiate(singular = "ieee")]
fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[differentiate]
fn clamp(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
}

#[differentiate]
fn choose(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| if x > 0.0 { x.sqrt() } else { 2.0 * x }).collect()
}

#[differentiate]
fn power(x: f64) -> f64 {
    let (mut i, mut a) = (0, 1.0);
    while i < 5 {
        a *= x;
        i += 1;
    }
    a
}

#[differentiate]
fn gather(p: &[f64]) -> f64 {
    let mut y = 0.0;
    for row in [0, 2, 0] {
        for j in 0..2 {
            y += p[2 * row + j] * p[2 * row + j];
        }
    }
    y
}

#[differentiate]
fn outer(x: &[f64], b: &[f64]) -> Vec<f64> {
    let mut y = Vec::with_capacity(x.len() * b.len());
    for i in 0..b.len() {
        for j in 0..x.len() {
            y.push(x[j] * b[i]);
        }
    }
    y
}

type Gradients = Vec<Option<Vec<f64>>>;

fn some(gradients: &[&[f64]]) -> Gradients {
    gradients.iter().map(|gradient| Some(gradient.to_vec())).collect()
}

/// The gradients of a program, or why there are none to compare.
fn found(case: Case) -> Result<Gradients, &'static str> {
    let x = || numbers(&case.input("x")["data"]);
    let y = || numbers(&case.input("y")["data"]);
    let first = || x()[0];
    Ok(match case.name().trim_start_matches("gradients/") {
        "scalar product" => {
            let (a, b) = product::grad(first(), y()[0]);
            some(&[&[a], &[b]])
        }
        "sum over ys" => some(&[&squares_and_triples::grad(&x())]),
        "vector y: sum of the components" => {
            let (x_bar, a_bar) = matvec::grad(&x(), &numbers(&case.input("A")["data"]));
            some(&[&x_bar, &a_bar])
        }
        "grad_ys weights" => {
            some(&[&squares_and_triples::vjp(&x()).1((vec![1.0, 10.0], vec![100.0, 1000.0]))])
        }
        // A seed of `None` is a seed of ones; it is given as such.
        "grad_ys with None" => {
            some(&[&squares_and_triples::vjp(&x()).1((vec![1.0, 1.0], vec![100.0, 1000.0]))])
        }
        // A seed has the shape of the result: nothing is broadcast.
        "grad_ys scalar for a vector y broadcasts" => some(&[&squares::vjp(&x()).1(vec![2.0; 2])]),
        // `wrt` names each variable once.
        "y is x" => {
            let gradient = same::grad(&x());
            some(&[&gradient, &gradient])
        }
        "duplicate ys count twice" => {
            let gradient = square_twice::grad(first());
            some(&[&[gradient], &[gradient]])
        }
        "intermediate in xs" => {
            let (x_bar, a_bar) = intermediate::grad(first());
            some(&[&[x_bar], &[a_bar]])
        }
        "unconnected None" => {
            let (x_bar, u_bar): (f64, Option<f64>) =
                unconnected_none::grad(first(), numbers(&case.input("u")["data"])[0]);
            vec![Some(vec![x_bar]), u_bar.map(|u_bar| vec![u_bar])]
        }
        "unconnected zero" => {
            let (x_bar, u_bar) = unconnected_zero::grad(first(), &numbers(&case.input("u")["data"]));
            some(&[&[x_bar], &u_bar])
        }
        "stop_gradients intermediate" => {
            let (x_bar, z_bar) = stop_intermediate::grad(first());
            some(&[&[x_bar], &[z_bar]])
        }
        "stop_gradients on x itself keeps its gradient" => some(&[&[stop_input::grad(first())]]),
        "stop_gradients y gives None" => {
            let gradient: Option<f64> = stop_output::grad(first());
            vec![gradient.map(|gradient| vec![gradient])]
        }
        "stop_gradient function" => some(&[&[stop_function::grad(first())]]),
        "stop_gradient only path" => {
            let gradient: Option<f64> = stop_only_path::grad(first());
            vec![gradient.map(|gradient| vec![gradient])]
        }
        "second derivative"
        | "second derivative of a linear function is None"
        | "mixed partial"
        | "Hessian-vector product" => return Err("gradients of gradients"),
        "cast through int cuts" => some(&[&cast::grad(&x())]),
        "floor has no gradient: None" => {
            assert_eq!(floor::grad(&x()), [0.0, 0.0]);
            return Err("None there; here it is what it is: zero");
        }
        "sign has a zero gradient, not None" => some(&[&sign::grad(&x())]),
        "abs at 0" => some(&[&abs::grad(&x())]),
        // The branch taken decides: `x.max(0.0)` takes `x` on a tie and would have 1 at 0.
        "relu at 0" => {
            assert_eq!(relu_by_max::grad(0.0), 1.0);
            some(&[&relu::grad(&x())])
        }
        "maximum tie goes to the first" => {
            let (x_bar, y_bar) = maximum::grad(&x(), &y());
            some(&[&x_bar, &y_bar])
        }
        "reduce_max tie splits" => {
            assert_eq!(largest::grad(&x()), [0.0, 1.0, 0.0]);
            return Err("splits among equals there; here the first of them has all, as in `maximum`");
        }
        "reduce_prod with a zero" => some(&[&product_of_all::grad(&x())]),
        "sqrt at 0" => some(&[&sqrt::grad(&x())]),
        "norm at 0" => some(&[&norm::grad(&x())]),
        "clip_by_value passes at the bounds" => some(&[&clamp::grad(&x())]),
        "where: the untaken sqrt branch gives no NaN" => some(&[&choose::grad(&x())]),
        "while_loop power" => some(&[&[power::grad(first())]]),
        "gather adds repeated rows (dense of IndexedSlices)" => {
            some(&[&gather::grad(&numbers(&case.input("p")["data"]))])
        }
        "broadcast add" => {
            let (x_bar, b_bar) = outer::grad(&x(), &numbers(&case.input("b")["data"]));
            some(&[&x_bar, &b_bar])
        }
        other => panic!("unknown program {other}"),
    })
}

#[test]
fn tf_gradients() {
    let mut compared = 0;
    for case in Oracle::read("tf_gradients").cases() {
        let Ok(found) = found(case) else { continue };
        let expected = tensors(case.output("gradients"));
        assert_eq!(found.len(), expected.len(), "{}", case.name());
        for (found, expected) in found.iter().zip(&expected) {
            match (found, expected) {
                (Some(found), Some(expected)) => assert_all(case.name(), found, &expected.data),
                (None, None) => {}
                _ => panic!("{}: {found:?}, not {expected:?}", case.name()),
            }
        }
        compared += 1;
    }
    assert_eq!(compared, 29);
}

#[differentiate(wrt(a, b))]
fn total(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}

#[differentiate(wrt(a, b), stop(a, b))]
fn partial(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}

#[differentiate(wrt(a, b), stop(a))]
fn stop_a(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}

#[differentiate(wrt(a, b), stop(b))]
fn stop_b(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}

#[differentiate(wrt(a, b))]
fn stop_as_function(a: f64) -> f64 {
    let b = stop_gradient(2.0 * a);
    a + b
}

#[differentiate(wrt(a), unconnected = "none")]
fn second_none(a: [[f64; 2]; 1], b: [[f64; 1]; 3]) -> [[f64; 1]; 3] {
    let _ = a;
    b
}

#[differentiate(wrt(a), unconnected = "zero")]
fn second_zero(a: [[f64; 2]; 1], b: [[f64; 1]; 3]) -> [[f64; 1]; 3] {
    let _ = a;
    b
}

#[test]
fn partial_and_total_derivatives() {
    let oracle = Oracle::read("seed_examples");
    type Gradient = fn(f64) -> (f64, f64);
    let programs: [(&str, Gradient); 5] = [
        ("with stop_gradients", partial::grad),
        ("without stop_gradients", total::grad),
        ("variation stop a only", stop_a::grad),
        ("variation stop b only", stop_b::grad),
        ("with tf.stop_gradient", stop_as_function::grad),
    ];
    for (name, gradient) in programs {
        let case = oracle.case(&format!("seed/1.1 {name}"));
        let (a_bar, b_bar) = gradient(number(case.input("a")));
        assert_eq!(vec![a_bar, b_bar], numbers(case.output("gradients")), "{name}");
    }
    let (a, b) = ([[1.0; 2]], [[1.0]; 3]);
    assert!(oracle.case("seed/1.1 unconnected none").output("gradients")[0].is_null());
    assert_eq!(second_none::grad(a, b), None);
    let zeros = numbers(oracle.case("seed/1.1 unconnected zero").output("gradients"));
    assert_eq!(second_zero::grad(a, b).as_flattened(), zeros);
}

#[differentiate]
fn loss(w: f64, x: f64) -> f64 {
    w * x * x
}

/// The gradients that the clipping examples start from, from the loss itself.
#[test]
fn compute_gradients() {
    let oracle = Oracle::read("seed_examples");
    let case = oracle.case("seed/2.1 example 2 clip_by_norm");
    let mut params = (number(case.input("w")), number(case.input("x")));
    let (_, mut pairs) = autodiff_runtime::train::compute_gradients::<f64, _, _>(
        |(w, x): &(f64, f64)| loss::value_and_grad(*w, *x),
        &mut params,
    );
    assert_eq!(vec![pairs.grads.0, pairs.grads.1], numbers(case.output("grads")));
    autodiff_runtime::clip::by_norm(&mut pairs.grads, case.h("clip_norm"));
    assert_eq!(pairs.grads, (5.0, 5.0));
}
