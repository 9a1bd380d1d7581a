//! A Runtime API that follows a script, and writes down what it is asked.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a runtime asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection, counted from 0.
    pub(crate) connection: usize,
    /// How long ago the last event was handed out when it had been asked.
    pub(crate) since: Duration,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The path behind the version of the API, where it has one, with the method.
    pub(crate) fn call(&self) -> String {
        let path = self.path.trim_start_matches("/2018-06-01");
        format!("{} {}", self.method, path.trim_start_matches("/runtime/"))
    }
}

/// How answers are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With their length, on a connection that is kept.
    #[default]
    Length,
    /// In chunks of this many bytes, a byte at a time where it is 1.
    Chunks(usize),
    /// And the connection is closed, which is said.
    Close,
    /// And the connection is closed, which is not said.
    Drop,
}

/// Answers to `invocation/next`.
#[derive(Debug, Default)]
struct Events {
    /// Heads, but for the first line and the length, and bodies.
    queue: VecDeque<(String, Vec<u8>)>,
    /// Whether there will be no more.
    is_over: bool,
}

#[derive(Debug, Default)]
struct Script {
    events: Mutex<Events>,
    changed: Condvar,
    /// The status of answers to responses and errors, where it is not 202.
    status: Mutex<Option<u16>>,
    /// When an event was handed out last.
    handed_out: Mutex<Option<Instant>>,
}

/// The server; it ends with the test.
pub(crate) struct Server {
    pub(crate) address: String,
    asked: Receiver<Asked>,
    script: Arc<Script>,
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (tell, asked) = mpsc::channel();
        let script = Arc::new(Script::default());
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let (tell, script) = (tell.clone(), Arc::clone(&shared));
                std::thread::spawn(move || drop(converse(&stream, connection, manner, &tell, &script)));
            }
        });
        Self { address, asked, script }
    }

    /// Adds an event with a request id, and headers besides.
    pub(crate) fn event(&self, id: &str, headers: &[(&str, &str)], payload: &[u8]) {
        let mut head = format!("Lambda-Runtime-Aws-Request-Id: {id}\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        self.script.events.lock().expect("lock").queue.push_back((head, payload.to_vec()));
        self.script.changed.notify_all();
    }

    /// What is answered from now on to responses and errors.
    pub(crate) fn answers(&self, status: u16) {
        *self.script.status.lock().expect("lock") = Some(status);
    }

    /// The next thing that is asked.
    pub(crate) fn asked(&self) -> Asked {
        self.asked.recv_timeout(PATIENCE).expect("the runtime asks something")
    }

    /// The next thing that is asked but `invocation/next`.
    pub(crate) fn told(&self) -> Asked {
        loop {
            let asked = self.asked();
            if asked.call() != "GET invocation/next" {
                return asked;
            }
        }
    }

    /// What was asked besides.
    pub(crate) fn rest(&self) -> Vec<Asked> {
        self.asked.try_iter().collect()
    }

    /// Whether nothing is asked for a while.
    pub(crate) fn is_quiet(&self, time: Duration) -> bool {
        self.asked.recv_timeout(time).err() == Some(RecvTimeoutError::Timeout)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.script.events.lock().expect("lock").is_over = true;
        self.script.changed.notify_all();
    }
}

fn converse(
    stream: &TcpStream,
    connection: usize,
    manner: Manner,
    tell: &Sender<Asked>,
    script: &Script,
) -> std::io::Result<()> {
    let mut input = BufReader::new(stream.try_clone()?);
    stream.set_nodelay(true)?;
    while let Some(mut asked) = read(&mut input, connection)? {
        asked.since = script.handed_out.lock().expect("lock").map_or(Duration::ZERO, |at| at.elapsed());
        let call = asked.call();
        drop(tell.send(asked));
        let (status, head, body) = match call.as_str() {
            "GET invocation/next" => match next(script) {
                Some((head, body)) => {
                    *script.handed_out.lock().expect("lock") = Some(Instant::now());
                    (200, head, body)
                }
                None => return Ok(()),
            },
            "GET restore/next" => (200, String::new(), Vec::new()),
            _ => (script.status.lock().expect("lock").unwrap_or(202), String::new(), br#"{"status":"OK"}"#.to_vec()),
        };
        answer(stream, manner, status, &head, &body)?;
        if matches!(manner, Manner::Close | Manner::Drop) {
            return Ok(());
        }
    }
    Ok(())
}

fn next(script: &Script) -> Option<(String, Vec<u8>)> {
    let mut events = script.events.lock().expect("lock");
    loop {
        match events.queue.pop_front() {
            Some(event) => return Some(event),
            None if events.is_over => return None,
            None => events = script.changed.wait(events).expect("lock"),
        }
    }
}

fn read(input: &mut impl BufRead, connection: usize) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        input.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut asked = Asked { method, path, headers, body: Vec::new(), connection, since: Duration::ZERO };
    let length = asked.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    input.read_exact(&mut asked.body)?;
    Ok(Some(asked))
}

fn answer(mut stream: &TcpStream, manner: Manner, status: u16, head: &str, body: &[u8]) -> std::io::Result<()> {
    let mut bytes = format!("HTTP/1.1 {status} Whatever\r\n{head}").into_bytes();
    if let Manner::Chunks(size) = manner {
        bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
        for chunk in body.chunks(size) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
    } else {
        let close = if manner == Manner::Close { "Connection: close\r\n" } else { "" };
        bytes.extend(format!("Content-Length: {}\r\n{close}\r\n", body.len()).into_bytes());
        bytes.extend(body);
    }
    match manner {
        Manner::Chunks(1) => bytes.iter().try_for_each(|byte| stream.write_all(&[*byte])),
        _ => stream.write_all(&bytes),
    }
}
