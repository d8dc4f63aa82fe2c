//! What the tests of matrices and arrays share: gradients against central differences, tangents against gradients.
#![allow(dead_code, reason = "no test uses all of it")]

/// A value as the numbers that it is made of.
pub trait Numbers: Clone {
    fn numbers_mut(&mut self) -> Vec<&mut f64>;
    fn numbers(&self) -> Vec<f64> {
        self.clone().numbers_mut().into_iter().map(|x| *x).collect()
    }
    fn zero(&self) -> Self {
        let mut zero = self.clone();
        zero.numbers_mut().into_iter().for_each(|x| *x = 0.0);
        zero
    }
}

impl Numbers for f64 {
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        vec![self]
    }
}

impl Numbers for Vec<f64> {
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        self.iter_mut().collect()
    }
}

#[cfg(feature = "ndarray")]
impl<D: ndarray::Dimension> Numbers for ndarray::Array<f64, D> {
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        self.iter_mut().collect()
    }
}

#[cfg(feature = "nalgebra")]
impl<R, C, S> Numbers for nalgebra::Matrix<f64, R, C, S>
where
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    S: nalgebra::RawStorageMut<f64, R, C> + Clone,
{
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        self.iter_mut().collect()
    }
}

/// `f::jvp` of active arguments `A`, inactive ones `I` and tangents `D`.
pub trait Jvp<A, I, D> {
    fn apply(&self, args: A, inactive: I, dots: D) -> (f64, f64);
}

macro_rules! jvp {
    ($($a:ident $d:ident),*; $($i:ident),*) => {
        #[allow(non_snake_case)]
        impl<F: Fn($($a,)* $($i,)* $($d),*) -> (f64, f64), $($a, $d,)* $($i),*> Jvp<($($a,)*), ($($i,)*), ($($d,)*)> for F {
            fn apply(&self, ($($a,)*): ($($a,)*), ($($i,)*): ($($i,)*), ($($d,)*): ($($d,)*)) -> (f64, f64) {
                self($($a,)* $($i,)* $($d),*)
            }
        }
    };
}
jvp!(A1 D1;);
jvp!(A1 D1, A2 D2;);
jvp!(A1 D1, A2 D2, A3 D3;);
jvp!(A1 D1, A2 D2, A3 D3, A4 D4;);
jvp!(A1 D1; I1);
jvp!(A1 D1; I1, I2);
jvp!(A1 D1, A2 D2; I1);
jvp!(A1 D1, A2 D2, A3 D3; I1);
jvp!(A1 D1, A2 D2, A3 D3, A4 D4; I1);

/// `check!(f(&a, b; n) by a, b)`: the gradient of `f` by `a` and `b` against differences, its tangents against the gradient.
/// What stands behind the semicolon carries none.
macro_rules! check {
    ($f:ident ($($arg:expr),* $(; $($inactive:expr),*)?) by $($by:ident),*) => {{
        #[allow(unused_imports)]
        use crate::differences::{Jvp as _, Numbers as _};
        let value = $f($($arg,)* $($($inactive),*)?);
        let (same, gradient) = $f::value_and_grad($($arg,)* $($($inactive),*)?);
        assert_eq!(same, value, "the value is the function's own");
        let gradient = {
            #[allow(unused_parens)]
            let ($($by),*) = gradient;
            [$($by.numbers()),*].concat()
        };
        let count = gradient.len();
        let lens = [$($by.numbers().len()),*];
        assert_eq!(count, lens.iter().sum::<usize>());
        for k in 0..count {
            let moved = |h: f64| {
                let mut parts = ($($by.clone(),)*);
                crate::differences::check!(@move parts k h $($by)*);
                #[allow(unused_mut)]
                let ($(mut $by,)*) = parts;
                { let _ = ($(&mut $by,)*); }
                $f($($arg,)* $($($inactive),*)?)
            };
            let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let found = gradient[k];
            assert!(
                (found - expected).abs() < 3e-7 * (1.0 + expected.abs()),
                "{} by number {k}: {found} is not {expected}", stringify!($f)
            );
            let args = ($($arg,)*);
            let inactive = ($($($inactive,)*)?);
            let mut dots = ($($by.zero(),)*);
            crate::differences::check!(@move dots k 1.0 $($by)*);
            #[allow(unused_mut)]
            let ($(mut $by,)*) = dots;
            { let _ = ($(&mut $by,)*); }
            let dots = ($($arg,)*);
            let (same, tangent) = $f::jvp.apply(args, inactive, dots);
            assert_eq!(same, value, "the value is the function's own");
            assert!(
                (tangent - found).abs() < 1e-11 * (1.0 + found.abs()),
                "{} by number {k}: the tangent {tangent} is not {found}", stringify!($f)
            );
        }
    }};
    (@move $parts:ident $k:ident $h:tt $($by:ident)*) => {{
        let ($($by,)*) = &mut $parts;
        let mut numbers = Vec::new();
        $(numbers.extend($by.numbers_mut());)*
        *numbers[$k] += $h;
    }};
}
pub(crate) use check;

