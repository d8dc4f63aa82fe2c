//! Both modes of what functions do with places and with each other: the paths on which only some of what meets carries a
//! derivative.

use crate::ir::eval::{Library, Value};
use crate::ir::{StmtKind, print};
use crate::lower::tests::lowered;
use crate::tests::compare;

/// Compares the derivatives of the last of some functions, which may call those before it, with the truth; gives both sweeps of
/// that one, as they are called.
fn agrees(sources: &str, args: &[Value<f64>]) -> String {
    let file: syn::File = syn::parse_str(sources).expect("functions");
    let mut library = Library::new();
    for item in &file.items {
        let syn::Item::Fn(item) = item else { panic!("a function") };
        let of = compare::differentiate(lowered(item)).unwrap_or_else(|message| panic!("{message}"));
        library.insert(item.sig.ident.to_string(), of);
    }
    let Some(syn::Item::Fn(last)) = file.items.last() else { panic!("a function") };
    let of = library.remove(&last.sig.ident.to_string()).expect("the last");
    compare::check(&library, &of, args).unwrap_or_else(|message| panic!("{message}\n{sources}"));
    print::adjoint(&of.function, &of.joined)
}

fn x() -> Value<f64> {
    Value::floats([0.5, -1.25, 2.0, 0.75])
}

/// A function of `x` and `w`, both active, and of `c`, which carries no derivative where it is marked.
fn body(body: &str) {
    for c in ["c: &[f64]", "#[no_diff] c: &[f64]"] {
        let source = format!("fn f(x: &[f64], w: f64, {c}, n: usize) -> f64 {{ {body} }}");
        agrees(&source, &[x(), Value::Float(0.7), Value::floats([1.5, 0.25, -0.5, 0.8]), Value::Int(4)]);
    }
}

const SCALE: &str = "fn scale(a: &mut [f64], by: f64) { for i in 0..a.len() { a[i] = a[i] * by; } }";
const ADD: &str = "fn add(sum: &mut f64, x: f64) { *sum = *sum * x + x; }";
const DOT: &str =
    "fn dot(a: &[f64], b: &[f64]) -> f64 { let mut s = 0.0; for i in 0..a.len() { s += a[i] * b[i]; } s }";
const BOTH: &str = "fn both(a: f64, b: f64) -> (f64, f64) { (a * b, a.sin()) }";

/// Of a caller of `x`, `w` and `c`, as above.
fn calls(callee: &str, body: &str) {
    for c in ["c: &[f64]", "#[no_diff] c: &[f64]"] {
        let source = format!("{callee} fn f(x: &[f64], w: f64, {c}, n: usize) -> f64 {{ {body} }}");
        agrees(&source, &[x(), Value::Float(0.7), Value::floats([1.5, 0.25, -0.5, 0.8]), Value::Int(4)]);
    }
}

#[test]
fn places_that_are_lent_to_be_changed() {
    for rest in [
        "let mut a = x.to_vec(); scale(&mut a, w); a[0] * a[1]",
        "let mut a = x.to_vec(); scale(&mut a, 2.0); a[0] * a[1] + w",
        "let mut a = c.to_vec(); scale(&mut a, w); a[0] * a[1] + x[2]",
        "let mut a = c.to_vec(); scale(&mut a, 2.0); a[0] * x[1] * w",
        "let mut a = x.to_vec(); for i in 0..3 { scale(&mut a, w); a[i] = a[i].sin(); } a[0] * a[1]",
        "let mut a = vec![0.0; n]; scale(&mut a, 3.0); a[1] = x[1] * w; a[0] + a[1] * a[1]",
        "let mut a = x.to_vec(); let s = a[1] * w; scale(&mut a, s); a[1] * s",
    ] {
        calls(SCALE, rest);
    }
}

#[test]
fn numbers_that_are_lent_to_be_changed() {
    for rest in [
        "let mut s = w; add(&mut s, x[0]); s * s",
        "let mut s = 1.0; add(&mut s, x[0]); s * w",
        "let mut s = w; add(&mut s, 2.0); s * x[1]",
        "let mut s = 1.0; add(&mut s, 2.0); s * x[1] * w",
        "let mut s = c[0]; add(&mut s, c[1]); s * x[1] * w",
        "let mut s = w; for i in 0..n { add(&mut s, x[i]); } s.sin()",
        "let mut s = w; if x[0] > 0.0 { add(&mut s, c[1]); } s * x[0]",
    ] {
        calls(ADD, rest);
    }
}

