//! ADBench's hand tracking, in the form with barycentric coordinates: half the squared distance of 100 measurements
//! from a skinned hand of 22 bones, by the 26 joint parameters and the coordinates.
//!
//! The model is a synthetic one with the published bones and sizes.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
use std::rc::Rc;

const BONES: usize = 22;
const THETA: usize = 26;
const VERTICES: usize = 544;
const TRIANGLES: usize = 1084;
const MEASUREMENTS: usize = 100;

/// An affine transform: three rows of four numbers, the translation last in each.
pub type Affine = [f64; 12];

/// The hand at rest.
pub struct Model {
    /// The parent of each bone, -1 for the root; parents come before their children.
    pub parents: Vec<i32>,
    /// Transforms relative to the parent.
    pub base: Vec<Affine>,
    /// Inverses of the absolute transforms at rest.
    pub inverse: Vec<Affine>,
    /// Positions at rest.
    pub vertices: Vec<[f64; 3]>,
    /// For each vertex, the bones that move it, and by how much.
    pub skin: Vec<Vec<(usize, f64)>>,
    /// Vertices of each triangle.
    pub triangles: Vec<[usize; 3]>,
}

/// The model and what was measured.
pub struct Data {
    /// The hand.
    pub model: Model,
    /// The triangle of each measurement.
    pub hits: Vec<usize>,
    /// Three numbers a measurement.
    pub targets: Vec<f64>,
}

impl Data {
    /// Bones as published, everything else random.
    pub fn new() -> Self {
        let mut random = Random::new(18);
        let mut parents = vec![-1];
        for bone in 1..BONES {
            // A finger starts at the wrist, as does the forearm.
            parents.push(if bone == 21 || bone % 4 == 1 { 0 } else { bone as i32 - 1 });
        }
        let base: Vec<Affine> = (0..BONES)
            .map(|_| {
                let r: [f64; 3] = std::array::from_fn(|_| random.between(-0.5, 0.5));
                let m = rotation(r);
                let t: [f64; 3] = std::array::from_fn(|_| random.between(-1.0, 1.0));
                [m[0], m[1], m[2], t[0], m[3], m[4], m[5], t[1], m[6], m[7], m[8], t[2]]
            })
            .collect();
        let mut absolute: Vec<Affine> = Vec::new();
        for bone in 0..BONES {
            let parent = parents[bone];
            absolute.push(if parent < 0 {
                base[bone]
            } else {
                compose(&absolute[parent as usize], &base[bone])
            });
        }
        let inverse = absolute.iter().map(invert).collect();
        let vertices = (0..VERTICES).map(|_| std::array::from_fn(|_| random.normal())).collect();
        let skin = (0..VERTICES)
            .map(|_| {
                let count = 1 + random.below(4);
                let shares = random.uniform(count, 0.1, 1.0);
                let whole: f64 = shares.iter().sum();
                shares.iter().map(|share| (random.below(BONES), share / whole)).collect()
            })
            .collect();
        let triangles = (0..TRIANGLES).map(|_| std::array::from_fn(|_| random.below(VERTICES))).collect();
        let hits = (0..MEASUREMENTS).map(|_| random.below(TRIANGLES)).collect();
        let targets = random.normals(3 * MEASUREMENTS, 1.0);
        Data { model: Model { parents, base, inverse, vertices, skin, triangles }, hits, targets }
    }
}

impl Default for Data {
    fn default() -> Self {
        Data::new()
    }
}

fn invert(a: &Affine) -> Affine {
    let t: [f64; 3] = std::array::from_fn(|i| -(a[i] * a[3] + a[4 + i] * a[7] + a[8 + i] * a[11]));
    [a[0], a[4], a[8], t[0], a[1], a[5], a[9], t[1], a[2], a[6], a[10], t[2]]
}

/// `a` after `b`.
#[differentiate(lanes)]
pub fn compose(a: &Affine, b: &Affine) -> Affine {
    let mut c = [0.0; 12];
    for i in 0..3 {
        for j in 0..4 {
            c[4 * i + j] = a[4 * i] * b[j] + a[4 * i + 1] * b[4 + j] + a[4 * i + 2] * b[8 + j];
        }
        c[4 * i + 3] += a[4 * i + 3];
    }
    c
}

/// A turn by `tx` about the first axis, then by `tz` about the third.
#[differentiate(lanes)]
pub fn bend(tx: f64, tz: f64) -> Affine {
    let (sx, cx) = (tx.sin(), tx.cos());
    let (sz, cz) = (tz.sin(), tz.cos());
    [cz, -sz * cx, sz * sx, 0.0, sz, cz * cx, -cz * sx, 0.0, 0.0, sx, cx, 0.0]
}

