//! Values as operands of statements: scalars as atoms, aggregates as the content of places.
//!
//! Invariant: what cannot be one is refused here, and an operand of the wanted kind takes its place.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};

use super::constant;
use crate::ir::{Block, CopyHow, Expr, Float, Inert, Init, Path, Proj, Role, Stmt, StmtKind, Ty, Var};
use crate::lower::Lower;
use crate::lower::env::Value;

impl Lower<'_> {
    /// A scalar atom.
    pub(crate) fn scalar(&mut self, value: Value, want: Option<&Ty>, span: Span) -> (Expr, Ty) {
        let wanted = want.filter(|ty| ty.is_scalar());
        let fallback = wanted.cloned().unwrap_or(Ty::Float(crate::ir::Float::Any));
        let value = match self.read(value.peel(), span) {
            // An item by value whose type nothing has said so far: it is a number, so there is nothing to copy.
            Value::Init(init, ty @ (Ty::Unknown | Ty::Named(_))) => match *init {
                Init::Copy { from, .. } => Value::Path(from),
                Init::Stop(inner) if matches!(*inner, Init::Copy { .. }) => {
                    let (atom, ty) = self.scalar(Value::Init(inner, ty), wanted, span);
                    let stopped = self.temp("stopped", ty.clone(), Expr::Stop(Box::new(atom)), span);
                    return (stopped, ty);
                }
                init => Value::Init(Box::new(init), ty),
            },
            value => value,
        };
        match value {
            Value::Atom(atom, ty) => match (&ty, wanted) {
                (Ty::Unknown | Ty::Inert, Some(wanted)) => {
                    if let Expr::Var(var) = atom {
                        self.vars[var].ty = wanted.clone();
                    }
                    (atom, wanted.clone())
                }
                _ => (atom, ty),
            },
            Value::Code(inert, ty) => {
                let ty = if ty.is_scalar() { ty } else { wanted.cloned().unwrap_or(Ty::Unknown) };
                if let Some(number) = self.number_of_bound(&inert, &ty, span) {
                    return (number, ty);
                }
                let inert = self.followed(inert, &ty);
                let atom = self.temp("value", ty.clone(), Expr::Inert(inert), span);
                (atom, ty)
            }
            Value::Path(path) if wanted.is_some() && matches!(self.path_ty(&path), Ty::Inert) => {
                // A part of something inactive whose type only rustc knows: a number, or a reference to one.
                match self.as_code(Value::Path(path), span) {
                    Some(mut inert) => {
                        if is_primitive(&fallback) {
                            let (runtime, code) = (&self.request.runtime, &inert.code);
                            inert.code = quote::quote!(#runtime::__private::Number::number(#code));
                        }
                        (self.temp("value", fallback.clone(), Expr::Inert(inert), span), fallback)
                    }
                    None => (crate::ir::build::default_atom(&fallback), fallback),
                }
            }
            // Only rustc knows its type: where a number is wanted, it is one.
            Value::Path(path)
                if wanted.is_some() && matches!(self.path_ty(&path), Ty::Unknown | Ty::Named(_)) =>
            {
                let hint = self.path_hint(&path);
                (self.temp(&hint, fallback.clone(), Expr::Load(path), span), fallback)
            }
            Value::Path(_) => {
                self.refuse_unknown(span);
                (crate::ir::build::default_atom(&fallback), fallback)
            }
            value @ (Value::Poison | Value::Never) => {
                self.give_up(&value);
                (crate::ir::build::default_atom(&fallback), fallback)
            }
            _ => {
                self.refuse_at(span, "a number is needed here");
                (crate::ir::build::default_atom(&fallback), fallback)
            }
        }
    }

    /// What the pattern of an arm binds, as a number: one for the whole arm, so that the tape holds no reference.
    fn number_of_bound(&mut self, inert: &Inert, ty: &Ty, span: Span) -> Option<Expr> {
        let [(_, Expr::Var(of))] = &inert.binds[..] else { return None };
        let found = *self.bound.get(of)?;
        if !is_primitive(ty) || inert.code.clone().into_iter().count() != 1 {
            return None;
        }
        let number = match found {
            Some(number) if self.vars[number].ty.is_same_scalar(ty) => number,
            Some(_) => return None,
            None => self.vars.fresh(self.vars[*of].name.clone(), ty.clone(), Role::Value, span),
        };
        self.bound.insert(*of, Some(number));
        Some(Expr::Var(number))
    }

    /// The numbers that were made of what the pattern of an arm binds, where the arm begins.
    pub(crate) fn bind_numbers(&mut self, binds: &[(Ident, Var)], block: &mut Block, span: Span) {
        for (name, of) in binds {
            if let Some(Some(number)) = self.bound.remove(of) {
                let inert =
                    Inert { code: quote!(#name), binds: vec![(name.clone(), Expr::Var(*of))], pure: true };
                let ty = self.vars[number].ty.clone();
                let expr = Expr::Inert(self.followed(inert, &ty));
                block.stmts.insert(0, Stmt { kind: StmtKind::Let { var: number, expr }, span });
            }
        }
    }

    /// The name that a pattern binds in code that is kept, as a number: it may be a reference to one.
    fn followed(&self, mut inert: Inert, ty: &Ty) -> Inert {
        let bound = match &inert.binds[..] {
            [(_, Expr::Var(var))] => {
                self.vars[*var].role == Role::Value && matches!(self.vars[*var].ty, Ty::Inert | Ty::Unknown)
            }
            _ => false,
        };
        if bound && is_primitive(ty) && inert.code.clone().into_iter().count() == 1 {
            let (runtime, code) = (&self.request.runtime, &inert.code);
            inert.code = quote::quote!(#runtime::__private::Number::number(#code));
        }
        inert
    }

    /// An aggregate as the content of a place.
    pub(crate) fn init(&mut self, value: Value, want: Option<&Ty>, span: Span) -> Option<Init> {
        match value {
            Value::Init(init, _) => Some(*init),
            Value::Path(from) => Some(Init::Copy { from, how: CopyHow::Move }),
            Value::Code(inert, _) => Some(Init::Inert(inert)),
            Value::Tuple(items) => {
                let mut parts = Vec::new();
                for (i, item) in items.into_iter().enumerate() {
                    let item = self.read(item, span);
                    let ty = match want {
                        Some(Ty::Tuple(tys)) => tys.get(i).cloned(),
                        _ => None,
                    };
                    parts.push(self.whole(item, ty.as_ref(), span)?);
                }
                Some(Init::Tuple(parts))
            }
            Value::Atom(Expr::Var(var), ty) => {
                // A scalar in a place of unknown type.
                let name = quote::format_ident!("value", span = Span::mixed_site());
                if ty.may_be_active() {
                    let place = self.temp_place(
                        "value",
                        Ty::Tuple(vec![ty]),
                        Init::Tuple(vec![Expr::Var(var)]),
                        span,
                    );
                    let field = Proj::Field(syn::Member::Unnamed(syn::Index::from(0)));
                    return Some(Init::Copy { from: Path::of(place).with(field), how: CopyHow::Move });
                }
                let binds = vec![(name.clone(), Expr::Var(var))];
                Some(Init::Inert(Inert { code: name.to_token_stream(), binds, pure: true }))
            }
            Value::Atom(Expr::Lit(lit), _) => Some(Init::Inert(constant(lit.tokens))),
            Value::Ref { to, mutable: false } => match *to {
                Value::Path(from) if !self.path_ty(&from).may_be_active() => {
                    Some(Init::Copy { from, how: CopyHow::Clone })
                }
                Value::Code(inert, _) => Some(Init::Inert(inert)),
                _ => {
                    self.refuse_at(
                        span,
                        "a reference cannot be stored here: store a copy (`.to_vec()`, `.clone()`)",
                    );
                    None
                }
            },
            value @ (Value::Poison | Value::Never) => {
                self.give_up(&value);
                None
            }
            Value::Maybe { some, value } if self.holds_nothing_active(&value) => {
                self.as_code(Value::Maybe { some, value }, span).map(Init::Inert)
            }
            Value::Maybe { some, value } => self.kept_option(some, *value, want, span),
            value => {
                let message = match value {
                    Value::Record(..) => {
                        "a struct that borrows cannot be kept in another value: let it own its data (`.to_vec()`, `.clone()`)"
                    }
                    Value::Iter(_) => "an iterator cannot be kept here: collect it into a Vec first",
                    Value::Closure(_) | Value::Function(_) => {
                        "a closure cannot be kept here: bind it by a `let` of its own and call it by its name"
                    }
                    _ => "this value cannot be kept in a variable: bind its parts one by one",
                };
                self.refuse_at(span, message);
                None
            }
        }
    }

    /// A scalar atom or a whole aggregate.
    pub(crate) fn whole(&mut self, value: Value, want: Option<&Ty>, span: Span) -> Option<Expr> {
        let value = self.read(value, span);
        if want.is_some_and(|want| !self.fits_object(&value, want, span)) {
            return None;
        }
        match value {
            Value::Atom(atom, ty) => Some(self.scalar(Value::Atom(atom, ty), want, span).0),
            Value::Code(inert, ty) if ty.is_scalar() || want.is_some_and(Ty::is_scalar) => {
                Some(self.scalar(Value::Code(inert, ty), want, span).0)
            }
            Value::Path(path) => {
                if want.is_some_and(Ty::is_scalar) {
                    return Some(self.scalar(Value::Path(path), want, span).0);
                }
                Some(Expr::Whole(path))
            }
            Value::Ref { to, mutable: false } if want.is_some_and(Ty::is_scalar) => {
                self.whole(*to, want, span)
            }
            Value::Ref { to, mutable: false } if !self.ty_of(&to).may_be_active() => {
                self.whole(*to, want, span)
            }
            value @ (Value::Poison | Value::Never) => {
                self.give_up(&value);
                None
            }
            value => {
                let ty = match (self.ty_of(&value), want) {
                    (Ty::Unknown, Some(want)) => want.clone(),
                    (ty, _) => ty,
                };
                let init = self.init(value, want, span)?;
                Some(Expr::Whole(Path::of(self.temp_place("item", ty, init, span))))
            }
        }
    }
}

/// Whether a number is of a type that rustc has.
fn is_primitive(ty: &Ty) -> bool {
    matches!(ty, Ty::Int(Some(_)) | Ty::Float(Float::F64 | Float::F32 | Float::Alias(_) | Float::Any))
}
