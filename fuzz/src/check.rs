//! Programs to outcomes.

use std::time::Duration;

use crate::print::Form;
use crate::program::Program;
use crate::toolchain::{Failure, Toolchain};

/// What came of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Right,
    /// A derivative, a value or a panic that should be another.
    Wrong(String),
    /// Errors of the macro.
    Refused(String),
    /// Errors of rustc in generated code, or a macro that panics.
    Broken(String),
    /// Compiling takes too long.
    Slow,
    /// The program itself does not compile: a fault of the generator.
    Invalid(String),
}

impl Outcome {
    /// The kind, and what tells one failure of the kind from another: its message without names and numbers.
    pub fn class(&self) -> (&'static str, String) {
        match self {
            Outcome::Right => ("RIGHT", String::new()),
            // What follows the colon is of the program alone.
            Outcome::Wrong(text) => ("WRONG", text.split(": ").next().unwrap_or(text).to_string()),
            Outcome::Refused(text) => ("REFUSED", general(text)),
            Outcome::Broken(text) => ("BROKEN", general(text)),
            Outcome::Slow => ("SLOW", String::new()),
            Outcome::Invalid(text) => ("INVALID", general(text)),
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Outcome::Wrong(text)
            | Outcome::Refused(text)
            | Outcome::Broken(text)
            | Outcome::Invalid(text) => text,
            _ => "",
        }
    }
}

/// A message without what is of one program: names and numbers.
fn general(text: &str) -> String {
    let mut out = String::new();
    for (k, part) in text.lines().next().unwrap_or("").split('`').enumerate() {
        if k % 2 == 1 {
            out.push_str("`_`");
        } else {
            out.extend(part.chars().filter(|c| !c.is_ascii_digit() || part.starts_with('E')));
        }
    }
    out
}

/// Compiles and runs programs together.
pub struct Checker<'a> {
    pub toolchain: &'a Toolchain,
    pub form: Form,
    /// Tells crates of several threads apart.
    pub name: String,
    /// Nothing is run: what compiles is right.
    pub compile_only: bool,
}

impl Checker<'_> {
    /// What comes of each program.
    pub fn outcomes(&self, programs: &[Program]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; programs.len()];
        let all: Vec<usize> = (0..programs.len()).collect();
        self.settle(programs, all, &mut outcomes);
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Slow)).collect()
    }

    /// Compiles what is left until it compiles, dropping what has errors; then runs it.
    fn settle(&self, programs: &[Program], mut left: Vec<usize>, outcomes: &mut [Option<Outcome>]) {
        while !left.is_empty() {
            let mut source = String::from("#![allow(warnings)]\n");
            // The line behind the plain part, and the last line, of each program.
            let mut ends = Vec::new();
            for &k in &left {
                let module = programs[k].module(&format!("p{k}"), self.form);
                source.push_str(&module.plain);
                let plain = source.lines().count();
                source.push_str(&module.companion);
                ends.push((plain, source.lines().count()));
            }
            let cases: Vec<String> = left.iter().map(|k| format!("p{k}::CASE")).collect();
            source.push_str(&format!("fn main() {{ support::run(&[{}]) }}\n", cases.join(", ")));
            let limit =
                Duration::from_secs(if self.toolchain.release() { 60 } else { 40 } + 3 * left.len() as u64);
            match self.toolchain.compile(&self.name, &source, self.compile_only, limit) {
                Some(Ok(_)) if self.compile_only => {
                    left.iter().for_each(|&k| outcomes[k] = Some(Outcome::Right));
                    return;
                }
                Some(Ok(binary)) => {
                    self.execute(&binary, &left, outcomes);
                    return;
                }
                Some(Err(failures)) => {
                    let failed = attributed(&failures, &ends);
                    if failed.iter().all(Option::is_none) {
                        // Nobody's error: by halves.
                        if let [only] = left[..] {
                            outcomes[only] = Some(Outcome::Broken(failures[0].message.clone()));
                            return;
                        }
                        let right = left.split_off(left.len() / 2);
                        self.settle(programs, left, outcomes);
                        self.settle(programs, right, outcomes);
                        return;
                    }
                    let mut rest = Vec::new();
                    for (k, failed) in left.into_iter().zip(failed) {
                        match failed {
                            Some(outcome) => outcomes[k] = Some(outcome),
                            None => rest.push(k),
                        }
                    }
                    left = rest;
                }
                None => {
                    if let [only] = left[..] {
                        outcomes[only] = Some(Outcome::Slow);
                        return;
                    }
                    let right = left.split_off(left.len() / 2);
                    self.settle(programs, left, outcomes);
                    self.settle(programs, right, outcomes);
                    return;
                }
            }
        }
    }

    fn execute(&self, binary: &std::path::Path, left: &[usize], outcomes: &mut [Option<Outcome>]) {
        let mut start = 0;
        while start < left.len() {
            let ended = self.toolchain.execute(binary, start, Duration::from_secs(30));
            let mut begun = start;
            for line in ended.stdout.lines() {
                if let Some(at) = line.strip_prefix("begin ") {
                    begun = at.parse().unwrap_or(begun);
                } else if let Some(text) = line.strip_prefix("end ") {
                    let outcome =
                        if text == "ok" { Outcome::Right } else { Outcome::Wrong(text.to_string()) };
                    outcomes[left[begun]] = Some(outcome);
                }
            }
            if ended.success {
                return;
            }
            let how = if ended.timed_out { "it does not end" } else { "the process dies" };
            outcomes[left[begun]] =
                Some(Outcome::Wrong(format!("{how}: {}", ended.stderr.lines().next().unwrap_or(""))));
            start = begun + 1;
        }
    }
}

/// What errors say of each program.
fn attributed(failures: &[Failure], ends: &[(usize, usize)]) -> Vec<Option<Outcome>> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; ends.len()];
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Invalid(_) => 3,
        Outcome::Refused(_) => 2,
        _ => 1,
    };
    for failure in failures {
        let Some(line) = failure.line else { continue };
        let Some(at) = ends.iter().position(|(_, end)| line <= *end) else { continue };
        let text = match &failure.code {
            Some(code) => format!("{code}: {}", failure.message),
            None => failure.message.clone(),
        };
        let outcome = if line <= ends[at].0 {
            Outcome::Invalid(text)
        } else if failure.code.is_none() && !text.contains("panicked") && !text.contains("this is a bug of") {
            Outcome::Refused(text)
        } else {
            Outcome::Broken(text)
        };
        // The first of the gravest kind: a fault in the program, else a refusal, which may bring others with it.
        if outcomes[at].as_ref().is_none_or(|before| rank(before) < rank(&outcome)) {
            outcomes[at] = Some(outcome);
        }
    }
    outcomes
}
