//! Decides when a failed request is sent again, by our schedule and by what the server asks for.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::words;

/// Waiting longer than this for a server that names a time is no retry but another run.
const PATIENCE: Duration = Duration::from_mins(2);

/// No wait that agentrun chooses itself is longer.
const LONGEST: Duration = Duration::from_mins(1);

/// How often and how long a request is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// The first wait; it doubles each time.
    pub base: Duration,
    /// Tries in all, the first one included.
    pub max_tries: u32,
    /// No wait may end later than this after the first try began.
    pub budget: Duration,
}

impl Schedule {
    /// The wait after `tries` failed tries that took `spent` in all, where the server `asked` for a wait
    /// or did not; or why there is none, which is plain where there was only one try.
    pub(crate) fn next(
        &self,
        tries: u32,
        spent: Duration,
        asked: Option<Duration>,
    ) -> Result<Duration, String> {
        let too_long = |asked| format!("the server asks to wait {}", words::time(asked));
        if let Some(asked) = asked.filter(|asked| *asked > PATIENCE) {
            return Err(too_long(asked));
        }
        if tries >= self.max_tries {
            return Err(if tries == 1 { String::new() } else { format!("tried {tries} times") });
        }
        let wait = asked.unwrap_or_else(|| self.delay(tries));
        if spent.saturating_add(wait) > self.budget {
            return Err(asked.map_or_else(|| format!("tried for {}", words::time(spent)), too_long));
        }
        Ok(wait)
    }

    /// `base` doubled after each try, at most [`LONGEST`], a fifth more or less so that many clients
    /// do not come back at once.
    fn delay(&self, tries: u32) -> Duration {
        let doublings = tries.saturating_sub(1).min(16);
        let plain = self.base.saturating_mul(1 << doublings).min(LONGEST);
        plain.mul_f64(0.8 + 0.4 * jitter())
    }
}

/// A random number from 0 to 1.
fn jitter() -> f64 {
    let random = RandomState::new().hash_one(0) >> 32;
    f64::from(u32::try_from(random).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

/// The wait that a server asks for, in its headers or in the text of its error.
pub(crate) fn asked<'h>(header: impl Fn(&str) -> Option<&'h str>, text: &str) -> Option<Duration> {
    header("retry-after-ms")
        .and_then(number)
        .and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok())
        .or_else(|| retry_after(&header))
        .or_else(|| rate_limit_reset(&header))
        .or_else(|| in_text(text))
}

/// `Retry-After`: seconds, or a date to be compared with the `Date` of the same response, so that
/// no clock of ours is needed.
fn retry_after<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Option<Duration> {
    let value = header("retry-after")?;
    if let Some(seconds) = number(value) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = |text| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wait = date(value)?.duration_since(date(header("date")?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

/// `x-ratelimit-reset-*` of the limits that are used up, as far as the server says which.
fn rate_limit_reset<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Option<Duration> {
    ["requests", "tokens"]
        .into_iter()
        .filter(|what| {
            let remaining = header(&format!("x-ratelimit-remaining-{what}"));
            remaining.and_then(number).is_none_or(|remaining| remaining <= 0.0)
        })
        .filter_map(|what| span(header(&format!("x-ratelimit-reset-{what}"))?))
        .max()
}

/// "Please try again in 2.5s", "retry after 3 seconds", `"retryDelay": "32s"`.
fn in_text(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    ["try again in ", "retry in ", "retry after ", "retrydelay\": \"", "retrydelay\":\""]
        .into_iter()
        .find_map(|phrase| span(&text[text.find(phrase)? + phrase.len()..]))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// The length of time that a text begins with: `2.5s`, `6m0s`, `450 ms`, `3 seconds`, `20`.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut seconds = None;
    while let Some(end) = rest.find(|c: char| !c.is_ascii_digit() && c != '.').or(Some(rest.len())) {
        let Ok(count) = rest[..end].parse::<f64>() else { break };
        let after = rest[end..].trim_start();
        let unit_end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let scale = match &after[..unit_end] {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "m" | "min" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            "" | "s" | "sec" | "second" | "seconds" => 1.0,
            _ => break,
        };
        *seconds.get_or_insert(0.0) += count * scale;
        rest = &after[unit_end..];
    }
    Duration::try_from_secs_f64(seconds?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule =
        Schedule { base: Duration::from_secs(1), max_tries: 6, budget: Duration::from_mins(10) };

    #[test]
    fn waits_double_within_a_fifth_and_end_at_a_minute() {
        for (tries, plain) in [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0)] {
            let wait = SCHEDULE.next(tries, Duration::ZERO, None).unwrap();
            assert!((0.8 * plain..=1.2 * plain).contains(&wait.as_secs_f64()), "{tries}: {wait:?}");
        }
        assert!(SCHEDULE.delay(40) <= LONGEST.mul_f64(1.2));
    }

    #[test]
    fn tries_time_and_patience_end() {
        let second = Duration::from_secs(1);
        let next = |tries, spent, asked| SCHEDULE.next(tries, spent, asked);
        let none = |why: &str| Err(why.to_owned());
        assert_eq!(next(6, second, None), none("tried 6 times"));
        assert_eq!(next(1, Duration::from_mins(10), None), none("tried for 10 min"));
        assert_eq!(next(1, second, Some(7 * second)), Ok(7 * second));
        assert_eq!(next(1, 590 * second, Some(30 * second)), none("the server asks to wait 30 s"));
        assert_eq!(next(1, second, Some(121 * second)), none("the server asks to wait 2 min 1 s"));
    }

    #[test]
    fn servers_ask_for_a_wait_in_many_ways() {
        let cases = [
            ("retry-after: 7", "", Some(7000)),
            ("retry-after: 2.5", "", Some(2500)),
            ("retry-after-ms: 250; retry-after: 9", "", Some(250)),
            (
                "retry-after: Sat, 01 Aug 2026 10:00:30 GMT; date: Sat, 01 Aug 2026 10:00:00 GMT",
                "",
                Some(30_000),
            ),
            ("retry-after: Sat, 01 Aug 2026 10:00:00 GMT; date: Sat, 01 Aug 2026 10:00:09 GMT", "", Some(0)),
            ("retry-after: Sat, 01 Aug 2026 10:00:30 GMT", "", None),
            ("x-ratelimit-reset-requests: 1m2s", "", Some(62_000)),
            (
                "x-ratelimit-reset-requests: 20ms; x-ratelimit-remaining-tokens: 12; \
                 x-ratelimit-reset-tokens: 6m0s",
                "",
                Some(20),
            ),
            ("", "Rate limit reached. Please try again in 2.5s. Visit …", Some(2500)),
            ("", "Please retry after 3 seconds.", Some(3000)),
            ("", "Please try again in 450 ms", Some(450)),
            ("", r#"{"retryDelay": "32s"}"#, Some(32_000)),
            ("", "try again in a while", None),
            ("retry-after: -1", "overloaded", None),
        ];
        for (headers, text, expected) in cases {
            let headers: Vec<_> = headers.split("; ").filter_map(|line| line.split_once(": ")).collect();
            let header =
                |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            let expected = expected.map(Duration::from_millis);
            assert_eq!(asked(header, text), expected, "{headers:?} {text}");
        }
    }
}
