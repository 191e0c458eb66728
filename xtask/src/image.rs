//! `cargo xtask image`: the container image, as an OCI archive that `docker load`, `podman load`, `skopeo copy oci-archive:...` and
//! `ctr images import` take. One static binary, root certificates, and nothing else; no container engine is needed, and the
//! same sources give the same bytes. The form is that of the OCI image specification, version 1.1.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::shell::{Outcome, install, output, root, run_with, say};

/// The platform of the binary: static, so that it needs no system around it.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-musl";
/// As whom it runs, as the chart says too.
const USER: u64 = 10_001;
/// Megabytes that the archive has at most.
const MOST_MEGABYTES: u64 = 30;

/// Builds the binary, and the image of it.
pub(crate) fn build(archive: &Path, reference: &str) -> Outcome {
    let binary = binary()?;
    let mut layer = Layer::new();
    for folder in ["etc/", "etc/ssl/", "etc/ssl/certs/"] {
        layer.folder(folder, 0o755, 0)?;
    }
    layer.file("etc/passwd", format!("lingxi:x:{USER}:{USER}::/data:/lingxi\n").as_bytes(), 0o644)?;
    layer.file("etc/ssl/certs/ca-certificates.crt", certificates().as_bytes(), 0o644)?;
    // Before it is mounted over, and for who mounts nothing.
    layer.folder("data/", 0o755, USER)?;
    layer.folder("tmp/", 0o1777, 0)?;
    layer.file("lingxi", &std::fs::read(&binary).map_err(|error| format!("{}: {error}", binary.display()))?, 0o755)?;
    let config = json!({
        "User": format!("{USER}:{USER}"),
        "Env": ["LINGXI_HTTP__ADDRESS=0.0.0.0:8080", "LINGXI_STORAGE__DATA_DIR=/data"],
        "Entrypoint": ["/lingxi"],
        "Cmd": ["serve"],
        "ExposedPorts": { "8080/tcp": {} },
        "Volumes": { "/data": {} },
        "WorkingDir": "/data",
        "Labels": {
            "org.opencontainers.image.title": "lingxi",
            "org.opencontainers.image.version": env!("CARGO_PKG_VERSION"),
            "org.opencontainers.image.licenses": "Apache-2.0",
        },
    });
    let digest = write(archive, reference, &layer.finish()?, &config)?;
    let bytes = std::fs::metadata(archive).map_err(|error| error.to_string())?.len();
    say(&format!("{} ({:.1} MB)\n{reference}@{digest}", archive.display(), megabytes(bytes)));
    if bytes > MOST_MEGABYTES << 20 {
        return Err(format!("the image is larger than {MOST_MEGABYTES} MB"));
    }
    Ok(())
}

/// The static binary, built.
fn binary() -> Outcome<PathBuf> {
    if output(Path::new("/"), "sh", &["-c", "command -v musl-gcc"]).is_none() {
        install("musl-tools")?;
    }
    let targets = output(&root(), "rustup", &["target", "list", "--installed"]).unwrap_or_default();
    if !targets.lines().any(|target| target == TARGET) {
        crate::shell::run(&root(), "rustup", &["target", "add", TARGET])?;
    }
    let here = root();
    // Paths of this machine stay out of the binary, so that two machines build the same one.
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = variable("CARGO_HOME").or_else(|| variable("HOME").map(|home| home.join(".cargo")));
    let flags = format!(
        "-C target-feature=+crt-static --remap-path-prefix={}=/src --remap-path-prefix={}=/cargo",
        here.display(),
        home.unwrap_or_default().display()
    );
    let variables = [
        ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS", flags.as_str()),
        ("CC_x86_64_unknown_linux_musl", "musl-gcc"),
        ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ];
    run_with(&here, "cargo", &["build", "--release", "--package", "lingxi-server", "--target", TARGET], &variables)?;
    Ok(here.join("target").join(TARGET).join("release/lingxi"))
}

/// Mozilla's root certificates, in the form and place where TLS looks for a system's.
fn certificates() -> String {
    let mut text = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, certificate.as_ref());
        for line in encoded.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

/// A layer: files in the order in which they are added, of no time and no machine.
pub(crate) struct Layer(tar::Builder<Vec<u8>>);

impl Layer {
    pub(crate) fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    pub(crate) fn folder(&mut self, path: &str, mode: u32, owner: u64) -> Outcome {
        self.entry(path, &[], mode, owner, tar::EntryType::Directory)
    }

    pub(crate) fn file(&mut self, path: &str, content: &[u8], mode: u32) -> Outcome {
        self.entry(path, content, mode, 0, tar::EntryType::Regular)
    }

    fn entry(&mut self, path: &str, content: &[u8], mode: u32, owner: u64, kind: tar::EntryType) -> Outcome {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.set_mtime(0);
        header.set_uid(owner);
        header.set_gid(owner);
        self.0.append_data(&mut header, path, content).map_err(|error| format!("{path}: {error}"))
    }

    pub(crate) fn finish(self) -> Outcome<Vec<u8>> {
        self.0.into_inner().map_err(|error| error.to_string())
    }
}

/// Writes the archive of an image of one layer; returns the digest of its manifest.
pub(crate) fn write(archive: &Path, reference: &str, layer: &[u8], config: &Value) -> Outcome<String> {
    let broken = |error: std::io::Error| format!("{}: {error}", archive.display());
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(layer).map_err(broken)?;
    let packed = packed.finish().map_err(broken)?;
    let described = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": { "type": "layers", "diff_ids": [digest(layer)] },
        "history": [{ "created_by": "cargo xtask image" }],
    });
    let described = described.to_string().into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob("application/vnd.oci.image.config.v1+json", &described),
        "layers": [blob("application/vnd.oci.image.layer.v1.tar+gzip", &packed)],
    });
    let manifest = manifest.to_string().into_bytes();
    let mut entry = blob("application/vnd.oci.image.manifest.v1+json", &manifest);
    let tag = reference.rsplit_once(':').map_or("latest", |(_, tag)| tag);
    entry["annotations"] = json!({ "io.containerd.image.name": reference, "org.opencontainers.image.ref.name": tag });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry],
    });
    let mut whole = Layer::new();
    whole.file("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#, 0o644)?;
    whole.file("index.json", index.to_string().as_bytes(), 0o644)?;
    for content in [&packed, &described, &manifest] {
        whole.file(&format!("blobs/{}", digest(content).replace(':', "/")), content, 0o644)?;
    }
    if let Some(folder) = archive.parent() {
        std::fs::create_dir_all(folder).map_err(broken)?;
    }
    let mut file = File::create(archive).map_err(broken)?;
    file.write_all(&whole.finish()?).map_err(broken)?;
    Ok(digest(&manifest))
}

fn blob(kind: &str, content: &[u8]) -> Value {
    json!({ "mediaType": kind, "digest": digest(content), "size": content.len() })
}

fn digest(content: &[u8]) -> String {
    let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hash}")
}

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
}
