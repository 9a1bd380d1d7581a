//! What a request names by its path and its query.

use super::fault::Fault;
use super::name::Reference;
use axum::extract::{FromRequestParts, Path, Query as AxumQuery};
use http::request::Parts;
use std::collections::HashMap;

/// The largest page of a list, and its size where none is asked for.
const PAGE: usize = 50;

/// The parts of a path that are names, decoded.
#[derive(Debug)]
pub(super) struct Names(HashMap<String, String>);

/// The members of a query.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

/// The function that a path names, with the qualifier of path or query.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) reference: Reference,
    pub(super) query: Query,
    pub(super) names: Names,
}

impl Names {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Query {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// One page of a list, and the marker of the next. A marker is the key of the last that was shown.
    pub(super) fn page<T>(&self, all: Vec<(String, T)>) -> Result<(Vec<T>, Option<String>), Fault> {
        let size = match self.get("MaxItems").map(|text| (text, text.parse::<usize>())) {
            None => PAGE,
            Some((_, Ok(size))) if (1..=10_000).contains(&size) => size.min(PAGE),
            Some((text, _)) => return Err(Fault::constraint(text, "maxItems", "have value between 1 and 10000")),
        };
        let after = self.get("Marker").filter(|marker| !marker.is_empty());
        let from = match after {
            Some(marker) => all.iter().position(|(key, _)| key == marker).map_or(all.len(), |at| at + 1),
            None => 0,
        };
        let left = all.len().saturating_sub(from);
        let mut page: Vec<(String, T)> = all.into_iter().skip(from).take(size).collect();
        let next = (left > size).then(|| page.last_mut().map(|(key, _)| std::mem::take(key))).flatten();
        Ok((page.into_iter().map(|(_, item)| item).collect(), next))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Names {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(names)| Self(names)).map_err(|error| Fault::invalid(error.body_text()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query = AxumQuery::from_request_parts(parts, state).await;
        query.map(|AxumQuery(members)| Self(members)).map_err(|error| Fault::invalid(error.body_text()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Target {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let names = Names::from_request_parts(parts, state).await?;
        let query = Query::from_request_parts(parts, state).await?;
        let reference = Reference::parse(names.get("name"))?.qualified(query.get("Qualifier"))?;
        Ok(Self { reference, query, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_a_gap() {
        let all = || (0..120).map(|number| (format!("{number:03}"), number)).collect::<Vec<_>>();
        let (mut marker, mut seen) = (None, Vec::new());
        loop {
            let query = Query(marker.map(|marker| ("Marker".to_owned(), marker)).into_iter().collect());
            let (page, next) = query.page(all()).unwrap();
            assert!(page.len() <= PAGE);
            seen.extend(page);
            marker = next;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..120).collect::<Vec<_>>());
        let wrong = Query(vec![("MaxItems".into(), "0".into())]);
        assert!(wrong.page(all()).is_err());
    }
}
