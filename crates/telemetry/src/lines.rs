//! Log lines for machines: one JSON object each, with what the spans around it know: tenant, conversation, trace.

use std::fmt;

use opentelemetry::trace::TraceContextExt as _;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// `timestamp`, `level`, `target`, `message`, the line's own fields, then those of its spans (the nearest wins), `span` and
/// `trace_id`.
pub(crate) struct Lines;

impl<S> FormatEvent<S, JsonFields> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, JsonFields>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Map::new();
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        line.insert("timestamp".into(), time.into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("target".into(), event.metadata().target().into());
        event.record(&mut Fields(&mut line));
        let mut name = None;
        for span in ctx.event_scope().into_iter().flatten() {
            name.get_or_insert(span.name());
            let extensions = span.extensions();
            let Some(fields) = extensions.get::<FormattedFields<JsonFields>>() else { continue };
            let Ok(fields) = serde_json::from_str::<Map<String, Value>>(fields) else { continue };
            for (key, value) in fields.into_iter().filter(|(key, _)| !key.starts_with("otel.")) {
                line.entry(key).or_insert(value);
            }
        }
        if let Some(name) = name {
            line.insert("span".into(), name.into());
        }
        // The layer of traces makes a span's context the thread's while it is entered.
        let context = opentelemetry::Context::current();
        let trace = context.span().span_context().trace_id();
        if trace != opentelemetry::TraceId::INVALID {
            line.insert("trace_id".into(), trace.to_string().into());
        }
        writeln!(to, "{}", Value::Object(line))
    }
}

/// Writes fields into a line.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().into(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().into(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_names_the_tenant_the_conversation_and_the_trace_around_it() {
        let written = Written::default();
        let to = written.clone();
        let provider = SdkTracerProvider::builder().build();
        let subscriber = tracing_subscriber::registry()
            .with(tracing_subscriber::fmt::layer().json().event_format(Lines).with_writer(move || to.clone()))
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")));
        let trace = tracing::subscriber::with_default(subscriber, || {
            let outer =
                tracing::info_span!("request", tenant = "ten_1", conversation = tracing::field::Empty).entered();
            outer.record("conversation", "cnv_2");
            let _inner = tracing::info_span!("store", otel.kind = "client", rows = 3).entered();
            tracing::warn!(error.cause = "disk", "It \"failed\"");
            crate::trace::current().unwrap()
        });
        let bytes = written.0.lock().unwrap().clone();
        let line: Value = serde_json::from_slice(&bytes).unwrap();
        let said = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        assert_eq!((said("tenant"), said("conversation")), ("ten_1".into(), "cnv_2".into()));
        assert_eq!(said("trace_id"), trace.split('-').nth(1).unwrap());
        assert_eq!((said("message"), said("level")), ("It \"failed\"".into(), "WARN".into()));
        assert_eq!(
            (said("error.cause"), said("span"), line["rows"].as_i64()),
            ("disk".into(), "store".into(), Some(3))
        );
        assert!(line.get("otel.kind").is_none(), "{line}");
    }
}
