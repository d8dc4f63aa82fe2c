//! Derivatives of derivatives, on request: `order = 2`.
//!
//! Invariant: what is differentiated is a primal function, the pushforward of the one before (see `diff::primal`), and goes
//! the way of every function: prepared, its activity found, reversed.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::integrity::{self, Sound};
use crate::analysis::activity::ActivityError;
use crate::analysis::{self, Activity};
use crate::diag::Diagnostics;
use crate::diff::{self, primal, reverse::Options};
use crate::emit::companion::Source;
use crate::emit::companion::second::{self, Higher};
use crate::ir::{Function, WrtTarget};
use crate::request::{Request, Unconnected};
use crate::simplify;

/// What `order` cannot go together with.
pub(super) fn check(request: &Request, function: &Function, diag: &mut Diagnostics) {
    if request.order < 2 {
        return;
    }
    for wrt in &function.wrt {
        if let WrtTarget::Local(_) = wrt.target {
            let name = &wrt.name;
            diag.error(
                name,
                format!(
                    "there is no second derivative by the local `{name}`: make what follows it a function of its own, \
                     with `{name}` for a parameter"
                ),
            );
        }
    }
    if request.unconnected == Unconnected::None {
        diag.error(
            &function.name,
            "`order = 2` does not go together with `unconnected = \"none\"`: write `unconnected = \"zero\"`",
        );
    }
}

/// The derivatives beyond the first, of which `function` is differentiated by all that others may ask for, `users` by what
/// users ask for, if they do.
pub(super) fn derivatives(
    source: Source<'_>,
    (function, activity): (&Function, &Activity),
    users: Option<&Function>,
    errors: &mut Vec<ActivityError>,
) -> Sound<TokenStream> {
    let runtime = source.request.runtime.to_token_stream();
    let (mut of, mut activity) = (function.clone(), activity.clone());
    let mut derived = TokenStream::new();
    for order in 2..=source.request.order {
        let push = diff::forward::pushforward(&of, &activity);
        let push = integrity::pushforward("forward mode", &of, push)?;
        let name = second::name(source, order);
        of = primal::primal(&of, push, name, &runtime, errors);
        integrity::primal("forward mode", &of)?;
        of = analysis::prepare(of);
        integrity::primal("the preparation", &of)?;
        activity = analysis::activity(&of, errors);
        if !errors.is_empty() {
            return Ok(derived);
        }
        let higher = higher(&of, &activity, users.filter(|_| order == 2))?;
        derived.extend(second::higher(source, higher));
    }
    Ok(second::beside(source, function, derived))
}

fn higher(of: &Function, activity: &Activity, users: Option<&Function>) -> Sound<Higher> {
    let options = Options { roll_back: true, ..Options::default() };
    let literal = diff::reverse::adjoint(of, activity, options);
    let literal = integrity::adjoint("reverse mode", of, literal)?;
    let pullback = simplify::apart(of, literal);
    let pullback = integrity::adjoint("the simplification of reverse mode", of, pullback)?;
    let gradient = users.map(|users| {
        let cut = primal::of_tangent(of, &users.wrt);
        let activity = analysis::activity(&cut, &mut Vec::new());
        let joined = simplify::joined(&cut, &activity);
        let joined = integrity::joined("the joining of both sweeps", &cut, joined)?;
        Ok((cut, joined))
    });
    let push = integrity::pushforward("forward mode", of, diff::forward::pushforward(of, activity))?;
    let push = simplify::pushforward(of, push);
    let pushforward = integrity::pushforward("the simplification of forward mode", of, push)?;
    Ok(Higher { function: of.clone(), gradient: gradient.transpose()?, pullback, pushforward })
}
