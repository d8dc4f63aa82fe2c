//! Random source programs for `#[differentiate]`: written, compiled, run, checked, and shrunk where something is wrong.
//! See the README beside.

#![allow(missing_docs)]

mod check;
mod r#gen;
mod print;
mod program;
mod rng;
mod shrink;
#[cfg(test)]
#[allow(dead_code)]
mod support;
#[cfg(test)]
mod tests;
mod toolchain;
mod tree;
mod types;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use check::{Checker, Outcome};
use print::Form;
use toolchain::Toolchain;

const USAGE: &str = "\
cargo run --release -p autodiff-fuzz -- [options]
  --seeds A..B     which programs (0..100)
  --release        optimise them
  --module         one attribute on a module around each program
  --second         as --module, with `order = 2`: second derivatives are checked, too
  --jobs N         threads (2)
  --batch N        programs a crate (24)
  --show SEED      print a program and what comes of it
  --print SEED     print a program
  --crate SEED     print the crate that checks a program
  --shrink SEED    print what is left of a program that fails
  --report FILE    write shrunk samples of each class of failure
  --each N         samples a class in the report (2)
  --skip A,B,…     leave these seeds out
  --plain-macro    use the macro that `cargo build` builds, rather than an optimised one
  --strict         broken programs fail the run, too";

struct Options {
    seeds: (u64, u64),
    release: bool,
    form: Form,
    jobs: usize,
    batch: usize,
    show: Option<u64>,
    print: Option<u64>,
    source: Option<u64>,
    shrink: Option<u64>,
    report: Option<String>,
    each: usize,
    strict: bool,
    /// The macro as `cargo build` makes it.
    plain_macro: bool,
    skip: Vec<u64>,
}

impl Options {
    /// Whether one attribute stands around each program.
    fn module(&self) -> bool {
        self.form != Form::Attributed
    }
}

