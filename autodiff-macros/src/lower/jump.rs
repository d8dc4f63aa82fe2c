//! Jumps: `break`, `continue` and `return` become flags that branches join and loops test.
//!
//! Invariant: where a statement starts, no flag is set on the path that reaches it. A flag is a boolean variable that
//! lives in the [`State`](super::env::State) alone: literally `false` where its jump cannot have happened, literally `true`
//! where it must have, a joined value where that depends on a branch. Statements behind such a branch are guarded.

use proc_macro2::{Span, TokenStream, TokenTree};

use super::Lower;
use super::env::{Cell, Value, same};
use crate::ir::{Expr, Path, StmtKind, Ty, build};

/// Where a jump may go.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) kind: TargetKind,
    pub(crate) label: Option<String>,
    /// Set by `break`, or by `return`.
    pub(crate) leave: Cell,
    /// Set by `continue`.
    pub(crate) again: Option<Cell>,
    /// Where the value goes that the jump carries.
    pub(crate) slot: Slot,
    /// See [`Lower::depth`].
    pub(crate) depth: usize,
    /// One of the loops that run an iterator together: `break` leaves them all, `continue` takes the next item of this one.
    pub(crate) part: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetKind {
    Function,
    Loop,
    /// A labelled block.
    Block,
    /// Around the loops that run an iterator together.
    Whole,
}

/// Where a value waits that a jump carries.
#[derive(Clone)]
pub(crate) enum Slot {
    Cell(Cell),
    Place(Path),
    Tuple(Vec<Slot>),
    /// An `Option`: whether there is something, and what.
    Maybe(Cell, Box<Slot>),
    /// Of a type that nothing tells; of what an `Option` holds, nothing may ever be there.
    Later {
        option: bool,
    },
}

impl Slot {
    pub(crate) fn unit() -> Slot {
        Slot::Tuple(Vec::new())
    }
}

