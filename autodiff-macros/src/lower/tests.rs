//! Lowered functions: printed, verified, differentiated and evaluated.

use syn::parse_quote;

use crate::diag::Diagnostics;
use crate::expand::fallible::Fallible;
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
pub(crate) fn lowered(item: &syn::ItemFn) -> Function {
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

macro_rules! vector {
    ($value:expr) => {
        v(&$value)
    };
}

macro_rules! place {
    ($value:expr) => {
        f(*$value)
    };
}

macro_rules! unit {
    ($value:expr) => {{
        let () = $value;
        Value::Unit
    }};
}

macro_rules! pair {
    ($value:expr) => {{
        let (a, b) = $value;
        Value::List(vec![f(a), f(b)])
    }};
}

macro_rules! rows {
    ($value:expr) => {
        Value::List($value.iter().map(|row| v(&row[..])).collect())
    };
}

macro_rules! ints {
    ($value:expr) => {
        Value::List($value.iter().map(|i| Value::Int(*i as i64)).collect())
    };
}

same! {
    fn tuples(x: f64 = float(1.5), y: f64 = float(0.3)) -> pair((f64, f64)) {
        let (mut a, mut b) = (x, y);
        for _ in 0..3 {
            (a, b) = (b, a + b * 0.5);
        }
        let t = (a * b, a - b);
        let (c, _) = t;
        (c + t.1, t.0)
    }
    fn elements(x: &[f64] = slice(&[1.0, 2.0, 0.5, 4.0])) -> float(f64) {
        let n = x.len();
        let mut a = vec![0.0; n];
        for i in 0..n {
            a[i] = x[i] * 2.0;
            a[i] += x[n - 1 - i];
            if i > 0 {
                a[i] *= a[i - 1];
            }
        }
        let r = &mut a[1];
        *r += 3.0;
        *r = r.sin();
        let row = &a[1..3];
        row[0] * row[1] + a[n - 1]
    }
    fn iterated(x: &[f64] = slice(&[1.0, 2.0, 0.5, 4.0]), y: &[f64] = slice(&[0.1, 0.2, -0.5])) -> float(f64) {
        let dot: f64 = x.iter().zip(y.iter()).map(|(a, b)| a * b).sum();
        let mut s = dot;
        for (i, v) in x.iter().enumerate() {
            s += v * i as f64;
        }
        for v in x.iter().rev().skip(1).take(2) {
            s = s * 0.5 + v;
        }
        for &v in y {
            s -= v;
        }
        let m = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let p: f64 = y.iter().map(|&b| b * b).product();
        let q = x.iter().filter(|&&a| a > 0.9).map(|a| a.ln()).sum::<f64>();
        s + m * p + q
    }
    fn collected(x: &[f64] = slice(&[1.0, 2.0, 0.5, 4.0])) -> vector(Vec<f64>) {
        let squares: Vec<f64> = x.iter().map(|v| v * v).collect();
        let total: f64 = squares.iter().sum();
        squares.iter().map(|s| s / total).collect()
    }
    fn windows(x: &[f64] = slice(&[1.0, 2.0, 0.5, 4.0, 3.0])) -> float(f64) {
        let mut s = 0.0;
        for w in x.windows(2) {
            s += (w[1] - w[0]) * (w[1] - w[0]);
        }
        for c in x.chunks(2) {
            let mut t = 1.0;
            for v in c {
                t *= *v;
            }
            s += t;
        }
        for c in x.chunks_exact(2) {
            s += c[0] * c[1];
        }
        s
    }
    fn closures(x: f64 = float(1.5), w: f64 = float(0.3)) -> float(f64) {
        let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
        let mut total = 0.0;
        let mut add = |v: f64| total += v * w;
        add(x);
        add(sigmoid(x * w));
        let pick = |a: f64| {
            if a > 1.0 {
                return a * 2.0;
            }
            a
        };
        total + pick(x) + pick(w)
    }
    fn matches(x: f64 = float(1.5), k: usize = int(2)) -> float(f64) {
        let a = match k {
            0 => x,
            1 | 2 => x * x,
            n if n > 10 => 1.0,
            n => x * n as f64,
        };
        let b = match (x > 1.0, k) {
            (true, 2) => a * 2.0,
            (true, _) => a,
            (false, _) => -a,
        };
        match x {
            v if v < 0.0 => -v,
            v if v < 1.0 => b,
            _ => b * x,
        }
    }
    fn options(x: &[f64] = slice(&[1.0, 2.0, 0.5])) -> float(f64) {
        let first = x.first().copied().unwrap_or(0.0);
        let last = match x.last() {
            Some(v) => v * 2.0,
            None => return 0.0,
        };
        let mut s = first * last;
        if let Some(v) = x.get(1) {
            s += v;
        }
        let Some(third) = x.get(2) else { return s };
        if let [a, b, ..] = x {
            s += a * b;
        }
        s * third
    }
    fn rowwise(m: &[[f64; 2]] = rows(&[[1.0, 2.0], [3.0, 0.5], [0.1, 0.2]]), s: f64 = float(0.7)) -> float(f64) {
        let mut acc = [0.0; 2];
        for row in m {
            for (a, r) in acc.iter_mut().zip(row.iter()) {
                *a += r * s;
            }
        }
        let [p, q] = acc;
        p * q + m[1][0]
    }
    fn in_place(x: &mut [f64] = slice(&mut [1.0, 2.0, 0.5, 3.0]), s: &mut f64 = place(&mut 0.5)) -> unit(()) {
        for v in x.iter_mut() {
            *v *= *s;
        }
        x.swap(0, 2);
        *s += x[1];
        let (l, r) = x.split_at_mut(2);
        for (a, b) in l.iter_mut().zip(r) {
            *a += *b;
        }
    }
    fn deferred(x: f64 = float(1.5), k: usize = int(1)) -> float(f64) {
        let y;
        let z: f64;
        if k == 0 {
            y = x;
            z = 2.0;
        } else {
            y = x * x;
            z = y + 1.0;
        }
        let label = 'found: {
            if y > 2.0 {
                break 'found z * 2.0;
            }
            z
        };
        let found = loop {
            if y > 1.0 {
                break label + y;
            }
        };
        found * z
    }
    fn growing(x: f64 = float(1.2), n: usize = int(4)) -> vector(Vec<f64>) {
        let mut out = Vec::new();
        let mut state = [x, 0.5];
        for i in 0..n {
            let [a, b] = state;
            state = [a + 0.1 * b, b - 0.1 * a];
            if i % 2 == 0 {
                out.push(state[0]);
            }
        }
        out.push(state[1]);
        out
    }
    fn integers(x: f64 = float(1.2), idx: &[usize] = ints(&[2usize, 0, 1])) -> float(f64) {
        let mut s = 0.0;
        let mut count = 0;
        let mut order = Vec::new();
        for &i in idx {
            count += i;
            order.push(i * 2);
            if i % 2 == 0 {
                count = count.max(1);
            }
        }
        let n = order.len().min(2);
        for k in 0..n {
            s += x.powi(order[k] as i32) * (count as f64);
        }
        assert!(s > 0.0, "s is {s}");
        s
    }
    fn stepped(x: &[f64] = slice(&[1.0, 2.0, 0.5, 4.0, 3.0])) -> float(f64) {
        let mut s = 1.0;
        for i in (0..x.len()).step_by(2) {
            s = s * 0.5 + x[i];
        }
        for i in (1..=3).rev() {
            s = s * x[i] - 1.0;
        }
        let mut i = 0;
        while i < x.len() {
            if x[i] > 3.5 {
                break;
            }
            s += x[i];
            i += 1;
        }
        s
    }
    fn nested_vectors(n: usize = int(3), x: f64 = float(0.4)) -> float(f64) {
        let mut m = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..=i {
                m[i][j] = x * (i + 1) as f64 + j as f64;
            }
        }
        let t = m[2].clone();
        let mut s = 0.0;
        for row in &m {
            s += row.iter().sum::<f64>();
        }
        s * t[1]
    }
    fn selected(x: f64 = float(0.4), y: f64 = float(0.6)) -> float(f64) {
        let best = [x, y, x * y].iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
        let a: [f64; 3] = std::array::from_fn(|i| x * i as f64);
        let b = a.map(|v| v + y);
        let (s, c) = b[2].sin_cos();
        best * s + c
    }
    fn taken(x: &[f64] = slice(&[1.0, 2.0, 0.5, 4.0, 3.0])) -> float(f64) {
        let mut total = 0.0;
        for (i, v) in x.iter().take_while(|v| **v < 3.5).enumerate() {
            total += v * (i + 1) as f64;
        }
        let scanned: f64 = x
            .iter()
            .scan(1.0, |state, &v| {
                *state = *state * 0.5 + v;
                Some(*state)
            })
            .sum();
        let chained: f64 = x.iter().chain(x.iter().skip(3)).map(|v| v * v).sum();
        total + scanned + chained
    }
    fn jumping_operands(x: f64 = float(1.1), n: usize = int(6)) -> float(f64) {
        let mut s = 0.5;
        for i in 0..n {
            s += x * if i == 2 { continue } else { s * 0.5 };
            let t = match i {
                0 => x,
                4 => break,
                _ => {
                    if s > 100.0 {
                        return s;
                    }
                    s
                }
            };
            s = if t > 50.0 { continue } else { s + t };
            s = f64::max(s, if i == 5 { return x } else { 0.1 }) + t * 0.01;
        }
        let y = s - if x > 100.0 { return s * 2.0 } else { x };
        return if y > 0.0 { y * x } else { return y };
    }
    fn empty_sums(x: &[f64] = slice(&[])) -> pair((f64, f64)) {
        (x.iter().sum::<f64>(), x.iter().product::<f64>() * x.iter().map(|v| v + 1.0).sum::<f64>())
    }
    fn taken_along(x: f64 = float(0.3)) -> float(f64) {
        let mut a = [x, 2.0 * x];
        let mut k = 1.0;
        let inside = move |y: f64| a[0] * y * k;
        let by_name = |y: f64, b: [f64; 2]| b[0] * y;
        a[0] = 5.0 * x * x;
        k = 3.0;
        inside(2.0) + by_name(k, a)
    }
    fn left_early(x: &[f64] = slice(&[1.0, 2.0, 0.5]), y: &[f64] = slice(&[3.0, 0.1])) -> float(f64) {
        let mut s = 0.0;
        for v in x.iter().chain(y) {
            if s > 3.2 {
                return s * 2.0;
            }
            s += v * v;
            if s > 100.0 {
                continue;
            }
            s *= 0.9;
        }
        s
    }
    fn swapped(x: f64 = float(1.1), n: usize = int(3)) -> float(f64) {
        let mut old = vec![x, x * x];
        let mut new = vec![0.0; 2];
        for _ in 0..n {
            new[0] = old[0] + 0.1 * old[1];
            new[1] = old[1] - 0.1 * old[0];
            std::mem::swap(&mut old, &mut new);
        }
        let last = std::mem::replace(&mut old, vec![1.0, 2.0]);
        last[0] * old[1] + last[1]
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
            "`unsafe` code cannot be differentiated: write it with safe indexing, or put it into a function whose derivative is given (`#[differentiate(partials(x = …))]`)",
            "`?` is not supported yet: use `match` or `let … else` and return the value itself",
        ]
    );
}

