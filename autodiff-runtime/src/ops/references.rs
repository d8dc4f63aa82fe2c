//! Rules of references to operands.

/// Implements a rule for references to operands that have it: `{ impl[…] for [left], [right] where A: Rule<B> }`, with
/// `A` and `B` what is behind the references, and more bounds behind a comma.
#[doc(hidden)]
#[macro_export]
macro_rules! __by_reference {
    ($Rule:ident, {
        impl[$($param:tt)*] for [$left:ty], [$right:ty] where $A:ty: $Bound:ident<$B:ty> $(, $($where:tt)+)?
    }) => {
        #[diagnostic::do_not_recommend]
        impl<$($param)*> $crate::ops::$Rule<$right> for $left
        where
            $A: $crate::ops::$Rule<$B>,
            $B: $crate::Differentiable,
            $($($where)+)?
        {
            type Output = <$A as $crate::ops::$Rule<$B>>::Output;
            #[inline(always)]
            fn value(&self, other: &$right) -> Self::Output {
                <$A as $crate::ops::$Rule<$B>>::value(self, other)
            }
            #[inline(always)]
            fn pullback(
                &self,
                other: &$right,
                seed: <Self::Output as $crate::Differentiable>::Tangent,
                self_bar: &mut <$A as $crate::Differentiable>::Tangent,
                other_bar: &mut <$B as $crate::Differentiable>::Tangent,
            ) {
                <$A as $crate::ops::$Rule<$B>>::pullback(self, other, seed, self_bar, other_bar);
            }
            #[inline(always)]
            fn pushforward(
                &self,
                other: &$right,
                self_dot: &<$A as $crate::Differentiable>::Tangent,
                other_dot: &<$B as $crate::Differentiable>::Tangent,
            ) -> (Self::Output, <Self::Output as $crate::Differentiable>::Tangent) {
                <$A as $crate::ops::$Rule<$B>>::pushforward(self, other, self_dot, other_dot)
            }
        }
    };
}
