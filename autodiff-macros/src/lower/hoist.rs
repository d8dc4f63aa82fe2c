//! Jumps out of operands: `x * if c { return y } else { z }` is bound by `let`s first, operand by operand, so that jumps
//! stand where statements do. Evaluation order is kept.

use std::borrow::Cow;
use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Stmt, parse_quote};

use super::facts::Nodes;
use super::jump::{may_jump, may_return, mentions_word};
use super::macros::{list_tokens, parse_list};

/// The statement with its operands bound first, where one of them jumps, and what follows it: once for all who ask.
pub(crate) fn hoisted_block(stmt: &Stmt, rest: &[Stmt], nodes: &Nodes) -> Option<Rc<Expr>> {
    if !may_jump(&stmt.to_token_stream()) {
        return None;
    }
    let mut stmts = hoisted(stmt)?;
    Some(nodes.keep(stmt, || {
        stmts.extend(rest.iter().filter(|stmt| !matches!(stmt, Stmt::Item(_))).cloned());
        Expr::Block(syn::ExprBlock {
            attrs: Vec::new(),
            label: None,
            block: syn::Block { brace_token: Default::default(), stmts },
        })
    }))
}

/// The statements that take the place of `stmt`, if something in it jumps where no statement stands.
fn hoisted(stmt: &Stmt) -> Option<Vec<Stmt>> {
    let mut hoist = Hoist { before: Vec::new(), prefix: prefix(stmt) };
    let mut stmt = stmt.clone();
    let changed = match &mut stmt {
        Stmt::Local(local) => match &mut local.init {
            Some(init) => hoist.inside(&mut init.expr),
            None => false,
        },
        Stmt::Expr(expr, _) => hoist.inside(expr),
        Stmt::Macro(_) | Stmt::Item(_) => false,
    };
    if !changed {
        return None;
    }
    hoist.before.push(stmt);
    Some(hoist.before)
}

