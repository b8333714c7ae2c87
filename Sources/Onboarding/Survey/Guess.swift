/// What was guessed, and what it was guessed from.
package struct Guess<Value: Equatable & Sendable>: Equatable, Sendable {
    package var value: Value
    /// The file, with its line where one line says it, or the words that explain a standard value.
    package var source: String

    package init(_ value: Value, from source: String) {
        self.value = value
        self.source = source
    }
}
