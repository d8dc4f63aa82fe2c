//! Where in a tree something is, for messages.

use core::fmt;

/// The name of a child within its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// A named field: `bias`.
    Field(&'static str),
    /// A field of a tuple: `.0`.
    Position(usize),
    /// An element: `[3]`.
    Index(usize),
}

/// A place in a tree: a list that lives on the stack, from the place back to the root.
///
/// Displayed as one writes it in Rust after the name of the whole: `layers[3].bias`, `.0[2]`; the root itself is
/// `(root)`.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: Option<Name>,
}

impl Path<'_> {
    /// The whole tree.
    pub const ROOT: Path<'static> = Path { parent: None, name: None };

    /// A child of this place.
    pub fn child(&self, name: Name) -> Path<'_> {
        Path { parent: Some(self), name: Some(name) }
    }

    pub(super) fn is_root(&self) -> bool {
        self.name.is_none()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(parent), Some(name)) = (self.parent, self.name) else {
            return f.write_str("(root)");
        };
        if !parent.is_root() {
            parent.fmt(f)?;
        }
        match name {
            Name::Field(field) if parent.is_root() => f.write_str(field),
            Name::Field(field) => write!(f, ".{field}"),
            Name::Position(position) => write!(f, ".{position}"),
            Name::Index(index) => write!(f, "[{index}]"),
        }
    }
}
