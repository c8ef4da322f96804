//! What becomes of a response, and why. Only `counted` enters tallies.

use serde::{Deserialize, Serialize};

use crate::channel::coded_enum;

coded_enum!(
    /// The state of a stored response.
    Status {
        /// In the tallies.
        Counted = 0, "counted";
        /// Kept for review, outside the tallies.
        Held = 1, "held";
        /// Arrived after the campaign was closed.
        Late = 2, "late";
        /// Taken out after review; its reason is kept.
        Excluded = 3, "excluded";
        /// Given while the point was being tried out; never counted.
        Trial = 4, "trial";
    }
);

coded_enum!(
    /// Why a response is not counted.
    Reason {
        /// More answers at the point than people can have been there.
        Burst = 0, "burst";
        /// A civil date that cannot be true.
        Clock = 1, "clock";
        /// The campaign was closed when it arrived.
        Closed = 2, "closed";
        /// The point or device is in trial.
        Trial = 3, "trial";
        /// The device was revoked before it sent this.
        Revoked = 4, "revoked";
        /// The same person or dossier answered before.
        Duplicate = 5, "duplicate";
        /// Found not to be a genuine answer on review or back-check.
        Review = 6, "review";
        /// The device is in trial, but its screen did not say so when this was given.
        UntoldTrial = 7, "untold_trial";
    }
);
