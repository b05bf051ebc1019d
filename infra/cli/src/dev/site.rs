//! The functions behind the routes of the template, each set up separately as in the cloud.

use authorize::Authorize;
use edge::{Answer, Config, Error, respond};
use http::{Response, StatusCode};
use introspect::Introspect;
use lambda_http::{Body, Request};
use logout::Logout;
use metadata::Metadata;
use register::Register;
use revoke::Revoke;
use service::Stores;
use token::Token;
use userinfo::UserInfo;

use crate::dev::demo::Demo;
use crate::dev::pages;
use crate::template::{Route, Template};

/// Everything that the local stack serves.
pub(crate) struct Site {
    routes: Vec<Route>,
    authorize: Authorize,
    token: Token,
    introspect: Introspect,
    revoke: Revoke,
    userinfo: UserInfo,
    logout: Logout,
    register: Register,
    metadata: Metadata,
    demo: Demo,
    storage: String,
    /// The path of the issuer. As behind a gateway that maps it, the routes begin after it.
    base: String,
}

impl Site {
    /// Sets up all functions.
    pub(crate) fn open(config: &Config, demo: &Demo, storage: String) -> Result<Self, Error> {
        let stores = || Stores::connect(config);
        Ok(Self {
            routes: Template::read()?.routes()?,
            authorize: Authorize::open(config.clone(), &stores())?,
            token: Token::open(config.clone(), &stores())?,
            introspect: Introspect::open(config.clone(), &stores())?,
            revoke: Revoke::open(config.clone(), &stores())?,
            userinfo: UserInfo::open(config.clone(), &stores())?,
            logout: Logout::open(config.clone(), &stores())?,
            register: Register::open(config.clone(), &stores())?,
            metadata: Metadata::open(config.clone(), &stores())?,
            demo: demo.clone(),
            storage,
            base: config.path().to_owned(),
        })
    }

    /// Routes a request to its function and returns the answer.
    pub(crate) async fn answer(&self, request: Request) -> Result<Answer, Error> {
        let path = request.uri().path().to_owned();
        let path = path.strip_prefix(&self.base).unwrap_or(&path);
        let route = self.routes.iter().find(|route| route.leads(path));
        match (route.map(|route| route.function.as_str()), path) {
            (Some("authorize"), _) => Ok(Box::pin(respond(&self.authorize, request)).await),
            (Some("token"), _) => Ok(Box::pin(respond(&self.token, request)).await),
            (Some("introspect"), _) => Ok(Box::pin(respond(&self.introspect, request)).await),
            (Some("userinfo"), _) => Ok(Box::pin(respond(&self.userinfo, request)).await),
            (Some("logout"), _) => Ok(Box::pin(respond(&self.logout, request)).await),
            (Some("register"), _) => Ok(Box::pin(respond(&self.register, request)).await),
            (Some("revoke"), _) => Ok(Box::pin(respond(&self.revoke, request)).await),
            (Some("metadata"), _) => Ok(Box::pin(respond(&self.metadata, request)).await),
            (_, "/") => pages::start(&self.demo, &self.storage),
            (_, "/demo/callback") => Ok(pages::callback(&self.demo, &request)),
            _ => {
                let body = Body::Text("{\"message\":\"Not Found\"}".to_owned());
                let answer =
                    Response::builder().status(StatusCode::NOT_FOUND).header("content-type", "application/json");
                Ok(answer.body(body)?)
            }
        }
    }
}

impl Route {
    fn leads(&self, path: &str) -> bool {
        match self.path.split_once('{') {
            Some((before, _)) => path.strip_prefix(before).is_some_and(|rest| !rest.is_empty()),
            None => self.path == path,
        }
    }
}
