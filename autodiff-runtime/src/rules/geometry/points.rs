//! Points and translations.

use crate::differentiable::Real;
use nalgebra::{Point, SVector, Translation};

/// `new` of a size: an argument, its tangent, and where it stands.
macro_rules! by_elements {
    ($($Trait:ident for $Type:ident $n:literal: $part:ident, $($arg:ident $dot:ident $at:literal),*;)*) => {$(
        crate::rules! {
            #[doc = concat!("`new` of ", $n, " numbers.")]
            pub trait $Trait[T] for $Type<T, $n> where { T: Real };

            fn new($($arg: T),*) -> Self {
                new_forward |seed| { $($arg => *$arg += seed.$part[$at]),* }
                new_pushforward |$($dot),*| { <$Type<T, $n>>::new($(*$dot),*) }
            }
        }
    )*};
}
by_elements! {
    NewPoint1 for Point 1: coords, x x_dot 0;
    NewPoint2 for Point 2: coords, x x_dot 0, y y_dot 1;
    NewPoint3 for Point 3: coords, x x_dot 0, y y_dot 1, z z_dot 2;
    NewPoint4 for Point 4: coords, x x_dot 0, y y_dot 1, z z_dot 2, w w_dot 3;
    NewTranslation1 for Translation 1: vector, x x_dot 0;
    NewTranslation2 for Translation 2: vector, x x_dot 0, y y_dot 1;
    NewTranslation3 for Translation 3: vector, x x_dot 0, y y_dot 1, z z_dot 2;
}

crate::rules! {
    /// The derivatives of the methods of points.
    pub trait PointRules[T, D] for nalgebra::OPoint<T, D>
    where { T: Real, D: nalgebra::DimName, nalgebra::DefaultAllocator: nalgebra::allocator::Allocator<D> };

    fn from(coords: nalgebra::OVector<T, D>) -> nalgebra::OPoint<T, D> {
        from_forward |seed| { bar => *bar += &seed.coords }
        from_pushforward |dot| { nalgebra::OPoint::from(dot.clone()) }
    }

    fn lerp(&self, other: &nalgebra::OPoint<T, D>, at: T) -> nalgebra::OPoint<T, D> {
        lerp_forward |this, seed| {
            bar => bar.coords += &seed.coords * (T::one() - at),
            other_bar => other_bar.coords += &seed.coords * at,
            at_bar => *at_bar += crate::ops::matrix::inner(&(&other.coords - &this.coords), &seed.coords),
        }
        lerp_pushforward |dot, other_dot, at_dot| {
            nalgebra::OPoint::from(
                &dot.coords * (T::one() - at) + &other_dot.coords * at + (&other.coords - &self.coords) * *at_dot,
            )
        }
    }
}

/// What is known of translations of some number of dimensions.
macro_rules! translations {
    ($($Trait:ident $D:literal;)*) => {$(
        crate::rules! {
            /// The derivatives of the methods of translations.
            pub trait $Trait[T] for Translation<T, $D> where { T: Real };

            fn from(vector: SVector<T, $D>) -> Translation<T, $D> {
                from_forward |seed| { bar => *bar += seed.vector }
                from_pushforward |dot| { Translation::from(*dot) }
            }

            fn inverse(&self) -> Translation<T, $D> {
                inverse_forward |this, seed| { bar => bar.vector -= seed.vector }
                inverse_pushforward |dot| { dot.inverse() }
            }

            fn transform_point(&self, point: &Point<T, $D>) -> Point<T, $D> {
                transform_point_forward |this, seed| {
                    bar => bar.vector += seed.coords,
                    point_bar => point_bar.coords += seed.coords,
                }
                transform_point_pushforward |dot, point_dot| { Point::from(dot.vector + point_dot.coords) }
            }
        }
    )*};
}
translations! {
    TranslationRules2 2;
    TranslationRules3 3;
}
