//! What generated programs are linked with: values as flat sequences of floats, and the checks of one differentiated function.
//!
//! This file is a module of the fuzzer (for its tests) and is compiled once more as the crate `support` by it.

// `!(a <= b)` is how NaN takes the way of what is too large.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Anything with float leaves: arguments, results, adjoints, tangents.
pub trait Leaves {
    /// Appends them.
    fn push_leaves(&self, leaves: &mut Vec<f64>);
}

/// An argument or result of a differentiated function.
pub trait Input: Leaves {
    /// Of its adjoint and tangent.
    type Adjoint: Leaves;
    /// An adjoint or tangent of this value, with its floats taken from `numbers`.
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> Self::Adjoint;
}

/// All leaves.
pub fn leaves<T: Leaves + ?Sized>(value: &T) -> Vec<f64> {
    let mut leaves = Vec::new();
    value.push_leaves(&mut leaves);
    leaves
}

macro_rules! floats {
    ($($ty:ty),*) => {$(
        impl Leaves for $ty {
            fn push_leaves(&self, leaves: &mut Vec<f64>) {
                leaves.push(*self as f64);
            }
        }
        impl Input for $ty {
            type Adjoint = $ty;
            fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> $ty {
                numbers.next().expect("a number for each leaf") as $ty
            }
        }
        impl Cut for $ty {
            fn replaced(self, numbers: &mut dyn Iterator<Item = f64>) -> $ty {
                numbers.next().expect("a number for each leaf") as $ty
            }
        }
    )*};
}
floats!(f64, f32);

macro_rules! inactive {
    ($($ty:ty),*) => {$(
        impl Leaves for $ty {
            fn push_leaves(&self, _: &mut Vec<f64>) {}
        }
        impl Input for $ty {
            type Adjoint = ();
            fn adjoint(&self, _: &mut dyn Iterator<Item = f64>) {}
        }
        impl Cut for $ty {
            fn replaced(self, _: &mut dyn Iterator<Item = f64>) -> $ty {
                self
            }
        }
    )*};
}
inactive!((), usize, i32, bool, &'static str);

impl<T: Leaves> Leaves for [T] {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.iter().for_each(|item| item.push_leaves(leaves));
    }
}
impl<T: Leaves, const N: usize> Leaves for [T; N] {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.as_slice().push_leaves(leaves);
    }
}
impl<T: Leaves> Leaves for Vec<T> {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.as_slice().push_leaves(leaves);
    }
}
impl<T: Input, const N: usize> Input for [T; N] {
    type Adjoint = [T::Adjoint; N];
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> [T::Adjoint; N] {
        std::array::from_fn(|k| self[k].adjoint(numbers))
    }
}
impl<T: Input> Input for Vec<T> {
    type Adjoint = Vec<T::Adjoint>;
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> Vec<T::Adjoint> {
        self.iter().map(|item| item.adjoint(numbers)).collect()
    }
}
impl<T: Cut, const N: usize> Cut for [T; N] {
    fn replaced(self, numbers: &mut dyn Iterator<Item = f64>) -> [T; N] {
        self.map(|item| item.replaced(numbers))
    }
}
impl<T: Cut> Cut for Vec<T> {
    fn replaced(self, numbers: &mut dyn Iterator<Item = f64>) -> Vec<T> {
        self.into_iter().map(|item| item.replaced(numbers)).collect()
    }
}

impl<T: Leaves> Leaves for Option<T> {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        self.iter().for_each(|item| item.push_leaves(leaves));
    }
}
impl<T: Cut> Cut for Option<T> {
    fn replaced(self, numbers: &mut dyn Iterator<Item = f64>) -> Option<T> {
        self.map(|item| item.replaced(numbers))
    }
}

