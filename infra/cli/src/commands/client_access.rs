//! The access that options give a client.

use edge::Error;
use protocol::{Resource, Scope};

use crate::commands::api::identifier;
use crate::commands::scopes;
use crate::stack::Stack;

/// Reads APIs that are registered, and a scope that they offer.
pub(crate) async fn access(
    stack: &Stack,
    apis: &[String],
    scope: Option<&str>,
) -> Result<(Vec<Resource>, Option<Scope>), Error> {
    let apis = apis.iter().map(|text| identifier(text)).collect::<Result<Vec<_>, _>>()?;
    let apis = stack.ensure_apis(&apis).await?;
    let scope = scope.map(scopes::parse).transpose()?;
    if let Some(scope) = &scope {
        stack.ensure_scope(scope, &apis).await?;
    }
    Ok((apis, scope))
}
