//! A small evaluator of the user's inactive code: the forms that tests need.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::parse::Parser;

use super::value::{Number, Value};
use crate::rules::table;

/// The user's names in a piece of code.
pub(super) type Scope<N> = BTreeMap<String, Value<N>>;

type Result<T, E = String> = std::result::Result<T, E>;

/// Evaluates code as an expression.
pub(super) fn code<N: Number>(code: &TokenStream, scope: &Scope<N>) -> Result<Value<N>> {
    let parsed = syn::parse2::<syn::Expr>(code.clone()).map_err(|e| format!("`{code}`: {e}"))?;
    expr(&parsed, scope)
}

/// Runs code as statements: assignments to names in `scope` take effect there.
pub(super) fn statements<N: Number>(code: &TokenStream, scope: &mut Scope<N>) -> Result<()> {
    let parsed = syn::Block::parse_within.parse2(code.clone()).map_err(|e| format!("`{code}`: {e}"))?;
    for stmt in &parsed {
        match stmt {
            syn::Stmt::Macro(_) => {}
            syn::Stmt::Expr(syn::Expr::Macro(_), _) => {}
            syn::Stmt::Expr(syn::Expr::Assign(assign), _) => {
                let value = expr(&assign.right, scope)?;
                scope.insert(name(&assign.left)?, value);
            }
            syn::Stmt::Expr(syn::Expr::Binary(binary), _) if compound(&binary.op).is_some() => {
                let op = compound(&binary.op).expect("just matched");
                let value = apply(op, &expr(&binary.left, scope)?, &expr(&binary.right, scope)?)?;
                scope.insert(name(&binary.left)?, value);
            }
            syn::Stmt::Expr(other, _) => {
                expr(other, scope)?;
            }
            other => return Err(format!("statement `{}` is not interpreted", quote::quote!(#other))),
        }
    }
    Ok(())
}

/// Matches a pattern; the names it binds go into `scope`.
pub(super) fn matches<N: Number>(pat: &TokenStream, value: &Value<N>, scope: &mut Scope<N>) -> Result<bool> {
    let parsed =
        syn::Pat::parse_multi_with_leading_vert.parse2(pat.clone()).map_err(|e| format!("`{pat}`: {e}"))?;
    pattern(&parsed, value, scope)
}

fn pattern<N: Number>(pat: &syn::Pat, value: &Value<N>, scope: &mut Scope<N>) -> Result<bool> {
    let compare = |bound: &syn::Expr, scope: &Scope<N>| Ok::<_, String>(order(value, &expr(bound, scope)?));
    match pat {
        syn::Pat::Wild(_) => Ok(true),
        syn::Pat::Ident(ident) => {
            if let Some((_, inner)) = &ident.subpat {
                if !pattern(inner, value, scope)? {
                    return Ok(false);
                }
            }
            scope.insert(ident.ident.to_string(), value.clone());
            Ok(true)
        }
        syn::Pat::Lit(lit) => {
            Ok(compare(&syn::Expr::Lit(lit.clone()), scope)? == Some(std::cmp::Ordering::Equal))
        }
        syn::Pat::Range(range) => {
            let above = match &range.start {
                Some(lo) => compare(lo, scope)?.is_some_and(|o| o.is_ge()),
                None => true,
            };
            let below = match (&range.end, &range.limits) {
                (None, _) => true,
                (Some(hi), syn::RangeLimits::Closed(_)) => compare(hi, scope)?.is_some_and(|o| o.is_le()),
                (Some(hi), syn::RangeLimits::HalfOpen(_)) => compare(hi, scope)?.is_some_and(|o| o.is_lt()),
            };
            Ok(above && below)
        }
        syn::Pat::Or(or) => {
            for case in &or.cases {
                if pattern(case, value, scope)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        syn::Pat::Paren(paren) => pattern(&paren.pat, value, scope),
        syn::Pat::Reference(reference) => pattern(&reference.pat, value, scope),
        syn::Pat::Tuple(tuple) => {
            let items = value.list()?;
            for (pat, item) in tuple.elems.iter().zip(items) {
                if !pattern(pat, item, scope)? {
                    return Ok(false);
                }
            }
            Ok(tuple.elems.len() == items.len())
        }
        other => Err(format!("pattern `{}` is not interpreted", quote::quote!(#other))),
    }
}

fn name(place: &syn::Expr) -> Result<String> {
    match place {
        syn::Expr::Path(path) if path.path.get_ident().is_some() => {
            Ok(path.path.segments[0].ident.to_string())
        }
        other => Err(format!("`{}` is not a name", quote::quote!(#other))),
    }
}

fn compound(op: &syn::BinOp) -> Option<&'static str> {
    Some(match op {
        syn::BinOp::AddAssign(_) => "+",
        syn::BinOp::SubAssign(_) => "-",
        syn::BinOp::MulAssign(_) => "*",
        syn::BinOp::DivAssign(_) => "/",
        syn::BinOp::RemAssign(_) => "%",
        syn::BinOp::BitXorAssign(_) => "^",
        syn::BinOp::BitAndAssign(_) => "&",
        syn::BinOp::BitOrAssign(_) => "|",
        _ => return None,
    })
}

fn expr<N: Number>(code: &syn::Expr, scope: &Scope<N>) -> Result<Value<N>> {
    let unknown = || Err(format!("`{}` is not interpreted", quote::quote!(#code)));
    match code {
        syn::Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Int(int) if matches!(int.suffix(), "f64" | "f32") => {
                Ok(Value::Float(N::constant(int.base10_parse().map_err(|e| e.to_string())?)))
            }
            syn::Lit::Int(int) => Ok(Value::Int(int.base10_parse().map_err(|e| e.to_string())?)),
            syn::Lit::Float(float) => {
                Ok(Value::Float(N::constant(float.base10_parse().map_err(|e| e.to_string())?)))
            }
            syn::Lit::Bool(value) => Ok(Value::Bool(value.value)),
            _ => unknown(),
        },
        syn::Expr::Path(path) => {
            let last = path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
            match (path.path.get_ident(), last.as_str()) {
                (Some(name), _) => {
                    scope.get(&name.to_string()).cloned().ok_or_else(|| format!("`{name}` is not in scope"))
                }
                (None, "PI") => Ok(Value::Float(N::constant(std::f64::consts::PI))),
                (None, "E") => Ok(Value::Float(N::constant(std::f64::consts::E))),
                (None, "INFINITY") => Ok(Value::Float(N::constant(f64::INFINITY))),
                (None, "NEG_INFINITY") => Ok(Value::Float(N::constant(f64::NEG_INFINITY))),
                (None, "EPSILON") => Ok(Value::Float(N::constant(f64::EPSILON))),
                (None, "MAX") => Ok(Value::Float(N::constant(f64::MAX))),
                _ => unknown(),
            }
        }
        syn::Expr::Paren(paren) => expr(&paren.expr, scope),
        syn::Expr::Group(group) => expr(&group.expr, scope),
        syn::Expr::Reference(reference) => expr(&reference.expr, scope),
        syn::Expr::Block(block) if block.block.stmts.len() == 1 => match &block.block.stmts[0] {
            syn::Stmt::Expr(inner, None) => expr(inner, scope),
            _ => unknown(),
        },
        syn::Expr::Cast(cast) => {
            let ty = &cast.ty;
            convert(expr(&cast.expr, scope)?, &quote::quote!(#ty).to_string())
        }
        syn::Expr::Unary(unary) => {
            let operand = expr(&unary.expr, scope)?;
            match unary.op {
                syn::UnOp::Deref(_) => Ok(operand),
                ref op => negate(&quote::quote!(#op).to_string(), &operand),
            }
        }
        syn::Expr::Binary(binary) => {
            let op = &binary.op;
            let op = quote::quote!(#op).to_string();
            let left = expr(&binary.left, scope)?;
            match (op.as_str(), &left) {
                ("&&", Value::Bool(false)) | ("||", Value::Bool(true)) => Ok(left),
                _ => apply(&op, &left, &expr(&binary.right, scope)?),
            }
        }
        syn::Expr::Index(index) => {
            let items = expr(&index.expr, scope)?;
            let k = expr(&index.index, scope)?.index()?;
            items.list()?.get(k).cloned().ok_or_else(|| format!("index {k} is out of bounds"))
        }
        syn::Expr::Tuple(tuple) => {
            tuple.elems.iter().map(|e| expr(e, scope)).collect::<Result<_>>().map(Value::List)
        }
        syn::Expr::Array(array) => {
            array.elems.iter().map(|e| expr(e, scope)).collect::<Result<_>>().map(Value::List)
        }
        syn::Expr::If(branch) => {
            let arm = if expr(&branch.cond, scope)?.bool()? {
                Some(&branch.then_branch)
            } else {
                match branch.else_branch.as_ref().map(|(_, e)| &**e) {
                    Some(syn::Expr::Block(block)) => Some(&block.block),
                    Some(other) => return expr(other, scope),
                    None => None,
                }
            };
            match arm.map(|block| block.stmts.as_slice()) {
                Some([syn::Stmt::Expr(value, None)]) => expr(value, scope),
                _ => unknown(),
            }
        }
        syn::Expr::MethodCall(call) => {
            let receiver = expr(&call.receiver, scope)?;
            let args = call.args.iter().map(|arg| expr(arg, scope)).collect::<Result<Vec<_>>>()?;
            method(&call.method.to_string(), receiver, &args).unwrap_or_else(unknown)
        }
        // `usize::min(a, b)`
        syn::Expr::Call(call) if matches!(&*call.func, syn::Expr::Path(path) if path.path.segments.len() == 2) =>
        {
            let syn::Expr::Path(path) = &*call.func else { return unknown() };
            let mut args = call.args.iter().map(|arg| expr(arg, scope)).collect::<Result<Vec<_>>>()?;
            if args.is_empty() {
                return unknown();
            }
            let receiver = args.remove(0);
            method(&path.path.segments[1].ident.to_string(), receiver, &args).unwrap_or_else(unknown)
        }
        syn::Expr::Macro(mac) if mac.mac.path.segments.last().is_some_and(|last| last.ident == "matches") => {
            let parser = |input: syn::parse::ParseStream| {
                let value: syn::Expr = input.parse()?;
                input.parse::<syn::Token![,]>()?;
                Ok((value, syn::Pat::parse_multi_with_leading_vert(input)?))
            };
            let (value, pat) = parser.parse2(mac.mac.tokens.clone()).map_err(|e| e.to_string())?;
            pattern(&pat, &expr(&value, scope)?, &mut scope.clone()).map(Value::Bool)
        }
        _ => unknown(),
    }
}

fn method<N: Number>(name: &str, receiver: Value<N>, args: &[Value<N>]) -> Option<Result<Value<N>>> {
    Some(Ok(match (name, &receiver, args) {
        ("clone" | "to_owned" | "to_vec", _, []) => receiver,
        ("len", Value::List(items), []) => Value::Int(items.len() as i64),
        ("is_empty", Value::List(items), []) => Value::Bool(items.is_empty()),
        ("min", Value::Int(a), [Value::Int(b)]) => Value::Int(*a.min(b)),
        ("max", Value::Int(a), [Value::Int(b)]) => Value::Int(*a.max(b)),
        ("abs_diff", Value::Int(a), [Value::Int(b)]) => Value::Int((a - b).abs()),
        ("saturating_sub", Value::Int(a), [Value::Int(b)]) => Value::Int((a - b).max(0)),
        // On the values of tests nothing wraps that is read.
        ("wrapping_sub", Value::Int(a), [Value::Int(b)]) => Value::Int(a - b),
        ("div_ceil", Value::Int(a), [Value::Int(b)]) => Value::Int((a + b - 1) / b),
        // An ordering is an integer here.
        ("total_cmp", Value::Float(a), [Value::Float(b)]) => {
            Value::Int(a.value().total_cmp(&b.value()) as i64)
        }
        ("is_le", Value::Int(a), []) => Value::Bool(*a <= 0),
        ("is_gt", Value::Int(a), []) => Value::Bool(*a > 0),
        ("abs", Value::Int(a), []) => Value::Int(a.abs()),
        ("pow", Value::Int(a), [Value::Int(b)]) => Value::Int(a.pow(*b as u32)),
        ("is_nan", Value::Float(a), []) => Value::Bool(a.value().is_nan()),
        ("is_finite", Value::Float(a), []) => Value::Bool(a.value().is_finite()),
        ("is_sign_negative", Value::Float(a), []) => Value::Bool(a.value().is_sign_negative()),
        (name, Value::Float(a), args) => {
            let mut operands = vec![*a];
            for arg in args {
                operands.push(match arg {
                    Value::Int(n) => N::constant(*n as f64),
                    other => match other.float() {
                        Ok(value) => value,
                        Err(e) => return Some(Err(e)),
                    },
                });
            }
            let rule = table::method(name, operands.len())?;
            Value::Float(N::apply(rule, &operands))
        }
        _ => return None,
    }))
}

/// `value as ty`
pub(super) fn convert<N: Number>(value: Value<N>, ty: &str) -> Result<Value<N>> {
    let wrap = |n: i64| match ty {
        "u8" => i64::from(n as u8),
        "i8" => i64::from(n as i8),
        "u16" => i64::from(n as u16),
        "i16" => i64::from(n as i16),
        "u32" => i64::from(n as u32),
        "i32" => i64::from(n as i32),
        _ => n,
    };
    let float = matches!(ty, "f64" | "f32");
    Ok(match value {
        Value::Float(_) if float => value,
        Value::Int(n) if float => Value::Float(N::constant(n as f64)),
        Value::Float(x) if ty.starts_with('u') => Value::Int(x.value().clamp(0.0, i64::MAX as f64) as i64),
        Value::Float(x) => Value::Int(x.value() as i64),
        Value::Int(n) => Value::Int(wrap(n)),
        Value::Bool(b) => Value::Int(i64::from(b)),
        other => return Err(format!("{other:?} as {ty}")),
    })
}

pub(super) fn negate<N: Number>(op: &str, operand: &Value<N>) -> Result<Value<N>> {
    Ok(match (op, operand) {
        ("-", Value::Int(n)) => Value::Int(-n),
        ("-", Value::Float(x)) => Value::Float(N::apply(table::rule("neg"), &[*x])),
        ("!", Value::Bool(b)) => Value::Bool(!b),
        ("!", Value::Int(n)) => Value::Int(!n),
        _ => return Err(format!("{op}{operand:?}")),
    })
}

fn order<N: Number>(a: &Value<N>, b: &Value<N>) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.value().partial_cmp(&b.value()),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

pub(super) fn apply<N: Number>(op: &str, a: &Value<N>, b: &Value<N>) -> Result<Value<N>> {
    let wrong = || format!("{a:?} {op} {b:?}");
    match op {
        "==" => return Ok(Value::Bool(order(a, b).is_some_and(|o| o.is_eq()))),
        "!=" => return Ok(Value::Bool(order(a, b).is_none_or(|o| o.is_ne()))),
        "<" => return Ok(Value::Bool(order(a, b).is_some_and(|o| o.is_lt()))),
        "<=" => return Ok(Value::Bool(order(a, b).is_some_and(|o| o.is_le()))),
        ">" => return Ok(Value::Bool(order(a, b).is_some_and(|o| o.is_gt()))),
        ">=" => return Ok(Value::Bool(order(a, b).is_some_and(|o| o.is_ge()))),
        _ => {}
    }
    Ok(match (a, b) {
        (Value::Int(x), Value::Int(y)) => Value::Int(
            match op {
                "+" => x.checked_add(*y),
                "-" => x.checked_sub(*y),
                "*" => x.checked_mul(*y),
                "/" => x.checked_div(*y),
                "%" => x.checked_rem(*y),
                "&" => Some(x & y),
                "|" => Some(x | y),
                "^" => Some(x ^ y),
                "<<" => x.checked_shl(*y as u32),
                ">>" => x.checked_shr(*y as u32),
                _ => None,
            }
            .ok_or_else(wrong)?,
        ),
        (Value::Bool(x), Value::Bool(y)) => Value::Bool(match op {
            "&&" | "&" => *x && *y,
            "||" | "|" => *x || *y,
            "^" => x ^ y,
            _ => return Err(wrong()),
        }),
        (Value::Float(x), Value::Float(y)) => {
            Value::Float(N::apply(table::operator(op, 2).ok_or_else(wrong)?, &[*x, *y]))
        }
        _ => return Err(wrong()),
    })
}
