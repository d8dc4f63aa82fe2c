#[allow(dead_code)]
impl Model {
    pub fn energy(&self, x: f64) -> f64 {
        self.stiffness * x * x
    }
}
impl Model {
    #[doc(hidden)]
    #[allow(non_upper_case_globals)]
    const energy_KNOWN: bool = <Self as ::autodiff_runtime::Differentiable>::KNOWN;
    ///The value of [`energy`] and its gradient.
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_value_and_grad(
        &self,
        x: f64,
    ) -> (
        f64,
        (
            <::autodiff_runtime::__private::Known<
                Self,
                { Self::energy_KNOWN },
            > as ::autodiff_runtime::Differentiable>::Tangent,
            f64,
        ),
    ) {
        let mut self_bar = <::autodiff_runtime::__private::Known<
            Self,
            { Self::energy_KNOWN },
        > as ::autodiff_runtime::Differentiable>::zero_tangent(self);
        let mut x_bar = 0.0;
        let value = Self::energy_value_and_grad_into(self, x, &mut self_bar, &mut x_bar);
        (value, (self_bar, x_bar))
    }
    ///The gradient of [`energy`] (of the sum of its results, where there are several).
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_grad(
        &self,
        x: f64,
    ) -> (
        <::autodiff_runtime::__private::Known<
            Self,
            { Self::energy_KNOWN },
        > as ::autodiff_runtime::Differentiable>::Tangent,
        f64,
    ) {
        Self::energy_value_and_grad(self, x).1
    }
    ///The value of [`energy`]; its gradient is added to what the buffers hold.
    /**
The value and the gradient are computed as
```text
let stiffness = self.stiffness;
let mul = stiffness * x;
add_to_part(x * x, &mut self_bar.stiffness);
*x_bar += mul + x * stiffness;
mul * x
```*/
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_value_and_grad_into(
        &self,
        x: f64,
        self_bar: &mut <::autodiff_runtime::__private::Known<
            Self,
            { Self::energy_KNOWN },
        > as ::autodiff_runtime::Differentiable>::Tangent,
        x_bar: &mut f64,
    ) -> f64 {
        let stiffness = self.stiffness;
        let mul = stiffness * x;
        ::autodiff_runtime::__private::add_to_part(x * x, &mut self_bar.stiffness);
        *x_bar += mul + x * stiffness;
        mul * x
    }
    ///The value of [`energy`] and its pullback: from the adjoint of the result to the gradient.
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_vjp<'ad0>(
        &'ad0 self,
        x: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            f64,
        ) -> (
                <::autodiff_runtime::__private::Known<
                    Self,
                    { Self::energy_KNOWN },
                > as ::autodiff_runtime::Differentiable>::Tangent,
                f64,
            ) + use<'ad0>,
    ) {
        let (value, pullback) = Self::energy_forward(self, x);
        (
            value,
            move |seed: f64| {
                let mut self_bar = <::autodiff_runtime::__private::Known<
                    Self,
                    { Self::energy_KNOWN },
                > as ::autodiff_runtime::Differentiable>::zero_tangent(self);
                let mut x_bar = 0.0;
                pullback(
                    self,
                    (),
                    seed,
                    ::core::option::Option::Some(&mut self_bar),
                    ::core::option::Option::Some(&mut x_bar),
                );
                (self_bar, x_bar)
            },
        )
    }
    ///The value of [`energy`] and its tangent, from the tangents of its arguments.
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_jvp(
        &self,
        x: f64,
        self_dot: &<::autodiff_runtime::__private::Known<
            Self,
            { Self::energy_KNOWN },
        > as ::autodiff_runtime::Differentiable>::Tangent,
        x_dot: f64,
    ) -> (f64, f64) {
        Self::energy_pushforward(
            self,
            x,
            ::core::option::Option::Some(self_dot),
            ::core::option::Option::Some(&x_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_forward(
        &self,
        x: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            &::autodiff_runtime::__private::Known<Self, { Self::energy_KNOWN }>,
            (),
            f64,
            ::core::option::Option<
                &mut <::autodiff_runtime::__private::Known<
                    Self,
                    { Self::energy_KNOWN },
                > as ::autodiff_runtime::Differentiable>::Tangent,
            >,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let stiffness = self.stiffness;
        let mul = stiffness * x;
        (
            mul * x,
            move |
                this: &::autodiff_runtime::__private::Known<
                    Self,
                    { Self::energy_KNOWN },
                >,
                _: (),
                seed: f64,
                self_bar: ::core::option::Option<
                    &mut <::autodiff_runtime::__private::Known<
                        Self,
                        { Self::energy_KNOWN },
                    > as ::autodiff_runtime::Differentiable>::Tangent,
                >,
                x_bar: ::core::option::Option<&mut f64>|
            {
                let self_bar = match self_bar {
                    ::core::option::Option::Some(self_bar) => self_bar,
                    ::core::option::Option::None => {
                        &mut <::autodiff_runtime::__private::Known<
                            Self,
                            { Self::energy_KNOWN },
                        > as ::autodiff_runtime::Differentiable>::zero_tangent(this)
                    }
                };
                let mul_bar = seed * x;
                ::autodiff_runtime::__private::add_to_part(
                    mul_bar * x,
                    &mut self_bar.stiffness,
                );
                if let ::core::option::Option::Some(x_bar) = x_bar {
                    *x_bar += seed * mul + mul_bar * stiffness;
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
    #[inline]
    pub fn energy_pushforward(
        &self,
        x: f64,
        self_dot: ::core::option::Option<
            &<::autodiff_runtime::__private::Known<
                Self,
                { Self::energy_KNOWN },
            > as ::autodiff_runtime::Differentiable>::Tangent,
        >,
        x_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let self_dot = match self_dot {
            ::core::option::Option::Some(self_dot) => self_dot,
            ::core::option::Option::None => {
                &<::autodiff_runtime::__private::Known<
                    Self,
                    { Self::energy_KNOWN },
                > as ::autodiff_runtime::Differentiable>::zero_tangent(self)
            }
        };
        let x_dot = x_dot.copied().unwrap_or(0.0);
        let stiffness = self.stiffness;
        let mul = stiffness * x;
        let mul_1 = mul * x;
        let mul_dot = (::autodiff_runtime::__private::part::<f64, _>(&self_dot.stiffness)
            * x + x_dot * stiffness) * x + x_dot * mul;
        (mul_1, mul_dot)
    }
}
