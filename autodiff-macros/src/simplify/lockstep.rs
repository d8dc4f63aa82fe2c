//! Whether the iterations of a loop may run side by side: each statement for all of them, inner loops in lock step.
//!
//! Invariant: where [`segments`] says yes, no iteration reads what another one writes, and the additions to one element or
//! scalar come in the order of the iterations in both forms, so that every value keeps its bits.

use std::collections::{BTreeMap, BTreeSet};

use super::affine::{Indices, same_base, same_path};
use crate::ir::{
    Block, Expr, Head, Loop, Path, Proj, Role, Saved, Stmt, StmtKind, StoreOp, Ty, Var, Vars, build,
};

/// A part of the loop's body: statements that follow each other, or one inner loop.
#[derive(Debug)]
pub(super) enum Segment {
    Straight(std::ops::Range<usize>),
    Inner(usize),
}

/// What an element is touched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Set,
    Add,
}

struct Touch {
    kind: Kind,
    path: Path,
    segment: usize,
    /// The statement of the inner loop around it.
    inner: Option<usize>,
}

struct Check<'a> {
    vars: &'a Vars,
    outer: Indices,
    inner: BTreeMap<usize, Indices>,
    local: BTreeSet<Var>,
    /// By place.
    touches: BTreeMap<Var, Vec<Touch>>,
    /// Mutable scalars from outside that are added to, and tapes, with the segments.
    shared: BTreeMap<Var, BTreeSet<usize>>,
    /// Scalars read, with the segment, and whether an inner loop does.
    reads: Vec<(Var, usize, bool)>,
    segment: usize,
    within: Option<usize>,
}

/// The segments of the loop's body, if its iterations may run side by side.
pub(super) fn segments(the_loop: &Loop, vars: &Vars) -> Option<Vec<Segment>> {
    let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &the_loop.head else { return None };
    if the_loop.break_if.is_some() || the_loop.trips.is_some() || build::value_of(lo) != Some(0.0) {
        return None;
    }
    let outer = Indices::of(*index, the_loop, vars);
    // Of a number that is not typed rustc sees what it is an index of.
    let counts = match &vars[*index].ty {
        Ty::Int(Some(name)) => name == "usize",
        Ty::Int(None) => true,
        _ => false,
    };
    if !counts || outer.varies(hi) {
        return None;
    }
    let mut local = BTreeSet::new();
    the_loop.body.walk(&mut |stmt| local.extend(stmt.defines()));
    let mut check = Check {
        vars,
        outer,
        inner: BTreeMap::new(),
        local,
        touches: BTreeMap::new(),
        shared: BTreeMap::new(),
        reads: Vec::new(),
        segment: 0,
        within: None,
    };
    let mut segments = Vec::new();
    let mut made: BTreeMap<Var, usize> = BTreeMap::new();
    for (at, stmt) in the_loop.body.stmts.iter().enumerate() {
        let StmtKind::Loop(inner) = &stmt.kind else {
            match segments.last_mut() {
                Some(Segment::Straight(range)) => range.end = at + 1,
                _ => {
                    check.segment = segments.len();
                    segments.push(Segment::Straight(at..at + 1));
                }
            }
            made.extend(stmt.defines().into_iter().map(|var| (var, check.segment)));
            check.stmt(stmt)?;
            continue;
        };
        check.segment = segments.len();
        segments.push(Segment::Inner(at));
        made.extend(inner.carried.iter().map(|carried| (carried.out, check.segment)));
        check.inner_loop(at, inner)?;
    }
    let handed_on = the_loop.carried.iter().all(|carried| {
        let Expr::Var(next) = carried.next else { return false };
        made.get(&next).is_some_and(|made| {
            check.reads.iter().all(|(var, segment, inner)| *var != carried.phi || (!inner && segment >= made))
        })
    });
    (handed_on && check.scalars_apart() && check.places_apart()).then_some(segments)
}

