//! rustc, called directly: many programs in one crate, errors attributed to programs by their lines.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What programs are compiled with.
pub struct Toolchain {
    folder: PathBuf,
    /// Arguments of rustc that do not depend on the programs.
    arguments: Vec<String>,
    release: bool,
}

/// An error of rustc.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line in the crate, of what the user wrote.
    pub line: Option<usize>,
    pub code: Option<String>,
    pub message: String,
}

/// How a process ended.
pub struct Ended {
    pub success: bool,
    pub timed_out: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Toolchain {
    /// Builds the runtime and the support crate. An optimised macro is worth its build from some hundreds of programs on.
    pub fn new(release: bool, optimised: bool) -> Result<Toolchain, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = root.canonicalize().map_err(|e| e.to_string())?;
        let folder = root.join("target").join("fuzz").join(if release { "release" } else { "debug" });
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&root).args([
            "build",
            "-p",
            "autodiff-runtime",
            "--message-format=json",
            "--quiet",
        ]);
        if optimised {
            // In a folder of its own, since all that there is would be built again. The macro's own checks stay.
            cargo.args(["--target-dir", "target/fuzz"]);
            for setting in [
                "dev.build-override.opt-level=1",
                "release.build-override.opt-level=1",
                "release.build-override.debug-assertions=true",
            ] {
                cargo.arg("--config").arg(format!("profile.{setting}"));
            }
        }
        cargo.stderr(Stdio::inherit());
        if release {
            cargo.arg("--release");
        }
        let output = cargo.output().map_err(|e| format!("cargo: {e}"))?;
        if !output.status.success() {
            return Err("the runtime does not build".into());
        }
        let (mut runtime, mut numbers) = (None, None);
        let mut folders: Vec<String> = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            if message["reason"] != "compiler-artifact" {
                continue;
            }
            for file in message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if let Some(parent) = Path::new(file).parent().and_then(Path::to_str) {
                    let deps =
                        if parent.ends_with("deps") { parent.to_string() } else { format!("{parent}/deps") };
                    if !folders.contains(&deps) {
                        folders.push(deps);
                    }
                }
                if message["target"]["name"] == "num_traits" && file.ends_with(".rlib") {
                    numbers = Some(file.to_string());
                }
                if message["target"]["name"] == "autodiff_runtime" && file.ends_with(".rlib") {
                    runtime = Some(file.to_string());
                }
            }
        }
        let runtime = runtime.ok_or("no library of the runtime")?;
        let mut arguments: Vec<String> =
            ["--edition", "2024", "--error-format=json", "--cap-lints=allow", "-Cdebuginfo=0"]
                .map(String::from)
                .to_vec();
        if release {
            arguments.extend(["-Copt-level=2".into(), "-Ccodegen-units=4".into()]);
        } else {
            arguments.extend(["-Cdebug-assertions=on".into(), "-Ccodegen-units=2".into()]);
        }
        for deps in folders {
            arguments.push(format!("-Ldependency={deps}"));
        }
        let mut toolchain = Toolchain { folder, arguments, release };
        let support = toolchain.folder.join("support.rs");
        std::fs::write(&support, include_str!("support.rs")).map_err(|e| e.to_string())?;
        let library = toolchain.folder.join("libsupport.rlib");
        let ended = toolchain.rustc(
            &["--crate-name=support", "--crate-type=rlib", "-o", &text(&library), &text(&support)],
            Duration::from_secs(120),
        );
        if !ended.success {
            return Err(format!("the support crate does not compile: {}", ended.stderr));
        }
        toolchain.arguments.push(format!("--extern=support={}", text(&library)));
        toolchain.arguments.push(format!("--extern=autodiff_runtime={runtime}"));
        if let Some(numbers) = numbers {
            toolchain.arguments.push(format!("--extern=num_traits={numbers}"));
        }
        Ok(toolchain)
    }

    /// Whether programs are optimised.
    pub fn release(&self) -> bool {
        self.release
    }

    fn rustc(&self, arguments: &[&str], limit: Duration) -> Ended {
        let mut command = Command::new("rustc");
        command.args(&self.arguments).args(arguments);
        run(command, limit)
    }

    /// Compiles a crate; the path of the binary, or what is wrong, or `None` after the time limit.
    pub fn compile(
        &self,
        name: &str,
        source: &str,
        metadata_only: bool,
        limit: Duration,
    ) -> Option<Result<PathBuf, Vec<Failure>>> {
        let file = self.folder.join(format!("{name}.rs"));
        let binary = self.folder.join(name);
        std::fs::write(&file, source).expect("the folder is writable");
        let emit = if metadata_only { "--emit=metadata" } else { "--emit=link" };
        let ended = self.rustc(&["--crate-name=batch", emit, "-o", &text(&binary), &text(&file)], limit);
        self.clear(name);
        if ended.timed_out {
            return None;
        }
        if ended.success {
            return Some(Ok(binary));
        }
        let mut failures = Vec::new();
        for line in ended.stderr.lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            let level = message["level"].as_str().unwrap_or("");
            let words = message["message"].as_str().unwrap_or("").to_string();
            if !level.starts_with("error") || words.starts_with("aborting due to") {
                continue;
            }
            let spans = message["spans"].as_array().cloned().unwrap_or_default();
            let primary = spans.iter().find(|span| span["is_primary"] == true).or(spans.first());
            let line = primary.and_then(|span| written(span, &text(&file)));
            let code = message["code"]["code"].as_str().map(String::from);
            let label =
                primary.and_then(|span| span["label"].as_str()).filter(|label| label.starts_with("expected"));
            let words = label.map_or(words.clone(), |label| format!("{words} ({})", label.replace('`', "")));
            failures.push(Failure { line, code, message: words });
        }
        if failures.is_empty() {
            let tail: String = ended.stderr.lines().rev().take(3).collect::<Vec<_>>().join(" ");
            failures.push(Failure { line: None, code: None, message: format!("rustc died: {tail}") });
        }
        Some(Err(failures))
    }

    /// Removes what rustc writes beside about long types.
    fn clear(&self, name: &str) {
        let start = format!("{name}.long-type");
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&start) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Runs a binary.
    pub fn execute(&self, binary: &Path, start: usize, limit: Duration) -> Ended {
        let mut command = Command::new(binary);
        command.arg(start.to_string());
        run(command, limit)
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The line of a span in the file itself, through the macros that it comes from.
fn written(span: &Value, file: &str) -> Option<usize> {
    if span["file_name"] == file {
        return span["line_start"].as_u64().map(|line| line as usize);
    }
    match &span["expansion"] {
        Value::Null => None,
        expansion => written(&expansion["span"], file),
    }
}

/// Runs a process, for so long at most.
fn run(mut command: Command, limit: Duration) -> Ended {
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        return Ended {
            success: false,
            timed_out: false,
            stdout: String::new(),
            stderr: "it does not start".into(),
        };
    };
    let out = reader(child.stdout.take());
    let err = reader(child.stderr.take());
    let mut timed_out = false;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if started.elapsed() > limit => {
                timed_out = true;
                let _ = child.kill();
                break child.wait().ok();
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Err(_) => break None,
        }
    };
    Ended {
        success: status.is_some_and(|status| status.success()),
        timed_out,
        stdout: out.join().unwrap_or_default(),
        stderr: err.join().unwrap_or_default(),
    }
}

/// Reads a pipe in a thread of its own, so that neither pipe fills up.
fn reader(from: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            let _ = from.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
