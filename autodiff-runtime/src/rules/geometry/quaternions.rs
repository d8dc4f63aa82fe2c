//! Quaternions, and the rotations that unit quaternions are.

use super::{add_exponential, along_quaternion, exponential_dot, number};
use crate::differentiable::Real;

use crate::ops::matrix::{inner, quotient};
use nalgebra::{Matrix3, Quaternion, Rotation3, Unit, UnitQuaternion, Vector3};

crate::rules! {
    /// The derivatives of the constructors and methods of quaternions.
    pub trait QuaternionRules[T] for Quaternion<T> where { T: Real };

    fn new(w: T, i: T, j: T, k: T) -> Quaternion<T> {
        new_forward |seed| {
            w_bar => *w_bar += seed.w,
            i_bar => *i_bar += seed.i,
            j_bar => *j_bar += seed.j,
            k_bar => *k_bar += seed.k,
        }
        new_pushforward |w_dot, i_dot, j_dot, k_dot| { Quaternion::new(*w_dot, *i_dot, *j_dot, *k_dot) }
    }

    fn from_parts(w: T, imag: Vector3<T>) -> Quaternion<T> {
        from_parts_forward |seed| { w_bar => *w_bar += seed.w, imag_bar => *imag_bar += seed.imag() }
        from_parts_pushforward |w_dot, imag_dot| { Quaternion::from_parts(*w_dot, *imag_dot) }
    }

    fn from_imag(imag: Vector3<T>) -> Quaternion<T> {
        from_imag_forward |seed| { imag_bar => *imag_bar += seed.imag() }
        from_imag_pushforward |imag_dot| { Quaternion::from_imag(*imag_dot) }
    }

    fn imag(&self) -> Vector3<T> {
        imag_forward |this, seed| { bar => bar.coords += Quaternion::from_imag(seed).coords }
        imag_pushforward |dot| { dot.imag() }
    }

    fn scalar(&self) -> T {
        scalar_forward |this, seed| { bar => bar.w += seed }
        scalar_pushforward |dot| { dot.w }
    }

    fn conjugate(&self) -> Quaternion<T> {
        conjugate_forward |this, seed| { bar => bar.coords += seed.conjugate().coords }
        conjugate_pushforward |dot| { dot.conjugate() }
    }

    fn norm(&self) -> T {
        norm_forward |this, seed| { bar => bar.coords += this.coords * quotient(seed, this.norm()) }
        norm_pushforward |dot| { quotient(inner(&self.coords, &dot.coords), self.norm()) }
    }

    fn norm_squared(&self) -> T {
        norm_squared_forward |this, seed| { bar => bar.coords += this.coords * (seed + seed) }
        norm_squared_pushforward |dot| { inner(&self.coords, &dot.coords) * number(2.0) }
    }

    fn normalize(&self) -> Quaternion<T> {
        normalize_forward |this, seed| { bar => bar.coords += this.coords.across(&seed.coords) }
        normalize_pushforward |dot| { Quaternion::from(self.coords.across(&dot.coords)) }
    }

    fn dot(&self, other: &Quaternion<T>) -> T {
        dot_forward |this, seed| {
            bar => bar.coords += other.coords * seed,
            other_bar => other_bar.coords += this.coords * seed,
        }
        dot_pushforward |dot, other_dot| { inner(&dot.coords, &other.coords) + inner(&self.coords, &other_dot.coords) }
    }
}

/// What has a direction: a vector, a quaternion.
pub trait Direction: nalgebra::Normed + Clone + crate::Differentiable {
    /// The direction.
    fn directed(&self) -> Unit<Self>;
    /// The derivative of the direction: zero where there is none.
    fn across(&self, dot: &Self::Tangent) -> Self::Tangent;
}

impl<T, R> Direction for nalgebra::OVector<T, R>
where
    T: Real,
    R: nalgebra::Dim,
    nalgebra::DefaultAllocator: nalgebra::allocator::Allocator<R>,
{
    fn directed(&self) -> Unit<Self> {
        Unit::new_normalize(self.clone())
    }
    fn across(&self, dot: &Self) -> Self {
        let length = self.norm();
        if length == T::zero() {
            return self * length;
        }
        let unit = self / length;
        (dot - &unit * inner(&unit, dot)) / length
    }
}

