#[allow(dead_code)]
pub fn loss(w: &[f64], b: f64, x: &[f64], y: f64) -> f64 {
    let mut z = b;
    for i in 0..w.len() {
        z += w[i] * x[i];
    }
    let e = z.tanh() - y;
    e * e
}
///The derivatives of [`loss`](fn@loss).
/**
The value and the gradient are computed as
```text
let mut z = b;
let w_len = w.len();
let w_window = &w[..w_len];
let x_window = &x[..w_len];
for i in 0..w_len {
    z += w_window[i] * x_window[i];
}
let tanh = z.tanh();
let e = tanh - y;
let e_bar = 2.0 * e;
let z_bar = e_bar * (1.0 - tanh * tanh);
let w_window_1 = &w[..w_len];
let x_window_1 = &x[..w_len];
let w_bar_window = &mut w_bar[..w_len];
let x_bar_window = &mut x_bar[..w_len];
for i in 0..w_len {
    x_bar_window[i] += z_bar * w_window_1[i];
    w_bar_window[i] += z_bar * x_window_1[i];
}
*b_bar += z_bar;
*y_bar += -e_bar;
e * e
```*/
#[allow(non_camel_case_types, dead_code)]
pub struct loss {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl loss {
    ///The value of [`loss`] and its gradient.
    #[inline]
    pub fn value_and_grad(
        w: &[f64],
        b: f64,
        x: &[f64],
        y: f64,
    ) -> (
        f64,
        (
            ::autodiff_runtime::__private::Vec<f64>,
            f64,
            ::autodiff_runtime::__private::Vec<f64>,
            f64,
        ),
    ) {
        let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
        let mut b_bar = 0.0;
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let mut y_bar = 0.0;
        let value = Self::value_and_grad_into(
            w,
            b,
            x,
            y,
            &mut w_bar,
            &mut b_bar,
            &mut x_bar,
            &mut y_bar,
        );
        (value, (w_bar, b_bar, x_bar, y_bar))
    }
    ///The gradient of [`loss`] (of the sum of its results, where there are several).
    #[inline]
    pub fn grad(
        w: &[f64],
        b: f64,
        x: &[f64],
        y: f64,
    ) -> (
        ::autodiff_runtime::__private::Vec<f64>,
        f64,
        ::autodiff_runtime::__private::Vec<f64>,
        f64,
    ) {
        Self::value_and_grad(w, b, x, y).1
    }
    ///The value of [`loss`]; its gradient is added to what the buffers hold.
    pub fn value_and_grad_into(
        w: &[f64],
        b: f64,
        x: &[f64],
        y: f64,
        w_bar: &mut [f64],
        b_bar: &mut f64,
        x_bar: &mut [f64],
        y_bar: &mut f64,
    ) -> f64 {
        let mut z = b;
        let w_len = w.len();
        let w_window = &w[..w_len];
        let x_window = &x[..w_len];
        for i in 0..w_len {
            z += w_window[i] * x_window[i];
        }
        let tanh = z.tanh();
        let e = tanh - y;
        let e_bar = 2.0 * e;
        let z_bar = e_bar * (1.0 - tanh * tanh);
        let w_window_1 = &w[..w_len];
        let x_window_1 = &x[..w_len];
        let w_bar_window = &mut w_bar[..w_len];
        let x_bar_window = &mut x_bar[..w_len];
        for i in 0..w_len {
            x_bar_window[i] += z_bar * w_window_1[i];
            w_bar_window[i] += z_bar * x_window_1[i];
        }
        *b_bar += z_bar;
        *y_bar += -e_bar;
        e * e
    }
    ///The value of [`loss`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    pub fn vjp<'ad0, 'ad1>(
        w: &'ad0 [f64],
        b: f64,
        x: &'ad1 [f64],
        y: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> (
                ::autodiff_runtime::__private::Vec<f64>,
                f64,
                ::autodiff_runtime::__private::Vec<f64>,
                f64,
            ) + use<'ad0, 'ad1>,
    ) {
        let (value, pullback) = Self::forward(w, b, x, y);
        (
            value,
            move |seed: f64| {
                let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
                let mut b_bar = 0.0;
                let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
                let mut y_bar = 0.0;
                pullback(
                    w,
                    (),
                    x,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut w_bar),
                    ::core::option::Option::Some(&mut b_bar),
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::Some(&mut y_bar),
                );
                (w_bar, b_bar, x_bar, y_bar)
            },
        )
    }
    ///The value of [`loss`] and its tangent, from the tangents of its arguments.
    #[inline]
    pub fn jvp(
        w: &[f64],
        b: f64,
        x: &[f64],
        y: f64,
        w_dot: &[f64],
        b_dot: f64,
        x_dot: &[f64],
        y_dot: f64,
    ) -> (f64, f64) {
        Self::pushforward(
            w,
            b,
            x,
            y,
            ::core::option::Option::Some(w_dot),
            ::core::option::Option::Some(&b_dot),
            ::core::option::Option::Some(x_dot),
            ::core::option::Option::Some(&y_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    pub fn forward(
        w: &[f64],
        b: f64,
        x: &[f64],
        y: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            &[f64],
            (),
            &[f64],
            (),
            f64,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mut z = b;
        let w_len = w.len();
        let w_window = &w[..w_len];
        let x_window = &x[..w_len];
        for i in 0..w_len {
            z += w_window[i] * x_window[i];
        }
        let tanh = z.tanh();
        let e = tanh - y;
        (
            e * e,
            move |
                w: &[f64],
                _: (),
                x: &[f64],
                _: (),
                seed: f64,
                w_bar: ::core::option::Option<&mut [f64]>,
                b_bar: ::core::option::Option<&mut f64>,
                x_bar: ::core::option::Option<&mut [f64]>,
                y_bar: ::core::option::Option<&mut f64>|
            {
                let w_bar = match w_bar {
                    ::core::option::Option::Some(w_bar) => w_bar,
                    ::core::option::Option::None => {
                        &mut *::autodiff_runtime::pool::Scratch::filled(0.0, w.len())
                    }
                };
                let x_bar = match x_bar {
                    ::core::option::Option::Some(x_bar) => x_bar,
                    ::core::option::Option::None => {
                        &mut *::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
                    }
                };
                let e_bar = 2.0 * (seed * e);
                let z_bar = e_bar * (1.0 - tanh * tanh);
                let w_window_1 = &w[..w_len];
                let x_window_1 = &x[..w_len];
                let w_bar_window = &mut w_bar[..w_len];
                let x_bar_window = &mut x_bar[..w_len];
                for i in 0..w_len {
                    x_bar_window[i] += z_bar * w_window_1[i];
                    w_bar_window[i] += z_bar * x_window_1[i];
                }
                if let ::core::option::Option::Some(b_bar) = b_bar {
                    *b_bar += z_bar;
                }
                if let ::core::option::Option::Some(y_bar) = y_bar {
                    *y_bar += -e_bar;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    pub fn pushforward(
        w: &[f64],
        b: f64,
        x: &[f64],
        y: f64,
        w_dot: ::core::option::Option<&[f64]>,
        b_dot: ::core::option::Option<&f64>,
        x_dot: ::core::option::Option<&[f64]>,
        y_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let w_dot = match w_dot {
            ::core::option::Option::Some(w_dot) => w_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, w.len())
            }
        };
        let b_dot = b_dot.copied().unwrap_or(0.0);
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
            }
        };
        let y_dot = y_dot.copied().unwrap_or(0.0);
        let mut z = b;
        let x_window = &x[..w.len()];
        let w_dot_window = &w_dot[..w.len()];
        let x_dot_window = &x_dot[..w.len()];
        let mut z_dot = b_dot;
        for i in 0..w.len() {
            let w_i = w[i];
            let x_i = x_window[i];
            z += w_i * x_i;
            z_dot += w_dot_window[i] * x_i + x_dot_window[i] * w_i;
        }
        let tanh = z.tanh();
        let e = tanh - y;
        let e_dot = z_dot * (1.0 - tanh * tanh) - y_dot;
        let mul = e * e;
        let mul_dot = 2.0 * (e_dot * e);
        (mul, mul_dot)
    }
}
