//! How a column of a lane is drawn.

use super::spans::{Span, State, Track};
use std::time::Duration;

/// One column of one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Nothing,
    Runs,
    RunsInPart,
    OffTheCpu,
    Ready,
    Waits,
    WaitsHolding,
    Blocked,
    Panics,
    Dies,
    Unknown,
}

impl Cell {
    /// The symbol of each cell, and what it means.
    pub const LEGEND: [(Cell, char, &str); 10] = [
        (Cell::Runs, '█', "runs"),
        (Cell::RunsInPart, '▓', "runs partly"),
        (Cell::OffTheCpu, '·', "off the CPU"),
        (Cell::Ready, ':', "ready to run"),
        (Cell::Waits, '─', "waits"),
        (Cell::WaitsHolding, '═', "waits and holds a lock"),
        (Cell::Blocked, '×', "waits for a lock"),
        (Cell::Panics, '!', "panics"),
        (Cell::Dies, '†', "dies"),
        (Cell::Unknown, '?', "runs, as it said last"),
    ];

    pub fn symbol(self) -> char {
        let mut legend = Cell::LEGEND.iter();
        let own = legend.find(|(cell, ..)| *cell == self);
        own.map_or(' ', |(_, symbol, _)| *symbol)
    }

    /// The cell of a column that is all in one state.
    pub fn of(state: &State) -> Cell {
        match state {
            State::Run { cpu: None } => Cell::Unknown,
            State::Run { .. } if state.runs_throughout() => Cell::Runs,
            State::Run { .. } if state.runs() => Cell::RunsInPart,
            State::Run { .. } => Cell::OffTheCpu,
            State::Wait(_) => Cell::Waits,
            State::Blocked(_) => Cell::Blocked,
            State::Ready => Cell::Ready,
        }
    }
}

/// When a column begins.
pub(super) fn column_start(
    length: Duration,
    columns: usize,
    column: usize,
) -> Duration {
    length.mul_f64(column as f64 / columns as f64)
}

/// The columns of a lane, each with what it waits for.
pub(super) fn draw_cells(
    track: &Track,
    length: Duration,
    columns: usize,
) -> Vec<(Cell, Option<&str>)> {
    let start = |column| column_start(length, columns, column);
    let mut row: Vec<_> = (0..columns)
        .map(|column| draw_cell(track, start(column), start(column + 1)))
        .collect();
    let column_of = |time: Duration| {
        let part = time.as_secs_f64() / length.as_secs_f64().max(1e-9);
        ((part * columns as f64) as usize).min(columns - 1)
    };
    // A wait that goes on when the recording ends explains most, however short
    // it is.
    let last = track.spans.last().filter(|_| !track.ended);
    if let Some(Span { to, state, .. }) = last
        && !matches!(state, State::Run { .. })
    {
        row[column_of(*to)] = (Cell::of(state), state.what());
    }
    for (cell, end) in
        [(Cell::Panics, &track.panicked), (Cell::Dies, &track.died)]
    {
        if let Some((at, _)) = end {
            row[column_of(*at)] = (cell, None);
        }
    }
    row
}

/// The column of what a lane did from `from` to `to`.
fn draw_cell(
    track: &Track,
    from: Duration,
    to: Duration,
) -> (Cell, Option<&str>) {
    let spans = &track.spans;
    let first = spans.partition_point(|span| span.to <= from);
    let here = spans[first..].iter().take_while(|span| span.from < to);

    // A run is shown rather than a wait.
    let runs: Vec<_> =
        here.clone().filter(|span| span.owns_column(from, to)).collect();
    // Runs without a gap are one: the CPU clock was looked at in between.
    let gapless = runs.windows(2).all(|pair| pair[0].to == pair[1].from);
    if let (Some(first), Some(last)) = (runs.first(), runs.last())
        && gapless
        && last.to - first.from < to - from
    {
        return (Cell::Runs, None);
    }
    if let [run] = runs[..] {
        return (Cell::of(&run.state), None);
    }
    if !runs.is_empty() {
        let busy: f64 = runs.iter().map(|run| run.busy(from, to)).sum();
        let share = busy / (to - from).as_secs_f64();
        let much = share >= 0.75;
        return (if much { Cell::Runs } else { Cell::RunsInPart }, None);
    }
    // If it existed for half of the column: what it did for longest.
    let alive: Duration = here.clone().map(|span| span.within(from, to)).sum();
    let longest = here
        .filter(|span| !span.state.runs())
        .max_by_key(|span| span.within(from, to));
    match longest {
        Some(span) if alive * 2 >= to - from => {
            let held =
                track.held.iter().map(|it| overlap(it.from, it.to, from, to));
            let holds = held.sum::<Duration>() * 2 > to - from;
            let cell = match Cell::of(&span.state) {
                Cell::Waits if holds => Cell::WaitsHolding,
                cell => cell,
            };
            (cell, span.state.what())
        }
        _ => (Cell::Nothing, None),
    }
}

impl Span {
    /// Set if it runs, and a column from `from` to `to` shows it: because it fills
    /// half of the column, or because it is shorter and has its middle there.
    fn owns_column(&self, from: Duration, to: Duration) -> bool {
        let middle = self.from + (self.to - self.from) / 2;
        self.state.runs()
            && (self.within(from, to) * 2 >= to - from
                || self.to - self.from < to - from
                    && (from..to).contains(&middle))
    }

    /// How much of it lies between `from` and `to`.
    pub(super) fn within(&self, from: Duration, to: Duration) -> Duration {
        overlap(self.from, self.to, from, to)
    }

    /// How many seconds of CPU it had in that time.
    fn busy(&self, from: Duration, to: Duration) -> f64 {
        let State::Run { cpu: Some(share) } = self.state else { return 0.0 };
        self.within(from, to).as_secs_f64() * f64::from(share)
    }
}

/// For how long two stretches of time overlap.
fn overlap(
    a: Duration,
    a_end: Duration,
    b: Duration,
    b_end: Duration,
) -> Duration {
    a_end.min(b_end).saturating_sub(a.max(b))
}

impl State {
    /// Set if a picture would draw both alike.
    pub(super) fn is_like(&self, other: &State) -> bool {
        let both_run = matches!(self, State::Run { .. });
        self == other || both_run && Cell::of(self) == Cell::of(other)
    }

    /// What it waits for.
    pub(super) fn what(&self) -> Option<&str> {
        match self {
            State::Wait(what) | State::Blocked(what) => Some(what),
            _ => None,
        }
    }
}
