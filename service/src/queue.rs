//! Group commit: one writer takes all that arrived while the last commit ran.
//!
//! A response joins a bounded queue and its sender waits for the reply; only after the commit does anyone
//! get an answer. The reply travels by an owned channel, so a client that hangs up still has a stored
//! answer. A full queue refuses at once: nothing is accepted and lost.

use store::intake::{NewResponse, Recorded};
use store::{SharedStore, StoreError};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::ServiceError;
use crate::intake::Refusal;

/// The most responses written in one transaction: enough that the commit's cost vanishes in it, and few
/// enough that nobody waits long for the others of the batch.
const BATCH: usize = 256;
/// When the queue is full, the writer needs about this long to empty it.
const RETRY_AFTER_S: u32 = 2;

type Reply = oneshot::Sender<Result<Recorded, Refusal>>;

enum Message {
    Record(Box<NewResponse>, Reply),
    Close,
}

pub(crate) struct Queue {
    sender: mpsc::Sender<Message>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Queue {
    /// Starts the writer, with room for so many waiting responses.
    pub(crate) fn start(store: SharedStore, capacity: usize) -> Self {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        Self {
            sender,
            writer: Mutex::new(Some(tokio::spawn(write(store, receiver)))),
        }
    }

    /// Queues a response and waits until it is on disk.
    pub(crate) async fn push(&self, response: NewResponse) -> Result<Recorded, Refusal> {
        let (reply, answer) = oneshot::channel();
        let full = || Refusal::Full {
            retry_after_s: RETRY_AFTER_S,
        };
        self.sender
            .try_send(Message::Record(Box::new(response), reply))
            .map_err(|_| full())?;
        // The writer only goes away when the server stops; what it did not take may be sent again.
        answer.await.unwrap_or_else(|_| Err(full()))
    }

    /// Writes what waits and stops the writer.
    pub(crate) async fn close(&self) {
        let Some(writer) = self.writer.lock().await.take() else {
            return;
        };
        if self.sender.send(Message::Close).await.is_ok()
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the writer ended badly");
        }
    }
}

async fn write(store: SharedStore, mut receiver: mpsc::Receiver<Message>) {
    let mut messages = Vec::with_capacity(BATCH);
    let mut open = true;
    while open && receiver.recv_many(&mut messages, BATCH).await > 0 {
        let mut batch = Vec::with_capacity(messages.len());
        let mut replies = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Record(response, reply) => {
                    batch.push(*response);
                    replies.push(reply);
                }
                // What was queued behind the closing message is dropped unanswered: its senders are told
                // to come back, and ids make that exact.
                Message::Close => {
                    open = false;
                    receiver.close();
                    break;
                }
            }
        }
        record(&store, &batch, replies).await;
    }
}

async fn record(store: &SharedStore, batch: &[NewResponse], replies: Vec<Reply>) {
    match store.record(batch).await {
        Ok(recorded) => {
            for (reply, recorded) in replies.into_iter().zip(recorded) {
                let _ = reply.send(Ok(recorded));
            }
        }
        // One response that the database cannot take must not fail those that share its batch.
        Err(StoreError::Database(_) | StoreError::Conflict(_)) if batch.len() > 1 => {
            for (response, reply) in batch.iter().zip(replies) {
                let alone = store.record(std::slice::from_ref(response)).await;
                let recorded =
                    alone.and_then(|list| list.first().copied().ok_or(StoreError::Corrupt("an empty reply")));
                let _ = reply.send(recorded.map_err(refusal));
            }
        }
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                batch = batch.len(),
                "a batch was not written"
            );
            for reply in replies {
                let _ = reply.send(Err(Refusal::Full {
                    retry_after_s: RETRY_AFTER_S,
                }));
            }
        }
    }
}

fn refusal(error: StoreError) -> Refusal {
    match error {
        StoreError::Busy => Refusal::Full {
            retry_after_s: RETRY_AFTER_S,
        },
        error => Refusal::Service(ServiceError::Store(error)),
    }
}
