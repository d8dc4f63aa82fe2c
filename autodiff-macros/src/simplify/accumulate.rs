//! Sums in registers: what a loop adds to one element throughout is summed in a scalar, and added once behind the loop.
//!
//! rustc cannot: to it, the element might be one of those that the loop reads.
//!
//! Invariant: behind the loop every element holds the same contributions, those of one loop added to each other first. No
//! element is touched that a loop without iterations would not have touched.

use super::affine::{Indices, runs, same_path};
use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Float, Head, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, VarMap, Vars, build,
};

/// More sums than this would not fit the registers.
const MOST: usize = 12;

/// Takes the sums of every loop in the block into scalars, and tells whether there were any; variables from `made_from` on are not the primal's.
pub(super) fn accumulators(block: &mut Block, vars: &mut Vars, made_from: u32) -> bool {
    let mut changed = false;
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        let span = stmt.span;
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            if let Head::For { index, lo, hi, inclusive, .. } = the_loop.head.clone() {
                for sum in sums(the_loop, index, vars, made_from) {
                    changed = true;
                    let ty = Ty::Float(sum.float);
                    let name = vars[sum.path.root].name.clone();
                    let var = vars.fresh(format!("{name}_sum"), ty, Role::Mut, span);
                    redirect(&mut the_loop.body, &sum.sites, var);
                    before.push(Stmt { kind: StmtKind::Mut { var, init: build::lit(0.0) }, span });
                    let value = Expr::Var(var);
                    let add =
                        Stmt { kind: StmtKind::Store { path: sum.path, op: StoreOp::Add, value }, span };
                    behind.push(guarded(add, &lo, &hi, inclusive));
                }
            }
        }
        for inner in stmt.blocks_mut() {
            changed |= accumulators(inner, vars, made_from);
        }
        stmts.extend(before);
        stmts.push(stmt);
        stmts.extend(behind);
    }
    block.stmts = stmts;
    changed
}

/// An element that the loop adds to.
struct Sum {
    /// In terms of what exists before the loop.
    path: Path,
    float: Float,
    /// The statements that add, as they are written.
    sites: Vec<Path>,
}

fn sums(the_loop: &Loop, index: Var, vars: &Vars, made_from: u32) -> Vec<Sum> {
    if the_loop.break_if.is_some() {
        return Vec::new();
    }
    let indices = Indices::of(index, the_loop, vars);
    // By root: the elements, as long as nothing but additions meets it.
    let mut found: VarMap<Option<Vec<Sum>>> = VarMap::new();
    the_loop.body.walk(&mut |stmt| {
        if let StmtKind::Store { path, op: StoreOp::Add | StoreOp::Sub, value } = &stmt.kind {
            let root = vars.resolve(path).root;
            let entry = found.or_insert(root, Some(Vec::new()));
            if let Some(sums) = entry {
                if let Some(sum) = sum(path, value, &indices, vars, made_from) {
                    match sums.iter_mut().find(|known| same_path(&known.path, &sum.path)) {
                        Some(known) => known.sites.extend(sum.sites),
                        None => sums.push(sum),
                    }
                }
            }
            let mut spoil = |var: Var| {
                found.insert(vars.resolve(&Path::of(var)).root, None);
            };
            value.vars(&mut spoil);
            path.index_vars(&mut spoil);
            return;
        }
        stmt.parts(&mut |part| {
            let mut spoil = |var: Var| {
                found.insert(vars.resolve(&Path::of(var)).root, None);
            };
            match part {
                Part::Read(expr) => expr.vars(&mut spoil),
                Part::ReadPath(path) | Part::WritePath(path) => {
                    spoil(path.root);
                    path.index_vars(&mut spoil);
                }
                Part::Use(var) | Part::Change(var) | Part::Define(var) => spoil(var),
            }
        });
    });
    let all: Vec<Sum> = found.into_values().into_iter().flatten().flatten().collect();
    if all.len() > MOST { Vec::new() } else { all }
}

/// The sum that a store belongs to, if its element is the same in all iterations.
fn sum(path: &Path, value: &Expr, indices: &Indices, vars: &Vars, made_from: u32) -> Option<Sum> {
    if path.root.0 < made_from || vars[path.root].view.is_some() || path.proj.is_empty() {
        return None;
    }
    let float = match (vars.type_of(path), value) {
        (Ty::Float(float), _) => float,
        (_, Expr::Var(var)) => match &vars[*var].ty {
            Ty::Float(float) => float.clone(),
            _ => return None,
        },
        _ => return None,
    };
    let proj: Option<Vec<Proj>> = path
        .proj
        .iter()
        .map(|proj| match proj {
            Proj::Index(index) => indices.invariant(index).map(Proj::Index),
            Proj::Field(name) => Some(Proj::Field(name.clone())),
            Proj::Range(..) | Proj::Deref => None,
        })
        .collect();
    Some(Sum { path: Path { root: path.root, proj: proj? }, float, sites: vec![path.clone()] })
}

/// Sends the additions to the scalar.
fn redirect(body: &mut Block, sites: &[Path], var: Var) {
    body.walk_mut(&mut |stmt| {
        let StmtKind::Store { path, op: op @ (StoreOp::Add | StoreOp::Sub), value } = &stmt.kind else {
            return;
        };
        if sites.iter().any(|site| same_path(site, path)) {
            stmt.kind = StmtKind::Update { var, op: *op, expr: value.clone() };
        }
    });
}

/// The statement, where the loop has run at all: there might be no such element otherwise.
fn guarded(stmt: Stmt, lo: &Expr, hi: &Expr, inclusive: bool) -> Stmt {
    let span = stmt.span;
    let StmtKind::Store { path, .. } = &stmt.kind else { return stmt };
    if path.proj.iter().all(|proj| matches!(proj, Proj::Field(_))) {
        return stmt;
    }
    let Some(cond) = runs(lo, hi, inclusive) else { return stmt };
    let then = Block { stmts: vec![stmt] };
    Stmt { kind: StmtKind::If { cond, then, otherwise: Block::default(), joins: Vec::new() }, span }
}
