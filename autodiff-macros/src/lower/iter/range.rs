//! Ranges of integers and floats.
//!
//! Invariant: a range whose ends are of unknown type is one of integers from where it is run, or is an index, and code of which
//! nothing is known elsewhere: its ends may be floats that carry a derivative.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;

use super::Iter;
use crate::ir::{Expr, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::inert::combine;

impl Lower<'_> {
    pub(crate) fn lower_range(&mut self, expr: &syn::ExprRange) -> Value {
        let inclusive = matches!(expr.limits, syn::RangeLimits::Closed(_));
        let lo = expr.start.as_ref().map(|lo| self.operand(lo, None));
        let hint = lo.as_ref().map(|lo| self.ty_of(lo)).filter(|ty| matches!(ty, Ty::Int(Some(_))));
        let hi = expr.end.as_ref().map(|hi| self.operand(hi, hint.as_ref()));
        let known =
            [&lo, &hi].into_iter().flatten().map(|value| self.ty_of(value)).reduce(|a, b| self.unify(a, b));
        let literal = |end: &Value| matches!(end, Value::Code(..) | Value::Atom(Expr::Lit(_), _));
        let fixed = [&lo, &hi].into_iter().flatten().all(literal);
        if fixed && known.as_ref().is_some_and(Ty::is_float) {
            let (lo, hi) = (
                lo.and_then(|lo| self.as_code(lo, expr.span())),
                hi.and_then(|hi| self.as_code(hi, expr.span())),
            );
            let (Some(lo), Some(hi)) = (lo, hi) else { return Value::Poison };
            let dots = &expr.limits;
            return Value::Code(
                combine(&[lo, hi], |parts| {
                    let (lo, hi) = (&parts[0], &parts[1]);
                    quote!((#lo #dots #hi))
                }),
                Ty::Inert,
            );
        }
        // Ends of unknown type may be floats, if nobody runs the range.
        let ty = match known {
            Some(ty @ (Ty::Int(_) | Ty::Float(_))) => ty,
            _ => Ty::Unknown,
        };
        let Some(lo) = lo else {
            return self.refuse(expr, "a range without a start is supported as an index only");
        };
        let lo = self.range_end(lo, &ty, expr.span());
        let hi = hi.map(|hi| self.range_end(hi, &ty, expr.span()));
        Value::Iter(Box::new(Iter::Range { lo, hi, inclusive, ty }))
    }

    fn range_end(&mut self, end: Value, ty: &Ty, span: Span) -> Expr {
        match (self.read(end.peel(), span), ty) {
            (Value::Atom(end, Ty::Unknown), Ty::Unknown) => end,
            (Value::Path(path), Ty::Unknown) if self.path_ty(&path).may_be_active() => {
                let hint = self.path_hint(&path);
                self.temp(&hint, Ty::Unknown, Expr::Load(path), span)
            }
            (end, Ty::Unknown) => self.scalar(end, Some(&Ty::Int(None)), span).0,
            (end, ty) => self.scalar(end, Some(ty), span).0,
        }
    }

    /// The type of an end of a range of such type: it may be known better.
    pub(crate) fn end_ty(&self, end: &Expr, ty: &Ty) -> Ty {
        match (end, ty) {
            (Expr::Var(var), Ty::Unknown) => self.vars[*var].ty.clone(),
            _ => ty.clone(),
        }
    }

    /// A range whose ends may be floats, as code, of which nothing is known.
    pub(crate) fn unrun(&mut self, value: Value, span: Span) -> Value {
        match &value {
            Value::Iter(iter) if matches!(**iter, Iter::Range { ty: Ty::Unknown | Ty::Float(_), .. }) => {
                self.as_code(value, span).map_or(Value::Poison, |code| Value::Code(code, Ty::Unknown))
            }
            _ => value,
        }
    }

    /// The end of a range that is run, or an index: that is an integer, whatever is known of it.
    pub(crate) fn counted(&mut self, end: &Expr) -> Expr {
        match end {
            Expr::Var(var) if !self.vars[*var].ty.is_scalar() => self.vars[*var].ty = Ty::Int(None),
            _ => {}
        }
        end.clone()
    }
}
