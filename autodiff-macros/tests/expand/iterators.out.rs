#[allow(dead_code)]
fn weighted(w: &[f64], x: &[f64]) -> f64 {
    w.iter().zip(x).map(|(a, b)| a * b).sum::<f64>().exp()
}
///The derivatives of [`weighted`](fn@weighted).
/**
The value and the gradient are computed as
```text
let w_len = w.len();
let x_len = x.len();
let count = if w_len < x_len {
    w_len
} else {
    x_len
};
let w_window = &w[..count];
let x_window = &x[..count];
let mut sum = -0.0;
for k in 0..count {
    sum += w_window[k] * x_window[k];
}
let exp = sum.exp();
let w_window_1 = &w[..count];
let x_window_1 = &x[..count];
let w_bar_window = &mut w_bar[..count];
let x_bar_window = &mut x_bar[..count];
for k in 0..count {
    x_bar_window[k] += exp * w_window_1[k];
    w_bar_window[k] += exp * x_window_1[k];
}
exp
```*/
#[allow(non_camel_case_types, dead_code)]
struct weighted {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl weighted {
    ///The value of [`weighted`] and its gradient.
    #[inline]
    fn value_and_grad(
        w: &[f64],
        x: &[f64],
    ) -> (
        f64,
        (
            ::autodiff_runtime::__private::Vec<f64>,
            ::autodiff_runtime::__private::Vec<f64>,
        ),
    ) {
        let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let value = Self::value_and_grad_into(w, x, &mut w_bar, &mut x_bar);
        (value, (w_bar, x_bar))
    }
    ///The gradient of [`weighted`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(
        w: &[f64],
        x: &[f64],
    ) -> (
        ::autodiff_runtime::__private::Vec<f64>,
        ::autodiff_runtime::__private::Vec<f64>,
    ) {
        Self::value_and_grad(w, x).1
    }
    ///The value of [`weighted`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(
        w: &[f64],
        x: &[f64],
        w_bar: &mut [f64],
        x_bar: &mut [f64],
    ) -> f64 {
        let w_len = w.len();
        let x_len = x.len();
        let count = if w_len < x_len { w_len } else { x_len };
        let w_window = &w[..count];
        let x_window = &x[..count];
        let mut sum = -0.0;
        for k in 0..count {
            sum += w_window[k] * x_window[k];
        }
        let exp = sum.exp();
        let w_window_1 = &w[..count];
        let x_window_1 = &x[..count];
        let w_bar_window = &mut w_bar[..count];
        let x_bar_window = &mut x_bar[..count];
        for k in 0..count {
            x_bar_window[k] += exp * w_window_1[k];
            w_bar_window[k] += exp * x_window_1[k];
        }
        exp
    }
    ///The value of [`weighted`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0, 'ad1>(
        w: &'ad0 [f64],
        x: &'ad1 [f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> (
                ::autodiff_runtime::__private::Vec<f64>,
                ::autodiff_runtime::__private::Vec<f64>,
            ) + use<'ad0, 'ad1>,
    ) {
        let (value, pullback) = Self::forward(w, x);
        (
            value,
            move |seed: f64| {
                let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
                let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
                pullback(
                    w,
                    x,
                    seed,
                    ::core::option::Option::Some(&mut w_bar),
                    ::core::option::Option::Some(&mut x_bar),
                );
                (w_bar, x_bar)
            },
        )
    }
    ///The value of [`weighted`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(w: &[f64], x: &[f64], w_dot: &[f64], x_dot: &[f64]) -> (f64, f64) {
        Self::pushforward(
            w,
            x,
            ::core::option::Option::Some(w_dot),
            ::core::option::Option::Some(x_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        w: &[f64],
        x: &[f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            &[f64],
            &[f64],
            f64,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut [f64]>,
        ),
    ) {
        let w_len = w.len();
        let x_len = x.len();
        let count = if w_len < x_len { w_len } else { x_len };
        let w_window = &w[..count];
        let x_window = &x[..count];
        let mut sum = -0.0;
        for k in 0..count {
            sum += w_window[k] * x_window[k];
        }
        let exp = sum.exp();
        (
            exp,
            move |
                w: &[f64],
                x: &[f64],
                seed: f64,
                w_bar: ::core::option::Option<&mut [f64]>,
                x_bar: ::core::option::Option<&mut [f64]>|
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
                let sum_bar = ::autodiff_runtime::special::chain(seed, exp);
                let w_window_1 = &w[..count];
                let x_window_1 = &x[..count];
                let w_bar_window = &mut w_bar[..count];
                let x_bar_window = &mut x_bar[..count];
                for k in 0..count {
                    x_bar_window[k] += sum_bar * w_window_1[k];
                    w_bar_window[k] += sum_bar * x_window_1[k];
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        w: &[f64],
        x: &[f64],
        w_dot: ::core::option::Option<&[f64]>,
        x_dot: ::core::option::Option<&[f64]>,
    ) -> (f64, f64) {
        let w_dot = match w_dot {
            ::core::option::Option::Some(w_dot) => w_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, w.len())
            }
        };
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
            }
        };
        let w_len = w.len();
        let x_len = x.len();
        let count = if w_len < x_len { w_len } else { x_len };
        let w_window = &w[..count];
        let x_window = &x[..count];
        let w_dot_window = &w_dot[..count];
        let x_dot_window = &x_dot[..count];
        let mut sum = -0.0;
        let mut sum_dot = 0.0;
        for k in 0..count {
            let w_i = w_window[k];
            let x_i = x_window[k];
            sum += w_i * x_i;
            sum_dot += w_dot_window[k] * x_i + x_dot_window[k] * w_i;
        }
        let exp = sum.exp();
        let exp_dot = ::autodiff_runtime::special::chain(sum_dot, exp);
        (exp, exp_dot)
    }
}
