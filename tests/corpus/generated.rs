//! What other programs write: sums and products of hundreds of terms.

use autodiff_runtime::differentiate;

/// The tokens four times over, for each star.
macro_rules! repeated {
    ([] $name:ident ($x:ident $y:ident) ($($head:tt)*) [$($part:tt)*]) => {
        #[differentiate]
        fn $name($x: f64, $y: f64) -> f64 {
            $($head)* $($part)*
        }
    };
    ([* $($more:tt)*] $name:ident ($x:ident $y:ident) ($($head:tt)*) [$($part:tt)*]) => {
        repeated! { [$($more)*] $name ($x $y) ($($head)*) [$($part)* $($part)* $($part)* $($part)*] }
    };
}

repeated! { [* * * *] sum (x y) (x * y) [+ x * 0.25 - y * x * 0.125] }
repeated! { [* * *] product (x y) (x) [* 1.5 * y / 1.5] }

#[differentiate]
fn of_vectors(x: f64) -> f64 {
    let v = vec![sum(x, 1.5) * 0.01, x];
    v[0] * v[1]
}

checks! {
    sum(0.5, 1.5) => (1.5 + 256.0 * (0.25 - 1.5 * 0.125), 0.5 - 256.0 * 0.5 * 0.125);
    product(0.5, 0.99);
    of_vectors(0.5);
}
