//! Seeing the scheduler at work.
//!
//! Off unless asked for: by [`start`], or by `cargo run`, which records what a
//! step does. From then on each task has a lane in the picture, with what it
//! waits for and at which line.
//!
//! ```
//! use own_executor::task::yield_now;
//! use own_executor::theatre;
//!
//! theatre::start()?;
//! own_executor::block_on(async {
//!     let task = own_executor::spawn(yield_now());
//!     task.await.unwrap();
//! });
//! let recording = theatre::finish()?;
//! println!("{}", recording.lanes(80));
//! # Ok::<(), std::io::Error>(())
//! ```

pub use timeline::{Recording, finish, is_on, start};
