//! The arguments of `#[differentiate(…)]`, every span kept.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::Parser;

use crate::diag::{Diagnostics, source};
use crate::rules::Singular;
use crate::typing::Scope;

/// What the user asks for.
#[derive(Clone)]
pub(crate) struct Request {
    /// `wrt(a, b)`: what the gradient is by; parameters or local bindings. `None`: every active parameter, in order.
    pub(crate) wrt: Option<Vec<Ident>>,
    /// `stop(a, b)`: no derivative passes beyond these.
    pub(crate) stop: Vec<Ident>,
    /// `unconnected = "…"`: what a name of `wrt` gives that nothing connects to the result.
    pub(crate) unconnected: Unconnected,
    /// `singular = "…"`: what the derivative is where that of an elementary function is infinite or undefined.
    pub(crate) singular: Singular,
    /// `order = 2`: up to which derivatives there are.
    pub(crate) order: u32,
    /// `mode = "…"`: which way Jacobians are made.
    pub(crate) mode: Option<(Mode, Span)>,
    /// `lanes`: there is a pushforward for several tangents at once.
    pub(crate) lanes: bool,
    /// `crate = path`: where the runtime is found.
    pub(crate) runtime: syn::Path,
    /// `companion = name`: the name of the generated struct, where the function's own is taken.
    pub(crate) companion: Option<Ident>,
    /// `associated`: the function is an associated function of a type, though it has no receiver.
    pub(crate) associated: Option<Span>,
    /// `of_trait`: the trait of the `impl` is differentiated as well, out of sight.
    pub(crate) of_trait: Option<Span>,
    /// `recursive`: what the function calls calls it in turn, out of sight.
    pub(crate) recursive: bool,
    /// `check`: a test is made of it.
    pub(crate) check: Option<Span>,
    /// `explain`: what is known of it is there to be looked at.
    pub(crate) explain: Option<Span>,
    /// What is given of the derivative, in place of what the body says.
    pub(crate) given: Vec<Given>,
    /// The items around what the attribute stands on.
    pub(crate) scope: Scope,
}

/// A derivative by hand, or a part of one: the argument's name, and what it says.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) key: Ident,
    pub(crate) by: By,
}

#[derive(Clone)]
pub(crate) enum By {
    /// `partials(x = …, y = …)`: the partial derivative by each parameter, over the parameters and `value`.
    Partials(Vec<(Ident, syn::Expr)>),
    /// `vjp = path`: a function in the shape of `f::vjp`.
    Vjp(syn::Path),
    /// `jvp = path`: a function in the shape of `f::jvp`.
    Jvp(syn::Path),
    /// `opaque`: central differences.
    Differences,
    /// `implicit = path`: what is zero at the result.
    Residual(syn::Path),
    /// `fixed_point = path`: what gives the result when it is given the result.
    FixedPoint(syn::Path),
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

/// The highest order of derivatives: each doubles what is generated.
pub(crate) const HIGHEST: u32 = 3;

/// Which way a Jacobian is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By columns, a pushforward each.
    Forward,
    /// By rows, a pullback each.
    Reverse,
}

/// The arguments there are, in the form in which they are written.
const FORMS: [(&str, &str); 20] = [
    ("wrt", "wrt(x, y)"),
    ("stop", "stop(x, y)"),
    ("unconnected", "unconnected = \"zero\""),
    ("singular", "singular = \"ieee\""),
    ("order", "order = 2"),
    ("mode", "mode = \"forward\""),
    ("lanes", "lanes"),
    ("crate", "crate = path::to::autodiff_runtime"),
    ("companion", "companion = name"),
    ("associated", "associated"),
    ("of_trait", "of_trait"),
    ("recursive", "recursive"),
    ("check", "check"),
    ("explain", "explain"),
    ("partials", "partials(x = 2.0 * x)"),
    ("vjp", "vjp = path::to::function"),
    ("jvp", "jvp = path::to::function"),
    ("opaque", "opaque"),
    ("implicit", "implicit = path::to::residual"),
    ("fixed_point", "fixed_point = path::to::function"),
];

