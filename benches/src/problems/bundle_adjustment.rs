//! ADBench's bundle adjustment: half the squared residuals by all cameras, points and weights, and the sparse
//! Jacobian of the residuals.
//!
//! A camera is eleven numbers: axis-angle rotation (3), centre (3), focal length, principal point (2), radial
//! distortion (2).

use crate::contest::{Contestant, Problem};
#[cfg(test)]
use crate::random::Random;
use crate::reference;
use autodiff_runtime::differentiate;
use std::rc::Rc;

/// Numbers in a camera.
const CAMERA: usize = 11;
/// Active numbers of one observation: camera, point, weight.
const BLOCK: usize = 15;
/// Stored entries of the Jacobian for an observation: two rows of a block, one row of a weight.
const STORED: usize = 2 * BLOCK + 1;

/// What was seen where; the active numbers are in the point of the problem.
pub struct Data {
    /// How many cameras.
    pub cameras: usize,
    /// How many points.
    pub points: usize,
    /// Camera and point of each observation.
    pub observations: Vec<(usize, usize)>,
    /// Where the point was seen: two numbers an observation.
    pub features: Vec<f64>,
}

impl Data {
    /// Cameras, points and weights in a flat point.
    pub fn split<'a>(&self, all: &'a [f64]) -> (&'a [f64], &'a [f64], &'a [f64]) {
        let (cameras, rest) = all.split_at(CAMERA * self.cameras);
        let (points, weights) = rest.split_at(3 * self.points);
        (cameras, points, weights)
    }

    /// Their adjoints in a flat gradient.
    pub fn split_mut<'a>(&self, all: &'a mut [f64]) -> (&'a mut [f64], &'a mut [f64], &'a mut [f64]) {
        let (cameras, rest) = all.split_at_mut(CAMERA * self.cameras);
        let (points, weights) = rest.split_at_mut(3 * self.points);
        (cameras, points, weights)
    }
}

/// The cross product.
#[differentiate(lanes)]
pub fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// Rotates `p` by the axis-angle vector `r`.
#[differentiate(lanes)]
pub fn rotate(r: [f64; 3], p: [f64; 3]) -> [f64; 3] {
    let square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    if square == 0.0 {
        let c = cross(r, p);
        return [p[0] + c[0], p[1] + c[1], p[2] + c[2]];
    }
    let theta = square.sqrt();
    let (sin, cos) = theta.sin_cos();
    let v = [r[0] / theta, r[1] / theta, r[2] / theta];
    let c = cross(v, p);
    let along = (v[0] * p[0] + v[1] * p[1] + v[2] * p[2]) * (1.0 - cos);
    [
        p[0] * cos + c[0] * sin + v[0] * along,
        p[1] * cos + c[1] * sin + v[1] * along,
        p[2] * cos + c[2] * sin + v[2] * along,
    ]
}

/// The weighted distance of the projection of a point from where it was seen.
#[differentiate(lanes, mode = "forward")]
pub fn reprojection(camera: &[f64], point: &[f64], weight: f64, #[no_diff] feature: &[f64]) -> [f64; 2] {
    let moved = [point[0] - camera[3], point[1] - camera[4], point[2] - camera[5]];
    let z = rotate([camera[0], camera[1], camera[2]], moved);
    let a = z[0] / z[2];
    let b = z[1] / z[2];
    let s = a * a + b * b;
    let l = 1.0 + camera[9] * s + camera[10] * s * s;
    [
        weight * (camera[6] * l * a + camera[7] - feature[0]),
        weight * (camera[6] * l * b + camera[8] - feature[1]),
    ]
}

/// The function: half the sum of the squared residuals, of `cameras`, `points` and `weights`.
#[differentiate]
pub fn primal(
    cameras: &[f64],
    points: &[f64],
    weights: &[f64],
    observations: &[(usize, usize)],
    #[no_diff] features: &[f64],
) -> f64 {
    let mut sum = 0.0;
    for i in 0..observations.len() {
        let (c, p) = observations[i];
        let camera = &cameras[11 * c..11 * c + 11];
        let point = &points[3 * p..3 * p + 3];
        let e = reprojection(camera, point, weights[i], &features[2 * i..2 * i + 2]);
        let g = 1.0 - weights[i] * weights[i];
        sum += e[0] * e[0] + e[1] * e[1] + g * g;
    }
    0.5 * sum
}

