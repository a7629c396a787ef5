"""What an attribute is called, by the data dictionaries of PS3.6 and of the makers."""

from pydicom.datadict import (
    dictionary_description,
    dictionary_is_retired,
    private_dictionary_description,
)

from workstation.text import tr


def name_of(tag: str, creator: str = "") -> str:
    """The name of a tag as in DICOM JSON ("00180060"); empty where nobody knows it.

    `creator` is who reserved the block of a private tag (PS3.5 7.8.1).
    """
    number = int(tag, 16)
    try:
        if number & 0x10000:
            return private_dictionary_description(number, creator) if creator else ""
        name = dictionary_description(number)
        retired = dictionary_is_retired(number)
    except KeyError:
        return ""
    return tr("{name} (retired)", name=name) if retired else name
