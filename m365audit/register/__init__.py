"""The register: what the council says is right, kept in a workbook the Clerk fills in."""

from m365audit.register.read import BadRegister, read_register, rows_to_confirm
from m365audit.register.sheets import SHEETS, Sheet
from m365audit.register.write import write_register

__all__ = ["SHEETS", "BadRegister", "Sheet", "read_register", "rows_to_confirm", "write_register"]
