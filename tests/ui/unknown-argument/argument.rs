use autodiff_runtime::differentiate;

#[differentiate(with(x))]
fn another_word(x: f64) -> f64 {
    x * x
}

#[differentiate(unconected = "zero")]
fn misspelt(x: f64) -> f64 {
    x * x
}

#[differentiate(reverse, wrt(x))]
fn unknown_flag(x: f64) -> f64 {
    x * x
}

#[differentiate(colour = "blue")]
fn nothing_like_it(x: f64) -> f64 {
    x * x
}

#[differentiate("x")]
fn no_argument_at_all(x: f64) -> f64 {
    x * x
}

fn main() {}
