//! Which loops are fused, and that what comes of it is right.

use crate::ir::eval::{Library, Value};
use crate::ir::print;
use crate::lower::tests::lowered;
use crate::tests::compare;

/// The gradient of a function of `x`, `w`, `y` and `n`, compared with the truth, and the loops of it that are fused.
fn gradient(body: &str) -> (String, Vec<String>) {
    calling("", body)
}

/// The same of a function that calls another.
fn calling(callee: &str, body: &str) -> (String, Vec<String>) {
    let mut library = Library::new();
    if !callee.is_empty() {
        let callee: syn::ItemFn = syn::parse_str(callee).expect("a function");
        let of = compare::differentiate(lowered(&callee)).unwrap_or_else(|message| panic!("{message}"));
        library.insert(callee.sig.ident.to_string(), of);
    }
    let source = format!("fn f(x: &[f64], w: f64, y: &mut [f64], n: usize) -> f64 {{ {body} }}");
    let of = compare::differentiate(lowered(&syn::parse_str(&source).expect("a function")));
    let of = of.unwrap_or_else(|message| panic!("{message}"));
    let args = [
        Value::floats([0.5, -1.25, 2.0, 0.75]),
        Value::Float(0.7),
        Value::floats([1.5, 0.25, -0.5, 0.8]),
        Value::Int(4),
    ];
    compare::check(&library, &of, &args).unwrap_or_else(|message| panic!("{message}"));
    let name = |var| of.joined.vars[var].name.to_string();
    let fused = of.joined.explained.iter().filter(|loops| loops.fused).filter_map(|loops| loops.index);
    let fused = fused.map(name).collect();
    (print::adjoint(&of.function, &of.joined), fused)
}

/// The loops of a function that are fused, whose gradient is right.
fn fused(body: &str) -> Vec<String> {
    gradient(body).1
}

/// `rest` behind the sum `s` of `x sin x`.
fn behind_a_sum(rest: &str) -> (String, Vec<String>) {
    gradient(&format!("let mut s = 0.0; for i in 0..n {{ s += x[i] * x[i].sin(); }} {rest}"))
}

#[test]
fn sums_save_nothing() {
    for rest in ["s", "2.0 * s + w", "s * w", "s * n as f64"] {
        let (text, fused) = behind_a_sum(rest);
        assert_eq!(fused, ["i"], "{rest}");
        assert!(!text.contains("tape"), "{rest}: {text}");
    }
}

#[test]
fn what_is_known_early_is_computed_before_the_loop() {
    for rest in [
        "s * w.exp()",
        "let k = w.exp() + 2.0 * w; let l = k * k; s * l.sin()",
        "let k = 100 / n; s * k as f64",
        "s * x.len() as f64",
        // Its adjoint is a product, or a sum.
        "s * w.exp() * w.sin()",
        "let k = w.exp(); s * k * 3.0 + s * w.sin() + k",
        // One adjoint that is made of another.
        "let u = s * w.exp(); let v = u * w.sin() + u * w.cos(); v * w.tan() + v",
        // Beside it, one in the shape of what is made late.
        "let mut a = [w; 4]; a[n - 1] = 2.0 * w; s + a[0] * a[3]",
        // What cannot panic may come before what the user sees.
        "println!(\"{}\", n); let k = w.exp() + 2.0 * w; s * k",
    ] {
        assert_eq!(behind_a_sum(rest).1, ["i"], "{rest}");
    }
    let (text, _) = behind_a_sum("let k = 100 / n; s * k as f64");
    assert!(text.find("100 / n") < text.find("for i"), "{text}");
}

#[test]
fn what_is_known_late_is_waited_for() {
    for rest in [
        // The sum itself, and what comes of it.
        "s * s",
        "let c = s.cos(); c * w",
        // What a place holds, which a statement in between could change.
        "s * y[0]",
        // The same of an adjoint.
        "let mut a = [w; 4]; a[n - 1] = s * w; a[0] = 2.0 * w; a[n - 1] * a[0] * w",
        // What only one way through the program has.
        "let k = if w > 0.0 { w } else { 2.0 }; s * k",
        "for j in 0..n { y[j] = y[j] * s; } w",
        // What may panic comes behind what the user sees before, also where that is seen inside of something.
        "println!(\"{}\", n); let k = 100 / n; s * k as f64",
        "if n > 2 { println!(\"{}\", n); } let k = 100 / n; s * k as f64",
        "for j in 0..n { println!(\"{}\", j); } let k = 100 / n; s * k as f64",
    ] {
        assert_eq!(behind_a_sum(rest).1, [""; 0], "{rest}");
    }
    // A length that has changed meanwhile.
    let (before, sum) = ("let mut a = vec![0.0; n]; let mut s = 0.0;", "s += x[i] * x[i].sin();");
    assert!(fused(&format!("{before} for i in 0..n {{ {sum} a.push(w); }} s * a.len() as f64")).is_empty());
    assert!(
        fused(&format!("{before} for i in 0..n {{ {sum} }} a.push(w); s * a.len() as f64 + a[n]")).is_empty()
    );
}

