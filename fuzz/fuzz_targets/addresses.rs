//! Lists of addresses as people type them and programs write them.

#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mailsend::model::address::properties::list(octets));
