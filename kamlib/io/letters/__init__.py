"""Letters: texts that look alike are one, and which bytes of a file stand for which."""
