"""An editor who never rests: publishes one entry after the other, each with a picture of its own, until standard input
ends. Prints the slug of each once it is saved: `python -m tests.operations.busy_editor`.
"""

import sys
from io import BytesIO
from itertools import count
from select import select


def main() -> None:
    import django

    django.setup()
    from PIL import Image

    import documents
    from glossary.editing import save_entry
    from publishing import assets, images

    for number in count():
        data = BytesIO()
        Image.new("RGB", (4, 4), (number % 256, number // 256 % 256, 7)).save(data, "PNG")
        name = assets.store(images.clean(data.getvalue()))
        text = f"---\ntitle: Busy {number}\nslug: busy-{number}\n---\n\n# Brief Definition\n\n![a](../{name})\n"
        save_entry(documents.parse(text.encode()), publish=True)
        print(f"busy-{number}", flush=True)
        if select([sys.stdin], [], [], 0)[0]:
            return


if __name__ == "__main__":
    main()
