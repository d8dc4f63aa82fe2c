#[allow(dead_code)]
#[allow(unused_variables)]
fn f(a: f64, c: f64) -> f64 {
    a * a
}
///The derivatives of [`f`](fn@f).
/**
The value and the gradient are computed as
```text
*a_bar += 2.0 * a;
a * a
```*/
#[allow(non_camel_case_types, dead_code)]
struct f {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl f {
    ///The value of [`f`] and its gradient.
    #[inline]
    fn value_and_grad(a: f64, c: f64) -> (f64, (f64, ::core::option::Option<f64>)) {
        let mut a_bar = 0.0;
        let mut c_bar = 0.0;
        let value = Self::value_and_grad_into(a, c, &mut a_bar, &mut c_bar);
        (value, (a_bar, ::core::option::Option::None))
    }
    ///The gradient of [`f`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(a: f64, c: f64) -> (f64, ::core::option::Option<f64>) {
        Self::value_and_grad(a, c).1
    }
    ///The value of [`f`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(a: f64, c: f64, a_bar: &mut f64, c_bar: &mut f64) -> f64 {
        *a_bar += 2.0 * a;
        a * a
    }
    ///The value of [`f`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        a: f64,
        c: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(f64) -> (f64, ::core::option::Option<f64>) + use<>,
    ) {
        let (value, pullback) = Self::forward(a, c);
        (
            value,
            move |seed: f64| {
                let mut a_bar = 0.0;
                let mut c_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut a_bar),
                    ::core::option::Option::Some(&mut c_bar),
                );
                (a_bar, ::core::option::Option::None)
            },
        )
    }
    ///The value of [`f`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(a: f64, c: f64, a_dot: f64, c_dot: f64) -> (f64, f64) {
        Self::pushforward(
            a,
            c,
            ::core::option::Option::Some(&a_dot),
            ::core::option::Option::Some(&c_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        a: f64,
        c: f64,
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
        (
            a * a,
            move |
                _: (),
                _: (),
                seed: f64,
                a_bar: ::core::option::Option<&mut f64>,
                _: ::core::option::Option<&mut f64>|
            {
                if let ::core::option::Option::Some(a_bar) = a_bar {
                    *a_bar += 2.0 * (seed * a);
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        a: f64,
        c: f64,
        a_dot: ::core::option::Option<&f64>,
        _: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let a_dot = a_dot.copied().unwrap_or(0.0);
        let mul = a * a;
        let mul_dot = 2.0 * (a_dot * a);
        (mul, mul_dot)
    }
}
