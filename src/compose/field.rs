//! Fields of a part as composed here; lettre's own can neither fold nor name a file for old readers.

use lettre::message::header::{Header, HeaderName, HeaderValue};

type ParseError = Box<dyn std::error::Error + Send + Sync>;

macro_rules! field {
    ($(#[$doc:meta])* $type:ident, $name:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(super) struct $type(pub(super) String);

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(text: &str) -> Result<Self, ParseError> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                let unfolded = self.0.replace("\r\n", "");
                HeaderValue::dangerous_new_pre_encoded(Self::name(), unfolded, self.0.clone())
            }
        }
    };
}

field!(
    /// The value of Content-Type, folded.
    ContentTypeField,
    "Content-Type"
);
field!(
    /// The value of Content-Disposition, folded.
    DispositionField,
    "Content-Disposition"
);
field!(
    /// The value of Content-ID, angle brackets included.
    ContentIdField,
    "Content-ID"
);
