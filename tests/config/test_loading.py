from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.config import environment_names, known_keys, load, shipped
from aggregator.config.settings import SiteSection
from aggregator.errors import ConfigError
from aggregator.model import Site

SECRET = "s3cret-" * 6
Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def write(**files: str) -> Path:
        here = tmp_path / "my config"
        here.mkdir(exist_ok=True)
        for name, text in files.items():
            (here / f"{name}.toml").write_text(text, "utf-8")
        return here

    return write


def complaint(environ: Mapping[str, str] | None = None, **given: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load(environ=environ or {}, **given)
    return str(caught.value)


def test_an_empty_folder_means_defaults_the_shipped_themes_and_no_sources(folder: Folder) -> None:
    config = load(environ={}, config_dir=folder())
    assert config.site.base_url == "http://127.0.0.1:8000"
    assert [theme.slug for theme in config.site.themes][:1] == ["instroom"]
    assert config.site.themes[0].label["en"] == "Inflow into technical education"
    assert config.themes_rules["off_topic"] == "off-topic"
    assert config.sources == ()
    assert config.paths.database_url == "sqlite+pysqlite:///data/aggregator.sqlite3"
    assert config.paths.on_sqlite
    assert config.polling.gap == timedelta(seconds=1)
    assert (config.publishing.mode, config.publishing.feed_length) == ("automatic", 100)
    assert (config.publishing.announce_days, config.publishing.announce_items) == (14, 5)
    assert {where for _, _, where in config.show()} == {"default", "flag"}


def test_a_flag_goes_before_the_environment_before_the_file_before_the_default(folder: Folder) -> None:
    here = folder(site="[mail]\nsmtp_url = ''\n[server]\nport = 1\nhost = 'file'\n[site]\ntitle = 'File'\n")
    environ = {"AGGREGATOR_PORT": "2", "AGGREGATOR_SERVER__HOST": "environment"}
    config = load(environ=environ, flags={"port": 3, "host": None}, config_dir=here)
    assert (config.server.port, config.server.host, config.site.title) == (3, "environment", "File")
    assert config.origin("server.port") == "flag"
    assert config.origin("server.host") == "environment AGGREGATOR_SERVER__HOST"
    assert config.origin("site.title") == str(here / "site.toml")
    assert config.origin("site.language") == "default"


@pytest.mark.parametrize(
    ("short", "value", "key"),
    [
        ("DATA_DIR", "/var/lib/news", "paths.data_dir"),
        ("DATABASE_URL", "sqlite+pysqlite:////srv/x.db", "paths.database_url"),
        ("HOST", "::1", "server.host"),
        ("PORT", "8080", "server.port"),
        ("BASE_URL", "https://nieuws.example.nl/x", "site.base_url"),
        ("FETCH_ALLOW", "10.0.0.0/8", "fetch.allow"),
        ("SMTP_URL", "smtps://mail.example.nl", "mail.smtp_url"),
    ],
)
def test_the_first_variables_that_people_need_have_short_names(
    folder: Folder, short: str, value: str, key: str
) -> None:
    config = load(environ={f"AGGREGATOR_{short}": value}, config_dir=folder())
    assert (key, value, f"environment AGGREGATOR_{short}") in config.show()


def test_every_key_can_be_set_by_the_environment() -> None:
    assert set(environment_names().values()) == {*known_keys(), "paths.config_dir"}


def test_an_empty_variable_counts_as_unset_and_those_of_others_are_none_of_our_business(
    folder: Folder,
) -> None:
    environ = {"AGGREGATOR_PORT": "", "AGGREGATORS_PORT": "9", "PATH": "/bin"}
    assert load(environ=environ, config_dir=folder()).server.port == 8000


def test_the_folder_is_named_by_flag_or_environment_or_found_here_or_shipped(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = folder()
    environ = {"AGGREGATOR_CONFIG_DIR": str(here)}
    assert load(environ=environ).paths.config_dir == here
    assert load(environ=environ).origin("paths.config_dir") == "environment AGGREGATOR_CONFIG_DIR"
    assert load(environ=environ, flags={"config_dir": str(shipped())}).paths.config_dir == shipped()
    monkeypatch.chdir(tmp_path)
    assert load(environ={}).paths.config_dir == shipped()
    (tmp_path / "config").mkdir()
    assert load(environ={}).paths.config_dir == Path("config")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_the_address_of_the_site_follows_the_server(folder: Folder, host: str, address: str) -> None:
    assert load(environ={}, flags={"host": host}, config_dir=folder()).site.base_url == address


def test_a_base_url_loses_its_trailing_slash(folder: Folder) -> None:
    config = load(environ={}, flags={"base_url": "https://example.nl/nieuws/"}, config_dir=folder())
    assert config.site.base_url == "https://example.nl/nieuws"


def test_the_database_follows_the_data_directory_and_gets_its_driver(folder: Folder) -> None:
    here = folder()
    config = load(environ={}, flags={"data_dir": Path("/srv/news")}, config_dir=here)
    assert config.paths.database_url == "sqlite+pysqlite:////srv/news/aggregator.sqlite3"
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        flags = {"database_url": f"{scheme}://me:pw@db/news", "secret_key": SECRET}
        config = load(environ={}, flags=flags, config_dir=here)
        assert config.paths.database_url == "postgresql+psycopg://me:pw@db/news"
        assert not config.paths.on_sqlite


def test_secrets_may_come_from_files_and_are_never_shown(folder: Folder, tmp_path: Path) -> None:
    secret, database = tmp_path / "key", tmp_path / "database"
    secret.write_text(f"{SECRET}\n")
    database.write_text("postgresql://me:hunter2@db/news\n")
    environ = {
        "AGGREGATOR_SECRET_KEY_FILE": str(secret),
        "AGGREGATOR_PATHS__DATABASE_URL_FILE": str(database),
        "AGGREGATOR_SMTP_URL": "smtp://me:hunter2@mail.example.nl",
    }
    config = load(environ=environ, config_dir=folder())
    assert config.secret_key is not None
    assert config.secret_key.get_secret_value() == SECRET
    assert config.smtp_url.get_secret_value().endswith("hunter2@mail.example.nl")
    shown = {key: value for key, value, _ in config.show()}
    assert shown["paths.database_url"] == "postgresql+psycopg://me:***@db/news"
    assert shown["mail.smtp_url"] == "smtp://me:***@mail.example.nl"
    assert shown["security.secret_key"] == "***"
    assert "hunter2" not in repr(shown)
    assert SECRET not in repr(config)


def test_show_names_every_key_once_in_readable_form(folder: Folder) -> None:
    rows = load(environ={}, config_dir=folder()).show()
    assert [key for key, _, _ in rows] == [*known_keys(), "paths.config_dir"]
    shown = {key: value for key, value, _ in rows}
    assert (shown["polling.interval_min"], shown["polling.gap"]) == ("1 h", "1 s")
    assert (shown["polling.body_keep"], shown["security.secret_key"]) == ("true", "")


def test_everything_that_is_wrong_is_said_at_once_with_place_key_value_and_fix(folder: Folder) -> None:
    here = folder(
        site="[server]\nprot = 8000\nport = 'many'\n[publishing]\nmode = 'later'\n[sevrer]\n",
        sources="[[source]]\nid = 'a'\n[[source]]\nid = 'B'\norganisation = 'B'\nurl = 'ftp://b.nl'\n",
    )
    (here / "source.toml").touch()
    environ = {"AGGREGATOR_POTR": "1", "AGGREGATOR_SITE__CONTACT": "ring the bell"}
    lines = complaint(environ, flags={"hots": "x"}, config_dir=here).splitlines()
    site, sources = here / "site.toml", here / "sources.toml"
    assert lines[0] == "12 problems in the configuration:"
    assert sorted(lines[1:]) == sorted(
        f"  {line}"
        for line in [
            "flag: hots: is not a known flag. Did you mean host?",
            f"{here}: source.toml: is not a known file. Did you mean sources.toml?",
            f"{site}: [sevrer]: is not a known section. Did you mean server?",
            f"{site}: server.prot: is not a known key. Did you mean server.port?",
            f"{site}: server.port = 'many': should be a valid integer, unable to parse string as an integer. "
            "The default is 8000.",
            f"{site}: publishing.mode = 'later': must be 'automatic' or 'edited'. The default is automatic.",
            "environment: AGGREGATOR_POTR: is not a known variable. Did you mean AGGREGATOR_PORT?",
            "environment: AGGREGATOR_SITE__CONTACT = 'ring the bell': must be a mail address or the full address "
            'of a page. Write e.g. "https://example.nl/contact" or "nieuws@example.nl".',
            f"{sources}: source 'a', organisation: is missing. Write e.g. organisation = \"FME\".",
            f"{sources}: source 'a', url: is missing. Write e.g. url = \"https://www.fme.nl/nieuws\".",
            f"{sources}: source 'B', id = 'B': must be lower-case letters, digits and single hyphens, 64 at most. "
            'Write e.g. id = "fme".',
            f"{sources}: source 'B', url = 'ftp://b.nl': must be a full address that starts with http:// or "
            'https://. Write e.g. url = "https://www.fme.nl/nieuws".',
        ]
    )


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"AGGREGATOR_PORT": "1", "AGGREGATOR_SERVER__PORT": "1"}, "sets the same as AGGREGATOR_PORT"),
        ({"AGGREGATOR_SECRET_KEY_FILE": "/nowhere"}, "cannot be read: No such file"),
        ({"AGGREGATOR_SECRET_KEY_FILE": "/bin/sh"}, "cannot be read: it is not text"),
        ({"AGGREGATOR_SECRET_KEY": "tooshort"}, "32 random characters"),
        ({"AGGREGATOR_POLLING__INTERVAL_MIN": "25 h"}, "interval_min must not be longer than interval_max"),
        ({"AGGREGATOR_POLLING__INTERVAL_MAX": "10 min"}, "AGGREGATOR_POLLING__INTERVAL_MAX = '10 min'"),
        ({"AGGREGATOR_POLLING__INTERVAL_MIN": "1 min"}, "must be between 5 min and 7 d"),
        ({"AGGREGATOR_POLLING__GAP": "fast"}, "must be a duration"),
        ({"AGGREGATOR_POLLING__PARALLEL": "0"}, "must be at least 1"),
        ({"AGGREGATOR_POLLING__PARALLEL": "3"}, "must be at most 2"),
        ({"AGGREGATOR_SITE__TITLE": " "}, "must not be empty"),
        ({"AGGREGATOR_SITE__RIGHTS": "a\nb"}, "must be one line"),
        ({"AGGREGATOR_SITE__RIGHTS_FILE": "/x"}, "is not a known variable"),
        ({"AGGREGATOR_SITE__LANGUAGE": "Dutch!"}, "must be a language tag"),
        ({"AGGREGATOR_SITE__TAG_AUTHORITY": "example.nl"}, "must be a domain name and a date"),
        ({"AGGREGATOR_BASE_URL": "https://me:pw@example.nl"}, "without user name, query or fragment"),
        ({"AGGREGATOR_BASE_URL": "https://example.nl:x"}, "must be a full address"),
        ({"AGGREGATOR_DATABASE_URL": "mysql://x"}, "must start with sqlite:/// or postgresql://"),
        ({"AGGREGATOR_DATABASE_URL": "postgresql://me:hunter2@db/x"}, "AGGREGATOR_SECRET_KEY: is needed"),
        ({"AGGREGATOR_SMTP_URL": "https://mail.example.nl"}, "must be a full address that starts with smtp://"),
    ],
)
def test_a_mistake_is_named_with_its_cause(folder: Folder, environ: dict[str, str], said: str) -> None:
    text = complaint(environ, config_dir=folder())
    assert text.startswith("1 problem in the configuration:")
    assert said in text
    assert "hunter2" not in text


