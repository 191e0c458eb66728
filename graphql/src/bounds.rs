//! What one operation may ask for: refused before it costs anything, and ended when it takes too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest, NextValidation,
};
use async_graphql::{ErrorExtensionValues, Request, Response, ServerError, ServerResult, ValidationResult};
use lingxi_contracts::tenants::Quota;

use crate::measure::{measure, words};

/// Directives on one field.
pub(crate) const DIRECTIVES: usize = 10;
/// How long an operation may take, and what follows one event of a subscription.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);

/// How deep and how large one operation may be. The firm's own stands in the data of its requests.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Nested fields.
    pub depth: u32,
    /// Fields, lists counted as often as they may repeat.
    pub complexity: u32,
}

impl Default for Most {
    fn default() -> Self {
        Self { depth: 12, complexity: 20_000 }
    }
}

impl Most {
    /// What a firm is allowed, where that says something.
    pub(crate) fn over(self, allowance: &Quota) -> Self {
        Self {
            depth: allowance.query_depth.unwrap_or(self.depth),
            complexity: allowance.query_complexity.unwrap_or(self.complexity),
        }
    }
}

/// Stands in the data of a request, and says whether it came so far that it was executed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Begun(Arc<AtomicBool>);

impl Begun {
    pub(crate) fn has(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a page of a list costs: its rows times what each costs. It never overflows, whatever is asked for.
pub(crate) fn page(first: Option<u32>, each: usize) -> usize {
    rows(usize::try_from(first.unwrap_or(50)).unwrap_or(usize::MAX), each)
}

/// What so many rows cost.
pub(crate) fn rows(count: usize, each: usize) -> usize {
    // Far beyond what anybody may ask for, and so small that some of them can be added up.
    const ENDLESS: usize = 1 << 40;
    count.saturating_mul(each).min(ENDLESS)
}

/// The bounds of the schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) most: Most,
    pub(crate) introspection: bool,
}

impl ExtensionFactory for Bounds {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Bounded { bounds: *self, entities: AtomicU64::new(1) })
    }
}

/// The bounds of one request.
struct Bounded {
    bounds: Bounds,
    /// Things that it asks for by `_entities`, at least 1.
    entities: AtomicU64,
}

impl Bounded {
    fn check(&self, request: &mut Request) -> ServerResult<()> {
        words(&request.query).map_err(|refusal| too_much(&refusal))?;
        let variables = std::mem::take(&mut request.variables);
        let found = measure(request.parsed_query()?, &variables).map_err(|refusal| too_much(&refusal))?;
        request.variables = variables;
        if found.service && !self.bounds.introspection {
            return Err(coded("The schema is not given out here.", "FORBIDDEN"));
        }
        self.entities.store(found.entities.max(1), Ordering::Relaxed);
        Ok(())
    }
}

#[async_trait::async_trait]
impl Extension for Bounded {
    /// After the operation is known by its text, before anything else is done with it.
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(ctx, request).await?;
        self.check(&mut request)?;
        Ok(request)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let found = next.run(ctx).await?;
        let most = ctx.data_opt::<Most>().copied().unwrap_or(self.bounds.most);
        let entities = usize::try_from(self.entities.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let beyond = |what: &str, is: usize, most: u32| {
            let message = format!("The operation's {what} is {is}; this firm may ask for {most} at a time. Split it.");
            (is > usize::try_from(most).unwrap_or(usize::MAX)).then(|| too_much(&message))
        };
        // Each of the entities may cost what one does.
        let complexity = rows(entities, found.complexity);
        let refused = [beyond("depth", found.depth, most.depth), beyond("complexity", complexity, most.complexity)];
        let refused: Vec<ServerError> = refused.into_iter().flatten().collect();
        if refused.is_empty() { Ok(found) } else { Err(refused) }
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        if let Some(begun) = ctx.data_opt::<Begun>() {
            begun.0.store(true, Ordering::Relaxed);
        }
        let ended = tokio::time::timeout(DEADLINE, next.run(ctx, name)).await;
        ended.unwrap_or_else(|_| {
            let late = "The operation took longer than 5 seconds; ask for less at a time.";
            Response::from_errors(vec![coded(late, "UNAVAILABLE")])
        })
    }
}

fn too_much(refusal: &str) -> ServerError {
    coded(refusal, "TOO_LARGE")
}

/// An error with a code, in the words of whoever asks.
pub(crate) fn coded(message: &str, code: &str) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    ServerError { extensions: Some(extensions), ..ServerError::new(lingxi_http::said(message), None) }
}
