//! Arrays, Vecs and slices, nested, as parameters, results and locals.

use autodiff_runtime::differentiate;

#[differentiate]
fn array_by_value(mut x: [f64; 3]) -> f64 {
    x[0] *= x[1];
    x[2] += x[0] * x[0];
    x[0] + x[1] * x[2]
}

#[differentiate]
fn array_by_reference(x: &[f64; 3], k: usize) -> f64 {
    x[0] * x[k] + x[(k + 1) % 3].sin()
}

#[differentiate]
fn vector_by_value(x: Vec<f64>) -> f64 {
    let mut y = x;
    let n = y.len();
    for i in 0..n {
        y[i] *= y[n - 1 - i];
    }
    y[0] + y[n - 1]
}

#[differentiate]
fn vector_by_reference(x: &Vec<f64>) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * (i as f64 + 0.5);
    }
    s * s
}

#[differentiate]
fn matrix_of_arrays(a: &[[f64; 2]; 2], x: [f64; 2]) -> f64 {
    let mut y = [0.0; 2];
    for i in 0..2 {
        for j in 0..2 {
            y[i] += a[i][j] * x[j];
        }
    }
    y[0] * y[1]
}

#[differentiate]
fn determinant(a: [[f64; 3]; 3]) -> f64 {
    let mut m = a;
    let mut det = 1.0;
    for k in 0..3 {
        det *= m[k][k];
        for i in k + 1..3 {
            let f = m[i][k] / m[k][k];
            for j in k..3 {
                m[i][j] -= f * m[k][j];
            }
        }
    }
    det
}

#[differentiate]
fn nested_vectors(layers: &[Vec<Vec<f64>>], x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for l in 0..layers.len() {
        let mut next = Vec::with_capacity(layers[l].len());
        for i in 0..layers[l].len() {
            let mut z = 0.0;
            for j in 0..h.len() {
                z += layers[l][i][j] * h[j];
            }
            next.push(z.tanh());
        }
        h = next;
    }
    h[0]
}

#[differentiate]
fn rows_of_vectors(rows: &Vec<Vec<f64>>) -> f64 {
    let mut s = 0.0;
    for i in 0..rows.len() {
        let row = &rows[i];
        let mut t = 1.0;
        for j in 0..row.len() {
            t *= row[j];
        }
        s += t;
    }
    s
}

#[differentiate]
fn slice_of_arrays(points: &[[f64; 2]]) -> f64 {
    let mut area = 0.0;
    for i in 0..points.len() {
        let j = (i + 1) % points.len();
        area += points[i][0] * points[j][1] - points[j][0] * points[i][1];
    }
    0.5 * area
}

#[differentiate]
fn local_matrix(x: f64, n: usize) -> f64 {
    let mut a = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            a[i][j] = x * (i + 1) as f64 + (j as f64 * x).cos();
        }
    }
    let mut trace = 0.0;
    for i in 0..n {
        a[i][i] *= a[i][(i + 1) % n];
        trace += a[i][i];
    }
    trace
}

#[differentiate]
fn literal_matrix(t: f64, x: [f64; 2]) -> f64 {
    let rotation = [[t.cos(), -t.sin()], [t.sin(), t.cos()]];
    let mut y = [0.0; 2];
    for i in 0..2 {
        for j in 0..2 {
            y[i] += rotation[i][j] * x[j];
        }
    }
    y[0] * y[0] * y[1]
}

#[differentiate]
fn returns_array(x: f64, y: f64) -> [f64; 3] {
    [x * y, x.sin(), y * y * x]
}

#[differentiate]
fn returns_vector(x: &[f64], a: f64) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    for i in 0..x.len() {
        out[i] = a * x[i] * x[(i + 1) % x.len()];
    }
    out
}

#[differentiate]
fn returns_matrix(x: &[f64; 2]) -> [[f64; 2]; 2] {
    let mut m = [[0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            m[i][j] = x[i] * x[j].exp();
        }
    }
    m
}

