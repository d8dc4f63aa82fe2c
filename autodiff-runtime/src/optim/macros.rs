//! Declaring an optimizer's hyperparameters.

/// Declares the hyperparameters of an optimizer once. Expands to:
///
/// ```ignore
/// pub struct LionRule { beta1: f64, … }                // + Default, serde
/// pub type Lion<S = f64> = Optim<LionRule, S>;
/// impl<S: Scalar> Lion<S> {
///     pub fn beta1(mut self, beta1: f64) -> Self { … }  // one setter for each
/// }
/// ```
/// Fields under `private` get no setter.
macro_rules! optimizer {
    (
        $(#[$doc:meta])* $name:ident, $rule:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr,)*
        } $(private { $($(#[$hidden_attr:meta])* $hidden:ident: $hidden_type:ty = $hidden_default:expr,)* })?
    ) => {
        #[doc = concat!("Hyperparameters of [`", stringify!($name), "`].")]
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $rule {
            $($field: $type,)*
            $($($(#[$hidden_attr])* $hidden: $hidden_type,)*)?
        }

        impl Default for $rule {
            fn default() -> Self {
                Self { $($field: $default,)* $($($hidden: $hidden_default,)*)? }
            }
        }

        $(#[$doc])*
        pub type $name<S = f64> = $crate::optim::Optim<$rule, S>;

        impl<S: $crate::Scalar> $name<S> {
            $($(#[$field_doc])*
            pub fn $field(mut self, $field: $type) -> Self {
                self.rule.$field = $field;
                self
            })*
        }
    };
}
pub(super) use optimizer;
