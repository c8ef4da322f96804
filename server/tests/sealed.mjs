// HPKE as docs/sealed.md describes it, on WebCrypto alone: opens the vectors of the file named as argument,
// then seals a document to the first vector's key and prints it as JSON. A second implementation for the tests,
// and a sample for whoever writes a device.
import { readFileSync } from "node:fs";

const { subtle } = globalThis.crypto;
const text = new TextEncoder();
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const KEM = [0x00, 0x10], KDF = [0x00, 0x01], AEAD = [0x00, 0x02];
const KEM_SUITE = bytes(text.encode("KEM"), KEM);
const SUITE = bytes(text.encode("HPKE"), KEM, KDF, AEAD);
const INFO = text.encode("nghe-dan sealed response 1");
const HEAD = 13, ENCAPSULATED = 65, PAD = 1024;

function bytes(...parts) {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
const hex = (array) => [...array].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const uuid = (id) => unhex(id.replaceAll("-", ""));

async function hmac(key, data) {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, data));
}

// RFC 9180, section 4: LabeledExtract and LabeledExpand. No key here is longer than one hash.
const extract = (suite, salt, label, ikm) =>
  hmac(salt.length ? salt : new Uint8Array(32), bytes(text.encode("HPKE-v1"), suite, text.encode(label), ikm));
async function expand(suite, prk, label, info, length) {
  const labeled = bytes([length >> 8, length & 255], text.encode("HPKE-v1"), suite, text.encode(label), info);
  return (await hmac(prk, bytes(labeled, [1]))).slice(0, length);
}

async function context(dh, encapsulated, recipient) {
  const eae = await extract(KEM_SUITE, [], "eae_prk", dh);
  const shared = await expand(KEM_SUITE, eae, "shared_secret", bytes(encapsulated, recipient), 32);
  const pskId = await extract(SUITE, [], "psk_id_hash", []);
  const infoHash = await extract(SUITE, [], "info_hash", INFO);
  const schedule = bytes([0], pskId, infoHash);
  const secret = await extract(SUITE, shared, "secret", []);
  const key = await subtle.importKey("raw", await expand(SUITE, secret, "key", schedule, 32), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  return { key, iv: await expand(SUITE, secret, "base_nonce", schedule, 12) };
}

const privateKey = (d, point) => {
  const url = (array) => Buffer.from(array).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", d: url(d), x: url(point.slice(1, 33)), y: url(point.slice(33)) };
  return subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]);
};
const publicKey = (point) => subtle.importKey("raw", point, CURVE, true, []);
const agree = async (secret, point) =>
  new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: await publicKey(point) }, secret, 256));

async function open(body, id, d, recipient) {
  const head = body.slice(0, HEAD);
  const encapsulated = body.slice(HEAD, HEAD + ENCAPSULATED);
  const { key, iv } = await context(await agree(await privateKey(d, recipient), encapsulated), encapsulated, recipient);
  const additionalData = bytes(head, uuid(id));
  const ciphertext = body.slice(HEAD + ENCAPSULATED);
  const plain = new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, ciphertext));
  const length = new DataView(plain.buffer).getUint32(0);
  return new TextDecoder().decode(plain.slice(4, 4 + length));
}

async function seal(document, id, number, point, recipient) {
  const head = bytes([1], [number >> 24, number >> 16, number >> 8, number].map((byte) => byte & 255), text.encode(point));
  const ephemeral = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const encapsulated = new Uint8Array(await subtle.exportKey("raw", ephemeral.publicKey));
  const { key, iv } = await context(await agree(ephemeral.privateKey, recipient), encapsulated, recipient);
  const content = text.encode(document);
  const plain = new Uint8Array(Math.ceil((4 + content.length) / PAD) * PAD);
  new DataView(plain.buffer).setUint32(0, content.length);
  plain.set(content, 4);
  const additionalData = bytes(head, uuid(id));
  const ciphertext = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain));
  return bytes(head, encapsulated, ciphertext);
}

const vectors = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const vector of vectors) {
  const opened = await open(unhex(vector.body), vector.id, unhex(vector.private), unhex(vector.public));
  if (opened !== vector.document) throw new Error(`vector ${vector.key} opens to something else`);
}
const [{ seed, public: recipient, id, point }] = vectors;
const document = JSON.stringify({ remark: "Cán bộ niềm nở, hướng dẫn một lần là xong." });
const body = await seal(document, id, 1, point, unhex(recipient));
console.log(JSON.stringify({ seed, id, document, body: hex(body) }));
