//! A type for every expression and binding of a function, before it is lowered.
//!
//! Invariant: what is concluded follows from the signature, the items in sight, literals, operators on numbers, and the
//! signatures of the standard library. A fact learned at the end of the function reaches its beginning by unification. What
//! remains open is unknown, and generated code leaves it to rustc.
//!
//! ```text
//! let mut best = Vec::new();        // Vec<?0>
//! for x in xs { best.push(*x); }    // ?0 = f64, since xs: &[f64]
//! ```

mod calls;
mod derivative;
mod expr;
mod pattern;

pub(crate) use self::calls::is_range;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proc_macro2::Ident;

use super::part_name;
use super::term::{Table, Term};
use crate::ir::Ty;
use crate::lower::{Key, Nodes, Types, is_float_only, number_of, site, words};

/// What was found: types by the names of syntax nodes and of fields.
pub(crate) fn function(
    types: &Types,
    signature: &syn::Signature,
    result: &Ty,
    block: &syn::Block,
    nodes: &Nodes,
) -> HashMap<String, Ty> {
    loop {
        let mut infer = Infer {
            types,
            nodes,
            table: Table::default(),
            scopes: vec![HashMap::new()],
            found: HashMap::new(),
            returns: Vec::new(),
            breaks: Vec::new(),
            later: Vec::new(),
            results: Vec::new(),
            capitals: Vec::new(),
            made: Vec::new(),
            iterated: Vec::new(),
            unworded: Vec::new(),
        };
        let result = infer.table.of(result);
        infer.parameters(signature);
        infer.returns.push(result.clone());
        let value = infer.block(block);
        infer.table.unify(&value, &result);
        infer.settle();
        infer.assume_unboxed();
        while infer.assume(Likely::Operands) || infer.assume(Likely::Methods) {
            infer.settle();
        }
        if !infer.is_reworded() {
            return infer.known();
        }
    }
}

struct Infer<'a> {
    types: &'a Types,
    nodes: &'a Nodes,
    table: Table,
    scopes: Vec<HashMap<String, Term>>,
    /// By the names under which lowering asks.
    found: HashMap<String, Term>,
    /// What `return` gives, of the function and of the closures that are open.
    returns: Vec<Term>,
    /// What `break` gives, with the label of its loop (true) or block.
    breaks: Vec<(Option<String>, bool, Term)>,
    /// What could not be concluded yet.
    later: Vec<Later>,
    /// Methods of what was not known when they were come by, and the keys of their nodes.
    unworded: Vec<(Term, syn::ExprMethodCall, Key)>,
    /// What functions give that are not in sight.
    results: Vec<Term>,
    /// The same of those with capitals, by their paths.
    capitals: Vec<(String, Term)>,
    /// What methods and operators give, and what of.
    made: Vec<(Vec<Term>, Term)>,
    /// What `iter` is called on, by the name of the call.
    iterated: Vec<(String, Term)>,
}

/// A conclusion that waits for a type.
#[derive(Clone)]
enum Later {
    Binary {
        op: syn::BinOp,
        left: Term,
        right: Term,
        result: Term,
    },
    Method {
        name: Ident,
        receiver: Term,
        args: Vec<Term>,
        result: Term,
    },
    /// A field of a struct, or of a variant of an enum.
    Field {
        base: Term,
        variant: Option<Ident>,
        member: syn::Member,
        result: Term,
    },
    Index {
        base: Term,
        range: bool,
        result: Term,
    },
    Item {
        of: Term,
        item: Term,
    },
    /// What `Box::new` and its like make of what they are given: a `Box`, or, since it has the same parts, that itself.
    Boxed {
        held: Term,
        result: Term,
    },
    /// What a struct is made of whose name lacks its arguments.
    Built {
        of: syn::Type,
        given: Vec<(syn::Member, Term)>,
        result: Term,
    },
    /// The sum or product of items.
    Sum {
        item: Term,
        result: Term,
    },
}

