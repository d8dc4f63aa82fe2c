//! Methods of generic types, for the type that a receiver has.
//!
//! Invariant: what is written out names no parameter of the `impl` that it comes from; in the caller such a name means
//! nothing, or something else.
//!
//! ```text
//! impl<const R: usize, const C: usize> Matrix<R, C> { fn at(&self, r: usize, c: usize) -> Option<f64> { … r * C + c … } }
//!
//! t.at(1, 0)    // of `t: Matrix<3, R>`    ⇒    … r * R + c …
//! ```

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, GenericParam, Type};

use super::Function;
use super::called::generics_of;
use crate::expand::module::plan::names_in;
use crate::lower::given;
use crate::names::replaced;

impl Function {
    /// The method as that of a receiver of this type; none where that says nothing of the parameters.
    pub(super) fn instance(&self, receiver: &Type) -> Option<Function> {
        let generic = generics_of(&self.signature.generics);
        if generic.is_empty() {
            return None;
        }
        let (written, found) = (arguments(self.of.as_ref()?)?, arguments(receiver)?);
        let known = |argument: &GenericArgument| {
            !matches!(argument, GenericArgument::Lifetime(_))
                && !names_in(argument.to_token_stream()).contains("_")
        };
        let meant: BTreeMap<String, TokenStream> = (written.iter().zip(&found))
            .map(|(name, found)| (name.to_token_stream().to_string(), found))
            .filter(|(name, found)| generic.contains(name) && known(found))
            .map(|(name, found)| (name, found.to_token_stream()))
            .collect();
        if meant.is_empty() || written.len() != found.len() {
            return None;
        }
        let mut signature = self.signature.clone();
        let left = signature.generics.params.iter().filter(|param| match param {
            GenericParam::Type(param) => !meant.contains_key(&param.ident.to_string()),
            GenericParam::Const(param) => !meant.contains_key(&param.ident.to_string()),
            GenericParam::Lifetime(_) => true,
        });
        signature.generics.params = left.cloned().collect();
        let replaced = |tokens: TokenStream| replaced(tokens, &meant);
        for input in &mut signature.inputs {
            *input = syn::parse2(replaced(input.to_token_stream())).ok()?;
        }
        signature.output = syn::parse2(replaced(signature.output.to_token_stream())).ok()?;
        Some(Function {
            takes: super::parameters(&signature),
            block: syn::parse2(replaced(self.block.to_token_stream())).ok()?,
            of: Some(syn::parse2(replaced(self.of.to_token_stream())).ok()?),
            signature,
            lent: self.lent,
            helper: self.helper,
        })
    }
}

/// The arguments that a type is written with.
fn arguments(ty: &Type) -> Option<Vec<GenericArgument>> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(given),
        Type::Reference(reference) => arguments(&reference.elem),
        Type::Paren(inner) => arguments(&inner.elem),
        Type::Group(inner) => arguments(&inner.elem),
        _ => None,
    }
}
