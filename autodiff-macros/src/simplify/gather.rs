//! Gathering: a loop whose reversed stencil scatters to neighbours adds to each element at once what they give it.
//!
//! In `for i in 1..n - 1 { x_bar[i - 1] += a * y_bar[i]; x_bar[i + 1] += b * y_bar[i]; }` each iteration waits for the memory
//! that the one before wrote. Element by element the same additions have no chain, and vectorise:
//!
//! ```text
//! for k in 0..n - 4 { x_bar[k + 2] += a * y_bar[k + 3] + b * y_bar[k + 1]; }
//! ```
//!
//! The first and the last elements, which some iterations miss, get what is theirs one by one. What the loop does besides
//! follows in a loop of its own. A contribution is computed where it arrives, without the values that it
//! shares with others: only cheap ones are.
//!
//! Invariant: every element gets the same contributions, in another order; they are computed from the same operands, since
//! the loop changes nothing that another iteration reads, nor, before it computes a contribution, what that one reads.

use proc_macro2::Span;

use super::affine::{Indices, Linear, same_path};
use super::direct;
use super::factor::factored;
use super::strips::scatter::{reached, scattered};
use super::strips::windows::{Stretch, windowed};
use crate::ir::{
    Block, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, VarMap, Vars, build,
};

/// Wider stencils have edges that take longer than what is between them.
const WIDEST: i64 = 4;
/// What one element may cost, in additions.
const DEAREST: u32 = 32;
/// What an addition to memory costs beside it: no more may be computed anew for each that is saved.
const MEMORY: u32 = 2;
/// Fewer iterations, where their number is written in the program, are unrolled by rustc.
const FEWEST: f64 = 16.0;

/// What goes to one row: `prefix[… + index + offset] += value`, whatever the offset.
struct Row {
    prefix: Path,
    at: Linear,
    terms: Vec<Term>,
}

struct Term {
    offset: i64,
    /// In terms of the index and of what exists before the loop.
    value: Expr,
}

/// A loop, taken apart.
struct Parts {
    rows: Vec<Row>,
    /// What is left of it.
    rest: Block,
    /// Elements that become zero, each in its own iteration.
    cleared: Vec<(Path, Linear)>,
}

/// The statements that do what the loop does; `None` where that is impossible or of no use.
pub(super) fn gather(the_loop: &Loop, vars: &mut Vars, made_from: u32, span: Span) -> Option<Vec<Stmt>> {
    let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &the_loop.head else { return None };
    let counted = matches!(&vars[*index].ty, Ty::Int(Some(name)) if name == "usize");
    let indices = Indices::of(*index, the_loop, vars);
    let whole = the_loop.carried.is_empty() && the_loop.break_if.is_none() && the_loop.trips.is_none();
    if !counted || !whole || indices.varies(lo) || indices.varies(hi) {
        return None;
    }
    if let (Some(lo), Some(hi)) = (build::value_of(lo), build::value_of(hi)) {
        if hi - lo < FEWEST {
            return None;
        }
    }
    let parts = take_apart(the_loop, &indices, vars, made_from)?;
    let gathering = Gathering { vars, span, indices: &indices, lo, hi };
    Some(gathering.build(the_loop, parts))
}

