"""Runs one notebook through a Jupyter kernel; the Go side is run.go.

Reads one line of JSON from standard input: notebook (text of the file), folder,
kernel, timeout (seconds a cell), passes, keep_going. Writes a line of JSON for each event.
Standard input stays open: its end means stop, so that the kernel never outlives
whoever started this, however that ended.
"""
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

LIMIT = 10_000_000  # bytes of output of one cell
events = sys.stdout
sys.stdout = sys.stderr  # nothing but events may reach the Go side


def emit(event, **fields):
    print(json.dumps({"event": event, **fields}), file=events, flush=True)


def commands():
    """The processes of this machine, as (pid, command line)."""
    if os.path.isdir("/proc/self"):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    yield int(pid), f.read().decode(errors="replace")
            except OSError:
                pass  # it has ended
    else:
        for line in subprocess.run(["ps", "-axo", "pid=,args="], capture_output=True, text=True).stdout.splitlines():
            pid, _, line = line.strip().partition(" ")
            yield int(pid), line


def sweep(temp):
    """Ends what a kernel left running: the program of a cell, or gopls, which the kernel
    starts after 12 seconds and which outlives it. Both have the run's own folder in their
    command line, and nothing else has."""
    for pid, line in commands():
        if temp + os.sep in line and pid != os.getpid():
            try:
                os.kill(pid, signal.SIGKILL)
            except (AttributeError, OSError):
                pass  # it has ended


def main():
    order = json.loads(sys.stdin.readline())
    # jsonschema loads this where it is installed, to check addresses that no notebook
    # has, and it builds a grammar for 4 seconds each time.
    sys.modules["rfc3987_syntax"] = None
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
    except ImportError as e:
        emit("fault", kind="start", text=f"the Python environment lacks {e.name}")
        return

    class Client(NotebookClient):
        """A client that stops a cell which prints without end."""

        written, flooded = 0, False

        def output(self, outs, msg, display_id, cell_index):
            self.written += len(str(msg["content"].get("text", ""))) + sum(
                len(v) for v in msg["content"].get("data", {}).values() if isinstance(v, str))
            if self.written <= LIMIT:
                return super().output(outs, msg, display_id, cell_index)
            if not self.flooded:
                self.flooded = True
                asyncio.ensure_future(self.km.interrupt_kernel())

    nb = nbformat.reads(order["notebook"], as_version=4)
    # By default nbclient waits 4 seconds for outputs that are still under way when a cell has
    # ended, and then goes on without them and without a word.
    client = Client(nb, timeout=order["timeout"], kernel_name=order["kernel"], startup_timeout=300,
                    iopub_timeout=max(60, order["timeout"]), raise_on_iopub_timeout=True,
                    record_timing=False, allow_errors=True, resources={"metadata": {"path": order["folder"]}})

    async def run(temp):
        start = time.monotonic()
        manager, address = client.create_kernel_manager(), os.path.join(temp, "kernel")
        if len(address) < 100:  # the longest name of a socket is 103 or 107 characters
            # With TCP, Jupyter looks for free ports and gives them back before the kernel
            # takes them: the kernel of another run may be faster.
            manager.transport, manager.ip = "ipc", address
        async with client.async_setup_kernel(env=dict(os.environ, TMPDIR=temp)):
            emit("kernel", seconds=time.monotonic() - start)
            for i, cell in [*enumerate(nb.cells)] * order["passes"]:
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                start = time.monotonic()
                emit("start", cell=i)
                client.written, client.flooded = 0, False
                fault = None
                try:
                    await client.async_execute_cell(cell, i)
                except CellTimeoutError:
                    fault = "timeout"
                except DeadKernelError:
                    fault = "died"
                if client.flooded:
                    fault = "flood"
                emit("cell", cell=i, seconds=time.monotonic() - start,
                     count=cell.execution_count or 0, outputs=cell.outputs)
                if fault:
                    client.shutdown_kernel = "immediate"
                    emit("fault", kind=fault, cell=i)
                    return
                failed = any(o.output_type == "error" for o in cell.outputs)
                if failed and not order["keep_going"] and "raises-exception" not in cell.metadata.get("tags", []):
                    return

    async def stoppable(temp):
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(run(temp))

        def watch():
            while os.read(0, 4096):  # not sys.stdin: its lock would be held when Python ends
                pass
            client.shutdown_kernel = "immediate"
            loop.call_soon_threadsafe(task.cancel)

        threading.Thread(target=watch, daemon=True).start()
        await task

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us as the end of input
    with tempfile.TemporaryDirectory(prefix="notebook-", ignore_cleanup_errors=True) as temp:
        try:
            asyncio.run(stoppable(temp))
        except asyncio.CancelledError:
            pass
        except Exception as e:  # whatever else it was, the Go side has to say it
            emit("fault", kind="start", text=f"{type(e).__name__}: {e}")
        finally:
            sweep(temp)
    emit("end")


main()
