import Glibc

/// Hyperscan, or Vectorscan which offers the same calls, loaded when it is first needed: Switchyard starts without it.
///
/// The calls and their types are those of hs_compile.h and hs_runtime.h of version 5.
struct HyperscanLibrary: Sendable {
    typealias Handler =
        @convention(c) (UInt32, UInt64, UInt64, UInt32, UnsafeMutableRawPointer?) -> Int32
    typealias Compile =
        @convention(c) (
            UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UInt32>, UnsafePointer<UInt32>, UnsafePointer<Int>,
            UInt32, UInt32, UnsafeRawPointer?, UnsafeMutablePointer<OpaquePointer?>,
            UnsafeMutablePointer<OpaquePointer?>
        ) -> Int32
    typealias Scan =
        @convention(c) (
            OpaquePointer, UnsafePointer<CChar>, UInt32, UInt32, OpaquePointer, Handler, UnsafeMutableRawPointer?
        ) -> Int32
    typealias AllocateScratch =
        @convention(c) (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    typealias Free = @convention(c) (OpaquePointer?) -> Int32
    private typealias Check = @convention(c) () -> Int32

    let compile: Compile
    let scan: Scan
    let allocateScratch: AllocateScratch
    let freeScratch: Free
    let freeDatabase: Free
    let freeError: Free

    static let success: Int32 = 0
    /// HS_MODE_BLOCK.
    static let blockMode: UInt32 = 1

    /// Nil where it is not installed, or where this processor lacks what it needs (SSSE3 for Hyperscan).
    static let loaded = HyperscanLibrary(named: "libhs.so.5")

    private init?(named name: String) {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
        func find<Function>(_ symbol: String, _ type: Function.Type) -> Function? {
            dlsym(library, symbol).map { unsafeBitCast($0, to: type) }
        }
        guard let isValid = find("hs_valid_platform", Check.self), isValid() == Self.success,
            let compile = find("hs_compile_lit_multi", Compile.self), let scan = find("hs_scan", Scan.self),
            let allocateScratch = find("hs_alloc_scratch", AllocateScratch.self),
            let freeScratch = find("hs_free_scratch", Free.self),
            let freeDatabase = find("hs_free_database", Free.self),
            let freeError = find("hs_free_compile_error", Free.self)
        else { return nil }
        self.compile = compile
        self.scan = scan
        self.allocateScratch = allocateScratch
        self.freeScratch = freeScratch
        self.freeDatabase = freeDatabase
        self.freeError = freeError
    }
}
