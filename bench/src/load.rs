//! Clients that send responses as fast as they are taken, each over one connection.
//!
//! They share the processors with the server, so they do as little as a client can: documents are made
//! beforehand and replies are read as far as the status and the length.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use domain::id::ResponseId;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use time::Date;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::World;

/// Documents made beforehand; each is sent many times, always under a new id.
const DOCUMENTS: usize = 4_096;

/// Bodies to send.
#[derive(Clone)]
pub(crate) struct Documents {
    bodies: Arc<[Vec<u8>]>,
    day: Date,
}

/// What clients saw.
pub(crate) struct Seen {
    pub(crate) responses: usize,
    pub(crate) seconds: f64,
    /// Sorted waiting times of all requests.
    waits: Vec<Duration>,
}

impl Seen {
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    pub(crate) fn rate(&self) -> f64 {
        self.responses as f64 / self.seconds
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.waits.extend(other.waits);
        self.waits.sort_unstable();
        Self {
            responses: self.responses + other.responses,
            seconds: self.seconds + other.seconds,
            waits: self.waits,
        }
    }

    /// The time in milliseconds within which that many of a thousand requests were answered.
    pub(crate) fn wait_ms(&self, per_mille: usize) -> f64 {
        let place = self.waits.len() * per_mille / 1000;
        self.waits
            .get(place)
            .map_or(0.0, |wait| wait.as_secs_f64() * 1000.0)
    }
}

impl Documents {
    /// Documents for points all over the country, answered today.
    pub(crate) fn make(world: &mut World) -> Self {
        let day = world.service.today();
        let points = world.points.len();
        let bodies = (0..DOCUMENTS).map(|_| {
            let point = world.below(points);
            world.document(point, day).to_string().into_bytes()
        });
        Self {
            bodies: bodies.collect(),
            day,
        }
    }
}

/// Sends over so many connections for that long; every reply must be 201.
pub(crate) async fn send(
    address: SocketAddr,
    documents: &Documents,
    connections: usize,
    span: Duration,
) -> Result<Seen> {
    let started = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|number| tokio::spawn(client(address, documents.clone(), number, started + span)))
        .collect();
    let mut waits = Vec::new();
    for client in clients {
        waits.extend(client.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    Ok(Seen {
        responses: waits.len(),
        seconds,
        waits,
    })
}

async fn client(
    address: SocketAddr,
    documents: Documents,
    number: usize,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    // Fresh ids in every run: an id sent before would be answered with 200.
    let mut random = ChaCha8Rng::from_seed(service::clock::random());
    let mut waits = Vec::new();
    let mut request = Vec::new();
    let mut reply = vec![0; 4096];
    let mut next = number * 61;
    while Instant::now() < until {
        let body = &documents.bodies[next % documents.bodies.len()];
        next += 1;
        let id = ResponseId::new(documents.day, random.random());
        request.clear();
        request.extend_from_slice(
            format!(
                "PUT /api/v1/responses/{id} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            )
            .as_bytes(),
        );
        request.extend_from_slice(body);
        let asked = Instant::now();
        stream.write_all(&request).await?;
        let status = read_reply(&mut stream, &mut reply).await?;
        waits.push(asked.elapsed());
        ensure!(status == 201, "a response was answered with {status}");
    }
    Ok(waits)
}

/// Milliseconds until a page of the API was there, over a connection of its own.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Result<f64> {
    let started = Instant::now();
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await?;
    let took = started.elapsed().as_secs_f64() * 1000.0;
    let first = reply.split(|byte| *byte == b'\r').next().unwrap_or_default();
    ensure!(
        first.ends_with(b"200 OK"),
        "{path} was answered with {}",
        String::from_utf8_lossy(first)
    );
    Ok(took)
}

/// Reads one reply and returns its status.
async fn read_reply(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        filled += read;
        if let Some((status, length)) = parse(&buffer[..filled])?
            && filled >= length
        {
            return Ok(status);
        }
    }
}

/// Status and whole length of a reply; none while its head is not all there.
fn parse(reply: &[u8]) -> Result<Option<(u16, usize)>> {
    let Some(end) = reply.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&reply[..end])?;
    let status = head.split(' ').nth(1).context("a reply has a status")?.parse()?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .context("a reply has a length")?
        .parse::<usize>()?;
    Ok(Some((status, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_as_far_as_it_is_there() {
        let reply = b"HTTP/1.1 201 Created\r\ncontent-length: 3\r\n\r\nyes";
        assert_eq!(parse(&reply[..20]).unwrap(), None);
        assert_eq!(parse(reply).unwrap(), Some((201, reply.len())));
    }
}