#[test]
fn results_of_calls() {
    for rest in [
        "dot(x, c) * w",
        "dot(x, x) * w",
        "dot(c, c) * x[0] * w",
        "let d = dot(c, c); let mut s = w; for i in 0..n { s += d * x[i]; } s",
        "let a = vec![w; n]; dot(x, &a)",
        "let a = vec![1.0; n]; dot(&a, x) + dot(&a, &a) * w",
    ] {
        calls(DOT, rest);
    }
    for rest in [
        "let (a, b) = both(x[0], w); a * b",
        "let (a, _) = both(x[0], 2.0); a * w",
        "let (a, b) = both(c[0], 3.0); a * b * x[0] * w",
        "let (a, b) = both(c[0], c[1]); a * x[0] + b * w",
    ] {
        calls(BOTH, rest);
    }
}

#[test]
fn what_is_exchanged() {
    for rest in [
        "let mut a = x.to_vec(); a.swap(0, 2); a[0] * w + a[2] * a[2]",
        "let mut a = x.to_vec(); let mut b = vec![w; n]; std::mem::swap(&mut a, &mut b); a[0] * b[1]",
        "let mut a = x.to_vec(); let mut b = c.to_vec(); std::mem::swap(&mut a, &mut b); a[0] * b[1] * w",
        "let mut a = c.to_vec(); let mut b = x.to_vec(); std::mem::swap(&mut a, &mut b); a[0] * b[1] * w",
        "let mut a = [x[0], w]; let mut b = [1.0, 2.0]; std::mem::swap(&mut a, &mut b); a[0] * b[1] + b[0]",
        "let mut s = x[0]; let mut t = w; std::mem::swap(&mut s, &mut t); s * t.sin()",
        "let mut a = [[x[0], w], [1.0, 2.0]]; let mut b = [[c[0], c[1]], [3.0, w]];
            std::mem::swap(&mut a[0], &mut b[1]); a[0][1] * b[1][0] + b[0][0] * a[1][1] * b[1][1]",
        "let mut a = [[c[0], c[1]], [1.0, 2.0]]; let mut b = [x[0], w];
            std::mem::swap(&mut a[1], &mut b); a[1][0] * b[1] + a[0][1] * a[1][1]",
        "let mut a = vec![x[0], w]; let mut s = 2.0; std::mem::swap(&mut a[0], &mut s); a[0] * s + a[1]",
        "let mut a = vec![1.0, 3.0]; let mut s = w; std::mem::swap(&mut a[0], &mut s); a[0] * s + a[1] * x[0]",
        "let mut a = [[x[0], w], [1.0, x[1]]]; a.swap(0, 1); a[0][1] * a[1][0] + a[1][1]",
    ] {
        body(rest);
    }
}

#[test]
fn what_is_copied_over() {
    for rest in [
        "let mut a = x.to_vec(); a[..2].copy_from_slice(&c[..2]); a[0] * a[3] + a[1] * w",
        "let mut a = c.to_vec(); a[1..3].copy_from_slice(&x[..2]); a[0] * a[1] * a[2] + w",
        "let mut a = vec![w; n]; a.copy_from_slice(x); a.copy_from_slice(c); a[0] * x[0]",
        "let mut a = [x[0], w, 1.0]; a = [a[1], a[0] * a[2], 2.0]; a[0] * a[1] * a[2]",
        "let mut a = [x[0], w]; for i in 0..n { a = [a[1] * x[i], a[0] + c[i]]; } a[0] * a[1]",
        "let mut a = (x[0], 2.0); a = (a.1 * w, a.0); a.0 * a.1",
        "let mut a = (x[0], [w, 2.0]); let b = a.1; a.1 = [b[1], a.0]; a.0 * a.1[1] + b[0]",
        "let mut a = vec![w; n]; a.fill(x[1]); a[2] *= 3.0; a.fill(2.0); a[0] * w",
        "let mut a = vec![w; n]; a.fill(x[1] * w); a[2] *= 3.0; a[2] * a[1]",
    ] {
        body(rest);
    }
}

