//! How much a document asks for, found out before anything works with it. Nothing here recurses deeper than its bounds allow, and
//! everything is counted once, however often fragments name each other.

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as Written;

/// Bytes of a document.
pub(crate) const BYTES: usize = 1 << 20;
/// Brackets, braces and parentheses within each other.
const NESTED: usize = 64;
/// Words and signs of a document.
const TOKENS: usize = 15_000;
/// Letters of one name.
const NAME: usize = 255;
/// Selections within each other, those of fragments too.
const DEEPEST: usize = 100;
/// Operations of a document.
const OPERATIONS: usize = 30;
/// Fields and fragments, each as often as it is named.
const FIELDS: u64 = 10_000;
/// Aliases, each as often as its fragment is named.
const ALIASES: u64 = 30;
/// Changes that one operation may make.
const CHANGES: u64 = 30;
/// Bytes of the values of arguments, each as often as it is handed on.
const VALUES: u64 = 4 << 20;
/// Things that one operation may ask for by `_entities`.
const ENTITIES: u64 = 100;

/// Why a document is refused.
pub(crate) type Refusal = String;

/// Reads the words of a document, without parsing it: a parser would need as much stack as there are brackets.
pub(crate) fn words(query: &str) -> Result<(), Refusal> {
    if query.len() > BYTES {
        return Err(format!("The document has more than {BYTES} bytes; split it, and send values as variables."));
    }
    let mut rest = query.as_bytes();
    let (mut open, mut tokens) = (0_usize, 0_usize);
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b' ' | b',' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf => {
                rest = &rest[1..];
                continue;
            }
            b'#' => {
                rest = &rest[rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())..];
                continue;
            }
            b'"' => string(rest).ok_or("A text in the document does not end.")?,
            b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                let end = rest.iter().position(|byte| *byte != b'_' && !byte.is_ascii_alphanumeric());
                let length = end.unwrap_or(rest.len());
                if length > NAME {
                    return Err(format!("A name in the document has more than {NAME} letters."));
                }
                length
            }
            b'(' | b'[' | b'{' => {
                open += 1;
                1
            }
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                1
            }
            _ => 1,
        };
        tokens += 1;
        if open > NESTED {
            return Err(format!("The document has more than {NESTED} brackets within each other; make it flatter."));
        }
        if tokens > TOKENS {
            return Err(format!(
                "The document has more than {TOKENS} words and signs; split it, and send values as variables."
            ));
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(())
}

/// The length of the text that these bytes begin with.
fn string(bytes: &[u8]) -> Option<usize> {
    let block = bytes.starts_with(b"\"\"\"");
    let mut at = if block { 3 } else { 1 };
    loop {
        let rest = bytes.get(at..)?;
        match rest.first()? {
            b'"' if !block => return Some(at + 1),
            b'"' if rest.starts_with(b"\"\"\"") => return Some(at + 3),
            b'\\' if block && rest.starts_with(b"\\\"\"\"") => at += 4,
            b'\\' if !block => at += 2,
            b'\n' | b'\r' if !block => return None,
            _ => at += 1,
        }
    }
}

/// What a document comes to, with its fragments in their places.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measure {
    fields: u64,
    aliases: u64,
    /// Bytes of values.
    values: u64,
    /// Things asked for by `_entities`.
    pub(crate) entities: u64,
    /// Whether the schema is asked for by `_service`.
    pub(crate) service: bool,
    /// Fields that stand at the top.
    top: u64,
    /// Selections within each other.
    height: usize,
}

impl Measure {
    fn add(&mut self, other: &Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.values = self.values.saturating_add(other.values);
        self.entities = self.entities.saturating_add(other.entities);
        self.top = self.top.saturating_add(other.top);
        self.service |= other.service;
        self.height = self.height.max(other.height);
    }

    fn refusal(&self) -> Option<Refusal> {
        if self.fields > FIELDS {
            return Some(format!("The document has more than {FIELDS} fields, those of fragments counted; split it."));
        }
        if self.aliases > ALIASES {
            return Some(format!("The document has more than {ALIASES} aliases; split it."));
        }
        if self.values > VALUES {
            return Some("The values of the arguments are too large together; split the operation.".into());
        }
        let entities = format!("`_entities` gives at most {ENTITIES} things in one operation; split it.");
        (self.entities > ENTITIES).then_some(entities)
    }
}

