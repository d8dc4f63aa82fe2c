//! Forward mode against reverse mode.

use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar, math};
use alloc::string::{String, ToString};

/// How well two derivatives of a function agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Whether all pairs agree to the tolerance.
    pub passed: bool,
    /// Largest relative disagreement of `⟨ȳ, J ẋ⟩` and `⟨Jᵀ ȳ, ẋ⟩`.
    pub disagreement: f64,
    /// The worst single element of the input, found by unit tangents, when something disagrees.
    pub worst: Option<Disagreement>,
}

/// An element of the input for which the two modes differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The leaf of the input.
    pub leaf: String,
    /// The position in it.
    pub element: usize,
    /// By forward mode.
    pub forward: f64,
    /// By reverse mode.
    pub reverse: f64,
}

/// Checks `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩` for tangents and cotangents that are neither aligned nor random: the same in each run.
///
/// `forward` maps input and tangent to the tangent of the result (the `jvp`), `reverse` input and cotangent to the
/// gradient (the pullback of the `vjp`); `result` is any result, for its shape.
///
/// # Errors
/// [`Error::Mismatch`] when a derivative has another shape than what it belongs to.
///
/// ```
/// use autodiff_runtime::check;
/// let jvp = |x: &[f64; 2], dx: &[f64; 2]| [x[1] * dx[0] + x[0] * dx[1], dx[0]];
/// let vjp = |x: &[f64; 2], dy: &[f64; 2]| [x[1] * dy[0] + dy[1], x[1] * dy[0]]; // should be x[0] * dy[0]
/// let found = check::forward_and_reverse(jvp, vjp, &[2.0, 3.0], &[0.0, 0.0], 1e-12)?;
/// let worst = found.worst.unwrap();
/// assert_eq!((found.passed, worst.leaf.as_str(), worst.element), (false, "(root)", 1));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn forward_and_reverse<S, X, Y, D, G>(
    mut forward: impl FnMut(&X, &X) -> D,
    mut reverse: impl FnMut(&X, &Y) -> G,
    input: &X,
    result: &Y,
    tolerance: f64,
) -> Result<Agreement, Error>
where
    S: Scalar,
    X: TreeMut<S> + Clone,
    Y: TreeMut<S> + Clone,
    D: Tree<S>,
    G: Tree<S>,
{
    let mut seed = result.clone();
    let mut tangent = input.clone();
    let mut agreement = Agreement { passed: true, disagreement: 0.0, worst: None };
    for round in 0..4 {
        spread(&mut seed, 0.3 + round as f64);
        spread(&mut tangent, 0.8 + 2.0 * round as f64);
        let by_forward = tree::dot(&seed, &forward(input, &tangent))?.as_f64();
        let by_reverse = tree::dot(&tangent, &reverse(input, &seed))?.as_f64();
        let size = by_forward.abs().max(by_reverse.abs()).max(1.0);
        let disagreement = (by_forward - by_reverse).abs() / size;
        agreement.disagreement =
            if disagreement.is_nan() { f64::NAN } else { agreement.disagreement.max(disagreement) };
        agreement.passed &= disagreement <= tolerance;
    }
    if agreement.passed {
        return Ok(agreement);
    }
    // Which element it is, one unit tangent after the other tells.
    let gradient = reverse(input, &seed);
    let mut unit = tree::zeros_like(input);
    let mut largest = -1.0;
    let mut flat = alloc::vec![S::zero(); tree::count(input)];
    let mut places = alloc::vec::Vec::new();
    let mut by_reverse = alloc::vec::Vec::new();
    tree::zip(input, &gradient, |path, leaf, g| {
        for element in 0..leaf.data.len() {
            places.push((path.to_string(), element));
            by_reverse.push(g.map_or(0.0, |g| g[element].as_f64()));
        }
    })?;
    for (i, ((leaf, element), reverse)) in places.into_iter().zip(by_reverse).enumerate() {
        flat[i] = S::one();
        tree::write_from(&mut unit, &flat)?;
        flat[i] = S::zero();
        let forward = tree::dot(&seed, &forward(input, &unit))?.as_f64();
        let difference = (forward - reverse).abs();
        if !(difference <= largest) {
            largest = difference;
            agreement.worst = Some(Disagreement { leaf, element, forward, reverse });
        }
    }
    Ok(agreement)
}

/// Fills a tree with numbers between -1 and 1 that repeat nowhere.
fn spread<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, from: f64) {
    let mut k = from;
    tree::map_mut(tree, |_| {
        k += 0.754_877_666_246_692_8;
        S::of(2.0 * (k - math::floor(k)) - 1.0)
    });
}