fn take_apart(the_loop: &Loop, indices: &Indices, vars: &mut Vars, made_from: u32) -> Option<Parts> {
    let targets = scattered(&the_loop.body, indices, vars, made_from);
    if targets.is_empty() {
        return None;
    }
    let mut parts = Parts { rows: Vec::new(), rest: Block::default(), cleared: Vec::new() };
    // Values in terms of the index; what depends on an element that the iteration has written is none.
    let mut closed: VarMap<Expr> = VarMap::new();
    let mut written: Vec<Var> = Vec::new();
    let mut sums: Vec<Var> = Vec::new();
    // The loop without what it adds, to be checked.
    let mut left = Vec::new();
    let mut cost = 0;
    for stmt in &the_loop.body.stmts {
        let value = match &stmt.kind {
            StmtKind::Let { var, expr } => {
                cost += price(expr)?;
                if let Some(expr) = close(expr, &closed, indices, &written, vars) {
                    closed.insert(*var, expr);
                }
                left.push(stmt.clone());
                parts.rest.stmts.push(stmt.clone());
                continue;
            }
            StmtKind::Store { path, op, value } if targets.contains(&path.root) => {
                cost += price(value)?;
                let (prefix, at) = reached(path, indices, vars)?;
                let (offset, value) = (at.offset(), close(value, &closed, indices, &written, vars)?);
                let value = if *op == StoreOp::Sub { build::neg(value) } else { value };
                let row = parts
                    .rows
                    .iter()
                    .position(|row: &Row| same_path(&row.prefix, &prefix) && row.at.in_row_with(&at));
                let row = row.unwrap_or_else(|| {
                    parts.rows.push(Row { prefix, at, terms: Vec::new() });
                    parts.rows.len() - 1
                });
                let terms = &mut parts.rows[row].terms;
                match terms.iter_mut().find(|term| term.offset == offset) {
                    Some(term) => term.value = build::add(term.value.clone(), value.clone()),
                    None => terms.push(Term { offset, value: value.clone() }),
                }
                value
            }
            StmtKind::Update { var, op: StoreOp::Add | StoreOp::Sub, expr } if var.0 >= made_from => {
                sums.push(*var);
                parts.rest.stmts.push(stmt.clone());
                expr.clone()
            }
            StmtKind::Store { path, .. } => {
                written.push(vars.root(path));
                left.push(stmt.clone());
                parts.rest.stmts.push(stmt.clone());
                continue;
            }
            _ => return None,
        };
        let unused = vars.fresh("part", Ty::f64(), Role::Value, stmt.span);
        left.push(Stmt { kind: StmtKind::Let { var: unused, expr: value }, span: stmt.span });
    }
    let mut summed = false;
    left.iter().for_each(|stmt| stmt.reads(&mut |var| summed |= sums.contains(&var)));
    let narrow = |row: &Row| {
        let (first, last) = row.ends();
        last - first <= WIDEST
    };
    let terms = || parts.rows.iter().flat_map(|row| &row.terms);
    let gathered: Option<u32> = terms().map(|term| price(&term.value)).sum();
    let most = DEAREST.min(cost + MEMORY * terms().count() as u32);
    let fine = !summed
        && parts.rows.iter().all(narrow)
        && gathered.is_some_and(|gathered| gathered <= most)
        && direct::apart(&Loop { body: Block { stmts: left }, ..the_loop.clone() }, vars, made_from);
    if !fine {
        return None;
    }
    parts.clears(indices, vars);
    Some(parts)
}

/// The cost of arithmetic; `None` for what is not.
fn price(expr: &Expr) -> Option<u32> {
    let mut price = Some(0);
    expr.walk(&mut |expr| match expr {
        Expr::Rule(rule, _) => price = price.map(|price| price + rule.cost),
        // Nor can a place be asked for its length while a part of it is lent.
        Expr::Inert(_) | Expr::Whole(_) | Expr::WholeMut(_) | Expr::Len(_) => price = None,
        _ => {}
    });
    price
}

/// The expression in terms of the index and of what exists before the loop, if it reads nothing that is `written` by then,
/// and what it reads elsewhere in each iteration lies in one piece.
fn close(
    expr: &Expr,
    closed: &VarMap<Expr>,
    indices: &Indices,
    written: &[Var],
    vars: &Vars,
) -> Option<Expr> {
    let mut fine = true;
    let mut expr = expr.clone();
    expr.walk_mut(&mut |part| match part {
        Expr::Var(var) => {
            if let Some(value) = closed.get(var) {
                *part = value.clone();
            } else {
                fine &= *var == indices.index || !indices.varies(part);
            }
        }
        Expr::Load(path) => {
            let fixed = path.proj.iter().all(|proj| match proj {
                Proj::Index(index) => !indices.varies(index),
                _ => true,
            });
            fine &= !written.contains(&vars.root(path)) && (fixed || reached(path, indices, vars).is_some());
        }
        _ => {}
    });
    fine.then_some(expr)
}