#[differentiate]
fn returns_nested_vectors(x: &[f64]) -> Vec<Vec<f64>> {
    let mut rows = Vec::new();
    for i in 0..x.len() {
        let mut row = vec![1.0];
        for j in 0..i {
            row.push(x[i] * x[j] * row[j]);
        }
        rows.push(row);
    }
    rows
}

#[differentiate]
fn returns_argument(mut x: Vec<f64>, a: f64) -> Vec<f64> {
    x[0] *= a;
    x
}

#[differentiate]
fn inactive_indices(x: &[f64], order: &[usize], weights: &[f64]) -> f64 {
    let mut s = 0.0;
    for k in 0..order.len() {
        let i = order[k];
        s = s * 0.5 + x[i] * weights[k];
    }
    s
}

#[differentiate]
fn sparse(entries: &[(usize, f64)], x: &[f64]) -> f64 {
    let mut s = 0.0;
    for k in 0..entries.len() {
        let (i, v) = entries[k];
        s += v * x[i] * x[i];
    }
    s
}

#[differentiate]
fn first_and_last(x: &[f64]) -> f64 {
    let n = x.len();
    if x.is_empty() {
        return 0.0;
    }
    x[0] * x[n - 1] + x[n / 2]
}

#[differentiate]
fn inactive_local_table(x: &[f64]) -> f64 {
    let weights = [0.5, 0.25, 0.125];
    let offsets: Vec<usize> = (0..3).map(|k| 2 - k).collect();
    let mut s = 0.0;
    for k in 0..3 {
        s += weights[k] * x[offsets[k]] * x[k];
    }
    s
}

#[differentiate]
fn tridiagonal(lower: &[f64], diagonal: &[f64], upper: &[f64], rhs: &[f64]) -> f64 {
    let n = diagonal.len();
    let mut c = vec![0.0; n];
    let mut d = vec![0.0; n];
    c[0] = upper[0] / diagonal[0];
    d[0] = rhs[0] / diagonal[0];
    for i in 1..n {
        let m = diagonal[i] - lower[i - 1] * c[i - 1];
        if i < n - 1 {
            c[i] = upper[i] / m;
        }
        d[i] = (rhs[i] - lower[i - 1] * d[i - 1]) / m;
    }
    let mut x = d.clone();
    for i in (0..n - 1).rev() {
        x[i] = d[i] - c[i] * x[i + 1];
    }
    let mut s = 0.0;
    for i in 0..n {
        s += x[i] * x[i];
    }
    s
}

#[differentiate]
fn cholesky_log_determinant(a: &[f64], n: usize) -> f64 {
    let mut l = vec![0.0; n * n];
    let mut log_det = 0.0;
    for i in 0..n {
        for j in 0..=i {
            let mut s = a[i * n + j];
            for k in 0..j {
                s -= l[i * n + k] * l[j * n + k];
            }
            if i == j {
                l[i * n + j] = s.sqrt();
                log_det += 2.0 * l[i * n + j].ln();
            } else {
                l[i * n + j] = s / l[j * n + j];
            }
        }
    }
    log_det
}

/// De Casteljau's construction: an element of a local `Vec` is handed out.
#[differentiate]
fn bezier(control: &[[f64; 2]], t: f64) -> [f64; 2] {
    let mut points = control.to_vec();
    for r in 1..points.len() {
        for i in 0..points.len() - r {
            for k in 0..2 {
                points[i][k] = (1.0 - t) * points[i][k] + t * points[i + 1][k];
            }
        }
    }
    points[0]
}

/// No row is there where none is reached.
#[differentiate]
fn row_that_may_be_missing(w: &[Vec<f64>], x: &[f64], #[no_diff] j: usize, #[no_diff] lag: usize) -> f64 {
    let mut own = w.to_vec();
    let mut sum = 1.0;
    for k in 0..x.len() {
        sum += w[j][k] * x[k] + w[j][k + lag] * sum;
    }
    for k in 0..x.len() {
        own[j][k] += x[k] * sum;
    }
    for k in 0..x.len() {
        sum += own[j][k] * own[j][k];
    }
    sum
}

