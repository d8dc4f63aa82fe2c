//! `From` and `into`: several of a type, told by what is converted; beside operators with a number on their left.

use autodiff_runtime::differentiate;

#[differentiate]
mod plane {
    use std::ops::{Add, Div, Mul};

    #[derive(Clone, Copy, Debug)]
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }

    pub struct Polar {
        pub radius: f64,
        pub angle: f64,
    }

    fn turned(angle: f64) -> f64 {
        angle + 0.25
    }

    impl From<f64> for Point {
        fn from(x: f64) -> Point {
            Point { x, y: 0.0 }
        }
    }
    impl From<(f64, f64)> for Point {
        fn from((x, y): (f64, f64)) -> Point {
            Point { x, y }
        }
    }
    impl From<[f64; 2]> for Point {
        fn from(at: [f64; 2]) -> Point {
            Point { x: at[1], y: at[0] }
        }
    }
    impl From<&Polar> for Point {
        fn from(polar: &Polar) -> Point {
            let angle = turned(polar.angle);
            Point { x: polar.radius * angle.cos(), y: polar.radius * angle.sin() }
        }
    }
    impl From<Point> for f64 {
        fn from(point: Point) -> f64 {
            point.x.hypot(point.y)
        }
    }
    impl Add for Point {
        type Output = Point;
        fn add(self, other: Point) -> Point {
            Point { x: self.x + other.x, y: self.y + other.y }
        }
    }
    impl Div for Point {
        type Output = Point;
        fn div(self, by: Point) -> Point {
            let square = by.x * by.x + by.y * by.y;
            Point { x: (self.x * by.x + self.y * by.y) / square, y: (self.y * by.x - self.x * by.y) / square }
        }
    }
    impl Mul<Point> for f64 {
        type Output = Point;
        fn mul(self, point: Point) -> Point {
            Point { x: self * point.x, y: self * point.y }
        }
    }
    impl Point {
        fn exp(self) -> Point {
            let radius = self.x.exp();
            Point { x: radius * self.y.cos(), y: radius * self.y.sin() }
        }
        fn angle(self) -> f64 {
            self.y.atan2(self.x)
        }
    }

    fn length(point: Point) -> f64 {
        point.into()
    }

    pub fn converted(x: f64, y: f64) -> f64 {
        let pair: Point = (x, y).into();
        let polar = Polar { radius: x, angle: y };
        let quotient = pair / (x * y).into();
        let size: f64 = quotient.into();
        let sum = pair + Point::from([y, 2.0]) + Point::from(&polar);
        size + length(Point::from(x)) * length(sum) + length(y.into())
    }

    /// What a number times a point gives has the methods of points, though numbers have some of these names.
    pub fn decay(t: f64, rate: Point) -> f64 {
        let factor = (-t * rate).exp();
        let half = (0.5 * factor).exp();
        factor.angle() + half.x * half.y
    }
}

fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}

#[test]
fn what_is_converted_tells_the_conversion() {
    let (x, y) = (1.5, 0.7);
    let (value, (x_bar, y_bar)) = plane::converted::value_and_grad(x, y);
    assert_eq!(value, plane::converted(x, y));
    assert!((x_bar - slope(|h| plane::converted(x + h, y))).abs() < 1e-8);
    assert!((y_bar - slope(|h| plane::converted(x, y + h))).abs() < 1e-8);
    let (_, dot) = plane::converted::jvp(x, y, 2.0, -1.0);
    assert!((dot - (2.0 * x_bar - y_bar)).abs() < 1e-12);
}

#[test]
fn a_number_times_a_point_is_a_point() {
    let rate = plane::Point { x: 0.4, y: 1.1 };
    let (value, (t_bar, rate_bar)) = plane::decay::value_and_grad(0.6, rate);
    assert_eq!(value, plane::decay(0.6, rate));
    assert!((t_bar - slope(|h| plane::decay(0.6 + h, rate))).abs() < 1e-8);
    let moved = |x, y| plane::Point { x: rate.x + x, y: rate.y + y };
    assert!((rate_bar.x - slope(|h| plane::decay(0.6, moved(h, 0.0)))).abs() < 1e-8);
    assert!((rate_bar.y - slope(|h| plane::decay(0.6, moved(0.0, h)))).abs() < 1e-8);
    let dot = plane::decay::jvp(0.6, rate, 0.5, plane::PointTangent { x: 1.0, y: -2.0 }).1;
    assert!((dot - (0.5 * t_bar + rate_bar.x - 2.0 * rate_bar.y)).abs() < 1e-12);
}
