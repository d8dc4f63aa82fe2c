//! Lanes: a sum along a loop of the reverse sweep is taken in eight parts at once.
//!
//! `for i in 0..n { a_bar += x[i] * y_bar[i]; }` is a chain: each addition waits for the one before. An adjoint may be summed
//! in any order:
//!
//! ```text
//! for strip in 0..n / 8 {
//!     let at = 8 * strip;
//!     let x_window = &x[at..][..8]; …
//!     for k in 0..8 { a_bar_lanes[k] += x_window[k] * y_bar_window[k]; }
//! }
//! a_bar += …;
//! for i in n / 8 * 8..n { a_bar += x[i] * y_bar[i]; }
//! ```
//!
//! What the loop does besides follows in a loop of its own.
//!
//! Invariant: the sum has the same terms, computed from the same operands: nothing that they read is written before them.
//! Only sums of derivative code are taken so; where the loop sums a value of the primal as well, its order stays, and that
//! chain hides the others.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::quote;

use super::affine::{Indices, plus};
use super::copies::Copy;
use super::distribute::part;
use super::strips::scatter::reached;
use super::strips::windows::{Stretch, windowed};
use super::{direct, jam};
use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Head, Init, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, Vars, build,
};

/// Parts of a sum: two registers of doubles, four of the narrowest.
const WIDTH: i64 = 8;
/// More sums would not fit the registers, and hide each other's chains.
const MOST: usize = 3;
/// Dearer functions do not vectorise, and hide the chain.
const DEAREST: u32 = 10;
/// Longer bodies hide it as well.
const LONGEST: usize = 16;
/// What the sums and the rest of the loop would both compute may cost so many additions.
const TWICE: u32 = 4;

/// Takes the sums of a block's loops in lanes; variables from `made_from` on are not the primal's. Sums in a loop that will be
/// `jammed` stay: four of them at a time do as well.
pub(super) fn lanes(
    block: &mut Block,
    vars: &mut Vars,
    made_from: u32,
    jammed: &dyn Fn(&Loop, &Vars) -> bool,
) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        let left = matches!(&stmt.kind, StmtKind::Loop(the_loop) if jammed(the_loop, vars));
        for inner in stmt.blocks_mut().into_iter().filter(|_| !left) {
            lanes(inner, vars, made_from, jammed);
        }
        let apart = match &stmt.kind {
            StmtKind::Loop(the_loop) => in_lanes(the_loop, vars, made_from, stmt.span),
            _ => None,
        };
        match apart {
            Some(apart) => stmts.extend(apart),
            None => stmts.push(stmt),
        }
    }
    block.stmts = stmts;
}

fn in_lanes(the_loop: &Loop, vars: &mut Vars, made_from: u32, span: Span) -> Option<Vec<Stmt>> {
    let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &the_loop.head else { return None };
    let counted = matches!(&vars[*index].ty, Ty::Int(Some(name)) if name == "usize");
    let whole = the_loop.carried.is_empty() && the_loop.break_if.is_none() && the_loop.trips.is_none();
    let indices = Indices::of(*index, the_loop, vars);
    if !counted || !whole || indices.varies(lo) || indices.varies(hi) || jam::few(the_loop, vars) {
        return None;
    }
    let sums = sums(the_loop, vars, made_from)?;
    let is_sum = |at: usize| matches!(the_loop.body.stmts[at].kind, StmtKind::Update { .. });
    let (sum, rest) = (part(the_loop, vars, &is_sum), part(the_loop, vars, &|at| !is_sum(at)));
    if !vectorises(&sum.body, &indices, vars) || twice(&sum.body, &rest.body) > TWICE {
        return None;
    }
    let rest = (!rest.body.stmts.is_empty()).then(|| Stmt { kind: StmtKind::Loop(Box::new(rest)), span });
    let mut summing = Summing { vars, span, indices: &indices, sums };
    let mut stmts = summing.build(&sum, (lo, hi));
    let Some(rest) = rest else { return Some(stmts) };
    // The loop for what is left of the sums has the variables.
    stmts.push(Copy::default().stmt(&rest, vars)?);
    Some(stmts)
}

