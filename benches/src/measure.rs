//! Times all contestants of a problem in one run, interleaved, and counts what they allocate.

use crate::contest::{Call, Primal, Problem};
use cpu_time::ThreadTime;
use std::hint::black_box;
use std::time::Duration;

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Batches of each contestant.
    pub rounds: usize,
    /// Length of a batch (one call if a call takes longer).
    pub batch: Duration,
}

impl Effort {
    /// For the table.
    pub const FULL: Effort = Effort { rounds: 41, batch: Duration::from_micros(4000) };
    /// For a glance.
    pub const QUICK: Effort = Effort { rounds: 9, batch: Duration::from_micros(1000) };
}

/// What was measured for one contestant.
#[derive(Clone, Debug)]
pub struct Row {
    /// The contestant.
    pub name: &'static str,
    /// Median time of a call, in nanoseconds.
    pub nanoseconds: f64,
    /// Median, over the rounds, of the time relative to the primal's in the same round.
    pub to_primal: f64,
    /// The same, relative to the hand-written adjoint.
    pub to_hand: f64,
    /// Half of the interquartile range of the times, relative to the median.
    pub spread: f64,
    /// Allocations in one call.
    pub allocations: u64,
    /// Bytes allocated in one call.
    pub bytes: u64,
}

/// Something that is timed beside others.
pub struct Runner<'a> {
    name: &'static str,
    call: Box<dyn FnMut() + 'a>,
    calls: u32,
    times: Vec<f64>,
}

impl<'a> Runner<'a> {
    /// A function at a point.
    pub fn primal(name: &'static str, primal: &'a mut Primal, point: &'a [f64]) -> Self {
        Runner::new(name, move || {
            black_box(primal(black_box(point)));
        })
    }

    /// A value and gradient at a point.
    pub fn gradient(name: &'static str, call: &'a mut Call, point: &'a [f64], derivatives: usize) -> Self {
        let mut gradient = vec![0.0; derivatives];
        Runner::new(name, move || {
            black_box(call(black_box(point), black_box(&mut gradient)));
        })
    }

    fn new(name: &'static str, call: impl FnMut() + 'a) -> Self {
        Runner { name, call: Box::new(call), calls: 1, times: Vec::new() }
    }

    /// Who it is.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Median time of a call, in nanoseconds.
    pub fn nanoseconds(&self) -> f64 {
        quantile(&self.times, 0.5)
    }

    /// Median, over the rounds, of the time relative to that of `base` in the same round.
    pub fn to(&self, base: &Runner) -> f64 {
        ratio(&self.times, &base.times)
    }

    fn batch(&mut self) -> f64 {
        // The thread's own time: what else runs on the machine must not count.
        let start = ThreadTime::now();
        for _ in 0..self.calls {
            (self.call)();
        }
        start.elapsed().as_nanos() as f64 / f64::from(self.calls)
    }

    fn calibrate(&mut self, batch: Duration) {
        // Warm up for one batch, doubling; the last doubling is long enough to trust.
        self.calls = 1;
        loop {
            let per_call = self.batch();
            let wanted = (batch.as_nanos() as f64 / per_call.max(0.1)).max(1.0);
            if f64::from(self.calls) * 2.0 > wanted {
                self.calls = wanted as u32;
                return;
            }
            self.calls *= 2;
        }
    }
}

/// Times all of `runners` in turns.
pub fn race(runners: &mut [Runner], effort: Effort) {
    runners.iter_mut().for_each(|runner| runner.calibrate(effort.batch));
    for round in 0..effort.rounds {
        // Start elsewhere each round, so that nobody always runs after the same neighbour.
        let n = runners.len();
        for i in 0..n {
            let runner = &mut runners[(round + i) % n];
            let time = runner.batch();
            runner.times.push(time);
        }
    }
}

/// One row for the primal, then one for each contestant.
pub fn measure(problem: &mut Problem, effort: Effort) -> Vec<Row> {
    let Problem { point, primal, contestants, derivatives, .. } = problem;
    let mut runners = vec![Runner::primal("primal", primal, point)];
    for contestant in contestants.iter_mut() {
        runners.push(Runner::gradient(contestant.name, &mut contestant.call, point, *derivatives));
    }
    race(&mut runners, effort);

    let primal = runners[0].times.clone();
    let hand = runners[1].times.clone();
    runners
        .iter_mut()
        .map(|runner| {
            let allocated = allocation_counter::measure(|| (runner.call)());
            Row {
                name: runner.name,
                nanoseconds: quantile(&runner.times, 0.5),
                to_primal: ratio(&runner.times, &primal),
                to_hand: ratio(&runner.times, &hand),
                spread: (quantile(&runner.times, 0.75) - quantile(&runner.times, 0.25))
                    / (2.0 * quantile(&runner.times, 0.5)),
                allocations: allocated.count_total,
                bytes: allocated.bytes_total,
            }
        })
        .collect()
}

fn ratio(times: &[f64], base: &[f64]) -> f64 {
    let ratios: Vec<f64> = times.iter().zip(base).map(|(time, base)| time / base).collect();
    quantile(&ratios, 0.5)
}

fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * q).round() as usize]
}
