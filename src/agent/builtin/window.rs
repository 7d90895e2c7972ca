//! Measures how full the model's context window is, and says when to make room.

/// A prompt of fewer tokens is too short to say that the server has cut it.
const SHORT: u64 = 3_000;

/// The context window of a model, and what follows from its size. Large windows use the fixed numbers,
/// small ones a share of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window(u64);

impl Window {
    pub(crate) fn of(tokens: u64) -> Self {
        Self(tokens)
    }

    /// What of it is left for a prompt, beside a reply that may have so many tokens.
    #[must_use]
    pub(crate) fn beside(self, reply: u64) -> Self {
        Self(self.0.saturating_sub(reply).max(self.0 / 2))
    }

    pub(crate) fn mask_at(self) -> u64 {
        self.share(60)
    }

    /// The newest results, which are not masked unless nothing else helps; half of them never are.
    pub(crate) fn protected(self) -> u64 {
        self.share(30).min(40_000)
    }

    /// Less than this is not worth the break of the prefix that a server has cached.
    pub(crate) fn gain(self) -> u64 {
        self.share(15).min(20_000)
    }

    pub(crate) fn compact_at(self) -> u64 {
        self.share(80)
    }

    /// The newest messages, which a compaction keeps.
    pub(crate) fn kept(self) -> u64 {
        self.share(15).min(20_000)
    }

    pub(crate) fn ledger(self) -> u64 {
        self.share(10).min(4_000)
    }

    pub(crate) fn summary(self) -> u64 {
        self.share(5).min(1_500)
    }

    /// The most that is left after a compaction: less would soon be full again.
    pub(crate) fn goal(self) -> u64 {
        self.share(50)
    }

    pub(crate) fn share(self, percent: u64) -> u64 {
        self.0.saturating_mul(percent) / 100
    }
}

/// How many tokens a conversation has, as far as it can be told: what the server counted last, and four
/// bytes a token for what has come since.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gauge {
    /// Tokens of a request, and the bytes that it had.
    counted: Option<(u64, u64)>,
}

impl Gauge {
    /// Tokens of a conversation of so many bytes.
    pub(crate) fn tokens(&self, bytes: u64) -> u64 {
        match self.counted {
            Some((tokens, then)) if bytes >= then => tokens + (bytes - then) / 4,
            // It has become shorter since.
            Some((tokens, then)) => scaled(tokens, bytes, then),
            None => bytes / 4,
        }
    }

    /// Bytes that so many tokens have in a conversation of so many bytes.
    pub(crate) fn bytes_of(&self, tokens: u64, bytes: u64) -> u64 {
        scaled(tokens, bytes.max(4), self.tokens(bytes).max(1))
    }

    /// Takes in what the server counted for a request of so many bytes. A count that is far too low is
    /// not believed, and what it should be about is given back: the server has cut the conversation, or
    /// leaves out what it had in its cache.
    pub(crate) fn count(&mut self, tokens: u64, bytes: u64) -> Option<u64> {
        let guess = bytes / 4;
        let too_low = guess > SHORT && tokens < guess * 3 / 5;
        self.counted = (!too_low).then_some((tokens, bytes));
        too_low.then_some(guess)
    }

    /// The conversation of so many bytes has at least so many tokens: a server refused it.
    pub(crate) fn raise(&mut self, tokens: u64, bytes: u64) {
        self.counted = Some((self.tokens(bytes).max(tokens), bytes));
    }
}

/// `number * by / of`, without overflow.
fn scaled(number: u64, by: u64, of: u64) -> u64 {
    u64::try_from(u128::from(number) * u128::from(by) / u128::from(of.max(1))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_windows_have_fixed_numbers_and_small_ones_shares() {
        let numbers = |tokens| {
            let window = Window::of(tokens);
            [
                window.mask_at(),
                window.protected(),
                window.gain(),
                window.compact_at(),
                window.kept(),
                window.goal(),
            ]
        };
        assert_eq!(numbers(200_000), [120_000, 40_000, 20_000, 160_000, 20_000, 100_000]);
        assert_eq!(numbers(32_000), [19_200, 9_600, 4_800, 25_600, 4_800, 16_000]);
        assert_eq!(numbers(u64::MAX)[1], 40_000);
        assert_eq!(
            [8_000, 100_000].map(|reply| Window::of(32_000).beside(reply)),
            [24_000, 16_000].map(Window::of)
        );
    }

    #[test]
    fn tokens_are_what_was_counted_and_what_has_come_since() {
        let mut gauge = Gauge::default();
        assert_eq!(gauge.tokens(4_000), 1_000);
        assert_eq!(gauge.count(1_500, 4_000), None);
        assert_eq!(gauge.tokens(6_000), 2_000);
        assert_eq!((gauge.tokens(2_000), gauge.bytes_of(100, 4_000)), (750, 266));
        gauge.raise(8_192, 6_000);
        assert_eq!((gauge.tokens(6_000), gauge.tokens(3_000)), (8_192, 4_096));
        assert_eq!(Gauge::default().bytes_of(100, 0), 400);
    }

    #[test]
    fn a_count_that_cannot_be_true_is_not_believed() {
        let mut gauge = Gauge::default();
        assert_eq!(gauge.count(2_048, 24_000), Some(6_000));
        assert_eq!(gauge.tokens(24_000), 6_000);
        assert_eq!(gauge.count(3_600, 24_000), None);
        assert_eq!(gauge.count(1, 12_000), None, "a short prompt says nothing");
    }
}
