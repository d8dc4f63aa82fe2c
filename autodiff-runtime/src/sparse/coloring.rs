//! Colourings that let entries be read from few products (Gebremedhin, Manne, Pothen 2005, doi:10.1137/S0036144504444711).

use super::Pattern;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// No colour yet.
const NONE: usize = usize::MAX;

/// The vertices, those with most neighbours first; in their order where they have as many, which suits bands.
fn by_degree(pattern: &Pattern) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pattern.rows()).collect();
    order.sort_by_key(|&vertex| core::cmp::Reverse(pattern.row(vertex).len()));
    order
}

/// The colours that a vertex may not have; forgotten without being cleared.
struct Forbidden {
    /// For which vertex a colour was last forbidden.
    marks: Vec<usize>,
    vertex: usize,
}

impl Forbidden {
    fn new() -> Self {
        Self { marks: Vec::new(), vertex: NONE }
    }

    fn start(&mut self, vertex: usize) {
        self.vertex = vertex;
    }

    fn forbid(&mut self, color: usize) {
        if color != NONE {
            if self.marks.len() <= color {
                self.marks.resize(color + 1, NONE);
            }
            self.marks[color] = self.vertex;
        }
    }

    fn least_allowed(&self) -> usize {
        self.marks.iter().position(|&mark| mark != self.vertex).unwrap_or(self.marks.len())
    }
}

/// Colours of the columns, such that no two of one colour have entries in the same row: greedily, those with most entries
/// first.
pub(super) fn columns(pattern: &Pattern) -> Vec<usize> {
    let rows_of = pattern.transposed();
    let mut colors = alloc::vec![NONE; pattern.columns()];
    let mut forbidden = Forbidden::new();
    for column in by_degree(&rows_of) {
        forbidden.start(column);
        for &row in rows_of.row(column) {
            pattern.row(row).iter().for_each(|&other| forbidden.forbid(colors[other]));
        }
        colors[column] = forbidden.least_allowed();
    }
    colors
}

