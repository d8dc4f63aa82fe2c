//! Every rule of `nalgebra`'s points, rotations and isometries, in one table: its value is that of the crate, its pullback agrees
//! with differences, its pushforward with its pullback. `docs/matrices.md` lists the same.
#![cfg(feature = "nalgebra")]
#![allow(clippy::op_ref, clippy::clone_on_copy, reason = "what people write is to be differentiated")]

mod differences;

use autodiff_runtime::differentiate;
use differences::of_matrices::WeighMatrix as _;
use differences::{Weigh, WeighNumber as _, check};
use nalgebra::{
    Isometry2, Isometry3, IsometryMatrix3, Matrix3, Point2, Point3, Quaternion, Rotation2, Rotation3,
    Translation2, Translation3, Unit, UnitComplex, UnitQuaternion, Vector2, Vector3,
};

impl differences::Numbers for Point3<f64> {
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        self.coords.iter_mut().collect()
    }
}

/// What rows give, as numbers: the numbers of a value and of its adjoint lie in the same parts.
macro_rules! weighed {
    ($($Rules:ident for $Type:ty: |$of:ident| $value:expr, |$bar:ident, $weights:ident| $pullback:expr, $dot:expr;)*) => {$(
        impl Weigh for $Type {
            fn weighed(&self) -> f64 {
                let $of = self;
                $value
            }
        }
        autodiff_runtime::rules! {
            trait $Rules for $Type;

            fn weighed(&self) -> f64 {
                weighed_forward |this, seed| {
                    $bar => { let $weights = |i: usize| 0.3 + 0.5 * (i as f64 * 1.7).sin(); let $weights = |i| seed * $weights(i); $pullback },
                }
                weighed_pushforward |dot| { let $of = dot; $dot }
            }
        }
    )*};
}
weighed! {
    WeighPoint for Point3<f64>: |of| of.coords.weighed(),
        |bar, weights| bar.coords.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.coords.weighed();
    WeighPoint2 for Point2<f64>: |of| of.coords.weighed(),
        |bar, weights| bar.coords.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.coords.weighed();
    WeighTranslation for Translation3<f64>: |of| of.vector.weighed(),
        |bar, weights| bar.vector.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.vector.weighed();
    WeighQuaternion for Quaternion<f64>: |of| of.coords.weighed(),
        |bar, weights| bar.coords.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.coords.weighed();
    WeighUnitQuaternion for UnitQuaternion<f64>: |of| of.coords.weighed(),
        |bar, weights| bar.coords.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.coords.weighed();
    WeighUnit for Unit<Vector3<f64>>: |of| of.as_ref().weighed(),
        |bar, weights| bar.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.weighed();
    WeighRotation for Rotation3<f64>: |of| of.matrix().weighed(),
        |bar, weights| bar.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.weighed();
    WeighRotation2 for Rotation2<f64>: |of| of.matrix().weighed(),
        |bar, weights| bar.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i)), of.weighed();
    WeighUnitComplex for UnitComplex<f64>: |of| 0.3 * of.re + 0.8 * of.im,
        |bar, weights| { bar.re += weights(0); bar.im += weights(0) / 0.3 * 0.8 }, 0.3 * of.re + 0.8 * of.im;
    WeighIsometry for Isometry3<f64>: |of| of.rotation.weighed() + of.translation.weighed(),
        |bar, weights| {
            bar.rotation.coords.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i));
            bar.translation.vector.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i))
        }, of.rotation.weighed() + of.translation.weighed();
    WeighIsometryMatrix for IsometryMatrix3<f64>: |of| of.rotation.weighed() + of.translation.weighed(),
        |bar, weights| {
            bar.rotation.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i));
            bar.translation.vector.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i))
        }, of.rotation.weighed() + of.translation.weighed();
    WeighIsometry2 for Isometry2<f64>: |of| of.rotation.weighed() + of.translation.vector.weighed(),
        |bar, weights| {
            bar.rotation.re += weights(0);
            bar.rotation.im += weights(0) / 0.3 * 0.8;
            bar.translation.vector.iter_mut().enumerate().for_each(|(i, bar)| *bar += weights(i))
        }, 0.3 * of.rotation.re + 0.8 * of.rotation.im + of.translation.vector.weighed();
}

