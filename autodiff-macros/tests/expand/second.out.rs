#[allow(dead_code)]
fn product(x: f64, y: f64) -> f64 {
    x * x * y
}
///The derivatives of [`product`](fn@product).
/**
The value and the gradient are computed as
```text
let mul = x * x;
*x_bar += 2.0 * (y * x);
*y_bar += mul;
mul * y
```*/
#[allow(non_camel_case_types, dead_code)]
struct product {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl product {
    ///The value of [`product`] and its gradient.
    #[inline]
    fn value_and_grad(x: f64, y: f64) -> (f64, (f64, f64)) {
        let mut x_bar = 0.0;
        let mut y_bar = 0.0;
        let value = Self::value_and_grad_into(x, y, &mut x_bar, &mut y_bar);
        (value, (x_bar, y_bar))
    }
    ///The gradient of [`product`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: f64, y: f64) -> (f64, f64) {
        Self::value_and_grad(x, y).1
    }
    ///The value of [`product`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(x: f64, y: f64, x_bar: &mut f64, y_bar: &mut f64) -> f64 {
        let mul = x * x;
        *x_bar += 2.0 * (y * x);
        *y_bar += mul;
        mul * y
    }
    ///The value of [`product`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        x: f64,
        y: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64) + use<>) {
        let (value, pullback) = Self::forward(x, y);
        (
            value,
            move |seed: f64| {
                let mut x_bar = 0.0;
                let mut y_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::Some(&mut y_bar),
                );
                (x_bar, y_bar)
            },
        )
    }
    ///The value of [`product`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f64, y: f64, x_dot: f64, y_dot: f64) -> (f64, f64) {
        Self::pushforward(
            x,
            y,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(&y_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: f64,
        y: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mul = x * x;
        (
            mul * y,
            move |
                _: (),
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut f64>,
                y_bar: ::core::option::Option<&mut f64>|
            {
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar += 2.0 * (seed * y * x);
                }
                if let ::core::option::Option::Some(y_bar) = y_bar {
                    *y_bar += seed * mul;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: f64,
        y: f64,
        x_dot: ::core::option::Option<&f64>,
        y_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let y_dot = y_dot.copied().unwrap_or(0.0);
        let mul = x * x;
        let mul_1 = mul * y;
        let mul_dot = 2.0 * (x_dot * x) * y + y_dot * mul;
        (mul_1, mul_dot)
    }
    ///The value of [`product`], its gradient, and the product of its Hessian with a vector.
    #[inline]
    fn value_grad_hvp(
        x: f64,
        y: f64,
        x_dot: f64,
        y_dot: f64,
    ) -> (f64, (f64, f64), (f64, f64)) {
        let mut x_product = 0.0;
        let mut y_product = 0.0;
        let mut x_bar = 0.0;
        let mut y_bar = 0.0;
        let (value, _) = Self::order_2_value_and_grad_into(
            x,
            y,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(&y_dot),
            &mut x_product,
            &mut y_product,
            &mut x_bar,
            &mut y_bar,
        );
        (value, (x_bar, y_bar), (x_product, y_product))
    }
    ///The product of the Hessian of [`product`] with a vector.
    #[inline]
    fn hvp(x: f64, y: f64, x_dot: f64, y_dot: f64) -> (f64, f64) {
        Self::value_grad_hvp(x, y, x_dot, y_dot).2
    }
    ///The Hessian of [`product`]: in the place of each number of the gradient its gradient.
    #[inline]
    fn hessian(x: f64, y: f64) -> ((f64, f64), (f64, f64)) {
        ::autodiff_runtime::jacobian::hessian(
            &(0.0, 0.0),
            |(x_bar, y_bar): (f64, f64)| -> (f64, f64) { Self::hvp(x, y, x_bar, y_bar) },
        )
    }
    ///The diagonal of the Hessian of [`product`], in the shape of the gradient.
    #[inline]
    fn hessian_diagonal(x: f64, y: f64) -> (f64, f64) {
        ::autodiff_runtime::jacobian::hessian_diagonal(
            &(0.0, 0.0),
            |(x_bar, y_bar): (f64, f64)| -> (f64, f64) { Self::hvp(x, y, x_bar, y_bar) },
        )
    }
    ///`grad` and its pullback, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn grad_forward(
        x: f64,
        y: f64,
    ) -> (
        (f64, f64),
        impl ::core::ops::FnOnce(
            (),
            (),
            (f64, f64),
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mut gradient = 0.0;
        let mut gradient_1 = 0.0;
        let (values, pullback_1) = Self::forward(x, y);
        pullback_1(
            (),
            (),
            1.0,
            ::core::option::Option::Some(&mut gradient),
            ::core::option::Option::Some(&mut gradient_1),
        );
        let value = (gradient, gradient_1);
        (
            value,
            move |
                _: (),
                _: (),
                seed: (f64, f64),
                bar: ::core::option::Option<&mut f64>,
                bar_1: ::core::option::Option<&mut f64>|
            {
                let (_, pullback) = Self::order_2_forward(
                    x,
                    y,
                    ::core::option::Option::Some(&seed.0),
                    ::core::option::Option::Some(&seed.1),
                );
                pullback(
                    (),
                    (),
                    ::core::option::Option::Some(&seed.0),
                    ::core::option::Option::Some(&seed.1),
                    (0.0, 1.0),
                    bar,
                    bar_1,
                    ::core::option::Option::None,
                    ::core::option::Option::None,
                );
            },
        )
    }
    ///`grad` and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn grad_pushforward(
        x: f64,
        y: f64,
        x_dot: ::core::option::Option<&f64>,
        y_dot: ::core::option::Option<&f64>,
    ) -> ((f64, f64), (f64, f64)) {
        let mut gradient = 0.0;
        let mut gradient_1 = 0.0;
        let mut gradient_2 = 0.0;
        let mut gradient_3 = 0.0;
        let (values, pullback) = Self::order_2_forward(x, y, x_dot, y_dot);
        pullback(
            (),
            (),
            ::core::option::Option::None,
            ::core::option::Option::None,
            (0.0, 1.0),
            ::core::option::Option::Some(&mut gradient),
            ::core::option::Option::Some(&mut gradient_1),
            ::core::option::Option::Some(&mut gradient_2),
            ::core::option::Option::Some(&mut gradient_3),
        );
        let value = ((gradient_2, gradient_3), (gradient, gradient_1));
        value
    }
    ///`value_and_grad` and its pullback, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn value_and_grad_forward(
        x: f64,
        y: f64,
    ) -> (
        (f64, (f64, f64)),
        impl ::core::ops::FnOnce(
            (),
            (),
            (f64, (f64, f64)),
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mut gradient = 0.0;
        let mut gradient_1 = 0.0;
        let (values, pullback_1) = Self::forward(x, y);
        pullback_1(
            (),
            (),
            1.0,
            ::core::option::Option::Some(&mut gradient),
            ::core::option::Option::Some(&mut gradient_1),
        );
        let value = (values, (gradient, gradient_1));
        (
            value,
            move |
                _: (),
                _: (),
                seed: (f64, (f64, f64)),
                bar: ::core::option::Option<&mut f64>,
                bar_1: ::core::option::Option<&mut f64>|
            {
                let (_, pullback) = Self::order_2_forward(
                    x,
                    y,
                    ::core::option::Option::Some(&seed.1.0),
                    ::core::option::Option::Some(&seed.1.1),
                );
                pullback(
                    (),
                    (),
                    ::core::option::Option::Some(&seed.1.0),
                    ::core::option::Option::Some(&seed.1.1),
                    (seed.0, 1.0),
                    bar,
                    bar_1,
                    ::core::option::Option::None,
                    ::core::option::Option::None,
                );
            },
        )
    }
    ///`value_and_grad` and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn value_and_grad_pushforward(
        x: f64,
        y: f64,
        x_dot: ::core::option::Option<&f64>,
        y_dot: ::core::option::Option<&f64>,
    ) -> ((f64, (f64, f64)), (f64, (f64, f64))) {
        let mut gradient = 0.0;
        let mut gradient_1 = 0.0;
        let mut gradient_2 = 0.0;
        let mut gradient_3 = 0.0;
        let (values, pullback) = Self::order_2_forward(x, y, x_dot, y_dot);
        pullback(
            (),
            (),
            ::core::option::Option::None,
            ::core::option::Option::None,
            (0.0, 1.0),
            ::core::option::Option::Some(&mut gradient),
            ::core::option::Option::Some(&mut gradient_1),
            ::core::option::Option::Some(&mut gradient_2),
            ::core::option::Option::Some(&mut gradient_3),
        );
        let value = (
            (values.0, (gradient_2, gradient_3)),
            (values.1, (gradient, gradient_1)),
        );
        value
    }
    ///`jvp` and its pullback, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn jvp_forward(
        x: f64,
        y: f64,
        x_dot: f64,
        y_dot: f64,
    ) -> (
        (f64, f64),
        impl ::core::ops::FnOnce(
            (),
            (),
            (),
            (),
            (f64, f64),
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let x_kept = ::core::clone::Clone::clone(&x_dot);
        let y_kept = ::core::clone::Clone::clone(&y_dot);
        let (value, pullback) = Self::order_2_forward(
            x,
            y,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(&y_dot),
        );
        (
            value,
            move |
                _: (),
                _: (),
                _: (),
                _: (),
                seed: (f64, f64),
                bar: ::core::option::Option<&mut f64>,
                bar_1: ::core::option::Option<&mut f64>,
                bar_2: ::core::option::Option<&mut f64>,
                bar_3: ::core::option::Option<&mut f64>|
            pullback(
                (),
                (),
                ::core::option::Option::None,
                ::core::option::Option::None,
                seed,
                bar,
                bar_1,
                bar_2,
                bar_3,
            ),
        )
    }
    ///`jvp` and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn jvp_pushforward(
        x: f64,
        y: f64,
        x_dot: f64,
        y_dot: f64,
        x_dot_1: ::core::option::Option<&f64>,
        y_dot_1: ::core::option::Option<&f64>,
        x_dot_2: ::core::option::Option<&f64>,
        y_dot_2: ::core::option::Option<&f64>,
    ) -> ((f64, f64), (f64, f64)) {
        Self::order_2_pushforward(
            x,
            y,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(&y_dot),
            x_dot_1,
            y_dot_1,
            x_dot_2,
            y_dot_2,
        )
    }
}
#[allow(dead_code)]
impl product {
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    fn order_2_forward(
        x: f64,
        y: f64,
        x_dot: ::core::option::Option<&f64>,
        y_dot: ::core::option::Option<&f64>,
    ) -> (
        (f64, f64),
        impl ::core::ops::FnOnce(
            (),
            (),
            ::core::option::Option<&f64>,
            ::core::option::Option<&f64>,
            (f64, f64),
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let y_dot = y_dot.copied().unwrap_or(0.0);
        let mul = x * x;
        let mul_dot = 2.0 * (x_dot * x);
        (
            (mul * y, mul_dot * y + y_dot * mul),
            move |
                _: (),
                _: (),
                _: ::core::option::Option<&f64>,
                _: ::core::option::Option<&f64>,
                (seed, seed_1): (f64, f64),
                x_bar: ::core::option::Option<&mut f64>,
                y_bar: ::core::option::Option<&mut f64>,
                x_dot_bar: ::core::option::Option<&mut f64>,
                y_dot_bar: ::core::option::Option<&mut f64>|
            {
                let mul_bar = seed_1 * y_dot + seed * y;
                let mul_bar_1 = seed_1 * y * 2.0;
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar += mul_bar_1 * x_dot + mul_bar * x + mul_bar * x;
                }
                if let ::core::option::Option::Some(y_bar) = y_bar {
                    *y_bar += seed_1 * mul_dot + seed * mul;
                }
                if let ::core::option::Option::Some(x_dot_bar) = x_dot_bar {
                    *x_dot_bar += mul_bar_1 * x;
                }
                if let ::core::option::Option::Some(y_dot_bar) = y_dot_bar {
                    *y_dot_bar += seed_1 * mul;
                }
            },
        )
    }
    ///The value and the tangent; the gradient of the tangent is added to the buffers.
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    fn order_2_value_and_grad_into(
        x: f64,
        y: f64,
        x_dot: ::core::option::Option<&f64>,
        y_dot: ::core::option::Option<&f64>,
        x_bar: &mut f64,
        y_bar: &mut f64,
        x_dot_bar: &mut f64,
        y_dot_bar: &mut f64,
    ) -> (f64, f64) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let y_dot = y_dot.copied().unwrap_or(0.0);
        let mul = x * x;
        let mul_dot = 2.0 * (x_dot * x);
        let mul_bar = y * 2.0;
        *x_bar += mul_bar * x_dot + y_dot * x + y_dot * x;
        *y_bar += mul_dot;
        *x_dot_bar += mul_bar * x;
        *y_dot_bar += mul;
        (mul * y, mul_dot * y + y_dot * mul)
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    fn order_2_pushforward(
        x: f64,
        y: f64,
        x_dot: ::core::option::Option<&f64>,
        y_dot: ::core::option::Option<&f64>,
        x_dot_1: ::core::option::Option<&f64>,
        y_dot_1: ::core::option::Option<&f64>,
        x_dot_dot: ::core::option::Option<&f64>,
        y_dot_dot: ::core::option::Option<&f64>,
    ) -> ((f64, f64), (f64, f64)) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let y_dot = y_dot.copied().unwrap_or(0.0);
        let x_dot_1 = x_dot_1.copied().unwrap_or(0.0);
        let y_dot_1 = y_dot_1.copied().unwrap_or(0.0);
        let x_dot_dot = x_dot_dot.copied().unwrap_or(0.0);
        let y_dot_dot = y_dot_dot.copied().unwrap_or(0.0);
        let mul = x * x;
        let mul_dot = 2.0 * (x_dot_1 * x);
        let mul_dot_1 = 2.0 * (x_dot * x);
        let mul_1 = mul * y;
        let mul_dot_2 = mul_dot * y + y_dot_1 * mul;
        let mul_dot_3 = mul_dot_1 * y + y_dot * mul;
        let mul_dot_dot = (x_dot_dot * x + x_dot_1 * x_dot) * 2.0 * y
            + y_dot_1 * mul_dot_1 + (y_dot_dot * mul + mul_dot * y_dot);
        ((mul_1, mul_dot_3), (mul_dot_2, mul_dot_dot))
    }
}
#[diagnostic::do_not_recommend]
impl ::autodiff_runtime::__private::Order<2> for product {}
#[diagnostic::do_not_recommend]
impl ::autodiff_runtime::__private::GradientOrder<2> for product {}
