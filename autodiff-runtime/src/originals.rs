#![doc = include_str!("../docs/originals.md")]
