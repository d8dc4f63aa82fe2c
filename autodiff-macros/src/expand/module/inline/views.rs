//! `Index` and `Deref` of types, which show a part of a value.

use proc_macro2::Ident;
use syn::{Block, Expr, Signature, Type};

use super::called::{Lent, parameters};
use super::names::type_name;
use super::{Function, Inline};
use crate::ir::Ty;
use crate::typing::items::ModuleId;

/// An `Index` or a `Deref` of a type.
pub(super) struct View {
    at: ModuleId,
    pub(super) of: String,
    /// The type of the index; none of a `Deref`.
    index: Option<Type>,
    /// It is one by `&mut`.
    mutable: bool,
    pub(super) function: Function,
}

/// What tells one index from another.
enum Shape {
    Number,
    Tuple(usize),
    Array,
    Range,
}

impl Shape {
    fn fits(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Shape::Tuple(len), Type::Tuple(expected)) => *len == expected.elems.len(),
            (Shape::Array, Type::Array(_)) => true,
            (Shape::Number, Type::Path(path)) => crate::standard::primitive(path).is_some(),
            (Shape::Range, Type::Path(path)) => {
                path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("Range"))
            }
            _ => false,
        }
    }
}

/// Whether an impl of this trait shows a part of a value.
pub(in crate::expand::module) fn is_view(of_trait: &Ident) -> bool {
    ["Index", "IndexMut", "Deref", "DerefMut"].iter().any(|name| of_trait == name)
}

/// Whether a method is that of the trait by which a type sums up, `Sum` or `Product`.
pub(in crate::expand::module) fn is_sum(name: &Ident) -> bool {
    name == "sum" || name == "product"
}

impl Inline {
    /// Takes an `Index` or a `Deref`.
    pub(in crate::expand::module) fn add_view(
        &mut self,
        at: ModuleId,
        item: &syn::ItemImpl,
        signature: &Signature,
        block: &Block,
    ) {
        let last = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        let (Some(last), Some(of)) = (last, type_name(&item.self_ty)) else { return };
        let function = Function {
            signature: signature.clone(),
            block: block.clone(),
            takes: parameters(signature),
            of: Some((*item.self_ty).clone()),
            lent: Lent::default(),
            helper: None,
        };
        let index = crate::lower::arguments(last).first().map(|ty| (*ty).clone());
        let mutable = last.ident.to_string().ends_with("Mut");
        self.views.push(View { at, of, index, mutable, function });
    }

    /// The `Index` of a type for an index (and its type), or its `Deref`; that by `&mut` where it is written to.
    pub(super) fn view_of(
        &self,
        at: ModuleId,
        of: &str,
        mutable: bool,
        index: Option<(&Expr, Option<&Ty>)>,
    ) -> Option<&View> {
        let views =
            || self.views.iter().filter(|view| view.at == at && view.of == of && view.mutable == mutable);
        let Some((index, ty)) = index else { return views().find(|view| view.index.is_none()) };
        let indexed = || views().filter_map(|view| Some((view, view.index.as_ref()?)));
        if let (1, Some((only, _))) = (indexed().count(), indexed().next()) {
            return Some(only);
        }
        let shape = match (ty, index) {
            (Some(Ty::Tuple(parts)), _) => Shape::Tuple(parts.len()),
            (_, Expr::Tuple(tuple)) => Shape::Tuple(tuple.elems.len()),
            (Some(Ty::Array(..)), _) | (_, Expr::Array(_)) => Shape::Array,
            (_, Expr::Range(_)) => Shape::Range,
            (Some(Ty::Int(_)), _) | (_, Expr::Lit(_)) => Shape::Number,
            _ => return None,
        };
        indexed().find(|(_, expected)| shape.fits(expected)).map(|(view, _)| view)
    }
}
