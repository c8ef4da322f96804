// A certificate made for one test: a desk device needs https, as browsers give storage, service worker and WebCrypto to
// nothing less.

import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  /** The files, in PEM. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
  /** The hash by which Chromium is told to trust this one key and no other. */
  readonly spki: string;
  discard(): Promise<void>;
}

/** Makes a certificate for 127.0.0.1 and localhost, which are two sites, that is good for two days. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "nghe-dan-cert-"));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
    ...["-subj", "/CN=Nghe Dan test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
    ...["-out", certFile, "-keyout", keyFile],
  ]);
  const [cert, key] = [await readFile(certFile, "utf8"), await readFile(keyFile, "utf8")];
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return {
    certFile,
    keyFile,
    cert,
    key,
    spki: createHash("sha256").update(spki).digest("base64"),
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}
