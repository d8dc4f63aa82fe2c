#[allow(dead_code)]
fn cross(a: &[f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
///The derivatives of [`cross`](fn@cross).
/**
The value and the gradient are computed as
```text
let a_i = a[1];
let b_i = b[2];
let a_i_1 = a[2];
let b_i_1 = b[1];
let b_i_2 = b[0];
let a_i_2 = a[0];
let item = [a_i * b_i - a_i_1 * b_i_1, a_i_1 * b_i_2 - a_i_2 * b_i, a_i_2 * b_i_1 - a_i * b_i_2];
let item_bar = [1.0; 3usize];
let sub_bar = item_bar[0];
let sub_bar_1 = item_bar[1];
let sub_bar_2 = item_bar[2];
let mul_bar = -sub_bar_2;
let mul_bar_1 = -sub_bar_1;
a_bar[0] += sub_bar_2 * b_i_1 + mul_bar_1 * b_i;
b_bar[0] += mul_bar * a_i + sub_bar_1 * a_i_1;
let mul_bar_2 = -sub_bar;
b_bar[1] += sub_bar_2 * a_i_2 + mul_bar_2 * a_i_1;
a_bar[2] += sub_bar_1 * b_i_2 + mul_bar_2 * b_i_1;
b_bar[2] += mul_bar_1 * a_i_2 + sub_bar * a_i;
a_bar[1] += mul_bar * b_i_2 + sub_bar * b_i;
item
```*/
#[allow(non_camel_case_types, dead_code)]
struct cross {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl cross {
    ///The value of [`cross`] and its gradient.
    #[inline]
    fn value_and_grad(a: &[f64; 3], b: [f64; 3]) -> ([f64; 3], ([f64; 3], [f64; 3])) {
        let mut a_bar = [0.0; 3];
        let mut b_bar = [0.0; 3];
        let value = Self::value_and_grad_into(a, b, &mut a_bar, &mut b_bar);
        (value, (a_bar, b_bar))
    }
    ///The gradient of [`cross`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(a: &[f64; 3], b: [f64; 3]) -> ([f64; 3], [f64; 3]) {
        Self::value_and_grad(a, b).1
    }
    ///The value of [`cross`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        a: &[f64; 3],
        b: [f64; 3],
        a_bar: &mut [f64; 3],
        b_bar: &mut [f64; 3],
    ) -> [f64; 3] {
        let a_i = a[1];
        let b_i = b[2];
        let a_i_1 = a[2];
        let b_i_1 = b[1];
        let b_i_2 = b[0];
        let a_i_2 = a[0];
        let item = [
            a_i * b_i - a_i_1 * b_i_1,
            a_i_1 * b_i_2 - a_i_2 * b_i,
            a_i_2 * b_i_1 - a_i * b_i_2,
        ];
        let item_bar = [1.0; 3usize];
        let sub_bar = item_bar[0];
        let sub_bar_1 = item_bar[1];
        let sub_bar_2 = item_bar[2];
        let mul_bar = -sub_bar_2;
        let mul_bar_1 = -sub_bar_1;
        a_bar[0] += sub_bar_2 * b_i_1 + mul_bar_1 * b_i;
        b_bar[0] += mul_bar * a_i + sub_bar_1 * a_i_1;
        let mul_bar_2 = -sub_bar;
        b_bar[1] += sub_bar_2 * a_i_2 + mul_bar_2 * a_i_1;
        a_bar[2] += sub_bar_1 * b_i_2 + mul_bar_2 * b_i_1;
        b_bar[2] += mul_bar_1 * a_i_2 + sub_bar * a_i;
        a_bar[1] += mul_bar * b_i_2 + sub_bar * b_i;
        item
    }
    ///The value of [`cross`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        a: &'ad0 [f64; 3],
        b: [f64; 3],
    ) -> (
        [f64; 3],
        impl ::core::ops::FnOnce([f64; 3]) -> ([f64; 3], [f64; 3]) + use<'ad0>,
    ) {
        let mut b_bar = [0.0; 3];
        let (value, pullback) = Self::forward(a, b);
        (
            value,
            move |seed: [f64; 3]| {
                let mut a_bar = [0.0; 3];
                pullback(
                    a,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut a_bar),
                    ::core::option::Option::Some(&mut b_bar),
                );
                (a_bar, b_bar)
            },
        )
    }
    ///The value of [`cross`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(
        a: &[f64; 3],
        b: [f64; 3],
        a_dot: &[f64; 3],
        b_dot: [f64; 3],
    ) -> ([f64; 3], [f64; 3]) {
        Self::pushforward(
            a,
            b,
            ::core::option::Option::Some(a_dot),
            ::core::option::Option::Some(&b_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        a: &[f64; 3],
        b: [f64; 3],
    ) -> (
        [f64; 3],
        impl ::core::ops::FnOnce(
            &[f64; 3],
            (),
            [f64; 3],
            ::core::option::Option<&mut [f64; 3]>,
            ::core::option::Option<&mut [f64; 3]>,
        ),
    ) {
        let a_i = a[1];
        let b_i = b[2];
        let a_i_1 = a[2];
        let b_i_1 = b[1];
        let b_i_2 = b[0];
        let a_i_2 = a[0];
        let item = [
            a_i * b_i - a_i_1 * b_i_1,
            a_i_1 * b_i_2 - a_i_2 * b_i,
            a_i_2 * b_i_1 - a_i * b_i_2,
        ];
        (
            item,
            move |
                a: &[f64; 3],
                _: (),
                item_bar: [f64; 3],
                a_bar: ::core::option::Option<&mut [f64; 3]>,
                b_bar: ::core::option::Option<&mut [f64; 3]>|
            {
                let a_bar = match a_bar {
                    ::core::option::Option::Some(a_bar) => a_bar,
                    ::core::option::Option::None => &mut [0.0; 3],
                };
                let b_bar = match b_bar {
                    ::core::option::Option::Some(b_bar) => b_bar,
                    ::core::option::Option::None => &mut [0.0; 3],
                };
                let sub_bar = item_bar[0];
                let sub_bar_1 = item_bar[1];
                let sub_bar_2 = item_bar[2];
                let mul_bar = -sub_bar_2;
                let mul_bar_1 = -sub_bar_1;
                a_bar[0] += sub_bar_2 * b_i_1 + mul_bar_1 * b_i;
                b_bar[0] += mul_bar * a_i + sub_bar_1 * a_i_1;
                let mul_bar_2 = -sub_bar;
                b_bar[1] += sub_bar_2 * a_i_2 + mul_bar_2 * a_i_1;
                a_bar[2] += sub_bar_1 * b_i_2 + mul_bar_2 * b_i_1;
                b_bar[2] += mul_bar_1 * a_i_2 + sub_bar * a_i;
                a_bar[1] += mul_bar * b_i_2 + sub_bar * b_i;
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        a: &[f64; 3],
        b: [f64; 3],
        a_dot: ::core::option::Option<&[f64; 3]>,
        b_dot: ::core::option::Option<&[f64; 3]>,
    ) -> ([f64; 3], [f64; 3]) {
        let a_dot = match a_dot {
            ::core::option::Option::Some(a_dot) => a_dot,
            ::core::option::Option::None => &[0.0; 3],
        };
        let b_dot = match b_dot {
            ::core::option::Option::Some(b_dot) => b_dot,
            ::core::option::Option::None => &[0.0; 3],
        };
        let a_i = a[1];
        let a_i_dot = a_dot[1];
        let b_i = b[2];
        let b_i_dot = b_dot[2];
        let a_i_1 = a[2];
        let a_i_dot_1 = a_dot[2];
        let b_i_1 = b[1];
        let b_i_dot_1 = b_dot[1];
        let b_i_2 = b[0];
        let b_i_dot_2 = b_dot[0];
        let a_i_2 = a[0];
        let a_i_dot_2 = a_dot[0];
        let item_dot = [
            a_i_dot * b_i + b_i_dot * a_i - (a_i_dot_1 * b_i_1 + b_i_dot_1 * a_i_1),
            a_i_dot_1 * b_i_2 + b_i_dot_2 * a_i_1 - (a_i_dot_2 * b_i + b_i_dot * a_i_2),
            a_i_dot_2 * b_i_1 + b_i_dot_1 * a_i_2 - (a_i_dot * b_i_2 + b_i_dot_2 * a_i),
        ];
        let item = [
            a_i * b_i - a_i_1 * b_i_1,
            a_i_1 * b_i_2 - a_i_2 * b_i,
            a_i_2 * b_i_1 - a_i * b_i_2,
        ];
        (item, item_dot)
    }
    ///The value of [`cross`] and its Jacobian: the gradient of each number of the result.
    #[inline]
    fn value_and_jacobian(
        a: &[f64; 3],
        b: [f64; 3],
    ) -> ([f64; 3], [([f64; 3], [f64; 3]); 3]) {
        ::autodiff_runtime::jacobian::by_shape(
            |value: &[f64; 3]| -> [f64; 3] {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(&[f64; 3]) -> [f64; 3],
            | -> ([f64; 3], ([f64; 3], [f64; 3])) {
                let (value, pullback) = Self::vjp(a, ::core::clone::Clone::clone(&b));
                let seeds = seed(&value);
                (value, pullback(seeds))
            },
            &([0.0; 3], [0.0; 3]),
            |(a_bar, b_bar): ([f64; 3], [f64; 3])| -> ([f64; 3], [f64; 3]) {
                let (value, pullback) = Self::jvp(
                    a,
                    ::core::clone::Clone::clone(&b),
                    &a_bar,
                    b_bar,
                );
                (value, pullback)
            },
        )
    }
    ///The Jacobian of [`cross`]: in the place of each number of the result its gradient.
    #[inline]
    fn jacobian(a: &[f64; 3], b: [f64; 3]) -> [([f64; 3], [f64; 3]); 3] {
        Self::value_and_jacobian(a, b).1
    }
    ///The value of [`cross`]; its Jacobian is written into the buffer, one row behind the other.
    #[inline]
    fn jacobian_into(a: &[f64; 3], b: [f64; 3], jacobian: &mut [f64]) -> [f64; 3] {
        let mut a_dot = [0.0; 3];
        let a_count = ::autodiff_runtime::jacobian::Numbers::count(&a_dot);
        let mut b_dot = [0.0; 3];
        let b_count = ::autodiff_runtime::jacobian::Numbers::count(&b_dot);
        let columns = a_count + b_count;
        ::autodiff_runtime::jacobian::into(
            ::core::option::Option::None,
            jacobian,
            (columns, columns),
            |value: &[f64; 3]| -> [f64; 3] {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(&[f64; 3]) -> [f64; 3],
                row: &mut [f64],
            | -> [f64; 3] {
                let (part, row) = row.split_at_mut(a_count);
                let mut a_bar_1 = [0.0; 3];
                let (part_1, row) = row.split_at_mut(b_count);
                let mut b_bar_1 = [0.0; 3];
                let (value, pullback) = Self::forward(
                    a,
                    ::core::clone::Clone::clone(&b),
                );
                let tangent = seed(&value);
                pullback(
                    a,
                    (),
                    tangent,
                    ::core::option::Option::Some(&mut a_bar_1),
                    ::core::option::Option::Some(&mut b_bar_1),
                );
                ::autodiff_runtime::jacobian::write(&a_bar_1, part);
                ::autodiff_runtime::jacobian::write(&b_bar_1, part_1);
                value
            },
            |jacobian: &mut [f64]| ::autodiff_runtime::jacobian::columns_into(
                jacobian,
                columns,
                |here: usize| -> ([f64; 3], [f64; 3]) {
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark(&mut a_dot, &mut here, 1.0);
                        ::autodiff_runtime::jacobian::mark(&mut b_dot, &mut here, 1.0);
                    }
                    let tangent = Self::pushforward(
                        a,
                        ::core::clone::Clone::clone(&b),
                        ::core::option::Option::Some(&a_dot),
                        ::core::option::Option::Some(&b_dot),
                    );
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark(&mut a_dot, &mut here, 0.0);
                        ::autodiff_runtime::jacobian::mark(&mut b_dot, &mut here, 0.0);
                    }
                    tangent
                },
            ),
        )
    }
}
