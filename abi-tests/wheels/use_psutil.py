"""psutil: this process, its children, the machine, and what happens when a process is gone."""

import os
import pickle
import signal
import socket
import subprocess
import tempfile
import threading
import time

import psutil
from checks import check, check_type
from psutil import _psutil_linux

check("binary", lambda: _psutil_linux.__file__.rpartition("/")[2])
check("version", lambda: psutil.__version__)

me = psutil.Process()
for label, read in {
    "identity": lambda: (me.pid == os.getpid(), me.ppid() == os.getppid(), me.is_running(), me == psutil.Process(os.getpid()), hash(me) == hash(psutil.Process())),
    "status": lambda: (me.status(), isinstance(me.create_time(), float), me.create_time() > 1e9),
    "cwd": lambda: me.cwd() == os.getcwd(),
    "user": lambda: (me.uids().real == os.getuid(), me.gids()._fields, type(me.username()).__name__),
    "memory": lambda: (me.memory_info().rss > 1_000_000, me.memory_info()._fields[:3], 0 < me.memory_percent() < 100),
    "cpu": lambda: (me.cpu_times().user > 0, me.cpu_times()._fields, isinstance(me.cpu_percent(), float)),
    "nice": lambda: (me.nice(), me.ionice()._fields, me.rlimit(psutil.RLIMIT_NOFILE)[0] > 0),
    "affinity": lambda: len(me.cpu_affinity()) > 0,
    "set affinity": lambda: (first := me.cpu_affinity()[:1]) and (me.cpu_affinity(first), me.cpu_affinity() == first),
    "threads": lambda: (me.num_threads() >= 1, any(thread.id == os.getpid() for thread in me.threads())),
    "switches": lambda: me.num_ctx_switches()._fields,
    "maps": lambda: any("libc" in entry.path for entry in me.memory_maps()),
    "environment": lambda: me.environ().get("PYTHONHASHSEED"),
    "as_dict": lambda: sorted(me.as_dict(["pid", "name", "num_fds", "nice"])),
    "wrong attribute": lambda: me.as_dict(["nothing"]),
    "repr": lambda: repr(me).startswith("psutil.Process(pid="),
    "pickle": lambda: type(pickle.loads(pickle.dumps(me.cpu_times()))).__name__,
}.items():
    check(label, read)
with tempfile.NamedTemporaryFile() as file:
    check("open files", lambda: file.name in [entry.path for entry in me.open_files()])
    check("descriptors", lambda: me.num_fds() > 2)
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    check("connections", lambda: [(c.laddr == ("127.0.0.1", port), c.status, c.type.name, c.family.name) for c in me.net_connections("tcp") if c.laddr and c.laddr.port == port])
    check_type("connection kind", lambda: me.net_connections("nothing"))

child = subprocess.Popen(["/bin/sleep", "60"])
process = psutil.Process(child.pid)
while not process.cmdline():    # it has not become /bin/sleep yet
    time.sleep(0.01)
for label, use in {
    "name": lambda: (process.name(), process.cmdline(), os.path.basename(process.exe())),
    "parent": lambda: (process.parent() == me, me in process.parents(), process in me.children()),
    "signals": lambda: (process.suspend(), process.resume(), process.is_running()),
    "wait too short": lambda: process.wait(timeout=0.01),
    "terminate": lambda: (process.terminate(), process.wait(timeout=5)),
    "gone": lambda: (process.is_running(), psutil.pid_exists(child.pid)),
    "gone name": lambda: psutil.Process(child.pid).pid,
    "gone signal": lambda: process.send_signal(signal.SIGTERM),
}.items():
    check_type(label, use)
check_type("no process", lambda: psutil.Process(2**22 + 5))
check_type("wrong pid", lambda: psutil.Process(-1))
check_type("pid type", lambda: psutil.Process("1"))
check_type("popen", lambda: (lambda p: (p.communicate()[0], p.returncode))(psutil.Popen(["/bin/echo", "hello"], stdout=subprocess.PIPE)))
gone, alive = psutil.wait_procs([psutil.Popen(["/bin/true"]) for _ in range(3)], timeout=10)
check("wait_procs", lambda: ([p.returncode for p in gone], alive))
check("error", lambda: (psutil.NoSuchProcess.__mro__[1].__name__, str(psutil.NoSuchProcess(5, "name")), repr(psutil.AccessDenied(5))))

for label, read in {
    "cpus": lambda: (psutil.cpu_count() == os.cpu_count(), psutil.cpu_times()._fields[:3], len(psutil.cpu_times(percpu=True)) == psutil.cpu_count()),
    "cpu percent": lambda: (0 <= psutil.cpu_percent(0.01) <= 100, len(psutil.cpu_percent(percpu=True)) == psutil.cpu_count()),
    "cpu stats": lambda: psutil.cpu_stats()._fields,
    "load": lambda: len(psutil.getloadavg()),
    "memory": lambda: (psutil.virtual_memory()._fields[:4], psutil.virtual_memory().total > 2**28, psutil.swap_memory()._fields),
    "disk": lambda: (psutil.disk_usage("/")._fields, psutil.disk_usage("/").total > 0),
    "disk missing": lambda: psutil.disk_usage("/nothing/here"),
    "partitions": lambda: isinstance(psutil.disk_partitions(all=True), list),
    "addresses": lambda: (psutil.net_if_addrs()["lo"][0].address, psutil.net_if_addrs()["lo"][0].family.name),
    "interfaces": lambda: (psutil.net_if_stats()["lo"].isup, psutil.net_if_stats()["lo"].mtu > 0),
    "counters": lambda: psutil.net_io_counters()._fields[:2],
    "boot": lambda: psutil.boot_time() > 1e9,
    "pids": lambda: (os.getpid() in psutil.pids(), psutil.pid_exists(os.getpid()), psutil.pid_exists(-1)),
    "iterate": lambda: any(p.info["pid"] == os.getpid() for p in psutil.process_iter(["pid", "name"])),
    "users": lambda: isinstance(psutil.users(), list),
}.items():
    check(label, read)
for label, call in {
    "arguments": lambda: _psutil_linux.proc_cpu_affinity_get(),
    "type": lambda: _psutil_linux.proc_cpu_affinity_get("a"),
    "missing": lambda: _psutil_linux.proc_cpu_affinity_get(2**22 + 5),
    "empty": lambda: _psutil_linux.proc_cpu_affinity_set(os.getpid(), []),
    "items": lambda: _psutil_linux.proc_cpu_affinity_set(os.getpid(), ["a"]),
    "constants": lambda: sorted(name for name in dir(_psutil_linux) if name.isupper())[:3],
}.items():
    check_type(f"C {label}", call)
results = []
threads = [threading.Thread(target=lambda: results.append(all(psutil.Process().memory_info().rss > 0 for _ in range(100)))) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("in threads", lambda: results)
check("many", lambda: all(_psutil_linux.proc_cpu_affinity_get(os.getpid()) for _ in range(20_000)))
