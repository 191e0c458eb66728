//! The fake of Stripe beside a Lingxi that somebody tries out: `fake-stripe ADDRESS SECRET WEBHOOK`. What it has to tell is signed and sent to
//! the webhook until that takes it.

use std::collections::VecDeque;
use std::time::Duration;

use lingxi_fakes::Stripe;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(secret), Some(webhook)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("Say: fake-stripe ADDRESS SECRET WEBHOOK".into());
    };
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "the cryptography is set twice")?;
    let fake = Stripe::start(&address)?;
    let client = reqwest::Client::new();
    let mut waiting = VecDeque::new();
    loop {
        waiting.extend(fake.take_events());
        if let Some(event) = waiting.front() {
            let signature = lingxi_payments::sign(&secret, lingxi_kernel::Env::system().now(), event)?;
            let sent = client.post(&webhook).header("stripe-signature", signature).body(event.clone()).send().await;
            if sent.is_ok_and(|answer| answer.status().is_success()) {
                waiting.pop_front();
                continue;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
