//! A server's challenges in AUTH.

#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mailsend::smtp::properties::challenges(octets));
