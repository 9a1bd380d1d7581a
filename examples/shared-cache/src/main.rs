//! A platform whose processes share what functions answered: a line `NAME EVENT` on a TCP connection is answered from the
//! cache, else by the function, once for all who ask.
#![expect(clippy::print_stdout, reason = "says where it listens")]

use headstart::cache::{Cache, Policy};
use headstart::{Error, Function, FunctionId, Host};
use std::collections::HashMap;
use std::fs::DirEntry;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

struct Platform {
    host: Host,
    functions: HashMap<String, FunctionId>,
    answers: Cache<String>,
    policy: Policy,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().ok_or("usage: shared-cache DIRECTORY [redis://SERVER]")?;
    let mut functions = blake3::Hasher::new();
    digest(Path::new(&root), &mut functions)?;
    let answers = Cache::builder("platform").code(&functions.finalize().to_hex()).on_node();
    let answers = match arguments.next() {
        Some(server) => answers.redis(&server),
        None => answers,
    };
    let policy = Policy::ttl(Duration::from_mins(1)).stale_while_revalidate(Duration::from_hours(1));
    let host = Host::builder().build().await?;
    let mut platform = Platform { host, functions: HashMap::new(), answers: answers.json(), policy };
    for entry in std::fs::read_dir(root)? {
        let id = platform.host.register(Function::from_config(entry?.path())?).await?;
        platform.functions.insert(id.name().to_owned(), id);
    }
    let platform = Arc::new(platform);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("serving {} functions at {}", platform.functions.len(), listener.local_addr()?);
    loop {
        tokio::select! {
            connection = listener.accept() => drop(tokio::spawn(serve(Arc::clone(&platform), connection?.0))),
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    println!("{:?}", platform.answers.statistics());
    platform.host.stop(Duration::from_secs(5)).await;
    Ok(())
}

/// What tells these functions from others, and from what they were: a digest of their files.
fn digest(directory: &Path, hasher: &mut blake3::Hasher) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(DirEntry::file_name);
    // What running a function leaves is none of its own.
    for entry in entries.into_iter().filter(|entry| entry.file_name() != "__pycache__") {
        hasher.update(entry.file_name().as_encoded_bytes()).update(&[0]);
        match entry.path() {
            path if path.is_dir() => digest(&path, hasher)?,
            path => drop(hasher.update(blake3::hash(&std::fs::read(path)?).as_bytes())),
        }
    }
    Ok(())
}

async fn serve(platform: Arc<Platform>, mut connection: TcpStream) -> std::io::Result<()> {
    let (reader, mut writer) = connection.split();
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = answer(&platform, &line).await.unwrap_or_else(|error| error.to_json().to_string());
        writer.write_all(format!("{answer}\n").as_bytes()).await?;
    }
    Ok(())
}

/// What is remembered, else what the function answers. Its errors are not remembered.
async fn answer(platform: &Platform, line: &str) -> Result<String, Error> {
    let (name, event) = line.split_once(' ').unwrap_or((line, "null"));
    let Some(id) = platform.functions.get(name) else { return Ok(format!("no function is called {name}")) };
    let invoke = || async {
        let reply = platform.host.invoke(id, event, Duration::from_secs(30)).await?;
        Ok(Some(String::from_utf8_lossy(reply.payload()).into_owned()))
    };
    let answer = platform.answers.get_or_compute_async(line, &platform.policy, invoke).await?;
    Ok(answer.unwrap_or_default())
}