/// All residuals, of which the Jacobian is taken.
pub fn residuals(
    cameras: &[f64],
    points: &[f64],
    weights: &[f64],
    observations: &[(usize, usize)],
    features: &[f64],
    errors: &mut [f64],
) {
    let n = observations.len();
    for i in 0..n {
        let (c, p) = observations[i];
        let camera = &cameras[11 * c..11 * c + 11];
        let point = &points[3 * p..3 * p + 3];
        let e = reprojection(camera, point, weights[i], &features[2 * i..2 * i + 2]);
        errors[2 * i] = e[0];
        errors[2 * i + 1] = e[1];
        errors[2 * n + i] = 1.0 - weights[i] * weights[i];
    }
}

/// A projection with all that its adjoint reads: no further transcendental function, and the divisions as
/// reciprocals.
struct Projection {
    focal: f64,
    weight: f64,
    v: [f64; 3],
    inv_theta: f64,
    sin: f64,
    cos: f64,
    moved: [f64; 3],
    cross: [f64; 3],
    inv_z: f64,
    a: f64,
    b: f64,
    s: f64,
    l: f64,
    /// The slope of `l` by `s`.
    l_slope: f64,
    offset: [f64; 2],
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Projection {
    #[inline]
    fn new(camera: &[f64; 11], point: &[f64; 3], weight: f64, feature: &[f64; 2]) -> Self {
        let [r0, r1, r2, c0, c1, c2, focal, u0, v0, k1, k2] = *camera;
        let r = [r0, r1, r2];
        let moved = [point[0] - c0, point[1] - c1, point[2] - c2];
        let square = dot(r, r);
        // Without rotation, `v` is the vector itself, the sine 1 and the angle's part vanishes.
        let (v, inv_theta, sin, cos) = if square == 0.0 {
            (r, 0.0, 1.0, 1.0)
        } else {
            let theta = square.sqrt();
            let inv_theta = 1.0 / theta;
            let (sin, cos) = theta.sin_cos();
            ([r0 * inv_theta, r1 * inv_theta, r2 * inv_theta], inv_theta, sin, cos)
        };
        let cross = cross(v, moved);
        let along = dot(v, moved) * (1.0 - cos);
        let z: [f64; 3] = std::array::from_fn(|i| moved[i] * cos + cross[i] * sin + v[i] * along);
        let inv_z = 1.0 / z[2];
        let (a, b) = (z[0] * inv_z, z[1] * inv_z);
        let s = a * a + b * b;
        let l = 1.0 + k1 * s + k2 * s * s;
        let offset = [focal * l * a + u0 - feature[0], focal * l * b + v0 - feature[1]];
        let l_slope = k1 + 2.0 * k2 * s;
        Projection { focal, weight, v, inv_theta, sin, cos, moved, cross, inv_z, a, b, s, l, l_slope, offset }
    }

    #[inline]
    fn errors(&self) -> [f64; 2] {
        [self.weight * self.offset[0], self.weight * self.offset[1]]
    }

    /// The adjoints of camera, point and weight for seeds of the two errors.
    #[inline(always)]
    fn adjoint(&self, seed: [f64; 2]) -> [f64; BLOCK] {
        let Projection { focal, v, inv_theta, sin, cos, moved, inv_z, a, b, s, l, .. } = *self;
        let weight_bar = seed[0] * self.offset[0] + seed[1] * self.offset[1];
        let (u_bar, v0_bar) = (seed[0] * self.weight, seed[1] * self.weight);
        let radial = u_bar * a + v0_bar * b;
        let l_bar = focal * radial;
        let s_bar = 2.0 * l_bar * self.l_slope;
        let scale = focal * l;
        let a_bar = u_bar * scale + a * s_bar;
        let b_bar = v0_bar * scale + b * s_bar;
        let z_bar = [a_bar * inv_z, b_bar * inv_z, -(a_bar * a + b_bar * b) * inv_z];

        let versine = 1.0 - cos;
        let turned = cross(v, z_bar);
        let (v_moved, v_z) = (dot(v, moved), dot(v, z_bar));
        let moved_bar: [f64; 3] =
            std::array::from_fn(|i| cos * z_bar[i] - sin * turned[i] + versine * v_z * v[i]);
        let lever = cross(moved, z_bar);
        let v_bar: [f64; 3] =
            std::array::from_fn(|i| sin * lever[i] + versine * (v_moved * z_bar[i] + v_z * moved[i]));
        let r_bar = if inv_theta == 0.0 {
            v_bar
        } else {
            let theta_bar = cos * dot(self.cross, z_bar) + sin * (v_moved * v_z - dot(moved, z_bar));
            let along = theta_bar - dot(v, v_bar) * inv_theta;
            std::array::from_fn(|i| v_bar[i] * inv_theta + v[i] * along)
        };
        [
            r_bar[0],
            r_bar[1],
            r_bar[2],
            -moved_bar[0],
            -moved_bar[1],
            -moved_bar[2],
            l * radial,
            u_bar,
            v0_bar,
            l_bar * s,
            l_bar * s * s,
            moved_bar[0],
            moved_bar[1],
            moved_bar[2],
            weight_bar,
        ]
    }
}

/// The `i`th `N` numbers.
#[inline]
fn part<const N: usize>(all: &[f64], i: usize) -> &[f64; N] {
    all[N * i..N * (i + 1)].try_into().expect("N numbers")
}

/// Both sweeps of an observation back to back.
pub fn hand(
    cameras: &[f64],
    points: &[f64],
    weights: &[f64],
    observations: &[(usize, usize)],
    features: &[f64],
    cameras_bar: &mut [f64],
    points_bar: &mut [f64],
    weights_bar: &mut [f64],
) -> f64 {
    cameras_bar.fill(0.0);
    points_bar.fill(0.0);
    let mut sum = 0.0;
    for (((&(c, p), &weight), feature), weight_bar) in
        observations.iter().zip(weights).zip(features.chunks_exact(2)).zip(weights_bar)
    {
        let projection = Projection::new(part(cameras, c), part(points, p), weight, part(feature, 0));
        let e = projection.errors();
        let g = 1.0 - weight * weight;
        sum += e[0] * e[0] + e[1] * e[1] + g * g;
        let block = projection.adjoint(e);
        for (bar, x) in cameras_bar[CAMERA * c..CAMERA * (c + 1)].iter_mut().zip(&block) {
            *bar += x;
        }
        for (bar, x) in points_bar[3 * p..3 * p + 3].iter_mut().zip(&block[CAMERA..]) {
            *bar += x;
        }
        *weight_bar = block[BLOCK - 1] - 2.0 * g * weight;
    }
    0.5 * sum
}

/// The Jacobian, an observation at a time: two rows of a block, then the entry of the weight's row. One forward sweep
/// serves two adjoint sweeps.
pub fn hand_jacobian(
    cameras: &[f64],
    points: &[f64],
    weights: &[f64],
    observations: &[(usize, usize)],
    features: &[f64],
    errors: &mut [f64],
    stored: &mut [f64],
) {
    let (errors, weight_errors) = errors.split_at_mut(2 * observations.len());
    for (i, stored) in stored.chunks_exact_mut(STORED).enumerate() {
        let (c, p) = observations[i];
        let projection = Projection::new(part(cameras, c), part(points, p), weights[i], part(features, i));
        errors[2 * i..2 * i + 2].copy_from_slice(&projection.errors());
        weight_errors[i] = 1.0 - weights[i] * weights[i];
        stored[..BLOCK].copy_from_slice(&projection.adjoint([1.0, 0.0]));
        stored[BLOCK..2 * BLOCK].copy_from_slice(&projection.adjoint([0.0, 1.0]));
        stored[2 * BLOCK] = -2.0 * weights[i];
    }
}

fn cross_textbook(a: [f64; 3], b: [f64; 3], seed: [f64; 3], a_bar: &mut [f64; 3], b_bar: &mut [f64; 3]) {
    a_bar[0] += seed[2] * b[1];
    b_bar[1] += seed[2] * a[0];
    a_bar[1] -= seed[2] * b[0];
    b_bar[0] -= seed[2] * a[1];
    a_bar[2] += seed[1] * b[0];
    b_bar[0] += seed[1] * a[2];
    a_bar[0] -= seed[1] * b[2];
    b_bar[2] -= seed[1] * a[0];
    a_bar[1] += seed[0] * b[2];
    b_bar[2] += seed[0] * a[1];
    a_bar[2] -= seed[0] * b[1];
    b_bar[1] -= seed[0] * a[2];
}

fn rotate_textbook(r: [f64; 3], p: [f64; 3], seed: [f64; 3], r_bar: &mut [f64; 3], p_bar: &mut [f64; 3]) {
    let square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    if square == 0.0 {
        for i in 0..3 {
            p_bar[i] += seed[i];
        }
        cross_textbook(r, p, seed, r_bar, p_bar);
        return;
    }
    let theta = square.sqrt();
    let (sin, cos) = theta.sin_cos();
    let v = [r[0] / theta, r[1] / theta, r[2] / theta];
    let c = cross(v, p);
    let inner = v[0] * p[0] + v[1] * p[1] + v[2] * p[2];
    let along = inner * (1.0 - cos);

    let mut v_bar = [0.0; 3];
    let mut c_bar = [0.0; 3];
    let (mut sin_bar, mut cos_bar, mut along_bar) = (0.0, 0.0, 0.0);
    for i in (0..3).rev() {
        v_bar[i] += seed[i] * along;
        along_bar += seed[i] * v[i];
        c_bar[i] += seed[i] * sin;
        sin_bar += seed[i] * c[i];
        p_bar[i] += seed[i] * cos;
        cos_bar += seed[i] * p[i];
    }
    let inner_bar = along_bar * (1.0 - cos);
    cos_bar -= along_bar * inner;
    for i in (0..3).rev() {
        v_bar[i] += inner_bar * p[i];
        p_bar[i] += inner_bar * v[i];
    }
    cross_textbook(v, p, c_bar, &mut v_bar, p_bar);
    let mut theta_bar = 0.0;
    for i in (0..3).rev() {
        r_bar[i] += v_bar[i] / theta;
        theta_bar -= v_bar[i] * r[i] / (theta * theta);
    }
    theta_bar += sin_bar * cos;
    theta_bar -= cos_bar * sin;
    let square_bar = theta_bar * 0.5 / theta;
    for i in (0..3).rev() {
        r_bar[i] += square_bar * r[i];
        r_bar[i] += square_bar * r[i];
    }
}

fn reprojection_textbook(
    camera: &[f64],
    point: &[f64],
    weight: f64,
    feature: &[f64],
    seed: [f64; 2],
    camera_bar: &mut [f64],
    point_bar: &mut [f64],
    weight_bar: &mut f64,
) {
    let moved = [point[0] - camera[3], point[1] - camera[4], point[2] - camera[5]];
    let r = [camera[0], camera[1], camera[2]];
    let z = rotate(r, moved);
    let a = z[0] / z[2];
    let b = z[1] / z[2];
    let s = a * a + b * b;
    let l = 1.0 + camera[9] * s + camera[10] * s * s;
    let (mut a_bar, mut b_bar, mut l_bar, mut s_bar) = (0.0, 0.0, 0.0, 0.0);

    *weight_bar += seed[1] * (camera[6] * l * b + camera[8] - feature[1]);
    let offset_bar = seed[1] * weight;
    camera_bar[6] += offset_bar * b * l;
    l_bar += offset_bar * b * camera[6];
    b_bar += offset_bar * camera[6] * l;
    camera_bar[8] += offset_bar;
    *weight_bar += seed[0] * (camera[6] * l * a + camera[7] - feature[0]);
    let offset_bar = seed[0] * weight;
    camera_bar[6] += offset_bar * a * l;
    l_bar += offset_bar * a * camera[6];
    a_bar += offset_bar * camera[6] * l;
    camera_bar[7] += offset_bar;

    camera_bar[10] += l_bar * s * s;
    s_bar += l_bar * s * camera[10];
    s_bar += l_bar * camera[10] * s;
    camera_bar[9] += l_bar * s;
    s_bar += l_bar * camera[9];
    b_bar += s_bar * b;
    b_bar += s_bar * b;
    a_bar += s_bar * a;
    a_bar += s_bar * a;
    let mut z_bar = [0.0; 3];
    z_bar[1] += b_bar / z[2];
    z_bar[2] -= b_bar * z[1] / (z[2] * z[2]);
    z_bar[0] += a_bar / z[2];
    z_bar[2] -= a_bar * z[0] / (z[2] * z[2]);
    let (mut r_bar, mut moved_bar) = ([0.0; 3], [0.0; 3]);
    rotate_textbook(r, moved, z_bar, &mut r_bar, &mut moved_bar);
    for i in (0..3).rev() {
        camera_bar[i] += r_bar[i];
        point_bar[i] += moved_bar[i];
        camera_bar[3 + i] -= moved_bar[i];
    }
}

/// The literal reversal: the errors of all observations saved, each helper run again by its own adjoint.
pub fn textbook(
    cameras: &[f64],
    points: &[f64],
    weights: &[f64],
    observations: &[(usize, usize)],
    features: &[f64],
    cameras_bar: &mut [f64],
    points_bar: &mut [f64],
    weights_bar: &mut [f64],
) -> f64 {
    let mut sum = 0.0;
    let mut saved = Vec::new();
    for i in 0..observations.len() {
        let (c, p) = observations[i];
        let camera = &cameras[11 * c..11 * c + 11];
        let point = &points[3 * p..3 * p + 3];
        let e = reprojection(camera, point, weights[i], &features[2 * i..2 * i + 2]);
        let g = 1.0 - weights[i] * weights[i];
        sum += e[0] * e[0] + e[1] * e[1] + g * g;
        saved.push((e, g));
    }
    cameras_bar.fill(0.0);
    points_bar.fill(0.0);
    weights_bar.fill(0.0);
    let sum_bar = 0.5;
    for i in (0..observations.len()).rev() {
        let (c, p) = observations[i];
        let (e, g) = saved[i];
        let mut g_bar = sum_bar * g;
        g_bar += sum_bar * g;
        let mut e_bar = [0.0; 2];
        for j in (0..2).rev() {
            e_bar[j] += sum_bar * e[j];
            e_bar[j] += sum_bar * e[j];
        }
        weights_bar[i] -= g_bar * weights[i];
        weights_bar[i] -= g_bar * weights[i];
        reprojection_textbook(
            &cameras[11 * c..11 * c + 11],
            &points[3 * p..3 * p + 3],
            weights[i],
            &features[2 * i..2 * i + 2],
            e_bar,
            &mut cameras_bar[11 * c..11 * c + 11],
            &mut points_bar[3 * p..3 * p + 3],
            &mut weights_bar[i],
        );
    }
    0.5 * sum
}

/// The literal reversal, once for each row.
pub fn textbook_jacobian(
    cameras: &[f64],
    points: &[f64],
    weights: &[f64],
    observations: &[(usize, usize)],
    features: &[f64],
    errors: &mut [f64],
    stored: &mut [f64],
) {
    residuals(cameras, points, weights, observations, features, errors);
    stored.fill(0.0);
    for i in 0..observations.len() {
        let (c, p) = observations[i];
        let stored = &mut stored[i * STORED..(i + 1) * STORED];
        for (row, seed) in [[1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
            let (camera_bar, rest) = stored[row * BLOCK..(row + 1) * BLOCK].split_at_mut(CAMERA);
            let (point_bar, weight_bar) = rest.split_at_mut(3);
            reprojection_textbook(
                &cameras[11 * c..11 * c + 11],
                &points[3 * p..3 * p + 3],
                weights[i],
                &features[2 * i..2 * i + 2],
                seed,
                camera_bar,
                point_bar,
                &mut weight_bar[0],
            );
        }
        stored[2 * BLOCK] = -2.0 * weights[i];
    }
}

/// The gradient made from `primal`.
pub fn generated(data: &Rc<Data>) -> Option<Contestant> {
    let data = data.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let (cameras, points, weights) = data.split(p);
        let (cameras_bar, points_bar, weights_bar) = data.split_mut(g);
        let Data { observations, features, .. } = &*data;
        primal::value_and_grad_into(
            cameras,
            points,
            weights,
            observations,
            features,
            cameras_bar,
            points_bar,
            weights_bar,
        )
    }))
}

