"""deploy/ fits the code: commands, variables, ports, paths and figures that it names are there; its files can be read.

What a machine brings of nginx and systemd is used: the proxy runs before a real service.
"""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from aggregator.cli import app
from aggregator.config.environment import environment_names
from aggregator.policy.push import CALLBACK
from aggregator.release import Press
from aggregator.store import duties, outbox
from aggregator.web.metrics import Metrics
from tests.factories import NOW
from tests.ops.test_surroundings import certificate_file
from tests.web.conftest import access, address, partners, press, store

__all__ = ["access", "address", "partners", "press", "store"]

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group, as it has subcommands
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
CLUSTER = {name: each for name, each in COMPOSE["services"].items() if "cluster" in each.get("profiles", [])}
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "aggregator"}
ALERTS = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
NEWS = (DEPLOY / "nginx/news.conf").read_text("utf-8")


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"missing here: {name}")
    return found


def settings_of(unit: Path) -> list[tuple[str, str]]:
    lines = unit.read_text("utf-8").splitlines()
    return [
        (name, value) for name, _, value in (line.partition("=") for line in lines if "=" in line and line[0] != "#")
    ]


# systemd


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists_with_variables_that_are_known(unit: Path) -> None:
    values = dict(settings_of(unit))
    command = values["ExecStart"].split()
    assert command[0] == "/opt/aggregator/current/bin/aggregator"
    assert command[1] in COMMANDS
    variables = dict(pair.split("=") for pair in values["Environment"].split())
    assert variables.keys() <= {*environment_names(), "AGGREGATOR_CONFIG_DIR"}
    assert variables["AGGREGATOR_DATA_DIR"] == f"/var/lib/{values['StateDirectory']}"


