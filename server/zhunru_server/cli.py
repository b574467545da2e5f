"""The `zhunru` command.

Exit codes: 0 all is well; 1 what was asked about is not (a rule text is refused, a case fails, a fact can't be read);
2 the command itself was not understood; 130 stopped from the keyboard.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence

import typer

from zhunru_policy import PolicyError, ZhunruError

from .commands import explain, export, policy, query, run, serve, test
from .commands.screen import complain, show_diagnostics

EXIT_CODES = "Exit codes: 0 all is well; 1 what was asked about is not; 2 the command was not understood."

app = typer.Typer(
    help="Zhunru (准入) decides who may open a consumer credit line, and proves why.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
policy.app.command("export")(export.export)
policy.app.command("run")(run.run)
policy.app.command("test")(test.run_cases)
app.add_typer(policy.app, name="policy")
app.command("explain")(explain.explain)
app.command("query")(query.query)
app.command("serve")(serve.serve)


#: What a word may need beside the rules, and the extra that brings it.
EXTRAS = {
    "grpc": "server", "google": "server", "structlog": "server", "opentelemetry": "server", "z3": "explain",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits; people get one line an error, never a traceback."""
    _take_streams()
    try:
        try:
            app(arguments, prog_name="zhunru")
        finally:
            sys.stdout.flush()
    except PolicyError as error:
        show_diagnostics(error.diagnostics)
    except ZhunruError as error:
        complain(str(error))
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        complain(f"this needs `{error.name}`; install it by `pip install 'zhunru-service[{extra}]'`")
    except BrokenPipeError:
        _leave_output()  # whoever reads it has seen enough
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        complain(f"`{error.filename}`: {said}" if error.filename else said)
        _leave_output()
    sys.exit(1)


def _take_streams() -> None:
    """Streams that are closed take what is written and lose it; those that can't show a letter show its escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_output() -> None:
    """Python must not complain again when it flushes at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
