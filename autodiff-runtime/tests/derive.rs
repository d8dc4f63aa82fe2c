//! `#[derive(Differentiable)]` on the structs that programs have.
#![allow(dead_code, missing_docs)]

use autodiff_runtime::{Differentiable, Tangent, clip, tree};
use std::marker::PhantomData;

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Layer {
    weights: Vec<f64>,
    bias: [f64; 2],
    /// How often it was updated.
    updates: usize,
    name: String,
    shape: Vec<(usize, usize)>,
    #[no_diff]
    frozen: Vec<f64>,
}

fn layer() -> Layer {
    Layer {
        weights: vec![3.0, 0.0],
        bias: [0.0, 4.0],
        updates: 7,
        name: "first".into(),
        shape: vec![(1, 2)],
        frozen: vec![9.0],
    }
}

#[test]
fn a_tangent_has_the_fields_of_its_struct() {
    let zero = layer().zero_tangent();
    let LayerTangent { weights, bias, updates: (), name: (), shape: (), frozen: () } = zero;
    assert_eq!((weights, bias), (vec![0.0, 0.0], [0.0, 0.0]));
}

#[test]
fn tangents_add_up_and_compare() {
    let mut a = layer().zero_tangent();
    a.weights[1] = 2.0;
    let b = LayerTangent { bias: [1.0, 0.5], ..a.clone() };
    a.accumulate(&b);
    assert_eq!((&a.weights[..], a.bias), (&[0.0, 4.0][..], [1.0, 0.5]));
    assert_ne!(a, b);
    assert_eq!(a.zero_tangent(), layer().zero_tangent());
    a.set_all(1.0);
    assert_eq!((&a.weights[..], a.bias, a.frozen), (&[1.0, 1.0][..], [1.0, 1.0], ()));
    assert_eq!(LayerTangent::default().weights, []);
    assert!(
        format!("{b:?}").starts_with("LayerTangent { weights: [0.0, 2.0], bias: [1.0, 0.5], updates: ()")
    );
}

