//! What a pass hands on is verified before the next one reads it: in debug builds and under test. A release build has
//! neither the verifier nor its texts.
//!
//! Invariant: no pass runs on a program that is not sound, so that a mistake of ours ends as an error at the function's
//! name, and never as a panic of a later pass or as a derivative that is wrong.

use proc_macro2::Ident;

#[cfg(not(any(test, debug_assertions)))]
use self::unverified as verify;
use crate::diff::{Adjoint, Pushforward};
use crate::ir::Function;
#[cfg(any(test, debug_assertions))]
use crate::ir::verify;

/// A pass made a program that is not sound.
pub(super) struct Violation {
    pass: &'static str,
    what: String,
}

pub(super) type Sound<T = ()> = Result<T, Violation>;

impl Violation {
    /// The error for the user, who did nothing wrong.
    pub(super) fn into_error(self, name: &Ident) -> syn::Error {
        let Violation { pass, what } = self;
        syn::Error::new(
            name.span(),
            format!(
                "this is a bug of `#[differentiate]`, not of `{name}`: {pass} made a program of it that is not sound \
                 ({what}); please report it together with the function"
            ),
        )
    }
}

fn behind<T>(pass: &'static str, made: T, verified: impl FnOnce(&T) -> Result<(), String>) -> Sound<T> {
    match verified(&made) {
        Ok(()) => Ok(made),
        Err(what) => Err(Violation { pass, what }),
    }
}

pub(super) fn primal(pass: &'static str, made: &Function) -> Sound {
    behind(pass, (), |()| verify::function(made))
}

pub(super) fn adjoint(pass: &'static str, of: &Function, made: Adjoint) -> Sound<Adjoint> {
    behind(pass, made, |made| verify::adjoint(of, made))
}

pub(super) fn joined(pass: &'static str, of: &Function, made: Adjoint) -> Sound<Adjoint> {
    behind(pass, made, |made| verify::joined(of, made))
}

pub(super) fn pushforward(pass: &'static str, of: &Function, made: Pushforward) -> Sound<Pushforward> {
    behind(pass, made, |made| verify::pushforward(of, made))
}

/// Release builds trust the passes.
#[cfg(not(any(test, debug_assertions)))]
mod unverified {
    use super::{Adjoint, Function, Pushforward};

    pub(super) fn function(_: &Function) -> Result<(), String> {
        Ok(())
    }
    pub(super) fn adjoint(_: &Function, _: &Adjoint) -> Result<(), String> {
        Ok(())
    }
    pub(super) fn joined(_: &Function, _: &Adjoint) -> Result<(), String> {
        Ok(())
    }
    pub(super) fn pushforward(_: &Function, _: &Pushforward) -> Result<(), String> {
        Ok(())
    }
}
