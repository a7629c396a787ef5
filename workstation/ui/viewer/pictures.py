"""Who makes the pictures of a viewport: this thread while they are small, a worker beyond.

Words, lines and pixels change together: while a large picture is being made, the last one
stays on the view with the words it was made with. Of many requests the last one is made.
"""

from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from workstation.errors import WorkstationError
from workstation.imaging.fewer_voxels import behind_one
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.fused_slice import LayerPainter, LayerRequest
from workstation.rendering.picture import FramePainter, Picture, PictureRequest
from workstation.rendering.reformat import ReformatRequest
from workstation.rendering.volume_painter import Detail, RaysRequest, rays_request
from workstation.services.jobs import Job, Jobs
from workstation.services.screen.overlay_lines import Line, Mark, Overlay
from workstation.services.screen.scene import Scene
from workstation.text import tr
from workstation.ui.viewer.reformats import Made, Reformats
from workstation.ui.viewer.renderings import Renderings, Seen

#: Pixels that are touched at once, within some 15 ms; more than that is a worker's.
AT_ONCE: Final = 2_000_000
#: The lane of the workers, how many there are, and who comes first on it.
LANE: Final = "pictures"
WORKERS: Final = 2
READ_FIRST, THUMBNAILS_AFTER = 0, 10


@frozen(eq=False)
class Drawn:
    """A scene and the pixels that belong to it; without them `notice` may say why.

    `preview`: they are coarser than what they stand for, so many times along an axis; 0: not.
    """

    scene: Scene
    picture: Picture | None = None
    notice: str = ""
    layer: Picture | None = None  # of what is laid over it
    preview: int = 0

    def is_as(self, other: "Drawn") -> bool:
        """Whether a paint of either is the same."""
        ours, theirs = (
            (id(each.scene), id(each.picture), id(each.layer), each.notice, each.preview)
            for each in (self, other)
        )
        return ours == theirs

    @property
    def words(self) -> Overlay:
        words = self.scene.words
        if self.preview:
            said = tr("preview ½") if self.preview == 2 else tr("preview 1/{n}", n=self.preview)
            coarse = Line(said, 1, Mark.DOUBT)
            words = evolve(words, bottom_left=(coarse, *words.bottom_left))
        if not self.notice:
            return words
        return evolve(words, notices=(*words.notices, self.notice))


