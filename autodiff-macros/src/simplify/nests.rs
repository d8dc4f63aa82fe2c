//! Nests: each sum of the reverse sweep in a nest of its own, in the order that runs along rows.
//!
//! The reversal of a product of matrices updates two adjoints in one nest, mostly one of them down a column:
//!
//! ```text
//! for i { for j { let s_bar = c_bar[i][j]; c_bar[i][j] = 0.0; for k { b_bar[k][j] += s_bar * a[i][k]; a_bar[i][k] += s_bar * b[k][j]; } } }
//! ```
//!
//! What only adds may be run in any order. Apart, each sum has one that goes along rows, in which [`super::jam`] takes
//! several rows at once:
//!
//! ```text
//! for k { for i { let a_i = a[i][k]; for j { b_bar[k][j] += c_bar[i][j] * a_i; } } }
//! for i { for k { let mut a_bar_sum = 0.0; for j { a_bar_sum += c_bar[i][j] * b[k][j]; } a_bar[i][k] += a_bar_sum; } }
//! ```
//!
//! Invariant: a nest that is taken apart only adds to adjoints that it does not read, and clears elements that nothing in it
//! reads again (each iteration its own). Every element gets the same contributions, in another order.

mod order;

use std::collections::BTreeSet;

use super::affine::{Indices, same, same_path};
use super::distribute::cheap;
use super::summary::{Summary, dependencies};
use crate::ir::{
    Block, Expr, Head, Loop, Path, Proj, Stmt, StmtKind, StoreOp, Ty, Var, VarMap, VarSet, Vars, build,
};

/// A nest becomes no more nests than this.
const MOST: usize = 6;

/// The loops around something, outermost first, by their numbers in [`Nest::heads`].
type Around = Vec<usize>;

/// Something in the body of a nest.
struct Inside<T> {
    what: T,
    around: Around,
    /// Its place in the text.
    at: usize,
}

/// What is added to.
#[derive(Clone)]
enum Target {
    /// An element, and the loops around the statement that adds to it: where they run, the element is there.
    Element(Path, Around),
    Scalar(Var),
}

struct Sum {
    target: Target,
    op: StoreOp,
    value: Expr,
}

/// Loops in each other that do nothing but add to adjoints, and clear those that they have read.
#[derive(Default)]
struct Nest {
    heads: Vec<Head>,
    lets: Vec<Inside<Stmt>>,
    sums: Vec<Inside<Sum>>,
    clears: Vec<Inside<Path>>,
    /// The loops that the value of an index or a `let` depends on.
    depends: VarMap<BTreeSet<usize>>,
}

/// Takes the nests of a block apart where that makes them faster. `outputs`: what is read behind the block, if that is known.
pub(super) fn nests(block: &mut Block, vars: &mut Vars, made_from: u32, outputs: Option<&VarSet>) {
    let unread = outputs.map(|outputs| unread_behind(block, vars, made_from, outputs)).unwrap_or_default();
    take_apart(block, vars, made_from, &unread);
}

/// Whether all that the loop does is to add to adjoints that it does not read.
pub(super) fn only_adds(the_loop: &Loop, vars: &Vars, made_from: u32) -> bool {
    Nest::of(the_loop, vars, made_from).is_some_and(|nest| nest.clears.is_empty())
}

/// The last statement that touches an adjoint that nobody reads behind the block.
fn unread_behind(block: &Block, vars: &Vars, made_from: u32, outputs: &VarSet) -> VarMap<usize> {
    let mut last = VarMap::new();
    for (at, stmt) in block.stmts.iter().enumerate() {
        let summary = Summary::of(stmt, vars);
        for var in summary.reads.into_iter().chain(summary.changes) {
            let root = vars.root(&Path::of(var));
            if root.0 >= made_from && !outputs.contains(&root) {
                last.insert(root, at);
            }
        }
    }
    last
}

fn take_apart(block: &mut Block, vars: &mut Vars, made_from: u32, unread: &VarMap<usize>) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for (at, mut stmt) in std::mem::take(&mut block.stmts).into_iter().enumerate() {
        let span = stmt.span;
        let apart = match &stmt.kind {
            StmtKind::Loop(the_loop) => Nest::of(the_loop, vars, made_from).and_then(|mut nest| {
                nest.clears.retain(|clear| unread.get(&clear.what.root) != Some(&at));
                nest.apart(vars, span)
            }),
            _ => None,
        };
        match apart {
            Some(apart) => stmts.extend(apart),
            None => {
                for inner in stmt.blocks_mut() {
                    take_apart(inner, vars, made_from, &VarMap::new());
                }
                stmts.push(stmt);
            }
        }
    }
    block.stmts = stmts;
}

/// A scalar that the nest declares, adds to, and adds to a target in turn.
struct Local {
    around: Around,
    sum: Option<(Target, StoreOp, usize)>,
}

struct Reader<'a> {
    vars: &'a Vars,
    made_from: u32,
    nest: Nest,
    locals: VarMap<Local>,
    at: usize,
}

