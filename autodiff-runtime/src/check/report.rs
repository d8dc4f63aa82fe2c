//! What a check found.

use alloc::string::String;
use core::fmt;

/// The element with the largest disagreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// The leaf.
    pub leaf: String,
    /// The position in it.
    pub element: usize,
    /// What the gradient says.
    pub gradient: f64,
    /// What finite differences say.
    pub difference: f64,
    /// How sure the differences are of it.
    pub uncertainty: f64,
    /// Disagreement, over what is tolerated.
    pub excess: f64,
}

/// The outcome of [`gradient`](super::gradient).
#[derive(Debug, Clone, PartialEq)]
pub struct GradientReport {
    /// Whether every element is within the tolerance.
    pub passed: bool,
    /// Elements compared.
    pub elements: usize,
    /// Those that are not within it.
    pub failures: usize,
    /// The worst of all, also of those that passed; `None` without elements.
    pub worst: Option<Worst>,
}

impl GradientReport {
    /// Panics with the report unless the check was passed, for tests.
    ///
    /// # Panics
    /// When an element was not within the tolerance.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.passed, "{self}");
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { failures, elements, .. } = self;
        let Some(worst) = &self.worst else { return f.write_str("nothing to compare") };
        match failures {
            0 => write!(f, "all {elements} elements agree; the worst is ")?,
            _ => write!(f, "{failures} of {elements} elements of the gradient are wrong; the worst is ")?,
        }
        let Worst { leaf, element, gradient, difference, uncertainty, .. } = worst;
        write!(
            f,
            "`{leaf}` element {element}: {gradient:e}, by differences {difference:e} ± {uncertainty:.0e}"
        )
    }
}
