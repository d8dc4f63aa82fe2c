//! Jacobians by rows and by columns, against gradients of each number and closed forms.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn more_results(x: &[f64; 2]) -> [f64; 3] {
    [x[0] * x[1], x[0].sin(), x[1] * x[1]]
}

#[differentiate(mode = "reverse")]
fn more_results_by_rows(x: &[f64; 2]) -> [f64; 3] {
    [x[0] * x[1], x[0].sin(), x[1] * x[1]]
}

#[differentiate]
fn fewer_results(x: &[f64], k: f64) -> (f64, f64) {
    let (mut sum, mut product) = (0.0, k);
    for v in x {
        sum += v * v * k;
        product *= v;
    }
    (sum, product)
}

#[differentiate(mode = "forward")]
fn fewer_results_by_columns(x: &[f64], k: f64) -> (f64, f64) {
    let (mut sum, mut product) = (0.0, k);
    for v in x {
        sum += v * v * k;
        product *= v;
    }
    (sum, product)
}

#[test]
fn rows_and_columns_agree() {
    let x = [0.7_f64, -1.3];
    let expected = [[x[1], x[0]], [x[0].cos(), 0.0], [0.0, 2.0 * x[1]]];
    assert_eq!(more_results::value_and_jacobian(&x), (more_results(&x), expected));
    assert_eq!(more_results_by_rows::jacobian(&x), expected);

    let (x, k) = ([2.0, 3.0, 4.0], 0.5);
    let expected = ((vec![2.0, 3.0, 4.0], 29.0), (vec![6.0, 4.0, 3.0], 24.0));
    assert_eq!(fewer_results::value_and_jacobian(&x, k), ((14.5, 12.0), expected.clone()));
    assert_eq!(fewer_results_by_columns::jacobian(&x, k), expected);
}

/// A heated rod: as many results as parameters, or more, or none at all.
#[differentiate]
fn heated(rod: &[f64], ends: [f64; 2]) -> Vec<f64> {
    let mut next = Vec::with_capacity(rod.len());
    for i in 0..rod.len() {
        let left = if i == 0 { ends[0] } else { rod[i - 1] };
        let right = if i + 1 == rod.len() { ends[1] } else { rod[i + 1] };
        next.push(rod[i] + 0.25 * (left - 2.0 * rod[i] + right) * rod[i]);
    }
    next
}

#[test]
fn every_row_is_a_gradient() {
    for n in 0..5 {
        let rod: Vec<f64> = (0..n).map(|i| 1.0 + 0.3 * f64::from(i)).collect();
        let ends = [0.5, -0.25];
        let (value, jacobian) = heated::value_and_jacobian(&rod, ends);
        assert_eq!(value, heated(&rod, ends));
        assert_eq!(jacobian.len(), rod.len());
        for (i, row) in jacobian.into_iter().enumerate() {
            let mut seed = vec![0.0; rod.len()];
            seed[i] = 1.0;
            assert_eq!(row, heated::vjp(&rod, ends).1(seed), "{i} of {n}");
        }
    }
}

/// By one number: a column is shorter than the rows.
#[differentiate]
fn powers(x: f64, n: usize) -> Vec<f64> {
    let mut powers = vec![1.0];
    for i in 0..n {
        powers.push(powers[i] * x);
    }
    powers
}

#[differentiate]
fn nested(x: &[f64], y: [f64; 2]) -> (Vec<Vec<f64>>, usize, [f64; 1]) {
    let mut table = Vec::new();
    for a in x {
        table.push(vec![a * y[0], a * a + y[1]]);
    }
    (table, x.len(), [y[0] * y[1]])
}

#[test]
fn results_of_any_shape() {
    assert_eq!(powers::jacobian(2.0, 4), [0.0, 1.0, 4.0, 12.0, 32.0]);
    let (table, (), last) = nested::jacobian(&[2.0, 3.0], [5.0, 7.0]);
    assert_eq!(table[1], [(vec![0.0, 5.0], [3.0, 0.0]), (vec![0.0, 6.0], [0.0, 1.0])]);
    assert_eq!(last, [(vec![0.0, 0.0], [7.0, 5.0])]);
}

