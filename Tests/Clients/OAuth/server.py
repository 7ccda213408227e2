"""A company's API behind an authorization server made with Authlib: PKCE enforced, refresh tokens rotated, `iss` sent."""

import os
import signal
import threading
import time

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, jsonify, request
from werkzeug.serving import make_server


class Client(ClientMixin):
    def __init__(self, id, secret, redirect):
        self.client_id, self.client_secret, self.redirect = id, secret, redirect

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.redirect

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, uri):
        return uri == self.redirect

    def check_client_secret(self, secret):
        return secret == self.client_secret

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return True


class Code(AuthorizationCodeMixin):
    def __init__(self, **values):
        self.__dict__.update(values)

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class Token(TokenMixin):
    def __init__(self, client, user, token, lifetime):
        self.client_id, self.user = client.client_id, user
        self.access, self.refresh, self.scope = token["access_token"], token.get("refresh_token"), token.get("scope")
        self.expires, self.is_revoked = time.time() + lifetime, False
        self.uses_left = 1

    def check_client(self, client):
        return client.client_id == self.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return int(self.expires - time.time())

    def is_expired(self):
        return time.time() >= self.expires

    def is_revoked(self):
        return self.is_revoked

    def get_client(self):
        return company.client

    def get_user(self):
        return self.user


class Company:
    """What the server knows, and what a test can ask it or tell it."""

    def __init__(self):
        self.lock = threading.RLock()
        self.codes, self.tokens, self.notes = {}, [], []
        self.refreshes, self.refused, self.lifetime = 0, 0, 3600
        self.grace, self.agrees = 0, True
        self.kills = None
        self.client = None

    def revoke_access(self):
        with self.lock:
            for token in self.tokens:
                token.is_revoked = True


company = Company()


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code, request):
        data = request.payload.data
        company.codes[code] = Code(
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri,
            scope=request.payload.scope,
            user=request.user,
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
        )

    def query_authorization_code(self, code, client):
        return company.codes.get(code)

    def delete_authorization_code(self, code):
        for key in [key for key, value in company.codes.items() if value is code]:
            del company.codes[key]

    def authenticate_user(self, code):
        return code.user


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        with company.lock:
            company.refreshes += 1
            for token in company.tokens:
                if token.refresh == refresh_token and token.uses_left > 0:
                    return token
            company.refused += 1

    def authenticate_user(self, token):
        return token.user

    def revoke_old_credential(self, token):
        with company.lock:
            token.is_revoked = True
            token.uses_left -= 1


class ClientGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]


class Issuer(IssuerParameter):
    def get_issuer(self):
        return company.issuer


class Validator(BearerTokenValidator):
    def authenticate_token(self, text):
        return next((token for token in company.tokens if token.access == text and not token.is_revoked), None)

    def validate_token(self, token, scopes, request):
        if token:
            token_is_revoked, token.is_revoked = token.is_revoked, lambda: token_is_revoked
            try:
                super().validate_token(token, scopes, request)
            finally:
                token.is_revoked = token_is_revoked
        else:
            super().validate_token(token, scopes, request)


def save(token, asked):
    with company.lock:
        kept = Token(asked.client, asked.user or "client", token, company.lifetime)
        kept.uses_left += company.grace
        company.tokens.append(kept)


def make(redirect):
    app = Flask("company")
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
    company.client = Client("switchboard-client", "canary-client-secret", redirect)
    server = AuthorizationServer(app, lambda id: company.client if id == company.client.client_id else None, save)
    server.register_grant(CodeGrant, [CodeChallenge(required=True)])
    server.register_grant(RefreshGrant)
    server.register_grant(ClientGrant)
    server.register_extension(Issuer())
    protect = ResourceProtector()
    protect.register_token_validator(Validator())

    @app.get("/authorize")
    def authorize():
        # Whoever comes here is Ada.
        return server.create_authorization_response(grant_user=company.agrees and "ada@company.example")

    @app.post("/token")
    def token():
        response = server.create_token_response()
        data = response.get_json()
        if "expires_in" in data:
            data["expires_in"] = company.lifetime
            response.set_data(app.json.dumps(data))
        if company.kills and request.form["grant_type"] == "refresh_token":
            os.kill(company.kills, signal.SIGKILL)
            company.kills = None
        return response

    @app.get("/me")
    @protect("read")
    def me():
        return jsonify(name=current_token.user, notes=len(company.notes))

    @app.post("/notes")
    @protect("read")
    def note():
        company.notes.append(request.get_json()["text"])
        return jsonify(id=str(len(company.notes)))

    listening = make_server("127.0.0.1", 0, app, threaded=True)
    company.issuer = f"http://127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    return company
