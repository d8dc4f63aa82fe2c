//! What is handed to a differentiated function and carries no derivative: constants, tables, results of other calls.

use autodiff_runtime::{Differentiable, differentiate};

const RATE: f64 = 0.25;
static SHIFT: f64 = 1.5;
const TABLE: [f64; 3] = [0.5, -1.25, 2.0];
const COEFFICIENTS: &[f64] = &[1.0, -0.5, 0.25, 2.0];
const LEVELS: [(i32, f64); 2] = [(1, 0.5), (3, -0.75)];
const LAW: Law = Law { slope: 0.5, offset: 0.125 };
const NAME: &str = "ramp";

type Real = f64;

#[derive(Clone, Copy, Differentiable)]
struct Law {
    slope: f64,
    offset: f64,
}

#[differentiate]
fn decay(rate: f64, x: f64) -> f64 {
    (-rate * x).exp()
}

#[differentiate]
fn weighted(x: f64, table: &[f64]) -> f64 {
    let mut sum = 0.0;
    for k in 0..table.len() {
        sum += table[k] * x.powi(k as i32);
    }
    sum
}

#[differentiate]
fn weighted_by_value(table: [f64; 3], x: f64) -> f64 {
    table[0] + x * table[1] + x * x * table[2]
}

#[differentiate]
fn stepped(x: f64, levels: &[(i32, f64)]) -> f64 {
    let mut sum = 0.0;
    for (power, weight) in levels {
        sum += weight * x.powi(*power);
    }
    sum
}

#[differentiate]
fn lawful(law: &Law, x: f64) -> f64 {
    law.slope * x * x + law.offset
}

#[differentiate]
fn lawful_by_value(law: Law, x: f64) -> f64 {
    law.slope * x * x + law.offset * x
}

#[differentiate]
fn named(name: &str, x: f64) -> f64 {
    if name == "ramp" { x * x } else { x }
}

#[differentiate]
fn owning(weights: Vec<f64>, x: f64) -> f64 {
    weights[0] * x + weights[1] * x * x
}

#[differentiate]
fn real(x: &Real, y: Real) -> Real {
    *x * y + y.sin()
}

fn one() -> f64 {
    1.0
}

fn make(n: usize) -> Vec<f64> {
    (0..n).map(|k| 0.5 + k as f64).collect()
}

fn table() -> &'static [f64] {
    COEFFICIENTS
}

#[differentiate]
fn constants_by_value(x: f64) -> f64 {
    decay(RATE, x) * decay(SHIFT, x) + decay(TABLE[2], x) + decay(2.0 * RATE, x)
}

#[differentiate]
fn tables(x: f64) -> f64 {
    weighted(x, &TABLE)
        + weighted(x, COEFFICIENTS) * weighted(x, &COEFFICIENTS[1..3])
        + weighted_by_value(TABLE, x)
}

#[differentiate]
fn tables_of_tuples(x: f64) -> f64 {
    stepped(x, &LEVELS) * stepped(x * x, &LEVELS[..1])
}

#[differentiate]
fn structs_and_strings(x: f64) -> f64 {
    lawful(&LAW, x) * lawful_by_value(LAW, x) + named(NAME, x) * named("flat", x)
}

#[differentiate]
fn calls_without_active_arguments(x: f64) -> f64 {
    decay(one(), x) + decay(x, decay(2.0, 3.0)) + weighted(x, &make(3)) + weighted(x, table())
}

#[differentiate]
fn vectors_by_value(x: f64) -> f64 {
    owning(vec![1.0, 2.0], x) + owning(make(2), x) * owning(make(3), x * x)
}

#[differentiate]
fn aliases(x: f64) -> f64 {
    let y: Real = x * x;
    real(&x, y) * real(&RATE, x) + real(&x, RATE)
}

#[differentiate]
fn in_loops(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += decay(RATE, x[i]) * weighted(x[i], COEFFICIENTS)
            + weighted(sum, &make(i))
            + weighted(x[i], table());
    }
    sum
}

