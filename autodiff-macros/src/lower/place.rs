//! Elements, ranges and assignments.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use super::inert::combine;
use super::iter::Iter;
use super::start::start;
use crate::ir::{CopyHow, Expr, Init, Path, Proj, StmtKind, StoreOp, Ty, build};
use crate::standard::Unindexed;

impl Lower<'_> {
    pub(crate) fn lower_index(&mut self, expr: &syn::ExprIndex) -> Value {
        let span = expr.bracket_token.span.join();
        let base = self.place(&expr.expr);
        if matches!(base, Value::Never) {
            return Value::Never;
        }
        let base = match base.peel() {
            value
            @ (Value::Path(_) | Value::Code(..) | Value::Init(..) | Value::Atom(..) | Value::Poison) => value,
            value @ Value::Tuple(_) => {
                let _ = value;
                return self.refuse(expr, "a tuple cannot be indexed");
            }
            _ => return self.refuse(&expr.expr, "this value cannot be indexed: collect or bind it first"),
        };
        match &*expr.index {
            syn::Expr::Range(range) => {
                let (lo, hi) = self.window(range);
                self.project(base, Proj::Range(lo, hi), span)
            }
            index if self.is_key(&base, index) => {
                let key = self.operand(index, None);
                let (base, key) = (self.as_code(base, span), self.as_code(key, index.span()));
                let (Some(base), Some(key)) = (base, key) else { return Value::Poison };
                let inert = combine(&[base, key], |parts| {
                    let (base, key) = (&parts[0], &parts[1]);
                    quote!(#base[#key])
                });
                Value::Code(inert, Ty::Unknown)
            }
            index => {
                let value = self.operand(index, None);
                let proj = match value.peel() {
                    Value::Iter(iter) => match *iter {
                        Iter::Range { lo, hi, inclusive, .. } => {
                            let (lo, hi) = (self.counted(&lo), hi.map(|hi| self.counted(&hi)));
                            let hi = match inclusive {
                                true => hi.map(|hi| self.int_op("+", hi, build::int(1), span)),
                                false => hi,
                            };
                            Proj::Range(Some(lo), hi)
                        }
                        _ => {
                            return self.refuse(
                                index,
                                "a range in a variable as index is not supported: write `x[a..b]`",
                            );
                        }
                    },
                    Value::Poison => return Value::Poison,
                    Value::Never => return Value::Never,
                    // `a[(i, j)]`, `a[[i, j]]`
                    value if matches!(value, Value::Tuple(_)) || is_list(index, &self.ty_of(&base)) => {
                        let Some(code) = self.as_code(value, start(index)) else { return Value::Poison };
                        Proj::Index(self.temp("index", Ty::Inert, Expr::Inert(code), start(index)))
                    }
                    value if self.unindexed(&value).is_some_and(Unindexed::is_range) => {
                        match self.window_of(value, span) {
                            Some(window) => window,
                            None => return Value::Poison,
                        }
                    }
                    value => {
                        let ty = self.ty_of(&value);
                        if ty.is_float() {
                            return self.refuse(index, "an index cannot be a float");
                        }
                        let sequence = self.ty_of(&base).is_sequence();
                        match ty {
                            Ty::Inert if sequence && matches!(value, Value::Init(..)) => {
                                return self.refuse(
                                    index,
                                    "a range in a variable as index is not supported: write `x[r.start..r.end]`",
                                );
                            }
                            Ty::Inert if sequence => {
                                Proj::Index(self.scalar(value, Some(&Ty::usize()), start(index)).0)
                            }
                            Ty::Inert | Ty::Named(_) => {
                                let Some(code) = self.as_code(value, start(index)) else {
                                    return Value::Poison;
                                };
                                Proj::Index(self.temp("index", Ty::Inert, Expr::Inert(code), start(index)))
                            }
                            _ => Proj::Index(self.scalar(value, Some(&Ty::usize()), start(index)).0),
                        }
                    }
                };
                self.project(base, proj, span)
            }
        }
    }

    /// Whether an index is the key of a map that carries nothing: a reference, or a string.
    /// The bounds of a window, the upper one excluded.
    pub(crate) fn window(&mut self, range: &syn::ExprRange) -> (Option<Expr>, Option<Expr>) {
        let lo = range.start.as_ref().map(|lo| self.index_atom(lo));
        let hi = range.end.as_ref().map(|hi| self.index_atom(hi));
        let hi = match (hi, &range.limits) {
            (Some(hi), syn::RangeLimits::Closed(_)) => {
                let next =
                    Expr::Binary(syn::BinOp::Add(Default::default()), Box::new(hi), Box::new(build::int(1)));
                Some(self.temp("end", Ty::usize(), next, range.limits.span()))
            }
            (hi, _) => hi,
        };
        (lo, hi)
    }

    fn is_key(&self, base: &Value, index: &syn::Expr) -> bool {
        let inactive = match base {
            Value::Code(..) => true,
            Value::Path(path) => matches!(self.path_ty(path), Ty::Inert) || self.is_untyped_constant(path),
            _ => false,
        };
        let string = matches!(index, syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_), .. }));
        let name = match index {
            syn::Expr::Path(path) => path.path.get_ident().and_then(|name| self.lookup(name)),
            _ => None,
        };
        inactive
            && (string || matches!(index, syn::Expr::Reference(_)) || matches!(name, Some(Value::Ref { .. })))
    }

    /// What a value is that has no elements at positions, as its written type says.
    fn unindexed(&self, value: &Value) -> Option<Unindexed> {
        match value {
            Value::Path(path) if path.proj.is_empty() => self.unindexed.get(&path.root).copied(),
            Value::Init(init, _) => match &**init {
                Init::Copy { from, .. } if from.proj.is_empty() => self.unindexed.get(&from.root).copied(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The window that a range in a variable shows: `x[r]`.
    fn window_of(&mut self, range: Value, span: Span) -> Option<Proj> {
        let kind = self.unindexed(&range)?;
        let range = match range {
            // A copy is as good as what it is a copy of.
            Value::Init(init, ty) => match *init {
                Init::Copy { from, .. } => Value::Path(from),
                init => Value::Init(Box::new(init), ty),
            },
            range => range,
        };
        let range = self.as_code(range, span)?;
        let mut bound = |code: &dyn Fn(&TokenStream) -> TokenStream| {
            let bound = combine(std::slice::from_ref(&range), |parts| code(&parts[0]));
            Some(self.temp("bound", Ty::usize(), Expr::Inert(bound), span))
        };
        let (lo, hi) = match kind {
            Unindexed::Range => (bound(&|r| quote!(#r.start)), bound(&|r| quote!(#r.end))),
            Unindexed::RangeInclusive => (bound(&|r| quote!(*#r.start())), bound(&|r| quote!(*#r.end() + 1))),
            Unindexed::RangeFrom => (bound(&|r| quote!(#r.start)), None),
            Unindexed::RangeTo => (None, bound(&|r| quote!(#r.end))),
            Unindexed::RangeToInclusive => (None, bound(&|r| quote!(#r.end + 1))),
            Unindexed::Map | Unindexed::Set => return None,
        };
        Some(Proj::Range(lo, hi))
    }

    fn index_atom(&mut self, expr: &syn::Expr) -> Expr {
        let value = self.operand(expr, Some(&Ty::usize()));
        self.scalar(value, Some(&Ty::usize()), start(expr)).0
    }

    // ---- assignment ----

    pub(crate) fn lower_assign(&mut self, expr: &syn::ExprAssign) -> Value {
        let span = expr.eq_token.span;
        match &*expr.left {
            syn::Expr::Infer(_) => {
                let value = self.expr(&expr.right, None);
                self.discard(value, span);
            }
            left @ (syn::Expr::Tuple(_) | syn::Expr::Array(_)) => {
                let value = self.expr(&expr.right, None);
                self.unless_left(span, |lower| {
                    let value = lower.detach(value, span);
                    lower.destructure(left, value, span);
                });
            }
            left => {
                let ty = {
                    // The type alone: what the place's indices compute is evaluated behind the value.
                    let mark = self.block.stmts.len();
                    let simple = matches!(left, syn::Expr::Path(_));
                    let ty = if simple {
                        let target = self.place(left);
                        self.target_ty(&target)
                    } else {
                        None
                    };
                    debug_assert!(
                        self.block.stmts.len() == mark || !simple,
                        "naming a variable evaluates nothing"
                    );
                    ty
                };
                let value = self.expr(&expr.right, ty.as_ref());
                self.unless_left(span, |lower| {
                    let target = lower.place(left);
                    lower.assign(target, value, span);
                });
            }
        }
        Value::unit()
    }

    fn target_ty(&self, target: &Value) -> Option<Ty> {
        Some(self.ty_of(target)).filter(|ty| !matches!(ty, Ty::Unknown))
    }

    /// Copies what a destructuring assignment might overwrite before it is read.
    pub(crate) fn detach(&mut self, value: Value, span: Span) -> Value {
        match self.read(value, span) {
            Value::Tuple(items) => {
                Value::Tuple(items.into_iter().map(|item| self.detach(item, span)).collect())
            }
            Value::Path(path) if self.vars[path.root].named || !path.proj.is_empty() => {
                let ty = self.path_ty(&path);
                let init = Init::Copy { from: path, how: CopyHow::Move };
                Value::Path(Path::of(self.temp_place("moved", ty, init, span)))
            }
            Value::Init(init, ty) => Value::Path(Path::of(self.temp_place("moved", ty, *init, span))),
            Value::Maybe { some, value } => self.taken_option(some, *value, span),
            value => value,
        }
    }

    fn destructure(&mut self, left: &syn::Expr, value: Value, span: Span) {
        match left {
            syn::Expr::Tuple(tuple) => match self.split(value, tuple.elems.len()) {
                Some(items) => {
                    for (left, item) in tuple.elems.iter().zip(items) {
                        self.destructure(left, item, span);
                    }
                }
                None => {
                    self.refuse(tuple, "the value has another shape than this pattern");
                }
            },
            syn::Expr::Array(array) => {
                for (i, left) in array.elems.iter().enumerate() {
                    let item = self.project(value.clone(), Proj::Index(build::int(i as i64)), span);
                    self.destructure(left, item, span);
                }
            }
            syn::Expr::Infer(_) => {}
            left => {
                let target = self.place(left);
                let value = self.read(value, span);
                self.assign(target, value, span);
            }
        }
    }

    /// `target = value`
    pub(crate) fn assign(&mut self, target: Value, value: Value, span: Span) {
        if matches!(value, Value::Poison | Value::Never) {
            self.give_up(&value);
            return;
        }
        match target {
            Value::Cell(cell) => {
                let want = self.version(cell);
                let (atom, ty) = self.scalar(value, Some(&want), span);
                self.assign_cell(cell, atom, ty);
            }
            Value::Path(path) => {
                self.mark_mutable(&path);
                let (ty, value) = match self.marked_number(&path) {
                    Some(ty) => (ty, self.cut(value, span)),
                    None => (self.path_ty(&path), value),
                };
                if ty.is_scalar() {
                    let (value, _) = self.scalar(value, Some(&ty), span);
                    self.block.push(StmtKind::Store { path, op: StoreOp::Set, value }, span);
                    return;
                }
                if let Some(init) = self.init(value, Some(&ty), span) {
                    self.block.push(StmtKind::Assign { path, init, slice: false }, span);
                }
            }
            Value::Tuple(items) => match self.split(value, items.len()) {
                Some(values) => {
                    let values: Vec<Value> =
                        values.into_iter().map(|value| self.detach(value, span)).collect();
                    for (target, value) in items.into_iter().zip(values) {
                        let value = self.read(value, span);
                        self.assign(target, value, span);
                    }
                }
                None => {
                    self.refuse_at(span, "the value has another shape than what it is assigned to");
                }
            },
            Value::Optional { some, kept } => self.fill_option(some, &kept, value, span),
            Value::Later => self.refuse_unknown(span),
            Value::Ref { .. } => {
                self.refuse_at(
                    span,
                    "a reference that changes what it refers to is not supported: use an index, or copy the content",
                );
            }
            Value::Poison | Value::Never => {}
            Value::Maybe { .. } => {
                self.refuse_at(span, "an `Option` of this type that changes is not supported: keep the value, and a `bool` that tells whether there is one");
            }
            Value::Atom(..) => {
                self.refuse_at(span, "this cannot be assigned to");
            }
            _ => {
                self.refuse_at(span, "an assignment to this is not supported: `let` it anew");
            }
        }
    }

    /// The length of a sequence.
    pub(crate) fn len(&mut self, value: Value, span: Span) -> Expr {
        match value.peel() {
            Value::Path(path) => {
                let hint = format!("{}_len", self.vars[path.root].name);
                self.temp(&hint, Ty::usize(), Expr::Len(path), span)
            }
            Value::Init(init, ty) => {
                let place = self.temp_place("temporary", ty, *init, span);
                self.temp("len", Ty::usize(), Expr::Len(Path::of(place)), span)
            }
            value => match self.as_code(value, span) {
                Some(code) => {
                    let inert = combine(&[code], |parts| {
                        let p = &parts[0];
                        quote!((#p).len())
                    });
                    self.temp("len", Ty::usize(), Expr::Inert(inert), span)
                }
                None => build::int(0),
            },
        }
    }
}

/// Whether an index is a list of indices, of what is no sequence.
fn is_list(index: &syn::Expr, base: &Ty) -> bool {
    matches!(index, syn::Expr::Array(_)) && !base.is_sequence()
}
