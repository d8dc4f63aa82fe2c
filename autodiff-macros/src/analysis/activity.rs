//! Activity: which variables carry a derivative.
//!
//! Invariant of the result: every variable whose value depends differentiably on something the gradient is asked for is
//! `varied`; every variable that something in the result depends on differentiably is `useful`; a variable is active when
//! it is both. Places count as a whole (their root), and flow does not matter: a place varied anywhere is varied everywhere.

mod bits;

use proc_macro2::Span;

use crate::diag::source;
use crate::ir::{
    Arg, Block, Call, Callee, Expr, Function, Inert, Init, Passing, Path, Stmt, StmtKind, Ty, Var, VarSet,
    WrtTarget,
};

/// The sets, indexed by variable.
#[derive(Clone)]
pub(crate) struct Activity {
    varied: Vec<bool>,
    useful: Vec<bool>,
}

/// An active value met something that has no derivative.
#[derive(Clone)]
pub(crate) struct ActivityError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Activity {
    pub(crate) fn varied(&self, var: Var) -> bool {
        self.varied.get(var.0 as usize).copied().unwrap_or(false)
    }

    pub(crate) fn useful(&self, var: Var) -> bool {
        self.useful.get(var.0 as usize).copied().unwrap_or(false)
    }

    pub(crate) fn active(&self, var: Var) -> bool {
        self.varied(var) && self.useful(var)
    }
}

/// The activity of `function` for the gradient by `function.wrt`.
pub(crate) fn activity(function: &Function, errors: &mut Vec<ActivityError>) -> Activity {
    let mut analysis = Analysis::new(function, None);
    for wrt in &function.wrt {
        let var = match wrt.target {
            WrtTarget::Param(index) => function.params[index].var,
            WrtTarget::Local(var) => function.vars.root(&Path::of(var)),
        };
        analysis.varied[var.0 as usize] = true;
    }
    analysis.fixpoint(|analysis| analysis.varied_block(&function.body));
    analysis.use_outputs();

    analysis.check(&function.body, errors);
    bits::check(&analysis, errors);
    // A local may be asked for by a view of it.
    for wrt in &function.wrt {
        if let WrtTarget::Local(var) = wrt.target {
            let root = function.vars.root(&Path::of(var));
            analysis.varied[var.0 as usize] = analysis.varied[root.0 as usize];
            analysis.useful[var.0 as usize] = analysis.useful[root.0 as usize];
        }
    }
    Activity { varied: analysis.varied, useful: analysis.useful }
}

/// What something in the result depends on by other ways than through `wall`.
pub(crate) fn useful_beside(function: &Function, wall: Var) -> VarSet {
    let mut analysis = Analysis::new(function, Some(wall));
    analysis.use_outputs();
    set_of(&analysis.useful)
}

/// What some statements make of the content of a place.
pub(crate) fn varied_by(function: &Function, stmts: &[Stmt], place: Var) -> VarSet {
    let mut analysis = Analysis::new(function, None);
    analysis.varied[place.0 as usize] = true;
    analysis.fixpoint(|analysis| stmts.iter().for_each(|stmt| analysis.varied_stmt(stmt)));
    set_of(&analysis.varied)
}

fn set_of(flags: &[bool]) -> VarSet {
    flags.iter().enumerate().filter(|(_, flag)| **flag).map(|(index, _)| Var(index as u32)).collect()
}

struct Analysis<'a> {
    function: &'a Function,
    varied: Vec<bool>,
    useful: Vec<bool>,
    /// Nothing is of use through this variable.
    wall: Option<Var>,
}

