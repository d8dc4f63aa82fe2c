//! The bodies that hold sweeps: `value_and_grad_into`, `forward` with its pullback, `pushforward`.

mod ones;
mod prepare;
pub(super) mod slots;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use self::ones::ones;
pub(super) use self::ones::ones_of;
use self::prepare::{absorb, entry, fresh, keep_results};
use self::slots::{Shape, or_else};
use super::signature::Signature;
use super::unit::Unit;
use super::{Emitter, Form, Moves};
use crate::diff::{Adjoint, ParamAdjoint, Pushforward};
use crate::ir::*;

/// Parameters beyond the function's own, and a body.
#[derive(Clone)]
pub(crate) struct Sweep {
    pub(crate) args: Vec<TokenStream>,
    pub(crate) body: TokenStream,
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
    absorb(&mut unit.second, &mut unit.tail, &adjoint.vars, (&Block::default(), &[]));
    let (read, returned) = unit.tail.split_at_mut(leaves);
    absorb(&mut unit.first, returned, &adjoint.vars, (&unit.second, read));
    let seeded: VarSet = adjoint.seed.leaves().into_iter().flatten().copied().collect();
    let mut bound = Adjoint { forward: Block::default(), reverse: Block::default(), ..adjoint };
    bound.seed = Tree::Tuple(Vec::new());
    let mut entry = entry(function, &bound);
    entry.retain(|var| !seeded.contains(var));
    entry.extend(slots.iter().flatten());

    let mut emitter = Emitter::new(&signature.runtime, bound.vars.clone(), &mut unit, &entry);
    emitter.use_pool(&unit, &bound.tapes, &entry, signature);
    emitter.derivative_of(function, signature);
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
    absorb(&mut unit.second, &mut unit.tail, &adjoint.vars, (&Block::default(), &[]));
    let (lasts, returned) = unit.between.split_at_mut(leaves);
    let read: Vec<Expr> = lasts.iter().chain(&unit.tail).cloned().collect();
    absorb(&mut unit.first, returned, &adjoint.vars, (&unit.second, &read));

