//! The endpoints of calls, each resolved once.
//!
//! The SDK resolves the endpoint of a call by rules about its parameters, such as the names of its tables, and keeps the last
//! one only. Here calls to several tables take turns, so it would apply the rules and parse the URL again for each.

use std::sync::{PoisonError, RwLock};

use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint};

/// The largest number of parameters whose endpoints are kept. Transactions have many; when it is reached, all are forgotten.
const MOST: usize = 16;

/// The resolver of the SDK, with the endpoints that it found.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    resolver: DefaultResolver,
    found: RwLock<Vec<(Params, Endpoint)>>,
}

impl Endpoints {
    fn kept(&self, params: &Params) -> Option<Endpoint> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.iter().find(|(known, _)| known == params).map(|(_, endpoint)| endpoint.clone())
    }

    fn keep(&self, params: &Params, endpoint: &Endpoint) {
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= MOST {
            found.clear();
        }
        found.push((params.clone(), endpoint.clone()));
    }
}

impl ResolveEndpoint for Endpoints {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        if let Some(endpoint) = self.kept(params) {
            return EndpointFuture::ready(Ok(endpoint));
        }
        EndpointFuture::new(async move {
            let endpoint = ResolveEndpoint::resolve_endpoint(&self.resolver, params).await?;
            self.keep(params, &endpoint);
            Ok(endpoint)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(region: &str, table: &str) -> Params {
        Params::builder().region(region.to_owned()).resource_arn(table.to_owned()).build().unwrap()
    }

    #[tokio::test]
    async fn each_endpoint_is_that_of_the_sdk_and_kept() {
        let (endpoints, sdk) = (Endpoints::default(), DefaultResolver::default());
        let calls = [("us-east-1", "a"), ("us-east-1", "b"), ("cn-north-1", "a")];
        for (region, table) in [calls, calls].concat() {
            let params = params(region, table);
            let [ours, theirs] = [&endpoints as &dyn ResolveEndpoint, &sdk].map(|one| one.resolve_endpoint(&params));
            let ours = ours.await.unwrap();
            assert_eq!(ours, theirs.await.unwrap());
            assert_eq!(endpoints.kept(&params), Some(ours));
        }
        assert_eq!(endpoints.found.read().unwrap().len(), calls.len());
    }

    #[tokio::test]
    async fn no_more_endpoints_are_kept_than_there_is_room_for() {
        let endpoints = Endpoints::default();
        for table in 0..100 {
            let params = params("us-east-1", &table.to_string());
            endpoints.resolve_endpoint(&params).await.unwrap();
            assert!((1..=MOST).contains(&endpoints.found.read().unwrap().len()));
        }
    }
}
