//! What rotations of all kinds do, and rotations that are matrices.

use super::{along_each, number, sinc};
use crate::differentiable::Real;
use crate::ops::geometry::Turn;
use crate::ops::matrix::inner;
use nalgebra::{
    Matrix3, Point2, Point3, Rotation, Rotation2, Rotation3, SMatrix, Unit, UnitComplex, UnitQuaternion,
    Vector2, Vector3,
};

/// What rotations do, whatever they are made of.
macro_rules! turns {
    ($($Trait:ident for $Type:ident: $Point:ident, $Vector:ident;)*) => {$(
        crate::rules! {
            /// The derivatives of what a rotation does.
            pub trait $Trait[T] for $Type<T> where { T: Real };

            fn inverse(&self) -> $Type<T> {
                inverse_forward |this, seed| {
                    bar => crate::Tangent::accumulate(bar, &<$Type<T> as Turn<T, _>>::turned_back(&seed)),
                }
                inverse_pushforward |dot| { <$Type<T> as Turn<T, _>>::turned_back(dot) }
            }

            fn transform_vector(&self, vector: &$Vector<T>) -> $Vector<T> {
                transform_vector_forward |this, seed| {
                    bar => this.add_turned(vector, &seed, bar),
                    vector_bar => *vector_bar += this.inverse_transform_vector(&seed),
                }
                transform_vector_pushforward |dot, vector_dot| {
                    self.turned(vector, dot) + self.transform_vector(vector_dot)
                }
            }

            fn transform_point(&self, point: &$Point<T>) -> $Point<T> {
                transform_point_forward |this, seed| {
                    bar => this.add_turned(&point.coords, &seed.coords, bar),
                    point_bar => point_bar.coords += this.inverse_transform_vector(&seed.coords),
                }
                transform_point_pushforward |dot, point_dot| {
                    $Point::from(self.turned(&point.coords, dot) + self.transform_vector(&point_dot.coords))
                }
            }

            fn inverse_transform_vector(&self, vector: &$Vector<T>) -> $Vector<T> {
                inverse_transform_vector_forward |this, seed| {
                    bar => {
                        let mut back = crate::Differentiable::zero_tangent(this);
                        this.inverse().add_turned(vector, &seed, &mut back);
                        crate::Tangent::accumulate(bar, &<$Type<T> as Turn<T, _>>::turned_back(&back));
                    },
                    vector_bar => *vector_bar += this.transform_vector(&seed),
                }
                inverse_transform_vector_pushforward |dot, vector_dot| {
                    let back = <$Type<T> as Turn<T, _>>::turned_back(dot);
                    self.inverse().turned(vector, &back) + self.inverse_transform_vector(vector_dot)
                }
            }

            fn inverse_transform_point(&self, point: &$Point<T>) -> $Point<T> {
                inverse_transform_point_forward |this, seed| {
                    bar => {
                        let mut back = crate::Differentiable::zero_tangent(this);
                        this.inverse().add_turned(&point.coords, &seed.coords, &mut back);
                        crate::Tangent::accumulate(bar, &<$Type<T> as Turn<T, _>>::turned_back(&back));
                    },
                    point_bar => point_bar.coords += this.transform_vector(&seed.coords),
                }
                inverse_transform_point_pushforward |dot, point_dot| {
                    let back = <$Type<T> as Turn<T, _>>::turned_back(dot);
                    let coords = self.inverse().turned(&point.coords, &back)
                        + self.inverse_transform_vector(&point_dot.coords);
                    $Point::from(coords)
                }
            }
        }
    )*};
}
turns! {
    TurnUnitQuaternion for UnitQuaternion: Point3, Vector3;
    TurnUnitComplex for UnitComplex: Point2, Vector2;
    TurnRotation2 for Rotation2: Point2, Vector2;
    TurnRotation3 for Rotation3: Point3, Vector3;
}

