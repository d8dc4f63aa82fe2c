#[allow(dead_code)]
fn poly(x: f32, n: i32) -> f32 {
    let mut y = 0.0;
    for k in 0..n {
        y += x.powi(k) * k as f32;
    }
    y
}
///The derivatives of [`poly`](fn@poly).
/**
The value and the gradient are computed as
```text
let mut y: f32 = 0.0;
let mut x_bar_1: f32 = 0.0;
for k in 0..n {
    y += x.powi(k) * k as f32;
    x_bar_1 += if k == 0 {
        0.0
    } else {
        ::autodiff_runtime::special::chain(k as f32, k as f32 * x.powi(k - 1))
    };
}
*x_bar += x_bar_1;
y
```*/
#[allow(non_camel_case_types, dead_code)]
struct poly {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl poly {
    ///The value of [`poly`] and its gradient.
    #[inline]
    fn value_and_grad(x: f32, n: i32) -> (f32, f32) {
        let mut x_bar = 0.0;
        let value = Self::value_and_grad_into(x, n, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`poly`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: f32, n: i32) -> f32 {
        Self::value_and_grad(x, n).1
    }
    ///The value of [`poly`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(x: f32, n: i32, x_bar: &mut f32) -> f32 {
        let mut y: f32 = 0.0;
        let mut x_bar_1: f32 = 0.0;
        for k in 0..n {
            y += x.powi(k) * k as f32;
            x_bar_1
                += if k == 0 {
                    0.0
                } else {
                    ::autodiff_runtime::special::chain(
                        k as f32,
                        k as f32 * x.powi(k - 1),
                    )
                };
        }
        *x_bar += x_bar_1;
        y
    }
    ///The value of [`poly`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(x: f32, n: i32) -> (f32, impl ::core::ops::FnOnce(f32) -> f32 + use<>) {
        let (value, pullback) = Self::forward(x, n);
        (
            value,
            move |seed: f32| {
                let mut x_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::None,
                );
                x_bar
            },
        )
    }
    ///The value of [`poly`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f32, n: i32, x_dot: f32) -> (f32, f32) {
        Self::pushforward(
            x,
            n,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: f32,
        n: i32,
    ) -> (
        f32,
        impl ::core::ops::FnOnce(
            (),
            (),
            f32,
            ::core::option::Option<&mut f32>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let mut y: f32 = 0.0;
        for k in 0..n {
            y += x.powi(k) * k as f32;
        }
        (
            y,
            move |
                _: (),
                _: (),
                seed: f32,
                x_bar: ::core::option::Option<&mut f32>,
                _: ::core::option::Option<&mut ()>|
            {
                let mut x_bar_1: f32 = 0.0;
                for k in (0..n).rev() {
                    x_bar_1
                        += if k == 0 {
                            0.0
                        } else {
                            ::autodiff_runtime::special::chain(
                                seed * k as f32,
                                k as f32 * x.powi(k - 1),
                            )
                        };
                }
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar += x_bar_1;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: f32,
        n: i32,
        x_dot: ::core::option::Option<&f32>,
        _: ::core::option::Option<&()>,
    ) -> (f32, f32) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let mut y: f32 = 0.0;
        let mut y_dot: f32 = 0.0;
        for k in 0..n {
            let cast = k as f32;
            y += x.powi(k) * cast;
            y_dot
                += ::autodiff_runtime::special::product(
                    if k == 0 {
                        0.0
                    } else {
                        ::autodiff_runtime::special::chain(
                            x_dot,
                            k as f32 * x.powi(k - 1),
                        )
                    },
                    cast,
                );
        }
        (y, y_dot)
    }
}
