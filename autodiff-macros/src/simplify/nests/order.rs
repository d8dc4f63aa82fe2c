//! The order in which the loops of a sum are run, and the nest that runs them so.

use proc_macro2::Span;

use super::{Inside, MOST, Nest, Sum, Target};
use crate::ir::{Block, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, Vars, build};
use crate::simplify::affine::same;
use crate::simplify::copies::Copy;
use crate::simplify::jam;

impl Nest {
    /// A nest for each sum, if that pays.
    pub(super) fn apart(&self, vars: &mut Vars, span: Span) -> Option<Vec<Stmt>> {
        let orders: Vec<Vec<usize>> = self.sums.iter().map(|sum| self.order(sum, vars)).collect();
        let deep = |sum: &Inside<Sum>| sum.around.len() > 2;
        let mut pairs = self.sums.iter().zip(&orders).filter(|(sum, _)| deep(sum));
        let as_it_is = self.sums.len() == 1 && self.sums[0].around == orders[0] && self.clears.is_empty();
        if !self.sums.iter().any(deep)
            || !pairs.all(|(sum, order)| self.reuses(sum, order, vars))
            || self.sums.len() > MOST
            || as_it_is
        {
            return None;
        }
        let mut stmts = Vec::new();
        for (sum, order) in self.sums.iter().zip(&orders) {
            stmts.extend(self.alone(sum, order, vars, span));
        }
        for clear in &self.clears {
            let store =
                StmtKind::Store { path: clear.what.clone(), op: StoreOp::Set, value: build::lit(0.0) };
            let mut levels = vec![Vec::new(); clear.around.len() + 1];
            let mut indices = Vec::new();
            clear.what.index_vars(&mut |var| indices.push(var));
            for item in self.needed(indices) {
                levels[self.depth(&self.loops_of_let(item), &clear.around)].push(item.what.clone());
            }
            levels[clear.around.len()].push(Stmt { kind: store, span });
            stmts.extend(copied(self.looped(&clear.around, levels, Vec::new(), span), vars));
        }
        Some(stmts)
    }

    /// Whether rows that were loaded once serve several times: some long loop adds to the same elements again.
    fn reuses(&self, sum: &Inside<Sum>, order: &[usize], vars: &Vars) -> bool {
        let long = |of: usize| !self.is_short(of, vars);
        let target = self.target_loops(&sum.what.target);
        order.last().is_some_and(|last| long(*last))
            && sum.around.iter().any(|of| long(*of) && !target.contains(of))
    }

    fn is_short(&self, of: usize, vars: &Vars) -> bool {
        let the_loop = Loop {
            head: self.heads[of].clone(),
            carried: Vec::new(),
            body: Block::default(),
            break_if: None,
            trips: None,
            label: None,
        };
        jam::few(&the_loop, vars)
    }

    fn target_loops(&self, target: &Target) -> std::collections::BTreeSet<usize> {
        match target {
            Target::Element(path, _) => self.path_loops(path),
            Target::Scalar(_) => Default::default(),
        }
    }

    /// Innermost the loop in which everything is reached along rows; around it those that add to the same row, and
    /// outermost those that choose it. A sum taken innermost has the loops that choose its element next to it.
    fn order(&self, sum: &Inside<Sum>, vars: &Vars) -> Vec<usize> {
        let mut paths: Vec<Path> = Vec::new();
        let mut note = |expr: &Expr| {
            expr.walk(&mut |part| {
                if let Expr::Load(path) = part {
                    paths.push(path.clone());
                }
            });
        };
        note(&sum.what.value);
        let mut read = Vec::new();
        sum.what.value.vars(&mut |var| read.push(var));
        for item in self.needed(read) {
            if let StmtKind::Let { expr, .. } = &item.what.kind {
                note(expr);
            }
        }
        if let Target::Element(path, _) = &sum.what.target {
            paths.push(path.clone());
        }
        let cost = |of: usize| {
            let strides = paths.iter().filter(|path| self.strides(path, of, vars)).count();
            (strides, self.is_short(of, vars))
        };
        // Of equals the innermost.
        let Some(last) = sum.around.iter().copied().rev().min_by_key(|of| cost(*of)) else {
            return Vec::new();
        };
        let target = self.target_loops(&sum.what.target);
        let others = || sum.around.iter().copied().filter(|of| *of != last);
        let (choosing, adding) =
            (others().filter(|of| target.contains(of)), others().filter(|of| !target.contains(of)));
        if target.contains(&last) {
            choosing.chain(adding).chain([last]).collect()
        } else {
            adding.chain(choosing).chain([last]).collect()
        }
    }

