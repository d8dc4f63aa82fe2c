#[allow(dead_code)]
fn call_price(spot: f64, strike: f64, rate: f64, vol: f64, time: f64) -> f64 {
    let sd = vol * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * vol * vol) * time) / sd;
    let d2 = d1 - sd;
    let cdf = |d: f64| 1.0 / (1.0 + (-1.702 * d).exp());
    spot * cdf(d1) - strike * (-rate * time).exp() * cdf(d2)
}
///The derivatives of [`call_price`](fn@call_price).
/**
The value and the gradient are computed as
```text
let sqrt = time.sqrt();
let sd = vol * sqrt;
let div = spot / strike;
let mul = 0.5 * vol;
let add = rate + mul * vol;
let d1 = (div.ln() + add * time) / sd;
let d2 = d1 - sd;
let exp = (-1.702 * d1).exp();
let div_1 = 1.0 / (1.0 + exp);
let neg = -rate;
let exp_1 = (neg * time).exp();
let mul_1 = strike * exp_1;
let exp_2 = (-1.702 * d2).exp();
let div_2 = 1.0 / (1.0 + exp_2);
let mul_bar = -div_2;
let d2_bar = ::autodiff_runtime::special::chain(-::autodiff_runtime::special::chain(-mul_1, div_2 * div_2), exp_2) * -1.702;
let mul_bar_1 = ::autodiff_runtime::special::chain(mul_bar * strike, exp_1);
let d1_bar = ::autodiff_runtime::special::chain(-::autodiff_runtime::special::chain(spot, div_1 * div_1), exp) * -1.702 + d2_bar;
let sd_recip = 1.0 / sd;
let add_bar = ::autodiff_runtime::special::chain(d1_bar, sd_recip);
let sd_bar = -d2_bar - ::autodiff_runtime::special::chain(d1_bar, d1 * sd_recip);
let add_bar_1 = add_bar * time;
let div_bar = ::autodiff_runtime::special::chain(add_bar, 1.0 / div);
let strike_recip = 1.0 / strike;
*spot_bar += div_1 + ::autodiff_runtime::special::chain(div_bar, strike_recip);
*strike_bar += ::autodiff_runtime::special::chain(mul_bar, exp_1) - ::autodiff_runtime::special::chain(div_bar, div * strike_recip);
*rate_bar += -(mul_bar_1 * time) + add_bar_1;
*vol_bar += add_bar_1 * mul + add_bar_1 * vol * 0.5 + ::autodiff_runtime::special::chain(sd_bar, sqrt);
*time_bar += mul_bar_1 * neg + add_bar * add + (if sqrt == 0.0 {
    0.0
} else {
    ::autodiff_runtime::special::chain(sd_bar * vol, 0.5 / sqrt)
});
spot * div_1 - mul_1 * div_2
```*/
#[allow(non_camel_case_types, dead_code)]
struct call_price {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl call_price {
    ///The value of [`call_price`] and its gradient.
    #[inline]
    fn value_and_grad(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
    ) -> (f64, (f64, f64, f64, f64, f64)) {
        let mut spot_bar = 0.0;
        let mut strike_bar = 0.0;
        let mut rate_bar = 0.0;
        let mut vol_bar = 0.0;
        let mut time_bar = 0.0;
        let value = Self::value_and_grad_into(
            spot,
            strike,
            rate,
            vol,
            time,
            &mut spot_bar,
            &mut strike_bar,
            &mut rate_bar,
            &mut vol_bar,
            &mut time_bar,
        );
        (value, (spot_bar, strike_bar, rate_bar, vol_bar, time_bar))
    }
    ///The gradient of [`call_price`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
    ) -> (f64, f64, f64, f64, f64) {
        Self::value_and_grad(spot, strike, rate, vol, time).1
    }
    ///The value of [`call_price`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
        spot_bar: &mut f64,
        strike_bar: &mut f64,
        rate_bar: &mut f64,
        vol_bar: &mut f64,
        time_bar: &mut f64,
    ) -> f64 {
        let sqrt = time.sqrt();
        let sd = vol * sqrt;
        let div = spot / strike;
        let mul = 0.5 * vol;
        let add = rate + mul * vol;
        let d1 = (div.ln() + add * time) / sd;
        let d2 = d1 - sd;
        let exp = (-1.702 * d1).exp();
        let div_1 = 1.0 / (1.0 + exp);
        let neg = -rate;
        let exp_1 = (neg * time).exp();
        let mul_1 = strike * exp_1;
        let exp_2 = (-1.702 * d2).exp();
        let div_2 = 1.0 / (1.0 + exp_2);
        let mul_bar = -div_2;
        let d2_bar = ::autodiff_runtime::special::chain(
            -::autodiff_runtime::special::chain(-mul_1, div_2 * div_2),
            exp_2,
        ) * -1.702;
        let mul_bar_1 = ::autodiff_runtime::special::chain(mul_bar * strike, exp_1);
        let d1_bar = ::autodiff_runtime::special::chain(
            -::autodiff_runtime::special::chain(spot, div_1 * div_1),
            exp,
        ) * -1.702 + d2_bar;
        let sd_recip = 1.0 / sd;
        let add_bar = ::autodiff_runtime::special::chain(d1_bar, sd_recip);
        let sd_bar = -d2_bar - ::autodiff_runtime::special::chain(d1_bar, d1 * sd_recip);
        let add_bar_1 = add_bar * time;
        let div_bar = ::autodiff_runtime::special::chain(add_bar, 1.0 / div);
        let strike_recip = 1.0 / strike;
        *spot_bar += div_1 + ::autodiff_runtime::special::chain(div_bar, strike_recip);
        *strike_bar
            += ::autodiff_runtime::special::chain(mul_bar, exp_1)
                - ::autodiff_runtime::special::chain(div_bar, div * strike_recip);
        *rate_bar += -(mul_bar_1 * time) + add_bar_1;
        *vol_bar
            += add_bar_1 * mul + add_bar_1 * vol * 0.5
                + ::autodiff_runtime::special::chain(sd_bar, sqrt);
        *time_bar
            += mul_bar_1 * neg + add_bar * add
                + (if sqrt == 0.0 {
                    0.0
                } else {
                    ::autodiff_runtime::special::chain(sd_bar * vol, 0.5 / sqrt)
                });
        spot * div_1 - mul_1 * div_2
    }
    ///The value of [`call_price`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
    ) -> (f64, impl ::core::ops::FnOnce(f64) -> (f64, f64, f64, f64, f64) + use<>) {
        let (value, pullback) = Self::forward(spot, strike, rate, vol, time);
        (
            value,
            move |seed: f64| {
                let mut spot_bar = 0.0;
                let mut strike_bar = 0.0;
                let mut rate_bar = 0.0;
                let mut vol_bar = 0.0;
                let mut time_bar = 0.0;
                pullback(
                    (),
                    (),
                    (),
                    (),
                    (),
                    seed,
                    ::core::option::Option::Some(&mut spot_bar),
                    ::core::option::Option::Some(&mut strike_bar),
                    ::core::option::Option::Some(&mut rate_bar),
                    ::core::option::Option::Some(&mut vol_bar),
                    ::core::option::Option::Some(&mut time_bar),
                );
                (spot_bar, strike_bar, rate_bar, vol_bar, time_bar)
            },
        )
    }
    ///The value of [`call_price`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
        spot_dot: f64,
        strike_dot: f64,
        rate_dot: f64,
        vol_dot: f64,
        time_dot: f64,
    ) -> (f64, f64) {
        Self::pushforward(
            spot,
            strike,
            rate,
            vol,
            time,
            ::core::option::Option::Some(&spot_dot),
            ::core::option::Option::Some(&strike_dot),
            ::core::option::Option::Some(&rate_dot),
            ::core::option::Option::Some(&vol_dot),
            ::core::option::Option::Some(&time_dot),
        )
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            (),
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut f64>,
        ),
    ) {
        let sqrt = time.sqrt();
        let sd = vol * sqrt;
        let div = spot / strike;
        let mul = 0.5 * vol;
        let add = rate + mul * vol;
        let d1 = (div.ln() + add * time) / sd;
        let d2 = d1 - sd;
        let exp = (-1.702 * d1).exp();
        let div_1 = 1.0 / (1.0 + exp);
        let neg = -rate;
        let exp_1 = (neg * time).exp();
        let mul_1 = strike * exp_1;
        let exp_2 = (-1.702 * d2).exp();
        let div_2 = 1.0 / (1.0 + exp_2);
        (
            spot * div_1 - mul_1 * div_2,
            move |
                _: (),
                _: (),
                _: (),
                _: (),
                _: (),
                seed: f64,
                spot_bar: ::core::option::Option<&mut f64>,
                strike_bar: ::core::option::Option<&mut f64>,
                rate_bar: ::core::option::Option<&mut f64>,
                vol_bar: ::core::option::Option<&mut f64>,
                time_bar: ::core::option::Option<&mut f64>|
            {
                let mul_bar = -seed;
                let mul_bar_1 = ::autodiff_runtime::special::chain(mul_bar, div_2);
                let d2_bar = ::autodiff_runtime::special::chain(
                    -::autodiff_runtime::special::chain(
                        ::autodiff_runtime::special::chain(mul_bar, mul_1),
                        div_2 * div_2,
                    ),
                    exp_2,
                ) * -1.702;
                let mul_bar_2 = ::autodiff_runtime::special::chain(
                    mul_bar_1 * strike,
                    exp_1,
                );
                let d1_bar = ::autodiff_runtime::special::chain(
                    -::autodiff_runtime::special::chain(seed * spot, div_1 * div_1),
                    exp,
                ) * -1.702 + d2_bar;
                let sd_recip = 1.0 / sd;
                let add_bar = ::autodiff_runtime::special::chain(d1_bar, sd_recip);
                let sd_bar = -d2_bar
                    - ::autodiff_runtime::special::chain(d1_bar, d1 * sd_recip);
                let add_bar_1 = add_bar * time;
                let div_bar = ::autodiff_runtime::special::chain(add_bar, 1.0 / div);
                let strike_recip = 1.0 / strike;
                if let ::core::option::Option::Some(spot_bar) = spot_bar {
                    *spot_bar
                        += ::autodiff_runtime::special::chain(seed, div_1)
                            + ::autodiff_runtime::special::chain(div_bar, strike_recip);
                }
                if let ::core::option::Option::Some(strike_bar) = strike_bar {
                    *strike_bar
                        += ::autodiff_runtime::special::chain(mul_bar_1, exp_1)
                            - ::autodiff_runtime::special::chain(
                                div_bar,
                                div * strike_recip,
                            );
                }
                if let ::core::option::Option::Some(rate_bar) = rate_bar {
                    *rate_bar += -(mul_bar_2 * time) + add_bar_1;
                }
                if let ::core::option::Option::Some(vol_bar) = vol_bar {
                    *vol_bar
                        += add_bar_1 * mul + add_bar_1 * vol * 0.5
                            + ::autodiff_runtime::special::chain(sd_bar, sqrt);
                }
                if let ::core::option::Option::Some(time_bar) = time_bar {
                    *time_bar
                        += mul_bar_2 * neg + add_bar * add
                            + (if sqrt == 0.0 {
                                0.0
                            } else {
                                ::autodiff_runtime::special::chain(sd_bar * vol, 0.5 / sqrt)
                            });
                }
            },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        spot: f64,
        strike: f64,
        rate: f64,
        vol: f64,
        time: f64,
        spot_dot: ::core::option::Option<&f64>,
        strike_dot: ::core::option::Option<&f64>,
        rate_dot: ::core::option::Option<&f64>,
        vol_dot: ::core::option::Option<&f64>,
        time_dot: ::core::option::Option<&f64>,
    ) -> (f64, f64) {
        let spot_dot = spot_dot.copied().unwrap_or(0.0);
        let strike_dot = strike_dot.copied().unwrap_or(0.0);
        let rate_dot = rate_dot.copied().unwrap_or(0.0);
        let vol_dot = vol_dot.copied().unwrap_or(0.0);
        let time_dot = time_dot.copied().unwrap_or(0.0);
        let sqrt = time.sqrt();
        let sd = vol * sqrt;
        let sd_dot = ::autodiff_runtime::special::chain(vol_dot, sqrt)
            + ::autodiff_runtime::special::product(
                if sqrt == 0.0 {
                    0.0
                } else {
                    ::autodiff_runtime::special::chain(time_dot, 0.5 / sqrt)
                },
                vol,
            );
        let div = spot / strike;
        let mul = 0.5 * vol;
        let add = rate + mul * vol;
        let add_dot = ::autodiff_runtime::special::product(
            ::autodiff_runtime::special::chain(spot_dot, 1.0 / strike)
                - ::autodiff_runtime::special::chain(strike_dot, div / strike),
            1.0 / div,
        ) + ((rate_dot + (vol_dot * 0.5 * vol + vol_dot * mul)) * time + time_dot * add);
        let d1 = (div.ln() + add * time) / sd;
        let d1_dot = ::autodiff_runtime::special::product(add_dot, 1.0 / sd)
            - ::autodiff_runtime::special::product(sd_dot, d1 / sd);
        let d2 = d1 - sd;
        let d2_dot = d1_dot - sd_dot;
        let exp = (-1.702 * d1).exp();
        let add_1 = 1.0 + exp;
        let div_1 = 1.0 / add_1;
        let neg = -rate;
        let exp_1 = (neg * time).exp();
        let mul_1 = strike * exp_1;
        let exp_2 = (-1.702 * d2).exp();
        let add_2 = 1.0 + exp_2;
        let div_2 = 1.0 / add_2;
        let mul_dot = ::autodiff_runtime::special::product(
            ::autodiff_runtime::special::chain(strike_dot, exp_1)
                + ::autodiff_runtime::special::product(
                    ::autodiff_runtime::special::chain(
                        -(rate_dot * time) + time_dot * neg,
                        exp_1,
                    ),
                    strike,
                ),
            div_2,
        )
            + ::autodiff_runtime::special::product(
                -::autodiff_runtime::special::product(
                    ::autodiff_runtime::special::product(d2_dot * -1.702, exp_2),
                    div_2 / add_2,
                ),
                mul_1,
            );
        let sub = spot * div_1 - mul_1 * div_2;
        let sub_dot = ::autodiff_runtime::special::chain(spot_dot, div_1)
            + ::autodiff_runtime::special::product(
                -::autodiff_runtime::special::product(
                    ::autodiff_runtime::special::product(d1_dot * -1.702, exp),
                    div_1 / add_1,
                ),
                spot,
            ) - mul_dot;
        (sub, sub_dot)
    }
}
