//! Calls by path: closures are inlined, what the rule table or the standard library knows is lowered, inactive calls are
//! kept, all others go through the callee's own derivative.

mod float;
mod known;
mod payloads;

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use self::known::{Known, known_function};
use super::env::Value;
use super::facts::site;
use super::inert::combine;
use super::jump::mentions_word;
use super::start::start;
use super::{Lower, words};
use crate::ir::{Arg, Callee, Expr, Inert, Init, Made, Passing, Path, Role, Ty};
use crate::typing::path_type;
use crate::typing::scope::Called;

impl Lower<'_> {
    pub(crate) fn lower_call(&mut self, expr: &syn::ExprCall, want: Option<&Ty>) -> Value {
        let span = start(&expr.func);
        let mut func = &*expr.func;
        while let syn::Expr::Paren(syn::ExprParen { expr, .. })
        | syn::Expr::Group(syn::ExprGroup { expr, .. }) = func
        {
            func = expr;
        }
        match func {
            syn::Expr::Path(path) => {
                if let Some(name) = path.path.get_ident() {
                    match self.lookup(name).cloned() {
                        Some(Value::Closure(closure)) => {
                            let args = self.args(&expr.args);
                            return self.apply(&closure, args, want, span);
                        }
                        Some(Value::Function(differentiated)) => {
                            return self.call_nested(expr, path, differentiated, want);
                        }
                        Some(Value::Poison) => return Value::Poison,
                        Some(value) => {
                            let Some(function) = self.function_of(&value) else {
                                return self.call_unknown(expr, want);
                            };
                            let args = self.args(&expr.args);
                            return self.apply(&function, args, want, span);
                        }
                        None => {}
                    }
                }
                match known_function(&segment_names(&path.path)) {
                    // What went wrong is not looked at.
                    Some(Known::Err) => return Value::nothing(),
                    Some(Known::OnAdjoint) if self.types.callable(&path.path).is_none() => {
                        return self.lower_on_adjoint(path, &expr.args, want, span);
                    }
                    _ => {}
                }
                if let Some(plain) = words::kept_call(expr, self.nodes) {
                    return self.expr(&plain, want);
                }
                let known = want.cloned().or_else(|| self.facts.get(&site(expr)).cloned());
                if let Some(value) = self.lower_array_from_fn(path, &expr.args, known.as_ref()) {
                    return value;
                }
                if let Some(value) = self.lower_source_call(path, &expr.args) {
                    return value;
                }
                if !self.is_inactive(&expr.args.to_token_stream()) {
                    if let Some(value) = self.made_of_indices(path, &expr.args) {
                        return value;
                    }
                }
                if self.stays_code(path, expr) {
                    let ty = self.inactive_result(&path.path, want);
                    let constructor = self.constructs(&path.path, &site(expr), want);
                    return self.inactive_code(expr.to_token_stream(), ty, constructor);
                }
                let called =
                    self.types.callable(&path.path).map(|callable| self.types.called(callable, None));
                let args = match &called {
                    Some(called) if called.params.len() == expr.args.len() => {
                        self.args_of(&expr.args, called)
                    }
                    _ => {
                        let objects = self.objects_among(&path.path, expr.args.len(), want);
                        self.args_for(&expr.args, &objects)
                    }
                };
                let args = if called.is_none() { self.collected_items(&path.path, args, span) } else { args };
                let function =
                    self.is_elsewhere(&path.path) && !self.constructs(&path.path, &site(expr), want);
                if function && self.all_inactive(&args) {
                    return self.inactive_call(path, args, want, span);
                }
                self.call_path(path, args, want, site(expr), span)
            }
            syn::Expr::Closure(_) => {
                let Some(closure) = self.callable(func) else { return Value::Poison };
                let args = self.args(&expr.args);
                self.apply(&closure, args, want, span)
            }
            _ => self.call_unknown(expr, want),
        }
    }

    pub(crate) fn args(
        &mut self,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Vec<Value> {
        self.args_for(args, &[])
    }

    /// The same; `wanted`: what is known of their types.
    fn args_for(
        &mut self,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        wanted: &[Option<Ty>],
    ) -> Vec<Value> {
        let numbered = args.iter().enumerate();
        let values = self.in_order(numbered, args.span(), |lower, (at, arg)| {
            lower.operand(arg, wanted.get(at).and_then(Option::as_ref))
        });
        let mentions = |arg: &syn::Expr, name: &str| mentions_word(arg.to_token_stream(), name);
        let lends = |arg: &syn::Expr, name: &str| {
            matches!(arg, syn::Expr::Path(_) | syn::Expr::Reference(_)) && mentions(arg, name)
        };
        // A variable that is a `&mut`, and that a later argument reads or an earlier one has lent, is lent by `&`: rustc would
        // not have it otherwise.
        let lent = args.iter().enumerate().map(|(at, arg)| match arg {
            syn::Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let name = name.to_string();
                args.iter().skip(at + 1).any(|later| mentions(later, &name))
                    || args.iter().take(at).any(|earlier| lends(earlier, &name))
            }),
            _ => false,
        });
        values.into_iter().zip(lent).map(|(value, lent)| if lent { shared(value) } else { value }).collect()
    }

    /// Arguments of a function whose signature is in sight.
    pub(crate) fn args_of(
        &mut self,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        called: &Called,
    ) -> Vec<Value> {
        let params = &called.params[called.params.len() - args.len()..];
        let args = args.iter().zip(params);
        let values =
            self.in_order(args, Span::call_site(), |lower, (arg, (_, ty, _))| lower.operand(arg, Some(ty)));
        for (value, (_, ty, _)) in values.iter().zip(params) {
            if let (Value::Path(path), Ty::Unknown) = (value.clone().peel(), ty) {
                let root = self.vars.root(&path);
                self.vars[root].whole |= matches!(self.vars[root].ty, Ty::Vec(_));
            }
        }
        let lent = params.iter().map(|(passing, ty, _)| (*passing == Passing::Ref, ty));
        let handed = values.into_iter().zip(lent);
        handed.map(|(value, (lent, ty))| if lent { as_object(shared(value), ty) } else { value }).collect()
    }

    /// Whether a call has inactive arguments alone and the compiler need not look into it.
    fn stays_code(&mut self, path: &syn::ExprPath, expr: &syn::ExprCall) -> bool {
        let names = segment_names(&path.path);
        if known_function(&names).is_some() || self.is_float_function(&path.path) {
            return false;
        }
        let tokens = expr.args.to_token_stream();
        self.is_inactive(&tokens) && Self::can_stand_alone(&tokens)
    }

    /// Whether a call makes a tuple struct or a variant: its name begins with a capital, and typing does not say that it gives
    /// something else, as a function `Phi(x)` does.
    fn constructs(&self, path: &syn::Path, site: &str, want: Option<&Ty>) -> bool {
        let named = |ty: &Ty| matches!(ty, Ty::Named(_) | Ty::Unknown | Ty::Inert);
        let gives = self.facts.get(site).filter(|ty| !matches!(ty, Ty::Unknown)).or(want);
        is_constructor(path) && (self.types.variant(path, want).is_some() || gives.is_none_or(named))
    }

    /// Whether the path names neither a function of the rule table nor one of the standard library.
    fn is_elsewhere(&self, path: &syn::Path) -> bool {
        known_function(&segment_names(path)).is_none() && !self.is_float_function(path)
    }

    /// The same of what is no constructor by its name.
    pub(crate) fn is_unseen_function(&self, path: &syn::Path) -> bool {
        self.is_elsewhere(path) && !is_constructor(path)
    }

    /// A call of something that is a value: a function that came as an argument or from a field.
    fn call_unknown(&mut self, expr: &syn::ExprCall, want: Option<&Ty>) -> Value {
        if self.is_inactive(&expr.to_token_stream()) {
            return self.inactive_code(expr.to_token_stream(), want.cloned().unwrap_or(Ty::Unknown), false);
        }
        self.refuse(
            &expr.func,
            "a call of a function that comes as a value is not supported on active arguments: call a function marked `#[differentiate]` by its name",
        )
    }

    fn call_nested(
        &mut self,
        expr: &syn::ExprCall,
        path: &syn::ExprPath,
        differentiated: bool,
        want: Option<&Ty>,
    ) -> Value {
        if self.is_inactive(&expr.args.to_token_stream()) {
            return self.inactive_code(expr.to_token_stream(), want.cloned().unwrap_or(Ty::Unknown), false);
        }
        let args = self.args(&expr.args);
        if self.all_inactive(&args) {
            return self.inactive_call(path, args, want, path.span());
        }
        if !differentiated {
            return self.refuse(
                path,
                format!(
                    "the nested function `{}` has no derivative: put `#[differentiate]` on it",
                    path.to_token_stream()
                ),
            );
        }
        self.call_function(path, args, want, site(expr), path.span())
    }

    /// What the type of an inactive call must be.
    fn inactive_result(&self, path: &syn::Path, want: Option<&Ty>) -> Ty {
        if let Some(want) = want.filter(|ty| !matches!(ty, Ty::Unknown)) {
            return want.clone();
        }
        if let Some(callable) = self.types.callable(path) {
            return self.types.called(callable, None).result;
        }
        let names = segment_names(path);
        match names.as_slice() {
            [.., ty, name]
                if crate::standard::is_integer(ty)
                    && !name.starts_with("try_")
                    && !name.starts_with("checked_") =>
            {
                Ty::Int(Some(ty.clone()))
            }
            _ => Ty::Unknown,
        }
    }

    /// Whether the path names a function of a float type.
    fn is_float_function(&self, path: &syn::Path) -> bool {
        let n = path.segments.len();
        n >= 2 && {
            let owner = &path.segments[n - 2].ident;
            self.types.is_float_param(owner)
                || ["f64", "f32", "Float", "Real", "FloatCore"].iter().any(|name| owner == name)
        }
    }

    /// A call of a function by its path, on values.
    pub(crate) fn apply_path(
        &mut self,
        path: &syn::ExprPath,
        args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        if let Some(name) = path.path.get_ident() {
            match self.lookup(name).cloned() {
                Some(Value::Closure(closure)) => return self.apply(&closure, args, want, span),
                Some(Value::Function(false)) if args.iter().any(|arg| self.ty_of(arg).may_be_active()) => {
                    return self.refuse(
                        path,
                        format!(
                            "the nested function `{name}` has no derivative: put `#[differentiate]` on it"
                        ),
                    );
                }
                Some(Value::Function(_)) | None => {}
                Some(_) => {
                    return self.refuse(path, "a call of a function that comes as a value is not supported: call a function marked `#[differentiate]` by its name");
                }
            }
        }
        let known =
            known_function(&segment_names(&path.path)).is_some() || self.is_float_function(&path.path);
        if !known && self.all_inactive(&args) {
            return self.inactive_call(path, args, want, span);
        }
        self.call_path(path, args, want, site(path), span)
    }

    /// Whether nothing in the arguments carries a derivative, and nothing is written to through them.
    fn all_inactive(&self, args: &[Value]) -> bool {
        args.iter().all(|arg| match arg {
            Value::Code(..) => true,
            Value::Ref { mutable: true, .. } | Value::Poison | Value::Never => false,
            arg => !self.ty_of(arg).may_be_active(),
        })
    }

    /// A call that gives the same whatever changes by little, though what its arguments were made of may be active.
    fn inactive_call(
        &mut self,
        path: &syn::ExprPath,
        args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let Some(parts) = self.codes(args, span) else { return Value::Poison };
        let mut inert = combine(&parts, |parts| quote!(#path(#(#parts),*)));
        inert.pure = false;
        let ty = self.inactive_result(&path.path, want);
        if ty.is_scalar() {
            return Value::Atom(self.temp("value", ty.clone(), Expr::Inert(inert), span), ty);
        }
        Value::Code(inert, ty)
    }

    pub(super) fn call_path(
        &mut self,
        path: &syn::ExprPath,
        args: Vec<Value>,
        want: Option<&Ty>,
        site: String,
        span: Span,
    ) -> Value {
        if args.iter().any(|arg| matches!(arg, Value::Never)) {
            return Value::Never;
        }
        if args.iter().any(|arg| matches!(arg, Value::Poison)) {
            return Value::Poison;
        }
        if self.is_float_function(&path.path) {
            return self.float_function(path, args, want, span);
        }
        let names = segment_names(&path.path);
        let own = self.types.callable(&path.path).is_some();
        let known = known_function(&names).filter(|known| !own && known.may_be(&names, &args));
        if let Some(known) = known {
            return self.known_call(known, path, args, want, span);
        }
        if !own && self.constructs(&path.path, &site, want) {
            let (made, mut fields) = (self.made(&path.path, want), Vec::new());
            for (i, arg) in args.into_iter().enumerate() {
                let object = self.object_in(&made, &syn::Member::Unnamed(syn::Index::from(i)));
                match self.whole(arg, object.as_ref(), span) {
                    Some(value) => fields.push((syn::Member::Unnamed(syn::Index::from(i)), value)),
                    None => return Value::Poison,
                }
            }
            let (of, ty) = match made {
                (Made::Struct, ty) => (Made::Called, ty),
                made => made,
            };
            let init = Init::Struct { path: path.path.clone(), of, fields, base: None };
            return Value::Init(Box::new(init), ty);
        }
        self.call_function(path, args, want, site, span)
    }

    /// What a constructor makes, and the type of that.
    pub(crate) fn made(&self, path: &syn::Path, want: Option<&Ty>) -> (Made, Ty) {
        let named = |ty: syn::Type| Ty::Named(Box::new(ty));
        let Some(variant) = self.types.variant(path, want) else {
            return (Made::Struct, named(path_type(path.clone())));
        };
        let ty = match (want, variant.of) {
            (Some(ty @ Ty::Named(_)), _) => ty.clone(),
            (_, Some(of)) => named(of),
            (_, None) => Ty::Unknown,
        };
        (Made::Variant(variant.name), ty)
    }

    fn call_function(
        &mut self,
        path: &syn::ExprPath,
        args: Vec<Value>,
        want: Option<&Ty>,
        site: String,
        span: Span,
    ) -> Value {
        if let Some(qself) = &path.qself {
            return self.refuse(
                &qself.ty,
                "a call by a qualified path is not supported: call it as a method, or by the type's name",
            );
        }
        // Beside a method, a function may have its name.
        let associated = self.signature.receiver().is_some() || self.types.scope.is_associated();
        let own = !associated && path.path.is_ident(&self.signature.ident)
            || (path.path.segments.len() == 2
                && path.path.segments[0].ident == "Self"
                && path.path.segments[1].ident == self.signature.ident);
        if (own || self.types.scope.is_circular(&path.path)) && !self.may_recur(path) {
            return Value::Poison;
        }
        if let Some(value) = self.object_call(path, &args, want, &site) {
            return value;
        }
        if let Some(why) =
            refused_of_library(&path.path).filter(|_| self.types.callable(&path.path).is_none())
        {
            return self.refuse(path, why);
        }
        let own = own.then(|| self.result_ty.clone());
        let called = self.types.callable(&path.path).map(|callable| self.types.called(callable, None));
        if called.as_ref().is_some_and(|called| !called.differentiable) {
            return self.inactive_call(path, args, want, span);
        }
        let result = called.map(|called| called.result).or(own).filter(|ty| !matches!(ty, Ty::Unknown));
        let want = result.as_ref().or(want);
        let Some(mut handed) = self.handed(args, span) else { return Value::Poison };
        if let (Some(first), Some(owner)) = (handed.first_mut(), crate::ir::owner(&path.path)) {
            if let Arg::Move(place) = first {
                if may_be_receiver(owner, &self.path_ty(place)) {
                    *first = Arg::Handed(place.clone());
                }
            }
        }
        let hint =
            path.path.segments.last().map_or_else(|| "call".to_string(), |last| last.ident.to_string());
        let derivative = self.types.callable(&path.path).is_none() && crate::ir::is_derivative(&path.path);
        let callee = if derivative { Callee::Derivative } else { Callee::Function };
        let path = if self.types.callable(&path.path).is_some() {
            path.path.clone()
        } else {
            self.where_first_called(path.path.clone())
        };
        self.call(callee(path), handed, want, site, &hint, span)
    }

    /// The path of a function that is not in sight, at the place where the function is called first: rustc, which says that
    /// there are no derivatives of it, says so once.
    fn where_first_called(&mut self, mut path: syn::Path) -> syn::Path {
        let name = path.to_token_stream().to_string();
        let here = path.segments.iter().map(|segment| segment.ident.span()).collect();
        let first = self.first_calls.entry(name).or_insert(here);
        for (segment, at) in path.segments.iter_mut().zip(&*first) {
            segment.ident.set_span(segment.ident.span().located_at(*at));
        }
        path
    }

    /// Notes that the function may be reached again by a call, unless its pullback has no type that could be named.
    pub(crate) fn may_recur(&mut self, call: impl ToTokens) -> bool {
        let of_trait = self.types.scope.this().is_some_and(|this| self.types.scope.is_of_trait(this));
        let generic = of_trait || self.signature.generics.type_params().next().is_some();
        if generic {
            self.refuse(
                call,
                "recursion of a function that is generic over a type is not differentiated yet: write it for `f64`, or a loop",
            );
        }
        self.recursive |= !generic;
        !generic
    }

    /// A reference to what code yields. What is made by the way lives on in a place: the pullback is given it again.
    fn lent_code(&mut self, inert: Inert, ty: Ty, span: Span) -> Arg {
        let mut lent = inert.clone();
        if !inert.pure {
            let name = self.fresh_name("place");
            let mut made = None;
            lent.code = match syn::parse2(inert.code.clone()) {
                Ok(mut code) => {
                    made = made_by(&mut code, &name);
                    code.to_token_stream()
                }
                Err(_) => inert.code.clone(),
            };
            if let Some(code) = made {
                let whole = lent.code.to_string() == quote!((*#name)).to_string();
                let ty = if whole { ty } else { Ty::Unknown };
                let init = Init::Inert(Inert { code, ..inert });
                let place = Path::of(self.temp_place("argument", ty, init, span));
                if whole {
                    return Arg::Ref(place);
                }
                lent.binds.retain(|(bound, _)| mentions_word(lent.code.clone(), &bound.to_string()));
                lent.binds.push((name, Expr::Whole(place)));
            }
        }
        Arg::Inert(combine(&[lent], |parts| {
            let part = &parts[0];
            quote!(&#part)
        }))
    }

    /// Values as code, up to the first that cannot be.
    pub(crate) fn codes(
        &mut self,
        values: impl IntoIterator<Item = Value>,
        span: Span,
    ) -> Option<Vec<Inert>> {
        values.into_iter().map(|value| self.as_code(value, span)).collect()
    }

    /// Values as arguments, up to the first that cannot be one.
    pub(crate) fn handed(&mut self, values: impl IntoIterator<Item = Value>, span: Span) -> Option<Vec<Arg>> {
        values.into_iter().map(|value| self.arg(value, span)).collect()
    }

    /// An `Option` of which the parts are known, put together.
    fn option_place(&mut self, value: Value, span: Span) -> Option<Path> {
        let value = self.read(value, span);
        let init = self.init(value, None, span)?;
        let ty = Ty::Named(Box::new(syn::parse_quote!(Option<_>)));
        Some(Path::of(self.temp_place("argument", ty, init, span)))
    }

    /// An argument as it is handed over.
    pub(crate) fn arg(&mut self, value: Value, span: Span) -> Option<Arg> {
        match value {
            Value::Atom(atom, _) => Some(Arg::Value(atom)),
            Value::Path(path) => Some(Arg::Move(path)),
            Value::Init(..) | Value::Tuple(_) => {
                let ty = self.ty_of(&value);
                let init = self.init(value, None, span)?;
                Some(Arg::Move(Path::of(self.temp_place("argument", ty, init, span))))
            }
            Value::Code(inert, _) => Some(Arg::Inert(inert)),
            Value::Ref { to, mutable } => match *to {
                Value::Path(path) if mutable => {
                    self.mark_mutable(&path);
                    Some(Arg::RefMut(path))
                }
                Value::Path(path) => Some(Arg::Ref(path)),
                Value::Atom(atom, _) => Some(Arg::RefValue(atom)),
                Value::Cell(cell) if mutable => {
                    let before = self.current(cell);
                    let info = self.cells[cell.0].clone();
                    let after = self.vars.fresh(info.name, info.ty, Role::Value, info.span);
                    self.vars[after].named = info.named;
                    self.vars[after].cut = info.cut;
                    self.note_version(cell, after);
                    self.state.set(cell, Some(Expr::Var(after)));
                    Some(Arg::RefMutValue(before, after))
                }
                Value::Cell(cell) => Some(Arg::RefValue(self.current(cell))),
                to @ (Value::Tuple(_) | Value::Init(..)) if !mutable => {
                    let ty = self.ty_of(&to);
                    let init = self.init(to, None, span)?;
                    Some(Arg::Ref(Path::of(self.temp_place("argument", ty, init, span))))
                }
                Value::Code(inert, ty) => Some(self.lent_code(inert, ty, span)),
                to @ Value::Iter(_) if !mutable => {
                    self.as_code(to, span).map(|inert| self.lent_code(inert, Ty::Inert, span))
                }
                Value::Record(..) => {
                    self.refuse_at(span, BORROWS);
                    None
                }
                Value::Poison | Value::Never => None,
                // Its parts are put together, and taken apart again behind the call.
                to @ Value::Tuple(_) => {
                    let ty = self.ty_of(&to);
                    let now = self.read(to.clone(), span);
                    let init = self.init(now, None, span)?;
                    let place = Path::of(self.temp_place("argument", ty, init, span));
                    self.mark_mutable(&place);
                    self.lent.push((to, place.clone()));
                    Some(Arg::RefMut(place))
                }
                to @ Value::Ref { .. } => self.arg(to, span),
                Value::Maybe { some, value } if !mutable && self.hands_nothing_active(&value) => {
                    let inert = self.as_code(Value::Maybe { some, value }, span)?;
                    Some(self.lent_code(inert, Ty::Inert, span))
                }
                to @ (Value::Maybe { .. } | Value::Optional { .. }) if !mutable => {
                    Some(Arg::Ref(self.option_place(to, span)?))
                }
                _ => {
                    self.refuse_at(span, "this argument is not supported");
                    None
                }
            },
            value @ (Value::Iter(_) | Value::Cursor { .. }) => self.as_code(value, span).map(Arg::Inert),
            Value::Closure(_) | Value::Function(_) => {
                self.refuse_at(span, "a closure as argument of a function out of sight is not supported: put `#[differentiate]` on a module around both functions, or call it here and pass its result");
                None
            }
            Value::Maybe { some, value } if self.hands_nothing_active(&value) => {
                self.as_code(Value::Maybe { some, value }, span).map(Arg::Inert)
            }
            value @ (Value::Maybe { .. } | Value::Optional { .. }) => {
                Some(Arg::Move(self.option_place(value, span)?))
            }
            Value::Record(..) => {
                self.refuse_at(span, BORROWS);
                None
            }
            Value::Poison | Value::Never | Value::Cell(_) | Value::Later => None,
        }
    }
}

/// What is said of a struct that borrows, and is handed to a function out of sight.
pub(crate) const BORROWS: &str = "a struct that borrows is known by its parts here, and cannot be handed to a function out of sight: put \
     `#[differentiate]` on a module around the struct and its functions, or let it own its data";

/// Takes out of code what it makes before it looks into it, and puts `(*name)` there: `make()` of `make().rows[1..]`. Nothing
/// where it makes nothing.
fn made_by(code: &mut syn::Expr, name: &syn::Ident) -> Option<proc_macro2::TokenStream> {
    match code {
        syn::Expr::Paren(inner) => made_by(&mut inner.expr, name),
        syn::Expr::Group(inner) => made_by(&mut inner.expr, name),
        syn::Expr::Field(field) => made_by(&mut field.base, name),
        syn::Expr::Index(index) => made_by(&mut index.expr, name),
        syn::Expr::Path(_) | syn::Expr::Lit(_) => None,
        syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), .. }) => None,
        made => {
            let code = made.to_token_stream();
            *made = syn::parse_quote!((*#name));
            Some(code)
        }
    }
}

/// What to write in the place of a function of the standard library's that has no derivative.
fn refused_of_library(path: &syn::Path) -> Option<String> {
    let names = segment_names(path);
    let [before @ .., owner, name] = &names[..] else { return None };
    // By its bare name it may be a cell of a grid.
    if owner == "Cell" && before.last().is_none_or(|module| module != "cell") {
        return None;
    }
    Some(match (owner.as_str(), name.as_str()) {
        ("Cell" | "RefCell" | "OnceCell" | "Mutex" | "RwLock", "new" | "from") => {
            format!(
                "what a `{owner}` holds is changed where no derivative sees it: use a `mut` variable, or a `&mut` parameter"
            )
        }
        ("Rc" | "Arc", "make_mut" | "get_mut" | "try_unwrap" | "unwrap_or_clone" | "into_inner") => format!(
            "`{owner}::{name}` on active data is not supported: change the value before it is put into the `{owner}`, or clone what it holds"
        ),
        _ => return None,
    })
}

/// Whether the receiver of a method of `owner` may be of the type.
fn may_be_receiver(owner: &syn::Ident, ty: &Ty) -> bool {
    match ty {
        Ty::Unknown => true,
        Ty::Named(name) => match &**name {
            syn::Type::Path(name) => {
                owner == "Self"
                    || name.path.is_ident("Self")
                    || name.path.segments.last().is_some_and(|last| last.ident == *owner)
            }
            _ => false,
        },
        _ => false,
    }
}

pub(crate) fn segment_names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Whether a path names a tuple struct or variant, as far as its case tells.
pub(crate) fn is_constructor(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

/// What inactive code gives, as the object that it is handed over as: the pullback is given that again.
fn as_object(value: Value, ty: &Ty) -> Value {
    match (value, ty) {
        (Value::Ref { to, mutable: false }, Ty::Named(object)) if super::objects::is_object(ty) => {
            match *to {
                Value::Code(inert, _) => {
                    let inert = combine(&[inert], |parts| {
                        let part = &parts[0];
                        quote!((*(&#part as &#object)))
                    });
                    Value::Code(inert, ty.clone()).reference(false)
                }
                to => to.reference(false),
            }
        }
        (value, _) => value,
    }
}

/// A `&mut` that is taken for a `&`.
fn shared(value: Value) -> Value {
    match value {
        Value::Ref { to, mutable: _ } => Value::Ref { to, mutable: false },
        value => value,
    }
}
