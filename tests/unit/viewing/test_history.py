"""Going back and forth."""

from workstation.viewing.history import MOST, History


def test_what_was_taken_back_comes_again() -> None:
    history = History[str]().noted("a").noted("b")

    first = history.back("c")
    assert first is not None
    second = first[1].back(first[0])
    assert second is not None
    third = second[1].forward(second[0])

    assert (first[0], second[0]) == ("b", "a")
    assert third is not None
    assert third[0] == "b"
    assert third[1].forward("b") == ("c", History(("a", "b")))


def test_at_either_end_there_is_nothing() -> None:
    assert History[str]().back("a") is None
    assert History[str]().forward("a") is None


def test_a_new_step_forgets_what_was_taken_back() -> None:
    back = History[str]().noted("a").back("b")
    assert back is not None

    assert back[1].noted("a").forward("c") is None


def test_all_of_a_drag_is_one_step_until_the_hand_rests() -> None:
    """A window drag is a hundred moves; to take it back is one wish."""
    drag = History[int]()
    for value in range(100):
        drag = drag.noted(value, "window")
    other = drag.rested().noted(100, "window").noted(101, "zoom")

    assert drag.past == (0,)
    assert other.past == (0, 100, 101)


def test_keys_are_steps_each() -> None:
    assert History[int]().noted(0).noted(1).past == (0, 1)


def test_memory_has_an_end() -> None:
    long = History[int]()
    for value in range(MOST + 50):
        long = long.noted(value)

    assert len(long.past) == MOST
    assert long.past[-1] == MOST + 49
