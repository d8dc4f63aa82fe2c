//! The signatures of the standard library's methods, as data.
//!
//! A row is a method as Rust would declare it, with these names for what the receiver is: `Seq<T>` (array, slice, `Vec`),
//! `Iter<T>`, `Option<T>`, `Float`, `Int`. References are left out, as everywhere in typing. `Same` is the receiver's type.

/// Whether a method is one that an `Option` or a `Result` has, and nothing else of the standard library's.
pub(super) fn of_options(name: &str) -> bool {
    matches!(
        name,
        "unwrap"
            | "expect"
            | "unwrap_or"
            | "unwrap_or_else"
            | "unwrap_or_default"
            | "map_or"
            | "map_or_else"
            | "is_some"
            | "is_none"
            | "is_ok"
            | "is_err"
            | "ok"
            | "ok_or"
            | "ok_or_else"
            | "map_err"
    )
}

/// The rows of a method: its receiver, its arguments and its result.
pub(super) fn rows(
    name: &str,
) -> impl Iterator<Item = (&'static str, &'static [&'static str], &'static str)> + '_ {
    METHODS
        .iter()
        .filter(move |(names, ..)| names.split(' ').any(|n| n == name))
        .map(|row| (row.1, row.2, row.3))
}

/// Whether the standard library has a method of the name on what functions compute with.
pub(crate) fn is_of_the_library(name: &str) -> bool {
    rows(name).next().is_some() || crate::rules::is_method(name)
}

/// An argument by which a row differs from another one of the same name.
pub(super) const RANGE: &str = "Iter<usize>";