def test_all_units_are_hardened_alike() -> None:
    own = {"Description", "ExecStart"}
    assert len({tuple(pair for pair in settings_of(unit) if pair[0] not in own) for unit in UNITS}) == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit_and_finds_it_closed(unit: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    here = tmp_path / unit.name
    here.write_text(unit.read_text("utf-8").replace("/opt/aggregator/current/bin/aggregator", "/bin/true"))
    checked = subprocess.run([analyze, "verify", here], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", here], capture_output=True, text=True
    )
    assert rated.returncode == 0, rated.stdout[-300:]


# docker compose


def test_every_service_of_ours_starts_a_command_that_exists_with_variables_that_are_known() -> None:
    assert set(OURS) == {"aggregator", "web", "worker"}
    for name, service in OURS.items():
        assert service["command"][0] == "aggregator"
        assert service["command"][1] in COMMANDS, name
        assert set(service["environment"]) <= {*environment_names(), "AGGREGATOR_CONFIG_DIR"}
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_the_cluster_keeps_its_secrets_in_files_that_are_declared() -> None:
    assert set(CLUSTER) == {"web", "worker", "postgres", "proxy"}
    for service in CLUSTER.values():
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        files = {value for value in service.get("environment", {}).values() if str(value).startswith("/run/secrets/")}
        assert (
            files == {f"/run/secrets/{name}" for name in service.get("secrets", [])} if "secrets" in service else True
        )
        assert not any(
            "password" in str(value).lower() and "/run/" not in str(value)
            for value in service.get("environment", {}).values()
        )
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_volumes_and_those_who_wait_for_each_other_are_declared() -> None:
    for service in COMPOSE["services"].values():
        named = {mount.split(":")[0] for mount in service.get("volumes", [])}
        assert {name for name in named if name[0] not in "./"} <= set(COMPOSE["volumes"])
        for path in (name for name in named if name.startswith("./deploy")):
            assert (ROOT / path).is_file()
        for other, how in service.get("depends_on", {}).items():
            assert other in COMPOSE["services"]
            assert how["condition"] == "service_healthy"
    (subnet,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert OURS["web"]["environment"]["AGGREGATOR_SERVER__TRUSTED_PROXIES"] == subnet["subnet"]


# nginx


def test_the_proxy_knows_our_addresses_and_reaches_our_port() -> None:
    assert f"location {CALLBACK}/ " in NEWS
    assert "client_max_body_size 2m;" in NEWS.split(f"location {CALLBACK}/")[1].split("}")[0]
    assert "server 127.0.0.1:8000;" in (DEPLOY / "nginx/upstream-one.conf").read_text("utf-8")
    assert "server web:8000;" in (DEPLOY / "nginx/upstream-cluster.conf").read_text("utf-8")
    assert "AGGREGATOR_PORT=8000" in (ROOT / "Dockerfile").read_text("utf-8")


@contextmanager
def proxy(tmp_path: Path, upstream: str) -> Iterator[tuple[str, str]]:
    """nginx with our configuration; only names, ports and paths are those of the test."""
    nginx = program("nginx")
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    file = certificate_file(tmp_path, timedelta(days=9))
    news = re.sub(r"^ *listen \[::\].*\n", "", NEWS, flags=re.MULTILINE)
    news = news.replace("listen 80;", f"listen 127.0.0.1:{ports[0]};")
    news = news.replace("listen 443 ssl", f"listen 127.0.0.1:{ports[1]} ssl")
    news = re.sub(r"/etc/letsencrypt/\S+\.pem", str(file), news)
    news = news.replace("/var/cache/nginx/news", str(tmp_path / "cache"))
    (tmp_path / "news.conf").write_text(news)
    one = (DEPLOY / "nginx/upstream-one.conf").read_text("utf-8")
    (tmp_path / "upstream.conf").write_text(one.replace("127.0.0.1:8000", upstream))
    main = tmp_path / "nginx.conf"
    whose = "user root; " if os.geteuid() == 0 else ""  # else its workers may not see our folder
    main.write_text(
        f"{whose}pid {tmp_path}/pid; error_log {tmp_path}/error.log; daemon off; events {{}} http {{ access_log off;\n"
        + "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"include {tmp_path}/upstream.conf; include {tmp_path}/news.conf; }}\n"
    )
    checked = subprocess.run([nginx, "-t", "-q", "-c", main], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen([nginx, "-c", main], stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{ports[0]}", f"https://localhost:{ports[1]}"
    finally:
        running.terminate()
        running.wait(10)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def ask(url: str, body: bytes | None = None) -> tuple[int, dict[str, str]]:
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect())
    try:
        with opener.open(urllib.request.Request(url, data=body), timeout=10) as reply:
            return reply.status, {name.lower(): value for name, value in reply.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


def until_it_listens(url: str) -> None:
    ends = time.monotonic() + 20
    while True:
        try:
            ask(url)
        except OSError:
            assert time.monotonic() < ends
            time.sleep(0.1)
        else:
            return


def test_readers_come_in_by_tls_and_the_insides_stay_inside(address: str, tmp_path: Path) -> None:
    with proxy(tmp_path, address.removeprefix("http://")) as (plain, secured):
        until_it_listens(plain)
        status, headers = ask(f"{plain}/feeds/all.atom")
        assert (status, headers["location"]) == (301, "https://127.0.0.1/feeds/all.atom")
        status, headers = ask(f"{secured}/feeds/all.atom")
        assert (status, headers["strict-transport-security"]) == (200, "max-age=31536000")
        assert headers["content-type"].startswith("application/atom+xml")
        assert [ask(secured + path)[0] for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]
        assert ask(f"{secured}/edit/sign-in")[1]["cache-control"] == "no-store"
        assert ask(f"{secured}/", b"x" * 1_200_000)[0] == 413
        assert ask(f"{secured}{CALLBACK}/onbekend", b"x" * 1_200_000)[0] != 413
        cached = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
        assert b"/feeds/all.atom" in cached
        assert b"/edit/sign-in" not in cached


def test_readers_are_served_while_the_service_is_away(press: Press, tmp_path: Path) -> None:
    import http.server
    import threading

    class Once(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("cache-control", "public, max-age=1")
            self.send_header("content-length", "6")
            self.end_headers()
            self.wfile.write(b"nieuws")

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Once)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with proxy(tmp_path, f"127.0.0.1:{server.server_port}") as (plain, secured):
        until_it_listens(plain)
        assert ask(f"{secured}/")[0] == 200
        server.shutdown()
        server.server_close()
        time.sleep(2.1)  # past its max-age
        assert ask(f"{secured}/")[0] == 200
        assert ask(f"{secured}/nooit-gevraagd")[0] == 502


# Prometheus and Grafana


def figures(press: Press) -> set[str]:
    with press.store.write() as transaction:
        outbox.put(transaction, "mail", "x@example.nl", {}, NOW)
        duties.went_well(transaction, "polling", NOW)
    return set(re.findall(r"^# TYPE (\w+)", Metrics(press.store).text(NOW).decode(), flags=re.MULTILINE))


def test_alerts_and_dashboard_watch_figures_that_there_are(press: Press) -> None:
    alerts = [rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]]
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    named = set(re.findall(r"\baggregator_\w+", " ".join(alerts + shown)))
    assert named <= figures(press)
    assert named == figures(press)  # and nothing is counted for nobody


def test_the_labels_that_alerts_ask_for_are_given(press: Press) -> None:
    figures(press)
    told = Metrics(press.store).text(NOW).decode()
    exprs = " ".join(rule["expr"] for group in ALERTS["groups"] for rule in group["rules"])
    for label, value in re.findall(r'(\w+)!?="(\w+)"', exprs.replace('up{job="aggregator"}', "")):
        if (label, value) in {("duty", "backup"), ("state", "dead")}:
            continue  # there once a backup was tried, or something was given up
        assert f'{label}="{value}"' in told


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert all(len(rule["annotations"][key]) > 8 for key in ("summary", "description"))


def test_what_prometheus_asks_for_is_where_we_listen() -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus/scrape.yml").read_text("utf-8"))["scrape_configs"]
    assert (job["metrics_path"], job["static_configs"]) == ("/metrics", [{"targets": ["127.0.0.1:8000"]}])


# The ten lines


def test_the_readme_names_files_and_commands_that_there_are() -> None:
    text = (DEPLOY / "README.md").read_text("utf-8")
    for name in set(re.findall(r"deploy/([\w./@-]+\w)", text)):
        assert (DEPLOY / name).exists(), name
    for command in set(re.findall(r"bin/aggregator (\w+)", text)):
        assert command in COMMANDS
    steps = text.split("\n\n")[2].splitlines()
    assert len(steps) <= 10
    assert re.findall(r"enable --now (\S+)", text) == ["aggregator"]
