//! Judges `Channel`: in whatever order greenlets call it, are woken and are
//! dropped, no value is lost, none that waits is forgotten, and none overtakes.
//!
//! Ways to be wrong: a call does not wait, or asks again and again instead; it
//! holds a borrow while it sleeps; it does not look again when it is woken; a
//! change wakes nobody, the wrong one, the last, or all; a later call goes
//! first; one that was dropped stays in line, or takes its wake-up or its value
//! with it; the value of a sender that was dropped is sent; `close` wakes some
//! and not others, or throws away what is inside; it is right for little room
//! or for few greenlets only, or for one channel; something grows with all that
//! ever waited.
//!
//! As shipped: and the channel is open

use super::Channel;
use generators::{Greenlet, Resumed, Yielder};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::mem;
use std::rc::Rc;
use timeline::What;
use trials::judge::{Judge, allocated, smallest};

/// How many random stories each run tries.
const STORIES: usize = 240;

/// A call that is resumed more often than this is resumed for nothing.
const MOST_RESUMED: usize = 40;

/// A story with more calls is neither made smaller nor told.
const MOST_SHOWN: usize = 100;

trials::answer!("exercises/greenlet-channel.rs");

#[test]
fn no_value_is_lost_and_none_that_waits_is_forgotten() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    // Small ones first: they are easier to follow.
    let sizes = (0..STORIES).map(|n| 2 + n / 50);
    let any = sizes.map(|most| Story::random(&mut dice, most));
    let stories = Story::usual().into_iter().chain(any);
    for story in stories.chain(Story::crowds()) {
        // A sign of life, for a machine that is busy.
        timeline::event(What::Run);
        if let Err(why) = story.judge() {
            let is_wrong = |it: &Story| it.judge().is_err();
            let (story, why) = match story.size() > MOST_SHOWN {
                true => (story, why),
                false => {
                    let story = smallest(story, Story::smaller, is_wrong);
                    let why = story.judge().err().unwrap_or(why);
                    (story, why)
                }
            };
            panic!("{}: {story}: {} {again}", why.kind, why.sentence);
        }
    }
    judge_memory();
    judge.end();
}

/// What is wrong.
struct Why {
    kind: &'static str,
    sentence: String,
}

const WRONG: &str = "wrong answer";
const WRONG_WAY: &str = "right answer, wrong way";

thread_local! {
    /// The world of the story that is played.
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

/// Says which greenlet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(usize);

/// The greenlet that runs.
#[allow(dead_code, reason = "not every answer waits")]
pub fn me() -> Name {
    let running = world().running.get();
    Name(running.expect("`me` is called by a greenlet"))
}

/// Pauses the greenlet that runs, until another one wakes it.
#[allow(dead_code, reason = "not every answer waits")]
pub fn sleep() {
    pause(Pause::Sleep);
}

/// Pauses the greenlet that runs, until all others that are ready have had
/// their turn.
#[allow(dead_code, reason = "most answers do not need it")]
pub fn turn() {
    pause(Pause::Turn);
}

/// Makes a greenlet that sleeps ready: its turn comes after those of all that
/// are ready already. Does nothing if it does not sleep, or is gone.
#[allow(dead_code, reason = "not every answer waits")]
pub fn wake(Name(number): Name) {
    let world = world();
    if world.state(number) == State::Asleep {
        world.make_ready(number);
    }
}

fn world() -> Rc<World> {
    let world = WORLD.with_borrow(Clone::clone);
    world.expect("a greenlet of the check runs")
}

fn pause(pause: Pause) {
    let paused = Yielder::<(), _>::with_current(|y| y.suspend(pause));
    paused.expect("a greenlet of the check runs");
}

/// What a greenlet wants when it pauses.
#[derive(Clone, Copy, PartialEq)]
enum Pause {
    Sleep,
    Turn,
    /// The greenlet of this number is to be dropped.
    Drop(usize),
}

/// What a greenlet does.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    /// The value of this number.
    Send(usize),
    Recv,
    Close,
    Turn,
    /// The greenlet of this number.
    Drop(usize),
    /// Waits in `send` or `recv` of another channel: for ever.
    Elsewhere {
        sends: bool,
    },
}

