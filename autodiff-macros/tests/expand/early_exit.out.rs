#[allow(dead_code)]
fn first_above(x: &[f64], limit: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        if x[i] < 0.0 {
            continue;
        }
        total += x[i] * x[i];
        if total > limit {
            return total - limit;
        }
    }
    total
}
///The derivatives of [`first_above`](fn@first_above).
/**
The value and the gradient are computed as
```text
let mut tape = Buffer::new();
let mut total = 0.0;
let mut returned_before = false;
let mut result_before = 0.0;
let mut trips = 0usize;
for i in 0..x.len() {
    let x_i = x[i];
    let total_1 = if x_i < 0.0 {
        returned_before = false;
        result_before = 0.0;
        total
    } else {
        let total_1 = total + x_i * x_i;
        let test = total_1 > limit;
        if test {
            result_before = total_1 - limit;
        } else {
            result_before = 0.0;
        }
        returned_before = test;
        total_1
    };
    tape.push(total);
    total = total_1;
    trips += 1;
    if returned_before {
        break;
    }
}
if !returned_before {
    result_before = total;
}
let mut limit_bar_1 = 0.0;
let mut total_bar = 0.0;
let mut result_bar = 0.0;
if returned_before {
    result_bar += 1.0;
} else {
    total_bar += 1.0;
}
let x_window = &x[..trips];
let x_bar_window = &mut x_bar[..trips];
for i in (0..trips).rev() {
    let Some(total_1) = tape.pop() else {
        unreachable!()
    };
    let x_i = x_window[i];
    let mut total_bar_1 = 0.0;
    let result_before_bar = 0.0;
    let mut x_i_bar = 0.0;
    if x_i < 0.0 {
        total_bar_1 += total_bar;
    } else {
        let total_2 = total_1 + x_i * x_i;
        let mut total_bar_2 = total_bar;
        if total_2 > limit {
            total_bar_2 += result_bar;
            limit_bar_1 -= result_bar;
        }
        total_bar_1 += total_bar_2;
        x_i_bar += total_bar_2 * x_i;
        x_i_bar += total_bar_2 * x_i;
    }
    x_bar_window[i] += x_i_bar;
    total_bar = total_bar_1;
    result_bar = result_before_bar;
}
*limit_bar += limit_bar_1;
result_before
```*/
#[allow(non_camel_case_types, dead_code)]
struct first_above {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl first_above {
    ///The value of [`first_above`] and its gradient.
    #[inline]
    fn value_and_grad(
        x: &[f64],
        limit: f64,
    ) -> (f64, (::autodiff_runtime::__private::Vec<f64>, f64)) {
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let mut limit_bar = 0.0;
        let value = Self::value_and_grad_into(x, limit, &mut x_bar, &mut limit_bar);
        (value, (x_bar, limit_bar))
    }
    ///The gradient of [`first_above`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: &[f64], limit: f64) -> (::autodiff_runtime::__private::Vec<f64>, f64) {
        Self::value_and_grad(x, limit).1
    }
    ///The value of [`first_above`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(
        x: &[f64],
        limit: f64,
        x_bar: &mut [f64],
        limit_bar: &mut f64,
    ) -> f64 {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut total = 0.0;
        let mut returned_before = false;
        let mut result_before = 0.0;
        let mut trips = 0usize;
        for i in 0..x.len() {
            let x_i = x[i];
            let total_1 = if x_i < 0.0 {
                returned_before = false;
                result_before = 0.0;
                total
            } else {
                let total_1 = total + x_i * x_i;
                let test = total_1 > limit;
                if test {
                    result_before = total_1 - limit;
                } else {
                    result_before = 0.0;
                }
                returned_before = test;
                total_1
            };
            tape.push(total);
            total = total_1;
            trips += 1;
            if returned_before {
                break;
            }
        }
        if !returned_before {
            result_before = total;
        }
        let mut limit_bar_1 = 0.0;
        let mut total_bar = 0.0;
        let mut result_bar = 0.0;
        if returned_before {
            result_bar += 1.0;
        } else {
            total_bar += 1.0;
        }
        let x_window = &x[..trips];
        let x_bar_window = &mut x_bar[..trips];
        for i in (0..trips).rev() {
            let ::core::option::Option::Some(total_1) = tape.pop() else {
                ::core::unreachable!()
            };
            let x_i = x_window[i];
            let mut total_bar_1 = 0.0;
            let result_before_bar = 0.0;
            let mut x_i_bar = 0.0;
            if x_i < 0.0 {
                total_bar_1 += total_bar;
            } else {
                let total_2 = total_1 + x_i * x_i;
                let mut total_bar_2 = total_bar;
                if total_2 > limit {
                    total_bar_2 += result_bar;
                    limit_bar_1 -= result_bar;
                }
                total_bar_1 += total_bar_2;
                x_i_bar += total_bar_2 * x_i;
                x_i_bar += total_bar_2 * x_i;
            }
            x_bar_window[i] += x_i_bar;
            total_bar = total_bar_1;
            result_bar = result_before_bar;
        }
        *limit_bar += limit_bar_1;
        result_before
    }
    ///The value of [`first_above`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        x: &'ad0 [f64],
        limit: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> (::autodiff_runtime::__private::Vec<f64>, f64) + use<'ad0>,
    ) {
        let (value, pullback) = Self::forward(x, limit);
        (
            value,
            move |seed: f64| {
                let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
                let mut limit_bar = 0.0;
                pullback(
                    x,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::Some(&mut limit_bar),
                );
                (x_bar, limit_bar)
            },
        )
    }
    ///The value of [`first_above`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: &[f64], limit: f64, x_dot: &[f64], limit_dot: f64) -> (f64, f64) {
        Self::pushforward(
            x,
            limit,
            ::core::option::Option::Some(x_dot),
            ::core::option::Option::Some(&limit_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: &[f64],
        limit: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            &[f64],
            (),
            f64,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut total = 0.0;
        let mut returned_before = false;
        let mut result_before = 0.0;
        let mut trips = 0usize;
        for i in 0..x.len() {
            let x_i = x[i];
            let total_1 = if x_i < 0.0 {
                returned_before = false;
                result_before = 0.0;
                total
            } else {
                let total_1 = total + x_i * x_i;
                let test = total_1 > limit;
                if test {
                    result_before = total_1 - limit;
                } else {
                    result_before = 0.0;
                }
                returned_before = test;
                total_1
            };
            tape.push(total);
            total = total_1;
            trips += 1;
            if returned_before {
                break;
            }
        }
        if !returned_before {
            result_before = total;
        }
        (
            result_before,
            move |
                x: &[f64],
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut [f64]>,
                limit_bar: ::core::option::Option<&mut f64>|
            {
                let x_bar = match x_bar {
                    ::core::option::Option::Some(x_bar) => x_bar,
                    ::core::option::Option::None => {
                        &mut *::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
                    }
                };
                let mut limit_bar_1 = 0.0;
                let mut total_bar = 0.0;
                let mut result_bar = 0.0;
                if returned_before {
                    result_bar += seed;
                } else {
                    total_bar += seed;
                }
                let x_window = &x[..trips];
                let x_bar_window = &mut x_bar[..trips];
                for i in (0..trips).rev() {
                    let ::core::option::Option::Some(total_1) = tape.pop() else {
                        ::core::unreachable!()
                    };
                    let x_i = x_window[i];
                    let mut total_bar_1 = 0.0;
                    let result_before_bar = 0.0;
                    let mut x_i_bar = 0.0;
                    if x_i < 0.0 {
                        total_bar_1 += total_bar;
                    } else {
                        let total_2 = total_1 + x_i * x_i;
                        let mut total_bar_2 = total_bar;
                        if total_2 > limit {
                            total_bar_2 += result_bar;
                            limit_bar_1 -= result_bar;
                        }
                        total_bar_1 += total_bar_2;
                        x_i_bar += total_bar_2 * x_i;
                        x_i_bar += total_bar_2 * x_i;
                    }
                    x_bar_window[i] += x_i_bar;
                    total_bar = total_bar_1;
                    result_bar = result_before_bar;
                }
                if let ::core::option::Option::Some(limit_bar) = limit_bar {
                    *limit_bar += limit_bar_1;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: &[f64],
        limit: f64,
        x_dot: ::core::option::Option<&[f64]>,
        limit_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => {
                &*::autodiff_runtime::pool::Scratch::filled(0.0, x.len())
            }
        };
        let limit_dot = limit_dot.copied().unwrap_or(0.0);
        let mut total = 0.0;
        let mut returned_before = false;
        let mut result_before = 0.0;
        let mut total_dot = 0.0;
        let mut result_before_dot = 0.0;
        let mut trips = 0usize;
        for i in 0..x.len() {
            let x_i = x[i];
            let x_i_dot = x_dot[i];
            if x_i < 0.0 {
                returned_before = false;
                result_before = 0.0;
                result_before_dot = 0.0;
            } else {
                total += x_i * x_i;
                total_dot += 2.0 * (x_i_dot * x_i);
                let test = total > limit;
                if test {
                    result_before = total - limit;
                    result_before_dot = total_dot - limit_dot;
                } else {
                    result_before = 0.0;
                    result_before_dot = 0.0;
                }
                returned_before = test;
            }
            trips += 1;
            if returned_before {
                break;
            }
        }
        if !returned_before {
            result_before = total;
            result_before_dot = total_dot;
        }
        (result_before, result_before_dot)
    }
}