macro_rules! tuples {
    ($($($T:ident $k:tt),+;)*) => {$(
        impl<$($T: Leaves),+> Leaves for ($($T,)+) {
            fn push_leaves(&self, leaves: &mut Vec<f64>) {
                $(self.$k.push_leaves(leaves);)+
            }
        }
        impl<$($T: Input),+> Input for ($($T,)+) {
            type Adjoint = ($($T::Adjoint,)+);
            fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> Self::Adjoint {
                ($(self.$k.adjoint(numbers),)+)
            }
        }
        impl<$($T: Cut),+> Cut for ($($T,)+) {
            fn replaced(self, numbers: &mut dyn Iterator<Item = f64>) -> Self {
                ($(self.$k.replaced(numbers),)+)
            }
        }
    )*};
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
}

/// The tangent of what has none.
#[macro_export]
macro_rules! nothing {
    () => {
        ()
    };
}

/// `leaves!(S [] { a, b } {})` for a struct of a plain program, `leaves!(S []: STangent { a, b } { n })` for one with a
/// tangent, generic arguments in brackets, fields without tangents in the last braces.
#[macro_export]
macro_rules! leaves {
    ($S:ident [$($g:tt)*] { $($f:ident),* } { $($n:ident),* }) => {
        impl $crate::Leaves for $S $($g)* {
            fn push_leaves(&self, _leaves: &mut Vec<f64>) {
                $(self.$f.push_leaves(_leaves);)*
            }
        }
        impl $crate::Cut for $S $($g)* {
            fn replaced(self, _numbers: &mut dyn Iterator<Item = f64>) -> Self {
                $S { $($f: self.$f.replaced(_numbers),)* $($n: self.$n,)* }
            }
        }
    };
    ($S:ident [$($g:tt)*]: $T:ident { $($f:ident),* } { $($n:ident),* }) => {
        $crate::leaves!($S [$($g)*] { $($f),* } { $($n),* });
        impl $crate::Leaves for $T $($g)* {
            fn push_leaves(&self, _leaves: &mut Vec<f64>) {
                $(self.$f.push_leaves(_leaves);)*
            }
        }
        impl $crate::Input for $S $($g)* {
            type Adjoint = $T $($g)*;
            fn adjoint(&self, _numbers: &mut dyn Iterator<Item = f64>) -> Self::Adjoint {
                $T { $($f: self.$f.adjoint(_numbers),)* $($n: (),)* }
            }
        }
    };
    // An enum without data.
    (enum $S:ident: $($tangent:ident)?) => {
        impl $crate::Leaves for $S {
            fn push_leaves(&self, _: &mut Vec<f64>) {}
        }
        impl $crate::Cut for $S {
            fn replaced(self, _: &mut dyn Iterator<Item = f64>) -> Self {
                self
            }
        }
        $(impl $crate::Input for $S {
            type Adjoint = $tangent!();
            fn adjoint(&self, _: &mut dyn Iterator<Item = f64>) {}
        })?
    };
}

/// What a derivative is cut off at.
pub trait Cut: Leaves + Sized {
    /// The same value with its floats taken from `numbers`.
    fn replaced(self, numbers: &mut dyn Iterator<Item = f64>) -> Self;
}

/// A tape of cuts.
enum Tape {
    Off,
    Record(Vec<f64>),
    Replay(Vec<f64>, usize),
}

