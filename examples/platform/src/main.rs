//! A platform in under 60 lines: the directories below the one that is named are functions; a line
//! `NAME EVENT` on a TCP connection invokes one and is answered with its result or its error.
#![expect(clippy::print_stdout, reason = "says where it listens")]

use headstart::{Function, FunctionId, Host, Prewarm};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

struct Platform {
    host: Host,
    functions: HashMap<String, FunctionId>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::args().nth(1).ok_or("usage: platform DIRECTORY")?;
    let mut platform = Platform { host: Host::builder().max_workers(64).build().await?, functions: HashMap::new() };
    for entry in std::fs::read_dir(root)? {
        let id = platform.host.register(Function::from_config(entry?.path())?).await?;
        // Runtimes that cannot fork, and preload sets that do not allow it, start cold.
        if let Err(error) = platform.host.prewarm(&id, Prewarm::zygote()).await {
            println!("{id}: {error}");
        }
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
    platform.host.stop(Duration::from_secs(5)).await;
    Ok(())
}

async fn serve(platform: Arc<Platform>, mut connection: TcpStream) -> std::io::Result<()> {
    let (reader, mut writer) = connection.split();
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let (name, event) = line.split_once(' ').unwrap_or((&line, "null"));
        let answer = match platform.functions.get(name) {
            None => format!("no function is called {name}"),
            Some(id) => match platform.host.invoke(id, event, Duration::from_secs(30)).await {
                Ok(reply) => String::from_utf8_lossy(reply.payload()).into_owned(),
                Err(error) => error.to_json().to_string(),
            },
        };
        writer.write_all(format!("{answer}\n").as_bytes()).await?;
    }
    Ok(())
}
