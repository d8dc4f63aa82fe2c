use autodiff_runtime::differentiate;

#[differentiate]
mod model {
    fn rate(x: f64) -> f64 {
        x * x
    }

    fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(rate(x))
    }

    fn wide<const N: usize>(f: impl Fn(f64) -> f64, x: &[f64; N]) -> f64 {
        f(x[N - 1])
    }

    pub fn shadowed(x: f64) -> f64 {
        let rate = 2.0 * x;
        apply(|y| y * rate, x)
    }

    pub fn generic(x: f64) -> f64 {
        wide(|y| y * x, &[x, 1.0])
    }

    pub fn fine(x: f64) -> f64 {
        apply(|y| y * x, x)
    }
}

fn main() {
    model::fine::grad(1.0);
}
