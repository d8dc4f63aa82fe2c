//! Optimizers over a million parameters against loops written by hand for the purpose.

use autodiff_runtime::Optimizer;
use autodiff_runtime::optim::{Adam, Sgd};
use divan::{Bencher, black_box};

const N: usize = 1_000_000;

fn main() {
    divan::main();
}

fn data() -> (Vec<f64>, Vec<f64>) {
    let params = (0..N).map(|i| (i % 17) as f64 * 0.1).collect();
    let grads = (0..N).map(|i| (i % 23) as f64 * 0.01 - 0.1).collect();
    (params, grads)
}

#[divan::bench]
fn sgd(bencher: Bencher) {
    let (mut params, grads) = data();
    let mut opt = Sgd::new(1e-3);
    bencher.bench_local(|| opt.step(black_box(&mut params), black_box(&grads)).unwrap());
}

#[divan::bench]
fn sgd_by_hand(bencher: Bencher) {
    let (mut params, grads) = data();
    bencher.bench_local(|| sgd_step(black_box(&mut params), black_box(&grads), 1e-3));
}

#[inline(never)]
fn sgd_step(params: &mut [f64], grads: &[f64], rate: f64) {
    for (p, &g) in params.iter_mut().zip(grads) {
        *p -= rate * g;
    }
}

#[divan::bench]
fn momentum(bencher: Bencher) {
    let (mut params, grads) = data();
    let mut opt = Sgd::new(1e-3).momentum(0.9);
    bencher.bench_local(|| opt.step(black_box(&mut params), black_box(&grads)).unwrap());
}

#[divan::bench]
fn momentum_by_hand(bencher: Bencher) {
    let ((mut params, grads), mut m) = (data(), vec![0.0; N]);
    bencher.bench_local(|| momentum_step(black_box(&mut params), black_box(&grads), &mut m, 1e-3));
}

#[inline(never)]
fn momentum_step(params: &mut [f64], grads: &[f64], m: &mut [f64], rate: f64) {
    for ((p, &g), m) in params.iter_mut().zip(grads).zip(m) {
        *m = 0.9 * *m + g;
        *p -= rate * *m;
    }
}

#[divan::bench]
fn adam(bencher: Bencher) {
    let (mut params, grads) = data();
    let mut opt = Adam::new(1e-3);
    bencher.bench_local(|| opt.step(black_box(&mut params), black_box(&grads)).unwrap());
}

#[divan::bench]
fn adam_w(bencher: Bencher) {
    let (mut params, grads) = data();
    let mut opt = Adam::new(1e-3).weight_decay(0.01);
    bencher.bench_local(|| opt.step(black_box(&mut params), black_box(&grads)).unwrap());
}

#[divan::bench]
fn adam_by_hand(bencher: Bencher) {
    let ((mut params, grads), mut m, mut v) = (data(), vec![0.0; N], vec![0.0; N]);
    let mut t = 0;
    bencher.bench_local(|| {
        t += 1;
        adam_step(black_box(&mut params), black_box(&grads), &mut m, &mut v, t);
    });
}

#[inline(never)]
fn adam_step(params: &mut [f64], grads: &[f64], m: &mut [f64], v: &mut [f64], t: i32) {
    let rate = 1e-3 * (1.0 - 0.999_f64.powi(t)).sqrt() / (1.0 - 0.9_f64.powi(t));
    for (((p, &g), m), v) in params.iter_mut().zip(grads).zip(m).zip(v) {
        *m = 0.9 * *m + 0.1 * g;
        *v = 0.999 * *v + 0.001 * g * g;
        *p -= rate * *m / (v.sqrt() + 1e-8);
    }
}