/// The rotation by an axis-angle vector, row by row.
#[differentiate(lanes)]
pub fn rotation(r: [f64; 3]) -> [f64; 9] {
    let phi = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    if phi < 1e-4 {
        return [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    }
    let (x, y, z) = (r[0] / phi, r[1] / phi, r[2] / phi);
    let (s, c) = (phi.sin(), phi.cos());
    [
        x * x + (1.0 - x * x) * c,
        x * y * (1.0 - c) - z * s,
        x * z * (1.0 - c) + y * s,
        x * y * (1.0 - c) + z * s,
        y * y + (1.0 - y * y) * c,
        y * z * (1.0 - c) - x * s,
        x * z * (1.0 - c) - y * s,
        z * y * (1.0 - c) + x * s,
        z * z + (1.0 - z * z) * c,
    ]
}

/// The function: of the joint parameters `theta` and the barycentric coordinates `u`.
#[differentiate]
pub fn primal(
    theta: &[f64],
    u: &[f64],
    #[no_diff] model: &Model,
    hits: &[usize],
    #[no_diff] targets: &[f64],
) -> f64 {
    let bones = model.parents.len();
    let mut tx = [0.0; BONES];
    let mut tz = [0.0; BONES];
    for finger in 0..5 {
        tx[4 * finger + 2] = theta[6 + 4 * finger];
        tz[4 * finger + 2] = theta[7 + 4 * finger];
        tx[4 * finger + 3] = theta[8 + 4 * finger];
        tx[4 * finger + 4] = theta[9 + 4 * finger];
    }
    let mut absolute = [[0.0; 12]; BONES];
    let mut transforms = [[0.0; 12]; BONES];
    for b in 0..bones {
        let relative = compose(&model.base[b], &bend(tx[b], tz[b]));
        let parent = model.parents[b];
        if parent < 0 {
            absolute[b] = relative;
        } else {
            absolute[b] = compose(&absolute[parent as usize], &relative);
        }
        transforms[b] = compose(&absolute[b], &model.inverse[b]);
    }
    let global = rotation([theta[0], theta[1], theta[2]]);

    let mut sum = 0.0;
    for i in 0..hits.len() {
        let triangle = model.triangles[hits[i]];
        let shares = [u[2 * i], u[2 * i + 1], 1.0 - u[2 * i] - u[2 * i + 1]];
        let mut p = [0.0; 3];
        for corner in 0..3 {
            let v = model.vertices[triangle[corner]];
            for &(bone, weight) in &model.skin[triangle[corner]] {
                let t = transforms[bone];
                for j in 0..3 {
                    let moved = t[4 * j] * v[0] + t[4 * j + 1] * v[1] + t[4 * j + 2] * v[2] + t[4 * j + 3];
                    p[j] += shares[corner] * weight * moved;
                }
            }
        }
        for j in 0..3 {
            let turned = global[3 * j] * p[0] + global[3 * j + 1] * p[1] + global[3 * j + 2] * p[2];
            let e = targets[3 * i + j] - (turned + theta[3 + j]);
            sum += 0.5 * e * e;
        }
    }
    sum
}

/// The distances themselves: three numbers a measurement, of which the Jacobian by `theta` is taken.
#[differentiate(lanes, mode = "forward")]
pub fn distances(
    theta: &[f64],
    #[no_diff] u: &[f64],
    #[no_diff] model: &Model,
    hits: &[usize],
    #[no_diff] targets: &[f64],
) -> Vec<f64> {
    let bones = model.parents.len();
    let mut tx = [0.0; BONES];
    let mut tz = [0.0; BONES];
    for finger in 0..5 {
        tx[4 * finger + 2] = theta[6 + 4 * finger];
        tz[4 * finger + 2] = theta[7 + 4 * finger];
        tx[4 * finger + 3] = theta[8 + 4 * finger];
        tx[4 * finger + 4] = theta[9 + 4 * finger];
    }
    let mut absolute = [[0.0; 12]; BONES];
    let mut transforms = [[0.0; 12]; BONES];
    for b in 0..bones {
        let relative = compose(&model.base[b], &bend(tx[b], tz[b]));
        let parent = model.parents[b];
        if parent < 0 {
            absolute[b] = relative;
        } else {
            absolute[b] = compose(&absolute[parent as usize], &relative);
        }
        transforms[b] = compose(&absolute[b], &model.inverse[b]);
    }
    let global = rotation([theta[0], theta[1], theta[2]]);

    let mut errors = vec![0.0; 3 * hits.len()];
    for i in 0..hits.len() {
        let triangle = model.triangles[hits[i]];
        let shares = [u[2 * i], u[2 * i + 1], 1.0 - u[2 * i] - u[2 * i + 1]];
        let mut p = [0.0; 3];
        for corner in 0..3 {
            let v = model.vertices[triangle[corner]];
            for &(bone, weight) in &model.skin[triangle[corner]] {
                let t = transforms[bone];
                for j in 0..3 {
                    let moved = t[4 * j] * v[0] + t[4 * j + 1] * v[1] + t[4 * j + 2] * v[2] + t[4 * j + 3];
                    p[j] += shares[corner] * weight * moved;
                }
            }
        }
        for j in 0..3 {
            let turned = global[3 * j] * p[0] + global[3 * j + 1] * p[1] + global[3 * j + 2] * p[2];
            errors[3 * i + j] = targets[3 * i + j] - (turned + theta[3 + j]);
        }
    }
    errors
}

/// `c_bar` times the transposed `b`, added to the adjoint of `a` in `c = compose(a, b)`.
#[inline]
fn compose_left(c_bar: &Affine, b: &Affine, a_bar: &mut Affine) {
    for i in 0..3 {
        let row = &c_bar[4 * i..4 * i + 4];
        for j in 0..3 {
            a_bar[4 * i + j] +=
                row[0] * b[4 * j] + row[1] * b[4 * j + 1] + row[2] * b[4 * j + 2] + row[3] * b[4 * j + 3];
        }
        a_bar[4 * i + 3] += row[3];
    }
}

/// The transposed linear part of `a` times `c_bar`: the adjoint of `b` in `c = compose(a, b)`.
#[inline]
fn compose_right(a: &Affine, c_bar: &Affine) -> Affine {
    let mut b_bar = [0.0; 12];
    for i in 0..3 {
        for j in 0..4 {
            b_bar[4 * i + j] = a[i] * c_bar[j] + a[4 + i] * c_bar[4 + j] + a[8 + i] * c_bar[8 + j];
        }
    }
    b_bar
}

/// The adjoint of the axis-angle vector from that of the rotation by it, in terms of the axis.
fn rotation_adjoint(r: [f64; 3], m: &[f64; 9]) -> [f64; 3] {
    let phi = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    if phi < 1e-4 {
        return [0.0; 3];
    }
    let inverse = 1.0 / phi;
    let n = r.map(|r| r * inverse);
    let (s, c) = phi.sin_cos();
    let twist = [m[7] - m[5], m[2] - m[6], m[3] - m[1]];
    let both: [f64; 3] = std::array::from_fn(|i| (0..3).map(|j| (m[3 * i + j] + m[3 * j + i]) * n[j]).sum());
    let along = 0.5 * (n[0] * both[0] + n[1] * both[1] + n[2] * both[2]);
    let turn = n[0] * twist[0] + n[1] * twist[1] + n[2] * twist[2];
    let phi_bar = s * (along - m[0] - m[4] - m[8]) + c * turn;
    let n_bar: [f64; 3] = std::array::from_fn(|i| (1.0 - c) * both[i] + s * twist[i]);
    let radial = n[0] * n_bar[0] + n[1] * n_bar[1] + n[2] * n_bar[2];
    std::array::from_fn(|i| (n_bar[i] - n[i] * radial) * inverse + phi_bar * n[i])
}

/// Both sweeps of a measurement back to back; the corners stay in registers between them, bones that do not bend are
/// composed with nothing, and of a bend's adjoint only what the angles need is computed.
pub fn hand(
    theta: &[f64],
    u: &[f64],
    model: &Model,
    hits: &[usize],
    targets: &[f64],
    theta_bar: &mut [f64],
    u_bar: &mut [f64],
) -> f64 {
    let bones = model.parents.len();
    // Which parameters bend a bone; `THETA` stands for none.
    let mut joints = [(THETA, THETA); BONES];
    for finger in 0..5 {
        joints[4 * finger + 2] = (6 + 4 * finger, 7 + 4 * finger);
        joints[4 * finger + 3] = (8 + 4 * finger, THETA);
        joints[4 * finger + 4] = (9 + 4 * finger, THETA);
    }
    let mut absolute = [[0.0; 12]; BONES];
    let mut relatives = [[0.0; 12]; BONES];
    let mut transforms = [[0.0; 12]; BONES];
    let mut turns = [[0.0; 4]; BONES];
    for b in 0..bones {
        relatives[b] = model.base[b];
        let (jx, jz) = joints[b];
        if jx < THETA {
            let (sx, cx) = theta[jx].sin_cos();
            let (sz, cz) = if jz < THETA { theta[jz].sin_cos() } else { (0.0, 1.0) };
            turns[b] = [sx, cx, sz, cz];
            let m = [cz, -sz * cx, sz * sx, 0.0, sz, cz * cx, -cz * sx, 0.0, 0.0, sx, cx, 0.0];
            relatives[b] = compose(&model.base[b], &m);
        }
        let parent = model.parents[b];
        absolute[b] =
            if parent < 0 { relatives[b] } else { compose(&absolute[parent as usize], &relatives[b]) };
        transforms[b] = compose(&absolute[b], &model.inverse[b]);
    }
    let r = [theta[0], theta[1], theta[2]];
    let global = rotation(r);

    let mut transforms_bar = [[0.0; 12]; BONES];
    let mut global_bar = [0.0; 9];
    let mut shift_bar = [0.0; 3];
    let mut sum = 0.0;
    for ((&hit, u), (target, u_bar)) in
        hits.iter().zip(u.chunks_exact(2)).zip(targets.chunks_exact(3).zip(u_bar.chunks_exact_mut(2)))
    {
        let triangle = model.triangles[hit];
        let shares = [u[0], u[1], 1.0 - u[0] - u[1]];
        let mut corners = [[0.0; 3]; 3];
        for (corner, &vertex) in corners.iter_mut().zip(&triangle) {
            let v = model.vertices[vertex];
            for &(bone, weight) in &model.skin[vertex] {
                let t = &transforms[bone];
                for j in 0..3 {
                    corner[j] +=
                        weight * (t[4 * j] * v[0] + t[4 * j + 1] * v[1] + t[4 * j + 2] * v[2] + t[4 * j + 3]);
                }
            }
        }
        let p: [f64; 3] = std::array::from_fn(|j| {
            shares[0] * corners[0][j] + shares[1] * corners[1][j] + shares[2] * corners[2][j]
        });
        let mut p_bar = [0.0; 3];
        for j in 0..3 {
            let g = &global[3 * j..3 * j + 3];
            let e = target[j] - (g[0] * p[0] + g[1] * p[1] + g[2] * p[2] + theta[3 + j]);
            sum += 0.5 * e * e;
            shift_bar[j] -= e;
            for i in 0..3 {
                global_bar[3 * j + i] -= e * p[i];
                p_bar[i] -= e * g[i];
            }
        }
        for i in 0..2 {
            u_bar[i] = (0..3).map(|j| p_bar[j] * (corners[i][j] - corners[2][j])).sum();
        }
        for (share, &vertex) in shares.iter().zip(&triangle) {
            let [v0, v1, v2] = model.vertices[vertex];
            let corner_bar = p_bar.map(|bar| share * bar);
            for &(bone, weight) in &model.skin[vertex] {
                let t_bar = &mut transforms_bar[bone];
                for j in 0..3 {
                    let bar = weight * corner_bar[j];
                    t_bar[4 * j] += bar * v0;
                    t_bar[4 * j + 1] += bar * v1;
                    t_bar[4 * j + 2] += bar * v2;
                    t_bar[4 * j + 3] += bar;
                }
            }
        }
    }

    theta_bar[..3].copy_from_slice(&rotation_adjoint(r, &global_bar));
    theta_bar[3..6].copy_from_slice(&shift_bar);
    let mut absolute_bar = [[0.0; 12]; BONES];
    for b in (0..bones).rev() {
        compose_left(&transforms_bar[b], &model.inverse[b], &mut absolute_bar[b]);
        let own_bar = absolute_bar[b];
        let parent = model.parents[b];
        let relative_bar = if parent < 0 {
            own_bar
        } else {
            compose_left(&own_bar, &relatives[b], &mut absolute_bar[parent as usize]);
            if joints[b].0 == THETA {
                continue;
            }
            compose_right(&absolute[parent as usize], &own_bar)
        };
        let (jx, jz) = joints[b];
        if jx == THETA {
            continue;
        }
        let m = compose_right(&model.base[b], &relative_bar);
        let [sx, cx, sz, cz] = turns[b];
        theta_bar[jx] =
            m[1] * sz * sx + m[2] * sz * cx - m[5] * cz * sx - m[6] * cz * cx + m[9] * cx - m[10] * sx;
        if jz < THETA {
            theta_bar[jz] =
                -m[0] * sz - m[1] * cz * cx + m[2] * cz * sx + m[4] * cz - m[5] * sz * cx + m[6] * sz * sx;
        }
    }
    sum
}

fn compose_textbook(a: &Affine, b: &Affine, seed: &Affine, a_bar: &mut Affine, b_bar: &mut Affine) {
    for i in (0..3).rev() {
        a_bar[4 * i + 3] += seed[4 * i + 3];
        for j in (0..4).rev() {
            let bar = seed[4 * i + j];
            for k in (0..3).rev() {
                a_bar[4 * i + k] += bar * b[4 * k + j];
                b_bar[4 * k + j] += bar * a[4 * i + k];
            }
        }
    }
}

fn bend_textbook(tx: f64, tz: f64, m: &Affine) -> (f64, f64) {
    let (sx, cx) = (tx.sin(), tx.cos());
    let (sz, cz) = (tz.sin(), tz.cos());
    let (mut sx_bar, mut cx_bar, mut sz_bar, mut cz_bar) = (0.0, 0.0, 0.0, 0.0);
    cx_bar += m[10];
    sx_bar += m[9];
    cz_bar -= m[6] * sx;
    sx_bar -= m[6] * cz;
    cz_bar += m[5] * cx;
    cx_bar += m[5] * cz;
    sz_bar += m[4];
    sz_bar += m[2] * sx;
    sx_bar += m[2] * sz;
    sz_bar -= m[1] * cx;
    cx_bar -= m[1] * sz;
    cz_bar += m[0];
    (sx_bar * cx - cx_bar * sx, sz_bar * cz - cz_bar * sz)
}

fn rotation_textbook(r: [f64; 3], m: &[f64; 9]) -> [f64; 3] {
    let phi = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    if phi < 1e-4 {
        return [0.0; 3];
    }
    let (x, y, z) = (r[0] / phi, r[1] / phi, r[2] / phi);
    let (s, c) = (phi.sin(), phi.cos());
    let (mut x_bar, mut y_bar, mut z_bar, mut s_bar, mut c_bar) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (entry, a, a_bar) in [(m[8], z, &mut z_bar), (m[4], y, &mut y_bar), (m[0], x, &mut x_bar)] {
        *a_bar += 2.0 * entry * a;
        c_bar += entry * (1.0 - a * a);
        *a_bar -= 2.0 * entry * c * a;
    }
    let v = 1.0 - c;
    x_bar += m[7] * s;
    s_bar += m[7] * x;
    z_bar += m[7] * y * v;
    y_bar += m[7] * z * v;
    c_bar -= m[7] * z * y;
    y_bar -= m[6] * s;
    s_bar -= m[6] * y;
    x_bar += m[6] * z * v;
    z_bar += m[6] * x * v;
    c_bar -= m[6] * x * z;
    x_bar -= m[5] * s;
    s_bar -= m[5] * x;
    y_bar += m[5] * z * v;
    z_bar += m[5] * y * v;
    c_bar -= m[5] * y * z;
    z_bar += m[3] * s;
    s_bar += m[3] * z;
    x_bar += m[3] * y * v;
    y_bar += m[3] * x * v;
    c_bar -= m[3] * x * y;
    y_bar += m[2] * s;
    s_bar += m[2] * y;
    x_bar += m[2] * z * v;
    z_bar += m[2] * x * v;
    c_bar -= m[2] * x * z;
    z_bar -= m[1] * s;
    s_bar -= m[1] * z;
    x_bar += m[1] * y * v;
    y_bar += m[1] * x * v;
    c_bar -= m[1] * x * y;
    let mut phi_bar = s_bar * c - c_bar * s;
    let mut r_bar = [0.0; 3];
    for (i, bar) in [x_bar, y_bar, z_bar].into_iter().enumerate() {
        r_bar[i] += bar / phi;
        phi_bar -= bar * r[i] / (phi * phi);
    }
    for i in 0..3 {
        r_bar[i] += phi_bar * r[i] / phi;
    }
    r_bar
}

/// The literal reversal: the positions of all measurements saved, each helper run again by its own adjoint.
pub fn textbook(
    theta: &[f64],
    u: &[f64],
    model: &Model,
    hits: &[usize],
    targets: &[f64],
    theta_bar: &mut [f64],
    u_bar: &mut [f64],
) -> f64 {
    let bones = model.parents.len();
    let mut tx = [0.0; BONES];
    let mut tz = [0.0; BONES];
    for finger in 0..5 {
        tx[4 * finger + 2] = theta[6 + 4 * finger];
        tz[4 * finger + 2] = theta[7 + 4 * finger];
        tx[4 * finger + 3] = theta[8 + 4 * finger];
        tx[4 * finger + 4] = theta[9 + 4 * finger];
    }
    let mut absolute = [[0.0; 12]; BONES];
    let mut transforms = [[0.0; 12]; BONES];
    let mut saved_bones = Vec::new();
    for b in 0..bones {
        let bent = bend(tx[b], tz[b]);
        let relative = compose(&model.base[b], &bent);
        let parent = model.parents[b];
        if parent < 0 {
            absolute[b] = relative;
        } else {
            absolute[b] = compose(&absolute[parent as usize], &relative);
        }
        transforms[b] = compose(&absolute[b], &model.inverse[b]);
        saved_bones.push((bent, relative));
    }
    let r = [theta[0], theta[1], theta[2]];
    let global = rotation(r);
    let mut sum = 0.0;
    let mut saved = Vec::new();
    for i in 0..hits.len() {
        let triangle = model.triangles[hits[i]];
        let shares = [u[2 * i], u[2 * i + 1], 1.0 - u[2 * i] - u[2 * i + 1]];
        let mut p = [0.0; 3];
        let mut moves = Vec::new();
        for corner in 0..3 {
            let v = model.vertices[triangle[corner]];
            for &(bone, weight) in &model.skin[triangle[corner]] {
                let t = transforms[bone];
                for j in 0..3 {
                    let moved = t[4 * j] * v[0] + t[4 * j + 1] * v[1] + t[4 * j + 2] * v[2] + t[4 * j + 3];
                    p[j] += shares[corner] * weight * moved;
                    moves.push(moved);
                }
            }
        }
        let mut es = [0.0; 3];
        for j in 0..3 {
            let turned = global[3 * j] * p[0] + global[3 * j + 1] * p[1] + global[3 * j + 2] * p[2];
            let e = targets[3 * i + j] - (turned + theta[3 + j]);
            sum += 0.5 * e * e;
            es[j] = e;
        }
        saved.push((p, moves, es));
    }

    theta_bar.fill(0.0);
    u_bar.fill(0.0);
    let mut transforms_bar = [[0.0; 12]; BONES];
    let mut absolute_bar = [[0.0; 12]; BONES];
    let mut global_bar = [0.0; 9];
    for i in (0..hits.len()).rev() {
        let triangle = model.triangles[hits[i]];
        let shares = [u[2 * i], u[2 * i + 1], 1.0 - u[2 * i] - u[2 * i + 1]];
        let (p, moves, es) = &mut saved[i];
        let mut p_bar = [0.0; 3];
        for j in (0..3).rev() {
            let turned_bar = -es[j];
            theta_bar[3 + j] += turned_bar;
            for k in (0..3).rev() {
                global_bar[3 * j + k] += turned_bar * p[k];
                p_bar[k] += turned_bar * global[3 * j + k];
            }
        }
        let mut shares_bar = [0.0; 3];
        for corner in (0..3).rev() {
            let v = model.vertices[triangle[corner]];
            for &(bone, weight) in model.skin[triangle[corner]].iter().rev() {
                for j in (0..3).rev() {
                    let moved = moves.pop().unwrap_or_default();
                    shares_bar[corner] += p_bar[j] * moved * weight;
                    let moved_bar = p_bar[j] * (shares[corner] * weight);
                    transforms_bar[bone][4 * j + 3] += moved_bar;
                    transforms_bar[bone][4 * j + 2] += moved_bar * v[2];
                    transforms_bar[bone][4 * j + 1] += moved_bar * v[1];
                    transforms_bar[bone][4 * j] += moved_bar * v[0];
                }
            }
        }
        u_bar[2 * i] -= shares_bar[2];
        u_bar[2 * i + 1] -= shares_bar[2];
        u_bar[2 * i + 1] += shares_bar[1];
        u_bar[2 * i] += shares_bar[0];
    }
    let r_bar = rotation_textbook(r, &global_bar);
    for i in 0..3 {
        theta_bar[i] += r_bar[i];
    }
    let mut tx_bar = [0.0; BONES];
    let mut tz_bar = [0.0; BONES];
    for b in (0..bones).rev() {
        let (bent, relative) = &saved_bones[b];
        let mut ignored = [0.0; 12];
        let seed = transforms_bar[b];
        compose_textbook(&absolute[b], &model.inverse[b], &seed, &mut absolute_bar[b], &mut ignored);
        let parent = model.parents[b];
        let seed = absolute_bar[b];
        let mut relative_bar = [0.0; 12];
        if parent < 0 {
            relative_bar = seed;
        } else {
            let parent = parent as usize;
            compose_textbook(
                &absolute[parent],
                relative,
                &seed,
                &mut absolute_bar[parent],
                &mut relative_bar,
            );
        }
        let mut bent_bar = [0.0; 12];
        compose_textbook(&model.base[b], bent, &relative_bar, &mut ignored, &mut bent_bar);
        let (x_bar, z_bar) = bend_textbook(tx[b], tz[b], &bent_bar);
        tx_bar[b] += x_bar;
        tz_bar[b] += z_bar;
    }
    for finger in (0..5).rev() {
        theta_bar[9 + 4 * finger] += tx_bar[4 * finger + 4];
        theta_bar[8 + 4 * finger] += tx_bar[4 * finger + 3];
        theta_bar[7 + 4 * finger] += tz_bar[4 * finger + 2];
        theta_bar[6 + 4 * finger] += tx_bar[4 * finger + 2];
    }
    sum
}

/// The gradient made from `primal`.
pub fn generated(data: &Rc<Data>) -> Option<Contestant> {
    let data = data.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let ((theta, u), (theta_bar, u_bar)) = (p.split_at(THETA), g.split_at_mut(THETA));
        primal::value_and_grad_into(theta, u, &data.model, &data.hits, &data.targets, theta_bar, u_bar)
    }))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let data = Rc::new(Data::new());
    let mut random = Random::new(19);
    let mut point = random.uniform(THETA, -0.6, 0.6);
    point.extend(random.uniform(2 * MEASUREMENTS, 0.1, 0.5));
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    Problem::new("hand_tracking", "22 bones, 100 measurements", point, move |p| {
        let (theta, u) = p.split_at(THETA);
        primal(theta, u, &first.model, &first.hits, &first.targets)
    })
    .with("hand", move |p, g| {
        let ((theta, u), (theta_bar, u_bar)) = (p.split_at(THETA), g.split_at_mut(THETA));
        hand(theta, u, &second.model, &second.hits, &second.targets, theta_bar, u_bar)
    })
    .with("textbook", move |p, g| {
        let ((theta, u), (theta_bar, u_bar)) = (p.split_at(THETA), g.split_at_mut(THETA));
        textbook(theta, u, &third.model, &third.hits, &third.targets, theta_bar, u_bar)
    })
    .enter(generated(&data))
}

