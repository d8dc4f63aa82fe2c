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
use crate::diff::{Pushforward, primal, reverse::Options};
use crate::emit::companion::Source;
use crate::emit::companion::second::{self, Higher};
use crate::ir::{Function, WrtTarget};
use crate::request::{Request, Unconnected};

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

/// The pushforward of a function as a primal function: `pushed` is the function and its tangent.
pub(super) fn pushforward(
    source: Source<'_>,
    function: &Function,
    pushed: Pushforward,
    order: u32,
    errors: &mut Vec<ActivityError>,
) -> Function {
    let runtime = source.request.runtime.to_token_stream();
    primal::primal(function, pushed, second::name(source, order), &runtime, errors)
}

/// The derivatives beyond the first, of which `of`, the pushforward of `function` as a primal function, is differentiated by all
/// that others may ask for, `users` by what users ask for, if they do.
pub(super) fn derivatives(
    source: Source<'_>,
    function: &Function,
    mut of: Function,
    users: Option<&Function>,
    errors: &mut Vec<ActivityError>,
) -> Sound<TokenStream> {
    let mut derived = TokenStream::new();
    for order in 2..=source.request.order {
        integrity::primal("forward mode", &of)?;
        of = analysis::prepare(of);
        integrity::primal("the preparation", &of)?;
        let activity = analysis::activity(&of, errors);
        if !errors.is_empty() {
            return Ok(derived);
        }
        let pushed = super::pushed(&of, &activity)?;
        let higher = higher(&of, &activity, pushed.clone(), users.filter(|_| order == 2))?;
        derived.extend(second::higher(source, higher));
        if order < source.request.order {
            of = pushforward(source, &of, pushed, order + 1, errors);
        }
    }
    Ok(second::beside(source, function, derived))
}

fn higher(
    of: &Function,
    activity: &Activity,
    pushed: Pushforward,
    users: Option<&Function>,
) -> Sound<Higher> {
    let gradient = users.map(|users| {
        let cut = primal::of_tangent(of, &users.wrt);
        let activity = analysis::activity(&cut, &mut Vec::new());
        let joined = super::joined(&cut, &activity)?;
        Ok((cut, joined))
    });
    Ok(Higher {
        function: of.clone(),
        gradient: gradient.transpose()?,
        pullback: super::split(of, activity, Options { roll_back: true, ..Options::default() })?,
        pushforward: super::simplified(of, pushed)?,
    })
}