#[derive(Clone)]
struct Story {
    room: usize,
    /// What each greenlet does.
    greenlets: Vec<Vec<Act>>,
    /// The greenlets that begin when none of those before is ready any more.
    rounds: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Not begun yet.
    New,
    Ready,
    Running,
    Asleep,
    /// It has come to its end, or was dropped.
    Gone,
}

type Paused = Greenlet<(), Pause, ()>;

/// One greenlet, and the scheduler's knowledge of it.
struct Slot {
    greenlet: Option<Paused>,
    state: State,
    /// How often it was resumed in the call in which it is.
    resumed: usize,
}

/// What there is while a story is played: the scheduler, and what is known.
struct World {
    story: Story,
    slots: RefCell<Vec<Slot>>,
    ready: RefCell<VecDeque<usize>>,
    running: Cell<Option<usize>>,
    /// The greenlet that is being dropped.
    dropping: Cell<Option<usize>>,
    known: RefCell<Known>,
    /// The first thing that was wrong.
    wrong: RefCell<Option<Why>>,
}

/// A value that says when it is dropped.
struct Value {
    number: usize,
    world: Rc<World>,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.world.note_dropped(self.number);
    }
}

/// What has been seen of the channel from outside.
#[derive(Default)]
struct Known {
    is_closed: bool,
    /// The values on their way, in the order in which `send` was called.
    values: Vec<Sent>,
    /// The greenlets in `recv`, in the order in which they have called it.
    receivers: Vec<usize>,
    /// The greenlets that wait in another channel.
    elsewhere: Vec<usize>,
    /// The values that the check has back: received, or refused.
    out: Vec<usize>,
    /// All that there ever were.
    made: Vec<usize>,
    /// Those that were dropped.
    dropped: Vec<usize>,
    /// Set when all is over, and the channel may be dropped.
    is_over: bool,
}

struct Sent {
    number: usize,
    sender: usize,
    /// Set if it is inside: `send` has said so.
    is_inside: bool,
    /// Set if the channel was closed while the sender slept.
    must_fail: bool,
    /// Set if the greenlet that was woken for it was dropped: then it may come
    /// out later than others.
    is_displaced: bool,
}

impl World {
    fn new(story: &Story) -> Rc<World> {
        let slot = || Slot { greenlet: None, state: State::New, resumed: 0 };
        let world = Rc::new(World {
            slots: RefCell::new(
                story.greenlets.iter().map(|_| slot()).collect(),
            ),
            ready: RefCell::default(),
            running: Cell::new(None),
            dropping: Cell::new(None),
            known: RefCell::default(),
            wrong: RefCell::new(None),
            story: story.clone(),
        });
        WORLD.set(Some(Rc::clone(&world)));
        world
    }

    fn state(&self, number: usize) -> State {
        self.slots.borrow()[number].state
    }

    fn set_state(&self, number: usize, state: State) {
        self.slots.borrow_mut()[number].state = state;
    }

    fn make_ready(&self, number: usize) {
        self.set_state(number, State::Ready);
        self.ready.borrow_mut().push_back(number);
    }

    fn say(&self, kind: &'static str, sentence: String) {
        self.wrong.borrow_mut().get_or_insert(Why { kind, sentence });
    }

    fn spawn(self: &Rc<World>, number: usize, channel: &Rc<Channel<Value>>) {
        let (world, channel) = (Rc::clone(self), Rc::clone(channel));
        let body = move |(), _: &Yielder<(), Pause>| {
            for &act in &world.story.greenlets[number] {
                world.act(number, act, &channel);
                if world.is_dropped(number) {
                    return;
                }
            }
        };
        let greenlet = Greenlet::new(format!("greenlet {}", number + 1), body);
        let greenlet = greenlet.expect("a stack");
        self.slots.borrow_mut()[number].greenlet = Some(greenlet);
        self.make_ready(number);
    }

    /// Resumes those that are ready, in turns, until none is.
    fn run(&self) -> Result<(), Why> {
        loop {
            let next = self.ready.borrow_mut().pop_front();
            let Some(number) = next else { return self.judge_sleepers() };
            if self.state(number) != State::Ready {
                continue;
            }
            let mut slots = self.slots.borrow_mut();
            let slot = &mut slots[number];
            slot.state = State::Running;
            slot.resumed += 1;
            let too_often = slot.resumed > MOST_RESUMED;
            let greenlet = slot.greenlet.take().expect("it is paused");
            drop(slots);
            self.resume(number, greenlet, too_often);
            if let Some(why) = self.wrong.take() {
                return Err(why);
            }
        }
    }

