//! Code of others, which knows nothing of this executor, runs on it unchanged.

mod channels;
mod combinators;
mod http;
