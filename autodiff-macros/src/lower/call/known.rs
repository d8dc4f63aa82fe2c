//! Functions of the standard library, and of this one, that lowering knows.
//!
//! Invariant: they are lowered to statements that have derivatives, never kept as calls.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;

use crate::ir::{Arg, Assumed, Callee, CopyHow, Expr, Init, Made, Path, StmtKind, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::facts::site;
use crate::lower::sequence::pointer_to;
use crate::standard::is_pointer;

impl Lower<'_> {
    pub(super) fn known_call(
        &mut self,
        known: Known,
        path: &syn::ExprPath,
        mut args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let arity = match known {
            Known::Swap | Known::Replace | Known::OnAdjoint => 2,
            Known::VecNew | Known::NoneValue => 0,
            _ => 1,
        };
        if args.len() != arity {
            return self
                .refuse(path, "this function is called with another number of arguments than it takes");
        }
        if let (Some(name), Some(core)) = (path.path.get_ident(), known.core_path()) {
            let seen = |it: &Assumed| matches!(it, Assumed::Function(other, _) if other == name);
            if !self.known.iter().any(seen) {
                self.known.push(Assumed::Function(name.clone(), core));
            }
        }
        let mut next = || args.remove(0);
        match known {
            Known::StopGradient => {
                let value = next();
                self.cut(value, span)
            }
            // Called by its name, it is lowered before its arguments are.
            Known::OnAdjoint => {
                self.refuse(path, "`on_adjoint` is called by its name, on a value and a closure")
            }
            Known::Identity => next(),
            Known::Some => {
                let value = Box::new(next());
                Value::Maybe { some: crate::ir::build::boolean(true), value }
            }
            Known::NoneValue | Known::Err => Value::nothing(),
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
                let value = next();
                if let Some(made) = want.and_then(|ty| self.types.scope.boxed_object(ty)) {
                    return self.object(made, value, want, path, span);
                }
                let Some(value) = self.whole(value, None, span) else { return Value::Poison };
                let fields = vec![(syn::Member::Unnamed(syn::Index::from(0)), value)];
                let init = Init::Struct { path: path.path.clone(), of: Made::Box, fields, base: None };
                let pointer = path.path.segments.iter().rev().nth(1).map(|pointer| &pointer.ident);
                // Where nothing is written, typing does not tell a `Box` from what it holds.
                let ty = match want {
                    Some(Ty::Named(ty)) if crate::lower::types::is_boxed(ty) => Ty::Named(ty.clone()),
                    Some(Ty::Named(held)) => Ty::Named(Box::new(syn::parse_quote!(#pointer<#held>))),
                    _ => Ty::Named(Box::new(syn::parse_quote!(#pointer<_>))),
                };
                Value::Init(Box::new(init), ty)
            }
            Known::Pointer => {
                let value = next();
                let owner = path.path.segments.iter().rev().nth(1).map(|owner| owner.ident.to_string());
                let held = self.ty_of(&value);
                if !held.is_sequence() {
                    return self.refuse(
                        path,
                        "what is made of this is not known here: write `Rc::new(…)`, or collect a Vec first",
                    );
                }
                let wanted = want.filter(|ty| self.slice_pointer(ty).is_some()).cloned();
                let pointer = wanted
                    .unwrap_or_else(|| pointer_to(owner.as_deref().unwrap_or("Box"), &held.element(), span));
                self.pointer_of(value, pointer, span)
            }
            Known::Cloned => {
                let value = next().peel();
                self.cloned(value, span)
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
                    _ if matches!(target, Value::Optional { .. }) => Value::nothing(),
                    Ty::Vec(_) => Value::Init(Box::new(Init::EmptyVec(None)), ty.clone()),
                    ty if ty.is_scalar() => Value::Atom(crate::ir::build::default_atom(ty), ty.clone()),
                    _ => {
                        let default = quote::quote!(::core::default::Default::default());
                        Value::Code(crate::lower::expr::constant(default), ty)
                    }
                };
                self.assign(target, empty, span);
                old
            }
        }
    }

    /// `on_adjoint(x, f)`: a call whose pullback owns `f`, which moves the numbers into itself that it reads.
    pub(super) fn lower_on_adjoint(
        &mut self,
        path: &syn::ExprPath,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let [x, f] = [args.first(), args.get(1)];
        let (Some(x), Some(f), 2) = (x, f, args.len()) else {
            return self
                .refuse(path, "`on_adjoint` takes a value and a closure: write `on_adjoint(x, |x_bar| …)`");
        };
        let value = self.operand(x, want);
        if matches!(value, Value::Ref { .. } | Value::Iter(_) | Value::Closure(_)) {
            return self.refuse(x, "`on_adjoint` takes a value: copy what this refers to");
        }
        let Some(closure) = self.callable(f) else { return Value::Poison };
        let Some(mut code) = self.closure_code(&closure, f.span()) else { return Value::Poison };
        if code.binds.iter().any(|(_, bind)| matches!(bind, Expr::Whole(_) | Expr::WholeMut(_))) {
            return self.refuse(
                f,
                "a closure of `on_adjoint` is kept for the reverse sweep, and may read numbers only: bind the numbers that it needs with `let` before",
            );
        }
        code.code = moving(code.code);
        code.pure = false;
        let ty = self.ty_of(&value);
        let Some(value) = self.arg(value, span) else { return Value::Poison };
        let args = vec![value, Arg::Inert(code)];
        self.call(Callee::Operator(Callee::ON_ADJOINT), args, Some(&ty), site(path), "on_adjoint", span)
    }

    /// The content of a place that is about to be overwritten.
    pub(super) fn take_out(&mut self, target: Value, span: Span) -> Value {
        match self.read(target, span) {
            Value::Path(path) => {
                let ty = self.path_ty(&path);
                let init = Init::Copy { from: path, how: CopyHow::Move };
                Value::Path(Path::of(self.temp_place("taken", ty, init, span)))
            }
            Value::Maybe { some, value } => self.taken_option(some, *value, span),
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
            (Value::Path(a), Value::Path(b)) if !ta.is_scalar() && self.shares_payloads(&a, &b) => {
                self.mark_mutable(&a);
                let init = Init::Copy { from: a.clone(), how: CopyHow::Clone };
                let first = Path::of(self.temp_place("first", ta, init, span));
                let second = Init::Copy { from: b.clone(), how: CopyHow::Clone };
                self.block.push(StmtKind::Assign { path: a, init: second, slice: false }, span);
                self.assign(Value::Path(b), Value::Path(first), span);
            }
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

/// Code that is a closure, in parentheses or at the end of a block, as one that moves what it reads into itself.
fn moving(code: TokenStream) -> TokenStream {
    fn mark(expr: &mut syn::Expr) {
        match expr {
            syn::Expr::Paren(paren) => mark(&mut paren.expr),
            syn::Expr::Group(group) => mark(&mut group.expr),
            syn::Expr::Closure(closure) => {
                let span = closure.body.span();
                closure.capture = Some(syn::parse_quote_spanned!(span=> move));
            }
            syn::Expr::Block(block) => {
                if let Some(syn::Stmt::Expr(last, None)) = block.block.stmts.last_mut() {
                    mark(last);
                }
            }
            _ => {}
        }
    }
    match syn::parse2::<syn::Expr>(code.clone()) {
        Ok(mut expr) => {
            mark(&mut expr);
            expr.to_token_stream()
        }
        Err(_) => code,
    }
}

/// Functions of the standard library, and of this one, that lowering knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    StopGradient,
    OnAdjoint,
    Identity,
    Drop,
    Some,
    NoneValue,
    /// What went wrong is left out of derivatives.
    Err,
    VecNew,
    VecWithCapacity,
    VecFrom,
    Boxed,
    /// `Rc::from(x)`, of a slice
    Pointer,
    /// `Rc::clone(&x)`
    Cloned,
    Swap,
    Replace,
    Take,
}

impl Known {
    /// Whether arguments are those of this function, and not of one of the user's of its name.
    pub(super) fn may_be(self, names: &[String], args: &[Value]) -> bool {
        let exclusive = |arg: Option<&Value>| matches!(arg, Some(Value::Ref { mutable: true, .. }));
        match self {
            Known::Swap | Known::Replace | Known::Take => names.len() > 1 || exclusive(args.first()),
            _ => true,
        }
    }

    /// Where in `core` the function is that a name without a path was taken for.
    fn core_path(self) -> Option<&'static [&'static str]> {
        match self {
            Known::Swap => Some(&["mem", "swap"]),
            Known::Replace => Some(&["mem", "replace"]),
            Known::Take => Some(&["mem", "take"]),
            Known::Drop => Some(&["mem", "drop"]),
            Known::Identity => Some(&["hint", "black_box"]),
            _ => None,
        }
    }
}

pub(super) fn known_function(names: &[String]) -> Option<Known> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Some(match names.as_slice() {
        [.., "stop_gradient"] => Known::StopGradient,
        [.., "on_adjoint"] => Known::OnAdjoint,
        [.., "convert", "identity"] | ["black_box"] | [.., "hint", "black_box"] => Known::Identity,
        ["drop"] | [.., "mem", "drop"] => Known::Drop,
        ["Some" | "Ok"] | [.., "Option", "Some"] | [.., "Result", "Ok"] => Known::Some,
        ["Err"] | [.., "Result", "Err"] => Known::Err,
        ["None"] | [.., "Option", "None"] => Known::NoneValue,
        [.., "Vec", "new"] => Known::VecNew,
        [.., "Vec", "with_capacity"] => Known::VecWithCapacity,
        [.., "Vec", "from"] => Known::VecFrom,
        [.., pointer, "new"] if is_pointer(pointer) => Known::Boxed,
        [.., pointer, "from"] if is_pointer(pointer) => Known::Pointer,
        [.., pointer, "clone"] if is_pointer(pointer) => Known::Cloned,
        ["swap"] | [.., "mem", "swap"] => Known::Swap,
        ["replace"] | [.., "mem", "replace"] => Known::Replace,
        ["take"] | [.., "mem", "take"] => Known::Take,
        _ => return None,
    })
}
