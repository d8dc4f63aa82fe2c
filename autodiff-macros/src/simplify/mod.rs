//! Simplification: derivative programs as a person would write them.
//!
//! Invariant of every pass: the program computes the same values (sums of adjoints keep their order, so the same bits, but
//! for the regrouping of products that [`fold`] documents), reads no more than before, and runs nothing twice.

mod accumulate;
pub(crate) mod affine;
mod agree;
mod bounds;
mod copies;
mod dead;
mod direct;
mod distribute;
mod factor;
mod flat;
mod fold;
mod gather;
mod jam;
mod lanes;
mod leftover;
mod lift;
mod lockstep;
mod nests;
mod reciprocal;
pub(crate) mod rotate;
mod sink;
mod strips;
mod substitute;
mod summary;
pub(crate) mod window;

use self::summary::Summary;
use crate::analysis::Activity;
use crate::diff::private::private_places;
use crate::diff::reverse::{self, Options};
use crate::diff::{Adjoint, ParamAdjoint, Pushforward, fuse};
use crate::ir::{Block, Expr, Function, Loop, Role, StmtKind, Tree, Var, VarMap, VarSet, Vars};
use crate::passes::{Pass, Passes};

/// Rounds after which a program that still changes is left as it is (each round is a complete program).
const ROUNDS: usize = 6;

/// What the passes share.
struct Context<'a> {
    vars: &'a mut Vars,
    /// Read behind the block.
    outputs: VarSet,
    /// Variables from here on were made by differentiation: their values may be regrouped.
    made_from: u32,
    /// Whether the block is the primal's: nothing that could panic is moved or dropped.
    primal: bool,
    /// Read by the paths of views, which live in the arena, where no substitution reaches.
    viewed: VarSet,
}

/// Simplifies both sweeps of an adjoint.
#[cfg(test)]
pub(crate) fn adjoint(function: &Function, adjoint: Adjoint) -> Adjoint {
    settle(function, adjoint).0
}

/// Simplifies both sweeps of an adjoint; tells whether another run would find nothing to do.
fn settle(function: &Function, mut adjoint: Adjoint) -> (Adjoint, bool) {
    let made_from = function.vars.0.len() as u32;
    let mut outputs = asked_for(&adjoint);
    let reverse_settled = (0..ROUNDS).any(|_| {
        let mut context = Context::new(&mut adjoint.vars, &outputs, made_from, false);
        let changed = context.round(&mut adjoint.reverse);
        let pruned = dead::tapes(&mut adjoint);
        !changed && !pruned
    });

    let read = crate::diff::reverse::free_vars(&adjoint.reverse, &adjoint.vars);
    let tapes: VarSet = adjoint.tapes.iter().map(|tape| tape.var).collect();
    adjoint.captures.retain(|var| read.contains(var) || tapes.contains(var));
    outputs.unite(&read);
    for leaf in function
        .result
        .leaves()
        .into_iter()
        .chain(function.params.iter().filter_map(|param| param.last.as_ref()))
    {
        leaf.vars(&mut |var| {
            outputs.insert(var);
        });
    }
    let forward_settled = (0..ROUNDS)
        .any(|_| !Context::new(&mut adjoint.vars, &outputs, made_from, true).round(&mut adjoint.forward));
    (adjoint, reverse_settled && forward_settled)
}

/// What is read behind the reverse sweep.
fn asked_for(adjoint: &Adjoint) -> VarSet {
    let mut outputs = VarSet::new();
    for param in adjoint.params.iter().flatten() {
        let (ParamAdjoint::Scalar(var) | ParamAdjoint::ScalarInOut(var) | ParamAdjoint::Place(var)) = param;
        outputs.insert(*var);
    }
    for gradient in adjoint.wrt.iter().flatten() {
        gradient.vars(&mut |var| {
            outputs.insert(var);
        });
    }
    outputs
}

/// Simplifies a pushforward.
pub(crate) fn pushforward(function: &Function, mut push: Pushforward) -> Pushforward {
    let made_from = function.vars.0.len() as u32;
    reverse::unmark(&mut push.body);
    let mut outputs: VarSet = VarSet::new();
    let mut read = |expr: &Expr| {
        expr.vars(&mut |var| {
            outputs.insert(var);
        });
    };
    function.result.leaves().into_iter().for_each(&mut read);
    function.params.iter().filter_map(|param| param.last.as_ref()).for_each(&mut read);
    push.result.leaves().into_iter().flatten().for_each(&mut read);
    push.params.iter().flatten().filter_map(|(_, last)| last.as_ref()).for_each(&mut read);
    for _ in 0..ROUNDS {
        if !Context::new(&mut push.vars, &outputs, made_from, true).round(&mut push.body) {
            break;
        }
    }
    if function.passes.has(Pass::Flat) {
        flat::flatten(&mut push.body, made_from);
    }
    shape(&mut push.body, &mut push.vars, made_from, function.passes);
    push
}