def test_a_bad_secret_is_not_repeated(folder: Folder) -> None:
    assert "hunter2" not in complaint({"AGGREGATOR_SMTP_URL": "https://me:hunter2@mail"}, config_dir=folder())


@pytest.mark.parametrize(
    "allowed",
    ["", "localhost", "10.0.0.0/8, fd00::/8", "127.0.0.1:8000,[::1]:8000,::1", "intranet.example.nl:8080"],
)
def test_private_addresses_can_be_allowed(folder: Folder, allowed: str) -> None:
    config = load(environ={}, flags={"fetch_allow": allowed}, config_dir=folder())
    assert config.fetch_allow == allowed


@pytest.mark.parametrize("bad", ["10.0.0.0/99", "10.0.0.1/8", "a:99999", "a:0", "1:2:3", "http://x", "a b"])
def test_what_is_no_address_cannot_be_allowed(folder: Folder, bad: str) -> None:
    assert bad in complaint({"AGGREGATOR_FETCH_ALLOW": f"localhost,{bad}"}, config_dir=folder())


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    assert "aggregator init" in complaint(config_dir=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("site", "[server", "cannot be read"),
        ("site", "server = 1", "must be a table. Write [server] above its keys."),
        ("sources", "[[source", "is not valid TOML"),
        ("sources", "source = 1", "has no list of sources"),
        ("themes", "[[theme", "cannot be read"),
        ("themes", "version = 1", "has no themes"),
        ("themes", "[[theme]]\nslug = 'A b'", "theme number 1, slug = 'A b': must be lower-case"),
        ("themes", "[[theme]]\nslug = 'a'", "theme number 1, label_nl: must be a text"),
    ],
)
def test_a_broken_file_is_named(folder: Folder, name: str, text: str, said: str) -> None:
    here = folder(**{name: text})
    complained = complaint(config_dir=here)
    assert said in complained
    assert f"{name}.toml" in complained


