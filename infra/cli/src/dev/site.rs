//! The functions behind the routes of the template, each set up separately as in the cloud.

use std::path::Path;
use std::sync::Arc;

use edge::{Config, Error, Function, Response, respond};
use http::StatusCode;
use lambda_http::{Body, Request};
use service::Stores;

use crate::brand::LiveBrand;
use crate::dev::demo::Demo;
use crate::dev::explorer::{Explorer, legacy};
use crate::dev::outbox::Outbox;
use crate::dev::pages;
use crate::template::{Route, Template};

/// Everything that the local stack serves.
pub(crate) struct Site {
    routes: Vec<Route>,
    functions: Vec<Box<dyn Function>>,
    /// `/authorize` and `/token` with the grants that are open for one client of the explorer only.
    legacy: Vec<Box<dyn Function>>,
    explorer: Explorer,
    demo: Demo,
    outbox: Arc<Outbox>,
    storage: String,
    /// The look that follows the files of a directory.
    brand: Option<LiveBrand>,
    /// The path of the issuer. As behind a gateway that maps it, the routes begin after it.
    base: String,
}

/// Sets up all functions.
fn open_all(config: &Config) -> Result<Vec<Box<dyn Function>>, Error> {
    Ok(vec![
        open(config, authorize::Authorize::open)?,
        open(config, par::Par::open)?,
        open(config, device::Device::open)?,
        open(config, token::Token::open)?,
        open(config, introspect::Introspect::open)?,
        open(config, revoke::Revoke::open)?,
        open(config, userinfo::UserInfo::open)?,
        open(config, logout::Logout::open)?,
        open(config, account::Account::open)?,
        open(config, register::Register::open)?,
        open(config, metadata::Metadata::open)?,
    ])
}

/// Sets up the functions that serve the explorer's client for outdated grants.
fn open_legacy(config: &Config) -> Result<Vec<Box<dyn Function>>, Error> {
    let config = legacy::opened(config);
    Ok(vec![open(&config, authorize::Authorize::open)?, open(&config, token::Token::open)?])
}

fn open<F: Function>(
    config: &Config,
    open: impl FnOnce(Config, &Stores) -> Result<F, Error>,
) -> Result<Box<dyn Function>, Error> {
    Ok(Box::new(open(config.clone(), &Stores::connect(config))?))
}

impl Site {
    /// Sets up all functions.
    pub(crate) fn open(config: &Config, demo: &Demo, outbox: Arc<Outbox>, storage: String) -> Result<Self, Error> {
        if let Some(brand) = &config.brand {
            ::pages::wear(brand);
        }
        Ok(Self {
            routes: Template::read()?.routes()?,
            functions: open_all(config)?,
            legacy: open_legacy(config)?,
            explorer: Explorer::new(demo, config.path()),
            demo: demo.clone(),
            outbox,
            storage,
            brand: None,
            base: config.path().to_owned(),
        })
    }

    /// Returns the site with a look that follows the files of a directory, if there is one.
    pub(crate) fn with_brand(self, directory: Option<&Path>) -> Self {
        Self { brand: directory.map(LiveBrand::new), ..self }
    }

    /// Routes a request to its function and returns the answer.
    pub(crate) async fn answer(&self, request: Request) -> Result<Response, Error> {
        if let Some(brand) = &self.brand {
            brand.refresh();
        }
        let path = request.uri().path().to_owned();
        let path = path.strip_prefix(&self.base).unwrap_or(&path);
        match (self.function(path, &request), path) {
            (Some(function), _) => Ok(respond(function, request).await),
            (None, "/") => pages::start(&self.demo, &self.storage),
            (None, "/outbox") => Ok(self.outbox.answer(&request)),
            (None, "/demo/callback") => Ok(pages::callback(&self.demo, &request)),
            (None, _) => match self.explorer.answer(path, &request) {
                Some(page) => page,
                None => not_found(),
            },
        }
    }

    /// Returns the function that a path leads to.
    fn function(&self, path: &str, request: &Request) -> Option<&dyn Function> {
        let route = self.routes.iter().find(|route| route.leads(path))?;
        let is_legacy = legacy::is_of_legacy_client(path, request);
        let functions = if is_legacy { &self.legacy } else { &self.functions };
        functions.iter().find(|function| function.name() == route.function).map(AsRef::as_ref)
    }
}

fn not_found() -> Result<Response, Error> {
    let body = Body::Text("{\"message\":\"Not Found\"}".to_owned());
    let answer = http::Response::builder().status(StatusCode::NOT_FOUND).header("content-type", "application/json");
    Ok(answer.body(body)?)
}

impl Route {
    fn leads(&self, path: &str) -> bool {
        match self.path.split_once('{') {
            Some((before, _)) => path.strip_prefix(before).is_some_and(|rest| !rest.is_empty()),
            None => self.path == path,
        }
    }
}
