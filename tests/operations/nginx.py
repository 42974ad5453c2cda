"""The site of deploy/nginx, with places and ports of its own."""

import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import trustme

from tests.operations.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HOST = "cms.example.org"


@dataclass
class Nginx:
    """Its folder, its address and ports, and the addresses and ports of Lemma's processes.

    fail_timeout: in place of that of lemma-upstream.conf, if it is given.
    """

    folder: Path
    backends: list[str]
    address: str = "127.0.0.1"
    fail_timeout: str = ""
    plain: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    authority: trustme.CA = field(default_factory=trustme.CA)

    def write(self) -> Path:
        """The main file, which includes both of ours."""
        folder = self.folder
        for name in ("conf.d", "tls", "cache", "temporary"):
            (folder / name).mkdir(parents=True)
        certificate = self.authority.issue_cert(HOST)
        certificate.private_key_pem.write_to_path(folder / "tls/privkey.pem")
        for part in certificate.cert_chain_pems:
            part.write_to_path(folder / "tls/fullchain.pem", append=True)
        site = (DEPLOY / "nginx/lemma.conf").read_text()
        for there, here in {
            "listen 80;": f"listen {self.address}:{self.plain};",
            "listen 443 ssl http2;": f"listen {self.address}:{self.tls} ssl http2;",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "/var/cache/nginx/lemma": f"{folder}/cache",
            "/etc/lemma/tls": f"{folder}/tls",
            "/var/log/nginx": str(folder),
        }.items():
            assert site.count(there) >= 1, there
            site = site.replace(there, here)
        upstream = (DEPLOY / "nginx/lemma-upstream.conf").read_text()
        for port, own in zip((8001, 8002), self.backends, strict=True):
            upstream = upstream.replace(f"server 127.0.0.1:{port}", f"server {own}")
        if self.fail_timeout:
            upstream = upstream.replace("fail_timeout=5s", f"fail_timeout={self.fail_timeout}")
        (folder / "conf.d/lemma.conf").write_text(site)
        (folder / "conf.d/lemma-upstream.conf").write_text(upstream)
        temporary = "\n".join(
            f"{name}_temp_path {folder}/temporary/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = folder / "nginx.conf"
        main.write_text(
            # Its workers need no other account than the test has, whose folder is closed to others.
            f"{'user root;' if os.geteuid() == 0 else ''}\n"
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            f"events {{ worker_connections 512; }}\n"
            f"http {{ access_log off;\n{temporary}\ninclude {folder}/conf.d/*.conf; }}\n"
        )
        return main

    def client(self, headers: dict[str, str], timeout: float = 20) -> httpx.Client:
        """Somebody who asks over HTTPS."""
        trust = ssl.create_default_context()
        self.authority.configure_trust(trust)
        client = httpx.Client(
            base_url=f"https://{self.address}:{self.tls}", transport=_ToHere(verify=trust), timeout=timeout
        )
        client.headers = httpx.Headers({"Host": HOST} | headers)
        return client


class _ToHere(httpx.HTTPTransport):
    """The connection goes to that address, and the certificate has to be that of the host."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": HOST}
        return super().handle_request(request)
