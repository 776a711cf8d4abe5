"""The entry: `python app.py run` starts the room; each role can also be started alone.

Not for what a role does, nor for the web application itself (`callbacks/web.py`).
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from processes.accounts import add_commands
from processes.audit import add_commands as add_audit_commands
from processes.command_parser import CommandParser
from processes.errors import CONFIGURATION_EXIT, configuration_sentence, outage_sentence
from processes.installer import add_tools
from processes.installer import perform as use_tool
from processes.job_commands import add_commands as add_job_commands
from processes.role import ROLES, serve_worker
from processes.rules import add_commands as add_rule_commands
from processes.twins import add_commands as add_twin_commands
from settings import PREFIX, SECRET_PREFIX, Settings, load_settings

if TYPE_CHECKING:
    from dash import Dash

BROKEN_EXIT = 1  # of `… verify`, `twin rerun`: something is not as it was written
FAILED_EXIT = 1  # of a role: it may be started again
INTERRUPTED_EXIT = 130  # as shells count Ctrl-C
JOBS_WORKER = "worker"

log = logging.getLogger("app")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 2 after one sentence about what to mend."""
    began_s = time.monotonic()
    chosen = parser().parse_args(arguments)
    return guarded(lambda: _perform(chosen, began_s=began_s))


def create_app(settings: Settings | None = None) -> Dash:
    """Return the web application, as a server of its own would load it."""
    from callbacks.web import create_app as build

    return build(load_settings() if settings is None else settings)


