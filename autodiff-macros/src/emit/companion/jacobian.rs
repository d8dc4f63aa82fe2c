//! `jacobian` and `value_and_jacobian`: thin functions around what the runtime makes of `vjp` and `jvp`.
//!
//! What is differentiated is the result, and what `&mut` parameters hold behind the call: what `vjp` has seeds for. Every
//! row is a run of the function, which has to find its arguments as the first one did.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::super::Emitter;
use super::super::types::{TUPLE, bound_floats, is_of_numbers};
use super::{Item, Shape, items::never, tuple_of};
use crate::ir::*;
use crate::lower;
use crate::request::Mode;

/// What a Jacobian has rows for.
pub(super) struct Rows {
    /// The types of the seeds of `vjp`, and those of the Jacobian where they are not looked up.
    seeds: Vec<TokenStream>,
    shapes: Vec<Option<TokenStream>>,
    /// Whether the first seed is that of the result.
    result: bool,
    /// The `&mut` parameters behind it, by index.
    pub(super) lent: Vec<usize>,
}

impl Shape<'_> {
    /// Nothing for functions that give one number, or that cannot be run twice.
    pub(super) fn jacobians(&self) -> Vec<Item> {
        let gradient = self.gradient_type();
        let Some(rows) = self.rows(&gradient) else { return Vec::new() };
        let seed = tuple_of(&rows.seeds);
        let runtime = &self.signature.runtime;
        let looked_up = quote!(<#seed as #runtime::jacobian::Numbers>::Of<#gradient>);
        let known = rows.shapes.iter().cloned().collect::<Option<Vec<_>>>();
        let mut bounds = self.bounds(known.is_none().then_some(&seed));
        if self.has_columns() && !has_columns(self.function, false) {
            bounds.extend(syn::parse2(quote!(for<'numbers> #gradient: #runtime::jacobian::Numbers)));
        }
        let jacobian = known.map_or(looked_up, |shapes| tuple_of(&shapes));
        let (name, result) = (&self.function.name, &self.signature.result);
        let call = self.call("value_and_jacobian", &self.passed());
        let item = |name: &'static str, summary, output, body| Item {
            name: name.into(),
            summary,
            hidden: false,
            lifetimes: Vec::new(),
            args: self.own_args(),
            output,
            bounds: bounds.clone(),
            body,
            stub: never(),
        };
        let mut items = vec![
            item(
                "value_and_jacobian",
                format!(
                    "The value of [`{name}`] and its Jacobian: the gradient of each number of the result."
                ),
                quote!((#result, #jacobian)),
                self.value_and_jacobian(&rows, &gradient, &seed),
            ),
            item(
                "jacobian",
                format!(
                    "The Jacobian of [`{name}`]: in the place of each number of the result its gradient."
                ),
                jacobian,
                quote!(#call.1),
            ),
        ];
        items.extend(self.jacobian_into());
        items
    }

    fn rows(&self, gradient: &TokenStream) -> Option<Rows> {
        let (ty, runtime) = (&self.signature.result_ty, &self.signature.runtime);
        let mut rows = Rows { seeds: Vec::new(), shapes: Vec::new(), result: false, lent: Vec::new() };
        if !self.signature.returns_nothing() {
            rows.result = true;
            rows.seeds.push(self.signature.seed());
            rows.shapes.push(shape(ty, gradient, runtime));
        }
        for (index, (param, sig)) in self.function.params.iter().zip(self.params()).enumerate() {
            // A run must not see what the one before it has changed.
            if !can_be_lent_again(param) {
                return None;
            }
            if param.passing == Passing::RefMut && param.active {
                rows.lent.push(index);
                rows.seeds.push(sig.owned(runtime));
                rows.shapes.push(shape(&param.ty, gradient, runtime));
            }
        }
        let one = rows.lent.is_empty() && matches!(ty, Ty::Float(_));
        let any = ty.may_be_active() || !rows.lent.is_empty();
        (any && !one && !self.source.may_fail && self.has_looked_up_tuples()).then_some(rows)
    }

    /// Whether the gradient is a tuple for which there are `impl`s of traits.
    pub(super) fn has_looked_up_tuples(&self) -> bool {
        (1..=TUPLE).contains(&self.function.wrt.len())
    }

    /// What is asked of types that the macro does not know, the seed's among them or not. Of such as have no parameter rustc would ask where they are
    /// written, not where they are used, but for the `for`.
    pub(super) fn bounds(&self, seed: Option<&TokenStream>) -> Vec<syn::WherePredicate> {
        let runtime = &self.signature.runtime;
        let mut bounds: Vec<syn::WherePredicate> = Vec::new();
        let mut floats = syn::Generics::default();
        let named = lower::float_params(&self.source.signature.generics, &self.source.request.scope);
        bound_floats(&mut floats, named, runtime);
        bounds.extend(floats.where_clause.into_iter().flat_map(|clause| clause.predicates));
        if let Some(seed) = seed {
            bounds.extend(syn::parse2(quote!(for<'numbers> #seed: #runtime::jacobian::Numbers)));
        }
        for (param, sig) in self.function.params.iter().zip(self.params()) {
            if param.passing == Passing::Value && !is_cloned(&param.ty) {
                let ty = sig.ty_with_lifetimes(&mut || syn::parse_quote!('cloned));
                bounds.extend(syn::parse2(quote!(for<'cloned> #ty: ::core::clone::Clone)));
            }
        }
        bounds
    }

    /// How the arguments are handed on by who needs them again.
    pub(super) fn passed_again(&self) -> Vec<TokenStream> {
        let params = self.function.params.iter().zip(self.params());
        params
            .map(|(param, sig)| match (param.passing, &param.name) {
                (Passing::Value, name) if !param.ty.is_scalar() => {
                    quote!(::core::clone::Clone::clone(&#name))
                }
                _ => sig.pass(),
            })
            .collect()
    }

    /// What keeps what `&mut` parameters hold, and what puts it back, before each run.
    pub(super) fn kept(&self, emitter: &mut Emitter<'_>) -> (TokenStream, TokenStream) {
        let (mut kept, mut again) = (TokenStream::new(), TokenStream::new());
        for param in self.function.params.iter().filter(|param| param.passing == Passing::RefMut) {
            let before = emitter.local(&format!("{}_before", param.name));
            let (keep, put_back) = super::items::keep_for_all(param, &before);
            kept.extend(keep);
            again.extend(put_back);
        }
        (kept, again)
    }

    /// A direction in the shape of the gradient, taken apart by a pattern: how its parts are handed on.
    pub(super) fn taken_apart(&self, names: &[Ident]) -> (Vec<TokenStream>, TokenStream) {
        let (mut directions, mut patterns) = (Vec::new(), Vec::new());
        for (wrt, name) in self.function.wrt.iter().zip(names) {
            patterns.push(name.to_token_stream());
            let WrtTarget::Param(index) = wrt.target else { continue };
            let sig = &self.params()[index];
            directions.push(match sig.passing {
                Passing::RefMut => {
                    patterns.pop();
                    patterns.push(quote!(mut #name));
                    quote!(&mut #name)
                }
                _ if sig.dot_is_reference() => quote!(&#name),
                _ => name.to_token_stream(),
            });
        }
        (directions, tuple_of(&patterns))
    }

    fn value_and_jacobian(&self, rows: &Rows, gradient: &TokenStream, seed: &TokenStream) -> TokenStream {
        let runtime = &self.signature.runtime;
        let (mut emitter, names) = self.wrapper();
        let result = &self.signature.result;
        let [value, pullback, seeds, ask] =
            ["value", "pullback", "seeds", "seed"].map(|name| emitter.local(name));
        // The arguments of each run.
        let args = self.passed_again();
        let (kept, again) = self.kept(&mut emitter);
        let mut zeros = Vec::new();
        if rows.result {
            zeros.push(quote!(#runtime::Differentiable::zero_tangent(#value)));
        }
        for &index in &rows.lent {
            zeros.push(self.zero(&emitter, WrtTarget::Param(index)));
        }
        // What is lent is borrowed by the pullback: its shape is asked for before.
        let (shape, before) = match rows.lent.is_empty() {
            true => (tuple_of(&zeros), TokenStream::new()),
            false => {
                let lent: Vec<_> = (rows.lent.iter())
                    .map(|&index| emitter.local(&format!("{}_zero", self.function.params[index].name)))
                    .collect();
                let values = &zeros[usize::from(rows.result)..];
                let before = quote!(#(let #lent = #values;)*);
                let mut parts = zeros[..usize::from(rows.result)].to_vec();
                parts.extend(lent.iter().map(|name| quote!(::core::clone::Clone::clone(&#name))));
                (tuple_of(&parts), before)
            }
        };
        let count = rows.seeds.len();
        let seeded = match count {
            1 => quote!(#seeds),
            _ => {
                let at = (0..count).map(syn::Index::from);
                quote!(#(#seeds.#at),*)
            }
        };
        let zero = quote!(|#value: &#result| -> #seed { #shape });
        let vjp = self.call("vjp", &args);
        let row = quote! {
            |#ask: &mut dyn ::core::ops::FnMut(&#result) -> #seed| -> (#result, #gradient) {
                #again
                let (#value, #pullback) = #vjp;
                let #seeds = #ask(&#value);
                (#value, #pullback(#seeded))
            }
        };
        let lanes = self.has_lanes();
        let by_columns = self.has_columns().then(|| {
            // Columns: a tangent for each entry of `wrt`.
            let (directions, patterns) = self.taken_apart(&names);
            let mut args = args.clone();
            args.extend(directions);
            let jvp = self.call("jvp", &args);
            let zeros: Vec<TokenStream> =
                self.function.wrt.iter().map(|wrt| self.zero(&emitter, wrt.target)).collect();
            if lanes {
                return (tuple_of(&zeros), self.block(&again, &names));
            }
            let mut tangents = Vec::new();
            if rows.result {
                tangents.push(pullback.to_token_stream());
            }
            tangents.extend(rows.lent.iter().map(|&index| {
                let at = self.function.wrt.iter().position(|wrt| wrt.target == WrtTarget::Param(index));
                at.map_or_else(|| quote!(()), |at| names[at].to_token_stream())
            }));
            let tangents = tuple_of(&tangents);
            let column = quote! {
                |#patterns: #gradient| -> (#result, #seed) {
                    #again
                    let (#value, #pullback) = #jvp;
                    (#value, #tangents)
                }
            };
            (tuple_of(&zeros), column)
        });
        let mode = self.source.request.mode.as_ref().map(|(mode, _)| *mode);
        let of = quote!(#runtime::jacobian);
        let body = match (mode, by_columns) {
            (Some(Mode::Forward), Some((gradient, block))) if lanes => {
                quote!(#runtime::lanes::by_columns(#zero, &#gradient, #block))
            }
            (None, Some((gradient, block))) if lanes && kept.is_empty() => {
                quote!(#runtime::lanes::by_shape(#zero, #row, &#gradient, #block))
            }
            (Some(Mode::Forward), Some((gradient, column))) => quote!(#of::by_columns(&#gradient, #column)),
            (None, Some((gradient, column))) if kept.is_empty() => {
                quote!(#of::by_shape(#zero, #row, &#gradient, #column))
            }
            _ => quote!(#of::by_rows(#zero, #row)),
        };
        quote!(#kept #before #body)
    }

    pub(super) fn has_columns(&self) -> bool {
        let request = self.source.request;
        let asked = request.lanes || matches!(request.mode, Some((Mode::Forward, _)));
        !self.signature.missing_is_none && has_columns(self.function, asked)
    }
}

/// Whether tangents of all that the Jacobian is by can be made one number after the other; where that is `asked` for, of
/// types that have to say so as well.
pub(crate) fn has_columns(function: &Function, asked_for: bool) -> bool {
    let asked = |index| function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Param(index));
    let numbers = |wrt: &Wrt| match wrt.target {
        WrtTarget::Param(index) => match &function.params[index].ty {
            Ty::Named(_) => asked_for,
            ty => is_known(ty),
        },
        WrtTarget::Local(_) => false,
    };
    let lent =
        |(index, param): (usize, &Param)| param.passing != Passing::RefMut || !param.active || asked(index);
    function.wrt.iter().all(numbers) && function.params.iter().enumerate().all(lent)
}

/// Numbers of the language all the way down.
fn is_known(ty: &Ty) -> bool {
    fn primitive(ty: &Ty) -> bool {
        match ty {
            Ty::Float(float) => matches!(float, Float::F64 | Float::F32),
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => primitive(t),
            Ty::Tuple(ts) => ts.len() <= 8 && ts.iter().all(primitive),
            _ => false,
        }
    }
    is_of_numbers(ty) && primitive(ty)
}

/// Whether the content of a `&mut` parameter can be put back, and keeps its shape.
fn is_written_back(ty: &Ty) -> bool {
    match ty {
        Ty::Slice(t) => is_known(t) && t.keeps_its_shape(),
        ty => is_known(ty) && ty.keeps_its_shape(),
    }
}

/// Whether what a parameter lends can be lent for a second run.
pub(super) fn can_be_lent_again(param: &Param) -> bool {
    match param.active {
        _ if param.passing != Passing::RefMut => true,
        true => is_written_back(&param.ty),
        false => is_cloned(&param.ty),
    }
}

/// Whether a value of the type is surely `Clone`.
fn is_cloned(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) | Ty::Int(_) => true,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => is_cloned(t),
        Ty::Tuple(ts) => ts.iter().all(is_cloned),
        Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}

/// The type with a gradient in the place of each number, where it is known.
pub(super) fn shape(ty: &Ty, gradient: &TokenStream, runtime: &TokenStream) -> Option<TokenStream> {
    Some(match ty {
        Ty::Float(Float::F64 | Float::F32) => gradient.clone(),
        Ty::Int(_) => quote!(()),
        Ty::Array(t, Some(len)) => {
            let t = shape(t, gradient, runtime)?;
            quote!([#t; #len])
        }
        Ty::Slice(t) | Ty::Vec(t) => {
            let t = shape(t, gradient, runtime)?;
            quote!(#runtime::__private::Vec<#t>)
        }
        Ty::Tuple(ts) if ts.len() <= 8 => {
            let ts = ts.iter().map(|t| shape(t, gradient, runtime)).collect::<Option<Vec<_>>>()?;
            quote!((#(#ts,)*))
        }
        _ => return None,
    })
}
