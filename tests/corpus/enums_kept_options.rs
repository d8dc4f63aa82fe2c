//! `Option`s that are kept in fields, elements and variants, and lists that are made of them.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Debug, Differentiable)]
pub struct Node {
    value: f64,
    next: Option<Box<Node>>,
}

#[derive(Clone, Debug, Differentiable)]
pub struct Bag {
    first: Option<f64>,
    all: Vec<Option<f64>>,
    list: Option<Vec<f64>>,
}

input!(Node => NodeTangent, Bag => BagTangent);

#[differentiate]
fn squares(node: &Node) -> f64 {
    node.value * node.value
        + match &node.next {
            Some(next) => squares(next),
            None => 0.0,
        }
}

#[differentiate]
fn by_if_let(node: &Node) -> f64 {
    let mut sum = node.value.sin();
    if let Some(next) = &node.next {
        sum += node.value * by_if_let(next);
    }
    sum
}

#[differentiate]
fn by_methods(node: &Node) -> f64 {
    node.value * node.next.as_ref().map_or(0.5, |next| by_methods(next) * 2.0)
}

#[differentiate]
fn by_deref(node: &Node) -> f64 {
    let more = if node.next.is_some() { node.value } else { 1.0 };
    more * node.value + node.next.as_deref().map(by_deref).unwrap_or(0.5)
}

#[differentiate]
fn prepended(x: f64, n: usize) -> f64 {
    let mut node = Node { value: x, next: None };
    for i in 0..n {
        node = Node { value: node.value * x + i as f64, next: Some(Box::new(node)) };
    }
    squares(&node)
}

#[differentiate]
fn sometimes(x: f64) -> Node {
    let next = if x > 1.0 { Some(Box::new(Node { value: x, next: None })) } else { None };
    Node { value: x * x, next }
}

#[differentiate]
fn bag(bag: &Bag, k: f64) -> f64 {
    let first = if k > 0.5 { bag.first } else { None };
    let mut sum = first.unwrap_or(k);
    for x in &bag.all {
        if let Some(v) = x {
            sum += v * k;
        } else {
            sum *= k;
        }
    }
    if let Some(list) = &bag.list {
        sum += list[0] * list[1];
    }
    let other = if k > 0.9 { Some(k) } else { bag.all[0] };
    match other {
        Some(v) => sum * v,
        None => sum,
    }
}

#[differentiate]
fn changed_bag(bag: &mut Bag, k: f64) -> f64 {
    if let Some(list) = &mut bag.list {
        list[0] *= k;
    }
    match &mut bag.all[0] {
        Some(v) => {
            *v *= k;
            *v
        }
        None => k,
    }
}

#[differentiate]
fn taken(k: f64) -> f64 {
    let mut bag = Bag { first: Some(k * k), all: vec![None, Some(k)], list: None };
    let old = bag.first.take();
    bag.all[0] = old.map(|v| v * k);
    let sum = bag.all[0].unwrap_or(1.0) * bag.all[1].unwrap();
    if bag.first.is_some() { 0.0 } else { sum }
}

fn list() -> Node {
    let last = Node { value: 0.25, next: None };
    Node { value: 0.7, next: Some(Box::new(Node { value: -1.5, next: Some(Box::new(last)) })) }
}
fn bag_of(first: Option<f64>) -> Bag {
    Bag { first, all: vec![Some(1.5), None, Some(0.25)], list: Some(vec![2.0, 3.0]) }
}

checks! {
    squares(&list());
    by_if_let(&list());
    by_methods(&list());
    by_deref(&list());
    prepended(0.7, @3);
    sometimes(0.7);
    sometimes as sometimes_there(1.7);
    bag(&bag_of(Some(0.5)), 0.7);
    bag as bag_without_first(&bag_of(None), 0.7);
    bag as bag_of_others(&bag_of(Some(0.5)), 0.95);
    bag as bag_not_asked(&bag_of(Some(0.5)), 0.2);
    changed_bag(&mut bag_of(Some(0.5)), 0.7);
    taken(0.7);
}
