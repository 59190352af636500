"""The unprivileged system user under whom the embedded database runs when Aime runs as root."""

import os
import pwd
import shutil
import subprocess

from aime_project.processes.postgres_errors import NoServiceUser

NAME = "aime-postgres"


def service_user() -> pwd.struct_passwd | None:
    """Give the user to change to, made when it is missing; None when we are not root and stay who we are."""
    if os.geteuid() != 0:
        return None
    account = _find()
    if account is not None:
        return account
    reason = _create()
    account = _find()  # several may have tried at once; one is enough
    if account is None:
        raise NoServiceUser(NAME, reason)
    return account


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _create() -> str:
    """Make the user with what the system has; give the reason where that fails."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"],
        ["adduser", "-S", "-D", "-H", "-h", "/nonexistent"],  # busybox
    ):
        program = shutil.which(command[0], path=path)
        if program is None:
            continue
        result = subprocess.run(
            [program, *command[1:], NAME], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if result.returncode == 0:
            return ""
        return (result.stderr or result.stdout).strip() or f"{command[0]} ended with {result.returncode}"
    return "neither useradd nor adduser is installed"
