"""Every command of the program."""

from workstation.commands import catalogue


def test_every_command_has_a_title_a_group_and_help() -> None:
    """The palette, the key sheet and docs/commands.md are made of them."""
    assert len(catalogue.COMMANDS) > 300
    for command in catalogue.COMMANDS:
        assert command.title
        assert command.group
        assert command.help, command.id
