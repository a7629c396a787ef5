"""A wrong settings file is refused with the line to mend; a right one is taken whole."""

from pathlib import Path

import pytest

from workstation.errors import SettingsError
from workstation.settings import is_loopback, load, parse, resource, screens_of, settings_markdown

FILE = Path("/etc/reading/settings.toml")
GOOD = """\
banner = "DEMO"
poll_seconds = 2

[[site]]
id = "harbor"
name = "Harbor General"
issuer = "https://login.harbor.example/oidc"
fhir = "https://harbor.example/fhir"
dicomweb = "https://harbor.example/dicomweb"
jurisdiction = "US-WA"
timezone = "America/Los_Angeles"
"""


def test_settings_are_read_with_their_defaults() -> None:
    """A site engineer writes what differs and nothing else."""
    settings = parse(GOOD, FILE)

    (site,) = settings.sites
    assert (settings.banner, settings.poll_seconds) == ("DEMO", 2.0)
    assert (site.id, site.jurisdiction, site.step_up) == ("harbor", "US-WA", "each")
    assert (site.export, site.scripted_signing) == (False, False)


def test_no_site_may_be_scripted_or_exported_unless_it_says_so() -> None:
    """Signing by script and writing images out are for demonstrations."""
    (site,) = parse(GOOD, FILE).sites

    assert not site.export
    assert not site.scripted_signing


