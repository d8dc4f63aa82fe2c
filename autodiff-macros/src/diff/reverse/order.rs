//! Order: whether a store is over and done with when an element is loaded, by the order of the loops' indices.
//!
//! A factorisation writes each element once, and from then on reads it: `l[i * n + j]` with `j < i`, where the loads reach
//! `l[j * n + k]` with `k < j`. No iteration behind the load comes back to its element, since that one's row or column is
//! less. Such an element need not be saved, nor what the store overwrites.
//!
//! Invariant: [`Reverse::settled`] says yes only where no instance of the store that runs behind an instance of the load
//! reaches the same element. What is known of two instances is that all indices are within their loops' bounds, and which
//! of the common loops went on from the one to the other.

use super::Reverse;
use super::elements::{Counted, Polynomial};
use crate::diff::record::{Read, Write};
use crate::ir::{Expr, Proj, Var};
use crate::passes::Pass;

/// A variable in an instance of the load or of the store, or one that is the same in both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Fixed(Var),
    Load(Var),
    Store(Var),
}

/// `0 <= 1`, or `0 < 1`.
type Fact = (Node, Node, bool);

/// What both instances reach: its digits, row before column, as each of them names them.
type Digits = Vec<(Node, Node)>;

impl Reverse<'_> {
    /// Whether the store never reaches, behind a load, the element that was loaded. Both run in the same iteration of the
    /// `outer` loops around the place's declaration.
    pub(in crate::diff) fn settled(&self, store: &Write, read: &Read, outer: usize) -> bool {
        if !self.function.passes.has(Pass::Settled) {
            return false;
        }
        let common = read.loops.iter().zip(&store.loops).take_while(|(a, b)| a == b).count();
        let behind = read.position < store.position;
        if common <= outer && !behind {
            return true;
        }
        let (Some(stored), Some(loaded)) = (&store.element, &read.element) else { return false };
        let (stored, loaded) = (self.vars.resolve(stored), self.vars.resolve(loaded));
        let Some(start) = read.loops.get(outer).filter(|_| common > outer) else { return false };
        let counted = |loops: &[usize]| -> Option<Vec<&Counted>> {
            loops.iter().map(|number| self.recording.counted(*number)).collect()
        };
        let (Some(around_load), Some(around_store)) = (counted(&read.loops), counted(&store.loops)) else {
            return false;
        };
        let same_iteration: Vec<Var> = around_load[..outer].iter().map(|counted| counted.index).collect();
        let fixed = |var: Var| same_iteration.contains(&var) || self.fixed(var, *start);
        let instance = |of: fn(Var) -> Node, var: Var| if fixed(var) { Node::Fixed(var) } else { of(var) };

        let mut facts: Vec<Fact> = Vec::new();
        for (loops, of) in [(&around_load, Node::Load as fn(Var) -> Node), (&around_store, Node::Store)] {
            for counted in loops {
                self.bounds(counted, &|var| instance(of, var), &mut facts);
            }
        }
        let mut digits = Digits::new();
        if stored.proj.len() != loaded.proj.len() {
            return false;
        }
        for pair in loaded.proj.iter().zip(&stored.proj) {
            match pair {
                (Proj::Field(a), Proj::Field(b)) if a == b => {}
                (Proj::Index(a), Proj::Index(b)) => {
                    let (Some(a), Some(b)) = (self.polynomial(a), self.polynomial(b)) else { return false };
                    let load = |var| instance(Node::Load, var);
                    let store = |var| instance(Node::Store, var);
                    let Some(found) = digits_of((&a, &load), (&b, &store), &fixed, &facts) else {
                        return false;
                    };
                    digits.extend(found);
                }
                _ => return false,
            }
        }
        // The loop that went on, or none where the store stands behind the load.
        let cases = (outer..common).map(Some).chain(behind.then_some(None));
        cases.into_iter().all(|went_on| {
            let mut facts = facts.clone();
            for (level, counted) in around_load[..common].iter().enumerate().skip(outer) {
                let (load, store) = (Node::Load(counted.index), Node::Store(counted.index));
                if went_on == Some(level) {
                    facts.push(if counted.rev { (store, load, true) } else { (load, store, true) });
                    break;
                }
                facts.extend([(load, store, false), (store, load, false)]);
            }
            digits.iter().any(|(load, store)| less(*load, *store, &facts) || less(*store, *load, &facts))
        })
    }

    /// What the bounds of a loop say of its index.
    fn bounds(&self, counted: &Counted, instance: &dyn Fn(Var) -> Node, facts: &mut Vec<Fact>) {
        let bound = |expr: &Expr| single(&self.polynomial(expr)?);
        let index = instance(counted.index);
        if let Some((var, distance)) = bound(&counted.lo) {
            if distance >= 0 {
                facts.push((instance(var), index, distance > 0));
            }
        }
        if let Some((var, distance)) = bound(&counted.hi) {
            if distance <= 0 {
                facts.push((index, instance(var), !counted.inclusive || distance < 0));
            }
        }
    }
}

/// `var + distance`.
fn single(polynomial: &Polynomial) -> Option<(Var, i64)> {
    match &polynomial.0[..] {
        [(product, 1)] => Some((*product.first().filter(|_| product.len() == 1)?, 0)),
        [(constant, distance), (product, 1)] if constant.is_empty() => {
            Some((*product.first().filter(|_| product.len() == 1)?, *distance))
        }
        _ => None,
    }
}

/// The digits of two indices: each a variable, or `row * width + column` of one fixed width that both columns are less than.
fn digits_of(
    (a, load): (&Polynomial, &dyn Fn(Var) -> Node),
    (b, store): (&Polynomial, &dyn Fn(Var) -> Node),
    fixed: &dyn Fn(Var) -> bool,
    facts: &[Fact],
) -> Option<Digits> {
    if let (Some((a, 0)), Some((b, 0))) = (single(a), single(b)) {
        return Some(vec![(load(a), store(b))]);
    }
    let split = |polynomial: &Polynomial| -> Option<(Var, Var, Var)> {
        let [(x, 1), (y, 1)] = &polynomial.0[..] else { return None };
        let (column, row) = if x.len() == 1 { (x, y) } else { (y, x) };
        let ([column], [p, q]) = (&column[..], &row[..]) else { return None };
        match (fixed(*p), fixed(*q)) {
            (true, false) => Some((*q, *p, *column)),
            (false, true) => Some((*p, *q, *column)),
            _ => None,
        }
    };
    let ((row_a, width_a, column_a), (row_b, width_b, column_b)) = (split(a)?, split(b)?);
    let width = Node::Fixed(width_a);
    let inside =
        width_a == width_b && less(load(column_a), width, facts) && less(store(column_b), width, facts);
    inside.then(|| vec![(load(row_a), store(row_b)), (load(column_a), store(column_b))])
}

/// Whether the facts say that one is less than another.
fn less(from: Node, to: Node, facts: &[Fact]) -> bool {
    let mut reached = vec![(from, false)];
    let mut at = 0;
    while let Some((node, strictly)) = reached.get(at).copied() {
        at += 1;
        for (low, high, strict) in facts {
            let next = (*high, strictly || *strict);
            if *low == node && !reached.contains(&next) {
                reached.push(next);
            }
        }
    }
    reached.contains(&(to, true))
}
