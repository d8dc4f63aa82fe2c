//! All derivatives of a function at random points.

use super::Differences;
use crate::Scalar;
use crate::tree::{self, Tree, TreeMut};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Random numbers from a seed, the same in each run (Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195).
///
/// ```
/// use autodiff_runtime::check::Sampler;
/// let mut sampler = Sampler::new(1);
/// let x: f64 = sampler.number(0.5..2.0);
/// assert!((0.5..2.0).contains(&x));
/// assert_eq!(sampler.numbers::<f64>(0.0..1.0, 3).len(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct Sampler {
    state: u64,
}

impl Sampler {
    /// The numbers that follow a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A number of a range.
    pub fn number<S: Scalar>(&mut self, range: Range<f64>) -> S {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let unit = (z >> 11) as f64 / (1_u64 << 53) as f64;
        S::of(range.start + unit * (range.end - range.start))
    }

    /// So many numbers of a range.
    pub fn numbers<S: Scalar>(&mut self, range: Range<f64>, count: usize) -> Vec<S> {
        (0..count).map(|_| self.number(range.clone())).collect()
    }

    /// An array of numbers of a range.
    pub fn array<S: Scalar, const N: usize>(&mut self, range: Range<f64>) -> [S; N] {
        core::array::from_fn(|_| self.number(range.clone()))
    }

    /// The tree with each number up to a fifth larger or smaller; a zero becomes one between -0.2 and 0.2.
    pub fn around<S: Scalar, T: TreeMut<S>>(&mut self, mut tree: T) -> T {
        tree::map_mut(&mut tree, |x| {
            let change = self.number::<S>(-0.2..0.2);
            if x == S::zero() { change } else { x + x * change }
        });
        tree
    }
}

/// The sum of all numbers in a tree, whose gradient `f::grad` of several results is.
fn total<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> S {
    tree::to_vec(tree).into_iter().sum()
}

/// The name of a leaf: the parameter's, and the place in it.
fn named(params: &[&str], leaf: &str, element: usize) -> String {
    let (name, rest) = match params {
        [only] => (*only, if leaf == "(root)" { "" } else { leaf }),
        _ => {
            let of = leaf.strip_prefix('.').unwrap_or(leaf);
            let end = of.find(|c: char| !c.is_ascii_digit()).unwrap_or(of.len());
            let index: Option<usize> = of[..end].parse().ok();
            match index.and_then(|index| params.get(index)) {
                Some(name) => (*name, &of[end..]),
                None => ("", leaf),
            }
        }
    };
    format!("{name}{rest}, element {element}")
}

/// A function and its derivatives, to be checked against each other: what `#[differentiate(check)]` makes a test of.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    /// Its name, for complaints.
    pub name: &'a str,
    /// The names of its active parameters.
    pub params: &'a [&'a str],
}

