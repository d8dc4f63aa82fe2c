//! `Option`s as parameters: their adjoints are there where they are.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Debug, Differentiable, PartialEq)]
struct Damping {
    rate: f64,
    offsets: Vec<f64>,
}

#[differentiate]
fn or_default(x: f64, k: Option<f64>) -> f64 {
    let k = k.unwrap_or(2.0);
    x * k * k
}

#[differentiate]
fn lent(x: f64, k: &Option<f64>) -> f64 {
    match k {
        Some(k) => x * k.sin(),
        None => x * x,
    }
}

#[differentiate]
fn pair(x: f64, k: Option<[f64; 2]>) -> f64 {
    k.map_or(x, |v| v[0] * v[1] * x)
}

#[differentiate]
fn list(x: f64, k: Option<Vec<f64>>) -> f64 {
    let Some(v) = k else { return x };
    v.iter().map(|a| a * x).sum()
}

#[differentiate]
fn damped(x: f64, damping: &Option<Damping>) -> f64 {
    if let Some(Damping { rate, offsets }) = damping {
        return (-rate * x).exp() + offsets.iter().sum::<f64>() * x;
    }
    x
}

#[differentiate]
fn changed(x: f64, k: &mut Option<f64>) -> f64 {
    if let Some(v) = k {
        *v *= x;
    }
    match k {
        Some(v) => *v * x,
        None => x,
    }
}

#[differentiate]
fn called(x: f64) -> f64 {
    let some = if x > 0.0 { Some(x * x) } else { None };
    or_default(x, Some(x * 2.0)) * or_default(x, None)
        + lent(x, &Some(x)) * lent(x, &None)
        + lent(x, &some)
        + or_default(x, some)
        + pair(x, Some([x, 2.0]))
        + damped(x, &Some(Damping { rate: x, offsets: vec![x, 1.0] }))
}

#[test]
fn adjoints_are_there_where_the_values_are() {
    let x = 0.5;
    assert_eq!(or_default::grad(x, Some(3.0)), (9.0, Some(3.0)));
    assert_eq!(or_default::grad(x, None), (4.0, None));
    assert_eq!(lent::grad(x, &Some(3.0)), (3.0_f64.sin(), Some(x * 3.0_f64.cos())));
    assert_eq!(lent::grad(x, &None), (1.0, None));
    assert_eq!(pair::grad(x, Some([3.0, 2.0])), (6.0, Some([1.0, 1.5])));
    assert_eq!(list::grad(x, Some(vec![3.0, 2.0])), (5.0, Some(vec![0.5, 0.5])));
    assert_eq!(list::grad(x, None), (1.0, None));
    assert_eq!(or_default::jvp(x, Some(3.0), 1.0, Some(2.0)), (4.5, 15.0));
    let damping = Some(Damping { rate: 0.0, offsets: vec![1.0, 2.0] });
    let (x_bar, bar) = damped::grad(x, &damping);
    let bar = bar.unwrap();
    assert_eq!((x_bar, bar.rate, bar.offsets), (3.0, -0.5, vec![0.5, 0.5]));
    assert_eq!(damped::grad(x, &None).0, 1.0);
}

#[test]
fn what_is_lent_is_changed() {
    let mut k = Some(3.0);
    assert_eq!(changed::value_and_grad(0.5, &mut k), (0.75, (3.0, Some(0.25))));
    assert_eq!(k, Some(1.5));
    assert_eq!(changed::value_and_grad(0.5, &mut None), (0.5, (1.0, None)));
}

#[test]
fn options_are_handed_on() {
    let (x, h) = (0.7, 1e-6);
    let slope = (called(x + h) - called(x - h)) / (2.0 * h);
    assert!((called::grad(x) - slope).abs() < 1e-7, "{} {slope}", called::grad(x));
    assert!((called::jvp(x, 1.0).1 - called::grad(x)).abs() < 1e-13);
}
