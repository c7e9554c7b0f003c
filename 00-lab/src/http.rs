//! HTTP without a socket: bytes in, pages out.
//!
//! Everything here is *sans-I/O*: it reads nothing, writes nothing and waits
//! for nothing, so every rung can use it, however that rung waits. A rung
//! sends what [`request`] gives it to [`address`], and hands every piece that
//! comes back to [`Incoming::take`]. One connection a request.

mod request;
mod incoming;
mod head;
mod headers;
mod body;
mod chunks;
mod page;

pub use incoming::Incoming;
pub(crate) use page::compute_unseen;
pub use page::{Digest, Page, checksum, compute, compute_for};
pub(crate) use page::{HARM, digest, path};
pub use request::{address, is_loopback, request};

use crate::failure::Failure;

/// What became of one page: the page, or why there is none.
pub type Fetched = Result<Page, Failure>;

/// The most bytes that the headers of an answer may have, together with those
/// of the interim answers before it; and the most that its trailers may have.
pub const MOST_HEADER: usize = 64 * 1024;

/// The most bytes a body may have.
pub const MOST_BODY: usize = 16 * 1024 * 1024;

// The texts of two failures name these limits.
const _: () = assert!(MOST_HEADER == 64 << 10 && MOST_BODY == 16 << 20);
