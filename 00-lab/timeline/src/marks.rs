//! What a picture points at: what a reader should see without looking for it.

use super::event::Id;
use super::spans::{Asked, Recording, Span, State, Track};
use std::collections::HashMap;
use std::time::Duration;

/// Something that went wrong, or nearly, in a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Each of these tracks waits for a lock that the next one holds, and the
    /// last waits for the first.
    Circle(Vec<usize>),
    /// This track asks for a page for the second time, or the third, and two
    /// asked for that page at the same time.
    Again {
        /// Its index.
        track: usize,
        /// When.
        at: Duration,
        /// The path of the page.
        page: String,
        /// For the how-many-th time.
        nth: usize,
    },
    /// The process of the first track dies, and the other is the next to begin.
    Succeeds {
        /// Which, and when that was noticed.
        dead: (usize, Duration),
        /// Which, and when it began.
        next: (usize, Duration),
    },
    /// This track was woken, and its thread sleeps for ever.
    Lost(usize),
    /// The process of this track was killed, and is a zombie for a good part of
    /// the recording.
    Zombie {
        /// Its index.
        track: usize,
        /// Since when.
        from: Duration,
        /// Until its parent waited for it.
        to: Duration,
    },
    /// This track runs for long, and others of its thread, which could have
    /// run, are late because of it.
    Slow {
        /// Its index.
        track: usize,
        /// From when it runs.
        from: Duration,
        /// Until when.
        to: Duration,
        /// Which are late.
        late: Vec<Late>,
    },
    /// A track is late because another one has run again and again.
    Crowded {
        /// Which is late.
        late: Late,
        /// The other.
        by: usize,
    },
}

/// A track that could run, and does not because another one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Its index.
    pub track: usize,
    /// Since when it could.
    pub from: Duration,
    /// When it went on.
    pub to: Duration,
}

/// A run is slow if it takes more than this, and this part of a recording.
const SLOW: Duration = Duration::from_millis(10);
const PART: u32 = 20;

