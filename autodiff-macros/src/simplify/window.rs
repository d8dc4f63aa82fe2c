//! Windows: the operands of a loop, sliced before it to what it reaches, so that rustc sees that no index is out of bounds.
//!
//! `for k in 0..n { z += w[j * n + k] * x[k]; }` becomes `let w_window = &w[j * n..j * n + n]; let x_window = &x[..n]; …`.
//! A loop that does not start at zero counts its iterations instead: `for j in i + 1..n { y[j] = … }` becomes
//! `if i + 1 < n { let count = n - (i + 1); let y_window = &mut y[i + 1..n]; for j in 0..count { y_window[j] = … } }`.
//!
//! Invariant: a window is as long as the last iteration needs, so slicing it panics only where the loop would have
//! panicked; a place that the loop writes is reached through its window alone. Without an iteration the windows might not
//! exist: where they might not, they are sliced where the loop runs.

mod guard;
mod loads;
mod scan;

use proc_macro2::Span;

use self::guard::{behind, guarded};
use self::scan::{Access, Scan};
use super::affine::{Indices, element, plus, runs, same, same_path};
use super::leftover;
use crate::ir::visit::{Part, defined};
use crate::ir::{Block, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, Ty, Var, VarMap, Vars, build};

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
        if !looped {
            behind(stmt, &mut stmts, vars);
            continue;
        }
        let prepared = prepare(&mut stmt, lets, vars);
        leftover::drop_unread(&mut stmt, &read, vars);
        let Prepared { mut before, runs } = prepared;
        match runs {
            Some(runs) => behind(guarded(before, stmt, runs, vars), &mut stmts, vars),
            None => {
                stmts.append(&mut before);
                stmts.push(stmt);
            }
        }
    }
    block.stmts = stmts;
}

/// What comes before a loop.
#[derive(Default)]
struct Prepared {
    before: Vec<Stmt>,
    /// Whether the loop runs, where what comes before it might not exist otherwise.
    runs: Option<Expr>,
}

/// Loads and slices before a loop what all its iterations reach.
fn prepare(stmt: &mut Stmt, lets: &VarMap<Expr>, vars: &mut Vars) -> Prepared {
    let span = stmt.span;
    let mut prepared = Prepared::default();
    let StmtKind::Loop(the_loop) = &mut stmt.kind else { return prepared };
    let Head::For { index, lo, hi, inclusive, step: None, .. } = the_loop.head.clone() else {
        return prepared;
    };
    let indices = Indices::of(index, the_loop, vars);
    if the_loop.break_if.is_some() || the_loop.trips.is_some() || indices.varies(&hi) || indices.varies(&lo) {
        return prepared;
    }
    let innermost = !holds_loop(&the_loop.body);
    if innermost {
        prepared.before = loads::take(the_loop, &indices, vars);
    }
    let mut exist = prepared.before.is_empty();
    let from_zero = !inclusive && build::value_of(&lo) == Some(0.0);
    if from_zero || innermost {
        let (views, all) = slice_operands(the_loop, &indices, lets, span, vars);
        exist &= all;
        prepared.before.extend(views);
    }
    if !exist {
        prepared.runs = runs(&lo, &hi, inclusive);
    }
    prepared
}