/// Both sweeps one behind the other, seeded with ones, loops fused where that is possible: the body of `value_and_grad`.
pub(crate) fn joined(function: &Function, activity: &Activity) -> Adjoint {
    let params: VarSet = function.params.iter().map(|param| param.var).collect();
    let own: VarSet = function
        .body
        .stmts
        .iter()
        .flat_map(|stmt| match &stmt.kind {
            StmtKind::Loop(_) => stmt.defines(),
            _ => Vec::new(),
        })
        .collect();
    // Private places are a promise that the loop will be fused: where that fails, once more without.
    let fuses = function.passes.has(Pass::Fuse);
    let private = if fuses { private_places(function) } else { VarMap::new() };
    let mut options = Options { roll_back: false, private };
    loop {
        let mut raw = reverse::adjoint(function, activity, options.clone());
        share_reciprocals(function, &mut raw);
        let (simple, settled) = settle(function, seed_with_ones(raw));
        if !fuses {
            return shape_loops(function, (simple, settled));
        }
        let (mut fused, done) = fuse::fuse(simple, &params);
        for explained in &mut fused.explained {
            explained.fused = explained.index.is_some_and(|index| done.contains(&index));
        }
        let promises = options.private.len();
        options
            .private
            .retain(&mut |index, places| places.is_empty() || done.contains(&index) || !own.contains(&index));
        if options.private.len() == promises {
            return shape_loops(
                function,
                if done.is_empty() { (fused, settled) } else { settle(function, fused) },
            );
        }
    }
}

/// The two sweeps apart, each as fast as it can be.
pub(crate) fn apart(function: &Function, mut raw: Adjoint) -> Adjoint {
    share_reciprocals(function, &mut raw);
    shape_loops(function, settle(function, raw))
}

fn share_reciprocals(function: &Function, raw: &mut Adjoint) {
    if !function.passes.has(Pass::Reciprocals) {
        return;
    }
    reciprocal::reciprocals(&mut raw.reverse, &mut raw.vars, function.vars.0.len() as u32);
}

/// What makes loops fast that rustc cannot do: values and additions in strips, neighbouring contributions in scalars,
/// operands sliced beforehand.
fn shape_loops(function: &Function, (mut shaped, mut settled): (Adjoint, bool)) -> Adjoint {
    let (made_from, passes) = (function.vars.0.len() as u32, function.passes);
    if passes.has(Pass::Flat) {
        flat::flatten(&mut shaped.forward, made_from);
        flat::flatten(&mut shaped.reverse, made_from);
    }
    if passes.has(Pass::Nests) {
        let outputs = asked_for(&shaped);
        nests::nests(&mut shaped.forward, &mut shaped.vars, made_from, None);
        nests::nests(&mut shaped.reverse, &mut shaped.vars, made_from, Some(&outputs));
    }
    for block in [&mut shaped.forward, &mut shaped.reverse] {
        if passes.has(Pass::Bounds) {
            bounds::bounds(block, &mut shaped.vars);
        }
        settled &= !rotate::rotations(block, &mut shaped.vars, made_from, passes);
        settled &=
            !(passes.has(Pass::Accumulate) && accumulate::accumulators(block, &mut shaped.vars, made_from));
    }
    if !settled {
        shaped = settle(function, shaped).0;
    }
    for block in [&mut shaped.forward, &mut shaped.reverse] {
        shape(block, &mut shaped.vars, made_from, passes);
    }
    shaped
}

/// The part that every sweep gets.
fn shape(block: &mut Block, vars: &mut Vars, made_from: u32, passes: Passes) {
    if passes.has(Pass::Bounds) {
        bounds::bounds(block, vars);
    }
    if passes.has(Pass::Lift) {
        lift::lift(block, vars);
    }
    if passes.has(Pass::Distribute) {
        distribute::distribute(block, vars, made_from);
    }
    if passes.has(Pass::Lanes) {
        let jammed = |the_loop: &Loop, vars: &Vars| passes.has(Pass::Jam) && jam::pays(the_loop, vars);
        lanes::lanes(block, vars, made_from, &jammed);
    }
    if passes.has(Pass::Jam) {
        jam::jam(block, vars, made_from);
    }
    if passes.has(Pass::Forwards) {
        direct::forwards(block, vars, made_from);
    }
    if passes.has(Pass::Windows) {
        window::windows(block, vars);
    }
}

