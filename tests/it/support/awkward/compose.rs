//! Servers and people at random, each the same for the same seed.

use super::behaviour::{
    AuthOffer, Behaviour, Breakage, Certificate, Chunking, Conduct, Conducts, Greeting, Hello,
    Keyword, LoginStyle, Mechanism, Password, Pipelining, Recipients, Replies, Senders, Size,
    TlsOffer, UserName,
};
use super::oracle::Consent;

/// Numbers that a seed decides (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of these, each as often as its weight says.
    pub(crate) fn pick<T: Clone>(&mut self, choices: &[(usize, T)]) -> T {
        let mut rest = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            match rest.checked_sub(*weight) {
                None => return choice.clone(),
                Some(left) => rest = left,
            }
        }
        unreachable!("the rest is less than the sum of the weights")
    }
}

impl Consent {
    pub(crate) fn compose(dice: &mut Dice) -> Self {
        Self { ca_given: dice.percent(85), pin: dice.percent(40), cleartext: dice.percent(60) }
    }
}

impl Behaviour {
    pub(crate) fn compose(dice: &mut Dice) -> Self {
        let tls = dice.pick(&[
            (20, TlsOffer::None),
            (20, TlsOffer::Implicit),
            (45, TlsOffer::StartTls),
            (4, TlsOffer::Broken(Breakage::Garbage)),
            (4, TlsOffer::Broken(Breakage::Refused454)),
            (3, TlsOffer::Broken(Breakage::Closed)),
            (2, TlsOffer::Broken(Breakage::Silence)),
            (2, TlsOffer::Broken(Breakage::Refused502)),
        ]);
        let has_tls = matches!(tls, TlsOffer::Implicit | TlsOffer::StartTls);
        Self {
            tls,
            certificate: dice.pick(&[
                (60, Certificate::Trusted),
                (14, Certificate::UnknownAuthority),
                (10, Certificate::SelfSigned),
                (8, Certificate::Expired),
                (8, Certificate::WrongName),
            ]),
            auth_in_clear: auth_in_clear(dice, has_tls),
            auth_in_tls: match dice.below(100) {
                0..7 => AuthOffer::Nothing,
                7..9 => AuthOffer::TlsFirst(530),
                _ => AuthOffer::Mechanisms(mechanisms(dice)),
            },
            keyword: dice.pick(&[
                (60, Keyword::Standard),
                (12, Keyword::Old),
                (10, Keyword::Lower),
                (12, Keyword::Both),
                (6, Keyword::Hidden),
            ]),
            conduct: Conducts {
                plain: conduct(dice),
                login: conduct(dice),
                cram_md5: conduct(dice),
                scram_sha256: conduct(dice),
            },
            login_style: dice.pick(&[
                (34, LoginStyle::Usual),
                (14, LoginStyle::PasswordFirst),
                (12, LoginStyle::PromptedOnly),
                (10, LoginStyle::EndsInNul),
                (10, LoginStyle::Wordless),
                (10, LoginStyle::Chinese),
                (10, LoginStyle::ClosesAtBare),
            ]),
            user_name: dice.pick(&[
                (55, UserName::Address),
                (14, UserName::LocalPartKnown),
                (11, UserName::LocalPartGiven),
                (20, UserName::Own),
            ]),
            password: dice.pick(&[(93, Password::Right), (7, Password::Wrong)]),
            senders: dice.pick(&[
                (12, Senders::Anybody),
                (44, Senders::LoggedIn),
                (20, Senders::LoggedInAtRcpt),
                (12, Senders::OwnAddress(501)),
                (12, Senders::OwnAddress(553)),
            ]),
            recipients: dice.pick(&[
                (94, Recipients::All),
                (3, Recipients::Later),
                (3, Recipients::Nobody),
            ]),
            hello: dice.pick(&[
                (70, Hello::AnyName),
                (9, Hello::FullName),
                (9, Hello::FullNameAtRcpt),
                (8, Hello::FullNameOr550),
                (4, Hello::HeloOnly),
            ]),
            pipelining: dice.pick(&[
                (60, Pipelining::Works),
                (22, Pipelining::NotOffered),
                (6, Pipelining::ThrowsAway),
                (12, Pipelining::Drops),
            ]),
            chunking: dice.pick(&[
                (30, Chunking::Works),
                (20, Chunking::False),
                (50, Chunking::NotOffered),
            ]),
            size: dice.pick(&[(75, Size::Offered), (25, Size::NotOffered)]),
            ..manner_of_speaking(dice)
        }
    }
}

/// Greeting and replies; not both slow, or a few connections take a minute.
fn manner_of_speaking(dice: &mut Dice) -> Behaviour {
    let greeting = dice.pick(&[
        (81, Greeting::AtOnce),
        (2, Greeting::Late),
        (15, Greeting::Lines),
        (1, Greeting::Refused),
        (1, Greeting::Busy),
    ]);
    let replies = dice.pick(&[
        (58, Replies::Usual),
        (12, Replies::BareLineFeed),
        (15, Replies::NoEnhancedCodes),
        (12, Replies::Gbk),
        (3, Replies::Dripped),
    ]);
    match (greeting, replies) {
        (Greeting::Late, Replies::Dripped) => Behaviour { greeting, ..Behaviour::default() },
        _ => Behaviour { greeting, replies, ..Behaviour::default() },
    }
}

fn auth_in_clear(dice: &mut Dice, has_tls: bool) -> AuthOffer {
    let open = if has_tls { 45 } else { 85 };
    if dice.percent(open) {
        return AuthOffer::Mechanisms(mechanisms(dice));
    }
    let code = dice.pick(&[(30, 530), (20, 538), (20, 503), (15, 504), (15, 535)]);
    dice.pick(&[(40, AuthOffer::Nothing), (60, AuthOffer::TlsFirst(code))])
}

/// One to four, in any order; those that servers really have more often.
fn mechanisms(dice: &mut Dice) -> Vec<Mechanism> {
    let mut all = Vec::new();
    let shares = [60, 60, 20, 20];
    for (mechanism, share) in Mechanism::ALL.into_iter().zip(shares) {
        if dice.percent(share) {
            all.insert(dice.below(all.len() + 1), mechanism);
        }
    }
    if all.is_empty() {
        all.push(dice.pick(&[(1, Mechanism::Plain), (1, Mechanism::Login)]));
    }
    all
}

fn conduct(dice: &mut Dice) -> Conduct {
    dice.pick(&[
        (84, Conduct::Works),
        (2, Conduct::Unknown(500)),
        (2, Conduct::Unknown(502)),
        (2, Conduct::Unknown(504)),
        (3, Conduct::Unrecognized),
        (2, Conduct::LiesInClear),
        (2, Conduct::LiesInTls),
        (3, Conduct::Lies),
    ])
}
