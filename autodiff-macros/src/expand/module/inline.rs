//! Inlining of functions of the module: those that take functions or give references (`Index` and `Deref` of a type among them),
//! which have no derivative of their own, and those that give an `Option` or a `Result`. They are written out where they are
//! called, as closures, which lowering inlines. Which method is called, the type of its receiver says.
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

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, FnArg, Pat, ReceiverKind, Signature, Type, parse_quote};

use self::called::{Taken, generics_of, is_iterator, is_opaque, parameters, takes_iterators};
use super::plan::{calls_in, names_in};
use crate::diag::Diagnostics;
use crate::expand::items::renamed;
use crate::ir::Ty;
use crate::lower::macros::{list_tokens, parse_list};
use crate::lower::{Nodes, reads_only, site};
use crate::standard::Standard;
use crate::typing::Scope;
use crate::typing::items::{Items, ModuleId};

/// The functions of a module, by what they are called, and where they are.
pub(super) struct Inline {
    functions: BTreeMap<(ModuleId, String), Function>,
    /// `Index` and `Deref` of types.
    views: Vec<View>,
    items: Rc<Items>,
    /// Calls that cannot be written out.
    errors: RefCell<Diagnostics>,
}

struct Function {
    signature: Signature,
    block: Block,
    /// Of each parameter that is a function, its own parameters and its result.
    takes: Vec<Option<Taken>>,
    /// The type whose method it is.
    of: Option<Type>,
}

/// Whether a function has no derivative of its own, but can be written out: it takes functions, or gives a reference into what
/// it takes, or an `Option`. (Recursion through what is written out would have no end, and is left to be refused.)
pub(super) fn is_inlined(
    signature: &Signature,
    block: &Block,
    differentiable: bool,
    associated: bool,
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
    (apart || takes_iterators(signature) || parameters(signature).iter().any(Option::is_some)) && !recursive()
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
            items,
            errors: RefCell::new(Diagnostics::new()),
        }
    }

    pub(super) fn add(&mut self, at: ModuleId, signature: &Signature, block: &Block, of: Option<&Type>) {
        let name = match of {
            Some(of) => format!("{}.{}", type_name(of).unwrap_or_default(), signature.ident),
            None => signature.ident.to_string(),
        };
        let takes = parameters(signature);
        // The sum of references may be that of what they refer to: that one says how it is done.
        let hands_on =
            |block: &Block| calls_in(block.to_token_stream()).contains(&format!(".{}", signature.ident));
        if is_sum(&signature.ident) && self.functions.contains_key(&(at, name.clone())) && hands_on(block) {
            return;
        }
        let function =
            Function { signature: signature.clone(), block: block.clone(), takes, of: of.cloned() };
        self.functions.insert((at, name), function);
    }

    /// Whose method a name is that no other type in sight has, nor the standard library: of several, the receiver has to tell
    /// which one is called.
    fn only_one<'s>(&'s self, name: &'s str) -> Option<&'s str> {
        let mut types = self.items.with_method(name);
        let only = types.next().filter(|_| !crate::typing::is_of_the_library(name));
        only.filter(|_| types.next().is_none())
    }

    /// Takes an `Index` or a `Deref`.
    pub(super) fn add_view(
        &mut self,
        at: ModuleId,
        item: &syn::ItemImpl,
        signature: &Signature,
        block: &Block,
    ) {
        let last = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        let (Some(last), Some(of)) = (last, type_name(&item.self_ty)) else { return };
        let function = Function {
            signature: signature.clone(),
            block: block.clone(),
            takes: parameters(signature),
            of: Some((*item.self_ty).clone()),
        };
        let index = crate::lower::arguments(last).first().map(|ty| (*ty).clone());
        let mutable = last.ident.to_string().ends_with("Mut");
        self.views.push(View { at, of, index, mutable, function });
    }

    /// The `Index` of a type for an index (and its type), or its `Deref`; that by `&mut` where it is written to.
    fn view_of(
        &self,
        at: ModuleId,
        of: &str,
        mutable: bool,
        index: Option<(&Expr, Option<&Ty>)>,
    ) -> Option<&View> {
        let views =
            || self.views.iter().filter(|view| view.at == at && view.of == of && view.mutable == mutable);
        let Some((index, ty)) = index else { return views().find(|view| view.index.is_none()) };
        let indexed = || views().filter_map(|view| Some((view, view.index.as_ref()?)));
        if let (1, Some((only, _))) = (indexed().count(), indexed().next()) {
            return Some(only);
        }
        let shape = match (ty, index) {
            (Some(Ty::Tuple(parts)), _) => Shape::Tuple(parts.len()),
            (_, Expr::Tuple(tuple)) => Shape::Tuple(tuple.elems.len()),
            (Some(Ty::Array(..)), _) | (_, Expr::Array(_)) => Shape::Array,
            (_, Expr::Range(_)) => Shape::Range,
            (Some(Ty::Int(_)), _) | (_, Expr::Lit(_)) => Shape::Number,
            _ => return None,
        };
        indexed().find(|(_, expected)| shape.fits(expected)).map(|(view, _)| view)
    }

    /// The body of a function with calls written out.
    pub(super) fn inlined(
        &self,
        at: ModuleId,
        signature: &Signature,
        block: &Block,
        of: Option<&Type>,
        diag: &mut Diagnostics,
    ) -> Block {
        if self.functions.is_empty() && self.views.is_empty() {
            return block.clone();
        }
        let block = self.writing(at, signature, block, of, vec![signature.ident.to_string()]);
        diag.absorb(self.errors.replace(Diagnostics::new()));
        block
    }

    /// `open`: the functions that are being written out.
    fn writing(
        &self,
        at: ModuleId,
        signature: &Signature,
        block: &Block,
        of: Option<&Type>,
        open: Vec<String>,
    ) -> Block {
        let mut block = block.clone();
        let bound = bound_in(signature, &block);
        let types = types_in(signature, &bound, of.map(|of| ("self", of)));
        let scope = Scope::new(self.items.clone(), at);
        let scope = of.map_or(scope.clone(), |of| scope.of(of));
        let nodes = Nodes::default();
        let facts = crate::lower::types_of(&scope, signature, &block, &nodes);
        let owned = owned_in(signature, &block);
        Writing { inline: self, at, bound: names(bound), types, facts, nodes, owned, open }
            .visit_block_mut(&mut block);
        block
    }
}

