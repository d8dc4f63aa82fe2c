#[allow(dead_code)]
fn f(x: f64, n: usize) -> f64 {
    unknown!(x, n)
}
compile_error! {
    "unknown argument `colour`: write `wrt(x, y)`, `stop(x, y)`, `unconnected = \"zero\"`, `singular = \"ieee\"`, `order = 2`, `mode = \"forward\"`, `lanes`, `crate = path::to::autodiff_runtime`, `companion = name`, `associated`, `of_trait`, `recursive`, `check`, `explain`, `partials(x = 2.0 * x)`, `vjp = path::to::function`, `jvp = path::to::function`, `opaque`, `implicit = path::to::residual` or `fixed_point = path::to::function`"
}
compile_error! {
    "the macro `unknown!` with active arguments is not supported: write what it expands to, or put it into a function whose derivative is given (`#[differentiate(partials(x = …))]`)"
}
compile_error! {
    "`wrt` names `z`, which is neither a parameter nor a local binding"
}
///The derivatives of [`f`](fn@f).
#[allow(non_camel_case_types, dead_code)]
struct f {}
#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)]
impl f {
    ///The value of [`f`] and its gradient.
    #[inline]
    fn value_and_grad(x: f64, n: usize) -> (f64, f64) {
        ::core::unreachable!()
    }
    ///The gradient of [`f`] (of the sum of its results, where there are several).
    #[inline]
    fn grad(x: f64, n: usize) -> f64 {
        ::core::unreachable!()
    }
    ///The value of [`f`]; its gradient is added to what the buffers hold.
    #[inline]
    fn value_and_grad_into(x: f64, n: usize, z_bar: &mut f64) -> f64 {
        ::core::unreachable!()
    }
    ///The value of [`f`] and its pullback: from the adjoint of the result to the gradient.
    #[inline]
    fn vjp(x: f64, n: usize) -> (f64, impl ::core::ops::FnOnce(f64) -> f64 + use<>) {
        (::core::unreachable!(), move |_: f64| -> f64 { ::core::unreachable!() })
    }
    ///The value of [`f`] and its tangent, from the tangents of its arguments.
    #[inline]
    fn jvp(x: f64, n: usize) -> (f64, f64) {
        ::core::unreachable!()
    }
    ///The value and the pullback that other differentiated functions call.
    #[doc(hidden)]
    #[inline]
    fn forward(
        x: f64,
        n: usize,
    ) -> (
        f64,
        impl ::core::ops::FnOnce(
            (),
            (),
            f64,
            ::core::option::Option<&mut f64>,
            ::core::option::Option<&mut ()>,
        ),
    ) {
        (
            ::core::unreachable!(),
            move |
                _: (),
                _: (),
                _: f64,
                _: ::core::option::Option<&mut f64>,
                _: ::core::option::Option<&mut ()>,
            | -> () { ::core::unreachable!() },
        )
    }
    ///The value and its tangent, as other differentiated functions call it.
    #[doc(hidden)]
    #[inline]
    fn pushforward(
        x: f64,
        n: usize,
        _: ::core::option::Option<&f64>,
        _: ::core::option::Option<&()>,
    ) -> (f64, f64) {
        ::core::unreachable!()
    }
}