impl Nest {
    /// The loop, if it is nothing but sums over loops that are as long whatever the others do.
    fn of(the_loop: &Loop, vars: &Vars, made_from: u32) -> Option<Nest> {
        let mut reader = Reader { vars, made_from, nest: Nest::default(), locals: VarMap::new(), at: 0 };
        reader.read(the_loop, &[])?;
        let Reader { mut nest, locals, .. } = reader;
        // What is added to a local goes where the local goes.
        let mut sums = Vec::new();
        for mut sum in std::mem::take(&mut nest.sums) {
            if let Target::Scalar(var) = sum.what.target {
                if let Some(local) = locals.get(&var) {
                    let (target, op, at) = local.sum.clone()?;
                    if sum.at > at {
                        return None;
                    }
                    sum.what.op = if op == sum.what.op { StoreOp::Add } else { StoreOp::Sub };
                    sum.what.target = target;
                }
            }
            sums.push(sum);
        }
        nest.sums = sums;
        let locals: VarSet = locals.iter().map(|(var, _)| *var).collect();
        nest.only_adds(vars, &locals).then_some(nest)
    }

    /// Whether nothing that the nest changes is read in it, but for what an iteration clears behind its last reading.
    fn only_adds(&self, vars: &Vars, locals: &VarSet) -> bool {
        let mut written = locals.clone();
        for sum in &self.sums {
            written.insert(match &sum.what.target {
                Target::Element(path, _) => vars.root(path),
                Target::Scalar(var) => *var,
            });
        }
        let mut cleared: VarMap<&Inside<Path>> = VarMap::new();
        for clear in &self.clears {
            let root = clear.what.root;
            if written.contains(&root) || cleared.contains_key(&root) || !self.own(clear, vars) {
                return false;
            }
            cleared.insert(root, clear);
        }
        let fine = |expr: &Expr, at: usize, around: &[usize]| {
            let mut fine = dependencies(expr, vars).iter().all(|var| !written.contains(var));
            expr.walk(&mut |part| match part {
                Expr::Load(path) | Expr::Len(path) => {
                    if let Some(clear) = cleared.get(&vars.root(path)) {
                        fine &= at < clear.at
                            && around.starts_with(&clear.around)
                            && matches!(part, Expr::Load(_))
                            && same_path(path, &clear.what);
                    }
                }
                _ => {}
            });
            fine
        };
        let indices_fine = |path: &Path, at, around: &[usize]| {
            path.proj.iter().all(|proj| match proj {
                Proj::Index(index) => fine(index, at, around),
                _ => true,
            })
        };
        self.heads.iter().all(|head| match head {
            Head::For { lo, hi, .. } => fine(lo, 0, &[]) && fine(hi, 0, &[]),
            _ => false,
        }) && self.lets.iter().all(|item| match &item.what.kind {
            StmtKind::Let { expr, .. } => fine(expr, item.at, &item.around),
            _ => false,
        }) && self.sums.iter().all(|sum| {
            let target = match &sum.what.target {
                Target::Element(path, _) => indices_fine(path, usize::MAX, &sum.around),
                Target::Scalar(_) => true,
            };
            target && fine(&sum.what.value, sum.at, &sum.around)
        }) && self.clears.iter().all(|clear| indices_fine(&clear.what, usize::MAX, &clear.around))
    }

    /// Whether each iteration of the loops around clears an element that no other one reaches.
    fn own(&self, clear: &Inside<Path>, vars: &Vars) -> bool {
        let mut open: BTreeSet<usize> = clear.around.iter().copied().collect();
        for proj in &clear.what.proj {
            if let Proj::Index(index) = proj {
                for fixed in self.fixed(index, &open, vars) {
                    open.remove(&fixed);
                }
            }
        }
        open.is_empty()
    }

    /// The loops whose iterations are told from each other by the index: of `i * n + j` with `j` in `0..n`, both.
    fn fixed(&self, index: &Expr, open: &BTreeSet<usize>, vars: &Vars) -> Vec<usize> {
        let index = &self.without_lets(index);
        let on: Vec<usize> = self.loops(index).into_iter().filter(|of| open.contains(of)).collect();
        for &of in on.iter().rev() {
            let Some((base, offset)) = self.indices(of, vars).affine(index) else { continue };
            let Some(base) = base.filter(|base| !self.loops(base).is_disjoint(open)) else { return vec![of] };
            let (Head::For { lo, hi, .. }, Expr::Binary(syn::BinOp::Mul(_), a, b)) = (&self.heads[of], base)
            else {
                continue;
            };
            let before = match (same(&a, hi), same(&b, hi)) {
                (false, true) => a,
                (true, false) => b,
                _ => continue,
            };
            if offset == 0 && build::value_of(lo) == Some(0.0) {
                let mut fixed = self.fixed(&before, open, vars);
                fixed.push(of);
                return fixed;
            }
        }
        Vec::new()
    }