    /// Resumes one until it sleeps, or another is next.
    fn resume(&self, number: usize, mut greenlet: Paused, too_often: bool) {
        loop {
            self.running.set(Some(number));
            let resumed = greenlet.resume(());
            self.running.set(None);
            let pause = match resumed {
                Resumed::Yielded(Pause::Drop(other)) => {
                    self.drop_greenlet(other);
                    continue;
                }
                Resumed::Yielded(pause) => pause,
                Resumed::Returned(()) => {
                    return self.set_state(number, State::Gone);
                }
            };
            self.slots.borrow_mut()[number].greenlet = Some(greenlet);
            match pause {
                Pause::Turn => self.make_ready(number),
                _ => self.set_state(number, State::Asleep),
            }
            if too_often {
                let how = match pause {
                    Pause::Turn => "it asks again and again, and sleeps never",
                    _ => "it is woken again and again, for nothing",
                };
                let call = self.call_of(number);
                let often = format!(
                    "{call} was resumed {MOST_RESUMED} times, and waits: {how}"
                );
                self.say(WRONG_WAY, often);
            }
            return;
        }
    }

    /// Drops a greenlet, which leaves whatever it waits for.
    fn drop_greenlet(&self, number: usize) {
        let mut slots = self.slots.borrow_mut();
        let greenlet = slots[number].greenlet.take();
        let state = mem::replace(&mut slots[number].state, State::Gone);
        drop(slots);
        let Some(greenlet) = greenlet else { return };
        let before = self.running.replace(Some(number));
        self.dropping.set(Some(number));
        self.note_leaves(number, state);
        drop(greenlet);
        self.dropping.set(None);
        self.running.set(before);
        self.note_left(number, state);
    }

    fn act(self: &Rc<World>, own: usize, act: Act, channel: &Channel<Value>) {
        self.slots.borrow_mut()[own].resumed = 0;
        match act {
            Act::Send(number) => {
                let value = Value { number, world: Rc::clone(self) };
                let was_closed = self.note_sends(own, number);
                let sent = hand_on(channel, value);
                match sent {
                    _ if self.is_dropped(own) => {}
                    Ok(()) => self.note_sent(own, number, was_closed),
                    Err(value) => {
                        self.note_refused(own, number, value.number);
                    }
                }
            }
            Act::Recv => {
                self.known.borrow_mut().receivers.push(own);
                let value = take_next(channel);
                if !self.is_dropped(own) {
                    self.note_received(own, value.as_ref().map(|it| it.number));
                }
            }
            Act::Close => {
                self.note_closes();
                channel.close();
            }
            Act::Turn => turn(),
            Act::Drop(other) if other == own => {}
            Act::Drop(other) => pause(Pause::Drop(other)),
            Act::Elsewhere { sends } => self.wait_elsewhere(own, sends),
        }
    }

    /// Says if a greenlet is being dropped, whose call should not come back.
    fn is_dropped(&self, own: usize) -> bool {
        let is_dropped = self.dropping.get() == Some(own);
        if is_dropped {
            let sentence = format!(
                "greenlet {} was dropped while it slept in a call, and the \
                 call comes back",
                own + 1
            );
            self.say(WRONG, sentence);
        }
        is_dropped
    }

    /// Waits for what is never there, in a channel that no other greenlet has.
    fn wait_elsewhere(&self, own: usize, sends: bool) {
        self.known.borrow_mut().elsewhere.push(own);
        let elsewhere = Channel::with_room_for(1);
        let (call, state) = match sends {
            false => ("receives from", "empty"),
            true => ("sends to", "full"),
        };
        if sends {
            let _ = elsewhere.send(());
            let _ = elsewhere.send(());
        } else {
            let _ = elsewhere.recv();
        }
        if self.is_dropped(own) {
            return;
        }
        let own = own + 1;
        let sentence = format!(
            "greenlet {own} {call} another channel, and does not wait: that \
             one is open, and {state}"
        );
        self.say(WRONG, sentence);
    }

