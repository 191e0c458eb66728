//! How results of use cases become payloads, pages and errors.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Enum, ErrorExtensions as _, OutputType, SimpleObject};
use lingxi_http::Signed;
use lingxi_kernel::{Ctx, Error, ErrorCode, Page};

use crate::Services;

/// How a mutation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum MutationStatus {
    /// It is done.
    Ok,
    /// The input is wrong; the errors say where.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// The present state does not allow it.
    Conflict,
    /// Too many or too much for now.
    LimitExceeded,
    /// The input is larger than allowed.
    TooLarge,
}

/// Why a mutation was refused.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// Path of the field within the input; none when it is about the whole.
    pub field: Option<String>,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// What a mutation came to: status, errors, and the value when it went well.
pub(crate) type Outcome<T> = (MutationStatus, Vec<UserError>, Option<T>);

/// Parts expected refusals from faults.
pub(crate) fn outcome<T>(result: lingxi_kernel::Result<T>) -> async_graphql::Result<Outcome<T>> {
    let error = match result {
        Ok(value) => return Ok((MutationStatus::Ok, Vec::new(), Some(value))),
        Err(error) => lingxi_http::worded(error),
    };
    let status = match error.code {
        ErrorCode::Invalid => MutationStatus::Invalid,
        ErrorCode::NotFound => MutationStatus::NotFound,
        ErrorCode::Conflict => MutationStatus::Conflict,
        ErrorCode::LimitExceeded => MutationStatus::LimitExceeded,
        ErrorCode::TooLarge => MutationStatus::TooLarge,
        _ => return Err(fault(error)),
    };
    let mut errors: Vec<UserError> =
        error.fields.into_iter().map(|field| UserError { field: Some(field.field), message: field.message }).collect();
    if errors.is_empty() {
        errors.push(UserError { field: None, message: error.message });
    }
    Ok((status, errors, None))
}

/// An error as GraphQL shows it: the public message and the code. The cause goes to the log.
pub(crate) fn fault(error: Error) -> async_graphql::Error {
    if let Some(cause) = &error.cause {
        tracing::error!(error.code = ?error.code, error.cause = %cause, "A GraphQL field failed");
    }
    let code = serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned));
    async_graphql::Error::new(lingxi_http::worded(error).message).extend_with(|_, extensions| {
        extensions.set("code", code.unwrap_or_else(|| "INTERNAL".into()));
    })
}

/// Turns errors of use cases into GraphQL errors.
pub(crate) trait Shown<T> {
    fn shown(self) -> async_graphql::Result<T>;
}

impl<T> Shown<T> for lingxi_kernel::Result<T> {
    fn shown(self) -> async_graphql::Result<T> {
        self.map_err(fault)
    }
}

/// Who asks.
pub(crate) fn signed<'a>(ctx: &Context<'a>) -> async_graphql::Result<&'a Signed> {
    ctx.data::<Signed>().map_err(|_| {
        fault(Error::new(ErrorCode::Unauthenticated, "Please sign in, or send an API key as a bearer token."))
    })
}

/// Who asks, and the services.
pub(crate) fn parts<'a>(ctx: &Context<'a>) -> async_graphql::Result<(&'a Ctx, &'a Services)> {
    Ok((&signed(ctx)?.ctx, ctx.data::<Services>()?))
}

/// A page as a Relay connection.
pub(crate) fn connection<T: OutputType>(page: Page<T>) -> Connection<String, T> {
    let mut connection = Connection::new(false, page.has_next);
    connection
        .edges
        .extend(page.rows.into_iter().map(|(cursor, node)| Edge::<String, T, EmptyFields>::new(cursor, node)));
    connection
}

/// Declares the payload of a mutation.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $kind:ty }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// How it went.
            pub status: $crate::outcome::MutationStatus,
            /// Why it was refused.
            pub errors: Vec<$crate::outcome::UserError>,
            $(#[$field_doc])*
            pub $field: Option<$kind>,
        }

        impl $name {
            fn of(result: lingxi_kernel::Result<$kind>) -> async_graphql::Result<Self> {
                let (status, errors, $field) = $crate::outcome::outcome(result)?;
                Ok(Self { status, errors, $field })
            }
        }
    };
}
pub(crate) use payload;
