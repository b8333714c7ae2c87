import API
import Access
import Audit
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Signing in with a browser, and the page that says who is signed in.
struct ConsoleController: Sendable {
    let desks: AccessDesks
    let refusals: RefusalNotes
    let trail: AuditTrail

    /// Where the identity provider leads back to.
    static let returnPath = "/sign-in/return"

    func addRoutes(to router: RouterGroup<AppRequestContext>) {
        router.get("/") { request, context in
            let session = try? await session(of: request, context)
            return Self.page(session.map(AccountPage.signedIn) ?? (desks.console == nil ? .noProvider : .signedOut))
        }
        router.get("/sign-in") { request, _ in
            let query = request.uri.queryParameters
            let departure = try await console().begin(
                returnTo: query.get("to") ?? "/", isFresh: query.get("fresh") == "1", at: Date())
            return Self.redirect(to: departure.url, setting: [departure.setCookie])
        }
        router.get("/sign-in/return") { request, context in
            do {
                return try await arrive(request, context)
            } catch {
                let address = NetworkAddress(peer: context.remoteAddress)
                // Another site can lead a browser here: what was not begun here counts as no guess.
                if case .identityToken? = error as? AccessError { desks.failures.note(.address(address), at: Date()) }
                await refusals.note(error, "sign_in", nil, from: address, at: Date())
                throw error
            }
        }
        router.post("/sign-out") { request, context in
            let (secret, subject) = try await session(of: request, context)
            let body = try await request.body.collect(upTo: 4_096)
            let form = URLComponents(string: "?" + String(buffer: body))?.queryItems
            let shown = request.headers[Gatekeeper.formToken] ?? form?.first { $0.name == "form_token" }?.value
            guard secret.accepts(formToken: shown) else {
                throw Problem(
                    code: "form_token_missing", title: "Form token missing", status: 403,
                    detail: "The form comes from another page: sign out on the page of this Switchyard.")
            }
            try await desks.sessions.end(secret)
            await note("session.end", of: subject, context)
            return Self.redirect(to: "/", setting: [SessionSecret.clearCookie])
        }
    }

    private func arrive(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let (now, address) = (Date(), NetworkAddress(peer: context.remoteAddress))
        try desks.failures.check(.address(address), at: now)
        let (query, cookies) = (request.uri.queryParameters, request.headers[.cookie] ?? "")
        let answer = ConsoleSignIn.Answer(
            code: query.get("code"), state: query.get("state"), issuer: query.get("iss"), error: query.get("error"))
        let arrival = try await console().finish(answer, cookieHeader: cookies, at: now)
        let account = try await desks.records.account(of: arrival.identity, at: now)
        let secret = try await desks.sessions.begin(
            for: account, authenticatedAt: arrival.identity.authenticatedAt,
            replacing: SessionSecret(cookieHeader: cookies), at: now)
        await note("session.begin", of: Subject(account, credential: .session), context)
        return Self.redirect(to: arrival.returnTo, setting: [secret.setCookie])
    }

    private func console() throws -> ConsoleSignIn {
        guard let console = desks.console else { throw ControlPlaneError.noSignIn }
        return console
    }

    private func session(of request: Request, _ context: AppRequestContext) async throws -> (SessionSecret, Subject) {
        guard let secret = SessionSecret(cookieHeader: request.headers[.cookie] ?? "") else {
            throw AccessError.noSession
        }
        let address = NetworkAddress(peer: context.remoteAddress)
        return (secret, try await desks.sessions.subject(of: secret, from: address, at: Date()))
    }

    private func note(_ action: AuditAction, of subject: Subject, _ context: AppRequestContext) async {
        let actor = AuditActor(
            id: subject.identifier ?? "anybody", name: subject.account?.rawValue, address: context.remoteAddress,
            authentication: subject.credential.words)
        await trail.note(AuditEntry(.event, action, by: actor, at: Date(), outcome: .succeeded))
    }
}

// MARK: - Answers

extension ConsoleController {
    private static func redirect(to place: String, setting cookies: [String]) -> Response {
        var headers: HTTPFields = [.location: place, .cacheControl: "no-store"]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(status: .seeOther, headers: headers)
    }

    private static func page(_ page: AccountPage) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
                    + "base-uri 'none'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.html)))
    }
}

/// The page that says who is signed in.
enum AccountPage {
    case noProvider
    case signedOut
    case signedIn(SessionSecret, Subject)

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Switchyard</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem; }
        h1 { font-size: 1.25rem; letter-spacing: .02em; }
        .action { font: inherit; padding: .5rem 1rem; border: 1px solid currentColor; border-radius: .4rem;
            background: none; color: inherit; text-decoration: none; cursor: pointer; display: inline-block; }
        code { font-size: .95em; }
        </style></head>
        <body><h1>Switchyard</h1>
        \(body)
        </body></html>

        """
    }

    private var body: String {
        switch self {
        case .noProvider:
            "<p>No identity provider is configured, so nobody signs in here: use <code>switchyard</code> with a token.</p>"
        case .signedOut:
            "<p>You are not signed in.</p><p><a class=\"action\" href=\"/sign-in\">Sign in</a></p>"
        case .signedIn(let secret, let subject):
            """
            <p>You are signed in as <strong>\(Self.escaped(subject.account?.rawValue ?? ""))</strong>. \
            The session ends after 15 minutes without a request.</p>
            <form method="post" action="/sign-out">
            <input type="hidden" name="form_token" value="\(secret.formToken)">
            <button class="action">Sign out</button>
            </form>
            """
        }
    }

    private static func escaped(_ text: String) -> String {
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")].reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}
