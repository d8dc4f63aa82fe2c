//! How long an expansion takes, stage by stage: `cargo test -p autodiff-macros speed -- --ignored --nocapture`.
//!
//! No bench target reaches the inner functions of a proc-macro crate. Users run the macro unoptimised, in release builds as
//! well, unless they ask for `build-override`: the dev profile is what they get. With `--release` this crate is optimised,
//! but syn and its like are not, since Cargo takes them for parts of a build script here, too.

use std::time::Instant;

use proc_macro2::TokenStream;
use quote::quote;

use crate::analysis;
use crate::diag::Diagnostics;
use crate::diff::reverse::Options;
use crate::diff::{forward, reverse};
use crate::emit::companion::{self, Derivatives, Site, Source};
use crate::expand::{every_parameter, expand};
use crate::lower;
use crate::request::Request;
use crate::simplify;

/// Runs of each measurement: enough for a median that repeats.
const RUNS: usize = 31;

/// A function of about a hundred lines: twelve times a loop with a branch, an update in place and a view.
fn hundred_lines() -> TokenStream {
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

/// The times of the stages of one expansion, in milliseconds, in order.
#[derive(Default)]
struct Clock(Vec<(&'static str, f64)>);

impl Clock {
    fn time<R>(&mut self, stage: &'static str, run: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = run();
        self.0.push((stage, start.elapsed().as_secs_f64() * 1e3));
        result
    }
}

/// The pipeline of `expand`, for a function without errors.
fn staged(item: TokenStream) -> Clock {
    let mut clock = Clock::default();
    let mut diag = Diagnostics::new();
    let request = Request::parse(quote!(), &mut diag);
    let item: syn::ItemFn = clock.time("parse", || syn::parse2(item).expect("a function"));
    let function = clock.time("lower", || lower::function(&request, &item.sig, &item.block, &mut diag));
    diag.finish().expect("a function without errors");
    let function = clock.time("prepare", || analysis::prepare(function));
    let wanted = every_parameter(&function);
    let (gradient, all) = clock.time("analyse", || {
        let mut errors = Vec::new();
        (analysis::activity(&function, &mut errors), analysis::activity(&wanted, &mut errors))
    });
    let options = Options { roll_back: true, ..Options::default() };
    let pullback = clock.time("differentiate: pullback", || reverse::adjoint(&wanted, &all, options));
    let pushforward = clock.time("differentiate: pushforward", || forward::pushforward(&wanted, &all));
    let derivatives = Derivatives {
        direct: None,
        gradient: Some(clock.time("both: gradient", || simplify::joined(&function, &gradient))),
        pullback: clock.time("simplify: pullback", || simplify::apart(&wanted, pullback)),
        pushforward: clock.time("simplify: pushforward", || simplify::pushforward(&wanted, pushforward)),
    };
    let source = Source {
        request: &request,
        signature: &item.sig,
        visibility: &item.vis,
        attributes: &item.attrs,
        site: Site::Companion,
        hidden: false,
    };
    clock.time("emit", || companion::companion(source, &function, derivatives));
    clock
}

/// The median, and the fastest, which a machine that does other things as well tells more reliably.
fn summary(times: impl Iterator<Item = f64>) -> String {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    format!("{:9.2} {:9.2}", times[times.len() / 2], times[0])
}

#[test]
#[ignore = "measures, asserts nothing about time"]
fn expansion_of_a_hundred_lines() {
    let item = hundred_lines();
    let whole = (0..RUNS).map(|_| {
        let mut clock = Clock::default();
        let expanded = clock.time("whole", || expand(quote!(), item.clone()));
        assert!(!expanded.is_empty());
        clock.0[0].1
    });
    println!("   median   fastest  of {RUNS}, in milliseconds");
    println!("{}  expansion of a hundred lines", summary(whole));
    let runs: Vec<Clock> = (0..RUNS).map(|_| staged(item.clone())).collect();
    for (index, (stage, _)) in runs[0].0.iter().enumerate() {
        println!("{}  {stage}", summary(runs.iter().map(|clock| clock.0[index].1)));
    }
}