/// A Jacobian made observation by observation: `rows` fills the rows of one error by camera, point and weight, and gives it.
fn by_observation(
    data: &Rc<Data>,
    name: &'static str,
    rows: impl Fn(&[f64], &[f64], f64, &[f64], &mut [f64]) -> [f64; 2] + 'static,
) -> Option<Contestant> {
    let data = data.clone();
    let mut errors = vec![0.0; 3 * data.observations.len()];
    Some(Contestant::new(name, move |p, g| {
        let (cameras, points, weights) = data.split(p);
        let (pairs, weight_errors) = errors.split_at_mut(2 * data.observations.len());
        for (i, stored) in g.chunks_exact_mut(STORED).enumerate() {
            let (c, p) = data.observations[i];
            let camera = &cameras[11 * c..11 * c + 11];
            let point = &points[3 * p..3 * p + 3];
            let feature = &data.features[2 * i..2 * i + 2];
            let (stored, slope) = stored.split_at_mut(2 * BLOCK);
            let error = rows(camera, point, weights[i], feature, stored);
            pairs[2 * i..2 * i + 2].copy_from_slice(&error);
            (weight_errors[i], slope[0]) = weight_error::value_and_grad(weights[i]);
        }
        std::hint::black_box(&errors)[errors.len() / 3]
    }))
}

