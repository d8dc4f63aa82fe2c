//! Programs built by hand, emitted.

use quote::quote;

use super::companion::{Derivatives, Site, Source, companion};
use crate::diff::reverse::Options;
use crate::ir::Function;
use crate::request::Request;
use crate::tests::sketch;
use crate::{analysis, diff, simplify};

fn emitted(function: &Function, item: proc_macro2::TokenStream) -> String {
    let item: syn::ItemFn = syn::parse2(item).unwrap();
    let request = Request::default();
    let source = Source {
        request: &request,
        signature: &item.sig,
        visibility: &item.vis,
        attributes: &item.attrs,
        site: Site::Companion,
    };
    let mut errors = Vec::new();
    let activity = analysis::activity(function, &mut errors);
    let reverse = |roll_back| diff::reverse::adjoint(function, &activity, Options { roll_back });
    let derivatives = Derivatives {
        gradient: simplify::adjoint(function, simplify::seed_with_ones(reverse(false))),
        pullback: simplify::adjoint(function, reverse(true)),
        pushforward: simplify::pushforward(function, diff::forward::pushforward(function, &activity)),
    };
    let tokens = companion(source, function, derivatives);
    prettyplease::unparse(&syn::parse2(tokens.clone()).unwrap_or_else(|e| panic!("{e}: {tokens}")))
}

#[test]
fn show() {
    println!(
        "{}",
        emitted(
            &sketch::sum_of_squares(),
            quote!(
                pub fn sum_of_squares(x: &[f64]) -> f64 {}
            )
        )
    );
    println!(
        "{}",
        emitted(
            &sketch::overwrite(),
            quote!(
                pub fn overwrite(x: &mut [f64]) {}
            )
        )
    );
}
