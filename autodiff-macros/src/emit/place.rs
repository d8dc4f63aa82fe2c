//! Aggregates: how they begin, their zeros, and sums of whole adjoints.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::expr::{Code, Level};
use super::{Emitter, Form, buffers, types};
use crate::ir::*;

impl Emitter<'_> {
    /// The place, and how deep in it, where the path shows a buffer of the pool.
    pub(crate) fn buffer(&self, path: &Path) -> Option<(Var, usize)> {
        let full = self.vars.resolve(path);
        let whole = full.proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Range(..)));
        let depth = full.proj.iter().filter(|proj| matches!(proj, Proj::Index(_))).count();
        let slice = matches!(full.proj.last(), Some(Proj::Range(..)));
        Some((full.root, depth)).filter(|node| whole && !slice && self.pooled.contains(node))
    }

    pub(crate) fn is_buffer(&self, path: &Path) -> bool {
        self.buffer(path).is_some()
    }

    /// What a place begins with; `ty` is the type of the place, `pooled` is there if it is a buffer of the pool.
    pub(crate) fn init(&self, init: &Init, ty: &Ty, pooled: Option<(Var, usize)>) -> TokenStream {
        let (runtime, buffer) = (self.runtime, pooled.is_some());
        let element = ty.element();
        let float = match &element {
            Ty::Float(Float::Any) => None,
            Ty::Float(float) => Some(float),
            _ => None,
        };
        match init {
            Init::Deferred => TokenStream::new(),
            Init::Stop(inner) => self.init(inner, ty, pooled),
            Init::List { vec, items } => {
                let items = items.iter().map(|item| self.expr(item, float));
                if buffer {
                    quote_spanned!(self.span=> #runtime::pool::Buffer::from_array([#(#items),*]))
                } else if *vec {
                    quote_spanned!(self.span=> #runtime::__private::vec![#(#items),*])
                } else {
                    quote_spanned!(self.span=> [#(#items),*])
                }
            }
            Init::Repeat { vec, value, len } => {
                let (value, len) = (self.expr(value, float), self.expr(len, None));
                if buffer {
                    quote_spanned!(self.span=> #runtime::pool::Buffer::filled(#value, #len))
                } else if *vec {
                    quote_spanned!(self.span=> #runtime::__private::vec![#value; #len])
                } else {
                    quote_spanned!(self.span=> [#value; #len])
                }
            }
            Init::EmptyVec(None) if buffer => quote_spanned!(self.span=> #runtime::pool::Buffer::new()),
            Init::EmptyVec(Some(capacity)) if buffer => {
                let capacity = self.expr(capacity, None);
                quote_spanned!(self.span=> #runtime::pool::Buffer::with_capacity(#capacity))
            }
            Init::EmptyVec(None) => quote_spanned!(self.span=> #runtime::__private::Vec::new()),
            Init::EmptyVec(Some(capacity)) => {
                let capacity = self.expr(capacity, None);
                quote_spanned!(self.span=> #runtime::__private::Vec::with_capacity(#capacity))
            }
            Init::Tuple(items) => {
                let float = |at: usize| match ty {
                    Ty::Tuple(ts) => {
                        ts.get(at).filter(|t| matches!(t, Ty::Float(Float::Lanes))).map(|_| Float::Lanes)
                    }
                    _ => None,
                };
                let items = items.iter().enumerate().map(|(at, item)| self.expr(item, float(at).as_ref()));
                quote_spanned!(self.span=> (#(#items,)*))
            }
            Init::Struct { path, of: Made::Box | Made::Some | Made::Called, fields, base: _ } => {
                let value = fields.iter().map(|(_, value)| self.expr(value, None));
                quote_spanned!(self.span=> #path(#(#value),*))
            }
            Init::Struct { path, of: _, fields, base } => {
                let fields = fields.iter().map(|(member, value)| {
                    let value = self.expr(value, None);
                    quote_spanned!(self.span=> #member: #value)
                });
                let base = base.iter().map(|base| {
                    let base = self.whole(base).tokens;
                    quote_spanned!(self.span=> ..#base)
                });
                let parts = fields.chain(base);
                quote_spanned!(self.span=> #path { #(#parts),* })
            }
            Init::Copy { from, how } => match how {
                CopyHow::Move => self.whole(from).tokens,
                CopyHow::Clone | CopyHow::ToVec => match self.copy_of_rows(from, pooled) {
                    Some(rows) => rows,
                    None if buffer => self.copy_of(from),
                    None => {
                        let receiver = self.receiver(from);
                        match how {
                            CopyHow::Clone if !self.is_buffer(from) => {
                                quote_spanned!(self.span=> #receiver.clone())
                            }
                            _ => quote_spanned!(self.span=> #receiver.to_vec()),
                        }
                    }
                },
            },
            Init::Zero { like } => match pooled {
                Some(node) => self.zero_buffer(&self.type_of(like), self.receiver(like), node),
                None => self.zero(like),
            },
            Init::Inert(inert) => self.inert(inert).tokens,
        }
    }

    /// A buffer of zeros in the shape of `like`.
    fn zero_buffer(&self, ty: &Ty, like: TokenStream, node: (Var, usize)) -> TokenStream {
        let (runtime, element) = (self.runtime, ty.element());
        if let Some(zero) = self.constant(&element, 0.0) {
            return quote_spanned!(self.span=> #runtime::pool::Buffer::filled(#zero, #like.len()));
        }
        let row = crate::names::ident("row", proc_macro2::Span::mixed_site());
        let inner = (node.0, node.1 + 1);
        let zero = if self.pooled.contains(&inner) {
            self.zero_buffer(&element, quote_spanned!(self.span=> #row), inner)
        } else {
            quote_spanned!(self.span=> #runtime::Differentiable::zero_tangent(#row))
        };
        quote_spanned!(self.span=> #runtime::pool::Buffer::like(&#like, |#row| #zero))
    }

    /// A buffer with the elements of a path.
    pub(crate) fn copy_of(&self, path: &Path) -> TokenStream {
        let (runtime, path) = (self.runtime, self.reference(path, false));
        quote_spanned!(self.span=> #runtime::pool::Buffer::copy_of(#path))
    }

    /// A copy of rows that are buffers here or there, for a place.
    fn copy_of_rows(&self, path: &Path, to: Option<(Var, usize)>) -> Option<TokenStream> {
        let full = self.vars.resolve(path);
        let depth = full.proj.iter().filter(|proj| matches!(proj, Proj::Index(_))).count();
        let pooled = |(place, depth)| self.pooled.contains(&(place, depth + 1));
        let (from, to_rows) = (pooled((full.root, depth)), to.is_some_and(pooled));
        if !buffers::has_rows(&self.type_of(path)) || !(from || to_rows) {
            return None;
        }
        let (runtime, row) = (self.runtime, crate::names::ident("row", proc_macro2::Span::mixed_site()));
        let copy = match to_rows {
            true => quote_spanned!(self.span=> #runtime::pool::Buffer::copy_of(#row)),
            false => quote_spanned!(self.span=> #row.to_vec()),
        };
        Some(if to.is_some() {
            let rows = self.reference(path, false);
            quote_spanned!(self.span=> #runtime::pool::Buffer::like(#rows, |#row| #copy))
        } else {
            let rows = self.receiver(path);
            quote_spanned!(self.span=> #rows.iter().map(|#row| #copy).collect::<#runtime::__private::Vec<_>>())
        })
    }

    pub(crate) fn float_literal(&self, value: f64, float: &Float) -> TokenStream {
        let lit = match build::lit(value) {
            Expr::Lit(lit) => lit,
            _ => unreachable!("`lit` makes a literal"),
        };
        self.literal(&lit, Some(float)).tokens
    }

    /// A number in every leaf, where the type alone says the shape.
    pub(super) fn constant(&self, ty: &Ty, value: f64) -> Option<TokenStream> {
        if !ty.may_be_active() {
            return Some(quote_spanned!(self.span=> ()));
        }
        Some(match ty {
            Ty::Float(_) if self.wide.is_some() && value == 0.0 => self.no_lanes(),
            Ty::Float(Float::Any) => self.float_literal(value, &self.float),
            Ty::Float(float) => self.float_literal(value, float),
            Ty::Array(t, Some(len)) => {
                let t = self.constant(t, value)?;
                quote_spanned!(self.span=> [#t; #len])
            }
            Ty::Tuple(ts) => {
                let ts = ts.iter().map(|t| self.constant(t, value)).collect::<Option<Vec<_>>>()?;
                quote_spanned!(self.span=> (#(#ts,)*))
            }
            _ => return None,
        })
    }

    /// The same of a number.
    pub(crate) fn constant_of(&self, ty: &Ty, value: f64) -> TokenStream {
        self.constant(ty, value).unwrap_or_default()
    }

    /// The zero tangent of what `like` shows.
    pub(crate) fn zero(&self, like: &Path) -> TokenStream {
        let runtime = self.runtime;
        let ty = self.type_of(like);
        if let Some(zero) = self.constant(&ty, 0.0) {
            return zero;
        }
        match &ty {
            // A list that is owned and no `Vec` for sure may be an array.
            Ty::Slice(_) if like.proj.is_empty() && self.form(like.root) == Form::Owned => {}
            Ty::Vec(t) | Ty::Slice(t) => {
                if let Some(zero) = self.constant(t, 0.0) {
                    let like = self.receiver(like);
                    return quote_spanned!(self.span=> #runtime::__private::vec![#zero; #like.len()]);
                }
            }
            _ => {}
        }
        if self.wide.is_some() {
            let like = self.reference(like, false);
            return quote_spanned!(self.span=> #runtime::lanes::zero(#like));
        }
        let asked = self.asked.get(&like.root).filter(|_| like.proj.is_empty());
        let like = self.reference(like, false);
        if let Some(ty) = asked {
            return quote_spanned!(self.span=> <#ty as #runtime::Differentiable>::zero_tangent(#like));
        }
        let runtime = self.runtime_here();
        quote_spanned!(self.span=> #runtime::Differentiable::zero_tangent(#like))
    }

    /// `to += from` of whole adjoints.
    pub(crate) fn accumulate(&mut self, to: &Path, from: &Path) -> TokenStream {
        let ty = match self.type_of(to) {
            Ty::Unknown => self.type_of(from),
            ty => ty,
        };
        if let Ty::Float(float) = &ty {
            let from = self.part(from).map_or_else(|| self.path(from), Code::postfix);
            if let Some(update) = self.add_to_part(to, from.tokens.clone()) {
                return update;
            }
            let to = self.path_mut(to);
            return self.add_assign(to.tokens, from.tokens, float);
        }
        // The one is a copy of the other in another form: what was a part of an array or of something unknown is a `Vec`.
        let differ = matches!(
            (self.type_of(to), self.type_of(from)),
            (Ty::Slice(_), _)
                | (_, Ty::Slice(_))
                | (Ty::Unknown | Ty::Named(_) | Ty::Array(..), Ty::Vec(_))
                | (Ty::Vec(_), Ty::Unknown | Ty::Named(_) | Ty::Array(..))
        );
        if differ && float_leaf(&ty).is_none() {
            let (runtime, to, from) = (self.runtime, self.receiver_mut(to), self.receiver(from));
            return self.scoped(|this| {
                let (a, b) = (this.local("to"), this.local("from"));
                quote_spanned!(this.span=> for (#a, #b) in #to.iter_mut().zip(#from.iter()) { #runtime::Tangent::accumulate(#a, #b); })
            });
        }
        let flat = float_leaf(&ty).cloned();
        let Some(float) = flat else {
            // Two fields of which only rustc knows the types may be an array and a `Vec`.
            let open = self.is_part(to) && self.is_part(from);
            let (runtime, part) = (self.runtime, self.may_be_nothing(to) || open);
            let (to, from) = (self.reference(to, true), self.reference(from, false));
            if part {
                return quote_spanned!(self.span=> #runtime::__private::accumulate!(#to, #from););
            }
            return quote_spanned!(self.span=> #runtime::Tangent::accumulate(#to, #from););
        };
        let (to, from) = (self.receiver_mut(to), self.receiver(from));
        self.scoped(|this| this.accumulate_elements(&ty, &float, to, from))
    }

    fn accumulate_elements(
        &mut self,
        ty: &Ty,
        float: &Float,
        to: TokenStream,
        from: TokenStream,
    ) -> TokenStream {
        let (a, b) = (self.local("to"), self.local("from"));
        let body = match ty.element() {
            element @ (Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_)) => self.scoped(|this| {
                this.accumulate_elements(
                    &element,
                    float,
                    quote_spanned!(this.span=> #a),
                    quote_spanned!(this.span=> #b),
                )
            }),
            _ => self.add_assign(quote_spanned!(self.span=> *#a), quote_spanned!(self.span=> *#b), float),
        };
        quote_spanned!(self.span=> for (#a, #b) in #to.iter_mut().zip(#from.iter()) { #body })
    }

    /// `to += value;`, spelled out where the type promises no `AddAssign`.
    pub(crate) fn add_assign(&self, to: TokenStream, value: TokenStream, float: &Float) -> TokenStream {
        match float {
            Float::Param(_) => quote_spanned!(self.span=> #to = #to + #value;),
            Float::Any if matches!(self.float, Float::Param(_)) => {
                quote_spanned!(self.span=> #to = #to + #value;)
            }
            _ => quote_spanned!(self.span=> #to += #value;),
        }
    }

    /// The statements with a fixed form.
    pub(crate) fn raw(&mut self, raw: &RawStmt) -> TokenStream {
        match raw {
            RawStmt::PutBack { path, from } => self.put_back(path, *from),
            RawStmt::Keep { old, path } => {
                let content = self.copy(path, Some((*old, 0)).filter(|node| self.pooled.contains(node)));
                let pattern = self.pattern(*old);
                quote_spanned!(self.span=> let #pattern = #content;)
            }
            RawStmt::Record { tape, path } => self.record(*tape, path),
            RawStmt::Replay { tape, path } => self.replay(*tape, path),
            RawStmt::Pop { path, popped } => {
                let runtime = self.runtime;
                let path = self.receiver_mut(path);
                match popped {
                    Some(popped) => {
                        let pattern = self.pattern(*popped);
                        quote_spanned!(self.span=> let ::core::option::Option::Some(#pattern) = #path.pop() else { #runtime::__private::missing_adjoint() };)
                    }
                    None => quote_spanned!(self.span=> #path.pop();),
                }
            }
            RawStmt::SumInto { var, path } => {
                let (total, receiver) = (self.ident(*var), self.receiver(path));
                let float = float_leaf(&self.type_of(path)).cloned().unwrap_or_else(|| self.float.clone());
                let sum = match &float {
                    Float::Param(_) => {
                        let item = self.scoped(|this| this.local("term"));
                        quote_spanned!(self.span=> for #item in #receiver.iter() { #total = #total + *#item; })
                    }
                    float => {
                        let float = types::float_name(float);
                        quote_spanned!(self.span=> #total += #receiver.iter().sum::<#float>();)
                    }
                };
                let clear = self.clear(path);
                quote_spanned!(self.span=> #sum #clear)
            }
            RawStmt::Clear { path } => self.clear(path),
            RawStmt::Swap(a, b) => self.swap(a, b),
        }
    }

    /// A copy of a path's content, of scalars too.
    fn copy(&self, path: &Path, pooled: Option<(Var, usize)>) -> TokenStream {
        let ty = self.type_of(path);
        if let Some(rows) = self.copy_of_rows(path, pooled) {
            return rows;
        }
        if pooled.is_some() {
            return self.copy_of(path);
        }
        if ty.is_scalar() {
            return self.path(path).tokens;
        }
        let receiver = self.receiver(path);
        match ty {
            Ty::Slice(_) => quote_spanned!(self.span=> #receiver.to_vec()),
            Ty::Vec(_) if self.is_buffer(path) => quote_spanned!(self.span=> #receiver.to_vec()),
            Ty::Array(t, _) if t.is_scalar() => self.path(path).tokens,
            Ty::Array(..) | Ty::Vec(_) | Ty::Tuple(_) => quote_spanned!(self.span=> #receiver.clone()),
            _ => {
                let reference = self.reference(path, false);
                quote_spanned!(self.span=> ::core::clone::Clone::clone(#reference))
            }
        }
    }

    pub(crate) fn put_back(&self, path: &Path, from: Var) -> TokenStream {
        let from = self.ident(from);
        match self.type_of(path) {
            Ty::Slice(t) if t.is_scalar() => {
                let receiver = self.receiver_mut(path);
                quote_spanned!(self.span=> #receiver.copy_from_slice(&#from);)
            }
            ty if is_window(path, &ty) => {
                let receiver = self.receiver_mut(path);
                quote_spanned!(self.span=> #receiver.clone_from_slice(&#from);)
            }
            _ => {
                let path = self.path_mut(path).tokens;
                quote_spanned!(self.span=> #path = #from;)
            }
        }
    }

    /// Zeroes a whole adjoint in place.
    fn clear(&self, path: &Path) -> TokenStream {
        let ty = self.type_of(path);
        match &ty {
            Ty::Float(float) => {
                let (path, zero) = (self.path_mut(path).tokens, self.float_literal(0.0, float));
                return quote_spanned!(self.span=> #path = #zero;);
            }
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => {
                if let Some(zero) = self.constant(t, 0.0) {
                    let receiver = self.receiver_mut(path);
                    return quote_spanned!(self.span=> #receiver.fill(#zero););
                }
            }
            _ => {}
        }
        let (runtime, reference) = (self.runtime, self.reference(path, false));
        let zero = quote_spanned!(self.span=> #runtime::Differentiable::zero_tangent(#reference));
        if is_window(path, &ty) {
            let (receiver, name) = (self.receiver_mut(path), Ident::new("zero", Span::mixed_site()));
            return quote_spanned! {self.span=>
                let #name = #zero;
                #receiver.clone_from_slice(&#name);
            };
        }
        let path = self.path_mut(path).tokens;
        quote_spanned!(self.span=> #path = #zero;)
    }

    pub(crate) fn swap(&self, a: &Path, b: &Path) -> TokenStream {
        let in_one = a.root == b.root && a.proj.len() == 1 && b.proj.len() == 1;
        if let (true, Some(Proj::Index(i)), Some(Proj::Index(j))) = (in_one, a.proj.last(), b.proj.last()) {
            let receiver = self.receiver(&Path::of(a.root));
            let (i, j) = (self.expr(i, None), self.expr(j, None));
            return quote_spanned!(self.span=> #receiver.swap(#i, #j););
        }
        // Elements of one row: `x[k].swap(i, j)`.
        if a.root == b.root && a.proj.len() == b.proj.len() {
            if let (Some((Proj::Index(i), row)), Some((Proj::Index(j), _))) =
                (a.proj.split_last(), b.proj.split_last())
            {
                let row = Path { root: a.root, proj: row.to_vec() };
                let other = Path { root: b.root, proj: b.proj[..b.proj.len() - 1].to_vec() };
                let (row, other) =
                    (self.path_mut(&row).at(Level::Postfix), self.path_mut(&other).at(Level::Postfix));
                if row.to_string() == other.to_string() {
                    let (i, j) = (self.expr(i, None), self.expr(j, None));
                    return quote_spanned!(self.span=> #row.swap(#i, #j););
                }
            }
        }
        let (a, b) = (self.reference(a, true), self.reference(b, true));
        quote_spanned!(self.span=> ::core::mem::swap(#a, #b);)
    }
}

/// The float of sequences (of sequences …) of floats.
pub(super) fn float_leaf(ty: &Ty) -> Option<&Float> {
    match ty {
        Ty::Float(float) => Some(float),
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => float_leaf(t),
        Ty::Int(_) | Ty::Inert | Ty::Tuple(_) | Ty::Named(_) | Ty::Unknown => None,
    }
}

impl Emitter<'_> {
    /// The zero of a type whose shape is known, or of one that begins empty.
    pub(crate) fn zero_by_type(&self, ty: &Ty) -> TokenStream {
        match self.constant(ty, 0.0) {
            Some(zero) => zero,
            None => quote_spanned!(self.span=> ::core::default::Default::default()),
        }
    }
}

/// Whether a path shows a part of something that has no size: it is changed element by element.
fn is_window(path: &Path, ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(_)) || matches!(path.proj.last(), Some(Proj::Range(..)))
}
