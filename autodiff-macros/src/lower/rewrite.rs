//! A walk over everything that a block evaluates, and the substitution of values by atoms.

use crate::ir::{Arg, Block, Expr, Head, Inert, Init, Path, Proj, Stmt, StmtKind, Var, VarMap, Vars};

/// Calls `f` on every expression of a block, operands before the expressions they stand in; views' targets included.
pub(crate) fn visit_block(block: &mut Block, vars: &mut Vars, f: &mut dyn FnMut(&mut Expr)) {
    for stmt in &mut block.stmts {
        visit_stmt(stmt, vars, f);
    }
}

pub(crate) fn visit_stmt(stmt: &mut Stmt, vars: &mut Vars, f: &mut dyn FnMut(&mut Expr)) {
    match &mut stmt.kind {
        StmtKind::Let { expr, .. } => visit_expr(expr, f),
        StmtKind::Declare { init, .. } => visit_init(init, f),
        StmtKind::View { var } => {
            if let Some(path) = &mut vars[*var].view {
                visit_path(path, f);
            }
        }
        StmtKind::Store { path, value, .. }
        | StmtKind::Fill { path, value }
        | StmtKind::Push { path, value } => {
            visit_path(path, f);
            visit_expr(value, f);
        }
        StmtKind::Assign { path, init, .. } => {
            visit_path(path, f);
            visit_init(init, f);
        }
        StmtKind::Swap(a, b) => {
            visit_path(a, f);
            visit_path(b, f);
        }
        StmtKind::Call(call) => call.args.iter_mut().for_each(|arg| visit_arg(arg, f)),
        StmtKind::Inert { inert, defs, .. } => {
            visit_inert(inert, f);
            defs.iter_mut()
                .filter_map(|(_, before, _)| before.as_mut())
                .for_each(|before| visit_expr(before, f));
        }
        StmtKind::If { cond, then, otherwise, joins } => {
            visit_expr(cond, f);
            visit_block(then, vars, f);
            visit_block(otherwise, vars, f);
            joins
                .iter_mut()
                .flat_map(|join| join.values.iter_mut().flatten())
                .for_each(|value| visit_expr(value, f));
        }
        StmtKind::Match { scrutinee, arms, joins } => {
            visit_inert(scrutinee, f);
            for arm in arms {
                if let Some(guard) = &mut arm.guard {
                    visit_inert(guard, f);
                }
                visit_block(&mut arm.body, vars, f);
            }
            joins
                .iter_mut()
                .flat_map(|join| join.values.iter_mut().flatten())
                .for_each(|value| visit_expr(value, f));
        }
        StmtKind::Loop(lp) => {
            match &mut lp.head {
                Head::For { lo, hi, step, .. } => {
                    visit_expr(lo, f);
                    visit_expr(hi, f);
                    step.iter_mut().for_each(|step| visit_expr(step, f));
                }
                Head::While { test, cond } => {
                    visit_block(test, vars, f);
                    visit_expr(cond, f);
                }
                Head::Forever => {}
            }
            for carried in &mut lp.carried {
                visit_expr(&mut carried.init, f);
                visit_expr(&mut carried.next, f);
            }
            visit_block(&mut lp.body, vars, f);
            lp.break_if.iter_mut().for_each(|cond| visit_expr(cond, f));
        }
        StmtKind::Mark(mark) => mark.operand_mut().into_iter().for_each(|operand| visit_expr(operand, f)),
        // Lowering makes no others.
        StmtKind::Mut { .. }
        | StmtKind::Update { .. }
        | StmtKind::Save { .. }
        | StmtKind::Restore { .. }
        | StmtKind::Accumulate { .. }
        | StmtKind::Pullback(_)
        | StmtKind::Pushforward(_)
        | StmtKind::Raw(_) => {}
    }
}

pub(crate) fn visit_expr(expr: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    match expr {
        Expr::Var(_) | Expr::Lit(_) => {}
        Expr::Rule(_, args) => args.iter_mut().for_each(|arg| visit_expr(arg, f)),
        Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) => visit_path(path, f),
        Expr::Binary(_, a, b) => {
            visit_expr(a, f);
            visit_expr(b, f);
        }
        Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => visit_expr(a, f),
        Expr::Inert(inert) => visit_inert(inert, f),
        Expr::Select(a, b, c) => {
            visit_expr(a, f);
            visit_expr(b, f);
            visit_expr(c, f);
        }
    }
    f(expr);
}

fn visit_inert(inert: &mut Inert, f: &mut dyn FnMut(&mut Expr)) {
    inert.binds.iter_mut().for_each(|(_, expr)| visit_expr(expr, f));
}

fn visit_path(path: &mut Path, f: &mut dyn FnMut(&mut Expr)) {
    for proj in &mut path.proj {
        match proj {
            Proj::Index(index) => visit_expr(index, f),
            Proj::Range(lo, hi) => {
                lo.iter_mut().for_each(|lo| visit_expr(lo, f));
                hi.iter_mut().for_each(|hi| visit_expr(hi, f));
            }
            Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => {}
        }
    }
}

fn visit_init(init: &mut Init, f: &mut dyn FnMut(&mut Expr)) {
    match init {
        Init::Deferred => {}
        Init::List { items, .. } | Init::Tuple(items) => {
            items.iter_mut().for_each(|item| visit_expr(item, f))
        }
        Init::Repeat { value, len, .. } => {
            visit_expr(value, f);
            visit_expr(len, f);
        }
        Init::EmptyVec(capacity) => capacity.iter_mut().for_each(|capacity| visit_expr(capacity, f)),
        Init::Struct { fields, base, .. } => {
            fields.iter_mut().for_each(|(_, value)| visit_expr(value, f));
            base.iter_mut().for_each(|base| visit_path(base, f));
        }
        Init::Copy { from: path, .. } | Init::Zero { like: path } => visit_path(path, f),
        Init::Inert(inert) => visit_inert(inert, f),
        Init::Stop(init) => visit_init(init, f),
    }
}

fn visit_arg(arg: &mut Arg, f: &mut dyn FnMut(&mut Expr)) {
    match arg {
        Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => visit_expr(expr, f),
        Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => visit_path(path, f),
        Arg::Inert(inert) => visit_inert(inert, f),
    }
}

/// Values to be replaced by atoms.
#[derive(Default)]
pub(crate) struct Substitution(VarMap<Expr>);

impl Substitution {
    pub(crate) fn insert(&mut self, var: Var, atom: Expr) {
        self.0.insert(var, atom);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn replace(&self, expr: &mut Expr) {
        // An atom may itself be replaced: chains end, since a value is bound before it is used.
        while let Expr::Var(var) = expr {
            match self.0.get(var) {
                Some(atom) => *expr = atom.clone(),
                None => break,
            }
        }
    }

    pub(crate) fn block(&self, block: &mut Block, vars: &mut Vars) {
        if !self.is_empty() {
            visit_block(block, vars, &mut |expr| self.replace(expr));
        }
    }

    pub(crate) fn expr(&self, expr: &mut Expr) {
        if !self.is_empty() {
            visit_expr(expr, &mut |expr| self.replace(expr));
        }
    }
}
