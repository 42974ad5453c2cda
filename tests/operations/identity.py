"""A small provider of OpenID Connect: discovery, authorization, token, userinfo and keys, over HTTP."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "lemma", "the client's secret"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Identity:
    """Whom it knows, and in which ways it is broken."""

    address: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    # Claims that are in the ID token alone, in place of what belongs there.
    forged: dict[str, Any] = field(default_factory=dict)
    # Of the person, what only /userinfo says.
    apart: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signing: Callable[["Identity", dict[str, Any]], str] | None = None
    methods: tuple[str, ...] = ("client_secret_post",)
    # By code: what was asked for with it.
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys",
                 "userinfo_endpoint": "userinfo"}  # fmt: skip
        return {"issuer": self.address, "token_endpoint_auth_methods_supported": list(self.methods),
                **{name: f"{self.address}/{path}" for name, path in names.items()}}  # fmt: skip

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """As if the person had said yes; gives where their browser goes."""
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        if self.methods == ("client_secret_basic",):
            given = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")[::2]
        else:
            given = (form.get("client_id", ""), form.get("client_secret", ""))
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or given != (CLIENT, SECRET)
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return None
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
                  **self.person, **self.forged}  # fmt: skip
        claims = {name: value for name, value in claims.items() if name not in self.apart and value is not None}
        return {"access_token": "access", "token_type": "Bearer", "id_token": (self.signing or signed)(self, claims)}


def signed(identity: Identity, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, identity.key, algorithm="RS256", headers={"kid": "one"})


@contextmanager
def serving(identity: Identity) -> Iterator[Identity]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            pass

        def say(self, status: int, what: Any) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            identity.asked.append(url.path)
            if url.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", identity.authorize({k: v[0] for k, v in parse_qs(url.query).items()}))
                self.end_headers()
            elif url.path == "/userinfo":
                right = self.headers["Authorization"] == "Bearer access"
                self.say(200 if right else 401, {**identity.person, **identity.apart} if right else {})
            elif url.path == "/keys":
                self.say(200, identity.keys())
            elif url.path == "/.well-known/openid-configuration":
                self.say(200, identity.configuration())
            else:
                self.say(404, {})

        def do_POST(self) -> None:
            identity.asked.append(self.path)
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            answer = identity.token(form, self.headers.get("Authorization", ""))
            self.say(200 if answer else 400, answer or {"error": "invalid_grant"})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    identity.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield identity
    server.shutdown()
    server.server_close()
