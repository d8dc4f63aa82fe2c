//! Checks of one differentiated function in all its forms, against differences and against itself.
//!
//! [`checks!`] is a table at the end of a corpus file, one line a function:
//!
//! ```text
//! checks! {
//!     cube(2.0) => 12.0;                  // a point, and the gradient in closed form where there is one
//!     dot(&[1.0, 2.0], &[3.0, 4.0]);      // arguments as they are passed
//!     scale(0.5, &mut [1.0, 2.0]) -> ();  // in-out arguments; a function without a result
//!     power(1.5, @3);                     // `@` before inactive arguments
//!     ratio(ref 1.5, ref 0.5);            // references to scalars, whose tangents are passed by value
//!     cube as cube_of_negative(-2.0);     // a second point
//! }
//! ```

mod leaves;

pub use leaves::{Input, Leaves, leaves};

/// A function as the harness sees it: from and to flat vectors of floats. The outputs are the leaves of the result, then those
/// of the `&mut` arguments behind the call; the inputs the leaves of the active arguments.
pub struct Case<'a> {
    pub name: &'static str,
    pub point: Vec<f64>,
    /// Whether some leaf is an `f32`.
    pub single: bool,
    /// How many of the outputs belong to `&mut` arguments.
    pub inout: usize,
    pub expected: Option<Vec<f64>>,
    /// inputs -> outputs
    pub primal: &'a dyn Fn(&[f64]) -> Vec<f64>,
    /// inputs, seeds -> outputs, gradient
    pub vjp: &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
    /// inputs, directions -> outputs, their derivatives
    pub jvp: &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
    /// inputs, content of the buffers -> outputs, content of the buffers behind it
    pub into: &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
    /// inputs -> outputs, gradient, gradient once more (by `grad`)
    pub gradient: Option<&'a dyn Fn(&[f64]) -> (Vec<f64>, Vec<f64>, Vec<f64>)>,
    /// The positions of the inputs that belong to `&mut` arguments.
    pub inout_inputs: Vec<bool>,
}

