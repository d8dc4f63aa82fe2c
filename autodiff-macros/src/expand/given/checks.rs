//! What is given against the signature: every mistake at its place.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::diag::{Diagnostics, source as text};
use crate::emit::companion::given::{Found, Given, mention};
use crate::emit::companion::{Site, Source};
use crate::emit::known::has_lifetime;
use crate::emit::types::is_of_numbers;
use crate::ir::{Float, Function, Passing, Ty, owner};
use crate::request::{By, Request, Unconnected};

/// The checks of one function.
pub(super) struct Checks<'a> {
    pub(super) source: Source<'a>,
    pub(super) signature: &'a syn::Signature,
    pub(super) function: &'a Function,
    /// The function may have no result.
    pub(super) found: Option<&'a Found>,
    pub(super) name: Ident,
    pub(super) diag: Diagnostics,
}

impl Checks<'_> {
    /// What is given, where nothing speaks against it.
    pub(super) fn given(&mut self) -> Option<Given> {
        let request = self.source.request;
        let [first, others @ ..] = &request.given[..] else { return None };
        let mut jvp_beside = None;
        for other in others {
            match (&first.by, &other.by) {
                (By::Vjp(_), By::Jvp(path)) | (By::Jvp(path), By::Vjp(_)) => jvp_beside = Some(path.clone()),
                _ => self.diag.error(
                    &other.key,
                    format!("`{}` gives the derivative already: leave one of the two out", first.key),
                ),
            }
        }
        self.arguments(request);
        let by_paths = matches!(first.by, By::Vjp(_) | By::Jvp(_));
        self.shape(&first.key, by_paths);
        if by_paths && others.is_empty() {
            self.is_not_changed(&first.key);
        }
        self.names(&request.given);
        self.borrows_nothing(&first.by);
        Some(match &first.by {
            By::Partials(list) => {
                self.is_number(&first.key);
                Given::Partials(self.partials(&first.key, list))
            }
            By::Vjp(vjp) => {
                self.is_called_again(&first.key);
                self.is_always_there(&first.key);
                if jvp_beside.is_none() {
                    self.no_generic_float(&first.key, "jvp");
                }
                Given::Paths { vjp: Some(vjp.clone()), jvp: jvp_beside }
            }
            By::Jvp(jvp) => {
                self.is_called_again(&first.key);
                self.is_always_there(&first.key);
                let beside = others.iter().find_map(|other| match &other.by {
                    By::Vjp(vjp) => Some(vjp.clone()),
                    _ => None,
                });
                if beside.is_none() {
                    self.no_generic_float(&first.key, "vjp");
                }
                Given::Paths { vjp: beside, jvp: Some(jvp.clone()) }
            }
            By::Differences => {
                self.is_called_again(&first.key);
                self.is_always_there(&first.key);
                self.no_generic_float(&first.key, "partials");
                self.only_numbers(&first.key);
                Given::Differences
            }
            By::Residual(path) | By::FixedPoint(path) => {
                self.is_solution(&first.key);
                Given::Equation { path: path.clone(), fixed_point: matches!(first.by, By::FixedPoint(_)) }
            }
        })
    }

    /// The pullback owns what it reads of what is handed over by value, and may borrow nothing.
    fn borrows_nothing(&mut self, by: &By) {
        for (param, input) in self.function.params.iter().zip(&self.signature.inputs) {
            let reads = match by {
                By::Partials(list) => list.iter().any(|(_, partial)| {
                    mention(&partial.to_token_stream(), &param.name.to_string()).is_some()
                }),
                By::Vjp(_) | By::Jvp(_) | By::Differences => true,
                By::Residual(_) | By::FixedPoint(_) => !param.no_diff,
            };
            let syn::FnArg::Typed(typed) = input else { continue };
            if param.passing == Passing::Value && reads && has_lifetime(typed.ty.to_token_stream()) {
                let name = &param.name;
                self.diag.error(
                    &typed.ty,
                    format!("the derivative reads `{name}` later, and may not keep what this borrows: take it by reference"),
                );
            }
        }
    }

    /// Other arguments of the attribute that say something about the body.
    fn arguments(&mut self, request: &Request) {
        for name in &request.stop {
            self.diag.error(
                name,
                format!("the derivative is given, and nothing of `{name}` is seen that could be cut: mark the parameter `#[no_diff]`"),
            );
        }
        if let Some(span) = request.explain {
            self.diag.error_at(
                span,
                "the derivative is given, and nothing is made of the function that could be explained: leave `explain` out",
            );
        }
        if request.unconnected != Unconnected::Error {
            let name = &self.name;
            self.diag.error(
                name,
                "the derivative is given, and every parameter taken for connected: leave `unconnected` out",
            );
        }
    }

    /// A function that gives the derivative of a method may not have the name of one that is generated beside the method.
    fn names(&mut self, given: &[crate::request::Given]) {
        if matches!(self.source.site, Site::Companion) {
            return;
        }
        for given in given {
            let (By::Vjp(path) | By::Jvp(path) | By::Residual(path) | By::FixedPoint(path)) = &given.by
            else {
                continue;
            };
            let Some(last) = path.segments.last().filter(|_| owner(path).is_some()) else {
                continue;
            };
            let generated =
                ["vjp", "jvp", "grad", "value_and_grad", "value_and_grad_into", "forward", "pushforward"];
            if generated.iter().any(|what| self.source.site.name(&self.name, what) == last.ident) {
                self.diag.error(
                    &last.ident,
                    format!(
                        "`{}` is a function that the derivative of `{}` comes with: give yours another name",
                        last.ident, self.name
                    ),
                );
            }
        }
    }

    /// What every derivative that is given asks of the signature.
    fn shape(&mut self, key: &Ident, by_paths: bool) {
        let function = self.function;
        if function.params.iter().all(|param| !param.active) {
            self.diag.error(key, format!("no parameter of `{}` carries a derivative", self.name));
        }
        let changed = function.params.iter().any(|param| param.active && param.passing == Passing::RefMut);
        let gives = self.payload().may_be_active() || by_paths && changed;
        if !gives {
            self.diag.error(key, format!("the result of `{}` carries no derivative", self.name));
        }
        for (param, input) in function.params.iter().zip(&self.signature.inputs) {
            let name = &param.name;
            if param.passing == Passing::RefMut && param.active && !by_paths {
                self.diag.error(
                    input,
                    format!(
                        "`{name}` is changed, and `{key}` says nothing of what it holds then: return what is changed, mark the \
                         parameter `#[no_diff]`, or give both `vjp` and `jvp`"
                    ),
                );
            }
            if *name == self.name {
                self.diag.error(
                    name,
                    format!("the derivative calls `{name}`, which this parameter hides: give the parameter another name"),
                );
            }
        }
    }

    fn partials(&mut self, key: &Ident, list: &[(Ident, syn::Expr)]) -> Vec<(usize, syn::Expr)> {
        let function = self.function;
        let mut partials: Vec<(usize, syn::Expr)> = Vec::new();
        for (name, partial) in list {
            let code = partial.to_token_stream();
            let hidden = function.params.iter().find(|param| param.name == "value");
            if let (Some(param), Some(_)) = (hidden, mention(&code, "value")) {
                self.diag.error(
                    &param.name,
                    "`value` is the result in `partials(…)`: give the parameter another name",
                );
            }
            match function.params.iter().position(|param| param.name == *name) {
                None => {
                    self.diag.error(
                        name,
                        format!("`{key}` names `{name}`, which is no parameter of `{}`", self.name),
                    );
                }
                Some(at) if function.params[at].no_diff => self.diag.error(
                    name,
                    format!("`{name}` is marked `#[no_diff]`: there is no partial derivative by it"),
                ),
                Some(_) if function.params.iter().all(|param| !param.active) => {}
                Some(at) if !function.params[at].active => {
                    self.diag.error(name, format!("the type of `{name}` carries no derivative"));
                }
                Some(at) if partials.iter().any(|(other, _)| *other == at) => {
                    self.diag.error(name, format!("`{name}` is given twice: write one expression for it"));
                }
                Some(at) => partials.push((at, partial.clone())),
            }
        }
        for (at, (param, input)) in function.params.iter().zip(&self.signature.inputs).enumerate() {
            // What is changed is refused already.
            if !param.active
                || param.passing == Passing::RefMut
                || partials.iter().any(|(given, _)| *given == at)
            {
                continue;
            }
            let name = &param.name;
            if names_itself(input) {
                self.diag.error(
                    name,
                    format!(
                        "`{key}` says nothing of `{name}`: write `{name} = …` in it, over the parameters and `value`, or mark \
                         the parameter `#[no_diff]`"
                    ),
                );
            } else {
                self.diag.error(
                    input,
                    format!("`{key}` cannot name this parameter: give it a name, or mark it `#[no_diff]`"),
                );
            }
        }
        if matches!(self.payload(), Ty::Float(Float::Param(_))) {
            for (at, partial) in &partials {
                let of = &function.params[*at].ty;
                let element = if of.is_sequence() { of.element() } else { of.clone() };
                if !element.is_same_scalar(self.payload()) {
                    self.diag.error(
                        partial,
                        "in a generic function, partial derivatives are by numbers and by sequences of them, of the result's type: \
                         write the function for `f64`",
                    );
                }
            }
        }
        partials
    }

    /// The type of the result: of that which may be there.
    fn payload(&self) -> &Ty {
        match (self.found, &self.function.result_ty) {
            (Some(_), Ty::Tuple(parts)) if !parts.is_empty() => &parts[0],
            (_, ty) => ty,
        }
    }

    /// `vjp` and its like give a number, and not whether it is there.
    fn is_always_there(&mut self, key: &Ident) {
        if self.found.is_some() {
            let name = &self.name;
            self.diag.error(
                key,
                format!("`{name}` may have no result, of which `{key}` says nothing: give `partials` or `implicit`, or return a number that is not finite"),
            );
        }
    }

    /// The result as it is written.
    fn result(&self) -> TokenStream {
        if let Some(found) = self.found {
            return found.payload.to_token_stream();
        }
        match &self.signature.output {
            syn::ReturnType::Default => self.signature.ident.to_token_stream(),
            syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
        }
    }

    fn is_number(&mut self, key: &Ident) {
        let ty = &self.payload().clone();
        if ty.may_be_active() && !ty.is_float() {
            let result = self.result();
            let message = format!(
                "`{key}` is for functions that give a number, not `{}`: write `vjp = path` or `jvp = path`",
                text(&result)
            );
            self.diag.error(result, message);
        }
    }

    fn is_solution(&mut self, key: &Ident) {
        let ty = &self.payload().clone();
        let fits = match ty {
            Ty::Float(_) => true,
            Ty::Array(t, _) | Ty::Vec(t) => t.is_float() && !is_generic(t),
            _ => !ty.may_be_active(),
        };
        if !fits {
            let result = self.result();
            let message = format!(
                "`{key}` is for functions that give a number, an array or a `Vec` of them, not `{}`: give the unknowns in one `Vec<f64>`",
                text(&result)
            );
            self.diag.error(result, message);
        }
    }

    /// Of what is changed one mode does not follow from the other.
    fn is_not_changed(&mut self, key: &Ident) {
        let other = if key == "vjp" { "jvp" } else { "vjp" };
        for (param, input) in self.function.params.iter().zip(&self.signature.inputs) {
            if param.passing == Passing::RefMut && param.active {
                self.diag.error(
                    input,
                    format!("`{}` is changed, so that `{other}` does not follow from `{key}`: give `{other} = path` as well", param.name),
                );
            }
        }
    }

    /// What is called more than once may not change anything.
    fn is_called_again(&mut self, key: &Ident) {
        for (param, input) in self.function.params.iter().zip(&self.signature.inputs) {
            if param.passing == Passing::RefMut && !param.active {
                self.diag.error(
                    input,
                    format!(
                        "a derivative by `{key}` may call the function again, which must not see what it changed: take `{}` by value, or make it inside",
                        param.name
                    ),
                );
            }
        }
    }

    /// Numbers whose type nobody knows cannot be counted.
    fn no_generic_float(&mut self, key: &Ident, instead: &str) {
        let params = self.function.params.iter().filter(|param| param.active).map(|param| &param.ty);
        if params.chain([self.payload()]).any(is_generic) {
            self.diag.error(
                key,
                format!("`{key}` alone does not do for a function that is generic over its numbers: give `{instead}`, or write the function for `f64`"),
            );
        }
    }

    fn only_numbers(&mut self, key: &Ident) {
        let message = |ty: TokenStream, take: &str| {
            format!(
                "`{key}` is for numbers, and arrays, slices, `Vec`s and tuples of them: what moves in `{}` cannot be seen; {take}",
                text(ty)
            )
        };
        for (param, input) in self.function.params.iter().zip(&self.signature.inputs) {
            if param.active && !is_of_numbers(&param.ty) {
                let given = quote!(#input);
                self.diag.error(
                    input,
                    message(given, "take the numbers, give `vjp = path`, or mark the parameter `#[no_diff]`"),
                );
            }
        }
        let ty = &self.payload().clone();
        if ty.may_be_active() && !is_of_numbers(ty) {
            let result = self.result();
            self.diag.error(&result, message(result.clone(), "return the numbers, or give `vjp = path`"));
        }
    }
}

/// Whether a parameter has a name.
pub(super) fn names_itself(input: &syn::FnArg) -> bool {
    match input {
        syn::FnArg::Receiver(_) => true,
        syn::FnArg::Typed(typed) => matches!(&*typed.pat, syn::Pat::Ident(pat) if pat.subpat.is_none()),
    }
}

fn is_generic(ty: &Ty) -> bool {
    match ty {
        Ty::Float(float) => matches!(float, Float::Param(_)),
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => is_generic(t),
        Ty::Tuple(ts) => ts.iter().any(is_generic),
        Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}
