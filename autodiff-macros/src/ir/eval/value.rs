//! What a program computes with: numbers of either kind, and trees of them.

use crate::rules::Rule;

/// A number that programs are interpreted over: `f64`, or [`Dual`] for an independent truth about derivatives.
pub(crate) trait Number: Copy + std::fmt::Debug + PartialEq {
    fn constant(value: f64) -> Self;
    fn value(self) -> f64;
    fn apply(rule: &Rule, args: &[Self]) -> Self;
}

impl Number for f64 {
    fn constant(value: f64) -> f64 {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn apply(rule: &Rule, args: &[f64]) -> f64 {
        (rule.primal)(args)
    }
}

/// A value and its derivative in one direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) dot: f64,
}

impl Number for Dual {
    fn constant(value: f64) -> Dual {
        Dual { value, dot: 0.0 }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn apply(rule: &Rule, args: &[Dual]) -> Dual {
        let values: Vec<f64> = args.iter().map(|arg| arg.value).collect();
        let value = (rule.primal)(&values);
        let partials = (rule.numeric)(&values, value);
        let dot = args.iter().zip(partials).map(|(arg, p)| crate::rules::Num::product(arg.dot, p)).sum();
        Dual { value, dot }
    }
}

/// A value of a program. Tuples are lists, whose fields are indices.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<N> {
    Unit,
    Float(N),
    Int(i64),
    Bool(bool),
    List(Vec<Value<N>>),
    Struct(Vec<(String, Value<N>)>),
    Pullback(Box<Closure<N>>),
}

/// The pullback of a call: what the callee's forward sweep left behind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Closure<N> {
    pub(crate) callee: String,
    pub(crate) env: Vec<Option<Value<N>>>,
}

impl<N: Number> Value<N> {
    pub(crate) fn floats(values: impl IntoIterator<Item = f64>) -> Value<N> {
        Value::List(values.into_iter().map(|v| Value::Float(N::constant(v))).collect())
    }

    pub(crate) fn float(&self) -> Result<N, String> {
        match self {
            Value::Float(value) => Ok(*value),
            other => Err(format!("{other:?} is not a float")),
        }
    }

    pub(crate) fn int(&self) -> Result<i64, String> {
        match self {
            Value::Int(value) => Ok(*value),
            other => Err(format!("{other:?} is not an integer")),
        }
    }

    pub(crate) fn index(&self) -> Result<usize, String> {
        usize::try_from(self.int()?).map_err(|_| format!("{self:?} is not an index"))
    }

    pub(crate) fn bool(&self) -> Result<bool, String> {
        match self {
            Value::Bool(value) => Ok(*value),
            other => Err(format!("{other:?} is not a truth value")),
        }
    }

    pub(crate) fn list(&self) -> Result<&[Value<N>], String> {
        match self {
            Value::List(items) => Ok(items),
            other => Err(format!("{other:?} is not a list")),
        }
    }

    /// The same tree with every float replaced; what is no float goes where `inactive` says.
    fn map<M: Number>(&self, float: &mut impl FnMut(N) -> M, keep_inactive: bool) -> Value<M> {
        match self {
            Value::Float(value) => Value::Float(float(*value)),
            Value::List(items) => Value::List(items.iter().map(|v| v.map(float, keep_inactive)).collect()),
            Value::Struct(fields) => {
                Value::Struct(fields.iter().map(|(n, v)| (n.clone(), v.map(float, keep_inactive))).collect())
            }
            Value::Int(value) if keep_inactive => Value::Int(*value),
            Value::Bool(value) if keep_inactive => Value::Bool(*value),
            Value::Unit | Value::Int(_) | Value::Bool(_) | Value::Pullback(_) => Value::Unit,
        }
    }

    /// The zero adjoint or tangent of the value.
    pub(crate) fn zero(&self) -> Value<N> {
        self.map(&mut |_| N::constant(0.0), false)
    }

    /// An adjoint or tangent whose floats are taken in order from `numbers`.
    pub(crate) fn shaped(&self, numbers: &mut impl Iterator<Item = f64>) -> Value<N> {
        self.map(&mut |_| N::constant(numbers.next().expect("as many numbers as floats")), false)
    }

    /// The value over other numbers, made one by one in order.
    pub(crate) fn over<M: Number>(&self, mut number: impl FnMut(N) -> M) -> Value<M> {
        self.map(&mut number, true)
    }

    /// The value, cut off from what it depends on.
    pub(crate) fn stopped(&self) -> Value<N> {
        self.map(&mut |value| N::constant(value.value()), true)
    }

    /// The floats in order.
    pub(crate) fn numbers(&self) -> Vec<N> {
        let mut numbers = Vec::new();
        self.map(
            &mut |value| {
                numbers.push(value);
                value
            },
            false,
        );
        numbers
    }

    /// `self += other`, leaf by leaf.
    pub(crate) fn accumulate(&mut self, other: &Value<N>) -> Result<(), String> {
        match (self, other) {
            (Value::Float(to), Value::Float(from)) => {
                *to = N::apply(crate::rules::table::rule("add"), &[*to, *from]);
                Ok(())
            }
            (Value::List(to), Value::List(from)) if to.len() == from.len() => {
                to.iter_mut().zip(from).try_for_each(|(to, from)| to.accumulate(from))
            }
            (Value::Struct(to), Value::Struct(from)) if to.len() == from.len() => {
                to.iter_mut().zip(from).try_for_each(|((_, to), (_, from))| to.accumulate(from))
            }
            (Value::Unit, Value::Unit) => Ok(()),
            (to, from) => Err(format!("{from:?} is accumulated into {to:?}")),
        }
    }
}