/// The Jacobian made from `reprojection`, two gradients an observation.
pub fn generated_jacobian(data: &Rc<Data>) -> Option<Contestant> {
    by_observation(data, "generated", |camera, point, weight, feature, rows| {
        rows.fill(0.0);
        let mut error = [0.0; 2];
        for (row, error) in error.iter_mut().enumerate() {
            let (camera_bar, rest) = rows[row * BLOCK..(row + 1) * BLOCK].split_at_mut(CAMERA);
            let (point_bar, weight_bar) = rest.split_at_mut(3);
            *error = coordinate::value_and_grad_into(
                camera,
                point,
                weight,
                feature,
                row,
                camera_bar,
                point_bar,
                &mut weight_bar[0],
            );
        }
        error
    })
}

/// The same in lanes: fifteen columns, eight at a time.
pub fn jacobian_in_lanes(data: &Rc<Data>) -> Option<Contestant> {
    by_observation(data, "lanes", reprojection::jacobian_into)
}

/// One of the two coordinates of an error.
#[differentiate]
pub fn coordinate(camera: &[f64], point: &[f64], weight: f64, #[no_diff] feature: &[f64], row: usize) -> f64 {
    reprojection(camera, point, weight, feature)[row]
}

/// How far a weight is from one.
#[differentiate]
pub fn weight_error(weight: f64) -> f64 {
    1.0 - weight * weight
}

