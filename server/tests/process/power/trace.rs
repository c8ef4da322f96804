//! What a run wrote, sent and flushed, read from the output of `strace -f -yy -xx`.
//!
//! One tracer sees all processes, so the order of its lines is an order in which things happened: a call that
//! ended before another began stands before it.

use std::collections::{HashMap, HashSet};
use std::str;

use domain::id::ResponseId;

/// The calls to ask `strace` for.
pub(crate) const CALLS: &str =
    "trace=lseek,write,pwrite64,writev,pwritev,sendto,sendmsg,recvfrom,fdatasync,fsync,ftruncate,unlink";

/// A flush, from where it begins to where it ends.
pub(crate) type Flush = usize;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A `PUT` of this response was read from a connection.
    Asked {
        connection: String,
        id: ResponseId,
    },
    /// A 201 is about to be written to a connection.
    Acknowledged {
        connection: String,
    },
    /// Bytes are in a file, as far as the running system is concerned.
    Written {
        file: String,
        offset: u64,
        bytes: Vec<u8>,
    },
    /// What is in the file now will be on the disk when the flush has ended.
    FlushBegan {
        file: String,
        flush: Flush,
    },
    FlushEnded {
        flush: Flush,
    },
    Truncated {
        file: String,
        length: u64,
    },
    Removed {
        file: String,
    },
}

/// Reads a trace, and of the files in it those that are wanted.
pub(crate) fn read(text: &str, wanted: fn(&str) -> bool) -> Vec<Event> {
    let mut reader = Reader {
        wanted,
        events: Vec::new(),
        halves: HashMap::new(),
        arriving: HashMap::new(),
        places: HashMap::new(),
        flushes: HashMap::new(),
    };
    for line in text.lines() {
        reader.line(line);
    }
    reader.events
}

struct Reader {
    wanted: fn(&str) -> bool,
    events: Vec<Event>,
    /// By process, the first half of a call that another process interrupted in the trace.
    halves: HashMap<String, String>,
    /// What came on a connection and is no request yet; a request may come in pieces.
    arriving: HashMap<String, Vec<u8>>,
    /// Where `lseek` left a descriptor of a file; SQLite seeks before it writes.
    places: HashMap<String, u64>,
    /// The flushes that have begun, by process.
    flushes: HashMap<String, Flush>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let Some((process, call)) = line.split_once(' ') else {
            return;
        };
        let call = call.trim_start();
        if let Some(rest) = call.strip_prefix("<... ") {
            let first = self.halves.remove(process);
            if let (Some(first), Some((_, second))) = (first, rest.split_once(" resumed>")) {
                self.ended(process, &format!("{first}{second}"));
            }
        } else if let Some(first) = call.strip_suffix(" <unfinished ...>") {
            self.began(process, first);
            self.halves.insert(process.to_owned(), first.to_owned());
        } else {
            self.began(process, call);
            self.ended(process, call);
        }
    }

    /// What matters from its beginning on: a flush covers what was written before, an answer may arrive at once.
    fn began(&mut self, process: &str, call: &str) {
        let Some(call) = Call::parse(call) else { return };
        match call.name {
            "fdatasync" | "fsync" => {
                let flush = self.events.len();
                self.flushes.insert(process.to_owned(), flush);
                let file = call.target;
                self.events.push(Event::FlushBegan { file, flush });
            }
            "sendto" | "sendmsg" | "write" | "writev" if call.says(CREATED) => {
                let connection = call.target;
                self.events.push(Event::Acknowledged { connection });
            }
            _ => {}
        }
    }

    fn ended(&mut self, process: &str, text: &str) {
        let Some(call) = Call::parse(text) else { return };
        let Some(result) = call.result else { return };
        match call.name {
            "fdatasync" | "fsync" => {
                if let Some(flush) = self.flushes.remove(process) {
                    self.events.push(Event::FlushEnded { flush });
                }
            }
            "lseek" => {
                self.places.insert(call.key(), result);
            }
            "write" | "pwrite64" | "writev" | "pwritev" if (self.wanted)(&call.target) => {
                let place = self.places.entry(call.key()).or_default();
                let offset = if call.name.starts_with('p') {
                    call.last_number()
                } else {
                    *place
                };
                *place = offset + result;
                let mut bytes = call.bytes();
                bytes.truncate(usize::try_from(result).unwrap());
                let file = call.target;
                self.events.push(Event::Written { file, offset, bytes });
            }
            "ftruncate" if (self.wanted)(&call.target) => {
                let (file, length) = (call.target.clone(), call.last_number());
                self.events.push(Event::Truncated { file, length });
            }
            "unlink" => {
                let file = String::from_utf8_lossy(&call.bytes()).into_owned();
                if (self.wanted)(&file) {
                    self.events.push(Event::Removed { file });
                }
            }
            "recvfrom" => {
                let arriving = self.arriving.entry(call.target.clone()).or_default();
                arriving.extend(call.bytes());
                if !arriving.starts_with(b"PUT ") {
                    arriving.clear();
                } else if let Some(id) = asked(arriving) {
                    arriving.clear();
                    let connection = call.target;
                    self.events.push(Event::Asked { connection, id });
                }
            }
            _ => {}
        }
    }
}