/// What users of other libraries write, and which argument it is here.
const SYNONYMS: [(&[&str], &str); 9] = [
    (
        &["with", "with_respect_to", "respect_to", "by", "params", "parameters", "args", "argnums", "active"],
        "wrt",
    ),
    (&["stop_gradient", "no_grad", "no_diff", "detach", "constant", "inactive", "skip", "ignore"], "stop"),
    (&["unconnected_gradients", "unused"], "unconnected"),
    (&["name", "rename", "struct_name"], "companion"),
    (
        &[
            "partial",
            "derivative",
            "derivatives",
            "rule",
            "frule",
            "rrule",
            "scalar_rule",
            "grad",
            "gradient",
        ],
        "partials",
    ),
    (&["custom_vjp", "defvjp", "pullback", "adjoint", "backward", "custom_gradient"], "vjp"),
    (&["custom_jvp", "defjvp", "pushforward", "tangent"], "jvp"),
    (&["numerical", "numeric", "differences", "finite_differences", "black_box"], "opaque"),
    (&["residual", "root", "custom_root", "equation"], "implicit"),
];

impl Default for Request {
    fn default() -> Request {
        Request {
            wrt: None,
            stop: Vec::new(),
            unconnected: Unconnected::Error,
            singular: Singular::Zero,
            order: 1,
            mode: None,
            lanes: false,
            runtime: crate::manifest::runtime(),
            companion: None,
            associated: None,
            of_trait: None,
            recursive: false,
            check: None,
            explain: None,
            given: Vec::new(),
            scope: Scope::default(),
        }
    }
}

impl Request {
    /// Reads the arguments; what is wrong with one of them does not hide what is wrong with the next.
    pub(crate) fn parse(args: TokenStream, diag: &mut Diagnostics) -> Request {
        let mut request = Request::default();
        let mut seen: Vec<Ident> = Vec::new();
        for arg in split(args) {
            let Some(Argument { key, form }) = Argument::parse(arg, diag) else { continue };
            if seen.contains(&key) {
                diag.error(&key, format!("`{key}` is given twice: write `{}` once", as_it_is_written(&key)));
            } else {
                seen.push(key.clone());
                request.set(&key, form, diag);
            }
        }
        request
    }

    fn set(&mut self, key: &Ident, form: Form, diag: &mut Diagnostics) {
        match key.to_string().as_str() {
            "wrt" => {
                if let Some(names) = names(key, form, diag) {
                    self.wrt = Some(names);
                }
            }
            "stop" => self.stop = names(key, form, diag).unwrap_or_default(),
            "unconnected" => {
                self.unconnected = choice(key, form, &UNCONNECTED, diag).unwrap_or(self.unconnected);
            }
            "singular" => self.singular = choice(key, form, &SINGULAR, diag).unwrap_or(self.singular),
            "order" => {
                let order = |value: TokenStream| match syn::parse2::<syn::LitInt>(value).ok()?.base10_parse()
                {
                    Ok(order @ 1..=HIGHEST) => Some(order),
                    _ => None,
                };
                self.order = value(key, form, "`2` or `3`", order, diag).unwrap_or(1);
            }
            "mode" => self.mode = choice(key, form, &MODE, diag).map(|mode| (mode, key.span())),
            "crate" => {
                if let Some(path) = path(key, form, diag) {
                    self.runtime = path;
                }
            }
            "companion" => {
                let wanted = |value: TokenStream| syn::parse2::<Ident>(value).ok();
                self.companion = value(key, form, "the name of the generated struct", wanted, diag);
            }
            "associated" => match form {
                Form::Alone => self.associated = Some(key.span()),
                form => diag.error(form.tokens(), "`associated` takes no value: write `associated`"),
            },
            "check" => match form {
                Form::Alone => self.check = Some(key.span()),
                form => diag.error(form.tokens(), "`check` takes no value: write `check`"),
            },
            "explain" => match form {
                Form::Alone => self.explain = Some(key.span()),
                form => diag.error(form.tokens(), "`explain` takes no value: write `explain`"),
            },
            "of_trait" => match form {
                Form::Alone => self.of_trait = Some(key.span()),
                form => diag.error(form.tokens(), "`of_trait` takes no value: write `of_trait`"),
            },
            "lanes" => match form {
                Form::Alone => self.lanes = true,
                form => diag.error(form.tokens(), "`lanes` takes no value: write `lanes`"),
            },
            "recursive" => match form {
                Form::Alone => self.recursive = true,
                form => diag.error(form.tokens(), "`recursive` takes no value: write `recursive`"),
            },
            "partials" => self.give(key, partials(key, form, diag).map(By::Partials)),
            "vjp" => self.give(key, path(key, form, diag).map(By::Vjp)),
            "jvp" => self.give(key, path(key, form, diag).map(By::Jvp)),
            "implicit" => self.give(key, path(key, form, diag).map(By::Residual)),
            "fixed_point" => self.give(key, path(key, form, diag).map(By::FixedPoint)),
            "opaque" => match form {
                Form::Alone => self.give(key, Some(By::Differences)),
                form => diag.error(form.tokens(), "`opaque` takes no value: write `opaque`"),
            },
            unknown => diag.error(key, unknown_argument(unknown)),
        }
    }

