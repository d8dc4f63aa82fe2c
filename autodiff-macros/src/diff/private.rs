//! Private places: declared outside of a loop, but rewritten in each iteration before anything of them is read.
//!
//! `let mut hidden = [0.0; 64]; for n in … { for j in 0..64 { hidden[j] = …; } … }`: no iteration sees what another left,
//! so that within one iteration the place behaves as if it were declared there.

use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Function, Head, Init, Loop, Path, Proj, Stmt, StmtKind, StoreOp, Ty, Var, VarMap, VarSet,
    WrtTarget,
};

/// The private places of each counted loop, by the loop's index.
pub(crate) fn private_places(function: &Function) -> VarMap<VarSet> {
    let mut result = VarMap::new();
    scan(function, &function.body, &[], &mut result);
    result
}

/// `candidates`: places from outside that only this block touches.
fn scan(function: &Function, block: &Block, candidates: &[(Var, &Init)], result: &mut VarMap<VarSet>) {
    let stmts = &block.stmts;
    if !stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Loop(_))) {
        return;
    }
    // The places that each statement touches, and how many statements touch each place.
    let touched: Vec<VarSet> = stmts.iter().map(|stmt| touched(function, stmt)).collect();
    let mut touching: VarMap<usize> = VarMap::new();
    touched.iter().flatten().for_each(|place| *touching.or_default(place) += 1);
    for (at, stmt) in stmts.iter().enumerate() {
        let StmtKind::Loop(the_loop) = &stmt.kind else { continue };
        let declared = stmts[..at].iter().filter_map(|declaration| match &declaration.kind {
            StmtKind::Declare { place, init } if !handed_out(function, *place) => Some((*place, init)),
            _ => None,
        });
        let alone: Vec<(Var, &Init)> = candidates
            .iter()
            .copied()
            .chain(declared)
            .filter(|(place, _)| {
                let by_this = usize::from(touched[at].contains(place));
                touching.get(place).copied().unwrap_or(0) == by_this
            })
            .collect();
        scan(function, &the_loop.body, &alone, result);
        let Head::For { index, .. } = &the_loop.head else { continue };
        let private = alone
            .iter()
            .filter(|(place, init)| {
                covers(function, &the_loop.body, *place, init) || within(&the_loop.body, *place, result)
            })
            .map(|(place, _)| *place)
            .collect();
        result.insert(*index, private);
    }
}

/// Whether a loop right in the body has the place for itself: what is private to each of its iterations is private to all.
fn within(body: &Block, place: Var, result: &VarMap<VarSet>) -> bool {
    body.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Loop(inner) => match &inner.head {
            Head::For { index, .. } => result.get(index).is_some_and(|places| places.contains(&place)),
            _ => false,
        },
        _ => false,
    })
}

/// Whether the statement or one inside it reads or writes the place, other than for its length.
fn touches(function: &Function, stmt: &Stmt, place: Var) -> bool {
    touched(function, stmt).contains(&place)
}

/// The places that the statement or one inside it reads or writes, other than for their lengths.
fn touched(function: &Function, stmt: &Stmt) -> VarSet {
    let mut found = VarSet::new();
    let mut note = |var: Var| {
        found.insert(function.vars.root(&Path::of(var)));
    };
    stmt.parts(&mut |part| match part {
        Part::Read(expr) => expr.walk(&mut |expr| match expr {
            Expr::Var(var) => note(*var),
            Expr::Load(path) | Expr::Whole(path) => note(path.root),
            _ => {}
        }),
        Part::ReadPath(path) | Part::WritePath(path) => note(path.root),
        Part::Use(var) | Part::Change(var) => note(var),
        Part::Define(_) => {}
    });
    for block in stmt.blocks() {
        block.stmts.iter().for_each(|stmt| found.unite(&touched(function, stmt)));
    }
    found
}

fn handed_out(function: &Function, place: Var) -> bool {
    let mut found = function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Local(place));
    for leaf in function.result.leaves() {
        leaf.vars(&mut |var| found |= function.vars.root(&Path::of(var)) == place);
    }
    found
}

