//! Inlining of functions of the module: those that take functions or give references (`Index` and `Deref` of a type among them),
//! and `From` of types, which have no derivative of their own, those that give an `Option` or a `Result`, and those that take or give
//! structs that borrow, which callers know by their parts. They are written out where they are
//! called, as closures, which lowering inlines. Which method is called, the type of its receiver says.
//!
//! Small functions that have a derivative are written out as well, as long as that makes no long program: what a loop calls
//! is part of the loop then.
//!
//! Invariant: what a call computes is the same. Names in the body of such a function mean what they meant there: a call is
//! refused where one of them is bound otherwise by the caller.
//!
//! ```text
//! fn euler(f: impl Fn(f64, f64) -> f64, y: f64, h: f64) -> f64 { y + h * f(0.0, y) }
//! euler(|t, y| -k * y, y0, h)
//!     →
//! { let euler = |f, y: f64, h: f64| -> f64 { y + h * f(0.0, y) }; euler(|t: f64, y: f64| -k * y, y0, h) }
//! ```

mod called;
mod conversions;
mod helpers;
mod instances;
mod names;
mod sites;
mod views;
mod walks;

pub(super) use self::called::lent;
pub(super) use self::helpers::ROOM;
pub(in crate::expand) use self::names::bound_in;
pub(super) use self::views::{is_sum, is_view};
pub(super) use self::walks::is_walk;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, FnArg, Pat, ReceiverKind, Signature, Type, parse_quote};

use self::called::{Lent, Taken, generics_of, is_iterator, is_opaque, parameters, takes_iterators};
use self::conversions::Conversion;
use self::names::{items_in, names, owned_in, types_in};
use self::sites::Writing;
use self::views::View;
use super::plan::{calls_in, names_in};
use crate::diag::Diagnostics;
use crate::expand::items::renamed;
use crate::lower::{Nodes, Types, has_no_diff};
use crate::standard::Standard;
use crate::typing::Scope;
use crate::typing::items::{Items, ModuleId};

/// The functions of a module, by what they are called, and where they are.
pub(super) struct Inline {
    functions: BTreeMap<(ModuleId, String), Function>,
    /// `Index` and `Deref` of types.
    views: Vec<View>,
    /// `From` of types.
    conversions: Vec<Conversion>,
    items: Rc<Items>,
    /// Helpers of one name, as `impl`s of a generic type have them for several types.
    clashing: BTreeSet<(ModuleId, String)>,
    /// How many tokens of helpers may still be written out in the function at hand.
    room: Cell<usize>,
    /// Names that the function at hand asks to be cut: those of what is written out there are others.
    stop: RefCell<Vec<Ident>>,
    /// Calls that cannot be written out.
    errors: RefCell<Diagnostics>,
}

/// What a function asks of what is written out in it.
pub(super) struct Asked<'a> {
    /// The names beyond which no derivative passes.
    pub(super) stop: &'a [Ident],
    /// How many tokens helpers may make.
    pub(super) room: usize,
}

impl Asked<'_> {
    /// What has a derivative of its own is called.
    pub(super) fn without_helpers(stop: &[Ident]) -> Asked<'_> {
        Asked { stop, room: 0 }
    }
}

struct Function {
    signature: Signature,
    block: Block,
    /// Of each parameter that is a function, its own parameters and its result.
    takes: Vec<Option<Taken>>,
    /// The type whose method it is.
    of: Option<Type>,
    lent: Lent,
    /// Its number, where it has a derivative of its own.
    helper: Option<usize>,
}

