//! A number type of one's own in a module: operators on values and references, sums, conversions, constants.

use autodiff_runtime::differentiate;

#[differentiate]
mod complex {
    use std::iter::{Product, Sum};
    use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub struct Complex {
        pub re: f64,
        pub im: f64,
    }

    impl Complex {
        pub const I: Complex = Complex { re: 0.0, im: 1.0 };

        pub fn new(re: f64, im: f64) -> Self {
            Self { re, im }
        }
        pub fn norm(&self) -> f64 {
            self.re.hypot(self.im)
        }
        pub fn exp(self) -> Self {
            let r = self.re.exp();
            Self::new(r * self.im.cos(), r * self.im.sin())
        }
        pub fn conj(self) -> Self {
            Self { im: -self.im, ..self }
        }
    }

    impl From<f64> for Complex {
        fn from(re: f64) -> Self {
            Self::new(re, 0.0)
        }
    }
    impl Add for Complex {
        type Output = Self;
        fn add(self, other: Self) -> Self {
            &self + &other
        }
    }
    impl<'a> Add<&'a Complex> for &'a Complex {
        type Output = Complex;
        fn add(self, other: &Complex) -> Complex {
            Complex::new(self.re + other.re, self.im + other.im)
        }
    }
    impl Sub for Complex {
        type Output = Self;
        fn sub(self, other: Self) -> Self {
            Self::new(self.re - other.re, self.im - other.im)
        }
    }
    impl Sub<&Complex> for Complex {
        type Output = Complex;
        fn sub(self, other: &Complex) -> Complex {
            self - *other
        }
    }
    impl Mul for Complex {
        type Output = Self;
        fn mul(self, other: Self) -> Self {
            Self::new(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
        }
    }
    impl Mul<&Complex> for &Complex {
        type Output = Complex;
        fn mul(self, other: &Complex) -> Complex {
            (*self).mul(*other)
        }
    }
    impl Mul<f64> for Complex {
        type Output = Self;
        fn mul(self, by: f64) -> Self {
            Self::new(self.re * by, self.im * by)
        }
    }
    impl Mul<Complex> for f64 {
        type Output = Complex;
        fn mul(self, z: Complex) -> Complex {
            z * self
        }
    }
    impl Div for Complex {
        type Output = Self;
        fn div(self, other: Self) -> Self {
            let square = other.re * other.re + other.im * other.im;
            self * other.conj() * (1.0 / square)
        }
    }
    impl Neg for Complex {
        type Output = Self;
        fn neg(self) -> Self {
            Self::new(-self.re, -self.im)
        }
    }
    impl Neg for &Complex {
        type Output = Complex;
        fn neg(self) -> Complex {
            -*self
        }
    }
    impl AddAssign for Complex {
        fn add_assign(&mut self, other: Self) {
            self.re += other.re;
            self.im += other.im;
        }
    }
    impl MulAssign<f64> for Complex {
        fn mul_assign(&mut self, by: f64) {
            *self = *self * by;
        }
    }
    impl Sum for Complex {
        fn sum<I: Iterator<Item = Complex>>(iter: I) -> Complex {
            iter.fold(Complex::default(), |a, b| a + b)
        }
    }
    impl<'a> Sum<&'a Complex> for Complex {
        fn sum<I: Iterator<Item = &'a Complex>>(iter: I) -> Complex {
            iter.copied().sum()
        }
    }
    impl Product for Complex {
        fn product<I: Iterator<Item = Complex>>(iter: I) -> Complex {
            iter.fold(Complex::from(1.0), |a, b| a * b)
        }
    }

    pub fn mixed(x: f64, y: f64) -> f64 {
        let z = Complex::from(x) + Complex::I * y;
        let list = [z, -z, 2.0 * z, z * z - Complex::I];
        let mut total: Complex = list.iter().map(|w| (*w * 0.3).exp()).sum();
        total += &z + &list[3];
        total *= 0.5;
        let factors = list.iter().map(|w| *w + Complex::from(2.0)).product::<Complex>();
        let quotient = total / (&z * &factors) - &z;
        quotient.norm() + list.iter().copied().sum::<Complex>().re + (-&z).im
    }

    pub fn power(z: Complex, n: usize) -> Complex {
        let mut w = Complex::from(1.0);
        for _ in 0..n {
            w = w * z;
        }
        w
    }
}

#[test]
fn derivatives_of_complex_arithmetic() {
    let (x, y, h) = (0.7, -0.4, 1e-5);
    let slope = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
    let expected = (slope(&|t| complex::mixed(x + t, y)), slope(&|t| complex::mixed(x, y + t)));
    let (value, (x_bar, y_bar)) = complex::mixed::value_and_grad(x, y);
    assert_eq!(value, complex::mixed(x, y));
    assert!((x_bar - expected.0).abs() < 1e-8 && (y_bar - expected.1).abs() < 1e-8, "{x_bar} {y_bar}");
    let (_, dot) = complex::mixed::jvp(x, y, 0.5, -2.0);
    assert!((dot - (0.5 * x_bar - 2.0 * y_bar)).abs() < 1e-12);
}

#[test]
fn an_analytic_function_has_a_complex_slope() {
    let z = complex::Complex::new(0.6, 0.8);
    let (_, pullback) = complex::power::vjp(z, 4);
    let (_, dot) = complex::power::jvp(z, 4, complex::ComplexTangent { re: 1.0, im: 0.0 });
    let slope = complex::power(z, 3) * 4.0;
    assert!((dot.re - slope.re).abs() < 1e-14 && (dot.im - slope.im).abs() < 1e-14);
    let bar = pullback(complex::ComplexTangent { re: 1.0, im: 0.0 });
    assert!((bar.re - slope.re).abs() < 1e-14 && (bar.im + slope.im).abs() < 1e-14);
}
