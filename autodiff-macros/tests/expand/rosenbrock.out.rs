#[allow(dead_code)]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}
///The derivatives of [`rosenbrock`](fn@rosenbrock).
/**
The value and the gradient are computed as
```text
let mut sum = 0.0;
let strips = (x.len() - 1) / 8;
for strip in 0..strips {
    let at = 8 * strip;
    let mut x_bar_parts = [0.0; 8];
    let mut x_bar_parts_1 = [0.0; 8];
    let mut sum_parts = [0.0; 8];
    let x_window = &x[at..][..8];
    let x_window_1 = &x[at + 1..][..8];
    for k in 0..8 {
        let x_i = x_window[k];
        let a = 1.0 - x_i;
        let b = x_window_1[k] - x_i * x_i;
        sum_parts[k] = a * a + 100.0 * b * b;
        let b_bar = 2.0 * (100.0 * b);
        let a_bar = 2.0 * a;
        x_bar_parts[k] = b_bar;
        x_bar_parts_1[k] = -(2.0 * (b_bar * x_i)) - a_bar;
    }
    let x_bar_window = &mut x_bar[at + 1..][..8];
    for k in 0..8 {
        x_bar_window[k] += x_bar_parts[k];
    }
    let x_bar_window_1 = &mut x_bar[at..][..8];
    for k in 0..8 {
        x_bar_window_1[k] += x_bar_parts_1[k];
    }
    for k in 0..8 {
        sum += sum_parts[k];
    }
}
for i in 8 * strips..x.len() - 1 {
    let x_i = x[i];
    let a = 1.0 - x_i;
    let b = x[i + 1] - x_i * x_i;
    sum += a * a + 100.0 * b * b;
    let b_bar = 2.0 * (100.0 * b);
    let a_bar = 2.0 * a;
    x_bar[i + 1] += b_bar;
    x_bar[i] += -(2.0 * (b_bar * x_i)) - a_bar;
}
sum
```*/
#[allow(non_camel_case_types, dead_code)]
struct rosenbrock {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl rosenbrock {
    ///The value of [`rosenbrock`] and its gradient.
    #[inline]
    fn value_and_grad(x: &[f64]) -> (f64, ::autodiff_runtime::__private::Vec<f64>) {
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let value = Self::value_and_grad_into(x, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`rosenbrock`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: &[f64]) -> ::autodiff_runtime::__private::Vec<f64> {
        Self::value_and_grad(x).1
    }
    ///The value of [`rosenbrock`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(x: &[f64], x_bar: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        let strips = (x.len() - 1) / 8;
        for strip in 0..strips {
            let at = 8 * strip;
            let mut x_bar_parts = [0.0; 8];
            let mut x_bar_parts_1 = [0.0; 8];
            let mut sum_parts = [0.0; 8];
            let x_window = &x[at..][..8];
            let x_window_1 = &x[at + 1..][..8];
            for k in 0..8 {
                let x_i = x_window[k];
                let a = 1.0 - x_i;
                let b = x_window_1[k] - x_i * x_i;
                sum_parts[k] = a * a + 100.0 * b * b;
                let b_bar = 2.0 * (100.0 * b);
                let a_bar = 2.0 * a;
                x_bar_parts[k] = b_bar;
                x_bar_parts_1[k] = -(2.0 * (b_bar * x_i)) - a_bar;
            }
            let x_bar_window = &mut x_bar[at + 1..][..8];
            for k in 0..8 {
                x_bar_window[k] += x_bar_parts[k];
            }
            let x_bar_window_1 = &mut x_bar[at..][..8];
            for k in 0..8 {
                x_bar_window_1[k] += x_bar_parts_1[k];
            }
            for k in 0..8 {
                sum += sum_parts[k];
            }
        }
        for i in 8 * strips..x.len() - 1 {
            let x_i = x[i];
            let a = 1.0 - x_i;
            let b = x[i + 1] - x_i * x_i;
            sum += a * a + 100.0 * b * b;
            let b_bar = 2.0 * (100.0 * b);
            let a_bar = 2.0 * a;
            x_bar[i + 1] += b_bar;
            x_bar[i] += -(2.0 * (b_bar * x_i)) - a_bar;
        }
        sum
    }
    ///The value of [`rosenbrock`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        x: &'ad0 [f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> ::autodiff_runtime::__private::Vec<f64> + use<'ad0>,
    ) {
        let (value, pullback) = Self::forward(x);
        (
            value,
            move |seed: f64| {
                let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
                pullback(x, seed, ::core::option::Option::Some(&mut x_bar));
                x_bar
            },
        )
    }
    ///The value of [`rosenbrock`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: &[f64], x_dot: &[f64]) -> (f64, f64) {
        Self::pushforward(x, ::core::option::Option::Some(x_dot))
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: &[f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(&[f64], f64, ::core::option::Option<&mut [f64]>),
    ) {
        let mut sum = 0.0;
        let index = x.len() - 1;
        if index > 0 {
            let x_window = &x[..index];
            let x_window_1 = &x[1..1 + index];
            for i in 0..index {
                let x_i = x_window[i];
                let a = 1.0 - x_i;
                let b = x_window_1[i] - x_i * x_i;
                sum += a * a + 100.0 * b * b;
            }
        }
        (
            sum,
            move |x: &[f64], seed: f64, x_bar: ::core::option::Option<&mut [f64]>| {
                let x_bar = match x_bar {
                    ::core::option::Option::Some(x_bar) => x_bar,
                    ::core::option::Option::None => {
                        &mut *::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
                    }
                };
                let strips = index / 8;
                for strip in 0..strips {
                    let at = index - 8 * (strip + 1);
                    let mut x_bar_parts = [0.0; 8];
                    let mut x_bar_parts_1 = [0.0; 8];
                    let x_window = &x[at..][..8];
                    let x_window_1 = &x[at + 1..][..8];
                    for k in 0..8 {
                        let x_i = x_window[k];
                        let a = 1.0 - x_i;
                        let b = x_window_1[k] - x_i * x_i;
                        let b_bar = seed * (100.0 * b) + seed * b * 100.0;
                        let a_bar = 2.0 * (seed * a);
                        x_bar_parts[k] = b_bar;
                        x_bar_parts_1[k] = -(2.0 * (b_bar * x_i)) - a_bar;
                    }
                    let x_bar_window = &mut x_bar[at + 1..][..8];
                    for k in 0..8 {
                        x_bar_window[k] += x_bar_parts[k];
                    }
                    let x_bar_window_1 = &mut x_bar[at..][..8];
                    for k in 0..8 {
                        x_bar_window_1[k] += x_bar_parts_1[k];
                    }
                }
                if index - 8 * strips > 0 {
                    let x_window = &x[..index - 8 * strips];
                    let x_window_1 = &x[1..1 + (index - 8 * strips)];
                    for i in (0..index - 8 * strips).rev() {
                        let x_i = x_window[i];
                        let a = 1.0 - x_i;
                        let index_1 = i + 1;
                        let b = x_window_1[i] - x_i * x_i;
                        let b_bar = seed * (100.0 * b) + seed * b * 100.0;
                        let a_bar = 2.0 * (seed * a);
                        x_bar[index_1] += b_bar;
                        x_bar[i] += -(2.0 * (b_bar * x_i)) - a_bar;
                    }
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(x: &[f64], x_dot: ::core::option::Option<&[f64]>) -> (f64, f64) {
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
            }
        };
        let mut sum = 0.0;
        let sum_dot = if x.len() - 1 > 0 {
            let x_window = &x[..x.len() - 1];
            let x_window_1 = &x[1..1 + (x.len() - 1)];
            let x_dot_window = &x_dot[..x.len() - 1];
            let x_dot_window_1 = &x_dot[1..1 + (x.len() - 1)];
            let mut sum_dot = 0.0;
            for i in 0..x.len() - 1 {
                let x_i = x_window[i];
                let x_i_dot = x_dot_window[i];
                let a = 1.0 - x_i;
                let a_dot = -x_i_dot;
                let b = x_window_1[i] - x_i * x_i;
                let b_dot = x_dot_window_1[i] - 2.0 * (x_i_dot * x_i);
                let mul = 100.0 * b;
                sum += a * a + mul * b;
                sum_dot += 2.0 * (a_dot * a) + (b_dot * 100.0 * b + b_dot * mul);
            }
            sum_dot
        } else {
            0.0
        };
        (sum, sum_dot)
    }
}
