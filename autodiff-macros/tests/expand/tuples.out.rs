#[allow(dead_code)]
fn polar(x: f64, y: f64) -> (f64, f64) {
    let r = x.hypot(y);
    (r, y.atan2(x))
}
///The derivatives of [`polar`](fn@polar).
/**
The value and the gradient are computed as
```text
let r = x.hypot(y);
let r_recip = 1.0 / r;
*x_bar += -(if y == 0.0 {
    0.0
} else {
    1.0 / (y + x / y * x)
}) + (if r == 0.0 {
    0.0
} else {
    x * r_recip
});
*y_bar += (if x == 0.0 {
    0.0
} else {
    1.0 / (x + y / x * y)
}) + (if r == 0.0 {
    0.0
} else {
    y * r_recip
});
(r, y.atan2(x))
```*/
#[allow(non_camel_case_types, dead_code)]
struct polar {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl polar {
    ///The value of [`polar`] and its gradient.
    #[inline]
    fn value_and_grad(x: f64, y: f64) -> ((f64, f64), (f64, f64)) {
        let mut x_bar = 0.0;
        let mut y_bar = 0.0;
        let value = Self::value_and_grad_into(x, y, &mut x_bar, &mut y_bar);
        (value, (x_bar, y_bar))
    }
    ///The gradient of [`polar`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: f64, y: f64) -> (f64, f64) {
        Self::value_and_grad(x, y).1
    }
    ///The value of [`polar`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        x: f64,
        y: f64,
        x_bar: &mut f64,
        y_bar: &mut f64,
    ) -> (f64, f64) {
        let r = x.hypot(y);
        let r_recip = 1.0 / r;
        *x_bar
            += -(if y == 0.0 { 0.0 } else { 1.0 / (y + x / y * x) })
                + (if r == 0.0 { 0.0 } else { x * r_recip });
        *y_bar
            += (if x == 0.0 { 0.0 } else { 1.0 / (x + y / x * y) })
                + (if r == 0.0 { 0.0 } else { y * r_recip });
        (r, y.atan2(x))
    }
    ///The value of [`polar`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        x: f64,
        y: f64,
    ) -> ((f64, f64), impl ::core::ops::FnOnce((f64, f64)) -> (f64, f64) + use<>) {
        let (value, pullback) = Self::forward(x, y);
        (
            value,
            move |seed: (f64, f64)| {
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
    ///The value of [`polar`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f64, y: f64, x_dot: f64, y_dot: f64) -> ((f64, f64), (f64, f64)) {
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
        (f64, f64),
        impl ::core::ops::FnOnce(
            (),
            (),
            (f64, f64),
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let r = x.hypot(y);
        (
            (r, y.atan2(x)),
            move |
                _: (),
                _: (),
                (seed, seed_1): (f64, f64),
                x_bar: ::core::option::Option<&mut f64>,
                y_bar: ::core::option::Option<&mut f64>|
            {
                let r_recip = 1.0 / r;
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar
                        += -(if y == 0.0 { 0.0 } else { seed_1 / (y + x / y * x) })
                            + (if r == 0.0 { 0.0 } else { seed * x * r_recip });
                }
                if let ::core::option::Option::Some(y_bar) = y_bar {
                    *y_bar
                        += (if x == 0.0 { 0.0 } else { seed_1 / (x + y / x * y) })
                            + (if r == 0.0 { 0.0 } else { seed * y * r_recip });
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
    ) -> ((f64, f64), (f64, f64)) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let y_dot = y_dot.copied().unwrap_or(0.0);
        let r = x.hypot(y);
        let r_dot = (if r == 0.0 { 0.0 } else { x_dot * x / r })
            + (if r == 0.0 { 0.0 } else { y_dot * y / r });
        let atan2 = y.atan2(x);
        let atan2_dot = (if x == 0.0 { 0.0 } else { y_dot / (x + y / x * y) })
            - (if y == 0.0 { 0.0 } else { x_dot / (y + x / y * x) });
        ((r, atan2), (r_dot, atan2_dot))
    }
    ///The value of [`polar`] and its Jacobian: the gradient of each number of the result.
    #[inline]
    fn value_and_jacobian(x: f64, y: f64) -> ((f64, f64), ((f64, f64), (f64, f64))) {
        ::autodiff_runtime::jacobian::by_shape(
            |value: &(f64, f64)| -> (f64, f64) {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(&(f64, f64)) -> (f64, f64),
            | -> ((f64, f64), (f64, f64)) {
                let (value, pullback) = Self::vjp(x, y);
                let seeds = seed(&value);
                (value, pullback(seeds))
            },
            &(0.0, 0.0),
            |(x_bar, y_bar): (f64, f64)| -> ((f64, f64), (f64, f64)) {
                let (value, pullback) = Self::jvp(x, y, x_bar, y_bar);
                (value, pullback)
            },
        )
    }
    ///The Jacobian of [`polar`]: in the place of each number of the result its gradient.
    #[inline]
    fn jacobian(x: f64, y: f64) -> ((f64, f64), (f64, f64)) {
        Self::value_and_jacobian(x, y).1
    }
    ///The value of [`polar`]; its Jacobian is written into the buffer, one row behind the other.
    #[inline]
    fn jacobian_into(x: f64, y: f64, jacobian: &mut [f64]) -> (f64, f64) {
        let mut x_dot = 0.0;
        let x_count = ::autodiff_runtime::jacobian::Numbers::count(&x_dot);
        let mut y_dot = 0.0;
        let y_count = ::autodiff_runtime::jacobian::Numbers::count(&y_dot);
        let columns = x_count + y_count;
        ::autodiff_runtime::jacobian::into(
            ::core::option::Option::None,
            jacobian,
            (columns, columns),
            |value: &(f64, f64)| -> (f64, f64) {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(&(f64, f64)) -> (f64, f64),
                row: &mut [f64],
            | -> (f64, f64) {
                let (part, row) = row.split_at_mut(x_count);
                let mut x_bar_1 = 0.0;
                let (part_1, row) = row.split_at_mut(y_count);
                let mut y_bar_1 = 0.0;
                let (value, pullback) = Self::forward(x, y);
                let tangent = seed(&value);
                pullback(
                    (),
                    (),
                    tangent,
                    ::core::option::Option::Some(&mut x_bar_1),
                    ::core::option::Option::Some(&mut y_bar_1),
                );
                ::autodiff_runtime::jacobian::write(&x_bar_1, part);
                ::autodiff_runtime::jacobian::write(&y_bar_1, part_1);
                value
            },
            |jacobian: &mut [f64]| ::autodiff_runtime::jacobian::columns_into(
                jacobian,
                columns,
                |here: usize| -> ((f64, f64), (f64, f64)) {
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark(&mut x_dot, &mut here, 1.0);
                        ::autodiff_runtime::jacobian::mark(&mut y_dot, &mut here, 1.0);
                    }
                    let tangent = Self::pushforward(
                        x,
                        y,
                        ::core::option::Option::Some(&x_dot),
                        ::core::option::Option::Some(&y_dot),
                    );
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark(&mut x_dot, &mut here, 0.0);
                        ::autodiff_runtime::jacobian::mark(&mut y_dot, &mut here, 0.0);
                    }
                    tangent
                },
            ),
        )
    }
}
