//! A program that fails, made smaller as long as it fails in the same way.

use std::collections::HashSet;

use crate::check::Outcome;
use crate::program::Program;
use crate::tree::{Node, Part, Sort};
use crate::types::Ty;

/// A change of one node.
#[derive(Clone, Debug)]
struct Edit {
    path: Vec<usize>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// Nothing in its place.
    Drop,
    /// The statements of a block below it instead, or an expression of the same type.
    Replace(Node),
    /// A parameter less.
    Param(usize),
}

/// How many programs a crate of candidates has.
const CANDIDATES: usize = 28;
/// How many crates are compiled at most.
const ROUNDS: usize = 60;

/// The smallest program that was found to fail as this one does, and how.
pub fn shrunk(
    outcomes_of: &mut dyn FnMut(&[Program]) -> Vec<Outcome>,
    program: Program,
) -> (Program, Outcome) {
    let mut outcome = outcomes_of(std::slice::from_ref(&program)).remove(0);
    let class = outcome.class();
    if matches!(outcome, Outcome::Right | Outcome::Slow) {
        return (program, outcome);
    }
    let mut best = program;
    // What did not help, until all has been tried; then once more, if anything was found in between.
    let mut tried: HashSet<String> = HashSet::new();
    let mut progress = false;
    for _ in 0..ROUNDS {
        let mut some: Vec<Edit> = Vec::new();
        for edit in edits(&best) {
            // Inside of what may go as a whole nothing is tried.
            let nested = |other: &Edit| other.path != edit.path && touch(other, &edit);
            if some.len() < CANDIDATES && !tried.contains(&key(&edit)) && !some.iter().any(nested) {
                some.push(edit);
            }
        }
        if some.is_empty() {
            if !progress {
                break;
            }
            tried.clear();
            progress = false;
            continue;
        }
        let programs: Vec<Program> =
            some.iter().map(|edit| applied(&best, std::slice::from_ref(edit))).collect();
        let outcomes = outcomes_of(&programs);
        let mut good: Vec<usize> = (0..some.len()).filter(|&k| outcomes[k].class() == class).collect();
        tried.extend((0..some.len()).filter(|k| !good.contains(k)).map(|k| key(&some[k])));
        if good.is_empty() {
            continue;
        }
        progress = true;
        // All good changes at once, as far as they do not touch one another; else a part of them; else the best one.
        good.sort_by_key(|&k| programs[k].len());
        let mut apart: Vec<Edit> = Vec::new();
        for &k in &good {
            if !apart.iter().any(|other| touch(other, &some[k])) {
                apart.push(some[k].clone());
            }
        }
        let sizes = std::iter::successors(Some(apart.len()), |n| Some(n * 2 / 3)).take_while(|n| *n > 1);
        let joined: Vec<Program> = sizes.map(|n| applied(&best, &apart[..n])).collect();
        let joined_outcomes = if joined.is_empty() { Vec::new() } else { outcomes_of(&joined) };
        let found = joined_outcomes.iter().position(|outcome| outcome.class() == class);
        (best, outcome) = match found {
            Some(k) => (joined[k].clone(), joined_outcomes[k].clone()),
            None => (programs[good[0]].clone(), outcomes[good[0]].clone()),
        };
    }
    (best, outcome)
}

/// Whether one changes what the other does.
fn touch(a: &Edit, b: &Edit) -> bool {
    a.path.starts_with(&b.path) || b.path.starts_with(&a.path)
}

fn key(edit: &Edit) -> String {
    let what = match &edit.what {
        What::Drop => String::new(),
        What::Replace(node) => node.text(),
        What::Param(at) => at.to_string(),
    };
    format!("{:?} {what}", edit.path)
}

/// The changes that make a program smaller, the ones that take most away first.
fn edits(program: &Program) -> Vec<Edit> {
    let mut found: Vec<(usize, Edit)> = Vec::new();
    program.items.walk(&mut |path, node| {
        let mut add = |what: What, gain: usize| {
            if gain > 0 {
                found.push((gain, Edit { path: path.to_vec(), what }));
            }
        };
        let size = node.len();
        match &node.sort {
            Sort::Item if path.first() != last_item(program).as_ref() => add(What::Drop, size),
            Sort::Param(at) => add(What::Param(*at), size),
            Sort::Stmt => {
                add(What::Drop, size);
                for child in below(node) {
                    if child.sort == Sort::Block {
                        let inner = unwrapped(child);
                        let left = inner.len();
                        add(What::Replace(inner), size.saturating_sub(left));
                    }
                }
            }
            Sort::Expr(ty) => {
                for child in below(node) {
                    if child.sort == Sort::Expr(ty.clone()) && child.len() < size {
                        add(What::Replace(child.clone()), size - child.len());
                    }
                }
                for text in simple(ty) {
                    if text.len() < size {
                        add(What::Replace(Node::new(node.sort.clone(), text, vec![])), size - text.len());
                    }
                }
            }
            _ => {}
        }
    });
    found.sort_by_key(|(gain, _)| std::cmp::Reverse(*gain));
    found.into_iter().map(|(_, edit)| edit).collect()
}

/// Expressions that any of a type may be replaced by.
fn simple(ty: &Ty) -> &'static [&'static str] {
    match ty {
        Ty::F => &["0.5", "0.5_f64"],
        Ty::Usize => &["0", "1"],
        Ty::Bool => &["true", "false"],
        _ => &[],
    }
}

fn last_item(program: &Program) -> Option<usize> {
    program.items.parts.iter().rposition(|part| matches!(part, Part::Node(_)))
}

/// The nodes below a node, up to statements and blocks within.
fn below(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    for part in &node.parts {
        if let Part::Node(child) = part {
            found.push(child);
            if !matches!(child.sort, Sort::Stmt | Sort::Block) {
                found.extend(below(child));
            } else if child.sort == Sort::Block {
                // The value of a block.
                found.extend(child.parts.iter().rev().find_map(|part| match part {
                    Part::Node(last) if matches!(last.sort, Sort::Expr(_)) => Some(last),
                    _ => None,
                }));
            }
        }
    }
    found
}

/// The statements of a block without its braces.
fn unwrapped(node: &Node) -> Node {
    let n = node.parts.len();
    let parts = node.parts[1..n - 1].to_vec();
    Node { sort: Sort::Stmt, parts }
}

/// The program with some of its nodes changed.
fn applied(program: &Program, edits: &[Edit]) -> Program {
    let mut program = program.clone();
    for edit in edits {
        let node = program.items.at(&edit.path);
        match &edit.what {
            What::Drop => *node = Node { sort: Sort::Fixed, parts: Vec::new() },
            What::Replace(other) => *node = other.clone(),
            What::Param(at) => {
                let before = node.clone();
                *node = Node { sort: Sort::Fixed, parts: Vec::new() };
                if !program.drop_param(*at) {
                    *program.items.at(&edit.path) = before;
                }
            }
        }
    }
    program
}
