//! People who answer one after the other on several connections, until told to stop or the server is gone.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::client::Client;
use super::survey::{Letter, Survey};

/// What became of a letter, as its sender knows it.
pub(crate) struct Sent {
    pub(crate) letter: Letter,
    /// The reply's status; none when the connection broke before there was one.
    pub(crate) status: Option<u16>,
}

/// Running clients.
pub(crate) struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<Vec<Sent>>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    seen: Mutex<Seen>,
    moved: Condvar,
}

#[derive(Default)]
struct Seen {
    begun: usize,
    /// Letters answered with 201, for whoever works on them meanwhile.
    recorded: Vec<Letter>,
}

impl Load {
    /// Starts so many clients at each of the addresses.
    pub(crate) fn start(
        addresses: &[&str],
        clients: usize,
        survey: &Survey,
        random: &mut ChaCha12Rng,
    ) -> Self {
        let shared = Arc::<Shared>::default();
        let clients = addresses
            .iter()
            .flat_map(|address| (0..clients).map(move |_| (*address).to_owned()))
            .map(|address| {
                let (shared, survey) = (Arc::clone(&shared), survey.clone());
                let random = ChaCha12Rng::seed_from_u64(random.random());
                std::thread::spawn(move || shared.answer(&address, &survey, random))
            })
            .collect();
        Self { shared, clients }
    }

    /// Waits until so many letters were begun to be sent.
    pub(crate) fn wait_begun(&self, letters: usize) {
        drop(self.shared.wait_while(|seen| seen.begun < letters));
    }

    /// Waits until more than so many letters were recorded, and returns those beyond.
    pub(crate) fn recorded_beyond(&self, known: usize) -> Vec<Letter> {
        let seen = self.shared.wait_while(|seen| seen.recorded.len() <= known);
        seen.recorded[known..].to_vec()
    }

    /// Lets each client finish its letter and returns what was sent.
    pub(crate) fn stop(self) -> Vec<Sent> {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.join()
    }

    /// Waits until the clients have noticed that the server is gone.
    pub(crate) fn join(self) -> Vec<Sent> {
        self.clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    }
}

impl Shared {
    fn note(&self, what: impl FnOnce(&mut Seen)) {
        what(&mut self.seen.lock().unwrap());
        self.moved.notify_all();
    }

    fn wait_while(&self, unready: impl Fn(&Seen) -> bool) -> MutexGuard<'_, Seen> {
        let seen = self.seen.lock().unwrap();
        self.moved.wait_while(seen, |seen| unready(seen)).unwrap()
    }

    fn answer(&self, address: &str, survey: &Survey, mut random: ChaCha12Rng) -> Vec<Sent> {
        let mut sent = Vec::new();
        let Ok(mut client) = Client::connect(address) else {
            return sent;
        };
        while !self.stop.load(Ordering::Relaxed) {
            let letter = survey.letter(&mut random);
            self.note(|seen| seen.begun += 1);
            let reply: io::Result<_> = client.put(&letter.path(), &letter.body);
            let status = reply.ok().map(|reply| reply.status);
            if status == Some(201) {
                self.note(|seen| seen.recorded.push(letter.clone()));
            }
            sent.push(Sent { letter, status });
            if status.is_none() {
                break;
            }
        }
        sent
    }
}
