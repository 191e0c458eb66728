//! The objects, and what happens to them.

use actix_web::web;
use serde_json::{Value, json};

use crate::stripe::{Payer, State};

/// The fields of a request, as they were sent.
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl Form {
    pub(crate) fn read(text: &str) -> Self {
        Self(web::Query::<Vec<(String, String)>>::from_query(text).map(web::Query::into_inner).unwrap_or_default())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> i64 {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// The fields below a name, such as `metadata[tenant]` below `metadata`.
    fn below(&self, name: &str) -> Value {
        let begin = format!("{name}[");
        let found = self.0.iter().filter_map(|(key, value)| {
            let inner = key.strip_prefix(&begin)?.strip_suffix(']')?;
            Some((inner.to_owned(), Value::String(value.clone())))
        });
        Value::Object(found.collect())
    }

    /// The values of a list.
    fn list(&self, name: &str) -> Vec<&str> {
        let begin = format!("{name}[");
        self.0.iter().filter(|(key, _)| key.starts_with(&begin)).map(|(_, value)| value.as_str()).collect()
    }
}

type Done = (u16, Value);

fn refused(message: &str) -> Done {
    (400, json!({ "error": { "type": "invalid_request_error", "message": message } }))
}

pub(crate) fn handle(state: &mut State, method: &str, path: &str, form: &Form) -> Done {
    let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match (method, parts.as_slice()) {
        ("POST", ["customers"]) => create_customer(state, form),
        ("POST", ["customers", id]) => change_customer(state, id, form),
        ("GET", ["customers", id, "payment_methods"]) => {
            let own = state.all("pm").into_iter().filter(|method| method["customer"] == *id);
            (200, listed(own.collect(), form))
        }
        ("POST", ["checkout", "sessions"]) => create_session(state, form),
        ("POST", ["billing_portal", "sessions"]) => create_portal(state, form),
        ("POST", ["payment_intents"]) => create_intent(state, form),
        ("GET", ["payment_intents"]) => {
            let from = form.number("created[gte]");
            let since = state.all("pi").into_iter().filter(|intent| intent["created"].as_i64() >= Some(from));
            (200, listed(since.collect(), form))
        }
        ("POST", ["refunds"]) => create_refund(state, form),
        (
            "GET",
            ["customers" | "payment_intents" | "refunds" | "setup_intents" | "disputes", id]
            | ["checkout", "sessions", id],
        ) => match state.get(id) {
            Value::Null => (
                404,
                json!({ "error": { "type": "invalid_request_error", "message": format!("No such object: '{id}'") } }),
            ),
            found => (200, found),
        },
        _ => (
            404,
            json!({ "error": { "type": "invalid_request_error", "message": format!("Unrecognized request URL ({method}: {path})") } }),
        ),
    }
}

/// Objects on a page, fewer than may be asked for, so that whoever lists them has to turn pages.
const PAGE: usize = 10;

/// A page of a list, behind the object that the last one ended with.
fn listed(all: Vec<Value>, form: &Form) -> Value {
    let after = form.get("starting_after");
    let begin = after.and_then(|id| all.iter().position(|one| one["id"] == *id)).map_or(0, |place| place + 1);
    let data: Vec<&Value> = all.iter().skip(begin).take(PAGE).collect();
    json!({ "object": "list", "has_more": begin + data.len() < all.len(), "url": "/v1", "data": data })
}

fn create_customer(state: &mut State, form: &Form) -> Done {
    let (id, now) = (state.id("cus"), state.now());
    let customer = json!({
        "id": id, "object": "customer", "created": now, "livemode": false, "name": form.get("name"),
        "metadata": form.below("metadata"), "invoice_settings": { "default_payment_method": null },
    });
    (200, state.put(Some("customer.created"), customer))
}

fn change_customer(state: &mut State, id: &str, form: &Form) -> Done {
    let mut customer = state.get(id);
    if customer.is_null() {
        return refused("No such customer");
    }
    if let Some(method) = form.get("invoice_settings[default_payment_method]") {
        customer["invoice_settings"]["default_payment_method"] = json!(method);
    }
    (200, state.put(Some("customer.updated"), customer))
}

fn create_session(state: &mut State, form: &Form) -> Done {
    let mode = form.get("mode").unwrap_or("payment");
    if mode == "setup" && form.get("currency").is_none() {
        return refused("You must provide `currency` in setup mode with dynamic payment methods");
    }
    let amount = form.number("line_items[0][price_data][unit_amount]") * form.number("line_items[0][quantity]");
    let currency = form.get("line_items[0][price_data][currency]").or(form.get("currency")).unwrap_or_default();
    if currency == "kwd" && amount % 10 != 0 {
        return refused("Amounts in KWD must be a multiple of 10");
    }
    let mut methods = form.list("allowed_payment_method_types");
    methods.retain(|method| *method != "alipay" || currency != "kwd");
    let (id, now) = (state.id("cs"), state.now());
    let session = json!({
        "id": id, "object": "checkout.session", "created": now, "livemode": false, "mode": mode,
        "automatic_tax": { "enabled": false }, "custom_fields": [], "custom_text": {}, "shipping_options": [],
        "expires_at": form.get("expires_at").map_or(now + 86_400, |_| form.number("expires_at")),
        "payment_method_types": methods, "payment_status": if mode == "setup" { "no_payment_required" } else { "unpaid" },
        "status": "open", "customer": form.get("customer"), "metadata": form.below("metadata"), "currency": currency,
        "amount_total": if mode == "setup" { Value::Null } else { json!(amount) },
        "name": form.get("line_items[0][price_data][product_data][name]"), "locale": form.get("locale"),
        "intent_metadata": form.below("payment_intent_data[metadata]"),
        "success_url": form.get("success_url"), "cancel_url": form.get("cancel_url"),
        "url": format!("{}/pay/{id}", state.address),
    });
    (200, state.put(None, session))
}

fn create_portal(state: &mut State, form: &Form) -> Done {
    let (id, now, customer) = (state.id("bps"), state.now(), form.get("customer").unwrap_or_default());
    let session = json!({
        "id": id, "object": "billing_portal.session", "created": now, "livemode": false, "configuration": "bpc_fake",
        "customer": customer, "return_url": form.get("return_url"), "url": format!("{}/cards/{customer}", state.address),
    });
    state.put(None, json!({ "id": format!("back_{customer}"), "url": form.get("return_url") }));
    (200, session)
}

fn intent(
    state: &mut State,
    status: &str,
    (amount, currency): (i64, &str),
    customer: &Value,
    metadata: &Value,
) -> Value {
    let (id, now) = (state.id("pi"), state.now());
    json!({
        "id": id, "object": "payment_intent", "created": now, "livemode": false, "status": status, "amount": amount,
        "amount_capturable": 0, "amount_received": if status == "succeeded" { amount } else { 0 }, "currency": currency,
        "capture_method": "automatic", "confirmation_method": "automatic", "metadata": metadata,
        "payment_method_types": ["card"], "customer": customer, "amount_refunded": 0,
    })
}

fn declined() -> Value {
    json!({ "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds." })
}

fn create_intent(state: &mut State, form: &Form) -> Done {
    let (amount, currency) = (form.number("amount"), form.get("currency").unwrap_or_default());
    let method = state.get(form.get("payment_method").unwrap_or_default());
    let customer = json!(form.get("customer"));
    if method.is_null() || method["customer"] != customer {
        return refused("The payment method is not one of the customer's");
    }
    if currency == "kwd" && amount % 10 != 0 {
        return refused("Amounts in KWD must be a multiple of 10");
    }
    let metadata = form.below("metadata");
    if method["declined"] == true {
        let mut intent = intent(state, "requires_payment_method", (amount, currency), &customer, &metadata);
        intent["last_payment_error"] = declined();
        let intent = state.put(Some("payment_intent.payment_failed"), intent);
        let mut error = declined();
        error["payment_intent"] = intent;
        return (402, json!({ "error": error }));
    }
    let intent = intent(state, "succeeded", (amount, currency), &customer, &metadata);
    (200, state.put(Some("payment_intent.succeeded"), intent))
}

pub(crate) fn create_refund(state: &mut State, form: &Form) -> Done {
    let mut paid = state.get(form.get("payment_intent").unwrap_or_default());
    let (amount, so_far) = (form.number("amount"), paid["amount_refunded"].as_i64().unwrap_or(0));
    if paid["status"] != "succeeded" || so_far + amount > paid["amount"].as_i64().unwrap_or(0) {
        return refused("The refund is larger than what is left of the payment");
    }
    paid["amount_refunded"] = json!(so_far + amount);
    let paid = state.put(None, paid);
    let (id, now) = (state.id("re"), state.now());
    let status = state.get("refunds")["status"].as_str().unwrap_or("succeeded").to_owned();
    let refund = json!({
        "id": id, "object": "refund", "created": now, "amount": amount, "currency": paid["currency"], "status": status,
        "payment_intent": paid["id"], "metadata": form.below("metadata"),
        "failure_reason": if status == "failed" { json!("expired_or_canceled_card") } else { Value::Null },
    });
    (200, state.put(Some("refund.created"), refund))
}

fn add_card(state: &mut State, customer: &Value, declined: bool) -> Value {
    let (id, now) = (state.id("pm"), state.now());
    state.put(Some("payment_method.attached"), json!({
        "id": id, "object": "payment_method", "created": now, "livemode": false, "type": "card", "billing_details": {},
        "customer": customer, "declined": declined,
        "card": { "brand": "visa", "last4": if declined { "0341" } else { "4242" }, "exp_month": 8, "exp_year": 2031, "funding": "credit" },
    }))
}

/// What somebody does at a page.
pub(crate) fn act(state: &mut State, session: &str, payer: Payer) {
    let mut session = state.get(session);
    if session["status"] != "open" {
        return;
    }
    if payer == Payer::Leaves {
        session["status"] = json!("expired");
        session["url"] = Value::Null;
        state.put(Some("checkout.session.expired"), session);
        return;
    }
    if session["mode"] == "setup" {
        let card = add_card(state, &session["customer"], payer == Payer::IsDeclined);
        let (id, now) = (state.id("seti"), state.now());
        let setup = json!({
            "id": id, "object": "setup_intent", "created": now, "livemode": false, "payment_method_types": ["card"],
            "status": "succeeded", "usage": "off_session", "payment_method": card["id"], "customer": session["customer"],
        });
        session["setup_intent"] = json!(id);
        state.put(Some("setup_intent.succeeded"), setup);
    } else {
        let (amount, currency) =
            (session["amount_total"].as_i64().unwrap_or(0), session["currency"].as_str().unwrap_or_default());
        let status = match payer {
            Payer::Pays => "succeeded",
            Payer::PaysLater => "processing",
            _ => "requires_payment_method",
        };
        let known = state.get(session["payment_intent"].as_str().unwrap_or_default());
        let mut paid = intent(state, status, (amount, currency), &session["customer"], &session["intent_metadata"]);
        if !known.is_null() {
            paid["id"] = known["id"].clone();
        }
        session["payment_intent"] = paid["id"].clone();
        if payer == Payer::IsDeclined {
            paid["last_payment_error"] = declined();
            state.put(Some("payment_intent.payment_failed"), paid);
            state.put(None, session);
            return;
        }
        let kind = if payer == Payer::Pays { "payment_intent.succeeded" } else { "payment_intent.processing" };
        state.put(Some(kind), paid);
        session["payment_status"] = json!(if payer == Payer::Pays { "paid" } else { "unpaid" });
    }
    session["status"] = json!("complete");
    session["url"] = Value::Null;
    state.put(Some("checkout.session.completed"), session);
}

pub(crate) fn arrive(state: &mut State, it_does: bool) {
    let waiting =
        state.all("cs").into_iter().find(|one| one["status"] == "complete" && one["payment_status"] == "unpaid");
    let Some(mut session) = waiting else { return };
    let mut paid = state.get(session["payment_intent"].as_str().unwrap_or_default());
    if it_does {
        paid["status"] = json!("succeeded");
        paid["amount_received"] = paid["amount"].clone();
        session["payment_status"] = json!("paid");
        state.put(Some("payment_intent.succeeded"), paid);
        state.put(Some("checkout.session.async_payment_succeeded"), session);
    } else {
        paid["status"] = json!("requires_payment_method");
        paid["last_payment_error"] = declined();
        state.put(Some("payment_intent.payment_failed"), paid);
        state.put(Some("checkout.session.async_payment_failed"), session);
    }
}

pub(crate) fn remove_cards(state: &mut State) {
    for mut card in state.all("pm") {
        let customer = std::mem::take(&mut card["customer"]);
        let id = card["id"].clone();
        state.put(Some("payment_method.detached"), card);
        let mut customer = state.get(customer.as_str().unwrap_or_default());
        if customer["invoice_settings"]["default_payment_method"] == id {
            customer["invoice_settings"]["default_payment_method"] = Value::Null;
            state.put(Some("customer.updated"), customer);
        }
    }
}

pub(crate) fn dispute(state: &mut State, won: bool) {
    let known = state.all("du").into_iter().next();
    if let Some(mut known) = known {
        known["status"] = json!(if won { "won" } else { "lost" });
        state.put(Some("charge.dispute.closed"), known);
        return;
    }
    let paid = state.all("pi").into_iter().find(|intent| intent["status"] == "succeeded").unwrap_or(Value::Null);
    let (id, now) = (state.id("du"), state.now());
    let eligibility = json!({ "visa_compelling_evidence_3": null });
    state.put(Some("charge.dispute.created"), json!({
        "id": id, "object": "dispute", "created": now, "livemode": false, "amount": paid["amount"], "currency": paid["currency"],
        "charge": "ch_fake", "payment_intent": paid["id"], "balance_transactions": [], "enhanced_eligibility_types": [],
        "evidence": { "enhanced_evidence": {} }, "is_charge_refundable": false, "metadata": {}, "reason": "fraudulent",
        "status": "needs_response",
        "evidence_details": { "enhanced_eligibility": eligibility, "has_evidence": false, "past_due": false, "submission_count": 0 },
    }));
}
