#[allow(dead_code)]
fn f(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}
///The derivatives of [`f`](fn@f).
/**
The value and the gradient are computed as
```text
let b = 2.0 * a;
*b_bar += 1.0;
*a_bar += 1.0;
a + b
```*/
#[allow(non_camel_case_types, dead_code)]
struct f {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl f {
    ///The value of [`f`] and its gradient.
    #[inline]
    fn value_and_grad(a: f64) -> (f64, (f64, f64)) {
        let mut a_bar = 0.0;
        let mut b_bar = 0.0;
        let value = Self::value_and_grad_into(a, &mut a_bar, &mut b_bar);
        (value, (a_bar, b_bar))
    }
    ///The gradient of [`f`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(a: f64) -> (f64, f64) {
        Self::value_and_grad(a).1
    }
    ///The value of [`f`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(a: f64, a_bar: &mut f64, b_bar: &mut f64) -> f64 {
        let b = 2.0 * a;
        *b_bar += 1.0;
        *a_bar += 1.0;
        a + b
    }
    ///The value of [`f`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(a: f64) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64) + use<>) {
        let b = 2.0 * a;
        (a + b, move |seed: f64| { (seed, seed) })
    }
    ///The value of [`f`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(a: f64, a_dot: f64) -> (f64, f64) {
        Self::pushforward(a, ::core::option::Option::Some(&a_dot))
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        a: f64,
    ) -> (f64, impl ::core::ops::FnOnce((), f64, ::core::option::Option<&mut f64>)) {
        let b = 2.0 * a;
        (
            a + b,
            move |_: (), seed: f64, a_bar: ::core::option::Option<&mut f64>| {
                if let ::core::option::Option::Some(a_bar) = a_bar {
                    *a_bar += seed;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(a: f64, a_dot: ::core::option::Option<&f64>) -> (f64, f64) {
        let a_dot = a_dot.copied().unwrap_or(0.0);
        let b = 2.0 * a;
        let add = a + b;
        let add_dot = a_dot;
        (add, add_dot)
    }
}
