//! Prefixed identifiers: a short noun, an underscore and a `UUIDv7` in 26 characters of Crockford's base 32.
//!
//! The form is that of the [TypeID](https://github.com/jetify-com/typeid) specification, so ids sort by time of creation,
//! tell what they name, and serve as Relay global ids without another encoding.

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {noun} id: expected `{prefix}_` and 26 characters")]
pub struct ParseIdError {
    /// The text that was refused.
    pub text: String,
    /// The Rust name of the id.
    pub noun: &'static str,
    /// The prefix that the id carries.
    pub prefix: &'static str,
}

pub(crate) fn encode(prefix: &str, uuid: Uuid) -> String {
    let mut value = uuid.as_u128();
    let mut digits = [0_u8; 26];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    text.extend(digits.iter().map(|b| char::from(*b)));
    text
}

pub(crate) fn decode(prefix: &str, text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    if digits.len() != 26 || digits[0] > b'7' {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u128, |value, digit| {
            let index = ALPHABET.iter().position(|c| c == digit)?;
            Some((value << 5) | index as u128)
        })
        .map(Uuid::from_u128)
}

macro_rules! define_id {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The prefix of the text form.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a stored UUID.
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside, the form that is stored.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::id::encode($prefix, self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::decode($prefix, text).map(Self).ok_or_else(|| $crate::ParseIdError {
                    text: text.chars().take(64).collect(),
                    noun: stringify!($name),
                    prefix: $prefix,
                })
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        $crate::id::graphql_id!($name);
    )*};
}

#[cfg(feature = "graphql")]
macro_rules! graphql_id {
    ($name:ident) => {
        impl async_graphql::InputType for $name {
            type RawValueType = Self;

            fn type_name() -> std::borrow::Cow<'static, str> {
                <async_graphql::ID as async_graphql::InputType>::type_name()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::InputType>::create_type_info(registry)
            }

            fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                match value.unwrap_or_default() {
                    async_graphql::Value::String(text) => {
                        text.parse::<Self>().map_err(|error| async_graphql::InputValueError::custom(error))
                    }
                    other => Err(async_graphql::InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> async_graphql::Value {
                async_graphql::Value::String(self.to_string())
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                <async_graphql::ID as async_graphql::OutputType>::type_name()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::OutputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _ctx: &async_graphql::ContextSelectionSet<'_>,
                _field: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                Ok(async_graphql::Value::String(self.to_string()))
            }
        }
    };
}

#[cfg(not(feature = "graphql"))]
macro_rules! graphql_id {
    ($name:ident) => {};
}

pub(crate) use {define_id, graphql_id};

#[cfg(test)]
mod tests {
    use crate::{ConversationId, Env, TenantId};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_form_round_trips_and_sorts_like_the_uuid(a: u128, b: u128) {
            let (a, b) = (TenantId::from_uuid(uuid::Uuid::from_u128(a)), TenantId::from_uuid(uuid::Uuid::from_u128(b)));
            prop_assert_eq!(a.to_string().parse::<TenantId>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn an_id_of_another_noun_is_refused() {
        let tenant = Env::system().id::<TenantId>();
        let error = tenant.to_string().parse::<ConversationId>().unwrap_err();
        assert!(error.to_string().contains("is not a ConversationId id: expected `cnv_`"));
        assert!("cnv_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<ConversationId>().is_err(), "more than 128 bits");
    }
}
