//! Trees of `nalgebra` and `ndarray`, and what all trees have in common.

use autodiff_runtime::Optimizer;
use autodiff_runtime::optim::Sgd;
use autodiff_runtime::tree::{self, Shaped};

fn layouts<T: autodiff_runtime::Tree + ?Sized>(tree: &T) -> Vec<String> {
    let mut layouts = Vec::new();
    tree::visit(tree, |path, leaf| layouts.push(format!("{path} {}", leaf.layout)));
    layouts
}

#[test]
fn what_is_a_leaf() {
    assert_eq!(layouts(&1.0), ["(root) []"]);
    assert_eq!(layouts(&[1.0, 2.0][..]), ["(root) [2]"]);
    assert_eq!(layouts(&[[[0.0; 4]; 3]; 2]), ["(root) [2, 3, 4]"]);
    assert_eq!(layouts(&vec![[0.0; 2]; 3]), ["(root) [3, 2]"]);
    assert_eq!(layouts(&vec![vec![0.0; 2]; 2]), ["[0] [2]", "[1] [2]"]);
    assert_eq!(layouts(&[(1.0, 2.0), (3.0, 4.0)]), ["[0].0 []", "[0].1 []", "[1].0 []", "[1].1 []"]);
    assert_eq!(layouts(&[[(1.0, 2usize)]]), ["[0][0].0 []"]);
    assert_eq!(layouts(&(1usize, vec![2u8], true, "text", Some(3.0), None::<f64>)), [".4 []"]);
    assert_eq!(layouts(&Box::new([1.0])), ["(root) [1]"]);
    assert_eq!(layouts(&Shaped::new(vec![0.0; 6], &[3, 2])), ["(root) [3, 2]"]);
}

#[test]
fn types_may_differ_where_shapes_agree() {
    let (mut w, mut b) = (vec![1.0, 2.0], [3.0]);
    let (gw, gb) = ([1.0, 1.0], vec![1.0]);
    Sgd::new(1.0).step(&mut (&mut w[..], &mut b), &(&gw[..], &gb)).unwrap();
    assert_eq!((w, b), (vec![0.0, 1.0], [2.0]));
    // A field that is not differentiated has the tangent `()`.
    let mut params = (1.0, 2.0, 5usize);
    Sgd::new(1.0).step(&mut params, &(1.0, (), ())).unwrap();
    assert_eq!(params, (0.0, 2.0, 5));
}

#[test]
fn a_shape_that_does_not_fit_is_an_error() {
    let mut wrong = Shaped::new(vec![1.0; 5], &[2, 3]);
    let error = Sgd::new(1.0).step(&mut wrong, &[1.0; 5]).unwrap_err();
    assert_eq!(error.to_string(), "`(root)`: the shape does not fit the number of elements");
    let error = Sgd::new(1.0).step(&mut (1.0, 2usize), &(1.0, 2.0)).unwrap_err();
    assert_eq!(error.to_string(), "`.1`: expected 0 children, found shape []");
    let error = Sgd::new(1.0).step(&mut vec![vec![1.0], vec![2.0]], &vec![vec![1.0]]).unwrap_err();
    assert!(error.to_string().starts_with("`(root)`: expected 2 children, found 1 children (if"), "{error}");
}

#[cfg(feature = "nalgebra")]
#[test]
fn nalgebra() {
    use autodiff_runtime::clip;
    use autodiff_runtime::optim::{Family, Muon};
    use nalgebra::{DMatrix, DVector, Matrix2x3, Vector3};
    let params = (DMatrix::<f64>::zeros(2, 3), DVector::<f64>::zeros(4), Vector3::<f64>::zeros());
    assert_eq!(layouts(&params), [".0 [2, 3] by columns", ".1 [4]", ".2 [3]"]);
    let mut g = Matrix2x3::new(3.0, 0.3, 0.0, 4.0, 0.4, 0.0);
    clip::by_norm_along(&mut g, 1.0, &[0]).unwrap();
    assert!((g - Matrix2x3::new(0.6, 0.3, 0.0, 0.8, 0.4, 0.0)).norm() < 1e-15);

    // The same matrix by rows and by columns is updated in the same way.
    let (rows, columns) = (
        [1.0, -2.0, 0.5, 4.0, 0.25, -1.0],
        DMatrix::from_row_slice(2, 3, &[1.0, -2.0, 0.5, 4.0, 0.25, -1.0]),
    );
    let (mut by_rows, mut by_columns) = (Shaped::new(rows.to_vec(), &[2, 3]), columns.clone());
    let grads = (Shaped::new(rows.to_vec(), &[2, 3]), columns);
    Muon::new(0.1).family(Family::Optax).step(&mut by_rows, &grads.0).unwrap();
    Muon::new(0.1).family(Family::Optax).step(&mut by_columns, &grads.1).unwrap();
    assert!((DMatrix::from_row_slice(2, 3, &by_rows.data) - &by_columns).norm() < 1e-12);
    let error = Sgd::new(0.1).step(&mut by_columns, &by_rows).unwrap_err();
    assert_eq!(error.to_string(), "`(root)`: expected shape [2, 3] by columns, found shape [2, 3]");
}

#[cfg(feature = "ndarray")]
#[test]
fn ndarray() {
    use autodiff_runtime::optim::Adam;
    use ndarray::{Array1, Array2, Axis, array};
    let mut params = (array![[1.0, 2.0], [3.0, 4.0]], Array1::<f64>::ones(3));
    assert_eq!(layouts(&params), [".0 [2, 2]", ".1 [3]"]);
    let grads = params.clone();
    Sgd::new(0.5).step(&mut params, &grads).unwrap();
    assert_eq!(params.0, array![[0.5, 1.0], [1.5, 2.0]]);
    let turned: Array2<f64> = array![[1.0, 2.0, 3.0]].reversed_axes();
    assert_eq!(layouts(&turned), ["(root) [3, 1]"]);
    let turned: Array2<f64> = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].reversed_axes();
    assert_eq!(layouts(&turned), ["(root) [3, 2] by columns"]);
    let mut all = Array2::<f64>::zeros((4, 4));
    let (mut left, _) = all.view_mut().split_at(Axis(1), 2);
    let error = Adam::new(0.1).step(&mut left, &Array2::<f64>::zeros((4, 2))).unwrap_err();
    assert!(error.to_string().contains("not contiguous"), "{error}");
}
