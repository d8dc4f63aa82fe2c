use autodiff_runtime::differentiate;

#[derive(Clone, Copy)]
enum Kind {
    Linear,
    Cubic,
}

struct Spring {
    stiffness: f64,
}

#[differentiate]
fn energy(kind: Kind, x: f64) -> f64 {
    match kind {
        Kind::Linear => x * x,
        Kind::Cubic => x * x * x,
    }
}

#[differentiate]
fn force(spring: &Spring, x: f64) -> f64 {
    spring.stiffness * x
}

#[differentiate]
fn total(springs: &[Spring], x: f64) -> f64 {
    let mut sum = 0.0;
    for spring in springs {
        sum += spring.stiffness * x;
    }
    sum
}

fn main() {}
