import Domain
import Judging

/// Counts the units of a drawing: a client is one unit in each look, three at most in an assignment epoch.
///
/// One with an error is a client's last until it is assigned anew: a client that always fails would else weigh three times
/// what a healthy one does. Only the first has times: whoever is far away is slow each time, and three such units of one
/// client would look like three slow clients.
struct UnitCounter {
    /// By what a request was given its slot.
    private struct Assignment {
        let share: Int
        /// The place of the salt among those of the drawing; nil for a request that is none of the drawing's.
        let epoch: Int?
    }

    /// A salt, and how many units each client has added under it.
    private struct Epoch {
        let salt: Substring
        var units: [UInt64: UInt8] = [:]
    }

    let drawing: Drawing
    /// What the splits mean that were seen, by their fingerprints.
    private var assignments: [UInt64: Assignment] = [:]
    private var epochs: [Epoch] = []
    private var openFrom = 0
    private var clients = 0
    private var greenClientsWithErrors: Set<UInt64> = []
    private var look = UnitLook()

    init(_ drawing: Drawing) { self.drawing = drawing }

    mutating func record(_ line: RequestLine, _ outcome: Outcome, slot: SlotName, patience: Double?) {
        let isGreen = slot == drawing.candidate
        guard isGreen || slot == drawing.stable else { return }
        let assignment = assignment(of: line.split)
        guard let epoch = assignment.epoch else { return }
        look.count(outcome, isGreen: isGreen)
        guard let client = line.unit else { return }
        if isGreen, outcome.isFailed, greenClientsWithErrors.count < Limits.clientsWithErrors {
            greenClientsWithErrors.insert(client)
        }
        let time = outcome.judgedTime(patience: patience)
        switch outcome {
        case .leftOut: return
        case .gaveUp where time == nil: return
        default: break
        }
        let known = look.place(of: client, share: assignment.share, epoch: epoch, isGreen: isGreen)
        guard let place = known ?? begin(client, share: assignment.share, epoch: epoch, isGreen: isGreen) else {
            return
        }
        look.add(outcome, time, to: place)
        if outcome.isFailed { epochs[epoch].units[client] = Limits.unitsOfClient }
    }

    /// Everything since the last call, without a gap but the counter's own.
    mutating func take() -> UnitObservation {
        defer { look = UnitLook() }
        let omitted = look.omitted
        return UnitObservation(
            ticks: look.ticks(allowedFactor: drawing.timeFactor, greenClientsWithErrors: greenClientsWithErrors.count),
            green: look.green, blue: look.blue,
            gap: omitted == 0
                ? nil : "\(omitted) requests did not become units: there were more than can be remembered.")
    }

    /// A further unit of a client; nil when it has had all of them.
    private mutating func begin(_ client: UInt64, share: Int, epoch: Int, isGreen: Bool) -> Int? {
        // An epoch that is over: what comes late of it is too little to be worth remembering its clients.
        guard epoch >= openFrom else { return nil }
        let before = epochs[epoch].units[client]
        guard before ?? 0 < Limits.unitsOfClient else { return nil }
        if before == nil {
            guard clients < Limits.clients else {
                look.omitted += 1
                return nil
            }
            clients += 1
        }
        epochs[epoch].units[client] = (before ?? 0) + 1
        return look.begin(client, share: share, epoch: epoch, isGreen: isGreen, isTimed: before == nil)
    }

    private mutating func assignment(of split: UnsafeRawBufferPointer) -> Assignment {
        let key = Fingerprint.of(split)
        if let known = assignments[key] { return known }
        if assignments.count == Limits.splits { assignments.removeAll() }
        let found = read(String(decoding: split, as: UTF8.self))
        assignments[key] = found
        return found
    }

    private mutating func read(_ text: String) -> Assignment {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let share = Int(parts[0]), (1..<Split.whole).contains(share),
            parts[1].hasPrefix(drawing.salts), parts[2] == drawing.stable.rawValue,
            parts[3] == drawing.candidate.rawValue
        else { return Assignment(share: 0, epoch: nil) }
        return Assignment(share: share, epoch: epoch(of: parts[1]))
    }

    private mutating func epoch(of salt: Substring) -> Int? {
        if let known = epochs.lastIndex(where: { $0.salt == salt }) { return known }
        guard epochs.count < Limits.epochs else { return nil }
        epochs.append(Epoch(salt: salt))
        while epochs.count - openFrom > Limits.openEpochs {
            clients -= epochs[openFrom].units.count
            epochs[openFrom].units = [:]
            openFrom += 1
        }
        return epochs.count - 1
    }
}
