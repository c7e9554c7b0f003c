//! What a picture points at: what a reader should see without looking for it.

use super::spans::{Asked, Recording, State, Track};
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
}

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
        marks
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
                let ends = first.to.unwrap_or(self.length);
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
    use super::{Mark, Recording};
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
}