/// Rows: a name, which is that of the method up to `__`, and what is done with a scaled axis, a point and a number.
macro_rules! covered {
    ([$w:ident $p:ident $k:ident] $($name:ident: $does:expr;)*) => {
        $(
            #[differentiate]
            #[allow(unused_variables, non_snake_case)]
            fn $name($w: &Vector3<f64>, $p: &Point3<f64>, $k: f64) -> f64 {
                let result = $does;
                result.weighed()
            }
        )*

        #[test]
        fn every_rule_is_right() {
            for $w in [Vector3::new(0.4, -0.7, 1.1), Vector3::new(0.06, 0.09, -0.05), Vector3::new(-1.2, 2.0, 0.9)] {
                let ($p, $k) = (Point3::new(0.8, -1.3, 0.6), 0.7);
                $(check!($name(&$w, &$p, $k) by $w, $p, $k);)*
            }
        }

        const COVERED: &[&str] = &[$(stringify!($name)),*];
    };
}

covered! { [w p k]
    // points
    point__new: Point3::new(k, p.x * k, w.y);
    point__from: Point3::from(w * k);
    point__add: p + w;
    point__sub: p - w;
    point__sub__points: Point3::new(k, k, k) - p;
    point__neg: -p;
    point__mul: p * k;
    point__mul__by_number: k * p;
    point__mul__by_matrix: w.cross_matrix() * p;
    point__div: p / k;
    point__coords: p.coords * k;
    point__field: p.x * p.y + p.z;
    point__index: p[0] * p[1];
    point__lerp: p.lerp(&Point3::new(k, 0.0, 1.0), k);
    point__clone: p.clone();
    // translations
    translation__new: Translation3::new(k, w.x, p.y);
    translation__from: Translation3::from(*w);
    translation__inverse: Translation3::from(*w).inverse();
    translation__mul: Translation3::from(*w) * Translation3::new(k, w.x, p.y);
    translation__transform_point: Translation3::from(*w).transform_point(p);
    translation__mul__point: Translation3::from(*w) * p;
    translation__mul__quaternion: Translation3::from(*w) * UnitQuaternion::new(*w);
    translation__mul__isometry: Translation3::from(*w) * Isometry3::new(p.coords, *w);
    translation__vector: Translation3::from(*w).vector * k;
    // quaternions
    quaternion__new: Quaternion::new(k, w.x, w.y, p.z);
    quaternion__from_parts: Quaternion::from_parts(k, *w);
    quaternion__from_imag: Quaternion::from_imag(*w);
    quaternion__imag: Quaternion::new(k, w.x, w.y, p.z).imag();
    quaternion__scalar: Quaternion::new(k * k, w.x, w.y, p.z).scalar();
    quaternion__conjugate: Quaternion::new(k, w.x, w.y, p.z).conjugate();
    quaternion__norm: Quaternion::new(k, w.x, w.y, p.z).norm();
    quaternion__norm_squared: Quaternion::new(k, w.x, w.y, p.z).norm_squared();
    quaternion__normalize: Quaternion::new(k, w.x, w.y, p.z).normalize();
    quaternion__dot: Quaternion::new(k, w.x, w.y, p.z).dot(&Quaternion::from_imag(*w));
    quaternion__add: Quaternion::new(k, w.x, w.y, p.z) + Quaternion::from_imag(*w);
    quaternion__sub: Quaternion::new(k, w.x, w.y, p.z) - Quaternion::from_imag(*w);
    quaternion__mul: Quaternion::new(k, w.x, w.y, p.z) * Quaternion::from_parts(p.x, *w);
    quaternion__mul__number: Quaternion::new(k, w.x, w.y, p.z) * k;
    quaternion__mul__by_number: k * Quaternion::new(k, w.x, w.y, p.z);
    quaternion__div: Quaternion::new(k, w.x, w.y, p.z) / k;
    quaternion__neg: -Quaternion::new(k, w.x, w.y, p.z);
    quaternion__field: { let q = Quaternion::new(k, w.x, w.y, p.z); q.w * q.i + q.j * q.k };
    // unit vectors
    unit__new_normalize: { let v: Vector3<f64> = p.coords * k; Unit::new_normalize(v) };
    unit__neg: { let v: Vector3<f64> = p.coords * k; -Unit::new_normalize(v) };
    unit__mul: { let v: Vector3<f64> = p.coords * k; UnitQuaternion::new(*w) * Unit::new_normalize(v) };
    // rotations that are unit quaternions
    unit_quaternion__new: UnitQuaternion::new(w * k);
    unit_quaternion__from_scaled_axis: UnitQuaternion::from_scaled_axis(w * k);
    unit_quaternion__from_axis_angle: UnitQuaternion::from_axis_angle(&Unit::new_normalize(p.coords * k), k);
    unit_quaternion__from_axis_angle__fixed: UnitQuaternion::from_axis_angle(&Vector3::z_axis(), k);
    unit_quaternion__from_euler_angles: UnitQuaternion::from_euler_angles(w.x, w.y, k);
    unit_quaternion__from_rotation_matrix: UnitQuaternion::from_rotation_matrix(&Rotation3::new(*w));
    unit_quaternion__new_normalize: UnitQuaternion::new_normalize(Quaternion::new(k, w.x, w.y, p.z));
    unit_quaternion__from_quaternion: UnitQuaternion::from_quaternion(Quaternion::new(k, w.x, w.y, p.z));
    unit_quaternion__into_inner: UnitQuaternion::new(*w).into_inner();
    unit_quaternion__quaternion: UnitQuaternion::new(*w).quaternion() * k;
    unit_quaternion__coords: UnitQuaternion::new(*w).coords * k;
    unit_quaternion__field: { let q = UnitQuaternion::new(*w); q.w * q.i + q.j * k };
    unit_quaternion__conjugate: UnitQuaternion::new(*w).conjugate();
    unit_quaternion__inverse: UnitQuaternion::new(*w).inverse();
    unit_quaternion__angle: UnitQuaternion::new(w * k).angle();
    unit_quaternion__scaled_axis: UnitQuaternion::new(w * k).scaled_axis();
    unit_quaternion__angle_to: UnitQuaternion::new(w * k).angle_to(&UnitQuaternion::new(p.coords));
    unit_quaternion__to_rotation_matrix: UnitQuaternion::new(w * k).to_rotation_matrix();
    unit_quaternion__slerp: UnitQuaternion::new(*w).slerp(&UnitQuaternion::new(p.coords), k);
    unit_quaternion__mul: UnitQuaternion::new(*w) * UnitQuaternion::new(p.coords * k);
    unit_quaternion__mul__vector: UnitQuaternion::new(*w) * p.coords;
    unit_quaternion__mul__point: UnitQuaternion::new(*w) * p;
    unit_quaternion__mul__translation: UnitQuaternion::new(*w) * Translation3::from(p.coords);
    unit_quaternion__mul__isometry: UnitQuaternion::new(*w) * Isometry3::new(p.coords, w * k);
    unit_quaternion__transform_vector: UnitQuaternion::new(*w).transform_vector(&p.coords);
    unit_quaternion__transform_point: UnitQuaternion::new(*w).transform_point(p);
    unit_quaternion__inverse_transform_vector: UnitQuaternion::new(*w).inverse_transform_vector(&p.coords);
    unit_quaternion__inverse_transform_point: UnitQuaternion::new(*w).inverse_transform_point(p);
    // rotations that are matrices
    rotation__new: Rotation3::new(w * k);
    rotation__from_scaled_axis: Rotation3::from_scaled_axis(w * k);
    rotation__from_axis_angle: Rotation3::from_axis_angle(&Unit::new_normalize(p.coords * k), k);
    rotation__from_euler_angles: Rotation3::from_euler_angles(w.x, w.y, k);
    rotation__from_matrix_unchecked: Rotation3::from_matrix_unchecked(w.cross_matrix());
    rotation__matrix: Rotation3::new(*w).matrix() * k;
    rotation__into_inner: Rotation3::new(*w).into_inner() * k;
    rotation__index: Rotation3::new(*w)[(0, 1)] * k;
    rotation__angle: Rotation3::new(w * k).angle();
    rotation__scaled_axis: Rotation3::new(w * k).scaled_axis();
    rotation__transpose: Rotation3::new(*w).transpose();
    rotation__inverse: Rotation3::new(*w).inverse();
    rotation__mul: Rotation3::new(*w) * Rotation3::new(p.coords * k);
    rotation__mul__vector: Rotation3::new(*w) * p.coords;
    rotation__mul__point: Rotation3::new(*w) * p;
    rotation__transform_vector: Rotation3::new(*w).transform_vector(&p.coords);
    rotation__transform_point: Rotation3::new(*w).transform_point(p);
    rotation__inverse_transform_vector: Rotation3::new(*w).inverse_transform_vector(&p.coords);
    rotation__inverse_transform_point: Rotation3::new(*w).inverse_transform_point(p);
    rotation__new__plane: Rotation2::new(k) * Rotation2::new(w.x);
    rotation__angle__plane: Rotation2::new(k).angle();
    rotation__mul__plane: Rotation2::new(k) * Vector2::new(w.x, p.y);
    // rotations that are unit complex numbers
    unit_complex__new: UnitComplex::new(k);
    unit_complex__from_angle: UnitComplex::from_angle(k);
    unit_complex__angle: UnitComplex::new(k).angle();
    unit_complex__conjugate: UnitComplex::new(k).conjugate();
    unit_complex__inverse: UnitComplex::new(k).inverse();
    unit_complex__to_rotation_matrix: UnitComplex::new(k).to_rotation_matrix();
    unit_complex__into_inner: { let z = UnitComplex::new(k).into_inner(); z.re * z.im };
    unit_complex__mul: UnitComplex::new(k) * UnitComplex::new(w.x);
    unit_complex__mul__vector: UnitComplex::new(k) * Vector2::new(w.x, p.y);
    unit_complex__mul__point: UnitComplex::new(k) * Point2::new(w.x, p.y);
    unit_complex__transform_vector: UnitComplex::new(k).transform_vector(&Vector2::new(w.x, p.y));
    unit_complex__transform_point: UnitComplex::new(k).transform_point(&Point2::new(w.x, p.y));
    unit_complex__inverse_transform_vector: UnitComplex::new(k).inverse_transform_vector(&Vector2::new(w.x, p.y));
    unit_complex__inverse_transform_point: UnitComplex::new(k).inverse_transform_point(&Point2::new(w.x, p.y));
    // isometries
    isometry__new: Isometry3::new(p.coords, w * k);
    isometry__new__plane: Isometry2::new(Vector2::new(w.x, p.y), k);
    isometry__from_parts: Isometry3::from_parts(Translation3::from(p.coords), UnitQuaternion::new(w * k));
    isometry__from_parts__plane: Isometry2::from_parts(Translation2::new(w.x, p.y), UnitComplex::new(k));
    isometry__from_parts__matrix: IsometryMatrix3::from_parts(Translation3::from(p.coords), Rotation3::new(w * k));
    isometry__rotation: Isometry3::new(p.coords, w * k).rotation.angle();
    isometry__translation: Isometry3::new(p.coords, w * k).translation.vector;
    isometry__inverse: Isometry3::new(p.coords, w * k).inverse();
    isometry__inverse__plane: Isometry2::new(Vector2::new(w.x, p.y), k).inverse();
    isometry__inverse__matrix: IsometryMatrix3::from_parts(Translation3::from(p.coords), Rotation3::new(w * k)).inverse();
    isometry__inv_mul: Isometry3::new(p.coords, w * k).inv_mul(&Isometry3::new(*w, p.coords));
    isometry__mul: Isometry3::new(p.coords, w * k) * Isometry3::new(*w, p.coords);
    isometry__mul__plane: Isometry2::new(Vector2::new(w.x, p.y), k) * Isometry2::new(Vector2::new(k, k), p.z);
    isometry__mul__matrix: IsometryMatrix3::from_parts(Translation3::from(p.coords), Rotation3::new(w * k)) * IsometryMatrix3::from_parts(Translation3::from(*w), Rotation3::new(*w));
    isometry__mul__quaternion: Isometry3::new(p.coords, w * k) * UnitQuaternion::new(*w);
    isometry__mul__translation: Isometry3::new(p.coords, w * k) * Translation3::from(*w);
    isometry__mul__point: Isometry3::new(p.coords, w * k) * p;
    isometry__mul__vector: Isometry3::new(p.coords, w * k) * w;
    isometry__transform_vector: Isometry3::new(p.coords, w * k).transform_vector(w);
    isometry__transform_point: Isometry3::new(p.coords, w * k).transform_point(p);
    isometry__inverse_transform_vector: Isometry3::new(p.coords, w * k).inverse_transform_vector(w);
    isometry__inverse_transform_point: Isometry3::new(p.coords, w * k).inverse_transform_point(p);
}

