//! Inactive code, kept token for token: which of the user's names it mentions, and what they stand for.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::Lower;
use super::env::{Cell, Scope, Value, find, same};
use super::iter::Iter;
use super::stdlib::reads_only;
use crate::ir::{Expr, Inert, Path, Role, StmtKind, Ty, Var};

/// An identifier of a name that may be a raw one.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, span),
        None => Ident::new(name, span),
    }
}

/// How code uses a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Read,
    /// `&mut name`, an assignment, a method that may take `&mut self`.
    Write,
}

/// User's code with what it needs.
pub(crate) struct Captured {
    pub(crate) inert: Inert,
    /// Inactive scalars that it assigns.
    pub(crate) defs: Vec<(Ident, Option<Expr>, Var)>,
    cells: Vec<Cell>,
}

/// The places that code may write to.
pub(crate) fn writes(inert: &Inert) -> Vec<Var> {
    let mut writes = Vec::new();
    for (_, expr) in &inert.binds {
        if let Expr::WholeMut(path) = expr {
            writes.push(path.root);
        }
    }
    writes
}

/// Code made of parts, their bindings merged.
pub(crate) fn combine(parts: &[Inert], make: impl FnOnce(&[TokenStream]) -> TokenStream) -> Inert {
    let (codes, binds, pure) = united(parts);
    Inert { code: make(&codes), binds, pure }
}

/// The code of each part, all their bindings, and whether all are pure.
fn united(parts: &[Inert]) -> (Vec<TokenStream>, Vec<(Ident, Expr)>, bool) {
    let mut binds: Vec<(Ident, Expr)> = Vec::new();
    let mut codes = Vec::new();
    let mut pure = true;
    for part in parts {
        pure &= part.pure;
        let mut code = part.code.clone();
        for (name, expr) in &part.binds {
            match binds.iter().find(|(other, _)| other == name) {
                Some((_, other)) if same_operand(other, expr) => {}
                Some(_) => {
                    // The same name for something else.
                    let mut n = binds.len();
                    let fresh = loop {
                        let fresh = format_ident!("{}_{}", name, n, span = Span::mixed_site());
                        if !binds.iter().any(|(other, _)| *other == fresh) {
                            break fresh;
                        }
                        n += 1;
                    };
                    code = rename(code, name, &fresh);
                    binds.push((fresh, expr.clone()));
                }
                None => binds.push((name.clone(), expr.clone())),
            }
        }
        codes.push(code);
    }
    (codes, binds, pure)
}

fn same_operand(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Whole(a), Expr::Whole(b)) => a.root == b.root && a.proj.is_empty() && b.proj.is_empty(),
        (a, b) => same(a, b),
    }
}

fn rename(tokens: TokenStream, from: &Ident, to: &Ident) -> TokenStream {
    rewrite(tokens, false, &mut |name, _, _| (name == from).then(|| to.to_token_stream()), &mut |_| {})
}

/// Replaces names where they stand for variables; `strings` is told of names in the braces of string literals.
fn rewrite(
    tokens: TokenStream,
    field_start: bool,
    replace: &mut dyn FnMut(&Ident, Use, bool) -> Option<TokenStream>,
    strings: &mut dyn FnMut(Ident),
) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |i: Option<usize>, c: char| {
        i.and_then(|i| tokens.get(i)).is_some_and(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == c))
    };
    let before = |i: usize, n: usize| i.checked_sub(n);
    let mut out = TokenStream::new();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let brace = group.delimiter() == Delimiter::Brace;
                let mut new = Group::new(group.delimiter(), rewrite(group.stream(), brace, replace, strings));
                new.set_span(group.span());
                out.extend([TokenTree::Group(new)]);
            }
            TokenTree::Literal(literal) => {
                for name in captured_names(literal) {
                    strings(name);
                }
                out.extend([token.clone()]);
            }
            TokenTree::Ident(name) => {
                let field = punct(before(i, 1), '.') && !punct(before(i, 2), '.');
                let lifetime = punct(before(i, 1), '\'');
                let path = (punct(before(i, 1), ':') && punct(before(i, 2), ':'))
                    || (punct(Some(i + 1), ':') && punct(Some(i + 2), ':'));
                let mac = punct(Some(i + 1), '!') && !punct(Some(i + 2), '=');
                let first = i == 0 || punct(before(i, 1), ',');
                let label = field_start && first && punct(Some(i + 1), ':') && !punct(Some(i + 2), ':');
                if field || lifetime || path || mac || label {
                    out.extend([token.clone()]);
                    continue;
                }
                let mutable = i >= 2
                    && matches!(&tokens[i - 1], TokenTree::Ident(word) if word == "mut")
                    && punct(before(i, 2), '&');
                let usage = if mutable || is_written(&tokens[i + 1..]) { Use::Write } else { Use::Read };
                let accessed = (punct(Some(i + 1), '.') && !punct(Some(i + 2), '.'))
                    || matches!(tokens.get(i + 1), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Bracket);
                match replace(name, usage, accessed) {
                    Some(new) => out.extend(new),
                    None => out.extend([token.clone()]),
                }
            }
            token => out.extend([token.clone()]),
        }
    }
    out
}

