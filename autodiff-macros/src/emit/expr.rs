//! Expressions, with the parentheses that Rust's grammar asks for and no more.

use proc_macro2::{Delimiter, Ident, Literal, Punct, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use super::inference::{is_constant, is_plain_number};
use super::walk;
use super::{Emitter, Form, Moves, types};
use crate::ir::*;
use crate::rules::{self, Syntax};

/// How tightly an expression holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// `if`, `match`, blocks, closures, assignments: in parentheses wherever they are an operand.
    Loose,
    Range,
    Or,
    And,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Cast,
    Unary,
    Postfix,
}

/// What the code of a path is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Itself,
    ByReference,
}

/// Emitted code and how tightly it holds together.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) tokens: TokenStream,
    pub(crate) level: Level,
}

impl Code {
    pub(crate) fn new(tokens: TokenStream, level: Level) -> Code {
        Code { tokens, level }
    }

    pub(crate) fn postfix(tokens: TokenStream) -> Code {
        Code { tokens, level: Level::Postfix }
    }

    /// As an operand where at least `level` is needed.
    pub(crate) fn at(self, level: Level) -> TokenStream {
        let Code { tokens, level: own } = self;
        if own >= level { tokens } else { quote!((#tokens)) }
    }
}

fn binary_level(op: &syn::BinOp) -> Level {
    use syn::BinOp::*;
    match op {
        Mul(_) | Div(_) | Rem(_) => Level::Product,
        Add(_) | Sub(_) => Level::Sum,
        Shl(_) | Shr(_) => Level::Shift,
        BitAnd(_) => Level::BitAnd,
        BitXor(_) => Level::BitXor,
        BitOr(_) => Level::BitOr,
        Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) => Level::Compare,
        And(_) => Level::And,
        Or(_) => Level::Or,
        _ => Level::Loose,
    }
}

fn above(level: Level) -> Level {
    match level {
        Level::Or => Level::And,
        Level::And => Level::Compare,
        Level::Compare => Level::BitOr,
        Level::BitOr => Level::BitXor,
        Level::BitXor => Level::BitAnd,
        Level::BitAnd => Level::Shift,
        Level::Shift => Level::Sum,
        Level::Sum => Level::Product,
        Level::Product => Level::Cast,
        Level::Cast => Level::Unary,
        Level::Loose | Level::Range => Level::Or,
        Level::Unary | Level::Postfix => Level::Postfix,
    }
}

/// An operator as tokens.
pub(super) fn punctuation(op: &str) -> TokenStream {
    let last = op.len() - 1;
    let spacing = |at| if at == last { Spacing::Alone } else { Spacing::Joint };
    op.char_indices().map(|(at, char)| TokenTree::from(Punct::new(char, spacing(at)))).collect()
}

/// How tightly code of the user's holds together.
pub(super) fn level_of(tokens: &TokenStream) -> Level {
    let mut trees = tokens.clone().into_iter();
    if let (Some(TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_)), None) =
        (trees.next(), trees.next())
    {
        return match tokens.clone().into_iter().next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Level::Loose,
            _ => Level::Postfix,
        };
    }
    match syn::parse2::<syn::Expr>(tokens.clone()) {
        Ok(expr) => match expr {
            syn::Expr::Binary(binary) => binary_level(&binary.op),
            syn::Expr::Cast(_) => Level::Cast,
            syn::Expr::Unary(_) | syn::Expr::Reference(_) => Level::Unary,
            syn::Expr::Lit(lit) if lit.to_token_stream().to_string().starts_with('-') => Level::Unary,
            syn::Expr::Range(_) => Level::Range,
            syn::Expr::Array(_)
            | syn::Expr::Call(_)
            | syn::Expr::Field(_)
            | syn::Expr::Group(_)
            | syn::Expr::Index(_)
            | syn::Expr::Lit(_)
            | syn::Expr::Macro(_)
            | syn::Expr::MethodCall(_)
            | syn::Expr::Paren(_)
            | syn::Expr::Path(_)
            | syn::Expr::Repeat(_)
            | syn::Expr::Try(_)
            | syn::Expr::Tuple(_) => Level::Postfix,
            _ => Level::Loose,
        },
        Err(_) => Level::Loose,
    }
}

/// Whether the last operand of code is a cast.
fn ends_in_a_type(tokens: &TokenStream) -> bool {
    let mut cast = false;
    for tree in tokens.clone() {
        cast = match &tree {
            TokenTree::Ident(word) => cast || word == "as",
            TokenTree::Punct(punct) => cast && punct.as_char() == ':',
            TokenTree::Group(_) | TokenTree::Literal(_) => false,
        };
    }
    cast
}

