//! Why a tenant is not as it should be.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The API server refused or is away.
    #[error("Kubernetes: {0}")]
    Kubernetes(#[from] kube::Error),
    /// The firm's installation does not answer, or fails.
    #[error("The firm's installation: {0}")]
    Installation(String),
    /// What is asked for cannot be; a person must change it.
    #[error("{0}")]
    Refused(String),
    /// Another operator works; nothing may be written.
    #[error("another operator holds the lease")]
    NotLeading,
}

impl Error {
    /// The reason of a condition.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Kubernetes(_) => "KubernetesFailed",
            Self::Installation(_) => "InstallationFailed",
            Self::Refused(_) => "Refused",
            Self::NotLeading => "NotLeading",
        }
    }
}

/// A result with our error.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
