import Foundation

/// The installed runit programs; Debian's package is `runit`.
package struct Runit: Equatable, Sendable {
    package let runsvdir: String
    package let runsv: String
    package let svlogd: String
    package let chpst: String

    /// Where programs are looked for, and the PATH of every service that declares none.
    package static let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Finds the programs in `searchPath`; throws `RuntimeFault.programMissing` with the package to install.
    package init(searchPath: String = Runit.searchPath) throws(RuntimeFault) {
        runsvdir = try Self.locate("runsvdir", in: searchPath)
        runsv = try Self.locate("runsv", in: searchPath)
        svlogd = try Self.locate("svlogd", in: searchPath)
        chpst = try Self.locate("chpst", in: searchPath)
    }

    private static func locate(_ program: String, in searchPath: String) throws(RuntimeFault) -> String {
        for folder in searchPath.split(separator: ":") {
            let path = "\(folder)/\(program)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw .programMissing(program: program, debianPackage: "runit")
    }
}
