/// An operator between two operands.
enum PromQLOperator: String {
    case or, and, unless
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case by = "/"
    case modulo = "%"
    case atan2
    case power = "^"

    init?(_ token: PromQLToken) {
        switch token.kind {
        case .symbol: self.init(rawValue: token.text)
        case .keyword(let keyword): self.init(rawValue: keyword.rawValue)
        default: return nil
        }
    }

    /// How strongly it binds.
    var strength: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .plus, .minus: 4
        case .times, .by, .modulo, .atan2: 5
        case .power: 6
        }
    }

    var isComparison: Bool { strength == 3 }
    var joinsSets: Bool { strength <= 2 }
}
