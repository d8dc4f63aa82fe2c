//! Tables of constants as iterators: `WEIGHTS.iter().zip(x).map(|(w, x)| w * x)`.
//!
//! Code without active operands is kept as it stands, so that an iterator over constants is code too. Where an adaptor or a
//! consumer brings something active in, the chain before it is taken apart after all.

use quote::quote;
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::inert::combine;
use super::iter::{Access, Iter};
use crate::ir::{Init, Path, Ty};

/// Methods of sequences that give an iterator over them.
fn is_view(name: &str) -> bool {
    matches!(name, "iter" | "windows" | "chunks" | "chunks_exact")
}

/// Methods that give an iterator over something that only rustc knows.
fn is_source(name: &str) -> bool {
    matches!(
        name,
        "into_iter"
            | "chars"
            | "char_indices"
            | "bytes"
            | "lines"
            | "split"
            | "split_whitespace"
            | "keys"
            | "values"
    )
}

/// Adaptors and consumers whose arguments may be active.
pub(crate) fn takes_items(name: &str) -> bool {
    matches!(
        name,
        "zip"
            | "chain"
            | "map"
            | "filter"
            | "filter_map"
            | "take_while"
            | "skip_while"
            | "flat_map"
            | "inspect"
            | "scan"
            | "fold"
            | "for_each"
            | "any"
            | "all"
            | "position"
            | "find"
            | "max_by"
            | "min_by"
            | "reduce"
    )
}

impl Lower<'_> {
    /// What is run beside another iterator: `x.iter().zip(&WEIGHTS)`.
    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn iterator_beside(&mut self, expr: &syn::Expr) -> Result<Iter, Value> {
        let value = self.operand(expr, None);
        let code = match &value {
            Value::Ref { to, .. } => matches!(**to, Value::Code(..)),
            value => matches!(value, Value::Code(..)),
        };
        match code.then(|| self.iterator_of_code(expr)).flatten() {
            Some(iter) => Ok(iter),
            None => self.items_of_expr(value, expr),
        }
    }

    /// The iterator that inactive code is; `None` where it may be something else (an `Option` has a `map` as well).
    pub(crate) fn iterator_of_code(&mut self, expr: &syn::Expr) -> Option<Iter> {
        let call = match expr {
            syn::Expr::Paren(expr) => return self.iterator_of_code(&expr.expr),
            syn::Expr::Group(expr) => return self.iterator_of_code(&expr.expr),
            syn::Expr::MethodCall(call) => call,
            table if is_constant(table) => {
                let path = self.table(table)?;
                let by_reference = matches!(table, syn::Expr::Reference(_));
                let access = if by_reference { Access::Ref } else { Access::Value };
                return Some(Iter::Elements { path, access });
            }
            _ => return None,
        };
        let name = call.method.to_string();
        if is_view(&name) && is_constant(&call.receiver) {
            let table = Value::Path(self.table(&call.receiver)?).reference(false);
            return match self.sequence_method(&table, call, &name, None) {
                Some(Value::Iter(iter)) => Some(*iter),
                _ => None,
            };
        }
        if is_view(&name) || is_source(&name) {
            return self.iterator(expr).ok();
        }
        let inner = self.iterator_of_code(&call.receiver)?;
        match self.iter_method(inner, call, &name, None) {
            Value::Iter(iter) => Some(*iter),
            // An adaptor that only code knows.
            code @ Value::Code(..) => self.items_of_expr(code, expr).ok(),
            _ => None,
        }
    }

    /// Whether an iterator goes along a constant that is known to be an array or a slice.
    pub(super) fn walks_along_a_table(&self, expr: &syn::Expr) -> bool {
        let syn::Expr::MethodCall(call) = expr else { return false };
        let name = call.method.to_string();
        match &name[..] {
            "rev" | "enumerate" | "copied" | "cloned" => self.walks_along_a_table(&call.receiver),
            name => {
                is_view(name)
                    && is_constant(&call.receiver)
                    && self.facts.get(&site(&*call.receiver)).is_some_and(Ty::is_sequence)
            }
        }
    }

    /// A place that shows the content of a constant.
    fn table(&mut self, expr: &syn::Expr) -> Option<Path> {
        let table = self.operand(expr, None);
        let table = self.as_code(table, expr.span())?;
        // Of an array in sight the length is known.
        if let (syn::Expr::Path(_), Some(ty)) = (expr, self.facts.get(&site(expr)).cloned()) {
            if ty.element().is_float() && ty.number_of_elements().is_some() {
                let place = self.temp_place("table", ty, Init::Inert(table), expr.span());
                return Some(Path::of(place));
            }
        }
        let slice = combine(&[table], |parts| {
            let table = &parts[0];
            quote!(&(#table)[..])
        });
        let element = self.element_of(expr).unwrap_or(Ty::Unknown);
        let ty = Ty::Slice(Box::new(element));
        let place = self.temp_place("table", ty, Init::Inert(slice), expr.span());
        self.sites.insert(place, format!("{}.table", site(expr)));
        Some(Path::of(place))
    }
}

/// Whether an expression is a constant or a static, as far as its case tells: a sequence, since nothing else of a constant
/// has these methods.
fn is_constant(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(expr) => is_constant(&expr.expr),
        syn::Expr::Group(expr) => is_constant(&expr.expr),
        syn::Expr::Reference(expr) => is_constant(&expr.expr),
        syn::Expr::Index(expr) => is_constant(&expr.expr),
        syn::Expr::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
        }),
        _ => false,
    }
}
