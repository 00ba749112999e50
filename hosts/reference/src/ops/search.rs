//! What str, bytes and bytearray have in common, on slices: finding, splitting, stripping, replacing.

/// The places of the occurrences of `what`, none of which overlap.
pub fn occurrences<E: PartialEq>(text: &[E], what: &[E]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = find(&text[at.min(text.len())..], what) {
        if at > text.len() {
            break;
        }
        found.push(at + next);
        at += next + what.len().max(1);
    }
    found
}

/// The first occurrence.
pub fn find<E: PartialEq>(text: &[E], what: &[E]) -> Option<usize> {
    if what.len() > text.len() {
        return None;
    }
    (0..=text.len() - what.len()).find(|&at| text[at..].starts_with(what))
}

/// The last occurrence.
pub fn rfind<E: PartialEq>(text: &[E], what: &[E]) -> Option<usize> {
    if what.len() > text.len() {
        return None;
    }
    (0..=text.len() - what.len())
        .rev()
        .find(|&at| text[at..].starts_with(what))
}

/// Split at a separator, from the front or the back, `limit` times at most.
pub fn split<E: Clone + PartialEq>(text: &[E], by: &[E], limit: usize, from_back: bool) -> Vec<Vec<E>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() < limit {
        let found = if from_back {
            rfind(rest, by)
        } else {
            find(rest, by)
        };
        let Some(at) = found else { break };
        let (before, after) = (&rest[..at], &rest[at + by.len()..]);
        if from_back {
            parts.push(after.to_vec());
            rest = before;
        } else {
            parts.push(before.to_vec());
            rest = after;
        }
    }
    parts.push(rest.to_vec());
    if from_back {
        parts.reverse();
    }
    parts
}

/// Split at white space, from the front or the back, `limit` times at most.
pub fn split_space<E: Copy>(
    text: &[E],
    is_space: fn(E) -> bool,
    limit: usize,
    from_back: bool,
) -> Vec<Vec<E>> {
    let mut parts = Vec::new();
    let mut rest = strip(text, is_space, !from_back, from_back);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest.to_vec());
            break;
        }
        let place = if from_back {
            rest.iter().rposition(|&e| is_space(e))
        } else {
            rest.iter().position(|&e| is_space(e))
        };
        let Some(at) = place else {
            parts.push(rest.to_vec());
            break;
        };
        let (word, left) = if from_back {
            (&rest[at + 1..], &rest[..at])
        } else {
            (&rest[..at], &rest[at..])
        };
        parts.push(word.to_vec());
        rest = strip(left, is_space, !from_back, from_back);
    }
    if from_back {
        parts.reverse();
    }
    parts
}

/// Without what is unwanted on the left, on the right.
pub fn strip<E: Copy>(text: &[E], unwanted: impl Fn(E) -> bool, left: bool, right: bool) -> &[E] {
    let mut rest = text;
    while let (true, [first, more @ ..]) = (left, rest) {
        if !unwanted(*first) {
            break;
        }
        rest = more;
    }
    while let (true, [more @ .., last]) = (right, rest) {
        if !unwanted(*last) {
            break;
        }
        rest = more;
    }
    rest
}

/// Lines, with or without their ends. `is_break` tells the ends that are one element; CR LF is one.
pub fn lines<E: Copy + PartialEq>(
    text: &[E],
    is_break: fn(E) -> bool,
    cr: E,
    lf: E,
    keep: bool,
) -> Vec<Vec<E>> {
    let mut made = Vec::new();
    let (mut start, mut i) = (0, 0);
    while i < text.len() {
        if !is_break(text[i]) {
            i += 1;
            continue;
        }
        let end = if text[i] == cr && text.get(i + 1) == Some(&lf) {
            i + 2
        } else {
            i + 1
        };
        made.push(text[start..if keep { end } else { i }].to_vec());
        (start, i) = (end, end);
    }
    if start < text.len() {
        made.push(text[start..].to_vec());
    }
    made
}

/// Each occurrence replaced, `limit` at most. An empty `old` stands between all elements.
pub fn replace<E: Copy + PartialEq>(text: &[E], old: &[E], new: &[E], limit: usize) -> Vec<E> {
    let mut made = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in occurrences(text, old).into_iter().take(limit) {
        made.extend_from_slice(&text[from..at]);
        made.extend_from_slice(new);
        from = at + old.len();
    }
    made.extend_from_slice(&text[from..]);
    made
}

/// Tabs as spaces up to the next stop.
pub fn expand_tabs<E: Copy + PartialEq>(text: &[E], size: usize, tab: E, space: E, ends: [E; 2]) -> Vec<E> {
    let mut made = Vec::with_capacity(text.len());
    let mut column = 0;
    for &element in text {
        if element == tab {
            if size > 0 {
                let width = size - column % size;
                column += width;
                made.extend(std::iter::repeat_n(space, width));
            }
        } else {
            made.push(element);
            column = if ends.contains(&element) { 0 } else { column + 1 };
        }
    }
    made
}

/// In the middle, on the left or on the right of a width.
pub fn justify<E: Copy>(text: &[E], width: usize, fill: E, how: Justify) -> Vec<E> {
    let missing = width.saturating_sub(text.len());
    let left = match how {
        Justify::Left => 0,
        Justify::Right => missing,
        Justify::Center => missing / 2 + (missing & width & 1),
    };
    let mut made = vec![fill; left];
    made.extend_from_slice(text);
    made.extend(std::iter::repeat_n(fill, missing - left));
    made
}

/// Where a text goes in its width.
#[derive(Clone, Copy, Debug)]
pub enum Justify {
    /// `ljust`
    Left,
    /// `rjust`
    Right,
    /// `center`
    Center,
}