    /// Notes that `send` is called, and says if the channel is closed already.
    fn note_sends(&self, sender: usize, number: usize) -> bool {
        let mut known = self.known.borrow_mut();
        known.values.push(Sent {
            number,
            sender,
            is_inside: false,
            must_fail: false,
            is_displaced: false,
        });
        known.made.push(number);
        known.is_closed
    }

    fn note_sent(&self, sender: usize, number: usize, was_closed: bool) {
        let mut known = self.known.borrow_mut();
        let sends = format!("greenlet {} sends value {number}", sender + 1);
        let value = known.values.iter_mut().find(|it| it.number == number);
        // If it is not there, it was received before its `send` came back.
        let Some(value) = value else { return };
        if was_closed || value.must_fail {
            let closed = match was_closed {
                true => "the channel was closed before",
                false => "the channel was closed while it slept",
            };
            self.say(WRONG, format!("{sends} with success, and {closed}"));
        }
        value.is_inside = true;
        // One that was woken may have its value already.
        let count = |state| {
            let receivers = known.receivers.iter();
            receivers.filter(|it| self.state(**it) == state).count()
        };
        let displaced = known.values.iter().filter(|it| it.is_displaced);
        let room = self.story.room + count(State::Ready) + displaced.count();
        let inside = known.inside().count();
        if inside > room {
            let sentence = format!(
                "{sends}, and {inside} values are inside then: `send` did not \
                 wait for room"
            );
            self.say(WRONG, sentence);
        }
    }

    fn note_refused(&self, sender: usize, number: usize, back: usize) {
        let mut known = self.known.borrow_mut();
        let own = format!("greenlet {} sends value {number}", sender + 1);
        if back != number {
            self.say(WRONG, format!("{own}, and gets back value {back}"));
        }
        if !known.is_closed {
            let sentence = format!("{own} in vain, and the channel is open");
            self.say(WRONG, sentence);
        }
        known.out.push(back);
        known.values.retain(|it| it.number != back);
    }

    fn note_received(&self, receiver: usize, number: Option<usize>) {
        let mut known = self.known.borrow_mut();
        let own = format!("greenlet {}", receiver + 1);
        let place = known.receivers.iter().position(|it| *it == receiver);
        let place = place.expect("it has called `recv`");
        let before = known.receivers[..place].first().copied();
        known.receivers.remove(place);
        let Some(number) = number else {
            let due = known.inside().filter(|it| !it.is_displaced).nth(place);
            let but = match due {
                _ if !known.is_closed => "the channel is open".to_owned(),
                Some(due) => format!("value {} is still inside", due.number),
                None => return,
            };
            let sentence = format!("`recv` gives {own} `None`, and {but}");
            return self.say(WRONG, sentence);
        };
        let at = known.values.iter().position(|it| it.number == number);
        let Some(at) = at else {
            let sentence = format!(
                "{own} receives value {number}, and its sender was dropped \
                 while it slept"
            );
            return self.say(WRONG, sentence);
        };
        let value = known.values.remove(at);
        known.out.push(number);
        let mut older = known.values[..at].iter();
        let mut certain = older.clone().filter(|it| !it.is_displaced);
        if value.is_displaced {
        } else if let (Some(before), true) = (before, place > at) {
            let sentence = format!(
                "{own} receives value {number}, and greenlet {} has called \
                 `recv` before it",
                before + 1
            );
            self.say(WRONG, sentence);
        } else if let Some(older) = certain.nth(place).and(older.next()) {
            let sentence = format!(
                "{own} receives value {number}, and `send` was called for \
                 value {} before",
                older.number
            );
            self.say(WRONG, sentence);
        }
    }

    fn note_closes(&self) {
        let mut known = self.known.borrow_mut();
        known.is_closed = true;
        for value in known.values.iter_mut().filter(|it| !it.is_inside) {
            // One that was woken may be inside already.
            value.must_fail |= self.state(value.sender) == State::Asleep;
        }
    }