/// How the tracer writes the first words of a 201.
const CREATED: &str = r#""\x48\x54\x54\x50\x2f\x31\x2e\x31\x20\x32\x30\x31\x20"#;

/// The id of the response that a request puts, once its address is there. Clients wait for each reply, so there is
/// at most one.
fn asked(arriving: &[u8]) -> Option<ResponseId> {
    let id = arriving.strip_prefix(b"PUT /api/v1/responses/")?.get(..36)?;
    str::from_utf8(id).ok()?.parse().ok()
}

/// A call, whole or only its first half.
struct Call<'a> {
    name: &'a str,
    descriptor: &'a str,
    /// The file's path, or what `strace` calls the connection.
    target: String,
    arguments: &'a str,
    result: Option<u64>,
}

impl<'a> Call<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once('(')?;
        let (arguments, result) = match rest.rsplit_once(") ") {
            Some((arguments, result)) => (arguments, result.trim_start().strip_prefix("= ")),
            None => (rest, None),
        };
        let first = arguments.split(", ").next()?;
        let (descriptor, target) = match first.split_once('<') {
            Some((descriptor, path)) => (descriptor, path.strip_suffix('>').unwrap_or(path)),
            None => ("", ""),
        };
        let target = match unescape(target) {
            bytes if bytes.is_empty() => target.to_owned(),
            bytes => String::from_utf8_lossy(&bytes).into_owned(),
        };
        Some(Self {
            name,
            descriptor,
            target,
            arguments,
            result: result.and_then(|result| result.split(' ').next()?.parse().ok()),
        })
    }

    /// What stands in quotes, one part after the other.
    fn bytes(&self) -> Vec<u8> {
        let quoted = self.arguments.split('"').skip(1).step_by(2);
        quoted.flat_map(unescape).collect()
    }

    /// Whether the first part begins like this, as the tracer writes it.
    fn says(&self, quoted: &str) -> bool {
        let start = self.arguments.find('"').unwrap_or(self.arguments.len());
        self.arguments[start..].starts_with(quoted)
    }

    fn key(&self) -> String {
        format!("{} {}", self.descriptor, self.target)
    }

    fn last_number(&self) -> u64 {
        let number = self.arguments.rsplit(", ").next();
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

/// Reads `\x48\x54`; nothing when it is not written like that.
fn unescape(text: &str) -> Vec<u8> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(4) || !text.starts_with("\\x") {
        return Vec::new();
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0);
    digits
        .chunks_exact(4)
        .map(|escape| u8::try_from(digit(escape[2]) << 4 | digit(escape[3])).unwrap_or(0))
        .collect()
}

/// What a trace says about durability.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) acknowledged: usize,
    /// Acknowledged before the write that holds them was flushed.
    pub(crate) too_early: Vec<ResponseId>,
}

/// Looks at every 201: the log that holds its response must have been flushed by then.
///
/// `is_log` names the files whose flush makes a commit durable. An id stands in them as its sixteen bytes.
pub(crate) fn check(events: &[Event], is_log: impl Fn(&str) -> bool) -> Verdict {
    let mut verdict = Verdict::default();
    let mut asked: HashMap<&str, ResponseId> = HashMap::new();
    let mut awaited: HashSet<[u8; 16]> = HashSet::new();
    let mut written: HashMap<&str, HashSet<[u8; 16]>> = HashMap::new();
    let mut flushing: HashMap<Flush, HashSet<[u8; 16]>> = HashMap::new();
    let mut durable: HashSet<[u8; 16]> = HashSet::new();
    let mut ends: HashMap<(&str, u64), Vec<u8>> = HashMap::new();
    for event in events {
        match event {
            Event::Asked { connection, id } => {
                asked.insert(connection, *id);
                awaited.insert(id.0.into_bytes());
            }
            Event::Written { file, offset, bytes } if is_log(file) => {
                let mut text = ends.remove(&(file.as_str(), *offset)).unwrap_or_default();
                text.extend(without_headers(file, *offset, bytes));
                let found = take_from(&text, &mut awaited);
                written.entry(file).or_default().extend(found);
                // An id may be cut in two where one write ends and the next begins.
                let rest = text.split_off(text.len().saturating_sub(15));
                ends.insert((file, offset + bytes.len() as u64), rest);
            }
            Event::FlushBegan { file, flush } => {
                flushing.insert(*flush, written.get(file.as_str()).cloned().unwrap_or_default());
            }
            Event::FlushEnded { flush } => durable.extend(flushing.remove(flush).unwrap_or_default()),
            Event::Acknowledged { connection } => {
                let id = asked[connection.as_str()];
                verdict.acknowledged += 1;
                if !durable.contains(&id.0.into_bytes()) {
                    verdict.too_early.push(id);
                }
            }
            _ => {}
        }
    }
    verdict
}

