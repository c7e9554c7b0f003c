//! How a lane is drawn: as a row of cells, one for each column of the picture.

use super::spans::{Span, State, Track};
use std::ops::Range;
use std::time::Duration;

/// What a picture shows of a lane in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It does nothing, or is not there.
    Nothing,
    /// It has a CPU for three quarters of the time or more.
    Runs,
    /// It has a CPU for a part of the time.
    RunsInPart,
    /// It says that it runs, and has no CPU.
    OffTheCpu,
    /// It could run, and does not.
    Ready,
    /// It waits for anything but a lock.
    Waits,
    /// It does so while it holds a lock.
    WaitsHolding,
    /// It waits for a lock.
    Blocked,
    /// It panics.
    Panics,
    /// Its process dies.
    Dies,
    /// Its process has been killed, and not been waited for.
    Zombie,
    /// It says that it runs; whether it has a CPU is not known.
    Unknown,
}

impl Cell {
    /// How each cell is drawn in text, and what it means.
    pub(super) const LEGEND: [(Cell, char, &str); 11] = [
        (Cell::Runs, '█', "runs"),
        (Cell::RunsInPart, '▓', "runs partly"),
        (Cell::OffTheCpu, '·', "off the CPU"),
        (Cell::Unknown, '?', "runs, perhaps"),
        (Cell::Ready, ':', "ready to run"),
        (Cell::Waits, '─', "waits"),
        (Cell::WaitsHolding, '═', "waits and holds a lock"),
        (Cell::Blocked, '×', "waits for a lock"),
        (Cell::Panics, '!', "panics"),
        (Cell::Dies, '†', "dies"),
        (Cell::Zombie, 'z', "is a zombie"),
    ];

    /// Its symbol in text, and what it means, as a legend says it.
    pub fn legend(self) -> (char, &'static str) {
        let mut legend = Cell::LEGEND.into_iter();
        let own = legend.find(|(cell, ..)| *cell == self);
        own.map_or((' ', ""), |(_, symbol, meaning)| (symbol, meaning))
    }

    /// The cell of a column that one state fills.
    pub fn of(state: &State) -> Cell {
        match state {
            State::Run { cpu: None } => Cell::Unknown,
            State::Run { cpu: Some(0.75..) } => Cell::Runs,
            State::Run { .. } if state.runs() => Cell::RunsInPart,
            State::Run { .. } => Cell::OffTheCpu,
            State::Wait(_) => Cell::Waits,
            State::Blocked(_) => Cell::Blocked,
            State::Ready | State::Lost => Cell::Ready,
            State::Idle => Cell::Nothing,
            State::Zombie => Cell::Zombie,
        }
    }
}

/// The columns of a picture, which share its time evenly.
pub(super) struct Columns {
    pub count: usize,
    pub length: Duration,
}

impl Columns {
    /// When a column begins and when it ends.
    pub fn times(&self, column: usize) -> Range<Duration> {
        let start = |n| self.length.mul_f64(n as f64 / self.count as f64);
        start(column)..start(column + 1)
    }

    /// The column that a time falls into.
    pub fn of(&self, time: Duration) -> usize {
        let part = time.as_secs_f64() / self.length.as_secs_f64().max(1e-9);
        ((part * self.count as f64) as usize).min(self.count - 1)
    }

    /// Draws a lane: its columns, each with what it waits for.
    pub fn draw<'a>(&self, track: &'a Track) -> Vec<(Cell, Option<&'a str>)> {
        let cells =
            (0..self.count).map(|column| track.cell(&self.times(column)));
        let mut row: Vec<_> = cells.collect();
        // A wait that goes on when the recording ends explains most, however
        // short it is.
        let last = track.spans.last().filter(|_| !track.ended);
        if let Some(Span { to, state, .. }) = last
            && !matches!(state, State::Run { .. })
        {
            row[self.of(*to)] = (Cell::of(state), state.what());
        }
        let ends = [(Cell::Panics, &track.panicked), (Cell::Dies, &track.died)];
        for (cell, end) in ends {
            if let Some((at, _)) = end {
                row[self.of(*at)] = (cell, None);
            }
        }
        row
    }
}

impl Track {
    /// What it did in a column of these times, and what it waited for.
    fn cell(&self, column: &Range<Duration>) -> (Cell, Option<&str>) {
        let width = column.end - column.start;
        let first = self.spans.partition_point(|span| span.to <= column.start);
        let here =
            self.spans[first..].iter().take_while(|it| it.from < column.end);

        // A run is shown rather than a wait.
        let runs = here.clone().filter(|span| span.owns(column));
        let runs: Vec<_> = runs.collect();
        // Runs without a gap are one run, which was cut where an event said how
        // much CPU time was used. If it is shorter than a column, it is drawn
        // as if it filled one.
        let gapless = runs.windows(2).all(|pair| pair[0].to == pair[1].from);
        if let (Some(first), Some(last)) = (runs.first(), runs.last())
            && gapless
            && last.to - first.from < width
        {
            return (Cell::Runs, None);
        }
        if let [run] = runs[..] {
            return (Cell::of(&run.state), None);
        }
        // Of several runs, it counts how busy they kept a CPU together.
        if !runs.is_empty() {
            let busy: f64 = runs.iter().map(|run| run.cpu_in(column)).sum();
            let much = busy / width.as_secs_f64() >= 0.75;
            return (if much { Cell::Runs } else { Cell::RunsInPart }, None);
        }
        // No run: what it did for longest, if it existed for half the column.
        let alive = here.clone().map(|span| span.time_in(column));
        let existed = alive.sum::<Duration>() * 2 >= width;
        let others = here.filter(|span| !span.state.runs());
        let longest = others.max_by_key(|span| span.time_in(column));
        let Some(span) = longest.filter(|_| existed) else {
            return (Cell::Nothing, None);
        };
        // A wait is drawn otherwise if it held a lock for most of the column.
        let held =
            self.held.iter().map(|it| overlap(&(it.from..it.to), column));
        let cell = match Cell::of(&span.state) {
            Cell::Waits if held.sum::<Duration>() * 2 > width => {
                Cell::WaitsHolding
            }
            cell => cell,
        };
        (cell, span.state.what())
    }
}

impl Span {
    /// Set if it runs, and this column shows it: because it fills half of the
    /// column, or because it is shorter and has its middle there.
    fn owns(&self, column: &Range<Duration>) -> bool {
        let width = column.end - column.start;
        let middle = self.from + (self.to - self.from) / 2;
        let is_shorter = self.to - self.from < width;
        self.state.runs()
            && (self.time_in(column) * 2 >= width
                || is_shorter && column.contains(&middle))
    }

    /// How much of it lies in a column.
    fn time_in(&self, column: &Range<Duration>) -> Duration {
        overlap(&(self.from..self.to), column)
    }

    /// How many seconds of CPU it had in a column.
    fn cpu_in(&self, column: &Range<Duration>) -> f64 {
        let State::Run { cpu: Some(share) } = self.state else { return 0.0 };
        self.time_in(column).as_secs_f64() * f64::from(share)
    }
}

/// For how long two stretches of time overlap.
fn overlap(a: &Range<Duration>, b: &Range<Duration>) -> Duration {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

impl State {
    /// Set if a picture would draw both alike.
    pub(super) fn is_like(&self, other: &State) -> bool {
        let both_run = matches!(self, State::Run { .. });
        self == other || both_run && Cell::of(self) == Cell::of(other)
    }
}