struct Writing<'a> {
    inline: &'a Inline,
    at: ModuleId,
    /// What the caller may bind.
    bound: BTreeSet<String>,
    /// The types of parameters, and of `self`, that are told by their names.
    types: BTreeMap<String, String>,
    /// What typing found, by the names of syntax nodes.
    facts: HashMap<String, Ty>,
    nodes: Nodes,
    /// The names of what is surely no reference.
    owned: BTreeSet<String>,
    /// The functions that are being written out.
    open: Vec<String>,
}

impl VisitMut for Writing<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        self.visit(expr, false);
    }

    /// The arguments of a macro, where they are expressions.
    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        let seen = self.nodes.take(called).and_then(|list| Rc::try_unwrap(list).ok());
        let mut list = seen.unwrap_or_else(|| parse_list(called.tokens.clone()));
        self.visit_expr_mut(&mut list);
        called.tokens = list_tokens(&list);
    }
}

impl<'a> Writing<'a> {
    /// Writes out what an expression calls. `written`: it is a place that is written to.
    fn visit(&mut self, expr: &mut Expr, written: bool) {
        // Of a closure and of a macro's arguments typing has looked at a copy, which takes its place.
        if let Expr::Closure(closure) = &*expr {
            if let Some(seen) = self.nodes.take(closure).and_then(|seen| Rc::try_unwrap(seen).ok()) {
                *expr = seen;
            }
        }
        // Types are those of the nodes as they stood.
        let called = self.called(expr, written);
        match &mut *expr {
            Expr::Assign(assign) => {
                self.visit(&mut assign.left, true);
                self.visit(&mut assign.right, false);
            }
            Expr::Binary(binary) if assigns(&binary.op) => {
                self.visit(&mut binary.left, true);
                self.visit(&mut binary.right, false);
            }
            Expr::Reference(reference) => self.visit(&mut reference.expr, reference.mutability.is_some()),
            Expr::Field(field) => self.visit(&mut field.base, written),
            Expr::Paren(paren) => self.visit(&mut paren.expr, written),
            Expr::Unary(unary) => self.visit(&mut unary.expr, written),
            Expr::Index(index) => {
                self.visit(&mut index.expr, written);
                self.visit(&mut index.index, false);
            }
            Expr::MethodCall(call) => {
                let changes = is_place(&call.receiver) && !reads_only(&call.method.to_string());
                self.visit(&mut call.receiver, changes);
                call.args.iter_mut().for_each(|arg| self.visit(arg, false));
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
        match called {
            Some(Called::Function(name)) => {
                let arguments = match &*expr {
                    Expr::Call(call) => call.args.iter().cloned().collect(),
                    Expr::MethodCall(call) => {
                        std::iter::once((*call.receiver).clone()).chain(call.args.iter().cloned()).collect()
                    }
                    _ => return,
                };
                if let Some(written) = self.call(&name, arguments, &*expr) {
                    *expr = written;
                }
            }
            Some(Called::Index(view)) => {
                let Expr::Index(index) = &*expr else { return };
                let arguments = vec![(*index.expr).clone(), (*index.index).clone()];
                if let Some(written) = self.view(view, arguments, &*expr) {
                    *expr = written;
                }
            }
            Some(Called::Deref(view)) => {
                let base = match expr {
                    Expr::Index(index) => &mut index.expr,
                    Expr::MethodCall(call) => &mut call.receiver,
                    Expr::Unary(unary) => &mut unary.expr,
                    _ => return,
                };
                let Some(written) = self.view(view, vec![(**base).clone()], base) else { return };
                match expr {
                    Expr::Unary(_) => *expr = written,
                    Expr::Index(syn::ExprIndex { expr: base, .. })
                    | Expr::MethodCall(syn::ExprMethodCall { receiver: base, .. }) => {
                        **base = parse_quote!((#written));
                    }
                    _ => {}
                }
            }
            None => {}
        }
    }

    /// What an expression calls that may be written out.
    fn called(&self, expr: &Expr, written: bool) -> Option<Called<'a>> {
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) if path.qself.is_none() => {
                    if let [owner, name] = &path.path.segments.iter().collect::<Vec<_>>()[..] {
                        let of = match owner.ident.to_string() {
                            of if of == "Self" => self.types.get("self")?.clone(),
                            of => of,
                        };
                        return Some(Called::Function(format!("{of}.{}", name.ident)));
                    }
                    let name = path.path.get_ident()?.to_string();
                    (!self.bound.contains(&name)).then_some(Called::Function(name))
                }
                _ => None,
            },
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                if is_sum(&call.method) {
                    let of = self.named(&format!("{}[]", site(&*call.receiver)));
                    let of = of.or_else(|| self.named(&site(expr)))?;
                    return Some(Called::Function(format!("{of}.{name}")));
                }
                let of = self.type_of(&call.receiver);
                if let Some(of) = &of {
                    let own = self.inline.items.with_method(&name).any(|owner| owner == of);
                    let derived = ["clone", "eq", "ne", "partial_cmp", "cmp", "hash", "fmt", "to_string"];
                    if !own && !derived.contains(&&name[..]) {
                        let changes = !reads_only(&name);
                        return self.inline.view_of(self.at, of, changes, None).map(Called::Deref);
                    }
                }
                let of = of.or_else(|| self.inline.only_one(&name).map(str::to_string))?;
                Some(Called::Function(format!("{of}.{name}")))
            }
            Expr::Index(index) => {
                let of = self.type_of(&index.expr)?;
                let at = self.facts.get(&site(&*index.index));
                let view = self.inline.view_of(self.at, &of, written, Some((&index.index, at)));
                let behind = || self.inline.view_of(self.at, &of, written, None).map(Called::Deref);
                view.map(Called::Index).or_else(behind)
            }
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                // References are left out of types: `*this` of a `&Matrix` is no use of its `Deref`.
                let Expr::Path(path) = &*unary.expr else { return None };
                let name = path.path.get_ident().filter(|name| *name != "self")?;
                let of = self.type_of(&unary.expr)?;
                let owned = self.owned.contains(&name.to_string());
                owned.then(|| self.inline.view_of(self.at, &of, written, None).map(Called::Deref))?
            }
            _ => None,
        }
    }

    /// The name of a type that typing found.
    fn named(&self, site: &str) -> Option<String> {
        let Some(Ty::Named(ty)) = self.facts.get(site) else { return None };
        type_name(ty)
            .and_then(|name| if name == "Self" { self.types.get("self").cloned() } else { Some(name) })
    }

    /// The name of an expression's type, references left out.
    fn type_of(&self, expr: &Expr) -> Option<String> {
        match self.facts.get(&site(expr)) {
            Some(Ty::Named(_)) => self.named(&site(expr)),
            Some(Ty::Unknown) | None => match expr {
                Expr::Path(path) => {
                    path.path.get_ident().and_then(|of| self.types.get(&of.to_string())).cloned()
                }
                Expr::Paren(paren) => self.type_of(&paren.expr),
                Expr::Reference(reference) => self.type_of(&reference.expr),
                _ => None,
            },
            Some(_) => None,
        }
    }

    /// The place that a view shows: `*{ let index = |this: &Matrix, at: usize| -> &f64 { … }; index(&m, i) }`.
    fn view(&self, view: &View, arguments: Vec<Expr>, place: &Expr) -> Option<Expr> {
        let name = format!("{}.{}", view.of, view.function.signature.ident);
        let reference = self.written_out(&name, &view.function, arguments, place)?;
        Some(parse_quote!(*#reference))
    }
}

/// What an expression calls.
enum Called<'a> {
    Function(String),
    Index(&'a View),
    Deref(&'a View),
}

/// An `Index` or a `Deref` of a type.
struct View {
    at: ModuleId,
    of: String,
    /// The type of the index; none of a `Deref`.
    index: Option<Type>,
    /// It is one by `&mut`.
    mutable: bool,
    function: Function,
}

/// What tells one index from another.
enum Shape {
    Number,
    Tuple(usize),
    Array,
    Range,
}

impl Shape {
    fn fits(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Shape::Tuple(len), Type::Tuple(expected)) => *len == expected.elems.len(),
            (Shape::Array, Type::Array(_)) => true,
            (Shape::Number, Type::Path(path)) => crate::standard::primitive(path).is_some(),
            (Shape::Range, Type::Path(path)) => {
                path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("Range"))
            }
            _ => false,
        }
    }
}

