//! Reports of functions: what they say of names, cuts and loops, and on which lines.

use autodiff_runtime::explain::{Class, Explanation};
use autodiff_runtime::{Differentiable, differentiate, stop_gradient};

/// The names that carry a derivative, and why the others do not.
fn names(of: &Explanation) -> Vec<(&'static str, Option<&'static str>)> {
    of.bindings.iter().map(|binding| (binding.name, (!binding.active).then_some(binding.because))).collect()
}

const FIRST: u32 = line!() + 3;

#[differentiate(explain)]
fn logistic(w: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> f64 {
    let mut loss = 0.0;
    let shown = w[0] * 3.0;
    for (row, y) in x.chunks_exact(w.len()).zip(y) {
        let mut z = 0.0;
        for (w, x) in w.iter().zip(row) {
            z += w * x;
        }
        loss += (1.0 + (-y * z).exp()).ln();
    }
    assert!(shown < 100.0);
    loss
}

#[test]
fn sums_are_fused_and_data_is_inactive() {
    let of = logistic::explain();
    let (marked, nothing) =
        (Some("is marked `#[no_diff]`"), Some("depends on nothing that the gradient is by"));
    assert_eq!(
        names(&of),
        [
            ("w", None),
            ("x", marked),
            ("y", marked),
            ("loss", None),
            ("shown", Some("reaches no result")),
            ("y", nothing),
            ("row", marked),
            ("z", None),
            ("w", None),
            ("x", nothing),
        ]
    );
    let lines: Vec<u32> = of.bindings.iter().map(|binding| binding.line - FIRST).collect();
    assert_eq!(lines, [0, 0, 0, 1, 2, 3, 3, 4, 5, 5]);
    let [outer, inner] = of.loops else { panic!("{of}") };
    assert_eq!(
        (outer.line - FIRST, outer.depth, outer.class, outer.fused),
        (3, 0, Class::Accumulating, true)
    );
    assert_eq!((inner.line - FIRST, inner.depth, inner.class), (5, 1, Class::Accumulating));
    assert!(outer.saved.is_empty() && inner.saved.is_empty());
    let fuse = of.passes.iter().find(|effect| effect.pass == "fuse").expect("it matters");
    assert!(fuse.without.contains("1 saved values for 0"), "{}", fuse.without);
    assert!(of.operations.function < of.operations.gradient);
}

#[differentiate(explain, wrt(x))]
fn histogram(x: &[f64], scale: f64) -> f64 {
    let mut bins = [0.0_f64; 4];
    for v in x {
        let at = (v * scale) as usize;
        if at < 4 {
            bins[at] += 1.0;
        }
    }
    let fixed = stop_gradient(x[0]) * 2.0;
    bins[0].max(bins[1]) + fixed + x[1].round() + x[2]
}

#[test]
fn cuts_are_found_where_they_are() {
    let of = histogram::explain();
    let cuts: Vec<_> = of.cuts.iter().map(|cut| (cut.of, cut.by)).collect();
    assert_eq!(
        cuts,
        [
            ("v * scale", "the cast to `usize`"),
            ("x[0]", "`stop_gradient`"),
            ("x[1]", "`round`, whose derivative is zero"),
        ]
    );
    let because = |name| of.binding(name).expect("it is bound").because;
    assert_eq!(because("bins"), "depends on `x` through cuts alone");
    assert_eq!(because("v"), "reaches the result through cuts alone");
    assert_eq!(because("scale"), "the gradient is not by it");
    assert_eq!(because("x"), "the gradient is by it, and it reaches the result");
}

#[derive(Differentiable)]
struct Pendulum {
    damping: f64,
}

#[differentiate(explain)]
impl Pendulum {
    fn energy(&self, start: f64, steps: usize) -> f64 {
        let mut angle = start;
        for step in 0..steps {
            let force = angle.sin() * self.damping;
            angle -= force * angle;
            if step > 3 && angle < 0.5 {
                break;
            }
        }
        angle
    }
}

#[test]
fn what_a_loop_saves_has_a_reason() {
    let of = Pendulum::energy_explain();
    let [a_loop] = of.loops else { panic!("{of}") };
    assert_eq!((a_loop.index, a_loop.class, a_loop.fused), (Some("step"), Class::Carried, false));
    let angle = a_loop.saved.iter().find(|saved| saved.name == "angle").expect("the state");
    assert_eq!((angle.bytes, angle.because), (Some(8), "carried from one iteration to the next"));
    let cuts: Vec<_> = of.cuts.iter().map(|cut| cut.of).collect();
    assert_eq!(cuts, ["angle < 0.5"]);
    // The report has all of it.
    let text = of.to_string();
    for part in ["`energy` in tests", "iterations that go on from each other", "`angle`, 8 bytes: carried"] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[differentiate(explain)]
fn share(x: f64, y: f64) -> Option<f64> {
    if y > 0.0 { Some(x / y) } else { None }
}

#[differentiate(explain, order = 2)]
fn horner<const N: usize>(x: [f64; N], w: f64) -> f64 {
    let mut sum = 0.0;
    for k in 0..N {
        sum = sum * w + x[k];
    }
    sum
}

#[differentiate(explain)]
mod models {
    pub fn outer(x: &[f64]) -> f64 {
        inner(x) * 2.0
    }

    fn inner(x: &[f64]) -> f64 {
        x.iter().map(|v| v * v).sum::<f64>().sqrt()
    }
}

#[test]
fn whatever_has_a_companion_can_be_explained() {
    assert_eq!((share::explain().function, share::grad(1.0, 2.0)), ("share", Some((0.5, -0.25))));
    assert_eq!(share::explain().cuts.len(), 1);
    let [a_loop] = horner::explain().loops else { panic!() };
    assert_eq!((a_loop.index, a_loop.bytes()), (Some("k"), Some(8)));
    // `inner` is small: it is written out in `outer`, with its loop.
    assert_eq!(models::outer::explain().loops.len(), 1);
}
