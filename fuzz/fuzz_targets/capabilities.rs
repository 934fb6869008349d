//! What a server answers to EHLO.

#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mailsend::smtp::properties::capabilities(octets));
