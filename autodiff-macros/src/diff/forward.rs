//! Forward mode: a primal function to one that computes its tangent beside it.
//!
//! Invariant: behind each statement, the tangent of every active variable defined so far is defined, and the tangent of
//! every active place has the shape of the place.

use proc_macro2::Span;

use super::Pushforward;
use super::reverse::{stmt, unit};
use crate::analysis::{Activity, Ranges};
use crate::ir::{
    Arg, Block, Call, Carried, CopyHow, Expr, Function, Init, Join, Path, PushforwardCall, RawStmt, Role,
    Stmt, StmtKind, StoreOp, Tangent, Ty, Var, VarMap, Vars, WrtTarget, build,
};

/// The pushforward of `function`.
pub(crate) fn pushforward(function: &Function, activity: &Activity) -> Pushforward {
    let ranges = Ranges::of(function);
    let mut forward = Forward { activity, ranges, vars: function.vars.clone(), dots: VarMap::new() };
    let params = (0..function.params.len())
        .map(|index| {
            let param = &function.params[index];
            let asked = function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Param(index));
            // What a `&mut` scalar held before the call may reach nothing: its tangent is set all the same.
            let lent = param.last.is_some();
            if !asked || !(lent || activity.active(param.var)) {
                return None;
            }
            Some((forward.dot(param.var), None::<Expr>))
        })
        .collect::<Vec<_>>();
    let mut body = forward.block(&function.body);
    // Parameters that carry a tangent without being asked for (in-out ones) start at zero.
    let mut zeros = Vec::new();
    for (param, slot) in function.params.iter().zip(&params) {
        if slot.is_none() && activity.active(param.var) {
            let span = param.name.span();
            let dot = forward.dot(param.var);
            zeros.push(match forward.vars[dot].role {
                Role::Place => stmt(
                    StmtKind::Declare { place: dot, init: Init::Zero { like: Path::of(param.var) } },
                    span,
                ),
                _ => stmt(StmtKind::Let { var: dot, expr: build::lit(0.0) }, span),
            });
        }
    }
    body.stmts.splice(0..0, zeros);
    let params = params
        .into_iter()
        .zip(&function.params)
        .map(|(slot, param)| {
            slot.map(|(dot, _)| (dot, param.last.as_ref().map(|last| forward.tangent(last))))
        })
        .collect();
    let result = function.result.map(&mut |leaf| match leaf {
        Expr::Whole(path) => {
            let ty = forward.vars.type_of(path);
            if !ty.may_be_active() {
                None
            } else if forward.active_path(path) {
                Some(Expr::Whole(forward.dot_path(path)))
            } else {
                let zero = forward.vars.fresh("zero", ty, Role::Place, function.name.span());
                let init = Init::Zero { like: path.clone() };
                body.push(StmtKind::Declare { place: zero, init }, function.name.span());
                Some(Expr::Whole(Path::of(zero)))
            }
        }
        Expr::Var(var) => forward.vars[*var].ty.may_be_active().then(|| forward.tangent(leaf)),
        Expr::Lit(lit) => lit.ty.is_float().then(|| build::lit(0.0)),
        _ => None,
    });
    Pushforward { vars: forward.vars, body, params, result }
}

struct Forward<'a> {
    activity: &'a Activity,
    ranges: Ranges,
    vars: Vars,
    dots: VarMap<Var>,
}

