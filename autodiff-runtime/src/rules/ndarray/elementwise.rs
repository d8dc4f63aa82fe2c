//! Methods of arrays that do the same with each element.

use crate::differentiable::{Element, Storage};
use crate::special::product;
use ndarray::{Array, ArrayBase, Dimension, Zip};
use num_traits::Float;

/// `bar += seed * partial(x)`, element by element.
pub(super) fn along<T: Element, S: Storage<Elem = T>, D: Dimension>(
    bar: &mut Array<T, D>,
    seed: &Array<T, D>,
    of: &ArrayBase<S, D>,
    partial: impl Fn(T) -> T,
) {
    Zip::from(bar).and(seed).and(of).for_each(|bar, seed, x| *bar += product(*seed, partial(*x)));
}

/// Methods that do with each element what the method of numbers of the same name does.
macro_rules! elementwise {
    ($($name:ident $forward:ident $pushforward:ident)*) => {
        crate::rules! {
            /// The derivatives of methods that do the same with each element.
            pub trait ElementwiseRules[T, S, D] for ArrayBase<S, D>
            where { T: Element, S: Storage<Elem = T>, D: Dimension };
            $(
                fn $name(&self) -> Array<T, D> = { self.mapv(|x| Float::$name(x)) } {
                    $forward |this, seed| { bar => along(bar, &seed, this, |x| x.$pushforward(Some(&T::one())).1) }
                    $pushforward |dot| {
                        Zip::from(self).and(dot).map_collect(|x, dot| x.$pushforward(Some(dot)).1)
                    }
                }
            )*
        }
    };
}
elementwise! {
    exp exp_forward exp_pushforward
    exp2 exp2_forward exp2_pushforward
    exp_m1 exp_m1_forward exp_m1_pushforward
    ln ln_forward ln_pushforward
    log2 log2_forward log2_pushforward
    log10 log10_forward log10_pushforward
    ln_1p ln_1p_forward ln_1p_pushforward
    sqrt sqrt_forward sqrt_pushforward
    cbrt cbrt_forward cbrt_pushforward
    abs abs_forward abs_pushforward
    recip recip_forward recip_pushforward
    sin sin_forward sin_pushforward
    cos cos_forward cos_pushforward
    tan tan_forward tan_pushforward
    asin asin_forward asin_pushforward
    acos acos_forward acos_pushforward
    atan atan_forward atan_pushforward
    sinh sinh_forward sinh_pushforward
    cosh cosh_forward cosh_pushforward
    tanh tanh_forward tanh_pushforward
}
