//! Traits of a module for types of the standard library: sequences, arrays, tuples, boxes, options, of numbers and of what has
//! the trait itself.

use autodiff_runtime::differentiate;

#[differentiate]
mod sizes {
    pub trait Size {
        fn size(&self, k: f64) -> f64;

        fn scaled(&self, k: f64) -> f64 {
            self.size(k) * k
        }
    }

    #[derive(Clone)]
    pub struct Ball(pub f64);

    impl Size for Ball {
        fn size(&self, k: f64) -> f64 {
            self.0 * self.0 * k
        }
    }

    impl Size for f64 {
        fn size(&self, k: f64) -> f64 {
            self.abs() * k
        }
    }

    impl Size for Vec<f64> {
        fn size(&self, k: f64) -> f64 {
            let mut sum = k;
            for x in self {
                sum += x * x;
            }
            sum.sqrt()
        }
        fn scaled(&self, k: f64) -> f64 {
            self.iter().map(|x| x * k).sum::<f64>() / self.len() as f64
        }
    }

    impl Size for [f64; 3] {
        fn size(&self, k: f64) -> f64 {
            self[0] + self[1] * self[2] * k
        }
    }

    impl Size for (f64, [f64; 2]) {
        fn size(&self, k: f64) -> f64 {
            let (weight, at) = self;
            weight * at[0] * k + at[1]
        }
    }

    pub fn twice<S: Size>(of: &S, k: f64) -> f64 {
        of.scaled(k) + of.size(0.5 * k)
    }
}

#[differentiate]
mod parts {
    pub trait Size {
        fn size(&self, k: f64) -> f64;

        fn scaled(&self, k: f64) -> f64 {
            self.size(k) * k
        }
    }

    #[derive(Clone)]
    pub struct Ball(pub f64);

    impl Size for Ball {
        fn size(&self, k: f64) -> f64 {
            self.0 * self.0 * k
        }
    }

    impl<S: Size> Size for Vec<S> {
        fn size(&self, k: f64) -> f64 {
            self.iter().map(|part| part.size(k)).sum()
        }
    }

    impl<A: Size, B: Size> Size for (A, B) {
        fn size(&self, k: f64) -> f64 {
            self.0.size(k) * self.1.size(k)
        }
    }

    impl<S: Size, const N: usize> Size for [S; N] {
        fn size(&self, k: f64) -> f64 {
            let mut product = 1.0;
            for part in self {
                product *= part.size(k);
            }
            product
        }
    }

    impl<S: Size> Size for Box<S> {
        fn size(&self, k: f64) -> f64 {
            (**self).size(k)
        }
    }

    impl<S: Size> Size for Option<S> {
        fn size(&self, k: f64) -> f64 {
            match self {
                Some(part) => part.size(k),
                None => k,
            }
        }
    }

    pub fn twice<S: Size>(of: &S, k: f64) -> f64 {
        of.scaled(k) + of.size(0.5 * k)
    }

    pub fn made(radius: f64, k: f64) -> f64 {
        let balls = vec![Ball(radius), Ball(radius * k)];
        let pair = (Ball(k), vec![Ball(radius)]);
        twice(&balls, k) + twice(&pair, k) + balls.size(k) + twice(&Box::new(Ball(radius)), k)
    }
}

use parts::{Ball, BallTangent};

fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-7 * (1.0 + b.abs()), "{a} {b}");
}

#[test]
fn of_numbers() {
    let list = |by: f64| vec![0.5, -0.25 + by, 2.0];
    let (bars, k_bar) = sizes::twice::grad(&list(0.0), 1.5);
    close(bars[1], slope(|by| sizes::twice(&list(by), 1.5)));
    close(k_bar, slope(|by| sizes::twice(&list(0.0), 1.5 + by)));
    let array = |by: f64| [0.5, -0.25, 2.0 + by];
    let (bars, _) = sizes::twice::grad(&array(0.0), 1.5);
    close(bars[2], slope(|by| sizes::twice(&array(by), 1.5)));
    let pair = |by: f64| (0.5, [-0.25 + by, 2.0]);
    let ((_, bars), k_bar) = sizes::twice::grad(&pair(0.0), 1.5);
    close(bars[0], slope(|by| sizes::twice(&pair(by), 1.5)));
    close(k_bar, slope(|by| sizes::twice(&pair(0.0), 1.5 + by)));
    close(sizes::twice::grad(&-0.5, 1.5).0, slope(|by| sizes::twice(&(by - 0.5), 1.5)));
    let _ = sizes::Ball(1.0);
}

