//! How long an expansion takes: `cargo test --release -p autodiff-macros speed -- --ignored --nocapture`.

use std::time::Instant;

use quote::quote;

/// A function of about a hundred lines: twelve times a loop with a branch, an update in place and a view.
fn hundred_lines() -> proc_macro2::TokenStream {
    let parts = (0..12).map(|part| {
        let offset = f64::from(part) + 0.5;
        quote! {
            for i in 0..x.len() {
                let row = &x[i..];
                let scaled = row[0] * w + #offset;
                if scaled > 0.0 {
                    state[i] = state[i] * scaled.tanh();
                } else {
                    total += scaled * scaled;
                }
            }
        }
    });
    quote! {
        fn long(x: &[f64], w: f64) -> f64 {
            let mut state = x.to_vec();
            let mut total = 0.0;
            #(#parts)*
            for i in 0..state.len() {
                total += state[i];
            }
            total
        }
    }
}

#[test]
#[ignore = "measures, asserts nothing about time"]
fn expansion_of_a_hundred_lines() {
    let item = hundred_lines();
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            let expanded = crate::expand::expand(quote!(), item.clone());
            assert!(!expanded.is_empty());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("expansion of a hundred lines: {:.1} ms (median of {})", times[times.len() / 2], times.len());
}
