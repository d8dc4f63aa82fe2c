//! Optimizer trajectories against TensorFlow v1, Keras, optax and PyTorch.

#[path = "../common/mod.rs"]
mod common;
mod formulas;
mod keras;
mod optax;
mod settings;
mod tensorflow;
mod torch;
mod wrappers;

use autodiff_runtime::Optimizer;
use autodiff_runtime::tree::{self, Shaped};
use common::{Case, Tensor, assert_all, numbers, shape};
use serde_json::Value;

type Params = Vec<Tensor>;
type Grads = Vec<Option<Tensor>>;

/// The 20 steps of a case.
struct Trajectory<'a> {
    case: Case<'a>,
    shapes: Vec<Vec<usize>>,
    params: Params,
}

impl<'a> Trajectory<'a> {
    fn new(case: Case<'a>) -> Self {
        let shapes: Vec<_> = case.input("shapes").as_array().unwrap().iter().map(shape).collect();
        let params = case.input("params").as_array().unwrap();
        let params = params.iter().zip(&shapes).map(|(p, shape)| Shaped::new(numbers(p), shape)).collect();
        Self { case, shapes, params }
    }

    fn grads(&self) -> Vec<Grads> {
        let step = |step: &Value| {
            let leaf =
                |(g, shape): (&Value, &Vec<usize>)| (!g.is_null()).then(|| Shaped::new(numbers(g), shape));
            step.as_array().unwrap().iter().zip(&self.shapes).map(leaf).collect()
        };
        self.case.input("grads").as_array().unwrap().iter().map(step).collect()
    }

    /// Compares all parameters after each step with `output`; `look` makes what is compared of the parameters.
    fn check<O: Optimizer>(mut self, opt: &mut O, output: &str, look: impl Fn(&O, &Params) -> Params) {
        for (step, grads) in self.grads().iter().enumerate() {
            opt.step(&mut self.params, grads).unwrap();
            let seen = tree::to_vec(&look(opt, &self.params));
            let expected = numbers(&self.case.output(output)[step]);
            assert_all(&format!("{} step {}", self.case.name(), step + 1), &seen, &expected);
        }
    }
}

/// Runs an optimizer over all steps of a case.
fn run(case: Case, mut opt: impl Optimizer) {
    Trajectory::new(case).check(&mut opt, "params_after_step", |_, params| params.clone());
}

/// The same with single precision, which must come close.
fn run_f32(case: Case, mut opt: impl Optimizer<f32>) {
    let trajectory = Trajectory::new(case);
    let single = |tensor: &Tensor, shape: &[usize]| {
        Shaped::new(tensor.data.iter().map(|&x| x as f32).collect::<Vec<_>>(), shape)
    };
    let mut params: Vec<_> =
        trajectory.params.iter().zip(&trajectory.shapes).map(|(p, s)| single(p, s)).collect();
    for (step, grads) in trajectory.grads().iter().enumerate() {
        let grads: Vec<_> =
            grads.iter().zip(&trajectory.shapes).map(|(g, s)| g.as_ref().map(|g| single(g, s))).collect();
        opt.step(&mut params, &grads).unwrap();
        let expected = numbers(&case.output("params_after_step")[step]);
        for (found, expected) in tree::to_vec(&params).iter().zip(expected) {
            let name = case.name();
            assert!(
                (*found as f64 - expected).abs() < 2e-3 * (1.0 + expected.abs()),
                "{name}: {found} {expected}"
            );
        }
    }
}