/// Whether the first statement of the body that touches the place writes all of it.
fn covers(function: &Function, body: &Block, place: Var, init: &Init) -> bool {
    let Some(first) = body.stmts.iter().find(|stmt| touches(function, stmt, place)) else { return false };
    let whole = |path: &Path| path.root == place && path.proj.is_empty();
    match &first.kind {
        StmtKind::Fill { path, .. } => whole(path),
        StmtKind::Assign { path, init, .. } => {
            let copy = Stmt {
                kind: StmtKind::Declare { place: Var(u32::MAX), init: init.clone() },
                span: first.span,
            };
            whole(path) && !touches(function, &copy, place)
        }
        StmtKind::Loop(inner) => keeps_length(function, body, place) && fills(function, inner, place, init),
        _ => false,
    }
}

/// Whether nothing in the body changes the place as a whole, other than all of its elements: what is as long as it was
/// before the loop is as long in each iteration.
fn keeps_length(function: &Function, body: &Block, place: Var) -> bool {
    if matches!(function.vars[place].ty, Ty::Array(..)) {
        return true;
    }
    let mut keeps = true;
    body.walk(&mut |stmt| {
        let fill = matches!(stmt.kind, StmtKind::Fill { .. });
        stmt.parts(&mut |part| match part {
            Part::WritePath(path) => {
                let path = function.vars.resolve(path);
                keeps &= fill || path.root != place || !path.proj.is_empty();
            }
            Part::Change(var) => keeps &= function.vars.root(&Path::of(var)) != place,
            _ => {}
        });
    });
    keeps
}

/// Whether the loop stores to every element, each before it is read.
fn fills(function: &Function, inner: &Loop, place: Var, init: &Init) -> bool {
    let Head::For { index, lo: Expr::Lit(lo), hi, inclusive: false, step: None, .. } = &inner.head else {
        return false;
    };
    if inner.break_if.is_some() || lo.value != Some(0.0) || !is_length(function, hi, place, init) {
        return false;
    }
    let Some(first) = inner.body.stmts.iter().find(|stmt| touches(function, stmt, place)) else {
        return false;
    };
    match &first.kind {
        StmtKind::Store { path, op: StoreOp::Set, .. } => {
            path.root == place
                && matches!(path.proj.as_slice(), [Proj::Index(Expr::Var(at))] if at == index)
                && meets_only(function, &inner.body, place, *index)
        }
        _ => false,
    }
}

/// Whether the body has to do with no other element of the place than that of the index: others may not be written yet.
fn meets_only(function: &Function, body: &Block, place: Var, index: Var) -> bool {
    let own = |path: &Path| {
        let path = function.vars.resolve(path);
        path.root != place || matches!(path.proj.first(), Some(Proj::Index(Expr::Var(at))) if *at == index)
    };
    let other = |var: Var| function.vars.root(&Path::of(var)) != place;
    let mut only = true;
    body.walk(&mut |stmt| {
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => expr.walk(&mut |expr| match expr {
                Expr::Var(var) => only &= other(*var),
                Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => only &= own(path),
                _ => {}
            }),
            Part::ReadPath(path) | Part::WritePath(path) => only &= own(path),
            Part::Use(var) | Part::Change(var) => only &= other(var),
            Part::Define(_) => {}
        });
    });
    only
}

fn is_length(function: &Function, expr: &Expr, place: Var, init: &Init) -> bool {
    let declared = match init {
        Init::Repeat { len, .. } => Some(len.clone()),
        Init::List { items, .. } => Some(crate::ir::build::int(items.len() as i64)),
        _ => None,
    };
    match (expr, declared) {
        (Expr::Lit(a), Some(Expr::Lit(b))) => a.tokens.to_string() == b.tokens.to_string(),
        (Expr::Var(a), Some(Expr::Var(b))) if *a == b => true,
        (Expr::Var(var), _) => {
            let mut is = false;
            function.body.walk(&mut |stmt| {
                if let StmtKind::Let { var: defined, expr: Expr::Len(path) } = &stmt.kind {
                    is |= defined == var && path.root == place && path.proj.is_empty();
                }
            });
            is
        }
        _ => false,
    }
}
