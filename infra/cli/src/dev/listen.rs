//! Listeners for ports on this machine.

use edge::Error;
use tokio::net::TcpListener;

/// Binds a port on this machine.
pub(crate) async fn listen(port: u16, flag: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return format!("port {port} is in use: stop what runs there, or choose another port with {flag}").into();
        }
        format!("port {port} cannot be used ({error}): choose another port with {flag}").into()
    })
}
