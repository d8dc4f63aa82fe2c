//! The table of cells, and what is asked of each.

use crate::callees::{Law, law};

/// The names that stand for the argument and the parameters where it goes, and those of the parameters; arguments by name; and
/// where they go: a name, lists of arguments, and the call.
macro_rules! cells {
    (
        ($d:tt $arg:ident $_x:tt $x:ident $_s:tt $s:ident $_k:tt $k:ident) $names:tt
        inactive $inactive:tt
        active $active:tt
        into { $($into:ident: [$($list:ident)+] $call:tt)* }
    ) => {
        cells! { @into ($d $arg $x $s $k) $names $inactive $active $({ $into [$($list)+] $call })* }
    };
    (@into $heads:tt $names:tt $inactive:tt $active:tt $({ $into:ident $lists:tt $call:tt })*) => {
        $(mod $into { cells! { @one $heads $names $inactive $active $lists $call } })*
    };
    (
        @one ($d:tt $arg:ident $x:ident $s:ident $k:ident) $names:tt $inactive:tt $active:tt
        [$($list:ident)+] $call:tt
    ) => {
        macro_rules! into {
            (($d $x:ident, $d $s:ident, $d $k:ident) $d name:ident ($d($d $arg:tt)*)) => {
                cell! { ($d $x, $d $s, $d $k) $d name $call }
            };
        }
        $(cells_of! { $names $list inactive $inactive active $active })+
    };
}

macro_rules! cells_of {
    ($names:tt inactive inactive { $($name:ident: $arg:tt)* } active $other:tt) => {
        mod inactive { $(into! { $names $name $arg })* }
    };
    ($names:tt active inactive $other:tt active { $($name:ident: $arg:tt)* }) => {
        mod active { $(into! { $names $name $arg })* }
    };
}

macro_rules! cell {
    (($x:ident, $s:ident, $k:ident) $name:ident ($($body:tt)*)) => {
        #[test]
        fn $name() {
            use crate::callees::*;
            #[autodiff_runtime::differentiate]
            fn cell($x: f64, $s: &Law, #[no_diff] $k: &Law) -> f64 {
                $($body)*
            }
            crate::cells::check(
                &cell,
                &[&cell::value_and_grad, &|x, s, k| {
                    let (value, pullback) = cell::vjp(x, s, k);
                    (value, pullback(1.0))
                }],
                &cell::jvp,
            );
        }
    };
}

type Bar = <Law as autodiff_runtime::Differentiable>::Tangent;
type Primal<'a> = &'a dyn Fn(f64, &Law, &Law) -> f64;
type Reverse<'a> = &'a dyn Fn(f64, &Law, &Law) -> (f64, (f64, Bar));
type Forward<'a> = &'a dyn Fn(f64, &Law, &Law, f64, &Bar) -> (f64, f64);

/// The value to its last bit, and the derivative along two directions in all that is active.
pub fn check(primal: Primal, reverse: &[Reverse], forward: Forward) {
    let (x, s, k) = (0.7, law(0.0), law(0.25));
    let value = primal(x, &s, &k);
    for salt in [1.0, 2.0] {
        let (x_dot, s_dot) = (0.5 * salt, direction(salt));
        let along = |t: f64| primal(x + t * x_dot, &moved(&s, &s_dot, t), &k);
        let h = 1e-3;
        let expected = (8.0 * (along(h) - along(-h)) - (along(2.0 * h) - along(-2.0 * h))) / (12.0 * h);
        let close = |found: f64| (found - expected).abs() <= 1e-8 * (1.0 + expected.abs());
        let (same, dot) = forward(x, &s, &k, x_dot, &s_dot);
        assert_eq!(same.to_bits(), value.to_bits(), "the value of forward mode");
        assert!(close(dot), "forward mode: {dot}, expected {expected}");
        for (at, reverse) in reverse.iter().enumerate() {
            let (same, (x_bar, s_bar)) = reverse(x, &s, &k);
            assert_eq!(same.to_bits(), value.to_bits(), "the value of reverse mode {at}");
            let found = x_bar * x_dot + inner(&s_bar, &s_dot);
            assert!(close(found), "reverse mode {at}: {found}, expected {expected}");
        }
    }
}

fn numbers(law: &Bar) -> Vec<f64> {
    let mut numbers = vec![law.a, law.p.0, law.l.b];
    numbers.extend(&law.l.c);
    numbers.extend(&law.t);
    numbers.extend(&law.v);
    numbers.extend(law.m.iter().flatten());
    numbers
}

fn inner(a: &Bar, b: &Bar) -> f64 {
    let (a, b) = (numbers(a), numbers(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).map(|(a, b)| a * b).sum()
}

fn direction(salt: f64) -> Bar {
    let mut dot = autodiff_runtime::Differentiable::zero_tangent(&law(0.0));
    let mut at = salt;
    let mut next = || {
        at += 1.7;
        at.sin()
    };
    dot.a = next();
    dot.p.0 = next();
    dot.l.b = next();
    dot.l.c.iter_mut().chain(&mut dot.t).for_each(|c| *c = next());
    dot.v.iter_mut().chain(dot.m.iter_mut().flatten()).for_each(|c| *c = next());
    dot
}

fn moved(law: &Law, dot: &Bar, t: f64) -> Law {
    let mut law = law.clone();
    law.a += t * dot.a;
    law.p.0 += t * dot.p.0;
    law.l.b += t * dot.l.b;
    law.l.c.iter_mut().zip(&dot.l.c).for_each(|(c, d)| *c += t * d);
    law.t.iter_mut().zip(&dot.t).for_each(|(c, d)| *c += t * d);
    law.v.iter_mut().zip(&dot.v).for_each(|(c, d)| *c += t * d);
    law.m.iter_mut().flatten().zip(dot.m.iter().flatten()).for_each(|(c, d)| *c += t * d);
    law
}
