//! Types of generated programs.

use std::rc::Rc;

/// A type. Every `Vec` and slice of a program has at least two elements wherever a statement begins, every array has two to four.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// The float of the program, `f64` or `f32`.
    F,
    /// The same in a field marked `#[no_diff]`: only constants are stored there.
    Fixed,
    Usize,
    Bool,
    Str,
    Unit,
    /// An `Option` of a float that is data: a parameter marked `#[no_diff]`.
    Maybe,
    /// `[T; n]`; of length `N`, a parameter of the function, where `n` is zero.
    Array(Rc<Ty>, usize),
    Vec(Rc<Ty>),
    Slice(Rc<Ty>),
    Tuple(Rc<[Ty]>),
    /// One of the program's structs.
    Struct(usize),
    /// One of the program's enums that hold something, by name.
    Enum(Rc<str>),
}

/// A struct of a program.
#[derive(Clone, Debug)]
pub struct Struct {
    pub name: String,
    pub fields: Vec<(String, Ty)>,
    pub copy: bool,
    /// Behind the name, in types.
    pub generics: String,
    /// Enums without data: the names of the variants.
    pub variants: Vec<String>,
}

impl Ty {
    pub fn array(item: Ty, n: usize) -> Ty {
        Ty::Array(Rc::new(item), n)
    }
    pub fn vec(item: Ty) -> Ty {
        Ty::Vec(Rc::new(item))
    }
    pub fn slice(item: Ty) -> Ty {
        Ty::Slice(Rc::new(item))
    }
    pub fn tuple(items: Vec<Ty>) -> Ty {
        Ty::Tuple(items.into())
    }

    /// The type of the elements of an array, `Vec` or slice.
    pub fn item(&self) -> Option<&Ty> {
        match self {
            Ty::Array(item, _) | Ty::Vec(item) | Ty::Slice(item) => Some(item),
            _ => None,
        }
    }

    /// As it is written.
    pub fn text(&self, structs: &[Struct]) -> String {
        match self {
            Ty::F | Ty::Fixed => "@F".into(),
            Ty::Usize => "usize".into(),
            Ty::Bool => "bool".into(),
            Ty::Str => "&'static str".into(),
            Ty::Unit => "()".into(),
            Ty::Maybe => "Option<@F>".into(),
            Ty::Array(item, 0) => format!("[{}; N]", item.text(structs)),
            Ty::Array(item, n) => format!("[{}; {n}]", item.text(structs)),
            Ty::Vec(item) => format!("Vec<{}>", item.text(structs)),
            Ty::Slice(item) => format!("[{}]", item.text(structs)),
            Ty::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| item.text(structs)).collect();
                format!("({})", items.join(", "))
            }
            Ty::Struct(k) => format!("{}{}", structs[*k].name, structs[*k].generics),
            Ty::Enum(name) => name.to_string(),
        }
    }

    /// Whether its values are copied rather than moved.
    pub fn copy(&self, structs: &[Struct]) -> bool {
        match self {
            Ty::Vec(_) | Ty::Slice(_) | Ty::Enum(_) => false,
            Ty::Array(item, _) => item.copy(structs),
            Ty::Tuple(items) => items.iter().all(|item| item.copy(structs)),
            Ty::Struct(k) => structs[*k].copy,
            _ => true,
        }
    }

    /// Whether a value of it may have more numbers than another one.
    pub fn grows(&self, structs: &[Struct]) -> bool {
        match self {
            Ty::Vec(_) | Ty::Enum(_) => true,
            Ty::Array(item, _) | Ty::Slice(item) => item.grows(structs),
            Ty::Tuple(items) => items.iter().any(|item| item.grows(structs)),
            Ty::Struct(k) => structs[*k].fields.iter().any(|(_, ty)| ty.grows(structs)),
            _ => false,
        }
    }

    /// Whether a parameter of it has an adjoint: floats are in it, or it is of a type that the signature does not tell.
    pub fn active(&self) -> bool {
        match self {
            Ty::F => true,
            Ty::Fixed | Ty::Maybe | Ty::Usize | Ty::Bool | Ty::Str | Ty::Unit => false,
            Ty::Array(item, _) | Ty::Vec(item) | Ty::Slice(item) => item.active(),
            Ty::Tuple(items) => items.iter().any(|item| item.active()),
            Ty::Struct(_) | Ty::Enum(_) => true,
        }
    }

    /// The same where types are in sight: enums, and structs of what carries nothing, have no adjoint.
    pub fn carries(&self, structs: &[Struct]) -> bool {
        match self {
            Ty::Struct(k) => structs[*k].fields.iter().any(|(_, ty)| ty.carries(structs)),
            Ty::Array(item, _) | Ty::Vec(item) | Ty::Slice(item) => item.carries(structs),
            Ty::Tuple(items) => items.iter().any(|item| item.carries(structs)),
            ty => ty.active(),
        }
    }
}
