//! Lowering.
use crate::diag::Diagnostics;
use crate::ir::{Block, Function, Tree, Ty, Vars};
use crate::request::Request;

pub(crate) fn function(
    _: &Request,
    signature: &syn::Signature,
    _: &syn::Block,
    _: &mut Diagnostics,
) -> Function {
    Function {
        name: signature.ident.clone(),
        vars: Vars::default(),
        params: Vec::new(),
        body: Block::default(),
        result: Tree::Tuple(Vec::new()),
        result_ty: Ty::Tuple(Vec::new()),
        wrt: Vec::new(),
    }
}
