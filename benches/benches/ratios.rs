//! `cargo bench -p autodiff-bench [-- [--quick] [--markdown] [spellings] [part of a problem's name]…]`
#![forbid(unsafe_code)]

fn main() {
    autodiff_bench::run::run(autodiff_bench::problems::ALL, autodiff_bench::spellings::ALL);
}