/// `a` without its translation, after the slope `b`.
fn turned(a: &Affine, b: &Affine) -> Affine {
    std::array::from_fn(|at| {
        let (i, j) = (at / 4, at % 4);
        a[4 * i] * b[j] + a[4 * i + 1] * b[4 + j] + a[4 * i + 2] * b[8 + j]
    })
}

/// The slopes of [`rotation`] by the three numbers of its axis-angle vector.
fn rotation_slopes(r: [f64; 3]) -> [[f64; 9]; 3] {
    let phi = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    if phi < 1e-4 {
        return [[0.0; 9]; 3];
    }
    let n = r.map(|x| x / phi);
    let (s, c) = (phi.sin(), phi.cos());
    let across = |v: [f64; 3]| [0.0, -v[2], v[1], v[2], 0.0, -v[0], -v[1], v[0], 0.0];
    std::array::from_fn(|k| {
        let n_dot: [f64; 3] = std::array::from_fn(|i| (f64::from(u8::from(i == k)) - n[i] * n[k]) / phi);
        let (cross, cross_dot) = (across(n), across(n_dot));
        std::array::from_fn(|at| {
            let (i, j) = (at / 3, at % 3);
            let unit = f64::from(u8::from(i == j));
            s * n[k] * (n[i] * n[j] - unit)
                + (1.0 - c) * (n_dot[i] * n[j] + n[i] * n_dot[j])
                + c * n[k] * cross[at]
                + s * cross_dot[at]
        })
    })
}

