#[allow(dead_code)]
fn smooth(x: &mut [f64], rate: f64) {
    for i in 1..x.len() {
        x[i] = x[i - 1] * rate + x[i] * x[i];
    }
}
///The derivatives of [`smooth`](fn@smooth).
/**
The value and the gradient are computed as
```text
let mut tape = Buffer::new();
let x_len = x.len();
tape.reserve(usize::saturating_sub(x_len, 1));
for i in 1..x_len {
    let x_i = x[i - 1];
    let x_i_1 = x[i];
    x[i] = x_i * rate + x_i_1 * x_i_1;
    tape.push((x_i, x_i_1));
}
let mut rate_bar_1 = 0.0;
for i in (1..x_len).rev() {
    let Some((x_i, x_i_1)) = tape.pop() else {
        unreachable!()
    };
    let add_bar = x_bar[i];
    x_bar[i] = 0.0;
    x_bar[i] += 2.0 * (add_bar * x_i_1);
    rate_bar_1 += add_bar * x_i;
    x_bar[i - 1] += add_bar * rate;
}
*rate_bar += rate_bar_1;
```*/
#[allow(non_camel_case_types, dead_code)]
struct smooth {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl smooth {
    ///The value of [`smooth`] and its gradient.
    #[inline]
    fn value_and_grad(
        x: &mut [f64],
        rate: f64,
    ) -> ((), (::autodiff_runtime::__private::Vec<f64>, f64)) {
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let mut rate_bar = 0.0;
        let value = Self::value_and_grad_into(&mut *x, rate, &mut x_bar, &mut rate_bar);
        (value, (x_bar, rate_bar))
    }
    ///The gradient of [`smooth`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: &mut [f64], rate: f64) -> (::autodiff_runtime::__private::Vec<f64>, f64) {
        Self::value_and_grad(&mut *x, rate).1
    }
    ///The value of [`smooth`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(
        x: &mut [f64],
        rate: f64,
        x_bar: &mut [f64],
        rate_bar: &mut f64,
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let x_len = x.len();
        tape.reserve(usize::saturating_sub(x_len, 1));
        for i in 1..x_len {
            let x_i = x[i - 1];
            let x_i_1 = x[i];
            x[i] = x_i * rate + x_i_1 * x_i_1;
            tape.push((x_i, x_i_1));
        }
        let mut rate_bar_1 = 0.0;
        for i in (1..x_len).rev() {
            let ::core::option::Option::Some((x_i, x_i_1)) = tape.pop() else {
                ::core::unreachable!()
            };
            let add_bar = x_bar[i];
            x_bar[i] = 0.0;
            x_bar[i] += 2.0 * (add_bar * x_i_1);
            rate_bar_1 += add_bar * x_i;
            x_bar[i - 1] += add_bar * rate;
        }
        *rate_bar += rate_bar_1;
    }
    ///The value of [`smooth`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        x: &'ad0 mut [f64],
        rate: f64,
    ) -> (
        (),
        impl ::core::ops::FnOnce(
            ::autodiff_runtime::__private::Vec<f64>,
        ) -> (::autodiff_runtime::__private::Vec<f64>, f64) + use<'ad0>,
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let x_len = x.len();
        tape.reserve(usize::saturating_sub(x_len, 1));
        for i in 1..x_len {
            let x_i = x[i - 1];
            let x_i_1 = x[i];
            x[i] = x_i * rate + x_i_1 * x_i_1;
            tape.push((x_i, x_i_1));
        }
        (
            (),
            move |x_seed: ::autodiff_runtime::__private::Vec<f64>| {
                let mut x_bar = x_seed;
                let mut rate_bar = 0.0;
                for i in (1..x_len).rev() {
                    let ::core::option::Option::Some((x_i, x_i_1)) = tape.pop() else {
                        ::core::unreachable!()
                    };
                    let add_bar = x_bar[i];
                    x_bar[i] = 0.0;
                    x_bar[i] += 2.0 * (add_bar * x_i_1);
                    rate_bar += add_bar * x_i;
                    x_bar[i - 1] += add_bar * rate;
                }
                (x_bar, rate_bar)
            },
        )
    }
    ///The value of [`smooth`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: &mut [f64], rate: f64, x_dot: &mut [f64], rate_dot: f64) -> ((), ()) {
        Self::pushforward(
            &mut *x,
            rate,
            ::core::option::Option::Some(x_dot),
            ::core::option::Option::Some(&rate_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: &mut [f64],
        rate: f64,
    ) -> (
        (),
        impl ::core::ops::FnOnce(
            &mut [f64],
            (),
            (),
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let x_len = x.len();
        tape.reserve(usize::saturating_sub(x_len, 1));
        for i in 1..x_len {
            let x_i = x[i - 1];
            let x_i_1 = x[i];
            x[i] = x_i * rate + x_i_1 * x_i_1;
            tape.push((x_i, x_i_1));
        }
        (
            (),
            move |
                x: &mut [f64],
                _: (),
                _: (),
                x_bar: ::core::option::Option<&mut [f64]>,
                rate_bar: ::core::option::Option<&mut f64>|
            {
                let x_bar = match x_bar {
                    ::core::option::Option::Some(x_bar) => x_bar,
                    ::core::option::Option::None => {
                        &mut *::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
                    }
                };
                let mut rate_bar_1 = 0.0;
                for i in (1..x_len).rev() {
                    let ::core::option::Option::Some((x_i, x_i_1)) = tape.pop() else {
                        ::core::unreachable!()
                    };
                    let add_bar = x_bar[i];
                    x_bar[i] = 0.0;
                    x[i] = x_i_1;
                    x_bar[i] += 2.0 * (add_bar * x_i_1);
                    rate_bar_1 += add_bar * x_i;
                    x_bar[i - 1] += add_bar * rate;
                }
                if let ::core::option::Option::Some(rate_bar) = rate_bar {
                    *rate_bar += rate_bar_1;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: &mut [f64],
        rate: f64,
        x_dot: ::core::option::Option<&mut [f64]>,
        rate_dot: ::core::option::Option<&f64>,
    ) -> ((), ()) {
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => {
                &mut *::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
            }
        };
        let rate_dot = rate_dot.copied().unwrap_or(0.0);
        for i in 1..x.len() {
            let index = i - 1;
            let x_i = x[index];
            let x_i_1 = x[i];
            x[i] = x_i * rate + x_i_1 * x_i_1;
            x_dot[i] = x_dot[index] * rate + rate_dot * x_i + 2.0 * (x_dot[i] * x_i_1);
        }
        ((), ())
    }
    ///The value of [`smooth`] and its Jacobian: the gradient of each number of the result.
    #[inline]
    fn value_and_jacobian(
        x: &mut [f64],
        rate: f64,
    ) -> (
        (),
        ::autodiff_runtime::__private::Vec<
            (::autodiff_runtime::__private::Vec<f64>, f64),
        >,
    ) {
        let x_before = x.to_vec();
        let x_zero = ::autodiff_runtime::__private::vec![0.0; x.len()];
        ::autodiff_runtime::jacobian::by_rows(
            |value: &()| -> ::autodiff_runtime::__private::Vec<f64> {
                ::core::clone::Clone::clone(&x_zero)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(
                    &(),
                ) -> ::autodiff_runtime::__private::Vec<f64>,
            | -> ((), (::autodiff_runtime::__private::Vec<f64>, f64)) {
                x.clone_from_slice(&x_before);
                let (value, pullback) = Self::vjp(&mut *x, rate);
                let seeds = seed(&value);
                (value, pullback(seeds))
            },
        )
    }
    ///The Jacobian of [`smooth`]: in the place of each number of the result its gradient.
    #[inline]
    fn jacobian(
        x: &mut [f64],
        rate: f64,
    ) -> ::autodiff_runtime::__private::Vec<
        (::autodiff_runtime::__private::Vec<f64>, f64),
    > {
        Self::value_and_jacobian(&mut *x, rate).1
    }
}
