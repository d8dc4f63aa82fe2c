//! Trees that the language and `alloc` provide.

use super::{Layout, Leaf, Name, Node, Tree, TreeMut, no_child};
use crate::Scalar;
use crate::tuples::for_tuples;
use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};
use core::{marker::PhantomData, slice};

macro_rules! scalar_leaf {
    ($($float:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl Tree<$float> for $float {
            fn node(&self) -> Node<'_, $float> {
                Node::Leaf(Leaf { data: slice::from_ref(self), layout: Layout::SCALAR })
            }
            fn run(run: &[Self], layout: Layout) -> Node<'_, $float> {
                Node::Leaf(Leaf { data: run, layout })
            }
        }
        #[diagnostic::do_not_recommend]
        impl TreeMut<$float> for $float {
            fn data_mut(&mut self) -> &mut [$float] {
                slice::from_mut(self)
            }
            fn run_mut(run: &mut [Self]) -> &mut [$float] {
                run
            }
        }
    )* };
}
scalar_leaf!(f32 f64);

macro_rules! inactive {
    ($($type:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<S: Scalar> Tree<S> for $type {
            fn node(&self) -> Node<'_, S> {
                Node::Branch(0)
            }
            fn run(_run: &[Self], _layout: Layout) -> Node<'_, S>
            {
                Node::Branch(0)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<S: Scalar> TreeMut<S> for $type {}
    )* };
}
inactive!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize String);

#[diagnostic::do_not_recommend]
impl<S: Scalar> Tree<S> for str {
    fn node(&self) -> Node<'_, S> {
        Node::Branch(0)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: ?Sized> Tree<S> for PhantomData<T> {
    fn node(&self) -> Node<'_, S> {
        Node::Branch(0)
    }
}
#[diagnostic::do_not_recommend]
impl<S: Scalar, T: ?Sized> TreeMut<S> for PhantomData<T> {}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: Tree<S>> Tree<S> for [T] {
    fn node(&self) -> Node<'_, S> {
        T::run(self, Layout::new(&[self.len()]))
    }
    fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
        (Name::Index(index), &self[index])
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: TreeMut<S>> TreeMut<S> for [T] {
    fn data_mut(&mut self) -> &mut [S] {
        T::run_mut(self)
    }
    fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
        (Name::Index(index), &mut self[index])
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: Tree<S>, const N: usize> Tree<S> for [T; N] {
    fn node(&self) -> Node<'_, S> {
        self.as_slice().node()
    }
    fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
        self.as_slice().child(index)
    }
    fn run(run: &[Self], layout: Layout) -> Node<'_, S> {
        // Arrays of arrays of numbers are one leaf; arrays of anything else stay what they are.
        match layout.with(N).map(|layout| T::run(run.as_flattened(), layout)) {
            Some(Node::Leaf(leaf)) => Node::Leaf(leaf),
            Some(Node::Branch(0)) => Node::Branch(0),
            _ => Node::Branch(run.len()),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: TreeMut<S>, const N: usize> TreeMut<S> for [T; N] {
    fn data_mut(&mut self) -> &mut [S] {
        self.as_mut_slice().data_mut()
    }
    fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
        (Name::Index(index), &mut self[index])
    }
    fn run_mut(run: &mut [Self]) -> &mut [S] {
        T::run_mut(run.as_flattened_mut())
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: Tree<S>> Tree<S> for Vec<T> {
    fn node(&self) -> Node<'_, S> {
        self.as_slice().node()
    }
    fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
        (Name::Index(index), &self[index])
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: TreeMut<S>> TreeMut<S> for Vec<T> {
    fn data_mut(&mut self) -> &mut [S] {
        self.as_mut_slice().data_mut()
    }
    fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
        (Name::Index(index), &mut self[index])
    }
}

/// Borrowed and boxed trees are the trees they hold.
macro_rules! pointer {
    ($($pointer:ty),*; $($mutable:ty),*) => {
        $(impl<S: Scalar, T: Tree<S> + ?Sized> Tree<S> for $pointer {
            fn node(&self) -> Node<'_, S> {
                (**self).node()
            }
            fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
                (**self).child(index)
            }
        })*
        $(impl<S: Scalar, T: TreeMut<S> + ?Sized> TreeMut<S> for $mutable {
            fn data_mut(&mut self) -> &mut [S] {
                (**self).data_mut()
            }
            fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
                (**self).child_mut(index)
            }
        })*
    };
}
pointer!(&T, &mut T, Box<T>, Rc<T>; &mut T, Box<T>);
#[cfg(target_has_atomic = "ptr")]
pointer!(alloc::sync::Arc<T>;);

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: Tree<S>> Tree<S> for Option<T> {
    fn node(&self) -> Node<'_, S> {
        self.as_ref().map_or(Node::Absent, T::node)
    }
    fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
        self.as_ref().unwrap_or_else(|| no_child(index)).child(index)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, T: TreeMut<S>> TreeMut<S> for Option<T> {
    fn data_mut(&mut self) -> &mut [S] {
        self.as_mut().map_or(&mut [], T::data_mut)
    }
    fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
        self.as_mut().unwrap_or_else(|| no_child(index)).child_mut(index)
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<S: Scalar, $($type: Tree<S>),*> Tree<S> for ($($type,)*) {
            fn node(&self) -> Node<'_, S> {
                Node::Branch([$($index),*].len())
            }
            fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
                match index {
                    $($index => (Name::Position($index), &self.$index),)*
                    _ => no_child(index),
                }
            }
        }
        #[diagnostic::do_not_recommend]
        impl<S: Scalar, $($type: TreeMut<S>),*> TreeMut<S> for ($($type,)*) {
            fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
                match index {
                    $($index => (Name::Position($index), &mut self.$index),)*
                    _ => no_child(index),
                }
            }
        }
    )*};
}
for_tuples!(tuples);
