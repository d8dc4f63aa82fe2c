use autodiff_runtime::differentiate;

#[differentiate]
fn first(x: &[f64]) -> &f64 {
    &x[0]
}

#[differentiate]
fn tail(x: &[f64]) -> &[f64] {
    &x[1..]
}

#[differentiate]
fn root(x: f64) -> Option<f64> {
    if x < 0.0 { None } else { Some(x.sqrt()) }
}

#[differentiate]
fn checked_root(x: f64) -> Result<f64, String> {
    if x < 0.0 {
        return Err(format!("{x} is negative"));
    }
    Ok(x.sqrt())
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
    let _: Option<f64> = root(1.0);
    let _: f64 = root::grad(1.0);
    let _: (f64, f64) = checked_root::value_and_grad(1.0);
    let _: Vec<f64> = lazy(&x).collect();
}