thread_local! {
    static TAPE: RefCell<Tape> = const { RefCell::new(Tape::Off) };
    static MOVED: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// What is added to the locals that a derivative is asked by.
pub fn move_locals(by: &[f64]) {
    MOVED.set(by.to_vec());
}

/// A local that a derivative is asked by, in the plain function.
pub fn seen<T: Cut>(value: T) -> T {
    MOVED.with_borrow(|by| {
        let moved: Vec<f64> = leaves(&value).iter().zip(by).map(|(v, b)| v + b).collect();
        // Where nothing moves, the bits stay.
        if moved.is_empty() || by.iter().all(|b| *b == 0.0) {
            value
        } else {
            value.replaced(&mut moved.into_iter())
        }
    })
}

/// In the plain function what `stop_gradient` is in the differentiated one: where differences are taken, it returns what it
/// returned at the point itself.
pub fn cut<T: Cut>(value: T) -> T {
    TAPE.with_borrow_mut(|tape| match tape {
        Tape::Off => value,
        Tape::Record(numbers) => {
            value.push_leaves(numbers);
            value
        }
        Tape::Replay(numbers, at) => {
            let mut left = numbers[*at..].iter().copied();
            let value = value.replaced(&mut left);
            *at = numbers.len() - left.len();
            value
        }
    })
}

/// Numbers, one after the other.
pub fn numbers(x: &[f64]) -> impl FnMut() -> f64 {
    let mut x = Vec::from(x).into_iter();
    move || x.next().expect("a number for each leaf")
}

/// What a function leaves behind: the leaves of its result, then those of its `&mut` arguments.
pub struct Outputs {
    /// The leaves.
    pub values: Vec<f64>,
    /// How many belong to the result.
    pub own: usize,
}

impl Outputs {
    /// Those of a result.
    pub fn of(result: &impl Leaves) -> Outputs {
        let values = leaves(result);
        Outputs { own: values.len(), values }
    }
}

/// A differentiated function, from and to flat vectors of floats. Inputs are the leaves of its active arguments.
pub struct Case {
    /// Where it is checked.
    pub point: &'static [f64],
    /// Whether it computes with `f32`.
    pub single: bool,
    /// How many leaves at the end of the inputs, by position, belong to `&mut` arguments.
    pub inout: &'static [bool],
    /// The undecorated function.
    pub plain: fn(&[f64]) -> Outputs,
    /// The same in `f64`.
    pub fine: fn(&[f64]) -> Outputs,
    /// inputs, seeds -> outputs, gradient
    pub vjp: fn(&[f64], &[f64]) -> (Outputs, Vec<f64>),
    /// inputs, directions -> outputs, their derivatives
    pub jvp: Option<fn(&[f64], &[f64]) -> (Outputs, Vec<f64>)>,
    /// inputs, content of the buffers, seeds -> outputs, content of the buffers behind it
    pub into: fn(&[f64], &[f64], &[f64]) -> (Outputs, Vec<f64>),
    /// inputs -> outputs, gradient by `value_and_grad`, by `grad`
    pub gradient: Option<fn(&[f64]) -> (Outputs, Vec<f64>, Vec<f64>)>,
    /// inputs, direction, seed -> the gradient of the seeded tangent, by the inputs and by the direction
    pub second: Option<Second>,
}

/// See [`Case::second`].
pub type Second = fn(&[f64], &[f64], &[f64]) -> (Vec<f64>, Vec<f64>);

/// Numbers without a pattern, in ±[0.5, 1.5], exact in `f32`.
fn scattered(n: usize, salt: u64) -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(salt + 1);
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..n)
        .map(|_| {
            let magnitude = 0.5 + (next() * 16.0).round() / 16.0;
            if next() < 0.5 { -magnitude } else { magnitude }
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Whether values are those of the function itself: bit for bit. Last bits of an optimised program are those of what stands
/// around it: `powi`, the sign of a zero that `max` gives and functions of what turns out to be constant are not specified.
fn same_values(a: &[f64], b: &[f64], single: bool) -> bool {
    let last_bits = if single { 1e-6 } else { 1e-13 };
    let rounded = |a: f64, b: f64| !cfg!(debug_assertions) && (a - b).abs() <= last_bits * (1.0 + b.abs());
    same_bits(a, b)
        || a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_bits(&[*a], &[*b]) || rounded(*a, *b))
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
}

fn caught<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("?").to_string()
    })
}

