//! Isometries: a rotation, and a translation behind it.

use super::{add_exponential, exponential_dot};
use crate::differentiable::{IsometryTangent, Real};
use crate::ops::MulRule;
use crate::ops::geometry::Turn;
use nalgebra::{
    Complex, Isometry, Isometry2, Isometry3, IsometryMatrix2, IsometryMatrix3, Point2, Point3, Rotation2,
    Rotation3, Translation, Translation2, Translation3, UnitComplex, UnitQuaternion, Vector2, Vector3,
};

/// The derivative of the inverse: of R⁻¹ and -R⁻¹ t.
fn inverse_dot<T: Real, R: Turn<T, D>, const D: usize>(
    of: &Isometry<T, R, D>,
    dot: &IsometryTangent<R::Tangent, T, D>,
) -> IsometryTangent<R::Tangent, T, D> {
    let back = R::turned_back(&dot.rotation);
    let (shift, shift_dot) = (&of.translation.vector, &dot.translation.vector);
    let turned = of.rotation.inverse().turned(shift, &back) + of.rotation.inverse_transform_vector(shift_dot);
    IsometryTangent { rotation: back, translation: Translation::from(-turned) }
}

/// The same by its transposed.
fn add_inverse<T: Real, R: Turn<T, D>, const D: usize>(
    of: &Isometry<T, R, D>,
    seed: &IsometryTangent<R::Tangent, T, D>,
    bar: &mut IsometryTangent<R::Tangent, T, D>,
) {
    let mut back = seed.rotation.clone();
    let shift = -seed.translation.vector;
    of.rotation.inverse().add_turned(&of.translation.vector, &shift, &mut back);
    crate::Tangent::accumulate(&mut bar.rotation, &R::turned_back(&back));
    bar.translation.vector += of.rotation.transform_vector(&shift);
}

