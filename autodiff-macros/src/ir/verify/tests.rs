use super::*;
use crate::diff::{Tape, TapeKind};
use crate::ir::{Block, Head, Saved, StmtKind};
use crate::ir::{Role, StoreOp, Ty, build};
use crate::tests::sketch::{self, push, var};

fn refused(function: &Function, why: &str) {
    let message = super::function(function).expect_err("the program is unsound");
    assert!(message.contains(why), "{message}");
}

#[test]
fn sound_programs_pass() {
    function(&sketch::sum_of_squares()).unwrap();
    function(&sketch::overwrite()).unwrap();
}

#[test]
fn a_value_is_bound_once() {
    let mut f = sketch::sum_of_squares();
    f.body.stmts.push(f.body.stmts[0].clone());
    refused(&f, "bound twice");
}

#[test]
fn a_value_is_read_in_its_scope() {
    let mut f = sketch::sum_of_squares();
    let StmtKind::Loop(looped) = &f.body.stmts[1].kind else { unreachable!() };
    f.result = Tree::Leaf(looped.carried[0].next.clone());
    refused(&f, "out of scope");
}

#[test]
fn operands_are_atoms() {
    let mut f = sketch::sum_of_squares();
    f.result = Tree::Leaf(build::neg(match &f.result {
        Tree::Leaf(leaf) => leaf.clone(),
        Tree::Tuple(_) => unreachable!(),
    }));
    refused(&f, "an atom is due");
}

#[test]
fn loops_of_unknown_length_count_their_trips() {
    let mut f = sketch::sum_of_squares();
    let StmtKind::Loop(looped) = &mut f.body.stmts[1].kind else { unreachable!() };
    looped.break_if = Some(build::boolean(false));
    refused(&f, "trips");
}

#[test]
fn primal_programs_hold_no_derivatives() {
    let mut f = sketch::sum_of_squares();
    let acc = var(&mut f.vars, "acc", Ty::f64(), Role::Mut);
    push(&mut f.body, StmtKind::Mut { var: acc, init: build::lit(0.0) });
    refused(&f, "differentiation");
}

/// The adjoint of `sum_of_squares`, written by hand: `item` is saved in each iteration.
fn adjoint_of_squares() -> (Function, Adjoint) {
    let f = sketch::sum_of_squares();
    let mut vars = f.vars.clone();
    let tape = var(&mut vars, "tape", Ty::Unknown, Role::Tape);
    let seed = var(&mut vars, "s_bar", Ty::f64(), Role::Mut);
    let x_bar = var(&mut vars, "x_bar", f.params[0].ty.clone(), Role::Place);
    let mut forward = f.body.clone();
    let StmtKind::Loop(looped) = &mut forward.stmts[1].kind else { unreachable!() };
    let StmtKind::Let { var: item, .. } = looped.body.stmts[0].kind else { unreachable!() };
    let Head::For { index, hi: Expr::Var(n), .. } = looped.head.clone() else { unreachable!() };
    push(&mut looped.body, StmtKind::Save { tape, values: vec![Saved::Value(item)] });
    let mut back = looped.clone();
    back.carried.clear();
    back.body = Block::default();
    let Head::For { rev, .. } = &mut back.head else { unreachable!() };
    *rev = true;
    push(&mut back.body, StmtKind::Restore { tape, values: vec![Saved::Value(item)] });
    let twice = build::mul(build::lit(2.0), Expr::Var(item));
    let store = StmtKind::Store {
        path: sketch::at(x_bar, index),
        op: StoreOp::Add,
        value: build::mul(Expr::Var(seed), twice),
    };
    push(&mut back.body, store);
    let mut reverse = Block::default();
    push(&mut reverse, StmtKind::Loop(back));
    let adjoint = Adjoint {
        vars,
        tapes: vec![Tape { var: tape, kind: TapeKind::Stack }],
        forward,
        reverse,
        seed: Tree::Leaf(Some(seed)),
        params: vec![Some(ParamAdjoint::Place(x_bar))],
        wrt: vec![Some(Expr::Whole(Path::of(x_bar)))],
        captures: vec![n],
        private: Default::default(),
        rolled_back: Vec::new(),
        explained: Vec::new(),
    };
    (f, adjoint)
}

#[test]
fn a_sound_adjoint_passes_and_computes() {
    use crate::ir::eval::{self, Library, Value};
    let (f, hand_written) = adjoint_of_squares();
    adjoint(&f, &hand_written).unwrap();
    let x = Value::<f64>::floats([1.0, 2.0, 3.0]);
    let gradient =
        eval::adjoint(&Library::new(), &f, &hand_written, vec![x.clone()], Value::Float(0.5), vec![x.zero()])
            .unwrap();
    assert_eq!(gradient.result, Value::Float(14.0));
    assert_eq!(gradient.slots, [Value::floats([1.0, 2.0, 3.0])]);
    assert_eq!(gradient.wrt, [Some(Value::floats([1.0, 2.0, 3.0]))]);
}

#[test]
fn the_reverse_sweep_reads_nothing_it_was_not_handed() {
    let (f, mut a) = adjoint_of_squares();
    a.captures.clear();
    let message = adjoint(&f, &a).unwrap_err();
    assert!(message.starts_with("reverse sweep") && message.contains("not defined"), "{message}");
}

#[test]
fn tapes_balance() {
    let (f, mut a) = adjoint_of_squares();
    let StmtKind::Loop(looped) = &mut a.forward.stmts[1].kind else { unreachable!() };
    looped.body.stmts.pop();
    assert!(adjoint(&f, &a).unwrap_err().contains("was not saved"));

    let (f, mut a) = adjoint_of_squares();
    a.tapes[0].kind = TapeKind::Slot;
    assert!(adjoint(&f, &a).unwrap_err().contains("several records"));
}

#[test]
fn printing_is_stable() {
    let text = print::function(&sketch::sum_of_squares());
    let expected = "\
fn sum_of_squares(x: &[f64]) -> f64 {
    let n: usize = x.len()
    for i in 0..n carrying s = 0.0 {
        let item: f64 = x[i]
        let square: f64 = item * item
        let s_1: f64 = s + square
    }; s_2 <- s_1
    return s_2
    wrt x: parameter 0
}
";
    assert_eq!(text, expected);
    let (f, a) = adjoint_of_squares();
    assert!(print::adjoint(&f, &a).contains("restore tape -> item"));
}
