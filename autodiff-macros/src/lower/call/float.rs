//! Functions of floats, called by their path: `f64::max(a, b)`, `f64::from(n)`.

use proc_macro2::Span;
use quote::quote;

use crate::diag::source;
use crate::ir::{Expr, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::inert::combine;
use crate::rules::path_function;
use crate::standard::is_from_primitive;

impl Lower<'_> {
    pub(super) fn float_function(
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
            _ => want.cloned().filter(Ty::is_float).unwrap_or_else(crate::lower::arith::any_float),
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
            || crate::lower::stdlib::is_float_predicate(&name)
            || crate::lower::stdlib::is_float_key(&name)
            || name == "sin_cos"
        {
            let receiver = args.remove(0);
            let receiver = self.scalar(receiver, Some(&ty), span);
            return self.float_method(receiver, &name, args, want, span);
        }
        let converts = matches!(owner.to_string().as_str(), "f64" | "f32");
        if name == "from" && converts && args.len() == 1 {
            let arg = args.remove(0);
            let given = self.ty_of(&arg);
            if given.is_float() {
                let (atom, _) = self.scalar(arg, None, span);
                let cast = Expr::Cast(Box::new(atom), Box::new(syn::parse_quote!(#owner)));
                return Value::Atom(self.temp("from", ty.clone(), cast, span), ty);
            }
            if given.is_scalar() || matches!(arg, Value::Code(..)) {
                let Some(code) = self.as_code(arg, span) else { return Value::Poison };
                let inert = combine(&[code], |parts| {
                    let part = &parts[0];
                    quote!(#path(#part))
                });
                return Value::Atom(self.temp("from", ty.clone(), Expr::Inert(inert), span), ty);
            }
            return self.refuse(path, "a conversion of an active value by `from` is not supported here: use `as`, or compute in one type");
        }
        if !converts && args.len() == 1 && (name == "from" || is_from_primitive(&name)) {
            // `T::from` and `T::from_f64` of `num_traits` give an `Option`, of the float itself once it is unwrapped. Whether
            // the argument carries a derivative is seen when all is known.
            let Some(code) = self.as_code(args.remove(0), span) else { return Value::Poison };
            let inert = combine(&[code], |parts| {
                let part = &parts[0];
                quote!(#path(#part).unwrap())
            });
            let value = Value::Atom(self.temp("from", ty.clone(), Expr::Inert(inert), span), ty);
            return Value::Maybe { some: crate::ir::build::boolean(true), value: Box::new(value) };
        }
        self.unknown_float_function(path, args, want, span)
    }

    pub(super) fn unknown_float_function(
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
        let Some(parts) = self.codes(args, span) else { return Value::Poison };
        let inert = combine(&parts, |parts| quote!(#path(#(#parts),*)));
        Value::Code(inert, want.cloned().unwrap_or(Ty::Unknown))
    }
}
