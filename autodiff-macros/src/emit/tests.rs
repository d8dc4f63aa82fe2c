//! Programs built by hand, emitted: how SSA values become variables again.

use proc_macro2::Span;
use quote::quote;

use super::{Emitter, Form, Unit, doc};
use crate::ir::*;
use crate::rules::table::rule;

/// A program in the making; every value is called as it is told.
#[derive(Default)]
struct Program {
    vars: Vars,
    entry: Vec<Var>,
}

impl Program {
    fn value(&mut self, name: &str, ty: Ty) -> Var {
        let var = self.vars.fresh(name, ty, Role::Value, Span::call_site());
        self.vars[var].named = true;
        var
    }

    fn float(&mut self, name: &str) -> Var {
        self.value(name, Ty::f64())
    }

    fn floats<const N: usize>(&mut self, names: [&str; N]) -> [Var; N] {
        names.map(|name| self.float(name))
    }

    fn param(&mut self, name: &str) -> Var {
        let var = self.float(name);
        self.entry.push(var);
        var
    }

    fn slice(&mut self, name: &str) -> Var {
        let var = self.vars.fresh(name, Ty::Slice(Box::new(Ty::f64())), Role::Place, Span::call_site());
        self.vars[var].named = true;
        self.entry.push(var);
        var
    }

