"""The ``guide`` command: what authors and developers use. Each subcommand is a module of ``workbench.commands``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

COMMANDS = {
    "ask": "ask one question and hear the answer",
    "chat": "talk to the guide in the terminal",
    "show": "play an answer as its listeners will hear it",
    "new": "lay out a new answer",
    "check": "say what is wrong with the content, and where",
    "build": "compile the content into the release and the interaction models",
    "explain": "say why a question gets the answer it gets",
    "confusions": "list lines that another answer would take, and answers hard to tell apart",
    "evaluate": "put questions to the guide and print how many it gets right",
    "serve": "run the skill as a web service",
    "publish": "put the content on the air, without a deploy",
    "releases": "list what was published, by whom, when, and from which commit",
    "rollback": "put the release on the air that was there before",
    "diff": "say what differs between two releases",
    "prune": "delete old releases from the content table",
    "withdraw": "take one answer off the air at once, in every release",
    "insights": "say what is asked and not answered, in counts",
    "deploy": "put code, content and interaction model into AWS and Alexa",
    "package": "write the skill package, for ask-cli or as a zip file",
    "certified": "say or record which interaction model Alexa has certified",
}

# Exit statuses: 0 done, 1 what was asked for found something wrong, 2 the command could not be understood.
FOUND, USAGE = 1, 2


class UsageError(Exception):
    """The command cannot be carried out as it was given; the message says what to do instead."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="guide", description="Back Spasm Guide: author, test and publish a health voice skill."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((argument for argument in arguments if argument in COMMANDS), None)
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == wanted:  # only the module that is needed is imported: `guide ask` starts without the checker
            importlib.import_module(f"workbench.commands.{name}").add(subparser)
    namespace = parser.parse_args(arguments)
    try:
        status: int = importlib.import_module(f"workbench.commands.{namespace.command}").run(namespace)
        sys.stdout.flush()
        return status
    except UsageError as error:
        print(f"guide {namespace.command}: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has what it wants; without this Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
