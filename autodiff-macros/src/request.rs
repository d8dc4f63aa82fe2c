//! The arguments of `#[differentiate(…)]`, every span kept.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Token, parse_quote};

use crate::diag::Diagnostics;

/// What the user asks for.
#[derive(Clone)]
pub(crate) struct Request {
    /// `wrt(a, b)`: what the gradient is by; parameters or local bindings. `None`: every active parameter, in order.
    pub(crate) wrt: Option<Vec<Ident>>,
    /// `stop(a, b)`: no derivative passes beyond these.
    pub(crate) stop: Vec<Ident>,
    /// `unconnected = "…"`: what a name of `wrt` gives that nothing connects to the result.
    pub(crate) unconnected: Unconnected,
    /// `crate = path`: where the runtime is found.
    pub(crate) runtime: syn::Path,
    /// `companion = name`: the name of the generated struct, where the function's own is taken.
    pub(crate) companion: Option<Ident>,
    /// `associated`: the function is an associated function of a type, though it has no receiver.
    pub(crate) associated: Option<Span>,
    /// `vjp = path`: a function in the shape of `f::vjp` that takes the place of the generated one.
    pub(crate) vjp: Option<syn::Path>,
    /// `jvp = path`: the same for forward mode.
    pub(crate) jvp: Option<syn::Path>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unconnected {
    /// A compile error at the name.
    Error,
    /// The slot is an `Option` that is `None`.
    None,
    /// The slot is zero.
    Zero,
}

const KNOWN: &str = "`wrt(…)`, `stop(…)`, `unconnected = …`, `crate = …`, `companion = …`, `associated`, `vjp = …` or `jvp = …`";

impl Default for Request {
    fn default() -> Request {
        Request {
            wrt: None,
            stop: Vec::new(),
            unconnected: Unconnected::Error,
            runtime: parse_quote!(::autodiff_runtime),
            companion: None,
            associated: None,
            vjp: None,
            jvp: None,
        }
    }
}

impl Request {
    /// Reads the arguments; what is wrong with one of them does not hide what is wrong with the next.
    pub(crate) fn parse(args: TokenStream, diag: &mut Diagnostics) -> Request {
        let mut request = Request::default();
        let mut seen: Vec<String> = Vec::new();
        for arg in split(args) {
            let parser = |input: ParseStream| {
                let key = input.call(Ident::parse_any)?;
                let name = key.to_string();
                if seen.contains(&name) {
                    return Err(syn::Error::new(key.span(), format!("`{name}` is given twice")));
                }
                seen.push(name);
                request.set(&key, input)
            };
            if let Err(error) = parser.parse2(arg) {
                diag.push(error);
            }
        }
        request
    }

    fn set(&mut self, key: &Ident, input: ParseStream) -> syn::Result<()> {
        match key.to_string().as_str() {
            "wrt" => {
                let names = names(key, input)?;
                if names.is_empty() {
                    return Err(syn::Error::new(key.span(), "`wrt()` names nothing to differentiate by"));
                }
                if let Some((_, again)) = (1..names.len())
                    .flat_map(|i| (0..i).map(move |j| (j, i)))
                    .find(|&(j, i)| names[j] == names[i])
                {
                    return Err(syn::Error::new(
                        names[again].span(),
                        format!("`{}` is named twice", names[again]),
                    ));
                }
                self.wrt = Some(names);
            }
            "stop" => self.stop = names(key, input)?,
            "unconnected" => {
                input.parse::<Token![=]>()?;
                let text: syn::LitStr = input.parse()?;
                self.unconnected = match text.value().as_str() {
                    "none" => Unconnected::None,
                    "zero" => Unconnected::Zero,
                    "error" => Unconnected::Error,
                    other => {
                        let message =
                            format!("unknown value `{other}`: write `\"none\"`, `\"zero\"` or `\"error\"`");
                        return Err(syn::Error::new(text.span(), message));
                    }
                };
            }
            "crate" => self.runtime = path(input)?,
            "companion" => {
                input.parse::<Token![=]>()?;
                self.companion = Some(input.parse()?);
            }
            "associated" => self.associated = Some(key.span()),
            "vjp" => self.vjp = Some(path(input)?),
            "jvp" => self.jvp = Some(path(input)?),
            other => {
                return Err(syn::Error::new(
                    key.span(),
                    format!("unknown argument `{other}`: expected {KNOWN}"),
                ));
            }
        }
        if input.is_empty() {
            Ok(())
        } else {
            Err(input.error("unexpected token: arguments are separated by commas"))
        }
    }
}

/// The arguments between the commas at top level.
fn split(args: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in args {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            _ => parts.last_mut().expect("starts with one part").extend([token]),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn names(key: &Ident, input: ParseStream) -> syn::Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(key.span(), format!("expected names in parentheses: `{key}(a, b)`")));
    }
    let content;
    syn::parenthesized!(content in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, Ident::parse_any)?;
    Ok(names.into_iter().collect())
}

/// `= path` or `= "path"`.
fn path(input: ParseStream) -> syn::Result<syn::Path> {
    input.parse::<Token![=]>()?;
    if input.peek(syn::LitStr) {
        input.parse::<syn::LitStr>()?.parse_with(syn::Path::parse_mod_style)
    } else {
        input.call(syn::Path::parse_mod_style)
    }
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};

    use super::*;

    fn errors(args: TokenStream) -> Vec<String> {
        let mut diag = Diagnostics::new();
        Request::parse(args, &mut diag);
        diag.into_error().into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn reads_every_argument() {
        let mut diag = Diagnostics::new();
        let args = quote!(
            wrt(a, self),
            stop(c),
            unconnected = "zero",
            crate = crate::ad,
            companion = f_ad,
            associated,
            vjp = my::f_vjp,
            jvp = f_jvp,
        );
        let request = Request::parse(args, &mut diag);
        diag.finish().unwrap();
        let wrt: Vec<String> = request.wrt.unwrap().iter().map(Ident::to_string).collect();
        assert_eq!(wrt, ["a", "self"]);
        assert_eq!(request.stop[0], "c");
        assert_eq!(request.unconnected, Unconnected::Zero);
        assert_eq!(request.runtime.to_token_stream().to_string(), "crate :: ad");
        assert_eq!(request.companion.unwrap(), "f_ad");
        assert!(request.associated.is_some());
        assert_eq!(request.vjp.unwrap().to_token_stream().to_string(), "my :: f_vjp");
        assert!(request.jvp.is_some());
    }

    #[test]
    fn reports_every_mistake() {
        assert_eq!(
            errors(quote!(wrt, unconnected = "maybe", with_respect_to(x), stop(a), stop(b), wrt2 = 3)),
            [
                "expected names in parentheses: `wrt(a, b)`",
                "unknown value `maybe`: write `\"none\"`, `\"zero\"` or `\"error\"`",
                &format!("unknown argument `with_respect_to`: expected {KNOWN}"),
                "`stop` is given twice",
                &format!("unknown argument `wrt2`: expected {KNOWN}"),
            ]
        );
        assert_eq!(errors(quote!(wrt(a, a))), ["`a` is named twice"]);
        assert_eq!(errors(quote!(wrt())), ["`wrt()` names nothing to differentiate by"]);
        assert_eq!(errors(quote!(associated = 3)), ["unexpected token: arguments are separated by commas"]);
    }
}
