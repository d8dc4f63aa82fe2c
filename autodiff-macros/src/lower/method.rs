//! Method calls, by what the receiver is.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::Lower;
use super::constants::takes_items;
use super::elements::number_of;
use super::env::Value;
use super::facts::site;
use super::inert::combine;
use super::iter::{Access, Iter};
use super::stdlib::{
    Returns, integer_method, is_comparison, is_float_key, is_float_only, is_float_predicate, is_pure_method,
};
use crate::ir::{Arg, Callee, CopyHow, Expr, Float, Inert, Init, Path, Proj, Ty, Var};
use crate::rules::method;
use crate::standard::Unindexed;
use crate::typing::infer::of_array;
use crate::typing::scope::Called;

impl Lower<'_> {
    pub(crate) fn lower_method(&mut self, expr: &syn::ExprMethodCall, want: Option<&Ty>) -> Value {
        let span = expr.method.span();
        let name = expr.method.to_string();
        if let Some((some, kept)) = self.optional(&expr.receiver) {
            return self.optional_method(some, &kept, expr, &name, want);
        }
        if let Some((iter, at)) = self.cursor(&expr.receiver) {
            return self.cursor_method(iter, at, expr, &name, want);
        }
        if self.stays_inactive(expr, &name) {
            let ty = self.inactive_method_ty(expr, &name, want);
            let pure = is_pure_method(&name);
            return self.inactive_code(expr.to_token_stream(), ty, pure);
        }
        if let Some(plain) = self.nodes.kept(expr) {
            return self.expr(&plain, want);
        }
        let mut receiver = self.place(&expr.receiver);
        if matches!(&receiver, Value::Iter(iter) if matches!(**iter, Iter::Range { .. })) {
            match name.as_str() {
                "contains" | "is_empty" => receiver = self.unrun(receiver, span),
                "start" | "end" => {
                    return self.project(receiver, Proj::Field(expr.method.clone().into()), span);
                }
                "clone" => return receiver,
                _ => {}
            }
        }
        match receiver {
            Value::Never => return Value::Never,
            Value::Poison | Value::Later => return Value::Poison,
            _ => {}
        }
        if let Value::Iter(iter) = receiver {
            if super::cursor::takes_items_from(&name) && super::cursor::is_variable(&expr.receiver) {
                return self.refuse(
                    &expr.method,
                    format!("`{name}` of an iterator in a variable that goes on behind it is not supported here: collect it, or write a `for` loop"),
                );
            }
            return self.iter_method(*iter, expr, &name, want);
        }
        let receiver = self.behind_pointers(receiver, &name);
        if let Value::Maybe { some, value } = self.opened_for_method(&receiver, &name, span) {
            return self.kept_option_method(receiver, some, *value, expr, &name, want);
        }
        let value = receiver.clone().peel();
        match value {
            Value::Optional { some, kept } => self.optional_method(some, &kept, expr, &name, want),
            Value::Maybe { some, value } => self.option_method(some, *value, expr, &name, want),
            Value::Closure(_) | Value::Function(_) => match name.as_str() {
                "clone" => value,
                _ => self.refuse(&expr.method, "a method of a closure is not supported: call the closure"),
            },
            value => {
                let ty = self.ty_of(&value);
                if let (true, Some(pointer)) =
                    (name == "into" && ty.is_sequence(), want.filter(|ty| self.slice_pointer(ty).is_some()))
                {
                    return self.pointer_of(value, pointer.clone(), span);
                }
                if runs_in_parallel(&name)
                    && ty.may_be_active()
                    && !self.is_inactive(&expr.receiver.to_token_stream())
                    && self.method_in_sight(&ty, expr).is_none()
                {
                    let alone = name.replacen("par_", "", 1);
                    return self.refuse(
                        &expr.method,
                        format!(
                            "`{name}` takes what carries a derivative to other threads, where nobody sums its adjoints: write `{alone}`, \
                             and run the function on several threads, a chunk of the data each, by `parallel::value_and_grad`"
                        ),
                    );
                }
                if let Some(from) = self.conversion(expr, &name, &ty, want) {
                    return self.call_path(&from, vec![value], want, site(expr), span);
                }
                match ty {
                    Ty::Float(_) => {
                        let receiver = self.scalar(value, None, span);
                        let args = self.args(&expr.args);
                        self.float_method(receiver, &name, args, want, span)
                    }
                    Ty::Int(_) if matches!(name.as_str(), "then" | "then_some") && expr.args.len() == 1 => {
                        self.option_where(value, &expr.args[0], &name, span)
                    }
                    // Of what nothing is known, only a truth takes a closure so.
                    Ty::Unknown
                        if name == "then"
                            && matches!(expr.args.first(), Some(syn::Expr::Closure(_)))
                            && self.method_in_sight(&ty, expr).is_none() =>
                    {
                        self.option_where(value, &expr.args[0], &name, span)
                    }
                    Ty::Int(_) => self.integer_method(value, ty, expr, &name, want),
                    _ => self.other_method(receiver, value, ty, expr, &name, want),
                }
            }
        }
    }

    /// What a pointer that owns leads to, where that has the method: a sequence or a number.
    fn behind_pointers(&self, receiver: Value, name: &str) -> Value {
        match receiver {
            Value::Ref { to, mutable } => self.behind_pointers(*to, name).reference(mutable),
            Value::Path(mut path) if name != "clone" => {
                let ty = self.path_ty(&path);
                if matches!(ty, Ty::Named(_)) && !matches!(self.types.behind_pointers(ty), Ty::Named(_)) {
                    while matches!(self.path_ty(&path), Ty::Named(_)) {
                        path = path.with(Proj::Deref);
                    }
                }
                Value::Path(path)
            }
            receiver => receiver,
        }
    }

    /// Whether a call on inactive operands is kept as it stands, before anything of it is lowered.
    fn stays_inactive(&self, expr: &syn::ExprMethodCall, name: &str) -> bool {
        let tokens = expr.to_token_stream();
        if !self.is_inactive(&tokens) || !Self::can_stand_alone(&tokens) {
            return false;
        }
        let constant = self.find_constant(&expr.receiver);
        if constant && of_options(name) {
            return true;
        }
        // What lowering knows keeps its type if it is lowered.
        !super::sequence::is_known(name)
            && !matches!(integer_method(name), Returns::Same)
            && method(name, expr.args.len() + 1).is_none()
            && !matches!(name, "unwrap" | "expect" | "unwrap_or")
    }

    /// Whether an expression names a variable, or a part of one, of unknown type that carries no derivative.
    fn find_constant(&self, expr: &syn::Expr) -> bool {
        match expr {
            syn::Expr::Field(field) => self.find_constant(&field.base),
            syn::Expr::Paren(expr) => self.find_constant(&expr.expr),
            syn::Expr::Path(path) => match path.path.get_ident().and_then(|name| self.lookup(name)) {
                Some(Value::Path(path)) => self.is_opaque_constant(path),
                Some(Value::Ref { to, .. }) => {
                    matches!(&**to, Value::Path(path) if self.is_opaque_constant(path))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn is_opaque_constant(&self, path: &Path) -> bool {
        self.is_untyped_constant(path) || matches!(self.path_ty(path), Ty::Inert)
    }

    fn inactive_method_ty(&self, expr: &syn::ExprMethodCall, name: &str, want: Option<&Ty>) -> Ty {
        if let Some(ty) = want.filter(|ty| !matches!(ty, Ty::Unknown)) {
            return ty.clone();
        }
        // `parse::<f64>()` may fail.
        if let Some(ty) = turbofish(expr).filter(|_| name != "parse") {
            return self.types.ty(ty);
        }
        match integer_method(name) {
            Returns::Bool => Ty::bool(),
            _ => match name {
                "count" => Ty::usize(),
                "any" | "all" => Ty::bool(),
                _ => Ty::Unknown,
            },
        }
    }

    /// The function that converts, where `x.into()` is to be of another type of one's own: `T::from`.
    fn conversion(
        &self,
        expr: &syn::ExprMethodCall,
        name: &str,
        ty: &Ty,
        want: Option<&Ty>,
    ) -> Option<syn::ExprPath> {
        if name != "into" || !expr.args.is_empty() {
            return None;
        }
        let to = self.facts.get(&site(expr)).filter(|to| matches!(to, Ty::Named(_))).or(want)?;
        let Ty::Named(to) = to else { return None };
        let syn::Type::Path(syn::TypePath { qself: None, path, .. }) = &**to else { return None };
        if matches!(ty, Ty::Named(_)) && self.types.alike(ty, &Ty::Named(to.clone())) {
            return None;
        }
        let mut path = path.clone();
        for segment in &mut path.segments {
            if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                arguments.colon2_token = Some(Default::default());
            }
        }
        path.segments.push(syn::PathSegment::from(super::inert::ident("from", expr.method.span())));
        Some(syn::ExprPath { attrs: Vec::new(), qself: None, path })
    }

    // ---- floats ----

    /// A method of a float, on values.
    pub(crate) fn float_method(
        &mut self,
        (receiver, ty): (Expr, Ty),
        name: &str,
        args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        if args.iter().any(|arg| matches!(arg, Value::Never)) {
            return Value::Never;
        }
        if let Some(rule) = method(name, args.len() + 1) {
            let integer = name == "powi";
            let mut operands = vec![receiver];
            let mut result = ty.clone();
            for arg in args {
                let want = if integer { Ty::Int(Some("i32".into())) } else { ty.clone() };
                let (atom, arg_ty) = self.scalar(arg, Some(&want), span);
                if !integer {
                    result = self.unify(result, arg_ty);
                }
                operands.push(atom);
            }
            return Value::Atom(
                self.temp(rule.name, result.clone(), Expr::Rule(rule, operands), span),
                result,
            );
        }
        if name == "sin_cos" && args.is_empty() {
            let parts = ["sin", "cos"].map(|name| {
                let rule = method(name, 1).expect("a rule of the table");
                let atom = self.temp(name, ty.clone(), Expr::Rule(rule, vec![receiver.clone()]), span);
                Value::Atom(atom, ty.clone())
            });
            return Value::Tuple(parts.into());
        }
        match name {
            "clone" | "to_owned" | "borrow" | "as_ref" => return Value::Atom(receiver, ty),
            "into" => match want {
                Some(to @ Ty::Float(_)) => {
                    let target: syn::Type = match to {
                        Ty::Float(crate::ir::Float::F64) => syn::parse_quote!(f64),
                        Ty::Float(crate::ir::Float::F32) => syn::parse_quote!(f32),
                        _ => return Value::Atom(receiver, ty),
                    };
                    let cast = Expr::Cast(Box::new(receiver), Box::new(target));
                    return Value::Atom(self.temp("into", to.clone(), cast, span), to.clone());
                }
                _ => {
                    return self.refuse_at(span, "into what this is converted is not known here: write `f64::from(…)`, or the name of the type, instead of `into`");
                }
            },
            _ => {}
        }
        let key = is_float_predicate(name) || is_float_key(name);
        if key || matches!(receiver, Expr::Lit(_)) && args.iter().all(|arg| !self.ty_of(arg).may_be_active())
        {
            let bits = match &ty {
                Ty::Float(Float::F32) => Ty::Int(Some("u32".into())),
                Ty::Float(Float::F64) => Ty::Int(Some("u64".into())),
                _ => Ty::Int(None),
            };
            let values = std::iter::once(Value::Atom(receiver, ty)).chain(args);
            let Some(parts) = self.codes(values, span) else { return Value::Poison };
            let name_ident = super::inert::ident(name, span);
            let inert = combine(&parts, |parts| {
                let (receiver, args) = parts.split_first().expect("a receiver");
                quote!((#receiver).#name_ident(#(#args),*))
            });
            if is_float_predicate(name) {
                return Value::Atom(self.temp(name, Ty::bool(), Expr::Inert(inert), span), Ty::bool());
            }
            if name == "to_bits" {
                return Value::Atom(self.temp(name, bits.clone(), Expr::Inert(inert), span), bits);
            }
            return Value::Code(inert, Ty::Inert);
        }
        // An extension of the user's.
        let Some(args) = self.handed(args, span) else { return Value::Poison };
        let handed: Vec<Arg> = std::iter::once(Arg::RefValue(receiver)).chain(args).collect();
        if super::stdlib::is_foreign_float_method(name) {
            return self.refuse_at(span, format!("`{name}` has no derivative"));
        }
        let ident = super::inert::ident(name, span);
        self.call(Callee::Method(ident, None), handed, want, String::from("v"), name, span)
    }

    // ---- integers ----

    fn integer_method(
        &mut self,
        value: Value,
        ty: Ty,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let args = self.args(&expr.args);
        let Some(parts) = self.codes(std::iter::once(value).chain(args), span) else { return Value::Poison };
        let (ident, turbofish) = (&expr.method, &expr.turbofish);
        let mut inert = combine(&parts, |parts| {
            let (receiver, args) = parts.split_first().expect("a receiver");
            quote!((#receiver).#ident #turbofish(#(#args),*))
        });
        inert.pure &= is_pure_method(name);
        let result = match integer_method(name) {
            Returns::Same => ty,
            Returns::Bool => Ty::bool(),
            Returns::Other => match (name, want) {
                (
                    "count_ones" | "count_zeros" | "leading_zeros" | "trailing_zeros" | "ilog2" | "ilog10"
                    | "ilog",
                    _,
                ) => Ty::Int(Some("u32".into())),
                (_, Some(want)) => want.clone(),
                _ => Ty::Unknown,
            },
        };
        if result.is_scalar() {
            return Value::Atom(self.temp(name, result.clone(), Expr::Inert(inert), span), result);
        }
        Value::Code(inert, if matches!(result, Ty::Unknown) { Ty::Unknown } else { result })
    }

    // ---- everything else ----

    fn other_method(
        &mut self,
        receiver: Value,
        value: Value,
        ty: Ty,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let constant = matches!(&value, Value::Path(path) if self.is_untyped_constant(path));
        let unknown = matches!(ty, Ty::Unknown);
        // An array has such methods as well.
        let any = constant || !matches!(value, Value::Path(_) | Value::Init(..));
        if unknown && any && is_float_only(name, expr.args.len() + 1) {
            // Constants of unknown type with a method of floats are floats.
            let any = want.cloned().filter(Ty::is_float).unwrap_or_else(super::arith::any_float);
            let receiver = self.scalar(value, Some(&any), span);
            let args = self.args(&expr.args);
            return self.float_method(receiver, name, args, want, span);
        }
        let gives_float = want.is_some_and(Ty::is_float) && method(name, expr.args.len() + 1).is_some();
        if unknown && gives_float && matches!(value, Value::Code(..)) {
            let receiver = self.scalar(value, want, span);
            let args = self.args(&expr.args);
            return self.float_method(receiver, name, args, want, span);
        }
        if constant && matches!(integer_method(name), Returns::Bool) {
            let args = self.args(&expr.args);
            return self.inactive_method(receiver, args, expr, name, want);
        }
        if let Value::Code(inert, _) = &value {
            // What a predicate says carries no derivative, whatever it is asked about: `(a..b).contains(&x)`.
            let predicate = matches!(integer_method(name), Returns::Bool);
            if predicate || self.is_inactive(&expr.args.to_token_stream()) {
                return self.code_method(inert.clone(), expr, name, want);
            }
            if takes_items(name) {
                if let Some(iter) = self.iterator_of_code(&expr.receiver) {
                    return self.iter_method(iter, expr, name, want);
                }
            }
        }
        let or_else = matches!(name, "unwrap_or" | "unwrap_or_else" | "map_or" | "map_or_else");
        if or_else {
            if let Some((some, value)) = self.option_of_code(&value, span) {
                return self.option_method(some, value, expr, name, want);
            }
        }
        let known = ty.is_sequence() || self.method_in_sight(&ty, expr).is_some();
        if (is_float_predicate(name) || is_comparison(name)) && !known {
            let args = self.args(&expr.args);
            return self.inactive_method(receiver, args, expr, name, want);
        }
        if let (Value::Path(path), "partition_point" | "binary_search_by" | "binary_search_by_key") =
            (&value, name)
        {
            return self.searched(path.clone(), expr, name);
        }
        let keyed = match &ty {
            Ty::Unknown => expr.args.iter().any(is_key),
            Ty::Named(of) => {
                matches!(self.types.unindexed(of), Some(Unindexed::Map))
                    && self.method_in_sight(&ty, expr).is_none()
            }
            _ => false,
        };
        if keyed && !constant && matches!(name, "get" | "get_mut") {
            return self.refuse(
                &expr.receiver,
                "this is looked up by a key, and no derivative is followed into a map: keep its numbers in a `Vec` or a struct, or \
                 mark the parameter or the field that it is in `#[no_diff]` where they are constants",
            );
        }
        if name == "iter" && unknown && self.facts.get(&of_array(&site(expr))).is_some() {
            if let Some(items) = self.iterated(&value, span) {
                return items;
            }
        }
        // Of something that carries no derivative and may be a map as well, code asks for an element.
        let keyed = (matches!(ty, Ty::Inert) || constant) && matches!(name, "get" | "first" | "last");
        // Arrays and matrices out of sight have it as slices do.
        let filled =
            name == "fill" && matches!(ty, Ty::Named(_)) && self.method_in_sight(&ty, expr).is_none();
        let sequence = ty.is_sequence()
            || filled
            || (unknown || matches!(ty, Ty::Inert)) && !keyed
            || matches!(value, Value::Init(..))
            || matches!(&value, Value::Path(path) if matches!(name, "iter" | "into_iter") && self.has_no_indices(path));
        if sequence {
            if let Some(result) = self.sequence_method(&receiver, expr, name, want) {
                return result;
            }
        }
        // A view shows something else than it gives an owned copy of.
        let of_view = matches!(&ty, Ty::Named(name) if number_of(name).is_some());
        if name == "clone" || name == "to_owned" && !of_view {
            return self.cloned(value, span);
        }
        let ty = self.object_ty(&value);
        if let (Value::Path(path), "as_ref" | "deref" | "borrow", true) =
            (&value, name, self.holds_object(&ty))
        {
            return Value::Path(self.to_object(path.clone())).reference(false);
        }
        let called = self.method_in_sight(&ty, expr);
        let foreign = called.is_none() && (unknown || matches!(ty, Ty::Named(_)));
        if foreign && !constant && name == "iter" && expr.args.is_empty() {
            if let Some(items) = self.iterated(&value, span) {
                return items;
            }
        }
        if foreign && !constant {
            let found = self.extent_of(&value, expr).or_else(|| self.parts_of(&value, expr));
            let found = found.or_else(|| self.part_written(&value, expr));
            if let Some(found) = found {
                return found;
            }
        }
        if let (true, Value::Path(path), "iter_mut", true) = (foreign, &value, name, expr.args.is_empty()) {
            self.mark_mutable(path);
            return Value::Iter(Box::new(Iter::Elements { path: path.clone(), access: Access::RefMut }));
        }
        if foreign && !(constant && self.is_inactive(&expr.args.to_token_stream())) {
            if let Some(result) = self.elementwise(&receiver, expr) {
                return result;
            }
        }
        let args = match &called {
            Some(called) => self.args_of(&expr.args, called),
            None => self.args(&expr.args),
        };
        if let Some(called) = called {
            if !called.differentiable {
                let want = Some(&called.result).filter(|ty| !matches!(ty, Ty::Unknown)).or(want);
                return self.inactive_method(receiver, args, expr, name, want);
            }
            let want = Some(&called.result).filter(|ty| !matches!(ty, Ty::Unknown)).or(want);
            return self.method_call(receiver, args, expr, want);
        }
        if (!ty.may_be_active() || constant)
            && args.iter().all(|arg| match arg {
                Value::Code(..) => true,
                Value::Closure(closure) => self.closure_is_inactive(closure),
                arg => !self.ty_of(arg).may_be_active(),
            })
        {
            return self.inactive_method(receiver, args, expr, name, want);
        }
        self.method_call(receiver, args, expr, want)
    }

    /// The signature of a method of the user's own type.
    fn method_in_sight(&self, ty: &Ty, expr: &syn::ExprMethodCall) -> Option<Called> {
        let Ty::Named(name) = ty else { return None };
        let callable = self.types.method(name, &expr.method)?;
        let called = self.types.called(callable, Some(&**name));
        (called.params.len() == expr.args.len() + 1).then_some(called)
    }

    /// A method of inactive code.
    fn code_method(
        &mut self,
        receiver: Inert,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let args = self.args(&expr.args);
        let Some(args) = self.codes(args, expr.span()) else { return Value::Poison };
        let parts: Vec<Inert> = std::iter::once(receiver).chain(args).collect();
        let (ident, turbofish) = (&expr.method, &expr.turbofish);
        let mut inert = combine(&parts, |parts| {
            let (receiver, args) = parts.split_first().expect("a receiver");
            quote!(#receiver.#ident #turbofish(#(#args),*))
        });
        inert.pure &= is_pure_method(name);
        let ty = self.inactive_method_ty(expr, name, want);
        // What a predicate says is bound where it is asked: of active values nothing but its answer may be handed on.
        if matches!(integer_method(name), Returns::Bool) {
            return Value::Atom(self.temp(name, ty.clone(), Expr::Inert(inert), expr.method.span()), ty);
        }
        Value::Code(inert, ty)
    }

    fn inactive_method(
        &mut self,
        receiver: Value,
        args: Vec<Value>,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let writes = !super::stdlib::reads_only(name);
        let receiver = match receiver.peel() {
            Value::Path(path) if writes && self.vars[self.vars.root(&path)].mutable => {
                self.mark_mutable(&path);
                let ident = self.fresh_name("place");
                Some(Inert {
                    code: ident.to_token_stream(),
                    binds: vec![(ident, Expr::WholeMut(path))],
                    pure: false,
                })
            }
            value => self.as_code(value, span),
        };
        let Some(receiver) = receiver else { return Value::Poison };
        let Some(args) = self.codes(args, span) else { return Value::Poison };
        let parts: Vec<Inert> = std::iter::once(receiver).chain(args).collect();
        let (ident, turbofish) = (&expr.method, &expr.turbofish);
        let mut inert = combine(&parts, |parts| {
            let (receiver, args) = parts.split_first().expect("a receiver");
            quote!(#receiver.#ident #turbofish(#(#args),*))
        });
        inert.pure &= is_pure_method(name);
        let ty = self.inactive_method_ty(expr, name, want);
        if ty.is_scalar() && !inert.pure {
            return Value::Atom(self.temp(name, ty.clone(), Expr::Inert(inert), span), ty);
        }
        Value::Code(inert, ty)
    }

    /// A method that has a derivative of its own.
    fn method_call(
        &mut self,
        receiver: Value,
        args: Vec<Value>,
        expr: &syn::ExprMethodCall,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        if args.iter().any(|arg| matches!(arg, Value::Poison)) {
            return Value::Poison;
        }
        if is_collection_method(&expr.method.to_string()) {
            return self.refuse(
                &expr.method,
                format!(
                    "`{}` is a method of a collection that cannot hold active values: use a `Vec` or an array",
                    expr.method
                ),
            );
        }
        // Of a type parameter it is the method of another type, which knows nothing of this one.
        let ty = self.object_ty(&receiver);
        let of_parameter = match &ty {
            Ty::Named(ty) => self.types.bounds_of(ty).is_some() || self.types.scope.is_of_trait(ty),
            _ => false,
        };
        let Some(called) = self.dispatched(&ty, &expr.method) else { return Value::Poison };
        let of_object = called != expr.method;
        let circular = !of_parameter
            && !of_object
            && (expr.method == self.signature.ident || self.types.scope.is_circular_method(&expr.method));
        if circular && !self.may_recur(&expr.method) {
            return Value::Poison;
        }
        if matches!(ty, Ty::Slice(_)) && self.types.scope.has_method(&expr.method) {
            return self.refuse(
                &expr.method,
                format!(
                    "`{}` of a slice has no derivative: make it a function, or write the `impl` for `Vec`s or arrays",
                    expr.method
                ),
            );
        }
        let receiver = match receiver.peel() {
            Value::Path(path) if of_object => Value::Path(self.to_object(path)),
            receiver => receiver,
        };
        let own = match &receiver {
            Value::Path(path) => Some(self.vars.root(path)),
            _ => None,
        };
        let lent = own.is_some_and(|root| args.iter().any(|arg| self.lends(arg, root)));
        let receiver = match receiver {
            Value::Path(path) => {
                // What is declared `mut` may be changed by the method, which takes it by `&mut` then: unless another argument
                // refers to it as well.
                let may_change = !lent && !of_object && self.vars[self.vars.root(&path)].mutable;
                if may_change { Arg::RefMut(path) } else { Arg::Ref(path) }
            }
            // What is cloned or made for the call may be taken by value.
            Value::Init(init, ty @ (Ty::Named(_) | Ty::Unknown))
                if matches!(*init, Init::Copy { how: CopyHow::Clone, .. } | Init::Struct { .. }) =>
            {
                Arg::Move(Path::of(self.temp_place("argument", ty, *init, span)))
            }
            value => match self.arg(value.reference(false), span) {
                Some(arg) => arg,
                None => return Value::Poison,
            },
        };
        let Some(args) = self.handed(args, span) else { return Value::Poison };
        let handed: Vec<Arg> = std::iter::once(receiver).chain(args).collect();
        let name = expr.method.to_string();
        let callee = Callee::Method(called, expr.turbofish.clone());
        self.call(callee, handed, want, site(expr), &name, span)
    }
}

impl Lower<'_> {
    /// Whether a value is a reference to a part of a place, or holds one.
    fn lends(&self, value: &Value, place: Var) -> bool {
        match value {
            Value::Ref { to, .. } => match &**to {
                Value::Path(path) => self.vars.root(path) == place,
                to => self.lends(to, place),
            },
            Value::Tuple(items) => items.iter().any(|item| self.lends(item, place)),
            Value::Maybe { value, .. } => self.lends(value, place),
            _ => false,
        }
    }
}

/// Methods that `Option`s and maps have, and sequences only in another sense, or not of their own.
fn of_options(name: &str) -> bool {
    matches!(
        name,
        "map"
            | "filter"
            | "zip"
            | "copied"
            | "cloned"
            | "unwrap"
            | "expect"
            | "unwrap_or"
            | "get"
            | "first"
            | "last"
            | "flatten"
    )
}

/// The type between `::<` and `>`.
pub(crate) fn turbofish(expr: &syn::ExprMethodCall) -> Option<&syn::Type> {
    expr.turbofish.as_ref().and_then(|args| args.args.first()).and_then(|arg| match arg {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether an argument of `get` is no position, and the receiver a map.
fn is_key(arg: &syn::Expr) -> bool {
    match arg {
        syn::Expr::Reference(_) => true,
        syn::Expr::Lit(lit) => matches!(lit.lit, syn::Lit::Str(_)),
        _ => false,
    }
}

/// Methods that change a map, a queue or a cell.
fn is_collection_method(name: &str) -> bool {
    matches!(
        name,
        "insert"
            | "entry"
            | "push_back"
            | "push_front"
            | "pop_back"
            | "pop_front"
            | "get_or_insert_with"
            | "borrow_mut"
            | "lock"
            | "send"
            | "or_insert"
    )
}

/// What makes a parallel iterator, by the names of `rayon`.
fn runs_in_parallel(name: &str) -> bool {
    name.starts_with("par_") || name == "into_par_iter"
}