#[test]
fn loops_that_end_early_are_not_fused() {
    assert!(
        fused("let mut s = 0.0; for i in 0..n { s += x[i] * x[i].sin(); if s > 1.0 { break; } } s")
            .is_empty()
    );
}

/// Two sums add to the same adjoints, which are declared before the first of them.
#[test]
fn sums_behind_each_other_share_their_adjoints() {
    let two = "let mut s = 0.0; for i in 0..n { s += (x[i] * w).sin(); }
        let mut t = 0.0; for j in 0..n { t += (x[j] * w).cos(); }";
    for rest in ["s + t", "s * w + 2.0 * t"] {
        let (text, fused) = gradient(&format!("{two} {rest}"));
        assert_eq!(fused, ["i", "j"], "{rest}");
        assert!(text.find("let mut w_bar = 0.0") < text.find("for i"), "{text}");
    }
    // The first waits for what comes of the second, or the second has the first in it.
    assert_eq!(fused(&format!("{two} s * t + w")), ["j"]);
    assert_eq!(fused(&format!("{two} s * t.cos() + t")), [""; 0]);
    assert_eq!(behind_a_sum("let mut t = 0.0; for j in 0..n { t += s * x[j]; } t").1, ["j"]);
    assert_eq!(
        behind_a_sum("let c = s.cos(); let mut t = 0.0; for j in 0..n { t += x[j].exp() * w; } t + c").1,
        ["j"]
    );
}

/// A loop reads adjoints that the loops behind it add to: it waits for all of them.
#[test]
fn loops_that_fill_wait_for_loops_that_use() {
    let fill = "let mut a = vec![0.0; n]; for i in 0..n { a[i] = x[i].sin() * w; } let mut t = 0.0;";
    assert_eq!(fused(&format!("{fill} for j in 0..n {{ t += a[j] * a[j].exp(); }} t")), ["j"]);
    assert_eq!(
        fused(&format!(
            "{fill} for j in 0..n {{ t += a[j] * a[j].exp(); }} for k in 0..n {{ t += a[k] * w.sin(); }} t"
        )),
        ["j", "k"]
    );
    // What is overwritten in between had another adjoint before.
    let body = "let mut a = vec![w; n]; let mut s = 0.0; for i in 0..n { s += a[i] * x[i].sin(); }
        a[0] = w * w; let mut t = 0.0; for j in 0..n { t += a[j] * x[j].exp(); } t + s";
    assert_eq!(fused(body), ["j"]);
    // The adjoint of what is moved away is declared in the shape of what it is moved to.
    let body =
        "let mut s = 0.0; let mut a = vec![0.0; n]; for i in 0..n { s += x[i] * x[i].sin(); a[i] = s; }
        let z = a; let mut t = 0.0; for j in 0..n { t += z[j].sin(); } t";
    assert_eq!(fused(body), ["j"]);
}

/// A `&mut` parameter comes with an adjoint of its own, which belongs to what it holds in the end.
#[test]
fn adjoints_from_outside_are_not_read_early() {
    for body in [
        "for i in 0..n { y[i] = x[i] * w.sin(); } w",
        "let mut s = 0.0; for i in 0..n { s += y[i] * y[i].sin(); } for j in 0..n { y[j] = y[j] * w; } s",
        "let mut s = 0.0; for i in 0..n { s += y[i] * y[i].sin(); y[i] = s; } s",
    ] {
        assert_eq!(fused(body), [""; 0], "{body}");
    }
    // What the loop behind finds there is the adjoint of what it leaves, without that of what it met.
    let body = "let mut s = 0.0; for i in 0..n { s += y[i] * y[i].sin(); }
        for j in 0..n { y[j] += (x[j] * w).sin(); } s";
    assert_eq!(fused(body), ["j"]);
    // What is known from outside is not waited for.
    assert_eq!(fused("for i in 0..n { y[i] += (x[i] * w).sin(); } w"), ["i"]);
    assert_eq!(fused("let mut s = 0.0; for i in 0..n { s += y[i] * y[i].sin(); } s"), ["i"]);
    assert_eq!(
        fused(
            "for i in 0..n { y[i] += (x[i] * w).sin(); } let mut s = 0.0; for j in 0..n { s += y[j] * y[j]; } s"
        ),
        ["j"]
    );
    assert_eq!(
        fused(
            "for j in 0..n { y[j] = y[j] * w; } let mut s = 0.0; for i in 0..n { s += y[i] * y[i].sin(); } s"
        ),
        ["i"]
    );
}

