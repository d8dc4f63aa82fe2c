//! Methods of iterators that give an iterator, and the calls that start one: descriptions, nothing runs.

use quote::ToTokens;

use crate::ir::Ty;
use crate::lower::Lower;
use crate::lower::closure::Closure;
use crate::lower::env::Value;
use crate::lower::iter::Iter;

impl Lower<'_> {
    /// `std::iter::repeat(x)`, `once(x)`, `zip(a, b)`
    pub(crate) fn lower_source_call(
        &mut self,
        path: &syn::ExprPath,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Option<Value> {
        let names = crate::lower::call::segment_names(&path.path);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let [.., "iter", name] = names.as_slice() else { return None };
        let value = match (*name, args.len()) {
            ("repeat", 1) | ("repeat_n", 2) | ("once", 1) => {
                let value = self.operand(&args[0], None);
                match (*name, args.get(1)) {
                    ("once", _) => Iter::Once(value),
                    (_, Some(n)) => {
                        let n = self.index_arg(n);
                        Iter::Take(Box::new(Iter::Repeat(value)), n)
                    }
                    _ => Iter::Repeat(value),
                }
            }
            ("zip", 2) => {
                let (a, b) = match (self.iterator_beside(&args[0]), self.iterator_beside(&args[1])) {
                    (Ok(a), Ok(b)) => (a, b),
                    (Err(value), _) | (_, Err(value)) => return Some(value),
                };
                Iter::Zip(Box::new(a), Box::new(b))
            }
            _ => return None,
        };
        Some(Value::Iter(Box::new(value)))
    }

    pub(crate) fn iter_method(
        &mut self,
        iter: Iter,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let inner = || Box::new(iter.clone());
        macro_rules! closure {
            ($i:expr) => {
                match self.callable(&expr.args[$i]) {
                    Some(closure) => closure,
                    None => return Value::Poison,
                }
            };
        }
        let adapted = match (name, expr.args.len()) {
            ("iter" | "into_iter" | "by_ref" | "fuse" | "clone" | "peekable", 0) => iter,
            ("copied" | "cloned", 0) => Iter::Copied(inner()),
            ("enumerate", 0) => Iter::Enumerate(inner()),
            ("rev", 0) => Iter::Rev(inner()),
            // Each round computes anew what a closure gives: it may do something else then.
            ("cycle", 0) if iter.is_indexed() && !iter.maps() => Iter::Cycle(inner()),
            ("skip", 1) => Iter::Skip(inner(), self.index_arg(&expr.args[0])),
            // The iterator itself is asked for no more than that.
            ("take", 1) if matches!(iter, Iter::Rest(..)) => {
                let Iter::Rest(inner, at) = iter else { return Value::Poison };
                Iter::Rest(Box::new(Iter::Take(inner, self.index_arg(&expr.args[0]))), at)
            }
            ("take", 1) => Iter::Take(inner(), self.index_arg(&expr.args[0])),
            ("step_by", 1) => Iter::StepBy(inner(), self.index_arg(&expr.args[0])),
            ("map", 1) => Iter::Map(inner(), closure!(0)),
            ("filter", 1) => Iter::Filter(inner(), closure!(0)),
            ("filter_map", 1) => Iter::FilterMap(inner(), closure!(0)),
            ("map_while", 1) => Iter::MapWhile(inner(), closure!(0)),
            ("take_while", 1) => Iter::TakeWhile(inner(), closure!(0)),
            ("skip_while", 1) => Iter::SkipWhile(inner(), closure!(0)),
            // `Option`s of integers and their like stay code.
            ("flatten", 0) if !self.is_inactive(&expr.to_token_stream()) => {
                Iter::FlatMap(inner(), Closure::of_path(syn::parse_quote!(::core::convert::identity)))
            }
            ("flat_map", 1) => Iter::FlatMap(inner(), closure!(0)),
            ("inspect", 1) => Iter::Inspect(inner(), closure!(0)),
            ("scan", 2) => {
                let initial = self.operand(&expr.args[0], None);
                let (atom, ty) = self.scalar(initial, None, span);
                let state = self.cell("state", false, ty, span, Some(atom));
                Iter::Scan(inner(), state, closure!(1))
            }
            ("zip" | "chain", 1) => match self.iterator_beside(&expr.args[0]) {
                Ok(other) if name == "zip" => Iter::Zip(inner(), Box::new(other)),
                Ok(other) => Iter::Chain(inner(), Box::new(other)),
                Err(value) => return value,
            },
            _ => return self.consume(iter, expr, name, want),
        };
        Value::Iter(Box::new(adapted))
    }
}
