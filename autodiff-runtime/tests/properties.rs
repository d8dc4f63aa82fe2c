//! What must hold for any numbers.
#![allow(clippy::needless_range_loop, reason = "several vectors are indexed at once")]

use autodiff_runtime::optim::*;
use autodiff_runtime::solvers::{ConjugateGradient, Lbfgs, LevenbergMarquardt};
use autodiff_runtime::{Optimizer, clip, tree};
use proptest::collection::vec;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-10.0..10.0, Just(0.0), -1e150..1e150, -1e-150..1e-150]
}

type Split = (Vec<f64>, (f64, [f64; 2]));

/// The same numbers as one vector and as a tree.
fn split(flat: &[f64; 6]) -> Split {
    (flat[..3].to_vec(), (flat[3], [flat[4], flat[5]]))
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs())))
}

fn steps(
    opt: &mut impl Optimizer,
    params: &mut impl autodiff_runtime::TreeMut,
    grads: &[impl autodiff_runtime::Tree],
) {
    for g in grads {
        opt.step(params, g).unwrap();
    }
}

proptest! {
    #[test]
    fn clipping_scales(values in vec(number(), 1..40), bound in 1e-3..1e3) {
        let mut clipped = values.clone();
        let norm = clip::by_global_norm(&mut clipped, bound);
        prop_assert!(norm.is_finite());
        prop_assert!(tree::norm(&clipped) <= bound * (1.0 + 1e-12));
        if norm <= bound {
            prop_assert_eq!(&clipped, &values);
        } else {
            let scaled: Vec<f64> = values.iter().map(|x| x / norm * bound).collect();
            prop_assert!(close(&clipped, &scaled));
        }
        let mut single = values;
        clip::by_norm(&mut single, bound);
        prop_assert!(close(&single, &clipped));
    }

    #[test]
    fn norms_are_those_of_scaled_numbers(values in vec(-1.0..1.0, 1..40), power in -900..900) {
        let scale = 2f64.powi(power);
        let scaled: Vec<f64> = values.iter().map(|x| x * scale).collect();
        let expected = values.iter().map(|x| x * x).sum::<f64>().sqrt();
        prop_assert!((tree::norm(&scaled) / scale - expected).abs() <= 1e-14 * expected);
    }

    #[test]
    fn a_tree_is_its_numbers(flat in any::<[i16; 6]>()) {
        let flat = flat.map(f64::from);
        let mut built = split(&[0.0; 6]);
        tree::write_from(&mut built, &flat).unwrap();
        prop_assert_eq!(&built, &split(&flat));
        prop_assert_eq!(tree::to_vec(&built), flat);
    }

    /// Elementwise optimizers do not see how the numbers are arranged, nor whether they are partitioned.
    #[test]
    fn arrangement_does_not_matter(start in any::<[i8; 6]>(), grads in vec(any::<[i8; 6]>(), 1..6)) {
        let start = start.map(|x| f64::from(x) / 16.0);
        let flat: Vec<_> = grads.iter().map(|g| g.map(|x| f64::from(x) / 16.0)).collect();
        let split_grads: Vec<_> = flat.iter().map(split).collect();
        let adam = || Adam::new(0.1).amsgrad(true).weight_decay(0.01);

        let (mut a, mut b, mut c) = (start, split(&start), split(&start));
        steps(&mut adam(), &mut a, &flat);
        steps(&mut adam(), &mut b, &split_grads);
        steps(&mut Partition::new(".1.0", adam(), adam()), &mut c, &split_grads);
        prop_assert_eq!(tree::to_vec(&a), tree::to_vec(&b));
        prop_assert_eq!(b, c);
    }

    /// So many small steps with the mean equal one with that mean.
    #[test]
    fn accumulation_is_a_mean(start in any::<[i8; 6]>(), grads in vec(any::<[i8; 6]>(), 4..5)) {
        let start = start.map(f64::from);
        let grads: Vec<_> = grads.iter().map(|g| g.map(f64::from)).collect();
        let mean: [f64; 6] = core::array::from_fn(|i| grads.iter().map(|g| g[i]).sum::<f64>() / 4.0);
        let sgd = || Sgd::new(0.25).momentum(0.5);
        let (mut a, mut b) = (start, start);
        steps(&mut Accumulate::new(sgd(), 4), &mut a, &grads);
        steps(&mut sgd(), &mut b, &[mean]);
        prop_assert_eq!(a, b);
    }

    /// A frozen leaf stays; the rest moves as if it were alone.
    #[test]
    fn frozen_leaves_stay(start in any::<[i8; 6]>(), grads in vec(any::<[i8; 6]>(), 1..6)) {
        let start = split(&start.map(f64::from));
        let grads: Vec<_> = grads.iter().map(|g| split(&g.map(f64::from))).collect();
        let (mut a, mut b) = (start.clone(), start.0.clone());
        steps(&mut Nadam::new(0.1).freeze(".1"), &mut a, &grads);
        let first: Vec<_> = grads.iter().map(|g| g.0.clone()).collect();
        steps(&mut Nadam::new(0.1), &mut b, &first);
        prop_assert_eq!(a, (b, start.1));
    }

    /// Convex quadratics, and least squares with linear residuals, are solved.
    #[test]
    fn solvers_solve(rows in vec(any::<[i8; 3]>(), 5..8), start in any::<[i8; 3]>()) {
        let rows: Vec<[f64; 3]> = rows.iter().map(|row| row.map(|x| f64::from(x) / 32.0)).collect();
        let residuals = |x: &[f64; 3]| -> Vec<f64> {
            rows.iter().map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() - 1.0).collect()
        };
        // A little of the square of `x` makes the minimum unique.
        let loss = |x: &[f64; 3]| {
            let r = residuals(x);
            let value = r.iter().map(|r| r * r).sum::<f64>() / 2.0 + x.iter().map(|x| x * x).sum::<f64>() / 20.0;
            let g: [f64; 3] = core::array::from_fn(|j| r.iter().zip(&rows).map(|(r, row)| r * row[j]).sum::<f64>() + x[j] / 10.0);
            (value, g)
        };
        let start = start.map(|x| f64::from(x) / 8.0);
        let (mut a, mut b, mut c) = (start, start, start);
        let report = Lbfgs::new().gradient_tolerance(1e-7).minimize(loss, &mut a).unwrap();
        prop_assert!(report.gradient <= 1e-6, "{:?}", report);
        let report = ConjugateGradient::new().gradient_tolerance(1e-7).minimize(loss, &mut b).unwrap();
        prop_assert!(report.gradient <= 1e-6, "{:?}", report);
        let with_ridge = |x: &[f64; 3]| {
            let mut r = residuals(x);
            let mut jacobian = rows.clone();
            for j in 0..3 {
                r.push(x[j] * 0.1f64.sqrt());
                jacobian.push(core::array::from_fn(|k| if j == k { 0.1f64.sqrt() } else { 0.0 }));
            }
            (r, jacobian)
        };
        LevenbergMarquardt::new().minimize(with_ridge, &mut c).unwrap();
        for j in 0..3 {
            prop_assert!((a[j] - b[j]).abs() < 1e-5 && (a[j] - c[j]).abs() < 1e-5, "{:?} {:?} {:?}", a, b, c);
        }
    }
}
