//! Pushforwards of random programs as programs in their turn: their derivatives, those of order two and three, compared with
//! those of the pushforward over dual numbers.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::analysis;
use crate::diff::{forward, primal};
use crate::ir::Function;

/// The pushforward of a function by all that its `wrt` asks for, as a function.
pub(crate) fn pushed(function: Function) -> Result<Function, String> {
    let function = analysis::prepare(function);
    let mut errors = Vec::new();
    let activity = analysis::activity(&function, &mut errors);
    let push = forward::pushforward(&function, &activity);
    let runtime: TokenStream = quote!(autodiff_runtime);
    let name = format_ident!("order_{}", function.order + 1);
    let pushed = primal::primal(&function, push, name, &runtime, &mut errors);
    match errors.first() {
        Some(error) => Err(format!("refused: {}", error.message)),
        None => Ok(pushed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::eval::{Library, Value};
    use crate::passes::Passes;
    use crate::request::Request;
    use crate::tests::seeds::seeds;
    use crate::tests::{compare, random, sprout};

    /// The arguments and, behind them, tangents for them and for their tangents.
    fn args(of: &[Value<f64>], order: u32) -> Vec<Value<f64>> {
        let mut args = of.to_vec();
        for order in 1..order {
            let mut numbers = compare::scattered(u64::from(order));
            let tangents: Vec<_> = args.iter().map(|arg| arg.shaped(&mut numbers)).collect();
            args.extend(tangents);
        }
        args
    }

    fn check(function: Function, of: &[Value<f64>], order: u32) -> Result<(), String> {
        let pushed = (1..order).try_fold(function, |function, _| pushed(function))?;
        compare::check(&Library::new(), &compare::differentiate(pushed)?, &args(of, order))
    }

    fn checked(seeds: std::ops::Range<u64>, of: impl Fn(u64) -> Result<(), String>) {
        let interpreted = |message: &String| !message.contains("is not interpreted");
        let wrong: Vec<(u64, String)> =
            seeds.filter_map(|seed| Some((seed, of(seed).err().filter(interpreted)?))).collect();
        for (seed, message) in wrong.iter().take(3) {
            println!("---- seed {seed}: {message}");
        }
        assert_eq!(wrong.len(), 0, "pushforwards are differentiated wrongly");
    }

    #[test]
    fn pushforwards_of_sprouts() {
        let of = [
            Value::Float(0.75),
            Value::Float(-0.5),
            Value::floats([0.5, -1.25, 0.8]),
            Value::floats([1.1, 0.3, -0.6]),
        ];
        checked(seeds(40), |seed| {
            let without = if seed % 3 == 2 { "all" } else { "" };
            let function = Function { passes: Passes::without(without), ..sprout::function(seed) };
            check(function, &of, if seed % 5 == 4 { 3 } else { 2 })
        });
    }

    #[test]
    fn pushforwards_of_programs() {
        let of = [
            Value::Float(0.75),
            Value::Float(-0.5),
            Value::floats([0.5, -1.25, 0.8, 0.3]),
            Value::floats([1.1, 0.3, -0.6, 0.9]),
        ];
        checked(seeds(40), |seed| {
            let source = random::program(seed);
            let item: syn::ItemFn = syn::parse_str(&source).map_err(|e| e.to_string())?;
            let mut diag = Diagnostics::new();
            let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
            diag.finish().map_err(|e| format!("refused: {e}"))?;
            check(function, &of, if seed % 5 == 4 { 3 } else { 2 }).map_err(|e| format!("{e}\n{source}"))
        });
    }
}
