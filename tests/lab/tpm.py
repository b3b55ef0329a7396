# SPDX-License-Identifier: GPL-2.0-or-later
"""TPMs for QEMUs: who connects to a socket gets a new one, which nobody used before.

    with Tpms(path):    # -chardev socket,id=c,path=PATH -tpmdev emulator,id=t,chardev=c
"""
import os, shutil, socket, subprocess, tempfile, threading


class Tpms:
    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.folder, self.started = tempfile.mkdtemp(prefix="qevm-tpm-"), []
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        for tpm in self.started:
            tpm.kill()
            tpm.wait()
        shutil.rmtree(self.folder)

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            state = tempfile.mkdtemp(dir=self.folder)
            with client, open(os.path.join(state, "log"), "wb") as log:
                self.started.append(subprocess.Popen(
                    ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + state, "--ctrl",
                     "type=unixio,clientfd=%d" % client.fileno()], pass_fds=[client.fileno()],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log))
