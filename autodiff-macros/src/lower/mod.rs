//! Lowering: syn → IR. Requires a function that parses. Ensures A-normal form, scalars in SSA form, no jumps, no closures,
//! no iterators; what cannot be brought to that is a diagnostic, and lowering goes on behind it with a poisoned value.
//!
//! Types are known before: lowering asks for them by the names of syntax nodes, and decides nothing about them.

mod arith;
mod block;
mod branch;
mod call;
pub(crate) mod checkpoint;
mod closure;
mod constants;
mod cursor;
mod elements;
mod env;
mod expr;
mod facts;
mod hoist;
pub(crate) mod inert;
mod iter;
pub(crate) mod jump;
mod locals;
pub(crate) mod loops;
pub(crate) mod macros;
mod matching;
mod method;
pub(crate) mod objects;
mod optional;
mod params;
mod parts;
mod pattern;
mod place;
mod prune;
mod refused;
mod repeats;
pub(crate) mod rewrite;
mod sequence;
mod settle;
mod start;
mod stdlib;
#[cfg(test)]
pub(crate) mod tests;
mod types;
mod unsaid;
pub(crate) mod words;

use proc_macro2::Span;

pub(crate) use self::arith::operator_trait;
pub(crate) use self::call::is_constructor;
pub(crate) use self::closure::kept as kept_closure;
pub(crate) use self::elements::{Extent, extent, gives_parts, is_elementwise, number_of};
use self::env::{CellInfo, Scope, State, Value};
use self::facts::Facts;
pub(crate) use self::facts::{Key, Nodes, key, site};
pub(crate) use self::hoist::hoisted_block;
use self::jump::Target;
pub(crate) use self::macros::{argument_of, array_of, is_array_macro, list_of};
pub(crate) use self::method::turbofish;
pub(crate) use self::params::has_no_diff;
pub(crate) use self::parts::gives_parts_mut;
pub(crate) use self::refused::without_refused_result;
pub(crate) use self::repeats::repeats;
pub(crate) use self::sequence::is_iterator_chain;
pub(crate) use self::stdlib::{is_float_only, reads_only};
pub(crate) use self::types::{Types, arguments, bare, float_params, given, payload};
use crate::diag::Diagnostics;
use crate::ir::{Assumed, Block, Expr, Function, Tree, Ty, VarMap, VarSet, Vars, Wrt, WrtTarget};
use crate::request::Request;
use crate::typing::infer;

/// A lowering in progress.
pub(crate) struct Lower<'a> {
    request: &'a Request,
    signature: &'a syn::Signature,
    diag: Diagnostics,
    types: Types,
    /// The function's result type; `()` where none is written.
    result_ty: Ty,
    vars: Vars,
    /// The block that is being built.
    block: Block,
    scopes: Vec<Scope>,
    cells: Vec<CellInfo>,
    state: State,
    targets: Vec<Target>,
    /// How deep in operands of an expression we are: jumps are understood where statements are.
    depth: usize,
    /// How deep in inlined closures.
    inlined: usize,
    facts: &'a Facts,
    nodes: &'a Nodes,
    /// Under which name facts about a place of unknown type are kept.
    sites: VarMap<String>,
    /// Variables that carry no derivative, whatever their types.
    constants: VarSet,
    /// Places that hold what variants held that are not in sight: `*` of one is what is in a `Box`.
    payloads: VarSet,
    /// Places of a written type that has no elements at positions.
    unindexed: VarMap<crate::standard::Unindexed>,
    items: Vec<syn::Item>,
    /// Views that are written to, which are to be put back.
    parts: Vec<parts::Part>,
    /// How many blocks of the user's we are in.
    nesting: usize,
    /// Tuples in parts that the next call changes, and where they stand for it.
    lent: Vec<(Value, crate::ir::Path)>,
    /// The sites of the items that were met.
    hoisted: std::collections::HashSet<String>,
    /// Functions that were taken for the standard library's.
    known: Vec<Assumed>,
    /// Where functions that are not in sight are called first, a span for each part of the path.
    first_calls: std::collections::HashMap<String, Vec<proc_macro2::Span>>,
    /// A value that was given up was needed.
    poisoned: bool,
    /// The function calls itself, or what calls it.
    recursive: bool,
    /// What patterns of arms bind, by reference or not, and the numbers that these are where numbers are wanted.
    bound: std::collections::HashMap<crate::ir::Var, Option<crate::ir::Var>>,
    /// How many names were made for code.
    names: usize,
    /// What the locals that `wrt` names come to hold.
    locals: locals::Locals,
    /// Whether what is being bound is cut off, whatever is assigned to it.
    cutting: bool,
    /// Names of `stop` that a parameter or a `let` bears.
    stopped: Vec<String>,
    /// Lengths, and others that they do not exceed.
    shorter: VarMap<Expr>,
    /// The ends of windows of known width: all of such a window is there.
    windows: VarMap<i64>,
}