/// The rotation by a scaled axis: I + sin θ / θ K + (1 - cos θ) / θ² K², with K its matrix. Its derivative.
fn rodrigues_dot<T: Real>(turn: &Vector3<T>, dot: &Vector3<T>) -> Matrix3<T> {
    let half = T::one() / number(2.0);
    let (k, k_dot) = (turn.cross_matrix(), dot.cross_matrix());
    let angle = turn.norm();
    let (by_first, first_slope) = sinc(angle);
    // (1 - cos θ) / θ² = sinc(θ / 2)² / 2
    let (root, root_slope) = sinc(angle * half);
    let (by_second, second_slope) = (root * root * half, root * root_slope / number(4.0));
    let along = turn.dot(dot);
    k * (first_slope * along)
        + k_dot * by_first
        + k * k * (second_slope * along)
        + (k_dot * k + k * k_dot) * by_second
}

/// The rotation about an axis: cos I + sin K + (1 - cos) u uᵀ.
fn about_dot<T: Real>(axis: &Vector3<T>, angle: T, axis_dot: &Vector3<T>, angle_dot: T) -> Matrix3<T> {
    let (sin, cos) = angle.sin_cos();
    let versed = T::one() - cos;
    Matrix3::identity() * (-sin * angle_dot)
        + axis.cross_matrix() * (cos * angle_dot)
        + axis_dot.cross_matrix() * sin
        + axis * axis.transpose() * (sin * angle_dot)
        + (axis_dot * axis.transpose() + axis * axis_dot.transpose()) * versed
}

/// The tangent of the rotation by three angles about x, y and z.
fn euler_dot<T: Real>(angles: [T; 3], dots: [T; 3]) -> Matrix3<T> {
    let axes = [Vector3::x(), Vector3::y(), Vector3::z()];
    let turns: [_; 3] = core::array::from_fn(|i| {
        Rotation3::from_axis_angle(&Unit::new_unchecked(axes[i]), angles[i]).into_inner()
    });
    let dots: [_; 3] = core::array::from_fn(|i| about_dot(&axes[i], angles[i], &Vector3::zeros(), dots[i]));
    dots[2] * turns[1] * turns[0] + turns[2] * dots[1] * turns[0] + turns[2] * turns[1] * dots[0]
}

/// By how much, and about which axis, a rotation turns further.
fn further<T: Real>(rotation: &Matrix3<T>, dot: &Matrix3<T>) -> Vector3<T> {
    let turn = dot * rotation.transpose();
    Vector3::new(turn[(2, 1)] - turn[(1, 2)], turn[(0, 2)] - turn[(2, 0)], turn[(1, 0)] - turn[(0, 1)])
        / number::<T>(2.0)
}

/// The derivative of the angle: how far it turns further about its axis. Zero where there is none.
fn angle_dot<T: Real>(rotation: &Rotation3<T>, dot: &Matrix3<T>) -> T {
    match rotation.axis() {
        Some(axis) => axis.dot(&further(rotation.matrix(), dot)),
        None => T::zero(),
    }
}

/// The derivative of the scaled axis: the inverse of the derivative of the exponential.
fn logarithm_dot<T: Real>(rotation: &Rotation3<T>, dot: &Matrix3<T>) -> Vector3<T> {
    let (turn, by) = (rotation.scaled_axis(), further(rotation.matrix(), dot));
    let half = T::one() / number(2.0);
    let squared = turn.norm_squared();
    let across = if squared < number(1e-4) {
        T::one() / number(12.0) + squared / number(720.0)
    } else {
        let angle = squared.sqrt();
        (T::one() - angle * half / (angle * half).tan()) / squared
    };
    by - turn.cross(&by) * half + turn.cross(&turn.cross(&by)) * across
}

/// Adds to the adjoint of a matrix along each of its numbers.
fn along_matrix<T: Real>(bar: &mut Matrix3<T>, slope: impl Fn(&Matrix3<T>) -> T) {
    for i in 0..9 {
        let mut direction = Matrix3::zeros();
        direction[i] = T::one();
        bar[i] += slope(&direction);
    }
}