fn options() -> Option<Options> {
    let mut options = Options {
        seeds: (0, 100),
        release: false,
        form: Form::Attributed,
        jobs: 2,
        batch: 24,
        show: None,
        print: None,
        source: None,
        shrink: None,
        report: None,
        each: 2,
        strict: false,
        plain_macro: false,
        skip: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next();
        match argument.as_str() {
            "--seeds" => {
                let text = value()?;
                let (from, to) = text.split_once("..")?;
                options.seeds = (from.parse().ok()?, to.parse().ok()?);
            }
            "--release" => options.release = true,
            "--module" => options.form = Form::Module,
            "--second" => options.form = Form::Second,
            "--jobs" => options.jobs = value()?.parse().ok()?,
            "--batch" => options.batch = value()?.parse().ok()?,
            "--show" => options.show = Some(value()?.parse().ok()?),
            "--print" => options.print = Some(value()?.parse().ok()?),
            "--crate" => options.source = Some(value()?.parse().ok()?),
            "--shrink" => options.shrink = Some(value()?.parse().ok()?),
            "--report" => options.report = Some(value()?),
            "--each" => options.each = value()?.parse().ok()?,
            "--strict" => options.strict = true,
            "--plain-macro" => options.plain_macro = true,
            "--skip" => {
                options.skip = value()?.split(',').map(|seed| seed.parse().ok()).collect::<Option<_>>()?
            }
            _ => return None,
        }
    }
    Some(options)
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let module = options.module();
    if let Some(seed) = options.print {
        println!("{}", r#gen::program(seed, module).source(options.form));
        return ExitCode::SUCCESS;
    }
    if let Some(seed) = options.source {
        let module = r#gen::program(seed, module).module("p0", options.form);
        println!(
            "{}",
            print::indented(&format!(
                "#![allow(warnings)]\n{}{}fn main() {{ support::run(&[p0::CASE]) }}",
                module.plain, module.companion
            ))
        );
        return ExitCode::SUCCESS;
    }
    let toolchain = match Toolchain::new(options.release, !options.plain_macro) {
        Ok(toolchain) => toolchain,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    let checker =
        |name: String| Checker { toolchain: &toolchain, form: options.form, name, compile_only: false };
    if let Some(seed) = options.show {
        let program = r#gen::program(seed, module);
        println!("{}", program.source(options.form));
        println!("{:?}", checker("show".into()).outcomes(&[program])[0]);
        return ExitCode::SUCCESS;
    }
    if let Some(seed) = options.shrink {
        let (program, outcome) = {
            let checker = checker("shrink".into());
            shrink::shrunk(&mut |programs| checker.outcomes(programs), r#gen::program(seed, module))
        };
        println!("{}\n{outcome:?}", program.source(options.form));
        return ExitCode::SUCCESS;
    }
    fuzz(&options, &toolchain)
}

fn fuzz(options: &Options, toolchain: &Toolchain) -> ExitCode {
    let started = Instant::now();
    let next = AtomicU64::new(options.seeds.0);
    let found: Mutex<Vec<(u64, Outcome)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for job in 0..options.jobs {
            let (next, found) = (&next, &found);
            scope.spawn(move || {
                let checker = Checker {
                    toolchain,
                    form: options.form,
                    name: format!("batch{job}"),
                    compile_only: false,
                };
                loop {
                    let from = next.fetch_add(options.batch as u64, Ordering::Relaxed);
                    if from >= options.seeds.1 {
                        return;
                    }
                    let seeds: Vec<u64> = (from..options.seeds.1.min(from + options.batch as u64))
                        .filter(|seed| !options.skip.contains(seed))
                        .collect();
                    let programs: Vec<_> =
                        seeds.iter().map(|seed| r#gen::program(*seed, options.module())).collect();
                    let outcomes = checker.outcomes(&programs);
                    let mut found = found.lock().expect("no thread panics");
                    let before = found.len() / 1000;
                    found.extend(seeds.into_iter().zip(outcomes));
                    if found.len() / 1000 > before {
                        eprintln!("{} programs, {:.0} s", found.len(), started.elapsed().as_secs_f64());
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread panics");
    found.sort_by_key(|(seed, _)| *seed);
    let seconds = started.elapsed().as_secs_f64();

    let mut classes: BTreeMap<(&str, String), Vec<u64>> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (seed, outcome) in &found {
        let class = outcome.class();
        *kinds.entry(class.0).or_default() += 1;
        classes.entry(class).or_default().push(*seed);
    }
    for kind in ["INVALID", "REFUSED", "BROKEN", "SLOW", "WRONG"] {
        let mut rows: Vec<_> = classes.iter().filter(|((k, _), _)| *k == kind).collect();
        rows.sort_by_key(|(_, seeds)| std::cmp::Reverse(seeds.len()));
        for ((_, text), seeds) in rows {
            let some: Vec<String> = seeds.iter().take(4).map(u64::to_string).collect();
            println!("{kind:8} {:5}  {text}  [{}]", seeds.len(), some.join(" "));
        }
    }
    let count = |kind: &str| kinds.get(kind).copied().unwrap_or(0);
    println!(
        "{} programs in {seconds:.0} s ({:.1} s a hundred): {} right, {} refused, {} broken, {} slow, {} wrong, {} invalid",
        found.len(),
        seconds * 100.0 / found.len().max(1) as f64,
        count("RIGHT"),
        count("REFUSED"),
        count("BROKEN"),
        count("SLOW"),
        count("WRONG"),
        count("INVALID"),
    );
    if let Some(file) = &options.report {
        report(options, toolchain, file, &classes);
    }
    let failed = count("WRONG") + if options.strict { count("BROKEN") + count("SLOW") } else { 0 };
    if failed > 0 {
        for (seed, outcome) in found.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Wrong(_))) {
            println!("seed {seed}: {}", outcome.text());
        }
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Shrinks some programs of each class and writes them down.
fn report(
    options: &Options,
    toolchain: &Toolchain,
    file: &str,
    classes: &BTreeMap<(&str, String), Vec<u64>>,
) {
    let mut work: Vec<(&str, &String, u64, usize)> = Vec::new();
    for kind in ["WRONG", "BROKEN", "SLOW", "REFUSED"] {
        let mut rows: Vec<_> = classes.iter().filter(|((k, _), _)| *k == kind).collect();
        rows.sort_by_key(|(_, seeds)| std::cmp::Reverse(seeds.len()));
        for ((_, text), seeds) in rows {
            work.extend(seeds.iter().take(options.each).map(|seed| (kind, text, *seed, seeds.len())));
        }
    }
    let next = AtomicU64::new(0);
    let texts: Mutex<BTreeMap<usize, String>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for job in 0..options.jobs {
            let (next, texts, work) = (&next, &texts, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed) as usize;
                    let Some((kind, class, seed, count)) = work.get(at) else { return };
                    let name = format!("report{job}");
                    let checker =
                        Checker { toolchain, form: options.form, name, compile_only: *kind != "WRONG" };
                    let (program, outcome) = shrink::shrunk(
                        &mut |programs| checker.outcomes(programs),
                        r#gen::program(*seed, options.module()),
                    );
                    let text = format!(
                        "### {kind} ({count}): {class}\nseed {seed}; {}\n```rust\n{}```\n\n",
                        outcome.text(),
                        program.source(options.form)
                    );
                    let mut texts = texts.lock().expect("no thread panics");
                    texts.insert(at, text);
                    let all: String = texts.values().cloned().collect();
                    let _ = std::fs::write(file, all);
                }
            });
        }
    });
}