/// Lowers a function.
pub(crate) fn function(
    request: &Request,
    signature: &syn::Signature,
    block: &syn::Block,
    diag: &mut Diagnostics,
) -> Function {
    let block = &*hoist::jumps_in_blocks(block);
    let nodes = Nodes::default();
    let types = Types::of_function(&signature.generics, block, &request.scope);
    let result = match &signature.output {
        syn::ReturnType::Default => Ty::Tuple(Vec::new()),
        syn::ReturnType::Type(_, ty) => types.ty(ty),
    };
    let mut facts = Facts::of(infer::function(&types, signature, &result, block, &nodes));
    for _ in 1..ATTEMPTS {
        let (function, sites, found) = attempt(request, signature, block, &facts, &nodes);
        if !facts.learn_constants(&function, &sites) {
            diag.absorb(found);
            return function;
        }
        found.discard();
    }
    let (function, _, found) = attempt(request, signature, block, &facts, &nodes);
    diag.absorb(found);
    function
}

/// The types of the expressions of a function, by their names as syntax nodes.
pub(crate) fn types_of(
    scope: &crate::typing::Scope,
    signature: &syn::Signature,
    block: &syn::Block,
    nodes: &Nodes,
) -> std::collections::HashMap<String, Ty> {
    let types = Types::of_function(&signature.generics, block, scope);
    let result = match &signature.output {
        syn::ReturnType::Default => Ty::Tuple(Vec::new()),
        syn::ReturnType::Type(_, ty) => types.ty(ty),
    };
    infer::function(&types, signature, &result, block, nodes)
}

/// How often a function is lowered at most: what is found to be constant may make more of it constant.
const ATTEMPTS: usize = 4;

fn attempt(
    request: &Request,
    signature: &syn::Signature,
    block: &syn::Block,
    facts: &Facts,
    nodes: &Nodes,
) -> (Function, VarMap<String>, Diagnostics) {
    let mut types = Types::of_function(&signature.generics, block, &request.scope);
    types.aliases = facts.aliases();
    let (result_ty, refused_result) = match &signature.output {
        syn::ReturnType::Default => (Ty::Tuple(Vec::new()), None),
        syn::ReturnType::Type(_, ty) => match types.refused_result(ty) {
            Some(refused) => (types.ty(&refused.instead), Some((ty, refused.message))),
            None => (types.ty(ty), None),
        },
    };
    let mut lower = Lower {
        request,
        signature,
        diag: Diagnostics::new(),
        types,
        result_ty,
        vars: Vars::default(),
        block: Block::default(),
        scopes: vec![Vec::new()],
        cells: Vec::new(),
        state: State::default(),
        targets: Vec::new(),
        depth: 0,
        inlined: 0,
        facts,
        nodes,
        sites: VarMap::new(),
        constants: VarSet::new(),
        payloads: VarSet::new(),
        unindexed: VarMap::new(),
        items: Vec::new(),
        parts: Vec::new(),
        nesting: 0,
        lent: Vec::new(),
        hoisted: Default::default(),
        known: Vec::new(),
        first_calls: Default::default(),
        poisoned: false,
        recursive: false,
        bound: Default::default(),
        names: 0,
        locals: locals::Locals::default(),
        cutting: false,
        stopped: Vec::new(),
        shorter: VarMap::new(),
        windows: VarMap::new(),
    };
    lower.check_signature();
    let mut params = lower.params();
    let value = match refused_result {
        // What the body gives is not the type's that would be differentiated: it is looked at when the type is right.
        Some((ty, message)) => {
            let found = std::mem::replace(&mut lower.diag, Diagnostics::new());
            lower.function_body(block);
            std::mem::replace(&mut lower.diag, found).discard();
            lower.refuse(ty, message)
        }
        None => lower.function_body(block),
    };
    let result = lower.result(value, block);
    for (param, last) in &mut params {
        param.last = last.map(|cell| lower.current(cell));
    }
    let params: Vec<crate::ir::Param> = params.into_iter().map(|(param, _)| param).collect();
    let wrt = lower.wrt(&params);
    lower.check_stop(&params);
    if lower.poisoned && lower.diag.is_empty() {
        let name = &signature.ident;
        lower.diag.error(
            name,
            format!(
                "`#[differentiate]` lost track of a value in `{name}`: please report this, with the function"
            ),
        );
    }
    lower.vars.1 = std::rc::Rc::new(types::fields(&lower.types, &lower.vars));
    let locals = std::mem::take(&mut lower.locals);
    let mut marked = false;
    lower.block.walk(&mut |stmt| marked |= matches!(stmt.kind, crate::ir::StmtKind::Mark(_)));
    let repeatable = if marked { repeats::repeatable(block, &request.scope) } else { Default::default() };
    let mut function = Function {
        name: signature.ident.clone(),
        vars: lower.vars,
        params,
        body: lower.block,
        result,
        result_ty: lower.result_ty,
        wrt,
        order: 1,
        tangents_from: None,
        items: lower.items,
        assumed: lower
            .types
            .assumed()
            .into_iter()
            .map(|ty| Assumed::Inactive(Box::new(ty)))
            .chain(lower.known)
            .collect(),
        singular: request.singular,
        recursive: lower.recursive || request.recursive,
        may_mark: request.scope.may_mark_fields(),
        repeatable,
        passes: crate::passes::Passes::chosen(),
    };
    locals::settle(&mut function, &locals, &mut lower.diag);
    prune::function(&mut function);
    settle::function(&mut function);
    unsaid::function(&mut function, &request.scope, signature, block);
    (function, lower.sites, lower.diag)
}

