//! Whether a response goes with the point that it names, and noting what does not beside all other errors.

use domain::method::Selection;
use domain::response::{FieldError, FieldErrorCode, Known};
use store::catalogue::{Campaign, Point, StoredVersion};

/// What a response has to go with.
pub(super) struct Asked<'a> {
    pub(super) point: &'a Point,
    pub(super) campaign: &'a Campaign,
    /// The one that the response names, where there is one of that name.
    pub(super) version: Option<&'a StoredVersion>,
}

impl Asked<'_> {
    /// Notes which fields do not go with the point.
    pub(super) fn note_errors(&self, known: &Known, errors: &mut Vec<FieldError>) {
        let Campaign {
            id,
            versions,
            selection,
            ..
        } = self.campaign;
        let is_foreign = known.campaign.is_some_and(|named| named != *id);
        let is_asked = |stored: &StoredVersion| versions.iter().any(|(_, asked)| *asked == stored.id);
        let wrong = [
            (is_foreign, "/campaign", FieldErrorCode::NotAskedHere),
            // Of another campaign's version nothing can be said here.
            (
                !is_foreign && !self.version.is_none_or(is_asked),
                "/questionnaire",
                FieldErrorCode::NotAskedHere,
            ),
            (
                self.point.needs_code && !known.has_code,
                "/code",
                FieldErrorCode::Missing,
            ),
            // Free text that anybody may send is where names end up.
            (
                *selection == Selection::Open && known.has_case,
                "/case",
                FieldErrorCode::NoCases,
            ),
        ];
        let wrong = wrong.into_iter().filter(|(is_wrong, ..)| *is_wrong);
        errors.extend(wrong.map(|(_, path, code)| FieldError::new(path, code)));
    }
}

/// What was read; an error is noted beside the others.
pub(super) fn or_note<T>(read: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> Option<T> {
    or_note_all(read.map_err(|error| vec![error]), errors)
}

pub(super) fn or_note_all<T>(read: Result<T, Vec<FieldError>>, errors: &mut Vec<FieldError>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(wrong) => {
            errors.extend(wrong);
            None
        }
    }
}
