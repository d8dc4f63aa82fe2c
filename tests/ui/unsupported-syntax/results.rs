use autodiff_runtime::differentiate;

#[differentiate]
fn first(x: &[f64]) -> &f64 {
    &x[0]
}

#[differentiate]
fn tail(x: &[f64]) -> &[f64] {
    &x[1..]
}

#[derive(autodiff_runtime::Differentiable, Clone)]
struct Roots {
    below: f64,
    above: f64,
}

#[differentiate]
fn roots(x: f64) -> Option<Roots> {
    if x < 0.0 { None } else { Some(Roots { below: -x.sqrt(), above: x.sqrt() }) }
}

#[differentiate]
fn scaled(x: &mut [f64], k: f64) -> Result<f64, String> {
    x[0] *= k;
    if k < 0.0 { Err(format!("{k} is negative")) } else { Ok(k.sqrt()) }
}

#[differentiate]
fn explained(x: f64) -> f64 {
    let root = |x: f64| if x < 0.0 { Err(format!("{x} is negative")) } else { Ok(x.sqrt()) };
    match root(x) {
        Ok(y) => y,
        Err(why) => why.len() as f64,
    }
}

#[differentiate]
fn nested(x: f64) -> (f64, Option<f64>) {
    (x, Some(x))
}

#[differentiate]
fn lazy(x: &[f64]) -> impl Iterator<Item = f64> {
    x.iter().map(|x| x * 2.0)
}

#[differentiate]
fn never(x: f64) -> ! {
    panic!("{x}")
}

fn main() {
    let x = [1.0, 2.0];
    let _: &f64 = first(&x);
    let _: Vec<f64> = first::grad(&x);
    let _ = roots(1.0);
    let _: f64 = roots::grad(1.0);
    let _: Vec<f64> = lazy(&x).collect();
}