impl<'a> Analysis<'a> {
    fn new(function: &'a Function, wall: Option<Var>) -> Analysis<'a> {
        let none = vec![false; function.vars.0.len()];
        Analysis { function, varied: none.clone(), useful: none, wall }
    }

    /// Finds what the results and what is left in `&mut` parameters depend on.
    fn use_outputs(&mut self) {
        let function = self.function;
        for leaf in function.result.leaves() {
            self.use_expr(leaf);
        }
        for param in &function.params {
            if param.passing == Passing::RefMut {
                match &param.last {
                    Some(last) => self.use_expr(last),
                    None => self.use_var(param.var),
                };
            }
        }
        self.fixpoint(|analysis| analysis.useful_block(&function.body));
    }

    fn fixpoint(&mut self, mut pass: impl FnMut(&mut Self)) {
        loop {
            let before = (self.varied.clone(), self.useful.clone());
            pass(self);
            if before == (self.varied.clone(), self.useful.clone()) {
                break;
            }
        }
    }

    fn root(&self, path: &Path) -> Var {
        self.function.vars.root(path)
    }

    fn ty(&self, var: Var) -> &Ty {
        &self.function.vars[var].ty
    }

    // ---- varied: forwards ----

    fn is_varied(&self, var: Var) -> bool {
        let root = self.root(&Path::of(var));
        self.varied[root.0 as usize] && self.ty(var).may_be_active()
    }

    fn vary(&mut self, var: Var, varied: bool) {
        let root = self.root(&Path::of(var));
        if varied && self.ty(root).may_be_active() && !self.function.vars[root].cut {
            self.varied[root.0 as usize] = true;
        }
    }

    fn varied_path(&self, path: &Path) -> bool {
        self.is_varied(self.root(path))
    }

    /// Whether the value of an expression is varied: differentiably dependent on a varied variable.
    fn varied_expr(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Var(var) => self.is_varied(*var),
            Expr::Lit(_) | Expr::Binary(..) | Expr::Unary(..) | Expr::Len(_) | Expr::Stop(_) => false,
            Expr::Rule(rule, args) => {
                let partials = rule.formulas(args, &Expr::Var(Var(u32::MAX)));
                args.iter().zip(partials).any(|(arg, partial)| !partial.is_zero() && self.varied_expr(arg))
            }
            Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => self.varied_path(path),
            Expr::Cast(operand, target) => is_float_type(self.function, target) && self.varied_expr(operand),
            Expr::Select(_, then, otherwise) => self.varied_expr(then) || self.varied_expr(otherwise),
            Expr::Inert(_) => false,
        }
    }

    fn varied_init(&self, init: &Init) -> bool {
        match init {
            Init::Deferred | Init::EmptyVec(_) | Init::Inert(_) | Init::Zero { .. } | Init::Stop(_) => false,
            Init::List { items, .. } | Init::Tuple(items) => items.iter().any(|item| self.varied_expr(item)),
            Init::Repeat { value, .. } => self.varied_expr(value),
            Init::Struct { fields, base, .. } => {
                fields.iter().any(|(_, value)| self.varied_expr(value))
                    || base.as_ref().is_some_and(|base| self.varied_path(base))
            }
            Init::Copy { from, .. } => self.varied_path(from),
        }
    }

