//! Loops: every mutable scalar is carried at first; what turns out not to change is taken out again.

use proc_macro2::Span;

use super::Lower;
use super::branch::Condition;
use super::env::{Cell, Value, same};
use super::facts::site;
use super::jump::{Slot, Target, TargetKind, is_false};
use super::rewrite::Substitution;
use crate::ir::{Carried, Expr, Head, Loop, Role, StmtKind, Ty, Var, build};

/// The head of a loop before its parts are known inside of it.
#[expect(clippy::large_enum_variant, reason = "one at a time, on the stack")]
pub(crate) enum LoopHead<'a> {
    For { index: Var, lo: Expr, hi: Expr, inclusive: bool, step: Option<Expr>, rev: bool },
    While(&'a syn::Expr),
    Forever,
}

impl Lower<'_> {
    /// Lowers a loop; `body` is lowered where the loop's variables stand for their values in an iteration.
    pub(crate) fn lower_loop(
        &mut self,
        head: LoopHead,
        label: Option<String>,
        slot: Slot,
        span: Span,
        body: impl FnOnce(&mut Self),
    ) {
        let mut body = Some(body);
        self.lower_loop_of(head, label, slot, span, &mut |lower| {
            if let Some(body) = body.take() {
                body(lower);
            }
        });
    }

    fn lower_loop_of(
        &mut self,
        head: LoopHead,
        label: Option<String>,
        slot: Slot,
        span: Span,
        body: &mut dyn FnMut(&mut Self),
    ) {
        let leave = self.flag("left", span);
        let again = self.flag("next", span);
        let outer_flags: Vec<Cell> =
            self.targets.iter().flat_map(|target| [Some(target.leave), target.again]).flatten().collect();
        let before = self.state.clone();

        // Every scalar variable may change: it is carried until the body shows that it does not.
        let mut phis: Vec<(Cell, Var)> = Vec::new();
        for i in 0..before.cells.len() {
            let cell = Cell(i);
            if cell == leave || cell == again || outer_flags.contains(&cell) || before.get(cell).is_none() {
                continue;
            }
            let info = self.cells[i].clone();
            let phi = self.vars.fresh(info.name, info.ty, Role::Value, info.span);
            self.vars[phi].named = info.named;
            self.state.set(cell, Some(Expr::Var(phi)));
            phis.push((cell, phi));
        }

        self.targets.push(Target {
            kind: TargetKind::Loop,
            label: label.clone(),
            leave,
            again: Some(again),
            slot,
            depth: self.depth,
            part: false,
        });
        let outer_block = std::mem::take(&mut self.block);
        let mut tested = None;
        let mut head = match head {
            LoopHead::For { index, lo, hi, inclusive, step, rev } => {
                Head::For { index, lo, hi, inclusive, step, rev }
            }
            LoopHead::While(cond) => {
                let cond = self.condition(cond);
                if self.block.stmts.iter().all(|stmt| matches!(stmt.kind, StmtKind::Let { .. })) {
                    Head::While { test: std::mem::take(&mut self.block), cond }
                } else {
                    // What has a type that only rustc knows is computed by calls.
                    tested = Some(cond);
                    Head::Forever
                }
            }
            LoopHead::Forever => Head::Forever,
        };
        match tested {
            Some(cond) => {
                let run = |lower: &mut Self| {
                    lower.scoped(body);
                    Value::unit()
                };
                self.if_else(cond, span, run, |lower| lower.break_here(span));
            }
            None => self.scoped(body),
        }
        self.targets.pop();
        let diverged = self.state.diverged;
        let mut flags = vec![leave];
        flags.extend(&outer_flags);
        let set = flags.iter().filter_map(|flag| self.state.get(*flag)).filter(|flag| !is_false(Some(flag)));
        let set: Vec<Expr> = set.cloned().collect();
        let mut break_if = self.any(set, span);
        if diverged {
            break_if = None;
        }
        let mut block = std::mem::replace(&mut self.block, outer_block);

        // What the iteration leaves unchanged is not carried.
        let end = std::mem::replace(&mut self.state, before.clone());
        let mut unchanged = Substitution::default();
        let mut changed: Vec<(Cell, Var, Expr)> = Vec::new();
        for (cell, phi) in phis {
            match end.get(cell) {
                Some(next) if !diverged && !same(next, &Expr::Var(phi)) => {
                    changed.push((cell, phi, next.clone()))
                }
                _ => unchanged.insert(phi, before.get(cell).expect("carried cells have a version").clone()),
            }
        }
        unchanged.block(&mut block, &mut self.vars);
        if let Head::While { test, cond } = &mut head {
            unchanged.block(test, &mut self.vars);
            unchanged.expr(cond);
        }
        if let Some(break_if) = &mut break_if {
            unchanged.expr(break_if);
        }

        let mut carried = Vec::new();
        for (cell, phi, mut next) in changed {
            unchanged.expr(&mut next);
            let info = self.cells[cell.0].clone();
            let out = self.vars.fresh(info.name, info.ty.clone(), Role::Value, info.span);
            self.vars[out].named = info.named;
            // The type may have become known inside.
            self.vars[phi].ty = info.ty;
            let init = before.get(cell).expect("carried cells have a version").clone();
            carried.push(Carried { phi, init, next, out });
            self.note_version(cell, phi);
            self.note_version(cell, out);
            self.state.set(cell, Some(Expr::Var(out)));
        }
        // Variables that get their first version inside, and flags of jumps beyond this loop.
        for i in 0..end.cells.len().min(self.cells.len()) {
            let cell = Cell(i);
            let fresh = i < before.cells.len() && before.get(cell).is_none();
            let flag = outer_flags.contains(&cell);
            let Some(next) = end.get(cell) else { continue };
            if diverged || !(fresh || flag) || (flag && is_false(Some(next))) {
                continue;
            }
            let mut next = next.clone();
            unchanged.expr(&mut next);
            let info = self.cells[i].clone();
            let init = if flag { build::boolean(false) } else { crate::ir::build::default_atom(&info.ty) };
            let phi =
                self.vars.fresh(format!("{}_before", info.name), info.ty.clone(), Role::Value, info.span);
            let out = self.vars.fresh(info.name, info.ty, Role::Value, info.span);
            self.vars[out].named = info.named;
            carried.push(Carried { phi, init, next, out });
            self.note_version(cell, phi);
            self.note_version(cell, out);
            self.state.set(cell, Some(Expr::Var(out)));
        }

        // The jumps that land here are over.
        for flag in [leave, again] {
            self.state.set(flag, Some(build::boolean(false)));
        }
        let endless = matches!(head, Head::Forever) && break_if.is_none();
        // Only `usize` steps can be taken backwards for sure: the others are counted.
        let reversible = match &head {
            Head::For { index, step: Some(_), .. } => {
                matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize")
            }
            Head::For { .. } => true,
            Head::While { .. } | Head::Forever => false,
        };
        let trips = if reversible && break_if.is_none() {
            None
        } else {
            Some(self.vars.fresh("trips", Ty::usize(), Role::Value, span))
        };
        self.state.diverged = endless;
        self.block.push(
            StmtKind::Loop(Box::new(Loop { head, carried, body: block, break_if, trips, label })),
            span,
        );
    }

    // ---- syntax ----

    pub(crate) fn lower_while(&mut self, expr: &syn::ExprWhile) -> Value {
        let span = expr.while_token.span;
        let label = label_of(&expr.label);
        let chain = Condition::parse(&expr.cond);
        if let [Condition::Test(cond)] = chain.as_slice() {
            if self.is_plain(cond) {
                self.lower_loop(LoopHead::While(cond), label, Slot::unit(), span, |lower| {
                    lower.statements(&expr.body);
                });
                return Value::unit();
            }
        }
        // A condition that is more than arithmetic is evaluated inside: `loop { if cond { body } else { break } }`.
        self.lower_loop(LoopHead::Forever, label, Slot::unit(), span, |lower| {
            lower.lower_chain(
                &chain,
                span,
                &mut |lower| {
                    lower.statements(&expr.body);
                    Value::unit()
                },
                &mut |lower| lower.break_here(span),
            );
        });
        Value::unit()
    }

    /// Leaves the innermost loop.
    pub(crate) fn break_here(&mut self, span: Span) -> Value {
        let target = self.targets.len() - 1;
        self.leave(target, Value::unit(), span)
    }

    pub(crate) fn lower_forever(&mut self, expr: &syn::ExprLoop, want: Option<&Ty>) -> Value {
        let span = expr.loop_token.span;
        let valued = super::jump::mentions_word(quote::ToTokens::to_token_stream(&expr.body), "break");
        let slot = match want {
            Some(ty) if valued => self.slot(Some(ty), site(expr), "broken", span),
            _ if valued && breaks_with_value(&expr.body) => self.slot(None, site(expr), "broken", span),
            _ => Slot::unit(),
        };
        self.lower_loop(LoopHead::Forever, label_of(&expr.label), slot.clone(), span, |lower| {
            lower.statements(&expr.body);
        });
        if self.dead() {
            return Value::Never;
        }
        self.read_slot(&slot)
    }

    /// Lowers the statements of a loop's body.
    pub(crate) fn statements(&mut self, block: &syn::Block) {
        let value = self.block(block, Some(&Ty::Tuple(Vec::new())), false);
        debug_assert!(!matches!(value, Value::Cell(_)), "blocks are read");
    }

    pub(crate) fn lower_for(&mut self, expr: &syn::ExprForLoop) -> Value {
        let span = expr.for_token.span;
        let label = label_of(&expr.label);
        let source = match self.iterator(&expr.expr) {
            Ok(source) => source,
            Err(value) => return value,
        };
        let tokens = quote::ToTokens::to_token_stream(&expr.body);
        let body = &mut |lower: &mut Self, item| {
            lower.scoped(|lower| {
                lower.bind_pattern(&expr.pat, item);
                lower.statements(&expr.body);
            });
        };
        if super::jump::mentions_word(tokens, "break") {
            self.drive_until(source, label, span, &mut |lower, item, _| body(lower, item));
        } else {
            self.drive(source, label, span, body);
        }
        Value::unit()
    }

    /// Whether evaluating the expression takes arithmetic on scalars alone, so that it can stand in the head of a loop.
    pub(crate) fn is_plain(&self, expr: &syn::Expr) -> bool {
        use syn::Expr as E;
        match expr {
            E::Lit(_) | E::Path(_) => true,
            E::Paren(e) => self.is_plain(&e.expr),
            E::Group(e) => self.is_plain(&e.expr),
            E::Unary(e) => self.is_plain(&e.expr),
            E::Cast(e) => self.is_plain(&e.expr),
            E::Field(e) => self.is_plain(&e.base),
            E::Index(e) => self.is_plain(&e.expr) && self.is_plain(&e.index),
            E::Binary(e) => {
                !is_assignment(&e.op)
                    && self.is_plain(&e.left)
                    && self.is_plain(&e.right)
                    // The right operand may panic where the left one decides.
                    && (!matches!(e.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) || never_panics(&e.right))
            }
            E::MethodCall(e) => {
                (crate::rules::method(&e.method.to_string(), e.args.len() + 1).is_some()
                    || super::stdlib::is_pure_method(&e.method.to_string())
                    || e.method == "len")
                    && self.is_plain(&e.receiver)
                    && e.args.iter().all(|arg| self.is_plain(arg))
            }
            _ => false,
        }
    }
}

