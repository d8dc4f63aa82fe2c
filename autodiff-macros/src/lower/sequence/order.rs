//! Methods that put the elements of a sequence into another order.
//!
//! Invariant: which element goes where is inactive; the elements are moved by statements that have derivatives.

use proc_macro2::Span;
use quote::{ToTokens, quote};

use crate::ir::{CopyHow, Expr, Init, Path, Proj, StmtKind, Ty, build};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::inert::combine;
use crate::lower::iter::{Access, Iter};
use crate::lower::jump::mentions_word;

impl Lower<'_> {
    pub(super) fn reversed_in_place(&mut self, path: Path, span: Span) -> Value {
        self.mark_mutable(&path);
        let len = self.len(Value::Path(path.clone()), span);
        let half = self.int_op("/", len.clone(), build::int(2), span);
        let range = Iter::Range { lo: build::int(0), hi: Some(half), inclusive: false, ty: Ty::usize() };
        self.drive(range, None, span, &mut |lower, k| {
            let (k, _) = lower.scalar(k, Some(&Ty::usize()), span);
            let last = lower.int_op("-", len.clone(), build::int(1), span);
            let mirrored = lower.int_op("-", last, k.clone(), span);
            let (a, b) = (path.with(Proj::Index(k)), path.with(Proj::Index(mirrored)));
            lower.block.push(StmtKind::Swap(a, b), span);
        });
        Value::unit()
    }

    pub(super) fn rotated(
        &mut self,
        path: Path,
        name: &str,
        expr: &syn::ExprMethodCall,
        span: Span,
    ) -> Value {
        let n = self.index_arg(&expr.args[0]);
        let at = match name {
            "rotate_left" => n,
            _ => {
                let len = self.len(Value::Path(path.clone()), span);
                self.int_op("-", len, n, span)
            }
        };
        let behind = path.with(Proj::Range(Some(at.clone()), None));
        let before = path.with(Proj::Range(None, Some(at)));
        let new = self.empty_like(&path, "rotated", span);
        for part in [behind, before] {
            self.gather(&new, Iter::Elements { path: part, access: Access::Ref }, span);
        }
        self.put_back(path, new, span)
    }

    pub(super) fn sorted(&mut self, path: Path, name: &str, expr: &syn::ExprMethodCall, span: Span) -> Value {
        let by = &expr.args[0];
        if name == "sort_unstable_by"
            && !(self.path_ty(&path).element().is_float() && mentions_word(by.to_token_stream(), "total_cmp"))
        {
            return self.refuse(
                &expr.method,
                "`sort_unstable_by` on active data may put equal elements in any order: use `sort_by`",
            );
        }
        let by = self.expr(by, Some(&Ty::Inert));
        let (items, by) =
            (self.as_code(Value::Path(path.clone()).reference(false), span), self.as_code(by, span));
        let (Some(items), Some(by)) = (items, by) else { return Value::Poison };
        let runtime = self.request.runtime.clone();
        let order = combine(&[items, by], |parts| {
            let (items, by) = (&parts[0], &parts[1]);
            match name {
                "sort_by_key" => quote!(#runtime::__private::order_by_key(&(#items)[..], #by)),
                _ => quote!(#runtime::__private::order_by(&(#items)[..], #by)),
            }
        });
        let order =
            Path::of(self.temp_place("order", Ty::Vec(Box::new(Ty::usize())), Init::Inert(order), span));
        let new = self.empty_like(&path, "sorted", span);
        let order = Iter::Elements { path: order, access: Access::Ref };
        let (sorted, from) = (new.clone(), path.clone());
        self.drive(order, None, span, &mut |lower, at| {
            let (at, _) = lower.scalar(at.peel(), Some(&Ty::usize()), span);
            let item = lower.read(Value::Path(from.with(Proj::Index(at))), span);
            let item = lower.copied(item, span);
            lower.push_to(sorted.clone(), item, span);
        });
        self.put_back(path, new, span)
    }

    /// Indices by what they stand for: `order.sort_by(|&i, &j| x[i].total_cmp(&x[j]))`.
    pub(super) fn rearranged(&mut self, path: Path, expr: &syn::ExprMethodCall, span: Span) -> Value {
        let by = self.expr(&expr.args[0], Some(&Ty::Inert));
        let (items, by) =
            (self.as_code(Value::Path(path.clone()).reference(false), span), self.as_code(by, span));
        let (Some(items), Some(by)) = (items, by) else { return Value::Poison };
        let method = &expr.method;
        let arranged = combine(&[items, by], |parts| {
            let (items, by) = (&parts[0], &parts[1]);
            quote!({
                let mut arranged = (#items).to_vec();
                arranged.#method(#by);
                arranged
            })
        });
        let ty = self.path_ty(&path);
        let new = Path::of(self.temp_place("arranged", ty, Init::Inert(arranged), span));
        self.become_of(path, Init::Copy { from: new, how: CopyHow::Move }, span);
        Value::unit()
    }

    /// Where something is in a sequence: no derivative, whatever is compared.
    pub(crate) fn searched(&mut self, path: Path, expr: &syn::ExprMethodCall, name: &str) -> Value {
        let span = expr.method.span();
        let args = self.args(&expr.args);
        let Some(parts) = self.codes(std::iter::once(Value::Path(path).reference(false)).chain(args), span)
        else {
            return Value::Poison;
        };
        let method = &expr.method;
        let found = combine(&parts, |parts| {
            let (items, args) = parts.split_first().expect("a receiver");
            quote!((#items).#method(#(#args),*))
        });
        if name == "partition_point" {
            return Value::Atom(self.temp(name, Ty::usize(), Expr::Inert(found), span), Ty::usize());
        }
        Value::Init(Box::new(Init::Inert(found)), Ty::Inert)
    }

    fn empty_like(&mut self, path: &Path, hint: &str, span: Span) -> Path {
        let ty = Ty::Vec(Box::new(self.path_ty(path).element()));
        let new = self.temp_place(hint, ty, Init::EmptyVec(None), span);
        self.vars[new].mutable = true;
        Path::of(new)
    }

    pub(super) fn gather(&mut self, to: &Path, items: Iter, span: Span) {
        self.drive(items, None, span, &mut |lower, item| {
            let item = lower.copied(item, span);
            lower.push_to(to.clone(), item, span);
        });
    }

    fn put_back(&mut self, path: Path, new: Path, span: Span) -> Value {
        self.mark_mutable(&path);
        let init = Init::Copy { from: new, how: CopyHow::Clone };
        self.block.push(StmtKind::Assign { path, init, slice: true }, span);
        Value::unit()
    }
}
