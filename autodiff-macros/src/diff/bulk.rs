//! Bulk records: what a loop overwrites one element an iteration, recorded in one go before it.
//!
//! `for i in lo..hi { next[i] = …; }` would push what each store overwrites on a tape, one element after the other, in a loop
//! that could be vectorised otherwise. Its range `next[lo..hi]` goes onto a flat tape before the loop instead, and comes back
//! in one go where the loop is reversed.
//!
//! Invariant: in the loop, the place is written by stores to that element alone, in every iteration, and the reverse sweep
//! reads nothing of it inside the loop. So all that reads it in the reverse sweep lies before or behind the loop, where it
//! is as invariant 2 of [`super::reverse`] asks. A range that does not exist (the loop runs no iteration, or it panics) is
//! recorded as nothing; what could panic in computing the range runs only where the first iteration computes the same.

use proc_macro2::Span;

use super::reverse::{Reverse, stmt};
use super::{Tape, TapeKind};
use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Head, Loop, Path, Proj, RawStmt, Role, Stmt, StmtKind, Ty, Var, build};
use crate::passes::Pass;
use crate::simplify::affine::{Indices, element, same_base, same_path};

/// What a loop may record in one go.
pub(super) struct Bulk {
    root: Var,
    /// The range of the place that the loop writes.
    path: Path,
    /// Whether the loop runs, where the range may be computed only then.
    runs: Option<Expr>,
}

impl Reverse<'_> {
    /// The places whose stores in the loop need not be recorded one by one. `private`: see [`super::private`].
    pub(super) fn bulk_begin(&mut self, primal: &Loop, private: &[Var]) -> Vec<Bulk> {
        let mut found: Vec<Bulk> = Vec::new();
        if !self.function.passes.has(Pass::Bulk) {
            return found;
        }
        for stmt in &primal.body.stmts {
            let StmtKind::Store { path, .. } = &stmt.kind else { continue };
            let root = self.vars.resolve(path).root;
            let known = found.iter().any(|bulk| bulk.root == root) || self.bulk.contains_key(&root);
            if known
                || saved_anyway(&primal.body, path)
                || private.contains(&root)
                || self.recording.reads_inside(root, self.position)
            {
                continue;
            }
            found.extend(self.stretch(primal, path));
        }
        found.iter().for_each(|bulk| self.bulk.insert(bulk.root, false));
        found
    }

    /// Records and puts back those of the places that some store wanted recorded.
    pub(super) fn bulk_end(
        &mut self,
        bulk: Vec<Bulk>,
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
        span: Span,
    ) {
        for Bulk { root, path, runs } in bulk {
            if self.bulk.remove(&root) != Some(true) {
                continue;
            }
            let (save, back) = self.recorded(path, span);
            let guarded = |inner: Stmt| match &runs {
                None => inner,
                Some(cond) => {
                    let (cond, then) = (cond.clone(), Block { stmts: vec![inner] });
                    stmt(StmtKind::If { cond, then, otherwise: Block::default(), joins: Vec::new() }, span)
                }
            };
            forward.push(guarded(save));
            reversal.push(guarded(back));
        }
    }

    /// Both halves of recording the content of a path on a flat tape of its own.
    pub(super) fn recorded(&mut self, path: Path, span: Span) -> (Stmt, Stmt) {
        let tape = self.vars.fresh("tape", Ty::Unknown, Role::Tape, span);
        self.tapes.push(Tape { var: tape, kind: TapeKind::Flat });
        let save = RawStmt::Record { tape, path: path.clone() };
        let back = RawStmt::Replay { tape, path };
        (stmt(StmtKind::Raw(save), span), stmt(StmtKind::Raw(back), span))
    }

    /// The range that the stores of a loop to the element `path` write, if they are all that writes to its place.
    fn stretch(&self, primal: &Loop, path: &Path) -> Option<Bulk> {
        let Head::For { index, lo, hi, inclusive, step: None, .. } = &primal.head else { return None };
        if primal.break_if.is_some() || primal.trips.is_some() {
            return None;
        }
        let root = self.vars.resolve(path).root;
        let indices = Indices::of(*index, primal, &self.vars);
        let (prefix, base, offset) = self.place_of(path, &indices)?;
        let alike = |other: &Path| {
            self.place_of(other, &indices).is_some_and(|(other, other_base, other_offset)| {
                same_path(&prefix, &other)
                    && same_base(base.as_ref(), other_base.as_ref())
                    && offset == other_offset
            })
        };
        let outside = |var: Var| {
            let mut outside = true;
            primal.body.walk(&mut |stmt| outside &= !stmt.defines().contains(&var));
            outside
        };
        if !(outside(root) && outside(path.root) && self.only_stores(&primal.body, root, &alike, true)) {
            return None;
        }
        let range = Proj::Range(
            Some(element(base.as_ref(), lo.clone(), offset)),
            Some(element(base.as_ref(), hi.clone(), offset + i64::from(*inclusive))),
        );
        // `lo..hi` itself, moved upwards, computes nothing that could panic.
        let harmless = base.is_none() && offset >= 0;
        let rows = prefix.proj.iter().enumerate().filter_map(|(depth, proj)| match proj {
            Proj::Index(row) => Some((Path { root: prefix.root, proj: prefix.proj[..depth].to_vec() }, row)),
            _ => None,
        });
        let less: syn::BinOp = syn::parse_quote!(<);
        let compare = if *inclusive { syn::parse_quote!(<=) } else { less };
        let runs = (!harmless).then(|| Expr::Binary(compare, Box::new(lo.clone()), Box::new(hi.clone())));
        let runs = rows.fold(runs, |runs, (grid, row)| {
            let there = Expr::Binary(less, Box::new(row.clone()), Box::new(Expr::Len(grid)));
            let and = syn::BinOp::And(Default::default());
            Some(match runs {
                Some(runs) => Expr::Binary(and, Box::new(runs), Box::new(there)),
                None => there,
            })
        });
        Some(Bulk { root, path: prefix.with(range), runs })
    }

    /// `prefix[base + index + offset]` of a sequence of scalars, everything but the index known before the loop.
    fn place_of(&self, path: &Path, indices: &Indices) -> Option<(Path, Option<Expr>, i64)> {
        let (Proj::Index(at), before) = path.proj.split_last()? else { return None };
        let prefix = Path { root: path.root, proj: before.to_vec() };
        let ty = self.type_of(&prefix);
        let known = before.iter().all(|proj| match proj {
            Proj::Field(_) => true,
            Proj::Index(index) => plain(index) && !indices.varies(index),
            Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
        });
        if !known || !ty.is_sequence() || !ty.element().is_scalar() {
            return None;
        }
        let (base, offset) = indices.reach(at)?;
        base.as_ref().is_none_or(plain).then_some((prefix, base, offset))
    }

    /// Whether all that writes to the place are stores that `alike` accepts, in every iteration.
    fn only_stores(&self, block: &Block, root: Var, alike: &dyn Fn(&Path) -> bool, always: bool) -> bool {
        block.stmts.iter().all(|stmt| {
            let mut fine = true;
            let stored = match &stmt.kind {
                StmtKind::Store { path, .. } => always && alike(path),
                _ => false,
            };
            stmt.parts(&mut |part| match part {
                Part::WritePath(path) => fine &= stored || self.vars.resolve(path).root != root,
                Part::Change(var) => fine &= self.vars.resolve(&Path::of(var)).root != root,
                _ => {}
            });
            fine && stmt.blocks().into_iter().all(|inner| self.only_stores(inner, root, alike, false))
        })
    }
}