    fn note_dropped(&self, number: usize) {
        let mut known = self.known.borrow_mut();
        known.dropped.push(number);
        if known.is_over || known.out.contains(&number) {
            return;
        }
        let at = known.values.iter().position(|it| it.number == number);
        let Some(at) = at else { return };
        let value = known.values.remove(at);
        let why = match self.dropping.get() {
            // What was not sent goes with its sender.
            Some(gone) if gone == value.sender && !value.is_inside => return,
            Some(gone) => format!("with greenlet {}", gone + 1),
            None => "and nobody has received it".to_owned(),
        };
        let sentence = format!("value {number} is lost: it was dropped {why}");
        self.say(WRONG, sentence);
    }

    /// Notes that a greenlet is about to be dropped.
    fn note_leaves(&self, number: usize, state: State) {
        let mut known = self.known.borrow_mut();
        let place = known.receivers.iter().position(|it| *it == number);
        let Some(place) = place else { return };
        known.receivers.remove(place);
        // It was woken for one that no greenlet before it was woken for.
        let mut others = known.values.iter_mut().filter(|it| !it.is_displaced);
        if let (State::Ready, Some(value)) = (state, others.nth(place)) {
            value.is_displaced = true;
        }
    }

    /// Notes that a greenlet has been dropped.
    fn note_left(&self, number: usize, state: State) {
        let mut known = self.known.borrow_mut();
        let mut all = known.values.iter_mut();
        let own = all.find(|it| it.sender == number && !it.is_inside);
        let Some(value) = own else { return };
        // One that was woken may have sent it already.
        value.is_inside = true;
        if state == State::Asleep {
            let sentence = format!(
                "greenlet {} was dropped while it slept in `send`, and its \
                 value {} is kept",
                number + 1,
                value.number
            );
            self.say(WRONG, sentence);
        }
    }

    /// In which call it is.
    fn call_of(&self, number: usize) -> String {
        let known = self.known.borrow();
        let name = format!("greenlet {}", number + 1);
        let mut all = known.values.iter();
        match all.find(|it| it.sender == number && !it.is_inside) {
            _ if known.receivers.contains(&number) => {
                format!("{name} in `recv`")
            }
            Some(value) => {
                format!("{name} in `send` of value {}", value.number)
            }
            None if known.elsewhere.contains(&number) => {
                format!("{name} in another channel")
            }
            None => name,
        }
    }

    /// No greenlet is ready: does one sleep that could go on?
    fn judge_sleepers(&self) -> Result<(), Why> {
        let slots = self.slots.borrow().len();
        let asleep = (0..slots).filter(|it| self.state(*it) == State::Asleep);
        let asleep: Vec<usize> = asleep.collect();
        let known = self.known.borrow();
        let inside: Vec<usize> = known.inside().map(|it| it.number).collect();
        for &number in &asleep {
            if known.elsewhere.contains(&number) {
                continue;
            }
            let receives = known.receivers.contains(&number);
            let but = if known.is_closed {
                "the channel is closed".to_owned()
            } else if !receives && inside.len() < self.story.room {
                "there is room".to_owned()
            } else if let (true, Some(value)) = (receives, inside.first()) {
                format!("value {value} is inside")
            } else {
                continue;
            };
            let all = asleep.iter().take(4).map(|it| self.call_of(*it));
            let mut all = all.collect::<Vec<_>>().join(", ");
            if asleep.len() > 4 {
                all += &format!(" and {} more", asleep.len() - 4);
            }
            let sentence = format!(
                "greenlet {} sleeps, though {but}; asleep: {all}",
                number + 1
            );
            return Err(Why { kind: WRONG, sentence });
        }
        Ok(())
    }
}

impl Known {
    /// The values that are inside.
    fn inside(&self) -> impl Iterator<Item = &Sent> {
        self.values.iter().filter(|it| it.is_inside)
    }
}

/// It knows nothing of greenlets, and what it calls may pause.
fn hand_on<T>(channel: &Channel<T>, value: T) -> Result<(), T> {
    channel.send(value)
}

/// As `hand_on`.
fn take_next<T>(channel: &Channel<T>) -> Option<T> {
    channel.recv()
}

impl Story {
    fn new(room: usize, greenlets: Vec<Vec<Act>>) -> Story {
        let first = (0..greenlets.len()).collect();
        Story { room, greenlets, rounds: vec![first] }
    }

