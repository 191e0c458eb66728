//! Phrases that a model has not seen: what mix, calibration and the sense of scope are fitted on.

/// How a model that has not seen a question scores it.
#[derive(Debug, Clone)]
pub(crate) struct HeldOut {
    /// By ranker, then by class.
    pub(crate) scores: [Vec<f32>; RANKERS],
    /// Share of the question's feature weight that is known.
    pub(crate) known: f32,
    /// Its class, or none when its class was held out as well.
    pub(crate) class: Option<usize>,
}

/// Support vector machine, logistic regression, centroids, likeness of the nearest phrase.
pub(crate) const RANKERS: usize = 4;