impl Row {
    /// The least and the greatest offset.
    fn ends(&self) -> (i64, i64) {
        let offsets = self.terms.iter().map(|term| term.offset);
        (offsets.clone().min().unwrap_or(0), offsets.max().unwrap_or(0))
    }

    fn width(&self) -> i64 {
        let (first, last) = self.ends();
        last - first
    }
}

impl Parts {
    /// Takes out of the rest what sets elements to zero that nothing behind it touches.
    fn clears(&mut self, indices: &Indices, vars: &Vars) {
        let mut touched: Vec<Var> = Vec::new();
        let mut kept = Vec::new();
        for stmt in std::mem::take(&mut self.rest.stmts).into_iter().rev() {
            let cleared = match &stmt.kind {
                StmtKind::Store { path, op: StoreOp::Set, value } if value.is_zero() => {
                    reached(path, indices, vars).filter(|(prefix, _)| !touched.contains(&prefix.root))
                }
                _ => None,
            };
            super::rotate::touched(&stmt, vars, &mut touched);
            match cleared {
                Some(cleared) => self.cleared.push(cleared),
                None => kept.push(stmt),
            }
        }
        kept.reverse();
        self.rest.stmts = kept;
    }
}

struct Gathering<'a> {
    vars: &'a mut Vars,
    span: Span,
    indices: &'a Indices,
    lo: &'a Expr,
    hi: &'a Expr,
}