fn weights() -> impl Iterator<Item = f64> {
    (0..).map(|k| 0.3 + 0.5 * (k as f64 * 1.7).sin())
}

/// Any result as a number, with a derivative by each number in it: a rule of one's own for types from elsewhere.
pub trait Weigh {
    fn weighed(&self) -> f64;
}

impl Weigh for f64 {
    fn weighed(&self) -> f64 {
        0.3 * self
    }
}

autodiff_runtime::rules! {
    pub trait WeighNumber for f64;

    fn weighed(&self) -> f64 {
        weighed_forward |this, seed| { bar => *bar += 0.3 * seed }
        weighed_pushforward |dot| { 0.3 * dot }
    }
}

#[cfg(feature = "ndarray")]
pub mod of_arrays {
    use super::{Weigh, weights};
    use ndarray::{Array, ArrayBase, Data, Dimension};

    impl<S: Data<Elem = f64>, D: Dimension> Weigh for ArrayBase<S, D> {
        fn weighed(&self) -> f64 {
            self.iter().zip(weights()).map(|(x, w)| x * w).sum()
        }
    }

    autodiff_runtime::rules! {
        pub trait WeighArray[D] for Array<f64, D> where { D: Dimension };

        fn weighed(&self) -> f64 {
            weighed_forward |this, seed| { bar => bar.iter_mut().zip(weights()).for_each(|(bar, w)| *bar += seed * w) }
            weighed_pushforward |dot| { dot.weighed() }
        }
    }
}

#[cfg(feature = "nalgebra")]
pub mod of_matrices {
    use super::{Weigh, weights};
    use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, RawStorage, allocator::Allocator};

    impl<R: Dim, C: Dim, S: RawStorage<f64, R, C>> Weigh for Matrix<f64, R, C, S> {
        fn weighed(&self) -> f64 {
            self.iter().zip(weights()).map(|(x, w)| x * w).sum()
        }
    }

    autodiff_runtime::rules! {
        pub trait WeighMatrix[R, C] for OMatrix<f64, R, C>
        where { R: Dim, C: Dim, DefaultAllocator: Allocator<R, C> };

        fn weighed(&self) -> f64 {
            weighed_forward |this, seed| { bar => bar.iter_mut().zip(weights()).for_each(|(bar, w)| *bar += seed * w) }
            weighed_pushforward |dot| { dot.weighed() }
        }
    }
}

/// The methods of a table of tests, in the order of the alphabet.
pub fn names(rows: &[&str]) -> Vec<String> {
    let mut names: Vec<String> =
        rows.iter().map(|row| row.split("__").next().unwrap_or(row).to_string()).collect();
    names.sort();
    names.dedup();
    names
}

/// The methods that `docs/matrices.md` lists under the heading of a crate: all that stands in the table's second column as code.
pub fn documented(of: &str) -> Vec<String> {
    let text = include_str!("../../docs/matrices.md");
    let section =
        text.split("\n## ").find(|section| section.starts_with(of)).expect("a section of the crate");
    let mut names: Vec<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_string)
        .collect();
    names.sort();
    names.dedup();
    names
}
