//! Programs as text: one statement a line, for tests, debug dumps and the verifier's messages.
//!
//! Unsound programs are printed too: they are what the verifier speaks of.
//! Structs are destructured and enums matched exhaustively, so that an addition to the grammar asks its question here.

#[cfg(test)]
mod programs;
mod stmts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Write as _};

use proc_macro2::{Ident, TokenStream};

use super::{
    Arg, Block, Call, Callee, CopyHow, Expr, Float, Inert, Init, Lit, Path, Proj, Role, Saved, StoreOp, Tree,
    Ty, Var, VarInfo, Vars,
};
use crate::rules::Syntax;

#[cfg(test)]
pub(crate) use self::programs::{adjoint, explained, function, pushforward};

/// One block.
pub(crate) fn block(vars: &Vars, block: &Block) -> String {
    let mut p = Printer::new(vars);
    p.stmts(block);
    p.out
}

/// One expression, on variables whose names need not be unique.
pub(crate) fn expr(vars: &Vars, expr: &Expr) -> String {
    Printer::new(vars).expr(expr)
}

/// The printed name of every variable: the user's or the hint, numbered from its second bearer on.
fn names(vars: &Vars) -> Vec<String> {
    let taken: BTreeSet<&str> = vars.0.iter().map(|info| info.name.as_str()).collect();
    let mut bearers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut given = BTreeSet::new();
    vars.0
        .iter()
        .map(
            |VarInfo {
                 name,
                 named: _,
                 telling: _,
                 span: _,
                 ty: _,
                 role: _,
                 view: _,
                 window: _,
                 mutable: _,
                 cut: _,
                 made_up: _,
                 whole: _,
                 again: _,
             }| {
                let count = bearers.entry(name).or_default();
                let mut text = name.clone();
                while *count > 0 && (taken.contains(text.as_str()) || given.contains(&text)) {
                    text = format!("{name}_{count}");
                    *count += 1;
                }
                *count = (*count).max(1);
                given.insert(text.clone());
                text
            },
        )
        .collect()
}

/// A type as far as the macro knows it.
struct Type<'a>(&'a Ty);

impl Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ty::Float(Float::F64) => f.write_str("f64"),
            Ty::Float(Float::F32) => f.write_str("f32"),
            Ty::Float(Float::Lanes) => f.write_str("lanes"),
            Ty::Float(Float::Param(name) | Float::Alias(name)) => write!(f, "{name}"),
            Ty::Float(Float::Any) => f.write_str("{float}"),
            Ty::Int(Some(name)) => f.write_str(name),
            Ty::Int(None) => f.write_str("{integer}"),
            Ty::Inert => f.write_str("{inert}"),
            Ty::Array(ty, Some(len)) => write!(f, "[{}; {}]", Type(ty), tokens(len)),
            Ty::Array(ty, None) => write!(f, "[{}; _]", Type(ty)),
            Ty::Slice(ty) => write!(f, "[{}]", Type(ty)),
            Ty::Vec(ty) => write!(f, "Vec<{}>", Type(ty)),
            Ty::Tuple(parts) => write!(f, "({})", list(parts, |ty| Type(ty).to_string())),
            Ty::Named(ty) => f.write_str(&tokens(&quote::ToTokens::to_token_stream(ty))),
            Ty::Unknown => f.write_str("_"),
        }
    }
}

fn tokens(tokens: &TokenStream) -> String {
    tokens.to_string().replace('\n', " ")
}

fn list<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

fn sign(op: StoreOp) -> &'static str {
    match op {
        StoreOp::Set => "=",
        StoreOp::Add => "+=",
        StoreOp::Sub => "-=",
    }
}

struct Printer<'a> {
    vars: &'a Vars,
    names: Vec<String>,
    out: String,
    depth: usize,
}

