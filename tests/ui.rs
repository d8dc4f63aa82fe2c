//! What is refused, and in which words: one class of mistakes a folder.
//!
//! The messages of rustc around ours follow its version: see `rust-toolchain.toml`. `TRYBUILD=overwrite` writes them anew.

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
