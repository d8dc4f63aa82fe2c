//! Fields that are marked `#[no_diff]`, where the definition of the struct is in sight, and where it is not.

use autodiff_runtime::{Differentiable, differentiate, stop_gradient};

#[derive(Clone, Copy, Differentiable)]
struct Spring {
    at: f64,
    #[no_diff]
    stiffness: f64,
    turns: usize,
}

#[derive(Clone, Differentiable)]
struct Chain {
    first: Spring,
    others: [Spring; 2],
    #[no_diff]
    scale: f64,
}

impl Spring {
    #[differentiate]
    fn energy(&self, x: f64) -> f64 {
        let d = x - self.at;
        self.stiffness * d * d + (self.stiffness * x).sin()
    }

    #[differentiate]
    fn tightened(mut self, x: f64) -> Spring {
        self.stiffness = 2.0;
        self.at *= self.stiffness * x;
        self.turns += 1;
        self
    }
}

#[differentiate]
fn of_chain(chain: &Chain, x: f64) -> f64 {
    let mut sum = chain.scale * chain.first.stiffness * x;
    for spring in &chain.others {
        sum += spring.energy(x) * spring.at.sin() + spring.stiffness.cos() * x / chain.scale;
    }
    sum + chain.first.energy(chain.others[1].stiffness * x)
}

#[differentiate]
fn stretched(chain: &mut Chain, x: f64) -> f64 {
    chain.first = Spring { turns: 2, stiffness: 1.5, ..chain.others[0].clone() };
    chain.others[1].stiffness = 0.75;
    chain.others[1].at -= chain.first.stiffness * x;
    chain.scale = 0.5;
    for k in 0..3 {
        chain.others[0].stiffness = k as f64;
        chain.others[0].at *= chain.others[0].stiffness + x;
    }
    chain.first.at * chain.others[1].at * chain.scale
}

#[differentiate]
fn spring_at(x: f64, y: f64) -> Spring {
    Spring { at: x * y, stiffness: 0.25, turns: 1 }
}

#[differentiate]
fn marked_fields(x: f64, y: f64) -> f64 {
    let first = spring_at(x, y);
    let mut chain = Chain { first, others: [spring_at(y, 2.0), spring_at(x, x * y)], scale: 2.0 };
    let sum = of_chain(&chain, y) * stretched(&mut chain, x);
    sum + of_chain(&chain, x) + spring_at(x, y).tightened(y).at
}

/// In single precision, and where both occur.
#[derive(Clone, Differentiable)]
struct Single {
    a: f32,
    #[no_diff]
    k: f32,
}

#[differentiate]
fn single_marked(s: &Single, x: f32, y: f64) -> f64 {
    let z = s.a * s.k * x;
    (z * z) as f64 * y
}

#[derive(Clone, Differentiable)]
struct Data {
    w: Vec<f64>,
    #[no_diff]
    x: Vec<f64>,
    #[no_diff]
    scale: f64,
}

#[differentiate]
fn dot(a: &[f64], b: &[f64], scale: &f64) -> f64 {
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * b[i];
    }
    s * s * *scale
}

#[differentiate]
fn handed(data: &Data, y: f64) -> f64 {
    let z = dot(&data.w, &data.x, &data.scale) * data.scale;
    z * y
}

#[test]
fn marked_fields_are_handed_on() {
    let data = Data { w: vec![0.5, 2.0], x: vec![1.0, 0.25], scale: 2.0 };
    let (value, (data_bar, y_bar)) = handed::value_and_grad(&data, 3.0);
    assert_eq!((value, data_bar.w, y_bar), (12.0, vec![24.0, 6.0], 4.0));
    let dot = DataTangent { w: vec![1.0, 0.0], x: (), scale: () };
    assert_eq!(handed::jvp(&data, 3.0, &dot, 0.5), (12.0, 26.0));
}

