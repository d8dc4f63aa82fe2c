//! Minimum vertex cuts of small graphs, by augmenting paths (Ford and Fulkerson 1956, breadth first).

use std::collections::VecDeque;

/// A graph of values: edges go from operands to what is computed of them.
#[derive(Debug)]
pub(super) struct Graph {
    /// Edges of the split graph: `2v` is the entry of vertex v, `2v + 1` its exit.
    heads: Vec<Vec<usize>>,
    edges: Vec<Edge>,
    source: usize,
    sink: usize,
}

#[derive(Debug)]
struct Edge {
    to: usize,
    capacity: u32,
}

const UNLIMITED: u32 = u32::MAX / 2;

impl Graph {
    /// A graph whose vertex v costs `costs[v]` to cut; `None`: may not be cut.
    pub(super) fn new(costs: &[Option<u32>]) -> Graph {
        let n = costs.len();
        let mut graph =
            Graph { heads: vec![Vec::new(); 2 * n + 2], edges: Vec::new(), source: 2 * n, sink: 2 * n + 1 };
        for (v, cost) in costs.iter().enumerate() {
            graph.edge(2 * v, 2 * v + 1, cost.unwrap_or(UNLIMITED));
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
        self.edge(2 * operand + 1, 2 * user, UNLIMITED);
    }

    /// The vertex cannot be computed.
    pub(super) fn given(&mut self, v: usize) {
        self.edge(self.source, 2 * v, UNLIMITED);
    }

    /// The vertex must be known.
    pub(super) fn needed(&mut self, v: usize) {
        self.edge(2 * v + 1, self.sink, UNLIMITED);
    }

    /// The cheapest vertices that separate what is given from what is needed, as near to the needed as possible.
    pub(super) fn cut(mut self) -> Vec<usize> {
        while self.augment() {}
        let reaches = self.reaches_sink();
        (0..self.source / 2).filter(|v| !reaches[2 * v] && reaches[2 * v + 1]).collect()
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
        // An unlimited path would mean that something needed can neither be saved nor computed.
        flow < UNLIMITED
    }

    /// From where the sink can still be reached.
    fn reaches_sink(&self) -> Vec<bool> {
        let mut reaches = vec![false; self.heads.len()];
        reaches[self.sink] = true;
        let mut queue = VecDeque::from([self.sink]);
        while let Some(at) = queue.pop_front() {
            for &edge in &self.heads[at] {
                // The edge into `at` is the twin of one out of it.
                let from = self.edges[edge].to;
                if self.edges[edge ^ 1].capacity > 0 && !reaches[from] {
                    reaches[from] = true;
                    queue.push_back(from);
                }
            }
        }
        reaches
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn many_values_of_one_save_the_one() {
        // 0 is given; 1, 2, 3 are computed of it and needed.
        let mut graph = Graph::new(&[Some(1); 4]);
        graph.given(0);
        for v in 1..4 {
            graph.depends(v, 0);
            graph.needed(v);
        }
        assert_eq!(graph.cut(), [0]);
    }

    #[test]
    fn one_value_of_many_is_saved_itself() {
        // 0, 1, 2 are given; 3 is computed of them and needed.
        let mut graph = Graph::new(&[Some(1); 4]);
        for v in 0..3 {
            graph.given(v);
            graph.depends(3, v);
        }
        graph.needed(3);
        assert_eq!(graph.cut(), [3]);
    }

    #[test]
    fn what_cannot_be_cut_moves_the_cut() {
        let mut graph = Graph::new(&[Some(1), Some(1), None]);
        graph.given(0);
        graph.given(1);
        graph.depends(2, 0);
        graph.depends(2, 1);
        graph.needed(2);
        assert_eq!(graph.cut(), [0, 1]);
    }
}
