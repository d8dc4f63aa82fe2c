//! Rotations of the plane.

use crate::differentiable::Real;
use crate::ops::matrix::inner;
use nalgebra::{Complex, Matrix2, Rotation2, UnitComplex};

/// The derivative of cos + i sin by the angle.
fn further<T: Real>(angle: T) -> Complex<T> {
    let (sin, cos) = angle.sin_cos();
    Complex::new(-sin, cos)
}

/// The derivative of the angle.
fn angle_dot<T: Real>(of: Complex<T>, dot: Complex<T>) -> T {
    (of.re * dot.im - of.im * dot.re) / (of.re * of.re + of.im * of.im)
}

fn times<T: Real>(a: Complex<T>, by: T) -> Complex<T> {
    Complex::new(a.re * by, a.im * by)
}

fn dot<T: Real>(a: Complex<T>, b: Complex<T>) -> T {
    a.re * b.re + a.im * b.im
}

crate::rules! {
    /// The derivatives of the constructors and methods of rotations that are unit complex numbers.
    pub trait UnitComplexRules[T] for UnitComplex<T> where { T: Real };

    fn new(angle: T) -> UnitComplex<T> {
        new_forward |seed| { bar => *bar += dot(further(angle), seed) }
        new_pushforward |angle_dot| { times(further(angle), *angle_dot) }
    }

    fn from_angle(angle: T) -> UnitComplex<T> {
        from_angle_forward |seed| { bar => *bar += dot(further(angle), seed) }
        from_angle_pushforward |angle_dot| { times(further(angle), *angle_dot) }
    }

    fn angle(&self) -> T {
        angle_forward |this, seed| {
            bar => {
                let over = seed / (this.re * this.re + this.im * this.im);
                bar.re -= this.im * over;
                bar.im += this.re * over;
            },
        }
        angle_pushforward |this_dot| { angle_dot(self.into_inner(), *this_dot) }
    }

    fn conjugate(&self) -> UnitComplex<T> {
        conjugate_forward |this, seed| { bar => { bar.re += seed.re; bar.im -= seed.im } }
        conjugate_pushforward |this_dot| { Complex::new(this_dot.re, -this_dot.im) }
    }

    fn to_rotation_matrix(&self) -> Rotation2<T> {
        to_rotation_matrix_forward |this, seed| {
            bar => {
                bar.re += seed[(0, 0)] + seed[(1, 1)];
                bar.im += seed[(1, 0)] - seed[(0, 1)];
            },
        }
        to_rotation_matrix_pushforward |this_dot| {
            Matrix2::new(this_dot.re, -this_dot.im, this_dot.im, this_dot.re)
        }
    }

    fn into_inner(&self) -> Complex<T> = { **self } {
        into_inner_forward |this, seed| { bar => { bar.re += seed.re; bar.im += seed.im } }
        into_inner_pushforward |this_dot| { *this_dot }
    }
}

/// The derivative of a matrix by its angle.
fn matrix_further<T: Real>(angle: T) -> Matrix2<T> {
    let further = further(angle);
    Matrix2::new(further.re, -further.im, further.im, further.re)
}

crate::rules! {
    /// The derivatives of the constructors and methods of rotations of the plane that are matrices.
    pub trait PlaneRotationRules[T] for Rotation2<T> where { T: Real };

    fn new(angle: T) -> Rotation2<T> {
        new_forward |seed| { bar => *bar += inner(&matrix_further(angle), &seed) }
        new_pushforward |angle_dot| { matrix_further(angle) * *angle_dot }
    }

    // The arc tangent of the first column.
    fn angle(&self) -> T {
        angle_forward |this, seed| {
            bar => {
                let (re, im) = (this[(0, 0)], this[(1, 0)]);
                let over = seed / (re * re + im * im);
                bar[(0, 0)] -= im * over;
                bar[(1, 0)] += re * over;
            },
        }
        angle_pushforward |this_dot| {
            let complex = |of: &Matrix2<T>| Complex::new(of[(0, 0)], of[(1, 0)]);
            angle_dot(complex(self.matrix()), complex(this_dot))
        }
    }
}
