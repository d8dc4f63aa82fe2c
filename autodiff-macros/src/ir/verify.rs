//! The integrity of programs, checked behind each pass by the tests and in debug builds. A violation is our bug, never the user's.
//!
//! Ensures: every variable is defined before it is read, in a scope that reaches the reader; primal programs are in A-normal
//! form, bind each value once and hold no statement of differentiation; the reverse sweep reads nothing of the forward
//! sweep but what is captured, restored or computed again; what goes on a tape comes off it in the opposite order.

mod stmts;
mod tape;

use super::{
    Expr, Function, Inert, Init, Param, Passing, Path, Proj, Role, Tree, Var, VarInfo, VarSet, Vars,
    WrtTarget, print,
};
use crate::diff::{Adjoint, ParamAdjoint, Pushforward};

type Result<T = (), E = String> = std::result::Result<T, E>;

/// Checks what lowering makes.
pub(crate) fn function(function: &Function) -> Result {
    let mut scope = Scope::new(&function.vars, Program::Primal);
    for param in &function.params {
        scope.param(param)?;
    }
    scope.stmts(&function.body)?;
    scope.tree(&function.result, |scope, leaf| scope.operand(leaf))?;
    for Param { name, last, passing, ty, .. } in &function.params {
        match last {
            Some(last) if *passing == Passing::RefMut => scope.atom(last)?,
            Some(_) => return Err(format!("parameter `{name}` is not `&mut` and leaves a value")),
            None if *passing == Passing::RefMut && ty.is_scalar() => {
                return Err(format!("`&mut` scalar `{name}` leaves no value"));
            }
            None => {}
        }
    }
    for wrt in &function.wrt {
        match wrt.target {
            WrtTarget::Param(index) if index >= function.params.len() => {
                return Err(format!("`wrt` names parameter {index} of {}", function.params.len()));
            }
            WrtTarget::Param(_) => {}
            WrtTarget::Local(var) if scope.bound.contains(&var) => {}
            WrtTarget::Local(var) => {
                return Err(format!("`wrt` names {}, which is never bound", scope.name(var)));
            }
        }
    }
    Ok(())
}

/// Checks what reverse mode makes.
pub(crate) fn adjoint(function: &Function, adjoint: &Adjoint) -> Result {
    let Adjoint {
        vars,
        tapes,
        forward,
        reverse,
        seed,
        params,
        wrt,
        captures,
        rolled_back,
        private: _,
        explained: _,
    } = adjoint;
    if params.len() != function.params.len() {
        return Err(format!("{} parameters have {} slots", function.params.len(), params.len()));
    }
    if wrt.len() != function.wrt.len() {
        return Err(format!("{} entries of `wrt` have {} gradients", function.wrt.len(), wrt.len()));
    }
    let mut ahead = Scope::new(vars, Program::Forward);
    for tape in tapes {
        ahead.bind(tape.var, &[Role::Tape])?;
    }
    for param in &function.params {
        ahead.param(param)?;
    }
    ahead.stmts(forward)?;
    ahead.tree(&function.result, |scope, leaf| scope.operand(leaf))?;

    let mut back = Scope::new(vars, Program::Reverse);
    for tape in tapes {
        back.bind(tape.var, &[Role::Tape])?;
    }
    for param in &function.params {
        if param.passing != Passing::Value && !param.ty.is_scalar() {
            back.bind(param.var, &[Role::Place])?;
        }
    }
    for capture in captures {
        ahead.read(*capture).map_err(|e| format!("captured: {e}"))?;
        back.declare(*capture);
    }
    back.adjoints(seed, params)?;
    back.stmts(reverse).map_err(|e| format!("reverse sweep: {e}"))?;
    for param in params {
        if let Some(ParamAdjoint::Scalar(var)) = param {
            back.read(*var)?;
        }
    }
    for gradient in wrt.iter().flatten() {
        back.operand(gradient).map_err(|e| format!("gradient: {e}"))?;
    }
    if let Some(index) = rolled_back.iter().find(|index| **index >= function.params.len()) {
        return Err(format!("parameter {index} of {} is rolled back", function.params.len()));
    }
    for tape in tapes {
        tape::balanced(tape, forward, reverse).map_err(|e| format!("tape {}: {e}", back.name(tape.var)))?;
    }
    Ok(())
}

