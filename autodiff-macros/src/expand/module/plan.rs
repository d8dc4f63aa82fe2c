//! Which functions of a module are differentiated, for whom, and which types take part.
//!
//! Invariant: functions are numbered in the order in which they are written, inner modules where they stand.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item};

use super::clones::Clones;
use super::inline::{self, Inline};
use super::objects::Objects;
use super::traits::named_impls;
use crate::diag::Diagnostics;
use crate::expand::fallible::Fallible;
use crate::expand::macros::Macros;
use crate::expand::operator::Operator;
use crate::expand::{has_derivative, merged};
use crate::lower::has_no_diff;
use crate::request::{Mode, Request};
use crate::typing::items::{Items, ModuleId};
use crate::typing::{Scope, path_type};

/// A function or method.
pub(super) struct Candidate {
    name: Ident,
    pub(super) request: Request,
    /// What is wrong with the arguments of its own attribute.
    errors: Option<Diagnostics>,
    /// Its derivatives are called by users, not only by other functions of the module.
    pub(super) public: bool,
    /// It bears the attribute itself.
    marked: bool,
    pub(super) chosen: bool,
    /// It is written out where it is called.
    pub(super) inlined: bool,
    /// It has a derivative of its own, and may be written out where it is called all the same.
    helper: bool,
    /// Who calls it from outside gets a derivative all the same.
    outside: bool,
    /// It takes structs that hold references.
    lent: bool,
    /// The names in its signature and its body; none if there is nothing to differentiate.
    mentions: BTreeSet<String>,
    /// The names in its signature: of what goes in, and of what comes out.
    takes: BTreeSet<String>,
    gives: BTreeSet<String>,
    /// It is called as a method, or by its type.
    associated: bool,
    /// The trait whose method it is.
    of_trait: Option<String>,
    /// It stands in that trait itself, and has a body there.
    in_trait: bool,
    provided: bool,
    /// Which of its parameters are marked `#[no_diff]`.
    marks: Vec<bool>,
    /// What it calls: `name`, `Type::name` as `::name`, and `.name`.
    calls: BTreeSet<String>,
}

impl Candidate {
    /// Whether a call of this form may be one of it. What floats have a method for is taken for that.
    fn is_called_by(&self, call: &str) -> bool {
        match call.strip_prefix('.').or_else(|| call.strip_prefix("::")) {
            Some(name) if call.starts_with('.') && crate::rules::is_method(name) => false,
            Some(name) => self.associated && self.name == name,
            None => !self.associated && self.name == call,
        }
    }

    /// Whether it gets a derivative of its own.
    pub(super) fn is_derived(&self) -> bool {
        self.chosen && (!self.inlined || self.outside && self.public)
    }

    pub(super) fn take_errors(&mut self) -> Diagnostics {
        self.errors.take().unwrap_or_else(Diagnostics::new)
    }
}

pub(super) struct Plan {
    pub(super) request: Request,
    pub(super) items: Rc<Items>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) inline: Inline,
    pub(super) clones: Clones,
    pub(super) objects: Objects,
    /// The macros that each module sees.
    macros: BTreeMap<ModuleId, Macros>,
    /// Of each operator on the same types, by value or by reference, the number of the function that is its rule.
    operators: BTreeMap<String, (usize, bool)>,
    /// Types for which `Differentiable` is implemented by hand.
    by_hand: BTreeSet<String>,
    /// The names that the chosen functions mention.
    mentioned: BTreeSet<String>,
}

impl Plan {
    pub(super) fn new(request: &Request, items: &[Item]) -> Plan {
        let mut environment = Items::of(items);
        let objects = Objects::of(items, &environment);
        let clones = Clones::of(items, &objects);
        environment.objects_have_clones(|name| clones.has_object(name));
        let environment = Rc::new(environment);
        let mut plan = Plan {
            request: request.clone(),
            inline: Inline::new(environment.clone()),
            clones,
            objects,
            macros: BTreeMap::new(),
            items: environment,
            candidates: Vec::new(),
            operators: BTreeMap::new(),
            by_hand: BTreeSet::new(),
            mentioned: BTreeSet::new(),
        };
        plan.collect(0, items, &Macros::default());
        plan.leave_derivatives();
        plan.choose();
        plan.leave_helpers();
        plan
    }

