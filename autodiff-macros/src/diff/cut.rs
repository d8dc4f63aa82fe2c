//! Which values to save and which to compute again, at the least cost: a minimum cut.
//!
//! Each vertex is a value. That it is *there* costs its saving; that it is *computed* instead refunds the saving, costs the
//! computation, and demands that its operands are there. Choosing so that what is needed is there is a maximum closure
//! (Picard 1976), solved by augmenting paths (Ford and Fulkerson 1956, breadth first).

use std::collections::VecDeque;

/// What a value costs.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// `None`: cannot be saved.
    pub(super) save: Option<u32>,
    /// `None`: cannot be computed again.
    pub(super) compute: Option<u32>,
}

/// A graph of values: edges go from what is computed to its operands.
pub(super) struct Graph {
    /// Vertex v is there at `2v`, computed at `2v + 1`.
    heads: Vec<Vec<usize>>,
    edges: Vec<Edge>,
    computable: Vec<bool>,
    source: usize,
    sink: usize,
}

struct Edge {
    to: usize,
    capacity: u32,
}

const UNLIMITED: u32 = u32::MAX / 2;
/// What is dearer than any computation, and still refunded by one.
const UNSAVEABLE: u32 = 1 << 20;

impl Graph {
    pub(super) fn new(costs: &[Cost]) -> Graph {
        let n = costs.len();
        let mut graph = Graph {
            heads: vec![Vec::new(); 2 * n + 2],
            edges: Vec::new(),
            computable: vec![false; n],
            source: 2 * n,
            sink: 2 * n + 1,
        };
        for (v, cost) in costs.iter().enumerate() {
            let save = cost.save.unwrap_or(UNSAVEABLE);
            graph.edge(2 * v, graph.sink, save);
            if let Some(compute) = cost.compute.filter(|compute| *compute < save) {
                graph.computable[v] = true;
                graph.edge(graph.source, 2 * v + 1, save - compute);
                graph.edge(2 * v + 1, 2 * v, UNLIMITED);
            }
        }
        graph
    }

    fn edge(&mut self, from: usize, to: usize, capacity: u32) {
        self.heads[from].push(self.edges.len());
        self.edges.push(Edge { to, capacity });
        self.heads[to].push(self.edges.len());
        self.edges.push(Edge { to: from, capacity: 0 });
    }

    /// `user` is computed of `operand`.
    pub(super) fn depends(&mut self, user: usize, operand: usize) {
        self.edge(2 * user + 1, 2 * operand, UNLIMITED);
    }

    /// The vertex must be there.
    pub(super) fn needed(&mut self, v: usize) {
        self.edge(self.source, 2 * v, UNLIMITED);
    }

    /// The vertices to be saved.
    pub(super) fn saved(mut self) -> Vec<usize> {
        while self.augment() {}
        let chosen = self.reached();
        (0..self.computable.len())
            .filter(|&v| chosen[2 * v] && !(self.computable[v] && chosen[2 * v + 1]))
            .collect()
    }

    fn augment(&mut self) -> bool {
        let mut by: Vec<Option<usize>> = vec![None; self.heads.len()];
        let mut queue = VecDeque::from([self.source]);
        while let Some(at) = queue.pop_front() {
            for &edge in &self.heads[at] {
                let to = self.edges[edge].to;
                if self.edges[edge].capacity > 0 && by[to].is_none() && to != self.source {
                    by[to] = Some(edge);
                    queue.push_back(to);
                }
            }
        }
        if by[self.sink].is_none() {
            return false;
        }
        let path: Vec<usize> =
            std::iter::successors(by[self.sink], |&edge| by[self.edges[edge ^ 1].to]).collect();
        let flow = path.iter().map(|&edge| self.edges[edge].capacity).min().unwrap_or(0);
        for edge in path {
            self.edges[edge].capacity -= flow;
            self.edges[edge ^ 1].capacity += flow;
        }
        flow > 0
    }

    /// What the source still reaches: the closure that was chosen.
    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.heads.len()];
        reached[self.source] = true;
        let mut queue = VecDeque::from([self.source]);
        while let Some(at) = queue.pop_front() {
            for &edge in &self.heads[at] {
                let to = self.edges[edge].to;
                if self.edges[edge].capacity > 0 && !reached[to] {
                    reached[to] = true;
                    queue.push_back(to);
                }
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::{Cost, Graph};

    const GIVEN: Cost = Cost { save: Some(4), compute: None };
    const CHEAP: Cost = Cost { save: Some(4), compute: Some(1) };

    #[test]
    fn many_values_of_one_save_the_one() {
        // 1, 2, 3 are computed of 0 and needed.
        let mut graph = Graph::new(&[GIVEN, CHEAP, CHEAP, CHEAP]);
        for v in 1..4 {
            graph.depends(v, 0);
            graph.needed(v);
        }
        assert_eq!(graph.saved(), [0]);
    }

    #[test]
    fn one_value_of_many_is_saved_itself() {
        // 3 is computed of 0, 1, 2 and needed.
        let mut graph = Graph::new(&[GIVEN, GIVEN, GIVEN, CHEAP]);
        for v in 0..3 {
            graph.depends(3, v);
        }
        graph.needed(3);
        assert_eq!(graph.saved(), [3]);
    }

    #[test]
    fn what_cannot_be_saved_is_computed() {
        let mut graph = Graph::new(&[GIVEN, GIVEN, Cost { save: None, compute: Some(1) }]);
        graph.depends(2, 0);
        graph.depends(2, 1);
        graph.needed(2);
        assert_eq!(graph.saved(), [0, 1]);
    }

    #[test]
    fn long_computations_are_not_repeated() {
        // A chain of eight additions from 0, of which all is there anyway.
        let mut graph = Graph::new(&[GIVEN, CHEAP, CHEAP, CHEAP, CHEAP, CHEAP, CHEAP, CHEAP, CHEAP]);
        for v in 1..9 {
            graph.depends(v, v - 1);
        }
        graph.needed(0);
        graph.needed(8);
        assert_eq!(graph.saved(), [0, 8]);
        // A short one is.
        let mut graph = Graph::new(&[GIVEN, CHEAP, CHEAP]);
        for v in 1..3 {
            graph.depends(v, v - 1);
        }
        graph.needed(0);
        graph.needed(2);
        assert_eq!(graph.saved(), [0]);
    }
}
