//! What a server says, found in its octets.

#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mailsend::smtp::properties::replies(octets));
