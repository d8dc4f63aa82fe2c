//! An interpreter of programs, primal or differentiated, for tests: any pass may be checked by the numbers it preserves.
//!
//! Generic over the number: over [`Dual`] the *primal* program yields directional derivatives that owe nothing to the
//! transformations under test.

mod calls;
mod exprs;
mod inert;
mod paths;
mod stmts;
pub(crate) mod value;

use std::collections::BTreeMap;

use super::{Function, Passing, Tree, Var, Vars};
use crate::diff::{Adjoint, ParamAdjoint, Pushforward};
pub(crate) use value::{Dual, Number, Value};

type Result<T = (), E = String> = std::result::Result<T, E>;

/// A function with what the two transformations made of it.
pub(crate) struct Differentiated {
    pub(crate) function: Function,
    /// To be checked beside `called`.
    pub(crate) adjoints: Vec<Adjoint>,
    /// Rolls `&mut` parameters back, as callers expect.
    pub(crate) called: Adjoint,
    /// Both sweeps as one body, of the sum of the results.
    pub(crate) joined: Adjoint,
    /// As it is made, and simplified.
    pub(crate) pushforwards: [Pushforward; 2],
}

/// The functions that others may call, by the last segment of their path.
pub(crate) type Library = BTreeMap<String, Differentiated>;

/// What reverse mode computes.
#[derive(Debug)]
pub(crate) struct Gradient<N> {
    pub(crate) result: Value<N>,
    /// The arguments behind the forward sweep.
    pub(crate) args: Vec<Value<N>>,
    /// The arguments passed by reference behind the reverse sweep.
    pub(crate) rolled_back: Vec<Value<N>>,
    /// The slot of each parameter.
    pub(crate) slots: Vec<Value<N>>,
    /// The gradient by each entry of `wrt`.
    pub(crate) wrt: Vec<Option<Value<N>>>,
}

/// Runs a primal program: its result, and the arguments behind it.
pub(crate) fn primal<N: Number>(
    library: &Library,
    function: &Function,
    args: Vec<Value<N>>,
) -> Result<(Value<N>, Vec<Value<N>>)> {
    let mut machine = Machine::new(library, &function.vars);
    machine.enter(function, args)?;
    machine.block(&function.body)?;
    machine.leave(function)
}

/// Runs both sweeps, the second on nothing but what the first hands over. `slots` holds the adjoints of `&mut` parameters
/// behind the call, and what the slots of the others held before.
pub(crate) fn adjoint<N: Number>(
    library: &Library,
    function: &Function,
    adjoint: &Adjoint,
    args: Vec<Value<N>>,
    seed: Value<N>,
    slots: Vec<Value<N>>,
) -> Result<Gradient<N>> {
    let (result, args, env) = forward(library, function, adjoint, args)?;
    let mut gradient = reverse(library, function, adjoint, env, args.clone(), seed, slots)?;
    gradient.result = result;
    gradient.args = args;
    Ok(gradient)
}

/// Runs both sweeps as one body.
pub(crate) fn joined<N: Number>(
    library: &Library,
    function: &Function,
    adjoint: &Adjoint,
    args: Vec<Value<N>>,
    seed: Value<N>,
    slots: Vec<Value<N>>,
) -> Result<Gradient<N>> {
    let mut machine = Machine::new(library, &adjoint.vars);
    for tape in &adjoint.tapes {
        machine.bind(tape.var, Value::List(Vec::new()));
    }
    machine.enter(function, args)?;
    machine.adjoints(adjoint, seed, &slots)?;
    machine.block(&adjoint.forward)?;
    let (result, args) = machine.leave(function)?;
    let gradient = machine.reverse(function, adjoint, slots)?;
    Ok(Gradient { result, args, ..gradient })
}

