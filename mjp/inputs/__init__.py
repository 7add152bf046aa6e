"""What users bring: tables, files, arrays and paths of visits."""