impl<T: Real> Direction for Quaternion<T> {
    fn directed(&self) -> Unit<Self> {
        Unit::new_normalize(*self)
    }
    fn across(&self, dot: &Self) -> Self {
        Quaternion::from(self.coords.across(&dot.coords))
    }
}

crate::rules! {
    /// The derivatives of the constructors and methods of directions.
    pub trait UnitRules[X] for Unit<X> where { X: Direction };

    // What is across is its own transposed.
    fn new_normalize(of: X) -> Unit<X> = { of.directed() } {
        new_normalize_forward |seed| { bar => crate::Tangent::accumulate(bar, &of.across(&seed)) }
        new_normalize_pushforward |dot| { of.across(dot) }
    }
}

/// The derivative of the matrix of a quaternion that turns: of (w² - |u|²) v + 2 u (u·v) + 2 w (u × v), for each column v.
fn matrix_dot<T: Real>(q: &Quaternion<T>, dot: &Quaternion<T>) -> Matrix3<T> {
    let (w, u, w_dot, u_dot) = (q.w, q.imag(), dot.w, dot.imag());
    let half = Matrix3::identity() * (w * w_dot - u.dot(&u_dot))
        + u_dot * u.transpose()
        + (u * w_dot + u_dot * w).cross_matrix();
    let mixed = u * u_dot.transpose();
    half + half + mixed + mixed
}

/// The derivative of twice the arc tangent of |u| and |w|, of the quaternion w + u.
fn angle_dot<T: Real>(q: &Quaternion<T>, dot: &Quaternion<T>) -> T {
    let (sine, cosine) = (q.imag().norm(), q.w.abs());
    let sine_dot = quotient(inner(&q.imag(), &dot.imag()), sine);
    let cosine_dot = if q.w < T::zero() { -dot.w } else { dot.w };
    (cosine * sine_dot - sine * cosine_dot) / (sine * sine + cosine * cosine) * number(2.0)
}

/// The derivative of the axis times the angle.
fn logarithm_dot<T: Real>(q: &Quaternion<T>, dot: &Quaternion<T>) -> Vector3<T> {
    let (q, dot) = if q.w < T::zero() { (-*q, -*dot) } else { (*q, *dot) };
    let (u, u_dot, w, w_dot) = (q.imag(), dot.imag(), q.w, dot.w);
    let sine = u.norm();
    let squared = sine * sine + w * w;
    // f = 2 atan2(|u|, w) / |u|; `slope` is its derivative by |u|, divided by |u|.
    let (f, slope) = if sine * sine < number(1e-6) {
        let ratio = sine * sine / (w * w);
        let first = number::<T>(2.0) / w;
        (
            first * (T::one() - ratio / number(3.0)),
            -first / (w * w) * (number::<T>(2.0 / 3.0) - ratio * number(4.0 / 5.0)),
        )
    } else {
        let f = sine.atan2(w) / sine * number(2.0);
        (f, (w / squared * number(2.0) - f) / (sine * sine))
    };
    u * (slope * u.dot(&u_dot) - w_dot * number(2.0) / squared) + u_dot * f
}

/// The derivative of the unit quaternion of a rotation's matrix.
fn of_matrix_dot<T: Real>(q: &UnitQuaternion<T>, matrix: &Matrix3<T>, dot: &Matrix3<T>) -> Quaternion<T> {
    let turn = dot * matrix.transpose();
    let half =
        Vector3::new(turn[(2, 1)] - turn[(1, 2)], turn[(0, 2)] - turn[(2, 0)], turn[(1, 0)] - turn[(0, 1)])
            / number::<T>(4.0);
    Quaternion::from_imag(half) * q.into_inner()
}

