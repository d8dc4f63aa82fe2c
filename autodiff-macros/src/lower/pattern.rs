//! Irrefutable patterns: what their names are bound to.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Member, Pat};

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::jump::Slot;
use crate::ir::{CopyHow, Expr, Init, Path, Proj, Role, StmtKind, Ty, build};

impl Lower<'_> {
    pub(crate) fn bind_pattern(&mut self, pat: &Pat, value: Value) {
        let span = pat.span();
        match pat {
            Pat::Ident(pat) => {
                if let Some((at, _)) = &pat.subpat {
                    self.refuse(at, "`@` is supported in `match` on inactive values only: bind the parts by another `let`");
                }
                let value = match pat.by_ref {
                    Some(_) => value.reference(pat.mutability.is_some()),
                    None => value,
                };
                let mutable = pat.mutability.is_some() && pat.by_ref.is_none();
                self.bind_name(&pat.ident, mutable, value);
            }
            Pat::Type(pat) => {
                let ty = self.types.ty(&pat.ty);
                let value = self.retype(value, &ty);
                self.bind_pattern(&pat.pat, value);
                self.note_unindexed(&pat.pat, &pat.ty);
            }
            Pat::Paren(pat) => self.bind_pattern(&pat.pat, value),
            Pat::Wild(_) => self.discard(value, span),
            Pat::Reference(pat) => match value {
                Value::Ref { to, .. } => {
                    let value = self.read(*to, span);
                    self.bind_pattern(&pat.pat, value);
                }
                // References inside of containers are left out of the types: the value is there already.
                value => self.bind_pattern(&pat.pat, value),
            },
            Pat::Tuple(pat) => self.bind_sequence(&pat.elems, value, span),
            Pat::TupleStruct(pat) => {
                let variant = self.types.variant(&pat.path, None).map(|variant| variant.name);
                self.bind_fields(variant.as_ref(), pat.elems.iter().enumerate(), value, span);
            }
            Pat::Slice(pat) => self.bind_slice(pat, value),
            Pat::Struct(pat) => {
                let variant = self.types.variant(&pat.path, None).map(|variant| variant.name);
                for field in &pat.fields {
                    let part = self.part(value.clone(), Proj::of(variant.as_ref(), &field.member), span);
                    self.bind_pattern(&field.pat, part);
                }
            }
            pat => {
                self.refuse(
                    pat,
                    "this pattern is not supported here: use `match`, `if let`, or bind the parts one by one",
                );
            }
        }
    }

    fn bind_sequence(
        &mut self,
        pats: &syn::punctuated::Punctuated<Pat, syn::Token![,]>,
        value: Value,
        span: Span,
    ) {
        match pats.iter().position(|pat| matches!(pat, Pat::Rest(_))) {
            None => match self.split(value, pats.len()) {
                Some(items) => {
                    for (pat, item) in pats.iter().zip(items) {
                        self.bind_pattern(pat, item);
                    }
                }
                None => {
                    self.refuse_at(span, "the value has another shape than this pattern");
                }
            },
            Some(at) => {
                let total = match self.ty_of(&value) {
                    Ty::Tuple(tys) => tys.len(),
                    _ if at + 1 == pats.len() => at,
                    _ => {
                        self.refuse_at(
                            span,
                            "`..` in this pattern leaves open which parts are meant: write `_` for each",
                        );
                        return;
                    }
                };
                // Behind the `..` parts count from the end.
                let indexed = pats.iter().enumerate().filter(|(i, _)| *i != at);
                let indexed = indexed.map(|(i, pat)| (if i < at { i } else { total + i - pats.len() }, pat));
                self.bind_fields(None, indexed, value, span);
            }
        }
    }

    fn bind_fields<'p>(
        &mut self,
        variant: Option<&Ident>,
        pats: impl Iterator<Item = (usize, &'p Pat)>,
        value: Value,
        span: Span,
    ) {
        for (i, pat) in pats {
            if matches!(pat, Pat::Rest(_)) {
                return;
            }
            let field = Proj::of(variant, &Member::Unnamed(syn::Index::from(i)));
            let part = self.part(value.clone(), field, span);
            self.bind_pattern(pat, part);
        }
    }

    /// `[a, b]`, `[first, .., last]`, `[first, rest @ ..]`: irrefutable on arrays, tested before on slices.
    pub(crate) fn bind_slice(&mut self, pat: &syn::PatSlice, value: Value) {
        let span = pat.span();
        let rest = pat.elems.iter().position(is_rest);
        let after = rest.map_or(0, |at| pat.elems.len() - at - 1);
        for (i, elem) in pat.elems.iter().enumerate() {
            let proj = match rest {
                Some(at) if i == at => {
                    let Pat::Ident(name) = elem else { continue };
                    let lo = Some(build::int(i as i64)).filter(|_| i > 0);
                    let hi =
                        if after > 0 { Some(self.counted_back(value.clone(), after, span)) } else { None };
                    let part = self.part(value.clone(), Proj::Range(lo, hi), span);
                    // Through a reference the rest is one as well; by value it is read only, which is the same.
                    self.bind_name(
                        &name.ident,
                        false,
                        if matches!(part, Value::Ref { .. }) { part } else { part.reference(false) },
                    );
                    continue;
                }
                Some(at) if i > at => {
                    Proj::Index(self.counted_back(value.clone(), pat.elems.len() - i, span))
                }
                _ => Proj::Index(build::int(i as i64)),
            };
            let part = self.part(value.clone(), proj, span);
            self.bind_pattern(elem, part);
        }
    }

    /// `value.len() - back`
    fn counted_back(&mut self, value: Value, back: usize, span: Span) -> Expr {
        let len = self.len(value, span);
        let back = build::int(back as i64);
        let index = Expr::Binary(syn::BinOp::Sub(Default::default()), Box::new(len), Box::new(back));
        self.temp("from_end", Ty::usize(), index, span)
    }

    /// Binds a name of the user's.
    pub(crate) fn bind_name(&mut self, name: &Ident, mutable: bool, value: Value) {
        let span = name.span();
        let stopped = self.note_stop(name);
        let value = if stopped { self.cut(value, span) } else { value };
        let value = self.read(value, span);
        let value = self.own(&name.to_string(), mutable, value, &site(name), span);
        if stopped || self.cutting {
            self.keep_cut(&value);
        }
        self.note_local(name, &value);
        self.bind(name, value);
    }

    /// Notes of a place that was bound that its type has no elements at positions.
    pub(crate) fn note_unindexed(&mut self, pat: &Pat, ty: &syn::Type) {
        let Pat::Ident(pat) = pat else { return };
        let (Some(kind), Some(value)) = (self.types.unindexed(ty), self.lookup(&pat.ident)) else { return };
        if let Value::Path(path) = value.clone().peel() {
            if path.proj.is_empty() {
                self.unindexed.insert(path.root, kind);
            }
        }
    }

    /// Whether `stop` names what is being bound.
    pub(crate) fn note_stop(&mut self, name: &Ident) -> bool {
        let stopped = self.request.stop.iter().any(|stop| stop == name);
        if stopped {
            self.stopped.push(name.to_string());
        }
        stopped
    }

    /// What is assigned to a variable from here on is cut off as its first value is.
    pub(crate) fn keep_cut(&mut self, value: &Value) {
        match value {
            Value::Cell(cell) => self.cells[cell.0].cut = true,
            Value::Path(path) if path.proj.is_empty() && self.vars[path.root].role == Role::Place => {
                self.vars[path.root].cut = true;
            }
            Value::Tuple(items) => items.iter().for_each(|item| self.keep_cut(item)),
            Value::Optional { kept, .. } => self.keep_slot_cut(&kept.clone()),
            Value::Maybe { value, .. } => self.keep_cut(value),
            _ => {}
        }
    }

    fn keep_slot_cut(&mut self, slot: &Slot) {
        match slot {
            Slot::Cell(cell) => self.cells[cell.0].cut = true,
            Slot::Place(path) => self.vars[path.root].cut = true,
            Slot::Tuple(slots) => slots.iter().for_each(|slot| self.keep_slot_cut(slot)),
            Slot::Maybe(_, kept) => self.keep_slot_cut(kept),
            Slot::Later { .. } => {}
        }
    }

    /// What a `let` makes of a value that was read.
    fn own(&mut self, name: &str, mutable: bool, value: Value, site: &str, span: Span) -> Value {
        match value {
            Value::Atom(atom, ty) => {
                let known = match self.facts.get(site) {
                    Some(fact) if matches!(ty, Ty::Unknown) => fact.clone(),
                    _ => ty,
                };
                let atom = self.name_atom(atom, name, known.clone(), span);
                if mutable {
                    if let Expr::Var(var) = atom {
                        self.vars[var].mutable = true;
                    }
                    Value::Cell(self.cell(name, true, known, span, Some(atom)))
                } else {
                    Value::Atom(atom, known)
                }
            }
            Value::Path(path) => {
                let info = &self.vars[path.root];
                if path.proj.is_empty() && !info.named && info.role == Role::Place {
                    let info = &mut self.vars[path.root];
                    info.name = name.to_string();
                    info.named = true;
                    info.span = span;
                    info.mutable |= mutable;
                    return Value::Path(path);
                }
                let (ty, unseen) = (self.path_ty(&path), self.is_unseen_payload(&path));
                let init = Init::Copy { from: path, how: CopyHow::Move };
                let value = self.declare(name, mutable, ty, init, site, span);
                if let (true, Value::Path(place)) = (unseen, &value) {
                    self.payloads.insert(place.root);
                }
                value
            }
            Value::Init(init, ty) => self.declare(name, mutable, ty, *init, site, span),
            Value::Tuple(items) => Value::Tuple(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(i, item)| {
                        self.own(&format!("{name}_{i}"), mutable, item, &format!("{site}.{i}"), span)
                    })
                    .collect(),
            ),
            Value::Record(parts, ty) => {
                let parts = parts.into_iter().map(|(member, part)| {
                    let part_name = match &member {
                        syn::Member::Named(part) => format!("{name}_{part}"),
                        syn::Member::Unnamed(at) => format!("{name}_{}", at.index),
                    };
                    let site = format!("{site}{}", crate::typing::part_name(None, &member));
                    let part = self.own(&part_name, mutable, part, &site, span);
                    (member, part)
                });
                Value::Record(parts.collect(), ty)
            }
            Value::Ref { to, mutable: exclusive } => {
                if mutable && !matches!(*to, Value::Atom(..)) {
                    // Refused when it is assigned to: a `mut` reference that stays is harmless.
                    return self.alias(name, *to, exclusive, span);
                }
                self.alias(name, *to, exclusive, span)
            }
            value @ Value::Code(..) if self.function_of(&value).is_some() => value,
            Value::Code(inert, ty) => {
                let ty = match self.facts.get(site) {
                    Some(fact) if matches!(ty, Ty::Unknown) => fact.clone(),
                    _ => ty,
                };
                if ty.is_scalar() {
                    let atom = self.temp(name, ty.clone(), Expr::Inert(inert), span);
                    return self.own(name, mutable, Value::Atom(atom, ty), site, span);
                }
                self.declare(name, mutable, ty, Init::Inert(inert), site, span)
            }
            Value::Iter(iter) if mutable => self.own_iterator(name, *iter, span),
            Value::Maybe { some, value } => self.own_option(name, mutable, some, *value, site, span),
            value => value,
        }
    }

    fn declare(&mut self, name: &str, mutable: bool, ty: Ty, init: Init, site: &str, span: Span) -> Value {
        let place = self.vars.fresh(name, ty, Role::Place, span);
        let info = &mut self.vars[place];
        info.named = true;
        info.mutable = mutable;
        self.sites.insert(place, site.to_string());
        if self.facts.is_constant(site) {
            self.constants.insert(place);
        }
        self.block.push(StmtKind::Declare { place, init }, span);
        Value::Path(Path::of(place))
    }

    /// Names a reference: whole variables and scalars stand for themselves, parts of places become views.
    fn alias(&mut self, name: &str, to: Value, exclusive: bool, span: Span) -> Value {
        match to {
            Value::Path(path) if !path.proj.is_empty() => {
                let ty = self.path_ty(&path);
                if ty.is_scalar() {
                    return Value::Path(path).reference(exclusive);
                }
                // What is iterated over is taken for a slice, which what a variant holds never is by itself.
                let held = path.proj.last().is_some_and(Proj::is_opened);
                let ty = if held && matches!(ty, Ty::Slice(_)) { Ty::Unknown } else { ty };
                let view = self.vars.fresh(name, ty, Role::View, span);
                let info = &mut self.vars[view];
                info.named = true;
                info.mutable = exclusive;
                info.view = Some(path);
                self.block.push(StmtKind::View { var: view }, span);
                Value::Path(Path::of(view)).reference(exclusive)
            }
            Value::Atom(atom, ty) => {
                let atom = self.name_atom(atom, name, ty.clone(), span);
                Value::Atom(atom, ty).reference(exclusive)
            }
            Value::Tuple(items) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(i, item)| match item {
                    Value::Cell(cell) => Value::Cell(cell),
                    item => self.own(&format!("{name}_{i}"), false, item, "", span),
                });
                Value::Tuple(items.collect()).reference(exclusive)
            }
            // Its parts have names.
            record @ Value::Record(..) => record.reference(exclusive),
            Value::Init(init, ty) => {
                let place = self.declare(name, exclusive, ty, *init, "", span);
                place.reference(exclusive)
            }
            Value::Ref { to, mutable } => self.alias(name, *to, mutable, span).reference(exclusive),
            Value::Code(mut inert, ty) => {
                // A slice is no value of its own.
                if matches!(ty, Ty::Slice(_)) && !exclusive {
                    let code = std::mem::take(&mut inert.code);
                    inert.code = quote::quote!(&#code);
                }
                let value = self.own(name, exclusive, Value::Code(inert, ty), "", span);
                value.reference(exclusive)
            }
            to => to.reference(exclusive),
        }
    }

    /// Gives a value the type that the user wrote.
    pub(crate) fn retype(&mut self, value: Value, ty: &Ty) -> Value {
        match (value, ty) {
            (value, Ty::Unknown) => value,
            (Value::Atom(mut atom, known), ty) if ty.is_scalar() => {
                match &mut atom {
                    Expr::Var(var) if !self.vars[*var].named => self.vars[*var].ty = ty.clone(),
                    Expr::Lit(lit) if lit.ty.is_float() && ty.is_float() => lit.ty = ty.clone(),
                    _ => {}
                }
                let ty = if matches!(ty, Ty::Int(_)) && known.is_float() { known } else { ty.clone() };
                Value::Atom(atom, ty)
            }
            (Value::Tuple(items), Ty::Tuple(tys)) if items.len() == tys.len() => {
                Value::Tuple(items.into_iter().zip(tys).map(|(item, ty)| self.retype(item, ty)).collect())
            }
            (Value::Path(path), ty) => {
                if path.proj.is_empty() && !self.vars[path.root].named {
                    let known = self.path_ty(&path);
                    self.vars[path.root].ty = self.written(known, ty);
                }
                Value::Path(path)
            }
            (Value::Init(init, known), ty) => {
                let ty = self.written(known, ty);
                Value::Init(init, ty)
            }
            (Value::Code(inert, _), ty) => Value::Code(inert, ty.clone()),
            (value @ Value::Maybe { .. }, Ty::Inert) => match self.as_code(value, Span::call_site()) {
                Some(code) => Value::Code(code, Ty::Inert),
                None => Value::Poison,
            },
            (Value::Ref { to, mutable }, ty) => {
                let to = Box::new(self.retype(*to, ty));
                Value::Ref { to, mutable }
            }
            (value, _) => value,
        }
    }

    /// The written type, and where it says less (`Vec<_>`) what is known.
    fn written(&self, known: Ty, written: &Ty) -> Ty {
        match (known, written) {
            (known, Ty::Unknown) => known,
            (Ty::Vec(known), Ty::Vec(written)) => Ty::Vec(Box::new(self.written(*known, written))),
            (Ty::Array(known, n), Ty::Array(written, m)) => {
                Ty::Array(Box::new(self.written(*known, written)), m.clone().or(n))
            }
            (_, written) => written.clone(),
        }
    }

    /// Cuts a value off from what it was computed of.
    pub(crate) fn cut(&mut self, value: Value, span: Span) -> Value {
        let value = self.read(value, span);
        match value {
            Value::Atom(atom, ty) if ty.may_be_active() => {
                let stopped = self.temp("stopped", ty.clone(), Expr::Stop(Box::new(atom)), span);
                Value::Atom(stopped, ty)
            }
            Value::Path(path) => {
                let ty = self.path_ty(&path);
                if !ty.may_be_active() {
                    return Value::Path(path);
                }
                let init = Init::Copy { from: path, how: CopyHow::Move };
                Value::Init(Box::new(Init::Stop(Box::new(init))), ty)
            }
            Value::Init(init, ty) => Value::Init(Box::new(Init::Stop(init)), ty),
            Value::Tuple(items) => Value::Tuple(items.into_iter().map(|item| self.cut(item, span)).collect()),
            Value::Ref { to, mutable: false } => match *to {
                Value::Path(path) if self.path_ty(&path).is_scalar() => {
                    self.cut(Value::Path(path), span).reference(false)
                }
                Value::Path(path) if self.path_ty(&path).may_be_active() => {
                    let ty = self.path_ty(&path);
                    let (ty, how) = match ty {
                        Ty::Slice(element) => (Ty::Vec(element), CopyHow::ToVec),
                        ty => (ty, CopyHow::Clone),
                    };
                    let init = Init::Stop(Box::new(Init::Copy { from: path, how }));
                    let place = self.temp_place("stopped", ty, init, span);
                    Value::Path(Path::of(place)).reference(false)
                }
                to => self.cut(to, span).reference(false),
            },
            Value::Ref { mutable: true, .. } => {
                self.refuse_at(span, "a mutable reference cannot be cut off: cut what is written through it")
            }
            Value::Maybe { some, value } => {
                let value = Box::new(self.cut(*value, span));
                Value::Maybe { some, value }
            }
            Value::Iter(_) => self.refuse_at(span, "an iterator cannot be cut off: cut what it yields"),
            value => value,
        }
    }

    /// The parts of a value that has `n` of them.
    pub(crate) fn split(&mut self, value: Value, n: usize) -> Option<Vec<Value>> {
        match value {
            Value::Tuple(items) => (items.len() == n).then_some(items),
            Value::Poison => Some(vec![Value::Poison; n]),
            Value::Never => Some(vec![Value::Never; n]),
            Value::Ref { to, mutable } => {
                let items = self.split(*to, n)?;
                Some(
                    items
                        .into_iter()
                        .map(
                            |item| {
                                if matches!(item, Value::Ref { .. }) { item } else { item.reference(mutable) }
                            },
                        )
                        .collect(),
                )
            }
            Value::Path(_) | Value::Code(..) => {
                let field = |i| Proj::Field(Member::Unnamed(syn::Index::from(i)));
                if let Ty::Tuple(tys) = self.ty_of(&value) {
                    if tys.len() != n {
                        return None;
                    }
                }
                Some((0..n).map(|i| self.part(value.clone(), field(i), Span::call_site())).collect())
            }
            Value::Init(init, ty) => match *init {
                Init::Tuple(items) if items.len() == n => {
                    let tys = match ty {
                        Ty::Tuple(tys) if tys.len() == n => tys,
                        _ => vec![Ty::Unknown; n],
                    };
                    Some(
                        items
                            .into_iter()
                            .zip(tys)
                            .map(|(item, ty)| match item {
                                Expr::Whole(path) => Value::Path(path),
                                atom => Value::Atom(atom, ty),
                            })
                            .collect(),
                    )
                }
                init => {
                    let place = self.temp_place("parts", ty, init, Span::call_site());
                    self.split(Value::Path(Path::of(place)), n)
                }
            },
            _ => None,
        }
    }
}

/// `..` or `name @ ..` inside of a slice pattern.
pub(crate) fn is_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Rest(_) => true,
        Pat::Ident(pat) => pat.subpat.as_ref().is_some_and(|(_, pat)| is_rest(pat)),
        _ => false,
    }
}
