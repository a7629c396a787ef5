"""Objects whose texts and names lie: markup, paths, character sets, identifiers.

The pixels are right: the object must be shown, and its words as words and nothing else.
"""

from hostile.writing import CT_IMAGE, UID_ROOT, element, hostile, image, item, text, uid

#: What no reader may ever see as a picture, a link or a direction of reading.
MARKUP = "<img src=file:///etc/passwd><script>alert(1)</script>"
BIDI = "Smith\u202eanna\u202c^\u2066John\u2069"
PATH = "../../../../tmp/hostile-canary"

_PATIENT_NAME, _PATIENT_ID, _SERIES_DESCRIPTION = 0x00100010, 0x00100020, 0x0008103E
_SOP, _STUDY, _SERIES = 0x00080018, 0x0020000D, 0x0020000E
_CHARACTER_SET = 0x00080005


@hostile("")
def a_name_that_is_markup() -> bytes:
    """A rich-text widget loads the file it names (SEC-08)."""
    return image({_PATIENT_NAME: ("PN", text(MARKUP)), _SERIES_DESCRIPTION: ("LO", text(MARKUP))})


@hostile("")
def a_name_that_reads_backwards() -> bytes:
    """Right-to-left override: the name on the screen is not the name in the object."""
    return image({_PATIENT_NAME: ("PN", text(BIDI))})


@hostile("")
def a_name_that_is_a_path() -> bytes:
    """Names end in file names of programs that cache by name (SEC-04)."""
    return image({_PATIENT_NAME: ("PN", text(PATH)), _SERIES_DESCRIPTION: ("LO", text(PATH))})


@hostile("", "bad-text")
def a_name_with_control_characters() -> bytes:
    """Escapes of a terminal, line feeds for a log, a NUL for C."""
    return image({_PATIENT_NAME: ("PN", b"A\0B\r\n[ERROR] root\x1b]0;x\x07\x1b[2J\x08^C ")})


@hostile("")
def a_name_of_sixty_thousand_components() -> bytes:
    return image({_PATIENT_NAME: ("PN", b"^=\\" * 20_000)})


@hostile("", "bad-text")
def a_name_in_bytes_that_are_no_text() -> bytes:
    """UTF-8 by the character set; overlong, surrogate and cut sequences by the bytes."""
    return image({_PATIENT_NAME: ("PN", b"\xc0\xaf\xed\xa0\x80\xff\xfe\xf4\x90\x80\x80\xe2\x82")})


@hostile("")
def a_character_set_that_does_not_exist() -> bytes:
    return image({_CHARACTER_SET: ("CS", text("ISO 2022 IR 999\\../../x"))})


@hostile("", "bad-text")
def a_name_in_a_character_set_that_does_not_exist() -> bytes:
    """Which letters these are nobody can know; they are guessed, and it is told."""
    changes = {_CHARACTER_SET: ("CS", text("ISO_IR 999"))}
    return image({**changes, _PATIENT_NAME: ("PN", b"M\xfcller^Jo ")})


@hostile("", "bad-text")
def a_character_set_that_is_not_the_one() -> bytes:
    """Japanese by the term, Latin-1 by the bytes, and an escape into nothing."""
    changes = {_CHARACTER_SET: ("CS", text("\\ISO 2022 IR 87"))}
    return image({**changes, _PATIENT_NAME: ("PN", b"M\xfcller^\x1b$B\x1b$B!\x1b")})


@hostile("")
def a_character_set_that_is_a_number() -> bytes:
    """Found by fuzzing: VR confusion in the very element that decides how text is read."""
    return image({_CHARACTER_SET: ("UL", b"ISO_IR 192  ")})


@hostile("")
def a_character_set_that_is_a_person() -> bytes:
    return image({_CHARACTER_SET: ("PN", text("ISO_IR 192=^"))})


@hostile("")
def ten_thousand_character_sets() -> bytes:
    return image({_CHARACTER_SET: ("CS", b"ISO_IR 6\\" * 6_000)})


@hostile("")
def character_sets_that_may_not_be_mixed() -> bytes:
    """UTF-8 beside ISO 2022 (PS3.3 C.12.1.1.2): no order of decoding is right."""
    return image({_CHARACTER_SET: ("CS", text("ISO_IR 192\\ISO 2022 IR 149"))})


@hostile("", "bad-uid")
def an_instance_uid_that_is_a_path() -> bytes:
    """Whoever names a file by it writes where it says (CVE-2026-32711)."""
    return image({_SOP: ("UI", uid("/../../../tmp/hostile-canary"))})


@hostile("", "bad-uid")
def a_study_uid_with_a_drive_and_a_nul() -> bytes:
    return image({_STUDY: ("UI", b"C:\\Windows\\x\0.dcm")})


@hostile("", "bad-uid")
def a_series_uid_that_is_markup() -> bytes:
    return image({_SERIES: ("UI", uid("<b onclick=x>1.2.3</b>"))})


@hostile("", "bad-uid")
def an_instance_uid_of_sixty_thousand_digits() -> bytes:
    return image({_SOP: ("UI", b"1." * 30_000)})


@hostile("", "bad-uid")
def no_instance_uid() -> bytes:
    """Two of them would be the same image."""
    return image({_SOP: None})


@hostile("", "bad-uid")
def no_study_and_no_series_uid() -> bytes:
    return image({_STUDY: None, _SERIES: None})


@hostile("")
def a_date_and_a_number_that_are_none() -> bytes:
    """Values of the wrong kind in every place where one is turned into another."""
    return image(
        {
            0x00080020: ("DA", text("99999999")),
            0x00080030: ("TM", text("-1:99")),
            0x00200013: ("IS", text("9" * 400)),
            0x00180050: ("DS", text("1e-999999999")),
            0x00280008: ("IS", text("")),
        }
    )


@hostile("")
def a_description_of_a_megabyte() -> bytes:
    """A label that would fill every line of the screen."""
    return image(
        {0x00081030: ("UT", b"W" * (1 << 20)), _SERIES_DESCRIPTION: ("UT", b"<" * 1_000_000)}
    )


@hostile("")
def a_patient_id_that_is_a_formula() -> bytes:
    """`=cmd|...` in a table that somebody exports."""
    return image({_PATIENT_ID: ("LO", text("=cmd|' /C calc'!A0"))})


@hostile("")
def references_to_itself() -> bytes:
    """An image whose reference image, source image and series are itself."""
    me = element(0x00081150, "UI", uid(CT_IMAGE)) + element(
        0x00081155, "UI", uid(f"{UID_ROOT}.3.1")
    )
    return image({0x00081140: ("SQ", item(me)), 0x00082112: ("SQ", item(me))})
