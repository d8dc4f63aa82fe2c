//! Statements as text.

use std::fmt::Write as _;

use proc_macro2::Ident;

use super::{Printer, list, sign, tokens};
use crate::ir::{
    Arm, Block, Carried, Checkpoint, Head, Join, Loop, Mark, PullbackCall, PushforwardCall, RawStmt, Stmt,
    StmtKind, Tangent, Var,
};

impl Printer<'_> {
    fn joins(&self, joins: &[Join]) -> Vec<String> {
        joins
            .iter()
            .map(|Join { var, values }| {
                let values =
                    list(values, |value| value.as_ref().map_or("_".into(), |value| self.expr(value)));
                format!("join {} = {values}", self.var(*var))
            })
            .collect()
    }

    pub(super) fn stmts(&mut self, block: &Block) {
        let Block { stmts } = block;
        for Stmt { kind, span: _ } in stmts {
            self.stmt(kind);
        }
    }

    fn stmt(&mut self, kind: &StmtKind) {
        let text = match kind {
            StmtKind::Let { var, expr } => {
                format!("let {}: {} = {}", self.var(*var), self.ty(*var), self.expr(expr))
            }
            StmtKind::Declare { place, init } => {
                format!("place {}: {} = {}", self.var(*place), self.ty(*place), self.init(init))
            }
            StmtKind::View { var } => {
                let target = self.vars.0.get(var.0 as usize).and_then(|info| info.view.as_ref());
                let target = target.map_or("?".into(), |path| self.path(path));
                format!("view {} = {target}", self.var(*var))
            }
            StmtKind::Store { path, op, value } => {
                format!("{} {} {}", self.path(path), sign(*op), self.expr(value))
            }
            StmtKind::Assign { path, init, slice } => {
                format!("{} {} {}", self.path(path), if *slice { "[..] =" } else { "=" }, self.init(init))
            }
            StmtKind::Swap(a, b) => format!("swap {}, {}", self.path(a), self.path(b)),
            StmtKind::Fill { path, value } => format!("fill {} with {}", self.path(path), self.expr(value)),
            StmtKind::Push { path, value } => format!("push {}, {}", self.path(path), self.expr(value)),
            StmtKind::Call(call) => {
                format!("call {} (pullback {})", self.call(call), self.var(call.pullback))
            }
            StmtKind::Inert { inert, defs, writes } => {
                let mut text = self.inert(inert);
                for (name, before, after) in defs {
                    let before = before.as_ref().map_or("_".into(), |before| self.expr(before));
                    let after = self.var(*after);
                    write!(text, " {name}: {before} -> {after}").expect("a String takes everything");
                }
                if !writes.is_empty() {
                    write!(text, " writes {}", list(writes, |var| self.var(*var)))
                        .expect("a String takes everything");
                }
                text
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                self.braced(format!("if {}", self.expr(cond)), then);
                if !otherwise.stmts.is_empty() {
                    self.braced("} else", otherwise);
                }
                return self.close(self.joins(joins));
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                self.line(format!("match {} {{", self.inert(scrutinee)));
                self.nested(|p| {
                    for Arm { pat, binds, guard, body } in arms {
                        let binds =
                            list(binds, |(name, var): &(Ident, Var)| format!("{name} = {}", p.var(*var)));
                        let guard = guard.as_ref().map_or(String::new(), |g| format!(" if {}", p.inert(g)));
                        p.braced(format!("{} [{binds}]{guard} =>", tokens(pat)), body);
                        p.line("}");
                    }
                });
                return self.close(self.joins(joins));
            }
            StmtKind::Loop(looped) => return self.loop_(looped),
            StmtKind::Mark(Mark::End) => "end".into(),
            StmtKind::Mark(Mark::Begin(how)) => match how {
                Checkpoint::Rerun => "again".into(),
                Checkpoint::Root => "checkpoint sqrt".into(),
                Checkpoint::Every(length) => format!("checkpoint every {}", self.expr(length)),
                Checkpoint::Slots(slots, _) => format!("checkpoint slots {}", self.expr(slots)),
            },
            StmtKind::Mut { var, init } => format!("let mut {} = {}", self.var(*var), self.expr(init)),
            StmtKind::Update { var, op, expr } => {
                format!("{} {} {}", self.var(*var), sign(*op), self.expr(expr))
            }
            StmtKind::Save { tape, values } => format!("save {} <- {}", self.var(*tape), self.saved(values)),
            StmtKind::Restore { tape, values } => {
                format!("restore {} -> {}", self.var(*tape), self.saved(values))
            }
            StmtKind::Accumulate { to, from } => {
                format!("accumulate {} += {}", self.path(to), self.path(from))
            }
            StmtKind::Pullback(PullbackCall { call, seed, slots }) => {
                let slots = list(slots, |slot| match slot {
                    Some(path) => format!("&mut {}", self.path(path)),
                    None => "none".into(),
                });
                let seed = self.tree(seed, |p, leaf| p.expr(leaf));
                format!(
                    "pullback {} of {} seed {seed} slots {slots}",
                    self.var(call.pullback),
                    self.call(call)
                )
            }
            StmtKind::Pushforward(PushforwardCall { call, tangents, result_tangents }) => {
                let tangents = list(tangents, |tangent| match tangent {
                    Tangent::Value(value) => self.expr(value),
                    Tangent::Place(path) => self.path(path),
                    Tangent::InOut(before, after) => {
                        format!("{} -> {}", self.operand(before), self.var(*after))
                    }
                    Tangent::None => "none".into(),
                });
                let results = self.tree(result_tangents, |p, var| p.var(*var));
                format!("pushforward {} tangents {tangents} -> {results}", self.call(call))
            }
            StmtKind::Raw(raw) => match raw {
                RawStmt::PutBack { path, from } => {
                    format!("put back {} <- {}", self.path(path), self.var(*from))
                }
                RawStmt::Keep { old, path } => format!("keep {} = {}", self.var(*old), self.path(path)),
                RawStmt::Record { tape, path } => {
                    format!("record {} <- {}", self.var(*tape), self.path(path))
                }
                RawStmt::Replay { tape, path } => {
                    format!("replay {} <- {}", self.path(path), self.var(*tape))
                }
                RawStmt::Pop { path, popped: None } => format!("pop {}", self.path(path)),
                RawStmt::Pop { path, popped: Some(var) } => {
                    format!("pop {} -> {}", self.path(path), self.var(*var))
                }
                RawStmt::SumInto { var, path } => format!("sum {} += {}", self.var(*var), self.path(path)),
                RawStmt::Clear { path } => format!("clear {}", self.path(path)),
                RawStmt::Swap(a, b) => format!("swap back {}, {}", self.path(a), self.path(b)),
            },
        };
        self.line(text);
    }

    fn close(&mut self, notes: Vec<String>) {
        self.line(std::iter::once("}".to_string()).chain(notes).collect::<Vec<_>>().join("; "));
    }

    fn loop_(&mut self, looped: &Loop) {
        let Loop { head, carried, body, break_if, trips, label } = looped;
        let label = label.as_ref().map_or(String::new(), |label| format!("'{label}: "));
        let carry = list(carried, |Carried { phi, init, next: _, out: _ }: &Carried| {
            format!("{} = {}", self.var(*phi), self.expr(init))
        });
        let carry = if carry.is_empty() { carry } else { format!(" carrying {carry}") };
        match head {
            Head::For { index, lo, hi, inclusive, step, rev } => {
                let mut range = format!(
                    "{}{}{}",
                    self.operand(lo),
                    if *inclusive { "..=" } else { ".." },
                    self.operand(hi)
                );
                if let Some(step) = step {
                    write!(range, " step {}", self.operand(step)).expect("a String takes everything");
                }
                if *rev {
                    range += " rev";
                }
                self.braced(format!("{label}for {} in {range}{carry}", self.var(*index)), body);
            }
            Head::While { test, cond } => {
                self.line(format!("{label}while{carry} {{"));
                self.nested(|p| p.stmts(test));
                self.braced(format!("}} {}", self.expr(cond)), body);
            }
            Head::Forever => self.braced(format!("{label}loop{carry}"), body),
        }
        let mut notes: Vec<String> = carried
            .iter()
            .map(|Carried { phi: _, init: _, next, out }| {
                format!("{} <- {}", self.var(*out), self.expr(next))
            })
            .collect();
        notes.extend(break_if.as_ref().map(|cond| format!("break if {}", self.expr(cond))));
        notes.extend(trips.map(|trips| format!("trips {}", self.var(trips))));
        self.close(notes);
    }
}