/// Whether a function has no derivative of its own, but can be written out: it takes functions, or gives a reference into what
/// it takes, or an `Option`. (Recursion through what is written out would have no end, and is left to be refused.)
pub(super) fn is_inlined(
    signature: &Signature,
    block: &Block,
    differentiable: bool,
    associated: bool,
    lent: Lent,
) -> bool {
    let apart = match &signature.output {
        syn::ReturnType::Type(_, ty) => differentiable && stays_inside(ty),
        syn::ReturnType::Default => false,
    };
    let recursive = || {
        // A method that the standard library has as well is told from that by its receiver.
        let method =
            signature.receiver().is_some() && !crate::typing::is_of_the_library(&signature.ident.to_string());
        let own = |name: &str| signature.ident == name;
        calls_in(block.to_token_stream()).iter().any(|called| match called.strip_prefix('.') {
            Some(name) => method && own(name),
            None => match called.strip_prefix("::") {
                Some(name) => associated && own(name),
                None => !associated && own(called),
            },
        })
    };
    (apart || needs_its_caller(signature, lent)) && !recursive()
}

/// Whether a function takes what only its caller knows, or gives what borrows.
pub(super) fn needs_its_caller(signature: &Signature, lent: Lent) -> bool {
    lent.taken
        || lent.given
        || takes_iterators(signature)
        || parameters(signature).iter().any(Option::is_some)
}

/// Whether a result has no meaning to those who call a derivative, or none yet.
fn stays_inside(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::Paren(inner) => stays_inside(&inner.elem),
        Type::Group(inner) => stays_inside(&inner.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(stays_inside),
        Type::ImplTrait(of) => of.bounds.iter().any(is_iterator),
        Type::Path(path) => Standard::of(path).is_some_and(|of| of.name == "Option" || of.name == "Result"),
        _ => false,
    }
}

impl Inline {
    pub(super) fn new(items: Rc<Items>) -> Inline {
        Inline {
            functions: BTreeMap::new(),
            views: Vec::new(),
            conversions: Vec::new(),
            items,
            clashing: BTreeSet::new(),
            room: Cell::new(0),
            stop: RefCell::default(),
            errors: RefCell::new(Diagnostics::new()),
        }
    }

    pub(super) fn add(&mut self, at: ModuleId, signature: &Signature, block: &Block, of: Option<&Type>) {
        let name = key(signature, of);
        // The sum of references may be that of what they refer to: that one says how it is done.
        let hands_on =
            |block: &Block| calls_in(block.to_token_stream()).contains(&format!(".{}", signature.ident));
        if is_sum(&signature.ident) && self.functions.contains_key(&(at, name.clone())) && hands_on(block) {
            return;
        }
        let function = self.function(at, signature, block, of);
        self.functions.insert((at, name), function);
    }

    fn function(&self, at: ModuleId, signature: &Signature, block: &Block, of: Option<&Type>) -> Function {
        let scope = Scope::new(self.items.clone(), at);
        Function {
            signature: signature.clone(),
            block: block.clone(),
            takes: parameters(signature),
            of: of.cloned(),
            lent: lent(signature, &of.map_or(scope.clone(), |of| scope.of(of))),
            helper: None,
        }
    }

    /// Whose method a name is that no other type in sight has, nor the standard library: of several, the receiver has to tell
    /// which one is called.
    fn only_one<'s>(&'s self, name: &'s str) -> Option<&'s str> {
        let mut types = self.items.with_method(name);
        let only = types.next().filter(|_| !crate::typing::is_of_the_library(name));
        only.filter(|_| types.next().is_none())
    }

    /// The body of a function with calls written out; those of helpers as long as there is room.
    pub(super) fn inlined(
        &self,
        at: ModuleId,
        signature: &Signature,
        block: &Block,
        of: Option<&Type>,
        asked: Asked<'_>,
        diag: &mut Diagnostics,
    ) -> Block {
        if self.functions.is_empty() && self.views.is_empty() && self.conversions.is_empty() {
            return block.clone();
        }
        self.room.set(asked.room);
        self.stop.replace(asked.stop.to_vec());
        let block = self.writing(at, signature, block, of, (vec![signature.ident.to_string()], false));
        diag.absorb(self.errors.replace(Diagnostics::new()));
        block
    }