@pytest.mark.parametrize("name", ["site", "sources", "themes"])
def test_a_file_that_is_not_text_is_named(folder: Folder, name: str) -> None:
    here = folder()
    (here / f"{name}.toml").write_bytes(b"\xff\xfe\x00")
    assert f"{name}.toml: cannot be read" in complaint(config_dir=here)


THEME = """[[theme]]
slug = "{}"
label_nl = "Een"
label_en = "One"
definition_nl = "Een."
definition_en = "One."
"""


def test_themes_are_whatever_the_file_says(folder: Folder) -> None:
    here = folder(themes=THEME.format("een") + THEME.format("twee"))
    config = load(environ={}, config_dir=here)
    assert [theme.slug for theme in config.site.themes] == ["een", "twee"]
    assert dict(config.site.themes[0].definition) == {"nl": "Een.", "en": "One."}


def test_two_themes_do_not_share_a_slug(folder: Folder) -> None:
    here = folder(themes=THEME.format("een") * 2)
    assert "slug = 'een': is used twice" in complaint(config_dir=here)


def test_the_site_that_all_rooms_know_has_no_field_that_cannot_be_configured() -> None:
    assert set(SiteSection.model_fields) == {field.name for field in fields(Site)} - {"themes"}


def test_the_configuration_does_not_change_while_the_program_runs(folder: Folder) -> None:
    config: Any = load(environ={}, config_dir=folder())
    with pytest.raises(AttributeError):
        config.site = None
    with pytest.raises(ValueError):
        config.server.port = 1


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"AGGREGATOR_OIDC__ISSUER": "https://login.example.nl"}, "issuer needs a client_id"),
        ({"AGGREGATOR_OIDC__ISSUER": "http://login.example.nl"}, "must start with https://"),
        ({"AGGREGATOR_OIDC__ALLOWED_DOMAIN": "@example.nl"}, "must be the part of a mail address behind the @"),
        ({"AGGREGATOR_OIDC__DEFAULT_ROLE": "baas"}, "must be 'lezer', 'redacteur' or 'beheerder'"),
        ({"AGGREGATOR_MAIL__SENDER": "the editors"}, "must be a mail address, alone or behind a name"),
        ({"AGGREGATOR_SERVER__TRUSTED_PROXIES": "10.0.0.0/8, proxy"}, "holds 'proxy', which is no address or CIDR"),
    ],
)
def test_what_lets_people_in_is_checked_too(folder: Folder, environ: dict[str, str], said: str) -> None:
    assert said in complaint(environ, config_dir=folder())