/// Runs the tangent program: the result and its tangent, and the tangents of the parameters behind it.
pub(crate) fn pushforward<N: Number>(
    library: &Library,
    function: &Function,
    pushforward: &Pushforward,
    args: Vec<Value<N>>,
    tangents: Vec<Value<N>>,
) -> Result<Tangents<N>> {
    let Pushforward { vars, body, params, result } = pushforward;
    let mut machine = Machine::new(library, vars);
    machine.enter(function, args)?;
    for (param, tangent) in params.iter().zip(&tangents) {
        if let Some((var, _)) = param {
            machine.bind(*var, tangent.clone());
        }
    }
    machine.block(body)?;
    let mut after = Vec::new();
    for (param, tangent) in params.iter().zip(tangents) {
        after.push(match param {
            None => tangent,
            Some((_, Some(last))) => machine.operand(last)?,
            Some((var, None)) => machine.get(*var)?,
        });
    }
    let dot = machine.tree(result, |machine, leaf| match leaf {
        Some(leaf) => machine.operand(leaf),
        None => Ok(Value::Unit),
    })?;
    let (result, args) = machine.leave(function)?;
    Ok(Tangents { result, dot, args, after })
}

/// What forward mode computes.
#[derive(Debug)]
pub(crate) struct Tangents<N> {
    pub(crate) result: Value<N>,
    pub(crate) dot: Value<N>,
    pub(crate) args: Vec<Value<N>>,
    /// The tangent of each parameter behind the call.
    pub(crate) after: Vec<Value<N>>,
}

/// The forward sweep: result, arguments behind it, and what the pullback owns.
#[expect(clippy::type_complexity, reason = "three things, used twice")]
fn forward<N: Number>(
    library: &Library,
    function: &Function,
    adjoint: &Adjoint,
    args: Vec<Value<N>>,
) -> Result<(Value<N>, Vec<Value<N>>, Vec<Option<Value<N>>>)> {
    let Adjoint { vars, tapes, forward, captures, .. } = adjoint;
    let mut machine = Machine::new(library, vars);
    for tape in tapes {
        machine.bind(tape.var, Value::List(Vec::new()));
    }
    machine.enter(function, args)?;
    machine.block(forward)?;
    let mut env = vec![None; vars.0.len()];
    for var in captures.iter().copied().chain(tapes.iter().map(|tape| tape.var)) {
        env[var.0 as usize] = Some(machine.get(var)?);
    }
    let (result, args) = machine.leave(function)?;
    Ok((result, args, env))
}

/// The pullback: `args` are what the reference parameters hold when it is called.
fn reverse<N: Number>(
    library: &Library,
    function: &Function,
    adjoint: &Adjoint,
    env: Vec<Option<Value<N>>>,
    args: Vec<Value<N>>,
    seed: Value<N>,
    slots: Vec<Value<N>>,
) -> Result<Gradient<N>> {
    let mut machine = Machine { env, ..Machine::new(library, &adjoint.vars) };
    for (param, arg) in function.params.iter().zip(args) {
        if param.passing != Passing::Value && !param.ty.is_scalar() {
            machine.bind(param.var, arg);
        }
    }
    machine.adjoints(adjoint, seed, &slots)?;
    machine.reverse(function, adjoint, slots)
}

struct Machine<'a, N> {
    library: &'a Library,
    vars: &'a Vars,
    env: Vec<Option<Value<N>>>,
    fuel: u64,
}

