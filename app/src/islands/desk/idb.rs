//! The device's own storage: `IndexedDB`, bound by hand because durability has to be asked for.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use domain::outbox::{Change, Item, Ledger};

const NAME: &str = "nghe-dan";
/// Records of the outbox by response id, as JSON.
const OUTBOX: &str = "outbox";
/// Sealed bodies by response id.
const SEALED: &str = "sealed";
/// Everything else by name, as JSON.
const META: &str = "meta";
const LEDGER: &str = "ledger";

/// What lies on disk.
pub(super) struct Loaded {
    pub(super) items: Vec<Item>,
    pub(super) ledger: Ledger,
    /// How many records could not be read: broken, or written by a newer program. They stay where they are.
    pub(super) unreadable: usize,
}

/// An open database.
#[derive(Clone)]
pub(super) struct Store(IdbDatabase);

pub(super) type Result<T> = std::result::Result<T, JsValue>;

impl Store {
    pub(super) async fn open() -> Result<Self> {
        let window = web_sys::window().ok_or(JsValue::NULL)?;
        let factory = window.indexed_db()?.ok_or(JsValue::NULL)?;
        let request = factory.open_with_u32(NAME, 1)?;
        let opening = request.clone();
        let upgrade = Closure::<dyn FnMut()>::once(move || {
            if let Ok(database) = opening
                .result()
                .and_then(wasm_bindgen::JsCast::dyn_into::<IdbDatabase>)
            {
                for store in [OUTBOX, SEALED, META] {
                    // A store that cannot be made fails the first write, which is noticed.
                    let _ = database.create_object_store(store);
                }
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let database = settled(request.unchecked_ref::<IdbOpenDbRequest>()).await?;
        Ok(Self(database.dyn_into()?))
    }

    /// A transaction that is on disk when it says so.
    fn transaction(&self, stores: &[&str], mode: &str) -> Result<IdbTransaction> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let open: Function = Reflect::get(&self.0, &"transaction".into())?.dyn_into()?;
        open.call3(&self.0, &names, &mode.into(), &options)?.dyn_into()
    }

    /// All records of the outbox and what is known of the server.
    pub(super) async fn load(&self) -> Result<Loaded> {
        let transaction = self.transaction(&[OUTBOX, META], "readonly")?;
        let records = transaction.object_store(OUTBOX)?.get_all()?;
        let ledger = transaction.object_store(META)?.get(&LEDGER.into())?;
        let (records, ledger) = (settled(&records).await?, settled(&ledger).await?);
        let records = Array::from(&records);
        let items: Vec<Item> = records
            .iter()
            .filter_map(|record| serde_json::from_str(&record.as_string()?).ok())
            .collect();
        let ledger = ledger
            .as_string()
            .and_then(|text| serde_json::from_str(&text).ok());
        Ok(Loaded {
            unreadable: records.iter().count() - items.len(),
            items,
            ledger: ledger.unwrap_or_default(),
        })
    }

    /// Writes the changes of one step in one transaction.
    pub(super) async fn write(&self, changes: &[Change]) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let transaction = self.transaction(&[OUTBOX, SEALED, META], "readwrite")?;
        let (outbox, sealed) = (
            transaction.object_store(OUTBOX)?,
            transaction.object_store(SEALED)?,
        );
        for change in changes {
            match change {
                Change::Put(item) => put_record(&outbox, item)?,
                Change::Remove(id) => {
                    let key = JsValue::from(id.to_string());
                    outbox.delete(&key)?;
                    sealed.delete(&key)?;
                }
                Change::Note(ledger) => {
                    let text = serde_json::to_string(ledger).unwrap_or_default();
                    let meta = transaction.object_store(META)?;
                    meta.put_with_key(&text.into(), &LEDGER.into())?;
                }
            }
        }
        complete(&transaction).await
    }

    /// Writes a new record with its sealed body.
    pub(super) async fn enqueue(&self, item: &Item, body: &Uint8Array) -> Result<()> {
        let transaction = self.transaction(&[OUTBOX, SEALED], "readwrite")?;
        put_record(&transaction.object_store(OUTBOX)?, item)?;
        let key = JsValue::from(item.id.to_string());
        transaction.object_store(SEALED)?.put_with_key(body, &key)?;
        complete(&transaction).await
    }

    /// The sealed body of a response; none when there is none, or something else in its place.
    pub(super) async fn sealed(&self, id: &str) -> Result<Option<Uint8Array>> {
        let transaction = self.transaction(&[SEALED], "readonly")?;
        let request = transaction.object_store(SEALED)?.get(&id.into())?;
        Ok(settled(&request).await?.dyn_into().ok())
    }

    /// The text under a name; none when there is none.
    pub(super) async fn meta(&self, name: &str) -> Result<Option<String>> {
        let transaction = self.transaction(&[META], "readonly")?;
        let request = transaction.object_store(META)?.get(&name.into())?;
        Ok(settled(&request).await?.as_string())
    }

    pub(super) async fn put_meta(&self, name: &str, text: &str) -> Result<()> {
        self.put_metas(&[(name, text)]).await
    }

    /// All of them or none: what belongs together does not come apart when the power goes.
    pub(super) async fn put_metas(&self, texts: &[(&str, &str)]) -> Result<()> {
        let transaction = self.transaction(&[META], "readwrite")?;
        let meta = transaction.object_store(META)?;
        for (name, text) in texts {
            meta.put_with_key(&(*text).into(), &(*name).into())?;
        }
        complete(&transaction).await
    }
}

fn put_record(outbox: &IdbObjectStore, item: &Item) -> Result<()> {
    let record = serde_json::to_string(item).unwrap_or_default();
    let key = JsValue::from(item.id.to_string());
    outbox.put_with_key(&record.into(), &key).map(drop)
}

/// The result of a request, once it has one.
async fn settled(request: &IdbRequest) -> Result<JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await?;
    request.result()
}

/// Resolves when the transaction is on disk.
async fn complete(transaction: &IdbTransaction) -> Result<()> {
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(promise).await.map(drop)
}
