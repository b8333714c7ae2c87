import FoundationEssentials
import Hummingbird

/// The page of all loads, by status, a page at a time.
struct LoadsPage {
    let loads: LoadStore
    let renderer: PageRenderer

    func add(to router: Router<FreightRequestContext>) {
        router.get("/loads") { request, _ in try await show(request) }
    }

    private func show(_ request: Request) async throws -> Response {
        let status = try request.choice("status", of: LoadStatus.self)
        let page = try request.number("page", in: 1...Limits.largestPageNumber) ?? 1
        let rows = try await loads.loads(status: status, page: page)
        let view = View(
            frame: PageFrame(title: "Loads", section: .loads, release: renderer.release),
            statuses: Self.choices(status),
            loads: rows.map(LoadRow.init),
            hasLoads: !rows.isEmpty,
            page: page,
            newer: page > 1 ? Self.link(status, page: page - 1) : nil,
            older: rows.count == Limits.loadsPerPage ? Self.link(status, page: page + 1) : nil
        )
        return renderer.page(view, template: .loads)
    }

    private struct View {
        var frame: PageFrame
        var statuses: [FilterChoice]
        var loads: [LoadRow]
        var hasLoads: Bool
        var page: Int
        var newer: String?
        var older: String?
    }

    private static func choices(_ current: LoadStatus?) -> [FilterChoice] {
        let all = FilterChoice(label: "All", link: link(nil, page: 1), isCurrent: current == nil)
        return [all]
            + LoadStatus.allCases.map { status in
                FilterChoice(
                    label: status.rawValue.capitalized, link: link(status, page: 1), isCurrent: status == current
                )
            }
    }

    private static func link(_ status: LoadStatus?, page: Int) -> String {
        let filter = status.map { "status=\($0.rawValue)" }
        let position = page > 1 ? "page=\(page)" : nil
        let query = [filter, position].compactMap(\.self).joined(separator: "&")
        return query.isEmpty ? "/loads" : "/loads?\(query)"
    }
}
