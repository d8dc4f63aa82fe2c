//! What writes to an array.

use crate::differentiable::{Element, Storage};
use crate::ops::ndarray::{add_reduced, inner};
use crate::special::product;
use ndarray::{Array, ArrayBase, Dimension};

/// The derivatives of what writes to an array. Their pullbacks put back what it held, and are handed an adjoint that goes in
/// for what it holds behind the call, and comes out for what it held before.
#[allow(missing_docs)]
pub trait ArrayWriteRules<T: Element, D: Dimension> {
    fn assign_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(&mut Self, &ArrayBase<S2, E>, (), Option<&mut Array<T, D>>, Option<&mut Array<T, E>>)
        + use<Self, T, D, S2, E>,
    );
    fn assign_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ());

    fn scaled_add_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(
            &mut Self,
            (),
            &ArrayBase<S2, E>,
            (),
            Option<&mut Array<T, D>>,
            Option<&mut T>,
            Option<&mut Array<T, E>>,
        ) + use<Self, T, D, S2, E>,
    );
    fn scaled_add_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        factor_dot: Option<&T>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ());
}

impl<T: Element, D: Dimension> ArrayWriteRules<T, D> for Array<T, D> {
    fn assign_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(&mut Self, &ArrayBase<S2, E>, (), Option<&mut Array<T, D>>, Option<&mut Array<T, E>>)
        + use<T, D, S2, E>,
    ) {
        let before = self.clone();
        self.assign(from);
        let pullback = move |this: &mut Self,
                             _: &ArrayBase<S2, E>,
                             (): (),
                             bar: Option<&mut Array<T, D>>,
                             from_bar: Option<&mut Array<T, E>>| {
            *this = before;
            if let Some(bar) = bar {
                if let Some(from_bar) = from_bar {
                    add_reduced(from_bar, bar.view());
                }
                bar.fill(T::zero());
            }
        };
        ((), pullback)
    }
    fn assign_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ()) {
        self.assign(from);
        match (dot, from_dot) {
            (Some(dot), Some(from_dot)) => dot.assign(from_dot),
            (Some(dot), None) => dot.fill(T::zero()),
            _ => {}
        }
        ((), ())
    }

    fn scaled_add_forward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
    ) -> (
        (),
        impl FnOnce(
            &mut Self,
            (),
            &ArrayBase<S2, E>,
            (),
            Option<&mut Array<T, D>>,
            Option<&mut T>,
            Option<&mut Array<T, E>>,
        ) + use<T, D, S2, E>,
    ) {
        let before = self.clone();
        self.scaled_add(factor, from);
        let pullback = move |this: &mut Self,
                             (): (),
                             from: &ArrayBase<S2, E>,
                             (): (),
                             bar: Option<&mut Array<T, D>>,
                             factor_bar: Option<&mut T>,
                             from_bar: Option<&mut Array<T, E>>| {
            *this = before;
            let Some(bar) = bar else { return };
            if let Some(factor_bar) = factor_bar {
                let from = from.broadcast(bar.raw_dim()).expect("what was added has been broadcast");
                *factor_bar += inner(bar, &from);
            }
            if let Some(from_bar) = from_bar {
                let scaled = bar.mapv(|bar| product(factor, bar));
                add_reduced(from_bar, scaled.view());
            }
        };
        ((), pullback)
    }
    fn scaled_add_pushforward<S2: Storage<Elem = T>, E: Dimension>(
        &mut self,
        factor: T,
        from: &ArrayBase<S2, E>,
        dot: Option<&mut Array<T, D>>,
        factor_dot: Option<&T>,
        from_dot: Option<&Array<T, E>>,
    ) -> ((), ()) {
        self.scaled_add(factor, from);
        if let Some(dot) = dot {
            if let Some(from_dot) = from_dot {
                dot.scaled_add(factor, from_dot);
            }
            if let Some(factor_dot) = factor_dot {
                dot.scaled_add(*factor_dot, from);
            }
        }
        ((), ())
    }
}
