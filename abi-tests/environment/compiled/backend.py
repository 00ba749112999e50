"""What builds the wheel of compiled.c, by what `sysconfig` and `platform` say, as setuptools and others do (PEP 517)."""

import platform
import subprocess
import sys
import sysconfig
import zipfile

INFO = "compiled-1.0.dist-info/"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if platform.python_implementation() != "CPython":
        raise SystemExit("this is only worth compiling for CPython")
    abi = "cp%d%d" % sys.version_info[:2]
    tag = f"{abi}-{abi}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
    library = "compiled" + sysconfig.get_config_var("EXT_SUFFIX")
    include = sysconfig.get_path("include")
    subprocess.run(["gcc", "-shared", "-fPIC", "-I" + include, "compiled.c", "-o", library], check=True)
    files = {
        INFO + "METADATA": "Metadata-Version: 2.1\nName: compiled\nVersion: 1.0\n",
        INFO + "WHEEL": f"Wheel-Version: 1.0\nGenerator: backend\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    name = f"compiled-1.0-{tag}.whl"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.write(library)
        for file, text in files.items():
            wheel.writestr(file, text)
        wheel.writestr(INFO + "RECORD", "".join(f"{file},,\n" for file in [library, *files, INFO + "RECORD"]))
    return name