    /// `open`: the functions that are being written out; `looping`: whether they run again and again.
    fn writing(
        &self,
        at: ModuleId,
        signature: &Signature,
        block: &Block,
        of: Option<&Type>,
        (open, looping): (Vec<String>, bool),
    ) -> Block {
        let mut block = block.clone();
        let bound = bound_in(signature, &block);
        let types = types_in(signature, &bound, of.map(|of| ("self", of)));
        let scope = Scope::new(self.items.clone(), at);
        let scope = of.map_or(scope.clone(), |of| scope.of(of));
        let nodes = Nodes::default();
        let facts = crate::lower::types_of(&scope, signature, &block, &nodes);
        let known = Types::of_function(&signature.generics, &block, &scope);
        let owned = owned_in(signature, &block);
        let bound = names(bound).into_iter().chain(items_in(&block)).collect();
        let this = of.cloned();
        Writing { inline: self, at, bound, types, this, known, facts, nodes, owned, open, looping }
            .visit_block_mut(&mut block);
        block
    }
}

/// What a function is called.
fn key(signature: &Signature, of: Option<&Type>) -> String {
    match of {
        Some(of) => walks::key(of, &signature.ident),
        None => signature.ident.to_string(),
    }
}

impl Writing<'_> {
    /// What stands for a call; nothing where it is none of such a function.
    /// `surely`: of a method, the type of the receiver is known.
    fn call(
        &self,
        (name, surely): (&str, bool),
        receiver: Option<&Type>,
        arguments: Vec<Expr>,
        call: &Expr,
    ) -> Option<Expr> {
        let function = self.inline.functions.get(&(self.at, name.to_string()))?;
        if function.helper.is_some() && !surely {
            return None;
        }
        self.written_out(name, (function, receiver), arguments, call)
    }

    fn written_out(
        &self,
        name: &str,
        (function, receiver): (&Function, Option<&Type>),
        arguments: Vec<Expr>,
        call: &Expr,
    ) -> Option<Expr> {
        if arguments.len() != function.takes.len() || self.open.iter().any(|open| open == name) {
            return None;
        }
        if function.helper.is_some() && !self.takes_in(function) {
            return None;
        }
        let instance = receiver.and_then(|receiver| function.instance(receiver));
        let function = instance.as_ref().unwrap_or(function);
        if let Some(why) = self.refusal(function) {
            // It has a derivative of its own beside.
            if function.helper.is_some() || function.lent.taken && !function.lent.given {
                return None;
            }
            self.inline.errors.borrow_mut().error(call, why);
            // What is refused is a place that nobody reaches: lowering has nothing to add.
            return Some(parse_quote!(::core::unreachable!()));
        }
        self.written(name, function, arguments)
    }

    /// Why a function cannot be written out here.
    fn refusal(&self, Function { signature, block, .. }: &Function) -> Option<String> {
        let (used, calls) = (names_in(block.to_token_stream()), calls_in(block.to_token_stream()));
        let (own, generic) = (names(bound_in(signature, block)), generics_of(&signature.generics));
        // A name that means an item there must not mean something else here.
        let captured = |name: &&String| {
            let is_item = !own.contains(*name) || calls.contains(*name);
            is_item && self.inline.items.is_item(self.at, name) && self.bound.contains(*name)
        };
        let of = &signature.ident;
        if let Some(name) = used.iter().find(captured) {
            return Some(format!(
                "`{of}` has no derivative of its own and is written out here, where `{name}` means something else than in `{of}`: give one of the two another name"
            ));
        }
        let name = generic.iter().find(|name| used.contains(*name))?;
        Some(format!(
            "`{of}` has no derivative of its own and is written out here, where its parameter `{name}` means nothing: write it for one type"
        ))
    }

    fn written(&self, name: &str, function: &Function, mut arguments: Vec<Expr>) -> Option<Expr> {
        let Function { signature, block, takes, of: this, .. } = function;
        let generic = generics_of(&signature.generics);
        let (mut signature, mut block) = (signature.clone(), block.clone());
        for name in self.inline.stop.borrow().iter() {
            names::rename(&mut signature, &mut block, &name.to_string());
        }
        let plain = signature.clone();
        // `Self` is another type where the function is written out.
        if let Some(this) = this {
            signature.inputs.iter_mut().for_each(|input| Receiver(this).visit_fn_arg_mut(input));
            Receiver(this).visit_return_type_mut(&mut signature.output);
        }
        let signature = &signature;
        let mentions_generic =
            |ty: &Type| names_in(ty.to_token_stream()).iter().any(|name| generic.contains(name));
        let mut parameters: Vec<TokenStream> = Vec::new();
        for ((input, taken), argument) in signature.inputs.iter().zip(takes).zip(&mut arguments) {
            parameters.push(match input {
                FnArg::Receiver(receiver) => {
                    let (name, ty) = (format_ident!("{THIS}"), this.as_ref()?);
                    match &receiver.kind {
                        ReceiverKind::Reference(..) | ReceiverKind::Value if mentions_generic(ty) => {
                            name.to_token_stream()
                        }
                        ReceiverKind::Reference(_, _, mutable) => quote!(#name: & #mutable #ty),
                        ReceiverKind::Value => {
                            let mutable = &receiver.mutability;
                            quote!(#mutable #name: #ty)
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
                    None if mentions_generic(&typed.ty) || is_opaque(&typed.ty) => {
                        typed.pat.to_token_stream()
                    }
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
            let own =
                matches!(&*first, Expr::Path(path) if path.path.is_ident("self") || path.path.is_ident(THIS));
            if let (ReceiverKind::Reference(_, _, mutable), false) = (&receiver.kind, own) {
                *first = parse_quote!(& #mutable #first);
            }
        }
        block.stmts.splice(0..0, cuts(signature));
        // What it calls in turn.
        let open = self.open.iter().cloned().chain([name.to_string()]).collect();
        let mut block = self.inline.writing(self.at, &plain, &block, this.as_ref(), (open, self.looping));
        if let Some(this) = this {
            Receiver(this).visit_block_mut(&mut block);
        }
        // The arguments may name a variable of the method's name.
        let mut name = signature.ident.clone();
        while self.bound.contains(&name.to_string()) {
            name = format_ident!("{name}_");
        }
        let output = match &signature.output {
            syn::ReturnType::Type(_, ty) if mentions_generic(ty) || is_opaque(ty) => TokenStream::new(),
            output => output.to_token_stream(),
        };
        Some(parse_quote!({ let #name = |#(#parameters),*| #output #block; #name(#(#arguments),*) }))
    }

    /// Writes a function that is handed over as a closure with types: one that the macro knows when it meets it.
    fn hand_over(&self, argument: &mut Expr, called: &Taken, mentions_generic: &dyn Fn(&Type) -> bool) {
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

/// What a function marks among its parameters, cut where it begins.
fn cuts(signature: &Signature) -> Vec<syn::Stmt> {
    let cut = |input: &FnArg| match input {
        FnArg::Receiver(receiver)
            if has_no_diff(&receiver.attrs)
                && !matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_))) =>
        {
            let this = format_ident!("self");
            Some(parse_quote!(#[no_diff] let #this = #this;))
        }
        FnArg::Typed(typed) if has_no_diff(&typed.attrs) && !lends(&typed.ty) => match &*typed.pat {
            Pat::Ident(syn::PatIdent { mutability, ident, .. }) => {
                Some(parse_quote!(#[no_diff] let #mutability #ident = #ident;))
            }
            _ => None,
        },
        _ => None,
    };
    signature.inputs.iter().filter_map(cut).collect()
}

/// Whether a type is a `&mut`.
fn lends(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// `self` under a name that a closure may have for it.
const THIS: &str = "this";

/// Writes a method's body as that of a closure.
struct Receiver<'a>(&'a Type);

impl VisitMut for Receiver<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if ident == "self" {
            *ident = Ident::new(THIS, ident.span());
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
        called.tokens = renamed(std::mem::take(&mut called.tokens), "self", THIS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `g`, in the module that `items` are.
    fn written(items: &str) -> String {
        let items: syn::File = syn::parse_str(items).unwrap();
        let plan = super::super::plan::Plan::new(&crate::request::Request::default(), &items.items);
        let mut diag = Diagnostics::new();
        let found = items.items.iter().find_map(|item| match item {
            syn::Item::Fn(item) if item.sig.ident == "g" => Some(item),
            _ => None,
        });
        let item = found.expect("a function `g`");
        let block = {
            let asked = Asked { stop: &[], room: usize::MAX };
            plan.inline.inlined(0, &item.sig, &item.block, None, asked, &mut diag)
        };
        let errors = diag.into_error().map(|error| error.to_string()).unwrap_or_default();
        format!("{} {errors}", block.to_token_stream())
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
        let caller = "fn g(x: f64) -> f64 { let rate = x; apply(|y| y * rate, x) }";
        assert!(
            left(caller) && written(&format!("{shared} {caller}")).contains("`rate` means something else")
        );
        assert!(left("fn g(x: f64) -> f64 { let apply = |f: f64, y: f64| y; apply(x, x) }"));
        // Of two methods of a name it is not known which one is called.
        let methods = "struct A; struct B; impl A { fn m(&self, f: impl Fn(f64) -> f64) -> f64 { f(1.0) } }";
        let other = "impl B { fn m(&self, f: f64) -> f64 { f } }";
        let caller = "fn g(x: f64) -> f64 { A.m(|y| x * y) }";
        assert!(written(&format!("{methods} {caller}")).contains("let m = | this : & A , f |"));
        assert!(!written(&format!("{methods} {other} {caller}")).contains("let m"));
        let caller = "fn g(a: &A, x: f64) -> f64 { a.m(|y| x * y) }";
        assert!(written(&format!("{methods} {other} {caller}")).contains("let m = | this : & A , f |"));
    }

    #[test]
    fn small_functions_with_a_derivative_are_written_out() {
        let taken = |items: &str| written(items).contains("let h = |");
        let caller = "fn g(x: f64) -> f64 { h(x) + 1.0 }";
        assert!(taken(&format!("fn h(x: f64) -> f64 {{ x * x }} pub {caller}")));
        // What may come back to itself, is marked, has items of its own, or means something else here, is called.
        for function in [
            "fn h(x: f64) -> f64 { if x > 1.0 { h(x * 0.5) } else { x } }",
            "fn h(x: f64) -> f64 { k(x) } fn k(x: f64) -> f64 { if x > 1.0 { h(x * 0.5) } else { x } }",
            "fn h(#[no_diff] x: f64) -> f64 { x * x }",
            "#[differentiate(singular = \"ieee\")] fn h(x: f64) -> f64 { x * x }",
            "fn h(x: f64) -> f64 { fn k(x: f64) -> f64 { x } k(x) }",
            "fn h<T: Into<f64>>(x: T) -> f64 { let y: T = x; y.into() }",
        ] {
            assert!(!taken(&format!("{function} pub {caller}")), "{function}");
        }
        let shadowed = "pub fn g(x: f64) -> f64 { let scale = 2.0; h(x) * scale }";
        assert!(!taken(&format!("use super::*; fn h(x: f64) -> f64 {{ x * scale(x) }} {shadowed}")));
        assert!(taken(&format!("fn h(x: f64) -> f64 {{ let scale = x; x * scale }} {shadowed}")));
        let long = "x = x.sin() * x + 0.5; ".repeat(40);
        assert!(!taken(&format!("fn h(mut x: f64) -> f64 {{ {long} x }} pub {caller}")));
    }
}
