//! Operators: on floats by the rule table, on integers and booleans as they stand, on other types as calls.

mod unary;

use proc_macro2::Span;
use syn::BinOp;
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::loops::{is_assignment, never_panics};
use crate::diag::source;
use crate::ir::{Arg, Call, Callee, Expr, Float, Path, Role, StmtKind, StoreOp, Tree, Ty, build};
use crate::rules::table::operator;

/// The runtime's name of an operator.
fn op_name(op: &BinOp) -> Option<(&'static str, &'static str)> {
    Some(match op {
        BinOp::Add(_) | BinOp::AddAssign(_) => ("+", "add"),
        BinOp::Sub(_) | BinOp::SubAssign(_) => ("-", "sub"),
        BinOp::Mul(_) | BinOp::MulAssign(_) => ("*", "mul"),
        BinOp::Div(_) | BinOp::DivAssign(_) => ("/", "div"),
        BinOp::Rem(_) | BinOp::RemAssign(_) => ("%", "rem"),
        _ => return None,
    })
}

/// The trait of an operator: `Mul` of `mul`.
pub(crate) fn operator_trait(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

/// The operator behind a compound assignment.
fn plain_op(op: &BinOp) -> BinOp {
    match op {
        BinOp::AddAssign(t) => BinOp::Add(syn::Token![+](t.spans[0])),
        BinOp::SubAssign(t) => BinOp::Sub(syn::Token![-](t.spans[0])),
        BinOp::MulAssign(t) => BinOp::Mul(syn::Token![*](t.spans[0])),
        BinOp::DivAssign(t) => BinOp::Div(syn::Token![/](t.spans[0])),
        BinOp::RemAssign(t) => BinOp::Rem(syn::Token![%](t.spans[0])),
        BinOp::BitXorAssign(t) => BinOp::BitXor(syn::Token![^](t.spans[0])),
        BinOp::BitAndAssign(t) => BinOp::BitAnd(syn::Token![&](t.spans[0])),
        BinOp::BitOrAssign(t) => BinOp::BitOr(syn::Token![|](t.spans[0])),
        BinOp::ShlAssign(t) => BinOp::Shl(syn::Token![<<]([t.spans[0], t.spans[1]])),
        BinOp::ShrAssign(t) => BinOp::Shr(syn::Token![>>]([t.spans[0], t.spans[1]])),
        op => *op,
    }
}

/// Whether code is something of a type's own: `Matrix4::identity()`, `DVec3::X`, or a method of such.
fn is_made_by_a_type(code: &proc_macro2::TokenStream) -> bool {
    fn starts_with_a_type(expr: &syn::Expr) -> bool {
        match expr {
            syn::Expr::Paren(inner) => starts_with_a_type(&inner.expr),
            syn::Expr::Group(inner) => starts_with_a_type(&inner.expr),
            syn::Expr::Reference(inner) => starts_with_a_type(&inner.expr),
            syn::Expr::Unary(inner) => starts_with_a_type(&inner.expr),
            syn::Expr::Binary(inner) => starts_with_a_type(&inner.left) || starts_with_a_type(&inner.right),
            syn::Expr::MethodCall(call) => starts_with_a_type(&call.receiver),
            syn::Expr::Call(call) => starts_with_a_type(&call.func),
            syn::Expr::Path(path) => crate::ir::owner(&path.path)
                .is_some_and(|owner| owner.to_string().contains(char::is_lowercase)),
            _ => false,
        }
    }
    syn::parse2(code.clone()).is_ok_and(|expr| starts_with_a_type(&expr))
}

fn is_comparison(op: &BinOp) -> bool {
    matches!(op, BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_))
}

