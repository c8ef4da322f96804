//! TLS that ends in the program, with a certificate that is exchanged while it runs.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::client::Client;
use crate::support::place::Place;

type Secure = StreamOwned<ClientConnection, TcpStream>;

#[test]
fn it_serves_https_and_takes_a_changed_certificate() {
    let place = Place::sqlite();
    let (cert, key) = (place.path().join("cert.pem"), place.path().join("key.pem"));
    let (first, second) = (certificate(), certificate());
    write(&cert, &first.cert.pem());
    write(&key, &first.signing_key.serialize_pem());
    let mut server = place.start_with(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    let address = server.address.clone();

    let mut trusting = connect(&address, &first);
    let alive = trusting.get("/healthz").unwrap();
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok\n"));
    assert!(
        connect(&address, &second).get("/healthz").is_err(),
        "a certificate that the client does not trust"
    );
    let plain = Client::connect(&address).unwrap().get("/healthz");
    assert!(plain.is_err(), "nothing is served without TLS");

    // Half of the change does not fit: the server stays with what it has.
    write(&cert, &second.cert.pem());
    server.wait_for_log("cannot be used yet");
    assert_eq!(connect(&address, &first).get("/healthz").unwrap().status, 200);
    write(&key, &second.signing_key.serialize_pem());
    server.wait_for_log("certificate read again");
    assert_eq!(connect(&address, &second).get("/healthz").unwrap().status, 200);
    assert!(connect(&address, &first).get("/healthz").is_err());
    assert_eq!(
        trusting.get("/healthz").unwrap().status,
        200,
        "who is connected stays"
    );
    drop(trusting);
    server.stop();
}

fn certificate() -> CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap()
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// A client that trusts this certificate and no other. The handshake runs with the first request.
fn connect(address: &str, trusted: &CertifiedKey<rcgen::KeyPair>) -> Client<Secure> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(address).unwrap();
    Client::over(StreamOwned::new(connection, stream), address)
}
