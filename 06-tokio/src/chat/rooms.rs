//! The rooms: who is where, and what is said there.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast::Sender;

/// How a client is to begin.
const HOW: &str = "* say where you are and who, in 20 letters each at most: \
                   kitchen ann\n";

/// The rooms that somebody is in, by their names.
#[derive(Default)]
pub struct Rooms(Mutex<HashMap<String, Room>>);

struct Room {
    names: HashSet<String>,
    lines: Sender<Arc<str>>,
}

/// How many lines a room keeps for those who have not been told them yet.
pub const KEPT: usize = 16;

impl Rooms {
    /// Gives a client the place that it asks for, or says why not.
    pub fn enter(self: &Arc<Rooms>, hello: &str) -> Result<Seat, &'static str> {
        let (room, name) = match hello.split_once(' ') {
            Some(both) if is_name(both.0) && is_name(both.1) => both,
            _ => return Err(HOW),
        };
        let mut rooms = self.0.lock().unwrap();
        let is_in = rooms.entry(room.to_owned()).or_insert_with(|| Room {
            names: HashSet::new(),
            lines: Sender::new(KEPT),
        });
        if !is_in.names.insert(name.to_owned()) {
            return Err("* somebody here has that name\n");
        }
        Ok(Seat {
            name: name.to_owned(),
            lines: is_in.lines.clone(),
            room: room.to_owned(),
            rooms: self.clone(),
        })
    }
}

fn is_name(word: &str) -> bool {
    (1..=20).contains(&word.len()) && word.chars().all(char::is_alphanumeric)
}

/// A client's place in a room, until this is dropped.
pub struct Seat {
    pub name: String,
    /// The lines of its room.
    pub lines: Sender<Arc<str>>,
    room: String,
    rooms: Arc<Rooms>,
}

impl Seat {
    /// Tells all in the room, this client too.
    pub fn tell_all(&self, line: String) {
        // If nobody is there to be told, that is no error.
        let _ = self.lines.send(line.into());
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut rooms = self.rooms.0.lock().unwrap();
        if let Some(room) = rooms.get_mut(&self.room) {
            room.names.remove(&self.name);
            if room.names.is_empty() {
                rooms.remove(&self.room);
            }
        }
    }
}
