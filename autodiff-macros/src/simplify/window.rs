//! Windows: the operands of a loop, sliced before it to what it reaches, so that rustc sees that no index is out of bounds.
//!
//! `for k in 0..n { z += w[j * n + k] * x[k]; }` becomes `let w_window = &w[j * n..j * n + n]; let x_window = &x[..n]; …`.
//!
//! Invariant: a window is as long as the last iteration needs, so slicing it panics only where the loop would have
//! panicked; a place that the loop writes is reached through its window alone.

use std::collections::BTreeMap;

use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, Ty, Var, Vars, build};

/// Slices the operands of every loop of the block that allows it.
pub(crate) fn windows(block: &mut Block, vars: &mut Vars) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        for inner in stmt.blocks_mut() {
            windows(inner, vars);
        }
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            let span = stmt.span;
            for view in slice_operands(the_loop, vars) {
                stmts.push(Stmt { kind: StmtKind::View { var: view }, span });
            }
        }
        stmts.push(stmt);
    }
    block.stmts = stmts;
}

/// One way in which a loop reaches a place: `prefix[base + index + offset]`.
#[derive(Clone, Debug)]
struct Access {
    /// The path before the index, as text: equal texts are equal paths.
    prefix: Path,
    base: Option<Expr>,
    offset: i64,
    /// In every iteration, whatever branches are taken.
    always: bool,
    write: bool,
}

/// How all accesses to one place look.
#[derive(Debug, Default)]
struct Operand {
    accesses: Vec<Access>,
    /// Reached in a way that is not an [`Access`], for reading or for writing.
    read_otherwise: bool,
    written_otherwise: bool,
}

struct Scan<'a> {
    vars: &'a Vars,
    index: Var,
    /// Integer `let`s of the loop's own body.
    lets: BTreeMap<Var, Expr>,
    /// What the body defines or changes.
    varying: Vec<Var>,
    operands: BTreeMap<Var, Operand>,
}

fn slice_operands(the_loop: &mut Loop, vars: &mut Vars) -> Vec<Var> {
    let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &the_loop.head else {
        return Vec::new();
    };
    if the_loop.break_if.is_some() || build::value_of(lo) != Some(0.0) {
        return Vec::new();
    }
    let (index, hi) = (*index, hi.clone());
    let mut scan =
        Scan { vars, index, lets: BTreeMap::new(), varying: vec![index], operands: BTreeMap::new() };
    scan.varying.extend(the_loop.carried.iter().map(|carried| carried.phi));
    scan.collect(&the_loop.body);
    if scan.varies(&hi) {
        return Vec::new();
    }
    scan.block(&the_loop.body, true);
    let (lets, varying, operands) = (scan.lets, scan.varying, scan.operands);

    let mut views = Vec::new();
    for (root, operand) in operands {
        let Some(first) = operand.accesses.first().cloned() else { continue };
        let same = |access: &Access| {
            same_path(&access.prefix, &first.prefix) && same_base(access.base.as_ref(), first.base.as_ref())
        };
        let written = operand.written_otherwise || operand.accesses.iter().any(|access| access.write);
        let alone =
            operand.accesses.iter().all(same) && !operand.read_otherwise && !operand.written_otherwise;
        if written && !alone {
            continue;
        }
        // Exactly as long as what every iteration reaches: without one, no element need be there.
        let own = || operand.accesses.iter().filter(|access| same(access));
        if own().any(|access| access.offset != 0) || !own().any(|access| access.always) {
            continue;
        }
        // A window of a window would gain nothing.
        if vars[root].window {
            continue;
        }
        let name = format!("{}_window", vars[root].name);
        let element = vars.type_of(&first.prefix).element();
        let span = vars[root].span;
        let view = vars.fresh(name, Ty::Slice(Box::new(element)), Role::View, span);
        let (start, end) = match &first.base {
            Some(base) => (Some(base.clone()), plus(base.clone(), hi.clone())),
            None => (None, hi.clone()),
        };
        vars[view].view = Some(first.prefix.with(Proj::Range(start, Some(end))));
        vars[view].window = true;
        vars[view].mutable = written;
        let scan =
            Scan { vars, index, lets: lets.clone(), varying: varying.clone(), operands: BTreeMap::new() };
        scan.rewrite(&mut the_loop.body, root, &first, view);
        views.push(view);
    }
    views
}

fn plus(a: Expr, b: Expr) -> Expr {
    Expr::Binary(syn::BinOp::Add(Default::default()), Box::new(a), Box::new(b))
}

