//! Traits of a differentiated module: functions and types that know nothing but the trait.

use autodiff_runtime::differentiate;

#[differentiate]
mod models {
    use std::ops::{Add, Mul, Neg, Sub};

    pub trait Named {
        const ORDER: usize;
        fn scale(&self) -> f64;
    }

    pub trait Model: Named {
        fn rate(&self, t: f64) -> f64;

        fn discount(&self, t: f64) -> f64 {
            (-self.rate(t) * t * self.scale()).exp()
        }

        fn calibrate(&mut self, by: f64);

        fn from_quotes(quotes: &[f64]) -> Self
        where
            Self: Sized;
    }

    #[derive(Clone)]
    pub struct Flat {
        pub rate: f64,
    }

    pub struct NelsonSiegel {
        pub levels: [f64; 3],
        pub tau: f64,
    }

    impl Named for Flat {
        const ORDER: usize = 1;
        fn scale(&self) -> f64 {
            1.0
        }
    }

    impl Model for Flat {
        fn rate(&self, _t: f64) -> f64 {
            self.rate
        }
        fn calibrate(&mut self, by: f64) {
            self.rate += by * self.rate;
        }
        fn from_quotes(quotes: &[f64]) -> Self {
            Flat { rate: quotes.iter().sum::<f64>() / quotes.len() as f64 }
        }
    }

    impl Named for NelsonSiegel {
        const ORDER: usize = 3;
        fn scale(&self) -> f64 {
            self.tau.sqrt()
        }
    }

    impl Model for NelsonSiegel {
        fn rate(&self, t: f64) -> f64 {
            let x = t / self.tau;
            let decay = (1.0 - (-x).exp()) / x;
            self.levels[0] + self.levels[1] * decay + self.levels[2] * (decay - (-x).exp())
        }
        fn discount(&self, t: f64) -> f64 {
            (-self.rate(t) * t).exp()
        }
        fn calibrate(&mut self, by: f64) {
            for level in self.levels.iter_mut() {
                *level *= by;
            }
        }
        fn from_quotes(quotes: &[f64]) -> Self {
            NelsonSiegel { levels: [quotes[0], quotes[1], 0.1], tau: 1.5 }
        }
    }

    /// A type without numbers, which has another method than the trait all the same.
    pub struct Par;

    impl Named for Par {
        const ORDER: usize = 2;
        fn scale(&self) -> f64 {
            2.0
        }
    }

    impl Model for Par {
        fn rate(&self, t: f64) -> f64 {
            0.1 * t
        }
        fn discount(&self, t: f64) -> f64 {
            (0.5 * t).cos() * self.scale()
        }
        fn calibrate(&mut self, _by: f64) {}
        fn from_quotes(_quotes: &[f64]) -> Self {
            Par
        }
    }

    pub fn annuity<M: Model>(model: &M, times: &[f64]) -> f64 {
        times.iter().map(|t| model.discount(*t)).sum::<f64>() * M::ORDER as f64
    }

    fn bond(model: &impl Model, coupon: f64) -> f64 {
        coupon * annuity(model, &[0.5, 1.0, 1.5]) + model.discount(1.5)
    }

    pub struct Swap<M>
    where
        M: Model,
    {
        pub model: M,
        pub fixed: f64,
    }

    impl<M: Model> Swap<M> {
        pub fn value(&self, t: f64) -> f64 {
            let floating = 1.0 - self.model.discount(t);
            floating - self.fixed * annuity(&self.model, &[0.5 * t, t])
        }
    }

    pub fn moved<M: Model + Clone>(model: &M, by: f64) -> f64 {
        let mut model = model.clone();
        model.calibrate(by);
        bond(&model, 0.05)
    }

    pub fn quoted<M: Model>(quotes: &[f64]) -> f64 {
        let model = M::from_quotes(quotes);
        annuity(&model, &[1.0, 2.0])
    }

    pub fn all(rate: f64, level: f64) -> f64 {
        let (flat, curve) = (Flat { rate }, NelsonSiegel { levels: [rate, level, level * rate], tau: 2.0 });
        let swap = Swap { model: curve, fixed: level };
        moved(&flat, level) + bond(&swap.model, rate) + swap.value(2.0) + quoted::<Flat>(&[rate, level])
    }

    /// A number of any kind.
    pub trait Scalar:
        Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
    {
        fn of(value: f64) -> Self;
        fn sin(self) -> Self;
        fn square(self) -> Self {
            self * self
        }
    }

    impl Scalar for f64 {
        fn of(value: f64) -> f64 {
            value
        }
        fn sin(self) -> f64 {
            f64::sin(self)
        }
    }

    pub fn wave<T: Scalar>(x: T, y: T) -> T {
        let z = x.sin() * y - T::of(2.0) * x.square();
        -z + (x + y).sin()
    }

    pub fn waves(x: f64, y: f64) -> f64 {
        wave(x, y) * wave(y, x * y)
    }
}

use models::{Flat, Model, NelsonSiegel, Swap};

fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-8 * (1.0 + b.abs()), "{a} {b}");
}

fn curve(moved: [f64; 4]) -> NelsonSiegel {
    NelsonSiegel { levels: [0.03 + moved[0], -0.01 + moved[1], 0.02 + moved[2]], tau: 1.5 + moved[3] }
}

fn along(at: usize, by: f64) -> NelsonSiegel {
    let mut moved = [0.0; 4];
    moved[at] = by;
    curve(moved)
}

