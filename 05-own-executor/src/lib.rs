//! What rung 5 arrives at: a small runtime for `async`.
//!
//! [`block_on`] runs a future on this thread, and beside it the tasks that it
//! [`spawn`]s. They take turns: each runs until it waits.
//!
//! - [`task`] has the handles of tasks, `yield_now`, and a
//!   [`scope`](task::scope()) that no task outlives;
//! - [`future`]: several futures in one task, by `join`, `select`, `join_all`;
//! - [`time`]: `sleep`, `timeout`, `interval`;
//! - [`net`]: sockets, for TCP and UDP;
//! - [`sync`]: how tasks wait for one another, by `oneshot` and `mpsc`,
//!   `Mutex`, `Semaphore` and `Notify`;
//! - [`unblock()`]: work that blocks;
//! - [`pool`]: several threads, for tasks that are `Send`;
//! - [`theatre`]: a look inside.
//!
//! ```
//! use own_executor::sync::mpsc;
//! use own_executor::time::sleep;
//! use own_executor::{block_on, spawn};
//! use std::time::Duration;
//!
//! let words = block_on(async {
//!     let (sender, mut receiver) = mpsc::channel(1);
//!     for (after, word) in [(20, "world"), (10, "hello")] {
//!         let sender = sender.clone();
//!         drop(spawn(async move {
//!             sleep(Duration::from_millis(after)).await;
//!             sender.send(word).await.unwrap();
//!         }));
//!     }
//!     drop(sender);
//!     let mut words = Vec::new();
//!     words.extend(receiver.recv().await);
//!     words.extend(receiver.recv().await);
//!     assert_eq!(receiver.recv().await, None);
//!     words
//! });
//! assert_eq!(words, ["hello", "world"]);
//! ```
//!
//! # Beside `tokio`
//!
//! Where `tokio` has the same name, it has the same signature and meaning here,
//! but for this:
//!
//! - There is no value for the runtime. Tasks end with their [`block_on`], and
//!   the handle of one that had not ended says that it was cancelled.
//! - A future that is spawned need not be `Send`: it stays on its thread. One
//!   for [`pool::spawn`] has to be.
//! - Sockets are read and written with the traits of `futures`.
//! - What `tokio` calls `spawn_blocking` is [`unblock()`], which is named after
//!   that of `smol`, and like it gives up work that has not begun when it is
//!   dropped.
//! - `sleep` and its kind may be made outside of a [`block_on`]. An instant is
//!   that of the standard library.
//! - Instead of `select!` there is [`future::select`], and instead of a
//!   `JoinSet` there are a scope and [`future::join_all`].
//! - There are no channels without a limit, and no `watch` or `broadcast`. A
//!   thread without a runtime, for which `tokio` has `blocking_recv` and its
//!   kind, calls [`block_on`].
//!
//! # On other executors
//!
//! All of [`sync`], [`future`], [`unblock()`], [`task::yield_now`] and
//! [`task::scope`](task::scope()) needs no executor of ours: it runs on any,
//! `tokio`'s too. So does [`fetch_over`], over a connection of that executor.
//! What the kernel wakes does not: [`net`] and [`time`] wait in the loop of
//! [`block_on`]. In the other direction, what needs no executor of its own runs
//! here unchanged: the crates `futures`, `async-channel` and `async-lock` do,
//! and `hyper`, which asks for a connection and a timer.
//!
//! # Fairness
//!
//! Tasks are polled in the order in which they were woken. One for which
//! something of ours is always ready, be it a socket, a channel or a lock, has
//! to let others run after 128 times in a poll: its *budget*. A task that
//! computes, or loops over futures of others, is not interrupted: let it
//! [`yield_now`](task::yield_now), or [`unblock()`].
//!
//! The budget is one poll's. So within a task never call the `block_on` of
//! another crate: once the budget is spent, it polls what is ours for ever.
//! Call it in an [`unblock()`]. (Our own [`block_on`] panics within a task.)
//!
//! # Cancellation
//!
//! To drop a future is to cancel it. The documentation says of each that is
//! *cancel safe*: see [`future`].

mod number;
mod slots;
mod waker;
mod mail;
mod budget;
mod lanes;
mod timers;
mod reactor;
mod stage;
mod entry;
mod executor;
pub mod pool;
mod scope;
pub mod task;
pub mod time;
pub mod net;
pub mod sync;
pub mod future;
pub mod theatre;
mod unblock;
mod rung;
mod fetch;
pub mod steps;

pub use executor::{block_on, spawn};
pub use fetch::{fetch_by, fetch_over};
pub use rung::RUNG;
pub use unblock::{Unblock, unblock};

use lab::Rung;
