//! Programs built by hand.

use proc_macro2::{Ident, Span};
use quote::format_ident;

use crate::ir::{
    Block, Carried, Expr, Function, Head, Loop, Param, Passing, Path, Proj, Role, StmtKind, Tree, Ty, Var,
    Vars, Wrt, WrtTarget, build,
};
use crate::rules::table::rule;

pub(crate) fn var(vars: &mut Vars, name: &str, ty: Ty, role: Role) -> Var {
    vars.fresh(name, ty, role, Span::call_site())
}

pub(crate) fn apply(name: &str, args: &[Var]) -> Expr {
    Expr::Rule(rule(name), args.iter().copied().map(Expr::Var).collect())
}

pub(crate) fn push(block: &mut Block, kind: StmtKind) {
    block.push(kind, Span::call_site());
}

pub(crate) fn at(place: Var, index: Var) -> Path {
    Path::of(place).with(Proj::Index(Expr::Var(index)))
}

/// `fn sum_of_squares(x: &[f64]) -> f64 { let mut s = 0.0; for i in 0..x.len() { s += x[i] * x[i]; } s }`
pub(crate) fn sum_of_squares() -> Function {
    let mut vars = Vars::default();
    let x = var(&mut vars, "x", Ty::Slice(Box::new(Ty::f64())), Role::Place);
    let n = var(&mut vars, "n", Ty::usize(), Role::Value);
    let index = var(&mut vars, "i", Ty::usize(), Role::Value);
    let [s, s_next, s_out] = [(); 3].map(|()| var(&mut vars, "s", Ty::f64(), Role::Value));
    let item = var(&mut vars, "item", Ty::f64(), Role::Value);
    let square = var(&mut vars, "square", Ty::f64(), Role::Value);
    let mut inner = Block::default();
    push(&mut inner, StmtKind::Let { var: item, expr: Expr::Load(at(x, index)) });
    push(&mut inner, StmtKind::Let { var: square, expr: apply("mul", &[item, item]) });
    push(&mut inner, StmtKind::Let { var: s_next, expr: apply("add", &[s, square]) });
    let mut body = Block::default();
    push(&mut body, StmtKind::Let { var: n, expr: Expr::Len(Path::of(x)) });
    let looped = Loop {
        head: Head::For {
            index,
            lo: build::int(0),
            hi: Expr::Var(n),
            inclusive: false,
            step: None,
            rev: false,
        },
        carried: vec![Carried { phi: s, init: build::lit(0.0), next: Expr::Var(s_next), out: s_out }],
        body: inner,
        break_if: None,
        trips: None,
        label: None,
    };
    push(&mut body, StmtKind::Loop(Box::new(looped)));
    let name: Ident = format_ident!("x");
    Function {
        name: format_ident!("sum_of_squares"),
        vars,
        params: vec![Param {
            name: name.clone(),
            ty: Ty::Slice(Box::new(Ty::f64())),
            passing: Passing::Ref,
            var: x,
            last: None,
            active: true,
            no_diff: false,
            lent: false,
        }],
        body,
        result: Tree::Leaf(Expr::Var(s_out)),
        result_ty: Ty::f64(),
        wrt: vec![Wrt { name, target: WrtTarget::Param(0) }],
        order: 1,
        tangents_from: None,
        items: Vec::new(),
        may_mark: true,
        assumed: Vec::new(),
        singular: crate::rules::Singular::default(),
        repeatable: Default::default(),
        recursive: false,
        passes: crate::passes::Passes::chosen(),
    }
}

/// `fn overwrite(x: &mut [f64]) { for i in 1..x.len() { let a = x[i]; let b = x[i - 1]; x[i] = a * b; } }`
pub(crate) fn overwrite() -> Function {
    let mut vars = Vars::default();
    let x = var(&mut vars, "x", Ty::Slice(Box::new(Ty::f64())), Role::Place);
    let n = var(&mut vars, "n", Ty::usize(), Role::Value);
    let index = var(&mut vars, "i", Ty::usize(), Role::Value);
    let before = var(&mut vars, "before", Ty::usize(), Role::Value);
    let [a, b, c] = ["a", "b", "c"].map(|name| var(&mut vars, name, Ty::f64(), Role::Value));
    let mut inner = Block::default();
    let minus_one = Expr::Binary(syn::parse_quote!(-), Box::new(Expr::Var(index)), Box::new(build::int(1)));
    push(&mut inner, StmtKind::Let { var: before, expr: minus_one });
    push(&mut inner, StmtKind::Let { var: a, expr: Expr::Load(at(x, index)) });
    push(&mut inner, StmtKind::Let { var: b, expr: Expr::Load(at(x, before)) });
    push(&mut inner, StmtKind::Let { var: c, expr: apply("mul", &[a, b]) });
    let store = StmtKind::Store { path: at(x, index), op: crate::ir::StoreOp::Set, value: Expr::Var(c) };
    push(&mut inner, store);
    let mut function = sum_of_squares();
    function.body = Block::default();
    push(&mut function.body, StmtKind::Let { var: n, expr: Expr::Len(Path::of(x)) });
    let looped = Loop {
        head: Head::For {
            index,
            lo: build::int(1),
            hi: Expr::Var(n),
            inclusive: false,
            step: None,
            rev: false,
        },
        carried: Vec::new(),
        body: inner,
        break_if: None,
        trips: None,
        label: None,
    };
    push(&mut function.body, StmtKind::Loop(Box::new(looped)));
    function.name = format_ident!("overwrite");
    function.vars = vars;
    function.params[0].var = x;
    function.params[0].passing = Passing::RefMut;
    function.result = Tree::Tuple(Vec::new());
    function.result_ty = Ty::Tuple(Vec::new());
    function
}