    fn collect(&mut self, at: ModuleId, items: &[Item], outer: &Macros) {
        let mut macros = outer.clone();
        macros.enter(items, false);
        self.macros.insert(at, macros.clone());
        let scope = Scope::new(self.items.clone(), at);
        for item in items {
            match item {
                Item::Fn(item) => {
                    let public = !matches!(item.vis, syn::Visibility::Inherited);
                    let signature = named_impls(&scope, &item.sig);
                    let block = macros.expanded(&signature, &item.block);
                    let added = self.candidate(
                        [&item.attrs, &[]],
                        &signature,
                        &block,
                        (public, false),
                        scope.clone(),
                    );
                    let (inlined, helper) = (added.inlined, added.helper);
                    if inlined {
                        self.inline.add(at, &item.sig, &block, None);
                    } else if helper {
                        let number = self.candidates.len() - 1;
                        self.inline.add_helper(number, at, &item.sig, &block, None);
                    }
                }
                Item::Impl(item) => {
                    if let Some(operator) = Operator::of(item) {
                        let (number, delegates) = (self.candidates.len(), operator.delegates());
                        let rule = self.operators.entry(operator.key()).or_insert((number, delegates));
                        if rule.1 && !delegates {
                            *rule = (number, delegates);
                        }
                    }
                    let this = names_in(item.self_ty.to_token_stream());
                    let of_trait = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
                    if of_trait.is_some_and(|last| last.ident == "Differentiable") {
                        self.by_hand.extend(this.clone());
                    }
                    for member in &item.items {
                        let syn::ImplItem::Fn(method) = member else { continue };
                        let public = of_trait.is_some() || !matches!(method.vis, syn::Visibility::Inherited);
                        let mut signature = method.sig.clone();
                        signature.generics = merged(&item.generics, &method.sig.generics);
                        let signature = named_impls(&scope, &signature);
                        let scope = scope.of(&item.self_ty);
                        let block = macros.expanded(&signature, &method.block);
                        let conversion = of_trait.is_some_and(|of| of.ident == "From");
                        // Of several, derivatives would have one name.
                        let apart = conversion && !self.inline.add_conversion(at, item, &signature, &block);
                        let attrs = [&*method.attrs, &item.attrs];
                        let added = self.candidate(attrs, &signature, &block, (public, true), scope);
                        let view = of_trait.is_some_and(|of| inline::is_view(&of.ident));
                        let sum = of_trait.is_some_and(|of| of.ident == "Sum" || of.ident == "Product")
                            && inline::is_sum(&method.sig.ident);
                        if view || sum || of_trait.is_some_and(|of| says(&of.ident)) {
                            // What is printed or hashed carries nothing, whoever mentions it.
                            added.chosen = false;
                            added.mentions.clear();
                        }
                        added.of_trait = of_trait.map(|last| last.ident.to_string());
                        if !added.mentions.is_empty() {
                            added.mentions.extend(this.clone());
                        }
                        let walk = of_trait.is_some_and(|of| inline::is_walk(&of.ident, &method.sig.ident));
                        for names in [&mut added.takes, &mut added.gives] {
                            if names.contains("self") || names.contains("Self") {
                                names.extend(this.clone());
                            }
                        }
                        added.inlined = apart || walk || added.inlined && (of_trait.is_none() || added.lent);
                        let inlined = added.inlined && !apart;
                        // Its parameters mean nothing where a method would be written out.
                        let generic = item.generics.params.iter().any(|param| {
                            matches!(param, syn::GenericParam::Type(_) | syn::GenericParam::Const(_))
                        });
                        let helper = added.helper && !added.inlined && of_trait.is_none() && !generic;
                        if inlined {
                            self.inline.add(at, &signature, &block, Some(&item.self_ty));
                        } else if helper {
                            let number = self.candidates.len() - 1;
                            self.inline.add_helper(number, at, &signature, &block, Some(&item.self_ty));
                        }
                        if view {
                            self.inline.add_view(at, item, &signature, &block);
                        }
                        if sum {
                            self.inline.add(at, &signature, &block, Some(&item.self_ty));
                        }
                    }
                }
                Item::Trait(item) => {
                    let public = !matches!(item.vis, syn::Visibility::Inherited);
                    let this = path_type(item.ident.clone());
                    for member in &item.items {
                        let syn::TraitItem::Fn(method) = member else { continue };
                        let signature = named_impls(&scope, &method.sig);
                        let block = method.default.clone().unwrap_or(syn::parse_quote!({}));
                        let scope = scope.of(&this);
                        let attrs = [&*method.attrs, &[]];
                        let added = self.candidate(attrs, &signature, &block, (public, true), scope);
                        added.of_trait = Some(item.ident.to_string());
                        added.in_trait = true;
                        added.provided = method.default.is_some();
                        // What takes functions, or gives what has no adjoint, is left alone. What may fail says whether it did.
                        let lent = inline::lent(&signature, &added.request.scope);
                        let may_fail = Fallible::of(&signature).is_some();
                        let left = added.inlined && (!may_fail || inline::needs_its_caller(&signature, lent));
                        if left || has_no_diff(&item.attrs) {
                            added.chosen = false;
                            added.mentions.clear();
                        }
                        added.inlined = false;
                    }
                }
                Item::Mod(item) => {
                    if let Some((id, inner)) = self.inner(at, item) {
                        self.collect(id, inner, &macros);
                    }
                }
                _ => {}
            }
        }
    }

