//! One function through the whole middle of the compiler: verified behind each pass, and its derivatives compared with those
//! of the primal program over dual numbers.

use crate::analysis;
use crate::diff::{self, Adjoint, Pushforward, reverse};
use crate::ir::eval::{self, Differentiated, Dual, Gradient, Library, Value};
use crate::ir::{Function, Passing, WrtTarget, print, verify};
use crate::simplify;

type Result<T = (), E = String> = std::result::Result<T, E>;

/// Both transformations of a function, verified behind each pass.
pub(crate) fn differentiate(function: Function) -> Result<Differentiated> {
    verify::function(&function).map_err(|e| format!("primal: {e}\n{}", print::function(&function)))?;
    let function = analysis::prepare(function);
    verify::function(&function).map_err(|e| format!("prepared: {e}\n{}", print::function(&function)))?;
    let mut errors = Vec::new();
    let activity = analysis::activity::activity(&function, &mut errors);
    if let Some(error) = errors.first() {
        return Err(format!("activity: {}", error.message));
    }
    let verified = |pass: &str, adjoint: Adjoint| match verify::adjoint(&function, &adjoint) {
        Ok(()) => Ok(adjoint),
        Err(e) => {
            Err(format!("{pass}: {e}\n{}{}", print::function(&function), print::adjoint(&function, &adjoint)))
        }
    };
    let reversed = |roll_back| {
        let literal =
            reverse::adjoint(&function, &activity, reverse::Options { roll_back, ..Default::default() });
        let literal = verified("reverse", literal)?;
        let simplified = verified("simplify", simplify::adjoint(&function, literal.clone()))?;
        let apart = verified("apart", simplify::apart(&function, literal.clone()))?;
        Ok::<_, String>([literal, simplified, apart])
    };
    let ([literal, simplified, alone], [literal_called, _, called]) = (reversed(false)?, reversed(true)?);
    let joined = simplify::joined(&function, &activity);
    verify::joined(&function, &joined).map_err(|e| {
        format!("joined: {e}\n{}{}", print::function(&function), print::adjoint(&function, &joined))
    })?;
    let push = diff::forward::pushforward(&function, &activity);
    let simplified_push = simplify::pushforward(&function, push.clone());
    for push in [&push, &simplified_push] {
        verify::pushforward(&function, push).map_err(|e| {
            format!("pushforward: {e}\n{}{}", print::function(&function), print::pushforward(&function, push))
        })?;
    }
    Ok(Differentiated {
        function,
        adjoints: vec![literal, simplified, alone, literal_called],
        called,
        joined,
        pushforwards: [push, simplified_push],
    })
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

fn numbers(values: &[Value<f64>]) -> Vec<f64> {
    values.iter().flat_map(Value::numbers).collect()
}

/// Compares every derivative of the function at `args` with the truth.
pub(crate) fn check(library: &Library, of: &Differentiated, args: &[Value<f64>]) -> Result {
    let (result, after) =
        eval::primal(library, &of.function, args.to_vec()).map_err(|e| format!("primal: {e}"))?;
    let inout = of.function.params.iter().map(|param| param.passing == Passing::RefMut).collect();
    let point = Point { library, function: &of.function, args, result, after, inout };
    let mut random = scattered(7);
    let seed = point.result.shaped(&mut random);
    let slots = point.slots(&mut random);
    let truth = point.gradient(&seed, &slots)?;
    for adjoint in &of.adjoints {
        point.reverse(adjoint, false, &seed, &slots, &truth)?;
    }
    let rolled_back = point.reverse(&of.called, false, &seed, &slots, &truth)?;
    for ((param, before), rolled_back) in of.function.params.iter().zip(args).zip(&rolled_back) {
        if param.passing == Passing::RefMut && !param.ty.is_scalar() && before != rolled_back {
            let program = print::adjoint(&of.function, &of.called);
            return Err(format!(
                "`{}` is rolled back to {rolled_back:?}, not {before:?}\n{program}",
                param.name
            ));
        }
    }
    let ones = point.result.shaped(&mut std::iter::repeat(1.0));
    point.reverse(&of.joined, true, &ones, &slots, &point.gradient(&ones, &slots)?)?;
    let tangents: Vec<Value<f64>> = of
        .function
        .params
        .iter()
        .zip(args)
        .map(|(param, arg)| if param.active { arg.shaped(&mut random) } else { arg.zero() })
        .collect();
    of.pushforwards.iter().try_for_each(|push| point.forward(push, &tangents))
}

/// A function where its derivatives are compared.
struct Point<'a> {
    library: &'a Library,
    function: &'a Function,
    args: &'a [Value<f64>],
    result: Value<f64>,
    /// The arguments behind the call.
    after: Vec<Value<f64>>,
    inout: Vec<bool>,
}

