"""Runs a program on PyPy with Gimbal: `pypy boot.py [-c CODE | -m MODULE | SCRIPT] ARGS...`.

Installs the adapter (the package `_gimbal`, which is this folder) and then behaves as the interpreter would.
"""
import sys
import types
from importlib.machinery import PathFinder, SourceFileLoader

from __pypy__ import hidden_applevel


def hide(code):
    """Keeps code and all that is defined in it out of tracebacks and out of sight of `sys._getframe`, tracers and profilers.

    There is nothing in its place on CPython; and a tracer that calls C must not be called in the middle of a crossing.
    """
    cells = tuple(types.CellType() for _ in code.co_freevars)
    hidden_applevel(types.FunctionType(code, {}, None, None, cells or None))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            hide(constant)
    return code


class AdapterLoader(SourceFileLoader):
    """Loads a module of the adapter, hidden."""

    def get_code(self, name):
        return hide(super().get_code(name))


class AdapterFinder:
    """Finds the modules of the adapter."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith('_gimbal.'):
            spec = PathFinder.find_spec(name, path)
            if spec is not None and type(spec.loader) is SourceFileLoader:
                spec.loader = AdapterLoader(name, spec.origin)
            return spec


def install():
    """Makes the adapter importable and puts the import hook in place."""
    import os
    here = os.path.dirname(os.path.abspath(__file__))
    package = type(sys)('_gimbal')
    package.__path__ = [here]
    sys.modules['_gimbal'] = package
    sys.meta_path.insert(0, AdapterFinder)
    if os.environ.get('GIMBAL_STATS') == '1':
        import _gimbal.counters
        _gimbal.counters.begin()
    import _gimbal.importer
    import _gimbal.bundled
    import _gimbal.installers
    _gimbal.importer.install()
    _gimbal.installers.install()
    _gimbal.bundled.install()
    identity = os.environ.get('GIMBAL_IDENTIFY')
    if identity == 'cpython':
        import _gimbal.identity
        _gimbal.identity.identify_as_cpython()
    elif identity not in (None, '', 'host'):
        sys.exit('gimbal: GIMBAL_IDENTIFY is %r, and can be cpython or host' % identity)


def name_executable():
    """What `sys.executable` names must start this host with Gimbal: the `python3.11` beside the `gimbal` that ran us.

    In an environment it is the environment's own `python` already.
    """
    import os
    if sys.prefix != sys.base_prefix:
        return
    home = os.path.abspath(__file__).split('/')[:-5]
    launcher = '/'.join(home + ['bin', 'python%d.%d' % sys.version_info[:2]])
    if 'GIMBAL_HOST' in os.environ and os.path.exists(launcher):
        sys.executable = launcher


def unfit():
    """Why this interpreter cannot be the host; None when it can.

    A flavour that no PyPy speaks yet runs on the newest there is: what depends on the ABI can be tested there.
    """
    import os
    flavour = os.path.abspath(__file__).split('/')[-5]
    version = flavour.rstrip('t')
    spoken = version if version in ('3.9', '3.11') else '3.11'
    if sys.implementation.name != 'pypy' or '%d.%d' % sys.version_info[:2] != spoken:
        return ('gimbal: flavour %s needs PyPy with Python %s, and %s is %s %d.%d'
                % (flavour, spoken, sys.executable, sys.implementation.name, *sys.version_info[:2]))


def embed(module_path):
    """Makes this interpreter the host of a program that has loaded libpython and started PyPy. `module_path` is what
    PYTHONPATH would say, as bytes, or None."""
    import os
    problem = unfit()
    if problem:
        raise ImportError(problem)
    if module_path:
        sys.path[:0] = os.fsdecode(module_path).split(':')
    install()
    import _gimbal.started      # the program may use the C API before it imports anything
    sys.modules['_gimbal'].finish = finish
    main_names = fresh_main()
    main_names['__annotations__'] = {}
    from importlib.machinery import BuiltinImporter
    main_names['__loader__'] = BuiltinImporter


def finish():
    """What comes at the end of a program: threads, functions of `atexit`, streams."""
    import atexit
    threading = sys.modules.get('threading')
    if threading is not None:
        threading._shutdown()
    atexit._run_exitfuncs()
    for stream in sys.stdout, sys.stderr:
        if stream is not None and not stream.closed:
            stream.flush()


def other_boot():
    """The boot program of the flavour that this interpreter speaks, when this is not it and that is built."""
    import os
    parts = os.path.abspath(__file__).split('/')
    if sys.implementation.name == 'pypy' and parts[-5] in ('3.9', '3.11'):
        parts[-5] = '%d.%d' % sys.version_info[:2]
        path = '/'.join(parts)
        if path != os.path.abspath(__file__) and os.path.exists(path):
            return path


def main():
    other = other_boot()
    if other is not None:
        from importlib.util import module_from_spec, spec_from_loader
        spec = spec_from_loader('_gimbal_boot', AdapterLoader('_gimbal_boot', other))
        boot = module_from_spec(spec)
        spec.loader.exec_module(boot)
        return boot.main()
    problem = unfit()
    if problem:
        sys.exit(problem)
    argv = sys.argv[1:]
    isolated = sys.flags.isolated or getattr(sys.flags, 'safe_path', False)
    if not isolated or (sys.path and sys.path[0] == __file__.rpartition('/')[0]):
        del sys.path[0]
    install()
    name_executable()
    if not argv or argv[0] == '-':
        return from_stdin(argv)
    if argv[0] == '-c' and len(argv) > 1:
        sys.argv = ['-c'] + argv[2:]
        return run_code(argv[1] + '\n', '<string>', '', isolated)
    import runpy
    if argv[0] == '-m' and len(argv) > 1:
        import os
        sys.argv = argv[1:]
        if not isolated:
            sys.path.insert(0, os.getcwd())
        fresh_main()
        runpy._run_module_as_main(argv[1])
        return
    run_script(argv, isolated)


def fresh_main():
    main_module = type(sys)('__main__')
    main_module.__builtins__ = __builtins__
    sys.modules['__main__'] = main_module
    return main_module.__dict__


def run_code(source, name, folder, isolated):
    if not isolated:
        sys.path.insert(0, folder)
    namespace = fresh_main()
    exec(compile(source, name, 'exec', dont_inherit=True), namespace)


def from_stdin(argv):
    sys.argv = argv or ['']
    if sys.stdin.isatty():
        import code
        if not sys.flags.isolated:
            sys.path.insert(0, '')
        code.interact(local=fresh_main(), exitmsg='')
    else:
        run_code(sys.stdin.read(), '<stdin>', '', sys.flags.isolated)


def has_importer(script):
    """Whether it is a folder, an archive or a folder in one, which have a `__main__` to run."""
    for hook in sys.path_hooks:
        try:
            hook(script)
        except ImportError:
            continue
        return True
    return False


def run_script(argv, isolated):
    import os
    script = argv[0]
    sys.argv = argv
    if has_importer(script):
        import runpy
        sys.path.insert(0, script)
        fresh_main()
        runpy._run_module_as_main('__main__', False)
        return
    try:
        with open(script, 'rb') as file:
            source = file.read()
    except OSError as error:
        print("%s: can't open file %r: [Errno %d] %s" % (sys.executable, os.path.abspath(script), error.errno, error.strerror),
              file=sys.stderr)
        sys.exit(2)
    if not isolated:
        sys.path.insert(0, os.path.dirname(os.path.realpath(script)))
    namespace = fresh_main()
    namespace['__file__'] = script
    namespace['__cached__'] = None
    from importlib.machinery import SourceFileLoader
    namespace['__loader__'] = SourceFileLoader('__main__', script)
    exec(compile(source, script, 'exec', dont_inherit=True), namespace)


def report(error):
    """Shows the exception that ended the program, as the interpreter would."""
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    sys.excepthook(type(error), error, error.__traceback__)


if __name__ == '__main__':
    hide(sys._getframe().f_code)
    try:
        main()
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        report(error)
        sys.exit(130)       # as a shell tells of a program that SIGINT ended
    except BaseException as error:
        report(error)
        sys.exit(1)
