//! The vectors of `glam`: all that a type from elsewhere needs to be differentiated, in one file.

use crate::tree::{Layout, Leaf, Node};
use crate::{Tree, TreeMut, vector_space};
use glam::{DVec2, DVec3, DVec4, Vec2, Vec3, Vec4};

/// Hands the vectors to a macro.
macro_rules! vectors {
    ($each:ident) => {
        $each! {
            Vec2 = [f32; 2];
            Vec3 = [f32; 3];
            Vec4 = [f32; 4];
            DVec2 = [f64; 2];
            DVec3 = [f64; 3];
            DVec4 = [f64; 4];
        }
    };
}
vectors!(vector_space);

/// Each vector is a tree of its numbers, for optimizers and clipping.
macro_rules! trees {
    ($($Type:ty = [$float:ty; $n:literal];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Tree<$float> for $Type {
            fn node(&self) -> Node<'_, $float> {
                let data: &[$float; $n] = self.as_ref();
                Node::Leaf(Leaf { data, layout: Layout::new(&[$n]) })
            }
        }
        #[diagnostic::do_not_recommend]
        impl TreeMut<$float> for $Type {
            fn data_mut(&mut self) -> &mut [$float] {
                let data: &mut [$float; $n] = self.as_mut();
                data
            }
        }
    )*};
}
vectors!(trees);

/// The derivative of `normalize`: what of `dot` is at a right angle to the vector, by its length. Zero for the vector zero.
macro_rules! along_the_sphere {
    ($of:expr, $dot:expr) => {{
        let length = $of.length();
        if length == 0.0 {
            $dot * 0.0
        } else {
            let unit = $of / length;
            ($dot - unit * unit.dot($dot)) / length
        }
    }};
}

/// `a / length`, and zero where the length is.
macro_rules! by_length {
    ($a:expr, $length:expr) => {
        if $length == 0.0 { $a * 0.0 } else { $a / $length }
    };
}

macro_rules! vectors {
    ($($Rules:ident for $Type:ident: $float:ty, ($($x:ident $x_bar:ident $x_dot:ident),*);)*) => {$(
        crate::rules! {
            /// The derivatives of the constructors and methods of vectors.
            pub trait $Rules for $Type;

            fn new($($x: $float),*) -> $Type {
                new_forward |seed| { $($x_bar => *$x_bar += seed.$x),* }
                new_pushforward |$($x_dot),*| { $Type::new($(*$x_dot),*) }
            }

            fn splat(number: $float) -> $Type {
                splat_forward |seed| { number_bar => *number_bar += seed.element_sum() }
                splat_pushforward |number_dot| { $Type::splat(*number_dot) }
            }

            fn dot(&self, other: $Type) -> $float {
                dot_forward |this, seed| { bar => *bar += other * seed, other_bar => *other_bar += *this * seed }
                dot_pushforward |dot, other_dot| { dot.dot(other) + self.dot(*other_dot) }
            }

            fn length(&self) -> $float {
                length_forward |this, seed| { bar => *bar += by_length!(*this * seed, this.length()) }
                length_pushforward |dot| { by_length!(self.dot(*dot), self.length()) }
            }

            fn length_squared(&self) -> $float {
                length_squared_forward |this, seed| { bar => *bar += *this * (seed + seed) }
                length_squared_pushforward |dot| { 2.0 * self.dot(*dot) }
            }

            fn distance(&self, other: $Type) -> $float {
                distance_forward |this, seed| {
                    bar => *bar += by_length!((*this - other) * seed, this.distance(other)),
                    other_bar => *other_bar -= by_length!((*this - other) * seed, this.distance(other)),
                }
                distance_pushforward |dot, other_dot| {
                    by_length!((*self - other).dot(*dot - *other_dot), self.distance(other))
                }
            }

            fn distance_squared(&self, other: $Type) -> $float {
                distance_squared_forward |this, seed| {
                    bar => *bar += (*this - other) * (seed + seed),
                    other_bar => *other_bar -= (*this - other) * (seed + seed),
                }
                distance_squared_pushforward |dot, other_dot| { 2.0 * (*self - other).dot(*dot - *other_dot) }
            }

            fn normalize(&self) -> $Type {
                normalize_forward |this, seed| { bar => *bar += along_the_sphere!(*this, seed) }
                normalize_pushforward |dot| { along_the_sphere!(*self, *dot) }
            }

            fn lerp(&self, other: $Type, at: $float) -> $Type {
                lerp_forward |this, seed| {
                    bar => *bar += seed * (1.0 - at),
                    other_bar => *other_bar += seed * at,
                    at_bar => *at_bar += seed.dot(other - *this),
                }
                lerp_pushforward |dot, other_dot, at_dot| {
                    *dot * (1.0 - at) + *other_dot * at + (other - *self) * *at_dot
                }
            }

            fn element_sum(&self) -> $float {
                element_sum_forward |this, seed| { bar => *bar += $Type::splat(seed) }
                element_sum_pushforward |dot| { dot.element_sum() }
            }
        }
    )*};
}
vectors! {
    Vec2Rules for Vec2: f32, (x x_bar x_dot, y y_bar y_dot);
    Vec3Rules for Vec3: f32, (x x_bar x_dot, y y_bar y_dot, z z_bar z_dot);
    Vec4Rules for Vec4: f32, (x x_bar x_dot, y y_bar y_dot, z z_bar z_dot, w w_bar w_dot);
    DVec2Rules for DVec2: f64, (x x_bar x_dot, y y_bar y_dot);
    DVec3Rules for DVec3: f64, (x x_bar x_dot, y y_bar y_dot, z z_bar z_dot);
    DVec4Rules for DVec4: f64, (x x_bar x_dot, y y_bar y_dot, z z_bar z_dot, w w_bar w_dot);
}

macro_rules! cross {
    ($($Rules:ident for $Type:ident;)*) => {$(
        crate::rules! {
            /// The derivative of the product of two vectors in space.
            pub trait $Rules for $Type;

            fn cross(&self, other: $Type) -> $Type {
                cross_forward |this, seed| {
                    bar => *bar += other.cross(seed),
                    other_bar => *other_bar += seed.cross(*this),
                }
                cross_pushforward |dot, other_dot| { dot.cross(other) + self.cross(*other_dot) }
            }
        }
    )*};
}
cross! {
    CrossVec3 for Vec3;
    CrossDVec3 for DVec3;
}

/// Brings the rules into scope.
pub mod prelude {
    pub use super::{
        CrossDVec3 as _, CrossVec3 as _, DVec2Rules as _, DVec3Rules as _, DVec4Rules as _, Vec2Rules as _,
        Vec3Rules as _, Vec4Rules as _,
    };
}
