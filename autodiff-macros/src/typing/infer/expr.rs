//! Expressions and statements.

use quote::ToTokens;
use syn::{BinOp, Expr, Stmt};

use super::calls::is_range;
use super::{Infer, Later};
use crate::ir::{Float, Ty};
use crate::lower::{argument_of, array_of, hoisted_block, is_array_macro, list_of};
use crate::typing::term::Term;
use crate::typing::{Variant, part_name, path_type};

impl Infer<'_> {
    pub(super) fn block(&mut self, block: &syn::Block) -> Term {
        self.scoped(|infer| {
            infer.items(&block.stmts);
            infer.statements(&block.stmts)
        })
    }

    fn statements(&mut self, stmts: &[Stmt]) -> Term {
        let mut value = Term::Tuple(Vec::new());
        for (at, stmt) in stmts.iter().enumerate() {
            let last = at + 1 == stmts.len();
            // Lowering takes these in their place.
            if let Some(block) = hoisted_block(stmt, &stmts[at + 1..], self.nodes) {
                let Expr::Block(block) = &*block else { return self.table.fresh() };
                return self.statements(&block.block.stmts);
            }
            match stmt {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expr, semi) => {
                    let given = self.expr(expr);
                    if last {
                        let open = semi.is_none() || diverges(expr);
                        value = if semi.is_none() {
                            given
                        } else if open {
                            self.table.fresh()
                        } else {
                            value
                        };
                    }
                }
                Stmt::Macro(stmt) => {
                    let given = self.macro_call(&stmt.mac);
                    if last && (stmt.semi_token.is_none() || is_panic(&stmt.mac)) {
                        value = given;
                    }
                }
                Stmt::Item(_) => {}
            }
        }
        value
    }

    /// Constants and functions inside of a body.
    fn items(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Item(syn::Item::Const(item)) => {
                    let term = self.written(&item.ty);
                    self.bind(&item.ident, term);
                }
                Stmt::Item(syn::Item::Static(item)) => {
                    let term = self.written(&item.ty);
                    self.bind(&item.ident, term);
                }
                Stmt::Item(syn::Item::Fn(item)) => {
                    let inputs = item.sig.inputs.iter().filter_map(|input| match input {
                        syn::FnArg::Typed(typed) => Some(&*typed.ty),
                        syn::FnArg::Receiver(_) => None,
                    });
                    let generic = !item.sig.generics.params.is_empty();
                    let params: Vec<Term> = inputs
                        .map(|ty| if generic { self.table.fresh() } else { self.written(ty) })
                        .collect();
                    let result = match &item.sig.output {
                        syn::ReturnType::Default => Term::Tuple(Vec::new()),
                        syn::ReturnType::Type(_, ty) if !generic => self.written(ty),
                        syn::ReturnType::Type(..) => self.table.fresh(),
                    };
                    if !generic {
                        self.bind(&item.sig.ident, Term::Function(params, Box::new(result)));
                    }
                }
                _ => {}
            }
        }
    }

    fn local(&mut self, local: &syn::Local) {
        let value = match &local.init {
            None => self.table.fresh(),
            Some(init) => {
                let value = self.expr(&init.expr);
                if let Some((_, otherwise)) = &init.diverge {
                    self.expr(otherwise);
                }
                value
            }
        };
        self.pattern(&local.pat, &value);
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Term {
        let term = self.unnoted(expr);
        self.note(expr, &term);
        term
    }

    fn unnoted(&mut self, expr: &Expr) -> Term {
        match expr {
            Expr::Lit(lit) => self.literal(&lit.lit),
            Expr::Path(path) => self.name(path),
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Reference(inner) => self.expr(&inner.expr),
            Expr::Unary(unary) => {
                let operand = self.expr(&unary.expr);
                let term = match unary.op {
                    syn::UnOp::Neg(_) => match self.table.head(&operand) {
                        Term::Named(of) => {
                            let given = self.types.operator(&of, "Neg", None).unwrap_or(Ty::Unknown);
                            self.table.of(&given)
                        }
                        _ => operand,
                    },
                    syn::UnOp::Deref(_) => self.behind(operand),
                    _ => operand,
                };
                self.note(unary, &term);
                term
            }
            Expr::Binary(binary) => {
                let (value, term) = self.binary(binary);
                self.note(binary, &value);
                term
            }
            Expr::Cast(cast) => {
                self.expr(&cast.expr);
                self.written(&cast.ty)
            }
            Expr::Index(index) => {
                let base = self.expr(&index.expr);
                let at = self.expr(&index.index);
                let range = is_range(&index.index);
                if !range
                    && self.table.element(&base).is_some()
                    && !matches!(self.table.head(&at), Term::Iter(_))
                {
                    self.table.unify(&at, &Term::Int(Some("usize".into())));
                }
                let result = self.table.fresh();
                self.wait(Later::Index { base, range, result: result.clone() });
                self.note(index, &result);
                result
            }
            Expr::Field(field) => {
                let base = self.expr(&field.base);
                let term = self.field(&base, &field.member);
                self.note(field, &term);
                term
            }
            Expr::Tuple(tuple) => Term::Tuple(tuple.elems.iter().map(|elem| self.expr(elem)).collect()),
            Expr::Array(array) => {
                let element = self.list(&array.elems);
                Term::Array(Box::new(element), Some(array.elems.len().to_token_stream()))
            }
            Expr::Repeat(repeat) => {
                let element = self.expr(&repeat.expr);
                self.expr(&repeat.len);
                Term::Array(Box::new(element), Some(repeat.len.to_token_stream()))
            }
            Expr::Struct(literal) => self.structure(literal),
            Expr::Range(range) => {
                let item = self.table.fresh();
                for end in range.start.iter().chain(&range.end) {
                    let end = self.expr(end);
                    self.table.unify(&item, &end);
                }
                Term::Iter(Box::new(item))
            }
            Expr::Assign(assign) => {
                let value = self.expr(&assign.right);
                let target = self.target(&assign.left);
                self.table.unify(&target, &value);
                Term::Tuple(Vec::new())
            }
            Expr::Block(block) => match &block.label {
                None => self.block(&block.block),
                Some(label) => {
                    let result = self.table.fresh();
                    self.breaks.push((Some(label.name.to_string()), false, result.clone()));
                    let value = self.block(&block.block);
                    self.table.unify(&result, &value);
                    self.breaks.pop();
                    self.note(block, &result);
                    result
                }
            },
            Expr::If(branch) => self.branch(branch),
            Expr::Match(choice) => {
                let of = self.expr(&choice.expr);
                let result = self.table.fresh();
                for arm in &choice.arms {
                    let value = self.scoped(|infer| {
                        infer.pattern(&arm.pat, &of);
                        infer.expr(&arm.body)
                    });
                    if !diverges(&arm.body) {
                        self.table.unify(&result, &value);
                    }
                }
                self.note(choice, &result);
                result
            }
            Expr::Let(test) => {
                let of = self.expr(&test.expr);
                self.pattern(&test.pat, &of);
                bool_term()
            }
            Expr::While(repeat) => {
                self.breaks.push((label(&repeat.label), true, Term::Tuple(Vec::new())));
                self.scoped(|infer| {
                    infer.expr(&repeat.cond);
                    infer.block(&repeat.body);
                });
                self.breaks.pop();
                Term::Tuple(Vec::new())
            }
            Expr::Loop(repeat) => {
                let result = self.table.fresh();
                self.breaks.push((label(&repeat.label), true, result.clone()));
                self.block(&repeat.body);
                self.breaks.pop();
                self.note(repeat, &result);
                result
            }
            Expr::ForLoop(repeat) => {
                let of = self.expr(&repeat.expr);
                let item = self.item(&of);
                self.breaks.push((label(&repeat.label), true, Term::Tuple(Vec::new())));
                self.scoped(|infer| {
                    infer.pattern(&repeat.pat, &item);
                    infer.block(&repeat.body);
                });
                self.breaks.pop();
                Term::Tuple(Vec::new())
            }
            Expr::Return(jump) => {
                if let Some(value) = &jump.expr {
                    let value = self.expr(value);
                    if let Some(result) = self.returns.last().cloned() {
                        self.table.unify(&result, &value);
                    }
                }
                self.table.fresh()
            }
            Expr::Break(jump) => {
                let value = match &jump.expr {
                    Some(value) => self.expr(value),
                    None => Term::Tuple(Vec::new()),
                };
                let label = jump.label.as_ref().map(ToString::to_string);
                // Without a label it leaves a loop, not a block.
                let target = self.breaks.iter().rev().find(|(name, is_loop, _)| match &label {
                    None => *is_loop,
                    label => name == label,
                });
                if let Some((_, _, result)) = target.cloned() {
                    self.table.unify(&result, &value);
                }
                self.table.fresh()
            }
            Expr::Try(attempt) => match self.expr(&attempt.expr) {
                Term::Option(payload) => *payload,
                tried => self.may_fail(&tried).unwrap_or_else(|| self.table.fresh()),
            },
            Expr::Closure(closure) => self.closure(closure, None),
            Expr::Call(call) => {
                let term = self.call(call);
                self.note(call, &term);
                term
            }
            Expr::MethodCall(call) => {
                let term = self.method(call);
                self.note(call, &term);
                term
            }
            Expr::Macro(mac) => self.macro_call(&mac.mac),
            _ => self.table.fresh(),
        }
    }

    /// What is assigned to: `_` and patterns of places take anything of their shape.
    fn target(&mut self, left: &Expr) -> Term {
        match left {
            Expr::Infer(_) => self.table.fresh(),
            Expr::Tuple(tuple) => Term::Tuple(tuple.elems.iter().map(|elem| self.target(elem)).collect()),
            left => self.expr(left),
        }
    }

    fn branch(&mut self, branch: &syn::ExprIf) -> Term {
        let result = self.table.fresh();
        let then = self.scoped(|infer| {
            infer.expr(&branch.cond);
            infer.block(&branch.then_branch)
        });
        match &branch.else_branch {
            None => return Term::Tuple(Vec::new()),
            Some((_, otherwise)) => {
                let value = self.expr(otherwise);
                if !diverges(otherwise) {
                    self.table.unify(&result, &value);
                }
            }
        }
        if !branch.then_branch.stmts.last().is_some_and(stmt_diverges) {
            self.table.unify(&result, &then);
        }
        self.note(branch, &result);
        result
    }

    pub(super) fn literal(&mut self, lit: &syn::Lit) -> Term {
        let float = |name: &str| match name {
            "f32" => Some(Term::Float(Float::F32)),
            "f64" => Some(Term::Float(Float::F64)),
            _ => None,
        };
        match lit {
            syn::Lit::Float(lit) => float(lit.suffix()).unwrap_or_else(|| self.table.float()),
            syn::Lit::Int(lit) => match lit.suffix() {
                "" => self.table.int(),
                suffix => float(suffix).unwrap_or_else(|| Term::Int(Some(suffix.into()))),
            },
            syn::Lit::Bool(_) => bool_term(),
            syn::Lit::Char(_) => Term::Int(Some("char".into())),
            syn::Lit::Byte(_) => Term::Int(Some("u8".into())),
            _ => Term::Inert,
        }
    }

    /// What a `Box` holds. References are left out: `*x` of a reference to one is the `Box`, which has the same parts.
    pub(super) fn behind(&mut self, operand: Term) -> Term {
        let Term::Named(of) = self.table.head(&operand) else { return operand };
        let syn::Type::Path(path) = &*of else { return operand };
        match crate::standard::boxed(path) {
            Some(held) if self.types.defined(path).is_none() => self.written(held),
            _ => operand,
        }
    }

    fn list(&mut self, elems: &syn::punctuated::Punctuated<Expr, syn::Token![,]>) -> Term {
        let element = self.table.fresh();
        for elem in elems {
            let value = self.expr(elem);
            self.table.unify(&element, &value);
        }
        element
    }

    fn structure(&mut self, literal: &syn::ExprStruct) -> Term {
        let values = literal.fields.iter().map(|field| (field.member.clone(), self.expr(&field.expr)));
        let values: Vec<(syn::Member, Term)> = values.collect();
        if let Some(rest) = &literal.rest {
            self.expr(rest);
        }
        let variant = self.types.variant(&literal.path, None);
        self.construction(variant, &literal.path, values)
    }

    /// What a constructor makes of values.
    pub(super) fn construction(
        &mut self,
        variant: Option<Variant>,
        path: &syn::Path,
        values: Vec<(syn::Member, Term)>,
    ) -> Term {
        let written = path_type(path.clone());
        let unsaid = variant.is_none() && self.types.lacks_lengths(&written);
        let (of, made) = match unsaid {
            true => {
                let made = self.table.fresh();
                (made.clone(), made)
            }
            false => (self.named(variant.as_ref(), path), self.made(variant.as_ref(), path)),
        };
        let name = variant.map(|variant| variant.name);
        for (member, value) in &values {
            let declared = self.part(&of, name.as_ref(), member);
            self.table.unify(&declared, value);
        }
        if unsaid {
            self.wait(Later::Built { of: written, given: values, result: made.clone() });
        }
        made
    }

    /// The type of which a path names a variant, or which it names itself. It may lack arguments that the path leaves out.
    pub(super) fn named(&mut self, variant: Option<&Variant>, path: &syn::Path) -> Term {
        match variant {
            Some(Variant { of: Some(of), .. }) => Term::Named(Box::new(of.clone())),
            Some(Variant { of: None, .. }) => self.table.fresh(),
            None => Term::Named(Box::new(path_type(path.clone()))),
        }
    }

    /// The type of what a constructor of a variant makes: unknown where the enum may have parameters.
    pub(super) fn made(&mut self, variant: Option<&Variant>, path: &syn::Path) -> Term {
        match variant {
            Some(Variant { of: Some(of), .. }) if !self.types.is_complete(of) => self.table.fresh(),
            variant => self.named(variant, path),
        }
    }

    /// The type of a field, where that of the base is known; else it is found out later.
    pub(super) fn field(&mut self, base: &Term, member: &syn::Member) -> Term {
        self.part(base, None, member)
    }

    /// The same of a field of a variant.
    pub(super) fn part(&mut self, base: &Term, variant: Option<&syn::Ident>, member: &syn::Member) -> Term {
        let (result, variant, member) = (self.table.fresh(), variant.cloned(), member.clone());
        self.wait(Later::Field { base: base.clone(), variant, member, result: result.clone() });
        result
    }

    pub(super) fn conclude_field(
        &mut self,
        base: &Term,
        variant: Option<&syn::Ident>,
        member: &syn::Member,
        result: &Term,
    ) -> bool {
        match (self.table.head(base), member) {
            (Term::Tuple(parts), syn::Member::Unnamed(index)) => {
                if let Some(part) = parts.get(index.index as usize) {
                    self.table.unify(part, result);
                }
            }
            (Term::Named(of), member) => {
                let known = self.types.field(&of, variant, member).filter(|ty| !matches!(ty, Ty::Unknown));
                if let Some(ty) = known {
                    let ty = self.table.of(&ty);
                    self.table.unify(&ty, result);
                    return true;
                }
                self.one_part(&of, &part_name(variant, member), result);
            }
            _ if self.table.is_free(base) => return false,
            _ => {}
        }
        true
    }

    /// A part of a type that is not in sight has one type, wherever it is read.
    fn one_part(&mut self, of: &syn::Type, part: &str, result: &Term) {
        let site = format!("{}{part}", of.to_token_stream());
        match self.found.get(&site).cloned() {
            Some(earlier) => self.table.unify(&earlier, result),
            None => _ = self.found.insert(site, result.clone()),
        }
    }

    pub(super) fn conclude_index(&mut self, base: &Term, range: bool, result: &Term) -> bool {
        match self.table.element(base) {
            Some(element) if range => {
                let slice = Term::Slice(Box::new(element));
                self.table.unify(&slice, result);
            }
            Some(element) => self.table.unify(&element, result),
            None => match self.table.head(base) {
                Term::Named(of) => match self.types.operator(&of, "Index", None) {
                    Some(output) => {
                        let output = self.table.of(&output);
                        self.table.unify(&output, result);
                    }
                    None => self.one_part(&of, "[]", result),
                },
                _ => return !self.table.is_free(base),
            },
        }
        true
    }

    // ---- operators ----

    /// What the operator gives, and what the expression is: they differ for assignments.
    fn binary(&mut self, binary: &syn::ExprBinary) -> (Term, Term) {
        let left = self.expr(&binary.left);
        let right = self.expr(&binary.right);
        match binary.op {
            BinOp::And(_) | BinOp::Or(_) => (bool_term(), bool_term()),
            BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => {
                self.table.unify(&left, &right);
                (bool_term(), bool_term())
            }
            BinOp::Shl(_) | BinOp::Shr(_) => (left.clone(), left),
            BinOp::ShlAssign(_) | BinOp::ShrAssign(_) => (left, Term::Tuple(Vec::new())),
            BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_) => {
                let result = left.clone();
                self.wait(Later::Binary { op: binary.op, left, right, result: result.clone() });
                (result, Term::Tuple(Vec::new()))
            }
            op => {
                let result = self.table.fresh();
                self.wait(Later::Binary { op, left, right, result: result.clone() });
                (result.clone(), result)
            }
        }
    }

    pub(super) fn conclude_binary(&mut self, op: &BinOp, left: &Term, right: &Term, result: &Term) -> bool {
        let number = |infer: &Self, term: &Term| infer.table.is_float(term) || infer.table.is_int(term);
        if number(self, left) && number(self, right) {
            self.table.unify(left, right);
            self.table.unify(left, result);
            return true;
        }
        let Some(name) = trait_of(op) else {
            return !self.table.is_free(left) && !self.table.is_free(right);
        };
        match self.table.head(left) {
            // A number on the left of a type of one's own.
            _ if number(self, left) && matches!(self.table.head(right), Term::Named(_)) => {
                let (left, right) = (self.table.ty(left), self.table.ty(right));
                if let Some(output) = self.types.operator_of_number(&left, name, &right) {
                    let output = self.table.of(&output);
                    self.table.unify(&output, result);
                }
                true
            }
            Term::Named(of) => {
                if self.table.is_free(right) {
                    if let Some(only) = self.types.only_operand(&of, name) {
                        let only = self.table.of(&only);
                        self.table.unify(&only, right);
                    }
                }
                let other = self.table.ty(right);
                match self.types.operator(&of, name, Some(&other)) {
                    Some(output) => {
                        let output = self.table.of(&output);
                        self.table.unify(&output, result);
                        !matches!(other, Ty::Unknown)
                    }
                    None => !self.table.is_free(right),
                }
            }
            _ => !self.table.is_free(left) && !self.table.is_free(right),
        }
    }

    // ---- macros ----

    fn macro_call(&mut self, mac: &syn::Macro) -> Term {
        let name = mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "vec" => {
                let kept = list_of(mac, self.nodes);
                match self.expr(&kept) {
                    Term::Array(element, _) => Term::Vec(element),
                    _ => self.table.fresh(),
                }
            }
            name if is_array_macro(name) => {
                let kept = array_of(mac, self.nodes);
                self.elements_of_rows(&kept);
                self.table.fresh()
            }
            "dbg" => {
                let kept = argument_of(mac, self.nodes);
                self.expr(&kept)
            }
            "matches" => bool_term(),
            "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne"
            | "print" | "println" | "eprint" | "eprintln" => Term::Tuple(Vec::new()),
            "format" => Term::Inert,
            _ => self.table.fresh(),
        }
    }
}

