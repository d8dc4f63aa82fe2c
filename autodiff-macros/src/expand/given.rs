//! Functions whose derivatives are given by hand: `partials`, `vjp`, `jvp`, `opaque`, `implicit`, `fixed_point`.
//!
//! Invariant: nothing of the body is looked at. What is given is checked against the signature, and takes the place of all that
//! stands between lowering and the companion.
//!
//! ```text
//! signature ──lower──► Function without a body ──Checks::given──► Given ──companion::given──► TokenStream
//! ```

mod checks;
mod second;

use proc_macro2::TokenStream;
use quote::quote;

use self::checks::Checks;
use super::fallible::Fallible;
use super::{checked, higher};
use crate::diag::Diagnostics;
use crate::emit::companion::Source;
use crate::emit::companion::given::{self, Found};
use crate::emit::fallback;
use crate::ir::{Block, Expr, Function, Inert, Param, Passing, Role, StmtKind};
use crate::lower;
use crate::request::Request;

/// The companion of a function of which a derivative is given. `signature`: with all generics in scope.
pub(super) fn differentiated(
    source: Source<'_>,
    signature: &syn::Signature,
    diag: Diagnostics,
) -> TokenStream {
    let Some(fallible) = Fallible::of(source.signature) else {
        return companion(source, signature, None, diag);
    };
    // What is given is the derivative of the payload, where there is one.
    let (inner, found) = fallible.found(source.signature);
    let whole = syn::Signature { generics: signature.generics.clone(), ..inner.clone() };
    let request = fallible.request(source.request, source.signature);
    let of_payload = Source { request: &request, signature: &inner, ..source };
    fallible.outer(companion(of_payload, &whole, Some(found), diag), source)
}

fn companion(
    source: Source<'_>,
    signature: &syn::Signature,
    found: Option<Found>,
    mut diag: Diagnostics,
) -> TokenStream {
    let function = declared(source.request, signature, &mut diag);
    let name = found.as_ref().map_or(&function.name, |found| &found.name).clone();
    let mut checks = Checks { source, signature, function: &function, found: found.as_ref(), name, diag };
    if source.request.lanes {
        let name = &checks.function.name;
        checks.diag.error(
            name,
            "a derivative by hand takes one tangent at a time: leave `lanes` out of the attribute",
        );
    }
    let given = checks.given();
    let test = checked::test(source, &function, &mut checks.diag);
    let pushed = match &given {
        Some(given) if source.request.order > 1 && checks.diag.is_empty() => checks.pushforward(given),
        _ => None,
    };
    let (given, pushed) = match (given, checks.diag.finish()) {
        (_, Err(errors)) => return fallback::expand(source, &function, &errors),
        (Some(given), Ok(())) => (given, pushed),
        (None, Ok(())) => return TokenStream::new(),
    };
    let users = (!source.hidden).then_some(&function);
    let mut errors = Vec::new();
    let beyond = pushed.map(|pushed| higher::derivatives(source, &function, pushed, users, &mut errors));
    let mut diag = Diagnostics::new();
    errors.into_iter().for_each(|error| diag.error_at(error.span, error.message));
    if let Err(errors) = diag.finish() {
        return fallback::expand(source, &function, &errors);
    }
    let first = given::companion(source, &function, &given, found);
    match beyond.transpose() {
        Ok(beyond) => quote!(#first #beyond #test),
        Err(violation) => fallback::expand(source, &function, &violation.into_error(&function.name)),
    }
}

/// What an attribute on more than a function cannot say.
pub(super) fn belongs_on_a_function(request: &Request, diag: &mut Diagnostics) {
    for given in &request.given {
        let key = &given.key;
        diag.error(key, format!("`{key}` is about one function: write it in the attribute of that function"));
    }
}

/// The function as its signature says it. It may write to whatever it is lent mutably.
fn declared(request: &Request, signature: &syn::Signature, diag: &mut Diagnostics) -> Function {
    let mut function = lower::function(request, signature, &syn::parse_quote!({ loop {} }), diag);
    function.body = Block::default();
    for at in 0..function.params.len() {
        let Param { var, passing, .. } = function.params[at];
        if passing != Passing::RefMut {
            continue;
        }
        let span = function.params[at].name.span();
        if function.vars[var].role == Role::Value {
            let ty = function.vars[var].ty.clone();
            let last = function.vars.fresh("last".to_string(), ty, Role::Value, span);
            function.params[at].last = Some(Expr::Var(last));
        } else {
            let inert = Inert { code: TokenStream::new(), binds: Vec::new(), pure: false };
            function.body.push(StmtKind::Inert { inert, defs: Vec::new(), writes: vec![var] }, span);
        }
    }
    function
}

#[cfg(test)]
mod tests {
    use crate::expand::expand;

    fn expanded(args: &str, item: &str) -> String {
        let tokens = expand(args.parse().unwrap(), item.parse().unwrap());
        syn::parse2::<syn::File>(tokens.clone()).unwrap_or_else(|e| panic!("{e}: {tokens}"));
        tokens.to_string()
    }

    #[test]
    fn nothing_of_the_body_is_looked_at() {
        let body = "{ #[cfg(a)] m!(x); #[cfg(b)] m!(x); #[cfg(c)] m!(x); #[cfg(d)] m!(x); #[cfg(e)] m!(x); unsafe { q(&x) }? }";
        for args in ["partials(x = 1.0)", "vjp = v", "jvp = j", "opaque", "implicit = r", "fixed_point = g"] {
            let text = expanded(args, &format!("fn f(x: f64) -> f64 {body}"));
            assert!(!text.contains("compile_error") && text.matches("unsafe").count() == 1, "{args}: {text}");
        }
    }

    #[test]
    fn equations_are_called_by_their_derivatives_alone() {
        let method = "fn f(&self, x: f64, #[no_diff] n: usize) -> Vec<f64> { todo!() }";
        let text = expanded("implicit = Self::r", method);
        assert!(
            text.contains("Self :: r_forward (this ,") && text.contains("Self :: r_pushforward (self ,"),
            "{text}"
        );
        let text = expanded("fixed_point = a::g", "fn f(x: &[f64]) -> f64 { todo!() }");
        assert!(
            text.contains("a :: g :: forward (value , x)") && text.contains("= 1.0 - a :: g ::"),
            "{text}"
        );
    }

    #[test]
    fn what_the_derivative_reads_is_kept() {
        let text = expanded(
            "partials(x = k[0])",
            "fn f(x: f64, k: Vec<f64>, #[no_diff] l: Vec<f64>) -> f64 { todo!() }",
        );
        assert!(text.contains("says nothing of `k`"), "{text}");
        let text = expanded(
            "partials(x = k[0])",
            "fn f(x: f64, #[no_diff] k: Vec<f64>, l: Vec<usize>) -> f64 { todo!() }",
        );
        assert!(text.contains("f (x , :: core :: clone :: Clone :: clone (& k) , l)"), "{text}");
    }
}