    /// A body with the calls of macros in sight expanded.
    pub(super) fn expanded(
        &self,
        at: ModuleId,
        signature: &syn::Signature,
        block: &syn::Block,
    ) -> syn::Block {
        self.macros.get(&at).map_or_else(|| block.clone(), |macros| macros.expanded(signature, block))
    }

    /// Whether the operator with this number is the one that becomes a rule.
    pub(super) fn has_rule(&self, number: usize) -> bool {
        self.operators.values().any(|(rule, _)| *rule == number)
    }

    /// The trait of which the function with this number is a method.
    pub(super) fn of_trait(&self, number: usize) -> Option<&str> {
        self.candidates.get(number)?.of_trait.as_deref()
    }

    /// Whether a trait has the hidden functions of a method, which takes the same for constants.
    pub(super) fn has_hidden(&self, of_trait: &str, signature: &syn::Signature) -> bool {
        self.candidates.iter().any(|candidate| {
            candidate.in_trait
                && candidate.is_derived()
                && candidate.of_trait.as_deref() == Some(of_trait)
                && candidate.name == signature.ident
                && candidate.marks == marks(signature)
        })
    }

    /// Whether methods of a trait have derivatives.
    pub(super) fn has_derivatives(&self, of_trait: &str) -> bool {
        self.derived(of_trait).next().is_some()
    }

    /// Whether a method with a derivative is one that the trait provides.
    pub(super) fn is_provided(&self, of_trait: &str, method: &Ident) -> bool {
        self.derived(of_trait).any(|candidate| candidate.provided && candidate.name == *method)
    }

    fn derived<'s>(&'s self, of_trait: &'s str) -> impl Iterator<Item = &'s Candidate> {
        self.candidates.iter().filter(move |candidate| {
            candidate.in_trait && candidate.is_derived() && candidate.of_trait.as_deref() == Some(of_trait)
        })
    }

    /// What is asked of a method of a trait that has a derivative.
    pub(super) fn of_method(&self, of_trait: &str, signature: &syn::Signature) -> Option<&Request> {
        let method = self.candidates.iter().find(|candidate| {
            candidate.in_trait
                && candidate.of_trait.as_deref() == Some(of_trait)
                && candidate.name == signature.ident
        });
        method.filter(|candidate| candidate.is_derived()).map(|candidate| &candidate.request)
    }

