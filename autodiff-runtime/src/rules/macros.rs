//! How rules are written down: `rules!`.

/// Gives the methods and constructors of a type their derivatives.
///
/// See [how rules are added](crate::rules::adding), where each part of this is told.
#[macro_export]
macro_rules! rules {
    (
        $(#[$meta:meta])*
        $vis:vis trait $Trait:ident $([$($G:ident),* $(,)?])? for $Type:ty $(where { $($bounds:tt)* })?;
        $($methods:tt)*
    ) => {
        $(#[$meta])*
        #[allow(missing_docs, clippy::type_complexity, clippy::too_many_arguments, clippy::wrong_self_convention)]
        $vis trait $Trait $(<$($G),*>)?: $crate::Differentiable + Sized $(where $($bounds)*)? {
            $crate::__rules! { @methods declare [Self $($(, $G)*)?] $($methods)* }
        }

        #[diagnostic::do_not_recommend]
        impl $(<$($G),*>)? $Trait $(<$($G),*>)? for $Type $(where $($bounds)*)? {
            $crate::__rules! { @methods define [$($($G),*)?] $($methods)* }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __rules {
    // ---- one method after the other ----

    (@methods $mode:ident $captured:tt) => {};
    (@methods $mode:ident $captured:tt
        $(#[$meta:meta])*
        fn $name:ident $([$($g:ident $(: $bound:path)?),* $(,)?])? ($($args:tt)*) -> $Out:ty
        $(where { $($where:tt)* })? $(= $value:block)?
        { $($body:tt)* }
        $($rest:tt)*
    ) => {
        $crate::__rules! {
            @receiver $mode $captured
            [$(#[$meta])*] $name [$($($g $(: $bound)?),*)?] [$($($g),*)?] [$($($where)*)?] [$Out] [$($value)?]
            [$($body)*] $($args)*
        }
        $crate::__rules! { @methods $mode $captured $($rest)* }
    };

    (@methods $mode:ident $captured:tt
        $(#[$meta:meta])*
        fn $name:ident const[$($g:ident),* $(,)?] ($($args:tt)*) -> $Out:ty
        $(where { $($where:tt)* })? $(= $value:block)?
        { $($body:tt)* }
        $($rest:tt)*
    ) => {
        $crate::__rules! {
            @receiver $mode $captured
            [$(#[$meta])*] $name [$(const $g: usize),*] [$($g),*] [$($($where)*)?] [$Out] [$($value)?]
            [$($body)*] $($args)*
        }
        $crate::__rules! { @methods $mode $captured $($rest)* }
    };

    // ---- what its arguments are ----

    (@receiver $mode:ident $captured:tt $meta:tt $name:ident $generics:tt $names:tt $where:tt $Out:tt $value:tt
        $body:tt &$this:ident $(, $($args:tt)*)?
    ) => {
        $crate::__rules! {
            @arguments $mode $captured $meta $name $generics $names $where $Out $value $body [$this] []
            $($($args)*)?
        }
    };
    (@receiver $mode:ident $captured:tt $meta:tt $name:ident $generics:tt $names:tt $where:tt $Out:tt $value:tt
        $body:tt $($args:tt)*
    ) => {
        $crate::__rules! {
            @arguments $mode $captured $meta $name $generics $names $where $Out $value $body [] [] $($args)*
        }
    };
    // A slice: its adjoint is one as well.
    (@arguments $mode:ident $captured:tt $meta:tt $name:ident $generics:tt $names:tt $where:tt $Out:tt $value:tt
        $body:tt $this:tt [$($done:tt)*] $arg:ident: &[$ty:ty] $(, $($args:tt)*)?
    ) => {
        $crate::__rules! {
            @arguments $mode $captured $meta $name $generics $names $where $Out $value $body $this
            [$($done)* { $arg [&[$ty]] [[<$ty as $crate::Differentiable>::Tangent]] [$arg] [&[$ty]] [$arg] }]
            $($($args)*)?
        }
    };
    // By reference: the pullback is given it again.
    (@arguments $mode:ident $captured:tt $meta:tt $name:ident $generics:tt $names:tt $where:tt $Out:tt $value:tt
        $body:tt $this:tt [$($done:tt)*] $arg:ident: &$ty:ty $(, $($args:tt)*)?
    ) => {
        $crate::__rules! {
            @arguments $mode $captured $meta $name $generics $names $where $Out $value $body $this
            [$($done)* { $arg [&$ty] [<$ty as $crate::Differentiable>::Tangent] [$arg] [&$ty] [$arg] }]
            $($($args)*)?
        }
    };
    // By value: the pullback owns a copy.
    (@arguments $mode:ident $captured:tt $meta:tt $name:ident $generics:tt $names:tt $where:tt $Out:tt $value:tt
        $body:tt $this:tt [$($done:tt)*] $arg:ident: $ty:ty $(, $($args:tt)*)?
    ) => {
        $crate::__rules! {
            @arguments $mode $captured $meta $name $generics $names $where $Out $value $body $this
            [$($done)* { $arg [$ty] [<$ty as $crate::Differentiable>::Tangent] [()] [()] [::core::clone::Clone::clone(&$arg)] }]
            $($($args)*)?
        }
    };
    (@arguments $mode:ident $captured:tt $meta:tt $name:ident $generics:tt $names:tt $where:tt $Out:tt $value:tt
        $body:tt $this:tt $done:tt
    ) => {
        $crate::__rules! {
            @$mode $captured $meta $name $generics $names $where $Out $value $this $done $body
        }
    };

    // ---- a method: its value, where nothing else is said ----

    (@value [$value:block] $name:ident [$($this:ident)?] $($call:expr),*) => { $value };
    (@value [] $name:ident [$this:ident] $($call:expr),*) => { $this.$name($($call),*) };
    (@value [] $name:ident [] $($call:expr),*) => { Self::$name($($call),*) };

    // ---- in the trait ----

    (@declare [$($C:ident),*] [$($meta:tt)*] $name:ident [$($generics:tt)*] [$($g:ident),*] [$($where:tt)*] [$Out:ty]
        $value:tt [$this:ident] [$({ $arg:ident [$ty:ty] [$Tangent:ty] [$again:pat] [$Again:ty] [$call:expr] })*]
        [$forward:ident |$again_this:ident, $seed:ident| {
            $self_bar:ident => $by_self:expr $(, $bar:ident => $by:expr)* $(,)?
         }
         $pushforward:ident |$self_dot:ident $(, $dot:ident)*| $tangent:block]
    ) => {
        $($meta)*
        fn $forward<$($generics)*>(
            &$this $(, $arg: $ty)*
        ) -> (
            $Out,
            impl FnOnce(
                &Self,
                $($Again,)*
                <$Out as $crate::Differentiable>::Tangent,
                Option<&mut <Self as $crate::Differentiable>::Tangent>,
                $(Option<&mut $Tangent>),*
            ) + use<$($C,)* $($g),*>,
        )
        where $($where)*;
        fn $pushforward<$($generics)*>(
            &$this $(, $arg: $ty)*,
            $self_dot: Option<&<Self as $crate::Differentiable>::Tangent>,
            $($dot: Option<&$Tangent>),*
        ) -> ($Out, <$Out as $crate::Differentiable>::Tangent)
        where $($where)*;
    };
    (@declare [$($C:ident),*] [$($meta:tt)*] $name:ident [$($generics:tt)*] [$($g:ident),*] [$($where:tt)*] [$Out:ty]
        $value:tt [] [$({ $arg:ident [$ty:ty] [$Tangent:ty] [$again:pat] [$Again:ty] [$call:expr] })*]
        [$forward:ident |$seed:ident| { $($bar:ident => $by:expr),* $(,)? }
         $pushforward:ident |$($dot:ident),*| $tangent:block]
    ) => {
        $($meta)*
        fn $forward<$($generics)*>(
            $($arg: $ty),*
        ) -> (
            $Out,
            impl FnOnce(
                $($Again,)*
                <$Out as $crate::Differentiable>::Tangent,
                $(Option<&mut $Tangent>),*
            ) + use<$($C,)* $($g),*>,
        )
        where $($where)*;
        fn $pushforward<$($generics)*>(
            $($arg: $ty,)*
            $($dot: Option<&$Tangent>),*
        ) -> ($Out, <$Out as $crate::Differentiable>::Tangent)
        where $($where)*;
    };

    // ---- in its implementation ----

    (@define [$($C:ident),*] [$($meta:tt)*] $name:ident [$($generics:tt)*] [$($g:ident),*] [$($where:tt)*] [$Out:ty]
        $value:tt [$this:ident] [$({ $arg:ident [$ty:ty] [$Tangent:ty] [$again:pat] [$Again:ty] [$call:expr] })*]
        [$forward:ident |$again_this:ident, $seed:ident| {
            $self_bar:ident => $by_self:expr $(, $bar:ident => $by:expr)* $(,)?
         }
         $pushforward:ident |$self_dot:ident $(, $dot:ident)*| $tangent:block]
    ) => {
        #[inline]
        #[allow(unused_variables, unused_mut, clippy::clone_on_copy, clippy::no_effect, clippy::type_complexity, clippy::too_many_arguments)]
        fn $forward<$($generics)*>(
            &$this $(, $arg: $ty)*
        ) -> (
            $Out,
            impl FnOnce(
                &Self,
                $($Again,)*
                <$Out as $crate::Differentiable>::Tangent,
                Option<&mut <Self as $crate::Differentiable>::Tangent>,
                $(Option<&mut $Tangent>),*
            ) + use<$($C,)* $($g),*>,
        )
        where $($where)*
        {
            let value = $crate::__rules!(@value $value $name [$this] $($call),*);
            let pullback = move |$again_this: &Self,
                                 $($again: $Again,)*
                                 mut $seed: <$Out as $crate::Differentiable>::Tangent,
                                 $self_bar: Option<&mut <Self as $crate::Differentiable>::Tangent>,
                                 $($bar: Option<&mut $Tangent>),*| {
                if let Some($self_bar) = $self_bar {
                    $by_self;
                }
                $(if let Some($bar) = $bar {
                    $by;
                })*
            };
            (value, pullback)
        }
        #[inline]
        #[allow(unused_variables, clippy::clone_on_copy, clippy::type_complexity, clippy::too_many_arguments)]
        fn $pushforward<$($generics)*>(
            &$this $(, $arg: $ty)*,
            $self_dot: Option<&<Self as $crate::Differentiable>::Tangent>,
            $($dot: Option<&$Tangent>),*
        ) -> ($Out, <$Out as $crate::Differentiable>::Tangent)
        where $($where)*
        {
            let $self_dot = match $self_dot {
                Some(dot) => dot,
                None => &$crate::Differentiable::zero_tangent($this),
            };
            $(let $dot: &$Tangent = match $dot {
                Some(dot) => dot,
                None => &<$ty as $crate::Differentiable>::zero_tangent(&$arg),
            };)*
            let value = $crate::__rules!(@value $value $name [$this] $($call),*);
            let tangent = $tangent;
            (value, tangent)
        }
    };
    (@define [$($C:ident),*] [$($meta:tt)*] $name:ident [$($generics:tt)*] [$($g:ident),*] [$($where:tt)*] [$Out:ty]
        $value:tt [] [$({ $arg:ident [$ty:ty] [$Tangent:ty] [$again:pat] [$Again:ty] [$call:expr] })*]
        [$forward:ident |$seed:ident| { $($bar:ident => $by:expr),* $(,)? }
         $pushforward:ident |$($dot:ident),*| $tangent:block]
    ) => {
        #[inline]
        #[allow(unused_variables, unused_mut, clippy::clone_on_copy, clippy::no_effect, clippy::type_complexity, clippy::too_many_arguments)]
        fn $forward<$($generics)*>(
            $($arg: $ty),*
        ) -> (
            $Out,
            impl FnOnce(
                $($Again,)*
                <$Out as $crate::Differentiable>::Tangent,
                $(Option<&mut $Tangent>),*
            ) + use<$($C,)* $($g),*>,
        )
        where $($where)*
        {
            let value = $crate::__rules!(@value $value $name [] $($call),*);
            let pullback = move |$($again: $Again,)*
                                 mut $seed: <$Out as $crate::Differentiable>::Tangent,
                                 $($bar: Option<&mut $Tangent>),*| {
                $(if let Some($bar) = $bar {
                    $by;
                })*
            };
            (value, pullback)
        }
        #[inline]
        #[allow(unused_variables, clippy::clone_on_copy, clippy::type_complexity, clippy::too_many_arguments)]
        fn $pushforward<$($generics)*>(
            $($arg: $ty,)*
            $($dot: Option<&$Tangent>),*
        ) -> ($Out, <$Out as $crate::Differentiable>::Tangent)
        where $($where)*
        {
            $(let $dot: &$Tangent = match $dot {
                Some(dot) => dot,
                None => &<$ty as $crate::Differentiable>::zero_tangent(&$arg),
            };)*
            let value = $crate::__rules!(@value $value $name [] $($call),*);
            let tangent = $tangent;
            (value, tangent)
        }
    };
}
