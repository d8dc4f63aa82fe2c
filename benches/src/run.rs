//! The command line of the benchmark programs.

use crate::contest::Entry;
use crate::measure::{Effort, measure};
use crate::spellings::Family;
use crate::{check, report};

/// Contestants may differ from the hand-written adjoint by this much of its largest entry.
const TOLERANCE: f64 = 1e-9;

/// What the command line asks for.
struct Wish {
    effort: Effort,
    markdown: bool,
    spellings: bool,
    filters: Vec<String>,
}

impl Wish {
    fn of_command_line() -> Self {
        let mut wish = Wish { effort: Effort::FULL, markdown: false, spellings: false, filters: Vec::new() };
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--quick" => wish.effort = Effort::QUICK,
                "--markdown" => wish.markdown = true,
                "--bench" => {}
                "spellings" => wish.spellings = true,
                flag if flag.starts_with('-') => {
                    eprintln!(
                        "unknown option {flag}: expected --quick, --markdown or parts of problem names"
                    );
                    std::process::exit(2);
                }
                _ => wish.filters.push(argument),
            }
        }
        wish
    }

    fn picks(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
    }
}

/// Runs the problems that the command line names (all without a name), or, with the word `spellings`, other spellings of
/// these problems.
///
/// `--quick` measures for a glance only, `--markdown` prints the table of `BENCHMARKS.md`; any other word picks the
/// problems whose name contains it. Contestants that are wrong are left out, and make the program fail in the end.
pub fn run(problems: &[Entry], families: &[(&str, fn() -> Family)]) {
    let wish = Wish::of_command_line();
    let right = if wish.spellings { spelled(families, &wish) } else { plain(problems, &wish) };
    match right {
        Some(true) => {}
        Some(false) => std::process::exit(1),
        None => {
            eprintln!("no problem has such a name, or none was right");
            std::process::exit(2);
        }
    }
}

/// Whether all contestants were right, if there are any.
fn plain(problems: &[Entry], wish: &Wish) -> Option<bool> {
    let mut results = Vec::new();
    let mut all_right = true;
    for (name, build) in problems {
        if !wish.picks(name) {
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
        let rows = measure(&mut problem, wish.effort);
        let result = report::Result { name: problem.name, size: problem.size, kind: problem.kind, rows };
        if wish.markdown {
            eprintln!("{name}");
        } else {
            println!("{}", report::text(&result));
        }
        results.push(result);
    }

    if results.is_empty() {
        return None;
    }
    if wish.markdown {
        print!("{}", report::markdown(&results));
        println!();
    }
    let means = report::means(&results);
    println!("Geometric mean of the ratio to the hand-written adjoint:");
    if wish.markdown {
        println!();
    }
    for (name, mean, count) in means {
        println!("- {name}: {mean:.2} ({count} problems)");
    }
    Some(all_right)
}

/// The same for spellings.
fn spelled(families: &[(&str, fn() -> Family)], wish: &Wish) -> Option<bool> {
    let mut all_right = true;
    let mut results = Vec::new();
    for (name, build) in families {
        if !wish.picks(name) {
            continue;
        }
        let mut family = build();
        for (spelling, what) in family.wrong(TOLERANCE) {
            eprintln!("{name}: {spelling} is left out, being wrong: {what}");
            all_right = false;
            family.spellings.retain(|kept| kept.name != spelling);
        }
        let rows = family.measure(wish.effort);
        if wish.markdown {
            eprintln!("{name}");
        } else {
            println!("{}", report::spellings(name, &rows));
        }
        results.push((*name, rows));
    }
    if results.is_empty() {
        return None;
    }
    if wish.markdown {
        println!("{}", report::spellings_in_markdown(&results));
    }
    println!("{}", report::mean_of_spellings(&results));
    Some(all_right)
}