    /// The items of an inner module, if they are differentiated as well.
    pub(super) fn inner<'m>(&self, at: ModuleId, item: &'m syn::ItemMod) -> Option<(ModuleId, &'m [Item])> {
        let (_, inner) = item.content.as_ref()?;
        let wanted = !is_test(&item.attrs) && !has_no_diff(&item.attrs);
        Some((self.items.child(at, &item.ident).filter(|_| wanted)?, inner))
    }

    /// What is said of the block around a function is said of the function, which may say more.
    fn candidate(
        &mut self,
        [attrs, block_attrs]: [&[Attribute]; 2],
        signature: &syn::Signature,
        block: &syn::Block,
        (public, associated): (bool, bool),
        scope: Scope,
    ) -> &mut Candidate {
        let mut diag = Diagnostics::new();
        let said = |attrs: &[Attribute]| attrs.iter().find(|attr| is_attribute(attr)).map(arguments);
        let own = said(attrs);
        let around = own_request(&self.request, said(block_attrs), &mut diag);
        let mut request = own_request(&around, own.clone(), &mut diag);
        request.scope = scope;
        let marked = own.is_some();
        let given = !request.given.is_empty();
        let eligible = !has_no_diff(attrs) && !has_no_diff(block_attrs) && !is_test(attrs);
        let differentiable = marked || eligible && has_derivative(&request, signature);
        let (mut mentions, mut calls) = (BTreeSet::new(), BTreeSet::new());
        if differentiable {
            collect_names(signature.to_token_stream(), &mut mentions, &mut BTreeSet::new());
            // Where the derivative is given, nothing but an equation needs one of its own.
            let code = if given { request.equations() } else { block.to_token_stream() };
            collect_names(code, &mut mentions, &mut calls);
            let errors = errors_in(signature);
            mentions.retain(|name| !errors.contains(name));
        }
        let errors = if diag.is_empty() {
            diag.discard();
            None
        } else {
            Some(diag)
        };
        let lent = inline::lent(signature, &request.scope);
        // What it asks for itself its callers would not, were it written out there.
        let fallible = Fallible::of(signature).is_some();
        let own_terms = request.wrt.is_some()
            || !request.stop.is_empty()
            || request.singular != self.request.singular
            || fallible && !inline::needs_its_caller(signature, lent) && marks(signature).contains(&true);
        // A struct that borrows has a derivative for those who hand one over from outside.
        let outside = !given && (fallible || lent.taken && !lent.given);
        let (takes, gives) =
            (names_in(signature.inputs.to_token_stream()), names_in(signature.output.to_token_stream()));
        self.candidates.push(Candidate {
            name: signature.ident.clone(),
            request,
            errors,
            public: marked || public,
            marked,
            chosen: differentiable && (marked || public),
            inlined: eligible
                && !given
                && !own_terms
                && (!marked || outside)
                && inline::is_inlined(signature, block, differentiable, associated, lent),
            helper: eligible && differentiable && !given && !marked && !outside,
            outside,
            lent: lent.taken,
            mentions,
            takes,
            gives,
            associated,
            of_trait: None,
            in_trait: false,
            provided: false,
            marks: marks(signature),
            calls,
        });
        self.candidates.last_mut().expect("just added")
    }

    /// Chooses everything that has a derivative: who calls it is out of sight.
    pub(super) fn choose_all(&mut self) {
        for candidate in &mut self.candidates {
            candidate.chosen |= !candidate.mentions.is_empty();
        }
    }

    /// Leaves out what is a derivative itself: the functions by which others give theirs.
    fn leave_derivatives(&mut self) {
        let given: Vec<&Ident> = self.candidates.iter().flat_map(|c| c.request.pullbacks()).collect();
        let given: BTreeSet<String> = given.into_iter().map(Ident::to_string).collect();
        for candidate in
            self.candidates.iter_mut().filter(|c| !c.marked && given.contains(&c.name.to_string()))
        {
            candidate.chosen = false;
            candidate.mentions.clear();
        }
    }

    /// Chooses what the public functions lead to.
    fn choose(&mut self) {
        loop {
            let chosen = self.candidates.iter().filter(|c| c.chosen);
            self.mentioned = chosen.flat_map(|c| c.mentions.iter().cloned()).collect();
            let mut more = false;
            for candidate in self.candidates.iter_mut().filter(|c| !c.chosen && !c.mentions.is_empty()) {
                candidate.chosen = self.mentioned.contains(&candidate.name.to_string());
                more |= candidate.chosen;
            }
            if !more {
                break;
            }
        }
        self.call_derivatives();
        self.spread_orders();
        for at in 0..self.candidates.len() {
            let circular = self.leading_back_to(at);
            let request = &mut self.candidates[at].request;
            request.scope = request.scope.with_circular(circular);
        }
    }

    /// A function whose derivatives are called in another one has them for users, and one order more than that.
    fn call_derivatives(&mut self) {
        for at in 0..self.candidates.len() {
            let Candidate { chosen: true, request, mentions, calls, .. } = &self.candidates[at] else {
                continue;
            };
            let derivative = |called: &str| crate::ir::DERIVATIVES.contains(&called);
            let by_path = calls.iter().any(|call| derivative(call));
            let by_method: Vec<String> = (calls.iter())
                .filter_map(|call| {
                    let name = call.strip_prefix('.').or_else(|| call.strip_prefix("::"))?;
                    let of = crate::ir::DERIVATIVES
                        .iter()
                        .find_map(|what| name.strip_suffix(*what)?.strip_suffix('_'))?;
                    Some(of.to_owned())
                })
                .collect();
            let (order, mentions) = (request.order + 1, mentions.clone());
            for (index, candidate) in self.candidates.iter_mut().enumerate() {
                let name = candidate.name.to_string();
                let called = if candidate.associated {
                    by_method.contains(&name)
                } else {
                    by_path && mentions.contains(&name)
                };
                if called && index != at {
                    candidate.public = true;
                    candidate.request.order = candidate.request.order.max(order.min(crate::request::HIGHEST));
                }
            }
        }
    }

    /// What is called by a function with second derivatives has them as well, and so it is with several tangents at once.
    fn spread_orders(&mut self) {
        let mut open: Vec<usize> = (0..self.candidates.len()).collect();
        while let Some(at) = open.pop() {
            let Request { order, lanes, .. } = self.candidates[at].request;
            let calls = self.candidates[at].calls.clone();
            for (index, candidate) in self.candidates.iter_mut().enumerate() {
                let called = calls.iter().any(|call| candidate.is_called_by(call));
                let request = &mut candidate.request;
                let fewer = request.order < order || lanes && !request.lanes;
                if called && fewer {
                    request.order = request.order.max(order);
                    request.lanes |= lanes;
                    open.push(index);
                }
            }
        }
    }

    /// Leaves calls of what is not differentiated, or may be reached again by what it calls.
    fn leave_helpers(&mut self) {
        let again = |at: usize| {
            let this = &self.candidates[at];
            this.calls.iter().any(|called| this.is_called_by(called)) || !self.leading_back_to(at).is_empty()
        };
        let left = |at: usize| !self.candidates[at].chosen || again(at);
        let left = (0..self.candidates.len()).filter(|at| left(*at)).collect();
        self.inline.leave(&left);
    }

    /// The calls of a function by which it is reached again.
    fn leading_back_to(&self, at: usize) -> Vec<String> {
        let this = &self.candidates[at];
        let reaches = |from: &String| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(next) = open.pop() {
                if this.is_called_by(next) {
                    return true;
                }
                if seen.insert(next) {
                    open.extend(
                        self.candidates.iter().filter(|c| c.is_called_by(next)).flat_map(|c| &c.calls),
                    );
                }
            }
            false
        };
        this.calls.iter().filter(|called| !this.is_called_by(called) && reaches(called)).cloned().collect()
    }

    /// Whether a type gets the derive: it takes part, and is not differentiable yet.
    pub(super) fn derives(&self, name: &Ident, attrs: &[Attribute]) -> bool {
        let name = name.to_string();
        self.takes_part(&name, &mut BTreeSet::new())
            && !self.by_hand.contains(&name)
            && !has_no_diff(attrs)
            && !has_derive(attrs)
    }

    /// Whether a type is one that Jacobians and Hessians have rows or columns for, and has them.
    pub(super) fn has_numbers(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.items.is_of_numbers(&name) && self.is_counted(&name, &mut BTreeSet::new())
    }

    fn is_counted(&self, name: &str, seen: &mut BTreeSet<String>) -> bool {
        let of = |candidate: &Candidate| {
            let request = &candidate.request;
            let forward = matches!(request.mode, Some((Mode::Forward, _)));
            if request.lanes && candidate.mentions.contains(name) {
                return true;
            }
            let takes = request.order > 1 || forward;
            candidate.public && (candidate.gives.contains(name) || takes && candidate.takes.contains(name))
        };
        let holders = || self.items.holders(name).into_iter();
        self.candidates.iter().any(|candidate| candidate.is_derived() && of(candidate))
            || holders().any(|holder| seen.insert(holder.clone()) && self.is_counted(&holder, seen))
    }

    /// The other types that hold a type and are held by it.
    pub(super) fn knot(&self, name: &Ident) -> Vec<String> {
        self.items.knot(&name.to_string())
    }

    /// Whether a chosen function mentions the type, or another type that takes part holds it.
    fn takes_part(&self, name: &str, seen: &mut BTreeSet<String>) -> bool {
        self.mentioned.contains(name)
            || self.objects.is_behind(name)
            || self
                .items
                .holders(name)
                .into_iter()
                .any(|holder| seen.insert(holder.clone()) && self.takes_part(&holder, seen))
    }
}