    /// Each greenlet begins when none of those before is ready.
    fn one_by_one(room: usize, greenlets: Vec<Vec<Act>>) -> Story {
        let rounds = (0..greenlets.len()).map(|it| vec![it]).collect();
        Story { room, greenlets, rounds }
    }

    /// Small ones, which show the usual mistakes.
    fn usual() -> Vec<Story> {
        use Act::{Close, Drop, Recv, Send, Turn};
        const RECEIVES: Act = Act::Elsewhere { sends: false };
        const SENDS: Act = Act::Elsewhere { sends: true };
        vec![
            Story::new(1, vec![vec![Recv], vec![Send(1)]]),
            Story::new(1, vec![vec![Send(1), Send(2)], vec![Recv, Recv]]),
            Story::one_by_one(2, vec![vec![Recv], vec![Close]]),
            Story::new(1, vec![vec![Close, Close, Send(1)]]),
            Story::one_by_one(1, vec![vec![Send(1), Send(2)], vec![Close]]),
            Story::new(2, vec![vec![Send(1), Send(2), Close], vec![Recv; 3]]),
            // One that sleeps is dropped, and is no more in line.
            Story::one_by_one(
                1,
                vec![vec![Recv], vec![Recv], vec![Drop(0), Send(1)]],
            ),
            Story::one_by_one(
                1,
                vec![vec![Send(1), Send(2)], vec![Drop(0)], vec![Recv, Recv]],
            ),
            // One that was woken is dropped before its turn.
            Story::one_by_one(
                1,
                vec![vec![Recv], vec![Recv], vec![Send(1), Drop(0)]],
            ),
            // The second one comes when the first was woken.
            Story::one_by_one(
                1,
                vec![vec![Recv], vec![Send(1), Recv], vec![Turn, Send(2)]],
            ),
            // A closed channel has a line, too.
            Story::one_by_one(
                2,
                vec![vec![Recv], vec![Send(1), Send(2), Close, Recv]],
            ),
            // One that waits in another channel is in no line of this one.
            Story::one_by_one(
                1,
                vec![vec![RECEIVES], vec![Recv], vec![Send(1), Close]],
            ),
            Story::one_by_one(1, vec![vec![SENDS], vec![Send(1), Close]]),
        ]
    }

    /// Much room, and many that wait.
    fn crowds() -> [Story; 4] {
        const MANY: usize = 100;

        let send = |count| (1..=count).map(Act::Send).collect::<Vec<_>>();
        let each =
            |act: fn(usize) -> Act| (1..=MANY).map(move |n| vec![act(n)]);
        let crowd = |each: &mut dyn Iterator<Item = Vec<Act>>, last| {
            let mut greenlets: Vec<_> = each.collect();
            greenlets.push(last);
            let rounds = vec![(0..MANY).collect(), vec![MANY]];
            Story { room: 1, greenlets, rounds }
        };
        [
            Story::one_by_one(300, vec![send(700), vec![Act::Recv; 700]]),
            crowd(&mut each(|_| Act::Recv), send(MANY)),
            crowd(&mut each(Act::Send), vec![Act::Recv; MANY]),
            crowd(&mut each(|_| Act::Recv), vec![Act::Close]),
        ]
    }

    fn random(dice: &mut Dice, most: usize) -> Story {
        let count = 2 + dice.below(most);
        let mut values = 0;
        let mut greenlets = Vec::new();
        let mut rounds = vec![Vec::new(); 1 + dice.below(3)];
        for number in 0..count {
            let sends = [1, 4, 7][dice.below(3)];
            let acts =
                (0..1 + dice.below(most)).map(|_| match dice.below(30) {
                    0..5 => Act::Turn,
                    5..8 => Act::Drop(dice.below(count)),
                    8 => Act::Close,
                    9 if dice.below(3) == 0 => {
                        Act::Elsewhere { sends: dice.below(2) == 1 }
                    }
                    _ if dice.below(8) < sends => {
                        values += 1;
                        Act::Send(values)
                    }
                    _ => Act::Recv,
                });
            greenlets.push(acts.collect());
            let round = dice.below(rounds.len());
            rounds[round].push(number);
        }
        Story { room: 1 + dice.below(3), greenlets, rounds }
    }