/// Parts that carry no derivative beside parts that do.
#[test]
fn mixed_aggregates() {
    for rest in [
        "let t = (x[0] * w, n, 2.0); t.0 * t.2 + t.1 as f64 * w",
        "let t = ([x[0], w], [1.0, 2.0]); t.0[0] * t.1[1] + t.0[1]",
        "let r = [1.0, 2.0]; let a = [r, [x[0], w]]; a[0][1] * a[1][0] + a[1][1] * a[0][0]",
        "let r = [w; 3]; let a = [r, [1.0; 3]]; a[0][1] * a[1][0] * x[1] + r[2]",
        "let r = vec![x[0], w]; let k = c.to_vec(); let t = (r, k); t.0[0] * t.1[1] + t.0[1] * t.1[0]",
        "let t = ((x[0], 1), (w, [2.0, x[1]])); t.0.0 * t.1.0 + t.1.1[0] * t.1.1[1]",
        "let mut v = Vec::new(); for i in 0..n { v.push(x[i] * w); v.push(2.0); } v[0] * v[1] + v[4] * v[5]",
        "let mut v = Vec::new(); for i in 0..n { v.push([x[i], c[i]]); } v[0][0] * v[1][1] + v[2][0] * w",
        "let mut v = vec![vec![w; 2]; 3]; for i in 0..n { v.swap(0, 1); v[0][1] *= x[i]; } v[0][1] * v[1][1]",
        "let mut v = vec![vec![w; 2]; 3]; for i in 0..n { v[i % 3].fill(x[i]); v[1][0] *= v[0][1]; } v[0][1] * v[1][0]",
        "let mut v = vec![[1.0, 2.0]; 2]; v[1] = [x[0], w]; v[0][0] * v[1][0] + v[1][1]",
    ] {
        body(rest);
    }
}

/// Structs of which nothing is known but their fields.
#[test]
fn structs() {
    for rest in [
        "let p = Pair { a: x[0] * w, b: 2.0 }; p.a * p.b",
        "let r = [x[0], w]; let p = Pair { a: r, b: 2.0 }; p.a[0] * p.a[1] * p.b + r[0]",
        "let r = [1.0, 2.0]; let p = Pair { a: r, b: w }; p.a[0] * p.b + x[1]",
        "let p = Pair { a: x[0], b: w }; let q = Pair { a: 3.0, ..p }; q.a * q.b + p.a",
        "let p = Pair { a: x[0], b: w }; let q = Pair { a: p.b * p.a, ..p }; q.a * q.b + p.a",
        "let p = Pair { a: [x[0], w], b: w }; let r = [1.0, 2.0]; let q = Pair { a: r, ..p }; q.a[1] * q.b + p.a[0]",
        "let p = Pair { a: 1.0, b: 2.0 }; let q = Pair { a: w, ..p }; q.a * q.b + p.a * x[1]",
    ] {
        body(rest);
    }
}

/// Results of several parts, some of which carry no derivative or have nothing to do with the arguments.
#[test]
fn mixed_results() {
    let arguments = [x(), Value::Float(0.7)];
    for (ty, result) in [
        ("(f64, f64)", "(x[0] * w, 2.0)"),
        ("(f64, usize)", "(x[0] * w, x.len())"),
        ("(f64, bool)", "(x[0] * w, w > 0.0)"),
        ("([f64; 2], f64)", "([x[0], 1.0], w * w)"),
        ("([f64; 2], Vec<f64>)", "([1.0, 2.0], vec![w, x[1]])"),
        ("Vec<f64>", "x.iter().map(|y| y * w).collect()"),
        ("(Vec<f64>, Vec<f64>)", "(vec![1.0; 3], x.to_vec())"),
    ] {
        agrees(&format!("fn f(x: &[f64], w: f64) -> {ty} {{ {result} }}"), &arguments);
    }
    for rest in ["", "*w = *w * x[0];", "*w = 2.0;", "*w = x[1]; x[0] = *w;", "x[2] = 3.0;", "x.fill(*w);"] {
        agrees(&format!("fn f(x: &mut [f64], w: &mut f64) -> f64 {{ {rest} x[0] * 2.0 }}"), &arguments);
        agrees(&format!("fn f(x: &mut [f64], w: &mut f64) {{ {rest} }}"), &arguments);
    }
}

