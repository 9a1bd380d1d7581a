//! Text of files that need not be text.

/// The bytes as text; what is not UTF-8 in them becomes U+FFFD. Nothing is copied where all of it is.
pub(crate) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(text_of("é".into()), "é");
        assert_eq!(text_of(b"a\xffb".to_vec()), "a\u{fffd}b");
    }
}