/// The Jacobian of [`distances()`] by `theta` as a person writes it: a finger has four angles, which move the bones behind them.
pub fn hand_columns(theta: &[f64], u: &[f64], data: &Data, rows: &mut [f64]) -> f64 {
    let Data { model, hits, targets } = data;
    let mut absolute = [[0.0; 12]; BONES];
    let mut transforms = [[0.0; 12]; BONES];
    let mut slopes = [[[0.0; 12]; 4]; BONES];
    for b in 0..BONES {
        let (finger, joint) = (b.wrapping_sub(1) / 4, b.wrapping_sub(1) % 4);
        let angles = if b == 0 || b == 21 { &[][..] } else { &theta[6 + 4 * finger..10 + 4 * finger] };
        let (tx, tz) = match (angles, joint) {
            ([tx, tz, ..], 1) => (*tx, *tz),
            ([_, _, tx, _], 2) | ([.., tx], 3) => (*tx, 0.0),
            _ => (0.0, 0.0),
        };
        let relative = compose(&model.base[b], &bend(tx, tz));
        let Ok(parent) = usize::try_from(model.parents[b]) else {
            absolute[b] = relative;
            transforms[b] = compose(&absolute[b], &model.inverse[b]);
            continue;
        };
        absolute[b] = compose(&absolute[parent], &relative);
        transforms[b] = compose(&absolute[b], &model.inverse[b]);
        if angles.is_empty() || joint == 0 {
            continue;
        }
        let ((sx, cx), (sz, cz)) = (tx.sin_cos(), tz.sin_cos());
        let by_x = [0.0, sz * sx, sz * cx, 0.0, 0.0, -cz * sx, -cz * cx, 0.0, 0.0, cx, -sx, 0.0];
        let by_z = [-sz, -cz * cx, cz * sx, 0.0, cz, -sz * cx, sz * sx, 0.0, 0.0, 0.0, 0.0, 0.0];
        let own = |slope: &Affine| turned(&absolute[parent], &turned(&model.base[b], slope));
        match joint {
            1 => (slopes[b][0], slopes[b][1]) = (own(&by_x), own(&by_z)),
            joint => {
                for angle in 0..joint {
                    slopes[b][angle] = compose(&slopes[parent][angle], &relative);
                }
                slopes[b][joint] = own(&by_x);
            }
        }
    }
    for (slopes, inverse) in slopes.iter_mut().zip(&model.inverse) {
        for slope in slopes {
            *slope = compose(slope, inverse);
        }
    }
    let r = [theta[0], theta[1], theta[2]];
    let (global, global_slopes) = (rotation(r), rotation_slopes(r));

    let mut value = 0.0;
    for (i, rows) in rows.chunks_exact_mut(3 * THETA).enumerate() {
        let triangle = model.triangles[hits[i]];
        let shares = [u[2 * i], u[2 * i + 1], 1.0 - u[2 * i] - u[2 * i + 1]];
        let (mut p, mut p_dots) = ([0.0; 3], [[0.0; 3]; THETA - 6]);
        for (corner, share) in triangle.into_iter().zip(shares) {
            let v = model.vertices[corner];
            let moved = |t: &Affine, j: usize| {
                t[4 * j] * v[0] + t[4 * j + 1] * v[1] + t[4 * j + 2] * v[2] + t[4 * j + 3]
            };
            for &(bone, weight) in &model.skin[corner] {
                for (j, p) in p.iter_mut().enumerate() {
                    *p += share * weight * moved(&transforms[bone], j);
                }
                if bone == 0 || bone == 21 {
                    continue;
                }
                let finger = (bone - 1) / 4;
                for (p_dot, slope) in p_dots[4 * finger..4 * finger + 4].iter_mut().zip(&slopes[bone]) {
                    for (j, p_dot) in p_dot.iter_mut().enumerate() {
                        *p_dot += share * weight * moved(slope, j);
                    }
                }
            }
        }
        let along = |m: &[f64; 9], j: usize, p: &[f64; 3]| {
            m[3 * j] * p[0] + m[3 * j + 1] * p[1] + m[3 * j + 2] * p[2]
        };
        for (j, row) in rows.chunks_exact_mut(THETA).enumerate() {
            let (pose, joints) = row.split_at_mut(6);
            pose[3..].fill(0.0);
            pose[3 + j] = -1.0;
            for (entry, slope) in pose.iter_mut().zip(&global_slopes) {
                *entry = -along(slope, j, &p);
            }
            for (entry, p_dot) in joints.iter_mut().zip(&p_dots) {
                *entry = -along(&global, j, p_dot);
            }
            if 3 * i + j == 7 {
                value = targets[7] - (along(&global, j, &p) + theta[3 + j]);
            }
        }
    }
    value
}

