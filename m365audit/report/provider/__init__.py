"""The provider's workbook: all councils in one, and nobody's name."""
