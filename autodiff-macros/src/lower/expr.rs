//! Expressions: the dispatch, names, literals, references, aggregates.

mod aggregate;
mod operand;
mod order;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::iter::Iter;
use super::start::start;
use crate::ir::{Expr, Inert, Lit, Path, Proj, Role, Ty, build};

impl Lower<'_> {
    /// An expression's value. `want`: its type, where the context knows it.
    pub(crate) fn expr(&mut self, expr: &syn::Expr, want: Option<&Ty>) -> Value {
        let learned = self.facts.get(&site(expr)).cloned();
        let want = match want {
            Some(ty) if !matches!(ty, Ty::Unknown) => Some(ty),
            _ => learned.as_ref(),
        };
        let open = self.parts.len();
        let value = self.checkpointed(super::block::attributes(expr), expr, |lower| {
            let value = lower.unread(expr, want);
            lower.read(value, start(expr))
        });
        self.close_parts(open, &value, expr);
        if let Value::Path(Path { root, proj }) = &value {
            let info = &self.vars[*root];
            if proj.is_empty() && !info.named && info.role == Role::Place && !self.sites.contains_key(root) {
                self.sites.insert(*root, site(expr));
            }
        }
        value
    }

    /// An expression whose value an operation takes.
    pub(crate) fn operand(&mut self, expr: &syn::Expr, want: Option<&Ty>) -> Value {
        self.depth += 1;
        let value = self.expr(expr, want);
        self.depth -= 1;
        value
    }

    /// An expression where a place may stand: variables, elements and fields are not read.
    pub(crate) fn place(&mut self, expr: &syn::Expr) -> Value {
        self.depth += 1;
        let value = match expr {
            syn::Expr::Path(_) | syn::Expr::Index(_) | syn::Expr::Field(_) | syn::Expr::Unary(_) => {
                self.unread(expr, None)
            }
            syn::Expr::Paren(expr) => self.place(&expr.expr),
            syn::Expr::Group(expr) => self.place(&expr.expr),
            expr => self.expr(expr, None),
        };
        self.depth -= 1;
        value
    }

    fn unread(&mut self, expr: &syn::Expr, want: Option<&Ty>) -> Value {
        use syn::Expr as E;
        if self.dead() {
            return Value::Never;
        }
        match expr {
            E::Lit(lit) => self.literal(&lit.lit, want),
            E::Path(path) => self.name(path, want),
            E::Paren(paren) => self.expr(&paren.expr, want),
            E::Group(group) => self.expr(&group.expr, want),
            E::Binary(binary) => self.lower_binary(binary, want),
            E::Unary(unary) => self.lower_unary(unary, want),
            E::Cast(cast) => self.lower_cast(cast),
            E::Index(index) => self.lower_index(index),
            E::Field(field) => {
                let base = self.place(&field.base);
                self.project(base, Proj::Field(field.member.clone()), field.member.span())
            }
            E::Reference(reference) => self.lower_reference(reference, want),
            E::Assign(assign) => self.lower_assign(assign),
            E::Tuple(tuple) => self.lower_tuple(tuple, want),
            E::Array(array) => self.list(false, array.elems.iter(), want, array.bracket_token.span.join()),
            E::Repeat(repeat) => self.repeat(false, &repeat.expr, &repeat.len, want, repeat.semi_token.span),
            E::Struct(literal) => self.lower_struct(literal, want),
            E::Range(range) => self.lower_range(range),
            E::Block(block) if block.label.is_some() => self.lower_labelled(block, want),
            E::Block(block) => self.block(&block.block, want, false),
            E::If(branch) => self.lower_if(branch, want, false, None),
            E::Match(branch) => self.lower_match(branch, want, false, None),
            E::While(expr) => self.lower_while(expr),
            E::Loop(expr) => self.lower_forever(expr, want),
            E::ForLoop(expr) => self.lower_for(expr),
            E::Return(jump) => self.lower_return(jump),
            E::Break(jump) => self.lower_break(jump),
            E::Continue(jump) => self.lower_continue(jump),
            E::Closure(closure) => self.lower_closure(closure),
            E::Call(call) => self.lower_call(call, want),
            E::MethodCall(call) => self.lower_method(call, want),
            E::Macro(expr) => self.lower_macro(&expr.mac, want),
            E::Const(block) => {
                Value::Code(constant(block.to_token_stream()), want.cloned().unwrap_or(Ty::Unknown))
            }
            E::Let(expr) => self
                .refuse(expr.let_token, "`let` in this position is not supported: use `if let` or `match`"),
            E::Try(expr) => self.lower_try(expr, want, None),
            E::Unsafe(expr) => self.refuse(
                expr.unsafe_token,
                "`unsafe` code cannot be differentiated: write it with safe indexing, or put it into a function whose derivative is given (`#[differentiate(partials(x = …))]`)",
            ),
            E::Async(expr) => self.refuse(expr.async_token, "`async` code cannot be differentiated"),
            E::Await(expr) => self.refuse(expr.await_token, "`.await` cannot be differentiated"),
            E::RawAddr(expr) => self.refuse(expr, "a raw pointer cannot be differentiated: use a reference"),
            E::Yield(expr) => self.refuse(expr, "`yield` cannot be differentiated"),
            E::TryBlock(expr) => self.refuse(expr, "`try` blocks are not supported"),
            other => self.refuse(other, "this syntax is not supported by `#[differentiate]`"),
        }
    }

    // ---- names and literals ----

    fn literal(&mut self, lit: &syn::Lit, want: Option<&Ty>) -> Value {
        let tokens = lit.to_token_stream();
        let (value, ty) = match lit {
            syn::Lit::Float(lit) => {
                let ty = match (lit.suffix(), want) {
                    ("f32", _) => Ty::Float(crate::ir::Float::F32),
                    ("f64", _) => Ty::f64(),
                    (_, Some(ty @ Ty::Float(_))) => ty.clone(),
                    _ => Ty::Float(crate::ir::Float::Any),
                };
                (lit.base10_parse::<f64>().ok(), ty)
            }
            syn::Lit::Int(lit) if matches!(lit.suffix(), "f32" | "f64") => {
                let float = if lit.suffix() == "f32" { crate::ir::Float::F32 } else { crate::ir::Float::F64 };
                (lit.base10_digits().parse().ok(), Ty::Float(float))
            }
            syn::Lit::Int(lit) => {
                let ty = match (lit.suffix(), want) {
                    ("f64", _) => Ty::f64(),
                    ("f32", _) => Ty::Float(crate::ir::Float::F32),
                    ("", Some(ty @ Ty::Int(_))) => ty.clone(),
                    ("", _) => Ty::Int(None),
                    (suffix, _) => Ty::Int(Some(suffix.into())),
                };
                (lit.base10_parse::<u64>().ok().map(|value| value as f64), ty)
            }
            syn::Lit::Bool(lit) => (Some(f64::from(lit.value)), Ty::bool()),
            syn::Lit::Char(_) => (None, Ty::Int(Some("char".into()))),
            syn::Lit::Byte(_) => (None, Ty::Int(Some("u8".into()))),
            _ => return Value::Code(constant(tokens), Ty::Inert),
        };
        Value::Atom(Expr::Lit(Lit { tokens, value, ty: ty.clone(), made: false }), ty)
    }

    fn name(&mut self, expr: &syn::ExprPath, want: Option<&Ty>) -> Value {
        if expr.qself.is_none() {
            if let Some(name) = expr.path.get_ident() {
                if let Some(value) = self.lookup(name) {
                    return value.clone();
                }
            }
        }
        if !matches!(want, Some(Ty::Inert)) && super::matching::names_none(&expr.path) {
            return Value::nothing();
        }
        let tokens = expr.to_token_stream();
        let (ty, value) = match (self.constant(&expr.path, want), want) {
            ((Ty::Unknown, None), Some(ty @ Ty::Named(_)))
                if self.types.variant(&expr.path, want).is_some() =>
            {
                (ty.clone(), None)
            }
            (known, _) => known,
        };
        if ty.is_scalar() {
            return Value::Atom(Expr::Lit(Lit { tokens, value, ty: ty.clone(), made: false }), ty);
        }
        Value::Code(constant(tokens), ty)
    }

    /// What the type of a constant must be, and its number where that is known.
    fn constant(&self, path: &syn::Path, want: Option<&Ty>) -> (Ty, Option<f64>) {
        let number = well_known(path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        for (segment, name) in path.segments.iter().zip(&names).take(names.len().saturating_sub(1)) {
            match name.as_str() {
                "f64" => return (Ty::f64(), number),
                "f32" => return (Ty::Float(crate::ir::Float::F32), number),
                name if crate::standard::is_integer(name) => return (Ty::Int(Some(name.into())), number),
                _ if self.types.is_float_param(&segment.ident) => {
                    return (Ty::Float(crate::ir::Float::Param(segment.ident.clone())), number);
                }
                _ => {}
            }
        }
        match (self.types.constant(path), want) {
            (Some(known), _) => known,
            (None, Some(ty)) if ty.is_scalar() => (ty.clone(), number),
            _ => (Ty::Unknown, number),
        }
    }

    // ---- references and parts ----

    fn lower_reference(&mut self, expr: &syn::ExprReference, want: Option<&Ty>) -> Value {
        let mutable = expr.mutability.is_some();
        let span = expr.and_token.span;
        let value = match &*expr.expr {
            part @ (syn::Expr::Path(_) | syn::Expr::Index(_) | syn::Expr::Field(_) | syn::Expr::Unary(_)) => {
                self.place(part)
            }
            other => self.expr(other, want),
        };
        let value = match value {
            Value::Init(init, ty) => {
                let place = self.temp_place("temporary", ty, *init, span);
                self.vars[place].mutable = mutable;
                Value::Path(Path::of(place))
            }
            value @ Value::Ref { .. } => value,
            // What has no size has no place but behind its reference. (Of a constant, or of what a call gives, there is a place.)
            Value::Code(inert, ty) if !mutable && !inert.is_constant() && is_window_of_name(&expr.expr) => {
                let inert = super::inert::combine(&[inert], |parts| {
                    let window = &parts[0];
                    quote!(&#window)
                });
                Value::Code(inert, ty)
            }
            value if mutable => {
                if let Value::Path(path) = &value {
                    self.mark_mutable(path);
                }
                value
            }
            value => self.read(value, span),
        };
        value.reference(mutable)
    }

    pub(crate) fn mark_mutable(&mut self, path: &Path) {
        let root = self.vars.root(path);
        self.vars[root].mutable = true;
        self.vars[path.root].mutable = true;
    }

    /// A part of a value, a reference to it where the value is one (as patterns bind).
    pub(crate) fn part(&mut self, value: Value, proj: Proj, span: Span) -> Value {
        match value {
            Value::Ref { to, mutable } => match self.part(*to, proj, span) {
                value @ Value::Ref { .. } => value,
                value => value.reference(mutable),
            },
            value => self.project(value, proj, span),
        }
    }

    /// The element of a window at a place that is written down, as an element of what the window shows.
    fn in_window(&mut self, path: &Path, proj: &Proj, span: Span) -> Option<Path> {
        let Proj::Index(at) = proj else { return None };
        let at = build::value_of(at)? as i64;
        let mut shown = match (&self.vars[path.root].view, path.proj.is_empty()) {
            (Some(view), true) => view.clone(),
            _ => path.clone(),
        };
        let Some(Proj::Range(Some(lo), Some(Expr::Var(hi)))) = shown.proj.pop() else { return None };
        let width = *self.windows.get(&hi)?;
        if at >= width {
            return None;
        }
        let at = if at == 0 { lo } else { self.int_op("+", lo, build::int(at), span) };
        Some(shown.with(Proj::Index(at)))
    }

    /// A part of a value: references are followed.
    pub(crate) fn project(&mut self, value: Value, proj: Proj, span: Span) -> Value {
        match value {
            Value::Ref { to, .. } => self.project(*to, proj, span),
            Value::Path(path) => Value::Path(match self.in_window(&path, &proj, span) {
                Some(element) => element,
                None => {
                    let part = path.with(proj);
                    let ty = self.path_ty(&part);
                    if !ty.may_be_active() && !self.is_constant(&part) {
                        self.vars.note_inactive(&part, ty);
                    }
                    part
                }
            }),
            Value::Tuple(mut items) => match &proj {
                Proj::Field(syn::Member::Unnamed(index)) if (index.index as usize) < items.len() => {
                    items.swap_remove(index.index as usize)
                }
                _ => self.refuse_at(span, "a tuple has no such part"),
            },
            Value::Record(parts, _) => match &proj {
                Proj::Field(member) => match parts.into_iter().find(|(name, _)| name == member) {
                    Some((_, part)) => part,
                    None => self.refuse_at(span, "this struct has no such part"),
                },
                _ => self.refuse_at(span, "this struct has no such part"),
            },
            Value::Init(init, ty) => {
                let place = self.temp_place("temporary", ty, *init, span);
                Value::Path(Path::of(place).with(proj))
            }
            Value::Code(mut inert, ty) => {
                if let Proj::Payload { variant, member } = &proj {
                    let (code, (accessor, _)) =
                        (std::mem::take(&mut inert.code), crate::derive::accessor(variant, member));
                    inert.code = quote!((*(#code).#accessor()));
                    return Value::Code(inert, Ty::Unknown);
                }
                if let Proj::Some = &proj {
                    let (code, runtime) = (std::mem::take(&mut inert.code), &self.request.runtime);
                    inert.code = quote!((*#runtime::__private::some(&#code)));
                    return Value::Code(inert, Ty::Unknown);
                }
                let part = self.code_part(&mut inert, &proj);
                let code = std::mem::take(&mut inert.code);
                inert.code = quote!(#code #part);
                let ty = match proj {
                    Proj::Index(_) => ty.element(),
                    Proj::Range(..) => match ty {
                        Ty::Array(t, _) | Ty::Vec(t) => Ty::Slice(t),
                        ty => ty,
                    },
                    _ if matches!(ty, Ty::Inert) => Ty::Inert,
                    _ => Ty::Unknown,
                };
                Value::Code(inert, ty)
            }
            Value::Atom(atom, _) => {
                let name = proc_macro2::Ident::new("value", Span::mixed_site());
                let inert = Inert { code: name.to_token_stream(), binds: vec![(name, atom)], pure: true };
                self.project(Value::Code(inert, Ty::Inert), proj, span)
            }
            Value::Cell(cell) => {
                let value = self.read(Value::Cell(cell), span);
                self.project(value, proj, span)
            }
            Value::Later | Value::Poison => Value::Poison,
            Value::Never => Value::Never,
            Value::Closure(_) | Value::Function(_) => self.refuse_at(span, "a function has no parts"),
            Value::Cursor { .. } => self.refuse_at(span, "an iterator has no parts: collect it first"),
            Value::Iter(iter) => match (&*iter, &proj) {
                (Iter::Range { lo, ty, .. }, Proj::Field(syn::Member::Named(name))) if name == "start" => {
                    Value::Atom(lo.clone(), self.end_ty(lo, ty))
                }
                (Iter::Range { hi: Some(hi), ty, .. }, Proj::Field(syn::Member::Named(name)))
                    if name == "end" =>
                {
                    Value::Atom(hi.clone(), self.end_ty(hi, ty))
                }
                _ => self.refuse_at(span, "an iterator has no parts: collect it first"),
            },
            Value::Maybe { .. } | Value::Optional { .. } => {
                self.refuse_at(span, "an `Option` has no parts: use `match`, `if let` or `unwrap`")
            }
        }
    }

    /// A projection as code, its operands bound.
    fn code_part(&mut self, inert: &mut Inert, proj: &Proj) -> TokenStream {
        let mut operand = |expr: &Expr| match expr {
            Expr::Lit(lit) => lit.tokens.clone(),
            expr => {
                let name = quote::format_ident!("index{}", inert.binds.len(), span = Span::mixed_site());
                inert.binds.push((name.clone(), expr.clone()));
                name.to_token_stream()
            }
        };
        match proj {
            Proj::Index(index) => {
                let index = operand(index);
                quote!([#index])
            }
            Proj::Range(lo, hi) => {
                let lo = lo.as_ref().map(&mut operand);
                let hi = hi.as_ref().map(&mut operand);
                quote!([#lo..#hi])
            }
            Proj::Field(member) => quote!(.#member),
            Proj::Payload { .. } | Proj::Some | Proj::Deref => TokenStream::new(),
        }
    }
}

/// A constant, as code.
pub(crate) fn constant(code: TokenStream) -> Inert {
    Inert { code, binds: Vec::new(), pure: true }
}

/// Whether it is `x[a..b]` of a name.
fn is_window_of_name(expr: &syn::Expr) -> bool {
    matches!(expr, syn::Expr::Index(index)
        if crate::typing::infer::is_range(&index.index) && matches!(*index.expr, syn::Expr::Path(_)))
}

/// The values of constants that everyone knows.
fn well_known(path: &syn::Path) -> Option<f64> {
    use std::f64::consts as c;
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let value = match names.as_slice() {
        [.., "f64", "consts", name] | ["consts", name] => match *name {
            "PI" => c::PI,
            "TAU" => c::TAU,
            "E" => c::E,
            "LN_2" => c::LN_2,
            "LN_10" => c::LN_10,
            "SQRT_2" => c::SQRT_2,
            "FRAC_PI_2" => c::FRAC_PI_2,
            "FRAC_PI_4" => c::FRAC_PI_4,
            "FRAC_1_SQRT_2" => c::FRAC_1_SQRT_2,
            "FRAC_1_PI" => c::FRAC_1_PI,
            "FRAC_2_SQRT_PI" => c::FRAC_2_SQRT_PI,
            _ => return None,
        },
        _ => return None,
    };
    Some(value)
}
