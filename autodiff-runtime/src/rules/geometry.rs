//! The constructors and methods of `nalgebra`'s points, rotations and isometries.

mod isometries;
mod plane;
mod points;
mod quaternions;
mod rotations;

/// Brings the rules of points, rotations and isometries into scope.
pub mod prelude {
    pub use super::isometries::{
        Isometry2Rules as _, Isometry3Rules as _, IsometryMatrix2Rules as _, IsometryMatrix3Rules as _,
        NewIsometry2 as _, NewIsometry3 as _,
    };
    pub use super::plane::{PlaneRotationRules as _, UnitComplexRules as _};
    pub use super::points::{
        NewPoint1 as _, NewPoint2 as _, NewPoint3 as _, NewPoint4 as _, NewTranslation1 as _,
        NewTranslation2 as _, NewTranslation3 as _, PointRules as _, TranslationRules2 as _,
        TranslationRules3 as _,
    };
    pub use super::quaternions::{QuaternionRules as _, UnitQuaternionRules as _, UnitRules as _};
    pub use super::rotations::{
        RotationMatrix2 as _, RotationMatrix3 as _, SpaceRotationRules as _, TurnRotation2 as _,
        TurnRotation3 as _, TurnUnitComplex as _, TurnUnitQuaternion as _,
    };
}

use crate::differentiable::Real;
use nalgebra::{Quaternion, SVector, Vector3};

/// Adds to an adjoint along each of its directions.
fn along_each<T: Real, const D: usize>(bar: &mut SVector<T, D>, slope: impl Fn(&SVector<T, D>) -> T) {
    for i in 0..D {
        let mut direction = SVector::zeros();
        direction[i] = T::one();
        bar[i] += slope(&direction);
    }
}

/// The same of a quaternion.
fn along_quaternion<T: Real>(bar: &mut Quaternion<T>, slope: impl Fn(&Quaternion<T>) -> T) {
    along_each(&mut bar.coords, |direction| slope(&Quaternion::from(*direction)));
}

/// `k` as a number.
fn number<T: Real>(k: f64) -> T {
    nalgebra::convert(k)
}

/// `sin(x) / x`, and its derivative by `x`, divided by `x`.
fn sinc<T: Real>(x: T) -> (T, T) {
    let squared = x * x;
    if squared < number(1e-4) {
        let value = T::one() - squared / number(6.0) * (T::one() - squared / number(20.0));
        let slope = -(T::one() - squared / number(10.0) * (T::one() - squared / number(28.0))) / number(3.0);
        return (value, slope);
    }
    let sinc = x.sin() / x;
    (sinc, (x.cos() - sinc) / squared)
}

/// The quaternion that turns by `turn`, a scaled axis: cos(|turn| / 2) + sin(|turn| / 2) turn / |turn|. Its derivative in the
/// direction `dot`.
fn exponential_dot<T: Real>(turn: &Vector3<T>, dot: &Vector3<T>) -> Quaternion<T> {
    let half = T::one() / number(2.0);
    let (v, v_dot) = (turn * half, dot * half);
    let (value, slope) = sinc(v.norm());
    let along = v.dot(&v_dot);
    Quaternion::from_parts(-value * along, v * (slope * along) + v_dot * value)
}

/// The same by its transposed.
fn add_exponential<T: Real>(turn: &Vector3<T>, seed: &Quaternion<T>, bar: &mut Vector3<T>) {
    let half = T::one() / number(2.0);
    let v = turn * half;
    let (value, slope) = sinc(v.norm());
    *bar += (v * (slope * v.dot(&seed.imag()) - value * seed.w) + seed.imag() * value) * half;
}
