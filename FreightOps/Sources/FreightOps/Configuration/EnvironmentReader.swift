/// Reads typed values out of a process's environment; an empty value counts as missing.
struct EnvironmentReader {
    let variables: [String: String]

    func text(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    func required(_ name: String, purpose: String) throws(SettingsError) -> String {
        guard let value = text(name) else { throw .missing(variable: name, purpose: purpose) }
        return value
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
        guard let value = text(name) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalid(variable: name, value: value, expected: expected)
        }
        return number
    }

    func share(_ name: String) throws(SettingsError) -> Double {
        guard let value = text(name) else { return 0 }
        guard let share = Double(value), (0...1).contains(share) else {
            throw .invalid(variable: name, value: value, expected: "a number from 0 to 1")
        }
        return share
    }

    func flag(_ name: String) throws(SettingsError) -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true": return true
        case .some(let value): throw .invalid(variable: name, value: value, expected: "true or false")
        }
    }
}