/// What the forward sweep has computed is not computed again.
#[test]
fn a_sine_is_the_slope_of_a_cosine() {
    let item = syn::parse_str("fn f(x: f64) -> f64 { x.sin() * x.cos() + x.exp() }").expect("a function");
    let of = compare::differentiate(lowered(&item)).unwrap_or_else(|message| panic!("{message}"));
    let text = print::adjoint(&of.function, &of.joined);
    for name in [".sin()", ".cos()", ".exp()"] {
        assert_eq!(text.matches(name).count(), 1, "{text}");
    }
}

/// Elements of a part go over those of a part, in the tangent as in the primal.
#[test]
fn tangents_of_slices_are_copied_in_place() {
    let source =
        "fn f(x: &[f64]) -> f64 { let mut a = vec![1.0; 4]; a[..2].copy_from_slice(&x[1..3]); a[0] * a[2] }";
    let of = compare::differentiate(lowered(&syn::parse_str(source).expect("a function")));
    let of = of.unwrap_or_else(|message| panic!("{message}"));
    for push in &of.pushforwards {
        let mut copies = Vec::new();
        push.body.walk(&mut |stmt| {
            if let StmtKind::Assign { slice, .. } = &stmt.kind {
                copies.push(*slice);
            }
        });
        assert_eq!(copies, [true, true]);
    }
}

/// What an iteration declares is another place in the next one, also where a branch declares it or a call makes it: what is
/// stored there before it is read is not recorded.
#[test]
fn what_an_iteration_declares_is_not_recorded() {
    const MADE: &str = "fn made(x: &[f64], by: f64) -> Vec<f64> { vec![x[0] * by; 4] }";
    let with = |declared: &str| {
        format!("{declared} a[n - 1] = w * c[i]; for k in 0..n {{ s += a[k] * a[k].sin() * s; }}")
    };
    let array = with("let mut a = [x[i]; 4];");
    let other = array.replace("a[", "b[").replace("mut a", "mut b");
    for inside in [
        array.clone(),
        with("let mut a = made(x, w);"),
        format!("if x[i] > 0.6 {{ {array} }} else {{ {other} }}"),
        format!("match i {{ 0 => {{ {array} }} _ => {{ {other} }} }}"),
        format!("for m in 0..2 {{ {array} }}"),
    ] {
        let source = format!(
            "{MADE} fn f(x: &[f64], w: f64, c: &[f64], n: usize) -> f64 {{
                let mut s = w; for i in 0..n {{ {inside} }} s
            }}"
        );
        let c = Value::floats([1.5, 0.25, -0.5, 0.8]);
        let text = agrees(&source, &[x(), Value::Float(0.07), c, Value::Int(4)]);
        assert!(text.contains("save"), "{text}");
        assert!(!text.contains("_old"), "{inside}: {text}");
    }
}

/// Wholes that are written anew in a loop: what they held comes back before what has read it is reversed, of the same shape and of
/// another, active and not.
#[test]
fn wholes_that_are_written_anew() {
    for rest in [
        "let mut a = x.to_vec(); let mut b = c.to_vec(); let mut s = w;
        for i in 0..n { s = s * b[0] + a[0].sin(); b = vec![s.floor(); 3]; a = vec![w * x[i]; 2]; s += a[1] * b[1]; } s",
        "let mut v = vec![vec![w; 2]; 2]; let mut s = w;
        for i in 0..n { s = s * v[0][0].sin() + v[1][1] * x[i]; v[1] = vec![s.sin(); 2]; v[0] = v[1].clone(); } s",
        "let mut a = x[0..2].to_vec(); let mut b = c[0..3].to_vec(); let mut s = w;
        for i in 0..n { s += a[0].sin() * b[1]; a.copy_from_slice(&x[1..3]); b.copy_from_slice(&c[1..4]); s *= a[1] + b[0]; } s",
    ] {
        body(rest);
    }
}
