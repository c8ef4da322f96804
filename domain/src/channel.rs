//! How a response came in: the channel, its class in tallies, and the mode of answering.

use serde::{Deserialize, Serialize};

macro_rules! coded_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant = $code,)+ }

        impl $name {
            /// Every value, in the order of its code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The number under which the value is stored.
            pub const fn code(self) -> i16 {
                self as i16
            }

            /// The value of a stored number.
            pub const fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// The name in URLs, JSON and exports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}
pub(crate) use coded_enum;

coded_enum!(
    /// How a response reached the system.
    Channel {
        DeskDevice = 0, "desk_device";
        PointQr = 1, "point_qr";
        Portal = 2, "portal";
        Invitation = 3, "invitation";
        Home = 4, "home";
        Post = 5, "post";
        Telephone = 6, "telephone";
        Group = 7, "group";
        Import = 8, "import";
    }
);

coded_enum!(
    /// How the person answered.
    Mode {
        SelfScreen = 0, "self_screen";
        SelfPaper = 1, "self_paper";
        Interviewer = 2, "interviewer";
        Telephone = 3, "telephone";
        HelpedByFamily = 4, "helped_by_family";
        HelpedByVolunteer = 5, "helped_by_volunteer";
        HelpedByOfficial = 6, "helped_by_official";
    }
);

coded_enum!(
    /// The grouping of channels in tallies and results, shown side by side and never mixed silently.
    ChannelClass {
        /// At the desk, on the device that stands there.
        Desk = 0, "desk";
        /// By one's own phone or computer: QR code, portal or invitation.
        Online = 1, "online";
        /// With an interviewer, by post, by telephone, in a group.
        Field = 2, "field";
        /// Taken over from another system.
        Import = 3, "import";
    }
);

impl Channel {
    /// The class under which the channel is tallied.
    pub const fn class(self) -> ChannelClass {
        match self {
            Self::DeskDevice => ChannelClass::Desk,
            Self::PointQr | Self::Portal | Self::Invitation => ChannelClass::Online,
            Self::Home | Self::Post | Self::Telephone | Self::Group => ChannelClass::Field,
            Self::Import => ChannelClass::Import,
        }
    }

    /// Whether whoever comes by may answer, as long as no one-time code is asked for.
    pub const fn is_open(self) -> bool {
        match self {
            Self::DeskDevice | Self::PointQr | Self::Portal => true,
            Self::Invitation | Self::Home | Self::Post | Self::Telephone | Self::Group | Self::Import => {
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for &channel in Channel::ALL {
            assert_eq!(Channel::from_code(channel.code()), Some(channel));
            assert_eq!(channel.as_str().parse(), Ok(channel));
            assert_eq!(serde_json::to_value(channel).expect("a name"), channel.as_str());
        }
        for &mode in Mode::ALL {
            assert_eq!(Mode::from_code(mode.code()), Some(mode));
            assert_eq!(serde_json::to_value(mode).expect("a name"), mode.as_str());
        }
        assert_eq!(Channel::from_code(99), None);
    }
}
