//! How parts are put back: `puts!`.
//!
//! In derivatives a view that is written to is a copy (`row`), which goes back by a method of its own, `row_put`.

use crate::{Differentiable, Tangent};
use alloc::vec::Vec;

/// A part, or several: what is put back, and its adjoint.
pub trait Put {
    /// What a part is read as.
    type Owned: Tangent;
    /// The part again.
    fn lend(owned: &Self::Owned) -> &Self;
    /// Adds to an adjoint.
    fn add(&mut self, part: &Self::Owned);
}

impl<P: Tangent> Put for P {
    type Owned = P;
    #[inline(always)]
    fn lend(owned: &P) -> &P {
        owned
    }
    #[inline]
    fn add(&mut self, part: &P) {
        self.accumulate(part);
    }
}

impl<P: Tangent> Put for [P] {
    type Owned = Vec<P>;
    #[inline(always)]
    fn lend(owned: &Vec<P>) -> &[P] {
        owned
    }
    #[inline]
    fn add(&mut self, parts: &Vec<P>) {
        self.iter_mut().zip(parts).for_each(|(bar, part)| bar.accumulate(part));
    }
}

/// Takes the adjoint of a part out of that of the whole.
#[inline]
pub(crate) fn moved<A: Tangent, P: Put + ?Sized>(
    bar: &mut A,
    from_bar: Option<&mut P>,
    get: impl Fn(&A) -> P::Owned,
    set: impl Fn(&mut A, &P),
) {
    let part = get(bar);
    set(bar, P::lend(&part.zero_tangent()));
    if let Some(from_bar) = from_bar {
        from_bar.add(&part);
    }
}

/// Methods `NAME_put`: which part, how it is read, and how it is set. The pullback of one puts back what was there before, and
/// moves the adjoint of the part from that of the whole to that of what was put.
macro_rules! puts {
    (
        $(#[$meta:meta])*
        pub trait $Trait:ident [$($P:ident),*] for $Type:ty where { $($bounds:tt)* };
        $($methods:tt)*
    ) => {
        $(#[$meta])*
        #[allow(missing_docs, clippy::type_complexity)]
        pub trait $Trait<$($P),*>: $crate::Differentiable<Tangent = Self> + Sized where $($bounds)* {
            $crate::rules::puts::puts! { @declare [Self $(, $P)*] $($methods)* }
        }

        #[diagnostic::do_not_recommend]
        impl<$($P),*> $Trait<$($P),*> for $Type where $($bounds)* {
            $crate::rules::puts::puts! { @define [$($P),*] $($methods)* }
        }
    };

    (@$mode:ident $captured:tt) => {};
    (@$mode:ident $captured:tt
        fn $forward:ident $pushforward:ident <{ $($generics:tt)* } { $($g:ident),* }>
        ($($arg:ident $dot:ident: $ty:ty),*), $Part:ty, where { $($where:tt)* },
        |$of:ident| $get:expr, |$to:ident, $from:ident| $set:expr;
        $($rest:tt)*
    ) => {
        $crate::rules::puts::puts! {
            @one $mode $captured $forward $pushforward [$($generics)*] [$($g),*] [$($arg $dot [$ty] [()])*] [$Part]
            [$($where)*] [|$of| $get] [|$to, $from| $set]
        }
        $crate::rules::puts::puts! { @$mode $captured $($rest)* }
    };

    (@one declare [$($P:ident),*] $forward:ident $pushforward:ident [$($generics:tt)*] [$($g:ident),*]
        [$($arg:ident $dot:ident [$ty:ty] [$unit:ty])*] [$Part:ty] [$($where:tt)*] $get:tt $set:tt
    ) => {
        fn $forward<$($generics)*>(
            &mut self,
            $($arg: $ty,)*
            from: &$Part,
        ) -> (
            (),
            impl FnOnce(
                &mut Self,
                $($unit,)*
                &$Part,
                (),
                Option<&mut Self>,
                $(Option<&mut <$ty as $crate::Differentiable>::Tangent>,)*
                Option<&mut $Part>,
            ) + use<$($P,)* $($g),*>,
        )
        where $($where)*;
        #[allow(clippy::too_many_arguments)]
        fn $pushforward<$($generics)*>(
            &mut self,
            $($arg: $ty,)*
            from: &$Part,
            dot: Option<&mut Self>,
            $($dot: Option<&<$ty as $crate::Differentiable>::Tangent>,)*
            from_dot: Option<&$Part>,
        ) -> ((), ())
        where $($where)*;
    };

    (@one define [$($P:ident),*] $forward:ident $pushforward:ident [$($generics:tt)*] [$($g:ident),*]
        [$($arg:ident $dot:ident [$ty:ty] [$unit:ty])*] [$Part:ty] [$($where:tt)*]
        [|$of:ident| $get:expr] [|$to:ident, $from:ident| $set:expr]
    ) => {
        fn $forward<$($generics)*>(
            &mut self,
            $($arg: $ty,)*
            from: &$Part,
        ) -> (
            (),
            impl FnOnce(
                &mut Self,
                $($unit,)*
                &$Part,
                (),
                Option<&mut Self>,
                $(Option<&mut <$ty as $crate::Differentiable>::Tangent>,)*
                Option<&mut $Part>,
            ) + use<$($P,)* $($g),*>,
        )
        where $($where)*
        {
            let get = move |$of: &Self| $get;
            let set = move |$to: &mut Self, $from: &$Part| $set;
            let before = get(self);
            set(self, from);
            let pullback = move |this: &mut Self,
                                 $($arg: $unit,)*
                                 _: &$Part,
                                 (): (),
                                 bar: Option<&mut Self>,
                                 $($dot: Option<&mut <$ty as $crate::Differentiable>::Tangent>,)*
                                 from_bar: Option<&mut $Part>| {
                $(let _ = ($arg, $dot);)*
                set(this, $crate::rules::puts::Put::lend(&before));
                if let Some(bar) = bar {
                    $crate::rules::puts::moved(bar, from_bar, get, set);
                }
            };
            ((), pullback)
        }
        fn $pushforward<$($generics)*>(
            &mut self,
            $($arg: $ty,)*
            from: &$Part,
            dot: Option<&mut Self>,
            $($dot: Option<&<$ty as $crate::Differentiable>::Tangent>,)*
            from_dot: Option<&$Part>,
        ) -> ((), ())
        where $($where)*
        {
            $(let _ = $dot;)*
            let get = move |$of: &Self| $get;
            let set = move |$to: &mut Self, $from: &$Part| $set;
            set(self, from);
            match (dot, from_dot) {
                (Some(dot), Some(from_dot)) => set(dot, from_dot),
                (Some(dot), None) => $crate::rules::puts::moved(dot, None::<&mut $Part>, get, set),
                _ => {}
            }
            ((), ())
        }
    };
}
pub(crate) use puts;
