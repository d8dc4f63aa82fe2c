//! Code that is kept, with what stands for the names in it.
//!
//! Invariant: a name is bound by value, by `&` or by `&mut` as its variable is used; what carries a derivative is not
//! written to.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::names::{Use, parts_for, rewrite};
use super::{Captured, rename};
use crate::expand::marks::unmarked;
use crate::ir::{Expr, Inert, Path, Role, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;

/// Whether a name is that of a constant in the function, which generated code has by that name as well.
fn is_item(name: &Ident, value: &Value) -> bool {
    let tokens = match value {
        Value::Atom(Expr::Lit(lit), _) => &lit.tokens,
        Value::Code(inert, _) if inert.binds.is_empty() => &inert.code,
        _ => return false,
    };
    matches!(tokens.clone().into_iter().collect::<Vec<_>>()[..], [TokenTree::Ident(ref code)] if code == name)
}

impl Lower<'_> {
    /// Keeps the user's code; complains about what it cannot do there.
    pub(crate) fn capture(&mut self, tokens: TokenStream, pure: bool, span: Span) -> Option<Captured> {
        if !Self::can_stand_alone(&tokens) {
            self.refuse_at(
                span,
                "a jump out of inactive code is not supported: bind what it computes by a `let` first",
            );
            return None;
        }
        self.scopes.push(Vec::new());
        let tokens = self.by_parts(unmarked(tokens));
        let captured = self.captured(tokens, pure);
        self.scopes.pop();
        captured
    }

    /// Tuples of which code reads parts alone are bound part by part: `r.1 < 0.9` does not need what else `r` holds.
    fn by_parts(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens = tokens;
        for (name, _) in self.mentions(&self.scopes, &tokens) {
            let parts = match self.lookup(&name) {
                Some(Value::Tuple(parts)) => parts,
                Some(Value::Ref { to, .. }) => match &**to {
                    Value::Tuple(parts) => parts,
                    _ => continue,
                },
                _ => continue,
            };
            let parts = parts.clone();
            let names: Vec<Ident> = (0..parts.len()).map(|_| self.fresh_name(&format!("{name}_"))).collect();
            if let Some(apart) = parts_for(tokens.clone(), &name, &names) {
                tokens = apart;
                names.iter().zip(parts).for_each(|(name, part)| self.bind(name, part));
            }
        }
        tokens
    }

    fn captured(&mut self, tokens: TokenStream, pure: bool) -> Option<Captured> {
        let mut binds: Vec<(Ident, Expr)> = Vec::new();
        let mut prelude = TokenStream::new();
        let mut owned: Vec<(Ident, Ident)> = Vec::new();
        let mut defs = Vec::new();
        let mut cells = Vec::new();
        let mut pending = self.mentions(&self.scopes, &tokens);
        pending.reverse();
        while let Some((name, usage)) = pending.pop() {
            let Some(value) = self.lookup(&name).cloned() else { continue };
            if is_item(&name, &value) {
                continue;
            }
            match value {
                Value::Poison | Value::Never | Value::Later => return None,
                Value::Function(_) => {}
                Value::Optional { .. } | Value::Cursor { .. } if usage == Use::Write => {
                    self.refuse(
                        &name,
                        format!("`{name}` may be changed here: assign it in a statement of its own"),
                    );
                    return None;
                }
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
                    let text = code.code.to_string();
                    // Another name for a variable would move what is in it.
                    match &code.binds[..] {
                        [(only, atom @ (Expr::Var(_) | Expr::Load(_)))] if *only == text => {
                            binds.push((name, atom.clone()));
                        }
                        _ => {
                            binds.extend(code.binds);
                            let code = code.code;
                            prelude.extend(quote!(let #name = #code;));
                        }
                    }
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

    pub(super) fn written_place(&mut self, name: &Ident, path: Path) -> Option<Expr> {
        if self.path_ty(&path).may_be_active() && !self.is_untyped_constant(&path) {
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
}
