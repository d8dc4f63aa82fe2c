//! THE table: one row per elementary function.

use super::{Is, Num, Rule, Syntax, Term};

/// Expands a row
/// `sinh 20 (x in -2.0..2.0) -> y => [x.call("cosh")];`
/// (name, cost, arguments with the range where they are sampled, result, one partial per argument) to a [`Rule`]. A syntax
/// other than a method stands in brackets. A partial that is singular where the function has a value says so by `regular`;
/// where it is infinite otherwise is found by interval arithmetic on the partial itself.
macro_rules! rules {
    ($($([$($syntax:tt)*])? $name:ident $cost:literal
        ($($arg:ident in $lo:literal .. $hi:literal),+) = $primal:expr, -> $y:ident => [$($partial:expr),+];)*) => {
        /// All rows.
        pub(crate) static RULES: &[Rule] = &[$(Rule {
            name: stringify!($name),
            syntax: syntax!($($($syntax)*)?),
            arity: [$(stringify!($arg)),+].len(),
            domain: &[$(($lo, $hi)),+],
            cost: $cost,
            primal: {
                fn primal(args: &[f64]) -> f64 {
                    let [$($arg),+] = *args else { unreachable!("arity of {}", stringify!($name)) };
                    $primal
                }
                primal
            },
            numeric: $name::<f64>,
            partials: $name::<Term>,
        }),*];
        $(#[allow(unused_variables)]
        fn $name<N: Num>(args: &[N], $y: N) -> Vec<N> {
            let [$($arg),+] = *args else { unreachable!("arity of {}", stringify!($name)) };
            vec![$($partial),+]
        })*
    };
}

macro_rules! syntax {
    () => {
        Syntax::Method
    };
    (infix $op:literal) => {
        Syntax::Infix($op)
    };
    (prefix $op:literal) => {
        Syntax::Prefix($op)
    };
    (runtime) => {
        Syntax::Runtime
    };
}

fn one<N: Num>() -> N {
    N::lit(1.0)
}

fn zero<N: Num>() -> N {
    N::lit(0.0)
}

fn lit<N: Num>(value: f64) -> N {
    N::lit(value)
}

fn when<N: Num>(condition: N::Bool) -> N {
    N::select(condition, one(), zero())
}

/// Whether `x` is 1 or −1.
fn is_one<N: Num>(x: N) -> N::Bool {
    x.call("abs").is(Is::Equal, 1.0)
}

/// The derivative of the inverse sine.
fn slope<N: Num>(x: N) -> N {
    one::<N>() / ((one::<N>() - x) * (one::<N>() + x)).call("sqrt")
}

use std::f64::consts::{LN_2, LN_10, PI};