/// The published inputs.
pub fn input() -> (Vec<f64>, Rc<Data>) {
    let numbers = reference::numbers(include_str!("../../data/ba/ba1_n49_m7776_p31843.txt"));
    let (n, m, p) = (numbers[0] as usize, numbers[1] as usize, numbers[2] as usize);
    let numbers = &numbers[3..];
    let mut point = numbers[..CAMERA].repeat(n);
    point.extend(numbers[CAMERA..CAMERA + 3].repeat(m));
    point.extend(numbers[CAMERA + 3..CAMERA + 4].repeat(p));
    let features = numbers[CAMERA + 4..CAMERA + 6].repeat(p);
    let observations = (0..p).map(|i| (i % n, i % m)).collect();
    (point, Rc::new(Data { cameras: n, points: m, observations, features }))
}

fn gradient_of((point, data): (Vec<f64>, Rc<Data>)) -> Problem {
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    Problem::new("ba_gradient", "49 cameras, 7776 points, 31843 observations", point, move |p| {
        let (cameras, points, weights) = first.split(p);
        primal(cameras, points, weights, &first.observations, &first.features)
    })
    .with("hand", move |p, g| {
        let (cameras, points, weights) = second.split(p);
        let (cameras_bar, points_bar, weights_bar) = second.split_mut(g);
        let Data { observations, features, .. } = &*second;
        hand(cameras, points, weights, observations, features, cameras_bar, points_bar, weights_bar)
    })
    .with("textbook", move |p, g| {
        let (cameras, points, weights) = third.split(p);
        let (cameras_bar, points_bar, weights_bar) = third.split_mut(g);
        let Data { observations, features, .. } = &*third;
        textbook(cameras, points, weights, observations, features, cameras_bar, points_bar, weights_bar)
    })
    .enter(generated(&data))
}

