//! `mailsend sendmail`: what was written for sendmail(8) works unchanged.

pub mod inject;