rules! {
    // Arithmetic.
    [infix "+"] add 1 (a in -2.0..2.0, b in -2.0..2.0) = a + b, -> _y => [one(), one()];
    [infix "-"] sub 1 (a in -2.0..2.0, b in -2.0..2.0) = a - b, -> _y => [one(), -one::<N>()];
    [infix "*"] mul 1 (a in -2.0..2.0, b in -2.0..2.0) = a * b, -> _y => [b, a];
    [infix "/"] div 8 (a in -2.0..2.0, b in 0.5..2.0) = a / b, -> y => [one::<N>() / b, -(y / b)];
    [infix "%"] rem 20 (a in 1.1..1.9, b in 0.8..1.0) = a % b, -> _y => [one(), -(a / b).call("trunc")];
    [prefix "-"] neg 1 (a in -2.0..2.0) = -a, -> _y => [-one::<N>()];
    mul_add 2 (a in -2.0..2.0, b in -2.0..2.0, c in -2.0..2.0) = a.mul_add(b, c), -> _y => [b, a, one()];
    recip 8 (x in 0.5..2.0) = x.recip(), -> y => [-(y * y)];
    powi 4 (x in 0.5..2.0, n in -3.0..3.0) = x.powi(n as i32), -> _y => [
        N::select(n.is_zero_int(), zero(), n.float() * x.call2("powi", n.previous())), zero()];

    // Trigonometric.
    sin 20 (x in -3.0..3.0) = x.sin(), -> _y => [x.call("cos")];
    cos 20 (x in -3.0..3.0) = x.cos(), -> _y => [-x.call("sin")];
    tan 20 (x in -1.0..1.0) = x.tan(), -> y => [one::<N>() + y * y];
    asin 20 (x in -0.9..0.9) = x.asin(), -> _y => [N::regular(is_one(x), slope(x))];
    acos 20 (x in -0.9..0.9) = x.acos(), -> _y => [-N::regular(is_one(x), slope(x))];
    atan 20 (x in -2.0..2.0) = x.atan(), -> _y => [one::<N>() / (one::<N>() + x * x)];
    atan2 20 (a in 0.5..2.0, b in 0.5..2.0) = a.atan2(b), -> _y => [
        N::regular(b.is(Is::Equal, 0.0), one::<N>() / (b + (a / b) * a)),
        -N::regular(a.is(Is::Equal, 0.0), one::<N>() / (a + (b / a) * b))];

    // Hyperbolic.
    sinh 20 (x in -2.0..2.0) = x.sinh(), -> _y => [x.call("cosh")];
    cosh 20 (x in -2.0..2.0) = x.cosh(), -> _y => [x.call("sinh")];
    tanh 20 (x in -2.0..2.0) = x.tanh(), -> y => [one::<N>() - y * y];
    asinh 20 (x in -2.0..2.0) = x.asinh(), -> _y => [one::<N>() / x.call2("hypot", one())];
    acosh 20 (x in 1.2..3.0) = x.acosh(), -> _y => [
        N::regular(x.is(Is::Equal, 1.0), one::<N>() / ((x - one()) * (x + one())).call("sqrt"))];
    atanh 20 (x in -0.9..0.9) = x.atanh(), -> _y => [one::<N>() / ((one::<N>() - x) * (one::<N>() + x))];

    // Exponentials, logarithms, powers, roots.
    exp 20 (x in -2.0..2.0) = x.exp(), -> y => [y];
    exp2 20 (x in -2.0..2.0) = x.exp2(), -> y => [lit::<N>(LN_2) * y];
    exp_m1 20 (x in -2.0..2.0) = x.exp_m1(), -> _y => [x.call("exp")];
    ln 20 (x in 0.5..2.0) = x.ln(), -> _y => [one::<N>() / x];
    ln_1p 20 (x in -0.5..2.0) = x.ln_1p(), -> _y => [one::<N>() / (one::<N>() + x)];
    log 40 (x in 0.5..2.0, base in 1.5..3.0) = x.log(base), -> y => [
        one::<N>() / (x * base.call("ln")), -N::regular(base.is(Is::Equal, 0.0), y / (base * base.call("ln")))];
    log2 20 (x in 0.5..2.0) = x.log2(), -> _y => [one::<N>() / (x * lit(LN_2))];
    log10 20 (x in 0.5..2.0) = x.log10(), -> _y => [one::<N>() / (x * lit(LN_10))];
    sqrt 8 (x in 0.5..2.0) = x.sqrt(), -> y => [N::regular(y.is(Is::Equal, 0.0), lit::<N>(0.5) / y)];
    cbrt 20 (x in 0.5..2.0) = x.cbrt(), -> y => [
        N::regular(y.is(Is::Equal, 0.0), one::<N>() / (lit::<N>(3.0) * y * y))];
    powf 40 (x in 0.5..2.0, n in -2.0..2.0) = x.powf(n), -> y => [
        N::regular(n.is(Is::Equal, 0.0), N::regular(
            N::both(y.is(Is::Equal, 0.0), n.is(Is::Less, 1.0)), n * x.call2("powf", n - one()))),
        N::select(x.is(Is::More, 0.0), y.product(x.call("ln")), zero())];
    hypot 20 (a in 0.5..2.0, b in 0.5..2.0) = a.hypot(b), -> y => [
        N::regular(y.is(Is::Equal, 0.0), a / y), N::regular(y.is(Is::Equal, 0.0), b / y)];

    // Kinks: the branch that the primal takes; ties to the receiver (a NaN loses, as in the primal).
    abs 1 (x in 0.5..2.0) = x.abs(), -> _y => [
        N::select(x.is(Is::More, 0.0), one(), N::select(x.is(Is::Less, 0.0), -one::<N>(), zero()))];
    max 1 (a in 0.0..0.9, b in 1.0..2.0) = a.max(b), -> y => [
        when::<N>(a.compare(Is::Equal, y)), N::select(a.compare(Is::Equal, y), zero(), one())];
    min 1 (a in 0.0..0.9, b in 1.0..2.0) = a.min(b), -> y => [
        when::<N>(a.compare(Is::Equal, y)), N::select(a.compare(Is::Equal, y), zero(), one())];
    clamp 2 (x in 0.0..3.0, lo in 0.9..1.0, hi in 2.0..2.1) = x.clamp(lo, hi), -> _y => [
        N::select(x.compare(Is::Less, lo), zero(), N::select(x.compare(Is::More, hi), zero(), one())),
        when::<N>(x.compare(Is::Less, lo)), when::<N>(x.compare(Is::More, hi))];
    copysign 1 (a in 0.5..2.0, sign in -2.0..-0.5) = a.copysign(sign), -> _y => [
        a.call("signum") * sign.call("signum"), zero()];
    abs_sub 1 (a in 1.5..2.0, b in 0.5..1.0) = (a - b).max(0.0), -> _y => [
        when::<N>(a.compare(Is::More, b)), N::select(a.compare(Is::More, b), -one::<N>(), zero())];
    rem_euclid 20 (a in 1.1..1.9, b in 0.8..1.0) = a.rem_euclid(b), -> _y => [one(), -a.call2("div_euclid", b)];
    fract 2 (x in 0.2..0.8) = x.fract(), -> _y => [one()];
    to_degrees 1 (x in -2.0..2.0) = x.to_degrees(), -> _y => [lit(180.0 / PI)];
    to_radians 1 (x in -2.0..2.0) = x.to_radians(), -> _y => [lit(PI / 180.0)];

    // Piecewise constant: the derivative is zero wherever there is one.
    floor 2 (x in 0.2..0.8) = x.floor(), -> _y => [zero()];
    ceil 2 (x in 0.2..0.8) = x.ceil(), -> _y => [zero()];
    round 2 (x in 0.6..0.9) = x.round(), -> _y => [zero()];
    round_ties_even 2 (x in 0.6..0.9) = x.round_ties_even(), -> _y => [zero()];
    trunc 2 (x in 0.2..0.8) = x.trunc(), -> _y => [zero()];
    signum 1 (x in 0.5..2.0) = x.signum(), -> _y => [zero()];
    div_euclid 20 (a in 1.1..1.9, b in 0.8..1.0) = a.div_euclid(b), -> _y => [zero(), zero()];

    // Of the runtime: products that are zero when the first factor (an adjoint or a tangent) is, whatever the second; or when
    // either is.
    [runtime] chain 2 (d in -2.0..2.0, p in -2.0..2.0) = if d == 0.0 { 0.0 } else { d * p }, -> _y => [p, d];
    [runtime] product 2 (d in -2.0..2.0, p in -2.0..2.0) = d.product(p), -> _y => [p, d];
    // The same, of which nothing can go wrong where `k` is positive.
    [runtime] chain_unless 2 (k in 1.0..2.0, d in -2.0..2.0, p in -2.0..2.0) = if k > 0.0 || d != 0.0 { d * p } else { 0.0 }, -> _y => [zero(), p, d];
    [runtime] product_unless 2 (k in 1.0..2.0, d in -2.0..2.0, p in -2.0..2.0) = if k > 0.0 { d * p } else { d.product(p) }, -> _y => [zero(), p, d];
}

