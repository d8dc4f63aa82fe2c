//! Places: where a path leads, what is there, how it changes.

use super::value::{Number, Value};
use super::{Machine, Result};
use crate::ir::{Expr, Path, Proj, Var};
use quote::ToTokens;

/// A step into a value.
pub(super) enum Step {
    Item(usize),
    Field(String),
}

/// Where a path leads: into a root, and there perhaps to a stretch of a list.
pub(super) struct Located {
    root: Var,
    steps: Vec<Step>,
    range: Option<(usize, usize)>,
}

impl<N: Number> Machine<'_, N> {
    pub(super) fn locate(&self, path: &Path) -> Result<Located> {
        let path = self.vars.resolve(path);
        let mut value = self.env[path.root.0 as usize].as_ref();
        let mut located = Located { root: path.root, steps: Vec::new(), range: None };
        for proj in &path.proj {
            let current = value.ok_or_else(|| format!("`{}` has no value", self.vars[path.root].name))?;
            match proj {
                Proj::Deref | Proj::Some => {}
                Proj::Index(index) => {
                    let items = current.list()?;
                    let (lo, hi) = located.range.take().unwrap_or((0, items.len()));
                    let k = self.expr(index)?.index()?;
                    if k >= hi - lo {
                        return Err(format!("index {k} is out of bounds: the length is {}", hi - lo));
                    }
                    located.steps.push(Step::Item(lo + k));
                    value = Some(&items[lo + k]);
                }
                Proj::Range(lo, hi) => {
                    let (first, last) = located.range.unwrap_or((0, current.list()?.len()));
                    let bound =
                        |bound: &Option<Expr>| bound.as_ref().map(|b| self.expr(b)?.index()).transpose();
                    let (lo, hi) = (bound(lo)?.unwrap_or(0), bound(hi)?.unwrap_or(last - first));
                    if lo > hi || hi > last - first {
                        return Err(format!(
                            "range {lo}..{hi} is out of bounds: the length is {}",
                            last - first
                        ));
                    }
                    located.range = Some((first + lo, first + hi));
                }
                Proj::Field(syn::Member::Unnamed(index)) if matches!(current, Value::List(_)) => {
                    let items = current.list()?;
                    located.steps.push(Step::Item(index.index as usize));
                    value = items.get(index.index as usize);
                }
                Proj::Field(member) | Proj::Payload { variant: _, member } => {
                    let name = member.to_token_stream().to_string();
                    let Value::Struct(fields) = current else {
                        return Err(format!("{current:?} has no fields"));
                    };
                    value = fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value);
                    located.steps.push(Step::Field(name));
                }
            }
        }
        Ok(located)
    }

    pub(super) fn load(&self, path: &Path) -> Result<Value<N>> {
        let Located { root, steps, range } = self.locate(path)?;
        let mut value = self.env[root.0 as usize].as_ref();
        for step in &steps {
            value = value.and_then(|value| match (value, step) {
                (Value::List(items), Step::Item(k)) => items.get(*k),
                (Value::Struct(fields), Step::Field(name)) => {
                    fields.iter().find(|(n, _)| n == name).map(|(_, v)| v)
                }
                _ => None,
            });
        }
        let value = value.ok_or_else(|| format!("`{}` (#{}) has no value", self.vars[root].name, root.0))?;
        match range {
            None => Ok(value.clone()),
            Some((lo, hi)) => Ok(Value::List(value.list()?[lo..hi].to_vec())),
        }
    }

    pub(super) fn change(&mut self, path: &Path, f: impl FnOnce(&mut Value<N>) -> Result) -> Result {
        let Located { root, steps, range } = self.locate(path)?;
        let name = &self.vars[root].name;
        let slot = &mut self.env[root.0 as usize];
        if steps.is_empty() && range.is_none() && slot.is_none() {
            // Deferred initialisation.
            *slot = Some(Value::Unit);
        }
        let mut value = slot.as_mut().ok_or_else(|| format!("`{name}` has no value"))?;
        for step in &steps {
            value = match (value, step) {
                (Value::List(items), Step::Item(k)) => &mut items[*k],
                (Value::Struct(fields), Step::Field(name)) => {
                    &mut fields.iter_mut().find(|(n, _)| n == name).expect("located").1
                }
                _ => unreachable!("located"),
            };
        }
        match (range, value) {
            (None, value) => f(value),
            (Some((lo, hi)), Value::List(items)) => {
                let mut stretch = Value::List(items[lo..hi].to_vec());
                f(&mut stretch)?;
                let stretch = stretch.list()?;
                if stretch.len() != hi - lo {
                    return Err("a stretch changes its length".into());
                }
                items[lo..hi].clone_from_slice(stretch);
                Ok(())
            }
            _ => unreachable!("located"),
        }
    }
}
