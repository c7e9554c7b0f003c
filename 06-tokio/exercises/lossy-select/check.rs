//! Judges `listen`: each message that has come is noted, whole and at once, and
//! so is each word; and it ends in time.
//!
//! The check sends a message in pieces, and words in between, on a clock that
//! is paused (see `paused`). After each of these all tasks go on that can.
//!
//! Ways to be wrong: a read is dropped when a word comes, or when a timer does,
//! or begun in each turn; it is not begun anew after a message; words wait for
//! a message, or messages for words; a word is lost between two awaits; of what
//! comes in one moment the last is first, or is lost; only what there is room
//! for is kept; the silence begins anew with each word, or never, or there is
//! no end to it, or it ends with the words; the end of the words is a loop that
//! never waits; it does not end with the connection; what it has begun goes on
//! without it; it asks again and again.
//!
//! As shipped: was dropped when it had read

use super::listen;
use lab::Dice;
use paused::{Run, Story, Wrong, try_stories};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;
use tokio::sync::mpsc::{Sender, channel};
use trials::judge::Judge;

trials::answer!("exercises/lossy-select.rs");

#[test]
fn all_is_noted_that_is_heard_and_typed() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |times, how: How| {
        try_stories(dice, times, async |story, dice| {
            tell_one(story, dice, how).await
        });
    };
    const HOW: How =
        How { steps: 8, words: true, end: End::Connection, are_closed: false };
    tell(3, How { words: false, ..HOW });
    tell(40, HOW);
    tell(20, How { end: End::Silence, ..HOW });
    tell(10, How { end: End::Drop, ..HOW });
    tell(20, How { are_closed: true, end: End::Silence, ..HOW });
    tell(20, How { are_closed: true, ..HOW });
    tell(1, How { steps: 800, ..HOW });
    judge.end();
}

/// How a story goes.
#[derive(Clone, Copy)]
struct How {
    steps: usize,
    /// Set if words are typed.
    words: bool,
    end: End,
    /// Set if nothing can be typed any more from some moment on.
    are_closed: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Connection,
    Silence,
    Drop,
}

/// Something to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message was heard.
    Heard(String),
    /// A word was typed.
    Typed(String),
}

/// A connection, from which messages are read.
pub struct Reader {
    line: Arc<Mutex<Line>>,
}

/// What comes over the connection.
#[derive(Default)]
struct Line {
    pieces: VecDeque<String>,
    has_ended: bool,
    waker: Option<Waker>,
    /// What a read had read when it was dropped.
    lost: Option<String>,
    is_closed: bool,
}