/// The rule of `x.name(…)`; `arity` counts the receiver.
pub(crate) fn method(name: &str, arity: usize) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name && rule.arity == arity && rule.syntax == Syntax::Method)
}

/// Whether `num_traits::Float` has the method, too.
pub(crate) fn is_of_trait(name: &str) -> bool {
    is_method(name) && !matches!(name, "rem_euclid" | "div_euclid" | "round_ties_even")
}

/// Whether floats have a method of the name with a rule, of any number of arguments.
pub(crate) fn is_method(name: &str) -> bool {
    RULES.iter().any(|rule| rule.name == name && rule.syntax == Syntax::Method)
}

/// The rule of `f64::name(x, …)`.
pub(crate) fn path_function(name: &str, arity: usize) -> Option<&'static Rule> {
    method(name, arity)
}

/// The rule of an infix or prefix operator (`+`, `*`, …, arity 1 for negation).
pub(crate) fn operator(symbol: &str, arity: usize) -> Option<&'static Rule> {
    RULES.iter().find(|rule| match rule.syntax {
        Syntax::Infix(op) => arity == 2 && op == symbol,
        Syntax::Prefix(op) => arity == 1 && op == symbol,
        _ => false,
    })
}

/// A row by its name, whatever its syntax.
pub(crate) fn rule(name: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.name == name).expect("a rule of the table")
}