impl Check<'_> {
    fn stmt(&mut self, stmt: &Stmt) -> Option<()> {
        match &stmt.kind {
            StmtKind::Let { expr, .. } | StmtKind::Mut { init: expr, .. } => self.read(expr),
            StmtKind::View { var } if self.within.is_none() && !self.vars[*var].mutable => {
                let target = self.vars[*var].view.as_ref()?;
                self.touch(target, Kind::Read);
                self.indices(target)
            }
            StmtKind::Update { var, op, expr } => {
                if !self.local.contains(var) {
                    if *op == StoreOp::Set || self.within.is_some() {
                        return None;
                    }
                    self.shared.entry(*var).or_default().insert(self.segment);
                }
                self.read(expr)
            }
            StmtKind::Store { path, op, value } => {
                self.touch(path, if *op == StoreOp::Set { Kind::Set } else { Kind::Add });
                self.indices(path)?;
                self.read(value)
            }
            StmtKind::Save { tape, values } | StmtKind::Restore { tape, values } if self.within.is_none() => {
                self.shared.entry(*tape).or_default().insert(self.segment);
                for value in values {
                    let Saved::Value(var) = value else { return None };
                    self.reads.push((*var, self.segment, false));
                }
                Some(())
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                self.read(cond)?;
                joins
                    .iter()
                    .flat_map(|join| join.values.iter().flatten())
                    .try_for_each(|value| self.read(value))?;
                self.block(then)?;
                self.block(otherwise)
            }
            _ => None,
        }
    }

    fn block(&mut self, block: &Block) -> Option<()> {
        block.stmts.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn inner_loop(&mut self, at: usize, inner: &Loop) -> Option<()> {
        let Head::For { index, lo, hi, step, .. } = &inner.head else { return None };
        let fixed =
            [Some(lo), Some(hi), step.as_ref()].into_iter().flatten().all(|bound| !self.outer.varies(bound));
        if !fixed || inner.break_if.is_some() || inner.trips.is_some() {
            return None;
        }
        self.inner.insert(at, Indices::of(*index, inner, self.vars));
        self.within = Some(at);
        for carried in &inner.carried {
            self.read(&carried.init)?;
            self.read(&carried.next)?;
        }
        self.block(&inner.body)?;
        self.within = None;
        Some(())
    }

    fn read(&mut self, expr: &Expr) -> Option<()> {
        let mut fine = true;
        expr.walk(&mut |expr| match expr {
            Expr::Var(var) => self.reads.push((*var, self.segment, self.within.is_some())),
            Expr::Load(path) => self.touch(path, Kind::Read),
            Expr::Whole(_) | Expr::WholeMut(_) => fine = false,
            Expr::Inert(inert) => fine &= inert.pure,
            _ => {}
        });
        fine.then_some(())
    }

    fn indices(&mut self, path: &Path) -> Option<()> {
        path.proj.iter().try_for_each(|proj| match proj {
            Proj::Index(index) => self.read(index),
            Proj::Range(lo, hi) => lo.iter().chain(hi).try_for_each(|bound| self.read(bound)),
            Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => Some(()),
        })
    }

    fn touch(&mut self, path: &Path, kind: Kind) {
        let root = self.vars.resolve(path).root;
        let touch = Touch { kind, path: path.clone(), segment: self.segment, inner: self.within };
        self.touches.entry(root).or_default().push(touch);
    }

    /// Sums from outside and tapes are met in one segment, where the iterations keep their order, and nobody reads the sums.
    fn scalars_apart(&self) -> bool {
        self.shared.iter().all(|(shared, segments)| {
            let tape = self.vars[*shared].role == Role::Tape;
            segments.len() == 1 && (tape || self.reads.iter().all(|(var, ..)| var != shared))
        })
    }

    fn places_apart(&self) -> bool {
        self.touches.iter().all(|(root, touches)| {
            let changed = touches.iter().any(|touch| touch.kind != Kind::Read);
            !changed || (!self.local.contains(root) && (self.own(touches) || self.summed(touches)))
        })
    }

    /// Each iteration has elements of its own: `place[base + j]…` wherever the place is touched.
    fn own(&self, touches: &[Touch]) -> bool {
        let mut reached = touches.iter().map(|touch| self.element(&touch.path));
        let Some(Some((prefix, base, offset))) = reached.next() else { return false };
        reached.all(|other| {
            other.is_some_and(|(other, other_base, other_offset)| {
                same_path(&other, &prefix)
                    && same_base(other_base.as_ref(), base.as_ref())
                    && other_offset == offset
            })
        })
    }

    /// The first index of the path that counts with the loop.
    fn element(&self, path: &Path) -> Option<(Path, Option<Expr>, i64)> {
        if self.vars[path.root].view.is_some() {
            return None;
        }
        for (at, proj) in path.proj.iter().enumerate() {
            match proj {
                Proj::Field(_) => {}
                Proj::Index(index) => {
                    if let Some((base, offset)) = self.outer.affine(index) {
                        return Some((
                            Path { root: path.root, proj: path.proj[..at].to_vec() },
                            base,
                            offset,
                        ));
                    }
                    if self.outer.varies(index) {
                        return None;
                    }
                }
                Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => return None,
            }
        }
        None
    }

    /// Only added to, by all iterations: in one segment, and in an inner loop at one element an iteration of it.
    fn summed(&self, touches: &[Touch]) -> bool {
        let first = &touches[0];
        if touches.iter().any(|touch| touch.kind != Kind::Add || touch.segment != first.segment) {
            return false;
        }
        let Some(inner) = first.inner.and_then(|at| self.inner.get(&at)) else { return true };
        let mut reached = touches.iter().map(|touch| self.inner_element(&touch.path, inner));
        let Some(Some((prefix, base, offset))) = reached.next() else { return false };
        reached.all(|other| {
            other.is_some_and(|(other, other_base, other_offset)| {
                same_path(&other, &prefix)
                    && same_base(other_base.as_ref(), base.as_ref())
                    && other_offset == offset
            })
        })
    }

    /// `prefix[base + i + offset]`, the same element in every iteration of the outer loop.
    fn inner_element(&self, path: &Path, inner: &Indices) -> Option<(Path, Option<Expr>, i64)> {
        let (Proj::Index(index), before) = path.proj.split_last()? else { return None };
        let fixed = before.iter().all(|proj| match proj {
            Proj::Index(index) => !inner.varies(index) && !self.outer.varies(index),
            Proj::Field(_) => true,
            Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
        });
        let (base, offset) = inner.affine(index)?;
        let fixed = fixed && base.as_ref().is_none_or(|base| !self.outer.varies(base));
        (fixed && self.vars[path.root].view.is_none())
            .then(|| (Path { root: path.root, proj: before.to_vec() }, base, offset))
    }
}
