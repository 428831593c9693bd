"""Downloads from a server on this machine that can be as bad as the net."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cnnexplorer.nets import DownloadCancelled, DownloadError, download_file, remote_size

DATA = os.urandom(1_500_000)
HASH = hashlib.sha256(DATA).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()

    def do_GET(self):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for begin in range(0, len(DATA), 100_000):
                piece = DATA[begin : begin + 100_000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        begin = 0
        wanted = self.headers.get("Range")
        if wanted and self.path != "/norange":
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(DATA):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(DATA)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(DATA) - 1}/{len(DATA)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(DATA) - begin))
        self.end_headers()
        if self.path == "/silent":
            self.wfile.flush()
            server.release.wait(20)
            return
        end = len(DATA) // 2 if self.path in ("/cut", "/stalled") else len(DATA)
        self.wfile.write(DATA[begin:end])
        if self.path == "/stalled":
            self.wfile.flush()
            server.release.wait(20)
        if self.path == "/cut":
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    server.asked, server.release = [], threading.Event()
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def url(server):
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize("page", ["good", "chunked"])
def test_a_good_download(url, tmp_path, page):
    told = []
    path = tmp_path / "new folder" / "weights.pth"
    assert download_file(f"{url}/{page}", path, HASH[:8], lambda have, total: told.append((have, total))) == path
    assert path.read_bytes() == DATA
    assert [*path.parent.iterdir()] == [path]
    assert told[0][0] == 0
    assert told[-1] == (len(DATA), len(DATA) if page == "good" else None)
    assert told == sorted(told, key=lambda pair: pair[0])


def test_the_size_is_told_without_downloading(url, server):
    assert remote_size(f"{url}/good") == len(DATA)
    assert server.asked == []


def test_a_wrong_hash_leaves_nothing(url, tmp_path):
    with pytest.raises(DownloadError, match=r"weights\.pth arrived, but it is not the file that was published"):
        download_file(f"{url}/good", tmp_path / "weights.pth", "00000000")
    assert not [*tmp_path.iterdir()]


def test_an_old_file_stays_until_the_new_one_is_whole(url, tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"old")
    with pytest.raises(DownloadError):
        download_file(f"{url}/cut", path, HASH)
    assert path.read_bytes() == b"old"
    download_file(f"{url}/good", path, HASH)
    assert path.read_bytes() == DATA


def test_a_cut_download_goes_on_from_there(url, server, tmp_path):
    path, part = tmp_path / "weights.pth", tmp_path / "weights.pth.part"
    with pytest.raises(DownloadError, match=r"broke off after 0\.8 of 1\.5 MB"):
        download_file(f"{url}/cut", path, HASH)
    assert part.stat().st_size == len(DATA) // 2
    told = []
    download_file(f"{url}/good", path, HASH, lambda have, total: told.append((have, total)))
    assert path.read_bytes() == DATA
    assert server.asked == [None, f"bytes={len(DATA) // 2}-"]
    assert told[0] == (len(DATA) // 2, len(DATA))
    assert not part.exists()


def test_a_server_that_cannot_resume_begins_again(url, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(b"something else")
    download_file(f"{url}/norange", tmp_path / "weights.pth", HASH)
    assert (tmp_path / "weights.pth").read_bytes() == DATA


@pytest.mark.parametrize("extra", [b"", b"too much"])
def test_a_whole_part_is_used_and_a_longer_one_thrown_away(url, tmp_path, extra):
    (tmp_path / "weights.pth.part").write_bytes(DATA + extra)
    download_file(f"{url}/good", tmp_path / "weights.pth", HASH)
    assert (tmp_path / "weights.pth").read_bytes() == DATA


@pytest.mark.parametrize("page", ["stalled", "silent"])
def test_a_stalled_download_is_given_up(url, tmp_path, page):
    start = time.monotonic()
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1.* does not answer"):
        download_file(f"{url}/{page}", tmp_path / "weights.pth", HASH, timeout=0.4)
    assert time.monotonic() - start < 15  # a guard: the server itself lets go after longer
    assert not (tmp_path / "weights.pth").exists()


@pytest.mark.parametrize("page", ["good", "stalled"])
def test_a_cancelled_download_keeps_what_it_has(url, tmp_path, page):
    cancel = threading.Event()

    def stop(have, _total):
        if have > 0 and not cancel.is_set():
            cancel.set()

    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    start = time.monotonic()
    if page == "good":
        cancel.set()
    with pytest.raises(DownloadCancelled):
        download_file(f"{url}/{page}", tmp_path / "weights.pth", HASH, stop, cancel)
    timer.cancel()
    timer.join()
    assert time.monotonic() - start < 15  # a guard: a stalled server is waited for longer
    assert not (tmp_path / "weights.pth").exists()
    download_file(f"{url}/good", tmp_path / "weights.pth", HASH)


@pytest.mark.parametrize("odd", ["weights.pth", "http://[::1/weights.pth", "nothing:", "http://a b/weights.pth"])
def test_an_address_that_is_none(odd, tmp_path):
    with pytest.raises(DownloadError):
        download_file(odd, tmp_path / "weights.pth")
    with pytest.raises(DownloadError):
        remote_size(odd)


def test_an_answer_of_404(url, tmp_path):
    with pytest.raises(DownloadError, match=r"the server 127\.0\.0\.1:\d+ does not give missing \(answer 404\)"):
        download_file(f"{url}/missing", tmp_path / "weights.pth")
    assert not [*tmp_path.iterdir()]


def test_no_server_no_such_host_no_such_address(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for function in (lambda url: download_file(url, tmp_path / "weights.pth"), remote_size):
        with pytest.raises(DownloadError, match=r"the connection to 127\.0\.0\.1:\d+ failed \(Connection refused\)"):
            function(f"http://127.0.0.1:{port}/good")


def test_a_full_disk_while_writing(url, tmp_path):
    (tmp_path / "weights.pth.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match="the disk is full: make room for good"):
        download_file(f"{url}/good", tmp_path / "weights.pth", HASH)


def test_too_little_room_is_seen_before(url, tmp_path, monkeypatch):
    import shutil
    from collections import namedtuple

    monkeypatch.setattr(shutil, "disk_usage", lambda _: namedtuple("Usage", "free")(1000))
    with pytest.raises(DownloadError, match="the disk is full"):
        download_file(f"{url}/good", tmp_path / "weights.pth", HASH)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_takes_no_file_is_told_as_such(url, tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.pth.part").mkdir()
    os.mkfifo(tmp_path / "pipe.pth.part")
    for target in ("file/weights.pth", "folder.pth", "pipe.pth"):
        with pytest.raises(DownloadError, match="cannot be kept as") as caught:
            download_file(f"{url}/good", tmp_path / target)
        assert str(tmp_path) in str(caught.value)
        assert "network" not in str(caught.value)
