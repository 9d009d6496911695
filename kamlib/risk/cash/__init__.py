"""Who owes what, when it comes, what a bank lends on it, and when cash runs short."""
