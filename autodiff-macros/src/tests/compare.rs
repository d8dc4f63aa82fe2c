//! One function through the whole middle of the compiler: verified behind each pass, and its derivatives compared with those
//! of the primal program over dual numbers.

use crate::analysis;
use crate::diff::{self, Adjoint, reverse};
use crate::ir::eval::{self, Differentiated, Dual, Gradient, Library, Value};
use crate::ir::{Function, Passing, print, verify};

type Result<T = (), E = String> = std::result::Result<T, E>;

/// Both transformations of a function, verified.
pub(crate) fn differentiate(function: Function) -> Result<Differentiated> {
    verify::function(&function).map_err(|e| format!("primal: {e}\n{}", print::function(&function)))?;
    let mut errors = Vec::new();
    let activity = analysis::activity(&function, &mut errors);
    if let Some(error) = errors.first() {
        return Err(format!("activity: {}", error.message));
    }
    let reversed = |roll_back| -> Result<Adjoint> {
        let adjoint = reverse::adjoint(&function, &activity, reverse::Options { roll_back });
        verify::adjoint(&function, &adjoint).map_err(|e| {
            format!("{e}\n{}{}", print::function(&function), print::adjoint(&function, &adjoint))
        })?;
        Ok(adjoint)
    };
    let (alone, called) = (reversed(false)?, reversed(true)?);
    let pushforward = diff::forward::pushforward(&function, &activity);
    verify::pushforward(&function, &pushforward).map_err(|e| {
        format!("{e}\n{}{}", print::function(&function), print::pushforward(&function, &pushforward))
    })?;
    Ok(Differentiated { function, alone, called, pushforward })
}

/// Numbers without a pattern, of magnitude about one.
pub(crate) fn scattered(mut state: u64) -> impl Iterator<Item = f64> {
    state = state.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        0.25 + (state >> 11) as f64 / (1_u64 << 53) as f64
    })
}

