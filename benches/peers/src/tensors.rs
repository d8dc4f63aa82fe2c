//! `candle`: whole arrays, with a tape of array operations.

use autodiff_bench::contest::Contestant;
use autodiff_bench::problems::mlp_batch::{Data, split, split_mut};
use candle_core::{Device, Result, Tensor, Var};

/// The network on all samples at once.
pub fn mlp_batch(data: Data) -> Contestant {
    let device = Device::Cpu;
    let samples = data.targets.len();
    let inputs = Tensor::from_vec(data.inputs, (samples, 2), &device).expect("a matrix");
    let targets = Tensor::from_vec(data.targets, (samples, 1), &device).expect("a column");
    Contestant::new("candle", move |p, g| gradient(&inputs, &targets, p, g).expect("shapes that fit"))
}

fn gradient(inputs: &Tensor, targets: &Tensor, p: &[f64], g: &mut [f64]) -> Result<f64> {
    const SHAPES: [(usize, usize); 6] = [(32, 2), (1, 32), (32, 32), (1, 32), (1, 32), (1, 1)];
    let mut parameters = Vec::new();
    for (values, shape) in split(p).into_iter().zip(SHAPES) {
        parameters.push(Var::from_slice(values, shape, inputs.device())?);
    }
    let [w1, b1, w2, b2, w3, b3] = &parameters[..] else { unreachable!("six parameters") };
    let h1 = inputs.matmul(&w1.t()?)?.broadcast_add(b1)?.tanh()?;
    let h2 = h1.matmul(&w2.t()?)?.broadcast_add(b2)?.tanh()?;
    let out = h2.matmul(&w3.t()?)?.broadcast_add(b3)?;
    let loss = (out - targets)?.sqr()?.mean_all()?;
    let gradients = loss.backward()?;
    for (parameter, g) in parameters.iter().zip(split_mut(g)) {
        let gradient = gradients.get(parameter).expect("a gradient for each parameter");
        g.copy_from_slice(&gradient.flatten_all()?.to_vec1::<f64>()?);
    }
    loss.to_scalar()
}