mod taken {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Debug, Differentiable)]
    pub struct Tank {
        pub level: f64,
        pub flows: Vec<f64>,
    }

    #[differentiate]
    fn drained(tank: Tank, x: f64) -> f64 {
        tank.level * x - tank.flows[0]
    }

    #[differentiate]
    fn taken_beside_what_is_changed(a: &mut f64, tank: Tank, rest: Vec<Tank>) -> f64 {
        *a *= rest[0].level;
        *a = drained(tank, *a);
        *a * *a
    }

    #[differentiate(wrt(b))]
    fn taken_beside_a_local(tank: Tank, a: f64) -> f64 {
        let b = a * a;
        drained(tank, b) * b
    }

    #[test]
    fn what_is_moved_leaves_its_zero() {
        let tank = Tank { level: 2.0, flows: vec![1.0, 3.0] };
        let mut a = 1.5;
        let (value, pullback) = taken_beside_what_is_changed::vjp(&mut a, tank.clone(), vec![tank.clone()]);
        // a = 2 * 3 - 1
        assert_eq!(value, 25.0);
        let (a_bar, tank_bar, rest_bar) = pullback(1.0, 0.0);
        assert_eq!((a_bar, tank_bar.level, &tank_bar.flows[..]), (40.0, 30.0, &[-10.0, 0.0][..]));
        assert_eq!(rest_bar[0].level, 30.0);
        assert_eq!(a, 5.0);
        let (value, pullback) = taken_beside_a_local::vjp(tank.clone(), 1.5);
        assert_eq!((value, pullback(1.0)), (2.25 * 3.5, 2.0 * 2.25 * 2.0 - 1.0));
    }
}

checks! {
    constants_by_value(0.7);
    tables(0.7);
    tables_of_tuples(0.7);
    structs_and_strings(0.7);
    calls_without_active_arguments(0.7);
    vectors_by_value(0.7);
    aliases(0.7);
    in_loops(&[0.3, 0.5, -0.4]);
    owning(vec![1.5, 0.5], 0.7);
}

mod shared {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Debug, Differentiable)]
    struct Cell {
        a: f64,
        v: Vec<f64>,
    }

    #[differentiate]
    impl Cell {
        fn with(&self, other: &Cell, x: f64) -> f64 {
            self.a * other.a * x
        }

        fn weighed(&self, weights: &[f64]) -> f64 {
            self.a * weights[0]
        }

        fn grow(&mut self, x: f64) -> f64 {
            self.a *= x;
            self.a
        }
    }

    #[differentiate]
    fn neighbours(cells: &mut [Cell], x: f64) -> f64 {
        let mut total = x;
        for other in cells.iter().take(2) {
            total += cells[1].with(other, x);
        }
        cells[0].a *= total;
        total
    }

    #[differentiate]
    fn its_own_parts(x: f64) -> f64 {
        let mut cell = Cell { a: x, v: vec![x * x] };
        let weighed = cell.weighed(&cell.v);
        cell.a = cell.with(&cell, weighed);
        let grown = cell.grow(cell.a);
        cell.a + grown
    }

    #[test]
    fn a_receiver_that_an_argument_refers_to_is_only_read() {
        // cell.a = x^5, then x^10, twice.
        let (value, x_bar) = its_own_parts::value_and_grad(1.25);
        let expected = 20.0 * 1.25_f64.powi(9);
        assert!((value - 2.0 * 1.25_f64.powi(10)).abs() < 1e-12 && (x_bar - expected).abs() < 1e-10);
        assert!((its_own_parts::jvp(1.25, 1.0).1 - expected).abs() < 1e-10);
        let cell = |a| Cell { a, v: Vec::new() };
        let (value, (cells_bar, x_bar)) = neighbours::value_and_grad(&mut [cell(1.5), cell(2.0)], 0.5);
        assert_eq!((value, cells_bar[0].a, cells_bar[1].a, x_bar), (4.0, 1.0, 2.75, 8.0));
    }
}
