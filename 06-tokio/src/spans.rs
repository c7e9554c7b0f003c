//! What a program says of itself with `tracing`, in our timeline: a lane for
//! each span.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use timeline::{Lane, format_duration};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// From now on, what the program says of itself is shown: in the timeline, or
/// in tokio-console, if this is built with the feature `console`.
///
/// # Panics
///
/// If something else shows it already.
pub fn show() {
    #[cfg(feature = "console")]
    console_subscriber::init();
    #[cfg(not(feature = "console"))]
    tracing::subscriber::set_global_default(Spans::default())
        .expect("nothing else shows it");
}

/// All spans that are open. One runs while it is entered. When it is left, it
/// waits for what was said in it last. When it is closed, its times are
/// printed.
#[derive(Default)]
pub struct Spans {
    last: AtomicU64,
    open: Mutex<HashMap<Id, Span>>,
}

struct Span {
    name: String,
    lane: Lane,
    /// How many there are that may still enter it.
    handles: usize,
    said: String,
    opened: Instant,
    entered: Instant,
    times: usize,
    busy: Duration,
}

thread_local! {
    /// The spans that this thread is in, the innermost last.
    static WITHIN: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

impl Spans {
    fn with<T>(&self, id: &Id, f: impl FnOnce(&mut Span) -> T) -> T {
        let mut open = self.open.lock().unwrap();
        f(open.get_mut(id).expect("a span has an identity while it is open"))
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, about: &Attributes<'_>) -> Id {
        let mut text = Text(about.metadata().name().to_owned());
        about.record(&mut text);
        let Text(name) = text;
        let now = Instant::now();
        let span = Span {
            lane: Lane::named("span", &name),
            name,
            handles: 1,
            said: String::new(),
            opened: now,
            entered: now,
            times: 0,
            busy: Duration::ZERO,
        };
        let id = Id::from_u64(self.last.fetch_add(1, Relaxed) + 1);
        self.open.lock().unwrap().insert(id.clone(), span);
        id
    }

    fn enter(&self, id: &Id) {
        WITHIN.with_borrow_mut(|within| within.push(id.clone()));
        self.with(id, |span| {
            span.times += 1;
            span.entered = Instant::now();
            span.lane.runs();
        });
    }

    fn exit(&self, id: &Id) {
        WITHIN.with_borrow_mut(|within| within.pop());
        self.with(id, |span| {
            span.busy += span.entered.elapsed();
            let what = span.said.strip_prefix("waits for ");
            span.lane.waits(what.unwrap_or(&span.said));
        });
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let within = WITHIN.with_borrow(|within| within.last().cloned());
        if let Some(id) = within {
            self.with(&id, |span| span.said = text.0);
        }
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.with(id, |span| span.handles += 1);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let is_last = self.with(&id, |span| {
            span.handles -= 1;
            span.handles == 0
        });
        if is_last && let Some(span) = self.open.lock().unwrap().remove(&id) {
            let Span { name, times, busy, opened, .. } = span;
            let (busy, all) = (format_duration(busy), opened.elapsed());
            let all = format_duration(all);
            println!("{name}: entered {times} times, busy {busy} of {all}");
        }
        is_last
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}
}

/// What is said, in one line.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        let space = if self.0.is_empty() { "" } else { " " };
        // A string takes whatever is written.
        let _ = write!(self.0, "{space}{value:?}");
    }
}
