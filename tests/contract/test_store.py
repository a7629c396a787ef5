"""What every store promises, sealed or in memory, and what the sealed one promises more."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.store import SqlCipherStore, StoreBusy, StoreDamaged, open_store
from workstation.errors import StoreUnavailable
from workstation.services.ports.keeping import Append, Put, Remove, SealedStore

KEY = bytes(range(32))
WORDS = "Canary, Zelda has a nodule"


class KeptSecrets(MemorySecrets):
    """A keyring that works, without one."""

    def __init__(self) -> None:
        super().__init__("")


@pytest.fixture(params=["sealed", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SealedStore]:
    made: SealedStore = (
        SqlCipherStore(tmp_path / "x.sealed", KEY) if request.param == "sealed" else MemoryStore()
    )
    yield made
    made.close()


def test_what_is_put_is_there_in_order_of_its_first_insertion(store: SealedStore) -> None:
    """The outbox is sent in the order in which reports were signed, whatever changed since."""
    store.put("outbox", "a", "1")
    store.put("outbox", "b", "2")
    store.put("outbox", "a", "3")

    assert store.all("outbox") == (("a", "3"), ("b", "2"))
    assert store.get("outbox", "a") == "3"
    assert store.get("outbox", "c") is None
    assert store.all("draft") == ()


def test_moving_is_one_step(store: SealedStore) -> None:
    """A report is a draft or it is signed, never both."""
    store.put("draft", "a", "draft")

    store.move("a", "draft", "outbox", "signed")

    assert (store.get("draft", "a"), store.get("outbox", "a")) == (None, "signed")


def test_changes_happen_together(store: SealedStore) -> None:
    """The signature and its audit record stand or fall together."""
    store.put("draft", "a", "draft")

    store.change([Remove("draft", "a"), Put("outbox", "a", "signed"), Append("leaf")])

    assert store.get("draft", "a") is None
    assert store.get("outbox", "a") == "signed"
    assert store.audit() == ("leaf",)


def test_a_table_that_does_not_exist_is_a_bug_and_leaves_nothing_behind(
    store: SealedStore,
) -> None:
    """A misspelled table must not swallow a report."""
    with pytest.raises(KeyError):
        store.put("outbocks", "a", "1")
    store.put("outbox", "a", "1")

    assert store.all("outbox") == (("a", "1"),)


def test_removing_what_is_not_there_is_no_error(store: SealedStore) -> None:
    """A wipe that is repeated after a crash."""
    store.remove("outbox", "a")

    assert store.all("outbox") == ()


def test_audit_indices_are_never_used_again(store: SealedStore) -> None:
    """A record that was handed over keeps its number for ever."""
    store.change([Append(leaf) for leaf in "abc"])
    store.drop_audit(2)
    assert store.audit() == ("c",)
    store.drop_audit(3)

    store.change([Append("d")])
    assert store.audit() == store.audit(3) == ("d",)
    assert store.audit(4) == ()


# --- the sealed one -------------------------------------------------------------


def test_sealed_words_survive_and_are_in_no_file_in_clear(tmp_path: Path) -> None:
    """A stolen disk shows nothing; a restart shows everything."""
    first = SqlCipherStore(tmp_path / "x.sealed", KEY)
    first.put("draft", "a", WORDS)
    during = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    first.close()
    after = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    again = SqlCipherStore(tmp_path / "x.sealed", KEY)

    assert again.get("draft", "a") == WORDS
    for seen in (during, after):
        assert WORDS.encode() not in seen
        assert b"SQLite format" not in seen
        assert b"draft" not in seen
    again.close()


def test_it_is_durable_and_set_up_as_measured(tmp_path: Path) -> None:
    """NORMAL loses the last commits in a power cut; FULL lost none of 15,361."""
    store = SqlCipherStore(tmp_path / "x.sealed", KEY)
    settings = {
        name: store._db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "journal_mode", "secure_delete", "locking_mode", "temp_store")
    }
    store.close()

    assert settings == {
        "synchronous": 2,
        "journal_mode": "wal",
        "secure_delete": 1,
        "locking_mode": "exclusive",
        "temp_store": 2,
    }


def test_files_belong_to_their_user_alone(tmp_path: Path) -> None:
    """Another user of the machine may not even copy the file."""
    opened = open_store(tmp_path / "store", KeptSecrets())
    opened.store.put("draft", "a", WORDS)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "store").iterdir()}
    opened.store.close()

    assert opened.store.durable
    assert modes == {0o600}
    assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700


def test_a_wrong_key_is_said_and_changes_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The keyring was replaced: the file may still be opened by its own key one day."""
    SqlCipherStore(tmp_path / "x.sealed", KEY).close()
    before = (tmp_path / "x.sealed").read_bytes()

    with pytest.raises(StoreDamaged, match="damaged, or of another key"):
        SqlCipherStore(tmp_path / "x.sealed", bytes(32))

    assert (tmp_path / "x.sealed").read_bytes() == before
    assert capfd.readouterr() == ("", "")


