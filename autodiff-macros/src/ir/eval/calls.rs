//! Calls of other functions, their pullbacks and pushforwards.

use super::value::{Closure, Number, Value};
use super::{Differentiated, Machine, Result, forward, inert, reverse};
use crate::diff::ParamAdjoint;
use crate::ir::{Arg, Call, Callee, PullbackCall, PushforwardCall, Tangent};

impl<'a, N: Number> Machine<'a, N> {
    fn callee(&self, call: &Call) -> Result<(String, &'a Differentiated)> {
        let name = match &call.callee {
            Callee::Function(path) | Callee::Derivative(path) => {
                path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default()
            }
            Callee::Method(name, _) => name.to_string(),
            Callee::Operator(name) => format!("ops::{name}"),
        };
        match self.library.get(&name) {
            Some(callee) => Ok((name, callee)),
            None => Err(format!("`{name}` is not in the library")),
        }
    }

    fn args(&self, call: &Call) -> Result<Vec<Value<N>>> {
        call.args
            .iter()
            .map(|arg| match arg {
                Arg::Value(value) | Arg::RefValue(value) | Arg::RefMutValue(value, _) => self.expr(value),
                Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => self.load(path),
                Arg::Inert(code) => inert::code(&code.code, &self.scope(code)?),
            })
            .collect()
    }

    /// Hands the callee's effect on its `&mut` arguments back to the caller.
    fn returned(&mut self, call: &Call, result: Value<N>, args: Vec<Value<N>>) -> Result {
        for (arg, value) in call.args.iter().zip(args) {
            match arg {
                Arg::RefMut(path) => self.set(path, value)?,
                Arg::RefMutValue(_, after) => self.bind(*after, value),
                Arg::Value(_)
                | Arg::Move(_)
                | Arg::Handed(_)
                | Arg::Ref(_)
                | Arg::RefValue(_)
                | Arg::Inert(_) => {}
            }
        }
        self.bind_tree(&call.results, result, |var| Some(*var))
    }

    pub(super) fn call(&mut self, call: &Call) -> Result {
        let (name, callee) = self.callee(call)?;
        if !call.differentiated {
            let (result, args) = super::primal(self.library, &callee.function, self.args(call)?)?;
            return self.returned(call, result, args);
        }
        let (result, args, env) = forward(self.library, &callee.function, &callee.called, self.args(call)?)?;
        self.bind(call.pullback, Value::Pullback(Box::new(Closure { callee: name, env })));
        self.returned(call, result, args)
    }

    pub(super) fn pullback(&mut self, pullback: &PullbackCall) -> Result {
        let PullbackCall { call, seed, slots } = pullback;
        let (_, callee) = self.callee(call)?;
        let Value::Pullback(closure) = self.get(call.pullback)? else {
            return Err(format!("#{} is not a pullback", call.pullback.0));
        };
        let mut args = Vec::new();
        for arg in &call.args {
            args.push(match arg {
                Arg::Value(_) | Arg::Inert(_) => Value::Unit,
                // For the shape of an adjoint that nobody wants alone.
                Arg::Move(path) => self.load(path).unwrap_or(Value::Unit),
                Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => self.load(path)?,
                Arg::RefValue(value) => self.expr(value)?,
                Arg::RefMutValue(_, after) => self.get(*after)?,
            });
        }
        let seed = self.tree(seed, |machine, leaf| machine.operand(leaf))?;
        let mut held = Vec::new();
        for (slot, param) in slots.iter().zip(&callee.called.params) {
            held.push(match (slot, param) {
                (Some(path), _) => self.load(path)?,
                (_, Some(ParamAdjoint::Scalar(_) | ParamAdjoint::ScalarInOut(_))) => {
                    Value::Float(N::constant(0.0))
                }
                (_, Some(ParamAdjoint::Place(_))) => args[held.len()].zero(),
                (_, None) => Value::Unit,
            });
        }
        let gradient =
            reverse(self.library, &callee.function, &callee.called, closure.env, args, seed, held)?;
        for ((slot, param), value) in slots.iter().zip(&callee.called.params).zip(gradient.slots) {
            if let (Some(path), Some(_)) = (slot, param) {
                self.set(path, value)?;
            }
        }
        for (arg, value) in call.args.iter().zip(gradient.rolled_back) {
            if let Arg::RefMut(path) = arg {
                self.set(path, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn pushforward(&mut self, pushforward: &PushforwardCall) -> Result {
        let PushforwardCall { call, tangents, result_tangents } = pushforward;
        let (_, callee) = self.callee(call)?;
        let args = self.args(call)?;
        let mut held = Vec::new();
        for (tangent, arg) in tangents.iter().zip(&args) {
            held.push(match tangent {
                Tangent::Value(value) => self.expr(value)?,
                Tangent::Place(path) => self.load(path)?,
                Tangent::InOut(before, _) => self.expr(before)?,
                Tangent::None => arg.zero(),
            });
        }
        let done = super::pushforward(self.library, &callee.function, &callee.pushforwards[1], args, held)?;
        for ((arg, tangent), value) in call.args.iter().zip(tangents).zip(done.after) {
            match (arg, tangent) {
                (Arg::RefMut(_), Tangent::Place(path)) => self.set(path, value)?,
                (_, Tangent::InOut(_, after)) => self.bind(*after, value),
                _ => {}
            }
        }
        self.returned(call, done.result, done.args)?;
        self.bind_tree(result_tangents, done.dot, |var| Some(*var))
    }
}
