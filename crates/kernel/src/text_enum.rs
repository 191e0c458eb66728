//! Closed sets of states that are stored and sent as `snake_case` words.

/// Declares an enum whose variants have one stored word each, with `as_str`, `parse`, `ALL`, serde and, behind the using
/// crate's `graphql` feature, a GraphQL enum.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
        $vis enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of a stored word.
            ///
            /// # Errors
            /// [`$crate::ErrorCode::Internal`] when the word is none of the set.
            pub fn parse(text: &str) -> $crate::Result<Self> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err($crate::Error::internal(format!("`{other}` is no {}", stringify!($name)))),
                }
            }
        }
    };
}