/// Takes out those ids that stand in a text.
fn take_from(text: &[u8], awaited: &mut HashSet<[u8; 16]>) -> Vec<[u8; 16]> {
    let mut begins = [false; 256];
    for id in &*awaited {
        begins[usize::from(id[0])] = true;
    }
    let mut found = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if begins[usize::from(*byte)]
            && let Some(window) = text[at..].first_chunk::<16>()
            && let Some(id) = awaited.take(window)
        {
            found.push(id);
        }
    }
    found
}

/// PostgreSQL's log begins each page of 8 KB with a header, which may stand in the middle of an id.
fn without_headers(file: &str, offset: u64, bytes: &[u8]) -> Vec<u8> {
    const PAGE: usize = 8192;
    if !file.contains("/pg_wal/") || !offset.is_multiple_of(PAGE as u64) {
        return bytes.to_vec();
    }
    let first = if offset == 0 { 40 } else { 24 };
    let mut text = Vec::with_capacity(bytes.len());
    for (number, page) in bytes.chunks(PAGE).enumerate() {
        let header = if number == 0 { first } else { 24 };
        text.extend_from_slice(&page[header.min(page.len())..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019aa9b0-0000-7000-8000-0000000000ff";

    fn escape(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "\\x{byte:02x}").unwrap();
            text
        })
    }

    /// A trace of one response whose flush ends where `flush_ends` says.
    fn trace(flush_ends: &str) -> String {
        let log = escape(b"/t/data.db-wal");
        let put = escape(format!("PUT /api/v1/responses/{ID} HTTP/1.1\r\n").as_bytes());
        let id: ResponseId = ID.parse().unwrap();
        let page = escape(&[b"abc".as_slice(), id.0.as_bytes()].concat());
        let created = escape(b"HTTP/1.1 201 Created\r\n");
        let mut lines = vec![
            "7 recvfrom(9<TCP:[127.0.0.1:1->127.0.0.1:2]>,  <unfinished ...>".to_owned(),
            format!("8 lseek(4<{log}>, 32, SEEK_SET) = 32"),
            format!(
                "7 <... recvfrom resumed>\"{}\", 24, 0, NULL, NULL) = 24",
                &put[..96]
            ),
            format!(
                "7 recvfrom(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"{}\", 99, 0, NULL, NULL) = 44",
                &put[96..]
            ),
            format!("8 write(4<{log}>, \"{page}\", 19) = 19"),
            format!("8 fdatasync(4<{log}> <unfinished ...>"),
            format!(
                "7 sendto(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"{created}\", 22, MSG_NOSIGNAL, NULL, 0) = 22"
            ),
        ];
        let at = if flush_ends == "before" { 6 } else { 7 };
        lines.insert(at, "8 <... fdatasync resumed>) = 0".to_owned());
        lines.join("\n")
    }

    #[test]
    fn a_201_counts_as_durable_only_when_the_flush_has_ended() {
        let events = read(&trace("before"), |file| file.starts_with('/'));
        let written = events.iter().find_map(|event| match event {
            Event::Written { file, offset, bytes } => Some((file.as_str(), *offset, bytes.len())),
            _ => None,
        });
        assert_eq!(written, Some(("/t/data.db-wal", 32, 19)));
        let is_log = |file: &str| file.ends_with("-wal");
        let good = check(&events, is_log);
        assert_eq!((good.acknowledged, good.too_early.len()), (1, 0));
        let bad = check(&read(&trace("after"), is_log), is_log);
        assert_eq!(bad.too_early, [ID.parse().unwrap()]);
        let elsewhere = check(&events, |file| file.contains("/pg_wal/"));
        assert_eq!(elsewhere.too_early.len(), 1, "another file's flush is none");
    }

    #[test]
    fn headers_of_pages_do_not_hide_an_id() {
        let mut page = vec![0; 8192];
        page[..24].fill(1);
        let text = without_headers(
            "/d/pg_wal/000000010000000000000001",
            8192,
            &[page.clone(), page].concat(),
        );
        assert!(text.iter().all(|byte| *byte == 0));
        assert_eq!(text.len(), 2 * (8192 - 24));
    }
}
