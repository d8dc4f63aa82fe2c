#[allow(dead_code)]
fn square_root(a: f64) -> f64 {
    let mut x = a;
    while (x * x - a).abs() > 1e-12 {
        x = 0.5 * (x + a / x);
    }
    x
}
///The derivatives of [`square_root`](fn@square_root).
/**
The value and the gradient are computed as
```text
let mut tape = Buffer::new();
let mut x = a;
let mut trips = 0usize;
loop {
    let test = (x * x - a).abs() > 1e-12;
    if !test {
        break;
    }
    let div = a / x;
    let x_1 = 0.5 * (x + div);
    tape.push((x, div));
    x = x_1;
    trips += 1;
}
let mut a_bar_1 = 0.0;
let mut x_bar = 1.0;
for _trip in 0..trips {
    let Some((x_1, div)) = tape.pop() else {
        unreachable!()
    };
    let add_bar = x_bar * 0.5;
    let x_recip = 1.0 / x_1;
    a_bar_1 += ::autodiff_runtime::special::chain(add_bar, x_recip);
    let x_bar_1 = add_bar - ::autodiff_runtime::special::chain(add_bar, div * x_recip);
    x_bar = x_bar_1;
}
a_bar_1 += x_bar;
*a_bar += a_bar_1;
x
```*/
#[allow(non_camel_case_types, dead_code)]
struct square_root {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl square_root {
    ///The value of [`square_root`] and its gradient.
    #[inline]
    fn value_and_grad(a: f64) -> (f64, f64) {
        let mut a_bar = 0.0;
        let value = Self::value_and_grad_into(a, &mut a_bar);
        (value, a_bar)
    }
    ///The gradient of [`square_root`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(a: f64) -> f64 {
        Self::value_and_grad(a).1
    }
    ///The value of [`square_root`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(a: f64, a_bar: &mut f64) -> f64 {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut x = a;
        let mut trips = 0usize;
        loop {
            let test = (x * x - a).abs() > 1e-12;
            if !test {
                break;
            }
            let div = a / x;
            let x_1 = 0.5 * (x + div);
            tape.push((x, div));
            x = x_1;
            trips += 1;
        }
        let mut a_bar_1 = 0.0;
        let mut x_bar = 1.0;
        for _trip in 0..trips {
            let ::core::option::Option::Some((x_1, div)) = tape.pop() else {
                ::core::unreachable!()
            };
            let add_bar = x_bar * 0.5;
            let x_recip = 1.0 / x_1;
            a_bar_1 += ::autodiff_runtime::special::chain(add_bar, x_recip);
            let x_bar_1 = add_bar
                - ::autodiff_runtime::special::chain(add_bar, div * x_recip);
            x_bar = x_bar_1;
        }
        a_bar_1 += x_bar;
        *a_bar += a_bar_1;
        x
    }
    ///The value of [`square_root`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(a: f64) -> (f64, impl ::core::ops::FnOnce(f64) -> f64 + use<>) {
        let (value, pullback) = Self::forward(a);
        (
            value,
            move |seed: f64| {
                let mut a_bar = 0.0;
                pullback((), seed, ::core::option::Option::Some(&mut a_bar));
                a_bar
            },
        )
    }
    ///The value of [`square_root`] and its tangent, from the tangents of its arguments.
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
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut x = a;
        let mut trips = 0usize;
        loop {
            let test = (x * x - a).abs() > 1e-12;
            if !test {
                break;
            }
            let div = a / x;
            let x_1 = 0.5 * (x + div);
            tape.push((x, div));
            x = x_1;
            trips += 1;
        }
        (
            x,
            move |_: (), seed: f64, a_bar: ::core::option::Option<&mut f64>| {
                let mut a_bar_1 = 0.0;
                let mut x_bar = seed;
                for _trip in 0..trips {
                    let ::core::option::Option::Some((x_1, div)) = tape.pop() else {
                        ::core::unreachable!()
                    };
                    let add_bar = x_bar * 0.5;
                    let x_recip = 1.0 / x_1;
                    a_bar_1 += ::autodiff_runtime::special::chain(add_bar, x_recip);
                    let x_bar_1 = add_bar
                        - ::autodiff_runtime::special::chain(add_bar, div * x_recip);
                    x_bar = x_bar_1;
                }
                a_bar_1 += x_bar;
                if let ::core::option::Option::Some(a_bar) = a_bar {
                    *a_bar += a_bar_1;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(a: f64, a_dot: ::core::option::Option<&f64>) -> (f64, f64) {
        let a_dot = a_dot.copied().unwrap_or(0.0);
        let mut x = a;
        let mut x_dot = a_dot;
        let mut trips = 0usize;
        loop {
            let test = (x * x - a).abs() > 1e-12;
            if !test {
                break;
            }
            let div = a / x;
            let x_1 = 0.5 * (x + div);
            x_dot = (x_dot
                + (::autodiff_runtime::special::chain(a_dot, 1.0 / x)
                    - ::autodiff_runtime::special::product(x_dot, div / x))) * 0.5;
            x = x_1;
            trips += 1;
        }
        (x, x_dot)
    }
}
