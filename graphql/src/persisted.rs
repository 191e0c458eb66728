//! Persisted operations: a caller names an operation by its SHA-256 instead of sending it.
//!
//! The portal's own operations are known from the start. Others become known when a caller sends operation and hash together
//! (the protocol of Apollo's automatic persisted queries); the latest [`LEARNED`] of them are kept. An operation whose hash is
//! another is executed and not learned: so a portal that is newer than this process still works. With
//! `http.persisted_only` nothing but the operations that are known from the start is executed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, ServerResult, Value, Variables};
use lingxi_kernel::{Error, Result};
use sha2::{Digest as _, Sha256};

use crate::bounds::coded;

/// Operations that callers taught us, at most.
const LEARNED: usize = 1_000;
/// The longest operation that is kept.
const LONGEST: usize = 20_000;

/// The known operations by hash. Cheap to clone.
#[derive(Clone, Default)]
pub struct Persisted {
    known: Arc<HashMap<String, String>>,
    learned: Arc<Mutex<Learned>>,
    only: bool,
}

#[derive(Default)]
struct Learned {
    by_hash: HashMap<String, String>,
    order: VecDeque<String>,
}

impl std::fmt::Debug for Persisted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Persisted").finish_non_exhaustive()
    }
}

fn hash_of(query: &str) -> String {
    Sha256::digest(query.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Persisted {
    /// From a JSON object of hashes and operations, as the code generator writes it.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when it is no such object.
    pub fn new(documents: &str, only: bool) -> Result<Self> {
        let known: HashMap<String, String> = serde_json::from_str(documents).map_err(Error::internal)?;
        Ok(Self { known: Arc::new(known), learned: Arc::default(), only })
    }

    fn find(&self, hash: &str) -> Option<String> {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        self.known.get(hash).or_else(|| learned.by_hash.get(hash)).cloned()
    }

    fn learn(&self, hash: &str, query: &str) {
        if self.known.contains_key(hash) || query.len() > LONGEST {
            return;
        }
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        if learned.by_hash.insert(hash.to_owned(), query.to_owned()).is_none() {
            learned.order.push_back(hash.to_owned());
        }
        if learned.order.len() > LEARNED
            && let Some(oldest) = learned.order.pop_front()
        {
            learned.by_hash.remove(&oldest);
        }
    }

    fn allows(&self, query: &str) -> bool {
        !self.only || self.known.contains_key(&hash_of(query)) || self.known.values().any(|known| known == query)
    }
}

impl ExtensionFactory for Persisted {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for Persisted {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let named = match request.extensions.get("persistedQuery") {
            Some(Value::Object(named)) => named.get("sha256Hash").cloned(),
            _ => None,
        };
        if let Some(Value::String(hash)) = named {
            if request.query.is_empty() {
                // The words and the code of the protocol: the caller then sends the operation along.
                request.query =
                    self.find(&hash).ok_or_else(|| coded("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"))?;
            } else if hash_of(&request.query) == hash {
                self.learn(&hash, &request.query);
            }
        }
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if !self.allows(query) {
            return Err(coded("Only persisted operations are executed here.", "FORBIDDEN"));
        }
        next.run(ctx, query, variables).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    struct Query;

    #[Object]
    impl Query {
        async fn one(&self) -> i32 {
            1
        }
    }

    fn named(query: &str, hash: &str) -> Request {
        let extension = serde_json::json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
        serde_json::from_value(serde_json::json!({ "query": query, "extensions": extension })).unwrap()
    }

    async fn ask(persisted: &Persisted, request: Request) -> serde_json::Value {
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription).extension(persisted.clone()).finish();
        serde_json::to_value(schema.execute(request).await).unwrap()
    }

    #[tokio::test]
    async fn an_operation_is_learned_once_and_then_called_by_its_hash() {
        let persisted = Persisted::default();
        let hash = hash_of("{ one }");
        let unknown = ask(&persisted, named("", &hash)).await;
        assert_eq!(unknown["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(ask(&persisted, named("{ one }", &hash)).await["data"]["one"], 1);
        assert_eq!(ask(&persisted, named("", &hash)).await["data"]["one"], 1);
        let other = hash_of("something else");
        assert_eq!(ask(&persisted, named("{ one }", &other)).await["data"]["one"], 1, "executed");
        let unlearned = ask(&persisted, named("", &other)).await;
        assert_eq!(unlearned["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND", "and not learned");
    }

    #[tokio::test]
    async fn when_only_persisted_operations_are_executed_nothing_else_is() {
        let documents = serde_json::json!({ hash_of("{ one }"): "{ one }" }).to_string();
        let persisted = Persisted::new(&documents, true).unwrap();
        assert_eq!(ask(&persisted, Request::new("{ one }")).await["data"]["one"], 1);
        assert_eq!(ask(&persisted, named("", &hash_of("{ one }"))).await["data"]["one"], 1);
        let other = ask(&persisted, Request::new("{ __typename }")).await;
        assert_eq!(other["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let taught = ask(&persisted, named("{ __typename }", &hash_of("{ __typename }"))).await;
        assert_eq!(taught["errors"][0]["extensions"]["code"], "FORBIDDEN", "nothing is learned either");
    }
}
