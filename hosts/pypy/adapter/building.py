"""Extensions that are compiled here are compiled for the CPython that we stand in for, with its own headers.

pip and others ask `sysconfig` what an extension file is called and where the headers are, and `packaging` what the wheel around it is to
be called. A program that is told that it runs on CPython (`identity`) gets CPython's answers; pip's builds are such programs.
"""
import os
import sys

VERSION = '%d.%d' % sys.version_info[:2]
PLACES = '/usr/include/python' + VERSION, '/usr/local/include/python' + VERSION
MISSING = ("gimbal: CPython %s's headers are not in %s; extensions cannot be compiled without them (Debian: apt install python%s-dev)"
           % (VERSION, ' or '.join(PLACES), VERSION))


def headers():
    """Where CPython's headers are; None when they are missing."""
    for place in PLACES:
        if os.path.exists(place + '/Python.h'):
            return place
    return None


def amend_sysconfig(sysconfig):
    """What `sysconfig` says of extensions and headers."""
    variables = sysconfig.get_config_vars()
    abi = 'cpython-%d%d-' % sys.version_info[:2] + (variables.get('MULTIARCH') or os.uname().machine + '-linux-gnu')
    place = headers() or PLACES[0]
    variables.update(SOABI=abi, EXT_SUFFIX='.%s.so' % abi, INCLUDEPY=place, CONFINCLUDEPY=place)
    for scheme in sysconfig._INSTALL_SCHEMES.values():
        for key in 'include', 'platinclude':
            if key in scheme:
                scheme[key] = place


def amend_pip_subprocess(subprocess):
    """Where pip starts what builds a package."""
    call = subprocess.call_subprocess

    def call_subprocess(cmd, *args, extra_environ=None, **kwargs):
        if cmd[0] != sys.executable or 'pip' in os.path.basename(cmd[1]):       # that one fetches what a build needs
            return call(cmd, *args, extra_environ=extra_environ, **kwargs)
        told = {'GIMBAL_IDENTIFY': 'cpython', **(extra_environ or {})}
        try:
            return call(cmd, *args, extra_environ=told, **kwargs)
        except Exception:
            if headers() is None:
                print(MISSING, file=sys.stderr)
            raise

    subprocess.call_subprocess = call_subprocess
