use autodiff_runtime::differentiate;

macro_rules! twice {
    ($x:expr) => {
        $x + $x
    };
}

#[differentiate]
fn many_mistakes(x: f64, y: f64) -> f64 {
    let a = twice!(x);
    let b = unsafe { std::hint::black_box(y) };
    let c = mystery(a);
    a * b + c
}

fn mystery(x: f64) -> f64 {
    x
}

#[differentiate]
fn one_more(x: f64) -> f64 {
    let t = std::thread::spawn(move || x * x);
    t.join().unwrap()
}

fn main() {
    // The functions themselves are still there.
    let _ = many_mistakes(1.0, 2.0) + one_more(3.0);
}
