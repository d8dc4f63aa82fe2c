//! Closures handed to what has numbers as elements and is not in sight: an array of `ndarray`, a matrix of `nalgebra`.
//!
//! `x.mapv(f)` is `x.with_elements(x.elements().into_iter().map(f).collect())`: the elements in their order as a `Vec`, which
//! lowering understands, and something of the shape of `x` made of what becomes of them. What `x` is, the runtime's trait
//! `Elements` says.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::punctuated::Punctuated;

use super::Lower;
use super::closure::Closure;
use super::env::Value;
use super::facts::site;
use super::inert::combine;
use super::iter::{Access, Iter};
use super::types::arguments;
use crate::ir::{Arg, Callee, CopyHow, Expr, Float, Init, Path, StmtKind, Ty};

/// What a method does with its closure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Gives something of the same shape.
    Map,
    /// The same, of two things.
    Zip,
    /// Changes the elements: the closure gives the new one, or is handed a `&mut`.
    Update { by_reference: bool },
    /// Goes along all elements.
    Fold,
}

/// The methods that `ndarray` and `nalgebra` have.
fn method(name: &str, args: usize) -> Option<Does> {
    Some(match (name, args) {
        ("map" | "mapv" | "mapv_into", 1) => Does::Map,
        ("zip_map", 2) => Does::Zip,
        ("mapv_inplace", 1) => Does::Update { by_reference: false },
        ("map_inplace" | "apply", 1) => Does::Update { by_reference: true },
        ("fold", 2) => Does::Fold,
        _ => return None,
    })
}

/// Whether a method of something that is not in sight hands its elements to a closure.
pub(crate) fn is_elementwise(name: &str, args: usize) -> bool {
    method(name, args).is_some()
}

/// What says how large something out of sight is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One number.
    Count,
    /// Several, or a type of its own.
    Shape,
}

/// The methods of `ndarray` and `nalgebra` that say how large something is.
pub(crate) fn extent(name: &str) -> Option<Extent> {
    match name {
        "len" | "nrows" | "ncols" | "ndim" | "len_of" => Some(Extent::Count),
        "dim" | "raw_dim" | "shape" => Some(Extent::Shape),
        _ => None,
    }
}

/// Whether a method of an array or a matrix gives an iterator over parts of it, each an array or a matrix.
pub(crate) fn gives_parts(name: &str, args: usize) -> bool {
    matches!(
        (name, args),
        ("rows" | "columns" | "outer_iter" | "row_iter" | "column_iter", 0) | ("axis_iter", 1)
    )
}

/// The number that a type out of sight has as elements, if it says so: `f64` of `Array2<f64>`.
pub(crate) fn number_of(name: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = name else { return None };
    arguments(path.path.segments.last()?).into_iter().find(|ty| match ty {
        syn::Type::Path(path) => path.path.is_ident("f64") || path.path.is_ident("f32"),
        _ => false,
    })
}