impl Lower<'_> {
    pub(crate) fn lower_binary(&mut self, expr: &syn::ExprBinary, want: Option<&Ty>) -> Value {
        let span = expr.op.span();
        if is_assignment(&expr.op) {
            return self.lower_compound(expr);
        }
        if matches!(expr.op, BinOp::And(_) | BinOp::Or(_)) {
            return self.short_circuit(expr);
        }
        let comparison = is_comparison(&expr.op);
        // What later code was found to need of the result.
        let learned = self.facts.get(&site(expr)).cloned();
        let want = want.or(learned.as_ref());
        let hint = if comparison { None } else { want.filter(|ty| ty.is_scalar()) };
        // Of two operands a literal or constant takes the type of the other.
        let left = self.operand(&expr.left, hint);
        let left = self.hold(left);
        let at = self.block.stmts.len();
        let left_ty = self.ty_of(&left);
        let right_hint = match &left_ty {
            ty if ty.is_scalar() && !is_shift(&expr.op) => {
                // What meets a float may be a matrix, unless the result is to be a float.
                (comparison || hint.is_some() || matches!(ty, Ty::Int(_))).then_some(&left_ty)
            }
            _ => hint,
        };
        let right = self.operand(&expr.right, right_hint);
        let left = self.as_it_was(left, at, span);
        if matches!(left, Value::Never) || matches!(right, Value::Never) {
            return Value::Never;
        }
        if matches!(left, Value::Poison) || matches!(right, Value::Poison) {
            return Value::Poison;
        }
        let types = (self.ty_of(&left), self.ty_of(&right));
        if self.is_mixed((&expr.left, &types.0), (&expr.right, &types.1), &expr.op) {
            return Value::Poison;
        }
        if comparison {
            return self.compare(expr, left, right, span);
        }
        self.arithmetic(&expr.op, left, right, want, site(expr), span)
    }

    /// Complains of a float beside an integer: so does rustc, of the function itself, and says it again of every derivative.
    fn is_mixed(&mut self, left: (&syn::Expr, &Ty), right: (&syn::Expr, &Ty), op: &BinOp) -> bool {
        let (integer, float) = match (left.1, right.1) {
            (Ty::Int(Some(name)), _) | (_, Ty::Int(Some(name))) if name == "bool" || name == "char" => {
                return false;
            }
            _ if is_shift(op) => return false,
            (Ty::Float(float), Ty::Int(_)) => (right.0, float),
            (Ty::Int(_), Ty::Float(float)) => (left.0, float),
            _ => return false,
        };
        let given = source(integer);
        let name = if matches!(float, Float::F32) { "f32" } else { "f64" };
        let write = match (integer, float) {
            (syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. }), _) if lit.suffix().is_empty() => {
                format!("`{}.0`", lit.base10_digits())
            }
            (_, Float::Param(_)) => "a conversion of it".into(),
            (
                syn::Expr::Path(_)
                | syn::Expr::MethodCall(_)
                | syn::Expr::Field(_)
                | syn::Expr::Call(_)
                | syn::Expr::Index(_)
                | syn::Expr::Paren(_),
                _,
            ) => format!("`{given} as {name}`"),
            _ => format!("`({given}) as {name}`"),
        };
        self.diag.error(integer, format!("`{given}` is an integer and meets a float here: write {write}"));
        true
    }

    /// Fixes the value that an operand has now, before the other one is evaluated.
    fn hold(&mut self, value: Value) -> Value {
        match value {
            Value::Code(inert, ty) if !inert.pure && ty.is_scalar() => {
                let atom = self.temp("value", ty.clone(), Expr::Inert(inert), Span::call_site());
                Value::Atom(atom, ty)
            }
            value => value,
        }
    }

    /// `left op right` of values.
    pub(crate) fn arithmetic(
        &mut self,
        op: &BinOp,
        left: Value,
        right: Value,
        want: Option<&Ty>,
        site: String,
        span: Span,
    ) -> Value {
        let (left, right) = (self.marked(left.peel(), span), self.marked(right.peel(), span));
        let (a, b) = (self.ty_of(&left), self.ty_of(&right));
        let scalar_wanted = want.is_some_and(Ty::is_scalar);
        // An unknown operand beside a known scalar.
        let shift = is_shift(op);
        let (left, right) = match (&a, &b) {
            (Ty::Unknown, ty)
                if ty.is_scalar() && !shift && self.must_be_scalar(&left, ty, scalar_wanted) =>
            {
                let atom = self.scalar(left, Some(ty), span);
                (Value::Atom(atom.0, atom.1), right)
            }
            (ty, Ty::Unknown)
                if ty.is_scalar() && !shift && self.must_be_scalar(&right, ty, scalar_wanted) =>
            {
                let atom = self.scalar(right, Some(ty), span);
                (left, Value::Atom(atom.0, atom.1))
            }
            _ => (left, right),
        };
        // Two constants of unknown type are numbers where a number is wanted.
        let (left, right) = match (left, right, want) {
            (Value::Code(l, Ty::Unknown), Value::Code(r, Ty::Unknown), Some(ty)) if ty.is_scalar() => {
                let l = self.scalar(Value::Code(l, Ty::Unknown), want, span);
                let r = self.scalar(Value::Code(r, Ty::Unknown), want, span);
                (Value::Atom(l.0, l.1), Value::Atom(r.0, r.1))
            }
            (left, right, _) => (left, right),
        };
        let (a, b) = (self.ty_of(&left), self.ty_of(&right));
        match (&a, &b) {
            (Ty::Float(_), Ty::Float(_)) => {
                let (l, _) = self.scalar(left, None, span);
                let (r, _) = self.scalar(right, None, span);
                let Some(rule) = op_name(op).and_then(|(symbol, _)| operator(symbol, 2)) else {
                    return self.refuse_at(span, "this operator is not defined on floats");
                };
                let ty = self.unify(a, b);
                let name = rule.name;
                Value::Atom(self.temp(name, ty.clone(), Expr::Rule(rule, vec![l, r]), span), ty)
            }
            (Ty::Int(_), Ty::Int(_)) => {
                let (l, _) = self.scalar(left, None, span);
                let (r, _) = self.scalar(right, None, span);
                let ty = if shift { a } else { self.unify(a, b) };
                let expr = Expr::Binary(*op, Box::new(l), Box::new(r));
                Value::Atom(self.temp("index", ty.clone(), expr, span), ty)
            }
            _ => self.operator_call(op, left, right, want, site, span),
        }
    }

    /// The type of a number in a field that is marked `#[no_diff]`.
    pub(crate) fn marked_number(&self, path: &Path) -> Option<Ty> {
        let (last, owner) = path.proj.split_last()?;
        let (variant, member) = match last {
            crate::ir::Proj::Field(member) => (None, member),
            crate::ir::Proj::Payload { variant, member } => (Some(variant), member),
            _ => return None,
        };
        let owner = Path { root: path.root, proj: owner.to_vec() };
        let Ty::Named(of) = self.path_ty(&owner) else { return None };
        self.types.marked_number(&of, variant, member)
    }

    /// A number in a field that is marked `#[no_diff]`, as a constant.
    fn marked(&mut self, value: Value, span: Span) -> Value {
        let Value::Path(path) = &value else { return value };
        let Some(ty) = self.marked_number(path) else { return value };
        let hint = self.path_hint(path);
        let number = self.temp(&hint, ty.clone(), Expr::Load(path.clone()), span);
        self.cut(Value::Atom(number, ty), span)
    }

    /// Whether a value of unknown type that meets a scalar of type `other` is a scalar as well.
    fn must_be_scalar(&self, value: &Value, other: &Ty, scalar_wanted: bool) -> bool {
        match value {
            // Constants: a matrix that is a constant item is unheard of. What a type out of sight makes may be one.
            Value::Code(inert, _) => scalar_wanted || !is_made_by_a_type(&inert.code),
            _ => scalar_wanted || matches!(other, Ty::Int(_)),
        }
    }

    /// An operator on values of a type that only rustc knows.
    fn operator_call(
        &mut self,
        op: &BinOp,
        left: Value,
        right: Value,
        want: Option<&Ty>,
        site: String,
        span: Span,
    ) -> Value {
        let inactive = |lower: &Self, value: &Value| {
            matches!(value, Value::Code(..)) || !lower.ty_of(value).may_be_active()
        };
        if inactive(self, &left) && inactive(self, &right) {
            let (l, r) = (self.as_code(left, span), self.as_code(right, span));
            let (Some(l), Some(r)) = (l, r) else { return Value::Poison };
            let ty = want.cloned().unwrap_or(Ty::Unknown);
            let inert = super::inert::combine(&[l, r], |parts| {
                let (l, r) = (&parts[0], &parts[1]);
                quote::quote!((#l) #op (#r))
            });
            return Value::Code(inert, ty);
        }
        let Some((_, name)) = op_name(op) else {
            return self.refuse_at(span, "this operator has no derivative on values of this type");
        };
        let given = match self.ty_of(&left) {
            Ty::Named(of) => {
                let other = self.ty_of(&right);
                self.types.operator(&of, &operator_trait(name), Some(&other))
            }
            _ => None,
        };
        let (Some(l), Some(r)) = (self.operator_arg(left, span), self.operator_arg(right, span)) else {
            return Value::Poison;
        };
        let want = given.as_ref().filter(|ty| !matches!(ty, Ty::Unknown)).or(want);
        self.call(Callee::Operator(name), vec![l, r], want, site, name, span)
    }

    fn operator_arg(&mut self, value: Value, span: Span) -> Option<Arg> {
        match value {
            Value::Atom(atom, _) => Some(Arg::RefValue(atom)),
            Value::Code(inert, ty) => {
                let place = self.temp_place("constant", ty, crate::ir::Init::Inert(inert), span);
                Some(Arg::Ref(Path::of(place)))
            }
            Value::Path(path) => Some(Arg::Ref(path)),
            Value::Init(init, ty) => Some(Arg::Ref(Path::of(self.temp_place("operand", ty, *init, span)))),
            value @ (Value::Poison | Value::Never) => {
                self.give_up(&value);
                None
            }
            _ => {
                self.refuse_at(span, "this operand is not supported");
                None
            }
        }
    }

    /// A call whose result is a tree of fresh variables.
    pub(crate) fn call(
        &mut self,
        callee: Callee,
        args: Vec<Arg>,
        want: Option<&Ty>,
        site: String,
        hint: &str,
        span: Span,
    ) -> Value {
        let args = self.part_ways(args, span);
        let ty = want.cloned().filter(|ty| !matches!(ty, Ty::Unknown));
        let missing = match &callee {
            // The derivative of what may fail says whether there is a result.
            Callee::Function(_) | Callee::Derivative(_) | Callee::Method(..) => match &ty {
                Some(ty) => super::types::option_of(ty).map(|ty| self.types.ty(ty)),
                None => self.facts.get(&format!("{site}?")).cloned(),
            },
            _ => None,
        };
        let fallible = missing.is_some();
        let ty = match missing {
            Some(payload) => Ty::Tuple(vec![payload, Ty::bool()]),
            None => ty.or_else(|| self.facts.get(&site).cloned()).unwrap_or(Ty::Unknown),
        };
        let callee = match callee {
            Callee::Function(path) => {
                Callee::Function(self.types.with_arguments_of(&path, &ty).unwrap_or(path))
            }
            callee => callee,
        };
        let (results, value) = self.results(&ty, hint, &site, span);
        let pullback = self.vars.fresh(format!("{hint}_pullback"), Ty::Unknown, Role::Pullback, span);
        self.block.push(
            StmtKind::Call(Call {
                callee,
                args,
                results,
                pullback,
                differentiated: true,
                kept: Vec::new(),
                fallible,
                order: 0,
            }),
            span,
        );
        for (tuple, place) in std::mem::take(&mut self.lent) {
            self.assign(tuple, Value::Path(place), span);
        }
        match value {
            Value::Tuple(parts) if fallible => match <[Value; 2]>::try_from(parts) {
                Ok([value, Value::Atom(some, _)]) => Value::Maybe { some, value: Box::new(value) },
                _ => Value::Poison,
            },
            value => value,
        }
    }

    fn results(&mut self, ty: &Ty, hint: &str, site: &str, span: Span) -> (Tree<crate::ir::Var>, Value) {
        match ty {
            Ty::Tuple(tys) => {
                let (trees, values) = tys
                    .iter()
                    .enumerate()
                    .map(|(i, ty)| self.results(ty, &format!("{hint}_{i}"), &format!("{site}.{i}"), span))
                    .unzip();
                (Tree::Tuple(trees), Value::Tuple(values))
            }
            ty if ty.is_scalar() => {
                let var = self.vars.fresh(hint, ty.clone(), Role::Value, span);
                (Tree::Leaf(var), Value::Atom(Expr::Var(var), ty.clone()))
            }
            ty => {
                let ty = match ty {
                    Ty::Unknown => self.facts.get(site).cloned().unwrap_or(Ty::Unknown),
                    ty => ty.clone(),
                };
                if ty.is_scalar() || matches!(ty, Ty::Tuple(_)) {
                    return self.results(&ty, hint, site, span);
                }
                let var = self.vars.fresh(hint, ty, Role::Place, span);
                self.sites.insert(var, site.to_string());
                (Tree::Leaf(var), Value::Path(Path::of(var)))
            }
        }
    }

    // ---- comparisons and logic ----

    fn compare(&mut self, expr: &syn::ExprBinary, left: Value, right: Value, span: Span) -> Value {
        // Code says itself whether it is a reference (`name == "ramp"`): the other side is compared as it stands then.
        let as_written = match (&left, &right) {
            (Value::Code(..), Value::Ref { .. }) | (Value::Ref { .. }, Value::Code(..)) => {
                Some((left.clone(), right.clone()))
            }
            _ => None,
        };
        let (left, right) = (left.peel(), right.peel());
        let (a, b) = (self.ty_of(&left), self.ty_of(&right));
        let pair = match (&a, &b) {
            (a, b) if a.is_scalar() && b.is_scalar() => true,
            (a, Ty::Unknown) if a.is_scalar() => true,
            (Ty::Unknown, b) if b.is_scalar() => true,
            _ => false,
        };
        if pair {
            let (l, _) = self.scalar(left, Some(&b), span);
            let (r, _) = self.scalar(right, Some(&a), span);
            let compare = Expr::Binary(expr.op, Box::new(l), Box::new(r));
            return Value::Atom(self.temp("test", Ty::bool(), compare, span), Ty::bool());
        }
        let (left, right) = as_written.unwrap_or((left, right));
        let (Some(l), Some(r)) = (self.as_code(left, span), self.as_code(right, span)) else {
            return Value::Poison;
        };
        let op = expr.op;
        let inert = super::inert::combine(&[l, r], |parts| {
            let (l, r) = (&parts[0], &parts[1]);
            quote::quote!((#l) #op (#r))
        });
        Value::Atom(self.temp("test", Ty::bool(), Expr::Inert(inert), span), Ty::bool())
    }

    fn short_circuit(&mut self, expr: &syn::ExprBinary) -> Value {
        let span = expr.op.span();
        let left = self.condition(&expr.left);
        if never_panics(&expr.right) {
            let right = self.condition(&expr.right);
            let both = Expr::Binary(expr.op, Box::new(left), Box::new(right));
            return Value::Atom(self.temp("test", Ty::bool(), both, span), Ty::bool());
        }
        let and = matches!(expr.op, BinOp::And(_));
        let decided = || Value::Atom(build::boolean(!and), Ty::bool());
        let right = |lower: &mut Self| {
            let right = lower.condition(&expr.right);
            Value::Atom(right, Ty::bool())
        };
        if and {
            self.if_else(left, span, right, |_| decided())
        } else {
            self.if_else(left, span, |_| decided(), right)
        }
    }

    // ---- compound assignment ----

    fn lower_compound(&mut self, expr: &syn::ExprBinary) -> Value {
        let span = expr.op.span();
        // On primitive operands the right one is evaluated first.
        let known = match &*expr.left {
            syn::Expr::Path(_) => {
                let left = self.place(&expr.left);
                Some(self.ty_of(&left)).filter(Ty::is_scalar)
            }
            _ => None,
        };
        let right = self.operand(&expr.right, if is_shift(&expr.op) { None } else { known.as_ref() });
        let right = self.hold(right);
        let left = self.place(&expr.left);
        let types = (self.ty_of(&left), self.ty_of(&right));
        if !self.is_mixed((&expr.left, &types.0), (&expr.right, &types.1), &expr.op) {
            self.compound(&expr.op, left, right, site(expr), span);
        }
        Value::unit()
    }

    pub(crate) fn compound(&mut self, op: &BinOp, left: Value, right: Value, site: String, span: Span) {
        if matches!(right, Value::Poison | Value::Never) || matches!(left, Value::Poison | Value::Never) {
            self.give_up(&left);
            self.give_up(&right);
            return;
        }
        let left = left.peel();
        let ty = self.ty_of(&left);
        let right_ty = self.ty_of(&right);
        let op = plain_op(op);
        if let (Value::Path(path), Ty::Float(_) | Ty::Int(_), BinOp::Add(_) | BinOp::Sub(_)) =
            (&left, &ty, &op)
        {
            let (value, _) = self.scalar(right, Some(&ty), span);
            self.mark_mutable(path);
            let op = if matches!(op, BinOp::Add(_)) { StoreOp::Add } else { StoreOp::Sub };
            self.block.push(StmtKind::Store { path: path.clone(), op, value }, span);
            return;
        }
        let old = self.read(left.clone(), span);
        let right = if ty.is_scalar() && !right_ty.is_scalar() && !is_shift(&op) {
            let (atom, ty) = self.scalar(right, Some(&ty), span);
            Value::Atom(atom, ty)
        } else {
            right
        };
        let want = ty.is_scalar().then_some(&ty);
        let value = self.arithmetic(&op, old, right, want, site, span);
        self.assign(left, value, span);
    }
}

fn is_shift(op: &BinOp) -> bool {
    matches!(op, BinOp::Shl(_) | BinOp::Shr(_) | BinOp::ShlAssign(_) | BinOp::ShrAssign(_))
}

/// A float whose precise type rustc infers.
pub(crate) fn any_float() -> Ty {
    Ty::Float(Float::Any)
}
