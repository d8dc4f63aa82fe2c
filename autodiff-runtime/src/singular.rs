#![doc = include_str!("../docs/singular.md")]
