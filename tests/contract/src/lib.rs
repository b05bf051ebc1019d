//! One storage contract, tested against two implementations of DynamoDB: the embedded one and Amazon's own.
//!
//! `Transition::after` defines the meaning of a transition; these tests compare it with the store. Each claim is a
//! function of a table; [`on_both`] makes it into one test for each implementation.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod consents;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod generated_people;
#[cfg(test)]
mod grants_table;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod keys_table;
#[cfg(test)]
mod links;
#[cfg(test)]
mod logos;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod people_table;
#[cfg(test)]
mod place;
#[cfg(test)]
mod registrations;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod second_factors;
#[cfg(test)]
mod throttles;

/// Makes one test for each implementation of DynamoDB from a claim about a place.
#[cfg(test)]
macro_rules! on_both {
    ($($claim:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $claim() {
                let (_running, place) = crate::place::embedded().await;
                super::$claim(place).await;
            })+
        }
        mod amazon {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs Amazon's DynamoDB Local, which tests/run starts"]
            async fn $claim() {
                super::$claim(crate::place::amazon().await).await;
            })+
        }
    };
}
#[cfg(test)]
pub(crate) use on_both;
