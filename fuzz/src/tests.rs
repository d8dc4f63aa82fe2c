//! The fuzzer itself: programs are the same for the same seed, wrong derivatives are seen, failures shrink.

use crate::check::Outcome;
use crate::r#gen::program;
use crate::print::{Form, print};
use crate::program::Program;
use crate::shrink::shrunk;
use crate::support::{Case, Outputs};

#[test]
fn one_seed_one_text() {
    for seed in 0..300 {
        assert_eq!(
            program(seed, false).source(Form::Attributed),
            program(seed, false).source(Form::Attributed)
        );
    }
    assert_ne!(program(1, false).source(Form::Attributed), program(2, false).source(Form::Attributed));
}

#[test]
fn cuts_are_constants_where_differences_are_taken() {
    fn half_cut(x: &[f64]) -> Outputs {
        Outputs::of(&(x[0] * crate::support::cut(x[0] * x[1])))
    }
    let case = Case {
        plain: half_cut,
        fine: half_cut,
        vjp: |x, seed| (half_cut(x), vec![x[0] * x[1] * seed[0], 0.0]),
        jvp: Some(|x, d| (half_cut(x), vec![x[0] * x[1] * d[0]])),
        into: |x, before, _| (half_cut(x), vec![before[0] + x[0] * x[1], before[1]]),
        gradient: None,
        second: None,
        ..case()
    };
    assert_eq!(case.run(), Ok(()));
}

#[test]
fn marks_are_printed_in_three_forms() {
    let text =
        "@differentiate(stop(h)) @differentiate() @no_diff let n = @cut(x as @F); match k { n @ 1..=2 => n }";
    assert_eq!(
        print(text, Form::Attributed, "f64"),
        "#[differentiate(stop(h))] #[differentiate] #[no_diff] let n = (x as f64); match k { n @ 1..=2 => n }"
    );
    assert_eq!(
        print(text, Form::Module, "f32"),
        "#[differentiate(stop(h))]  #[no_diff] let n = (x as f32); match k { n @ 1..=2 => n }"
    );
    assert_eq!(print(text, Form::Plain, "f64"), "   let n = cut(x as f64); match k { n @ 1..=2 => n }");
}

fn value(x: &[f64]) -> Outputs {
    Outputs::of(&(x[0] * x[0] * x[1]))
}

fn gradient(x: &[f64]) -> Vec<f64> {
    vec![2.0 * x[0] * x[1], x[0] * x[0]]
}

/// `x² y`, with its derivatives by hand.
fn case() -> Case {
    Case {
        point: &[1.5, 0.5],
        single: false,
        inout: &[false, false],
        plain: value,
        fine: value,
        vjp: |x, seed| (value(x), gradient(x).iter().map(|g| g * seed[0]).collect()),
        jvp: Some(|x, d| (value(x), vec![gradient(x).iter().zip(d).map(|(g, d)| g * d).sum()])),
        into: |x, before, _| (value(x), gradient(x).iter().zip(before).map(|(g, b)| g + b).collect()),
        gradient: Some(|x| (value(x), gradient(x), gradient(x))),
        second: Some(|x, d, seed| (bent(x, d, seed[0]), gradient(x).iter().map(|g| g * seed[0]).collect())),
    }
}

/// The gradient of the tangent of `x² y`.
fn bent(x: &[f64], d: &[f64], seed: f64) -> Vec<f64> {
    vec![seed * (2.0 * x[1] * d[0] + 2.0 * x[0] * d[1]), seed * 2.0 * x[0] * d[0]]
}

#[test]
fn right_derivatives_pass() {
    assert_eq!(case().run(), Ok(()));
}

#[test]
fn wrong_derivatives_are_seen() {
    let planted: [(&str, Case); 12] = [
        ("gradient of `vjp`", Case { vjp: |x, _| (value(x), vec![2.0 * x[0] * x[1], 0.0]), ..case() }),
        ("gradient of `vjp`", Case { vjp: |x, _| (value(x), gradient(x)), ..case() }),
        ("NaN of `vjp`", Case { vjp: |x, _| (value(x), vec![f64::NAN, 0.0]), ..case() }),
        (
            "value of `vjp`",
            Case { vjp: |x, _| (Outputs::of(&(x[0] * x[0] * x[1] + 1e-15)), gradient(x)), ..case() },
        ),
        ("tangent of `jvp`", Case { jvp: Some(|x, d| (value(x), vec![d[0]])), ..case() }),
        ("length of the gradient of `vjp`", Case { vjp: |x, _| (value(x), vec![0.0]), ..case() }),
        ("gradient of `value_and_grad_into`", Case { into: |x, _, _| (value(x), gradient(x)), ..case() }),
        (
            "gradient of `value_and_grad`",
            Case { gradient: Some(|x| (value(x), vec![0.0, 0.0], gradient(x))), ..case() },
        ),
        (
            "gradient of `grad`",
            Case { gradient: Some(|x| (value(x), gradient(x), vec![0.0, 0.0])), ..case() },
        ),
        ("panic of `jvp`", Case { jvp: Some(|_, _| panic!("planted")), ..case() }),
        (
            "gradient of the tangent",
            Case {
                second: Some(|x, _, seed| {
                    (vec![0.0, 0.0], gradient(x).iter().map(|g| g * seed[0]).collect())
                }),
                ..case()
            },
        ),
        (
            "`order_2_forward` against `vjp`",
            Case { second: Some(|x, d, seed| (bent(x, d, seed[0]), vec![0.0, 0.0])), ..case() },
        ),
    ];
    for (class, case) in planted {
        let found = case.run().expect_err(class);
        assert!(found.starts_with(class), "`{found}`, expected `{class}`");
    }
}

#[test]
fn panics_of_the_function_are_asked_for() {
    let case = Case { plain: |_| panic!("planted"), ..case() };
    let found = case.run().expect_err("the derivative does not panic");
    assert!(found.starts_with("no panic"), "{found}");
}

/// A judge that finds fault with all programs whose function `f` holds a text.
fn judge(text: &str) -> impl FnMut(&[Program]) -> Vec<Outcome> {
    move |programs: &[Program]| {
        let wrong = |program: &Program| program.source(Form::Plain).contains(text);
        programs
            .iter()
            .map(|program| if wrong(program) { Outcome::Wrong("planted".into()) } else { Outcome::Right })
            .collect()
    }
}

#[test]
fn failures_shrink() {
    let seeds = (0..200).filter(|&seed| program(seed, false).source(Form::Plain).contains("tanh"));
    for seed in seeds.take(10) {
        let before = program(seed, false);
        let (after, outcome) = shrunk(&mut judge("tanh"), before.clone());
        assert_eq!(outcome, Outcome::Wrong("planted".into()));
        assert!(after.source(Form::Plain).contains("tanh"));
        assert!(after.len() < 300 && after.len() < before.len(), "{}", after.source(Form::Attributed));
    }
}