/// Colours of the vertices of a graph (a symmetric pattern), such that neighbours differ and every path of four vertices has
/// three colours at least: greedily, those with most neighbours first.
///
/// Two colours then make stars, and of an edge one end has no other neighbour of the other's colour. Of each vertex is known
/// which of its neighbours are centres of such stars for it, which is all that a new vertex has to ask: so an arrow takes
/// time linear in its entries.
pub(super) fn star(pattern: &Pattern) -> Vec<usize> {
    let n = pattern.rows();
    let mut colors = alloc::vec![NONE; n];
    // By vertex and colour of its neighbours: one of them, and whether there are more.
    let mut neighbours: BTreeMap<(usize, usize), (usize, bool)> = BTreeMap::new();
    // By vertex: colours of neighbours that have further neighbours of the vertex's colour.
    let mut centers: Vec<Vec<usize>> = alloc::vec![Vec::new(); n];
    let mut forbidden = Forbidden::new();
    let others = |vertex: usize| pattern.row(vertex).iter().copied().filter(move |&other| other != vertex);
    for vertex in by_degree(pattern) {
        forbidden.start(vertex);
        for other in others(vertex).filter(|&other| colors[other] != NONE) {
            forbidden.forbid(colors[other]);
            // A path that starts here: vertex, other, a centre, a second one of the colour of `other`.
            centers[other].iter().for_each(|&color| forbidden.forbid(color));
            // A path with the vertex inside, between two of one colour.
            if neighbours.get(&(vertex, colors[other])).is_some_and(|&(_, more)| more) {
                others(other).for_each(|far| forbidden.forbid(colors[far]));
            }
        }
        let color = forbidden.least_allowed();
        colors[vertex] = color;
        for other in others(vertex) {
            let known = neighbours.entry((other, color));
            let of_other = known.or_insert((vertex, false));
            // Where `other` has a colour and a second neighbour of this one, it is a centre for both.
            if of_other.0 != vertex {
                if colors[other] != NONE {
                    if !of_other.1 {
                        centers[of_other.0].push(colors[other]);
                    }
                    centers[vertex].push(colors[other]);
                }
                of_other.1 = true;
            }
        }
        // The vertex itself is a centre for its neighbours of one colour, if there are several.
        for other in others(vertex).filter(|&other| colors[other] != NONE) {
            if neighbours.get(&(vertex, colors[other])).is_some_and(|&(_, more)| more) {
                centers[other].push(color);
            }
        }
    }
    colors
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// Patterns at random.
    struct Random(u64);

    impl Random {
        fn next(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 33) as usize % below
        }

        fn pattern(&mut self, rows: usize, columns: usize, share: usize) -> Pattern {
            let row = |_| (0..columns).filter(|_| self.next(100) < share).collect::<Vec<_>>();
            let rows: Vec<_> = (0..rows).map(row).collect();
            Pattern::new(columns, rows)
        }
    }

    fn count(colors: &[usize]) -> usize {
        let count = colors.iter().max().map_or(0, |max| max + 1);
        assert!((0..count).all(|color| colors.contains(&color)), "colours without gaps: {colors:?}");
        count
    }

    /// By the definition: all pairs of columns.
    fn columns_are_apart(pattern: &Pattern, colors: &[usize]) -> bool {
        (0..pattern.rows()).all(|row| {
            let row = pattern.row(row);
            row.iter().all(|&a| row.iter().all(|&b| a == b || colors[a] != colors[b]))
        })
    }

    /// By the definition: all paths of two and of four vertices.
    fn is_star_coloring(pattern: &Pattern, colors: &[usize]) -> bool {
        let others = |v: usize| pattern.row(v).iter().copied().filter(move |&w| w != v);
        (0..pattern.rows()).all(|a| {
            others(a).all(|b| {
                colors[a] != colors[b]
                    && others(b).filter(|&c| c != a).all(|c| {
                        others(c)
                            .filter(|&d| d != a && d != b)
                            .all(|d| colors[a] != colors[c] || colors[b] != colors[d])
                    })
            })
        })
    }

    /// The fewest colours that do, by trying all.
    fn fewest(n: usize, is_right: impl Fn(&[usize]) -> bool) -> usize {
        (1..=n)
            .find(|&count| {
                (0..count.pow(n as u32)).any(|mut number| {
                    let colors: Vec<usize> = (0..n)
                        .map(|_| {
                            let color = number % count;
                            number /= count;
                            color
                        })
                        .collect();
                    is_right(&colors)
                })
            })
            .unwrap_or(0)
    }

    #[test]
    fn columns_that_share_a_row_differ() {
        let mut random = Random(0x1234_5678_9abc_def1);
        let (mut ours, mut least) = (0, 0);
        for round in 0..60 {
            let pattern = random.pattern(6, 6, 15 + round % 40);
            let colors = columns(&pattern);
            assert!(columns_are_apart(&pattern, &colors), "{pattern:?} {colors:?}");
            ours += count(&colors);
            least += fewest(6, |colors| columns_are_apart(&pattern, colors));
        }
        assert!(ours >= least && ours * 20 <= least * 21, "{ours} colours, where {least} are enough");
        for round in 0..60 {
            let pattern = random.pattern(30, 40, 1 + round % 20);
            assert!(columns_are_apart(&pattern, &columns(&pattern)));
        }
        // A row each makes one colour, a full one as many as there are.
        assert_eq!(count(&columns(&Pattern::new(4, (0..4).map(|i| [i])))), 1);
        assert_eq!(count(&columns(&Pattern::new(4, [[0, 1, 2, 3]]))), 4);
        assert_eq!(columns(&Pattern::new(0, [[]; 3])), [0; 0]);
    }

    #[test]
    fn paths_of_four_have_three_colours() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let (mut ours, mut least) = (0, 0);
        for round in 0..60 {
            let pattern = random.pattern(6, 6, 10 + round % 30).symmetric();
            let colors = star(&pattern);
            assert!(is_star_coloring(&pattern, &colors), "{pattern:?} {colors:?}");
            ours += count(&colors);
            least += fewest(6, |colors| is_star_coloring(&pattern, colors));
        }
        assert!(ours >= least && ours * 20 <= least * 22, "{ours} colours, where {least} are enough");
        for round in 0..100 {
            let pattern = random.pattern(40, 40, 1 + round % 12).symmetric();
            let colors = star(&pattern);
            assert!(is_star_coloring(&pattern, &colors), "{pattern:?} {colors:?}");
        }
    }

    #[test]
    fn bands_and_arrows_take_few_colours() {
        for n in [10, 100, 1000] {
            for width in [1, 2, 4] {
                let row = |i: usize| i.saturating_sub(width)..(i + width + 1).min(n);
                let band = Pattern::new(n, (0..n).map(row));
                assert_eq!(count(&columns(&band)), 2 * width + 1);
                let colors = star(&band);
                assert!(
                    is_star_coloring(&band, &colors) && count(&colors) <= 2 * width + 1,
                    "{n} {width} {colors:?}"
                );
            }
            // The edges of an arrow, and one of them alone.
            for sides in [vec![0], vec![n - 1], vec![n / 2]] {
                let arrow = Pattern::new(n, (0..n).map(|i| sides.iter().copied().chain([i]))).symmetric();
                assert_eq!(count(&star(&arrow)), 2);
            }
        }
    }
}
