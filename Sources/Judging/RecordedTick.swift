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

/// By what ticks are judged, as it may stand on a line before them.
///
/// `{"increase":0.05,"factor":1,"prior":0.01,"alpha":0.008}`: allowed are `factor` times blue's rate and `increase` more.
package struct RecordedSettings: Sendable, Equatable, Codable {
    package let increase: Double
    package let factor: Double
    package let prior: Double
    package let alpha: Double

    package init(increase: Double, factor: Double, prior: Double, alpha: Double) {
        self.increase = increase
        self.factor = factor
        self.prior = prior
        self.alpha = alpha
    }

    /// What is wrong with the values; nil when nothing is.
    fileprivate var fault: String? {
        if !(0..<1).contains(increase) { return "increase is \(increase), but must be a part of 1, such as 0.05" }
        if !(1...1_001).contains(factor) { return "factor is \(factor), but must be from 1 to 1001" }
        if !(0...1).contains(prior) { return "prior is \(prior), but must be a part of 1, such as 0.01" }
        return alpha > 0 && alpha < 1 ? nil : "alpha is \(alpha), but must be a part of 1, such as 0.01"
    }
}

/// Ticks and by what they are judged, as lines of JSON.
package struct RecordedTrial: Sendable, Equatable {
    /// Nil where no line says it.
    package let settings: RecordedSettings?
    package let ticks: [RecordedTick]

    package init(settings: RecordedSettings?, ticks: [RecordedTick]) {
        self.settings = settings
        self.ticks = ticks
    }

    /// The lines, without a line break at the end.
    package func lines() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let first = try settings.map { [try encoder.encode($0)] } ?? []
        return try (first + ticks.map(encoder.encode)).map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: "\n")
    }

    /// Reads ticks, one on each line, the settings perhaps on a line before them; throws `RecordedTickError` with the first
    /// line that is neither.
    package init(reading text: String, file: String) throws {
        var settings: RecordedSettings?
        var ticks: [RecordedTick] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy(\.isWhitespace) {
            let data = Data(line.utf8)
            let fault: String?
            do {
                if ticks.isEmpty, settings == nil,
                    let read = try? JSONDecoder().decode(RecordedSettings.self, from: data)
                {
                    settings = read
                    fault = read.fault
                } else {
                    ticks.append(try JSONDecoder().decode(RecordedTick.self, from: data))
                    fault = ticks.last?.fault
                }
            } catch let error as DecodingError {
                fault = error.inOneSentence
            }
            if let fault { throw RecordedTickError(file: file, line: index + 1, fault: fault) }
        }
        self.init(settings: settings, ticks: ticks)
    }
}

extension RecordedTick {
    /// What is wrong with the values; nil when nothing is.
    fileprivate var fault: String? {
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