impl Lower<'_> {
    pub(crate) fn flag(&mut self, name: &str, span: Span) -> Cell {
        self.cell(name, false, Ty::bool(), span, Some(build::boolean(false)))
    }

    fn flags(&self) -> impl Iterator<Item = Cell> + '_ {
        self.targets.iter().flat_map(|target| [Some(target.leave), target.again]).flatten()
    }

    pub(crate) fn is_flag(&self, cell: Cell) -> bool {
        self.flags().any(|flag| flag == cell)
    }

    /// Whether no path of control reaches this point.
    pub(crate) fn dead(&self) -> bool {
        self.state.diverged || self.flags().any(|flag| is_true(self.state.get(flag)))
    }

    /// The flags that may be set in a state.
    pub(crate) fn flags_set(&self, state: &super::env::State) -> Vec<Expr> {
        let set = self.flags().filter_map(|flag| state.get(flag)).filter(|flag| !is_false(Some(flag)));
        set.cloned().collect()
    }

    /// True where control has left: what follows must not run then.
    pub(crate) fn guard(&mut self, span: Span) -> Option<Expr> {
        self.any(self.flags_set(&self.state), span)
    }

    /// The disjunction of flags.
    pub(crate) fn any(&mut self, flags: Vec<Expr>, span: Span) -> Option<Expr> {
        let mut distinct: Vec<Expr> = Vec::new();
        for flag in flags {
            if is_true(Some(&flag)) {
                return Some(flag);
            }
            if !distinct.iter().any(|other| same(other, &flag)) {
                distinct.push(flag);
            }
        }
        distinct.into_iter().reduce(|a, b| {
            let or = Expr::Binary(syn::BinOp::Or(Default::default()), Box::new(a), Box::new(b));
            self.temp("leave", Ty::bool(), or, span)
        })
    }

    /// Lowers `f` where no flag is set.
    pub(crate) fn guarded(&mut self, guard: Expr, span: Span, f: impl FnOnce(&mut Self) -> Value) -> Value {
        let flags: Vec<Cell> = self.flags().collect();
        self.if_else(
            guard,
            span,
            |_| Value::Never,
            |lower| {
                for flag in flags {
                    lower.state.set(flag, Some(build::boolean(false)));
                }
                f(lower)
            },
        )
    }

    /// Lowers what becomes of a value where computing it may have jumped.
    pub(crate) fn unless_left(&mut self, span: Span, f: impl FnOnce(&mut Self)) {
        if self.dead() {
            return;
        }
        match self.guard(span) {
            Some(guard) => {
                self.guarded(guard, span, |lower| {
                    f(lower);
                    Value::unit()
                });
            }
            None => f(self),
        }
    }

    // ---- jumps ----

    pub(crate) fn lower_return(&mut self, jump: &syn::ExprReturn) -> Value {
        let target = self.targets.iter().rposition(|target| target.kind == TargetKind::Function);
        let target = target.expect("a body is lowered inside of its function");
        let want = self.slot_ty(&self.targets[target].slot.clone());
        let value = match &jump.expr {
            Some(expr) => self.expr(expr, want.as_ref()),
            None => Value::unit(),
        };
        let span = jump.return_token.span;
        self.unless_left(span, |lower| {
            lower.leave(target, value, span);
        });
        Value::Never
    }

    pub(crate) fn lower_break(&mut self, jump: &syn::ExprBreak) -> Value {
        let span = jump.break_token.span;
        let Some(target) = self.find_target(jump.label.as_ref(), true) else {
            return self.refuse(jump, "no loop or block that this `break` could leave");
        };
        let want = self.slot_ty(&self.targets[target].slot.clone());
        let value = match &jump.expr {
            Some(expr) => self.expr(expr, want.as_ref()),
            None => Value::unit(),
        };
        self.unless_left(span, |lower| {
            lower.leave(target, value, span);
        });
        Value::Never
    }

    pub(crate) fn lower_continue(&mut self, jump: &syn::ExprContinue) -> Value {
        let found = self.find_target(jump.label.as_ref(), false);
        let Some((target, again)) = found.and_then(|i| Some((i, self.targets[i].again?))) else {
            return self.refuse(jump, "no loop that this `continue` could go on with");
        };
        if !self.may_jump(target, jump.continue_token.span) {
            return Value::Poison;
        }
        self.state.set(again, Some(build::boolean(true)));
        Value::Never
    }

    /// Where a jump lands: `break` (`leaving`) at what it leaves, `continue` at the loop whose next item comes.
    fn find_target(&self, label: Option<&syn::Lifetime>, leaving: bool) -> Option<usize> {
        for (i, target) in self.targets.iter().enumerate().rev() {
            match (target.kind, label) {
                (TargetKind::Function, _) => return None,
                (TargetKind::Loop | TargetKind::Whole, _) if leaving && target.part => {}
                (TargetKind::Whole, _) if !leaving => {}
                (TargetKind::Loop | TargetKind::Whole, None) => return Some(i),
                (TargetKind::Block, None) => {}
                (kind, Some(label)) => {
                    if target.label.as_deref() == Some(&label.ident.to_string()) {
                        return (kind != TargetKind::Block || leaving).then_some(i);
                    }
                }
            }
        }
        None
    }

    fn may_jump(&mut self, target: usize, span: Span) -> bool {
        let allowed = self.depth <= self.targets[target].depth;
        if !allowed {
            self.refuse_at(
                span,
                "a jump out of the operand of an expression is not supported: bind the branch to a name by `let` first",
            );
        }
        allowed
    }

    /// Leaves a target with a value.
    pub(crate) fn leave(&mut self, target: usize, value: Value, span: Span) -> Value {
        if self.dead() {
            return Value::Never;
        }
        if !self.may_jump(target, span) {
            return Value::Poison;
        }
        let slot = self.targets[target].slot.clone();
        self.fill_slot(&slot, value, span);
        let leave = self.targets[target].leave;
        self.state.set(leave, Some(build::boolean(true)));
        Value::Never
    }

    // ---- slots ----

    /// A slot for a value of the type that is wanted, or that `site` was found to have.
    pub(crate) fn slot(&mut self, want: Option<&Ty>, site: String, hint: &str, span: Span) -> Slot {
        if let Some(slot) = self.optional_slot(want, &site, hint, span) {
            return slot;
        }
        match want.filter(|ty| !matches!(ty, Ty::Unknown)).cloned().or_else(|| self.facts.get(&site).cloned())
        {
            Some(ty) => self.slot_of(&ty, &site, hint, span),
            None => Slot::Later { option: false },
        }
    }

    pub(crate) fn slot_of(&mut self, ty: &Ty, site: &str, hint: &str, span: Span) -> Slot {
        match ty {
            Ty::Tuple(tys) => {
                let slots = tys.iter().enumerate().map(|(i, ty)| {
                    let hint = format!("{hint}_{i}");
                    self.slot_of(ty, &format!("{site}.{i}"), &hint, span)
                });
                Slot::Tuple(slots.collect())
            }
            ty if ty.is_scalar() => Slot::Cell(self.cell(hint, false, ty.clone(), span, None)),
            ty => {
                // rustc cannot see that the flags keep an unfilled slot from being read: it starts with some content.
                let init = crate::ir::build::default_init(ty);
                let place = self.temp_place(hint, ty.clone(), init, span);
                self.vars[place].mutable = true;
                self.sites.insert(place, site.to_string());
                Slot::Place(Path::of(place))
            }
        }
    }

    pub(crate) fn slot_ty(&self, slot: &Slot) -> Option<Ty> {
        match slot {
            Slot::Cell(cell) => Some(self.cells[cell.0].ty.clone()),
            Slot::Place(path) => Some(self.path_ty(path)),
            Slot::Tuple(slots) => {
                Some(Ty::Tuple(slots.iter().map(|slot| self.slot_ty(slot).unwrap_or(Ty::Unknown)).collect()))
            }
            Slot::Maybe(..) | Slot::Later { .. } => None,
        }
    }

    pub(crate) fn fill_slot(&mut self, slot: &Slot, value: Value, span: Span) {
        match (slot, value) {
            (_, value @ (Value::Never | Value::Poison)) => self.give_up(&value),
            (Slot::Maybe(some, kept), value) => self.fill_option(*some, kept, value, span),
            (Slot::Later { .. }, _) => self.refuse_unknown(span),
            (Slot::Cell(cell), value) => {
                let want = self.cells[cell.0].ty.clone();
                let (atom, ty) = self.scalar(value, Some(&want), span);
                self.assign_cell(*cell, atom, ty);
            }
            (Slot::Place(path), value) => {
                let ty = self.path_ty(path);
                if let Some(init) = self.init(value, Some(&ty), span) {
                    self.block.push(StmtKind::Assign { path: path.clone(), init, slice: false }, span);
                }
            }
            (Slot::Tuple(slots), value) => {
                if slots.is_empty() {
                    return;
                }
                match self.split(value, slots.len()) {
                    Some(items) => {
                        for (slot, item) in slots.iter().zip(items) {
                            let item = self.read(item, span);
                            self.fill_slot(slot, item, span);
                        }
                    }
                    None => {
                        self.refuse_at(span, "a value of this shape cannot leave a loop, block or function");
                    }
                }
            }
        }
    }

    /// Gives a slot content that type-checks, where a loop carries it from its first iteration on.
    pub(crate) fn start_slot(&mut self, slot: &Slot) {
        match slot {
            Slot::Cell(cell) => {
                let atom = crate::ir::build::default_atom(&self.cells[cell.0].ty);
                self.state.set(*cell, Some(atom));
            }
            Slot::Tuple(slots) => slots.iter().for_each(|slot| self.start_slot(slot)),
            Slot::Maybe(some, kept) => {
                self.state.set(*some, Some(build::boolean(false)));
                self.start_slot(kept);
            }
            Slot::Place(_) | Slot::Later { .. } => {}
        }
    }

    pub(crate) fn read_slot(&mut self, slot: &Slot) -> Value {
        match slot {
            Slot::Cell(cell) => Value::Atom(self.current(*cell), self.cells[cell.0].ty.clone()),
            Slot::Place(path) => Value::Path(path.clone()),
            Slot::Tuple(slots) => Value::Tuple(slots.iter().map(|slot| self.read_slot(slot)).collect()),
            Slot::Maybe(some, kept) => {
                Value::Maybe { some: self.current(*some), value: Box::new(self.read_slot(kept)) }
            }
            Slot::Later { option: true } => Value::Never,
            Slot::Later { option: false } => Value::Poison,
        }
    }
}