fn jacobian_of((point, data): (Vec<f64>, Rc<Data>)) -> Problem {
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    let n = data.observations.len();
    let mut errors = vec![0.0; 3 * n];
    let (mut hand_errors, mut textbook_errors) = (errors.clone(), errors.clone());
    // The residuals are used up by whoever asked for them; of the primal's value only the end is looked at.
    let checksum = |errors: &[f64]| std::hint::black_box(errors)[errors.len() / 3];
    Problem::new("ba_jacobian", "sparse, 31843 blocks of 2 x 15", point, move |p| {
        let (cameras, points, weights) = first.split(p);
        residuals(cameras, points, weights, &first.observations, &first.features, &mut errors);
        checksum(&errors)
    })
    .jacobian(STORED * n)
    .with("hand", move |p, g| {
        let (cameras, points, weights) = second.split(p);
        let Data { observations, features, .. } = &*second;
        hand_jacobian(cameras, points, weights, observations, features, &mut hand_errors, g);
        checksum(&hand_errors)
    })
    .with("textbook", move |p, g| {
        let (cameras, points, weights) = third.split(p);
        let Data { observations, features, .. } = &*third;
        textbook_jacobian(cameras, points, weights, observations, features, &mut textbook_errors, g);
        checksum(&textbook_errors)
    })
    .enter(generated_jacobian(&data))
    .enter(jacobian_in_lanes(&data))
}