/// Structural equality, for index expressions.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Var(a), Expr::Var(b)) => a == b,
        (Expr::Lit(a), Expr::Lit(b)) => a.tokens.to_string() == b.tokens.to_string(),
        (Expr::Binary(op, a1, a2), Expr::Binary(other, b1, b2)) => {
            op == other && same(a1, b1) && same(a2, b2)
        }
        (Expr::Len(a), Expr::Len(b)) => same_path(a, b),
        _ => false,
    }
}

fn same_base(a: Option<&Expr>, b: Option<&Expr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn same_path(a: &Path, b: &Path) -> bool {
    a.root == b.root
        && a.proj.len() == b.proj.len()
        && a.proj.iter().zip(&b.proj).all(|pair| match pair {
            (Proj::Index(a), Proj::Index(b)) => same(a, b),
            (Proj::Field(a), Proj::Field(b)) => a == b,
            _ => false,
        })
}

impl Scan<'_> {
    /// Gathers what varies in the loop.
    fn collect(&mut self, body: &Block) {
        for stmt in &body.stmts {
            if let StmtKind::Let { var, expr } = &stmt.kind {
                if matches!(self.vars[*var].ty, Ty::Int(_)) {
                    self.lets.insert(*var, expr.clone());
                }
            }
        }
        body.walk(&mut |stmt| {
            self.varying.extend(stmt.defines());
            stmt.parts(&mut |part| match part {
                Part::Change(var) => self.varying.push(var),
                Part::WritePath(path) => self.varying.push(self.vars.resolve(path).root),
                _ => {}
            });
        });
    }

    fn varies(&self, expr: &Expr) -> bool {
        let mut varies = false;
        expr.walk(&mut |expr| match expr {
            Expr::Var(var) => varies |= self.varying.contains(var),
            // The length of what the loop only writes elements of stays; other content may change.
            Expr::Len(path) => varies |= !path.proj.is_empty(),
            Expr::Lit(_) | Expr::Binary(..) => {}
            _ => varies = true,
        });
        varies
    }

    /// `expr` as `base + index + offset`.
    fn affine(&self, expr: &Expr) -> Option<(Option<Expr>, i64)> {
        match expr {
            Expr::Var(var) if *var == self.index => Some((None, 0)),
            Expr::Var(var) => self.affine(self.lets.get(var)?),
            Expr::Binary(syn::BinOp::Add(_), a, b) => {
                let (inner, rest) = match (self.affine(a), self.affine(b)) {
                    (Some(inner), None) => (inner, b),
                    (None, Some(inner)) => (inner, a),
                    _ => return None,
                };
                let rest = self.invariant(rest)?;
                match (build::value_of(&rest), inner) {
                    (Some(value), (base, offset)) => Some((base, offset + value as i64)),
                    (None, (None, offset)) => Some((Some(rest), offset)),
                    (None, (Some(base), offset)) => Some((Some(plus(rest, base)), offset)),
                }
            }
            _ => None,
        }
    }

    /// The expression in terms of what exists before the loop.
    fn invariant(&self, expr: &Expr) -> Option<Expr> {
        if !self.varies(expr) {
            return Some(expr.clone());
        }
        match expr {
            Expr::Var(var) => self.invariant(self.lets.get(var)?),
            Expr::Binary(op, a, b) => {
                Some(Expr::Binary(*op, Box::new(self.invariant(a)?), Box::new(self.invariant(b)?)))
            }
            _ => None,
        }
    }

    fn block(&mut self, block: &Block, always: bool) {
        for stmt in &block.stmts {
            let mut found: Vec<(Path, bool, bool)> = Vec::new();
            stmt.parts(&mut |part| match part {
                Part::Read(expr) => {
                    expr.walk(&mut |expr| match expr {
                        Expr::Load(path) => found.push((path.clone(), false, true)),
                        Expr::Whole(path) => found.push((path.clone(), false, false)),
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
        let operand = self.operands.entry(full.root).or_default();
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
            Proj::Index(index) => !self.varies(index),
            Proj::Field(_) => true,
            Proj::Range(..) | Proj::Deref => false,
        });
        let (base, offset) = self.affine(index)?;
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
    fn rewrite(&self, body: &mut Block, root: Var, sample: &Access, view: Var) {
        let through = |path: &mut Path| {
            if path.root != root {
                return;
            }
            let Some((Proj::Index(at), before)) = path.proj.split_last() else { return };
            let prefix = Path { root, proj: before.to_vec() };
            if !same_path(&prefix, &sample.prefix) {
                return;
            }
            if let Some((base, 0)) = self.affine(at) {
                if same_base(base.as_ref(), sample.base.as_ref()) {
                    *path = Path { root: view, proj: vec![Proj::Index(Expr::Var(self.index))] };
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
