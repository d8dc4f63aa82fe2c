#[allow(dead_code)]
fn ln_gamma(x: f64, w: &[f64], k: usize) -> f64 {
    foreign(x, w, k)
}
///The derivatives of [`ln_gamma`](fn@ln_gamma).
#[allow(non_camel_case_types, dead_code)]
struct ln_gamma {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl ln_gamma {
    ///The value of [`ln_gamma`] and its gradient.
    #[inline]
    fn value_and_grad(
        x: f64,
        w: &[f64],
        k: usize,
    ) -> (f64, (f64, ::autodiff_runtime::__private::Vec<f64>)) {
        let mut x_bar = 0.0;
        let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
        let value = Self::value_and_grad_into(x, w, k, &mut x_bar, &mut w_bar);
        (value, (x_bar, w_bar))
    }
    ///The gradient of [`ln_gamma`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(
        x: f64,
        w: &[f64],
        k: usize,
    ) -> (f64, ::autodiff_runtime::__private::Vec<f64>) {
        Self::value_and_grad(x, w, k).1
    }
    ///The value of [`ln_gamma`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        x: f64,
        w: &[f64],
        k: usize,
        x_bar: &mut f64,
        w_bar: &mut [f64],
    ) -> f64 {
        let (value, pullback) = Self::forward(x, w, k);
        pullback(
            (),
            w,
            (),
            1.0,
            ::core::option::Option::Some(x_bar),
            ::core::option::Option::Some(w_bar),
            ::core::option::Option::None,
        );
        value
    }
    ///The value of [`ln_gamma`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        x: f64,
        w: &'ad0 [f64],
        k: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> (f64, ::autodiff_runtime::__private::Vec<f64>) + use<'ad0>,
    ) {
        let (value, pullback) = Self::forward(x, w, k);
        (
            value,
            move |seed: f64| {
                let mut x_bar = 0.0;
                let mut w_bar = ::autodiff_runtime::__private::vec![0.0; w.len()];
                pullback(
                    (),
                    w,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::Some(&mut w_bar),
                    ::core::option::Option::None,
                );
                (x_bar, w_bar)
            },
        )
    }
    ///The value of [`ln_gamma`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f64, w: &[f64], k: usize, x_dot: f64, w_dot: &[f64]) -> (f64, f64) {
        Self::pushforward(
            x,
            w,
            k,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(w_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: f64,
        w: &[f64],
        k: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            &[f64],
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut [f64]>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let value: f64 = ln_gamma(x, w, k);
        (
            value,
            move |
                _: (),
                w: &[f64],
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut f64>,
                w_bar: ::core::option::Option<&mut [f64]>,
                _: ::core::option::Option<&mut ()>|
            {
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar
                        += ::autodiff_runtime::special::chain(seed, Self::partial_x(x));
                }
                if let ::core::option::Option::Some(w_bar) = w_bar {
                    let partial = Self::partial_w(w, k, value);
                    ::autodiff_runtime::__private::given::check_len(
                        partial.len(),
                        w_bar.len(),
                    );
                    for (w_bar, partial) in w_bar.iter_mut().zip(partial.iter()) {
                        *w_bar += ::autodiff_runtime::special::chain(seed, *partial);
                    }
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: f64,
        w: &[f64],
        k: usize,
        x_dot: ::core::option::Option<&f64>,
        w_dot: ::core::option::Option<&[f64]>,
        _: ::core::option::Option<&()>,
    ) -> (f64, f64) {
        let value: f64 = ln_gamma(x, w, k);
        let mut value_dot = 0.0;
        if let ::core::option::Option::Some(x_dot) = x_dot {
            value_dot
                += ::autodiff_runtime::special::product(*x_dot, Self::partial_x(x));
        }
        if let ::core::option::Option::Some(w_dot) = w_dot {
            let partial = Self::partial_w(w, k, value);
            ::autodiff_runtime::__private::given::check_len(partial.len(), w_dot.len());
            for (w_dot, partial) in w_dot.iter().zip(partial.iter()) {
                value_dot += ::autodiff_runtime::special::product(*w_dot, *partial);
            }
        }
        (value, value_dot)
    }
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    fn partial_x(x: f64) -> f64 {
        digamma(x)
    }
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    fn partial_w(
        w: &[f64],
        k: usize,
        value: f64,
    ) -> ::autodiff_runtime::__private::Vec<f64> {
        w.iter().map(|w| k as f64 * value / w).collect()
    }
}
#[allow(dead_code)]
fn norm(x: &[f64]) -> f64 {
    foreign(x)
}
///The derivatives of [`norm`](fn@norm).
#[allow(non_camel_case_types, dead_code)]
struct norm {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl norm {
    ///The value of [`norm`] and its gradient.
    #[inline]
    fn value_and_grad(x: &[f64]) -> (f64, ::autodiff_runtime::__private::Vec<f64>) {
        let mut x_bar = ::autodiff_runtime::__private::vec![0.0; x.len()];
        let value = Self::value_and_grad_into(x, &mut x_bar);
        (value, x_bar)
    }
    ///The gradient of [`norm`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: &[f64]) -> ::autodiff_runtime::__private::Vec<f64> {
        Self::value_and_grad(x).1
    }
    ///The value of [`norm`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(x: &[f64], x_bar: &mut [f64]) -> f64 {
        let (value, pullback) = Self::given_vjp(x);
        let x_given = pullback(1.0);
        ::autodiff_runtime::__private::given::add(x_bar, &x_given, |x_given| x_given);
        value
    }
    ///The value of [`norm`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        x: &'ad0 [f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> ::autodiff_runtime::__private::Vec<f64> + use<'ad0>,
    ) {
        Self::given_vjp(x)
    }
    ///The value of [`norm`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: &[f64], x_dot: &[f64]) -> (f64, f64) {
        Self::pushforward(x, ::core::option::Option::Some(x_dot))
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: &[f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(&[f64], f64, ::core::option::Option<&mut [f64]>),
    ) {
        let value: f64 = norm(x);
        (
            value,
            move |x: &[f64], seed: f64, x_bar: ::core::option::Option<&mut [f64]>| {
                let (_, pullback) = Self::given_vjp(x);
                let x_given = pullback(seed);
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    ::autodiff_runtime::__private::given::add(
                        x_bar,
                        &x_given,
                        |x_given| x_given,
                    );
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(x: &[f64], x_dot: ::core::option::Option<&[f64]>) -> (f64, f64) {
        let value: f64 = norm(x);
        let value_dot = ::autodiff_runtime::__private::given::tangent_by_adjoints(
            &0.0,
            |seed| {
                let (_, pullback) = Self::given_vjp(x);
                let x_given = pullback(seed);
                let mut along = 0.0;
                if let ::core::option::Option::Some(x_dot) = x_dot {
                    along += ::autodiff_runtime::__private::given::dot(&x_given, x_dot);
                }
                along
            },
        );
        (value, value_dot)
    }
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    fn given_vjp<'ad0>(
        x: &'ad0 [f64],
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> ::autodiff_runtime::__private::Vec<f64> + use<'ad0>,
    ) {
        norm_vjp(x)
    }
}
#[allow(dead_code)]
fn root(a: f64, tolerance: f64) -> f64 {
    foreign(a, tolerance)
}
///The derivatives of [`root`](fn@root).
#[allow(non_camel_case_types, dead_code)]
struct root {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl root {
    ///The value of [`root`] and its gradient.
    #[inline]
    fn value_and_grad(a: f64, tolerance: f64) -> (f64, f64) {
        let mut a_bar = 0.0;
        let value = Self::value_and_grad_into(a, tolerance, &mut a_bar);
        (value, a_bar)
    }
    ///The gradient of [`root`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(a: f64, tolerance: f64) -> f64 {
        Self::value_and_grad(a, tolerance).1
    }
    ///The value of [`root`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(a: f64, tolerance: f64, a_bar: &mut f64) -> f64 {
        let (value, pullback) = Self::forward(a, tolerance);
        pullback(
            (),
            (),
            1.0,
            ::core::option::Option::Some(a_bar),
            ::core::option::Option::None,
        );
        value
    }
    ///The value of [`root`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        a: f64,
        tolerance: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> f64 + use<>) {
        let (value, pullback) = Self::forward(a, tolerance);
        (
            value,
            move |seed: f64| {
                let mut a_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut a_bar),
                    ::core::option::Option::None,
                );
                a_bar
            },
        )
    }
    ///The value of [`root`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(a: f64, tolerance: f64, a_dot: f64) -> (f64, f64) {
        Self::pushforward(
            a,
            tolerance,
            ::core::option::Option::Some(&a_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        a: f64,
        tolerance: f64,
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
        let value: f64 = root(a, tolerance);
        (
            value,
            move |
                _: (),
                _: (),
                seed: f64,
                a_bar: ::core::option::Option<&mut f64>,
                _: ::core::option::Option<&mut f64>|
            {
                let slope = -residual::pushforward(
                        value,
                        a,
                        ::core::option::Option::Some(&1.0),
                        ::core::option::Option::None,
                    )
                    .1;
                let (_, pullback) = residual::forward(value, a);
                pullback(
                    (),
                    (),
                    ::autodiff_runtime::__private::given::ratio(seed, slope),
                    ::core::option::Option::None,
                    a_bar,
                );
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        a: f64,
        tolerance: f64,
        a_dot: ::core::option::Option<&f64>,
        _: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let value: f64 = root(a, tolerance);
        let slope = -residual::pushforward(
                value,
                a,
                ::core::option::Option::Some(&1.0),
                ::core::option::Option::None,
            )
            .1;
        let (_, moved) = residual::pushforward(
            value,
            a,
            ::core::option::Option::None,
            a_dot,
        );
        let value_dot = ::autodiff_runtime::__private::given::ratio(moved, slope);
        (value, value_dot)
    }
}
#[allow(dead_code)]
fn equilibrium(a: &[f64]) -> Vec<f64> {
    foreign(a)
}
///The derivatives of [`equilibrium`](fn@equilibrium).
#[allow(non_camel_case_types, dead_code)]
struct equilibrium {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl equilibrium {
    ///The value of [`equilibrium`] and its gradient.
    #[inline]
    fn value_and_grad(a: &[f64]) -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
        let mut a_bar = ::autodiff_runtime::__private::vec![0.0; a.len()];
        let value = Self::value_and_grad_into(a, &mut a_bar);
        (value, a_bar)
    }
    ///The gradient of [`equilibrium`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(a: &[f64]) -> ::autodiff_runtime::__private::Vec<f64> {
        Self::value_and_grad(a).1
    }
    ///The value of [`equilibrium`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(a: &[f64], a_bar: &mut [f64]) -> Vec<f64> {
        let (value, pullback) = Self::forward(a);
        pullback(
            a,
            ::autodiff_runtime::__private::ones(&value),
            ::core::option::Option::Some(a_bar),
        );
        value
    }
    ///The value of [`equilibrium`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        a: &'ad0 [f64],
    ) -> (
        Vec<f64>,
        impl ::core::ops::FnOnce(
            ::autodiff_runtime::__private::Vec<f64>,
        ) -> ::autodiff_runtime::__private::Vec<f64> + use<'ad0>,
    ) {
        let (value, pullback) = Self::forward(a);
        (
            value,
            move |seed: ::autodiff_runtime::__private::Vec<f64>| {
                let mut a_bar = ::autodiff_runtime::__private::vec![0.0; a.len()];
                pullback(a, seed, ::core::option::Option::Some(&mut a_bar));
                a_bar
            },
        )
    }
    ///The value of [`equilibrium`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(
        a: &[f64],
        a_dot: &[f64],
    ) -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
        Self::pushforward(a, ::core::option::Option::Some(a_dot))
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        a: &[f64],
    ) -> (
        Vec<f64>,
        impl ::core::ops::FnOnce(
            &[f64],
            ::autodiff_runtime::__private::Vec<f64>,
            ::core::option::Option<&mut [f64]>,
        ),
    ) {
        let value: Vec<f64> = equilibrium(a);
        let solution = ::core::clone::Clone::clone(&value);
        (
            value,
            move |
                a: &[f64],
                seed: ::autodiff_runtime::__private::Vec<f64>,
                a_bar: ::core::option::Option<&mut [f64]>|
            {
                let jacobian = ::autodiff_runtime::__private::given::Jacobian::of_fixed_point(
                    &solution,
                    |direction| {
                        step::pushforward(
                                ::autodiff_runtime::__private::given::solution(&solution),
                                a,
                                ::core::option::Option::Some(&direction),
                                ::core::option::Option::None,
                            )
                            .1
                    },
                );
                let (equation, pullback) = step::forward(
                    ::autodiff_runtime::__private::given::solution(&solution),
                    a,
                );
                pullback(
                    ::autodiff_runtime::__private::again(&&solution),
                    a,
                    jacobian.adjoint(&equation, &seed),
                    ::core::option::Option::None,
                    a_bar,
                );
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        a: &[f64],
        a_dot: ::core::option::Option<&[f64]>,
    ) -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
        let value: Vec<f64> = equilibrium(a);
        let jacobian = ::autodiff_runtime::__private::given::Jacobian::of_fixed_point(
            &value,
            |direction| {
                step::pushforward(
                        ::autodiff_runtime::__private::given::solution(&value),
                        a,
                        ::core::option::Option::Some(&direction),
                        ::core::option::Option::None,
                    )
                    .1
            },
        );
        let (_, moved) = step::pushforward(
            ::autodiff_runtime::__private::given::solution(&value),
            a,
            ::core::option::Option::None,
            a_dot,
        );
        let value_dot = jacobian.tangent(&value, &moved);
        (value, value_dot)
    }
    ///The value of [`equilibrium`] and its Jacobian: the gradient of each number of the result.
    #[inline]
    fn value_and_jacobian(
        a: &[f64],
    ) -> (
        Vec<f64>,
        ::autodiff_runtime::__private::Vec<::autodiff_runtime::__private::Vec<f64>>,
    ) {
        ::autodiff_runtime::jacobian::by_shape(
            |value: &Vec<f64>| -> ::autodiff_runtime::__private::Vec<f64> {
                ::autodiff_runtime::Differentiable::zero_tangent(value)
            },
            |
                seed: &mut dyn ::core::ops::FnMut(
                    &Vec<f64>,
                ) -> ::autodiff_runtime::__private::Vec<f64>,
            | -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
                let (value, pullback) = Self::vjp(a);
                let seeds = seed(&value);
                (value, pullback(seeds))
            },
            &::autodiff_runtime::__private::vec![0.0; a.len()],
            |
                a_bar: ::autodiff_runtime::__private::Vec<f64>,
            | -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
                let (value, pullback) = Self::jvp(a, &a_bar);
                (value, pullback)
            },
        )
    }
    ///The Jacobian of [`equilibrium`]: in the place of each number of the result its gradient.
    #[inline]
    fn jacobian(
        a: &[f64],
    ) -> ::autodiff_runtime::__private::Vec<::autodiff_runtime::__private::Vec<f64>> {
        Self::value_and_jacobian(a).1
    }
    ///The value of [`equilibrium`]; its Jacobian is written into the buffer, one row behind the other.
    #[inline]
    fn jacobian_into(a: &[f64], jacobian: &mut [f64]) -> Vec<f64> {
        let a_count = a.len();
        let mut a_dot = ::autodiff_runtime::pool::Scratch::filled(0.0, a_count);
        let columns = a_count;
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
                let (a_bar_1, row) = row.split_at_mut(a_count);
                let (value, pullback) = Self::forward(a);
                let tangent = seed(&value);
                pullback(a, tangent, ::core::option::Option::Some(a_bar_1));
                value
            },
            |jacobian: &mut [f64]| ::autodiff_runtime::jacobian::columns_into(
                jacobian,
                columns,
                |here: usize| -> (Vec<f64>, ::autodiff_runtime::__private::Vec<f64>) {
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark_slice(
                            &mut a_dot,
                            &mut here,
                            1.0,
                        );
                    }
                    let tangent = Self::pushforward(
                        a,
                        ::core::option::Option::Some(&*a_dot),
                    );
                    {
                        let mut here = here;
                        ::autodiff_runtime::jacobian::mark_slice(
                            &mut a_dot,
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
#[allow(dead_code)]
fn black_box(x: [f64; 2], k: f64) -> f64 {
    foreign(x, k)
}
///The derivatives of [`black_box`](fn@black_box).
#[allow(non_camel_case_types, dead_code)]
struct black_box {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl black_box {
    ///The value of [`black_box`] and its gradient.
    #[inline]
    fn value_and_grad(x: [f64; 2], k: f64) -> (f64, ([f64; 2], f64)) {
        let mut x_bar = [0.0; 2];
        let mut k_bar = 0.0;
        let value = Self::value_and_grad_into(x, k, &mut x_bar, &mut k_bar);
        (value, (x_bar, k_bar))
    }
    ///The gradient of [`black_box`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: [f64; 2], k: f64) -> ([f64; 2], f64) {
        Self::value_and_grad(x, k).1
    }
    ///The value of [`black_box`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        x: [f64; 2],
        k: f64,
        x_bar: &mut [f64; 2],
        k_bar: &mut f64,
    ) -> f64 {
        let (value, pullback) = Self::forward(x, k);
        pullback(
            (),
            (),
            1.0,
            ::core::option::Option::Some(x_bar),
            ::core::option::Option::Some(k_bar),
        );
        value
    }
    ///The value of [`black_box`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        x: [f64; 2],
        k: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> ([f64; 2], f64) + use<>) {
        let mut x_bar = [0.0; 2];
        let (value, pullback) = Self::forward(x, k);
        (
            value,
            move |seed: f64| {
                let mut k_bar = 0.0;
                pullback(
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut x_bar),
                    ::core::option::Option::Some(&mut k_bar),
                );
                (x_bar, k_bar)
            },
        )
    }
    ///The value of [`black_box`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: [f64; 2], k: f64, x_dot: [f64; 2], k_dot: f64) -> (f64, f64) {
        Self::pushforward(
            x,
            k,
            ::core::option::Option::Some(&x_dot),
            ::core::option::Option::Some(&k_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: [f64; 2],
        k: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut [f64; 2]>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let value: f64 = black_box(x, k);
        (
            value,
            move |
                _: (),
                _: (),
                seed: f64,
                x_bar: ::core::option::Option<&mut [f64; 2]>,
                k_bar: ::core::option::Option<&mut f64>|
            {
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    ::autodiff_runtime::__private::given::add_by_differences(
                        x_bar,
                        &x,
                        &seed,
                        ::autodiff_runtime::__private::given::STEP,
                        |moved| black_box(moved, k),
                    );
                }
                if let ::core::option::Option::Some(k_bar) = k_bar {
                    ::autodiff_runtime::__private::given::add_by_differences(
                        k_bar,
                        &k,
                        &seed,
                        ::autodiff_runtime::__private::given::STEP,
                        |moved| black_box(x, moved),
                    );
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: [f64; 2],
        k: f64,
        x_dot: ::core::option::Option<&[f64; 2]>,
        k_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let value: f64 = black_box(x, k);
        let mut value_dot = 0.0;
        if let ::core::option::Option::Some(x_dot) = x_dot {
            ::autodiff_runtime::__private::given::add_difference(
                &mut value_dot,
                &x,
                x_dot,
                ::autodiff_runtime::__private::given::STEP,
                |moved| black_box(moved, k),
            );
        }
        if let ::core::option::Option::Some(k_dot) = k_dot {
            ::autodiff_runtime::__private::given::add_difference(
                &mut value_dot,
                &k,
                k_dot,
                ::autodiff_runtime::__private::given::STEP,
                |moved| black_box(x, moved),
            );
        }
        (value, value_dot)
    }
}