/// The scalars that the loop adds to, if it does nothing else but write elements of its own behind that.
fn sums(the_loop: &Loop, vars: &mut Vars, made_from: u32) -> Option<Vec<Var>> {
    let mut sums: Vec<Var> = Vec::new();
    let mut left = Vec::new();
    let mut written = BTreeSet::new();
    // Values that depend on what the iteration has written.
    let mut late = BTreeSet::new();
    for stmt in &the_loop.body.stmts {
        let mut depends = false;
        stmt.parts(&mut |part| {
            if let Part::Read(expr) = part {
                expr.vars(&mut |var| {
                    depends |= late.contains(&var) || written.contains(&vars.root(&Path::of(var)))
                });
            }
        });
        match &stmt.kind {
            StmtKind::Let { var, .. } => {
                if depends {
                    late.insert(*var);
                }
                left.push(stmt.clone());
            }
            StmtKind::Store { path, .. } => {
                written.insert(vars.root(path));
                left.push(stmt.clone());
            }
            StmtKind::Update { var, op: StoreOp::Add | StoreOp::Sub, expr } => {
                if depends || var.0 < made_from || !vars[*var].ty.is_float() {
                    return None;
                }
                if !sums.contains(var) {
                    sums.push(*var);
                }
                let unused = vars.fresh("part", Ty::f64(), Role::Value, stmt.span);
                left.push(Stmt { kind: StmtKind::Let { var: unused, expr: expr.clone() }, span: stmt.span });
            }
            _ => return None,
        }
    }
    let mut read = false;
    left.iter().for_each(|stmt| stmt.reads(&mut |var| read |= sums.contains(&var)));
    let left = Loop { body: Block { stmts: left }, ..the_loop.clone() };
    let fine = !sums.is_empty() && sums.len() <= MOST && !read && direct::apart(&left, vars, made_from);
    fine.then_some(sums)
}

/// What it costs to compute the values that both blocks have.
fn twice(a: &Block, b: &Block) -> u32 {
    let mut cost = 0;
    for stmt in &a.stmts {
        let StmtKind::Let { var, expr } = &stmt.kind else { continue };
        if b.stmts.iter().any(|stmt| matches!(&stmt.kind, StmtKind::Let { var: other, .. } if other == var)) {
            expr.walk(&mut |expr| {
                if let Expr::Rule(rule, _) = expr {
                    cost += rule.cost;
                }
            });
        }
    }
    cost
}

/// Whether the values are cheap, and made of elements that lie side by side and of what does not change.
fn vectorises(body: &Block, indices: &Indices, vars: &Vars) -> bool {
    let mut fine = body.stmts.len() <= LONGEST;
    let fixed = |path: &Path| {
        path.proj.iter().all(|proj| match proj {
            Proj::Index(index) => !indices.varies(index),
            Proj::Field(_) => true,
            Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
        })
    };
    for stmt in &body.stmts {
        stmt.parts(&mut |part| {
            let Part::Read(expr) = part else { return };
            expr.walk(&mut |expr| match expr {
                Expr::Rule(rule, _) => fine &= rule.cost <= DEAREST,
                Expr::Load(path) => fine &= fixed(path) || reached(path, indices, vars).is_some(),
                Expr::Inert(_) | Expr::Whole(_) | Expr::WholeMut(_) | Expr::Len(_) | Expr::Select(..) => {
                    fine = false
                }
                _ => {}
            });
        });
    }
    fine
}

struct Summing<'a> {
    vars: &'a mut Vars,
    span: Span,
    indices: &'a Indices,
    sums: Vec<Var>,
}