pub(crate) fn is_assignment(op: &syn::BinOp) -> bool {
    use syn::BinOp as B;
    matches!(
        op,
        B::AddAssign(_)
            | B::SubAssign(_)
            | B::MulAssign(_)
            | B::DivAssign(_)
            | B::RemAssign(_)
            | B::BitXorAssign(_)
            | B::BitAndAssign(_)
            | B::BitOrAssign(_)
            | B::ShlAssign(_)
            | B::ShrAssign(_)
    )
}

/// Whether an expression can be evaluated though the primal would not have: no indexing, no integer arithmetic that overflows.
pub(crate) fn never_panics(expr: &syn::Expr) -> bool {
    use syn::Expr as E;
    match expr {
        E::Lit(_) => true,
        E::Path(path) => path.path.get_ident().is_some(),
        E::Paren(e) => never_panics(&e.expr),
        E::Group(e) => never_panics(&e.expr),
        E::Unary(e) => matches!(e.op, syn::UnOp::Not(_)) && never_panics(&e.expr),
        E::Binary(e) => {
            use syn::BinOp as B;
            matches!(
                e.op,
                B::And(_) | B::Or(_) | B::Eq(_) | B::Ne(_) | B::Lt(_) | B::Le(_) | B::Gt(_) | B::Ge(_)
            ) && never_panics(&e.left)
                && never_panics(&e.right)
        }
        _ => false,
    }
}

pub(crate) fn label_of(label: &Option<syn::Label>) -> Option<String> {
    label.as_ref().map(|label| label.name.ident.to_string())
}

/// Whether some `break` of the tokens carries a value.
fn breaks_with_value(block: &syn::Block) -> bool {
    fn scan(tokens: proc_macro2::TokenStream) -> bool {
        let tokens: Vec<_> = tokens.into_iter().collect();
        tokens.iter().enumerate().any(|(i, token)| match token {
            proc_macro2::TokenTree::Group(group) => scan(group.stream()),
            proc_macro2::TokenTree::Ident(ident) if ident == "break" => match tokens.get(i + 1) {
                None => false,
                Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '\'' => {
                    !matches!(tokens.get(i + 3), None | Some(proc_macro2::TokenTree::Punct(_)))
                }
                Some(proc_macro2::TokenTree::Punct(punct)) => !matches!(punct.as_char(), ';' | ','),
                Some(_) => true,
            },
            _ => false,
        })
    }
    scan(quote::ToTokens::to_token_stream(block))
}