#[test]
fn a_row_that_is_not_reached_need_not_be_there() {
    assert_eq!(row_that_may_be_missing::value_and_grad(&[], &[], 3, 1), (1.0, (vec![], vec![])));
    assert_eq!(row_that_may_be_missing::vjp(&[], &[], 3, 1).1(1.0), (vec![], vec![]));
    assert_eq!(row_that_may_be_missing::jvp(&[], &[], 3, 1, &[], &[]), (1.0, 0.0));
}

#[differentiate]
fn length_by_use(x: f64) -> f64 {
    let twice = |v: [f64; 2]| [v[0] * x, v[1] + v[0]];
    let t = twice(twice(std::array::from_fn(|i| x + i as f64)));
    let mut u = [0.0; 3];
    u = std::array::from_fn(|i| x * i as f64);
    let v = if x > 0.0 { std::array::from_fn(|i| x.powi(i as i32 + 1)) } else { [x; 2] };
    let (a, b): ([f64; 2], f64) = (std::array::from_fn(|_| x * x), x);
    t[0] * t[1] + u[2] + v[1] * a[1] * b
}

checks! {
    array_by_value([0.5, 1.5, -0.75]);
    array_by_reference(&[0.5, 1.5, -0.75], @2);
    vector_by_value(vec![0.5, 1.5, -0.75]);
    vector_by_reference(&vec![0.5, 1.5, -0.75]);
    matrix_of_arrays(&[[0.5, 1.5], [-0.75, 2.0]], [1.25, 0.25]);
    determinant([[0.5, 1.5, 0.25], [-0.75, 2.0, 1.0], [0.5, -0.5, 3.0]]);
    nested_vectors(&vec![vec![vec![0.5, -0.25], vec![0.75, 1.0]], vec![vec![1.5, -0.5]]], &[0.5, 1.25]);
    rows_of_vectors(&vec![vec![0.5, 1.5], vec![], vec![2.0, -0.5, 0.75]]);
    slice_of_arrays(&[[0.0, 0.0], [2.0, 0.5], [1.0, 1.5]]);
    local_matrix(0.75, @3);
    literal_matrix(0.5, [1.5, -0.75]);
    returns_array(0.75, 1.25);
    returns_vector(&[0.5, 1.5, -0.75], 2.0);
    returns_matrix(&[0.5, 1.5]);
    returns_nested_vectors(&[0.5, 1.5, -0.75]);
    returns_argument(vec![0.5, 1.5], 2.0);
    inactive_indices(&[0.5, 1.5, -0.75], @&[2, 0, 2, 1], &[1.0, 2.0, 0.5, 0.25]);
    sparse(&[(2usize, 0.5), (0, 1.5), (2, -1.0)], &[0.5, 1.5, -0.75]);
    first_and_last(&[0.5, 1.5, -0.75]) => [-0.75, 1.0, 0.5];
    first_and_last as first_of_one(&[0.5]) => [2.0];
    first_and_last as first_of_none(&[0.0; 0]);
    inactive_local_table(&[0.5, 1.5, -0.75]);
    tridiagonal(&[0.5, -0.25], &[2.0, 3.0, 2.5], &[0.75, 0.5], &[1.0, 2.0, 3.0]);
    cholesky_log_determinant(&[2.0, 0.5, 0.25, 0.5, 3.0, -0.5, 0.25, -0.5, 1.5], @3);
    bezier(&[[0.0, 0.0], [1.0, 2.0], [2.0, -1.0], [3.0, 0.5]], 0.3);
    row_that_may_be_missing(&[vec![0.5, 0.25, 1.0], vec![1.5, -0.5, 0.75]], &[0.5, -1.5], @1, @1);
    length_by_use(0.7);
    length_by_use as length_by_other_use(-0.7);
}
