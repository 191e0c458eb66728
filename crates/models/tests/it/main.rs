//! Meanings from an endpoint, and, where there is one, from a model in a folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop with its line")]

use lingxi_models::Embedder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// An endpoint that gives every answer once, in order; returns its URL.
async fn endpoint(answers: Vec<(u16, String)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = vec![0; 64 * 1024];
            let length = stream.read(&mut read).await.unwrap();
            assert!(read[..length].starts_with(b"POST /v1/embeddings HTTP/1.1"), "the path of the protocol");
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    url
}

fn open(place: &str, key: Option<&str>) -> Result<Embedder, String> {
    // As `lingxi` does when it starts; a second one is told that there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Embedder::open(place, reqwest::Client::new(), key.map(str::to_owned), None)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn meanings_come_in_the_order_of_the_texts_and_are_of_length_one() {
    let body = r#"{"data": [{"index": 1, "embedding": [0.0, 2.0]}, {"index": 0, "embedding": [3.0, 4.0]}]}"#;
    let url = endpoint(vec![(200, body.into())]).await;
    let embedder = open(&url, None).unwrap();
    let meanings = embedder.embed(&texts(&["one", "two"])).await.unwrap();
    assert_eq!(meanings, [vec![0.6, 0.8], vec![0.0, 1.0]]);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let few = r#"{"data": [{"index": 0, "embedding": [1.0]}]}"#;
    let url = endpoint(vec![(401, r#"{"error": "no such key"}"#.into()), (200, few.into()), (200, "[]".into())]).await;
    let embedder = open(&url, Some("key")).unwrap();
    let refused = embedder.embed(&texts(&["one"])).await.unwrap_err();
    assert!(refused.contains("401") && refused.contains("no such key"), "{refused}");
    let short = embedder.embed(&texts(&["one", "two"])).await.unwrap_err();
    assert_eq!(short, "1 meanings came for 2 texts");
    assert!(embedder.embed(&texts(&["one"])).await.is_err(), "an answer of another form");
    assert!(open("/nowhere", None).is_err());
}

/// `EMBEDDINGS_MODEL=DIR cargo test --package lingxi-models --features local`, with a model of sentence-transformers in DIR.
#[cfg(feature = "local")]
#[tokio::test]
async fn a_model_in_a_folder_knows_what_is_alike() {
    let Some(folder) = std::env::vars().find(|(name, _)| name == "EMBEDDINGS_MODEL").map(|(_, folder)| folder) else {
        return;
    };
    let embedder = open(&folder, None).unwrap();
    let three = texts(&["my card was stolen", "somebody took my bank card", "what is the weather like in Paris today"]);
    let meanings = embedder.embed(&three).await.unwrap();
    let alike = |a: usize, b: usize| meanings[a].iter().zip(&meanings[b]).map(|(a, b)| a * b).sum::<f32>();
    assert!(alike(0, 1) > 0.5 && alike(0, 1) > alike(0, 2) + 0.3, "{} {}", alike(0, 1), alike(0, 2));
    let alone = embedder.embed(&three[..1]).await.unwrap();
    let same = alone[0].iter().zip(&meanings[0]).all(|(a, b)| (a - b).abs() < 1e-4);
    assert!(same, "what it is asked with does not matter");
}
