//! Methods of arrays, slices and Vecs; of iterators; of the `Option`s that they give.

mod adapt;
mod array;
mod consume;
mod option;
mod order;
mod resize;
mod select;

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};

use self::resize::changes_length;
use super::env::Value;
use super::iter::{Access, Iter};
use super::start::start;
use super::{Lower, words};
use crate::ir::{CopyHow, Expr, Float, Init, Path, Proj, StmtKind, Ty, build};

/// Methods of sequences and iterators that lowering knows, whatever they are called on.
pub(crate) fn is_known(name: &str) -> bool {
    matches!(
        name,
        "len"
            | "is_empty"
            | "iter"
            | "iter_mut"
            | "into_iter"
            | "to_vec"
            | "clone"
            | "swap"
            | "fill"
            | "copy_from_slice"
            | "copy_within"
            | "clone_from_slice"
            | "push"
            | "split_at"
            | "split_at_mut"
            | "as_slice"
            | "as_mut_slice"
            | "chunks"
            | "chunks_mut"
            | "chunks_exact"
            | "chunks_exact_mut"
            | "windows"
            | "first"
            | "last"
            | "get"
            | "get_mut"
            | "first_mut"
            | "last_mut"
            | "sum"
            | "product"
            | "fold"
            | "for_each"
            | "collect"
            | "zip"
            | "enumerate"
            | "rev"
            | "skip"
            | "take"
            | "step_by"
            | "map"
            | "copied"
            | "cloned"
            | "filter"
            | "filter_map"
            | "take_while"
            | "map_while"
            | "find_map"
            | "skip_while"
            | "flat_map"
            | "inspect"
            | "scan"
            | "chain"
            | "unzip"
            | "reduce"
            | "split_first"
            | "split_last"
            | "swap_with_slice"
            | "clear"
            | "truncate"
            | "reverse"
            | "extend_from_slice"
            | "extend"
            | "min_by"
            | "max_by"
            | "as_ref"
            | "as_mut"
            | "borrow"
            | "to_owned"
            | "by_ref"
            | "peekable"
            | "fuse"
            | "concat"
            | "nth"
    )
}

/// Whether an expression is an iterator by the methods that it is made with, whatever it goes along.
pub(crate) fn is_iterator_chain(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(paren) => is_iterator_chain(&paren.expr),
        syn::Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "iter" | "iter_mut" | "into_iter" | "chunks" | "chunks_exact" | "windows" | "enumerate"
            | "zip" | "rev" | "skip" | "take" | "step_by" | "filter" | "filter_map" | "flat_map"
            | "flatten" | "take_while" | "map_while" | "skip_while" | "inspect" | "scan" | "chain"
            | "cycle" => true,
            "map" | "copied" | "cloned" => is_iterator_chain(&call.receiver),
            _ => false,
        },
        _ => false,
    }
}

