//! The bodies that hold sweeps: `value_and_grad_into`, `forward` with its pullback, `pushforward`.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::signature::Signature;
use super::unit::{self, Unit};
use super::{Emitter, Form, Moves};
use crate::diff::{Adjoint, ParamAdjoint, Pushforward, Tape, TapeKind};
use crate::ir::*;

/// Parameters beyond the function's own, and a body.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    pub(crate) args: Vec<TokenStream>,
    pub(crate) body: TokenStream,
}

fn fresh(vars: &mut Vars, name: String, ty: Ty, span: proc_macro2::Span) -> Var {
    vars.fresh(name, ty, Role::Place, span)
}

/// Everything bound before the first statement.
fn entry(function: &Function, adjoint: &Adjoint) -> Vec<Var> {
    let params = function.params.iter().map(|param| param.var);
    let slots = adjoint.params.iter().flatten().filter_map(|slot| match slot {
        ParamAdjoint::Place(var) | ParamAdjoint::ScalarInOut(var) => Some(*var),
        ParamAdjoint::Scalar(_) => None,
    });
    let seeds = adjoint.seed.leaves().into_iter().flatten().copied();
    params.chain(slots).chain(seeds).chain(adjoint.tapes.iter().map(|tape| tape.var)).collect()
}

/// Values that only the tail reads are computed there: `*x_bar += seed * y;`
///
/// `elsewhere`: what else is read behind the block, beside `behind`.
fn absorb(block: &mut Block, tail: &mut [Expr], vars: &Vars, behind: &Block, elsewhere: &[Expr]) {
    let loads = |expr: &Expr| {
        let mut found = false;
        expr.walk(&mut |e| {
            found |= matches!(e, Expr::Load(_) | Expr::Whole(_) | Expr::Len(_) | Expr::Inert(_))
        });
        found
    };
    // An in-out scalar is set last of all.
    while let Some(StmtKind::Update { var, op: StoreOp::Set, expr }) =
        block.stmts.last().map(|stmt| &stmt.kind)
    {
        let uses = tail.iter().filter(|e| matches!(e, Expr::Var(read) if read == var)).count();
        let target = tail.iter_mut().find(|e| matches!(e, Expr::Var(read) if read == var));
        match target {
            Some(target) if uses == 1 && !loads(expr) => *target = expr.clone(),
            _ => break,
        }
        block.stmts.pop();
    }
    let mut reads: Vec<Var> = Vec::new();
    for block in [&*block, behind] {
        block.walk(&mut |stmt| stmt.reads(&mut |var| reads.push(var)));
    }
    elsewhere.iter().for_each(|expr| expr.vars(&mut |var| reads.push(var)));
    block.stmts.retain(|stmt| {
        let StmtKind::Let { var, expr } = &stmt.kind else { return true };
        let mut stays =
            vars[*var].role != Role::Value || vars[*var].named || reads.contains(var) || loads(expr);
        expr.vars(&mut |read| stays |= vars[read].role != Role::Value);
        if stays {
            return true;
        }
        let mut uses = 0;
        tail.iter().for_each(|e| e.vars(&mut |read| uses += usize::from(read == *var)));
        let target = tail.iter_mut().find(|e| matches!(e, Expr::Var(read) if read == var));
        match target {
            Some(target) if uses == 1 => {
                *target = expr.clone();
                false
            }
            _ => true,
        }
    });
}

/// What the reverse sweep leaves changed must be saved from it: results first.
fn keep_results(function: &Function, adjoint: &mut Adjoint) -> Tree<Expr> {
    let changed = unit::changed(&mut adjoint.reverse, &adjoint.vars);
    let span = function.name.span();
    let mut results = function.result.clone();
    for leaf in results.leaves_mut() {
        let Expr::Whole(path) = leaf else { continue };
        let root = adjoint.vars.resolve(path).root;
        let owned = function.params.iter().all(|param| param.var != root);
        if owned && !changed.contains(&root) {
            continue;
        }
        let ty = adjoint.vars.type_of(path);
        let name = adjoint.vars[root].name.clone();
        let kept = fresh(&mut adjoint.vars, name, ty, span);
        let init = Init::Copy { from: path.clone(), how: CopyHow::Move };
        adjoint.forward.push(StmtKind::Declare { place: kept, init }, span);
        *leaf = Expr::Whole(Path::of(kept));
    }
    results
}

