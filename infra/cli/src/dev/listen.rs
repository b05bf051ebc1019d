//! Listeners for ports on this machine.

use std::net::{IpAddr, Ipv4Addr};

use edge::Error;
use tokio::net::TcpListener;

/// Binds a port on this machine.
pub(crate) async fn listen(port: u16, flag: &str) -> Result<TcpListener, Error> {
    listen_at(IpAddr::V4(Ipv4Addr::LOCALHOST), port, flag).await
}

/// Binds a port of one of this machine's addresses.
pub(crate) async fn listen_at(host: IpAddr, port: u16, flag: &str) -> Result<TcpListener, Error> {
    TcpListener::bind((host, port)).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return format!("port {port} is in use: stop what runs there, or choose another port with {flag}").into();
        }
        if error.kind() == std::io::ErrorKind::AddrNotAvailable {
            return format!("{host} is no address of this machine: choose another with --host").into();
        }
        format!("port {port} cannot be used ({error}): choose another port with {flag}").into()
    })
}