/// What is changed in place is a result as well, in the order in which `vjp` has seeds.
#[differentiate]
fn leapfrog(at: &mut [f64; 2], speed: &mut f64, dt: f64) -> f64 {
    *speed -= dt * at[0];
    at[0] += dt * *speed;
    at[1] = at[0] * *speed;
    at[1] + dt
}

#[differentiate(mode = "forward")]
fn scaled_in_place(x: &mut [f64], k: f64) {
    for v in x.iter_mut() {
        *v *= k * *v;
    }
}

#[test]
fn what_is_changed_in_place() {
    let (at, speed, dt) = ([1.0, 9.0], 0.5, 0.1);
    let (mut at_after, mut speed_after) = (at, speed);
    let (value, (of_value, of_at, of_speed)) =
        leapfrog::value_and_jacobian(&mut at_after, &mut speed_after, dt);
    let (mut a, mut s) = (at, speed);
    assert_eq!(value, leapfrog(&mut a, &mut s, dt));
    assert_eq!((at_after, speed_after), (a, s), "the parameters hold what the function leaves");
    let rows = [of_value, of_at[0], of_at[1], of_speed];
    for (index, row) in rows.into_iter().enumerate() {
        let seed = |at| if index == at { 1.0 } else { 0.0 };
        let (mut a, mut s) = (at, speed);
        let (_, pullback) = leapfrog::vjp(&mut a, &mut s, dt);
        assert_eq!(row, pullback(seed(0), [seed(1), seed(2)], seed(3)), "{index}");
    }

    let mut x = [2.0, 3.0];
    let jacobian = scaled_in_place::jacobian(&mut x, 0.5);
    assert_eq!(x, [2.0, 4.5]);
    assert_eq!(jacobian, [(vec![2.0, 0.0], 4.0), (vec![0.0, 3.0], 9.0)]);
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Turn {
    cos: f64,
    sin: f64,
}

#[differentiate]
impl Turn {
    fn of(&self, x: f64, y: f64) -> (f64, f64) {
        (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
    }

    fn taken(self, x: [f64; 2]) -> [f64; 2] {
        [self.cos * x[0] - self.sin * x[1], self.sin * x[0] + self.cos * x[1]]
    }
}

#[differentiate]
fn generic<T: num_traits::Float>(x: &[T], k: T) -> [T; 2] {
    [x[0] * k, x[1] * x[0]]
}

#[test]
fn methods_and_generics() {
    let turn = Turn { cos: 0.6, sin: 0.8 };
    let (x, y) = turn.of_jacobian(2.0, 3.0);
    assert_eq!(x, (TurnTangent { cos: 2.0, sin: -3.0 }, 0.6, -0.8));
    assert_eq!(y, (TurnTangent { cos: 3.0, sin: 2.0 }, 0.8, 0.6));
    let [x, _] = turn.taken_jacobian([2.0, 3.0]);
    assert_eq!(x, (TurnTangent { cos: 2.0, sin: -3.0 }, [0.6, -0.8]));
    assert_eq!(generic::jacobian(&[2.0_f32, 3.0], 5.0), [(vec![5.0, 0.0], 2.0), (vec![3.0, 2.0], 0.0)]);
}

/// A parameter that is no number, and cannot be cloned, is lent again for each row.
struct Fixed(f64);

#[differentiate]
fn with_a_constant(#[no_diff] by: &Fixed, x: f64, y: f32) -> (f64, f32) {
    (x * by.0, y * y)
}

#[differentiate(wrt(square, x))]
fn by_a_local(x: f64, y: f64) -> [f64; 2] {
    let square = x * x;
    [square * y, square + x]
}

#[test]
fn what_is_asked_for_alone() {
    assert_eq!(with_a_constant::jacobian(&Fixed(3.0), 2.0, 5.0), ((3.0, 0.0), (0.0, 10.0)));
    assert_eq!(by_a_local::jacobian(2.0, 3.0), [(3.0, 12.0), (1.0, 5.0)]);
}

#[differentiate]
fn residuals(p: [f64; 2], t: &[f64]) -> Vec<f64> {
    t.iter().map(|t| p[0] * (p[1] * t).exp()).collect()
}

#[differentiate]
fn with_rows(x: &[f64], k: f64, m: &[[f64; 2]; 2], n: usize) -> [f64; 3] {
    [x[0] * k + m[0][1], x[1] * x[n] * k, m[1][0] * k]
}

#[differentiate(mode = "reverse")]
fn with_rows_in_reverse(x: &[f64], k: f64, m: &[[f64; 2]; 2], n: usize) -> [f64; 3] {
    [x[0] * k + m[0][1], x[1] * x[n] * k, m[1][0] * k]
}

/// One row behind the other, in the order of the parameters and of their numbers.
#[test]
fn into_buffers() {
    let (x, m) = ([2.0, 3.0], [[1.0, 2.0], [3.0, 4.0]]);
    let (mut jacobian, mut in_reverse) = ([9.0; 21], [9.0; 21]);
    let value = with_rows::jacobian_into(&x, 0.5, &m, 1, &mut jacobian);
    with_rows_in_reverse::jacobian_into(&x, 0.5, &m, 1, &mut in_reverse);
    assert_eq!((value, jacobian), (with_rows(&x, 0.5, &m, 1), in_reverse));
    assert_eq!(jacobian[..7], [0.5, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0]);

    for t in [&[][..], &[1.0], &[1.0, 2.0, 3.0, 0.5, 0.1, 0.2, 0.3, 0.4]] {
        let mut jacobian = vec![9.0; t.len() * (2 + t.len())];
        residuals::jacobian_into([1.0, 2.0], t, &mut jacobian);
        let rows = residuals::jacobian([1.0, 2.0], t).into_iter();
        let rows: Vec<f64> = rows.flat_map(|(p, t)| p.into_iter().chain(t)).collect();
        assert_eq!(jacobian, rows);
    }
}

#[test]
#[should_panic(expected = "the Jacobian has 3 rows of 7 numbers")]
fn a_buffer_of_another_length() {
    with_rows::jacobian_into(&[2.0, 3.0], 0.5, &[[1.0, 2.0], [3.0, 4.0]], 1, &mut [0.0; 20]);
}

#[differentiate]
#[allow(clippy::too_many_arguments)]
fn of_nine(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64, i: f64) -> (f64, f64) {
    (a * b * c, d * e * f + g * h * i)
}

/// No tuple of so many parts has `impl`s: there is no Jacobian, and all else.
#[differentiate(order = 2)]
#[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
fn of_thirteen(
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    e: f64,
    f: f64,
    g: f64,
    h: f64,
    i: f64,
    j: f64,
    k: f64,
    l: f64,
    m: f64,
) -> f64 {
    a * b * c + d * e * f + g * h * i + j * k * l * m
}

#[test]
fn of_many_arguments() {
    let (value, rows) = of_nine::value_and_jacobian(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0);
    assert_eq!(value, (6.0, 624.0));
    assert_eq!(rows.0, (6.0, 3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0));
    assert_eq!(rows.1, (0.0, 0.0, 0.0, 30.0, 24.0, 20.0, 72.0, 63.0, 56.0));

    let gradient = of_thirteen::grad(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1.0, 2.0, 3.0, 4.0);
    assert_eq!((gradient.0, gradient.12), (6.0, 6.0));
    #[rustfmt::skip]
    let (by_first, ..) = of_thirteen::hvp(
        1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1.0, 2.0, 3.0, 4.0,
        0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    );
    assert_eq!(by_first, 3.0);
}
