//! Methods of arrays, slices and Vecs; of iterators; of the `Option`s that they give.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::iter::{Access, Iter};
use super::jump::Slot;
use super::method::turbofish;
use crate::ir::{CopyHow, Expr, Init, Path, Proj, StmtKind, Ty, build};
use crate::rules::table;

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
                    | "as_slice"
                    | "as_mut_slice",
                0
            ) | ("as_ref" | "as_mut" | "borrow" | "first" | "last" | "first_mut" | "last_mut", 0)
                | (
                    "clear"
                        | "reverse"
                        | "split_first"
                        | "split_last"
                        | "pop"
                        | "sort"
                        | "drain"
                        | "into_boxed_slice",
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
                        | "sort_by_key"
                        | "retain"
                        | "dedup_by"
                        | "split_off",
                    1
                )
                | ("concat", 0)
        );
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
                let test = Expr::Binary(syn::BinOp::Eq(Default::default()), Box::new(len), Box::new(build::int(0)));
                Value::Atom(self.temp("is_empty", Ty::bool(), test, span), Ty::bool())
            }
            "iter" => Value::Iter(Box::new(Iter::Elements { path, access: Access::Ref })),
            "iter_mut" => {
                self.mark_mutable(&path);
                Value::Iter(Box::new(Iter::Elements { path, access: Access::RefMut }))
            }
            "into_iter" => {
                let access = match (by_reference, mutable) {
                    (true, true) => Access::RefMut,
                    (true, false) => Access::Ref,
                    _ => Access::Value,
                };
                Value::Iter(Box::new(Iter::Elements { path, access }))
            }
            "as_slice" | "as_ref" | "borrow" => Value::Path(path).reference(false),
            "as_mut_slice" | "as_mut" => {
                self.mark_mutable(&path);
                Value::Path(path).reference(true)
            }
            "to_vec" => {
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
            "first" | "last" | "first_mut" | "last_mut" | "get" | "get_mut" | "split_first" | "split_last" => {
                self.element_option(path, expr, name, span)
            }
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
                let Some(value) = self.whole(value, Some(&element), span) else { return Some(Value::Poison) };
                self.mark_mutable(&path);
                self.block.push(StmtKind::Fill { path, value }, span);
                Value::unit()
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
                    Init::Copy { from, .. } if self.vars.resolve(&from).root == self.vars.resolve(&path).root => {
                        let ty = Ty::Vec(Box::new(self.path_ty(&from).element()));
                        let copy = Init::Copy { from, how: CopyHow::ToVec };
                        Init::Copy { from: Path::of(self.temp_place("copy", ty, copy, span)), how: CopyHow::Clone }
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
                self.drive(items, None, Slot::unit(), span, &mut |lower, item| {
                    let item = lower.copied(item, span);
                    lower.push_to(path.clone(), item, span);
                });
                Value::unit()
            }
            _ if inactive => return None,
            "reverse" => self.refuse(
                &expr.method,
                "`reverse` of active data in place is not supported yet: swap the elements in a loop, or read them backwards",
            ),
            "concat" => self.refuse(&expr.method, "`concat` of active data is not supported yet: push the elements in a loop"),
            _ if matches!(ty, Ty::Unknown) => return None,
            other => self.refuse(
                &expr.method,
                format!("`{other}` on active data is not supported yet: build the sequence anew in a loop"),
            ),
        })
    }

    fn index_arg(&mut self, expr: &syn::Expr) -> Expr {
        let value = self.operand(expr, Some(&Ty::usize()));
        self.scalar(value, Some(&Ty::usize()), expr.span()).0
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

    /// `first`, `last`, `get(i)`, `get(a..b)`, `split_first`, `split_last`
    fn element_option(&mut self, path: Path, expr: &syn::ExprMethodCall, name: &str, span: Span) -> Value {
        let mutable = name.ends_with("_mut");
        if mutable {
            self.mark_mutable(&path);
        }
        let len = self.len(Value::Path(path.clone()), span);
        if let Some(index) = expr.args.first() {
            if matches!(index, syn::Expr::Range(_)) {
                return self.refuse(index, "`get` with a range is not supported: write `x[a..b]`");
            }
            let index = self.index_arg(index);
            let some = self.int_op("<", index.clone(), len, span);
            let value = Box::new(Value::Path(path.with(Proj::Index(index))).reference(mutable));
            return Value::Maybe { some, value };
        }
        let not_empty =
            Expr::Binary(syn::BinOp::Ne(Default::default()), Box::new(len.clone()), Box::new(build::int(0)));
        let some = self.temp("some", Ty::bool(), not_empty, span);
        let last = matches!(name, "last" | "last_mut" | "split_last");
        let index = if last {
            // Computed where it may not exist: `wrapping_sub` panics no earlier than the primal does.
            let len = Value::Atom(len, Ty::usize());
            let Some(len) = self.as_code(len, span) else { return Value::Poison };
            let inert = super::inert::combine(&[len], |parts| {
                let len = &parts[0];
                quote::quote!(usize::wrapping_sub(#len, 1))
            });
            self.temp("last", Ty::usize(), Expr::Inert(inert), span)
        } else {
            build::int(0)
        };
        let element = Value::Path(path.with(Proj::Index(index.clone()))).reference(mutable);
        let value = match name {
            "split_first" => Value::Tuple(vec![
                element,
                Value::Path(path.with(Proj::Range(Some(build::int(1)), None))).reference(false),
            ]),
            "split_last" => Value::Tuple(vec![
                element,
                Value::Path(path.with(Proj::Range(None, Some(index)))).reference(false),
            ]),
            _ => element,
        };
        Value::Maybe { some, value: Box::new(value) }
    }

    /// `array.map(f)`
    fn array_map(
        &mut self,
        path: Path,
        ty: &Ty,
        expr: &syn::ExprMethodCall,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let Ty::Array(_, Some(len)) = ty else {
            return self.refuse(
                &expr.method,
                "`map` is known on arrays of written length and on iterators: write `.iter().map(…)`",
            );
        };
        let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
        let items = Iter::Map(Box::new(Iter::Elements { path, access: Access::Value }), closure);
        self.collect_array(items, len.clone(), want, site(expr), span)
    }

    /// Collects into an array of the given length.
    fn collect_array(
        &mut self,
        items: Iter,
        len: proc_macro2::TokenStream,
        want: Option<&Ty>,
        site: String,
        span: Span,
    ) -> Value {
        let element = want.map(Ty::element).filter(|ty| !matches!(ty, Ty::Unknown));
        let element = element.or_else(|| self.facts.get(&site).cloned());
        let known = element.clone().unwrap_or(Ty::Float(crate::ir::Float::Any));
        let Some(fill) = self.zero_element(&known, span) else {
            return self.refuse_at(span, "an array of elements of this type cannot be built item by item: write a list, or collect into a Vec");
        };
        let count = crate::ir::Lit { tokens: len.clone(), value: None, ty: Ty::usize(), made: false };
        let ty = Ty::Array(Box::new(known), Some(len));
        let init = Init::Repeat { vec: false, value: fill, len: Expr::Lit(count) };
        let place = self.temp_place("array", ty.clone(), init, span);
        self.vars[place].mutable = true;
        let position = self.cell("position", false, Ty::usize(), span, Some(build::int(0)));
        let plain = matches!(&items, Iter::Map(..));
        let mut learned = None;
        let mut store = |lower: &mut Self, item: Value, k: Expr| {
            let given = lower.ty_of(&item);
            if element.is_none() && !matches!(given, Ty::Unknown | Ty::Float(_)) {
                learned = Some(given);
                return;
            }
            let target = Value::Path(Path::of(place).with(Proj::Index(k)));
            lower.assign(target, item, span);
        };
        match items {
            Iter::Map(inner, closure) if plain => {
                // The index of the loop is the position.
                let numbered = Iter::Enumerate(inner);
                self.drive(numbered, None, Slot::unit(), span, &mut |lower, pair| {
                    let Some([k, item]) = lower.split(pair, 2).and_then(|p| <[Value; 2]>::try_from(p).ok())
                    else {
                        return;
                    };
                    let (k, _) = lower.scalar(k, Some(&Ty::usize()), span);
                    let item = lower.apply(&closure, vec![item], want.map(Ty::element).as_ref(), span);
                    store(lower, item, k);
                });
            }
            items => self.drive(items, None, Slot::unit(), span, &mut |lower, item| {
                let k = lower.current(position);
                let next = lower.int_op("+", k.clone(), build::int(1), span);
                lower.assign_cell(position, next, Ty::usize());
                store(lower, item, k);
            }),
        }
        if let Some(ty) = learned {
            self.learn_site(site, ty);
            return Value::Poison;
        }
        Value::Path(Path::of(place))
    }

    /// A value to start an element with that is overwritten before it is read.
    fn zero_element(&mut self, ty: &Ty, span: Span) -> Option<Expr> {
        match ty {
            ty if ty.is_scalar() => Some(self.default_atom(ty)),
            Ty::Array(element, Some(len)) => {
                let value = self.zero_element(element, span)?;
                let len = crate::ir::Lit { tokens: len.clone(), value: None, ty: Ty::usize(), made: false };
                let init = Init::Repeat { vec: false, value, len: Expr::Lit(len) };
                Some(Expr::Whole(Path::of(self.temp_place("row", ty.clone(), init, span))))
            }
            _ => None,
        }
    }

    /// `std::array::from_fn(f)`
    pub(crate) fn lower_array_from_fn(
        &mut self,
        path: &syn::ExprPath,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        want: Option<&Ty>,
    ) -> Option<Value> {
        let names = super::call::segment_names(&path.path);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if !matches!(names.as_slice(), [.., "array", "from_fn"]) || args.len() != 1 {
            return None;
        }
        let span = path.span();
        let len = match want {
            Some(Ty::Array(_, Some(len))) => len.clone(),
            _ => match &path.path.segments.last().expect("just matched").arguments {
                syn::PathArguments::AngleBracketed(generic) if generic.args.len() >= 2 => {
                    generic.args[1].to_token_stream()
                }
                _ => {
                    return Some(self.refuse(path, "the length of this array is not known here: write the type, as in `let a: [f64; 3] = std::array::from_fn(…)`"));
                }
            },
        };
        let closure = match self.callable(&args[0]) {
            Some(closure) => closure,
            None => return Some(Value::Poison),
        };
        let count = crate::ir::Lit { tokens: len.clone(), value: None, ty: Ty::usize(), made: false };
        let range =
            Iter::Range { lo: build::int(0), hi: Some(Expr::Lit(count)), inclusive: false, ty: Ty::usize() };
        Some(self.collect_array(Iter::Map(Box::new(range), closure), len, want, site(path), span))
    }

    /// `std::iter::repeat(x)`, `once(x)`, `zip(a, b)`
    pub(crate) fn lower_source_call(
        &mut self,
        path: &syn::ExprPath,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Option<Value> {
        let names = super::call::segment_names(&path.path);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let [.., "iter", name] = names.as_slice() else { return None };
        let value = match (*name, args.len()) {
            ("repeat", 1) | ("repeat_n", 2) | ("once", 1) => {
                let value = self.operand(&args[0], None);
                match (*name, args.get(1)) {
                    ("once", _) => Iter::Once(value),
                    (_, Some(n)) => {
                        let n = self.index_arg(n);
                        Iter::Take(Box::new(Iter::Repeat(value)), n)
                    }
                    _ => Iter::Repeat(value),
                }
            }
            ("zip", 2) => {
                let (a, b) = match (self.iterator_beside(&args[0]), self.iterator_beside(&args[1])) {
                    (Ok(a), Ok(b)) => (a, b),
                    (Err(value), _) | (_, Err(value)) => return Some(value),
                };
                Iter::Zip(Box::new(a), Box::new(b))
            }
            _ => return None,
        };
        Some(Value::Iter(Box::new(value)))
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

    // ---- iterators ----

    pub(crate) fn iter_method(
        &mut self,
        iter: Iter,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let inner = || Box::new(iter.clone());
        macro_rules! closure {
            ($i:expr) => {
                match self.callable(&expr.args[$i]) {
                    Some(closure) => closure,
                    None => return Value::Poison,
                }
            };
        }
        let adapted = match (name, expr.args.len()) {
            ("iter" | "into_iter" | "by_ref" | "fuse" | "clone" | "peekable", 0) => iter,
            ("copied" | "cloned", 0) => Iter::Copied(inner()),
            ("enumerate", 0) => Iter::Enumerate(inner()),
            ("rev", 0) => Iter::Rev(inner()),
            ("skip", 1) => Iter::Skip(inner(), self.index_arg(&expr.args[0])),
            ("take", 1) => Iter::Take(inner(), self.index_arg(&expr.args[0])),
            ("step_by", 1) => Iter::StepBy(inner(), self.index_arg(&expr.args[0])),
            ("map", 1) => Iter::Map(inner(), closure!(0)),
            ("filter", 1) => Iter::Filter(inner(), closure!(0)),
            ("filter_map", 1) => Iter::FilterMap(inner(), closure!(0)),
            ("take_while", 1) => Iter::TakeWhile(inner(), closure!(0)),
            ("skip_while", 1) => Iter::SkipWhile(inner(), closure!(0)),
            ("flat_map", 1) => Iter::FlatMap(inner(), closure!(0)),
            ("inspect", 1) => Iter::Inspect(inner(), closure!(0)),
            ("scan", 2) => {
                let initial = self.operand(&expr.args[0], None);
                let (atom, ty) = self.scalar(initial, None, span);
                let state = self.cell("state", false, ty, span, Some(atom));
                Iter::Scan(inner(), state, closure!(1))
            }
            ("zip" | "chain", 1) => match self.iterator_beside(&expr.args[0]) {
                Ok(other) if name == "zip" => Iter::Zip(inner(), Box::new(other)),
                Ok(other) => Iter::Chain(inner(), Box::new(other)),
                Err(value) => return value,
            },
            _ => return self.consume(iter, expr, name, want),
        };
        Value::Iter(Box::new(adapted))
    }

    fn consume(&mut self, iter: Iter, expr: &syn::ExprMethodCall, name: &str, want: Option<&Ty>) -> Value {
        let span = expr.method.span();
        let written = turbofish(expr).map(|ty| self.types.ty(ty)).filter(|ty| !matches!(ty, Ty::Unknown));
        let result =
            written.clone().or_else(|| want.cloned()).or_else(|| self.facts.get(&site(expr)).cloned());
        match (name, expr.args.len()) {
            ("sum" | "product", 0) => self.sum(iter, name == "sum", result, site(expr), span),
            ("fold", 2) => {
                let wanted = want.cloned();
                let initial = self.operand(&expr.args[0], wanted.as_ref());
                let Some(closure) = self.callable(&expr.args[1]) else { return Value::Poison };
                let acc = self.variable("acc", initial, site(&expr.args[0]), span);
                let target = acc.clone();
                self.drive(iter, None, Slot::unit(), span, &mut |lower, item| {
                    let current = lower.read(target.clone(), span);
                    let want = lower.ty_of(&target);
                    let next = lower.apply(&closure, vec![current, item], Some(&want), span);
                    lower.assign(target.clone(), next, span);
                });
                self.read(acc, span)
            }
            ("for_each", 1) => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                self.drive(iter, None, Slot::unit(), span, &mut |lower, item| {
                    let value = lower.apply(&closure, vec![item], None, span);
                    lower.discard(value, span);
                });
                Value::unit()
            }
            ("collect", 0) => self.collect(iter, result, span),
            ("unzip", 0) => {
                let places: Vec<Path> = (0..2)
                    .map(|i| {
                        let ty = match &result {
                            Some(Ty::Tuple(tys)) if tys.len() == 2 => tys[i].clone(),
                            _ => Ty::Vec(Box::new(Ty::Unknown)),
                        };
                        let place = self.temp_place("unzipped", ty, Init::EmptyVec(None), span);
                        self.sites.insert(place, format!("{}.{i}", site(expr)));
                        Path::of(place)
                    })
                    .collect();
                let targets = places.clone();
                self.drive(iter, None, Slot::unit(), span, &mut |lower, item| {
                    if let Some(items) = lower.split(item, 2) {
                        for (path, item) in targets.iter().zip(items) {
                            let item = lower.read(item, span);
                            lower.push_to(path.clone(), item, span);
                        }
                    }
                });
                Value::Tuple(places.into_iter().map(Value::Path).collect())
            }
            ("count", 0) => {
                if let Some(len) = self.iter_len(&iter, span) {
                    return Value::Atom(len, Ty::usize());
                }
                let count = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(iter, None, Slot::unit(), span, &mut |lower, _| {
                    let old = lower.current(count);
                    let new = lower.int_op("+", old, build::int(1), span);
                    lower.assign_cell(count, new, Ty::usize());
                });
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
                self.drive(iter, None, Slot::unit(), span, &mut |lower, item| {
                    let test = lower.apply(&closure, vec![item], Some(&Ty::bool()), span);
                    let (test, _) = lower.scalar(test, Some(&Ty::bool()), span);
                    let decide = |lower: &mut Self| {
                        lower.assign_cell(found, build::boolean(any), Ty::bool());
                        lower.break_here(span)
                    };
                    if any {
                        lower.if_else(test, span, decide, |_| Value::unit());
                    } else {
                        lower.if_else(test, span, |_| Value::unit(), decide);
                    }
                });
                Value::Atom(self.current(found), Ty::bool())
            }
            ("position" | "find", 1) if iter.nests() => self.refuse_nested(span),
            ("position", 1) => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                let found = self.cell("found", false, Ty::bool(), span, Some(build::boolean(false)));
                let position = self.cell("position", false, Ty::usize(), span, Some(build::int(0)));
                let numbered = Iter::Enumerate(Box::new(iter));
                self.drive(numbered, None, Slot::unit(), span, &mut |lower, pair| {
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
                            lower.break_here(span)
                        },
                        |_| Value::unit(),
                    );
                });
                let some = self.current(found);
                Value::Maybe { some, value: Box::new(Value::Atom(self.current(position), Ty::usize())) }
            }
            ("reduce" | "last" | "max_by" | "min_by" | "find" | "nth" | "next", _) => {
                self.select_item(iter, expr, name, want, span)
            }
            _ => self.refuse(
                &expr.method,
                format!(
                    "`{name}` of an iterator over active data is not supported: write a loop, or use `fold`"
                ),
            ),
        }
    }

    /// Consumers that give one of the items, or one made of them, or `None`.
    fn select_item(
        &mut self,
        iter: Iter,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        if matches!(name, "next" | "nth") {
            return self.refuse(
                &expr.method,
                format!(
                    "`{name}` of an iterator is not supported: use `first`, `get`, an index, or a `for` loop"
                ),
            );
        }
        let closure = match expr.args.first() {
            Some(arg) => match self.callable(arg) {
                Some(closure) => Some(closure),
                None => return Value::Poison,
            },
            None => None,
        };
        if closure.is_none() && name != "last" {
            return self.refuse(&expr.method, format!("`{name}` takes a closure"));
        }
        let some = self.cell("some", false, Ty::bool(), span, Some(build::boolean(false)));
        let site = site(expr);
        let kept = self.slot(want.filter(|ty| ty.is_scalar()), site, "kept", span);
        self.start_slot(&kept);
        let target = kept.clone();
        // `max_by` keeps the last of equal items, `min_by` the first.
        let ordering = match name {
            "max_by" => Some(quote::quote!(is_le)),
            "min_by" => Some(quote::quote!(is_gt)),
            _ => None,
        };
        self.drive(iter, None, Slot::unit(), span, &mut |lower, item| {
            let item = match item {
                Value::Ref { to, .. } => lower.read(*to, span),
                item => item,
            };
            if matches!(target, Slot::Later(_)) {
                lower.fill_slot(&target, item, span);
                return;
            }
            if name == "find" {
                let closure = closure.as_ref().expect("`find` takes a closure");
                let test = lower.apply(closure, vec![item.clone().reference(false)], Some(&Ty::bool()), span);
                let (test, _) = lower.scalar(test, Some(&Ty::bool()), span);
                lower.if_else(
                    test,
                    span,
                    |lower| {
                        lower.fill_slot(&target, item, span);
                        lower.assign_cell(some, build::boolean(true), Ty::bool());
                        lower.break_here(span)
                    },
                    |_| Value::unit(),
                );
                return;
            }
            let first = lower.current(some);
            let again = item.clone();
            lower.if_else(
                first,
                span,
                |lower| {
                    let old = lower.read_slot(&target);
                    match (&ordering, &closure) {
                        (Some(ordering), Some(closure)) => {
                            let args = vec![old.reference(false), again.clone().reference(false)];
                            let order = lower.apply(closure, args, Some(&Ty::Inert), span);
                            let Some(order) = lower.as_code(order, span) else { return Value::Poison };
                            let test = super::inert::combine(&[order], |parts| {
                                let order = &parts[0];
                                quote::quote!(#order.#ordering())
                            });
                            let test = lower.temp("better", Ty::bool(), Expr::Inert(test), span);
                            lower.if_else(
                                test,
                                span,
                                |lower| {
                                    lower.fill_slot(&target, again, span);
                                    Value::unit()
                                },
                                |_| Value::unit(),
                            );
                        }
                        (None, Some(closure)) => {
                            let want = lower.slot_ty(&target);
                            let next = lower.apply(closure, vec![old, again], want.as_ref(), span);
                            lower.fill_slot(&target, next, span);
                        }
                        _ => lower.fill_slot(&target, again, span),
                    }
                    Value::unit()
                },
                |lower| {
                    lower.fill_slot(&target, item, span);
                    Value::unit()
                },
            );
            lower.assign_cell(some, build::boolean(true), Ty::bool());
        });
        let value = self.read_slot(&kept);
        if matches!(value, Value::Poison) {
            return Value::Poison;
        }
        Value::Maybe { some: self.current(some), value: Box::new(value) }
    }

    /// A variable that lowering needs, with a first value.
    fn variable(&mut self, name: &str, value: Value, site: String, span: Span) -> Value {
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
    fn sum(&mut self, iter: Iter, sum: bool, want: Option<Ty>, site: String, span: Span) -> Value {
        let ty = want.filter(|ty| !matches!(ty, Ty::Unknown));
        let assumed = ty.clone().unwrap_or(Ty::Float(crate::ir::Float::Any));
        if !assumed.is_scalar() {
            return self.refuse_at(span, "a sum of values of this type is not supported: write a loop");
        }
        let start = match (&assumed, sum) {
            (Ty::Float(_), true) => build::lit(-0.0),
            (Ty::Float(_), false) => build::lit(1.0),
            (_, true) => build::int(0),
            (_, false) => build::int(1),
        };
        let start = match start {
            Expr::Lit(mut lit) => {
                if assumed.is_float() && sum {
                    lit.tokens = quote::quote!(-0.0);
                }
                lit.ty = assumed.clone();
                Expr::Lit(lit)
            }
            start => start,
        };
        let name = if sum { "sum" } else { "product" };
        let acc = self.cell(name, false, assumed.clone(), span, Some(start));
        let item = ty.clone().unwrap_or(Ty::Unknown);
        self.drive_wanting(iter, &item, span, &mut |lower, item| {
            let item = match item {
                Value::Ref { to, .. } => lower.read(*to, span),
                item => item,
            };
            let given = lower.ty_of(&item);
            if ty.is_none() && matches!(given, Ty::Int(_)) {
                lower.learn_site(site.clone(), given);
                return;
            }
            let (item, given) = lower.scalar(item, ty.as_ref(), span);
            let old = lower.current(acc);
            let op = if sum { "+" } else { "*" };
            let new = match &assumed {
                Ty::Float(_) => {
                    let rule = table::operator(op, 2).expect("arithmetic has rules");
                    let ty = lower.unify(assumed.clone(), given);
                    lower.temp(name, ty, Expr::Rule(rule, vec![old, item]), span)
                }
                _ => lower.int_op(op, old, item, span),
            };
            let ty = lower.ty_of(&Value::Cell(acc));
            lower.assign_cell(acc, new, ty);
        });
        Value::Atom(self.current(acc), self.version(acc))
    }

    /// Runs an iterator whose items are wanted as `ty`: a closure that makes them may need to know.
    fn drive_wanting(&mut self, iter: Iter, ty: &Ty, span: Span, body: &mut dyn FnMut(&mut Self, Value)) {
        match iter {
            Iter::Map(inner, closure) if !matches!(ty, Ty::Unknown) => {
                self.drive(*inner, None, Slot::unit(), span, &mut |lower, item| {
                    let item = lower.apply(&closure, vec![item], Some(ty), span);
                    body(lower, item);
                });
            }
            iter => self.drive(iter, None, Slot::unit(), span, body),
        }
    }

    /// `collect()` into a Vec.
    fn collect(&mut self, iter: Iter, want: Option<Ty>, span: Span) -> Value {
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

    // ---- options ----

    pub(crate) fn option_method(
        &mut self,
        some: Expr,
        value: Value,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        match (name, expr.args.len()) {
            ("copied" | "cloned", 0) => {
                let value = match value {
                    Value::Ref { to, .. } => *to,
                    value => value,
                };
                Value::Maybe { some, value: Box::new(value) }
            }
            ("as_ref" | "as_mut" | "clone" | "as_deref", 0) => Value::Maybe { some, value: Box::new(value) },
            ("is_some", 0) => Value::Atom(some, Ty::bool()),
            ("is_none", 0) => {
                let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(some));
                Value::Atom(self.temp("is_none", Ty::bool(), not, span), Ty::bool())
            }
            ("unwrap" | "expect", _) => {
                if !super::jump::is_true(Some(&some)) {
                    let call = match expr.args.first() {
                        Some(message) => quote::quote!(None::<()>.expect(#message)),
                        None => quote::quote!(None::<()>.unwrap()),
                    };
                    self.if_else(
                        some,
                        span,
                        |_| Value::unit(),
                        |lower| {
                            lower.inactive_statement(quote::quote!(#call;), span);
                            lower.state.diverged = true;
                            Value::Never
                        },
                    );
                }
                self.read(value, span)
            }
            ("unwrap_or", 1) => {
                let ty = self.ty_of(&value);
                let default = self.operand(&expr.args[0], Some(&ty));
                self.if_else(some, span, |lower| lower.read(value, span), |_| default)
            }
            ("unwrap_or_default", 0) => {
                let default = quote::quote!(::core::default::Default::default());
                let ty = self.ty_of(&value);
                let default = Value::Code(super::expr::constant(default), ty);
                self.if_else(some, span, |lower| lower.read(value, span), |_| default)
            }
            ("unwrap_or_else" | "map_or" | "map_or_else" | "map" | "and_then", n) if n > 0 => {
                self.option_closure(some, value, expr, name, want)
            }
            _ => self.refuse(
                &expr.method,
                format!("`{name}` of an `Option` of active data is not supported: use `match` or `if let`"),
            ),
        }
    }

    fn option_closure(
        &mut self,
        some: Expr,
        value: Value,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let Some(last) = self.callable(&expr.args[expr.args.len() - 1]) else { return Value::Poison };
        match name {
            "unwrap_or_else" => self.if_else(
                some,
                span,
                |lower| lower.read(value, span),
                |lower| lower.apply(&last, Vec::new(), want, span),
            ),
            "map_or" if expr.args.len() == 2 => {
                let default = self.operand(&expr.args[0], want);
                self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        lower.apply(&last, vec![value], want, span)
                    },
                    |_| default,
                )
            }
            "map_or_else" if expr.args.len() == 2 => {
                let Some(default) = self.callable(&expr.args[0]) else { return Value::Poison };
                self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        lower.apply(&last, vec![value], want, span)
                    },
                    |lower| lower.apply(&default, Vec::new(), want, span),
                )
            }
            "map" | "and_then" => {
                let mapped = self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        let value = lower.apply(&last, vec![value], None, span);
                        if name == "map" {
                            Value::Maybe { some: build::boolean(true), value: Box::new(value) }
                        } else {
                            value
                        }
                    },
                    |_| Value::Maybe { some: build::boolean(false), value: Box::new(Value::Never) },
                );
                match mapped {
                    value @ (Value::Maybe { .. } | Value::Poison | Value::Never) => value,
                    _ => self
                        .refuse(&expr.method, "this closure has to give `Some(…)` or `None` in plain sight"),
                }
            }
            _ => self.refuse(
                &expr.method,
                "this method of an `Option` of active data is not supported: use `match`",
            ),
        }
    }
}
