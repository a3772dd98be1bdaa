"""From a refusal to one sentence and an exit code."""

from collections.abc import Callable

import typer
from dotenv import load_dotenv
from rich.markup import escape

from m365audit.cli.app import err
from m365audit.engine.collecting.safety import UnsafePermission
from m365audit.engine.custody.protection import NoPassword
from m365audit.engine.judging.parameters import BadParameter
from m365audit.engine.loop import Stopped
from m365audit.graph import SignInFailed
from m365audit.register import BadRegister
from m365audit.register.ledger import BadLedger, TamperedLedger
from m365audit.settings import BadFile
from m365audit.snapshot import BadRun, Busy
from m365audit.snapshot.folders import TamperedRun

# What typer raises for wrong words. It carries its own copy of click, whose name is not public; this way of reaching
# the class holds for both.
_WrongWords: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

USAGE, REFUSED_SIGN_IN, UNSAFE, TRY_AGAIN = 2, 3, 5, 75

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (TamperedRun, UNSAFE),
    (UnsafePermission, UNSAFE),
    (TamperedLedger, UNSAFE),
    (SignInFailed, REFUSED_SIGN_IN),
    (BadFile, USAGE),
    (BadRegister, USAGE),
    (BadLedger, USAGE),
    (BadParameter, USAGE),
    (NoPassword, USAGE),
    (BadRun, USAGE),
    (Busy, TRY_AGAIN),
)

REFUSALS = tuple(kind for kind, _ in _CODES)


def code_of(refusal: Exception) -> int:
    """The exit code of a refusal."""
    return next(code for kind, code in _CODES if isinstance(refusal, kind))


def say(refusal: Exception) -> None:
    """Print a refusal as one sentence."""
    err.print(f"[bold red]error:[/] {escape(str(refusal))}", soft_wrap=True)


def exit_code_of(app: Callable[..., object]) -> int:
    """Run the application; a refusal becomes its sentence and code, an interruption code 75."""
    load_dotenv()
    try:
        code = app(standalone_mode=False)
    except REFUSALS as refusal:
        say(refusal)
        return code_of(refusal)
    except _WrongWords as wrong:
        err.print(f"[bold red]error:[/] {escape(wrong.format_message())}", soft_wrap=True)  # type: ignore[attr-defined]
        return USAGE
    except (Stopped, KeyboardInterrupt, typer.Abort) as stopped:
        err.print(escape(str(stopped) or "stopped; run the command again"), soft_wrap=True)
        return TRY_AGAIN
    return code if isinstance(code, int) else 0