/// Places that each iteration writes anew: within one of them they are as good as declared there.
#[test]
fn private_places_do_not_hinder() {
    let with = |fill: &str, rest: &str| {
        fused(&format!(
            "let mut h = [0.0; 4]; let mut s = 0.0;
            for i in 0..n {{ {fill} for k in 0..4 {{ s += h[k] * h[k].sin(); }} }} {rest}"
        ))
    };
    for fill in [
        "for j in 0..4 { h[j] = x[i] * y[j]; }",
        "for j in 0..4 { h[j] = x[i]; h[j] = h[j] * y[j]; }",
        "for j in 0..4 { h[j] = x[i]; for k in 0..n { h[j] += y[k] * x[i]; } if h[j] > 0.0 { h[j] *= w; } }",
        "h = [x[i], w, y[i], 1.0];",
        "h.fill(x[i] * w);",
    ] {
        assert_eq!(with(fill, "s"), ["i"], "{fill}");
    }
    // What is private to a loop inside.
    let nested = "let mut h = [0.0; 4]; let mut s = 0.0;
        for i in 0..n { for m in 0..2 { for j in 0..4 { h[j] = x[i] * y[j]; } for k in 0..4 { s += h[k] * h[k]; } } } s";
    assert_eq!(fused(nested), ["i"]);
    for fill in [
        // Not all of it, not always, not before it is read.
        "for j in 0..3 { h[j] = x[i] * y[j]; }",
        "for j in 1..4 { h[j] = x[i] * y[j]; }",
        "for j in (0..4).step_by(2) { h[j] = x[i] * y[j]; }",
        "for j in 0..4 { h[j] += x[i] * y[j]; }",
        "for j in 0..4 { h[j] = h[3 - j] * x[i] + y[j]; }",
        "for j in 0..4 { if y[j] > 0.0 { h[j] = x[i] * y[j]; } }",
        "for j in 0..4 { if j > i { break; } h[j] = x[i] * y[j]; }",
        "for j in 0..4 { h[3] = x[i] * y[j]; }",
        "s += h[0]; for j in 0..4 { h[j] = x[i] * y[j]; }",
        "h = [x[i] * h[1], w, y[i], h[0]];",
        "h[..2].fill(x[i] * w);",
        "let mut g = [w; 4]; g.fill(h[0]); for j in 0..4 { h[j] = x[i] * g[j]; }",
        "for j in 0..=2 { h[j] = x[i] * y[j]; }",
        "for j in 0..4 { let t = h[j]; h[j] = x[i] * y[j] * t; }",
        // Elements that the iteration before has left.
        "for j in 0..4 { h[j] = x[i] * y[j]; s += h[3] * w; }",
        "for j in 0..4 { h[j] = x[i] * y[j]; if j == i { s += h[(j + 1) % 4] * w; } }",
        "for j in 0..4 { h[j] = x[i] * y[j]; h[3] += w; }",
    ] {
        assert_eq!(with(fill, "s"), [""; 0], "{fill}");
    }
    // What is read behind the loop, and one row of several.
    assert_eq!(with("for j in 0..4 { h[j] = x[i] * y[j]; }", "s + h[2]"), [""; 0]);
    let row = "let mut h = [[0.0; 2]; 2]; let mut s = 0.0;
        for i in 0..n { h[0] = [x[i], w]; s += h[1][0] * h[0][1].sin(); h[1] = [x[i] * w, y[i]]; } s";
    assert_eq!(fused(row), [""; 0]);
    // Half of every element.
    let half = "let mut h = [[0.0; 2]; 4]; let mut s = 0.0;
        for i in 0..n {
            for j in 0..4 { h[j][0] = x[i] * y[j]; }
            for k in 0..4 { s += h[k][0] * h[k][1]; h[k][1] = w * x[i]; }
        } s";
    assert_eq!(fused(half), [""; 0]);
    // What is handed out.
    let source = "fn f(x: &[f64], w: f64) -> (f64, [f64; 4]) {
        let mut h = [0.0; 4]; let mut s = 0.0;
        for i in 0..x.len() { for j in 0..4 { h[j] = x[i] * w; } s += h[0] * h[1].sin(); }
        (s, h)
    }";
    let of = compare::differentiate(lowered(&syn::parse_str(source).expect("a function")));
    let of = of.unwrap_or_else(|message| panic!("{message}"));
    compare::check(&Library::new(), &of, &[Value::floats([0.5, -1.25, 2.0]), Value::Float(0.7)])
        .unwrap_or_else(|message| panic!("{message}"));
}

