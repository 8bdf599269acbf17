"""The two engines that a comparison sets up side by side, each in a network namespace and folders of its own."""
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BINARIES = REPOSITORY / "build" / "release" / "bin"


def run(command, environment=None):
    """Milliseconds of one command as a whole process, from its spawn until it is reaped. A failure ends the
    comparison. subprocess.run() would add 2 ms of its own: pipes, and threads that read them."""
    program = shutil.which(command[0])
    with tempfile.TemporaryFile() as output:
        actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)]
        begin = time.perf_counter()
        pid = os.posix_spawn(program, command, environment or os.environ, file_actions=actions)
        _, status = os.waitpid(pid, 0)
        elapsed = (time.perf_counter() - begin) * 1000
        if os.waitstatus_to_exitcode(status) != 0:
            output.seek(0)
            raise RuntimeError(f"{command} exited {os.waitstatus_to_exitcode(status)}: {output.read().decode(errors='replace')}")
    return elapsed


def busybox_tar():
    """A root file system of busybox alone, with a link an applet: what both engines import."""
    busybox = shutil.which("busybox")
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in ("bin", "etc", "tmp", "root", "proc", "sys", "dev"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        archive.add(busybox, "bin/busybox")
        for applet in applets:
            if applet != "busybox":
                entry = tarfile.TarInfo(f"bin/{applet}")
                entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
                archive.addfile(entry)
    return buffer.getvalue()


class Disk:
    """A file system in a file: what one engine writes and deletes there costs the others nothing."""

    def __init__(self, folder, name):
        self.path = pathlib.Path(folder) / f"{name}-disk"
        self.path.mkdir()
        image = self.path.with_suffix(".ext4")
        with open(image, "wb") as file:
            file.truncate(40 * 2**30)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, self.path], check=True)

    def unmount(self):
        subprocess.run(["umount", self.path], check=True)


class Peer:
    """One engine: `docker` and, for dhow, `dhow` are its command lines (as argument lists)."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir(parents=True)
        self.socket = self.folder / "engine.sock"
        self.exec_root = self.folder / "exec"
        self.namespace = f"bench-{os.getpid()}-{name}"
        self.process = None
        self.docker = ["docker", "-H", f"unix://{self.socket}"]

    def command(self):
        raise NotImplementedError

    def start(self):
        # What must not survive a reboot is on a tmpfs, as /run is on an installed system.
        self.exec_root.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=711", "tmpfs", self.exec_root], check=True)
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        subprocess.run(self.enter("ip", "link", "set", "lo", "up"), check=True)
        log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(self.enter(*self.command()), stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while subprocess.run([*self.docker, "version"], capture_output=True).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        subprocess.run([*self.docker, "import", "-", "busybox"], input=busybox_tar(), check=True, capture_output=True)

    def enter(self, *command):
        """nsenter(1), not `ip netns exec`: that one mounts a new /sys, without the cgroups."""
        return ["nsenter", f"--net=/run/netns/{self.namespace}", *command]

    def processes(self):
        """The engine's own processes: the daemon and what stands over containers, not what runs in them."""
        raise NotImplementedError

    def memory(self):
        """Bytes: the proportional set size of the engine's own processes (proc_pid_smaps_rollup)."""
        total = 0
        for pid in self.processes():
            try:
                rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
        return total

    def stop(self):
        listed = subprocess.run([*self.docker, "ps", "-aq"], capture_output=True, text=True).stdout.split()
        if listed:
            subprocess.run([*self.docker, "rm", "-f", *listed], capture_output=True)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        subprocess.run(["ip", "netns", "del", self.namespace], check=True)
        subprocess.run(["umount", "--recursive", self.exec_root], check=True)


def matching_processes(*needles):
    """Pids of processes whose command line holds every needle."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if all(needle in line for needle in needles):
                yield int(entry.name)


class Dockerd(Peer):
    def __init__(self, folder):
        super().__init__("dockerd", folder)

    def command(self):
        return ["dockerd", "--data-root", self.folder / "data", "--exec-root", self.exec_root,
                "--pidfile", self.folder / "pid", "-H", f"unix://{self.socket}"]

    def processes(self):
        # dockerd, its containerd and the shims all carry a path below the peer's folder.
        return [pid for pid in matching_processes(str(self.folder)) if pid != os.getpid()]

    def version(self):
        return subprocess.run(["dockerd", "--version"], capture_output=True, text=True).stdout.split()[2].rstrip(",")


class Dhowd(Peer):
    def __init__(self, folder, binaries=BINARIES):
        super().__init__("dhowd", folder)
        self.binaries = pathlib.Path(binaries)
        self.dhow = [str(self.binaries / "dhow"), "-H", f"unix://{self.socket}"]

    def command(self):
        return [self.binaries / "dhowd", "--data-root", self.folder / "data", "--exec-root", self.exec_root,
                "--pidfile", self.folder / "pid", "-H", f"unix://{self.socket}"]

    def processes(self):
        return [pid for pid in matching_processes(str(self.folder)) if pid != os.getpid()]

    def version(self):
        text = subprocess.run([*self.dhow, "version", "--format", "json"], capture_output=True, text=True).stdout
        return json.loads(text)["Server"]["Version"] if text else "?"