/// The same adjoint with every scalar seed a constant one: the gradient of the sum of the results.
pub(crate) fn seed_with_ones(mut adjoint: Adjoint) -> Adjoint {
    let mut ones = VarSet::new();
    fn take(seed: &mut Tree<Option<Var>>, vars: &Vars, ones: &mut VarSet) {
        match seed {
            Tree::Leaf(leaf) => {
                if let Some(var) = leaf.filter(|var| vars[*var].role == Role::Value) {
                    ones.insert(var);
                    *leaf = None;
                }
            }
            Tree::Tuple(parts) => parts.iter_mut().for_each(|part| take(part, vars, ones)),
        }
    }
    take(&mut adjoint.seed, &adjoint.vars, &mut ones);
    adjoint.reverse.walk_mut(&mut |stmt| {
        stmt.exprs_mut(&mut |expr| {
            if matches!(expr, Expr::Var(var) if ones.contains(var)) {
                *expr = crate::ir::build::lit(1.0);
            }
        });
    });
    adjoint
}

impl<'a> Context<'a> {
    fn new(vars: &'a mut Vars, outputs: &VarSet, made_from: u32, primal: bool) -> Context<'a> {
        let mut viewed = VarSet::new();
        for path in vars.0.iter().filter_map(|info| info.view.as_ref()) {
            path.index_vars(&mut |var| {
                viewed.insert(var);
            });
        }
        Context { vars, outputs: outputs.clone(), made_from, primal, viewed }
    }

    /// One round of all passes over a block and the blocks inside; tells whether anything changed.
    fn round(&mut self, block: &mut Block) -> bool {
        let mut changed = false;
        for stmt in &mut block.stmts {
            if stmt.blocks().is_empty() {
                continue;
            }
            // What an owner takes out of its blocks (`next`, joins) is read behind them.
            let outside = self.outputs.clone();
            stmt.reads(&mut |var| {
                self.outputs.insert(var);
            });
            for block in stmt.blocks_mut() {
                changed |= self.round(block);
            }
            self.outputs = outside;
        }
        changed |= self.fold(block);
        changed |= !self.primal && self.agree(block);
        let mut summaries: Vec<Summary> =
            block.stmts.iter().map(|stmt| Summary::of(stmt, self.vars)).collect();
        changed |= self.sink(block, &mut summaries);
        changed |= self.substitute(block, &mut summaries);
        changed |= self.absorb(block, &mut summaries);
        changed |= self.drop_dead(block, &summaries);
        changed
    }

    /// A variable made by differentiation (not of the primal program).
    fn made(&self, var: Var) -> bool {
        var.0 >= self.made_from
    }

    /// Gives the values that end the arms of a branch to its joins: `if c { x * 2.0 } else { x }`.
    fn absorb(&mut self, block: &mut Block, summaries: &mut [Summary]) -> bool {
        let mut changed = false;
        for (stmt, summary) in block.stmts.iter_mut().zip(summaries) {
            let mut absorbed = false;
            let StmtKind::If { then, otherwise, joins, .. } = &mut stmt.kind else { continue };
            for (index, arm) in [then, otherwise].into_iter().enumerate() {
                while let Some(StmtKind::Let { var, expr }) = arm.stmts.last().map(|stmt| &stmt.kind) {
                    let uses = joins
                        .iter()
                        .filter(|join| matches!(join.values.get(index), Some(Some(value)) if value.mentions(*var)))
                        .count();
                    let target = joins
                        .iter_mut()
                        .filter_map(|join| join.values.get_mut(index)?.as_mut())
                        .find(|value| matches!(&**value, Expr::Var(read) if read == var));
                    match target {
                        Some(value)
                            if uses == 1
                                && !self.vars[*var].named
                                && !self.vars[*var].telling
                                && !self.outputs.contains(var) =>
                        {
                            *value = expr.clone();
                            arm.stmts.pop();
                            absorbed = true;
                        }
                        _ => break,
                    }
                }
            }
            if absorbed {
                *summary = Summary::of(stmt, self.vars);
                changed = true;
            }
        }
        changed
    }
}

impl Expr {
    pub(crate) fn mentions(&self, var: Var) -> bool {
        let mut found = false;
        self.vars(&mut |read| found |= read == var);
        found
    }

    fn size(&self) -> usize {
        let mut size = 0;
        self.walk(&mut |_| size += 1);
        size
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis;
    use crate::diff::{fuse, reverse};
    use crate::ir::{Function, VarSet, print, verify};
    use crate::tests::sketch;

    fn show(function: &Function) -> String {
        let activity = analysis::activity(function, &mut Vec::new());
        let adjoint = reverse::adjoint(function, &activity, reverse::Options::default());
        let adjoint = super::adjoint(function, super::seed_with_ones(adjoint));
        verify::adjoint(function, &adjoint).unwrap();
        let params: VarSet = function.params.iter().map(|param| param.var).collect();
        let fused = super::adjoint(function, fuse::fuse(adjoint.clone(), &params).0);
        format!("{}\n----\n{}", print::adjoint(function, &adjoint), print::adjoint(function, &fused))
    }

    #[test]
    fn shows() {
        println!("{}", show(&sketch::sum_of_squares()));
        println!("{}", show(&sketch::overwrite()));
    }
}
