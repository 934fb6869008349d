//! A configuration file.

#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mailsend::config::properties::file(octets));
