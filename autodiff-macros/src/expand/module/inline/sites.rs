//! Where something is written out: calls and places in a body, by what typing says of them.
//!
//! Invariant: types are those of the nodes as they stood, so that what is called is found before anything inside is changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Type, parse_quote};

use super::Inline;
use super::conversions::Conversion;
use super::names::type_name;
use super::views::{View, is_sum};
use crate::ir::{Float, Ty};
use crate::lower::macros::{list_tokens, parse_list};
use crate::lower::{Nodes, Types, reads_only, site};
use crate::typing::items::ModuleId;

/// The body of a caller.
pub(super) struct Writing<'a> {
    pub(super) inline: &'a Inline,
    pub(super) at: ModuleId,
    /// What the caller may bind.
    pub(super) bound: BTreeSet<String>,
    /// The types of parameters, and of `self`, that are told by their names.
    pub(super) types: BTreeMap<String, String>,
    /// What `Self` is in the caller.
    pub(super) this: Option<Type>,
    /// What types mean here.
    pub(super) known: Types,
    /// What typing found, by the names of syntax nodes.
    pub(super) facts: HashMap<String, Ty>,
    pub(super) nodes: Nodes,
    /// The names of what is surely no reference.
    pub(super) owned: BTreeSet<String>,
    /// The functions that are being written out.
    pub(super) open: Vec<String>,
    /// Whether what is looked at runs again and again.
    pub(super) looping: bool,
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
        let receiver = self.receiver(expr);
        let walk = match &*expr {
            Expr::ForLoop(walking) => self.walk(&walking.expr, None),
            Expr::MethodCall(call) => self.walk(&call.receiver, Some(&call.method)),
            _ => None,
        };
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
            // Closures are what iterators call for each item.
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) | Expr::Closure(_) => {
                let around = std::mem::replace(&mut self.looping, true);
                visit_mut::visit_expr_mut(self, expr);
                self.looping = around;
            }
            Expr::MethodCall(call) => {
                let changes = is_place(&call.receiver) && !reads_only(&call.method.to_string());
                self.visit(&mut call.receiver, changes);
                call.args.iter_mut().for_each(|arg| self.visit(arg, false));
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
        match (walk, &mut *expr) {
            (Some(walk), Expr::ForLoop(syn::ExprForLoop { expr: of, .. }))
            | (Some(walk), Expr::MethodCall(syn::ExprMethodCall { receiver: of, .. })) => {
                self.walked(&walk, of)
            }
            _ => {}
        }
        match called {
            Some(Called::Function(name, surely)) => {
                if let Some(written) = self.call((&name, surely), receiver.as_ref(), arguments(expr), &*expr)
                {
                    *expr = written;
                }
            }
            Some(Called::Conversion(conversion)) => {
                let (key, function) = (conversion.key(), &conversion.function);
                if let Some(written) = self.written_out(&key, (function, None), arguments(expr), &*expr) {
                    *expr = written;
                }
            }
            Some(Called::Index(view)) => {
                let Expr::Index(index) = &*expr else { return };
                let arguments = vec![(*index.expr).clone(), (*index.index).clone()];
                if let Some(written) = self.view((view, receiver.as_ref()), arguments, &*expr) {
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
                let Some(written) = self.view((view, receiver.as_ref()), vec![(**base).clone()], base) else {
                    return;
                };
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
                        if let (true, Some(from)) = (name.ident == "from", call.args.first()) {
                            if let Some(conversion) = self.conversion(&of, from) {
                                return Some(conversion);
                            }
                        }
                        return Some(Called::Function(format!("{of}.{}", name.ident), true));
                    }
                    let name = path.path.get_ident()?.to_string();
                    (!self.bound.contains(&name)).then_some(Called::Function(name, true))
                }
                _ => None,
            },
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                if let ("into", true) = (&name[..], call.args.is_empty()) {
                    let to = match self.facts.get(&site(expr))? {
                        Ty::Float(Float::F64 | Float::Any) => "f64".into(),
                        Ty::Float(Float::F32) => "f32".into(),
                        _ => self.named(&site(expr))?,
                    };
                    return self.conversion(&to, &call.receiver);
                }
                if call.method == "collect" && call.args.is_empty() {
                    return Some(Called::Function(format!("{}.from_iter", self.named(&site(expr))?), true));
                }
                if is_sum(&call.method) {
                    let of = self.named(&format!("{}[]", site(&*call.receiver)));
                    let of = of.or_else(|| self.named(&site(expr)))?;
                    return Some(Called::Function(format!("{of}.{name}"), true));
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
                let surely = of.is_some();
                let of = of.or_else(|| self.inline.only_one(&name).map(str::to_string))?;
                Some(Called::Function(format!("{of}.{name}"), surely))
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

    /// The conversion of an expression to the type of a name.
    fn conversion(&self, to: &str, from: &Expr) -> Option<Called<'a>> {
        let from = self.facts.get(&site(from)).unwrap_or(&Ty::Unknown);
        self.inline.conversion(&self.known, self.at, to, from).map(Called::Conversion)
    }

    /// The name of a type that typing found.
    fn named(&self, site: &str) -> Option<String> {
        let Some(Ty::Named(ty)) = self.facts.get(site) else { return None };
        type_name(ty)
            .and_then(|name| if name == "Self" { self.types.get("self").cloned() } else { Some(name) })
    }

    /// The type of what an expression calls a method of, or shows a part of.
    fn receiver(&self, expr: &Expr) -> Option<Type> {
        let receiver = match expr {
            Expr::MethodCall(call) => &*call.receiver,
            Expr::Index(index) => &*index.expr,
            Expr::Unary(unary) => &*unary.expr,
            _ => return None,
        };
        match self.facts.get(&site(receiver)) {
            Some(Ty::Named(ty)) if !matches!(&**ty, Type::Path(path) if path.path.is_ident("Self")) => {
                Some((**ty).clone())
            }
            Some(Ty::Named(_)) => self.this.clone(),
            _ if matches!(receiver, Expr::Path(path) if path.path.is_ident("self")) => self.this.clone(),
            _ => None,
        }
    }

    /// The name of an expression's type, references left out.
    pub(super) fn type_of(&self, expr: &Expr) -> Option<String> {
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
    fn view(
        &self,
        (view, receiver): (&View, Option<&Type>),
        arguments: Vec<Expr>,
        place: &Expr,
    ) -> Option<Expr> {
        let name = format!("{}.{}", view.of, view.function.signature.ident);
        let reference = self.written_out(&name, (&view.function, receiver), arguments, place)?;
        Some(parse_quote!(*#reference))
    }
}

/// What an expression calls.
enum Called<'a> {
    /// By its name; whether the type of the receiver of a method is known.
    Function(String, bool),
    Conversion(&'a Conversion),
    Index(&'a View),
    Deref(&'a View),
}

/// What a call hands over, its receiver first.
fn arguments(call: &Expr) -> Vec<Expr> {
    match call {
        Expr::Call(call) => call.args.iter().cloned().collect(),
        Expr::MethodCall(call) => {
            std::iter::once((*call.receiver).clone()).chain(call.args.iter().cloned()).collect()
        }
        _ => Vec::new(),
    }
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
