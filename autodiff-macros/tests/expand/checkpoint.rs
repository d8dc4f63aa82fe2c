#[differentiate]
fn segments(x: f64, steps: usize) -> f64 {
    let mut y = x;
    #[checkpoint]
    for _ in 0..steps {
        y = y.sin() * x;
    }
    y
}

#[differentiate]
fn slots(x: f64, steps: usize) -> f64 {
    let mut y = x;
    #[checkpoint(slots = 3)]
    for _ in 0..steps {
        y = y.sin() * x;
    }
    y
}
