//! How the iterations of a loop reach places.

use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Head, Path, Proj, Role, Stmt, StmtKind, Ty, Var, VarMap, Vars};
use crate::simplify::affine::{Indices, same_base, same_path};

/// One way in which a loop reaches a place: `prefix[base + k + offset]` in its iteration `k`.
#[derive(Clone)]
pub(super) struct Access {
    /// The path before the index, as text: equal texts are equal paths.
    pub(super) prefix: Path,
    pub(super) base: Option<Expr>,
    pub(super) offset: i64,
    /// In every iteration, whatever branches are taken.
    pub(super) always: bool,
    pub(super) write: bool,
}

impl Access {
    /// Whether both reach the same row.
    pub(super) fn alike(&self, other: &Access) -> bool {
        same_path(&self.prefix, &other.prefix) && same_base(self.base.as_ref(), other.base.as_ref())
    }
}

/// How all accesses to one place look.
#[derive(Default)]
pub(super) struct Operand {
    pub(super) accesses: Vec<Access>,
    /// Reached in a way that is not an [`Access`], for reading or for writing.
    pub(super) read_otherwise: bool,
    pub(super) written_otherwise: bool,
}

pub(super) struct Scan<'a> {
    pub(super) vars: &'a Vars,
    pub(super) indices: &'a Indices,
    /// The index in iteration zero.
    pub(super) lo: &'a Expr,
    pub(super) operands: VarMap<Operand>,
}

impl Scan<'_> {
    /// Notes what a block of the loop reaches; `always`: in every iteration.
    pub(super) fn block(&mut self, block: &Block, always: bool) {
        for stmt in &block.stmts {
            let mut found: Vec<(Path, bool, bool)> = Vec::new();
            let mut chosen: Vec<Path> = Vec::new();
            let mut choices = Vec::new();
            handed_on(stmt, &mut |expr| loads(expr, &mut choices));
            stmt.parts(&mut |part| match part {
                Part::Read(expr) => {
                    loads_of_choices(expr, &mut choices);
                    expr.walk(&mut |expr| match expr {
                        Expr::Load(path) if choices.contains(&std::ptr::from_ref(path)) => {
                            chosen.push(path.clone());
                        }
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
            for path in chosen {
                self.note(&path, false, true, false);
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
            Proj::Range(lo, hi) => [lo, hi].into_iter().flatten().all(|bound| !self.indices.varies(bound)),
            Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
        });
        let (base, offset) = self.indices.affine_from(index, self.lo)?;
        invariant.then_some(Access { prefix, base, offset, always, write })
    }
}

/// What only a branch, or an iteration that there may not be, computes for those behind it.
fn handed_on<'a>(stmt: &'a Stmt, f: &mut dyn FnMut(&'a Expr)) {
    match &stmt.kind {
        StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
            joins.iter().flat_map(|join| join.values.iter().flatten()).for_each(f);
        }
        StmtKind::Loop(inner) => {
            inner.carried.iter().map(|carried| &carried.next).chain(&inner.break_if).for_each(&mut *f);
            if let Head::While { cond, .. } = &inner.head {
                f(cond);
            }
        }
        _ => {}
    }
}

/// What is loaded only where a condition of the expression says so.
fn loads_of_choices(expr: &Expr, choices: &mut Vec<*const Path>) {
    expr.walk(&mut |expr| match expr {
        Expr::Select(_, then, otherwise) => {
            loads(then, choices);
            loads(otherwise, choices);
        }
        Expr::Binary(syn::BinOp::And(_) | syn::BinOp::Or(_), _, right) => loads(right, choices),
        _ => {}
    });
}

fn loads(expr: &Expr, found: &mut Vec<*const Path>) {
    expr.walk(&mut |expr| {
        if let Expr::Load(path) = expr {
            found.push(std::ptr::from_ref(path));
        }
    });
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
    /// Sends the accesses that look like `sample` through the window, whose index counts the iterations.
    pub(super) fn rewrite(
        &self,
        body: &mut Block,
        root: Var,
        sample: &Access,
        offset: i64,
        (view, count): (Var, Var),
    ) {
        let through = |path: &mut Path| {
            if path.root != root {
                return;
            }
            let Some((Proj::Index(at), before)) = path.proj.split_last() else { return };
            let prefix = Path { root, proj: before.to_vec() };
            if !same_path(&prefix, &sample.prefix) {
                return;
            }
            if let Some((base, reached)) = self.indices.affine_from(at, self.lo) {
                if reached == offset && same_base(base.as_ref(), sample.base.as_ref()) {
                    *path = Path { root: view, proj: vec![Proj::Index(Expr::Var(count))] };
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
