"""The function as Lambda runs it: the folder that ``sam build`` makes, in the real runtime; and that runtime itself.

What needs Python 3.13, the SAM CLI or ``.venv-runtime`` is skipped where they are missing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.many_answers import held_out, lay_out, subjects
from benchmarks.measuring import asking
from guide.release import Release
from tests.privacy.planting import CANARY, Planter, every_request
from workbench import runtime as runtimes
from workbench.compiler.build import RELEASE, build
from workbench.python313 import find_python313
from workbench.runtime import ROOT, InvocationFailed, NotReady, Runtime

EVENTS = {path.stem: json.loads(path.read_bytes()) for path in sorted((ROOT / "events").glob("*.json"))}
SPOKEN_TO = ("LaunchRequest", "IntentRequest")
SPOKEN = [name for name, event in EVENTS.items() if event["request"]["type"] in SPOKEN_TO]
SILENT = [name for name in EVENTS if name not in SPOKEN]

# PEP 552: the flags of byte code that is never compared with its source.
UNCHECKED_HASH = 1

TINY = """
import json, os, subprocess, sys, time
def handler(event, context):
    if event["do"] == "raise": raise ValueError("it broke")
    if event["do"] == "sleep": time.sleep(60)
    if event["do"] == "die": os._exit(3)
    if event["do"] == "fill": bytearray(event["mb"] * 1024 * 1024)
    if event["do"] == "leave": subprocess.Popen(["sleep", "600"], start_new_session=False)
    return {"heard": event, "pid": os.getpid(), "environment": dict(os.environ), "python": sys.version_info[:2]}
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a small function that does as it is told."""
    (tmp_path / "skill_function.py").write_text(TINY)
    try:
        runtimes.find_emulator()
    except NotReady as missing:
        pytest.skip(str(missing))
    if not runtimes.RUNTIME_PYTHON.is_file():
        pytest.skip("the Lambda runtime is not installed in .venv-runtime")
    return tmp_path


def session_processes(pid: int) -> list[int]:
    """The processes of the session that ``pid`` belongs to."""
    return runtimes._session_members(os.getsid(pid))


def logged(running: Runtime) -> list[dict[str, Any]]:
    """The lines that the function has logged so far; those of the emulator are no JSON."""
    return [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]


def errors(running: Runtime) -> list[dict[str, Any]]:
    """The errors that the function has logged so far."""
    return [line for line in logged(running) if line["level"] == "ERROR"]


def is_running(pid: int) -> bool:
    stat = Path("/proc", str(pid), "stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


class TestFunction:
    """What ``sam build`` makes, asked with the samples in events/."""

    @pytest.mark.parametrize("name", SPOKEN)
    def test_everything_said_to_it_is_answered(self, runtime: Runtime, name: str) -> None:
        before = errors(runtime)
        response = runtime.invoke(EVENTS[name])["response"]
        assert response["outputSpeech"]["ssml"].startswith("<speak>")
        assert response["shouldEndSession"] is (response.get("reprompt") is None)
        assert errors(runtime) == before  # an apology is no answer

    @pytest.mark.parametrize("name", SILENT)
    def test_nothing_is_said_where_alexa_takes_no_answer(self, runtime: Runtime, name: str) -> None:
        response = runtime.invoke(EVENTS[name])["response"]
        assert not {"outputSpeech", "reprompt", "card", "directives"} & {
            key for key, value in response.items() if value
        }

    def test_launch_opens_the_guide(self, runtime: Runtime) -> None:
        response = runtime.invoke(EVENTS["launch"])["response"]
        assert "Back Spasm Guide" in response["outputSpeech"]["ssml"]
        assert response["shouldEndSession"] is False

    @pytest.mark.parametrize(
        ("name", "answer"), [("relief", "relief"), ("see-a-doctor", "see-a-doctor"), ("topic", "heat")]
    )
    def test_question_gets_its_answer(self, runtime: Runtime, name: str, answer: str) -> None:
        response = runtime.invoke(EVENTS[name])
        assert response["sessionAttributes"]["said"]["answer"] == answer
        assert response["response"]["card"]["title"]

    def test_help_names_the_emergency_number_first(self, runtime: Runtime) -> None:
        ssml = runtime.invoke(EVENTS["help"])["response"]["outputSpeech"]["ssml"]
        assert "nine one one" in ssml.partition(".")[0]

    def test_another_skill_is_refused_once_the_skill_id_is_known(self, built_function: Path, runtime: Runtime) -> None:
        own = EVENTS["launch"]["context"]["System"]["application"]["applicationId"]
        with Runtime(built_function, {"SKILL_ID": own}) as strict:
            assert strict.invoke(EVENTS["launch"])["response"]["outputSpeech"]
            stranger = json.loads(json.dumps(EVENTS["launch"]).replace(own, own[:-1] + "1"))
            with pytest.raises(InvocationFailed, match="Skill ID"):
                strict.invoke(stranger)
            turn, raised = errors(strict)
            assert (turn["event"], turn["error"]) == ("turn", raised["errorType"])

    def test_every_turn_is_one_line_of_the_log(self, runtime: Runtime) -> None:
        before = len(logged(runtime))
        for event in EVENTS.values():
            runtime.invoke(event)
        written = logged(runtime)[before:]
        assert [line["event"] for line in written] == ["turn"] * len(EVENTS)
        assert [line["request_id"] for line in written] == [event["request"]["requestId"] for event in EVENTS.values()]

    def test_what_is_asked_is_counted_when_that_is_turned_on(self, built_function: Path) -> None:
        with Runtime(built_function, {"SKILL_ID": "", "QUESTION_METRICS": "on", "CONTENT_STAGE": "dev"}) as counting:
            counting.invoke(EVENTS["free-text"])
            (line,) = logged(counting)
        assert (line["stage"], line["Declined"]) == ("dev", 0)
        assert line["_aws"]["CloudWatchMetrics"]

    def test_nothing_of_a_request_is_logged(self, built_function: Path, runtime: Runtime, release: Release) -> None:
        """A few of the requests of tests/privacy, as the function that is deployed answers and refuses them."""
        planter = Planter()
        events = list(every_request(planter, release))[::20]
        before = len(logged(runtime))
        for event in events:
            runtime.invoke(event)
        assert len(logged(runtime)) == before + len(events) > 20
        with Runtime(built_function, {"SKILL_ID": "amzn1.ask.skill.another"}) as strict:
            for event in events[:5]:
                with pytest.raises(InvocationFailed):
                    strict.invoke(event)
            refused = strict.log()
        assert CANARY not in runtime.log().lower() + refused.lower()

    def test_nothing_is_written_to_its_folder(self, built_function: Path, runtime: Runtime) -> None:
        before = sorted(built_function.rglob("*"))
        runtime.invoke(EVENTS["free-text"])
        assert sorted(built_function.rglob("*")) == before


class TestSmallestLambda:
    """128 MB is the least memory that a function can have in Lambda."""

    MEMORY_MB = 128

    def test_everything_is_answered(self, built_function: Path) -> None:
        with Runtime(built_function, {"SKILL_ID": ""}, memory_mb=self.MEMORY_MB) as small:
            for name in ("launch", "free-text", *SPOKEN):
                assert small.invoke(EVENTS[name])["response"]["outputSpeech"]["ssml"]
            assert errors(small) == []

    @pytest.mark.exhaustive
    def test_ten_thousand_answers_are_answered(self, built_function: Path, tmp_path: Path) -> None:
        lay_out(tmp_path / "content-root")
        build(tmp_path / "content-root")
        folder = tmp_path / "function"
        shutil.copytree(built_function, folder)
        shutil.copyfile(tmp_path / "content-root" / RELEASE, folder / "release.json")
        asked = [asking(held_out(activity, circumstance)) for _, activity, circumstance in subjects(20)]
        with Runtime(folder, {"SKILL_ID": ""}, memory_mb=self.MEMORY_MB) as small:
            for event in (EVENTS["launch"], EVENTS["free-text"], *asked):
                assert small.invoke(event)["response"]["outputSpeech"]["ssml"]
            assert errors(small) == []

    def test_more_cannot_be_had(self, tiny: Path) -> None:
        with Runtime(tiny, memory_mb=self.MEMORY_MB) as small:
            with pytest.raises(InvocationFailed, match="MemoryError"):
                small.invoke({"do": "fill", "mb": self.MEMORY_MB})
            assert small.invoke({"do": "fill", "mb": 32})["environment"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"


class TestFolder:
    """What ``sam build`` puts into the function's folder."""

    def test_has_the_code_and_the_release(self, built_function: Path) -> None:
        for part in ("skill_function.py", "guide", "alexa", "stores", "ask_sdk_core", "release.json"):
            assert (built_function / part).exists(), part

    def test_has_nothing_else_of_ours(self, built_function: Path) -> None:
        source = ROOT / "lambda" / "skill"
        wanted = {path.relative_to(source) for path in source.rglob("*.py")} | {Path("release.json")}
        names = {path.name for path in source.iterdir()} | {"tests", "bin", "requirements.txt"}
        built = {path.relative_to(built_function) for path in built_function.rglob("*") if path.suffix != ".pyc"}
        assert {path for path in built if path.parts[0] in names and (built_function / path).is_file()} == wanted

    def test_what_answers_need_is_compiled_and_never_looked_at_again(self, built_function: Path) -> None:
        ours = [path for part in ("alexa", "guide", "stores") for path in (built_function / part).rglob("*.py")]
        theirs = [built_function / "ask_sdk_core" / "skill.py", built_function / "ask_sdk_model" / "intent_request.py"]
        assert len(ours) > 20
        for source in (built_function / "skill_function.py", *ours, *theirs):
            compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
            assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH, source

    def test_byte_code_names_lines_and_no_columns(self, built_function: Path) -> None:
        program = f"""
import marshal
from pathlib import Path
where = set()
for path in Path({str(built_function)!r}).rglob("*.pyc"):
    codes = [marshal.loads(path.read_bytes()[16:])]
    for code in codes:
        codes += [one for one in code.co_consts if hasattr(one, "co_positions")]
        where |= {{(line is None, column is None) for line, _, column, _ in code.co_positions()}}
print(sorted(where))
"""
        done = subprocess.run([find_python313(), "-c", program], capture_output=True, text=True, check=True)
        # What the compiler adds of its own, such as the end of an exception's name, has no line either.
        assert done.stdout.strip() in ("[(False, True)]", "[(False, True), (True, True)]")

    def test_nothing_is_compiled_at_run_time(self, built_function: Path) -> None:
        program = f"""
import contextlib, importlib.machinery, io, json, sys
from pathlib import Path
compiled = []
real = importlib.machinery.SourceFileLoader.source_to_code
def source_to_code(self, data, path, **options):
    compiled.append(str(path))
    return real(self, data, path, **options)
importlib.machinery.SourceFileLoader.source_to_code = source_to_code
import skill_function
for event in sorted(Path({str(ROOT / "events")!r}).glob("*.json")):
    skill_function.handler(json.loads(event.read_bytes()), None)
print(json.dumps([path for path in compiled if path.startswith({str(built_function)!r})]))
"""
        command = [find_python313(), "-B", "-W", "ignore", "-c", program]
        ran = subprocess.run(command, cwd=built_function, capture_output=True, text=True, check=True)
        assert json.loads(ran.stdout.splitlines()[-1]) == []

    def test_all_of_the_sdk_is_there_and_works_but_for_its_api_client(self, built_function: Path) -> None:
        program = """
import importlib, json, pkgutil, sys, ask_sdk_core, ask_sdk_model, ask_sdk_runtime
broken, count = {}, 0
for package in (ask_sdk_core, ask_sdk_model, ask_sdk_runtime):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        count += 1
        try:
            importlib.import_module(found.name)
        except ImportError as error:
            broken[found.name] = error.name
print(json.dumps([count, broken]))
"""
        command = [find_python313(), "-B", "-W", "ignore", "-c", program]
        ran = subprocess.run(command, cwd=built_function, capture_output=True, text=True, check=True)
        count, broken = json.loads(ran.stdout)
        assert count > 700
        # lambda/skill/requirements.in says why requests is not shipped. Ship it when the skill is to call Alexa's services.
        assert broken == {"ask_sdk_core.api_client": "requests"}

    def test_no_byte_code_of_another_python(self, built_function: Path) -> None:
        assert {path.suffixes[-2] for path in built_function.rglob("*.pyc")} == {".cpython-313"}

    def test_runs_on_every_processor(self, built_function: Path) -> None:
        assert [path for path in built_function.rglob("*") if path.suffix in (".so", ".pyd", ".dylib")] == []

    def test_lambda_may_read_all_of_it(self, built_function: Path) -> None:
        for path in built_function.rglob("*"):
            assert path.stat().st_mode & (0o555 if path.is_dir() else 0o444) == (0o555 if path.is_dir() else 0o444)

    def test_is_no_bigger_than_it_was(self, built_function: Path) -> None:
        # 12 MB of ask-sdk, and the release; Lambda allows 250.
        assert sum(path.stat().st_size for path in built_function.rglob("*") if path.is_file()) < 30_000_000


