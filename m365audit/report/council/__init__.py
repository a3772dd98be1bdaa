"""The council's workbook: counts only, fit to be published."""
