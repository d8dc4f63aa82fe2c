//! Where a body meets its signature: parameters entering, results leaving, slots filled.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::signature::ParamSig;
use super::sweeps::slots::{Shape, or_else};
use super::{Emitter, Form};
use crate::diff::{ParamAdjoint, Tape, TapeKind};
use crate::ir::*;

impl Emitter<'_> {
    /// The user's names come first: what is generated beside them has to give way.
    pub(super) fn reserve_params(&mut self, function: &Function) {
        for param in &function.params {
            let text = param.name.to_string();
            self.names.reserve(text.strip_prefix("r#").unwrap_or(&text));
        }
    }

    /// Methods and constructors of types from elsewhere (`nalgebra`, floats behind unknown types) have their rules in traits.
    pub(super) fn foreign_rules(&self, body: &Block) -> TokenStream {
        let mut calls = false;
        body.walk(&mut |stmt| {
            if let StmtKind::Call(call) = &stmt.kind {
                let of_type = match &call.callee {
                    Callee::Method(..) => true,
                    Callee::Function(path) => owner(path).is_some_and(|owner| owner != "Self"),
                    Callee::Derivative(_) | Callee::Operator(_) => false,
                };
                calls |= of_type;
            }
        });
        let runtime = self.runtime;
        if calls {
            quote!(#[allow(unused_imports)] use #runtime::rules::prelude::*;)
        } else {
            TokenStream::new()
        }
    }

    /// Binds the parameters as they enter the body.
    pub(crate) fn enter_params(&mut self, function: &Function) -> TokenStream {
        self.enter_all(function, false)
    }

    /// The same where a receiver by value comes by reference: see [`ParamSig::lent_arg`].
    pub(super) fn enter_lent_params(&mut self, function: &Function) -> TokenStream {
        self.enter_all(function, true)
    }

    fn enter_all(&mut self, function: &Function, lent: bool) -> TokenStream {
        let mut prelude = self.foreign_rules(&function.body);
        for (index, param) in function.params.iter().enumerate() {
            if param.lent {
                let of = &function.params[function.tangent_of(index)];
                prelude.extend(self.enter_tangent(param, of));
                continue;
            }
            let (name, var) = (&param.name, param.var);
            let changes = self.flow.is_mut(var);
            let place = self.vars[var].role == Role::Place;
            if let (true, Some(ty)) =
                (self.checked.is_some() && place && name == "self", self.asked.get(&var).cloned())
            {
                let (form, ty, value) = match param.passing {
                    Passing::Value if lent && changes => {
                        (Form::Owned, ty, quote!(::core::clone::Clone::clone(self)))
                    }
                    Passing::Value if !lent => (Form::Owned, ty, quote!(self)),
                    Passing::Value | Passing::Ref => (Form::Ref, quote!(&#ty), quote!(self)),
                    Passing::RefMut => (Form::RefMut, quote!(&mut #ty), quote!(self)),
                };
                let mutable = (form == Form::Owned && changes).then(|| quote!(mut));
                let this = self.rebind(var, "this", form);
                prelude.extend(quote!(let #mutable #this: #ty = #value;));
                continue;
            }
            match param.passing {
                Passing::Ref if place => {
                    self.bind_as(var, name.clone(), Form::Ref, true);
                }
                Passing::RefMut if place => {
                    self.bind_as(var, name.clone(), Form::RefMut, true);
                }
                Passing::Value if name == "self" && changes => {
                    let this = self.rebind(var, "this", Form::Owned);
                    let value = if lent { quote!(::core::clone::Clone::clone(self)) } else { quote!(self) };
                    prelude.extend(quote!(let mut #this = #value;));
                }
                Passing::Value if name == "self" && lent => {
                    self.bind_as(var, name.clone(), Form::Ref, true);
                }
                Passing::Value => {
                    if changes {
                        prelude.extend(quote!(let mut #name = #name;));
                    }
                    self.bind_as(var, name.clone(), Form::Owned, true);
                }
                // Scalars behind references are read at entry.
                Passing::Ref if changes => {
                    prelude.extend(quote!(let mut #name = *#name;));
                    self.bind_as(var, name.clone(), Form::Owned, true);
                }
                Passing::Ref => {
                    prelude.extend(quote!(let #name = *#name;));
                    self.bind_as(var, name.clone(), Form::Owned, true);
                }
                Passing::RefMut => {
                    let reference = self.reference_of(param);
                    let mutable = changes.then(|| quote!(mut));
                    prelude.extend(quote!(let #reference = #name; let #mutable #name = *#reference;));
                    self.bind_as(var, name.clone(), Form::Owned, true);
                }
            }
        }
        prelude
    }

    /// Binds a tangent, which is a zero where the caller has none. `of`: the parameter that it is the tangent of.
    fn enter_tangent(&mut self, param: &Param, of: &Param) -> TokenStream {
        let (name, var) = (&param.name, param.var);
        if !param.active {
            return TokenStream::new();
        }
        let changes = self.flow.is_mut(var);
        let mutable = changes.then(|| quote!(mut));
        if self.vars[var].role == Role::Place {
            let form = if param.passing == Passing::RefMut { Form::RefMut } else { Form::Ref };
            let scratch = self.scratch(of, Shape::AtHand, form == Form::RefMut);
            self.bind_as(var, name.clone(), form, true);
            return or_else(name, &scratch);
        }
        let zero = self.zero(&Path::of(var));
        let entered = if param.passing == Passing::RefMut {
            let reference = self.reference_of(param);
            quote! {
                let #reference = #name;
                let #mutable #name = #reference.as_deref().copied().unwrap_or(#zero);
            }
        } else {
            quote!(let #mutable #name = #name.copied().unwrap_or(#zero);)
        };
        self.bind_as(var, name.clone(), Form::Owned, true);
        entered
    }

    /// Whether the pullback has its own of a parameter, and looks at nothing that it is given again: what is handed over by
    /// value, but not a receiver that holds throughout what the caller has as well.
    pub(super) fn is_kept(&self, param: &Param, signature: &ParamSig) -> bool {
        param.passing == Passing::Value && (!signature.receiver || self.flow.is_mut(param.var))
    }

    /// The reference behind which a `&mut` scalar lives: its own name is that of the value.
    pub(super) fn reference_of(&mut self, param: &Param) -> Ident {
        let name = format_ident!("{}_ref", param.name, span = crate::names::hygienic(param.name.span()));
        self.names.reserve(&name.to_string());
        name
    }

    pub(super) fn rebind(&mut self, var: Var, base: &str, form: Form) -> Ident {
        let name = self.local(base);
        self.bind_as(var, name, form, false)
    }

    /// `&mut` scalars get what they hold at the end.
    pub(super) fn write_back(&mut self, function: &Function, lasts: &[Expr]) -> TokenStream {
        let params = function.params.iter().filter(|param| param.last.is_some());
        params
            .zip(lasts)
            .map(|(param, last)| {
                let reference = self.reference_of(param);
                let float = match &param.ty {
                    Ty::Float(float) => Some(float),
                    _ => None,
                };
                let last = self.expr(last, float);
                match param.lent {
                    true => quote!(if let ::core::option::Option::Some(#reference) = #reference { *#reference = #last; }),
                    false => quote!(*#reference = #last;),
                }
            })
            .collect()
    }

    pub(super) fn declare_tapes(&mut self, tapes: &[Tape]) -> TokenStream {
        let runtime = self.runtime;
        tapes
            .iter()
            .map(|tape| {
                self.tapes.insert(tape.var, tape.kind.clone());
                let name = self.bind(tape.var, Form::Owned);
                match tape.kind {
                    TapeKind::Stack | TapeKind::Flat | TapeKind::Snapshots
                        if self.pooled.contains(&(tape.var, 0)) =>
                    {
                        quote!(let mut #name = #runtime::pool::Buffer::new();)
                    }
                    TapeKind::Stack | TapeKind::Flat | TapeKind::Snapshots => {
                        quote!(let mut #name = #runtime::__private::Vec::new();)
                    }
                    TapeKind::Slot => quote!(let mut #name = ::core::option::Option::None;),
                }
            })
            .collect()
    }

    pub(super) fn add_to(&self, to: TokenStream, value: &Expr, ty: &Ty) -> TokenStream {
        let float = match ty {
            Ty::Float(Float::Any) => self.float_of(value).unwrap_or_else(|| self.float.clone()),
            Ty::Float(float) => float.clone(),
            _ => self.float.clone(),
        };
        if value.is_zero() {
            return TokenStream::new();
        }
        let value = self.code(value, Some(&float));
        let generic = matches!(float, Float::Param(_));
        let value = if generic { value.at(super::expr::Level::Product) } else { value.tokens };
        self.add_assign(to, value, &float)
    }

    /// The adjoint of a scalar parameter to its slot.
    pub(super) fn scalar_slot(
        &self,
        slot: &Option<ParamAdjoint>,
        name: &Ident,
        value: &Expr,
        ty: &Ty,
    ) -> TokenStream {
        match slot {
            Some(ParamAdjoint::ScalarInOut(_)) => {
                let value = self.expr(value, self.float_of(value).as_ref());
                quote!(*#name = #value;)
            }
            _ => self.add_to(quote!(*#name), value, ty),
        }
    }

    pub(super) fn seed_pattern(&mut self, seed: &Tree<Option<Var>>) -> TokenStream {
        match seed {
            Tree::Leaf(None) => quote!(_),
            Tree::Leaf(Some(var)) => self.pattern(*var),
            Tree::Tuple(parts) => {
                let parts: Vec<TokenStream> = parts.iter().map(|part| self.seed_pattern(part)).collect();
                match &parts[..] {
                    [] => quote!(_),
                    parts => quote!((#(#parts,)*)),
                }
            }
        }
    }

    /// A value in the shape of the result.
    pub(super) fn result<'e>(
        &self,
        shape: &Tree<Expr>,
        leaves: &mut impl Iterator<Item = &'e Expr>,
    ) -> TokenStream {
        match shape {
            Tree::Leaf(_) => leaves.next().map_or_else(TokenStream::new, |leaf| {
                let float = self.float_of(leaf);
                self.expr(leaf, float.as_ref())
            }),
            Tree::Tuple(parts) => {
                let parts: Vec<TokenStream> =
                    parts.iter().map(|part| self.result_part(part, leaves)).collect();
                match &parts[..] {
                    [part] => quote!((#part,)),
                    parts => quote!((#(#parts),*)),
                }
            }
        }
    }

    pub(super) fn result_part(
        &self,
        shape: &Tree<Expr>,
        leaves: &mut dyn Iterator<Item = &Expr>,
    ) -> TokenStream {
        let mut leaves = leaves;
        self.result(shape, &mut leaves)
    }

    pub(super) fn tangent_result(
        &self,
        shape: &Tree<Option<Expr>>,
        ty: &Ty,
        leaves: &mut dyn Iterator<Item = &Expr>,
    ) -> TokenStream {
        match shape {
            Tree::Leaf(None) => quote!(()),
            Tree::Leaf(Some(_)) => {
                let float = match ty {
                    Ty::Float(_) if self.wide.is_some() => Some(&Float::Lanes),
                    Ty::Float(float) => Some(float),
                    _ => None,
                };
                leaves.next().map_or_else(TokenStream::new, |leaf| self.expr(leaf, float))
            }
            Tree::Tuple(parts) => {
                let none = Ty::Unknown;
                let parts: Vec<TokenStream> = parts
                    .iter()
                    .enumerate()
                    .map(|(at, part)| {
                        let ty = match ty {
                            Ty::Tuple(tys) => tys.get(at).unwrap_or(&none),
                            _ => &none,
                        };
                        self.tangent_result(part, ty, leaves)
                    })
                    .collect();
                match &parts[..] {
                    [part] => quote!((#part,)),
                    parts => quote!((#(#parts),*)),
                }
            }
        }
    }
}
