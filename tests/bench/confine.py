# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a tool that is known for taking every disk it finds, so that it can find one only.

In a mount namespace of its own: /dev is a tmpfs with four character devices and the loop device; /sys is
empty; /proc/partitions names the loop device alone; every other file system is read-only and has no
device nodes that work. All capabilities are gone, so that it can make no node and mount nothing.
"confine.py DEVICE [TOOL ...]" looks at what it sees itself before it becomes the tool, and gives up at
the least doubt.
"""
import os
import stat
import subprocess
import sys

SELF = os.path.abspath(__file__)
CHARACTERS = {"null": (1, 3), "zero": (1, 5), "random": (1, 8), "urandom": (1, 9)}
LOOP_MAJOR = 7


def argv(device, tool):
    return ["unshare", "--mount", "--propagation", "private", "--net", "--ipc", sys.executable, SELF,
            "enter", device, *tool]


def doubt(device):
    """None, or why a tool could not be confined here. Tries it, with nothing to run."""
    try:
        done = subprocess.run(argv(device, []), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 and done.stdout == "confined\n" else \
        (done.stderr.strip() or "no answer")[-300:]


def call(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def mounts():
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        fields = [line.split(" ") for line in lines]
    return [line[4].encode("latin-1", "replace").decode("unicode_escape") for line in fields]


def node(path, kind, number):
    os.mknod(path, kind | 0o600, os.makedev(*number))
    os.chmod(path, 0o600)


def hide(device, number):
    """Leaves one block device to be seen."""
    size = int(open(f"/sys/class/block/{os.path.basename(device)}/size", encoding="ascii").read())
    points = sorted(set(mounts()), key=len)
    call("mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "certwipe-bench", "/dev")
    for name, numbers in CHARACTERS.items():
        node(f"/dev/{name}", stat.S_IFCHR, numbers)
    node(device, stat.S_IFBLK, number)
    partitions = "/dev/partitions"
    with open(partitions, "w", encoding="ascii") as out:
        out.write(f"major minor  #blocks  name\n\n{number[0]:4} {number[1]:8} {size // 2:10} "
                  f"{os.path.basename(device)}\n")
    call("mount", "--bind", partitions, "/proc/partitions")
    call("mount", "-t", "tmpfs", "-o", "size=64k,mode=755,ro", "certwipe-bench", "/sys")
    for point in points:
        if point.startswith(("/dev", "/sys", "/proc")):
            continue
        call("mount", "-o", "remount,bind,ro,nodev,nosuid", point)


def block_devices(folder):
    found = []
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            entry = os.lstat(os.path.join(where, name))
            if stat.S_ISBLK(entry.st_mode):
                found.append((os.major(entry.st_rdev), os.minor(entry.st_rdev)))
    return found


def inspect(device, number):
    """Is there really nothing else to be found? With the capabilities gone."""
    with open("/proc/self/status", encoding="ascii") as lines:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        if int(status[name], 16) != 0:
            sys.exit(f"{name} is {status[name]}")
    if status["NoNewPrivs"].strip() != "1":
        sys.exit("new privileges could be had")
    if block_devices("/dev") != [number]:
        sys.exit(f"/dev shows {block_devices('/dev')}")
    if os.listdir("/sys"):
        sys.exit("/sys is not empty")
    with open("/proc/partitions", encoding="ascii") as lines:
        names = [line.split()[3] for line in lines if len(line.split()) == 4][1:]
    if names != [os.path.basename(device)]:
        sys.exit(f"/proc/partitions names {names}")
    for path in ("/dev/other", "/tmp/certwipe-bench-other"):
        try:
            os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(*number))
        except OSError:
            continue
        sys.exit("a device node could be made")
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            point, options = line.split(" ")[4:6]
            if not point.startswith(("/dev", "/sys", "/proc")) and \
                    not {"ro", "nodev"} <= set(options.split(",")):
                sys.exit(f"{point} is still {options}")
    for name in os.listdir("/proc/self/fd"):
        try:
            if stat.S_ISBLK(os.stat(f"/proc/self/fd/{name}").st_mode):
                sys.exit("a block device is open")
        except FileNotFoundError:
            pass


def main():
    stage, device, *tool = sys.argv[1:]
    entry = os.stat(device)
    number = (os.major(entry.st_rdev), os.minor(entry.st_rdev))
    if not stat.S_ISBLK(entry.st_mode) or number[0] != LOOP_MAJOR or \
            os.path.dirname(device) != "/dev":
        sys.exit(f"{device} is no loop device in /dev")
    if stage == "enter":
        if os.readlink("/proc/self/ns/mnt") == os.readlink(f"/proc/{os.getppid()}/ns/mnt"):
            sys.exit("this is not a mount namespace of its own")
        hide(device, number)
        os.chdir("/")
        os.execvp("setpriv", ["setpriv", "--bounding-set=-all", "--inh-caps=-all",
                              "--ambient-caps=-all", "--no-new-privs", sys.executable, SELF,
                              "inside", device, *tool])
    inspect(device, number)
    if not tool:
        print("confined")
        return
    os.execvp(tool[0], tool)


if __name__ == "__main__":
    main()
