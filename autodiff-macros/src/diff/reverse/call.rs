//! Calls: seeds and slots of the callee's pullback.

use proc_macro2::{Span, TokenStream, TokenTree};

use super::{Reverse, stmt, unit, unit_of};
use crate::ir::{
    Arg, Call, CopyHow, Expr, Init, Path, PullbackCall, RawStmt, Role, Stmt, StmtKind, StoreOp, Ty, Var,
    VarSet, build,
};

impl Reverse<'_> {
    pub(super) fn reverse_call(
        &mut self,
        call: &Call,
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
        span: Span,
    ) {
        let in_active = call.args.iter().any(|arg| match arg {
            Arg::Value(Expr::Var(var))
            | Arg::RefValue(Expr::Var(var))
            | Arg::RefMutValue(Expr::Var(var), _) => self.active_var(*var),
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                self.active_path(path)
            }
            _ => false,
        });
        let out_active = call.results.leaves().into_iter().any(|var| self.active_var(*var))
            || call.args.iter().any(|arg| match arg {
                Arg::RefMut(path) => self.active_path(path),
                Arg::RefMutValue(_, after) => self.active_var(*after),
                _ => false,
            });
        if !(in_active && out_active) {
            let mut restored = Vec::new();
            for arg in &call.args {
                if let Arg::RefMut(path) = arg {
                    restored.extend(self.record_whole(path, self.position, forward, span));
                }
            }
            forward.push(stmt(StmtKind::Call(Call { differentiated: false, ..call.clone() }), span));
            reversal.extend(restored);
            return;
        }
        let mut call = call.clone();
        let hook = call.callee.is_on_adjoint();
        let kept = |at: &usize| !hook && self.is_kept(&call.args[*at]) && !call.is_receiver(*at);
        call.kept = (0..call.args.len()).filter(kept).collect();
        forward.push(stmt(StmtKind::Call(call.clone()), span));
        if let Some(Arg::Move(receiver)) = call.args.first().filter(|_| call.is_receiver(0)) {
            call.args[0] = Arg::Ref(receiver.clone());
        }
        let seed = call.results.map(&mut |var| self.result_seed(*var, reversal, span));
        let mut behind = Vec::new();
        let mut lent = VarSet::new();
        let slots =
            call.args.iter_mut().map(|arg| self.slot(arg, &mut lent, reversal, &mut behind, span)).collect();
        reversal.push(stmt(StmtKind::Pullback(PullbackCall { call, seed, slots }), span));
        reversal.extend(behind);
    }

    /// Whether an argument that may be a reference is not at hand any more when the pullback runs, see [`Call::kept`].
    fn is_kept(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Inert(inert) => !inert.pure || takes_its_type(&inert.code),
            Arg::Move(path) => {
                matches!(self.type_of(path), Ty::Unknown | Ty::Inert) && !self.active_path(path)
            }
            Arg::Value(_)
            | Arg::Handed(_)
            | Arg::Ref(_)
            | Arg::RefMut(_)
            | Arg::RefValue(_)
            | Arg::RefMutValue(..) => false,
        }
    }

    /// The adjoint of one result of a call, as the pullback's seed.
    pub(super) fn result_seed(&mut self, var: Var, out: &mut Vec<Stmt>, span: Span) -> Expr {
        let info = &self.vars[var];
        match (info.role, self.active_var(var)) {
            (Role::Value, true) => Expr::Var(self.bar(var)),
            (Role::Value, false) if info.ty.is_float() => build::lit(0.0),
            (Role::Value, false) => unit(),
            (_, true) => Expr::Whole(Path::of(self.bar(var))),
            (_, false) if !info.ty.may_be_active() => unit_of(&info.ty),
            (_, false) => {
                let zero = self.vars.fresh("zero", info.ty.clone(), Role::Place, span);
                out.push(stmt(
                    StmtKind::Declare { place: zero, init: Init::Zero { like: Path::of(var) } },
                    span,
                ));
                Expr::Whole(Path::of(zero))
            }
        }
    }

    pub(super) fn scalar_slot(
        &mut self,
        expr: &Expr,
        lent: &mut VarSet,
        before: &mut Vec<Stmt>,
        behind: &mut Vec<Stmt>,
        span: Span,
    ) -> Option<Path> {
        match expr {
            Expr::Var(var) if self.active_var(*var) => {
                let bar = self.bar(*var);
                if lent.insert(bar) {
                    return Some(Path::of(bar));
                }
                let own = self.vars.fresh("own_bar", self.vars[*var].ty.clone(), Role::Mut, span);
                before.push(stmt(StmtKind::Mut { var: own, init: build::lit(0.0) }, span));
                behind
                    .push(stmt(StmtKind::Update { var: bar, op: StoreOp::Add, expr: Expr::Var(own) }, span));
                Some(Path::of(own))
            }
            _ => None,
        }
    }

    /// The adjoint for the slot of an argument. An adjoint can be lent to one slot only: further ones get a zero of their own
    /// that is added behind the call. What the pullback is not given again is taken out of `arg`, so that nobody saves it.
    pub(super) fn slot(
        &mut self,
        arg: &mut Arg,
        lent: &mut VarSet,
        before: &mut Vec<Stmt>,
        behind: &mut Vec<Stmt>,
        span: Span,
    ) -> Option<Path> {
        match arg {
            Arg::Value(expr) => {
                let slot = self.scalar_slot(expr, lent, before, behind, span);
                *expr = build::int(0);
                slot
            }
            Arg::RefValue(expr) => self.scalar_slot(expr, lent, before, behind, span),
            Arg::RefMutValue(before_value, after) => {
                let after = *after;
                let after_active = self.active_var(after) && !self.vars[after].cut;
                let before_var = match before_value {
                    Expr::Var(var) if self.active_var(*var) => Some(*var),
                    _ => None,
                };
                *before_value = Expr::Var(after);
                if !self.vars[after].ty.may_be_active() {
                    return None;
                }
                let own = self.vars.fresh("in_out_bar", self.vars[after].ty.clone(), Role::Mut, span);
                let init = if after_active { Expr::Var(self.bar(after)) } else { build::lit(0.0) };
                before.push(stmt(StmtKind::Mut { var: own, init }, span));
                if let Some(var) = before_var {
                    let bar = self.bar(var);
                    behind.push(stmt(
                        StmtKind::Update { var: bar, op: StoreOp::Add, expr: Expr::Var(own) },
                        span,
                    ));
                }
                Some(Path::of(own))
            }
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                let path = path.clone();
                let (moved, in_out) = (matches!(arg, Arg::Move(_)), matches!(arg, Arg::RefMut(_)));
                let root = self.vars.root(&path);
                if moved {
                    *arg = Arg::Value(build::int(0));
                } else {
                    self.read_again(root);
                }
                if !self.active_path(&path) || !self.type_of(&path).may_be_active() {
                    return None;
                }
                let bar = self.bar_path(&path);
                if lent.insert(bar.root) {
                    return Some(bar);
                }
                let own = self.vars.fresh("own_bar", self.type_of(&path), Role::Place, span);
                if in_out {
                    // What it holds behind the call goes in, and is not there any more.
                    let how = if matches!(self.type_of(&path), Ty::Slice(_)) {
                        CopyHow::ToVec
                    } else {
                        CopyHow::Clone
                    };
                    let init = Init::Copy { from: bar.clone(), how };
                    before.push(stmt(StmtKind::Declare { place: own, init }, span));
                    before.push(stmt(StmtKind::Raw(RawStmt::Clear { path: bar.clone() }), span));
                    self.accumulate(bar, Path::of(own), behind, span);
                    return Some(Path::of(own));
                }
                // A tangent of a type that the macro does not know has no zero of its own to be asked for.
                let known = self.type_of(&path);
                let like = if known.is_sequence() && known.element().is_float() { bar.clone() } else { path };
                let like = Init::Zero { like };
                before.push(stmt(StmtKind::Declare { place: own, init: like }, span));
                self.accumulate(bar, Path::of(own), behind, span);
                Some(Path::of(own))
            }
            Arg::Inert(inert) if inert.pure && !takes_its_type(&inert.code) => {
                for (_, bound) in &inert.binds {
                    if let Expr::Whole(path) = bound {
                        self.read_again(self.vars.root(path));
                    }
                }
                None
            }
            Arg::Inert(_) => {
                *arg = Arg::Value(build::int(0));
                None
            }
        }
    }

    /// Whoever is given the place again wants what it held behind the call.
    fn read_again(&mut self, root: Var) {
        self.reads.push(self.read_at(root, self.position, None));
    }
}

/// Whether nothing but the parameter it is handed to says which type the code has.
fn takes_its_type(code: &TokenStream) -> bool {
    code.clone().into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "None",
        TokenTree::Group(group) => group.stream().is_empty() || takes_its_type(&group.stream()),
        _ => false,
    })
}