class TestMakefile:
    """What ``sam build`` says where it cannot work."""

    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        shutil.copytree(ROOT / "lambda" / "skill", tmp_path / "lambda" / "skill")
        return tmp_path

    def make(self, tree: Path) -> subprocess.CompletedProcess[str]:
        command = ["make", "build-SkillFunction", f"ARTIFACTS_DIR={tree / 'artifacts'}"]
        return subprocess.run(
            command, check=False, cwd=tree / "lambda" / "skill", capture_output=True, text=True, timeout=60
        )

    def test_outside_the_tree(self, tree: Path) -> None:
        assert "build_in_source = true" in self.make(tree).stderr

    def test_without_a_set_up(self, tree: Path) -> None:
        (tree / "content").mkdir()
        (tree / "workbench").mkdir()
        assert "make setup" in self.make(tree).stderr

    def test_without_python313(self, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tree / "content").mkdir()
        shutil.copytree(ROOT / "workbench", tree / "workbench")
        programs = tree / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "python").symlink_to(sys.executable)
        (programs / "guide").symlink_to("/bin/true")
        monkeypatch.setenv("HOME", str(tree))
        monkeypatch.delenv("PYENV_ROOT", raising=False)
        monkeypatch.setenv("PATH", path_without_python313(tree))
        ran = self.make(tree)
        assert ran.returncode != 0
        assert "Python 3.13 is missing" in ran.stderr


