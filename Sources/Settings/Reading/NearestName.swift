/// Finds the name that somebody probably meant.
enum NearestName {
    /// The nearest of the names, when it is near enough to be a slip of the hand: a third of its letters at most.
    static func of(_ name: String, among names: [String]) -> String? {
        let near = names.map { (name: $0, distance: distance(name.lowercased(), $0)) }
        guard let best = near.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(name.count, best.name.count) / 3 + 1) ? best.name : nil
    }

    /// The number of letters to insert, delete, replace or exchange with their neighbour (optimal string alignment).
    private static func distance(_ left: String, _ right: String) -> Int {
        let first = Array(left.utf8.prefix(64))
        let second = Array(right.utf8.prefix(64))
        var rows = [Array(0...second.count)]
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(rows[row][column + 1] + 1, current[column] + 1)
                cost = min(cost, rows[row][column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    cost = min(cost, rows[row - 1][column - 1] + 1)
                }
                current.append(cost)
            }
            rows.append(current)
        }
        return rows[first.count][second.count]
    }
}
