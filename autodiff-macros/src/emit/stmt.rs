//! Statements without control flow.

use std::borrow::Cow;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::expr::Level;
use super::{Emitter, Form, Moves, TapeKind, inference, types};
use crate::ir::*;
use crate::names;

/// As many statements as a block may have with a `let` of its own for each value. A `let` opens a scope inside of the one
/// before, and rustc's debug information goes down one call for each of them: its stack ends at some thousand.
const SCOPES: usize = 1000;
/// As many values as are declared in one `let` where there are more.
const TOGETHER: usize = 250;

impl Emitter<'_> {
    /// The statements of a block, without braces.
    pub(crate) fn block(&mut self, block: &Block) -> TokenStream {
        let span = self.span;
        let mut tokens = TokenStream::new();
        let many = block.stmts.len() > SCOPES;
        for stmts in block.stmts.chunks(TOGETHER) {
            if many {
                tokens.extend(self.declared(stmts));
            }
            tokens.extend(stmts.iter().map(|stmt| self.stmt(stmt)));
        }
        self.span = span;
        self.moves = Moves::Never;
        tokens
    }

    /// `let (a, mut b, c);` for what some statements define, which are assignments then.
    fn declared(&mut self, stmts: &[Stmt]) -> TokenStream {
        let mut patterns = Vec::new();
        for stmt in stmts {
            let (StmtKind::Let { var, expr } | StmtKind::Mut { var, init: expr }) = &stmt.kind else {
                continue;
            };
            if !self.is_bound(*var) && self.annotation(*var, expr).is_empty() {
                patterns.push(self.pattern(*var));
            }
        }
        if patterns.is_empty() { TokenStream::new() } else { quote!(let (#(#patterns),*,);) }
    }

    fn stmt(&mut self, stmt: &Stmt) -> TokenStream {
        self.span = names::hygienic(stmt.span);
        self.moves = Moves::Of(self.flow.dead_after(stmt));
        match &stmt.kind {
            StmtKind::Let { var, expr } => self.define(*var, expr),
            StmtKind::Mut { var, init } => self.define(*var, init),
            StmtKind::Declare { place, init } => self.declare(*place, init),
            StmtKind::View { var } => self.view(*var),
            StmtKind::Store { path, op, value } => {
                if let Some(update) = self.update_part(path, *op, value) {
                    return update;
                }
                let float = self.store_float(path, value);
                let (path, value) = (self.path_mut(path).tokens, self.code(value, float.as_ref()));
                self.update(path, *op, value, float.as_ref())
            }
            StmtKind::Assign { path, init, slice } => self.assign_whole(path, init, *slice),
            StmtKind::Swap(a, b) => self.swap(a, b),
            StmtKind::Fill { path, value } => {
                let float = self.element_float(path);
                let (path, value) = (self.receiver_mut(path), self.expr(value, float.as_ref()));
                quote_spanned!(self.span=> #path.fill(#value);)
            }
            StmtKind::Push { path, value } => {
                let float = self.element_float(path);
                let (path, value) = (self.receiver_mut(path), self.expr(value, float.as_ref()));
                quote_spanned!(self.span=> #path.push(#value);)
            }
            StmtKind::Call(call) => self.call(call),
            StmtKind::Inert { inert, defs, writes } => self.inert_stmt(inert, defs, writes),
            StmtKind::If { cond, then, otherwise, joins } => self.branch_stmt(cond, then, otherwise, joins),
            StmtKind::Match { scrutinee, arms, joins } => self.match_stmt(scrutinee, arms, joins),
            StmtKind::Loop(l) => self.loop_stmt(l),
            StmtKind::Update { var, op, expr } => {
                let float = self.scalar_float(*var, expr);
                let (ident, value) = (self.ident(*var), self.code(expr, float.as_ref()));
                self.update(quote_spanned!(self.span=> #ident), *op, value, float.as_ref())
            }
            StmtKind::Save { tape, values } => self.save(*tape, values),
            StmtKind::Restore { tape, values } => self.restore(*tape, values),
            StmtKind::Accumulate { to, from } => self.accumulate(to, from),
            StmtKind::Pullback(pullback) => self.pullback(pullback),
            StmtKind::Pushforward(pushforward) => self.pushforward(pushforward),
            StmtKind::Raw(raw) => self.raw(raw),
            // No derivative program has any.
            StmtKind::Mark(_) => TokenStream::new(),
        }
    }

    pub(crate) fn scalar_float(&self, var: Var, expr: &Expr) -> Option<Float> {
        match &self.vars[var].ty {
            Ty::Float(Float::Any) => self.float_of(expr),
            Ty::Float(float) => Some(float.clone()),
            _ => None,
        }
    }

    fn store_float(&self, path: &Path, value: &Expr) -> Option<Float> {
        if self.shows_lanes(path) {
            return Some(Float::Lanes);
        }
        match self.type_of(path) {
            Ty::Float(Float::Any) => self.float_of(value),
            Ty::Float(float) => Some(float),
            Ty::Unknown => self.float_of(value),
            _ => None,
        }
    }

    fn element_float(&self, path: &Path) -> Option<Float> {
        if self.shows_lanes(path) {
            return Some(Float::Lanes);
        }
        match self.type_of(path).element() {
            Ty::Float(Float::Any) => None,
            Ty::Float(float) => Some(float),
            _ => None,
        }
    }

    /// `let var = expr;`, or an assignment where the variable shares the storage of one in scope.
    fn define(&mut self, var: Var, expr: &Expr) -> TokenStream {
        if self.is_bound(var) {
            return self.assign(var, expr);
        }
        let float = self.scalar_float(var, expr);
        let value = self.expr(expr, float.as_ref());
        let annotation = self.annotation(var, expr);
        let pattern = self.pattern(var);
        quote_spanned!(self.span=> let #pattern #annotation = #value;)
    }

    /// An assignment to the storage of `var`: `z += t` where the value is `z + t`.
    pub(crate) fn assign(&self, var: Var, expr: &Expr) -> TokenStream {
        let ident = self.ident(var);
        let float = self.scalar_float(var, expr);
        let own = |e: &Expr| matches!(e, Expr::Var(other) if self.flow.same(*other, var));
        if own(expr) {
            return TokenStream::new();
        }
        let generic = match &float {
            Some(float) => matches!(float, Float::Param(_)),
            None => self.vars[var].ty.is_float() && matches!(self.float, Float::Param(_)),
        };
        match expr {
            Expr::Rule(rule, args) if !generic => {
                if let (crate::rules::Syntax::Infix(op), [a, b]) = (rule.syntax, &args[..]) {
                    if own(a) {
                        let op = super::expr::punctuation(&format!("{op}="));
                        let b = self.expr(b, float.as_ref());
                        return quote_spanned!(self.span=> #ident #op #b;);
                    }
                }
            }
            Expr::Binary(op, a, b) if own(a) => {
                if let Some(op) = compound(op) {
                    let b = self.expr(b, None);
                    return quote_spanned!(self.span=> #ident #op #b;);
                }
            }
            _ => {}
        }
        let value = self.expr(expr, float.as_ref());
        quote_spanned!(self.span=> #ident = #value;)
    }

    fn update(
        &self,
        to: TokenStream,
        op: StoreOp,
        value: super::expr::Code,
        float: Option<&Float>,
    ) -> TokenStream {
        let generic = match float {
            Some(float) => matches!(float, Float::Param(_)),
            None => matches!(self.float, Float::Param(_)),
        };
        match (op, generic) {
            (StoreOp::Set, _) => {
                let value = value.tokens;
                quote_spanned!(self.span=> #to = #value;)
            }
            (StoreOp::Add, false) => {
                let value = value.tokens;
                quote_spanned!(self.span=> #to += #value;)
            }
            (StoreOp::Sub, false) => {
                let value = value.tokens;
                quote_spanned!(self.span=> #to -= #value;)
            }
            (StoreOp::Add, true) => {
                let value = value.at(Level::Product);
                quote_spanned!(self.span=> #to = #to + #value;)
            }
            (StoreOp::Sub, true) => {
                let value = value.at(Level::Product);
                quote_spanned!(self.span=> #to = #to - #value;)
            }
        }
    }

    fn declare(&mut self, place: Var, init: &Init) -> TokenStream {
        let ty = self.vars[place].ty.clone();
        let buffer = self.buffer(&Path::of(place));
        let value = self.init(&self.told(place, init), &ty, buffer);
        // An adjoint or a tangent bears the type of what it belongs to: only the user's own places have the type they are
        // said to, and those of numbers.
        let info = &self.vars[place];
        let open = match init {
            Init::EmptyVec(_) => info.named || info.telling && types::is_of_numbers(&ty),
            Init::Inert(_) => info.named,
            Init::List { vec: _, items } => items.is_empty() && self.vars[place].named,
            _ => false,
        };
        let written = open.then(|| self.written_place(place, &ty)).flatten();
        let constant = self.checked.as_ref().filter(|_| is_of_a_type_of_ones_own(init, &ty));
        let (written, value) = match (written, constant) {
            (Some(ty), Some(constant)) => (Some(super::known::on(&ty, constant, self.runtime)), value),
            (None, Some(constant)) => (None, super::known::value_on(&value, constant, self.runtime)),
            (written, None) => (written, value),
        };
        let annotation = written.map(|ty| quote_spanned!(self.span=> : #ty));
        let pattern = self.pattern(place);
        match init {
            Init::Deferred => quote_spanned!(self.span=> let #pattern;),
            _ => quote_spanned!(self.span=> let #pattern #annotation = #value;),
        }
    }

    /// What a place is filled with, with the types of its numbers where nothing else tells rustc.
    fn told<'a>(&self, place: Var, init: &'a Init) -> Cow<'a, Init> {
        match self.annotated.contains(&self.flow.class(place)) {
            true => Cow::Owned(inference::suffixed(init, &self.vars[place].ty, &self.float)),
            false => Cow::Borrowed(init),
        }
    }

    fn view(&mut self, var: Var) -> TokenStream {
        let Some(target) = self.vars[var].view.clone() else { return TokenStream::new() };
        let mutable = self.vars[var].window && self.vars[var].mutable;
        let value = self.reference(&target, mutable);
        let ident = self.bind(var, if mutable { Form::RefMut } else { Form::Ref });
        quote_spanned!(self.span=> let #ident = #value;)
    }

    fn assign_whole(&mut self, path: &Path, init: &Init, slice: bool) -> TokenStream {
        let ty = self.type_of(path);
        if !slice {
            let init = match path.proj.is_empty() {
                true => self.told(path.root, init),
                false => Cow::Borrowed(init),
            };
            let value = self.init(&init, &ty, self.buffer(path));
            let path = self.path_mut(path).tokens;
            return quote_spanned!(self.span=> #path = #value;);
        }
        let copy = ty.element().is_scalar();
        let from = match init {
            Init::Copy { from, .. } => self.reference(from, false),
            init => {
                let value = self.init(init, &ty, None);
                quote_spanned!(self.span=> &#value)
            }
        };
        let path = self.receiver_mut(path);
        if copy {
            quote_spanned!(self.span=> #path.copy_from_slice(#from);)
        } else {
            quote_spanned!(self.span=> #path.clone_from_slice(#from);)
        }
    }

    fn save(&mut self, tape: Var, values: &[Saved]) -> TokenStream {
        if let (Some(TapeKind::Flat), [Saved::Content(place)]) = (self.tapes.get(&tape), values) {
            let (tape, place) = (self.ident(tape), self.receiver(&Path::of(*place)));
            return quote_spanned!(self.span=> #tape.extend_from_slice(&#place[..]););
        }
        let stack = matches!(self.tapes.get(&tape), Some(TapeKind::Stack | TapeKind::Snapshots) | None);
        let mut parts = values.iter().enumerate().map(|(at, value)| match value {
            Saved::Value(var) => {
                let ident = self.ident(*var);
                quote_spanned!(self.span=> #ident)
            }
            Saved::Content(place) => {
                let path = Path::of(*place);
                let kept = self.pooled.contains(&super::buffers::record(tape, at));
                match self.type_of(&path) {
                    Ty::Slice(_) if kept && !self.is_buffer(&path) => self.copy_of(&path),
                    _ => self.whole(&path).tokens,
                }
            }
        });
        let record = match values.len() {
            1 => parts.next().unwrap_or_default(),
            _ => quote_spanned!(self.span=> (#(#parts),*)),
        };
        let tape = self.ident(tape);
        if stack {
            quote_spanned!(self.span=> #tape.push(#record);)
        } else {
            quote_spanned!(self.span=> #tape = ::core::option::Option::Some(#record);)
        }
    }

    fn restore(&mut self, tape: Var, values: &[Saved]) -> TokenStream {
        if let (Some(TapeKind::Flat), [Saved::Content(place)]) = (self.tapes.get(&tape), values) {
            let (tape, place) = (self.ident(tape), self.receiver(&Path::of(*place)));
            let start = self.local("start");
            return quote_spanned! {self.span=>
                let #start = #tape.len() - #place.len();
                #place.copy_from_slice(&#tape[#start..]);
                #tape.truncate(#start);
            };
        }
        let stack = matches!(self.tapes.get(&tape), Some(TapeKind::Stack | TapeKind::Snapshots) | None);
        let tape = self.ident(tape);
        let (mut patterns, mut back) = (Vec::new(), TokenStream::new());
        for value in values {
            match value {
                Saved::Value(var) => patterns.push(self.pattern(*var)),
                Saved::Content(place) if self.is_bound(*place) => {
                    let name = format!("{}_saved", self.vars[*place].name);
                    let saved = self.local(&name);
                    patterns.push(quote_spanned!(self.span=> #saved));
                    let path = Path::of(*place);
                    back.extend(match self.type_of(&path) {
                        Ty::Slice(_) => {
                            let receiver = self.receiver(&path);
                            quote_spanned!(self.span=> #receiver.clone_from_slice(&#saved);)
                        }
                        _ => {
                            let place = self.path(&path).tokens;
                            quote_spanned!(self.span=> #place = #saved;)
                        }
                    });
                }
                Saved::Content(place) => patterns.push(self.pattern(*place)),
            }
        }
        let pattern = match &patterns[..] {
            [pattern] => pattern.clone(),
            patterns => quote_spanned!(self.span=> (#(#patterns),*)),
        };
        let record = if stack {
            quote_spanned!(self.span=> #tape.pop())
        } else {
            quote_spanned!(self.span=> #tape.take())
        };
        quote_spanned!(self.span=> let ::core::option::Option::Some(#pattern) = #record else { ::core::unreachable!() }; #back)
    }
}

/// `+` to `+=`.
fn compound(op: &syn::BinOp) -> Option<TokenStream> {
    use syn::BinOp::*;
    Some(match op {
        Add(_) => quote!(+=),
        Sub(_) => quote!(-=),
        Mul(_) => quote!(*=),
        Div(_) => quote!(/=),
        Rem(_) => quote!(%=),
        BitXor(_) => quote!(^=),
        BitAnd(_) => quote!(&=),
        BitOr(_) => quote!(|=),
        Shl(_) => quote!(<<=),
        Shr(_) => quote!(>>=),
        _ => return None,
    })
}

/// Whether a place begins with something that no parameter says the type of: see [`super::known`]. What borrows would not live
/// in a call.
fn is_of_a_type_of_ones_own(init: &Init, ty: &Ty) -> bool {
    let borrows = |code: &TokenStream| code.to_string().contains('&');
    let here = match init {
        Init::Inert(inert) => !borrows(&inert.code),
        Init::Struct { .. } => true,
        _ => false,
    };
    here && matches!(ty, Ty::Unknown | Ty::Named(_))
}
