#[allow(dead_code)]
fn norm<const N: usize>(x: &[f64; N]) -> f64 {
    let mut sum = 0.0;
    for i in 0..N {
        sum += x[i] * x[i];
    }
    sum.sqrt()
}
///The derivatives of [`norm`](fn@norm).
/**
The value and the gradient are computed as
```text
let mut sum = 0.0;
for i in 0..N {
    let x_i = x[i];
    sum += x_i * x_i;
}
let sqrt = sum.sqrt();
let sum_bar = if sqrt == 0.0 {
    0.0
} else {
    0.5 / sqrt
};
for i in 0..N {
    x_bar[i] += 2.0 * (sum_bar * x[i]);
}
sqrt
```*/
#[allow(non_camel_case_types, dead_code)]
struct norm {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl norm {
    ///The value of [`norm`] and its gradient.
    #[inline]
    fn value_and_grad<const N: usize>(x: &[f64; N]) -> (f64, [f64; N]) {
        let mut x_bar = [0.0; N];
        let value = Self::value_and_grad_into::<N>(x, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`norm`] (of the sum of its results, where there are several).
    #[inline]
    fn grad<const N: usize>(x: &[f64; N]) -> [f64; N] {
        Self::value_and_grad::<N>(x).1
    }
    ///The value of [`norm`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into<const N: usize>(x: &[f64; N], x_bar: &mut [f64; N]) -> f64 {
        let mut sum = 0.0;
        for i in 0..N {
            let x_i = x[i];
            sum += x_i * x_i;
        }
        let sqrt = sum.sqrt();
        let sum_bar = if sqrt == 0.0 { 0.0 } else { 0.5 / sqrt };
        for i in 0..N {
            x_bar[i] += 2.0 * (sum_bar * x[i]);
        }
        sqrt
    }
    ///The value of [`norm`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0, const N: usize>(
        x: &'ad0 [f64; N],
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> [f64; N] + use<'ad0, N>) {
        let (value, pullback) = Self::forward::<N>(x);
        (
            value,
            move |seed: f64| {
                let mut x_bar = [0.0; N];
                pullback(x, seed, ::core::option::Option::Some(&mut x_bar));
                x_bar
            },
        )
    }
    ///The value of [`norm`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp<const N: usize>(x: &[f64; N], x_dot: &[f64; N]) -> (f64, f64) {
        Self::pushforward::<N>(x, ::core::option::Option::Some(x_dot))
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward<const N: usize>(
        x: &[f64; N],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(&[f64; N], f64, ::core::option::Option<&mut [f64; N]>),
    ) {
        let mut sum = 0.0;
        for i in 0..N {
            let x_i = x[i];
            sum += x_i * x_i;
        }
        let sqrt = sum.sqrt();
        (
            sqrt,
            move |x: &[f64; N], seed: f64, x_bar: ::core::option::Option<&mut [f64; N]>| {
                let x_bar = match x_bar {
                    ::core::option::Option::Some(x_bar) => x_bar,
                    ::core::option::Option::None => &mut [0.0; N],
                };
                let sum_bar = if sqrt == 0.0 { 0.0 } else { seed * 0.5 / sqrt };
                for i in 0..N {
                    x_bar[i] += 2.0 * (sum_bar * x[i]);
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward<const N: usize>(
        x: &[f64; N],
        x_dot: ::core::option::Option<&[f64; N]>,
    ) -> (f64, f64) {
        let x_dot = match x_dot {
            ::core::option::Option::Some(x_dot) => x_dot,
            ::core::option::Option::None => &[0.0; N],
        };
        let mut sum = 0.0;
        let mut sum_dot = 0.0;
        for i in 0..N {
            let x_i = x[i];
            sum += x_i * x_i;
            sum_dot += 2.0 * (x_dot[i] * x_i);
        }
        let sqrt = sum.sqrt();
        let sqrt_dot = if sqrt == 0.0 { 0.0 } else { sum_dot * 0.5 / sqrt };
        (sqrt, sqrt_dot)
    }
}
