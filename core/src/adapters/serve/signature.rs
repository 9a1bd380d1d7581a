//! Signatures of requests, AWS's version 4.
//!
//! Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request".

use super::fault::{Fault, Kind};
use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use http::{HeaderMap, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::fmt;
use std::time::{Duration, SystemTime};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The service that requests have to be signed for, and what ends every scope.
const SERVICE: &str = "lambda";
const END_OF_SCOPE: &str = "aws4_request";
const DATE: &str = "x-amz-date";
/// By how much a caller's clock may be wrong.
const SKEW: Duration = Duration::from_mins(5);
/// What stands in a path as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What callers sign with.
pub(super) struct Key {
    id: String,
    secret: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What `Authorization` says.
struct Said<'a> {
    id: &'a str,
    /// Date, region, service, and the word that ends it.
    scope: &'a str,
    headers: Vec<&'a str>,
    signature: Vec<u8>,
}

impl<'a> Said<'a> {
    fn read(authorization: &'a str) -> Option<Self> {
        let members = authorization.strip_prefix(ALGORITHM)?.split(',');
        let pairs: Vec<_> = members.filter_map(|member| member.trim().split_once('=')).collect();
        let member = |name| pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
        let (id, scope) = member("Credential")?.split_once('/')?;
        let headers = member("SignedHeaders")?.split(';').collect();
        Some(Self { id, scope, headers, signature: bytes_of(member("Signature")?)? })
    }
}

impl Key {
    pub(super) fn new(id: String, secret: String) -> Self {
        Self { id, secret }
    }

    /// Whether a request says that it is signed with this key.
    pub(super) fn is_named(&self, authorization: &str) -> bool {
        Said::read(authorization).is_some_and(|said| said.id == self.id)
    }

    /// What a request's head says of its signature, before its body was read.
    ///
    /// Fails where that cannot be right.
    pub(super) fn begin<'a>(&'a self, parts: &'a Parts, now: SystemTime) -> Result<Pending<'a>, Fault> {
        let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let said =
            authorization.and_then(Said::read).ok_or_else(|| refuse("The Authorization header is incomplete."))?;
        let date = text(&parts.headers, DATE).unwrap_or_default();
        check_time(&date, now)?;
        let [day, _, SERVICE, END_OF_SCOPE] = said.scope.split('/').collect::<Vec<_>>()[..] else {
            return Err(refuse("Credential should be scoped to this service: lambda."));
        };
        let named = parts.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
        if date.get(..8) != Some(day) || !named.chain(["host", DATE]).all(|name| said.headers.contains(&name)) {
            return Err(refuse("Host, all x-amz- headers and the date of the credential have to be signed."));
        }
        let head = canonical_head(parts, &said.headers);
        let head = head.ok_or_else(|| refuse("A signed header is missing, or no text."))?;
        Ok(Pending { key: self, said, date, head })
    }
}

/// A signature of which all is known but the body.
pub(super) struct Pending<'a> {
    key: &'a Key,
    said: Said<'a>,
    date: String,
    head: String,
}

impl Pending<'_> {
    /// Fails where the request is not signed with the key as it is.
    pub(super) fn check(self, body: &[u8]) -> Result<(), Fault> {
        let Self { key, said, date, head } = self;
        let request = head + &hex(&Sha256::digest(body));
        let signed = format!("{ALGORITHM}\n{date}\n{}\n{}", said.scope, hex(&Sha256::digest(request)));
        let start = format!("AWS4{}", key.secret).into_bytes();
        let key = said.scope.split('/').fold(start, |key, part| mac(&key, part).finalize().into_bytes().to_vec());
        // In constant time.
        mac(&key, &signed).verify_slice(&said.signature).map_err(|_| {
            refuse(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.",
            )
        })
    }
}

fn refuse(text: &str) -> Fault {
    Fault::new(Kind::InvalidSignature, text)
}

/// The request as it is signed, but for the digest of its body; `None` where a header is missing, or no text.
fn canonical_head(parts: &Parts, signed: &[&str]) -> Option<String> {
    let mut query: Vec<_> = parts.uri.query().unwrap_or_default().split('&').filter(|it| !it.is_empty()).collect();
    query.sort_unstable_by_key(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let whole = |pair: &&str| if pair.contains('=') { (*pair).to_owned() } else { format!("{pair}=") };
    let query = query.iter().map(whole).collect::<Vec<_>>().join("&");
    let header = |name: &&str| Some(format!("{name}:{}\n", text(&parts.headers, name)?));
    let headers = signed.iter().map(header).collect::<Option<Vec<_>>>()?.concat();
    let (method, path) = (&parts.method, utf8_percent_encode(parts.uri.path(), UNRESERVED));
    Some(format!("{method}\n{path}\n{query}\n{headers}\n{}\n", signed.join(";")))
}

/// A header's values as they are signed: without the spaces around them, one in place of several, joined by commas. `None`
/// where there is none, or one that is no text: others would read it in another way.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(name).iter().map(|value| value.to_str().ok().map(single_spaced));
    values.collect::<Option<Vec<_>>>().filter(|values| !values.is_empty()).map(|values| values.join(","))
}