crate::rules! {
    /// The derivatives of the constructors and methods of rotations of space.
    pub trait SpaceRotationRules[T] for Rotation3<T> where { T: Real };

    fn new(turn: Vector3<T>) -> Rotation3<T> {
        new_forward |seed| { bar => along_each(bar, |dot| inner(&rodrigues_dot(&turn, dot), &seed)) }
        new_pushforward |dot| { rodrigues_dot(&turn, dot) }
    }

    fn from_scaled_axis(turn: Vector3<T>) -> Rotation3<T> {
        from_scaled_axis_forward |seed| { bar => along_each(bar, |dot| inner(&rodrigues_dot(&turn, dot), &seed)) }
        from_scaled_axis_pushforward |dot| { rodrigues_dot(&turn, dot) }
    }

    fn from_axis_angle(axis: &Unit<Vector3<T>>, angle: T) -> Rotation3<T> {
        from_axis_angle_forward |seed| {
            axis_bar => along_each(axis_bar, |dot| inner(&about_dot(axis, angle, dot, T::zero()), &seed)),
            angle_bar => *angle_bar += inner(&about_dot(axis, angle, &Vector3::zeros(), T::one()), &seed),
        }
        from_axis_angle_pushforward |axis_dot, angle_dot| { about_dot(axis, angle, axis_dot, *angle_dot) }
    }

    fn from_euler_angles(roll: T, pitch: T, yaw: T) -> Rotation3<T> {
        from_euler_angles_forward |seed| {
            roll_bar => *roll_bar += inner(&euler_dot([roll, pitch, yaw], [T::one(), T::zero(), T::zero()]), &seed),
            pitch_bar => *pitch_bar += inner(&euler_dot([roll, pitch, yaw], [T::zero(), T::one(), T::zero()]), &seed),
            yaw_bar => *yaw_bar += inner(&euler_dot([roll, pitch, yaw], [T::zero(), T::zero(), T::one()]), &seed),
        }
        from_euler_angles_pushforward |roll_dot, pitch_dot, yaw_dot| {
            euler_dot([roll, pitch, yaw], [*roll_dot, *pitch_dot, *yaw_dot])
        }
    }

    fn angle(&self) -> T {
        angle_forward |this, seed| { bar => along_matrix(bar, |dot| angle_dot(this, dot) * seed) }
        angle_pushforward |dot| { angle_dot(self, dot) }
    }

    fn scaled_axis(&self) -> Vector3<T> {
        scaled_axis_forward |this, seed| { bar => along_matrix(bar, |dot| logarithm_dot(this, dot).dot(&seed)) }
        scaled_axis_pushforward |dot| { logarithm_dot(self, dot) }
    }
}

/// What a rotation is as a matrix.
macro_rules! matrices {
    ($($Trait:ident for $D:literal;)*) => {$(
        crate::rules! {
            /// The derivatives of what a rotation is as a matrix.
            pub trait $Trait[T] for Rotation<T, $D> where { T: Real };

            fn from_matrix_unchecked(matrix: SMatrix<T, $D, $D>) -> Rotation<T, $D> {
                from_matrix_unchecked_forward |seed| { bar => *bar += seed }
                from_matrix_unchecked_pushforward |dot| { *dot }
            }

            fn transpose(&self) -> Rotation<T, $D> {
                transpose_forward |this, seed| { bar => *bar += seed.transpose() }
                transpose_pushforward |dot| { dot.transpose() }
            }

            fn matrix(&self) -> SMatrix<T, $D, $D> = { *self.matrix() } {
                matrix_forward |this, seed| { bar => *bar += seed }
                matrix_pushforward |dot| { *dot }
            }

            fn into_inner(&self) -> SMatrix<T, $D, $D> = { *self.matrix() } {
                into_inner_forward |this, seed| { bar => *bar += seed }
                into_inner_pushforward |dot| { *dot }
            }
        }
    )*};
}
matrices! {
    RotationMatrix2 for 2;
    RotationMatrix3 for 3;
}
