//! Functions of the module that take functions: they are written out where they are called, as closures.
//!
//! Invariant: what a call computes is the same. Names in the body of such a function mean what they meant there: a call is left
//! alone where one of them is bound otherwise by the caller.
//!
//! ```text
//! fn euler(f: impl Fn(f64, f64) -> f64, y: f64, h: f64) -> f64 { y + h * f(0.0, y) }
//! euler(|t, y| -k * y, y0, h)
//!     →
//! { let euler = |f, y: f64, h: f64| -> f64 { y + h * f(0.0, y) }; euler(|t: f64, y: f64| -> f64 { -k * y }, y0, h) }
//! ```

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, FnArg, GenericParam, Generics, Pat, ReceiverKind, Signature, Type, TypeParamBound,
    parse_quote,
};

use super::plan::names_in;
use crate::typing::items::ModuleId;

/// The functions of a module, by what they are called, and where they are.
#[derive(Default)]
pub(super) struct Higher {
    functions: BTreeMap<(ModuleId, String), Function>,
    /// All names of items.
    items: BTreeSet<String>,
    /// How many methods have a name: of several, it is not known here which one is called.
    methods: BTreeMap<String, usize>,
}

struct Function {
    signature: Signature,
    block: Block,
    /// Of each parameter that is a function, its own parameters and its result.
    takes: Vec<Option<Called>>,
    /// The type whose method it is.
    of: Option<Type>,
}

/// The signature of a parameter that is a function.
#[derive(Clone)]
struct Called {
    inputs: Vec<Type>,
    output: Option<Type>,
}

/// Whether a function takes one. (Recursion through what is written out would have no end, and is left to be refused.)
pub(super) fn takes_functions(signature: &Signature, block: &Block) -> bool {
    parameters(signature).iter().any(Option::is_some)
        && !names_in(block.to_token_stream()).contains(&signature.ident.to_string())
}

impl Higher {
    pub(super) fn add(&mut self, at: ModuleId, signature: &Signature, block: &Block, of: Option<&Type>) {
        let name = match of {
            Some(_) => format!(".{}", signature.ident),
            None => signature.ident.to_string(),
        };
        let takes = parameters(signature);
        let function =
            Function { signature: signature.clone(), block: block.clone(), takes, of: of.cloned() };
        self.functions.insert((at, name), function);
    }

    /// Notes that an item has a name.
    pub(super) fn item(&mut self, name: &Ident) {
        self.items.insert(name.to_string());
    }

    /// Notes that a method has a name.
    pub(super) fn method(&mut self, name: &Ident) {
        *self.methods.entry(format!(".{name}")).or_default() += 1;
    }

    /// The body of a function with calls written out.
    pub(super) fn written_out(&self, at: ModuleId, signature: &Signature, block: &Block) -> Block {
        let mut block = block.clone();
        if !self.functions.is_empty() {
            let bound = bound_in(signature, &block);
            let open = vec![signature.ident.to_string()];
            WriteOut { higher: self, at, bound, open }.visit_block_mut(&mut block);
        }
        block
    }
}

struct WriteOut<'a> {
    higher: &'a Higher,
    at: ModuleId,
    /// What the caller may bind.
    bound: BTreeSet<String>,
    /// The functions that are being written out.
    open: Vec<String>,
}

impl VisitMut for WriteOut<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let (name, arguments) = match &*expr {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) if path.qself.is_none() => match path.path.get_ident() {
                    Some(name) if !self.bound.contains(&name.to_string()) => {
                        (name.to_string(), call.args.iter().cloned().collect::<Vec<_>>())
                    }
                    _ => return,
                },
                _ => return,
            },
            Expr::MethodCall(call) if !crate::typing::is_of_the_library(&call.method.to_string()) => {
                let receiver: Expr = (*call.receiver).clone();
                (
                    format!(".{}", call.method),
                    std::iter::once(receiver).chain(call.args.iter().cloned()).collect(),
                )
            }
            _ => return,
        };
        if let Some(written) = self.call(&name, arguments) {
            *expr = written;
        }
    }
}