impl Lower<'_> {
    /// A method that hands elements to a closure; `None` where it is none.
    pub(super) fn elementwise(&mut self, receiver: &Value, expr: &syn::ExprMethodCall) -> Option<Value> {
        let (name, span) = (expr.method.to_string(), expr.method.span());
        let does = method(&name, expr.args.len())?;
        let last = expr.args.last()?;
        if !self.is_callable(last) {
            return None;
        }
        let path = self.lendable(receiver.clone().peel(), span)?;
        Some(self.with_closure(does, path, expr, last, span).unwrap_or(Value::Poison))
    }

    fn with_closure(
        &mut self,
        does: Does,
        path: Path,
        expr: &syn::ExprMethodCall,
        last: &syn::Expr,
        span: Span,
    ) -> Option<Value> {
        let closure = self.callable(last)?;
        match does {
            Does::Map => {
                let items = self.elements(&path, Access::Value, span)?;
                let ty = self.number(&path);
                let elements = self.collect(Iter::Map(Box::new(items), closure), Some(vec_of(ty)), span);
                self.remade(path, elements, site(expr), span)
            }
            Does::Zip => {
                let items = self.elements(&path, Access::Value, span)?;
                let other = self.operand(&expr.args[0], None).peel();
                let other = self.lendable(other, span)?;
                self.alike([path.clone(), other.clone()], span)?;
                let others = self.elements(&other, Access::Value, span)?;
                let elements = self.zipped(items, others, vec_of(self.number(&path)), &closure, span);
                self.remade(path, elements, site(expr), span)
            }
            Does::Update { by_reference } => {
                let elements = if by_reference {
                    let items = self.elements(&path, Access::RefMut, span)?;
                    let Iter::Elements { path: elements, .. } = items.clone() else { return None };
                    self.drive(items, None, span, &mut |lower, item| {
                        let value = lower.apply(&closure, vec![item], None, span);
                        lower.discard(value, span);
                    });
                    Value::Path(elements)
                } else {
                    let items = self.elements(&path, Access::Value, span)?;
                    let ty = self.number(&path);
                    self.collect(Iter::Map(Box::new(items), closure), Some(vec_of(ty)), span)
                };
                let made = self.remade(path.clone(), elements, site(expr), span)?;
                let init = self.init(made, None, span)?;
                self.mark_mutable(&path);
                self.block.push(StmtKind::Assign { path, init, slice: false }, span);
                Some(Value::unit())
            }
            Does::Fold => {
                let items = self.elements(&path, Access::Value, span)?;
                let initial = self.operand(&expr.args[0], None);
                Some(self.folded(items, initial, site(&expr.args[0]), &closure, span))
            }
        }
    }

    /// Two matrices of one shape, as `zip_map` asks for: their elements would end with the shorter.
    fn alike(&mut self, matrices: [Path; 2], span: Span) -> Option<()> {
        let codes = self.codes(matrices.map(Value::Path), span)?;
        let inert = combine(&codes, |parts| {
            let (one, other) = (&parts[0], &parts[1]);
            quote!(::core::assert_eq!(#one.shape(), #other.shape(), "matrices of different shapes");)
        });
        self.block.push(StmtKind::Inert { inert, defs: Vec::new(), writes: Vec::new() }, span);
        Some(())
    }

    /// How large something is: it carries no derivative, which rustc checks.
    pub(super) fn extent_of(&mut self, value: &Value, expr: &syn::ExprMethodCall) -> Option<Value> {
        let (name, span) = (&expr.method, expr.method.span());
        let extent = extent(&name.to_string())?;
        let path = self.lendable(value.clone(), span)?;
        let args = self.args(&expr.args);
        let parts = self.codes(std::iter::once(Value::Path(path)).chain(args), span)?;
        let runtime = &self.request.runtime;
        let mut inert = combine(&parts, |parts| {
            let (of, args) = parts.split_first().expect("a receiver");
            match extent {
                Extent::Count => quote!(#runtime::__private::count(#of.#name(#(#args),*))),
                Extent::Shape => quote!(#runtime::__private::extent(&#of.#name(#(#args),*))),
            }
        });
        inert.pure = true;
        Some(match extent {
            Extent::Count => {
                Value::Atom(self.temp(&name.to_string(), Ty::usize(), Expr::Inert(inert), span), Ty::usize())
            }
            Extent::Shape => {
                let place = self.temp_place(&name.to_string(), Ty::Inert, Init::Inert(inert), span);
                Value::Path(Path::of(place))
            }
        })
    }

    /// The rows, say, of a matrix: an iterator over copies.
    pub(super) fn parts_of(&mut self, value: &Value, expr: &syn::ExprMethodCall) -> Option<Value> {
        let (name, span) = (expr.method.to_string(), expr.method.span());
        if !gives_parts(&name, expr.args.len()) {
            return None;
        }
        let path = self.lendable(value.clone(), span)?;
        let args = self.args(&expr.args);
        let mut handed = vec![Arg::Ref(path)];
        handed.extend(self.handed(args, span)?);
        let callee = Callee::Method(Ident::new(&format!("{name}_copied"), span), None);
        let parts = self.call(callee, handed, Some(&vec_of(Ty::Unknown)), site(expr), &name, span);
        let Value::Path(path) = parts else { return None };
        Some(Value::Iter(Box::new(Iter::Elements { path, access: Access::Ref })))
    }

    /// A size, or several, as numbers.
    fn sized(&mut self, size: Value, span: Span) -> Value {
        match size.peel() {
            Value::Tuple(sizes) => {
                Value::Tuple(sizes.into_iter().map(|size| self.sized(size, span)).collect())
            }
            size @ Value::Code(..) => {
                let (atom, ty) = self.scalar(size, Some(&Ty::usize()), span);
                Value::Atom(atom, ty)
            }
            size => size,
        }
    }

    /// `x.iter()` of something with elements.
    pub(super) fn iterated(&mut self, value: &Value, span: Span) -> Option<Value> {
        let path = self.lendable(value.clone(), span)?;
        let items = self.elements(&path, Access::Ref, span)?;
        Some(Value::Iter(Box::new(items)))
    }

    /// `Type::from_fn(size, f)`, `Type::from_shape_fn(shape, f)`: something of zeros says the shape and the indices.
    pub(super) fn made_of_indices(
        &mut self,
        path: &syn::ExprPath,
        args: &Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Option<Value> {
        let owner = crate::ir::owner(&path.path)?;
        let name = &path.path.segments.last()?.ident;
        let syn::Expr::Closure(written) = args.last()? else { return None };
        let known = (name == "from_fn" && written.inputs.len() == 2)
            || (name == "from_shape_fn" && written.inputs.len() == 1);
        if !known || owner == "Self" || self.types.callable(&path.path).is_some() {
            return None;
        }
        let span = name.span();
        let mut sizes = Vec::new();
        for size in args.iter().take(args.len() - 1) {
            let size = self.operand(size, None);
            sizes.push(self.sized(size, span));
        }
        let sizes = self.codes(sizes, span)?;
        let unnamed = written.inputs.iter().map(|_| quote!(_));
        let like = combine(&sizes, |sizes| quote!(#path(#(#sizes,)* |#(#unnamed),*| 0.0)));
        let like = Path::of(self.temp_place("like", Ty::Unknown, Init::Inert(like), span));
        let code = [self.as_code(Value::Path(like.clone()), span)?];
        let runtime = &self.request.runtime;
        let indices = combine(&code, |parts| {
            let like = &parts[0];
            quote!(#runtime::rules::Elements::indices(&#like))
        });
        let index = match written.inputs.len() {
            2 => Ty::Tuple(vec![Ty::usize(), Ty::usize()]),
            _ => Ty::Unknown,
        };
        let indices = self.temp_place("indices", vec_of(index), Init::Inert(indices), span);
        let items = Iter::Elements { path: Path::of(indices), access: Access::Value };
        let Some(closure) = self.callable(args.last()?) else { return Some(Value::Poison) };
        let ty = vec_of(Ty::Float(Float::Any));
        let elements = if written.inputs.len() == 2 {
            self.split_and_collected(items, ty, &closure, span)
        } else {
            self.collect(Iter::Map(Box::new(items), closure), Some(ty), span)
        };
        Some(self.remade(like, elements, site(path), span).unwrap_or(Value::Poison))
    }

    /// The arguments of `Type::from_iter(items)`, of a type out of sight: its items in a `Vec`.
    pub(super) fn collected_items(
        &mut self,
        path: &syn::Path,
        mut args: Vec<Value>,
        span: Span,
    ) -> Vec<Value> {
        let of_type = crate::ir::owner(path).is_some_and(|owner| owner != "Vec");
        let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if of_type && matches!(name.as_str(), "from_iter" | "from_iterator") {
            match args.pop() {
                Some(Value::Iter(items)) => {
                    args.push(self.collect(*items, Some(vec_of(Ty::Float(Float::Any))), span));
                }
                last => args.extend(last),
            }
        }
        args
    }

    /// The elements in their order, in a `Vec` of their own.
    fn elements(&mut self, path: &Path, access: Access, span: Span) -> Option<Iter> {
        let ty = vec_of(self.number(path));
        let name = Ident::new("elements", span);
        let site = format!("{}[elements]", self.path_site(path).1);
        let call = Callee::Method(name, None);
        let elements = self.call(call, vec![Arg::Ref(path.clone())], Some(&ty), site, "elements", span);
        let Value::Path(path) = elements else { return None };
        if access == Access::RefMut {
            self.vars[path.root].mutable = true;
        }
        Some(Iter::Elements { path, access })
    }

    /// What has the shape of `like` and these elements.
    fn remade(&mut self, like: Path, elements: Value, site: String, span: Span) -> Option<Value> {
        let Value::Path(elements) = elements else { return None };
        let name = Ident::new("with_elements", span);
        let args = vec![Arg::Ref(like), Arg::Move(elements)];
        Some(self.call(Callee::Method(name, None), args, None, site, "mapped", span))
    }

    fn zipped(&mut self, a: Iter, b: Iter, ty: Ty, closure: &std::rc::Rc<Closure>, span: Span) -> Value {
        self.split_and_collected(Iter::Zip(Box::new(a), Box::new(b)), ty, closure, span)
    }

    /// What a closure of two arguments makes of pairs.
    fn split_and_collected(
        &mut self,
        items: Iter,
        ty: Ty,
        closure: &std::rc::Rc<Closure>,
        span: Span,
    ) -> Value {
        let capacity = self.iter_len(&items, span);
        let element = ty.element();
        let place = self.temp_place("collected", ty, Init::EmptyVec(capacity), span);
        self.vars[place].mutable = true;
        self.drive(items, None, span, &mut |lower, pair| {
            let Some(pair) = lower.split(pair, 2) else { return };
            let item = lower.apply(closure, pair, Some(&element), span);
            lower.push_to(Path::of(place), item, span);
        });
        Value::Path(Path::of(place))
    }

    /// A place that can be lent to a method.
    fn lendable(&mut self, value: Value, span: Span) -> Option<Path> {
        match value {
            Value::Path(path) => Some(path),
            Value::Init(init, ty) => Some(match *init {
                Init::Copy { from, how: CopyHow::Clone } => from,
                init => Path::of(self.temp_place("argument", ty, init, span)),
            }),
            Value::Code(inert, ty) => {
                Some(Path::of(self.temp_place("constant", ty, Init::Inert(inert), span)))
            }
            _ => None,
        }
    }

    /// The type of the elements, where the type of what has them says it; else the function's float.
    fn number(&self, path: &Path) -> Ty {
        match self.path_ty(path) {
            Ty::Named(name) => number_of(&name).map(|ty| self.types.ty(ty)).unwrap_or(Ty::Float(Float::Any)),
            _ => Ty::Float(Float::Any),
        }
    }

    fn is_callable(&self, expr: &syn::Expr) -> bool {
        match expr {
            syn::Expr::Closure(_) => true,
            syn::Expr::Paren(expr) => self.is_callable(&expr.expr),
            syn::Expr::Reference(expr) => self.is_callable(&expr.expr),
            syn::Expr::Path(path) => match path.path.get_ident().and_then(|name| self.lookup(name)) {
                Some(value) => matches!(value, Value::Closure(_) | Value::Function(_)),
                None => true,
            },
            _ => false,
        }
    }
}

fn vec_of(ty: Ty) -> Ty {
    Ty::Vec(Box::new(ty))
}
