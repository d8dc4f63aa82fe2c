//! Windows: the operands of a loop, sliced before it to what it reaches, so that rustc sees that no index is out of bounds.
//!
//! `for k in 0..n { z += w[j * n + k] * x[k]; }` becomes `let w_window = &w[j * n..j * n + n]; let x_window = &x[..n]; …`.
//!
//! Invariant: a window is as long as the last iteration needs, so slicing it panics only where the loop would have
//! panicked; a place that the loop writes is reached through its window alone.

use super::affine::{Indices, plus, same, same_base, same_path};
use super::leftover;
use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, Ty, Var, VarMap, VarSet, Vars, build,
};

/// A place that a loop reaches at more distances from its index is left as it is.
const WIDEST: usize = 4;
/// The same for places that are read in more rows.
const MOST_ROWS: usize = 8;

/// Slices the operands of every loop of the block that allows it.
pub(crate) fn windows(block: &mut Block, vars: &mut Vars) {
    slice(block, &mut VarMap::new(), vars);
}

/// `lets`: the indices that are computed around the block.
fn slice(block: &mut Block, lets: &mut VarMap<Expr>, vars: &mut Vars) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        if let StmtKind::Let { var, expr: expr @ Expr::Binary(..) } = &stmt.kind {
            lets.insert(*var, expr.clone());
        }
        let looped = matches!(stmt.kind, StmtKind::Loop(_));
        let read = if looped { leftover::reads(&stmt, vars) } else { Default::default() };
        for inner in stmt.blocks_mut() {
            slice(inner, lets, vars);
        }
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            let span = stmt.span;
            let operands = slice_operands(the_loop, lets, vars);
            let length = settle_length(the_loop, &operands, vars);
            stmts.extend(length.into_iter().chain(operands).map(|kind| Stmt { kind, span }));
            leftover::drop_unread(&mut stmt, &read, vars);
        }
        stmts.push(stmt);
    }
    block.stmts = stmts;
}

/// While a mutable window lives nobody can ask its place for its length: a bound that does is computed before.
fn settle_length(the_loop: &mut Loop, operands: &[StmtKind], vars: &mut Vars) -> Option<StmtKind> {
    let Head::For { hi, .. } = &mut the_loop.head else { return None };
    let views: Vec<Var> = operands
        .iter()
        .filter_map(|kind| match kind {
            StmtKind::View { var } => Some(*var),
            _ => None,
        })
        .collect();
    let root_of = |path: &Path| vars.root(path);
    let lent = |root: Var| views.iter().any(|view| vars[*view].mutable && root_of(&Path::of(*view)) == root);
    let mut asked = None;
    hi.walk(&mut |expr| {
        if let Expr::Len(path) = expr {
            if lent(root_of(path)) {
                asked = Some(path.root);
            }
        }
    });
    let name = format!("{}_len", vars[asked?].name);
    let span = vars[asked?].span;
    let length = vars.fresh(name, Ty::usize(), Role::Value, span);
    let expr = std::mem::replace(hi, Expr::Var(length));
    for view in views {
        for proj in vars[view].view.iter_mut().flat_map(|path| &mut path.proj) {
            if let Proj::Range(_, Some(end)) = proj {
                end.walk_mut(&mut |part| {
                    if same(part, &expr) {
                        *part = Expr::Var(length);
                    }
                });
            }
        }
    }
    Some(StmtKind::Let { var: length, expr })
}

/// One way in which a loop reaches a place: `prefix[base + index + offset]`.
#[derive(Clone)]
struct Access {
    /// The path before the index, as text: equal texts are equal paths.
    prefix: Path,
    base: Option<Expr>,
    offset: i64,
    /// In every iteration, whatever branches are taken.
    always: bool,
    write: bool,
}

impl Access {
    /// Whether both reach the same row.
    fn alike(&self, other: &Access) -> bool {
        same_path(&self.prefix, &other.prefix) && same_base(self.base.as_ref(), other.base.as_ref())
    }
}

/// How all accesses to one place look.
#[derive(Default)]
struct Operand {
    accesses: Vec<Access>,
    /// Reached in a way that is not an [`Access`], for reading or for writing.
    read_otherwise: bool,
    written_otherwise: bool,
}

struct Scan<'a> {
    vars: &'a Vars,
    indices: &'a Indices,
    operands: VarMap<Operand>,
}

