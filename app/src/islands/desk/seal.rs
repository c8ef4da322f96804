//! Sealing a response to the server's key: HPKE as `docs/sealed.md` describes it. The browser does the curve
//! and the cipher; the key schedule is a few hashes.

use domain::canonical::{Hash, from_hex, sha256};
use domain::id::ResponseId;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

const KEM_SUITE: &[u8] = b"KEM\x00\x10";
const SUITE: &[u8] = b"HPKE\x00\x10\x00\x01\x00\x02";
const INFO: &[u8] = b"nghe-dan sealed response 1";
const PAD: usize = 1024;

/// Seals a document. `number` and `public` are the key's, `point` is the code in the clear.
pub(super) async fn seal(
    document: &[u8],
    id: ResponseId,
    number: u32,
    public: &str,
    point: &str,
) -> Result<Uint8Array, JsValue> {
    let recipient: [u8; 65] = from_hex(public).ok_or("the key has 65 bytes")?;
    let subtle = subtle()?;
    let curve = object(&[("name", "ECDH".into()), ("namedCurve", "P-256".into())])?;
    let bits: JsValue = Array::of1(&"deriveBits".into()).into();
    let pair = JsFuture::from(subtle.generate_key_with_object(&curve, true, &bits)?).await?;
    let (ours, secret) = (
        Reflect::get(&pair, &"publicKey".into())?.dyn_into::<CryptoKey>()?,
        Reflect::get(&pair, &"privateKey".into())?.dyn_into::<CryptoKey>()?,
    );
    let raw = JsFuture::from(subtle.export_key("raw", &ours)?).await?;
    let encapsulated = Uint8Array::new(&raw).to_vec();
    let theirs = Uint8Array::from(recipient.as_slice());
    let usages: JsValue = Array::new().into();
    let theirs = subtle.import_key_with_object("raw", &theirs, &curve, true, &usages)?;
    let theirs = JsFuture::from(theirs).await?;
    let agree = object(&[("name", "ECDH".into()), ("public", theirs)])?;
    let shared = JsFuture::from(subtle.derive_bits_with_object(&agree, &secret, 256)?).await?;
    let (key, nonce) = schedule(&Uint8Array::new(&shared).to_vec(), &encapsulated, &recipient);

    let mut body = vec![1];
    body.extend(number.to_be_bytes());
    body.extend(point.as_bytes());
    let mut additional = body.clone();
    additional.extend(id.0.as_bytes());
    body.extend(&encapsulated);
    let key = Uint8Array::from(key.as_slice());
    let encrypt: JsValue = Array::of1(&"encrypt".into()).into();
    let key = JsFuture::from(subtle.import_key_with_str("raw", &key, "AES-GCM", false, &encrypt)?).await?;
    let cipher = object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(nonce.as_slice()).into()),
        ("additionalData", Uint8Array::from(additional.as_slice()).into()),
    ])?;
    let plain = padded(document);
    let sealed = subtle.encrypt_with_object_and_u8_array(&cipher, &key.dyn_into()?, &plain)?;
    body.extend(Uint8Array::new(&JsFuture::from(sealed).await?).to_vec());
    Ok(Uint8Array::from(body.as_slice()))
}

/// Length, document, zeros to the next whole kilobyte.
fn padded(document: &[u8]) -> Vec<u8> {
    let length = u32::try_from(document.len()).unwrap_or(u32::MAX);
    let mut plain = length.to_be_bytes().to_vec();
    plain.extend(document);
    plain.resize(plain.len().div_ceil(PAD) * PAD, 0);
    plain
}

/// RFC 9180, sections 4.1 and 5.1, in base mode.
fn schedule(shared: &[u8], encapsulated: &[u8], recipient: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let eae = extract(KEM_SUITE, &[], "eae_prk", shared);
    let context = [encapsulated, recipient].concat();
    let secret = expand(KEM_SUITE, &eae, "shared_secret", &context, 32);
    let psk_id = extract(SUITE, &[], "psk_id_hash", &[]);
    let info = extract(SUITE, &[], "info_hash", INFO);
    let context = [&[0], psk_id.as_slice(), info.as_slice()].concat();
    let secret = extract(SUITE, &secret, "secret", &[]);
    (
        expand(SUITE, &secret, "key", &context, 32),
        expand(SUITE, &secret, "base_nonce", &context, 12),
    )
}

fn extract(suite: &[u8], salt: &[u8], label: &str, input: &[u8]) -> Hash {
    hmac(
        salt,
        &[b"HPKE-v1".as_slice(), suite, label.as_bytes(), input].concat(),
    )
}

/// One block, which is all that is asked for here.
fn expand(suite: &[u8], key: &[u8], label: &str, info: &[u8], length: u16) -> Vec<u8> {
    let labeled = [
        length.to_be_bytes().as_slice(),
        b"HPKE-v1",
        suite,
        label.as_bytes(),
        info,
        &[1],
    ]
    .concat();
    let block = hmac(key, &labeled);
    block.into_iter().take(usize::from(length)).collect()
}

/// HMAC-SHA-256 (RFC 2104); no key here is longer than a block.
fn hmac(key: &[u8], data: &[u8]) -> Hash {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = sha256(&[pad(0x36).as_slice(), data].concat());
    sha256(&[pad(0x5c).as_slice(), &inner].concat())
}

/// Whether a PIN is the one of a salted hash.
pub(super) async fn pin_fits(pin: &str, salt: &str, hash: &str, iterations: u32) -> bool {
    derived(pin, salt, iterations)
        .await
        .is_ok_and(|found| found == hash)
}

async fn derived(pin: &str, salt: &str, iterations: u32) -> Result<String, JsValue> {
    let salt: [u8; 16] = from_hex(salt).ok_or("a salt has 16 bytes")?;
    let subtle = subtle()?;
    let usage: JsValue = Array::of1(&"deriveBits".into()).into();
    let key = Uint8Array::from(pin.as_bytes());
    let key = subtle.import_key_with_str("raw", &key, "PBKDF2", false, &usage)?;
    let key: CryptoKey = JsFuture::from(key).await?.dyn_into()?;
    let algorithm = object(&[
        ("name", "PBKDF2".into()),
        ("hash", "SHA-256".into()),
        ("salt", Uint8Array::from(salt.as_slice()).into()),
        ("iterations", iterations.into()),
    ])?;
    let bits = JsFuture::from(subtle.derive_bits_with_object(&algorithm, &key, 256)?).await?;
    Ok(domain::canonical::hex(&Uint8Array::new(&bits).to_vec()))
}

/// Random bytes of the browser.
pub(super) fn random<const N: usize>() -> Result<[u8; N], JsValue> {
    let mut bytes = [0; N];
    let crypto = web_sys::window().ok_or(JsValue::NULL)?.crypto()?;
    crypto.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes)
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    Ok(web_sys::window().ok_or(JsValue::NULL)?.crypto()?.subtle())
}

fn object(fields: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}