/// The Jacobian of the distances by the joint parameters: by hand, one column at a time, and eight.
pub fn jacobian() -> Problem {
    let data = Rc::new(Data::new());
    let mut random = Random::new(19);
    let theta = random.uniform(THETA, -0.6, 0.6);
    let u = Rc::new(random.uniform(2 * MEASUREMENTS, 0.1, 0.5));
    let [first, second, third, fourth] = [data.clone(), data.clone(), data.clone(), data];
    let [first_u, second_u, third_u, fourth_u] = [u.clone(), u.clone(), u.clone(), u];
    Problem::new("hand_jacobian", "300 x 26", theta, move |theta| {
        distances(theta, &first_u, &first.model, &first.hits, &first.targets)[7]
    })
    .jacobian(3 * MEASUREMENTS * THETA)
    .with("hand", move |theta, g| hand_columns(theta, &fourth_u, &fourth, g))
    .with("one by one", move |theta, g| {
        let mut direction = [0.0; THETA];
        let mut value = 0.0;
        for column in 0..THETA {
            direction[column] = 1.0;
            let Data { model, hits, targets } = &*second;
            let (errors, dots) = distances::jvp(theta, &second_u, model, hits, targets, &direction);
            direction[column] = 0.0;
            g[column..].iter_mut().step_by(THETA).zip(dots).for_each(|(to, dot)| *to = dot);
            value = errors[7];
        }
        value
    })
    .with("generated", move |theta, g| {
        distances::jacobian_into(theta, &third_u, &third.model, &third.hits, &third.targets, g)[7]
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-12, 1e-3, 1e-8);
    }

    #[test]
    fn columns_agree() {
        crate::check::problem(super::jacobian(), 1e-12, 0.0, 0.0);
    }
}
