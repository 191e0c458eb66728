//! Tables of the service.

pub(crate) mod catalog;
pub(crate) mod fapiao;
pub(crate) mod invoice;
pub(crate) mod lease;
pub(crate) mod money;
pub(crate) mod notice;
pub(crate) mod payment;
pub(crate) mod settings;
pub(crate) mod subscription;
pub(crate) mod usage;
