/// Where a function meets 0, found as Brent's `zeroin` does (R's `uniroot` and Kayenta use it).
///
/// The path matters where the function jumps over 0, as a statistic of ranks does: another search ends on the other side.
struct BrentRoot {
    private static let mostSteps = 1_000

    /// A place and the function's value there.
    private struct Point {
        let place: Double
        let value: Double
    }

    private let tolerance: Double
    private var best: Point
    private var before: Point
    /// On the other side of 0.
    private var opposite: Point

    /// Nil where the function has no value on the way.
    static func find(
        in range: ClosedRange<Double>, tolerance: Double, of function: (Double) -> Double?
    ) -> Double? {
        guard let first = function(range.lowerBound), let last = function(range.upperBound) else { return nil }
        if first == 0 { return range.lowerBound }
        if last == 0 { return range.upperBound }
        var search = BrentRoot(
            from: Point(place: range.lowerBound, value: first), to: Point(place: range.upperBound, value: last),
            tolerance: tolerance)
        for _ in 0..<mostSteps {
            guard let place = search.nextPlace() else { break }
            guard let value = function(place) else { return nil }
            search.advance(to: Point(place: place, value: value))
        }
        return search.best.place
    }

    private init(from first: Point, to last: Point, tolerance: Double) {
        (before, opposite, best) = (first, first, last)
        self.tolerance = tolerance
    }

    private var leastStep: Double { 2 * Double.ulpOfOne * abs(best.place) + tolerance / 2 }

    /// Nil where the root is known well enough.
    private mutating func nextPlace() -> Double? {
        let previousStep = best.place - before.place
        if abs(opposite.value) < abs(best.value) { (before, best, opposite) = (best, opposite, best) }
        let bisection = (opposite.place - best.place) / 2
        guard abs(bisection) > leastStep, best.value != 0 else { return nil }
        let step = interpolation(previousStep: previousStep) ?? bisection
        return best.place + (abs(step) < leastStep ? (step > 0 ? leastStep : -leastStep) : step)
    }

    /// A secant's or a parabola's step; nil where it leads too far or does not get on.
    private func interpolation(previousStep: Double) -> Double? {
        guard abs(previousStep) >= leastStep, abs(before.value) > abs(best.value) else { return nil }
        let width = opposite.place - best.place
        let toBefore = best.value / before.value
        var (numerator, denominator): (Double, Double)
        if before.place == opposite.place {
            (numerator, denominator) = (width * toBefore, 1 - toBefore)
        } else {
            let ratio = before.value / opposite.value
            let toOpposite = best.value / opposite.value
            numerator =
                toBefore
                * (width * ratio * (ratio - toOpposite) - (best.place - before.place) * (toOpposite - 1))
            denominator = (ratio - 1) * (toOpposite - 1) * (toBefore - 1)
        }
        if numerator > 0 { denominator = -denominator } else { numerator = -numerator }
        let isInside = numerator < 0.75 * width * denominator - abs(leastStep * denominator) / 2
        return isInside && numerator < abs(previousStep * denominator / 2) ? numerator / denominator : nil
    }

    private mutating func advance(to point: Point) {
        before = best
        best = point
        if (best.value > 0) == (opposite.value > 0), best.value != 0, opposite.value != 0 { opposite = before }
    }
}
