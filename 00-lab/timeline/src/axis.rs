//! Times as they are written: on the axis of a picture, and in a sentence.

use std::time::Duration;

/// At most `most` round times from zero to `length`, each with its label.
pub fn round_times(length: Duration, most: usize) -> Vec<(Duration, String)> {
    let length = length.as_nanos().max(1_000) as u64;
    let most = most.max(1) as u64;
    let (unit, name) = match length {
        10_000_000_000.. => (1e9, "s"),
        1_000_000.. => (1e6, "ms"),
        _ => (1e3, "µs"),
    };
    // 1, 2, 5, 10, 20, 50, …
    let mut steps =
        (0..19).flat_map(|n| [1, 2, 5].map(|digit| digit * 10_u64.pow(n)));
    let step = steps.find(|step| length / step < most).unwrap_or(length);
    (0..=length / step)
        .map(|n| n * step)
        .map(|at| {
            let label = format!("{} {name}", at as f64 / unit);
            (Duration::from_nanos(at), label)
        })
        .collect()
}

/// A duration as a sentence has it: `249 ms`.
pub fn format_duration(time: Duration) -> String {
    match time.as_nanos() {
        nanos @ 0..1_000 => format!("{nanos} ns"),
        1_000..10_000 => format!("{:.1} µs", time.as_secs_f64() * 1e6),
        10_000..1_000_000 => format!("{} µs", time.as_micros()),
        1_000_000..10_000_000 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        10_000_000..1_000_000_000 => format!("{} ms", time.as_millis()),
        1_000_000_000..10_000_000_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} s", time.as_secs()),
    }
}

/// A duration as a whole number, for something that is to last so long: `40
/// ms`.
pub(super) fn format_whole(time: Duration) -> String {
    let mut text = format!("{time:.0?}");
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
    text.insert(digits, ' ');
    text
}

#[cfg(test)]
mod tests {
    use super::{format_duration, format_whole, round_times};
    use std::time::Duration;

    fn labels(ms: f64, most: usize) -> String {
        let marks = round_times(Duration::from_secs_f64(ms / 1e3), most);
        let labels: Vec<_> =
            marks.into_iter().map(|(_, label)| label).collect();
        labels.join(", ")
    }

    #[test]
    fn marks_are_round_and_few() {
        assert_eq!(labels(136.0, 4), "0 ms, 50 ms, 100 ms");
        assert_eq!(labels(2.2, 5), "0 ms, 0.5 ms, 1 ms, 1.5 ms, 2 ms");
        assert_eq!(labels(0.3, 4), "0 µs, 100 µs, 200 µs, 300 µs");
        assert_eq!(labels(61_000.0, 4), "0 s, 20 s, 40 s, 60 s");
        assert_eq!(labels(0.0, 4), "0 µs, 0.5 µs, 1 µs");
    }

    #[test]
    fn between_a_number_and_its_unit_is_a_blank() {
        for (nanos, text, whole) in [
            (640, "640 ns", "640 ns"),
            (1_000, "1.0 µs", "1 µs"),
            (19_999_000, "19 ms", "20 ms"),
            (2_000_000_000, "2.0 s", "2 s"),
        ] {
            let time = Duration::from_nanos(nanos);
            assert_eq!(format_duration(time), text);
            assert_eq!(format_whole(time), whole);
        }
    }
}
