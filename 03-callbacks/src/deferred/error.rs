//! What a Deferred ends with if it is no value.

use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, Write};
use std::panic::Location;

/// Why a [`Deferred`](crate::Deferred) has no value, and where that began.
///
/// Every type that implements std's `Error` becomes one, by `?` or `into`, and
/// the line of code that does so is its origin. So this type cannot implement
/// std's `Error` itself. (`anyhow::Error` cannot, either.)
///
/// ```
/// use callbacks::{Error, Why};
///
/// fn parse(text: &str) -> Result<i32, Error> {
///     Ok(text.parse()?)
/// }
///
/// let error = parse("seven").unwrap_err();
/// assert!(matches!(error.why, Why::Failed(_)));
/// assert_eq!(error.to_string(), "invalid digit found in string");
/// ```
#[derive(Debug)]
pub struct Error {
    /// What happened.
    pub why: Why,
    /// The line of code where it happened.
    pub origin: &'static Location<'static>,
}

/// What happened.
#[derive(Debug)]
pub enum Why {
    /// A [`Canceller`](crate::Canceller) was used.
    Cancelled,
    /// The [`Resolver`](crate::Resolver) was dropped unused. The origin is
    /// where it was made.
    Dropped,
    /// It took longer than [`timeout`](crate::Deferred::timeout) allows.
    TimedOut,
    /// A callback panicked, with this message. The origin is where it was
    /// attached; the panic hook has told the line of the panic.
    Panicked(String),
    /// A callback returned the end of its own chain. (If another function is
    /// in between, [`gather`](crate::gather()) say, that is not noticed.)
    WaitsForItself,
    /// No Deferred of a [`race`](crate::race()) had a value: their errors, in
    /// the order of the list.
    AllFailed(Vec<Error>),
    /// Anything else.
    Failed(Box<dyn std::error::Error>),
}

impl Why {
    pub(super) fn at(self, origin: &'static Location<'static>) -> Error {
        Error { why: self, origin }
    }
}

impl From<Why> for Error {
    #[track_caller]
    fn from(why: Why) -> Error {
        why.at(Location::caller())
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    #[track_caller]
    fn from(error: E) -> Error {
        Why::Failed(Box::new(error)).into()
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.why, f)
    }
}

impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Why::Cancelled => f.write_str("cancelled"),
            Why::Dropped => f.write_str("its resolver was dropped unused"),
            Why::TimedOut => f.write_str("timed out"),
            Why::Panicked(message) => write!(f, "panicked: {message}"),
            Why::WaitsForItself => f.write_str("it waits for itself"),
            Why::AllFailed(errors) => {
                write!(f, "all {} failed", errors.len())?;
                for (n, error) in errors.iter().enumerate() {
                    let before = if n == 0 { ": " } else { "; " };
                    write!(f, "{before}{error}")?;
                }
                Ok(())
            }
            Why::Failed(error) => Display::fmt(error, f),
        }
    }
}

/// An error that no callback has taken yet. If it is dropped like that, it is
/// written to stderr.
pub struct Untaken(Option<Error>);

impl Untaken {
    pub fn new(error: Error) -> Untaken {
        Untaken(Some(error))
    }

    /// Hands it to a callback, or forgets it.
    pub fn take(mut self) -> Error {
        self.0.take().expect("it is taken once")
    }

    /// What happened.
    pub fn why(&self) -> &Why {
        &self.0.as_ref().expect("it is here until it is taken").why
    }
}

impl Drop for Untaken {
    fn drop(&mut self) {
        let Some(error) = self.0.take() else { return };
        // The code that has cancelled it knows of it.
        if !matches!(error.why, Why::Cancelled) {
            // If stderr is closed, this must not panic, as `eprintln!` would.
            let _ = writeln!(
                io::stderr(),
                "no callback has taken this error: {error} (from {})",
                error.origin
            );
        }
    }
}