fn slice_operands(the_loop: &mut Loop, lets: &VarMap<Expr>, vars: &mut Vars) -> Vec<StmtKind> {
    let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &the_loop.head else {
        return Vec::new();
    };
    if the_loop.break_if.is_some() || build::value_of(lo) != Some(0.0) {
        return Vec::new();
    }
    let hi = hi.clone();
    let indices = Indices::of(*index, the_loop, vars);
    if indices.varies(&hi) {
        return Vec::new();
    }
    let mut scan = Scan { vars, indices: &indices, operands: VarMap::new() };
    scan.block(&the_loop.body, true);
    let operands = scan.operands;

    // What an iteration declares is not there before the loop.
    let mut inside = VarSet::new();
    the_loop.body.walk(&mut |stmt| inside.extend(stmt.defines()));
    let mut slicing = Slicing { the_loop, indices: &indices, lets, hi: &hi, stmts: Vec::new() };
    for (root, operand) in operands {
        if inside.contains(&root) {
            continue;
        }
        // A window of a window would gain nothing.
        if vars[root].window {
            continue;
        }
        let written = operand.written_otherwise || operand.accesses.iter().any(|access| access.write);
        let rows = rows(operand.accesses);
        let otherwise = operand.read_otherwise || operand.written_otherwise;
        if rows.len() > MOST_ROWS || (written && (rows.len() != 1 || otherwise)) {
            continue;
        }
        for row in rows {
            slicing.row(root, &row, written, vars);
        }
    }
    slicing.stmts
}

/// The accesses by the rows that they reach: `prefix[base + …]`.
fn rows(accesses: Vec<Access>) -> Vec<Vec<Access>> {
    let mut rows: Vec<Vec<Access>> = Vec::new();
    for access in accesses {
        match rows.iter_mut().find(|row| row[0].alike(&access)) {
            Some(row) => row.push(access),
            None => rows.push(vec![access]),
        }
    }
    rows
}

/// The slicing of one loop's operands.
struct Slicing<'a> {
    the_loop: &'a mut Loop,
    indices: &'a Indices,
    lets: &'a VarMap<Expr>,
    hi: &'a Expr,
    /// What comes before the loop.
    stmts: Vec<StmtKind>,
}

impl Slicing<'_> {
    /// Windows for one row of a place, one for each distance from the index.
    fn row(&mut self, root: Var, row: &[Access], written: bool, vars: &mut Vars) {
        let first = row[0].clone();
        // Exactly as long as what every iteration reaches: without one, no element need be there.
        let mut offsets: Vec<i64> =
            row.iter().filter(|access| access.always).map(|access| access.offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        // What is written is reached through one window alone; an index below the base could be none.
        if (written && (offsets != [0] || row.iter().any(|access| access.offset != 0)))
            || offsets.first().is_none_or(|first| *first < 0)
            || offsets.len() > WIDEST
        {
            return;
        }
        for offset in offsets {
            let name = format!("{}_window", vars[root].name);
            let element = vars.type_of(&first.prefix).element();
            let span = vars[root].span;
            let view = vars.fresh(name, Ty::Slice(Box::new(element)), Role::View, span);
            let base = match (&first.base, offset) {
                (None, 0) => None,
                (None, offset) => Some(build::int(offset)),
                (Some(base), 0) => Some(base.clone()),
                (Some(base), offset) => Some(plus(base.clone(), build::int(offset))),
            };
            let window = match base {
                None => vec![Proj::Range(None, Some(self.hi.clone()))],
                Some(base) if vanishes(&base, self.hi, self.lets) => {
                    vec![Proj::Range(Some(base.clone()), Some(plus(base, self.hi.clone())))]
                }
                // Without an iteration the base may lie behind the end.
                Some(base) => {
                    let length = Expr::Len(first.prefix.clone());
                    let less = syn::BinOp::Lt(Default::default());
                    let inside = Expr::Binary(less, Box::new(base.clone()), Box::new(length.clone()));
                    let start = Expr::Select(Box::new(inside), Box::new(base), Box::new(length));
                    // Taken before: a place cannot be asked for its length while it is lent.
                    let from = vars.fresh("from", Ty::usize(), Role::Value, span);
                    self.stmts.push(StmtKind::Let { var: from, expr: start });
                    let from = Some(Expr::Var(from));
                    vec![Proj::Range(from, None), Proj::Range(None, Some(self.hi.clone()))]
                }
            };
            let mut shown = first.prefix.clone();
            shown.proj.extend(window);
            vars[view].view = Some(shown);
            vars[view].window = true;
            vars[view].mutable = written;
            let scan = Scan { vars, indices: self.indices, operands: VarMap::new() };
            scan.rewrite(&mut self.the_loop.body, root, &first, offset, view);
            self.stmts.push(StmtKind::View { var: view });
        }
    }
}

