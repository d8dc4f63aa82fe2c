#[differentiate(partials(x = digamma(x), w = w.iter().map(|w| k as f64 * value / w).collect()))]
fn ln_gamma(x: f64, w: &[f64], k: usize) -> f64 {
    foreign(x, w, k)
}

#[differentiate(vjp = norm_vjp)]
fn norm(x: &[f64]) -> f64 {
    foreign(x)
}

#[differentiate(implicit = residual)]
fn root(a: f64, #[no_diff] tolerance: f64) -> f64 {
    foreign(a, tolerance)
}

#[differentiate(fixed_point = step)]
fn equilibrium(a: &[f64]) -> Vec<f64> {
    foreign(a)
}

#[differentiate(opaque)]
fn black_box(x: [f64; 2], k: f64) -> f64 {
    foreign(x, k)
}
