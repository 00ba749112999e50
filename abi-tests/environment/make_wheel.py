"""Makes a wheel of app.py with a command: make_wheel.py FOLDER. Prints its path."""

import pathlib
import sys
import zipfile

INFO = "app-1.0.dist-info/"
FILES = {
    "app.py": (pathlib.Path(__file__).parent / "app.py").read_text(),
    INFO + "METADATA": "Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Dist: markupsafe\n",
    INFO + "WHEEL": "Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    INFO + "entry_points.txt": "[console_scripts]\napp = app:main\n",
}

path = pathlib.Path(sys.argv[1]) / "app-1.0-py3-none-any.whl"
with zipfile.ZipFile(path, "w") as wheel:
    for name, text in FILES.items():
        wheel.writestr(name, text)
    wheel.writestr(INFO + "RECORD", "".join(f"{name},,\n" for name in [*FILES, INFO + "RECORD"]))
print(path)
