//! Macros of a differentiated module, and of a function itself.

use autodiff_runtime::differentiate;

#[differentiate]
mod rates {
    /// Horner's scheme.
    macro_rules! polynomial {
        ($x:expr; $($c:expr),+ $(,)?) => {{
            let x = $x;
            let mut sum = 0.0;
            $( sum = sum * x + $c; )+
            sum
        }};
    }

    macro_rules! square {
        ($x:expr) => {
            $x * $x
        };
    }

    macro_rules! accumulate {
        ($total:ident, $($term:expr);* $(;)?) => {
            $( $total += square!($term); )*
        };
    }

    macro_rules! largest {
        ($x:expr) => { $x };
        ($x:expr, $($rest:expr),+) => { $x.max(largest!($($rest),+)) };
    }

    pub struct Curve {
        pub a: f64,
        pub b: f64,
    }

    impl Curve {
        pub fn at(&self, x: f64) -> f64 {
            polynomial!(x + self.a; self.a, self.b, square!(self.a + self.b))
        }
    }

    pub fn total(x: f64, sum: f64) -> f64 {
        let mut total = polynomial!(x; 1.0, sum, 2.0 * x);
        accumulate!(total, x.sin(); sum * x; x + sum);
        let list = vec![square!(x - 1.0), largest!(x, sum, x * sum)];
        total + list[0] * list[1] + Curve { a: x, b: sum }.at(square!(sum))
    }
}

#[differentiate]
fn own_macro(x: &[f64]) -> f64 {
    macro_rules! smooth {
        ($v:expr, $by:literal) => {{
            let t: f64 = $v;
            (t * t + $by).sqrt()
        }};
    }
    let mut sum = 0.0;
    for t in x {
        sum += smooth!(t - sum, 0.5) * smooth![*t, 1.5];
    }
    sum
}

#[test]
fn macros_are_expanded() {
    let (x, y, h) = (0.7, -0.4, 1e-5);
    let slope = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
    let (value, (x_bar, y_bar)) = rates::total::value_and_grad(x, y);
    assert_eq!(value, rates::total(x, y));
    assert!((x_bar - slope(&|t| rates::total(x + t, y))).abs() < 1e-8);
    assert!((y_bar - slope(&|t| rates::total(x, y + t))).abs() < 1e-8);
    let at = [0.5, -0.25, 0.75];
    let (value, bar) = own_macro::value_and_grad(&at);
    assert_eq!(value, own_macro(&at));
    for k in 0..3 {
        let moved = |t: f64| {
            let mut at = at;
            at[k] += t;
            own_macro(&at)
        };
        assert!((bar[k] - slope(&moved)).abs() < 1e-8);
    }
}
