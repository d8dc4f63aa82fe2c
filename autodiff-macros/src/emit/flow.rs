//! Which SSA values share one `let mut` variable, and which aggregates may be moved where they are used.
//!
//! Two values share a variable only if one is handed on to the other (a loop-carried value, a branch join) under the same
//! name and neither is defined while the other is still to be read: the classic test on live ranges, exact here because the
//! program is structured and every value is bound once.

use std::collections::{HashMap, HashSet};

use super::classes::Classes;
use super::unit::{self, Unit, every};
use super::walk::{self, Access, Visitor};
use crate::ir::*;

/// The facts, by variable and statement.
#[derive(Default)]
pub(crate) struct Flow {
    class: VarMap<Var>,
    shared: VarSet,
    dead: HashMap<usize, VarSet>,
    /// Aggregates that nothing reads behind `between`.
    pub(crate) dead_between: VarSet,
    /// Everything that some statement or expression reads.
    pub(crate) read: VarSet,
    /// Places and mutable scalars that are written after their declaration.
    pub(crate) written: VarSet,
}

type Live = VarSet;

fn key(stmt: &Stmt) -> usize {
    std::ptr::from_ref(stmt) as usize
}

impl Flow {
    /// Of a prepared unit; `entry` as in [`unit::prepare`].
    pub(crate) fn of(unit: &mut Unit, vars: &Vars, entry: &[Var]) -> Flow {
        let mut flow = Flow { written: unit::written(unit, vars), ..Flow::default() };
        let names = groups(unit, vars);
        let mut ranges = Ranges { vars, names: names.clone(), clashes: HashSet::new(), flow: &mut flow };
        let mut live = Live::new();
        unit.tail.iter_mut().for_each(|e| live.extend(reads(vars, |v| walk::expr(e, v))));
        ranges.block(&mut unit.second, &mut live);
        let behind = live.clone();
        let between: Vec<Var> =
            unit.between.iter_mut().flat_map(|e| reads(vars, |v| walk::expr(e, v))).collect();
        ranges.flow.dead_between = between.iter().copied().filter(|var| !behind.contains(var)).collect();
        live.extend(between);
        ranges.block(&mut unit.first, &mut live);
        let clashes = ranges.clashes;
        for block in [&mut unit.first, &mut unit.second] {
            every(block, &mut |kind| flow.read.extend(reads(vars, |v| walk::operands(kind, v))));
            every(block, &mut |kind| flow.read.extend(handed_on(vars, kind)));
        }
        for e in unit.between.iter_mut().chain(&mut unit.tail) {
            flow.read.extend(reads(vars, |v| walk::expr(e, v)));
        }
        let mut classes = Classes::new(vars, names, entry, clashes);
        classes.positions(&mut unit.first);
        classes.positions(&mut unit.second);
        classes.merge(&mut unit.first);
        classes.merge(&mut unit.second);
        flow.class = classes.class.clone();
        flow.shared = classes.members.iter().filter(|(_, m)| m.len() > 1).map(|(&root, _)| root).collect();
        flow
    }

    /// The variable that stands for all that share its storage.
    pub(crate) fn class(&self, var: Var) -> Var {
        self.class.get(&var).copied().unwrap_or(var)
    }

    pub(crate) fn same(&self, a: Var, b: Var) -> bool {
        self.class(a) == self.class(b)
    }

    /// Whether the variable is assigned after its declaration.
    pub(crate) fn is_mut(&self, var: Var) -> bool {
        self.shared.contains(&self.class(var)) || self.written.contains(&var)
    }

    /// What the statement reads and nothing reads after it.
    pub(crate) fn dead_after(&self, stmt: &Stmt) -> VarSet {
        self.dead.get(&key(stmt)).cloned().unwrap_or_default()
    }
}

/// The variables that a walk reads or writes, with the places behind views.
fn reads(vars: &Vars, walk: impl FnOnce(&mut dyn Visitor)) -> Vec<Var> {
    struct Reads<'a>(&'a Vars, Vec<Var>);
    impl Visitor for Reads<'_> {
        fn read(&mut self, var: &mut Var) {
            self.1.push(*var);
        }
        fn write(&mut self, var: &mut Var) {
            self.1.push(*var);
        }
        fn path(&mut self, path: &mut Path, _: Access) {
            self.1.push(path.root);
            if let Some(mut target) = self.0[path.root].view.clone() {
                self.path(&mut target, Access::Read);
            }
            walk::indices(path, self);
        }
        fn define(&mut self, _: &mut Var) {}
        fn restore(&mut self, _: &mut Var) {}
    }
    let mut visitor = Reads(vars, Vec::new());
    walk(&mut visitor);
    visitor.1
}

