//! A platform in under 60 lines: the directories below the one that is named are functions; a line
//! `NAME EVENT` on a TCP connection invokes one and is answered with its result or its error.
#![expect(clippy::print_stdout, reason = "says where it listens")]

use headstart::{Error, Function, FunctionId, Host, Prewarm};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Functions = HashMap<String, FunctionId>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::args().nth(1).ok_or("usage: platform DIRECTORY")?;
    let host = Arc::new(Host::builder().max_workers(64).build().await?);
    let functions = Arc::new(register(&host, &root).await?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("serving {} functions at {}", functions.len(), listener.local_addr()?);
    loop {
        tokio::select! {
            connection = listener.accept() => {
                tokio::spawn(serve(Arc::clone(&host), Arc::clone(&functions), connection?.0));
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    host.stop(Duration::from_secs(5)).await;
    Ok(())
}

async fn register(host: &Host, root: &str) -> Result<Functions, Box<dyn std::error::Error>> {
    let mut functions = Functions::new();
    for entry in std::fs::read_dir(root)? {
        let id = host.register(Function::from_config(entry?.path())?).await?;
        // Runtimes that cannot fork, and preload sets that do not allow it, start cold.
        if let Err(error) = host.prewarm(&id, Prewarm::zygote()).await {
            println!("{id}: {error}");
        }
        functions.insert(id.name().to_owned(), id);
    }
    Ok(functions)
}

async fn serve(host: Arc<Host>, functions: Arc<Functions>, connection: TcpStream) -> std::io::Result<()> {
    let (reader, mut writer) = connection.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let (name, event) = line.split_once(' ').unwrap_or((&line, "null"));
        let answer = match functions.get(name) {
            Some(id) => host
                .invoke(id, event, Duration::from_secs(30))
                .await
                .map_or_else(|error| as_text(&error), headstart::Reply::into_payload),
            None => format!("no function is called {name}").into_bytes(),
        };
        writer.write_all(&[&answer[..], b"\n"].concat()).await?;
    }
    Ok(())
}

fn as_text(error: &Error) -> Vec<u8> {
    error.to_json().to_string().into_bytes()
}
