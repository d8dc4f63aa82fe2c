//! What names of types say: what the language fixes, and what is taken for the standard library's.
//!
//! Invariant: a name alone makes nothing inactive. What is taken for a type of the standard library that carries nothing is
//! handed to rustc to be checked, so that another type of that name ends in an error and not in a derivative of zero.

use syn::{GenericArgument, PathArguments, Type, TypePath};

/// Scalar types without a derivative.
const INTEGERS: [&str; 14] =
    ["usize", "isize", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "bool", "char"];

/// Whether a name is that of an inactive scalar type.
pub(crate) fn is_integer(name: &str) -> bool {
    INTEGERS.contains(&name)
}

/// Whether a name is that of a conversion of `num_traits::FromPrimitive`: `from_f64`, `from_usize`, …
pub(crate) fn is_from_primitive(name: &str) -> bool {
    let from = name.strip_prefix("from_").unwrap_or_default();
    ["f32", "f64"].contains(&from) || is_integer(from) && !["bool", "char"].contains(&from)
}

/// The name of a type of the language: `f64`, `usize`, `str`, …
pub(crate) fn primitive(path: &TypePath) -> Option<String> {
    let last = path.path.segments.last().filter(|last| last.arguments.is_none())?;
    let before: Vec<String> = path.path.segments.iter().rev().skip(1).map(|s| s.ident.to_string()).collect();
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let plain = path.qself.is_none() && matches!(before[..], [] | ["primitive", "core" | "std"]);
    let name = last.ident.to_string();
    (plain && (is_integer(&name) || ["f64", "f32", "str"].contains(&&name[..]))).then_some(name)
}

/// Whether a type of the name is a pointer that owns what it leads to, or one of its owners.
pub(crate) fn is_pointer(name: &str) -> bool {
    ["Box", "Rc", "Arc"].contains(&name)
}

/// What a `Box` holds, or another pointer that owns.
pub(crate) fn boxed(path: &TypePath) -> Option<&Type> {
    let of = Standard::of(path)?;
    match of.args[..] {
        [held] if is_pointer(&of.name) => Some(held),
        _ => None,
    }
}

/// A path that may be that of a type of the standard library.
pub(crate) struct Standard<'t> {
    pub(crate) name: String,
    pub(crate) args: Vec<&'t Type>,
    /// Written from its root (`std::time::Duration`): no type of the user's.
    rooted: bool,
}

impl<'t> Standard<'t> {
    pub(crate) fn of(path: &'t TypePath) -> Option<Standard<'t>> {
        let last = path.path.segments.last().filter(|_| path.qself.is_none())?;
        let first = path.path.segments.first()?;
        let rooted = ["std", "core", "alloc"].iter().any(|root| first.ident == root);
        if !rooted && (path.path.segments.len() > 1 || path.path.leading_colon.is_some()) {
            return None;
        }
        let args = match &last.arguments {
            PathArguments::None => Vec::new(),
            PathArguments::AngleBracketed(args) => {
                let args = args.args.iter().filter_map(|arg| match arg {
                    GenericArgument::Lifetime(_) => None,
                    GenericArgument::Type(ty) => Some(Some(ty)),
                    _ => Some(None),
                });
                args.collect::<Option<_>>()?
            }
            PathArguments::Parenthesized(_) => return None,
        };
        Some(Standard { name: last.ident.to_string(), args, rooted })
    }

    /// Whether it is one by its name alone, without arguments.
    pub(crate) fn is_plain(&self) -> bool {
        self.rooted || self.name == "String"
    }

    /// The element of a `Vec`.
    pub(crate) fn vec(&self) -> Option<&'t Type> {
        match self.args[..] {
            [element] if self.name == "Vec" => Some(element),
            _ => None,
        }
    }

    /// Whether the standard library's type of this name, with these arguments, carries nothing. Without arguments to tell
    /// them apart, a short name is as likely one of the user's (`struct Range { lo: f64, hi: f64 }`, `Duration`).
    pub(crate) fn carries_nothing(&self, inactive: &dyn Fn(&Type) -> bool) -> bool {
        match (self.name.as_str(), &self.args[..]) {
            ("String", []) | ("PhantomData", [_]) => true,
            ("Ordering" | "Duration" | "Instant" | "SystemTime" | "RangeFull", []) => self.rooted,
            (
                "Vec" | "VecDeque" | "Option" | "Box" | "Rc" | "Arc" | "Cow" | "Cell" | "RefCell" | "Range"
                | "RangeInclusive" | "RangeFrom" | "RangeTo" | "RangeToInclusive" | "HashSet" | "BTreeSet",
                [held],
            ) => inactive(held),
            ("Result" | "BTreeMap" | "HashMap", [first, second]) => inactive(first) && inactive(second),
            _ => false,
        }
    }
}

/// What has items and no elements at positions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unindexed {
    Range,
    RangeInclusive,
    RangeFrom,
    RangeTo,
    RangeToInclusive,
    /// Keys and values.
    Map,
    Set,
}

impl Unindexed {
    /// Whether it may stand between the brackets of an index.
    pub(crate) fn is_range(self) -> bool {
        !matches!(self, Unindexed::Map | Unindexed::Set)
    }
}

/// What a name with so many types as arguments is taken for. The arguments tell it from a type of one's own: from
/// `struct Range { lo: f64, hi: f64 }`.
pub(crate) fn unindexed(name: &str, arguments: usize) -> Option<Unindexed> {
    Some(match (name, arguments) {
        ("Range", 1) => Unindexed::Range,
        ("RangeInclusive", 1) => Unindexed::RangeInclusive,
        ("RangeFrom", 1) => Unindexed::RangeFrom,
        ("RangeTo", 1) => Unindexed::RangeTo,
        ("RangeToInclusive", 1) => Unindexed::RangeToInclusive,
        ("HashMap" | "BTreeMap" | "IndexMap", 2 | 3) => Unindexed::Map,
        ("HashSet" | "BTreeSet" | "IndexSet" | "BinaryHeap" | "LinkedList", 1 | 2) => Unindexed::Set,
        _ => return None,
    })
}