/// Which parameters are marked `#[no_diff]`.
fn marks(signature: &syn::Signature) -> Vec<bool> {
    let of = |input: &syn::FnArg| match input {
        syn::FnArg::Receiver(receiver) => has_no_diff(&receiver.attrs),
        syn::FnArg::Typed(typed) => has_no_diff(&typed.attrs),
    };
    signature.inputs.iter().map(of).collect()
}

/// Whether a trait is one of those by which values are shown.
fn says(of: &Ident) -> bool {
    ["Display", "Debug", "LowerExp", "UpperExp", "Error", "Hash", "Write"].iter().any(|name| of == name)
}

pub(super) fn has_derive(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("derive") && names_in(attr.to_token_stream()).contains("Differentiable")
    })
}

pub(crate) fn is_attribute(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "differentiate")
}

/// What is asked of an item that may have arguments of its own. What is said of all holds for what says nothing else.
pub(crate) fn own_request(all: &Request, own: Option<TokenStream>, diag: &mut Diagnostics) -> Request {
    let Some(own) = own else { return all.clone() };
    let mut request = Request::parse(own.clone(), diag);
    let said = names_in(own);
    if !said.contains("crate") {
        request.runtime = all.runtime.clone();
    }
    if !said.contains("singular") {
        request.singular = all.singular;
    }
    // What is given by hand has no more than is given.
    if request.given.is_empty() {
        request.lanes |= all.lanes;
        if !said.contains("order") {
            request.order = all.order;
        }
    }
    request
}