impl WriteOut<'_> {
    fn call(&self, name: &str, mut arguments: Vec<Expr>) -> Option<Expr> {
        let Function { signature, block, takes, of } =
            self.higher.functions.get(&(self.at, name.to_string()))?;
        let ambiguous = self.higher.methods.get(name).is_some_and(|count| *count > 1);
        if ambiguous || arguments.len() != takes.len() || self.open.iter().any(|open| open == name) {
            return None;
        }
        let generic = generics_of(&signature.generics);
        let used = names_in(block.to_token_stream());
        // A name that means an item there must not mean something else here.
        let captured = |name: &String| self.higher.items.contains(name) && self.bound.contains(name);
        if used.iter().any(captured) || generic.iter().any(|name| used.contains(name)) {
            return None;
        }
        let mut parameters: Vec<TokenStream> = Vec::new();
        for ((input, taken), argument) in signature.inputs.iter().zip(takes).zip(&mut arguments) {
            let mentions_generic =
                |ty: &Type| names_in(ty.to_token_stream()).iter().any(|name| generic.contains(name));
            parameters.push(match input {
                FnArg::Receiver(receiver) => {
                    let this = receiver_name();
                    let ty = of.as_ref()?;
                    match &receiver.kind {
                        ReceiverKind::Reference(_, _, mutable) => quote!(#this: & #mutable #ty),
                        ReceiverKind::Value => {
                            let mutable = &receiver.mutability;
                            quote!(#mutable #this: #ty)
                        }
                        _ => return None,
                    }
                }
                FnArg::Typed(typed) => match taken {
                    Some(called) => {
                        self.hand_over(argument, called, &mentions_generic);
                        let Pat::Ident(name) = &*typed.pat else { return None };
                        name.ident.to_token_stream()
                    }
                    None if mentions_generic(&typed.ty) => typed.pat.to_token_stream(),
                    None => {
                        let (pat, ty) = (&typed.pat, &typed.ty);
                        quote!(#pat: #ty)
                    }
                },
            });
        }
        if let (Some(FnArg::Receiver(receiver)), Some(first)) =
            (signature.inputs.first(), arguments.first_mut())
        {
            let own = matches!(&*first, Expr::Path(path) if path.path.is_ident("self"));
            if let (ReceiverKind::Reference(_, _, mutable), false) = (&receiver.kind, own) {
                *first = parse_quote!(& #mutable #first);
            }
        }
        let mut block = block.clone();
        if let Some(of) = of {
            Receiver(of).visit_block_mut(&mut block);
        }
        // What it calls in turn.
        let bound = bound_in(signature, &block);
        let open = self.open.iter().cloned().chain([name.to_string()]).collect();
        WriteOut { bound, open, ..*self }.visit_block_mut(&mut block);
        let name = &signature.ident;
        let output = match &signature.output {
            syn::ReturnType::Type(_, ty)
                if names_in(ty.to_token_stream()).iter().any(|n| generic.contains(n)) =>
            {
                TokenStream::new()
            }
            output => output.to_token_stream(),
        };
        Some(parse_quote!({ let #name = |#(#parameters),*| #output #block; #name(#(#arguments),*) }))
    }

    /// Writes a function that is handed over as a closure with types: one that the macro knows when it meets it.
    fn hand_over(&self, argument: &mut Expr, called: &Called, mentions_generic: &dyn Fn(&Type) -> bool) {
        match argument {
            Expr::Reference(reference) => {
                let mut inner = (*reference.expr).clone();
                self.hand_over(&mut inner, called, mentions_generic);
                *argument = inner;
            }
            Expr::Paren(paren) => self.hand_over(&mut paren.expr, called, mentions_generic),
            Expr::Closure(closure) if closure.inputs.len() == called.inputs.len() => {
                for (input, ty) in closure.inputs.iter_mut().zip(&called.inputs) {
                    if !matches!(input, Pat::Type(_)) && !mentions_generic(ty) {
                        *input = Pat::Type(parse_quote!(#input: #ty));
                    }
                }
            }
            Expr::Path(path) => {
                let local = path.path.get_ident().is_some_and(|name| self.bound.contains(&name.to_string()));
                if local || called.inputs.iter().any(mentions_generic) {
                    return;
                }
                let names: Vec<Ident> =
                    (0..called.inputs.len()).map(|at| format_ident!("argument_{at}")).collect();
                let types = &called.inputs;
                let output = called.output.iter();
                *argument = parse_quote!(|#(#names: #types),*| #(-> #output)* { #path(#(#names),*) });
            }
            _ => {}
        }
    }
}

/// `self` under a name that a closure may have for it.
fn receiver_name() -> Ident {
    format_ident!("this")
}

/// Writes a method's body as that of a closure.
struct Receiver<'a>(&'a Type);

impl VisitMut for Receiver<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if ident == "self" {
            *ident = Ident::new("this", ident.span());
        }
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if let (Type::Path(of), Some(first)) = (self.0, path.segments.first()) {
            if first.ident == "Self" {
                let rest = path.segments.iter().skip(1).cloned();
                path.segments = of.path.segments.iter().cloned().chain(rest).collect();
            }
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        fn replaced(tokens: TokenStream) -> TokenStream {
            tokens
                .into_iter()
                .map(|tree| match tree {
                    TokenTree::Ident(name) if name == "self" => Ident::new("this", name.span()).into(),
                    TokenTree::Group(group) => {
                        let mut inner = proc_macro2::Group::new(group.delimiter(), replaced(group.stream()));
                        inner.set_span(group.span());
                        inner.into()
                    }
                    tree => tree,
                })
                .collect()
        }
        called.tokens = replaced(std::mem::take(&mut called.tokens));
    }
}

/// What each parameter is called with, where it is a function.
fn parameters(signature: &Signature) -> Vec<Option<Called>> {
    let of = |input: &FnArg| match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => called(&typed.ty, &signature.generics),
    };
    signature.inputs.iter().map(of).collect()
}

fn called(ty: &Type, generics: &Generics) -> Option<Called> {
    match ty {
        Type::Paren(inner) => called(&inner.elem, generics),
        Type::Group(inner) => called(&inner.elem, generics),
        Type::Reference(reference) => called(&reference.elem, generics),
        Type::ImplTrait(of) => of.bounds.iter().find_map(called_by),
        Type::TraitObject(of) => of.bounds.iter().find_map(called_by),
        Type::FnPtr(of) => Some(Called {
            inputs: of.inputs.iter().map(|input| input.ty.clone()).collect(),
            output: output_of(&of.output),
        }),
        Type::Path(path) => {
            let name = path.path.get_ident()?;
            let own = generics.type_params().filter(|param| param.ident == *name);
            let own = own.flat_map(|param| param.bounds.iter());
            let clauses = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
            let said = clauses.filter_map(|predicate| match predicate {
                syn::WherePredicate::Type(of) if is_named(&of.bounded_ty, name) => Some(&of.bounds),
                _ => None,
            });
            own.chain(said.flatten()).find_map(called_by)
        }
        _ => None,
    }
}

fn is_named(ty: &Type, name: &Ident) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

fn called_by(bound: &TypeParamBound) -> Option<Called> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last()?;
    let syn::PathArguments::Parenthesized(arguments) = &last.arguments else { return None };
    let known = ["Fn", "FnMut", "FnOnce"].iter().any(|name| last.ident == name);
    known.then(|| Called {
        inputs: arguments.inputs.iter().map(|input| input.ty.clone()).collect(),
        output: output_of(&arguments.output),
    })
}

fn output_of(output: &syn::ReturnType) -> Option<Type> {
    match output {
        syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
        syn::ReturnType::Default => None,
    }
}

/// The names of types and constants that a function is generic over.
fn generics_of(generics: &Generics) -> BTreeSet<String> {
    let name = |param: &GenericParam| match param {
        GenericParam::Type(param) => Some(param.ident.to_string()),
        GenericParam::Const(param) => Some(param.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(name).collect()
}

/// The names that patterns bind in a function.
fn bound_in(signature: &Signature, block: &Block) -> BTreeSet<String> {
    struct Bound(BTreeSet<String>);
    impl VisitMut for Bound {
        fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
            self.0.insert(pat.ident.to_string());
            visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut bound = Bound(BTreeSet::new());
    bound.visit_signature_mut(&mut signature.clone());
    bound.visit_block_mut(&mut block.clone());
    bound.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `g`, in the module that `items` are.
    fn written(items: &str) -> String {
        let items: syn::File = syn::parse_str(items).unwrap();
        let plan = super::super::plan::Plan::new(&crate::request::Request::default(), &items.items);
        let found = items.items.iter().find_map(|item| match item {
            syn::Item::Fn(item) if item.sig.ident == "g" => Some(item),
            _ => None,
        });
        let item = found.expect("a function `g`");
        plan.higher.written_out(0, &item.sig, &item.block).to_token_stream().to_string()
    }

    #[test]
    fn closures_and_names_are_handed_over_with_types() {
        let euler =
            "fn euler<F>(f: &F, y: f64, h: f64) -> f64 where F: Fn(f64, f64) -> f64 { y + h * f(0.0, y) }";
        let text = written(&format!("{euler} fn g(x: f64) -> f64 {{ euler(&|t, y| -x * y, x, 0.1) }}"));
        assert!(
            text.contains("let euler = | f , y : f64 , h : f64 | -> f64 { y + h * f (0.0 , y) }"),
            "{text}"
        );
        assert!(text.contains("euler (| t : f64 , y : f64 | - x * y , x , 0.1)"), "{text}");
        let text = written(&format!(
            "{euler} fn k(t: f64, y: f64) -> f64 {{ y }} fn g(x: f64) -> f64 {{ euler(&k, x, 0.1) }}"
        ));
        assert!(text.contains("-> f64 { k (argument_0 , argument_1) }"), "{text}");
    }

    #[test]
    fn a_call_is_left_where_names_would_change_their_meaning() {
        let shared = "const K: f64 = 2.0; fn rate(x: f64) -> f64 { x } fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 { f(rate(x)) * K }";
        let left =
            |caller: &str| !written(&format!("{shared} {caller}")).contains("let apply = | f , x : f64 |");
        assert!(!left("fn g(x: f64) -> f64 { apply(|y| y * x, x) }"));
        assert!(left("fn g(x: f64) -> f64 { let rate = x; apply(|y| y * rate, x) }"));
        assert!(left("fn g(x: f64) -> f64 { let apply = |f: f64, y: f64| y; apply(x, x) }"));
        // Of two methods of a name it is not known which one is called.
        let methods = "struct A; struct B; impl A { fn m(&self, f: impl Fn(f64) -> f64) -> f64 { f(1.0) } }";
        let other = "impl B { fn m(&self, f: f64) -> f64 { f } }";
        let caller = "fn g(a: &A, x: f64) -> f64 { a.m(|y| x * y) }";
        assert!(written(&format!("{methods} {caller}")).contains("let m = | this : & A , f |"));
        assert!(!written(&format!("{methods} {other} {caller}")).contains("let m"));
    }
}