/// The derivatives of all outputs by each input, by differences; `None` where two steps do not agree, or the sides do not.
fn differences(case: &Case, outputs: usize, tape: &[f64]) -> Vec<Option<Vec<f64>>> {
    let (n, h) = (case.point.len(), 1e-3);
    let evaluated = |k: usize, t: f64| -> Option<Vec<f64>> {
        let mut point = case.point.to_vec();
        point[k] += t;
        TAPE.set(Tape::Replay(tape.to_vec(), 0));
        let outputs_there = caught(|| (case.fine)(&point));
        let read = match TAPE.replace(Tape::Off) {
            Tape::Replay(_, at) => at,
            _ => tape.len(),
        };
        let values = outputs_there.ok()?.values;
        (values.len() == outputs && read == tape.len()).then_some(values)
    };
    let column = |k: usize| {
        let (origin, mut sides) = (evaluated(k, 0.0)?, Vec::new());
        let mut at = |t: f64| {
            let (plus, minus) = (evaluated(k, t)?, evaluated(k, -t)?);
            // How far the slopes on both sides are apart.
            let bend = |i: usize| ((plus[i] - origin[i]) - (origin[i] - minus[i])) / t;
            sides.push((0..outputs).map(bend).collect::<Vec<f64>>());
            Some(plus.iter().zip(&minus).map(|(p, m)| (p - m) / (2.0 * t)).collect::<Vec<f64>>())
        };
        let (wide, middle, narrow) = (at(2.0 * h)?, at(h)?, at(0.5 * h)?);
        let mut best = Vec::new();
        for i in 0..outputs {
            let coarse = (4.0 * middle[i] - wide[i]) / 3.0;
            let better = (4.0 * narrow[i] - middle[i]) / 3.0;
            if !((coarse - better).abs() <= 1e-7 * (1.0 + better.abs())) {
                return None;
            }
            // A sine of such a slope is noise, and so are differences of values that are as large as that.
            let rounding = origin[i].abs() * f64::EPSILON / h;
            if better.abs() > 1e12 || rounding > 1e-7 * (1.0 + better.abs()) {
                return None;
            }
            // At a kink they stay apart, however small the step is.
            let (far, near) = (sides[0][i].abs(), sides[2][i].abs());
            if near > 0.5 * far && near > 1e-6 * (1.0 + better.abs()) {
                return None;
            }
            best.push(better);
        }
        Some(best)
    };
    (0..n).map(column).collect()
}

