//! The secrets of this start of the reader.

use super::stop::{LATE_TICKET, OLD_TOKEN, SPENT_TICKET, Stop};
use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

/// How long a browser has to come with the ticket that it was started with.
pub const TICKET: Duration = Duration::from_secs(60);

/// A secret that stands for the token once, and not for long.
pub struct Ticket {
    pub value: String,
    pub until: Instant,
    is_spent: bool,
}

impl Ticket {
    /// A new one.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn new() -> io::Result<Ticket> {
        let until = Instant::now() + TICKET;
        Ok(Ticket { value: new_secret()?, until, is_spent: false })
    }

    /// Takes the ticket, if `value` is its value, and it is still good.
    pub fn spend(&mut self, value: &str) -> Result<(), Stop> {
        if !same_secret(value, &self.value) {
            return Err(OLD_TOKEN);
        }
        if self.is_spent {
            return Err(SPENT_TICKET);
        }
        if Instant::now() > self.until {
            return Err(LATE_TICKET);
        }
        self.is_spent = true;
        Ok(())
    }
}

/// 256 random bits from the system, in hexadecimal.
pub fn new_secret() -> io::Result<String> {
    let mut random = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.map(|byte| format!("{byte:02x}")).concat())
}

/// Compares two secrets. The time that it takes does not tell how much of `a`
/// was right.
pub fn same_secret(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differs = a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differs) == 0
}
