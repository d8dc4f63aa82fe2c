//! What goes on a tape comes off it, in the opposite order.

use crate::diff::{Tape, TapeKind};
use crate::ir::{Block, Head, RawStmt, Saved, StmtKind, Var};

/// What a block leaves on a tape, in the order of saving.
#[derive(Clone, Debug, PartialEq)]
enum Record {
    /// The kinds of its values.
    Save(Vec<bool>),
    /// What each arm leaves, where several leave something.
    Branch(Vec<Vec<Record>>),
    /// What one arm leaves, in however many branches it lies.
    Maybe(Vec<Record>),
    /// What one iteration leaves.
    Loop(Vec<Record>),
}

/// A block's effect on a tape: what it takes that was there before (in the order of taking), then what it leaves.
#[derive(Default)]
struct Effect {
    takes: Vec<Record>,
    leaves: Vec<Record>,
}

impl Effect {
    fn take(&mut self, record: Record) -> Result<(), String> {
        match self.leaves.pop() {
            None => self.takes.push(record),
            Some(left) if left == record => {}
            Some(left) => return Err(format!("{left:?} is saved and {record:?} restored")),
        }
        Ok(())
    }
}

/// Checks that the two sweeps leave nothing on the tape and take only what was saved.
pub(super) fn balanced(tape: &Tape, forward: &Block, reverse: &Block) -> Result<(), String> {
    if matches!(tape.kind, TapeKind::Snapshots) {
        // How many there are when is the schedule's affair, which only running it tells.
        return Ok(());
    }
    let mut effect = Effect::default();
    block(tape.var, forward, &mut effect)?;
    if !effect.takes.is_empty() {
        return Err(format!("the forward sweep restores {:?}", effect.takes));
    }
    if matches!(tape.kind, TapeKind::Slot) && !holds_one(&effect.leaves) {
        return Err(format!("a slot takes several records: {:?}", effect.leaves));
    }
    block(tape.var, reverse, &mut effect)?;
    if !effect.takes.is_empty() {
        return Err(format!("{:?} is restored and was not saved", effect.takes));
    }
    if !effect.leaves.is_empty() {
        return Err(format!("{:?} is saved and never restored", effect.leaves));
    }
    Ok(())
}

fn holds_one(records: &[Record]) -> bool {
    match records {
        [] | [Record::Save(_)] => true,
        [Record::Branch(arms)] => arms.iter().all(|arm| holds_one(arm)),
        [Record::Maybe(arm)] => holds_one(arm),
        _ => false,
    }
}

fn block(tape: Var, block: &Block, effect: &mut Effect) -> Result<(), String> {
    let kinds = |values: &[Saved]| values.iter().map(|saved| matches!(saved, Saved::Content(_))).collect();
    // One loop may have become two, rounds of iterations and the rest, which follow each other: what the second one does is
    // what the first did. (A tape belongs to one block, so that no other loop meets it.)
    let mut before = None;
    for stmt in &block.stmts {
        match &stmt.kind {
            StmtKind::Save { tape: t, values } if *t == tape => {
                effect.leaves.push(Record::Save(kinds(values)))
            }
            StmtKind::Restore { tape: t, values } if *t == tape => {
                effect.take(Record::Save(kinds(values)))?
            }
            StmtKind::Raw(RawStmt::Record { tape: t, .. }) if *t == tape => {
                effect.leaves.push(Record::Save(Vec::new()))
            }
            StmtKind::Raw(RawStmt::Replay { tape: t, .. }) if *t == tape => {
                effect.take(Record::Save(Vec::new()))?
            }
            StmtKind::If { then, otherwise, .. } => {
                let found = branch(tape, [then, otherwise].into_iter())?;
                together(found, &mut before, effect)?;
            }
            // A lone arm always runs.
            StmtKind::Match { arms, .. } if arms.len() == 1 => self::block(tape, &arms[0].body, effect)?,
            StmtKind::Match { arms, .. } => {
                let found = branch(tape, arms.iter().map(|arm| &arm.body))?;
                together(found, &mut before, effect)?;
            }
            StmtKind::Loop(looped) => {
                if let Head::While { test, .. } = &looped.head {
                    inner(tape, test)?;
                }
                let Effect { mut takes, leaves } = inner(tape, &looped.body)?;
                if !leaves.is_empty() && !takes.is_empty() {
                    return Err("an iteration takes what another left".into());
                }
                let taking = !takes.is_empty();
                if taking {
                    takes.reverse();
                }
                let records = iteration(if taking { takes } else { leaves });
                let found = (!records.is_empty()).then_some((taking, Record::Loop(records)));
                together(found, &mut before, effect)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a branch or a loop takes (if so) or leaves, unless it is the rest of the loop before.
fn together(
    found: Option<(bool, Record)>,
    before: &mut Option<(bool, Record)>,
    effect: &mut Effect,
) -> Result<(), String> {
    let Some((taking, record)) = found else { return Ok(()) };
    if matches!(record, Record::Loop(_)) {
        if before.as_ref() == Some(&(taking, record.clone())) {
            return Ok(());
        }
        *before = Some((taking, record.clone()));
    }
    if taking {
        effect.take(record)
    } else {
        effect.leaves.push(record);
        Ok(())
    }
}

/// What one iteration leaves or takes of those that a round runs side by side.
fn iteration(mut records: Vec<Record>) -> Vec<Record> {
    let whole = |period: &usize| {
        records.len() % period == 0 && records.chunks(*period).all(|part| *part == records[..*period])
    };
    if let Some(period) = (1..records.len()).find(whole) {
        records.truncate(period);
    }
    records
}

fn inner(tape: Var, body: &Block) -> Result<Effect, String> {
    let mut effect = Effect::default();
    block(tape, body, &mut effect)?;
    Ok(effect)
}

/// What a branch takes (if so) or leaves.
fn branch<'a>(tape: Var, arms: impl Iterator<Item = &'a Block>) -> Result<Option<(bool, Record)>, String> {
    let (mut takes, mut leaves) = (Vec::new(), Vec::new());
    for arm in arms {
        let mut arm = inner(tape, arm)?;
        arm.takes.reverse();
        takes.push(arm.takes);
        leaves.push(arm.leaves);
    }
    let (taking, leaving) = (takes.iter().any(|t| !t.is_empty()), leaves.iter().any(|l| !l.is_empty()));
    match (taking, leaving) {
        (true, true) => Err("a branch both takes and leaves".into()),
        (true, false) => Ok(Some((true, branched(takes)))),
        (false, true) => Ok(Some((false, branched(leaves)))),
        (false, false) => Ok(None),
    }
}

/// A `match` may be reversed by nested `if`s: where one arm alone matters, the number of branches does not.
fn branched(mut arms: Vec<Vec<Record>>) -> Record {
    let mut busy = arms.iter().enumerate().filter(|(_, arm)| !arm.is_empty()).map(|(k, _)| k);
    match (busy.next(), busy.next()) {
        (Some(only), None) => match <[Record; 1]>::try_from(std::mem::take(&mut arms[only])) {
            Ok([Record::Maybe(arm)]) => Record::Maybe(arm),
            // No iteration might have run anyway.
            Ok([Record::Loop(iteration)]) => Record::Loop(iteration),
            Ok(arm) => Record::Maybe(arm.into()),
            Err(arm) => Record::Maybe(arm),
        },
        _ => Record::Branch(arms),
    }
}
