//! The operators of `nalgebra`'s points, rotations and isometries.

use super::{AddRule, DivRule, MulRule, NegRule, SubRule, by_reference};
use crate::Differentiable;
use crate::differentiable::{IsometryTangent, Real};
use crate::ops::TangentOf;
use crate::ops::matrix::{inner, quotient};
use nalgebra::{
    AbstractRotation, Const, Isometry, Matrix, Point, Quaternion, Rotation, SMatrix, SVector, Storage,
    Translation, Unit, UnitComplex, UnitQuaternion,
};

/// How rotations are differentiated, whatever they are made of. What is said of a vector is linear in it, so that by the vector
/// the derivative is the rotation itself.
pub trait Turn<T: Real, const D: usize>: AbstractRotation<T, D> + Differentiable + Copy {
    /// The derivative of `self * v` by `self` in the direction `dot`.
    fn turned(&self, v: &SVector<T, D>, dot: &Self::Tangent) -> SVector<T, D>;
    /// Adds to the adjoint of `self` what the adjoint `seed` of `self * v` contributes.
    fn add_turned(&self, v: &SVector<T, D>, seed: &SVector<T, D>, bar: &mut Self::Tangent);
    /// The product of two tangents, or of a value and a tangent.
    fn product(a: &Self::Tangent, b: &Self::Tangent) -> Self::Tangent;
    /// The derivative of the inverse, which is its own transposed.
    fn turned_back(dot: &Self::Tangent) -> Self::Tangent;
    /// The numbers.
    fn numbers(&self) -> Self::Tangent;
}

impl<T: Real> Turn<T, 3> for UnitQuaternion<T> {
    // v + 2 w (u × v) + 2 u × (u × v), of the quaternion w + u.
    #[inline]
    fn turned(&self, v: &SVector<T, 3>, dot: &Quaternion<T>) -> SVector<T, 3> {
        let (w, u, w_dot, u_dot) = (self.w, self.imag(), dot.w, dot.imag());
        let (turned, turned_dot) = (u.cross(v), u_dot.cross(v));
        let half = turned * w_dot + turned_dot * w + u_dot.cross(&turned) + u.cross(&turned_dot);
        half + half
    }
    #[inline]
    fn add_turned(&self, v: &SVector<T, 3>, seed: &SVector<T, 3>, bar: &mut Quaternion<T>) {
        let (w, u) = (self.w, self.imag());
        let turned = u.cross(v);
        let by_w = turned.dot(seed);
        let by_u = v.cross(seed) * w + turned.cross(seed) + v.cross(&seed.cross(&u));
        let half = Quaternion::from_parts(by_w, by_u);
        bar.coords += half.coords + half.coords;
    }
    #[inline]
    fn product(a: &Quaternion<T>, b: &Quaternion<T>) -> Quaternion<T> {
        a * b
    }
    #[inline]
    fn turned_back(dot: &Quaternion<T>) -> Quaternion<T> {
        dot.conjugate()
    }
    #[inline]
    fn numbers(&self) -> Quaternion<T> {
        self.into_inner()
    }
}

impl<T: Real> Turn<T, 2> for UnitComplex<T> {
    #[inline]
    fn turned(&self, v: &SVector<T, 2>, dot: &nalgebra::Complex<T>) -> SVector<T, 2> {
        SVector::<T, 2>::new(dot.re * v.x - dot.im * v.y, dot.im * v.x + dot.re * v.y)
    }
    #[inline]
    fn add_turned(&self, v: &SVector<T, 2>, seed: &SVector<T, 2>, bar: &mut nalgebra::Complex<T>) {
        bar.re += seed.x * v.x + seed.y * v.y;
        bar.im += seed.y * v.x - seed.x * v.y;
    }
    #[inline]
    fn product(a: &nalgebra::Complex<T>, b: &nalgebra::Complex<T>) -> nalgebra::Complex<T> {
        nalgebra::Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
    }
    #[inline]
    fn turned_back(dot: &nalgebra::Complex<T>) -> nalgebra::Complex<T> {
        nalgebra::Complex::new(dot.re, -dot.im)
    }
    #[inline]
    fn numbers(&self) -> nalgebra::Complex<T> {
        self.into_inner()
    }
}

