#[allow(dead_code)]
fn pendulum(theta: f64, omega: f64, damping: f64, steps: usize) -> f64 {
    let (mut theta, mut omega) = (theta, omega);
    for _ in 0..steps {
        let acceleration = -damping * omega - theta.sin();
        theta += 0.01 * omega;
        omega += 0.01 * acceleration;
    }
    theta
}
///The derivatives of [`pendulum`](fn@pendulum).
/**
The value and the gradient are computed as
```text
let mut tape = Buffer::new();
let mut theta_1 = theta;
let mut omega_1 = omega;
let neg = -damping;
tape.reserve(steps);
for i in 0..steps {
    let acceleration = neg * omega_1 - theta_1.sin();
    let theta_2 = theta_1 + 0.01 * omega_1;
    let omega_2 = omega_1 + 0.01 * acceleration;
    tape.push((theta_1, omega_1));
    theta_1 = theta_2;
    omega_1 = omega_2;
}
let mut neg_bar = 0.0;
let mut omega_bar_1 = 0.0;
let mut theta_bar_1 = 1.0;
for i in (0..steps).rev() {
    let Some((theta_2, omega_2)) = tape.pop() else {
        unreachable!()
    };
    let acceleration_bar = omega_bar_1 * 0.01;
    let theta_bar_2 = theta_bar_1 - acceleration_bar * theta_2.cos();
    neg_bar += acceleration_bar * omega_2;
    let omega_bar_2 = omega_bar_1 + theta_bar_1 * 0.01 + acceleration_bar * neg;
    theta_bar_1 = theta_bar_2;
    omega_bar_1 = omega_bar_2;
}
let damping_bar_1 = -neg_bar;
let omega_bar_2 = omega_bar_1;
let theta_bar_2 = theta_bar_1;
*theta_bar += theta_bar_2;
*omega_bar += omega_bar_2;
*damping_bar += damping_bar_1;
theta_1
```*/
#[allow(non_camel_case_types, dead_code)]
struct pendulum {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl pendulum {
    ///The value of [`pendulum`] and its gradient.
    #[inline]
    fn value_and_grad(
        theta: f64,
        omega: f64,
        damping: f64,
        steps: usize,
    ) -> (f64, (f64, f64, f64)) {
        let mut theta_bar = 0.0;
        let mut omega_bar = 0.0;
        let mut damping_bar = 0.0;
        let value = Self::value_and_grad_into(
            theta,
            omega,
            damping,
            steps,
            &mut theta_bar,
            &mut omega_bar,
            &mut damping_bar,
        );
        (value, (theta_bar, omega_bar, damping_bar))
    }
    ///The gradient of [`pendulum`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(theta: f64, omega: f64, damping: f64, steps: usize) -> (f64, f64, f64) {
        Self::value_and_grad(theta, omega, damping, steps).1
    }
    ///The value of [`pendulum`]; its gradient is added to what the buffers hold.
    fn value_and_grad_into(
        theta: f64,
        omega: f64,
        damping: f64,
        steps: usize,
        theta_bar: &mut f64,
        omega_bar: &mut f64,
        damping_bar: &mut f64,
    ) -> f64 {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut theta_1 = theta;
        let mut omega_1 = omega;
        let neg = -damping;
        tape.reserve(steps);
        for i in 0..steps {
            let acceleration = neg * omega_1 - theta_1.sin();
            let theta_2 = theta_1 + 0.01 * omega_1;
            let omega_2 = omega_1 + 0.01 * acceleration;
            tape.push((theta_1, omega_1));
            theta_1 = theta_2;
            omega_1 = omega_2;
        }
        let mut neg_bar = 0.0;
        let mut omega_bar_1 = 0.0;
        let mut theta_bar_1 = 1.0;
        for i in (0..steps).rev() {
            let ::core::option::Option::Some((theta_2, omega_2)) = tape.pop() else {
                ::core::unreachable!()
            };
            let acceleration_bar = omega_bar_1 * 0.01;
            let theta_bar_2 = theta_bar_1 - acceleration_bar * theta_2.cos();
            neg_bar += acceleration_bar * omega_2;
            let omega_bar_2 = omega_bar_1 + theta_bar_1 * 0.01 + acceleration_bar * neg;
            theta_bar_1 = theta_bar_2;
            omega_bar_1 = omega_bar_2;
        }
        let damping_bar_1 = -neg_bar;
        let omega_bar_2 = omega_bar_1;
        let theta_bar_2 = theta_bar_1;
        *theta_bar += theta_bar_2;
        *omega_bar += omega_bar_2;
        *damping_bar += damping_bar_1;
        theta_1
    }
    ///The value of [`pendulum`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        theta: f64,
        omega: f64,
        damping: f64,
        steps: usize,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64, f64) + use<>) {
        let (value, pullback) = Self::forward(theta, omega, damping, steps);
        (
            value,
            move |seed: f64| {
                let mut theta_bar = 0.0;
                let mut omega_bar = 0.0;
                let mut damping_bar = 0.0;
                pullback(
                    (),
                    (),
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut theta_bar),
                    ::core::option::Option::Some(&mut omega_bar),
                    ::core::option::Option::Some(&mut damping_bar),
                    ::core::option::Option::None,
                );
                (theta_bar, omega_bar, damping_bar)
            },
        )
    }
    ///The value of [`pendulum`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(
        theta: f64,
        omega: f64,
        damping: f64,
        steps: usize,
        theta_dot: f64,
        omega_dot: f64,
        damping_dot: f64,
    ) -> (f64, f64) {
        Self::pushforward(
            theta,
            omega,
            damping,
            steps,
            ::core::option::Option::Some(&theta_dot),
            ::core::option::Option::Some(&omega_dot),
            ::core::option::Option::Some(&damping_dot),
            ::core::option::Option::None,
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        theta: f64,
        omega: f64,
        damping: f64,
        steps: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        let mut tape = ::autodiff_runtime::pool::Buffer::new();
        let mut theta_1 = theta;
        let mut omega_1 = omega;
        let neg = -damping;
        tape.reserve(steps);
        for i in 0..steps {
            let acceleration = neg * omega_1 - theta_1.sin();
            let theta_2 = theta_1 + 0.01 * omega_1;
            let omega_2 = omega_1 + 0.01 * acceleration;
            tape.push((theta_1, omega_1));
            theta_1 = theta_2;
            omega_1 = omega_2;
        }
        (
            theta_1,
            move |
                _: (),
                _: (),
                _: (),
                _: (),
                seed: f64,
                theta_bar: ::core::option::Option<&mut f64>,
                omega_bar: ::core::option::Option<&mut f64>,
                damping_bar: ::core::option::Option<&mut f64>,
                _: ::core::option::Option<&mut ()>|
            {
                let mut neg_bar = 0.0;
                let mut omega_bar_1 = 0.0;
                let mut theta_bar_1 = seed;
                for i in (0..steps).rev() {
                    let ::core::option::Option::Some((theta_2, omega_2)) = tape.pop()
                    else { ::core::unreachable!() };
                    let acceleration_bar = omega_bar_1 * 0.01;
                    let theta_bar_2 = theta_bar_1 - acceleration_bar * theta_2.cos();
                    neg_bar += acceleration_bar * omega_2;
                    let omega_bar_2 = omega_bar_1 + theta_bar_1 * 0.01
                        + acceleration_bar * neg;
                    theta_bar_1 = theta_bar_2;
                    omega_bar_1 = omega_bar_2;
                }
                let damping_bar_1 = -neg_bar;
                let omega_bar_2 = omega_bar_1;
                let theta_bar_2 = theta_bar_1;
                if let ::core::option::Option::Some(theta_bar) = theta_bar {
                    *theta_bar += theta_bar_2;
                }
                if let ::core::option::Option::Some(omega_bar) = omega_bar {
                    *omega_bar += omega_bar_2;
                }
                if let ::core::option::Option::Some(damping_bar) = damping_bar {
                    *damping_bar += damping_bar_1;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        theta: f64,
        omega: f64,
        damping: f64,
        steps: usize,
        theta_dot: ::core::option::Option<&f64>,
        omega_dot: ::core::option::Option<&f64>,
        damping_dot: ::core::option::Option<&f64>,
        _: ::core::option::Option<&()>,
    ) -> (f64, f64) {
        let mut theta_dot = theta_dot.copied().unwrap_or(0.0);
        let mut omega_dot = omega_dot.copied().unwrap_or(0.0);
        let damping_dot = damping_dot.copied().unwrap_or(0.0);
        let mut theta_1 = theta;
        let mut omega_1 = omega;
        let neg = -damping;
        let neg_dot = -damping_dot;
        for i in 0..steps {
            let acceleration = neg * omega_1 - theta_1.sin();
            let acceleration_dot = neg_dot * omega_1 + omega_dot * neg
                - theta_dot * theta_1.cos();
            theta_1 += 0.01 * omega_1;
            theta_dot += omega_dot * 0.01;
            omega_1 += 0.01 * acceleration;
            omega_dot += acceleration_dot * 0.01;
        }
        (theta_1, theta_dot)
    }
}