/// The same of `Vec`s, whose length is a variable or asked for.
#[test]
fn private_places_of_any_length() {
    let with = |declared: &str, head: &str| {
        fused(&format!(
            "let m = 4; {declared} let mut s = 0.0;
            for i in 0..n {{ for j in {head} {{ h[j] = x[i] * y[j]; }} for k in 0..n {{ s += h[k] * h[k].sin(); }} }} s"
        ))
    };
    assert_eq!(with("let mut h = vec![0.0; n];", "0..n"), ["i"]);
    assert_eq!(with("let mut h = vec![0.0; n];", "0..h.len()"), ["i"]);
    assert_eq!(with("let mut h = vec![0.0; n]; let other = vec![0.0; 2];", "0..n - other.len()"), [""; 0]);
    assert_eq!(with("let mut h = vec![0.0; n]; let other = vec![0.0; 2];", "0..other.len()"), [""; 0]);
    assert_eq!(with("let mut h = vec![0.0; n]; let l = n - 1;", "0..l"), [""; 0]);
    assert_eq!(with("let mut h = [0.0, 0.0, 0.0, 0.0];", "0..4"), ["i"]);
    assert_eq!(with("let mut h = [0.0, 0.0, 0.0, 0.0];", "0..2"), [""; 0]);
    // What has grown in one iteration is longer in the next.
    let grown = "let mut h = vec![0.0; n]; let m = h.len(); let mut s = 0.0;
        for i in 0..n { for j in 0..n { h[j] = x[i] * y[j]; } s += h[h.len() - 1] * w; h.push(x[i] * x[i]); } s";
    for body in [grown.to_string(), grown.replace("0..n { h[j]", "0..m { h[j]")] {
        assert_eq!(fused(&body), [""; 0], "{body}");
    }
}

/// What an iteration declares has its adjoint there.
#[test]
fn places_of_an_iteration() {
    for declared in
        ["let mut a = [x[i]; 4];", "let mut a = vec![x[i]; 4];", "let mut a = [w, x[i], y[i], 1.0];"]
    {
        for more in ["", "let b = a; let mut a = b;", "let mut b = a.clone(); b[0] *= w; s += b[0] * b[1];"] {
            let body = format!(
                "let mut s = 0.0; for i in 0..n {{ {declared} {more}
                for j in 0..4 {{ a[j] *= y[j]; }} for k in 0..4 {{ s += a[k] * a[k].sin(); }} }} s"
            );
            assert_eq!(fused(&body), ["i"], "{body}");
        }
    }
}

/// Adjoints of whole rows are added as well.
#[test]
fn rows_are_read_as_a_whole() {
    let source = "fn f(rows: &[[f64; 2]], w: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..rows.len() { let h = rows[i]; s += h[0] * (h[1] * w).sin(); }
        s
    }";
    let of = compare::differentiate(lowered(&syn::parse_str(source).expect("a function")));
    let of = of.unwrap_or_else(|message| panic!("{message}"));
    let rows = Value::List(vec![Value::floats([0.5, 1.5]), Value::floats([-0.25, 2.0])]);
    compare::check(&Library::new(), &of, &[rows, Value::Float(0.7)])
        .unwrap_or_else(|message| panic!("{message}"));
    assert!(
        of.joined.explained.iter().all(|loops| loops.fused),
        "{}",
        print::adjoint(&of.function, &of.joined)
    );
}

/// The adjoint of a state that starts anew belongs to the iteration before: the last one is not the first.
#[test]
fn what_iterations_hand_on_is_not_a_sum() {
    let body =
        "let mut state = w; let mut s = 0.0; for i in 0..n { s += state * x[i].sin(); state = 1.0; } s";
    assert_eq!(fused(body), [""; 0]);
    // What is spread over a place of the iteration's own is.
    let body = "let mut s = 0.0;
        for i in 0..n { let mut a = [w; 4]; a[n - 1] *= x[i]; for k in 0..4 { s += a[k] * a[k].sin(); } } s";
    assert_eq!(fused(body), ["i"]);
    // And so is what is copied into it as a whole.
    let body = "let mut s = 0.0;
        for i in 0..n { let mut a = x.to_vec(); a[0] *= w; for k in 0..n { s += a[k] * y[i].sin(); } } s";
    assert_eq!(fused(body), ["i"]);
}

/// A pullback adds to its slots, so that calls do not stand in the way; unless it is handed a place to change.
#[test]
fn calls_in_loops() {
    let product = "fn product(a: f64, b: f64) -> f64 { a.sin() * b }";
    assert_eq!(calling(product, "let mut s = 0.0; for i in 0..n { s += product(x[i], w); } s").1, ["i"]);
    let scale = "fn scale(a: &mut [f64]) { for k in 0..a.len() { a[k] = a[k] * a[k]; } }";
    let body =
        "let mut s = 0.0; for i in 0..n { let mut h = [x[i], w]; scale(&mut h); s += h[0] * h[1].sin(); } s";
    assert_eq!(calling(scale, body).1, [""; 0]);
}