/// Whether what follows a name assigns to it, or calls a method that may take it by `&mut`.
fn is_written(rest: &[TokenTree]) -> bool {
    let is = |i: usize, c: char| matches!(rest.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut i = 0;
    loop {
        match rest.get(i) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => i += 1,
            Some(TokenTree::Punct(p)) if p.as_char() == '.' && !is(i + 1, '.') => match rest.get(i + 1) {
                Some(TokenTree::Ident(name)) => {
                    let called = match rest.get(i + 2) {
                        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
                        Some(TokenTree::Punct(p)) => p.as_char() == ':',
                        _ => false,
                    };
                    if called {
                        return !reads_only(&name.to_string());
                    }
                    i += 2;
                }
                Some(TokenTree::Literal(_)) => i += 2,
                _ => return false,
            },
            Some(TokenTree::Punct(p)) => {
                let c = p.as_char();
                return match c {
                    '=' => !is(i + 1, '=') && !is(i + 1, '>'),
                    '+' | '-' | '*' | '/' | '%' | '^' => is(i + 1, '='),
                    '&' | '|' => is(i + 1, '='),
                    '<' | '>' => is(i + 1, c) && is(i + 2, '='),
                    _ => false,
                };
            }
            _ => return false,
        }
    }
}

/// The names that a format string captures: `{x}`, `{x:.3}`, `{:width$}`.
fn captured_names(literal: &Literal) -> Vec<Ident> {
    let text = literal.to_string();
    if !text.contains('{') || !text.contains('"') {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut word = String::new();
    let mut inside = false;
    let mut push = |word: &mut String| {
        let starts = word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if starts && syn::parse_str::<Ident>(word).is_ok() {
            names.push(Ident::new(word, literal.span()));
        }
        word.clear();
    };
    for c in text.chars() {
        match c {
            '{' => {
                inside = true;
                word.clear();
            }
            '}' => {
                if inside {
                    push(&mut word);
                }
                inside = false;
            }
            c if inside && (c.is_alphanumeric() || c == '_') => word.push(c),
            _ if inside => push(&mut word),
            _ => {}
        }
    }
    names
}

impl Lower<'_> {
    /// A name that no other part of the same code has.
    pub(crate) fn fresh_name(&mut self, hint: &str) -> Ident {
        self.names += 1;
        format_ident!("{}{}", hint, self.names, span = Span::mixed_site())
    }

    /// The names of the environment that code mentions.
    fn mentions(&self, scopes: &[Scope], tokens: &TokenStream) -> Vec<(Ident, Use)> {
        let mut names: Vec<(Ident, Use)> = Vec::new();
        let mut strings = Vec::new();
        rewrite(
            tokens.clone(),
            false,
            &mut |name, usage, _| {
                if find(scopes, name).is_some() {
                    match names.iter_mut().find(|(other, _)| other == name) {
                        Some((_, other)) => *other = usage.max(*other),
                        None => names.push((name.clone(), usage)),
                    }
                }
                None
            },
            &mut |name| strings.push(name),
        );
        for name in strings {
            if find(scopes, &name).is_some() && !names.iter().any(|(other, _)| *other == name) {
                names.push((name, Use::Read));
            }
        }
        names
    }

    /// Whether nothing that the code mentions can be active.
    pub(crate) fn is_inactive(&self, tokens: &TokenStream) -> bool {
        self.is_inactive_in(&self.scopes, tokens)
    }

    pub(crate) fn is_inactive_in(&self, scopes: &[Scope], tokens: &TokenStream) -> bool {
        let mentions = self.mentions(scopes, tokens);
        mentions.iter().all(|(name, _)| find(scopes, name).is_some_and(|value| self.value_is_inactive(value)))
    }

    fn value_is_inactive(&self, value: &Value) -> bool {
        match value {
            Value::Code(..) | Value::Function(_) => true,
            Value::Iter(iter) => matches!(**iter, Iter::Range { .. }),
            Value::Closure(closure) => self.closure_is_inactive(closure),
            Value::Ref { to, .. } => self.value_is_inactive(to),
            Value::Tuple(items) => items.iter().all(|item| self.value_is_inactive(item)),
            Value::Later(_) => false,
            value => !self.ty_of(value).may_be_active(),
        }
    }

    /// Whether code can stand elsewhere as it is: it does not jump out of itself.
    pub(crate) fn can_stand_alone(tokens: &TokenStream) -> bool {
        fn scan(tokens: TokenStream, in_loop: bool) -> bool {
            let mut in_loop = in_loop;
            tokens.into_iter().all(|token| match token {
                TokenTree::Ident(word) => {
                    if word == "for" || word == "while" || word == "loop" {
                        in_loop = true;
                    }
                    word != "return"
                        && word != "await"
                        && word != "yield"
                        && (in_loop || (word != "break" && word != "continue"))
                }
                TokenTree::Punct(punct) => punct.as_char() != '?',
                TokenTree::Group(group) => scan(group.stream(), in_loop),
                TokenTree::Literal(_) => true,
            })
        }
        scan(tokens.clone(), false)
    }

    /// Keeps the user's code; complains about what it cannot do there.
    pub(crate) fn capture(&mut self, tokens: TokenStream, pure: bool, span: Span) -> Option<Captured> {
        if !Self::can_stand_alone(&tokens) {
            self.refuse_at(
                span,
                "a jump out of inactive code is not supported: bind what it computes by a `let` first",
            );
            return None;
        }
        let mut binds: Vec<(Ident, Expr)> = Vec::new();
        let mut prelude = TokenStream::new();
        let mut owned: Vec<(Ident, Ident)> = Vec::new();
        let mut defs = Vec::new();
        let mut cells = Vec::new();
        let mut pending = self.mentions(&self.scopes, &tokens);
        pending.reverse();
        while let Some((name, usage)) = pending.pop() {
            let Some(value) = self.lookup(&name).cloned() else { continue };
            match value {
                Value::Poison | Value::Never | Value::Later(_) => return None,
                Value::Function(_) => {}
                Value::Cell(cell) => {
                    let atom = self.current(cell);
                    if usage == Use::Write {
                        let info = self.cells[cell.0].clone();
                        if info.ty.may_be_active() {
                            self.refuse(&name, format!("`{name}` carries a derivative and may be changed here: assign it in a statement of its own"));
                            return None;
                        }
                        let after = self.vars.fresh(info.name, info.ty, Role::Value, info.span);
                        self.vars[after].named = true;
                        defs.push((name.clone(), Some(atom), after));
                        cells.push(cell);
                    } else {
                        binds.push((name, atom));
                    }
                }
                Value::Ref { to, mutable } => {
                    match *to {
                        // A generator of random numbers that is handed on by its name is changed there.
                        Value::Path(path)
                            if self.path_ty(&path).is_scalar()
                                || !mutable
                                || (usage == Use::Read && !matches!(self.path_ty(&path), Ty::Inert)) =>
                        {
                            let scalar = self.path_ty(&path).is_scalar();
                            if scalar && usage == Use::Write && mutable {
                                self.refuse(&name, format!("`{name}` may be changed here: assign through it in a statement of its own"));
                                return None;
                            }
                            if scalar {
                                let atom = self.scalar(Value::Path(path), None, name.span()).0;
                                prelude.extend(quote!(let #name = &#name;));
                                binds.push((name, atom));
                            } else {
                                binds.push((name, Expr::Whole(path)));
                            }
                        }
                        Value::Path(path) => {
                            let expr = self.written_place(&name, path)?;
                            binds.push((name, expr));
                        }
                        Value::Cell(cell) if usage == Use::Write && mutable => {
                            let _ = cell;
                            self.refuse(&name, format!("`{name}` may be changed here: assign through it in a statement of its own"));
                            return None;
                        }
                        to => {
                            let code = self.as_code(to, name.span())?;
                            binds.extend(code.binds);
                            let code = code.code;
                            prelude.extend(quote!(let #name = &#code;));
                        }
                    }
                }
                Value::Path(path) if self.path_ty(&path).is_scalar() => {
                    let atom = self.scalar(Value::Path(path), None, name.span()).0;
                    binds.push((name, atom));
                }
                Value::Path(path) => {
                    let expr = match usage {
                        Use::Write if self.vars[path.root].mutable => self.written_place(&name, path)?,
                        _ => Expr::Whole(path),
                    };
                    // Where the variable itself is meant, not something behind it, a reference has to be followed.
                    let reference = self.fresh_name(&name.to_string());
                    owned.push((name.clone(), reference.clone()));
                    binds.push((name, expr.clone()));
                    binds.push((reference, expr));
                }
                Value::Atom(atom, _) => binds.push((name, atom)),
                Value::Closure(closure) => {
                    let code = self.closure_code(&closure, name.span())?;
                    binds.extend(code.binds);
                    let code = code.code;
                    let mutable = (usage == Use::Write).then(|| quote!(mut));
                    prelude.extend(quote!(let #mutable #name = #code;));
                }
                value => {
                    let code = self.as_code(value, name.span())?;
                    binds.extend(code.binds);
                    let code = code.code;
                    prelude.extend(quote!(let #name = #code;));
                }
            }
        }
        let mut followed: Vec<Ident> = Vec::new();
        let mut direct: Vec<Ident> = Vec::new();
        let mut printed: Vec<Ident> = Vec::new();
        let code = rewrite(
            tokens,
            false,
            &mut |name, _, accessed| match owned.iter().find(|(owner, _)| owner == name) {
                Some((_, reference)) if !accessed => {
                    followed.push(reference.clone());
                    Some(quote!((*#reference)))
                }
                Some(_) => {
                    direct.push(name.clone());
                    None
                }
                None => None,
            },
            &mut |name| printed.push(name),
        );
        direct.append(&mut printed);
        // Both at once would be two references of which one is exclusive: then all uses follow the one.
        let both = |name: &Ident| {
            let reference = owned.iter().find(|(owner, _)| owner == name).map(|(_, reference)| reference);
            reference.is_some_and(|reference| followed.contains(reference)) && direct.contains(name)
        };
        let exclusive: Vec<(Ident, Ident)> = owned
            .iter()
            .filter(|(owner, _)| {
                both(owner) && binds.iter().any(|(n, e)| n == owner && matches!(e, Expr::WholeMut(_)))
            })
            .cloned()
            .collect();
        let code = exclusive.iter().fold(code, |code, (owner, reference)| rename(code, owner, reference));
        direct.retain(|name| !exclusive.iter().any(|(owner, _)| owner == name));
        binds.retain(|(name, _)| {
            match owned.iter().find(|(owner, reference)| owner == name || reference == name) {
                Some((owner, _)) if owner == name => direct.contains(name),
                Some(_) => followed.contains(name),
                None => true,
            }
        });
        let code = if prelude.is_empty() { code } else { quote!({ #prelude #code }) };
        Some(Captured { inert: Inert { code, binds, pure }, defs, cells })
    }

    fn written_place(&mut self, name: &Ident, path: Path) -> Option<Expr> {
        if self.path_ty(&path).may_be_active() {
            self.refuse(
                name,
                format!(
                    "`{name}` carries a derivative and may be changed here by code that is not differentiated"
                ),
            );
            return None;
        }
        self.mark_mutable(&path);
        Some(Expr::WholeMut(path))
    }

    /// Inactive code as a value.
    pub(crate) fn inactive_code(&mut self, tokens: TokenStream, ty: Ty, pure: bool) -> Value {
        let span = syn::spanned::Spanned::span(&tokens);
        let Some(captured) = self.capture(tokens, pure, span) else { return Value::Poison };
        if captured.defs.is_empty() {
            let impure = !captured.inert.pure
                || captured.inert.binds.iter().any(|(_, e)| matches!(e, Expr::WholeMut(_)));
            if impure && ty.is_scalar() {
                return Value::Atom(self.temp("value", ty.clone(), Expr::Inert(captured.inert), span), ty);
            }
            return Value::Code(captured.inert, ty);
        }
        // It assigns variables: a statement that defines its result beside them.
        if !ty.is_scalar() {
            return self.refuse_at(
                span,
                "this changes a variable inside of an expression: do so in a statement of its own",
            );
        }
        let result = self.fresh_name("result");
        let code = captured.inert.code;
        let inert = Inert { code: quote!(#result = #code;), binds: captured.inert.binds, pure: false };
        let var = self.vars.fresh("value", ty.clone(), Role::Value, span);
        let mut defs = captured.defs;
        defs.push((result, None, var));
        self.push_inert(inert, defs, &captured.cells, span);
        Value::Atom(Expr::Var(var), ty)
    }

    /// Inactive code as a statement.
    pub(crate) fn inactive_statement(&mut self, tokens: TokenStream, span: Span) {
        if let Some(captured) = self.capture(tokens, false, span) {
            self.push_inert(captured.inert, captured.defs, &captured.cells, span);
        }
    }

    fn push_inert(
        &mut self,
        inert: Inert,
        defs: Vec<(Ident, Option<Expr>, Var)>,
        cells: &[Cell],
        span: Span,
    ) {
        let writes = writes(&inert);
        for (cell, (_, _, after)) in cells.iter().zip(&defs) {
            self.state.set(*cell, Some(Expr::Var(*after)));
        }
        self.block.push(StmtKind::Inert { inert, defs, writes }, span);
    }

    /// A value as code that yields it.
    pub(crate) fn as_code(&mut self, value: Value, span: Span) -> Option<Inert> {
        let value = self.read(value, span);
        match value {
            Value::Atom(Expr::Lit(lit), _) => {
                let tokens = lit.tokens;
                Some(super::expr::constant(quote!(#tokens)))
            }
            Value::Atom(atom, _) => {
                let name = match &atom {
                    // The user's own name, so that code and complaints read as written.
                    Expr::Var(var) if self.vars[*var].named => {
                        let info = &self.vars[*var];
                        ident(&info.name, info.span)
                    }
                    _ => self.fresh_name("value"),
                };
                Some(Inert { code: name.to_token_stream(), binds: vec![(name, atom)], pure: true })
            }
            Value::Path(path) => {
                let name = self.fresh_name("place");
                Some(Inert { code: quote!((*#name)), binds: vec![(name, Expr::Whole(path))], pure: true })
            }
            Value::Ref { to, mutable } => match *to {
                Value::Path(path) if mutable => {
                    let name = self.fresh_name("place");
                    let expr = self.written_place(&name, path)?;
                    Some(Inert { code: name.to_token_stream(), binds: vec![(name, expr)], pure: false })
                }
                Value::Path(path) => {
                    let name = self.fresh_name("place");
                    Some(Inert {
                        code: name.to_token_stream(),
                        binds: vec![(name, Expr::Whole(path))],
                        pure: true,
                    })
                }
                to => {
                    let inner = self.as_code(to, span)?;
                    Some(combine(&[inner], |parts| {
                        let part = &parts[0];
                        quote!((&#part))
                    }))
                }
            },
            Value::Tuple(items) => {
                let mut parts = Vec::new();
                for item in items {
                    parts.push(self.as_code(item, span)?);
                }
                Some(combine(&parts, |parts| quote!((#(#parts,)*))))
            }
            Value::Code(inert, _) => Some(inert),
            Value::Init(init, ty) => {
                let place = self.temp_place("temporary", ty, *init, span);
                self.as_code(Value::Path(Path::of(place)), span)
            }
            Value::Iter(iter) => {
                match *iter {
                    Iter::Range { lo, hi, inclusive, .. } => {
                        let lo = self.as_code(Value::Atom(lo, Ty::Int(None)), span)?;
                        match hi {
                            Some(hi) => {
                                let hi = self.as_code(Value::Atom(hi, Ty::Int(None)), span)?;
                                let dots = if inclusive { quote!(..=) } else { quote!(..) };
                                Some(combine(&[lo, hi], |parts| {
                                    let (lo, hi) = (&parts[0], &parts[1]);
                                    quote!((#lo #dots #hi))
                                }))
                            }
                            None => Some(combine(&[lo], |parts| {
                                let lo = &parts[0];
                                quote!((#lo..))
                            })),
                        }
                    }
                    _ => {
                        self.refuse_at(span, "an iterator cannot be handed to code that is not differentiated: collect it first");
                        None
                    }
                }
            }
            Value::Closure(closure) => self.closure_code(&closure, span),
            Value::Maybe { some, value } => {
                let some = self.as_code(Value::Atom(some, Ty::bool()), span)?;
                if self.ty_of(&value).may_be_active() {
                    self.refuse_at(span, "an `Option` of an active value is supported in `match`, `if let`, `unwrap` and the like only");
                    return None;
                }
                let value = self.as_code(*value, span)?;
                Some(combine(&[some, value], |parts| {
                    let (some, value) = (&parts[0], &parts[1]);
                    quote!((if #some { Some(#value) } else { None }))
                }))
            }
            Value::Cell(_) | Value::Later(_) | Value::Poison | Value::Never => None,
            Value::Function(_) => {
                self.refuse_at(span, "a function cannot be handed over here: call it");
                None
            }
        }
    }
}
