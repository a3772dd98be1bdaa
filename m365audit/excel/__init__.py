"""What every workbook of the program shares: safe cells, the house style, whole files."""