    fn varied_arg(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => self.varied_expr(expr),
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                self.varied_path(path)
            }
            Arg::Inert(_) => false,
        }
    }

    fn varied_block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.varied_stmt(stmt);
        }
    }

    fn varied_stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { var, expr } => self.vary(*var, self.varied_expr(expr)),
            StmtKind::Declare { place, init } => self.vary(*place, self.varied_init(init)),
            StmtKind::Store { path, value, .. }
            | StmtKind::Fill { path, value }
            | StmtKind::Push { path, value } => {
                self.vary(path.root, self.varied_expr(value));
            }
            StmtKind::Assign { path, init, .. } => self.vary(path.root, self.varied_init(init)),
            StmtKind::Swap(a, b) => {
                let either = self.varied_path(a) || self.varied_path(b);
                self.vary(a.root, either);
                self.vary(b.root, either);
            }
            StmtKind::Call(call) if call.args.iter().any(|arg| self.varied_arg(arg)) => {
                for var in call.results.leaves() {
                    self.vary(*var, true);
                }
                for arg in &call.args {
                    match arg {
                        Arg::RefMut(path) => self.vary(path.root, true),
                        Arg::RefMutValue(_, after) => self.vary(*after, true),
                        _ => {}
                    }
                }
            }
            StmtKind::If { then, otherwise, joins, .. } => {
                self.varied_block(then);
                self.varied_block(otherwise);
                self.varied_joins(joins);
            }
            StmtKind::Match { arms, joins, .. } => {
                arms.iter().for_each(|arm| self.varied_block(&arm.body));
                self.varied_joins(joins);
            }
            StmtKind::Loop(the_loop) => {
                for carried in &the_loop.carried {
                    self.vary(
                        carried.phi,
                        self.varied_expr(&carried.init) || self.varied_expr(&carried.next),
                    );
                }
                self.varied_block(&the_loop.body);
                for carried in &the_loop.carried {
                    self.vary(carried.phi, self.varied_expr(&carried.next));
                    self.vary(
                        carried.out,
                        self.varied_expr(&carried.init) || self.varied_expr(&carried.next),
                    );
                }
            }
            _ => {}
        }
    }

    fn varied_joins(&mut self, joins: &[crate::ir::Join]) {
        for join in joins {
            self.vary(join.var, join.values.iter().flatten().any(|value| self.varied_expr(value)));
        }
    }

    // ---- useful: backwards ----

    fn is_useful(&self, var: Var) -> bool {
        self.useful[self.root(&Path::of(var)).0 as usize]
    }

    fn use_var(&mut self, var: Var) {
        let root = self.root(&Path::of(var));
        self.useful[root.0 as usize] |= self.wall != Some(root);
    }

    /// Marks what the value of an expression depends on differentiably.
    fn use_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var(var) => self.use_var(*var),
            Expr::Lit(_)
            | Expr::Binary(..)
            | Expr::Unary(..)
            | Expr::Len(_)
            | Expr::Inert(_)
            | Expr::Stop(_) => {}
            Expr::Rule(rule, args) => {
                let partials = rule.formulas(args, &Expr::Var(Var(u32::MAX)));
                for (arg, partial) in args.iter().zip(partials) {
                    if !partial.is_zero() {
                        self.use_expr(arg);
                    }
                }
            }
            Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => self.use_var(path.root),
            Expr::Cast(operand, target) => {
                if is_float_type(self.function, target) {
                    self.use_expr(operand);
                }
            }
            Expr::Select(_, then, otherwise) => {
                self.use_expr(then);
                self.use_expr(otherwise);
            }
        }
    }

    fn use_init(&mut self, init: &Init) {
        match init {
            Init::Deferred | Init::EmptyVec(_) | Init::Inert(_) | Init::Zero { .. } | Init::Stop(_) => {}
            Init::List { items, .. } | Init::Tuple(items) => {
                items.iter().for_each(|item| self.use_expr(item))
            }
            Init::Repeat { value, .. } => self.use_expr(value),
            Init::Struct { fields, base, .. } => {
                fields.iter().for_each(|(_, value)| self.use_expr(value));
                if let Some(base) = base {
                    self.use_var(base.root);
                }
            }
            Init::Copy { from, .. } => {
                self.use_var(from.root);
            }
        }
    }

    fn useful_block(&mut self, block: &Block) {
        for stmt in block.stmts.iter().rev() {
            self.useful_stmt(stmt);
        }
    }

    fn useful_stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { var, expr } if self.is_useful(*var) => self.use_expr(expr),
            StmtKind::Declare { place, init } if self.is_useful(*place) => self.use_init(init),
            StmtKind::Store { path, value, .. }
            | StmtKind::Fill { path, value }
            | StmtKind::Push { path, value }
                if self.is_useful(path.root) =>
            {
                self.use_expr(value);
            }
            StmtKind::Assign { path, init, .. } if self.is_useful(path.root) => self.use_init(init),
            StmtKind::Swap(a, b) if self.is_useful(a.root) || self.is_useful(b.root) => {
                self.use_var(a.root);
                self.use_var(b.root);
            }
            StmtKind::Call(call) => {
                let out = call.results.leaves().into_iter().any(|var| self.is_useful(*var))
                    || call.args.iter().any(|arg| match arg {
                        Arg::RefMut(path) => self.is_useful(path.root),
                        Arg::RefMutValue(_, after) => self.is_useful(*after),
                        _ => false,
                    });
                if out {
                    for arg in &call.args {
                        match arg {
                            Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => {
                                self.use_expr(expr)
                            }
                            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                                self.use_var(path.root)
                            }
                            Arg::Inert(_) => {}
                        }
                    }
                }
            }
            StmtKind::If { then, otherwise, joins, .. } => {
                self.useful_joins(joins);
                self.useful_block(then);
                self.useful_block(otherwise);
            }
            StmtKind::Match { arms, joins, .. } => {
                self.useful_joins(joins);
                arms.iter().for_each(|arm| self.useful_block(&arm.body));
            }
            StmtKind::Loop(the_loop) => {
                for carried in &the_loop.carried {
                    if self.is_useful(carried.out) || self.is_useful(carried.phi) {
                        self.use_expr(&carried.next);
                        self.use_expr(&carried.init);
                    }
                }
                self.useful_block(&the_loop.body);
            }
            _ => {}
        }
    }

    fn useful_joins(&mut self, joins: &[crate::ir::Join]) {
        for join in joins {
            if self.is_useful(join.var) {
                join.values.iter().flatten().for_each(|value| self.use_expr(value));
            }
        }
    }

    // ---- what must not happen ----

    /// Refuses code whose derivative the macro cannot know where an active value meets it.
    fn check(&self, block: &Block, errors: &mut Vec<ActivityError>) {
        block.walk(&mut |stmt| match &stmt.kind {
            StmtKind::Let { var, expr } if self.ty(*var).may_be_active() && self.is_useful(*var) => {
                expr.walk(&mut |expr| {
                    if let Expr::Inert(inert) = expr {
                        self.check_inert(inert, stmt.span, errors);
                    }
                });
            }
            StmtKind::Declare { place, init: Init::Inert(inert) }
                if self.ty(*place).may_be_active() && self.is_useful(*place) =>
            {
                self.check_inert(inert, stmt.span, errors);
            }
            StmtKind::Assign { path, init: Init::Inert(inert), .. } if self.is_useful(path.root) => {
                self.check_inert(inert, stmt.span, errors);
            }
            StmtKind::Inert { inert, writes, .. }
                if writes.iter().any(|var| self.ty(*var).may_be_active() && self.is_useful(*var)) =>
            {
                self.check_inert(inert, stmt.span, errors);
            }
            StmtKind::Match { scrutinee, arms, .. }
                if arms
                    .iter()
                    .flat_map(|arm| &arm.binds)
                    .any(|(_, var)| self.ty(*var).may_be_active() && self.is_useful(*var)) =>
            {
                self.check_inert(scrutinee, stmt.span, errors);
            }
            StmtKind::Call(call) => self.check_call(call, stmt.span, errors),
            _ => {}
        });
    }

    fn check_inert(&self, inert: &Inert, span: Span, errors: &mut Vec<ActivityError>) {
        if let Some((name, _)) = inert.binds.iter().find(|(_, bind)| self.reaches_varied(bind)) {
            let code = source(&inert.code);
            errors.push(ActivityError {
                span: inert.start().unwrap_or(span),
                message: format!(
                    "`{code}` has no derivative known to `#[differentiate]`, but `{name}` carries one into it and the result \
                     depends on it; write it with functions that have one, put it into a function whose derivative is given \
                     (`#[differentiate(partials({name} = …))]`), or cut it with `stop_gradient({name})`"
                ),
            });
        }
    }

    fn reaches_varied(&self, bind: &Expr) -> bool {
        if let Expr::Whole(path) | Expr::WholeMut(path) = bind {
            return self.is_varied(path.root) && self.function.vars.type_of(path).may_be_active();
        }
        let mut varied = false;
        bind.vars(&mut |var| varied |= self.is_varied(var));
        varied
    }

    fn check_call(&self, call: &Call, span: Span, errors: &mut Vec<ActivityError>) {
        let Some(inert) = call.args.iter().find_map(|arg| match arg {
            Arg::Inert(inert) if inert.binds.iter().any(|(_, bind)| self.reaches_varied(bind)) => Some(inert),
            _ => None,
        }) else {
            return;
        };
        if call.callee.is_on_adjoint() {
            errors.push(ActivityError {
                span: inert.start().unwrap_or(span),
                message: "the closure of `on_adjoint` reads something that carries a derivative, and none passes through it: bind \
                          `stop_gradient(…)` of that with `let` before, and read that"
                    .into(),
            });
            return;
        }
        let callee = callee(call);
        errors.push(ActivityError {
            span: inert.start().unwrap_or(span),
            message: format!(
                "the argument `{}` of `{callee}` is not understood, but carries a derivative; bind it with `let` first, or \
                 cut it with `stop_gradient(…)`",
                source(&inert.code)
            ),
        });
    }
}

/// The name of what is called, for complaints.
fn callee(call: &Call) -> String {
    match &call.callee {
        Callee::Function(path) | Callee::Derivative(path) => source(path),
        Callee::Method(name, _) => name.to_string(),
        Callee::Operator(name) => (*name).to_string(),
    }
}

/// Whether a type written in a cast is a float: `f64`, `f32`, or a float parameter of the function.
pub(crate) fn is_float_type(function: &Function, ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Path(path) => path.path.get_ident().is_some_and(|ident| {
            ident == "f64"
                || ident == "f32"
                || function.params.iter().any(
                    |param| matches!(&param.ty, Ty::Float(crate::ir::Float::Param(name)) if name == ident),
                )
        }),
        syn::Type::Paren(inner) => is_float_type(function, &inner.elem),
        syn::Type::Group(inner) => is_float_type(function, &inner.elem),
        _ => false,
    }
}
