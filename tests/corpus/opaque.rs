//! What is opaque to differentiation holds behind every call what the function itself leaves there: a pullback draws no
//! random number again.

use autodiff_runtime::differentiate;

#[derive(Clone, Debug, PartialEq)]
struct Rng {
    state: u64,
    drawn: Vec<u64>,
}

impl Rng {
    fn new() -> Rng {
        Rng { state: 1, drawn: Vec::new() }
    }
    fn next(&mut self) -> f64 {
        self.state = self.state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        self.drawn.push(self.state);
        (self.state >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn skip(&mut self) {
        self.state += 1;
    }
    fn drawn_so_far(&self) -> f64 {
        self.drawn.len() as f64
    }
}

fn draw(rng: &mut Rng) -> f64 {
    rng.next()
}

#[differentiate]
fn noisy(x: f64, #[no_diff] rng: &mut Rng) -> f64 {
    rng.skip();
    let u = rng.next();
    x * u
}

#[differentiate]
fn by_fields(x: f64, #[no_diff] rng: &mut Rng) -> f64 {
    rng.state += 3;
    let mut s = 0.0;
    for i in 0..3 {
        rng.state += i;
        s += x * (rng.state as f64) * 1e-3;
    }
    s
}

#[differentiate]
fn handed_on(x: f64, #[no_diff] rng: &mut Rng) -> f64 {
    #[no_diff]
    let u = draw(rng);
    let noise: Vec<f64> = (0..3).map(|_| rng.next()).collect();
    let mut k = 0.0;
    for _ in 0..2 {
        k = rng.next();
        rng.state = 9;
    }
    x * u + x * x * k + noise[1] * x
}

#[differentiate]
fn called(x: f64, #[no_diff] rng: &mut Rng) -> f64 {
    let n = rng.drawn_so_far();
    let a = by_fields(x * (n + 1.0), rng);
    rng.state += 1;
    let b = handed_on(a, rng);
    rng.state = 17;
    noisy(b * a, rng) * rng.drawn_so_far()
}

#[differentiate]
fn logged(x: f64, text: &mut String, counts: &mut Vec<usize>, n: &mut usize) -> f64 {
    text.push_str("x");
    counts.push(1);
    *n += 1;
    x * x * counts.len() as f64
}

#[differentiate]
fn remembered(x: f64, #[no_diff] seen: &mut Vec<f64>) -> f64 {
    seen.push(2.0);
    let k = seen[0];
    seen[0] = 5.0;
    x * k
}

fn check(
    f: fn(f64, &mut Rng) -> f64,
    gradient: fn(f64, &mut Rng) -> (f64, f64),
    vjp: fn(f64, &mut Rng) -> (f64, f64),
) {
    let x = 0.5;
    let (mut left, mut by_gradient, mut by_vjp) = (Rng::new(), Rng::new(), Rng::new());
    let value = f(x, &mut left);
    let (same_value, slope) = gradient(x, &mut by_gradient);
    assert_eq!((same_value, &by_gradient), (value, &left));
    assert_eq!((vjp(x, &mut by_vjp), by_vjp), ((value, slope), left));
    let h = 1e-5;
    let difference = (f(x + h, &mut Rng::new()) - f(x - h, &mut Rng::new())) / (2.0 * h);
    assert!((difference - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{slope}, expected {difference}");
}

macro_rules! draws_once {
    ($($f:ident)*) => {$(
        #[test]
        fn $f() {
            check(super::$f, super::$f::value_and_grad, |x, rng| {
                let (value, pullback) = super::$f::vjp(x, rng);
                (value, pullback(1.0))
            });
        }
    )*};
}

mod draws_once {
    use super::check;
    draws_once! { noisy by_fields handed_on called }
}

#[test]
fn logs_are_kept() {
    let (mut text, mut counts, mut n) = (String::new(), vec![], 0);
    assert_eq!(logged::vjp(0.5, &mut text, &mut counts, &mut n).1(1.0), 1.0);
    assert_eq!((&text[..], &counts[..], n), ("x", &[1][..], 1));
    let mut seen = vec![3.0];
    assert_eq!(remembered::vjp(0.5, &mut seen).1(1.0), 3.0);
    assert_eq!(seen, [5.0, 2.0]);
}
