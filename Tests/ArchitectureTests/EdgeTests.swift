import Testing

/// Who knows whom: the table, Package.swift and the imports say the same.
struct EdgeTests {
    private let manifest = PackageManifest(text: SourceTree.text(of: "Package.swift"))

    private static let ownTargets = Set(AllowedEdges.table.keys)

    @Test(arguments: AllowedEdges.table.keys.sorted())
    func `a target depends on what the table allows, no more and no less`(target: String) throws {
        let declared = try #require(manifest.dependencies[target], "Package.swift has no such target.")
        let allowed = Set(AllowedEdges.table[target, default: [:]].keys)
        #expect(declared.subtracting(allowed) == [], "In Package.swift without a reason in the table.")
        #expect(allowed.subtracting(declared) == [], "In the table and not in Package.swift.")
    }

    @Test func `every target has its line in the table`() {
        let targets = manifest.dependencies.keys.filter { !$0.hasSuffix("Tests") }
        #expect(Set(targets) == Self.ownTargets)
    }

    @Test(arguments: SourceTree.files.filter { !$0.isTest })
    func `a file imports what its target may know`(file: SourceFile) {
        let free = AllowedEdges.freeForWords[file.target] ?? AllowedEdges.free
        let allowed = withCompanions(Set(AllowedEdges.table[file.target, default: [:]].keys)).union(free)
        for (module, line) in file.imports {
            #expect(allowed.contains(module), "\(file.path):\(line): \(file.target) must not know \(module).")
        }
    }

    @Test(arguments: SourceTree.files.filter { $0.isTest })
    func `a test imports what Package.swift gives it`(file: SourceFile) {
        let declared = manifest.dependencies[file.target, default: []]
        let allowed = withCompanions(declared).union(AllowedEdges.free).union(["Testing"])
        for (module, line) in file.imports {
            #expect(allowed.contains(module), "\(file.path):\(line): \(module) is no dependency of \(file.target).")
        }
    }

    @Test(arguments: [
        ("CPostgres", ["Postgres"]), ("GRDB", ["Store"]), ("Hummingbird", ["ControlPlane", "FreightOps"]),
        ("Yams", ["Settings"]), ("CArchive", ["Releases"]), ("CPGQuery", ["Migrations"]),
        ("ArgumentParser", ["BenchmarkDriver", "FreightOpsCommand", "switchyard"]),
        ("ControlPlane", ["switchyard"]), ("LoadTesting", ["BenchmarkDriver", "TestSupport", "switchyard"]),
    ])
    func `an outside thing has one room`(module: String, rooms: [String]) {
        let knowing = AllowedEdges.table.filter { $0.value[module] != nil }.keys.sorted()
        #expect(knowing == rooms)
    }

    @Test func `nobody knows somebody who knows them`() {
        var unvisited = Self.ownTargets
        while let leaf = unvisited.first(where: { ownEdges(of: $0).isDisjoint(with: unvisited) }) {
            unvisited.remove(leaf)
        }
        #expect(unvisited.isEmpty, "These know each other in a circle.")
    }

    @Test func `the application under release knows nothing of Switchyard but its PostgreSQL room`() {
        #expect(ownEdges(of: "FreightOps") == ["Postgres"])
    }

    @Test func `the manifest's reader sees names, products and their variables`() {
        let text = """
            let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
            .target(name: "Domain"),
            .executableTarget(
                name: "Web", dependencies: ["Domain", hummingbird, .product(name: "NIO", package: "swift-nio")],
                path: "x"
            ),
            """
        let manifest = PackageManifest(text: text)
        #expect(manifest.dependencies == ["Domain": [], "Web": ["Domain", "Hummingbird", "NIO"]])
    }

    @Test(arguments: [
        ("import NIOCore", "NIOCore"), ("package import Foundation", "Foundation"),
        ("@testable import LoadTesting", "LoadTesting"), ("import struct Foundation.Date", "Foundation"),
        ("@preconcurrency public import Yams", "Yams"),
    ])
    func `an import is seen in all its forms`(line: String, module: String) {
        let file = SourceFile(target: "Any", path: "Any.swift", lines: ["// import Nothing", line])
        #expect(file.imports.map(\.module) == [module])
        #expect(file.imports.map(\.line) == [2])
    }

    private func withCompanions(_ modules: Set<String>) -> Set<String> {
        modules.reduce(into: modules) { $0.formUnion(AllowedEdges.companions[$1, default: []]) }
    }

    private func ownEdges(of target: String) -> Set<String> {
        Self.ownTargets.intersection(AllowedEdges.table[target, default: [:]].keys)
    }
}
