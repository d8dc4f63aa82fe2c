//! Sums in registers: what a loop adds to one element throughout is summed in a scalar, and added once behind the loop.
//!
//! rustc cannot: to it, the element might be one of those that the loop reads.
//!
//! Invariant: behind the loop every element holds the same contributions, those of one loop added to each other first. No
//! element is touched that no iteration has touched.

use super::affine::{Indices, runs, same, same_path};
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
                    behind.push(guarded(add, sum.reached, runs(&lo, &hi, inclusive)));
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
    reached: Reached,
}

/// When an iteration adds to an element.
#[derive(Clone)]
enum Reached {
    /// Always, where these conditions hold: they say that loops inside run, and are the same in all iterations.
    If(Vec<Expr>),
    /// That depends on the branches it takes.
    Perhaps,
}

impl Reached {
    fn either(self, other: Reached) -> Reached {
        match (self, other) {
            (Reached::If(a), Reached::If(b)) => {
                let alike = a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same(a, b));
                match (alike, a.is_empty() || b.is_empty()) {
                    (true, _) => Reached::If(a),
                    (false, true) => Reached::If(Vec::new()),
                    (false, false) => Reached::Perhaps,
                }
            }
            (Reached::If(always), _) | (_, Reached::If(always)) if always.is_empty() => Reached::If(always),
            _ => Reached::Perhaps,
        }
    }
}

fn sums(the_loop: &Loop, index: Var, vars: &Vars, made_from: u32) -> Vec<Sum> {
    if the_loop.break_if.is_some() {
        return Vec::new();
    }
    let indices = Indices::of(index, the_loop, vars);
    let mut scan = Scan { vars, indices: &indices, made_from, found: VarMap::new() };
    scan.block(&the_loop.body, &Reached::If(Vec::new()));
    let all = scan.found.into_values().into_iter().flatten().flatten();
    // Where nobody knows whether any iteration got to the element, it may be asked for, but not its index.
    let askable = |sum: &Sum| {
        matches!(sum.reached, Reached::If(_))
            || sum.path.proj.iter().enumerate().all(|(at, proj)| match proj {
                Proj::Index(index) => {
                    index.speculable() && vars.type_of(&before(&sum.path, at)).is_sequence()
                }
                _ => true,
            })
    };
    let all: Vec<Sum> = all.filter(askable).collect();
    if all.len() > MOST { Vec::new() } else { all }
}

struct Scan<'a> {
    vars: &'a Vars,
    indices: &'a Indices,
    made_from: u32,
    /// By root: the elements, as long as nothing but additions meets it.
    found: VarMap<Option<Vec<Sum>>>,
}

impl Scan<'_> {
    fn block(&mut self, block: &Block, reached: &Reached) {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Store { path, op: StoreOp::Add | StoreOp::Sub, value } => {
                    self.add(path, value, reached);
                    value.vars(&mut |var| self.spoil(var));
                    path.index_vars(&mut |var| self.spoil(var));
                }
                _ => self.meet(stmt),
            }
            let inside = self.inside(stmt, reached);
            stmt.blocks().into_iter().for_each(|inner| self.block(inner, &inside));
        }
    }

    /// When the blocks of a statement are reached.
    fn inside(&self, stmt: &Stmt, reached: &Reached) -> Reached {
        let (StmtKind::Loop(inner), Reached::If(conditions)) = (&stmt.kind, reached) else {
            return Reached::Perhaps;
        };
        let Head::For { lo, hi, inclusive, .. } = &inner.head else { return Reached::Perhaps };
        let known = |bound: &Expr| self.indices.invariant(bound);
        let (Some(lo), Some(hi)) = (known(lo), known(hi)) else { return Reached::Perhaps };
        let mut conditions = conditions.clone();
        conditions.extend(runs(&lo, &hi, *inclusive));
        Reached::If(conditions)
    }

    fn add(&mut self, path: &Path, value: &Expr, reached: &Reached) {
        let root = self.vars.resolve(path).root;
        let sum = sum(path, value, self.indices, self.vars, self.made_from);
        let (Some(sums), Some(mut sum)) = (self.found.or_insert(root, Some(Vec::new())), sum) else { return };
        sum.reached = reached.clone();
        match sums.iter_mut().find(|known| same_path(&known.path, &sum.path)) {
            Some(known) => {
                known.sites.extend(sum.sites);
                known.reached = std::mem::replace(&mut known.reached, Reached::Perhaps).either(sum.reached);
            }
            None => sums.push(sum),
        }
    }

    fn spoil(&mut self, var: Var) {
        self.found.insert(self.vars.resolve(&Path::of(var)).root, None);
    }

    fn meet(&mut self, stmt: &Stmt) {
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => expr.vars(&mut |var| self.spoil(var)),
            Part::ReadPath(path) | Part::WritePath(path) => {
                self.spoil(path.root);
                path.index_vars(&mut |var| self.spoil(var));
            }
            Part::Use(var) | Part::Change(var) | Part::Define(var) => self.spoil(var),
        });
    }
}

/// The part of the path before one of its projections.
fn before(path: &Path, at: usize) -> Path {
    Path { root: path.root, proj: path.proj[..at].to_vec() }
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
            Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => None,
        })
        .collect();
    let sum = Path { root: path.root, proj: proj? };
    Some(Sum { path: sum, float, sites: vec![path.clone()], reached: Reached::Perhaps })
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

/// The statement, where an iteration has got to the element: there might be none otherwise.
fn guarded(stmt: Stmt, reached: Reached, ran: Option<Expr>) -> Stmt {
    let span = stmt.span;
    let StmtKind::Store { path, .. } = &stmt.kind else { return stmt };
    if path.proj.iter().all(|proj| matches!(proj, Proj::Field(_))) {
        return stmt;
    }
    let conditions: Vec<Expr> = match reached {
        Reached::If(conditions) => ran.into_iter().chain(conditions).collect(),
        // Nothing was added to what is not there.
        Reached::Perhaps => path
            .proj
            .iter()
            .enumerate()
            .filter_map(|(at, proj)| match proj {
                Proj::Index(index) => {
                    let (index, len) = (Box::new(index.clone()), Box::new(Expr::Len(before(path, at))));
                    Some(Expr::Binary(syn::BinOp::Lt(Default::default()), index, len))
                }
                _ => None,
            })
            .collect(),
    };
    let and = |a, b| Expr::Binary(syn::BinOp::And(Default::default()), Box::new(a), Box::new(b));
    let Some(cond) = conditions.into_iter().reduce(and) else { return stmt };
    let then = Block { stmts: vec![stmt] };
    Stmt { kind: StmtKind::If { cond, then, otherwise: Block::default(), joins: Vec::new() }, span }
}
