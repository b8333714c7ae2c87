/// The routes of an environment, numbered in the order in which they were first asked for.
///
/// A path that is answered with 4xx makes no new route: whoever searches for weaknesses would use up the places.
struct RouteTable {
    /// The route of everything that has none of its own.
    static let other = 0

    private(set) var names = ["other"]
    private var numbers: [UInt64: Int] = [:]

    mutating func number(of line: RequestLine) -> Int {
        withUnsafeTemporaryAllocation(byteCount: RoutePattern.capacity, alignment: 8) { target in
            let count = RoutePattern.write(method: line.method, path: line.path, into: target)
            guard count > 0 else { return Self.other }
            let bytes = UnsafeRawBufferPointer(rebasing: target[..<count])
            let key = Fingerprint.of(bytes)
            if let known = numbers[key] { return known }
            guard names.count <= Limits.routes, !(400..<500).contains(line.status) else { return Self.other }
            names.append(String(decoding: bytes, as: UTF8.self))
            numbers[key] = names.count - 1
            return names.count - 1
        }
    }
}
