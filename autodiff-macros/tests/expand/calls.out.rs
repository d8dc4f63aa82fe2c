#[allow(dead_code)]
fn outer(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += inner(x[i], k) * x[i];
    }
    s
}
///The derivatives of [`outer`](fn@outer).
/**
The value and the gradient are computed as
```text
let mut s = 0.0;
let x_bar_window = &mut x_bar[..x.len()];
for i in 0..x.len() {
    let x_i = x[i];
    let (inner, inner_pullback) = inner::forward(x_i, k);
    s += inner * x_i;
    let inner_bar = x[i];
    let mut x_i_bar = inner;
    inner_pullback((), (), inner_bar, Some(&mut x_i_bar), None);
    x_bar_window[i] += x_i_bar;
}
s
```*/
#[allow(non_camel_case_types, dead_code)]
struct outer {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl outer {
    ///The value of [`outer`] and its gradient.
    #[inline]
    fn value_and_grad(
        x: &[f64],
        k: usize,
    ) -> (f64, ::autodiff_runtime::__private::Vec<f64>) {
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let value = Self::value_and_grad_into(x, k, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`outer`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: &[f64], k: usize) -> ::autodiff_runtime::__private::Vec<f64> {
        Self::value_and_grad(x, k).1
    }
    ///The value of [`outer`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(x: &[f64], k: usize, x_bar: &mut [f64]) -> f64 {
        let mut s = 0.0;
        let x_bar_window = &mut x_bar[..x.len()];
        for i in 0..x.len() {
            let x_i = x[i];
            let (inner, inner_pullback) = inner::forward(x_i, k);
            s += inner * x_i;
            let inner_bar = x[i];
            let mut x_i_bar = inner;
            inner_pullback(
                (),
                (),
                inner_bar,
                ::core::option::Option::Some(&mut x_i_bar),
                ::core::option::Option::None,
            );
            x_bar_window[i] += x_i_bar;
        }
        s
    }
    ///The value of [`outer`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        x: &'ad0 [f64],
        k: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> ::autodiff_runtime::__private::Vec<f64> + use<'ad0>,
    ) {
        let (value, pullback) = Self::forward(x, k);
        (
            value,
            move |seed: f64| {
                let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
                pullback(
                    x,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::None,
                );
                x_bar
            },
        )
    }
    ///The value of [`outer`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: &[f64], k: usize, x_dot: &[f64]) -> (f64, f64) {
        Self::pushforward(
            x,
            k,
            ::core::option::Option::Some(x_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: &[f64],
        k: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            &[f64],
            (),
            f64,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut s = 0.0;
        let x_len = x.len();
        let x_window = &x[..x_len];
        tape.reserve(x_len);
        for i in 0..x_len {
            let x_i = x_window[i];
            let (inner, inner_pullback) = inner::forward(x_i, k);
            s += inner * x_i;
            tape.push((inner, inner_pullback));
        }
        (
            s,
            move |
                x: &[f64],
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut [f64]>,
                _: ::core::option::Option<&mut ()>|
            {
                let x_bar = match x_bar {
                    ::core::option::Option::Some(x_bar) => x_bar,
                    ::core::option::Option::None => {
                        &mut *::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
                    }
                };
                let x_window_1 = &x[..x_len];
                let x_bar_window = &mut x_bar[..x_len];
                for i in (0..x_len).rev() {
                    let ::core::option::Option::Some((inner, inner_pullback)) = tape
                        .pop() else { ::core::unreachable!() };
                    let inner_bar = seed * x_window_1[i];
                    let mut x_i_bar = ::autodiff_runtime::special::chain(seed, inner);
                    inner_pullback(
                        (),
                        (),
                        inner_bar,
                        ::core::option::Option::Some(&mut x_i_bar),
                        ::core::option::Option::None,
                    );
                    x_bar_window[i] += x_i_bar;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: &[f64],
        k: usize,
        x_dot: ::core::option::Option<&[f64]>,
        _: ::core::option::Option<&()>,
    ) -> (f64, f64) {
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
            }
        };
        let mut s = 0.0;
        let x_dot_window = &x_dot[..x.len()];
        let mut s_dot = 0.0;
        for i in 0..x.len() {
            let x_i = x[i];
            let x_i_dot = x_dot_window[i];
            let (inner, inner_dot) = inner::pushforward(
                x_i,
                k,
                ::core::option::Option::Some(&x_i_dot),
                ::core::option::Option::None,
            );
            s += inner * x_i;
            s_dot
                += ::autodiff_runtime::special::product(inner_dot, x_i)
                    + ::autodiff_runtime::special::chain(x_i_dot, inner);
        }
        (s, s_dot)
    }
}