pub(super) fn defines(walk: impl FnOnce(&mut dyn Visitor)) -> Vec<Var> {
    struct Defines(Vec<Var>);
    impl Visitor for Defines {
        fn read(&mut self, _: &mut Var) {}
        fn write(&mut self, _: &mut Var) {}
        fn path(&mut self, _: &mut Path, _: Access) {}
        fn define(&mut self, var: &mut Var) {
            self.0.push(*var);
        }
        fn restore(&mut self, place: &mut Var) {
            self.0.push(*place);
        }
    }
    let mut visitor = Defines(Vec::new());
    walk(&mut visitor);
    visitor.0
}

fn used(vars: &Vars, kind: &mut StmtKind) -> Vec<Var> {
    match kind {
        StmtKind::View { var } => reads(vars, |v| v.path(&mut Path::of(*var), Access::Read)),
        kind => reads(vars, |v| walk::operands(kind, v)),
    }
}

/// What a control statement reads at the ends of its blocks.
fn handed_on(vars: &Vars, kind: &mut StmtKind) -> Vec<Var> {
    reads(vars, |v| match kind {
        StmtKind::If { joins, .. } => {
            joins.iter_mut().flat_map(|join| join.values.iter_mut().flatten()).for_each(|e| walk::expr(e, v));
        }
        StmtKind::Match { arms, joins, .. } => {
            joins.iter_mut().flat_map(|join| join.values.iter_mut().flatten()).for_each(|e| walk::expr(e, v));
            arms.iter_mut().filter_map(|arm| arm.guard.as_mut()).for_each(|guard| walk::inert(guard, v));
        }
        StmtKind::Loop(l) => {
            if let Head::While { test: _, cond } = &mut l.head {
                walk::expr(cond, v);
            }
            l.carried.iter_mut().for_each(|c| walk::expr(&mut c.next, v));
            l.break_if.iter_mut().for_each(|stop| walk::expr(stop, v));
        }
        _ => {}
    })
}

/// The values that a statement changes in place, each with what it is behind it.
pub(super) fn changed(kind: &StmtKind) -> Vec<(Var, Var)> {
    match kind {
        StmtKind::Inert { defs, .. } => {
            let pair = |(before, after): (&Option<Expr>, Var)| match before {
                Some(Expr::Var(before)) => Some((*before, after)),
                _ => None,
            };
            defs.iter().filter_map(|(_, before, after)| pair((before, *after))).collect()
        }
        StmtKind::Call(call) | StmtKind::Pushforward(PushforwardCall { call, .. }) => {
            let pair = |arg: &Arg| match arg {
                Arg::RefMutValue(Expr::Var(before), after) => Some((*before, *after)),
                _ => None,
            };
            call.args.iter().filter_map(pair).collect()
        }
        _ => Vec::new(),
    }
}

/// Which values may share storage at all: of those that branches and loops hand on, and that calls and code change, the ones of
/// one name, and what a loop carries with what it hands on, whatever their names.
fn groups(unit: &mut Unit, vars: &Vars) -> Vec<Option<usize>> {
    if unit.first.stmts.is_empty() && unit.second.stmts.is_empty() {
        return vec![None; vars.0.len()];
    }
    let mut handed = VarSet::new();
    for block in [&mut unit.first, &mut unit.second] {
        every(block, &mut |kind| {
            handed.extend(handed_on(vars, kind));
            match kind {
                StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
                    handed.extend(joins.iter().map(|join| join.var));
                }
                StmtKind::Loop(l) => {
                    for carried in &l.carried {
                        handed.extend([carried.phi, carried.out]);
                        carried.init.vars(&mut |var| {
                            handed.insert(var);
                        });
                    }
                }
                kind => {
                    for (before, after) in changed(kind) {
                        handed.extend([before, after]);
                    }
                }
            }
        });
    }
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let names: Vec<Option<usize>> = vars
        .0
        .iter()
        .enumerate()
        .map(|(at, info)| {
            let next = numbers.len();
            let may_share = info.role == Role::Value && handed.contains(&Var(at as u32));
            may_share.then(|| *numbers.entry(&info.name).or_insert(next))
        })
        .collect();
    let mut group: Vec<usize> = (0..numbers.len()).collect();
    for block in [&mut unit.first, &mut unit.second] {
        every(block, &mut |kind| {
            let StmtKind::Loop(l) = kind else { return };
            for carried in &l.carried {
                if let (Some(a), Some(b)) = (names[carried.phi.0 as usize], names[carried.out.0 as usize]) {
                    let (keep, drop) = (group[a], group[b]);
                    group.iter_mut().filter(|g| **g == drop).for_each(|g| *g = keep);
                }
            }
        });
    }
    names.into_iter().map(|name| name.map(|name| group[name])).collect()
}

/// The backward walk over live ranges.
struct Ranges<'a> {
    vars: &'a Vars,
    /// See [`groups`]; none for what never shares storage.
    names: Vec<Option<usize>>,
    /// Pairs of equally named values of which one is defined while the other is live.
    clashes: HashSet<(Var, Var)>,
    flow: &'a mut Flow,
}

