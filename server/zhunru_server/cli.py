"""The `zhunru` command.

Exit codes: 0 all is well; 1 what was asked about is not (a rule text is refused, a case fails, a fact can't be read);
2 the command itself was not understood; 130 stopped from the keyboard.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from zhunru_policy import PolicyError, ZhunruError

from .commands import explain, policy, query, run, serve, test
from .commands.screen import complain, show_diagnostics

EXIT_CODES = "Exit codes: 0 all is well; 1 what was asked about is not; 2 the command was not understood."

app = typer.Typer(
    help="Zhunru (准入) decides who may open a consumer credit line, and proves why.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
policy.app.command("run")(run.run)
policy.app.command("test")(test.run_cases)
app.add_typer(policy.app, name="policy")
app.command("explain")(explain.explain)
app.command("query")(query.query)
app.command("serve")(serve.serve)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits; people get one line an error, never a traceback."""
    try:
        app(arguments, prog_name="zhunru")
    except PolicyError as error:
        show_diagnostics(error.diagnostics)
    except ZhunruError as error:
        complain(str(error))
    except BrokenPipeError:
        # Whoever reads our output has seen enough; Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(f"`{error.filename}`: {(error.strerror or str(error)).lower()}" if error.filename else str(error))
    sys.exit(1)


if __name__ == "__main__":
    main()
