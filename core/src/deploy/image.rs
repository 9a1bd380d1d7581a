//! An image of a container, in the OCI image layout.
//!
//! Names, media types and fields are those of the OCI image specification, version 1.1. The image has one layer and no
//! base: it is put upon one by what builds the image that is deployed.

use super::tarball;
use crate::error::{Code, Error, Result};
use crate::package::{Architecture, Package};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A blob that was written.
struct Blob {
    digest: String,
    size: usize,
}

/// Writes the image of the files below `root` into the empty directory `to`.
pub(super) fn write(package: &Package, root: &Path, to: &Path, architecture: Architecture) -> Result<()> {
    fs::create_dir_all(to.join("blobs/sha256")).map_err(failed)?;
    let mut plain = Vec::new();
    tarball::write(root, &mut plain)?;
    // No name and no time in the head: the same bytes give the same layer.
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&plain).map_err(failed)?;
    let layer = blob(to, &gzip.finish().map_err(failed)?)?;
    let config = blob(to, config(package, &digest(&plain), architecture).to_string().as_bytes())?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &config),
        "layers": [descriptor(LAYER, &layer)],
    });
    let manifest = blob(to, manifest.to_string().as_bytes())?;
    let mut entry = descriptor(MANIFEST, &manifest);
    entry["platform"] = json!({"architecture": name(architecture), "os": "linux"});
    let index = json!({"schemaVersion": 2, "manifests": [entry]});
    fs::write(to.join("index.json"), index.to_string()).map_err(failed)?;
    fs::write(to.join("oci-layout"), json!({"imageLayoutVersion": "1.0.0"}).to_string()).map_err(failed)
}

fn config(package: &Package, layer: &str, architecture: Architecture) -> Value {
    let command: Vec<_> = package.entry().map(ToString::to_string).into_iter().collect();
    json!({
        "architecture": name(architecture),
        "os": "linux",
        "config": {
            "Entrypoint": ["/opt/bootstrap"],
            "Cmd": command,
            "WorkingDir": "/var/task",
            "Env": ["LAMBDA_TASK_ROOT=/var/task"],
        },
        "rootfs": {"type": "layers", "diff_ids": [layer]},
    })
}

/// As Go calls it, and the specification after it.
fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "arm64",
        Architecture::X64 => "amd64",
    }
}

fn descriptor(kind: &str, blob: &Blob) -> Value {
    json!({"mediaType": kind, "digest": blob.digest, "size": blob.size})
}

fn blob(to: &Path, bytes: &[u8]) -> Result<Blob> {
    let digest = digest(bytes);
    let name = digest.replace(':', "/");
    fs::write(to.join("blobs").join(name), bytes).map_err(failed)?;
    Ok(Blob { digest, size: bytes.len() })
}

fn digest(bytes: &[u8]) -> String {
    let mut digest = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        digest.push_str(&format!("{byte:02x}"));
    }
    digest
}

fn failed(error: io::Error) -> Error {
    Error::new(Code::SystemIo, "write the image", error.to_string()).caused_by(error)
}