def test_a_damaged_store_is_kept_aside_and_the_program_goes_on(tmp_path: Path) -> None:
    """Unsent words may be in it: it is never deleted, and the reader is told."""
    secrets = KeptSecrets()
    first = open_store(tmp_path, secrets)
    first.store.put("draft", "a", WORDS)
    first.store.close()
    (file,) = tmp_path.glob("*.sealed")
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)

    second = open_store(tmp_path, secrets)

    (aside,) = tmp_path.glob("*.damaged")
    assert aside.read_bytes() == bytes(content)
    assert str(aside) in second.notice
    assert second.store.durable
    assert second.store.all("draft") == ()
    second.store.close()


def test_a_second_workstation_keeps_its_hands_off_the_store(tmp_path: Path) -> None:
    """Two programs that empty one outbox would deliver everything twice."""
    secrets = KeptSecrets()
    first = open_store(tmp_path, secrets)
    first.store.put("outbox", "a", WORDS)

    second = open_store(tmp_path, secrets)

    assert not second.store.durable
    assert second.store.all("outbox") == ()
    assert "another workstation" in second.notice
    (file,) = tmp_path.glob("*.sealed")
    with pytest.raises(StoreBusy):
        SqlCipherStore(file, bytes.fromhex((secrets.get("store") or "").partition(":")[2]))
    first.store.close()


def test_a_lost_key_is_said_and_the_old_file_stays(tmp_path: Path) -> None:
    """A new keyring must not hide that an older store holds unsent words."""
    open_store(tmp_path, KeptSecrets()).store.close()

    second = open_store(tmp_path, KeptSecrets())

    assert "no longer knows the key" in second.notice
    assert len(list(tmp_path.glob("*.sealed"))) == 2
    second.store.close()


def test_without_keyring_there_is_no_file_and_the_reader_is_told(tmp_path: Path) -> None:
    """No key that is safe, so nothing on the disk at all."""
    opened = open_store(tmp_path / "store", MemorySecrets("the system keyring is locked"))

    assert not opened.store.durable
    assert "the system keyring is locked" in opened.notice
    assert not (tmp_path / "store").exists()


def test_a_folder_that_cannot_be_written_means_memory_and_a_word(tmp_path: Path) -> None:
    """A full or read-only home must not stop a reading room."""
    (tmp_path / "store").write_text("a file where the folder should be")

    opened = open_store(tmp_path / "store", KeptSecrets())

    assert not opened.store.durable
    assert "Nothing is kept on this machine" in opened.notice


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    """A late autosave after the end is an error in words, not a crash."""
    store = SqlCipherStore(tmp_path / "x.sealed", KEY)
    store.close()

    with pytest.raises(StoreUnavailable):
        store.put("draft", "a", "x")


_WRITER = """
import sys
from pathlib import Path
from workstation.adapters.store import SqlCipherStore
from workstation.services.ports.keeping import Append, Put, Remove
store = SqlCipherStore(Path(sys.argv[1]), bytes(range(32)))
n = 0
while True:
    n += 1
    store.change([Put("outbox", f"r{n}", "words " * 500), Append(f"leaf{n}")])
    print(n, flush=True)
"""


@pytest.mark.soak
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Twenty kills: every write that returned is there, and never half of one."""
    path = tmp_path / "x.sealed"
    for _ in range(20):
        path.unlink(missing_ok=True)
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == 25:
                child.kill()
                break
        acknowledged = [25, *(int(line) for line in child.stdout.read().split())]
        child.stdout.close()
        child.wait()
        store = SqlCipherStore(path, KEY)
        rows, leaves = store.all("outbox"), store.audit()
        store.close()

        assert len(rows) >= acknowledged[-1]
        assert len(rows) == len(leaves)
