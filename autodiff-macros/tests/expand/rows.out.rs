#[allow(dead_code)]
fn layer(w: &[f64], x: &[f64], rows: usize) -> Vec<f64> {
    let n = x.len();
    let mut out = vec![0.0; rows];
    for i in 0..rows {
        let row = &w[i * n..(i + 1) * n];
        let mut sum = 0.0;
        for j in 0..n {
            sum += row[j] * x[j];
        }
        out[i] = sum.tanh();
    }
    out
}
///The derivatives of [`layer`](fn@layer).
/**
The value and the gradient are computed as
```text
let n = x.len();
let mut out = vec![0.0; rows];
let whole = rows - rows % 4;
for i in (0..whole).step_by(4) {
    let i_1 = i + 1;
    let i_2 = i + 2;
    let i_3 = i + 3;
    let index = i * n;
    let index_1 = (i + 1) * n;
    let row = &w[index..index_1];
    let mut sum = 0.0;
    let index_2 = i_1 * n;
    let index_3 = (i_1 + 1) * n;
    let row_1 = &w[index_2..index_3];
    let mut sum_1 = 0.0;
    let index_4 = i_2 * n;
    let index_5 = (i_2 + 1) * n;
    let row_2 = &w[index_4..index_5];
    let mut sum_2 = 0.0;
    let index_6 = i_3 * n;
    let index_7 = (i_3 + 1) * n;
    let row_3 = &w[index_6..index_7];
    let mut sum_3 = 0.0;
    let x_window = &x[..n];
    for j in 0..n {
        sum += row[j] * x_window[j];
        sum_1 += row_1[j] * x_window[j];
        sum_2 += row_2[j] * x_window[j];
        sum_3 += row_3[j] * x_window[j];
    }
    out[i] = sum.tanh();
    out[i_1] = sum_1.tanh();
    out[i_2] = sum_2.tanh();
    out[i_3] = sum_3.tanh();
}
for i in whole..rows {
    let index = i * n;
    let index_1 = (i + 1) * n;
    let row = &w[index..index_1];
    let mut sum = 0.0;
    let x_window = &x[..n];
    for j in 0..n {
        sum += row[j] * x_window[j];
    }
    out[i] = sum.tanh();
}
let mut out_bar = Buffer::filled(1.0, out.len());
let out_window = &out[..rows];
let out_bar_window = &mut out_bar[..rows];
for i in (0..rows).rev() {
    let index = i * n;
    let index_1 = (i + 1) * n;
    let row = &w[index..index_1];
    let tanh = out_window[i];
    let tanh_bar = out_bar_window[i];
    out_bar_window[i] = 0.0;
    let sum_bar = tanh_bar * (1.0 - tanh * tanh);
    let x_window = &x[..n];
    let w_bar_window = &mut w_bar[index..index + n];
    let x_bar_window = &mut x_bar[..n];
    for j in 0..n {
        x_bar_window[j] += sum_bar * row[j];
        w_bar_window[j] += sum_bar * x_window[j];
    }
}
out
```*/
#[allow(non_camel_case_types, dead_code)]
struct layer {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl layer {
    ///The value of [`layer`] and its gradient.
    #[inline]
    fn value_and_grad(
        w: &[f64],
        x: &[f64],
        rows: usize,
    ) -> (
        Vec<f64>,
        (
            ::autodiff_runtime::__private::Vec<f64>,
            ::autodiff_runtime::__private::Vec<f64>,
        ),
    ) {
        let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let value = Self::value_and_grad_into(w, x, rows, &mut w_bar, &mut x_bar);
        (value, (w_bar, x_bar))
    }
    ///The gradient of [`layer`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(
        w: &[f64],
        x: &[f64],
        rows: usize,
    ) -> (
        ::autodiff_runtime::__private::Vec<f64>,
        ::autodiff_runtime::__private::Vec<f64>,
    ) {
        Self::value_and_grad(w, x, rows).1
    }
    ///The value of [`layer`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(
        w: &[f64],
        x: &[f64],
        rows: usize,
        w_bar: &mut [f64],
        x_bar: &mut [f64],
    ) -> Vec<f64> {
        let n = x.len();
        let mut out = ::autodiff_runtime::__private::vec![0.0; rows];
        let whole = rows - rows % 4;
        for i in (0..whole).step_by(4) {
            let i_1 = i + 1;
            let i_2 = i + 2;
            let i_3 = i + 3;
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let mut sum = 0.0;
            let index_2 = i_1 * n;
            let index_3 = (i_1 + 1) * n;
            let row_1 = &w[index_2..index_3];
            let mut sum_1 = 0.0;
            let index_4 = i_2 * n;
            let index_5 = (i_2 + 1) * n;
            let row_2 = &w[index_4..index_5];
            let mut sum_2 = 0.0;
            let index_6 = i_3 * n;
            let index_7 = (i_3 + 1) * n;
            let row_3 = &w[index_6..index_7];
            let mut sum_3 = 0.0;
            let x_window = &x[..n];
            for j in 0..n {
                sum += row[j] * x_window[j];
                sum_1 += row_1[j] * x_window[j];
                sum_2 += row_2[j] * x_window[j];
                sum_3 += row_3[j] * x_window[j];
            }
            out[i] = sum.tanh();
            out[i_1] = sum_1.tanh();
            out[i_2] = sum_2.tanh();
            out[i_3] = sum_3.tanh();
        }
        for i in whole..rows {
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let mut sum = 0.0;
            let x_window = &x[..n];
            for j in 0..n {
                sum += row[j] * x_window[j];
            }
            out[i] = sum.tanh();
        }
        let mut out_bar = ::autodiff_runtime::pool::Buffer::filled(1.0, out.len());
        let out_window = &out[..rows];
        let out_bar_window = &mut out_bar[..rows];
        for i in (0..rows).rev() {
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let tanh = out_window[i];
            let tanh_bar = out_bar_window[i];
            out_bar_window[i] = 0.0;
            let sum_bar = tanh_bar * (1.0 - tanh * tanh);
            let x_window = &x[..n];
            let w_bar_window = &mut w_bar[index..index + n];
            let x_bar_window = &mut x_bar[..n];
            for j in 0..n {
                x_bar_window[j] += sum_bar * row[j];
                w_bar_window[j] += sum_bar * x_window[j];
            }
        }
        out
    }
    ///The value of [`layer`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0, 'ad1>(
        w: &'ad0 [f64],
        x: &'ad1 [f64],
        rows: usize,
    ) -> (
        Vec<f64>,
        impl ::core::ops::FnOnce(
            ::autodiff_runtime::__private::Vec<f64>,
        ) -> (
                ::autodiff_runtime::__private::Vec<f64>,
                ::autodiff_runtime::__private::Vec<f64>,
            ) + use<'ad0, 'ad1>,
    ) {
        let (value, pullback) = Self::forward(w, x, rows);
        (
            value,
            move |seed: ::autodiff_runtime::__private::Vec<f64>| {
                let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
                let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
                pullback(
                    w,
                    x,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut w_bar),
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::None,
                );
                (w_bar, x_bar)
            },
        )
    }
    ///The value of [`layer`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(
        w: &[f64],
        x: &[f64],
        rows: usize,
        w_dot: &[f64],
        x_dot: &[f64],
    ) -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
        Self::pushforward(
            w,
            x,
            rows,
            ::core::option::Option::Some(w_dot),
            ::core::option::Option::Some(x_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        w: &[f64],
        x: &[f64],
        rows: usize,
    ) -> (
        Vec<f64>,
        impl ::core::ops::FnOnce(
            &[f64],
            &[f64],
            (),
            ::autodiff_runtime::__private::Vec<f64>,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let n = x.len();
        let mut out = ::autodiff_runtime::__private::vec![0.0; rows];
        let whole = rows - rows % 4;
        for i in (0..whole).step_by(4) {
            let i_1 = i + 1;
            let i_2 = i + 2;
            let i_3 = i + 3;
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let mut sum = 0.0;
            let index_2 = i_1 * n;
            let index_3 = (i_1 + 1) * n;
            let row_1 = &w[index_2..index_3];
            let mut sum_1 = 0.0;
            let index_4 = i_2 * n;
            let index_5 = (i_2 + 1) * n;
            let row_2 = &w[index_4..index_5];
            let mut sum_2 = 0.0;
            let index_6 = i_3 * n;
            let index_7 = (i_3 + 1) * n;
            let row_3 = &w[index_6..index_7];
            let mut sum_3 = 0.0;
            let x_window = &x[..n];
            for j in 0..n {
                sum += row[j] * x_window[j];
                sum_1 += row_1[j] * x_window[j];
                sum_2 += row_2[j] * x_window[j];
                sum_3 += row_3[j] * x_window[j];
            }
            out[i] = sum.tanh();
            out[i_1] = sum_1.tanh();
            out[i_2] = sum_2.tanh();
            out[i_3] = sum_3.tanh();
        }
        for i in whole..rows {
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let mut sum = 0.0;
            let x_window = &x[..n];
            for j in 0..n {
                sum += row[j] * x_window[j];
            }
            out[i] = sum.tanh();
        }
        (
            out.clone(),
            move |
                w: &[f64],
                x: &[f64],
                _: (),
                mut out_bar: ::autodiff_runtime::__private::Vec<f64>,
                w_bar: ::core::option::Option<&mut [f64]>,
                x_bar: ::core::option::Option<&mut [f64]>,
                _: ::core::option::Option<&mut ()>|
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
                let out_window = &out[..rows];
                let out_bar_window = &mut out_bar[..rows];
                for i in (0..rows).rev() {
                    let index = i * n;
                    let index_1 = (i + 1) * n;
                    let row = &w[index..index_1];
                    let tanh = out_window[i];
                    let tanh_bar = out_bar_window[i];
                    out_bar_window[i] = 0.0;
                    let sum_bar = tanh_bar * (1.0 - tanh * tanh);
                    let x_window = &x[..n];
                    let w_bar_window = &mut w_bar[index..index + n];
                    let x_bar_window = &mut x_bar[..n];
                    for j in 0..n {
                        x_bar_window[j] += sum_bar * row[j];
                        w_bar_window[j] += sum_bar * x_window[j];
                    }
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
        rows: usize,
        w_dot: ::core::option::Option<&[f64]>,
        x_dot: ::core::option::Option<&[f64]>,
        _: ::core::option::Option<&()>,
    ) -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
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
        let n = x.len();
        let mut out_dot = ::autodiff_runtime::__private::vec![0.0; rows];
        let mut out = ::autodiff_runtime::__private::vec![0.0; rows];
        let whole = rows - rows % 4;
        for i in (0..whole).step_by(4) {
            let i_1 = i + 1;
            let i_2 = i + 2;
            let i_3 = i + 3;
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let mut sum = 0.0;
            let index_2 = i_1 * n;
            let index_3 = (i_1 + 1) * n;
            let row_1 = &w[index_2..index_3];
            let mut sum_1 = 0.0;
            let index_4 = i_2 * n;
            let index_5 = (i_2 + 1) * n;
            let row_2 = &w[index_4..index_5];
            let mut sum_2 = 0.0;
            let index_6 = i_3 * n;
            let index_7 = (i_3 + 1) * n;
            let row_3 = &w[index_6..index_7];
            let mut sum_3 = 0.0;
            let x_window = &x[..n];
            let w_dot_window = &w_dot[index..index + n];
            let w_dot_window_1 = &w_dot[index_2..index_2 + n];
            let w_dot_window_2 = &w_dot[index_4..index_4 + n];
            let w_dot_window_3 = &w_dot[index_6..index_6 + n];
            let x_dot_window = &x_dot[..n];
            let mut sum_dot = 0.0;
            let mut sum_dot_1 = 0.0;
            let mut sum_dot_2 = 0.0;
            let mut sum_dot_3 = 0.0;
            for j in 0..n {
                let row_i = row[j];
                let x_i = x_window[j];
                sum += row_i * x_i;
                sum_dot += w_dot_window[j] * x_i + x_dot_window[j] * row_i;
                let row_i_1 = row_1[j];
                sum_1 += row_i_1 * x_i;
                sum_dot_1 += w_dot_window_1[j] * x_i + x_dot_window[j] * row_i_1;
                let row_i_2 = row_2[j];
                sum_2 += row_i_2 * x_i;
                sum_dot_2 += w_dot_window_2[j] * x_i + x_dot_window[j] * row_i_2;
                let row_i_3 = row_3[j];
                sum_3 += row_i_3 * x_i;
                sum_dot_3 += w_dot_window_3[j] * x_i + x_dot_window[j] * row_i_3;
            }
            let tanh = sum.tanh();
            out[i] = tanh;
            out_dot[i] = sum_dot * (1.0 - tanh * tanh);
            let tanh_1 = sum_1.tanh();
            out[i_1] = tanh_1;
            out_dot[i_1] = sum_dot_1 * (1.0 - tanh_1 * tanh_1);
            let tanh_2 = sum_2.tanh();
            out[i_2] = tanh_2;
            out_dot[i_2] = sum_dot_2 * (1.0 - tanh_2 * tanh_2);
            let tanh_3 = sum_3.tanh();
            out[i_3] = tanh_3;
            out_dot[i_3] = sum_dot_3 * (1.0 - tanh_3 * tanh_3);
        }
        for i in whole..rows {
            let index = i * n;
            let index_1 = (i + 1) * n;
            let row = &w[index..index_1];
            let mut sum = 0.0;
            let x_window = &x[..n];
            let w_dot_window = &w_dot[index..index + n];
            let x_dot_window = &x_dot[..n];
            let mut sum_dot = 0.0;
            for j in 0..n {
                let row_i = row[j];
                let x_i = x_window[j];
                sum += row_i * x_i;
                sum_dot += w_dot_window[j] * x_i + x_dot_window[j] * row_i;
            }
            let tanh = sum.tanh();
            out[i] = tanh;
            out_dot[i] = sum_dot * (1.0 - tanh * tanh);
        }
        (out, out_dot)
    }
    ///The value of [`layer`] and its Jacobian: the gradient of each number of the result.
    #[inline]
    fn value_and_jacobian(
        w: &[f64],
        x: &[f64],
        rows: usize,
    ) -> (
        Vec<f64>,
        ::autodiff_runtime::__private::Vec<
            (
                ::autodiff_runtime::__private::Vec<f64>,
                ::autodiff_runtime::__private::Vec<f64>,
            ),
        >,
    ) {
        ::autodiff_runtime::jacobian::by_shape(
            |value: &Vec<f64>| -> ::autodiff_runtime::__private::Vec<f64> {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(
                    &Vec<f64>,
                ) -> ::autodiff_runtime::__private::Vec<f64>,
            | -> (
                Vec<f64>,
                (
                    ::autodiff_runtime::__private::Vec<f64>,
                    ::autodiff_runtime::__private::Vec<f64>,
                ),
            ) {
                let (value, pullback) = Self::vjp(w, x, rows);
                let seeds = seed(&value);
                (value, pullback(seeds))
            },
            &(
                ::autodiff_runtime::__private::vec![0.0; w.len()],
                ::autodiff_runtime::__private::vec![0.0; x.len()],
            ),
            |
                (
                    w_bar,
                    x_bar,
                ): (
                    ::autodiff_runtime::__private::Vec<f64>,
                    ::autodiff_runtime::__private::Vec<f64>,
                ),
            | -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
                let (value, pullback) = Self::jvp(w, x, rows, &w_bar, &x_bar);
                (value, pullback)
            },
        )
    }
    ///The Jacobian of [`layer`]: in the place of each number of the result its gradient.
    #[inline]
    fn jacobian(
        w: &[f64],
        x: &[f64],
        rows: usize,
    ) -> ::autodiff_runtime::__private::Vec<
        (
            ::autodiff_runtime::__private::Vec<f64>,
            ::autodiff_runtime::__private::Vec<f64>,
        ),
    > {
        Self::value_and_jacobian(w, x, rows).1
    }
    ///The value of [`layer`]; its Jacobian is written into the buffer, one row behind the other.
    #[inline]
    fn jacobian_into(
        w: &[f64],
        x: &[f64],
        rows: usize,
        jacobian: &mut [f64],
    ) -> Vec<f64> {
        let w_count = w.len();
        let mut w_dot = ::autodiff_runtime::pool::Scratch::filled(0.0, w_count);
        let x_count = x.len();
        let mut x_dot = ::autodiff_runtime::pool::Scratch::filled(0.0, x_count);
        let columns = w_count + x_count;
        ::autodiff_runtime::jacobian::into(
            ::core::option::Option::None,
            jacobian,
            (columns, columns),
            |value: &Vec<f64>| -> ::autodiff_runtime::__private::Vec<f64> {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(
                    &Vec<f64>,
                ) -> ::autodiff_runtime::__private::Vec<f64>,
                row: &mut [f64],
            | -> Vec<f64> {
                let (w_bar_1, row) = row.split_at_mut(w_count);
                let (x_bar_1, row) = row.split_at_mut(x_count);
                let (value, pullback) = Self::forward(w, x, rows);
                let tangent = seed(&value);
                pullback(
                    w,
                    x,
                    (),
                    tangent,
                    ::core::option::Option::Some(w_bar_1),
                    ::core::option::Option::Some(x_bar_1),
                    ::core::option::Option::None,
                );
                value
            },
            |jacobian: &mut [f64]| ::autodiff_runtime::jacobian::columns_into(
                jacobian,
                columns,
                |here: usize| -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark_slice(
                            &mut w_dot,
                            &mut here,
                            1.0,
                        );
                        ::autodiff_runtime::jacobian::mark_slice(
                            &mut x_dot,
                            &mut here,
                            1.0,
                        );
                    }
                    let tangent = Self::pushforward(
                        w,
                        x,
                        rows,
                        ::core::option::Option::Some(&*w_dot),
                        ::core::option::Option::Some(&*x_dot),
                        ::core::option::Option::None,
                    );
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark_slice(
                            &mut w_dot,
                            &mut here,
                            0.0,
                        );
                        ::autodiff_runtime::jacobian::mark_slice(
                            &mut x_dot,
                            &mut here,
                            0.0,
                        );
                    }
                    tangent
                },
            ),
        )
    }
}
