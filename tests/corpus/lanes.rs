//! Several tangents at once, against one at a time: `jvp_n` against `jvp`, Jacobians in lanes against those by rows.

use autodiff_runtime::{Differentiable, differentiate};

use crate::common::are_near;

#[differentiate(lanes)]
fn square(x: f64) -> f64 {
    x * x + x.sin()
}

/// Branches, loops, places, calls, `Vec`s, exchanges, casts of integers.
#[differentiate(lanes)]
fn walk(x: &[f64], k: f64, n: usize) -> Vec<f64> {
    let mut place = vec![0.0; x.len()];
    let mut sum = 0.0;
    for step in 0..n {
        for i in 0..x.len() {
            let left = if i > 0 { place[i - 1] } else { k };
            place[i] = 0.5 * place[i] + left * x[i] / (1.0 + step as f64);
            if place[i] > 0.3 {
                sum += square(place[i]);
            } else {
                sum -= k * x[i].exp();
            }
        }
        place.swap(0, 1);
    }
    let mut out = place.clone();
    out.push(sum);
    out.push(2.0);
    out
}

#[differentiate]
fn walk_by_rows(x: &[f64], k: f64, n: usize) -> Vec<f64> {
    let mut place = vec![0.0; x.len()];
    let mut sum = 0.0;
    for step in 0..n {
        for i in 0..x.len() {
            let left = if i > 0 { place[i - 1] } else { k };
            place[i] = 0.5 * place[i] + left * x[i] / (1.0 + step as f64);
            if place[i] > 0.3 {
                sum += place[i] * place[i] + place[i].sin();
            } else {
                sum -= k * x[i].exp();
            }
        }
        place.swap(0, 1);
    }
    let mut out = place.clone();
    out.push(sum);
    out.push(2.0);
    out
}

#[differentiate(lanes, mode = "forward")]
fn columns(x: [f64; 3], y: &(f64, [f64; 2])) -> ([f64; 2], f64, usize) {
    let parts = (x[0] * y.0, x[1]);
    let [a, b] = y.1;
    let mut grid = [[0.0; 2]; 2];
    grid[0][1] = parts.0.sqrt() + a;
    grid[1] = [b * parts.1, x[2].max(b)];
    let row = &grid[1];
    ([grid[0][1] + row[0], row[1].hypot(a)], x.iter().map(|x| x.powi(3)).sum(), 3)
}

#[differentiate(mode = "reverse")]
fn by_rows(x: [f64; 3], y: &(f64, [f64; 2])) -> ([f64; 2], f64, usize) {
    let parts = (x[0] * y.0, x[1]);
    let [a, b] = y.1;
    let mut grid = [[0.0; 2]; 2];
    grid[0][1] = parts.0.sqrt() + a;
    grid[1] = [b * parts.1, x[2].max(b)];
    let row = &grid[1];
    ([grid[0][1] + row[0], row[1].hypot(a)], x.iter().map(|x| x.powi(3)).sum(), 3)
}

#[derive(Clone, Debug, Differentiable)]
#[differentiable(numbers)]
struct Arm {
    lengths: Vec<f64>,
    base: [f64; 2],
    #[no_diff]
    #[allow(dead_code, reason = "what carries nothing stands beside what does")]
    name: usize,
}

/// Where its joints are.
#[differentiate(lanes)]
fn reach(arm: &Arm, angles: &[f64]) -> Vec<[f64; 2]> {
    let mut at = arm.base;
    let mut angle = 0.0;
    let mut joints = Vec::with_capacity(angles.len());
    for (length, turn) in arm.lengths.iter().zip(angles) {
        angle += turn;
        at[0] += length * angle.cos();
        at[1] += length * angle.sin();
        joints.push(at);
    }
    joints
}

/// Numbers where a partial derivative has no limit.
#[differentiate(lanes)]
fn singular(x: &[f64; 3]) -> [f64; 3] {
    [x[0].sqrt() * x[1], (x[1] - 1.0).abs().powf(0.5), x[2].ln().max(-1e300)]
}