/// `value_and_grad_into`: both sweeps, one behind the other. `adjoint` is seeded with ones.
pub(crate) fn joined(function: &Function, signature: &Signature, mut adjoint: Adjoint) -> Sweep {
    let span = function.name.span();
    let results = keep_results(function, &mut adjoint);
    // Parameters that the reverse sweep brings back to what they held: the caller gets what the primal leaves.
    for &index in &adjoint.rolled_back {
        let path = Path::of(function.params[index].var);
        let ty = function.params[index].ty.clone();
        let old = fresh(&mut adjoint.vars, format!("{}_out", function.params[index].name), ty, span);
        adjoint.forward.push(StmtKind::Raw(RawStmt::Keep { old, path: path.clone() }), span);
        adjoint.reverse.push(StmtKind::Raw(RawStmt::PutBack { path, from: old }), span);
    }
    for (leaf, result) in adjoint.seed.leaves().into_iter().zip(results.leaves()) {
        if let (Some(seed), Expr::Whole(path)) = (leaf, result) {
            let ty = adjoint.vars[*seed].ty.clone();
            let init = ones(&ty, path, &signature.runtime);
            adjoint.forward.push(StmtKind::Declare { place: *seed, init }, span);
        }
    }
    let mut slots: Vec<Option<Var>> = Vec::new();
    let mut unit = Unit { first: adjoint.forward, second: adjoint.reverse, ..Unit::default() };
    let mut locals = Vec::new();
    for (wrt, gradient) in function.wrt.iter().zip(&adjoint.wrt) {
        let WrtTarget::Local(local) = wrt.target else {
            slots.push(None);
            continue;
        };
        let name = format!("{}_bar", wrt.name);
        let ty = adjoint.vars[local].ty.clone();
        let slot = fresh(&mut adjoint.vars, name, ty, wrt.name.span());
        slots.push(Some(slot));
        if let Some(gradient) = gradient {
            locals.push((slot, unit.tail.len()));
            unit.tail.push(gradient.clone());
        }
    }
    let mut scalars = Vec::new();
    for (index, slot) in adjoint.params.iter().enumerate() {
        if let Some(ParamAdjoint::Scalar(var) | ParamAdjoint::ScalarInOut(var)) = slot {
            scalars.push((index, unit.tail.len()));
            unit.tail.push(Expr::Var(*var));
        }
    }
    let lasts = unit.tail.len();
    unit.tail.extend(function.params.iter().filter_map(|param| param.last.clone()));
    let leaves = unit.tail.len();
    unit.tail.extend(results.leaves().into_iter().cloned());
    absorb(&mut unit.second, &mut unit.tail, &adjoint.vars, &Block::default(), &[]);
    let (others, own) = unit.tail.split_at_mut(leaves);
    absorb(&mut unit.first, own, &adjoint.vars, &unit.second, others);
    let seeded: HashSet<Var> = adjoint.seed.leaves().into_iter().flatten().copied().collect();
    let mut bound = Adjoint { forward: Block::default(), reverse: Block::default(), ..adjoint };
    bound.seed = Tree::Tuple(Vec::new());
    let mut entry = entry(function, &bound);
    entry.retain(|var| !seeded.contains(var));
    entry.extend(slots.iter().flatten());

    let mut emitter = Emitter::new(&signature.runtime, bound.vars.clone(), &mut unit, &entry);
    emitter.reserve_params(function);
    // The slots of the signature.
    let mut args = Vec::new();
    let mut param_slots: Vec<Option<Ident>> = vec![None; function.params.len()];
    for (wrt, slot) in function.wrt.iter().zip(&slots) {
        let name = emitter.local_at(&format!("{}_bar", wrt.name), wrt.name.span());
        let ty = match (wrt.target, slot) {
            (WrtTarget::Param(index), _) => {
                param_slots[index] = Some(name.clone());
                signature.params[index].slot(&signature.runtime)
            }
            (WrtTarget::Local(local), slot) => {
                if let Some(slot) = slot {
                    emitter.bind_as(*slot, name.clone(), Form::RefMut, false);
                }
                super::types::owned_tangent(&function.vars[local].ty, &signature.runtime)
            }
        };
        args.push(quote!(#name: &mut #ty));
    }
    let mut prelude = emitter.enter_params(function);
    let mut tapes = emitter.declare_tapes(&bound.tapes);
    for (index, slot) in bound.params.iter().enumerate() {
        match (slot, &param_slots[index]) {
            (Some(ParamAdjoint::Place(var)), Some(name)) => {
                emitter.bind_as(*var, name.clone(), Form::RefMut, false);
            }
            (Some(ParamAdjoint::Place(var)), None) => {
                let zero = emitter.zero(&Path::of(function.params[index].var));
                let pattern = emitter.pattern(*var);
                prelude.extend(quote!(let #pattern = #zero;));
            }
            (Some(ParamAdjoint::ScalarInOut(var)), Some(name)) => {
                let pattern = emitter.pattern(*var);
                tapes.extend(quote!(let #pattern = *#name;));
            }
            (Some(ParamAdjoint::ScalarInOut(var)), None) => {
                let zero = emitter.zero(&Path::of(function.params[index].var));
                let pattern = emitter.pattern(*var);
                tapes.extend(quote!(let #pattern = #zero;));
            }
            (Some(ParamAdjoint::Scalar(_)) | None, _) => {}
        }
    }
    let (forward, reverse) = (emitter.block(&unit.first), emitter.block(&unit.second));
    emitter.moves = Moves::once(&unit.tail);
    let mut updates = TokenStream::new();
    for (slot, at) in locals {
        updates.extend(match &unit.tail[at] {
            Expr::Whole(path) => {
                let sum = emitter.accumulate(&Path::of(slot), path);
                // Nobody knows the shape of a local Vec beforehand: an empty buffer takes it over.
                if matches!(emitter.vars[slot].ty, Ty::Vec(_)) {
                    let (to, from) = (emitter.ident(slot), emitter.whole(path).tokens);
                    quote!(if #to.is_empty() { *#to = #from; } else { #sum })
                } else {
                    sum
                }
            }
            gradient => {
                let to = emitter.path(&Path::of(slot)).tokens;
                emitter.add_to(to, gradient, &emitter.vars[slot].ty.clone())
            }
        });
    }
    for (index, at) in scalars {
        if let Some(name) = &param_slots[index] {
            updates.extend(emitter.scalar_slot(
                &bound.params[index],
                name,
                &unit.tail[at],
                &function.params[index].ty,
            ));
        }
    }
    updates.extend(emitter.write_back(function, &unit.tail[lasts..leaves]));
    let mut leaves = unit.tail[leaves..].iter();
    let result = match &results {
        Tree::Tuple(parts) if parts.is_empty() => TokenStream::new(),
        results => emitter.result(results, &mut leaves),
    };
    Sweep { args, body: quote!(#prelude #tapes #forward #reverse #updates #result) }
}

/// `forward`: the forward sweep, and the reverse sweep as a closure that owns what it needs and borrows nothing.
pub(crate) fn forward(function: &Function, signature: &Signature, adjoint: Adjoint) -> Sweep {
    let mut unit = Unit {
        first: adjoint.forward.clone(),
        second: adjoint.reverse.clone(),
        split: true,
        ..Unit::default()
    };
    let mut scalars = Vec::new();
    for (index, slot) in adjoint.params.iter().enumerate() {
        if let Some(ParamAdjoint::Scalar(var) | ParamAdjoint::ScalarInOut(var)) = slot {
            scalars.push((index, unit.tail.len()));
            unit.tail.push(Expr::Var(*var));
        }
    }
    let initial = unit.tail.len();
    unit.tail.extend(function.params.iter().filter(|p| p.last.is_some()).map(|p| Expr::Var(p.var)));
    unit.between.extend(function.params.iter().filter_map(|param| param.last.clone()));
    let leaves = unit.between.len();
    unit.between.extend(function.result.leaves().into_iter().cloned());
    absorb(&mut unit.second, &mut unit.tail, &adjoint.vars, &Block::default(), &[]);
    let (others, own) = unit.between.split_at_mut(leaves);
    let elsewhere: Vec<Expr> = others.iter().chain(&unit.tail).cloned().collect();
    absorb(&mut unit.first, own, &adjoint.vars, &unit.second, &elsewhere);

    let mut emitter =
        Emitter::new(&signature.runtime, adjoint.vars.clone(), &mut unit, &entry(function, &adjoint));
    emitter.reserve_params(function);
    let prelude = emitter.enter_params(function);
    let tapes = emitter.declare_tapes(&adjoint.tapes);
    let forward = emitter.block(&unit.first);
    emitter.moves = Moves::Of(emitter.flow.dead_between.clone());
    let write_back = emitter.write_back(function, &unit.between[..leaves]);
    let mut results = unit.between[leaves..].iter();
    let result = emitter.result(&function.result, &mut results);
    let closure = emitter.scoped(|emitter| {
        let mut params = Vec::new();
        let mut references = Vec::new();
        for (param, sig) in function.params.iter().zip(&signature.params) {
            let Some(ty) = sig.again() else { continue };
            let place = emitter.vars[param.var].role == Role::Place;
            let name = match (place, sig.receiver) {
                (true, false) if emitter.is_bound(param.var) => emitter.ident(param.var),
                (true, _) => {
                    let form = if param.passing == Passing::RefMut { Form::RefMut } else { Form::Ref };
                    emitter.rebind(param.var, "this", form)
                }
                (false, _) if param.last.is_some() => {
                    let name = emitter.local(&param.name.to_string());
                    references.push(name.clone());
                    name
                }
                (false, _) => {
                    params.push(quote!(_: #ty));
                    continue;
                }
            };
            params.push(quote!(#name: #ty));
        }
        let (seed, seed_ty) = (emitter.seed_pattern(&adjoint.seed), signature.seed());
        params.push(quote!(#seed: #seed_ty));
        let (mut slots, mut begin) = (Vec::new(), TokenStream::new());
        for ((param, sig), slot) in function.params.iter().zip(&signature.params).zip(&adjoint.params) {
            let ty = sig.slot(&signature.runtime);
            let Some(slot) = slot else {
                slots.push(None);
                params.push(quote!(_: &mut #ty));
                continue;
            };
            let name = emitter.local_at(&format!("{}_bar", param.name), param.name.span());
            match slot {
                ParamAdjoint::Place(var) => {
                    emitter.bind_as(*var, name.clone(), Form::RefMut, false);
                }
                ParamAdjoint::ScalarInOut(var) => {
                    let pattern = emitter.pattern(*var);
                    begin.extend(quote!(let #pattern = *#name;));
                }
                ParamAdjoint::Scalar(_) => {}
            }
            params.push(quote!(#name: &mut #ty));
            slots.push(Some(name));
        }
        let reverse = emitter.block(&unit.second);
        let mut end = TokenStream::new();
        for (index, at) in scalars {
            if let Some(name) = &slots[index] {
                end.extend(emitter.scalar_slot(
                    &adjoint.params[index],
                    name,
                    &unit.tail[at],
                    &function.params[index].ty,
                ));
            }
        }
        for (reference, value) in references.iter().zip(&unit.tail[initial..]) {
            let value = emitter.expr(value, None);
            end.extend(quote!(*#reference = #value;));
        }
        quote!(move |#(#params),*| { #begin #reverse #end })
    });
    Sweep { args: Vec::new(), body: quote!(#prelude #tapes #forward #write_back (#result, #closure)) }
}

/// The body of `vjp` where the gradient is by locals, which have no slot in `forward`: a closure that borrows the arguments
/// and returns the gradient. `seeds`: the parameters of the closure for `&mut` parameters, by index.
pub(crate) fn borrowing(
    function: &Function,
    signature: &Signature,
    mut adjoint: Adjoint,
    seeds: &[(usize, Ident)],
) -> Sweep {
    let span = function.name.span();
    let mut begin = Vec::new();
    for &index in &adjoint.rolled_back {
        let path = Path::of(function.params[index].var);
        let ty = function.params[index].ty.clone();
        let old = fresh(&mut adjoint.vars, format!("{}_out", function.params[index].name), ty, span);
        begin.push(Stmt { kind: StmtKind::Raw(RawStmt::Keep { old, path: path.clone() }), span });
        adjoint.reverse.push(StmtKind::Raw(RawStmt::PutBack { path, from: old }), span);
    }
    adjoint.reverse.stmts.splice(0..0, begin);
    let mut unit = Unit {
        first: adjoint.forward.clone(),
        second: adjoint.reverse.clone(),
        split: true,
        ..Unit::default()
    };
    unit.between.extend(function.params.iter().filter_map(|param| param.last.clone()));
    let leaves = unit.between.len();
    unit.between.extend(function.result.leaves().into_iter().cloned());
    unit.tail.extend(adjoint.wrt.iter().flatten().cloned());
    absorb(&mut unit.second, &mut unit.tail, &adjoint.vars, &Block::default(), &[]);
    let (others, own) = unit.between.split_at_mut(leaves);
    let elsewhere: Vec<Expr> = others.iter().chain(&unit.tail).cloned().collect();
    absorb(&mut unit.first, own, &adjoint.vars, &unit.second, &elsewhere);

    let mut emitter =
        Emitter::new(&signature.runtime, adjoint.vars.clone(), &mut unit, &entry(function, &adjoint));
    emitter.reserve_params(function);
    let prelude = emitter.enter_params(function);
    let tapes = emitter.declare_tapes(&adjoint.tapes);
    let forward = emitter.block(&unit.first);
    emitter.moves = Moves::Of(emitter.flow.dead_between.clone());
    let write_back = emitter.write_back(function, &unit.between[..leaves]);
    let result = emitter.result(&function.result, &mut unit.between[leaves..].iter());
    let closure = emitter.scoped(|emitter| {
        let mut params = Vec::new();
        if !signature.returns_nothing() {
            let (seed, ty) = (emitter.seed_pattern(&adjoint.seed), signature.seed());
            params.push(quote!(#seed: #ty));
        }
        let mut begin = TokenStream::new();
        for (index, (param, sig)) in function.params.iter().zip(&signature.params).enumerate() {
            let seed = seeds.iter().find(|(at, _)| *at == index).map(|(_, name)| name);
            if let Some(seed) = seed {
                let ty = sig.owned(&signature.runtime);
                params.push(quote!(#seed: #ty));
            }
            let value = match seed {
                Some(seed) => seed.to_token_stream(),
                None => emitter.zero(&Path::of(param.var)),
            };
            if let Some(ParamAdjoint::Place(var) | ParamAdjoint::ScalarInOut(var)) = &adjoint.params[index] {
                let pattern = emitter.pattern(*var);
                begin.extend(quote!(let #pattern = #value;));
            }
        }
        let reverse = emitter.block(&unit.second);
        emitter.moves = Moves::once(&unit.tail);
        let mut tail = unit.tail.iter();
        let gradient: Vec<TokenStream> = (function.wrt.iter().zip(&adjoint.wrt))
            .map(|(wrt, connected)| match (connected, wrt.target) {
                (Some(_), _) => tail
                    .next()
                    .map_or_else(TokenStream::new, |e| emitter.expr(e, emitter.float_of(e).as_ref())),
                (None, _) if signature.missing_is_none => quote!(::core::option::Option::None),
                (None, WrtTarget::Param(index)) => emitter.zero(&Path::of(function.params[index].var)),
                (None, WrtTarget::Local(var)) => emitter.zero_by_type(&function.vars[var].ty),
            })
            .collect();
        let gradient = match &gradient[..] {
            [gradient] => gradient.clone(),
            parts => quote!((#(#parts),*)),
        };
        quote!(move |#(#params),*| { #begin #reverse #gradient })
    });
    Sweep { args: Vec::new(), body: quote!(#prelude #tapes #forward #write_back (#result, #closure)) }
}

/// `pushforward`: the primal and its tangent at once.
pub(crate) fn pushforward(function: &Function, signature: &Signature, push: Pushforward) -> Sweep {
    let mut unit = Unit { first: push.body.clone(), ..Unit::default() };
    unit.tail.extend(function.params.iter().filter_map(|param| param.last.clone()));
    let dots = unit.tail.len();
    unit.tail.extend(push.params.iter().flatten().filter_map(|(_, last)| last.clone()));
    let leaves = unit.tail.len();
    unit.tail.extend(function.result.leaves().into_iter().cloned());
    let tangents = unit.tail.len();
    unit.tail.extend(push.result.leaves().into_iter().flatten().cloned());
    let mut entry: Vec<Var> = function.params.iter().map(|param| param.var).collect();
    entry.extend(push.params.iter().flatten().map(|(dot, _)| *dot));

    let mut emitter = Emitter::new(&signature.runtime, push.vars.clone(), &mut unit, &entry);
    emitter.reserve_params(function);
    let (mut args, mut begin, mut in_out) = (Vec::new(), TokenStream::new(), Vec::new());
    for ((param, sig), dot) in function.params.iter().zip(&signature.params).zip(&push.params) {
        let ty = sig.dot(&signature.runtime);
        let Some((dot, last)) = dot else {
            args.push(quote!(_: #ty));
            continue;
        };
        let name = emitter.local_at(&format!("{}_dot", param.name), param.name.span());
        args.push(quote!(#name: #ty));
        let scalar = emitter.vars[*dot].role != Role::Place;
        let changes = emitter.flow.is_mut(*dot);
        match param.passing {
            Passing::RefMut if scalar => {
                let pattern = emitter.pattern(*dot);
                begin.extend(quote!(let #pattern = *#name;));
                if last.is_some() {
                    in_out.push(name);
                }
            }
            Passing::RefMut => {
                emitter.bind_as(*dot, name, Form::RefMut, false);
            }
            Passing::Ref if !scalar => {
                emitter.bind_as(*dot, name, Form::Ref, false);
            }
            Passing::Value if sig.receiver && changes => {
                let pattern = emitter.pattern(*dot);
                begin.extend(quote!(let #pattern = ::core::clone::Clone::clone(#name);));
            }
            Passing::Value if sig.receiver => {
                emitter.bind_as(*dot, name, Form::Ref, false);
            }
            Passing::Value | Passing::Ref => {
                if changes {
                    begin.extend(quote!(let mut #name = #name;));
                }
                emitter.bind_as(*dot, name, Form::Owned, false);
            }
        }
    }
    let prelude = emitter.enter_params(function);
    let body = emitter.block(&unit.first);
    emitter.moves = Moves::once(&unit.tail);
    let mut updates = emitter.write_back(function, &unit.tail[..dots]);
    for (name, last) in in_out.iter().zip(&unit.tail[dots..leaves]) {
        let last = emitter.expr(last, emitter.float_of(last).as_ref());
        updates.extend(quote!(*#name = #last;));
    }
    let result = emitter.result(&function.result, &mut unit.tail[leaves..tangents].iter());
    let mut tangents = unit.tail[tangents..].iter();
    let tangent = emitter.tangent_result(&push.result, &function.result_ty, &mut tangents);
    Sweep { args, body: quote!(#prelude #begin #body #updates (#result, #tangent)) }
}

impl Emitter<'_> {
    /// The user's names come first: what is generated beside them has to give way.
    fn reserve_params(&mut self, function: &Function) {
        for param in &function.params {
            let text = param.name.to_string();
            self.names.reserve(text.strip_prefix("r#").unwrap_or(&text));
        }
    }

    /// Methods of types from elsewhere (`nalgebra`, floats behind unknown types) have their rules in traits.
    fn foreign_rules(&self, body: &Block) -> TokenStream {
        let mut calls_methods = false;
        body.walk(&mut |stmt| {
            if let StmtKind::Call(call) = &stmt.kind {
                calls_methods |= call.differentiated && matches!(call.callee, Callee::Method(_));
            }
        });
        let runtime = self.runtime;
        if calls_methods {
            quote!(#[allow(unused_imports)] use #runtime::rules::prelude::*;)
        } else {
            Default::default()
        }
    }

    /// Binds the parameters as they enter the body.
    pub(crate) fn enter_params(&mut self, function: &Function) -> TokenStream {
        let mut prelude = self.foreign_rules(&function.body);
        for param in &function.params {
            let (name, var) = (&param.name, param.var);
            let changes = self.flow.is_mut(var);
            let place = self.vars[var].role == Role::Place;
            match param.passing {
                Passing::Ref if place => {
                    self.bind_as(var, name.clone(), Form::Ref, true);
                }
                Passing::RefMut if place => {
                    self.bind_as(var, name.clone(), Form::RefMut, true);
                }
                Passing::Value if name == "self" && changes => {
                    let this = self.rebind(var, "this", Form::Owned);
                    prelude.extend(quote!(let mut #this = self;));
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

    /// The reference behind which a `&mut` scalar lives: its own name is that of the value.
    fn reference_of(&mut self, param: &Param) -> Ident {
        let name = format_ident!("{}_ref", param.name, span = crate::names::hygienic(param.name.span()));
        self.names.reserve(&name.to_string());
        name
    }

    fn rebind(&mut self, var: Var, base: &str, form: Form) -> Ident {
        let name = self.local(base);
        self.bind_as(var, name, form, false)
    }

    /// `&mut` scalars get what they hold at the end.
    fn write_back(&mut self, function: &Function, lasts: &[Expr]) -> TokenStream {
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
                quote!(*#reference = #last;)
            })
            .collect()
    }

    fn declare_tapes(&mut self, tapes: &[Tape]) -> TokenStream {
        let runtime = self.runtime;
        tapes
            .iter()
            .map(|tape| {
                self.tapes.insert(tape.var, tape.kind.clone());
                let name = self.bind(tape.var, Form::Owned);
                match tape.kind {
                    TapeKind::Stack | TapeKind::Flat => {
                        quote!(let mut #name = #runtime::__private::Vec::new();)
                    }
                    TapeKind::Slot => quote!(let mut #name = ::core::option::Option::None;),
                }
            })
            .collect()
    }

    fn add_to(&self, to: TokenStream, value: &Expr, ty: &Ty) -> TokenStream {
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
    fn scalar_slot(&self, slot: &Option<ParamAdjoint>, name: &Ident, value: &Expr, ty: &Ty) -> TokenStream {
        match slot {
            Some(ParamAdjoint::ScalarInOut(_)) => {
                let value = self.expr(value, self.float_of(value).as_ref());
                quote!(*#name = #value;)
            }
            _ => self.add_to(quote!(*#name), value, ty),
        }
    }

    fn seed_pattern(&mut self, seed: &Tree<Option<Var>>) -> TokenStream {
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
    fn result<'e>(&self, shape: &Tree<Expr>, leaves: &mut impl Iterator<Item = &'e Expr>) -> TokenStream {
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

    fn result_part(&self, shape: &Tree<Expr>, leaves: &mut dyn Iterator<Item = &Expr>) -> TokenStream {
        let mut leaves = leaves;
        self.result(shape, &mut leaves)
    }

    fn tangent_result(
        &self,
        shape: &Tree<Option<Expr>>,
        ty: &Ty,
        leaves: &mut dyn Iterator<Item = &Expr>,
    ) -> TokenStream {
        match shape {
            Tree::Leaf(None) => quote!(()),
            Tree::Leaf(Some(_)) => {
                let float = match ty {
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

/// Ones in the shape of a path: the seed of the sum of its elements.
fn ones(ty: &Ty, path: &Path, runtime: &TokenStream) -> Init {
    match ty {
        Ty::Vec(t) | Ty::Slice(t) if t.is_float() => {
            let len = Expr::Len(path.clone());
            Init::Repeat { vec: true, value: build::lit(1.0), len }
        }
        Ty::Array(t, Some(len)) if t.is_float() => {
            let len = Lit { tokens: len.clone(), value: None, ty: Ty::usize(), made: false };
            Init::Repeat { vec: false, value: build::lit(1.0), len: Expr::Lit(len) }
        }
        ty => {
            let name = Ident::new("result", proc_macro2::Span::mixed_site());
            let code = ones_of(ty, name.to_token_stream(), runtime);
            Init::Inert(Inert { code, binds: vec![(name, Expr::Whole(path.clone()))], pure: true })
        }
    }
}

/// Ones in the shape of what `value`, a reference, refers to.
fn ones_of(ty: &Ty, value: TokenStream, runtime: &TokenStream) -> TokenStream {
    if !ty.may_be_active() {
        return quote!(());
    }
    match ty {
        Ty::Float(Float::Param(_)) => quote!(#runtime::__private::lit(1.0)),
        Ty::Float(_) => quote!(1.0),
        Ty::Array(t, _) => {
            let element = Ident::new("element", proc_macro2::Span::mixed_site());
            let ones = ones_of(t, element.to_token_stream(), runtime);
            quote!(#value.each_ref().map(|#element| #ones))
        }
        Ty::Vec(t) | Ty::Slice(t) => {
            let element = Ident::new("element", proc_macro2::Span::mixed_site());
            let ones = ones_of(t, element.to_token_stream(), runtime);
            quote!(#value.iter().map(|#element| #ones).collect::<#runtime::__private::Vec<_>>())
        }
        Ty::Tuple(ts) => {
            let parts = ts.iter().enumerate().map(|(at, t)| {
                let field = syn::Index::from(at);
                ones_of(t, quote!((&#value.#field)), runtime)
            });
            quote!((#(#parts,)*))
        }
        _ => quote!(#runtime::__private::ones(#value)),
    }
}