impl Forward<'_> {
    /// The tangent variable of a scalar or a place.
    fn dot(&mut self, var: Var) -> Var {
        if let Some(dot) = self.dots.get(&var) {
            return *dot;
        }
        let info = self.vars[var].clone();
        let dot = self.vars.fresh(format!("{}_dot", info.name), info.ty, info.role, info.span);
        self.vars[dot].telling = info.named;
        self.vars[dot].mutable = info.mutable;
        self.dots.insert(var, dot);
        dot
    }

    fn dot_path(&mut self, path: &Path) -> Path {
        let full = self.vars.resolve(path);
        Path { root: self.dot(full.root), proj: full.proj }
    }

    fn active_path(&self, path: &Path) -> bool {
        self.activity.active(self.vars.root(path)) && self.vars.type_of(path).may_be_active()
    }

    fn active_var(&self, var: Var) -> bool {
        self.active_path(&Path::of(var))
    }

    /// The tangent of an atom.
    fn tangent(&mut self, atom: &Expr) -> Expr {
        match atom {
            Expr::Var(var) if self.active_var(*var) => Expr::Var(self.dot(*var)),
            Expr::Whole(path) if self.active_path(path) => Expr::Whole(self.dot_path(path)),
            Expr::Var(_) | Expr::Lit(_) => build::lit(0.0),
            other => other.clone(),
        }
    }

    /// As [`Self::tangent`], with a declared zero for aggregates that carry none.
    fn tangent_item(&mut self, item: &Expr, out: &mut Vec<Stmt>, span: Span) -> Expr {
        match item {
            Expr::Whole(path) if !self.active_path(path) => {
                let zero = self.vars.fresh("zero", self.vars.type_of(path), Role::Place, span);
                out.push(stmt(
                    StmtKind::Declare { place: zero, init: Init::Zero { like: path.clone() } },
                    span,
                ));
                Expr::Whole(Path::of(zero))
            }
            // A part of a tuple that carries no derivative.
            Expr::Var(var) if !self.vars[*var].ty.may_be_active() => unit(),
            Expr::Lit(lit) if !lit.ty.may_be_active() => unit(),
            item => self.tangent(item),
        }
    }

    fn block(&mut self, block: &Block) -> Block {
        let mut out = Vec::new();
        for stmt in &block.stmts {
            self.statement(stmt, &mut out);
        }
        Block { stmts: out }
    }

    /// The tangent of a scalar expression.
    fn tangent_of(&mut self, var: Var, expr: &Expr) -> Expr {
        match expr {
            Expr::Var(_) => self.tangent(expr),
            Expr::Rule(rule, args) => {
                let partials = self.ranges.partials(var, rule, args);
                args.iter().zip(partials).fold(build::lit(0.0), |sum, (arg, partial)| {
                    build::add(sum, build::chain(self.tangent(arg), partial.expr, &partial.forward))
                })
            }
            Expr::Load(path) if self.active_path(path) => Expr::Load(self.dot_path(path)),
            Expr::Cast(operand, target) => {
                let dot = self.tangent(operand);
                if dot.is_zero() { dot } else { Expr::Cast(Box::new(dot), target.clone()) }
            }
            Expr::Select(condition, then, otherwise) => {
                build::select((**condition).clone(), self.tangent(then), self.tangent(otherwise))
            }
            _ => build::lit(0.0),
        }
    }

    fn statement(&mut self, primal: &Stmt, out: &mut Vec<Stmt>) {
        let span = primal.span;
        match &primal.kind {
            StmtKind::Let { var, expr } => {
                out.push(primal.clone());
                if self.active_var(*var) {
                    let tangent = self.tangent_of(*var, expr);
                    let dot = self.dot(*var);
                    out.push(stmt(StmtKind::Let { var: dot, expr: tangent }, span));
                }
            }
            StmtKind::Declare { place, init } => {
                if !self.active_var(*place) {
                    out.push(primal.clone());
                    return;
                }
                let dot = self.dot(*place);
                self.declare(primal, init, &Path::of(*place), &Path::of(dot), Some(dot), out);
            }
            StmtKind::Assign { path, init, slice } => {
                if !self.active_path(path) {
                    out.push(primal.clone());
                    return;
                }
                let dot = self.dot_path(path);
                match init {
                    Init::Copy { from, .. } if *slice && !self.active_path(from) => {
                        out.push(primal.clone());
                        out.push(stmt(StmtKind::Raw(RawStmt::Clear { path: dot }), span));
                    }
                    Init::Copy { from, how, .. } if *slice => {
                        out.push(primal.clone());
                        let init = Init::Copy { from: self.dot_path(from), how: *how };
                        out.push(stmt(StmtKind::Assign { path: dot, init, slice: true }, span));
                    }
                    init if init.reads_place(self.vars.root(path), &self.vars) => {
                        // What it is made of has its tangent in the same place: the new one is put together beside it.
                        let ty = self.vars.type_of(path);
                        let fresh = self.vars.fresh("new_dot", ty, Role::Place, span);
                        self.declare(primal, init, path, &Path::of(fresh), Some(fresh), out);
                        let init = Init::Copy { from: Path::of(fresh), how: CopyHow::Move };
                        out.push(stmt(StmtKind::Assign { path: dot, init, slice: false }, span));
                    }
                    init => self.declare(primal, init, path, &dot, None, out),
                }
            }
            StmtKind::View { .. } | StmtKind::Inert { .. } => out.push(primal.clone()),
            StmtKind::Store { path, op, value } => {
                out.push(primal.clone());
                if self.active_path(path) {
                    let value = self.tangent(value);
                    if *op == StoreOp::Set || !value.is_zero() {
                        let path = self.dot_path(path);
                        out.push(stmt(StmtKind::Store { path, op: *op, value }, span));
                    }
                }
            }
            StmtKind::Swap(a, b) => {
                out.push(primal.clone());
                match [a, b].map(|path| self.active_path(path)) {
                    [false, false] => {}
                    [true, true] => {
                        let (a, b) = (self.dot_path(a), self.dot_path(b));
                        out.push(stmt(StmtKind::Swap(a, b), span));
                    }
                    // What comes from one that is cut off has no tangent.
                    [first, _] => {
                        let path = if first { a } else { b };
                        let (dot, ty) = (self.dot_path(path), self.vars.type_of(path));
                        out.push(match ty {
                            ty if ty.is_scalar() => {
                                let value = build::lit(0.0);
                                stmt(StmtKind::Store { path: dot, op: StoreOp::Set, value }, span)
                            }
                            Ty::Slice(_) => stmt(StmtKind::Raw(RawStmt::Clear { path: dot }), span),
                            _ => {
                                let init = Init::Zero { like: path.clone() };
                                stmt(StmtKind::Assign { path: dot, init, slice: false }, span)
                            }
                        });
                    }
                }
            }
            StmtKind::Fill { path, value } => {
                out.push(primal.clone());
                if self.active_path(path) {
                    let (path, value) = (self.dot_path(path), self.tangent(value));
                    out.push(stmt(StmtKind::Fill { path, value }, span));
                }
            }
            StmtKind::Push { path, value } => {
                if self.active_path(path) {
                    let tangent = self.tangent_item(value, out, span);
                    let path = self.dot_path(path);
                    out.push(stmt(StmtKind::Push { path, value: tangent }, span));
                }
                out.push(primal.clone());
            }
            StmtKind::Call(call) => self.call(call, out, span),
            StmtKind::If { cond, then, otherwise, joins } => {
                let (then, otherwise) = (self.block(then), self.block(otherwise));
                let joins = self.joins(joins);
                out.push(stmt(StmtKind::If { cond: cond.clone(), then, otherwise, joins }, span));
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                let arms = arms
                    .iter()
                    .map(|arm| crate::ir::Arm { body: self.block(&arm.body), ..arm.clone() })
                    .collect();
                let joins = self.joins(joins);
                out.push(stmt(StmtKind::Match { scrutinee: scrutinee.clone(), arms, joins }, span));
            }
            StmtKind::Loop(the_loop) => {
                let body = self.block(&the_loop.body);
                let mut carried = the_loop.carried.clone();
                for scalar in &the_loop.carried {
                    if self.active_var(scalar.phi) || self.active_var(scalar.out) {
                        carried.push(Carried {
                            phi: self.dot(scalar.phi),
                            init: self.tangent(&scalar.init),
                            next: self.tangent(&scalar.next),
                            out: self.dot(scalar.out),
                        });
                    }
                }
                let the_loop = crate::ir::Loop { body, carried, ..(**the_loop).clone() };
                out.push(stmt(StmtKind::Loop(Box::new(the_loop)), span));
            }
            StmtKind::Mark(_) => out.push(primal.clone()),
            StmtKind::Mut { .. }
            | StmtKind::Update { .. }
            | StmtKind::Save { .. }
            | StmtKind::Restore { .. }
            | StmtKind::Accumulate { .. }
            | StmtKind::Pullback(_)
            | StmtKind::Pushforward(_)
            | StmtKind::Raw(_) => unreachable!("not in a primal program (see `ir::verify`)"),
        }
    }

    fn joins(&mut self, joins: &[Join]) -> Vec<Join> {
        let mut all = joins.to_vec();
        for join in joins {
            if self.active_var(join.var) {
                let values =
                    join.values.iter().map(|value| value.as_ref().map(|value| self.tangent(value))).collect();
                all.push(Join { var: self.dot(join.var), values });
            }
        }
        all
    }

    /// The tangent of a first content (`declared`) or of a whole assignment, beside the primal statement.
    fn declare(
        &mut self,
        primal: &Stmt,
        init: &Init,
        path: &Path,
        dot: &Path,
        declared: Option<Var>,
        out: &mut Vec<Stmt>,
    ) {
        let span = primal.span;
        let put = |init: Init| match declared {
            Some(place) => stmt(StmtKind::Declare { place, init }, span),
            None => stmt(StmtKind::Assign { path: dot.clone(), init, slice: false }, span),
        };
        let zero = |out: &mut Vec<Stmt>| {
            out.push(primal.clone());
            out.push(put(Init::Zero { like: path.clone() }));
        };
        match init {
            Init::Deferred => {
                out.push(primal.clone());
                out.push(put(Init::Deferred));
            }
            Init::EmptyVec(capacity) => {
                out.push(primal.clone());
                out.push(put(Init::EmptyVec(capacity.clone())));
            }
            Init::List { vec, items } => {
                let items = items.iter().map(|item| self.tangent_item(item, out, span)).collect();
                // The tangent first: the primal may move what it is made of.
                out.push(put(Init::List { vec: *vec, items }));
                out.push(primal.clone());
            }
            Init::Tuple(items) => {
                let items = items.iter().map(|item| self.tangent_item(item, out, span)).collect();
                out.push(put(Init::Tuple(items)));
                out.push(primal.clone());
            }
            Init::Repeat { vec, value, len } => {
                let value = self.tangent_item(value, out, span);
                out.push(put(Init::Repeat { vec: *vec, value, len: len.clone() }));
                out.push(primal.clone());
            }
            Init::Copy { from, how } if self.active_path(from) => {
                out.push(primal.clone());
                let how = if *how == CopyHow::Move { CopyHow::Clone } else { *how };
                out.push(put(Init::Copy { from: self.dot_path(from), how }));
            }
            Init::Struct { path: _, of, fields, base } => {
                let mut parts = Vec::new();
                for (member, item) in fields {
                    let tangent = match item {
                        Expr::Whole(path) if !self.active_path(path) => None,
                        item => Some(self.tangent(item)),
                    };
                    parts.push((member.clone(), tangent));
                }
                match base.as_ref().filter(|base| self.active_path(base)) {
                    Some(base) => {
                        out.push(primal.clone());
                        let from = self.dot_path(base);
                        out.push(put(Init::Copy { from, how: CopyHow::Clone }));
                    }
                    None => zero(out),
                }
                for (member, tangent) in parts {
                    let path = dot.with(of.part(&member));
                    match tangent {
                        Some(Expr::Whole(from)) => {
                            let init = Init::Copy { from, how: CopyHow::Clone };
                            out.push(stmt(StmtKind::Assign { path, init, slice: false }, span));
                        }
                        Some(value) if !value.is_zero() || base.is_some() => {
                            out.push(stmt(StmtKind::Store { path, op: StoreOp::Set, value }, span));
                        }
                        None if base.is_some() => {
                            let init = Init::Zero { like: path.clone() };
                            out.push(stmt(StmtKind::Assign { path, init, slice: false }, span));
                        }
                        _ => {}
                    }
                }
            }
            Init::Copy { .. } | Init::Inert(_) | Init::Zero { .. } | Init::Stop(_) => zero(out),
        }
    }

    fn call(&mut self, call: &Call, out: &mut Vec<Stmt>, span: Span) {
        let reaches = |this: &Self, arg: &Arg| match arg {
            Arg::Value(Expr::Var(var))
            | Arg::RefValue(Expr::Var(var))
            | Arg::RefMutValue(Expr::Var(var), _) => this.active_var(*var),
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                this.active_path(path)
            }
            _ => false,
        };
        let inside = call.args.iter().any(|arg| reaches(self, arg));
        let outside = call.results.leaves().into_iter().any(|var| self.active_var(*var))
            || call.args.iter().any(|arg| match arg {
                Arg::RefMut(path) => self.active_path(path),
                Arg::RefMutValue(_, after) => self.active_var(*after),
                _ => false,
            });
        if !(inside && outside) {
            out.push(stmt(StmtKind::Call(Call { differentiated: false, ..call.clone() }), span));
            // What comes from nothing that varies may be written to later on.
            for var in call.results.leaves() {
                if self.vars[*var].role == Role::Place && self.active_var(*var) {
                    let init = Init::Zero { like: Path::of(*var) };
                    out.push(stmt(StmtKind::Declare { place: self.dot(*var), init }, span));
                }
            }
            return;
        }
        let tangents = call
            .args
            .iter()
            .map(|arg| match arg {
                Arg::Value(Expr::Var(var)) | Arg::RefValue(Expr::Var(var)) if self.active_var(*var) => {
                    Tangent::Value(Expr::Var(self.dot(*var)))
                }
                Arg::RefMutValue(before, after) if self.vars[*after].ty.may_be_active() => {
                    Tangent::InOut(self.tangent(before), self.dot(*after))
                }
                Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path)
                    if self.active_path(path) && self.vars.type_of(path).may_be_active() =>
                {
                    Tangent::Place(self.dot_path(path))
                }
                _ => Tangent::None,
            })
            .collect();
        let result_tangents = call.results.map(&mut |var| self.dot(*var));
        let call = call.clone();
        out.push(stmt(StmtKind::Pushforward(PushforwardCall { call, tangents, result_tangents }), span));
    }
}