#[test]
fn generic_functions_go_by_the_trait() {
    let times = [0.5, 1.0, 2.5];
    let (value, (bar, times_bar)) = models::annuity::value_and_grad(&curve([0.0; 4]), &times);
    assert_eq!(value, models::annuity(&curve([0.0; 4]), &times));
    for at in 0..3 {
        close(bar.levels[at], slope(|by| models::annuity(&along(at, by), &times)));
    }
    close(bar.tau, slope(|by| models::annuity(&along(3, by), &times)));
    close(times_bar[2], slope(|by| models::annuity(&curve([0.0; 4]), &[0.5, 1.0, 2.5 + by])));
    let (_, (flat_bar, _)) = models::annuity::value_and_grad(&Flat { rate: 0.02 }, &times);
    close(flat_bar.rate, slope(|by| models::annuity(&Flat { rate: 0.02 + by }, &times)));
}

#[test]
fn types_without_numbers_have_their_own_methods() {
    let times = [0.5, 1.0, 2.5];
    let (value, (_, times_bar)) = models::annuity::value_and_grad(&models::Par, &times);
    assert_eq!(value, models::annuity(&models::Par, &times));
    close(times_bar[2], slope(|by| models::annuity(&models::Par, &[0.5, 1.0, 2.5 + by])));
}

#[test]
fn provided_methods_and_methods_of_generic_types() {
    let flat = Flat { rate: 0.04 };
    let (bar, t_bar) = Swap::<Flat>::value_grad(&Swap { model: flat.clone(), fixed: 0.03 }, 2.0);
    let value = |rate: f64, fixed: f64, t: f64| Swap { model: Flat { rate }, fixed }.value(t);
    close(bar.model.rate, slope(|by| value(0.04 + by, 0.03, 2.0)));
    close(bar.fixed, slope(|by| value(0.04, 0.03 + by, 2.0)));
    close(t_bar, slope(|by| value(0.04, 0.03, 2.0 + by)));
    close(models::moved::grad(&flat, 0.1).1, slope(|by| models::moved(&flat, 0.1 + by)));
    assert!(flat.discount(1.0) < 1.0);
}

#[test]
fn everything_at_once() {
    let (x, y) = (0.03, 0.04);
    let (x_bar, y_bar) = models::all::grad(x, y);
    close(x_bar, slope(|by| models::all(x + by, y)));
    close(y_bar, slope(|by| models::all(x, y + by)));
    let (_, dot) = models::all::jvp(x, y, 1.0, 2.0);
    close(dot, x_bar + 2.0 * y_bar);
}

#[test]
fn scalars_of_a_trait() {
    let (x, y) = (0.6, -0.3);
    let (x_bar, y_bar) = models::waves::grad(x, y);
    close(x_bar, slope(|by| models::waves(x + by, y)));
    close(y_bar, slope(|by| models::waves(x, y + by)));
    close(models::wave::grad(x, y).0, slope(|by| models::wave(x + by, y)));
}

#[differentiate]
mod fallible {
    #[derive(Clone)]
    pub struct Smile {
        pub alpha: f64,
    }

    pub trait Vol {
        fn vol(&self, k: f64) -> Result<f64, String>;

        fn twice(&self, k: f64) -> Result<f64, String> {
            self.vol(k * 2.0)
        }

        fn known(&self, k: f64) -> Option<f64> {
            self.vol(k).ok().filter(|vol| *vol < 10.0)
        }
    }

    impl Vol for Smile {
        fn vol(&self, k: f64) -> Result<f64, String> {
            if k <= 0.0 {
                return Err(format!("no strike of {k}"));
            }
            Ok(self.alpha * k.ln())
        }
    }

    pub fn squared<M: Vol>(model: &M, k: f64) -> Result<f64, String> {
        let vol = model.vol(k)?;
        Ok(vol * vol)
    }

    pub fn or_three(model: &impl Vol, k: f64) -> f64 {
        model.twice(k).unwrap_or(3.0 * k) + model.known(k).unwrap_or(0.5)
    }

    pub fn both(smile: &Smile, k: f64) -> Option<f64> {
        let vol = smile.vol(k).ok()?;
        Some(vol * smile.twice(k).ok()?)
    }
}

#[test]
fn methods_of_traits_that_may_fail() {
    use fallible::{Smile, both, or_three, squared};
    let (alpha, k) = (0.3, 2.0);
    let smile = |by: f64| Smile { alpha: alpha + by };
    let (value, (bar, k_bar)) = squared::value_and_grad(&smile(0.0), k).unwrap();
    assert_eq!(value, squared(&smile(0.0), k).unwrap());
    close(bar.alpha, slope(|by| squared(&smile(by), k).unwrap()));
    close(k_bar, slope(|by| squared(&smile(0.0), k + by).unwrap()));
    assert_eq!(squared::grad(&smile(0.0), -1.0).map(|_| ()), Err("no strike of -1".to_string()));
    for k in [2.0, -1.0] {
        let (bar, k_bar) = or_three::grad(&smile(0.0), k);
        close(bar.alpha, slope(|by| or_three(&smile(by), k)));
        close(k_bar, slope(|by| or_three(&smile(0.0), k + by)));
    }
    let (_, (bar, _)) = both::value_and_grad(&smile(0.0), k).unwrap();
    let (_, dot) = both::jvp(&smile(0.0), k, &bar, 0.0).unwrap();
    close(dot, slope(|by| both(&smile(by), k).unwrap()) * bar.alpha);
}
