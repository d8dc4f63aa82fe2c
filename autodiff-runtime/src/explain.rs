//! What the compiler knows of a function and of its gradient: `#[differentiate(explain)]`, with the feature `explain`.
//!
//! The companion gets a function `explain` (a method `loss` gets `loss_explain`), which gives an [`Explanation`]. Printed, it
//! is a text to be read beside the program: which names carry a derivative and why, where derivatives end, what became of
//! each loop and what its iterations save, how many operations there are, and which optimisations make a difference.
//!
//! ```
//! use autodiff_runtime::{differentiate, explain::Class};
//!
//! #[differentiate(explain)]
//! fn decay(rate: f64, start: f64, #[no_diff] limit: f64, steps: usize) -> f64 {
//!     let mut level = start;
//!     for _ in 0..steps {
//!         level -= rate * level.sin();
//!     }
//!     if level > limit { level } else { level.floor() }
//! }
//!
//! let explanation = decay::explain();
//! println!("{explanation}");
//!
//! // The loop goes on from what it left, and saves that, and what is dear to compute again.
//! let [a_loop] = explanation.loops else { panic!() };
//! assert_eq!(a_loop.class, Class::Carried);
//! let saved: Vec<_> = a_loop.saved.iter().map(|saved| (saved.name, saved.because)).collect();
//! assert_eq!(
//!     saved,
//!     [("level", "carried from one iteration to the next"), ("sin", "dear to compute again")],
//! );
//! assert_eq!(a_loop.bytes(), Some(16));
//!
//! // The comparison says which way is taken, and is not differentiated; `floor` is flat.
//! let by: Vec<&str> = explanation.cuts.iter().map(|cut| cut.of).collect();
//! assert_eq!(by, ["level > limit", "level"]);
//!
//! let limit = explanation.binding("limit").unwrap();
//! assert_eq!((limit.active, limit.because), (false, "is marked `#[no_diff]`"));
//! ```
//!
//! While a function with `explain` is compiled, its gradient is made once more without each of the optimisations. Leave the
//! argument out where nobody looks.

use core::fmt;

/// All that is known of a function and of its gradient, as `value_and_grad` computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Explanation {
    /// The function's name.
    pub function: &'static str,
    /// The file that it stands in, as `file!()` says it.
    pub file: &'static str,
    /// The names in the function, parameters first.
    pub bindings: &'static [Binding],
    /// Where derivatives end.
    pub cuts: &'static [Cut],
    /// The loops in the order of the program.
    pub loops: &'static [Loop],
    /// The optimisations without which the gradient would cost something else.
    pub passes: &'static [Effect],
    /// How much there is to compute.
    pub operations: Operations,
}

/// A name in the function, for all values that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: &'static str,
    /// The line on which it is bound.
    pub line: u32,
    /// Whether it carries a derivative.
    pub active: bool,
    /// Why, or why not.
    pub because: &'static str,
}

/// A place at which a derivative ends: something carries one, and what is made of it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The line.
    pub line: u32,
    /// What carries a derivative until there.
    pub of: &'static str,
    /// What hands none on.
    pub by: &'static str,
}

/// What became of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The line on which it begins.
    pub line: u32,
    /// The name of its index; none where it has none.
    pub index: Option<&'static str>,
    /// How many loops there are around it.
    pub depth: usize,
    /// What its iterations have to do with each other.
    pub class: Class,
    /// Whether each iteration runs forwards and backwards at once, which saves nothing.
    pub fused: bool,
    /// What an iteration saves for the reverse sweep.
    pub saved: &'static [Saved],
    /// The names whose values the reverse sweep computes once more instead.
    pub recomputed: &'static [&'static str],
}

impl Loop {
    /// The bytes that an iteration saves; none where the compiler of derivatives does not know all types.
    pub fn bytes(&self) -> Option<usize> {
        self.saved.iter().map(|saved| saved.bytes).sum()
    }
}

/// What the iterations of a loop have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing.
    Independent,
    /// They add to sums.
    Accumulating,
    /// One starts from what the one before it left.
    Carried,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Independent => "independent iterations",
            Class::Accumulating => "iterations that add to sums",
            Class::Carried => "iterations that go on from each other",
        })
    }
}

/// A value that an iteration saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its name, or that of the operation that makes it.
    pub name: &'static str,
    /// Its size; none where its type is not known.
    pub bytes: Option<usize>,
    /// Why it is saved.
    pub because: &'static str,
}

/// What an optimisation is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The name under which it can be left out.
    pub pass: &'static str,
    /// What there would be without it.
    pub without: &'static str,
}

/// Operations on floats. Each place in the program counts once, whatever loops there are around it, and so does a function like
/// `exp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operations {
    /// Of the function.
    pub function: usize,
    /// Of the value and the gradient together.
    pub gradient: usize,
}

impl Explanation {
    /// What is known of a name; of the first of that name, where there are several.
    pub fn binding(&self, name: &str) -> Option<&'static Binding> {
        self.bindings.iter().find(|binding| binding.name == name)
    }
}

/// The report as a text.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { function, file, bindings, cuts, loops, passes, operations } = self;
        writeln!(f, "`{function}` in {file}, and its gradient\n")?;
        writeln!(f, "names")?;
        let width = bindings.iter().map(|binding| binding.name.len()).max().unwrap_or_default();
        for Binding { name, line, active, because } in *bindings {
            let active = if *active { "active  " } else { "inactive" };
            writeln!(f, "{line:>6}  {name:width$}  {active}  {because}")?;
        }
        if !cuts.is_empty() {
            writeln!(f, "\nderivatives end")?;
        }
        for Cut { line, of, by } in *cuts {
            writeln!(f, "{line:>6}  that of `{of}` at {by}")?;
        }
        if !loops.is_empty() {
            writeln!(f, "\nloops")?;
        }
        for a_loop in *loops {
            write!(f, "{a_loop}")?;
        }
        if !passes.is_empty() {
            writeln!(f, "\noptimisations, and what there would be without")?;
        }
        let width = passes.iter().map(|effect| effect.pass.len()).max().unwrap_or_default();
        for Effect { pass, without } in *passes {
            writeln!(f, "        {pass:width$}  {without}")?;
        }
        let Operations { function, gradient } = operations;
        writeln!(f, "\n{function} operations on floats, {gradient} with the gradient (loops counted once)")
    }
}

impl fmt::Display for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loop { line, index, depth, class, fused, saved, recomputed } = self;
        let indent = 2 * depth;
        write!(f, "{line:>6}  {:indent$}", "")?;
        match index {
            Some(index) => write!(f, "of `{index}`: {class}")?,
            None => write!(f, "{class}")?,
        }
        writeln!(f, "{}", if *fused { ", each forwards and backwards at once" } else { "" })?;
        if !saved.is_empty() {
            match self.bytes() {
                Some(bytes) => writeln!(f, "        {:indent$}saves {bytes} bytes an iteration", "")?,
                None => writeln!(f, "        {:indent$}saves, an iteration,", "")?,
            }
        }
        for Saved { name, bytes, because } in *saved {
            write!(f, "            {:indent$}`{name}`, ", "")?;
            match bytes {
                Some(bytes) => writeln!(f, "{bytes} bytes: {because}")?,
                None => writeln!(f, "of a size that is not known here: {because}")?,
            }
        }
        if !recomputed.is_empty() {
            write!(f, "        {:indent$}computes again", "")?;
            for (at, name) in recomputed.iter().enumerate() {
                write!(f, "{} `{name}`", if at == 0 { "" } else { "," })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