    let entry = entry(function, &adjoint);
    let mut emitter = Emitter::new(&signature.runtime, adjoint.vars.clone(), &mut unit, &entry);
    emitter.use_pool(&unit, &adjoint.tapes, &entry, signature);
    emitter.derivative_of(function, signature);
    emitter.reserve_params(function);
    let mut prelude = emitter.enter_lent_params(function);
    let shapes: Vec<Shape> = (function.params.iter().zip(&signature.params).zip(&adjoint.params))
        .map(|((param, sig), slot)| match slot {
            Some(ParamAdjoint::Place(_)) if emitter.is_kept(param, sig) => {
                emitter.shape_kept(param, &mut prelude)
            }
            _ => Shape::AtHand,
        })
        .collect();
    let tangents: Vec<Option<(&Param, Shape)>> = (function.params.iter().enumerate())
        .map(|(index, param)| {
            (param.lent && param.active).then(|| {
                let of = &function.params[function.tangent_of(index)];
                let moved = of.passing == Passing::Value && emitter.vars[of.var].role == Role::Place;
                (of, if moved { emitter.shape_kept(of, &mut prelude) } else { Shape::AtHand })
            })
        })
        .collect();
    let tapes = emitter.declare_tapes(&adjoint.tapes);
    let forward = emitter.block(&unit.first);
    emitter.moves = Moves::Of(emitter.flow.dead_between.clone());
    let write_back = emitter.write_back(function, &unit.between[..leaves]);
    let mut results = unit.between[leaves..].iter();
    let result = emitter.result(&function.result, &mut results);
    let closure = emitter.scoped(|emitter| {
        let (mut params, mut lent) = (Vec::new(), TokenStream::new());
        let mut references = Vec::new();
        for ((param, sig), shape) in function.params.iter().zip(&signature.params).zip(tangents) {
            let ty = sig.again();
            let held = param.lent && param.passing == Passing::Value;
            if held || emitter.is_kept(param, sig) || (param.lent && !param.active) {
                params.push(quote!(_: #ty));
                continue;
            }
            if let Some((of, shape)) = shape {
                if emitter.vars[param.var].role == Role::Place {
                    let name = &param.name;
                    params.push(quote!(#name: #ty));
                    let mutable = param.passing == Passing::RefMut;
                    let form = if mutable { Form::RefMut } else { Form::Ref };
                    lent.extend(or_else(name, &emitter.scratch(of, shape, mutable)));
                    emitter.bind_as(param.var, name.clone(), form, true);
                } else {
                    let name = emitter.local(&param.name.to_string());
                    params.push(quote!(#name: #ty));
                    references.push((name, true));
                }
                continue;
            }
            let place = emitter.vars[param.var].role == Role::Place;
            let name = match (place, sig.receiver) {
                (true, false) if emitter.is_bound(param.var) => emitter.ident(param.var),
                (true, _) => {
                    let form = if param.passing == Passing::RefMut { Form::RefMut } else { Form::Ref };
                    emitter.rebind(param.var, "this", form)
                }
                (false, _) if param.last.is_some() => {
                    let name = emitter.local(&param.name.to_string());
                    references.push((name.clone(), false));
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
        let (mut slots, mut lost, mut begin) = (Vec::new(), Vec::new(), TokenStream::new());
        let of_params = function.params.iter().zip(&signature.params).zip(shapes);
        for (((param, sig), shape), slot) in of_params.zip(&adjoint.params) {
            let ty = sig.lent_adjoint(&signature.runtime);
            let Some(slot) = slot else {
                slots.push(None);
                if sig.is_lost() {
                    let name = emitter.local_at(&format!("{}_bar", param.name), param.name.span());
                    params.push(quote!(#name: #ty));
                    lost.push((param, sig, name));
                    continue;
                }
                params.push(quote!(_: #ty));
                continue;
            };
            let name = emitter.local_at(&format!("{}_bar", param.name), param.name.span());
            match slot {
                ParamAdjoint::Place(var) => {
                    emitter.bind_as(*var, name.clone(), Form::RefMut, false);
                    let scratch = emitter.scratch(param, shape, true);
                    begin.extend(or_else(&name, &scratch));
                    // What the caller seeds has the length that the function left.
                    if param.passing == Passing::RefMut && matches!(param.ty, Ty::Vec(_)) {
                        let (runtime, of) = (&signature.runtime, emitter.ident(param.var));
                        begin.extend(quote!(#runtime::__private::check_seed(#name.len(), #of.len());));
                    }
                }
                ParamAdjoint::ScalarInOut(var) => {
                    let zero = emitter.zero(&Path::of(param.var));
                    let pattern = emitter.pattern(*var);
                    begin.extend(quote!(let #pattern = #name.as_deref().copied().unwrap_or(#zero);));
                }
                ParamAdjoint::Scalar(_) => {}
            }
            params.push(quote!(#name: #ty));
            slots.push(Some(name));
        }
        let reverse = emitter.block(&unit.second);
        let mut end = TokenStream::new();
        for (index, at) in scalars {
            let Some(name) = &slots[index] else { continue };
            let (slot, ty) = (&adjoint.params[index], &function.params[index].ty);
            let update = emitter.scalar_slot(slot, name, &unit.tail[at], ty);
            if !update.is_empty() {
                end.extend(quote!(if let ::core::option::Option::Some(#name) = #name { #update }));
            }
        }
        for ((reference, lent), value) in references.iter().zip(&unit.tail[initial..]) {
            let value = emitter.expr(value, None);
            end.extend(match lent {
                true => quote!(if let ::core::option::Option::Some(#reference) = #reference { *#reference = #value; }),
                false => quote!(*#reference = #value;),
            });
        }
        end.extend(lost.into_iter().map(|(param, sig, name)| emitter.clear_lost(param, sig, &name)));
        let closure = quote!(move |#(#params),*| { #lent #begin #reverse #end });
        let runtime = &signature.runtime;
        if function.recursive { quote!(#runtime::__private::Box::new(#closure)) } else { closure }
    });
    Sweep { args: Vec::new(), body: quote!(#prelude #tapes #forward #write_back (#result, #closure)) }
}

/// The body of `vjp` where the gradient is by locals, which have no slot in `forward`: a closure that borrows the arguments
/// and returns the gradient. `seeds`: the parameters of the closure for `&mut` parameters, by index. The gradient is by the
/// first `count` entries of `wrt`; the others are there because seeds arrive through them.
pub(crate) fn borrowing(
    function: &Function,
    signature: &Signature,
    mut adjoint: Adjoint,
    seeds: &[(usize, Ident)],
    count: usize,
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
    absorb(&mut unit.second, &mut unit.tail, &adjoint.vars, (&Block::default(), &[]));
    let (lasts, returned) = unit.between.split_at_mut(leaves);
    let read: Vec<Expr> = lasts.iter().chain(&unit.tail).cloned().collect();
    absorb(&mut unit.first, returned, &adjoint.vars, (&unit.second, &read));

    let entry = entry(function, &adjoint);
    let mut emitter = Emitter::new(&signature.runtime, adjoint.vars.clone(), &mut unit, &entry);
    emitter.use_pool(&unit, &adjoint.tapes, &entry, signature);
    emitter.derivative_of(function, signature);
    emitter.reserve_params(function);
    let mut prelude = emitter.enter_params(function);
    let asked: Vec<WrtTarget> = function.wrt[..count].iter().map(|wrt| wrt.target).collect();
    let zeros: Vec<TokenStream> = (function.params.iter().enumerate())
        .map(|(index, param)| {
            let carried = adjoint.params[index].is_some();
            let wanted = carried || asked.contains(&WrtTarget::Param(index));
            let changes = match param.passing {
                Passing::Value => true,
                Passing::RefMut => !carried,
                Passing::Ref => false,
            };
            if !(wanted && changes && emitter.constant(&param.ty, 0.0).is_none()) {
                return emitter.zero(&Path::of(param.var));
            }
            // What is handed over by value is gone when the closure runs, what is lent may have another shape.
            let (name, zero) = emitter.zero_kept(param);
            prelude.extend(quote!(let #name = #zero;));
            name.to_token_stream()
        })
        .collect();
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
                None => zeros[index].clone(),
            };
            if let Some(ParamAdjoint::Place(var) | ParamAdjoint::ScalarInOut(var)) = &adjoint.params[index] {
                if seed.is_some() && matches!(param.ty, Ty::Vec(_)) {
                    let (runtime, of) = (&signature.runtime, emitter.ident(param.var));
                    begin.extend(quote!(#runtime::__private::check_seed(#value.len(), #of.len());));
                }
                let pattern = emitter.pattern(*var);
                begin.extend(quote!(let #pattern = #value;));
            }
        }
        let reverse = emitter.block(&unit.second);
        emitter.moves = Moves::once(&unit.tail);
        let mut tail = unit.tail.iter();
        let gradient: Vec<TokenStream> = (function.wrt.iter().zip(&adjoint.wrt))
            .take(count)
            .map(|(wrt, connected)| match (connected, wrt.target) {
                (Some(_), _) => tail
                    .next()
                    .map_or_else(TokenStream::new, |e| emitter.expr(e, emitter.float_of(e).as_ref())),
                (None, _) if signature.missing_is_none => quote!(::core::option::Option::None),
                (None, WrtTarget::Param(index)) => zeros[index].clone(),
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
    pushed(function, signature, push, None)
}

/// `pushforward_lanes`: the same with several tangents, which are those of `tangents` among the variables.
pub(crate) fn pushforward_lanes(
    function: &Function,
    signature: &Signature,
    mut push: Pushforward,
    tangents: std::ops::Range<usize>,
) -> Sweep {
    let wide = super::lanes::widen(&mut push.vars, &push.body, tangents);
    pushed(function, signature, push, Some(wide))
}

fn pushed(function: &Function, signature: &Signature, push: Pushforward, wide: Option<VarSet>) -> Sweep {
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
    emitter.derivative_of(function, signature);
    emitter.forward = true;
    emitter.wide = wide;
    emitter.reserve_params(function);
    let prelude = emitter.enter_lent_params(function);
    let (mut args, mut begin) = (Vec::new(), TokenStream::new());
    let (mut in_out, mut lost) = (Vec::new(), Vec::new());
    for ((param, sig), dot) in function.params.iter().zip(&signature.params).zip(&push.params) {
        let ty = match emitter.wide {
            Some(_) => sig.lent_lanes(&signature.runtime),
            None => sig.lent_tangent(&signature.runtime),
        };
        let Some((dot, last)) = dot else {
            if sig.is_lost() {
                let name = emitter.local_at(&format!("{}_dot", param.name), param.name.span());
                args.push(quote!(#name: #ty));
                lost.push((param, sig, name));
                continue;
            }
            args.push(quote!(_: #ty));
            continue;
        };
        let name = emitter.local_at(&format!("{}_dot", param.name), param.name.span());
        args.push(quote!(#name: #ty));
        let scalar = emitter.vars[*dot].role != Role::Place;
        let changes = emitter.flow.is_mut(*dot);
        let mutable = changes.then(|| quote!(mut));
        match param.passing {
            Passing::RefMut if scalar => {
                let zero = emitter.zero(&Path::of(param.var));
                let pattern = emitter.pattern(*dot);
                begin.extend(quote!(let #pattern = #name.as_deref().copied().unwrap_or(#zero);));
                if last.is_some() {
                    in_out.push(name);
                }
            }
            Passing::Value | Passing::Ref if scalar => {
                let zero = emitter.zero(&Path::of(param.var));
                begin.extend(quote!(let #mutable #name = #name.copied().unwrap_or(#zero);));
                emitter.bind_as(*dot, name, Form::Owned, false);
            }
            Passing::Value if changes => {
                let zero = emitter.zero(&Path::of(param.var));
                begin.extend(quote!(let mut #name = #name.cloned().unwrap_or_else(|| #zero);));
                emitter.bind_as(*dot, name, Form::Owned, false);
            }
            Passing::Value | Passing::Ref => {
                let scratch = emitter.scratch(param, Shape::AtHand, false);
                begin.extend(or_else(&name, &scratch));
                emitter.bind_as(*dot, name, Form::Ref, false);
            }
            Passing::RefMut => {
                let scratch = emitter.scratch(param, Shape::AtHand, true);
                begin.extend(or_else(&name, &scratch));
                emitter.bind_as(*dot, name, Form::RefMut, false);
            }
        }
    }
    let body = emitter.block(&unit.first);
    emitter.moves = Moves::once(&unit.tail);
    let mut updates = emitter.write_back(function, &unit.tail[..dots]);
    for (name, last) in in_out.iter().zip(&unit.tail[dots..leaves]) {
        let last = emitter.expr(last, emitter.float_of(last).as_ref());
        updates.extend(quote!(if let ::core::option::Option::Some(#name) = #name { *#name = #last; }));
    }
    updates.extend(lost.into_iter().map(|(param, sig, name)| emitter.clear_lost(param, sig, &name)));
    let result = emitter.result(&function.result, &mut unit.tail[leaves..tangents].iter());
    let mut tangents = unit.tail[tangents..].iter();
    let tangent = emitter.tangent_result(&push.result, &function.result_ty, &mut tangents);
    Sweep { args, body: quote!(#prelude #begin #body #updates (#result, #tangent)) }
}

/// The body of a closure that is never run: the function once, with the calls of the forward sweep.
/// `pullback`: the derivative that says which calls those are.
pub(crate) fn witness(function: &Function, signature: &Signature, pullback: &Adjoint) -> TokenStream {
    let mut called = VarSet::new();
    pullback.reverse.walk(&mut |stmt| {
        if let StmtKind::Pullback(pullback) = &stmt.kind {
            called.insert(pullback.call.pullback);
        }
    });
    let mut function = function.clone();
    for (param, sig) in function.params.iter_mut().zip(&signature.params) {
        if sig.receiver {
            param.name = super::signature::this();
        }
    }
    let mut unit = Unit { first: function.body.clone(), ..Unit::default() };
    unit.tail.extend(function.params.iter().filter_map(|param| param.last.clone()));
    let leaves = unit.tail.len();
    unit.tail.extend(function.result.leaves().into_iter().cloned());
    let entry: Vec<Var> = function.params.iter().map(|param| param.var).collect();
    let mut emitter = Emitter::new(&signature.runtime, function.vars.clone(), &mut unit, &entry);
    emitter.derivative_of(&function, signature);
    emitter.witness = Some(called);
    emitter.checked = None;
    emitter.reserve_params(&function);
    let prelude = emitter.enter_params(&function);
    let body = emitter.block(&unit.first);
    emitter.moves = Moves::once(&unit.tail);
    let updates = emitter.write_back(&function, &unit.tail[..leaves]);
    let result = emitter.result(&function.result, &mut unit.tail[leaves..].iter());
    let nested = &function.items;
    quote!(#(#nested)* #prelude #body #updates #result)
}
