import HTTPTypes
import Hummingbird
import Mustache

/// Turns view values into HTML with the templates that are part of the program.
struct PageRenderer: Sendable {
    enum Template: String {
        case dispatch
        case loads
        case problem
    }

    let release: RunningRelease
    private let library: MustacheLibrary

    init(release: RunningRelease) throws {
        self.release = release
        var library = MustacheLibrary()
        let sources = [
            ("layout", PackageResources.layout_mustache),
            (Template.dispatch.rawValue, PackageResources.dispatch_mustache),
            (Template.loads.rawValue, PackageResources.loads_mustache),
            (Template.problem.rawValue, PackageResources.problem_mustache),
        ]
        for (name, bytes) in sources {
            try library.register(String(decoding: bytes, as: UTF8.self), named: name)
        }
        self.library = library
    }

    func page(_ view: some Any, template: Template, status: HTTPResponse.Status = .ok) -> Response {
        let html = library.render(view, withTemplate: template.rawValue) ?? ""
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html))
        )
    }

    /// The page that says why there is no other.
    func problem(status: HTTPResponse.Status, message: String) -> Response {
        struct View {
            var frame: PageFrame
            var status: Int
            var title: String
            var message: String
        }
        let title = status.reasonPhrase
        let view = View(
            frame: PageFrame(title: title, section: .none, release: release),
            status: status.code, title: title, message: message
        )
        return page(view, template: .problem, status: status)
    }

    static let stylesheet = ByteBuffer(bytes: PackageResources.freightops_css)
}
