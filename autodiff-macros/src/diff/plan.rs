//! The tape plan of one block: of the values that its reversal needs, which are saved and which computed again.
//!
//! Invariant: every needed value is either alive, saved, or recomputed from values that are; what is recomputed gives the
//! same bits, since it reads places only where their content at the start of the reversal is what it was.

use std::borrow::Cow;

use super::cut::{Cost, Graph};
use super::record::Write;
use super::reverse::Reverse;
use crate::ir::visit::Part;
use crate::ir::{Expr, Init, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, VarMap, VarSet};
use crate::passes::Pass;

/// Dearer functions are saved, not computed again (in units of an addition, see the rule table).
pub(super) const CHEAP: u32 = 2;

/// What it costs to push a number and to pop it, in additions.
const WORD: u32 = 4;

#[derive(Default)]
pub(super) struct Plan {
    pub(super) saved: Vec<Var>,
    /// `Let`s and views, in forward order.
    pub(super) recomputed: Vec<Stmt>,
}

/// What it costs to compute a value again, in additions; integers are nearly free beside floats.
fn computing_cost(stmt: &Stmt) -> u32 {
    let mut cost = 0;
    if let StmtKind::Let { expr, .. } = &stmt.kind {
        expr.walk(&mut |expr| {
            cost += match expr {
                Expr::Rule(rule, _) => rule.cost,
                Expr::Load(_) | Expr::Inert(_) => 1,
                _ => 0,
            };
        });
    }
    cost
}

/// How a value of the block could be had again.
struct Source<'s> {
    stmt: Cow<'s, Stmt>,
    /// What of this block and of surrounding ones it reads.
    operands: Vec<Var>,
    /// Places whose content it reads, with the element where it is one.
    roots: Vec<(Var, Option<Path>)>,
    /// The statement behind which these are read, where it is not the one that defines the value.
    position: Option<usize>,
}

