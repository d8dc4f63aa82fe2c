//! What a statement reads, writes and defines, for the passes of the emitter.
//!
//! Nested blocks are left to the caller, since each pass treats control flow in its own order.

use crate::ir::*;

/// How a path is accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

pub(crate) trait Visitor {
    /// The value of a variable (scalar, whole place, pullback) is read.
    fn read(&mut self, var: &mut Var);
    /// A mutable scalar, a tape or an inactive place is changed.
    fn write(&mut self, var: &mut Var);
    /// A path is accessed; its indices are for the visitor to visit ([`indices`]).
    fn path(&mut self, path: &mut Path, access: Access);
    /// A variable is bound.
    fn define(&mut self, var: &mut Var);
    /// The content of a place comes back: an assignment where the place is in scope, else its declaration.
    fn restore(&mut self, place: &mut Var);
}

pub(crate) fn expr(expr: &mut Expr, v: &mut dyn Visitor) {
    match expr {
        Expr::Var(var) => v.read(var),
        Expr::Lit(_) => {}
        Expr::Rule(_, args) => args.iter_mut().for_each(|arg| self::expr(arg, v)),
        Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) => v.path(path, Access::Read),
        Expr::WholeMut(path) => v.path(path, Access::Write),
        Expr::Binary(_, a, b) => {
            self::expr(a, v);
            self::expr(b, v);
        }
        Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => self::expr(a, v),
        Expr::Inert(inert) => self::inert(inert, v),
        Expr::Select(c, a, b) => [c, a, b].into_iter().for_each(|e| self::expr(e, v)),
    }
}

pub(crate) fn inert(inert: &mut Inert, v: &mut dyn Visitor) {
    inert.binds.iter_mut().for_each(|(_, bind)| expr(bind, v));
}

pub(crate) fn indices(path: &mut Path, v: &mut dyn Visitor) {
    for proj in &mut path.proj {
        match proj {
            Proj::Index(index) => expr(index, v),
            Proj::Range(lo, hi) => lo.iter_mut().chain(hi).for_each(|bound| expr(bound, v)),
            Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => {}
        }
    }
}

fn init(content: &mut Init, v: &mut dyn Visitor) {
    match content {
        Init::Deferred | Init::EmptyVec(None) => {}
        Init::EmptyVec(Some(capacity)) => expr(capacity, v),
        Init::List { vec: _, items } | Init::Tuple(items) => items.iter_mut().for_each(|item| expr(item, v)),
        Init::Repeat { vec: _, value, len } => {
            expr(value, v);
            expr(len, v);
        }
        Init::Struct { path: _, of: _, fields, base } => {
            fields.iter_mut().for_each(|(_, value)| expr(value, v));
            base.iter_mut().for_each(|base| v.path(base, Access::Read));
        }
        Init::Copy { from: path, how: _ } | Init::Zero { like: path } => v.path(path, Access::Read),
        Init::Inert(code) => inert(code, v),
        Init::Stop(inner) => init(inner, v),
    }
}

fn arg(arg: &mut Arg, v: &mut dyn Visitor) {
    match arg {
        Arg::Value(value) | Arg::RefValue(value) => expr(value, v),
        Arg::RefMutValue(before, _) => expr(before, v),
        Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) => v.path(path, Access::Read),
        Arg::RefMut(path) => v.path(path, Access::Write),
        Arg::Inert(code) => inert(code, v),
    }
}

