//! Gradient checking finds what is wrong and nothing else.

use autodiff_runtime::check::{self, Differences};

#[test]
fn right_gradients_pass() {
    // Scales from 1e-6 to 1e6, exponentials, oscillation, a pole nearby.
    check::gradient(
        |x: &[f64; 3]| (x[0] * x[1] * x[2], [x[1] * x[2], x[0] * x[2], x[0] * x[1]]),
        &[1e-6, 3.0, 1e6],
    )
    .unwrap()
    .assert();
    check::gradient(|x: &f64| ((5.0 * x).exp(), 5.0 * (5.0 * x).exp()), &2.0).unwrap().assert();
    check::gradient(|x: &f64| ((30.0 * x).sin(), 30.0 * (30.0 * x).cos()), &1.0).unwrap().assert();
    check::gradient(|x: &f64| (1.0 / x, -1.0 / (x * x)), &0.05).unwrap().assert();
    check::gradient(|x: &f64| (x.ln(), 1.0 / x), &0.03).unwrap().assert();
    check::gradient(|x: &f32| (x * x, 2.0 * x), &1.5).unwrap().assert();
    check::gradient(|x: &Vec<f64>| (x.iter().map(|x| x.abs()).sum(), vec![1.0, -1.0]), &vec![0.5, -0.5])
        .unwrap()
        .assert();
    // Nothing to find, and nothing claimed.
    check::gradient(|_: &(f64, f64)| (1.0, (None::<f64>, 0.0)), &(1.0, 2.0)).unwrap().assert();
}

#[test]
fn wrong_gradients_do_not() {
    let off = |factor: f64| check::gradient(move |x: &f64| (x.sin(), factor * x.cos()), &0.7).unwrap();
    assert!(off(1.0).passed && !off(1.0 + 1e-5).passed && !off(-1.0).passed && !off(f64::NAN).passed);
    let none = check::gradient(|x: &f64| (x * x, None::<f64>), &1.0).unwrap();
    assert!(!none.passed);
    assert_eq!(
        none.to_string().split(" ±").next().unwrap(),
        "1 of 1 elements of the gradient are wrong; the worst is `(root)` element 0: 0e0, by differences 2e0"
    );
    let strict = Differences::new().tolerance(1e-9, 1e-9).first_step(0.1);
    let report = strict.compare(|x: &f64| x.exp(), &mut 1.0, &(1f64.exp() + 1e-7)).unwrap();
    assert!(!report.passed);
}

#[test]
fn forward_and_reverse_agree() {
    let matrix = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let jvp = |_: &[f64; 3], dx: &[f64; 3]| {
        let row = |row: &[f64; 3]| row.iter().zip(dx).map(|(a, b)| a * b).sum::<f64>();
        [row(&matrix[0]), row(&matrix[1])]
    };
    let vjp = |_: &[f64; 3], dy: &[f64; 2]| [0, 1, 2].map(|j| matrix[0][j] * dy[0] + matrix[1][j] * dy[1]);
    let found = check::forward_and_reverse(jvp, vjp, &[1.0, 1.0, 1.0], &[0.0, 0.0], 1e-12).unwrap();
    assert!(found.passed && found.worst.is_none());
}
