//! Saving numbers as their bits.
//!
//! Not every format, and not every reader of a format, gives back the number that was written: JSON knows no infinity,
//! and its readers may round. The bits are an integer, which all of them keep.

use crate::Scalar;
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Scalar, Z: Serializer>(numbers: &[S], serializer: Z) -> Result<Z::Ok, Z::Error> {
    serializer.collect_seq(numbers.iter().map(|x| x.to_bits64()))
}

pub(crate) fn deserialize<'de, S: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<S>, D::Error> {
    Ok(Vec::<u64>::deserialize(deserializer)?.into_iter().map(S::from_bits64).collect())
}

/// The same for a single number.
pub(crate) mod one {
    use super::*;
    use serde::Serialize;

    pub(crate) fn serialize<S: Scalar, Z: Serializer>(number: &S, serializer: Z) -> Result<Z::Ok, Z::Error> {
        number.to_bits64().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, S: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<S, D::Error> {
        Ok(S::from_bits64(u64::deserialize(deserializer)?))
    }
}