    /// The code of a block behind which `tail` is read.
    fn emit(self, first: Block, tail: Vec<Expr>) -> String {
        let runtime = quote!(::autodiff_runtime);
        let mut unit = Unit { first, tail, ..Unit::default() };
        let mut emitter = Emitter::new(&runtime, self.vars, &mut unit, &self.entry);
        let mut code = proc_macro2::TokenStream::new();
        for &var in &self.entry {
            let form = if emitter.vars[var].role == Role::Place { Form::RefMut } else { Form::Owned };
            let changes = emitter.writes(var) && form == Form::Owned;
            let ident = emitter.bind(var, form);
            if changes {
                code.extend(quote!(let mut #ident = #ident;));
            }
        }
        code.extend(emitter.block(&unit.first));
        let tail = unit.tail.iter().map(|e| emitter.expr(e, None));
        code.extend(quote!((#(#tail),*)));
        doc::listing(&code, &runtime)
    }
}

fn apply(name: &str, args: &[Expr]) -> Expr {
    Expr::Rule(rule(name), args.to_vec())
}

fn binary(op: syn::BinOp, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, Box::new(a), Box::new(b))
}

fn v(var: Var) -> Expr {
    Expr::Var(var)
}

fn block(stmts: Vec<StmtKind>) -> Block {
    Block { stmts: stmts.into_iter().map(|kind| Stmt { kind, span: Span::call_site() }).collect() }
}

fn let_(var: Var, expr: Expr) -> StmtKind {
    StmtKind::Let { var, expr }
}

fn counted(index: Var, carried: Vec<Carried>, body: Block) -> StmtKind {
    let head =
        Head::For { index, lo: build::int(0), hi: build::int(9), inclusive: false, step: None, rev: false };
    StmtKind::Loop(Box::new(Loop { head, carried, body, break_if: None, trips: None, label: None }))
}

fn carried(phi: Var, init: Expr, next: Expr, out: Var) -> Carried {
    Carried { phi, init, next, out }
}

#[test]
fn an_accumulator_is_updated_in_place() {
    let mut p = Program::default();
    let b = p.param("b");
    let x = p.slice("x");
    let [z, phi, next, out] = p.floats(["z"; 4]);
    let i = p.value("i", Ty::usize());
    let element = Expr::Load(Path::of(x).with(Proj::Index(v(i))));
    let body = block(vec![let_(next, apply("add", &[v(phi), element]))]);
    let program = block(vec![let_(z, v(b)), counted(i, vec![carried(phi, v(z), v(next), out)], body)]);
    let expected = "\
let mut z = b;
for i in 0..9 {
    z += x[i];
}
(z)";
    assert_eq!(p.emit(program, vec![v(out)]), expected);
}

#[test]
fn the_old_value_is_kept_where_it_is_read_behind_the_new() {
    let mut p = Program::default();
    let b = p.param("b");
    let x = p.slice("x");
    let [phi, next, out] = p.floats(["z"; 3]);
    let i = p.value("i", Ty::usize());
    let store = StmtKind::Store {
        path: Path::of(x).with(Proj::Index(v(i))),
        op: StoreOp::Set,
        value: apply("mul", &[v(phi), v(next)]),
    };
    let body = block(vec![let_(next, apply("sin", &[v(phi)])), store]);
    let program = block(vec![counted(i, vec![carried(phi, v(b), v(next), out)], body)]);
    let expected = "\
let mut z = b;
for i in 0..9 {
    let z_1 = z.sin();
    x[i] = z * z_1;
    z = z_1;
}
(z)";
    assert_eq!(p.emit(program, vec![v(out)]), expected);
}

#[test]
fn carried_values_that_exchange_places_are_assigned_at_once() {
    let mut p = Program::default();
    let [a0, b0] = [p.param("p"), p.param("q")];
    let [a, a_out] = p.floats(["a"; 2]);
    let [b, b_out] = p.floats(["b"; 2]);
    let [c, c_out] = p.floats(["c"; 2]);
    let i = p.value("i", Ty::usize());
    let carried = vec![
        carried(a, v(a0), v(b), a_out),
        carried(b, v(b0), v(a), b_out),
        carried(c, v(a0), apply("add", &[v(c), v(a)]), c_out),
    ];
    let program = block(vec![counted(i, carried, Block::default())]);
    let expected = "\
let mut a = p;
let mut b = q;
let mut c = p;
for i in 0..9 {
    c += a;
    (a, b) = (b, a);
}
(a, b, c)";
    assert_eq!(p.emit(program, vec![v(a_out), v(b_out), v(c_out)]), expected);
}

#[test]
fn a_shift_of_carried_values_is_ordered() {
    let mut p = Program::default();
    let [a0, b0] = [p.param("p"), p.param("q")];
    let [a, a_out] = p.floats(["a"; 2]);
    let [b, b_out] = p.floats(["b"; 2]);
    let i = p.value("i", Ty::usize());
    let carried = vec![carried(b, v(b0), apply("add", &[v(a), v(b)]), b_out), carried(a, v(a0), v(b), a_out)];
    let program = block(vec![counted(i, carried, Block::default())]);
    let expected = "\
let mut b = q;
let mut a = p;
for i in 0..9 {
    (b, a) = (a + b, b);
}
(a, b)";
    assert_eq!(p.emit(program, vec![v(a_out), v(b_out)]), expected);
}

#[test]
fn a_join_of_a_variable_is_an_assignment_in_the_arm() {
    let mut p = Program::default();
    let x = p.param("x");
    let [z, changed, joined] = p.floats(["z"; 3]);
    let cond = binary(syn::parse_quote!(>), v(x), build::lit(0.0));
    let branch = StmtKind::If {
        cond,
        then: block(vec![let_(changed, apply("mul", &[v(z), build::lit(2.0)]))]),
        otherwise: Block::default(),
        joins: vec![Join { var: joined, values: vec![Some(v(changed)), Some(v(z))] }],
    };
    let program = block(vec![let_(z, apply("sin", &[v(x)])), branch]);
    let expected = "\
let mut z = x.sin();
if x > 0.0 {
    z *= 2.0;
}
(z)";
    assert_eq!(p.emit(program, vec![v(joined)]), expected);
}

#[test]
fn a_join_is_the_value_of_the_branch_where_the_old_value_lives_on() {
    let mut p = Program::default();
    let x = p.param("x");
    let [z, changed, joined] = p.floats(["z"; 3]);
    let cond = binary(syn::parse_quote!(>), v(x), build::lit(0.0));
    let branch = StmtKind::If {
        cond,
        then: block(vec![let_(changed, apply("mul", &[v(z), build::lit(2.0)]))]),
        otherwise: Block::default(),
        joins: vec![Join { var: joined, values: vec![Some(v(changed)), Some(v(z))] }],
    };
    let program = block(vec![let_(z, apply("sin", &[v(x)])), branch]);
    let expected = "\
let z = x.sin();
let z_1 = if x > 0.0 {
    let z_1 = z * 2.0;
    z_1
} else {
    z
};
(z_1, z)";
    assert_eq!(p.emit(program, vec![v(joined), v(z)]), expected);
}

#[test]
fn branches_of_branches_are_else_if() {
    let mut p = Program::default();
    let x = p.param("x");
    let [inner, outer] = p.floats(["y"; 2]);
    let compare = |limit: f64| binary(syn::parse_quote!(<), v(x), build::lit(limit));
    let nested = StmtKind::If {
        cond: compare(2.0),
        then: Block::default(),
        otherwise: Block::default(),
        joins: vec![Join { var: inner, values: vec![Some(build::lit(2.0)), Some(v(x))] }],
    };
    let branch = StmtKind::If {
        cond: compare(1.0),
        then: Block::default(),
        otherwise: block(vec![nested]),
        joins: vec![Join { var: outer, values: vec![Some(build::lit(1.0)), Some(v(inner))] }],
    };
    let expected = "\
let y = if x < 1.0 {
    1.0
} else if x < 2.0 {
    2.0
} else {
    x
};
(y)";
    assert_eq!(p.emit(block(vec![branch]), vec![v(outer)]), expected);
}

#[test]
fn nested_loops_share_one_accumulator() {
    let mut p = Program::default();
    let [phi, inner_phi, inner_next, inner_out, out] = p.floats(["s"; 5]);
    let x = p.slice("x");
    let [i, j] = ["i", "j"].map(|name| p.value(name, Ty::usize()));
    let element = Expr::Load(Path::of(x).with(Proj::Index(v(j))));
    let innermost = block(vec![let_(inner_next, apply("sub", &[v(inner_phi), element]))]);
    let inner =
        block(vec![counted(j, vec![carried(inner_phi, v(phi), v(inner_next), inner_out)], innermost)]);
    let program = block(vec![counted(i, vec![carried(phi, build::lit(0.0), v(inner_out), out)], inner)]);
    let expected = "\
let mut s = 0.0;
for i in 0..9 {
    for j in 0..9 {
        s -= x[j];
    }
}
(s)";
    assert_eq!(p.emit(program, vec![v(out)]), expected);
}

#[test]
fn leaving_a_loop_tests_what_the_iteration_began_with() {
    let mut p = Program::default();
    let x = p.param("x");
    let [phi, out] = p.floats(["z"; 2]);
    let trips = p.value("trips", Ty::usize());
    let looped = Loop {
        head: Head::Forever,
        carried: vec![carried(phi, v(x), apply("mul", &[v(phi), build::lit(0.5)]), out)],
        body: Block::default(),
        break_if: Some(binary(syn::parse_quote!(<), v(phi), build::lit(1.0))),
        trips: Some(trips),
        label: None,
    };
    let expected = "\
let mut z = x;
let mut trips = 0usize;
loop {
    let stop = z < 1.0;
    z *= 0.5;
    trips += 1;
    if stop {
        break;
    }
}
(z, trips)";
    assert_eq!(p.emit(block(vec![StmtKind::Loop(Box::new(looped))]), vec![v(out), v(trips)]), expected);
}

#[test]
fn a_test_of_several_statements_stands_in_the_loop() {
    let mut p = Program::default();
    let x = p.param("x");
    let [phi, out, t] = p.floats(["z", "z", "t"]);
    let test = block(vec![let_(t, apply("exp", &[v(phi)]))]);
    let cond = binary(syn::parse_quote!(>), v(t), build::lit(1.0));
    let looped = Loop {
        head: Head::While { test, cond },
        carried: vec![carried(phi, v(x), apply("sub", &[v(phi), build::lit(0.5)]), out)],
        body: Block::default(),
        break_if: None,
        trips: None,
        label: None,
    };
    let expected = "\
let mut z = x;
loop {
    let t = z.exp();
    if !(t > 1.0) {
        break;
    }
    z -= 0.5;
}
(z)";
    assert_eq!(p.emit(block(vec![StmtKind::Loop(Box::new(looped))]), vec![v(out)]), expected);
}

#[test]
fn parentheses_are_those_that_the_grammar_asks_for() {
    let mut p = Program::default();
    let [a, b] = [p.param("a"), p.param("b")];
    let y = p.float("y");
    let sum = apply("add", &[v(a), v(b)]);
    let cases = [
        (apply("mul", &[sum.clone(), v(b)]), "(a + b) * b"),
        (apply("add", &[v(a), sum.clone()]), "a + (a + b)"),
        (apply("add", &[sum.clone(), v(a)]), "a + b + a"),
        (apply("sub", &[v(a), apply("neg", &[v(b)])]), "a - -b"),
        (apply("neg", std::slice::from_ref(&sum)), "-(a + b)"),
        (apply("sin", &[apply("neg", &[v(a)])]), "(-a).sin()"),
        (apply("neg", &[apply("sin", &[v(a)])]), "-a.sin()"),
        (apply("sqrt", std::slice::from_ref(&sum)), "(a + b).sqrt()"),
        (apply("max", &[build::lit(1.0), v(a)]), "1.0_f64.max(a)"),
        (apply("div", &[v(a), apply("mul", &[v(a), v(b)])]), "a / (a * b)"),
        (
            build::select(binary(syn::parse_quote!(<), v(a), v(b)), v(a), v(b)),
            "if a < b {\n    a\n} else {\n    b\n}",
        ),
        (Expr::Cast(Box::new(sum), Box::new(syn::parse_quote!(f64))), "(a + b) as f64"),
    ];
    for (expr, expected) in cases {
        let p = Program { vars: p.vars.clone(), entry: p.entry.clone() };
        let text = p.emit(block(vec![let_(y, expr)]), Vec::new());
        assert_eq!(text, format!("let y = {expected};\n()"));
    }
}

#[test]
fn code_kept_verbatim_sees_the_version_it_means() {
    let mut p = Program::default();
    let first = p.value("n", Ty::usize());
    let second = p.value("n", Ty::usize());
    let third = p.value("k", Ty::usize());
    let one = |name: Var| Inert {
        code: quote!(n.pow(2)),
        binds: vec![(quote::format_ident!("n"), v(name))],
        pure: true,
    };
    let program = block(vec![
        let_(first, build::int(3)),
        let_(second, Expr::Inert(one(first))),
        let_(third, Expr::Inert(one(second))),
    ]);
    let expected = "\
let n = 3;
let n_1: usize = n.pow(2);
let k: usize = {
    let n = n_1;
    n.pow(2)
};
(n, n_1, k)";
    assert_eq!(p.emit(program, vec![v(first), v(second), v(third)]), expected);
}
