//! Types before structure: what the items around a function say, and what follows for its expressions.

pub(crate) mod infer;
pub(crate) mod items;
mod library;
pub(crate) mod scope;
mod term;
mod variant;

pub(crate) use self::library::is_of_the_library;
pub(crate) use self::scope::Scope;
pub(crate) use self::term::alias_site;
pub(crate) use self::variant::{Variant, part_name, uses_inside};
