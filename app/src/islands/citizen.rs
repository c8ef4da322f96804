//! Islands of a person who answers on a phone or at home.
