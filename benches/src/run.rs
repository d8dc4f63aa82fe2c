//! The command line of the benchmark programs.

use crate::contest::Entry;
use crate::measure::{Effort, measure};
use crate::{check, report};

/// Contestants may differ from the hand-written adjoint by this much of its largest entry.
const TOLERANCE: f64 = 1e-9;

/// Runs the problems that the command line names (all without a name).
///
/// `--quick` measures for a glance only, `--markdown` prints the table of `BENCHMARKS.md`; any other word picks the
/// problems whose name contains it. Contestants that are wrong are left out, and make the program fail in the end.
pub fn run(problems: &[Entry]) {
    let mut effort = Effort::FULL;
    let mut markdown = false;
    let mut filters = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => effort = Effort::QUICK,
            "--markdown" => markdown = true,
            "--bench" => {}
            flag if flag.starts_with('-') => {
                eprintln!("unknown option {flag}: expected --quick, --markdown or parts of problem names");
                std::process::exit(2);
            }
            _ => filters.push(argument),
        }
    }

    let mut results = Vec::new();
    let mut all_right = true;
    for (name, build) in problems {
        if !filters.is_empty() && !filters.iter().any(|filter| name.contains(filter.as_str())) {
            continue;
        }
        let mut problem = build();
        let wrong = check::wrong(&mut problem, TOLERANCE);
        for (contestant, what) in &wrong {
            eprintln!("{name}: {contestant} is left out, being wrong: {what}");
            all_right = false;
        }
        if wrong.first().is_some_and(|(contestant, _)| *contestant == problem.contestants[0].name) {
            continue;
        }
        problem.contestants.retain(|contestant| wrong.iter().all(|(name, _)| *name != contestant.name));
        let rows = measure(&mut problem, effort);
        let result = report::Result { name: problem.name, size: problem.size, kind: problem.kind, rows };
        if markdown {
            eprintln!("{name}");
        } else {
            println!("{}", report::text(&result));
        }
        results.push(result);
    }

    if results.is_empty() {
        eprintln!("no problem has such a name, or none was right");
        std::process::exit(2);
    }
    if markdown {
        print!("{}", report::markdown(&results));
        println!();
    }
    let means = report::means(&results);
    println!("Geometric mean of the ratio to the hand-written adjoint:");
    if markdown {
        println!();
    }
    for (name, mean, count) in means {
        println!("- {name}: {mean:.2} ({count} problems)");
    }
    if !all_right {
        std::process::exit(1);
    }
}
