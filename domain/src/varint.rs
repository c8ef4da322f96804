//! Variable-length integers (LEB128; zigzag for signed), the packing of answers and tallies.

/// Appends an unsigned number, seven bits a byte, low bits first.
pub fn put(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends a signed number, zigzag first, so that small negatives stay short.
pub fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Reads numbers from the front of a slice.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The next unsigned number; `None` at the end or when it does not fit 64 bits.
    pub fn next_unsigned(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for (index, &byte) in self.bytes.iter().enumerate() {
            let shift = 7 * u32::try_from(index).ok()?;
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || (shift == 63 && bits > 1) {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                self.bytes = self.bytes.get(index + 1..)?;
                return Some(value);
            }
        }
        None
    }

    /// The next signed number.
    pub fn next_signed(&mut self) -> Option<i64> {
        let raw = self.next_unsigned()?;
        Some((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(values in prop::collection::vec(any::<i64>(), 0..40)) {
            let mut bytes = Vec::new();
            for &value in &values {
                put_signed(&mut bytes, value);
            }
            let mut reader = Reader::new(&bytes);
            for &value in &values {
                prop_assert_eq!(reader.next_signed(), Some(value));
            }
            prop_assert!(reader.is_empty());
            prop_assert_eq!(reader.next_unsigned(), None);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            while reader.next_unsigned().is_some() {}
        }
    }
}
