//! Lowered functions: printed, verified, differentiated and evaluated.

use syn::parse_quote;

use crate::diag::Diagnostics;
use crate::ir::eval::{self, Library, Value};
use crate::ir::{Function, print, verify};
use crate::request::Request;
use crate::tests::compare;

fn lower(args: proc_macro2::TokenStream, item: &syn::ItemFn) -> (Function, Vec<String>) {
    let mut diag = Diagnostics::new();
    let request = Request::parse(args, &mut diag);
    let function = super::function(&request, &item.sig, &item.block, &mut diag);
    let errors = diag.into_error().into_iter().flatten().map(|error| error.to_string()).collect();
    (function, errors)
}

/// A function that lowers without complaints, verified.
fn lowered(item: &syn::ItemFn) -> Function {
    let (function, errors) = lower(Default::default(), item);
    assert!(errors.is_empty(), "{}: {errors:#?}", item.sig.ident);
    if let Err(error) = verify::function(&function) {
        panic!("{error}\n{}", print::function(&function));
    }
    function
}

fn errors(item: &syn::ItemFn) -> Vec<String> {
    lower(Default::default(), item).1
}

/// Lowers, computes the primal and compares it bit for bit, and checks all derivatives against dual numbers.
fn agrees(item: &syn::ItemFn, args: &[Value<f64>], expected: Value<f64>) {
    let function = lowered(item);
    let text = print::function(&function);
    match eval::primal(&Library::new(), &function, args.to_vec()) {
        Ok((result, _)) => {
            let bits = |value: &Value<f64>| value.numbers().into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert!(bits(&result) == bits(&expected), "{result:?} for {expected:?}\n{text}");
        }
        Err(error) => panic!("{error}\n{text}"),
    }
    let checked = compare::differentiate(function).and_then(|of| compare::check(&Library::new(), &of, args));
    if let Err(error) = checked {
        panic!("{error}");
    }
}

fn f(value: f64) -> Value<f64> {
    Value::Float(value)
}

fn v(values: &[f64]) -> Value<f64> {
    Value::floats(values.iter().copied())
}

/// Defines the function for rustc and for the macro, and compares.
macro_rules! same {
    ($(fn $name:ident($($arg:ident: $ty:ty = $as:ident($value:expr)),*) -> $result:ident($result_ty:ty) $body:block)*) => {
        $(#[test]
        #[allow(clippy::all, unused_mut, unused_assignments, unused_variables)]
        fn $name() {
            fn $name($($arg: $ty),*) -> $result_ty $body
            let item: syn::ItemFn = parse_quote!(fn $name($($arg: $ty),*) -> $result_ty $body);
            let expected = $name($($value),*);
            agrees(&item, &[$($as!($value)),*], $result!(expected));
        })*
    };
}

macro_rules! float {
    ($value:expr) => {
        f($value)
    };
}

macro_rules! slice {
    ($value:expr) => {
        v(&$value[..])
    };
}

macro_rules! int {
    ($value:expr) => {
        Value::Int($value as i64)
    };
}

same! {
    fn arithmetic(x: f64 = float(1.5), y: f64 = float(-0.7)) -> float(f64) {
        let a = x * y + 2.0;
        let b = (a - x) / (y * y + 1.0);
        -b.sin() + a.powi(3) - f64::max(x, y) * std::f64::consts::PI
    }
    fn mutation(x: f64 = float(1.5)) -> float(f64) {
        let mut s = x;
        s += 1.0;
        s *= x;
        let t = s;
        s = s.exp() - t;
        s /= 3.0;
        s
    }
    fn branch(x: f64 = float(1.5), y: f64 = float(2.5)) -> float(f64) {
        let mut s = x;
        if x > y {
            s = x * x;
        } else if x > 0.0 {
            s *= y;
        }
        let t = if s > 1.0 { s } else { -s };
        t * x
    }
    fn counted(x: &[f64] = slice(&[1.0, 2.0, 0.5])) -> float(f64) {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += x[i] * x[i];
        }
        s
    }
    fn series(x: f64 = float(0.6)) -> float(f64) {
        let mut term = x;
        let mut sum = x;
        let mut n = 0;
        while term.abs() > 1e-18 * sum.abs() {
            n += 1;
            term *= 2.0 * x * x / (2 * n + 1) as f64;
            sum += term;
        }
        (-x * x).exp() * sum
    }
    fn early(x: f64 = float(0.6), n: usize = int(5)) -> float(f64) {
        let mut s = x;
        for i in 0..n {
            if i == 3 {
                return s * 2.0;
            }
            s = s * x + 1.0;
        }
        s
    }
    fn jumps(x: f64 = float(0.6), n: usize = int(12)) -> float(f64) {
        let mut s = 0.0;
        'outer: for i in 0..n {
            if i % 3 == 0 {
                continue;
            }
            let mut t = x;
            loop {
                t = t * 1.5 + s * 0.1;
                if t > 4.0 {
                    break;
                }
                if s > 50.0 {
                    break 'outer;
                }
                if t > 3.5 {
                    continue 'outer;
                }
            }
            s += t;
        }
        s
    }
}

#[test]
fn lists_every_mistake() {
    let item: syn::ItemFn = parse_quote!(
        fn bad(x: f64) -> f64 {
            let a = unsafe { x };
            let b = g(x)?;
            a + b
        }
    );
    assert_eq!(
        errors(&item),
        [
            "`unsafe` code cannot be differentiated: write it with safe indexing",
            "`?` is not supported yet: use `match` or `let … else` and return the value itself",
        ]
    );
}
