import Hummingbird

/// What travels with a request through FreightOps.
struct FreightRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    var maxUploadSize: Int { Limits.requestBodySize }
}

extension Request {
    /// A number out of the query; nil when it is left out.
    func number(_ name: String, in range: ClosedRange<Int>) throws(FreightError) -> Int? {
        guard let value = uri.queryParameters[name[...]], !value.isEmpty else { return nil }
        guard let number = Int(value), range.contains(number) else {
            let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalidParameter(name: name, value: String(value), expected: expected)
        }
        return number
    }

    /// One of the cases of `Choice` out of the query; nil when it is left out.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) throws(FreightError) -> Choice? where Choice.RawValue == String {
        guard let value = uri.queryParameters[name[...]], !value.isEmpty else { return nil }
        guard let choice = Choice(rawValue: String(value)) else {
            let expected = "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParameter(name: name, value: String(value), expected: expected)
        }
        return choice
    }
}

extension Parameters {
    /// The identifier in the path.
    func identifier<Subject>(of type: Subject.Type) throws(FreightError) -> Identifier<Subject> {
        let text = self.get("id") ?? ""
        guard let id = Identifier<Subject>(text) else {
            throw .invalidParameter(name: "id", value: text, expected: "a whole number above 0")
        }
        return id
    }
}