impl Infer<'_> {
    /// What stands in the rows of an array is of one type.
    fn elements_of_rows(&mut self, rows: &Expr) {
        let (element, mut open) = (self.table.fresh(), vec![rows]);
        while let Some(part) = open.pop() {
            match part {
                Expr::Array(row) => open.extend(&row.elems),
                part => {
                    let value = self.expr(part);
                    self.table.unify(&element, &value);
                }
            }
        }
    }
}

pub(super) fn bool_term() -> Term {
    Term::Int(Some("bool".into()))
}

fn label(label: &Option<syn::Label>) -> Option<String> {
    label.as_ref().map(|label| label.name.to_string())
}

/// Whether control does not come out of an expression, as far as its outermost form says.
fn diverges(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Macro(mac) => is_panic(&mac.mac),
        Expr::Block(block) => block.block.stmts.last().is_some_and(stmt_diverges),
        Expr::Paren(inner) => diverges(&inner.expr),
        _ => false,
    }
}

fn stmt_diverges(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(expr, _) => diverges(expr),
        Stmt::Macro(stmt) => is_panic(&stmt.mac),
        _ => false,
    }
}

fn is_panic(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| {
        ["panic", "unreachable", "todo", "unimplemented"].iter().any(|name| last.ident == name)
    })
}

/// The trait of an operator that gives a value.
fn trait_of(op: &BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::Add(_) => "Add",
        BinOp::Sub(_) => "Sub",
        BinOp::Mul(_) => "Mul",
        BinOp::Div(_) => "Div",
        BinOp::Rem(_) => "Rem",
        _ => return None,
    })
}