impl Reverse<'_> {
    /// Plans the block whose forward sweep is `forward`; `defined` in the order of definition.
    pub(super) fn plan(&mut self, forward: &[Stmt], needed: &VarSet, defined: &[Var], alive: &[Var]) -> Plan {
        if needed.is_empty() {
            return Plan::default();
        }
        let local: VarSet = defined.iter().copied().collect();
        let sources: VarMap<Source<'_>> = forward
            .iter()
            .enumerate()
            .filter_map(|(index, stmt)| self.source(forward, index, stmt, &local))
            .collect();

        // The cheapest way to have all that is needed: a minimum cut of the value graph.
        let vertices: VarMap<usize> = defined
            .iter()
            .filter(|var| !alive.contains(var))
            .enumerate()
            .map(|(vertex, var)| (*var, vertex))
            .collect();
        let ordered: Vec<Var> = defined.iter().copied().filter(|var| !alive.contains(var)).collect();
        let solve = |dear: bool| {
            let costs: Vec<Cost> = ordered
                .iter()
                .map(|var| Cost {
                    save: self.saving_cost(*var),
                    compute: sources
                        .get(var)
                        .map(|source| if dear { computing_cost(&source.stmt) } else { 0 }),
                })
                .collect();
            let mut graph = Graph::new(&costs);
            for (vertex, var) in ordered.iter().enumerate() {
                for operand in sources.get(var).into_iter().flat_map(|source| &source.operands) {
                    if let Some(operand) = vertices.get(operand) {
                        graph.depends(vertex, *operand);
                    }
                }
                if needed.contains(var) {
                    graph.needed(vertex);
                }
            }
            graph.saved().into_iter().map(|vertex| ordered[vertex]).collect::<VarSet>()
        };
        // A block that can do without a tape, but for what stores overwrite, has iterations that know nothing of each other.
        let fewest = solve(false);
        let own = self.function.vars.0.len() as u32;
        let saved = if fewest.iter().all(|var| var.0 >= own) { fewest } else { solve(true) };

        let mut recomputed: VarSet = VarSet::new();
        let mut pending: Vec<Var> = needed.iter().collect();
        while let Some(var) = pending.pop() {
            if vertices.contains_key(&var) && !saved.contains(&var) && recomputed.insert(var) {
                pending.extend(sources.get(&var).into_iter().flat_map(|source| &source.operands));
            }
        }
        let mut plan = Plan::default();
        let mut done: VarSet = VarSet::new();
        for var in defined {
            if saved.contains(var) {
                plan.saved.push(*var);
            } else if recomputed.contains(var) {
                self.recompute(*var, &sources, &recomputed, &mut done, &mut plan);
            }
        }
        plan
    }

    /// Computes a value again, behind its operands.
    fn recompute(
        &mut self,
        var: Var,
        sources: &VarMap<Source<'_>>,
        recomputed: &VarSet,
        done: &mut VarSet,
        plan: &mut Plan,
    ) {
        let Some(source) = sources.get(&var).filter(|_| recomputed.contains(&var) && done.insert(var)) else {
            return;
        };
        for operand in &source.operands {
            self.recompute(*operand, sources, recomputed, done, plan);
        }
        plan.recomputed.push(source.stmt.clone().into_owned());
        let position = source.position.or_else(|| self.positions.get(&var).copied()).unwrap_or(0);
        for (root, element) in &source.roots {
            self.reads.push(self.read_at(*root, position, element.clone()));
        }
    }

    /// What a value costs on the tape, in additions; views cannot be saved.
    fn saving_cost(&self, var: Var) -> Option<u32> {
        match self.vars[var].role {
            Role::View => None,
            Role::Place => Some(8 * WORD),
            _ => Some(WORD),
        }
    }

    /// How the value that a statement defines can be computed again in the reversal of its block, if cheaply and rightly.
    fn source<'s>(
        &self,
        forward: &'s [Stmt],
        index: usize,
        stmt: &'s Stmt,
        local: &VarSet,
    ) -> Option<(Var, Source<'s>)> {
        let mut operands = Vec::new();
        let mut roots = Vec::new();
        let var = match &stmt.kind {
            StmtKind::Let { var, expr } => {
                let position = self.positions.get(var).copied();
                if !self.repeatable(expr, &forward[index + 1..], position, local, &mut roots) {
                    return self.stored(*var, &forward[index + 1..], local);
                }
                expr.vars(&mut |var| operands.push(var));
                *var
            }
            StmtKind::View { var } => {
                let path = self.vars[*var].view.as_ref()?;
                operands.push(path.root);
                path.index_vars(&mut |var| operands.push(var));
                *var
            }
            _ => return None,
        };
        Some((var, Source { stmt: Cow::Borrowed(stmt), operands, roots, position: None }))
    }

    /// A value that its block stores, and that is still there when the block's reversal starts: it is loaded instead of
    /// saved, where no store has to be recorded for that.
    fn stored<'s>(&self, var: Var, behind: &'s [Stmt], local: &VarSet) -> Option<(Var, Source<'s>)> {
        if !self.function.passes.has(Pass::Reload) {
            return None;
        }
        let stored = |stmt: &'s Stmt| match &stmt.kind {
            StmtKind::Store { path, op: StoreOp::Set, value: Expr::Var(value) } if *value == var => {
                Some(path)
            }
            _ => None,
        };
        let (at, path) = behind.iter().enumerate().find_map(|(at, stmt)| Some((at, stored(stmt)?)))?;
        let mut roots = Vec::new();
        if !self.reloadable(path, &behind[at + 1..], None, local, &mut roots) {
            return None;
        }
        let position = self.position;
        let root = self.vars.resolve(path).root;
        let read = self.read_at(root, position, Some(path.clone()));
        let distinct = |store: &Path, outer, inner| self.distinct(store, path, outer, inner);
        let settled = |store: &Write, outer| self.settled(store, &read, outer);
        if !matches!(path.proj.last(), Some(Proj::Index(_)))
            || !self.recording.leaves_alone(&read, distinct, settled)
        {
            return None;
        }
        let mut operands = vec![path.root];
        path.index_vars(&mut |var| operands.push(var));
        let load = StmtKind::Let { var, expr: Expr::Load(path.clone()) };
        let stmt = Cow::Owned(Stmt { kind: load, span: behind[at].span });
        Some((var, Source { stmt, operands, roots, position: Some(position) }))
    }

    fn repeatable(
        &self,
        expr: &Expr,
        behind: &[Stmt],
        position: Option<usize>,
        local: &VarSet,
        roots: &mut Vec<(Var, Option<Path>)>,
    ) -> bool {
        match expr {
            Expr::Var(_) | Expr::Lit(_) => true,
            Expr::Rule(rule, args) => {
                rule.cost <= CHEAP
                    && args.iter().all(|arg| self.repeatable(arg, behind, position, local, roots))
            }
            Expr::WholeMut(_) => false,
            Expr::Load(path) | Expr::Whole(path) => self.reloadable(path, behind, position, local, roots),
            Expr::Len(path) => {
                self.fixed_length(path) || self.reloadable(path, behind, position, local, roots)
            }
            Expr::Binary(_, a, b) => {
                self.repeatable(a, behind, position, local, roots)
                    && self.repeatable(b, behind, position, local, roots)
            }
            Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => {
                self.repeatable(a, behind, position, local, roots)
            }
            Expr::Select(c, a, b) => {
                [c, a, b].into_iter().all(|e| self.repeatable(e, behind, position, local, roots))
            }
            Expr::Inert(inert) => {
                inert.pure
                    && inert
                        .binds
                        .iter()
                        .all(|(_, bind)| self.repeatable(bind, behind, position, local, roots))
            }
        }
    }

    fn fixed_length(&self, path: &Path) -> bool {
        matches!(self.type_of(path), Ty::Array(..) | Ty::Slice(_)) && !self.reshaped_root(path)
    }

    /// Whether an element can be loaded again at the start of the block's reversal: nothing behind in the block writes to its
    /// place (nothing at all to the element, behind the load at `position`), and the place lives outside of the block.
    fn reloadable(
        &self,
        path: &Path,
        behind: &[Stmt],
        position: Option<usize>,
        local: &VarSet,
        roots: &mut Vec<(Var, Option<Path>)>,
    ) -> bool {
        let root = self.vars.root(path);
        if self.may_borrow(root) {
            return false;
        }
        if local.contains(&root) || self.untracked(root) {
            return false;
        }
        let element = matches!(path.proj.last(), Some(Proj::Index(_))).then(|| path.clone());
        if behind.iter().any(|stmt| self.writes(stmt, root)) {
            let Some(position) = position else { return false };
            let read = self.read_at(root, position, element.clone());
            if !self.recording.is_final(&read, |store, outer| self.settled(store, &read, outer)) {
                return false;
            }
        }
        roots.push((root, element));
        true
    }

    /// Whether a local place may hold references, which a pullback must not: the user's own code made it, of who knows what.
    fn may_borrow(&self, root: Var) -> bool {
        let mut ty = &self.vars[root].ty;
        while let Ty::Array(element, _) | Ty::Slice(element) | Ty::Vec(element) = ty {
            ty = element;
        }
        matches!(ty, Ty::Inert | Ty::Unknown) && matches!(self.inits.get(&root), Some(Init::Inert(_)))
    }

    pub(super) fn writes(&self, stmt: &Stmt, root: Var) -> bool {
        let mut found = false;
        stmt.parts(&mut |part| match part {
            Part::WritePath(path) => found |= self.vars.root(path) == root,
            Part::Change(var) => found |= var == root,
            _ => {}
        });
        found || stmt.blocks().iter().any(|block| block.stmts.iter().any(|stmt| self.writes(stmt, root)))
    }
}
