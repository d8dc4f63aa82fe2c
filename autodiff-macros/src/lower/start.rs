//! Where an expression begins: `Spanned::span` prints the whole of it to see, which for expressions in expressions in
//! expressions takes as often as they are deep.

use proc_macro2::Span;
use syn::spanned::Spanned;

/// The span of the first token, or of the delimiters that stand around everything.
pub(crate) fn start(expr: &syn::Expr) -> Span {
    use syn::Expr as E;
    let mut at = expr;
    loop {
        at = match at {
            E::Assign(e) => &e.left,
            E::Binary(e) => &e.left,
            E::Call(e) => &e.func,
            E::Cast(e) => &e.expr,
            E::Field(e) => &e.base,
            E::Group(e) => &e.expr,
            E::Index(e) => &e.expr,
            E::MethodCall(e) => &e.receiver,
            E::Try(e) => &e.expr,
            E::Array(e) => return e.bracket_token.span.join(),
            E::Block(e) if e.label.is_none() => return e.block.brace_token.span.join(),
            E::Break(e) => return e.break_token.span,
            E::If(e) => return e.if_token.span,
            E::Match(e) => return e.match_token.span,
            E::Paren(e) => return e.paren_token.span.join(),
            E::Reference(e) => return e.and_token.span(),
            E::Return(e) => return e.return_token.span,
            E::Tuple(e) => return e.paren_token.span.join(),
            E::Unary(e) => return e.op.span(),
            E::ForLoop(e) if e.label.is_none() => return e.for_token.span,
            E::Loop(e) if e.label.is_none() => return e.loop_token.span,
            E::While(e) if e.label.is_none() => return e.while_token.span,
            E::Macro(e) => return e.mac.path.span(),
            E::Struct(e) => return e.path.span(),
            other => return other.span(),
        };
    }
}

/// The same of a statement.
pub(crate) fn start_of(stmt: &syn::Stmt) -> Span {
    match stmt {
        syn::Stmt::Local(local) => local.let_token.span,
        syn::Stmt::Expr(expr, _) => start(expr),
        syn::Stmt::Macro(stmt) => stmt.mac.path.span(),
        syn::Stmt::Item(_) => stmt.span(),
    }
}
