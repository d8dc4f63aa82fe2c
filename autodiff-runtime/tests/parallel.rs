//! A differentiated loss over chunks of samples, on any number of threads.
#![cfg(feature = "rayon")]
#![allow(missing_docs)]

use autodiff_runtime::parallel;

#[autodiff_runtime::differentiate]
mod network {
    #[derive(Clone, Debug)]
    pub struct Layer {
        pub weights: Vec<f64>,
        pub biases: Vec<f64>,
        pub last: f64,
    }

    pub fn loss(layer: &Layer, #[no_diff] samples: &[([f64; 3], f64)]) -> f64 {
        let mut sum = 0.0;
        for (x, y) in samples {
            let mut out = layer.last;
            for (j, bias) in layer.biases.iter().enumerate() {
                let mut z = *bias;
                for i in 0..3 {
                    z += layer.weights[3 * j + i] * x[i];
                }
                out += z.tanh();
            }
            sum += (out - y).powi(2);
        }
        sum
    }
}

#[test]
fn threads_do_not_change_a_gradient() {
    let wave = |i: usize| (i as f64 * 0.7).sin();
    let layer = network::Layer {
        weights: (0..24).map(wave).collect(),
        biases: (0..8).map(|i| wave(i + 3)).collect(),
        last: 0.1,
    };
    let samples: Vec<([f64; 3], f64)> =
        (0..1003).map(|i| ([wave(i), wave(2 * i + 1), wave(5 * i)], wave(3 * i))).collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            parallel::value_and_grad(&samples, 32, |chunk| network::loss::value_and_grad(&layer, chunk))
        })
    };
    let one = on(1);
    for threads in [2, 16] {
        assert_eq!(on(threads), one);
    }
    let (value, gradient) = network::loss::value_and_grad(&layer, &samples);
    assert!((one.0 - value).abs() < 1e-10 * value);
    assert!((one.1.last - gradient.last).abs() < 1e-9);
    for (a, b) in one.1.weights.iter().zip(&gradient.weights) {
        assert!((a - b).abs() < 1e-9 * (1.0 + b.abs()), "{a} {b}");
    }
}