/// Whether the primal loads the element and multiplies what it loads: that is saved already, and can be put back itself.
fn saved_anyway(body: &Block, path: &Path) -> bool {
    let load = Expr::Load(path.clone());
    let lets = || {
        body.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr } => Some((*var, expr)),
            _ => None,
        })
    };
    let multiplied = |var: Var| {
        lets().any(|(_, expr)| match expr {
            Expr::Rule(rule, args) => {
                let constant = args.iter().any(|arg| matches!(arg, Expr::Lit(_)));
                !matches!(rule.name, "add" | "sub" | "neg") && !constant && expr.mentions(var)
            }
            _ => false,
        })
    };
    lets().any(|(var, expr)| build::equal(expr, &load) && multiplied(var))
}

/// Whether an index is made of variables and arithmetic alone: nobody asks a place for its length while it is written.
fn plain(expr: &Expr) -> bool {
    let mut plain = true;
    expr.walk(&mut |expr| plain &= matches!(expr, Expr::Var(_) | Expr::Lit(_) | Expr::Binary(..)));
    plain
}

#[cfg(test)]
mod tests {
    use crate::analysis;
    use crate::diag::Diagnostics;
    use crate::diff::reverse::{self, Options};
    use crate::ir::print;
    use crate::request::Request;

    /// The reverse mode of a function of `u`, `next` and `steps`, whose steps are `body`.
    fn reversed(body: &str) -> String {
        let source = format!(
            "fn f(u: &mut [f64], next: &mut [f64], n: usize, steps: usize) {{ for _ in 0..steps {{ {body} }} }}"
        );
        let item: syn::ItemFn = syn::parse_str(&source).expect("a function");
        let mut diag = Diagnostics::new();
        let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        diag.finish().expect("it is lowered");
        let function = analysis::prepare(function);
        let activity = analysis::activity::activity(&function, &mut Vec::new());
        print::adjoint(&function, &reverse::adjoint(&function, &activity, Options::default()))
    }

    #[test]
    fn an_explicit_step_is_recorded_in_one_go() {
        let text = reversed(
            "for i in 1..n { next[i] = u[i] * u[i - 1]; } for i in 0..n { u[i] = next[i] * next[i]; }",
        );
        assert!(text.contains("record tape <- next[1..n]"), "{text}");
        assert!(text.contains("replay next[1..n] <- tape"), "{text}");
        assert!(text.contains("u[0..n]") && !text.contains("_old"), "{text}");
    }

    #[test]
    fn an_inner_row_is_recorded_where_the_loop_runs() {
        let text = reversed(
            "for i in 1..n { for j in 1..n { next[i * n + j - 1] = u[j] * u[i]; } }
            for i in 0..n { u[i] = next[i] * next[i]; }",
        );
        assert!(text.contains("if 1 < n {") && text.contains("record"), "{text}");
        assert!(!text.contains("next_old"), "{text}");
    }

    #[test]
    fn what_the_loop_reads_back_is_recorded_one_by_one() {
        // The second statement loads again what the first has stored.
        let text = reversed("for i in 1..n { u[i] = 2.0 * next[i]; next[i] = u[i - 1] * u[i]; }");
        assert!(text.contains("u_old"), "{text}");
        assert!(!text.contains("<- u["), "{text}");
        // Every third element, some elements, two elements.
        for head in [
            "for i in (1..n).step_by(3) { next[i] = u[i] * u[i]; }",
            "for i in 1..n { if u[i] > 0.0 { next[i] = u[i] * u[i]; } }",
            "for i in 1..n { next[i] = u[i] * u[i]; next[i - 1] = u[i]; }",
        ] {
            let text = reversed(&format!("{head} for i in 0..n {{ u[i] = next[i] * next[i]; }}"));
            assert!(text.contains("next_old") && !text.contains("<- next["), "{text}");
        }
    }
}
