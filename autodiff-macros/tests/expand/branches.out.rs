#[allow(dead_code)]
fn huber(r: f64, delta: f64) -> f64 {
    let a = r.abs();
    if a <= delta {
        0.5 * r * r
    } else if a < 10.0 * delta {
        delta * (a - 0.5 * delta)
    } else {
        delta * delta
    }
}
///The derivatives of [`huber`](fn@huber).
/**
The value and the gradient are computed as
```text
let a = r.abs();
let test = a <= delta;
let branch = if test {
    0.5 * r * r
} else if a < 10.0 * delta {
    delta * (a - 0.5 * delta)
} else {
    delta * delta
};
let mut r_bar_1 = 0.0;
let mut delta_bar_1 = 0.0;
let mut a_bar = 0.0;
if test {
    r_bar_1 += 0.5 * r;
    r_bar_1 += r * 0.5;
} else if a < 10.0 * delta {
    delta_bar_1 += a - 0.5 * delta;
    a_bar += delta;
    delta_bar_1 -= delta * 0.5;
} else {
    delta_bar_1 += delta;
    delta_bar_1 += delta;
}
r_bar_1 += if r > 0.0 {
    a_bar
} else {
    if r < 0.0 {
        -a_bar
    } else {
        0.0
    }
};
*r_bar += r_bar_1;
*delta_bar += delta_bar_1;
branch
```*/
#[allow(non_camel_case_types, dead_code)]
struct huber {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl huber {
    ///The value of [`huber`] and its gradient.
    #[inline]
    fn value_and_grad(r: f64, delta: f64) -> (f64, (f64, f64)) {
        let mut r_bar = 0.0;
        let mut delta_bar = 0.0;
        let value = Self::value_and_grad_into(r, delta, &mut r_bar, &mut delta_bar);
        (value, (r_bar, delta_bar))
    }
    ///The gradient of [`huber`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(r: f64, delta: f64) -> (f64, f64) {
        Self::value_and_grad(r, delta).1
    }
    ///The value of [`huber`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        r: f64,
        delta: f64,
        r_bar: &mut f64,
        delta_bar: &mut f64,
    ) -> f64 {
        let a = r.abs();
        let test = a <= delta;
        let branch = if test {
            0.5 * r * r
        } else if a < 10.0 * delta {
            delta * (a - 0.5 * delta)
        } else {
            delta * delta
        };
        let mut r_bar_1 = 0.0;
        let mut delta_bar_1 = 0.0;
        let mut a_bar = 0.0;
        if test {
            r_bar_1 += 0.5 * r;
            r_bar_1 += r * 0.5;
        } else if a < 10.0 * delta {
            delta_bar_1 += a - 0.5 * delta;
            a_bar += delta;
            delta_bar_1 -= delta * 0.5;
        } else {
            delta_bar_1 += delta;
            delta_bar_1 += delta;
        }
        r_bar_1 += if r > 0.0 { a_bar } else { if r < 0.0 { -a_bar } else { 0.0 } };
        *r_bar += r_bar_1;
        *delta_bar += delta_bar_1;
        branch
    }
    ///The value of [`huber`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        r: f64,
        delta: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64) + use<>) {
        let (value, pullback) = Self::forward(r, delta);
        (
            value,
            move |seed: f64| {
                let mut r_bar = 0.0;
                let mut delta_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut r_bar),
                    ::core::option::Option::Some(&mut delta_bar),
                );
                (r_bar, delta_bar)
            },
        )
    }
    ///The value of [`huber`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(r: f64, delta: f64, r_dot: f64, delta_dot: f64) -> (f64, f64) {
        Self::pushforward(
            r,
            delta,
            ::core::option::Option::Some(&r_dot),
            ::core::option::Option::Some(&delta_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        r: f64,
        delta: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let a = r.abs();
        let test = a <= delta;
        let branch = if test {
            0.5 * r * r
        } else if a < 10.0 * delta {
            delta * (a - 0.5 * delta)
        } else {
            delta * delta
        };
        (
            branch,
            move |
                _: (),
                _: (),
                seed: f64,
                r_bar: ::core::option::Option<&mut f64>,
                delta_bar: ::core::option::Option<&mut f64>|
            {
                let mut r_bar_1 = 0.0;
                let mut delta_bar_1 = 0.0;
                let mut a_bar = 0.0;
                if test {
                    r_bar_1 += seed * (0.5 * r);
                    r_bar_1 += seed * r * 0.5;
                } else if a < 10.0 * delta {
                    delta_bar_1 += seed * (a - 0.5 * delta);
                    let sub_bar = seed * delta;
                    a_bar += sub_bar;
                    delta_bar_1 -= sub_bar * 0.5;
                } else {
                    delta_bar_1 += seed * delta;
                    delta_bar_1 += seed * delta;
                }
                r_bar_1
                    += if r > 0.0 { a_bar } else { if r < 0.0 { -a_bar } else { 0.0 } };
                if let ::core::option::Option::Some(r_bar) = r_bar {
                    *r_bar += r_bar_1;
                }
                if let ::core::option::Option::Some(delta_bar) = delta_bar {
                    *delta_bar += delta_bar_1;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        r: f64,
        delta: f64,
        r_dot: ::core::option::Option<&f64>,
        delta_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let r_dot = r_dot.copied().unwrap_or(0.0);
        let delta_dot = delta_dot.copied().unwrap_or(0.0);
        let a = r.abs();
        let a_dot = if r > 0.0 { r_dot } else { if r < 0.0 { -r_dot } else { 0.0 } };
        let (branch, branch_dot) = if a <= delta {
            let mul = 0.5 * r;
            (mul * r, r_dot * 0.5 * r + r_dot * mul)
        } else if a < 10.0 * delta {
            let sub = a - 0.5 * delta;
            (delta * sub, delta_dot * sub + (a_dot - delta_dot * 0.5) * delta)
        } else {
            (delta * delta, 2.0 * (delta_dot * delta))
        };
        (branch, branch_dot)
    }
}
