#[allow(dead_code)]
fn segments(x: f64, steps: usize) -> f64 {
    let mut y = x;
    for _ in 0..steps {
        y = y.sin() * x;
    }
    y
}
///The derivatives of [`segments`](fn@segments).
/**
The value and the gradient are computed as
```text
let mut tape = Buffer::new();
let mut tape_1 = Buffer::new();
let mut y = x;
let length: usize = cmp::Ord::max(usize::isqrt(steps), 1);
let segments: usize = usize::div_ceil(steps, length);
tape_1.reserve(segments);
for segment in 0..segments {
    let lo = segment * length;
    let count: usize = cmp::Ord::min(usize::saturating_add(lo, length), steps);
    let mut y_1 = y;
    for i in lo..count {
        y_1 = y_1.sin() * x;
    }
    tape_1.push(y);
    y = y_1;
}
let mut x_bar_1 = 0.0;
let mut y_bar = 1.0;
for segment in (0..segments).rev() {
    let Some(mut y_1) = tape_1.pop() else {
        unreachable!()
    };
    let lo = segment * length;
    let end: usize = cmp::Ord::min(usize::saturating_add(lo, length), steps);
    let mut y_bar_1 = 0.0;
    let mut y_bar_2 = y_bar;
    {
        for i in lo..end {
            let sin = y_1.sin();
            let y_2 = sin * x;
            tape.push((y_1, sin));
            y_1 = y_2;
        }
        for i in (lo..end).rev() {
            let Some((y_2, sin)) = tape.pop() else {
                unreachable!()
            };
            x_bar_1 += y_bar_2 * sin;
            let y_bar_3 = y_bar_2 * x * y_2.cos();
            y_bar_2 = y_bar_3;
        }
        y_bar_1 += y_bar_2;
    }
    y_bar = y_bar_1;
}
x_bar_1 += y_bar;
*x_bar += x_bar_1;
y
```*/
#[allow(non_camel_case_types, dead_code)]
struct segments {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl segments {
    ///The value of [`segments`] and its gradient.
    #[inline]
    fn value_and_grad(x: f64, steps: usize) -> (f64, f64) {
        let mut x_bar = 0.0;
        let value = Self::value_and_grad_into(x, steps, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`segments`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: f64, steps: usize) -> f64 {
        Self::value_and_grad(x, steps).1
    }
    ///The value of [`segments`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(x: f64, steps: usize, x_bar: &mut f64) -> f64 {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut tape_1 = ::autodiff_runtime::pool::Buffer::new();
        let mut y = x;
        let length: usize = ::core::cmp::Ord::max(usize::isqrt(steps), 1);
        let segments: usize = usize::div_ceil(steps, length);
        tape_1.reserve(segments);
        for segment in 0..segments {
            let lo = segment * length;
            let count: usize = ::core::cmp::Ord::min(
                usize::saturating_add(lo, length),
                steps,
            );
            let mut y_1 = y;
            for i in lo..count {
                y_1 = y_1.sin() * x;
            }
            tape_1.push(y);
            y = y_1;
        }
        let mut x_bar_1 = 0.0;
        let mut y_bar = 1.0;
        for segment in (0..segments).rev() {
            let ::core::option::Option::Some(mut y_1) = tape_1.pop() else {
                ::core::unreachable!()
            };
            let lo = segment * length;
            let end: usize = ::core::cmp::Ord::min(
                usize::saturating_add(lo, length),
                steps,
            );
            let mut y_bar_1 = 0.0;
            let mut y_bar_2 = y_bar;
            {
                for i in lo..end {
                    let sin = y_1.sin();
                    let y_2 = sin * x;
                    tape.push((y_1, sin));
                    y_1 = y_2;
                }
                for i in (lo..end).rev() {
                    let ::core::option::Option::Some((y_2, sin)) = tape.pop() else {
                        ::core::unreachable!()
                    };
                    x_bar_1 += y_bar_2 * sin;
                    let y_bar_3 = y_bar_2 * x * y_2.cos();
                    y_bar_2 = y_bar_3;
                }
                y_bar_1 += y_bar_2;
            }
            y_bar = y_bar_1;
        }
        x_bar_1 += y_bar;
        *x_bar += x_bar_1;
        y
    }
    ///The value of [`segments`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(x: f64, steps: usize) -> (f64, impl ::core::ops::FnOnce(f64) -> f64 + use<>) {
        let (value, pullback) = Self::forward(x, steps);
        (
            value,
            move |seed: f64| {
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
    ///The value of [`segments`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f64, steps: usize, x_dot: f64) -> (f64, f64) {
        Self::pushforward(
            x,
            steps,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: f64,
        steps: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut tape_1 = ::autodiff_runtime::pool::Buffer::new();
        let mut y = x;
        let length: usize = ::core::cmp::Ord::max(usize::isqrt(steps), 1);
        let segments: usize = usize::div_ceil(steps, length);
        tape_1.reserve(segments);
        for segment in 0..segments {
            let lo = segment * length;
            let count: usize = ::core::cmp::Ord::min(
                usize::saturating_add(lo, length),
                steps,
            );
            let mut y_1 = y;
            for i in lo..count {
                y_1 = y_1.sin() * x;
            }
            tape_1.push(y);
            y = y_1;
        }
        (
            y,
            move |
                _: (),
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut f64>,
                _: ::core::option::Option<&mut ()>|
            {
                let mut x_bar_1 = 0.0;
                let mut y_bar = seed;
                for segment in (0..segments).rev() {
                    let ::core::option::Option::Some(mut y_1) = tape_1.pop() else {
                        ::core::unreachable!()
                    };
                    let lo = segment * length;
                    let end: usize = ::core::cmp::Ord::min(
                        usize::saturating_add(lo, length),
                        steps,
                    );
                    let mut y_bar_1 = 0.0;
                    let mut y_bar_2 = y_bar;
                    {
                        for i in lo..end {
                            let sin = y_1.sin();
                            let y_2 = sin * x;
                            tape.push((y_1, sin));
                            y_1 = y_2;
                        }
                        for i in (lo..end).rev() {
                            let ::core::option::Option::Some((y_2, sin)) = tape.pop()
                            else { ::core::unreachable!() };
                            x_bar_1 += y_bar_2 * sin;
                            let y_bar_3 = y_bar_2 * x * y_2.cos();
                            y_bar_2 = y_bar_3;
                        }
                        y_bar_1 += y_bar_2;
                    }
                    y_bar = y_bar_1;
                }
                x_bar_1 += y_bar;
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
        x: f64,
        steps: usize,
        x_dot: ::core::option::Option<&f64>,
        _: ::core::option::Option<&()>,
    ) -> (f64, f64) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let mut y = x;
        let length: usize = ::core::cmp::Ord::max(usize::isqrt(steps), 1);
        let count: usize = usize::div_ceil(steps, length);
        let mut y_dot = x_dot;
        for segment in 0..count {
            let lo = segment * length;
            let count_1: usize = ::core::cmp::Ord::min(
                usize::saturating_add(lo, length),
                steps,
            );
            for i in lo..count_1 {
                let sin = y.sin();
                let y_1 = sin * x;
                y_dot = y_dot * y.cos() * x + x_dot * sin;
                y = y_1;
            }
        }
        (y, y_dot)
    }
}
#[allow(dead_code)]
#[allow(unused_variables)]
fn slots(x: f64, steps: usize) -> f64 {
    let mut y = x;
    for _ in 0..steps {
        y = y.sin() * x;
    }
    y
}
///The derivatives of [`slots`](fn@slots).
/**
The value and the gradient are computed as
```text
let mut snapshots = Buffer::new();
let mut y = x;
let mut due = 0;
let mut used = 0;
for i in 0..steps {
    if i == due {
        snapshots.push((i, y));
        due = i + leap(steps - i, 3, used);
        used += 1;
    }
    y = y.sin() * x;
}
let mut x_bar_1 = 0.0;
let mut y_bar = 1.0;
{
    let mut used_1 = used;
    for last in (0..steps).rev() {
        let Some((start, mut y_1)) = snapshots.pop() else {
            unreachable!()
        };
        used_1 -= 1;
        let mut due_1 = start;
        let mut used_2 = used_1;
        for i in start..last {
            if i == due_1 {
                snapshots.push((i, y_1));
                due_1 = i + leap(last - i, 3, used_2);
                used_2 += 1;
            }
            y_1 = y_1.sin() * x;
        }
        used_1 = used_2;
        {
            let y_2 = y_1;
            x_bar_1 += y_bar * y_2.sin();
            let y_bar_1 = y_bar * x * y_2.cos();
            y_bar = y_bar_1;
        }
    }
}
x_bar_1 += y_bar;
*x_bar += x_bar_1;
y
```*/
#[allow(non_camel_case_types, dead_code)]
struct slots {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl slots {
    ///The value of [`slots`] and its gradient.
    #[inline]
    fn value_and_grad(x: f64, steps: usize) -> (f64, f64) {
        let mut x_bar = 0.0;
        let value = Self::value_and_grad_into(x, steps, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`slots`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: f64, steps: usize) -> f64 {
        Self::value_and_grad(x, steps).1
    }
    ///The value of [`slots`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(x: f64, steps: usize, x_bar: &mut f64) -> f64 {
        let mut snapshots = ::autodiff_runtime::pool::Buffer::new();
        let mut y = x;
        let mut due = 0;
        let mut used = 0;
        for i in 0..steps {
            if i == due {
                snapshots.push((i, y));
                due = i + ::autodiff_runtime::__private::leap(steps - i, 3, used);
                used += 1;
            }
            y = y.sin() * x;
        }
        let mut x_bar_1 = 0.0;
        let mut y_bar = 1.0;
        {
            let mut used_1 = used;
            for last in (0..steps).rev() {
                let ::core::option::Option::Some((start, mut y_1)) = snapshots.pop()
                else { ::core::unreachable!() };
                used_1 -= 1;
                let mut due_1 = start;
                let mut used_2 = used_1;
                for i in start..last {
                    if i == due_1 {
                        snapshots.push((i, y_1));
                        due_1 = i
                            + ::autodiff_runtime::__private::leap(last - i, 3, used_2);
                        used_2 += 1;
                    }
                    y_1 = y_1.sin() * x;
                }
                used_1 = used_2;
                {
                    let y_2 = y_1;
                    x_bar_1 += y_bar * y_2.sin();
                    let y_bar_1 = y_bar * x * y_2.cos();
                    y_bar = y_bar_1;
                }
            }
        }
        x_bar_1 += y_bar;
        *x_bar += x_bar_1;
        y
    }
    ///The value of [`slots`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(x: f64, steps: usize) -> (f64, impl ::core::ops::FnOnce(f64) -> f64 + use<>) {
        let (value, pullback) = Self::forward(x, steps);
        (
            value,
            move |seed: f64| {
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
    ///The value of [`slots`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f64, steps: usize, x_dot: f64) -> (f64, f64) {
        Self::pushforward(
            x,
            steps,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: f64,
        steps: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let mut snapshots = ::autodiff_runtime::pool::Buffer::new();
        let mut y = x;
        let mut due = 0;
        let mut used = 0;
        for i in 0..steps {
            if i == due {
                snapshots.push((i, y));
                due = i + ::autodiff_runtime::__private::leap(steps - i, 3, used);
                used += 1;
            }
            y = y.sin() * x;
        }
        (
            y,
            move |
                _: (),
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut f64>,
                _: ::core::option::Option<&mut ()>|
            {
                let mut x_bar_1 = 0.0;
                let mut y_bar = seed;
                {
                    let mut used_1 = used;
                    for last in (0..steps).rev() {
                        let ::core::option::Option::Some((start, mut y_1)) = snapshots
                            .pop() else { ::core::unreachable!() };
                        used_1 -= 1;
                        let mut due_1 = start;
                        let mut used_2 = used_1;
                        for i in start..last {
                            if i == due_1 {
                                snapshots.push((i, y_1));
                                due_1 = i
                                    + ::autodiff_runtime::__private::leap(last - i, 3, used_2);
                                used_2 += 1;
                            }
                            y_1 = y_1.sin() * x;
                        }
                        used_1 = used_2;
                        {
                            let y_2 = y_1;
                            x_bar_1 += y_bar * y_2.sin();
                            let y_bar_1 = y_bar * x * y_2.cos();
                            y_bar = y_bar_1;
                        }
                    }
                }
                x_bar_1 += y_bar;
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
        x: f64,
        steps: usize,
        x_dot: ::core::option::Option<&f64>,
        _: ::core::option::Option<&()>,
    ) -> (f64, f64) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let mut y = x;
        let mut y_dot = x_dot;
        for i in 0..steps {
            let sin = y.sin();
            let y_1 = sin * x;
            y_dot = y_dot * y.cos() * x + x_dot * sin;
            y = y_1;
        }
        (y, y_dot)
    }
}