/// Numbers without a pattern, in ±[0.5, 1.5].
fn scattered(n: usize, salt: u64) -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(salt + 1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    // Sixteenths are exact in `f32` too.
    (0..n)
        .map(|_| {
            let magnitude = 0.5 + (next() * 16.0).round() / 16.0;
            if next() < 0.5 { -magnitude } else { magnitude }
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Numbers that are others up to the grouping of sums.
#[track_caller]
pub fn are_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{found:?}, expected {expected:?}");
    }
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

impl Case<'_> {
    /// The derivative of `f` along `direction`, by differences of fourth order.
    fn difference(&self, f: &dyn Fn(&[f64]) -> f64, direction: &[f64]) -> f64 {
        let h = if self.single { 1.0 / 64.0 } else { 2e-4 };
        let along = |t: f64| {
            let point: Vec<f64> = self.point.iter().zip(direction).map(|(x, d)| x + t * h * d).collect();
            f(&point)
        };
        (8.0 * (along(1.0) - along(-1.0)) - (along(2.0) - along(-2.0))) / (12.0 * h)
    }

    fn close(&self, what: &str, actual: f64, expected: f64, tolerance: f64) {
        let tolerance = if self.single { tolerance.max(3e-3) } else { tolerance };
        assert!(
            (actual - expected).abs() <= tolerance * (1.0 + expected.abs()),
            "{}: {what} is {actual}, expected {expected}",
            self.name
        );
    }

    fn primal_kept(&self, by: &str, outputs: &[f64], expected: &[f64]) {
        assert!(
            same_bits(outputs, expected),
            "{}: `{by}` computes {outputs:?}, the function itself {expected:?}",
            self.name
        );
    }

    /// `gradient` is that of `<seed, outputs>`, by differences.
    fn agrees_with_differences(&self, by: &str, gradient: &[f64], seed: &[f64]) {
        assert_eq!(gradient.len(), self.point.len(), "{}: size of the gradient of `{by}`", self.name);
        for (k, g) in gradient.iter().enumerate() {
            let mut direction = vec![0.0; self.point.len()];
            direction[k] = 1.0;
            let difference = self.difference(&|x| dot(&(self.primal)(x), seed), &direction);
            self.close(&format!("`{by}`, input {k}"), *g, difference, 1e-7);
        }
    }

    pub fn run(&self) {
        let outputs = (self.primal)(&self.point);
        let (n, m) = (self.point.len(), outputs.len());
        let (seed, direction) = (scattered(m, 1), scattered(n, 2));

        let (value, x_bar) = (self.vjp)(&self.point, &seed);
        self.primal_kept("vjp", &value, &outputs);
        self.agrees_with_differences("vjp", &x_bar, &seed);

        let (value, y_dot) = (self.jvp)(&self.point, &direction);
        self.primal_kept("jvp", &value, &outputs);
        assert_eq!(y_dot.len(), m, "{}: size of the tangent", self.name);
        for (k, y_dot) in y_dot.iter().enumerate() {
            let difference = self.difference(&|x| (self.primal)(x)[k], &direction);
            self.close(&format!("`jvp`, output {k}"), *y_dot, difference, 1e-7);
        }
        let scale = seed.iter().zip(&y_dot).map(|(s, y)| (s * y).abs()).sum::<f64>();
        let scale = scale + x_bar.iter().zip(&direction).map(|(x, d)| (x * d).abs()).sum::<f64>();
        let tolerance = if self.single { 1e-4 } else { 1e-12 } * (1.0 + scale);
        let (forward, reverse) = (dot(&seed, &y_dot), dot(&x_bar, &direction));
        assert!(
            (forward - reverse).abs() <= tolerance,
            "{}: <y̅, Jẋ> = {forward}, <Jᵀy̅, ẋ> = {reverse}",
            self.name
        );

        // The sum of the result's elements, and the adjoints of the in-out arguments as the buffers hold them.
        let mut total = vec![1.0; m];
        let before = scattered(n, 3);
        let held: Vec<f64> =
            before.iter().zip(&self.inout_inputs).filter(|(_, inout)| **inout).map(|(b, _)| *b).collect();
        assert_eq!(held.len(), self.inout, "{}: in-out arguments keep their size", self.name);
        total[m - self.inout..].copy_from_slice(&held);
        let (value, after) = (self.into)(&self.point, &before);
        self.primal_kept("value_and_grad_into", &value, &outputs);
        let into: Vec<f64> = after
            .iter()
            .zip(&before)
            .zip(&self.inout_inputs)
            .map(|((a, b), inout)| if *inout { *a } else { a - b })
            .collect();
        self.agrees_with_differences("value_and_grad_into", &into, &total);

        if let Some(gradient) = self.gradient {
            total[m - self.inout..].fill(0.0);
            let (value, by_value_and_grad, by_grad) = gradient(&self.point);
            self.primal_kept("value_and_grad", &value, &outputs);
            self.agrees_with_differences("value_and_grad", &by_value_and_grad, &total);
            assert!(same_bits(&by_value_and_grad, &by_grad), "{}: `grad` differs", self.name);
            if let Some(expected) = &self.expected {
                assert_eq!(by_grad.len(), expected.len(), "{}: size of the closed form", self.name);
                for (g, e) in by_grad.iter().zip(expected) {
                    self.close("`grad`, in closed form", *g, *e, 1e-12);
                }
            }
        }
    }
}

/// A table of tests; see the module's documentation.
macro_rules! checks {
    ($($line:tt)*) => {
        #[cfg(test)]
        mod checks {
            #[allow(unused_imports)]
            use super::*;
            checks_lines! { $($line)* }
        }
    };
}

/// The same items with attributes of their own and in a differentiated module, and the same checks of both.
macro_rules! in_both_forms {
    // The attribute is handed over: it has the `self` of the items then.
    ($hash:tt $attribute:tt { $($items:tt)* } $($lines:tt)*) => {
        pub mod alone {
            use super::*;
            $($items)*
            checks! { $($lines)* }
        }
        pub mod together {
            use super::*;
            $hash $attribute
            mod items {
                use super::*;
                $($items)*
            }
            pub use items::*;
            checks! { $($lines)* }
        }
    };
}

macro_rules! checks_lines {
    () => {};
    ($f:ident ($($args:tt)*) -> () ; $($rest:tt)*) => {
        #[test]
        fn $f() { check!(@args $f [unit] [None] [] $($args)*) }
        checks_lines! { $($rest)* }
    };
    ($f:ident as $test:ident ($($args:tt)*) -> () ; $($rest:tt)*) => {
        #[test]
        fn $test() { check!(@args $f [unit] [None] [] $($args)*) }
        checks_lines! { $($rest)* }
    };
    ($f:ident ($($args:tt)*) => $expected:expr ; $($rest:tt)*) => {
        #[test]
        fn $f() { check!(@args $f [result] [Some($crate::common::leaves(&$expected))] [] $($args)*) }
        checks_lines! { $($rest)* }
    };
    ($f:ident as $test:ident ($($args:tt)*) => $expected:expr ; $($rest:tt)*) => {
        #[test]
        fn $test() { check!(@args $f [result] [Some($crate::common::leaves(&$expected))] [] $($args)*) }
        checks_lines! { $($rest)* }
    };
    ($f:ident ($($args:tt)*) ; $($rest:tt)*) => {
        #[test]
        fn $f() { check!(@args $f [result] [None] [] $($args)*) }
        checks_lines! { $($rest)* }
    };
    ($f:ident as $test:ident ($($args:tt)*) ; $($rest:tt)*) => {
        #[test]
        fn $test() { check!(@args $f [result] [None] [] $($args)*) }
        checks_lines! { $($rest)* }
    };
}

/// One argument after the other becomes `{kind argument buffer value}`; then the case is built.
macro_rules! check {
    (@args $f:ident $unit:tt $expected:tt [$($done:tt)*] @ & $e:expr $(, $($rest:tt)*)?) => {
        check!(@args $f $unit $expected [$($done)* {fixed_shared arg bar ($e)}] $($($rest)*)?)
    };
    (@args $f:ident $unit:tt $expected:tt [$($done:tt)*] @ $e:expr $(, $($rest:tt)*)?) => {
        check!(@args $f $unit $expected [$($done)* {fixed arg bar ($e)}] $($($rest)*)?)
    };
    (@args $f:ident $unit:tt $expected:tt [$($done:tt)*] ref $e:expr $(, $($rest:tt)*)?) => {
        check!(@args $f $unit $expected [$($done)* {scalar_ref arg bar ($e)}] $($($rest)*)?)
    };
    (@args $f:ident $unit:tt $expected:tt [$($done:tt)*] &mut $e:expr $(, $($rest:tt)*)?) => {
        check!(@args $f $unit $expected [$($done)* {inout arg bar ($e)}] $($($rest)*)?)
    };
    (@args $f:ident $unit:tt $expected:tt [$($done:tt)*] & $e:expr $(, $($rest:tt)*)?) => {
        check!(@args $f $unit $expected [$($done)* {shared arg bar ($e)}] $($($rest)*)?)
    };
    (@args $f:ident $unit:tt $expected:tt [$($done:tt)*] $e:expr $(, $($rest:tt)*)?) => {
        check!(@args $f $unit $expected [$($done)* {value arg bar ($e)}] $($($rest)*)?)
    };
    (@args $f:ident [$unit:ident] [$expected:expr] [$({$kind:ident $a:ident $bar:ident $e:tt})*]) => {{
        use $crate::common::{Case, Input, Leaves, leaves};
        $(let $a = $e;)*
        let mut point = Vec::new();
        let mut inout_inputs = Vec::new();
        $(only!(active $kind {
            $a.push_leaves(&mut point);
            inout_inputs.resize(point.len(), is_inout!($kind));
        });)*
        let inout = inout_inputs.iter().filter(|inout| **inout).count();
        Case {
            name: stringify!($f),
            single: false $(|| $a.single())*,
            inout,
            expected: $expected,
            inout_inputs,
            primal: &|x| {
                let mut numbers = x.iter().copied();
                $(#[allow(unused_mut)] let mut $a = at!($kind $a, numbers);)*
                assert!(numbers.next().is_none());
                #[allow(clippy::let_unit_value)]
                let result = super::$f($(pass!($kind $a)),*);
                #[allow(unused_mut)]
                let mut outputs = leaves(&result);
                $(only!(inout $kind { $a.push_leaves(&mut outputs); });)*
                outputs
            },
            vjp: &|x, seed| {
                let mut numbers = x.iter().copied();
                $(#[allow(unused_mut)] let mut $a = at!($kind $a, numbers);)*
                assert!(numbers.next().is_none());
                #[allow(unused_variables, unused_mut)]
                let mut tail = seed[seed.len() - inout..].iter().copied();
                $(only!(inout $kind { let $bar = $a.adjoint(&mut tail); });)*
                #[allow(clippy::let_unit_value)]
                let (result, pullback) = super::$f::vjp($(pass!($kind $a)),*);
                #[allow(clippy::let_unit_value)]
                let gradient = pullback_call!($unit pullback, result, seed, [$($kind $bar)*]);
                let gradient = leaves(&gradient);
                #[allow(unused_mut)]
                let mut outputs = leaves(&result);
                $(only!(inout $kind { $a.push_leaves(&mut outputs); });)*
                (outputs, gradient)
            },
            jvp: &|x, direction| {
                let mut numbers = x.iter().copied();
                $(#[allow(unused_mut)] let mut $a = at!($kind $a, numbers);)*
                assert!(numbers.next().is_none());
                #[allow(unused_variables, unused_mut)]
                let mut numbers = direction.iter().copied();
                $(only!(active $kind { #[allow(unused_mut)] let mut $bar = $a.adjoint(&mut numbers); });)*
                let (result, dot) = with_tangents!(super::$f::jvp, [$(($kind $a))*] [$({$kind $bar})*] []);
                #[allow(unused_mut)]
                let mut outputs = leaves(&result);
                $(only!(inout $kind { $a.push_leaves(&mut outputs); });)*
                #[allow(unused_mut)]
                let mut dots = leaves(&dot);
                $(only!(inout $kind { $bar.push_leaves(&mut dots); });)*
                (outputs, dots)
            },
            into: &|x, before| {
                let mut numbers = x.iter().copied();
                $(#[allow(unused_mut)] let mut $a = at!($kind $a, numbers);)*
                assert!(numbers.next().is_none());
                #[allow(unused_variables, unused_mut)]
                let mut numbers = before.iter().copied();
                $(only!(active $kind { let mut $bar = $a.adjoint(&mut numbers); });)*
                #[allow(clippy::let_unit_value)]
                let result = with_buffers!(super::$f::value_and_grad_into, [$(($kind $a))*] [$({$kind $bar})*] []);
                let mut after = Vec::new();
                $(only!(active $kind { $bar.push_leaves(&mut after); });)*
                #[allow(unused_mut)]
                let mut outputs = leaves(&result);
                $(only!(inout $kind { $a.push_leaves(&mut outputs); });)*
                (outputs, after)
            },
            gradient: gradient!($unit |x: &[f64]| {
                let (outputs, first) = {
                    let mut numbers = x.iter().copied();
                    $(#[allow(unused_mut)] let mut $a = at!($kind $a, numbers);)*
                    assert!(numbers.next().is_none());
                    let (result, gradient) = super::$f::value_and_grad($(pass!($kind $a)),*);
                    #[allow(unused_mut)]
                    let mut outputs = leaves(&result);
                    $(only!(inout $kind { $a.push_leaves(&mut outputs); });)*
                    (outputs, leaves(&gradient))
                };
                let mut numbers = x.iter().copied();
                $(#[allow(unused_mut)] let mut $a = at!($kind $a, numbers);)*
                assert!(numbers.next().is_none());
                let second = super::$f::grad($(pass!($kind $a)),*);
                (outputs, first, leaves(&second))
            }),
            point,
        }
        .run();
    }};
}

macro_rules! gradient {
    (unit $closure:expr) => {
        None
    };
    (result $closure:expr) => {
        Some(&$closure)
    };
}

/// How an argument of a kind is passed.
macro_rules! pass {
    (value $a:ident) => {
        $a.clone()
    };
    (fixed $a:ident) => {
        $a.clone()
    };
    (shared $a:ident) => {
        &$a
    };
    (fixed_shared $a:ident) => {
        &$a
    };
    (scalar_ref $a:ident) => {
        &$a
    };
    (inout $a:ident) => {
        &mut $a
    };
}

macro_rules! at {
    (fixed $a:ident, $numbers:ident) => {
        $a.clone()
    };
    (fixed_shared $a:ident, $numbers:ident) => {
        $a.clone()
    };
    ($kind:ident $a:ident, $numbers:ident) => {
        $a.at(&mut $numbers)
    };
}

macro_rules! is_inout {
    (inout) => {
        true
    };
    ($kind:ident) => {
        false
    };
}

/// Statements for arguments of some kinds only.
macro_rules! only {
    (active fixed {$($body:tt)*}) => {};
    (active fixed_shared {$($body:tt)*}) => {};
    (active $kind:ident {$($body:tt)*}) => { $($body)* };
    (inout inout {$($body:tt)*}) => { $($body)* };
    (inout $kind:ident {$($body:tt)*}) => {};
}

/// Calls `path(arguments…, tangents…)`, the tangents in the arguments' own form.
macro_rules! with_tangents {
    ($f:path, [$(($kind:ident $a:ident))*] [] [$($t:expr),*]) => {
        $f($(pass!($kind $a),)* $($t),*)
    };
    ($f:path, $args:tt [{fixed $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_tangents!($f, $args [$($rest)*] [$($t),*])
    };
    ($f:path, $args:tt [{fixed_shared $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_tangents!($f, $args [$($rest)*] [$($t),*])
    };
    ($f:path, $args:tt [{scalar_ref $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_tangents!($f, $args [$($rest)*] [$($t,)* $bar])
    };
    ($f:path, $args:tt [{$kind:ident $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_tangents!($f, $args [$($rest)*] [$($t,)* pass!($kind $bar)])
    };
}

/// Calls `path(arguments…, &mut buffers…)`.
macro_rules! with_buffers {
    ($f:path, [$(($kind:ident $a:ident))*] [] [$($t:expr),*]) => {
        $f($(pass!($kind $a),)* $($t),*)
    };
    ($f:path, $args:tt [{fixed $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_buffers!($f, $args [$($rest)*] [$($t),*])
    };
    ($f:path, $args:tt [{fixed_shared $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_buffers!($f, $args [$($rest)*] [$($t),*])
    };
    ($f:path, $args:tt [{$kind:ident $bar:ident} $($rest:tt)*] [$($t:expr),*]) => {
        with_buffers!($f, $args [$($rest)*] [$($t,)* &mut $bar])
    };
}

/// Calls a pullback with the seed of the result (unless that is `()`) and those of the `&mut` arguments.
macro_rules! pullback_call {
    (result $pullback:ident, $result:ident, $seed:ident, [$($kind:ident $bar:ident)*]) => {{
        let mut head = $seed.iter().copied();
        pullback_call!(@seeds $pullback [$($kind $bar)*] [$result.adjoint(&mut head)])
    }};
    (unit $pullback:ident, $result:ident, $seed:ident, [$($kind:ident $bar:ident)*]) => {
        pullback_call!(@seeds $pullback [$($kind $bar)*] [])
    };
    (@seeds $pullback:ident [] [$($seed:expr),*]) => {
        $pullback($($seed),*)
    };
    (@seeds $pullback:ident [inout $bar:ident $($rest:tt)*] [$($seed:expr),*]) => {
        pullback_call!(@seeds $pullback [$($rest)*] [$($seed,)* $bar])
    };
    (@seeds $pullback:ident [$kind:ident $bar:ident $($rest:tt)*] [$($seed:expr),*]) => {
        pullback_call!(@seeds $pullback [$($rest)*] [$($seed),*])
    };
}

/// A type that derives `Differentiable`, by its tree of numbers.
macro_rules! input {
    ($($ty:ty => $tangent:ty),* $(,)?) => {$(
        impl $crate::common::Leaves for $ty {
            fn push_leaves(&self, leaves: &mut Vec<f64>) {
                leaves.extend(::autodiff_runtime::tree::to_vec::<f64, _>(self));
            }
        }
        impl $crate::common::Leaves for $tangent {
            fn push_leaves(&self, leaves: &mut Vec<f64>) {
                leaves.extend(::autodiff_runtime::tree::to_vec::<f64, _>(self));
            }
        }
        impl $crate::common::Input for $ty {
            type Adjoint = $tangent;
            fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> $ty {
                let mut value = self.clone();
                ::autodiff_runtime::tree::map_mut(&mut value, |_: f64| numbers.next().expect("a number for each leaf"));
                value
            }
            fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> $tangent {
                let mut tangent = ::autodiff_runtime::Differentiable::zero_tangent(self);
                ::autodiff_runtime::tree::map_mut(&mut tangent, |_: f64| numbers.next().expect("a number for each leaf"));
                tangent
            }
        }
    )*};
}
