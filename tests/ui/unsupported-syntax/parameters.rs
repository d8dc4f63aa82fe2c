use std::collections::HashMap;

use autodiff_runtime::differentiate;

#[differentiate]
fn rows(x: &[&[f64]]) -> f64 {
    x[0][0] * x[1][0]
}

#[differentiate]
fn twice_borrowed(x: &&[f64]) -> f64 {
    x.iter().sum()
}

#[differentiate]
fn may_be_missing(x: Option<&[f64]>, y: f64) -> f64 {
    x.map_or(y, |x| x[0] * y)
}

#[differentiate]
fn by_name(rates: &HashMap<String, f64>, t: f64) -> f64 {
    (-rates["EUR"] * t).exp()
}

#[differentiate]
fn any_iterator(x: impl Iterator<Item = f64>) -> f64 {
    x.map(|x| x * x).sum()
}

#[differentiate]
fn pointer(_x: *const f64) -> f64 {
    0.0
}

fn main() {
    // The functions are there, and so are their derivatives as far as signatures go.
    let x = [1.0, 2.0];
    let _: f64 = rows(&[&x, &x]);
    let _ = rows::grad(&[&x, &x]);
    let _: f64 = twice_borrowed(&&x[..]);
    let (_, y_bar): (Vec<f64>, f64) = may_be_missing::grad(Some(&x), 2.0);
    let _: f64 = y_bar;
    let _: f64 = by_name(&HashMap::new(), 1.0);
}
