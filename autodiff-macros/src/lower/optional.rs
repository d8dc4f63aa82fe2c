//! `Option`s in variables.
//!
//! Invariant: what a variable holds does not change with the place that it was taken from. One that changes is a flag, and
//! a slot that is read where the flag says so.

mod kept;

use proc_macro2::Span;
use quote::format_ident;

use super::Lower;
use super::branch::Rest;
use super::env::{Cell, Value};
use super::inert::{combine, owned};
use super::jump::{Slot, TargetKind, is_false, is_true, mentions_word};
use super::types::option_of;
use crate::ir::{Expr, Float, Inert, Init, Path, Ty, build};

impl Lower<'_> {
    /// An `Option` under a name of its own.
    pub(crate) fn own_option(
        &mut self,
        name: &str,
        mutable: bool,
        some: Expr,
        value: Value,
        site: &str,
        span: Span,
    ) -> Value {
        if mutable {
            let kept = self.option_slot(&value, name, &format!("{site}?"), span);
            if let Some(kept) = kept {
                let flag =
                    self.cell(&format!("has_{name}"), true, Ty::bool(), span, Some(build::boolean(false)));
                self.fill_option(flag, &kept, Value::Maybe { some, value: Box::new(value) }, span);
                return Value::Optional { some: flag, kept };
            }
        }
        self.taken_option(some, value, span)
    }

    /// An `Option` apart from the place that it was taken from.
    pub(crate) fn taken_option(&mut self, some: Expr, value: Value, span: Span) -> Value {
        let value = if !self.may_change(&value) {
            value
        } else if is_true(Some(&some)) {
            self.detach(value, span)
        } else {
            self.if_else(some.clone(), span, |lower| lower.read(value, span), |_| Value::Never)
        };
        Value::Maybe { some, value: Box::new(value) }
    }

    fn may_change(&self, value: &Value) -> bool {
        match value {
            Value::Path(path) => self.vars[self.vars.root(path)].mutable,
            Value::Tuple(items) => items.iter().any(|item| self.may_change(item)),
            Value::Cell(_) | Value::Init(..) | Value::Code(..) => true,
            _ => false,
        }
    }

    /// What inactive code gives, or a constant is, that something active may stand in for: an `Option` or a `Result`, as
    /// whether there is something, and what.
    pub(crate) fn option_of_code(&mut self, value: &Value, span: Span) -> Option<(Expr, Value)> {
        let constant = match value {
            Value::Path(path) => Some(path),
            Value::Init(init, _) => match &**init {
                Init::Copy { from, .. } => Some(from),
                _ => None,
            },
            _ => None,
        };
        let constant = constant.filter(|path| self.is_untyped_constant(path)).cloned();
        let code = match (constant, value) {
            (Some(path), _) => [self.as_code(Value::Path(path), span)?],
            (None, Value::Code(inert, _)) => return self.found(inert.clone(), None, span),
            _ => return None,
        };
        let some = combine(&code, |parts| {
            let option = &parts[0];
            quote::quote!((#option).iter().next().is_some())
        });
        let held = combine(&code, |parts| {
            let option = &parts[0];
            quote::quote!((#option).clone().unwrap())
        });
        let some = self.temp("some", Ty::bool(), Expr::Inert(some), span);
        Some((some, Value::Code(held, Ty::Unknown)))
    }

    /// Whether nothing in an `Option` carries a derivative.
    pub(crate) fn holds_nothing_active(&self, value: &Value) -> bool {
        matches!(value, Value::Never) || !self.ty_of(value).may_be_active()
    }

    /// The same of one that is there only to be handed over.
    pub(crate) fn hands_nothing_active(&self, value: &Value) -> bool {
        matches!(value, Value::Code(..) | Value::Atom(Expr::Lit(_), _)) || self.holds_nothing_active(value)
    }

    // ---- where they are kept ----

    /// A slot for what an `Option` holds; `None` where nothing tells its type.
    fn option_slot(&mut self, value: &Value, hint: &str, site: &str, span: Span) -> Option<Slot> {
        let given = match value {
            Value::Never => Ty::Unknown,
            value => self.ty_of(value),
        };
        let ty = match given {
            Ty::Unknown => self.facts.get(site).cloned().unwrap_or(Ty::Unknown),
            ty => ty,
        };
        if matches!(ty, Ty::Unknown) {
            return matches!(value, Value::Never).then_some(Slot::Later { option: true });
        }
        let slot = self.slot_of(&ty, site, hint, span);
        self.name_slot(&slot);
        self.start_slot(&slot);
        Some(slot)
    }

    /// What is in a variable belongs to that: whoever takes it out gets a place of its own.
    fn name_slot(&mut self, slot: &Slot) {
        match slot {
            Slot::Place(path) => self.vars[path.root].named = true,
            Slot::Tuple(slots) => slots.iter().for_each(|slot| self.name_slot(slot)),
            Slot::Maybe(_, kept) => self.name_slot(kept),
            Slot::Cell(_) | Slot::Later { .. } => {}
        }
    }

    /// Whether some content of this type can be made up.
    pub(crate) fn starts_empty(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Tuple(tys) => tys.iter().all(|ty| self.starts_empty(ty)),
            ty => ty.is_scalar() || !matches!(crate::ir::build::default_init(ty), Init::Deferred),
        }
    }

    /// The slot of a jump that carries an `Option`, where its type or an earlier attempt says that it does.
    pub(crate) fn optional_slot(
        &mut self,
        want: Option<&Ty>,
        site: &str,
        hint: &str,
        span: Span,
    ) -> Option<Slot> {
        let key = format!("{site}?");
        let written = want.and_then(option_of).map(|ty| self.types.ty(ty));
        let ty = match written {
            Some(ty) => ty,
            None => self.facts.get(&key)?.clone(),
        };
        let some = self.cell("some", false, Ty::bool(), span, None);
        let kept = match ty {
            Ty::Unknown => Slot::Later { option: true },
            ty => self.slot_of(&ty, &key, hint, span),
        };
        Some(Slot::Maybe(some, Box::new(kept)))
    }

    /// `variable = option`
    pub(crate) fn fill_option(&mut self, flag: Cell, kept: &Slot, option: Value, span: Span) {
        let option = self.read(option, span);
        match option {
            Value::Poison | Value::Never => self.give_up(&option),
            Value::Maybe { some, value } => {
                if is_true(Some(&some)) {
                    let value = self.read(value.peel(), span);
                    self.fill_slot(kept, value, span);
                } else if !is_false(Some(&some)) {
                    self.if_else(
                        some.clone(),
                        span,
                        |lower| {
                            let value = lower.read(value.peel(), span);
                            lower.fill_slot(kept, value, span);
                            Value::unit()
                        },
                        |_| Value::unit(),
                    );
                }
                self.assign_cell(flag, some, Ty::bool());
            }
            _ => {
                self.refuse_at(
                    span,
                    "an `Option` that comes from code that is not looked into cannot be kept beside others: use `match`, and `Some(…)` or `None` in plain sight",
                );
            }
        }
    }

    pub(crate) fn copied_option(&mut self, some: Cell, kept: &Slot) -> Value {
        let kept = self.copied_slot(kept);
        let info = self.cells[some.0].clone();
        let atom = self.state.get(some).cloned();
        Value::Optional { some: self.cell(&info.name, info.named, info.ty, info.span, atom), kept }
    }

    fn copied_slot(&mut self, slot: &Slot) -> Slot {
        match slot {
            Slot::Cell(cell) => {
                let info = self.cells[cell.0].clone();
                let atom = self.state.get(*cell).cloned();
                Slot::Cell(self.cell(&info.name, info.named, info.ty, info.span, atom))
            }
            Slot::Place(path) => {
                let (ty, info) = (self.path_ty(path), &self.vars[path.root]);
                let (name, span) = (info.name.clone(), info.span);
                let init = Init::Copy { from: path.clone(), how: crate::ir::CopyHow::Move };
                let place = self.temp_place(&name, ty, init, span);
                self.vars[place].mutable = true;
                Slot::Place(Path::of(place))
            }
            Slot::Tuple(slots) => Slot::Tuple(slots.iter().map(|slot| self.copied_slot(slot)).collect()),
            slot => slot.clone(),
        }
    }

    // ---- what is done with them ----

    /// The variable that an expression names, where that is an `Option`.
    pub(crate) fn optional(&self, expr: &syn::Expr) -> Option<(Cell, Slot)> {
        let syn::Expr::Path(path) = expr else { return None };
        match self.lookup(path.path.get_ident()?)? {
            Value::Optional { some, kept } => Some((*some, kept.clone())),
            _ => None,
        }
    }

    /// What a pattern is held against: an `Option` behind a reference gives references to what it holds.
    pub(crate) fn seen_option(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Optional { .. } => self.read(value, span),
            value @ (Value::Path(_) | Value::Init(..)) => self.opened(value, span),
            Value::Ref { to, mutable } => match *to {
                to @ Value::Path(_) => self.opened(to.reference(mutable), span),
                Value::Optional { some, kept } => {
                    let value = Box::new(stored(&kept).reference(mutable));
                    Value::Maybe { some: self.current(some), value }
                }
                Value::Maybe { some, value } => {
                    Value::Maybe { some, value: Box::new(value.reference(mutable)) }
                }
                to => Value::Ref { to: Box::new(to), mutable },
            },
            value => value,
        }
    }

    /// A method of an `Option` that changes.
    pub(crate) fn optional_method(
        &mut self,
        some: Cell,
        kept: &Slot,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let this = Value::Optional { some, kept: kept.clone() };
        match (name, expr.args.len()) {
            ("as_mut" | "as_ref", 0) => {
                let value = Box::new(stored(kept).reference(name == "as_mut"));
                Value::Maybe { some: self.current(some), value }
            }
            ("as_deref" | "as_deref_mut", 0) => {
                let value = stored(kept).reference(name == "as_deref_mut");
                Value::Maybe { some: self.current(some), value: Box::new(self.pointed_to(value)) }
            }
            ("take", 0) => {
                let old = self.detach(this, span);
                self.assign_cell(some, build::boolean(false), Ty::bool());
                old
            }
            ("replace" | "insert", 1) => {
                let value = self.operand(&expr.args[0], None);
                let old = self.detach(this, span);
                self.set_option(some, kept, value, span);
                if name == "replace" { old } else { stored(kept).reference(true) }
            }
            ("get_or_insert", 1) => {
                let value = self.operand(&expr.args[0], None);
                self.insert_option(some, kept, span, |_| value)
            }
            ("get_or_insert_with", 1) => {
                let Some(make) = self.callable(&expr.args[0]) else { return Value::Poison };
                self.insert_option(some, kept, span, |lower| lower.apply(&make, Vec::new(), None, span))
            }
            _ => match self.read(this, span) {
                Value::Maybe { some, value } => self.option_method(some, *value, expr, name, want),
                _ => Value::Poison,
            },
        }
    }

    fn set_option(&mut self, some: Cell, kept: &Slot, value: Value, span: Span) {
        let option = Value::Maybe { some: build::boolean(true), value: Box::new(value) };
        self.fill_option(some, kept, option, span);
    }

    /// Puts something there where nothing is.
    fn insert_option(
        &mut self,
        some: Cell,
        kept: &Slot,
        span: Span,
        make: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        self.if_else(
            self.current(some),
            span,
            |_| Value::unit(),
            |lower| {
                let value = make(lower);
                lower.set_option(some, kept, value, span);
                Value::unit()
            },
        );
        stored(kept).reference(true)
    }

    /// `condition.then_some(value)`, `condition.then(|| value)`
    pub(crate) fn option_where(
        &mut self,
        condition: Value,
        arg: &syn::Expr,
        name: &str,
        span: Span,
    ) -> Value {
        let (some, _) = self.scalar(condition, Some(&Ty::bool()), span);
        let value = if name == "then_some" {
            self.operand(arg, None)
        } else {
            let Some(make) = self.callable(arg) else { return Value::Poison };
            self.if_else(
                some.clone(),
                span,
                |lower| lower.apply(&make, Vec::new(), None, span),
                |_| Value::Never,
            )
        };
        Value::Maybe { some, value: Box::new(value) }
    }

    /// What inactive code finds, an `Option` or a `Result`: evaluated once, and what is shown by reference as a copy.
    fn found(&mut self, inert: Inert, want: Option<&Ty>, span: Span) -> Option<(Expr, Value)> {
        let runtime = &self.request.runtime;
        // What these give only their caller says.
        let told = ["parse", "try_into", "collect", "sum", "product"]
            .into_iter()
            .any(|word| mentions_word(inert.code.clone(), word));
        let ty = match want.filter(|_| told) {
            Some(Ty::Float(Float::F64)) => Some(format_ident!("f64")),
            Some(Ty::Float(Float::F32)) => Some(format_ident!("f32")),
            Some(Ty::Int(Some(name))) => Some(format_ident!("{name}")),
            _ => None,
        };
        let inert = combine(&[inert], |parts| {
            let part = &parts[0];
            match &ty {
                Some(ty) => quote::quote!(#runtime::__private::Found::<#ty>::found(#part)),
                None => {
                    let owned = owned(runtime, None);
                    quote::quote!(#runtime::__private::Found::found((#part).map(#owned)))
                }
            }
        });
        let found = Path::of(self.temp_place("found", Ty::Inert, Init::Inert(inert), span));
        let code = [self.as_code(Value::Path(found), span)?];
        let some = combine(&code, |parts| {
            let found = &parts[0];
            quote::quote!(#found.is_some())
        });
        let held = combine(&code, |parts| {
            let found = &parts[0];
            quote::quote!(#found.clone().unwrap())
        });
        let some = self.temp("some", Ty::bool(), Expr::Inert(some), span);
        Some((some, Value::Code(held, Ty::Unknown)))
    }
}

impl<'a> Lower<'a> {
    /// `option?` in a closure, and what follows it: what is there is read where it is.
    pub(crate) fn lower_try(&mut self, expr: &syn::ExprTry, want: Option<&Ty>, rest: Rest<'_, 'a>) -> Value {
        let span = syn::spanned::Spanned::span(&expr.question_token);
        let target = self.targets.iter().rposition(|target| target.kind == TargetKind::Function);
        let (true, Some(target)) = (self.inlined > 0, target) else {
            return self.refuse(
                expr.question_token,
                "`?` is not supported yet: use `match` or `let … else` and return the value itself",
            );
        };
        let tried = self.operand(&expr.expr, None);
        let (some, value) = match self.opened(tried, span) {
            Value::Maybe { some, value } => (some, *value),
            Value::Code(inert, _) => match self.found(inert, want, span) {
                Some(found) => found,
                None => return Value::Poison,
            },
            value @ (Value::Poison | Value::Never) => return value,
            _ => return self.refuse(expr.question_token, "`?` is supported on an `Option` or a `Result` in plain sight: put `#[differentiate]` on a module around both functions"),
        };
        self.if_else(
            some,
            span,
            |lower| {
                let value = lower.read(value, span);
                lower.go_on(value, rest, span)
            },
            |lower| lower.leave(target, Value::nothing(), span),
        )
    }
}

/// A slot as a variable.
fn stored(slot: &Slot) -> Value {
    match slot {
        Slot::Cell(cell) => Value::Cell(*cell),
        Slot::Place(path) => Value::Path(path.clone()),
        Slot::Tuple(slots) => Value::Tuple(slots.iter().map(stored).collect()),
        Slot::Maybe(some, kept) => Value::Optional { some: *some, kept: (**kept).clone() },
        Slot::Later { .. } => Value::Never,
    }
}
