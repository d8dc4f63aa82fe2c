//! Calls by path: closures are inlined, what the rule table or the standard library knows is lowered, inactive calls are
//! kept, all others go through the callee's own derivative.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::inert::combine;
use crate::diag::source;
use crate::ir::{Arg, Callee, CopyHow, Expr, Init, Path, Role, StmtKind, Ty};
use crate::rules::path_function;

impl Lower<'_> {
    pub(crate) fn lower_call(&mut self, expr: &syn::ExprCall, want: Option<&Ty>) -> Value {
        let span = expr.func.span();
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
                        Some(_) => return self.call_unknown(expr, want),
                        None => {}
                    }
                }
                if let Some(value) = self.lower_array_from_fn(path, &expr.args, want) {
                    return value;
                }
                if let Some(value) = self.lower_source_call(path, &expr.args) {
                    return value;
                }
                if self.stays_code(path, expr) {
                    let ty = self.inactive_result(&path.path, want);
                    let constructor = is_constructor(&path.path);
                    return self.inactive_code(expr.to_token_stream(), ty, constructor);
                }
                let args = self.args(&expr.args);
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
        args.iter().map(|arg| self.operand(arg, None)).collect()
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

    /// Whether the path names neither a function of the rule table nor one of the standard library.
    pub(crate) fn is_unseen_function(&self, path: &syn::Path) -> bool {
        known_function(&segment_names(path)).is_none()
            && !self.is_float_function(path)
            && !is_constructor(path)
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
        if !differentiated {
            return self.refuse(
                path,
                format!(
                    "the nested function `{}` has no derivative: put `#[differentiate]` on it",
                    path.to_token_stream()
                ),
            );
        }
        let args = self.args(&expr.args);
        self.call_function(path, args, want, site(expr), path.span())
    }

    /// What the type of an inactive call must be.
    fn inactive_result(&self, path: &syn::Path, want: Option<&Ty>) -> Ty {
        if let Some(want) = want.filter(|ty| !matches!(ty, Ty::Unknown)) {
            return want.clone();
        }
        let names = segment_names(path);
        match names.as_slice() {
            [.., ty, name]
                if super::types::is_integer(ty)
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
        if !known && args.iter().all(|arg| !self.ty_of(arg).may_be_active() || matches!(arg, Value::Code(..)))
        {
            let mut parts = Vec::new();
            for arg in args {
                match self.as_code(arg, span) {
                    Some(part) => parts.push(part),
                    None => return Value::Poison,
                }
            }
            let mut inert = combine(&parts, |parts| quote!(#path(#(#parts),*)));
            inert.pure = false;
            return Value::Code(inert, self.inactive_result(&path.path, want));
        }
        self.call_path(path, args, want, site(path), span)
    }

    fn call_path(
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
        if let Some(known) = known_function(&names) {
            return self.known_call(known, path, args, want, span);
        }
        if is_constructor(&path.path) {
            let mut fields = Vec::new();
            for (i, arg) in args.into_iter().enumerate() {
                match self.whole(arg, None, span) {
                    Some(value) => fields.push((syn::Member::Unnamed(syn::Index::from(i)), value)),
                    None => return Value::Poison,
                }
            }
            let name = path.path.clone();
            let ty = Ty::Named(Box::new(syn::Type::Path(syn::TypePath {
                attrs: Vec::new(),
                qself: None,
                path: name.clone(),
            })));
            return Value::Init(Box::new(Init::Struct { path: name, fields, base: None }), ty);
        }
        self.call_function(path, args, want, site, span)
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
        let own = path.path.is_ident(&self.signature.ident)
            || (path.path.segments.len() == 2
                && path.path.segments[0].ident == "Self"
                && path.path.segments[1].ident == self.signature.ident);
        if own {
            return self.refuse(path, "recursion is not differentiated yet: write a loop");
        }
        let mut handed = Vec::new();
        for arg in args {
            match self.arg(arg, span) {
                Some(arg) => handed.push(arg),
                None => return Value::Poison,
            }
        }
        let hint =
            path.path.segments.last().map_or_else(|| "call".to_string(), |last| last.ident.to_string());
        self.call(Callee::Function(path.path.clone()), handed, want, site, &hint, span)
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
                    self.state.set(cell, Some(Expr::Var(after)));
                    Some(Arg::RefMutValue(before, after))
                }
                Value::Cell(cell) => Some(Arg::RefValue(self.current(cell))),
                to @ (Value::Tuple(_) | Value::Init(..)) if !mutable => {
                    let ty = self.ty_of(&to);
                    let init = self.init(to, None, span)?;
                    Some(Arg::Ref(Path::of(self.temp_place("argument", ty, init, span))))
                }
                Value::Code(inert, _) => Some(Arg::Inert(combine(&[inert], |parts| {
                    let part = &parts[0];
                    quote!(&#part)
                }))),
                Value::Poison | Value::Never => None,
                Value::Tuple(_) => {
                    self.refuse_at(
                        span,
                        "a mutable reference to a tuple as argument is not supported: pass its parts",
                    );
                    None
                }
                to @ Value::Ref { .. } => self.arg(to, span),
                _ => {
                    self.refuse_at(span, "this argument is not supported");
                    None
                }
            },
            value @ Value::Iter(_) => self.as_code(value, span).map(Arg::Inert),
            Value::Closure(_) | Value::Function(_) => {
                self.refuse_at(span, "a closure as argument of a differentiated function is not supported: call it here and pass its result");
                None
            }
            Value::Maybe { .. } => {
                self.refuse_at(
                    span,
                    "an `Option` of an active value as argument is not supported: pass the value itself",
                );
                None
            }
            Value::Poison | Value::Never | Value::Cell(_) | Value::Later(_) => None,
        }
    }

    // ---- functions of floats ----

    fn float_function(
        &mut self,
        path: &syn::ExprPath,
        args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let n = path.path.segments.len();
        let owner = &path.path.segments[n - 2].ident;
        let name = path.path.segments[n - 1].ident.to_string();
        let ty = match owner.to_string().as_str() {
            "f64" => Ty::f64(),
            "f32" => Ty::Float(crate::ir::Float::F32),
            _ if self.types.is_float_param(owner) => Ty::Float(crate::ir::Float::Param(owner.clone())),
            _ => want.cloned().filter(Ty::is_float).unwrap_or_else(super::arith::any_float),
        };
        if args.is_empty() {
            let value = match name.as_str() {
                "zero" | "default" | "neg_zero" => Some(0.0),
                "one" => Some(1.0),
                _ => None,
            };
            let tokens = quote!(#path());
            let lit = crate::ir::Lit { tokens, value, ty: ty.clone(), made: false };
            return Value::Atom(Expr::Lit(lit), ty);
        }
        let mut args = args;
        if path_function(&name, args.len()).is_some()
            || super::stdlib::is_float_predicate(&name)
            || name == "sin_cos"
        {
            let receiver = args.remove(0);
            let receiver = self.scalar(receiver, Some(&ty), span);
            return self.float_method(receiver, &name, args, want, span);
        }
        if name == "from" && args.len() == 1 {
            let arg = args.remove(0);
            let given = self.ty_of(&arg);
            let converts = matches!(owner.to_string().as_str(), "f64" | "f32");
            if converts && given.is_float() {
                let (atom, _) = self.scalar(arg, None, span);
                let cast = Expr::Cast(Box::new(atom), Box::new(syn::parse_quote!(#owner)));
                return Value::Atom(self.temp("from", ty.clone(), cast, span), ty);
            }
            if given.is_scalar() && !given.is_float()
                || matches!(arg, Value::Code(..))
                || matches!(arg, Value::Atom(Expr::Lit(_), _))
            {
                let Some(code) = self.as_code(arg, span) else { return Value::Poison };
                let inert = combine(&[code], |parts| {
                    let part = &parts[0];
                    quote!(#path(#part))
                });
                if converts {
                    return Value::Atom(self.temp("from", ty.clone(), Expr::Inert(inert), span), ty);
                }
                // `T::from` of `num_traits::NumCast` gives an `Option`, of the float itself once it is unwrapped.
                return Value::Maybe {
                    some: crate::ir::build::boolean(true),
                    value: Box::new({
                        let inert = combine(&[inert], |parts| {
                            let part = &parts[0];
                            quote!(#part.unwrap())
                        });
                        Value::Atom(self.temp("from", ty.clone(), Expr::Inert(inert), span), ty)
                    }),
                };
            }
            return self.refuse(path, "a conversion of an active value by `from` is not supported here: use `as`, or compute in one type");
        }
        self.unknown_float_function(path, args, want, span)
    }

    fn unknown_float_function(
        &mut self,
        path: &syn::ExprPath,
        args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let inactive =
            args.iter().all(|arg| !self.ty_of(arg).may_be_active() || matches!(arg, Value::Code(..)));
        if !inactive {
            let name = source(path);
            return self.refuse(path, format!("`{name}` has no known derivative"));
        }
        let mut parts = Vec::new();
        for arg in args {
            match self.as_code(arg, span) {
                Some(part) => parts.push(part),
                None => return Value::Poison,
            }
        }
        let inert = combine(&parts, |parts| quote!(#path(#(#parts),*)));
        Value::Code(inert, want.cloned().unwrap_or(Ty::Unknown))
    }

    // ---- functions of the standard library ----

    fn known_call(
        &mut self,
        known: Known,
        path: &syn::ExprPath,
        mut args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let arity = match known {
            Known::Swap | Known::Replace => 2,
            Known::VecNew | Known::NoneValue => 0,
            _ => 1,
        };
        if args.len() != arity {
            return self
                .refuse(path, "this function is called with another number of arguments than it takes");
        }
        let mut next = || args.remove(0);
        match known {
            Known::StopGradient => {
                let value = next();
                self.cut(value, span)
            }
            Known::Identity => next(),
            Known::Some => {
                let value = Box::new(next());
                Value::Maybe { some: crate::ir::build::boolean(true), value }
            }
            Known::NoneValue => {
                Value::Maybe { some: crate::ir::build::boolean(false), value: Box::new(Value::Never) }
            }
            Known::Drop => {
                next();
                Value::unit()
            }
            Known::VecNew => {
                let ty = want.cloned().filter(|ty| matches!(ty, Ty::Vec(_)));
                let ty = ty.unwrap_or_else(|| Ty::Vec(Box::new(Ty::Unknown)));
                Value::Init(Box::new(Init::EmptyVec(None)), ty)
            }
            Known::VecWithCapacity => {
                let capacity = next();
                let (capacity, _) = self.scalar(capacity, Some(&Ty::usize()), span);
                let ty = want.cloned().filter(|ty| matches!(ty, Ty::Vec(_)));
                let ty = ty.unwrap_or_else(|| Ty::Vec(Box::new(Ty::Unknown)));
                Value::Init(Box::new(Init::EmptyVec(Some(capacity))), ty)
            }
            Known::VecFrom => {
                let value = next();
                self.vec_of(value, span)
            }
            Known::Boxed => {
                self.refuse(path, "`Box` of an active value is not supported yet: hold the value itself")
            }
            Known::Swap => {
                let (a, b) = (next(), next());
                self.swap(a, b, span);
                Value::unit()
            }
            Known::Replace => {
                let (target, value) = (next(), next());
                let target = target.peel();
                let old = self.take_out(target.clone(), span);
                self.assign(target, value, span);
                old
            }
            Known::Take => {
                let target = next().peel();
                let ty = self.ty_of(&target);
                let old = self.take_out(target.clone(), span);
                let empty = match &ty {
                    Ty::Vec(_) => Value::Init(Box::new(Init::EmptyVec(None)), ty.clone()),
                    ty if ty.is_scalar() => Value::Atom(self.default_atom(ty), ty.clone()),
                    _ => {
                        return self
                            .refuse(path, "`take` of a value of this type is not supported: use `replace`");
                    }
                };
                self.assign(target, empty, span);
                old
            }
        }
    }

    /// The content of a place that is about to be overwritten.
    fn take_out(&mut self, target: Value, span: Span) -> Value {
        match self.read(target, span) {
            Value::Path(path) => {
                let ty = self.path_ty(&path);
                let init = Init::Copy { from: path, how: CopyHow::Move };
                Value::Path(Path::of(self.temp_place("taken", ty, init, span)))
            }
            value => value,
        }
    }

    /// `std::mem::swap(a, b)`
    pub(crate) fn swap(&mut self, a: Value, b: Value, span: Span) {
        if let (Value::Ref { to: a, .. }, Value::Ref { to: b, .. }) = (&a, &b) {
            if matches!(**a, Value::Ref { .. }) || matches!(**b, Value::Ref { .. }) {
                self.refuse_at(
                    span,
                    "a swap of references is not supported: swap the contents, or index by parity",
                );
                return;
            }
        }
        let (a, b) = (a.peel(), b.peel());
        let (ta, tb) = (self.ty_of(&a), self.ty_of(&b));
        match (a, b) {
            (Value::Path(a), Value::Path(b)) if !ta.is_scalar() && !tb.is_scalar() => {
                self.mark_mutable(&a);
                self.mark_mutable(&b);
                self.block.push(StmtKind::Swap(a, b), span);
            }
            (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
                for (a, b) in a.into_iter().zip(b) {
                    self.swap(a, b, span);
                }
            }
            (a, b) => {
                let ty = if ta.is_scalar() { ta } else { tb };
                let (x, _) = self.scalar(a.clone(), Some(&ty), span);
                let (y, _) = self.scalar(b.clone(), Some(&ty), span);
                self.assign(a, Value::Atom(y, ty.clone()), span);
                self.assign(b, Value::Atom(x, ty), span);
            }
        }
    }
}

/// Functions of the standard library, and of this one, that lowering knows.
#[derive(Clone, Copy)]
enum Known {
    StopGradient,
    Identity,
    Drop,
    Some,
    NoneValue,
    VecNew,
    VecWithCapacity,
    VecFrom,
    Boxed,
    Swap,
    Replace,
    Take,
}

fn known_function(names: &[String]) -> Option<Known> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Some(match names.as_slice() {
        [.., "stop_gradient"] => Known::StopGradient,
        ["identity"] | [.., "convert", "identity"] | ["black_box"] | [.., "hint", "black_box"] => {
            Known::Identity
        }
        ["drop"] | [.., "mem", "drop"] => Known::Drop,
        ["Some"] | [.., "Option", "Some"] => Known::Some,
        ["None"] | [.., "Option", "None"] => Known::NoneValue,
        [.., "Vec", "new"] => Known::VecNew,
        [.., "Vec", "with_capacity"] => Known::VecWithCapacity,
        [.., "Vec", "from"] => Known::VecFrom,
        [.., "Box", "new"] => Known::Boxed,
        ["swap"] | [.., "mem", "swap"] => Known::Swap,
        ["replace"] | [.., "mem", "replace"] => Known::Replace,
        ["take"] | [.., "mem", "take"] => Known::Take,
        _ => return None,
    })
}

pub(crate) fn segment_names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Whether a path names a tuple struct or variant, as far as its case tells.
fn is_constructor(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}