def guarded(command: Callable[[], None]) -> int:
    """Run `command`; return the exit code, turning an error to mend into one sentence.

    A database that is away ends it as what is to be mended does: 1 is what `verify` found.
    """
    try:
        command()
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT
    except Exception as error:
        sentence = configuration_sentence(error) or outage_sentence(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return CONFIGURATION_EXIT
    return 0


def _perform(chosen: argparse.Namespace, *, began_s: float) -> None:
    task = getattr(chosen, "task", None)
    if (chosen.command, task) == ("wall", "import"):
        _import_wall(chosen)
        return
    settings = load_settings()
    if chosen.command == "run":
        _run(settings, began_s=began_s)
    elif (chosen.command, task) == ("jobs", JOBS_WORKER):
        _serve(JOBS_WORKER, settings, parent=None)
    elif chosen.command in ROLES and task is None:
        _serve(chosen.command, settings, parent=chosen.parent)
    else:
        _answer(settings, chosen)


def _answer(settings: Settings, chosen: argparse.Namespace) -> None:
    """Do one command that ends by itself, and print what it found."""
    from processes.logs import hush

    hush()
    if chosen.command == "wall" and chosen.task == "proof":
        _prove(settings, chosen)
    elif chosen.command == "wall":
        print(use_tool(settings, chosen))
    elif chosen.command == "account":
        from processes.accounts import perform

        print(perform(settings, chosen))
    elif chosen.command == "audit":
        from processes.audit import perform as perform_audit

        _say_whether(*perform_audit(settings, chosen))
    elif chosen.command == "rule":
        from processes.rules import perform as perform_rule

        _print_whole(perform_rule(settings, chosen))
    elif chosen.command == "job":
        from processes.job_commands import perform as perform_job

        _print_whole(perform_job(settings, chosen))
    elif chosen.command == "twin":
        from processes.twins import perform as perform_twin

        _say_whether(*perform_twin(settings, chosen))
    else:
        print(_table(settings))


def parser() -> CommandParser:
    """Return what the command line is read with."""
    whole = CommandParser(
        prog="app.py",
        description="The operations room. `run` starts all of it on this machine.",
        epilog="Settings come from IOC_* variables and .env; `app.py settings` lists them.",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="start every role under one parent and stay in front")
    for role in ROLES.values():
        command = commands.add_parser(role.name, help=f"serve one role: {role.summary}")
        command.add_argument("--parent", type=int, help=argparse.SUPPRESS)
        if role.name == "wall":
            _add_wall_tasks(command)
        elif role.name == "jobs":
            tasks = command.add_subparsers(dest="task", metavar="[worker]")
            tasks.add_parser(JOBS_WORKER, help="take jobs from Redis, as a Celery worker")
    add_commands(commands.add_parser("account", help="make, list and shut accounts"))
    add_audit_commands(commands.add_parser("audit", help="make sure of what people did"))
    add_rule_commands(commands.add_parser("rule", help="say what a rule would have done"))
    add_job_commands(commands.add_parser("job", help="list, show and end jobs"))
    add_twin_commands(commands.add_parser("twin", help="make sure of a twin's run, import"))
    commands.add_parser("settings", help="print every setting, its value and what it means")
    return whole


def _add_wall_tasks(wall: argparse.ArgumentParser) -> None:
    tasks = wall.add_subparsers(dest="task", metavar="[import | proof | a tool]")
    add_tools(tasks)
    importing = tasks.add_parser("import", help="make a wall file of what installers have already")
    importing.add_argument(
        "file",
        metavar="FILE",
        help="a SAGE2, Tide or DisplayCluster configuration, what xrandr prints, or an EDID; "
        "- reads standard input",
    )
    importing.add_argument("--id", help="id of the wall (else from the name of a file)")
    importing.add_argument("--output", type=Path, help="file to write: city/walls/<id>.toml")
    importing.add_argument("--surface", type=int, help="which surface of a Tide configuration")

    proof = tasks.add_parser("proof", help="what walls showed: verify the chains, print heads")
    proofs = proof.add_subparsers(
        dest="proof", required=True, metavar="verify | head | copy | find | withdraw"
    )
    verifying = proofs.add_parser("verify", help="compute every hash again; 1 when one is wrong")
    head = proofs.add_parser("head", help="print the newest entries' hashes, to note elsewhere")
    copying = proofs.add_parser("copy", help="copy all of it as it is now, for a new standby")
    copying.add_argument("file", metavar="FILE", type=Path, help="the file to make")
    finding = proofs.add_parser("find", help="where contents with these words were on glass")
    withdrawing = proofs.add_parser("withdraw", help="take contents with these words out, by order")
    for each in (finding, withdrawing):
        each.add_argument("words", metavar="WORDS", help="as they stood there, such as a title")
    withdrawing.add_argument(
        "--reason", required=True, metavar="WHY", help="by whose order, under which number"
    )
    for each in (verifying, head):
        each.add_argument("--wall", metavar="W", help="one wall's chain (default: all)")
    verifying.add_argument(
        "--from", dest="from_at", metavar="TIME", help="such as 2026-09-21T09:14"
    )
    verifying.add_argument("--to", dest="to_at", metavar="TIME", help="only entries up to then")
    verifying.add_argument("--head", metavar="HEAD", help="a head noted before must be in it")


def _prove(settings: Settings, chosen: argparse.Namespace) -> None:
    from wall.proof import command
    from wall.zone import read_zone

    zone, _ = read_zone(settings.city)
    if chosen.proof == "head":
        command.print_heads(settings.proof_path, chosen.wall, print)
        return
    if chosen.proof == "copy":
        command.copy_to(settings.proof_path, chosen.file)
        return
    if chosen.proof == "find":
        command.print_found(settings.proof_path, chosen.words, print, zone=zone)
        return
    if chosen.proof == "withdraw":
        from wall.shared.proof import shared_proof

        with shared_proof(settings) as site:
            path, words = settings.proof_path, chosen.words
            command.take_out(path, words, chosen.reason, print, site=site, zone=zone)
        return
    order = command.VerifyOrder(chosen.wall, chosen.from_at, chosen.to_at, chosen.head, zone)
    if not command.run_verify(settings.proof_path, order, print):
        sys.exit(BROKEN_EXIT)


def _say_whether(said: str, is_right: bool) -> None:
    _print_whole(said)
    if not is_right:
        sys.exit(BROKEN_EXIT)


def _import_wall(chosen: argparse.Namespace) -> None:
    from wall.importing import ImportOrder, import_file

    said = import_file(ImportOrder(chosen.file, chosen.id, chosen.output, chosen.surface))
    _print_whole(said)


def _print_whole(said: str) -> None:
    """Print as UTF-8, whatever the terminal is set to."""
    try:
        sys.stdout.buffer.write(said.rstrip("\n").encode() + b"\n")
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(settings: Settings, *, began_s: float) -> None:
    from processes.front import Front
    from processes.room import Room
    from processes.supervisor import run

    front = Front()
    try:
        commands = {name: _command(name) for name in ROLES}
        run(settings, commands, room=Room(settings, front=front, began_s=began_s), front=front)
    finally:
        front.close()


def _command(role: str) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve()), role, "--parent", str(os.getpid())]


def _serve(role: str, settings: Settings, *, parent: int | None) -> None:
    from data_access.parent import die_with
    from processes import logs

    supervised = parent is not None
    if parent is not None:
        die_with(parent)
    logs.set_up(supervised=supervised)
    try:
        serve = serve_worker if role == JOBS_WORKER else ROLES[role].serve
        serve(settings, lambda sentence: logs.say(sentence, supervised=supervised))
    except Exception as error:
        if sentence := configuration_sentence(error):
            logs.say(sentence, supervised=supervised)
            sys.exit(CONFIGURATION_EXIT)
        if sentence := outage_sentence(error):
            logs.say(sentence, supervised=supervised)
        else:
            log.critical("%s failed: %r", role, error, exc_info=True)
        sys.exit(FAILED_EXIT)


def _table(settings: Settings) -> str:
    lines = []
    for name, field in Settings.model_fields.items():
        if field.exclude:
            continue
        setting = getattr(settings, name)
        if name == "lake" and setting is None:
            setting = settings.lake_bucket
        shown = " ".join(setting) if isinstance(setting, tuple) else setting
        lines.append(f"{PREFIX}{name.upper():<16} {field.description}")
        lines.append(f"{'':<20} = {'' if shown is None else shown}")
    for name in sorted(settings.source_secrets):
        lines.append(f"{SECRET_PREFIX}{name} (a secret of a live source)")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