impl<T: Real, const D: usize> Turn<T, D> for Rotation<T, D>
where
    Rotation<T, D>: AbstractRotation<T, D>,
{
    #[inline]
    fn turned(&self, v: &SVector<T, D>, dot: &SMatrix<T, D, D>) -> SVector<T, D> {
        dot * v
    }
    #[inline]
    fn add_turned(&self, v: &SVector<T, D>, seed: &SVector<T, D>, bar: &mut SMatrix<T, D, D>) {
        *bar += seed * v.transpose();
    }
    #[inline]
    fn product(a: &SMatrix<T, D, D>, b: &SMatrix<T, D, D>) -> SMatrix<T, D, D> {
        a * b
    }
    #[inline]
    fn turned_back(dot: &SMatrix<T, D, D>) -> SMatrix<T, D, D> {
        dot.transpose()
    }
    #[inline]
    fn numbers(&self) -> SMatrix<T, D, D> {
        self.into_inner()
    }
}

/// The derivative of the product of two rotations.
fn joined<T: Real, R: Turn<T, D>, const D: usize>(
    a: &R,
    b: &R,
    a_dot: &R::Tangent,
    b_dot: &R::Tangent,
) -> R::Tangent {
    let mut dot = R::product(a_dot, &b.numbers());
    crate::Tangent::accumulate(&mut dot, &R::product(&a.numbers(), b_dot));
    dot
}

/// Adds to the adjoints of two rotations what the adjoint of their product contributes.
fn add_joined<T: Real, R: Turn<T, D>, const D: usize>(
    a: &R,
    b: &R,
    seed: &R::Tangent,
    a_bar: &mut R::Tangent,
    b_bar: &mut R::Tangent,
) {
    crate::Tangent::accumulate(a_bar, &R::product(seed, &R::turned_back(&b.numbers())));
    crate::Tangent::accumulate(b_bar, &R::product(&R::turned_back(&a.numbers()), seed));
}

/// One operator: its value, what the seed adds to the adjoints of its operands, and its tangent.
macro_rules! operator {
    ($([$($param:tt)*] $A:ty, $B:ty => $Output:ty, $Rule:ident where { $($bounds:tt)* }:
        |$a:ident, $b:ident| $value:expr;
        |$seed:ident, $a_bar:ident, $b_bar:ident| $pullback:expr;
        |$a_dot:ident, $b_dot:ident| $tangent:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($param)*> $Rule<$B> for $A where $($bounds)* {
            type Output = $Output;
            #[inline]
            fn value(&self, other: &$B) -> $Output {
                let ($a, $b) = (self, other);
                $value
            }
            #[inline]
            #[allow(unused_variables)]
            fn pullback(
                &self,
                other: &$B,
                $seed: TangentOf<$Output>,
                $a_bar: &mut TangentOf<$A>,
                $b_bar: &mut TangentOf<$B>,
            ) {
                let ($a, $b) = (self, other);
                $pullback;
            }
            #[inline]
            #[allow(unused_variables)]
            fn pushforward(
                &self,
                other: &$B,
                $a_dot: &TangentOf<$A>,
                $b_dot: &TangentOf<$B>,
            ) -> ($Output, TangentOf<$Output>) {
                let ($a, $b) = (self, other);
                ($value, $tangent)
            }
        }
    )*};
}