impl<'a, N: Number> Machine<'a, N> {
    fn new(library: &'a Library, vars: &'a Vars) -> Machine<'a, N> {
        Machine { library, vars, env: vec![None; vars.0.len()], fuel: 1_000_000 }
    }

    fn bind(&mut self, var: Var, value: Value<N>) {
        self.env[var.0 as usize] = Some(value);
    }

    fn get(&self, var: Var) -> Result<Value<N>> {
        let name = || format!("`{}` (#{}) has no value", self.vars[var].name, var.0);
        self.env[var.0 as usize].clone().ok_or_else(name)
    }

    fn enter(&mut self, function: &Function, args: Vec<Value<N>>) -> Result {
        if args.len() != function.params.len() {
            return Err(format!("`{}` takes {} arguments", function.name, function.params.len()));
        }
        for (param, arg) in function.params.iter().zip(args) {
            self.bind(param.var, arg);
        }
        Ok(())
    }

    fn leave(&self, function: &Function) -> Result<(Value<N>, Vec<Value<N>>)> {
        let result = self.tree(&function.result, |machine, leaf| machine.operand(leaf))?;
        let args = function
            .params
            .iter()
            .map(|param| match (&param.last, param.passing) {
                (Some(last), _) => self.expr(last),
                (None, Passing::Value) => Ok(Value::Unit),
                (None, _) => self.get(param.var),
            })
            .collect::<Result<_>>()?;
        Ok((result, args))
    }

    /// What is there before the reverse sweep.
    fn adjoints(&mut self, adjoint: &Adjoint, seed: Value<N>, slots: &[Value<N>]) -> Result {
        self.bind_tree(&adjoint.seed, seed, |var| *var)?;
        for (param, slot) in adjoint.params.iter().zip(slots) {
            if let Some(ParamAdjoint::ScalarInOut(var) | ParamAdjoint::Place(var)) = param {
                self.bind(*var, slot.clone());
            }
        }
        Ok(())
    }

    fn reverse(
        &mut self,
        function: &Function,
        adjoint: &Adjoint,
        mut slots: Vec<Value<N>>,
    ) -> Result<Gradient<N>> {
        let Adjoint { tapes, reverse, params, wrt, .. } = adjoint;
        self.block(reverse)?;
        for (param, slot) in params.iter().zip(&mut slots) {
            match param {
                None => {}
                Some(ParamAdjoint::Scalar(var)) => slot.accumulate(&self.get(*var)?)?,
                Some(ParamAdjoint::ScalarInOut(var) | ParamAdjoint::Place(var)) => *slot = self.get(*var)?,
            }
        }
        for tape in tapes {
            if self.get(tape.var)? != Value::List(Vec::new()) {
                return Err(format!("tape #{} is not empty in the end", tape.var.0));
            }
        }
        let wrt =
            wrt.iter().map(|g| g.as_ref().map(|g| self.operand(g)).transpose()).collect::<Result<_>>()?;
        let rolled_back = function
            .params
            .iter()
            .map(|param| match param.passing {
                Passing::RefMut if !param.ty.is_scalar() => self.get(param.var),
                _ => Ok(Value::Unit),
            })
            .collect::<Result<_>>()?;
        Ok(Gradient { result: Value::Unit, args: Vec::new(), rolled_back, slots, wrt })
    }

    fn tree<T>(
        &self,
        tree: &Tree<T>,
        leaf: impl Fn(&Self, &T) -> Result<Value<N>> + Copy,
    ) -> Result<Value<N>> {
        match tree {
            Tree::Leaf(value) => leaf(self, value),
            Tree::Tuple(parts) if parts.is_empty() => Ok(Value::Unit),
            Tree::Tuple(parts) => {
                parts.iter().map(|part| self.tree(part, leaf)).collect::<Result<_>>().map(Value::List)
            }
        }
    }

    fn bind_tree<T>(
        &mut self,
        tree: &Tree<T>,
        value: Value<N>,
        var: impl Fn(&T) -> Option<Var> + Copy,
    ) -> Result {
        match (tree, value) {
            (Tree::Leaf(leaf), value) => {
                if let Some(var) = var(leaf) {
                    self.bind(var, value);
                }
                Ok(())
            }
            (Tree::Tuple(parts), Value::Unit) if parts.is_empty() => Ok(()),
            (Tree::Tuple(parts), Value::List(values)) if parts.len() == values.len() => {
                parts.iter().zip(values).try_for_each(|(part, value)| self.bind_tree(part, value, var))
            }
            (_, value) => Err(format!("{value:?} does not fit the result's shape")),
        }
    }
}

#[cfg(test)]
mod tests;
