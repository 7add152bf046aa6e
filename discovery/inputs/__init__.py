"""What users bring: measurements in any form, and systems described in a file."""
