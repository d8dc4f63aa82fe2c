//! To be recorded: which stores must save what they overwrite.
//!
//! The reverse sweep reads the content of some places (where it loads an element again instead of saving it, and where it
//! hands a reference to a pullback). A store is recorded when such a read may come before it in the forward sweep: then, in
//! the reverse sweep, the old content must be back before the read.

use std::collections::BTreeMap;

use super::reverse::{Counted, Options};
use crate::ir::visit::Part;
use crate::ir::{
    Block, Checkpoint, Function, Head, Mark, Passing, Path, Proj, Role, Stmt, StmtKind, Var, VarMap,
};

/// The reverse sweep reads the content of `root` as it is behind the statement at `position`.
#[derive(Clone)]
pub(crate) struct Read {
    pub(crate) root: Var,
    pub(crate) position: usize,
    /// The loops around it, outermost first.
    pub(crate) loops: Vec<usize>,
    /// What around it runs again in the reverse sweep, outermost first.
    pub(crate) again: Vec<Again>,
    /// The element that is read, where it is one.
    pub(crate) element: Option<Path>,
}

#[derive(Clone)]
pub(super) struct Recording {
    /// `None`: record everything.
    reads: Option<VarMap<Vec<Read>>>,
    /// How many loops there are around the declaration of each place.
    depths: VarMap<usize>,
    rolled_back: Vec<Var>,
    /// Everything that writes to each place.
    writes: VarMap<Vec<Write>>,
    /// The counted loops, by their numbers.
    counted: BTreeMap<usize, Counted>,
}

/// A statement that writes to a place.
#[derive(Clone)]
pub(crate) struct Write {
    pub(crate) position: usize,
    /// The loops around it, outermost first.
    pub(crate) loops: Vec<usize>,
    /// What around it runs again in the reverse sweep, outermost first.
    pub(crate) again: Vec<Again>,
    /// The element, where it is one.
    pub(crate) element: Option<Path>,
}

/// Statements that run again in the reverse sweep, from the content that they found: nothing that another iteration of a
/// loop around them leaves in a place reaches them there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Again {
    /// Where they begin.
    pub(crate) position: usize,
    /// How many loops there are around them, the one included that is run again iteration by iteration.
    pub(crate) loops: usize,
}

impl Again {
    pub(super) fn of(how: &Checkpoint, position: usize, loops: usize) -> Again {
        Again { position, loops: loops + usize::from(matches!(how, Checkpoint::Slots(..))) }
    }
}

impl Recording {
    pub(super) fn everything(function: &Function, options: &Options) -> Self {
        let mut depths = VarMap::new();
        declared_depths(&function.body, 0, options, &mut depths);
        let (writes, counted) = (VarMap::new(), BTreeMap::new());
        let mut recording = Recording { reads: None, depths, rolled_back: Vec::new(), writes, counted };
        recording.survey(&function.body, function, &mut 0, &mut Vec::new(), &mut Vec::new());
        recording
    }

    pub(super) fn needed(
        self,
        function: &Function,
        reads: &[Read],
        swaps: &[[Read; 2]],
        options: &Options,
    ) -> Self {
        let mut by_root: VarMap<Vec<Read>> = VarMap::new();
        for read in reads {
            by_root.or_default(read.root).push(read.clone());
        }
        let rolled_back: Vec<Var> = function
            .params
            .iter()
            .filter(|param| {
                options.roll_back
                    && param.passing == Passing::RefMut
                    && function.vars[param.var].role == Role::Place
            })
            .map(|param| param.var)
            .collect();
        // What is swapped into a place that is read must be right as well.
        let mut swaps: Vec<&[Read; 2]> = swaps.iter().collect();
        loop {
            let read = |read: &Read| by_root.contains_key(&read.root) || rolled_back.contains(&read.root);
            let (reached, rest): (Vec<_>, Vec<_>) = swaps.into_iter().partition(|pair| pair.iter().any(read));
            if reached.is_empty() {
                break;
            }
            for read in reached.into_iter().flatten() {
                by_root.or_default(read.root).push(read.clone());
            }
            swaps = rest;
        }
        Recording { reads: Some(by_root), rolled_back, ..self }
    }

    /// Whether a store to `root` saves the old content. `distinct(read, outer, inner)`: the store reaches another element in
    /// every other iteration of the loops `outer..inner` around it than the read does; `settled(read, outer)`: it never comes
    /// behind the read to the same element.
    pub(super) fn records(
        &self,
        root: Var,
        store: &Write,
        distinct: impl Fn(&Path, usize, usize) -> bool,
        settled: impl Fn(&Read, usize) -> bool,
    ) -> bool {
        let Some(reads) = &self.reads else { return true };
        if self.rolled_back.contains(&root) {
            return true;
        }
        let depth = self.depth(root);
        reads.get(&root).into_iter().flatten().any(|read| {
            let spared = |inner| read.element.as_ref().is_some_and(|element| distinct(element, depth, inner));
            meets(read, store, depth, spared) && !settled(read, depth)
        })
    }

    /// The same of a statement that writes more than an element.
    pub(super) fn records_whole(&self, root: Var, write: &Write) -> bool {
        self.records(root, write, |_, _, _| false, |_, _| false)
    }

