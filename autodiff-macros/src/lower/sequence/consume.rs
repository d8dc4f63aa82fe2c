//! Consumers of iterators: each becomes a loop over variables of its own.
//!
//! Invariant: items are added, multiplied and pushed in the order of the primal, so that values agree to the bit.

use std::rc::Rc;

use proc_macro2::{Span, TokenTree};
use quote::ToTokens;

use crate::ir::{Callee, Expr, Init, Path, Ty, build};
use crate::lower::Lower;
use crate::lower::closure::Closure;
use crate::lower::env::{Cell, Value};
use crate::lower::facts::site;
use crate::lower::iter::Iter;
use crate::lower::method::turbofish;
use crate::lower::types::{arguments, option_of, payload};
use crate::rules::table;

impl Lower<'_> {
    pub(super) fn consume(
        &mut self,
        iter: Iter,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let written = turbofish(expr).map(|ty| self.types.ty(ty)).filter(|ty| !matches!(ty, Ty::Unknown));
        let result =
            written.clone().or_else(|| want.cloned()).or_else(|| self.facts.get(&site(expr)).cloned());
        match (name, expr.args.len()) {
            ("sum" | "product", 0) => match self.held_if_all(expr, want).filter(|(held, _)| held.is_scalar())
            {
                Some(held) => self.sum_if_all(iter, name == "sum", held, span),
                None => self.sum(iter, name == "sum", result, span),
            },
            ("fold", 2) => {
                let wanted = want.cloned();
                let initial = self.operand(&expr.args[0], wanted.as_ref());
                let Some(closure) = self.callable(&expr.args[1]) else { return Value::Poison };
                self.folded(iter, initial, site(&expr.args[0]), &closure, span)
            }
            ("for_each", 1) => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                self.drive(iter, None, span, &mut |lower, item| {
                    let value = lower.apply(&closure, vec![item], None, span);
                    lower.discard(value, span);
                });
                Value::unit()
            }
            // Into a map, say, of what carries nothing.
            ("collect", 0)
                if matches!(result, Some(Ty::Named(_) | Ty::Inert))
                    && self.reads_constants(&expr.to_token_stream()) =>
            {
                let lends =
                    result.as_ref().is_some_and(|ty| matches!(ty, Ty::Named(of) if has_reference(of)));
                if lends && !self.is_inactive(&expr.to_token_stream()) {
                    return self.refuse(
                        &expr.method,
                        "a collection of references is not kept for the reverse sweep: collect copies (`cloned()`, \
                         `to_string()`), or positions",
                    );
                }
                self.inactive_code(expr.to_token_stream(), result.unwrap_or(Ty::Inert), true)
            }
            ("collect", 0) => {
                match self.held_if_all(expr, want).filter(|(held, _)| matches!(held, Ty::Vec(_))) {
                    Some(into) => self.collect_if_all(iter, into, span),
                    None => self.collect(iter, result, span),
                }
            }
            ("unzip", 0) => {
                let targets = self.pair_of_vecs(expr, result.as_ref(), ["unzipped"; 2]);
                self.drive(iter, None, span, &mut |lower, item| {
                    if let Some(items) = lower.split(item, 2) {
                        for (path, item) in targets.iter().zip(items) {
                            let item = lower.read(item, span);
                            lower.push_to(path.clone(), item, span);
                        }
                    }
                });
                Value::Tuple(targets.map(Value::Path).into())
            }
            ("partition", 1) if !self.is_inactive(&expr.to_token_stream()) => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                let targets = self.pair_of_vecs(expr, result.as_ref(), ["chosen", "others"]);
                let [chosen, others] = &targets;
                self.drive(iter, None, span, &mut |lower, item| {
                    let lent = vec![item.clone().reference(false)];
                    let test = lower.apply(&closure, lent, Some(&Ty::bool()), span);
                    let (test, _) = lower.scalar(test, Some(&Ty::bool()), span);
                    let push = |lower: &mut Self, to: &Path, item: Value| {
                        let item = match item {
                            Value::Ref { to, .. } => lower.read(*to, span),
                            item => item,
                        };
                        lower.push_to(to.clone(), item, span);
                        Value::unit()
                    };
                    let again = item.clone();
                    lower.if_else(
                        test,
                        span,
                        |lower| push(lower, chosen, item),
                        |lower| push(lower, others, again),
                    );
                });
                Value::Tuple(targets.map(Value::Path).into())
            }
            ("count", 0) => {
                if let Some(len) = self.iter_len(&iter, span) {
                    return Value::Atom(len, Ty::usize());
                }
                let count = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(iter, None, span, &mut |lower, _| _ = lower.count_up(count, span));
                Value::Atom(self.current(count), Ty::usize())
            }
            ("len", 0) => match self.iter_len(&iter, span) {
                Some(len) => Value::Atom(len, Ty::usize()),
                None => {
                    self.refuse(&expr.method, "the length of this iterator is not known: collect it first")
                }
            },
            ("any" | "all", 1) => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                let any = name == "any";
                let found = self.cell(name, false, Ty::bool(), span, Some(build::boolean(!any)));
                self.drive_until(iter, None, span, &mut |lower, item, whole| {
                    let test = lower.apply(&closure, vec![item], Some(&Ty::bool()), span);
                    let (test, _) = lower.scalar(test, Some(&Ty::bool()), span);
                    let decide = |lower: &mut Self| {
                        lower.assign_cell(found, build::boolean(any), Ty::bool());
                        lower.leave(whole, Value::unit(), span)
                    };
                    if any {
                        lower.if_else(test, span, decide, |_| Value::unit());
                    } else {
                        lower.if_else(test, span, |_| Value::unit(), decide);
                    }
                });
                Value::Atom(self.current(found), Ty::bool())
            }
            ("position", 1) => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                let found = self.cell("found", false, Ty::bool(), span, Some(build::boolean(false)));
                let position = self.cell("position", false, Ty::usize(), span, Some(build::int(0)));
                let numbered = Iter::Enumerate(Box::new(iter));
                self.drive_until(numbered, None, span, &mut |lower, pair, whole| {
                    let Some([k, item]) = lower.split(pair, 2).and_then(|p| <[Value; 2]>::try_from(p).ok())
                    else {
                        return;
                    };
                    let test = lower.apply(&closure, vec![item], Some(&Ty::bool()), span);
                    let (test, _) = lower.scalar(test, Some(&Ty::bool()), span);
                    lower.if_else(
                        test,
                        span,
                        |lower| {
                            let (k, _) = lower.scalar(k, Some(&Ty::usize()), span);
                            lower.assign_cell(found, build::boolean(true), Ty::bool());
                            lower.assign_cell(position, k, Ty::usize());
                            lower.leave(whole, Value::unit(), span)
                        },
                        |_| Value::unit(),
                    );
                });
                let some = self.current(found);
                Value::Maybe { some, value: Box::new(Value::Atom(self.current(position), Ty::usize())) }
            }
            ("reduce" | "last" | "max_by" | "min_by" | "find" | "find_map" | "nth" | "next", _) => {
                self.select_item(iter, expr, name, want, span)
            }
            _ if self.is_inactive(&expr.to_token_stream())
                && Self::can_stand_alone(&expr.to_token_stream()) =>
            {
                self.inactive_code(expr.to_token_stream(), Ty::Unknown, true)
            }
            _ => self.refuse(
                &expr.method,
                format!(
                    "`{name}` of an iterator over active data is not supported: write a loop, or use `fold`"
                ),
            ),
        }
    }

    /// `fold(initial, f)`
    pub(in crate::lower) fn folded(
        &mut self,
        iter: Iter,
        initial: Value,
        site: String,
        closure: &Rc<Closure>,
        span: Span,
    ) -> Value {
        let acc = self.variable("acc", initial, site, span);
        let target = acc.clone();
        self.drive(iter, None, span, &mut |lower, item| {
            let current = lower.read(target.clone(), span);
            let want = lower.ty_of(&target);
            let next = lower.apply(closure, vec![current, item], Some(&want), span);
            lower.assign(target.clone(), next, span);
        });
        self.read(acc, span)
    }

    /// Two empty `Vec`s that items go to. `result`: their types, where they are known.
    fn pair_of_vecs(
        &mut self,
        expr: &syn::ExprMethodCall,
        result: Option<&Ty>,
        names: [&str; 2],
    ) -> [Path; 2] {
        [0, 1].map(|i| {
            let ty = match result {
                Some(Ty::Tuple(tys)) if tys.len() == 2 => tys[i].clone(),
                _ => Ty::Vec(Box::new(Ty::Unknown)),
            };
            let place = self.temp_place(names[i], ty, Init::EmptyVec(None), expr.method.span());
            self.vars[place].mutable = true;
            self.sites.insert(place, format!("{}.{i}", site(expr)));
            Path::of(place)
        })
    }

    /// What the `Option` or the `Result` holds that items which may be missing are collected or added into, and what such
    /// an item is.
    fn held_if_all(&self, expr: &syn::ExprMethodCall, want: Option<&Ty>) -> Option<(Ty, Ty)> {
        let into = turbofish(expr).and_then(payload).or_else(|| want.and_then(option_of))?;
        let held = self.types.ty(into);
        let one = match into {
            syn::Type::Path(path) if matches!(held, Ty::Vec(_)) => {
                path.path.segments.last().and_then(|vec| arguments(vec).first().copied()).unwrap_or(into)
            }
            into => into,
        };
        Some((held, Ty::Named(Box::new(syn::parse_quote!(Option<#one>)))))
    }

    /// `collect()` into an `Option` or a `Result` of a Vec.
    fn collect_if_all(&mut self, iter: Iter, (ty, one): (Ty, Ty), span: Span) -> Value {
        let place = self.temp_place("collected", ty, Init::EmptyVec(None), span);
        self.vars[place].mutable = true;
        let all = self
            .drive_if_all(iter, &one, span, &mut |lower, item| lower.push_to(Path::of(place), item, span));
        Value::Maybe { some: all, value: Box::new(Value::Path(Path::of(place))) }
    }

    /// `sum()` and `product()` into an `Option` or a `Result` of a number.
    fn sum_if_all(&mut self, iter: Iter, sum: bool, (ty, one): (Ty, Ty), span: Span) -> Value {
        let acc = self.accumulator(sum, &ty, span);
        let all = self.drive_if_all(iter, &one, span, &mut |lower, item| {
            let (item, given) = lower.scalar(item, Some(&ty), span);
            lower.accumulate(acc, sum, (item, given), span);
        });
        Value::Maybe { some: all, value: Box::new(Value::Atom(self.current(acc), self.version(acc))) }
    }

    /// Runs an iterator whose items may be missing, up to the first that is; whether none was. `one`: what an item is.
    fn drive_if_all(
        &mut self,
        iter: Iter,
        one: &Ty,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value),
    ) -> Expr {
        let all = self.cell("all", false, Ty::bool(), span, Some(build::boolean(true)));
        // A closure that makes the items may need to know what is wanted of it.
        let (iter, closure) = match iter {
            Iter::Map(inner, closure) => (*inner, Some(closure)),
            iter => (iter, None),
        };
        self.drive_until(iter, None, span, &mut |lower, item, whole| {
            let item = match &closure {
                Some(closure) => lower.apply(closure, vec![item], Some(one), span),
                None => item,
            };
            let (found, value) = match lower.opened(item, span) {
                Value::Maybe { some, value } => (some, *value),
                value @ Value::Code(..) => match lower.option_of_code(&value, span) {
                    Some(found) => found,
                    None => return,
                },
                Value::Poison | Value::Never => return,
                _ => {
                    lower.refuse_at(span, "the items have to be `Option`s or `Result`s in plain sight");
                    return;
                }
            };
            lower.if_else(
                found,
                span,
                |lower| {
                    let value = match value {
                        Value::Ref { to, .. } => lower.read(*to, span),
                        value => lower.read(value, span),
                    };
                    body(lower, value);
                    Value::unit()
                },
                |lower| {
                    lower.assign_cell(all, build::boolean(false), Ty::bool());
                    lower.leave(whole, Value::unit(), span)
                },
            );
        });
        self.current(all)
    }

    /// A variable that lowering needs, with a first value.
    pub(super) fn variable(&mut self, name: &str, value: Value, site: String, span: Span) -> Value {
        match value {
            Value::Atom(atom, ty) => Value::Cell(self.cell(name, false, ty, span, Some(atom))),
            Value::Tuple(items) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(i, item)| {
                    self.variable(&format!("{name}_{i}"), item, format!("{site}.{i}"), span)
                });
                Value::Tuple(items.collect())
            }
            Value::Code(inert, ty) => {
                let ty = match ty {
                    Ty::Unknown => self.facts.get(&site).cloned().unwrap_or(Ty::Unknown),
                    ty => ty,
                };
                if ty.is_scalar() {
                    let atom = self.temp(name, ty.clone(), Expr::Inert(inert), span);
                    return Value::Cell(self.cell(name, false, ty, span, Some(atom)));
                }
                let place = self.temp_place(name, ty, Init::Inert(inert), span);
                self.sites.insert(place, site);
                self.vars[place].mutable = true;
                Value::Path(Path::of(place))
            }
            Value::Path(_) | Value::Init(..) => {
                let ty = self.ty_of(&value);
                match self.init(value, None, span) {
                    Some(init) => {
                        let place = self.temp_place(name, ty, init, span);
                        self.sites.insert(place, site);
                        self.vars[place].mutable = true;
                        Value::Path(Path::of(place))
                    }
                    None => Value::Poison,
                }
            }
            value @ (Value::Poison | Value::Never) => value,
            _ => self.refuse_at(span, "a fold cannot start with this value"),
        }
    }

    /// `sum`, `product`: from the left, starting at `-0.0` and `1.0`, as the standard library does.
    pub(super) fn sum(&mut self, iter: Iter, sum: bool, want: Option<Ty>, span: Span) -> Value {
        let ty = want.filter(|ty| !matches!(ty, Ty::Unknown));
        let assumed = ty.clone().unwrap_or(Ty::Float(crate::ir::Float::Any));
        if !assumed.is_scalar() {
            return self.refuse_at(span, "a sum of values of this type is not supported: write a loop");
        }
        let acc = self.accumulator(sum, &assumed, span);
        let item = ty.clone().unwrap_or(Ty::Unknown);
        self.drive_wanting(iter, &item, span, &mut |lower, item| {
            let item = match item {
                Value::Ref { to, .. } => lower.read(*to, span),
                item => item,
            };
            let given = lower.ty_of(&item);
            if ty.is_none() && matches!(given, Ty::Int(_)) {
                lower.refuse_unknown(span);
                return;
            }
            let (item, given) = lower.scalar(item, ty.as_ref(), span);
            lower.accumulate(acc, sum, (item, given), span);
        });
        Value::Atom(self.current(acc), self.version(acc))
    }

    /// Where a sum begins, or a product.
    fn accumulator(&mut self, sum: bool, ty: &Ty, span: Span) -> Cell {
        let start = match (ty, sum) {
            (Ty::Float(_), true) => build::lit(-0.0),
            (Ty::Float(_), false) => build::lit(1.0),
            (_, true) => build::int(0),
            (_, false) => build::int(1),
        };
        let start = match start {
            Expr::Lit(mut lit) => {
                if ty.is_float() && sum {
                    lit.tokens = quote::quote!(-0.0);
                }
                lit.ty = ty.clone();
                Expr::Lit(lit)
            }
            start => start,
        };
        self.cell(if sum { "sum" } else { "product" }, false, ty.clone(), span, Some(start))
    }

    /// Takes one more item into it.
    fn accumulate(&mut self, acc: Cell, sum: bool, (item, given): (Expr, Ty), span: Span) {
        let (old, ty) = (self.current(acc), self.ty_of(&Value::Cell(acc)));
        let (name, op) = if sum { ("sum", "+") } else { ("product", "*") };
        let new = match &ty {
            Ty::Float(_) => {
                let rule = table::operator(op, 2).expect("arithmetic has rules");
                let ty = self.unify(ty.clone(), given);
                self.temp(name, ty, Expr::Rule(rule, vec![old, item]), span)
            }
            _ => self.int_op(op, old, item, span),
        };
        let ty = self.ty_of(&Value::Cell(acc));
        self.assign_cell(acc, new, ty);
    }

    /// Runs an iterator whose items are wanted as `ty`: a closure that makes them may need to know.
    pub(super) fn drive_wanting(
        &mut self,
        iter: Iter,
        ty: &Ty,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value),
    ) {
        match iter {
            Iter::Map(inner, closure) if !matches!(ty, Ty::Unknown) => {
                self.drive(*inner, None, span, &mut |lower, item| {
                    let item = lower.apply(&closure, vec![item], Some(ty), span);
                    body(lower, item);
                });
            }
            iter => self.drive(iter, None, span, body),
        }
    }

    /// `collect()` into a Vec.
    /// The elements of a `Box<[T]>`, an `Rc<[T]>`, an `Arc<[T]>`.
    pub(in crate::lower) fn slice_pointer(&self, ty: &Ty) -> Option<Ty> {
        let Ty::Named(of) = ty else { return None };
        let syn::Type::Path(path) = &**of else { return None };
        match self.types.ty(crate::standard::boxed(path).filter(|_| !self.types.scope.defines(of))?) {
            Ty::Slice(element) => Some(*element),
            _ => None,
        }
    }

    /// A sequence as a slice that a pointer owns.
    pub(in crate::lower) fn pointer_of(&mut self, all: Value, pointer: Ty, span: Span) -> Value {
        let Ty::Named(of) = &pointer else { return Value::Poison };
        let of: syn::AngleBracketedGenericArguments = syn::parse_quote!(::<#of>);
        let all = match all.peel() {
            Value::Init(init, ty) => Value::Path(Path::of(self.temp_place("all", ty, *init, span))),
            all => all,
        };
        let Some(all) = self.arg(all.reference(false), span) else { return Value::Poison };
        let method = Callee::Method(crate::lower::inert::ident("to_pointer", span), Some(of));
        self.call(method, vec![all], Some(&pointer), String::new(), "owned", span)
    }

    pub(in crate::lower) fn collect(&mut self, iter: Iter, want: Option<Ty>, span: Span) -> Value {
        let pointer = want.as_ref().and_then(|ty| self.slice_pointer(ty));
        if let (Some(element), Some(want)) = (pointer, want.clone()) {
            let all = self.collect(iter, Some(Ty::Vec(Box::new(element))), span);
            return self.pointer_of(all, want, span);
        }
        let ty = match want {
            Some(ty @ Ty::Vec(_)) => ty,
            Some(Ty::Slice(element)) => Ty::Vec(element),
            _ => {
                return self.refuse_at(
                    span,
                    "`collect` of active data is known into a Vec only: write `collect::<Vec<_>>()`",
                );
            }
        };
        let capacity = self.iter_len(&iter, span);
        let element = ty.element();
        let place = self.temp_place("collected", ty, Init::EmptyVec(capacity), span);
        self.vars[place].mutable = true;
        self.drive_wanting(iter, &element, span, &mut |lower, item| {
            if matches!(item, Value::Ref { .. }) && lower.ty_of(&item).may_be_active() {
                lower.refuse_at(
                    span,
                    "a Vec of references is not supported: `copied()` or `cloned()` the items first",
                );
                return;
            }
            lower.push_to(Path::of(place), item, span);
        });
        Value::Path(Path::of(place))
    }
}

/// Whether a type holds references that it shows.
fn has_reference(ty: impl ToTokens) -> bool {
    ty.into_token_stream().into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Group(group) => has_reference(group.stream()),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    })
}