/// What is done with rotations of one kind: `$R`, of `$D` dimensions.
macro_rules! rotations {
    ($([$($param:tt)*] $R:ty, $T:ty, $D:tt where { $($bounds:tt)* };)*) => {
        operator! {$(
            [$($param)*] $R, $R => $R, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| add_joined(a, b, &seed, a_bar, b_bar);
                |a_dot, b_dot| joined(a, b, a_dot, b_dot);
            [$($param)*] $R, Point<$T, $D> => Point<$T, $D>, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| {
                    a.add_turned(&b.coords, &seed.coords, a_bar);
                    b_bar.coords += a.inverse_transform_vector(&seed.coords);
                };
                |a_dot, b_dot| Point::from(a.turned(&b.coords, a_dot) + a.transform_vector(&b_dot.coords));
            [$($param)*] $R, Unit<SVector<$T, $D>> => Unit<SVector<$T, $D>>, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| {
                    a.add_turned(b, &seed, a_bar);
                    *b_bar += a.inverse_transform_vector(&seed);
                };
                |a_dot, b_dot| a.turned(b, a_dot) + a.transform_vector(b_dot);
            [$($param)*] $R, Translation<$T, $D> => Isometry<$T, $R, $D>, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| {
                    a.add_turned(&b.vector, &seed.translation.vector, a_bar);
                    crate::Tangent::accumulate(a_bar, &seed.rotation);
                    b_bar.vector += a.inverse_transform_vector(&seed.translation.vector);
                };
                |a_dot, b_dot| IsometryTangent {
                    rotation: a_dot.clone(),
                    translation: Translation::from(a.turned(&b.vector, a_dot) + a.transform_vector(&b_dot.vector)),
                };
            [$($param)*] Translation<$T, $D>, $R => Isometry<$T, $R, $D>, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| {
                    a_bar.vector += seed.translation.vector;
                    crate::Tangent::accumulate(b_bar, &seed.rotation);
                };
                |a_dot, b_dot| IsometryTangent { rotation: b_dot.clone(), translation: *a_dot };
            [$($param)*] $R, Isometry<$T, $R, $D> => Isometry<$T, $R, $D>, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| {
                    a.add_turned(&b.translation.vector, &seed.translation.vector, a_bar);
                    b_bar.translation.vector += a.inverse_transform_vector(&seed.translation.vector);
                    add_joined(a, &b.rotation, &seed.rotation, a_bar, &mut b_bar.rotation);
                };
                |a_dot, b_dot| IsometryTangent {
                    rotation: joined(a, &b.rotation, a_dot, &b_dot.rotation),
                    translation: Translation::from(
                        a.turned(&b.translation.vector, a_dot) + a.transform_vector(&b_dot.translation.vector),
                    ),
                };
            [$($param)*] Isometry<$T, $R, $D>, $R => Isometry<$T, $R, $D>, MulRule where { $($bounds)* }:
                |a, b| a * b;
                |seed, a_bar, b_bar| {
                    a_bar.translation.vector += seed.translation.vector;
                    add_joined(&a.rotation, b, &seed.rotation, &mut a_bar.rotation, b_bar);
                };
                |a_dot, b_dot| IsometryTangent {
                    rotation: joined(&a.rotation, b, &a_dot.rotation, b_dot),
                    translation: a_dot.translation,
                };
        )*}
        $(
            #[diagnostic::do_not_recommend]
            impl<S: Storage<$T, Const<$D>>, $($param)*> MulRule<Matrix<$T, Const<$D>, Const<1>, S>> for $R
            where $($bounds)*
            {
                type Output = SVector<$T, $D>;
                #[inline]
                fn value(&self, v: &Matrix<$T, Const<$D>, Const<1>, S>) -> SVector<$T, $D> {
                    self * v
                }
                #[inline]
                fn pullback(
                    &self,
                    v: &Matrix<$T, Const<$D>, Const<1>, S>,
                    seed: SVector<$T, $D>,
                    bar: &mut TangentOf<Self>,
                    v_bar: &mut SVector<$T, $D>,
                ) {
                    self.add_turned(&v.clone_owned(), &seed, bar);
                    *v_bar += self.inverse_transform_vector(&seed);
                }
                #[inline]
                fn pushforward(
                    &self,
                    v: &Matrix<$T, Const<$D>, Const<1>, S>,
                    dot: &TangentOf<Self>,
                    v_dot: &SVector<$T, $D>,
                ) -> (SVector<$T, $D>, SVector<$T, $D>) {
                    (self * v, self.turned(&v.clone_owned(), dot) + self.transform_vector(v_dot))
                }
            }
        )*
    };
}
rotations! {
    [T: Real] UnitQuaternion<T>, T, 3 where {};
    [T: Real] UnitComplex<T>, T, 2 where {};
    [T: Real] Rotation<T, 2>, T, 2 where {};
    [T: Real] Rotation<T, 3>, T, 3 where {};
}

