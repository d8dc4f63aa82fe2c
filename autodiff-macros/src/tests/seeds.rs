//! Random numbers for random programs, the same for the same seed.

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// The seeds that a test takes: from `FROM` to `TO` of the environment, so that more can be tried by hand.
pub(crate) fn seeds(until: u64) -> std::ops::Range<u64> {
    let env = |name, default| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    env("FROM", 0)..env("TO", until)
}
