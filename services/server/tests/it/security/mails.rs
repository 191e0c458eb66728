//! What a mail proves is known in its mailbox alone.
