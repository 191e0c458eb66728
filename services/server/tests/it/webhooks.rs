//! Webhooks: signed, tried again, replayed, never into a private network.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use lingxi_contracts::channels::DeliveryStatus;
use lingxi_kernel::{Ctx, PageArgs};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::TestCloud;

/// What a receiver got: heads and bodies.
type Got = Arc<Mutex<Vec<String>>>;

/// What comes in, head and body.
pub async fn request_of(socket: &mut TcpStream) -> String {
    let (mut request, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let read = socket.read(&mut buffer).await.unwrap_or(0);
        request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let length = request.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
        let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or(0);
        let body = request.split("\r\n\r\n").nth(1).map_or(0, str::len);
        if read == 0 || body >= length && request.contains("\r\n\r\n") {
            return request;
        }
    }
}

/// A receiver that answers the first calls with 500.
async fn receiver(failures: usize) -> (String, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let got = Got::default();
    let all = got.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let request = request_of(&mut socket).await;
            let count = {
                let mut all = all.lock().unwrap();
                all.push(request);
                all.len()
            };
            let status = if count <= failures { "500 Internal Server Error" } else { "204 No Content" };
            let _ = socket.write_all(format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n").as_bytes()).await;
        }
    });
    (url, got)
}

async fn deliveries(test: &TestCloud, owner: &Ctx) -> Vec<lingxi_contracts::channels::Delivery> {
    test.cloud.services.channels.deliveries(owner, None, PageArgs::largest()).await.unwrap().into_items()
}

fn header(request: &str, name: &str) -> String {
    let line = request.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_once(": ").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_delivery_is_signed_and_tried_again_until_the_receiver_takes_it() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let test = TestCloud::start_with(|config| config.limits.private_webhooks = true).await;
    let owner = test.firm("Hook Firm").await;
    let (url, got) = receiver(1).await;
    let hook = test.cloud.services.channels.create_webhook(&owner, &url).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    assert_eq!(deliveries(&test, &owner).await.len(), 2, "the question and the answer");
    test.cloud.run_timers().await.unwrap();
    let pending = |all: &[lingxi_contracts::channels::Delivery]| {
        all.iter().filter(|delivery| delivery.status == DeliveryStatus::Pending).count()
    };
    assert_eq!(pending(&deliveries(&test, &owner).await), 1, "one was refused");
    test.pass(TimeDelta::seconds(6));
    test.cloud.run_timers().await.unwrap();
    assert_eq!(pending(&deliveries(&test, &owner).await), 0);
    let got = got.lock().unwrap().clone();
    assert_eq!(got.len(), 3);
    for request in &got {
        let (id, time) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
        let body = request.split("\r\n\r\n").nth(1).unwrap();
        let signer = standardwebhooks::Webhook::new(&hook.secret).unwrap();
        let expected = signer.sign(&id, time.parse().unwrap(), body.as_bytes()).unwrap();
        assert_eq!(header(request, "webhook-signature"), expected);
    }
    test.end().await;
}

#[tokio::test]
async fn a_webhook_is_not_told_what_happened_before_it_was_there() {
    let test = TestCloud::start().await;
    let owner = test.firm("Late Firm").await;
    let visitor = test.visitor(&owner).await;
    let before = test.db().env().now();
    test.pass(TimeDelta::minutes(1));
    test.cloud.services.channels.create_webhook(&owner, "https://hook.example/").await.unwrap();
    // A fact that comes late: it says that it happened before.
    test.set_clock(before);
    test.say(&visitor, "1", "how do I cancel my policy").await;
    assert!(deliveries(&test, &owner).await.is_empty());
    test.pass(TimeDelta::minutes(1));
    test.say(&visitor, "2", "how do I cancel my policy").await;
    assert_eq!(deliveries(&test, &owner).await.len(), 2, "the question and the answer");
    test.end().await;
}

#[tokio::test]
async fn an_address_inside_a_private_network_is_never_called() {
    let test = TestCloud::start().await;
    let owner = test.firm("Guard Firm").await;
    let (url, got) = receiver(0).await;
    let refused = test.cloud.services.channels.create_webhook(&owner, &url).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "url", "plain http is refused");
    let inside = url.replace("http://", "https://");
    test.cloud.services.channels.create_webhook(&owner, &inside).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    test.cloud.run_timers().await.unwrap();
    let results = deliveries(&test, &owner).await;
    let told = |result: &Option<String>| result.as_deref().is_some_and(|text| text.contains("private network"));
    assert!(!results.is_empty() && results.iter().all(|delivery| told(&delivery.last_result)), "{results:?}");
    assert!(got.lock().unwrap().is_empty());
    test.end().await;
}