    /// Whether no store would have to be recorded for a read of an element. `distinct`, `settled`: as for [`Self::records`],
    /// of the store.
    pub(super) fn leaves_alone(
        &self,
        read: &Read,
        distinct: impl Fn(&Path, usize, usize) -> bool,
        settled: impl Fn(&Write, usize) -> bool,
    ) -> bool {
        let depth = self.depth(read.root);
        !self.writes.get(&read.root).into_iter().flatten().any(|write| {
            let spared =
                |inner| write.element.as_ref().is_some_and(|element| distinct(element, depth, inner));
            meets(read, write, depth, spared) && !settled(write, depth)
        })
    }

    /// Whether no write comes behind a read to what it reads. `settled`: as for [`Self::leaves_alone`].
    pub(super) fn is_final(&self, read: &Read, settled: impl Fn(&Write, usize) -> bool) -> bool {
        let depth = self.depth(read.root);
        self.writes.get(&read.root).into_iter().flatten().all(|write| settled(write, depth))
    }

    /// How many loops there are around the declaration of a place.
    fn depth(&self, root: Var) -> usize {
        self.depths.get(&root).copied().unwrap_or(0)
    }

    /// Whether something before a position writes to a place.
    pub(super) fn written_before(&self, root: Var, position: usize) -> bool {
        self.writes.get(&root).into_iter().flatten().any(|write| write.position < position)
    }

    /// The counted loop with a number.
    pub(super) fn counted(&self, number: usize) -> Option<&Counted> {
        self.counted.get(&number)
    }

    /// The counted loop with an index.
    pub(super) fn counted_by(&self, index: Var) -> Option<&Counted> {
        self.counted.values().find(|counted| counted.index == index)
    }

    /// Whether the reverse sweep may read the content of `root` inside the loop with that number.
    pub(super) fn reads_inside(&self, root: Var, number: usize) -> bool {
        let Some(reads) = &self.reads else { return true };
        reads.get(&root).into_iter().flatten().any(|read| read.loops.contains(&number))
    }

    /// Whether the content of `root` is read in the reverse sweep at all.
    pub(super) fn reads_root(&self, root: Var) -> bool {
        match &self.reads {
            None => true,
            Some(reads) => reads.contains_key(&root) || self.rolled_back.contains(&root),
        }
    }
}

fn declared_depths(block: &Block, depth: usize, options: &Options, depths: &mut VarMap<usize>) {
    for Stmt { kind, .. } in &block.stmts {
        match kind {
            StmtKind::Declare { place, .. } => {
                depths.insert(*place, depth);
            }
            StmtKind::Call(call) => {
                for var in call.results.leaves() {
                    depths.insert(*var, depth);
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                declared_depths(then, depth, options, depths);
                declared_depths(otherwise, depth, options, depths);
            }
            StmtKind::Match { arms, .. } => {
                arms.iter().for_each(|arm| declared_depths(&arm.body, depth, options, depths))
            }
            StmtKind::Loop(the_loop) => {
                if let Head::For { index, .. } = &the_loop.head {
                    for place in options.private.get(index).into_iter().flatten() {
                        depths.insert(place, depth + 1);
                    }
                }
                declared_depths(&the_loop.body, depth + 1, options, depths);
            }
            _ => {}
        }
    }
}

/// Whether a store may come behind a read, unless it is `spared(inner)` in other iterations of the loops up to `inner`.
fn meets(read: &Read, store: &Write, depth: usize, spared: impl Fn(usize) -> bool) -> bool {
    let common = read.loops.iter().zip(&store.loops).take_while(|(a, b)| a == b).count();
    // Within what runs again, the iterations of the loops around it do not see each other.
    let alone = read.again.iter().zip(&store.again).take_while(|(a, b)| a == b).last();
    let outside = alone.map_or(depth, |(again, _)| depth.max(again.loops));
    read.position < store.position || (common > outside && !spared(common))
}

impl Recording {
    /// Notes all writes and loops, numbered as the sweep over the function numbers statements and loops.
    fn survey(
        &mut self,
        block: &Block,
        function: &Function,
        position: &mut usize,
        loops: &mut Vec<usize>,
        again: &mut Vec<Again>,
    ) {
        for stmt in &block.stmts {
            *position += 1;
            let root = |var: Var| function.vars.resolve(&Path::of(var)).root;
            let element = match &stmt.kind {
                StmtKind::Store { path, .. } if matches!(path.proj.last(), Some(Proj::Index(_))) => {
                    Some(path.clone())
                }
                _ => None,
            };
            stmt.parts(&mut |part| {
                let var = match part {
                    Part::WritePath(path) => path.root,
                    Part::Change(var) => var,
                    _ => return,
                };
                let write = Write {
                    position: *position,
                    loops: loops.clone(),
                    again: again.clone(),
                    element: element.clone(),
                };
                self.writes.or_default(root(var)).push(write);
            });
            match &stmt.kind {
                StmtKind::Loop(the_loop) => {
                    if let Head::For { index, lo, hi, inclusive, rev, .. } = &the_loop.head {
                        let (lo, hi) = (lo.clone(), hi.clone());
                        let counted = Counted { index: *index, lo, hi, inclusive: *inclusive, rev: *rev };
                        self.counted.insert(*position, counted);
                    }
                    loops.push(*position);
                    if let Head::While { test, .. } = &the_loop.head {
                        test.walk(&mut |_| *position += 1);
                    }
                    self.survey(&the_loop.body, function, position, loops, again);
                    loops.pop();
                }
                StmtKind::Mark(Mark::Begin(how)) => again.push(Again::of(how, *position, loops.len())),
                StmtKind::Mark(Mark::End) => {
                    again.pop();
                }
                _ => {
                    for block in stmt.blocks() {
                        self.survey(block, function, position, loops, again);
                    }
                }
            }
        }
    }
}
