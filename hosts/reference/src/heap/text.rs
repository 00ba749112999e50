//! Strings as Python has them: code points, lone surrogates among them.

/// A string, one word for each code point.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub Vec<u32>);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text(text.chars().map(u32::from).collect())
    }
}

impl Text {
    /// From UTF-8 in which surrogates may stand, as the border uses it. What is neither becomes U+FFFD.
    pub fn from_wide_utf8(bytes: &[u8]) -> Self {
        let mut points = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            let (size, bits) = match first {
                0x00..0x80 => (1, u32::from(first)),
                0xc0..0xe0 => (2, u32::from(first & 0x1f)),
                0xe0..0xf0 => (3, u32::from(first & 0x0f)),
                _ => (4, u32::from(first & 0x07)),
            };
            let more = rest.get(1..size).unwrap_or_default();
            points.push(
                more.iter()
                    .fold(bits, |point, &byte| point << 6 | u32::from(byte & 0x3f)),
            );
            rest = rest.get(size..).unwrap_or_default();
        }
        Text(points)
    }

    /// To UTF-8 with surrogates encoded like any other code point.
    pub fn to_wide_utf8(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len());
        for &point in &self.0 {
            let low = |shift: u32| (point >> shift & 0x3f) as u8 | 0x80;
            match point {
                0..0x80 => bytes.push(point as u8),
                0x80..0x800 => bytes.extend([(point >> 6) as u8 | 0xc0, low(0)]),
                0x800..0x1_0000 => bytes.extend([(point >> 12) as u8 | 0xe0, low(6), low(0)]),
                _ => bytes.extend([(point >> 18) as u8 | 0xf0, low(12), low(6), low(0)]),
            }
        }
        bytes
    }

    /// As a Rust string, when there is no surrogate in it.
    pub fn to_string(&self) -> Option<String> {
        self.0.iter().map(|&point| char::from_u32(point)).collect()
    }

    /// As a Rust string, with U+FFFD for surrogates.
    pub fn lossy(&self) -> String {
        let replaced = |&point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.0.iter().map(replaced).collect()
    }

    /// Is it this text?
    pub fn is(&self, text: &str) -> bool {
        self.0.iter().copied().eq(text.chars().map(u32::from))
    }
}
