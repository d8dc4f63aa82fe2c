//! A result that borrows is refused once: the stubs do not say from whom.

use autodiff_runtime::{Differentiable, differentiate};
use std::borrow::Cow;
use std::slice::Iter;

#[derive(Clone, Differentiable)]
struct Series {
    x: Vec<f64>,
}

#[differentiate]
impl Series {
    fn iter(&self) -> Iter<'_, f64> {
        self.x.iter()
    }

    fn values(&self) -> Cow<'_, [f64]> {
        Cow::Borrowed(&self.x)
    }

    fn sum(&self) -> f64 {
        self.x.iter().sum()
    }
}

#[differentiate]
fn iterated(x: &[f64]) -> Iter<'_, f64> {
    x.iter()
}

// What is changed would be changed again when it is run for its error.
#[differentiate]
fn counted(x: f64, #[no_diff] count: Option<&mut usize>) -> Result<f64, String> {
    if let Some(count) = count {
        *count += 1;
    }
    if x < 0.0 { Err("negative".into()) } else { Ok(x.sqrt()) }
}

fn main() {
    let _ = Series { x: vec![1.0] }.sum_grad();
}
