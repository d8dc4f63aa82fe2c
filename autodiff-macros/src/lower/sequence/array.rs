//! Arrays that are built item by item: `map`, `from_fn`.
//!
//! Invariant: every element is stored before it is read, so that what the array starts with does not matter.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;

use crate::diag::source;
use crate::ir::{CopyHow, Expr, Init, Path, Proj, StmtKind, Ty, build};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::facts::site;
use crate::lower::iter::{Access, Iter};

impl Lower<'_> {
    /// `path.fill(value)`: aggregates are assigned one by one.
    pub(super) fn fill(&mut self, path: Path, value: Value, element: &Ty, span: Span) -> Value {
        let Some(value) = self.whole(value, Some(element), span) else { return Value::Poison };
        self.mark_mutable(&path);
        let Expr::Whole(mut from) = value else {
            self.block.push(StmtKind::Fill { path, value }, span);
            return Value::unit();
        };
        if self.vars.resolve(&from).root == self.vars.resolve(&path).root {
            let init = Init::Copy { from, how: CopyHow::Clone };
            from = Path::of(self.temp_place("copy", element.clone(), init, span));
        }
        let len = self.len(Value::Path(path.clone()), span);
        let all = Iter::Range { lo: build::int(0), hi: Some(len), inclusive: false, ty: Ty::usize() };
        self.drive(all, None, span, &mut |lower, index| {
            let (index, _) = lower.scalar(index, Some(&Ty::usize()), span);
            let init = Init::Copy { from: from.clone(), how: CopyHow::Clone };
            let path = path.with(Proj::Index(index));
            lower.block.push(StmtKind::Assign { path, init, slice: false }, span);
        });
        Value::unit()
    }

    /// `array.map(f)`
    pub(super) fn array_map(
        &mut self,
        path: Path,
        ty: &Ty,
        expr: &syn::ExprMethodCall,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let Some(len) = self.known_length(ty, expr, want) else {
            let given = source(&expr.receiver);
            let write = match ty {
                Ty::Array(..) => "bind it with its type, `let y: [f64; 3] = …`".to_string(),
                _ => format!("write `{given}.iter().map(…)`"),
            };
            return self.refuse(
                &expr.method,
                format!("`map` is known on arrays of written length and on iterators: {write}"),
            );
        };
        let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
        let path = self.taken_whole(path, span);
        let items = Iter::Map(Box::new(Iter::Elements { path, access: Access::Value }), closure);
        self.collect_array(items, len, want, site(expr), span)
    }

    /// Of `array.map(f)`: as many as it has come out, so that where nothing tells how many those are, what is made of them may.
    fn known_length(&self, ty: &Ty, expr: &syn::ExprMethodCall, want: Option<&Ty>) -> Option<TokenStream> {
        let found = self.facts.get(&site(expr));
        [Some(ty), want, found].into_iter().flatten().find_map(|ty| match ty {
            Ty::Array(_, len) => len.clone(),
            _ => None,
        })
    }

    pub(super) fn length_is_known(&self, ty: &Ty, expr: &syn::ExprMethodCall, want: Option<&Ty>) -> bool {
        self.known_length(ty, expr, want).is_some()
    }

    /// Collects into an array of the given length.
    pub(super) fn collect_array(
        &mut self,
        items: Iter,
        len: TokenStream,
        want: Option<&Ty>,
        site: String,
        span: Span,
    ) -> Value {
        // Of a name that may be an alias of a number, what the items are found to be says more.
        let found = self.facts.get(&site).map(Ty::element).filter(|ty| !matches!(ty, Ty::Unknown));
        let element = want.map(Ty::element).filter(|ty| !matches!(ty, Ty::Unknown));
        let element = match element {
            Some(Ty::Named(_)) | None => found.or(element),
            element => element,
        };
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
        let store = |lower: &mut Self, item: Value, k: Expr| {
            let given = lower.ty_of(&item);
            if element.is_none() && !matches!(given, Ty::Unknown | Ty::Float(_)) {
                lower.refuse_unknown(span);
                return;
            }
            let target = Value::Path(Path::of(place).with(Proj::Index(k)));
            lower.assign(target, item, span);
        };
        match items {
            Iter::Map(inner, closure) if plain => {
                // The index of the loop is the position.
                let numbered = Iter::Enumerate(inner);
                self.drive(numbered, None, span, &mut |lower, pair| {
                    let Some([k, item]) = lower.split(pair, 2).and_then(|p| <[Value; 2]>::try_from(p).ok())
                    else {
                        return;
                    };
                    let (k, _) = lower.scalar(k, Some(&Ty::usize()), span);
                    let item = lower.apply(&closure, vec![item], want.map(Ty::element).as_ref(), span);
                    store(lower, item, k);
                });
            }
            items => self.drive(items, None, span, &mut |lower, item| {
                let k = lower.count_up(position, span);
                store(lower, item, k);
            }),
        }
        Value::Path(Path::of(place))
    }

    /// A value to start an element with that is overwritten before it is read.
    pub(super) fn zero_element(&mut self, ty: &Ty, span: Span) -> Option<Expr> {
        match ty {
            ty if ty.is_scalar() => Some(crate::ir::build::default_atom(ty)),
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
        let names = crate::lower::call::segment_names(&path.path);
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
}