impl Gathering<'_> {
    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span }
    }

    fn branch(&self, cond: Expr, then: Block, otherwise: Block) -> Stmt {
        self.stmt(StmtKind::If { cond, then, otherwise, joins: Vec::new() })
    }

    fn build(mut self, the_loop: &Loop, parts: Parts) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        let width = parts.rows.iter().map(Row::width).max().unwrap_or(0);
        let mut wide = Block::default();
        for row in &parts.rows {
            self.between(row, &mut wide);
            self.edges(row, &mut wide);
        }
        let mut narrow = Block::default();
        if width > 0 {
            narrow.stmts.push(self.scattering(&parts.rows));
        }
        let cond = match build::value_of(self.lo) {
            Some(_) => less(offset(self.lo, width), self.hi.clone()),
            None => {
                let len = minus(self.hi.clone(), self.lo.clone());
                let and = syn::BinOp::And(Default::default());
                let enough = Box::new(less(build::int(width), len));
                Expr::Binary(and, Box::new(less(self.lo.clone(), self.hi.clone())), enough)
            }
        };
        stmts.push(self.branch(cond, wide, narrow));
        if parts.rest.stmts.iter().any(|stmt| !matches!(stmt.kind, StmtKind::Let { .. })) {
            let rest = Loop { body: parts.rest, ..the_loop.clone() };
            stmts.push(self.stmt(StmtKind::Loop(Box::new(rest))));
        }
        if !parts.cleared.is_empty() {
            let mut then = Block::default();
            for (prefix, at) in parts.cleared {
                let [from, to] = [self.lo, self.hi].map(|end| Some(at.of(end.clone())));
                let path = prefix.with(Proj::Range(from, to));
                then.stmts.push(self.stmt(StmtKind::Fill { path, value: build::lit(0.0) }));
            }
            stmts.push(self.branch(less(self.lo.clone(), self.hi.clone()), then, Block::default()));
        }
        stmts
    }

    /// The elements that all iterations that could reach them do.
    fn between(&mut self, row: &Row, block: &mut Block) {
        let (_, last) = row.ends();
        let width = row.width();
        let fresh = |this: &mut Self, name: &str| this.vars.fresh(name, Ty::usize(), Role::Value, this.span);
        let (count, k) = (fresh(self, "between"), fresh(self, "k"));
        let behind = offset(self.lo, width);
        let expr = match build::value_of(&behind) {
            Some(0.0) => self.hi.clone(),
            _ => minus(self.hi.clone(), behind),
        };
        block.stmts.push(self.stmt(StmtKind::Let { var: count, expr }));
        // What iteration `index + last - offset` gives to the element at `index + last`.
        let shifted = row
            .terms
            .iter()
            .map(|term| self.at(&term.value, &offset(&Expr::Var(self.indices.index), last - term.offset)));
        let sum = shifted.reduce(build::add).expect("a row has contributions");
        let value = factored(&sum, &|expr| !self.indices.varies(expr));
        let to = row.at.shifted(last - row.at.offset()).of(Expr::Var(self.indices.index));
        let path = row.prefix.with(Proj::Index(to));
        let add = self.stmt(StmtKind::Store { path, op: StoreOp::Add, value });
        let stretch = Stretch { from: self.lo, len: &Expr::Var(count), k };
        let (views, body) = windowed(vec![add], self.indices, &stretch, self.vars, self.span);
        block.stmts.extend(views);
        let head = Head::For {
            index: k,
            lo: build::int(0),
            hi: Expr::Var(count),
            inclusive: false,
            step: None,
            rev: false,
        };
        block.stmts.push(self.looped(head, body));
    }

    /// The elements before and behind them, each with what the iterations that there are give it.
    fn edges(&mut self, row: &Row, block: &mut Block) {
        let (first, last) = row.ends();
        for (end, before) in [(self.lo, true), (self.hi, false)] {
            for element in first..last {
                let given = row.terms.iter().filter(|term| (term.offset <= element) == before);
                let values = given.map(|term| self.shifted(&term.value, end, element - term.offset));
                let Some(value) = values.reduce(build::add) else { continue };
                let to = row.at.shifted(element - row.at.offset()).of(end.clone());
                let path = row.prefix.with(Proj::Index(to));
                block.stmts.push(self.stmt(StmtKind::Store { path, op: StoreOp::Add, value }));
            }
        }
    }

    /// A loop that scatters, for what is too short for anything else.
    fn scattering(&mut self, rows: &[Row]) -> Stmt {
        let index = super::strips::copy_of(self.vars, self.indices.index);
        let at = Expr::Var(index);
        let mut body = Vec::new();
        for row in rows {
            for term in &row.terms {
                let to = row.at.shifted(term.offset - row.at.offset()).of(at.clone());
                let path = row.prefix.with(Proj::Index(to));
                let value = self.at(&term.value, &at);
                body.push(self.stmt(StmtKind::Store { path, op: StoreOp::Add, value }));
            }
        }
        let (lo, hi) = (self.lo.clone(), self.hi.clone());
        self.looped(Head::For { index, lo, hi, inclusive: false, step: None, rev: false }, body)
    }

    fn looped(&self, head: Head, stmts: Vec<Stmt>) -> Stmt {
        let body = Block { stmts };
        let looped = Loop { head, carried: Vec::new(), body, break_if: None, trips: None, label: None };
        self.stmt(StmtKind::Loop(Box::new(looped)))
    }

    /// The value in the iteration `index`.
    fn at(&self, value: &Expr, index: &Expr) -> Expr {
        let mut value = value.clone();
        value.walk_mut(&mut |part| {
            if matches!(part, Expr::Var(var) if *var == self.indices.index) {
                *part = index.clone();
            }
        });
        value
    }

    /// The value so many iterations behind the one at `end`.
    fn shifted(&self, value: &Expr, end: &Expr, distance: i64) -> Expr {
        let mut value = value.clone();
        value.walk_mut(&mut |part| {
            if let Expr::Load(path) = part {
                if let Some((prefix, at)) = reached(path, self.indices, self.vars) {
                    *path = prefix.with(Proj::Index(at.shifted(distance).of(end.clone())));
                }
            }
        });
        self.at(&value, &offset(end, distance))
    }
}

fn less(a: Expr, b: Expr) -> Expr {
    Expr::Binary(syn::BinOp::Lt(Default::default()), Box::new(a), Box::new(b))
}

fn minus(a: Expr, b: Expr) -> Expr {
    Expr::Binary(syn::BinOp::Sub(Default::default()), Box::new(a), Box::new(b))
}

/// `expr + distance`.
fn offset(expr: &Expr, distance: i64) -> Expr {
    super::affine::element(None, expr.clone(), distance)
}