impl Recording {
    /// All there is to point at.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks: Vec<_> =
            self.find_circles().into_iter().map(Mark::Circle).collect();
        marks.extend(self.find_pages_asked_for_again());
        marks.extend(self.find_successors());
        let is_lost = |track: &Track| {
            track.spans.last().is_some_and(|it| it.state == State::Lost)
        };
        let tracks = self.tracks.iter().enumerate();
        let lost = tracks.filter(|(_, track)| is_lost(track));
        marks.extend(lost.map(|(index, _)| Mark::Lost(index)));
        marks.extend(self.find_zombies());
        let slow = self.find_slow_runs();
        marks.extend(self.find_crowds(&slow));
        marks.extend(slow);
        marks
    }

    /// The tracks that are late, but not for one slow run: another one has run
    /// several times, and for the most of that time.
    fn find_crowds(&self, slow: &[Mark]) -> Vec<Mark> {
        let least = SLOW.max(self.length / PART);
        let known: Vec<_> = slow
            .iter()
            .filter_map(|mark| match mark {
                Mark::Slow { late, .. } => Some(late),
                _ => None,
            })
            .flatten()
            .map(|late| (late.track, late.from))
            .collect();
        let mut found = Vec::new();
        for (index, track) in self.tracks.iter().enumerate() {
            let ready = track.spans.iter().skip(1);
            let ready = ready.filter(|it| it.state == State::Ready);
            for span in ready.filter(|it| it.to - it.from >= least) {
                if known.contains(&(index, span.from))
                    || self.thread_of(track).is_none()
                {
                    continue;
                }
                let busy = self.tracks.iter().enumerate().map(|(by, it)| {
                    let runs = it.spans.iter().filter(|run| {
                        run.is_run() && run.from < span.to && run.to > span.from
                    });
                    let time: Duration =
                        runs.clone().map(|run| run.to - run.from).sum();
                    let is_other = by != index
                        && it.pid == track.pid
                        && !it.is_thread()
                        && it.kind != "site";
                    (if is_other { time } else { Duration::ZERO }, by, runs)
                });
                let most = busy.max_by_key(|&(time, by, _)| (time, by));
                let Some((time, by, runs)) = most else { continue };
                if runs.count() > 1 && time * 2 > span.to - span.from {
                    let (from, to) = (span.from, span.to);
                    let late = Late { track: index, from, to };
                    found.push(Mark::Crowded { late, by });
                }
            }
        }
        found
    }

    fn find_zombies(&self) -> Vec<Mark> {
        let mut found = Vec::new();
        for (track, it) in self.tracks.iter().enumerate() {
            let Some(last) = it.spans.last() else { continue };
            let (from, to) = (last.from, last.to);
            let is_main = it.lane == 1;
            if last.state == State::Zombie
                && is_main
                && to - from >= self.length / PART
            {
                found.push(Mark::Zombie { track, from, to });
            }
        }
        found
    }

    /// The runs for which others are late, the longest first.
    fn find_slow_runs(&self) -> Vec<Mark> {
        let least = SLOW.max(self.length / PART);
        let mut found = Vec::new();
        for (index, track) in self.tracks.iter().enumerate() {
            // What takes turns on a thread, and on no other.
            let takes_turns = !track.is_thread() && track.kind != "site";
            if !takes_turns || self.thread_of(track).is_none() {
                continue;
            }
            let runs = track.spans.iter().filter(|it| it.is_run());
            for run in runs.filter(|run| run.to - run.from >= least) {
                let late = self.late_for(index, run);
                if !late.is_empty() {
                    let (from, to) = (run.from, run.to);
                    found.push(Mark::Slow { track: index, from, to, late });
                }
            }
        }
        let length = |mark: &Mark| match mark {
            Mark::Slow { from, to, .. } => *to - *from,
            _ => Duration::ZERO,
        };
        found.sort_by_key(|mark| std::cmp::Reverse(length(mark)));
        found
    }

    /// The thread that runs all lanes which take turns in the process of this
    /// one; `None` if there are several.
    fn thread_of(&self, track: &Track) -> Option<Id> {
        let turns = self.tracks.iter().filter(|it| it.pid == track.pid);
        let turns = turns.filter(|it| !it.is_thread() && it.kind != "site");
        let runs = turns.flat_map(|it| &it.spans).filter(|it| it.is_run());
        let mut threads = runs.map(|run| run.thread);
        let thread = threads.next()?;
        threads.all(|other| other == thread).then_some(thread)
    }

    /// The others of its process that could run for a good part of this run of
    /// the track with this index: they are ready, or the site has sent the page
    /// that they wait for.
    fn late_for(&self, index: usize, run: &Span) -> Vec<Late> {
        let pid = self.tracks[index].pid;
        let mut late = Vec::new();
        for (track, it) in self.tracks.iter().enumerate() {
            let is_other = track != index && it.pid == pid && !it.is_thread();
            // One that has not begun yet waits for its first turn, and is not
            // late.
            let has_begun =
                it.spans.first().map(|it| &it.state) != Some(&State::Ready);
            let spans = it.spans.iter().skip(usize::from(!has_begun));
            for span in spans.filter(|_| is_other) {
                let Some(from) = self.could_run_since(span) else { continue };
                let to = span.to;
                let meanwhile =
                    to.min(run.to).saturating_sub(from.max(run.from));
                if meanwhile * 3 >= run.to - run.from {
                    late.push(Late { track, from, to });
                }
            }
        }
        late
    }

    /// Since when a lane could run that does not in this span.
    fn could_run_since(&self, span: &Span) -> Option<Duration> {
        let page = match &span.state {
            State::Ready => return Some(span.from),
            State::Wait(page) => page,
            _ => return None,
        };
        let here = |at: &Duration| (span.from..span.to).contains(at);
        let sent = self.sent.iter().filter(|(_, it)| it == page);
        sent.map(|(at, _)| *at).find(here)
    }

    /// To fetch a list of pages twice may be meant. So only those pages are
    /// marked that two tracks fetched at the same time.
    fn find_pages_asked_for_again(&self) -> Vec<Mark> {
        let mut fetches = HashMap::<&str, Vec<(usize, &Asked)>>::new();
        for (index, track) in self.tracks.iter().enumerate() {
            for asked in &track.asked {
                fetches.entry(&asked.page).or_default().push((index, asked));
            }
        }
        let mut found = Vec::new();
        for (page, mut fetches) in fetches {
            fetches.sort_unstable_by_key(|(_, asked)| asked.from);
            let overlap = fetches.windows(2).any(|pair| {
                let [(one, first), (other, second)] = pair else {
                    return false;
                };
                // A fetch that was given up ends with its track.
                let ends = first.to.unwrap_or(self.tracks[*one].life().1);
                one != other && second.from < ends
            });
            if overlap {
                let again = fetches.iter().zip(1..).skip(1);
                found
                    .extend(again.map(|((track, it), nth)| {
                        (it.from, *track, nth, page)
                    }));
            }
        }
        // They come out of a hash map.
        found.sort_unstable();
        let mark = |(at, track, nth, page): (_, _, _, &str)| Mark::Again {
            track,
            at,
            page: page.to_owned(),
            nth,
        };
        found.into_iter().map(mark).collect()
    }

    fn find_successors(&self) -> Vec<Mark> {
        let tracks = || self.tracks.iter().enumerate();
        let mut dead: Vec<_> = tracks()
            .filter_map(|(index, track)| Some((track.died.as_ref()?.0, index)))
            .collect();
        dead.sort_unstable();
        let mut taken = Vec::new();
        let mut marks = Vec::new();
        for (at, index) in dead {
            let Track { kind, pid, .. } = &self.tracks[index];
            let next = tracks()
                .filter(|(_, it)| it.kind == *kind && it.pid != *pid)
                .map(|(index, it)| (it.life().0, index))
                .filter(|next| next.0 > at && !taken.contains(next))
                .min();
            if let Some(next) = next {
                taken.push(next);
                let (dead, next) = ((index, at), (next.1, next.0));
                marks.push(Mark::Succeeds { dead, next });
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::{Late, Mark, Recording};
    use std::time::Duration;

    fn marks(events: &str) -> Vec<Mark> {
        Recording::parse(events).marks()
    }

    fn ns(ns: u64) -> Duration {
        Duration::from_nanos(ns)
    }

    #[test]
    fn a_page_that_two_ask_for_at_once_is_marked_the_second_time() {
        let events = "0 9 1 1 0 spawn thread - a\n0 9 2 2 0 spawn thread - b\n\
                      1 9 2 2 0 ask /x\n2 9 1 1 0 ask /y\n3 9 1 1 0 ask /x\n\
                      4 9 1 1 0 got /x\n5 9 2 2 0 ask /x\n";
        let again = |track, at, nth| {
            let page = "/x".to_owned();
            Mark::Again { track, at: ns(at), page, nth }
        };
        assert_eq!(marks(events), [again(0, 3, 2), again(1, 5, 3)]);
        // One after another means it.
        let in_turn = "0 9 1 1 0 spawn thread - a\n0 9 2 2 0 spawn thread - b\n\
                       1 9 1 1 0 ask /x\n2 9 1 1 0 got /x\n3 9 2 2 0 ask /x\n\
                       4 9 2 2 0 got /x\n5 9 1 1 0 ask /x\n";
        assert_eq!(marks(in_turn), []);
        // The first is given up before the second begins.
        let given_up = "0 9 1 1 0 spawn task - a\n0 9 1 2 0 spawn task - b\n\
                        1 9 1 1 0 ask /x\n2 9 1 1 0 done\n3 9 1 2 0 ask /x\n\
                        4 9 1 2 0 got /x\n";
        assert_eq!(marks(given_up), []);
    }

    #[test]
    fn a_circle_has_all_that_wait_in_it_and_no_others() {
        let events = "0 9 1 1 0 spawn thread - a\n0 9 2 2 0 spawn thread - b\n\
                      0 9 3 3 0 spawn thread - c\n1 9 1 1 0 hold A\n\
                      1 9 2 2 0 hold B\n2 9 1 1 0 want B\n\
                      2 9 3 3 0 want A\n";
        assert_eq!(marks(events), []);
        let closed = format!("{events}3 9 2 2 0 want A\n");
        assert_eq!(marks(&closed), [Mark::Circle(vec![0, 1])]);
    }

    #[test]
    fn who_begins_next_succeeds_one_that_died() {
        let events = "0 1 1 1 0 spawn thread - main\n\
                      1 7 1 1 0 spawn thread - one\n\
                      2 8 1 1 0 spawn thread - two\n\
                      3 1 1 1 0 reap 7 signal: 9 (SIGKILL)\n\
                      4 9 1 1 0 spawn thread - three\n5 9 1 1 0 done\n";
        let (dead, next) = ((1, ns(3)), (3, ns(4)));
        assert_eq!(marks(events), [Mark::Succeeds { dead, next }]);
        // One that ended in good order is not succeeded.
        let well = events.replace("signal: 9 (SIGKILL)", "");
        assert_eq!(marks(&well), []);
    }

    #[test]
    fn a_slow_run_makes_others_late_that_could_have_run() {
        let events = "0 9 1 1 0 spawn thread - main\n\
                      0 9 4 4 0 spawn site - site\n\
                      0 9 1 2 0 spawn socket - \n0 9 1 2 0 wait /1\n\
                      0 9 1 3 0 spawn socket - \n0 9 1 3 0 wait /2\n\
                      0 9 1 5 0 spawn timer - \n0 9 1 5 0 until 30000000\n\
                      20000000 9 1 2 0 run\n\
                      30000000 9 4 4 0 sent /2\n\
                      80000000 9 1 2 0 wait \n\
                      81000000 9 1 5 0 run\n\
                      82000000 9 1 5 0 done\n\
                      82000000 9 1 3 0 run\n\
                      83000000 9 1 3 0 done\n";
        let ms = Duration::from_millis;
        let late = |track, from, to| Late { track, from: ms(from), to: ms(to) };
        let late = vec![late(2, 30, 82), late(3, 30, 81)];
        let slow = Mark::Slow { track: 1, from: ms(20), to: ms(80), late };
        assert_eq!(marks(events), [slow]);
        // One that has not begun waits for its turn, and is not late.
        let new = "20000000 9 1 6 0 spawn task - \n82000000 9 1 6 0 run\n\
                   82000000 9 1 6 0 done\n";
        assert_eq!(marks(&format!("{events}{new}")), marks(events));
        // Another thread might have run them.
        let other = "1 9 7 7 0 spawn thread - other\n\
                     1 9 7 8 0 spawn socket - \n1 9 7 8 0 run\n\
                     2 9 7 8 0 done\n";
        assert_eq!(marks(&format!("{events}{other}")), []);
        // None of them could run.
        let none = events.replace("until 30000000", "until 80000000");
        assert_eq!(marks(&none.replace("30000000 9 4 4 0 sent /2\n", "")), []);
    }
}
