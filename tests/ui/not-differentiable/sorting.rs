use autodiff_runtime::differentiate;

#[differentiate]
fn median(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap());
    v[v.len() / 2]
}

fn main() {}
