//! How long an expansion takes, stage by stage: `cargo test -p autodiff-macros speed -- --ignored --nocapture`. What other
//! programs write (computer algebra, chemistry packages) is long: [`expansion_of_long_programs`] shows how the time grows.
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
        lanes: None,
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
        siblings: &[],
        may_fail: false,
    };
    clock.time("emit", || companion::companion(source, &function, derivatives, None));
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

/// The stack that rustc's threads have.
const STACK: usize = 8 << 20;

/// Functions as other programs write them, of a given size.
const GENERATED: [(&str, [usize; 3], fn(usize) -> String); 9] = [
    ("statements in a row", [100, 400, 1600], statements),
    ("loops one behind the other", [10, 40, 160], loops),
    ("terms of a sum", [500, 2000, 5000], terms),
    ("factors of a product", [500, 2000, 5000], factors),
    ("pairs in a table", [300, 1000, 3000], table),
    ("calls around each other", [90, 190, 390], calls),
    ("parentheses in each other", [45, 90, 190], parentheses),
    ("blocks in each other", [25, 50, 100], blocks),
    ("arms of `else if`", [25, 50, 100], arms),
];

fn joined(n: usize, between: &str, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect::<Vec<_>>().join(between)
}

fn statements(n: usize) -> String {
    let lets = joined(n, "\n", |i| {
        let operand = if i == 0 { "x".into() } else { format!("v{}", i - 1) };
        let other = if i < 7 { "y".into() } else { format!("v{}", i - 7) };
        match i % 4 {
            0 => format!("let v{i} = {operand} * {other} + {i}.5;"),
            1 => format!("let v{i} = {operand}.sin() - 0.25 * {other};"),
            2 => format!("let v{i} = {operand} / (1.0 + {other} * {other});"),
            _ => format!("let v{i} = ({operand} + {other}) * 0.5;"),
        }
    });
    format!("fn long(x: f64, y: f64) -> f64 {{ {lets} v{} }}", n - 1)
}

fn loops(n: usize) -> String {
    let loops = joined(n, "\n", |i| {
        format!(
            "for i in 0..x.len() {{ let t = x[i] * w + {i}.5; if t > 0.0 {{ state[i] *= t.tanh(); }} else {{ total += t * t; }} }}"
        )
    });
    format!(
        "fn long(x: &[f64], w: f64) -> f64 {{ let mut state = x.to_vec(); let mut total = 0.0; {loops} total + state[0] }}"
    )
}

fn terms(n: usize) -> String {
    let sum = joined(n, " + ", |i| format!("{i}.5 * x[{}] * x[{}]", i % 10, i % 7));
    format!("fn long(x: &[f64; 10]) -> f64 {{ {sum} }}")
}

fn factors(n: usize) -> String {
    format!(
        "fn long(x: f64, y: f64) -> f64 {{ {} }}",
        joined(n, " * ", |i| if i % 3 == 0 { "x" } else { "y" }.into())
    )
}

fn table(n: usize) -> String {
    let rows = joined(n, ", ", |i| format!("({i}.25, {}.5)", i % 17));
    format!(
        "fn long(x: f64) -> f64 {{ let table = [{rows}]; let mut s = 0.0; for (a, b) in table {{ s += a * (b * x).sin(); }} s }}"
    )
}

fn calls(n: usize) -> String {
    format!("fn long(x: f64, y: f64) -> f64 {{ {}x{} }}", "f64::max(y, ".repeat(n), ")".repeat(n))
}

fn parentheses(n: usize) -> String {
    format!("fn long(x: f64) -> f64 {{ {}x{} }}", "(1.0 + x * ".repeat(n), ")".repeat(n))
}

fn blocks(n: usize) -> String {
    let inner = "if x > 0.0 { for _ in 0..2 { s += x; ".repeat(n / 2);
    format!("fn long(x: f64) -> f64 {{ let mut s = x; {inner} {} s }}", "}}".repeat(n / 2))
}

fn arms(n: usize) -> String {
    let arms = joined(n, " else ", |i| format!("if x < {i}.5 {{ x * {i}.0 }}"));
    format!("fn long(x: f64) -> f64 {{ {arms} else {{ x * x }} }}")
}

#[test]
#[ignore = "measures, asserts nothing about time"]
fn expansion_of_long_programs() {
    let wanted = std::env::var("SPEED_OF").unwrap_or_default();
    for (what, sizes, text) in GENERATED.iter().filter(|(what, ..)| what.contains(&*wanted)) {
        for n in sizes {
            let text = text(*n);
            let run = move || {
                let item: TokenStream = text.parse().expect("tokens");
                let mut clock = Clock::default();
                let expanded = clock.time("whole", || expand(quote!(), item));
                assert!(!expanded.to_string().contains("compile_error"), "refused");
                clock.0[0].1
            };
            let time = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread").join();
            println!("{:9.0}  milliseconds for {n} {what}", time.expect("an expansion"));
        }
    }
}
