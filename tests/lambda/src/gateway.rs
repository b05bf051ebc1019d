//! API Gateway (HTTP API) in front of the functions.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::event::{self, Arrival};
use crate::fleet::Fleet;
use crate::function::{Function, Settings, StartError, Usage};
use crate::template::{FunctionTemplate, Template};

/// The functions to run, with their environment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The functions and routes.
    pub template: Template,
    /// The folder with one binary for each function.
    pub binaries: PathBuf,
    /// The values of the variables, as `jeton dev --env-file` writes them. A function gets those that the template
    /// gives it, their local stand-ins, and those that the SDK reads itself (`AWS_...`).
    pub environment: BTreeMap<String, String>,
}

/// Locally a file wraps the keys that KMS wraps in the cloud.
const STAND_INS: [(&str, &str); 1] = [("JETON_KMS_KEY_ID", "JETON_KEY_FILE")];

impl Deployment {
    /// Returns the settings of one function in Lambda.
    pub fn settings(&self, function: &FunctionTemplate) -> Settings {
        let given = function.variables.iter().map(String::as_str);
        let locally =
            given.map(|name| STAND_INS.iter().find(|(cloud, _)| *cloud == name).map_or(name, |(_, local)| *local));
        let names: Vec<&str> = locally.collect();
        let has = |name: &String| names.contains(&name.as_str()) || name.starts_with("AWS_");
        Settings {
            name: function.binary.clone(),
            binary: self.binaries.join(&function.binary),
            under: Vec::new(),
            environment: self.environment.clone().into_iter().filter(|(name, _)| has(name)).collect(),
            memory: function.memory,
            timeout: Duration::from_secs(function.timeout),
        }
    }
}

/// The reasons why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// No port could be opened.
    #[error("the gateway found no port: {0}")]
    Io(#[from] io::Error),
    /// A function did not start.
    #[error("{name} did not start: {source}")]
    Function {
        /// The name of the function.
        name: String,
        /// The reason why it did not start.
        source: StartError,
    },
}

/// A running gateway with its functions. Dropping it ends them all.
pub struct Gateway {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: JoinSet<()>,
}

struct Shared {
    template: Template,
    functions: BTreeMap<String, Fleet>,
    requests: AtomicU64,
}

impl Gateway {
    /// Starts every function in one execution environment, then listens on a free port of the loopback interface.
    ///
    /// # Errors
    /// [`GatewayError`] when a function does not start.
    pub async fn start(deployment: &Deployment) -> Result<Self, GatewayError> {
        Self::start_scaling(deployment, 1).await
    }

    /// Starts functions that scale out: when all environments of one are busy, another one is started, until there
    /// are `most`. Further requests wait.
    ///
    /// # Errors
    /// [`GatewayError`] when a function does not start.
    pub async fn start_scaling(deployment: &Deployment, most: usize) -> Result<Self, GatewayError> {
        let mut functions = BTreeMap::new();
        for function in &deployment.template.functions {
            let name = function.binary.clone();
            let started = Fleet::start(deployment.settings(function), most).await;
            let started = started.map_err(|source| GatewayError::Function { name: name.clone(), source })?;
            functions.insert(name, started);
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (template, requests) = (deployment.template.clone(), AtomicU64::new(1));
        let shared = Arc::new(Shared { template, functions, requests });
        let mut server = JoinSet::new();
        server.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, _server: server })
    }

    /// Returns the address of the gateway: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the function that runs a binary, in its first environment.
    pub fn function(&self, binary: &str) -> Option<&Function> {
        self.shared.functions.get(binary).map(Fleet::first)
    }

    /// Returns how many environments of each function were started, by its name.
    pub fn environments(&self) -> BTreeMap<String, usize> {
        self.shared.functions.iter().map(|(name, fleet)| (name.clone(), fleet.size())).collect()
    }

    /// Returns the resources that the first environment of a function has used so far.
    ///
    /// # Errors
    /// When there is no function of this name, or it has ended.
    pub fn usage(&self, name: &str) -> io::Result<Usage> {
        self.function(name).ok_or(io::ErrorKind::NotFound)?.usage()
    }

    /// Ends every function and returns the output of each, by its name.
    pub async fn stop(self) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::new();
        for (name, function) in &self.shared.functions {
            outputs.insert(name.clone(), function.stop().await);
        }
        outputs
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, peer)) = listener.accept().await {
        connections.spawn(serve(stream, peer.ip(), Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, peer: IpAddr, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(request, peer).await) }
    });
    // A client that hangs up needs no answer.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return own(StatusCode::BAD_REQUEST, "Bad Request") };
        let request = Request::from_parts(head, body.to_bytes());
        let Some((route, path_parameters)) = self.template.route(request.uri().path()) else {
            return own(StatusCode::NOT_FOUND, "Not Found");
        };
        let arrival = Arrival {
            route_key: route.key.clone(),
            path_parameters,
            request_id: format!("request{:08}=", self.requests.fetch_add(1, Ordering::Relaxed)),
            source_ip: peer,
            time: event::now(),
        };
        let event = event::from_request(&request, &arrival).to_string();
        let Some(function) = self.functions.get(&route.binary) else {
            return own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        };
        let invoked = function.invoke(event.into()).await.ok();
        let response = invoked.and_then(|invoked| event::to_response(&invoked.payload).ok());
        // A client gets the same answer whether the function fails, ends, takes too long or returns nonsense.
        response.map_or_else(
            || own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            |response| response.map(Full::new),
        )
    }
}

/// Builds an error response of the gateway itself.
fn own(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(serde_json::json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
