//! The calls of the API: what is sent is read, the registry is asked, what came of it is shown.

mod account;
mod aliases;
mod code;
mod concurrency;
mod functions;
mod invoke;
mod provisioned;
mod tags;
mod versions;

use super::fault::Fault;
use super::reply::Reply;

pub(super) use account::settings;
pub(super) use aliases::{
    create as create_alias, delete as delete_alias, get as get_alias, list as list_aliases, update as update_alias,
};
pub(super) use code::update as update_code;
pub(super) use concurrency::{delete as delete_concurrency, get as get_concurrency, put as put_concurrency};
pub(super) use functions::{configuration, create, delete, get, list, update_configuration};
pub(super) use invoke::{invoke, invoke_later, invoke_streaming};
pub(super) use provisioned::{delete as delete_provisioned, get as get_provisioned, put as put_provisioned};
pub(super) use tags::{add as tag, list as list_tags, remove as untag};
pub(super) use versions::{list as list_versions, publish};

/// What a call comes to.
type Outcome = Result<Reply, Fault>;
