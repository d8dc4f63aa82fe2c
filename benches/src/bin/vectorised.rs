//! `cargo run --release -p autodiff-bench --bin vectorised`: which innermost loops of the kernels rustc vectorises, in the
//! primal and in its gradient.
//!
//! Compiles the kernels once more, to assembly, and looks for arithmetic on packed numbers between a label and a jump back
//! to it. Knows the instructions of x86-64 alone.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    if !cfg!(target_arch = "x86_64") {
        eprintln!("knows the instructions of x86-64 alone");
        return ExitCode::FAILURE;
    }
    match assembly().and_then(|path| std::fs::read_to_string(path).map_err(|error| error.to_string())) {
        Ok(text) => {
            print(&kernels(&text));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Compiles this package to assembly.
fn assembly() -> Result<PathBuf, String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = package.join("../target/vectorised");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["rustc", "--release", "--quiet", "--lib", "--target-dir"])
        .arg(&target)
        .args(["--", "--emit", "asm", "-C", "codegen-units=1"])
        .current_dir(package)
        .status()
        .map_err(|error| error.to_string())?;
    if !status.success() {
        return Err("the kernels did not compile".into());
    }
    let files = std::fs::read_dir(target.join("release/deps")).map_err(|error| error.to_string())?;
    files
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "s"))
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("autodiff_bench-"))
        })
        .max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok())
        .ok_or_else(|| "no assembly was written".into())
}

/// Innermost loops with arithmetic on floats.
#[derive(Clone, Copy, Default)]
struct Loops {
    packed: usize,
    scalar: usize,
}

/// The loops of each kernel: of the primal, and of the gradient.
fn kernels(text: &str) -> BTreeMap<String, [Loops; 2]> {
    let mut found: BTreeMap<String, [Loops; 2]> = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((kernel, which)) = inspected(line) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with(".Lfunc_end")).collect();
        found.entry(kernel).or_default()[which] = loops(&body);
    }
    found
}

/// The kernel that a symbol belongs to, and whether it is its gradient: `…9inspected10dot_primal17h…E:`. A whole problem
/// is too large to be inlined there: its functions stand for themselves.
fn inspected(line: &str) -> Option<(String, usize)> {
    let mut rest = line.strip_suffix(':')?.strip_prefix("_ZN")?;
    let mut names = Vec::new();
    while let Some(digits) = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0) {
        let length: usize = rest[..digits].parse().ok()?;
        names.push(rest.get(digits..digits + length)?);
        rest = &rest[digits + length..];
    }
    match names[..] {
        [.., "inspected", name, _] => {
            let ways = ["_primal", "_gradient"];
            ways.iter()
                .enumerate()
                .find_map(|(which, way)| Some((name.strip_suffix(way)?.to_string(), which)))
        }
        [.., "problems", "gmm", "primal", _] => Some(("gmm".to_string(), 0)),
        [.., "problems", "gmm", "primal", "value_and_grad_into", _] => Some(("gmm".to_string(), 1)),
        _ => None,
    }
}

/// The innermost loops of a function: from a label to the last jump back to it, without another such in between.
fn loops(body: &[&str]) -> Loops {
    let labels: BTreeMap<&str, usize> = body
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((line.strip_suffix(':').filter(|_| line.starts_with(".L"))?, at)))
        .collect();
    let back: Vec<(usize, usize)> = body
        .iter()
        .enumerate()
        .filter_map(|(at, line)| {
            let (jump, target) = line.trim().split_once('\t')?;
            let to = *labels.get(target.trim()).filter(|_| jump.starts_with('j'))?;
            (to < at).then_some((to, at))
        })
        .collect();
    let mut found = Loops::default();
    for (from, to) in &back {
        let inner = back.iter().any(|(a, b)| (a, b) != (from, to) && a >= from && b <= to);
        let arithmetic = |width: &str| body[*from..*to].iter().any(|line| calculates(line, width));
        match (inner, arithmetic("pd"), arithmetic("sd")) {
            (true, ..) => {}
            (false, true, _) => found.packed += 1,
            (false, false, true) => found.scalar += 1,
            (false, false, false) => {}
        }
    }
    found
}

/// Additions and multiplications of packed (`pd`) or single (`sd`) doubles.
fn calculates(line: &str, width: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    let word = word.strip_prefix('v').unwrap_or(word);
    word.ends_with(width)
        && ["add", "sub", "mul", "div", "fmadd", "fmsub"].iter().any(|op| word.starts_with(op))
}

fn print(kernels: &BTreeMap<String, [Loops; 2]>) {
    println!("| kernel | loops of the primal: packed, scalar | loops of both sweeps: packed, scalar |");
    println!("|---|---|---|");
    for (kernel, [primal, gradient]) in kernels {
        println!(
            "| {kernel} | {}, {} | {}, {} |",
            primal.packed, primal.scalar, gradient.packed, gradient.scalar
        );
    }
}
