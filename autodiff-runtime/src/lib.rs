//! Compile-time automatic differentiation for Rust.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "`!(a < b)` is how NaN takes the same way as `a >= b`")]
extern crate alloc;
// Generated code names this crate by its absolute path, also inside of it.
extern crate self as autodiff_runtime;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod differentiable;
pub mod ops;
pub mod rules;
pub mod special;
#[cfg(all(test, feature = "nalgebra"))]
mod testing;

#[cfg(feature = "argmin")]
pub mod argmin;
pub mod check;
pub mod clip;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
#[doc(hidden)]
pub mod given;
#[cfg(feature = "glam")]
pub mod glam;
pub mod jacobian;
pub mod lanes;
mod linear;
pub mod losses;
mod math;
mod norm;
#[doc(hidden)]
pub mod object;
pub mod optim;
pub mod originals;
#[cfg(feature = "rayon")]
pub mod parallel;
pub mod pool;
mod revolve;
mod scalar;
pub mod schedule;
pub mod singular;
pub mod solvers;
pub mod sparse;
pub mod train;
pub mod tree;
mod tuples;

/// Gives a struct or an enum a tangent: a type with the same fields in the same variants, called `…Tangent`.
///
/// Fields that carry no derivative (by their type, or by `#[no_diff]`) have the tangent `()`. The tangent is `Clone`,
/// where its fields allow it also `Copy`, `Debug`, `Default` and `PartialEq`, and with its type a [tree of
/// numbers](tree): both can be given to optimizers and to clipping. Enums without data have the tangent `()`.
///
/// ```
/// use autodiff_runtime::{Differentiable, Optimizer, optim::Sgd};
///
/// #[derive(Differentiable)]
/// struct Layer {
///     weights: Vec<f64>,
///     bias: f64,
///     name: &'static str,
///     #[no_diff]
///     scale: f64,
/// }
///
/// let mut layer = Layer { weights: vec![1.0, 2.0], bias: 3.0, name: "first", scale: 0.5 };
/// let mut gradient: LayerTangent = layer.zero_tangent();
/// gradient.weights[1] = 4.0;
/// let ((), ()) = (gradient.name, gradient.scale);
///
/// Sgd::new(0.25).step(&mut layer, &gradient)?;
/// assert_eq!((layer.weights, layer.bias, layer.scale), (vec![1.0, 1.0], 3.0, 0.5));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
///
/// The tangent of an enum is of the variant that the enum holds. Adding tangents of different variants panics.
///
/// ```
/// use autodiff_runtime::{Differentiable, differentiate};
///
/// #[derive(Differentiable)]
/// enum Shape {
///     Circle(f64),
///     Scaled { by: f64, shape: Box<Shape> },
/// }
///
/// #[differentiate]
/// fn width(shape: &Shape) -> f64 {
///     match shape {
///         Shape::Circle(radius) => 2.0 * radius,
///         Shape::Scaled { by, shape } => by * width(shape),
///     }
/// }
///
/// let shape = Shape::Scaled { by: 3.0, shape: Box::new(Shape::Circle(5.0)) };
/// let ShapeTangent::Scaled { by: 10.0, shape } = width::grad(&shape) else { panic!() };
/// let ShapeTangent::Circle(6.0) = *shape else { panic!() };
/// ```
///
/// `#[differentiable(…)]` on the type takes `tangent = Name` to name the tangent, `tangent = Self` where the type can
/// be its own (a vector in space), `numbers` to give Jacobians and Hessians rows and columns by the names of its fields,
/// `recursive(Name, …)` with the other types that hold this one and are held by it, and
/// `crate = path` where this crate has another name.
pub use autodiff_macros::Differentiable;
/// Differentiates what it stands on: a function, a method, an `impl` block, or a module with all that is in it.
///
/// # On a function
/// Beside `fn f` stands a companion `f` with `value_and_grad`, `grad`, `value_and_grad_into`, `vjp` and `jvp`.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// fn product(x: &[f64], k: f64) -> f64 {
///     x.iter().product::<f64>() * k
/// }
///
/// let (value, (x_bar, k_bar)) = product::value_and_grad(&[2.0, 3.0], 0.5);
/// assert_eq!((value, x_bar, k_bar), (3.0, vec![1.5, 1.0], 6.0));
/// ```
///
/// # Of several results, and of a higher order
/// A function that gives several numbers has a `jacobian`, `value_and_jacobian` and `jacobian_into`: in the place of each
/// number of the result (and of each that a `&mut` parameter holds behind the call) stands its gradient. `mode = "forward"` or
/// `mode = "reverse"` says whether it is made by columns or by rows, instead of by their numbers. With `lanes` eight columns are
/// made at once, and `jvp_n` takes several directions: see [`lanes`].
///
/// `order = 2` gives a function of one number `hvp`, `value_grad_hvp`, `hessian` and `hessian_diagonal`. What it calls needs
/// the argument as well; in a module, what is called follows who calls it.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// fn polar(r: f64, angle: f64) -> [f64; 2] {
///     [r * angle.cos(), r * angle.sin()]
/// }
///
/// #[differentiate(order = 2)]
/// fn area(x: &[f64; 2]) -> f64 {
///     x[0] * x[1] * x[1]
/// }
///
/// assert_eq!(polar::jacobian(2.0, 0.0), [(1.0, 0.0), (0.0, 2.0)]);
/// assert_eq!(area::hessian(&[3.0, 5.0]), [[0.0, 10.0], [10.0, 6.0]]);
/// assert_eq!(area::hvp(&[3.0, 5.0], &[1.0, 0.0]), [0.0, 10.0]);
/// ```
///
/// A derivative of a function with `order = 2` (`g::grad(x)`, `g::value_and_grad(x)`, `g::jvp(x, v)`) may be called in the body
/// of a differentiated function, whose derivatives go through it; with `order = 3` so may `g::hvp(x, v)`, and any of them in a
/// function with `order = 2`.
///
/// # Names
/// `wrt(a, b)` names what the gradient is by: parameters, by what they come with, and local bindings. A local that is
/// written again stands for *the value that it is left with*, as a tensor of that name would: the gradient is by what it
/// holds behind its last write. Where the result depends in any other way on what it held before, or where it is bound in
/// a loop, the name has several values, and is refused: bind the one that is meant to a name of its own. A local in a
/// branch that is not taken has the gradient zero (an empty `Vec`).
///
/// `stop(a)` cuts *every* value that a name holds, by whatever it is written: an assignment, an element, a call that it is
/// lent to. No derivative passes from what it is made of. So does `#[no_diff]` on a `let`, for that binding alone.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate(wrt(total))]
/// fn by_total(x: &[f64]) -> f64 {
///     let mut total = 0.0;
///     for v in x {
///         total += v;
///     }
///     total * total
/// }
///
/// #[differentiate(stop(scale))]
/// fn scaled(x: f64) -> f64 {
///     let mut scale = 1.0;
///     for _ in 0..2 {
///         scale *= x;
///     }
///     scale * x
/// }
///
/// assert_eq!(by_total::grad(&[1.0, 2.0]), 6.0);
/// assert_eq!(scaled::grad(3.0), 9.0);
/// ```
///
/// # Derivatives by hand
/// A function whose body cannot be read, or should not be, says its derivative. The body is not looked at.
///
/// - `partials(x = …, y = …)`, of a function that gives a number: for each parameter that carries a derivative an expression of
///   the type of its adjoint (`f64`, a `Vec<f64>` for `&[f64]`, the tangent of a struct), over the parameters and `value`, the
///   result. A zero adjoint stays zero behind an infinite partial.
/// - `vjp = path` and `jvp = path`: functions in the shape of `f::vjp` and `f::jvp`, as if by all parameters that carry a
///   derivative. One of the two gives both modes, exactly: `vjp` is called for each number of the result to give a tangent, `jvp`
///   for each number of the parameters to give an adjoint. A function that changes what it is lent by `&mut` has both.
/// - `opaque`: central differences of the function itself, two calls for each number of the parameters. The step is
///   `f64::EPSILON.cbrt()` (6e-6) of the number, or 6e-6 below 1, so that about ten digits are right; with an `f32` among the numbers
///   5e-3, and four digits.
/// - `implicit = residual`, on a function that solves `residual(x, …) = 0` by whatever means, and `fixed_point = g`, of
///   `x = g(x, …)`: the equation is a differentiated function that takes the solution first (`x: f64`, or an array, a slice or
///   a `Vec`, by reference or by value), then the parameters of the solver as the solver takes them, in their order. Those that
///   are marked `#[no_diff]` are left out: brackets, tolerances, starting points; data that the equation needs is not marked, though
///   nobody may ask for its derivative (`wrt(…)` leaves it out of the gradient). Of a method the equation may be one as
///   well, `implicit = Self::residual`, with its receiver first. The derivative takes one linear solve. It is NaN where the
///   matrix is singular.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate(partials(x = x.iter().map(|x| x / value).collect()))]
/// fn norm(x: &[f64]) -> f64 {
///     x.iter().fold(0.0, |norm: f64, x| norm.hypot(*x)) // whatever it says
/// }
///
/// fn polar_jvp(r: f64, angle: f64, r_dot: f64, angle_dot: f64) -> ([f64; 2], [f64; 2]) {
///     let (sin, cos) = angle.sin_cos();
///     ([r * cos, r * sin], [r_dot * cos - r * sin * angle_dot, r_dot * sin + r * cos * angle_dot])
/// }
///
/// #[differentiate(jvp = polar_jvp)]
/// fn polar(r: f64, angle: f64) -> [f64; 2] {
///     [r * angle.cos(), r * angle.sin()]
/// }
///
/// #[differentiate]
/// fn kepler(e: f64, eccentricity: f64, anomaly: f64) -> f64 {
///     e - eccentricity * e.sin() - anomaly
/// }
///
/// #[differentiate(implicit = kepler)]
/// fn eccentric_anomaly(eccentricity: f64, anomaly: f64) -> f64 {
///     (0..20).fold(anomaly, |e, _| e - kepler(e, eccentricity, anomaly) / (1.0 - eccentricity * e.cos()))
/// }
///
/// #[differentiate]
/// fn distance(eccentricity: f64, anomaly: f64) -> f64 {
///     norm(&polar(1.0 - eccentricity, eccentric_anomaly(eccentricity, anomaly)))
/// }
///
/// assert_eq!(norm::grad(&[3.0, 4.0]), [0.6, 0.8]);
/// let (e, (_, by_anomaly)) = eccentric_anomaly::value_and_grad(0.5, 1.0);
/// assert!((by_anomaly - 1.0 / (1.0 - 0.5 * e.cos())).abs() < 1e-14);
/// assert!((distance::grad(0.5, 1.0).0 + 1.0).abs() < 1e-14);
/// ```
///
/// # Checked by a test
/// `check` makes a test of the function, `check_f`, which `cargo test` runs: at four random points the value is that of the
/// function, the gradient what differences say, forward mode what reverse mode says, with `order = 2` also the Hessian's products.
/// What fails names the parameter, the element, the point and both numbers, and says where a kink is near.
///
/// `#[sample(…)]` before a parameter says where it is taken from: a range (`#[sample(0.1..2.0)]`, of slices and `Vec`s with
/// `len = 5`), or a value around which its numbers are taken. Without it numbers lie between 0.25 and 1.75, four in a slice; integers
/// are 3. What is of another type needs a value. It is for functions that change no argument and do not fail, by all parameters.
///
/// ```
/// use autodiff_runtime::{Differentiable, differentiate};
///
/// #[derive(Clone, Differentiable)]
/// struct Spring {
///     stiffness: f64,
///     rest: f64,
/// }
///
/// #[differentiate(check)]
/// fn energy(#[sample(Spring { stiffness: 2.0, rest: 0.5 })] spring: &Spring, #[sample(-1.0..1.0)] at: f64) -> f64 {
///     0.5 * spring.stiffness * (at - spring.rest).powi(2)
/// }
/// ```
///
/// # Explained
/// With the feature `explain` of this crate, `explain` gives the companion a function `explain` (beside a method `energy`, it is
/// `energy_explain`). It gives an `explain::Explanation`: which names carry a derivative and why, where derivatives end, what each loop
/// saves and why, how many operations there are, and which optimisations make a difference. Printed, it is a report.
///
/// # Memory: what runs again instead of being saved
/// The reverse sweep wants values of the forward sweep in the opposite order, which a tape keeps: of a loop, something for each
/// iteration. What `#[checkpoint]` stands on is run again in the reverse sweep, from a copy of what it changes, and saves its
/// tape then. The value and the gradient stay the same, bit for bit; forward mode and the function itself know nothing of it.
///
/// | | memory for `n` iterations | iterations run |
/// |---|---|---|
/// | no mark | `n` tapes of an iteration | `n` |
/// | `#[checkpoint]`, `#[checkpoint(sqrt)]` on a loop | about `sqrt(n)` copies of the state and as many tapes; `sqrt(2 n)` where the number of iterations is not known before | `2 n` |
/// | `#[checkpoint(every = k)]` on a loop | `n / k` copies, `k` tapes | `2 n` |
/// | `#[checkpoint(slots = s)]` on a loop | `s` copies, one tape | binomial: `r n - C(s + r, r - 1)` before their own reversal, with the smallest `r` for which `C(s + r, s) >= n` |
/// | `#[checkpoint]` on a block, a `let`, a call | a copy of what it changes | twice |
///
/// With 20 slots, each of a million iterations is run 8 times at most before it is reversed, 6.8 times on average. Where only running it tells how
/// often a loop runs (`while`, `loop`, `break`), slots take one forward sweep more. State are numbers, arrays, `Vec`s and
/// whatever else is `Clone`. Marks nest. What runs again does the same again: it changes nothing that nobody can copy, and
/// depends on nothing but what it reads (see LIMITATIONS.md); what it prints, it prints once.
///
/// The schedule is that of Griewank and Walther: Algorithm 799: revolve, ACM TOMS 26 (2000).
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// fn pendulum(angle: f64, gravity: f64, steps: usize) -> f64 {
///     let (mut at, mut speed) = (angle, 0.0);
///     #[checkpoint(slots = 10)]
///     for _ in 0..steps {
///         speed -= 0.001 * gravity * at.sin();
///         at += 0.001 * speed;
///     }
///     at
/// }
///
/// let (_, (by_angle, _)) = pendulum::value_and_grad(0.5, 9.81, 1_000);
/// let difference = (pendulum(0.5 + 1e-6, 9.81, 1_000) - pendulum(0.5 - 1e-6, 9.81, 1_000)) / 2e-6;
/// assert!((by_angle - difference).abs() < 1e-8);
/// ```
///
/// # On a module
/// A model of several functions and types belongs into a module: the macro sees all of it then. Private functions need no
/// attribute, types that take part differentiate themselves, and only what is `pub` (or marked) gets a companion.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// mod bonds {
///     pub struct Bond {
///         pub coupon: f64,
///         pub years: usize,
///     }
///
///     fn discount(rate: f64, year: usize) -> f64 {
///         (1.0 + rate).powi(-(year as i32))
///     }
///
///     pub fn price(bond: &Bond, rate: f64) -> f64 {
///         let coupons: f64 = (1..=bond.years).map(|year| bond.coupon * discount(rate, year)).sum();
///         coupons + discount(rate, bond.years)
///     }
/// }
///
/// let bond = bonds::Bond { coupon: 0.05, years: 1 };
/// let (value, (bond_bar, rate_bar)) = bonds::price::value_and_grad(&bond, 0.0);
/// assert_eq!((value, bond_bar.coupon, rate_bar), (1.05, 1.0, -1.05));
/// ```
///
/// `#[no_diff]` leaves a function, an `impl` block, a type, a field or an inner module out; `#[differentiate(…)]` on a function
/// or a block inside gives it arguments of its own. Around the items of a file that is a module of its own stands [`differentiate_items!`].
///
/// # On an `impl` block
/// Each method gets functions beside it: `loss` gets `loss_value_and_grad`, `loss_grad`, `loss_vjp`, … Operators (`impl Mul
/// for V`) become differentiable wherever they are used. `#[no_diff]` on a method leaves it out.
///
/// ```
/// use autodiff_runtime::{Differentiable, differentiate};
///
/// #[derive(Differentiable)]
/// struct Line { slope: f64, offset: f64 }
///
/// #[differentiate]
/// impl Line {
///     fn at(&self, #[no_diff] x: f64) -> f64 {
///         self.slope * x + self.offset
///     }
/// }
///
/// let gradient = Line { slope: 2.0, offset: 1.0 }.at_grad(3.0);
/// assert_eq!((gradient.slope, gradient.offset), (3.0, 1.0));
/// ```
///
/// # On a trait
/// Functions that are generic over the trait are differentiated by way of it. In a differentiated module everything is in
/// sight; outside of one the trait has the attribute, an `impl` of it has `#[differentiate(of_trait)]`.
///
/// ```
/// use autodiff_runtime::{Differentiable, differentiate};
///
/// #[differentiate]
/// trait Curve: Differentiable {
///     fn rate(&self, t: f64) -> f64;
/// }
///
/// #[derive(Differentiable)]
/// struct Sloped { level: f64, slope: f64 }
///
/// #[differentiate(of_trait)]
/// impl Curve for Sloped {
///     fn rate(&self, t: f64) -> f64 {
///         self.level + self.slope * t
///     }
/// }
///
/// #[differentiate]
/// fn discount<C: Curve>(curve: &C, t: f64) -> f64 {
///     (-curve.rate(t) * t).exp()
/// }
///
/// let (by_curve, _) = discount::grad(&Sloped { level: 0.0, slope: 0.0 }, 2.0);
/// assert_eq!((by_curve.level, by_curve.slope), (-2.0, -4.0));
/// ```
pub use autodiff_macros::differentiate;
/// Differentiates the items in it together, as `#[differentiate]` does with those of a module.
///
/// It is for the file that is a module of its own, on which no attribute can stand. `#![differentiate(crate = path)]` at
/// its head gives arguments.
///
/// ```
/// autodiff_runtime::differentiate_items! {
///     const RATE: f64 = 0.5;
///
///     fn grown(x: f64) -> f64 {
///         x * RATE.exp()
///     }
///
///     pub fn squared(x: f64) -> f64 {
///         grown(x) * grown(x)
///     }
/// }
///
/// # fn main() {
/// assert_eq!(squared::grad(1.0), 2.0 * 0.5_f64.exp() * 0.5_f64.exp());
/// # }
/// ```
pub use autodiff_macros::differentiate_items;
pub use differentiable::{Differentiable, Tangent, stop_gradient};
pub use error::Error;
pub use object::{AnyTangent, ObjectTangent};
#[doc(inline)]
pub use ops::on_adjoint;
pub use optim::Optimizer;
pub use scalar::Scalar;
pub use tree::{Tree, TreeMut};

/// The examples of the documents at the root.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../LIMITATIONS.md")]
    struct Limitations;
    #[doc = include_str!("../../docs/src/getting_started.md")]
    struct GettingStarted;
    #[doc = include_str!("../../docs/src/language.md")]
    struct Language;
    #[doc = include_str!("../../docs/src/kinks.md")]
    struct Kinks;
    #[doc = include_str!("../../docs/src/modes.md")]
    struct Modes;
    #[doc = include_str!("../../docs/src/speed.md")]
    struct Speed;
    #[doc = include_str!("../../docs/src/explain.md")]
    struct Explain;
    #[doc = include_str!("../../docs/src/recipes.md")]
    struct Recipes;
    #[doc = include_str!("../../docs/src/coming_from.md")]
    struct ComingFrom;
}