    /// The expression with the nest's own integers spelled out.
    fn without_lets(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        expr.walk_mut(&mut |part| {
            if let Expr::Var(var) = part {
                let known = self.lets.iter().find_map(|item| match &item.what.kind {
                    StmtKind::Let { var: known, expr } if known == var => Some(expr),
                    _ => None,
                });
                if let Some(known) = known {
                    *part = self.without_lets(known);
                }
            }
        });
        expr
    }

    /// The loops that a value depends on.
    fn loops(&self, expr: &Expr) -> BTreeSet<usize> {
        let mut loops = BTreeSet::new();
        expr.vars(&mut |var| loops.extend(self.depends.get(&var).into_iter().flatten()));
        loops
    }

    fn path_loops(&self, path: &Path) -> BTreeSet<usize> {
        let mut loops = BTreeSet::new();
        path.index_vars(&mut |var| loops.extend(self.depends.get(&var).into_iter().flatten()));
        loops
    }

    /// Indices as they look from inside one of the loops.
    fn indices(&self, of: usize, vars: &Vars) -> Indices {
        let stmts = self.lets.iter().filter(|item| self.loops_of_let(item).contains(&of));
        let the_loop = Loop {
            head: self.heads[of].clone(),
            carried: Vec::new(),
            body: Block { stmts: stmts.map(|item| item.what.clone()).collect() },
            break_if: None,
            trips: None,
            label: None,
        };
        let Head::For { index, .. } = self.heads[of] else { unreachable!("the reader takes no other loops") };
        Indices::of(index, &the_loop, vars)
    }

    fn loops_of_let(&self, item: &Inside<Stmt>) -> BTreeSet<usize> {
        item.what.defines().iter().filter_map(|var| self.depends.get(var)).flatten().copied().collect()
    }
}

impl Reader<'_> {
    fn read(&mut self, the_loop: &Loop, outside: &[usize]) -> Option<()> {
        let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &the_loop.head else {
            return None;
        };
        let plain = the_loop.carried.is_empty() && the_loop.break_if.is_none() && the_loop.trips.is_none();
        let fixed = |bound: &Expr| {
            let mut fixed = true;
            bound.vars(&mut |var| fixed &= !self.nest.depends.contains_key(&var));
            bound.walk(&mut |part| {
                fixed &= match part {
                    Expr::Var(_) | Expr::Lit(_) | Expr::Len(_) | Expr::Binary(..) => true,
                    Expr::Inert(inert) => inert.is_constant(),
                    _ => false,
                };
            });
            fixed
        };
        if !plain || !fixed(lo) || !fixed(hi) || !matches!(self.vars[*index].ty, Ty::Int(_)) {
            return None;
        }
        let number = self.nest.heads.len();
        self.nest.heads.push(the_loop.head.clone());
        self.nest.depends.insert(*index, BTreeSet::from([number]));
        let mut around = outside.to_vec();
        around.push(number);
        for stmt in &the_loop.body.stmts {
            self.at += 1;
            self.stmt(stmt, &around)?;
        }
        Some(())
    }

    fn stmt(&mut self, stmt: &Stmt, around: &[usize]) -> Option<()> {
        match &stmt.kind {
            StmtKind::Let { var, expr } => {
                if !cheap(expr) || !self.vars[*var].ty.is_scalar() {
                    return None;
                }
                self.nest.depends.insert(*var, self.nest.loops(expr));
                self.nest.lets.push(self.inside(stmt.clone(), around));
            }
            StmtKind::Mut { var, init } if init.is_zero() => {
                self.locals.insert(*var, Local { around: around.to_vec(), sum: None });
            }
            StmtKind::Update { var, op: op @ (StoreOp::Add | StoreOp::Sub), expr } => {
                self.sum(Target::Scalar(*var), *op, expr, around)?;
            }
            StmtKind::Store { path, op, value } => {
                let element = path.proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Field(_)));
                if self.vars[path.root].view.is_some() || path.root.0 < self.made_from || !element {
                    return None;
                }
                match op {
                    StoreOp::Set if value.is_zero() => {
                        self.nest.clears.push(self.inside(path.clone(), around));
                    }
                    StoreOp::Set => return None,
                    _ => self.sum(Target::Element(path.clone(), around.to_vec()), *op, value, around)?,
                }
            }
            StmtKind::Loop(inner) => self.read(inner, around)?,
            _ => return None,
        }
        Some(())
    }

    fn sum(&mut self, target: Target, op: StoreOp, value: &Expr, around: &[usize]) -> Option<()> {
        let nested = matches!(target, Target::Scalar(to) if self.locals.contains_key(&to));
        if let Expr::Var(var) = value {
            if let Some(local) = self.locals.get_mut(var) {
                if local.sum.is_some() || local.around != around || nested {
                    return None;
                }
                local.sum = Some((target, op, self.at));
                return Some(());
            }
        }
        if !cheap(value) {
            return None;
        }
        self.nest.sums.push(self.inside(Sum { target, op, value: value.clone() }, around));
        Some(())
    }

    fn inside<T>(&self, what: T, around: &[usize]) -> Inside<T> {
        Inside { what, around: around.to_vec(), at: self.at }
    }
}

#[cfg(test)]
mod tests;