/// Whether an impl of this trait shows a part of a value.
pub(super) fn is_view(of_trait: &Ident) -> bool {
    ["Index", "IndexMut", "Deref", "DerefMut"].iter().any(|name| of_trait == name)
}

/// Whether a method is that of the trait by which a type sums up, `Sum` or `Product`.
pub(super) fn is_sum(name: &Ident) -> bool {
    name == "sum" || name == "product"
}

fn assigns(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(op, AddAssign(_) | SubAssign(_) | MulAssign(_) | DivAssign(_) | RemAssign(_))
}

fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Index(_) | Expr::Field(_) => true,
        Expr::Paren(paren) => is_place(&paren.expr),
        _ => false,
    }
}

impl Writing<'_> {
    /// What stands for a call; nothing where it is none of such a function.
    fn call(&self, name: &str, arguments: Vec<Expr>, call: &Expr) -> Option<Expr> {
        let function = self.inline.functions.get(&(self.at, name.to_string()))?;
        self.written_out(name, function, arguments, call)
    }

    fn written_out(
        &self,
        name: &str,
        function: &Function,
        arguments: Vec<Expr>,
        call: &Expr,
    ) -> Option<Expr> {
        if arguments.len() != function.takes.len() || self.open.iter().any(|open| open == name) {
            return None;
        }
        if let Some(why) = self.refusal(function) {
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
        let Function { signature, block, takes, of: this } = function;
        let generic = generics_of(&signature.generics);
        // `Self` is another type where the function is written out.
        let mut signature = signature.clone();
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
        // What it calls in turn.
        let open = self.open.iter().cloned().chain([name.to_string()]).collect();
        let mut block = self.inline.writing(self.at, &function.signature, block, this.as_ref(), open);
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

/// The names that patterns bind in a function, each with how often.
pub(in crate::expand) fn bound_in(signature: &Signature, block: &Block) -> BTreeMap<String, usize> {
    struct Bound(BTreeMap<String, usize>);
    impl VisitMut for Bound {
        fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
            *self.0.entry(pat.ident.to_string()).or_default() += 1;
            visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut bound = Bound(BTreeMap::new());
    bound.visit_signature_mut(&mut signature.clone());
    bound.visit_block_mut(&mut block.clone());
    bound.0
}

fn names(bound: BTreeMap<String, usize>) -> BTreeSet<String> {
    bound.into_keys().collect()
}

/// The types of the parameters whose names mean nothing else in the function, and of the receiver under its name.
fn types_in(
    signature: &Signature,
    bound: &BTreeMap<String, usize>,
    receiver: Option<(&str, &Type)>,
) -> BTreeMap<String, String> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some((name.ident.to_string(), &*typed.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let once = typed.filter(|(name, _)| bound.get(name) == Some(&1));
    let receiver = receiver.map(|(name, of)| (name.to_string(), of));
    once.chain(receiver).filter_map(|(name, ty)| Some((name, type_name(ty)?))).collect()
}

/// The names that a `let` binds to a literal of a struct or what a function gives, and nothing else binds.
fn owned_in(signature: &Signature, block: &Block) -> BTreeSet<String> {
    struct Owned(BTreeSet<String>);
    impl VisitMut for Owned {
        fn visit_local_mut(&mut self, local: &mut syn::Local) {
            if let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) {
                if matches!(&*init.expr, Expr::Struct(_)) {
                    self.0.insert(name.ident.to_string());
                }
            }
            visit_mut::visit_local_mut(self, local);
        }
    }
    let mut owned = Owned(BTreeSet::new());
    owned.visit_block_mut(&mut block.clone());
    for input in &signature.inputs {
        if let FnArg::Typed(typed) = input {
            if let (Pat::Ident(name), Type::Path(_)) = (&*typed.pat, &*typed.ty) {
                owned.0.insert(name.ident.to_string());
            }
        }
    }
    let bound = bound_in(signature, block);
    owned.0.retain(|name| bound.get(name) == Some(&1));
    owned.0
}

/// The last name of a type, references left out.
fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Reference(reference) => type_name(&reference.elem),
        Type::Paren(inner) => type_name(&inner.elem),
        Type::Group(inner) => type_name(&inner.elem),
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
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
        let block = plan.inline.inlined(0, &item.sig, &item.block, None, &mut diag);
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
}
