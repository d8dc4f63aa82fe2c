//! Values as flat sequences of floats.

/// Anything with float leaves: arguments, results, adjoints, tangents.
pub trait Leaves {
    fn push_leaves(&self, leaves: &mut Vec<f64>);

    /// Whether some leaf is an `f32`.
    fn single(&self) -> bool {
        false
    }
}

/// An argument or result of a corpus function.
pub trait Input: Leaves + Clone {
    type Adjoint: Leaves;

    /// The same value with its floats taken from `numbers`.
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> Self;

    /// An adjoint or tangent with its floats taken from `numbers`.
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> Self::Adjoint;
}

pub fn leaves(value: &impl Leaves) -> Vec<f64> {
    let mut leaves = Vec::new();
    value.push_leaves(&mut leaves);
    leaves
}

impl Leaves for f64 {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.push(*self);
    }
}

impl Input for f64 {
    type Adjoint = f64;
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> f64 {
        numbers.next().expect("a number for each leaf")
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> f64 {
        numbers.next().expect("a number for each leaf")
    }
}

impl Leaves for f32 {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.push(f64::from(*self));
    }
    fn single(&self) -> bool {
        true
    }
}

impl Input for f32 {
    type Adjoint = f32;
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> f32 {
        numbers.next().expect("a number for each leaf") as f32
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> f32 {
        numbers.next().expect("a number for each leaf") as f32
    }
}

macro_rules! inactive {
    ($($ty:ty),*) => {$(
        impl Leaves for $ty {
            fn push_leaves(&self, _: &mut Vec<f64>) {}
        }
        impl Input for $ty {
            type Adjoint = ();
            fn at(&self, _: &mut dyn Iterator<Item = f64>) -> $ty {
                self.clone()
            }
            fn adjoint(&self, _: &mut dyn Iterator<Item = f64>) {}
        }
    )*};
}
inactive!((), usize, u32, u64, u8, i32, i64, bool, char, &'static str, String);

impl<T: Leaves> Leaves for [T] {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.iter().for_each(|item| item.push_leaves(leaves));
    }
    fn single(&self) -> bool {
        self.iter().any(Leaves::single)
    }
}

impl<T: Leaves, const N: usize> Leaves for [T; N] {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.as_slice().push_leaves(leaves);
    }
    fn single(&self) -> bool {
        self.as_slice().single()
    }
}

impl<T: Input, const N: usize> Input for [T; N] {
    type Adjoint = [T::Adjoint; N];
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> [T; N] {
        std::array::from_fn(|k| self[k].at(numbers))
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> [T::Adjoint; N] {
        std::array::from_fn(|k| self[k].adjoint(numbers))
    }
}

impl<T: Leaves> Leaves for Vec<T> {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.as_slice().push_leaves(leaves);
    }
    fn single(&self) -> bool {
        self.as_slice().single()
    }
}

impl<T: Input> Input for Vec<T> {
    type Adjoint = Vec<T::Adjoint>;
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> Vec<T> {
        self.iter().map(|item| item.at(numbers)).collect()
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> Vec<T::Adjoint> {
        self.iter().map(|item| item.adjoint(numbers)).collect()
    }
}

macro_rules! tuples {
    ($($($T:ident $k:tt),+;)*) => {$(
        impl<$($T: Leaves),+> Leaves for ($($T,)+) {
            fn push_leaves(&self, leaves: &mut Vec<f64>) {
                $(self.$k.push_leaves(leaves);)+
            }
            fn single(&self) -> bool {
                $(self.$k.single())||+
            }
        }
        impl<$($T: Input),+> Input for ($($T,)+) {
            type Adjoint = ($($T::Adjoint,)+);
            fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> Self {
                ($(self.$k.at(numbers),)+)
            }
            fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> Self::Adjoint {
                ($(self.$k.adjoint(numbers),)+)
            }
        }
    )*};
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