#[rustfmt::skip]
pub(super) const METHODS: &[(&str, &str, &[&str], &str)] = &[
    // sequences
    ("len",                                          "Seq<T>", &[], "usize"),
    ("is_empty",                                     "Seq<T>", &[], "bool"),
    ("iter iter_mut into_iter",                      "Seq<T>", &[], "Iter<T>"),
    ("to_vec into_vec into_boxed_slice",             "Seq<T>", &[], "Vec<T>"),
    ("as_slice as_mut_slice as_ref as_mut borrow",   "Seq<T>", &[], "Same"),
    ("clone to_owned",                               "Seq<T>", &[], "Same"),
    ("first last first_mut last_mut pop",            "Seq<T>", &[], "Option<T>"),
    ("get get_mut",                                  "Seq<T>", &["usize"], "Option<T>"),
    ("get get_mut",                                  "Seq<T>", &[RANGE], "Option<[T]>"),
    ("chunks chunks_exact windows chunks_mut chunks_exact_mut rchunks", "Seq<T>", &["usize"], "Iter<[T]>"),
    ("split_at split_at_mut",                        "Seq<T>", &["usize"], "([T], [T])"),
    ("split_first split_last split_first_mut split_last_mut", "Seq<T>", &[], "Option<(T, [T])>"),
    ("push",                                         "Seq<T>", &["T"], "()"),
    ("insert",                                       "Seq<T>", &["usize", "T"], "()"),
    ("remove swap_remove",                           "Seq<T>", &["usize"], "T"),
    ("resize",                                       "Seq<T>", &["usize", "T"], "()"),
    ("fill",                                         "Seq<T>", &["T"], "()"),
    ("swap",                                         "Seq<T>", &["usize", "usize"], "()"),
    ("extend extend_from_slice copy_from_slice clone_from_slice append", "Seq<T>", &["Seq<T>"], "()"),
    ("truncate split_off rotate_left rotate_right",  "Seq<T>", &["usize"], "()"),
    ("contains",                                     "Seq<T>", &["T"], "bool"),
    ("drain",                                        "Seq<T>", &["U"], "Iter<T>"),
    ("map",                                          "Seq<T>", &["fn(T) -> U"], "[U; _]"),
    ("sort_by sort_unstable_by",                     "Seq<T>", &["fn(T, T) -> U"], "()"),
    ("sort_by_key sort_unstable_by_key",             "Seq<T>", &["fn(T) -> U"], "()"),
    ("retain",                                       "Seq<T>", &["fn(T) -> bool"], "()"),
    ("dedup_by",                                     "Seq<T>", &["fn(T, T) -> bool"], "()"),
    // iterators
    ("iter into_iter by_ref copied cloned rev peekable fuse cycle", "Iter<T>", &[], "Iter<T>"),
    ("skip take step_by",                            "Iter<T>", &["usize"], "Iter<T>"),
    ("enumerate",                                    "Iter<T>", &[], "Iter<(usize, T)>"),
    ("zip",                                          "Iter<T>", &["Seq<U>"], "Iter<(T, U)>"),
    ("chain",                                        "Iter<T>", &["Seq<T>"], "Iter<T>"),
    ("map map_while",                                "Iter<T>", &["fn(T) -> U"], "Iter<U>"),
    ("filter take_while skip_while inspect",         "Iter<T>", &["fn(T) -> bool"], "Iter<T>"),
    ("filter_map",                                   "Iter<T>", &["fn(T) -> Option<U>"], "Iter<U>"),
    ("flat_map",                                     "Iter<T>", &["fn(T) -> Seq<U>"], "Iter<U>"),
    ("scan",                                         "Iter<T>", &["S", "fn(S, T) -> Option<U>"], "Iter<U>"),
    ("fold",                                         "Iter<T>", &["U", "fn(U, T) -> U"], "U"),
    ("reduce",                                       "Iter<T>", &["fn(T, T) -> T"], "Option<T>"),
    ("for_each",                                     "Iter<T>", &["fn(T) -> U"], "()"),
    ("next last peek",                               "Iter<T>", &[], "Option<T>"),
    ("nth",                                          "Iter<T>", &["usize"], "Option<T>"),
    ("find",                                         "Iter<T>", &["fn(T) -> bool"], "Option<T>"),
    ("find_map",                                     "Iter<T>", &["fn(T) -> Option<U>"], "Option<U>"),
    ("any all",                                      "Iter<T>", &["fn(T) -> bool"], "bool"),
    ("position",                                     "Iter<T>", &["fn(T) -> bool"], "Option<usize>"),
    ("max_by min_by",                                "Iter<T>", &["fn(T, T) -> U"], "Option<T>"),
    ("max_by_key min_by_key",                        "Iter<T>", &["fn(T) -> U"], "Option<T>"),
    ("count len",                                    "Iter<T>", &[], "usize"),
    // text
    ("chars",                                        "Inert", &[], "Iter<char>"),
    ("bytes",                                        "Inert", &[], "Iter<u8>"),
    ("lines split_whitespace",                       "Inert", &[], "Iter<str>"),
    ("split",                                        "Inert", &["U"], "Iter<str>"),
    ("len",                                          "Inert", &[], "usize"),
    ("is_empty",                                     "Inert", &[], "bool"),
    // options
    ("unwrap unwrap_or_default",                     "Option<T>", &[], "T"),
    ("expect",                                       "Option<T>", &["str"], "T"),
    ("unwrap_or",                                    "Option<T>", &["T"], "T"),
    ("unwrap_or_else",                               "Option<T>", &["fn() -> T"], "T"),
    ("copied cloned take as_ref as_mut clone",       "Option<T>", &[], "Option<T>"),
    ("map",                                          "Option<T>", &["fn(T) -> U"], "Option<U>"),
    ("and_then",                                     "Option<T>", &["fn(T) -> Option<U>"], "Option<U>"),
    ("map_or",                                       "Option<T>", &["U", "fn(T) -> U"], "U"),
    ("filter",                                       "Option<T>", &["fn(T) -> bool"], "Option<T>"),
    ("or xor",                                       "Option<T>", &["Option<T>"], "Option<T>"),
    ("or_else",                                      "Option<T>", &["fn() -> Option<T>"], "Option<T>"),
    ("zip",                                          "Option<T>", &["Option<U>"], "Option<(T, U)>"),
    ("inspect",                                      "Option<T>", &["fn(T) -> U"], "Option<T>"),
    ("map_or_else",                                  "Option<T>", &["fn() -> U", "fn(T) -> U"], "U"),
    ("is_some_and is_none_or",                       "Option<T>", &["fn(T) -> bool"], "bool"),
    ("is_some is_none is_ok is_err",                 "Option<T>", &[], "bool"),
    ("ok",                                           "Option<T>", &[], "Option<T>"),
    ("ok_or ok_or_else map_err",                     "Option<T>", &["E"], "Option<T>"),
    ("replace",                                      "Option<T>", &["T"], "Option<T>"),
    // floats beyond the table of derivatives
    ("sin_cos",                                      "Float", &[], "(Same, Same)"),
    ("clone to_owned",                               "Float", &[], "Same"),
    ("total_cmp",                                    "Float", &["Same"], "str"),
    ("is_nan is_finite is_infinite is_normal is_sign_positive is_sign_negative", "Float", &[], "bool"),
    // integers
    ("abs isqrt signum clone to_owned next_power_of_two", "Int", &[], "Same"),
    ("min max div_ceil div_euclid rem_euclid abs_diff saturating_sub saturating_add wrapping_add wrapping_sub wrapping_mul",
                                                     "Int", &["Same"], "Same"),
    ("clamp",                                        "Int", &["Same", "Same"], "Same"),
    ("pow",                                          "Int", &["u32"], "Same"),
    ("is_power_of_two is_multiple_of is_positive is_negative", "Int", &[], "bool"),
    ("count_ones count_zeros leading_zeros trailing_zeros ilog2 ilog10", "Int", &[], "u32"),
];
