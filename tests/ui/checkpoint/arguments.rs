use autodiff_runtime::differentiate;

#[differentiate]
fn unknown(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint(slot = 3)]
    for _ in 0..n {
        y = y.sin();
    }
    y
}

#[differentiate]
fn of_a_block(x: f64) -> f64 {
    let y = #[checkpoint(slots = 3)] {
        x.sin()
    };
    y
}

fn main() {}
