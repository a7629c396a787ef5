"""The running program: sign-in, the worklist's pulse, scripts, and the way out."""

import sys
from collections.abc import Callable, Mapping
from typing import Final

from workstation.commands.bindings import Bindings
from workstation.commands.context import AllServices, CommandContext
from workstation.commands.menus import Menus
from workstation.commands.registry import Outcome, Registry
from workstation.domain.worklist import Priority
from workstation.errors import CommandError, Refused, WorkstationError
from workstation.services.jobs import Job
from workstation.services.ports.hosting import KEPT, Credentials
from workstation.services.reading.signing import Proposal
from workstation.services.script import lines_of, run_script
from workstation.services.waiting import LEAVING_S, within
from workstation.settings import is_loopback
from workstation.text import tr, trn
from workstation.ui.application import Application
from workstation.ui.lock_screen import Covers, Hands
from workstation.ui.signing_flow import SigningFlow
from workstation.ui.windows import Shell

#: What may be asked for while the desk is locked: nothing that shows or changes a case.
_THROUGH_THE_LOCK: Final = frozenset({"app.lock", "app.sign-out", "capture", "quit"})


class Program:
    """Owned by `app`, lives on the GUI thread.

    Made before the windows, which send their command lines through it; `open_with` gives
    it the windows.
    """

    def __init__(self, application: Application, registry: Registry, services: AllServices) -> None:
        self._application = application
        self._registry = registry
        self._services = services
        self._code = 0
        self._context: CommandContext | None = None
        self._user = ""  # the name signed in with; a signature asks for its password again

    @property
    def context(self) -> CommandContext:
        assert self._context is not None, "open_with comes first"
        return self._context

    def open_with(
        self, shell: Shell, bindings: Bindings, menus: Menus, spoken: Mapping[str, str]
    ) -> None:
        """`spoken` are phrases and the command lines they stand for."""
        s = self._services
        self._shell = shell
        self._context = CommandContext.of(s, shell)
        shell.bind(self._registry, bindings, menus, lambda: self.context.active)
        shell.left.connect(lambda _: self._application.leave())
        self._application.tell_bugs_to(shell.refuse)
        s.filing.told.connect(shell.tell)
        s.spelling.told.connect(shell.tell)
        s.session.told.connect(shell.tell)
        s.launching.told.connect(shell.refuse)
        s.launching.changed.connect(lambda _: shell.ask_of_launch(s.launching.asks))
        s.shared.told.connect(shell.refuse)
        s.shared.changed.connect(lambda _: shell.warn_of_step(s.shared.problem))
        s.launching.ready.connect(lambda _: shell.run("case.open-launched"))
        s.dictation.obey(spoken, self.send, {"insert …": lambda: s.autotexts.voices})
        s.dictation.told.connect(shell.tell)
        s.buttons.obey(shell.run, shell.tell, lambda: s.desk.locked)
        s.desk.changed.connect(lambda _: s.listening.mute() if s.desk.locked else None)
        flow = SigningFlow(s.signing, s.worklist, s.reporting, shell, lambda: self._user)
        s.signing.asked_by(flow.ask)
        s.signing.authenticated.connect(s.desk.judge)
        self._covers = Covers(
            s.desk,
            shell.windows,
            lambda: self._user,
            lambda: shell.run("app.sign-out"),
            self._is_typed_here,
            s.worklist.code_shown,
            self._what_waits,
            shell.clock,
            shell.banner,
        )
        s.worklist.changed.connect(lambda _: self._covers.refresh())
        s.alarms.changed.connect(lambda _: self._covers.refresh())
        self._hands = Hands(self._application.qt, s.desk.touched)
        s.worklist.signed_in.connect(lambda _: self._hand_over())
        s.session.changed.connect(lambda _: None if s.session.case else self._application.tidy())
        s.session.changed.connect(lambda _: self._other_site())

    def present(self) -> None:
        """The first paint."""
        self._services.audit.record("start")
        self._shell.show()
        self._application.begin()

    def send(self, line: str) -> Outcome:
        """A command line, from whatever sends them. Raises CommandError."""
        desk = self._services.desk
        if desk.locked and line.split(" ", 1)[0] not in _THROUGH_THE_LOCK:
            raise CommandError(tr("the desk is locked"))
        desk.touched()
        return self._registry.run(line, self.context)

    def run(self, script: str | None, credentials: Credentials | None) -> int:
        """Until the reader leaves or the script is done; gives the exit code."""
        self.present()
        if script is not None:
            self._services.signing.asked_by(lambda proposal: self._sign(proposal, credentials))
        if credentials is None and self._may_stay():
            self.sign_in(KEPT).then(lambda job: self._signed_in(job, None))
        elif credentials is None:
            self._shell.open_sign_in()
        else:
            self.sign_in(credentials).then(lambda job: self._signed_in(job, script))
        self._application.exec()
        self.close()
        return self._code

    def take(self, launch: str, answer: Callable[[str], None] = lambda _words: None) -> None:
        """A case that was sent to this desk; `answer` is told why not, or nothing."""
        taken = self._services.launching.take(launch)
        taken.then(lambda job: answer(str(job.error) if job.error is not None else ""))

    def close(self) -> None:
        """Start nothing more; after this the outside may be closed."""
        self._services.desk.stop()
        self._hands.stop()
        self._services.buttons.stop()
        self._services.listening.mute()
        self._services.jobs.close()

    def _what_waits(self) -> str:
        """For the cover of a locked desk: how many, and never who."""
        rows = self._services.worklist.rows
        stat = sum(row.is_free and row.item.priority is Priority.STAT for row in rows)
        alarms = len(self._services.alarms.standing)
        said = [
            trn(stat, "1 STAT case waits", "{n} STAT cases wait") if stat else "",
            trn(alarms, "1 report needs you", "{n} reports need you") if alarms else "",
        ]
        return " · ".join(filter(None, said))

    def _may_stay(self) -> bool:
        """Whether a site lets a sign-in outlive the program."""
        sites = self._services.worklist.sites
        return any(self._services.session.site(each.id).stay_signed_in for each in sites)

    def _is_typed_here(self) -> bool:
        """A password is typed here only where the sign-in page is this machine's own."""
        issuers = [self._services.session.site(s.id).issuer for s in self._services.worklist.sites]
        return bool(self._user) and all(is_loopback(each) for each in issuers)

    # --- signing in -----------------------------------------------------------

    def sign_in(self, credentials: Credentials | None) -> Job[None]:
        """At every site; settles when each has answered and its list is here."""
        done: Job[None] = Job()
        self._user = credentials.user if credentials else ""
        self._services.worklist.sign_in(credentials).then(lambda job: self._entered(job, done))
        return done

    def _entered(self, job: Job[None], done: Job[None]) -> None:
        if job.error is not None:
            self._services.audit.record("sign-in", outcome="failure")
            done.settle(None, job.error)
            return
        self._services.audit.record("sign-in")
        self._services.audit.record("query")
        self._services.worklist.start()
        self._services.desk.start()
        self._hand_over()
        self._services.worklist.refresh().then(lambda listed: done.settle(None, listed.error))

    def _hand_over(self) -> None:
        """What waited for a site that knows the reader now: reports, and the audit log."""
        self._services.deliveries.resume()
        self._services.filing.resume()
        self._services.calls.resume()
        self._services.alarms.resume()
        self._services.audit.forward()

    def _other_site(self) -> None:
        """What is kept for each site follows the case."""
        case = self._services.session.case
        if case is not None:
            self._services.autotexts.at_site(case.item.site)
            self._services.own_templates.at_site(case.item.site)

    def _signed_in(self, job: Job[None], script: str | None) -> None:
        if script is None:
            if job.error is not None:
                self._shell.open_sign_in()
            return
        if job.error is not None:
            self._script_done(job)
            return
        run_script(lines_of(script), self.send, self._application.after).then(self._script_done)

    # --- scripts --------------------------------------------------------------

    def _sign(self, proposal: Proposal, credentials: Credentials | None) -> Job[None]:
        site = proposal.site
        if not site.scripted_signing and not is_loopback(site.issuer):
            raise Refused(tr("{site} does not let scripts sign", site=site.name))
        return self._services.signing.sign(proposal, credentials)

    def _script_done(self, job: Job[None]) -> None:
        error = job.error
        if isinstance(error, WorkstationError):
            sys.stderr.write(f"{error}\n")
            self._code = 1
        elif error is not None:
            self._code = 1
            raise error
        services = self._services
        saved = within(services.jobs, services.reporting.save_last_words(), LEAVING_S)
        saved.then(lambda _: self._shell.close_all())