def path_without_python313(tree: Path) -> str:
    """Return a PATH with the few programs that the makefile begins with."""
    tools = tree / "tools"
    tools.mkdir()
    for tool in ("make", "sh", "test", "echo"):
        found = shutil.which(tool)
        if found:
            (tools / tool).symlink_to(found)
    return str(tools)


class TestRuntime:
    """The runtime, with a small function in it."""

    def test_event_and_response_pass_unchanged(self, tiny: Path) -> None:
        event = {"do": "echo", "text": 'ça fait mal \u2028 "so" <b>', "numbers": [1, 2.5, None, True]}
        with Runtime(tiny) as running:
            response = running.invoke(event)
        assert response["heard"] == event
        assert response["python"] == [3, 13]

    def test_one_process_serves_all_turns(self, tiny: Path) -> None:
        with Runtime(tiny) as running:
            assert len({running.invoke({"do": "echo"})["pid"] for _ in range(3)}) == 1
            assert running.start_milliseconds() is not None

    def test_environment_is_lambdas_and_the_templates(self, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", "/somewhere")
        with Runtime(tiny, {"SKILL_ID": "an id"}) as running:
            environment = running.invoke({"do": "echo"})["environment"]
        assert environment["SKILL_ID"] == "an id"
        assert environment["LAMBDA_TASK_ROOT"] == str(tiny)
        assert "PYTHONPATH" not in environment

    def test_an_exception_is_told_logged_and_survived(self, tiny: Path) -> None:
        with Runtime(tiny) as running:
            with pytest.raises(InvocationFailed, match="ValueError: it broke"):
                running.invoke({"do": "raise"})
            assert errors(running)
            assert running.invoke({"do": "echo"})["pid"]

    def test_time_runs_out(self, tiny: Path) -> None:
        with Runtime(tiny, timeout_seconds=1) as running:
            with pytest.raises(InvocationFailed, match=r"timed out after 1\.00 seconds"):
                running.invoke({"do": "sleep"})
            assert running.invoke({"do": "echo"})["pid"]

    def test_a_dead_process_is_told_and_replaced(self, tiny: Path) -> None:
        with Runtime(tiny) as running:
            with pytest.raises(InvocationFailed, match="exit status 3"):
                running.invoke({"do": "die"})
            assert running.invoke({"do": "echo"})["pid"]

    def test_a_function_that_cannot_be_imported_is_told(self, tiny: Path) -> None:
        (tiny / "skill_function.py").write_text("import nothing_of_the_kind\n")
        with Runtime(tiny) as running, pytest.raises(InvocationFailed, match="nothing_of_the_kind"):
            running.invoke({})

    def test_every_process_ends_with_the_block(self, tiny: Path) -> None:
        with pytest.raises(RuntimeError), Runtime(tiny) as running:
            members = session_processes(running.invoke({"do": "leave"})["pid"])
            assert len(members) == 3  # the emulator, the function, and what the function started
            raise RuntimeError("the block fails")
        assert not [pid for pid in members if is_running(pid)]

    def test_every_process_ends_when_its_starter_is_killed(self, tiny: Path) -> None:
        script = (
            "import time; from pathlib import Path; from workbench.runtime import Runtime\n"
            f"with Runtime(Path({str(tiny)!r})) as running:\n"
            "    print(running.invoke({'do': 'echo'})['pid'], flush=True); time.sleep(60)\n"
        )
        command = [sys.executable, "-c", script]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
            assert starter.stdout
            members = session_processes(int(starter.stdout.readline()))
            starter.send_signal(signal.SIGKILL)
        assert members
        assert wait_until_gone(members)

    def test_many_run_at_once(self, tiny: Path) -> None:
        with Runtime(tiny) as one, Runtime(tiny) as other:
            assert one.invoke({"do": "echo"})["pid"] != other.invoke({"do": "echo"})["pid"]

    def test_missing_folder_says_what_to_run(self, tiny: Path) -> None:
        with pytest.raises(NotReady, match="make sam-build"), Runtime(tiny / "nowhere"):
            pass

    def test_missing_runtime_says_what_to_run(self, tiny: Path) -> None:
        with pytest.raises(NotReady, match="make runtime"), Runtime(tiny, python=tiny / "python"):
            pass


def wait_until_gone(pids: list[int]) -> bool:
    for _ in range(100):
        if not [pid for pid in pids if is_running(pid)]:
            return True
        time.sleep(0.1)
    return False


class TestCommand:
    """``python -m workbench.runtime``."""

    @pytest.fixture
    def event(self, tmp_path: Path) -> Iterator[Path]:
        yield tmp_path / "event.json"

    def run(self, event: Path, folder: Path, asked: Any) -> int:
        event.write_text(asked if isinstance(asked, str) else json.dumps(asked))
        return runtimes.main([str(event), "--folder", str(folder)])

    def test_prints_the_response(self, tiny: Path, event: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(event, tiny, {"do": "echo", "word": "ça"}) == 0
        printed = capsys.readouterr()
        assert json.loads(printed.out)["heard"]["word"] == "ça"
        assert "ms" in printed.err

    def test_function_that_fails_is_status_1(self, tiny: Path, event: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(event, tiny, {"do": "raise"}) == 1
        assert "it broke" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["launch", "relief", "see-a-doctor"])
    def test_answers_the_samples(
        self, built_function: Path, runtime: Runtime, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status = runtimes.main([str(ROOT / "events" / f"{name}.json"), "--folder", str(built_function)])
        assert status == 0
        assert json.loads(capsys.readouterr().out) == runtime.invoke(EVENTS[name])

    @pytest.mark.parametrize("asked", ["", "not json", "\udcff"])
    def test_unreadable_event_is_status_2(
        self, tiny: Path, event: Path, asked: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        event.write_bytes(asked.encode(errors="surrogateescape"))
        assert runtimes.main([str(event), "--folder", str(tiny)]) == 2
        assert str(event) in capsys.readouterr().err

    def test_missing_event_is_status_2(self, tiny: Path, event: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert runtimes.main([str(event), "--folder", str(tiny)]) == 2
        assert "No such file" in capsys.readouterr().err

    def test_missing_folder_is_status_2(self, tiny: Path, event: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(event, tiny / "nowhere", {"do": "echo"}) == 2
        assert "make sam-build" in capsys.readouterr().err