/// Near no rotation at all, where sums of few terms take the place of quotients.
#[test]
fn small_turns_have_derivatives() {
    #[differentiate]
    fn turned(w: &Vector3<f64>, p: &Point3<f64>, k: f64) -> f64 {
        let (q, r) = (UnitQuaternion::new(w * k), Rotation3::new(w * k));
        let axes = q.scaled_axis() + r.scaled_axis() * k;
        (q * p).z
            + (r * p).y
            + (Isometry3::new(p.coords, *w) * p).x
            + axes.weighed()
            + r.weighed()
            + q.weighed()
    }
    for length in [1e-7, 1e-4, 7e-4, 2e-3, 8e-3, 2e-2] {
        let (w, p, k) = (Vector3::new(1.0, 2.0, -1.0) * length, Point3::new(0.8, -1.3, 0.6), 0.7);
        check!(turned(&w, &p, k) by w, p, k);
    }
}

/// At no rotation at all, where a step of an optimizer starts, formulas divide zero by zero.
#[test]
fn a_rotation_that_does_nothing_has_derivatives() {
    #[differentiate]
    fn turned(w: &Vector3<f64>, p: &Point3<f64>) -> f64 {
        (UnitQuaternion::new(*w) * p).z + (Rotation3::new(*w) * p).z + UnitQuaternion::new(*w).scaled_axis().x
    }
    let (by_turn, _) = turned::grad(&Vector3::zeros(), &Point3::new(1.0, 2.0, 3.0));
    // By the axis it is 2 (p × z), and x.
    assert!((by_turn - Vector3::new(5.0, -2.0, 0.0)).norm() < 1e-15, "{by_turn}");
    let matrix: Matrix3<f64> = UnitQuaternion::identity().to_rotation_matrix().into_inner();
    assert_eq!(matrix, Matrix3::identity());
}

/// The documentation's table has a row for each type: `Point` and its methods, of `point__new` and its like.
#[test]
fn the_documentation_lists_what_is_covered() {
    let text = include_str!("../docs/matrices.md");
    let section = text.split("\n## ").find(|section| section.starts_with("Points")).expect("a section");
    let mut documented = Vec::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let mut names = row.split('`').skip(1).step_by(2);
        let of: String = names
            .next()
            .unwrap_or_default()
            .chars()
            .flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(c.to_lowercase()))
            .skip(1)
            .collect();
        documented.extend(names.map(|name| format!("{of}__{name}")));
    }
    let mut covered: Vec<String> =
        COVERED.iter().map(|row| row.splitn(3, "__").take(2).collect::<Vec<_>>().join("__")).collect();
    covered.dedup();
    covered.sort();
    covered.dedup();
    documented.sort();
    assert_eq!(documented, covered);
}