    /// Calls of the functions that have to be differentiated for what is given.
    pub(crate) fn equations(&self) -> TokenStream {
        let call = |given: &Given| match &given.by {
            By::Residual(path) | By::FixedPoint(path) => Some(quote::quote!(#path();)),
            By::Partials(_) | By::Vjp(_) | By::Jvp(_) | By::Differences => None,
        };
        self.given.iter().filter_map(call).collect()
    }

    /// The names of the functions that give the derivative.
    pub(crate) fn pullbacks(&self) -> impl Iterator<Item = &Ident> {
        self.given.iter().filter_map(|given| match &given.by {
            By::Vjp(path) | By::Jvp(path) => path.segments.last().map(|last| &last.ident),
            By::Partials(_) | By::Differences | By::Residual(_) | By::FixedPoint(_) => None,
        })
    }

    fn give(&mut self, key: &Ident, by: Option<By>) {
        self.given.extend(by.map(|by| Given { key: key.clone(), by }));
    }
}

/// One argument, before it is known what it means.
struct Argument {
    key: Ident,
    form: Form,
}

enum Form {
    /// `key`
    Alone,
    /// `key(…)`, or other brackets
    List(Group),
    /// `key = …`
    Value(TokenStream),
}

impl Form {
    /// Where the form is wrong.
    fn tokens(&self) -> TokenStream {
        match self {
            Form::Alone => TokenStream::new(),
            Form::List(group) => group.to_token_stream(),
            Form::Value(value) => value.clone(),
        }
    }

    /// What is given, without the brackets around it or the quotes of a string.
    fn content(&self) -> TokenStream {
        let tokens = match self {
            Form::Alone => TokenStream::new(),
            Form::List(group) => group.stream(),
            Form::Value(value) => value.clone(),
        };
        let mut trees = tokens.clone().into_iter();
        match (trees.next(), trees.next()) {
            (Some(TokenTree::Group(group)), None) => group.stream(),
            (Some(TokenTree::Literal(_)), None) => unquoted(&tokens).unwrap_or(tokens),
            _ => tokens,
        }
    }
}

impl Argument {
    fn parse(arg: TokenStream, diag: &mut Diagnostics) -> Option<Argument> {
        let mut trees = arg.clone().into_iter().peekable();
        let Some(TokenTree::Ident(key)) = trees.next() else {
            diag.error(&arg, format!("`{}` is not an argument: write {}", source(&arg), forms()));
            return None;
        };
        let form = match trees.next() {
            None => Form::Alone,
            Some(TokenTree::Group(group)) => {
                if let Some(next) = trees.next() {
                    diag.error(next, "arguments are separated by commas: one is missing here");
                    return None;
                }
                Form::List(group)
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' && trees.peek().is_some() => {
                Form::Value(trees.collect())
            }
            Some(next) => {
                diag.error(next, format!("write this argument as `{}`", as_it_is_written(&key)));
                return None;
            }
        };
        Some(Argument { key, form })
    }
}

/// How a known argument is written.
fn as_it_is_written(key: &Ident) -> &'static str {
    FORMS.iter().find(|(name, _)| key == name).map_or("wrt(x, y)", |(_, form)| form)
}

fn forms() -> String {
    let forms: Vec<String> = FORMS.iter().map(|(_, form)| format!("`{form}`")).collect();
    match forms.split_last() {
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn unknown_argument(name: &str) -> String {
    if matches!(name, "reverse" | "forward" | "vmap") {
        return format!(
            "unknown argument `{name}`: leave it out, both modes are always there (`f::grad`, `f::jvp`)"
        );
    }
    let synonym = SYNONYMS.iter().find(|(others, _)| others.contains(&name)).map(|(_, known)| *known);
    let near = || {
        let near = FORMS.iter().map(|(known, _)| (edits(name, known), *known)).min();
        near.filter(|(edits, known)| edits * 2 < known.len().max(3)).map(|(_, known)| known)
    };
    match synonym.or_else(near) {
        Some(known) => {
            let form = FORMS.iter().find(|(name, _)| *name == known).map_or(known, |(_, form)| form);
            format!("unknown argument `{name}`: did you mean `{form}`?")
        }
        None => format!("unknown argument `{name}`: write {}", forms()),
    }
}

/// How many letters have to be put in, left out or changed to make one word of the other.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
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

/// `key(a, b)`
fn names(key: &Ident, form: Form, diag: &mut Diagnostics) -> Option<Vec<Ident>> {
    let group = match &form {
        Form::List(group) if group.delimiter() == Delimiter::Parenthesis => group,
        Form::Alone => {
            diag.error(key, format!("`{key}` takes names in parentheses: write `{key}(x)` or `{key}(x, y)`"));
            return None;
        }
        form => {
            let content = source(form.content());
            diag.error(form.tokens(), format!("names stand in parentheses: write `{key}({content})`"));
            return None;
        }
    };
    let mut names: Vec<Ident> = Vec::new();
    let parts = split(group.stream());
    if parts.is_empty() {
        diag.error(key, format!("`{key}()` names nothing: write `{key}(x)`, or leave it out"));
        return None;
    }
    for part in parts {
        match Ident::parse_any.parse2(part.clone()) {
            Ok(name) if names.contains(&name) => {
                diag.error(&name, format!("`{name}` is named twice in `{key}(…)`"))
            }
            Ok(name) => names.push(name),
            Err(_) => diag.error(&part, no_name(key, &part)),
        }
    }
    (!names.is_empty()).then_some(names)
}

/// What to write in place of something that is no name.
fn no_name(key: &Ident, part: &TokenStream) -> String {
    let what = source(part);
    let mut words: Vec<Ident> = Vec::new();
    for tree in unquoted(part).unwrap_or_else(|| part.clone()) {
        match tree {
            TokenTree::Ident(word) if word != "mut" && word != "ref" => words.push(word),
            _ => {}
        }
    }
    let fields =
        part.clone().into_iter().any(|tree| matches!(tree, TokenTree::Punct(dot) if dot.as_char() == '.'));
    match words.as_slice() {
        [owner, ..] if fields => format!(
            "`{what}` is not a name: write `{key}({owner})`, which takes the whole of it, or bind the part by a `let` and name that"
        ),
        [name] if part.clone().into_iter().count() <= 2 => {
            format!("`{what}` is not a name: write `{key}({name})`")
        }
        [] | [_] => format!(
            "`{what}` is not a name: `{key}(…)` takes parameters and local bindings; bind it by a `let` and name that"
        ),
        words => {
            let words: Vec<String> = words.iter().map(Ident::to_string).collect();
            let count = part.clone().into_iter().count();
            if count == words.len() {
                format!("names are separated by commas: write `{key}({})`", words.join(", "))
            } else {
                format!(
                    "`{what}` is not a name: `{key}(…)` takes parameters and local bindings; bind it by a `let` and name that"
                )
            }
        }
    }
}

/// `partials(x = …, y = …)`
fn partials(key: &Ident, form: Form, diag: &mut Diagnostics) -> Option<Vec<(Ident, syn::Expr)>> {
    let group = match form {
        Form::List(group) if group.delimiter() == Delimiter::Parenthesis => group,
        Form::Alone => {
            diag.error(
                key,
                format!("`{key}` takes an expression for each parameter: write `partials(x = 2.0 * x)`"),
            );
            return None;
        }
        form => {
            let content = source(form.content());
            diag.error(
                form.tokens(),
                format!("partial derivatives stand in parentheses: write `{key}({content})`"),
            );
            return None;
        }
    };
    let partial = |input: syn::parse::ParseStream<'_>| -> syn::Result<(Ident, syn::Expr)> {
        let name = Ident::parse_any(input)?;
        input.parse::<syn::Token![=]>()?;
        Ok((name, input.parse()?))
    };
    let list = |input: syn::parse::ParseStream<'_>| {
        syn::punctuated::Punctuated::<_, syn::Token![,]>::parse_terminated_with(input, partial)
    };
    match list.parse2(group.stream()) {
        Ok(list) => Some(list.into_iter().collect()),
        Err(error) => {
            diag.error_at(
                error.span(),
                format!("{error}: a partial derivative is written `x = expression`, over the parameters and `value`"),
            );
            None
        }
    }
}

const UNCONNECTED: [(&str, Unconnected); 3] =
    [("none", Unconnected::None), ("zero", Unconnected::Zero), ("error", Unconnected::Error)];

const MODE: [(&str, Mode); 2] = [("forward", Mode::Forward), ("reverse", Mode::Reverse)];

const SINGULAR: [(&str, Singular); 2] = [("zero", Singular::Zero), ("ieee", Singular::Ieee)];

/// `key = "…"`, one of a few words.
fn choice<T: Copy>(key: &Ident, form: Form, choices: &[(&str, T)], diag: &mut Diagnostics) -> Option<T> {
    let content = source(form.content());
    let choice = choices.iter().find(|(name, _)| *name == content.trim_matches('"').to_lowercase());
    let string = match &form {
        Form::Value(value) => syn::parse2::<syn::LitStr>(value.clone()).is_ok(),
        _ => false,
    };
    let all: Vec<String> = choices.iter().map(|(name, _)| format!("`{key} = \"{name}\"`")).collect();
    let all = match all.split_last() {
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    };
    match (choice, form) {
        (Some((_, choice)), _) if string => return Some(*choice),
        (_, Form::Alone) => diag.error(key, format!("`{key}` needs a value: write {all}")),
        (Some((name, _)), form) => {
            diag.error(
                form.tokens(),
                format!("the value is a string behind `=`: write `{key} = \"{name}\"`"),
            );
        }
        (None, form) => diag.error(form.tokens(), format!("unknown value `{content}`: write {all}")),
    }
    None
}

/// `key = path` or `key = "path"`
fn path(key: &Ident, form: Form, diag: &mut Diagnostics) -> Option<syn::Path> {
    let what = if key == "crate" { "the path of the runtime" } else { "the path of a function" };
    let wanted = |value: TokenStream| {
        let value = unquoted(&value).unwrap_or(value);
        syn::Path::parse_mod_style.parse2(value).ok()
    };
    value(key, form, what, wanted, diag)
}

/// `key = value`, where `wanted` tells whether it is `what` is due.
fn value<T>(
    key: &Ident,
    form: Form,
    what: &str,
    wanted: impl FnOnce(TokenStream) -> Option<T>,
    diag: &mut Diagnostics,
) -> Option<T> {
    let written = as_it_is_written(key);
    match form {
        Form::Alone => diag.error(key, format!("`{key}` takes {what}: write `{written}`")),
        Form::List(group) => {
            let content = source(group.stream());
            let fits = wanted(group.stream()).is_some();
            let written = if fits { format!("{key} = {content}") } else { written.to_string() };
            diag.error(group, format!("the value stands behind `=`: write `{written}`"));
        }
        Form::Value(value) => match wanted(value.clone()) {
            Some(value) => return Some(value),
            None => {
                let given = source(&value);
                diag.error(value, format!("`{key}` takes {what}, not `{given}`: write `{written}`"));
            }
        },
    }
    None
}

/// The tokens in a string.
fn unquoted(value: &TokenStream) -> Option<TokenStream> {
    syn::parse2::<syn::LitStr>(value.clone()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use quote::quote;

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
            singular = "ieee",
            crate = crate::ad,
            companion = f_ad,
            associated,
            recursive,
            partials(x = y.iter().map(|a, b| a * b).collect::<Vec<f64>>(), self = value),
            vjp = my::f_vjp,
            jvp = f_jvp,
            opaque,
            implicit = Self::residual,
            fixed_point = step,
        );
        let request = Request::parse(args, &mut diag);
        diag.finish().unwrap();
        let wrt: Vec<String> = request.wrt.unwrap().iter().map(Ident::to_string).collect();
        assert_eq!(wrt, ["a", "self"]);
        assert_eq!(request.stop[0], "c");
        assert_eq!(request.unconnected, Unconnected::Zero);
        assert_eq!(request.singular, Singular::Ieee);
        assert_eq!(request.runtime.to_token_stream().to_string(), "crate :: ad");
        assert_eq!(request.companion.unwrap(), "f_ad");
        assert!(request.associated.is_some() && request.recursive);
        let path = |path: &syn::Path| path.to_token_stream().to_string();
        let given: Vec<(String, String)> = request
            .given
            .iter()
            .map(|given| {
                let says = match &given.by {
                    By::Partials(list) => list.iter().map(|(name, _)| format!("{name} ")).collect(),
                    By::Vjp(of) | By::Jvp(of) | By::Residual(of) | By::FixedPoint(of) => path(of),
                    By::Differences => String::new(),
                };
                (given.key.to_string(), says)
            })
            .collect();
        let expected = [
            ("partials", "x self "),
            ("vjp", "my :: f_vjp"),
            ("jvp", "f_jvp"),
            ("opaque", ""),
            ("implicit", "Self :: residual"),
            ("fixed_point", "step"),
        ];
        assert_eq!(given, expected.map(|(key, says)| (key.to_string(), says.to_string())));
    }

