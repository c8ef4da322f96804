//! Group commit: one writer takes all that arrived while the last commit ran.
//!
//! A response joins a bounded queue and its sender waits for the reply; only after the commit does anyone
//! get an answer. The reply travels by an owned channel, so a client that hangs up still has a stored
//! answer. A full queue refuses at once: nothing is accepted and lost.
//!
//! Those who were answered together come back together, but not at the same instant. A writer that took the
//! first of them at once would write one response, then all the others, then one again, and pay for twice as
//! many transactions. So it waits a moment for as many as it knows of: those it just answered, and those who
//! came while it wrote. Counting only the former, people stay split into halves that take turns, and each
//! half waits for a flush of its own.

use std::time::Duration;

use store::intake::{NewResponse, Recorded};
use store::{SharedStore, StoreError};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::ServiceError;
use crate::intake::Refusal;

/// The most responses written in one transaction: enough that the commit's cost vanishes in it, and few
/// enough that nobody waits long for the others of the batch.
const BATCH: usize = 256;
/// How long the writer waits for as many as it knows of. Far less than a commit takes on a slow disk, and nothing
/// that a person notices.
const GATHER: Duration = Duration::from_millis(4);
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
    let mut known = 0;
    while open && gather(&mut receiver, &mut messages, known).await {
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
        let recorded = store.record(&batch).await;
        // Counted before anyone is answered: after it, who waits may be one of those answered just now.
        known = batch.len() + receiver.len();
        answer(&store, &batch, recorded, replies).await;
    }
}

/// Waits for a message, then a moment for as many as are known of. False when no more can come.
async fn gather(receiver: &mut mpsc::Receiver<Message>, messages: &mut Vec<Message>, known: usize) -> bool {
    if receiver.recv_many(messages, BATCH).await == 0 {
        return false;
    }
    let enough = async {
        while messages.len() < known.min(BATCH) {
            let room = BATCH - messages.len();
            if receiver.recv_many(messages, room).await == 0 {
                break;
            }
        }
    };
    // What arrived until then is in `messages`.
    let _ = tokio::time::timeout(GATHER, enough).await;
    true
}

/// Tells everyone of a batch what became of it.
async fn answer(
    store: &SharedStore,
    batch: &[NewResponse],
    recorded: Result<Vec<Recorded>, StoreError>,
    replies: Vec<Reply>,
) {
    match recorded {
        Ok(recorded) => {
            for (reply, recorded) in replies.into_iter().zip(recorded) {
                let _ = reply.send(Ok(recorded));
            }
        }
        // One response that the database cannot take must not fail those that share its batch.
        Err(error) if batch.len() > 1 && !matches!(error, StoreError::Busy) => {
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

#[cfg(test)]
mod tests {
    use domain::answer::Answers;
    use domain::canonical::sha256;
    use domain::channel::{Channel, Mode};
    use domain::id::{CampaignId, PointId, ResponseId, UnitId};
    use domain::method::Selection;
    use domain::questionnaire::Version;
    use domain::status::Status;
    use domain::tally::Rated;
    use domain::text::{Language, Text};
    use serde_json::{Map, json};
    use store::catalogue::{Campaign, ReleaseRule};
    use time::macros::{date, datetime};
    use uuid::Uuid;

    use super::*;

    const QUESTIONNAIRE: &str = include_str!("../../data/questionnaires/desk-rating-1.json");

    /// A database with one campaign, and a response to it.
    async fn world(folder: &std::path::Path) -> (SharedStore, NewResponse) {
        let url = format!("sqlite:{}", folder.join("test.db").display());
        let store = store::connect(&url, store::Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let version = Version::parse(QUESTIONNAIRE).unwrap();
        let version_id = store.put_version(&version).await.unwrap();
        let campaign = Campaign {
            id: CampaignId(Uuid::from_u128(1)),
            key: "desk-2026".to_owned(),
            title: Text::new("Đánh giá", "Rating"),
            agency: Text::new("Sở Nội vụ", "Home Affairs"),
            hotline: String::new(),
            motto: None,
            versions: vec![(date!(2026 - 01 - 01), version_id)],
            units: Vec::new(),
            selection: Selection::Open,
            channels: Vec::new(),
            release: ReleaseRule::Nightly,
            demo: false,
            starts_on: date!(2026 - 01 - 01),
            ends_on: None,
            closed_on: None,
        };
        store.put_campaign(&campaign).await.unwrap();
        let given = json!({"overall": 4}).as_object().cloned().unwrap_or_default();
        let answers = Answers::parse(&version, &Map::new(), &given, domain::answer::Unasked::Refuse).unwrap();
        let response = NewResponse {
            id: ResponseId::new(date!(2026 - 11 - 20), [1; 10]),
            digest: sha256(b"first"),
            point: PointId(Uuid::from_u128(2)),
            campaign: campaign.id,
            version_id,
            version: std::sync::Arc::new(version),
            answers,
            rated: Rated {
                served_at: UnitId(Uuid::from_u128(3)),
                handled_by: None,
            },
            channel: Channel::PointQr,
            mode: Mode::SelfScreen,
            language: Language::vi(),
            answered_on: date!(2026 - 11 - 20),
            duration_s: 60,
            arrived_at: datetime!(2026-11-20 03:00 UTC),
            clock_offset_s: None,
            cluster: None,
            case: None,
            status: Status::Counted,
            reason: None,
            code: None,
            receipt: None,
            device: None,
        };
        (store, response)
    }

    #[tokio::test]
    async fn the_writer_waits_for_as_many_as_it_knows_of_and_not_for_ever() {
        let (sender, mut receiver) = mpsc::channel(8);
        let mut messages = Vec::new();
        let send = async || sender.send(Message::Close).await.unwrap();
        send().await;
        let (open, ()) = tokio::join!(gather(&mut receiver, &mut messages, 3), async {
            send().await;
            send().await;
        });
        assert_eq!((open, messages.len()), (true, 3));
        messages.clear();
        send().await;
        assert!(gather(&mut receiver, &mut messages, 3).await);
        assert_eq!(messages.len(), 1, "the others never came");
        drop(sender);
        assert!(!gather(&mut receiver, &mut messages, 3).await);
    }

    #[tokio::test]
    async fn a_response_that_cannot_be_written_fails_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (store, first) = world(folder.path()).await;
        let queue = Queue::start(SharedStore::clone(&store), 8);
        let last = NewResponse {
            id: ResponseId::new(date!(2026 - 11 - 20), [2; 10]),
            digest: sha256(b"last"),
            ..first.clone()
        };
        // A campaign that another server knows and this database does not, as after a restored backup.
        let stray = NewResponse {
            id: ResponseId::new(date!(2026 - 11 - 20), [3; 10]),
            campaign: CampaignId(Uuid::from_u128(404)),
            ..first.clone()
        };
        // All three are queued before the writer runs, so they share a batch.
        let ids = [first.id, last.id];
        let (first, stray, last) = tokio::join!(queue.push(first), queue.push(stray), queue.push(last));
        for recorded in [first, last] {
            assert!(matches!(
                recorded,
                Ok(Recorded::New {
                    status: Status::Counted,
                    ..
                })
            ));
        }
        assert!(matches!(
            stray,
            Err(Refusal::Service(ServiceError::Store(StoreError::NotFound(
                "campaign"
            ))))
        ));
        for id in ids {
            assert!(store.response(id).await.unwrap().is_some());
        }
    }
}
