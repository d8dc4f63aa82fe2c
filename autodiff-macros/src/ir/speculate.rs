//! What may be evaluated where the program would not have evaluated it: before a loop that might not run, out of an arm that
//! might not be taken. All passes that move or repeat expressions past a condition ask here.

use syn::{BinOp, UnOp};

use super::{Expr, Path, Proj, build};

impl Expr {
    /// Whether nobody can tell that the expression was evaluated: it neither panics (no index, no integer that may overflow or
    /// be divided by zero) nor runs the user's code.
    pub(crate) fn speculable(&self) -> bool {
        let mut fine = true;
        self.walk(&mut |expr| {
            fine &= match expr {
                Expr::Var(_) | Expr::Lit(_) | Expr::Cast(..) | Expr::Select(..) | Expr::Stop(_) => true,
                Expr::Rule(rule, _) => !rule.panics(),
                Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) => is_there(path),
                Expr::Binary(op, _, b) => match op {
                    BinOp::Div(_) | BinOp::Rem(_) => build::value_of(b).is_some_and(|b| b > 0.0),
                    BinOp::Eq(_)
                    | BinOp::Ne(_)
                    | BinOp::Lt(_)
                    | BinOp::Le(_)
                    | BinOp::Gt(_)
                    | BinOp::Ge(_) => true,
                    BinOp::And(_) | BinOp::Or(_) | BinOp::BitAnd(_) | BinOp::BitOr(_) | BinOp::BitXor(_) => {
                        true
                    }
                    _ => false,
                },
                Expr::Unary(op, _) => matches!(op, UnOp::Not(_)),
                Expr::Inert(inert) => inert.is_constant(),
                Expr::WholeMut(_) => false,
            };
        });
        fine
    }
}

/// Whether the part exists wherever its place does.
fn is_there(path: &Path) -> bool {
    path.proj.iter().all(|proj| matches!(proj, Proj::Field(_)))
}

#[cfg(test)]
mod tests {
    use crate::ir::{Expr, Path, Proj, Var, build};
    use crate::rules::table::rule;

    #[test]
    fn what_may_panic_is_not_speculated() {
        let binary = |op, b| Expr::Binary(op, Box::new(Expr::Var(Var(0))), Box::new(b));
        let fine = [
            Expr::Rule(rule("ln"), vec![Expr::Var(Var(0))]),
            Expr::Len(Path::of(Var(1))),
            binary(syn::parse_quote!(<), Expr::Len(Path::of(Var(1)))),
            binary(syn::parse_quote!(/), build::int(2)),
        ];
        assert!(fine.iter().all(Expr::speculable));
        let element = Path::of(Var(1)).with(Proj::Index(Expr::Var(Var(0))));
        let delicate = [
            Expr::Load(element.clone()),
            Expr::Len(element),
            binary(syn::parse_quote!(-), build::int(1)),
            binary(syn::parse_quote!(%), Expr::Var(Var(2))),
            binary(syn::parse_quote!(*), Expr::Var(Var(2))),
            Expr::Rule(rule("clamp"), vec![Expr::Var(Var(0)), Expr::Var(Var(1)), Expr::Var(Var(2))]),
        ];
        assert!(!delicate.iter().any(Expr::speculable));
    }
}