#[differentiate(lanes)]
fn in_place(x: &mut [f64], k: f64) {
    for i in 0..x.len() {
        x[i] = x[i] * x[i] * k;
    }
}

#[differentiate(lanes)]
fn with_a_change(x: &[f64; 4], k: f64) -> [f64; 5] {
    let mut y = *x;
    in_place(&mut y[1..], k);
    let mut total = 0.0;
    add_to(&mut total, y[1]);
    [y[0], y[1], y[2], y[3], total]
}

#[differentiate(lanes)]
fn add_to(total: &mut f64, x: f64) {
    *total += x * x;
}

#[differentiate(lanes)]
mod inside {
    #[derive(Clone, Copy)]
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }

    pub struct Curve {
        pub points: Vec<Point>,
        pub closed: bool,
    }

    impl Point {
        fn scaled(self, by: f64) -> Point {
            Point { x: self.x * by, y: self.y * by }
        }

        fn plus(&self, other: &Point) -> Point {
            Point { x: self.x + other.x, ..*other }
        }
    }

    fn blend(a: &Point, b: &Point, t: f64) -> Point {
        a.scaled(1.0 - t).plus(&b.scaled(t))
    }

    pub fn smooth(curve: &Curve, t: f64) -> Vec<Point> {
        let mut out = Vec::new();
        for pair in curve.points.windows(2) {
            out.push(blend(&pair[0], &pair[1], t));
        }
        if curve.closed {
            let mut first = curve.points[0];
            first.x *= t.sin();
            out.push(first);
        }
        out
    }

    #[differentiate(lanes, mode = "forward")]
    pub fn smooth_by_columns(curve: &Curve, t: f64) -> Vec<Point> {
        smooth(curve, t)
    }
}

#[test]
fn directions_one_by_one_and_at_once() {
    let x = [0.7, -0.4, 1.2, 0.3, 0.9, 0.1, -0.2, 0.5, 0.8, 0.4];
    let directions: [Vec<f64>; 3] =
        std::array::from_fn(|lane| (0..x.len()).map(|i| ((i * 7 + lane * 3) as f64 * 0.9).sin()).collect());
    let by_k = [0.5, 0.0, -2.0];
    let (value, tangents) = walk::jvp_n(&x, 0.6, 4, &directions, &by_k);
    assert_eq!(value, walk(&x, 0.6, 4));
    for lane in 0..3 {
        let (_, tangent) = walk::jvp(&x, 0.6, 4, &directions[lane], by_k[lane]);
        are_near(&tangents[lane], &tangent);
    }
}

#[test]
fn jacobians_by_lanes() {
    let x = [0.7, -0.4, 1.2, 0.3, 0.9, 0.1, -0.2, 0.5, 0.8, 0.4];
    let (value, lanes) = walk::value_and_jacobian(&x, 0.6, 4);
    let (same, rows) = walk_by_rows::value_and_jacobian(&x, 0.6, 4);
    are_near(&value, &same);
    let flat = |rows: &[(Vec<f64>, f64)]| -> Vec<f64> {
        rows.iter().flat_map(|(by_x, by_k)| by_x.iter().chain([by_k])).copied().collect()
    };
    are_near(&flat(&lanes), &flat(&rows));
    let mut buffer = vec![f64::NAN; 12 * 11];
    for _ in 0..2 {
        assert_eq!(walk::jacobian_into(&x, 0.6, 4, &mut buffer), value);
        are_near(&buffer, &flat(&rows));
    }

    let (x, y) = ([0.5, 1.5, -2.0], (1.1, [0.3, 0.8]));
    let (by_columns, by_rows) = (columns::jacobian(x, &y), by_rows::jacobian(x, &y));
    let flat = |(x, y): &([f64; 3], (f64, [f64; 2]))| [&x[..], &[y.0], &y.1].concat();
    for (a, b) in by_columns.0.iter().chain([&by_columns.1]).zip(by_rows.0.iter().chain([&by_rows.1])) {
        are_near(&flat(a), &flat(b));
    }
    let mut buffer = [f64::NAN; 18];
    columns::jacobian_into(x, &y, &mut buffer);
    are_near(&buffer[6..12], &flat(&by_rows.0[1]));
}