impl Emitter<'_> {
    /// An expression on its own: the right side of a `let`, an argument.
    pub(crate) fn expr(&self, expr: &Expr, want: Option<&Float>) -> TokenStream {
        self.code(expr, want).tokens
    }

    /// A condition of `if` or `while`: struct literals need parentheses there.
    pub(crate) fn condition(&self, expr: &Expr) -> TokenStream {
        let tokens = self.expr(expr, None);
        let brace = |tree: TokenTree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if tokens.clone().into_iter().any(brace) { quote_spanned!(self.span=> (#tokens)) } else { tokens }
    }

    pub(crate) fn code(&self, expr: &Expr, want: Option<&Float>) -> Code {
        match expr {
            Expr::Var(var) => Code::postfix(self.ident(*var).into_token_stream()),
            Expr::Lit(lit) => self.literal(lit, want),
            Expr::Rule(rule, args) => self.rule(rule, args, want),
            Expr::Load(path) => match self.part(path) {
                Some(part) => Code::postfix(part),
                None => self.path(path),
            },
            Expr::Binary(op, a, b) => {
                let float = self.float_of(a).or_else(|| self.float_of(b));
                let (a, b) = (self.code(a, float.as_ref()), self.code(b, float.as_ref()));
                self.infix(op.to_token_stream(), binary_level(op), a, b)
            }
            Expr::Unary(op, a) => {
                let a = self.code(a, want).at(Level::Unary);
                Code::new(quote_spanned!(self.span=> #op #a), Level::Unary)
            }
            // Lanes are of one float.
            Expr::Cast(a, _) if self.float_of(a) == Some(Float::Lanes) => self.code(a, want),
            Expr::Cast(a, ty) => self.cast(a, ty, want),
            Expr::Len(path) => {
                let path = self.receiver(path);
                Code::postfix(quote_spanned!(self.span=> #path.len()))
            }
            Expr::Inert(inert) => self.inert(inert),
            Expr::Stop(a) => self.code(a, want),
            Expr::Select(condition, a, b) => {
                let float = want.cloned().or_else(|| self.float_of(expr));
                let condition = self.condition(condition);
                let (a, b) = (self.expr(a, float.as_ref()), self.expr(b, float.as_ref()));
                Code::new(quote_spanned!(self.span=> if #condition { #a } else { #b }), Level::Loose)
            }
            Expr::Whole(path) => self.whole(path),
            // Among the bindings of verbatim code only, which binds it itself.
            Expr::WholeMut(path) => Code::new(self.reference(path, true), Level::Unary),
        }
    }

    fn infix(&self, op: TokenStream, level: Level, a: Code, b: Code) -> Code {
        // Comparisons do not associate; `a as usize < b` and `1 + a as usize < b` would begin generic arguments.
        let left = match level {
            Level::Compare | Level::Shift if ends_in_a_type(&a.tokens) => Level::Unary,
            Level::Compare => above(level),
            _ => level,
        };
        let (a, b) = (a.at(left), b.at(above(level)));
        Code::new(quote_spanned!(self.span=> #a #op #b), level)
    }

    fn rule(&self, rule: &crate::rules::Rule, args: &[Expr], want: Option<&Float>) -> Code {
        let float = want
            .cloned()
            .or_else(|| args.iter().find_map(|arg| self.float_of(arg)))
            .or_else(|| matches!(self.float, Float::Param(_)).then(|| self.float.clone()));
        let float = float.as_ref();
        if float == Some(&Float::Lanes) {
            if let Some(code) = self.guarded_lanes(rule, args) {
                return code;
            }
        }
        match (rule.syntax, args) {
            (Syntax::Infix(op), [a, b]) => {
                let level = if matches!(op, "+" | "-") { Level::Sum } else { Level::Product };
                let op = punctuation(op);
                if float == Some(&Float::Lanes) {
                    let [x, y] = [a, b].map(|arg| self.operand_float(rule, arg));
                    return self.infix(op, level, self.code(a, x.as_ref()), self.code(b, y.as_ref()));
                }
                self.infix(op, level, self.code(a, float), self.code(b, float))
            }
            (Syntax::Prefix(op), [a]) => {
                let op = punctuation(op);
                let a = self.code(a, float).at(Level::Unary);
                Code::new(quote_spanned!(self.span=> #op #a), Level::Unary)
            }
            (Syntax::Runtime, args) => {
                let runtime = self.runtime;
                let name = Ident::new(rule.name, proc_macro2::Span::mixed_site());
                let args = args.iter().map(|arg| self.expr(arg, float));
                Code::postfix(quote_spanned!(self.span=> #runtime::special::#name(#(#args),*)))
            }
            (_, args) => {
                let name = Ident::new(rule.name, proc_macro2::Span::mixed_site());
                let mut codes = args.iter().enumerate().map(|(at, arg)| match at {
                    0 => self.method_receiver(arg, float),
                    1 if rule.name == "powi" => self.code(arg, None),
                    _ => self.code(arg, float),
                });
                if let Some(of) = self.float_in_doubt(args.first(), rule.name, float) {
                    let args = codes.map(|code| code.tokens);
                    return Code::postfix(quote_spanned!(self.span=> #of::#name(#(#args),*)));
                }
                let receiver = codes.next().map(|code| code.at(Level::Postfix));
                let rest = codes.map(|code| code.tokens);
                Code::postfix(quote_spanned!(self.span=> #receiver.#name(#(#rest),*)))
            }
        }
    }

    /// What has a method, where rustc may not know which float its receiver is: the float, or the trait of all.
    fn float_in_doubt(
        &self,
        receiver: Option<&Expr>,
        name: &str,
        float: Option<&Float>,
    ) -> Option<TokenStream> {
        let receiver = receiver?;
        match float {
            Some(Float::F64 | Float::F32) if self.doubt.has(receiver) => {
                Some(types::float_name(float?).into_token_stream())
            }
            None if !is_constant(receiver) && rules::is_of_trait(name) => {
                let runtime = self.runtime;
                Some(quote_spanned!(self.span=> #runtime::__private::num_traits::Float))
            }
            _ => None,
        }
    }

    /// What a method is called on: a constant needs its type written.
    fn method_receiver(&self, receiver: &Expr, float: Option<&Float>) -> Code {
        let known = float.unwrap_or(&self.float);
        if matches!(known, Float::Param(_)) || !is_constant(receiver) {
            return self.code(receiver, float);
        }
        if let (Expr::Lit(lit), Float::F64 | Float::F32 | Float::Any) = (receiver, known) {
            if let Some(code) = suffixed(lit, known) {
                return code;
            }
        }
        let (value, ty) = (self.code(receiver, float).at(Level::Cast), types::float_name(known));
        Code::new(quote_spanned!(self.span=> #value as #ty), Level::Cast)
    }

    pub(crate) fn literal(&self, lit: &Lit, want: Option<&Float>) -> Code {
        let tokens = &lit.tokens;
        if want == Some(&Float::Lanes) && lit.ty.is_float() && lit.value == Some(0.0) {
            return Code::postfix(self.no_lanes());
        }
        if lit.made && lit.ty.is_float() {
            // Not to be inferred: `lit(2.0) * x` could be any type that multiplies an `x`.
            if let Float::Param(name) = want.unwrap_or(&self.float) {
                let runtime = self.runtime;
                return Code::postfix(quote_spanned!(self.span=> #runtime::__private::lit::<#name>(#tokens)));
            }
        }
        Code::new(tokens.clone(), level_of(tokens))
    }

    /// `operand as T`; a cast that a rule made of an integer takes the float type of its surroundings.
    fn cast(&self, operand: &Expr, ty: &syn::Type, want: Option<&Float>) -> Code {
        let is_f64 = matches!(ty, syn::Type::Path(path) if path.qself.is_none() && path.path.is_ident("f64"));
        let inner = self.code(operand, None).at(Level::Cast);
        match want {
            Some(float @ (Float::F32 | Float::Alias(_))) if is_f64 => {
                let name = types::float_name(float);
                Code::new(quote_spanned!(self.span=> #inner as #name), Level::Cast)
            }
            Some(Float::Param(name)) if is_f64 => {
                let runtime = self.runtime;
                Code::postfix(quote_spanned!(self.span=> #runtime::__private::lit::<#name>(#inner as f64)))
            }
            _ => Code::new(quote_spanned!(self.span=> #inner as #ty), Level::Cast),
        }
    }

    /// A path as a place expression, to read.
    pub(crate) fn path(&self, path: &Path) -> Code {
        self.place(path, false)
    }

    /// A path as a place expression, to write to: payloads of enums are reached by other methods then.
    pub(crate) fn path_mut(&self, path: &Path) -> Code {
        self.place(path, true)
    }

    fn place(&self, path: &Path, mutable: bool) -> Code {
        let (code, shown) = self.shown(path, mutable);
        match shown {
            Shown::Itself => code,
            Shown::ByReference => {
                let base = code.at(Level::Postfix);
                Code::new(quote_spanned!(self.span=> *#base), Level::Unary)
            }
        }
    }

    /// What a path shows, or a reference to it where its last part is one that a method gives.
    fn shown(&self, path: &Path, mutable: bool) -> (Code, Shown) {
        let mut root = path.root;
        let mut proj: Vec<&Proj> = path.proj.iter().collect();
        // A view that is not at hand as a reference is expanded.
        let mut target = &self.vars[root].view;
        while let (false, Some(view)) = (self.is_bound(root), target) {
            root = view.root;
            proj.splice(0..0, &view.proj);
            target = &self.vars[root].view;
        }
        let ident = self.ident(root);
        let mut code = Code::postfix(ident.into_token_stream());
        if proj.is_empty() && self.form(root) != Form::Owned {
            let tokens = code.tokens;
            return (Code::new(quote_spanned!(self.span=> *#tokens), Level::Unary), Shown::Itself);
        }
        let mut shown = if self.form(root) == Form::Owned { Shown::Itself } else { Shown::ByReference };
        for proj in proj {
            let base = code.at(Level::Postfix);
            let before = std::mem::replace(&mut shown, Shown::Itself);
            code = match proj {
                Proj::Index(index) => {
                    let index = self.expr(index, None);
                    Code::postfix(quote_spanned!(self.span=> #base[#index]))
                }
                Proj::Range(lo, hi) => {
                    let bound =
                        |bound: &Option<Expr>| bound.as_ref().map(|e| self.code(e, None).at(Level::Or));
                    let (lo, hi) = (bound(lo), bound(hi));
                    Code::postfix(quote_spanned!(self.span=> #base[#lo..#hi]))
                }
                Proj::Field(member) => Code::postfix(quote_spanned!(self.span=> #base.#member)),
                Proj::Payload { variant, member } => {
                    let (by_ref, by_mut) = crate::derive::accessor(variant, member);
                    let mut method = if mutable { by_mut } else { by_ref };
                    method.set_span(self.span);
                    shown = Shown::ByReference;
                    Code::postfix(quote_spanned!(self.span=> #base.#method()))
                }
                Proj::Some => {
                    let runtime = self.runtime;
                    shown = Shown::ByReference;
                    let base = match (before, mutable) {
                        (Shown::ByReference, _) => base,
                        (Shown::Itself, true) => quote_spanned!(self.span=> &mut #base),
                        (Shown::Itself, false) => quote_spanned!(self.span=> &#base),
                    };
                    let open = Ident::new(if mutable { "some_mut" } else { "some" }, self.span);
                    Code::postfix(quote_spanned!(self.span=> #runtime::__private::#open(#base)))
                }
                Proj::Deref if before == Shown::ByReference => {
                    Code::new(quote_spanned!(self.span=> **#base), Level::Unary)
                }
                Proj::Deref => Code::new(quote_spanned!(self.span=> *#base), Level::Unary),
            };
        }
        (code, shown)
    }

    /// A path as the receiver of a method: the reference itself where the root is one.
    pub(crate) fn receiver(&self, path: &Path) -> TokenStream {
        self.receiver_as(path, false)
    }

    /// The same of a method that changes it.
    pub(crate) fn receiver_mut(&self, path: &Path) -> TokenStream {
        self.receiver_as(path, true)
    }

    fn receiver_as(&self, path: &Path, mutable: bool) -> TokenStream {
        if path.proj.is_empty() && self.is_bound(path.root) {
            return self.ident(path.root).into_token_stream();
        }
        self.shown(path, mutable).0.at(Level::Postfix)
    }

    /// `&path` or `&mut path`.
    pub(crate) fn reference(&self, path: &Path, mutable: bool) -> TokenStream {
        if path.proj.is_empty() && self.is_bound(path.root) {
            let ident = self.ident(path.root);
            match (self.form(path.root), mutable) {
                (Form::Ref, _) => return quote_spanned!(self.span=> #ident),
                (Form::RefMut, true) => return quote_spanned!(self.span=> &mut *#ident),
                (Form::RefMut, false) => return quote_spanned!(self.span=> &*#ident),
                (Form::Owned, _) => {}
            }
        }
        let (path, shown) = self.shown(path, mutable);
        if shown == Shown::ByReference {
            return path.tokens;
        }
        let path = path.at(Level::Unary);
        if mutable { quote_spanned!(self.span=> &mut #path) } else { quote_spanned!(self.span=> &#path) }
    }

    /// A whole aggregate by value: moved where nothing reads it afterwards, otherwise cloned.
    pub(crate) fn whole(&self, path: &Path) -> Code {
        let ty = self.type_of(path);
        let plain = matches!(&ty, Ty::Array(t, _) if t.is_scalar()) || ty.is_scalar();
        let moved = path.proj.is_empty()
            && self.form(path.root) == Form::Owned
            && self.vars[path.root].view.is_none()
            && matches!(&self.moves, Moves::Of(dead) if dead.contains(&path.root));
        if plain || moved {
            return self.path(path);
        }
        let receiver = self.receiver(path);
        // What is owned is no slice, but an array or a `Vec` of which only the elements are known.
        let owned = path.proj.is_empty()
            && self.vars[path.root].role == Role::Place
            && self.form(path.root) == Form::Owned;
        match ty {
            Ty::Slice(_) if !owned && !self.is_buffer(path) => {
                Code::postfix(quote_spanned!(self.span=> #receiver.to_vec()))
            }
            Ty::Slice(_) | Ty::Array(..) | Ty::Vec(_) | Ty::Tuple(_) => {
                Code::postfix(quote_spanned!(self.span=> #receiver.clone()))
            }
            // Behind a reference `clone` might clone the reference.
            _ => {
                let reference = self.reference(path, false);
                Code::postfix(quote_spanned!(self.span=> ::core::clone::Clone::clone(#reference)))
            }
        }
    }

    /// An expression whose type rustc could not tell from a literal alone: the annotation that says it.
    pub(crate) fn annotation(&self, var: Var, init: &Expr) -> TokenStream {
        let ty = self.untold_type(var, init);
        ty.map_or_else(TokenStream::new, |ty| quote_spanned!(self.span=> : #ty))
    }

    /// The type that has to be written, where it has to be.
    pub(super) fn untold_type(&self, var: Var, init: &Expr) -> Option<TokenStream> {
        let ty = match &self.vars[var].ty {
            Ty::Float(Float::Any) => Ty::Float(self.float.clone()),
            ty => ty.clone(),
        };
        let needed = match (&ty, init) {
            (Ty::Float(_), Expr::Inert(_)) => !matches!(self.vars[var].ty, Ty::Float(Float::Any)),
            (Ty::Float(_), _) => self.annotated.contains(&self.flow.class(var)),
            (Ty::Int(Some(name)), Expr::Lit(lit)) => {
                is_plain_number(lit) && !matches!(name.as_str(), "bool" | "char" | "usize" | "i32")
            }
            (Ty::Int(Some(_)), Expr::Inert(_)) => true,
            _ => false,
        };
        needed.then(|| types::written(&ty, self.runtime)).flatten()
    }
}

/// A number as the receiver of a method: its type must be written.
fn suffixed(lit: &Lit, float: &Float) -> Option<Code> {
    with_suffix(lit, if matches!(float, Float::F32) { "f32" } else { "f64" })
}

pub(super) fn with_suffix(lit: &Lit, suffix: &str) -> Option<Code> {
    let text = lit.tokens.to_string();
    let digits = text.trim_start_matches(['-', ' ']);
    let joint = if digits.ends_with('.') { "0_" } else { "_" };
    let literal: Literal = format!("{digits}{joint}{suffix}").parse().ok()?;
    Some(match text.starts_with('-') {
        true => Code::new(quote!(-#literal), Level::Unary),
        false => Code::postfix(quote!(#literal)),
    })
}

/// The variables that an expression reads.
pub(crate) fn reads_of(expr: &Expr) -> Vec<Var> {
    struct Reads(Vec<Var>);
    impl walk::Visitor for Reads {
        fn read(&mut self, var: &mut Var) {
            self.0.push(*var);
        }
        fn write(&mut self, _: &mut Var) {}
        fn path(&mut self, path: &mut Path, _: walk::Access) {
            self.0.push(path.root);
            walk::indices(path, self);
        }
        fn define(&mut self, _: &mut Var) {}
        fn restore(&mut self, _: &mut Var) {}
    }
    let mut reads = Reads(Vec::new());
    walk::expr(&mut expr.clone(), &mut reads);
    reads.0
}
