//! Files that unfold beyond all bounds are refused, and take nothing of the machine.
