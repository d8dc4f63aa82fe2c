#[allow(dead_code)]
fn softplus<T: num_traits::Float>(x: T, scale: T) -> T {
    let y = (x * scale).exp().ln_1p();
    y.powi(3) / scale
}
///The derivatives of [`softplus`](fn@softplus).
/**
The value and the gradient are computed as
```text
let exp = (x * scale).exp();
let y = exp.ln_1p();
let div = y.powi(3) / scale;
let scale_recip = lit::< T > (1.0) / scale;
let y_bar = ::autodiff_runtime::special::chain(scale_recip, lit::< T > (3.0) * (y * y));
let mul_bar = ::autodiff_runtime::special::chain(y_bar / (lit::< T > (1.0) + exp), exp);
*x_bar = *x_bar + mul_bar * scale;
*scale_bar = *scale_bar + (-(div * scale_recip) + mul_bar * x);
div
```*/
#[allow(non_camel_case_types, dead_code)]
struct softplus {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl softplus {
    ///The value of [`softplus`] and its gradient.
    #[inline]
    fn value_and_grad<T: num_traits::Float>(x: T, scale: T) -> (T, (T, T)) {
        let mut x_bar = ::autodiff_runtime::__private::lit::<T>(0.0);
        let mut scale_bar = ::autodiff_runtime::__private::lit::<T>(0.0);
        let value = Self::value_and_grad_into::<T>(x, scale, &mut x_bar, &mut scale_bar);
        (value, (x_bar, scale_bar))
    }
    ///The gradient of [`softplus`] (of the sum of its results, where there are several).
    #[inline]
    fn grad<T: num_traits::Float>(x: T, scale: T) -> (T, T) {
        Self::value_and_grad::<T>(x, scale).1
    }
    ///The value of [`softplus`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into<T: num_traits::Float>(
        x: T,
        scale: T,
        x_bar: &mut T,
        scale_bar: &mut T,
    ) -> T {
        let exp = (x * scale).exp();
        let y = exp.ln_1p();
        let div = y.powi(3) / scale;
        let scale_recip = ::autodiff_runtime::__private::lit::<T>(1.0) / scale;
        let y_bar = ::autodiff_runtime::special::chain(
            scale_recip,
            ::autodiff_runtime::__private::lit::<T>(3.0) * (y * y),
        );
        let mul_bar = ::autodiff_runtime::special::chain(
            y_bar / (::autodiff_runtime::__private::lit::<T>(1.0) + exp),
            exp,
        );
        *x_bar = *x_bar + mul_bar * scale;
        *scale_bar = *scale_bar + (-(div * scale_recip) + mul_bar * x);
        div
    }
    ///The value of [`softplus`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<T: num_traits::Float>(
        x: T,
        scale: T,
    ) -> (T, impl ::core::ops::FnOnce(T) -> (T, T) + use<T>) {
        let (value, pullback) = Self::forward::<T>(x, scale);
        (
            value,
            move |seed: T| {
                let mut x_bar = ::autodiff_runtime::__private::lit::<T>(0.0);
                let mut scale_bar = ::autodiff_runtime::__private::lit::<T>(0.0);
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::Some(&mut scale_bar),
                );
                (x_bar, scale_bar)
            },
        )
    }
    ///The value of [`softplus`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp<T: num_traits::Float>(x: T, scale: T, x_dot: T, scale_dot: T) -> (T, T) {
        Self::pushforward::<
            T,
        >(
            x,
            scale,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(&scale_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward<T: num_traits::Float>(
        x: T,
        scale: T,
    ) -> (
        T,
        impl ::core::ops::FnOnce(
            (),
            (),
            T,
            ::core::option::Option<&mut T>,
            ::core::option::Option<&mut T>,
        ),
    ) {
        let exp = (x * scale).exp();
        let y = exp.ln_1p();
        let div = y.powi(3) / scale;
        (
            div,
            move |
                _: (),
                _: (),
                seed: T,
                x_bar: ::core::option::Option<&mut T>,
                scale_bar: ::core::option::Option<&mut T>|
            {
                let scale_recip = ::autodiff_runtime::__private::lit::<T>(1.0) / scale;
                let y_bar = ::autodiff_runtime::special::chain(
                    ::autodiff_runtime::special::chain(seed, scale_recip),
                    ::autodiff_runtime::__private::lit::<T>(3.0) * (y * y),
                );
                let mul_bar = ::autodiff_runtime::special::chain(
                    y_bar / (::autodiff_runtime::__private::lit::<T>(1.0) + exp),
                    exp,
                );
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar = *x_bar + mul_bar * scale;
                }
                if let ::core::option::Option::Some(scale_bar) = scale_bar {
                    *scale_bar = *scale_bar
                        + (-::autodiff_runtime::special::chain(seed, div * scale_recip)
                            + mul_bar * x);
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward<T: num_traits::Float>(
        x: T,
        scale: T,
        x_dot: ::core::option::Option<&T>,
        scale_dot: ::core::option::Option<&T>,
    ) -> (T, T) {
        let x_dot = x_dot
            .copied()
            .unwrap_or(::autodiff_runtime::__private::lit::<T>(0.0));
        let scale_dot = scale_dot
            .copied()
            .unwrap_or(::autodiff_runtime::__private::lit::<T>(0.0));
        let exp = (x * scale).exp();
        let y = exp.ln_1p();
        let y_dot = ::autodiff_runtime::special::product(
            ::autodiff_runtime::special::chain(x_dot * scale + scale_dot * x, exp),
            ::autodiff_runtime::__private::lit::<T>(1.0)
                / (::autodiff_runtime::__private::lit::<T>(1.0) + exp),
        );
        let div = y.powi(3) / scale;
        let div_dot = ::autodiff_runtime::special::product(
            ::autodiff_runtime::special::product(
                y_dot,
                ::autodiff_runtime::__private::lit::<T>(3.0) * (y * y),
            ),
            ::autodiff_runtime::__private::lit::<T>(1.0) / scale,
        ) - ::autodiff_runtime::special::chain(scale_dot, div / scale);
        (div, div_dot)
    }
}