pub(crate) fn is_true(atom: Option<&Expr>) -> bool {
    matches!(atom, Some(Expr::Lit(lit)) if lit.tokens.to_string() == "true")
}

pub(crate) fn is_false(atom: Option<&Expr>) -> bool {
    matches!(atom, Some(Expr::Lit(lit)) if lit.tokens.to_string() == "false")
}

/// Whether tokens leave a function, or a closure, before its end.
pub(crate) fn may_return(tokens: &TokenStream) -> bool {
    mentions_word(tokens.clone(), "return") || tries(tokens.clone())
}

/// Whether a jump is among the tokens at all: the rest is not looked at more closely.
pub(crate) fn may_jump(tokens: &TokenStream) -> bool {
    may_return(tokens) || ["break", "continue"].iter().any(|word| mentions_word(tokens.clone(), word))
}

fn tries(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => tries(group.stream()),
        _ => false,
    })
}

/// Whether a word occurs among the tokens.
pub(crate) fn mentions_word(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions_word(group.stream(), word),
        _ => false,
    })
}

/// How control goes on behind an expression, as far as its syntax tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// It may go on behind it.
    Live,
    /// It always jumps (or panics on some paths).
    Jumps,
    /// It always panics.
    Panics,
}

pub(crate) fn block_ends(block: &syn::Block) -> Ends {
    for stmt in &block.stmts {
        let ends = match stmt {
            syn::Stmt::Expr(expr, _) => expr_ends(expr),
            syn::Stmt::Macro(stmt) => macro_ends(&stmt.mac),
            syn::Stmt::Local(local) => local.init.as_ref().map_or(Ends::Live, |init| expr_ends(&init.expr)),
            syn::Stmt::Item(_) => Ends::Live,
        };
        if ends != Ends::Live {
            return ends;
        }
    }
    Ends::Live
}