impl Function<'_> {
    /// Checks at a point that the value of `gradient` is that of `primal`, that everything is finite, that the gradient is what
    /// differences say, and that the tangent by `pushforward` of a random direction is the gradient's product with it.
    ///
    /// # Panics
    /// Where it is not: with the parameter, the element, the point, both numbers, and whether a kink is near.
    ///
    /// ```
    /// use autodiff_runtime::{check, differentiate};
    /// #[differentiate]
    /// fn f(x: f64, w: &[f64]) -> f64 {
    ///     w.iter().map(|w| (w * x).sin()).sum()
    /// }
    /// check::Function { name: "f", params: &["x", "w"] }.at(
    ///     &mut check::Sampler::new(0),
    ///     &(0.5, vec![1.0, 2.0]),
    ///     |(x, w)| f(*x, w),
    ///     |(x, w)| f::value_and_grad(*x, w),
    ///     |(x, w), (x_dot, w_dot)| f::jvp(*x, w, *x_dot, w_dot),
    /// );
    /// ```
    #[track_caller]
    pub fn at<S, P, R, G, D>(
        &self,
        sampler: &mut Sampler,
        point: &P,
        mut primal: impl FnMut(&P) -> R,
        mut gradient: impl FnMut(&P) -> (R, G),
        mut pushforward: impl FnMut(&P, &G) -> (R, D),
    ) where
        S: Scalar,
        P: TreeMut<S> + Clone,
        R: Tree<S>,
        G: TreeMut<S> + Clone,
        D: Tree<S>,
    {
        let Self { name, params } = *self;
        let at: Vec<f64> = tree::to_vec(point).into_iter().map(S::as_f64).collect();
        let value = total(&primal(point));
        let (of_gradient, grads) = gradient(point);
        let of_gradient = total(&of_gradient);
        assert!(
            value == of_gradient || value.is_nan() && of_gradient.is_nan(),
            "`{name}` gives {value}, and {of_gradient} beside its gradient, at {at:?}"
        );
        let finite = tree::to_vec(&grads).into_iter().all(|bar| bar.is_finite());
        assert!(
            value.is_finite() && finite,
            "`{name}` is {value} with a gradient that is not finite, at {at:?}"
        );
        let found = Differences::new()
            .compare(|p: &P| total(&primal(p)), &mut point.clone(), &grads)
            .unwrap_or_else(|error| panic!("`{name}`: {error}"));
        if let Some(worst) = found.worst.as_ref().filter(|_| !found.passed) {
            let place = named(params, &worst.leaf, worst.element);
            let kink = self.kink(point, &worst.leaf, worst.element, |p| total(&primal(p)));
            panic!(
                "`{name}`: the derivative by {place} is {:e}, by differences {:e} ± {:.0e}, at {at:?}{kink}",
                worst.gradient, worst.difference, worst.uncertainty
            );
        }
        let mut direction = grads.clone();
        tree::map_mut(&mut direction, |_| sampler.number(-1.0..1.0));
        let (_, dot) = pushforward(point, &direction);
        let dot = total(&dot).as_f64();
        let (bars, dots) = (tree::to_vec(&grads), tree::to_vec(&direction));
        let products = bars.iter().zip(&dots).map(|(bar, dot)| bar.as_f64() * dot.as_f64());
        let (product, size) = products.fold((0.0, 1.0), |(sum, size), term| (sum + term, size + term.abs()));
        let tolerance = if size_of::<S>() == 4 { 1e-3 } else { 1e-9 };
        assert!(
            (dot - product).abs() <= tolerance * size,
            "`{name}`: forward mode gives {dot:e} in a direction in which reverse mode gives {product:e}, at {at:?}"
        );
    }

    /// Checks the product of the Hessian with a random vector against differences of the gradient.
    ///
    /// # Panics
    /// Where the two do not agree to five digits.
    #[track_caller]
    pub fn curvature_at<S, P, G>(
        &self,
        sampler: &mut Sampler,
        point: &P,
        mut gradient: impl FnMut(&P) -> G,
        mut product: impl FnMut(&P, &G) -> G,
    ) where
        S: Scalar,
        P: TreeMut<S> + Clone,
        G: TreeMut<S> + Clone,
    {
        let Self { name, .. } = *self;
        let start = tree::to_vec(point);
        let mut direction = gradient(point);
        tree::map_mut(&mut direction, |_| sampler.number(-1.0..1.0));
        let dots = tree::to_vec(&direction);
        let found = tree::to_vec(&product(point, &direction));
        let step = S::of(if size_of::<S>() == 4 { 1e-2 } else { 1e-5 });
        let mut moved = |step: S| {
            let mut there = point.clone();
            let flat: Vec<S> = start.iter().zip(&dots).map(|(&x, &dot)| x + step * dot).collect();
            tree::write_from(&mut there, &flat).expect("the same parameters");
            tree::to_vec(&gradient(&there))
        };
        let (right, left) = (moved(step), moved(-step));
        let tolerance = if size_of::<S>() == 4 { 0.05 } else { 1e-5 };
        for (at, (found, (right, left))) in found.iter().zip(right.iter().zip(&left)).enumerate() {
            let found = found.as_f64();
            let difference = ((*right - *left) / (step + step)).as_f64();
            let size = 1.0 + difference.abs() + right.as_f64().abs();
            assert!(
                (found - difference).abs() <= tolerance * size,
                "`{name}`: number {at} of the Hessian's product is {found:e}, by differences of gradients {difference:e}, at {:?}",
                start
            );
        }
    }

    /// What to say of the slopes from both sides, where they differ.
    fn kink<S: Scalar, P: TreeMut<S> + Clone>(
        &self,
        point: &P,
        leaf: &str,
        element: usize,
        mut value: impl FnMut(&P) -> S,
    ) -> String {
        let mut first = None;
        let mut count = 0;
        let _ = tree::zip(point, point, |path, data, _| {
            if format!("{path}") == leaf {
                first = Some(count + element);
            }
            count += data.data.len();
        });
        let Some(at) = first else { return String::new() };
        let start = tree::to_vec(point);
        let step = S::of(1e-6) * start[at].abs().max(S::one());
        let mut moved = |step: S| {
            let (mut there, mut flat) = (point.clone(), start.clone());
            flat[at] += step;
            tree::write_from(&mut there, &flat).expect("the same parameters");
            value(&there).as_f64()
        };
        let (left, here, right) = (moved(-step), moved(S::zero()), moved(step));
        let step = step.as_f64();
        let (left, right) = ((here - left) / step, (right - here) / step);
        if (left - right).abs() <= 1e-3 * (1.0 + left.abs() + right.abs()) {
            return String::new();
        }
        format!("; from both sides the slopes are {left:e} and {right:e}: a kink or a singular point is near")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_have_the_names_of_parameters() {
        assert_eq!(named(&["x", "w"], ".1[2]", 3), "w[2], element 3");
        assert_eq!(named(&["x"], "(root)", 0), "x, element 0");
        assert_eq!(named(&["model"], ".rate", 0), "model.rate, element 0");
    }

    fn check(gradient: impl Fn(f64) -> f64, tangent: impl Fn(f64) -> f64) {
        let f = Function { name: "f", params: &["x"] };
        f.at(
            &mut Sampler::new(3),
            &0.0,
            |x: &f64| x.abs() + x.sin(),
            |x| (x.abs() + x.sin(), gradient(*x)),
            |x, dot| (*x, tangent(*x) * dot),
        );
    }

    #[test]
    #[should_panic = "a kink or a singular point is near"]
    fn kinks_are_told() {
        // The slope from the right, which central differences are not.
        check(|x| 1.0 + x.cos(), |x| 1.0 + x.cos());
    }

    #[test]
    #[should_panic = "forward mode gives"]
    fn both_modes_are_compared() {
        let f = Function { name: "f", params: &["x"] };
        f.at(&mut Sampler::new(3), &0.5, |x: &f64| x * x, |x| (x * x, 2.0 * x), |x, dot| (*x, *x * dot));
    }

    #[test]
    #[should_panic = "the derivative by x, element 0 is"]
    fn gradients_are_compared() {
        let f = Function { name: "f", params: &["x"] };
        f.at(&mut Sampler::new(3), &0.5, |x: &f64| x * x, |x| (x * x, *x), |x, dot| (*x, *x * dot));
    }
}
