//! Facts cannot be forged, nor taken back wrongly.