    /// With one act less, or less room, or all at once.
    fn smaller(&self) -> Vec<Story> {
        let mut all = Vec::new();
        for (number, acts) in self.greenlets.iter().enumerate() {
            for place in 0..acts.len() {
                let mut less = self.clone();
                less.greenlets[number].remove(place);
                all.push(less);
            }
        }
        for round in 1..self.rounds.len() {
            let mut less = self.clone();
            let moved = less.rounds.remove(round);
            less.rounds[round - 1].extend(moved);
            all.push(less);
        }
        if self.room > 1 {
            all.push(Story { room: self.room - 1, ..self.clone() });
        }
        all
    }

    fn size(&self) -> usize {
        self.greenlets.iter().map(Vec::len).sum()
    }

    /// Plays it with the answer's channel, and says what is wrong.
    fn judge(&self) -> Result<(), Why> {
        let world = World::new(self);
        let channel = Rc::new(Channel::with_room_for(self.room));
        let played = self.play(&world, &channel);
        (0..self.greenlets.len()).for_each(|it| world.drop_greenlet(it));
        world.known.borrow_mut().is_over = true;
        drop(channel);
        WORLD.set(None);
        if let Some(why) = played.err().or(world.wrong.take()) {
            return Err(why);
        }
        let mut known = world.known.borrow_mut();
        let Known { made, dropped, .. } = &mut *known;
        made.sort_unstable();
        dropped.sort_unstable();
        match made.iter().find(|it| dropped.binary_search(it).is_err()) {
            Some(number) => {
                let sentence =
                    format!("all is over, and value {number} is not dropped");
                Err(Why { kind: WRONG, sentence })
            }
            None => Ok(()),
        }
    }

    fn play(
        &self,
        world: &Rc<World>,
        channel: &Rc<Channel<Value>>,
    ) -> Result<(), Why> {
        for round in &self.rounds {
            for &number in round {
                if world.state(number) == State::New {
                    world.spawn(number, channel);
                }
            }
            world.run()?;
        }
        Ok(())
    }
}

/// What has waited and is gone needs no memory.
fn judge_memory() {
    const MANY: usize = 1_000;
    const MOST: isize = 4_000;

    let waits = [vec![Act::Recv], vec![Act::Drop(0)]];
    let story = Story::one_by_one(1, waits.to_vec());
    let channel = Rc::new(Channel::with_room_for(1));
    let before = allocated();
    for n in 0..MANY {
        if n % 50 == 0 {
            // A sign of life, as above.
            timeline::event(What::Run);
        }
        let world = World::new(&story);
        if let Err(why) = story.play(&world, &channel) {
            panic!("{}: {story}, again and again: {}", why.kind, why.sentence);
        }
    }
    WORLD.set(None);
    let held = allocated() - before;
    assert!(
        held < MOST,
        "right answer, wrong way: {MANY} greenlets have waited in `recv`, one \
         after the other, and were dropped; {held} bytes of memory are kept"
    );
}

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "room for {}", self.room)?;
        if self.size() > MOST_SHOWN {
            let (all, calls) = (self.greenlets.len(), self.size());
            return write!(f, ", {all} greenlets, {calls} calls");
        }
        for (n, round) in self.rounds.iter().enumerate() {
            let mut then = if n > 0 { "then " } else { "" };
            for &number in round {
                let acts = &self.greenlets[number];
                if acts.is_empty() {
                    continue;
                }
                let acts: Vec<_> = acts.iter().map(Act::to_string).collect();
                let acts = acts.join(", ");
                write!(f, "; {then}greenlet {} {acts}", number + 1)?;
                then = "";
            }
        }
        Ok(())
    }
}

impl Display for Act {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Act::Send(number) => write!(f, "sends {number}"),
            Act::Recv => f.write_str("receives"),
            Act::Close => f.write_str("closes"),
            Act::Turn => f.write_str("pauses"),
            Act::Drop(number) => write!(f, "drops greenlet {}", number + 1),
            Act::Elsewhere { sends: true } => {
                f.write_str("sends to another channel that is full")
            }
            Act::Elsewhere { sends: false } => {
                f.write_str("receives from another channel that is empty")
            }
        }
    }
}