impl Later {
    /// What it says of a part: of what, under which name, and its type.
    fn part(&self) -> Option<(&Term, String, &Term)> {
        match self {
            Later::Index { base, result, range: false } => Some((base, "[]".to_string(), result)),
            Later::Item { of, item } => Some((of, "[]".to_string(), item)),
            Later::Field { base, variant, member, result } => {
                Some((base, part_name(variant.as_ref(), member), result))
            }
            _ => None,
        }
    }
}

/// What is assumed, the likelier first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likely {
    /// What gives a number is made of numbers.
    Operands,
    /// What has a method that of the standard library's types floats alone have is a float.
    Methods,
}

/// How deep parts of parts of what is not known are named.
const NESTING: usize = 4;

/// How far back it is looked for what something unknown is made of.
const ORIGINS: usize = 8;

/// How often what waits is tried again.
const ROUNDS: usize = 32;

impl Infer<'_> {
    fn parameters(&mut self, signature: &syn::Signature) {
        for param in signature.generics.const_params() {
            let ty = self.types.ty(&param.ty);
            let term = self.table.of(&ty);
            self.bind(&param.ident, term);
        }
        for input in &signature.inputs {
            match input {
                syn::FnArg::Receiver(receiver) => {
                    let name = Ident::new("self", receiver.self_token.span);
                    let this = self.types.receiver(&Ident::new("Self", receiver.self_token.span));
                    let this = self.table.of(&this);
                    self.bind(&name, this);
                }
                syn::FnArg::Typed(typed) => {
                    let term = self.written(&typed.ty);
                    self.pattern(&typed.pat, &term);
                }
            }
        }
    }

    /// Says methods in other words where a fact further on has told what they are called on. What is said is typed from the start,
    /// and each node is said once.
    fn is_reworded(&mut self) -> bool {
        let mut reworded = false;
        for (receiver, call, key) in std::mem::take(&mut self.unworded) {
            let plain = self.called_on(&receiver).and_then(|on| words::of_method(&call, on));
            if let Some(plain) = plain {
                self.nodes.keep_as(key, plain.into());
                reworded = true;
            }
        }
        reworded
    }

    /// Tries again what waits, until nothing more follows.
    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            let waiting = std::mem::take(&mut self.later);
            self.table.take_changed();
            for later in waiting {
                if !self.conclude(&later) {
                    self.later.push(later);
                }
            }
            self.agree();
            if !self.table.take_changed() {
                break;
            }
        }
    }

    /// The same part of the same thing has one type, though nothing is known of the thing.
    fn agree(&mut self) {
        let mut parts: HashMap<(usize, String), Term> = HashMap::new();
        for (base, name, part) in self.later.iter().filter_map(Later::part) {
            let Some(base) = self.table.variable_of(base) else { continue };
            match parts.entry((base, name)) {
                Entry::Occupied(first) => self.table.unify(first.get(), part),
                Entry::Vacant(first) => _ = first.insert(part.clone()),
            }
        }
    }

    /// Whether the conclusion could be drawn.
    fn conclude(&mut self, later: &Later) -> bool {
        match later {
            Later::Binary { op, left, right, result } => self.conclude_binary(op, left, right, result),
            Later::Method { name, receiver, args, result } => {
                self.conclude_method(name, receiver, args, result)
            }
            Later::Field { base, variant, member, result } => {
                self.conclude_field(base, variant.as_ref(), member, result)
            }
            Later::Index { base, range, result } => self.conclude_index(base, *range, result),
            Later::Item { of, item } => self.conclude_item(of, item),
            Later::Boxed { held, result } => {
                let free = self.table.is_free(result);
                if !free {
                    let inside = self.behind(result.clone());
                    self.table.unify(held, &inside);
                }
                !free
            }
            Later::Built { of, given, result } => {
                if self.table.is_free(result) {
                    let given: Vec<(syn::Member, Ty)> =
                        given.iter().map(|(member, term)| (member.clone(), self.table.ty(term))).collect();
                    if let Some(ty) = self.types.completed(of, &given) {
                        self.table.unify(result, &Term::Named(Box::new(ty)));
                    }
                }
                !self.table.is_free(result)
            }
            Later::Sum { item, result } => {
                let number = self.table.is_float(item) || self.table.is_int(item);
                if number {
                    self.table.unify(item, result);
                }
                number || !self.table.is_free(item)
            }
        }
    }

    /// What is known of all that was noted, and of parts of what remains open: of `h(x)[i]` even where `h(x)` is not known.
    fn known(mut self) -> HashMap<String, Ty> {
        if self.has_arrays() {
            for (call, receiver) in std::mem::take(&mut self.iterated) {
                if self.table.is_free(&receiver) && self.comes_of_array(&receiver, ORIGINS) {
                    self.found.insert(of_array(&call), Term::Inert);
                }
            }
        }
        let waiting = std::mem::take(&mut self.later);
        for _ in 0..NESTING {
            let mut parts = Vec::new();
            for (base, name, part) in waiting.iter().filter_map(Later::part) {
                let Some(base) = self.table.variable_of(base) else { continue };
                let of_base =
                    self.found.iter().filter(|(_, term)| self.table.variable_of(term) == Some(base));
                parts.extend(of_base.map(|(site, _)| (format!("{site}{name}"), part.clone())));
            }
            let before = self.found.len();
            for (site, term) in parts {
                self.found.entry(site).or_insert(term);
            }
            if self.found.len() == before {
                break;
            }
        }
        let mut known = self.table.aliases();
        for (site, term) in self.found {
            self.table.parts(&site, &term, &mut known);
        }
        known
    }

    /// What nobody calls a `Box` is what it holds.
    fn assume_unboxed(&mut self) {
        self.table.take_changed();
        for later in self.later.clone() {
            if let Later::Boxed { held, result } = later {
                self.table.unify(&held, &result);
            }
        }
        if self.table.take_changed() {
            self.settle();
        }
    }

    /// Assumes what nothing contradicts, where a number's type hangs on it: of all that has operators and methods of numbers,
    /// almost nothing else gives a number. Fields, constants and results of functions that are not in sight are meant.
    fn assume(&mut self, likely: Likely) -> bool {
        self.table.take_changed();
        let waiting = self.later.clone();
        let arrays = self.has_arrays();
        for later in &waiting {
            match later {
                Later::Binary { left, right, result, .. } => {
                    let counts = self.table.is_int(left) || self.table.is_int(right);
                    if self.table.is_float(result) || self.table.is_int(result) || counts {
                        let number = if counts && !self.table.is_float(result) {
                            if self.table.is_int(left) { left } else { right }
                        } else {
                            result
                        };
                        for operand in [left, right]
                            .into_iter()
                            .filter(|operand| self.table.is_free(operand))
                            .collect::<Vec<_>>()
                        {
                            self.table.unify(operand, number);
                        }
                    }
                }
                Later::Method { name, receiver, args, result } => {
                    let name = name.to_string();
                    let number =
                        self.table.is_float(result) && crate::rules::method(&name, args.len() + 1).is_some();
                    if number && self.table.is_free(receiver) {
                        self.table.unify(receiver, result);
                    }
                    let only = likely == Likely::Methods && is_float_only(&name, args.len() + 1);
                    let of_array = arrays && only && self.comes_of_array(receiver, ORIGINS);
                    if only && !of_array && self.table.is_free(receiver) {
                        let float = self.table.float();
                        self.table.unify(receiver, &float);
                    }
                    // What else would be a place that the derivative keeps in step.
                    let moved = match (name.as_str(), args.as_slice(), self.table.head(result)) {
                        ("push", [item], _) => Some(item.clone()),
                        ("pop", [], Term::Option(item)) => Some(*item),
                        _ => None,
                    };
                    if let Some(item) = moved.filter(|item| self.table.carries_nothing(item)) {
                        if self.table.is_free(receiver) {
                            self.table.unify(receiver, &Term::Vec(Box::new(item)));
                        }
                    }
                    // Of constants, nothing but a table is iterated over. What a function gives owns its elements.
                    if matches!(name.as_str(), "iter" | "chunks" | "rchunks" | "chunk_by" | "windows")
                        && self.table.is_free(receiver)
                        && !self.is_result(receiver)
                        && !(arrays && self.comes_of_array(receiver, ORIGINS))
                    {
                        let element = self.table.fresh();
                        self.table.unify(receiver, &Term::Slice(Box::new(element)));
                    }
                }
                Later::Sum { item, result } => {
                    if self.table.is_free(item) && (self.table.is_float(result) || self.table.is_int(result))
                    {
                        self.table.unify(item, result);
                    }
                }
                Later::Built { of, result, .. } if likely == Likely::Methods => {
                    if self.table.is_free(result) {
                        self.table.unify(result, &Term::Named(Box::new(of.clone())));
                    }
                }
                Later::Built { .. }
                | Later::Index { .. }
                | Later::Item { .. }
                | Later::Field { .. }
                | Later::Boxed { .. } => {}
            }
            // One assumption may decide the others.
            if self.table.take_changed() {
                return true;
            }
        }
        false
    }

    /// Whether anything is computed with what is not in sight and has numbers as elements.
    fn has_arrays(&self) -> bool {
        let is_array =
            |term: &Term| matches!(self.table.head(term), Term::Named(name) if number_of(&name).is_some());
        self.made.iter().any(|(operands, _)| operands.iter().any(is_array))
    }

    /// Whether something unknown is made of what is not in sight and has numbers as elements: an array, which has the methods
    /// of a number as well.
    fn comes_of_array(&self, term: &Term, depth: usize) -> bool {
        let variable = match self.table.head(term) {
            Term::Named(name) => return number_of(&name).is_some(),
            _ => self.table.variable_of(term),
        };
        let made_of = |result: &Term| variable.is_some() && self.table.variable_of(result) == variable;
        depth > 0
            && self.made.iter().any(|(operands, result)| {
                made_of(result) && operands.iter().any(|operand| self.comes_of_array(operand, depth - 1))
            })
    }

    fn is_result(&self, term: &Term) -> bool {
        let variable = self.table.variable_of(term);
        variable.is_some() && self.results.iter().any(|result| self.table.variable_of(result) == variable)
    }

    fn wait(&mut self, later: Later) {
        match &later {
            Later::Method { receiver, args, result, .. } => {
                let operands = args.iter().chain([receiver]).cloned().collect();
                self.made.push((operands, result.clone()));
            }
            Later::Binary { left, right, result, .. } => {
                self.made.push((vec![left.clone(), right.clone()], result.clone()));
            }
            _ => {}
        }
        if !self.conclude(&later) {
            self.later.push(later);
        }
    }

    // ---- names ----

    fn bind(&mut self, name: &Ident, term: Term) {
        self.scopes.last_mut().expect("a scope is open").insert(name.to_string(), term);
    }

    fn lookup(&self, name: &Ident) -> Option<Term> {
        let name = name.to_string();
        self.scopes.iter().rev().find_map(|scope| scope.get(&name)).cloned()
    }

    fn scoped<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        self.scopes.push(HashMap::new());
        let result = f(self);
        self.scopes.pop();
        result
    }

    /// Notes the type of a syntax node. An expression may lie where its only content lies: that was there first.
    fn note<T>(&mut self, node: &T, term: &Term) {
        self.found.entry(site(node)).or_insert_with(|| term.clone());
    }

    /// A type as it is written.
    fn written(&mut self, ty: &syn::Type) -> Term {
        if let (syn::Type::Path(path), Some(payload)) = (bare(ty), crate::lower::payload(bare(ty))) {
            if self.types.defined(path).is_none() {
                return Term::Option(Box::new(self.written(payload)));
            }
        }
        let known = self.types.ty(ty);
        self.note_aliases(&known);
        self.table.of(&known)
    }

    fn note_aliases(&mut self, ty: &Ty) {
        match ty {
            Ty::Named(name) if self.types.may_be_alias(name) => self.table.may_be_alias(name),
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => self.note_aliases(t),
            Ty::Tuple(ts) => ts.iter().for_each(|t| self.note_aliases(t)),
            _ => {}
        }
    }
}

/// Under which name it is known that a method is called on something that comes of an array.
pub(crate) fn of_array(call: &str) -> String {
    format!("{call}[array]")
}

fn bare(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Group(group) => bare(&group.elem),
        syn::Type::Paren(paren) => bare(&paren.elem),
        syn::Type::Reference(reference) => bare(&reference.elem),
        ty => ty,
    }
}