    /// Whether neighbouring iterations of the loop reach elements that are no neighbours.
    fn strides(&self, path: &Path, of: usize, vars: &Vars) -> bool {
        let on = |proj: &Proj| match proj {
            Proj::Index(index) => self.loops(index).contains(&of),
            _ => false,
        };
        match path.proj.split_last() {
            Some((last, before)) if !before.iter().any(on) => match last {
                Proj::Index(index) if on(last) => self.indices(of, vars).affine(index).is_none(),
                _ => false,
            },
            Some(_) => true,
            None => false,
        }
    }

    /// The `let`s that the variables depend on, as they stand.
    fn needed(&self, mut wanted: Vec<Var>) -> Vec<&Inside<Stmt>> {
        let mut needed = Vec::new();
        for item in self.lets.iter().rev() {
            if let StmtKind::Let { var, expr } = &item.what.kind {
                if wanted.contains(var) {
                    expr.vars(&mut |var| wanted.push(var));
                    needed.push(item);
                }
            }
        }
        needed.reverse();
        needed
    }

    /// How many loops of the order must be around what depends on some.
    fn depth(&self, on: &std::collections::BTreeSet<usize>, order: &[usize]) -> usize {
        order.iter().rposition(|of| on.contains(of)).map_or(0, |last| last + 1)
    }

    /// The nest of one sum.
    fn alone(&self, sum: &Inside<Sum>, order: &[usize], vars: &mut Vars, span: Span) -> Vec<Stmt> {
        let innermost = order.len();
        let mut levels: Vec<Vec<Stmt>> = vec![Vec::new(); innermost + 1];
        // What is taken out of a loop that it stood in may only run if that loop does.
        let mut guarded: Vec<usize> = Vec::new();
        let mut guard = |around: &[usize], depth: usize| {
            for of in around {
                if !order[..depth].iter().any(|known| self.as_long(*known, *of)) && !guarded.contains(of) {
                    guarded.push(*of);
                }
            }
        };
        let mut read = Vec::new();
        sum.what.value.vars(&mut |var| read.push(var));
        if let Target::Element(path, _) = &sum.what.target {
            path.index_vars(&mut |var| read.push(var));
        }
        let mut within = Vec::new();
        for item in self.needed(read) {
            let StmtKind::Let { var, expr } = &item.what.kind else { continue };
            let depth = self.depth(&self.loops_of_let(item), order);
            if !matches!(vars[*var].ty, Ty::Int(_)) || loads(expr) {
                guard(&item.around, depth);
            }
            if depth == innermost { &mut within } else { &mut levels[depth] }.push(item.what.clone());
        }
        let mut value = sum.what.value.clone();
        let mut take_out = |expr: &mut Expr, vars: &mut Vars| {
            self.invariants(expr, order, vars, span, &mut |depth, stmt| {
                guard(&sum.around, depth);
                levels[depth].push(stmt);
            });
        };
        for stmt in &mut within {
            if let StmtKind::Let { expr, .. } = &mut stmt.kind {
                take_out(expr, vars);
            }
        }
        take_out(&mut value, vars);
        let op = sum.what.op;
        let mut behind = Vec::new();
        within.push(match &sum.what.target {
            Target::Scalar(var) => Stmt { kind: StmtKind::Update { var: *var, op, expr: value }, span },
            Target::Element(path, there) => {
                let along = self.path_loops(path).contains(&order[innermost - 1]);
                let float = match vars.type_of(path) {
                    Ty::Float(float) if !along => Some(float),
                    _ => None,
                };
                match float {
                    Some(float) => {
                        guard(there, innermost - 1);
                        let name = format!("{}_sum", vars[path.root].name);
                        let var = vars.fresh(name, Ty::Float(float), Role::Mut, span);
                        let zero = StmtKind::Mut { var, init: build::lit(0.0) };
                        levels[innermost - 1].push(Stmt { kind: zero, span });
                        let store =
                            StmtKind::Store { path: path.clone(), op: StoreOp::Add, value: Expr::Var(var) };
                        behind.push(Stmt { kind: store, span });
                        Stmt { kind: StmtKind::Update { var, op, expr: value }, span }
                    }
                    None => Stmt { kind: StmtKind::Store { path: path.clone(), op, value }, span },
                }
            }
        });
        levels[innermost] = within;
        let guarded = self.runs(&guarded);
        let mut stmts = self.looped(order, levels, behind, span);
        if let Some(cond) = guarded {
            let then = Block { stmts };
            let kind = StmtKind::If { cond, then, otherwise: Block::default(), joins: Vec::new() };
            stmts = vec![Stmt { kind, span }];
        }
        copied(stmts, vars)
    }