impl Lower<'_> {
    /// Complains; what comes of the expression stays silent.
    fn refuse(&mut self, tokens: impl quote::ToTokens, message: impl std::fmt::Display) -> Value {
        self.diag.error(tokens, message);
        Value::Poison
    }

    /// Notes that a value is needed that was given up: there must be a complaint about it.
    fn give_up(&mut self, value: &Value) {
        self.poisoned |= matches!(value, Value::Poison);
    }

    fn refuse_at(&mut self, span: Span, message: impl std::fmt::Display) -> Value {
        self.diag.error_at(span, message);
        Value::Poison
    }

    /// The function's result: atoms and whole paths.
    fn result(&mut self, value: Value, block: &syn::Block) -> Tree<Expr> {
        let span = block.brace_token.span.close();
        let ty = self.result_ty.clone();
        self.result_leaf(value, &ty, span)
    }

    fn result_leaf(&mut self, value: Value, ty: &Ty, span: Span) -> Tree<Expr> {
        match (value, ty) {
            (Value::Tuple(items), Ty::Tuple(tys)) if items.len() == tys.len() => Tree::Tuple(
                items.into_iter().zip(tys).map(|(item, ty)| self.result_leaf(item, ty, span)).collect(),
            ),
            (Value::Tuple(items), _) => Tree::Tuple(
                items.into_iter().map(|item| self.result_leaf(item, &Ty::Unknown, span)).collect(),
            ),
            // A tuple that lives in a place is taken apart, so that the result has the shape of its type.
            (Value::Path(path), Ty::Tuple(tys)) => {
                let items = (0..tys.len()).map(|i| {
                    let field = crate::ir::Proj::Field(syn::Member::Unnamed(syn::Index::from(i)));
                    Value::Path(path.with(field))
                });
                let items: Vec<Value> = items.collect();
                Tree::Tuple(
                    items
                        .into_iter()
                        .zip(tys)
                        .map(|(item, ty)| {
                            let item = self.read(item, span);
                            self.result_leaf(item, ty, span)
                        })
                        .collect(),
                )
            }
            (value @ (Value::Never | Value::Poison), ty) => {
                self.give_up(&value);
                match ty {
                    Ty::Tuple(tys) => {
                        Tree::Tuple(tys.iter().map(|ty| self.result_leaf(Value::Never, ty, span)).collect())
                    }
                    ty => Tree::Leaf(crate::ir::build::default_atom(ty)),
                }
            }
            (value, ty) if ty.is_scalar() => Tree::Leaf(self.scalar(value, Some(ty), span).0),
            (value, ty) => match self.whole(value, Some(ty), span) {
                Some(whole) => Tree::Leaf(whole),
                None => Tree::Leaf(crate::ir::build::default_atom(ty)),
            },
        }
    }

    /// What the gradient is asked for.
    fn wrt(&mut self, params: &[crate::ir::Param]) -> Vec<Wrt> {
        let Some(names) = &self.request.wrt else {
            return params
                .iter()
                .enumerate()
                .filter(|(_, param)| param.active)
                .map(|(i, param)| Wrt { name: param.name.clone(), target: WrtTarget::Param(i) })
                .collect();
        };
        let mut wrt = Vec::new();
        for name in names {
            if let Some(i) = params.iter().position(|param| param.name == *name) {
                if params[i].active {
                    wrt.push(Wrt { name: name.clone(), target: WrtTarget::Param(i) });
                } else if params[i].no_diff {
                    self.diag
                        .error(name, format!("`{name}` is marked `#[no_diff]`: there is no gradient by it"));
                } else {
                    self.diag.error(name, format!("the type of `{name}` carries no derivative"));
                }
            } else if let Some(last) = self.locals.last(name) {
                wrt.push(Wrt { name: name.clone(), target: WrtTarget::Local(last) });
            } else {
                self.diag.error(
                    name,
                    format!("`wrt` names `{name}`, which is neither a parameter nor a local binding"),
                );
            }
        }
        wrt
    }

    fn check_stop(&mut self, params: &[crate::ir::Param]) {
        let mut written = VarSet::new();
        self.block.stmts.iter().for_each(|stmt| stmt.writes(&self.vars, &mut written));
        for name in &self.request.stop {
            if params.iter().any(|param| param.name == *name && written.contains(&param.var)) {
                self.diag.error(
                    name,
                    format!(
                        "`stop` names the parameter `{name}`, which is written to: cut what is written with `stop_gradient(…)`"
                    ),
                );
            }
            if !self.stopped.contains(&name.to_string()) {
                self.diag.error(
                    name,
                    format!("`stop` names `{name}`, which is neither a parameter nor a local binding"),
                );
            }
        }
    }
}
