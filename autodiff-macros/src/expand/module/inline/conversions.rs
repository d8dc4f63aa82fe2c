//! `From` of types, by which `T::from(x)` and `x.into()` convert. A type may have several: what is converted tells which.

use syn::{Block, Signature, Type};

use super::called::{Lent, parameters};
use super::names::type_name;
use super::{Function, Inline};
use crate::ir::Ty;
use crate::lower::Types;
use crate::standard::is_integer;
use crate::typing::items::ModuleId;

/// A `From` of a type.
pub(super) struct Conversion {
    at: ModuleId,
    pub(super) to: String,
    from: Type,
    pub(super) function: Function,
}

impl Conversion {
    /// What tells it from the others.
    pub(super) fn key(&self) -> String {
        format!("{}.from.{}", self.to, crate::diag::source(&self.from))
    }
}

impl Inline {
    /// Takes a `From`. Whether it is the first of its type is returned.
    pub(in crate::expand::module) fn add_conversion(
        &mut self,
        at: ModuleId,
        item: &syn::ItemImpl,
        signature: &Signature,
        block: &Block,
    ) -> bool {
        let last = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        let from = last.and_then(|last| crate::lower::arguments(last).first().copied());
        let (Some(from), Some(to)) = (from, type_name(&item.self_ty)) else { return true };
        let function = Function {
            signature: signature.clone(),
            block: block.clone(),
            takes: parameters(signature),
            of: Some((*item.self_ty).clone()),
            lent: Lent::default(),
            helper: None,
        };
        let first = self.conversions.iter().all(|other| other.at != at || other.to != to);
        self.conversions.push(Conversion { at, to, from: from.clone(), function });
        first
    }

    /// The conversion of a value of a type, as far as that is known, to the type of a name. `types`: those of the caller.
    pub(super) fn conversion(&self, types: &Types, at: ModuleId, to: &str, from: &Ty) -> Option<&Conversion> {
        let mut fitting = self
            .conversions
            .iter()
            .filter(|conversion| conversion.at == at && conversion.to == to)
            .filter(|conversion| types.alike(from, &types.ty(&conversion.from)));
        let only = fitting.next().filter(|_| fitting.next().is_none());
        // Numbers have conversions of the standard library's as well.
        only.filter(|_| !matches!(from, Ty::Unknown) || !is_number(to))
    }
}

fn is_number(name: &str) -> bool {
    is_integer(name) || matches!(name, "f64" | "f32")
}
