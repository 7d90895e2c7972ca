//! What tests share.

pub(crate) mod bench;
pub(crate) mod confined;
pub(crate) mod server;
pub(crate) mod stable;
pub(crate) mod terminal;
pub(crate) mod worker;
