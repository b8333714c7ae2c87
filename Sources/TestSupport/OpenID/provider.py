"""A provider for the tests of sign-in: oidc-provider-mock, with what it lacks.

Its own are discovery, authorisation, codes, tokens and keys. Added here, from Authlib, on which it is built: PKCE
(RFC 7636) and the device flow (RFC 8628); and by hand `max_age`, rotation of keys, and tokens that lie:

    POST /test/rotate              signs with a new key from now on, under a new id
    POST /test/next {...}          the next id token: claims to change (null to remove), alg, key ("listed", "other")
    POST /test/agree {user_code, sub, approved}    what a person does at the verification address
    GET  /test/counts              how often metadata and keys were asked for

Prints its port and ends with its standard input.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import flask
import werkzeug.serving
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from authlib.oidc.core.grants.util import generate_id_token
from joserfc import jwk as keys
from joserfc import jwt
from oidc_provider_mock import _app as mock
from oidc_provider_mock._storage import Client, storage

challenges = {}
devices = {}
agreements = {}
polls = {}
counts = {"metadata": 0, "keys": 0}
lies = {}
key_ids = {"current": str(uuid.uuid4())}
other_key = keys.RSAKey.generate_key(2048)

Client.GRANT_TYPES_SUPPORTED += (DeviceCodeGrant.GRANT_TYPE,)


class Challenge(CodeChallenge):
    """PKCE, kept beside the mock's codes, which have no place for it; S256 alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def get_authorization_code_challenge(self, authorization_code):
        return challenges.get(authorization_code.code)

    def get_authorization_code_challenge_method(self, authorization_code):
        return "S256"


class Grant(mock.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code, request):
        challenges[code] = request.payload.data.get("code_challenge")
        super().save_authorization_code(code, request)


class Devices(DeviceAuthorizationEndpoint):
    INTERVAL = 1

    def get_verification_uri(self):
        return flask.request.host_url + "device"

    def save_device_credential(self, client_id, scope, data):
        devices[data["device_code"]] = DeviceCredentialDict(
            client_id=client_id, scope=scope, expires_at=time.time() + 600, **data)


class DeviceGrant(DeviceCodeGrant):
    def query_device_credential(self, device_code):
        return devices.get(device_code)

    def query_user_grant(self, user_code):
        if user_code not in agreements:
            return None
        sub, approved = agreements[user_code]
        return storage.get_user(sub), approved

    def should_slow_down(self, credential):
        number = polls[credential["user_code"]] = polls.get(credential["user_code"], 0) + 1
        return number == 1

    def create_token_response(self):
        status, token, headers = super().create_token_response()
        user = mock._user_claims_for_scope(self.request.user, self.request.credential.get_scope())
        token["id_token"] = generate_id_token(
            token, user, storage.jwk.as_dict(is_private=True), flask.request.host_url.rstrip("/"),
            [self.client_id_of_request()], alg="RS256")
        # A code is good for one token.
        devices.pop(self.request.credential["device_code"], None)
        return status, token, headers

    def client_id_of_request(self):
        return self.request.client.get_client_id()


def signed(claims, algorithm, which):
    header = {"alg": algorithm, "kid": key_ids["current"]}
    if algorithm == "none":
        part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
        return f"{part(header)}.{part(claims)}."
    if algorithm == "HS256":
        # The well-known confusion: the public key, which everybody has, as the secret of an HMAC.
        part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
        text = f"{part(header)}.{part(claims)}"
        public = keys.RSAKey.import_key(storage.jwk.as_dict(is_private=False)).as_pem(private=False)
        mac = hmac.new(public, text.encode(), hashlib.sha256).digest()
        return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    key = other_key if which == "other" else own_keys.get(algorithm) or keys.RSAKey.import_key(
        storage.jwk.as_dict(is_private=True))
    if algorithm in own_keys:
        header["kid"] = algorithm
    return jwt.encode(header, claims, key, [algorithm])


own_keys = {"ES256": keys.ECKey.generate_key("P-256"), "EdDSA": keys.OKPKey.generate_key("Ed25519")}


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def changed(response):
    """The id token of a good answer, signed anew with the key's id and with the lies that were asked for."""
    document = json.loads(response.get_data())
    if "id_token" not in document:
        return response
    claims = claims_of(document["id_token"])
    for name, value in lies.pop("claims", {}).items():
        if value is None:
            claims.pop(name, None)
        else:
            claims[name] = value
    document["id_token"] = signed(claims, lies.pop("alg", "RS256"), lies.pop("key", "listed"))
    response.set_data(json.dumps(document))
    return response


def listed(response):
    document = json.loads(response.get_data())
    document["keys"][0]["kid"] = key_ids["current"]
    for algorithm, key in own_keys.items():
        document["keys"].append({**key.as_dict(private=False), "kid": algorithm})
    # What a client must pass over: an encryption key and one of a kind that it can't know.
    document["keys"].append({**document["keys"][0], "kid": "enc", "use": "enc"})
    document["keys"].append({"kty": "new-kind", "kid": "future", "alg": "XY999"})
    response.set_data(json.dumps(document))
    return response


def make():
    app = mock.app()

    @app.before_request
    def add_grants():
        server = flask.g._authlib_authorization_server
        if not getattr(server, "extended", False):
            nonce = mock.OpenIDCode(require_nonce=True, token_max_age=flask.g.oidc_provider_mock_config.access_token_max_age)
            server._authorization_grants.clear()
            server._token_grants.clear()
            server.register_grant(Grant, [nonce, Challenge(required=True)])
            server.register_grant(DeviceGrant)
            server.register_endpoint(Devices)
            server.extended = True
        if flask.request.path == "/oauth2/device":
            return server.create_endpoint_response("device_authorization")
        if flask.request.path == "/oauth2/token" and flask.request.form.get("grant_type") == DeviceGrant.GRANT_TYPE:
            return server.create_token_response()

    @app.after_request
    def extend(response):
        if flask.request.path == "/.well-known/openid-configuration":
            counts["metadata"] += 1
            document = json.loads(response.get_data())
            document["device_authorization_endpoint"] = flask.request.host_url + "oauth2/device"
            document["code_challenge_methods_supported"] = ["S256"]
            document.update(lies.pop("metadata", {}))
            response.set_data(json.dumps(document))
        elif flask.request.path == "/jwks":
            counts["keys"] += 1
            return listed(response)
        elif flask.request.path == "/oauth2/token" and response.status_code == 200:
            return changed(response)
        return response

    @app.post("/test/rotate")
    def rotate():
        storage.jwk = mock.jose.RSAKey.generate_key(is_private=True)
        key_ids["current"] = str(uuid.uuid4())
        return ""

    @app.post("/test/next")
    def next_token():
        lies.update(flask.request.json)
        return ""

    @app.post("/test/agree")
    def agree():
        said = flask.request.json
        agreements[said["user_code"]] = (said["sub"], said["approved"])
        return ""

    @app.get("/test/counts")
    def how_often():
        return flask.jsonify(counts)

    return app


def main():
    server = werkzeug.serving.make_server("127.0.0.1", 0, make(), threaded=True)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