impl Ranges<'_> {
    fn define(&mut self, defs: &[Var], live: &mut Live) {
        for &def in defs {
            let Some(name) = self.names[def.0 as usize] else { continue };
            for other in live.iter().chain(defs.iter().copied()) {
                if other != def && self.names[other.0 as usize] == Some(name) {
                    self.clashes.insert((def.min(other), def.max(other)));
                }
            }
        }
        for def in defs {
            live.remove(def);
        }
    }

    fn block(&mut self, block: &mut Block, live: &mut Live) {
        for stmt in block.stmts.iter_mut().rev() {
            let key = key(stmt);
            let used = used(self.vars, &mut stmt.kind);
            let dead = used.iter().copied().filter(|var| !live.contains(var)).collect();
            self.flow.dead.insert(key, dead);
            let defs = defines(|v| walk::definitions(&mut stmt.kind, v));
            self.define(&defs, live);
            match &mut stmt.kind {
                StmtKind::If { cond: _, then, otherwise, joins } => {
                    let behind = std::mem::take(live);
                    for (k, arm) in [then, otherwise].into_iter().enumerate() {
                        let mut inside = self.arm_end(&behind, joins, k);
                        self.block(arm, &mut inside);
                        live.unite(&inside);
                    }
                }
                StmtKind::Match { scrutinee: _, arms, joins } => {
                    let behind = std::mem::take(live);
                    for (k, arm) in arms.iter_mut().enumerate() {
                        let mut inside = self.arm_end(&behind, joins, k);
                        self.block(&mut arm.body, &mut inside);
                        if let Some(guard) = &mut arm.guard {
                            inside.extend(reads(self.vars, |v| walk::inert(guard, v)));
                        }
                        let binds: Vec<Var> = arm.binds.iter().map(|(_, var)| *var).collect();
                        self.define(&binds, &mut inside);
                        live.unite(&inside);
                    }
                }
                StmtKind::Loop(l) => self.iteration(l, live),
                _ => {}
            }
            live.extend(used);
        }
    }

    fn arm_end(&self, behind: &Live, joins: &mut [Join], k: usize) -> Live {
        let mut live = behind.clone();
        for join in joins {
            if let Some(Some(value)) = join.values.get_mut(k) {
                live.extend(reads(self.vars, |v| walk::expr(value, v)));
            }
        }
        live
    }

    fn iteration(&mut self, l: &mut Loop, live: &mut Live) {
        let mut kind = StmtKind::Loop(Box::new(std::mem::replace(
            l,
            Loop {
                head: Head::Forever,
                carried: Vec::new(),
                body: Block::default(),
                break_if: None,
                trips: None,
                label: None,
            },
        )));
        // What any iteration reads of outside lives through all of them.
        let (mut inner_reads, mut inner_defs) = (Live::new(), Live::new());
        inner_reads.extend(handed_on(self.vars, &mut kind));
        for block in unit::blocks(&mut kind) {
            every(block, &mut |kind| {
                inner_reads.extend(used(self.vars, kind));
                inner_reads.extend(handed_on(self.vars, kind));
                inner_defs.extend(bound_inside(kind));
                inner_defs.extend(defines(|v| walk::definitions(kind, v)));
            });
        }
        inner_defs.extend(bound_inside(&mut kind));
        let StmtKind::Loop(inner) = kind else { unreachable!("made above") };
        *l = *inner;
        inner_reads.subtract(&inner_defs);
        live.unite(&inner_reads);
        let through = live.clone();

        for carried in &mut l.carried {
            live.extend(reads(self.vars, |v| walk::expr(&mut carried.next, v)));
        }
        if let Some(stop) = &mut l.break_if {
            live.extend(reads(self.vars, |v| walk::expr(stop, v)));
        }
        self.block(&mut l.body, live);
        // Behind the test the loop may end.
        live.unite(&through);
        if let Head::While { test, cond } = &mut l.head {
            live.extend(reads(self.vars, |v| walk::expr(cond, v)));
            // The values carried are read behind the loop as well, through `out`.
            live.extend(l.carried.iter().map(|c| c.phi));
            self.block(test, live);
        }
        let mut heads: Vec<Var> = l.carried.iter().map(|c| c.phi).collect();
        if let Head::For { index, .. } = &l.head {
            heads.push(*index);
        }
        self.define(&heads, live);
    }
}

/// The variables that are bound by a control statement for its blocks alone.
pub(super) fn bound_inside(kind: &mut StmtKind) -> Vec<Var> {
    match kind {
        StmtKind::Match { arms, .. } => {
            arms.iter().flat_map(|arm| arm.binds.iter().map(|(_, var)| *var)).collect()
        }
        StmtKind::Loop(l) => {
            let index = match l.head {
                Head::For { index, .. } => Some(index),
                Head::While { .. } | Head::Forever => None,
            };
            l.carried.iter().map(|c| c.phi).chain(index).collect()
        }
        _ => Vec::new(),
    }
}
