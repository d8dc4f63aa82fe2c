//! Calls of functions, closures and methods.

use proc_macro2::Ident;
use quote::ToTokens;

use super::expr::bool_term;
use super::{Infer, Later};
use crate::lower::words;
use crate::lower::{
    Extent, extent, gives_parts, gives_parts_mut, is_constructor, is_elementwise, is_iterator_chain,
    kept_closure, key, number_of, site,
};
use crate::typing::scope::Called;
use crate::typing::term::Term;
use crate::typing::{library, owner_path, path_type};

impl Infer<'_> {
    // ---- closures ----

    /// A closure; `expected`: what its user hands to it and wants of it.
    pub(super) fn closure(&mut self, closure: &syn::ExprClosure, expected: Option<&Term>) -> Term {
        let kept = kept_closure(closure, self.nodes);
        let syn::Expr::Closure(closure) = &*kept else { return self.table.fresh() };
        let params: Vec<Term> = closure.inputs.iter().map(|_| self.table.fresh()).collect();
        let result = match &closure.output {
            syn::ReturnType::Type(_, ty) => self.written(ty),
            syn::ReturnType::Default => self.table.fresh(),
        };
        let term = Term::Function(params.clone(), Box::new(result.clone()));
        if let Some(expected) = expected {
            self.table.unify(expected, &term);
        }
        self.returns.push(result.clone());
        let breaks = std::mem::take(&mut self.breaks);
        let value = self.scoped(|infer| {
            for (pat, param) in closure.inputs.iter().zip(&params) {
                infer.pattern(pat, param);
            }
            infer.expr(&closure.body)
        });
        self.breaks = breaks;
        self.returns.pop();
        self.table.unify(&result, &value);
        self.note(closure, &result);
        term
    }

    /// An argument where something is expected.
    fn argument(&mut self, arg: &syn::Expr, expected: &Term) {
        let given = match arg {
            syn::Expr::Closure(closure) => self.closure(closure, Some(expected)),
            arg => self.expr(arg),
        };
        self.table.unify(expected, &given);
    }

    // ---- functions ----

    pub(super) fn name(&mut self, path: &syn::ExprPath) -> Term {
        if let Some(term) = path.path.get_ident().and_then(|name| self.lookup(name)) {
            return term;
        }
        if path.path.is_ident("None") {
            return Term::Option(Box::new(self.table.fresh()));
        }
        if let Some(callable) = self.types.callable(&path.path) {
            let called = self.types.called(callable, None);
            return self.function(&called);
        }
        if let Some((ty, _)) = self.types.constant(&path.path) {
            return self.table.of(&ty);
        }
        if let Some(variant) = self.types.variant(&path.path, None) {
            if self.owner(&path.path).is_none() {
                return self.made(Some(&variant), &path.path);
            }
        }
        match self.owner(&path.path) {
            Some(float @ Term::Float(_)) => match crate::rules::path_function(&last(&path.path), 1) {
                // `f64::sqrt` in the place of a closure; `f64::EPSILON`.
                Some(_) => Term::Function(vec![float.clone()], Box::new(float)),
                None => float,
            },
            Some(owner) => owner,
            None => self.table.fresh(),
        }
    }

    /// The float or integer type before the last segment of a path.
    fn owner(&mut self, path: &syn::Path) -> Option<Term> {
        let at = path.segments.len().checked_sub(2)?;
        let owner = &path.segments[at].ident;
        let ty = self.types.ty(&syn::parse_quote!(#owner));
        ty.is_scalar().then(|| self.table.of(&ty))
    }

    /// A function of the environment as a term of its own: what is unknown of it is so anew at each call.
    fn function(&mut self, called: &Called) -> Term {
        let params = called.params.iter().map(|(_, ty, _)| self.table.of(ty)).collect();
        Term::Function(params, Box::new(self.table.of(&called.result)))
    }

    pub(super) fn call(&mut self, call: &syn::ExprCall) -> Term {
        let syn::Expr::Path(path) = &*call.func else {
            let function = self.expr(&call.func);
            return self.applied(&function, &call.args);
        };
        let local = path.path.get_ident().is_some_and(|name| self.lookup(name).is_some());
        if local || self.types.callable(&path.path).is_some() {
            let function = self.name(path);
            return self.applied(&function, &call.args);
        }
        if let Some(plain) = words::kept_call(call, self.nodes) {
            return self.expr(&plain);
        }
        let name = last(&path.path);
        let args = &call.args;
        match (name.as_str(), args.len()) {
            ("Some" | "Ok", 1) => return Term::Option(Box::new(self.expr(&args[0]))),
            ("Err", 1) => {
                self.expr(&args[0]);
                return Term::Option(Box::new(self.table.fresh()));
            }
            ("stop_gradient" | "black_box" | "identity", 1) | ("on_adjoint", 2) => {
                return self.expr(&args[0]);
            }
            // A `Box` has the parts of what it holds.
            ("new", 1) if is_pointer_of(&path.path) => {
                let held = self.expr(&args[0]);
                if !self.table.is_free(&held) {
                    return held;
                }
                let result = self.table.fresh();
                self.wait(Later::Boxed { held, result: result.clone() });
                return result;
            }
            ("from", 1) if is_pointer_of(&path.path) => {
                let given = self.expr(&args[0]);
                return Term::Slice(Box::new(self.item(&given)));
            }
            ("clone", 1) if is_pointer_of(&path.path) => return self.expr(&args[0]),
            ("new", 0) if owned_by(&path.path, "Vec") => return Term::Vec(Box::new(self.table.fresh())),
            ("with_capacity", 1) if owned_by(&path.path, "Vec") => {
                self.expr(&args[0]);
                return Term::Vec(Box::new(self.table.fresh()));
            }
            ("from", 1) if owned_by(&path.path, "Vec") => {
                let given = self.expr(&args[0]);
                return Term::Vec(Box::new(self.item(&given)));
            }
            ("swap" | "replace", 2) if is_memory(&path.path, &args[0]) => {
                let (a, b) = (self.expr(&args[0]), self.expr(&args[1]));
                self.table.unify(&a, &b);
                return if name == "swap" { Term::Tuple(Vec::new()) } else { a };
            }
            ("take", 1) if is_memory(&path.path, &args[0]) => return self.expr(&args[0]),
            ("from_fn", 1) => {
                let (index, element) = (Term::Int(Some("usize".into())), self.table.fresh());
                self.argument(&args[0], &Term::Function(vec![index], Box::new(element.clone())));
                // Its length is what its use says.
                let array = self.table.fresh();
                self.wait(Later::Item { of: array.clone(), item: element });
                return array;
            }
            _ => {}
        }
        if let Some(integer @ Term::Int(_)) = self.owner(&path.path) {
            args.iter().for_each(|arg| _ = self.expr(arg));
            return match name.as_str() {
                "try_from" => Term::Option(Box::new(integer)),
                "from" => integer,
                _ => self.table.fresh(),
            };
        }
        if let Some(float @ Term::Float(_)) = self.owner(&path.path) {
            if crate::rules::path_function(&name, args.len()).is_some() {
                for (at, arg) in args.iter().enumerate() {
                    let given = self.expr(arg);
                    if name != "powi" || at == 0 {
                        self.table.unify(&float, &given);
                    }
                }
                return float;
            }
            let given: Vec<Term> = args.iter().map(|arg| self.expr(arg)).collect();
            if let (true, [given]) = (crate::standard::is_from_primitive(&name), &given[..]) {
                match name.as_str() {
                    "from_f64" => self.table.unify(given, &Term::Float(crate::ir::Float::F64)),
                    "from_f32" => self.table.unify(given, &Term::Float(crate::ir::Float::F32)),
                    _ => {}
                }
                return Term::Option(Box::new(float));
            }
            // `f64::from(n)`, and the constants of `num_traits`: `T::zero()`, `T::infinity()`.
            return if name == "from" || args.is_empty() { float } else { self.table.fresh() };
        }
        let given: Vec<Term> = args.iter().map(|arg| self.expr(arg)).collect();
        if crate::ir::is_derivative(&path.path) {
            return self.derivative(&path.path, &given);
        }
        let variant = self.types.variant(&path.path, None);
        if variant.is_some() || self.types.constructs_struct(&path.path) {
            let at = |at: usize| syn::Member::Unnamed(syn::Index::from(at));
            let values = given.into_iter().enumerate().map(|(index, value)| (at(index), value)).collect();
            return self.construction(variant, &path.path, values);
        }
        // A derived `Default` is in no `impl`.
        match owner_path(&path.path) {
            Some(owner) if name == "default" && args.is_empty() && self.types.constructs_struct(&owner) => {
                self.written(&path_type(owner))
            }
            // A function in capitals gives a number in each place where it does in one; a constructor, the same struct.
            _ if is_constructor(&path.path) => {
                let name = path.path.to_token_stream().to_string();
                if let Some((_, result)) = self.capitals.iter().find(|(other, _)| *other == name) {
                    return result.clone();
                }
                let result = self.result();
                self.capitals.push((name, result.clone()));
                result
            }
            _ => self.result(),
        }
    }

    /// What a function gives that is not in sight.
    fn result(&mut self) -> Term {
        let result = self.table.fresh();
        self.results.push(result.clone());
        result
    }

    fn applied(
        &mut self,
        function: &Term,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Term {
        match self.table.head(function) {
            // A method by its path has its receiver as first argument.
            Term::Function(params, result) if params.len() == args.len() => {
                for (arg, param) in args.iter().zip(&params) {
                    self.argument(arg, param);
                }
                *result
            }
            _ => {
                let params: Vec<Term> = args.iter().map(|arg| self.expr(arg)).collect();
                let result = self.table.fresh();
                self.table.unify(function, &Term::Function(params, Box::new(result.clone())));
                result
            }
        }
    }

    // ---- methods ----

    /// The payload of what is used as an `Option` or a `Result`, where nothing says yet what it is.
    pub(super) fn may_fail(&mut self, tried: &Term) -> Option<Term> {
        self.table.is_free(tried).then(|| {
            let payload = self.table.fresh();
            self.table.unify(&Term::Option(Box::new(payload.clone())), tried);
            payload
        })
    }

    /// What a method is called on that may be another in disguise.
    pub(super) fn called_on(&mut self, receiver: &Term) -> Option<words::Receiver> {
        match self.behind(self.table.head(receiver)) {
            Term::Iter(_) => Some(words::Receiver::Iterator),
            Term::Array(..) | Term::Slice(_) | Term::Vec(_) => Some(words::Receiver::Sequence),
            _ => None,
        }
    }

    pub(super) fn method(&mut self, call: &syn::ExprMethodCall) -> Term {
        let receiver = self.expr(&call.receiver);
        let name = call.method.to_string();
        if library::of_options(&name) {
            self.may_fail(&receiver);
        }
        let plain = match self.called_on(&receiver) {
            Some(on) => words::kept(call, on, self.nodes),
            None => self.nodes.kept(call),
        };
        if let Some(plain) = plain {
            return self.expr(&plain);
        }
        if self.table.is_free(&receiver) {
            self.unworded.push((receiver.clone(), call.clone(), key(call)));
        }
        let written = crate::lower::turbofish(call).map(|ty| self.written(ty));
        match (name.as_str(), call.args.len()) {
            ("sum" | "product", 0) => {
                let item = self.item(&receiver);
                let result = written.unwrap_or_else(|| self.table.fresh());
                self.wait(Later::Sum { item, result: result.clone() });
                return result;
            }
            ("as_deref" | "as_deref_mut", 0) => {
                if let Term::Option(held) = self.table.head(&receiver) {
                    let held = self.table.head(&held);
                    return Term::Option(Box::new(self.behind(held)));
                }
            }
            ("flatten", 0) if matches!(self.table.head(&receiver), Term::Iter(_)) => {
                let inner = self.item(&receiver);
                return Term::Iter(Box::new(self.item(&inner)));
            }
            ("collect", 0) => {
                let item = self.item(&receiver);
                let result = written.unwrap_or_else(|| self.table.fresh());
                let collected = self.item(&result);
                self.table.unify(&item, &collected);
                return result;
            }
            _ => {}
        }
        // What a closure is handed is known before it is looked into, where the receiver is.
        let ranges: Vec<bool> = call.args.iter().map(is_range).collect();
        let signature = self.signature(&call.method, &receiver, &ranges);
        if let Some((params, result)) = signature {
            for (arg, param) in call.args.iter().zip(&params) {
                self.argument(arg, param);
            }
            return result;
        }
        let foreign = matches!(self.table.head(&receiver), Term::Named(_));
        if foreign && extent(&name) == Some(Extent::Count) {
            call.args.iter().for_each(|arg| _ = self.expr(arg));
            return Term::Int(Some("usize".into()));
        }
        let parts = gives_parts(&name, call.args.len()) || gives_parts_mut(&name, call.args.len());
        if (foreign || self.table.is_free(&receiver)) && parts {
            call.args.iter().for_each(|arg| _ = self.expr(arg));
            return Term::Iter(Box::new(self.table.fresh()));
        }
        if name == "iter" && call.args.is_empty() {
            self.iterated.push((site(call), receiver.clone()));
        }
        let args = match self.elements(&name, &receiver, call) {
            Some(args) => args,
            None => call.args.iter().map(|arg| self.expr(arg)).collect(),
        };
        let result = self.result();
        let (name, result_term) = (call.method.clone(), result.clone());
        self.wait(Later::Method { name, receiver, args, result: result_term });
        result
    }

    /// The arguments of a method that hands its elements to a closure, of what is not in sight.
    fn elements(&mut self, name: &str, receiver: &Term, call: &syn::ExprMethodCall) -> Option<Vec<Term>> {
        let closure = match call.args.last()? {
            syn::Expr::Closure(closure) if is_elementwise(name, call.args.len()) => closure,
            _ => return None,
        };
        let element = match self.table.head(receiver) {
            Term::Named(of) => match number_of(&of) {
                Some(number) => self.written(number),
                None => self.table.float(),
            },
            // An `Option`, perhaps.
            _ if name == "map" => return None,
            // The items of an iterator may be anything.
            term if self.table.is_free(&term) && is_iterator_chain(&call.receiver) => self.table.fresh(),
            term if self.table.is_free(&term) => self.table.float(),
            _ => return None,
        };
        let mut args: Vec<Term> =
            call.args.iter().take(call.args.len() - 1).map(|arg| self.expr(arg)).collect();
        let mut params = vec![element.clone(); closure.inputs.len()];
        if let (true, Some(first)) = (name == "fold", args.first()) {
            params[0] = first.clone();
        }
        let expected = Term::Function(params, Box::new(self.table.fresh()));
        args.push(self.closure(closure, Some(&expected)));
        Some(args)
    }

    pub(super) fn conclude_method(
        &mut self,
        name: &Ident,
        receiver: &Term,
        args: &[Term],
        result: &Term,
    ) -> bool {
        let ranges: Vec<bool> =
            args.iter().map(|arg| matches!(self.table.head(arg), Term::Iter(_))).collect();
        match self.signature(name, receiver, &ranges) {
            Some((params, given)) => {
                for (param, arg) in params.iter().zip(args) {
                    self.table.unify(param, arg);
                }
                self.table.unify(&given, result);
                true
            }
            // What is an `Option` behind `map` was one before: arrays and iterators stay what they are.
            None if self.table.is_free(receiver)
                && ["map", "filter", "and_then", "or_else"].iter().any(|of| name == of)
                && matches!(self.table.head(result), Term::Option(_)) =>
            {
                self.may_fail(receiver);
                self.conclude_method(name, receiver, args, result)
            }
            None => !self.table.is_free(receiver),
        }
    }

    /// The arguments and the result of a method of what the receiver is known to be; `ranges`: which arguments are ranges.
    fn signature(&mut self, name: &Ident, receiver: &Term, ranges: &[bool]) -> Option<(Vec<Term>, Term)> {
        let arity = ranges.len();
        let head = self.table.head(receiver);
        let head = match self.behind(head.clone()) {
            held @ (Term::Vec(_) | Term::Slice(_) | Term::Array(..) | Term::Float(_) | Term::Int(_))
                if name != "clone" =>
            {
                held
            }
            _ => head,
        };
        if let Term::Named(of) = &head {
            // A derived `Clone` is in no `impl`.
            if self.types.method(of, name).is_none() && name == "clone" && arity == 0 {
                return Some((Vec::new(), head));
            }
            let called = self.types.called(self.types.method(of, name)?, Some(&**of));
            let params = called.params.get(called.params.len().checked_sub(arity)?..)?;
            let params = params.iter().map(|(_, ty, _)| self.table.of(ty)).collect();
            return Some((params, self.table.of(&called.result)));
        }
        let name = name.to_string();
        if self.table.is_float(&head) && crate::rules::method(&name, arity + 1).is_some() {
            let integer = name == "powi";
            let param = if integer { Term::Int(Some("i32".into())) } else { head.clone() };
            return Some((vec![param; arity], head));
        }
        let rows = library::rows(&name).filter(|(_, params, _)| {
            let fits = |(param, range): (&&str, &bool)| match *param {
                library::RANGE => *range,
                "usize" => !*range,
                _ => true,
            };
            params.len() == arity && params.iter().zip(ranges).all(fits)
        });
        for (of, params, result) in rows {
            let mut row = Row { receiver: head.clone(), names: Vec::new() };
            let of: syn::Type = syn::parse_str(of).ok()?;
            if !self.receives(&of, &head, &mut row) {
                continue;
            }
            let mut term = |text: &str| {
                let ty: syn::Type = syn::parse_str(text).ok()?;
                Some(self.row_term(&ty, &mut row))
            };
            let params = params.iter().map(|text| term(text)).collect::<Option<Vec<_>>>()?;
            let result = term(result)?;
            return Some((params, result));
        }
        None
    }

    /// Whether the receiver of a row is what the receiver of the call is.
    fn receives(&mut self, of: &syn::Type, head: &Term, row: &mut Row) -> bool {
        let syn::Type::Path(path) = of else { return false };
        let kind = last(&path.path);
        let part = match (kind.as_str(), head) {
            ("Float", _) => return self.table.is_float(head),
            ("Int", _) => return self.table.is_int(head),
            ("Inert", _) => return matches!(head, Term::Inert),
            ("Seq", Term::Array(t, _) | Term::Slice(t) | Term::Vec(t))
            | ("Iter", Term::Iter(t))
            | ("Option", Term::Option(t)) => (**t).clone(),
            _ => return false,
        };
        row.names.push(("T".into(), part));
        true
    }

    /// A type of a row, with what its letters stand for in this call.
    fn row_term(&mut self, ty: &syn::Type, row: &mut Row) -> Term {
        match ty {
            syn::Type::Tuple(tuple) => {
                Term::Tuple(tuple.elems.iter().map(|elem| self.row_term(elem, row)).collect())
            }
            syn::Type::Slice(slice) => Term::Slice(Box::new(self.row_term(&slice.elem, row))),
            syn::Type::Array(array) => {
                let len = match &row.receiver {
                    Term::Array(_, len) => len.clone(),
                    _ => None,
                };
                Term::Array(Box::new(self.row_term(&array.elem, row)), len)
            }
            syn::Type::FnPtr(function) => {
                let params = function.inputs.iter().map(|input| self.row_term(&input.ty, row)).collect();
                let result = match &function.output {
                    syn::ReturnType::Type(_, ty) => self.row_term(ty, row),
                    syn::ReturnType::Default => Term::Tuple(Vec::new()),
                };
                Term::Function(params, Box::new(result))
            }
            syn::Type::Path(path) => {
                let name = last(&path.path);
                let argument = path.path.segments.last().map(crate::lower::arguments).unwrap_or_default();
                let inner = argument.first().map(|ty| Box::new(self.row_term(ty, row)));
                match (name.as_str(), inner) {
                    ("Same", _) => row.receiver.clone(),
                    ("Vec", Some(inner)) => Term::Vec(inner),
                    ("Iter" | "Seq", Some(inner)) => Term::Iter(inner),
                    ("Option", Some(inner)) => Term::Option(inner),
                    ("str", _) => Term::Inert,
                    ("bool", _) => bool_term(),
                    ("usize" | "u32" | "u8" | "char", _) => Term::Int(Some(name)),
                    _ => match row.names.iter().find(|(letter, _)| *letter == name) {
                        Some((_, term)) => term.clone(),
                        None => {
                            let term = self.table.fresh();
                            row.names.push((name, term.clone()));
                            term
                        }
                    },
                }
            }
            _ => self.table.fresh(),
        }
    }
}

/// Whether an index or an argument is a range where it stands.
pub(crate) fn is_range(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(paren) => is_range(&paren.expr),
        expr => matches!(expr, syn::Expr::Range(_)),
    }
}

/// What the letters of a row stand for in one call.
struct Row {
    receiver: Term,
    names: Vec<(String, Term)>,
}

fn last(path: &syn::Path) -> String {
    path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

/// Whether the segment before the last has this name.
fn owned_by(path: &syn::Path, owner: &str) -> bool {
    path.segments.len() >= 2 && path.segments[path.segments.len() - 2].ident == owner
}

/// Whether a function is one of a `Box` or the like.
fn is_pointer_of(path: &syn::Path) -> bool {
    path.segments
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|owner| crate::standard::is_pointer(&owner.ident.to_string()))
}

/// Whether a function is that of `core::mem` of its name: by a path, or by what it is handed.
fn is_memory(path: &syn::Path, first: &syn::Expr) -> bool {
    let lent = matches!(first, syn::Expr::Reference(reference) if reference.mutability.is_some());
    owned_by(path, "mem") || path.segments.len() == 1 && lent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read() {
        for (_, of, params, result) in library::METHODS {
            for text in params.iter().chain([of, result]) {
                assert!(syn::parse_str::<syn::Type>(text).is_ok(), "{text}");
            }
        }
    }
}
