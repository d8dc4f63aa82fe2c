//! Saving optimizers and reading them back.

use super::core::Core;
use super::{Optim, Rule};
use crate::Scalar;
use alloc::format;
use core::marker::PhantomData;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Version of the format.
const FORMAT: u32 = 1;

/// Saved with the name of the optimizer first, so that a mix-up is the first thing to be found.
impl<R: Rule<S> + Serialize, S: Scalar> Serialize for Optim<R, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut saved = serializer.serialize_struct("Optimizer", 5)?;
        saved.serialize_field("optimizer", R::NAME)?;
        saved.serialize_field("format", &FORMAT)?;
        saved.serialize_field("bytes_per_number", &size_of::<S>())?;
        saved.serialize_field("rule", &self.rule)?;
        saved.serialize_field("core", &self.core)?;
        saved.end()
    }
}

#[derive(serde::Deserialize)]
#[serde(bound = "R: Rule<S> + DeserializeOwned, S: Scalar", rename = "Optimizer")]
struct Saved<R, S> {
    #[serde(rename = "optimizer")]
    _optimizer: Named<R, S>,
    #[serde(rename = "format")]
    _format: Format,
    #[serde(rename = "bytes_per_number")]
    _numbers: Numbers<S>,
    rule: R,
    core: Core<S>,
}

impl<'de, R: Rule<S> + DeserializeOwned, S: Scalar> Deserialize<'de> for Optim<R, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { rule, core, .. } = Saved::<R, S>::deserialize(deserializer)?;
        let mut end = 0;
        for leaf in &core.leaves {
            let expected = rule.state_len(&leaf.layout);
            if leaf.start != end || (leaf.len != expected && leaf.len != 0) {
                return Err(D::Error::custom(format!(
                    "the saved state of `{}` has {} numbers where {} of shape {} needs {expected}",
                    leaf.name,
                    leaf.len,
                    R::NAME,
                    leaf.layout,
                )));
            }
            end += leaf.len;
        }
        if end != core.state.len() {
            let found = core.state.len();
            return Err(D::Error::custom(format!(
                "the saved state should have {end} numbers and has {found}"
            )));
        }
        Ok(Self { rule, core })
    }
}

/// The name of an optimizer; reading any other fails.
struct Named<R, S>(PhantomData<(R, S)>);

impl<'de, R: Rule<S>, S: Scalar> Deserialize<'de> for Named<R, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = alloc::string::String::deserialize(deserializer)?;
        if found == R::NAME {
            return Ok(Self(PhantomData));
        }
        Err(D::Error::custom(format!("the saved state is of `{found}`, not of `{}`", R::NAME)))
    }
}

struct Format;

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            FORMAT => Ok(Self),
            other => Err(D::Error::custom(format!(
                "the saved state has format {other}; this version reads {FORMAT}"
            ))),
        }
    }
}

/// Whether the numbers are single or double.
struct Numbers<S>(PhantomData<S>);

impl<'de, S: Scalar> Deserialize<'de> for Numbers<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (found, expected) = (usize::deserialize(deserializer)?, size_of::<S>());
        if found == expected {
            return Ok(Self(PhantomData));
        }
        Err(D::Error::custom(format!(
            "the saved state is of {found}-byte numbers, not of {expected}-byte ones"
        )))
    }
}
