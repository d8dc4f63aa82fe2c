//! Sets and maps of variables, in the order of the variables.
//!
//! Variables are small numbers: a set is a bit for each, a map a sorted list. The macro is compiled and run unoptimised with
//! each user's crate, where the trees and hash tables of the standard library cost a lot in both respects: every type of
//! key and value makes thousands of lines for rustc, and every look-up dozens of calls.

use super::Var;

/// A set of variables.
#[derive(Clone, Default)]
pub(crate) struct VarSet {
    /// Bit `v % 64` of word `v / 64` stands for variable `v`.
    words: Vec<u64>,
}

impl VarSet {
    pub(crate) const fn new() -> VarSet {
        VarSet { words: Vec::new() }
    }

    fn place(var: Var) -> (usize, u64) {
        ((var.0 / 64) as usize, 1 << (var.0 % 64))
    }

    pub(crate) fn contains(&self, var: &Var) -> bool {
        let (word, bit) = VarSet::place(*var);
        word < self.words.len() && self.words[word] & bit != 0
    }

    /// Whether the variable was not there before.
    pub(crate) fn insert(&mut self, var: Var) -> bool {
        let (word, bit) = VarSet::place(var);
        while self.words.len() <= word {
            self.words.push(0);
        }
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    /// Whether the variable was there.
    pub(crate) fn remove(&mut self, var: &Var) -> bool {
        let there = self.contains(var);
        if there {
            let (word, bit) = VarSet::place(*var);
            self.words[word] &= !bit;
        }
        there
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(crate) fn iter(&self) -> Iter<'_> {
        Iter { words: &self.words, at: 0, left: self.words.first().copied().unwrap_or(0) }
    }

    /// Adds what is in the other set.
    pub(crate) fn unite(&mut self, other: &VarSet) {
        while self.words.len() < other.words.len() {
            self.words.push(0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Takes out what is in the other set.
    pub(crate) fn subtract(&mut self, other: &VarSet) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
    }
}

/// The variables of a set, in order.
#[derive(Clone)]
pub(crate) struct Iter<'a> {
    words: &'a [u64],
    at: usize,
    /// The bits of the word at hand that are still to come.
    left: u64,
}

impl Iterator for Iter<'_> {
    type Item = Var;
    fn next(&mut self) -> Option<Var> {
        while self.left == 0 {
            self.at += 1;
            self.left = *self.words.get(self.at)?;
        }
        let bit = self.left.trailing_zeros();
        self.left &= self.left - 1;
        Some(Var(self.at as u32 * 64 + bit))
    }
}

impl<'a> IntoIterator for &'a VarSet {
    type Item = Var;
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Extend<Var> for VarSet {
    fn extend<I: IntoIterator<Item = Var>>(&mut self, vars: I) {
        for var in vars {
            self.insert(var);
        }
    }
}

impl FromIterator<Var> for VarSet {
    fn from_iter<I: IntoIterator<Item = Var>>(vars: I) -> VarSet {
        let mut set = VarSet::new();
        set.extend(vars);
        set
    }
}

/// What is known of some variables.
#[derive(Clone)]
pub(crate) struct VarMap<T> {
    keys: Keys,
    values: Vec<T>,
}

/// The variables of a map, sorted: apart from the values, so that rustc sees the search once.
#[derive(Clone)]
struct Keys(Vec<Var>);

impl Keys {
    /// Where the variable is, or where it belongs.
    fn find(&self, var: Var) -> Result<usize, usize> {
        let (mut from, mut to) = (0, self.0.len());
        // Mostly, what is added is newer than all else.
        if to == 0 || self.0[to - 1].0 < var.0 {
            return Err(to);
        }
        while from < to {
            let middle = (from + to) / 2;
            if self.0[middle].0 < var.0 {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if self.0[from] == var { Ok(from) } else { Err(from) }
    }
}

impl<T> Default for VarMap<T> {
    fn default() -> VarMap<T> {
        VarMap::new()
    }
}

impl<T> VarMap<T> {
    pub(crate) const fn new() -> VarMap<T> {
        VarMap { keys: Keys(Vec::new()), values: Vec::new() }
    }

    pub(crate) fn get(&self, var: &Var) -> Option<&T> {
        match self.keys.find(*var) {
            Ok(at) => Some(&self.values[at]),
            Err(_) => None,
        }
    }

    pub(crate) fn get_mut(&mut self, var: &Var) -> Option<&mut T> {
        match self.keys.find(*var) {
            Ok(at) => Some(&mut self.values[at]),
            Err(_) => None,
        }
    }

    pub(crate) fn contains_key(&self, var: &Var) -> bool {
        self.keys.find(*var).is_ok()
    }

    /// Replaces what was known of the variable.
    pub(crate) fn insert(&mut self, var: Var, value: T) {
        match self.keys.find(var) {
            Ok(at) => self.values[at] = value,
            Err(at) => {
                self.keys.0.insert(at, var);
                self.values.insert(at, value);
            }
        }
    }

    pub(crate) fn remove(&mut self, var: &Var) -> Option<T> {
        let at = self.keys.find(*var).ok()?;
        self.keys.0.remove(at);
        Some(self.values.remove(at))
    }

    /// What is known of the variable; if that is nothing yet, `first`.
    pub(crate) fn or_insert(&mut self, var: Var, first: T) -> &mut T {
        let at = match self.keys.find(var) {
            Ok(at) => at,
            Err(at) => {
                self.keys.0.insert(at, var);
                self.values.insert(at, first);
                at
            }
        };
        &mut self.values[at]
    }

    pub(crate) fn retain(&mut self, keep: &mut dyn FnMut(Var, &T) -> bool) {
        for at in (0..self.values.len()).rev() {
            if !keep(self.keys.0[at], &self.values[at]) {
                self.keys.0.remove(at);
                self.values.remove(at);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn into_values(self) -> Vec<T> {
        self.values
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn iter(&self) -> std::iter::Zip<std::slice::Iter<'_, Var>, std::slice::Iter<'_, T>> {
        self.keys.0.iter().zip(&self.values)
    }
}

impl<T: Default> VarMap<T> {
    pub(crate) fn or_default(&mut self, var: Var) -> &mut T {
        self.or_insert(var, T::default())
    }
}

impl<T> std::ops::Index<&Var> for VarMap<T> {
    type Output = T;
    fn index(&self, var: &Var) -> &T {
        self.get(var).expect("a variable that the map knows")
    }
}

impl<T> IntoIterator for VarMap<T> {
    type Item = (Var, T);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<Var>, std::vec::IntoIter<T>>;
    fn into_iter(self) -> Self::IntoIter {
        self.keys.0.into_iter().zip(self.values)
    }
}

impl<'a, T> IntoIterator for &'a VarMap<T> {
    type Item = (&'a Var, &'a T);
    type IntoIter = std::iter::Zip<std::slice::Iter<'a, Var>, std::slice::Iter<'a, T>>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> FromIterator<(Var, T)> for VarMap<T> {
    fn from_iter<I: IntoIterator<Item = (Var, T)>>(entries: I) -> VarMap<T> {
        let mut map = VarMap::new();
        for (var, value) in entries {
            map.insert(var, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Numbers in no order, some of them twice.
    fn numbers() -> impl Iterator<Item = Var> {
        (0..400u32).map(|n| Var(n * 7919 % 263))
    }

    #[test]
    fn sets_agree_with_those_of_the_standard_library() {
        let (mut set, mut expected) = (VarSet::new(), BTreeSet::new());
        for (n, var) in numbers().enumerate() {
            if n % 3 == 2 {
                assert_eq!(set.remove(&var), expected.remove(&var));
            } else {
                assert_eq!(set.insert(var), expected.insert(var));
            }
            assert_eq!(set.contains(&Var(n as u32)), expected.contains(&Var(n as u32)));
        }
        assert!(set.iter().eq(expected.iter().copied()));
        let odd: VarSet = expected.iter().copied().filter(|var| var.0 % 2 == 1).collect();
        set.subtract(&odd);
        assert!(set.iter().eq(expected.iter().copied().filter(|var| var.0 % 2 == 0)));
        set.unite(&odd);
        assert!(set.iter().eq(expected) && !set.is_empty() && VarSet::new().is_empty());
    }

    #[test]
    fn maps_agree_with_those_of_the_standard_library() {
        let (mut map, mut expected) = (VarMap::new(), BTreeMap::new());
        for (n, var) in numbers().enumerate() {
            if n % 4 == 3 {
                assert_eq!(map.remove(&var), expected.remove(&var));
            } else if n % 4 == 2 {
                *map.or_insert(var, 1) += n;
                *expected.entry(var).or_insert(1) += n;
            } else {
                map.insert(var, n);
                expected.insert(var, n);
            }
            assert_eq!(map.get(&Var(n as u32)), expected.get(&Var(n as u32)));
        }
        assert!(map.iter().eq(&expected) && map.len() == expected.len());
    }
}
