//! Reading the oracle vectors and comparing with them.
#![allow(dead_code, reason = "each test file uses its part")]

use autodiff_runtime::tree::Shaped;
use serde_json::Value;

/// A file of vectors.
pub struct Oracle {
    cases: Vec<Value>,
}

impl Oracle {
    pub fn read(file: &str) -> Self {
        let path = format!("{}/tests/oracles/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        let mut json: Value = serde_json::from_str(&text).expect(&path);
        let Value::Array(cases) = json["cases"].take() else { panic!("{path} has no cases") };
        Self { cases }
    }

    pub fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        self.cases.iter().map(Case)
    }

    pub fn case(&self, name: &str) -> Case<'_> {
        self.cases().find(|case| case.name() == name).unwrap_or_else(|| panic!("no case {name}"))
    }
}

/// One of its cases.
#[derive(Clone, Copy)]
pub struct Case<'a>(pub &'a Value);

impl<'a> Case<'a> {
    pub fn name(&self) -> &'a str {
        self.0["name"].as_str().unwrap()
    }
    /// A numeric hyperparameter.
    pub fn h(&self, name: &str) -> f64 {
        let value = &self.0["hyper"][name];
        assert!(!value.is_null(), "{}: no hyperparameter {name}", self.name());
        number(value)
    }
    pub fn has(&self, name: &str) -> bool {
        !self.0["hyper"][name].is_null()
    }
    pub fn flag(&self, name: &str) -> bool {
        self.0["hyper"][name].as_bool().unwrap_or_else(|| panic!("{}: no flag {name}", self.name()))
    }
    pub fn hyper(&self, name: &str) -> &'a Value {
        &self.0["hyper"][name]
    }
    pub fn input(&self, name: &str) -> &'a Value {
        &self.0["inputs"][name]
    }
    pub fn output(&self, name: &str) -> &'a Value {
        &self.0["outputs"][name]
    }
    pub fn is_f32(&self) -> bool {
        self.0["dtype"] == "float32"
    }
}

pub fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) if text == "NaN" => f64::NAN,
        Value::String(text) if text == "Infinity" => f64::INFINITY,
        Value::String(text) if text == "-Infinity" => f64::NEG_INFINITY,
        other => other.as_f64().unwrap_or_else(|| panic!("{other} is not a number")),
    }
}

/// A flat list of numbers; a bare number is a list of one.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        single => vec![number(single)],
    }
}

pub type Tensor = Shaped<Vec<f64>>;

pub fn shape(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|dim| dim.as_u64().unwrap() as usize).collect()
}

/// `{shape, data}`; of a sparse tensor its values; `None` of null.
pub fn tensor(value: &Value) -> Option<Tensor> {
    if value.is_null() {
        return None;
    }
    let value = if value["values"].is_null() { value } else { &value["values"] };
    Some(Shaped::new(numbers(&value["data"]), &shape(&value["shape"])))
}

pub fn tensors(value: &Value) -> Vec<Option<Tensor>> {
    value.as_array().unwrap().iter().map(tensor).collect()
}

/// Relative 1e-10, absolute 1e-12; the same NaN and the same infinities.
pub fn close(found: f64, expected: f64) -> bool {
    close_to(found, expected, 1e-10, 1e-12)
}

pub fn close_to(found: f64, expected: f64, relative: f64, absolute: f64) -> bool {
    if expected.is_nan() || expected.is_infinite() {
        return found.is_nan() == expected.is_nan() && (found.is_nan() || found == expected);
    }
    (found - expected).abs() <= absolute + relative * expected.abs()
}

#[track_caller]
pub fn assert_all(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}: {found:?} vs {expected:?}");
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert!(close(found, expected), "{name}[{i}]: {found:e}, not {expected:e}");
    }
}