impl Summing<'_> {
    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span }
    }

    fn usize_of(&mut self, name: &str) -> Var {
        self.vars.fresh(name, Ty::usize(), Role::Value, self.span)
    }

    fn build(&mut self, the_loop: &Loop, (lo, hi): (&Expr, &Expr)) -> Vec<Stmt> {
        let binary = |op: syn::BinOp, a: Expr, b: Expr| Expr::Binary(op, Box::new(a), Box::new(b));
        let less = |a: Expr, b: Expr| binary(syn::BinOp::Lt(Default::default()), a, b);
        let times = |a: Expr| binary(syn::BinOp::Mul(Default::default()), build::int(WIDTH), a);
        let (strips, number, at, k) =
            (self.usize_of("strips"), self.usize_of("strip"), self.usize_of("at"), self.usize_of("k"));
        let from_lo = |distance: Expr| match build::value_of(lo) {
            Some(0.0) => distance,
            _ => plus(lo.clone(), distance),
        };
        // A range may end before it starts.
        let len = match build::value_of(lo) {
            Some(0.0) => hi.clone(),
            _ => {
                let len = binary(syn::BinOp::Sub(Default::default()), hi.clone(), lo.clone());
                build::select(less(lo.clone(), hi.clone()), len, build::int(0))
            }
        };
        let count = binary(syn::BinOp::Div(Default::default()), len, build::int(WIDTH));
        let mut stmts = vec![self.stmt(StmtKind::Let { var: strips, expr: count })];

        let mut then = Block::default();
        let arrays: Vec<Var> = self.sums.clone().into_iter().map(|sum| self.array(sum)).collect();
        for place in &arrays {
            let init = Init::Repeat { vec: false, value: build::lit(0.0), len: build::int(WIDTH) };
            then.stmts.push(self.stmt(StmtKind::Declare { place: *place, init }));
        }
        let mut iteration = the_loop.body.stmts.clone();
        for stmt in &mut iteration {
            if let StmtKind::Update { var, op, expr } = &stmt.kind {
                let sum = self.sums.iter().position(|sum| sum == var).expect("what is added to is a sum");
                let path = Path::of(arrays[sum]).with(Proj::Index(Expr::Var(self.indices.index)));
                stmt.kind = StmtKind::Store { path, op: *op, value: expr.clone() };
            }
        }
        let stretch = Stretch { from: &Expr::Var(at), len: &build::int(WIDTH), k };
        let (views, iteration) = windowed(iteration, self.indices, &stretch, self.vars, self.span);
        let mut body = vec![self.stmt(StmtKind::Let { var: at, expr: from_lo(times(Expr::Var(number))) })];
        body.extend(views);
        body.push(self.over(k, build::int(WIDTH), iteration));
        then.stmts.push(self.over(number, Expr::Var(strips), body));
        for (sum, lanes) in self.sums.iter().zip(&arrays) {
            let expr = total(*lanes, 0, WIDTH);
            then.stmts.push(self.stmt(StmtKind::Update { var: *sum, op: StoreOp::Add, expr }));
        }
        let cond = less(build::int(0), Expr::Var(strips));
        stmts.push(self.stmt(StmtKind::If { cond, then, otherwise: Block::default(), joins: Vec::new() }));

        let mut left = the_loop.clone();
        if let Head::For { lo, rev, .. } = &mut left.head {
            (*lo, *rev) = (from_lo(times(Expr::Var(strips))), false);
        }
        stmts.push(self.stmt(StmtKind::Loop(Box::new(left))));
        stmts
    }

    /// The lanes of a sum.
    fn array(&mut self, sum: Var) -> Var {
        let len = proc_macro2::Literal::i64_unsuffixed(WIDTH);
        let (name, float) = (format!("{}_lanes", self.vars[sum].name), self.vars[sum].ty.clone());
        let array =
            self.vars.fresh(name, Ty::Array(Box::new(float), Some(quote!(#len))), Role::Place, self.span);
        self.vars[array].mutable = true;
        array
    }

    fn over(&self, index: Var, hi: Expr, stmts: Vec<Stmt>) -> Stmt {
        let head = Head::For { index, lo: build::int(0), hi, inclusive: false, step: None, rev: false };
        let body = Block { stmts };
        self.stmt(StmtKind::Loop(Box::new(Loop {
            head,
            carried: Vec::new(),
            body,
            break_if: None,
            trips: None,
            label: None,
        })))
    }
}

/// The sum of the lanes from one to another, halves first.
fn total(lanes: Var, from: i64, to: i64) -> Expr {
    if to - from == 1 {
        return Expr::Load(Path::of(lanes).with(Proj::Index(build::int(from))));
    }
    let middle = (from + to) / 2;
    build::add(total(lanes, from, middle), total(lanes, middle, to))
}