/// Every function of the corpus lowers, and stays sound behind each pass.
#[test]
fn the_corpus_lowers() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let Ok(files) = std::fs::read_dir(folder) else { return };
    let mut failures = Vec::new();
    for file in files.flatten() {
        let text = std::fs::read_to_string(file.path()).expect("a source file");
        let Ok(parsed) = syn::parse_file(&text) else { continue };
        for item in &parsed.items {
            let syn::Item::Fn(item) = item else { continue };
            let Some(mark) = item.attrs.iter().find(|attr| attr.path().is_ident("differentiate")) else {
                continue;
            };
            let args = mark.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
            // Nothing of a body is lowered of which the derivative is given.
            let mut diag = Diagnostics::new();
            let request = Request::parse(args.clone(), &mut diag);
            diag.discard();
            if !request.given.is_empty() {
                continue;
            }
            let at = format!("{} in {}", item.sig.ident, file.path().display());
            let mut item = item.clone();
            if let Some(fallible) = Fallible::of(&item.sig) {
                (item.sig, *item.block) = fallible.inner(&item.sig, &item.block);
            }
            *item.block = crate::expand::prepared(&item.sig, &item.block);
            let (function, errors) = lower(args, &item);
            if !errors.is_empty() {
                failures.push(format!("{at}: {errors:#?}"));
                continue;
            }
            if let Err(error) = verify::function(&function) {
                failures.push(format!("{at}: {error}\n{}", print::function(&function)));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Each refused construct with what is said about it.
#[test]
fn refusals() {
    let cases: Vec<(syn::ItemFn, &[&str])> = vec![
        (
            parse_quote!(
                async fn f(x: f64) -> f64 {
                    x
                }
            ),
            &["an `async` function cannot be differentiated: put the computation into a plain `fn`"],
        ),
        (
            parse_quote!(
                fn f(x: &[f64]) -> &[f64] {
                    x
                }
            ),
            &["a function that returns a reference cannot be differentiated: return `Vec<f64>`"],
        ),
        (
            parse_quote!(
                fn f(x: *const f64, n: &[&[f64]]) -> f64 {
                    0.0
                }
            ),
            &[
                "a raw pointer cannot be differentiated: take `&f64` or a slice",
                "references inside of a parameter that carries a derivative are not supported: take `&[Vec<f64>]`, or mark the parameter `#[no_diff]`",
            ],
        ),
        (
            parse_quote!(
                fn f<T: Float>(x: T, n: usize) -> T {
                    if n == 0 { x } else { x * f(x, n - 1) }
                }
            ),
            &[
                "recursion of a function that is generic over a type is not differentiated yet: write it for `f64`, or a loop",
            ],
        ),
        (
            parse_quote!(
                fn f(x: f64) -> f64 {
                    fn g(y: f64) -> f64 {
                        y
                    }
                    g(x)
                }
            ),
            &["the nested function `g` has no derivative: put `#[differentiate]` on it"],
        ),
        (
            parse_quote!(
                fn f(x: f64) -> f64 {
                    mine!(x) + x.next_up()
                }
            ),
            &[
                "the macro `mine!` with active arguments is not supported: write what it expands to, or put it into a function whose derivative is given (`#[differentiate(partials(x = …))]`)",
                "`next_up` has no derivative",
            ],
        ),
        (
            parse_quote!(
                fn f(x: &[f64]) -> f64 {
                    let mut v = x.to_vec();
                    v.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap());
                    v[0]
                }
            ),
            &["`sort_unstable_by` on active data may put equal elements in any order: use `sort_by`"],
        ),
        (
            parse_quote!(
                fn f(x: f64, g: impl Fn(f64) -> f64) -> f64 {
                    g(x)
                }
            ),
            &[
                "a call of a function that comes as a value is not supported on active arguments: call a function marked `#[differentiate]` by its name",
            ],
        ),
        (
            parse_quote!(
                fn f(x: &[f64], y: &[f64]) -> f64 {
                    let mut r = &x[0..1];
                    r = &y[1..2];
                    r[0]
                }
            ),
            &[
                "a reference that changes what it refers to is not supported: use an index, or copy the content",
            ],
        ),
        (
            parse_quote!(
                fn f(x: f64) -> f64 {
                    static mut COUNT: usize = 0;
                    x
                }
            ),
            &["`static mut` is not supported: pass the data as a parameter"],
        ),
        (
            parse_quote!(
                fn f(x: &[f64]) -> Option<f64> {
                    x.first().copied()
                }
            ),
            &[
                "a result of type `Option<f64>` is not differentiated yet: return `f64` and panic where there is none, or `(f64, bool)` with a flag that tells",
            ],
        ),
        (
            parse_quote!(
                fn f(s: Shape, y: f64) -> f64 {
                    match s {
                        Shape::Circle(.., r) => r * y,
                        Shape::Point => y,
                    }
                }
            ),
            &[
                "`..` in this pattern leaves open which parts are meant: write `_` for each, or put `#[differentiate]` on a module around the enum",
            ],
        ),
        (
            parse_quote!(
                fn f(x: &[f64]) -> f64 {
                    let mut positive = x.iter().filter(|v| **v > 0.0);
                    positive.next().unwrap()
                }
            ),
            &[
                "`next` of an iterator in a variable that goes on behind it is not supported here: collect it, or write a `for` loop",
            ],
        ),
    ];
    for (item, expected) in cases {
        assert_eq!(errors(&item), expected, "{}", quote::quote!(#item));
    }
}

#[test]
fn names_of_the_request() {
    let item: syn::ItemFn = parse_quote!(
        fn f(a: f64, #[no_diff] c: f64, n: usize) -> f64 {
            let b = 2.0 * a;
            a + b
        }
    );
    let (function, found) = lower(quote::quote!(wrt(a, b), stop(a, b)), &item);
    assert!(found.is_empty(), "{found:?}");
    assert!(print::function(&function).contains("stop"), "{}", print::function(&function));
    let (_, found) = lower(quote::quote!(wrt(n, c, d), stop(e)), &item);
    assert_eq!(
        found,
        [
            "the type of `n` carries no derivative",
            "`c` is marked `#[no_diff]`: there is no gradient by it",
            "`wrt` names `d`, which is neither a parameter nor a local binding",
            "`stop` names `e`, which is neither a parameter nor a local binding",
        ]
    );
}

/// Types that only later code reveals.
#[test]
fn types_are_learned() {
    let item: syn::ItemFn = parse_quote!(
        fn f(m: &Model, x: f64) -> f64 {
            let a = g(x);
            let (b, k) = h(m);
            let mut s = a.sin();
            for i in 0..k {
                s += 2.0 * m.weights[i] * b;
            }
            let y;
            y = s * m.scale;
            y
        }
    );
    let text = print::function(&lowered(&item));
    assert!(!text.contains("ops"), "{text}");
    for line in ["m.scale", "m.weights[i]", ".sin()"] {
        assert!(text.contains(line), "{text}");
    }
}

/// A float tells what the operands of the operators were that gave it, through any number of lines.
#[test]
fn operands_are_learned_from_results() {
    let item: syn::ItemFn = parse_quote!(
        fn f(x: f64) -> f64 {
            let z = g(x);
            let a = z[0] / z[2];
            let b = h(x) * a;
            let c = x * b - z[1];
            let d = g(c);
            d * b
        }
    );
    let text = print::function(&lowered(&item));
    assert!(!text.contains("ops"), "{text}");
}
