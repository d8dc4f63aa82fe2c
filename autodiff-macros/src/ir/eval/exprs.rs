//! Expressions and initialisers.

use quote::ToTokens;

use super::value::{Number, Value};
use super::{Machine, Result, inert};
use crate::ir::{Expr, Inert, Init, Made, Ty};

impl<N: Number> Machine<'_, N> {
    pub(super) fn operand(&self, expr: &Expr) -> Result<Value<N>> {
        match expr {
            Expr::Whole(path) => self.load(path),
            expr => self.expr(expr),
        }
    }

    pub(super) fn expr(&self, expr: &Expr) -> Result<Value<N>> {
        Ok(match expr {
            Expr::Var(var) => self.get(*var)?,
            Expr::Lit(lit) => match (&lit.ty, lit.value) {
                (Ty::Float(_), Some(value)) => Value::Float(N::constant(value)),
                (Ty::Int(Some(name)), Some(value)) if name == "bool" => Value::Bool(value != 0.0),
                (Ty::Int(_), Some(value)) => Value::Int(value as i64),
                _ => inert::code(&lit.tokens, &inert::Scope::new())?,
            },
            Expr::Rule(rule, args) => {
                let mut numbers = Vec::new();
                for (k, arg) in args.iter().enumerate() {
                    numbers.push(match self.expr(arg)? {
                        Value::Int(n) if rule.name == "powi" && k == 1 => N::constant(n as f64),
                        value => value.float().map_err(|e| format!("{e}, in `{}`", rule.name))?,
                    });
                }
                Value::Float(N::apply(rule, &numbers))
            }
            Expr::Load(path) => self.load(path)?,
            Expr::Binary(op, a, b) => {
                let a = self.expr(a)?;
                match (op, &a) {
                    (syn::BinOp::And(_), Value::Bool(false)) | (syn::BinOp::Or(_), Value::Bool(true)) => a,
                    _ => inert::apply(&op.to_token_stream().to_string(), &a, &self.expr(b)?)?,
                }
            }
            Expr::Unary(op, a) => inert::negate(&op.to_token_stream().to_string(), &self.expr(a)?)?,
            Expr::Cast(a, ty) => inert::convert(self.expr(a)?, &ty.to_token_stream().to_string())?,
            Expr::Len(path) => Value::Int(self.load(path)?.list()?.len() as i64),
            Expr::Inert(code) => inert::code(&code.code, &self.scope(code)?)?,
            Expr::Stop(a) => self.expr(a)?.stopped(),
            Expr::Select(condition, then, otherwise) => {
                self.expr(if self.expr(condition)?.bool()? { then } else { otherwise })?
            }
            Expr::Whole(path) | Expr::WholeMut(path) => self.load(path)?,
        })
    }

    pub(super) fn scope(&self, code: &Inert) -> Result<inert::Scope<N>> {
        code.binds.iter().map(|(name, value)| Ok((name.to_string(), self.operand(value)?))).collect()
    }

    pub(super) fn init(&self, init: &Init) -> Result<Value<N>> {
        let items = |items: &[Expr]| items.iter().map(|item| self.operand(item)).collect::<Result<_>>();
        Ok(match init {
            Init::Deferred => Value::Unit,
            Init::List { vec: _, items: values } => Value::List(items(values)?),
            Init::Tuple(parts) => Value::List(items(parts)?),
            Init::Repeat { vec: _, value, len } => {
                Value::List(vec![self.operand(value)?; self.expr(len)?.index()?])
            }
            Init::EmptyVec(_) => Value::List(Vec::new()),
            Init::Struct { of: Made::Box | Made::Some, fields, .. } => match &fields[..] {
                [(_, value)] => self.operand(value)?,
                _ => return Err("it holds one value".into()),
            },
            Init::Struct { path: _, of: _, fields, base } => {
                let mut values = match base {
                    Some(base) => match self.load(base)? {
                        Value::Struct(values) => values,
                        other => return Err(format!("{other:?} is the base of a struct")),
                    },
                    None => Vec::new(),
                };
                for (member, value) in fields {
                    let (name, value) = (member.to_token_stream().to_string(), self.operand(value)?);
                    match values.iter_mut().find(|(n, _)| *n == name) {
                        Some((_, old)) => *old = value,
                        None => values.push((name, value)),
                    }
                }
                Value::Struct(values)
            }
            Init::Stop(inner) => self.init(inner)?.stopped(),
            Init::Copy { from, how: _ } => self.load(from)?,
            Init::Zero { like } => self.load(like)?.zero(),
            Init::Inert(code) => inert::code(&code.code, &self.scope(code)?)?,
        })
    }
}
