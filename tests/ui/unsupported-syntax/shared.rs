use std::cell::RefCell;
use std::rc::Rc;

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn shared(x: &[f64]) -> f64 {
    let mut v = Rc::new(x.to_vec());
    Rc::make_mut(&mut v)[0] *= 2.0;
    v[0] * v[1]
}

#[differentiate]
fn in_cells(x: f64) -> f64 {
    let a = Rc::new(RefCell::new(x));
    let b = std::cell::Cell::new(x);
    b.set(b.get() * 2.0);
    *a.borrow() * b.get()
}

#[derive(Differentiable)]
struct View<'a> {
    data: &'a [f64],
}

#[differentiate]
fn sum(view: &View<'_>) -> f64 {
    view.data.iter().sum()
}

#[differentiate]
fn by_its_parts(x: &[f64]) -> f64 {
    let view = View { data: x };
    sum(&view) + view.data[0]
}

trait Bent {
    fn bent(self) -> Self;
}

#[differentiate]
impl Bent for f64 {
    fn bent(self) -> Self {
        self.sinh()
    }
}

fn main() {}
