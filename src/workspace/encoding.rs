//! Reads texts that people wrote in UTF-8 or UTF-16, and names the encoding of others.

/// How a text is written that is no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf16,
    /// Every byte is a letter of some alphabet, and nobody can tell of which.
    OneByte,
}

impl Encoding {
    /// What it looks like; `None` if it is no text.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let half = bytes.len() / 2;
        let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        // Without a mark, the high bytes of most letters are 0.
        let is_wide = bytes.starts_with(&[0xff, 0xfe])
            || bytes.starts_with(&[0xfe, 0xff])
            || (half > 8 && zeros(0).max(zeros(1)) * 10 > half * 9);
        if is_wide { Some(Self::Utf16) } else { (!bytes.contains(&0)).then_some(Self::OneByte) }
    }

    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf16 => "UTF-16",
            Self::OneByte => "an encoding of one byte a letter, such as Latin-1 or Windows-1252",
        }
    }

    /// What makes UTF-8 of it.
    pub(crate) fn hint(self, file: &str) -> String {
        let name = match self {
            Self::Utf16 => "UTF-16",
            Self::OneByte => "WINDOWS-1252",
        };
        format!("save it as UTF-8: iconv -f {name} -t UTF-8 {file} > new.md")
    }
}

/// The text of a file; `Err` if it is in an encoding that cannot be told for sure.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, Option<Encoding>> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0)
    {
        return Ok(text.trim_start_matches('\u{feff}').to_owned());
    }
    let found = Encoding::of(bytes);
    let units = |from: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes.chunks_exact(2).skip(1).map(|pair| from([pair[0], pair[1]])).collect()
    };
    let units = match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => return Err(found),
    };
    String::from_utf16(&units).map_err(|_| found)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    type Decoded = Result<String, Option<Encoding>>;

    #[test]
    fn utf_16_with_its_mark_is_read_and_other_encodings_are_named() {
        let wide =
            |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let read = |text: &str| Ok(text.to_owned());
        let table: [(Vec<u8>, Decoded); 8] = [
            (b"Rules\n".to_vec(), read("Rules\n")),
            ("\u{feff}Règles\n".as_bytes().to_vec(), read("Règles\n")),
            (wide("\u{feff}Règles\n", u16::to_le_bytes), read("Règles\n")),
            (wide("\u{feff}Règles\n", u16::to_be_bytes), read("Règles\n")),
            (wide("Rules without a mark\n", u16::to_le_bytes), Err(Some(Encoding::Utf16))),
            (b"R\xe8gles\n".to_vec(), Err(Some(Encoding::OneByte))),
            (b"\x7fELF\0\0\x01\xff".to_vec(), Err(None)),
            (Vec::new(), read("")),
        ];
        for (bytes, expected) in table {
            assert_eq!(decode(&bytes), expected, "{bytes:?}");
        }
    }
}
