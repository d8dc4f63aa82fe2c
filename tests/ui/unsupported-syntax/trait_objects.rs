//! What no derivative does with a trait object.

use autodiff_runtime::differentiate;

#[differentiate]
mod curves {
    pub trait Curve {
        fn rate(&self, t: f64) -> f64;

        fn bump(&mut self, by: f64);

        fn quoted(&self, t: f64) -> Option<f64>;
    }

    pub struct Flat(pub f64);

    impl Curve for Flat {
        fn rate(&self, _t: f64) -> f64 {
            self.0
        }
        fn bump(&mut self, by: f64) {
            self.0 += by;
        }
        fn quoted(&self, t: f64) -> Option<f64> {
            if t > 0.0 { Some(self.0) } else { None }
        }
    }

    pub struct Holder {
        pub curve: Box<dyn Curve>,
    }

    pub fn lent(curve: &mut dyn Curve, t: f64) -> f64 {
        curve.rate(t) * t
    }

    pub fn bumped(holder: &mut Holder, t: f64) -> f64 {
        holder.curve.bump(t);
        holder.curve.rate(t)
    }

    pub fn quoted(curve: &dyn Curve, t: f64) -> f64 {
        curve.quoted(t).unwrap_or(0.0) * t
    }

    pub fn listed(curves: &[&dyn Curve], t: f64) -> f64 {
        curves[0].rate(t)
    }

    pub fn unseen(rate: f64, t: f64) -> f64 {
        let flat = Box::new(Flat(rate));
        let holder = Holder { curve: flat };
        holder.curve.rate(t)
    }

    #[differentiate(order = 2)]
    pub fn twice(curve: &dyn Curve, t: f64) -> f64 {
        curve.rate(t) * t
    }
}

#[differentiate]
mod payoffs {
    pub trait Payoff<const N: usize> {
        fn value(&self, spot: [f64; N]) -> f64;
    }

    pub fn value(payoff: &dyn Payoff<2>, spot: [f64; 2]) -> f64 {
        payoff.value(spot)
    }
}

#[differentiate]
mod kept {
    pub trait Payoff {
        fn value(&self, spot: f64) -> f64;
    }

    pub struct Call(pub f64);

    impl Payoff for Call {
        fn value(&self, spot: f64) -> f64 {
            (spot - self.0).max(0.0)
        }
    }

    pub fn made(strike: f64, spot: f64) -> f64 {
        let payoff: Box<dyn Payoff + Send> = Box::new(Call(strike));
        payoff.value(spot)
    }
}

fn main() {}
