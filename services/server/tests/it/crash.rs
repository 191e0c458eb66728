//! `kill -9` of the real process while customers write.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cloud::folder;
use crate::customers::{Customer, nothing_lost_nothing_twice, write_round};
use crate::postgres::Cluster;
use crate::process::{Server, client, until};

#[tokio::test]
async fn killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let (folder, http) = (folder(), client());
    let mut server = Server::start(&folder);
    let firm = server.firm(&http, "crash").await;
    let mut customers = Customer::several(&server, &http, &firm).await;
    for round in 0..4_u64 {
        let url = server.url.clone();
        let writing = write_round(&http, &url, &mut customers, round);
        // The moment differs from round to round, in the middle of the writing.
        let killing = async {
            tokio::time::sleep(Duration::from_millis(15 + 40 * round)).await;
            server.kill();
        };
        tokio::join!(writing, killing);
        server = Server::start(&folder);
    }
    nothing_lost_nothing_twice(&server, &http, &firm, &mut customers).await;
    server.kill();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn while_postgresql_crashes_and_comes_back_nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let (folder, http) = (folder(), client());
    let mut cluster = Cluster::start().await;
    let database = cluster.fresh().await;
    let server = Server::start_with(&folder, &[format!("storage.database_url={}", database.app)]);
    let firm = server.firm(&http, "restart").await;
    let mut customers = Customer::several(&server, &http, &firm).await;
    let token = server.visitor(&http, &firm).await;
    for round in 0..3_u64 {
        let url = server.url.clone();
        let writing = write_round(&http, &url, &mut customers, round);
        let crashing = async {
            tokio::time::sleep(Duration::from_millis(15 + 40 * round)).await;
            cluster.down().await;
            let answer = http.get(format!("{url}/health/ready")).send().await.unwrap();
            assert_eq!(answer.status(), 503, "not ready without a database");
            let body = json!({ "clientId": "down", "text": "hello" });
            let request = http.post(format!("{url}/widget/v1/messages")).bearer_auth(&token).json(&body);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 503, "to be sent again: {}", answer.text().await.unwrap());
            cluster.up().await;
        };
        tokio::join!(writing, crashing);
        until("the server is ready again", async || {
            let ready = http.get(format!("{}/health/ready", server.url)).send().await;
            ready.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }
    nothing_lost_nothing_twice(&server, &http, &firm, &mut customers).await;
    server.kill();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn an_import_that_is_killed_goes_on_by_itself_and_stores_every_article_once() {
    const ARTICLES: usize = 4_000;
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "import").await;
    let rows: String = (0..ARTICLES).map(|n| format!("Subject {n},Answer {n},What of {n}?\n")).collect();
    let file = format!("title,answer,question\n{rows}").into_bytes();
    let upload =
        reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(file).file_name("faq.csv"));
    let request =
        http.post(format!("{}/knowledge/imports", server.url)).header("cookie", &firm.cookie).multipart(upload);
    let uploaded: Value = request.send().await.unwrap().json().await.unwrap();
    let id = uploaded["id"].as_str().unwrap().to_owned();
    server.graphql(&http, &firm.cookie, &format!("mutation {{ runKnowledgeImport(id: \"{id}\") {{ status }} }}")).await;
    let progress = async |server: &Server| {
        let query = format!("{{ knowledgeImport(id: \"{id}\") {{ status stored }} }}");
        let answer = server.graphql(&http, &firm.cookie, &query).await["data"]["knowledgeImport"].clone();
        (answer["status"].as_str().unwrap().to_owned(), answer["stored"].as_u64().unwrap())
    };
    until("the import is on its way", async || progress(&server).await.1 > 0).await;
    assert_eq!(progress(&server).await.0, "RUNNING", "the file is too small to be killed in the middle");
    server.kill();

    let server = Server::start(&folder);
    until("the import is done", async || progress(&server).await.0 == "DONE").await;
    let mut after = String::from("null");
    let mut titles = Vec::new();
    while after != "done" {
        let query = format!(
            "{{ articles(search: \"subject\", first: 200, after: {after}) {{
                edges {{ node {{ version texts {{ title }} questions }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = server.graphql(&http, &firm.cookie, &query).await["data"]["articles"].clone();
        for edge in page["edges"].as_array().unwrap() {
            assert_eq!(edge["node"]["version"], 1, "stored a second time: {edge}");
            titles.push(edge["node"]["texts"][0]["title"].as_str().unwrap().to_owned());
        }
        let more = page["pageInfo"]["hasNextPage"].as_bool().unwrap();
        after = if more { page["pageInfo"]["endCursor"].to_string() } else { "done".into() };
    }
    assert_eq!(titles.len(), ARTICLES);
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), ARTICLES, "every title once");
    server.kill();
    let _ = std::fs::remove_dir_all(&folder);
}