impl<'a> Printer<'a> {
    fn new(vars: &'a Vars) -> Printer<'a> {
        Printer { vars, names: names(vars), out: String::new(), depth: 0 }
    }

    fn line(&mut self, text: impl Display) {
        writeln!(self.out, "{:width$}{text}", "", width = 4 * self.depth).expect("a String takes everything");
    }

    fn nested(&mut self, f: impl FnOnce(&mut Self)) {
        self.depth += 1;
        f(self);
        self.depth -= 1;
    }

    fn braced(&mut self, head: impl Display, block: &Block) {
        self.line(format!("{head} {{"));
        self.nested(|p| p.stmts(block));
    }

    fn var(&self, var: Var) -> String {
        self.names.get(var.0 as usize).cloned().unwrap_or_else(|| format!("?{}", var.0))
    }

    fn ty(&self, var: Var) -> String {
        self.vars.0.get(var.0 as usize).map_or("?".into(), |info| Type(&info.ty).to_string())
    }

    fn tree<T>(&self, tree: &Tree<T>, leaf: impl Fn(&Self, &T) -> String + Copy) -> String {
        match tree {
            Tree::Leaf(value) => leaf(self, value),
            Tree::Tuple(parts) => format!("({})", list(parts, |part| self.tree(part, leaf))),
        }
    }

    fn path(&self, path: &Path) -> String {
        let Path { root, proj } = path;
        proj.iter().fold(self.var(*root), |text, proj| match proj {
            Proj::Index(index) => format!("{text}[{}]", self.expr(index)),
            Proj::Range(lo, hi) => {
                let bound = |bound: &Option<Expr>| bound.as_ref().map_or(String::new(), |b| self.operand(b));
                format!("{text}[{}..{}]", bound(lo), bound(hi))
            }
            Proj::Field(syn::Member::Named(name)) => format!("{text}.{name}"),
            Proj::Field(syn::Member::Unnamed(index)) => format!("{text}.{}", index.index),
            Proj::Payload { variant, member } => {
                format!("({text} as {variant}).{}", quote::ToTokens::to_token_stream(member))
            }
            Proj::Some => format!("{text}?"),
            Proj::Deref => format!("(*{text})"),
        })
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Var(var) => self.var(*var),
            Expr::Lit(Lit { tokens: code, value: _, ty: _, made: _ }) => tokens(code).replace("- ", "-"),
            Expr::Rule(rule, args) => match (rule.syntax, args.as_slice()) {
                (Syntax::Infix(op), [a, b]) => format!("{} {op} {}", self.operand(a), self.operand(b)),
                (Syntax::Prefix(op), [a]) => format!("{op}{}", self.operand(a)),
                (Syntax::Method, [receiver, rest @ ..]) => {
                    format!("{}.{}({})", self.operand(receiver), rule.name, list(rest, |arg| self.expr(arg)))
                }
                _ => format!("{}({})", rule.name, list(args, |arg| self.expr(arg))),
            },
            Expr::Load(path) => self.path(path),
            Expr::Binary(op, a, b) => {
                format!("{} {} {}", self.operand(a), tokens(&quote::quote!(#op)), self.operand(b))
            }
            Expr::Unary(op, a) => format!("{}{}", tokens(&quote::quote!(#op)), self.operand(a)),
            Expr::Cast(a, ty) => format!("{} as {}", self.operand(a), tokens(&quote::quote!(#ty))),
            Expr::Len(path) => format!("{}.len()", self.path(path)),
            Expr::Inert(inert) => self.inert(inert),
            Expr::Stop(a) => format!("stop {}", self.operand(a)),
            Expr::Select(condition, then, otherwise) => format!(
                "if {} {{ {} }} else {{ {} }}",
                self.expr(condition),
                self.expr(then),
                self.expr(otherwise)
            ),
            Expr::Whole(path) => format!("whole {}", self.path(path)),
            Expr::WholeMut(path) => format!("whole mut {}", self.path(path)),
        }
    }

    fn operand(&self, expr: &Expr) -> String {
        match expr {
            Expr::Var(_) | Expr::Load(_) | Expr::Len(_) => self.expr(expr),
            Expr::Lit(lit) if lit.value.is_none_or(|value| value >= 0.0) => self.expr(expr),
            Expr::Rule(rule, _) if rule.syntax == Syntax::Method => self.expr(expr),
            _ => format!("({})", self.expr(expr)),
        }
    }

    fn inert(&self, inert: &Inert) -> String {
        let Inert { code, binds, pure } = inert;
        let binds = list(binds, |(name, value): &(Ident, Expr)| format!("{name} = {}", self.expr(value)));
        let keyword = if *pure { "inert" } else { "effect" };
        match binds.as_str() {
            "" => format!("{keyword} {{ {} }}", tokens(code)),
            binds => format!("{keyword} [{binds}] {{ {} }}", tokens(code)),
        }
    }

    fn init(&self, init: &Init) -> String {
        let items = |items: &[Expr]| list(items, |item| self.expr(item));
        match init {
            Init::Deferred => "deferred".into(),
            Init::List { vec: true, items: values } => format!("vec![{}]", items(values)),
            Init::List { vec: false, items: values } => format!("[{}]", items(values)),
            Init::Repeat { vec, value, len } => {
                format!("{}[{}; {}]", if *vec { "vec!" } else { "" }, self.expr(value), self.expr(len))
            }
            Init::EmptyVec(None) => "Vec::new()".into(),
            Init::EmptyVec(Some(n)) => format!("Vec::with_capacity({})", self.expr(n)),
            Init::Tuple(parts) => format!("({})", items(parts)),
            Init::Struct { path, of: _, fields, base } => {
                let mut fields = list(fields, |(member, value): &(syn::Member, Expr)| {
                    format!("{}: {}", tokens(&quote::quote!(#member)), self.expr(value))
                });
                if let Some(base) = base {
                    write!(fields, ", ..{}", self.path(base)).expect("a String takes everything");
                }
                format!("{} {{ {fields} }}", tokens(&quote::quote!(#path)))
            }
            Init::Copy { from, how } => match how {
                CopyHow::Move => format!("move {}", self.path(from)),
                CopyHow::Clone => format!("{}.clone()", self.path(from)),
                CopyHow::ToVec => format!("{}.to_vec()", self.path(from)),
            },
            Init::Stop(inner) => format!("stop {}", self.init(inner)),
            Init::Zero { like } => format!("zero like {}", self.path(like)),
            Init::Inert(inert) => self.inert(inert),
        }
    }

    fn saved(&self, values: &[Saved]) -> String {
        list(values, |saved| match saved {
            Saved::Value(var) => self.var(*var),
            Saved::Content(var) => format!("content {}", self.var(*var)),
        })
    }

    fn call(&self, call: &Call) -> String {
        let Call { callee, args, results, pullback: _, differentiated, kept: _, fallible: _, order: _ } =
            call;
        let args = list(args, |arg| match arg {
            Arg::Value(value) => self.expr(value),
            Arg::Move(path) => format!("move {}", self.path(path)),
            Arg::Handed(path) => format!("hand {}", self.path(path)),
            Arg::Ref(path) => format!("&{}", self.path(path)),
            Arg::RefMut(path) => format!("&mut {}", self.path(path)),
            Arg::RefValue(value) => format!("&{}", self.operand(value)),
            Arg::RefMutValue(before, after) => {
                format!("&mut {} -> {}", self.operand(before), self.var(*after))
            }
            Arg::Inert(inert) => self.inert(inert),
        });
        let callee = match callee {
            Callee::Function(path) | Callee::Derivative(path) => {
                tokens(&quote::quote!(#path)).replace(' ', "")
            }
            Callee::Method(name, _) => format!(".{name}"),
            Callee::Operator(name) => format!("ops::{name}"),
        };
        let results = self.tree(results, |p, var| p.var(*var));
        format!("{results} = {}{callee}({args})", if *differentiated { "" } else { "undifferentiated " })
    }
}

impl Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Value => "value",
            Role::Place => "place",
            Role::View => "view",
            Role::Mut => "mutable scalar",
            Role::Tape => "tape",
            Role::Pullback => "pullback",
        })
    }
}