/// While a mutable window lives nobody can ask its place for its length: a bound that does is computed before.
fn settle_length(the_loop: &mut Loop, views: &[Var], vars: &mut Vars) -> Option<StmtKind> {
    let Head::For { hi, .. } = &mut the_loop.head else { return None };
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
        for proj in vars[*view].view.iter_mut().flat_map(|path| &mut path.proj) {
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

/// Slices the operands, and tells whether all slices exist where no iteration runs.
fn slice_operands(
    the_loop: &mut Loop,
    indices: &Indices,
    lets: &VarMap<Expr>,
    span: Span,
    vars: &mut Vars,
) -> (Vec<Stmt>, bool) {
    let Head::For { index, lo, hi, inclusive, rev, .. } = the_loop.head.clone() else {
        return (Vec::new(), true);
    };
    let mut scan = Scan { vars, indices, lo: &lo, operands: VarMap::new() };
    scan.block(&the_loop.body, true);
    let operands = scan.operands;

    // What an iteration declares is not there before the loop.
    let inside = defined(&the_loop.body.stmts);
    let from_zero = !inclusive && build::value_of(&lo) == Some(0.0);
    let (counter, count) = if from_zero {
        (index, hi.clone())
    } else {
        let name = vars[index].name.clone();
        let counter = vars.fresh(name, Ty::usize(), Role::Value, span);
        (counter, Expr::Var(vars.fresh("count", Ty::usize(), Role::Value, span)))
    };
    let ends = (!inclusive).then_some(&hi);
    let as_it_was = (!from_zero).then(|| the_loop.clone());
    let mut slicing = Slicing {
        the_loop,
        indices,
        lets,
        lo: &lo,
        ends,
        counter,
        count: &count,
        exist: from_zero,
        views: Vec::new(),
    };
    for (root, operand) in operands {
        // A window of a window would gain nothing.
        if inside.contains(&root) || vars[root].window {
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
    let Slicing { views, exist, .. } = slicing;
    if views.is_empty() {
        return (Vec::new(), true);
    }
    if let Some(as_it_was) = as_it_was.filter(|_| indexes(&the_loop.body, index, vars)) {
        // Two indices would be more to read, and the checks of the other elements remain.
        *the_loop = as_it_was;
        return (Vec::new(), true);
    }

    let mut before = Vec::new();
    let mut add = |kind: StmtKind| before.push(Stmt { kind, span });
    match &count {
        Expr::Var(var) if !from_zero => {
            // What the only window's own bounds ask for is told before it lives.
            if let [_, _, ..] = &views[..] {
                settle_length(the_loop, &views, vars).into_iter().for_each(&mut add);
            }
            let Head::For { hi, .. } = the_loop.head.clone() else { return (before, exist) };
            add(StmtKind::Let { var: *var, expr: guard::count(&lo, &hi, inclusive) });
            let zero = build::int(0);
            the_loop.head =
                Head::For { index: counter, lo: zero, hi: count.clone(), inclusive: false, step: None, rev };
            if the_loop.body.stmts.iter().any(|stmt| leftover::reads(stmt, vars).contains(&index))
                || the_loop.carried.iter().any(|carried| carried.next.mentions(index))
            {
                let expr = plus(lo.clone(), Expr::Var(counter));
                let shifted = Stmt { kind: StmtKind::Let { var: index, expr }, span };
                the_loop.body.stmts.insert(0, shifted);
            }
        }
        _ => settle_length(the_loop, &views, vars).into_iter().for_each(&mut add),
    }
    views.into_iter().for_each(|var| add(StmtKind::View { var }));
    (before, exist)
}

fn holds_loop(body: &Block) -> bool {
    let mut found = false;
    body.walk(&mut |stmt| found |= matches!(stmt.kind, StmtKind::Loop(_)));
    found
}

/// Whether elements of the body are reached by the index.
fn indexes(body: &Block, index: Var, vars: &Vars) -> bool {
    let mut indexed = false;
    let mut look = |path: &Path| path.index_vars(&mut |var| indexed |= var == index);
    body.walk(&mut |stmt| {
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => expr.walk(&mut |expr| {
                if let Expr::Load(path) = expr {
                    look(path);
                }
            }),
            Part::ReadPath(path) | Part::WritePath(path) => look(path),
            _ => {}
        });
        if let StmtKind::View { var } = &stmt.kind {
            vars[*var].view.iter().for_each(&mut look);
        }
    });
    indexed
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
    lo: &'a Expr,
    /// The bound, where the loop does not reach it.
    ends: Option<&'a Expr>,
    /// The index that counts the iterations, and their number.
    counter: Var,
    count: &'a Expr,
    /// Whether all windows exist where no iteration runs.
    exist: bool,
    /// What comes before the loop.
    views: Vec<Var>,
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
        // What is written is reached through one window alone.
        let apart = row.iter().any(|access| access.offset != first.offset);
        if offsets.is_empty() || offsets.len() > WIDEST || (written && apart) {
            return;
        }
        // A loop over the whole slice says so.
        let whole = matches!(self.count, Expr::Len(path) if same_path(path, &first.prefix))
            && matches!(vars.type_of(&first.prefix), Ty::Slice(_));
        for offset in offsets {
            if whole && offset == 0 && first.base.is_none() {
                continue;
            }
            let name = format!("{}_window", vars[root].name);
            let item = vars.type_of(&first.prefix).element();
            let span = vars[root].span;
            let view = vars.fresh(name, Ty::Slice(Box::new(item)), Role::View, span);
            let from = match (&first.base, offset) {
                (None, 0) => None,
                (base, offset) => Some(element(base.as_ref(), build::int(0), offset)),
            };
            // Nor need the row be there that no iteration reaches.
            self.exist &=
                !first.prefix.proj.iter().any(|proj| matches!(proj, Proj::Index(_) | Proj::Range(..)));
            self.exist &= from.as_ref().is_none_or(|from| vanishes(from, self.count, self.lets));
            let to = match (&from, self.ends) {
                (Some(from), Some(hi)) if same(from, self.lo) => hi.clone(),
                (Some(from), _) => plus(from.clone(), self.count.clone()),
                (None, _) => self.count.clone(),
            };
            let mut shown = first.prefix.clone();
            shown.proj.push(Proj::Range(from, Some(to)));
            vars[view].view = Some(shown);
            vars[view].window = true;
            vars[view].mutable = written;
            let scan = Scan { vars, indices: self.indices, lo: self.lo, operands: VarMap::new() };
            scan.rewrite(&mut self.the_loop.body, root, &first, offset, (view, self.counter));
            self.views.push(view);
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
