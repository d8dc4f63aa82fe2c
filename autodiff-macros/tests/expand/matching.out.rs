#[allow(dead_code)]
fn activate(kind: usize, x: f64) -> f64 {
    match kind {
        0 => x.max(0.0),
        k @ 1..=3 => x.powi(k as i32),
        _ => x.sin(),
    }
}
///The derivatives of [`activate`](fn@activate).
/**
The value and the gradient are computed as
```text
let mut tape = None;
let (branch, arm) = match kind {
    0 => {
        let max = x.max(0.0);
        (max, 0)
    }
    k @ 1..=3 => {
        let cast = k as i32;
        let powi = x.powi(cast);
        tape = Some(cast);
        (powi, 1)
    }
    _ => {
        let sin = x.sin();
        (sin, 2)
    }
};
let mut x_bar_1 = 0.0;
if arm == 0 {
    x_bar_1 += if x == x.max(0.0) {
        1.0
    } else {
        0.0
    };
} else if arm == 1 {
    let Some(cast) = tape.take() else {
        unreachable!()
    };
    x_bar_1 += if cast == 0 {
        0.0
    } else {
        cast as f64 * x.powi(cast - 1)
    };
} else {
    x_bar_1 += x.cos();
}
*x_bar += x_bar_1;
branch
```*/
#[allow(non_camel_case_types, dead_code)]
struct activate {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl activate {
    ///The value of [`activate`] and its gradient.
    #[inline]
    fn value_and_grad(kind: usize, x: f64) -> (f64, f64) {
        let mut x_bar = 0.0;
        let value = Self::value_and_grad_into(kind, x, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`activate`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(kind: usize, x: f64) -> f64 {
        Self::value_and_grad(kind, x).1
    }
    ///The value of [`activate`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(kind: usize, x: f64, x_bar: &mut f64) -> f64 {
        let mut tape = ::core::option::Option::None;
        let (branch, arm) = match kind {
            0 => {
                let max = x.max(0.0);
                (max, 0)
            }
            k @ 1..=3 => {
                let cast = k as i32;
                let powi = x.powi(cast);
                tape = ::core::option::Option::Some(cast);
                (powi, 1)
            }
            _ => {
                let sin = x.sin();
                (sin, 2)
            }
        };
        let mut x_bar_1 = 0.0;
        if arm == 0 {
            x_bar_1 += if x == x.max(0.0) { 1.0 } else { 0.0 };
        } else if arm == 1 {
            let ::core::option::Option::Some(cast) = tape.take() else {
                ::core::unreachable!()
            };
            x_bar_1 += if cast == 0 { 0.0 } else { cast as f64 * x.powi(cast - 1) };
        } else {
            x_bar_1 += x.cos();
        }
        *x_bar += x_bar_1;
        branch
    }
    ///The value of [`activate`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(kind: usize, x: f64) -> (f64, impl ::core::ops::FnOnce(f64) -> f64 + use<>) {
        let (value, pullback) = Self::forward(kind, x);
        (
            value,
            move |seed: f64| {
                let mut x_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::None,
                    ::core::option::Option::Some(&mut x_bar),
                );
                x_bar
            },
        )
    }
    ///The value of [`activate`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(kind: usize, x: f64, x_dot: f64) -> (f64, f64) {
        Self::pushforward(
            kind,
            x,
            ::core::option::Option::None,
            ::core::option::Option::Some(&x_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        kind: usize,
        x: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut ()>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let mut tape = ::core::option::Option::None;
        let (branch, arm) = match kind {
            0 => {
                let max = x.max(0.0);
                (max, 0)
            }
            k @ 1..=3 => {
                let cast = k as i32;
                let powi = x.powi(cast);
                tape = ::core::option::Option::Some(cast);
                (powi, 1)
            }
            _ => {
                let sin = x.sin();
                (sin, 2)
            }
        };
        (
            branch,
            move |
                _: (),
                _: (),
                seed: f64,
                _: ::core::option::Option<&mut ()>,
                x_bar: ::core::option::Option<&mut f64>|
            {
                let mut x_bar_1 = 0.0;
                if arm == 0 {
                    x_bar_1 += if x == x.max(0.0) { seed } else { 0.0 };
                } else if arm == 1 {
                    let ::core::option::Option::Some(cast) = tape.take() else {
                        ::core::unreachable!()
                    };
                    x_bar_1
                        += if cast == 0 {
                            0.0
                        } else {
                            ::autodiff_runtime::special::chain(
                                seed,
                                cast as f64 * x.powi(cast - 1),
                            )
                        };
                } else {
                    x_bar_1 += seed * x.cos();
                }
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
        kind: usize,
        x: f64,
        _: ::core::option::Option<&()>,
        x_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let (branch, branch_dot) = match kind {
            0 => {
                let max = x.max(0.0);
                let max_dot = if x == max { x_dot } else { 0.0 };
                (max, max_dot)
            }
            k @ 1..=3 => {
                let cast = k as i32;
                let powi = x.powi(cast);
                let powi_dot = if cast == 0 {
                    0.0
                } else {
                    ::autodiff_runtime::special::chain(
                        x_dot,
                        cast as f64 * x.powi(cast - 1),
                    )
                };
                (powi, powi_dot)
            }
            _ => {
                let sin = x.sin();
                let sin_dot = x_dot * x.cos();
                (sin, sin_dot)
            }
        };
        (branch, branch_dot)
    }
}
