//! A problem and those who compete on it.

/// Computes a value and writes a gradient: `call(point, gradient)` overwrites `gradient` and returns the value.
pub type Call = Box<dyn FnMut(&[f64], &mut [f64]) -> f64>;

/// The function itself, at a point.
pub type Primal = Box<dyn FnMut(&[f64]) -> f64>;

/// A problem's name and how to set it up.
pub type Entry = (&'static str, fn() -> Problem);

/// One way to compute the gradient of a problem.
pub struct Contestant {
    /// Its column in the table: `hand`, `textbook`, `generated`, or the name of a crate.
    pub name: &'static str,
    /// Value and gradient.
    pub call: Call,
}

impl Contestant {
    /// A contestant from a closure that overwrites the gradient and returns the value.
    pub fn new(name: &'static str, call: impl FnMut(&[f64], &mut [f64]) -> f64 + 'static) -> Self {
        Contestant { name, call: Box::new(call) }
    }
}

/// What a contestant writes into the slice that it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Derivative {
    /// The gradient of the value by the point.
    Gradient,
    /// The stored entries of a sparse Jacobian; the value is only a checksum.
    Jacobian,
    /// The stored entries of a sparse Hessian.
    Hessian,
}

/// A function at a point, and the contestants for its gradient.
pub struct Problem {
    /// Its name, as a filter on the command line sees it.
    pub name: &'static str,
    /// The size, for the table.
    pub size: &'static str,
    /// All active inputs, one after the other.
    pub point: Vec<f64>,
    /// How many numbers the derivative has.
    pub derivatives: usize,
    /// Whether these are a gradient, or the entries of a sparse matrix.
    pub kind: Derivative,
    /// The function itself, timed as the base of the ratios.
    pub primal: Primal,
    /// The contestants; the first is the hand-written adjoint, which all others are checked against.
    pub contestants: Vec<Contestant>,
}

impl Problem {
    /// A scalar function of `point`, with no contestants yet.
    pub fn new(
        name: &'static str,
        size: &'static str,
        point: Vec<f64>,
        primal: impl FnMut(&[f64]) -> f64 + 'static,
    ) -> Self {
        let derivatives = point.len();
        let kind = Derivative::Gradient;
        Problem { name, size, point, derivatives, kind, primal: Box::new(primal), contestants: Vec::new() }
    }

    /// Makes the contestants write `entries` entries of a Jacobian instead of a gradient.
    pub fn jacobian(self, entries: usize) -> Self {
        Problem { derivatives: entries, kind: Derivative::Jacobian, ..self }
    }

    /// Makes the contestants write `entries` entries of a Hessian instead of a gradient.
    pub fn hessian(self, entries: usize) -> Self {
        Problem { derivatives: entries, kind: Derivative::Hessian, ..self }
    }

    /// Adds a contestant from its closure.
    pub fn with(self, name: &'static str, call: impl FnMut(&[f64], &mut [f64]) -> f64 + 'static) -> Self {
        self.enter(Some(Contestant::new(name, call)))
    }

    /// Adds a contestant, if there is one.
    pub fn enter(mut self, contestant: Option<Contestant>) -> Self {
        self.contestants.extend(contestant);
        self
    }
}
