//! A directory of the operator's, as its function stands before it: an HTTP endpoint of this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// The password that everybody in the directory has: too short for a new one.
pub(crate) const OLD: &str = "sesam";

/// A running directory, with all that it was asked.
pub(crate) struct OldDirectory {
    port: u16,
    asked: Arc<Mutex<Vec<Value>>>,
    answer: Arc<Mutex<Answer>>,
}

/// The answer of the directory.
#[derive(Clone)]
enum Answer {
    /// It knows the people whose names begin with `old`, and takes this long for them.
    Knows(Duration),
    /// It answers this response to everything.
    Says(String),
    /// It keeps the caller waiting.
    Nothing,
}

impl OldDirectory {
    /// Starts a directory that knows the people whose names begin with `old`, by their old password.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = <Arc<Mutex<Vec<Value>>>>::default();
        let answer = Arc::new(Mutex::new(Answer::Knows(Duration::ZERO)));
        let directory = Self { port, asked: Arc::clone(&asked), answer: Arc::clone(&answer) };
        // The threads end with the test process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, answer) = (Arc::clone(&asked), answer.lock().expect("an answer").clone());
                std::thread::spawn(move || serve(&stream, &asked, &answer));
            }
        });
        directory
    }

    /// Takes this long from now on for people whom it knows.
    pub(crate) fn think(&self, time: Duration) {
        *self.answer.lock().expect("an answer") = Answer::Knows(time);
    }

    /// Answers this from now on.
    pub(crate) fn say(&self, status: &str, body: &str) {
        *self.answer.lock().expect("an answer") = Answer::Says(response(status, body));
    }

    /// Does not answer from now on.
    pub(crate) fn fall_silent(&self) {
        *self.answer.lock().expect("an answer") = Answer::Nothing;
    }

    /// Returns the names that were asked for since the last time, without those that nobody has.
    pub(crate) fn asked(&self) -> Vec<String> {
        let names = self.questions().into_iter().map(|asked| asked["username"].as_str().expect("a name").to_owned());
        names.filter(|name| !is_of_nobody(name)).collect()
    }

    /// Returns the questions since the last time.
    pub(crate) fn questions(&self) -> Vec<Value> {
        std::mem::take(&mut *self.asked.lock().expect("questions"))
    }

    /// Returns the URL for `--directory`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/check", self.port)
    }
}

/// Returns whether this is a name that stands for none: 24 hexadecimal digits.
pub(crate) fn is_of_nobody(name: &str) -> bool {
    name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn response(status: &str, body: &str) -> String {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

/// Answers one question. Errors of callers that hang up early are ignored.
fn serve(stream: &TcpStream, asked: &Mutex<Vec<Value>>, answer: &Answer) {
    let Some(question) = read(stream) else { return };
    asked.lock().expect("questions").push(question.clone());
    let text = match answer {
        Answer::Says(text) => text.clone(),
        Answer::Nothing => return std::thread::sleep(Duration::from_secs(30)),
        Answer::Knows(time) => {
            let name = question["username"].as_str().unwrap_or_default();
            let is_known = name.starts_with("old");
            std::thread::sleep(if is_known { *time } else { Duration::ZERO });
            let verified = is_known && question["password"] == OLD;
            let about = json!({"verified": true, "name": format!("The {name}"), "email": format!("{name}@example.com"),
                "email_verified": true, "claims": {"roles": ["reader"], "tenant": "acme"}});
            response("200 OK", &if verified { about } else { json!({"verified": false}) }.to_string())
        }
    };
    let mut stream = stream;
    let _ = stream.write_all(text.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            None if line.trim_end().is_empty() => break,
            Some(_) | None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
