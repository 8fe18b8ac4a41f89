"""Put what the tests pictured in the place of the docs' pictures: `python infra/walks/pictures.py FOLDER...`.

The folders are those in which `tests/stack` (run with `--keep`, walks with `-m full`) and `tests/proof/test_analyst.py`
leave their screenshots; what none of them holds stays as it is.
"""

import re
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
SIZE, QUALITY = (1000, 1000), 60


def main(folders: list[Path]) -> None:
    """Write each picture that a page links, scaled down, as WebP."""
    (HERE / "pictures").mkdir(exist_ok=True)
    for page in (HERE.parents[1] / "README.md", *sorted(HERE.glob("*.md"))):
        for name in re.findall(r"pictures/([a-z-]+)\.webp\)", page.read_text(encoding="utf-8")):
            taken = next((path for folder in folders if (path := folder / f"{name}.png").exists()), None)
            if taken is None:
                continue
            target = HERE / "pictures" / f"{name}.webp"
            with Image.open(taken) as picture:
                # A terminal may be long: its width alone is scaled.
                picture.thumbnail((SIZE[0], picture.height))
                picture.crop((0, 0, picture.width, min(picture.height, SIZE[1]))).save(target, quality=QUALITY)


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