/// Checks both sweeps one behind the other, as one body.
pub(crate) fn joined(function: &Function, adjoint: &Adjoint) -> Result {
    let Adjoint {
        vars,
        tapes,
        forward,
        reverse,
        seed,
        params,
        wrt,
        captures: _,
        rolled_back: _,
        private: _,
        explained: _,
    } = adjoint;
    let mut scope = Scope::new(vars, Program::Reverse);
    for tape in tapes {
        scope.bind(tape.var, &[Role::Tape])?;
    }
    for param in &function.params {
        scope.param(param)?;
    }
    // A fused loop adds to adjoints while the primal runs.
    scope.adjoints(seed, params)?;
    scope.stmts(forward)?;
    scope.tree(&function.result, |scope, leaf| scope.operand(leaf))?;
    scope.stmts(reverse)?;
    function.params.iter().filter_map(|param| param.last.as_ref()).try_for_each(|last| scope.atom(last))?;
    wrt.iter().flatten().try_for_each(|gradient| scope.operand(gradient))?;
    for tape in tapes {
        tape::balanced(tape, forward, reverse).map_err(|e| format!("tape {}: {e}", scope.name(tape.var)))?;
    }
    Ok(())
}

/// Checks what forward mode makes.
pub(crate) fn pushforward(function: &Function, pushforward: &Pushforward) -> Result {
    let Pushforward { vars, body, params, result } = pushforward;
    if params.len() != function.params.len() {
        return Err(format!("{} parameters have {} tangents", function.params.len(), params.len()));
    }
    let mut scope = Scope::new(vars, Program::Reverse);
    for (param, tangent) in function.params.iter().zip(params) {
        scope.param(param)?;
        if let Some((var, _)) = tangent {
            scope.bind(*var, &[Role::Value, Role::Mut, Role::Place])?;
        }
    }
    scope.stmts(body)?;
    scope.tree(&function.result, |scope, leaf| scope.operand(leaf))?;
    scope.tree(result, |scope, leaf| leaf.as_ref().map_or(Ok(()), |leaf| scope.operand(leaf)))?;
    for (_, last) in params.iter().flatten() {
        last.as_ref().map_or(Ok(()), |last| scope.operand(last))?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    /// A-normal form, each value bound once.
    Primal,
    /// Each value bound once; expressions may be nested.
    Forward,
    /// Values may be bound again: restored or recomputed ones bear their primal name.
    Reverse,
}

/// What can be read at a point of the program: the innermost block last.
struct Scope<'a> {
    vars: &'a Vars,
    program: Program,
    visible: Vec<VarSet>,
    /// Everything bound so far, in scope or not.
    bound: VarSet,
}

impl<'a> Scope<'a> {
    fn new(vars: &'a Vars, program: Program) -> Scope<'a> {
        Scope { vars, program, visible: vec![VarSet::new()], bound: VarSet::new() }
    }

    fn name(&self, var: Var) -> String {
        format!("`{}` (#{})", print::expr(self.vars, &Expr::Var(var)), var.0)
    }

    fn info(&self, var: Var) -> Result<&'a VarInfo> {
        let vars = self.vars;
        vars.0.get(var.0 as usize).ok_or_else(|| format!("variable #{} is not in the arena", var.0))
    }

    fn declare(&mut self, var: Var) {
        self.bound.insert(var);
        self.visible.last_mut().expect("the outermost scope").insert(var);
    }

    fn bind(&mut self, var: Var, roles: &[Role]) -> Result {
        let info = self.info(var)?;
        if !roles.contains(&info.role) {
            return Err(format!("{} is a {} where another role is bound", self.name(var), info.role));
        }
        if self.program != Program::Reverse && self.bound.contains(&var) {
            return Err(format!("{} is bound twice", self.name(var)));
        }
        self.declare(var);
        Ok(())
    }

    fn param(&mut self, param: &Param) -> Result {
        self.bind(param.var, &[Role::Value, Role::Place])
    }

    /// What is there before the reverse sweep.
    fn adjoints(&mut self, seed: &Tree<Option<Var>>, params: &[Option<ParamAdjoint>]) -> Result {
        self.tree(seed, |scope, leaf| match leaf {
            Some(var) => scope.bind(*var, &[Role::Value, Role::Mut, Role::Place]),
            None => Ok(()),
        })?;
        params.iter().flatten().try_for_each(|param| match param {
            ParamAdjoint::ScalarInOut(var) => self.bind(*var, &[Role::Mut]),
            ParamAdjoint::Place(var) => self.bind(*var, &[Role::Place]),
            ParamAdjoint::Scalar(_) => Ok(()),
        })
    }