    /// Loads and products that the innermost loop does not change, each with a name and before it.
    fn invariants(
        &self,
        expr: &mut Expr,
        order: &[usize],
        vars: &mut Vars,
        span: Span,
        take: &mut dyn FnMut(usize, Stmt),
    ) {
        let depth = self.depth(&self.loops(expr), order);
        match expr {
            Expr::Load(_) | Expr::Rule(..) if depth < order.len() && loads(expr) => {
                let (name, ty) = match expr {
                    Expr::Load(path) => (format!("{}_i", vars[path.root].name), vars.type_of(path)),
                    _ => ("factor".into(), Ty::Float(crate::ir::Float::Any)),
                };
                if !ty.is_float() {
                    return;
                }
                let var = vars.fresh(name, ty, Role::Value, span);
                let value = std::mem::replace(expr, Expr::Var(var));
                take(depth, Stmt { kind: StmtKind::Let { var, expr: value }, span });
            }
            Expr::Rule(_, args) => {
                args.iter_mut().for_each(|arg| self.invariants(arg, order, vars, span, take));
            }
            _ => {}
        }
    }

    /// Whether one loop runs exactly if the other does.
    fn as_long(&self, a: usize, b: usize) -> bool {
        let (Head::For { lo: a_lo, hi: a_hi, .. }, Head::For { lo: b_lo, hi: b_hi, .. }) =
            (&self.heads[a], &self.heads[b])
        else {
            return false;
        };
        same(a_lo, b_lo) && same(a_hi, b_hi)
    }

    /// That the loops run, where that is not known.
    fn runs(&self, loops: &[usize]) -> Option<Expr> {
        let conditions = loops.iter().filter_map(|of| match &self.heads[*of] {
            Head::For { lo, hi, .. } => match (build::value_of(lo), build::value_of(hi)) {
                (Some(lo), Some(hi)) if lo < hi => None,
                _ => {
                    let less = syn::BinOp::Lt(Default::default());
                    Some(Expr::Binary(less, Box::new(lo.clone()), Box::new(hi.clone())))
                }
            },
            _ => None,
        });
        conditions.reduce(|a, b| Expr::Binary(syn::BinOp::And(Default::default()), Box::new(a), Box::new(b)))
    }

    /// Loops in the order, with the statements of each level; `behind` stands behind the innermost.
    fn looped(
        &self,
        order: &[usize],
        mut levels: Vec<Vec<Stmt>>,
        behind: Vec<Stmt>,
        span: Span,
    ) -> Vec<Stmt> {
        let mut stmts = levels.pop().unwrap_or_default();
        let mut behind = Some(behind);
        for of in order.iter().rev() {
            let Head::For { index, lo, hi, inclusive, step, .. } = self.heads[*of].clone() else { continue };
            let the_loop = Loop {
                head: Head::For { index, lo, hi, inclusive, step, rev: false },
                carried: Vec::new(),
                body: Block { stmts },
                break_if: None,
                trips: None,
                label: None,
            };
            stmts = levels.pop().unwrap_or_default();
            stmts.push(Stmt { kind: StmtKind::Loop(Box::new(the_loop)), span });
            stmts.extend(behind.take().unwrap_or_default());
        }
        stmts
    }
}

fn loads(expr: &Expr) -> bool {
    let mut loads = false;
    expr.walk(&mut |part| loads |= matches!(part, Expr::Load(_)));
    loads
}

/// The statements with variables of their own.
fn copied(stmts: Vec<Stmt>, vars: &mut Vars) -> Vec<Stmt> {
    let mut copy = Copy::default();
    stmts.iter().filter_map(|stmt| copy.stmt(stmt, vars)).collect()
}
