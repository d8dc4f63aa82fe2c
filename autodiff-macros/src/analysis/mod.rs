//! Analyses: plain data about a primal function that the transformations read, and what is done to the primal beforehand.

pub(crate) mod activity;
mod borrow;
pub(crate) mod checkpoint;
mod counted;
pub(crate) mod deferred;
mod exchange;
mod extremes;
mod fill;
mod induction;
mod invariant;
mod lengths;
mod ranges;
mod resized;
mod share;
mod sums;
mod unroll;

use crate::ir::Function;
use crate::passes::Pass;

pub(crate) use activity::{Activity, activity};
pub(crate) use ranges::Ranges;
pub(crate) use resized::resizes;

/// The primal as it is differentiated: nothing counted that the index tells, nothing copied to be looked at or handed on,
/// nothing computed twice, nothing in a loop that could stand before it.
pub(crate) fn prepare(function: Function) -> Function {
    let passes = function.passes;
    let on = |pass, apply: fn(Function) -> Function, function| {
        if passes.has(pass) { apply(function) } else { function }
    };
    let function = deferred::settle(function);
    let function = on(Pass::Count, counted::count, function);
    let function = on(Pass::Induction, induction::induction, function);
    let function = on(Pass::Fill, fill::fill, function);
    let function = on(Pass::Lengths, lengths::lengths, function);
    let function = on(Pass::Unroll, unroll::unroll, function);
    let function = on(Pass::Sums, sums::sums, function);
    let function = on(Pass::Exchange, exchange::exchange, function);
    let function = on(Pass::Extremes, extremes::extremes, function);
    let function = on(Pass::Borrow, borrow::borrow, function);
    let function = on(Pass::Share, share::share, function);
    let function = on(Pass::Unroll, unroll::unread, function);
    let function = on(Pass::Hoist, invariant::hoist, function);
    let function = on(Pass::Share, share::share, function);
    checkpoint::settle(function)
}
