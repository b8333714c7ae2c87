import LoadTesting

extension SplitMix64 {
    /// Whether something of this probability happened.
    mutating func happens(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
}