pub(crate) fn expr_ends(expr: &syn::Expr) -> Ends {
    match expr {
        syn::Expr::Return(_) | syn::Expr::Break(_) | syn::Expr::Continue(_) => Ends::Jumps,
        syn::Expr::Macro(expr) => macro_ends(&expr.mac),
        syn::Expr::Block(expr) if expr.label.is_none() => block_ends(&expr.block),
        syn::Expr::Paren(expr) => expr_ends(&expr.expr),
        syn::Expr::Group(expr) => expr_ends(&expr.expr),
        syn::Expr::If(expr) => match &expr.else_branch {
            Some((_, otherwise)) => both(block_ends(&expr.then_branch), expr_ends(otherwise)),
            None => Ends::Live,
        },
        syn::Expr::Match(expr) => {
            expr.arms.iter().map(|arm| expr_ends(&arm.body)).reduce(both).unwrap_or(Ends::Live)
        }
        _ => Ends::Live,
    }
}

fn both(a: Ends, b: Ends) -> Ends {
    match (a, b) {
        (Ends::Live, _) | (_, Ends::Live) => Ends::Live,
        (Ends::Panics, Ends::Panics) => Ends::Panics,
        _ => Ends::Jumps,
    }
}

/// Whether a statement of the user's panics whatever happens, and rustc knows it.
pub(crate) fn panics(code: &TokenStream) -> bool {
    let is_macro = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!');
    code.clone().into_iter().take(8).any(is_macro)
        && syn::parse2::<syn::Stmt>(code.clone())
            .is_ok_and(|stmt| matches!(stmt, syn::Stmt::Macro(stmt) if macro_ends(&stmt.mac) == Ends::Panics))
}

fn macro_ends(mac: &syn::Macro) -> Ends {
    match mac.path.segments.last() {
        Some(last)
            if ["panic", "unreachable", "todo", "unimplemented"].iter().any(|name| last.ident == name) =>
        {
            Ends::Panics
        }
        _ => Ends::Live,
    }
}