#[test]
fn of_what_has_the_trait() {
    let balls = |by: f64| vec![Ball(0.5), Ball(0.75 + by)];
    let (bars, k_bar) = parts::twice::grad(&balls(0.0), 1.5);
    close(bars[1].0, slope(|by| parts::twice(&balls(by), 1.5)));
    close(k_bar, slope(|by| parts::twice(&balls(0.0), 1.5 + by)));
    let nested = |by: f64| [(Ball(0.5), balls(by)), (Ball(0.25 + by), balls(0.0))];
    let (bars, _) = parts::twice::grad(&nested(0.0), 1.5);
    close(bars[0].1[1].0 + bars[1].0.0, slope(|by| parts::twice(&nested(by), 1.5)));
    let (bar, _) = parts::twice::grad(&Some(Box::new(Ball(0.5))), 1.5);
    let Some(bar) = bar else { panic!("there is one") };
    close(bar.0, slope(|by| parts::twice(&Ball(0.5 + by), 1.5)));
    let (bar, k_bar) = parts::twice::grad(&None::<Ball>, 1.5);
    assert!(bar.is_none());
    close(k_bar, slope(|by| parts::twice(&None::<Ball>, 1.5 + by)));
    let (_, dot) = parts::twice::jvp(&balls(0.0), 1.5, &vec![BallTangent(0.0), BallTangent(1.0)], 0.5);
    close(dot, bars_of(&balls(0.0)) + 0.5 * slope(|by| parts::twice(&balls(0.0), 1.5 + by)));
}

fn bars_of(balls: &Vec<Ball>) -> f64 {
    parts::twice::grad(balls, 1.5).0[1].0
}

#[test]
fn made_in_a_function() {
    let (radius_bar, k_bar) = parts::made::grad(0.6, 1.25);
    close(radius_bar, slope(|by| parts::made(0.6 + by, 1.25)));
    close(k_bar, slope(|by| parts::made(0.6, 1.25 + by)));
    close(parts::made::jvp(0.6, 1.25, 1.0, -2.0).1, radius_bar - 2.0 * k_bar);
}

#[differentiate]
mod floats {
    use num_traits::Float;

    pub trait Curve<T: Float> {
        fn rate(&self, t: T) -> T;

        fn discount(&self, t: T) -> T {
            (-self.rate(t) * t).exp()
        }
    }

    pub struct Flat<T> {
        pub rate: T,
    }

    impl<T: Float> Curve<T> for Flat<T> {
        fn rate(&self, t: T) -> T {
            self.rate * t.sqrt()
        }
    }

    /// Of one float alone.
    pub struct Wave(pub f64);

    impl Curve<f64> for Wave {
        fn rate(&self, t: f64) -> f64 {
            self.0 * t.sin()
        }
        fn discount(&self, t: f64) -> f64 {
            1.0 / (1.0 + self.rate(t) * t)
        }
    }

    pub fn growth<T: Float, C: Curve<T>>(curve: &C, t: T) -> T {
        curve.rate(t) * t + curve.discount(t)
    }

    pub fn both(rate: f64, t: f64) -> f64 {
        let flat = Flat { rate };
        growth(&flat, t) * growth(&Wave(rate), t) + flat.discount(rate)
    }
}

#[test]
fn of_traits_that_are_generic_over_a_float() {
    use floats::{Flat, Wave};
    let flat = |by: f64| Flat { rate: 0.3 + by };
    let (bar, t_bar) = floats::growth::grad(&flat(0.0), 1.5);
    close(bar.rate, slope(|by| floats::growth(&flat(by), 1.5)));
    close(t_bar, slope(|by| floats::growth(&flat(0.0), 1.5 + by)));
    close(floats::growth::grad(&Wave(0.3), 1.5).0.0, slope(|by| floats::growth(&Wave(0.3 + by), 1.5)));
    let (rate_bar, t_bar) = floats::both::grad(0.3, 1.5);
    close(rate_bar, slope(|by| floats::both(0.3 + by, 1.5)));
    close(t_bar, slope(|by| floats::both(0.3, 1.5 + by)));
    close(floats::both::jvp(0.3, 1.5, 1.0, -2.0).1, rate_bar - 2.0 * t_bar);
    let (bar, _) = floats::growth::grad(&Flat { rate: 0.25_f32 }, 1.0_f32);
    assert!((bar.rate - (1.0 - (-0.25_f32).exp())).abs() < 1e-6);
}