def test_who_mail_is_from_follows_from_who_we_are(folder: Folder) -> None:
    here = folder()
    environ = {"AGGREGATOR_BASE_URL": "https://nieuws.example.nl"}
    assert load(environ=environ, config_dir=here).mail_sender == "noreply@nieuws.example.nl"
    environ["AGGREGATOR_SITE__CONTACT"] = "redactie@example.nl"
    assert load(environ=environ, config_dir=here).mail_sender == "redactie@example.nl"
    environ["AGGREGATOR_MAIL__SENDER"] = "Nieuws <nieuws@example.nl>"
    assert load(environ=environ, config_dir=here).mail_sender == "Nieuws <nieuws@example.nl>"


def test_the_secret_of_the_sign_in_service_is_not_shown(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    environ = {
        "AGGREGATOR_OIDC__ISSUER": "http://127.0.0.1:9", "AGGREGATOR_OIDC__CLIENT_ID": "news",
        "AGGREGATOR_OIDC__CLIENT_SECRET_FILE": str(tmp_path / "secret"),
        "AGGREGATOR_OIDC__ALLOWED_DOMAIN": "Example.nl",
    }  # fmt: skip
    config = load(environ=environ, config_dir=folder())
    assert config.oidc.as_arguments()["client_secret"] == "hunter2"
    assert config.oidc.allowed_domain == "example.nl"
    assert {key: value for key, value, _ in config.show()}["oidc.client_secret"] == "***"
    assert "hunter2" not in repr(config)
