"""napari with a CT series in it, as its users open one; run by the Python that has napari.

`python napari_viewer.py FOLDER` prints "ready X Y" when the middle of its view lies there.
Nothing of the workstation is imported: the peer stands alone.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pydicom


def main(folder: str) -> None:
    napari: Any = import_module("napari")  # neither is of our environment
    core: Any = import_module("qtpy.QtCore")
    images = [pydicom.dcmread(path) for path in Path(folder).iterdir()]
    images.sort(key=lambda image: float(image.ImagePositionPatient[2]))
    volume = np.stack([image.pixel_array for image in images])
    del images
    viewer = napari.Viewer()
    viewer.add_image(volume, contrast_limits=(864, 1264))
    window = viewer.window._qt_window
    window.setGeometry(0, 0, 1600, 1200)

    def tell() -> None:
        canvas = viewer.window._qt_viewer.canvas.native
        middle = canvas.mapToGlobal(core.QPoint(canvas.width() // 2, canvas.height() // 2))
        sys.stdout.write(f"ready {middle.x()} {middle.y()} {canvas.width()} {canvas.height()}\n")
        sys.stdout.flush()

    core.QTimer.singleShot(3000, tell)
    napari.run()


if __name__ == "__main__":
    main(sys.argv[1])
