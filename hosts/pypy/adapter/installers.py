"""Lets installers that run on this host choose CPython's wheels.

pip and others ask `packaging.tags` (mostly a copy of their own) which wheels an interpreter can load. On PyPy that names
PyPy's; those of the CPython that we stand in for come first here. Before pip unpacks a wheel, `gimbal check` looks at
its extension files: one that cannot run is refused, with the reason.
"""
import os
import sys

from _gimbal import building

HOME, FLAVOUR = os.path.abspath(__file__).rsplit('/', 5)[:2]
VERSION = sys.version_info[:2]
ABI = 'cp%d%d' % VERSION


def amend_tags(tags):
    """`packaging.tags`, or a copy of it."""
    of_host = tags.sys_tags

    def sys_tags(*, warn=False):
        """CPython's tags, then the host's own."""
        yield from tags.cpython_tags(VERSION, [ABI], warn=warn)
        yield from of_host(warn=warn)

    tags.sys_tags = sys_tags


def amend_pip_tags(tags):
    """pip's list of the wheels it may take. A question about another interpreter is not about us."""
    of_host = tags.get_supported

    def get_supported(version=None, platforms=None, impl=None, abis=None):
        own = of_host(version, platforms, impl, abis)
        if version or impl or abis:
            return own
        ours = of_host('%d%d' % VERSION, platforms, 'cp', [ABI])
        return ours + [tag for tag in own if tag not in ours]

    tags.get_supported = get_supported


def amend_pip_install(installing):
    """The place where pip unpacks a wheel."""
    import subprocess       # not at the start of every program
    from pip._internal.exceptions import InstallationError
    install = installing.install_wheel

    def install_wheel(name, wheel_path, *args, **kwargs):
        gimbal = os.path.join(HOME, 'bin', 'gimbal')
        if os.path.exists(gimbal):
            checked = subprocess.run([gimbal, 'check', '--flavour', FLAVOUR, '--quiet', wheel_path], capture_output=True, text=True)
            if checked.returncode:
                raise InstallationError('Gimbal cannot run the wheel of %s.\n%s'
                                        % (name, (checked.stdout + checked.stderr).rstrip()))
        return install(name, wheel_path, *args, **kwargs)

    installing.install_wheel = install_wheel


AMENDMENTS = {
    'pip._internal.utils.compatibility_tags': amend_pip_tags,
    'pip._internal.operations.install.wheel': amend_pip_install,
    'pip._internal.utils.subprocess': building.amend_pip_subprocess,
}


class Finder:
    """Sees modules be found by others, and has some amended after they have run."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        amend = AMENDMENTS.get(name)
        if amend is None and (name == 'packaging.tags' or name.endswith('.packaging.tags')) and name[:4] != 'pip.':
            amend = amend_tags
        if amend is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is Finder else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = Loader(spec.loader, amend)
                return spec
        return None


class Loader:
    """Runs a module by its own loader, which is all that is seen of it afterwards, and amends it."""

    def __init__(self, own, amend):
        self.own = own
        self.amend = amend

    def create_module(self, spec):
        return self.own.create_module(spec) if hasattr(self.own, 'create_module') else None

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.own
        if hasattr(self.own, 'exec_module'):
            self.own.exec_module(module)
        else:       # that of zip files before 3.10: it fills the module of this name that is there
            self.own.load_module(module.__name__)
        self.amend(module)


def install():
    """Puts the finder in front of the others."""
    sys.meta_path.insert(0, Finder)
