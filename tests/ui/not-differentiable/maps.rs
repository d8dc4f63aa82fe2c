//! A value that is looked up by a key.

use autodiff_runtime::differentiate;
use std::collections::HashMap;

#[differentiate]
mod seen {
    use std::collections::HashMap;

    pub struct Patient {
        pub weight: f64,
        pub covariates: HashMap<String, f64>,
    }

    pub fn dose(patient: &Patient) -> f64 {
        patient.weight * patient.covariates.get("age").copied().unwrap_or(40.0)
    }
}

#[derive(autodiff_runtime::Differentiable)]
struct Patient {
    weight: f64,
    covariates: HashMap<String, f64>,
}

#[differentiate]
fn dose(patient: &Patient, name: &str) -> f64 {
    patient.weight * patient.covariates.get("age").copied().unwrap_or(40.0)
}

#[differentiate]
fn of_a_name(patient: &Patient, name: String) -> f64 {
    patient.weight * *patient.covariates.get(&name).unwrap()
}

fn main() {}