impl Case {
    /// All checks; what is wrong, its class first, up to a colon.
    pub fn run(&self) -> Result<(), String> {
        TAPE.set(Tape::Record(Vec::new()));
        let plain = caught(|| (self.plain)(self.point));
        TAPE.set(Tape::Off);
        let outputs = match plain {
            Ok(outputs) => outputs,
            Err(_) => return self.panics(),
        };
        let (n, m) = (self.point.len(), outputs.values.len());
        // The values of the cuts, in the precision of the differences.
        TAPE.set(Tape::Record(Vec::new()));
        let fine = caught(|| (self.fine)(self.point));
        let tape = match TAPE.replace(Tape::Off) {
            Tape::Record(tape) => tape,
            _ => Vec::new(),
        };
        let jacobian = match fine {
            // What overflows in `f32` need not in the precision of the differences.
            Ok(fine) if fine.values.iter().chain(&outputs.values).all(|value| value.is_finite()) => {
                differences(self, m, &tape)
            }
            _ => vec![None; n],
        };
        let (seed, direction) = (scattered(m, 1), scattered(n, 2));

        let value = |by: &str, found: &Outputs| {
            if same_values(&found.values, &outputs.values, self.single) {
                return Ok(());
            }
            let part = if same_values(
                &found.values[..found.own.min(found.values.len())],
                &outputs.values[..outputs.own],
                self.single,
            ) {
                "what `&mut` arguments hold"
            } else {
                "value"
            };
            Err(format!("{part} of `{by}`: {:?}, of the function itself {:?}", found.values, outputs.values))
        };
        let tolerance = if self.single { 2e-3 } else { 1e-6 };
        let compared = |by: &str, gradient: &[f64], seed: &[f64]| {
            if gradient.len() != n {
                return Err(format!("length of the gradient of `{by}`: {}, expected {n}", gradient.len()));
            }
            let scale = 1.0 + gradient.iter().filter(|g| g.is_finite()).fold(0.0, |s: f64, g| s.max(g.abs()));
            for (k, (found, column)) in gradient.iter().zip(&jacobian).enumerate() {
                let Some(column) = column else { continue };
                let expected = dot(column, seed);
                if !((found - expected).abs() <= tolerance * (scale + expected.abs())) {
                    let kind = if found.is_nan() { "NaN" } else { "gradient" };
                    return Err(format!("{kind} of `{by}`: by input {k} {found}, by differences {expected}"));
                }
            }
            Ok(())
        };

        let (there, x_bar) =
            caught(|| (self.vjp)(self.point, &seed)).map_err(|text| format!("panic of `vjp`: {text}"))?;
        value("vjp", &there)?;
        compared("vjp", &x_bar, &seed)?;

        let y_dot = match self.jvp {
            Some(jvp) => {
                let (there, y_dot) = caught(|| jvp(self.point, &direction))
                    .map_err(|text| format!("panic of `jvp`: {text}"))?;
                value("jvp", &there)?;
                y_dot
            }
            None => vec![f64::NAN; m],
        };
        if y_dot.len() != m {
            return Err(format!("length of the tangent: {}, expected {m}", y_dot.len()));
        }
        if self.jvp.is_some() && jacobian.iter().all(Option::is_some) {
            for (i, found) in y_dot.iter().enumerate() {
                let terms: Vec<f64> = jacobian
                    .iter()
                    .zip(&direction)
                    .map(|(column, d)| column.as_ref().map_or(0.0, |c| c[i] * d))
                    .collect();
                let (expected, scale) =
                    (terms.iter().sum::<f64>(), terms.iter().map(|t| t.abs()).sum::<f64>());
                if !((found - expected).abs() <= tolerance * (1.0 + scale)) {
                    let kind = if found.is_nan() { "NaN" } else { "tangent" };
                    return Err(format!("{kind} of `jvp`: output {i} {found}, by differences {expected}"));
                }
            }
        }
        let scale = 1.0
            + seed.iter().zip(&y_dot).map(|(s, y)| (s * y).abs()).sum::<f64>()
            + x_bar.iter().zip(&direction).map(|(x, d)| (x * d).abs()).sum::<f64>();
        let tight = if self.single { 1e-3 } else { 1e-9 };
        let finite = y_dot.iter().chain(&x_bar).all(|v| v.is_finite());
        let (forward, reverse) = (dot(&seed, &y_dot), dot(&x_bar, &direction));
        if finite && (forward - reverse).abs() > tight * scale {
            return Err(format!("forward against reverse: <y̅, Jẋ> = {forward}, <Jᵀy̅, ẋ> = {reverse}"));
        }

        // The sum of the result's elements, and the adjoints of the in-out arguments as the buffers hold them.
        let before = scattered(n, 3);
        let mut total = scattered(m, 4);
        total[..outputs.own].fill(1.0);
        let (there, after) = caught(|| (self.into)(self.point, &before, &total))
            .map_err(|text| format!("panic of `value_and_grad_into`: {text}"))?;
        value("value_and_grad_into", &there)?;
        let mut into = after;
        if into.len() == n {
            for k in 0..n {
                if !self.inout[k] {
                    into[k] -= before[k];
                }
            }
        }
        compared("value_and_grad_into", &into, &total)?;
        let (_, by_vjp) =
            caught(|| (self.vjp)(self.point, &total)).map_err(|text| format!("panic of `vjp`: {text}"))?;
        self.equal("value_and_grad_into", &into, &by_vjp, tight)?;
        if let Some(gradient) = self.gradient {
            total[outputs.own..].fill(0.0);
            let (there, first, second) = caught(|| gradient(self.point))
                .map_err(|text| format!("panic of `value_and_grad`: {text}"))?;
            value("value_and_grad", &there)?;
            compared("value_and_grad", &first, &total)?;
            if !same_bits(&first, &second) {
                return Err(format!("gradient of `grad`: {second:?}, of `value_and_grad` {first:?}"));
            }
            let (_, by_vjp) = caught(|| (self.vjp)(self.point, &total))
                .map_err(|text| format!("panic of `vjp`: {text}"))?;
            self.equal("value_and_grad", &first, &by_vjp, tight)?;
        }
        if let Some(second) = self.second {
            let (by_inputs, by_direction) = caught(|| second(self.point, &direction, &seed))
                .map_err(|text| format!("panic of `order_2_forward`: {text}"))?;
            if finite {
                self.equal("order_2_forward", &by_direction, &x_bar, tight)?;
            }
            // A cut is a constant for one derivative and not for the differences of another.
            if tape.is_empty() && !self.single && jacobian.iter().all(Option::is_some) {
                self.second_by_differences(&by_inputs, &direction, &seed)?;
            }
        }
        Ok(())
    }