/// The quaternion that turns about an axis, and its derivatives by axis and angle.
fn about_dot<T: Real>(axis: &Vector3<T>, angle: T, axis_dot: &Vector3<T>, angle_dot: T) -> Quaternion<T> {
    let (sin, cos) = (angle / number(2.0)).sin_cos();
    let half = angle_dot / number(2.0);
    Quaternion::from_parts(-sin * half, axis * (cos * half) + axis_dot * sin)
}

/// The tangent of the quaternion of three angles about x, y and z.
fn euler_dot<T: Real>(angles: [T; 3], dots: [T; 3]) -> Quaternion<T> {
    let axes = [Vector3::x(), Vector3::y(), Vector3::z()];
    let turns: [_; 3] = core::array::from_fn(|i| {
        UnitQuaternion::from_axis_angle(&Unit::new_unchecked(axes[i]), angles[i]).into_inner()
    });
    let dots: [_; 3] = core::array::from_fn(|i| about_dot(&axes[i], angles[i], &Vector3::zeros(), dots[i]));
    dots[2] * turns[1] * turns[0] + turns[2] * dots[1] * turns[0] + turns[2] * turns[1] * dots[0]
}

fn zero<T: Real>() -> Quaternion<T> {
    Quaternion::from(nalgebra::Vector4::zeros())
}

/// The derivative of the way from one rotation to another: of a exp(t log(a⁻¹ b)).
fn slerp_dot<T: Real>(
    (a, b, t): (&UnitQuaternion<T>, &UnitQuaternion<T>, T),
    (a_dot, b_dot, t_dot): (&Quaternion<T>, &Quaternion<T>, T),
) -> Quaternion<T> {
    let between = a.inverse() * b;
    let between_dot = a_dot.conjugate() * b.into_inner() + a.inverse().into_inner() * b_dot;
    let turn = between.scaled_axis();
    let turn_dot = logarithm_dot(&between, &between_dot);
    let part = UnitQuaternion::from_scaled_axis(turn * t);
    let part_dot = exponential_dot(&(turn * t), &(turn_dot * t + turn * t_dot));
    // Nearly opposite quaternions are nearly equal rotations, and what is in between has the sign of the first.
    a_dot * part.into_inner() + a.into_inner() * part_dot
}

