"""Drives modules.c: what import makes of it, and modules that come and go."""

import gc
import importlib.util
import inspect
import os
import pkgutil
import subprocess
import sys

import modules as c
from checks import check, check_all, check_type

check_all(c)
check("name", lambda: (c.__name__, c.__doc__, c.__package__, type(c).__name__, c.__file__.rpartition("/")[2]))
check("spec", lambda: (c.__spec__.name, c.__spec__.origin == c.__file__, c.__spec__.parent, c.__spec__.has_location))
check("loader", lambda: c.__loader__ is c.__spec__.loader)
check("in sys.modules", lambda: sys.modules["modules"] is c)
check("constants", lambda: (c.FIRST, c.SECOND))
check("state", lambda: (c.remember("a"), c.remember("b")))
check("repr", lambda: repr(c).startswith("<module 'modules' from "))
check("vars", lambda: sorted(n for n in vars(c) if not n.startswith(("_", "check_"))))
check("set", lambda: (setattr(c, "new", 1), c.new, delattr(c, "new"), hasattr(c, "new")))
check("function", lambda: (c.remember.__module__, c.remember.__name__, c.remember.__doc__, c.remember.__self__ is c))


def load(name, path=c.__file__):
    """A module from this file, made anew."""
    loader = type(c.__loader__)(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


second = load("modules")
check("second copy", lambda: (second is c, second.FIRST, second.remember("fresh"), c.remember("old")))
check("second module", lambda: (m := load("modules_second"), m.__doc__, m.add(1, 2)[0])[1:])
check("no such module", lambda: load("modules_third"))
check_type("name beyond ascii", lambda: load("mödl").__name__)


def reimport():
    del sys.modules["modules"]
    import modules

    return modules is c, modules.remember("again"), modules.FIRST


def elsewhere():
    """Another Python that the program starts imports the same file."""
    code = "import modules, sys; print(modules.__file__, *sys.argv)"
    child = subprocess.run([sys.executable, "-c", code, "x"], capture_output=True, text=True, check=True)
    return child.stdout == f"{c.__file__} -c x\n"


check("import again", reimport)
check("import elsewhere", elsewhere)
check("listed", lambda: [(m.name, m.ispkg) for m in pkgutil.iter_modules([os.path.dirname(c.__file__)])])
check("known by its name", lambda: (inspect.getmodulename(c.__file__), inspect.getsourcefile(c)))
check("by location", lambda: type(importlib.util.spec_from_file_location("m", c.__file__).loader) is type(c.__loader__))
single = c.make_single()
check("single", lambda: (single.__name__, single.__doc__, single.NUMBER, single.TEXT, single.OBJECT, single.LIST))
check("single add", lambda: (single.add(2, 3)[0], single.add(2, 3)[1] is single, single.add.__module__))
check("single add wrong", lambda: single.add("x", 1))


def settled():
    """How many modules are freed once a host has let go of all that nobody holds."""
    for _ in range(10):
        gc.collect()
        c.count_frees()
    return c.count_frees()


def frees():
    """Modules that nobody holds are freed, and their m_free runs."""
    before = settled()
    for _ in range(20):
        c.make_single()
    return settled() - before


check("freed", frees)


def given():
    """What C gave a module together with its reference lives as long as the module."""
    receiver = c.give()
    seen = []
    for _ in range(3):
        for _ in range(3):
            gc.collect()
        seen.append(c.look_at_given(receiver))
    del receiver
    return seen, settled() > 0


check("given to a module", given)
