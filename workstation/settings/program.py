"""The settings of the program itself, and its sites."""

from pathlib import Path
from typing import Literal

from attrs import frozen

from workstation.domain.identifiers import SiteId
from workstation.settings import checks
from workstation.settings.checks import setting
from workstation.settings.site import Site


@frozen(kw_only=True)
class Settings:
    """What the program was told. Built by `load`, passed down by `app`."""

    sites: tuple[Site, ...] = ()
    banner: str = setting("A line across every window, such as a demo notice.", "")
    place: str = setting(
        "Where this desk stands (ISO 3166: `DE`, `US-WA`), for sites that ask.", "", checks.place
    )
    poll_seconds: float = setting(
        "Each site is asked for changes this often.", 5.0, checks.between(0.1, 300)
    )
    lock_minutes: float = setting(
        "After this long without a hand on it the program is covered until the reader"
        " authenticates again; the case stays open. 0: never by itself.",
        10.0,
        checks.between(0, 240),
    )
    urgency: str = setting(
        "Minutes by which cases move in the queue, beside the time that is left:"
        ' `"site mesa = -10; modality MG = -30; priority urgent = -15"`; the tooltip of the time'
        " says them.",
        "",
        checks.weights,
    )
    prefetch_cases: int = setting(
        "So many cases of the queue are fetched before you open them: first the first image of"
        " each series and the best prior, then the rest within a quarter of the memory for"
        " images. 0: none, as for a line that is paid by volume.",
        2,
        checks.between(0, 10),
    )
    ram_mb: int = setting(
        "Decoded images are kept in this much memory; 0: in half of what the machine has. Of a"
        " series that is larger planes are previews until they stand still.",
        0,
        checks.ceiling,
    )
    engine: Literal["auto", "cpu", "gpu"] = setting(
        "Who samples planes and slabs of volumes: the graphics card where there is one that"
        " proves itself, the processor elsewhere (auto), always the processor, or a card that is"
        " software too. What does not work is said on the status bar, and the processor goes on.",
        "auto",
    )
    gpu_mb: int = setting(
        "Volumes of planes take at most so much of the graphics card's memory, rendered ones as"
        " much again. Of what is larger the card makes previews, the processor the rest.",
        2048,
        checks.between(64, 65536),
    )
    locale: str = setting("Language of the program.", "en", checks.not_empty)
    keymap: str = setting(
        "Keys until a reader changes them in the program (Shift+F1): `default`, `powerscribe`,"
        " `fluency`, `left-hand`, or the path of a file of your own"
        ' that begins with `base = "default"` and names what differs (see'
        " resources/keymaps/left-hand.toml).",
        "default",
        checks.not_empty,
    )
    interpolation: Literal["nearest", "linear", "cubic"] = setting(
        "Between the pixels of an image, until a reader chooses otherwise.", "linear"
    )
    suv: Literal["bw", "lbm", "lbm-james128", "lbm-janma", "bsa", "none"] = setting(
        "PET is read in SUV where its objects allow it: by body weight, lean body mass (James,"
        " James with 128 for men, Janmahasatian), body surface; none: in the unit of the object.",
        "bw",
    )
    cine_rate: float = setting(
        "Images a second of a film whose times are not recorded.", 10.0, checks.between(0.5, 60)
    )
    cine_autoplay: bool = setting("Moving ultrasound plays by itself when it is hung.", True)
    register_priors: bool = setting(
        "A prior that is hung beside the current study, of its modality and in a patient space of"
        " its own, is registered by itself, for the reader to accept or reject. It takes a"
        " processor core for a second or two.",
        False,
    )
    recogniser: Literal["none", "commands", "vosk", "sherpa-onnx", "faster-whisper", "external"] = (
        setting(
            "Who hears: commands, by the recogniser of this program, which writes no free text;"
            " one with a model of your own (see docs/howto/dictation.md); or another program.",
            "commands",
        )
    )
    recogniser_model: Path | None = setting(
        "Folder of the model of vosk, sherpa-onnx or faster-whisper; nothing is ever fetched.", None
    )
    recogniser_address: str = setting(
        "WebSocket on this machine of another program that hears, in the protocol of vosk-server.",
        "ws://127.0.0.1:2700",
        checks.socket_here,
    )
    microphone: str = setting(
        "A part of the name of the microphone; empty: the system's own choice.", ""
    )
    dictation_button: Literal["hold", "toggle"] = setting(
        "The button of a dictation microphone: held while one speaks, or pressed before and after.",
        "hold",
    )
    dictation_tones: bool = setting("A tone when dictation begins, ends, or is lost.", True)
    dictation_minutes: float = setting(
        "A dictation in which nothing is said ends after this.", 3.0, checks.between(0.2, 60)
    )
    buttons: str = setting(
        "What other buttons of a dictation microphone or pedal do:"
        ' `"f1 = report.draft; custom-left = dictation.scratch"`.',
        "",
        checks.buttons,
    )
    screens: str = setting(
        "What 1000 pixels of each screen measure in mm, by a ruler held against it:"
        ' `"DP-1 = 245.3; HDMI-1 = 270"`. A screen that was measured from the program'
        " (Ctrl+Shift+K) needs no line here.",
        "",
        checks.screens,
    )
    windows: Path | None = setting(
        "Windows of your own for the number keys, in the form of resources/windows.toml; where"
        " not given, windows.toml beside the usual settings file, if there is one.",
        None,
    )
    autotexts: Path | None = setting(
        "Autotexts of the group, for every reader at this desk; as those of a site.", None
    )
    token_module: Path | None = setting(
        "PKCS #11 module of a smart card or USB token that holds the reader's signing key; where"
        " not given, keys are kept in the system's keyring.",
        None,
    )
    token_label: str = setting("Which token, where more than one is there.", "")
    templates: Path | None = setting(
        "Folder of report templates of the group (MRRT), for every reader at this desk.", None
    )
    spelling: str = setting(
        "Dictionaries of hunspell by language, without their endings:"
        ' `"en = /usr/share/hunspell/en_GB; de = /opt/words/de_DE"`; of other languages those of'
        " the system are taken where there are any.",
        "",
    )
    store_dir: Path | None = setting(
        "Folder of the sealed store; the system's usual place where not given.", None
    )

    def site(self, site_id: SiteId) -> Site:
        return next(site for site in self.sites if site.id == site_id)
