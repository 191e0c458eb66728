//! The provider's own pages, for browsers.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;

use crate::objects;
use crate::stripe::{Payer, Shared, locked};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/pay/{id}", web::get().to(page))
        .route("/pay/{id}", web::post().to(pay))
        .route("/cards/{id}", web::get().to(cards))
        .route("/cards/{id}", web::post().to(remove));
}

fn html(title: &str, body: &str) -> HttpResponse {
    let page = format!("<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}");
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page)
}

fn to(address: &Value) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", address.as_str().unwrap_or("/").to_owned())).finish()
}

async fn page(state: web::Data<Shared>, id: web::Path<String>) -> HttpResponse {
    let session = locked(&state).get(&id);
    if session["status"] != "open" {
        return html("This page is closed", "");
    }
    let what = if session["mode"] == "setup" {
        "Leave a card".to_owned()
    } else {
        format!("{} {} {}", session["name"].as_str().unwrap_or_default(), session["currency"], session["amount_total"])
    };
    let buttons = "<form method=post><button name=how value=pay>Pay</button> <button name=how value=decline>Be declined</button> \
                   <button name=how value=leave>Back</button></form>";
    html("Fake payment", &format!("<p>{}</p>{buttons}", what.replace('<', "&lt;")))
}

#[derive(Deserialize)]
struct How {
    how: String,
}

async fn pay(state: web::Data<Shared>, id: web::Path<String>, how: web::Form<How>) -> HttpResponse {
    let mut state = locked(&state);
    let session = state.get(&id);
    match how.how.as_str() {
        "leave" => to(&session["cancel_url"]),
        how => {
            objects::act(&mut state, &id, if how == "pay" { Payer::Pays } else { Payer::IsDeclined });
            if state.get(&id)["status"] == "open" {
                html("The card was declined", "")
            } else {
                to(&session["success_url"])
            }
        }
    }
}

async fn cards(state: web::Data<Shared>, id: web::Path<String>) -> HttpResponse {
    let state = locked(&state);
    let own = state.all("pm").into_iter().filter(|card| card["customer"] == *id);
    let list: String = own.map(|card| format!("<li>{} {}", card["card"]["brand"], card["card"]["last4"])).collect();
    html("Fake portal", &format!("<ul>{list}</ul><form method=post><button>Remove all and go back</button></form>"))
}

async fn remove(state: web::Data<Shared>, id: web::Path<String>) -> HttpResponse {
    let mut state = locked(&state);
    objects::remove_cards(&mut state);
    to(&state.get(&format!("back_{id}"))["url"])
}