fn single_spaced(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn check_time(date: &str, now: SystemTime) -> Result<(), Fault> {
    let part = |range| date.get(range).unwrap_or_default();
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    let written = format!("{year}-{month}-{day}T{}:{}:{}Z", part(9..11), part(11..13), part(13..15));
    let is_whole = date.len() == 16 && date.as_bytes()[8] == b'T' && date.ends_with('Z');
    let at = humantime::parse_rfc3339(&written).ok().filter(|_| is_whole);
    let at =
        at.ok_or_else(|| Fault::new(Kind::InvalidSignature, "X-Amz-Date has to be a date such as 20260101T120000Z."))?;
    let off = now.duration_since(at).unwrap_or_else(|ahead| ahead.duration());
    if off <= SKEW {
        return Ok(());
    }
    let now = humantime::format_rfc3339_seconds(now);
    Err(Fault::new(Kind::InvalidSignature, format!("Signature expired: {date} is more than 5 minutes from {now}.")))
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    // A key of any length is one.
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| KeyInit::new(&<_>::default()));
    mac.update(text.as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn at(text: &str) -> SystemTime {
        humantime::parse_rfc3339(text).unwrap()
    }

    fn signed(uri: &str, authorization: &str) -> Parts {
        let request = Request::post(uri)
            .header("host", "127.0.0.1:9001")
            .header("x-amz-date", "20260102T030405Z")
            .header("x-amz-log-type", "  Tail   me ")
            .header("authorization", authorization);
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn signing_keys_are_derived_as_the_guide_has_it() {
        // "Examples of how to derive a signing key for Signature Version 4", AWS General Reference.
        let parts = ["20120215", "us-east-1", "iam", "aws4_request"];
        let start = format!("AWS4{SECRET}").into_bytes();
        let key = parts.iter().fold(start, |key, part| mac(&key, part).finalize().into_bytes().to_vec());
        assert_eq!(hex(&key), "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
    }

    #[test]
    fn a_request_is_put_down_as_it_is_signed() {
        let parts = signed("http://x/2015-03-31/functions/f%3A1/invocations?b=2&a&b=1", "");
        let written = canonical_head(&parts, &["host", "x-amz-date", "x-amz-log-type"]).unwrap();
        let expected = "POST\n/2015-03-31/functions/f%253A1/invocations\na=&b=1&b=2\nhost:127.0.0.1:9001\nx-amz-date:20260102T030405Z\n\
             x-amz-log-type:Tail me\n\nhost;x-amz-date;x-amz-log-type\n";
        assert_eq!(written, expected);
        assert_eq!(hex(&Sha256::digest(b"{}")), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        let mut odd = parts;
        odd.headers.append("x-amz-log-type", http::HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(canonical_head(&odd, &["host", "x-amz-log-type"]), None);
    }

    #[test]
    fn what_is_changed_late_or_for_another_is_refused() {
        let key = Key::new("AKID".into(), SECRET.into());
        let now = at("2026-01-02T03:07:00Z");
        let sign = |scope: &str, body: &[u8]| {
            let parts = signed("http://x/a", "");
            let head = canonical_head(&parts, &["host", "x-amz-date", "x-amz-log-type"]).unwrap();
            let request = head + &hex(&Sha256::digest(body));
            let text = format!("{ALGORITHM}\n20260102T030405Z\n{scope}\n{}", hex(&Sha256::digest(request)));
            let start = format!("AWS4{SECRET}").into_bytes();
            let key = scope.split('/').fold(start, |key, part| mac(&key, part).finalize().into_bytes().to_vec());
            let signature = hex(&mac(&key, &text).finalize().into_bytes());
            let signed = "host;x-amz-date;x-amz-log-type";
            format!("{ALGORITHM} Credential=AKID/{scope}, SignedHeaders={signed}, Signature={signature}")
        };
        let checked = |key: &Key, authorization: &str, now| {
            let parts = signed("http://x/a", authorization);
            key.begin(&parts, now)?.check(b"{}")
        };
        let check = |authorization: &str, now| checked(&key, authorization, now);
        let good = sign("20260102/us-east-1/lambda/aws4_request", b"{}");
        assert!(key.is_named(&good) && !Key::new("OTHER".into(), SECRET.into()).is_named(&good));
        check(&good, now).unwrap();
        assert!(check(&good, at("2026-01-02T03:09:06Z")).unwrap_err().to_string().contains("expired"));
        assert!(check(&good, at("2026-01-02T02:59:04Z")).is_err(), "from a time to come");
        assert!(check(&sign("20260102/us-east-1/lambda/aws4_request", b"{} "), now).is_err(), "another body");
        assert!(check(&sign("20260102/us-east-1/s3/aws4_request", b"{}"), now).is_err(), "another service");
        assert!(check(&sign("20260101/us-east-1/lambda/aws4_request", b"{}"), now).is_err(), "another day");
        for name in ["host;", ";x-amz-log-type"] {
            let error = check(&good.replace(name, ""), now).unwrap_err();
            assert!(error.to_string().contains("have to be signed"), "{error}");
        }
        let wrong = Key::new("AKID".into(), "wrong".into());
        assert!(checked(&wrong, &good, now).is_err());
        for bad in
            ["", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=AKID, SignedHeaders=, Signature=zz", "Bearer x"]
        {
            assert!(check(bad, now).is_err(), "{bad}");
        }
    }
}
