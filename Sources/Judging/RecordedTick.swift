import Foundation

/// A tick as it is written down, a JSON object on one line, so that anyone can judge it again.
///
/// `{"green_bad":1,"green_ok":9,"blue_bad":1,"blue_ok":89,"share":0.1}`, in units, which may be fractions.
package struct RecordedTick: Sendable, Equatable, Codable {
    package let greenBad: Double
    package let greenOk: Double
    package let blueBad: Double
    package let blueOk: Double
    /// The part of the units that was sent to green, of 1.
    package let share: Double

    package init(greenBad: Double, greenOk: Double, blueBad: Double, blueOk: Double, share: Double) {
        self.greenBad = greenBad
        self.greenOk = greenOk
        self.blueBad = blueBad
        self.blueOk = blueOk
        self.share = share
    }

    private enum CodingKeys: String, CodingKey {
        case greenBad = "green_bad"
        case greenOk = "green_ok"
        case blueBad = "blue_bad"
        case blueOk = "blue_ok"
        case share
    }

    var outcomes: SequentialTest.Outcomes {
        SequentialTest.Outcomes(greenBad: greenBad, greenOk: greenOk, blueBad: blueBad, blueOk: blueOk)
    }
}

extension RecordedTick {
    /// Reads ticks, one on each line; throws `RecordedTickError` with the first line that is none.
    package static func read(_ text: String, file: String) throws -> [RecordedTick] {
        try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            guard !line.allSatisfy(\.isWhitespace) else { return nil }
            do {
                let tick = try JSONDecoder().decode(RecordedTick.self, from: Data(line.utf8))
                if let fault = tick.fault { throw RecordedTickError(file: file, line: index + 1, fault: fault) }
                return tick
            } catch let error as DecodingError {
                throw RecordedTickError(file: file, line: index + 1, fault: error.inOneSentence)
            }
        }
    }

    /// What is wrong with the values; nil when nothing is.
    private var fault: String? {
        let counts = [
            (CodingKeys.greenBad, greenBad), (.greenOk, greenOk), (.blueBad, blueBad), (.blueOk, blueOk),
        ]
        for (key, count) in counts where count < 0 { return "\(key.rawValue) is \(count), but must be 0 or more" }
        guard (0...1).contains(share) else { return "share is \(share), but must be a part of 1, such as 0.05" }
        if share == 0 && greenBad + greenOk > 0 { return "share is 0, but green has units" }
        if share == 1 && blueBad + blueOk > 0 { return "share is 1, but blue has units" }
        return nil
    }
}

/// A line that is no tick.
package struct RecordedTickError: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let fault: String

    package var description: String {
        "\(file):\(line): \(fault). A tick is an object on one line: "
            + #"{"green_bad":1,"green_ok":9,"blue_bad":1,"blue_ok":89,"share":0.1}."#
    }
}

extension DecodingError {
    fileprivate var inOneSentence: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            context.codingPath.last.map { "\($0.stringValue) is no number" } ?? "this is no object"
        default: "this is no JSON object"
        }
    }
}