operator! {
    // isometries
    [T: Real, R: Turn<T, D>, const D: usize] Isometry<T, R, D>, Isometry<T, R, D> => Isometry<T, R, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| {
            add_joined(&a.rotation, &b.rotation, &seed.rotation, &mut a_bar.rotation, &mut b_bar.rotation);
            let shift = &seed.translation.vector;
            a.rotation.add_turned(&b.translation.vector, shift, &mut a_bar.rotation);
            b_bar.translation.vector += a.rotation.inverse_transform_vector(shift);
            a_bar.translation.vector += shift;
        };
        |a_dot, b_dot| IsometryTangent {
            rotation: joined(&a.rotation, &b.rotation, &a_dot.rotation, &b_dot.rotation),
            translation: Translation::from(
                a.rotation.turned(&b.translation.vector, &a_dot.rotation)
                    + a.rotation.transform_vector(&b_dot.translation.vector)
                    + a_dot.translation.vector,
            ),
        };
    [T: Real, R: Turn<T, D>, const D: usize] Isometry<T, R, D>, Translation<T, D> => Isometry<T, R, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| {
            let shift = &seed.translation.vector;
            crate::Tangent::accumulate(&mut a_bar.rotation, &seed.rotation);
            a.rotation.add_turned(&b.vector, shift, &mut a_bar.rotation);
            b_bar.vector += a.rotation.inverse_transform_vector(shift);
            a_bar.translation.vector += shift;
        };
        |a_dot, b_dot| IsometryTangent {
            rotation: a_dot.rotation.clone(),
            translation: Translation::from(
                a.rotation.turned(&b.vector, &a_dot.rotation)
                    + a.rotation.transform_vector(&b_dot.vector)
                    + a_dot.translation.vector,
            ),
        };
    [T: Real, R: Turn<T, D>, const D: usize] Translation<T, D>, Isometry<T, R, D> => Isometry<T, R, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| {
            a_bar.vector += seed.translation.vector;
            crate::Tangent::accumulate(b_bar, &seed);
        };
        |a_dot, b_dot| {
            let mut dot = b_dot.clone();
            dot.translation.vector += a_dot.vector;
            dot
        };
    [T: Real, R: Turn<T, D>, const D: usize] Isometry<T, R, D>, Point<T, D> => Point<T, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| {
            a.rotation.add_turned(&b.coords, &seed.coords, &mut a_bar.rotation);
            a_bar.translation.vector += &seed.coords;
            b_bar.coords += a.rotation.inverse_transform_vector(&seed.coords);
        };
        |a_dot, b_dot| Point::from(
            a.rotation.turned(&b.coords, &a_dot.rotation)
                + a.rotation.transform_vector(&b_dot.coords)
                + a_dot.translation.vector,
        );
    // A vector has no place: it is turned alone.
    [T: Real, R: Turn<T, D>, const D: usize] Isometry<T, R, D>, SVector<T, D> => SVector<T, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| {
            a.rotation.add_turned(b, &seed, &mut a_bar.rotation);
            *b_bar += a.rotation.inverse_transform_vector(&seed);
        };
        |a_dot, b_dot| a.rotation.turned(b, &a_dot.rotation) + a.rotation.transform_vector(b_dot);
    // translations
    [T: Real, const D: usize] Translation<T, D>, Translation<T, D> => Translation<T, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| { a_bar.vector += seed.vector; b_bar.vector += seed.vector; };
        |a_dot, b_dot| a_dot * b_dot;
    [T: Real, const D: usize] Translation<T, D>, Point<T, D> => Point<T, D>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| { a_bar.vector += seed.coords; b_bar.coords += seed.coords; };
        |a_dot, b_dot| Point::from(a_dot.vector + b_dot.coords);
    // points
    [T: Real, const D: usize, S: Storage<T, Const<D>>] Point<T, D>, Matrix<T, Const<D>, Const<1>, S> => Point<T, D>, AddRule where {}:
        |a, b| a + b;
        |seed, a_bar, b_bar| { a_bar.coords += seed.coords; *b_bar += seed.coords; };
        |a_dot, b_dot| a_dot + b_dot;
    [T: Real, const D: usize, S: Storage<T, Const<D>>] Point<T, D>, Matrix<T, Const<D>, Const<1>, S> => Point<T, D>, SubRule where {}:
        |a, b| a - b;
        |seed, a_bar, b_bar| { a_bar.coords += seed.coords; *b_bar -= seed.coords; };
        |a_dot, b_dot| a_dot - b_dot;
    [T: Real, const D: usize] Point<T, D>, Point<T, D> => SVector<T, D>, SubRule where {}:
        |a, b| a - b;
        |seed, a_bar, b_bar| { a_bar.coords += seed; b_bar.coords -= seed; };
        |a_dot, b_dot| a_dot - b_dot;
    [T: Real, const R: usize, const D: usize, S: Storage<T, Const<R>, Const<D>>] Matrix<T, Const<R>, Const<D>, S>, Point<T, D> => Point<T, R>, MulRule where {}:
        |a, b| Point::from(a * b.coords);
        |seed, a_bar, b_bar| { *a_bar += seed.coords * b.coords.transpose(); b_bar.coords += a.tr_mul(&seed.coords); };
        |a_dot, b_dot| Point::from(a_dot * b.coords + a * b_dot.coords);
    // quaternions
    [T: Real] Quaternion<T>, Quaternion<T> => Quaternion<T>, AddRule where {}:
        |a, b| a + b;
        |seed, a_bar, b_bar| { a_bar.coords += seed.coords; b_bar.coords += seed.coords; };
        |a_dot, b_dot| a_dot + b_dot;
    [T: Real] Quaternion<T>, Quaternion<T> => Quaternion<T>, SubRule where {}:
        |a, b| a - b;
        |seed, a_bar, b_bar| { a_bar.coords += seed.coords; b_bar.coords -= seed.coords; };
        |a_dot, b_dot| a_dot - b_dot;
    [T: Real] Quaternion<T>, Quaternion<T> => Quaternion<T>, MulRule where {}:
        |a, b| a * b;
        |seed, a_bar, b_bar| {
            a_bar.coords += (seed * b.conjugate()).coords;
            b_bar.coords += (a.conjugate() * seed).coords;
        };
        |a_dot, b_dot| a_dot * b + a * b_dot;
}

