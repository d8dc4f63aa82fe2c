//! Unary operators, dereferences and casts.

use quote::ToTokens;
use syn::UnOp;
use syn::spanned::Spanned;

use crate::ir::{Callee, Expr, Float, Lit, Path, Proj, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::facts::site;
use crate::rules::table::operator;

impl Lower<'_> {
    pub(crate) fn lower_unary(&mut self, expr: &syn::ExprUnary, want: Option<&Ty>) -> Value {
        let span = expr.op.span();
        match expr.op {
            UnOp::Deref(_) => {
                let value = self.place(&expr.expr);
                self.deref(value)
            }
            UnOp::Neg(_) => {
                if let syn::Expr::Lit(lit) = &*expr.expr {
                    if matches!(lit.lit, syn::Lit::Float(_) | syn::Lit::Int(_)) {
                        return self.negative_literal(expr, want);
                    }
                }
                let value = self.operand(&expr.expr, want).peel();
                match self.ty_of(&value) {
                    Ty::Float(float) => {
                        let (atom, _) = self.scalar(value, None, span);
                        let rule = operator("-", 1).expect("negation has a rule");
                        let ty = Ty::Float(float);
                        Value::Atom(self.temp("neg", ty.clone(), Expr::Rule(rule, vec![atom]), span), ty)
                    }
                    ty @ Ty::Int(_) => {
                        let (atom, _) = self.scalar(value, None, span);
                        let neg = Expr::Unary(expr.op, Box::new(atom));
                        Value::Atom(self.temp("neg", ty.clone(), neg, span), ty)
                    }
                    Ty::Unknown if want.is_some_and(Ty::is_scalar) => {
                        let (atom, ty) = self.scalar(value, want, span);
                        let negated = match &ty {
                            Ty::Int(_) => Expr::Unary(expr.op, Box::new(atom)),
                            _ => Expr::Rule(operator("-", 1).expect("negation has a rule"), vec![atom]),
                        };
                        Value::Atom(self.temp("neg", ty.clone(), negated, span), ty)
                    }
                    _ => match value {
                        Value::Poison | Value::Never => value,
                        Value::Code(inert, ty) => Value::Code(
                            crate::lower::inert::combine(&[inert], |parts| {
                                let p = &parts[0];
                                quote::quote!(-(#p))
                            }),
                            ty,
                        ),
                        value => {
                            let given = match self.ty_of(&value) {
                                Ty::Named(of) => self.types.operator(&of, "Neg", None),
                                _ => None,
                            };
                            let want = given.as_ref().or(want);
                            let Some(arg) = self.operator_arg(value, span) else { return Value::Poison };
                            self.call(Callee::Operator("neg"), vec![arg], want, site(expr), "neg", span)
                        }
                    },
                }
            }
            UnOp::Not(_) => {
                let value = self.operand(&expr.expr, want).peel();
                let (atom, ty) = match self.ty_of(&value) {
                    ty if ty.may_be_active()
                        && !matches!(value, Value::Code(..) | Value::Poison)
                        && !matches!(ty, Ty::Unknown) =>
                    {
                        return self.refuse_at(span, "`!` has no derivative on values of this type");
                    }
                    _ => self.scalar(
                        value,
                        Some(want.filter(|ty| ty.is_scalar()).unwrap_or(&Ty::bool())),
                        span,
                    ),
                };
                let not = Expr::Unary(expr.op, Box::new(atom));
                Value::Atom(self.temp("not", ty.clone(), not, span), ty)
            }
            _ => self.refuse(expr, "this operator is not supported"),
        }
    }

    pub(super) fn negative_literal(&mut self, expr: &syn::ExprUnary, want: Option<&Ty>) -> Value {
        match self.expr(&expr.expr, want) {
            Value::Atom(Expr::Lit(lit), ty) => {
                let value = lit.value.map(|value| -value);
                Value::Atom(
                    Expr::Lit(Lit { tokens: expr.to_token_stream(), value, ty: lit.ty, made: false }),
                    ty,
                )
            }
            value => value,
        }
    }

    /// `*value`
    pub(crate) fn deref(&mut self, value: Value) -> Value {
        match value {
            Value::Ref { to, .. } => *to,
            // References inside of containers are left out of the types.
            Value::Path(path) if self.is_boxed(&path) => Value::Path(path.with(Proj::Deref)),
            Value::Path(path) => Value::Path(path),
            Value::Code(inert, ty) => Value::Code(
                crate::lower::inert::combine(&[inert], |parts| {
                    let p = &parts[0];
                    quote::quote!((*#p))
                }),
                ty,
            ),
            value => value,
        }
    }
    /// Whether `*` of what a path shows is what a `Box` holds.
    fn is_boxed(&self, path: &Path) -> bool {
        if let Ty::Named(ty) = self.path_ty(path) {
            if matches!(&*ty, syn::Type::Path(path) if crate::standard::boxed(path).is_some()) {
                return true;
            }
        }
        self.is_unseen_payload(path)
    }

    /// Whether a path shows what a variant holds that is not in sight.
    pub(crate) fn is_unseen_payload(&self, path: &Path) -> bool {
        let mut owner = self.vars.resolve(path);
        match owner.proj.pop() {
            Some(Proj::Payload { variant, member }) => match self.path_ty(&owner) {
                Ty::Named(of) => self.types.field(&of, Some(&variant), &member).is_none(),
                _ => true,
            },
            Some(Proj::Some) => matches!(self.path_ty(&owner), Ty::Unknown),
            None => self.payloads.contains(&owner.root),
            Some(_) => false,
        }
    }

    pub(crate) fn lower_cast(&mut self, expr: &syn::ExprCast) -> Value {
        let span = expr.as_token.span;
        let ty = self.types.ty(&expr.ty);
        if self.types.scope.boxed_object(&ty).is_some() {
            // `Box::new(…) as Box<dyn Trait>`
            let value = self.operand(&expr.expr, Some(&ty)).peel();
            return if self.fits_object(&value, &ty, span) { value } else { Value::Poison };
        }
        let value = self.operand(&expr.expr, None).peel();
        let from = self.ty_of(&value);
        match value {
            Value::Never | Value::Poison => value,
            value if from.is_scalar() && (ty.is_scalar() || matches!(ty, Ty::Unknown)) => {
                let (atom, _) = self.scalar(value, None, span);
                let ty = if matches!(ty, Ty::Unknown) { Ty::Int(None) } else { ty };
                let cast = Expr::Cast(Box::new(atom), expr.ty.clone());
                Value::Atom(self.temp("cast", ty.clone(), cast, span), ty)
            }
            Value::Path(path)
                if matches!(
                    (&from, &ty),
                    (Ty::Unknown | Ty::Named(_), Ty::Float(Float::F64 | Float::F32))
                ) && !self.is_constant(&path) =>
            {
                // A field that counts or measures: rustc knows which.
                let name = if matches!(ty, Ty::Float(Float::F64)) { "as_f64" } else { "as_f32" };
                let Some(arg) = self.operator_arg(Value::Path(path), span) else { return Value::Poison };
                self.call(Callee::Operator(name), vec![arg], Some(&ty), site(expr), name, span)
            }
            value => {
                let target = &expr.ty;
                let Some(code) = self.as_code(value, span) else { return Value::Poison };
                let inert = crate::lower::inert::combine(&[code], |parts| {
                    let p = &parts[0];
                    quote::quote!((#p) as #target)
                });
                if ty.is_scalar() {
                    return Value::Atom(self.temp("cast", ty.clone(), Expr::Inert(inert), span), ty);
                }
                Value::Code(inert, ty)
            }
        }
    }
}