    /// The gradient of a tangent is the change of the gradient in its direction.
    fn second_by_differences(&self, found: &[f64], direction: &[f64], seed: &[f64]) -> Result<(), String> {
        let gradient = |t: f64| {
            let point: Vec<f64> = self.point.iter().zip(direction).map(|(x, d)| x + t * d).collect();
            caught(|| (self.vjp)(&point, seed).1).ok()
        };
        let slope = |h: f64| -> Option<Vec<f64>> {
            let (plus, minus) = (gradient(h)?, gradient(-h)?);
            Some(plus.iter().zip(&minus).map(|(p, m)| (p - m) / (2.0 * h)).collect())
        };
        let (Some(wide), Some(middle), Some(narrow)) = (slope(2e-4), slope(1e-4), slope(5e-5)) else {
            return Ok(());
        };
        let scale = 1.0 + found.iter().filter(|g| g.is_finite()).fold(0.0, |s: f64, g| s.max(g.abs()));
        for (k, found) in found.iter().enumerate() {
            let coarse = (4.0 * middle[k] - wide[k]) / 3.0;
            let expected = (4.0 * narrow[k] - middle[k]) / 3.0;
            let agree = (coarse - expected).abs() <= 1e-6 * (1.0 + expected.abs()) && expected.abs() < 1e10;
            if agree && !((found - expected).abs() <= 1e-5 * (scale + expected.abs())) {
                let kind = if found.is_nan() { "NaN" } else { "gradient" };
                return Err(format!(
                    "{kind} of the tangent: by input {k} {found}, by differences {expected}"
                ));
            }
        }
        Ok(())
    }

    fn equal(&self, by: &str, a: &[f64], b: &[f64], tight: f64) -> Result<(), String> {
        let scale = 1.0 + a.iter().chain(b).filter(|v| v.is_finite()).fold(0.0, |s: f64, v| s.max(v.abs()));
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= tight * scale || !a.is_finite() || !b.is_finite();
        if a.len() == b.len() && a.iter().zip(b).all(close) {
            return Ok(());
        }
        Err(format!("`{by}` against `vjp`: {a:?}, {b:?}"))
    }

    /// The function panics; so must what is made of it.
    fn panics(&self) -> Result<(), String> {
        let zeros = vec![0.0; self.point.len()];
        if self.jvp.is_some_and(|jvp| caught(|| jvp(self.point, &zeros)).is_ok()) {
            return Err("no panic of `jvp`: the function panics".into());
        }
        if caught(|| (self.into)(self.point, &zeros, &zeros)).is_ok() {
            return Err("no panic of `value_and_grad_into`: the function panics".into());
        }
        Ok(())
    }
}

/// Runs the cases from the one that the first argument names, and prints for each where it begins, and what is wrong.
pub fn run(cases: &[Case]) {
    std::panic::set_hook(Box::new(|_| {}));
    let start = std::env::args().nth(1).and_then(|start| start.parse().ok()).unwrap_or(0);
    for (k, case) in cases.iter().enumerate().skip(start) {
        println!("begin {k}");
        match case.run() {
            Ok(()) => println!("end ok"),
            Err(text) => println!("end {}", text.replace('\n', " ")),
        }
    }
}