/// Products and quotients with a number, of what has one part that is a vector.
macro_rules! scaled {
    ($($float:ident: [$($param:tt)*] $Type:ty, $part:ident;)*) => {
        operator! {$(
            [$($param)*] $Type, $float => $Type, MulRule where {}:
                |a, b| *a * *b;
                |seed, a_bar, b_bar| { a_bar.$part += seed.$part * *b; *b_bar += inner(&a.$part, &seed.$part); };
                |a_dot, b_dot| <$Type>::from(a_dot.$part * *b + a.$part * *b_dot);
            [$($param)*] $float, $Type => $Type, MulRule where {}:
                |a, b| *a * *b;
                |seed, a_bar, b_bar| { b_bar.$part += seed.$part * *a; *a_bar += inner(&b.$part, &seed.$part); };
                |a_dot, b_dot| <$Type>::from(b_dot.$part * *a + b.$part * *a_dot);
            [$($param)*] $Type, $float => $Type, DivRule where {}:
                |a, b| *a / *b;
                |seed, a_bar, b_bar| {
                    a_bar.$part += seed.$part / *b;
                    *b_bar -= quotient(inner(&a.$part, &seed.$part), *b * *b);
                };
                |a_dot, b_dot| <$Type>::from(a_dot.$part / *b - a.$part * quotient(*b_dot, *b * *b));
        )*}
    };
}
scaled! {
    f32: [const D: usize] Point<f32, D>, coords;
    f64: [const D: usize] Point<f64, D>, coords;
    f32: [] Quaternion<f32>, coords;
    f64: [] Quaternion<f64>, coords;
}

/// `-a`
macro_rules! negation {
    ($([$($param:tt)*] $Type:ty: |$bar:ident, $seed:ident| $pullback:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($param)*> NegRule for $Type {
            type Output = Self;
            #[inline]
            fn value(&self) -> Self {
                -*self
            }
            #[inline]
            fn pullback(&self, $seed: TangentOf<Self>, $bar: &mut TangentOf<Self>) {
                $pullback;
            }
            #[inline]
            fn pushforward(&self, dot: &TangentOf<Self>) -> (Self, TangentOf<Self>) {
                (-*self, -*dot)
            }
        }
    )*};
}
negation! {
    [T: Real, const D: usize] Point<T, D>: |bar, seed| bar.coords -= seed.coords;
    [T: Real] Quaternion<T>: |bar, seed| bar.coords -= seed.coords;
    [T: Real, const D: usize] Unit<SVector<T, D>>: |bar, seed| *bar -= seed;
}

macro_rules! references {
    ($($Rule:ident: $([$($param:tt)*] $Type:ty),*;)*) => {$($(
        by_reference!($Rule, { impl['r, $($param)*, B] for [$Type], [&'r B] where $Type: $Rule<B> });
        by_reference!($Rule, { impl['r, $($param)*, A] for [&'r A], [$Type] where A: $Rule<$Type> });
    )*)*};
}
references! {
    AddRule: [T: Real, const D: usize] Point<T, D>, [T: Real] Quaternion<T>;
    SubRule: [T: Real, const D: usize] Point<T, D>, [T: Real] Quaternion<T>;
    MulRule: [T: Real, const D: usize] Point<T, D>, [T: Real] Quaternion<T>, [X] Unit<X>,
        [T: Real, const D: usize] Rotation<T, D>, [T: Real, const D: usize] Translation<T, D>,
        [T: Real, R, const D: usize] Isometry<T, R, D>;
    DivRule: [T: Real, const D: usize] Point<T, D>, [T: Real] Quaternion<T>;
}
