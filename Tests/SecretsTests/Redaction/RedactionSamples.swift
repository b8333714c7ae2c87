import Domain
import Foundation
import LoadTesting
import Secrets

/// Secrets to be looked for, and ways to feed a redactor.
enum RedactionSamples {
    static let name = VariableName(unchecked: "STRIPE_SECRET_KEY")

    /// Secrets with all that an encoder treats differently.
    static let values = [
        "sk_live_51HxYz", "123456", "p@ss/w0rd+with=all&of?it#%", "quote\"back\\slash/<tag>&'amp'", "ümläut€😀🔑",
        "spaces and\ttabs", "line one of it\nline two of it", "~tilde-dot._-", "aaaaaaaaaaaa", "abababababab",
        "postgres://user:s3cr3t%40pw@db.internal:5432/app?sslmode=require", "{\"key\":\"value\"}",
    ]

    static func patterns(
        _ values: [String], name: VariableName = name, engine: RedactionPatterns.Engine? = nil
    ) -> RedactionPatterns {
        RedactionPatterns(values.map { (name, Secret($0)) }, engine: engine)
    }

    static func redact(_ pieces: [ArraySlice<UInt8>], _ patterns: RedactionPatterns) -> [UInt8] {
        var redactor = Redactor(patterns)
        return pieces.flatMap { redactor.feed($0) } + redactor.finish()
    }

    /// Cuts into pieces of random lengths, empty ones among them.
    static func cut(_ bytes: [UInt8], longest: Int, using generator: inout SplitMix64) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...longest, using: &generator))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }

    func contains(sequence: [UInt8]) -> Bool {
        Data(self).range(of: Data(sequence)) != nil
    }
}
