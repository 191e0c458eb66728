//! A wire to a server that can stand still, break, and be slow.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How a wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// As it should be.
    Good,
    /// Nothing goes through, and nobody is told.
    Still,
    /// Every piece takes so long.
    Slow(Duration),
}

/// A proxy on loopback, on a thread of its own: tests wait for processes that need it.
pub struct Proxy {
    pub address: String,
    wire: watch::Sender<Wire>,
    /// Counts how often all connections were cut.
    cuts: Arc<watch::Sender<u64>>,
}

impl Proxy {
    /// Starts one before `HOST:PORT`.
    pub fn start(target: String) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (wire, cuts) = (watch::Sender::new(Wire::Good), Arc::new(watch::Sender::new(0)));
        let (state, cutting) = (wire.subscribe(), cuts.subscribe());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, target, state, cutting));
        });
        Self { address, wire, cuts }
    }

    /// How the wire is from now on.
    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }

    /// Breaks every connection.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

/// Serves until the proxy is dropped.
async fn serve(
    listener: std::net::TcpListener,
    target: String,
    wire: watch::Receiver<Wire>,
    cuts: watch::Receiver<u64>,
) {
    let (listener, mut ended) = (TcpListener::from_std(listener).unwrap(), cuts.clone());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((ours, _)) = accepted else { continue };
                let Ok(theirs) = TcpStream::connect(&target).await else { continue };
                let ((read, write), (theirs_read, theirs_write)) = (ours.into_split(), theirs.into_split());
                tokio::spawn(carry(read, theirs_write, wire.clone(), cuts.clone()));
                tokio::spawn(carry(theirs_read, write, wire.clone(), cuts.clone()));
            }
            changed = ended.changed() => if changed.is_err() { return },
        }
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut wire: watch::Receiver<Wire>,
    mut cuts: watch::Receiver<u64>,
) {
    cuts.borrow_and_update();
    let mut piece = vec![0; 16 << 10];
    let carrying = async {
        while let Ok(length @ 1..) = from.read(&mut piece).await {
            let moves = wire.wait_for(|wire| *wire != Wire::Still).await.map(|wire| *wire);
            if let Ok(Wire::Slow(time)) = moves {
                tokio::time::sleep(time).await;
            }
            if to.write_all(&piece[..length]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = carrying => {}
        _ = cuts.changed() => {}
    }
}