/// What the statement itself reads and writes; of control flow: conditions, scrutinees, bounds and initial values.
pub(crate) fn operands(kind: &mut StmtKind, v: &mut dyn Visitor) {
    match kind {
        StmtKind::Let { var: _, expr: e } => expr(e, v),
        StmtKind::Declare { place: _, init: i } => init(i, v),
        StmtKind::View { var: _ } => {}
        StmtKind::Store { path, op: _, value }
        | StmtKind::Fill { path, value }
        | StmtKind::Push { path, value } => {
            expr(value, v);
            v.path(path, Access::Write);
        }
        StmtKind::Assign { path, init: i, slice: _ } => {
            init(i, v);
            v.path(path, Access::Write);
        }
        StmtKind::Swap(a, b) | StmtKind::Raw(RawStmt::Swap(a, b)) => {
            v.path(a, Access::Write);
            v.path(b, Access::Write);
        }
        StmtKind::Call(call) => call.args.iter_mut().for_each(|a| arg(a, v)),
        StmtKind::Inert { inert: code, defs, writes } => {
            inert(code, v);
            defs.iter_mut().filter_map(|(_, before, _)| before.as_mut()).for_each(|before| expr(before, v));
            writes.iter_mut().for_each(|place| v.write(place));
        }
        StmtKind::If { cond, .. } => expr(cond, v),
        StmtKind::Match { scrutinee, .. } => inert(scrutinee, v),
        StmtKind::Mark(mark) => mark.operand_mut().into_iter().for_each(|operand| expr(operand, v)),
        StmtKind::Loop(l) => {
            l.carried.iter_mut().for_each(|c| expr(&mut c.init, v));
            if let Head::For { index: _, lo, hi, inclusive: _, step, rev: _ } = &mut l.head {
                expr(lo, v);
                expr(hi, v);
                step.iter_mut().for_each(|step| expr(step, v));
            }
        }
        StmtKind::Mut { var: _, init } => expr(init, v),
        StmtKind::Update { var, op: _, expr: e } => {
            expr(e, v);
            v.write(var);
        }
        StmtKind::Save { tape, values } => {
            for value in values {
                match value {
                    Saved::Value(var) | Saved::Content(var) => v.read(var),
                }
            }
            v.write(tape);
        }
        StmtKind::Restore { tape, values: _ } => v.write(tape),
        StmtKind::Accumulate { to, from } => {
            v.path(from, Access::Read);
            v.path(to, Access::Write);
        }
        StmtKind::Pullback(pullback) => pullback_operands(pullback, v),
        StmtKind::Pushforward(PushforwardCall { call, tangents, result_tangents: _ }) => {
            for (a, tangent) in call.args.iter_mut().zip(tangents) {
                match tangent {
                    Tangent::Value(value) | Tangent::InOut(value, _) => expr(value, v),
                    Tangent::Place(path) => {
                        let inout = matches!(a, Arg::RefMut(_) | Arg::RefMutValue(..));
                        v.path(path, if inout { Access::Write } else { Access::Read });
                    }
                    Tangent::None => {}
                }
                arg(a, v);
            }
        }
        StmtKind::Raw(raw) => match raw {
            RawStmt::Pop { path, popped: _ } | RawStmt::Clear { path } => {
                v.path(path, Access::Write);
            }
            RawStmt::PutBack { path, from } => {
                v.read(from);
                v.path(path, Access::Write);
            }
            RawStmt::Keep { old: _, path } => v.path(path, Access::Read),
            RawStmt::Record { tape, path } => {
                v.path(path, Access::Read);
                v.write(tape);
            }
            RawStmt::Replay { tape, path } => {
                v.write(tape);
                v.path(path, Access::Write);
            }
            RawStmt::SumInto { var, path } => {
                v.path(path, Access::Write);
                v.write(var);
            }
            RawStmt::Swap(..) => unreachable!("matched above"),
        },
    }
}

fn pullback_operands(pullback: &mut PullbackCall, v: &mut dyn Visitor) {
    let PullbackCall { call, seed, slots } = pullback;
    v.read(&mut call.pullback);
    for (a, slot) in call.args.iter_mut().zip(slots) {
        match a {
            Arg::Value(_) | Arg::Move(_) => {}
            Arg::RefMutValue(_, after) => v.read(after),
            a => arg(a, v),
        }
        slot.iter_mut().for_each(|path| v.path(path, Access::Write));
    }
    leaves(seed, &mut |leaf| expr(leaf, v));
}

pub(crate) fn leaves<T>(tree: &mut Tree<T>, f: &mut dyn FnMut(&mut T)) {
    match tree {
        Tree::Leaf(leaf) => f(leaf),
        Tree::Tuple(parts) => parts.iter_mut().for_each(|part| leaves(part, f)),
    }
}

/// What is bound behind the statement. (Loop indices, carried values at the start of an iteration and the bindings of
/// arms are visible inside only: they belong to whoever walks the nested blocks.)
pub(crate) fn definitions(kind: &mut StmtKind, v: &mut dyn Visitor) {
    match kind {
        StmtKind::Let { var, .. }
        | StmtKind::Declare { place: var, .. }
        | StmtKind::View { var }
        | StmtKind::Mut { var, .. } => v.define(var),
        StmtKind::Call(call) => {
            call_definitions(call, v);
            v.define(&mut call.pullback);
        }
        StmtKind::Inert { inert: _, defs, writes: _ } => {
            defs.iter_mut().for_each(|(_, _, after)| v.define(after))
        }
        StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
            joins.iter_mut().for_each(|join| v.define(&mut join.var));
        }
        StmtKind::Loop(l) => {
            l.carried.iter_mut().for_each(|c| v.define(&mut c.out));
            l.trips.iter_mut().for_each(|trips| v.define(trips));
        }
        StmtKind::Restore { tape: _, values } => {
            for value in values {
                match value {
                    Saved::Value(var) => v.define(var),
                    Saved::Content(place) => v.restore(place),
                }
            }
        }
        StmtKind::Pushforward(PushforwardCall { call, tangents, result_tangents }) => {
            call_definitions(call, v);
            for tangent in tangents {
                if let Tangent::InOut(_, after) = tangent {
                    v.define(after);
                }
            }
            leaves(result_tangents, &mut |var| v.define(var));
        }
        StmtKind::Raw(RawStmt::Keep { old, .. }) => v.define(old),
        StmtKind::Raw(RawStmt::Pop { popped, .. }) => popped.iter_mut().for_each(|popped| v.define(popped)),
        StmtKind::Raw(_)
        | StmtKind::Store { .. }
        | StmtKind::Assign { .. }
        | StmtKind::Swap(..)
        | StmtKind::Fill { .. }
        | StmtKind::Push { .. }
        | StmtKind::Mark(_)
        | StmtKind::Update { .. }
        | StmtKind::Save { .. }
        | StmtKind::Accumulate { .. }
        | StmtKind::Pullback(_) => {}
    }
}

fn call_definitions(call: &mut Call, v: &mut dyn Visitor) {
    for a in &mut call.args {
        if let Arg::RefMutValue(_, after) = a {
            v.define(after);
        }
    }
    leaves(&mut call.results, &mut |var| v.define(var));
}