/// Measures a document.
///
/// # Errors
/// The refusal of one that asks for too much, or whose fragments name themselves.
pub(crate) fn measure(document: &ExecutableDocument, variables: &Variables) -> Result<Measure, Refusal> {
    if document.operations.iter().count() > OPERATIONS {
        return Err(format!("The document has more than {OPERATIONS} operations; split it."));
    }
    let mut given: HashMap<&str, Given> =
        variables.iter().map(|(name, value)| (name.as_str(), Given::of(value))).collect();
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            if let Some(default) = &definition.node.default_value {
                let default = Given::of(&default.node);
                let given = given.entry(definition.node.name.node.as_str()).or_default();
                *given = Given { bytes: given.bytes.max(default.bytes), items: given.items.max(default.items) };
            }
        }
    }
    let mut counter = Counter { document, given, known: HashMap::new() };
    // Also those that no operation names: the validation reads them.
    for name in document.fragments.keys() {
        counter.fragment(name.as_str(), 0)?;
    }
    let mut all = Measure::default();
    for (_, operation) in document.operations.iter() {
        let mut measure = counter.set(&operation.node.selection_set.node, 0)?;
        measure.values = measure.values.saturating_add(counter.directives(&operation.node.directives));
        if operation.node.ty == OperationType::Mutation && measure.top > CHANGES {
            return Err(format!("The operation has more than {CHANGES} changes; split it."));
        }
        all.add(&measure);
        if let Some(refusal) = all.refusal() {
            return Err(refusal);
        }
    }
    Ok(all)
}

/// What a variable holds, or its default if that is more.
#[derive(Clone, Copy, Default)]
struct Given {
    bytes: u64,
    items: u64,
}

impl Given {
    fn of(value: &Value) -> Self {
        let items = if let Value::List(list) = value { count(list.len()) } else { 1 };
        Self { bytes: bytes_of(value), items }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn bytes_of(value: &Value) -> u64 {
    match value {
        Value::String(text) => count(text.len()).saturating_add(2),
        Value::List(list) => list.iter().map(bytes_of).fold(2, u64::saturating_add),
        Value::Object(object) => {
            let fields = object.iter().map(|(name, value)| count(name.len()).saturating_add(bytes_of(value)));
            fields.fold(2, u64::saturating_add)
        }
        _ => 2,
    }
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    given: HashMap<&'a str, Given>,
    /// Fragments by name; none while one is being measured.
    known: HashMap<&'a str, Option<Measure>>,
}

impl<'a> Counter<'a> {
    fn set(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Measure, Refusal> {
        let too_deep =
            || format!("The document has more than {DEEPEST} selections within each other; make it flatter.");
        if depth > DEEPEST {
            return Err(too_deep());
        }
        let mut all = Measure { height: 1, ..Measure::default() };
        for item in &set.items {
            let mut measure = match &item.node {
                Selection::Field(field) => self.field(&field.node, depth)?,
                Selection::InlineFragment(inner) => self.set(&inner.node.selection_set.node, depth + 1)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(spread.node.fragment_name.node.as_str(), depth + 1)?
                }
            };
            if depth + measure.height > DEEPEST {
                return Err(too_deep());
            }
            measure.fields = measure.fields.saturating_add(1);
            measure.values = measure.values.saturating_add(self.directives(item.node.directives()));
            measure.height += 1;
            all.add(&measure);
        }
        Ok(all)
    }

    fn field(&mut self, field: &'a Field, depth: usize) -> Result<Measure, Refusal> {
        let mut measure = self.set(&field.selection_set.node, depth + 1)?;
        measure.aliases = measure.aliases.saturating_add(u64::from(field.alias.is_some()));
        measure.values = measure.values.saturating_add(self.arguments(&field.arguments));
        measure.top = 1;
        measure.service |= field.name.node == "_service";
        if field.name.node == "_entities" {
            measure.entities = measure.entities.saturating_add(self.representations(field));
        }
        Ok(measure)
    }

    fn fragment(&mut self, name: &'a str, depth: usize) -> Result<Measure, Refusal> {
        match self.known.get(name) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => return Err(format!("The fragment `{name}` names itself; take that out.")),
            None => {}
        }
        // One that is not there is refused by the validation.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Measure::default()) };
        self.known.insert(name, None);
        let mut measure = self.set(&fragment.node.selection_set.node, depth)?;
        measure.values = measure.values.saturating_add(self.directives(&fragment.node.directives));
        self.known.insert(name, Some(measure));
        Ok(measure)
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> u64 {
        let each = directives.iter().map(|directive| self.arguments(&directive.node.arguments).saturating_add(2));
        each.fold(0, u64::saturating_add)
    }

    fn arguments(&self, arguments: &[(Positioned<Name>, Positioned<Written>)]) -> u64 {
        arguments.iter().map(|(_, value)| self.written(&value.node)).fold(0, u64::saturating_add)
    }

    fn written(&self, value: &Written) -> u64 {
        match value {
            Written::Variable(name) => self.given.get(name.as_str()).map_or(2, |given| given.bytes),
            Written::String(text) => count(text.len()).saturating_add(2),
            Written::List(list) => list.iter().map(|value| self.written(value)).fold(2, u64::saturating_add),
            Written::Object(object) => {
                object.values().map(|value| self.written(value).saturating_add(2)).fold(2, u64::saturating_add)
            }
            _ => 2,
        }
    }

    /// Things that a field `_entities` asks for.
    fn representations(&self, field: &Field) -> u64 {
        match field.get_argument("representations").map(|argument| &argument.node) {
            Some(Written::List(list)) => count(list.len()),
            Some(Written::Variable(name)) => self.given.get(name.as_str()).map_or(1, |given| given.items),
            _ => 1,
        }
    }
}
