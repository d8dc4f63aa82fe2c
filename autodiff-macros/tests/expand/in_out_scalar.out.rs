#[allow(dead_code)]
fn step(state: &mut f64, velocity: f64, dt: f64) -> f64 {
    let before = *state;
    *state += dt * velocity.sin();
    before * *state
}
///The derivatives of [`step`](fn@step).
/**
The value and the gradient are computed as
```text
let state_ref = state;
let state = *state_ref;
let state_bar_1 = *state_bar;
let before = state;
let sin = velocity.sin();
let state_1 = state + dt * sin;
let state_bar_2 = state_bar_1 + before;
*state_bar = state_bar_2 + state_1;
*velocity_bar += state_bar_2 * dt * velocity.cos();
*dt_bar += state_bar_2 * sin;
*state_ref = state_1;
before * state_1
```*/
#[allow(non_camel_case_types, dead_code)]
struct step {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl step {
    ///The value of [`step`] and its gradient.
    #[inline]
    fn value_and_grad(
        state: &mut f64,
        velocity: f64,
        dt: f64,
    ) -> (f64, (f64, f64, f64)) {
        let mut state_bar = 0.0;
        let mut velocity_bar = 0.0;
        let mut dt_bar = 0.0;
        let value = Self::value_and_grad_into(
            &mut *state,
            velocity,
            dt,
            &mut state_bar,
            &mut velocity_bar,
            &mut dt_bar,
        );
        (value, (state_bar, velocity_bar, dt_bar))
    }
    ///The gradient of [`step`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(state: &mut f64, velocity: f64, dt: f64) -> (f64, f64, f64) {
        Self::value_and_grad(&mut *state, velocity, dt).1
    }
    ///The value of [`step`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        state: &mut f64,
        velocity: f64,
        dt: f64,
        state_bar: &mut f64,
        velocity_bar: &mut f64,
        dt_bar: &mut f64,
    ) -> f64 {
        let state_ref = state;
        let state = *state_ref;
        let state_bar_1 = *state_bar;
        let before = state;
        let sin = velocity.sin();
        let state_1 = state + dt * sin;
        let state_bar_2 = state_bar_1 + before;
        *state_bar = state_bar_2 + state_1;
        *velocity_bar += state_bar_2 * dt * velocity.cos();
        *dt_bar += state_bar_2 * sin;
        *state_ref = state_1;
        before * state_1
    }
    ///The value of [`step`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp<'ad0>(
        state: &'ad0 mut f64,
        velocity: f64,
        dt: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64, f64) -> (f64, f64, f64) + use<'ad0>) {
        let state_ref = state;
        let state = *state_ref;
        let before = state;
        let sin = velocity.sin();
        let state_1 = state + dt * sin;
        *state_ref = state_1;
        (
            before * state_1,
            move |seed: f64, state_seed: f64| {
                let mut state_bar = state_seed;
                let before_bar = seed * state_1;
                let state_bar_1 = state_bar + seed * before;
                let state_bar_2 = state_bar_1 + before_bar;
                state_bar = state_bar_2;
                (state_bar_2, state_bar_1 * dt * velocity.cos(), state_bar_1 * sin)
            },
        )
    }
    ///The value of [`step`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(
        state: &mut f64,
        velocity: f64,
        dt: f64,
        state_dot: &mut f64,
        velocity_dot: f64,
        dt_dot: f64,
    ) -> (f64, f64) {
        Self::pushforward(
            &mut *state,
            velocity,
            dt,
            ::core::option::Option::Some(state_dot),
            ::core::option::Option::Some(&velocity_dot),
            ::core::option::Option::Some(&dt_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        state: &mut f64,
        velocity: f64,
        dt: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            &mut f64,
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let state_ref = state;
        let state = *state_ref;
        let before = state;
        let sin = velocity.sin();
        let state_1 = state + dt * sin;
        *state_ref = state_1;
        (
            before * state_1,
            move |
                state_2: &mut f64,
                _: (),
                _: (),
                seed: f64,
                state_bar: ::core::option::Option<&mut f64>,
                velocity_bar: ::core::option::Option<&mut f64>,
                dt_bar: ::core::option::Option<&mut f64>|
            {
                let state_bar_1 = state_bar.as_deref().copied().unwrap_or(0.0);
                let before_bar = seed * state_1;
                let state_bar_2 = state_bar_1 + seed * before;
                if let ::core::option::Option::Some(state_bar) = state_bar {
                    *state_bar = state_bar_2 + before_bar;
                }
                if let ::core::option::Option::Some(velocity_bar) = velocity_bar {
                    *velocity_bar += state_bar_2 * dt * velocity.cos();
                }
                if let ::core::option::Option::Some(dt_bar) = dt_bar {
                    *dt_bar += state_bar_2 * sin;
                }
                *state_2 = state;
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        state: &mut f64,
        velocity: f64,
        dt: f64,
        state_dot: ::core::option::Option<&mut f64>,
        velocity_dot: ::core::option::Option<&f64>,
        dt_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let state_ref = state;
        let state = *state_ref;
        let state_dot_1 = state_dot.as_deref().copied().unwrap_or(0.0);
        let velocity_dot = velocity_dot.copied().unwrap_or(0.0);
        let dt_dot = dt_dot.copied().unwrap_or(0.0);
        let before = state;
        let sin = velocity.sin();
        let state_1 = state + dt * sin;
        let state_dot_2 = state_dot_1
            + (dt_dot * sin + velocity_dot * velocity.cos() * dt);
        let mul = before * state_1;
        let mul_dot = state_dot_1 * state_1 + state_dot_2 * before;
        *state_ref = state_1;
        if let ::core::option::Option::Some(state_dot) = state_dot {
            *state_dot = state_dot_2;
        }
        (mul, mul_dot)
    }
    ///The value of [`step`] and its Jacobian: the gradient of each number of the result.
    #[inline]
    fn value_and_jacobian(
        state: &mut f64,
        velocity: f64,
        dt: f64,
    ) -> (f64, ((f64, f64, f64), (f64, f64, f64))) {
        let state_before = *state;
        let state_zero = 0.0;
        ::autodiff_runtime::jacobian::by_rows(
            |value: &f64| -> (f64, f64) {
                (
                    ::autodiff_runtime::Differentiable::zero_tangent(value),
                    ::core::clone::Clone::clone(&state_zero),
                )
            },
            |
                seed: &mut dyn ::core::ops::FnMut(&f64) -> (f64, f64),
            | -> (f64, (f64, f64, f64)) {
                *state = state_before;
                let (value, pullback) = Self::vjp(&mut *state, velocity, dt);
                let seeds = seed(&value);
                (value, pullback(seeds.0, seeds.1))
            },
        )
    }
    ///The Jacobian of [`step`]: in the place of each number of the result its gradient.
    #[inline]
    fn jacobian(
        state: &mut f64,
        velocity: f64,
        dt: f64,
    ) -> ((f64, f64, f64), (f64, f64, f64)) {
        Self::value_and_jacobian(&mut *state, velocity, dt).1
    }
}
