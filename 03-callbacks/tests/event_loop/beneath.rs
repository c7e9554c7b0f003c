//! What a scheduler that stands on the loop needs of it.

use super::{Notes, pair, ready_pair};
use callbacks::{Direction, Loop, Socket};
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::time::{Duration, Instant};
use timeline::{Event, What};
use trials::alone;

#[test]
fn run_once_takes_one_turn_and_waits_for_it() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        let due = Instant::now() + Duration::from_millis(2);
        events.at(due, move |events| {
            noted.add("timer");
            events.call_soon(|events| {
                events.call_soon(|_| panic!("it is for the next turn"));
            });
        });
        events.run_once().unwrap();
        assert!(Instant::now() >= due);
        assert_eq!((notes.take().len(), events.turns()), (1, 1));
        assert!(!events.is_over());
    });
}

#[test]
fn after_stop_run_once_does_not_wait() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = ready_pair(&mut events);
        events.when_readable(socket, notes.note_socket("ready"));
        let timer = events.after(Duration::from_secs(60), |_| ());
        for called in [&["ready"][..], &[]] {
            events.stop();
            events.run_once().unwrap();
            assert_eq!(notes.take(), called);
        }
        // It was for that turn only: now it would wait for the timer.
        events.call_soon(move |events| {
            events.cancel(timer);
        });
        events.run().unwrap();
        assert!(events.is_over());
    });
}

#[test]
fn without_anything_to_call_run_once_does_nothing() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        assert!(events.is_over());
        events.run_once().unwrap();
        assert_eq!(events.turns(), 0);
    });
}

#[test]
fn run_once_hands_on_a_panic_and_is_refused_inside_of_a_loop() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        events.call_soon(|_| panic_any("in the turn"));
        let ran = catch_unwind(AssertUnwindSafe(|| events.run_once()));
        let payload = ran.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"in the turn"));
        events.call_soon(|_| {
            let mut inner = Loop::new().unwrap();
            assert!(inner.run_once().is_err());
        });
        events.run_once().unwrap();
    });
}

#[test]
fn sockets_of_all_kinds_can_be_waited_for_alike() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let listener = Socket::new(&mut events, listener).unwrap();
        let _client = TcpStream::connect(address).unwrap();
        let (stream, _peer) = ready_pair(&mut events);
        let any = [listener.any(), stream.any()];
        for (socket, name) in any.into_iter().zip(["listener", "stream"]) {
            let noted = notes.clone();
            events.when(Direction::Read, socket, move |_, waited| {
                waited.unwrap();
                noted.add(name);
            });
        }
        events.run().unwrap();
        let mut called = notes.take();
        called.sort();
        assert_eq!(called, ["listener", "stream"]);
    });
}

#[test]
fn what_is_in_the_way_of_a_wait_is_told() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = pair(&mut events);
        let reader =
            events.when_readable(socket.clone(), notes.note_socket("never"));
        let noted = notes.clone();
        let then = move |events: &mut Loop, waited: std::io::Result<()>| {
            let why = waited.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::AlreadyExists);
            noted.add("refused");
            events.cancel(reader);
        };
        events.when(Direction::Read, socket.any(), then);
        events.run().unwrap();
        assert_eq!(notes.take(), ["refused"]);
    });
}

#[test]
fn a_silent_loop_records_nothing_of_its_callbacks() {
    alone(|| {
        timeline::start().unwrap();
        let mut events = Loop::silent().unwrap();
        let (socket, _peer) = ready_pair(&mut events);
        events.when_readable(socket, |events, _| {
            // What runs is still the thread, or a lane of the program's own.
            timeline::event(What::Ask("/"));
            let lane = timeline::Lane::new("task");
            lane.runs();
            timeline::event(What::Got("/"));
            events.call_soon(|_| ());
            events.after(Duration::ZERO, |_| ());
        });
        let thread = timeline::current();
        events.run().unwrap();
        let file = fs::read_to_string(timeline::path().unwrap()).unwrap();
        let all = file.lines().map(|line| Event::parse(line).unwrap());
        let all: Vec<_> = all.collect();
        let spawned = all.iter().filter_map(|event| match event.what {
            What::Spawn { kind, .. } => Some((kind, event.lane)),
            _ => None,
        });
        let spawned: Vec<_> = spawned.collect();
        let [("thread", main), ("task", task)] = spawned[..] else {
            panic!("{spawned:?}")
        };
        assert_eq!(main, thread);
        let lane_of =
            |what| all.iter().find(|event| event.what == what).unwrap().lane;
        assert_eq!(lane_of(What::Ask("/")), main);
        assert_eq!(lane_of(What::Got("/")), task);
        assert!(all.iter().all(|it| [main, task].contains(&it.lane)));
    });
}