    #[test]
    fn reports_every_mistake() {
        assert_eq!(
            errors(quote!(wrt, unconnected = "maybe", with_respect_to(x), stop(a), stop(b), colour = 3)),
            [
                "`wrt` takes names in parentheses: write `wrt(x)` or `wrt(x, y)`",
                "unknown value `maybe`: write `unconnected = \"none\"`, `unconnected = \"zero\"` or `unconnected = \"error\"`",
                "unknown argument `with_respect_to`: did you mean `wrt(x, y)`?",
                "`stop` is given twice: write `stop(x, y)` once",
                &format!("unknown argument `colour`: write {}", forms()),
            ]
        );
        for (args, says) in [
            (quote!(wrt(a, a)), "`a` is named twice in `wrt(…)`"),
            (quote!(wrt()), "`wrt()` names nothing: write `wrt(x)`, or leave it out"),
            (quote!(wrt = x), "names stand in parentheses: write `wrt(x)`"),
            (quote!(wrt = "x"), "names stand in parentheses: write `wrt(x)`"),
            (quote!(wrt = [x, y]), "names stand in parentheses: write `wrt(x, y)`"),
            (quote!(wrt[x]), "names stand in parentheses: write `wrt(x)`"),
            (quote!(wrt("x")), "`\"x\"` is not a name: write `wrt(x)`"),
            (quote!(wrt(&x)), "`&x` is not a name: write `wrt(x)`"),
            (quote!(wrt(x y)), "names are separated by commas: write `wrt(x, y)`"),
            (
                quote!(wrt(model.w)),
                "`model.w` is not a name: write `wrt(model)`, which takes the whole of it, or bind the part by a `let` and name that",
            ),
            (
                quote!(wrt(x + 1)),
                "`x + 1` is not a name: `wrt(…)` takes parameters and local bindings; bind it by a `let` and name that",
            ),
            (quote!(unconnected(zero)), "the value is a string behind `=`: write `unconnected = \"zero\"`"),
            (quote!(unconnected = zero), "the value is a string behind `=`: write `unconnected = \"zero\"`"),
            (
                quote!(crate = 3),
                "`crate` takes the path of the runtime, not `3`: write `crate = path::to::autodiff_runtime`",
            ),
            (quote!(crate(ad)), "the value stands behind `=`: write `crate = ad`"),
            (
                quote!(companion = "f"),
                "`companion` takes the name of the generated struct, not `\"f\"`: write `companion = name`",
            ),
            (quote!(associated = 3), "`associated` takes no value: write `associated`"),
            (quote!(wrt(x) stop(y)), "arguments are separated by commas: one is missing here"),
            (quote!(wrt: x), "write this argument as `wrt(x, y)`"),
            (quote!(crate =), "write this argument as `crate = path::to::autodiff_runtime`"),
            (quote!(wrtt(x)), "unknown argument `wrtt`: did you mean `wrt(x, y)`?"),
            (
                quote!(unconected = "zero"),
                "unknown argument `unconected`: did you mean `unconnected = \"zero\"`?",
            ),
            (
                quote!(reverse),
                "unknown argument `reverse`: leave it out, both modes are always there (`f::grad`, `f::jvp`)",
            ),
            (quote!(3), &format!("`3` is not an argument: write {}", forms())),
        ] {
            assert_eq!(errors(args), [says]);
        }
        assert_eq!(errors(quote!(wrt(a + 1, b.c, d), crate = 3, wrt(x))).len(), 4);
    }
}
