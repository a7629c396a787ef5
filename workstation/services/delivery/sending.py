"""One attempt to file a sealed report; runs on lane ``site:<id>``."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from workstation.domain.report_states import STATES
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused, SiteUnavailable
from workstation.protocols.imr_bundle import is_stored
from workstation.protocols.report_bundle import bundle
from workstation.protocols.report_closing import closing, is_closed
from workstation.protocols.task_completion import NotOurs, is_completed, is_free
from workstation.services.delivery.outbox import Parcel
from workstation.services.failpoints import reached
from workstation.services.ports.hosting import HostingPlatform, Receipt
from workstation.text import tr


@frozen
class Attempt:
    """What to send, against the Task as it stands; `claimed` anew where the lease had ended."""

    payload: bytes
    claimed: bool = False


def prepare(
    platform: HostingPlatform, parcel: Parcel, item: WorklistItem | None
) -> Receipt | Attempt:
    """Look at the Task as it stands now; a `Receipt` where the report is there already.

    Raises `Refused` where the case is no longer the signer's to complete.
    """
    delivery = parcel.delivery
    task = platform.resource(f"Task/{delivery.task}")
    if task is None:
        raise Refused(tr("the site no longer knows this case"))
    claimed = False
    if is_completed(task):
        # Perhaps by an attempt of ours that was slower than our question about it.
        receipt = platform.find_report(delivery.report)
        if receipt is not None:
            return receipt
        if not STATES[delivery.status].amends:
            raise Refused(tr("the case was completed with another report"))
    elif is_free(task):
        # The lease ended while the site was out of reach, and nobody took the case.
        if item is None:
            raise Refused(tr("your claim on this case has ended; claim it and send again"))
        platform.claim(item)
        claimed = True
        task = platform.resource(f"Task/{delivery.task}") or task
    others = _others(platform, parcel)
    try:
        transaction = bundle(parcel.letter, task, others)
        return Attempt(parcel.message or transaction, claimed)
    except NotOurs as error:
        holder = error.holder or tr("another reader")
        raise Refused(tr("the case is held by {holder} now", holder=holder)) from error
    except (KeyError, TypeError) as error:
        raise SiteUnavailable(tr("the site's answer cannot be understood")) from error


def _others(platform: HostingPlatform, parcel: Parcel) -> list[Mapping[str, Any]]:
    """The Tasks of the further orders that the report answers: all of them, or nothing is sent."""
    found = []
    for name in parcel.letter.also:
        task = platform.resource(f"Task/{name}")
        if task is None:
            raise Refused(tr("the site no longer knows an order that this report answers"))
        addendum = STATES[parcel.delivery.status].amends
        if is_completed(task) and not addendum:
            raise Refused(tr("an order of this report was completed with another report"))
        if is_free(task):
            raise Refused(
                tr("your claim on an order of this report has ended; claim it and send again")
            )
        found.append(task)
    return found


def close(platform: HostingPlatform, parcel: Parcel, item: WorklistItem | None) -> bool:
    """Complete the case of a report that the site has; True where it was claimed anew for it.

    Raises `Refused` where the case is no longer the signer's to complete.
    """
    delivery, letter, claimed = parcel.delivery, parcel.letter, False
    receipt = platform.find_report(delivery.report)
    location = receipt.location if receipt else ""
    open_tasks = []
    for name in (delivery.task, *letter.also):
        task = platform.resource(f"Task/{name}")
        if task is None or is_closed(task, letter, location):
            continue
        if is_free(task) and name == delivery.task and item is not None:
            platform.claim(item)
            claimed = True
            task = platform.resource(f"Task/{name}") or task
        open_tasks.append(task)
    try:
        rest = is_stored(parcel.message)
        transaction = closing(letter, open_tasks, location, rest=rest)
    except NotOurs as error:
        holder = error.holder or tr("another reader")
        raise Refused(tr("the case is held by {holder} now", holder=holder)) from error
    except (KeyError, TypeError) as error:
        raise SiteUnavailable(tr("the site's answer cannot be understood")) from error
    reached("delivery.before-close")
    platform.close_case(transaction)
    reached("delivery.closed")
    return claimed


def deliver(send: Callable[[bytes], Receipt], payload: bytes) -> Receipt:
    reached("delivery.before-send")
    try:
        receipt = send(payload)
    finally:
        reached("delivery.sent")
    reached("delivery.answered")
    return receipt