#[test]
fn marks_in_single_precision() {
    let s = Single { a: 1.5, k: 2.0 };
    let (value, (s_bar, x_bar, y_bar)) = single_marked::value_and_grad(&s, 0.5, 3.0);
    assert_eq!((value, s_bar.a, x_bar, y_bar), (6.75, 9.0, 27.0, 2.25));
    assert_eq!(single_marked::jvp(&s, 0.5, 3.0, &SingleTangent { a: 1.0, k: () }, 0.0, 0.0).1, 9.0);
}

#[differentiate]
mod seen {
    #[derive(Clone, Debug)]
    pub struct Spring {
        pub at: f64,
        #[no_diff]
        pub stiffness: f64,
        pub turns: usize,
    }

    pub fn made(at: f64) -> Spring {
        Spring { at, stiffness: 0.25, turns: 1 }
    }

    pub fn energy(s: &Spring, x: f64) -> f64 {
        s.at * s.stiffness * x + x / s.stiffness * s.turns as f64
    }

    pub fn changed(s: &mut Spring, x: f64) -> f64 {
        s.stiffness = 2.0;
        s.stiffness *= 1.5;
        s.at *= s.stiffness + x;
        *s = Spring { stiffness: 0.5, turns: 3, ..s.clone() };
        s.at * s.stiffness * x
    }

    pub fn in_sight(x: f64, y: f64) -> f64 {
        let mut s = made(x * y);
        let e = energy(&s, y);
        e * changed(&mut s, x) + energy(&s, x * s.at)
    }

    pub fn stored(s: &mut Spring, x: f64) -> f64 {
        s.stiffness = x * x;
        s.at * s.stiffness * x
    }
}
use seen::in_sight;

#[differentiate]
fn stored(s: &mut Spring, x: f64) -> f64 {
    s.stiffness = stop_gradient(x * x);
    s.at * s.stiffness * x
}

#[test]
fn what_is_stored_in_a_marked_field_is_cut() {
    let mut s = Spring { at: 0.5, stiffness: 0.25, turns: 1 };
    let (_, (s_bar, x_bar)) = stored::value_and_grad(&mut s, 3.0);
    assert_eq!((s_bar.at, x_bar), (27.0, 4.5));
    let mut s = seen::made(0.5);
    let (_, (s_bar, x_bar)) = seen::stored::value_and_grad(&mut s, 3.0);
    assert_eq!((s_bar.at, x_bar), (27.0, 4.5));
}

checks! {
    marked_fields(0.7, 0.4);
    in_sight(0.7, 0.4);
}

/// What is kept as code may read a marked field of what carries a derivative otherwise.
#[differentiate]
mod looked_up {
    use std::collections::HashMap;

    pub struct Patient {
        pub weight: f64,
        #[no_diff]
        pub covariates: HashMap<String, f64>,
        #[no_diff]
        pub history: Vec<f64>,
    }

    pub fn dose(patient: &Patient) -> f64 {
        let age = patient.covariates.get("age").copied().unwrap_or(40.0);
        let first = patient.history.get(0).copied().unwrap_or(1.0);
        let height = if let Some(height) = patient.covariates.get("height") { *height } else { 1.0 };
        patient.weight * age * first + patient.covariates["age"] * height
    }

    pub fn doses(patients: &[Patient]) -> f64 {
        patients.iter().map(|p| p.covariates.get("age").copied().unwrap_or(1.0) * p.weight.powi(2)).sum()
    }
}

#[test]
fn marked_maps_are_looked_up() {
    let covariates = [("age".to_string(), 30.0), ("height".to_string(), 1.8)].into();
    let patient = looked_up::Patient { weight: 70.0, covariates, history: vec![0.5] };
    let (value, bar) = looked_up::dose::value_and_grad(&patient);
    assert_eq!((value, bar.weight), (looked_up::dose(&patient), 15.0));
    assert_eq!(looked_up::doses::grad(&[patient])[0].weight, 30.0 * 140.0);
}