    fn read(&self, var: Var) -> Result {
        if self.visible.iter().any(|scope| scope.contains(&var)) {
            Ok(())
        } else {
            let state = if self.bound.contains(&var) { "out of scope" } else { "not defined" };
            Err(format!("{} is read where it is {state}", self.name(var)))
        }
    }

    fn write(&self, var: Var) -> Result {
        if self.info(var)?.role != Role::Mut {
            return Err(format!("{} is updated and not mutable", self.name(var)));
        }
        self.read(var)
    }

    fn scoped(&mut self, f: impl FnOnce(&mut Self) -> Result) -> Result {
        self.visible.push(VarSet::new());
        let result = f(self);
        self.visible.pop();
        result
    }

    fn tree<T>(&mut self, tree: &Tree<T>, leaf: impl Fn(&mut Self, &T) -> Result + Copy) -> Result {
        match tree {
            Tree::Leaf(value) => leaf(self, value),
            Tree::Tuple(parts) => parts.iter().try_for_each(|part| self.tree(part, leaf)),
        }
    }

    fn atom(&self, expr: &Expr) -> Result {
        if self.program == Program::Primal && !expr.is_atom() {
            return Err(format!("`{}` stands where an atom is due", print::expr(self.vars, expr)));
        }
        self.expr(expr)
    }

    /// An atom or an aggregate.
    fn operand(&self, expr: &Expr) -> Result {
        match expr {
            Expr::Whole(path) => self.path(path),
            _ => self.atom(expr),
        }
    }

    fn expr(&self, expr: &Expr) -> Result {
        match expr {
            Expr::Var(var) => match self.info(*var)?.role {
                Role::Value | Role::Mut => self.read(*var),
                role => Err(format!("{} is a {role} and read as a scalar", self.name(*var))),
            },
            Expr::Lit(_) => Ok(()),
            Expr::Rule(rule, args) if args.len() != rule.arity => {
                Err(format!("`{}` takes {} operands, not {}", rule.name, rule.arity, args.len()))
            }
            Expr::Rule(_, args) => args.iter().try_for_each(|arg| self.atom(arg)),
            Expr::Load(path) | Expr::Len(path) => self.path(path),
            Expr::Binary(_, a, b) => self.atom(a).and_then(|()| self.atom(b)),
            Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => self.atom(a),
            Expr::Inert(inert) => self.inert(inert),
            Expr::Select(condition, then, otherwise) => {
                self.atom(condition)?;
                self.atom(then)?;
                self.atom(otherwise)
            }
            Expr::Whole(path) | Expr::WholeMut(path) => Err(format!(
                "`{}` is read whole as a scalar",
                print::expr(self.vars, &Expr::Load(path.clone()))
            )),
        }
    }

    fn path(&self, path: &Path) -> Result {
        match self.info(path.root)?.role {
            Role::Place | Role::View => self.read(path.root)?,
            role => return Err(format!("{} is a {role} and the root of a path", self.name(path.root))),
        }
        path.proj.iter().try_for_each(|proj| match proj {
            Proj::Index(index) => self.atom(index),
            Proj::Range(lo, hi) => lo.iter().chain(hi).try_for_each(|bound| self.atom(bound)),
            Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => Ok(()),
        })
    }

    fn inert(&self, inert: &Inert) -> Result {
        inert.binds.iter().try_for_each(|(_, value)| match value {
            Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => self.path(path),
            value => self.atom(value),
        })
    }

    fn init(&self, init: &Init) -> Result {
        match init {
            Init::Deferred | Init::EmptyVec(None) => Ok(()),
            Init::List { vec: _, items } | Init::Tuple(items) => {
                items.iter().try_for_each(|item| self.operand(item))
            }
            Init::Repeat { vec: _, value, len } => self.operand(value).and_then(|()| self.atom(len)),
            Init::EmptyVec(Some(n)) => self.atom(n),
            Init::Struct { path: _, of: _, fields, base } => {
                fields.iter().try_for_each(|(_, value)| self.operand(value))?;
                base.iter().try_for_each(|base| self.path(base))
            }
            Init::Copy { from, how: _ } => self.path(from),
            Init::Zero { like } => self.path(like),
            Init::Inert(inert) => self.inert(inert),
            Init::Stop(inner) => self.init(inner),
        }
    }
}

#[cfg(test)]
mod tests;