/// What isometries do, whatever their rotation is made of.
macro_rules! isometries {
    ($($Trait:ident for $Type:ident: $R:ident, $Point:ident, $Vector:ident, $Translation:ident;)*) => {$(
        crate::rules! {
            /// The derivatives of what an isometry does.
            pub trait $Trait[T] for $Type<T> where { T: Real };

            fn from_parts(translation: $Translation<T>, rotation: $R<T>) -> $Type<T> {
                from_parts_forward |seed| {
                    translation_bar => translation_bar.vector += seed.translation.vector,
                    rotation_bar => crate::Tangent::accumulate(rotation_bar, &seed.rotation),
                }
                from_parts_pushforward |translation_dot, rotation_dot| {
                    IsometryTangent { rotation: *rotation_dot, translation: *translation_dot }
                }
            }

            fn inverse(&self) -> $Type<T> {
                inverse_forward |this, seed| { bar => add_inverse(this, &seed, bar) }
                inverse_pushforward |dot| { inverse_dot(self, dot) }
            }

            fn inv_mul(&self, other: &$Type<T>) -> $Type<T> {
                inv_mul_forward |this, seed| {
                    bar => {
                        let inverse = this.inverse();
                        let mut inverse_bar = crate::Differentiable::zero_tangent(this);
                        let mut unread = crate::Differentiable::zero_tangent(other);
                        MulRule::pullback(&inverse, other, seed, &mut inverse_bar, &mut unread);
                        add_inverse(this, &inverse_bar, bar);
                    },
                    other_bar => {
                        let mut unread = crate::Differentiable::zero_tangent(this);
                        MulRule::pullback(&this.inverse(), other, seed, &mut unread, other_bar);
                    },
                }
                inv_mul_pushforward |dot, other_dot| {
                    MulRule::pushforward(&self.inverse(), other, &inverse_dot(self, dot), other_dot).1
                }
            }

            fn transform_vector(&self, vector: &$Vector<T>) -> $Vector<T> {
                transform_vector_forward |this, seed| {
                    bar => this.rotation.add_turned(vector, &seed, &mut bar.rotation),
                    vector_bar => *vector_bar += this.inverse_transform_vector(&seed),
                }
                transform_vector_pushforward |dot, vector_dot| {
                    self.rotation.turned(vector, &dot.rotation) + self.transform_vector(vector_dot)
                }
            }

            fn transform_point(&self, point: &$Point<T>) -> $Point<T> {
                transform_point_forward |this, seed| {
                    bar => {
                        this.rotation.add_turned(&point.coords, &seed.coords, &mut bar.rotation);
                        bar.translation.vector += seed.coords;
                    },
                    point_bar => point_bar.coords += this.inverse_transform_vector(&seed.coords),
                }
                transform_point_pushforward |dot, point_dot| { MulRule::pushforward(self, point, dot, point_dot).1 }
            }

            fn inverse_transform_vector(&self, vector: &$Vector<T>) -> $Vector<T> {
                inverse_transform_vector_forward |this, seed| {
                    bar => {
                        let mut back = crate::Differentiable::zero_tangent(&this.rotation);
                        this.rotation.inverse().add_turned(vector, &seed, &mut back);
                        crate::Tangent::accumulate(&mut bar.rotation, &<$R<T> as Turn<T, _>>::turned_back(&back));
                    },
                    vector_bar => *vector_bar += this.transform_vector(&seed),
                }
                inverse_transform_vector_pushforward |dot, vector_dot| {
                    let back = <$R<T> as Turn<T, _>>::turned_back(&dot.rotation);
                    self.rotation.inverse().turned(vector, &back) + self.inverse_transform_vector(vector_dot)
                }
            }

            fn inverse_transform_point(&self, point: &$Point<T>) -> $Point<T> {
                inverse_transform_point_forward |this, seed| {
                    bar => {
                        let (inverse, mut unread) = (this.inverse(), crate::Differentiable::zero_tangent(point));
                        let mut inverse_bar = crate::Differentiable::zero_tangent(this);
                        MulRule::pullback(&inverse, point, seed, &mut inverse_bar, &mut unread);
                        add_inverse(this, &inverse_bar, bar);
                    },
                    point_bar => point_bar.coords += this.transform_vector(&seed.coords),
                }
                inverse_transform_point_pushforward |dot, point_dot| {
                    MulRule::pushforward(&self.inverse(), point, &inverse_dot(self, dot), point_dot).1
                }
            }
        }
    )*};
}
isometries! {
    Isometry2Rules for Isometry2: UnitComplex, Point2, Vector2, Translation2;
    Isometry3Rules for Isometry3: UnitQuaternion, Point3, Vector3, Translation3;
    IsometryMatrix2Rules for IsometryMatrix2: Rotation2, Point2, Vector2, Translation2;
    IsometryMatrix3Rules for IsometryMatrix3: Rotation3, Point3, Vector3, Translation3;
}

crate::rules! {
    /// `new` of isometries of the plane.
    pub trait NewIsometry2[T] for Isometry2<T> where { T: Real };

    fn new(translation: Vector2<T>, angle: T) -> Isometry2<T> {
        new_forward |seed| {
            translation_bar => *translation_bar += seed.translation.vector,
            angle_bar => *angle_bar += seed.rotation.im * angle.cos() - seed.rotation.re * angle.sin(),
        }
        new_pushforward |translation_dot, angle_dot| {
            IsometryTangent {
                rotation: Complex::new(-angle.sin() * *angle_dot, angle.cos() * *angle_dot),
                translation: Translation::from(*translation_dot),
            }
        }
    }
}

crate::rules! {
    /// `new` of isometries of space.
    pub trait NewIsometry3[T] for Isometry3<T> where { T: Real };

    fn new(translation: Vector3<T>, turn: Vector3<T>) -> Isometry3<T> {
        new_forward |seed| {
            translation_bar => *translation_bar += seed.translation.vector,
            turn_bar => add_exponential(&turn, &seed.rotation, turn_bar),
        }
        new_pushforward |translation_dot, turn_dot| {
            IsometryTangent {
                rotation: exponential_dot(&turn, turn_dot),
                translation: Translation::from(*translation_dot),
            }
        }
    }
}
