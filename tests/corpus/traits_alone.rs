//! Traits, their impls and what is generic over them, each with an attribute of its own.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
trait Curve: Differentiable {
    fn rate(&self, t: f64) -> f64;

    fn discount(&self, t: f64) -> f64 {
        (-self.rate(t) * t).exp()
    }

    /// One type has another.
    fn scale(&self) -> f64 {
        1.5
    }
}

#[derive(Differentiable)]
struct Flat {
    rate: f64,
}

#[differentiate(of_trait)]
impl Curve for Flat {
    fn rate(&self, _t: f64) -> f64 {
        self.rate
    }
}

#[derive(Clone, Differentiable)]
struct Sloped {
    level: f64,
    slope: f64,
}

#[differentiate(of_trait)]
impl Curve for Sloped {
    fn rate(&self, t: f64) -> f64 {
        self.level + self.slope * t
    }
    fn scale(&self) -> f64 {
        self.level * self.slope
    }
}

/// A type of another crate.
#[differentiate(of_trait)]
impl Curve for f64 {
    fn rate(&self, t: f64) -> f64 {
        self * t.sqrt()
    }
}

#[derive(Differentiable)]
struct Shifted<C> {
    inner: C,
    by: f64,
}

#[differentiate(of_trait)]
impl<C: Curve> Curve for Shifted<C> {
    fn rate(&self, t: f64) -> f64 {
        self.by * self.inner.discount(t + self.by)
    }
}

#[differentiate]
fn annuity<C: Curve>(curve: &C, times: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..times.len() {
        sum += curve.discount(times[i]) * curve.scale();
    }
    sum
}

#[differentiate]
fn rate_of<C: Curve>(curve: &C, t: f64) -> f64 {
    let rate: f64 = curve.rate(t);
    rate * rate
}

#[differentiate]
fn both(level: f64, slope: f64) -> f64 {
    let sloped = Sloped { level, slope };
    annuity(&sloped, &[1.0, 2.0]) * rate_of(&sloped, level)
}

fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-8 * (1.0 + b.abs()), "{a} {b}");
}

#[test]
fn generic_functions_find_the_derivatives_of_impls() {
    let times = [0.5, 2.0];
    let sloped = |level: f64, slope: f64| Sloped { level: 0.1 + level, slope: 0.2 + slope };
    let (value, (bar, times_bar)) = annuity::value_and_grad(&sloped(0.0, 0.0), &times);
    assert_eq!(value, annuity(&sloped(0.0, 0.0), &times));
    close(bar.level, slope(|by| annuity(&sloped(by, 0.0), &times)));
    close(bar.slope, slope(|by| annuity(&sloped(0.0, by), &times)));
    close(times_bar[1], slope(|by| annuity(&sloped(0.0, 0.0), &[0.5, 2.0 + by])));

    let shifted = |rate: f64, by: f64| Shifted { inner: Flat { rate: 0.3 + rate }, by: 0.4 + by };
    let (bar, _) = annuity::grad(&shifted(0.0, 0.0), &times);
    close(bar.inner.rate, slope(|by| annuity(&shifted(by, 0.0), &times)));
    close(bar.by, slope(|by| annuity(&shifted(0.0, by), &times)));
    close(annuity::grad(&0.3, &times).0, slope(|by| annuity(&(0.3 + by), &times)));
}

#[test]
fn calls_of_generic_functions_by_their_impls() {
    let (level_bar, slope_bar) = both::grad(0.3, 0.7);
    close(level_bar, slope(|by| both(0.3 + by, 0.7)));
    close(slope_bar, slope(|by| both(0.3, 0.7 + by)));
    close(both::jvp(0.3, 0.7, 1.0, -2.0).1, level_bar - 2.0 * slope_bar);
    close(rate_of::grad(&Flat { rate: 2.0 }, 1.0).0.rate, 4.0);
    assert_eq!(Sloped { level: 1.0, slope: 2.0 }.scale_grad().level, 2.0);
}