#[test]
fn structs_in_lanes() {
    let arm = Arm { lengths: vec![1.0, 0.7, 0.4], base: [0.1, -0.2], name: 7 };
    let angles = [0.3, -0.5, 0.8];
    let jacobian = reach::jacobian(&arm, &angles);
    let directions: Vec<(ArmTangent, Vec<f64>)> = (0..4)
        .map(|lane| {
            let of = |i: usize| ((i + 5 * lane) as f64).cos();
            (
                ArmTangent { lengths: vec![of(0), of(1), of(2)], base: [of(3), of(4)], name: () },
                vec![of(5), of(6), of(7)],
            )
        })
        .collect();
    let arms: [ArmTangent; 4] = std::array::from_fn(|lane| directions[lane].0.clone());
    let turns: [Vec<f64>; 4] = std::array::from_fn(|lane| directions[lane].1.clone());
    let (_, tangents) = reach::jvp_n(&arm, &angles, &arms, &turns);
    for (lane, (arm_dot, angles_dot)) in directions.iter().enumerate() {
        let (_, tangent) = reach::jvp(&arm, &angles, arm_dot, angles_dot);
        are_near(tangents[lane].as_flattened(), tangent.as_flattened());
        for (joint, row) in tangent.iter().zip(&jacobian) {
            for (number, (by_arm, by_angles)) in joint.iter().zip(row) {
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let sum = dot(&by_arm.lengths, &arm_dot.lengths)
                    + dot(&by_arm.base, &arm_dot.base)
                    + dot(by_angles, angles_dot);
                are_near(&[sum], &[*number]);
            }
        }
    }
}

#[test]
fn singular_points_in_lanes() {
    for x in [[0.0, 0.0, 0.0], [4.0, 1.0, 2.0], [0.0, 2.0, 0.5]] {
        let units: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| f64::from(i == j)));
        let (_, tangents) = singular::jvp_n(&x, &units);
        for (unit, tangent) in units.iter().zip(tangents) {
            assert_eq!(singular::jvp(&x, unit).1, tangent, "{x:?}");
        }
    }
}

#[test]
fn what_is_changed_in_lanes() {
    let (x, k) = ([0.5, 1.5, -2.0, 0.3], 1.3);
    let directions = [[1.0, 2.0, 3.0, 4.0], [-1.0, 0.5, 0.0, 0.2]];
    let (_, tangents) = with_a_change::jvp_n(&x, k, &directions, &[0.3, -0.7]);
    for lane in 0..2 {
        let (_, tangent) = with_a_change::jvp(&x, k, &directions[lane], [0.3, -0.7][lane]);
        are_near(&tangents[lane], &tangent);
    }
    assert_eq!(in_place::jacobian(&mut [2.0, 3.0], 0.5)[1], (vec![0.0, 3.0], 9.0));
}

#[test]
fn modules_in_lanes() {
    let point = |x: f64, y: f64| inside::Point { x, y };
    let curve =
        inside::Curve { points: vec![point(0.1, 0.2), point(1.0, -0.5), point(2.0, 0.7)], closed: true };
    let rows = inside::smooth::jacobian(&curve, 0.3);
    let columns = inside::smooth_by_columns::jacobian(&curve, 0.3);
    for (a, b) in columns.iter().zip(&rows) {
        for ((a, at), (b, bt)) in [(&a.x, &b.x), (&a.y, &b.y)] {
            are_near(&[*at], &[*bt]);
            for (a, b) in a.points.iter().zip(&b.points) {
                are_near(&[a.x, a.y], &[b.x, b.y]);
            }
        }
    }
    let (value, pullback) = inside::smooth::vjp(&curve, 0.3);
    let mut seeds = vec![inside::PointTangent { x: 0.0, y: 0.0 }; value.len()];
    seeds[2].x = 1.0;
    let (by_curve, by_t) = pullback(seeds);
    are_near(&[columns[2].x.0.points[0].x, columns[2].x.1], &[by_curve.points[0].x, by_t]);
}