#[test]
fn structs_and_tangents_are_trees_of_numbers() {
    let mut layer = layer();
    assert_eq!(tree::norm::<f64, _>(&layer), 5.0);
    let mut names = Vec::new();
    tree::visit(&layer, |path, leaf: tree::Leaf<'_, f64>| names.push(format!("{path} {}", leaf.layout)));
    assert_eq!(names, ["weights [2]", "bias [2]"]);
    let mut gradient = LayerTangent { weights: vec![6.0, 0.0], bias: [0.0, 8.0], ..layer.zero_tangent() };
    tree::add_scaled(&mut layer, -0.5, &gradient).unwrap();
    assert_eq!((&layer.weights[..], layer.bias), (&[0.0, 0.0][..], [0.0, 0.0]));
    assert_eq!(clip::by_global_norm(&mut gradient, 5.0), 10.0);
    assert_eq!(gradient.bias, [0.0, 4.0]);
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Point(f64, pub f64, i32);

#[derive(Clone, Debug, Differentiable)]
pub struct Model {
    pub layers: Vec<Layer2>,
    origin: Point,
    pairs: Vec<(usize, f64)>,
    scale: Option<Box<f64>>,
    unit: Unit,
    mode: Mode,
}

#[derive(Clone, Debug, Differentiable)]
pub struct Layer2 {
    w: [[f64; 2]; 2],
}

#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Unit;

#[derive(Clone, Copy, Debug, Differentiable)]
pub enum Mode {
    Train,
    Test,
}

#[test]
fn structs_nest() {
    let model = Model {
        layers: vec![Layer2 { w: [[1.0; 2]; 2] }],
        origin: Point(1.0, 2.0, 3),
        pairs: vec![(1, 2.0)],
        scale: Some(Box::new(2.0)),
        unit: Unit,
        mode: Mode::Test,
    };
    let mut zero = model.zero_tangent();
    let copy = zero.origin;
    zero.origin.0 += 1.0;
    assert_eq!((zero.origin, copy), (PointTangent(1.0, 0.0, ()), PointTangent(0.0, 0.0, ())));
    assert_eq!((zero.pairs, zero.scale), (vec![((), 0.0)], Some(Box::new(0.0))));
    assert_eq!(zero.layers[0].w, [[0.0; 2]; 2]);
    let (): () = zero.mode;
    assert_eq!(tree::to_vec::<f64, _>(&model), [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
}

#[derive(Clone, Debug, Differentiable)]
struct Grid<'a, T, U = u8, const N: usize = 2>
where
    T: Copy + PartialOrd,
    U: Into<u64>,
{
    cells: [T; N],
    weights: &'a [T],
    label: &'a str,
    marker: PhantomData<U>,
}

#[test]
fn generics_lose_what_the_tangent_does_not_need() {
    let weights = [1.0_f32, 2.0];
    let grid: Grid<f32> = Grid { cells: [1.0, 2.0], weights: &weights, label: "grid", marker: PhantomData };
    let zero: GridTangent<f32, 2> = grid.zero_tangent();
    assert_eq!((zero.cells, &zero.weights[..], zero.label), ([0.0, 0.0], &[0.0, 0.0][..], ()));
    assert_eq!(tree::to_vec::<f32, _>(&grid), [1.0, 2.0, 1.0, 2.0]);
}

#[derive(Clone, Debug, Differentiable)]
struct List<T> {
    value: T,
    next: Option<Box<List<T>>>,
}

#[test]
fn recursive_structs_have_recursive_tangents() {
    let list = List { value: 1.0, next: Some(Box::new(List { value: 2.0, next: None })) };
    let mut zero = list.zero_tangent();
    zero.next.as_mut().unwrap().value = 3.0;
    let mut sum = zero.clone();
    sum.accumulate(&zero);
    assert_eq!(sum.next.unwrap().value, 6.0);
    assert_eq!(tree::to_vec::<f64, _>(&list), [1.0, 2.0]);
}

trait Family {
    type Number;
}
impl Family for () {
    type Number = f64;
}

#[derive(Differentiable)]
struct Associated<F: Family> {
    number: F::Number,
    numbers: Vec<<F as Family>::Number>,
}

#[test]
fn associated_types_are_bounded() {
    let value = Associated::<()> { number: 1.0, numbers: vec![2.0] };
    let zero = value.zero_tangent();
    assert_eq!((zero.number, zero.numbers), (0.0, vec![0.0]));
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
#[differentiable(tangent = Self)]
struct Vec3 {
    x: f64,
    y: f64,
    z: f64,
}

#[test]
fn a_vector_can_be_its_own_tangent() {
    let mut v = Vec3 { x: 1.0, y: 2.0, z: 3.0 };
    v.accumulate(&v.clone());
    assert_eq!((v, v.zero_tangent()), (Vec3 { x: 2.0, y: 4.0, z: 6.0 }, Vec3 { x: 0.0, y: 0.0, z: 0.0 }));
}

mod renamed {
    pub use autodiff_runtime as ad;

    #[derive(ad::Differentiable)]
    #[differentiable(tangent = Direction, crate = ad)]
    pub struct Position {
        pub r#type: u8,
        pub r#in: f64,
    }
}

#[test]
fn names_and_paths_can_be_chosen() {
    let zero: renamed::Direction = renamed::Position { r#type: 1, r#in: 2.0 }.zero_tangent();
    assert_eq!((zero.r#in, zero.r#type), (0.0, ()));
}

#[cfg(feature = "nalgebra")]
#[test]
fn matrices_are_fields_like_others() {
    use nalgebra::{DMatrix, SVector};

    #[derive(Clone, Debug, Differentiable)]
    struct Dense {
        weights: DMatrix<f64>,
        bias: SVector<f64, 2>,
    }
    let dense = Dense { weights: DMatrix::identity(2, 2), bias: SVector::zeros() };
    let mut zero = dense.zero_tangent();
    zero.weights[(0, 1)] = 2.0;
    let copy = zero.clone();
    zero.accumulate(&copy);
    assert_eq!((zero.weights[(0, 1)], zero.bias), (4.0, SVector::zeros()));
    assert_eq!(tree::to_vec::<f64, _>(&dense), [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
}