WRONG = {
    "unknown key": ('banner = "DEMO"', 'baner = "DEMO"', 1, "baner: there is no such setting"),
    "unknown site key": ('id = "harbor"', 'id = "harbor"\ncolour = 1', 6, "colour: there is no"),
    "missing": ('name = "Harbor General"\n', "", 4, "name: it is missing"),
    "plain http": ("https://harbor.example/fhir", "http://harbor.example/fhir", 8, "with https"),
    "not an address": ("https://harbor.example/fhir", "harbor", 8, "not a web address"),
    "password in the address": ("https://harbor.example/fhir", "https://a:b@h.example", 8, "not a"),
    "zone": ("America/Los_Angeles", "Pacific", 11, "not a time zone"),
    "place": ('"US-WA"', '"Washington"', 10, "ISO 3166"),
    "kind": ("poll_seconds = 2", 'poll_seconds = "2"', 2, "not a number"),
    "truth": ("poll_seconds = 2", "poll_seconds = true", 2, "not a number"),
    "range": ("poll_seconds = 2", "poll_seconds = 0", 2, "not between"),
    "choice": ('id = "harbor"', 'id = "harbor"\nstep_up = "never"', 6, '"each", "session"'),
    "id": ('id = "harbor"', 'id = "../etc"', 5, "small letters"),
    "hl7": ('id = "harbor"', 'id = "harbor"\nhl7 = "mllp://h.example:2575"', 6, "mllps"),
    "no listener": ('id = "harbor"', 'id = "harbor"\nreport = "hl7"', 6, "needs `hl7`"),
    "letters": ('id = "harbor"', 'id = "harbor"\nhl7_status = "final = Q"', 6, "OBR-25"),
    "state": ('id = "harbor"', 'id = "harbor"\nhl7_status = "draft = F"', 6, "OBR-25"),
    "dimse": ('id = "harbor"', 'id = "harbor"\ndimse = "pacs:104"', 6, "not a DIMSE address"),
    "title": ('id = "harbor"', 'id = "harbor"\ndimse = "dicoms://h:104/"', 6, "not an AE title"),
    "plain dimse": ('id = "harbor"', 'id = "harbor"\ndimse = "dicom://h:104/A"', 6, "dicoms"),
    "no dimse": ('id = "harbor"', 'id = "harbor"\nimages = "dimse"', 6, "needs `dimse`"),
    "no receiver": (
        'id = "harbor"',
        'id = "harbor"\ndimse = "dicom://127.0.0.1:104/A"\ndimse_retrieve = "move"',
        7,
        "dimse_receiver",
    ),
    "receiver": (
        'id = "harbor"',
        'id = "harbor"\ndimse_receiver = "here:port"',
        6,
        "not address:port",
    ),
    "unnamed under TLS": (
        'id = "harbor"',
        'id = "harbor"\ndimse = "dicoms://h:104/A"\ndimse_receiver = "10.0.0.7:11112"\n'
        'dimse_retrieve = "move"',
        8,
        "dimse_certificate",
    ),
    "second with a path": (
        'id = "harbor"',
        'id = "harbor"\nsecond_origin = "https://b.example/fhir"',
        6,
        "more than scheme, host and port",
    ),
    "second without TLS": (
        'id = "harbor"',
        'id = "harbor"\nsecond_origin = "http://b.example"',
        6,
        "https",
    ),
    "second is the first": (
        'id = "harbor"',
        'id = "harbor"\nsecond_origin = "https://Harbor.example:443"',
        6,
        "the first address once more",
    ),
    "second of two hosts": (
        "https://harbor.example/dicomweb",
        'https://pacs.example/dicomweb"\nsecond_origin = "https://b.example',
        10,
        "must be at the same",
    ),
    "plain hub": ('id = "harbor"', 'id = "harbor"\nfhircast_hub = "http://h.example"', 6, "https"),
    "topic": ('id = "harbor"', 'id = "harbor"\nfhircast_topic = "a/b"', 6, "not a session"),
    "hub alone": (
        'id = "harbor"',
        'id = "harbor"\nfhircast_hub = "https://h.example"',
        6,
        "belong together",
    ),
    "party": ('id = "harbor"', 'id = "harbor"\nhl7_to = "A/B/C"', 6, "APPLICATION"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_its_line(what: str) -> None:
    """The engineer is on the telephone; "invalid configuration" helps nobody."""
    good, bad, line, words = WRONG[what]

    with pytest.raises(SettingsError) as caught:
        parse(GOOD.replace(good, bad), FILE)

    assert str(caught.value).startswith(f"{FILE}, line {line}: ")
    assert words in str(caught.value)


def test_an_error_in_the_second_site_names_the_second_site() -> None:
    """Sites repeat the same keys; the first match would be the wrong line."""
    second = GOOD[GOOD.index("[[site]]") :].replace("harbor", "mesa").replace("US-WA", "Texas")

    with pytest.raises(SettingsError, match="line 19: jurisdiction"):
        parse(GOOD + "\n" + second, FILE)


def test_two_sites_of_one_name_are_refused() -> None:
    """Rows, lanes and records are told apart by it."""
    with pytest.raises(SettingsError, match="line 13: id: two sites are named harbor"):
        parse(GOOD + GOOD[GOOD.index("[[site]]") :], FILE)


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    """A forgotten quote is the commonest mistake."""
    path = tmp_path / "settings.toml"
    path.write_text('banner = "x\n', "utf-8")

    with pytest.raises(SettingsError, match="line 1"):
        load(path)


@pytest.mark.parametrize("bytes_", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path: Path, bytes_: bytes | None) -> None:
    """A wrong path is told from a wrong content."""
    path = tmp_path / "settings.toml"
    if bytes_:
        path.write_bytes(bytes_)

    with pytest.raises(SettingsError, match=r"there is no such file|not a text file"):
        load(path)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:80/fhir", True),
        ("http://127.8.9.1/fhir", True),
        ("http://[::1]:80/fhir", True),
        ("http://localhost:80/fhir", True),
        ("http://localhost.example.org/fhir", False),
        ("http://127.0.0.1.example.org/", False),
        ("http://127.0.0.1@example.org/", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_only_this_machine_is_this_machine(url: str, here: bool) -> None:
    """Plain HTTP and filled-in passwords hang on it."""
    assert is_loopback(url) is here


def test_paths_are_relative_to_the_settings_file() -> None:
    """A folder with settings and certificates can be moved as one."""
    (site,) = parse(GOOD + 'ca_file = "ca.pem"\n', FILE).sites

    assert site.ca_file == FILE.parent / "ca.pem"


def test_the_page_of_settings_is_the_settings() -> None:
    """A setting without a line in the manual does not exist for those who need it."""
    page = Path(__file__).parents[2] / "docs" / "settings.md"

    assert page.read_text("utf-8") == settings_markdown()


def test_resources_are_found_in_a_checkout() -> None:
    """The same call serves checkout, wheel and installer."""
    assert resource("templates").parent == Path(__file__).parents[2] / "resources"


def test_each_screen_is_measured_by_itself() -> None:
    """Two monitors side by side are seldom alike."""
    assert screens_of("DP-1 = 245.3; Eizo RX=270") == {"DP-1": 245.3, "Eizo RX": 270.0}
    assert screens_of("") == {}


@pytest.mark.parametrize("text", ["DP-1", "DP-1 = x", "= 250", "DP-1 = 2", "DP-1 = nan"])
def test_a_screen_that_cannot_be_measured_like_that_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 1: screens"):
        parse(f'screens = "{text}"', tmp_path / "settings.toml")