/// The scalar variant.
pub fn gradient() -> Problem {
    gradient_of(input())
}

/// The Jacobian.
pub fn jacobian() -> Problem {
    jacobian_of(input())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check, reference};

    const REFERENCE: &str = include_str!("../../data/ba/ba1_n49_m7776_p31843.ref.txt");

    /// A few cameras that all differ, the first without rotation if wanted.
    fn scene(still: bool) -> (Vec<f64>, Rc<Data>) {
        let mut random = Random::new(17);
        let (n, m, p) = (3, 8, 24);
        let mut point = Vec::new();
        for c in 0..n {
            point.extend(random.uniform(3, -0.5, 0.5).iter().map(|r| if still && c == 0 { 0.0 } else { *r }));
            point.extend(random.uniform(3, -1.0, 1.0));
            point.push(random.between(0.8, 1.2));
            point.extend(random.uniform(2, -0.1, 0.1));
            point.extend(random.uniform(2, -0.05, 0.05));
        }
        for _ in 0..m {
            point.extend(random.uniform(2, -2.0, 2.0));
            point.push(random.between(4.0, 8.0));
        }
        point.extend(random.uniform(p, 0.2, 0.9));
        let features = random.uniform(2 * p, -1.0, 1.0);
        let observations = (0..p).map(|i| (i % n, i % m)).collect();
        (point, Rc::new(Data { cameras: n, points: m, observations, features }))
    }

    #[test]
    fn adjoints_agree() {
        check::problem(gradient_of(scene(false)), 1e-12, 1e-3, 1e-8);
        check::problem(jacobian_of(scene(false)), 1e-12, 0.0, 0.0);
    }

    #[test]
    fn adjoints_agree_without_rotation() {
        // The branch for no rotation is exact at one point only, so that differences do not apply.
        check::problem(jacobian_of(scene(true)), 1e-12, 0.0, 0.0);
    }

    #[test]
    fn the_scalar_variant_is_that_of_the_reference() {
        let mut problem = gradient();
        let (_, data) = input();
        let point = problem.point.clone();
        let mut gradient = vec![0.0; point.len()];
        let value = (problem.contestants[0].call)(&point, &mut gradient);
        check::value_is_reference(value, reference::block(REFERENCE, "S")[0], 1e-12);
        let (cameras, points, weights) = data.split(&gradient);
        for (name, got) in [
            ("S_grad_cam_0", &cameras[..11]),
            ("S_grad_cam_48", &cameras[48 * 11..]),
            ("S_grad_point_0", &points[..3]),
            ("S_grad_point_7775", &points[3 * 7775..]),
            ("S_grad_w_each", &weights[..1]),
            ("S_grad_w_each", &weights[31842..]),
        ] {
            check::entries_are_reference(got, &reference::block(REFERENCE, name));
        }
    }

    #[test]
    fn residuals_and_jacobian_are_those_of_the_reference() {
        let (point, data) = input();
        let n = data.observations.len();
        let (cameras, points, weights) = data.split(&point);
        let mut errors = vec![0.0; 3 * n];
        let mut stored = vec![0.0; STORED * n];
        let Data { observations, features, .. } = &*data;
        hand_jacobian(cameras, points, weights, observations, features, &mut errors, &mut stored);
        for (got, want) in errors[..2].iter().zip(reference::block(REFERENCE, "reproj_err_each")) {
            check::value_is_reference(*got, want, 1e-10);
        }
        check::value_is_reference(errors[2 * n], reference::block(REFERENCE, "w_err_each")[0], 1e-10);
        check::entries_are_reference(&stored[..30], &reference::block(REFERENCE, "J_block_each"));
        check::entries_are_reference(&stored[30..31], &reference::block(REFERENCE, "J_w_each"));
        assert_eq!(stored[..STORED], stored[STORED * (n - 1)..]);
    }
}
