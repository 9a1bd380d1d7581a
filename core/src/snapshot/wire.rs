//! Just enough of Protocol Buffers to read and rewrite the numbers in CRIU's images
//! (<https://protobuf.dev/programming-guides/encoding/>).

/// One field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A variable-length number.
    Number(u64),
    /// Bytes: text, a message within, or packed numbers.
    Bytes(&'a [u8]),
    /// Four or eight bytes, as they stand.
    Fixed(&'a [u8]),
}

/// The fields of a message with their numbers; `None` where it is damaged.
pub(super) fn fields(mut message: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = take_number(&mut message)?;
        let value = match key & 7 {
            0 => Value::Number(take_number(&mut message)?),
            1 => Value::Fixed(take(&mut message, 8)?),
            2 => {
                let length = take_number(&mut message)?;
                Value::Bytes(take(&mut message, usize::try_from(length).ok()?)?)
            }
            5 => Value::Fixed(take(&mut message, 4)?),
            _ => return None,
        };
        found.push((key >> 3, value));
    }
    Some(found)
}

/// The message that has these fields.
pub(super) fn message(fields: &[(u64, Value<'_>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, value) in fields {
        let (kind, length) = match value {
            Value::Number(_) => (0, None),
            Value::Bytes(content) => (2, Some(content.len())),
            Value::Fixed(content) => (if content.len() == 8 { 1 } else { 5 }, None),
        };
        put_number(&mut bytes, number << 3 | kind);
        match value {
            Value::Number(number) => put_number(&mut bytes, *number),
            Value::Bytes(content) | Value::Fixed(content) => {
                if let Some(length) = length {
                    put_number(&mut bytes, length as u64);
                }
                bytes.extend_from_slice(content);
            }
        }
    }
    bytes
}

fn take<'a>(message: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some(taken)
}

fn take_number(message: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(message, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_message_comes_back(numbers in proptest::collection::vec((1_u64..1000, any::<u64>()), 0..20)) {
            let text = b"text";
            let mut expected: Vec<_> = numbers.iter().map(|(field, number)| (*field, Value::Number(*number))).collect();
            expected.push((7, Value::Bytes(text)));
            expected.push((8, Value::Fixed(&[1, 2, 3, 4])));
            let written = message(&expected);
            prop_assert_eq!(fields(&written), Some(expected));
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(found) = fields(&bytes) {
                prop_assert!(fields(&message(&found)).is_some());
            }
        }
    }
}
