"""Whether a finished workbook can be used by everybody, looked up in its parts."""