/// The attributes without those that this macro reads.
pub(crate) fn without_attribute(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| !is_attribute(attr)).cloned().collect()
}

pub(crate) fn arguments(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

/// The names of types that say what went wrong, and are mentioned as nothing else: they carry no derivative.
fn errors_in(signature: &syn::Signature) -> BTreeSet<String> {
    let error = match &signature.output {
        syn::ReturnType::Type(_, ty) => match &**ty {
            syn::Type::Path(path) => path.path.segments.last().filter(|last| last.ident == "Result"),
            _ => None,
        },
        syn::ReturnType::Default => None,
    };
    let arguments = error.map(crate::lower::arguments).unwrap_or_default();
    let [payload, error] = arguments[..] else { return BTreeSet::new() };
    let mut others = names_in(payload.to_token_stream());
    signature.inputs.iter().for_each(|input| others.extend(names_in(input.to_token_stream())));
    let mut errors = names_in(error.to_token_stream());
    errors.retain(|name| !others.contains(name));
    errors
}

/// Tests are run, not differentiated.
pub(super) fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("test")
            || attr.path().is_ident("cfg") && names_in(attr.to_token_stream()).contains("test")
    })
}

/// All names in code.
pub(crate) fn names_in(tokens: TokenStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect_names(tokens, &mut names, &mut BTreeSet::new());
    names
}

/// The calls in code, in the forms of [`Candidate::calls`].
pub(super) fn calls_in(tokens: TokenStream) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    collect_names(tokens, &mut BTreeSet::new(), &mut calls);
    calls
}

/// The names in code, and the calls, in the forms of [`Candidate::calls`].
fn collect_names(tokens: TokenStream, names: &mut BTreeSet<String>, calls: &mut BTreeSet<String>) {
    // The last name, in the form of a call of it, and the characters behind it.
    let (mut last, mut behind): (Option<String>, String) = (None, String::new());
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let owner = last.as_ref().map(|last| last.trim_start_matches([':', '.']));
                let by_type =
                    behind.ends_with("::") && owner.is_some_and(|it| it.starts_with(char::is_uppercase));
                let form = if by_type {
                    "::"
                } else if behind == "." {
                    "."
                } else {
                    ""
                };
                last = Some(format!("{form}{name}"));
                behind.clear();
                names.insert(name);
            }
            TokenTree::Group(group) => {
                // `::<T>` may stand between the name and the parenthesis.
                let plain = behind.is_empty() || behind.starts_with("::<");
                if group.delimiter() == Delimiter::Parenthesis && plain {
                    calls.extend(last.take());
                }
                last = None;
                behind.clear();
                collect_names(group.stream(), names, calls);
            }
            TokenTree::Punct(punct) => behind.push(punct.as_char()),
            TokenTree::Literal(_) => {
                last = None;
                behind.clear();
            }
        }
    }
}
