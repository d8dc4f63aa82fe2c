//! What is known of the standard library's functions and methods by name.

/// Methods of integers, booleans, characters and inactive collections that depend on their operands alone.
const PURE: &[&str] = &[
    "abs",
    "abs_diff",
    "pow",
    "min",
    "max",
    "clamp",
    "signum",
    "is_power_of_two",
    "next_power_of_two",
    "isqrt",
    "ilog2",
    "ilog10",
    "ilog",
    "div_ceil",
    "div_euclid",
    "rem_euclid",
    "next_multiple_of",
    "count_ones",
    "count_zeros",
    "leading_zeros",
    "trailing_zeros",
    "rotate_left",
    "rotate_right",
    "swap_bytes",
    "reverse_bits",
    "wrapping_add",
    "wrapping_sub",
    "wrapping_mul",
    "wrapping_div",
    "wrapping_rem",
    "wrapping_neg",
    "wrapping_shl",
    "wrapping_shr",
    "wrapping_pow",
    "saturating_add",
    "saturating_sub",
    "saturating_mul",
    "saturating_pow",
    "checked_add",
    "checked_sub",
    "checked_mul",
    "checked_div",
    "checked_rem",
    "checked_pow",
    "overflowing_add",
    "overflowing_sub",
    "overflowing_mul",
    "unsigned_abs",
    "is_positive",
    "is_negative",
    "then",
    "then_some",
    "not",
    "cmp",
    "partial_cmp",
    "total_cmp",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "is_nan",
    "is_finite",
    "is_infinite",
    "is_normal",
    "is_subnormal",
    "is_sign_positive",
    "is_sign_negative",
    "to_bits",
    "classify",
    "unwrap",
    "expect",
    "unwrap_or",
    "unwrap_or_default",
    "is_some",
    "is_none",
    "is_ok",
    "is_err",
    "is_lt",
    "is_le",
    "is_gt",
    "is_ge",
    "is_eq",
    "is_ne",
    "reverse",
    "then_with",
    "ok",
    "len",
    "is_empty",
    "contains",
    "get",
    "first",
    "last",
    "start",
    "end",
    "clone",
    "copied",
    "cloned",
    "to_owned",
    "as_ref",
    "as_str",
    "as_slice",
    "as_bytes",
    "is_alphabetic",
    "is_numeric",
    "to_digit",
    "is_ascii_digit",
    "binary_search",
    "starts_with",
    "ends_with",
    "to_f64",
    "to_f32",
    "to_usize",
    "to_i32",
    "is_multiple_of",
    "midpoint",
    "as_deref",
];

/// Methods that take `&self` or `self`, whatever else they do.
const READING: &[&str] = &[
    "iter",
    "chunks",
    "chunks_exact",
    "windows",
    "to_vec",
    "to_string",
    "into_iter",
    "map",
    "and_then",
    "filter",
    "borrow",
    "elapsed",
    "as_secs_f64",
    "contains_key",
    "keys",
    "values",
    "split_at",
    "concat",
    "join",
    "position",
    "unwrap_or_else",
    "map_or",
    "map_or_else",
    "into",
    "try_into",
    "sum",
    "product",
    "count",
    "rev",
    "zip",
    "enumerate",
    "skip",
    "take_while",
    "step_by",
    "any",
    "all",
    "collect",
    "find",
    "fold",
    "hash",
    "fmt",
    "chars",
    "bytes",
    "lines",
    "split",
    "trim",
    "parse",
    "is_char_boundary",
    "name",
    "id",
];

/// Whether a method of inactive values depends on its operands alone.
pub(crate) fn is_pure_method(name: &str) -> bool {
    PURE.contains(&name)
}

/// Methods of numbers that depend on their operands alone, and of slices that change them.
const CHANGING: [&str; 3] = ["reverse", "rotate_left", "rotate_right"];

/// Whether a method leaves its receiver as it is, whatever that is.
pub(crate) fn reads_only(name: &str) -> bool {
    PURE.contains(&name) && !CHANGING.contains(&name)
        || READING.contains(&name)
        || crate::rules::table::RULES.iter().any(|rule| rule.name == name)
}

/// Methods of floats whose result is inactive by type.
pub(crate) fn is_float_predicate(name: &str) -> bool {
    matches!(
        name,
        "is_nan"
            | "is_finite"
            | "is_infinite"
            | "is_normal"
            | "is_subnormal"
            | "is_sign_positive"
            | "is_sign_negative"
            | "eq"
            | "ne"
            | "lt"
            | "le"
            | "gt"
            | "ge"
    )
}

/// Methods of floats whose result is inactive and no boolean.
pub(crate) fn is_float_key(name: &str) -> bool {
    matches!(
        name,
        "total_cmp"
            | "partial_cmp"
            | "cmp"
            | "to_bits"
            | "classify"
            | "to_string"
            | "to_ne_bytes"
            | "to_le_bytes"
            | "to_be_bytes"
    )
}

/// Methods that say which of two is the greater: no derivative, whatever they are.
pub(crate) fn is_comparison(name: &str) -> bool {
    matches!(name, "cmp" | "partial_cmp" | "total_cmp")
}

/// Methods that only floats (and no integer or collection) have: who calls one on a value of unknown type says that it is a float.
pub(crate) fn is_float_only(name: &str, arity: usize) -> bool {
    crate::rules::method(name, arity).is_some()
        && !matches!(name, "abs" | "max" | "min" | "clamp" | "signum" | "rem_euclid" | "div_euclid")
        || matches!((name, arity), ("sin_cos", 1) | ("total_cmp", 2))
}

/// What an inactive scalar's method returns: the scalar's own type, a boolean, or something that is not said here.
pub(crate) enum Returns {
    Same,
    Bool,
    Other,
}

pub(crate) fn integer_method(name: &str) -> Returns {
    match name {
        "abs" | "abs_diff" | "pow" | "min" | "max" | "clamp" | "signum" | "next_power_of_two" | "isqrt"
        | "div_ceil" | "div_euclid" | "rem_euclid" | "next_multiple_of" | "rotate_left" | "rotate_right"
        | "wrapping_add" | "wrapping_sub" | "wrapping_mul" | "wrapping_div" | "wrapping_rem"
        | "wrapping_neg" | "wrapping_shl" | "wrapping_shr" | "wrapping_pow" | "saturating_add"
        | "saturating_sub" | "saturating_mul" | "saturating_pow" | "swap_bytes" | "reverse_bits"
        | "midpoint" | "clone" | "to_owned" | "not" => Returns::Same,
        name if name.starts_with("is_") => Returns::Bool,
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "contains" => Returns::Bool,
        _ => Returns::Other,
    }
}

/// Methods of `f64` without a useful derivative that are no piecewise constant either.
pub(crate) fn is_foreign_float_method(name: &str) -> bool {
    matches!(
        name,
        "next_up" | "next_down" | "maximum" | "minimum" | "midpoint" | "gamma" | "ln_gamma" | "erf" | "erfc"
    )
}
