//! `Option`s that are kept in places as they are: in fields, elements, variants.
//!
//! Invariant: what there is in one is a part of its place (`Proj::Some`), reached only where a test has found something. Where
//! lowering comes to such a place it opens it: what follows sees a condition and what there is where it holds, as of any `Option`.

use proc_macro2::Span;

use crate::ir::{CopyHow, Expr, Inert, Init, Made, Path, Proj, StmtKind, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::inert::combine;
use crate::lower::jump::{is_false, is_true};
use crate::lower::types::option_of;

impl Lower<'_> {
    /// Whether a path shows an `Option`, or a `Result`, that is kept in a place as it is: in a field, an element, a parameter.
    pub(crate) fn is_kept_option(&self, path: &Path) -> bool {
        if self.is_untyped_constant(path) {
            return false;
        }
        match self.path_site(path) {
            (ty @ Ty::Named(_), _) => option_of(&ty).is_some(),
            (Ty::Unknown, site) => self.facts.get(&format!("{site}?")).is_some(),
            _ => false,
        }
    }

    /// An `Option` that is kept in a place, as whether there is something, and what; anything else as it is.
    pub(crate) fn opened(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Ref { to, mutable } => match self.opened(*to, span) {
                Value::Maybe { some, value } => {
                    Value::Maybe { some, value: Box::new(value.reference(mutable)) }
                }
                to => to.reference(mutable),
            },
            Value::Path(path) if self.is_kept_option(&path) => self.open(path, span),
            Value::Init(init, ty) if option_of(&ty).is_some() => {
                let place = self.temp_place("option", ty, *init, span);
                self.open(Path::of(place), span)
            }
            value => value,
        }
    }

    /// The same of a value that a pattern of an `Option` is held against.
    pub(crate) fn opened_by_pattern(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Ref { to, mutable } if !matches!(*to, Value::Maybe { .. }) => {
                match self.opened_by_pattern(*to, span) {
                    Value::Maybe { some, value } => {
                        Value::Maybe { some, value: Box::new(value.reference(mutable)) }
                    }
                    to => to.reference(mutable),
                }
            }
            Value::Path(path) if !self.is_untyped_constant(&path) => self.open(path, span),
            value => value,
        }
    }

    /// A value beside which there are `Option`s, as one; anything else as it is.
    pub(crate) fn as_option(&mut self, value: Value, span: Span) -> Value {
        let value = match value {
            Value::Init(init, ty) => Value::Path(Path::of(self.temp_place("option", ty, *init, span))),
            Value::Code(inert, _) if inert.is_constant() && is_none_itself(&inert) => Value::nothing(),
            value => value,
        };
        if let Some((some, value)) = self.option_of_code(&value, span) {
            return Value::Maybe { some, value: Box::new(value) };
        }
        match self.opened_by_pattern(value, span) {
            value @ (Value::Maybe { .. } | Value::Never | Value::Poison) => value,
            Value::Optional { some, kept } => self.read(Value::Optional { some, kept }, span),
            value => value,
        }
    }

    fn open(&mut self, path: Path, span: Span) -> Value {
        let name = self.fresh_name("option");
        let code = [Inert {
            code: quote::quote!(#name),
            binds: vec![(name, Expr::Whole(path.clone()))],
            pure: true,
        }];
        let runtime = &self.request.runtime;
        let holds = combine(&code, |parts| {
            let option = &parts[0];
            quote::quote!(#runtime::__private::holds(#option))
        });
        let some = self.temp("some", Ty::bool(), Expr::Inert(holds), span);
        Value::Maybe { some, value: Box::new(Value::Path(path.with(Proj::Some))) }
    }

    /// An `Option` as the content of a place.
    pub(crate) fn kept_option(
        &mut self,
        some: Expr,
        value: Value,
        want: Option<&Ty>,
        span: Span,
    ) -> Option<Init> {
        let held = want.and_then(option_of).map(|ty| self.types.ty(ty));
        let none = || Init::Inert(crate::lower::expr::constant(quote::quote!(::core::option::Option::None)));
        if is_false(Some(&some)) {
            return Some(none());
        }
        let make = |lower: &mut Self, value: Value| -> Option<Init> {
            let value = match value {
                Value::Ref { .. } if lower.ty_of(&value).may_be_active() => {
                    lower.refuse_at(
                        span,
                        "a reference cannot be stored in an `Option` here: store a copy (`.cloned()`, `.clone()`)",
                    );
                    return None;
                }
                value => value,
            };
            let value = lower.whole(value, held.as_ref(), span)?;
            let fields = vec![(syn::Member::Unnamed(syn::Index::from(0)), value)];
            let path = syn::parse_quote!(::core::option::Option::Some);
            Some(Init::Struct { path, of: Made::Some, fields, base: None })
        };
        if is_true(Some(&some)) {
            return make(self, value);
        }
        let ty = want.cloned().filter(|ty| option_of(ty).is_some());
        let ty = ty.unwrap_or_else(|| Ty::Named(Box::new(syn::parse_quote!(Option<_>))));
        let place = Path::of(self.temp_place("option", ty, Init::Deferred, span));
        let mut failed = false;
        let mut fill = |lower: &mut Self, init: Option<Init>| {
            match init {
                Some(init) => {
                    let path = place.clone();
                    lower.block.push(StmtKind::Assign { path, init, slice: false }, span);
                }
                None => failed = true,
            }
            Value::unit()
        };
        let filled = std::cell::RefCell::new(&mut fill);
        self.if_else(
            some,
            span,
            |lower| {
                let init = make(lower, value);
                (filled.borrow_mut())(lower, init)
            },
            |lower| (filled.borrow_mut())(lower, Some(none())),
        );
        (!failed).then_some(Init::Copy { from: place, how: CopyHow::Move })
    }

    /// A receiver that is an `Option` kept in a place.
    pub(crate) fn opened_for_method(&mut self, receiver: &Value, name: &str, span: Span) -> Value {
        let path = match receiver.clone().peel() {
            Value::Path(path) => path,
            _ => return Value::unit(),
        };
        // What is not in sight has these methods if it is an `Option`.
        let unseen = matches!(self.path_ty(&path), Ty::Unknown)
            && !path.proj.is_empty()
            && [
                "as_deref",
                "as_deref_mut",
                "as_mut",
                "as_ref",
                "is_some",
                "is_none",
                "is_some_and",
                "map_or",
                "map_or_else",
                "take",
                "unwrap",
                "unwrap_or",
                "unwrap_or_else",
                "expect",
            ]
            .contains(&name);
        match is_option_method(name) {
            true if self.is_kept_option(&path) => self.opened(receiver.clone(), span),
            true if unseen => self.opened_by_pattern(receiver.clone(), span),
            _ => Value::unit(),
        }
    }

    /// A method of an `Option` that is kept in a place.
    pub(crate) fn kept_option_method(
        &mut self,
        receiver: Value,
        some: Expr,
        value: Value,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let Value::Path(path) = receiver.peel() else { return Value::Poison };
        let shown = |value: Value, mutable: bool| match value {
            value @ Value::Ref { .. } => value,
            value => value.reference(mutable),
        };
        match (name, expr.args.len()) {
            ("as_ref" | "iter", 0) => Value::Maybe { some, value: Box::new(shown(value, false)) },
            ("as_deref", 0) => {
                Value::Maybe { some, value: Box::new(self.pointed_to(shown(value, false))) }
            }
            ("as_mut" | "as_deref_mut", 0) => {
                self.mark_mutable(&path);
                let value = Value::Path(path.with(Proj::Some)).reference(true);
                let value = if name == "as_mut" { value } else { self.pointed_to(value) };
                Value::Maybe { some, value: Box::new(value) }
            }
            ("clone", 0) => {
                let ty = self.path_ty(&path);
                Value::Init(Box::new(Init::Copy { from: path, how: CopyHow::Clone }), ty)
            }
            ("take", 0) => {
                let ty = self.path_ty(&path);
                let init = Init::Copy { from: path.clone(), how: CopyHow::Clone };
                let taken = Path::of(self.temp_place("taken", ty.clone(), init, span));
                self.mark_mutable(&path);
                self.assign(Value::Path(path), Value::nothing(), span);
                self.opened_by_pattern(Value::Path(taken), span)
            }
            ("insert" | "replace" | "get_or_insert" | "get_or_insert_with", _) => self.refuse(
                &expr.method,
                format!("`{name}` of an `Option` that is kept in a part of something is not supported: assign `Some(…)` to it"),
            ),
            _ => self.option_method(some, value, expr, name, want),
        }
    }
}

/// Whether a name is that of a method of `Option`.
fn is_option_method(name: &str) -> bool {
    const METHODS: [&str; 32] = [
        "and",
        "and_then",
        "as_deref",
        "as_deref_mut",
        "as_mut",
        "as_ref",
        "clone",
        "cloned",
        "copied",
        "err",
        "expect",
        "filter",
        "get_or_insert",
        "get_or_insert_with",
        "insert",
        "is_err",
        "is_none",
        "is_ok",
        "is_some",
        "is_some_and",
        "iter",
        "map",
        "map_or",
        "map_or_else",
        "ok",
        "or",
        "or_else",
        "replace",
        "take",
        "unwrap",
        "unwrap_or",
        "unwrap_or_else",
    ];
    METHODS.contains(&name)
}

fn is_none_itself(code: &Inert) -> bool {
    syn::parse2(code.code.clone()).is_ok_and(|path| crate::lower::matching::names_none(&path))
}
