//! Lost wake-ups: what is ready for ever, since its thread sleeps.

use super::spans::{Recording, Span, State, Track};

impl Recording {
    /// Marks each lane that was woken while the thread that runs it was about
    /// to sleep, and that has been ready since. If several threads run such
    /// lanes, any of them might run this one, so then nothing is said.
    pub(super) fn find_lost_wake_ups(&mut self) {
        for index in 0..self.tracks.len() {
            if self.is_lost(&self.tracks[index])
                && let Some(last) = self.tracks[index].spans.last_mut()
            {
                last.state = State::Lost;
            }
        }
    }

    fn is_lost(&self, track: &Track) -> bool {
        let Some(last) = track.spans.last() else { return false };
        if track.ended || last.state != State::Ready {
            return false;
        }
        // The only thread that has run lanes of this kind.
        let alike =
            self.of_kind(&track.kind).filter(|other| other.pid == track.pid);
        let runs =
            alike.flat_map(|other| &other.spans).filter(|it| it.is_run());
        let mut threads = runs.map(|run| run.thread);
        let Some(thread) = threads.next() else { return false };
        if threads.any(|other| other != thread) {
            return false;
        }
        // Did it begin to wait after that, and is it waiting still?
        let same = |it: &&Track| it.pid == track.pid && it.lane == thread;
        let thread = self.tracks.iter().find(same);
        let sleep =
            thread.filter(|it| !it.ended).and_then(|it| it.spans.last());
        let sleeps_since =
            |sleep: &Span| sleep.state.waits() && sleep.from >= last.from;
        sleep.is_some_and(sleeps_since)
    }
}

#[cfg(test)]
mod tests {
    use super::{Recording, State};
    use crate::spans::Link;
    use std::time::Duration;

    /// A recording of these events about thread 1 and its task 2.
    fn record(events: &str) -> Recording {
        let spawn = "0 9 1 1 0 spawn thread - main\n0 9 1 2 0 spawn task 1 \n";
        Recording::parse(&format!("{spawn}{events}"))
    }

    /// How the task's last span is read.
    fn last_state(events: &str) -> State {
        let recording = record(events);
        let mut tasks = recording.of_kind("task");
        let spans = &tasks.next().expect("the task").spans;
        spans.last().expect("it did something").state.clone()
    }

    const POLLED: &str = "1 9 1 2 0 run\n2 9 1 2 0 wait \n";

    #[test]
    fn a_task_that_was_woken_before_its_thread_slept_is_lost() {
        let woken = "0 9 3 3 0 run\n3 9 3 2 0 ready 3\n4 9 1 1 0 wait bell\n\
                     9 9 3 3 0 run\n";
        let events = format!("{POLLED}{woken}");
        assert_eq!(last_state(&events), State::Lost);
        // An arrow shows what has woken it, although it never ran.
        let flows = record(&events).flows;
        let wakes = flows.iter().filter(|it| it.link == Link::Wake);
        let to: Vec<_> = wakes.map(|it| it.to).collect();
        assert_eq!(to, [(1, Duration::from_nanos(3))]);
    }

    #[test]
    fn a_task_is_not_lost_if_its_thread_slept_before_or_has_woken() {
        let slept = "3 9 1 1 0 wait bell\n4 9 3 2 0 ready 3\n9 9 3 3 0 run\n";
        assert_eq!(last_state(&format!("{POLLED}{slept}")), State::Ready);
        let wakes = "3 9 3 2 0 ready 3\n4 9 1 1 0 wait bell\n9 9 1 1 0 run\n";
        assert_eq!(last_state(&format!("{POLLED}{wakes}")), State::Ready);
    }

    #[test]
    fn a_task_is_not_lost_if_another_thread_might_run_it() {
        let other = "1 9 4 5 0 spawn task 4 \n1 9 4 5 0 run\n2 9 4 5 0 done\n";
        let woken = "3 9 3 2 0 ready 3\n4 9 1 1 0 wait bell\n9 9 3 3 0 run\n";
        assert_eq!(
            last_state(&format!("{POLLED}{other}{woken}")),
            State::Ready
        );
    }
}