class Pictures:
    """The pictures of one viewport. GUI thread; `ready` is told when one was made elsewhere."""

    def __init__(self, jobs: Jobs, ready: Callable[[], None], slices: Slices = CPU) -> None:
        self._jobs = jobs
        self._ready = ready
        jobs.lane(LANE, WORKERS)
        self._reformats = Reformats(jobs, LANE, ready, slices)
        self._renderings = Renderings(jobs, ready, slices)
        self._painter = FramePainter()
        self._layers = LayerPainter()  # on this thread, which waits for no driver
        self._last: tuple[PictureRequest, Drawn] | None = None
        self._making: Job[Picture | None] | None = None
        self._wanted: tuple[PictureRequest, Scene] | None = None

    @property
    def behind(self) -> bool:
        """What is on the view is not yet what was asked for last."""
        return self._making is not None or self._reformats.behind or self._renderings.behind

    @property
    def rendering(self) -> Seen | None:
        """The rendered volume on the view; None where an image or a plane is."""
        return self._renderings.seen

    def draw(self, scene: Scene) -> Drawn:
        """The scene with its picture; the one before it while that is being made."""
        return self._with_layer(self._drawn(scene))

    def _with_layer(self, drawn: Drawn) -> Drawn:
        """Some milliseconds: voxels of what is laid over are few, or many pixels wide."""
        request = layer_of(drawn.scene)
        if request is None or drawn.picture is None:
            return drawn
        return evolve(drawn, layer=self._layers.layer(request))

    def _drawn(self, scene: Scene) -> Drawn:
        if (rays := rays_of(scene)) is not None:
            return self._volume(scene, self._renderings.draw(rays, scene))
        self._renderings.forget()
        if (plane := reformat_of(scene)) is not None:
            return self._plane(scene, self._reformats.draw(plane, scene))
        self._reformats.forget()
        request = request_of(scene)
        if request is None:
            self.forget()
            return Drawn(scene)
        if self._last is not None and self._last[0] == request:
            self._wanted = None
            return self._keep(request, evolve(self._last[1], scene=scene))
        if self._making is None and self._painter.work(request) <= AT_ONCE:
            return self._made(request, scene, lambda: self._painter.picture(request))
        self._wanted = (request, scene)
        if self._making is None:
            self._make_next()
        return self._meanwhile(scene)

    def draw_now(self, scene: Scene) -> Drawn:
        """However long it takes: for a capture, which must show what was asked for."""
        if (rays := rays_of(scene)) is not None:
            return self._volume(scene, self._renderings.draw_now(rays, scene))
        if (plane := reformat_of(scene)) is not None:
            return self._with_layer(self._plane(scene, self._reformats.draw_now(plane, scene)))
        request = request_of(scene)
        if request is None or (self._last is not None and self._last[0] == request):
            return self.draw(scene)
        if self.behind:
            self.forget()
        made = self._made(request, scene, lambda: self._painter.picture(request))
        return self._with_layer(made)

    def forget(self) -> None:
        """Let go of the pixels: nothing of them is to be shown any more."""
        if self._making is not None:
            self._making.cancel()
            self._making, self._painter = None, FramePainter()  # the worker may still use the old
        self._painter.forget()
        self._reformats.forget()
        self._renderings.forget()
        self._layers.forget()
        self._last = self._wanted = None

    def _volume(self, scene: Scene, seen: Seen | None) -> Drawn:
        """With the words of the turn that is drawn."""
        self._last = self._wanted = None
        if seen is not None and _alike(seen.scene, scene):
            coarse = behind_one(seen.request.volume)
            if coarse == 1 and seen.detail is not Detail.WHOLE:
                coarse = 2
            return Drawn(seen.scene, seen.rendered.picture, preview=coarse if coarse > 1 else 0)
        return Drawn(scene, notice=self._renderings.failure or tr("the picture is being made"))

    def _plane(self, scene: Scene, made: Made | None) -> Drawn:
        """With the words of the plane that is drawn, where it is of what is shown here."""
        self._last = self._wanted = None
        if made is not None and _alike(made.scene, scene):
            coarse = behind_one(made.request.volume)
            if made.picture is not None:
                coarse *= made.picture.part
            return Drawn(made.scene, made.picture, preview=0 if made.exact else coarse)
        return Drawn(scene, notice=tr("the picture is being made"))

    def _meanwhile(self, scene: Scene) -> Drawn:
        """The last picture with its own words, if it is of the series that is shown here."""
        assert scene.shown is not None
        if self._last is not None:
            before = self._last[1]
            assert before.scene.shown is not None
            same = before.scene.shown.display_set.id == scene.shown.display_set.id
            if same and before.scene.shown.study == scene.shown.study:
                return before
        return Drawn(scene, notice=tr("the picture is being made"))

    def _make_next(self) -> None:
        assert self._wanted is not None
        (request, scene), self._wanted = self._wanted, None
        painter = self._painter
        self._making = self._jobs.run(
            lambda: painter.picture(request), lane=LANE, priority=READ_FIRST
        )
        self._making.then(lambda job: self._came(request, scene, job))

    def _came(self, request: PictureRequest, scene: Scene, job: Job[Picture | None]) -> None:
        self._making = None
        if job.error is None or isinstance(job.error, WorkstationError):  # a bug is told already
            self._made(request, scene, job.result)
        if self._wanted is not None and self._wanted[0] != request:
            self._make_next()
        self._ready()

    def _made(
        self, request: PictureRequest, scene: Scene, give: Callable[[], Picture | None]
    ) -> Drawn:
        try:
            return self._keep(request, Drawn(scene, give()))
        except WorkstationError as error:
            return self._keep(request, Drawn(scene, notice=tr("not shown: {why}", why=str(error))))

    def _keep(self, request: PictureRequest, drawn: Drawn) -> Drawn:
        self._last = (request, drawn)
        return drawn


def _alike(before: Scene, scene: Scene) -> bool:
    """Whether one may stay on the view while the other is being made."""
    a, b = before.shown, scene.shown
    assert a is not None
    assert b is not None
    return a.display_set.id == b.display_set.id and a.study == b.study


def reformat_of(scene: Scene) -> ReformatRequest | None:
    """What must be sampled for a scene; None where an image is shown, or nothing."""
    shown, view = scene.shown, scene.view
    if shown is None or view is None or shown.reformat is None or not shown.is_here:
        return None
    made, plane, state = shown.reformat, shown.frame.plane, shown.state
    assert made.volume is not None
    assert plane is not None
    return ReformatRequest(
        made.volume, plane, view, made.slab_mm, made.mode, state.interpolation, shown.voi,
        state.inverted,
    )  # fmt: skip


def rays_of(scene: Scene) -> RaysRequest | None:
    """What must be rendered for a scene; None where an image or a plane is shown, or nothing."""
    shown, view = scene.shown, scene.view
    if shown is None or view is None or shown.rendering is None or not shown.is_here:
        return None
    return rays_request(shown, view, scene.surfaces)


def layer_of(scene: Scene) -> LayerRequest | None:
    """What is laid over a scene; None where nothing is, or not yet."""
    shown, view = scene.shown, scene.view
    if shown is None or view is None or shown.fused is None or shown.frame.plane is None:
        return None
    fused, state = shown.fused, shown.state
    if fused.volume is None or fused.voi is None or fused.missing:
        return None
    return LayerRequest(
        fused.volume, shown.frame.plane, view, fused.rigid, state.slab_mm, state.slab_mode,
        fused.voi, fused.colours.palette, fused.opacity,
    )  # fmt: skip


def request_of(scene: Scene) -> PictureRequest | None:
    """What must be made for a scene; None where there is nothing to make it of."""
    shown = scene.shown
    if shown is None or shown.painted is None or scene.view is None:
        return None
    state = shown.state
    return PictureRequest(
        shown.drawn, shown.painted, scene.view, state.interpolation, shown.voi, state.inverted,
        marked=scene.inked and not state.planes_hidden, shuttered=not state.shutter_lifted,
        filter=state.filter,
    )  # fmt: skip
