//! The schedule of binomial checkpointing: where a loop that is reversed with few copies of its state keeps them.
//!
//! A. Griewank, A. Walther: Algorithm 799: revolve: an implementation of checkpointing for the reverse or adjoint mode of
//! computational differentiation. ACM Transactions on Mathematical Software 26 (2000), 19-45.

/// `(copies + repeats)! / (copies! repeats!)`: how many iterations can be reversed with that many copies, the one before the
/// first of them included, if none is run forward more often than `repeats` times before its own reversal.
fn reach(copies: usize, repeats: usize) -> u128 {
    let mut reach: u128 = 1;
    for factor in 1..=copies.min(repeats) as u128 {
        // Exact: what is divided is a product of as many neighbours.
        reach = reach.saturating_mul((copies.max(repeats)) as u128 + factor) / factor;
    }
    reach
}

/// How many iterations to run from a copy to the next one, where `rest` are to be reversed from it: all of them where there
/// is no slot for another. The copy itself is not among the `used` ones of the `slots`.
///
/// Of all distances it is one by which the fewest iterations are run again. A slot is taken for the copy even where there
/// is none.
#[must_use]
pub fn leap(rest: usize, slots: usize, used: usize) -> usize {
    let free = slots.saturating_sub(used).max(1);
    if free == 1 || rest < 2 {
        return rest;
    }
    let all = rest as u128;
    let mut repeats = 1;
    while reach(free, repeats) < all {
        repeats += 1;
    }
    // With the iterations behind the next copy reversed from one slot less, and those before it once less.
    let most = reach(free, repeats - 1);
    let least_behind = reach(free - 1, repeats - 1);
    most.min(all - least_behind) as usize
}

#[cfg(test)]
mod tests {
    use super::{leap, reach};

    /// How many iterations are run forward, before their own reversals, from a copy at the first of `rest`.
    fn advanced(rest: usize, slots: usize, used: usize) -> usize {
        if rest <= 1 {
            return 0;
        }
        let far = leap(rest, slots, used);
        if far >= rest {
            // No further copy: from here to the last one, again and again.
            return rest * (rest - 1) / 2;
        }
        far + advanced(rest - far, slots, used + 1) + advanced(far, slots, used)
    }

    /// The minimum of the theory: `r n - C(s + r, r - 1)` with the smallest `r` whose reach is `n`.
    fn fewest(rest: usize, slots: usize) -> usize {
        let mut repeats = 0;
        while reach(slots, repeats) < rest as u128 {
            repeats += 1;
        }
        if repeats == 0 { 0 } else { repeats * rest - reach(slots + 1, repeats - 1) as usize }
    }

    #[test]
    fn as_few_iterations_are_run_as_the_theory_says() {
        for slots in 1..=12 {
            for rest in 0..=300 {
                assert_eq!(advanced(rest, slots, 0), fewest(rest, slots), "{rest} iterations, {slots} slots");
            }
        }
    }

    #[test]
    fn the_fewest_of_all_schedules() {
        // By dynamic programming over all distances to the next copy.
        let (longest, most) = (60, 6);
        let mut best = vec![vec![0_usize; longest + 1]; most + 1];
        for slots in 1..=most {
            for rest in 2..=longest {
                best[slots][rest] = match slots {
                    1 => rest * (rest - 1) / 2,
                    _ => (1..rest)
                        .map(|far| far + best[slots - 1][rest - far] + best[slots][far])
                        .min()
                        .unwrap(),
                };
                assert_eq!(best[slots][rest], fewest(rest, slots));
            }
        }
    }

    #[test]
    fn copies_stay_within_the_slots() {
        fn most(rest: usize, slots: usize, used: usize) -> usize {
            let far = leap(rest, slots, used);
            if rest <= 1 || far >= rest {
                return used + 1;
            }
            assert!(far > 0);
            most(rest - far, slots, used + 1).max(most(far, slots, used))
        }
        for slots in 1..=9 {
            for rest in 1..=200 {
                assert!(most(rest, slots, 0) <= slots, "{rest} iterations, {slots} slots");
            }
        }
    }

    #[test]
    fn long_loops_and_no_slots() {
        assert_eq!(reach(20, 8), 3_108_105);
        assert!((1..1_000_000).contains(&leap(1_000_000, 20, 0)));
        assert_eq!(leap(usize::MAX, usize::MAX, 0), 1);
        assert_eq!(leap(1_000_000, 0, 0), 1_000_000);
        assert_eq!(leap(0, 3, 0), 0);
        assert_eq!(leap(1, 3, 2), 1);
    }
}
