use autodiff_runtime::differentiate;

fn square_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x, move |seed| 2.0 * x * seed)
}

#[differentiate(partials(x = 2.0 * x), vjp = square_vjp)]
fn partials_and_vjp(x: f64) -> f64 {
    x * x
}

#[differentiate(vjp = square_vjp, opaque)]
fn vjp_and_differences(x: f64) -> f64 {
    x * x
}

#[differentiate(partials(x = 2.0 * x), stop(x))]
fn stopped(x: f64) -> f64 {
    x * x
}

#[differentiate(partials(x = 2.0 * x), wrt(y))]
fn by_a_local(x: f64) -> f64 {
    let y = x * x;
    y
}

#[differentiate(opaque, unconnected = "zero")]
fn unconnected(x: f64) -> f64 {
    x * x
}

#[differentiate(opaque)]
mod model {
    pub fn square(x: f64) -> f64 {
        x * x
    }
}

struct Square;

#[differentiate(partials(x = 2.0 * x))]
impl Square {
    fn of(x: f64) -> f64 {
        x * x
    }
}

impl Square {
    #[differentiate(vjp = Self::at_vjp, associated)]
    fn at(x: f64) -> f64 {
        x * x
    }
}

fn main() {}