crate::rules! {
    /// The derivatives of the constructors and methods of rotations that are unit quaternions.
    pub trait UnitQuaternionRules[T] for UnitQuaternion<T> where { T: Real };

    fn new(turn: Vector3<T>) -> UnitQuaternion<T> {
        new_forward |seed| { bar => add_exponential(&turn, &seed, bar) }
        new_pushforward |dot| { exponential_dot(&turn, dot) }
    }

    fn from_scaled_axis(turn: Vector3<T>) -> UnitQuaternion<T> {
        from_scaled_axis_forward |seed| { bar => add_exponential(&turn, &seed, bar) }
        from_scaled_axis_pushforward |dot| { exponential_dot(&turn, dot) }
    }

    fn from_axis_angle(axis: &Unit<Vector3<T>>, angle: T) -> UnitQuaternion<T> {
        from_axis_angle_forward |seed| {
            axis_bar => *axis_bar += seed.imag() * (angle / number(2.0)).sin(),
            angle_bar => *angle_bar += about_dot(axis, angle, &Vector3::zeros(), T::one()).dot(&seed),
        }
        from_axis_angle_pushforward |axis_dot, angle_dot| { about_dot(axis, angle, axis_dot, *angle_dot) }
    }

    fn from_euler_angles(roll: T, pitch: T, yaw: T) -> UnitQuaternion<T> {
        from_euler_angles_forward |seed| {
            roll_bar => *roll_bar += euler_dot([roll, pitch, yaw], [T::one(), T::zero(), T::zero()]).dot(&seed),
            pitch_bar => *pitch_bar += euler_dot([roll, pitch, yaw], [T::zero(), T::one(), T::zero()]).dot(&seed),
            yaw_bar => *yaw_bar += euler_dot([roll, pitch, yaw], [T::zero(), T::zero(), T::one()]).dot(&seed),
        }
        from_euler_angles_pushforward |roll_dot, pitch_dot, yaw_dot| {
            euler_dot([roll, pitch, yaw], [*roll_dot, *pitch_dot, *yaw_dot])
        }
    }

    fn from_rotation_matrix(rotation: &Rotation3<T>) -> UnitQuaternion<T> {
        from_rotation_matrix_forward |seed| {
            bar => {
                let q = UnitQuaternion::from_rotation_matrix(rotation);
                let quarter: T = number(0.25);
                let half: Vector3<T> = (seed * q.conjugate().into_inner()).imag() * quarter;
                *bar += half.cross_matrix() * rotation.matrix();
            },
        }
        from_rotation_matrix_pushforward |dot| {
            of_matrix_dot(&UnitQuaternion::from_rotation_matrix(rotation), rotation.matrix(), dot)
        }
    }

    fn from_quaternion(quaternion: Quaternion<T>) -> UnitQuaternion<T> {
        from_quaternion_forward |seed| { bar => bar.coords += quaternion.coords.across(&seed.coords) }
        from_quaternion_pushforward |dot| { Quaternion::from(quaternion.coords.across(&dot.coords)) }
    }

    fn into_inner(&self) -> Quaternion<T> = { **self } {
        into_inner_forward |this, seed| { bar => bar.coords += seed.coords }
        into_inner_pushforward |dot| { *dot }
    }

    fn quaternion(&self) -> Quaternion<T> = { **self } {
        quaternion_forward |this, seed| { bar => bar.coords += seed.coords }
        quaternion_pushforward |dot| { *dot }
    }

    fn conjugate(&self) -> UnitQuaternion<T> {
        conjugate_forward |this, seed| { bar => bar.coords += seed.conjugate().coords }
        conjugate_pushforward |dot| { dot.conjugate() }
    }

    fn angle(&self) -> T {
        angle_forward |this, seed| { bar => along_quaternion(bar, |dot| angle_dot(this, dot) * seed) }
        angle_pushforward |dot| { angle_dot(self, dot) }
    }

    fn scaled_axis(&self) -> Vector3<T> {
        scaled_axis_forward |this, seed| { bar => along_quaternion(bar, |dot| logarithm_dot(this, dot).dot(&seed)) }
        scaled_axis_pushforward |dot| { logarithm_dot(self, dot) }
    }

    fn to_rotation_matrix(&self) -> Rotation3<T> {
        to_rotation_matrix_forward |this, seed| { bar => along_quaternion(bar, |dot| matrix_dot(this, dot).dot(&seed)) }
        to_rotation_matrix_pushforward |dot| { matrix_dot(self, dot) }
    }

    fn angle_to(&self, other: &UnitQuaternion<T>) -> T {
        angle_to_forward |this, seed| {
            bar => along_quaternion(bar, |dot| {
                angle_dot(&(other * this.inverse()), &(other.into_inner() * dot.conjugate())) * seed
            }),
            other_bar => along_quaternion(other_bar, |dot| {
                angle_dot(&(other * this.inverse()), &(dot * this.inverse().into_inner())) * seed
            }),
        }
        angle_to_pushforward |dot, other_dot| {
            let between = other.into_inner() * dot.conjugate() + other_dot * self.inverse().into_inner();
            angle_dot(&(other * self.inverse()), &between)
        }
    }

    fn slerp(&self, other: &UnitQuaternion<T>, at: T) -> UnitQuaternion<T> {
        slerp_forward |this, seed| {
            bar => along_quaternion(bar, |dot| {
                slerp_dot((this, other, at), (dot, &zero(), T::zero())).dot(&seed)
            }),
            other_bar => along_quaternion(other_bar, |dot| {
                slerp_dot((this, other, at), (&zero(), dot, T::zero())).dot(&seed)
            }),
            at_bar => {
                let zero = zero();
                *at_bar += slerp_dot((this, other, at), (&zero, &zero, T::one())).dot(&seed)
            },
        }
        slerp_pushforward |dot, other_dot, at_dot| { slerp_dot((self, other, at), (dot, other_dot, *at_dot)) }
    }
}