impl Lower<'_> {
    /// A method of a sequence; `None` if it is none that is known here.
    pub(crate) fn sequence_method(
        &mut self,
        receiver: &Value,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Option<Value> {
        let span = expr.method.span();
        let mutable = matches!(receiver, Value::Ref { mutable: true, .. });
        let by_reference = matches!(receiver, Value::Ref { .. });
        let value = receiver.clone().peel();
        let n = expr.args.len();
        let known = matches!(
            (name, n),
            (
                "len"
                    | "is_empty"
                    | "iter"
                    | "iter_mut"
                    | "into_iter"
                    | "to_vec"
                    | "into_vec"
                    | "as_slice"
                    | "as_mut_slice",
                0
            ) | ("as_ref" | "as_mut" | "borrow" | "first" | "last" | "first_mut" | "last_mut", 0)
                | (
                    "clear" | "reverse" | "split_first" | "split_last" | "pop" | "sort" | "into_boxed_slice",
                    0
                )
                | ("chunks" | "chunks_mut" | "chunks_exact" | "chunks_exact_mut" | "windows" | "split_at", 1)
                | (
                    "split_at_mut"
                        | "fill"
                        | "copy_from_slice"
                        | "clone_from_slice"
                        | "push"
                        | "get"
                        | "get_mut"
                        | "map",
                    1
                )
                | ("swap", 2)
                | (
                    "extend"
                        | "extend_from_slice"
                        | "truncate"
                        | "sort_by"
                        | "append"
                        | "rotate_left"
                        | "rotate_right",
                    1
                )
                | ("resize" | "insert", 2)
                | (
                    "remove"
                        | "swap_remove"
                        | "sort_unstable_by"
                        | "sort_unstable_by_key"
                        | "sort_by_key"
                        | "retain"
                        | "dedup_by"
                        | "split_off"
                        | "drain",
                    1
                )
                | ("concat", 0)
        );
        if (name, n) == ("copy_within", 2) {
            return words::kept(expr, words::Receiver::Sequence, self.nodes)
                .map(|copied| self.expr(&copied, want));
        }
        if !known {
            return None;
        }
        let (path, ty) = match value {
            Value::Path(path) => {
                let ty = self.path_ty(&path);
                (path, ty)
            }
            Value::Init(init, ty) => {
                let place = self.temp_place("temporary", ty.clone(), *init, span);
                (Path::of(place), ty)
            }
            _ => return None,
        };
        let inactive = !ty.may_be_active();
        Some(match name {
            "len" => Value::Atom(self.len(Value::Path(path), span), Ty::usize()),
            "is_empty" => {
                let len = self.len(Value::Path(path), span);
                let test =
                    Expr::Binary(syn::BinOp::Eq(Default::default()), Box::new(len), Box::new(build::int(0)));
                Value::Atom(self.temp("is_empty", Ty::bool(), test, span), Ty::bool())
            }
            "iter" if self.has_no_indices(&path) => match self.items_collected(path, Access::Ref, span) {
                Ok(items) => Value::Iter(Box::new(items)),
                Err(value) => value,
            },
            "iter" => Value::Iter(Box::new(Iter::Elements { path, access: Access::Ref })),
            "iter_mut" => {
                self.mark_mutable(&path);
                Value::Iter(Box::new(Iter::Elements { path, access: Access::RefMut }))
            }
            "into_iter" => {
                let (path, access) = match (by_reference, mutable) {
                    (true, true) => (path, Access::RefMut),
                    (true, false) => (path, Access::Ref),
                    _ => (self.taken_whole(path, span), Access::Value),
                };
                Value::Iter(Box::new(Iter::Elements { path, access }))
            }
            "as_slice" | "as_ref" | "borrow" => Value::Path(path).reference(false),
            "as_mut_slice" | "as_mut" => {
                self.mark_mutable(&path);
                Value::Path(path).reference(true)
            }
            "to_vec" | "into_vec" => {
                let ty = Ty::Vec(Box::new(ty.element()));
                Value::Init(Box::new(Init::Copy { from: path, how: CopyHow::ToVec }), ty)
            }
            "chunks" | "chunks_exact" | "chunks_mut" | "chunks_exact_mut" => {
                let size = self.index_arg(&expr.args[0]);
                let mutable = name.ends_with("_mut");
                if mutable {
                    self.mark_mutable(&path);
                }
                Value::Iter(Box::new(Iter::Chunks { path, size, exact: name.contains("exact"), mutable }))
            }
            "windows" => {
                let size = self.index_arg(&expr.args[0]);
                Value::Iter(Box::new(Iter::Windows { path, size }))
            }
            "split_at" | "split_at_mut" => {
                let at = self.index_arg(&expr.args[0]);
                let exclusive = name == "split_at_mut";
                if exclusive {
                    self.mark_mutable(&path);
                }
                let left = Value::Path(path.with(Proj::Range(None, Some(at.clone()))));
                let right = Value::Path(path.with(Proj::Range(Some(at), None)));
                Value::Tuple(vec![left.reference(exclusive), right.reference(exclusive)])
            }
            "first" | "last" | "first_mut" | "last_mut" | "get" | "get_mut" | "split_first"
            | "split_last" => self.element_option(path, expr, name, span),
            "map" if !ty.is_sequence() && !self.length_is_known(&ty, expr, want) => return None,
            "map" => self.array_map(path, &ty, expr, want, span),
            "swap" => {
                let a = self.index_arg(&expr.args[0]);
                let b = self.index_arg(&expr.args[1]);
                self.mark_mutable(&path);
                let (a, b) = (path.with(Proj::Index(a)), path.with(Proj::Index(b)));
                self.block.push(StmtKind::Swap(a, b), span);
                Value::unit()
            }
            "fill" => {
                let element = ty.element();
                let value = self.operand(&expr.args[0], Some(&element));
                self.fill(path, value, &element, span)
            }
            "copy_from_slice" | "clone_from_slice" => {
                let source = self.operand(&expr.args[0], Some(&ty)).peel();
                let init = match source {
                    Value::Path(from) => Init::Copy { from, how: CopyHow::Clone },
                    Value::Init(init, _) => *init,
                    Value::Poison | Value::Never => return Some(Value::Poison),
                    source => match self.init(source, Some(&ty), span) {
                        Some(init) => init,
                        None => return Some(Value::Poison),
                    },
                };
                let init = match init {
                    // Two halves of one place (`split_at_mut`): rustc sees that they are apart, the expansion names the place.
                    Init::Copy { from, .. }
                        if self.vars.resolve(&from).root == self.vars.resolve(&path).root =>
                    {
                        let ty = Ty::Vec(Box::new(self.path_ty(&from).element()));
                        let copy = Init::Copy { from, how: CopyHow::ToVec };
                        Init::Copy {
                            from: Path::of(self.temp_place("copy", ty, copy, span)),
                            how: CopyHow::Clone,
                        }
                    }
                    init => init,
                };
                self.mark_mutable(&path);
                self.block.push(StmtKind::Assign { path, init, slice: true }, span);
                Value::unit()
            }
            "push" => {
                let element = ty.element();
                let value = self.operand(&expr.args[0], Some(&element));
                self.push_to(path, value, span);
                Value::unit()
            }
            "extend_from_slice" | "extend" if !inactive => {
                let items = match self.iterator(&expr.args[0]) {
                    Ok(items) => items,
                    Err(value) => return Some(value),
                };
                self.mark_mutable(&path);
                self.drive(items, None, span, &mut |lower, item| {
                    let item = lower.copied(item, span);
                    lower.push_to(path.clone(), item, span);
                });
                Value::unit()
            }
            "sort_by" | "sort_by_key" | "sort_unstable_by" | "sort_unstable_by_key" | "retain"
                if inactive
                    && matches!(ty, Ty::Vec(_))
                    && !self.is_inactive(&expr.args.to_token_stream()) =>
            {
                self.rearranged(path, expr, span)
            }
            _ if inactive => return None,
            "append" if matches!(ty, Ty::Vec(_)) => self.appended(path, expr, span),
            "reverse" => self.reversed_in_place(path, span),
            "rotate_left" | "rotate_right" => self.rotated(path, name, expr, span),
            "sort_by" | "sort_by_key" | "sort_unstable_by" => self.sorted(path, name, expr, span),
            _ if changes_length(name) && matches!(ty, Ty::Vec(_)) => {
                self.resized(path, &ty, name, expr, span)
            }
            // A field that is not in sight: of what has such methods, only a `Vec` may hold active values.
            _ if changes_length(name) && matches!(ty, Ty::Unknown) && self.is_active_field(&path) => {
                self.resized(path, &Ty::Vec(Box::new(Ty::Unknown)), name, expr, span)
            }
            "into_boxed_slice" => {
                let wanted = want.filter(|ty| self.slice_pointer(ty).is_some()).cloned();
                let pointer = wanted.unwrap_or_else(|| pointer_to("Box", &ty.element(), span));
                self.pointer_of(Value::Path(path), pointer, span)
            }
            "concat" => self.concatenated(path, ty.element().element(), span),
            _ if matches!(ty, Ty::Unknown) => return None,
            other => self.refuse(
                &expr.method,
                format!("`{other}` on active data is not supported yet: build the sequence anew in a loop"),
            ),
        })
    }

    fn is_active_field(&self, path: &Path) -> bool {
        let full = self.vars.resolve(path);
        full.proj.iter().any(|proj| matches!(proj, Proj::Field(_))) && !self.is_untyped_constant(path)
    }

    pub(super) fn index_arg(&mut self, expr: &syn::Expr) -> Expr {
        let value = self.operand(expr, Some(&Ty::usize()));
        self.scalar(value, Some(&Ty::usize()), start(expr)).0
    }

    pub(crate) fn push_to(&mut self, path: Path, value: Value, span: Span) {
        self.mark_mutable(&path);
        let element = self.path_ty(&path).element();
        let given = self.ty_of(&value);
        // The first push tells what the elements are.
        if matches!(element, Ty::Unknown) && path.proj.is_empty() {
            let ty = match given {
                Ty::Slice(element) => Ty::Vec(element),
                ty => ty,
            };
            if !matches!(ty, Ty::Unknown) {
                self.vars[path.root].ty = Ty::Vec(Box::new(ty));
            }
        }
        let element = self.path_ty(&path).element();
        if let Some(value) = self.whole(value, Some(&element), span) {
            self.block.push(StmtKind::Push { path, value }, span);
        }
    }

    /// A copy of its own.
    pub(crate) fn cloned(&mut self, value: Value, span: Span) -> Value {
        match self.read(value, span) {
            Value::Path(from) => {
                let (ty, how) = match self.path_ty(&from) {
                    Ty::Slice(element) => (Ty::Vec(element), CopyHow::ToVec),
                    ty => (ty, CopyHow::Clone),
                };
                Value::Init(Box::new(Init::Copy { from, how }), ty)
            }
            Value::Tuple(items) => {
                Value::Tuple(items.into_iter().map(|item| self.cloned(item, span)).collect())
            }
            value => value,
        }
    }

    /// `Vec::from(x)`
    pub(crate) fn vec_of(&mut self, value: Value, span: Span) -> Value {
        match value.peel() {
            Value::Path(from) => {
                let ty = Ty::Vec(Box::new(self.path_ty(&from).element()));
                Value::Init(Box::new(Init::Copy { from, how: CopyHow::ToVec }), ty)
            }
            Value::Init(init, ty) => match *init {
                Init::List { items, .. } => {
                    Value::Init(Box::new(Init::List { vec: true, items }), Ty::Vec(Box::new(ty.element())))
                }
                Init::Repeat { value, len, .. } => Value::Init(
                    Box::new(Init::Repeat { vec: true, value, len }),
                    Ty::Vec(Box::new(ty.element())),
                ),
                init => Value::Init(Box::new(init), ty),
            },
            value @ (Value::Poison | Value::Never) => value,
            _ => self.refuse_at(span, "a Vec cannot be made of this"),
        }
    }
}

/// `Box<[element]>`
pub(crate) fn pointer_to(pointer: &str, element: &Ty, span: Span) -> Ty {
    let pointer = Ident::new(pointer, span);
    let element = match element {
        Ty::Named(element) => element.to_token_stream(),
        Ty::Float(Float::F64) => quote!(f64),
        Ty::Float(Float::F32) => quote!(f32),
        _ => quote!(_),
    };
    Ty::Named(Box::new(syn::parse_quote_spanned!(span=> #pointer<[#element]>)))
}