impl Reader {
    /// The next message, or `None` if there are no more.
    ///
    /// It comes in pieces. If this future is dropped, all pieces are lost that
    /// it has read.
    pub async fn read_message(&mut self) -> Option<String> {
        let mut read = Read { line: &self.line, text: String::new() };
        loop {
            let piece = read.next_piece().await?;
            read.text += &piece;
            if read.text.ends_with('\n') {
                let mut text = mem::take(&mut read.text);
                text.pop();
                return Some(text);
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.line.lock().unwrap().is_closed = true;
    }
}

/// A read that is under way, and what it has read.
struct Read<'a> {
    line: &'a Mutex<Line>,
    text: String,
}

impl Read<'_> {
    async fn next_piece(&mut self) -> Option<String> {
        poll_fn(|context| {
            let mut line = self.line.lock().unwrap();
            if let Some(piece) = line.pieces.pop_front() {
                return Poll::Ready(Some(piece));
            }
            line.waker = Some(context.waker().clone());
            if line.has_ended { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}

impl Drop for Read<'_> {
    fn drop(&mut self) {
        if !self.text.is_empty() {
            let mut line = self.line.lock().unwrap();
            line.lost.get_or_insert_with(|| self.text.clone());
        }
    }
}

/// A call of `listen`, and what is to be noted.
struct Room {
    line: Arc<Mutex<Line>>,
    types: Option<Sender<String>>,
    noted: Rc<RefCell<Vec<Event>>>,
    /// What had to be noted up to now.
    due: Vec<Event>,
    quiet: Duration,
    /// When the last message was heard.
    heard: Duration,
    run: Run<()>,
}

impl Room {
    fn start(story: &Story, dice: &mut Dice) -> Room {
        let line = Arc::<Mutex<Line>>::default();
        let (types, typed) = channel(64);
        let noted = Rc::<RefCell<Vec<Event>>>::default();
        let notes = Rc::clone(&noted);
        let quiet = Duration::from_millis(3000 + dice.below(4000) as u64);
        let reader = Reader { line: Arc::clone(&line) };
        let note = move |event| notes.borrow_mut().push(event);
        let call = listen(reader, typed, quiet, note);
        let run = story.start(&format!("`listen`, quiet {quiet:?},"), call);
        Room {
            line,
            types: Some(types),
            noted,
            due: Vec::new(),
            quiet,
            heard: Duration::ZERO,
            run,
        }
    }

    /// A piece of a message comes.
    fn send(&self, story: &Story, piece: &str) {
        story.note(format!("{piece:?} comes"));
        let mut line = self.line.lock().unwrap();
        line.pieces.push_back(piece.to_owned());
        let waker = line.waker.take();
        drop(line);
        waker.into_iter().for_each(Waker::wake);
    }

    fn hang_up(&self, story: &Story) {
        story.note("the connection ends");
        let mut line = self.line.lock().unwrap();
        line.has_ended = true;
        let waker = line.waker.take();
        drop(line);
        waker.into_iter().for_each(Waker::wake);
    }

    fn types(&mut self, story: &Story, word: String) {
        let Some(types) = &self.types else { return };
        story.note(format!("{word:?} is typed"));
        // An answer that does not take it is judged for that.
        let _ = types.try_send(word.clone());
        self.due.push(Event::Typed(word));
    }

    /// Judges what it has noted, while nothing happens.
    fn judge(&self, is_last: bool) -> Result<(), Wrong> {
        if self.run.is_over() && !is_last {
            // If it has panicked, so does this.
            self.run.output();
            return Err(Wrong::answer(
                "it is over, though the connection is not, and something was \
                 heard not long ago",
            ));
        }
        let (noted, line) = (self.noted.borrow(), self.line.lock().unwrap());
        if let Some(lost) = line.lost.as_ref().filter(|_| !is_last) {
            return Err(Wrong::answer(format!(
                "a read was dropped when it had read {lost:?}: that is lost"
            )));
        }
        let heard = |it: &&Event| matches!(it, Event::Heard(_));
        for (what, is_so) in [
            ("message", &heard as &dyn Fn(&&Event) -> bool),
            ("word", &|it: &&Event| !heard(it)),
        ] {
            let noted: Vec<_> = noted.iter().filter(is_so).collect();
            let due: Vec<_> = self.due.iter().filter(is_so).collect();
            let first =
                due.iter().zip(&noted).find(|(due, noted)| due != noted);
            if let Some((due, noted)) = first {
                return Err(Wrong::answer(format!(
                    "it noted {noted:?}, and that was to be {due:?}"
                )));
            }
            if let Some(more) = noted.get(due.len()) {
                return Err(Wrong::answer(format!(
                    "it noted {more:?} once more than it came"
                )));
            }
            if let Some(missing) = due.get(noted.len()) {
                return Err(Wrong::answer(format!(
                    "a {what} has come, {missing:?}, and is not noted"
                )));
            }
        }
        Ok(())
    }

    fn judge_left(&self, story: &Story) -> Result<(), Wrong> {
        let is_closed = self.line.lock().unwrap().is_closed;
        if self.types.as_ref().is_some_and(|it| !it.is_closed()) {
            return Err(Wrong::answer(
                "it is over, and something of it still waits for words",
            ));
        }
        if !is_closed {
            return Err(Wrong::answer(
                "it is over, and something of it still reads",
            ));
        }
        story.judge_tasks().map_err(|wrong| wrong.after("it is over"))
    }
}

async fn tell_one(
    story: &Story,
    dice: &mut Dice,
    how: How,
) -> Result<(), Wrong> {
    let mut room = Room::start(story, dice);
    story.idle().await?;
    // A message may come in pieces, and words or some time between them.
    let mut rest = VecDeque::<String>::new();
    let (mut message, mut messages) = (String::new(), 0);
    let closes = how.are_closed.then(|| dice.below(how.steps));
    for step in 0..how.steps {
        if closes == Some(step) {
            // After the first of them it is known that no more will come.
            for n in 0..dice.below(4) {
                room.types(story, format!("last word {n}"));
            }
            story.note("nothing can be typed any more");
            room.types = None;
            story.rest().await?;
            room.judge(false)?;
        }
        match dice.below(4) {
            0 if how.words => {
                for n in 0..1 + dice.below(3) {
                    room.types(story, format!("word {step}.{n}"));
                }
            }
            1 => {
                // Not long enough to be a silence, nor a tie with its end.
                let left =
                    (room.heard + room.quiet).saturating_sub(story.now());
                let most = (left.as_millis() as usize).saturating_sub(10);
                let some = dice.below(most / 2 + 1) as u64;
                story.pass(Duration::from_millis(some)).await?;
            }
            _ => {
                if rest.is_empty() {
                    messages += 1;
                    message = format!("message {messages}");
                    rest = pieces(&message, dice);
                }
                let piece = rest.pop_front().expect("there is one");
                room.send(story, &piece);
                if rest.is_empty() {
                    room.due.push(Event::Heard(message.clone()));
                    room.heard = story.now();
                }
            }
        }
        // More may come in the same moment.
        if dice.below(3) > 0 {
            story.rest().await?;
            room.judge(false)?;
        }
    }
    story.rest().await?;
    room.judge(false)?;
    // A connection may also end within a message.
    if how.end != End::Silence && dice.below(3) > 0 {
        // The rest of a message that has begun.
        for piece in rest {
            room.send(story, &piece);
            if piece.ends_with('\n') {
                // What follows may come in the same moment.
                room.due.push(Event::Heard(message.clone()));
                room.heard = story.now();
                break;
            }
            story.rest().await?;
            room.judge(false)?;
        }
    }
    end(story, &room, how.end).await
}

async fn end(story: &Story, room: &Room, end: End) -> Result<(), Wrong> {
    match end {
        End::Connection => {
            room.hang_up(story);
            story.rest().await?;
            // If it has panicked, so does this.
            room.run.output();
            room.judge(true)?;
            if !room.run.is_over() {
                return Err(Wrong::answer(
                    "the connection has ended, and it is not over",
                ));
            }
        }
        End::Silence => {
            let moment = Duration::from_millis(2);
            let ends = room.heard + room.quiet;
            let left = ends.saturating_sub(story.now());
            if left > Duration::from_millis(1500) {
                story.idle().await?;
            }
            let left = ends.saturating_sub(story.now());
            story.pass(left.saturating_sub(moment)).await?;
            room.judge(false)?;
            story.note("the silence was long enough");
            story.pass(2 * moment).await?;
            if !room.run.is_over() {
                return Err(Wrong::answer(format!(
                    "nothing was heard for {:?}, and it is not over",
                    room.quiet
                )));
            }
        }
        End::Drop => {
            story.note("`listen` is dropped");
            room.run.cancel();
            story.rest().await?;
            let judged = room.judge_left(story);
            return judged.map_err(|wrong| wrong.after("it was dropped"));
        }
    }
    // If it has panicked, so does this.
    room.run.output();
    room.judge(true)?;
    room.judge_left(story)
}

/// A message as it comes: in one piece, or in several.
fn pieces(message: &str, dice: &mut Dice) -> VecDeque<String> {
    let mut rest = format!("{message}\n");
    let mut pieces = VecDeque::new();
    for _ in 0..dice.below(4) {
        if rest.len() > 1 {
            let piece = 1 + dice.below(rest.len() - 1);
            pieces.push_back(rest.drain(..piece).collect());
        }
    }
    pieces.push_back(rest);
    pieces
}