impl Point<'_> {
    /// Adjoints of what the in-out parameters hold behind the call; what the slots of the others hold already.
    fn slots(&self, random: &mut impl Iterator<Item = f64>) -> Vec<Value<f64>> {
        let slot = |((before, after), inout): ((&Value<f64>, &Value<f64>), &bool)| {
            if *inout { after.shaped(random) } else { before.shaped(random) }
        };
        self.args.iter().zip(&self.after).zip(&self.inout).map(slot).collect()
    }

    /// The primal program over dual numbers.
    fn directional(&self, direction: &[f64]) -> Result<(Value<Dual>, Vec<Value<Dual>>)> {
        let mut dots = direction.iter();
        let lift = |arg: &Value<f64>| {
            arg.over(|value| Dual { value, dot: *dots.next().expect("one for each float") })
        };
        eval::primal(self.library, self.function, self.args.iter().map(lift).collect())
    }

    /// The derivative of `<seed, result> + <slots, in-out arguments>` along each input.
    fn gradient(&self, seed: &Value<f64>, slots: &[Value<f64>]) -> Result<Vec<f64>> {
        let n = numbers(self.args).len();
        (0..n)
            .map(|k| {
                let mut direction = vec![0.0; n];
                direction[k] = 1.0;
                let (result, after) = self.directional(&direction)?;
                let dot = |value: &Value<Dual>, seed: &Value<f64>| -> f64 {
                    value.numbers().iter().zip(seed.numbers()).map(|(number, seed)| number.dot * seed).sum()
                };
                let inout = after.iter().zip(slots).zip(&self.inout).filter(|(_, inout)| **inout);
                Ok(dot(&result, seed) + inout.map(|((after, slot), _)| dot(after, slot)).sum::<f64>())
            })
            .collect()
    }

    /// Runs both sweeps and compares; gives what the arguments are rolled back to.
    fn reverse(
        &self,
        adjoint: &Adjoint,
        joined: bool,
        seed: &Value<f64>,
        slots: &[Value<f64>],
        truth: &[f64],
    ) -> Result<Vec<Value<f64>>> {
        let program =
            || format!("{}{}", print::function(self.function), print::adjoint(self.function, adjoint));
        let (args, seed) = (self.args.to_vec(), seed.clone());
        let run = if joined { eval::joined } else { eval::adjoint };
        let gradient = run(self.library, self.function, adjoint, args, seed, slots.to_vec())
            .map_err(|e| format!("{e}\n{}", program()))?;
        let Gradient { result, args: after, rolled_back, slots: found, wrt } = gradient;
        if !same(&result, &self.result) || !after.iter().zip(&self.after).all(|(a, b)| same(a, b)) {
            let (expected, expected_after) = (&self.result, &self.after);
            return Err(format!(
                "the forward sweep computes {result:?}, {after:?} for {expected:?}, {expected_after:?}\n{}",
                program()
            ));
        }
        let mut truth = truth;
        for (k, param) in self.function.params.iter().enumerate() {
            let (expected, rest) = truth.split_at(self.args[k].numbers().len());
            truth = rest;
            if param.active {
                let held = slots[k].numbers();
                let added = |(found, held): (f64, f64)| if self.inout[k] { found } else { found - held };
                let found: Vec<f64> = found[k].numbers().into_iter().zip(held).map(added).collect();
                close(&format!("adjoint of `{}`", param.name), &found, expected)
                    .map_err(|e| format!("{e}\n{}", program()))?;
            }
        }
        for (entry, gradient) in self.function.wrt.iter().zip(&wrt) {
            if let (WrtTarget::Param(k), Some(gradient)) = (entry.target, gradient) {
                // A scalar's slot may hold more than its gradient.
                if gradient.numbers().len() > 1 && gradient.numbers() != found[k].numbers() {
                    return Err(format!("gradient by `{}` is {gradient:?}\n{}", entry.name, program()));
                }
            }
        }
        Ok(rolled_back)
    }

    fn forward(&self, push: &Pushforward, tangents: &[Value<f64>]) -> Result {
        let program =
            || format!("{}{}", print::function(self.function), print::pushforward(self.function, push));
        let pushed =
            eval::pushforward(self.library, self.function, push, self.args.to_vec(), tangents.to_vec())
                .map_err(|e| format!("{e}\n{}", program()))?;
        if !same(&pushed.result, &self.result)
            || !pushed.args.iter().zip(&self.after).all(|(a, b)| same(a, b))
        {
            return Err(format!(
                "forward mode computes {:?} for {:?}\n{}",
                pushed.result,
                self.result,
                program()
            ));
        }
        let direction: Vec<f64> = tangents.iter().flat_map(Value::numbers).collect();
        let (truth, after) = self.directional(&direction)?;
        let dots =
            |value: &Value<Dual>| value.numbers().into_iter().map(|number| number.dot).collect::<Vec<_>>();
        let (mut expected, mut found) = (dots(&truth), pushed.dot.numbers());
        for ((after, dot), _) in after.iter().zip(&pushed.after).zip(&self.inout).filter(|(_, inout)| **inout)
        {
            expected.extend(dots(after));
            found.extend(dot.numbers());
        }
        close("tangent", &found, &expected).map_err(|e| format!("{e}\n{}", program()))
    }
}

/// The same bits (a NaN is one).
fn same(a: &Value<f64>, b: &Value<f64>) -> bool {
    let bits = |value: &Value<f64>| value.numbers().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    bits(a) == bits(b)
}

fn close(what: &str, found: &[f64], expected: &[f64]) -> Result {
    let close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= 1e-9 * (1.0 + expected.abs());
    if found.len() == expected.len() && found.iter().zip(expected).all(close) {
        return Ok(());
    }
    Err(format!("{what} is {found:?}, expected {expected:?}"))
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
