//! What can go wrong at run time.

use alloc::string::String;
use core::fmt;

/// Why an operation on trees of numbers was refused. Nothing has been changed then, unless the operation says so.
///
/// ```
/// let error = autodiff_runtime::tree::dot(&(vec![1.0, 2.0], 3.0), &(vec![1.0], 1.0)).unwrap_err();
/// assert_eq!(error.to_string(), "`.0`: expected shape [2], found shape [1]");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Two trees differ at a place.
    Mismatch {
        /// The place.
        leaf: String,
        /// What the first tree has there.
        expected: String,
        /// What the second one has.
        found: String,
    },
    /// A leaf cannot be lent as one slice.
    Opaque {
        /// The place.
        leaf: String,
        /// The reason.
        why: &'static str,
    },
    /// Wrong number of numbers.
    Length {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// There is nothing to optimize.
    NoParameters,
    /// Every gradient is `None`, or belongs to a frozen leaf.
    NoGradients {
        /// The parameters that were looked at.
        parameters: String,
    },
    /// The same variable was given more than once.
    Duplicate {
        /// The variable.
        variable: String,
    },
    /// An infinity or NaN.
    NonFinite {
        /// The leaf.
        leaf: String,
        /// The position in it.
        element: usize,
        /// The number.
        value: f64,
    },
    /// Saved state does not belong to this optimizer or these parameters.
    State(String),
    /// The numbers cannot be used so.
    Invalid(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Mismatch { leaf, expected, found } => {
                write!(f, "`{leaf}`: expected {expected}, found {found}")
            }
            Error::Opaque { leaf, why } => write!(f, "`{leaf}`: {why}"),
            Error::Length { expected, found } => write!(f, "expected {expected} numbers, found {found}"),
            Error::NoParameters => f.write_str("there are no parameters to optimize"),
            Error::NoGradients { parameters } => {
                write!(f, "no gradients provided for any parameter: {parameters}")
            }
            Error::Duplicate { variable } => write!(f, "variable `{variable}` is given more than once"),
            Error::NonFinite { leaf, element, value } => {
                write!(f, "`{leaf}` has {value} at element {element}")
            }
            Error::State(what) | Error::Invalid(what) => f.write_str(what),
        }
    }
}

impl core::error::Error for Error {}