/// The block with braces around the arms of its `match`es that jump from within an operand, and the elements of `vec!`s bound
/// where one jumps: a jump stands where statements do.
///
/// ```text
/// _ => x * if c { return y } else { z }   ⇒   _ => { x * if c { return y } else { z } }
/// vec![x, if c { return y } else { z }]   ⇒   { let element0 = x; let element1 = …; vec![element0, element1] }
/// ```
pub(crate) fn jumps_in_blocks(block: &syn::Block) -> Cow<'_, syn::Block> {
    struct Jumping;
    impl VisitMut for Jumping {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            visit_mut::visit_expr_mut(self, expr);
            if let Expr::Macro(mac) = expr {
                if let Some(block) = self.bound(&mac.mac) {
                    *expr = block;
                }
            }
        }

        fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
            visit_mut::visit_stmt_mut(self, stmt);
            if let Stmt::Macro(syn::StmtMacro { mac, semi_token, .. }) = stmt {
                if let Some(block) = self.bound(mac) {
                    *stmt = Stmt::Expr(block, *semi_token);
                }
            }
        }

        fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
            visit_mut::visit_arm_mut(self, arm);
            let stands = matches!(
                *arm.body,
                Expr::Block(_)
                    | Expr::Return(_)
                    | Expr::Break(_)
                    | Expr::Continue(_)
                    | Expr::If(_)
                    | Expr::Match(_)
            );
            if !stands && jumps(&arm.body) {
                let body = &arm.body;
                *arm.body = parse_quote!({ #body });
            }
        }
    }
    impl Jumping {
        /// A `vec!` with the elements bound up to the last that jumps.
        fn bound(&mut self, mac: &syn::Macro) -> Option<Expr> {
            if !(mac.path.is_ident("vec") && may_jump(&mac.tokens)) {
                return None;
            }
            let mut list = parse_list(mac.tokens.clone());
            self.visit_expr_mut(&mut list);
            let mut hoist = Hoist { before: Vec::new(), prefix: "element".into() };
            if !hoist.inside(&mut list) {
                return None;
            }
            let (before, path, list) = (hoist.before, &mac.path, list_tokens(&list));
            Some(parse_quote!({ #(#before)* #path![#list] }))
        }
    }
    let tokens = block.to_token_stream();
    let holds = |word| mentions_word(tokens.clone(), word);
    if !((holds("match") || holds("vec")) && may_jump(&tokens)) {
        return Cow::Borrowed(block);
    }
    let mut block = block.clone();
    Jumping.visit_block_mut(&mut block);
    Cow::Owned(block)
}

struct Hoist {
    before: Vec<Stmt>,
    /// Of the names of operands.
    prefix: String,
}

/// What the names of operands start with: those of an operand's own operands do not hide its neighbours.
fn prefix(stmt: &Stmt) -> String {
    match stmt {
        Stmt::Local(syn::Local { pat: syn::Pat::Ident(pat), .. })
            if pat.ident.to_string().starts_with("operand") =>
        {
            format!("{}_", pat.ident)
        }
        _ => "operand".into(),
    }
}

impl Hoist {
    /// Hoists the operands of an expression up to the last that jumps.
    fn inside(&mut self, expr: &mut Expr) -> bool {
        match expr {
            Expr::Paren(e) => return self.inside(&mut e.expr),
            Expr::Group(e) => return self.inside(&mut e.expr),
            _ => {}
        }
        let receives = matches!(expr, Expr::MethodCall(_));
        let mut operands = operands(expr);
        let Some(last) = operands.iter().rposition(|operand| jumps(operand)) else { return false };
        // A receiver may be borrowed, and stays where it is then. One that the arguments write to is not.
        let stays = receives
            && !jumps(operands[0])
            && !operands.iter().take(last + 1).skip(1).any(|argument| writes_to(argument, operands[0]));
        for (at, operand) in operands.iter_mut().take(last + 1).enumerate() {
            if at == 0 && stays {
                continue;
            }
            let place = matches!(**operand, Expr::Field(_) | Expr::Index(_) | Expr::Path(_));
            if matches!(**operand, Expr::Lit(_)) || (place && at == 0 && last > 0 && is_receiver(operand)) {
                continue;
            }
            let name = format!("{}{}", self.prefix, self.before.len());
            let name = proc_macro2::Ident::new(&name, proc_macro2::Span::mixed_site());
            let value = std::mem::replace(&mut **operand, parse_quote!(#name));
            self.before.push(parse_quote!(let #name = #value;));
        }
        true
    }
}

/// Whether an operand may be read in place though what follows it jumps: an upper-case constant is never written.
fn is_receiver(operand: &Expr) -> bool {
    let name = operand.to_token_stream().to_string();
    name.starts_with(char::is_uppercase)
}

/// The operands of an expression in the order of their evaluation; none where statements may jump.
fn operands(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Binary(e) => {
            use syn::BinOp as B;
            match e.op {
                // What stands behind `&&` is not always evaluated.
                B::And(_) | B::Or(_) => vec![&mut e.left],
                _ if super::loops::is_assignment(&e.op) => vec![&mut e.right],
                _ => vec![&mut e.left, &mut e.right],
            }
        }
        Expr::Unary(e) => vec![&mut e.expr],
        Expr::Cast(e) => vec![&mut e.expr],
        Expr::Reference(e) => vec![&mut e.expr],
        Expr::Assign(e) => vec![&mut e.right],
        Expr::Call(e) => e.args.iter_mut().collect(),
        Expr::MethodCall(e) => std::iter::once(&mut *e.receiver).chain(&mut e.args).collect(),
        Expr::Tuple(e) => e.elems.iter_mut().collect(),
        Expr::Array(e) => e.elems.iter_mut().collect(),
        Expr::Repeat(e) => vec![&mut e.expr],
        Expr::Struct(e) => e.fields.iter_mut().map(|field| &mut field.expr).collect(),
        Expr::Index(e) => vec![&mut e.expr, &mut e.index],
        Expr::Field(e) => vec![&mut e.base],
        Expr::Try(e) => vec![&mut e.expr],
        Expr::Return(e) => e.expr.as_deref_mut().into_iter().collect(),
        Expr::Break(e) => e.expr.as_deref_mut().into_iter().collect(),
        Expr::If(e) if !matches!(*e.cond, Expr::Let(_)) => vec![&mut e.cond],
        Expr::Match(e) => vec![&mut e.expr],
        Expr::ForLoop(e) => vec![&mut e.expr],
        _ => Vec::new(),
    }
}

/// Whether an operand writes to a variable that another names.
fn writes_to(operand: &Expr, other: &Expr) -> bool {
    struct Writes(TokenStream, bool);
    impl Writes {
        fn to(&mut self, place: &Expr) {
            match place {
                Expr::Field(e) => self.to(&e.base),
                Expr::Index(e) => self.to(&e.expr),
                Expr::Paren(e) => self.to(&e.expr),
                Expr::Unary(e) => self.to(&e.expr),
                Expr::Tuple(e) => e.elems.iter().for_each(|part| self.to(part)),
                Expr::Path(e) => {
                    let name = e.path.get_ident();
                    self.1 |= name.is_some_and(|name| mentions_word(self.0.clone(), &name.to_string()));
                }
                _ => {}
            }
        }
    }
    impl VisitMut for Writes {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            match expr {
                Expr::Assign(e) => self.to(&e.left),
                Expr::Binary(e) if super::loops::is_assignment(&e.op) => self.to(&e.left),
                Expr::Reference(e) if e.mutability.is_some() => self.to(&e.expr),
                _ => {}
            }
            visit_mut::visit_expr_mut(self, expr);
        }
    }
    let mut writes = Writes(other.to_token_stream(), false);
    writes.visit_expr_mut(&mut operand.clone());
    writes.1
}

/// Whether evaluating an expression may jump out of it.
fn jumps(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Try(_) => true,
        Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) => false,
        // A `break` inside of a loop usually stays there.
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => may_return(&expr.to_token_stream()),
        Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) => may_jump(&expr.to_token_stream()),
        Expr::Lit(_) | Expr::Path(_) | Expr::Macro(_) => false,
        Expr::Paren(e) => jumps(&e.expr),
        Expr::Group(e) => jumps(&e.expr),
        other => operands(&mut other.clone()).iter().any(|operand| jumps(operand)),
    }
}