/// Whether the base is zero where the bound is.
fn vanishes(base: &Expr, hi: &Expr, lets: &VarMap<Expr>) -> bool {
    match base {
        Expr::Var(var) => lets.get(var).is_some_and(|base| vanishes(base, hi, lets)),
        Expr::Binary(syn::BinOp::Mul(_), a, b) => same(a, hi) || same(b, hi),
        Expr::Lit(_) => build::value_of(base) == Some(0.0),
        _ => false,
    }
}

impl Scan<'_> {
    fn block(&mut self, block: &Block, always: bool) {
        for stmt in &block.stmts {
            let mut found: Vec<(Path, bool, bool)> = Vec::new();
            stmt.parts(&mut |part| match part {
                Part::Read(expr) => {
                    expr.walk(&mut |expr| match expr {
                        Expr::Load(path) => found.push((path.clone(), false, true)),
                        Expr::Len(path) | Expr::Whole(path) => found.push((path.clone(), false, false)),
                        _ => {}
                    });
                }
                Part::ReadPath(path) => {
                    found.push((path.clone(), false, false));
                    loads_of_indices(path, &mut found);
                }
                Part::WritePath(path) => {
                    let element = matches!(stmt.kind, StmtKind::Store { .. });
                    found.push((path.clone(), true, element));
                    loads_of_indices(path, &mut found);
                }
                Part::Change(var) | Part::Use(var) => found.push((Path::of(var), true, false)),
                Part::Define(_) => {}
            });
            if let StmtKind::View { var } = &stmt.kind {
                if let Some(path) = &self.vars[*var].view {
                    // Whoever uses the view may write through it.
                    found.push((path.clone(), self.vars[*var].mutable, false));
                }
            }
            for (path, write, element) in found {
                self.note(&path, write, element, always);
            }
            for inner in stmt.blocks() {
                self.block(inner, false);
            }
        }
    }

    fn note(&mut self, path: &Path, write: bool, element: bool, always: bool) {
        if !matches!(self.vars[path.root].role, Role::Place | Role::View) {
            return;
        }
        let full = self.vars.resolve(path);
        let access = (element && self.vars[path.root].view.is_none())
            .then(|| self.access(path, write, always))
            .flatten();
        let operand = self.operands.or_default(full.root);
        match access {
            Some(access) => operand.accesses.push(access),
            None if write => operand.written_otherwise = true,
            None => operand.read_otherwise = true,
        }
    }

    fn access(&self, path: &Path, write: bool, always: bool) -> Option<Access> {
        let (last, before) = path.proj.split_last()?;
        let Proj::Index(index) = last else { return None };
        let prefix = Path { root: path.root, proj: before.to_vec() };
        if !self.vars.type_of(&prefix).is_sequence() || matches!(self.vars.type_of(&prefix), Ty::Array(..)) {
            return None;
        }
        let invariant = before.iter().all(|proj| match proj {
            Proj::Index(index) => !self.indices.varies(index),
            Proj::Field(_) => true,
            Proj::Range(..) | Proj::Deref => false,
        });
        let (base, offset) = self.indices.affine(index)?;
        invariant.then_some(Access { prefix, base, offset, always, write })
    }
}

fn loads_of_indices(path: &Path, found: &mut Vec<(Path, bool, bool)>) {
    for proj in &path.proj {
        if let Proj::Index(index) = proj {
            index.walk(&mut |expr| {
                if let Expr::Load(path) = expr {
                    found.push((path.clone(), false, true));
                }
            });
        }
    }
}

impl Scan<'_> {
    /// Sends the accesses that look like `sample` through the window.
    fn rewrite(&self, body: &mut Block, root: Var, sample: &Access, offset: i64, view: Var) {
        let through = |path: &mut Path| {
            if path.root != root {
                return;
            }
            let Some((Proj::Index(at), before)) = path.proj.split_last() else { return };
            let prefix = Path { root, proj: before.to_vec() };
            if !same_path(&prefix, &sample.prefix) {
                return;
            }
            if let Some((base, reached)) = self.indices.affine(at) {
                if reached == offset && same_base(base.as_ref(), sample.base.as_ref()) {
                    *path = Path { root: view, proj: vec![Proj::Index(Expr::Var(self.indices.index))] };
                }
            }
        };
        body.walk_mut(&mut |stmt| {
            stmt.exprs_mut(&mut |expr| {
                if let Expr::Load(path) = expr {
                    through(path);
                }
            });
            if let StmtKind::Store { path, .. } = &mut stmt.kind {
                through(path);
            }
        });
    }
}