fn dots(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn numbers(values: &[Value<f64>]) -> Vec<f64> {
    values.iter().flat_map(Value::numbers).collect()
}

/// Compares every derivative of the function at `args` with the truth.
pub(crate) fn check(library: &Library, of: &Differentiated, args: &[Value<f64>]) -> Result {
    let function = &of.function;
    let (result, args_after) =
        eval::primal(library, function, args.to_vec()).map_err(|e| format!("primal: {e}"))?;
    let inout: Vec<bool> = function.params.iter().map(|param| param.passing == Passing::RefMut).collect();

    // Seeds of the result and of what the in-out parameters hold behind the call.
    let mut random = scattered(7);
    let seed = result.shaped(&mut random);
    let slots: Vec<Value<f64>> = args
        .iter()
        .zip(&args_after)
        .zip(&inout)
        .map(|((before, after), inout)| if *inout { after.shaped(&mut random) } else { before.zero() })
        .collect();
    let tangents: Vec<Value<f64>> = function
        .params
        .iter()
        .zip(args)
        .map(|(param, arg)| if param.active { arg.shaped(&mut random) } else { arg.zero() })
        .collect();

    // The truth: the directional derivative of `<seed, result> + <slots, in-out arguments>` along each input.
    let directional = |direction: &[f64]| -> Result<(Value<Dual>, Vec<Value<Dual>>)> {
        let mut dots = direction.iter();
        let lift = |arg: &Value<f64>| {
            arg.over(|value| Dual { value, dot: *dots.next().expect("one for each float") })
        };
        eval::primal(library, function, args.iter().map(lift).collect())
    };
    let along = |direction: &[f64]| -> Result<f64> {
        let (result, after) = directional(direction)?;
        let dot = |value: &Value<Dual>| value.numbers().iter().map(|number| number.dot).collect::<Vec<_>>();
        let inout = after.iter().zip(&slots).zip(&inout).filter(|(_, inout)| **inout);
        Ok(dots(&dot(&result), &seed.numbers())
            + inout.map(|((after, slot), _)| dots(&dot(after), &slot.numbers())).sum::<f64>())
    };
    let floats = numbers(args).len();
    let mut truth = Vec::new();
    for k in 0..floats {
        let mut direction = vec![0.0; floats];
        direction[k] = 1.0;
        truth.push(along(&direction)?);
    }

    for (adjoint, called) in [(&of.alone, false), (&of.called, true)] {
        let gradient = eval::adjoint(library, function, adjoint, args.to_vec(), seed.clone(), slots.clone())
            .map_err(|e| {
                format!("{e}\n{}{}", print::function(function), print::adjoint(function, adjoint))
            })?;
        let Gradient { result: value, args: after, rolled_back, slots: found, wrt } = gradient;
        let program = || print::adjoint(function, adjoint);
        if (&value, &after) != (&result, &args_after) {
            return Err(format!(
                "the forward sweep computes {value:?}, {after:?} for {result:?}, {args_after:?}\n{}",
                program()
            ));
        }
        let mut position = 0;
        for (k, param) in function.params.iter().enumerate() {
            let n = args[k].numbers().len();
            let truth = &truth[position..position + n];
            position += n;
            if !param.active {
                continue;
            }
            // Unconnected parameters have no slot that is written.
            let found = found[k].numbers();
            let wrong = found.iter().zip(truth).any(|(f, t)| !((f - t).abs() <= 1e-9 * (1.0 + t.abs())));
            if found.len() != n || wrong {
                return Err(format!(
                    "adjoint of `{}` is {found:?}, expected {truth:?}\n{}",
                    param.name,
                    program()
                ));
            }
        }
        if wrt.len() != function.wrt.len() {
            return Err("a gradient for each entry of `wrt`".into());
        }
        for ((param, before), rolled_back) in function.params.iter().zip(args).zip(&rolled_back) {
            if called && param.passing == Passing::RefMut && !param.ty.is_scalar() && before != rolled_back {
                return Err(format!(
                    "`{}` is rolled back to {rolled_back:?}, not {before:?}\n{}",
                    param.name,
                    program()
                ));
            }
        }
    }

    let program = || print::pushforward(function, &of.pushforward);
    let pushed = eval::pushforward(library, function, &of.pushforward, args.to_vec(), tangents.clone())
        .map_err(|e| format!("{e}\n{}{}", print::function(function), program()))?;
    if (&pushed.result, &pushed.args) != (&result, &args_after) {
        return Err(format!("forward mode computes {:?} for {result:?}\n{}", pushed.result, program()));
    }
    let direction: Vec<f64> = args
        .iter()
        .zip(&tangents)
        .flat_map(
            |(arg, tangent)| {
                if tangent.numbers().is_empty() { arg.zero().numbers() } else { tangent.numbers() }
            },
        )
        .collect();
    let (truth, after) = directional(&direction)?;
    let mut expected: Vec<f64> = truth.numbers().iter().map(|number| number.dot).collect();
    let mut found = pushed.dot.numbers();
    for ((after, dot), _) in after.iter().zip(&pushed.after).zip(&inout).filter(|(_, inout)| **inout) {
        expected.extend(after.numbers().iter().map(|number| number.dot));
        found.extend(dot.numbers());
    }
    let wrong = found.iter().zip(&expected).any(|(f, t)| !((f - t).abs() <= 1e-9 * (1.0 + t.abs())));
    if found.len() != expected.len() || wrong {
        return Err(format!("tangent is {found:?}, expected {expected:?}\n{}", program()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sketch;

    fn checked(function: Function, args: &[Value<f64>]) {
        let result = differentiate(function).and_then(|of| check(&Library::new(), &of, args));
        if let Err(message) = result {
            panic!("{message}");
        }
    }

    #[test]
    fn sums_of_squares() {
        checked(sketch::sum_of_squares(), &[Value::floats([1.0, -2.0, 3.0])]);
    }

    #[test]
    fn overwritten_elements() {
        checked(sketch::overwrite(), &[Value::floats([1.5, -2.0, 3.0, 0.5])]);
    }
}
